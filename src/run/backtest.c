/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "run/backtest.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/map.h"
#include "base/mem.h"
#include "engine/finish.h"
#include "run/screen.h"
#include "run/verdicts.h"

#define SCALE 6

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- which rule, which values -------------------------------------------------------------------- */

static int find_rule(const struct huji_library *lib, struct span id, const struct rule **out,
                     struct err *e)
{
    const struct rule *found = NULL;
    int n = 0;
    for (int i = 0; i < lib->n_rules; i++) {
        const struct rule *r = lib->rules[i];
        if (!r->hidden && span_eq(r->id, id)) {
            *out = r;
            return 0;
        }
        if (!r->hidden && span_eq(r->base_id, id)) {
            found = r;
            n++;
        }
    }
    if (n == 1) {
        *out = found;
        return 0;
    }
    err_set(e, ERR_USAGE, n ? "规则 %.*s 有几个变体，要写明是哪一个" : "没有规则 %.*s", (int)id.n,
            id.p);
    if (n)
        err_hint(e, "如 %.*s", (int)found->id.n, found->id.p);
    else
        err_hint(e, "huji rules list 列出全部规则");
    return ERR_USAGE;
}

/* "15 d" -> 15,000,000 and "d". */
static bool number_and_unit(struct span text, int64_t *number, struct span *unit)
{
    size_t n = 0;
    text = span_trim(text);
    while (n < text.n && strchr("+-.0123456789", text.p[n]))
        n++;
    *unit = span_trim((struct span){text.p + n, text.n - n});
    return n && dec_parse((struct span){text.p, n}, SCALE, false, number);
}

static int set_points(const struct backtest_options *o, struct backtest *b, struct err *e)
{
    if (o->step <= 0 || o->from > o->to)
        return err_set(e, ERR_USAGE, "范围要从小到大，步长大于 0");
    int64_t n = (o->to - o->from) / o->step + 1;
    if (n > BACKTEST_POINTS) {
        err_set(e, ERR_USAGE, "要试 %lld 个值，最多 %d 个", (long long)n, BACKTEST_POINTS);
        err_hint(e, "加大 --step 或缩小范围");
        return ERR_USAGE;
    }
    b->at = mem_calloc((size_t)n, sizeof *b->at);
    if (!b->at)
        return err_nomem(e);
    b->n = (size_t)n;
    for (size_t i = 0; i < b->n; i++) {
        b->at[i].at = o->from + (int64_t)i * o->step;
        b->at[i].own = b->at[i].at == b->own;
    }
    return 0;
}

/* --- rows that count in a point ------------------------------------------------------------------ */

struct hit {
    int64_t value; /* 1e-6 */
    fen_t amount, fund;
    uint32_t inst, person; /* NAME_NONE = none */
    enum verdict verdict;
};

struct tally {
    bool *inst, *person;
};

static void count_hit(struct backtest_point *p, struct tally *t, const struct hit *h)
{
    p->hits++;
    p->amount += h->amount;
    p->fund += h->fund;
    p->confirmed += h->verdict == VERDICT_CONFIRMED;
    p->rejected += h->verdict == VERDICT_REJECTED;
    if (h->inst != NAME_NONE && !t->inst[h->inst])
        p->institutions += t->inst[h->inst] = true;
    if (h->person != NAME_NONE && !t->person[h->person])
        p->persons += t->person[h->person] = true;
}

static int name_of(struct names *names, struct span s, uint32_t *out, struct err *e)
{
    *out = NAME_NONE;
    if (!s.n)
        return 0;
    *out = names_put(names, s);
    return *out == NAME_NONE ? err_nomem(e) : 0;
}

/* --- from stored values -------------------------------------------------------------------------- */

struct stored {
    struct hit *at;
    size_t n, cap;
    struct names insts, persons;
};

