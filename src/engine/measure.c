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
        if (ev[i].q == HUJI_NONE64 || (m->share && ev[i].a == HUJI_NONE64))
            continue;
        struct measure_row *row = find(t, ev[i].key, keys, &h);
        if (!row) {
            if (mem_grow(&t->rows, &cap, t->n + 1, sizeof *t->rows) < 0 || map_put(&t->find, h, (uint32_t)t->n) < 0) {
                free(sorted);
                return err_nomem(e);
            }
            row = &t->rows[t->n++];
            *row = (struct measure_row){.peer = {ev[i].c, ev[i].b, ev[i].sc}, .row = ev[i].row, .src = ev[i].src,
                                        .clause = ev[i].clause, .t = ev[i].t, .period = ev[i].key[keys - 1]};
            memcpy(row->key, ev[i].key, sizeof row->key);
        }
        row->num += ev[i].q;
        row->den += m->share ? ev[i].a : 0;
        row->n++;
    }
    free(sorted);
    size_t k = 0;
    t->by_owner = mem_alloc((t->n + 1) * sizeof *t->by_owner);
    t->by_peers = mem_alloc((t->n + 1) * sizeof *t->by_peers);
    if (!t->by_owner || !t->by_peers)
        return err_nomem(e);
    for (size_t i = 0; i < t->n; i++) {
        t->rows[i].value = value_of(r, &t->rows[i]);
        if (t->rows[i].value == HUJI_NONE64)
            t->rows[i].n = 0;
    }
    for (size_t i = 0; i < t->n; i++, k++)
        t->by_owner[k] = t->by_peers[k] = &t->rows[i];
    qsort_r(t->by_owner, k, sizeof *t->by_owner, by_owner, &keys);
    qsort_r(t->by_peers, k, sizeof *t->by_peers, by_peers, &keys);
    uint32_t owner = 0;
    for (size_t i = 0; i < k; i++) {
        if (i && cmp_keys(t->by_owner[i]->key, t->by_owner[i - 1]->key, keys - 1) != 0)
            owner++;
        t->rows[t->by_owner[i] - t->rows].owner = owner;
    }
    return 0;
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
