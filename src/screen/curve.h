/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * How good a list is: precision, money, recall and lift of its first k, average precision, and how well a score tells
 * two kinds apart (AUC), also within bands (of equal turnover: beyond size). Shares in 1e-6, rounded once.
 */
#ifndef HUJI_SCREEN_CURVE_H
#define HUJI_SCREEN_CURVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fen.h"

#define CURVE_NONE INT64_MIN /* nothing to divide by, nothing to compare */

/* One row of a list, best first. */
struct listed {
    bool positive;
    fen_t fund, true_fund; /* claimed, and of it rightly; fen */
    int64_t plants;        /* known violations that this row is the first to show */
};

struct at_k {
    int64_t k, positives;
    int64_t precision, low, high; /* of the k rows, with Wilson's interval */
    int64_t money_precision;      /* right money of all money of the k rows */
    int64_t plants, recall;       /* shown by then, of `all_plants` */
    int64_t lift;                 /* precision over the share of positives in the whole list */
    fen_t captured;               /* right money of the k rows */
    int64_t captured_share;       /* of all right money of the list */
};

/* k larger than n: the whole list. */
struct at_k curve_at(const struct listed *list, size_t n, size_t k, int64_t all_plants);
/* Mean over the positives of the precision at each: the area under precision and recall. CURVE_NONE without one. */
int64_t average_precision(const struct listed *list, size_t n);

/* Share of pairs (positive, negative) that the score has the right way round, ties half; only pairs of one band when
 * `band` is given. CURVE_NONE without a pair. */
int64_t auc(const int64_t *score, const bool *positive, const int *band, size_t n);
/* Cuts n values into `bands` of equal number by size: out[i] from 0, the smallest. 0, or -1 out of memory. */
int bands_of(const int64_t *value, size_t n, int bands, int *out);
/* Share of positives among the k best by score (ties by order given); with `band` the ceil(k / bands) best of each. */
int64_t precision_of_best(const int64_t *score, const bool *positive, const int *band, int bands,
                          size_t n, size_t k);

#endif
