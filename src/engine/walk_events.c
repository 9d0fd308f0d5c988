/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/walk_priv.h"

#include <stdlib.h>

#include "base/mem.h"

/* The numbers of struct event, in their order, behind the keys. */
enum { N_T = 4, N_X, N_U, N_Q, N_LIM, N_G, N_SC, N_A, N_B, N_C, N_D, N_F };

const struct expr *walk_giver(const struct rule *r, int clause, int i)
{
    struct expr *const *slot = r->slot[clause];
    switch (i) {
    case N_X: return slot[SL_START];
    case N_U: return slot[SL_END];
    case N_Q: return slot[SL_QTY];
    case N_LIM: return slot[SL_LIMIT];
    case N_G: return slot[SL_GROUP];
    case N_SC: return slot[SL_SCOPE];
    case N_A: return slot[SL_RATIO] ? slot[SL_RATIO] : slot[slot[SL_WINDOW] ? SL_WINDOW : SL_LO];
    case N_B: return slot[slot[SL_PRICE] ? SL_PRICE : SL_HI];
    case N_C: return slot[slot[SL_CAP] ? SL_CAP : SL_TOLERANCE];
    case N_D: return slot[SL_DECAY];
    case N_F: return slot[slot[SL_PARTNER] ? SL_PARTNER : SL_FLOOR];
    default: return i < r->n_keys ? r->key[clause][i] : NULL;
    }
}

/* Columns of the row and of what it points to, and what a moment makes of them: the same whenever it is asked. */
static bool lasting(const struct expr *x)
{
    switch (x->op) {
    case X_NUM:
    case X_CODE:
    case X_KN: return true;
    case X_FIELD: return x->base == BASE_CUR && !x->num;
    case X_DAY:
    case X_MONTH:
    case X_QUARTER:
    case X_YEAR:
    case X_LEFT:
    case X_CAT3:
    case X_RESCALE: return lasting(x->arg[0]);
    default: return false;
    }
}

void walk_numbers_of(const struct rule *r, uint16_t *filled, uint16_t *told)
{
    unsigned m = 1u << N_T, lost = 0;
    for (int c = 0; c < r->n_clauses; c++) {
        for (int i = 0; i < EVENT_NUMBERS; i++) {
            const struct expr *x = walk_giver(r, c, i);
            m |= x ? 1u << i : 0;
            lost |= x && !lasting(x) ? 1u << i : 0;
        }
        if (r->clause[c].kn)
            m |= 1u << N_G;
    }
    /* a quantity spread over days: the event of each has its own day */
    for (int c = 0; c < r->n_clauses && r->kind == &kind_quota; c++)
        if (r->slot[c][SL_TOLERANCE])
            lost |= 1u << (r->n_keys - 1);
    *filled = (uint16_t)m;
    *told = (uint16_t)(m & ~lost);
}

__attribute__((always_inline)) static inline bool holds(struct walk *w, const struct conjunct *c)
{
    if (c->ask == ASK_EVAL)
        return eval_holds(&w->env, c->x);
    if (c->ask == ASK_ARITH)
        return arith_holds(&w->env, c->arith);
    if (c->ask == ASK_ROW) {
        int32_t row = w->env.cur.kn, id = row < 0 ? HUJI_NONE32 : c->ids[row];
        return id != HUJI_NONE32 && eval(&w->env, c->x->arg[1]) == id;
    }
    int64_t v = eval_cell(&w->env, &w->env.cur, c->field, c->wide);
    if (v == HUJI_NONE64)
        return false;
    if (c->ask == ASK_SET)
        return v >= 0 && v < c->n_bits && (c->bits[v >> 6] >> (v & 63) & 1);
    return c->ask == ASK_KNOWN || eval_compare(c->op, v, c->num);
}

/* The first that does not hold; the end: all do. */
static const struct conjunct *refused_by(struct walk *w, const struct conjunct *c)
{
    while (c->x && holds(w, c) != c->except)
        c++;
    return c;
}

bool walk_passes(struct walk *w, const struct conjunct *c)
{
    return !refused_by(w, c)->x;
}

