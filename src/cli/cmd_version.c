/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdio.h>

#include "cli/commands.h"
#include "huji_config.h"

static int run(const struct args *a, struct err *e)
{
    (void)a;
    (void)e;
    puts("huji " HUJI_VERSION);
    return 0;
}

static const struct option options[] = {OPT_END};
const struct command cmd_version = {
    .name = "version",
    .title = "版本",
    .operands = "",
    .options = options,
    .run = run,
};
