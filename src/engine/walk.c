/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/walk_priv.h"

#include <stdlib.h>

#include "base/mem.h"

int walk_line_field(const char *name)
{
    return source_field(S_LINE, span_of(name));
}

/* Room for the bits of guards: all up. */
static int open_all(struct walk *w)
{
    const struct huji_run *run = w->run;
    size_t most = 1;
    for (int s = 0; s < HUJI_SOURCES; s++) {
        size_t words = s < SOURCE_COUNT ? run->dispatch[s].words : 0;
        w->open_at[s + 1] = w->open_at[s] + words;
        most = words > most ? words : most;
    }
    size_t n = w->open_at[HUJI_SOURCES] + 1;
    w->open = mem_calloc(n, sizeof *w->open);
    w->open_old = mem_calloc(n, sizeof *w->open_old);
    w->shut = mem_calloc(n, sizeof *w->shut);
    w->bits = mem_calloc(most, sizeof *w->bits);
    w->bit_of = mem_calloc((size_t)run->n_plan + 1, sizeof *w->bit_of);
    w->joined = mem_calloc(run->dispatch[S_LINE].words, sizeof *w->joined);
    if (!w->open || !w->open_old || !w->shut || !w->bits || !w->bit_of || !w->joined)
        return -1;
    for (size_t i = 0; run->dispatch[S_LINE].plan[i] >= 0; i++)
        if (run->plan[run->dispatch[S_LINE].plan[i]].kn)
            w->joined[i / 64] |= UINT64_C(1) << (i & 63);
    for (int s = 0; s < SOURCE_COUNT; s++) {
        const int *plan = run->dispatch[s].plan;
        for (uint32_t i = 0; plan[i] >= 0; i++) {
            w->bit_of[plan[i]] = (uint32_t)w->open_at[s] * 64 + i;
            walk_open(w, plan[i]);
        }
    }
    return 0;
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
    w->own_row = mem_calloc(plans, 1);
    w->reached = mem_calloc(rules, 1);
    w->by_owner = mem_calloc(rules, 1);
    w->of_lines = mem_calloc(rules, 1);
    w->goes_on = mem_calloc(rules, 1);
    w->owners = mem_calloc(rules, sizeof *w->owners);
    w->buf = mem_calloc(rules, sizeof *w->buf);
    w->glance = mem_calloc(rules, sizeof *w->glance);
    w->kept = mem_calloc(rules, sizeof *w->kept);
    w->mask = mem_calloc(rules, sizeof *w->mask);
    w->told = mem_calloc(rules, sizeof *w->told);
    w->sums = mem_calloc((size_t)run->lib->n_measures + 1, sizeof *w->sums);
    w->touched = mem_calloc(rules, sizeof *w->touched);
    w->is_touched = mem_calloc(rules, sizeof *w->is_touched);
    if (!w->guard || !w->guarded || !w->visit_of || !w->visit_ok || !w->buf || !w->glance ||
        !w->kept || !w->mask || !w->told || !w->sums || !w->touched || !w->is_touched ||
        !w->own_row || !w->reached || !w->by_owner || !w->of_lines || !w->goes_on || !w->owners ||
        walk_fillers(w) < 0 || walk_memo_open(w) < 0 || walk_enough_open(w) < 0) {
        walk_free(w);
        return err_nomem(e);
    }
    memset(w->guard, 1, plans);
    if (open_all(w) < 0) {
        walk_free(w);
        return err_nomem(e);
    }
    for (int i = 0; i < run->lib->n_rules; i++) {
        uint16_t filled;
        walk_numbers_of(run->lib->rules[i], &filled, &w->told[i]);
        w->mask[i] = walk_kept_mask(run->lib->rules[i], filled & ~w->told[i]);
    }
    walk_own_rows(w);
    walk_owners(w);
    for (int p = 0; p < run->n_plan; p++)
        if (run->plan[p].person[0].x)
            w->guarded[w->n_guarded++] = p;
    w->env = (struct env){.run = run, .walk = w, .line = w->line_const};
    w->fold = (struct fold){.env = &w->env, .ctx = &w->out};
    w->f_psn = walk_line_field("psn_no");
    w->f_visit = walk_line_field("mdtrt_id");
    w->f_setl = walk_line_field("setl_id");
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
        w->f_net[k] = walk_line_field(net[k]);
    w->f_item = walk_line_field("hilist_code");
    w->f_inscp = walk_line_field("inscp_amt");
    if (walk_far_open(w) < 0) {
        walk_free(w);
        return err_nomem(e);
    }
    *out = w;
    return 0;
}

