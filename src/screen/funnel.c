/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/funnel.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

#define Z95 1.959963984540054

int funnel_add(struct funnel *f, const struct funnel_row *row, struct err *e)
{
    struct funnel_row r = *row;

    r.inst = arena_span(&f->text, r.inst);
    r.kind = arena_span(&f->text, r.kind);
    if (!r.inst.p || !r.kind.p || mem_grow(&f->at, &f->cap, f->n + 1, sizeof *f->at))
        return err_nomem(e);
    f->at[f->n++] = r;
    return 0;
}

struct funnel_row *funnel_find(const struct funnel *f, struct span inst)
{
    size_t lo = 0, hi = f->n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int d = span_cmp(f->at[mid].inst, inst);

        if (d == 0)
            return &f->at[mid];
        if (d < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

void funnel_release(struct funnel *f)
{
    arena_release(&f->text);
    mem_free(f->at);
    *f = (struct funnel){0};
}

static int64_t micro_of(double v)
{
    return v >= 9e12 ? (int64_t)9e18 : (int64_t)floor(v * 1e6 + 0.5);
}

/* --- what is to be expected ---------------------------------------------------------------------- */

static bool is_pharmacy(const struct funnel_row *r)
{
    return span_is(r->kind, "零售药店");
}

/* Is `b` a peer of `a`, the wider the circle? */
static bool is_peer(const struct funnel_row *a, const struct funnel_row *b, int circle)
{
    if (a == b || b->apart)
        return false;
    if (circle == 0)
        return span_eq(a->kind, b->kind);
    return circle > 1 || is_pharmacy(a) == is_pharmacy(b);
}

struct sums {
    int64_t n, hits[FUNNEL_STRATA], volume[FUNNEL_STRATA];
};

static struct sums peers_of(const struct funnel *f, const struct funnel_row *r)
{
    struct sums s = {0};

    for (int circle = 0; circle < 3; circle++) {
        s = (struct sums){0};
        for (size_t i = 0; i < f->n; i++) {
            if (!is_peer(r, &f->at[i], circle))
                continue;
            s.n++;
            for (int k = 0; k < FUNNEL_STRATA; k++) {
                s.hits[k] += f->at[i].hits[k];
                s.volume[k] += f->at[i].volume[k];
            }
        }
        if (s.n >= FUNNEL_PEERS)
            break;
    }
    return s;
}

static double expected_of(const struct funnel_row *r, const struct sums *peers,
                          const struct sums *all)
{
    double e = 0;

    for (int k = 0; k < FUNNEL_STRATA; k++) {
        double rate;

        if (!r->volume[k] || !all->hits[k])
            continue;
        rate = (double)all->hits[k] / (double)all->volume[k];
        rate = ((double)peers->hits[k] + 1) / ((double)peers->volume[k] + 1 / rate);
        e += rate * (double)r->volume[k];
    }
    return e;
}

/* --- how surprising ------------------------------------------------------------------------------ */

/* Negative binomial of mean e and variance phi * e: size e / (phi - 1), success 1 / phi. */
static double log_mass(int64_t k, double e, double phi)
{
    double size = e / (phi - 1), x = (double)k;

    if (phi <= 1.000001)
        return x * log(e) - e - lgamma(x + 1);
    return lgamma(x + size) - lgamma(size) - lgamma(x + 1) - size * log(phi) + x * log(1 - 1 / phi);
}

/* mass(k + 1) / mass(k) */
static double step(int64_t k, double e, double phi)
{
    double x = (double)k;

    if (phi <= 1.000001)
        return e / (x + 1);
    return (x + e / (phi - 1)) / (x + 1) * (1 - 1 / phi);
}

double funnel_tail(int64_t o, double e, double phi)
{
    double mass, sum = 0;

    if (o <= 0 || e <= 0)
        return o <= 0 ? 1 : 0;
    if ((double)o > e) {
        mass = exp(log_mass(o, e, phi));
        for (int64_t k = o; mass > 0 && mass > sum * 1e-17; k++) {
            sum += mass;
            mass *= step(k, e, phi);
        }
        return sum > 1 ? 1 : sum;
    }
    mass = exp(log_mass(o - 1, e, phi));
    for (int64_t k = o - 1; k >= 0 && mass > sum * 1e-17; k--) {
        sum += mass;
        if (k)
            mass /= step(k - 1, e, phi);
    }
    return sum > 1 ? 0 : 1 - sum;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

/* Mean square of the residuals, the tenth at either end pulled in: planted fraud is no dispersion of the honest. */
static double dispersion(double *z, size_t n)
{
    size_t cut = n < 10 ? 1 : n / 10;
    double sum = 0;

    if (n < FUNNEL_PEERS)
        return 1;
    qsort(z, n, sizeof *z, by_value);
    for (size_t i = 0; i < n; i++) {
        double v = i < cut ? z[cut] : i >= n - cut ? z[n - 1 - cut] : z[i];

        sum += v * v;
    }
    sum /= (double)n;
    return sum < 1 ? 1 : sum;
}

/* Limits of O / e by Byar, on counts divided by phi. */
static void limits(struct funnel_row *r, double e, double phi)
{
    double o = (double)r->observed / phi, up = o + 1, base = e / phi, t;

    r->ratio = micro_of((double)r->observed / e);
    t = o > 0 ? 1 - 1 / (9 * o) - Z95 / (3 * sqrt(o)) : 0;
    r->low = t > 0 ? micro_of(o * t * t * t / base) : 0;
    t = 1 - 1 / (9 * up) + Z95 / (3 * sqrt(up));
    r->high = micro_of(up * t * t * t / base);
}

struct tested {
    double p;
    struct funnel_row *row;
};

static int by_p(const void *a, const void *b)
{
    const struct tested *x = a, *y = b;

    if (x->p < y->p || x->p > y->p)
        return x->p < y->p ? -1 : 1;
    return span_cmp(x->row->inst, y->row->inst);
}

static void benjamini_hochberg(struct tested *t, size_t n)
{
    double q = 1;

    if (n)
        qsort(t, n, sizeof *t, by_p);
    for (size_t i = n; i-- > 0;) {
        double own = t[i].p * (double)n / (double)(i + 1);

        q = own < q ? own : q;
        t[i].row->p = micro_of(t[i].p);
        t[i].row->q = micro_of(q);
    }
}

static void add_up(const struct funnel *f, struct sums *all)
{
    for (size_t i = 0; i < f->n; i++)
        for (int k = 0; k < FUNNEL_STRATA && !f->at[i].apart; k++) {
            all->hits[k] += f->at[i].hits[k];
            all->volume[k] += f->at[i].volume[k];
        }
}

static bool large_enough(const struct funnel_row *r)
{
    return r->volume[FUNNEL_STAYS] + r->volume[FUNNEL_OTHERS] >= FUNNEL_LEAST;
}

static void pass(struct funnel *f, double *expected, double *z, struct tested *t)
{
    struct sums all = {0};
    double phi;
    size_t n = 0;

    add_up(f, &all);
    for (size_t i = 0; i < f->n; i++) {
        struct funnel_row *r = &f->at[i];
        struct sums peers = peers_of(f, r);

        r->observed = r->hits[FUNNEL_STAYS] + r->hits[FUNNEL_OTHERS];
        r->n_peers = peers.n;
        expected[i] = expected_of(r, &peers, &all);
        r->expected = micro_of(expected[i]);
        r->p = r->q = FUNNEL_NONE;
        if (expected[i] > 0 && large_enough(r) && !r->apart)
            z[n++] = ((double)r->observed - expected[i]) / sqrt(expected[i]);
    }
    phi = dispersion(z, n);
    f->phi = micro_of(phi);
    n = 0;
    for (size_t i = 0; i < f->n; i++) {
        struct funnel_row *r = &f->at[i];

        if (expected[i] <= 0)
            continue;
        limits(r, expected[i], phi);
        if (large_enough(r))
            t[n++] = (struct tested){funnel_tail(r->observed, expected[i], phi), r};
    }
    benjamini_hochberg(t, n);
}

/* Did the pass flag others than the one before? Marks them. */
static bool set_apart(struct funnel *f)
{
    bool changed = false;

    for (size_t i = 0; i < f->n; i++)
        if (funnel_flags(&f->at[i]) && !f->at[i].apart)
            changed = f->at[i].apart = true;
    return changed;
}

int funnel_solve(struct funnel *f, struct err *e)
{
    double *expected = mem_calloc(f->n + 1, sizeof *expected), *z = mem_calloc(f->n + 1, sizeof *z);
    struct tested *t = mem_calloc(f->n + 1, sizeof *t);
    int rc = expected && z && t ? 0 : err_nomem(e);

    for (size_t i = 0; i < f->n; i++)
        f->at[i].apart = false;
    for (int i = 0; i < 3 && !rc; i++) {
        pass(f, expected, z, t);
        if (i == 2 || !set_apart(f))
            break;
    }
    mem_free(expected);
    mem_free(z);
    mem_free(t);
    return rc;
}