static int stored_load(struct stored *t, struct store *s, struct span rule, struct err *e)
{
    struct buf sql = BUF_INIT;
    struct db_rows rows;
    bool any = verdicts_any(s);
    int64_t marked = 0; /* a table of an older run has no exceptions */
    int rc = db_int(s->con, e, 0, &marked,
                    "select count(*) from duckdb_columns() where table_name = 'finding' and"
                    " column_name = 'exception'");
    if (rc < 0)
        return rc;
    buf_fmt(
        &sql,
        "select cast(f.value * 1000000 as bigint), coalesce(f.amount_fen, 0), coalesce(f.fund_fen, 0),"
        " coalesce(f.fixmedins_code, ''), coalesce(f.psn_no, ''), coalesce(%s, '') from finding f %s"
        " where %s f.value is not null and f.rule_id = ",
        any ? "w.verdict" : "''",
        any ? "left join verdict_now w on w.finding_id = f.finding_id" : "",
        marked ? "f.exception is null and" : "");
    buf_sql(&sql, rule);
    rc = sql.failed ? err_nomem(e) : db_open(s->con, buf_cstr(&sql), &rows, e);
    buf_release(&sql);
    if (rc < 0)
        return rc;
    while (rc == 0 && db_next(&rows)) {
        struct hit h = {
            .value = db_i64(&rows, 0), .amount = db_i64(&rows, 1), .fund = db_i64(&rows, 2)};
        verdict_parse(db_text(&rows, 5), &h.verdict);
        rc = name_of(&t->insts, db_text(&rows, 3), &h.inst, e);
        if (rc == 0)
            rc = name_of(&t->persons, db_text(&rows, 4), &h.person, e);
        if (rc == 0 && mem_grow(&t->at, &t->cap, t->n + 1, sizeof *t->at) < 0)
            rc = err_nomem(e);
        if (rc == 0)
            t->at[t->n++] = h;
    }
    db_close(&rows);
    return rc;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = ((const struct hit *)a)->value, y = ((const struct hit *)b)->value;
    return x < y ? -1 : x > y;
}

static bool upwards(const struct slider *s)
{
    return s->when == SLIDE_AT_MOST || s->when == SLIDE_BELOW;
}

static bool counts_at(const struct slider *s, int64_t value, int64_t bound)
{
    switch (s->when) {
    case SLIDE_AT_MOST: return value <= bound;
    case SLIDE_BELOW: return value < bound;
    case SLIDE_AT_LEAST: return value >= bound;
    case SLIDE_ABOVE: return value > bound;
    case SLIDE_NONE: break;
    }
    return false;
}

/* The parameter's number in the unit of `value`: a straight line through the rule's own and its loosest. */
struct line {
    int64_t own, own_value, loosest, loosest_value;
};

static int64_t value_at(const struct line *l, int64_t p)
{
    __int128 run = (__int128)(p - l->own) * (l->loosest_value - l->own_value);
    return l->own_value + (int64_t)(run / (l->loosest - l->own));
}

/* From the strictest point to the loosest each row is counted once and carried on. */
static int sweep(struct backtest *b, const struct slider *s, const struct line *l, struct stored *t,
                 struct err *e)
{
    struct tally seen = {mem_calloc(t->insts.n + 1, 1), mem_calloc(t->persons.n + 1, 1)};
    bool up = upwards(s);
    if (!seen.inst || !seen.person) {
        mem_free(seen.inst);
        mem_free(seen.person);
        return err_nomem(e);
    }
    if (t->n)
        qsort(t->at, t->n, sizeof *t->at, by_value);
    struct backtest_point sum = {0};
    for (size_t i = 0, k = 0; i < b->n; i++) {
        struct backtest_point *p = &b->at[up ? i : b->n - 1 - i];
        int64_t bound = value_at(l, p->at);
        for (; k < t->n; k++) {
            const struct hit *h = &t->at[up ? k : t->n - 1 - k];
            if (!counts_at(s, h->value, bound))
                break;
            count_hit(&sum, &seen, h);
        }
        sum.at = p->at;
        sum.own = p->own;
        *p = sum;
    }
    mem_free(seen.inst);
    mem_free(seen.person);
    return 0;
}

