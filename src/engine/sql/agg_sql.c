/* SPDX-License-Identifier: MulanPSL-2.0 */
/* lines.sum(...), ops.any(...), checks.distinct(...) over a visit; m.count ... over the members of a finding. */
#include "engine/sql/priv.h"

static bool refers_outer(const struct expr *x)
{
    if (!x)
        return false;
    switch (x->op) {
    case X_FIELD:
    case X_FUND: return !x->num || x->base == BASE_PREV;
    case X_INFLOW:
    case X_KN:
    case X_VALUE:
    case X_THRESHOLD:
    case X_GAP_FROM:
    case X_GAP_TO:
    case X_KEY: return true;
    default: break;
    }
    for (int i = 0; i < X_ARGS; i++)
        if (refers_outer(x->arg[i]))
            return true;
    return false;
}

/* The aggregate over the rows that `where` leaves, and what holds when there are none. */
static void aggregate(enum agg agg, const char *e, const char *c, struct buf *value,
                      struct buf *where, const char **none)
{
    static const char *const plain[] = {
        [AGG_SUM] = "coalesce(sum(%s), 0)::BIGINT",
        [AGG_DISTINCT] = "count(DISTINCT %s)",
        [AGG_MIN] = "min(%s)",
        [AGG_MAX] = "max(%s)",
        [AGG_DIGEST] = "bit_xor(DISTINCT ('0x' || left(sha256(%s), 15))::BIGINT)",
    };
    *none = agg == AGG_ANY        ? "false"
            : agg == AGG_ALL      ? "true"
            : agg <= AGG_DISTINCT ? "0::BIGINT"
                                  : "NULL";
    switch (agg) {
    case AGG_COUNT: buf_str(value, "count(*)"); break;
    case AGG_ANY: buf_fmt(value, "CASE WHEN bool_or(%s) THEN true END", c); break;
    case AGG_ALL: buf_str(value, "false"); break;
    case AGG_MODE_SHARE:
        buf_fmt(
            value,
            "hj_div(list_max(map_values(histogram(%s)))::HUGEINT * 1000000, count(%s)::HUGEINT)", e,
            e);
        break;
    default: {
        const char *fmt = plain[agg], *at = strstr(fmt, "%s");
        buf_add(value, fmt, (size_t)(at - fmt));
        buf_str(value, e);
        buf_str(value, at + 2);
    }
    }
    buf_fmt(where,
            agg == AGG_ANY   ? "(%s) IS NOT FALSE"
            : agg == AGG_ALL ? "(%s) IS NOT TRUE"
                             : "(%s)",
            c);
}

struct inner {
    struct scope s;
    struct buf value, where;
    const char *none, *cond;
};

static void inner_open(struct inner *in, struct scope *outer, const struct expr *x,
                       const char *alias)
{
    *in = (struct inner){0};
    scope_init(&in->s, outer->q, alias, outer->clause);
    in->s.outer = outer;
    const char *e = "1";
    if (x->agg == AGG_DIGEST) {
        struct buf text = BUF_INIT;
        ex_text(&in->s, x->arg[0], &text);
        e = sq_fmt(in->s.q, "%s", buf_cstr(&text));
        buf_release(&text);
    } else if (x->arg[0]) {
        e = ex_str(&in->s, x->arg[0]);
    }
    const char *c = x->arg[1] ? ex_str(&in->s, x->arg[1]) : "true";
    in->cond = c;
    aggregate(x->agg, e, c, &in->value, &in->where, &in->none);
}

static void inner_release(struct inner *in)
{
    scope_release(&in->s);
    buf_release(&in->value);
    buf_release(&in->where);
}

static void ex_correlated(struct scope *s, const struct expr *x, const char *visit,
                          const char *alias, struct inner *in, struct buf *b)
{
    buf_fmt(
        b,
        "(CASE WHEN %s IS NOT NULL THEN coalesce((SELECT %s FROM %s %s%s WHERE %s.mdtrt_id = %s AND %s.psn_no = "
        "%s.psn_no AND %s), %s) END)",
        visit, buf_cstr(&in->value), src_table(x->from), alias, buf_cstr(&in->s.joins), alias,
        visit, alias, s->cur, buf_cstr(&in->where), in->none);
}

