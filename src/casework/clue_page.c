/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "casework/clue_index_priv.h"

const char *const clue_sort_name[CLUE_SORTS] = {
    "expected_fen", "fund_fen", "amount_fen",     "event_date", "due",
    "id",           "rule_id",  "fixmedins_code", "state",      "class"};
const char *const clue_group_name[CLUE_GROUPS] = {"rule_id", "fixmedins_code", "state",  "class",
                                                  "month",   "assignee",       "admdvs", "nature"};

/* --- order --------------------------------------------------------------------------------------- */

struct named {
    struct span s;
    uint32_t id;
};

static int by_name(const void *a, const void *b)
{
    return span_cmp(((const struct named *)a)->s, ((const struct named *)b)->s);
}

/* rank[id] of names by bytes. Owns: mem_free. */
static int64_t *ranks(const struct names *t)
{
    struct named *all = mem_alloc((t->n + 1) * sizeof *all);
    int64_t *rank = mem_alloc((t->n + 1) * sizeof *rank);

    if (all && rank) {
        for (uint32_t i = 0; i < t->n; i++)
            all[i] = (struct named){t->at[i], i};
        if (t->n)
            qsort(all, t->n, sizeof *all, by_name);
        for (uint32_t i = 0; i < t->n; i++)
            rank[all[i].id] = i;
    } else {
        mem_free(rank);
        rank = NULL;
    }
    mem_free(all);
    return rank;
}

/* keys[k] of row sel[k]. */
static void keys_of(const struct clue_index *x, enum clue_sort by, const int64_t *rank,
                    const uint32_t *sel, size_t n, int64_t *keys)
{
    const int64_t *wide = by == SORT_EXPECTED ? x->expected
                          : by == SORT_FUND   ? x->fund
                          : by == SORT_AMOUNT ? x->amount
                                              : x->id;

    switch (by) {
    case SORT_DAY:
    case SORT_DUE:
        for (size_t k = 0; k < n; k++)
            keys[k] = (by == SORT_DAY ? x->day : x->due)[sel[k]];
        return;
    case SORT_RULE:
    case SORT_INST:
        for (size_t k = 0; k < n; k++)
            keys[k] = rank[(by == SORT_RULE ? x->rule : x->inst)[sel[k]]];
        return;
    case SORT_STATE:
    case SORT_CLASS:
        for (size_t k = 0; k < n; k++)
            keys[k] = by == SORT_STATE ? kind_state(x->kind[sel[k]]) : kind_class(x->kind[sel[k]]);
        return;
    default:
        for (size_t k = 0; k < n; k++)
            keys[k] = wide[sel[k]];
    }
}

/* Does (k1, i1) stand before (k2, i2)? */
static inline bool before(bool descending, int64_t k1, int64_t i1, int64_t k2, int64_t i2)
{
    if (k1 != k2)
        return descending ? k1 > k2 : k1 < k2;
    return descending ? i1 > i2 : i1 < i2;
}

/* A heap whose root is the last of the page. */
struct heap {
    int64_t *keys, *ids;
    size_t n, cap;
    bool descending;
};

static void sink(struct heap *h, size_t i)
{
    for (;;) {
        size_t worst = i;

        for (size_t c = 2 * i + 1; c <= 2 * i + 2 && c < h->n; c++)
            if (before(h->descending, h->keys[worst], h->ids[worst], h->keys[c], h->ids[c]))
                worst = c;
        if (worst == i)
            return;
        int64_t k = h->keys[i], id = h->ids[i];
        h->keys[i] = h->keys[worst];
        h->ids[i] = h->ids[worst];
        h->keys[worst] = k;
        h->ids[worst] = id;
        i = worst;
    }
}

static void offer(struct heap *h, int64_t key, int64_t id)
{
    if (h->n < h->cap) {
        h->keys[h->n] = key;
        h->ids[h->n++] = id;
        if (h->n == h->cap)
            for (size_t i = h->n / 2; i-- > 0;)
                sink(h, i);
    } else if (before(h->descending, key, id, h->keys[0], h->ids[0])) {
        h->keys[0] = key;
        h->ids[0] = id;
        sink(h, 0);
    }
}

/* The page in its order: the heap is small, insertion sort will do. */
static void settle(struct heap *h)
{
    for (size_t i = 1; i < h->n; i++)
        for (size_t j = i;
             j > 0 && before(h->descending, h->keys[j], h->ids[j], h->keys[j - 1], h->ids[j - 1]);
             j--) {
            int64_t k = h->keys[j], id = h->ids[j];

            h->keys[j] = h->keys[j - 1];
            h->ids[j] = h->ids[j - 1];
            h->keys[j - 1] = k;
            h->ids[j - 1] = id;
        }
}

/* --- sums ---------------------------------------------------------------------------------------- */

struct tally {
    int64_t amount, fund, expected, overdue, n;
    uint8_t *seen; /* institutions */
    uint32_t kinds[CLUE_KINDS];
};

/* A whole block: straight through the columns. */
static void tally_all(struct tally *t, const struct clue_index *x, const struct question *q,
                      size_t from, size_t n)
{
    const int64_t *amount = x->amount + from, *fund = x->fund + from,
                  *expected = x->expected + from;
    int64_t a = 0, f = 0, s = 0;

    for (size_t k = 0; k < n; k++) {
        a += amount[k];
        f += fund[k];
        s += expected[k];
    }
    t->amount += a;
    t->fund += f;
    t->expected += s;
    for (size_t i = from; i < from + n; i++) {
        uint32_t kind = x->kind[i];

        t->kinds[kind]++;
        t->overdue += (x->due[i] < q->today) & q->open[kind];
        t->seen[x->inst[i]] = 1;
    }
}

