/* SPDX-License-Identifier: MulanPSL-2.0 */
/* quota: how much fits into a window? bucket: an accumulator; sliding, burst: a deque over any axis. */
#include <stdlib.h>

#include "base/mem.h"
#include "engine/bind.h"
#include "engine/fold.h"

/* ---- reading ask ---- */

static int open_count(struct loader *ld, struct rule *r, const struct ynode *ask)
{
    const struct ynode *sum = ynode_get(ask, "sum"), *count = ynode_get(ask, "count");
    if (!sum == !count)
        return ynode_bad(ask, ld->e, "sum 与 count 应恰有一个");
    if (sum) {
        r->count = COUNT_SUM;
        return rule_slot(ld, SL_QTY, sum, -1, -1, 0);
    }
    int rc = rule_slot_text(ld, SL_QTY, SPAN("1"), count, -1, 0, 0);
    if (rc < 0 || span_is(count->text, "all")) {
        r->count = COUNT_ALL;
        return rc;
    }
    if (!span_starts(count->text, "distinct "))
        return ynode_bad(count, ld->e, "count 应为 all 或 distinct 表达式");
    struct span g = span_trim((struct span){count->text.p + 9, count->text.n - 9});
    r->count = COUNT_DISTINCT;
    r->counts_days = span_is(g, "day");
    return rule_slot_text(ld, SL_GROUP, span_is(g, "person") ? SPAN("psn_no") : g, count, -1, -1,
                          0);
}

static int open_limit(struct loader *ld, struct rule *r, const struct ynode *ask)
{
    const struct ynode *more = ynode_get(ask, "more_than"), *least = ynode_get(ask, "at_least");
    if (!more == !least)
        return ynode_bad(ask, ld->e, "more_than 与 at_least 应恰有一个");
    r->at_least = least != NULL;
    int rc = rule_slot(ld, SL_LIMIT, least ? least : more, -1, -1, 0);
    int s = rule_slot_scale(r, SL_LIMIT), q = rule_slot_scale(r, SL_QTY);
    r->scale = s > q ? s : q;
    if (rc == 0)
        rc = rule_rescale(ld, SL_LIMIT, r->scale);
    return rc < 0 ? rc : rule_rescale(ld, SL_QTY, r->scale);
}

static int open_axis(struct loader *ld, struct rule *r, const struct ynode *ask)
{
    static const char *const axes[] = {"days", "seconds", NULL};
    const struct ynode *axis = ynode_get(ask, "axis");
    r->axis = AXIS_DAYS;
    if (axis && !rule_word(axis, axes, &r->axis)) {
        r->axis = AXIS_OTHER;
        return rule_slot(ld, SL_START, axis, -1, -1, 0);
    }
    for (int i = 0; i < r->n_clauses; i++) {
        bool stay = r->clause[i].src == S_STAY || r->clause[i].src == S_VISIT;
        struct span t = r->axis == AXIS_SECONDS ? SPAN("t") : stay ? SPAN("begndate") : SPAN("day");
        struct clause one = r->clause[i];
        struct binder b = {.ld = ld, .clause = &one};
        struct expr *raw;
        if (expr_parse(ld->a, t, &raw, ld->e) < 0 || !(r->slot[i][SL_START] = bind_expr(&b, raw)))
            return ynode_bad(ask, ld->e, "这个来源没有时间轴");
        r->slot_text[SL_START] = t;
    }
    return 0;
}

