/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/measure.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static uint64_t hash_keys(const int64_t *key, int n)
{
    uint64_t h = UINT64_C(0x51ed270b);
    for (int i = 0; i < n; i++)
        h = hash_u64(h ^ (uint64_t)key[i]) + (uint64_t)i;
    return h;
}

/* A call of memcmp for two or three numbers costs more than they do. */
static inline bool same_keys(const int64_t *a, const int64_t *b, int n)
{
    for (int i = 0; i < n; i++)
        if (a[i] != b[i])
            return false;
    return true;
}

static int64_t *row_at(const struct measure_table *t, size_t i)
{
    return t->cells + i * t->width;
}

static uint64_t slot_value(uint64_t hash, size_t row)
{
    return (hash >> 32) << 32 | ((uint32_t)row + 1);
}

static size_t slot_row(uint64_t slot)
{
    return (uint32_t)slot - 1u;
}

/* The place of the keys, or a free one. A row is looked at only where half of its hash is the same. */
static size_t slot_of(const struct measure_table *t, uint64_t hash, const int64_t *key, int n)
{
    size_t i = hash & (t->n_slots - 1);
    while (t->slots[i] && (t->slots[i] >> 32 != hash >> 32 ||
                           !same_keys(row_at(t, slot_row(t->slots[i])) + CELL_KEY, key, n)))
        i = (i + 1) & (t->n_slots - 1);
    return i;
}

/* Number of the row of the keys; t->n: there is none. */
static size_t find(const struct measure_table *t, uint64_t hash, const int64_t *key, int n)
{
    uint64_t at = t->n_slots ? t->slots[slot_of(t, hash, key, n)] : 0;
    return at ? slot_row(at) : t->n;
}

enum { REHASH_AHEAD = 16 }; /* rows whose places are fetched meanwhile */

static int rehash(struct measure_table *t, size_t want, int n)
{
    uint64_t *slots = mem_calloc(want, sizeof *slots);
    if (!slots)
        return -1;
    mem_free(t->slots);
    t->slots = slots;
    t->n_slots = want;
    uint64_t ahead[REHASH_AHEAD] = {0};
    for (size_t i = 0; i < t->n + REHASH_AHEAD; i++) {
        uint64_t *wait = &ahead[i % REHASH_AHEAD], hash = *wait;
        if (i < t->n) {
            *wait = hash_keys(row_at(t, i) + CELL_KEY, n);
            __builtin_prefetch(&slots[*wait & (want - 1)], 1);
        }
        if (i < REHASH_AHEAD)
            continue;
        const int64_t *key = row_at(t, i - REHASH_AHEAD) + CELL_KEY;
        slots[slot_of(t, hash, key, n)] = slot_value(hash, i - REHASH_AHEAD);
    }
    return 0;
}

/* Of a measure by person no row is looked for but that person's, which are the last ones; later all are. */
static int index_rows(struct measure_table *t, int n)
{
    size_t want = 64;
    while (t->n * 4 > want * 3)
        want *= 2;
    return t->n && !t->n_slots ? rehash(t, want, n) : 0;
}

static size_t find_last(const struct measure_table *t, const int64_t *key, int n)
{
    for (size_t i = t->n; i-- > 0;) {
        const int64_t *have = row_at(t, i) + CELL_KEY;
        if (have[0] != key[0])
            break;
        if (same_keys(have, key, n))
            return i;
    }
    return t->n;
}

/* A new row, zeroed but for its keys; which must not be there. */
static int row_new(const struct huji_run *run, const struct measure *m, struct measure_table *t,
                   uint64_t hash, const int64_t *key)
{
    size_t n = (size_t)run->lib->rules[m->rule]->n_keys;
    bool cases = run->judged[m->index], indexed = !m->by_person || t->n_slots;
    t->width = CELL_KEY + n + m->share;
    if (indexed && (t->n + 1) * 4 > t->n_slots * 3 &&
        rehash(t, t->n_slots ? t->n_slots * 2 : 64, (int)n) < 0)
        return -1;
    if (t->n >= UINT32_MAX - 1 ||
        mem_grow(&t->cells, &t->cap, (t->n + 1) * t->width, sizeof *t->cells) < 0 ||
        (cases && mem_grow(&t->cases, &t->cap_cases, t->n + 1, sizeof *t->cases) < 0))
        return -1;
    memset(row_at(t, t->n), 0, t->width * sizeof *t->cells);
    memcpy(row_at(t, t->n) + CELL_KEY, key, n * sizeof *key);
    if (cases)
        t->cases[t->n] = (struct measure_case){.ev_row = -1};
    if (indexed)
        t->slots[slot_of(t, hash, key, (int)n)] = slot_value(hash, t->n);
    t->n++;
    return 0;
}