/* Are all points covered by what the last run kept? */
static bool is_stored(const struct rule *r, const struct backtest *b, struct span param,
                      struct line *l)
{
    const struct ynode *keep = ynode_get(r->node, "keep_from");
    struct span unit;
    if (!r->slider.stored || !span_eq(r->slider.param, param) || !keep || !keep->child ||
        !number_and_unit(keep->child->text, &l->loosest, &unit))
        return false;
    l->own = b->own;
    l->own_value = r->slider.own;
    l->loosest_value = r->slider.loosest;
    return l->own != l->loosest &&
           (l->own < l->loosest ? b->at[b->n - 1].at <= l->loosest : b->at[0].at >= l->loosest);
}

static int from_stored(struct store *s, const struct rule *r, const struct line *l,
                       struct backtest *b, struct err *e)
{
    struct stored t = {0};
    if (!store_has(s, "finding")) {
        err_set(e, ERR_STATE, "还没有筛查过");
        err_hint(e, "先运行 huji screen --data %s", s->dir);
        return ERR_STATE;
    }
    int rc = stored_load(&t, s, r->id, e);
    if (rc == 0)
        rc = sweep(b, &r->slider, l, &t, e);
    b->stored = true;
    b->loose_money = r->at_amount == AMT_EXCESS;
    mem_free(t.at);
    names_release(&t.insts);
    names_release(&t.persons);
    return rc;
}

/* --- anew ---------------------------------------------------------------------------------------- */

struct refold {
    struct backtest *b;
    int first; /* index of the first trial rule */
    struct names settled;
    enum verdict *verdicts; /* by id of `settled` */
    size_t cap;
    struct names seen; /* point, and institution or person */
};

static int load_settled(struct refold *f, struct store *s, struct span rule, struct err *e)
{
    struct buf sql = BUF_INIT;
    struct db_rows rows;
    if (!verdicts_any(s))
        return 0;
    buf_str(&sql, "select finding_id, verdict from verdict_now where rule_id = ");
    buf_sql(&sql, rule);
    int rc = sql.failed ? err_nomem(e) : db_open(s->con, buf_cstr(&sql), &rows, e);
    buf_release(&sql);
    if (rc < 0)
        return rc;
    while (rc == 0 && db_next(&rows)) {
        uint32_t id = names_put(&f->settled, db_text(&rows, 0));
        if (id == NAME_NONE ||
            mem_grow(&f->verdicts, &f->cap, f->settled.n, sizeof *f->verdicts) < 0)
            rc = err_nomem(e);
        else if (!verdict_parse(db_text(&rows, 1), &f->verdicts[id]))
            f->verdicts[id] = VERDICT_NONE;
    }
    db_close(&rows);
    return rc;
}

static bool first_time(struct refold *f, size_t point, int32_t what, char kind, struct err *e,
                       int *rc)
{
    struct {
        uint32_t point;
        int32_t what;
        char kind[4];
    } key = {(uint32_t)point, what, {kind}};
    uint32_t before = f->seen.n;
    if (what == HUJI_NONE32)
        return false;
    if (names_put(&f->seen, (struct span){(const char *)&key, sizeof key}) == NAME_NONE)
        *rc = err_nomem(e);
    return f->seen.n > before;
}

static int refound(void *ctx, const struct finished *d, const struct huji_finding *h, struct err *e)
{
    struct refold *f = ctx;
    size_t i = h->rule - (size_t)f->first;
    struct backtest_point *p = &f->b->at[i];
    uint32_t id = d ? names_get(&f->settled, span_of(d->finding_id)) : NAME_NONE;
    int rc = 0;
    if (!h->hit)
        return 0;
    p->hits++;
    p->amount += h->amount;
    p->fund += h->fund;
    p->confirmed += id != NAME_NONE && f->verdicts[id] == VERDICT_CONFIRMED;
    p->rejected += id != NAME_NONE && f->verdicts[id] == VERDICT_REJECTED;
    p->institutions += first_time(f, i, h->fixmedins_code, 'i', e, &rc);
    p->persons += first_time(f, i, h->psn_no, 'p', e, &rc);
    return rc;
}

