/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What a rule's text says to people: its name, question, law, SQL. */
#ifndef HUJI_SCREEN_RULE_NAMES_H
#define HUJI_SCREEN_RULE_NAMES_H

#include "base/arena.h"
#include "base/span.h"

struct huji_library;

/* Names of rules for lists; without a library the ids stand alone. */
struct rule_names {
    struct huji_library *library; /* NULL: none found */
};

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