static const struct kind_param params[] = {
    {.name = "form",
     .as = PARAM_WORD,
     .needed = true,
     .title = "在多大范围里数",
     .choices = "bucket=按段（天、月）|sliding=任意一段时间|burst=扎堆的一串"},
    {.name = "count", .as = PARAM_COUNT, .title = "数什么（与“加总”二选一）"},
    {.name = "sum", .as = PARAM_EXPR, .title = "加总什么"},
    {.name = "more_than", .as = PARAM_EXPR, .title = "超过（与“至少”二选一）"},
    {.name = "at_least", .as = PARAM_EXPR, .title = "至少"},
    {.name = "bucket", .as = PARAM_EXPR, .title = "按什么分段", .modes = "bucket"},
    {.name = "window",
     .as = PARAM_NUMBER,
     .needed = true,
     .title = "多长的时间里",
     .unit = "d",
     .modes = "sliding burst"},
    {.name = "axis",
     .as = PARAM_WORD,
     .title = "按什么量",
     .def = "days",
     .choices = "days=天|seconds=分秒",
     .modes = "sliding burst"},
    {.name = "keep",
     .as = PARAM_WORD,
     .title = "哪些算额内",
     .def = "first",
     .choices = "first=先发生的|last=后发生的|dearest=最贵的|most_frequent=最多的",
     .modes = "bucket"},
    {.name = "spread", .as = PARAM_EXPR, .title = "摊到几段", .modes = "bucket"},
    {.name = "absent", .as = PARAM_COND, .title = "有了它就不算（如请假）", .modes = "bucket"},
    {.name = "where", .as = PARAM_COND, .title = "这一串还要满足（m. 说这一串）", .modes = "burst"},
    {.name = "window_of_median",
     .as = PARAM_NUMBER,
     .title = "时间窗不宽于中位间隔的",
     .unit = "%",
     .modes = "burst"},
    {.name = "of_bucket",
     .as = PARAM_NUMBER,
     .title = "至少占这一段的",
     .unit = "%",
     .modes = "burst"},
    {0},
};

static int open(struct loader *ld, struct rule *r, const struct ynode *ask)
{
    static const char *const forms[] = {"bucket", "sliding", "burst", NULL};
    static const char *const keeps[] = {"first", "last", "dearest", "most_frequent", NULL};
    int rc = ask->kind == Y_MAP ? kind_only(r->kind, ask, ld->e)
                                : ynode_bad(ask, ld->e, "应为 {form: ...}");
    if (rc < 0)
        return rc;
    if (!rule_word(ynode_get(ask, "form"), forms, &r->mode))
        return ynode_bad(ask, ld->e, "form 应为 bucket sliding burst");
    const struct ynode *keep = ynode_get(ask, "keep"), *bucket = ynode_get(ask, "bucket"), *y;
    if (keep && !rule_word(keep, keeps, &r->keep))
        return ynode_bad(keep, ld->e, "keep 应为 first last dearest most_frequent");
    if ((rc = open_count(ld, r, ask)) < 0 || (rc = open_limit(ld, r, ask)) < 0 ||
        (rc = open_axis(ld, r, ask)) < 0 ||
        (rc = rule_slot(ld, SL_ABSENT, ynode_get(ask, "absent"), -1, -1, 0)) < 0 ||
        (rc = rule_slot(ld, SL_WHERE, ynode_get(ask, "where"), -1, -1, BIND_AFTER)) < 0 ||
        (rc = rule_slot(ld, SL_TOLERANCE, ynode_get(ask, "spread"), -1, 0, 0)) < 0)
        return rc;
    if (bucket && (rc = rule_add_key(ld, bucket)) < 0)
        return rc;
    int axis_scale = rule_slot_scale(r, SL_START);
    if (r->mode != QUOTA_BUCKET) {
        if (!ynode_get(ask, "window"))
            return ynode_bad(ask, ld->e, "缺少 window");
        if ((rc = rule_slot(ld, SL_WINDOW, ynode_get(ask, "window"), -1, axis_scale, 0)) < 0)
            return rc;
    }
    if ((y = ynode_get(ask, "of_bucket")) && (rc = rule_number(ld, y, 4, &r->num[0])) < 0)
        return rc;
    if ((y = ynode_get(ask, "window_of_median")) && (rc = rule_number(ld, y, 4, &r->num[1])) < 0)
        return rc;
    return 0;
}

/* ---- bucket ---- */

struct value { /* one distinct member value */
    int64_t g, weight;
    size_t first, count;
    bool kept;
};

static size_t distinct_values(struct fold *f, struct event *ev, size_t n, struct value **out)
{
    struct map seen = MAP_INIT;
    struct value *v = calloc(n + 1, sizeof *v);
    size_t k = 0;
    if (!v) {
        f->failed = true;
        return 0;
    }
    for (size_t i = 0; i < n; i++) {
        if (ev[i].g == HUJI_NONE64)
            continue;
        uint32_t at = map_get(&seen, (uint64_t)ev[i].g);
        if (at == MAP_NONE) {
            at = (uint32_t)k;
            v[k++] = (struct value){.g = ev[i].g, .first = i};
            if (map_put(&seen, (uint64_t)ev[i].g, at) < 0)
                f->failed = true;
        }
        v[at].count++;
        f->env->cur = (struct event_ref){(enum source_id)ev[i].src, ev[i].row, ev[i].kn, NULL};
        int amount = f->env->run->known[ev[i].src].amount;
        int64_t a = amount >= 0 ? eval_field(f->env, &f->env->cur, amount) : 0;
        if (a != HUJI_NONE64 && a > v[at].weight)
            v[at].weight = a;
    }
    map_release(&seen);
    *out = v;
    return k;
}

