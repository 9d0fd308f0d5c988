/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/fen.h"

#include <inttypes.h>
#include <stdio.h>

#define DEC_MAX INT64_C(900000000000000000)

static bool push_digit(int64_t *v, int d)
{
    if (*v > (DEC_MAX - d) / 10)
        return false;
    *v = *v * 10 + d;
    return true;
}

/* Digits, a point, digits: what nearly all numbers are. False: it is not that, or long. */
static bool plain_number(struct span s, int scale, int64_t *out)
{
    static const uint64_t ten[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
    uint64_t v = 0;
    size_t i = 0, point;
    if (s.n > 11 || scale > 6)
        return false;
    for (; i < s.n && (unsigned char)(s.p[i] - '0') < 10; i++)
        v = v * 10 + (unsigned char)(s.p[i] - '0');
    point = i;
    if (i < s.n && s.p[i] == '.')
        for (i++; i < s.n && (unsigned char)(s.p[i] - '0') < 10; i++)
            v = v * 10 + (unsigned char)(s.p[i] - '0');
    int frac = point < s.n ? (int)(s.n - point - 1) : 0;
    if (i < s.n || !point || frac > scale)
        return false;
    *out = (int64_t)(v * ten[scale - frac]);
    return true;
}

bool dec_parse(struct span s, int scale, bool round, int64_t *out)
{
    s = span_trim(s);
    if (plain_number(s, scale, out))
        return true;
    bool neg = false;
    if (s.n && (s.p[0] == '-' || s.p[0] == '+')) {
        neg = s.p[0] == '-';
        s.p++;
        s.n--;
    }
    int64_t v = 0;
    int frac = -1, digits = 0;
    bool up = false, commas = false;
    int group = 3; /* digits behind the last comma: three, or 1,23 would be 123 */
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '.' && frac < 0 && group == 3) {
            frac = 0;
        } else if (c == ',' && frac < 0 && digits && group == 3) {
            group = 0;
            commas = true;
        } else if (c >= '0' && c <= '9') {
            digits++;
            if (commas && frac < 0 && ++group > 3)
                return false;
            if (frac >= scale) {
                if (frac == scale)
                    up = c >= '5';
                if (!round && c != '0')
                    return false;
                frac++;
                continue;
            }
            if (frac >= 0)
                frac++;
            if (!push_digit(&v, c - '0'))
                return false;
        } else {
            return false;
        }
    }
    if (!digits || group != 3)
        return false;
    for (int k = frac < 0 ? 0 : frac < scale ? frac : scale; k < scale; k++)
        if (!push_digit(&v, 0))
            return false;
    if (round && up)
        v++;
    *out = neg ? -v : v;
    return true;
}

void fen_print(struct buf *b, fen_t v)
{
    uint64_t u = v < 0 ? (uint64_t)0 - (uint64_t)v : (uint64_t)v;
    char cents[3] = {'.', (char)('0' + u / 10 % 10), (char)('0' + u % 10)};
    if (v < 0)
        buf_char(b, '-');
    buf_i64(b, (int64_t)(u / 100));
    buf_add(b, cents, sizeof cents);
}

void dec_print(struct buf *b, int64_t v, int scale)
{
    uint64_t u = v < 0 ? (uint64_t)0 - (uint64_t)v : (uint64_t)v, one = 1;
    for (int i = 0; i < scale; i++)
        one *= 10;
    if (!scale) {
        buf_i64(b, v);
        return;
    }
    if (v < 0)
        buf_char(b, '-');
    buf_i64(b, (int64_t)(u / one));
    uint64_t f = u % one;
    if (!f)
        return;
    char tmp[24];
    int n = scale;
    for (int i = scale; i-- > 0; f /= 10)
        tmp[i] = (char)('0' + f % 10);
    while (n > 0 && tmp[n - 1] == '0')
        n--;
    buf_char(b, '.');
    buf_add(b, tmp, (size_t)n);
}

bool fen_add(fen_t *sum, fen_t v)
{
    fen_t r;
    if (__builtin_add_overflow(*sum, v, &r))
        return false;
    *sum = r;
    return true;
}

int64_t prorate(int64_t a, int64_t b, int64_t q)
{
    return (int64_t)((2 * (__int128)a * b + q) / (2 * (__int128)q));
}
