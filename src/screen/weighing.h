/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What makes a score: the strongest hit of each family, and what S and E of the clue (institution, person ...) were
 * without each of its rules. E is counted in the whole ledger: a line that one group gives up may fall to another.
 */
#ifndef HUJI_SCREEN_WEIGHING_H
#define HUJI_SCREEN_WEIGHING_H

#include "screen/rank.h"

/* What one rule adds to the group. */
struct weight {
    struct span rule, name;
    enum family family;
    int64_t strength;       /* 1e-6 */
    int64_t n;              /* findings */
    int64_t score_without;  /* S without the rule */
    fen_t expected_without; /* E without it */
};

struct weighing {
    struct weight *at; /* strongest first. Owns: weighing_release */
    size_t n, cap;
    int64_t score;
    fen_t expected;
    struct strengths strengths;
};

/* Weighs the findings i with group_of[i] = group (group_of NULL: all), leaving out one rule after the other. `l` knows
 * the parts of their stays (ledger_part). `fs` is changed meanwhile and left as it was; `l` holds the claims of all. */
int weighing_build(struct weighing *w, struct finding_set *fs, const uint32_t *group_of,
                   uint32_t group, struct ledger *l, const struct confidence *c, struct err *e);
void weighing_release(struct weighing *w);

#endif