/* Marks the `lim` values that stay lawful. */
static void keep_values(struct fold *f, struct value *v, size_t k, int64_t lim)
{
    const struct rule *r = f->rule;
    const struct expr *g = r->slot[0][SL_GROUP];
    for (int64_t m = 0; m < lim && m < (int64_t)k; m++) {
        size_t best = k;
        for (size_t i = 0; i < k; i++) {
            if (v[i].kept)
                continue;
            if (best == k) {
                best = i;
                continue;
            }
            int64_t d = r->keep == KEEP_DEAREST    ? v[i].weight - v[best].weight
                        : r->keep == KEEP_FREQUENT ? (int64_t)v[i].count - (int64_t)v[best].count
                        : r->keep == KEEP_LAST     ? (int64_t)v[i].first - (int64_t)v[best].first
                                                   : (int64_t)v[best].first - (int64_t)v[i].first;
            if (d == 0 && g->type == V_CODE)
                d = run_code_cmp(f->env->run, g->domain, v[best].g, v[i].g);
            if (d > 0)
                best = i;
        }
        v[best].kept = true;
    }
}

/* `where` of the question, over the members. */
static bool asked(struct fold *f, const struct found *w)
{
    struct env *env = f->env;
    if (!f->rule->slot[w->anchor->clause][SL_WHERE])
        return true;
    env->members = w->members;
    env->n_members = w->n_members;
    env->value = w->value;
    env->threshold = w->threshold;
    return fold_slot(f, SL_WHERE, w->anchor, NULL) == 1;
}

/* The bucket's bounds: the limit that was exceeded, and the rule's own. */
struct bound {
    int64_t lim, own;
    bool hit;
};

static bool exceeds(const struct rule *r, int64_t v, int64_t lim)
{
    return lim != HUJI_NONE64 && (r->at_least ? v >= lim : v > lim);
}

static bool over(const struct rule *r, int64_t v, struct bound *b)
{
    b->hit = exceeds(r, v, b->own);
    if (b->hit)
        b->lim = b->own;
    return b->hit || exceeds(r, v, b->lim);
}

static void emit_bucket(struct fold *f, const struct event *ev, int64_t v, const struct bound *b)
{
    const struct rule *r = f->rule;
    const struct event *anchor = NULL;
    for (size_t i = 0; i < f->n_members && !anchor; i++)
        if (f->members[i].role == 1)
            anchor = f->members[i].ev;
    if (!anchor)
        return;
    struct buf name = BUF_INIT;
    if (r->n_keys > 1)
        print_value(f->env->run, &name, r->key[ev->clause][r->n_keys - 1], ev->key[r->n_keys - 1]);
    else
        buf_str(&name, "all");
    struct found w = {.anchor = anchor,
                      .anchor_text = buf_cstr(&name),
                      .hit = b->hit,
                      .value = micro(v, r->scale),
                      .threshold = micro(b->own, r->scale),
                      .members = f->members,
                      .n_members = f->n_members};
    if (asked(f, &w))
        emit(f, &w);
    f->failed = f->failed || name.failed;
    buf_release(&name);
}

/* A limit as a number of members: at least 2.5 is 3, more than 2.5 is 3 too, of which 2 are lawful. */
static int64_t whole_limit(const struct rule *r, int64_t lim, bool up)
{
    int64_t one = 1;
    for (int k = 0; k < r->scale; k++)
        one *= 10;
    return up ? (lim + one - 1) / one : lim / one;
}

