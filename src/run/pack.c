/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "run/pack.h"

#include "base/map.h"
#include "base/mem.h"
#include "engine/source.h"

/*
 * A column: a byte of kind; NOTHING ends there; ONE is followed by its value; all others by the number of bytes, then
 *   OFFSETS  base, multiple, bits (and MISSING: all ones is none), the offsets
 *   STEPS    the first value, then the steps as OFFSETS
 *   LIST     how many, the values as OFFSETS, bits, the numbers of the rows
 *   FOLLOWS  which column's list, then a value for each entry of it as OFFSETS
 */
enum { NOTHING, ONE, OFFSETS, STEPS, LIST, FOLLOWS };
enum { MISSING = 0x80, WIDE = 64, MOST_BITS = 56, MOST_LIST = 4096 };

void put_number(struct buf *b, uint64_t v)
{
    while (v >= 0x80) {
        buf_char(b, (char)(v | 0x80));
        v >>= 7;
    }
    buf_char(b, (char)v);
}

static uint64_t fold_sign(int64_t v)
{
    return (uint64_t)v << 1 ^ (uint64_t)(v >> 63);
}

static int64_t unfold_sign(uint64_t v)
{
    return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

static unsigned bits_of(uint64_t v)
{
    return v ? 64 - (unsigned)__builtin_clzll(v) : 0;
}

/* ---- packing ---- */

static void put_bits(struct buf *b, const uint64_t *next, size_t n, unsigned bits)
{
    unsigned __int128 acc = 0;
    unsigned have = 0;
    for (size_t i = 0; i < n; i++) {
        acc |= (unsigned __int128)next[i] << have;
        have += bits;
        for (; have >= 8; have -= 8, acc >>= 8)
            buf_char(b, (char)(uint8_t)acc);
    }
    if (have)
        buf_char(b, (char)(uint8_t)acc);
}

struct shape {
    int64_t base;
    uint64_t unit, most;
    unsigned bits; /* WIDE: 8 bytes each */
    bool missing;
};

static struct shape shape_of(const int64_t *v, size_t n)
{
    struct shape s = {.unit = 0};
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        if (v[i] == HUJI_NONE64) {
            s.missing = true;
            continue;
        }
        if (!any || v[i] < s.base)
            s.base = v[i];
        any = true;
    }
    for (size_t i = 0; i < n; i++) {
        if (v[i] == HUJI_NONE64)
            continue;
        uint64_t a = (uint64_t)v[i] - (uint64_t)s.base, g = s.unit;
        s.most = a > s.most ? a : s.most;
        while (a) {
            uint64_t t = g % a;
            g = a;
            a = t;
        }
        s.unit = g;
    }
    s.unit = s.unit ? s.unit : 1;
    s.bits = bits_of(s.most / s.unit + s.missing);
    if (s.bits > MOST_BITS)
        s = (struct shape){.unit = 1, .bits = WIDE};
    return s;
}

static size_t number_bytes(uint64_t v)
{
    size_t n = 1;
    for (; v >= 0x80; v >>= 7)
        n++;
    return n;
}

static size_t shape_bytes(const struct shape *s, size_t n)
{
    return number_bytes(fold_sign(s->base)) + number_bytes(s->unit) + 1 +
           (n * (s->bits == WIDE ? 64 : s->bits) + 7) / 8;
}

static void put_offsets(struct buf *b, const struct shape *s, const int64_t *v, size_t n)
{
    put_number(b, fold_sign(s->base));
    put_number(b, s->unit);
    buf_char(b, (char)(s->bits | (s->missing && s->bits != WIDE ? MISSING : 0)));
    if (s->bits == WIDE) {
        buf_add(b, (const char *)v, n * 8);
        return;
    }
    uint64_t none = s->bits ? (UINT64_C(1) << s->bits) - 1 : 0, part[64];
    for (size_t i = 0; i < n; i += 64) { /* 64 values are whole bytes, however wide */
        size_t k = n - i < 64 ? n - i : 64;
        for (size_t j = 0; j < k; j++)
            part[j] = v[i + j] == HUJI_NONE64 ? none
                                              : ((uint64_t)v[i + j] - (uint64_t)s->base) / s->unit;
        put_bits(b, part, k, s->bits);
    }
}

