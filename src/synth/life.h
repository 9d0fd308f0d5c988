/* SPDX-License-Identifier: MulanPSL-2.0 */
/* One person's time while it is being filled; for care.c and care_long.c only. */
#ifndef HUJI_SYNTH_LIFE_H
#define HUJI_SYNTH_LIFE_H

#include "synth/care.h"

struct life {
    struct world *w;
    const struct person *p;
    struct rng r;
    day_t from, to;     /* of what may happen to the person */
    uint8_t busy[4000]; /* by day of the data: 1 in hospital, 2 a visit */
    uint32_t town, h2, h3, clinic, pharm, priv;
    bool chronic, dialysis;
};

static inline uint8_t *day_of(struct life *l, day_t d)
{
    return &l->busy[d - l->w->from];
}

void life_chemotherapy(struct life *l);
void life_dialysis(struct life *l);
void life_chronic(struct life *l, const struct chronic *c);

#endif
