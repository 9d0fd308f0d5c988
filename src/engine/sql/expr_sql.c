/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Bound expression -> SQL. Numbers are BIGINT in their scale, conditions BOOLEAN with NULL for unknown, codes INTEGER
 * ids, or VARCHAR where the code is made by the expression (left, cat3).
 */
#include <stdarg.h>
#include <stdio.h>

#include "engine/sql/priv.h"

const char *const sql_macros[] = {
    "CREATE OR REPLACE TEMP MACRO hj_div(a, b) AS CASE WHEN b = 0 THEN NULL ELSE try_cast("
    "(CASE WHEN (a < 0) <> (b < 0) THEN -1 ELSE 1 END)::HUGEINT * "
    "((2::HUGEINT * abs(a::HUGEINT) + abs(b::HUGEINT)) // (2::HUGEINT * abs(b::HUGEINT))) AS BIGINT) END",
    /* whole * a / b, half away from zero; nothing of nothing */
    "CREATE OR REPLACE TEMP MACRO hj_part(w, a, b) AS CASE WHEN b <= 0 THEN 0::BIGINT ELSE "
    "hj_div(w::HUGEINT * a::HUGEINT, b::HUGEINT) END",
    "CREATE OR REPLACE TEMP MACRO hj_day(t) AS CASE WHEN t >= 0 THEN t // 86400 ELSE -((86399 - t) // 86400) END",
    "CREATE OR REPLACE TEMP MACRO hj_date(d) AS DATE '1970-01-01' + (d)::INTEGER",
    "CREATE OR REPLACE TEMP MACRO hj_month(d) AS (year(hj_date(d)) * 12 + month(hj_date(d)) - 1)::BIGINT",
    "CREATE OR REPLACE TEMP MACRO hj_quarter(d) AS (year(hj_date(d)) * 4 + (month(hj_date(d)) - 1) // 3)::BIGINT",
    "CREATE OR REPLACE TEMP MACRO hj_age(b, d) AS (year(hj_date(d)) - year(hj_date(b)) - CASE WHEN month(hj_date(d)) * 100 + "
    "day(hj_date(d)) < month(hj_date(b)) * 100 + day(hj_date(b)) THEN 1 ELSE 0 END)::BIGINT",
    "CREATE OR REPLACE TEMP MACRO hj_ceil(a, b) AS CASE WHEN b <= 0 THEN NULL WHEN a >= 0 THEN (a + b - 1) // b "
    "ELSE -((-a) // b) END",
    "CREATE OR REPLACE TEMP MACRO hj_ymd(d) AS strftime(hj_date(d), '%Y-%m-%d')",
    "CREATE OR REPLACE TEMP MACRO hj_time(t) AS strftime(make_timestamp(t * 1000000), '%Y-%m-%d %H:%M:%S')",
    /* for reading: a value of findings from its 1e-6; the day of a time; beginnings of codes */
    "CREATE OR REPLACE TEMP MACRO hj_value(v) AS (v::DECIMAL(19, 0) * 0.000001)::DECIMAL(18, 6)",
    "CREATE OR REPLACE TEMP MACRO hj_mul(a, b) AS try_cast(a::HUGEINT * b AS BIGINT)",
    /* is it so in any row; unknown where it is in none, but unknown in some */
    "CREATE OR REPLACE TEMP MACRO hj_any(c) AS CASE WHEN bool_or(c) THEN true WHEN bool_or(c IS NULL) THEN NULL ELSE false END",
    "CREATE OR REPLACE TEMP MACRO hj_on(t) AS hj_date(hj_day(coalesce(t, 0)))",
    "CREATE OR REPLACE TEMP MACRO hj_month_start(m) AS make_date((m // 12)::INTEGER, (m % 12 + 1)::INTEGER, 1)",
    "CREATE OR REPLACE TEMP MACRO hj_left(c, n) AS CASE WHEN strlen(c) >= n THEN left(c, n) END",
    "CREATE OR REPLACE TEMP MACRO hj_cat3(c) AS CASE WHEN regexp_matches(c, '^[A-Z][0-9][0-9]') THEN left(c, 3) END",
    "CREATE OR REPLACE TEMP MACRO hj_within(c, a, b) AS strlen(c) >= strlen(a) AND left(c, strlen(a)) BETWEEN a AND b",
    "CREATE OR REPLACE TEMP MACRO hj_json(s) AS '\"' || replace(replace(s, '\\', '\\\\'), '\"', '\\\"') || '\"'",
    NULL,
};

