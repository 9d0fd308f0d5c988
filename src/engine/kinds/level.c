/* SPDX-License-Identifier: MulanPSL-2.0 */
/* level: does a running balance leave its bounds? Memory: one number and its date. level' = max(floor, level - decay *
 * days) + change; all changes of one day are summed, then judged once. */
#include "engine/bind.h"
#include "engine/fold.h"

/* One expression, or a map SOURCE: expression where the sources' fields differ. */
static int by_source(struct loader *ld, struct rule *r, enum slot s, const struct ynode *n,
                     int scale)
{
    if (!n || n->kind == Y_SCALAR)
        return rule_slot(ld, s, n, -1, scale, 0);
    for (const struct ynode *c = n->child; c; c = c->next) {
        int src = source_find(c->key);
        bool used = false;
        for (int i = 0; i < r->n_clauses; i++) {
            struct binder b = {.ld = ld, .clause = &r->clause[i]};
            struct expr *raw, *x = NULL;
            if ((int)r->clause[i].src != src)
                continue;
            used = true;
            if (expr_parse(ld->a, c->text, &raw, ld->e) == 0)
                x = bind_expr(&b, raw);
            if (x && scale >= 0)
                x = bind_rescale(&b, x, scale);
            if (!x)
                return ynode_bad(c, ld->e, "表达式不对：「%.*s」", (int)c->text.n, c->text.p);
            r->slot[i][s] = x;
        }
        if (!used)
            return ynode_bad(c, ld->e, "from 里没有这个来源");
    }
    return 0;
}

static const struct kind_param params[] = {
    {.name = "add", .as = PARAM_EXPR, .needed = true, .title = "每次增减多少"},
    {.name = "max", .as = PARAM_EXPR, .title = "结存不得高于（与“不得低于”至少一个）"},
    {.name = "min", .as = PARAM_EXPR, .title = "结存不得低于"},
    {.name = "decay", .as = PARAM_EXPR, .title = "每天用掉多少"},
    {.name = "floor", .as = PARAM_EXPR, .title = "最低算作"},
    {.name = "tolerance", .as = PARAM_EXPR, .title = "允许的误差"},
    {.name = "count",
     .as = PARAM_WORD,
     .title = "哪些日子算",
     .def = "each",
     .choices = "each=每天|new_minimum=创新低的日子|at_reset=盘点日"},
    {.name = "reset", .as = PARAM_EXPR, .title = "什么是盘点（从此重算）"},
    {.name = "start", .as = PARAM_WORD, .title = "从何时起", .choices = "reset=第一次盘点"},
    {.name = "late", .as = PARAM_NUMBER, .title = "晚几天入账也算", .unit = "d"},
    {0},
};

static int open(struct loader *ld, struct rule *r, const struct ynode *ask)
{
    static const char *const counts[] = {"each", "new_minimum", "at_reset", NULL};
    int rc = ask->kind == Y_MAP ? kind_only(r->kind, ask, ld->e)
                                : ynode_bad(ask, ld->e, "应为 {add: ...}"),
        v = 0;
    if (rc < 0)
        return rc;
    const struct ynode *count = ynode_get(ask, "count");
    if (!ynode_get(ask, "add"))
        return ynode_bad(ask, ld->e, "缺少 add（变动量）");
    if (count && !rule_word(count, counts, &v))
        return ynode_bad(count, ld->e, "count 应为 each、new_minimum 或 at_reset");
    r->new_minimum = v == 1;
    r->at_reset = v == 2;
    if (r->at_reset && (!ynode_get(ask, "reset") || !ynode_get(ask, "tolerance")))
        return ynode_bad(count, ld->e, "at_reset 要有 reset 与 tolerance");
    if (!r->at_reset && !ynode_get(ask, "max") && !ynode_get(ask, "min"))
        return ynode_bad(ask, ld->e, "max 与 min 至少要有一个");
    r->scale = 4;
    r->chain_links = ynode_get(ask, "start") != NULL; /* nothing is known before the first reset */
    struct ynode decay = {.kind = Y_SCALAR};
    const struct ynode *d = ynode_get(ask, "decay");
    if (d) { /* "1 per day" is 1 */
        decay = *d;
        const char *per = memmem(d->text.p, d->text.n, " per day", 8);
        if (per)
            decay.text.n = (size_t)(per - d->text.p);
    }
    if ((rc = by_source(ld, r, SL_QTY, ynode_get(ask, "add"), 4)) < 0 ||
        (rc = rule_slot(ld, SL_DECAY, d ? &decay : NULL, -1, 4, 0)) < 0 ||
        (rc = rule_slot(ld, SL_FLOOR, ynode_get(ask, "floor"), -1, 4, 0)) < 0 ||
        (rc = rule_slot(ld, SL_HI, ynode_get(ask, "max"), -1, 4, 0)) < 0 ||
        (rc = rule_slot(ld, SL_LO, ynode_get(ask, "min"), -1, 4, 0)) < 0 ||
        (rc = rule_slot(ld, SL_TOLERANCE, ynode_get(ask, "tolerance"), -1, 4, 0)) < 0 ||
        (rc = by_source(ld, r, SL_ABSENT, ynode_get(ask, "reset"), -1)) < 0)
        return rc;
    const struct ynode *late = ynode_get(ask, "late");
    if (late && (rc = rule_number(ld, late, 0, &r->num[0])) < 0)
        return rc;
    for (int i = 0; i < r->n_clauses; i++) {
        struct binder b = {.ld = ld, .clause = &r->clause[i]};
        struct expr *raw;
        if (expr_parse(ld->a, SPAN("day"), &raw, ld->e) < 0 ||
            !(r->slot[i][SL_START] = bind_expr(&b, raw)))
            return ynode_bad(ask, ld->e, "这个来源没有时间");
    }
    return 0;
}

