/* SPDX-License-Identifier: MulanPSL-2.0 */
/* quota: buckets and bursts. (sliding_sql.c has the third form.) */
#include "engine/sql/priv.h"

#define FO_REST "NULL::INTEGER AS p_cl, NULL::BIGINT AS p_rid, NULL::INTEGER AS p_kn"
#define NO_GAP "NULL::BIGINT AS gf, NULL::BIGINT AS gt, true AS hit"

/* v in the rule's scale -> 1e-6 */
static const char *micro_sql(struct sq *q, const char *v)
{
    return q->r->scale <= 6 ? sq_fmt(q, "(%s * %s)::BIGINT", v, ten(q, 6 - q->r->scale))
                            : sq_fmt(q, "hj_div(%s, %s)", v, ten(q, q->r->scale - 6));
}

static const char *bucket_name(struct sq *q, struct scope *s)
{
    const struct rule *r = q->r;
    if (r->n_keys < 2)
        return "'all'";
    struct buf b = BUF_INIT;
    ex_print(s, r->key[0][r->n_keys - 1], key_is_text(r, r->n_keys - 1),
             sq_fmt(q, "a0.k%d", r->n_keys - 1), &b);
    const char *t = sq_fmt(q, "%s", buf_cstr(&b));
    buf_release(&b);
    return t;
}

/* fo and mem from b0: events of guilty owners with lim, v, role, bad, of_. The first of role 1 is the anchor. */
static void bucket_found(struct sq *q, struct buf *out)
{
    const char *k = keys_str(q, "");
    struct scope s;
    scope_init(&s, q, "a0", 0);
    const char *name = bucket_name(q, &s);
    buf_fmt(
        out,
        ",\na0 AS (SELECT * FROM b0 WHERE role = 1 QUALIFY row_number() OVER (PARTITION BY %s ORDER BY rn) = 1)",
        k);
    buf_fmt(out,
            ",\nfo AS MATERIALIZED (SELECT row_number() OVER () AS fid, cl, rid, kn, %s, " FO_REST
            ", %s AS anchor_text, %s AS value, %s AS "
            "threshold, NULL::BIGINT AS gf, NULL::BIGINT AS gt, hit FROM a0%s)",
            k, name, micro_sql(q, "v"), micro_sql(q, "own"), buf_cstr(&s.joins));
    buf_fmt(
        out,
        ",\nmem AS MATERIALIZED (SELECT fo.fid, b0.cl, b0.rid, b0.kn, b0.role, b0.bad, b0.of_, CASE WHEN b0.cl = fo.cl AND b0.rid = "
        "fo.rid AND b0.kn = fo.kn THEN 1 ELSE 0 END AS anc FROM fo JOIN b0 ON %s)",
        equal_str(q, "b0", "fo"));
    scope_release(&s);
}

/* Guilty owners: gl(keys, v, vlim the limit exceeded, own the rule's own, hit). */
static void guilty(struct sq *q, const char *value, struct buf *out)
{
    const char *k = keys_str(q, ""), *op = q->r->at_least ? ">=" : ">";
    const char *loose = q->r->slider.param.n ? "max(klim)" : "NULL::BIGINT";
    buf_fmt(
        out,
        ",\ngl0 AS (SELECT %s, %s AS v, max(lim) AS own, %s AS loose, bool_or(absent) AS none FROM ev GROUP BY %s)",
        k, value, loose, k);
    if (q->brief)
        buf_fmt(
            out,
            ",\ngl AS (SELECT %s, v, own, true AS hit, own AS vlim FROM gl0 WHERE NOT none AND v %s own)",
            k, op);
    else
        buf_fmt(
            out,
            ",\ngl AS MATERIALIZED (SELECT %s, v, own, v %s own AS hit, CASE WHEN v %s own THEN own ELSE loose END AS vlim FROM gl0 "
            "WHERE NOT none AND own IS NOT NULL AND (v %s own OR v %s loose))",
            k, op, op, op, op);
    buf_fmt(
        out,
        ",\no AS MATERIALIZED (SELECT ev.*, gl.v, gl.vlim, gl.own, gl.hit, row_number() OVER (PARTITION BY %s ORDER BY " EV_ORDER
        ") AS rn FROM ev "
        "JOIN gl ON %s)",
        keys_str(q, "ev."), equal_str(q, "ev", "gl"));
}

