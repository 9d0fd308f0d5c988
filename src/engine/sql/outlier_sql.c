/* SPDX-License-Identifier: MulanPSL-2.0 */
/* outlier: over the measure's table; medians are the lower middle one, sums exact, z once in double. */
#include "base/day.h"
#include "engine/sql/priv.h"

enum {
    N_TAU,
    N_MIN_N,
    N_MIN_PEERS,
    N_SHRINK,
    N_RATIO,
    N_MIN_ABS,
    N_HISTORY,
    N_PAST,
    N_LEAST,
    N_SEASON,
    N_WIDEN
};

/* Is `x` as far from `base` as these numbers want it? */
static const char *is_far(struct sq *q, const int64_t *n, const char *x, const char *base)
{
    const char *far = sq_fmt(q, "%s - %s >= %lld", x, base, (long long)n[N_MIN_ABS]);
    if (q->r->own_past || n[N_RATIO])
        far = sq_fmt(q, "%s AND %s::HUGEINT * 10000 >= %s::HUGEINT * %lld", far, x, base,
                     (long long)n[N_RATIO]);
    return q->r->own_past ? far : sq_fmt(q, "hv >= %lld AND %s", (long long)n[N_TAU], far);
}

/* How many terms the measure's peers have. */
static int peer_terms(const struct sq *q)
{
    static const enum slot slots[] = {SL_CAP, SL_HI, SL_SCOPE};
    const struct rule *of = q->lib->rules[q->r->measure->rule];
    int n = 0;
    while (n < 3 && of->slot[0][slots[n]])
        n++;
    return n;
}

/*
 * vw: the measure's rows with what they are compared by (g0, g1, g2) and whether they are judged there. A row is once in
 * its own group; once more, with a term fewer, in the wider one, and judged there when the narrower was too small.
 */
static void widened(struct sq *q, struct buf *out, const char *period, const char *from)
{
    const int64_t *n = q->r->num;
    int terms = peer_terms(q), most = n[N_WIDEN] < terms ? (int)n[N_WIDEN] : terms;
    buf_str(out, "vn AS (SELECT *");
    for (int left = 0; left <= most; left++) {
        buf_fmt(out, ", count(*) OVER (PARTITION BY %s", period);
        for (int i = 0; i < terms - left; i++)
            buf_fmt(out, ", p%d", i);
        buf_fmt(out, ") AS c%d", left);
    }
    buf_fmt(out, " FROM %s),\nvw AS (", from);
    for (int left = 0; left <= most; left++) {
        buf_fmt(out, "%sSELECT *, %d AS left_out", left ? " UNION ALL " : "", left);
        for (int i = 0; i < 3; i++)
            buf_fmt(out, i < terms - left ? ", p%d AS g%d" : ", NULL::BIGINT AS g%d", i, i);
        buf_fmt(out, ", c%d >= %lld", left, (long long)n[N_MIN_PEERS]);
        for (int i = 0; i < left; i++)
            buf_fmt(out, " AND c%d < %lld", i, (long long)n[N_MIN_PEERS]);
        buf_str(out, " AS judged FROM vn");
    }
    buf_str(out, "),\n");
}

static void peers(struct sq *q, struct buf *out)
{
    const int64_t *n = q->r->num;
    const char *period = sq_fmt(q, "k%d", q->r->n_keys - 1);
    const char *grp = sq_fmt(
        q, n[N_WIDEN] ? "PARTITION BY %s, left_out, g0, g1, g2" : "PARTITION BY %s, p0, p1, p2",
        period);
    const char *from = sq_fmt(q, "m_%.*s WHERE n >= %lld AND n > 0", (int)q->r->measure->name.n,
                              q->r->measure->name.p, (long long)n[N_MIN_N]);
    if (n[N_WIDEN]) {
        widened(q, out, period, from);
        from = "vw";
    }
    buf_fmt(
        out,
        "v0 AS (SELECT *, row_number() OVER (%s ORDER BY value) AS i, count(*) OVER (%s) AS cnt FROM %s)",
        grp, grp, from);
    buf_fmt(
        out,
        ",\nv1 AS (SELECT *, max(CASE WHEN i = (cnt - 1) // 2 + 1 THEN value END) OVER (%s) AS med FROM v0 WHERE cnt >= %lld)",
        grp, (long long)n[N_MIN_PEERS]);
    buf_fmt(
        out,
        ",\nv2 AS (SELECT *, ((2 * (n::HUGEINT * value + %lld::HUGEINT * med) + (n + %lld)) // (2 * (n + %lld)::HUGEINT))::BIGINT AS ms FROM "
        "v1)",
        (long long)n[N_SHRINK], (long long)n[N_SHRINK], (long long)n[N_SHRINK]);
    buf_fmt(
        out,
        ",\nv3 AS (SELECT *, abs(value - med) AS dev, row_number() OVER (%s ORDER BY abs(value - med)) AS di, sum(abs(value - med)) OVER (%s) AS "
        "devs FROM v2)",
        grp, grp);
    buf_fmt(
        out,
        ",\nv4 AS (SELECT *, max(CASE WHEN di = (cnt - 1) // 2 + 1 THEN dev END) OVER (%s) AS mad FROM v3)",
        grp);
    buf_str(
        out,
        ",\nv5 AS (SELECT *, CASE WHEN mad > 0 THEN 0.6745::DOUBLE * (ms - med)::DOUBLE / mad::DOUBLE WHEN devs > 0 THEN (ms - "
        "med)::DOUBLE / (1.253314::DOUBLE * (devs::DOUBLE / cnt::DOUBLE)) ELSE 0 END AS z FROM v4)");
    buf_fmt(
        out,
        ",\nv6 AS (SELECT *, trunc(z * 1e6::DOUBLE + CASE WHEN z < 0 THEN -0.5::DOUBLE ELSE 0.5::DOUBLE END)::BIGINT AS hv, %lld::BIGINT "
        "AS ht, med AS base FROM v5)",
        (long long)n[N_TAU]);
    if (q->brief)
        buf_fmt(out, ",\nhits AS (SELECT *, true AS hit FROM v6 WHERE value >= %lld%s AND %s)",
                (long long)n[N_LEAST], n[N_WIDEN] ? " AND judged" : "", is_far(q, n, "ms", "med"));
    else
        buf_fmt(
            out,
            ",\nhits AS (SELECT *, (%s) AS hit FROM v6 WHERE value >= %lld%s AND ((%s) OR (%s)))",
            is_far(q, n, "ms", "med"), (long long)n[N_LEAST], n[N_WIDEN] ? " AND judged" : "",
            is_far(q, n, "ms", "med"), is_far(q, q->r->keep_num, "ms", "med"));
}