static int64_t known(int64_t v, int64_t other)
{
    return v == HUJI_NONE64 ? other : v;
}

/* What is said of a day: refused units `bad` over a bound, which is the rule's own unless only keep_from was met. */
struct verdict {
    int sign;
    int64_t bad, level, bound;
    bool hit;
};

/* Refused units taken from the day's events of the offending sign, last first. */
static void accuse(struct fold *f, struct event *ev, size_t n, const struct verdict *d)
{
    int sign = d->sign;
    int64_t bad = d->bad;
    const struct event *anchor = NULL;
    fold_clear(f);
    for (size_t i = n; i-- > 0 && bad > 0;) {
        int64_t q = ev[i].q == HUJI_NONE64 || ev[i].absent ? 0 : ev[i].q * sign;
        if (q <= 0)
            continue;
        int64_t part = q < bad ? q : bad;
        anchor = anchor ? anchor : &ev[i];
        fold_member(f, &ev[i], 1, part < q ? part : 0, part < q ? q : 0);
        bad -= part;
    }
    if (!anchor)
        return;
    struct found w = {.anchor = anchor,
                      .hit = d->hit,
                      .value = micro(d->level, 4),
                      .threshold = micro(d->bound, 4),
                      .members = f->members,
                      .n_members = f->n_members};
    emit(f, &w);
}

/* Counted less the book; the anchor is the day's last row of the stock-take. */
static void stock_take(struct fold *f, const struct event *ev, size_t n, int64_t off, int64_t tol)
{
    const struct event *anchor = NULL;
    fold_clear(f);
    for (size_t i = n; i-- > 0;) {
        if (!ev[i].absent || ev[i].q == HUJI_NONE64)
            continue;
        anchor = anchor ? anchor : &ev[i];
        fold_member(f, &ev[i], 1, 0, 0);
    }
    struct found w = {.anchor = anchor,
                      .hit = true,
                      .value = micro(off, 4),
                      .threshold = micro(tol, 4),
                      .members = f->members,
                      .n_members = f->n_members};
    emit(f, &w);
}

/* What comes in within the next `late` days: a purchase that was uploaded behind the sale. */
static int64_t comes_in(const struct event *ev, size_t i, size_t n, int64_t until)
{
    int64_t sum = 0;
    for (; i < n && ev[i].x <= until; i++)
        if (!ev[i].absent && ev[i].q != HUJI_NONE64 && ev[i].q > 0)
            sum += ev[i].q;
    return sum;
}

/* A day within its owner's events: [i, j). */
struct day {
    struct event *ev;
    size_t i, j, n;
    int64_t level, tol;
};

/* Refused units under a lower bound, 0: none. `worst`: the lowest level that was below it before, with this one. */
static int64_t shortage(const struct rule *r, const struct day *d, int64_t bound, int64_t *worst)
{
    const struct event *e = &d->ev[d->j - 1];
    int64_t from = bound;
    if (d->level >= bound)
        return 0;
    if (r->new_minimum && *worst != HUJI_NONE64 && *worst < bound)
        from = *worst;
    if (r->num[0] && d->level + comes_in(d->ev, d->j, d->n, e->x + r->num[0]) >= bound)
        return 0;
    if (*worst == HUJI_NONE64 || d->level < *worst)
        *worst = d->level;
    return d->level < from ? from - d->level : 0;
}

static void judge_max(struct fold *f, const struct day *d)
{
    const struct event *e = &d->ev[d->j - 1];
    int64_t hi = e->b;
    if (hi == HUJI_NONE64)
        return;
    struct verdict v = {1, d->level - hi, d->level, hi, true};
    if (d->level <= hi + d->tol) {
        int64_t loose = f->rule->slider.param.n ? fold_keep(f, SL_HI, e, NULL) : HUJI_NONE64;
        if (loose == HUJI_NONE64 || d->level <= loose + d->tol)
            return;
        v.bad = d->level - loose;
        v.hit = false;
    }
    accuse(f, d->ev + d->i, d->j - d->i, &v);
}

