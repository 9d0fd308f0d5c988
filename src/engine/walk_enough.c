/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Questions that want several events of one person, or events of two kinds: of who has fewer rows than that nothing need be asked.
 * Most persons have a few settlements, one or two institutions and no stay.
 */
#include "engine/walk_priv.h"

#include "base/mem.h"

/* What a rule wants of a person: so many rows of `all`; one at least of each of `side`, a bit a source, 0: none. */
struct enough {
    int rule, plan, n_plans; /* its plans come one after the other */
    size_t all;
    unsigned sources, side[2];
    int column; /* of lines: so many different codes of it; -1 */
};

enum { MOST_CODES = 8 };

/* All events of an owner come with one person. */
static bool of_one_person(const struct rule *r)
{
    bool own = !r->is_measure && !r->combine && !r->derive.on;
    for (int c = 0; c < r->n_clauses && own; c++) {
        enum source_id src = r->clause[c].src;
        const struct expr *k = r->key[c][0];
        own = src != S_LINE_RAW && src != S_UNMATCHED && k && k->own == OWN_CUR &&
              k->field == source_field(src, SPAN("psn_no"));
    }
    return own;
}

/* No row makes more than one event: or only events that are the same member. */
static bool row_by_row(const struct rule *r, bool members)
{
    for (int c = 0; c < r->n_clauses; c++) {
        const struct expr *g = r->slot[c][SL_GROUP];
        bool own = members && g && (g->own == OWN_CUR || (g->op == X_DAY && g->arg[0]->own));
        if ((r->clause[c].kn && !own) || (r->kind == &kind_quota && r->slot[c][SL_TOLERANCE]))
            return false;
    }
    return true;
}

/* A code of the line that must differ so often. */
static int column_of(const struct rule *r, size_t least)
{
    const struct expr *g = r->slot[0][SL_GROUP];
    bool one = r->n_clauses == 1 && r->clause[0].src == S_LINE && least <= MOST_CODES;
    return one && g && g->own == OWN_CUR && g->type == V_CODE && !g->wide ? g->field : -1;
}

/* False: nothing that a person could lack. */
static bool wants(const struct rule *r, struct enough *to)
{
    bool members = r->kind == &kind_quota && r->count == COUNT_DISTINCT;
    *to = (struct enough){.rule = r->index, .column = -1};
    if (!of_one_person(r))
        return false;
    for (int c = 0; c < r->n_clauses; c++) {
        to->sources |= 1u << r->clause[c].src;
        to->side[r->clause[c].side ? 1 : 0] |= 1u << r->clause[c].src;
    }
    if (r->kind == &kind_pair) {
        if (r->mode == PAIR_DISCOUNT)
            to->side[0] = to->side[1] = 0;
        if (r->mode == PAIR_REQUIRES)
            to->side[1] = 0;
        return (to->side[0] | to->side[1]) & ~(1u << S_LINE);
    }
    to->side[1] = 0;
    to->side[0] = r->kind == &kind_gap && r->between ? 1u << S_STAY : 0;
    if ((r->kind == &kind_quota || r->kind == &kind_gap) && row_by_row(r, members))
        to->all = r->kind->least(r);
    if (members && to->all > 1)
        to->column = column_of(r, to->all);
    return to->side[0] || to->all > 1;
}

int walk_enough_open(struct walk *w)
{
    const struct huji_run *run = w->run;
    w->enough = mem_calloc((size_t)run->n_plan + 1, sizeof *w->enough);
    w->lacks = mem_calloc((size_t)run->lib->n_rules + 1, 1);
    if (!w->enough || !w->lacks)
        return -1;
    for (int p = 0, q; p < run->n_plan; p = q) {
        struct enough *to = &w->enough[w->n_enough];
        for (q = p + 1; q < run->n_plan && run->plan[q].rule == run->plan[p].rule; q++)
            ;
        if (!wants(run->lib->rules[run->plan[p].rule], to))
            continue;
        to->plan = p;
        to->n_plans = q - p;
        w->n_enough++;
    }
    return 0;
}

/* The person's rows of stays and visits lie in one table. */
static size_t count_kind(const struct walk *w, enum source_id src, uint32_t lo, uint32_t hi)
{
    const struct huji_table *t = &w->run->frame->table[S_STAY];
    int kind = w->run->known[S_STAY].kind;
    size_t n = 0;
    for (uint32_t r = lo; r < hi; r++)
        n += kind < 0 || table_cell(t, F_INT, kind, r) == (src == S_STAY ? 1 : 2);
    return n;
}

/* Rows of each source, of those that are asked for, once a person. */
struct rows_had {
    unsigned known;
    size_t n[SOURCE_COUNT];
};

static size_t rows_of(const struct walk *w, struct rows_had *had, unsigned sources)
{
    size_t n = 0;
    for (; sources; sources &= sources - 1) {
        int s = __builtin_ctz(sources);
        uint32_t lo, hi;
        if (!(had->known >> s & 1)) {
            enum source_id table = source_table((enum source_id)s);
            had->known |= 1u << s;
            if (s == S_LINE) {
                had->n[s] = w->hi - w->lo;
            } else {
                run_rows(w->run, table, (uint32_t)w->psn, &lo, &hi);
                had->n[s] = table == S_STAY ? count_kind(w, (enum source_id)s, lo, hi) : hi - lo;
            }
        }
        n += had->n[s];
    }
    return n;
}

/* Do the person's lines have so many different codes in the column? */
static bool differ(const struct walk *w, int field, size_t many)
{
    const int32_t *col = w->line[field];
    int32_t seen[MOST_CODES], last = HUJI_NONE32;
    size_t k = 0;
    for (size_t i = w->lo; col && i < w->hi && k < many; i++) {
        size_t j = 0;
        if (col[i] == last || col[i] == HUJI_NONE32)
            continue;
        last = col[i];
        while (j < k && seen[j] != last)
            j++;
        if (j == k)
            seen[k++] = last;
    }
    return k >= many;
}

void walk_enough(struct walk *w)
{
    struct rows_had had = {0};
    for (int i = 0; i < w->n_enough; i++) {
        const struct enough *e = &w->enough[i];
        bool has = true;
        for (int k = 0; k < 2 && has; k++)
            has = !e->side[k] || rows_of(w, &had, e->side[k]);
        has = has && (e->all < 2 || rows_of(w, &had, e->sources) >= e->all) &&
              (e->column < 0 || differ(w, e->column, e->all));
        w->lacks[e->rule] = !has;
        for (int p = e->plan; p < e->plan + e->n_plans; p++)
            if (w->guard[p] != has) {
                w->guard[p] = has;
                walk_open(w, p);
            }
    }
}
