/* SPDX-License-Identifier: MulanPSL-2.0 */
/* derive: pair and then: components. */
#include "engine/sql/priv.h"

/* ev: each event under each pair it makes, on the earlier day of the two, once. */
void pairs_sql(struct sq *q, struct buf *out)
{
    const struct derive *d = &q->r->derive;
    buf_fmt(
        out,
        ",\nlone AS MATERIALIZED (SELECT e.*, p.code AS person FROM (SELECT *, count(DISTINCT k0) OVER (PARTITION BY sc, x) AS many "
        "FROM ev0 WHERE sc IS NOT NULL AND x IS NOT NULL AND u IS NOT NULL AND lim IS NOT NULL AND a IS NOT NULL) e JOIN x_person p ON "
        "p.id = e.k0 WHERE many <= %lld)",
        (long long)d->skip_over);
    buf_fmt(
        out,
        ",\nmeet AS (SELECT one.* EXCLUDE (k0, k1, x, u, g, person), CASE WHEN one.person < two.person THEN one.k0 ELSE two.k0 END AS k0, "
        "CASE WHEN one.person < two.person THEN two.k0 ELSE one.k0 END AS k1, %s AS x FROM lone one JOIN lone two ON one.sc = two.sc "
        "AND one.k0 <> two.k0 AND abs(one.x - two.x) <= %lld AND abs(one.u - two.u) <= %lld)",
        d->seconds ? "hj_day(least(one.x, two.x))" : "least(one.x, two.x)", (long long)d->near[0],
        (long long)d->near[1]);
    buf_str(
        out,
        ",\nev AS MATERIALIZED (SELECT *, x AS u, x AS g FROM meet QUALIFY row_number() OVER (PARTITION BY k0, k1, cl, rid, kn "
        "ORDER BY x) = 1)");
}

/* Gangs from pairs: everybody who is reached, under the smallest psn_no. */
void components_sql(struct sq *q, struct buf *out)
{
    long long least = (long long)q->r->derive.gang;
    buf_str(
        out,
        ",\nedge AS MATERIALIZED (SELECT DISTINCT k0 AS f, k1 AS t FROM fo_pair UNION SELECT k1, k0 FROM fo_pair)"
        ",\nreach AS (SELECT DISTINCT edge.f AS v, p.code AS name FROM edge JOIN x_person p ON p.id = edge.f UNION SELECT edge.t, "
        "reach.name FROM edge JOIN reach ON edge.f = reach.v)"
        ",\ncomp AS MATERIALIZED (SELECT v, min(name) AS name FROM reach GROUP BY v)");
    buf_fmt(
        out,
        ",\ngang AS MATERIALIZED (SELECT comp.name, p.id AS k, count(*) AS n FROM comp JOIN x_person p ON p.code = comp.name GROUP BY "
        "ALL HAVING count(*) >= %lld)",
        least);
    buf_str(
        out,
        ",\nmet AS MATERIALIZED (SELECT DISTINCT ON (g.name, e.cl, e.rid, e.kn) g.name, g.k, g.n, e.* FROM mem_pair m JOIN fo_pair f "
        "ON f.fid = m.fid JOIN comp ON comp.v = f.k0 JOIN gang g ON g.name = comp.name JOIN ev e ON e.k0 = f.k0 AND e.k1 = f.k1 AND "
        "e.cl = m.cl AND e.rid = m.rid AND e.kn = m.kn ORDER BY g.name, e.cl, e.rid, e.kn, e.x)"
        ",\nnumbered AS MATERIALIZED (SELECT *, row_number() OVER (PARTITION BY name ORDER BY " EV_ORDER
        ") AS i FROM met)");
    buf_fmt(
        out,
        ",\nfo AS MATERIALIZED (SELECT row_number() OVER () AS fid, cl, rid, kn, k AS k0, k AS k1, name, NULL::INTEGER AS p_cl, "
        "NULL::BIGINT AS p_rid, NULL::INTEGER AS p_kn, name AS anchor_text, n * 1000000 AS value, %lld::BIGINT AS threshold, "
        "NULL::BIGINT AS gf, NULL::BIGINT AS gt, true AS hit FROM numbered WHERE i = 1)",
        least * 1000000);
    buf_str(
        out,
        ",\nmem AS MATERIALIZED (SELECT fo.fid, d.cl, d.rid, d.kn, 1 AS role, 0 AS bad, 0 AS of_, CASE WHEN d.i = 1 THEN 1 ELSE 0 END "
        "AS anc FROM fo JOIN numbered d ON d.name = fo.name)");
}