/* The event's conditions. What they refuse for a while is not offered until then. */
static bool passes(struct walk *w, int p)
{
    const struct conjunct *by = refused_by(w, w->run->plan[p].event);
    if (by->steady)
        w->shut[w->bit_of[p] >> 6] |= UINT64_C(1) << (w->bit_of[p] & 63);
    return !by->x;
}

static bool by_row(const struct rule *r, int clause)
{
    for (int k = 0; k < r->n_keys; k++)
        if (expr_has(r->key[clause][k], X_KN))
            return true;
    return false;
}

/* Where an event goes: judged at once, into a measure, to the person's others, or packed for later. */
enum way { WAY_NOW, WAY_MEASURE, WAY_PERSON, WAY_KEPT };

/* What makes the events of a plan: what is the same in all of them, and what gives the other numbers. */
struct filler {
    const struct rule *rule;
    enum way way;
    int n_keys, n_numbers, n_blanks;
    bool sieved; /* events are looked at first (walk_sift.c) */
    bool spread; /* over days */
    bool line;
    bool timed;  /* somebody looks at t and rank */
    bool whole;  /* somebody looks at all of it */
    bool ends;   /* else u is x */
    bool by_row; /* a key is a column of the table's row */
    bool once;   /* of the rows of its table the first that finds something is enough */
    uint8_t at[EVENT_NUMBERS];       /* number[i] is number at[i] of the event */
    uint8_t blank_at[EVENT_NUMBERS]; /* of what is not whole: numbers that are as in the blank */
    const struct expr *key[HUJI_MAX_KEYS], *absent, *number[EVENT_NUMBERS];
    struct event blank;
    struct sieve sieve; /* if sieved: */
    const struct expr *shared[2],
        *looked[2]; /* what gives the numbers of its groups, and those that it looks at */
};

static void choose_way(const struct walk *w, struct filler *f, const struct rule *r, int clause)
{
    f->rule = r;
    f->way = r->kind == &kind_forbid && !r->waits ? WAY_NOW
             : r->is_measure                      ? WAY_MEASURE
             : r->in_walk                         ? WAY_PERSON
                                                  : WAY_KEPT;
    f->spread = r->kind == &kind_quota && r->slot[clause][SL_TOLERANCE];
    f->line = source_is_line(r->clause[clause].src);
    /* of a kept event its row tells both again; of a measure they say whose case comes first */
    f->timed = f->way == WAY_NOW || f->way == WAY_PERSON ||
               (f->way == WAY_MEASURE && w->run->judged && w->run->judged[r->measure->index]);
}

/* Is number i worth its evaluation? Not what a kept event's row tells again when it is unpacked. */
static bool asked_now(const struct filler *f, unsigned told, int i)
{
    return f->way != WAY_KEPT || !(told >> i & 1) || (i == N_SC && f->rule->derive.on) ||
           (i == N_C && f->spread);
}

/* Lines as they were charged are looked at before netting, and made behind it. */
static void choose_sieve(struct filler *f, const struct rule *r, int clause)
{
    f->sieved = f->way == WAY_PERSON && !f->spread && r->clause[clause].src != S_LINE_RAW &&
                r->clause[clause].src != S_UNMATCHED && r->kind->sieve &&
                r->kind->sieve(r, &f->sieve);
    for (int k = 0; f->sieved && k < 2; k++) {
        f->shared[k] = f->sieve.group[k] ? walk_giver(r, clause, f->sieve.group[k]) : NULL;
        f->looked[k] = f->sieve.number[k] ? walk_giver(r, clause, f->sieve.number[k]) : NULL;
    }
}

/* Of a kept event its rule's numbers are packed, of a measure's but these are summed. */
static void choose_blanks(struct filler *f, unsigned filled)
{
    unsigned read = f->way == WAY_MEASURE
                        ? 1u << N_Q | 1u << N_A | 1u << N_G | 1u << N_B | 1u << N_C | 1u << N_SC
                        : filled | (f->rule->derive.on ? 1u << N_SC : 0);
    f->whole = f->spread || (f->way != WAY_MEASURE && f->way != WAY_KEPT);
    for (int i = 0; i < f->n_keys; i++)
        read &= ~(1u << i);
    for (int i = 0; i < f->n_numbers; i++)
        read &= ~(1u << f->at[i]);
    for (int i = 0; i < EVENT_NUMBERS && !f->whole; i++)
        if (read >> i & 1)
            f->blank_at[f->n_blanks++] = (uint8_t)i;
}