static void tally_some(struct tally *t, const struct clue_index *x, const struct question *q,
                       const uint32_t *sel, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        uint32_t i = sel[k], kind = x->kind[i];

        t->amount += x->amount[i];
        t->fund += x->fund[i];
        t->expected += x->expected[i];
        t->kinds[kind]++;
        t->overdue += (x->due[i] < q->today) & q->open[kind];
        t->seen[x->inst[i]] = 1;
    }
}

static void totals_of(const struct tally *t, const struct clue_index *x, struct clue_totals *out)
{
    *out = (struct clue_totals){.n = t->n,
                                .amount = t->amount,
                                .fund = t->fund,
                                .expected = t->expected,
                                .overdue = t->overdue};
    for (uint32_t k = 0; k < CLUE_KINDS; k++) {
        if (!t->kinds[k])
            continue;
        out->states[kind_state(k)] += t->kinds[k];
        out->verdicts[kind_verdict(k)] += t->kinds[k];
        out->classes[kind_class(k)] += t->kinds[k];
    }
    for (uint32_t i = 0; i < x->insts.n; i++)
        out->institutions += t->seen[i] && x->insts.at[i].n;
}

/* --- a page -------------------------------------------------------------------------------------- */

static void offer_all(const struct clue_index *x, const struct clue_order *o, struct heap *h,
                      const uint32_t *sel, const int64_t *keys, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        int64_t id = x->id[sel[k]];

        if (!o->after || before(o->descending, o->key, o->id, keys[k], id))
            offer(h, keys[k], id);
    }
}

/* Blocks far from each other follow each other: clues often lie in the order of what they are sorted by, or against it, and then
 * every row of a straight walk would enter the heap. */
static size_t stride_of(size_t blocks)
{
    size_t stride = blocks * 618 / 1000 + 1, a, b;

    for (;; stride++) {
        for (a = blocks, b = stride; b;) {
            size_t rest = a % b;

            a = b;
            b = rest;
        }
        if (a == 1)
            return stride;
    }
}

struct work {
    struct question q;
    struct tally t;
    uint32_t sel[CLUE_BLOCK];
    int64_t keys[CLUE_BLOCK];
};

static void walk(const struct clue_index *x, struct work *w, const struct clue_order *o,
                 const int64_t *rank, struct heap *h)
{
    size_t blocks = clue_blocks(x), stride = blocks ? stride_of(blocks) : 0;

    for (size_t k = 0, b = 0; k < blocks; k++, b = (b + stride) % blocks) {
        size_t n = question_block(&w->q, x, b, w->sel);

        if (!n)
            continue;
        w->t.n += (int64_t)n;
        if (n == CLUE_BLOCK)
            tally_all(&w->t, x, &w->q, b * CLUE_BLOCK, n);
        else
            tally_some(&w->t, x, &w->q, w->sel, n);
        keys_of(x, o->by, rank, w->sel, n, w->keys);
        offer_all(x, o, h, w->sel, w->keys, n);
    }
}

int clue_index_page(struct clue_index *x, struct cw *db, const struct clue_filter *f,
                    const struct clue_order *o, struct clue_page *out, struct err *e)
{
    struct heap h = {.keys = out->keys,
                     .ids = out->ids,
                     .cap = (o->limit < CLUE_PAGE ? o->limit : CLUE_PAGE) + 1,
                     .descending = o->descending};
    struct work *w = mem_calloc(1, sizeof *w);
    int64_t *rank = NULL;
    int rc = w ? clue_index_refresh(x, db, e) : err_nomem(e);

    if (rc) {
        mem_free(w);
        return rc;
    }
    pthread_rwlock_rdlock(&x->lock);
    rc = question_make(&w->q, x, db, f, e);
    if (!rc && (o->by == SORT_RULE || o->by == SORT_INST)) {
        rank = ranks(o->by == SORT_RULE ? &x->rules : &x->insts);
        rc = rank ? 0 : err_nomem(e);
    }
    if (!rc && !(w->t.seen = mem_calloc(x->insts.n + 1, 1)))
        rc = err_nomem(e);
    if (!rc) {
        walk(x, w, o, rank, &h);
        settle(&h);
        out->more = h.n == h.cap;
        out->n = out->more ? h.n - 1 : h.n;
        totals_of(&w->t, x, &out->totals);
    }
    pthread_rwlock_unlock(&x->lock);
    question_release(&w->q);
    mem_free(rank);
    mem_free(w->t.seen);
    mem_free(w);
    return rc;
}

/* --- all of them ---------------------------------------------------------------------------------- */

static int by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

int clue_index_ids(struct clue_index *x, struct cw *db, const struct clue_filter *f, int64_t **ids,
                   size_t *n, struct err *e)
{
    struct work *w = mem_calloc(1, sizeof *w);
    int64_t *out = NULL;
    size_t cap = 0, got = 0;
    int rc = w ? clue_index_refresh(x, db, e) : err_nomem(e);

    if (rc) {
        mem_free(w);
        return rc;
    }
    pthread_rwlock_rdlock(&x->lock);
    rc = question_make(&w->q, x, db, f, e);
    for (size_t b = 0; b < clue_blocks(x) && !rc; b++) {
        size_t k = question_block(&w->q, x, b, w->sel);

        if (mem_grow(&out, &cap, got + k + 1, sizeof *out))
            rc = err_nomem(e);
        for (size_t j = 0; j < k && !rc; j++)
            out[got++] = x->id[w->sel[j]];
    }
    pthread_rwlock_unlock(&x->lock);
    question_release(&w->q);
    mem_free(w);
    if (rc) {
        mem_free(out);
        return rc;
    }
    if (got)
        qsort(out, got, sizeof *out, by_id);
    *ids = out;
    *n = got;
    return 0;
}
