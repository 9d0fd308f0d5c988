/* SPDX-License-Identifier: MulanPSL-2.0 */
/* pair: two sides in one scope, one without the other, one inside the other, one that ought to be cheaper. */
#include "engine/sql/priv.h"

static const char *side(struct sq *q, int which)
{
    const char *list = "-1";
    for (int i = 0; i < q->r->n_clauses; i++)
        if (q->r->clause[i].side == which)
            list = sq_fmt(q, "%s, %d", list, i);
    return list;
}

static void numbered(struct sq *q, const char *where, struct buf *out)
{
    buf_fmt(out,
            ",\no AS MATERIALIZED (SELECT *, row_number() OVER (ORDER BY %s, " EV_ORDER
            ") AS rn, cl IN (%s) AS is_b FROM ev WHERE %s)",
            keys_str(q, ""), side(q, 1), where);
}

/* What names the pair's row: the link, or both codes of the table's row. */
static void row_key(struct sq *q, struct scope *s, int a, struct buf *b)
{
    const struct rule *r = q->r;
    const struct clause *c = &r->clause[a];
    if (r->slot[a][SL_GROUP]) {
        ex_print(s, r->slot[a][SL_GROUP], slot_is_text(r, SL_GROUP), "h.g", b);
        return;
    }
    const char *t = scope_join(s, sq_fmt(q, "k_%.*s", (int)c->kn->name.n, c->kn->name.p),
                               "@.row = h.g");
    buf_fmt(b, "%s.\"%.*s_t\"", t, (int)c->kn->column[c->kn_column].name.n,
            c->kn->column[c->kn_column].name.p);
    for (int i = 0; i < r->n_clauses; i++)
        if (r->clause[i].side != c->side) {
            const struct kn_column *k = &c->kn->column[r->clause[i].kn_column];
            buf_fmt(b, " || '+' || coalesce(%s.\"%.*s_t\", '')", t, (int)k->name.n, k->name.p);
            return;
        }
}

/* The anchor's text depends on the clauses of the two that met first. */
static void conflict_found(struct sq *q, struct buf *out)
{
    const struct rule *r = q->r;
    bool more = false;
    buf_str(out, ",\nfo AS MATERIALIZED (SELECT row_number() OVER () AS fid, * FROM (");
    for (int i = 0; i < r->n_clauses; i++)
        for (int j = 0; j < r->n_clauses; j++) {
            if (!r->clause[i].side || r->clause[j].side)
                continue;
            struct scope s;
            struct buf text = BUF_INIT;
            scope_init(&s, q, "h", i);
            if (r->slot[i][SL_SCOPE])
                ex_print(&s, r->slot[i][SL_SCOPE], slot_is_text(r, SL_SCOPE), "h.sc", &text);
            else
                buf_str(&text, "'0'");
            buf_str(&text, " || '|' || ");
            row_key(q, &s, j, &text);
            buf_fmt(
                out,
                "%sSELECT h.b.cl AS cl, h.b.rid AS rid, h.b.kn AS kn, %s, h.sc, h.g, h.a.cl AS p_cl, h.a.rid AS p_rid, h.a.kn AS "
                "p_kn, %s AS anchor_text, h.qb * 100 AS value, h.qa * 100 AS threshold, NULL::BIGINT AS gf, NULL::BIGINT AS gt, "
                "true AS hit, h.b.c = 1 AS cap, CASE WHEN h.b.c = 1 AND h.qa < h.qb THEN h.qa ELSE h.qb END AS allbad "
                "FROM grp h%s WHERE h.b.cl = %d AND h.a.cl = %d",
                more ? "\nUNION ALL\n" : "", keys_str(q, "h."), buf_cstr(&text), buf_cstr(&s.joins),
                i, j);
            more = true;
            buf_release(&text);
            scope_release(&s);
        }
    buf_str(out, "))");
}

