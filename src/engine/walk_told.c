/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What packing left out of kept events, because their rows tell it again: read a column at a time, for a block of events that
 * stays in the processor's nearest memory. The cells lie anywhere; of one column many are waited for at once.
 */
#include "engine/walk_priv.h"

enum { BLOCK = 256, RANK = EVENT_NUMBERS, MOST_COLUMNS = EVENT_NUMBERS + 2 };
enum { N_T = offsetof(struct event, t) / 8, N_G = offsetof(struct event, g) / 8 };

/* A column, and the numbers of an event that are its value, or the day of it: a bit each; RANK: the event's rank. */
struct column {
    enum source_id src; /* of the cells */
    int field, fk;      /* fk >= 0: of the row to which that id of the event's own row leads */
    bool wide;
    unsigned is, day;
};

/* How the events of a clause are filled. */
struct form {
    enum source_id src;
    struct column column[MOST_COLUMNS];
    int n_columns;
    unsigned same, other; /* numbers that all events share; that only evaluation gives */
    int64_t shared[EVENT_NUMBERS];
    bool group, ends; /* g is the joined row; u is not x */
    int rank;         /* column; -1: none */
};

static void add_column(struct form *f, const struct column *c)
{
    for (int i = 0; i < f->n_columns; i++) {
        struct column *have = &f->column[i];
        if (have->src == c->src && have->field == c->field && have->fk == c->fk) {
            have->is |= c->is;
            have->day |= c->day;
            return;
        }
    }
    f->column[f->n_columns++] = *c;
}

static void add_number(const struct huji_run *run, struct form *f, const struct expr *x,
                       unsigned bit)
{
    const struct expr *of = x->op == X_DAY ? x->arg[0] : x;
    if (x->op == X_NUM || x->op == X_CODE) {
        f->same |= bit;
        f->shared[__builtin_ctz(bit)] = x->op == X_NUM ? x->num : run->link[x->id].id;
        return;
    }
    bool there = of->op == X_FIELD && of->via != VIA_SELF;
    if (of->op != X_FIELD || (there && source_is_line(of->src))) {
        f->other |= bit;
        return;
    }
    add_column(f, &(struct column){.src = there ? of->src : f->src,
                                   .field = of->field,
                                   .fk = there ? of->fk : -1,
                                   .wide = of->wide,
                                   .is = x == of ? bit : 0,
                                   .day = x == of ? 0 : bit});
}

static struct form form_of(const struct huji_run *run, const struct rule *r, int clause,
                           unsigned told)
{
    enum source_id src = r->clause[clause].src;
    const struct known_fields *known = &run->known[src];
    struct form f = {.src = src, .ends = r->slot[clause][SL_END] != NULL};
    for (int i = 0; told >> i; i++) {
        const struct expr *x = told >> i & 1 ? walk_giver(r, clause, i) : NULL;
        if (x)
            add_number(run, &f, x, 1u << i);
    }
    if (told >> N_T & 1 && known->t >= 0)
        add_column(
            &f, &(struct column){.src = src,
                                 .field = known->t,
                                 .fk = -1,
                                 .wide = ftype_width(huji_sources[src].fields[known->t].type) == 8,
                                 .is = 1u << N_T});
    else if (told >> N_T & 1)
        f.same |= 1u << N_T;
    f.rank = source_is_line(src) ? -1 : run->known[source_table(src)].rank;
    if (f.rank >= 0)
        add_column(&f, &(struct column){.src = src, .field = f.rank, .fk = -1, .is = 1u << RANK});
    f.group = told >> N_G & 1 && !r->slot[clause][SL_GROUP] && r->clause[clause].kn;
    return f;
}

/* ---- cells ---- */

/* With `width` known where it is called, a loop of few steps. */
__attribute__((always_inline)) static inline void unpack(const char *col, size_t width,
                                                         int64_t base, const int32_t *row, size_t n,
                                                         int64_t *out)
{
    uint32_t none = width == 4 ? UINT32_MAX : (UINT32_C(1) << width * 8) - 1;
    for (size_t i = 0; i < n; i++) {
        uint32_t v = none;
        if (row[i] >= 0) /* of 3 bytes one more is read */
            memcpy(&v, col + (size_t)row[i] * width, width == 3 ? 4 : width);
        v &= none;
        out[i] = v == none ? HUJI_NONE64 : base + v;
    }
}

static void gather(const struct huji_table *t, const struct column *c, const int32_t *row, size_t n,
                   int64_t *out)
{
    int f = c->field;
    const void *col = t->col[f];
    bool plain = !col || t->there[f] || !t->width[f];
    for (size_t i = 0; plain && i < n; i++)
        out[i] = row[i] < 0 ? HUJI_NONE64
                            : table_cell(t, c->wide ? F_BIG : F_INT, f, (size_t)row[i]);
    if (plain)
        return;
    switch (t->width[f]) {
    case 1: unpack(col, 1, t->base[f], row, n, out); return;
    case 2: unpack(col, 2, t->base[f], row, n, out); return;
    case 3: unpack(col, 3, t->base[f], row, n, out); return;
    default: unpack(col, 4, t->base[f], row, n, out); return;
    }
}

