/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A part of a rule's kept events, unpacked for judging. What packing left out is read again from the event's row and from what the
 * row points to: cells anywhere in tables larger than the processor's memory. They are fetched some events ahead.
 */
#include "engine/walk_priv.h"

#include "base/mem.h"

/* How many events ahead: the row's own cells, the row that an id there leads to, that row's cells. */
enum { AHEAD_OWN = 24, AHEAD_ID = 16, AHEAD_THERE = 8 };

enum { MOST_CELLS = EVENT_NUMBERS + 2 };

struct cells {
    struct cell { /* of the row itself; `fk`: of the row to which its id leads */
        enum source_id src;
        int field, fk;
    } at[MOST_CELLS];
    int n;
};

static void add_cell(struct cells *to, enum source_id src, int field, int fk)
{
    if (field < 0)
        return;
    for (int i = 0; i < to->n; i++)
        if (to->at[i].src == src && to->at[i].field == field && to->at[i].fk == fk)
            return;
    if (to->n < MOST_CELLS)
        to->at[to->n++] = (struct cell){src, field, fk};
}

/* The columns behind what a clause's rows tell. */
static void cells_of(const struct walk *w, const struct rule *r, int clause, unsigned told,
                     struct cells *own, struct cells *there)
{
    enum source_id src = r->clause[clause].src;
    const struct known_fields *known = &w->run->known[src];
    own->n = there->n = 0;
    for (int i = 0; told >> i; i++) {
        const struct expr *x = told >> i & 1 ? walk_giver(r, clause, i) : NULL;
        while (x && x->op != X_FIELD)
            x = x->arg[0];
        if (!x)
            continue;
        add_cell(own, src, x->via == VIA_SELF ? x->field : x->fk, -1);
        if (x->via != VIA_SELF)
            add_cell(there, x->src, x->field, x->fk);
    }
    add_cell(own, src, known->t, -1);
    if (!source_is_line(src))
        add_cell(own, src, known->rank, -1);
}

static void fetch_own(const struct walk *w, const struct cells *c, const struct event *ev)
{
    if (ev->row < 0)
        return;
    for (int i = 0; i < c->n; i++) {
        enum source_id s = c->at[i].src;
        int f = c->at[i].field;
        enum ftype type = huji_sources[s].fields[f].type;
        if (!source_is_line(s))
            table_prefetch(&w->run->frame->table[source_table(s)], type, f, (size_t)ev->row);
        else if (w->line_const[f])
            __builtin_prefetch((const char *)w->line_const[f] +
                               (size_t)ev->row * (size_t)ftype_width(type));
    }
}

/* The row to which the event's id leads; `now` false: only its place is fetched. */
static int32_t row_there(const struct walk *w, const struct cell *c, const struct event *ev,
                         bool now)
{
    const struct event_ref own = {(enum source_id)ev->src, ev->row, -1, NULL};
    enum domain d = huji_sources[ev->src].fields[c->fk].domain;
    const int32_t *rows = w->run->row_of[d];
    int64_t id = eval_field(&w->env, &own, c->fk);
    if (!rows || id < 0 || id >= w->run->frame->dict[d].n)
        return -1;
    if (now)
        return rows[id];
    __builtin_prefetch(&rows[id]);
    return -1;
}

static void fetch_there(const struct walk *w, const struct cells *c, const struct event *ev,
                        bool now)
{
    int fk = -1;
    int32_t row = -1;
    for (int i = 0; i < c->n; i++) {
        const struct cell *x = &c->at[i];
        if (x->fk != fk)
            row = row_there(w, x, ev, now);
        fk = x->fk;
        if (row >= 0)
            table_prefetch(&w->run->frame->table[source_table(x->src)],
                           huji_sources[x->src].fields[x->field].type, x->field, (size_t)row);
    }
}

/* Where the row lies, and whose it is: what unpacking itself leaves out. */
static void place(const struct walk *from, const struct rule *r, struct event *ev)
{
    const struct clause *c = &r->clause[ev->clause];
    ev->src = (uint8_t)c->src;
    ev->side = (uint8_t)c->side;
    ev->row += source_is_line(c->src) ? from->tap_shift : 0;
}

/* What packing left out. */
static void complete(const struct walk *merged, struct walk *w, const struct rule *r,
                     struct event *ev)
{
    walk_tell(w, r, merged->told[r->index], ev);
    if (source_is_line((enum source_id)ev->src)) {
        ev->rank = merged->tap_rank[ev->row];
        return;
    }
    enum source_id t = source_table((enum source_id)ev->src);
    int rank = merged->run->known[t].rank;
    ev->rank = rank >= 0 ? (uint32_t)table_cell(&merged->run->frame->table[t], F_INT, rank,
                                                (size_t)ev->row)
                         : (uint32_t)ev->row;
}

static void complete_all(const struct walk *merged, struct walk *w, const struct rule *r, size_t n)
{
    struct cells own[MAX_CLAUSES], there[MAX_CLAUSES];
    struct event *ev = w->part.ev;
    for (int c = 0; c < r->n_clauses; c++)
        cells_of(w, r, c, merged->told[r->index], &own[c], &there[c]);
    for (size_t i = 0; i < n + AHEAD_OWN; i++) {
        if (i < n)
            fetch_own(w, &own[ev[i].clause], &ev[i]);
        size_t id = i - (AHEAD_OWN - AHEAD_ID), cell = i - (AHEAD_OWN - AHEAD_THERE);
        if (id < n) /* before the first they are beyond the last */
            fetch_there(w, &there[ev[id].clause], &ev[id], false);
        if (cell < n)
            fetch_there(w, &there[ev[cell].clause], &ev[cell], true);
        if (i >= AHEAD_OWN)
            complete(merged, w, r, &ev[i - AHEAD_OWN]);
    }
}

size_t walk_unpack_part(struct walk *merged, struct walk *w, int rule, int part)
{
    const struct rule *r = merged->run->lib->rules[rule];
    size_t n = 0;
    for (size_t i = 0; i < merged->n_all; i++) {
        struct walk *from = merged->all[i];
        struct kept *kept = &from->kept[r->index][part];
        if (mem_grow(&w->part.ev, &w->part.cap, n + kept->n_events + 1, sizeof *w->part.ev) < 0) {
            w->failed = true;
            return 0;
        }
        struct kept_reader in = {.kept = kept};
        kept_close(kept);
        while (kept_next(&in, merged->mask[r->index], &w->part.ev[n]))
            place(from, r, &w->part.ev[n++]);
        kept_release(kept); /* a rule is judged once */
    }
    complete_all(merged, w, r, n);
    return n;
}
