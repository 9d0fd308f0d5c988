/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * combine with `alike`: each owner is a vector of rates (findings of a part, per hundred of its volume), each rate as a robust
 * z among all owners, cut at 20. An owner is told when the angle to some owner of the list is small (cosine), and the angle to
 * the middle of all that are not on the list is not.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "engine/walk_combine.h"

enum { Z_CUT = 20000 }; /* 1e-3 */

struct one {
    int64_t id, n;
    int64_t rate[MAX_PARTS]; /* 1e-6 per hundred */
    int64_t z[MAX_PARTS];    /* 1e-3 */
    int64_t square;
    day_t day;
    bool listed, marked;
};

static int by_id(const void *pa, const void *pb)
{
    const struct one *a = pa, *b = pb;
    return (a->id > b->id) - (a->id < b->id);
}

static int cmp_i64(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The owners with enough volume, by id. */
static struct one *owners(const struct huji_run *run, const struct combine *c, size_t *n)
{
    const struct measure_table *t = &run->measure[c->per->index];
    const int32_t *listed = run->kn_ids[c->to->index * KN_COLUMNS + c->to->key];
    struct one *at = mem_calloc(t->n + 1, sizeof *at);
    *n = 0;
    for (size_t i = 0; at && i < t->n; i++) {
        int64_t v = measure_value(run, c->per, measure_keys(t, i), 1);
        if (measure_keys(t, i)[0] < 0 || v == HUJI_NONE64 || v < c->least * 1000000)
            continue;
        struct one *o = &at[(*n)++];
        o->id = measure_keys(t, i)[0];
        o->n = v / 1000000;
        o->day = INT32_MIN;
        for (size_t k = 0; k < c->to->n; k++)
            o->listed = o->listed || listed[k] == o->id;
    }
    if (at)
        qsort(at, *n, sizeof *at, by_id);
    return at;
}

static void count(const struct combine *c, struct one *at, size_t n, const struct hits *h)
{
    for (size_t i = 0; i < h->n; i++) {
        struct one want = {.id = h->at[i].key[0]},
                   *o = n ? bsearch(&want, at, n, sizeof *at, by_id) : NULL;
        if (!o)
            continue;
        o->rate[h->at[i].part]++;
        o->day = h->at[i].f->day > o->day ? h->at[i].f->day : o->day;
        o->marked = o->marked || h->at[i].f->marked;
    }
    for (size_t i = 0; i < n; i++)
        for (int p = 0; p < c->n_parts; p++)
            at[i].rate[p] = (2 * at[i].rate[p] * 100000000 + at[i].n) / (2 * at[i].n);
}

static int scale(const struct combine *c, struct one *at, size_t n)
{
    int64_t *v = mem_alloc((n + 1) * sizeof *v);
    if (!v)
        return -1;
    for (int p = 0; p < c->n_parts && n; p++) {
        __int128 sum = 0;
        for (size_t i = 0; i < n; i++)
            v[i] = at[i].rate[p];
        qsort(v, n, sizeof *v, cmp_i64);
        int64_t med = v[(n - 1) / 2];
        for (size_t i = 0; i < n; i++)
            sum += v[i] = at[i].rate[p] > med ? at[i].rate[p] - med : med - at[i].rate[p];
        qsort(v, n, sizeof *v, cmp_i64);
        int64_t mad = v[(n - 1) / 2];
        for (size_t i = 0; i < n; i++) {
            int64_t d = at[i].rate[p] - med;
            double z = mad > 0   ? 0.6745 * (double)d / (double)mad
                       : sum > 0 ? (double)d / (1.253314 * ((double)sum / (double)n))
                                 : 0;
            z = z * 1e3 + (z < 0 ? -0.5 : 0.5);
            at[i].z[p] = z > Z_CUT ? Z_CUT : z < -Z_CUT ? -Z_CUT : (int64_t)z;
        }
    }
    for (size_t i = 0; i < n; i++)
        for (int p = 0; p < c->n_parts; p++)
            at[i].square += at[i].z[p] * at[i].z[p];
    mem_free(v);
    return 0;
}

/* 1e-6; INT64_MIN when one of them has no direction. */
static int64_t cosine(const int64_t *a, int64_t aa, const int64_t *b, int64_t bb, int n)
{
    int64_t dot = 0;
    for (int p = 0; p < n; p++)
        dot += a[p] * b[p];
    if (aa <= 0 || bb <= 0)
        return INT64_MIN;
    double cos = (double)dot / sqrt((double)aa * (double)bb);
    return (int64_t)(cos * 1e6 + (cos < 0 ? -0.5 : 0.5));
}

/* The middle of those that are not listed and not `i`: mean z, rounded half away from zero. */
static int64_t to_middle(const struct combine *c, const struct one *at, size_t n, size_t i,
                         const int64_t *sum, int64_t others)
{
    int64_t m[MAX_PARTS], square = 0;
    (void)n;
    others -= !at[i].listed;
    if (others < 1)
        return INT64_MIN;
    for (int p = 0; p < c->n_parts; p++) {
        int64_t s = sum[p] - (at[i].listed ? 0 : at[i].z[p]);
        m[p] = s >= 0 ? (2 * s + others) / (2 * others) : -((-2 * s + others) / (2 * others));
        square += m[p] * m[p];
    }
    return cosine(at[i].z, at[i].square, m, square, c->n_parts);
}

/* The parts that make them alike, the weightiest first, three at most. */
static void shared(const struct combine *c, const struct one *a, const struct one *b,
                   struct buf *out)
{
    bool told[MAX_PARTS] = {false};
    for (int k = 0; k < 3; k++) {
        int best = -1;
        for (int p = 0; p < c->n_parts; p++)
            if (!told[p] && a->z[p] > 0 && b->z[p] > 0 &&
                (best < 0 || a->z[p] * b->z[p] > a->z[best] * b->z[best]))
                best = p;
        if (best < 0)
            return;
        told[best] = true;
        buf_fmt(out, "%s%.*s", k ? "、" : "", (int)c->part[best].title.n, c->part[best].title.p);
    }
}

static void tell(struct walk *w, const struct rule *r, const struct one *o, const struct one *like,
                 int64_t cos)
{
    const struct combine *c = r->combine;
    struct event ev = {.src = S_SETTLEMENT, .row = -1, .kn = -1, .t = (sec_t)o->day * 86400};
    struct huji_finding h = {.rule = (uint32_t)r->index,
                             .key = {o->id},
                             .day = o->day,
                             .hit = true,
                             .psn_no = HUJI_NONE32,
                             .mdtrt_id = HUJI_NONE32,
                             .fixmedins_code = (int32_t)o->id,
                             .value = cos,
                             .threshold = c->cosine,
                             .anchor = {S_SETTLEMENT, 1, HUJI_NONE64, ev.t, 0, 0}};
    struct buf parts = BUF_INIT;
    int64_t rates[MAX_PARTS];
    struct huji_ref none;
    ev.key[0] = o->id;
    print_value(w->run, &parts, r->key[0][0], like->id);
    buf_str(&parts, "（共同处：");
    shared(c, o, like, &parts);
    buf_str(&parts, "）");
    memcpy(rates, o->rate, sizeof rates);
    struct found f = {.anchor = &ev,
                      .anchor_text = "all",
                      .parts = buf_cstr(&parts),
                      .value = cos,
                      .threshold = c->cosine,
                      .hit = true};
    w->fold.rule = r;
    w->env.parts = rates;
    emit_made(&w->fold, &f, &h, &none, 0, o->marked);
    w->env.parts = NULL;
    w->made.failed = w->made.failed || parts.failed;
    buf_release(&parts);
}

int walk_alike(struct walk *w, const struct rule *r, const struct hits *h)
{
    const struct combine *c = r->combine;
    size_t n = 0;
    struct one *at = owners(w->run, c, &n);
    int64_t sum[MAX_PARTS] = {0}, others = 0;
    if (!at)
        return -1;
    count(c, at, n, h);
    if (scale(c, at, n) < 0) {
        mem_free(at);
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        others += !at[i].listed;
        for (int p = 0; p < c->n_parts && !at[i].listed; p++)
            sum[p] += at[i].z[p];
    }
    for (size_t i = 0; i < n; i++) {
        const struct one *like = NULL;
        int64_t best = INT64_MIN;
        for (size_t k = 0; k < n && !at[i].listed && at[i].day != INT32_MIN; k++) {
            if (!at[k].listed)
                continue;
            int64_t cos = cosine(at[i].z, at[i].square, at[k].z, at[k].square, c->n_parts);
            if (cos > best) {
                best = cos;
                like = &at[k];
            }
        }
        if (like && best >= c->cosine && to_middle(c, at, n, i, sum, others) < c->cosine)
            tell(w, r, &at[i], like, best);
    }
    mem_free(at);
    return 0;
}
