/* SPDX-License-Identifier: MulanPSL-2.0 */
/* From what a kind found (fo, mem) to findings: in force, acquittals, class, money, evidence, identity. */
#include "base/day.h"
#include "base/limits.h"
#include "engine/sql/priv.h"

/* The side a pair's anchor comes from; everything else can anchor. */
bool rule_anchors(const struct rule *r, int clause)
{
    if (r->kind != &kind_pair || r->mode == PAIR_DISCOUNT)
        return true;
    return r->clause[clause].side == (r->mode == PAIR_REQUIRES ? 0 : 1);
}

void class_sql(struct scope *s, struct buf *b)
{
    const struct rule *r = s->q->r;
    bool open = false;
    if (s->q->brief && r->n_cls && !r->cls[0].when[s->clause]) {
        buf_fmt(b, ", '%s' AS cls", class_name(r->cls[0].cls));
        return;
    }
    buf_str(b, ", CASE ");
    for (int k = 0; k < r->n_cls && !open; k++) {
        open = !r->cls[k].when[s->clause];
        if (open && s->q->brief)
            buf_fmt(b, "ELSE '%s' ", class_name(r->cls[k].cls));
        else
            buf_fmt(b, "WHEN %s THEN '%s' ", open ? "true" : ex_str(s, r->cls[k].when[s->clause]),
                    class_name(r->cls[k].cls));
    }
    buf_str(b, "END AS cls");
}

/* of: shorter. later_bad: the later one is the shorter (or as short); both_bad: one institution. */
static void shorter_columns(struct scope *s, struct buf *b)
{
    enum source_id src = s->q->r->clause[s->clause].src;
    const char *p = scope_prev(s, src);
    bool dated = src_column(src, "begndate") && src_column(src, "enddate");
    const char *len = "0", *plen = "0";
    if (dated) {
        len = sq_fmt(s->q, "coalesce(%s.enddate, 0) - coalesce(%s.begndate, 0)", s->cur, s->cur);
        plen = sq_fmt(s->q, "coalesce(%s.enddate, 0) - coalesce(%s.begndate, 0)", p, p);
    }
    buf_fmt(b, ", (%s <= %s OR fo.p_rid IS NULL) AS later_bad", len, plen);
    if (src_column(src, "fixmedins_code"))
        buf_fmt(
            b,
            ", (fo.p_rid IS NOT NULL AND %s.fixmedins_code IS NOT DISTINCT FROM %s.fixmedins_code) AS both_bad",
            s->cur, p);
    else
        buf_str(b, ", false AS both_bad");
}

/* Own person, visit, institution of the anchor; of a measure only what the owner fixes. */
static void own_columns(struct scope *s, struct buf *b)
{
    static const char *const names[] = {"psn_no", "mdtrt_id", "fixmedins_code"};
    static const enum domain domains[] = {D_PERSON, D_VISIT, D_INST};
    const struct rule *r = s->q->r;
    enum source_id src = r->clause[s->clause].src;
    for (int i = 0; i < 3; i++) {
        const char *c = src_column(src, names[i]);
        if (!c && i == 2)
            c = src_column(src, "ide_fixmedins_no");
        const char *v = c ? sq_fmt(s->q, "%s.%s", s->cur, c) : "NULL::INTEGER";
        if (r->measure && c) {
            v = "NULL::INTEGER";
            for (int k = r->n_keys - 1; k >= 0; k--) {
                const struct expr *x = r->key[s->clause][k];
                if (x->op == X_FIELD && x->domain == domains[i])
                    v = sq_fmt(s->q, "fo.k%d::INTEGER", k);
            }
        }
        buf_fmt(b, ", %s AS own%d", v, i);
    }
}

const char *day_sql(struct sq *q, day_t day)
{
    if (!q->brief)
        return sq_fmt(q, "hj_date(%d)", day);
    struct buf b = BUF_INIT;
    day_print(&b, day);
    const char *s = sq_fmt(q, "DATE '%s'", buf_cstr(&b));
    buf_release(&b);
    return s;
}