int walk_fillers(struct walk *w)
{
    w->filler = mem_calloc((size_t)w->run->n_plan + 1, sizeof *w->filler);
    for (int p = 0; w->filler && p < w->run->n_plan; p++) {
        struct filler *f = &w->filler[p];
        int clause = w->run->plan[p].clause;
        const struct rule *r = w->run->lib->rules[w->run->plan[p].rule];
        enum source_id src = r->clause[clause].src;
        f->blank = (struct event){.x = HUJI_NONE64,
                                  .u = HUJI_NONE64,
                                  .q = HUJI_NONE64,
                                  .lim = HUJI_NONE64,
                                  .a = HUJI_NONE64,
                                  .b = HUJI_NONE64,
                                  .c = HUJI_NONE64,
                                  .d = HUJI_NONE64,
                                  .f = HUJI_NONE64,
                                  .src = (uint8_t)src,
                                  .clause = (uint8_t)clause,
                                  .side = (uint8_t)r->clause[clause].side};
        uint16_t filled, told;
        walk_numbers_of(r, &filled, &told);
        choose_way(w, f, r, clause);
        f->n_keys = r->n_keys;
        for (int k = 0; k < r->n_keys; k++)
            f->key[k] = r->key[clause][k];
        for (int i = N_X; i < EVENT_NUMBERS; i++)
            if (walk_giver(r, clause, i) && asked_now(f, told, i)) {
                f->number[f->n_numbers] = walk_giver(r, clause, i);
                f->at[f->n_numbers++] = (uint8_t)i;
            }
        f->ends = r->slot[clause][SL_END] != NULL;
        f->absent = r->slot[clause][SL_ABSENT];
        f->by_row = by_row(r, clause);
        /* several rows of a table may forbid one event; it is one finding (its id is the event's), the first row's */
        f->once = w->run->plan[p].kn && r->kind == &kind_forbid && !f->by_row;
        choose_sieve(f, r, clause);
        choose_blanks(f, filled);
    }
    return w->filler ? 0 : -1;
}

static inline void fill_blanks(const struct filler *f, struct event *ev)
{
    for (int i = 0; i < f->n_blanks; i++) {
        size_t at = (size_t)f->blank_at[i] * 8;
        memcpy((char *)ev + at, (const char *)&f->blank + at, 8);
    }
    ev->src = f->blank.src;
    ev->clause = f->blank.clause;
    ev->side = f->blank.side;
}

/* Keys and numbers of an event; false when a key is missing. */
static bool fill(struct walk *w, const struct filler *f, struct event *ev)
{
    const struct event_ref *c = &w->env.cur;
    const struct known_fields *known = &w->run->known[c->src];
    if (f->whole)
        *ev = f->blank;
    for (int k = 0; k < f->n_keys; k++)
        if ((ev->key[k] = eval(&w->env, f->key[k])) == HUJI_NONE64)
            return false;
    if (!f->whole)
        fill_blanks(f, ev);
    ev->row = c->row;
    ev->kn = c->kn;
    if (f->timed) {
        ev->t = known->t >= 0 ? eval_field(&w->env, c, known->t) : 0;
        ev->rank = known->rank >= 0 ? (uint32_t)eval_field(&w->env, c, known->rank)
                                    : (uint32_t)c->row;
    }
    if (c->kn >= 0)
        ev->g = c->kn; /* what links, where nothing else does */
    char *numbers = (char *)ev;
    for (int i = 0; i < f->n_numbers; i++) {
        int64_t v = eval(&w->env, f->number[i]);
        memcpy(numbers + (size_t)f->at[i] * 8, &v, 8);
    }
    if (!f->ends)
        ev->u = ev->x;
    ev->absent = f->absent && eval(&w->env, f->absent) == 1;
    return true;
}

