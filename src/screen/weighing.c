/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/weighing.h"

#include <stdlib.h>

#include "base/mem.h"

struct group {
    struct finding_set *fs;
    const uint32_t *of;
    uint32_t which;
    struct ledger *ledger;
    int64_t *strengths, *chances;
};

static bool within(const struct group *g, size_t i)
{
    return (!g->of || g->of[i] == g->which) && finding_counts(&g->fs->at[i]);
}

static fen_t expected_of(const struct group *g)
{
    const struct ledger *l = g->ledger;
    fen_t sum = 0;

    for (uint32_t i = 0; i < l->atoms.n; i++)
        if (l->claims[i].finding != NAME_NONE && within(g, l->claims[i].finding))
            sum += prorate(l->claims[i].fund, l->claims[i].chance, MICRO);
    return sum;
}

static struct strengths strengths_of(const struct group *g)
{
    struct strengths sum = {{0}};

    for (size_t i = 0; i < g->fs->n; i++)
        if (within(g, i))
            strengths_add(&sum, family_of(g->fs->at[i].rule), g->strengths[i]);
    return sum;
}

static struct weight *weight_of(struct weighing *w, struct span rule)
{
    for (size_t i = 0; i < w->n; i++)
        if (span_eq(w->at[i].rule, rule))
            return &w->at[i];
    if (mem_grow(&w->at, &w->cap, w->n + 1, sizeof *w->at))
        return NULL;
    w->at[w->n] = (struct weight){.rule = rule, .family = family_of(rule)};
    return &w->at[w->n++];
}

static int without(struct weight *one, const struct group *g, struct err *e)
{
    bool *hidden = mem_calloc(g->fs->n, sizeof *hidden);
    int rc;

    if (!hidden)
        return err_nomem(e);
    for (size_t i = 0; i < g->fs->n; i++)
        if (within(g, i) && span_eq(g->fs->at[i].rule, one->rule)) {
            hidden[i] = true;
            g->fs->at[i].hit = false;
        }
    rc = ledger_claim(g->ledger, g->fs, g->chances, e);
    if (!rc) {
        struct strengths rest = strengths_of(g);

        one->score_without = strengths_score(&rest, false);
        one->expected_without = expected_of(g);
    }
    for (size_t i = 0; i < g->fs->n; i++)
        g->fs->at[i].hit |= hidden[i];
    mem_free(hidden);
    return rc;
}

static int by_strength(const void *a, const void *b)
{
    const struct weight *x = a, *y = b;

    if (x->strength != y->strength)
        return x->strength > y->strength ? -1 : 1;
    return span_cmp(x->rule, y->rule);
}

int weighing_build(struct weighing *w, struct finding_set *fs, const uint32_t *group_of,
                   uint32_t group, struct ledger *l, const struct confidence *c, struct err *e)
{
    struct group g = {
        fs, group_of, group, l, finding_set_strengths(fs, c), finding_set_chances(fs, c)};
    int rc = 0;

    *w = (struct weighing){0};
    if (!g.strengths || !g.chances)
        rc = err_nomem(e);
    for (size_t i = 0; i < fs->n && !rc; i++) {
        struct weight *one;

        if (!within(&g, i))
            continue;
        one = weight_of(w, fs->at[i].rule);
        if (!one) {
            rc = err_nomem(e);
            break;
        }
        one->n++;
        if (g.strengths[i] > one->strength)
            one->strength = g.strengths[i];
    }
    for (size_t k = 0; k < w->n && !rc; k++)
        rc = without(&w->at[k], &g, e);
    if (!rc)
        rc = ledger_claim(l, fs, g.chances, e);
    if (!rc) {
        w->strengths = strengths_of(&g);
        w->score = strengths_score(&w->strengths, false);
        w->expected = expected_of(&g);
        if (w->n)
            qsort(w->at, w->n, sizeof *w->at, by_strength);
    } else {
        weighing_release(w);
    }
    mem_free(g.strengths);
    mem_free(g.chances);
    return rc;
}

void weighing_release(struct weighing *w)
{
    mem_free(w->at);
    *w = (struct weighing){0};
}
