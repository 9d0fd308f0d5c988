/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Claims counted by what people ask for: dimensions with their labels, filters, scope, as SQL over the narrow tables. A visit counts in
 * the month of its end; with an item (a dimension or a filter) fee lines are counted instead, in the month of their visit.
 */
#ifndef HUJI_SERVER_ANALYSIS_H
#define HUJI_SERVER_ANALYSIS_H

#include "server/ask.h"

struct dimension {
    const char *name, *title; /* NULL ends */
    const char *key, *label;  /* SQL; label NULL = the key */
    const char *join;         /* "" or a join that it needs */
    bool lines;               /* is of fee lines */
};
extern const struct dimension dimensions[];
const struct dimension *dimension_find(struct span name); /* NULL: none */

struct counted {
    bool lines;
    const struct dimension *by[2];
    int n_by;
    const char *from, *to; /* "2023-01", NULL = open */
    struct buf where;      /* " where ..." with the scope */
    struct buf joins;
};
/* Reads by, from, to and a filter per dimension from the query string; scope from the session. `by` may be absent when
 * least_by is 0. Owns: counted_release. Errors: ERR_INPUT naming the field. */
int counted_read(struct request *r, int least_by, struct counted *c, struct err *e);
void counted_release(struct counted *c);
/* " from ... where ..." */
void counted_from(struct buf *b, const struct counted *c);
/* What is summed: visits stays persons medfee_fen fund_fen self_fen | lines visits persons medfee_fen inscp_fen. Each "expression name". */
const char *counted_sums(const struct counted *c);

#endif
