/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What data a rule asks about, read off its text, in the words of claims/ready.h. */
#ifndef HUJI_CLI_NEEDS_H
#define HUJI_CLI_NEEDS_H

#include "claims/ready.h"
#include "engine/rule.h"

/* One entry per rule that is no measure. Texts and arrays live in `a`. */
int library_needs(const struct huji_library *lib, struct arena *a, struct rule_need **out,
                  size_t *n, struct err *e);

#endif