/* Numbers the values of a column in the order in which they are first met. */
static int list_of(struct packer *p, size_t c, const int64_t *v, size_t n)
{
    size_t want = 64;
    while (want < n * 2)
        want *= 2;
    if (mem_grow(&p->index[c], &p->cap[c], n, sizeof *p->index[c]) < 0 ||
        mem_grow(&p->list, &p->cap_list, n, sizeof *p->list) < 0)
        return -1;
    if (want > p->n_slot) {
        mem_free(p->slot);
        p->slot = mem_alloc(want * sizeof *p->slot);
        p->n_slot = p->slot ? want : 0;
        if (!p->slot)
            return -1;
    }
    memset(p->slot, 0, want * sizeof *p->slot);
    uint32_t k = 0;
    for (size_t i = 0; i < n; i++) {
        size_t at = hash_u64((uint64_t)v[i]) & (want - 1);
        while (p->slot[at] && p->list[p->slot[at] - 1] != v[i])
            at = (at + 1) & (want - 1);
        if (!p->slot[at]) {
            p->list[k++] = v[i];
            p->slot[at] = k;
        }
        p->index[c][i] = p->slot[at] - 1;
    }
    p->distinct[c] = k;
    return 0;
}

/* Is each value told by column k's list? Then p->by holds one for each entry. */
static int follows(struct packer *p, size_t k, const int64_t *v, size_t n)
{
    uint32_t d = p->distinct[k];
    if (mem_grow(&p->by, &p->cap_by, d, sizeof *p->by) < 0 ||
        mem_grow(&p->seen, &p->cap_seen, d, 1) < 0)
        return -1;
    memset(p->seen, 0, d);
    for (size_t i = 0; i < n; i++) {
        uint32_t at = p->index[k][i];
        if (p->seen[at] && p->by[at] != v[i])
            return 0;
        p->seen[at] = 1;
        p->by[at] = v[i];
    }
    return 1;
}

static void put_indexes(struct buf *b, const uint32_t *ix, size_t n, unsigned bits)
{
    uint64_t part[64];
    buf_char(b, (char)bits);
    for (size_t i = 0; i < n; i += 64) {
        size_t k = n - i < 64 ? n - i : 64;
        for (size_t j = 0; j < k; j++)
            part[j] = ix[i + j];
        put_bits(b, part, k, bits);
    }
}

static bool any_missing(const int64_t *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (v[i] == HUJI_NONE64)
            return true;
    return false;
}

/* ONE or NOTHING? */
static bool put_same(struct buf *b, const int64_t *v, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (v[i] != v[0])
            return false;
    if (v[0] == HUJI_NONE64) {
        buf_char(b, NOTHING);
    } else {
        buf_char(b, ONE);
        put_number(b, fold_sign(v[0]));
    }
    return true;
}

static bool steps_of(struct packer *p, const int64_t *v, size_t n)
{
    if (mem_grow(&p->steps, &p->cap_steps, n, sizeof *p->steps) < 0)
        return false;
    for (size_t i = 1; i < n; i++)
        if (__builtin_sub_overflow(v[i], v[i - 1], &p->steps[i - 1]) ||
            p->steps[i - 1] == HUJI_NONE64)
            return false;
    return true;
}

static int pack_column(struct packer *p, struct buf *b, const int64_t *v, size_t c, size_t n,
                       bool keep_list)
{
    p->distinct[c] = 0;
    if (put_same(b, v, n))
        return 0;
    struct shape own = shape_of(v, n), steps, list, by = {0};
    size_t best = shape_bytes(&own, n), size;
    int kind = OFFSETS, of = -1;
    if (!any_missing(v, n) && steps_of(p, v, n)) {
        steps = shape_of(p->steps, n - 1);
        size = number_bytes(fold_sign(v[0])) + shape_bytes(&steps, n - 1);
        if (size < best) {
            best = size;
            kind = STEPS;
        }
    }
    for (size_t k = 0; k < c; k++) { /* numbers of an earlier column's list cost nothing again */
        if (!p->distinct[k] || p->distinct[k] >= n)
            continue;
        int rc = follows(p, k, v, n);
        if (rc < 0)
            return -1;
        if (rc == 0)
            continue;
        by = shape_of(p->by, p->distinct[k]);
        size = 1 + shape_bytes(&by, p->distinct[k]);
        if (size < best) {
            best = size;
            kind = FOLLOWS;
            of = (int)k;
        }
    }
    if (list_of(p, c, v, n) < 0)
        return -1;
    uint32_t d = p->distinct[c];
    unsigned bits = bits_of(d - 1);
    list = shape_of(p->list, d);
    size = number_bytes(d) + shape_bytes(&list, d) + 1 + (n * bits + 7) / 8;
    if (d <= MOST_LIST && (size < best || (keep_list && size < best * 3 / 2 + 4)))
        kind = LIST;
    else
        p->distinct[c] = 0;
    struct buf out = BUF_INIT;
    if (kind == OFFSETS) {
        put_offsets(&out, &own, v, n);
    } else if (kind == STEPS) {
        put_number(&out, fold_sign(v[0]));
        put_offsets(&out, &steps, p->steps, n - 1);
    } else if (kind == LIST) {
        put_number(&out, d);
        put_offsets(&out, &list, p->list, d);
        put_indexes(&out, p->index[c], n, bits);
    } else {
        if (follows(p, (size_t)of, v, n) < 0)
            return -1;
        by = shape_of(p->by, p->distinct[of]);
        buf_char(&out, (char)of);
        put_offsets(&out, &by, p->by, p->distinct[of]);
    }
    buf_char(b, (char)kind);
    put_number(b, out.n);
    buf_add(b, buf_cstr(&out), out.n);
    int rc = out.failed || b->failed ? -1 : 0;
    buf_release(&out);
    return rc;
}