static int64_t period_of(const struct sq *q, int at)
{
    int y, m, k;
    day_to_ymd(q->r->breaks[at], &y, &m, &k);
    switch (q->r->key[0][q->r->n_keys - 1]->fmt) {
    case VF_MONTH: return y * 12 + m - 1;
    case VF_QUARTER: return y * 4 + (m - 1) / 3;
    case VF_YEAR: return y;
    default: return q->r->breaks[at];
    }
}

static void past(struct sq *q, struct buf *out)
{
    const int64_t *n = q->r->num;
    struct buf owner = BUF_INIT;
    for (int k = 0; k < q->r->n_keys - 1; k++)
        buf_fmt(&owner, "%sk%d", k ? ", " : "PARTITION BY ", k);
    const char *k = sq_fmt(q, "k%d", q->r->n_keys - 1);
    /* the days of the breaks as periods; a break cuts the past off */
    buf_fmt(out, "b0 AS (SELECT *, greatest(%s - %lld", k, (long long)n[N_PAST]);
    for (int i = 0; i < q->r->n_breaks; i++)
        buf_fmt(out, ", CASE WHEN %s >= %lld THEN %lld END", k, (long long)period_of(q, i),
                (long long)period_of(q, i));
    buf_fmt(out, ") AS since FROM m_%.*s WHERE value IS NOT NULL)", (int)q->r->measure->name.n,
            q->r->measure->name.p);
    buf_fmt(
        out,
        ",\nv0 AS (SELECT *, list({'p': %s, 'v': value}) OVER (%s ORDER BY %s RANGE BETWEEN %lld PRECEDING AND 1 PRECEDING) AS hh FROM b0)",
        k, buf_cstr(&owner), k, (long long)n[N_PAST]);
    buf_fmt(
        out,
        ",\nv00 AS (SELECT *, list_sort([x.v FOR x IN hh IF x.p >= since]) AS h, list_max([x.v FOR x IN hh IF x.p >= since AND x.p = %s - "
        "%lld]) AS season FROM v0)",
        k, n[N_SEASON] ? (long long)n[N_SEASON] : 1000000000LL);
    buf_fmt(
        out,
        ",\nv1 AS (SELECT *, greatest(h[(len(h) - 1) // 2 + 1], season) AS base FROM v00 WHERE len(h) >= greatest(1, %lld) AND n >= %lld AND "
        "value >= %lld)",
        (long long)n[N_HISTORY], (long long)n[N_MIN_N], (long long)n[N_LEAST]);
    const char *own = is_far(q, n, "value", "base"),
               *kept = is_far(q, q->r->keep_num, "value", "base");
    buf_fmt(
        out,
        ",\nhits AS (SELECT *, CASE WHEN base > 0 THEN hj_div(value::HUGEINT * 1000000, base) END AS hv, %lld::BIGINT AS ht, (%s) AS hit "
        "FROM v1 WHERE (%s)%s)",
        (long long)n[N_RATIO] * 100, q->brief ? "true" : own, own,
        q->brief ? "" : sq_fmt(q, " OR (%s)", kept));
    buf_release(&owner);
}

void outlier_sql(struct sq *q, struct buf *out)
{
    const struct rule *r = q->r;
    int last = r->n_keys - 1;
    r->own_past ? past(q, out) : peers(q, out);
    struct scope s;
    struct buf name = BUF_INIT;
    scope_init(&s, q, "hits", 0);
    ex_print(&s, r->key[0][last], key_is_text(q->lib->rules[r->measure->rule], last),
             sq_fmt(q, "hits.k%d", last), &name);
    buf_fmt(
        out,
        ",\nfo AS MATERIALIZED (SELECT row_number() OVER () AS fid, cl, rid, kn, %s, NULL::INTEGER AS p_cl, NULL::BIGINT AS p_rid, "
        "NULL::INTEGER AS p_kn, %s AS anchor_text, hv AS value, ht AS threshold, base AS gf, hits.value AS gt, hits.hit FROM hits%s)",
        keys_str(q, "hits."), buf_cstr(&name), buf_cstr(&s.joins));
    buf_str(
        out,
        ",\nmem AS (SELECT fid, cl, rid, kn, 1 AS role, 0 AS bad, 0 AS of_, 1 AS anc FROM fo WHERE false)");
    buf_release(&name);
    scope_release(&s);
}
