/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Rows of packed columns put in order. DuckDB would sort them wide, at eight bytes a number and beside its own copy; here
 * a row's place is eight bytes, and one column after the other is moved.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "claims/frame.h"

struct keys {
    const struct column *col[FRAME_KEYS];
    size_t n;
};

/* A number whose order is the value's; missing comes last. */
static inline uint64_t key_at(const struct column *c, uint32_t row)
{
    uint32_t v = 0;
    int64_t raw;
    if (!c->data)
        return 0;
    switch (c->width) {
    case 1: return ((const uint8_t *)c->data)[row];
    case 2: return ((const uint16_t *)c->data)[row];
    case 3: memcpy(&v, (const char *)c->data + (size_t)row * 3, 3); return v;
    case 4: return ((const uint32_t *)c->data)[row];
    default: break;
    }
    if (ftype_width(c->type) == 4)
        raw = c->i32[row] == HUJI_NONE32 ? HUJI_NONE64 : c->i32[row];
    else
        raw = c->i64[row];
    return raw == HUJI_NONE64 ? UINT64_MAX : (uint64_t)raw ^ (UINT64_C(1) << 63);
}

static int compare(const struct keys *k, size_t from, uint32_t a, uint32_t b)
{
    for (size_t i = from; i < k->n; i++) {
        uint64_t x = key_at(k->col[i], a), y = key_at(k->col[i], b);
        if (x != y)
            return x < y ? -1 : 1;
    }
    return (a > b) - (a < b);
}

/*
 * A place: the row's number, and above it one of its keys, so that what is compared lies together. `rest`: the keys from
 * there on decide where these are equal.
 */
struct places {
    const struct keys *keys;
    size_t rest;
};

static bool is_narrow(const struct column *c)
{
    return !c->data || c->width;
}

static bool is_before(const struct places *p, uint64_t a, uint64_t b)
{
    return a >> 32 != b >> 32 ? a < b : compare(p->keys, p->rest, (uint32_t)a, (uint32_t)b) < 0;
}

static int by_rest(const void *a, const void *b, void *places)
{
    const struct places *p = places;
    return compare(p->keys, p->rest, (uint32_t) * (const uint64_t *)a,
                   (uint32_t) * (const uint64_t *)b);
}

static void sort_few(const struct places *p, uint64_t *at, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint64_t one = at[i];
        size_t k = i;
        for (; k > 0 && is_before(p, one, at[k - 1]); k--)
            at[k] = at[k - 1];
        at[k] = one;
    }
}

enum { FEW = 32, DIGIT = 11, DIGITS = 1 << DIGIT };

/* By the key in the places, a digit at a time; places that agree in it stay as they were. */
static void sort_digits(uint64_t *at, uint64_t *spare, size_t n)
{
    for (int shift = 32; shift < 64; shift += DIGIT) {
        size_t first[DIGITS + 1] = {0};
        for (size_t i = 0; i < n; i++)
            first[(at[i] >> shift & (DIGITS - 1)) + 1]++;
        if (first[(at[0] >> shift & (DIGITS - 1)) + 1] == n)
            continue;
        for (size_t d = 0; d < DIGITS; d++)
            first[d + 1] += first[d];
        for (size_t i = 0; i < n; i++)
            spare[first[at[i] >> shift & (DIGITS - 1)]++] = at[i];
        memcpy(at, spare, n * sizeof *at);
    }
}

/* Rows that agree in the first key: mostly a handful. */
static int sort_group(const struct places *p, uint64_t *at, size_t n)
{
    if (n <= FEW) {
        sort_few(p, at, n);
        return 0;
    }
    uint64_t *spare = mem_alloc(n * sizeof *spare);
    if (!spare)
        return -1;
    sort_digits(at, spare, n);
    mem_free(spare);
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && at[to] >> 32 == at[from] >> 32;)
            to++;
        if (to - from <= FEW)
            sort_few(p, at + from, to - from);
        else
            qsort_r(at + from, to - from, sizeof *at, by_rest, (void *)(uintptr_t)p);
    }
    return 0;
}

