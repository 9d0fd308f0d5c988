/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/walk_priv.h"

#include <stdlib.h>

#include "base/mem.h"

/* Live rows that follow each other and have one code: the code, and the first of them. */
struct same_code {
    int32_t code, row;
};
enum { FEW_VISITS = 8 };

static int cmp_code(const void *pa, const void *pb)
{
    const struct same_code *a = pa, *b = pb;
    if (a->code != b->code)
        return a->code < b->code ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

static size_t find_runs(struct walk *w, const int32_t *code, bool *sorted)
{
    size_t n = 0;
    *sorted = true;
    for (size_t i = w->lo; i < w->hi; i++) {
        if (!w->live[i] || (n && w->runs[n - 1].code == code[i]))
            continue;
        *sorted = *sorted && (!n || w->runs[n - 1].code < code[i]);
        w->runs[n++] = (struct same_code){code[i], (int32_t)i};
    }
    return n;
}

/* Live rows of the person by a code column, then by row. Lines of one visit mostly follow each other: not the rows are sorted
 * but their runs. */
static int sort_by(struct walk *w, int f, struct rows_by *to)
{
    const int32_t *code = w->line[f];
    bool sorted;
    size_t most = w->hi - w->lo + 1;
    if (mem_grow(&to->row, &to->cap, most, sizeof *to->row) < 0 ||
        mem_grow(&w->runs, &w->cap_runs, most, sizeof *w->runs) < 0) {
        w->failed = true;
        return -1;
    }
    size_t runs = find_runs(w, code, &sorted);
    if (!sorted)
        qsort(w->runs, runs, sizeof *w->runs, cmp_code);
    to->n = 0;
    for (size_t k = 0; k < runs; k++)
        for (size_t i = (size_t)w->runs[k].row;
             i < w->hi && (!w->live[i] || code[i] == w->runs[k].code); i++)
            if (w->live[i])
                to->row[to->n++] = (int32_t)i;
    to->ready = true;
    return 0;
}

/* The rows of one code; n = 0: there are none. */
static const int32_t *rows_of(const struct walk *w, int f, const struct rows_by *by, int32_t code,
                              size_t *n)
{
    size_t lo = 0, hi = by->n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (walk_code_at(w, f, (size_t)by->row[mid]) < code)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (hi = lo; hi < by->n && walk_code_at(w, f, (size_t)by->row[hi]) == code; hi++)
        ;
    *n = hi - lo;
    return by->row + lo;
}

/* One of few visits whose lines are asked for: its live rows, without an order of all. */
static const int32_t *scan_visit(struct walk *w, int32_t visit, size_t *n)
{
    struct rows_by *by = &w->by_visit;
    size_t k = 0;
    if (mem_grow(&by->row, &by->cap, w->hi - w->lo + 1, sizeof *by->row) < 0) {
        w->failed = true;
        return NULL;
    }
    for (size_t i = w->lo; i < w->hi; i++)
        if (w->live[i] && walk_code_at(w, w->f_visit, i) == visit)
            by->row[k++] = (int32_t)i;
    w->n_scanned++;
    w->asked_visit = visit;
    *n = w->asked_n = k;
    return w->asked_rows = by->row;
}

const int32_t *walk_visit_lines(struct walk *w, int32_t visit, size_t *n)
{
    *n = 0;
    if (w->in_tap || !w->line[w->f_visit])
        return NULL;
    if ((w->by_visit.ready || w->n_scanned) && visit == w->asked_visit) {
        *n = w->asked_n;
        return w->asked_rows;
    }
    if (w->news && !w->by_visit.ready && w->n_scanned < FEW_VISITS)
        return scan_visit(w, visit, n);
    if (!w->by_visit.ready && sort_by(w, w->f_visit, &w->by_visit) < 0)
        return NULL;
    w->asked_visit = visit;
    w->asked_rows = rows_of(w, w->f_visit, &w->by_visit, visit, n);
    w->asked_n = *n;
    return w->asked_rows;
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

/* What is left of a line's share when it is rounded down. */
struct share {
    unsigned __int128 rest;
    int32_t row;
};

static inline bool goes_before(const struct share *a, const struct share *b)
{
    return a->rest != b->rest ? a->rest > b->rest : a->row < b->row;
}

static inline void swap(struct share *a, struct share *b)
{
    struct share t = *a;
    *a = *b;
    *b = t;
}

/* The `many` that go before all others come first, in any order. */
static void select_first(struct share *at, size_t n, size_t many)
{
    for (size_t lo = 0, hi = n; many > lo && many < hi;) {
        size_t mid = lo + (hi - lo) / 2, to = lo;
        if (goes_before(&at[mid], &at[lo]))
            swap(&at[mid], &at[lo]);
        if (goes_before(&at[hi - 1], &at[lo]))
            swap(&at[hi - 1], &at[lo]);
        if (goes_before(&at[mid], &at[hi - 1])) /* the middle one of three goes to the end */
            swap(&at[mid], &at[hi - 1]);
        for (size_t i = lo; i + 1 < hi; i++)
            if (goes_before(&at[i], &at[hi - 1]))
                swap(&at[i], &at[to++]);
        swap(&at[to], &at[hi - 1]);
        if (to < many)
            lo = to + 1;
        else
            hi = to;
    }
}

/* fund * weight / sum, rounded down. Amounts that occur need no division of 128 bits, which is a call. */
static int64_t part_of(int64_t fund, int64_t weight, unsigned __int128 sum, unsigned __int128 *rest)
{
    uint64_t p;
    if (!(sum >> 64) && !__builtin_mul_overflow((uint64_t)fund, (uint64_t)weight, &p)) {
        *rest = p % (uint64_t)sum;
        return (int64_t)(p / (uint64_t)sum);
    }
    unsigned __int128 wide = (unsigned __int128)(uint64_t)fund * (uint64_t)weight;
    *rest = wide % sum;
    return (int64_t)(wide / sum);
}

/* The settlement's fund over its lines in proportion to net inscp_amt, by largest remainder (definitions part 9). Where lines are missing
 * those that are there bear no more than they came to: nobody can be asked for the fund of what he was not seen to charge. */
static void share_fund(struct walk *w, const int32_t *rows, size_t n, int64_t fund)
{
    const int64_t *inscp = w->line[w->f_inscp];
    unsigned __int128 sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += inscp && inscp[rows[i]] > 0 ? (uint64_t)inscp[rows[i]] : 0;
        w->fund[rows[i]] = 0;
    }
    if (!sum || fund <= 0)
        return;
    if ((uint64_t)fund > sum)
        fund = (int64_t)sum;
    int64_t left = fund;
    if (mem_grow(&w->share, &w->cap_share, n, sizeof *w->share) < 0) {
        w->failed = true;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        int64_t weight = inscp[rows[i]] > 0 ? inscp[rows[i]] : 0;
        w->share[i].row = rows[i];
        w->fund[rows[i]] = part_of(fund, weight, sum, &w->share[i].rest);
        left -= w->fund[rows[i]];
    }
    select_first(w->share, n, (size_t)(left > 0 ? left : 0));
    for (int64_t i = 0; i < left && i < (int64_t)n; i++)
        w->fund[w->share[i].row]++;
}

/* Most persons' settlements are asked for few of their lines: each is shared out when it is. */
static void share_settlement(struct walk *w, int32_t setl)
{
    size_t n;
    const struct huji_table *t = &w->run->frame->table[S_SETTLEMENT];
    const int32_t *rows = rows_of(w, w->f_setl, &w->by_setl, setl, &n);
    bool known = setl >= 0 && (uint32_t)setl < w->run->frame->dict[D_SETL].n;
    int32_t row = known ? w->run->row_of[D_SETL][setl] : -1;
    int64_t total = row >= 0 ? table_cell(t, F_FEN, w->run->known[S_SETTLEMENT].fund, (size_t)row)
                             : 0;
    share_fund(w, rows, n, total == HUJI_NONE64 ? 0 : total);
}

int64_t walk_line_fund(struct walk *w, int32_t row)
{
    if (w->in_tap)
        return w->tap.fund[row];
    if (!w->live[row])
        return 0;
    if (!w->by_setl.ready) {
        if (sort_by(w, w->f_setl, &w->by_setl) < 0)
            return 0;
        for (size_t i = w->lo; i < w->hi; i++)
            w->fund[i] = HUJI_NONE64;
    }
    if (w->fund[row] == HUJI_NONE64)
        share_settlement(w, walk_code_at(w, w->f_setl, (size_t)row));
    return w->failed ? 0 : w->fund[row]; /* without memory not all were shared out */
}
