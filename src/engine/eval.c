/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/eval.h"

#include "engine/fold.h"

#define NONE HUJI_NONE64

int64_t eval_stored(const struct env *v, const struct event_ref *r, int field, bool wide)
{
    if (r->row < 0)
        return NONE;
    if (source_is_line(r->src)) {
        const void *col = v->line ? v->line[field] : NULL;
        return col ? line_cell(col, wide, (size_t)r->row) : NONE;
    }
    return table_cell(&v->run->frame->table[source_table(r->src)], wide ? F_BIG : F_INT, field,
                      (size_t)r->row);
}

/* A column of what the event hangs on. */
static int64_t eval_there(const struct env *v, const struct expr *x, const struct event_ref *r)
{
    int64_t key = eval_field(v, r, x->fk);
    if (key == NONE)
        return NONE;
    enum domain d = huji_sources[r->src].fields[x->fk].domain;
    const int32_t *rows = v->run->row_of[d];
    int32_t row = rows && key < v->run->frame->dict[d].n ? rows[key] : -1;
    return eval_cell(v, &(struct event_ref){x->src, row, -1, NULL}, x->field, x->wide);
}

/* A column of what the event hangs on, or of the one before. */
static int64_t eval_column(struct env *v, const struct expr *x)
{
    const struct event_ref *r = x->num ? &v->inner : x->base == BASE_PREV ? &v->prev : &v->cur;
    if (x->base == BASE_PREV && source_table(r->src) != source_table(x->from))
        return NONE; /* the one before came from another source, which has other fields */
    return x->via == VIA_SELF ? eval_cell(v, r, x->field, x->wide) : eval_there(v, x, r);
}

int64_t div_round(int64_t a, int64_t b, int scale_up)
{
    enum { SMALL = 61 }; /* bits: twice of it, and the sum, still fit */
    if (b == 0)
        return NONE;
    uint64_t ua = a < 0 ? -(uint64_t)a : (uint64_t)a, ub = b < 0 ? -(uint64_t)b : (uint64_t)b;
    if (!scale_up && !(ua >> SMALL) && !(ub >> SMALL)) {
        int64_t q = (int64_t)((2 * ua + ub) / (2 * ub));
        return (a < 0) != (b < 0) ? -q : q;
    }
    __int128 n = a, d = b;
    for (; scale_up > 0; scale_up--)
        n *= 10;
    for (; scale_up < 0; scale_up++)
        d *= 10;
    bool neg = (n < 0) != (d < 0);
    if (n < 0)
        n = -n;
    if (d < 0)
        d = -d;
    __int128 q = (2 * n + d) / (2 * d);
    if (q > INT64_MAX)
        return NONE;
    return neg ? -(int64_t)q : (int64_t)q;
}

static int64_t rescale(int64_t a, int from, int to)
{
    static const int64_t ten[] = {1,      10,      100,      1000,      10000,
                                  100000, 1000000, 10000000, 100000000, 1000000000};
    enum { MOST = sizeof ten / sizeof *ten - 1 };
    if (a == NONE)
        return NONE;
    for (; from < to; from += MOST)
        if (__builtin_mul_overflow(a, ten[to - from < MOST ? to - from : MOST], &a))
            return NONE;
        else if (to - from <= MOST)
            return a;
    int64_t d = 1;
    for (; from > to; from--)
        d *= 10;
    return d == 1 ? a : div_round(a, d, 0);
}

static bool bit(const struct link *l, int64_t id)
{
    return l->bits && id >= 0 && id < l->n_bits && (l->bits[id >> 6] >> (id & 63) & 1);
}

static int64_t eval_anydx(struct env *v, const struct expr *x)
{
    int64_t visit = eval(v, x->arg[0]);
    const struct huji_frame *f = v->run->frame;
    if (visit == NONE || !f->diag_at)
        return NONE;
    uint32_t lo = f->diag_at[visit], hi = f->diag_at[visit + 1];
    if (lo == hi)
        return NONE;
    for (uint32_t i = lo; i < hi; i++)
        if (bit(&v->run->link[x->id], f->diag[i]))
            return 1;
    return 0;
}

