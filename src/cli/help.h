/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What is made from the table of commands: help, overview, man page, completion. All print to `f`. */
#ifndef HUJI_CLI_HELP_H
#define HUJI_CLI_HELP_H

#include <stdio.h>

#include "cli/command.h"

void help_overview(FILE *f);                 /* `huji`: what it is and the first steps */
void help_all(FILE *f);                      /* `huji --help`: all commands */
void help_group(FILE *f, const char *group); /* `huji rules` */
void help_command(FILE *f, const struct command *c);
void help_man(FILE *f);        /* troff */
void help_completion(FILE *f); /* bash */

#endif