static void conflict(struct sq *q, struct buf *out)
{
    const char *k = keys_str(q, "");
    numbered(q, "sc IS NOT NULL AND g IS NOT NULL", out);
    buf_fmt(
        out,
        ",\ngrp AS MATERIALIZED (SELECT %s, sc, g, coalesce(sum(q) FILTER (WHERE NOT is_b), 0)::BIGINT AS qa, "
        "coalesce(sum(q) FILTER (WHERE is_b), 0)::BIGINT AS qb, min({'rn': rn, 'cl': cl, 'rid': rid, 'kn': kn, 'c': c}) FILTER "
        "(WHERE NOT is_b) AS a, min({'rn': rn, 'cl': cl, 'rid': rid, 'kn': kn, 'c': c}) FILTER (WHERE is_b) AS b FROM o GROUP BY "
        "ALL HAVING bool_or(is_b) AND bool_or(NOT is_b))",
        k);
    conflict_found(q, out);
    buf_fmt(
        out,
        ",\nm0 AS (SELECT fo.fid, o.cl, o.rid, o.kn, o.is_b, o.q, fo.cap, fo.allbad, CASE WHEN o.cl = fo.cl AND o.rid = fo.rid AND "
        "o.kn = fo.kn THEN 1 WHEN o.cl = fo.p_cl AND o.rid = fo.p_rid AND o.kn = fo.p_kn THEN 2 ELSE 0 END AS anc, "
        "coalesce(sum(CASE WHEN o.is_b THEN o.q END) OVER (PARTITION BY fo.fid ORDER BY o.rn DESC ROWS BETWEEN UNBOUNDED "
        "PRECEDING AND 1 PRECEDING), 0) AS later FROM fo JOIN o ON %s AND o.sc = fo.sc AND o.g = fo.g)",
        equal_str(q, "o", "fo"));
    buf_str(
        out,
        ",\nm1 AS (SELECT *, CASE WHEN coalesce(cap, false) THEN least(q, greatest(0, allbad - later)) ELSE 0 END AS bd FROM m0)");
    buf_str(
        out,
        ",\nmem AS MATERIALIZED (SELECT fid, cl, rid, kn, 2 AS role, 0 AS bad, 0 AS of_, anc FROM m1 WHERE NOT is_b UNION ALL SELECT "
        "fid, cl, rid, kn, 1, CASE WHEN bd < q THEN bd ELSE 0 END, CASE WHEN bd < q AND coalesce(cap, false) THEN q ELSE 0 END, anc "
        "FROM m1 WHERE is_b AND (NOT coalesce(cap, false) OR bd > 0))");
}

/* Pairs (a.rn, b.rn) that satisfy `on` and the rule's where, which speaks of b and, as prev, of a. */
static void matches(struct sq *q, const char *on, struct buf *out)
{
    const struct rule *r = q->r;
    bool more = false;
    buf_fmt(
        out,
        ",\npr0 AS (SELECT a.rn AS fid, a.rn AS a_rn, b.rn AS b_rn, b.cl, b.rid, b.kn, a.cl AS p_cl, a.rid AS p_rid, a.kn AS p_kn FROM "
        "o a JOIN o b ON %s AND a.g = b.g AND NOT a.is_b AND b.is_b AND %s)",
        equal_str(q, "a", "b"), on);
    buf_str(out, ",\npr AS MATERIALIZED (");
    for (int i = 0; i < r->n_clauses; i++) {
        struct scope s;
        struct buf from = BUF_INIT;
        if (!r->clause[i].side)
            continue;
        scope_init(&s, q, "e", i);
        s.found = "pr0";
        const char *cond = "true";
        if (r->slot[i][SL_WHERE]) {
            src_join(&s, "e", "pr0.rid", "pr0.kn", &from);
            cond = ex_str(&s, r->slot[i][SL_WHERE]);
        }
        buf_fmt(out, "%sSELECT pr0.* FROM pr0%s%s WHERE pr0.cl = %d AND %s",
                more ? "\nUNION ALL\n" : "", buf_cstr(&from), buf_cstr(&s.joins), i, cond);
        more = true;
        buf_release(&from);
        scope_release(&s);
    }
    buf_char(out, ')');
}

#define NO_NUMBERS \
    "NULL::VARCHAR AS anchor_text, NULL::BIGINT AS value, NULL::BIGINT AS threshold, NULL::BIGINT AS gf, NULL::BIGINT AS gt, true AS hit"

