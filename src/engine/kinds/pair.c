/* SPDX-License-Identifier: MulanPSL-2.0 */
/* pair: may these two stand together, or one without the other? Memory: the set seen in the scope. */
#include <stdlib.h>

#include "base/mem.h"
#include "engine/bind.h"
#include "engine/fold.h"

static int check_sides(struct loader *ld, const struct rule *r, const struct ynode *ask, bool both)
{
    bool side[2] = {false, false};
    for (int i = 0; i < r->n_clauses; i++)
        side[r->clause[i].side] = true;
    return !both || (side[0] && side[1]) ? 0 : ynode_bad(ask, ld->e, "from 应有 a 和 b 两侧");
}

static int open_scope(struct loader *ld, const struct ynode *scope)
{
    if (!scope)
        return 0;
    struct span t = scope->text;
    if (span_is(t, "stay"))
        t = SPAN("mdtrt_id");
    return rule_slot_text(ld, SL_SCOPE, t, scope, -1, -1, 0);
}

static int open_axis(struct loader *ld, struct rule *r, const struct ynode *at)
{
    int rc = 0;
    r->axis = AXIS_DAYS;
    for (int i = 0; i < r->n_clauses && rc == 0; i++) {
        bool stay = r->clause[i].src == S_STAY || r->clause[i].src == S_VISIT;
        struct expr *keep[MAX_CLAUSES][2];
        for (int k = 0; k < r->n_clauses; k++) {
            keep[k][0] = r->slot[k][SL_START];
            keep[k][1] = r->slot[k][SL_END];
        }
        rc = rule_slot_text(ld, SL_START, stay ? SPAN("begndate") : SPAN("day"), at,
                            r->clause[i].side, -1, 0);
        if (rc == 0 && stay)
            rc = rule_slot_text(ld, SL_END, SPAN("enddate"), at, r->clause[i].side, -1, 0);
        for (int k = 0; k < r->n_clauses; k++) /* clauses of one side may have different sources */
            if (k < i) {
                r->slot[k][SL_START] = keep[k][0];
                r->slot[k][SL_END] = keep[k][1];
            }
    }
    return rc;
}

static const struct kind_param params[] = {
    {.name = "mode",
     .as = PARAM_WORD,
     .needed = true,
     .title = "怎样的两样",
     .choices = "conflict=不能并存|requires=缺了该有的|inside=落在住院里|discount=第二项没有打折"},
    {.name = "scope",
     .as = PARAM_EXPR,
     .title = "在什么范围内相遇（day、stay、operation 或字段）",
     .modes = "conflict discount"},
    {.name = "link",
     .as = PARAM_EXPR,
     .title = "两样靠什么对上（不写按知识表的行）",
     .modes = "conflict requires inside"},
    {.name = "cap", .as = PARAM_EXPR, .title = "允许并存的次数", .modes = "conflict"},
    {.name = "qty", .as = PARAM_EXPR, .title = "数量（不写为 cnt）", .modes = "conflict"},
    {.name = "min",
     .as = PARAM_NUMBER,
     .title = "最早在之前后几天",
     .unit = "d",
     .modes = "requires"},
    {.name = "max",
     .as = PARAM_NUMBER,
     .title = "最晚在之后几天",
     .unit = "d",
     .modes = "requires"},
    {.name = "lo",
     .as = PARAM_NUMBER,
     .title = "入院后让出几天",
     .unit = "d",
     .def = "0",
     .modes = "inside"},
    {.name = "hi",
     .as = PARAM_NUMBER,
     .title = "出院前让出几天",
     .unit = "d",
     .def = "0",
     .modes = "inside"},
    {.name = "where",
     .as = PARAM_COND,
     .title = "对后一样还要满足（prev. 是前一样）",
     .modes = "requires inside"},
    {.name = "group", .as = PARAM_EXPR, .title = "哪些算同一组", .modes = "discount"},
    {.name = "ratio",
     .as = PARAM_EXPR,
     .title = "第二项起的比例",
     .unit = "%",
     .modes = "discount"},
    {.name = "price",
     .as = PARAM_EXPR,
     .title = "按哪个价打折（不写按最贵的）",
     .modes = "discount"},
    {0},
};

