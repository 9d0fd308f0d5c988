/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/walk.h"

#include <stdlib.h>

#include "base/mem.h"
#include "engine/emit.h"
#include "engine/net.h"

struct evbuf {
    struct event *ev;
    size_t n, cap;
};

/* Events that wait for the end of the walks, packed: of the sixteen numbers of an event only those that the rule fills,
 * then row, kn, rank and the four small ones. Cut by a hash of the owner, so that one part at a time is unpacked. */
enum { KEPT_PARTS = 16, EVENT_NUMBERS = 16, KEPT_TAIL = 16 };

struct kept {
    uint8_t *p;
    size_t n, cap; /* bytes */
};

struct tap { /* lines that outlive their batch */
    void *col[HUJI_MAX_FIELDS];
    size_t cap_col[HUJI_MAX_FIELDS];
    int64_t *fund;
    size_t cap_fund;
    size_t n;
};

struct walk {
    const struct huji_run *run;
    struct env env;
    struct fold fold;
    struct findings out;
    bool bare;
    uint64_t bare_sum;
    /* the batch */
    void *line[HUJI_MAX_FIELDS];
    const void *line_const[HUJI_MAX_FIELDS];
    size_t n_line;
    uint8_t *live;
    size_t cap_live;
    int32_t *tapped; /* batch row -> tap row, -1 */
    size_t cap_tapped;
    struct net_scratch net;
    /* the person */
    int32_t next, end, psn;
    size_t lo, hi;
    int32_t *by_visit; /* live rows sorted by visit */
    size_t n_by_visit, cap_by_visit;
    bool visit_ready, fund_ready;
    int64_t *fund; /* per batch row */
    size_t cap_fund;
    struct event **order, *moved; /* scratch of sort_events */
    size_t cap_order, cap_moved;
    int32_t *rows; /* scratch: rows of a visit */
    size_t cap_rows;
    /* per plan */
    uint8_t *guard;          /* 0: this person's lines are none of its business */
    int *guarded, n_guarded; /* plans that ask something of the person alone */
    int32_t *visit_of;
    int8_t *visit_ok;
    /* per rule */
    struct evbuf *buf;
    struct kept (*kept)[KEPT_PARTS];
    uint16_t *mask;             /* numbers that a rule's events carry */
    struct measure_table *sums; /* per measure, this walk's part */
    struct walk **all;          /* merged: the walks whose kept events are judged */
    size_t n_all;
    int32_t tap_shift;  /* this walk's first row in the merged tap */
    uint32_t *tap_rank; /* merged: by tap row */
    struct evbuf part;  /* scratch: one part unpacked */
    int *touched, n_touched;
    bool *is_touched;
    struct tap tap;
    bool in_tap; /* line rows refer to the tap */
    uint64_t n_lines, n_events;
    bool failed;
    /* fields used often */
    int f_psn, f_visit, f_setl, f_item, f_inscp, f_net[10];
};

static int field(const char *name)
{
    return source_field(S_LINE, span_of(name));
}

static uint16_t numbers_of(const struct rule *r)
{
    static const struct {
        enum slot s;
        int number;
    } of[] = {
        {SL_START, 5},      {SL_END, 6},    {SL_QTY, 7},      {SL_LIMIT, 8},
        {SL_GROUP, 9},      {SL_SCOPE, 10}, {SL_RATIO, 11},   {SL_WINDOW, 11},
        {SL_LO, 11},        {SL_PRICE, 12}, {SL_HI, 12},      {SL_CAP, 13},
        {SL_TOLERANCE, 13}, {SL_DECAY, 14}, {SL_PARTNER, 15}, {SL_FLOOR, 15},
    };
    unsigned m = 1u << 4; /* t */
    for (int k = 0; k < r->n_keys; k++)
        m |= 1u << k;
    for (int c = 0; c < r->n_clauses; c++) {
        for (size_t i = 0; i < sizeof of / sizeof *of; i++)
            if (r->slot[c][of[i].s])
                m |= 1u << of[i].number;
        if (r->clause[c].kn)
            m |= 1u << 9;
    }
    return (uint16_t)m;
}

