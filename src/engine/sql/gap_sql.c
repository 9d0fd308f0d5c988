/* SPDX-License-Identifier: MulanPSL-2.0 */
/* gap: intervals against the one that ends last, idle days between active days, chains. */
#include "engine/sql/priv.h"

/* Is the bound the same number for all events (1), of the events' own (2), or none (0)? */
static int bound(const struct rule *r, enum slot s)
{
    int kind = 0;
    for (int i = 0; i < r->n_clauses; i++) {
        const struct expr *x = r->slot[i][s];
        int own = !x ? 0 : x->op == X_NUM ? 1 : 2;
        if (i && own != kind)
            return 2;
        kind = own;
    }
    return kind;
}

/* within() for reading: only the bounds that there are. */
static const char *bounds(struct sq *q, const char *e, const char *gap)
{
    int lo = bound(q->r, SL_LO), hi = bound(q->r, SL_HI);
    const char *low = lo == 2 ? sq_fmt(q, "(%s.a IS NULL OR %s >= %s.a)", e, gap, e)
                              : sq_fmt(q, "%s >= %s.a", gap, e),
               *high = hi == 2 ? sq_fmt(q, "(%s.b IS NULL OR %s <= %s.b)", e, gap, e)
                               : sq_fmt(q, "%s <= %s.b", gap, e);
    if (lo == 1 && hi == 1)
        return sq_fmt(q, "%s BETWEEN %s.a AND %s.b", gap, e, e);
    return !lo && !hi ? "true" : !lo ? high : !hi ? low : sq_fmt(q, "%s AND %s", low, high);
}

/* `k`: "" for the rule's own bounds, "k" for those of keep_from. */
static const char *within(struct sq *q, const char *e, const char *k, const char *gap)
{
    if (q->brief)
        return bounds(q, e, gap);
    return sq_fmt(q, "((%s.%sa IS NULL OR %s >= %s.%sa) AND (%s.%sb IS NULL OR %s <= %s.%sb))", e,
                  k, gap, e, k, e, k, gap, e, k);
}

/* Does the gap lie within what keep_from allows? */
static const char *kept(struct sq *q, const char *e, const char *gap)
{
    return q->r->slider.param.n ? within(q, e, "k", gap) : "false";
}

/* Rows of `o` with everything of the event and its predecessor p_*, as found without a question asked. */
static void members_of_two(struct buf *out, int role)
{
    buf_fmt(
        out,
        ",\nmem AS (SELECT fid, cl, rid, kn, %d AS role, 0 AS bad, 0 AS of_, 1 AS anc FROM fo UNION ALL "
        "SELECT fid, p_cl, p_rid, p_kn, 2, 0, 0, 2 FROM fo)",
        role);
}

/* Conditions that speak of both ends (where, keep_from) are asked here, clause by clause: fo from f0. */
static void ask(struct sq *q, struct buf *out)
{
    const struct rule *r = q->r;
    buf_str(out, ",\nfo AS MATERIALIZED (");
    for (int i = 0; i < r->n_clauses; i++) {
        struct scope s;
        struct buf from = BUF_INIT, cond = BUF_INIT;
        scope_init(&s, q, "e", i);
        s.found = "f0";
        src_join(&s, "e", "f0.rid", "f0.kn", &from);
        const struct expr *own = r->slot[i][SL_WHERE],
                          *loose = r->loose[i][SL_WHERE] ? r->loose[i][SL_WHERE] : own;
        buf_fmt(&cond, "coalesce(f0.hit AND %s, false)", own ? ex_str(&s, own) : "true");
        const char *kept = !r->slider.param.n ? "false"
                           : loose            ? sq_fmt(q, "f0.kept AND %s", ex_str(&s, loose))
                                              : "f0.kept";
        if (q->brief)
            buf_fmt(out, "%sSELECT f0.* FROM f0%s%s WHERE true AND %s", i ? "\nUNION ALL\n" : "",
                    buf_cstr(&from), buf_cstr(&s.joins), own ? ex_str(&s, own) : "true");
        if (q->brief && r->n_clauses > 1)
            buf_fmt(out, " AND f0.cl = %d", i);
        if (!q->brief)
            buf_fmt(
                out,
                "%sSELECT * EXCLUDE (asked), asked AS hit FROM (SELECT f0.* EXCLUDE (hit), %s AS asked FROM f0%s%s "
                "WHERE f0.cl = %d AND (%s OR (%s)))",
                i ? "\nUNION ALL\n" : "", buf_cstr(&cond), buf_cstr(&from), buf_cstr(&s.joins), i,
                buf_cstr(&cond), kept);
        buf_release(&from);
        buf_release(&cond);
        scope_release(&s);
    }
    buf_char(out, ')');
}

#define LATEST \
    "{'u': u, 'x': x, 't': t, 'rank': rank, 'nrn': -rn, 'cl': cl, 'rid': rid, 'kn': kn, 'f': f}"
#define BEFORE "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING"