static int try_values(struct huji_library *lib, const struct rule *r, struct span param,
                      const struct backtest *b, int *first, struct err *e)
{
    struct span *values = mem_calloc(b->n + 1, sizeof *values);
    struct arena a = ARENA_INIT;
    int rc = values ? 0 : err_nomem(e);
    for (size_t i = 0; i < b->n && rc == 0; i++) {
        struct buf t = BUF_INIT;
        dec_print(&t, b->at[i].at, SCALE);
        buf_fmt(&t, " %s", b->unit);
        values[i] = arena_span(&a, span_trim((struct span){buf_cstr(&t), t.n}));
        rc = t.failed || !values[i].p ? err_nomem(e) : 0;
        buf_release(&t);
    }
    if (rc == 0)
        rc = library_try(lib, r, param, values, b->n, first, e);
    arena_release(&a);
    mem_free(values);
    return rc;
}

static int refold(struct store *s, struct huji_library *lib, const struct rule *r,
                  struct span param, const struct backtest_options *o, const struct progress *p,
                  struct backtest *b, struct err *e)
{
    struct refold f = {.b = b};
    struct screen_report report = {0};
    bool *wanted = NULL;
    int rc = try_values(lib, r, param, b, &f.first, e);
    if (rc == 0)
        rc = load_settled(&f, s, r->id, e);
    if (rc == 0 && !(wanted = mem_calloc((size_t)lib->n_rules + 1, sizeof *wanted)))
        rc = err_nomem(e);
    for (size_t i = 0; rc == 0 && i < b->n; i++)
        wanted[(size_t)f.first + i] = true;
    if (rc == 0) {
        struct screen_options so = {.wanted = wanted,
                                    .from = DAY_NONE,
                                    .to = DAY_NONE,
                                    .threads = o->threads,
                                    .lean = true,
                                    .no_texts = f.settled.n == 0,
                                    .found = refound,
                                    .ctx = &f};
        rc = screen_run(s, lib, &so, p, &report, e);
        screen_report_release(&report);
    }
    mem_free(wanted);
    mem_free(f.verdicts);
    names_release(&f.settled);
    names_release(&f.seen);
    return rc;
}

/* ------------------------------------------------------------------------------------------------- */

int backtest_run(struct store *s, struct huji_library *lib, struct span id,
                 const struct backtest_options *o, const struct progress *p, struct backtest *out,
                 struct err *e)
{
    struct backtest b = {0};
    const struct rule *r;
    struct span param = o->param, text, unit;
    struct line l;
    double t0 = now();
    int rc = find_rule(lib, id, &r, e);
    if (rc < 0)
        return rc;
    if (!param.n)
        param = rule_bound(r);
    text = rule_param(r, param);
    if (!text.n)
        return rule_no_param(r, param, e);
    if (!number_and_unit(text, &b.own, &unit))
        return err_set(e, ERR_USAGE, "规则 %.*s 的参数 %.*s 写作“%.*s”，不是一个数", (int)r->id.n,
                       r->id.p, (int)param.n, param.p, (int)text.n, text.p);
    snprintf(b.param, sizeof b.param, "%.*s", (int)param.n, param.p);
    snprintf(b.unit, sizeof b.unit, "%.*s", (int)unit.n, unit.p);
    rc = set_points(o, &b, e);
    if (rc == 0)
        rc = !o->refold && is_stored(r, &b, param, &l) ? from_stored(s, r, &l, &b, e)
                                                       : refold(s, lib, r, param, o, p, &b, e);
    b.seconds = now() - t0;
    if (rc < 0)
        backtest_release(&b);
    else
        *out = b;
    return rc;
}

void backtest_release(struct backtest *b)
{
    mem_free(b->at);
    *b = (struct backtest){0};
}
