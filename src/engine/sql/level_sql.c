/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * level: a running balance by windows. With a constant decay and floor, and S the sum of changes less decay * days since
 * the last stock-take, the level after day i is S_i + max(0, max over j <= i of floor - (S_j - change_j)).
 */
#include "engine/sql/priv.h"

static bool constant(const struct rule *r, enum slot s, const char **text, struct sq *q)
{
    int64_t v = 0;
    bool any = false;
    for (int i = 0; i < r->n_clauses; i++) {
        const struct expr *x = r->slot[i][s];
        if (!x)
            continue;
        int64_t n = x->num, sign = 1;
        while (x->op == X_NEG || x->op == X_RESCALE) {
            for (int k = x->op == X_RESCALE ? x->arg[0]->scale : x->scale; k < x->scale; k++)
                sign *= 10;
            sign = x->op == X_NEG ? -sign : sign;
            x = x->arg[0];
            n = x->num;
        }
        if (x->op != X_NUM || (any && n * sign != v))
            return false;
        v = n * sign;
        any = true;
    }
    *text = any ? sq_fmt(q, "%lld::BIGINT", (long long)v) : NULL;
    return true;
}

static void days(struct sq *q, struct buf *out)
{
    const char *k = keys_str(q, "");
    const char *keys_x = sq_fmt(q, "%s, x", k);
    buf_fmt(out,
            ",\no AS MATERIALIZED (SELECT *, row_number() OVER (PARTITION BY %s ORDER BY " EV_ORDER
            ") AS rn FROM ev WHERE x IS NOT NULL)",
            k);
    buf_fmt(
        out,
        ",\nd0 AS (SELECT %s, coalesce(sum(q) FILTER (WHERE NOT absent), 0)::BIGINT AS s, coalesce(sum(q) FILTER (WHERE NOT absent AND q > "
        "0), 0)::BIGINT AS pos, sum(q) FILTER (WHERE absent AND q IS NOT NULL)::BIGINT AS setto, greatest(0, coalesce(max(c) FILTER (WHERE q "
        "IS NOT NULL), 0)) AS tol, arg_max_null(a, rn) AS a, arg_max_null(b, rn) AS b, %s arg_max(cl, rn) AS cl, arg_max(rid, rn) AS rid, "
        "arg_max(kn, rn) AS kn FROM o GROUP BY ALL)",
        keys_x,
        q->r->slider.param.n ? "arg_max_null(ka, rn) AS ka, arg_max_null(kb, rn) AS kb," : "");
    buf_fmt(
        out,
        ",\nd1 AS (SELECT *, count(setto) OVER (PARTITION BY %s ORDER BY x) AS seg, %s AS coming FROM d0)",
        k,
        q->r->num[0]
            ? sq_fmt(
                  q,
                  "coalesce(sum(pos) OVER (PARTITION BY %s ORDER BY x RANGE BETWEEN 1 FOLLOWING AND %lld FOLLOWING), 0)",
                  k, (long long)q->r->num[0])
            : "NULL::BIGINT");
}

/* The lower bounds may speak of what came in so far: asked of the day's last event, clause by clause. */
static void lower_bounds(struct sq *q, struct buf *out)
{
    bool speaks = false, kept = q->r->slider.param.n > 0;
    for (int i = 0; i < q->r->n_clauses; i++)
        speaks = speaks || expr_has(q->r->slot[i][SL_LO], X_INFLOW);
    if (!speaks) {
        buf_fmt(out, ",\nd5 AS (SELECT *, a AS lo%s FROM d4)",
                q->brief ? "" : sq_fmt(q, ", %s AS klo", kept ? "ka" : "NULL::BIGINT"));
        return;
    }
    buf_str(out, ",\nd5 AS (");
    for (int i = 0; i < q->r->n_clauses; i++) {
        struct scope s;
        struct buf from = BUF_INIT;
        struct expr *own = q->r->slot[i][SL_LO], *loose = q->r->loose[i][SL_LO];
        scope_init(&s, q, "e", i);
        s.found = "d4";
        src_join(&s, "e", "d4.rid", "d4.kn", &from);
        const char *lo = own ? ex_str(&s, own) : "NULL::BIGINT";
        const char *klo = !kept ? "NULL::BIGINT" : loose ? ex_str(&s, loose) : lo;
        buf_fmt(out, "%sSELECT d4.*, %s AS lo, %s AS klo FROM d4%s%s WHERE d4.cl = %d",
                i ? "\nUNION ALL " : "", lo, klo, buf_cstr(&from), buf_cstr(&s.joins), i);
        buf_release(&from);
        scope_release(&s);
    }
    buf_char(out, ')');
}