static void bucket_sum(struct sq *q, struct buf *out)
{
    const struct rule *r = q->r;
    const char *k = keys_str(q, ""), *spread = "-1";
    for (int i = 0; i < r->n_clauses; i++)
        if (r->slot[i][SL_TOLERANCE])
            spread = sq_fmt(q, "%s, %d", spread, i);
    guilty(q, "coalesce(sum(q), 0)::BIGINT", out);
    buf_fmt(
        out,
        ",\nb1 AS (SELECT *, vlim - %s - coalesce(sum(q) OVER (PARTITION BY %s ORDER BY rn ROWS BETWEEN UNBOUNDED PRECEDING AND 1 "
        "PRECEDING), 0)::BIGINT AS room FROM o WHERE q IS NOT NULL)",
        r->at_least ? ten(q, r->scale) : "0", k);
    buf_str(
        out,
        ",\nb2 AS (SELECT *, q - CASE WHEN room < 0 THEN 0 WHEN room < q THEN room ELSE q END AS bd FROM b1)");
    if (r->at_amount != AMT_EXCESS)
        buf_str(out, ",\nb0 AS MATERIALIZED (SELECT *, 1 AS role, 0 AS bad, 0 AS of_ FROM b2)");
    else
        buf_fmt(
            out,
            ",\nb0 AS MATERIALIZED (SELECT *, CASE WHEN bd > 0 THEN 1 ELSE 2 END AS role, CASE WHEN bd <= 0 THEN 0 WHEN cl IN (%s) "
            "THEN 1 WHEN bd < q THEN bd ELSE 0 END AS bad, CASE WHEN bd <= 0 THEN 0 WHEN cl IN (%s) THEN greatest(coalesce(c, 1), 1) WHEN "
            "bd < q THEN q ELSE 0 END AS of_ FROM b2)",
            spread, spread);
    bucket_found(q, out);
}

/* The dearest amount of an event, for keep: dearest. */
static const char *weights(struct sq *q)
{
    const char *t = NULL;
    for (int i = 0; i < q->r->n_clauses; i++) {
        enum source_id s = q->r->clause[i].src;
        const char *a = huji_sources[s].amount_field;
        const char *one = a ? sq_fmt(q, "SELECT %d AS cl, %s::BIGINT AS rid, %s AS amt FROM %s", i,
                                     src_rid(s), a, src_table(s))
                            : sq_fmt(q, "SELECT %d AS cl, -1::BIGINT AS rid, 0::BIGINT AS amt", i);
        t = t ? sq_fmt(q, "%s UNION ALL %s", t, one) : one;
    }
    return t;
}

