/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Events that were only looked at (struct glance): group by group the kind says whether something may be found. Most groups have
 * one or two of them, and most go.
 */
#include "engine/walk_priv.h"

#include "base/mem.h"

static int room(struct sift *s, size_t n, size_t slots)
{
    if (mem_grow(&s->slot, &s->cap_slot, slots, sizeof *s->slot) < 0 ||
        mem_grow(&s->hash, &s->cap_hash, n, sizeof *s->hash) < 0 ||
        mem_grow(&s->of, &s->cap_of, n, sizeof *s->of) < 0 ||
        mem_grow(&s->start, &s->cap_start, n + 2, sizeof *s->start) < 0 ||
        mem_grow(&s->sorted, &s->cap_sorted, n, sizeof *s->sorted) < 0)
        return -1;
    memset(s->slot, 0, slots * sizeof *s->slot);
    memset(s->start, 0, (n + 2) * sizeof *s->start);
    return 0;
}

/* Numbers the groups as they come: of[i] is that of glance i, start[k + 2] how many group k has. */
static uint32_t number_groups(struct sift *s, const struct glance *at, size_t n, size_t slots)
{
    uint32_t groups = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = at[i].group & (slots - 1);
        while (s->slot[k] && s->hash[s->slot[k] - 1] != at[i].group)
            k = (k + 1) & (slots - 1);
        if (!s->slot[k]) {
            s->hash[groups] = at[i].group;
            s->slot[k] = ++groups;
        }
        s->of[i] = s->slot[k] - 1;
        s->start[s->of[i] + 2]++;
    }
    return groups;
}

/* Mostly all are of one group. */
static bool sift_one(struct glances *l, const struct rule *r, const struct sieve *of)
{
    for (size_t i = 1; i < l->n; i++)
        if (l->at[i].group != l->at[0].group)
            return false;
    bool stays = r->kind->hopeful(r, of, l->at, l->n);
    if (!stays)
        l->n = 0;
    for (size_t i = 0; i < l->n; i++)
        l->at[i].stays = true;
    return true;
}

void walk_sift(struct walk *w, const struct rule *r, const struct sieve *of)
{
    struct glances *l = &w->glance[r->index];
    struct sift *s = &w->sift;
    size_t least = r->kind->least ? r->kind->least(r) : 1, slots = 16;
    while (slots < l->n * 2)
        slots *= 2;
    if (l->n < least) {
        l->n = 0;
        return;
    }
    if (sift_one(l, r, of))
        return;
    if (room(s, l->n, slots) < 0) {
        w->failed = true;
        return;
    }
    uint32_t groups = number_groups(s, l->at, l->n, slots);
    for (uint32_t k = 0; k < groups; k++)
        s->start[k + 2] += s->start[k + 1];
    for (size_t i = 0; i < l->n; i++)
        s->sorted[s->start[s->of[i] + 1]++] = l->at[i];
    bool *stays = (bool *)s->slot; /* no longer looked up */
    for (uint32_t k = 0; k < groups; k++) {
        size_t n = s->start[k + 1] - s->start[k];
        stays[k] = n >= least && r->kind->hopeful(r, of, s->sorted + s->start[k], n);
    }
    for (size_t i = 0; i < l->n; i++)
        l->at[i].stays = stays[s->of[i]];
}
