/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/walk_priv.h"

#include <stdlib.h>

#include "base/mem.h"

struct by_key {
    int32_t key, row;
};
enum { FEW_VISITS = 8 };

static int cmp_key(const void *pa, const void *pb)
{
    const struct by_key *a = pa, *b = pb;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

/* Live rows of the person sorted by a code column. */
static struct by_key *sort_by(struct walk *w, int f, size_t *n)
{
    size_t k = 0;
    struct by_key *at = mem_alloc((w->hi - w->lo + 1) * sizeof *at);
    if (!at) {
        w->failed = true;
        *n = 0;
        return NULL;
    }
    for (size_t i = w->lo; i < w->hi; i++)
        if (w->live[i])
            at[k++] = (struct by_key){walk_code_at(w, f, i), (int32_t)i};
    size_t sorted = 1;
    while (sorted < k && cmp_key(&at[sorted - 1], &at[sorted]) <= 0)
        sorted++;
    if (sorted < k)
        qsort(at, k, sizeof *at, cmp_key);
    *n = k;
    return at;
}

/* One of few visits whose lines are asked for: its live rows, without an order of all. */
static const int32_t *scan_visit(struct walk *w, int32_t visit, size_t *n)
{
    size_t k = 0;
    if (mem_grow(&w->by_visit, &w->cap_by_visit, w->hi - w->lo + 1, sizeof *w->by_visit) < 0) {
        w->failed = true;
        return NULL;
    }
    for (size_t i = w->lo; i < w->hi; i++)
        if (w->live[i] && walk_code_at(w, w->f_visit, i) == visit)
            w->by_visit[k++] = (int32_t)i;
    w->n_scanned++;
    w->asked_visit = visit;
    w->asked_lo = 0;
    *n = w->asked_n = k;
    return w->by_visit;
}

const int32_t *walk_visit_lines(struct walk *w, int32_t visit, size_t *n)
{
    *n = 0;
    if (w->in_tap || !w->line[w->f_visit])
        return NULL;
    if ((w->visit_ready || w->n_scanned) && visit == w->asked_visit) {
        *n = w->asked_n;
        return w->by_visit + w->asked_lo;
    }
    if (w->news && !w->visit_ready && w->n_scanned < FEW_VISITS)
        return scan_visit(w, visit, n);
    if (!w->visit_ready) {
        size_t k;
        struct by_key *at = sort_by(w, w->f_visit, &k);
        if (!at || mem_grow(&w->by_visit, &w->cap_by_visit, k + 1, sizeof *w->by_visit) < 0) {
            mem_free(at);
            w->failed = true;
            return NULL;
        }
        for (size_t i = 0; i < k; i++)
            w->by_visit[i] = at[i].row;
        w->n_by_visit = k;
        mem_free(at);
        w->visit_ready = true;
    }
    size_t lo = 0, hi = w->n_by_visit;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (walk_code_at(w, w->f_visit, (size_t)w->by_visit[mid]) < visit)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (hi = lo;
         hi < w->n_by_visit && walk_code_at(w, w->f_visit, (size_t)w->by_visit[hi]) == visit; hi++)
        ;
    w->asked_visit = visit;
    w->asked_lo = lo;
    *n = w->asked_n = hi - lo;
    return w->by_visit + lo;
}

const int32_t *walk_visit_rows(struct walk *w, enum source_id src, int32_t visit, size_t *n)
{
    const struct huji_table *t = &w->run->frame->table[src];
    int f = w->run->known[src].visit;
    size_t k = 0;
    *n = 0;
    if (f < 0 || !t->col[f] || w->psn < 0)
        return NULL;
    uint32_t lo, hi;
    run_rows(w->run, src, (uint32_t)w->psn, &lo, &hi);
    for (uint32_t r = lo; r < hi; r++)
        if (table_cell(t, F_CODE, f, r) == visit) {
            if (mem_grow(&w->rows, &w->cap_rows, k + 1, sizeof *w->rows) < 0) {
                w->failed = true;
                return NULL;
            }
            w->rows[k++] = (int32_t)r;
        }
    *n = k;
    return w->rows;
}

struct share {
    int64_t floor;
    __int128 rest;
    int32_t row;
};

static int cmp_rest(const void *pa, const void *pb)
{
    const struct share *a = pa, *b = pb;
    if (a->rest != b->rest)
        return a->rest > b->rest ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

/* The settlement's fund over its lines in proportion to net inscp_amt, by largest remainder (definitions part 9). */
static void share_fund(struct walk *w, const struct by_key *at, size_t n, int64_t fund)
{
    const int64_t *inscp = w->line[w->f_inscp];
    struct share *s = mem_alloc((n + 1) * sizeof *s);
    __int128 sum = 0;
    if (!s) {
        w->failed = true;
        return;
    }
    for (size_t i = 0; i < n; i++)
        sum += inscp && inscp[at[i].row] > 0 ? inscp[at[i].row] : 0;
    int64_t left = fund;
    for (size_t i = 0; i < n; i++) {
        int64_t wgt = inscp && inscp[at[i].row] > 0 ? inscp[at[i].row] : 0;
        __int128 p = (__int128)fund * wgt;
        s[i] = (struct share){sum && fund > 0 ? (int64_t)(p / sum) : 0, sum ? p % sum : 0,
                              at[i].row};
        left -= s[i].floor;
    }
    qsort(s, n, sizeof *s, cmp_rest);
    for (size_t i = 0; i < n; i++)
        w->fund[s[i].row] = s[i].floor + (sum && fund > 0 && (int64_t)i < left);
    mem_free(s);
}

static void all_shares(struct walk *w)
{
    size_t n;
    struct by_key *at = sort_by(w, w->f_setl, &n);
    const struct huji_table *t = &w->run->frame->table[S_SETTLEMENT];
    int fund = w->run->known[S_SETTLEMENT].fund;
    const int32_t *rows = w->run->row_of[D_SETL];
    uint32_t known = w->run->frame->dict[D_SETL].n;
    for (size_t i = 0, j; at && i < n; i = j) {
        for (j = i + 1; j < n && at[j].key == at[i].key; j++)
            ;
        int32_t row = at[i].key >= 0 && (uint32_t)at[i].key < known ? rows[at[i].key] : -1;
        int64_t total = row >= 0 ? table_cell(t, F_FEN, fund, (size_t)row) : 0;
        share_fund(w, at + i, j - i, total == HUJI_NONE64 ? 0 : total);
    }
    mem_free(at);
    w->fund_ready = true;
}

/* Of an order that is not settled yet the fund has paid nothing. */
static bool unsettled(const struct walk *w, int32_t row)
{
    int32_t setl = walk_code_at(w, w->f_setl, (size_t)row);
    return w->news && (setl < 0 || (uint32_t)setl >= w->run->frame->dict[D_SETL].n);
}

int64_t walk_line_fund(struct walk *w, int32_t row)
{
    if (w->in_tap)
        return w->tap.fund[row];
    if (!w->live[row])
        return 0;
    if (!w->fund_ready && unsettled(w, row))
        return 0;
    if (!w->fund_ready)
        all_shares(w);
    return w->failed ? 0 : w->fund[row]; /* without memory not all were shared out */
}