int pack_table(struct packer *p, struct buf *b, int64_t *const *col, size_t n_cols, size_t n,
               uint64_t lists)
{
    for (size_t c = 0; c < n_cols; c++)
        if (pack_column(p, b, col[c], c, n, lists >> c & 1) < 0)
            return -1;
    return b->failed ? -1 : 0;
}

void packer_release(struct packer *p)
{
    for (size_t c = 0; c < PACK_COLUMNS; c++)
        mem_free(p->index[c]);
    mem_free(p->list);
    mem_free(p->steps);
    mem_free(p->by);
    mem_free(p->seen);
    mem_free(p->slot);
    *p = (struct packer){0};
}

/* ---- unpacking ---- */

uint64_t get_long_number(struct unpacker *u, int *bad)
{
    uint64_t v = 0;
    for (unsigned shift = 0; u->p < u->end && shift < 64; shift += 7) {
        uint8_t c = *u->p++;
        v |= (uint64_t)(c & 0x7f) << shift;
        if (c < 0x80)
            return v;
    }
    *bad = 1;
    u->p = u->end;
    return 0;
}

static inline uint64_t bits_at(const uint8_t *p, size_t i, unsigned bits, uint64_t mask)
{
    uint64_t w;
    size_t at = i * bits;
    memcpy(&w, p + (at >> 3), 8);
    return w >> (at & 7) & mask;
}

struct offsets {
    int64_t base;
    uint64_t unit, mask, none;
    unsigned bits;
    const uint8_t *p;
};

static int get_offsets(struct unpacker *u, size_t n, struct offsets *o)
{
    int bad = 0;
    o->base = unfold_sign(get_number(u, &bad));
    o->unit = get_number(u, &bad);
    if (bad || u->p >= u->end)
        return -1;
    unsigned b = *u->p++;
    o->bits = b & 0x7f;
    if (o->bits > MOST_BITS && o->bits != WIDE)
        return -1;
    o->mask = o->bits == WIDE ? 0 : (UINT64_C(1) << o->bits) - 1;
    o->none = b & MISSING ? o->mask : UINT64_MAX;
    o->p = u->p;
    size_t bytes = (n * o->bits + 7) / 8;
    if (bytes > (size_t)(u->end - u->p))
        return -1;
    u->p += bytes;
    return 0;
}

static inline int64_t offset_at(const struct offsets *o, size_t i)
{
    if (o->bits == WIDE) {
        int64_t v;
        memcpy(&v, o->p + i * 8, 8);
        return v;
    }
    uint64_t raw = bits_at(o->p, i, o->bits, o->mask);
    return raw == o->none ? HUJI_NONE64 : (int64_t)((uint64_t)o->base + raw * o->unit);
}

static inline void store(void *out, int width, size_t i, int64_t v)
{
    if (width == 8)
        ((int64_t *)out)[i] = v;
    else
        ((int32_t *)out)[i] = v == HUJI_NONE64 ? HUJI_NONE32 : (int32_t)v;
}

static void fill(void *out, int width, size_t n, int64_t v)
{
    for (size_t i = 0; i < n; i++)
        store(out, width, i, v);
}