__attribute__((noinline)) static bool owner_is_old(struct walk *w, const struct rule *r,
                                                   const struct filler *f)
{
    int64_t key[HUJI_MAX_KEYS];
    if (!w->by_owner[r->index])
        return false;
    for (int k = 0; k < f->n_keys; k++)
        if ((key[k] = eval(&w->env, f->key[k])) == HUJI_NONE64)
            return true; /* has no owner */
    return !(w->owners[r->index] & walk_owner_bit(r, key));
}

/* An old row whose owner has no new one: asked before its conditions, which cost more. */
static inline bool of_no_use(struct walk *w, const struct rule *r, const struct filler *f)
{
    return w->old_turn && owner_is_old(w, r, f);
}

/* What is in the queue's room. */
static void pack(struct walk *w, const struct rule *r)
{
    const struct event *ev = kept_room(&w->keeping);
    uint64_t h = 0;
    for (int k = 0; k < r->n_keys && !r->derive.on; k++)
        h = hash_u64(h ^ (uint64_t)ev->key[k]);
    if (r->derive.on) /* who is at one place meets in one part */
        h = hash_u64((uint64_t)ev->sc);
    if (kept_later(&w->keeping, &w->kept[r->index][h % KEPT_PARTS], w->mask[r->index],
                   (uint32_t)(h / KEPT_PARTS), w->psn) < 0)
        w->failed = true;
}

/* Room for one more of the person's events of a rule; NULL: no memory. */
static struct event *room(struct walk *w, const struct rule *r)
{
    struct evbuf *b = &w->buf[r->index];
    if (b->n < b->cap || mem_grow(&b->ev, &b->cap, b->n + 1, sizeof *b->ev) == 0)
        return &b->ev[b->n];
    w->failed = true;
    return NULL;
}

static void touch(struct walk *w, const struct rule *r)
{
    if (!w->is_touched[r->index]) {
        w->is_touched[r->index] = true;
        w->touched[w->n_touched++] = r->index;
        w->owners[r->index] = 0;
    }
}

static void taken(struct walk *w, const struct rule *r, const struct event *ev)
{
    w->buf[r->index].n++;
    touch(w, r);
    if (w->news && !w->old_turn)
        w->owners[r->index] |= walk_owner_bit(r, ev->key);
}

/* What is in the queue's room. */
static void add_measured(struct walk *w, const struct rule *r)
{
    if (measure_add(w->run, r->measure, &w->sums[r->measure->index], &w->measured) < 0)
        w->failed = true;
}

/* An event that was not filled where it goes. */
static void push(struct walk *w, const struct filler *f, const struct event *ev)
{
    const struct rule *r = f->rule;
    w->n_events++;
    if (f->way == WAY_MEASURE) {
        *measure_room(&w->measured) = *ev;
        add_measured(w, r);
        return;
    }
    if (f->way == WAY_KEPT) {
        *kept_room(&w->keeping) = *ev;
        pack(w, r);
        return;
    }
    struct event *to = room(w, r);
    if (to) {
        *to = *ev;
        taken(w, r, to);
    }
}

/* Copies a line into the tap; the row there, or -1. */
static int32_t tap_line(struct walk *w, int32_t row)
{
    if (w->tapped[row] >= 0)
        return w->tapped[row];
    struct tap *t = &w->tap;
    for (int f = 0; f < (int)huji_sources[S_LINE].n_fields; f++) {
        if (!w->line[f])
            continue;
        size_t width = (size_t)ftype_width(huji_sources[S_LINE].fields[f].type);
        if (mem_grow(&t->col[f], &t->cap_col[f], t->n + 1, width) < 0) {
            w->failed = true;
            return -1;
        }
        memcpy((char *)t->col[f] + t->n * width, (const char *)w->line[f] + (size_t)row * width,
               width);
    }
    if (mem_grow(&t->fund, &t->cap_fund, t->n + 1, sizeof *t->fund) < 0) {
        w->failed = true;
        return -1;
    }
    t->fund[t->n] = walk_line_fund(w, row);
    return w->tapped[row] = (int32_t)t->n++;
}

