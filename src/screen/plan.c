/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/plan.h"

static int64_t cost_of(const struct plan *p, size_t clues)
{
    return PLAN_VISIT + ((int64_t)clues * PLAN_DAY + p->per_day - 1) / p->per_day;
}

/* Is a / x more than b / y? Money over days. */
static int better(fen_t a, int64_t x, fen_t b, int64_t y)
{
    __int128 l = (__int128)a * y, r = (__int128)b * x;

    return l > r ? 1 : l < r ? -1 : 0;
}

/* The number of clues that brings most a day within what is left; 0 = none fits. */
static size_t best_take(const struct plan *p, const struct plan_inst *i, fen_t *money)
{
    size_t best = 0;
    fen_t sum = 0;

    *money = 0;
    for (size_t k = 0; k < i->n && cost_of(p, k + 1) <= p->capacity - p->used; k++) {
        sum += i->clues[k];
        if (sum > 0 && (!best || better(sum, cost_of(p, k + 1), *money, cost_of(p, best)) > 0)) {
            best = k + 1;
            *money = sum;
        }
    }
    return best;
}

static void choose(struct plan *p, struct plan_inst *insts, size_t n)
{
    for (size_t order = 1;; order++) {
        struct plan_inst *top = NULL;
        size_t take = 0;
        fen_t money = 0;

        for (size_t i = 0; i < n; i++) {
            fen_t m;
            size_t t = insts[i].take ? 0 : best_take(p, &insts[i], &m);
            int d = !t ? -1 : !top ? 1 : better(m, cost_of(p, t), money, cost_of(p, take));

            if (d > 0 || (d == 0 && span_cmp(insts[i].code, top->code) < 0)) {
                top = &insts[i];
                take = t;
                money = m;
            }
        }
        if (!top)
            return;
        top->take = take;
        top->order = order;
        top->expected = money;
        top->days = cost_of(p, take);
        p->used += top->days;
    }
}

/* What is left goes to the next best clue of an institution that is visited anyway. */
static void fill_up(struct plan *p, struct plan_inst *insts, size_t n)
{
    for (;;) {
        struct plan_inst *top = NULL;

        for (size_t i = 0; i < n; i++) {
            struct plan_inst *x = &insts[i];

            if (!x->take || x->take >= x->n || x->clues[x->take] <= 0 ||
                cost_of(p, x->take + 1) - x->days > p->capacity - p->used)
                continue;
            if (!top || x->clues[x->take] > top->clues[top->take] ||
                (x->clues[x->take] == top->clues[top->take] && x->order < top->order))
                top = x;
        }
        if (!top)
            return;
        top->expected += top->clues[top->take++];
        p->used += cost_of(p, top->take) - top->days;
        top->days = cost_of(p, top->take);
    }
}

void plan_solve(struct plan *p, struct plan_inst *insts, size_t n)
{
    p->used = 0;
    for (size_t i = 0; i < n; i++)
        insts[i].take = insts[i].order = 0;
    choose(p, insts, n);
    fill_up(p, insts, n);
}