static void bucket_distinct(struct fold *f, struct event *ev, size_t n, struct bound *b)
{
    struct value *v = NULL;
    size_t k = distinct_values(f, ev, n, &v);
    const struct rule *r = f->rule;
    int64_t scaled = (int64_t)k;
    for (int d = 0; d < r->scale; d++)
        scaled *= 10;
    if (v && over(r, scaled, b)) {
        int64_t whole = whole_limit(r, b->lim, r->at_least);
        bool all = r->at_amount != AMT_EXCESS;
        keep_values(f, v, k, r->at_least ? whole - 1 : whole);
        fold_clear(f);
        for (size_t i = 0; i < n; i++) {
            bool kept = false;
            for (size_t m = 0; m < k; m++)
                kept = kept || (v[m].g == ev[i].g && v[m].kept);
            if (ev[i].g != HUJI_NONE64)
                fold_member(f, &ev[i], kept && !all ? 2 : 1, 0, 0);
        }
        emit_bucket(f, ev, scaled, b);
    }
    free(v);
}

static void fold_bucket(struct fold *f, struct event *ev, size_t n)
{
    const struct rule *r = f->rule;
    struct bound b = {HUJI_NONE64, HUJI_NONE64, false};
    int64_t v = 0, pre = 0;
    for (size_t i = 0; i < n; i++) {
        if (ev[i].absent)
            return;
        if (ev[i].lim != HUJI_NONE64 && (b.own == HUJI_NONE64 || ev[i].lim > b.own))
            b.own = ev[i].lim;
        int64_t loose = r->slider.param.n ? fold_keep(f, SL_LIMIT, &ev[i], NULL) : HUJI_NONE64;
        if (loose != HUJI_NONE64 && (b.lim == HUJI_NONE64 || loose > b.lim))
            b.lim = loose;
        v += ev[i].q == HUJI_NONE64 ? 0 : ev[i].q;
    }
    if (b.own == HUJI_NONE64)
        return;
    if (r->count == COUNT_DISTINCT) {
        bucket_distinct(f, ev, n, &b);
        return;
    }
    if (!over(r, v, &b))
        return;
    int64_t one = 1;
    for (int k = 0; k < r->scale; k++)
        one *= 10;
    int64_t lawful = r->at_least ? b.lim - one : b.lim;
    fold_clear(f);
    for (size_t i = 0; i < n; i++) {
        int64_t q = ev[i].q;
        if (q == HUJI_NONE64)
            continue;
        int64_t room = lawful - pre, ok = room < 0 ? 0 : room < q ? room : q;
        int64_t bad = q - ok;
        pre += q;
        bool spread = r->slot[ev[i].clause][SL_TOLERANCE] != NULL;
        if (r->at_amount != AMT_EXCESS)
            fold_member(f, &ev[i], 1, 0, 0);
        else if (bad > 0 && spread)
            fold_member(f, &ev[i], 1, 1, ev[i].c > 0 ? ev[i].c : 1);
        else if (bad > 0)
            fold_member(f, &ev[i], 1, bad < q ? bad : 0, bad < q ? q : 0);
        else
            fold_member(f, &ev[i], 2, 0, 0);
    }
    emit_bucket(f, ev, v, &b);
}

/* ---- sliding, greedy: what was refused does not count later ---- */

/* count distinct: an event whose member was taken (or refused) before costs what that one cost: nothing, or all of it. */
static int seen_before(const struct event *ev, const int64_t *acc, size_t lo, size_t i)
{
    for (size_t j = i; j-- > lo;)
        if (ev[j].g == ev[i].g && acc[j] >= 0)
            return acc[j] > 0 ? 1 : -1;
    return 0;
}

/* What a window may hold: with at_least one unit less than the limit; of members whole ones only. */
static int64_t lawful(const struct rule *r, int64_t lim)
{
    int64_t one = 1;
    for (int k = 0; k < r->scale; k++)
        one *= 10;
    if (r->count == COUNT_SUM)
        return r->at_least ? lim - one : lim;
    return (whole_limit(r, lim, r->at_least) - r->at_least) * one;
}

