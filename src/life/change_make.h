/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The steps of change_open that differ by kind of change. */
#ifndef HUJI_LIFE_CHANGE_MAKE_H
#define HUJI_LIFE_CHANGE_MAKE_H

#include "life/change.h"

/* Which rule it speaks of: c->rule. */
int change_names(struct change *c, struct err *e);
/* Writes it into the stage; c->lib[0] is there. */
int change_make(struct change *c, struct err *e);
/* May it be so? c->lib[1] is there. */
int change_check(struct change *c, struct err *e);

#endif