void walk_tap_release(struct tap *t)
{
    for (int i = 0; i < HUJI_MAX_FIELDS; i++)
        mem_free(t->col[i]);
    mem_free(t->fund);
    *t = (struct tap){0};
}

void walk_free(struct walk *w)
{
    if (!w)
        return;
    for (int i = 0; w->buf && i < w->run->lib->n_rules; i++)
        mem_free(w->buf[i].ev);
    for (int i = 0; w->glance && i < w->run->lib->n_rules; i++)
        mem_free(w->glance[i].at);
    for (int i = 0; w->kept && i < w->run->lib->n_rules; i++)
        for (int k = 0; k < KEPT_PARTS; k++)
            kept_release(&w->kept[i][k]);
    for (int i = 0; w->sums && i < w->run->lib->n_measures; i++)
        measure_release(&w->sums[i]);
    void *all[] = {
        w->kept,     w->mask,       w->told,    w->sums,       w->all,          w->tap_rank,
        w->part.ev,  w->guard,      w->guarded, w->visit_of,   w->visit_ok,     w->buf,
        w->touched,  w->is_touched, w->live,    w->tapped,     w->by_visit.row, w->by_setl.row,
        w->runs,     w->share,      w->fund,    w->rows,       w->order,        w->fold.members,
        w->own_row,  w->reached,    w->filler,  w->owner.ev,   w->bucket,       w->open,
        w->open_old, w->bits,       w->bit_of,  w->by_owner,   w->owners,       w->of_lines,
        w->joined,   w->passed,     w->goes_on, w->tally,      w->places,       w->spots,
        w->glance,   w->sift.slot,  w->sift.of, w->sift.start, w->sift.hash,    w->sift.sorted,
        w->shut,     w->enough,     w->lacks,   w->far_day};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        mem_free(all[i]);
    net_release(&w->net);
    walk_memo_release(w);
    walk_tap_release(&w->tap);
    findings_release(&w->out);
    findings_release(&w->made);
    mem_free(w);
}

void walk_bare(struct walk *w, bool on)
{
    w->bare = on;
}

/* ---- one person ---- */

int walk_event_cmp(const struct event *a, const struct event *b)
{
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
    return walk_event_cmp(*(const struct event *const *)pa, *(const struct event *const *)pb);
}

static void sort_pointers(struct event **at, size_t n)
{
    if (n > 48) {
        qsort(at, n, sizeof *at, cmp_event_at);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        struct event *e = at[i];
        size_t k = i;
        for (; k > 0 && walk_event_cmp(at[k - 1], e) > 0; k--)
            at[k] = at[k - 1];
        at[k] = e;
    }
}

/* Puts the events where the pointers say, each cycle of places in turn: there may be a hundred thousand wide ones. */
static void move_events(struct event *ev, struct event **order, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (order[i] == &ev[i])
            continue;
        struct event first = ev[i];
        size_t j = i;
        while (order[j] != &ev[i]) {
            size_t k = (size_t)(order[j] - ev);
            ev[j] = ev[k];
            order[j] = &ev[j];
            j = k;
        }
        ev[j] = first;
        order[j] = &ev[j];
    }
}

/* Events are wide and mostly few and nearly in order: pointers are sorted, then the events moved once. */
void walk_sort(struct walk *w, struct event *ev, size_t n)
{
    size_t i = 1;
    while (i < n && walk_event_cmp(&ev[i - 1], &ev[i]) <= 0)
        i++;
    if (i >= n)
        return;
    if (mem_grow(&w->order, &w->cap_order, n, sizeof *w->order) < 0) {
        w->failed = true;
        return;
    }
    for (i = 0; i < n; i++)
        w->order[i] = &ev[i];
    sort_pointers(w->order, n);
    move_events(ev, w->order, n);
}

