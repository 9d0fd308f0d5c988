/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A rule's question alone, to be read: which events, what is asked of them, what is found. Without money and evidence,
 * without what keep_from keeps below the threshold; of a combine its parts' findings are read from the table `finding`.
 */
#include <stdlib.h>

#include "base/limits.h"
#include "engine/sql/combine_sql.h"
#include "engine/sql/tidy.h"

/* ---- codes ---- */

/* LIKE where the code has nothing that LIKE takes for a pattern. */
static void begins(const char *code, struct span s, struct buf *b)
{
    if (memchr(s.p, '_', s.n) || memchr(s.p, '%', s.n)) {
        buf_fmt(b, "starts_with(%s, ", code);
        ex_literal(s, b);
        buf_char(b, ')');
        return;
    }
    struct buf t = BUF_INIT;
    buf_fmt(&t, "%.*s%%", (int)s.n, s.p);
    buf_fmt(b, "%s LIKE ", code);
    ex_literal((struct span){buf_cstr(&t), t.n}, b);
    buf_release(&t);
}

void ex_patterns_brief(const struct code_pattern *set, const char *code, struct buf *b)
{
    int n = 0, more = 0;
    for (const struct code_pattern *p = set; p; p = p->next)
        n += !p->prefix;
    buf_char(b, '(');
    if (n) {
        buf_fmt(b, n > 1 ? "%s IN (" : "%s = ", code);
        for (const struct code_pattern *p = set; p; p = p->next)
            if (!p->prefix) {
                buf_str(b, more++ ? ", " : "");
                ex_literal(p->lo, b);
            }
        buf_str(b, n > 1 ? ")" : "");
    }
    for (const struct code_pattern *p = set; p; p = p->next) {
        if (!p->prefix)
            continue;
        buf_str(b, more++ ? " OR " : "");
        if (span_eq(p->lo, p->hi)) {
            begins(code, p->lo, b);
            continue;
        }
        buf_fmt(b, "hj_within(%s, ", code);
        ex_literal(p->lo, b);
        buf_str(b, ", ");
        ex_literal(p->hi, b);
        buf_char(b, ')');
    }
    buf_char(b, ')');
}

/* ---- findings ---- */

/* Does the kind name its findings itself (a month, a pair), or are they called by their event? */
static bool names_itself(const struct rule *r)
{
    return r->kind == &kind_outlier || r->derive.gang > 0 || (r->kind == &kind_gap && r->between) ||
           (r->kind == &kind_quota && r->mode != QUOTA_SLIDING && r->mode != QUOTA_BURST) ||
           (r->kind == &kind_pair && r->mode == 0);
}

static void owner(struct scope *s, struct buf *b)
{
    const struct rule *r = s->q->r;
    buf_str(b, r->n_owner == 1 ? "" : "concat_ws('|'");
    for (int k = 0; k < r->n_owner; k++) {
        buf_str(b, r->n_owner == 1 ? "" : ", ");
        ex_print(s, r->key[s->clause][k], key_is_text(r, k), sq_fmt(s->q, "fo.k%d", k), b);
    }
    buf_str(b, r->n_owner == 1 ? " AS owner_id" : ") AS owner_id");
}

static bool always_classed(const struct rule *r, int clause)
{
    for (int k = 0; k < r->n_cls; k++)
        if (!r->cls[k].when[clause])
            return true;
    return false;
}

/* The finding's day as a date; of a measure the period's first. */
const char *finding_date(struct scope *s)
{
    const struct rule *r = s->q->r;
    const char *t = huji_sources[r->clause[s->clause].src].time_field;
    const char *k = sq_fmt(s->q, "fo.k%d", r->n_keys - 1);
    switch (r->measure ? r->key[s->clause][r->n_keys - 1]->fmt : VF_NUM) {
    case VF_DAY: return sq_fmt(s->q, "hj_date(%s)", k);
    case VF_SEC: return sq_fmt(s->q, "hj_on(%s)", k);
    case VF_MONTH: return sq_fmt(s->q, "hj_month_start(%s)", k);
    case VF_QUARTER: return sq_fmt(s->q, "hj_month_start(%s * 3)", k);
    case VF_YEAR: return sq_fmt(s->q, "hj_month_start(%s * 12)", k);
    default: return t ? sq_fmt(s->q, "hj_on(e.%s)", t) : "DATE '1970-01-01'";
    }
}