void finding_conditions(struct scope *s, const char *day, struct buf *b)
{
    const struct rule *r = s->q->r;
    int i = s->clause;
    bool brief = s->q->brief;
    if (brief && r->n_clauses == 1)
        buf_str(b, "true");
    else
        buf_fmt(b, "fo.cl = %d", i);
    if (r->from != DAY_NONE)
        brief ? buf_fmt(b, " AND %s >= %s", day, day_sql(s->q, r->from))
              : buf_fmt(b, " AND %s >= %d", day, r->from);
    if (r->to != DAY_NONE)
        brief ? buf_fmt(b, " AND %s <= %s", day, day_sql(s->q, r->to))
              : buf_fmt(b, " AND %s <= %d", day, r->to);
    for (int k = 0; k < r->n_unless; k++)
        buf_fmt(b, " AND (%s) IS NOT TRUE", ex_str(s, r->unless[i][k]));
    if (r->kind == &kind_quota && r->slot[i][SL_WHERE])
        buf_fmt(b, " AND %s", ex_str(s, r->slot[i][SL_WHERE]));
    if (r->kind == &kind_gap && r->chain_links && r->slot[i][SL_CHAIN_WHERE])
        buf_fmt(b, " AND %s", ex_str(s, r->slot[i][SL_CHAIN_WHERE]));
}

static void owner_text(struct scope *s, struct buf *b)
{
    const struct rule *r = s->q->r;
    buf_str(b, ", concat_ws('|'");
    for (int k = 0; k < r->n_owner; k++) {
        buf_str(b, ", ");
        ex_print(s, r->key[s->clause][k], key_is_text(r, k), sq_fmt(s->q, "fo.k%d", k), b);
    }
    buf_str(b, ") AS owner_id");
}

/* Of a measure the period's first day, where its last key is one. */
static const char *finding_day(struct sq *q, int i)
{
    const struct rule *r = q->r;
    const char *t = huji_sources[r->clause[i].src].time_field,
               *k = sq_fmt(q, "fo.k%d", r->n_keys - 1);
    switch (r->measure ? r->key[i][r->n_keys - 1]->fmt : VF_NUM) {
    case VF_DAY: return k;
    case VF_SEC: return sq_fmt(q, "hj_day(%s)", k);
    case VF_MONTH:
        return sq_fmt(
            q, "(make_date((%s // 12)::INTEGER, (%s %% 12 + 1)::INTEGER, 1) - DATE '1970-01-01')",
            k, k);
    case VF_QUARTER:
        return sq_fmt(
            q, "(make_date((%s // 4)::INTEGER, (%s %% 4 * 3 + 1)::INTEGER, 1) - DATE '1970-01-01')",
            k, k);
    case VF_YEAR: return sq_fmt(q, "(make_date(%s::INTEGER, 1, 1) - DATE '1970-01-01')", k);
    default: return t ? sq_fmt(q, "hj_day(coalesce(e.%s, 0))", t) : "0";
    }
}

static void accused(struct sq *q, int i, struct buf *out)
{
    const struct rule *r = q->r;
    enum source_id src = r->clause[i].src;
    struct scope s;
    struct buf cols = BUF_INIT, from = BUF_INIT, where = BUF_INIT;
    scope_init(&s, q, "e", i);
    s.found = "fo";
    src_join(&s, "e", "fo.rid", "fo.kn", &from);
    const char *day = finding_day(q, i);
    buf_fmt(&cols, ", %s AS day, coalesce(fo.anchor_text, ", day);
    ex_event_id(&s, src, "e", &cols);
    buf_str(&cols, ") AS anchor");
    owner_text(&s, &cols);
    class_sql(&s, &cols);
    own_columns(&s, &cols);
    bool whole = r->at_amount == AMT_EXPR && expr_has(r->at_expr[i], X_MEMBERS);
    buf_fmt(&cols, ", %s AS whole, %s AS is_whole",
            whole ? ex_str(&s, r->at_expr[i]) : "NULL::BIGINT", whole ? "true" : "false");
    if (r->at_of == OF_SHORTER)
        shorter_columns(&s, &cols);
    finding_conditions(&s, day, &where);
    buf_fmt(out, "SELECT fo.*%s FROM fo%s%s WHERE %s", buf_cstr(&cols), buf_cstr(&from),
            buf_cstr(&s.joins), buf_cstr(&where));
    buf_release(&cols);
    buf_release(&from);
    buf_release(&where);
    scope_release(&s);
}

