/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdio.h>

#include "huji_config.h"

int main(void)
{
    puts("huji " HUJI_VERSION);
    return 0;
}
