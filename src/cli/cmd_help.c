/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "cli/commands.h"
#include "cli/help.h"

static int run(const struct args *a, struct err *e)
{
    char *words[2];
    const struct command *c;
    int used;

    if (args_has(a, "man")) {
        help_man(stdout);
        return 0;
    }
    if (a->n_operands == 0) {
        help_all(stdout);
        return 0;
    }
    for (int i = 0; i < a->n_operands; i++)
        words[i] = (char *)(uintptr_t)a->operands[i];
    c = command_find(a->n_operands, words, &used);
    if (c)
        help_command(stdout, c);
    else if (command_is_group(a->operands[0]))
        help_group(stdout, a->operands[0]);
    else
        return err_set(e, ERR_USAGE, "没有命令 %s", a->operands[0]);
    return 0;
}

static const struct option options[] = {
    {"man", 0, ARG_FLAG, NULL, NULL, false, "写出手册页（troff）"},
    OPT_END,
};
static const struct example examples[] = {
    {"help screen", "筛查命令的选项和例子"},
    {"help --man >huji.1 && man -l huji.1", "手册页"},
    EXAMPLE_END,
};
const struct command cmd_help = {
    .name = "help",
    .title = "命令的帮助，手册页",
    .operands = "[命令]",
    .options = options,
    .examples = examples,
    .max_operands = 2,
    .run = run,
};