#define LIMITED(v)                   \
    "CASE WHEN NOT is_whole THEN " v \
    " WHEN whole IS NULL OR whole <= 0 OR amt <= 0 THEN 0 WHEN whole >= amt THEN " v " ELSE "

static void sums(struct sq *q, struct buf *out)
{
    bool measured = q->r->kind == &kind_outlier;
    const char *excess = q->r->at_amount == AMT_EXCESS ? "greatest(0, hj_div(a.gt - a.gf, 10000))"
                                                       : "0";
    buf_str(
        out,
        ",\ns AS (SELECT fid, coalesce(sum(amount) FILTER (WHERE role = 1), 0)::BIGINT AS amt, coalesce(sum(fund) FILTER (WHERE role = 1), "
        "0)::BIGINT AS fnd, bool_or(marks > 0) AS marked, count(*) AS n");
    for (int i = 0; i < 3; i++)
        buf_fmt(
            out,
            ", count(*) FILTER (WHERE mrole = 1 AND h%d) AS c%d, count(DISTINCT o%d) FILTER (WHERE mrole = 1 AND h%d) AS d%d, count(o%d) FILTER "
            "(WHERE mrole = 1 AND h%d) AS k%d, any_value(o%d) FILTER (WHERE mrole = 1 AND h%d) AS u%d",
            i, i, i, i, i, i, i, i, i, i, i);
    buf_str(out, " FROM m GROUP BY fid)");
    buf_fmt(
        out,
        ",\nz AS (SELECT a.*, coalesce(s.amt, 0) AS amt, coalesce(s.fnd, 0) AS fnd, coalesce(s.marked, false) AS marked, coalesce(s.n, 0) AS n, "
        "%s AS excess",
        measured ? excess : "0");
    for (int i = 0; i < 3; i++) /* all members at fault agree with the anchor */
        buf_fmt(
            out,
            ", CASE WHEN coalesce(s.c%d, 0) = 0 OR (s.d%d = 1 AND s.k%d = s.c%d AND s.u%d = a.own%d) THEN a.own%d END AS who%d",
            i, i, i, i, i, i, i, i);
    buf_str(out, " FROM a LEFT JOIN s ON s.fid = a.fid)");
}

static void evidence(const struct sq *q, struct buf *out)
{
    buf_str(
        out,
        ",\nev1 AS (SELECT m.fid, m.role, m.t, m.id, CASE WHEN z.is_whole AND z.amt > 0 THEN hj_part(m.amount, " LIMITED(
            "amt") "whole END, z.amt) "
                   "ELSE m.amount END AS amount, CASE WHEN z.is_whole AND z.amt > 0 THEN hj_part(m.fund, " LIMITED(
                       "amt") "whole END, z.amt) ELSE m.fund END AS "
                              "fund FROM m JOIN z ON z.fid = m.fid)");
    buf_fmt(
        out,
        ",\nj AS (SELECT fid, array_to_string(list_slice(list('{\"id\": ' || hj_json(id) || ', \"role\": ' || role || ', \"amount_fen\": ' || amount || "
        "', \"fund_fen\": ' || fund || '}' ORDER BY role, t, id, amount, fund), 1, %d), ', ') AS items%s FROM ev1 GROUP BY fid)",
        MAX_EVIDENCE,
        q->part ? ", list({'id': id, 'role': role, 't': t, 'amount': amount, 'fund': fund}) AS evl"
                : "");
}

