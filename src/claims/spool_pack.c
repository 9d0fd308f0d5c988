/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A column of a chunk as differences from its least value, in as many bytes as they need. */
#include <string.h>

#include "claims/spool_priv.h"

/* Numbers of a width, as wide ones and back. */
static void widen(const char *p, size_t width, size_t n, uint64_t *v)
{
    uint16_t two;
    uint32_t four;
    switch (width) {
    case 0: memset(v, 0, n * sizeof *v); break;
    case 1:
        for (size_t i = 0; i < n; i++)
            v[i] = (unsigned char)p[i];
        break;
    case 2:
        for (size_t i = 0; i < n; i++, v[i - 1] = two)
            memcpy(&two, p + i * 2, 2);
        break;
    case 4:
        for (size_t i = 0; i < n; i++, v[i - 1] = four)
            memcpy(&four, p + i * 4, 4);
        break;
    default: memcpy(v, p, n * 8);
    }
}

static void narrow(const uint64_t *v, size_t width, size_t n, char *p)
{
    switch (width) {
    case 0: break;
    case 1:
        for (size_t i = 0; i < n; i++)
            p[i] = (char)v[i];
        break;
    case 2:
        for (size_t i = 0; i < n; i++)
            memcpy(p + i * 2, &(uint16_t){(uint16_t)v[i]}, 2);
        break;
    case 4:
        for (size_t i = 0; i < n; i++)
            memcpy(p + i * 4, &(uint32_t){(uint32_t)v[i]}, 4);
        break;
    default: memcpy(p, v, n * 8);
    }
}

/* What makes signed numbers of a width ascend as unsigned ones. */
static uint64_t sign_of(size_t width)
{
    return width == 8 ? UINT64_C(1) << 63 : width == 4 ? UINT64_C(1) << 31 : 0;
}

static size_t bytes_for(uint64_t range)
{
    return !range ? 0 : range < 1 << 8 ? 1 : range < 1 << 16 ? 2 : range <= UINT32_MAX ? 4 : 8;
}

static bool bit_at(const char *bits, size_t i)
{
    return bits[i / 8] >> i % 8 & 1;
}

/* Packs a column's values to `to`; how many bytes. What is NULL counts as the least value. */
static size_t pack(const char *from, const char *nulls, size_t width, size_t n, struct stripe *out,
                   char *to)
{
    uint64_t v[ROWS], lo = UINT64_MAX, hi = 0, sign = sign_of(width);
    widen(from, width, n, v);
    out->empty = nulls != NULL;
    for (size_t i = 0; i < n; i++) {
        v[i] ^= sign;
        if (nulls && bit_at(nulls, i))
            continue;
        out->empty = false;
        lo = v[i] < lo ? v[i] : lo;
        hi = v[i] > hi ? v[i] : hi;
    }
    if (out->empty)
        return 0;
    out->base = lo;
    out->width = (uint8_t)bytes_for(hi - lo);
    for (size_t i = 0; i < n; i++)
        v[i] = nulls && bit_at(nulls, i) ? 0 : v[i] - lo;
    narrow(v, out->width, n, to);
    return n * out->width;
}

size_t spool_pack(const struct spool *s, const struct open_chunk *o, struct stripe *out, char *to)
{
    size_t at = 0;
    for (size_t c = 0; c < s->n_cols; c++) {
        const struct spool_column *col = &s->col[c];
        const char *from = o->data + col->at, *nulls = o->data + s->nulls_at + c * NULL_BYTES;
        out[c] = (struct stripe){.at = at, .width = 16, .nulls = o->nulls >> c & 1};
        if (col->width == 16) {
            memcpy(to + at, from, o->n * col->width);
            at += o->n * col->width;
        } else {
            at += pack(from, out[c].nulls ? nulls : NULL, col->width, o->n, &out[c], to + at);
        }
        if (out[c].nulls && !out[c].empty) {
            memcpy(to + at, nulls, NULL_BYTES);
            at += NULL_BYTES;
        }
    }
    return at;
}

void spool_unpack(const struct stripe *k, size_t width, size_t n, const char *from, char *to)
{
    uint64_t v[ROWS], sign = sign_of(width);
    widen(from, k->width, n, v);
    for (size_t i = 0; i < n; i++)
        v[i] = (v[i] + k->base) ^ sign;
    narrow(v, width, n, to);
}
