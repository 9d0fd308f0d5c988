/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What would a rule find with another value of one of its parameters? A curve over the values: hits, money, institutions,
 * persons, and how many of the hits reviews have settled.
 *
 * Stored: where the parameter is the rule's slider (keep_from, docs/engineer/rules-language.md) and the values lie no
 * looser than it was kept, the curve is read off the values of the last screening run: one query, however many points.
 * Refolded: otherwise the rule is asked anew with every value at once, in one walk over its own columns.
 */
#ifndef HUJI_RUN_BACKTEST_H
#define HUJI_RUN_BACKTEST_H

#include "base/fen.h"
#include "base/progress.h"
#include "claims/store.h"
#include "engine/rule.h"

#define BACKTEST_POINTS 200

struct backtest_options {
    struct span param; /* "max"; empty: rule_bound */
    int64_t from, to,
        step;    /* 1e-6 of the number that the rule writes, in its unit ("15 d": 15,000,000) */
    int threads; /* 0 = as many as there are processors */
    bool refold; /* do not use stored values */
};

struct backtest_point {
    int64_t at; /* 1e-6, as from and to */
    int64_t hits, institutions, persons;
    int64_t confirmed, rejected; /* of the hits: reviewed, by the verdict that stands */
    fen_t amount, fund;
    bool own; /* the value that the rule has */
};

struct backtest {
    struct backtest_point *at; /* ascending. Owns: backtest_release */
    size_t n;
    int64_t own;              /* 1e-6: the rule's own value */
    char param[64], unit[16]; /* "max", "d" */
    bool stored;
    bool
        loose_money; /* stored, and money is an excess over the loosest bound: too high at stricter values */
    double seconds;
};

/* `lib` may gain trial rules: use it for nothing else afterwards. Errors: ERR_USAGE for a parameter or range that can't be;
 * ERR_STATE when stored values are asked for and nothing was screened. */
int backtest_run(struct store *s, struct huji_library *lib, struct span rule,
                 const struct backtest_options *o, const struct progress *p, struct backtest *out,
                 struct err *e);
void backtest_release(struct backtest *b);

#endif
