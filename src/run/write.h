/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Findings of a run into the table `finding`, sorted as definitions.md part 1 says, in one transaction. */
#ifndef HUJI_RUN_WRITE_H
#define HUJI_RUN_WRITE_H

#include "engine/walk.h"
#include "run/screen.h"

struct exceptions;
/* Counts into `r`. NULL `x`: everything but the table; else the table, marked by these exceptions. */
int findings_write(struct store *s, const struct huji_run *run, struct walk *const *walks, size_t n,
                   const struct exceptions *x, struct screen_report *r, struct err *e);

/* Hands each finding to o->found instead. */
int findings_each(struct store *s, const struct huji_run *run, struct walk *const *walks, size_t n,
                  const struct screen_options *o, struct err *e);

#endif
