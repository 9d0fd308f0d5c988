/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Where inspectors should go: institutions by expected recoverable money a working day, each with as many of its best
 * clues as pay. A visit costs VISIT_DAY of a working day before the first clue is looked at (the way, the meeting, getting
 * the records), each clue 1 / per_day. Integers of 1e-3 working days.
 */
#ifndef HUJI_SCREEN_PLAN_H
#define HUJI_SCREEN_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/fen.h"
#include "base/span.h"

#define PLAN_DAY 1000
#define PLAN_VISIT 500

struct plan_inst {
    struct span code;
    const fen_t *clues; /* E of its open clues, best first; borrowed */
    size_t n;
    /* by plan_solve */
    size_t take;    /* so many of them; 0 = not visited */
    int64_t days;   /* 1e-3 */
    fen_t expected; /* E of those taken */
    size_t order;   /* from 1 in the order of E a day */
};

struct plan {
    int64_t capacity; /* 1e-3 working days for clues: inspectors * days less the random share */
    int64_t per_day;  /* clues a working day */
    int64_t used;     /* by plan_solve */
};

/* Chooses greedily by E a day among what still fits, then fills up with the next best clues of those chosen. */
void plan_solve(struct plan *p, struct plan_inst *insts, size_t n);

#endif