static void spread(struct walk *w, const struct filler *f, struct event *ev)
{
    int64_t first = ev->key[f->n_keys - 1];
    for (int64_t k = 0; k < ev->c && k < 4000; k++) {
        ev->key[f->n_keys - 1] = first + k;
        push(w, f, ev);
    }
}

/* A number of the event that is not made yet. */
static int64_t number_of(struct walk *w, const struct filler *f, uint8_t place,
                         const struct expr *giver)
{
    int64_t v;
    if (giver)
        return eval(&w->env, giver);
    if (place == N_G && w->env.cur.kn >= 0)
        return w->env.cur.kn;
    memcpy(&v, (const char *)&f->blank + (size_t)place * sizeof v, sizeof v);
    return v;
}

__attribute__((noinline)) static void look(struct walk *w, const struct filler *f)
{
    struct glances *l = &w->glance[f->rule->index];
    uint64_t group = 0;
    for (int k = 0; k < f->n_keys; k++) {
        int64_t key = eval(&w->env, f->key[k]);
        if (key == HUJI_NONE64)
            return;
        group = hash_u64(group ^ (uint64_t)key);
    }
    for (int k = 0; k < 2 && f->sieve.group[k]; k++) {
        int64_t v = number_of(w, f, f->sieve.group[k], f->shared[k]);
        if (v == HUJI_NONE64) /* what shares nothing meets nothing */
            return;
        group = hash_u64(group ^ (uint64_t)v);
    }
    if (l->n == l->cap && mem_grow(&l->at, &l->cap, l->n + 1, sizeof *l->at) < 0) {
        w->failed = true;
        return;
    }
    struct glance *g = &l->at[l->n++];
    *g = (struct glance){.group = group,
                         .row = w->env.cur.row,
                         .kn = w->env.cur.kn,
                         .plan = (int32_t)(f - w->filler),
                         .side = f->blank.side,
                         .src = (uint8_t)w->env.cur.src};
    for (int k = 0; k < 2 && f->sieve.number[k]; k++)
        g->number[k] = number_of(w, f, f->sieve.number[k], f->looked[k]);
    touch(w, f->rule);
    w->n_events++;
}

void walk_make(struct walk *w, const struct rule *r)
{
    struct glances *l = &w->glance[r->index];
    if (!l->n)
        return;
    walk_sift(w, r, &w->filler[l->at[0].plan].sieve);
    for (size_t i = 0; i < l->n && !w->failed; i++) {
        const struct glance *g = &l->at[i];
        const struct clause_plan *plan = &w->run->plan[g->plan];
        struct event *ev = g->stays ? room(w, r) : NULL;
        if (!ev)
            continue;
        w->env.cur = (struct event_ref){r->clause[plan->clause].src, g->row, g->kn, NULL};
        w->env.clause = plan->clause;
        w->buf[r->index].n += fill(w, &w->filler[g->plan], ev);
    }
    l->n = 0;
}

__attribute__((noinline)) static void take_spread(struct walk *w, const struct filler *f)
{
    struct event *ev = &w->scratch;
    if (fill(w, f, ev) && !(f->way == WAY_KEPT && f->line && (ev->row = tap_line(w, ev->row)) < 0))
        spread(w, f, ev);
}

__attribute__((noinline)) static void take_kept(struct walk *w, const struct filler *f)
{
    struct event *ev = kept_room(&w->keeping);
    if (!fill(w, f, ev) || (f->line && (ev->row = tap_line(w, ev->row)) < 0))
        return;
    w->n_events++;
    pack(w, f->rule);
}

static void take(struct walk *w, const struct filler *f)
{
    struct event *ev;
    if (f->sieved && !w->news) {
        look(w, f);
    } else if (f->spread) {
        take_spread(w, f);
    } else if (f->way == WAY_KEPT) {
        take_kept(w, f);
    } else if (f->way == WAY_MEASURE) {
        if (fill(w, f, measure_room(&w->measured))) {
            w->n_events++;
            add_measured(w, f->rule);
        }
    } else if (f->way == WAY_PERSON) {
        if ((ev = room(w, f->rule)) && fill(w, f, ev)) {
            w->n_events++;
            taken(w, f->rule, ev);
        }
    } else if (fill(w, f, &w->scratch)) {
        w->fold.rule = f->rule;
        kind_forbid.fold(&w->fold, &w->scratch, 1);
    }
}

