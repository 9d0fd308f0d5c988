/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A set of numbers from 0 on that lie close: a bit each. Once counted it also says the place of each among them. */
#ifndef HUJI_BASE_IDSET_H
#define HUJI_BASE_IDSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct id_set {
    uint64_t *bit;
    uint32_t *before; /* how many come before each 64; of the words when id_set_count was called */
    size_t words, cap, n;
};

int id_set_add(struct id_set *s, int64_t id); /* id >= 0. -1: no memory */
int id_set_count(struct id_set *s);           /* for id_set_place. -1: no memory */
void id_set_release(struct id_set *s);

static inline bool id_set_has(const struct id_set *s, int64_t id)
{
    return id >= 0 && (uint64_t)id >> 6 < s->words && (s->bit[id >> 6] >> (id & 63) & 1);
}

/* How many of the set are less than `id`, which is of the set. */
static inline size_t id_set_place(const struct id_set *s, int64_t id)
{
    uint64_t lower = s->bit[id >> 6] & ((UINT64_C(1) << (id & 63)) - 1);
    return s->before[id >> 6] + (size_t)__builtin_popcountll(lower);
}

/* The next of the set from `id` on; -1: there is none. */
static inline int64_t id_set_next(const struct id_set *s, int64_t id)
{
    size_t w = (size_t)id >> 6;
    if (w >= s->words)
        return -1;
    uint64_t left = s->bit[w] & (~UINT64_C(0) << (id & 63));
    while (!left && ++w < s->words)
        left = s->bit[w];
    return left ? (int64_t)(w * 64) + __builtin_ctzll(left) : -1;
}

#endif
