/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/sample.h"

#include <math.h>

#include "base/mem.h"
#include "screen/confidence.h"
#include "screen/ledger.h"

#define Z95 1.959963984540054
#define LEAST 2 /* of a stratum: one has no spread */

int64_t sample_size(int64_t population, int64_t expect, int64_t precision)
{
    double p = (double)expect / 1e6, d = (double)precision / 1e6, n, all = (double)population;

    if (population <= 0 || d <= 0)
        return population > 0 ? population : 0;
    n = Z95 * Z95 * p * (1 - p) / (d * d);
    n = n / (1 + (n - 1) / all);
    n = ceil(n - 1e-9);
    return n >= all ? population : n < 1 ? 1 : (int64_t)n;
}

int sample_allocate(struct stratum *s, size_t n_strata, int64_t n)
{
    int64_t *weight = mem_alloc((2 * n_strata + 1) * sizeof *weight), *share;

    if (!weight)
        return -1;
    share = weight + n_strata;
    for (size_t i = 0; i < n_strata; i++)
        weight[i] = s[i].population;
    if (share_out(n, weight, share, n_strata)) {
        mem_free(weight);
        return -1;
    }
    for (size_t i = 0; i < n_strata; i++) {
        int64_t k = share[i] < LEAST ? LEAST : share[i];

        s[i].drawn = k < s[i].population ? k : s[i].population;
    }
    mem_free(weight);
    return 0;
}

static int64_t reviewed(const struct stratum *s)
{
    return s->confirmed + s->rejected;
}

/* Mean and variance of the mean of one stratum, the finite population counted in. */
static void moments(double n, double all, double sum, double squares, double *mean, double *var)
{
    double spread;

    *mean = sum / n;
    spread = n > 1 ? (squares - sum * sum / n) / (n - 1) : 0;
    *var = spread > 0 ? spread / n * (1 - n / all) : 0;
}

static int64_t within(double v, double lo, double hi)
{
    v = v < lo ? lo : v > hi ? hi : v;
    return (int64_t)floor(v + 0.5);
}

/* All reviewed ones alike: the spread of the sample is 0 but ours is not. Wilson over all of them. */
static void all_alike(struct extrapolation *o, double *lo, double *hi)
{
    int64_t l, h;

    wilson(o->confirmed, o->reviewed, &l, &h);
    *lo = (double)l / 1e6;
    *hi = (double)h / 1e6;
}

void sample_extrapolate(const struct stratum *s, size_t n, struct extrapolation *out)
{
    struct stratum all = {0};
    double p = 0, p_var = 0, y = 0, y_var = 0, lo, hi, total;

    *out = (struct extrapolation){0};
    for (size_t i = 0; i < n; i++) {
        all.population += s[i].population;
        all.confirmed += s[i].confirmed;
        all.rejected += s[i].rejected;
        all.doubtful += s[i].doubtful;
        all.sum += s[i].sum;
        all.squares += s[i].squares;
    }
    out->population = all.population;
    out->reviewed = reviewed(&all);
    out->doubtful = all.doubtful;
    out->confirmed = all.confirmed;
    if (!out->reviewed || !all.population)
        return;
    total = (double)all.population;
    for (size_t i = 0; i < n; i++) {
        const struct stratum *h = reviewed(&s[i]) ? &s[i] : &all;
        double k = (double)reviewed(h), size = (double)h->population,
               w = (double)s[i].population / total, mean, var;

        moments(k, size, (double)h->confirmed, (double)h->confirmed, &mean, &var);
        p += w * mean;
        p_var += w * w * var;
        moments(k, size, h->sum, h->squares, &mean, &var);
        y += w * mean;
        y_var += w * w * var;
    }
    lo = p - Z95 * sqrt(p_var);
    hi = p + Z95 * sqrt(p_var);
    if (p_var <= 0 && out->reviewed < out->population)
        all_alike(out, &lo, &hi);
    out->share = within(p * 1e6, 0, 1e6);
    out->share_low = within(lo * 1e6, 0, 1e6);
    out->share_high = within(hi * 1e6, 0, 1e6);
    out->count = within(p * total, 0, total);
    out->count_low = within(lo * total, (double)out->confirmed, total);
    out->count_high = within(hi * total, 0, total);
    out->fund = within(y * total, 0, 9e17);
    out->fund_low = within((y - Z95 * sqrt(y_var)) * total, all.sum, 9e17);
    out->fund_high = within((y + Z95 * sqrt(y_var)) * total, 0, 9e17);
}
