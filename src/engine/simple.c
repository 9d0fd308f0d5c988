/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Conditions that ask one column of the event itself: `med_type in OPT or med_type in CHR`, `cnt > 0`, `prd_days is known`; and
 * what of a joined table can be said before there is an event. */
#include "engine/eval.h"

struct wanted {
    struct huji_run *run;
    enum source_id src;
    int field; /* -1: none yet */
    uint64_t *bits;
    uint32_t n;
};

/* The column, if x is a column of the event's own row; else -1. */
static int own_column(enum source_id src, const struct expr *x)
{
    bool own = x->op == X_FIELD && x->via == VIA_SELF && x->base == BASE_CUR && !x->num &&
               source_table(x->src) == source_table(src);
    return own ? x->field : -1;
}

static bool same_column(struct wanted *w, const struct expr *x)
{
    int f = own_column(w->src, x);
    if (f < 0 || (w->field >= 0 && w->field != f))
        return false;
    w->field = f;
    return true;
}

/* Adds the codes for which x is true; false: x is no such thing. */
static bool add_codes(struct wanted *w, const struct expr *x)
{
    if (x->op == X_OR)
        return add_codes(w, x->arg[0]) && add_codes(w, x->arg[1]);
    if (x->op == X_IN && same_column(w, x->arg[0])) {
        const struct link *l = &w->run->link[x->id];
        for (uint32_t i = 0; l->bits && i <= l->n_bits / 64 && i <= w->n / 64; i++)
            w->bits[i] |= l->bits[i];
        return true;
    }
    if (x->op == X_EQ && x->arg[1]->op == X_CODE && same_column(w, x->arg[0])) {
        int32_t id = w->run->link[x->arg[1]->id].id;
        if (id >= 0 && (uint32_t)id < w->n)
            w->bits[id >> 6] |= UINT64_C(1) << (id & 63);
        return true;
    }
    return false;
}

static const struct expr *first_column(const struct expr *x)
{
    while (x->op == X_OR)
        x = x->arg[0];
    return x->op == X_IN || x->op == X_EQ ? x->arg[0] : NULL;
}

static int codes(struct huji_run *run, enum source_id src, struct conjunct *c)
{
    const struct expr *col = first_column(c->x);
    if (!col || col->type != V_CODE || own_column(src, col) < 0)
        return 0;
    struct wanted w = {run, src, -1, NULL, run_id_count(run, col->domain)};
    w.bits = arena_calloc(&run->a, ((size_t)w.n / 64 + 1) * sizeof *w.bits);
    if (!w.bits)
        return -1;
    if (add_codes(&w, c->x)) {
        c->ask = ASK_SET;
        c->field = w.field;
        c->bits = w.bits;
        c->n_bits = w.n;
    }
    return 0;
}

static bool constant(const struct expr *x)
{
    return x->op == X_NUM || ((x->op == X_RESCALE || x->op == X_NEG) && constant(x->arg[0]));
}

static void number(struct huji_run *run, enum source_id src, struct conjunct *c)
{
    const struct expr *x = c->x;
    if (x->op == X_KNOWN) {
        c->field = own_column(src, x->arg[0]);
        c->ask = c->field >= 0 ? ASK_KNOWN : ASK_EVAL;
        return;
    }
    if (x->op < X_EQ || x->op > X_GE || x->arg[0]->type != V_NUM || !constant(x->arg[1]) ||
        (c->field = own_column(src, x->arg[0])) < 0)
        return;
    struct env v = {.run = run};
    c->num = eval(&v, x->arg[1]);
    c->op = x->op;
    c->ask = c->num == HUJI_NONE64 ? ASK_EVAL : ASK_NUMBER;
}

/* `price_cap.level = inst.level` */
static bool row_code(const struct huji_run *run, struct conjunct *c)
{
    const struct expr *kn = c->x->arg[0];
    if (c->x->op != X_EQ || kn->op != X_KN || kn->kn->column[kn->field].type == V_NUM)
        return false;
    c->ids = run->kn_ids[kn->kn->index * KN_COLUMNS + kn->field];
    return c->ids;
}

int conjunct_simplify(struct huji_run *run, enum source_id src, struct conjunct *c)
{
    c->ask = ASK_EVAL;
    if (row_code(run, c)) {
        c->ask = ASK_ROW;
        return 0;
    }
    if (codes(run, src, c) < 0)
        return -1;
    if (!c->ask)
        number(run, src, c);
    if (c->ask == ASK_EVAL)
        return arith_make(run, c);
    c->wide = ftype_width(huji_sources[src].fields[c->field].type) == 8;
    return 0;
}

/* ---- of a joined row ---- */

bool asks_row(const struct expr *x)
{
    bool inner = (x->op >= X_AND && x->op <= X_IN) || x->op == X_RESCALE;
    if (!inner)
        return x->op == X_KN || x->op == X_CODE || x->op == X_NUM;
    for (int i = 0; i < X_ARGS; i++)
        if (x->arg[i] && !asks_row(x->arg[i]))
            return false;
    return true;
}

int plan_bound(struct huji_run *run, struct clause_plan *p, const struct conjunct *c)
{
    const struct expr *x = c->x;
    bool more = x->op == X_GT || x->op == X_GE, less = x->op == X_LT || x->op == X_LE;
    if (p->bound || c->except || (!more && !less) || x->arg[0]->own != OWN_CUR ||
        !asks_row(x->arg[1]))
        return 0;
    p->bound = arena_alloc(&run->a, ((size_t)p->kn->n + 1) * sizeof *p->bound);
    if (!p->bound)
        return -1;
    for (uint32_t i = 0; i < p->kn->n; i++) {
        int64_t bound = HUJI_NONE64;
        for (uint32_t k = p->kn->at[i]; k < p->kn->at[i + 1]; k++) {
            struct env v = {.run = run, .cur = {S_LINE, -1, p->kn->rows[k], NULL}};
            int64_t at = eval(&v, x->arg[1]);
            if (at != HUJI_NONE64 && (bound == HUJI_NONE64 || (more ? at < bound : at > bound)))
                bound = at;
        }
        p->bound[i] = bound;
    }
    p->bound_by = x;
    return 0;
}
