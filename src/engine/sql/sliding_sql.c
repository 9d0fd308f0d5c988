/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * quota sliding, greedy: what was refused does not count later. A recursion over each owner's events, but only of
 * owners that exceed the limit in some window: without that nothing is ever refused.
 */
#include "engine/sql/priv.h"

#define ITEM "{'x': x, 'cost': cost, 'acc': acc, 'g': g, 'cl': cl, 'rid': rid, 'kn': kn}"

/* acc: what was let through; cost: what it takes of the limit. */
static void step(struct sq *q, const char *st, struct buf *b)
{
    bool distinct = q->r->count == COUNT_DISTINCT;
    const char *sum = sq_fmt(q, "coalesce(list_sum(list_transform(%s, z -> z.cost)), 0)::BIGINT",
                             st);
    const char *last = sq_fmt(q, "(list_filter(%s, z -> z.g = e.g))[-1].acc", st);
    const char *plain = sq_fmt(
        q, "CASE WHEN e.law - %s < 0 THEN 0 WHEN e.law - %s < e.q THEN e.law - %s ELSE e.q END",
        sum, sum, sum);
    if (!distinct)
        buf_fmt(b, "%s AS acc, %s AS cost, %s AS used", plain, plain, sum);
    else
        buf_fmt(
            b,
            "CASE WHEN %s > 0 THEN e.q WHEN %s = 0 THEN 0 ELSE %s END AS acc, CASE WHEN %s > 0 THEN 0 WHEN %s = 0 THEN 0 ELSE %s END AS "
            "cost, %s AS used",
            last, last, plain, last, last, plain, sum);
}

/* What a window may hold: with at_least one unit less than the limit; of members whole ones only. */
static const char *law(struct sq *q)
{
    const struct rule *r = q->r;
    const char *one = ten(q, r->scale);
    if (r->count == COUNT_SUM)
        return r->at_least ? sq_fmt(q, "(lim - %s)", one) : "lim";
    return r->at_least ? sq_fmt(q, "(((lim + %s - 1) // %s - 1) * %s)", one, one, one)
                       : sq_fmt(q, "(lim // %s * %s)", one, one);
}

/* Does the class or an acquittal ask for the members? Then the window's events must be known. */
static bool asks_members(const struct rule *r)
{
    for (int i = 0; i < r->n_clauses; i++) {
        for (int k = 0; k < r->n_cls; k++)
            if (expr_has(r->cls[k].when[i], X_MEMBERS))
                return true;
        for (int k = 0; k < r->n_unless; k++)
            if (expr_has(r->unless[i][k], X_MEMBERS))
                return true;
    }
    return false;
}

/* The same for reading: one step after the other, without members. */
static void sliding_brief(struct sq *q, struct buf *out)
{
    bool distinct = q->r->count == COUNT_DISTINCT;
    const char *k = keys_str(q, ""), *item = distinct ? "{'x': x, 'cost': cost, 'acc': acc, 'g': g}"
                                                      : "{'x': x, 'cost': cost}";
    const char *cols = sq_fmt(q, "%s, cl, rid, kn, rn, x%s, q, lim", k, distinct ? ", g" : "");
    buf_fmt(
        out,
        ",\nusable AS (SELECT *, %s AS law FROM ev WHERE q IS NOT NULL AND lim IS NOT NULL AND x IS NOT NULL AND a IS NOT NULL%s)"
        ",\nhot AS (SELECT DISTINCT %s FROM (SELECT *, sum(q) OVER (PARTITION BY %s ORDER BY x RANGE BETWEEN a PRECEDING AND CURRENT ROW) "
        "AS w FROM usable) WHERE w > law OR q > law)",
        law(q), distinct ? " AND g IS NOT NULL" : "", k, k);
    buf_fmt(out,
            ",\no AS (SELECT usable.*, row_number() OVER (PARTITION BY %s ORDER BY " EV_ORDER
            ") AS rn FROM usable JOIN hot ON %s)",
            keys_str(q, "usable."), equal_str(q, "usable", "hot"));
    buf_fmt(
        out,
        ",\nr AS (SELECT %s, 0::BIGINT AS used, acc, [%s] AS st FROM (SELECT *, acc AS cost FROM (SELECT *, least(q, "
        "greatest(0, law)) AS acc FROM o WHERE rn = 1))\nUNION ALL SELECT %s, used, acc, list_append(old, %s) AS st FROM (",
        cols, item, cols, item);
    const char *room = "least(q, greatest(0, law - used))";
    if (distinct) /* one that is in the window already costs nothing; one that was refused there is refused again */
        buf_fmt(
            out,
            "SELECT *, CASE WHEN last > 0 THEN q WHEN last = 0 THEN 0 ELSE %s END AS acc, CASE WHEN last >= 0 THEN 0 ELSE %s END AS cost "
            "FROM (SELECT *, (list_filter(old, z -> z.g = g0))[-1].acc AS last FROM (SELECT *, g AS g0",
            room, room);
    else
        buf_fmt(out, "SELECT *, acc AS cost FROM (SELECT *, %s AS acc FROM (SELECT *", room);
    buf_fmt(
        out,
        ", coalesce(list_sum([z.cost FOR z IN old]), 0)::BIGINT AS used FROM (SELECT e.*, list_filter(r.st, z -> z.x >= e.x - e.a) AS old "
        "FROM r JOIN o e ON %s AND e.rn = r.rn + 1)))))",
        equal_str(q, "e", "r"));
    const char *up = ten(q, 6 - q->r->scale);
    buf_fmt(
        out,
        ",\nfo AS (SELECT cl, rid, kn, %s, (used + q) * %s AS value, lim * %s AS threshold, true AS hit FROM r WHERE q > acc)",
        k, up, up);
}