static void fold_sliding(struct fold *f, struct event *ev, size_t n)
{
    const struct rule *r = f->rule;
    int64_t *acc = calloc(2 * n + 1, sizeof *acc), *cost = acc ? acc + n : NULL;
    if (!acc) {
        f->failed = true;
        return;
    }
    size_t lo = 0;
    int64_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        acc[i] = -1; /* took no part */
        if (ev[i].q == HUJI_NONE64 || ev[i].lim == HUJI_NONE64 || ev[i].x == HUJI_NONE64 ||
            (r->count == COUNT_DISTINCT && ev[i].g == HUJI_NONE64)) /* no member, no part */
            continue;
        for (; lo < i && ev[lo].x < ev[i].x - ev[i].a; lo++)
            sum -= cost[lo];
        int before = r->count == COUNT_DISTINCT ? seen_before(ev, acc, lo, i) : 0;
        int64_t room = before > 0 ? ev[i].q : before < 0 ? 0 : lawful(r, ev[i].lim) - sum;
        acc[i] = room < 0 ? 0 : room < ev[i].q ? room : ev[i].q;
        cost[i] = before > 0 ? 0 : acc[i];
        int64_t bad = ev[i].q - acc[i];
        if (bad > 0) {
            fold_clear(f);
            fold_member(f, &ev[i], 1, acc[i] ? bad : 0, acc[i] ? ev[i].q : 0);
            for (size_t j = lo; j < i; j++)
                if (acc[j] > 0)
                    fold_member(f, &ev[j], 2, 0, 0);
            struct found w = {.anchor = &ev[i],
                              .hit = true,
                              .value = micro(sum + ev[i].q, r->scale),
                              .threshold = micro(ev[i].lim, r->scale),
                              .members = f->members,
                              .n_members = f->n_members};
            emit(f, &w);
        }
        sum += cost[i];
    }
    free(acc);
}

/* ---- burst ---- */

struct burst {
    struct fold *f;
    struct event *ev;
    size_t n;
    int64_t bucket_n; /* distinct members of the whole bucket */
};

static int64_t group_of(const struct rule *r, const struct event *ev)
{
    return r->count == COUNT_DISTINCT ? ev->g : (int64_t)(intptr_t)ev;
}

/* Events lo..hi are one run. */
static void emit_run(struct burst *b, size_t lo, size_t hi)
{
    struct fold *f = b->f;
    const struct rule *r = f->rule;
    struct map seen = MAP_INIT;
    int64_t lim = b->ev[lo].lim, whole = whole_limit(r, lim, true);
    int64_t free_n = r->lawful >= 0 ? r->lawful : whole - 1;
    fold_clear(f);
    for (size_t i = lo; i <= hi; i++) {
        uint64_t g = (uint64_t)group_of(r, &b->ev[i]);
        uint32_t k = map_get(&seen, g);
        if (k == MAP_NONE) {
            k = (uint32_t)seen.n;
            if (map_put(&seen, g, k) < 0)
                f->failed = true;
        }
        bool free_one = r->at_amount == AMT_EXCESS && (int64_t)k < free_n;
        fold_member(f, &b->ev[i], free_one ? 2 : 1, 0, 0);
    }
    int64_t v = (int64_t)seen.n;
    map_release(&seen);
    if (r->num[0] && v * 10000 < r->num[0] * b->bucket_n)
        return;
    struct found w = {.anchor = &b->ev[lo],
                      .hit = true,
                      .value = micro(v, 0),
                      .threshold = micro(lim, r->scale),
                      .members = f->members,
                      .n_members = f->n_members};
    if (asked(f, &w))
        emit(f, &w);
}

/* Does any window hold as many events as its limit asks members? Most owners' never do, and nobody need be told apart. */
static bool crowded(const struct rule *r, const struct event *ev, size_t n, int64_t wide)
{
    int64_t lim = HUJI_NONE64, many = 0;
    for (size_t i = 0, j, lo = 0; i < n; i = j) {
        for (j = i + 1; j < n && ev[j].x == ev[i].x; j++)
            ;
        int64_t w = ev[i].a > wide ? ev[i].a : wide;
        while (ev[lo].x < ev[i].x - w)
            lo++;
        if (ev[i].lim != lim)
            many = whole_limit(r, lim = ev[i].lim, true);
        if ((int64_t)(j - lo) >= many)
            return true;
    }
    return false;
}

