/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * How much a hit is believed, as rules.md 5.1 says: p_r, the posterior mean of "confirmed on review" of its rule, times
 * a margin m in [0.5, 1] that grows with the distance from the threshold. Integers of 1e-6, so that rankings are the
 * same to the byte everywhere.
 */
#ifndef HUJI_SCREEN_CONFIDENCE_H
#define HUJI_SCREEN_CONFIDENCE_H

#include "base/map.h"
#include "screen/findings.h"

#define MICRO INT64_C(1000000)

struct verdict_count {
    int64_t confirmed, rejected;
};

/* So many verdicts of a rule at one kind of institution, and they speak for that kind alone. */
#define KIND_VERDICTS 50

/* Verdicts (查实 / 误报) per rule, and per rule and kind of institution. Zeroed = none yet. */
struct confidence {
    struct names rules;           /* the rule's id; with a kind behind U+001F */
    struct verdict_count *counts; /* by id of `rules` */
    size_t cap;
    struct verdict_count of_class[CLASS_COUNT]; /* whatever the rule */
};

/* Adds to the rule, and to the rule at institutions of `kind` (empty = not known). Errors: ERR_NOMEM. */
int confidence_verdict(struct confidence *c, struct span rule, struct span kind, int64_t confirmed,
                       int64_t rejected, struct err *e);
/* What reviews said of findings of a class: moves where a rule without verdicts of its own starts from. */
void confidence_class_verdict(struct confidence *c, enum finding_class cls, int64_t confirmed,
                              int64_t rejected);
/* Reads rule_id, confirmed, rejected, and inst_kind when the file has it. */
int confidence_read_csv(struct confidence *c, const char *path, struct err *e);
void confidence_release(struct confidence *c);
/* Verdicts of the rule; `kind` empty: at all institutions. */
struct verdict_count confidence_count(const struct confidence *c, struct span rule,
                                      struct span kind);
/*
 * p_r in 1e-6: Beta priors 明确 (9,1), 高疑 (5,5), 可疑 (2,8); their weight stays ten verdicts, their mean goes with what
 * reviews said of the class as a whole. A library has more rules than a round has reviews: without it 200 verdicts say
 * hardly anything of a rule that was reviewed once. `c` NULL = no verdicts.
 */
int64_t confidence_rule(const struct confidence *c, struct span rule, struct span kind,
                        enum finding_class cls);
/* m in 1e-6; a question without a threshold is met in full. */
int64_t confidence_margin(int64_t value, int64_t threshold);
/* What E is the mean of: p_r, in 1e-6. The margin is no chance: with it a question that has a threshold would count half
 * of one that has none, and the money list did worse than the bare amount. Reviewed findings as below. */
int64_t confidence_chance(const struct confidence *c, const struct finding *f);
/* s = p_r * m in 1e-6. What a review confirmed is certain; what it rejected counts nothing. */
int64_t confidence_strength(const struct confidence *c, const struct finding *f);
/* 95 % interval of Wilson for `yes` of `n`, in 1e-6. n = 0: all of [0, 1]. */
void wilson(int64_t yes, int64_t n, int64_t *lo, int64_t *hi);

#endif
