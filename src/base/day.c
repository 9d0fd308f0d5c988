/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/day.h"

/* Howard Hinnant's civil-from-days arithmetic (public domain), years 0 and later. */
day_t day_from_ymd(int y, int m, int d)
{
    y -= m <= 2;
    int era = y / 400;
    int yoe = y - era * 400;
    int doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return (day_t)(era * 146097 + doe - 719468);
}

void day_to_ymd(day_t day, int *y, int *m, int *d)
{
    int z = day + 719468;
    int era = (z >= 0 ? z : z - 146096) / 146097;
    int doe = z - era * 146097;
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (5 * doy + 2) / 153;
    *d = doy - (153 * mp + 2) / 5 + 1;
    *m = mp < 10 ? mp + 3 : mp - 9;
    *y = yoe + era * 400 + (*m <= 2);
}

bool day_valid(int y, int m, int d)
{
    static const int len[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (y < 1900 || y > 2199 || m < 1 || m > 12 || d < 1)
        return false;
    bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    return d <= len[m - 1] + (m == 2 && leap);
}

/* Reads 1..max digits. */
static bool take_int(struct span *s, int min, int max, int *out)
{
    int v = 0, k = 0;
    while (k < max && s->n && s->p[0] >= '0' && s->p[0] <= '9') {
        v = v * 10 + (s->p[0] - '0');
        s->p++;
        s->n--;
        k++;
    }
    *out = v;
    return k >= min;
}

static bool take(struct span *s, const char *what)
{
    size_t n = strlen(what);
    if (!span_starts(*s, what))
        return false;
    s->p += n;
    s->n -= n;
    return true;
}

static bool take_date(struct span *s, day_t *out)
{
    int y, m, d;
    if (!take_int(s, 4, 4, &y))
        return false;
    if (take(s, "年")) {
        if (!take_int(s, 1, 2, &m) || !take(s, "月") || !take_int(s, 1, 2, &d))
            return false;
        take(s, "日");
    } else if (s->n && (s->p[0] == '-' || s->p[0] == '/' || s->p[0] == '.')) {
        char sep[2] = {s->p[0], 0};
        if (!take(s, sep) || !take_int(s, 1, 2, &m) || !take(s, sep) || !take_int(s, 1, 2, &d))
            return false;
    } else if (!take_int(s, 2, 2, &m) || !take_int(s, 2, 2, &d)) {
        return false;
    }
    if (!day_valid(y, m, d))
        return false;
    *out = day_from_ymd(y, m, d);
    return true;
}

static bool take_clock(struct span *s, int *secs)
{
    int h, m = 0, sec = 0;
    if (!take_int(s, 1, 2, &h))
        return false;
    if (take(s, "时")) {
        if (s->n && (!take_int(s, 1, 2, &m) || !take(s, "分")))
            return false;
        if (s->n && (!take_int(s, 1, 2, &sec) || !take(s, "秒")))
            return false;
    } else if (take(s, ":")) {
        if (!take_int(s, 2, 2, &m))
            return false;
        if (take(s, ":") && !take_int(s, 2, 2, &sec))
            return false;
        int frac;
        if (take(s, ".") && !take_int(s, 1, 9, &frac))
            return false;
    } else if (s->n) {
        if (!take_int(s, 2, 2, &m) || (s->n && !take_int(s, 2, 2, &sec)))
            return false;
    } else {
        return false;
    }
    if (h > 23 || m > 59 || sec > 59)
        return false;
    *secs = h * 3600 + m * 60 + sec;
    return true;
}

static int two(const char *p)
{
    return (p[0] - '0') * 10 + p[1] - '0';
}

/* 2024-03-08 09:30:00, as nearly all write it. False: it is something else, or no time. */
static bool plain_time(struct span s, sec_t *out)
{
    static const char shape[] = "0000-00-00 00:00:00";
    if (s.n != sizeof shape - 1)
        return false;
    for (size_t i = 0; i < sizeof shape - 1; i++)
        if (shape[i] == '0' ? (unsigned char)(s.p[i] - '0') > 9 : s.p[i] != shape[i])
            return false;
    int y = two(s.p) * 100 + two(s.p + 2), mo = two(s.p + 5), d = two(s.p + 8);
    int h = two(s.p + 11), mi = two(s.p + 14), sec = two(s.p + 17);
    if (!day_valid(y, mo, d) || h > 23 || mi > 59 || sec > 59)
        return false;
    *out = (sec_t)day_from_ymd(y, mo, d) * DAY_SECS + h * 3600 + mi * 60 + sec;
    return true;
}

bool sec_parse(struct span s, sec_t *out)
{
    s = span_trim(s);
    if (plain_time(s, out))
        return true;
    day_t day;
    int secs = 0;
    if (!take_date(&s, &day))
        return false;
    if (s.n) {
        if (!take(&s, "T"))
            s = span_trim(s);
        if (!take_clock(&s, &secs) || s.n)
            return false;
    }
    *out = (sec_t)day * DAY_SECS + secs;
    return true;
}

bool day_parse(struct span s, day_t *out)
{
    sec_t t;
    if (!sec_parse(s, &t))
        return false;
    *out = sec_day(t);
    return true;
}

bool day_iso(struct span s, day_t *out)
{
    return s.n == 10 && s.p[4] == '-' && s.p[7] == '-' && day_parse(s, out);
}

void day_print(struct buf *b, day_t day)
{
    int y, m, d;
    day_to_ymd(day, &y, &m, &d);
    if (y < 0 || y > 9999) {
        buf_fmt(b, "%04d-%02d-%02d", y, m, d);
        return;
    }
    const char text[] = {(char)('0' + y / 1000),
                         (char)('0' + y / 100 % 10),
                         (char)('0' + y / 10 % 10),
                         (char)('0' + y % 10),
                         '-',
                         (char)('0' + m / 10),
                         (char)('0' + m % 10),
                         '-',
                         (char)('0' + d / 10),
                         (char)('0' + d % 10)};
    buf_add(b, text, sizeof text);
}

void sec_print(struct buf *b, sec_t t)
{
    day_t day = sec_day(t);
    int s = (int)(t - (sec_t)day * DAY_SECS);
    day_print(b, day);
    buf_fmt(b, " %02d:%02d:%02d", s / 3600, s / 60 % 60, s % 60);
}

int day_age(day_t born, day_t at)
{
    int y0, m0, d0, y1, m1, d1;
    day_to_ymd(born, &y0, &m0, &d0);
    day_to_ymd(at, &y1, &m1, &d1);
    return y1 - y0 - (m1 < m0 || (m1 == m0 && d1 < d0));
}