/* By counting: as many groups as the first key has values. */
static int count_sort(const struct keys *k, const uint32_t *key, size_t values, uint64_t *at,
                      size_t n)
{
    bool two = k->n > 1 && is_narrow(k->col[1]);
    struct places p = {k, two ? 2 : 1};
    uint32_t *end = mem_calloc(values + 1, sizeof *end);
    int rc = end ? 0 : -1;
    for (size_t r = 0; r < n && rc == 0; r++)
        end[key[r] + 1]++;
    for (size_t v = 0; v < values && rc == 0; v++)
        end[v + 1] += end[v];
    for (size_t r = 0; r < n && rc == 0; r++) {
        uint64_t second = two ? key_at(k->col[1], (uint32_t)r) : 0;
        at[end[key[r]]++] = second << 32 | r;
    }
    for (size_t v = 0, from = 0; v < values && rc == 0; from = end[v++])
        rc = sort_group(&p, at + from, end[v] - from);
    mem_free(end);
    return rc;
}

/* The rows' places in order. */
static int order(const struct keys *k, uint64_t *at, size_t n)
{
    bool narrow = is_narrow(k->col[0]);
    uint32_t *key = narrow ? mem_alloc(n * sizeof *key) : NULL, most = 0;
    struct places p = {k, narrow ? 1 : 0};
    int rc = narrow && !key ? -1 : 0;
    for (size_t r = 0; r < n && key; r++) {
        key[r] = (uint32_t)key_at(k->col[0], (uint32_t)r);
        most = key[r] > most ? key[r] : most;
    }
    if (key && most / 4 <= n + 256) {
        rc = count_sort(k, key, (size_t)most + 1, at, n);
    } else if (rc == 0) {
        for (size_t r = 0; r < n; r++)
            at[r] = (key ? (uint64_t)key[r] << 32 : 0) | r;
        rc = sort_group(&p, at, n);
    }
    mem_free(key);
    return rc;
}

static void move_rows(char *to, const char *from, const uint64_t *at, size_t n, size_t w)
{
#define MOVE(size)                                                                  \
    case size:                                                                      \
        for (size_t i = 0; i < n; i++)                                              \
            memcpy(to + i * (size), from + (size_t)(uint32_t)at[i] * (size), size); \
        break
    switch (w) {
        MOVE(1);
        MOVE(2);
        MOVE(3);
        MOVE(4);
        MOVE(8);
    }
#undef MOVE
}

/* Column by column, the widest first: where one stood the next is written, and what it does not need goes back. Fresh
 * memory would be cleared by the system each time. */
static int gather(struct column_set *c, const uint64_t *at)
{
    char *spare = NULL;
    for (size_t w = sizeof(int64_t); w > 0; w--)
        for (size_t i = 0; i < c->n_cols; i++) {
            char *from = c->col[i].data;
            if (!from || column_width(&c->col[i]) != w)
                continue;
            if (!spare && !(spare = mem_alloc(c->n_rows * w + 1)))
                return -1;
            move_rows(spare, from, at, c->n_rows, w);
            char *less = mem_realloc(spare, c->n_rows * w + 1);
            c->col[i].data = less ? less : spare;
            spare = from;
        }
    mem_free(spare);
    return 0;
}

int column_set_sort(struct column_set *c, const struct column *const *key, size_t n_key,
                    struct err *e)
{
    struct keys k = {.n = n_key};
    for (size_t i = 0; i < n_key; i++)
        k.col[i] = key[i];
    if (c->n_rows < 2 || !n_key)
        return 0;
    if (c->n_rows >= UINT32_MAX)
        return err_set(e, ERR_LIMIT, "表的行数太多：%zu", c->n_rows);
    uint64_t *at = mem_alloc(c->n_rows * sizeof *at);
    int rc = at ? order(&k, at, c->n_rows) : -1;
    if (rc == 0)
        rc = gather(c, at);
    mem_free(at);
    return rc < 0 ? err_nomem(e) : 0;
}

/* ---- most of it the same ---- */

/* The value of a number of key_at; HUJI_NONE64 = missing. */
static int64_t value_of(const struct column *c, uint64_t key)
{
    static const uint64_t all[] = {UINT64_MAX, UINT8_MAX, UINT16_MAX, 0xffffff, UINT32_MAX};
    if (key == all[c->width])
        return HUJI_NONE64;
    return c->width ? c->base + (int64_t)key : (int64_t)(key ^ (UINT64_C(1) << 63));
}

enum { SAMPLE = 1024 };