static const struct index *index_of(const struct env *v, const struct expr *x)
{
    return v->run->link[x->id].index;
}

static int64_t kn_cell(const struct env *v, const struct knowledge *k, int col, int32_t row)
{
    if (row < 0)
        return NONE;
    if (k->column[col].type == V_NUM)
        return k->column[col].num[row];
    int32_t id = v->run->kn_ids[k->index * KN_COLUMNS + col][row];
    return id == HUJI_NONE32 ? NONE : id;
}

static int64_t eval_dxlisted(struct env *v, const struct expr *x)
{
    int64_t key = eval(v, x->arg[0]), visit = eval(v, x->arg[1]);
    const struct huji_frame *f = v->run->frame;
    const struct index *ix = index_of(v, x);
    if (key == NONE || visit == NONE || !f->diag_at || f->diag_at[visit] == f->diag_at[visit + 1])
        return NONE;
    int64_t day = x->agg == AGG_ANY ? eval(v, x->arg[2]) : 0;
    if (day == NONE)
        return NONE;
    int dxcol = knowledge_column(x->kn, SPAN("dx"));
    for (uint32_t j = ix && key < ix->n ? ix->at[key] : 0; ix && key < ix->n && j < ix->at[key + 1];
         j++) {
        struct span p = x->kn->column[dxcol].text[ix->rows[j]];
        if (x->agg == AGG_ANY && !knowledge_holds(x->kn, ix->rows[j], day))
            continue;
        if (p.n && p.p[p.n - 1] == '*')
            p.n--;
        for (uint32_t i = f->diag_at[visit]; p.n && i < f->diag_at[visit + 1]; i++) {
            struct span c = run_code(v->run, D_DX, f->diag[i]);
            if (c.n >= p.n && memcmp(c.p, p.p, p.n) == 0)
                return 1;
        }
    }
    return 0;
}

/* First row of the table that matches the keys (and the day); -1 none, -2 a key is unknown. */
static int32_t find_row(struct env *v, const struct expr *x)
{
    int64_t key[4];
    int n_key = (int)x->num;
    bool dated = x->agg == AGG_ANY;
    for (int i = 0; i < n_key + dated; i++)
        if ((key[i] = eval(v, x->arg[i])) == NONE)
            return -2;
    const struct index *ix = index_of(v, x);
    if (!ix || key[0] < 0 || key[0] >= ix->n)
        return -1;
    int64_t day = dated ? key[n_key] : 0;
    for (uint32_t j = ix->at[key[0]]; j < ix->at[key[0] + 1]; j++) {
        int32_t row = ix->rows[j];
        bool ok = true;
        if (x->lookup) {
            const struct huji_lookup *l = &v->run->frame->lookup[x->lookup->id];
            for (int i = 1; i < n_key && ok; i++)
                ok = l->key[i][row] == key[i];
            if (ok && dated)
                ok = (!l->b || l->b[row] == HUJI_NONE32 || l->b[row] <= day) &&
                     (!l->e || l->e[row] == HUJI_NONE32 || day <= l->e[row]);
        } else {
            const struct knowledge *k = x->kn;
            for (int i = 1; i < n_key && ok; i++)
                ok = kn_cell(v, k, i, row) == key[i];
            ok = ok && (!dated || knowledge_holds(k, row, day));
        }
        if (ok)
            return row;
    }
    return -1;
}

static int64_t eval_table(struct env *v, const struct expr *x)
{
    if (x->lookup && !v->run->frame->has_lookup[x->lookup->id])
        return NONE;
    int32_t row = find_row(v, x);
    if (row == -2)
        return NONE;
    if (x->op != X_LOOK)
        return row >= 0;
    if (row < 0)
        return NONE;
    if (!x->lookup)
        return kn_cell(v, x->kn, x->field, row);
    const int64_t *val = v->run->frame->lookup[x->lookup->id].value[x->field];
    return val ? val[row] : NONE;
}

