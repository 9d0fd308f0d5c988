/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Rankings held against what is known: plants (evaluate.h), or verdicts where there is no truth. A clue is right when
 * any of its findings is; of clues that nobody reviewed nothing is known, and they are left out.
 */
#ifndef HUJI_SCREEN_GAUGE_H
#define HUJI_SCREEN_GAUGE_H

#include "screen/clues.h"
#include "screen/curve.h"
#include "screen/evaluate.h"

enum { LABEL_WRONG, LABEL_RIGHT, LABEL_UNKNOWN, LABEL_REVIEWED };

/* By finding: right when it meets a planted violation, else wrong. With `learned` what has a verdict is LABEL_REVIEWED:
 * its clue is left out, or a ranking that has learned from the verdicts would be asked what it was told. Without, the
 * verdicts are taken off. Owns: mem_free. NULL: out of memory. */
int8_t *labels_of_truth(const struct evaluation *v, struct finding_set *fs, bool learned);
/* By finding from its verdict, which is then taken off it, so that the ranking does not know what it is asked. */
int8_t *labels_of_verdicts(struct finding_set *fs);

/* Orders in which a list can be read. */
enum gauge_order { BY_EXPECTED, BY_FRAUD, BY_FUND, BY_FINDINGS, GAUGE_ORDERS };
extern const char *const gauge_order_name[GAUGE_ORDERS]; /* Chinese */

struct gauge {
    struct listed *list[GAUGE_ORDERS]; /* the same rows in each order */
    size_t n;
    int64_t all_plants; /* known violations, found or not */
};

/* `r`: clues by E. `v` NULL: labels come from verdicts. Owns: gauge_release. */
int gauge_clues(struct gauge *g, const struct clues *c, const struct ranking *r,
                const int8_t *labels, const struct evaluation *v, struct err *e);
void gauge_release(struct gauge *g);

/* Institutions: which are worse than their size explains, and what scores say so. */
struct inst_scores {
    size_t n;
    bool *positive; /* 2 violations and more, and more per visit than all institutions together */
    int64_t *expected, *score, *surprise, *findings,
        *turnover; /* surprise: 1 - p of the funnel, 1e-6 */
};

/* Of all institutions with visits; clues_funnel has run, `r` ranks institutions. Owns: inst_scores_release. */
int gauge_institutions(struct inst_scores *s, const struct clues *c, const struct ranking *r,
                       const int8_t *labels, const struct evaluation *v, const struct names *insts,
                       const int64_t *turnover, struct err *e);
void inst_scores_release(struct inst_scores *s);

#endif