void finding_sql(struct sq *q, struct buf *out)
{
    const struct rule *r = q->r;
    bool more = false;
    buf_str(out, ",\na AS MATERIALIZED (SELECT * FROM (");
    for (int i = 0; i < r->n_clauses; i++) {
        if (!rule_anchors(r, i))
            continue;
        buf_str(out, more ? "\nUNION ALL " : "");
        accused(q, i, out);
        more = true;
    }
    buf_str(out, ") WHERE cls IS NOT NULL");
    if (r->kind ==
        &kind_forbid) /* several rows of a table may forbid one event: it is one finding, the first row's */
        buf_fmt(out,
                " QUALIFY row_number() OVER (PARTITION BY %s, cl, rid ORDER BY hit DESC, kn) = 1",
                keys_str(q, ""));
    buf_char(out, ')');
    money_sql(q, out);
    sums(q, out);
    evidence(q, out);
    bool measured = r->kind == &kind_outlier;
    buf_str(out, "\nSELECT left(sha256(concat_ws(chr(31), ");
    buf_sql(out, r->id);
    buf_str(out, ", ");
    buf_sql(out, r->owner_type);
    buf_str(out, ", owner_id, anchor)), 32) AS finding_id, ");
    buf_sql(out, r->id);
    buf_str(out, " AS rule_id, ");
    buf_sql(out, r->owner_type);
    buf_str(
        out,
        " AS owner_type, owner_id, anchor, p0.code AS psn_no, p1.code AS mdtrt_id, p2.code AS fixmedins_code, hj_date(day) AS event_date, "
        "(value::DECIMAL(19, 0) * 0.000001)::DECIMAL(18, 6) AS value, (threshold::DECIMAL(19, 0) * 0.000001)::DECIMAL(18, 6) AS "
        "threshold, ");
    if (measured)
        buf_str(out, "excess::BIGINT AS amount_fen, excess::BIGINT AS fund_fen, ");
    else
        buf_str(out, "(" LIMITED("amt") "whole END)::BIGINT AS amount_fen, (" LIMITED(
                         "fnd") "hj_part(fnd, whole, amt) END)::BIGINT AS fund_fen, ");
    if (q->part)
        buf_str(out, "j.evl AS evl, ");
    buf_fmt(
        out,
        "cls AS class, hit, marked, '[' || coalesce(j.items, '') || CASE WHEN n > %d THEN ', {\"more\": ' || (n - %d) || '}' ELSE '' END || ']' AS evidence FROM z LEFT JOIN j ON "
        "j.fid = z.fid LEFT JOIN x_person p0 ON p0.id = who0 LEFT JOIN x_visit p1 ON p1.id = who1 LEFT JOIN x_inst p2 ON p2.id = who2",
        MAX_EVIDENCE, MAX_EVIDENCE);
}

void found_sql(struct sq *q, struct buf *out)
{
    static const struct {
        const struct rule_kind *kind;
        void (*sql)(struct sq *, struct buf *);
    } kinds[] = {
        {&kind_forbid, forbid_sql}, {&kind_pair, pair_sql},   {&kind_quota, quota_sql},
        {&kind_gap, gap_sql},       {&kind_level, level_sql},
    };
    const struct rule *r = q->r;
    bool gangs = r->derive.gang > 0;
    q->fo = gangs ? "fo_pair" : "fo";
    q->mem = gangs ? "mem_pair" : "mem";
    bool greedy = r->kind == &kind_quota && r->mode == QUOTA_SLIDING;
    buf_str(out, greedy || gangs ? "WITH RECURSIVE " : "WITH ");
    if (r->kind == &kind_outlier) {
        outlier_sql(q, out);
    } else {
        from_sql(q, out);
        if (r->derive.on)
            pairs_sql(q, out);
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
            if (kinds[i].kind == r->kind)
                kinds[i].sql(q, out);
    }
    if (gangs)
        components_sql(q, out);
}

static int statement(const struct huji_library *lib, const struct rule *r, bool part,
                     struct buf *out, struct err *e)
{
    struct sq q = {.lib = lib, .r = r, .e = e, .part = part};
    found_sql(&q, out);
    finding_sql(&q, out);
    arena_release(&q.a);
    return q.rc ? q.rc : out->failed ? err_nomem(e) : 0;
}

int rule_sql_part(const struct huji_library *lib, const struct rule *r, struct buf *out,
                  struct err *e)
{
    return statement(lib, r, true, out, e);
}

int rule_sql(const struct huji_library *lib, const struct rule *r, struct buf *out, struct err *e)
{
    return rule_sql_over(lib, r, NULL, out, e);
}

int rule_sql_over(const struct huji_library *lib, const struct rule *r, const char *parts,
                  struct buf *out, struct err *e)
{
    if (!r->combine)
        return statement(lib, r, false, out, e);
    struct sq q = {.lib = lib, .r = r, .e = e, .parts = parts};
    combine_sql(&q, out);
    arena_release(&q.a);
    return q.rc ? q.rc : out->failed ? err_nomem(e) : 0;
}
