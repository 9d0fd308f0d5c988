/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/map.h"

#include <string.h>

#include "base/mem.h"

uint64_t hash_bytes(const void *p, size_t n)
{
    const unsigned char *s = p;
    uint64_t h = UINT64_C(0x9e3779b97f4a7c15) ^ n;
    while (n >= 8) {
        uint64_t w;
        memcpy(&w, s, 8);
        h = hash_u64(h ^ w);
        s += 8;
        n -= 8;
    }
    uint64_t w = 0;
    if (n)
        memcpy(&w, s, n);
    return hash_u64(h ^ w ^ ((uint64_t)n << 56));
}

uint64_t hash_long(const void *p, size_t n)
{
    const uint64_t k = UINT64_C(0x9e3779b97f4a7c15);
    const unsigned char *s = p;
    uint64_t a[4] = {n, k, n ^ k, ~k};
    for (; n >= 32; n -= 32, s += 32)
        for (int i = 0; i < 4; i++) {
            uint64_t w;
            memcpy(&w, s + 8 * i, 8);
            w ^= a[i];
            a[i] = (w << 29 | w >> 35) * k;
        }
    uint64_t h = hash_bytes(s, n);
    for (int i = 0; i < 4; i++)
        h = hash_u64(h ^ a[i]);
    return h;
}

static size_t map_slot(const struct map *m, uint64_t key)
{
    size_t i = hash_u64(key) & (m->cap - 1);
    while (m->vals[i] != MAP_NONE && m->keys[i] != key)
        i = (i + 1) & (m->cap - 1);
    return i;
}

uint32_t map_get(const struct map *m, uint64_t key)
{
    return m->cap ? m->vals[map_slot(m, key)] : MAP_NONE;
}

static int map_rehash(struct map *m, size_t cap)
{
    struct map bigger = {.cap = cap};
    bigger.keys = mem_alloc(cap * sizeof *bigger.keys);
    bigger.vals = mem_alloc(cap * sizeof *bigger.vals);
    if (!bigger.keys || !bigger.vals) {
        mem_free(bigger.keys);
        mem_free(bigger.vals);
        return -1;
    }
    memset(bigger.vals, 0xff, cap * sizeof *bigger.vals);
    for (size_t i = 0; i < m->cap; i++)
        if (m->vals[i] != MAP_NONE) {
            size_t k = map_slot(&bigger, m->keys[i]);
            bigger.keys[k] = m->keys[i];
            bigger.vals[k] = m->vals[i];
        }
    bigger.n = m->n;
    map_release(m);
    *m = bigger;
    return 0;
}

int map_put(struct map *m, uint64_t key, uint32_t val)
{
    if (m->n * 2 >= m->cap && map_rehash(m, m->cap ? m->cap * 2 : 64) < 0)
        return -1;
    size_t i = map_slot(m, key);
    if (m->vals[i] == MAP_NONE) {
        m->keys[i] = key;
        m->n++;
    }
    m->vals[i] = val;
    return 0;
}

void map_clear(struct map *m)
{
    if (m->cap)
        memset(m->vals, 0xff, m->cap * sizeof *m->vals);
    m->n = 0;
}

void map_release(struct map *m)
{
    mem_free(m->keys);
    mem_free(m->vals);
    *m = (struct map)MAP_INIT;
}

static size_t names_slot(const struct names *t, struct span s)
{
    size_t i = hash_bytes(s.p, s.n) & (t->nslots - 1);
    while (t->slots[i] && !span_eq(t->at[t->slots[i] - 1], s))
        i = (i + 1) & (t->nslots - 1);
    return i;
}

uint32_t names_get(const struct names *t, struct span s)
{
    if (!t->nslots)
        return NAME_NONE;
    uint32_t v = t->slots[names_slot(t, s)];
    return v ? v - 1 : NAME_NONE;
}

static int names_rehash(struct names *t)
{
    size_t n = t->nslots ? t->nslots * 2 : 64;
    uint32_t *slots = mem_calloc(n, sizeof *slots);
    if (!slots)
        return -1;
    mem_free(t->slots);
    t->slots = slots;
    t->nslots = n;
    for (uint32_t id = 0; id < t->n; id++)
        t->slots[names_slot(t, t->at[id])] = id + 1;
    return 0;
}

uint32_t names_put(struct names *t, struct span s)
{
    if ((size_t)t->n * 2 >= t->nslots && names_rehash(t) < 0)
        return NAME_NONE;
    size_t i = names_slot(t, s);
    if (t->slots[i])
        return t->slots[i] - 1;
    if (mem_grow(&t->at, &t->cap, (size_t)t->n + 1, sizeof *t->at) < 0)
        return NAME_NONE;
    struct span copy = arena_span(&t->text, s);
    if (!copy.p)
        return NAME_NONE;
    t->at[t->n] = copy;
    t->slots[i] = t->n + 1;
    return t->n++;
}

void names_release(struct names *t)
{
    arena_release(&t->text);
    mem_free(t->at);
    mem_free(t->slots);
    *t = (struct names)NAMES_INIT;
}