/* What more than half of some rows evenly apart have, if anything is so; *share: how many of them, of 1,024. */
static uint64_t majority(const struct column *c, size_t n, size_t *share)
{
    uint64_t best = 0;
    size_t votes = 0, step = n / SAMPLE;
    for (size_t i = 0; i < SAMPLE; i++) {
        uint64_t key = key_at(c, (uint32_t)(i * step));
        best = votes ? best : key;
        votes = key == best ? votes + 1 : votes - 1;
    }
    *share = 0;
    for (size_t i = 0; i < SAMPLE; i++)
        *share += key_at(c, (uint32_t)(i * step)) == best;
    return best;
}

/* A bit a row costs memory and time: it must be worth them. */
static bool worth(size_t kept, size_t n, int64_t lack)
{
    return lack == HUJI_NONE64 ? kept * 2 <= n : kept * 4 <= n;
}

/* With the width known where it is called, loops of few steps. */
#define KNOWN_WIDTH __attribute__((always_inline)) static inline

KNOWN_WIDTH struct column of_width(const struct column *c, uint8_t width)
{
    struct column own = *c;
    own.width = width;
    return own;
}

KNOWN_WIDTH size_t count_width(const struct column *c, size_t n, uint64_t most, uint8_t width)
{
    struct column own = of_width(c, width);
    size_t kept = 0;
    for (size_t r = 0; r < n; r++)
        kept += key_at(&own, (uint32_t)r) != most;
    return kept;
}

static size_t count_others(const struct column *c, size_t n, uint64_t most)
{
    switch (c->width) {
    case 1: return count_width(c, n, most, 1);
    case 2: return count_width(c, n, most, 2);
    case 3: return count_width(c, n, most, 3);
    case 4: return count_width(c, n, most, 4);
    default: return count_width(c, n, most, 0);
    }
}

/* Moves what is kept to the front, and says in c->there and c->before where it stood. */
KNOWN_WIDTH void keep_width(struct column *c, size_t n, uint64_t most, uint8_t width, size_t bytes)
{
    struct column own = of_width(c, width);
    char *to = c->data;
    for (size_t from = 0, k = 0, word = 0; word < n / 64 + 1; word++, from += 64) {
        uint64_t there = 0;
        size_t here = n - from < 64 ? n - from : 64;
        c->before[word] = (uint32_t)k;
        for (size_t i = 0; i < here; i++) {
            if (key_at(&own, (uint32_t)(from + i)) == most)
                continue;
            there |= UINT64_C(1) << i;
            memmove(to + k++ * bytes, to + (from + i) * bytes, bytes);
        }
        c->there[word] = there;
    }
}

static void keep_others(struct column *c, size_t n, uint64_t most)
{
    switch (c->width) {
    case 1: keep_width(c, n, most, 1, 1); return;
    case 2: keep_width(c, n, most, 2, 2); return;
    case 3: keep_width(c, n, most, 3, 3); return;
    case 4: keep_width(c, n, most, 4, 4); return;
    default: keep_width(c, n, most, 0, column_width(c)); return;
    }
}

static int thin(struct column *c, size_t n)
{
    size_t share = 0, w = column_width(c), words = n / 64 + 1;
    if (n < SAMPLE)
        return 0;
    uint64_t most = majority(c, n, &share);
    int64_t lack = value_of(c, most);
    /* a column is looked through only where the sample promises it, with some room for chance */
    if (!worth((SAMPLE - share) * 7 / 8, SAMPLE, lack))
        return 0;
    size_t kept = count_others(c, n, most);
    if (!worth(kept, n, lack))
        return 0;
    uint64_t *there = mem_alloc(words * sizeof *there);
    uint32_t *before = mem_alloc(words * sizeof *before);
    if (!there || !before) {
        mem_free(there);
        mem_free(before);
        return -1;
    }
    c->lack = lack;
    c->there = there;
    c->before = before;
    keep_others(c, n, most);
    void *less = mem_realloc(c->data, kept * w + 1);
    c->data = less ? less : c->data;
    return 0;
}

int column_set_thin(struct column_set *c, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; i < c->n_cols && rc == 0; i++)
        if (c->col[i].data)
            rc = thin(&c->col[i], c->n_rows);
    return rc < 0 ? err_nomem(e) : 0;
}