void scope_init(struct scope *s, struct sq *q, const char *cur, int clause)
{
    *s = (struct scope){.q = q, .cur = cur, .clause = clause};
}

void scope_release(struct scope *s)
{
    buf_release(&s->joins);
}

const char *sq_fmt(struct sq *q, const char *fmt, ...)
{
    va_list ap;
    char *p = NULL;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n >= 0 && (p = arena_alloc(&q->a, (size_t)n + 1))) {
        va_start(ap, fmt);
        vsnprintf(p, (size_t)n + 1, fmt, ap);
        va_end(ap);
        return p;
    }
    q->rc = err_nomem(q->e);
    return "NULL";
}

int sq_fail(struct sq *q, const char *what)
{
    if (!q->rc)
        q->rc = err_set(q->e, ERR_STATE, "规则 %.*s 不能写成 SQL：%s", (int)q->r->id.n, q->r->id.p,
                        what);
    return q->rc;
}

/* For reading an alias says whose it is: person0, item3; "sub" of a query. */
static const char *alias_of(struct scope *s, const char *table)
{
    const char *name = strchr(table, '_');
    struct sq *q = s->q;
    int i = 0;
    if (!q->brief)
        return sq_fmt(q, "j%d", q->n_alias++);
    name = *table == '(' || !name ? "sub" : name + 1;
    while (i < SCOPE_JOINS - 1 && q->alias[i].name && strcmp(q->alias[i].name, name) != 0)
        i++;
    if (!q->alias[i].name)
        q->alias[i].name = sq_fmt(q, "%s", name);
    return sq_fmt(q, "%s%d", name, ++q->alias[i].n);
}

const char *scope_join(struct scope *s, const char *table, const char *cond)
{
    const char *key = sq_fmt(s->q, "%s|%s", table, cond);
    for (int i = 0; i < s->n_seen; i++)
        if (!strcmp(s->seen[i].key, key))
            return s->seen[i].alias;
    const char *alias = alias_of(s, table);
    buf_fmt(&s->joins, " LEFT JOIN %s %s ON ", table, alias);
    for (const char *p = cond; *p; p++)
        *p == '@' ? buf_str(&s->joins, alias) : buf_char(&s->joins, *p);
    if (s->n_seen < SCOPE_JOINS) {
        s->seen[s->n_seen].key = key;
        s->seen[s->n_seen++].alias = alias;
    }
    return alias;
}

const char *ex_str(struct scope *s, const struct expr *x)
{
    struct buf b = BUF_INIT;
    ex(s, x, &b);
    const char *r = sq_fmt(s->q, "%s", buf_cstr(&b));
    buf_release(&b);
    return r;
}

void ex_literal(struct span s, struct buf *b)
{
    buf_sql(b, s);
}

/* ---- fields ---- */

/* Where the row is that a field hangs on; NULL: there is none. */
static struct scope *home(struct scope *s, const struct expr *x)
{
    return s->outer && !x->num ? s->outer : s;
}

/* Clauses whose events are rows of the same table, as "1, 2". */
static const char *clauses_of(struct sq *q, enum source_id src)
{
    const char *list = NULL;
    for (int i = 0; i < q->r->n_clauses; i++)
        if (!strcmp(src_table(q->r->clause[i].src), src_table(src)))
            list = list ? sq_fmt(q, "%s, %d", list, i) : sq_fmt(q, "%d", i);
    return list ? list : "-1";
}

const char *scope_prev(struct scope *s, enum source_id src)
{
    while (s->outer)
        s = s->outer;
    if (!s->found)
        return NULL;
    if (s->q->brief && s->q->r->n_clauses == 1)
        return scope_join(s, src_table(src),
                          sq_fmt(s->q, "@.%s = %s.p_rid", src_rid(src), s->found));
    /* One equality: a second condition on one side alone would make the left join a nested loop. */
    return scope_join(s, src_table(src),
                      sq_fmt(s->q, "@.%s = CASE WHEN %s.p_cl IN (%s) THEN %s.p_rid END",
                             src_rid(src), s->found, clauses_of(s->q, src), s->found));
}

static bool wide(enum source_id src, int field)
{
    enum ftype t = huji_sources[src].fields[field].type;
    return t == F_CODE || ftype_width(t) == 8;
}