static int open(struct loader *ld, struct rule *r, const struct ynode *ask)
{
    static const char *const modes[] = {"conflict", "requires", "inside", "discount", NULL};
    int rc = ask->kind == Y_MAP ? kind_only(r->kind, ask, ld->e)
                                : ynode_bad(ask, ld->e, "应为 {mode: ...}");
    if (rc < 0)
        return rc;
    if (!rule_word(ynode_get(ask, "mode"), modes, &r->mode))
        return ynode_bad(ask, ld->e, "mode 应为 conflict requires inside discount");
    const struct ynode *link = ynode_get(ask, r->mode == PAIR_DISCOUNT ? "group" : "link");
    if ((rc = check_sides(ld, r, ask, r->mode != PAIR_DISCOUNT)) < 0 ||
        (rc = open_scope(ld, ynode_get(ask, "scope"))) < 0 ||
        (rc = rule_slot(ld, SL_GROUP, link, -1, -1, 0)) < 0 ||
        (rc = rule_slot(ld, SL_WHERE, ynode_get(ask, "where"), 1, -1, BIND_PREV)) < 0 ||
        (rc = rule_slot(ld, SL_CAP, ynode_get(ask, "cap"), -1, -1, 0)) < 0)
        return rc;
    if (r->mode == PAIR_CONFLICT && !ynode_get(ask, "scope"))
        return ynode_bad(ask, ld->e, "缺少 scope（在什么范围内相遇：day stay operation）");
    r->num[0] = INT64_MIN / 4;
    r->num[1] = INT64_MAX / 4;
    const struct ynode *lo = ynode_get(ask, r->mode == PAIR_INSIDE ? "lo" : "min");
    const struct ynode *hi = ynode_get(ask, r->mode == PAIR_INSIDE ? "hi" : "max");
    if (r->mode == PAIR_INSIDE)
        r->num[0] = r->num[1] = 0;
    if ((lo && (rc = rule_number(ld, lo, 0, &r->num[0])) < 0) ||
        (hi && (rc = rule_number(ld, hi, 0, &r->num[1])) < 0))
        return rc;
    if (r->mode == PAIR_DISCOUNT) {
        if ((rc = rule_slot_text(ld, SL_QTY, SPAN("pric"), ask, -1, 6, 0)) < 0 ||
            (rc = rule_slot_text(ld, SL_PARTNER, SPAN("hilist_code"), ask, -1, -1, 0)) < 0 ||
            (rc = rule_slot(ld, SL_RATIO, ynode_get(ask, "ratio"), -1, 4, 0)) < 0 ||
            (rc = rule_slot(ld, SL_PRICE, ynode_get(ask, "price"), -1, 6, 0)) < 0)
            return rc;
    } else if (r->mode == PAIR_CONFLICT) {
        const struct ynode *qty = ynode_get(ask, "qty");
        bool lines = r->clause[0].src == S_LINE;
        r->scale = 4;
        if ((rc = rule_slot_text(ld, SL_QTY,
                                 qty     ? qty->text
                                 : lines ? SPAN("cnt")
                                         : SPAN("1"),
                                 ask, -1, 4, 0)) < 0)
            return rc;
    }
    return open_axis(ld, r, ask);
}

static int by_scope(const void *pa, const void *pb)
{
    const struct event *a = *(const struct event *const *)pa, *b = *(const struct event *const *)pb;
    if (a->sc != b->sc)
        return a->sc < b->sc ? -1 : 1;
    if (a->g != b->g)
        return a->g < b->g ? -1 : 1;
    return (a > b) - (a < b); /* stored order */
}

/* What names the row of the pair table: both codes. */
static void row_key(struct fold *f, struct buf *b, const struct event *ev)
{
    const struct rule *r = f->rule;
    const struct clause *c = &r->clause[ev->clause];
    if (r->slot[ev->clause][SL_GROUP]) {
        print_value(f->env->run, b, r->slot[ev->clause][SL_GROUP], ev->g);
        return;
    }
    buf_span(b, c->kn->column[c->kn_column].text[ev->kn]);
    for (int i = 0; i < r->n_clauses; i++)
        if (r->clause[i].side != c->side) {
            buf_char(b, '+');
            buf_span(b, c->kn->column[r->clause[i].kn_column].text[ev->kn]);
            return;
        }
}

