/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "check/pull.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/hex.h"

int pull_bad(struct pull *j, const char *what)
{
    size_t line = 1, col = 1;
    for (const char *p = j->begin; p < j->p && p < j->end; p++) {
        col = *p == '\n' ? 1 : col + 1;
        line += *p == '\n';
    }
    err_set(j->e, ERR_INPUT, "报文不是完整的 JSON：%s", what);
    return err_where(j->e, "第 %zu 行第 %zu 个字节", line, col);
}

static void blanks(struct pull *j)
{
    while (j->p < j->end && (*j->p == ' ' || *j->p == '\n' || *j->p == '\r' || *j->p == '\t'))
        j->p++;
}

char pull_peek(struct pull *j)
{
    blanks(j);
    return j->p < j->end ? *j->p : 0;
}

int pull_open(struct pull *j, char bracket)
{
    if (pull_peek(j) != bracket)
        return pull_bad(j, bracket == '{' ? "这里应是 {" : "这里应是 [");
    if (++j->depth > j->max_depth)
        return pull_bad(j, "嵌套太深");
    j->p++;
    return 0;
}

static char *put_utf8(char *to, unsigned c)
{
    if (c < 0x80) {
        *to++ = (char)c;
    } else if (c < 0x800) {
        *to++ = (char)(0xc0 | c >> 6);
        *to++ = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        *to++ = (char)(0xe0 | c >> 12);
        *to++ = (char)(0x80 | (c >> 6 & 0x3f));
        *to++ = (char)(0x80 | (c & 0x3f));
    } else {
        *to++ = (char)(0xf0 | c >> 18);
        *to++ = (char)(0x80 | (c >> 12 & 0x3f));
        *to++ = (char)(0x80 | (c >> 6 & 0x3f));
        *to++ = (char)(0x80 | (c & 0x3f));
    }
    return to;
}

/* One escape behind the backslash; j->p stands on the letter. NULL: a bad one. */
static char *escape(struct pull *j, char *to)
{
    static const char letters[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
    char c = *j->p++;
    if (c != 'u') {
        const char *at = c ? memchr(letters, c, sizeof letters - 1) : NULL;
        if (!at)
            return NULL;
        *to++ = means[at - letters];
        return to;
    }
    int u = j->end - j->p < 4 ? -1 : hex_four(j->p);
    if (u < 0)
        return NULL;
    j->p += 4;
    if (u >= 0xd800 && u < 0xdc00 && j->end - j->p >= 6 && j->p[0] == '\\' && j->p[1] == 'u') {
        int low = hex_four(j->p + 2);
        if (low >= 0xdc00 && low < 0xe000) {
            j->p += 6;
            u = 0x10000 + ((u - 0xd800) << 10) + (low - 0xdc00);
        }
    }
    if (u == 0 || (u >= 0xd800 && u < 0xe000)) /* no NUL in a text, no half pair */
        u = 0xfffd;
    return put_utf8(to, (unsigned)u);
}

/* How many of so many bytes come before the first quote, backslash or control character: most texts end within them, and whether one does
 * is then easily foretold. */
enum { STRIDE = 32 };
#ifdef __SSE2__
static unsigned marks_of_16(const char *p)
{
    __m128i c;
    memcpy(&c, p, sizeof c);
    __m128i quote = _mm_cmpeq_epi8(c, _mm_set1_epi8('"')),
            slash = _mm_cmpeq_epi8(c, _mm_set1_epi8('\\')),
            low = _mm_cmpeq_epi8(_mm_min_epu8(c, _mm_set1_epi8(0x1f)), c);
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, slash), low));
}