static bool eval_found(struct env *v, const struct expr *x)
{
    if (x->lookup && !v->run->frame->has_lookup[x->lookup->id])
        return false;
    const struct index *ix = index_of(v, x);
    int64_t key = eval(v, x->arg[0]);
    return ix && key >= 0 && key < ix->n && ix->at[key] < ix->at[key + 1] && find_row(v, x) >= 0;
}

static int64_t eval_cmp(enum xop op, int64_t p, int64_t q)
{
    if (p == NONE || q == NONE)
        return NONE;
    return eval_compare(op, p, q);
}

static bool eval_compares(struct env *v, const struct expr *x)
{
    int64_t p = eval(v, x->arg[0]);
    return p != NONE && eval_cmp(x->op, p, eval(v, x->arg[1])) == 1;
}

bool eval_holds(struct env *v, const struct expr *x)
{
    if (x->memo && v->cur.memo)
        return eval_tree(v, x) == 1;
    switch (x->op) {
    case X_AND: return eval_holds(v, x->arg[0]) && eval_holds(v, x->arg[1]);
    case X_OR: return eval_holds(v, x->arg[0]) || eval_holds(v, x->arg[1]);
    case X_HAS:
    case X_COVERED: return eval_found(v, x);
    case X_EQ:
    case X_NE:
    case X_LT:
    case X_LE:
    case X_GT:
    case X_GE: return eval_compares(v, x);
    default: return eval(v, x) == 1;
    }
}

/* ---- nodes ----
 * A function an operator: each saves what it needs itself, where one for all of them would save for the dearest. */

static int64_t eval_and(struct env *v, const struct expr *x)
{
    int64_t p = eval(v, x->arg[0]);
    if (!p)
        return 0;
    int64_t q = eval(v, x->arg[1]);
    return !q ? 0 : p == NONE || q == NONE ? NONE : 1;
}

static int64_t eval_or(struct env *v, const struct expr *x)
{
    int64_t p = eval(v, x->arg[0]);
    if (p == 1)
        return 1;
    int64_t q = eval(v, x->arg[1]);
    return q == 1 ? 1 : p == NONE || q == NONE ? NONE : 0;
}

static int64_t eval_not(struct env *v, const struct expr *x)
{
    int64_t p = eval(v, x->arg[0]);
    return p == NONE ? NONE : !p;
}

static int64_t eval_order(struct env *v, const struct expr *x)
{
    int64_t p = eval(v, x->arg[0]);
    return p == NONE ? NONE : eval_cmp(x->op, p, eval(v, x->arg[1]));
}

static int64_t eval_add(struct env *v, const struct expr *x)
{
    int64_t p = eval(v, x->arg[0]), q = p == NONE ? NONE : eval(v, x->arg[1]), r;
    return q == NONE || __builtin_add_overflow(p, q, &r) ? NONE : r;
}

static int64_t eval_sub(struct env *v, const struct expr *x)
{
    int64_t p = eval(v, x->arg[0]), q = p == NONE ? NONE : eval(v, x->arg[1]), r;
    return q == NONE || __builtin_sub_overflow(p, q, &r) ? NONE : r;
}

static int64_t eval_mul(struct env *v, const struct expr *x)
{
    int64_t p = eval(v, x->arg[0]), q = p == NONE ? NONE : eval(v, x->arg[1]), r;
    return q == NONE || __builtin_mul_overflow(p, q, &r) ? NONE : r;
}

static int64_t eval_div(struct env *v, const struct expr *x)
{
    int64_t p = eval(v, x->arg[0]), q = p == NONE ? NONE : eval(v, x->arg[1]);
    return q == NONE ? NONE : div_round(p, q, 6 + x->arg[1]->scale - x->arg[0]->scale);
}

static int64_t eval_neg(struct env *v, const struct expr *x)
{
    int64_t p = eval(v, x->arg[0]);
    return p == NONE ? NONE : -p;
}

static int64_t eval_abs(struct env *v, const struct expr *x)
{
    int64_t p = eval(v, x->arg[0]);
    return p == NONE || p >= 0 ? p : -p;
}

static int64_t eval_ceildiv(struct env *v, const struct expr *x)
{
    int64_t p = eval(v, x->arg[0]), q = eval(v, x->arg[1]);
    if (p == NONE || q == NONE || q <= 0)
        return NONE;
    return p >= 0 ? (p + q - 1) / q : -(-p / q);
}