/* How outlier rules that run look at a measure. */
enum { NOT_JUDGED, BY_PAST = 1, BY_PEERS = 2 };
static int judged(const struct huji_run *run, const struct measure *m)
{
    int how = NOT_JUDGED;
    for (int i = 0; i < run->lib->n_rules; i++) {
        const struct rule *r = run->lib->rules[i];
        if (run->active[i] && r->kind == &kind_outlier && r->measure == m)
            how |= r->own_past ? BY_PAST : BY_PEERS;
    }
    return how;
}

void measure_begin(struct huji_run *run)
{
    for (int i = 0; i < run->lib->n_measures; i++)
        run->judged[i] = (uint8_t)judged(run, run->lib->measures[i]);
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
    const struct measure_case *a = *(const struct measure_case *const *)pa,
                              *b = *(const struct measure_case *const *)pb;
    return cmp_keys(a->key, b->key, *(const int *)n);
}

static int by_peers(const void *pa, const void *pb, void *n)
{
    const struct measure_case *a = *(const struct measure_case *const *)pa,
                              *b = *(const struct measure_case *const *)pb;
    if (a->period != b->period)
        return a->period < b->period ? -1 : 1;
    int c = cmp_keys(a->peer, b->peer, 3);
    return c ? c : cmp_keys(a->key, b->key, *(const int *)n);
}

static int64_t value_of(const struct rule *r, const int64_t *row)
{
    int64_t den = r->measure->share ? row[CELL_KEY + r->n_keys] : 0;
    if (r->measure->share)
        return den ? div_round(row[CELL_NUM], den, 6) : HUJI_NONE64;
    return micro(row[CELL_NUM], r->scale);
}

/* A period's first second; without a period the time of the first event stands. */
static int64_t period_time(const struct rule *r, const struct measure_case *m)
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

static const struct measure_case **sorted(const struct measure_table *t,
                                          int (*cmp)(const void *, const void *, void *), int keys)
{
    const struct measure_case **at = mem_alloc((t->n + 1) * sizeof *at);
    for (size_t i = 0; at && i < t->n; i++)
        at[i] = &t->cases[i];
    if (at)
        qsort_r(at, t->n, sizeof *at, cmp, &keys);
    return at;
}

int measure_finish(const struct huji_run *run, const struct measure *m, struct measure_table *t,
                   struct err *e)
{
    const struct rule *r = run->lib->rules[m->rule];
    int keys = r->n_keys, how = run->judged[m->index];
    if (index_rows(t, keys) < 0)
        return err_nomem(e);
    for (size_t i = 0; how && i < t->n; i++) {
        struct measure_case *c = &t->cases[i];
        const int64_t *row = row_at(t, i);
        c->key = row + CELL_KEY;
        c->period = c->key[keys - 1];
        c->t = period_time(r, c);
        c->value = value_of(r, row);
        c->n = c->value == HUJI_NONE64 ? 0 : row[CELL_N];
    }
    if ((how & BY_PAST && !(t->by_owner = sorted(t, by_owner, keys))) ||
        (how & BY_PEERS && !(t->by_peers = sorted(t, by_peers, keys))))
        return err_nomem(e);
    uint32_t owner = 0;
    for (size_t i = 0; t->by_owner && i < t->n; i++) {
        if (i && cmp_keys(t->by_owner[i]->key, t->by_owner[i - 1]->key, keys - 1) != 0)
            owner++;
        t->cases[t->by_owner[i] - t->cases].owner = owner;
    }
    return 0;
}

int measure_row_add(const struct huji_run *run, const struct measure *m, struct measure_table *t,
                    const int64_t *key, int64_t num, int64_t den, int64_t events,
                    const struct measure_case *c, struct err *e)
{
    int keys = run->lib->rules[m->rule]->n_keys;
    uint64_t hash = hash_keys(key, keys);
    if (index_rows(t, keys) < 0)
        return err_nomem(e);
    if (find(t, hash, key, keys) < t->n)
        return err_set(e, ERR_INPUT, "指标 %.*s 的主体重复", (int)m->name.n, m->name.p);
    if (row_new(run, m, t, hash, key) < 0)
        return err_nomem(e);
    int64_t *row = row_at(t, t->n - 1);
    row[CELL_NUM] = num;
    row[CELL_N] = events;
    if (m->share)
        row[CELL_KEY + keys] = den;
    if (t->cases)
        t->cases[t->n - 1] = *c;
    return 0;
}

