/* SPDX-License-Identifier: MulanPSL-2.0 */
/* gap: how does an interval stand to the one before? Memory: one interval, the one that ends last. */
#include <stdlib.h>

#include "base/mem.h"
#include "engine/bind.h"
#include "engine/fold.h"

static int axis_default(struct loader *ld, struct rule *r, int i, enum slot s, struct span text)
{
    struct binder b = {.ld = ld, .clause = &r->clause[i]};
    struct expr *raw;
    if (expr_parse(ld->a, text, &raw, ld->e) < 0 || !(r->slot[i][s] = bind_expr(&b, raw)))
        return ynode_bad(r->node, ld->e, "这个来源没有时间轴");
    return 0;
}

static int open_axis(struct loader *ld, struct rule *r, const struct ynode *ask)
{
    const struct ynode *start = ynode_get(ask, "start"), *end = ynode_get(ask, "end");
    int rc = 0;
    for (int i = 0; i < r->n_clauses && rc == 0; i++) {
        enum source_id s = r->clause[i].src;
        bool stay = s == S_STAY || s == S_VISIT, secs = r->axis == AXIS_SECONDS;
        const char *end_field = huji_sources[s].end_field;
        struct span from = secs ? SPAN("t") : stay ? SPAN("begndate") : SPAN("day");
        struct span to = stay && !secs       ? SPAN("enddate")
                         : end_field && secs ? span_of(end_field)
                                             : from;
        /* sentinels of a stay stand on both its days; other clauses may give their own ends */
        bool own = !(r->between && stay);
        if ((rc = axis_default(ld, r, i, SL_START, start && own ? start->text : from)) == 0)
            rc = axis_default(ld, r, i, SL_END,
                              end && own     ? end->text
                              : start && own ? start->text
                                             : to);
    }
    return rc;
}

static const struct kind_param params[] = {
    {.name = "axis",
     .as = PARAM_WORD,
     .title = "按什么量",
     .def = "days",
     .choices = "days=天|seconds=分秒"},
    {.name = "max", .as = PARAM_NUMBER, .title = "间隔不超过", .unit = "d"},
    {.name = "min", .as = PARAM_NUMBER, .title = "间隔不少于", .unit = "d"},
    {.name = "where", .as = PARAM_COND, .title = "还要满足（prev. 是前一次）"},
    {.name = "predecessor",
     .as = PARAM_WORD,
     .title = "前一次是哪一次",
     .def = "last_end",
     .choices = "last_end=结束最晚的一次|before=紧挨着的一次"},
    {.name = "start", .as = PARAM_EXPR, .title = "从哪一刻起（不写按来源）"},
    {.name = "end", .as = PARAM_EXPR, .title = "到哪一刻止（不写按来源）"},
    {.name = "between", .as = PARAM_WORD, .title = "按有活动的日子量", .choices = "days=天"},
    {.name = "partner",
     .as = PARAM_WORD,
     .title = "前一次须是另一人",
     .choices = "other person=另一人"},
    {.name = "chain", .as = PARAM_MAP, .title = "连续几环"},
    {0},
};

static int open(struct loader *ld, struct rule *r, const struct ynode *ask)
{
    static const char *const chain_keys[] = {"links", "where", NULL};
    static const char *const axes[] = {"days", "seconds", NULL};
    static const char *const preds[] = {"last_end", "before", NULL};
    int rc = ask->kind == Y_MAP ? kind_only(r->kind, ask, ld->e)
                                : ynode_bad(ask, ld->e, "应为 {axis: ...}"),
        v = 0;
    if (rc < 0)
        return rc;
    const struct ynode *axis = ynode_get(ask, "axis"), *pred = ynode_get(ask, "predecessor");
    const struct ynode *partner = ynode_get(ask, "partner"), *chain = ynode_get(ask, "chain");
    if (axis && !rule_word(axis, axes, &r->axis))
        return ynode_bad(axis, ld->e, "应为 days 或 seconds");
    if (pred && !rule_word(pred, preds, &v))
        return ynode_bad(pred, ld->e, "应为 last_end 或 before");
    r->pred_before = v == 1;
    r->between = ynode_get(ask, "between") != NULL;
    if ((rc = open_axis(ld, r, ask)) < 0 ||
        (rc = rule_slot(ld, SL_LO, ynode_get(ask, "min"), -1, 0, 0)) < 0 ||
        (rc = rule_slot(ld, SL_HI, ynode_get(ask, "max"), -1, 0, 0)) < 0 ||
        (rc = rule_slot(ld, SL_WHERE, ynode_get(ask, "where"), -1, -1, BIND_PREV | BIND_AFTER)) < 0)
        return rc;
    if (partner && (rc = rule_slot_text(ld, SL_PARTNER, SPAN("psn_no"), partner, -1, -1, 0)) < 0)
        return rc;
    if (chain) {
        int64_t links = 2;
        if (chain->kind != Y_MAP || (rc = ynode_only(chain, chain_keys, ld->e)) < 0)
            return rc < 0 ? rc : ynode_bad(chain, ld->e, "应为 {links: n, where: ...}");
        if (ynode_get(chain, "links") &&
            (rc = rule_number(ld, ynode_get(chain, "links"), 0, &links)) < 0)
            return rc;
        r->chain_links = (int)links;
        rc = rule_slot(ld, SL_CHAIN_WHERE, ynode_get(chain, "where"), -1, -1,
                       BIND_PREV | BIND_AFTER);
    }
    return rc;
}