static void ex_field(struct scope *s, const struct expr *x, struct buf *b)
{
    struct scope *h = home(s, x);
    const char *row = x->base == BASE_PREV ? scope_prev(s, x->from) : h->cur;
    const char *name = huji_sources[x->src].fields[x->field].name;
    if (x->base == BASE_PREV)
        while (h->outer)
            h = h->outer;
    if (!row) {
        buf_str(b, "NULL");
        return;
    }
    if (x->via != VIA_SELF) {
        const char *key = huji_sources[x->from].fields[x->fk].name;
        const char *id = x->via == VIA_VISIT ? "mdtrt_id" : huji_sources[x->src].id_field;
        row = scope_join(h, src_table(x->src), sq_fmt(s->q, "@.%s = %s.%s", id, row, key));
    }
    bool as_is = wide(x->src, x->field) ||
                 (s->q->brief && ftype_width(huji_sources[x->src].fields[x->field].type) == 4);
    buf_fmt(b, as_is ? "%s.%s" : "%s.%s::BIGINT", row, name);
}

/* ---- codes ---- */

bool ex_is_text(const struct expr *x)
{
    if (!x || x->type != V_CODE)
        return false;
    if (x->op == X_LEFT || x->op == X_CAT3)
        return true;
    if (x->op == X_IF || x->op == X_COALESCE || x->op == X_MIN || x->op == X_MAX)
        for (int i = x->op == X_IF; i < x->n_arg; i++)
            if (ex_is_text(x->arg[i]))
                return true;
    return false;
}

void ex_text(struct scope *s, const struct expr *x, struct buf *b)
{
    if (ex_is_text(x)) {
        ex(s, x, b);
    } else if (x->op == X_CODE) {
        ex_literal(x->text, b);
    } else {
        struct scope *h = x->op == X_FIELD ? home(s, x) : s;
        const char *d = huji_domain_name[x->domain];
        buf_fmt(b, "%s.code",
                scope_join(h, sq_fmt(s->q, "x_%s", d), sq_fmt(s->q, "@.id = %s", ex_str(s, x))));
    }
}

static const char *text_str(struct scope *s, const struct expr *x)
{
    struct buf b = BUF_INIT;
    ex_text(s, x, &b);
    const char *r = sq_fmt(s->q, "%s", buf_cstr(&b));
    buf_release(&b);
    return r;
}

static void ex_left(struct scope *s, const struct expr *x, struct buf *b)
{
    const char *t = text_str(s, x->arg[0]);
    if (s->q->brief)
        x->op == X_CAT3 ? buf_fmt(b, "hj_cat3(%s)", t)
                        : buf_fmt(b, "hj_left(%s, %d)", t, (int)x->num);
    else if (x->op == X_CAT3)
        buf_fmt(b, "CASE WHEN regexp_matches(%s, '^[A-Z][0-9][0-9]') THEN left(%s, 3) END", t, t);
    else
        buf_fmt(b, "CASE WHEN strlen(%s) >= %d THEN left(%s, %d) END", t, (int)x->num, t,
                (int)x->num);
}

void ex_patterns(const struct code_pattern *set, const char *code, struct buf *b)
{
    buf_char(b, '(');
    for (const struct code_pattern *p = set; p; p = p->next) {
        if (p != set)
            buf_str(b, " OR ");
        if (!p->prefix) {
            buf_fmt(b, "%s = ", code);
            ex_literal(p->lo, b);
        } else if (span_eq(p->lo, p->hi)) {
            buf_fmt(b, "starts_with(%s, ", code);
            ex_literal(p->lo, b);
            buf_char(b, ')');
        } else {
            buf_fmt(b, "(strlen(%s) >= %zu AND left(%s, %zu) BETWEEN ", code, p->lo.n, code,
                    p->lo.n);
            ex_literal(p->lo, b);
            buf_str(b, " AND ");
            ex_literal(p->hi, b);
            buf_char(b, ')');
        }
    }
    buf_char(b, ')');
}

static void ex_in(struct scope *s, const struct expr *x, struct buf *b)
{
    if (ex_is_text(x->arg[0]) || s->q->brief) {
        const char *t = text_str(s, x->arg[0]);
        s->q->brief ? ex_patterns_brief(x->set, t, b) : ex_patterns(x->set, t, b);
        return;
    }
    /* never empty, so that a missing value stays unknown */
    buf_fmt(b, "(%s IN (SELECT id FROM x_%s WHERE ", ex_str(s, x->arg[0]),
            huji_domain_name[x->domain]);
    ex_patterns(x->set, "code", b);
    buf_str(b, " UNION ALL SELECT -9))");
}

