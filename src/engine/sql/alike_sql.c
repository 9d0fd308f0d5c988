/* SPDX-License-Identifier: MulanPSL-2.0 */
/* combine with `alike`, from h (the parts' findings): rates, robust z, cosine. Ends with g as combine_sql.c has it. */
#include "engine/sql/combine_sql.h"

/* cz of two rows of squares aa, bb. */
static const char cosine[] =
    "trunc((%s)::DOUBLE / sqrt(%s::DOUBLE * %s::DOUBLE) * 1e6::DOUBLE + CASE WHEN (%s) < 0 THEN -0.5::DOUBLE ELSE 0.5::DOUBLE END)::BIGINT";

static void rates(struct sq *q, struct buf *out)
{
    const struct combine *c = q->r->combine;
    int key = c->to->key;
    buf_fmt(
        out,
        ",\no AS (SELECT m.k0 AS id, x.code AS t0, (m.value // 1000000)::BIGINT AS n, EXISTS (SELECT 1 FROM k_%.*s l WHERE l.\"%.*s\" = m.k0) AS "
        "listed FROM m_%.*s m JOIN x_%s x ON x.id = m.k0 WHERE m.value >= %lld)",
        (int)c->to->name.n, c->to->name.p, (int)c->to->column[key].name.n,
        c->to->column[key].name.p, (int)c->per->name.n, c->per->name.p,
        huji_domain_name[c->to->column[key].domain], (long long)c->least * 1000000);
    buf_fmt(
        out,
        ",\nr AS (SELECT o.*, f.p, ((2 * (SELECT count(*) FROM h WHERE h.t0 = o.t0 AND h.part = f.p) * 100000000 + o.n) // (2 * o.n))::BIGINT AS "
        "rate FROM o CROSS JOIN range(%d) f(p))",
        c->n_parts);
}

static void scale(struct buf *out)
{
    buf_str(
        out,
        ",\nr1 AS (SELECT *, row_number() OVER (PARTITION BY p ORDER BY rate) AS i, count(*) OVER (PARTITION BY p) AS cnt FROM r)"
        ",\nr2 AS (SELECT *, max(CASE WHEN i = (cnt - 1) // 2 + 1 THEN rate END) OVER (PARTITION BY p) AS med FROM r1)"
        ",\nr3 AS (SELECT *, row_number() OVER (PARTITION BY p ORDER BY abs(rate - med)) AS di, sum(abs(rate - med)) OVER (PARTITION BY p) AS devs "
        "FROM r2)"
        ",\nr4 AS (SELECT *, max(CASE WHEN di = (cnt - 1) // 2 + 1 THEN abs(rate - med) END) OVER (PARTITION BY p) AS mad FROM r3)"
        ",\nr5 AS (SELECT *, CASE WHEN mad > 0 THEN 0.6745::DOUBLE * (rate - med)::DOUBLE / mad::DOUBLE WHEN devs > 0 THEN (rate - med)::DOUBLE / "
        "(1.253314::DOUBLE * (devs::DOUBLE / cnt::DOUBLE)) ELSE 0 END AS zd FROM r4)"
        ",\nz AS MATERIALIZED (SELECT id, t0, listed, p, rate, least(20000, greatest(-20000, trunc(zd * 1e3::DOUBLE + CASE WHEN zd < 0 THEN "
        "-0.5::DOUBLE ELSE 0.5::DOUBLE END)))::BIGINT AS z FROM r5)");
}

void alike_sql(struct sq *q, struct buf *out)
{
    const struct combine *c = q->r->combine;
    rates(q, out);
    scale(out);
    buf_str(
        out,
        ",\nq AS (SELECT id, t0, listed, sum(z * z)::BIGINT AS sq FROM z GROUP BY ALL)"
        ",\npair AS (SELECT a.id, sum(a.z * b.z)::BIGINT AS dot, b.id AS other FROM z a JOIN z b ON a.p = b.p WHERE NOT a.listed AND b.listed "
        "GROUP BY a.id, b.id)");
    buf_fmt(out, ",\nbest AS (SELECT pair.id, max(");
    buf_fmt(out, cosine, "dot", "a.sq", "b.sq", "dot");
    buf_str(
        out,
        ") AS cz FROM pair JOIN q a ON a.id = pair.id JOIN q b ON b.id = pair.other WHERE a.sq > 0 AND b.sq > 0 GROUP BY pair.id)"
        ",\nmid AS (SELECT z.id, z.z, s.n - 1 AS n, s.total - z.z AS s FROM z JOIN (SELECT p, sum(z)::BIGINT AS total, count(*) AS n FROM z WHERE NOT "
        "listed GROUP BY p) s ON s.p = z.p WHERE NOT z.listed)"
        ",\nmid1 AS (SELECT id, z, CASE WHEN s >= 0 THEN (2 * s + n) // (2 * n) ELSE -((-2 * s + n) // (2 * n)) END AS m FROM mid WHERE n > 0)"
        ",\nmid2 AS (SELECT id, sum(z * m)::BIGINT AS dot, sum(z * z)::BIGINT AS aa, sum(m * m)::BIGINT AS bb FROM mid1 GROUP BY id)"
        ",\nmid3 AS (SELECT id, ");
    buf_fmt(out, cosine, "dot", "aa", "bb", "dot");
    buf_fmt(out, " AS mz FROM mid2 WHERE aa > 0 AND bb > 0)"
                 ",\ng AS (SELECT h.t0, any_value(best.cz) AS cz, max(h.event_date) AS event_date");
    buf_str(out, q->brief ? "" : ", bool_or(h.marked) AS marked");
    for (int p = 0; p < c->n_parts; p++)
        buf_fmt(out, ", any_value((SELECT rate FROM z WHERE z.t0 = h.t0 AND z.p = %d)) AS pv%d", p,
                p);
    buf_fmt(
        out,
        " FROM h JOIN q ON q.t0 = h.t0 JOIN best ON best.id = q.id LEFT JOIN mid3 ON mid3.id = q.id WHERE best.cz >= %lld AND (mz IS NULL OR mz < "
        "%lld) GROUP BY h.t0)",
        (long long)c->cosine, (long long)c->cosine);
}
