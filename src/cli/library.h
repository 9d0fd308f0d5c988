/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The rule library as commands use it: found, loaded, its names. */
#ifndef HUJI_CLI_LIBRARY_H
#define HUJI_CLI_LIBRARY_H

#include "base/arena.h"
#include "base/span.h"
#include "cli/command.h"

struct huji_library;

/* Finds the folder (rules_dir) and loads it. Owns: library_free(*out). */
int library_for(const struct args *a, struct huji_library **out, struct err *e);

/* Which rules --rule and --tag mean, by library index; all without them. A rule or tag that does not exist is
 * ERR_USAGE. Owns: mem_free(*wanted). */
int library_select(const struct huji_library *lib, const struct args *a, bool **wanted,
                   struct err *e);

/* Names of rules for lists; without a library the ids stand alone. */
struct rule_names {
    struct huji_library *library; /* NULL: none found */
};
int rule_names_load(struct rule_names *n, const struct args *a, struct err *e);
struct span rule_name(const struct rule_names *n, struct span rule); /* empty when unknown */
/* The texts of a list of the rule ("law", "clears" ...), in `a`. Nothing when unknown. */
void rule_list(const struct rule_names *n, struct span rule, const char *field, struct arena *a,
               const struct span **at, size_t *count);
/* of, from, ask, at_issue of the rule, a line each. */
void rule_question(const struct rule_names *n, struct span rule, struct buf *out);
/* The rule as SQL, or why it can't be said so. */
void rule_statement(const struct rule_names *n, struct span rule, struct buf *out);
/* Digest of the library's texts; empty without a library. */
struct span library_digest(const struct rule_names *n);
void rule_names_release(struct rule_names *n);

#endif
