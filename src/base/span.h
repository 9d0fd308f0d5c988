/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Strings: `struct span` borrows bytes (UTF-8, no NUL inside); `struct buf` owns and grows them, always NUL-ended. */
#ifndef HUJI_BASE_SPAN_H
#define HUJI_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
    const char *p;
    size_t n;
};

#define SPAN(lit) ((struct span){(lit), sizeof(lit) - 1})

static inline struct span span_of(const char *s)
{
    return (struct span){s ? s : "", s ? strlen(s) : 0};
}
static inline bool span_eq(struct span a, struct span b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}
static inline bool span_is(struct span a, const char *s)
{
    return span_eq(a, span_of(s));
}
/* Order of bytes, shorter first on a common prefix. */
int span_cmp(struct span a, struct span b);
struct span span_trim_ends(struct span s);
/* ASCII white space, NBSP and the ideographic space off both ends. */
static inline struct span span_trim(struct span s)
{
    bool plain = s.n && (unsigned char)(s.p[0] - 0x21) < 0x5f &&
                 (unsigned char)(s.p[s.n - 1] - 0x21) < 0x5f;
    return plain ? s : span_trim_ends(s);
}
bool span_starts(struct span s, const char *prefix);
/* Cuts at the first `sep`: returns the head, leaves the tail in *s; at the end the tail is {NULL, 0}. */
struct span span_cut(struct span *s, char sep);
bool utf8_valid(struct span s, size_t *bad_at);
/* No more than so many bytes of it, and no part of a character that would be cut. */
struct span utf8_cut(struct span s, size_t most);
/* In place: what is no UTF-8 becomes '?'; a character that the end of the array cut goes. */
void utf8_mend(char *s);

struct buf {
    char *p; /* NULL until something was added; buf_str() never gives NULL */
    size_t n, cap;
    bool failed; /* an allocation failed: check once at the end */
};

#define BUF_INIT \
    {            \
        0        \
    }
void buf_reserve(struct buf *b,
                 size_t n); /* room for n bytes in all, when that is known beforehand */
void buf_add(struct buf *b, const char *p, size_t n);
static inline void buf_str(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s)); /* counted by the compiler where it is written out */
}
void buf_span(struct buf *b, struct span s);
void buf_char(struct buf *b, char c);
void buf_fmt(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_i64(struct buf *b, int64_t v);
void buf_json(struct buf *b, struct span s); /* with quotes and escapes */
void buf_sql(struct buf *b, struct span s);  /* 'single quoted', quotes doubled */
void buf_clear(struct buf *b);
void buf_release(struct buf *b);
const char *buf_cstr(const struct buf *b);

#endif