static void gather_lines(const struct walk *w, const struct column *c, const int32_t *row, size_t n,
                         int64_t *out)
{
    struct event_ref ref = {c->src, 0, -1, NULL};
    for (size_t i = 0; i < n; i++) {
        ref.row = row[i];
        out[i] = eval_cell(&w->env, &ref, c->field, c->wide);
    }
}

static void gather_own(const struct walk *w, const struct column *c, const int32_t *row, size_t n,
                       int64_t *out)
{
    if (source_is_line(c->src))
        gather_lines(w, c, row, n, out);
    else
        gather(&w->run->frame->table[source_table(c->src)], c, row, n, out);
}

/* From the rows to which the ids in column c->fk of these rows lead. */
static void gather_there(const struct walk *w, enum source_id own, const struct column *c,
                         const int32_t *row, size_t n, int64_t *out)
{
    const struct field *f = &huji_sources[own].fields[c->fk];
    const struct column id = {
        .src = own, .field = c->fk, .fk = -1, .wide = ftype_width(f->type) == 8};
    const int32_t *rows = w->run->row_of[f->domain];
    int64_t count = w->run->frame->dict[f->domain].n;
    int32_t there[BLOCK];
    gather_own(w, &id, row, n, out);
    for (size_t i = 0; i < n; i++)
        there[i] = rows && out[i] >= 0 && out[i] < count ? rows[out[i]] : -1;
    gather(&w->run->frame->table[source_table(c->src)], c, there, n, out);
}

/* ---- events ---- */

static void put(struct event *const *ev, size_t n, unsigned numbers, const int64_t *v)
{
    for (; numbers; numbers &= numbers - 1) {
        size_t at = (size_t)__builtin_ctz(numbers) * 8;
        for (size_t i = 0; i < n; i++)
            memcpy((char *)ev[i] + at, &v[i], 8);
    }
}

static void fill_column(const struct walk *w, const struct form *f, const struct column *c,
                        struct event *const *ev, const int32_t *row, size_t n)
{
    int64_t v[BLOCK];
    if (c->fk >= 0)
        gather_there(w, f->src, c, row, n, v);
    else
        gather_own(w, c, row, n, v);
    put(ev, n, c->is & ~(1u << RANK), v);
    if (c->is >> RANK & 1)
        for (size_t i = 0; i < n; i++)
            ev[i]->rank = (uint32_t)v[i];
    if (!c->day)
        return;
    for (size_t i = 0; i < n; i++)
        v[i] = v[i] == HUJI_NONE64 ? v[i] : sec_day(v[i]);
    put(ev, n, c->day, v);
}

static void evaluate(struct walk *w, const struct rule *r, unsigned numbers, struct event *ev)
{
    w->env.cur = (struct event_ref){(enum source_id)ev->src, ev->row, ev->kn, NULL};
    for (; numbers; numbers &= numbers - 1) {
        int i = __builtin_ctz(numbers);
        int64_t v = eval(&w->env, walk_giver(r, ev->clause, i));
        memcpy((char *)ev + (size_t)i * 8, &v, 8);
    }
}

/* Events of one clause. */
static void fill(const struct walk *merged, struct walk *w, const struct rule *r,
                 const struct form *f, struct event *const *ev, size_t n)
{
    int32_t row[BLOCK];
    bool line = source_is_line(f->src);
    for (size_t i = 0; i < n; i++)
        row[i] = ev[i]->row;
    for (unsigned m = f->same; m; m &= m - 1)
        for (size_t i = 0; i < n; i++)
            memcpy((char *)ev[i] + (size_t)__builtin_ctz(m) * 8, &f->shared[__builtin_ctz(m)], 8);
    for (int c = 0; c < f->n_columns; c++)
        fill_column(w, f, &f->column[c], ev, row, n);
    for (size_t i = 0; i < n; i++) {
        if (f->other)
            evaluate(w, r, f->other, ev[i]);
        if (f->group)
            ev[i]->g = ev[i]->kn;
        if (!f->ends)
            ev[i]->u = ev[i]->x;
        if (f->rank < 0)
            ev[i]->rank = line ? merged->tap_rank[row[i]] : (uint32_t)row[i];
    }
}

void walk_tell(const struct walk *merged, struct walk *w, const struct rule *r, struct event *ev,
               size_t n)
{
    struct form form[MAX_CLAUSES];
    for (int c = 0; c < r->n_clauses; c++)
        form[c] = form_of(w->run, r, c, merged->told[r->index]);
    for (size_t i = 0; i < n; i += BLOCK)
        for (int c = 0; c < r->n_clauses; c++) {
            struct event *of[BLOCK];
            size_t k = 0;
            for (size_t j = i; j < n && j < i + BLOCK; j++)
                if (ev[j].clause == c)
                    of[k++] = &ev[j];
            if (k)
                fill(merged, w, r, &form[c], of, k);
        }
}
