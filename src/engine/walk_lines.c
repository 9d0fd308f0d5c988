/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A person's fee lines are offered to plans: netted or raw, all of them or news first. */
#include "engine/walk_priv.h"

#include <string.h>

#include "base/mem.h"

/* Does the first column that is asked about (mostly the item) let the line pass to any of the plans that are open? */
static bool may_pass(const struct walk *w, const struct dispatch *d, const uint64_t *open, size_t i)
{
    const struct event_ref ref = {S_LINE, (int32_t)i, -1, NULL};
    const uint64_t *at = d->n_columns ? dispatch_bits(d, &d->column[0], &w->env, &ref) : d->all;
    uint64_t left = 0;
    for (size_t k = 0; k < d->words; k++)
        left |= at[k] & open[k];
    return left;
}

/* What a column lets pass of n lines. With `words` known where it is called, a loop of few steps: of the tables' places, which
 * lie anywhere, many are waited for at once. */
__attribute__((always_inline)) static inline void pass_column(const struct dispatch_column *c,
                                                              const void *col, size_t lo, size_t n,
                                                              uint64_t *bits, size_t words)
{
    for (size_t i = 0; i < n; i++) {
        int64_t code = col ? line_cell(col, c->wide, lo + i) : HUJI_NONE64;
        size_t row = code == HUJI_NONE64 ? c->n + 1u : (uint64_t)code < c->n ? (size_t)code : c->n;
        for (size_t k = 0; k < words; k++)
            bits[i * words + k] &= c->bits[row * words + k];
    }
}

/* The bits of each of the person's lines from one on, a column at a time. */
static int pass_lines(struct walk *w, const struct dispatch *d, size_t from)
{
    const uint64_t *open = w->open + w->open_at[S_LINE];
    size_t n = w->hi - from;
    if (mem_grow(&w->passed, &w->cap_passed, n * d->words + 1, sizeof *w->passed) < 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        memcpy(w->passed + i * d->words, open, d->words * sizeof *open);
    for (int i = 0; i < d->n_columns; i++) {
        const struct dispatch_column *c = &d->column[i];
        const void *col = w->line[c->field];
        switch (d->words) {
        case 1: pass_column(c, col, from, n, w->passed, 1); break;
        case 2: pass_column(c, col, from, n, w->passed, 2); break;
        case 3: pass_column(c, col, from, n, w->passed, 3); break;
        case 4: pass_column(c, col, from, n, w->passed, 4); break;
        default: pass_column(c, col, from, n, w->passed, d->words); break;
        }
    }
    return 0;
}

/* Of all the person's lines. What the plans of a line some places ahead will read of their tables for its item, which lie anywhere: first where its rows, or
 * the easiest bound, are; then, of the next line, the rows. */
static void fetch_joined(const struct walk *w, const struct dispatch *d, size_t i, bool rows)
{
    const int32_t *items = w->line[w->f_item];
    if (i >= w->hi || !items || items[i] < 0)
        return;
    for (size_t k = 0; k < d->words; k++)
        for (uint64_t b = w->passed[(i - w->lo) * d->words + k] & w->joined[k]; b; b &= b - 1) {
            const struct clause_plan *p = &w->run
                                               ->plan[d->plan[k * 64 + (size_t)__builtin_ctzll(b)]];
            if ((uint32_t)items[i] >= p->kn->n)
                continue;
            if (rows && !p->bound)
                __builtin_prefetch(&p->kn->rows[p->kn->at[items[i]]]);
            else if (!rows && p->bound)
                __builtin_prefetch(&p->bound[items[i]]);
            else if (!rows)
                __builtin_prefetch(&p->kn->at[items[i]]);
        }
}

/* Every line from one on is offered; of news, those that are new. */
static void walk_lines_from(struct walk *w, size_t from)
{
    enum { AHEAD_PLACE = 4, AHEAD_ROWS = 2 };
    const uint8_t *fresh = w->news ? w->news->line : NULL; /* a byte per line of the batch */
    const struct dispatch *d = &w->run->dispatch[S_LINE];
    struct memo *memo = &w->memo[S_LINE];
    uint64_t *shut = w->shut + w->open_at[S_LINE];
    if (pass_lines(w, d, from) < 0) {
        w->failed = true;
        return;
    }
    memset(shut, 0, d->words * sizeof *shut);
    for (size_t i = from; i < w->hi; i++) {
        uint64_t *bits = w->passed + (i - from) * d->words, left = 0;
        memo->pending |= w->changed[i];
        dispatch_reopen(d, w->changed[i], shut);
        if (!fresh) {
            fetch_joined(w, d, i + AHEAD_PLACE, false);
            fetch_joined(w, d, i + AHEAD_ROWS, true);
        }
        for (size_t k = 0; k < d->words; k++)
            left |= bits[k] &= ~shut[k];
        if (!w->live[i] || !left || (fresh && !fresh[i]))
            continue;
        memo_line(memo, i);
        memo_settle(memo);
        walk_consider_all(w, d, bits, S_LINE, (int32_t)i);
    }
}

/* Lines that are not news, after those that are: most are of other days and visits, and nobody asks for them. */
static void walk_old_lines(struct walk *w)
{
    struct memo *memo = &w->memo[S_LINE];
    const struct dispatch *d = &w->run->dispatch[S_LINE];
    const struct near near = walk_near(w);
    const int64_t *time = memo->time >= 0 ? w->line[memo->time] : NULL;
    const int32_t *visit = w->line[w->f_visit];
    uint64_t *shut = w->shut + w->open_at[S_LINE];
    bool any[4];
    for (int f = 0; f < 4; f++)
        any[f] = walk_some_bit(w->open_far[f], d->words);
    for (size_t i = w->lo; i < w->hi; i++) {
        memo->pending |= w->changed[i];
        if (!w->live[i] || w->news->line[i])
            continue;
        int far = time && visit ? walk_far(&near, time[i], visit[i]) : 0;
        if (!any[far] || !may_pass(w, d, w->open_far[far], i))
            continue;
        memset(shut, 0, d->words * sizeof *shut); /* lines between were not looked at */
        walk_offer(w, S_LINE, (int32_t)i, w->open_far[far]);
    }
}

void walk_live_lines(struct walk *w, enum turn turn)
{
    if (!walk_any_open(w, S_LINE, turn))
        return;
    memo_forget(&w->memo[S_LINE]);
    if (turn == TURN_OLD)
        walk_old_lines(w);
    else
        walk_lines_from(w, walk_first_new(w)); /* no news: the first */
}

void walk_raw_lines(struct walk *w)
{
    struct memo *memo = &w->memo[S_LINE_RAW];
    const uint8_t *fresh = w->news ? w->news->line : NULL;
    bool all = !fresh || walk_any_open(w, S_LINE_RAW, TURN_OLD);
    memo_forget(memo);
    for (size_t i = all ? w->lo : walk_first_new(w); i < w->hi; i++) {
        memo->pending |= w->changed[i];
        if (all || fresh[i])
            walk_offer(w, S_LINE_RAW, (int32_t)i, walk_open_to(w, S_LINE_RAW, fresh && !fresh[i]));
    }
}
