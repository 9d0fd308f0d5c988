/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/span.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"

int span_cmp(struct span a, struct span b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

/* Length of the white space that starts (or, at_end, ends) s: ASCII blank, U+00A0, U+3000, U+FEFF. */
static size_t blank_len(struct span s, bool at_end)
{
    if (!s.n)
        return 0;
    unsigned char c = (unsigned char)(at_end ? s.p[s.n - 1] : s.p[0]);
    if (c == ' ' || (c >= '\t' && c <= '\r'))
        return 1;
    const char *three = at_end && s.n >= 3 ? s.p + s.n - 3 : s.p;
    if (s.n >= 3 && (!memcmp(three, "\xe3\x80\x80", 3) || !memcmp(three, "\xef\xbb\xbf", 3)))
        return 3;
    const char *two = at_end && s.n >= 2 ? s.p + s.n - 2 : s.p;
    if (s.n >= 2 && !memcmp(two, "\xc2\xa0", 2))
        return 2;
    return 0;
}

/* ASCII that is no white space: nothing to trim there. */
static bool solid(char c)
{
    return c > ' ' && c < 0x7f;
}

struct span span_trim_ends(struct span s)
{
    size_t k;
    if (s.n && solid(s.p[0]) && solid(s.p[s.n - 1]))
        return s;
    while ((k = blank_len(s, false))) {
        s.p += k;
        s.n -= k;
    }
    while ((k = blank_len(s, true)))
        s.n -= k;
    return s;
}

bool span_starts(struct span s, const char *prefix)
{
    size_t n = strlen(prefix);
    return s.n >= n && memcmp(s.p, prefix, n) == 0;
}

struct span span_cut(struct span *s, char sep)
{
    const char *q = s->n ? memchr(s->p, sep, s->n) : NULL;
    struct span head = *s;
    if (!q) {
        *s = (struct span){NULL, 0};
        return head;
    }
    head.n = (size_t)(q - s->p);
    s->p += head.n + 1;
    s->n -= head.n + 1;
    return head;
}

/* One sequence at p, at most n bytes: its length, or 0 where it is not UTF-8 (RFC 3629). */
static size_t utf8_step(const unsigned char *p, size_t n)
{
    unsigned char c = p[0];
    if (c < 0x80)
        return 1;
    size_t k = c >= 0xc2 && c <= 0xdf ? 2 : (c & 0xf0) == 0xe0 ? 3 : c >= 0xf0 && c <= 0xf4 ? 4 : 0;
    if (!k || n < k)
        return 0;
    for (size_t i = 1; i < k; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((c == 0xe0 && p[1] < 0xa0) || (c == 0xed && p[1] > 0x9f) || (c == 0xf0 && p[1] < 0x90) ||
        (c == 0xf4 && p[1] > 0x8f))
        return 0;
    return k;
}

/* How many bytes from p on, at most n, are ASCII; not all of them need be counted. */
static size_t ascii_run(const unsigned char *p, size_t n)
{
    const uint64_t high = UINT64_C(0x8080808080808080);
    size_t i = 0;
    for (; n - i >= 8; i += 8) {
        uint64_t w;
        memcpy(&w, p + i, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        w = __builtin_bswap64(w);
#endif
        if (w & high)
            return i + (size_t)__builtin_ctzll(w & high) / 8;
    }
    while (i < n && p[i] < 0x80)
        i++;
    return i;
}

bool utf8_valid(struct span s, size_t *bad_at)
{
    const unsigned char *p = (const unsigned char *)s.p;
    for (size_t i = 0; i < s.n;) {
        i += ascii_run(p + i, s.n - i);
        /* most of what is not ASCII is Chinese: three bytes that begin with E1 to EC */
        while (s.n - i >= 3 && (unsigned char)(p[i] - 0xe1) < 12 && (p[i + 1] & 0xc0) == 0x80 &&
               (p[i + 2] & 0xc0) == 0x80)
            i += 3;
        size_t k = i < s.n ? utf8_step(p + i, s.n - i) : 1;
        if (!k) {
            if (bad_at)
                *bad_at = i;
            return false;
        }
        i += k;
    }
    return true;
}

struct span utf8_cut(struct span s, size_t most)
{
    size_t n = s.n < most ? s.n : most;
    while (n && n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
        n--;
    return (struct span){s.p, n};
}

void utf8_mend(char *s)
{
    size_t n = strlen(s), bad;
    while (!utf8_valid((struct span){s, n}, &bad)) {
        unsigned char lead = (unsigned char)s[bad];
        size_t k = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 1;
        bool cut = k > n - bad;
        for (size_t i = bad + 1; cut && i < n; i++)
            cut = (s[i] & 0xc0) == 0x80;
        s[bad] = cut ? 0 : '?';
        n = cut ? bad : n;
        s += bad;
        n -= bad;
    }
}

static bool buf_more(struct buf *b, size_t more)
{
    enum { LEAST = 64 };
    if (b->failed || more > SIZE_MAX - LEAST - b->n ||
        mem_grow(&b->p, &b->cap, b->n + more < LEAST ? LEAST : b->n + more + 1, 1) < 0) {
        b->failed = true;
        return false;
    }
    return true;
}

static inline bool buf_room(struct buf *b, size_t more)
{
    return (!b->failed && more < b->cap - b->n) || buf_more(b, more);
}

void buf_reserve(struct buf *b, size_t n)
{
    if (b->cap <= n)
        buf_more(b, n - b->n);
}

void buf_add(struct buf *b, const char *p, size_t n)
{
    if (!buf_room(b, n))
        return;
    if (n)
        memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = 0;
}

void buf_span(struct buf *b, struct span s)
{
    buf_add(b, s.p, s.n);
}

void buf_char(struct buf *b, char c)
{
    if (!buf_room(b, 1))
        return;
    b->p[b->n++] = c;
    b->p[b->n] = 0;
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
    va_list ap, aq;
    va_start(ap, fmt);
    va_copy(aq, ap);
    size_t room = b->cap - b->n; /* mostly it fits into what is there */
    int n = vsnprintf(room ? b->p + b->n : NULL, room, fmt, ap);
    va_end(ap);
    if (n >= 0 && (size_t)n < room && !b->failed) {
        b->n += (size_t)n;
    } else if (n >= 0 && buf_room(b, (size_t)n)) {
        vsnprintf(b->p + b->n, (size_t)n + 1, fmt, aq);
        b->n += (size_t)n;
    }
    if (b->p)
        b->p[b->n] = 0;
    va_end(aq);
}

void buf_i64(struct buf *b, int64_t v)
{
    char tmp[24], *at = tmp + sizeof tmp;
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    do
        *--at = (char)('0' + u % 10);
    while (u /= 10);
    if (v < 0)
        *--at = '-';
    buf_add(b, at, (size_t)(tmp + sizeof tmp - at));
}

static void json_escape(struct buf *b, unsigned char c)
{
    if (c == '"' || c == '\\') {
        buf_char(b, '\\');
        buf_char(b, (char)c);
    } else if (c == '\n') {
        buf_str(b, "\\n");
    } else {
        buf_fmt(b, "\\u%04x", c);
    }
}

/* Of the next 8 bytes none is to be escaped; some may be called so wrongly, never the other way round. */
static bool plain_json(const char *p)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), top = ones << 7;
    uint64_t w, quote, slash;
    memcpy(&w, p, 8);
    quote = w ^ ones * '"';
    slash = w ^ ones * '\\';
    uint64_t low = (w - ones * 0x20) & ~w;
    return !((low | ((quote - ones) & ~quote) | ((slash - ones) & ~slash)) & top);
}

/* The last step of eight lies over the one before. */
static bool all_plain(struct span s)
{
    if (s.n >= 8) {
        for (size_t i = 0; s.n - i >= 8; i += 8)
            if (!plain_json(s.p + i))
                return false;
        return plain_json(s.p + s.n - 8);
    }
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == '"' || s.p[i] == '\\')
            return false;
    return true;
}

/* Most texts need no escaping: room is asked for once. */
static bool json_at_once(struct buf *b, struct span s)
{
    if (!all_plain(s))
        return false;
    if (!buf_room(b, s.n + 2))
        return true;
    char *to = b->p + b->n;
    *to++ = '"';
    if (s.n)
        memcpy(to, s.p, s.n);
    to[s.n] = '"';
    to[s.n + 1] = 0;
    b->n += s.n + 2;
    return true;
}

void buf_json(struct buf *b, struct span s)
{
    size_t from = 0;
    if (json_at_once(b, s))
        return;
    buf_char(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        while (s.n - i >= 8 && plain_json(s.p + i))
            i += 8;
        if (i == s.n)
            break;
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        buf_add(b, s.p + from, i - from);
        json_escape(b, c);
        from = i + 1;
    }
    buf_add(b, s.p + from, s.n - from);
    buf_char(b, '"');
}

void buf_sql(struct buf *b, struct span s)
{
    buf_char(b, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\'')
            buf_char(b, '\'');
        buf_char(b, s.p[i]);
    }
    buf_char(b, '\'');
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    b->failed = false;
    if (b->p)
        b->p[0] = 0;
}

void buf_release(struct buf *b)
{
    mem_free(b->p);
    *b = (struct buf)BUF_INIT;
}

const char *buf_cstr(const struct buf *b)
{
    return b->p ? b->p : "";
}