static int64_t eval_known(struct env *v, const struct expr *x)
{
    return eval(v, x->arg[0]) != NONE;
}

static int64_t eval_missing(struct env *v, const struct expr *x)
{
    return eval(v, x->arg[0]) == NONE;
}

static int64_t eval_in(struct env *v, const struct expr *x)
{
    int64_t p = eval(v, x->arg[0]);
    return p == NONE ? NONE : bit(&v->run->link[x->id], p);
}

static int64_t eval_num(struct env *v, const struct expr *x)
{
    (void)v;
    return x->num;
}

static int64_t eval_code(struct env *v, const struct expr *x)
{
    return v->run->link[x->id].id;
}

static int64_t eval_kn(struct env *v, const struct expr *x)
{
    return kn_cell(v, x->kn, x->field, v->cur.kn);
}

static int64_t eval_rescale(struct env *v, const struct expr *x)
{
    return rescale(eval(v, x->arg[0]), x->arg[0]->scale, x->scale);
}

static int64_t eval_left(struct env *v, const struct expr *x)
{
    const struct link *l = &v->run->link[x->id];
    int64_t p = eval(v, x->arg[0]);
    if (p == NONE || p >= l->n_map || l->map[p] == HUJI_NONE32)
        return NONE;
    return l->map[p];
}

static int64_t eval_day(struct env *v, const struct expr *x)
{
    int64_t p = eval(v, x->arg[0]);
    return p == NONE ? NONE : sec_day(p);
}

static int64_t eval_hour(struct env *v, const struct expr *x)
{
    int64_t p = eval(v, x->arg[0]);
    return p == NONE ? NONE : (p - (int64_t)sec_day(p) * DAY_SECS) / 3600;
}

static int64_t eval_calendar(struct env *v, const struct expr *x)
{
    int64_t d = eval(v, x->arg[0]);
    int y, m, day;
    if (d == NONE)
        return NONE;
    if (x->op == X_WEEKDAY)
        return ((d + 3) % 7 + 7) % 7 + 1;
    day_to_ymd((day_t)d, &y, &m, &day);
    return x->op == X_YEAR ? y : x->op == X_MONTH ? y * 12 + m - 1 : y * 4 + (m - 1) / 3;
}

static int64_t eval_age(struct env *v, const struct expr *x)
{
    int64_t p = eval(v, x->arg[0]), q = eval(v, x->arg[1]);
    return p == NONE || q == NONE ? NONE : day_age((day_t)p, (day_t)q);
}

static int64_t eval_if(struct env *v, const struct expr *x)
{
    int64_t c = eval(v, x->arg[0]);
    return eval(v, x->arg[c == 1 ? 1 : 2]); /* unknown is not true: as CASE WHEN */
}

static int64_t eval_extreme(struct env *v, const struct expr *x)
{
    int64_t r = NONE;
    for (int i = 0; i < x->n_arg; i++) {
        int64_t e = eval(v, x->arg[i]);
        if (e == NONE)
            return NONE;
        if (i == 0 || (x->op == X_MIN ? e < r : e > r))
            r = e;
    }
    return r;
}

static int64_t eval_coalesce(struct env *v, const struct expr *x)
{
    int64_t e = NONE;
    for (int i = 0; i < x->n_arg && e == NONE; i++)
        e = eval(v, x->arg[i]);
    return e;
}

static int64_t eval_dx(struct env *v, const struct expr *x)
{
    const struct huji_run *r = v->run;
    int64_t p = eval(v, x->arg[0]), q = eval(v, x->arg[1]);
    if (p == NONE || q == NONE || p >= r->n_dx || q >= r->n_dx || r->dx_cat[p] < 0 ||
        r->dx_cat[q] < 0)
        return NONE;
    if (x->op == X_CHAPTER)
        return r->dx_chapter[p] == r->dx_chapter[q];
    return r->dx_cat[p] == r->dx_cat[q] ||
           (r->dx_group[p] >= 0 && r->dx_group[p] == r->dx_group[q]);
}

