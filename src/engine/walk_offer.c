/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A row is offered to the plans that are open to it and that its columns let pass. */
#include "engine/walk_priv.h"

#include <string.h>

/* A plan's rows of its table for the row's item, or what the easiest of them asks, which most fall short of: they lie anywhere, and
 * are fetched for all plans at once. */
static void fetch_rows(const struct clause_plan *p, int64_t item)
{
    if (!p->kn || item < 0 || item >= p->kn->n)
        return;
    if (p->bound)
        __builtin_prefetch(&p->bound[item]);
    else
        __builtin_prefetch(&p->kn->rows[p->kn->at[item]]);
}

/* With `words` known where it is called, a row's bits stay in registers. */
__attribute__((always_inline)) static inline uint64_t pass(
    const struct dispatch *d, const struct env *v, const struct event_ref *row,
    const uint64_t *open, const uint64_t *shut, uint64_t *bits, size_t words)
{
    uint64_t left = 0;
    for (size_t k = 0; k < words; k++)
        left |= bits[k] = open[k] & ~shut[k];
    for (int c = 0; c < d->n_columns && left; c++) {
        const uint64_t *at = dispatch_bits(d, &d->column[c], v, row);
        left = 0;
        for (size_t k = 0; k < words; k++)
            left |= bits[k] &= at[k];
    }
    return left;
}

/* The bits of the plans that are open and that each column of the row lets pass. 0: none. */
static uint64_t pass_columns(const struct dispatch *d, const struct env *v,
                             const struct event_ref *row, const uint64_t *open,
                             const uint64_t *shut, uint64_t *bits)
{
    uint64_t few[4] = {0}, left;
    switch (d->words) {
    case 1: left = pass(d, v, row, open, shut, few, 1); break;
    case 2: left = pass(d, v, row, open, shut, few, 2); break;
    case 3: left = pass(d, v, row, open, shut, few, 3); break;
    case 4: left = pass(d, v, row, open, shut, few, 4); break;
    default: return pass(d, v, row, open, shut, bits, d->words);
    }
    memcpy(bits, few, d->words * sizeof *bits);
    return left;
}

void walk_consider_all(struct walk *w, const struct dispatch *d, const uint64_t *bits,
                       enum source_id src, int32_t row)
{
    for (size_t k = 0; k < d->words; k++)
        for (uint64_t b = bits[k]; b; b &= b - 1)
            walk_consider(w, d->plan[k * 64 + (size_t)__builtin_ctzll(b)], src, row);
}

/* A row and every plan that is open to it (`open`, as dispatch has them) and that its columns let pass. */
void walk_offer(struct walk *w, enum source_id src, int32_t row, const uint64_t *open)
{
    const struct dispatch *d = &w->run->dispatch[src];
    struct memo *memo = &w->memo[src];
    const struct event_ref ref = {src, row, -1, memo};
    if (memo->resident)
        memo_row(memo, &w->run->frame->table[source_table(src)], src, (size_t)row);
    else
        memo_line(memo, (size_t)row);
    if (!pass_columns(d, &w->env, &ref, open, w->shut + w->open_at[src], w->bits))
        return;
    if (!memo->resident)
        memo_settle(memo);
    int item = w->run->known[src].item;
    for (size_t k = 0; k < d->words && item >= 0; k++)
        for (uint64_t b = w->bits[k]; b; b &= b - 1)
            fetch_rows(&w->run->plan[d->plan[k * 64 + (size_t)__builtin_ctzll(b)]],
                       memo->cell[item]);
    walk_consider_all(w, d, w->bits, src, row);
}

/* To rows that are not among the news fewer are open. */
const uint64_t *walk_open_to(const struct walk *w, enum source_id src, bool old)
{
    return (old ? w->open_old : w->open) + w->open_at[src];
}

void walk_offer_any(struct walk *w, enum source_id src, int32_t row)
{
    walk_offer(w, src, row, walk_open_to(w, src, w->news && !walk_is_new(w, src, row)));
}

/* Is any plan open to the source's rows of this turn? */
bool walk_any_open(const struct walk *w, enum source_id src, enum turn turn)
{
    return walk_some_bit(walk_open_to(w, src, turn == TURN_OLD),
                         w->open_at[src + 1] - w->open_at[src]);
}
