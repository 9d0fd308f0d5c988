/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The rule library as commands use it: found, loaded, its names. */
#ifndef HUJI_CLI_LIBRARY_H
#define HUJI_CLI_LIBRARY_H

#include "base/arena.h"
#include "base/span.h"
#include "cli/command.h"
#include "screen/rule_names.h"

struct huji_library;

/* Finds the folder (rules_dir) and loads it. Owns: library_free(*out). */
int library_for(const struct args *a, struct huji_library **out, struct err *e);
/* What a command may want of it. */
struct library_wish {
    const char *file;   /* its rules in place of those of their ids */
    const char *region; /* regional parameters of this region; NULL = the data directory's own */
    bool as_written;    /* without regional parameters: examples speak of the rule as written */
};
int library_for_with(const struct args *a, struct library_wish w, struct huji_library **out,
                     struct err *e);

/* Which rules --rule and --tag mean, by library index; all without them. A rule or tag that does not exist is
 * ERR_USAGE. Owns: mem_free(*wanted). */
int library_select(const struct huji_library *lib, const struct args *a, bool **wanted,
                   struct err *e);

/* Owns: rule_names_release. A library that can't be found only costs the names. */
int rule_names_load(struct rule_names *n, const struct args *a, struct err *e);

#endif