/* Is a's end later than b's: (end, start, t, id)? */
static bool ends_later(const struct event *a, const struct event *b)
{
    if (a->u != b->u)
        return a->u > b->u;
    if (a->x != b->x)
        return a->x > b->x;
    if (a->t != b->t)
        return a->t > b->t;
    return a->rank > b->rank;
}

static bool within(const struct event *e, int64_t gap)
{
    return (e->a == HUJI_NONE64 || gap >= e->a) && (e->b == HUJI_NONE64 || gap <= e->b);
}

static bool within_kept(struct fold *f, const struct event *e, int64_t gap)
{
    int64_t lo = fold_keep(f, SL_LO, e, NULL), hi = fold_keep(f, SL_HI, e, NULL);
    return (lo == HUJI_NONE64 || gap >= lo) && (hi == HUJI_NONE64 || gap <= hi);
}

/* `where` of the question sees the very numbers of the finding. */
static bool asked(struct fold *f, const struct found *w, bool kept)
{
    if (!f->rule->slot[w->anchor->clause][SL_WHERE])
        return true;
    f->env->value = w->value;
    f->env->threshold = w->threshold;
    f->env->gap_from = w->gap_from;
    f->env->gap_to = w->gap_to;
    return (kept ? fold_keep(f, SL_WHERE, w->anchor, w->prev)
                 : fold_slot(f, SL_WHERE, w->anchor, w->prev)) == 1;
}

/* Is it a finding, and w->hit: more than what keep_from adds? */
static bool found(struct fold *f, struct found *w, int64_t gap)
{
    w->hit = within(w->anchor, gap) && asked(f, w, false);
    return w->hit ||
           (f->rule->slider.param.n && within_kept(f, w->anchor, gap) && asked(f, w, true));
}

static struct found gap_found(const struct event *e, const struct event *p)
{
    return (struct found){.anchor = e,
                          .prev = p,
                          .value = micro(e->x - p->u, 0),
                          .threshold = micro(e->b != HUJI_NONE64 ? e->b : e->a, 0),
                          .gap_from = p->u,
                          .gap_to = e->x};
}

static void judge(struct fold *f, const struct event *e, const struct event *p)
{
    int64_t gap = e->x - p->u;
    struct found w = gap_found(e, p);
    if (!found(f, &w, gap))
        return;
    fold_clear(f);
    fold_member(f, e, 1, 0, 0);
    fold_member(f, p, 2, 0, 0);
    w.members = f->members;
    w.n_members = f->n_members;
    emit(f, &w);
}

static size_t drop_open(struct event *ev, size_t n)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        if (ev[i].x != HUJI_NONE64 && ev[i].u != HUJI_NONE64)
            ev[k++] = ev[i];
    return k;
}

/* The latest end, and the latest end among the others' (for partner: another g than the first's). */
static void fold_intervals(struct fold *f, struct event *ev, size_t n)
{
    const struct event *best = NULL, *other = NULL;
    bool partner = f->rule->slot[0][SL_PARTNER] != NULL;
    for (size_t i = 0; i < n; i++) {
        struct event *e = &ev[i];
        const struct event *p = partner && best && best->f == e->f ? other : best;
        if (p)
            judge(f, e, p);
        if (f->rule->pred_before || !best) {
            best = e;
        } else if (ends_later(e, best)) {
            if (best->f != e->f)
                other = best;
            best = e;
        } else if (e->f != best->f && (!other || ends_later(e, other))) {
            other = e;
        }
    }
}

