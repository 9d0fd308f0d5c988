/* SPDX-License-Identifier: MulanPSL-2.0 */
/* combine: the statements of its parts side by side, grouped by owner; evidence by event, money once for each. */
#include "base/day.h"
#include "base/limits.h"
#include "engine/sql/combine_sql.h"

/* The owner's k-th key in a row `s` of the part's statement: a text, or a number for the period. */
static const char *key_of(struct sq *q, const struct rule *r, int8_t from, int k)
{
    switch (from) {
    case PART_PERSON: return "s.psn_no";
    case PART_INST: return "s.fixmedins_code";
    case PART_PERIOD: break;
    default: return sq_fmt(q, "split_part(s.owner_id, '|', %d)", from + 1);
    }
    switch (r->key[0][k]->fmt) {
    case VF_YEAR: return "year(s.event_date)::BIGINT";
    case VF_QUARTER: return "(year(s.event_date) * 4 + quarter(s.event_date) - 1)::BIGINT";
    case VF_MONTH: return "(year(s.event_date) * 12 + month(s.event_date) - 1)::BIGINT";
    default: return "(s.event_date - DATE '1970-01-01')::BIGINT";
    }
}

/* A code that findings spell as ? is no owner. */
static void known_keys(struct sq *q, struct buf *out)
{
    const struct rule *r = q->r;
    for (int k = 0; k < r->n_keys; k++)
        if (k < r->n_owner && r->key[0][k]->type == V_CODE)
            buf_fmt(out, " AND t%d <> '?'", k);
        else
            buf_fmt(out, " AND t%d IS NOT NULL", k);
}

#define NO_EVIDENCE "NULL::STRUCT(id VARCHAR, role INTEGER, t BIGINT, amount BIGINT, fund BIGINT)[]"

static void part_rows(struct sq *q, int p, int j, struct buf *out)
{
    const struct rule *r = q->r, *of = q->lib->rules[r->combine->part[p].rule[j]];
    const struct combine_part *part = &r->combine->part[p];
    bool money = r->at_amount != AMT_NONE && (r->combine->money < 0 || r->combine->money == p);
    buf_fmt(out, "SELECT * FROM (SELECT %d AS part, %s AS need", p, part->need ? "true" : "false");
    for (int k = 0; k < r->n_keys; k++)
        buf_fmt(out, ", %s AS t%d", key_of(q, r, part->from[j][k], k), k);
    buf_fmt(
        out,
        ", (s.value * 1000000)::BIGINT AS value, (s.threshold * 1000000)::BIGINT AS threshold, s.event_date, s.marked, %s AS evl, %s AS counts, "
        "%s AS amount, %s AS fund FROM (",
        q->parts && r->combine->to ? NO_EVIDENCE : "s.evl", money ? "true" : "false",
        money && of->kind == &kind_outlier ? "s.amount_fen" : "0::BIGINT",
        money && of->kind == &kind_outlier ? "s.fund_fen" : "0::BIGINT");
    int rc = 0;
    if (q->parts)
        buf_fmt(out, "FROM %s%d", q->parts, of->index);
    else
        rc = rule_sql_part(q->lib, of, out, q->e);
    q->rc = q->rc ? q->rc : rc;
    buf_str(out, ") s WHERE s.hit) s WHERE true");
    known_keys(q, out);
    if (part->where) {
        struct scope s;
        scope_init(&s, q, "s", 0);
        s.found = "s";
        buf_fmt(out, " AND %s", ex_str(&s, part->where));
        scope_release(&s);
    }
}

/* Are both found in the table of findings, and their owner in the same columns? */
static bool alike_parts(const struct sq *q, const struct combine_part *p, int i, int j)
{
    size_t keys = (size_t)q->r->n_keys * sizeof p->from[0][0];
    bool one = i == j,
         hidden = q->lib->rules[p->rule[i]]->hidden || q->lib->rules[p->rule[j]]->hidden;
    return one || (!hidden && !memcmp(p->from[i], p->from[j], keys));
}

/* The same from the findings of the last run, all rules of the part that give the owner alike in one. */
static bool part_brief(struct sq *q, int p, int j, bool more, struct buf *out)
{
    const struct combine_part *part = &q->r->combine->part[p];
    for (int i = 0; i < j; i++)
        if (alike_parts(q, part, i, j))
            return false;
    buf_fmt(out, "%sSELECT * FROM (SELECT %d AS part, %s AS need", more ? "\nUNION ALL " : "", p,
            part->need ? "true" : "false");
    for (int k = 0; k < q->r->n_keys; k++)
        buf_fmt(out, ", %s AS t%d", key_of(q, q->r, part->from[j][k], k), k);
    buf_str(
        out,
        ", (s.value * 1000000)::BIGINT AS value, (s.threshold * 1000000)::BIGINT AS threshold, s.event_date FROM ");
    const struct rule *of = q->lib->rules[part->rule[j]];
    if (of->hidden)
        buf_fmt(out, "\"%.*s\" s", (int)of->id.n, of->id.p);
    else
        buf_str(out, "finding s WHERE s.hit AND s.rule_id IN (");
    for (int i = j; !of->hidden && i < part->n_rules; i++)
        if (alike_parts(q, part, i, j)) {
            buf_str(out, i > j ? ", " : "");
            buf_sql(out, q->lib->rules[part->rule[i]]->id);
        }
    buf_str(out, of->hidden ? ") s WHERE true" : ")) s WHERE true");
    known_keys(q, out);
    if (part->where) {
        struct scope s;
        scope_init(&s, q, "s", 0);
        s.found = "s";
        buf_fmt(out, " AND %s", ex_str(&s, part->where));
        scope_release(&s);
    }
    return true;
}