/* Of two events the first stands for the owner, whatever the threads did. */
static bool before(int64_t t, uint8_t src, uint32_t rank, const struct measure_case *c)
{
    if (t != c->t)
        return t < c->t;
    return src != c->src ? src < c->src : rank < c->rank;
}

static int first_digit(int64_t v)
{
    uint64_t u = v < 0 ? -(uint64_t)v : (uint64_t)v;
    while (u > 9)
        u /= 10;
    return (int)u;
}

static size_t place_of(const struct measure_table *t, uint32_t row, int64_t g)
{
    size_t i = hash_u64(hash_u64((uint64_t)g) ^ row) & (t->n_places - 1);
    while (t->members[i].row && (t->members[i].row != row || t->members[i].g != g))
        i = (i + 1) & (t->n_places - 1);
    return i;
}

static int more_places(struct measure_table *t)
{
    struct measure_table wider = {.n_places = t->n_places ? t->n_places * 2 : 64};
    if (!(wider.members = mem_calloc(wider.n_places, sizeof *wider.members)))
        return -1;
    for (size_t i = 0; i < t->n_places; i++)
        if (t->members[i].row)
            wider.members[place_of(&wider, t->members[i].row, t->members[i].g)] = t->members[i];
    mem_free(t->members);
    t->members = wider.members;
    t->n_places = wider.n_places;
    return 0;
}

/* A member counts once. */
static int count_member(struct measure_table *t, size_t row, int64_t g)
{
    if (t->n_members * 4 >= t->n_places * 3 && more_places(t) < 0)
        return -1;
    struct measure_member *at = &t->members[place_of(t, (uint32_t)row + 1, g)];
    if (at->row)
        return 0;
    *at = (struct measure_member){g, (uint32_t)row + 1};
    t->n_members++;
    row_at(t, row)[CELL_NUM]++;
    row_at(t, row)[CELL_N]++;
    return 0;
}

static int count_digit(struct measure_table *t, size_t row, int64_t g)
{
    size_t had = t->cap_digits;
    if (mem_grow(&t->digits, &t->cap_digits, row + 1, sizeof *t->digits) < 0)
        return -1;
    memset(t->digits + had, 0, (t->cap_digits - had) * sizeof *t->digits);
    t->digits[row][first_digit(g)]++;
    row_at(t, row)[CELL_N]++;
    return 0;
}

static void note_first(struct measure_case *c, const struct event *ev, bool fresh)
{
    if (!fresh && !before(ev->t, ev->src, ev->rank, c))
        return;
    bool line = source_is_line((enum source_id)ev->src); /* its row is gone with the batch */
    c->ev_row = line ? -1 : ev->row;
    c->src = ev->src;
    c->clause = ev->clause;
    c->t = ev->t;
    c->rank = ev->rank;
    c->peer[0] = ev->c;
    c->peer[1] = ev->b;
    c->peer[2] = ev->sc;
}

static int add_to_row(const struct huji_run *run, const struct measure *m, struct measure_table *t,
                      size_t at, uint64_t hash, const struct event *ev)
{
    const struct rule *r = run->lib->rules[m->rule];
    int keys = r->n_keys;
    bool fresh = at == t->n;
    if (fresh && row_new(run, m, t, hash, ev->key) < 0)
        return -1;
    t->last = at;
    if (t->cases)
        note_first(&t->cases[at], ev, fresh);
    if (r->count == COUNT_DISTINCT)
        return count_member(t, at, ev->g);
    if (r->count == COUNT_DIGITS)
        return count_digit(t, at, ev->g);
    int64_t *row = row_at(t, at);
    row[CELL_NUM] += ev->q;
    row[CELL_N]++;
    if (m->share)
        row[CELL_KEY + keys] += ev->a;
    return 0;
}

/* Does the row have these keys? */
static bool is_row_of(const struct measure_table *t, size_t row, const int64_t *key, int n)
{
    return row < t->n && same_keys(row_at(t, row) + CELL_KEY, key, n);
}

