/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Every command, by name: cmd_NAME.c defines cmd_NAME, commands.c orders them. */
#ifndef HUJI_CLI_COMMANDS_H
#define HUJI_CLI_COMMANDS_H

#include "cli/command.h"

extern const struct command cmd_help;
extern const struct command cmd_version;
extern const struct command cmd_completion;

#endif