/* Distinct active days: an event covers x..u; a stay only its first and last day. */
struct active {
    int64_t from, to;
    const struct event *ev;
};

static int by_from(const void *pa, const void *pb)
{
    const struct active *a = pa, *b = pb;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return (a->ev > b->ev) - (a->ev < b->ev);
}

/* No active day between `from` and `to`. */
static void idle_run(struct fold *f, const struct event *e, const struct event *p, int64_t from,
                     int64_t to)
{
    struct found w = {.anchor = e,
                      .prev = p,
                      .value = micro(to - from - 1, 0),
                      .threshold = e->a == HUJI_NONE64 ? HUJI_NONE64 : micro(e->a - 1, 0),
                      .gap_from = from,
                      .gap_to = to};
    if (!found(f, &w, to - from))
        return;
    struct buf name = BUF_INIT;
    buf_str(&name, "day:");
    day_print(&name, (day_t)to);
    fold_clear(f);
    fold_member(f, e, 2, 0, 0);
    fold_member(f, p, 2, 0, 0);
    w.anchor_text = buf_cstr(&name);
    w.members = f->members;
    w.n_members = f->n_members;
    emit(f, &w);
    f->failed = f->failed || name.failed;
    buf_release(&name);
}

static void fold_between(struct fold *f, struct event *ev, size_t n)
{
    struct active *days = mem_alloc((2 * n + 1) * sizeof *days);
    size_t k = 0;
    bool stay = false;
    if (!days) {
        f->failed = true;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (ev[i].src == S_STAY) {
            days[k++] = (struct active){ev[i].x, ev[i].x, &ev[i]};
            days[k++] = (struct active){ev[i].u, ev[i].u, &ev[i]};
            stay = true;
        } else {
            days[k++] = (struct active){ev[i].x, ev[i].u > ev[i].x ? ev[i].u : ev[i].x, &ev[i]};
        }
    }
    qsort(days, k, sizeof *days, by_from);
    const struct active *last = NULL;
    int64_t end = 0;
    for (size_t i = 0; stay && i < k; i++) {
        int64_t gap = last ? days[i].from - end : 0;
        if (last && gap > 0)
            idle_run(f, days[i].ev, last->ev, end, days[i].from);
        if (!last || days[i].to > end)
            end = days[i].to;
        last = &days[i];
    }
    mem_free(days);
}

/* A maximal chain of links is one finding, anchored at its first stay. */
static void fold_chain(struct fold *f, struct event *ev, size_t n)
{
    const struct rule *r = f->rule;
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n; j++) {
            struct found link = gap_found(&ev[j], &ev[j - 1]);
            if (!within(&ev[j], ev[j].x - ev[j - 1].u) || !asked(f, &link, false))
                break;
        }
        if ((int)(j - i) < r->chain_links + 1)
            continue;
        size_t free_n = r->at_amount != AMT_EXCESS ? 0
                        : r->lawful >= 0           ? (size_t)r->lawful
                                                   : (size_t)r->chain_links;
        fold_clear(f);
        for (size_t k = i; k < j; k++)
            fold_member(f, &ev[k], k < i + free_n ? 2 : 1, 0, 0);
        struct found w = {.anchor = &ev[i],
                          .hit = true,
                          .value = micro((int64_t)(j - i), 0),
                          .threshold = micro(r->chain_links + 1, 0),
                          .members = f->members,
                          .n_members = f->n_members};
        if (r->slot[ev[i].clause][SL_CHAIN_WHERE]) {
            /* m.* speaks of the whole chain; the roles only say whose money is at issue */
            struct member *m = f->members;
            for (size_t k = 0; k < free_n && k < f->n_members; k++)
                m[k].role = 1;
            f->env->members = m;
            f->env->n_members = f->n_members;
            f->env->value = w.value;
            f->env->threshold = w.threshold;
            bool ok = fold_slot(f, SL_CHAIN_WHERE, &ev[i], NULL) == 1;
            for (size_t k = 0; k < free_n && k < f->n_members; k++)
                m[k].role = 2;
            if (!ok)
                continue;
        }
        emit(f, &w);
    }
}

static void fold(struct fold *f, struct event *ev, size_t n)
{
    n = drop_open(ev, n);
    if (f->rule->between)
        fold_between(f, ev, n);
    else if (f->rule->chain_links)
        fold_chain(f, ev, n);
    else
        fold_intervals(f, ev, n);
}

