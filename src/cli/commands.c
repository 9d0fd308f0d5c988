/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "cli/commands.h"

/* In the order in which a new user meets them; one a line, so that two who add one don't collide. */
/* clang-format off */
const struct command *const huji_commands[] = {
    &cmd_init,
    &cmd_synth,
    &cmd_import,
    &cmd_template,
    &cmd_quality,
    &cmd_ready,
    &cmd_screen,
    &cmd_rank,
    &cmd_explain,
    &cmd_sheet,
    &cmd_verdict_import,
    &cmd_verdict_list,
    &cmd_verdict_rates,
    &cmd_backtest,
    &cmd_verify,
    &cmd_evaluate,
    &cmd_rules_list,
    &cmd_rules_show,
    &cmd_rules_test,
    &cmd_rules_lint,
    &cmd_rules_diff,
    &cmd_rules_coverage,
    &cmd_knowledge_import,
    &cmd_knowledge_list,
    &cmd_serve,
    &cmd_user_add,
    &cmd_user_list,
    &cmd_user_password,
    &cmd_help,
    &cmd_version,
    &cmd_completion,
    NULL,
};