int walk_new(const struct huji_run *run, struct walk **out, struct err *e)
{
    struct walk *w = mem_calloc(1, sizeof *w);
    size_t plans = (size_t)run->n_plan + 1, rules = (size_t)run->lib->n_rules + 1;
    if (!w)
        return err_nomem(e);
    w->run = run;
    w->guard = mem_calloc(plans, 1);
    w->guarded = mem_calloc(plans, sizeof *w->guarded);
    w->visit_of = mem_calloc(plans, sizeof *w->visit_of);
    w->visit_ok = mem_calloc(plans, 1);
    w->buf = mem_calloc(rules, sizeof *w->buf);
    w->kept = mem_calloc(rules, sizeof *w->kept);
    w->mask = mem_calloc(rules, sizeof *w->mask);
    w->sums = mem_calloc((size_t)run->lib->n_measures + 1, sizeof *w->sums);
    w->touched = mem_calloc(rules, sizeof *w->touched);
    w->is_touched = mem_calloc(rules, sizeof *w->is_touched);
    if (!w->guard || !w->guarded || !w->visit_of || !w->visit_ok || !w->buf || !w->kept ||
        !w->mask || !w->sums || !w->touched || !w->is_touched) {
        walk_free(w);
        return err_nomem(e);
    }
    for (int i = 0; i < run->lib->n_rules; i++)
        w->mask[i] = numbers_of(run->lib->rules[i]);
    memset(w->guard, 1, plans);
    for (int p = 0; p < run->n_plan; p++)
        if (run->plan[p].person[0].x)
            w->guarded[w->n_guarded++] = p;
    w->env = (struct env){.run = run, .walk = w, .line = w->line_const};
    w->fold = (struct fold){.env = &w->env, .ctx = &w->out};
    w->f_psn = field("psn_no");
    w->f_visit = field("mdtrt_id");
    w->f_setl = field("setl_id");
    static const char *const net[] = {"no",
                                      "pric",
                                      "init_no",
                                      "void",
                                      "cnt",
                                      "det_item_fee_sumamt",
                                      "inscp_amt",
                                      "fulamt_ownpay_amt",
                                      "overlmt_selfpay",
                                      "preselfpay_amt"};
    for (int k = 0; k < 10; k++)
        w->f_net[k] = field(net[k]);
    w->f_item = field("hilist_code");
    w->f_inscp = field("inscp_amt");
    *out = w;
    return 0;
}

static void tap_release(struct tap *t)
{
    for (int i = 0; i < HUJI_MAX_FIELDS; i++)
        mem_free(t->col[i]);
    mem_free(t->fund);
}

void walk_free(struct walk *w)
{
    if (!w)
        return;
    for (int i = 0; w->buf && i < w->run->lib->n_rules; i++)
        mem_free(w->buf[i].ev);
    for (int i = 0; w->kept && i < w->run->lib->n_rules; i++)
        for (int k = 0; k < KEPT_PARTS; k++)
            mem_free(w->kept[i][k].p);
    for (int i = 0; w->sums && i < w->run->lib->n_measures; i++)
        measure_release(&w->sums[i]);
    void *all[] = {w->kept,         w->mask,        w->sums,       w->all,      w->tap_rank,
                   w->part.ev,      w->guard,       w->guarded,    w->visit_of, w->visit_ok,
                   w->buf,          w->touched,     w->is_touched, w->live,     w->tapped,
                   w->by_visit,     w->fund,        w->rows,       w->order,    w->moved,
                   w->fold.members, w->fold.scratch};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        mem_free(all[i]);
    net_release(&w->net);
    tap_release(&w->tap);
    findings_release(&w->out);
    mem_free(w);
}

void walk_bare(struct walk *w, bool on)
{
    w->bare = on;
}

/* ---- what expressions ask of the walk ---- */

static int32_t code_at(const struct walk *w, int f, size_t row)
{
    return ((const int32_t *)w->line[f])[row];
}

struct by_key {
    int32_t key, row;
};

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
            at[k++] = (struct by_key){code_at(w, f, i), (int32_t)i};
    qsort(at, k, sizeof *at, cmp_key);
    *n = k;
    return at;
}

const int32_t *walk_visit_lines(struct walk *w, int32_t visit, size_t *n)
{
    *n = 0;
    if (w->in_tap || !w->line[w->f_visit])
        return NULL;
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
        if (code_at(w, w->f_visit, (size_t)w->by_visit[mid]) < visit)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (hi = lo; hi < w->n_by_visit && code_at(w, w->f_visit, (size_t)w->by_visit[hi]) == visit;
         hi++)
        ;
    *n = hi - lo;
    return w->by_visit + lo;
}

