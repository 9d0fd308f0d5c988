/* SPDX-License-Identifier: MulanPSL-2.0 */
/* huji evaluate --show clues | institutions: the rankings held against the truth. */
#ifndef HUJI_CLI_EVALUATE_LISTS_H
#define HUJI_CLI_EVALUATE_LISTS_H

#include "cli/command.h"
#include "screen/evaluate.h"

struct store;

/* `v` NULL: verdicts of the store are the truth. `s` NULL: findings are those of --findings, without institutions. */
int evaluate_clues(const struct args *a, struct store *s, const struct evaluation *v,
                   struct err *e);
int evaluate_institutions(const struct args *a, struct store *s, const struct evaluation *v,
                          struct err *e);

#endif