static void fold_burst(struct fold *f, struct event *ev, size_t n)
{
    const struct rule *r = f->rule;
    struct burst b = {f, ev, n, 0};
    struct map count = MAP_INIT; /* group -> members in the window */
    size_t k = 0;
    for (size_t i = 0; i < n; i++) /* drop what has no place or no member */
        if (ev[i].x != HUJI_NONE64 && ev[i].lim != HUJI_NONE64 && ev[i].a != HUJI_NONE64 &&
            (r->count != COUNT_DISTINCT || ev[i].g != HUJI_NONE64))
            ev[k++] = ev[i];
    n = k;
    if (!n)
        return;
    int64_t wide = r->num[1] ? div_round(ev[(n - 1) / 2].x * r->num[1], 10000, 0) : 0;
    if (!crowded(r, ev, n, wide))
        return;
    for (size_t i = 0; i < n; i++)
        if (map_get(&count, (uint64_t)group_of(r, &ev[i])) == MAP_NONE) {
            if (map_put(&count, (uint64_t)group_of(r, &ev[i]), 0) < 0)
                f->failed = true;
            b.bucket_n++;
        }
    size_t lo = 0, run_lo = n, run_hi = 0;
    int64_t inside = 0;
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i; j < n && ev[j].x == ev[i].x; j++) {
            uint64_t g = (uint64_t)group_of(r, &ev[j]);
            uint32_t c = map_get(&count, g);
            inside += c == 0;
            if (map_put(&count, g, c + 1) < 0)
                f->failed = true;
        }
        int64_t w = ev[i].a > wide ? ev[i].a : wide;
        for (; ev[lo].x < ev[i].x - w; lo++) {
            uint64_t g = (uint64_t)group_of(r, &ev[lo]);
            uint32_t c = map_get(&count, g);
            inside -= c == 1;
            if (map_put(&count, g, c - 1) < 0)
                f->failed = true;
        }
        if (inside >= whole_limit(r, ev[i].lim, true)) {
            if (run_lo == n)
                run_lo = lo;
            run_hi = j - 1;
        } else if (run_lo < n) {
            emit_run(&b, run_lo, run_hi);
            run_lo = n;
        }
    }
    if (run_lo < n)
        emit_run(&b, run_lo, run_hi);
    map_release(&count);
}

static void fold(struct fold *f, struct event *ev, size_t n)
{
    if (f->rule->mode == QUOTA_BUCKET)
        fold_bucket(f, ev, n);
    else if (f->rule->mode == QUOTA_SLIDING)
        fold_sliding(f, ev, n);
    else
        fold_burst(f, ev, n);
}

/* A limit of members wants as many events. */
static size_t least(const struct rule *r)
{
    bool reached = r->at_least || r->mode == QUOTA_BURST;
    int64_t lim, other;
    if (r->count == COUNT_SUM || r->mode == QUOTA_SLIDING ||
        !bounds_of_slot(r, SL_LIMIT, &lim, &other) || lim <= 0)
        return 1;
    return (size_t)whole_limit(r, lim, reached) + !reached;
}

/* Distinct members, or the sum of a bucket and its limit. */
static bool sieve(const struct rule *r, struct sieve *s)
{
    bool members = r->count == COUNT_DISTINCT && least(r) > 1;
    bool sum = r->count == COUNT_SUM && r->mode == QUOTA_BUCKET && !r->slider.param.n;
    *s = members ? (struct sieve){.number = {EVENT_PLACE(g)}, .bound = {(int64_t)least(r)}}
                 : (struct sieve){.number = {EVENT_PLACE(q), EVENT_PLACE(lim)}};
    return members || sum;
}

/* Are there so many different members? Of many nobody counts them before the events are made. */
static bool differ(const struct glance *at, size_t n, size_t many)
{
    enum { MANY = 32 };
    int64_t seen[MANY];
    size_t k = 0;
    if (many > MANY)
        return true;
    for (size_t i = 0; i < n && k < many; i++) {
        size_t j = 0;
        while (j < k && seen[j] != at[i].number[0])
            j++;
        if (j == k && at[i].number[0] != HUJI_NONE64)
            seen[k++] = at[i].number[0];
    }
    return k >= many;
}

static bool hopeful(const struct rule *r, const struct sieve *s, const struct glance *at, size_t n)
{
    int64_t sum = 0, own = HUJI_NONE64;
    if (r->count == COUNT_DISTINCT)
        return differ(at, n, (size_t)s->bound[0]);
    for (size_t i = 0; i < n; i++) {
        sum += at[i].number[0] == HUJI_NONE64 ? 0 : at[i].number[0];
        own = at[i].number[1] > own ? at[i].number[1] : own; /* none is the least of all */
    }
    return exceeds(r, sum, own);
}

const struct rule_kind kind_quota = {
    "quota", "限量", "这么多，装得下吗？", params, open, fold, least, sieve, hopeful};
