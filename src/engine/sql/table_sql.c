/* SPDX-License-Identifier: MulanPSL-2.0 */
/* has, covered, look, any_dx: questions to lookups, knowledge tables and the diagnoses of a visit. */
#include "engine/sql/priv.h"

void sql_index_name(struct buf *b, const struct knowledge *k, int column, enum domain d)
{
    buf_fmt(b, "kx_%.*s_%.*s_%s", (int)k->name.n, k->name.p, (int)k->column[column].name.n,
            k->column[column].name.p, huji_domain_name[d]);
}

/* The key as an id even where it is a text. */
static const char *key_id(struct scope *s, const struct expr *x)
{
    if (!ex_is_text(x))
        return ex_str(s, x);
    struct buf b = BUF_INIT;
    ex_text(s, x, &b);
    const char *table = sq_fmt(s->q, "x_%s", huji_domain_name[x->domain]);
    const char *r = sq_fmt(s->q, "coalesce(%s.id, CASE WHEN %s IS NOT NULL THEN -1 END)",
                           scope_join(s, table, sq_fmt(s->q, "@.code = %s", buf_cstr(&b))),
                           buf_cstr(&b));
    buf_release(&b);
    return r;
}

static void dated(struct buf *b, const char *from, const char *to, const char *day)
{
    buf_fmt(b, " AND (%s IS NULL OR %s <= %s) AND (%s IS NULL OR %s <= %s)", from, from, day, to,
            day, to);
}

static void from_lookup(const struct expr *x, const char *const *key, const char *day,
                        struct buf *b)
{
    const struct lookup_def *l = x->lookup;
    buf_fmt(b, "FROM lk_%s w WHERE ", l->name);
    for (int i = 0; i < (int)x->num; i++)
        buf_fmt(b, "%sw.%s = %s", i ? " AND " : "", l->key[i].name, key[i]);
    if (day)
        dated(b, "w.\"b\"", "w.\"e\"", day);
}

static void from_knowledge(const struct expr *x, const char *const *key, const char *day,
                           struct buf *b)
{
    const struct knowledge *k = x->kn;
    buf_str(b, "FROM ");
    sql_index_name(b, k, k->key, k->column[k->key].domain);
    buf_fmt(b, " w0 JOIN k_%.*s w ON w.row = w0.row WHERE w0.id = %s", (int)k->name.n, k->name.p,
            key[0]);
    for (int i = 1; i < (int)x->num; i++)
        buf_fmt(b, " AND w.\"%.*s\" = %s", (int)k->column[i].name.n, k->column[i].name.p, key[i]);
    if (day && k->valid_from >= 0)
        buf_fmt(b, " AND (w.valid_from IS NULL OR w.valid_from <= %s)", day);
    if (day && k->valid_to >= 0)
        buf_fmt(b, " AND (w.valid_to IS NULL OR %s <= w.valid_to)", day);
}

void ex_table(struct scope *s, const struct expr *x, struct buf *b)
{
    bool has_day = x->agg == AGG_ANY;
    const char *key[X_ARGS], *day = NULL;
    struct buf unknown = BUF_INIT;
    for (int i = 0; i < (int)x->num; i++) {
        key[i] = key_id(s, x->arg[i]);
        if (!s->q->brief || x->arg[i]->op != X_CODE)
            buf_fmt(&unknown, "%s IS NULL OR ", key[i]);
    }
    if (has_day) {
        day = ex_str(s, x->arg[x->num]);
        buf_fmt(&unknown, "%s IS NULL OR ", day);
    }
    if (x->lookup) /* a table nobody delivered says nothing */
        buf_fmt(&unknown, "(SELECT count(*) FROM lk_%s) = 0 OR ", x->lookup->name);
    else if (!s->q->brief)
        buf_str(&unknown, "false OR ");
    bool asks = unknown.n > 0;
    if (asks)
        buf_fmt(b, "(CASE WHEN %.*s THEN NULL ELSE ", (int)unknown.n - 4, buf_cstr(&unknown));
    buf_release(&unknown);
    if (x->op != X_LOOK)
        buf_str(b, "EXISTS (SELECT 1 ");
    else if (x->lookup)
        buf_fmt(b, "(SELECT arg_min_null(w.%s::BIGINT, w.row) ", x->lookup->value[x->field]);
    else
        buf_fmt(b, "(SELECT arg_min_null(w.\"%.*s\", w.row) ", (int)x->kn->column[x->field].name.n,
                x->kn->column[x->field].name.p);
    x->lookup ? from_lookup(x, key, day, b) : from_knowledge(x, key, day, b);
    buf_str(b, asks ? ") END)" : ")");
}

/* Unknown without any diagnosis. */
void ex_any_dx(struct scope *s, const struct expr *x, struct buf *b)
{
    struct buf t = BUF_INIT;
    buf_str(&t, "(SELECT dg.mdtrt_id, bool_or(");
    s->q->brief ? ex_patterns_brief(x->set, "dd.code", &t) : ex_patterns(x->set, "dd.code", &t);
    buf_str(&t, ") AS v FROM s_diag dg JOIN x_dx dd ON dd.id = dg.dx GROUP BY dg.mdtrt_id)");
    struct scope *h = s->outer && !x->arg[0]->num ? s->outer : s;
    buf_fmt(b, "%s.v",
            scope_join(h, sq_fmt(s->q, "%s", buf_cstr(&t)),
                       sq_fmt(s->q, "@.mdtrt_id = %s", ex_str(s, x->arg[0]))));
    buf_release(&t);
}

void ex_dx_listed(struct scope *s, const struct expr *x, struct buf *b)
{
    const struct knowledge *k = x->kn;
    const char *key = key_id(s, x->arg[0]), *visit = ex_str(s, x->arg[1]);
    const char *day = x->agg == AGG_ANY ? ex_str(s, x->arg[2]) : NULL;
    struct buf t = BUF_INIT;
    sql_index_name(&t, k, k->key, k->column[k->key].domain);
    buf_fmt(b, "(CASE WHEN %s IS NULL OR ", key);
    if (day)
        buf_fmt(b, "%s IS NULL OR ", day);
    buf_fmt(
        b,
        "NOT EXISTS (SELECT 1 FROM s_diag dg WHERE dg.mdtrt_id = %s) THEN NULL ELSE EXISTS ("
        "SELECT 1 FROM %s w0 JOIN k_%.*s w ON w.row = w0.row JOIN s_diag dg ON true JOIN x_dx dd ON dd.id = dg.dx "
        "WHERE w0.id = %s AND dg.mdtrt_id = %s AND starts_with(dd.code, rtrim(w.dx_t, '*'))",
        visit, buf_cstr(&t), (int)k->name.n, k->name.p, key, visit);
    if (day)
        dated(b, "w.valid_from", "w.valid_to", day);
    buf_str(b, ") END)");
    buf_release(&t);
}