/* Which days are below a bound, and by how much: columns b_<bound> (below), f_<bound> (refused units). */
static const char *below(struct sq *q, const char *bound)
{
    return sq_fmt(
        q,
        "coalesce(lv < %s - tol AND NOT coalesce(lv + coming >= %s - tol, false), false) AS b_%s",
        bound, bound, bound);
}

static const char *worst(struct sq *q, const char *bound)
{
    return sq_fmt(
        q,
        "min(CASE WHEN b_%s THEN lv END) OVER (PARTITION BY %s, seg ORDER BY x ROWS BETWEEN UNBOUNDED "
        "PRECEDING AND 1 PRECEDING) AS w_%s",
        bound, keys_str(q, ""), bound);
}

static const char *refused(struct sq *q, const char *bound)
{
    const char *from = q->r->new_minimum ? sq_fmt(q, "least(%s - tol, coalesce(w_%s, %s - tol))",
                                                  bound, bound, bound)
                                         : sq_fmt(q, "(%s - tol)", bound);
    return sq_fmt(q, "CASE WHEN b_%s AND lv < %s THEN %s - lv END AS f_%s", bound, from, from,
                  bound);
}

static void balance(struct sq *q, const char *decay, const char *floor, struct buf *out)
{
    const char *k = keys_str(q, "");
    buf_fmt(
        out,
        ",\nd2 AS (SELECT *, coalesce(setto, s) AS chg, first_value(x) OVER (PARTITION BY %s, seg ORDER BY x) AS x0, (sum(coalesce(setto, "
        "pos)) OVER (PARTITION BY %s, seg ORDER BY x))::BIGINT AS inflow FROM d1)",
        k, k);
    buf_fmt(
        out,
        ",\nd3 AS (SELECT *, (sum(chg) OVER (PARTITION BY %s, seg ORDER BY x))::BIGINT - %s * (x - x0) AS bal FROM d2)",
        k, decay ? decay : "0");
    if (floor)
        buf_fmt(
            out,
            ",\nd4 AS (SELECT *, bal + greatest(0, coalesce(max(CASE WHEN setto IS NULL THEN %s - (bal - chg) END) OVER "
            "(PARTITION BY %s, seg ORDER BY x), 0)) AS lv FROM d3)",
            floor, k);
    else
        buf_str(out, ",\nd4 AS (SELECT *, bal AS lv FROM d3)");
    lower_bounds(q, out);
    if (q->brief) {
        buf_fmt(out, ",\nd6 AS (SELECT *, %s FROM d5 WHERE setto IS NULL%s)", below(q, "lo"),
                q->r->chain_links ? " AND seg > 0" : "");
        buf_fmt(out, ",\nd7 AS (SELECT *, %s FROM d6)", worst(q, "lo"));
        buf_fmt(out, ",\nd8 AS (SELECT *, %s FROM d7)", refused(q, "lo"));
        return;
    }
    buf_fmt(out, ",\nd6 AS (SELECT *, %s, %s FROM d5 WHERE setto IS NULL%s)", below(q, "lo"),
            below(q, "klo"), q->r->chain_links ? " AND seg > 0" : "");
    buf_fmt(out, ",\nd7 AS (SELECT *, %s, %s FROM d6)", worst(q, "lo"), worst(q, "klo"));
    buf_fmt(out, ",\nd8 AS (SELECT *, %s, %s FROM d7)", refused(q, "lo"), refused(q, "klo"));
}