void walk_fold(struct walk *w, const struct rule *r, struct event *ev, size_t n)
{
    size_t least = r->kind->least ? r->kind->least(r) : 1;
    if (n < least)
        return;
    walk_sort(w, ev, n);
    w->fold.rule = r;
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n && same_owner(&ev[i], &ev[j]); j++)
            ;
        if (j - i >= least && (!w->news || r->at_of == OF_LINES || walk_any_new(w, ev + i, j - i)))
            r->kind->fold(&w->fold, ev + i, j - i);
    }
}

static struct net_lines person_lines(struct walk *w)
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
    return l;
}

static void net_lines(struct walk *w)
{
    struct net_lines l = person_lines(w);
    if (net_person(&l, &w->net) < 0)
        w->failed = true;
}

/* N5: refunds that found no charge, one event per visit, item and price. */
static void walk_unmatched(struct walk *w)
{
    struct net_lines l = person_lines(w);
    net_write_rest(&l, &w->net);
    for (size_t k = 0; k < w->net.n_pool; k++)
        if (w->net.pool[k].qty > 0) {
            memo_forget(&w->memo[S_UNMATCHED]);
            walk_offer_any(w, S_UNMATCHED, (int32_t)(w->lo + w->net.pool[k].row));
        }
}

static void walk_source(struct walk *w, enum source_id src, int32_t psn, enum turn turn)
{
    enum source_id table = src == S_VISIT ? S_STAY : src;
    uint32_t lo, hi;
    if (*w->run->by_source[src] < 0 || !walk_any_open(w, src, turn))
        return;
    run_rows(w->run, table, (uint32_t)psn, &lo, &hi);
    if (lo == hi)
        return;
    memo_forget(&w->memo[src]);
    const struct huji_table *t = &w->run->frame->table[table];
    int kind = table == S_STAY ? w->run->known[S_STAY].kind : -1;
    int voided = src == S_SETTLEMENT ? w->run->known[src].voided : -1;
    for (uint32_t r = lo; r < hi; r++) {
        if (kind >= 0 && table_cell(t, F_INT, kind, r) != (src == S_STAY ? 1 : 2))
            continue;
        if (voided >= 0 && table_cell(t, F_INT, voided, r) == 1)
            continue;
        if (walk_turn_of(w, turn, src, (int32_t)r))
            walk_offer_any(w, src, (int32_t)r);
    }
}

/* Everybody's rows but the refunds that found no charge. */
static void walk_rows(struct walk *w, int32_t psn, enum turn turn)
{
    static const enum source_id rest[] = {S_STAY,  S_VISIT, S_SETTLEMENT, S_OPERATION, S_STOCK,
                                          S_SALE,  S_TRACE, S_CHECK,      S_REFUND,    S_REG,
                                          S_ENROL, S_LAB,   S_ACT,        S_CLEARING};
    walk_live_lines(w, turn);
    for (size_t s = 0; s < sizeof rest / sizeof *rest; s++)
        walk_source(w, rest[s], psn, turn);
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
    w->env.cur = (struct event_ref){S_LINE, 0, -1, NULL};
    if (w->news)
        walk_news_guards(w);
    else
        walk_enough(w);
    for (int k = 0; k < w->n_guarded; k++) {
        int p = w->guarded[k];
        if (w->news ? w->guard[p] : !w->lacks[w->run->plan[p].rule])
            w->guard[p] = walk_passes(w, w->run->plan[p].person);
        walk_open(w, p);
    }
    if (w->news)
        walk_news_open(w);
    w->env.line = saved;
}