/* ---- operators ---- */

static void ex_binary(struct scope *s, const struct expr *x, const char *op, struct buf *b)
{
    bool text = x->arg[0]->type == V_CODE && (ex_is_text(x->arg[0]) || ex_is_text(x->arg[1]));
    if (s->q->brief && x->arg[0]->type == V_CODE)
        text = text || x->arg[0]->op == X_CODE || x->arg[1]->op == X_CODE;
    buf_char(b, '(');
    text ? ex_text(s, x->arg[0], b) : ex(s, x->arg[0], b);
    buf_fmt(b, " %s ", op);
    text ? ex_text(s, x->arg[1], b) : ex(s, x->arg[1], b);
    buf_char(b, ')');
}

static void ex_div(struct scope *s, const struct expr *x, struct buf *b)
{
    int up = 6 + x->arg[1]->scale - x->arg[0]->scale;
    if (s->q->brief && up >= 0) {
        buf_fmt(b, "hj_div(%s::HUGEINT * %s, %s)", ex_str(s, x->arg[0]), ten(s->q, up),
                ex_str(s, x->arg[1]));
        return;
    }
    buf_fmt(b, "hj_div(%s::HUGEINT * %s, %s::HUGEINT * %s)", ex_str(s, x->arg[0]),
            ten(s->q, up > 0 ? up : 0), ex_str(s, x->arg[1]), ten(s->q, up < 0 ? -up : 0));
}

const char *ten(struct sq *q, int n)
{
    static const char zeros[] = "0000000000000000000";
    return sq_fmt(q, "1%.*s", n > 18 ? 18 : n, zeros);
}

static void ex_rescale(struct scope *s, const struct expr *x, struct buf *b)
{
    int up = x->scale - x->arg[0]->scale;
    if (up >= 0 && s->q->brief)
        buf_fmt(b, "(%s::BIGINT * %s)", ex_str(s, x->arg[0]), ten(s->q, up));
    else if (up >= 0)
        buf_fmt(b, "(%s * %s)", ex_str(s, x->arg[0]), ten(s->q, up));
    else
        buf_fmt(b, "hj_div(%s, %s)", ex_str(s, x->arg[0]), ten(s->q, -up));
}

static void ex_choice(struct scope *s, const struct expr *x, struct buf *b)
{
    bool text = ex_is_text(x);
    const char *v[X_ARGS] = {NULL};
    int asked = 0;
    for (int i = 0; i < x->n_arg; i++)
        v[i] = text && x->arg[i]->type == V_CODE ? text_str(s, x->arg[i]) : ex_str(s, x->arg[i]);
    if (x->op == X_IF) {
        buf_fmt(b, "CASE WHEN %s THEN %s ELSE %s END", v[0], v[1], v[2]);
        return;
    }
    if (x->op != X_COALESCE) { /* least() of DuckDB overlooks NULL */
        for (int i = 0; i < x->n_arg; i++)
            if (!s->q->brief || x->arg[i]->op != X_NUM)
                buf_fmt(b, "%s%s IS NOT NULL", asked++ ? " AND " : "CASE WHEN ", v[i]);
        buf_str(b, asked ? " THEN " : "");
    }
    buf_str(b, x->op == X_COALESCE ? "coalesce(" : x->op == X_MIN ? "least(" : "greatest(");
    for (int i = 0; i < x->n_arg; i++)
        buf_fmt(b, "%s%s", i ? ", " : "", v[i]);
    buf_str(b, asked ? ") END" : ")");
}

static void ex_dx(struct scope *s, const struct expr *x, struct buf *b)
{
    const char *j[2];
    for (int i = 0; i < 2; i++)
        j[i] = ex_is_text(x->arg[i])
                   ? scope_join(s, "(SELECT i.*, d.code FROM x_dx_info i JOIN x_dx d USING (id))",
                                sq_fmt(s->q, "@.code = %s", text_str(s, x->arg[i])))
                   : scope_join(s, "x_dx_info", sq_fmt(s->q, "@.id = %s", ex_str(s, x->arg[i])));
    if (x->op == X_CHAPTER)
        buf_fmt(b, "(%s.chapter = %s.chapter)", j[0], j[1]);
    else
        buf_fmt(
            b,
            "CASE WHEN %s.cat IS NOT NULL AND %s.cat IS NOT NULL THEN %s.cat = %s.cat OR coalesce(%s.grp = %s.grp, "
            "false) END",
            j[0], j[1], j[0], j[1], j[0], j[1]);
}