/* The row that probably is the event's, by half of its hash: nothing far away is read yet. */
static void find_early(const struct measure_table *t, struct measure_wait *w)
{
    size_t i = w->hash & (t->n_slots - 1);
    while (t->slots[i] && t->slots[i] >> 32 != w->hash >> 32)
        i = (i + 1) & (t->n_slots - 1);
    w->row = t->slots[i] ? slot_row(t->slots[i]) : t->n;
    if (!t->slots[i])
        return;
    __builtin_prefetch(row_at(t, w->row), 1);
    __builtin_prefetch(row_at(t, w->row) + t->width - 1, 1);
    if (t->cases)
        __builtin_prefetch(&t->cases[w->row].t, 1);
    if (t->n_places)
        __builtin_prefetch(
            &t->members[hash_u64(hash_u64((uint64_t)w->ev.g) ^ ((uint32_t)w->row + 1)) &
                        (t->n_places - 1)],
            1);
}

static int add_waiting(const struct huji_run *run, struct measure_wait *w)
{
    int keys = run->lib->rules[w->m->rule]->n_keys;
    size_t at = is_row_of(w->t, w->row, w->ev.key, keys) ? w->row
                                                         : find(w->t, w->hash, w->ev.key, keys);
    return add_to_row(run, w->m, w->t, at, w->hash, &w->ev);
}

/* Until no more than so many wait for the place of their rows, and for the rows. */
static int move_on(const struct huji_run *run, struct measure_queue *q, size_t places, size_t rows)
{
    for (; q->put - q->found > places; q->found++) {
        struct measure_wait *w = &q->wait[q->found % MEASURE_WAITS];
        find_early(w->t, w);
    }
    for (; q->put - q->added > rows; q->added++)
        if (add_waiting(run, &q->wait[q->added % MEASURE_WAITS]) < 0)
            return -1;
    return 0;
}

int measure_flush(const struct huji_run *run, struct measure_queue *q)
{
    return move_on(run, q, 0, 0);
}

enum { LARGE_TABLE = 256 }; /* rows; smaller ones lie in the processor's nearer memory anyway */

int measure_add(const struct huji_run *run, const struct measure *m, struct measure_table *t,
                struct measure_queue *q)
{
    const struct rule *r = run->lib->rules[m->rule];
    bool distinct = r->count == COUNT_DISTINCT, digits = r->count == COUNT_DIGITS;
    struct measure_wait *w = &q->wait[q->put % MEASURE_WAITS];
    const struct event *ev = &w->ev;
    int keys = r->n_keys;
    if (ev->q == HUJI_NONE64 || (m->share && ev->a == HUJI_NONE64))
        return 0;
    if ((distinct || digits) && (ev->g == HUJI_NONE64 || (digits && !ev->g)))
        return 0;
    if (m->by_person) /* lines of one visit mostly follow each other */
        return add_to_row(
            run, m, t, is_row_of(t, t->last, ev->key, keys) ? t->last : find_last(t, ev->key, keys),
            0, ev);
    w->hash = hash_keys(ev->key, keys);
    if (t->n < LARGE_TABLE)
        return add_to_row(run, m, t, find(t, w->hash, ev->key, keys), w->hash, ev);
    __builtin_prefetch(&t->slots[w->hash & (t->n_slots - 1)]);
    w->m = m;
    w->t = t;
    q->put++;
    return move_on(run, q, MEASURE_PLACE, MEASURE_ROW);
}

static int merge_digits(struct measure_table *to, size_t at, const uint32_t *digits)
{
    size_t had = to->cap_digits;
    if (mem_grow(&to->digits, &to->cap_digits, at + 1, sizeof *to->digits) < 0)
        return -1;
    memset(to->digits + had, 0, (to->cap_digits - had) * sizeof *to->digits);
    for (int d = 0; d < 10; d++)
        to->digits[at][d] += digits[d];
    return 0;
}

/* from's row i goes to row[i]. */
static int merge_members(struct measure_table *to, const struct measure_table *from,
                         const uint32_t *row)
{
    int rc = 0;
    for (size_t i = 0; i < from->n_places && rc == 0; i++)
        if (from->members[i].row)
            rc = count_member(to, row[from->members[i].row - 1], from->members[i].g);
    return rc;
}

/* Of a measure by person the walks have rows of different persons: none of them is looked for. */
static int append_rows(const struct huji_run *run, const struct measure *m,
                       struct measure_table *to, struct measure_table *from, uint32_t *row)
{
    size_t had = to->n;
    if (!from->n)
        return 0;
    mem_free(to->slots); /* made anew, once, when all are there */
    to->slots = NULL;
    to->n_slots = 0;
    to->width = from->width;
    if (had + from->n >= UINT32_MAX - 1 ||
        mem_grow(&to->cells, &to->cap, (had + from->n) * to->width, sizeof *to->cells) < 0)
        return -1;
    memcpy(row_at(to, had), from->cells, from->n * from->width * sizeof *from->cells);
    if (run->judged[m->index]) {
        if (mem_grow(&to->cases, &to->cap_cases, had + from->n, sizeof *to->cases) < 0)
            return -1;
        memcpy(to->cases + had, from->cases, from->n * sizeof *from->cases);
    }
    to->n += from->n;
    for (size_t i = 0; i < from->n; i++) {
        if (row) { /* counted again as its members come in */
            row[i] = (uint32_t)(had + i);
            row_at(to, had + i)[CELL_NUM] = row_at(to, had + i)[CELL_N] = 0;
        }
        if (from->digits && merge_digits(to, had + i, from->digits[i]) < 0)
            return -1;
    }
    return row ? merge_members(to, from, row) : 0;
}