static void conflict_group(struct fold *f, struct event **at, size_t n)
{
    const struct rule *r = f->rule;
    int64_t qa = 0, qb = 0;
    const struct event *first_b = NULL, *first_a = NULL;
    for (size_t i = 0; i < n; i++) {
        int64_t q = at[i]->q == HUJI_NONE64 ? 0 : at[i]->q;
        if (at[i]->side) {
            qb += q;
            first_b = first_b ? first_b : at[i];
        } else {
            qa += q;
            first_a = first_a ? first_a : at[i];
        }
    }
    if (!first_a || !first_b)
        return;
    bool cap = first_b->c == 1;
    int64_t left = cap && qa < qb ? qa : qb;
    fold_clear(f);
    for (size_t i = n; i-- > 0;) { /* refused units from the last event backwards */
        if (!at[i]->side) {
            fold_member(f, at[i], 2, 0, 0);
            continue;
        }
        int64_t q = at[i]->q, bad = !cap ? 0 : q < left ? q : left;
        if (cap)
            left -= bad;
        if (!cap || bad > 0)
            fold_member(f, at[i], 1, cap && bad < q ? bad : 0, cap && bad < q ? q : 0);
    }
    struct buf name = BUF_INIT;
    print_value(f->env->run, &name, r->slot[first_b->clause][SL_SCOPE], first_b->sc);
    buf_char(&name, '|');
    row_key(f, &name, first_a);
    struct found w = {.anchor = first_b,
                      .prev = first_a,
                      .anchor_text = buf_cstr(&name),
                      .hit = true,
                      .value = micro(qb, 4),
                      .threshold = micro(qa, 4),
                      .members = f->members,
                      .n_members = f->n_members};
    emit(f, &w);
    f->failed = f->failed || name.failed;
    buf_release(&name);
}

static bool asks(const struct event *e)
{
    return !e->side && e->x != HUJI_NONE64 && e->g != HUJI_NONE64; /* no link: no question */
}

static bool answers(struct fold *f, const struct event *e, const struct event *asks)
{
    int64_t d = e->x - asks->x;
    return d >= f->rule->num[0] && d <= f->rule->num[1] &&
           (!f->rule->slot[e->clause][SL_WHERE] || fold_slot(f, SL_WHERE, e, asks) == 1);
}

static int by_link(const void *pa, const void *pb)
{
    const struct event *a = *(const struct event *const *)pa, *b = *(const struct event *const *)pb;
    if (a->g != b->g)
        return a->g < b->g ? -1 : 1;
    return (a > b) - (a < b); /* in order of x */
}

/* The first of those by link that has it and may be near enough. */
static size_t first_of(const struct rule *r, struct event *const *b, size_t n,
                       const struct event *asks)
{
    size_t lo = 0;
    while (lo < n) {
        size_t mid = lo + (n - lo) / 2;
        if (b[mid]->g < asks->g || (b[mid]->g == asks->g && b[mid]->x - asks->x < r->num[0]))
            lo = mid + 1;
        else
            n = mid;
    }
    return lo;
}

static void fold_requires(struct fold *f, struct event *ev, size_t n)
{
    size_t k = 0;
    struct event **b = mem_alloc((n + 1) * sizeof(struct event *));
    if (!b) {
        f->failed = true;
        return;
    }
    for (size_t i = 0; i < n; i++)
        if (ev[i].side && ev[i].x != HUJI_NONE64 && ev[i].g != HUJI_NONE64)
            b[k++] = &ev[i];
    if (k < n) /* else nobody asks */
        qsort(b, k, sizeof(struct event *), by_link);
    for (size_t i = 0; i < n; i++) {
        bool found = false;
        if (!asks(&ev[i]))
            continue;
        for (size_t j = first_of(f->rule, b, k, &ev[i]); j < k && b[j]->g == ev[i].g && !found; j++)
            if (b[j]->x - ev[i].x > f->rule->num[1])
                break;
            else
                found = answers(f, b[j], &ev[i]);
        if (found)
            continue;
        fold_clear(f);
        fold_member(f, &ev[i], 1, 0, 0);
        struct found w = {.anchor = &ev[i],
                          .hit = true,
                          .value = HUJI_NONE64,
                          .threshold = HUJI_NONE64,
                          .members = f->members,
                          .n_members = f->n_members};
        emit(f, &w);
    }
    mem_free(b);
}

