/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A measure as a table m_<name>: keys, value (1e-6), n, peers, and the first event, which dates it. */
#include "engine/sql/priv.h"

/* Mean absolute deviation from Benford's law. */
static void digits(struct sq *q, const char *k, struct buf *out)
{
    buf_fmt(
        out,
        ",\nd0 AS (SELECT *, CAST(left(abs(g)::VARCHAR, 1) AS INTEGER) AS fd FROM ev WHERE g <> 0),\n"
        "d1 AS (SELECT %s, count(*) AS n, min({'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': "
        "sc}) AS f FROM d0 GROUP BY %s),\nlaw(d, p) AS (VALUES (1, 301030), (2, 176091), (3, 124939), (4, 96910), (5, 79181), (6, "
        "66947), (7, 57992), (8, 51153), (9, 45757)),\nd2 AS (SELECT %s, fd, count(*) AS c FROM d0 GROUP BY ALL),\n"
        "d3 AS (SELECT %s, sum(abs(coalesce(d2.c, 0) * 1000000::HUGEINT - law.p * d1.n)) AS num FROM d1 CROSS JOIN law LEFT JOIN d2 "
        "ON %s AND d2.fd = law.d GROUP BY ALL),\nt AS (SELECT d1.*, d3.num FROM d1 JOIN d3 ON %s)",
        k, k, k, keys_str(q, "d1."), equal_str(q, "d2", "d1"), equal_str(q, "d3", "d1"));
    buf_fmt(
        out,
        "\nSELECT %s, hj_div(num::HUGEINT * 1000000, n::HUGEINT * 9000000) AS value, n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2, f.cl AS cl, "
        "f.rid AS rid, f.kn AS kn FROM t",
        k);
}

void measure_body_sql(struct sq *q, const struct measure *m, struct buf *out)
{
    const struct rule *r = q->r;
    const char *k = keys_str(q, "");
    bool distinct = r->count == COUNT_DISTINCT;
    buf_fmt(out, "CREATE OR REPLACE TEMP TABLE m_%.*s AS WITH ", (int)m->name.n, m->name.p);
    from_sql(q, out);
    if (r->count == COUNT_DIGITS) {
        digits(q, k, out);
        return;
    }
    const char *usable = m->share   ? "q IS NOT NULL AND a IS NOT NULL"
                         : distinct ? "q IS NOT NULL AND g IS NOT NULL"
                                    : "q IS NOT NULL";
    buf_fmt(
        out,
        ",\nt AS (SELECT %s, %s AS num, %s AS den, %s AS n, min({'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, "
        "'p1': b, 'p2': sc}) AS f FROM ev WHERE %s GROUP BY %s)",
        k, distinct ? "count(DISTINCT g)" : "sum(q)::BIGINT",
        m->share ? "sum(a)::BIGINT" : "0::BIGINT", distinct ? "count(DISTINCT g)" : "count(*)",
        usable, k);
    const char *value = m->share        ? "hj_div(num::HUGEINT * 1000000, den)"
                        : r->scale <= 6 ? sq_fmt(q, "(num * %s)::BIGINT", ten(q, 6 - r->scale))
                                        : sq_fmt(q, "hj_div(num, %s)", ten(q, r->scale - 6));
    buf_fmt(
        out,
        "\nSELECT %s, %s AS value, CASE WHEN %s IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2, f.cl AS cl, f.rid AS "
        "rid, f.kn AS kn FROM t",
        k, value, value);
}

int measure_sql(const struct huji_library *lib, const struct measure *m, struct buf *out,
                struct err *e)
{
    struct sq q = {.lib = lib, .r = lib->rules[m->rule], .e = e};
    measure_body_sql(&q, m, out);
    arena_release(&q.a);
    return q.rc ? q.rc : out->failed ? err_nomem(e) : 0;
}