static int read_list(struct unpacker *u, size_t n, struct offsets *values)
{
    if (mem_grow(&u->list, &u->cap_list, n + 1, sizeof *u->list) < 0)
        return -2;
    if (get_offsets(u, n, values) < 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        u->list[i] = offset_at(values, i);
    return 0;
}

/* The numbers of a column kept as a list; u stands behind its count of values. */
struct numbers {
    size_t distinct;
    unsigned bits;
    uint64_t mask;
    const uint8_t *p;
};

static int read_numbers(struct unpacker *u, size_t n, struct numbers *out)
{
    if (u->p >= u->end)
        return -1;
    out->bits = *u->p++;
    if (out->bits > 16 || (n * out->bits + 7) / 8 > (size_t)(u->end - u->p))
        return -1;
    out->mask = (UINT64_C(1) << out->bits) - 1;
    out->p = u->p;
    return 0;
}

/* A list's numbers, met again by a column that follows it. */
static int list_numbers(const struct unpacker *from, size_t n, struct numbers *out)
{
    struct unpacker u = *from;
    struct offsets skip;
    int bad = 0;
    out->distinct = get_number(&u, &bad);
    if (bad || get_offsets(&u, out->distinct, &skip) < 0)
        return -1;
    return read_numbers(&u, n, out);
}

static int by_numbers(struct unpacker *u, const struct numbers *k, size_t n, void *out, int width)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t at = bits_at(k->p, i, k->bits, k->mask);
        if (at >= k->distinct)
            return -1;
        store(out, width, i, u->list[at]);
    }
    return 0;
}

static int unpack_column(struct unpacker *u, int kind, size_t n, void *out, int width,
                         const struct unpacker *const *lists, size_t c)
{
    struct offsets o;
    struct numbers k;
    int bad = 0, rc;
    if (kind == OFFSETS) {
        if (get_offsets(u, n, &o) < 0)
            return -1;
        for (size_t i = 0; i < n; i++)
            store(out, width, i, offset_at(&o, i));
        return 0;
    }
    if (kind == STEPS) {
        int64_t v = unfold_sign(get_number(u, &bad));
        if (bad || get_offsets(u, n - 1, &o) < 0)
            return -1;
        store(out, width, 0, v);
        for (size_t i = 1; i < n; i++) {
            v = (int64_t)((uint64_t)v + (uint64_t)offset_at(&o, i - 1));
            store(out, width, i, v);
        }
        return 0;
    }
    if (kind == LIST) {
        k.distinct = get_number(u, &bad);
        if (bad || k.distinct > n)
            return -1;
        if ((rc = read_list(u, k.distinct, &o)) < 0)
            return rc;
        return read_numbers(u, n, &k) < 0 ? -1 : by_numbers(u, &k, n, out, width);
    }
    if (kind != FOLLOWS || u->p >= u->end || *u->p >= c || !lists[*u->p])
        return -1;
    if (list_numbers(lists[*u->p], n, &k) < 0 || k.distinct > n)
        return -1;
    u->p++;
    rc = read_list(u, k.distinct, &o);
    return rc < 0 ? rc : by_numbers(u, &k, n, out, width);
}

int unpack_table(struct unpacker *u, size_t n_cols, size_t n, uint64_t want, void *const *out,
                 const uint8_t *width)
{
    struct unpacker list[PACK_COLUMNS];
    const struct unpacker *lists[PACK_COLUMNS] = {NULL};
    for (size_t c = 0; c < n_cols; c++) {
        int bad = 0, kind = u->p < u->end ? *u->p++ : -1;
        bool take = want >> c & 1;
        if (kind == NOTHING || kind == ONE) {
            int64_t v = kind == ONE ? unfold_sign(get_number(u, &bad)) : HUJI_NONE64;
            if (bad)
                return -1;
            if (take)
                fill(out[c], width[c], n, v);
            continue;
        }
        size_t bytes = kind < 0 ? 0 : get_number(u, &bad);
        if (kind < 0 || bad || bytes > (size_t)(u->end - u->p))
            return -1;
        if (kind == LIST) {
            list[c] = (struct unpacker){.p = u->p, .end = u->p + bytes};
            lists[c] = &list[c];
        }
        const uint8_t *next = u->p + bytes;
        if (take) {
            const uint8_t *end = u->end;
            u->end = next;
            int rc = unpack_column(u, kind, n, out[c], width[c], lists, c);
            u->end = end;
            if (rc < 0)
                return rc;
        }
        u->p = next;
    }
    return 0;
}

void unpacker_release(struct unpacker *u)
{
    mem_free(u->list);
    *u = (struct unpacker){0};
}
