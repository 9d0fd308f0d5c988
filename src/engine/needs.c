/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What a run reads of a frame: which rules, tables, columns, dictionaries and lookups. */
#include "base/mem.h"
#include "engine/run.h"

int rule_each_expr(const struct rule *r, expr_fn *fn, void *ctx)
{
    int rc = 0;
    for (int i = 0; i < r->n_clauses && rc == 0; i++) {
        rc = fn(ctx, r->clause[i].where);
        for (int k = 0; k < r->n_keys && rc == 0; k++)
            rc = fn(ctx, r->key[i][k]);
        for (int s = 0; s < SL_COUNT && rc == 0; s++)
            rc = fn(ctx, r->slot[i][s]);
        for (int k = 0; k < r->n_except && rc == 0; k++)
            rc = fn(ctx, r->except[i][k]);
        for (int k = 0; k < r->n_unless && rc == 0; k++)
            rc = fn(ctx, r->unless[i][k]);
        for (int k = 0; k < r->n_cls && rc == 0; k++)
            rc = fn(ctx, r->cls[k].when[i]);
        for (int k = 0; k < SL_COUNT && rc == 0; k++)
            rc = fn(ctx, r->loose[i][k]);
        struct expr *rest[] = {r->at_expr[i], r->at_where[i]};
        for (int k = 0; k < 2 && rc == 0; k++)
            rc = fn(ctx, rest[k]);
        for (struct says_part *p = r->says_parts; p && rc == 0; p = p->next)
            rc = fn(ctx, p->expr[i]);
    }
    for (int p = 0; r->combine && p < r->combine->n_parts && rc == 0; p++)
        rc = fn(ctx, r->combine->part[p].where);
    return rc;
}

/* ---- which rules ---- */

static int mark_measures(void *active, struct expr *x)
{
    if (!x)
        return 0;
    if (x->op == X_MEASURE)
        ((bool *)active)[x->measure->rule] = true;
    for (int i = 0; i < X_ARGS; i++)
        mark_measures(active, x->arg[i]);
    return 0;
}

bool rule_wanted(const struct rule *r, const bool *wanted)
{
    return !r->hidden &&
           (wanted ? wanted[r->index] : r->state == ST_ACTIVE || r->state == ST_TRIAL);
}

void rules_active(const struct huji_library *lib, const bool *wanted, bool *active)
{
    for (int i = 0; i < lib->n_rules; i++) {
        active[i] = rule_wanted(lib->rules[i], wanted);
    }
    for (int i = 0; i < lib->n_rules; i++) { /* a combine asks for no other combine */
        const struct combine *c = active[i] ? lib->rules[i]->combine : NULL;
        for (int p = 0; c && p < c->n_parts; p++)
            for (int k = 0; k < c->part[p].n_rules; k++)
                active[c->part[p].rule[k]] = true;
        if (c && c->per)
            active[c->per->rule] = true;
    }
    for (int i = 0; i < lib->n_rules; i++) { /* a measure asks for no other measure */
        const struct rule *r = lib->rules[i];
        if (!active[i] || r->is_measure)
            continue;
        if (r->measure)
            active[r->measure->rule] = true;
        rule_each_expr(r, mark_measures, active);
    }
}

/* ---- which knowledge tables ---- */

static int mark_tables(void *kn, struct expr *x)
{
    const struct knowledge **k = kn; /* [0]: the one asked for; [1]: set when it is used */
    if (!x || k[1])
        return 0;
    if (x->kn == k[0] || (x->op == X_RELATED && span_is(k[0]->name, "dx_group")) ||
        (x->set && x->set->listed && span_is(k[0]->name, "dx_set")))
        k[1] = k[0];
    for (int i = 0; i < X_ARGS; i++)
        mark_tables(kn, x->arg[i]);
    return 0;
}

bool rule_uses(const struct huji_library *lib, const struct rule *r, const struct knowledge *k)
{
    const struct knowledge *found[2] = {k, NULL};
    bool *active = mem_calloc((size_t)lib->n_rules + 1, sizeof *active);
    bool *wanted = mem_calloc((size_t)lib->n_rules + 1, sizeof *wanted);
    bool uses = !active || !wanted; /* without memory: it may */
    if (!uses) {
        wanted[r->index] = true;
        rules_active(lib, wanted, active); /* with its parts and measures */
        uses = r->combine && r->combine->to == k;
    }
    for (int i = 0; i < lib->n_rules && !uses; i++) {
        const struct rule *one = lib->rules[i];
        if (!active[i])
            continue;
        for (int c = 0; c < one->n_clauses; c++)
            uses = uses || one->clause[c].kn == k;
        rule_each_expr(one, mark_tables, found);
        uses = uses || found[1];
    }
    mem_free(active);
    mem_free(wanted);
    return uses;
}

/* ---- what they read ---- */

static void add_field(struct run_needs *n, enum source_id s, int field)
{
    if (field >= 0)
        n->fields[source_table(s)] |= UINT64_C(1) << field;
}