static void bucket_distinct(struct sq *q, struct buf *out)
{
    static const char *const orders[] = {"first_rn", "first_rn DESC", "weight DESC, code, first_rn",
                                         "n DESC, code, first_rn"};
    const struct rule *r = q->r;
    const struct expr *g = r->slot[0][SL_GROUP];
    const char *k = keys_str(q, ""), *one = ten(q, r->scale);
    guilty(q, sq_fmt(q, "count(DISTINCT g) * %s", one), out);
    bool dear = r->keep == KEEP_DEAREST;
    buf_fmt(
        out,
        ",\nv0 AS (SELECT %s, o.g, min(o.rn) AS first_rn, count(*) AS n, any_value(vlim) AS vl, %s AS weight FROM o%s WHERE o.g IS NOT "
        "NULL GROUP BY %s, o.g)",
        keys_str(q, "o."), dear ? "greatest(0, coalesce(max(w.amt), 0))" : "0",
        dear ? sq_fmt(q, " LEFT JOIN (%s) w ON w.cl = o.cl AND w.rid = o.rid", weights(q)) : "",
        keys_str(q, "o."));
    const char *code = "0";
    if (g->type == V_CODE)
        code = slot_is_text(r, SL_GROUP) ? "v0.g" : "xg.code";
    buf_fmt(out, ",\nv1 AS (SELECT v0.*, %s AS code FROM v0%s)", code,
            g->type == V_CODE && !slot_is_text(r, SL_GROUP)
                ? sq_fmt(q, " LEFT JOIN x_%s xg ON xg.id = v0.g", huji_domain_name[g->domain])
                : "");
    const char *lawful = r->at_least ? sq_fmt(q, "(vl + %s - 1) // %s - 1", one, one)
                                     : sq_fmt(q, "vl // %s", one);
    buf_fmt(
        out,
        ",\nv2 AS MATERIALIZED (SELECT %s, g, row_number() OVER (PARTITION BY %s ORDER BY %s) <= %s AS kept FROM v1)",
        k, k, orders[r->keep], lawful);
    buf_fmt(
        out,
        ",\nb0 AS MATERIALIZED (SELECT o.*, CASE WHEN %s THEN 2 ELSE 1 END AS role, 0 AS bad, 0 AS of_ FROM o JOIN v2 ON %s AND "
        "v2.g = o.g)",
        r->at_amount == AMT_EXCESS ? "v2.kept" : "false", equal_str(q, "v2", "o"));
    bucket_found(q, out);
}

/* Marked groups of equal x: those whose closed window holds enough members. */
static void burst_marks(struct sq *q, struct buf *out)
{
    const struct rule *r = q->r;
    const char *k = keys_str(q, ""), *one = ten(q, r->scale);
    const char *g = r->count == COUNT_DISTINCT ? "g" : "rn";
    const char *wide =
        r->num[1]
            ? sq_fmt(
                  q,
                  "hj_div(nth_value(x, (n + 1) // 2) OVER (PARTITION BY %s ORDER BY rn ROWS BETWEEN UNBOUNDED "
                  "PRECEDING AND UNBOUNDED FOLLOWING) * %lld, 10000)",
                  k, (long long)r->num[1])
            : "0";
    buf_fmt(out, ",\nbig AS (SELECT %s FROM ev GROUP BY %s HAVING %s >= min(lim) // %s)", k, k,
            r->count == COUNT_DISTINCT ? "count(DISTINCT g)" : "count(*)", one);
    buf_fmt(
        out,
        ",\no AS MATERIALIZED (SELECT ev.*, row_number() OVER (PARTITION BY %s ORDER BY " EV_ORDER
        ") AS rn, count(*) OVER (PARTITION "
        "BY %s) AS n FROM ev JOIN big ON %s WHERE x IS NOT NULL AND lim IS NOT NULL AND a IS NOT NULL%s)",
        keys_str(q, "ev."), keys_str(q, "ev."), equal_str(q, "ev", "big"),
        r->count == COUNT_DISTINCT ? " AND g IS NOT NULL" : "");
    buf_fmt(
        out,
        ",\nw0 AS (SELECT *, %s AS gg, first_value(a) OVER xg AS a1, first_value(lim) OVER xg AS lim1, %s AS wide FROM o WINDOW xg AS "
        "(PARTITION BY %s, x ORDER BY rn))",
        g, wide, k);
    buf_fmt(
        out,
        ",\nw1 AS (SELECT *, max(x - greatest(a1, wide)) OVER (PARTITION BY %s ORDER BY x) AS lb FROM w0)",
        k);
    buf_fmt(
        out,
        ",\nw2 AS (SELECT *, count(DISTINCT gg) OVER (PARTITION BY %s ORDER BY x RANGE BETWEEN (x - lb) PRECEDING AND CURRENT ROW) >= "
        "(lim1 + %s - 1) // %s AS marked, dense_rank() OVER (PARTITION BY %s ORDER BY x) AS gx FROM w1)",
        k, one, one, k);
}