static void walk_person(struct walk *w, int32_t psn)
{
    w->psn = psn;
    w->by_visit.ready = w->by_setl.ready = false;
    w->n_scanned = 0;
    if (!w->bare) {
        if (!w->news)
            walk_ahead(w, psn);
        guards(w, psn);
    }
    if (w->hi > w->lo && *w->run->by_source[S_LINE_RAW] >= 0 && !w->bare) {
        memset(w->live + w->lo, 1, w->hi - w->lo);
        walk_raw_lines(w);
        for (size_t i = w->lo; i < w->hi; i++)
            w->tapped[i] = -1; /* raw values were tapped; net ones are other lines */
        w->by_visit.ready = w->by_setl.ready = false;
        w->n_scanned = 0;
    }
    if (w->hi > w->lo)
        net_lines(w);
    if (w->bare) {
        const int64_t *cnt = w->line[w->f_net[4]];
        for (size_t i = w->lo; i < w->hi; i++)
            w->bare_sum += w->live[i] ? (uint64_t)cnt[i] : 0;
        return;
    }
    if (w->news) {
        walk_rows(w, psn, TURN_NEW);
        walk_news_close(w);
        walk_news_open(w);
        walk_news_far(w);
        w->old_turn = true;
        walk_rows(w, psn, TURN_OLD);
        w->old_turn = false;
    } else {
        walk_rows(w, psn, TURN_ALL);
    }
    if (w->hi > w->lo && *w->run->by_source[S_UNMATCHED] >= 0)
        walk_unmatched(w);
    for (int k = 0; k < w->n_touched; k++) {
        const struct rule *r = w->run->lib->rules[w->touched[k]];
        walk_make(w, r);
        walk_fold(w, r, w->buf[r->index].ev, w->buf[r->index].n);
        w->buf[r->index].n = 0;
        w->is_touched[r->index] = false;
    }
    w->n_touched = 0;
}

void walk_begin(struct walk *w, int32_t lo, int32_t hi)
{
    w->next = lo;
    w->end = hi;
    walk_memo_begin(w);
}

static void empty_persons(struct walk *w, int32_t until)
{
    w->lo = w->hi = 0;
    if (w->bare)
        w->next = until;
    for (; w->next < until; w->next++) {
        static const enum source_id any[] = {S_STAY,  S_SETTLEMENT, S_OPERATION, S_SALE,
                                             S_TRACE, S_CHECK,      S_REFUND,    S_REG,
                                             S_ENROL, S_LAB,        S_ACT};
        bool some = false;
        for (size_t s = 0; s < sizeof any / sizeof *any && !some; s++) {
            uint32_t lo, hi;
            run_rows(w->run, any[s], (uint32_t)w->next, &lo, &hi);
            some = lo < hi;
        }
        if (some)
            walk_person(w, w->next);
    }
}

int walk_error(struct walk *w, struct err *e)
{
    return w->failed || w->fold.failed || w->out.failed || w->env.failed ? err_nomem(e) : 0;
}

int walk_lines(struct walk *w, const struct line_batch *b, struct err *e)
{
    for (int f = 0; f < HUJI_MAX_FIELDS; f++)
        w->line_const[f] = w->line[f] = b->col[f];
    w->n_line = b->n;
    if (mem_grow(&w->live, &w->cap_live, b->n + 1, 1) < 0 ||
        mem_grow(&w->tapped, &w->cap_tapped, b->n + 1, sizeof *w->tapped) < 0 ||
        mem_grow(&w->fund, &w->cap_fund, b->n + 1, sizeof *w->fund) < 0 ||
        (!w->bare && walk_memo_batch(w) < 0))
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

static int close_range(struct walk *w, struct err *e)
{
    if (measure_flush(w->run, &w->measured) < 0 || kept_flush(&w->keeping) < 0)
        w->failed = true;
    return walk_error(w, e);
}

int walk_end(struct walk *w, struct err *e)
{
    empty_persons(w, w->end);
    return close_range(w, e);
}

int walk_orphans(struct walk *w, struct err *e)
{
    w->lo = w->hi = 0;
    walk_person(w, (int32_t)w->run->frame->dict[D_PERSON].n);
    return close_range(w, e);
}