static void add_named(struct run_needs *n, enum source_id s, const char *name)
{
    if (name)
        add_field(n, s, source_field(s, span_of(name)));
}

/* What the walk and every finding ask of an event, whatever the rule. */
static void add_source(struct run_needs *n, enum source_id s)
{
    static const char *const always[] = {
        "rank",  "psn_no", "mdtrt_id", "fixmedins_code", "ide_fixmedins_no", "hilist_code",
        "marks", "kind",   "void"};
    const struct source *src = &huji_sources[s];
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        add_named(n, s, always[i]);
    add_named(n, s, src->id_field);
    add_named(n, s, src->time_field);
    add_named(n, s, src->amount_field);
    add_named(n, s, src->fund_field);
}

static void add_lines(struct run_needs *n)
{
    static const char *const net[] = {"setl_id", "cnt", "pric", "inscp_amt", "init_no"};
    add_source(n, S_LINE);
    for (size_t i = 0; i < sizeof net / sizeof *net; i++)
        add_named(n, S_LINE, net[i]);
}

static int add_expr(void *ctx, struct expr *x)
{
    struct run_needs *n = ctx;
    if (!x)
        return 0;
    switch (x->op) {
    case X_FIELD:
        if (x->via != VIA_SELF) {
            add_field(n, x->from, x->fk);
            add_named(n, x->src, huji_sources[x->src].id_field);
        }
        add_field(n, x->src, x->field);
        break;
    case X_AGG: add_source(n, x->from); break;
    case X_CODE:
    case X_LEFT:
    case X_CAT3:
    case X_IN: n->texts[x->domain] = true; break;
    case X_DXLISTED: n->diag = true; break;
    case X_ANYDX: n->texts[x->domain] = n->diag = true; break;
    default: break;
    }
    if (x->lookup)
        n->lookup[x->lookup->id] = true;
    for (int i = 0; i < X_ARGS; i++)
        add_expr(n, x->arg[i]);
    return 0;
}

static void add_rule(struct run_needs *n, const struct rule *r)
{
    for (int c = 0; c < r->n_clauses; c++) {
        const struct expr *group = r->slot[c][SL_GROUP];
        add_source(n, r->clause[c].src);
        if (r->at_of == OF_SHORTER) {
            add_named(n, r->clause[c].src, "begndate");
            add_named(n, r->clause[c].src, "enddate");
        }
        /* which of several is kept: equals by the bytes of their codes, where no rank tells */
        if (r->kind == &kind_quota && group && group->type == V_CODE && group->domain != D_VISIT &&
            group->domain != D_SETL)
            n->texts[group->domain] = true;
    }
    if (r->derive.on) /* of two, the first by his number accuses */
        n->texts[D_PERSON] = true;
    rule_each_expr(r, add_expr, n);
}

int run_needs(const struct huji_library *lib, const bool *wanted, struct run_needs *out,
              struct err *e)
{
    bool *active = mem_calloc((size_t)lib->n_rules + 1, sizeof *active);
    if (!active)
        return err_nomem(e);
    *out = (struct run_needs){0};
    for (int d = 0; d < DOMAIN_COUNT; d++) /* the others are few, and asked for everywhere */
        out->texts[d] = d != D_PERSON && d != D_VISIT && d != D_SETL && d != D_TEXT;
    for (int i = 0; i < lib->n_kn; i++)
        for (int c = 0; c < lib->kn[i].n_columns; c++)
            if (lib->kn[i].column[c].type == V_CODE)
                out->texts[lib->kn[i].column[c].domain] = true;
    add_source(out, S_STAY);
    add_source(out, S_SETTLEMENT);
    add_lines(out);
    rules_active(lib, wanted, active);
    for (int i = 0; i < lib->n_rules; i++)
        if (active[i])
            add_rule(out, lib->rules[i]);
    mem_free(active);
    return 0;
}

/* ---- rules that nothing can be found by ---- */

static bool any_day_within(const struct huji_frame *f, enum source_id src, const struct rule *r)
{
    const char *time = huji_sources[src].time_field;
    int at = time ? source_field(src, span_of(time)) : -1;
    const struct huji_table *t = &f->table[source_table(src)];
    if (source_is_line(src))
        return true; /* nobody knows: lines are not here, but walked */
    if (!t->n)
        return false;
    if (at < 0 || !t->col[at])
        return true;
    for (size_t i = 0; i < t->n; i++) {
        int64_t v = table_cell(t, huji_sources[src].fields[at].type, at, i);
        day_t day = v == HUJI_NONE64 ? r->from : sec_day(v);
        if ((r->from == DAY_NONE || day >= r->from) && (r->to == DAY_NONE || day <= r->to))
            return true;
    }
    return false;
}

bool rule_in_time(const struct huji_frame *f, const struct rule *r)
{
    if ((r->from == DAY_NONE && r->to == DAY_NONE) || r->is_measure || r->combine ||
        r->kind == &kind_outlier || !r->n_clauses)
        return true;
    for (int c = 0; c < r->n_clauses; c++)
        if (any_day_within(f, r->clause[c].src, r))
            return true;
    return false;
}