static void fold_inside(struct fold *f, struct event *ev, size_t n)
{
    for (size_t j = 0; j < n; j++) {
        if (!ev[j].side || ev[j].g == HUJI_NONE64)
            continue;
        for (size_t i = 0; i < n; i++) { /* the first interval that holds it */
            if (ev[i].side || ev[i].g != ev[j].g || ev[i].u == HUJI_NONE64 ||
                ev[i].x == HUJI_NONE64)
                continue;
            if (ev[j].x < ev[i].x + f->rule->num[0] || ev[j].x > ev[i].u - f->rule->num[1])
                continue;
            if (f->rule->slot[ev[j].clause][SL_WHERE] &&
                fold_slot(f, SL_WHERE, &ev[j], &ev[i]) != 1)
                continue;
            fold_clear(f);
            fold_member(f, &ev[j], 1, 0, 0);
            fold_member(f, &ev[i], 2, 0, 0);
            struct found w = {.anchor = &ev[j],
                              .prev = &ev[i],
                              .hit = true,
                              .value = HUJI_NONE64,
                              .threshold = HUJI_NONE64,
                              .members = f->members,
                              .n_members = f->n_members};
            emit(f, &w);
            break;
        }
    }
}

static _Thread_local const struct huji_run *by_price_run;

static int by_price(const void *pa, const void *pb)
{
    const struct event *a = *(const struct event *const *)pa, *b = *(const struct event *const *)pb;
    if (a->q != b->q)
        return a->q > b->q ? -1 : 1;
    int c = span_cmp(run_code(by_price_run, D_ITEM, a->f), run_code(by_price_run, D_ITEM, b->f));
    return c ? c : (a > b) - (a < b);
}

/* The dearest is the main operation; each other one is to be discounted. */
static void discount_group(struct fold *f, struct event **at, size_t n)
{
    by_price_run = f->env->run;
    qsort(at, n, sizeof(struct event *), by_price);
    for (size_t i = 1; i < n; i++) {
        bool given = f->rule->slot[at[i]->clause][SL_PRICE] != NULL;
        int64_t price = given ? at[i]->b : at[0]->q;
        if (at[i]->q == HUJI_NONE64 || price == HUJI_NONE64 || at[i]->a == HUJI_NONE64)
            continue;
        int64_t allowed = div_round(price * at[i]->a, 10000, 0);
        if (at[i]->q <= allowed + 5000)
            continue;
        fold_clear(f);
        fold_member(f, at[i], 1, 0, 0);
        fold_member(f, at[0], 2, 0, 0);
        struct found w = {.anchor = at[i],
                          .prev = at[0],
                          .hit = true,
                          .value = at[i]->q,
                          .threshold = allowed,
                          .members = f->members,
                          .n_members = f->n_members};
        emit(f, &w);
    }
}

static void fold(struct fold *f, struct event *ev, size_t n)
{
    if (f->rule->mode == PAIR_REQUIRES) {
        fold_requires(f, ev, n);
        return;
    }
    if (f->rule->mode == PAIR_INSIDE) {
        fold_inside(f, ev, n);
        return;
    }
    struct event **at = mem_alloc((n + 1) * sizeof(struct event *));
    if (!at) {
        f->failed = true;
        return;
    }
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        if (ev[i].sc != HUJI_NONE64 && ev[i].g != HUJI_NONE64)
            at[k++] = &ev[i];
    qsort(at, k, sizeof(struct event *), by_scope);
    for (size_t i = 0, j; i < k; i = j) {
        for (j = i + 1; j < k && at[j]->sc == at[i]->sc && at[j]->g == at[i]->g; j++)
            ;
        if (f->rule->mode == PAIR_DISCOUNT)
            discount_group(f, at + i, j - i);
        else
            conflict_group(f, at + i, j - i);
    }
    mem_free(at);
}

static size_t least(const struct rule *r)
{
    return r->mode == PAIR_REQUIRES ? 1 : 2;
}

/* What meets shares a scope and a link, or the link alone. */
static bool sieve(const struct rule *r, struct sieve *s)
{
    bool scope = r->mode == PAIR_CONFLICT;
    *s = (struct sieve){.group = {EVENT_PLACE(g), scope ? EVENT_PLACE(sc) : 0}};
    return scope || r->mode == PAIR_INSIDE;
}

static bool hopeful(const struct rule *r, const struct sieve *s, const struct glance *at, size_t n)
{
    bool side[2] = {false, false};
    (void)r;
    (void)s;
    for (size_t i = 0; i < n; i++)
        side[at[i].side] = true;
    return side[0] && side[1];
}

const struct rule_kind kind_pair = {
    "pair", "配对", "这两样能不能碰在一起，或者有了这样能不能没有那样？", params, open, fold, least,
    sieve,  hopeful};
