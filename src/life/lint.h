/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What loading does not ask of a rule: law known, examples of all four kinds for each of its forms, something to clear it,
 * tags. */
#ifndef HUJI_LIFE_LINT_H
#define HUJI_LIFE_LINT_H

#include "engine/rule.h"

typedef void lint_fn(void *ctx, const struct rule *r, int line, const char *what);

/* Number of faults; `tell` (NULL allowed) gets each. */
int lint_rule(const struct rule *r, lint_fn *tell, void *ctx);
/* No two rules, and no two variants of one, are called the same: lists show names. */
int lint_names(const struct huji_library *lib, lint_fn *tell, void *ctx);

#endif