static void requires(struct sq *q, struct buf *out)
{
    numbered(q, "x IS NOT NULL AND g IS NOT NULL", out);
    matches(q,
            sq_fmt(q, "b.x - a.x BETWEEN %lld AND %lld", (long long)q->r->num[0],
                   (long long)q->r->num[1]),
            out);
    buf_fmt(
        out,
        ",\nfo AS MATERIALIZED (SELECT o.rn AS fid, cl, rid, kn, %s, NULL::INTEGER AS p_cl, NULL::BIGINT AS p_rid, NULL::INTEGER AS "
        "p_kn, " NO_NUMBERS " FROM o WHERE NOT is_b AND rn NOT IN (SELECT a_rn FROM pr))",
        keys_str(q, ""));
    buf_str(out,
            ",\nmem AS (SELECT fid, cl, rid, kn, 1 AS role, 0 AS bad, 0 AS of_, 1 AS anc FROM fo)");
}

static void inside(struct sq *q, struct buf *out)
{
    numbered(q, "x IS NOT NULL AND g IS NOT NULL", out);
    matches(q,
            sq_fmt(q, "a.u IS NOT NULL AND b.x >= a.x + %lld AND b.x <= a.u - %lld",
                   (long long)q->r->num[0], (long long)q->r->num[1]),
            out);
    buf_fmt(
        out,
        ",\nfo AS MATERIALIZED (SELECT o.rn AS fid, o.cl, o.rid, o.kn, %s, pr.p_cl, pr.p_rid, pr.p_kn, " NO_NUMBERS
        " FROM pr JOIN o ON "
        "o.rn = pr.b_rn QUALIFY row_number() OVER (PARTITION BY pr.b_rn ORDER BY pr.a_rn) = 1)",
        keys_str(q, "o."));
    buf_str(
        out,
        ",\nmem AS (SELECT fid, cl, rid, kn, 1 AS role, 0 AS bad, 0 AS of_, 1 AS anc FROM fo UNION ALL SELECT fid, p_cl, p_rid, p_kn, 2, "
        "0, 0, 2 FROM fo)");
}

static void discount(struct sq *q, struct buf *out)
{
    const char *k = keys_str(q, "");
    bool given = false;
    for (int i = 0; i < q->r->n_clauses; i++)
        given = given || q->r->slot[i][SL_PRICE];
    numbered(q, "sc IS NOT NULL AND g IS NOT NULL", out);
    const char *win = sq_fmt(
        q, "(PARTITION BY %s, sc, g ORDER BY q DESC NULLS LAST, coalesce(x0.code, ''), rn)", k);
    buf_fmt(
        out,
        ",\nds AS (SELECT o.*, row_number() OVER %s AS i, first_value({'cl': cl, 'rid': rid, 'kn': kn, 'q': q}) OVER %s AS top FROM o "
        "LEFT JOIN x_item x0 ON x0.id = o.f)",
        win, win);
    buf_fmt(out,
            ",\nal AS (SELECT *, hj_div(%s::HUGEINT * a, 10000) AS allowed FROM ds WHERE i > 1)",
            given ? "b" : "top.q");
    buf_fmt(
        out,
        ",\nfo AS MATERIALIZED (SELECT rn AS fid, cl, rid, kn, %s, top.cl AS p_cl, top.rid AS p_rid, top.kn AS p_kn, NULL::VARCHAR AS "
        "anchor_text, q AS value, allowed AS threshold, NULL::BIGINT AS gf, NULL::BIGINT AS gt, true AS hit FROM al WHERE q > allowed "
        "+ 5000)",
        k);
    buf_str(
        out,
        ",\nmem AS (SELECT fid, cl, rid, kn, 1 AS role, 0 AS bad, 0 AS of_, 1 AS anc FROM fo UNION ALL SELECT fid, p_cl, p_rid, p_kn, 2, "
        "0, 0, 2 FROM fo)");
}

void pair_sql(struct sq *q, struct buf *out)
{
    static void (*const modes[])(struct sq *, struct buf *) = {conflict, requires, inside,
                                                               discount};
    modes[q->r->mode](q, out);
}