static int add_rows(const struct huji_run *run, const struct measure *m, struct measure_table *to,
                    struct measure_table *from, uint32_t *row)
{
    int keys = run->lib->rules[m->rule]->n_keys;
    if (index_rows(to, keys) < 0)
        return -1;
    mem_free(from->slots);
    from->slots = NULL;
    from->n_slots = 0;
    for (size_t i = 0; i < from->n; i++) {
        const int64_t *f = row_at(from, i);
        uint64_t hash = hash_keys(f + CELL_KEY, keys);
        size_t at = find(to, hash, f + CELL_KEY, keys);
        bool fresh = at == to->n;
        if (fresh && row_new(run, m, to, hash, f + CELL_KEY) < 0)
            return -1;
        if (to->cases) {
            const struct measure_case *c = &from->cases[i];
            if (fresh || before(c->t, c->src, c->rank, &to->cases[at]))
                to->cases[at] = *c;
        }
        if (row) {
            row[i] = (uint32_t)at;
            continue;
        }
        int64_t *sum = row_at(to, at);
        sum[CELL_NUM] += f[CELL_NUM];
        sum[CELL_N] += f[CELL_N];
        if (m->share)
            sum[CELL_KEY + keys] += f[CELL_KEY + keys];
        if (from->digits && merge_digits(to, at, from->digits[i]) < 0)
            return -1;
    }
    return row ? merge_members(to, from, row) : 0;
}

int measure_merge(const struct huji_run *run, const struct measure *m, struct measure_table *to,
                  struct measure_table *from)
{
    uint32_t *row = from->members ? mem_alloc((from->n + 1) * sizeof *row) : NULL;
    if (from->members && !row)
        return -1;
    int rc = (m->by_person ? append_rows : add_rows)(run, m, to, from, row);
    mem_free(row);
    measure_release(from);
    return rc;
}

/* Mean absolute deviation of the first digits' shares from Benford's law (Nigrini): in 1e-6, exact, rounded once. */
static void digits_build(struct measure_table *t, int keys)
{
    static const int64_t law[10] = {0,     301030, 176091, 124939, 96910,
                                    79181, 66947,  57992,  51153,  45757};
    for (size_t i = 0; i < t->n; i++) {
        int64_t *row = row_at(t, i), off = 0;
        for (int d = 1; d < 10; d++) {
            int64_t x = t->digits[i][d] * INT64_C(1000000) - law[d] * row[CELL_N];
            off += x < 0 ? -x : x;
        }
        row[CELL_NUM] = off;
        row[CELL_KEY + keys] = row[CELL_N] * 9000000;
    }
}

int measure_build(const struct huji_run *run, const struct measure *m, struct measure_table *t,
                  struct err *e)
{
    if (t->digits)
        digits_build(t, run->lib->rules[m->rule]->n_keys);
    mem_free(t->digits);
    mem_free(t->members);
    t->digits = NULL;
    t->members = NULL;
    t->cap_digits = t->n_members = t->n_places = 0;
    return measure_finish(run, m, t, e);
}

void measure_release(struct measure_table *t)
{
    mem_free(t->cells);
    mem_free(t->cases);
    mem_free(t->digits);
    mem_free(t->members);
    mem_free(t->slots);
    mem_free(t->by_owner);
    mem_free(t->by_peers);
    *t = (struct measure_table){0};
}

int64_t measure_value(const struct huji_run *run, const struct measure *m, const int64_t *key,
                      int n_key)
{
    const struct measure_table *t = run->measure ? &run->measure[m->index] : NULL;
    if (!t || !t->n || n_key != m->n_owner)
        return HUJI_NONE64;
    size_t at = find(t, hash_keys(key, n_key), key, n_key);
    return at < t->n ? value_of(run->lib->rules[m->rule], row_at(t, at)) : HUJI_NONE64;
}