void sliding_sql(struct sq *q, struct buf *out)
{
    if (q->brief && !asks_members(q->r)) {
        sliding_brief(q, out);
        return;
    }
    const char *k = keys_str(q, ""), *ke = keys_str(q, "e.");
    struct buf s0 = BUF_INIT, s1 = BUF_INIT;
    const char *empty =
        "[]::STRUCT(x BIGINT, cost BIGINT, acc BIGINT, g BIGINT, cl INTEGER, rid BIGINT, kn INTEGER)[]";
    const char *window = "list_filter(r.st, z -> z.x >= e.x - e.a)";
    step(q, empty, &s0);
    step(q, window, &s1);
    buf_fmt(
        out,
        ",\ncl AS (SELECT *, %s AS law FROM ev WHERE q IS NOT NULL AND lim IS NOT NULL AND x IS NOT NULL AND a IS NOT NULL%s)"
        ",\nhot AS (SELECT DISTINCT %s FROM (SELECT *, sum(q) OVER (PARTITION BY %s ORDER BY x RANGE BETWEEN a PRECEDING AND CURRENT ROW) "
        "AS w FROM cl) WHERE w > law OR q > law)",
        law(q), q->r->count == COUNT_DISTINCT ? " AND g IS NOT NULL" : "", k, k);
    buf_fmt(
        out,
        ",\no AS MATERIALIZED (SELECT cl.*, row_number() OVER (PARTITION BY %s ORDER BY " EV_ORDER
        ") AS rn FROM cl JOIN hot ON %s)",
        keys_str(q, "cl."), equal_str(q, "cl", "hot"));
    buf_fmt(
        out,
        ",\nr AS (SELECT *, list_append(%s, " ITEM
        ") AS st, %s AS win FROM (SELECT %s, e.cl, e.rid, e.kn, e.rn, e.x, e.g, e.q, e.lim, %s "
        "FROM o e WHERE rn = 1)\nUNION ALL SELECT *EXCLUDE (old), list_append(old, " ITEM
        ") AS st, old AS win FROM (SELECT %s, e.cl, "
        "e.rid, e.kn, e.rn, e.x, e.g, e.q, e.lim, %s, %s AS old FROM r JOIN o e ON %s AND e.rn = r.rn + 1))",
        empty, empty, ke, buf_cstr(&s0), ke, buf_cstr(&s1), window, equal_str(q, "e", "r"));
    const char *up = ten(q, 6 - q->r->scale);
    buf_fmt(
        out,
        ",\nfo AS MATERIALIZED (SELECT row_number() OVER () AS fid, cl, rid, kn, %s, win, q, acc, NULL::INTEGER AS p_cl, NULL::BIGINT AS "
        "p_rid, NULL::INTEGER AS p_kn, NULL::VARCHAR AS anchor_text, (used + q) * %s AS value, lim * %s AS threshold, NULL::BIGINT AS gf, "
        "NULL::BIGINT AS gt, true AS hit FROM r WHERE q > acc)",
        k, up, up);
    buf_str(
        out,
        ",\nmem AS MATERIALIZED (SELECT fid, cl, rid, kn, 1 AS role, CASE WHEN acc > 0 THEN q - acc ELSE 0 END AS bad, CASE WHEN acc > 0 "
        "THEN q ELSE 0 END AS of_, 1 AS anc FROM fo UNION ALL SELECT fid, w.cl, w.rid, w.kn, 2, 0, 0, 0 FROM (SELECT fid, unnest(win) AS w "
        "FROM fo) WHERE w.acc > 0)");
    buf_release(&s0);
    buf_release(&s1);
}