static int64_t eval_fund(struct env *v, const struct expr *x)
{
    const struct event_ref *r = x->num ? &v->inner : x->base == BASE_PREV ? &v->prev : &v->cur;
    return v->walk ? walk_line_fund(v->walk, r->row) : NONE;
}

/* What the finding says: numbers that whoever asks has put there. */
static int64_t eval_given(struct env *v, const struct expr *x)
{
    switch (x->op) {
    case X_VALUE: return v->value;
    case X_THRESHOLD: return v->threshold;
    case X_GAP_FROM: return v->gap_from;
    case X_GAP_TO: return v->gap_to;
    case X_INFLOW: return v->inflow;
    case X_PART: return v->parts ? v->parts[x->num] : NONE;
    case X_KEY: return v->keys ? v->keys[x->num] : NONE;
    default: return NONE;
    }
}

static int64_t eval_measure(struct env *v, const struct expr *x)
{
    int64_t key[X_ARGS];
    for (int i = 0; i < x->n_arg; i++)
        key[i] = v->late ? *v->late++ : eval(v, x->arg[i]);
    for (int i = 0; i < x->n_arg; i++)
        if (key[i] == NONE)
            return NONE;
    return measure_value(v->run, x->measure, key, x->n_arg);
}

static int64_t (*const node[X_COUNT])(struct env *v, const struct expr *x) = {
    [X_AND] = eval_and,
    [X_OR] = eval_or,
    [X_NOT] = eval_not,
    [X_EQ] = eval_order,
    [X_NE] = eval_order,
    [X_LT] = eval_order,
    [X_LE] = eval_order,
    [X_GT] = eval_order,
    [X_GE] = eval_order,
    [X_ADD] = eval_add,
    [X_SUB] = eval_sub,
    [X_MUL] = eval_mul,
    [X_DIV] = eval_div,
    [X_NEG] = eval_neg,
    [X_KNOWN] = eval_known,
    [X_MISSING] = eval_missing,
    [X_IN] = eval_in,
    [X_NUM] = eval_num,
    [X_CODE] = eval_code,
    [X_FIELD] = eval_column,
    [X_KN] = eval_kn,
    [X_VALUE] = eval_given,
    [X_THRESHOLD] = eval_given,
    [X_FUND] = eval_fund,
    [X_GAP_FROM] = eval_given,
    [X_GAP_TO] = eval_given,
    [X_INFLOW] = eval_given,
    [X_RESCALE] = eval_rescale,
    [X_DAY] = eval_day,
    [X_MONTH] = eval_calendar,
    [X_QUARTER] = eval_calendar,
    [X_YEAR] = eval_calendar,
    [X_WEEKDAY] = eval_calendar,
    [X_HOUR] = eval_hour,
    [X_AGE] = eval_age,
    [X_LEFT] = eval_left,
    [X_CAT3] = eval_left,
    [X_RELATED] = eval_dx,
    [X_CHAPTER] = eval_dx,
    [X_ANYDX] = eval_anydx,
    [X_DXLISTED] = eval_dxlisted,
    [X_HAS] = eval_table,
    [X_COVERED] = eval_table,
    [X_LOOK] = eval_table,
    [X_IF] = eval_if,
    [X_MIN] = eval_extreme,
    [X_MAX] = eval_extreme,
    [X_COALESCE] = eval_coalesce,
    [X_ABS] = eval_abs,
    [X_CEILDIV] = eval_ceildiv,
    [X_AGG] = eval_agg,
    [X_MEMBERS] = eval_members,
    [X_MEASURE] = eval_measure,
    [X_PART] = eval_given,
    [X_KEY] = eval_given,
};

int64_t eval_tree(struct env *v, const struct expr *x)
{
    struct memo *m = v->cur.memo;
    if (!x->memo || !m)
        return node[x->op](v, x);
    uint64_t *known = &m->known[x->memo >> 6], bit_of = UINT64_C(1) << (x->memo & 63);
    if (!(*known & bit_of)) {
        m->val[x->memo] = node[x->op](v, x);
        *known |= bit_of;
    }
    return m->val[x->memo];
}
