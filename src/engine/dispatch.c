/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/dispatch.h"

#include <string.h>

/* A table larger than this costs more than the conditions that it answers. */
enum { MOST_BYTES = 4 << 20 };

/* NULL: there is none, and no room for one. */
static struct dispatch_column *column_of(struct huji_run *run, struct dispatch *d,
                                         enum source_id src, int field, uint32_t n, size_t most)
{
    for (int i = 0; i < d->n_columns; i++)
        if (d->column[i].field == field && d->column[i].n == n)
            return &d->column[i];
    size_t bytes = ((size_t)n + 2) * d->words * sizeof(uint64_t);
    if (d->n_columns == DISPATCH_COLUMNS || bytes > most)
        return NULL;
    struct dispatch_column *c = &d->column[d->n_columns];
    *c = (struct dispatch_column){.field = field,
                                  .wide = ftype_width(huji_sources[src].fields[field].type) == 8,
                                  .n = n,
                                  .bits = arena_alloc(&run->a, bytes)};
    if (!c->bits) {
        run->failed = true;
        return NULL;
    }
    memset(c->bits, 0xff, bytes);
    d->n_columns++;
    return c;
}

static void let_not_pass(const struct dispatch *d, struct dispatch_column *c, size_t row, int bit)
{
    c->bits[row * d->words + (size_t)bit / 64] &= ~(UINT64_C(1) << (bit & 63));
}

/* Answers a condition by the column's table; false: it must be asked row by row. */
static bool answer(struct huji_run *run, struct dispatch *d, enum source_id src, int bit,
                   const struct conjunct *k)
{
    bool set = k->ask == ASK_SET;
    if (!set && k->ask != ASK_KNOWN)
        return false;
    struct dispatch_column *c = column_of(run, d, src, k->field, set ? k->n_bits : 0, MOST_BYTES);
    for (uint32_t row = 0; c && row <= c->n + 1; row++) {
        bool in = row < c->n && set && (k->bits[row >> 6] >> (row & 63) & 1);
        bool holds = set ? in : row <= c->n;
        if (holds == k->except)
            let_not_pass(d, c, row, bit);
    }
    return c;
}

/* Items that a plan takes: what depends on the item alone was asked of each when the plan was made. */
static void answer_items(struct huji_run *run, struct dispatch *d, enum source_id src, int bit,
                         const uint64_t *items)
{
    uint32_t n = run_id_count(run, D_ITEM);
    struct dispatch_column *c = column_of(run, d, src, run->known[src].item, n, SIZE_MAX);
    d->items = c;
    for (uint32_t i = 0; c && i <= n + 1; i++)
        if (i >= n || !(items[i >> 6] >> (i & 63) & 1))
            let_not_pass(d, c, i, bit);
}

/* Conditions over steady columns go behind the simple ones and before the others: what they refuse is refused for more than
 * one line. */
static int mark_steady(struct huji_run *run, struct dispatch *d)
{
    uint64_t *reopen = arena_calloc(&run->a, (MEMO_DAY + 1) * d->words * sizeof *reopen);
    if (!reopen)
        return -1;
    for (size_t bit = 0; d->plan[bit] >= 0; bit++) {
        struct conjunct *first = run->plan[d->plan[bit]].event, *to = first;
        while (to->x && to->ask)
            to++;
        for (struct conjunct *k = to; k->x; k++) {
            uint64_t fields;
            if (!(k->steady = memo_steady(k->x, S_LINE, &fields)))
                continue;
            d->steady |= fields;
            for (; fields; fields &= fields - 1)
                reopen[(size_t)__builtin_ctzll(fields) * d->words + bit / 64] |= UINT64_C(1)
                                                                                 << (bit & 63);
            struct conjunct c = *k;
            memmove(to + 1, to, (size_t)(k - to) * sizeof *to);
            *to++ = c;
        }
    }
    d->reopen = reopen;
    return 0;
}

static int make_one(struct huji_run *run, enum source_id src)
{
    struct dispatch *d = &run->dispatch[src];
    size_t n = 0;
    d->plan = run->by_source[src];
    while (d->plan[n] >= 0)
        n++;
    d->words = n / 64 + 1;
    uint64_t *all = arena_calloc(&run->a, d->words * sizeof *all);
    if (!all)
        return -1;
    d->all = all;
    for (size_t bit = 0; bit < n; bit++) {
        const struct clause_plan *p = &run->plan[d->plan[bit]];
        all[bit / 64] |= UINT64_C(1) << (bit & 63);
        if (p->items)
            answer_items(run, d, src, (int)bit, p->items);
    }
    for (size_t bit = 0; bit < n; bit++) {
        struct conjunct *to = run->plan[d->plan[bit]].event;
        for (const struct conjunct *k = to; k->x; k++)
            if (!answer(run, d, src, (int)bit, k))
                *to++ = *k;
        *to = (struct conjunct){0};
    }
    if (src == S_LINE && mark_steady(run, d) < 0)
        return -1;
    return run->failed ? -1 : 0;
}

int dispatch_make(struct huji_run *run)
{
    run->dispatch = arena_calloc(&run->a, SOURCE_COUNT * sizeof *run->dispatch);
    for (int s = 0; run->dispatch && s < SOURCE_COUNT; s++)
        if (make_one(run, (enum source_id)s) < 0)
            return -1;
    return run->dispatch ? 0 : -1;
}