/* The book just before a stock-take: the balance of the segment that it ends, and the day's own changes. */
static void at_reset(struct sq *q, struct buf *out)
{
    const char *k = keys_str(q, "");
    buf_fmt(
        out,
        ",\nbk AS (SELECT *, lag(lv) OVER (PARTITION BY %s ORDER BY x) AS before, lag(x) OVER (PARTITION BY %s ORDER BY x) AS xb FROM d5)",
        k, k);
    buf_fmt(
        out,
        ",\nacc AS (SELECT %s, x, setto - (before + s) AS off, tol FROM bk WHERE setto IS NOT NULL AND seg > %d AND abs(setto - (before + "
        "s)) > tol)",
        k, q->r->chain_links ? 1 : 0);
    buf_fmt(
        out,
        ",\nmm AS (SELECT o.*, acc.off, acc.tol, row_number() OVER (PARTITION BY %s, o.x ORDER BY o.rn DESC) AS dn FROM acc JOIN o ON %s "
        "AND o.x = acc.x WHERE o.absent AND o.q IS NOT NULL)",
        keys_str(q, "o."), equal_str(q, "o", "acc"));
    buf_fmt(
        out,
        ",\nfo AS MATERIALIZED (SELECT row_number() OVER () AS fid, cl, rid, kn, %s, x, NULL::INTEGER AS p_cl, NULL::BIGINT AS "
        "p_rid, NULL::INTEGER AS p_kn, NULL::VARCHAR AS anchor_text, (off * 100)::BIGINT AS value, (tol * 100)::BIGINT AS "
        "threshold, NULL::BIGINT AS gf, NULL::BIGINT AS gt, true AS hit FROM mm WHERE dn = 1)",
        k);
    buf_fmt(
        out,
        ",\nmem AS MATERIALIZED (SELECT fo.fid, m0.cl, m0.rid, m0.kn, 1 AS role, 0 AS bad, 0 AS of_, CASE WHEN dn = 1 THEN 1 ELSE 0 END "
        "AS anc FROM fo JOIN mm m0 ON %s AND m0.x = fo.x)",
        equal_str(q, "m0", "fo"));
}

void level_sql(struct sq *q, struct buf *out)
{
    const char *k = keys_str(q, ""), *decay = NULL, *floor = NULL;
    if (!constant(q->r, SL_DECAY, &decay, q) || !constant(q->r, SL_FLOOR, &floor, q)) {
        sq_fail(q, "decay 与 floor 应为常数");
        return;
    }
    days(q, out);
    balance(q, decay, floor, out);
    if (q->r->at_reset) {
        at_reset(q, out);
        return;
    }
    const char *low = q->brief ? "f_lo" : "coalesce(f_lo, f_klo)";
    const char *loose_hi =
        q->r->slider.param.n
            ? sq_fmt(q,
                     "UNION ALL SELECT %s, x, 1, lv, lv - kb, b, false FROM d8 WHERE b IS NOT NULL "
                     "AND NOT lv > b + tol AND lv > kb + tol ",
                     k)
            : "";
    buf_fmt(
        out,
        ",\nacc AS (SELECT %s, x, 1 AS sg, lv, lv - b AS bad, b AS bound, true AS hit FROM d8 WHERE lv > b + tol %sUNION ALL SELECT %s, x, -1, "
        "lv, %s, lo - tol, f_lo IS NOT NULL FROM d8 WHERE lo IS NOT NULL AND %s > 0)",
        k, loose_hi, k, low, low);
    buf_fmt(
        out,
        ",\nmm AS (SELECT o.*, acc.sg, acc.lv, acc.bad AS allbad, acc.bound, acc.hit, o.q * acc.sg AS qq, coalesce(sum(o.q * acc.sg) OVER "
        "(PARTITION BY %s, o.x, acc.sg ORDER BY o.rn DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS taken FROM "
        "acc JOIN o ON %s AND o.x = acc.x WHERE NOT o.absent AND o.q * acc.sg > 0)",
        keys_str(q, "o."), equal_str(q, "o", "acc"));
    buf_fmt(
        out,
        ",\nfo AS MATERIALIZED (SELECT row_number() OVER () AS fid, cl, rid, kn, %s, x, sg, NULL::INTEGER AS p_cl, NULL::BIGINT AS "
        "p_rid, NULL::INTEGER AS p_kn, NULL::VARCHAR AS anchor_text, (lv * 100)::BIGINT AS value, (bound * 100)::BIGINT AS "
        "threshold, NULL::BIGINT AS gf, NULL::BIGINT AS gt, hit FROM mm WHERE taken = 0)",
        k);
    buf_fmt(
        out,
        ",\nmem AS MATERIALIZED (SELECT fo.fid, m0.cl, m0.rid, m0.kn, 1 AS role, CASE WHEN allbad - taken < qq THEN allbad - taken "
        "ELSE 0 END AS bad, CASE WHEN allbad - taken < qq THEN qq ELSE 0 END AS of_, CASE WHEN taken = 0 THEN 1 ELSE 0 END AS anc "
        "FROM fo JOIN mm m0 ON %s AND m0.x = fo.x AND m0.sg = fo.sg WHERE taken < allbad)",
        equal_str(q, "m0", "fo"));
}
