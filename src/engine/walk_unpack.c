/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A part of a rule's kept events, unpacked for judging. Where a question needs several events, or several persons, of an owner,
 * their tags are counted first: owners that have too few go before a row of theirs is read.
 */
#include "engine/walk_priv.h"

#include "base/mem.h"

/* Owners by their hash: at least as many events, or persons, as any of them has. */
struct tally {
    uint32_t person, n;
};

/* Must the events be of different persons? */
static bool counts_persons(const struct rule *r)
{
    if (r->kind != &kind_quota || r->count != COUNT_DISTINCT)
        return false;
    for (int c = 0; c < r->n_clauses; c++) {
        const struct expr *g = r->slot[c][SL_GROUP];
        enum source_id src = r->clause[c].src;
        if (!g || g->op != X_FIELD || g->via != VIA_SELF || g->base != BASE_CUR || g->num ||
            g->field != source_field(src, SPAN("psn_no")))
            return false;
    }
    return true;
}

static size_t least_of(const struct rule *r)
{
    return r->kind->least && !r->derive.on ? r->kind->least(r) : 1;
}

unsigned walk_kept_mask(const struct rule *r, unsigned numbers)
{
    bool absent = false, joined = false;
    for (int c = 0; c < r->n_clauses; c++) {
        absent = absent || r->slot[c][SL_ABSENT];
        joined = joined || r->clause[c].kn;
    }
    return numbers | (joined ? KEPT_KN : 0) | (absent || r->n_clauses > 1 ? KEPT_CLAUSE : 0) |
           (least_of(r) > 1 ? KEPT_TAG : 0);
}

/* Where the row lies, and whose it is: what unpacking itself leaves out. */
static void place(const struct walk *from, const struct rule *r, struct event *ev)
{
    const struct clause *c = &r->clause[ev->clause];
    ev->src = (uint8_t)c->src;
    ev->side = (uint8_t)c->side;
    ev->row += source_is_line(c->src) ? from->tap_shift : 0;
}

/* Makes merged's tallies of a part; their number less one, a mask of bits. 0: no memory. */
static uint32_t count_tags(const struct walk *merged, struct walk *w, const struct rule *r,
                           int part, size_t n)
{
    uint32_t places = 64, person = 0;
    bool persons = counts_persons(r);
    while (places < n * 2 && places >> KEPT_HASH_BITS == 0)
        places *= 2;
    if (mem_grow(&w->tally, &w->cap_tally, places, sizeof *w->tally) < 0) {
        w->failed = true;
        return 0;
    }
    memset(w->tally, 0, places * sizeof *w->tally);
    for (size_t i = 0; i < merged->n_all; i++) {
        struct kept_reader in = {.kept = &merged->all[i]->kept[r->index][part], .person = person};
        while (kept_next_tag(&in, merged->mask[r->index])) {
            struct tally *t = &w->tally[in.hash & (places - 1)];
            t->n += !persons || t->person != in.person;
            t->person = in.person;
        }
        person = in.person; /* the next walk's first event is of another person */
    }
    return places - 1;
}

size_t walk_unpack_part(struct walk *merged, struct walk *w, int rule, int part)
{
    const struct rule *r = merged->run->lib->rules[rule];
    size_t n = 0, all = 0, least = least_of(r);
    unsigned mask = merged->mask[rule];
    for (size_t i = 0; i < merged->n_all; i++) {
        kept_close(&merged->all[i]->kept[rule][part]);
        all += merged->all[i]->kept[rule][part].n_events;
    }
    uint32_t tags = mask & KEPT_TAG && all >= least ? count_tags(merged, w, r, part, all) : 0;
    for (size_t i = 0; i < merged->n_all; i++) {
        struct walk *from = merged->all[i];
        struct kept_reader in = {.kept = &from->kept[rule][part]};
        while (all >= least && kept_next(&in, mask)) {
            if (tags && w->tally[in.hash & tags].n < least)
                continue;
            if (mem_grow(&w->part.ev, &w->part.cap, n + 1, sizeof *w->part.ev) < 0) {
                w->failed = true;
                return 0;
            }
            kept_event(&in, mask, &w->part.ev[n]);
            place(from, r, &w->part.ev[n++]);
        }
        kept_release(&from->kept[rule][part]); /* a rule is judged once */
    }
    walk_tell(merged, w, r, w->part.ev, n);
    return n;
}
