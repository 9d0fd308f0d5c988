/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Integers from a seed, the same everywhere. One stream per (kind, id): who asks for what in which order elsewhere
 * changes nothing here. */
#ifndef HUJI_SYNTH_RNG_H
#define HUJI_SYNTH_RNG_H

#include <stdbool.h>
#include <stdint.h>

struct rng {
    uint64_t s;
};

enum rng_kind {
    RNG_PERSON = 1,
    RNG_CARE,
    RNG_PLACE,
    RNG_LINES,
    RNG_PLANT,
    RNG_STOCK,
    RNG_HOUSE,
    RNG_DATE,
    RNG_AGENCY
};

static inline uint64_t rng_mix(uint64_t x)
{
    x ^= x >> 30;
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    x ^= x >> 27;
    x *= UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}
static inline struct rng rng_of(uint64_t seed, enum rng_kind kind, uint64_t id)
{
    return (struct rng){
        rng_mix(rng_mix(seed + (uint64_t)kind * UINT64_C(0x9e3779b97f4a7c15)) ^ (id + 1))};
}
static inline uint64_t rng_next(struct rng *r)
{
    r->s += UINT64_C(0x9e3779b97f4a7c15);
    return rng_mix(r->s);
}
/* 0 .. n-1; n > 0 */
static inline uint32_t rng_below(struct rng *r, uint32_t n)
{
    return (uint32_t)(((rng_next(r) >> 32) * n) >> 32);
}
static inline int rng_range(struct rng *r, int lo, int hi) /* both inclusive */
{
    return lo + (int)rng_below(r, (uint32_t)(hi - lo + 1));
}
static inline bool rng_hit(struct rng *r, uint32_t per_million)
{
    return rng_below(r, 1000000) < per_million;
}

#endif
