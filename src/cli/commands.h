/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Every command, by name: cmd_NAME.c defines cmd_NAME, commands.c orders them. */
#ifndef HUJI_CLI_COMMANDS_H
#define HUJI_CLI_COMMANDS_H

#include "cli/command.h"

extern const struct command cmd_help;
extern const struct command cmd_init;
extern const struct command cmd_config;
extern const struct command cmd_exceptions_add;
extern const struct command cmd_exceptions_end;
extern const struct command cmd_exceptions_list;
extern const struct command cmd_synth;
extern const struct command cmd_demo;
extern const struct command cmd_codes_import, cmd_codes_list, cmd_codes_unmapped, cmd_codes_map;
extern const struct command cmd_import;
extern const struct command cmd_template;
extern const struct command cmd_quality;
extern const struct command cmd_ready;
extern const struct command cmd_screen;
extern const struct command cmd_rank;
extern const struct command cmd_explain;
extern const struct command cmd_sheet;
extern const struct command cmd_backtest;
extern const struct command cmd_sample;
extern const struct command cmd_plan;
extern const struct command cmd_verify;
extern const struct command cmd_evaluate;
extern const struct command cmd_rules_list;
extern const struct command cmd_rules_show;
extern const struct command cmd_rules_test;
extern const struct command cmd_rules_lint;
extern const struct command cmd_rules_diff;
extern const struct command cmd_verdict_import;
extern const struct command cmd_verdict_list;
extern const struct command cmd_verdict_rates;
extern const struct command cmd_audit_export;
extern const struct command cmd_backup;
extern const struct command cmd_restore;
extern const struct command cmd_audit_verify;
extern const struct command cmd_clues_raise;
extern const struct command cmd_check;
extern const struct command cmd_serve;
extern const struct command cmd_user_add;
extern const struct command cmd_user_list;
extern const struct command cmd_user_password;
extern const struct command cmd_rules_activate;
extern const struct command cmd_rules_trial;
extern const struct command cmd_rules_retire;
extern const struct command cmd_rules_set;
extern const struct command cmd_rules_history;
extern const struct command cmd_rules_key;
extern const struct command cmd_rules_pack;
extern const struct command cmd_rules_unpack;
extern const struct command cmd_rules_coverage;
extern const struct command cmd_rules_doc;
extern const struct command cmd_history_build;
extern const struct command cmd_history_show;
extern const struct command cmd_knowledge_import;
extern const struct command cmd_knowledge_list;
extern const struct command cmd_version;
extern const struct command cmd_completion;

#endif