const int32_t *walk_visit_rows(struct walk *w, enum source_id src, int32_t visit, size_t *n)
{
    const struct huji_table *t = &w->run->frame->table[src];
    const int32_t *v = t->col[w->run->known[src].visit];
    size_t k = 0;
    *n = 0;
    if (!v || w->psn < 0)
        return NULL;
    for (uint32_t r = w->run->first[src][w->psn]; r < w->run->first[src][w->psn + 1]; r++)
        if (v[r] == visit) {
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
    const int64_t *fund = t->col[source_field(S_SETTLEMENT, SPAN("fund_pay_sumamt"))];
    const int32_t *rows = w->run->row_of[D_SETL];
    uint32_t known = w->run->frame->dict[D_SETL].n;
    for (size_t i = 0, j; at && i < n; i = j) {
        for (j = i + 1; j < n && at[j].key == at[i].key; j++)
            ;
        int32_t row = at[i].key >= 0 && (uint32_t)at[i].key < known ? rows[at[i].key] : -1;
        int64_t total = row >= 0 && fund ? fund[row] : 0;
        share_fund(w, at + i, j - i, total == HUJI_NONE64 ? 0 : total);
    }
    mem_free(at);
    w->fund_ready = true;
}

int64_t walk_line_fund(struct walk *w, int32_t row)
{
    if (w->in_tap)
        return w->tap.fund[row];
    if (!w->fund_ready)
        all_shares(w);
    return w->fund[row];
}

/* ---- collecting ---- */

static bool passes(struct walk *w, const struct conjunct *c)
{
    for (; c->x; c++) {
        bool yes;
        if (c->line_code >= 0 && w->env.line[c->line_code]) {
            int32_t id = ((const int32_t *)w->env.line[c->line_code])[w->env.cur.row];
            const struct link *l = &w->run->link[c->x->id];
            yes = id >= 0 && (uint32_t)id < l->n_bits && (l->bits[id >> 6] >> (id & 63) & 1);
        } else {
            yes = eval_true(&w->env, c->x);
        }
        if (yes == c->except)
            return false;
    }
    return true;
}

static int64_t slot_value(struct walk *w, const struct rule *r, int clause, enum slot s)
{
    const struct expr *x = r->slot[clause][s];
    return x ? eval(&w->env, x) : HUJI_NONE64;
}

/* Keys and numbers of an event; false when a key is missing. */
static bool fill(struct walk *w, const struct rule *r, int clause, struct event *ev)
{
    const struct event_ref *c = &w->env.cur;
    const struct known_fields *known = &w->run->known[c->src];
    for (int k = 0; k < r->n_keys; k++)
        if ((ev->key[k] = eval(&w->env, r->key[clause][k])) == HUJI_NONE64)
            return false;
    for (int k = r->n_keys; k < HUJI_MAX_KEYS; k++)
        ev->key[k] = 0;
    ev->src = (uint8_t)c->src;
    ev->clause = (uint8_t)clause;
    ev->side = (uint8_t)r->clause[clause].side;
    ev->row = c->row;
    ev->kn = c->kn;
    ev->t = known->t >= 0 ? eval_field(&w->env, c, known->t) : 0;
    ev->rank = known->rank >= 0 ? (uint32_t)eval_field(&w->env, c, known->rank) : (uint32_t)c->row;
    ev->x = slot_value(w, r, clause, SL_START);
    ev->u = r->slot[clause][SL_END] ? slot_value(w, r, clause, SL_END) : ev->x;
    ev->q = slot_value(w, r, clause, SL_QTY);
    ev->lim = slot_value(w, r, clause, SL_LIMIT);
    ev->g = r->slot[clause][SL_GROUP] ? slot_value(w, r, clause, SL_GROUP)
            : r->clause[clause].kn    ? c->kn
                                      : 0;
    ev->sc = r->slot[clause][SL_SCOPE] ? slot_value(w, r, clause, SL_SCOPE) : 0;
    ev->a = slot_value(w, r, clause,
                       r->slot[clause][SL_RATIO]    ? SL_RATIO
                       : r->slot[clause][SL_WINDOW] ? SL_WINDOW
                                                    : SL_LO);
    ev->b = slot_value(w, r, clause, r->slot[clause][SL_PRICE] ? SL_PRICE : SL_HI);
    ev->c = slot_value(w, r, clause, r->slot[clause][SL_CAP] ? SL_CAP : SL_TOLERANCE);
    ev->d = slot_value(w, r, clause, SL_DECAY);
    ev->f = slot_value(w, r, clause, r->slot[clause][SL_PARTNER] ? SL_PARTNER : SL_FLOOR);
    ev->absent = r->slot[clause][SL_ABSENT] && slot_value(w, r, clause, SL_ABSENT) == 1;
    return true;
}

static void pack(struct walk *w, const struct rule *r, const struct event *ev)
{
    uint64_t h = 0;
    for (int k = 0; k < r->n_keys; k++)
        h = hash_u64(h ^ (uint64_t)ev->key[k]);
    struct kept *b = &w->kept[r->index][h % KEPT_PARTS];
    if (mem_grow(&b->p, &b->cap, b->n + (EVENT_NUMBERS + 2) * 8, 1) < 0) {
        w->failed = true;
        return;
    }
    const int64_t *num = ev->key;
    for (unsigned i = 0, m = w->mask[r->index]; m; i++, m >>= 1)
        if (m & 1) {
            memcpy(b->p + b->n, &num[i], 8);
            b->n += 8;
        }
    memcpy(b->p + b->n, &ev->row, KEPT_TAIL); /* row, kn, rank, src .. absent lie together */
    b->n += KEPT_TAIL;
}

static const uint8_t *unpack(const uint8_t *p, unsigned mask, struct event *ev)
{
    int64_t *num = ev->key;
    for (unsigned i = 0; i < EVENT_NUMBERS; i++) {
        num[i] = i < HUJI_MAX_KEYS || i == 9 || i == 10 ? 0 : HUJI_NONE64;
        if (mask >> i & 1) {
            memcpy(&num[i], p, 8);
            p += 8;
        }
    }
    if (!(mask >> 6 & 1))
        ev->u = ev->x;
    memcpy(&ev->row, p, KEPT_TAIL);
    return p + KEPT_TAIL;
}

static void push(struct walk *w, const struct rule *r, const struct event *ev)
{
    w->n_events++;
    if (r->is_measure && r->count != COUNT_DISTINCT) {
        if (measure_add(w->run, r->measure, &w->sums[r->measure->index], ev) < 0)
            w->failed = true;
        return;
    }
    if (!r->in_walk && !r->is_measure) {
        pack(w, r, ev);
        return;
    }
    struct evbuf *b = &w->buf[r->index];
    if (mem_grow(&b->ev, &b->cap, b->n + 1, sizeof *b->ev) < 0) {
        w->failed = true;
        return;
    }
    b->ev[b->n++] = *ev;
    if (!w->is_touched[r->index]) {
        w->is_touched[r->index] = true;
        w->touched[w->n_touched++] = r->index;
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

static void take(struct walk *w, const struct rule *r, int clause)
{
    struct event ev;
    if (!fill(w, r, clause, &ev))
        return;
    if (r->kind == &kind_forbid && !r->waits) {
        w->fold.rule = r;
        kind_forbid.fold(&w->fold, &ev, 1);
        return;
    }
    if (!r->in_walk && !r->is_measure && (ev.src == S_LINE || ev.src == S_LINE_RAW) &&
        (ev.row = tap_line(w, ev.row)) < 0)
        return;
    if (r->kind == &kind_quota && r->slot[clause][SL_TOLERANCE]) { /* spread over days */
        int64_t first = ev.key[r->n_keys - 1];
        for (int64_t k = 0; k < ev.c && k < 4000; k++) {
            ev.key[r->n_keys - 1] = first + k;
            push(w, r, &ev);
        }
        return;
    }
    push(w, r, &ev);
}

static bool row_valid(const struct knowledge *k, int32_t row, int64_t day)
{
    int64_t b = k->valid_from >= 0 ? k->column[k->valid_from].num[row] : HUJI_NONE64;
    int64_t e = k->valid_to >= 0 ? k->column[k->valid_to].num[row] : HUJI_NONE64;
    return (b == HUJI_NONE64 || day >= b) && (e == HUJI_NONE64 || day <= e);
}

static int64_t event_day(struct walk *w)
{
    int f = w->run->known[w->env.cur.src].t;
    int64_t t = f >= 0 ? eval_field(&w->env, &w->env.cur, f) : HUJI_NONE64;
    return t == HUJI_NONE64 ? t : sec_day(t);
}

/* Several rows of a table may forbid one event; it is one finding (its id is the event's), the first row's. */
static bool once(const struct rule *r, int clause)
{
    bool by_row = false;
    for (int k = 0; k < r->n_keys; k++)
        by_row = by_row || expr_has(r->key[clause][k], X_KN);
    return r->kind == &kind_forbid && !by_row;
}

static void consider(struct walk *w, int p, enum source_id src, int32_t row)
{
    const struct clause_plan *plan = &w->run->plan[p];
    const struct rule *r = w->run->lib->rules[plan->rule];
    const struct clause *c = &r->clause[plan->clause];
    w->env.cur = (struct event_ref){src, row, -1};
    w->env.clause = plan->clause;
    if (plan->visit[0].x) {
        int32_t visit = src == S_LINE ? code_at(w, w->f_visit, (size_t)row) : -1;
        if (visit < 0 || w->visit_of[p] != visit + 1) {
            w->visit_of[p] = visit + 1;
            w->visit_ok[p] = passes(w, plan->visit);
        }
        if (!w->visit_ok[p])
            return;
    }
    if (!plan->kn) {
        if (passes(w, plan->event))
            take(w, r, plan->clause);
        return;
    }
    int64_t item = eval_field(&w->env, &w->env.cur, w->run->known[src].item);
    if (item == HUJI_NONE64 || item >= plan->kn->n)
        return;
    int64_t day = event_day(w);
    for (uint32_t k = plan->kn->at[item]; k < plan->kn->at[item + 1]; k++) {
        w->env.cur = (struct event_ref){src, row, plan->kn->rows[k]};
        size_t before = w->out.n;
        if (row_valid(c->kn, w->env.cur.kn, day) && passes(w, plan->event))
            take(w, r, plan->clause);
        if (w->out.n > before && once(r, plan->clause))
            return;
    }
}

/* ---- one person ---- */

static int cmp_event(const void *pa, const void *pb)
{
    const struct event *a = pa, *b = pb;
    for (int k = 0; k < HUJI_MAX_KEYS; k++)
        if (a->key[k] != b->key[k])
            return a->key[k] < b->key[k] ? -1 : 1;
    if (a->x != b->x)
        return a->x < b->x ? -1 : 1;
    int ra = huji_sources[a->src].rank, rb = huji_sources[b->src].rank;
    if (ra != rb)
        return ra < rb ? -1 : 1;
    if (a->t != b->t)
        return a->t < b->t ? -1 : 1;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    return a->kn != b->kn ? (a->kn < b->kn ? -1 : 1) : (int)a->clause - (int)b->clause;
}

static bool same_owner(const struct event *a, const struct event *b)
{
    return memcmp(a->key, b->key, sizeof a->key) == 0;
}

static int cmp_event_at(const void *pa, const void *pb)
{
    return cmp_event(*(const struct event *const *)pa, *(const struct event *const *)pb);
}

/* Events are wide and mostly few and nearly in order: pointers are sorted, then the events moved once. */
static void sort_events(struct walk *w, struct event *ev, size_t n)
{
    size_t i = 1;
    while (i < n && cmp_event(&ev[i - 1], &ev[i]) <= 0)
        i++;
    if (i >= n)
        return;
    if (mem_grow(&w->order, &w->cap_order, n, sizeof *w->order) < 0 ||
        mem_grow(&w->moved, &w->cap_moved, n, sizeof *w->moved) < 0) {
        w->failed = true;
        return;
    }
    for (i = 0; i < n; i++)
        w->order[i] = &ev[i];
    if (n > 48)
        qsort(w->order, n, sizeof *w->order, cmp_event_at);
    for (i = 1; n <= 48 && i < n; i++) {
        struct event *e = w->order[i];
        size_t k = i;
        for (; k > 0 && cmp_event(w->order[k - 1], e) > 0; k--)
            w->order[k] = w->order[k - 1];
        w->order[k] = e;
    }
    for (i = 0; i < n; i++)
        w->moved[i] = *w->order[i];
    memcpy(ev, w->moved, n * sizeof *ev);
}

static void fold_rule(struct walk *w, const struct rule *r, struct event *ev, size_t n)
{
    sort_events(w, ev, n);
    w->fold.rule = r;
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n && same_owner(&ev[i], &ev[j]); j++)
            ;
        r->kind->fold(&w->fold, ev + i, j - i);
    }
}

static void net_lines(struct walk *w)
{
    struct net_lines l = {.n = w->hi - w->lo};
#define AT(f, type) (w->line[f] ? (type *)w->line[f] + w->lo : NULL)
    l.no = AT(w->f_net[0], int64_t);
    l.pric = AT(w->f_net[1], int64_t);
    l.init_no = AT(w->f_net[2], int64_t);
    l.visit = AT(w->f_visit, int32_t);
    l.item = AT(w->f_item, int32_t);
    l.voided = AT(w->f_net[3], int32_t);
    l.cnt = AT(w->f_net[4], int64_t);
    for (int k = 0; k < 5; k++)
        l.amount[k] = AT(w->f_net[5 + k], int64_t);
#undef AT
    l.live = w->live + w->lo;
    if (net_person(&l, &w->net) < 0)
        w->failed = true;
}

static bool line_plans(struct walk *w, const int *plans, enum source_id src, size_t i)
{
    bool any = false;
    for (; *plans >= 0; plans++)
        if (w->guard[*plans]) {
            consider(w, *plans, src, (int32_t)i);
            any = true;
        }
    return any;
}

static void walk_source(struct walk *w, enum source_id src, int32_t psn)
{
    const int *plans = w->run->by_source[src];
    enum source_id table = src == S_VISIT ? S_STAY : src;
    if (*plans < 0 || !w->run->first[table])
        return;
    const struct huji_table *t = &w->run->frame->table[table];
    const int32_t *kind = table == S_STAY ? t->col[w->run->known[S_STAY].kind] : NULL;
    const int32_t *voided = src == S_SETTLEMENT ? t->col[w->run->known[src].voided] : NULL;
    for (uint32_t r = w->run->first[table][psn]; r < w->run->first[table][psn + 1]; r++) {
        if (kind && kind[r] != (src == S_STAY ? 1 : 2))
            continue;
        if (voided && voided[r] == 1)
            continue;
        for (const int *p = plans; *p >= 0; p++)
            if (w->guard[*p])
                consider(w, *p, src, (int32_t)r);
    }
}

static void guards(struct walk *w, int32_t psn)
{
    /* person-only conditions are asked of a row that knows only its person */
    int32_t id = psn;
    const void *cols[HUJI_MAX_FIELDS] = {NULL};
    cols[w->f_psn] = &id;
    const void *const *saved = w->env.line;
    memset(w->visit_of, 0, (size_t)w->run->n_plan * sizeof *w->visit_of);
    w->env.line = cols;
    w->env.cur = (struct event_ref){S_LINE, 0, -1};
    for (int k = 0; k < w->n_guarded; k++)
        w->guard[w->guarded[k]] = passes(w, w->run->plan[w->guarded[k]].person);
    w->env.line = saved;
}

static void walk_person(struct walk *w, int32_t psn)
{
    static const enum source_id rest[] = {S_STAY, S_VISIT, S_SETTLEMENT, S_OPERATION, S_STOCK,
                                          S_SALE, S_TRACE, S_CHECK,      S_REFUND,    S_REG};
    w->psn = psn;
    w->visit_ready = w->fund_ready = false;
    if (!w->bare)
        guards(w, psn);
    if (w->hi > w->lo && *w->run->by_source[S_LINE_RAW] >= 0 && !w->bare) {
        memset(w->live + w->lo, 1, w->hi - w->lo);
        for (size_t i = w->lo; i < w->hi; i++)
            line_plans(w, w->run->by_source[S_LINE_RAW], S_LINE_RAW, i);
        for (size_t i = w->lo; i < w->hi; i++)
            w->tapped[i] = -1; /* raw values were tapped; net ones are other lines */
        w->fund_ready = w->visit_ready = false;
    }
    if (w->hi > w->lo)
        net_lines(w);
    if (w->bare) {
        const int64_t *cnt = w->line[w->f_net[4]];
        for (size_t i = w->lo; i < w->hi; i++)
            w->bare_sum += w->live[i] ? (uint64_t)cnt[i] : 0;
        return;
    }
    const struct index *ix = &w->run->item_plans;
    const int32_t *items = w->line[w->f_item];
    for (size_t i = w->lo; i < w->hi; i++) {
        if (!w->live[i])
            continue;
        line_plans(w, w->run->always, S_LINE, i);
        int32_t item = items[i];
        if (item < 0 || (uint32_t)item >= ix->n)
            continue;
        for (uint32_t k = ix->at[item]; k < ix->at[item + 1]; k++)
            if (w->guard[ix->rows[k]])
                consider(w, ix->rows[k], S_LINE, (int32_t)i);
    }
    for (size_t s = 0; s < sizeof rest / sizeof *rest; s++)
        walk_source(w, rest[s], psn);
    int keep = 0;
    for (int k = 0; k < w->n_touched; k++) {
        const struct rule *r = w->run->lib->rules[w->touched[k]];
        if (!r->in_walk || r->is_measure) {
            w->touched[keep++] = w->touched[k];
            continue;
        }
        fold_rule(w, r, w->buf[r->index].ev, w->buf[r->index].n);
        w->buf[r->index].n = 0;
        w->is_touched[r->index] = false;
    }
    w->n_touched = keep;
}

void walk_begin(struct walk *w, int32_t lo, int32_t hi)
{
    w->next = lo;
    w->end = hi;
}

static void empty_persons(struct walk *w, int32_t until)
{
    w->lo = w->hi = 0;
    if (w->bare)
        w->next = until;
    for (; w->next < until; w->next++) {
        static const enum source_id any[] = {S_STAY,  S_SETTLEMENT, S_OPERATION, S_SALE,
                                             S_TRACE, S_CHECK,      S_REFUND,    S_REG};
        bool some = false;
        for (size_t s = 0; s < sizeof any / sizeof *any && !some; s++)
            some = w->run->first[any[s]][w->next] < w->run->first[any[s]][w->next + 1];
        if (some)
            walk_person(w, w->next);
    }
}

static int walk_error(struct walk *w, struct err *e)
{
    return w->failed || w->fold.failed || w->out.failed ? err_nomem(e) : 0;
}

int walk_lines(struct walk *w, const struct line_batch *b, struct err *e)
{
    for (int f = 0; f < HUJI_MAX_FIELDS; f++)
        w->line_const[f] = w->line[f] = b->col[f];
    w->n_line = b->n;
    if (mem_grow(&w->live, &w->cap_live, b->n + 1, 1) < 0 ||
        mem_grow(&w->tapped, &w->cap_tapped, b->n + 1, sizeof *w->tapped) < 0 ||
        mem_grow(&w->fund, &w->cap_fund, b->n + 1, sizeof *w->fund) < 0)
        return err_nomem(e);
    memset(w->tapped, 0xff, (b->n + 1) * sizeof *w->tapped);
    const int32_t *psn = b->col[w->f_psn];
    w->n_lines += b->n;
    for (size_t i = 0, j; i < b->n; i = j) {
        for (j = i + 1; j < b->n && psn[j] == psn[i]; j++)
            ;
        if (psn[i] < w->next)
            return err_set(e, ERR_STATE, "费用明细没有按人员排序（人员序号 %d 在 %d 之后）", psn[i],
                           w->next);
        empty_persons(w, psn[i]);
        w->lo = i;
        w->hi = j;
        walk_person(w, psn[i]);
        w->next = psn[i] + 1;
    }
    return walk_error(w, e);
}

int walk_end(struct walk *w, struct err *e)
{
    empty_persons(w, w->end);
    return walk_error(w, e);
}

int walk_orphans(struct walk *w, struct err *e)
{
    w->lo = w->hi = 0;
    walk_person(w, (int32_t)w->run->frame->dict[D_PERSON].n);
    return walk_error(w, e);
}

/* ---- after the walks ---- */

bool walk_is_kept(const struct huji_run *run, int rule)
{
    const struct rule *r = run->lib->rules[rule];
    return run->active[rule] && !r->is_measure && (!r->in_walk || r->kind == &kind_outlier) &&
           (r->kind != &kind_forbid || r->waits);
}

static int tap_append(struct tap *to, const struct tap *from)
{
    for (int f = 0; f < (int)huji_sources[S_LINE].n_fields; f++) {
        if (!from->col[f])
            continue;
        size_t width = (size_t)ftype_width(huji_sources[S_LINE].fields[f].type);
        if (mem_grow(&to->col[f], &to->cap_col[f], to->n + from->n, width) < 0)
            return -1;
        memcpy((char *)to->col[f] + to->n * width, from->col[f], from->n * width);
    }
    if (from->n) {
        if (mem_grow(&to->fund, &to->cap_fund, to->n + from->n, sizeof *to->fund) < 0)
            return -1;
        memcpy(to->fund + to->n, from->fund, from->n * sizeof *to->fund);
    }
    to->n += from->n;
    return 0;
}

static int merge_one(struct walk *to, struct walk *from, struct err *e)
{
    from->tap_shift = (int32_t)to->tap.n;
    if (tap_append(&to->tap, &from->tap) < 0)
        return err_nomem(e);
    for (int i = 0; i < to->run->lib->n_measures; i++) {
        const struct measure *m = to->run->lib->measures[i];
        struct evbuf *a = &to->buf[m->rule], *b = &from->buf[m->rule];
        if (b->n && mem_grow(&a->ev, &a->cap, a->n + b->n, sizeof *a->ev) < 0)
            return err_nomem(e);
        if (b->n)
            memcpy(a->ev + a->n, b->ev, b->n * sizeof *a->ev);
        a->n += b->n;
        if (measure_merge(to->run, m, &to->sums[i], &from->sums[i]) < 0)
            return err_nomem(e);
    }
    return 0;
}

int walk_merge(struct huji_run *run, struct walk **walks, size_t n, rank_fn rank, void *ctx,
               struct err *e)
{
    struct walk *w = walks[0];
    w->all = mem_calloc(n, sizeof *w->all);
    if (!w->all)
        return err_nomem(e);
    w->n_all = n;
    w->all[0] = w;
    for (size_t i = 1; i < n; i++) {
        int rc = merge_one(w, walks[i], e);
        if (rc < 0)
            return rc;
        w->all[i] = walks[i];
    }
    w->tap_rank = mem_calloc(w->tap.n + 1, sizeof *w->tap_rank);
    if (!w->tap_rank)
        return err_nomem(e);
    if (w->tap.n) {
        int rc = rank(ctx, w->tap.col[field("no")], w->tap.n, w->tap_rank, e);
        if (rc < 0)
            return rc;
    }
    run->measure = arena_calloc(&run->a, ((size_t)run->lib->n_measures + 1) * sizeof *run->measure);
    if (!run->measure)
        return err_nomem(e);
    for (int i = 0; i < run->lib->n_measures; i++) {
        const struct measure *m = run->lib->measures[i];
        run->measure[i] = w->sums[i];
        w->sums[i] = (struct measure_table){0};
        int rc = measure_build(run, m, w->buf[m->rule].ev, w->buf[m->rule].n, &run->measure[i], e);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* One part of a rule's kept events, of all walks. */
static size_t unpack_part(struct walk *merged, struct walk *w, int rule, int part)
{
    unsigned mask = merged->mask[rule];
    size_t n = 0, size = KEPT_TAIL;
    for (unsigned m = mask; m; m >>= 1)
        size += 8 * (m & 1);
    for (size_t i = 0; i < merged->n_all; i++) {
        struct walk *from = merged->all[i];
        const struct kept *b = &from->kept[rule][part];
        if (mem_grow(&w->part.ev, &w->part.cap, n + b->n / size + 1, sizeof *w->part.ev) < 0) {
            w->failed = true;
            return 0;
        }
        for (const uint8_t *p = b->p, *end = p + b->n; p < end; n++) {
            struct event *ev = &w->part.ev[n];
            p = unpack(p, mask, ev);
            if (ev->src == S_LINE || ev->src == S_LINE_RAW) {
                ev->row += from->tap_shift;
                ev->rank = merged->tap_rank[ev->row];
            }
        }
    }
    return n;
}

int walk_late(struct walk *w, struct err *e)
{
    findings_late(&w->out, &w->env);
    return walk_error(w, e);
}

int walk_judge(const struct huji_run *run, struct walk *merged, struct walk *w, int rule,
               struct err *e)
{
    const struct rule *r = run->lib->rules[rule];
    for (int f = 0; f < HUJI_MAX_FIELDS; f++)
        w->line_const[f] = merged->tap.col[f];
    struct tap own = w->tap;
    w->tap = merged->tap;
    w->in_tap = true;
    w->psn = -1;
    if (r->kind == &kind_outlier) {
        w->fold.rule = r;
        outlier_judge(&w->fold, &run->measure[r->measure->index]);
    } else {
        for (int part = 0; part < KEPT_PARTS; part++) {
            size_t n = unpack_part(merged, w, rule, part);
            fold_rule(w, r, w->part.ev, n);
        }
    }
    w->tap = w == merged ? w->tap : own;
    w->in_tap = false;
    return walk_error(w, e);
}

const struct huji_finding *walk_findings(const struct walk *w, size_t *n)
{
    *n = w->out.n;
    return w->out.f;
}

void walk_counts(const struct walk *w, uint64_t *lines, uint64_t *events)
{
    *lines = w->n_lines;
    *events = w->n_events;
}
