/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Institutions against their peers, fair to size: how many of its visits are in question (O), how many would be if it
 * were as its peers are (e: their rate among stays times its stays, and the same of other visits), and how surprising
 * that is. Counts of peers spread wider than chance alone: the dispersion phi is taken from the winsorised residuals
 * (Spiegelhalter 2005), p is the upper tail of the negative binomial with variance phi * e (phi 1: Poisson), q goes by
 * Benjamini and Hochberg over all institutions that were tested.
 *
 * Peers: the same kind (level, or pharmacies) without itself; where they are fewer than 5, all medical institutions,
 * then all. Whoever is flagged is nobody's peer: it is solved again without them, up to three times. One pseudo-hit at the overall rate keeps a rate of peers from being 0.
 */
#ifndef HUJI_SCREEN_FUNNEL_H
#define HUJI_SCREEN_FUNNEL_H

#include "base/arena.h"
#include "base/err.h"

#define FUNNEL_LEAST 30       /* visits; smaller institutions are not tested */
#define FUNNEL_PEERS 5        /* institutions */
#define FUNNEL_Q 50000        /* q <= 0.05 */
#define FUNNEL_NONE INT64_MIN /* not tested */

enum { FUNNEL_STAYS, FUNNEL_OTHERS, FUNNEL_STRATA };

struct funnel_row {
    struct span inst, kind;
    int64_t volume[FUNNEL_STRATA], hits[FUNNEL_STRATA]; /* visits, of them in question */
    /* from here by funnel_solve; numbers in 1e-6 */
    int64_t observed, expected;
    int64_t ratio, low, high; /* O / e with its 95 % limits */
    int64_t p, q;             /* FUNNEL_NONE: too small */
    int64_t n_peers;
    bool apart; /* flagged: nobody's peer */
};

struct funnel {
    struct arena text;
    struct funnel_row *at; /* by institution code */
    size_t n, cap;
    int64_t phi; /* 1e-6 */
};

/* Adds a row; texts are copied. Rows come in the order of their codes. */
int funnel_add(struct funnel *f, const struct funnel_row *row, struct err *e);
int funnel_solve(struct funnel *f, struct err *e);
/* NULL: not there. */
struct funnel_row *funnel_find(const struct funnel *f, struct span inst);
static inline bool funnel_flags(const struct funnel_row *r)
{
    return r && r->q != FUNNEL_NONE && r->q <= FUNNEL_Q;
}
void funnel_release(struct funnel *f);

/* P(X >= o) for mean e > 0 and variance phi * e. */
double funnel_tail(int64_t o, double e, double phi);

#endif
