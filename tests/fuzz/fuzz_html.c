/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    read_all((const char *)p, n);
    return 0;
}
