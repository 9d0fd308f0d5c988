/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Owners made by a join: two persons who were at the same place at nearly the same time, again and again (derive: pair),
 * and what hangs together by such pairs (then: components).
 *
 * Kept events come with the person in key[0], the common thing in sc, the two fields to be near in x and u. An event of a
 * pair is one of the two persons' events on the earlier day of the two; an event that meets several counts on its earliest.
 */
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "engine/walk_priv.h"

struct edge {
    int64_t a, b;
};

/* Two events, by their places in `seen`. */
struct meeting {
    uint32_t a, b;
};

/* What orders events: they are wide, and stay where they are. */
struct spot {
    int64_t sc, x;
    uint32_t at;   /* the event */
    uint32_t seen; /* its place there + 1; 0: it has met nobody */
};

struct lockstep {
    struct walk *w;
    const struct rule *r;
    struct spot *spot, *other; /* of a part's events; scratch of sort */
    size_t cap_spot, cap_other;
    struct evbuf seen; /* events that met another */
    struct meeting *meeting;
    size_t n_meeting, cap_meeting;
    struct evbuf pairs; /* events of the meetings, under their pair */
    struct evbuf met;   /* events of the pairs that were found */
    struct edge *edge;
    size_t n_edge, cap_edge;
};

static int cmp_i64(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static bool same_place(const struct spot *a, const struct spot *b)
{
    return a->sc == b->sc && a->x == b->x;
}

/* A byte of (sc, x), the least first; in the order of the numbers. */
static inline uint8_t digit(const struct spot *p, int d)
{
    uint64_t v = (uint64_t)(d < 8 ? p->x : p->sc) ^ UINT64_C(1) << 63;
    return (uint8_t)(v >> d % 8 * 8);
}

/* By place; what is at one place stays in its order. Pass by pass from `at` to `other` and back, over the bytes that differ. */
static void sort(struct spot *at, struct spot *other, size_t n)
{
    struct spot *from = at, *to = other;
    uint64_t x = 0, sc = 0;
    for (size_t i = 1; i < n; i++) {
        x |= (uint64_t)at[i].x ^ (uint64_t)at[0].x;
        sc |= (uint64_t)at[i].sc ^ (uint64_t)at[0].sc;
    }
    for (int d = 0; d < 16; d++) {
        uint32_t start[257] = {0};
        if (!((d < 8 ? x : sc) >> d % 8 * 8 & UINT8_MAX))
            continue;
        for (size_t i = 0; i < n; i++)
            start[digit(&from[i], d) + 1]++;
        for (int k = 0; k < 256; k++)
            start[k + 1] += start[k];
        for (size_t i = 0; i < n; i++)
            to[start[digit(&from[i], d)]++] = from[i];
        struct spot *t = from;
        from = to;
        to = t;
    }
    if (from != at)
        memcpy(at, from, n * sizeof *at);
}

static int by_event(const void *pa, const void *pb)
{
    const struct event *a = pa, *b = pb;
    int c = cmp_i64(a->key[0], b->key[0]);
    c = c ? c : cmp_i64(a->key[1], b->key[1]);
    c = c ? c : cmp_i64(a->clause, b->clause);
    c = c ? c : cmp_i64(a->row, b->row);
    c = c ? c : cmp_i64(a->kn, b->kn);
    return c ? c : cmp_i64(a->x, b->x);
}

static void push(struct lockstep *s, struct evbuf *b, const struct event *ev)
{
    if (mem_grow(&b->ev, &b->cap, b->n + 1, sizeof *b->ev) < 0) {
        s->w->failed = true;
        return;
    }
    b->ev[b->n++] = *ev;
}

/* Sorted by owner and event; each event of an owner once, with its smallest x. */
static void once_each(struct evbuf *b)
{
    size_t k = 0;
    if (b->n)
        qsort(b->ev, b->n, sizeof *b->ev, by_event);
    for (size_t i = 0; i < b->n; i++) {
        const struct event *last = k ? &b->ev[k - 1] : NULL;
        if (last && last->key[0] == b->ev[i].key[0] && last->key[1] == b->ev[i].key[1] &&
            last->clause == b->ev[i].clause && last->row == b->ev[i].row && last->kn == b->ev[i].kn)
            continue;
        b->ev[k++] = b->ev[i];
    }
    b->n = k;
}

static struct span person(const struct lockstep *s, int64_t id)
{
    return run_code(s->w->run, D_PERSON, id);
}

static uint32_t see(struct lockstep *s, struct spot *at, const struct event *ev)
{
    if (!at->seen) {
        push(s, &s->seen, ev);
        at->seen = (uint32_t)s->seen.n;
    }
    return at->seen - 1;
}

static void meet(struct lockstep *s, struct spot *at, struct spot *bt)
{
    const struct event *ev = s->w->part.ev, *a = &ev[at->at], *b = &ev[bt->at];
    int64_t du = a->u > b->u ? a->u - b->u : b->u - a->u;
    if (a->key[0] == b->key[0] || du > s->r->derive.near[1])
        return;
    if (mem_grow(&s->meeting, &s->cap_meeting, s->n_meeting + 1, sizeof *s->meeting) < 0) {
        s->w->failed = true;
        return;
    }
    struct meeting m = {see(s, at, a), see(s, bt, b)};
    s->meeting[s->n_meeting++] = m;
}

/* Too many persons at one place and time are no company: an examination day, a campaign. */
static bool crowd(struct lockstep *s, const struct spot *at, size_t n)
{
    struct map seen = MAP_INIT;
    if ((int64_t)n <= s->r->derive.skip_over)
        return false;
    for (size_t i = 0; i < n && (int64_t)seen.n <= s->r->derive.skip_over; i++)
        if (map_put(&seen, (uint64_t)s->w->part.ev[at[i].at].key[0], 0) < 0)
            s->w->failed = true;
    bool many = (int64_t)seen.n > s->r->derive.skip_over;
    map_release(&seen);
    return many;
}

/* The events of a part that can meet, in order; crowds are left out. */
static size_t spots_of(struct lockstep *s, const struct event *ev, size_t n)
{
    size_t k = 0, m = 0;
    if (mem_grow(&s->spot, &s->cap_spot, n + 1, sizeof *s->spot) < 0 ||
        mem_grow(&s->other, &s->cap_other, n + 1, sizeof *s->other) < 0) {
        s->w->failed = true;
        return 0;
    }
    for (size_t i = 0; i < n; i++)
        if (ev[i].sc != HUJI_NONE64 && ev[i].x != HUJI_NONE64 && ev[i].u != HUJI_NONE64 &&
            ev[i].lim != HUJI_NONE64 && ev[i].a != HUJI_NONE64)
            s->spot[k++] = (struct spot){ev[i].sc, ev[i].x, (uint32_t)i, 0};
    sort(s->spot, s->other, k);
    for (size_t i = 0, j; i < k; i = j) {
        for (j = i + 1; j < k && same_place(&s->spot[i], &s->spot[j]); j++)
            ;
        if (crowd(s, s->spot + i, j - i))
            continue;
        memmove(s->spot + m, s->spot + i, (j - i) * sizeof *s->spot);
        m += j - i;
    }
    return m;
}

/* Events of whole places (sc). */
static void join(struct lockstep *s, const struct event *ev, size_t n)
{
    size_t k = spots_of(s, ev, n);
    struct spot *at = s->spot;
    for (size_t i = 0; i < k; i++)
        for (size_t j = i + 1;
             j < k && at[j].sc == at[i].sc && at[j].x - at[i].x <= s->r->derive.near[0]; j++)
            meet(s, &at[i], &at[j]);
}

/* The meetings that a pair needs: as many as the least limit asks days, where days are counted. */
static int64_t meetings_needed(const struct lockstep *s)
{
    const struct rule *r = s->r;
    int64_t lim = s->seen.n ? s->seen.ev[0].lim : 0, one = 1;
    if (r->kind != &kind_quota || !r->counts_days || r->slider.param.n)
        return 1;
    for (size_t i = 1; i < s->seen.n; i++)
        lim = s->seen.ev[i].lim < lim ? s->seen.ev[i].lim : lim;
    for (int k = 0; k < r->scale; k++)
        one *= 10;
    return r->at_least ? (lim + one - 1) / one : lim / one + 1;
}

/* Of the two persons, whoever comes first. */
static uint64_t pair_hash(const struct lockstep *s, const struct meeting *m)
{
    uint64_t a = (uint64_t)s->seen.ev[m->a].key[0], b = (uint64_t)s->seen.ev[m->b].key[0];
    return hash_u64((a < b ? a : b) * 31 + hash_u64(a < b ? b : a));
}

/* Most pairs meet once or twice. Counted by a hash, so that some that meet too rarely stay; none that matters goes. */
static void drop_rare(struct lockstep *s)
{
    int64_t need = meetings_needed(s);
    size_t size = 1024, k = 0;
    if (need < 2)
        return;
    while (size < 4 * s->n_meeting)
        size *= 2;
    uint8_t *met = mem_calloc(size, 1);
    if (!met) {
        s->w->failed = true;
        return;
    }
    for (size_t i = 0; i < s->n_meeting; i++) {
        uint8_t *m = &met[pair_hash(s, &s->meeting[i]) & (size - 1)];
        if (*m < UINT8_MAX)
            ++*m;
    }
    if (need > UINT8_MAX)
        need = UINT8_MAX;
    for (size_t i = 0; i < s->n_meeting; i++)
        if (met[pair_hash(s, &s->meeting[i]) & (size - 1)] >= need)
            s->meeting[k++] = s->meeting[i];
    s->n_meeting = k;
    mem_free(met);
}

/* Both events of each meeting, under the pair and on its day. */
static void put_pairs(struct lockstep *s)
{
    for (size_t i = 0; i < s->n_meeting; i++) {
        const struct event *a = &s->seen.ev[s->meeting[i].a], *b = &s->seen.ev[s->meeting[i].b];
        bool first = span_cmp(person(s, a->key[0]), person(s, b->key[0])) < 0;
        int64_t x = a->x < b->x ? a->x : b->x;
        for (int k = 0; k < 2; k++) {
            struct event ev = k ? *b : *a;
            ev.key[0] = first ? a->key[0] : b->key[0];
            ev.key[1] = first ? b->key[0] : a->key[0];
            ev.x = ev.u = ev.g = s->r->derive.seconds ? sec_day(x) : x;
            push(s, &s->pairs, &ev);
        }
    }
}

/* A pair that was found: an edge, and the events it stands on. */
static void take_pair(struct fold *f, const struct found *w)
{
    struct lockstep *s = f->take_ctx;
    if (mem_grow(&s->edge, &s->cap_edge, s->n_edge + 1, sizeof *s->edge) < 0) {
        f->failed = true;
        return;
    }
    s->edge[s->n_edge++] = (struct edge){w->anchor->key[0], w->anchor->key[1]};
    for (size_t i = 0; i < w->n_members; i++)
        push(s, &s->met, w->members[i].ev);
}

/* ---- components ---- */

struct persons {
    struct map at; /* person -> place */
    int64_t *id;
    uint32_t *up, *size;
    size_t n;
};

static uint32_t root(struct persons *p, uint32_t i)
{
    while (p->up[i] != i)
        i = p->up[i] = p->up[p->up[i]];
    return i;
}

static uint32_t place(struct persons *p, int64_t id)
{
    uint32_t at = map_get(&p->at, (uint64_t)id);
    if (at != MAP_NONE)
        return at;
    at = (uint32_t)p->n;
    if (map_put(&p->at, (uint64_t)id, at) < 0)
        return MAP_NONE;
    p->id[at] = id;
    p->up[at] = at;
    p->size[at] = 1;
    p->n++;
    return at;
}

/* The root is the component's smallest psn_no by bytes: it names it. */
static int unite(struct lockstep *s, struct persons *p)
{
    size_t most = 2 * s->n_edge + 1;
    p->id = mem_alloc(most * sizeof *p->id);
    p->up = mem_alloc(most * sizeof *p->up);
    p->size = mem_alloc(most * sizeof *p->size);
    if (!p->id || !p->up || !p->size)
        return -1;
    for (size_t i = 0; i < s->n_edge; i++) {
        uint32_t a = place(p, s->edge[i].a), b = place(p, s->edge[i].b);
        if (a == MAP_NONE || b == MAP_NONE)
            return -1;
        a = root(p, a);
        b = root(p, b);
        if (a == b)
            continue;
        if (span_cmp(person(s, p->id[a]), person(s, p->id[b])) > 0) {
            uint32_t t = a;
            a = b;
            b = t;
        }
        p->up[b] = a;
        p->size[a] += p->size[b];
    }
    return 0;
}

static void emit_gang(struct lockstep *s, struct event *ev, size_t n, uint32_t size)
{
    struct fold *f = &s->w->fold;
    struct buf name = BUF_INIT;
    fold_clear(f);
    for (size_t i = 0; i < n; i++)
        fold_member(f, &ev[i], 1, 0, 0);
    buf_span(&name, person(s, ev->key[0]));
    struct found w = {.anchor = ev,
                      .anchor_text = buf_cstr(&name),
                      .hit = true,
                      .value = micro(size, 0),
                      .threshold = micro(s->r->derive.gang, 0),
                      .members = f->members,
                      .n_members = f->n_members};
    emit(f, &w);
    f->failed = f->failed || name.failed;
    buf_release(&name);
}

static void components(struct lockstep *s)
{
    struct persons p = {.at = MAP_INIT};
    if (unite(s, &p) < 0) {
        s->w->failed = true;
    } else {
        for (size_t i = 0; i < s->met.n; i++) {
            struct event *ev = &s->met.ev[i];
            ev->key[0] = ev->key[1] = p.id[root(&p, map_get(&p.at, (uint64_t)ev->key[0]))];
        }
        once_each(&s->met);
        walk_sort(s->w, s->met.ev, s->met.n);
        for (size_t i = 0, j; i < s->met.n; i = j) {
            for (j = i + 1; j < s->met.n && s->met.ev[j].key[0] == s->met.ev[i].key[0]; j++)
                ;
            uint32_t size = p.size[map_get(&p.at, (uint64_t)s->met.ev[i].key[0])];
            if (size >= s->r->derive.gang)
                emit_gang(s, s->met.ev + i, j - i, size);
        }
    }
    map_release(&p.at);
    mem_free(p.id);
    mem_free(p.up);
    mem_free(p.size);
}

/* Judges the pairs that met, then what hangs together by those that were found. */
static void judge(struct lockstep *s)
{
    struct walk *w = s->w;
    drop_rare(s);
    put_pairs(s);
    once_each(&s->pairs);
    if (s->r->derive.gang) {
        w->fold.take = take_pair;
        w->fold.take_ctx = s;
    }
    walk_fold(w, s->r, s->pairs.ev, s->pairs.n);
    w->fold.take = NULL;
    if (s->r->derive.gang)
        components(s);
}

void walk_derive(struct walk *merged, struct walk *w, const struct rule *r)
{
    struct lockstep s = {.w = w, .r = r};
    for (int i = 0; i < KEPT_PARTS; i++) {
        size_t n = walk_unpack_part(merged, w, r->index, i);
        join(&s, w->part.ev, n);
    }
    if (!w->failed) /* else not all that is said to have met was seen */
        judge(&s);
    mem_free(s.spot);
    mem_free(s.other);
    mem_free(s.seen.ev);
    mem_free(s.meeting);
    mem_free(s.pairs.ev);
    mem_free(s.met.ev);
    mem_free(s.edge);
}
