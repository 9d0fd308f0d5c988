/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/kept.h"

#include "base/mem.h"

/* A number is told as 0: unknown; 1: eight bytes follow; else 2 + the zigzag difference, seven bits a byte. */
enum { SAY_NONE, SAY_WHOLE, SAY_DIFFERENCE, MOST_BYTES = 10 };

static uint8_t *put_bits(uint8_t *p, uint64_t v)
{
    for (; v >= 0x80; v >>= 7)
        *p++ = (uint8_t)(v | 0x80);
    *p++ = (uint8_t)v;
    return p;
}

static const uint8_t *take_bits(const uint8_t *p, uint64_t *v)
{
    *v = *p & 0x7f;
    for (int shift = 7; *p++ & 0x80; shift += 7)
        *v |= (uint64_t)(*p & 0x7f) << shift;
    return p;
}

static uint8_t *put_number(uint8_t *p, int64_t v, int64_t *last)
{
    if (v == HUJI_NONE64) {
        *p++ = SAY_NONE;
        return p;
    }
    uint64_t d = (uint64_t)v - (uint64_t)*last;
    uint64_t zigzag = d << 1 ^ (d >> 63 ? UINT64_MAX : 0);
    *last = v;
    if (zigzag <= INT64_MAX)
        return put_bits(p, zigzag + SAY_DIFFERENCE);
    *p++ = SAY_WHOLE;
    memcpy(p, &v, sizeof v);
    return p + sizeof v;
}

static const uint8_t *take_number(const uint8_t *p, int64_t *v, int64_t *last)
{
    uint64_t u;
    p = take_bits(p, &u);
    if (u == SAY_NONE) {
        *v = HUJI_NONE64;
        return p;
    }
    if (u == SAY_WHOLE) {
        memcpy(v, p, sizeof *v);
        p += sizeof *v;
    } else {
        u -= SAY_DIFFERENCE;
        *v = (int64_t)((uint64_t)*last + (u >> 1 ^ (u & 1 ? UINT64_MAX : 0)));
    }
    *last = *v;
    return p;
}

struct kept_block {
    struct kept_block *next;
    uint32_t n, cap;
    uint8_t p[];
};

enum {
    TAG_BYTES = 3,
    EVENT_BYTES = KEPT_NUMBERS * MOST_BYTES + 1 + TAG_BYTES,
    FIRST_BLOCK = 512,
    MOST_BLOCK = 16384
};

void kept_close(struct kept *k)
{
    if (k->now)
        k->now->n = (uint32_t)(k->to - k->now->p);
}

static int more_room(struct kept *k)
{
    struct kept_block *now = k->now;
    kept_close(k);
    size_t size = now ? (now->cap + sizeof *now) * 3 / 2 : FIRST_BLOCK;
    size = size > MOST_BLOCK ? MOST_BLOCK : size;
    struct kept_block *b = mem_alloc(size);
    if (!b)
        return -1;
    *b = (struct kept_block){.cap = (uint32_t)(size - sizeof *b)};
    if (now)
        now->next = b;
    else
        k->first = b;
    k->now = b;
    k->to = b->p;
    k->end = b->p + b->cap;
    return 0;
}

static uint8_t *put_tag(uint8_t *p, uint32_t hash, bool other)
{
    uint32_t tag = (hash & ((UINT32_C(1) << KEPT_HASH_BITS) - 1)) << 1 | other;
    for (int i = 0; i < TAG_BYTES; i++)
        *p++ = (uint8_t)(tag >> i * 8);
    return p;
}

static const uint8_t *take_tag(const uint8_t *p, struct kept_reader *r)
{
    uint32_t tag = 0;
    for (int i = 0; i < TAG_BYTES; i++)
        tag |= (uint32_t)*p++ << i * 8;
    r->hash = tag >> 1;
    r->person += tag & 1;
    return p;
}

int kept_put(struct kept *k, unsigned mask, const struct event *ev, uint32_t hash, int32_t psn)
{
    const char *num = (const char *)ev;
    _Static_assert(offsetof(struct event, f) == (EVENT_NUMBERS - 1) * 8, "numbers of struct event");
    if (k->end - k->to < EVENT_BYTES && more_room(k) < 0)
        return -1;
    uint8_t *p = k->to;
    for (unsigned m = mask & (KEPT_KN - 1); m; m &= m - 1) {
        int i = __builtin_ctz(m);
        int64_t v;
        memcpy(&v, num + (size_t)i * 8, 8);
        p = put_number(p, v, &k->last[i]);
    }
    p = put_number(p, ev->row, &k->last[EVENT_NUMBERS]);
    if (mask & KEPT_KN)
        p = put_number(p, ev->kn, &k->last[EVENT_NUMBERS + 1]);
    if (mask & KEPT_CLAUSE)
        *p++ = (uint8_t)(ev->clause << 1 | ev->absent);
    if (mask & KEPT_TAG)
        p = put_tag(p, hash, k->psn != psn + 1);
    k->psn = psn + 1;
    k->to = p;
    k->n_events++;
    return 0;
}

/* What is not in the mask. */
static const struct event blank = {.x = HUJI_NONE64,
                                   .u = HUJI_NONE64,
                                   .t = HUJI_NONE64,
                                   .q = HUJI_NONE64,
                                   .lim = HUJI_NONE64,
                                   .a = HUJI_NONE64,
                                   .b = HUJI_NONE64,
                                   .c = HUJI_NONE64,
                                   .d = HUJI_NONE64,
                                   .f = HUJI_NONE64,
                                   .kn = -1};

bool kept_next(struct kept_reader *r, unsigned mask, struct event *ev)
{
    char *num = (char *)ev;
    int64_t row, kn;
    if (!r->block || r->at >= r->block->n) {
        r->block = r->block ? r->block->next : r->kept->first;
        r->at = 0;
    }
    if (!r->block)
        return false;
    const uint8_t *p = r->block->p + r->at;
    *ev = blank;
    for (unsigned m = mask & (KEPT_KN - 1); m; m &= m - 1) {
        int i = __builtin_ctz(m);
        int64_t v;
        p = take_number(p, &v, &r->last[i]);
        memcpy(num + (size_t)i * 8, &v, 8);
    }
    if (!(mask >> 6 & 1))
        ev->u = ev->x;
    p = take_number(p, &row, &r->last[EVENT_NUMBERS]);
    ev->row = (int32_t)row;
    if (mask & KEPT_KN) {
        p = take_number(p, &kn, &r->last[EVENT_NUMBERS + 1]);
        ev->kn = (int32_t)kn;
    }
    if (mask & KEPT_CLAUSE) {
        ev->clause = (uint8_t)(*p >> 1);
        ev->absent = *p++ & 1;
    }
    if (mask & KEPT_TAG)
        p = take_tag(p, r);
    r->at = (size_t)(p - r->block->p);
    return true;
}

void kept_release(struct kept *k)
{
    for (struct kept_block *b = k->first, *next; b; b = next) {
        next = b->next;
        mem_free(b);
    }
    *k = (struct kept){0};
}
