/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The selector: which events the question is about, with their owner's keys and the numbers the kind asks for. */
#include "engine/sql/priv.h"

const char *src_table(enum source_id s)
{
    return s == S_LINE        ? "net_line"
           : s == S_LINE_RAW  ? "raw_line"
           : s == S_UNMATCHED ? "rest_line"
                              : huji_sources[s].table;
}

const char *src_rid(enum source_id s)
{
    return source_is_line(s) ? "no" : "rank";
}

const char *src_column(enum source_id s, const char *name)
{
    return source_field(s, span_of(name)) < 0 ? NULL : name;
}

void src_join(struct scope *s, const char *alias, const char *rid, const char *kn, struct buf *b)
{
    const struct clause *c = &s->q->r->clause[s->clause];
    s->cur = alias;
    buf_fmt(b, " JOIN %s %s ON %s.%s = %s", src_table(c->src), alias, alias, src_rid(c->src), rid);
    if (!c->kn)
        return;
    s->kn = sq_fmt(s->q, "%sk", alias);
    buf_fmt(b, " LEFT JOIN k_%.*s %s ON %s.row = %s", (int)c->kn->name.n, c->kn->name.p, s->kn,
            s->kn, kn);
}

bool key_is_text(const struct rule *r, int k)
{
    for (int i = 0; i < r->n_clauses; i++)
        if (ex_is_text(r->key[i][k]))
            return true;
    return false;
}

bool slot_is_text(const struct rule *r, enum slot s)
{
    for (int i = 0; i < r->n_clauses; i++)
        if (ex_is_text(r->slot[i][s]))
            return true;
    return false;
}

void keys_list(const struct sq *q, const char *prefix, struct buf *b)
{
    for (int k = 0; k < q->r->n_keys; k++)
        buf_fmt(b, "%s%sk%d", k ? ", " : "", prefix, k);
}

void keys_equal(const struct sq *q, const char *a, const char *b, struct buf *out)
{
    for (int k = 0; k < q->r->n_keys; k++)
        buf_fmt(out, "%s%s.k%d = %s.k%d", k ? " AND " : "", a, k, b, k);
}

static const char *keep(struct sq *q, struct buf *b)
{
    const char *r = sq_fmt(q, "%s", buf_cstr(b));
    buf_release(b);
    return r;
}

const char *keys_str(struct sq *q, const char *prefix)
{
    struct buf b = BUF_INIT;
    keys_list(q, prefix, &b);
    return keep(q, &b);
}

const char *equal_str(struct sq *q, const char *x, const char *y)
{
    struct buf b = BUF_INIT;
    keys_equal(q, x, y, &b);
    return keep(q, &b);
}

/* An expression as a column: texts where any clause has texts, else BIGINT. */
static void column(struct scope *s, const struct expr *x, bool text, const char *name,
                   struct buf *b)
{
    buf_str(b, ", ");
    if (!x) {
        buf_fmt(b, text ? "NULL::VARCHAR AS %s" : "NULL::BIGINT AS %s", name);
    } else if (text) {
        ex_text(s, x, b);
        buf_fmt(b, " AS %s", name);
    } else {
        buf_fmt(b, "(%s)::BIGINT AS %s", ex_str(s, x), name);
    }
}

static enum slot first_of(const struct rule *r, enum slot a, enum slot b)
{
    for (int i = 0; i < r->n_clauses; i++)
        if (r->slot[i][a])
            return a;
    return b;
}

static void slots(struct scope *s, int i, struct buf *b)
{
    const struct rule *r = s->q->r;
    struct expr *const *sl = r->slot[i];
    bool gt = slot_is_text(r, SL_GROUP), st = slot_is_text(r, SL_SCOPE);
    enum slot a = first_of(r, SL_RATIO, first_of(r, SL_WINDOW, SL_LO)),
              f = first_of(r, SL_PARTNER, SL_FLOOR);
    enum slot c = first_of(r, SL_CAP, SL_TOLERANCE), p = first_of(r, SL_PRICE, SL_HI);
    column(s, sl[SL_START], false, "x", b);
    column(s, sl[SL_END] ? sl[SL_END] : sl[SL_START], false, "u", b);
    column(s, sl[SL_QTY], false, "q", b);
    column(s, sl[SL_LIMIT], false, "lim", b);
    if (sl[SL_GROUP])
        column(s, sl[SL_GROUP], gt, "g", b);
    else
        buf_fmt(b, ", %s::%s AS g", s->kn ? sq_fmt(s->q, "%s.row", s->kn) : "0",
                gt ? "VARCHAR" : "BIGINT");
    if (sl[SL_SCOPE])
        column(s, sl[SL_SCOPE], st, "sc", b);
    else
        buf_fmt(b, ", 0::%s AS sc", st ? "VARCHAR" : "BIGINT");
    column(s, sl[a], slot_is_text(r, a), "a", b);
    column(s, sl[p], slot_is_text(r, p), "b", b);
    column(s, sl[c], slot_is_text(r, c), "c", b);
    column(s, sl[SL_DECAY], false, "d", b);
    column(s, sl[f], slot_is_text(r, f), "f", b);
    buf_fmt(b, ", %s AS absent",
            sl[SL_ABSENT] ? sq_fmt(s->q, "coalesce(%s, false)", ex_str(s, sl[SL_ABSENT]))
                          : "false");
    if (r->kind == &kind_forbid) {
        column(s, sl[SL_VALUE], false, "val", b);
        buf_fmt(b, ", coalesce(%s, false) AS hit", ex_str(s, sl[SL_WHERE]));
    } else if (r->slider.param.n) { /* the bounds with keep_from */
        static const struct {
            enum slot slot;
            const char *name;
        } of[] = {{SL_LO, "ka"}, {SL_HI, "kb"}, {SL_LIMIT, "klim"}};
        for (size_t k = 0; k < sizeof of / sizeof *of; k++)
            column(s, r->loose[i][of[k].slot] ? r->loose[i][of[k].slot] : sl[of[k].slot], false,
                   of[k].name, b);
    }
}

