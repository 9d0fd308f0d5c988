/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What data a rule can't be asked without, read off the rule as it was bound, in the words of claims/ready.h. What can answer
 * in another way is no need: of `a or b`, `if(c, a, b)` and `coalesce(a, b)` only what every branch reads; of `known(x)` and
 * `missing(x)` nothing; what exempts, acquits, grades or words a finding neither.
 */
#ifndef HUJI_SCREEN_NEEDS_H
#define HUJI_SCREEN_NEEDS_H

#include "claims/ready.h"
#include "engine/rule.h"

/* One entry per rule that is no measure. Texts and arrays live in `a`. */
int library_needs(const struct huji_library *lib, struct arena *a, struct rule_need **out,
                  size_t *n, struct err *e);

#endif