static const char *owner(struct sq *q, const char *prefix)
{
    struct buf b = BUF_INIT;
    for (int k = 0; k < q->r->n_keys; k++)
        buf_fmt(&b, "%s%st%d", k ? ", " : "", prefix, k);
    const char *s = sq_fmt(q, "%s", buf_cstr(&b));
    buf_release(&b);
    return s;
}

static const char *same_owner(struct sq *q, const char *a, const char *b)
{
    struct buf t = BUF_INIT;
    for (int k = 0; k < q->r->n_keys; k++)
        buf_fmt(&t, "%s%s.t%d = %s.t%d", k ? " AND " : "", a, k, b, k);
    const char *s = sq_fmt(q, "%s", buf_cstr(&t));
    buf_release(&t);
    return s;
}

/* g: owners of whom enough parts hold. */
static void enough(struct sq *q, struct buf *out)
{
    const struct combine *c = q->r->combine;
    buf_fmt(
        out,
        ",\ng AS (SELECT %s, count(DISTINCT CASE WHEN NOT need THEN part END) AS n_parts, max(event_date) AS event_date%s",
        owner(q, ""), q->brief ? "" : ", bool_or(marked) AS marked");
    for (int p = 0; p < c->n_parts; p++)
        buf_fmt(out, ", max(value) FILTER (WHERE part = %d) AS pv%d", p, p);
    buf_fmt(out, " FROM h GROUP BY %s HAVING n_parts >= %lld", owner(q, ""),
            (long long)c->at_least);
    for (int p = 0; p < c->n_parts; p++)
        if (c->part[p].need)
            buf_fmt(out, " AND bool_or(part = %d)", p);
    buf_char(out, ')');
}

/* fo: owners of whom enough parts hold, with the keys as measures have them. */
static void owners(struct sq *q, struct buf *out)
{
    const struct rule *r = q->r;
    const struct combine *c = r->combine;
    c->to ? alike_sql(q, out) : enough(q, out);
    buf_fmt(out, ",\nfo AS (SELECT row_number() OVER () AS fid, g.*, %s AS value",
            c->to ? "cz" : "(n_parts * 1000000)::BIGINT");
    buf_fmt(out, ", %lld::BIGINT AS threshold",
            (long long)(c->to ? c->cosine : c->at_least * 1000000));
    for (int k = 0; k < r->n_keys; k++) {
        const struct expr *x = r->key[0][k];
        if (k < r->n_owner && x->type == V_CODE)
            buf_fmt(out, ", (SELECT id FROM x_%s WHERE code = g.t%d) AS k%d",
                    huji_domain_name[x->domain], k, k);
        else
            buf_fmt(out, ", t%d::BIGINT AS k%d", k, k);
    }
    buf_str(out, " FROM g)");
}

static void accused(struct sq *q, struct buf *out)
{
    const struct rule *r = q->r;
    struct scope s;
    struct buf cols = BUF_INIT, where = BUF_INIT;
    scope_init(&s, q, "e", 0);
    s.found = "fo";
    if (r->n_keys > r->n_owner)
        ex_print(&s, r->key[0][r->n_owner], false, sq_fmt(q, "fo.k%d", r->n_owner), &cols);
    else
        buf_str(&cols, "'all'");
    buf_str(&cols, " AS anchor, concat_ws('|'");
    for (int k = 0; k < r->n_owner; k++)
        buf_fmt(&cols, ", fo.t%d::VARCHAR", k);
    buf_str(&cols, ") AS owner_id");
    class_sql(&s, &cols);
    if (r->from != DAY_NONE)
        buf_fmt(&where, " AND fo.event_date >= %s", day_sql(q, r->from));
    if (r->to != DAY_NONE)
        buf_fmt(&where, " AND fo.event_date <= %s", day_sql(q, r->to));
    for (int k = 0; k < r->n_unless; k++)
        buf_fmt(&where, " AND (%s) IS NOT TRUE", ex_str(&s, r->unless[0][k]));
    buf_fmt(
        out,
        ",\na AS MATERIALIZED (SELECT * FROM (SELECT fo.*, %s FROM fo%s WHERE true%s) WHERE cls IS NOT NULL)",
        buf_cstr(&cols), buf_cstr(&s.joins), buf_cstr(&where));
    buf_release(&cols);
    buf_release(&where);
    scope_release(&s);
}