static void burst(struct sq *q, struct buf *out)
{
    const struct rule *r = q->r;
    const char *k = keys_str(q, ""), *one = ten(q, r->scale);
    burst_marks(q, out);
    buf_fmt(
        out,
        ",\nw3 AS (SELECT *, gx - dense_rank() OVER (PARTITION BY %s ORDER BY x) AS isl FROM w2 WHERE marked)",
        k);
    buf_fmt(out, ",\nrn0 AS (SELECT %s, isl, min(lb) AS lo, max(x) AS hi FROM w3 GROUP BY %s, isl)",
            k, k);
    buf_fmt(
        out,
        ",\nb1 AS MATERIALIZED (SELECT o.*, u.isl FROM rn0 u JOIN o ON %s AND o.x BETWEEN u.lo AND u.hi)",
        equal_str(q, "u", "o"));
    buf_fmt(
        out,
        ",\nb2 AS (SELECT *, min(rn) OVER (PARTITION BY %s, isl, %s) AS first_rn, first_value(lim) OVER (PARTITION BY %s, isl ORDER BY "
        "rn) AS lim0 FROM b1)",
        k, r->count == COUNT_DISTINCT ? "g" : "rn", k);
    buf_fmt(
        out,
        ",\nb3 AS MATERIALIZED (SELECT *, dense_rank() OVER (PARTITION BY %s, isl ORDER BY first_rn) AS nth FROM b2)",
        k);
    const char *free_n = r->lawful >= 0 ? sq_fmt(q, "%lld", (long long)r->lawful)
                                        : sq_fmt(q, "((lim0 + %s - 1) // %s - 1)", one, one);
    buf_fmt(
        out,
        ",\nf1 AS (SELECT *, max(nth) OVER (PARTITION BY %s, isl) AS v FROM b3 QUALIFY row_number() OVER (PARTITION BY %s, isl ORDER BY "
        "rn) = 1)",
        k, k);
    const char *of_bucket = "true", *join = "";
    if (r->num[0]) {
        join = sq_fmt(q,
                      " JOIN (SELECT %s, count(DISTINCT %s) AS all_n FROM o GROUP BY %s) bn ON %s",
                      k, r->count == COUNT_DISTINCT ? "g" : "rn", k, equal_str(q, "bn", "f1"));
        of_bucket = sq_fmt(q, "f1.v * 10000 >= %lld * bn.all_n", (long long)r->num[0]);
    }
    buf_fmt(
        out,
        ",\n%s AS MATERIALIZED (SELECT row_number() OVER () AS fid, cl, rid, kn, %s, isl, " FO_REST
        ", NULL::VARCHAR AS anchor_text, v * "
        "1000000 AS value, %s AS threshold, " NO_GAP " FROM f1%s WHERE %s)",
        q->fo, keys_str(q, "f1."), micro_sql(q, "lim0"), join, of_bucket);
    buf_fmt(
        out,
        ",\n%s AS MATERIALIZED (SELECT fo.fid, b3.cl, b3.rid, b3.kn, CASE WHEN %s AND b3.nth <= %s THEN 2 ELSE 1 END AS role, 0 AS bad, "
        "0 AS of_, CASE WHEN b3.cl = fo.cl AND b3.rid = fo.rid AND b3.kn = fo.kn THEN 1 ELSE 0 END AS anc FROM %s fo JOIN b3 ON %s AND "
        "b3.isl = fo.isl)",
        q->mem, r->at_amount == AMT_EXCESS ? "true" : "false", free_n, q->fo,
        equal_str(q, "b3", "fo"));
}

void quota_sql(struct sq *q, struct buf *out)
{
    if (q->r->mode == QUOTA_SLIDING)
        sliding_sql(q, out);
    else if (q->r->mode == QUOTA_BURST)
        burst(q, out);
    else if (q->r->count == COUNT_DISTINCT)
        bucket_distinct(q, out);
    else
        bucket_sum(q, out);
}