static bool any_table(const struct rule *r)
{
    for (int i = 0; i < r->n_clauses; i++)
        if (r->clause[i].kn)
            return true;
    return false;
}

static void predecessor(struct sq *q, struct buf *out)
{
    const char *k = keys_str(q, "");
    bool partner = q->r->slot[0][SL_PARTNER] != NULL;
    buf_fmt(out,
            ",\no AS MATERIALIZED (SELECT *, row_number() OVER (PARTITION BY %s ORDER BY " EV_ORDER
            ") AS rn FROM ev "
            "WHERE x IS NOT NULL AND u IS NOT NULL)",
            k);
    if (q->r->pred_before && q->brief)
        buf_fmt(
            out,
            ",\npp AS (SELECT *, lag({'u': u%s%s, 'rid': rid%s}) OVER (PARTITION BY %s ORDER BY rn) AS pv FROM o)",
            q->r->n_clauses > 1 ? ", 'cl': cl" : "", any_table(q->r) ? ", 'kn': kn" : "",
            q->r->slot[0][SL_PARTNER] ? ", 'f': f" : "", k);
    else if (q->r->pred_before)
        buf_fmt(out,
                ",\npp AS (SELECT *, lag(" LATEST
                ") OVER (PARTITION BY %s ORDER BY rn) AS pv FROM o)",
                k);
    else if (!partner && q->brief)
        buf_fmt(
            out,
            ",\npp AS (SELECT *, max({'u': u, 'x': x, 't': t, 'rank': rank, 'nrn': -rn%s, 'rid': rid%s}) OVER "
            "(PARTITION BY %s ORDER BY rn " BEFORE ") AS pv FROM o)",
            q->r->n_clauses > 1 ? ", 'cl': cl" : "", any_table(q->r) ? ", 'kn': kn" : "", k);
    else if (!partner)
        buf_fmt(out,
                ",\npp AS (SELECT *, max(" LATEST ") OVER (PARTITION BY %s ORDER BY rn " BEFORE
                ") AS pv FROM o)",
                k);
    else /* whoever ends too early to matter is left out beforehand */
        buf_fmt(
            out,
            ",\npp AS (SELECT e.*, (SELECT max({'u': o.u, 'x': o.x, 't': o.t, 'rank': o.rank, 'nrn': -o.rn, 'cl': o.cl, "
            "'rid': o.rid, 'kn': o.kn, 'f': o.f}) FROM o WHERE %s AND o.rn < e.rn AND o.f IS DISTINCT FROM e.f%s) AS pv "
            "FROM o e)",
            equal_str(q, "o", "e"),
            q->r->slider.param.n ? "" : " AND (e.b IS NULL OR o.u >= e.x - e.b)");
}

static void intervals(struct sq *q, struct buf *out)
{
    const char *k = keys_str(q, "");
    predecessor(q, out);
    buf_fmt(
        out,
        ",\nf0 AS MATERIALIZED (SELECT row_number() OVER () AS fid, cl, rid, kn, %s, pv.cl AS p_cl, pv.rid AS p_rid, "
        "pv.kn AS p_kn, NULL::VARCHAR AS anchor_text, (x - pv.u) * 1000000 AS value, coalesce(b, a) * 1000000 AS "
        "threshold, pv.u AS gf, x AS gt, %s AS hit, %s AS kept, a, b, x - pv.u AS gap FROM pp WHERE pv IS NOT NULL%s%s)",
        k, q->brief ? "true" : within(q, "pp", "", "(x - pv.u)"), kept(q, "pp", "(x - pv.u)"),
        q->brief ? sq_fmt(q, " AND %s", within(q, "pp", "", "(x - pv.u)")) : "",
        q->r->pred_before && q->r->slot[0][SL_PARTNER] ? " AND pv.f IS DISTINCT FROM f" : "");
    ask(q, out);
    members_of_two(out, 1);
}

/* Distinct active days; a stay stands on its first and last day only. */
static void between(struct sq *q, struct buf *out)
{
    const char *k = keys_str(q, ""), *stays = "-1";
    for (int i = 0; i < q->r->n_clauses; i++)
        if (q->r->clause[i].src == S_STAY)
            stays = sq_fmt(q, "%s, %d", stays, i);
    buf_fmt(out,
            ",\no AS (SELECT *, row_number() OVER (PARTITION BY %s ORDER BY " EV_ORDER
            ") AS rn FROM ev "
            "WHERE x IS NOT NULL AND u IS NOT NULL)",
            k);
    buf_fmt(
        out,
        ",\nact AS (SELECT *, x AS fr, CASE WHEN cl IN (%s) THEN x ELSE greatest(x, u) END AS upto, 0 AS half FROM o "
        "UNION ALL SELECT *, u, u, 1 FROM o WHERE cl IN (%s))",
        stays, stays);
    buf_fmt(
        out,
        ",\nw AS (SELECT *, lag({'cl': cl, 'rid': rid, 'kn': kn}) OVER ww AS pv, max(upto) OVER (PARTITION BY %s ORDER BY "
        "fr, rn, half " BEFORE
        ") AS ended, bool_or(cl IN (%s)) OVER (PARTITION BY %s) AS has_stay FROM act "
        "WINDOW ww AS (PARTITION BY %s ORDER BY fr, rn, half))",
        k, stays, k, k);
    buf_fmt(
        out,
        ",\nf0 AS MATERIALIZED (SELECT row_number() OVER () AS fid, cl, rid, kn, %s, pv.cl AS p_cl, pv.rid AS p_rid, "
        "pv.kn AS p_kn, 'day:' || hj_ymd(fr) AS anchor_text, (fr - ended - 1) * 1000000 AS value, (a - 1) * 1000000 AS "
        "threshold, ended AS gf, fr AS gt, %s AS hit, %s AS kept, a, b, fr - ended AS gap FROM w WHERE has_stay AND pv IS NOT NULL "
        "AND fr > ended%s)",
        k, q->brief ? "true" : within(q, "w", "", "(fr - ended)"), kept(q, "w", "(fr - ended)"),
        q->brief ? sq_fmt(q, " AND %s", within(q, "w", "", "(fr - ended)")) : "");
    ask(q, out);
    members_of_two(out, 2);
}

