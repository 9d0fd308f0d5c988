/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/kept.h"

#include "base/mem.h"

/* A number is told as 0: unknown; else 1 + the zigzag difference, seven bits a byte, of which only the last has no high bit: what
 * need not be known is gone over by counting such bytes. The difference of 2^63, for which 1 more is too many, is told as a zero
 * of two bytes. */
enum { SAY_NONE, SAY_DIFFERENCE, MOST_BYTES = 10, HIGH_BIT = 0x80 };

static uint8_t *put_bits(uint8_t *p, uint64_t v)
{
    for (; v >= HIGH_BIT; v >>= 7)
        *p++ = (uint8_t)(v | HIGH_BIT);
    *p++ = (uint8_t)v;
    return p;
}

static const uint8_t *take_bits(const uint8_t *p, uint64_t *v)
{
    *v = *p & 0x7f;
    for (int shift = 7; *p++ & HIGH_BIT; shift += 7)
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
    if (zigzag < UINT64_MAX)
        return put_bits(p, zigzag + SAY_DIFFERENCE);
    *p++ = HIGH_BIT;
    *p++ = 0;
    return p;
}

static const uint8_t *take_number(const uint8_t *p, int64_t *v, int64_t *last)
{
    uint64_t u;
    bool largest = *p == HIGH_BIT && !p[1];
    p = take_bits(p, &u);
    if (u == SAY_NONE && !largest) {
        *v = HUJI_NONE64;
        return p;
    }
    u -= SAY_DIFFERENCE;
    *last = *v = (int64_t)((uint64_t)*last + (u >> 1 ^ (u & 1 ? UINT64_MAX : 0)));
    return p;
}

/* Behind the next n numbers. Eight bytes more than they have may be read. */
static const uint8_t *skip_numbers(const uint8_t *p, int n)
{
    for (;;) {
        uint64_t word;
        memcpy(&word, p, sizeof word);
        uint64_t ends = ~word & UINT64_C(0x8080808080808080);
        int here = (int)((ends >> 7) * UINT64_C(0x0101010101010101) >> 56);
        if (here >= n) {
            for (; n > 1; n--)
                ends &= ends - 1;
            return p + __builtin_ctzll(ends) / 8 + 1;
        }
        n -= here;
        p += sizeof word;
    }
}

struct kept_block {
    struct kept_block *next;
    uint32_t n, cap;
    uint8_t p[];
};

enum {
    TAG_BYTES = 3,
    EVENT_BYTES = KEPT_NUMBERS * MOST_BYTES + 1 + TAG_BYTES,
    AHEAD_BYTES = 8, /* that skip_numbers may read behind the last event */
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
    if (k->end - k->to < EVENT_BYTES + AHEAD_BYTES && more_room(k) < 0)
        return -1;
    uint8_t *p = k->to;
    int64_t *last = k->last;
    for (unsigned m = mask & (KEPT_KN - 1); m; m &= m - 1) {
        int64_t v;
        memcpy(&v, num + (size_t)__builtin_ctz(m) * 8, 8);
        p = put_number(p, v, last++);
    }
    p = put_number(p, ev->row, last++);
    if (mask & KEPT_KN)
        p = put_number(p, ev->kn, last);
    if (mask & KEPT_CLAUSE)
        *p++ = (uint8_t)(ev->clause << 1 | ev->absent);
    if (mask & KEPT_TAG)
        p = put_tag(p, hash, k->psn != psn + 1);
    k->psn = psn + 1;
    k->to = p;
    k->n_events++;
    return 0;
}

static int move_on(struct kept_queue *q, size_t lists, size_t places)
{
    for (; q->put - q->fetched > lists; q->fetched++)
        __builtin_prefetch(q->wait[q->fetched % KEPT_WAITS].to->to, 1);
    for (; q->put - q->done > places; q->done++) {
        const struct kept_wait *w = &q->wait[q->done % KEPT_WAITS];
        if (kept_put(w->to, w->mask, &w->ev, w->hash, w->psn) < 0)
            return -1;
    }
    return 0;
}

int kept_later(struct kept_queue *q, struct kept *k, unsigned mask, uint32_t hash, int32_t psn)
{
    struct kept_wait *w = &q->wait[q->put++ % KEPT_WAITS];
    enum { LINE = 64 };
    for (size_t at = 0; at < sizeof *k; at += LINE)
        __builtin_prefetch((char *)k + at, 1);
    w->to = k;
    w->mask = mask;
    w->hash = hash;
    w->psn = psn;
    return move_on(q, KEPT_LIST, KEPT_PLACE);
}

int kept_flush(struct kept_queue *q)
{
    return move_on(q, 0, 0);
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

/* The next event's bytes; NULL at the end. */
static const uint8_t *next_event(struct kept_reader *r)
{
    if (!r->block || r->at >= r->block->n) {
        r->block = r->block ? r->block->next : r->kept->first;
        r->at = 0;
    }
    return r->block ? r->block->p + r->at : NULL;
}

/* What comes behind the numbers. */
static void take_rest(struct kept_reader *r, unsigned mask, const uint8_t *p)
{
    if (mask & KEPT_CLAUSE)
        r->clause = *p++;
    if (mask & KEPT_TAG)
        p = take_tag(p, r);
    r->at = (size_t)(p - r->block->p);
}

/* Those of the event, its row and the joined one. */
static int count_numbers(struct kept_reader *r, unsigned mask)
{
    if (!r->n_numbers)
        r->n_numbers = __builtin_popcount(mask & (KEPT_KN - 1)) + 1 + (mask & KEPT_KN ? 1 : 0);
    return r->n_numbers;
}

bool kept_next_tag(struct kept_reader *r, unsigned mask)
{
    const uint8_t *p = next_event(r);
    if (!p)
        return false;
    take_rest(r, mask, skip_numbers(p, count_numbers(r, mask)));
    return true;
}

bool kept_next(struct kept_reader *r, unsigned mask)
{
    const uint8_t *p = next_event(r);
    if (!p)
        return false;
    int n = count_numbers(r, mask);
    for (int k = 0; k < n; k++)
        p = take_number(p, &r->now[k], &r->last[k]);
    take_rest(r, mask, p);
    return true;
}

void kept_event(const struct kept_reader *r, unsigned mask, struct event *ev)
{
    const int64_t *now = r->now;
    char *num = (char *)ev;
    *ev = blank;
    for (unsigned m = mask & (KEPT_KN - 1); m; m &= m - 1)
        memcpy(num + (size_t)__builtin_ctz(m) * 8, now++, 8);
    if (!(mask >> 6 & 1))
        ev->u = ev->x;
    ev->row = (int32_t)*now++;
    if (mask & KEPT_KN)
        ev->kn = (int32_t)*now;
    if (mask & KEPT_CLAUSE) {
        ev->clause = (uint8_t)(r->clause >> 1);
        ev->absent = r->clause & 1;
    }
}

void kept_release(struct kept *k)
{
    for (struct kept_block *b = k->first, *next; b; b = next) {
        next = b->next;
        mem_free(b);
    }
    *k = (struct kept){0};
}
