/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Rows of packed columns put in order. DuckDB would sort them wide, at eight bytes a number and beside its own copy; here
 * a row's place is four bytes, and one column after the other is moved.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "claims/frame.h"

struct keys {
    const struct column *col[FRAME_KEYS];
    size_t n;
};

/* A number whose order is the value's; missing comes last. */
static uint64_t key_at(const struct column *c, uint32_t row)
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

static int by_keys(const void *a, const void *b, void *keys)
{
    return compare(keys, 0, *(const uint32_t *)a, *(const uint32_t *)b);
}

/* Rows that agree in the first key: mostly a handful. */
static void sort_group(const struct keys *k, uint32_t *row, size_t n)
{
    if (n > 32) {
        qsort_r(row, n, sizeof *row, by_keys, (void *)(uintptr_t)k);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        uint32_t r = row[i];
        size_t at = i;
        for (; at > 0 && compare(k, 1, row[at - 1], r) > 0; at--)
            row[at] = row[at - 1];
        row[at] = r;
    }
}

/* By counting: as many places as the first key has values. */
static int count_sort(const struct keys *k, size_t values, uint32_t *row, size_t n)
{
    uint32_t *at = mem_calloc(values + 1, sizeof *at);
    if (!at)
        return -1;
    for (size_t r = 0; r < n; r++)
        at[key_at(k->col[0], (uint32_t)r) + 1]++;
    for (size_t v = 0; v < values; v++)
        at[v + 1] += at[v];
    for (size_t r = 0; r < n; r++)
        row[at[key_at(k->col[0], (uint32_t)r)]++] = (uint32_t)r;
    for (size_t v = 0, from = 0; v < values; from = at[v++]) /* at[v]: where its rows end now */
        sort_group(k, row + from, at[v] - from);
    mem_free(at);
    return 0;
}

/* Missing is the largest number of its width: with a width of 4 the greatest value is looked for. */
static size_t values_of(const struct column *c, size_t n)
{
    uint64_t most = 0;
    if (!c->data)
        return 1;
    if (!c->width)
        return SIZE_MAX;
    for (size_t r = 0; r < n; r++) {
        uint64_t v = key_at(c, (uint32_t)r);
        most = v > most ? v : most;
    }
    return (size_t)most + 1;
}

static int gather(struct column *c, const uint32_t *row, size_t n)
{
    size_t w = column_width(c);
    if (!c->data)
        return 0;
    char *to = mem_alloc(n * w + 1);
    const char *from = c->data;
    if (!to)
        return -1;
#define MOVE(size)                                                         \
    case size:                                                             \
        for (size_t i = 0; i < n; i++)                                     \
            memcpy(to + i * (size), from + (size_t)row[i] * (size), size); \
        break
    switch (w) {
        MOVE(1);
        MOVE(2);
        MOVE(3);
        MOVE(4);
        MOVE(8);
    }
#undef MOVE
    mem_free(c->data);
    c->data = to;
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
    uint32_t *row = mem_alloc(c->n_rows * sizeof *row);
    if (!row)
        return err_nomem(e);
    size_t values = values_of(k.col[0], c->n_rows);
    int rc = 0;
    if (values <= 4 * c->n_rows + 1024) {
        rc = count_sort(&k, values, row, c->n_rows);
    } else {
        for (size_t r = 0; r < c->n_rows; r++)
            row[r] = (uint32_t)r;
        qsort_r(row, c->n_rows, sizeof *row, by_keys, &k);
    }
    for (size_t i = 0; i < c->n_cols && rc == 0; i++)
        rc = gather(&c->col[i], row, c->n_rows);
    mem_free(row);
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

static int thin(struct column *c, size_t n)
{
    size_t kept = 0, share = 0, w = column_width(c), words = n / 64 + 1;
    char *to = c->data;
    if (n < SAMPLE)
        return 0;
    uint64_t most = majority(c, n, &share);
    int64_t lack = value_of(c, most);
    /* a column is looked through only where the sample promises it, with some room for chance */
    if (!worth((SAMPLE - share) * 7 / 8, SAMPLE, lack))
        return 0;
    for (size_t r = 0; r < n; r++)
        kept += key_at(c, (uint32_t)r) != most;
    if (!worth(kept, n, lack))
        return 0;
    c->lack = lack;
    c->there = mem_calloc(words, sizeof *c->there);
    c->before = mem_alloc(words * sizeof *c->before);
    if (!c->there || !c->before)
        return -1;
    for (size_t r = 0, k = 0; r < words * 64; r++) {
        if (r % 64 == 0)
            c->before[r / 64] = (uint32_t)k;
        if (r >= n || key_at(c, (uint32_t)r) == most)
            continue;
        c->there[r / 64] |= UINT64_C(1) << (r % 64);
        memmove(to + k++ * w, to + r * w, w);
    }
    to = mem_realloc(c->data, kept * w + 1);
    c->data = to ? to : c->data;
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