static int64_t event_day(struct walk *w)
{
    int f = w->run->known[w->env.cur.src].t;
    int64_t t = f >= 0 ? eval_field(&w->env, &w->env.cur, f) : HUJI_NONE64;
    return t == HUJI_NONE64 ? t : sec_day(t);
}

/* May any of the item's rows find something? */
static bool within_bound(struct walk *w, const struct clause_plan *plan)
{
    int64_t item = eval_field(&w->env, &w->env.cur, w->run->known[w->env.cur.src].item);
    if (item < 0 || item >= plan->kn->n)
        return false;
    int64_t bound = plan->bound[item], v = eval(&w->env, plan->bound_by->arg[0]);
    return bound != HUJI_NONE64 && v != HUJI_NONE64 && eval_compare(plan->bound_by->op, v, bound);
}

/* One event with each row of its clause's table that is valid on the day; `one`: until something was found. */
static void consider_rows(struct walk *w, int p, struct event_ref ev, int64_t day, bool one)
{
    const struct clause_plan *plan = &w->run->plan[p];
    const struct clause *c = &w->filler[p].rule->clause[plan->clause];
    int64_t item = eval_field(&w->env, &ev, w->run->known[ev.src].item);
    if (item == HUJI_NONE64 || item >= plan->kn->n)
        return;
    const struct filler *f = &w->filler[p];
    if (!f->by_row && of_no_use(w, f->rule, f))
        return;
    size_t before = w->out.n;
    for (uint32_t k = plan->kn->at[item]; k < plan->kn->at[item + 1]; k++) {
        w->env.cur = (struct event_ref){ev.src, ev.row, plan->kn->rows[k], ev.memo};
        if ((!f->by_row || !of_no_use(w, f->rule, f)) &&
            (!c->kn->dated || knowledge_holds(c->kn, w->env.cur.kn, day)) && passes(w, p))
            take(w, f);
        if (one && w->out.n > before)
            return;
    }
}

__attribute__((noinline)) static void consider_table(struct walk *w, int p, struct event_ref ref)
{
    const struct filler *f = &w->filler[p];
    int64_t day = f->rule->clause[w->run->plan[p].clause].kn->dated ? event_day(w) : 0;
    /* of several rows one that accuses goes before one that keep_from adds */
    for (int pass = f->once && f->rule->slider.param.n ? 0 : 1; pass < 2; pass++) {
        w->fold.only_hits = pass == 0;
        size_t before = w->out.n;
        consider_rows(w, p, ref, day, f->once);
        w->fold.only_hits = false;
        if (w->out.n > before)
            return;
    }
}

/* What depends on the visit is asked once of its lines. */
__attribute__((noinline)) static bool visit_passes(struct walk *w, int p, enum source_id src,
                                                   int32_t row)
{
    int32_t visit = src == S_LINE ? walk_code_at(w, w->f_visit, (size_t)row) : -1;
    if (visit < 0 || w->visit_of[p] != visit + 1) {
        w->visit_of[p] = visit + 1;
        w->visit_ok[p] = walk_passes(w, w->run->plan[p].visit);
    }
    return w->visit_ok[p];
}

/* Most rows that come here go at their first condition: what the others need stands apart (noinline), or all would pay for it. */
void walk_consider(struct walk *w, int p, enum source_id src, int32_t row)
{
    const struct clause_plan *plan = &w->run->plan[p];
    const struct filler *f = &w->filler[p];
    w->env.cur = (struct event_ref){src, row, -1, &w->memo[src]};
    w->env.clause = plan->clause;
    if (plan->visit[0].x && !visit_passes(w, p, src, row))
        return;
    if (plan->kn) {
        if (!plan->bound || within_bound(w, plan))
            consider_table(w, p, w->env.cur);
    } else if (!of_no_use(w, f->rule, f) && passes(w, p)) {
        take(w, f);
    }
}
