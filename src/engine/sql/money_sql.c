/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The evidence of findings with what was charged for it and what of that is at issue. */
#include "engine/sql/priv.h"

void ex_event_id(struct scope *s, enum source_id src, const char *row, struct buf *b)
{
    const struct source *d = &huji_sources[src];
    if (source_is_line(src)) {
        buf_fmt(b, "'line:' || %s.bkkp_sn", row);
        return;
    }
    int f = source_field(src, span_of(d->id_field));
    const char *x = scope_join(s, sq_fmt(s->q, "x_%s", huji_domain_name[d->fields[f].domain]),
                               sq_fmt(s->q, "@.id = %s.%s", row, d->id_field));
    buf_fmt(b, "'%s' || coalesce(%s.code, '?')", d->id_prefix, x);
}

static const char *charged(struct sq *q, enum source_id src, const char *row, bool fund)
{
    const struct source *d = &huji_sources[src];
    const char *f = fund ? d->fund_field : d->amount_field;
    if (fund && source_is_line(src))
        f = "fund";
    return f ? sq_fmt(q, "coalesce(%s.%s, 0)", row, f) : "0::BIGINT";
}

/* id, amt0, fund0, persons and marks of a row, as columns. */
static void row_columns(struct scope *s, enum source_id src, const char *row, struct buf *b)
{
    static const char *const names[] = {"psn_no", "mdtrt_id", "fixmedins_code"};
    const char *t = huji_sources[src].time_field;
    buf_fmt(b, ", %s AS t, ", t ? sq_fmt(s->q, "coalesce(%s.%s, 0)", row, t) : "0::BIGINT");
    ex_event_id(s, src, row, b);
    buf_fmt(b, " AS id, %s AS amt0, %s AS fund0", charged(s->q, src, row, false),
            charged(s->q, src, row, true));
    for (int i = 0; i < 3; i++) {
        bool has = src_column(src, names[i]) != NULL;
        buf_fmt(b, ", %s AS o%d, %s AS h%d",
                has ? sq_fmt(s->q, "%s.%s", row, names[i]) : "NULL::INTEGER", i,
                has ? "true" : "false", i);
    }
    buf_fmt(b, ", %s AS marks",
            src_column(src, "marks") ? sq_fmt(s->q, "coalesce(%s.marks, 0)", row) : "0");
}

/* Which of amt0, fund0 counts for a member, given role, bad, of_, anc, want. */
static void money_columns(const struct rule *r, int clause, struct buf *b)
{
    const char *counts = r->at_of == OF_LINES ? "false"
                         : r->at_of == OF_CUR ? "role = 1 AND anc = 1"
                                              : "role = 1";
    bool expr = r->at_amount == AMT_EXPR && r->at_expr[clause] &&
                !expr_has(r->at_expr[clause], X_MEMBERS);
    const char *a = "amt0", *f = "fund0";
    if (r->at_amount == AMT_NONE) {
        a = f = "0";
    } else if (r->at_amount == AMT_EXCESS && r->at_of != OF_SHORTER) {
        a = "CASE WHEN of_ > 0 THEN hj_part(amt0, bad, of_) ELSE amt0 END";
        f = "CASE WHEN of_ > 0 THEN hj_part(fund0, bad, of_) ELSE fund0 END";
    } else if (expr) {
        a = "CASE WHEN want IS NULL OR want <= 0 OR amt0 <= 0 THEN 0 WHEN want >= amt0 THEN amt0 ELSE want END";
        f = "CASE WHEN want IS NULL OR want <= 0 OR amt0 <= 0 THEN 0 WHEN want >= amt0 THEN fund0 ELSE hj_part(fund0, want, amt0) END";
    }
    buf_fmt(b, "CASE WHEN %s THEN %s ELSE 0 END AS amount, CASE WHEN %s THEN %s ELSE 0 END AS fund",
            counts, a, counts, f);
}

static void members(struct sq *q, int i, struct buf *out)
{
    const struct rule *r = q->r;
    enum source_id src = r->clause[i].src;
    bool shorter = r->at_of == OF_SHORTER;
    struct scope s;
    struct buf cols = BUF_INIT, from = BUF_INIT;
    scope_init(&s, q, "e", i);
    s.found = "a";
    src_join(&s, "e", "mem.rid", "mem.kn", &from);
    row_columns(&s, src, "e", &cols);
    bool expr = r->at_amount == AMT_EXPR && r->at_expr[i] && !expr_has(r->at_expr[i], X_MEMBERS);
    buf_fmt(&cols, ", %s AS want", expr ? ex_str(&s, r->at_expr[i]) : "NULL::BIGINT");
    buf_str(out, "SELECT fid, mrole, role, t, id, ");
    money_columns(r, i, out);
    buf_fmt(
        out,
        ", o0, h0, o1, h1, o2, h2, marks FROM (SELECT mem.fid, mem.role AS mrole, mem.bad, mem.of_, mem.anc, %s AS role%s FROM mem "
        "JOIN a ON a.fid = mem.fid%s%s WHERE mem.cl = %d%s)",
        shorter ? "CASE WHEN a.both_bad OR (mem.anc = 1) = a.later_bad THEN 1 ELSE 2 END"
                : "mem.role",
        buf_cstr(&cols), buf_cstr(&from), buf_cstr(&s.joins), i, shorter ? " AND mem.anc > 0" : "");
    buf_release(&cols);
    buf_release(&from);
    scope_release(&s);
}

/* of: lines. Those of the anchor's visit that satisfy the condition. */
static void visit_lines(struct sq *q, int i, struct buf *out)
{
    const struct rule *r = q->r;
    struct scope s, in;
    struct buf cols = BUF_INIT, from = BUF_INIT;
    if (!src_column(r->clause[i].src, "mdtrt_id"))
        return;
    scope_init(&s, q, "e", i);
    s.found = "a";
    src_join(&s, "e", "a.rid", "a.kn", &from);
    scope_init(&in, q, "l", i);
    in.outer = &s;
    const char *cond = r->at_where[i] ? ex_str(&in, r->at_where[i]) : "true";
    row_columns(&in, S_LINE, "l", &cols);
    const char *none = r->at_amount == AMT_NONE ? "0::BIGINT" : NULL;
    buf_fmt(
        out,
        "\nUNION ALL SELECT fid, 0, 1, t, id, %s, %s, o0, h0, o1, h1, o2, h2, marks FROM (SELECT a.fid%s FROM a%s JOIN net_line l ON "
        "l.mdtrt_id = e.mdtrt_id AND l.psn_no = e.psn_no%s%s WHERE a.cl = %d AND %s)",
        none ? none : "amt0", none ? none : "fund0", buf_cstr(&cols), buf_cstr(&from),
        buf_cstr(&s.joins), buf_cstr(&in.joins), i, cond);
    buf_release(&cols);
    buf_release(&from);
    scope_release(&s);
    scope_release(&in);
}

void money_sql(struct sq *q, struct buf *out)
{
    const struct rule *r = q->r;
    buf_str(out, ",\nm AS MATERIALIZED (");
    for (int i = 0; i < r->n_clauses; i++) {
        buf_str(out, i ? "\nUNION ALL " : "");
        members(q, i, out);
        if (r->at_of == OF_LINES)
            visit_lines(q, i, out);
    }
    buf_char(out, ')');
}