/* Is the event a link to the one before? One row per consecutive pair that is. */
static void links(struct sq *q, struct buf *out)
{
    const char *k = keys_str(q, "");
    buf_fmt(out,
            ",\no AS MATERIALIZED (SELECT *, row_number() OVER (PARTITION BY %s ORDER BY " EV_ORDER
            ") AS rn FROM ev "
            "WHERE x IS NOT NULL AND u IS NOT NULL)",
            k);
    buf_fmt(
        out,
        ",\nl0 AS (SELECT *, lag({'cl': cl, 'rid': rid, 'kn': kn, 'u': u}) OVER (PARTITION BY %s ORDER BY rn) AS pv FROM o)",
        k);
    buf_fmt(
        out,
        ",\nf0 AS MATERIALIZED (SELECT cl, rid, kn, %s, rn, pv.cl AS p_cl, pv.rid AS p_rid, pv.kn AS p_kn, (x - pv.u) * 1000000 "
        "AS value, coalesce(b, a) * 1000000 AS threshold, pv.u AS gf, x AS gt, true AS hit, x - pv.u AS gap, a, b FROM l0 "
        "WHERE pv IS NOT NULL AND %s)",
        k, within(q, "l0", "", "(x - pv.u)"));
}

static void chain(struct sq *q, struct buf *out)
{
    const struct rule *r = q->r;
    const char *k = keys_str(q, "");
    long long free_n = r->at_amount != AMT_EXCESS ? 0
                       : r->lawful >= 0           ? (long long)r->lawful
                                                  : r->chain_links;
    struct buf asked = BUF_INIT;
    links(q, out);
    ask(q, &asked); /* ",\nfo AS MATERIALIZED (...)": here it is only what the links are */
    buf_str(out, ",\nlinked AS MATERIALIZED (");
    buf_str(out, strchr(buf_cstr(&asked), '(') + 1);
    buf_release(&asked);
    buf_fmt(
        out,
        ",\nc0 AS (SELECT o.*, count(*) FILTER (WHERE n.rid IS NULL) OVER (PARTITION BY %s ORDER BY o.rn) AS ch FROM o "
        "LEFT JOIN linked n ON %s AND n.rn = o.rn)",
        keys_str(q, "o."), equal_str(q, "n", "o"));
    buf_fmt(
        out,
        ",\nc AS MATERIALIZED (SELECT *, count(*) OVER (PARTITION BY %s, ch) AS n, row_number() OVER (PARTITION BY %s, ch "
        "ORDER BY rn) AS i FROM c0)",
        k, k);
    buf_fmt(
        out,
        ",\nfo AS MATERIALIZED (SELECT row_number() OVER () AS fid, cl, rid, kn, %s, ch, NULL::INTEGER AS p_cl, NULL::BIGINT "
        "AS p_rid, NULL::INTEGER AS p_kn, NULL::VARCHAR AS anchor_text, n * 1000000 AS value, %d * 1000000::BIGINT AS "
        "threshold, NULL::BIGINT AS gf, NULL::BIGINT AS gt, true AS hit FROM c WHERE i = 1 AND n >= %d)",
        k, r->chain_links + 1, r->chain_links + 1);
    buf_fmt(
        out,
        ",\nmem AS MATERIALIZED (SELECT fo.fid, c.cl, c.rid, c.kn, CASE WHEN c.i <= %lld THEN 2 ELSE 1 END AS role, 0 AS bad, "
        "0 AS of_, CASE WHEN c.i = 1 THEN 1 ELSE 0 END AS anc FROM fo JOIN c ON %s AND c.ch = fo.ch)",
        free_n, equal_str(q, "c", "fo"));
}

void gap_sql(struct sq *q, struct buf *out)
{
    if (q->r->between)
        between(q, out);
    else if (q->r->chain_links)
        chain(q, out);
    else
        intervals(q, out);
}
