/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <string.h>

#include "cli/commands.h"
#include "cli/help.h"

static int run(const struct args *a, struct err *e)
{
    if (strcmp(a->operands[0], "bash") != 0)
        return err_set(e, ERR_USAGE, "只有 bash 的补全，没有 %s 的", a->operands[0]);
    help_completion(stdout);
    return 0;
}

static const struct option options[] = {OPT_END};
static const struct example examples[] = {
    {"completion bash >/etc/bash_completion.d/huji", "装到系统里"},
    EXAMPLE_END,
};
const struct command cmd_completion = {
    .name = "completion",
    .title = "命令行补全脚本",
    .operands = "bash",
    .options = options,
    .examples = examples,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