static void stands(struct sq *q, int i, struct buf *out)
{
    const struct rule *r = q->r;
    struct scope s;
    struct buf cols = BUF_INIT, from = BUF_INIT, where = BUF_INIT, cls = BUF_INIT;
    scope_init(&s, q, "e", i);
    s.found = "fo";
    src_join(&s, "e", "fo.rid", "fo.kn", &from);
    owner(&s, &cols);
    buf_str(&cols, ", ");
    if (names_itself(r))
        buf_str(&cols, "fo.anchor_text");
    else
        ex_event_id(&s, r->clause[i].src, "e", &cols);
    buf_fmt(
        &cols,
        " AS event_id, %s AS event_date, hj_value(fo.value) AS value, hj_value(fo.threshold) AS threshold",
        finding_date(&s));
    class_sql(&s, &cls);
    cls.n -= cls.n >= 3 ? 3 : 0; /* cls -> class */
    buf_str(&cls, "class");
    finding_conditions(&s, finding_date(&s), &where);
    if (!always_classed(r, i))
        buf_fmt(&where, " AND (%.*s) IS NOT NULL", (int)(cls.n - strlen(",  AS class")),
                buf_cstr(&cls) + 2);
    buf_fmt(out, "SELECT %s%s FROM fo%s%s WHERE %s", buf_cstr(&cols), buf_cstr(&cls),
            buf_cstr(&from), buf_cstr(&s.joins), buf_cstr(&where));
    if (r->kind == &kind_forbid &&
        r->clause[i].kn) /* several rows of a table forbid one event: one finding */
        buf_fmt(out,
                " QUALIFY row_number() OVER (PARTITION BY %s, fo.cl, fo.rid ORDER BY fo.kn) = 1",
                keys_str(q, "fo."));
    buf_release(&cols);
    buf_release(&from);
    buf_release(&where);
    buf_release(&cls);
    scope_release(&s);
}

void brief_sql(struct sq *q, struct buf *out)
{
    bool more = false;
    for (int i = 0; i < q->r->n_clauses; i++) {
        if (!rule_anchors(q->r, i))
            continue;
        buf_str(out, more ? "\nUNION ALL " : "\n");
        stands(q, i, out);
        more = true;
    }
}

/* The rule without keep_from: what lies below its threshold is no finding. */
static const struct rule *without_slider(struct sq *q, const struct rule *r)
{
    struct rule *c = arena_alloc(&q->a, sizeof *c);
    if (!c) {
        q->rc = err_nomem(q->e);
        return r;
    }
    *c = *r;
    c->slider = (struct slider){0};
    memset(c->loose, 0, sizeof c->loose);
    memcpy(c->keep_num, c->num, sizeof c->keep_num);
    return c;
}

int rule_sql_brief(const struct huji_library *lib, const struct rule *r, struct buf *out,
                   struct err *e)
{
    struct sq q = {.lib = lib, .r = r, .e = e, .brief = true};
    struct buf raw = BUF_INIT;
    q.r = without_slider(&q, r);
    if (r->combine) {
        combine_sql(&q, &raw);
    } else {
        found_sql(&q, &raw);
        brief_sql(&q, &raw);
    }
    int rc = q.rc ? q.rc : raw.failed ? err_nomem(e) : sql_tidy(r, &raw, out, e);
    buf_release(&raw);
    arena_release(&q.a);
    return rc;
}

int rule_sql_brief_before(const struct huji_library *lib, const struct rule *r, struct buf *out,
                          struct err *e)
{
    int rc = 0;
    for (int p = 0; r->combine && p < r->combine->n_parts; p++)
        for (int j = 0; j < r->combine->part[p].n_rules && rc == 0; j++) {
            const struct rule *of = lib->rules[r->combine->part[p].rule[j]];
            if (!of->hidden)
                continue;
            buf_fmt(out, "CREATE OR REPLACE TEMP TABLE \"%.*s\" AS\n", (int)of->id.n, of->id.p);
            rc = rule_sql_brief(lib, of, out, e);
            buf_str(out, ";\n");
        }
    return rc;
}

int measure_sql_brief(const struct huji_library *lib, const struct measure *m, struct buf *out,
                      struct err *e)
{
    struct sq q = {.lib = lib, .r = lib->rules[m->rule], .e = e, .brief = true};
    struct buf raw = BUF_INIT;
    measure_body_sql(&q, m, &raw);
    int rc = q.rc ? q.rc : raw.failed ? err_nomem(e) : sql_tidy(q.r, &raw, out, e);
    buf_release(&raw);
    arena_release(&q.a);
    return rc;
}
