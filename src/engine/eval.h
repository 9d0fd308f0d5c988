/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Evaluation of bound expressions. Unknown is HUJI_NONE64; booleans are 0 and 1. */
#ifndef HUJI_ENGINE_EVAL_H
#define HUJI_ENGINE_EVAL_H

#include "engine/memo.h"

struct event_ref {
    enum source_id src;
    int32_t row;
    int32_t kn; /* joined knowledge row, -1 = none */
    struct memo
        *memo; /* the row, unpacked, and what was asked of it before; NULL: it is not kept */
};

struct member;

struct env {
    const struct huji_run *run;
    const void *const *line; /* columns of the line table that rows of S_LINE refer to */
    struct event_ref cur, prev, inner;
    int clause;
    int64_t value, threshold; /* 1e-6 */
    int64_t gap_from, gap_to;
    int64_t inflow;      /* level: positive changes so far, 1e-4 */
    const int64_t *keys; /* of the finding's owner; NULL before the question */
    const struct member *members;
    size_t n_members;
    bool pair;            /* the rule is a pair */
    bool failed;          /* out of memory: what was counted is not to be believed */
    const int64_t *parts; /* of a combine, by part; NULL = none */
    const int64_t *late; /* keys of measures noted earlier, read one by one; NULL = evaluate them */
    /* what needs the walk: fund share of a line; lines of a visit. NULL: unknown */
    struct walk *walk;
};

/* Trees are called for one by one; the leaves that most of them end in need no call. */
int64_t eval_tree(struct env *v, const struct expr *x);
/* A column of a row that is in no memo: as it lies in the batch of lines, or in its resident table. */
int64_t eval_stored(const struct env *v, const struct event_ref *r, int field, bool wide);

/* Column of an event's own row, as int64. */
static inline int64_t eval_cell(const struct env *v, const struct event_ref *r, int field,
                                bool wide)
{
    return r->memo ? r->memo->cell[field] : eval_stored(v, r, field, wide);
}

static inline int64_t eval_field(const struct env *v, const struct event_ref *r, int field)
{
    return eval_cell(v, r, field, ftype_width(huji_sources[r->src].fields[field].type) == 8);
}

/* Two known numbers. */
static inline bool eval_compare(enum xop op, int64_t p, int64_t q)
{
    switch (op) {
    case X_EQ: return p == q;
    case X_NE: return p != q;
    case X_LT: return p < q;
    case X_LE: return p <= q;
    case X_GT: return p > q;
    default: return p >= q;
    }
}

static inline int64_t eval(struct env *v, const struct expr *x)
{
    if (x->own == OWN_CUR && v->cur.memo)
        return v->cur.memo->cell[x->field];
    if (x->op == X_NUM)
        return x->num;
    return eval_tree(v, x);
}

static inline bool eval_true(struct env *v, const struct expr *x)
{
    return eval(v, x) == 1;
}
/* The same answer as eval_true, sooner: where only true counts, an unknown half need not be told from a false one. */
bool eval_holds(struct env *v, const struct expr *x);
/* arith.c: makes a comparison of sums and products of the event's own columns one that needs no tree, if it is one. -1: no
 * memory. */
int arith_make(struct huji_run *run, struct conjunct *c);
bool arith_holds(const struct env *v, const struct arith *a);
/* eval_sums.c: X_AGG over the lines or other rows of a visit, X_MEMBERS over the members of a finding. */
int64_t eval_agg(struct env *v, const struct expr *x);
int64_t eval_members(struct env *v, const struct expr *x);
int64_t div_round(int64_t a, int64_t b, int scale_up); /* half away from zero; NONE when b = 0 */

/* Offered by walk.c. */
int64_t walk_line_fund(struct walk *w, int32_t row);
/* Rows of the live lines of a visit of the current person. */
const int32_t *walk_visit_lines(struct walk *w, int32_t visit, size_t *n);
/* Rows of another source (operations, checks) of a visit. */
const int32_t *walk_visit_rows(struct walk *w, enum source_id src, int32_t visit, size_t *n);
int64_t measure_value(const struct huji_run *run, const struct measure *m, const int64_t *key,
                      int n_key);

#endif