static void conditions(struct scope *s, int i, struct buf *b)
{
    const struct rule *r = s->q->r;
    const struct clause *c = &r->clause[i];
    buf_str(b, "true");
    if (c->src == S_STAY || c->src == S_VISIT)
        buf_fmt(b, " AND e.kind = %d", c->src == S_STAY ? 1 : 2);
    if (c->src == S_SETTLEMENT)
        buf_str(b, " AND e.void IS DISTINCT FROM 1");
    if (c->kn) {
        const char *t = huji_sources[c->src].time_field;
        const char *day = t ? sq_fmt(s->q, "coalesce(hj_day(e.%s), -99999999)", t) : "-99999999";
        if (c->kn->valid_from >= 0)
            buf_fmt(b, " AND (n.valid_from IS NULL OR %s >= n.valid_from)", day);
        if (c->kn->valid_to >= 0)
            buf_fmt(b, " AND (n.valid_to IS NULL OR %s <= n.valid_to)", day);
    }
    if (c->where)
        buf_fmt(b, " AND %s", ex_str(s, c->where));
    if (r->kind == &kind_forbid)
        buf_fmt(b, " AND %s",
                ex_str(s, r->loose[i][SL_WHERE] ? r->loose[i][SL_WHERE] : r->slot[i][SL_WHERE]));
    for (int k = 0; k < r->n_except; k++)
        buf_fmt(b, " AND (%s) IS NOT TRUE", ex_str(s, r->except[i][k]));
}

/* Whose owner is unknown is nobody's event. (brief: asked of each clause.) */
static void owned(struct scope *s, int i, struct buf *b)
{
    const struct rule *r = s->q->r;
    struct buf t = BUF_INIT;
    for (int k = 0; k < r->n_keys; k++) {
        buf_clear(&t);
        key_is_text(r, k) ? ex_text(s, r->key[i][k], &t) : ex(s, r->key[i][k], &t);
        buf_fmt(b, " AND (%s) IS NOT NULL", buf_cstr(&t));
    }
    buf_release(&t);
}

static void keys(struct scope *s, int i, struct buf *b)
{
    const struct rule *r = s->q->r;
    bool spread = r->kind == &kind_quota && r->slot[i][SL_TOLERANCE];
    for (int k = 0; k < r->n_keys; k++) {
        const struct expr *x = r->key[i][k];
        if (spread && k == r->n_keys - 1) /* once for each day from there on */
            buf_fmt(b, ", (%s)::BIGINT + unnest(range(least(coalesce(%s, 0), 4000)))", ex_str(s, x),
                    ex_str(s, r->slot[i][SL_TOLERANCE]));
        else
            column(s, x, key_is_text(r, k), sq_fmt(s->q, "k%d", k), b);
        if (spread && k == r->n_keys - 1)
            buf_fmt(b, " AS k%d", k);
    }
}

static void one_clause(struct sq *q, int i, struct buf *out)
{
    const struct clause *c = &q->r->clause[i];
    const struct source *src = &huji_sources[c->src];
    struct scope s;
    struct buf cols = BUF_INIT, where = BUF_INIT;
    scope_init(&s, q, "e", i);
    s.kn = c->kn ? "n" : NULL;
    buf_fmt(&cols, "SELECT %d AS cl, e.%s::BIGINT AS rid, %s AS kn", i, src_rid(c->src),
            c->kn ? "n.row" : "-1");
    keys(&s, i, &cols);
    if (src->time_field) /* what has no time comes first */
        buf_fmt(&cols,
                q->brief ? ", coalesce(e.%s, 0) AS t"
                         : ", coalesce(e.%s, -9000000000000000000) AS t",
                src->time_field);
    else
        buf_str(&cols, ", 0::BIGINT AS t");
    buf_fmt(&cols, ", %d AS sr, e.rank::BIGINT AS rank", src->rank);
    slots(&s, i, &cols);
    conditions(&s, i, &where);
    if (q->brief)
        owned(&s, i, &where);
    buf_fmt(out, "%s FROM %s e", buf_cstr(&cols), src_table(c->src));
    if (c->kn) {
        buf_str(out, " JOIN ");
        sql_index_name(out, c->kn, c->kn_column, D_ITEM);
        buf_fmt(out, " n0 ON n0.id = e.hilist_code JOIN k_%.*s n ON n.row = n0.row",
                (int)c->kn->name.n, c->kn->name.p);
    }
    buf_fmt(out, "%s WHERE %s", buf_cstr(&s.joins), buf_cstr(&where));
    buf_release(&cols);
    buf_release(&where);
    scope_release(&s);
}

void from_sql(struct sq *q, struct buf *out)
{
    buf_fmt(out, "%s AS MATERIALIZED (%s", q->r->derive.on ? "ev0" : "ev",
            q->brief ? "" : "SELECT * FROM (");
    for (int i = 0; i < q->r->n_clauses; i++) {
        buf_str(out, i ? "\nUNION ALL\n" : "\n");
        one_clause(q, i, out);
    }
    if (!q->brief)
        buf_str(out, ") WHERE true");
    for (int k = 0; k < q->r->n_keys && !q->brief; k++)
        buf_fmt(out, " AND k%d IS NOT NULL", k);
    buf_char(out, ')');
}