static unsigned plain_run(const char *p)
{
    unsigned marks = marks_of_16(p) | marks_of_16(p + 16) << 16;
    return marks ? (unsigned)__builtin_ctz(marks) : STRIDE;
}
#else
/* The lowest mark of each term is a true one; a false one may only stand above it. */
static unsigned plain_of_8(const char *p)
{
    const uint64_t one = UINT64_C(0x0101010101010101), high = one * 0x80;
    uint64_t w, q, s;
    memcpy(&w, p, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    w = __builtin_bswap64(w);
#endif
    q = w ^ one * '"';
    s = w ^ one * '\\';
    w = (((q - one) & ~q) | ((s - one) & ~s) | ((w - one * 0x20) & ~w)) & high;
    return w ? (unsigned)__builtin_ctzll(w) / 8 : 8;
}

static unsigned plain_run(const char *p)
{
    unsigned n = 0, k = 8;
    for (; n < STRIDE && k == 8; n += k)
        k = plain_of_8(p + n);
    return n;
}
#endif

static int text(struct pull *j, struct span *out)
{
    const char *from = ++j->p;
    unsigned plain = STRIDE;
    for (; plain == STRIDE && j->end - j->p >= STRIDE; j->p += plain)
        plain = plain_run(j->p);
    while (j->p < j->end && *j->p != '"' && *j->p != '\\' && (unsigned char)*j->p >= 0x20)
        j->p++;
    if (j->p < j->end && *j->p == '"') {
        *out = (struct span){from, (size_t)(j->p++ - from)};
        return 0;
    }
    const char *close = j->p;
    while (close < j->end && *close != '"')
        close += *close == '\\' && close + 1 < j->end ? 2 : 1;
    if (close >= j->end)
        return pull_bad(j, "文字没有收尾的引号");
    char *to = arena_alloc(j->a, (size_t)(close - from) + 8), *at = to;
    if (!to)
        return err_nomem(j->e);
    j->p = from;
    while (j->p < close) {
        if (*j->p != '\\') { /* a bare control character is taken as a blank */
            *at++ = (unsigned char)*j->p < 0x20 ? ' ' : *j->p;
            j->p++;
            continue;
        }
        j->p++;
        if (j->p >= close || !(at = escape(j, at)))
            return pull_bad(j, "不认识的转义");
    }
    if (j->p != close)
        return pull_bad(j, "不认识的转义");
    j->p++;
    *out = (struct span){to, (size_t)(at - to)};
    return 0;
}

int pull_next(struct pull *j, char bracket, bool *first, struct span *key, bool *more)
{
    char c = pull_peek(j), close = bracket == '{' ? '}' : ']';
    *more = false;
    if (c == close) {
        j->p++;
        j->depth--;
        return 0;
    }
    if (!*first) {
        if (c != ',')
            return pull_bad(j, "这里应是逗号或收尾的括号");
        j->p++;
        c = pull_peek(j);
        if (c == close)
            return pull_bad(j, "逗号后面没有东西");
    }
    *first = false;
    *more = true;
    if (bracket == '[')
        return 0;
    if (c != '"')
        return pull_bad(j, "这里应是字段名");
    int rc = text(j, key);
    if (rc < 0)
        return rc;
    if (pull_peek(j) != ':')
        return pull_bad(j, "字段名后面应是冒号");
    j->p++;
    return 0;
}

static bool word_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' ||
           c == '-' || c == '.';
}

int pull_scalar(struct pull *j, struct span *out)
{
    char c = pull_peek(j);
    *out = (struct span){"", 0};
    if (c == '"')
        return text(j, out);
    if (c == '{' || c == '[') {
        const char *from = j->p;
        int rc = pull_skip(j);
        if (rc < 0)
            return rc;
        for (const char *p = from + 1; p < j->p - 1; p++)
            if (*p != ' ' && *p != '\n' && *p != '\r' && *p != '\t') {
                j->p = from;
                return pull_bad(j, "这里应是一个值，不是一组值");
            }
        return 0;
    }
    const char *from = j->p;
    while (j->p < j->end && word_char(*j->p))
        j->p++;
    *out = (struct span){from, (size_t)(j->p - from)};
    if (!out->n)
        return pull_bad(j, c ? "这里应是一个值" : "后面没有了");
    if (span_is(*out, "null"))
        *out = (struct span){"", 0};
    else if (!(*from == '-' || (*from >= '0' && *from <= '9')) && !span_is(*out, "true") &&
             !span_is(*out, "false"))
        return pull_bad(j, "不认识的字");
    return 0;
}

int pull_skip(struct pull *j)
{
    char c = pull_peek(j);
    struct span s;
    if (c != '{' && c != '[')
        return pull_scalar(j, &s);
    bool first = true, more;
    int rc = pull_open(j, c);
    while (rc == 0 && (rc = pull_next(j, c, &first, &s, &more)) == 0 && more)
        rc = pull_skip(j);
    return rc;
}

int pull_end(struct pull *j)
{
    return pull_peek(j) ? pull_bad(j, "收尾之后还有东西") : 0;
}
