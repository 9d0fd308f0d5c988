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

static void gather_taken(struct env *v, struct gather *g, int64_t e)
{
    g->any = true;
    if (e == NONE)
        return;
    g->n++;
    g->sum += e;
    g->min = g->n == 1 || e < g->min ? e : g->min;
    g->max = g->n == 1 || e > g->max ? e : g->max;
    if (g->at)
        gather_value(v, g, e);
}

static void gather_one(struct env *v, const struct expr *x, struct gather *g)
{
    int64_t c = x->arg[1] ? eval(v, x->arg[1]) : 1;
    if (c == NONE)
        g->unknown = true;
    if (c != 1)
        g->all = false;
    else
        gather_taken(v, g, x->arg[0] ? eval(v, x->arg[0]) : 0);
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

/* One of the conditions that a line must hold to be taken: most are about one of its columns, and what they hold it against is
 * the same for all lines. */
struct term {
    enum { TERM_TREE, TERM_IN, TERM_NOT_IN, TERM_KNOWN, TERM_SAME, TERM_DAY } ask;
    const int32_t *code; /* the column, of 4 or of 8 bytes */
    const int64_t *wide;
    const struct link *set;
    int64_t num;
    const struct expr *x;
};

enum { MOST_TERMS = 6 };

/* What of a line is gathered. */
struct taken {
    enum { TAKE_TREE, TAKE_NOTHING, TAKE_CELL, TAKE_DAY, TAKE_LEFT } what;
    const int32_t *code;
    const int64_t *wide;
    const struct link *map;
    const struct expr *x;
};

/* Is x a column of the line that is there? */
static bool column_of(const struct env *v, const struct expr *x, const int32_t **code,
                      const int64_t **wide)
{
    if (x->own != OWN_INNER || !v->line[x->field])
        return false;
    *code = x->wide ? NULL : v->line[x->field];
    *wide = x->wide ? v->line[x->field] : NULL;
    return true;
}

/* The same for every line: asks nothing of it. */
static bool outer(const struct expr *x)
{
    if (x->op == X_AGG || ((x->op == X_FIELD || x->op == X_FUND) && x->num))
        return false;
    for (int i = 0; i < X_ARGS; i++)
        if (x->arg[i] && !outer(x->arg[i]))
            return false;
    return true;
}

static struct term term_of(struct env *v, const struct expr *x)
{
    struct term t = {.ask = TERM_TREE, .x = x};
    const struct expr *in = x->op == X_NOT ? x->arg[0] : x;
    if (in->op == X_IN && column_of(v, in->arg[0], &t.code, &t.wide) && t.code) {
        t.ask = x->op == X_NOT ? TERM_NOT_IN : TERM_IN;
        t.set = &v->run->link[in->id];
    } else if (x->op == X_KNOWN && column_of(v, x->arg[0], &t.code, &t.wide)) {
        t.ask = TERM_KNOWN;
    } else if (x->op == X_EQ && outer(x->arg[1])) {
        const struct expr *of = x->arg[0]->op == X_DAY ? x->arg[0]->arg[0] : x->arg[0];
        if (!column_of(v, of, &t.code, &t.wide) || (of != x->arg[0] && !t.wide))
            return t;
        t.ask = of == x->arg[0] ? TERM_SAME : TERM_DAY;
        t.num = eval(v, x->arg[1]);
    }
    return t;
}

/* All must hold: a conjunction is cut up. -1: there are too many. */
static int terms_of(struct env *v, const struct expr *x, struct term *t, int n)
{
    if (!x)
        return n;
    if (x->op == X_AND) {
        n = terms_of(v, x->arg[0], t, n);
        return n < 0 ? n : terms_of(v, x->arg[1], t, n);
    }
    if (n == MOST_TERMS)
        return -1;
    t[n] = term_of(v, x);
    return n + 1;
}

static bool term_holds(struct env *v, const struct term *t, int32_t row)
{
    int32_t id;
    switch (t->ask) {
    case TERM_IN:
    case TERM_NOT_IN:
        id = t->code[row];
        if (id == HUJI_NONE32)
            return false;
        return (t->set->bits && id >= 0 && (uint32_t)id < t->set->n_bits &&
                (t->set->bits[id >> 6] >> (id & 63) & 1)) == (t->ask == TERM_IN);
    case TERM_KNOWN: return t->wide ? t->wide[row] != NONE : t->code[row] != HUJI_NONE32;
    case TERM_SAME: return t->num != NONE && (t->wide ? t->wide[row] : t->code[row]) == t->num;
    case TERM_DAY: return t->num != NONE && t->wide[row] != NONE && sec_day(t->wide[row]) == t->num;
    default: v->inner = (struct event_ref){S_LINE, row, -1, NULL}; return eval(v, t->x) == 1;
    }
}

static struct taken taken_of(const struct env *v, const struct expr *x)
{
    struct taken t = {.what = x ? TAKE_TREE : TAKE_NOTHING, .x = x};
    if (!x)
        return t;
    if (column_of(v, x, &t.code, &t.wide))
        t.what = TAKE_CELL;
    else if (x->op == X_DAY && column_of(v, x->arg[0], &t.code, &t.wide) && t.wide)
        t.what = TAKE_DAY;
    else if (x->op == X_LEFT && column_of(v, x->arg[0], &t.code, &t.wide) && t.code) {
        t.what = TAKE_LEFT;
        t.map = &v->run->link[x->id];
    }
    return t;
}

static int64_t take(struct env *v, const struct taken *t, int32_t row)
{
    int64_t cell = t->wide                                  ? t->wide[row]
                   : t->code && t->code[row] != HUJI_NONE32 ? t->code[row]
                                                            : NONE;
    switch (t->what) {
    case TAKE_NOTHING: return 0;
    case TAKE_CELL: return cell;
    case TAKE_DAY: return cell == NONE ? NONE : sec_day(cell);
    case TAKE_LEFT:
        return cell == NONE || cell >= t->map->n_map || t->map->map[cell] == HUJI_NONE32
                   ? NONE
                   : t->map->map[cell];
    default: v->inner = (struct event_ref){S_LINE, row, -1, NULL}; return eval(v, t->x);
    }
}

/* Lines, where it does not matter whether a condition that does not hold is false or unknown. false: it is not so. */
static bool gather_lines(struct env *v, const struct expr *x, const int32_t *rows, size_t n,
                         struct gather *g)
{
    struct term term[MOST_TERMS];
    if (x->from != S_LINE || !v->line || x->agg == AGG_ANY || x->agg == AGG_ALL)
        return false;
    int terms = terms_of(v, x->arg[1], term, 0);
    struct taken what = taken_of(v, x->arg[0]);
    for (size_t i = 0; i < n && terms >= 0; i++) {
        int k = 0;
        while (k < terms && term_holds(v, &term[k], rows[i]))
            k++;
        if (k == terms)
            gather_taken(v, g, take(v, &what, rows[i]));
    }
    return terms >= 0;
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
    bool done = gather_lines(v, x, rows, n, &g);
    for (size_t i = 0; i < n && !done; i++) {
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
