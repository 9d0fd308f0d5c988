/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Money is int64 fen (0.01 yuan), quantity int64 1e-4, unit price int64 1e-6 yuan. Never a double.
 * Texts accepted: optional sign, digits with optional thousands commas (ASCII or full-width), one point, spaces around.
 */
#ifndef HUJI_BASE_FEN_H
#define HUJI_BASE_FEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"

typedef int64_t fen_t;
typedef int64_t qty_t;

#define QTY_ONE ((qty_t)10000)

/* Decimal text -> integer scaled by 10^scale; digits beyond the scale must be zeros unless `round`, which rounds
 * half away from zero. False: not such a number, or out of +-9e17. */
bool dec_parse(struct span s, int scale, bool round, int64_t *out);
static inline bool fen_parse(struct span s, fen_t *out)
{
    return dec_parse(s, 2, false, out);
}
static inline bool qty_parse(struct span s, qty_t *out)
{
    return dec_parse(s, 4, false, out);
}
/* 12345 -> "123.45" */
void fen_print(struct buf *b, fen_t v);
void dec_print(struct buf *b, int64_t v,
               int scale);         /* trailing zeros of the fraction cut: 15000,4 -> 1.5 */
bool fen_add(fen_t *sum, fen_t v); /* false on overflow, sum untouched */
/* a * b / q, half-up, exact in 128 bits; q > 0, a >= 0, b >= 0 (rules.md part 0 no. 5). */
int64_t prorate(int64_t a, int64_t b, int64_t q);

#endif