/* worst[0] for the rule's own bound, worst[1] for keep_from's. */
static void judge_min(struct fold *f, const struct day *d, int64_t worst[2])
{
    const struct rule *r = f->rule;
    const struct event *e = &d->ev[d->j - 1];
    int64_t lo = fold_slot(f, SL_LO, e, NULL);
    int64_t loose = r->slider.param.n ? fold_keep(f, SL_LO, e, NULL) : HUJI_NONE64;
    if (lo == HUJI_NONE64)
        return;
    int64_t bad = shortage(r, d, lo - d->tol, &worst[0]);
    int64_t less = loose == HUJI_NONE64 ? 0 : shortage(r, d, loose - d->tol, &worst[1]);
    struct verdict v = {-1, bad ? bad : less, d->level, lo - d->tol, bad > 0};
    if (v.bad > 0)
        accuse(f, d->ev + d->i, d->j - d->i, &v);
}

static void fold(struct fold *f, struct event *ev, size_t n)
{
    const struct rule *r = f->rule;
    int64_t last = HUJI_NONE64, worst[2] = {HUJI_NONE64, HUJI_NONE64};
    struct day d = {.ev = ev, .n = n};
    bool started = !r->chain_links;
    f->env->inflow = 0;
    for (; d.i < n; d.i = d.j) {
        int64_t sum = 0, set = HUJI_NONE64;
        d.tol = 0;
        for (d.j = d.i; d.j < n && ev[d.j].x == ev[d.i].x; d.j++) {
            const struct event *e = &ev[d.j];
            if (e->q == HUJI_NONE64)
                continue;
            if (e->absent) /* a stock-take lists lot by lot */
                set = set == HUJI_NONE64 ? e->q : set + e->q;
            else
                sum += e->q;
            if (started && !e->absent && e->q > 0)
                f->env->inflow += e->q;
            d.tol = known(e->c, 0) > d.tol ? e->c : d.tol;
        }
        const struct event *e = &ev[d.j - 1];
        if (last != HUJI_NONE64)
            d.level -= known(e->d, 0) * (e->x - last);
        if (e->f != HUJI_NONE64 && d.level < e->f)
            d.level = e->f;
        last = e->x;
        d.level += sum;
        if (set != HUJI_NONE64) { /* a stock-take says what is there at the day's end */
            int64_t off = set > d.level ? set - d.level : d.level - set;
            if (r->at_reset && started && off > d.tol)
                stock_take(f, ev + d.i, d.j - d.i, set - d.level, d.tol);
            d.level = set;
            worst[0] = worst[1] = HUJI_NONE64;
            f->env->inflow = set;
            started = true;
            continue;
        }
        if (!started || r->at_reset)
            continue;
        judge_max(f, &d);
        judge_min(f, &d, worst);
    }
}

/* With an upper bound alone it can be said how high a level may be at most: a stock-take is no more than what it counts, what is
 * used up by then is at least so much, and below nothing no level is taken to be. */
static bool sieve(const struct rule *r, struct sieve *s)
{
    int64_t least = 0, most;
    *s = (struct sieve){.number = {EVENT_PLACE(q), EVENT_PLACE(x)}, .bound = {0, INT64_MAX}};
    if (r->at_reset || !bounds_of_slot(r, SL_HI, &s->bound[0], &most))
        return false;
    for (int c = 0; c < r->n_clauses; c++) {
        const struct expr *floor = r->slot[c][SL_FLOOR], *decay = r->slot[c][SL_DECAY];
        if (r->slot[c][SL_LO] || r->loose[c][SL_LO] ||
            (floor && (!bounds_of(floor, &least, &most) || most > 0)))
            return false;
        least = 0;
        if (decay && (!bounds_of(decay, &least, &most) || least < 0))
            return false;
        s->bound[1] = least < s->bound[1] ? least : s->bound[1];
    }
    return true;
}

static bool hopeful(const struct rule *r, const struct sieve *s, const struct glance *at, size_t n)
{
    enum { MANY = 64 };
    struct timed in[MANY];
    int64_t level = 0;
    size_t k = 0;
    (void)r;
    if (n > MANY)
        return true;
    for (size_t i = 0; i < n; i++) {
        struct timed c = {.at = at[i].number[1], .n = at[i].number[0]};
        if (c.at == HUJI_NONE64)
            return true;
        if (c.n > 0) /* neither less nor unknown */
            timed_put(in, k++, c);
    }
    for (size_t i = 0; i < k; i++) {
        level -= i ? s->bound[1] * (in[i].at - in[i - 1].at) : 0;
        level = (level > 0 ? level : 0) + in[i].n;
        if (level > s->bound[0])
            return true;
    }
    return false;
}

const struct rule_kind kind_level = {
    "level", "结存", "收进来、用出去，结存对不对？", params, open, fold, NULL, sieve, hopeful};
