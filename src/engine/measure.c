/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/measure.h"

#include <stdlib.h>

#include "base/mem.h"

static uint64_t hash_keys(const int64_t *key, int n)
{
    uint64_t h = UINT64_C(0x51ed270b);
    for (int i = 0; i < n; i++)
        h = hash_u64(h ^ (uint64_t)key[i]) + (uint64_t)i;
    return h;
}

/* Row of the keys; collisions of the 64-bit hash step to the next hash. */
static struct measure_row *find(const struct measure_table *t, const int64_t *key, int n, uint64_t *h)
{
    for (*h = hash_keys(key, n);; *h = hash_u64(*h + 1)) {
        uint32_t at = map_get(&t->find, *h);
        if (at == MAP_NONE)
            return NULL;
        if (memcmp(t->rows[at].key, key, (size_t)n * sizeof *key) == 0)
            return &t->rows[at];
    }
}

static int cmp_keys(const int64_t *a, const int64_t *b, int n)
{
    for (int i = 0; i < n; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}

static int by_owner(const void *pa, const void *pb, void *n)
{
    const struct measure_row *a = *(const struct measure_row *const *)pa, *b = *(const struct measure_row *const *)pb;
    return cmp_keys(a->key, b->key, *(const int *)n);
}

static int by_peers(const void *pa, const void *pb, void *n)
{
    const struct measure_row *a = *(const struct measure_row *const *)pa, *b = *(const struct measure_row *const *)pb;
    if (a->period != b->period)
        return a->period < b->period ? -1 : 1;
    int c = cmp_keys(a->peer, b->peer, 3);
    return c ? c : cmp_keys(a->key, b->key, *(const int *)n);
}

static int64_t value_of(const struct rule *r, const struct measure_row *m)
{
    if (r->measure->share)
        return m->den ? div_round(m->num, m->den, 6) : HUJI_NONE64;
    return micro(m->num, r->scale);
}

/* A period's first second; without a period the time of the first event stands. */
static int64_t period_time(const struct rule *r, const struct measure_row *m)
{
    int64_t v = m->period;
    switch (r->key[m->clause][r->n_keys - 1]->fmt) {
    case VF_DAY: return v * DAY_SECS;
    case VF_SEC: return v;
    case VF_MONTH: return day_from_ymd((int)(v / 12), (int)(v % 12) + 1, 1) * DAY_SECS;
    case VF_QUARTER: return day_from_ymd((int)(v / 4), (int)(v % 4) * 3 + 1, 1) * DAY_SECS;
    case VF_YEAR: return day_from_ymd((int)v, 1, 1) * DAY_SECS;
    default: return m->t;
    }
}

int measure_finish(const struct huji_run *run, const struct measure *m, struct measure_table *t, struct err *e)
{
    const struct rule *r = run->lib->rules[m->rule];
    int keys = r->n_keys;
    t->by_owner = mem_alloc((t->n + 1) * sizeof *t->by_owner);
    t->by_peers = mem_alloc((t->n + 1) * sizeof *t->by_peers);
    if (!t->by_owner || !t->by_peers)
        return err_nomem(e);
    for (size_t i = 0; i < t->n; i++) {
        struct measure_row *row = &t->rows[i];
        row->period = row->key[keys - 1];
        row->t = period_time(r, row);
        row->value = value_of(r, row);
        if (row->value == HUJI_NONE64)
            row->n = 0;
        t->by_owner[i] = t->by_peers[i] = row;
    }
    qsort_r(t->by_owner, t->n, sizeof *t->by_owner, by_owner, &keys);
    qsort_r(t->by_peers, t->n, sizeof *t->by_peers, by_peers, &keys);
    uint32_t owner = 0;
    for (size_t i = 0; i < t->n; i++) {
        if (i && cmp_keys(t->by_owner[i]->key, t->by_owner[i - 1]->key, keys - 1) != 0)
            owner++;
        t->rows[t->by_owner[i] - t->rows].owner = owner;
    }
    return 0;
}

int measure_row_add(const struct huji_run *run, const struct measure *m, struct measure_table *t,
                    const struct measure_row *row, struct err *e)
{
    uint64_t h;
    size_t cap = t->n; /* few: grown one by one */
    if (find(t, row->key, run->lib->rules[m->rule]->n_keys, &h))
        return err_set(e, ERR_INPUT, "指标 %.*s 的主体重复", (int)m->name.n, m->name.p);
    if (mem_grow(&t->rows, &cap, t->n + 1, sizeof *t->rows) < 0 || map_put(&t->find, h, (uint32_t)t->n) < 0)
        return err_nomem(e);
    t->rows[t->n++] = *row;
    return 0;
}

/* COUNT_DISTINCT needs the events in order of (keys, member). */
static int by_member(const void *pa, const void *pb, void *n)
{
    const struct event *a = pa, *b = pb;
    int c = cmp_keys(a->key, b->key, *(const int *)n);
    return c ? c : (a->g > b->g) - (a->g < b->g);
}

int measure_build(const struct huji_run *run, const struct measure *m, const struct event *ev, size_t n,
                  struct measure_table *t, struct err *e)
{
    const struct rule *r = run->lib->rules[m->rule];
    int keys = r->n_keys;
    size_t cap = 0;
    *t = (struct measure_table){0};
    struct event *sorted = NULL;
    if (r->count == COUNT_DISTINCT) {
        sorted = malloc((n + 1) * sizeof *sorted);
        if (!sorted)
            return err_nomem(e);
        memcpy(sorted, ev, n * sizeof *ev);
        qsort_r(sorted, n, sizeof *sorted, by_member, &keys);
        ev = sorted;
    }
    for (size_t i = 0; i < n; i++) {
        uint64_t h;
        if (sorted && i && by_member(&ev[i], &ev[i - 1], &keys) == 0)
            continue;
        if (ev[i].q == HUJI_NONE64 || (m->share && ev[i].a == HUJI_NONE64) ||
            (r->count == COUNT_DISTINCT && ev[i].g == HUJI_NONE64))
            continue;
        struct measure_row *row = find(t, ev[i].key, keys, &h);
        if (!row) {
            if (mem_grow(&t->rows, &cap, t->n + 1, sizeof *t->rows) < 0 || map_put(&t->find, h, (uint32_t)t->n) < 0) {
                free(sorted);
                return err_nomem(e);
            }
            row = &t->rows[t->n++];
            *row = (struct measure_row){.peer = {ev[i].c, ev[i].b, ev[i].sc}, .row = ev[i].row, .src = ev[i].src,
                                        .clause = ev[i].clause, .t = ev[i].t, .rank = ev[i].rank};
            memcpy(row->key, ev[i].key, sizeof row->key);
        }
        struct event *own = &(struct event){.t = row->t, .src = row->src, .rank = row->rank};
        if (ev[i].t < own->t || (ev[i].t == own->t && (ev[i].src < own->src || (ev[i].src == own->src && ev[i].rank < own->rank)))) {
            row->row = ev[i].row; /* the first of its events stands for it, whatever the threads did */
            row->src = ev[i].src;
            row->clause = ev[i].clause;
            row->t = ev[i].t;
            row->rank = ev[i].rank;
            row->peer[0] = ev[i].c;
            row->peer[1] = ev[i].b;
            row->peer[2] = ev[i].sc;
        }
        row->num += ev[i].q;
        row->den += m->share ? ev[i].a : 0;
        row->n++;
    }
    free(sorted);
    return measure_finish(run, m, t, e);
}

void measure_release(struct measure_table *t)
{
    mem_free(t->rows);
    mem_free(t->by_owner);
    mem_free(t->by_peers);
    map_release(&t->find);
    *t = (struct measure_table){0};
}

int64_t measure_value(const struct huji_run *run, const struct measure *m, const int64_t *key, int n_key)
{
    uint64_t h;
    const struct measure_table *t = run->measure ? &run->measure[m->index] : NULL;
    if (!t || !t->n || n_key != m->n_owner)
        return HUJI_NONE64;
    const struct measure_row *row = find(t, key, n_key, &h);
    return row ? row->value : HUJI_NONE64;
}
