/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Sums over inner events: the lines of a visit, the members of a finding. */
#include <string.h>

#include "base/mem.h"
#include "engine/eval.h"
#include "engine/fold.h"

#define NONE HUJI_NONE64

/* A value and how often it came; n = 0: a free place. */
struct seen {
    int64_t v, n;
};

enum {
    FEW_SEEN = 128
}; /* places that cost no allocation: a stay has some dozens of different items */

struct gather {
    int64_t n, sum, min, max;
    bool any, all, unknown;
    struct seen *at; /* where values are told apart, else NULL */
    size_t n_places, n_seen;
};

static bool tells_apart(const struct expr *x)
{
    return x->agg == AGG_DISTINCT || x->agg == AGG_MODE_SHARE || x->agg == AGG_DIGEST;
}

static struct gather gather_begin(const struct expr *x, struct seen few[FEW_SEEN])
{
    struct gather g = {.all = true};
    if (tells_apart(x)) {
        memset(few, 0, FEW_SEEN * sizeof *few);
        g.at = few;
        g.n_places = FEW_SEEN;
    }
    return g;
}

static struct seen *place_of(const struct gather *g, int64_t v)
{
    size_t i = hash_u64((uint64_t)v) & (g->n_places - 1);
    while (g->at[i].n && g->at[i].v != v)
        i = (i + 1) & (g->n_places - 1);
    return &g->at[i];
}

static int more_places(struct gather *g)
{
    struct gather wider = {.n_places = g->n_places * 2};
    if (!(wider.at = mem_calloc(wider.n_places, sizeof *wider.at)))
        return -1;
    for (size_t i = 0; i < g->n_places; i++)
        if (g->at[i].n)
            *place_of(&wider, g->at[i].v) = g->at[i];
    if (g->n_places > FEW_SEEN)
        mem_free(g->at);
    g->at = wider.at;
    g->n_places = wider.n_places;
    return 0;
}

static void gather_value(struct env *v, struct gather *g, int64_t value)
{
    if (g->n_seen * 4 >= g->n_places * 3 && more_places(g) < 0) {
        v->failed = true;
        return;
    }
    struct seen *s = place_of(g, value);
    g->n_seen += !s->n;
    s->v = value;
    s->n++;
}

static void gather_one(struct env *v, const struct expr *x, struct gather *g)
{
    int64_t c = x->arg[1] ? eval(v, x->arg[1]) : 1;
    if (c == NONE)
        g->unknown = true;
    if (c != 1) {
        g->all = false;
        return;
    }
    g->any = true;
    int64_t e = x->arg[0] ? eval(v, x->arg[0]) : 0;
    if (e == NONE)
        return;
    g->n++;
    g->sum += e;
    g->min = g->n == 1 || e < g->min ? e : g->min;
    g->max = g->n == 1 || e > g->max ? e : g->max;
    if (g->at)
        gather_value(v, g, e);
}

static int64_t gather_end(const struct env *v, const struct expr *x, struct gather *g)
{
    int64_t r = 0, best = 0, digest = 0;
    const struct link *l = &v->run->link[x->agg == AGG_DIGEST ? x->id : 0];
    for (size_t i = 0; g->at && i < g->n_places; i++) {
        const struct seen *s = &g->at[i];
        best = s->n > best ? s->n : best;
        if (s->n && x->agg == AGG_DIGEST)
            digest ^= s->v < l->n_hash ? l->hash[s->v] : 0;
    }
    switch (x->agg) {
    case AGG_DIGEST: r = g->n ? digest : NONE; break;
    case AGG_SUM: r = g->sum; break;
    case AGG_COUNT: r = g->n; break;
    case AGG_DISTINCT: r = (int64_t)g->n_seen; break;
    case AGG_ANY: r = g->any ? 1 : g->unknown ? NONE : 0; break;
    case AGG_ALL: r = g->all; break;
    case AGG_MIN: r = g->n ? g->min : NONE; break;
    case AGG_MAX: r = g->n ? g->max : NONE; break;
    case AGG_MODE_SHARE: r = g->n ? div_round(best, g->n, 6) : NONE; break;
    }
    if (g->n_places > FEW_SEEN)
        mem_free(g->at);
    return r;
}

/* `lines.any(hilist_code in {...})`, `lines.sum(amount where hilist_code in {...})`: half of what is asked of a visit's lines,
 * and two columns. NULL: it is something else. */
static const int32_t *simple_codes(const struct env *v, const struct expr *x)
{
    const struct expr *c = x->arg[1], *of = x->arg[0];
    bool simple = x->from == S_LINE && v->line && c && c->op == X_IN &&
                  c->arg[0]->own == OWN_INNER && !c->arg[0]->wide &&
                  (x->agg == AGG_ANY || x->agg == AGG_SUM || x->agg == AGG_COUNT) &&
                  (!of || (of->own == OWN_INNER && of->wide && v->line[of->field]));
    return simple ? v->line[c->arg[0]->field] : NULL;
}

static int64_t sum_simple(const struct env *v, const struct expr *x, const int32_t *code,
                          const int32_t *rows, size_t n)
{
    const struct link *l = &v->run->link[x->arg[1]->id];
    const int64_t *of = x->arg[0] ? v->line[x->arg[0]->field] : NULL;
    int64_t count = 0, sum = 0;
    bool unknown = false;
    for (size_t i = 0; i < n; i++) {
        int32_t id = code[rows[i]];
        unknown = unknown || id == HUJI_NONE32;
        if (!l->bits || id < 0 || (uint32_t)id >= l->n_bits || !(l->bits[id >> 6] >> (id & 63) & 1))
            continue;
        if (x->agg == AGG_ANY)
            return 1;
        if (of && of[rows[i]] == NONE)
            continue;
        count++;
        sum += of ? of[rows[i]] : 0;
    }
    if (x->agg == AGG_ANY)
        return unknown ? NONE : 0;
    return x->agg == AGG_SUM ? sum : count;
}

int64_t eval_agg(struct env *v, const struct expr *x)
{
    int64_t visit = eval(v, x->arg[2]);
    if (visit == NONE || !v->walk)
        return NONE;
    size_t n;
    const int32_t *rows = x->from == S_LINE ? walk_visit_lines(v->walk, (int32_t)visit, &n)
                                            : walk_visit_rows(v->walk, x->from, (int32_t)visit, &n);
    const int32_t *code = simple_codes(v, x);
    if (code)
        return sum_simple(v, x, code, rows, n);
    struct seen few[FEW_SEEN];
    struct gather g = gather_begin(x, few);
    struct event_ref saved = v->inner;
    for (size_t i = 0; i < n; i++) {
        v->inner = (struct event_ref){x->from, rows[i], -1, NULL};
        gather_one(v, x, &g);
    }
    v->inner = saved;
    return gather_end(v, x, &g);
}

int64_t eval_members(struct env *v, const struct expr *x)
{
    struct seen few[FEW_SEEN];
    struct gather g = gather_begin(x, few);
    struct event_ref saved = v->inner, cur = v->cur;
    for (size_t i = 0; i < v->n_members; i++) {
        const struct event *ev = v->members[i].ev;
        /* of a pair the accused side only: the other may be of another source */
        if (ev->src != x->from || (v->members[i].role != 1 && v->pair))
            continue;
        v->inner = (struct event_ref){(enum source_id)ev->src, ev->row, ev->kn, NULL};
        v->cur = v->inner; /* TABLE.x of the member's own row */
        gather_one(v, x, &g);
    }
    v->inner = saved;
    v->cur = cur;
    return gather_end(v, x, &g);
}