static void evidence(struct sq *q, struct buf *out)
{
    const char *o = owner(q, ""), *match = same_owner(q, "a", "u");
    buf_fmt(out, ",\ne0 AS (SELECT %s, counts, unnest(evl) AS x FROM h WHERE evl IS NOT NULL%s)", o,
            q->r->combine->to ? " AND false" : ""); /* whom one is like needs no evidence */
    buf_fmt(
        out,
        ",\nu AS (SELECT %s, x.id AS id, min(x.role) AS role, min(x.t) AS t, max(CASE WHEN counts THEN x.amount ELSE 0 END)::BIGINT AS "
        "amount, max(CASE WHEN counts THEN x.fund ELSE 0 END)::BIGINT AS fund FROM e0 GROUP BY %s, x.id)",
        o, o);
    buf_fmt(
        out,
        ",\nj AS (SELECT a.fid, coalesce(sum(u.amount) FILTER (WHERE role = 1), 0)::BIGINT AS amt, coalesce(sum(u.fund) FILTER (WHERE role = "
        "1), 0)::BIGINT AS fnd, count(*) AS n, array_to_string(list_slice(list('{\"id\": ' || hj_json(u.id) || ', \"role\": ' || role || ', "
        "\"amount_fen\": ' || u.amount || ', \"fund_fen\": ' || u.fund || '}' ORDER BY role, t, u.id, u.amount, u.fund), 1, %d), ', ') AS items "
        "FROM a JOIN u ON %s GROUP BY a.fid)",
        MAX_EVIDENCE, match);
    buf_fmt(
        out,
        ",\nw AS (SELECT %s, max(amount)::BIGINT AS amt, max(fund)::BIGINT AS fnd FROM (SELECT %s, part, sum(amount) AS amount, sum(fund) AS "
        "fund FROM h GROUP BY %s, part) GROUP BY %s)",
        o, o, o, o);
}

void combine_sql(struct sq *q, struct buf *out)
{
    static const enum domain domains[] = {D_PERSON, D_VISIT, D_INST};
    static const char *const names[] = {"psn_no", "mdtrt_id", "fixmedins_code"};
    const struct rule *r = q->r;
    bool more = false;
    buf_str(out, "WITH h AS MATERIALIZED (");
    for (int p = 0; p < r->combine->n_parts; p++)
        for (int j = 0; j < r->combine->part[p].n_rules; j++) {
            if (q->brief) {
                more = part_brief(q, p, j, more, out) || more;
                continue;
            }
            buf_str(out, more ? "\nUNION ALL " : "");
            part_rows(q, p, j, out);
            more = true;
        }
    buf_char(out, ')');
    owners(q, out);
    accused(q, out);
    if (q->brief) {
        buf_str(out, "\nSELECT owner_id, anchor AS event_id, event_date, hj_value(value) AS value, "
                     "hj_value(threshold) AS threshold, cls AS class FROM a");
        return;
    }
    evidence(q, out);
    buf_str(out, "\nSELECT left(sha256(concat_ws(chr(31), ");
    buf_sql(out, r->id);
    buf_str(out, ", ");
    buf_sql(out, r->owner_type);
    buf_str(out, ", owner_id, anchor)), 32) AS finding_id, ");
    buf_sql(out, r->id);
    buf_str(out, " AS rule_id, ");
    buf_sql(out, r->owner_type);
    buf_str(out, " AS owner_type, owner_id, anchor");
    for (int i = 0; i < 3; i++) {
        const char *v = "NULL::VARCHAR";
        for (int k = 0; k < r->n_owner; k++)
            if (r->key[0][k]->domain == domains[i])
                v = sq_fmt(q, "a.t%d", k);
        buf_fmt(out, ", %s AS %s", v, names[i]);
    }
    buf_fmt(
        out,
        ", a.event_date, (value::DECIMAL(19, 0) * 0.000001)::DECIMAL(18, 6) AS value, (threshold::DECIMAL(19, 0) * 0.000001)::DECIMAL(18, 6) AS "
        "threshold, (coalesce(j.amt, 0) + w.amt)::BIGINT AS amount_fen, (coalesce(j.fnd, 0) + w.fnd)::BIGINT AS fund_fen, cls AS class, true AS hit, "
        "marked, '[' || coalesce(j.items, '') || CASE WHEN coalesce(j.n, 0) > %d THEN ', {\"more\": ' || (j.n - %d) || '}' ELSE '' END || ']' AS "
        "evidence FROM a LEFT JOIN j ON j.fid = a.fid JOIN w ON %s",
        MAX_EVIDENCE, MAX_EVIDENCE, same_owner(q, "a", "w"));
}
