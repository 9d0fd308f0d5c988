/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Many owners' events, folded owner by owner. Events are wide and lie anywhere: what orders them is taken out once, put into
 * buckets by the owner's hash and sorted there; the events themselves are fetched ahead and copied once, in order.
 */
#include "engine/walk_priv.h"

#include <stdlib.h>

#include "base/mem.h"

struct place {
    int64_t x, t;
    uint32_t owner; /* half of its hash */
    uint32_t at;
    int rank; /* of the source */
};

enum { BUCKET = 8, BUCKETS_AHEAD = 2, FEW = 48, EVENTS_AHEAD = 8, X_DIGITS = 8, OWNER_DIGITS = 4 };

static int by_place(const void *pa, const void *pb, void *events)
{
    const struct place *a = pa, *b = pb;
    const struct event *ev = events;
    if (a->owner != b->owner)
        return a->owner < b->owner ? -1 : 1;
    if (a->x != b->x)
        return a->x < b->x ? -1 : 1;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    if (a->t != b->t)
        return a->t < b->t ? -1 : 1;
    return walk_event_cmp(&ev[a->at], &ev[b->at]);
}

static void insert(struct place *at, size_t n, struct event *ev)
{
    for (size_t i = 1; i < n; i++) {
        struct place p = at[i];
        size_t k = i;
        for (; k > 0 && by_place(&at[k - 1], &p, ev) > 0; k--)
            at[k] = at[k - 1];
        at[k] = p;
    }
}

/* Byte `d` of (owner, x), the least first; unsigned, in the order of the numbers. */
static unsigned digit(const struct place *p, int d)
{
    uint64_t x = (uint64_t)p->x ^ UINT64_C(1) << 63;
    return (uint8_t)(d < X_DIGITS ? x >> d * 8 : p->owner >> (d - X_DIGITS) * 8);
}

/* By owner and x alone, stable: pass by pass from `at` to `other` and back. Bytes that are the same in all cost a look. */
static void sort_digits(struct place *at, struct place *other, size_t n)
{
    struct place *from = at, *to = other;
    for (int d = 0; d < X_DIGITS + OWNER_DIGITS; d++) {
        uint32_t start[257] = {0};
        for (size_t i = 0; i < n; i++)
            start[digit(&from[i], d) + 1]++;
        if (start[digit(&from[0], d) + 1] == n)
            continue;
        for (int k = 0; k < 256; k++)
            start[k + 1] += start[k];
        for (size_t i = 0; i < n; i++)
            to[start[digit(&from[i], d)]++] = from[i];
        struct place *t = from;
        from = to;
        to = t;
    }
    if (from != at)
        memcpy(at, from, n * sizeof *at);
}

static void sort(struct place *at, struct place *other, size_t n, struct event *ev)
{
    if (n <= FEW) {
        insert(at, n, ev);
        return;
    }
    sort_digits(at, other, n);
    for (size_t i = 0, j; i < n; i = j) { /* ties */
        for (j = i + 1; j < n && at[j].owner == at[i].owner && at[j].x == at[i].x; j++)
            ;
        if (j - i > FEW)
            qsort_r(at + i, j - i, sizeof *at, by_place, ev);
        else
            insert(at + i, j - i, ev);
    }
}

static void fetch(const struct event *ev)
{
    for (size_t k = 0; k < sizeof *ev; k += 64)
        __builtin_prefetch((const char *)ev + k);
}

/* Events of one hash: of one owner, unless two share it. */
static void fold_owner(struct walk *w, const struct rule *r, const struct event *ev,
                       const struct place *at, size_t n)
{
    bool one = true;
    if (mem_grow(&w->owner.ev, &w->owner.cap, n, sizeof *w->owner.ev) < 0) {
        w->failed = true;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (i + EVENTS_AHEAD < n)
            fetch(&ev[at[i + EVENTS_AHEAD].at]);
        w->owner.ev[i] = ev[at[i].at];
        one = one && memcmp(w->owner.ev[i].key, w->owner.ev[0].key, sizeof ev->key) == 0;
    }
    if (one)
        r->kind->fold(&w->fold, w->owner.ev, n);
    else
        walk_fold(w, r, w->owner.ev, n);
}

static void fold_bucket(struct walk *w, const struct rule *r, struct event *ev, struct place *at,
                        struct place *other, size_t n, size_t least)
{
    sort(at, other, n, ev);
    for (size_t i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n && at[j].owner == at[i].owner; j++)
            ;
        if (j - i >= least)
            fold_owner(w, r, ev, at + i, j - i);
    }
}

static void make_places(struct walk *w, const struct rule *r, const struct event *ev, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t h = 0;
        for (int k = 0; k < r->n_keys; k++)
            h = hash_u64(h ^ (uint64_t)ev[i].key[k]);
        w->places[i] = (struct place){
            .x = ev[i].x,
            .t = ev[i].t,
            .owner = (uint32_t)(h >> 32), /* the low bits chose the part */
            .at = (uint32_t)i,
            .rank = huji_sources[ev[i].src].rank};
    }
}

void walk_fold_many(struct walk *w, const struct rule *r, struct event *ev, size_t n)
{
    size_t least = r->kind->least ? r->kind->least(r) : 1, buckets = 1, end = 0;
    while (buckets * BUCKET < n)
        buckets *= 2;
    if (mem_grow(&w->places, &w->cap_places, n + 1, sizeof *w->places) < 0 ||
        mem_grow(&w->spots, &w->cap_spots, n + 1, sizeof *w->spots) < 0 ||
        mem_grow(&w->bucket, &w->cap_bucket, buckets + 1, sizeof *w->bucket) < 0) {
        w->failed = true;
        return;
    }
    make_places(w, r, ev, n);
    uint32_t *to = w->bucket;
    memset(to, 0, (buckets + 1) * sizeof *to);
    for (size_t i = 0; i < n; i++)
        to[(w->places[i].owner & (buckets - 1)) + 1]++;
    for (size_t b = 0; b < buckets; b++)
        to[b + 1] += to[b];
    for (size_t i = 0; i < n; i++)
        w->spots[to[w->places[i].owner & (buckets - 1)]++] = w->places[i];
    w->fold.rule = r;
    for (size_t b = 0, start = 0; b < buckets; b++, start = end) {
        end = to[b]; /* where it was filled to */
        if (b + BUCKETS_AHEAD < buckets)
            for (size_t i = to[b + BUCKETS_AHEAD - 1];
                 i < to[b + BUCKETS_AHEAD] && i < to[b + BUCKETS_AHEAD - 1] + FEW; i++)
                fetch(&ev[w->spots[i].at]);
        if (end - start >= least)
            fold_bucket(w, r, ev, w->spots + start, w->places + start, end - start, least);
    }
}