static void ex_measure(struct scope *s, const struct expr *x, struct buf *b)
{
    const struct rule *m = s->q->lib->rules[x->measure->rule];
    struct buf cond = BUF_INIT;
    if (x->n_arg != x->measure->n_owner) {
        buf_str(b, "NULL");
        return;
    }
    for (int i = 0; i < x->n_arg; i++) {
        buf_fmt(&cond, s->q->brief ? "%s@.\"k%d\" = " : "%s@.k%d = ", i ? " AND " : "", i);
        key_is_text(m, i) ? ex_text(s, x->arg[i], &cond) : ex(s, x->arg[i], &cond);
    }
    const char *table = sq_fmt(s->q, "m_%.*s", (int)x->measure->name.n, x->measure->name.p);
    buf_fmt(b, "%s.value", scope_join(s, table, buf_cstr(&cond)));
    buf_release(&cond);
}

static void found_column(struct scope *s, const char *column, struct buf *b)
{
    while (s->outer)
        s = s->outer;
    s->found ? buf_fmt(b, "%s.%s", s->found, column) : buf_str(b, "NULL");
}

static void ex_fund(struct scope *s, const struct expr *x, struct buf *b)
{
    const char *row = x->base == BASE_PREV ? scope_prev(s, S_LINE) : home(s, x)->cur;
    row ? buf_fmt(b, "%s.fund", row) : buf_str(b, "NULL");
}

static void call(struct scope *s, const struct expr *x, const char *fn, struct buf *b)
{
    buf_fmt(b, "%s(", fn);
    for (int i = 0; i < x->n_arg; i++)
        buf_fmt(b, "%s%s", i ? ", " : "", ex_str(s, x->arg[i]));
    buf_char(b, ')');
}

static void ex_kn(struct scope *s, const struct expr *x, struct buf *b)
{
    if (s->outer)
        s = s->outer;
    if (!s->kn)
        buf_str(b, "NULL");
    else
        buf_fmt(b, "%s.\"%.*s\"", s->kn, (int)x->kn->column[x->field].name.n,
                x->kn->column[x->field].name.p);
}

static void ex_code(const struct expr *x, struct buf *b)
{
    buf_fmt(b, "coalesce((SELECT id FROM x_%s WHERE code = ", huji_domain_name[x->domain]);
    ex_literal(x->text, b);
    buf_str(b, "), -1)");
}

/* Operators with a table entry: prefix, infix, functions of all arguments. */
static bool ex_simple(struct scope *s, const struct expr *x, struct buf *b)
{
    static const struct {
        enum xop op;
        const char *infix;
    } infix[] = {
        {X_AND, "AND"}, {X_OR, "OR"}, {X_EQ, "="},  {X_NE, "<>"}, {X_LT, "<"},
        {X_LE, "<="},   {X_GT, ">"},  {X_GE, ">="}, {X_ADD, "+"}, {X_SUB, "-"},
    };
    static const struct {
        enum xop op;
        const char *fn;
    } fns[] = {
        {X_DAY, "hj_day"}, {X_MONTH, "hj_month"},  {X_QUARTER, "hj_quarter"},
        {X_AGE, "hj_age"}, {X_CEILDIV, "hj_ceil"}, {X_ABS, "abs"},
    };
    for (size_t i = 0; i < sizeof infix / sizeof *infix; i++)
        if (infix[i].op == x->op) {
            ex_binary(s, x, infix[i].infix, b);
            return true;
        }
    for (size_t i = 0; i < sizeof fns / sizeof *fns; i++)
        if (fns[i].op == x->op) {
            call(s, x, fns[i].fn, b);
            return true;
        }
    return false;
}

