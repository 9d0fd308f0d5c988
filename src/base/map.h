/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Two hash maps, open addressing. `struct map`: uint64 -> uint32. `struct names`: string -> small number, both ways. */
#ifndef HUJI_BASE_MAP_H
#define HUJI_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct map {
    uint64_t *keys;
    uint32_t *vals; /* MAP_NONE = empty slot */
    size_t n, cap;
};

#define MAP_INIT \
    {            \
        0        \
    }
#define MAP_NONE UINT32_MAX

uint32_t map_get(const struct map *m, uint64_t key);    /* MAP_NONE when absent */
int map_put(struct map *m, uint64_t key, uint32_t val); /* replaces; val < MAP_NONE; 0 or -1 */
void map_clear(struct map *m);
void map_release(struct map *m);

struct names {
    struct arena text;
    struct span *at; /* at[id] */
    uint32_t *slots; /* id + 1, 0 = empty */
    uint32_t n;
    size_t cap, nslots;
};

#define NAMES_INIT \
    {              \
        0          \
    }
#define NAME_NONE UINT32_MAX
uint32_t names_put(
    struct names *t,
    struct span s); /* id, given on first sight from 0; NAME_NONE when out of memory */
uint32_t names_get(const struct names *t, struct span s); /* NAME_NONE when absent */
void names_release(struct names *t);

uint64_t hash_bytes(const void *p, size_t n);
/* Another one, for long pieces: 32 bytes at a time. Files hold it (run/records.h, check/ahead.h): it stays as it is. */
uint64_t hash_long(const void *p, size_t n);
static inline uint64_t hash_u64(uint64_t x)
{
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    x ^= x >> 32;
    x *= UINT64_C(0xd6e8feb86659fd93);
    return x ^ (x >> 32);
}

#endif