/* Of the visit, within the person. */
void ex_agg(struct scope *s, const struct expr *x, struct buf *b)
{
    const char *visit = ex_str(s, x->arg[2]);
    const char *alias = sq_fmt(s->q, "i%d", s->q->n_alias++);
    struct inner in;
    inner_open(&in, s, x, alias);
    if (refers_outer(x->arg[0]) || refers_outer(x->arg[1])) {
        if (x->agg == AGG_ANY) /* an aggregate without rows gives a row */
            in.none = sq_fmt(
                s->q,
                "CASE WHEN NOT EXISTS (SELECT 1 FROM %s %s%s WHERE %s.mdtrt_id = %s AND %s.psn_no = "
                "%s.psn_no AND %s) THEN false END",
                src_table(x->from), alias, buf_cstr(&in.s.joins), alias, visit, alias, s->cur,
                buf_cstr(&in.where));
        if (x->agg == AGG_ALL) {
            buf_clear(&in.value);
            buf_str(&in.value, "count(*) = 0");
        }
        ex_correlated(s, x, visit, alias, &in, b);
        inner_release(&in);
        return;
    }
    if (s->q->brief && x->agg == AGG_ANY) { /* the condition once, over all rows of the visit */
        buf_clear(&in.value);
        buf_clear(&in.where);
        buf_fmt(&in.value, "hj_any(%s)", in.cond);
        buf_str(&in.where, "true");
    }
    const char *table = sq_fmt(
        s->q,
        "(SELECT %s.psn_no, %s.mdtrt_id, 1 AS n, %s AS v FROM %s %s%s WHERE %s GROUP BY 1, 2)",
        alias, alias, buf_cstr(&in.value), src_table(x->from), alias, buf_cstr(&in.s.joins),
        buf_cstr(&in.where));
    const char *j = scope_join(
        s, table, sq_fmt(s->q, "@.mdtrt_id = %s AND @.psn_no = %s.psn_no", visit, s->cur));
    buf_fmt(b, "CASE WHEN %s IS NULL THEN NULL WHEN %s.n IS NULL THEN %s ELSE %s.v END", visit, j,
            in.none, j);
    inner_release(&in);
}

void ex_members(struct scope *s, const struct expr *x, struct buf *b)
{
    struct sq *q = s->q;
    const char *alias = sq_fmt(q, "i%d", q->n_alias++), *mem = sq_fmt(q, "mm%d", q->n_alias++),
               *list = NULL;
    int clause = s->clause;
    if (!s->found) {
        buf_str(b, "NULL");
        return;
    }
    struct inner in = {0};
    scope_init(&in.s, q, alias, clause);
    struct buf from = BUF_INIT;
    src_join(&in.s, alias, sq_fmt(q, "%s.rid", mem), sq_fmt(q, "%s.kn", mem), &from);
    const char *e = x->arg[0] ? ex_str(&in.s, x->arg[0]) : "1",
               *c = x->arg[1] ? ex_str(&in.s, x->arg[1]) : "true";
    aggregate(x->agg, e, c, &in.value, &in.where, &in.none);
    for (int i = 0; i < q->r->n_clauses; i++)
        if (q->r->clause[i].src == x->from)
            list = list ? sq_fmt(q, "%s, %d", list, i) : sq_fmt(q, "%d", i);
    const char *table = sq_fmt(
        q,
        "(SELECT %s.fid, 1 AS n, %s AS v FROM mem %s %s%s WHERE %s%s.cl IN (%s) AND %s GROUP BY 1)",
        mem, buf_cstr(&in.value), mem, buf_cstr(&from), buf_cstr(&in.s.joins),
        q->r->kind == &kind_pair ? sq_fmt(q, "%s.role = 1 AND ", mem) : "", mem, list ? list : "-1",
        buf_cstr(&in.where));
    const char *j = scope_join(s, table, sq_fmt(q, "@.fid = %s.fid", s->found));
    buf_fmt(b, "CASE WHEN %s.n IS NULL THEN %s ELSE %s.v END", j, in.none, j);
    buf_release(&from);
    inner_release(&in);
}