void ex(struct scope *s, const struct expr *x, struct buf *b)
{
    if (ex_simple(s, x, b))
        return;
    switch (x->op) {
    case X_NOT: buf_fmt(b, "(NOT %s)", ex_str(s, x->arg[0])); break;
    case X_NEG: buf_fmt(b, "(-(%s))", ex_str(s, x->arg[0])); break;
    case X_KNOWN: buf_fmt(b, "(%s IS NOT NULL)", ex_str(s, x->arg[0])); break;
    case X_MISSING: buf_fmt(b, "(%s IS NULL)", ex_str(s, x->arg[0])); break;
    case X_NUM: buf_fmt(b, s->q->brief ? "%lld" : "%lld::BIGINT", (long long)x->num); break;
    case X_CODE: ex_code(x, b); break;
    case X_MUL:
        buf_fmt(b, s->q->brief ? "hj_mul(%s, %s)" : "try_cast(%s::HUGEINT * %s AS BIGINT)",
                ex_str(s, x->arg[0]), ex_str(s, x->arg[1]));
        break;
    case X_DIV: ex_div(s, x, b); break;
    case X_FIELD: ex_field(s, x, b); break;
    case X_KN: ex_kn(s, x, b); break;
    case X_IN: ex_in(s, x, b); break;
    case X_VALUE: found_column(s, "value", b); break;
    case X_THRESHOLD: found_column(s, "threshold", b); break;
    case X_GAP_FROM: found_column(s, "gf", b); break;
    case X_GAP_TO: found_column(s, "gt", b); break;
    case X_INFLOW: found_column(s, "inflow", b); break;
    case X_PART: found_column(s, sq_fmt(s->q, "pv%d", (int)x->num), b); break;
    case X_KEY: found_column(s, sq_fmt(s->q, "k%d", (int)x->num), b); break;
    case X_FUND: ex_fund(s, x, b); break;
    case X_RESCALE: ex_rescale(s, x, b); break;
    case X_YEAR: buf_fmt(b, "year(hj_date(%s))::BIGINT", ex_str(s, x->arg[0])); break;
    case X_WEEKDAY: buf_fmt(b, "isodow(hj_date(%s))::BIGINT", ex_str(s, x->arg[0])); break;
    case X_HOUR:
        buf_fmt(b, "hour(make_timestamp(%s * 1000000))::BIGINT", ex_str(s, x->arg[0]));
        break;
    case X_LEFT:
    case X_CAT3: ex_left(s, x, b); break;
    case X_RELATED:
    case X_CHAPTER: ex_dx(s, x, b); break;
    case X_ANYDX: ex_any_dx(s, x, b); break;
    case X_DXLISTED: ex_dx_listed(s, x, b); break;
    case X_HAS:
    case X_COVERED:
    case X_LOOK: ex_table(s, x, b); break;
    case X_IF:
    case X_MIN:
    case X_MAX:
    case X_COALESCE: ex_choice(s, x, b); break;
    case X_AGG: ex_agg(s, x, b); break;
    case X_MEMBERS: ex_members(s, x, b); break;
    case X_MEASURE: ex_measure(s, x, b); break;
    default:
        sq_fail(s->q, "不认识的运算");
        buf_str(b, "NULL");
        break;
    }
}

/* ---- spelling ---- */

void ex_print(struct scope *s, const struct expr *x, bool text, const char *v, struct buf *b)
{
    if (x->type == V_CODE) {
        if (text)
            buf_fmt(b, "coalesce(%s, '?')", v);
        else
            buf_fmt(b, s->q->brief ? "%s.code" : "coalesce(%s.code, '?')",
                    scope_join(s, sq_fmt(s->q, "x_%s", huji_domain_name[x->domain]),
                               sq_fmt(s->q, "@.id = %s", v)));
        return;
    }
    if (x->type == V_BOOL) {
        buf_fmt(b, "CASE WHEN %s = 1 THEN '是' ELSE '否' END", v);
        return;
    }
    switch (x->fmt) {
    case VF_DAY: buf_fmt(b, "hj_ymd(%s)", v); break;
    case VF_SEC: buf_fmt(b, "hj_time(%s)", v); break;
    case VF_MONTH: buf_fmt(b, "printf('%%04d-%%02d', %s // 12, %s %% 12 + 1)", v, v); break;
    case VF_QUARTER: buf_fmt(b, "printf('%%04dQ%%d', %s // 4, %s %% 4 + 1)", v, v); break;
    case VF_YEAR: buf_fmt(b, "printf('%%04d', %s)", v); break;
    default:
        if (!x->scale)
            buf_fmt(b, "(%s)::VARCHAR", v);
        else
            buf_fmt(
                b,
                "rtrim(rtrim(((%s)::DECIMAL(19, 0) * 0.%.*s1)::DECIMAL(38, %d)::VARCHAR, '0'), '.')",
                v, x->scale - 1, "0000000000", x->scale);
    }
}
