/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/packed.h"

#include <inttypes.h>
#include <string.h>

#include "base/day.h"
#include "base/fen.h"

/* mantissa * 16 + places behind the point */
bool dec_pack(struct span s, int64_t *out)
{
    bool neg = s.n && s.p[0] == '-';
    size_t i = neg, whole;
    int64_t v = 0;
    if (s.n - i > 18)
        return false;
    for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++)
        v = v * 10 + (s.p[i] - '0');
    whole = i - neg;
    if (!whole || whole > 17 || (whole > 1 && s.p[neg] == '0'))
        return false;
    int places = 0;
    if (i < s.n && s.p[i] == '.') {
        for (i++; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++, places++)
            v = v * 10 + (s.p[i] - '0');
        if (!places || places > 15 || (size_t)places + whole > 17)
            return false;
    }
    if (i != s.n || (neg && !v))
        return false;
    *out = (neg ? -v : v) * 16 + places;
    return true;
}

static const int64_t tens[] = {1,
                               10,
                               100,
                               1000,
                               10000,
                               100000,
                               1000000,
                               10000000,
                               100000000,
                               1000000000,
                               10000000000,
                               100000000000,
                               1000000000000,
                               10000000000000,
                               100000000000000,
                               1000000000000000};

static int places_of(int64_t packed)
{
    return (int)(packed & 15);
}

bool dec_unpack(int64_t packed, int scale, int64_t *out)
{
    int places = places_of(packed);
    int64_t v = (packed - places) / 16;
    int64_t u = v < 0 ? -v : v;
    if (places > scale) {
        int64_t cut = tens[places - scale];
        u = u / cut + (u % cut >= cut / 2);
    } else if (u >= tens[11]) { /* so large that base must say whether it is too large */
        struct buf b = BUF_INIT;
        dec_pack_print(&b, packed);
        bool ok = !b.failed && dec_parse((struct span){buf_cstr(&b), b.n}, scale, true, out);
        buf_release(&b);
        return ok;
    } else {
        u *= tens[scale - places];
    }
    *out = v < 0 ? -u : u;
    return true;
}

void dec_pack_print(struct buf *b, int64_t packed)
{
    char t[32];
    int places = places_of(packed), i = (int)sizeof t, n = 0;
    int64_t v = (packed - places) / 16;
    uint64_t u = v < 0 ? (uint64_t)0 - (uint64_t)v : (uint64_t)v;
    while (u || n <= places) {
        if (n == places && places)
            t[--i] = '.';
        t[--i] = (char)('0' + u % 10);
        u /= 10;
        n++;
    }
    if (v < 0)
        t[--i] = '-';
    buf_add(b, t + i, sizeof t - (size_t)i);
}

static int two(const char *p)
{
    return (p[0] - '0') * 10 + p[1] - '0';
}

/* seconds * 2 + (whether the clock is left out) */
bool time_pack(struct span s, int64_t *out)
{
    static const char shape[] = "0000-00-00 00:00:00";
    if (s.n != 19 && s.n != 10)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (shape[i] == '0' ? s.p[i] < '0' || s.p[i] > '9' : s.p[i] != shape[i])
            return false;
    int y = two(s.p) * 100 + two(s.p + 2), m = two(s.p + 5), d = two(s.p + 8);
    int clock = 0;
    if (s.n == 19) {
        int h = two(s.p + 11), min = two(s.p + 14), sec = two(s.p + 17);
        if (h > 23 || min > 59 || sec > 59)
            return false;
        clock = h * 3600 + min * 60 + sec;
    }
    if (!day_valid(y, m, d))
        return false;
    *out = ((sec_t)day_from_ymd(y, m, d) * DAY_SECS + clock) * 2 + (s.n == 10);
    return true;
}

int64_t time_unpack(int64_t packed)
{
    return (packed - (packed & 1)) / 2;
}

void time_pack_print(struct buf *b, int64_t packed)
{
    sec_t t = time_unpack(packed);
    if (packed & 1)
        day_print(b, sec_day(t));
    else
        sec_print(b, t);
}
