/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Which plans can take a row at all, told by single columns. Every plan of a source has a bit; every column that conditions
 * ask about has a table: by its code, the bits of the plans that such a code lets pass. What is left of a row after all its
 * columns is asked the rest of its conditions.
 */
#ifndef HUJI_ENGINE_DISPATCH_H
#define HUJI_ENGINE_DISPATCH_H

#include "engine/eval.h"

enum { DISPATCH_COLUMNS = 24 };

struct dispatch_column {
    int field;
    bool wide;
    uint32_t n;     /* codes with a row of the table; 0: only known or missing is asked */
    uint64_t *bits; /* n + 2 rows of `words`: the codes, any other one, missing */
};

struct dispatch {
    const int *plan; /* bit i is plan[i]; ended by -1 */
    size_t words;
    const uint64_t *all; /* all plans */
    int n_columns;
    const struct dispatch_column
        *items; /* the one that is asked what items a plan takes; NULL: none */
    /* Lines: a plan that was refused by a condition over steady columns stays shut until one of these has another value. */
    uint64_t steady;        /* a bit a field, and MEMO_DAY */
    const uint64_t *reopen; /* `words` a field: the plans that it opens */
    struct dispatch_column column[DISPATCH_COLUMNS];
};

/* Makes run->dispatch, and takes from the plans' conditions what a column's table answers. Once, when all plans are made.
 * -1: no memory. */
int dispatch_make(struct huji_run *run);

/* Opens again what hangs on columns that have changed. */
static inline void dispatch_reopen(const struct dispatch *d, uint64_t changed, uint64_t *shut)
{
    for (changed &= d->steady; changed; changed &= changed - 1)
        for (size_t k = 0; k < d->words; k++)
            shut[k] &= ~d->reopen[(size_t)__builtin_ctzll(changed) * d->words + k];
}

/* The bits of a column for a row. */
static inline const uint64_t *dispatch_bits(const struct dispatch *d,
                                            const struct dispatch_column *c, const struct env *v,
                                            const struct event_ref *r)
{
    int64_t code = eval_cell(v, r, c->field, c->wide);
    size_t row = code == HUJI_NONE64 ? c->n + 1u : (uint64_t)code < c->n ? (size_t)code : c->n;
    return c->bits + row * d->words;
}

#endif