/* A gap is between two; the sentinels of one stay may be both. */
static size_t least(const struct rule *r)
{
    return r->between ? 1 : r->chain_links ? (size_t)r->chain_links + 1 : 2;
}

/* ---- before the events are made ---- */

/* Gaps that the rule may find, at most; false: it can't be told, or nearly all are. */
static bool range_asked(const struct rule *r, int64_t *lo, int64_t *hi)
{
    int64_t other;
    if (!bounds_of_slot(r, SL_LO, lo, &other))
        *lo = INT64_MIN;
    if (!bounds_of_slot(r, SL_HI, &other, hi))
        *hi = INT64_MAX;
    return r->between ? *lo > 1 : *hi < INT64_MAX;
}

static bool sieve(const struct rule *r, struct sieve *s)
{
    *s = (struct sieve){.number = {EVENT_PLACE(x), EVENT_PLACE(u)}};
    return range_asked(r, &s->bound[0], &s->bound[1]);
}

enum { MANY = 64, WORDS = 16 };

/* Are so many of the n days on end bare? */
static bool idle(const uint64_t covered[WORDS], int64_t n, int64_t many)
{
    int64_t bare = 0;
    for (int64_t d = 0; d < n && bare < many; d++)
        bare = covered[d / 64] >> (d % 64) & 1 ? 0 : bare + 1;
    return bare >= many;
}

static void cover(uint64_t covered[WORDS], int64_t from, int64_t to)
{
    for (; from <= to; from++)
        covered[from / 64] |= UINT64_C(1) << (from % 64);
}

/* Days without activity between two that have some, on end. */
static bool hopeful_between(const struct glance *at, size_t n, int64_t lo)
{
    uint64_t covered[WORDS] = {0};
    int64_t first = INT64_MAX, last = INT64_MIN;
    bool stay = false;
    for (size_t i = 0; i < n; i++) {
        int64_t x = at[i].number[0], u = at[i].number[1];
        if (x == HUJI_NONE64 || u == HUJI_NONE64)
            continue;
        stay = stay || at[i].src == S_STAY;
        first = x < first ? x : first;
        last = x > last ? x : last;
        last = u > last ? u : last;
        if (at[i].src == S_STAY && u < first)
            first = u;
    }
    if (!stay || last - first >= WORDS * 64)
        return stay;
    for (size_t i = 0; i < n; i++) {
        int64_t x = at[i].number[0] - first, u = at[i].number[1] - first;
        if (at[i].number[0] == HUJI_NONE64 || at[i].number[1] == HUJI_NONE64)
            continue;
        cover(covered, x, at[i].src != S_STAY && u > x ? u : x);
        if (at[i].src == S_STAY)
            cover(covered, u, u);
    }
    return idle(covered, last - first + 1, lo - 1);
}

/* Does one follow another at such a distance? The one before is any that starts no later; with `next` only of those that start
 * at once before it, or with it. */
static bool follows(const struct timed *e, size_t n, const int64_t bound[2], bool next)
{
    for (size_t j = 0; j < n; j++) {
        int64_t before = HUJI_NONE64;
        for (size_t i = j + 1; i < n && e[i].at == e[j].at; i++)
            if (e[j].at - e[i].n >= bound[0] && e[j].at - e[i].n <= bound[1])
                return true;
        for (size_t i = j; i-- > 0;) {
            before = before == HUJI_NONE64 && e[i].at < e[j].at ? e[i].at : before;
            if (next && e[i].at < e[j].at && e[i].at != before)
                break;
            if (e[j].at - e[i].n >= bound[0] && e[j].at - e[i].n <= bound[1])
                return true;
        }
    }
    return false;
}

static bool hopeful(const struct rule *r, const struct sieve *s, const struct glance *at, size_t n)
{
    struct timed e[MANY]; /* when it begins, when it ends */
    size_t k = 0;
    if (r->between)
        return hopeful_between(at, n, s->bound[0]);
    if (n > MANY)
        return true;
    for (size_t i = 0; i < n; i++) {
        struct timed c = {.at = at[i].number[0], .n = at[i].number[1]};
        if (c.at != HUJI_NONE64 && c.n != HUJI_NONE64)
            timed_put(e, k++, c);
    }
    return follows(e, k, s->bound, r->pred_before || r->chain_links);
}

const struct rule_kind kind_gap = {
    "gap", "间隔", "离前一次是不是太近、太远？", params, open, fold, least, sieve, hopeful};
