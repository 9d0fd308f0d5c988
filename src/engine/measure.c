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
static struct measure_row *find(const struct measure_table *t, const int64_t *key, int n,
                                uint64_t *h)
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
    const struct measure_row *a = *(const struct measure_row *const *)pa,
                             *b = *(const struct measure_row *const *)pb;
    return cmp_keys(a->key, b->key, *(const int *)n);
}

static int by_peers(const void *pa, const void *pb, void *n)
{
    const struct measure_row *a = *(const struct measure_row *const *)pa,
                             *b = *(const struct measure_row *const *)pb;
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

int measure_finish(const struct huji_run *run, const struct measure *m, struct measure_table *t,
                   struct err *e)
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
    if (find(t, row->key, run->lib->rules[m->rule]->n_keys, &h))
        return err_set(e, ERR_INPUT, "指标 %.*s 的主体重复", (int)m->name.n, m->name.p);
    if (mem_grow(&t->rows, &t->cap, t->n + 1, sizeof *t->rows) < 0 ||
        map_put(&t->find, h, (uint32_t)t->n) < 0)
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

/* Of two events the first stands for the owner, whatever the threads did. */
static bool before(int64_t t, uint8_t src, uint32_t rank, const struct measure_row *row)
{
    if (t != row->t)
        return t < row->t;
    return src != row->src ? src < row->src : rank < row->rank;
}

static struct measure_row *row_of(struct measure_table *t, const int64_t *key, int keys,
                                  bool *fresh)
{
    uint64_t h;
    struct measure_row *row = find(t, key, keys, &h);
    *fresh = !row;
    if (row)
        return row;
    if (mem_grow(&t->rows, &t->cap, t->n + 1, sizeof *t->rows) < 0 ||
        map_put(&t->find, h, (uint32_t)t->n) < 0)
        return NULL;
    row = &t->rows[t->n++];
    *row = (struct measure_row){0};
    memcpy(row->key, key, sizeof row->key);
    return row;
}

int measure_add(const struct huji_run *run, const struct measure *m, struct measure_table *t,
                const struct event *ev)
{
    bool fresh;
    if (ev->q == HUJI_NONE64 || (m->share && ev->a == HUJI_NONE64))
        return 0;
    struct measure_row *row = row_of(t, ev->key, run->lib->rules[m->rule]->n_keys, &fresh);
    if (!row)
        return -1;
    if (fresh || before(ev->t, ev->src, ev->rank, row)) {
        bool line = source_is_line((enum source_id)ev->src); /* its row is gone with the batch */
        row->row = line ? -1 : ev->row;
        row->src = ev->src;
        row->clause = ev->clause;
        row->t = ev->t;
        row->rank = ev->rank;
        row->peer[0] = ev->c;
        row->peer[1] = ev->b;
        row->peer[2] = ev->sc;
    }
    row->num += ev->q;
    row->den += m->share ? ev->a : 0;
    row->n++;
    return 0;
}

int measure_merge(const struct huji_run *run, const struct measure *m, struct measure_table *to,
                  const struct measure_table *from)
{
    for (size_t i = 0; i < from->n; i++) {
        const struct measure_row *f = &from->rows[i];
        bool fresh;
        struct measure_row *row = row_of(to, f->key, run->lib->rules[m->rule]->n_keys, &fresh);
        if (!row)
            return -1;
        if (fresh) {
            *row = *f;
            continue;
        }
        int64_t num = row->num + f->num, den = row->den + f->den, n = row->n + f->n;
        if (before(f->t, f->src, f->rank, row))
            *row = *f;
        row->num = num;
        row->den = den;
        row->n = n;
    }
    return 0;
}

int measure_build(const struct huji_run *run, const struct measure *m, const struct event *ev,
                  size_t n, struct measure_table *t, struct err *e)
{
    int keys = run->lib->rules[m->rule]->n_keys, rc = 0;
    struct event *sorted = malloc((n + 1) * sizeof *sorted);
    if (!sorted)
        return err_nomem(e);
    if (n)
        memcpy(sorted, ev, n * sizeof *ev);
    qsort_r(sorted, n, sizeof *sorted, by_member, &keys);
    for (size_t i = 0; i < n && rc == 0; i++)
        if (sorted[i].g != HUJI_NONE64 && (!i || by_member(&sorted[i], &sorted[i - 1], &keys) != 0))
            rc = measure_add(run, m, t, &sorted[i]);
    free(sorted);
    return rc < 0 ? err_nomem(e) : measure_finish(run, m, t, e);
}

void measure_release(struct measure_table *t)
{
    mem_free(t->rows);
    mem_free(t->by_owner);
    mem_free(t->by_peers);
    map_release(&t->find);
    *t = (struct measure_table){0};
}

int64_t measure_value(const struct huji_run *run, const struct measure *m, const int64_t *key,
                      int n_key)
{
    uint64_t h;
    const struct measure_table *t = run->measure ? &run->measure[m->index] : NULL;
    if (!t || !t->n || n_key != m->n_owner)
        return HUJI_NONE64;
    const struct measure_row *row = find(t, key, n_key, &h);
    return row ? row->value : HUJI_NONE64;
}
