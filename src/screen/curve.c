/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/curve.h"

#include <stdlib.h>

#include "base/mem.h"
#include "screen/confidence.h"

static int64_t share(int64_t part, int64_t whole)
{
    return whole > 0 ? prorate(MICRO, part, whole) : CURVE_NONE;
}

struct at_k curve_at(const struct listed *list, size_t n, size_t k, int64_t all_plants)
{
    struct at_k a = {0};
    fen_t fund = 0, all_true = 0;
    int64_t all_positives = 0;

    k = k < n ? k : n;
    for (size_t i = 0; i < n; i++) {
        all_positives += list[i].positive;
        all_true += list[i].true_fund;
        if (i >= k)
            continue;
        a.positives += list[i].positive;
        a.plants += list[i].plants;
        a.captured += list[i].true_fund;
        fund += list[i].fund;
    }
    a.k = (int64_t)k;
    a.precision = share(a.positives, a.k);
    wilson(a.positives, a.k, &a.low, &a.high);
    a.money_precision = share(a.captured, fund);
    a.recall = share(a.plants, all_plants);
    a.captured_share = share(a.captured, all_true);
    a.lift = all_positives && a.k
                 ? (int64_t)((__int128)a.positives * (int64_t)n * MICRO / (a.k * all_positives))
                 : CURVE_NONE;
    return a;
}

int64_t average_precision(const struct listed *list, size_t n)
{
    int64_t sum = 0, seen = 0;

    for (size_t i = 0; i < n; i++)
        if (list[i].positive)
            sum += prorate(MICRO, ++seen, (int64_t)i + 1);
    return seen ? prorate(sum, 1, seen) : CURVE_NONE;
}

int64_t auc(const int64_t *score, const bool *positive, const int *band, size_t n)
{
    int64_t right = 0, pairs = 0; /* halves */

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; positive[i] && k < n; k++) {
            if (positive[k] || (band && band[i] != band[k]))
                continue;
            pairs += 2;
            right += score[i] > score[k] ? 2 : score[i] == score[k];
        }
    return share(right, pairs);
}

struct placed {
    int64_t value;
    size_t i;
};

static int by_value(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;

    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return x->i < y->i ? -1 : x->i > y->i;
}

static int by_score(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;

    if (x->value != y->value)
        return x->value > y->value ? -1 : 1;
    return x->i < y->i ? -1 : x->i > y->i;
}

static struct placed *place(const int64_t *value, size_t n,
                            int (*order)(const void *, const void *))
{
    struct placed *p = mem_alloc((n + 1) * sizeof *p);

    for (size_t i = 0; p && i < n; i++)
        p[i] = (struct placed){value[i], i};
    if (p && n)
        qsort(p, n, sizeof *p, order);
    return p;
}

int bands_of(const int64_t *value, size_t n, int bands, int *out)
{
    struct placed *p = place(value, n, by_value);

    if (!p)
        return -1;
    for (size_t i = 0; i < n; i++)
        out[p[i].i] = (int)(i * (size_t)bands / n);
    mem_free(p);
    return 0;
}

int64_t precision_of_best(const int64_t *score, const bool *positive, const int *band, int bands,
                          size_t n, size_t k)
{
    struct placed *p = place(score, n, by_score);
    size_t most = band ? (k + (size_t)bands - 1) / (size_t)bands : k;
    int64_t taken = 0, right = 0;

    for (int b = 0; p && b < (band ? bands : 1); b++)
        for (size_t i = 0, of = 0; i < n && of < most; i++) {
            if (band && band[p[i].i] != b)
                continue;
            of++;
            taken++;
            right += positive[p[i].i];
        }
    mem_free(p);
    return share(right, taken);
}
