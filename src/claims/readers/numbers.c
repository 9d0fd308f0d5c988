/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/day.h"
#include "claims/readers/reader.h"

/* "d.ddddde+xx" of 15 digits -> digits without the point, exponent of the first. */
static int split_digits(double v, char digits[20], int *exp10)
{
    char t[40];
    snprintf(t, sizeof t, "%.14e", v);
    int n = 0;
    char *q = t;
    for (; *q && *q != 'e'; q++)
        if (*q >= '0' && *q <= '9')
            digits[n++] = *q;
    *exp10 = *q ? atoi(q + 1) : 0;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    digits[n] = 0;
    return n;
}

void number_text(struct buf *b, double v)
{
    if (!isfinite(v))
        return;
    if (v == 0 || fabs(v) < 1e-30) {
        buf_char(b, '0');
        return;
    }
    char digits[20];
    int exp10, n = split_digits(fabs(v), digits, &exp10);
    if (v < 0)
        buf_char(b, '-');
    if (exp10 > 60) { /* no code and no amount */
        buf_fmt(b, "%.14e", fabs(v));
        return;
    }
    if (exp10 < 0) {
        buf_str(b, "0.");
        for (int i = -1; i > exp10; i--)
            buf_char(b, '0');
        buf_add(b, digits, (size_t)n);
        return;
    }
    for (int i = 0; i <= exp10; i++)
        buf_char(b, i < n ? digits[i] : '0');
    if (n > exp10 + 1) {
        buf_char(b, '.');
        buf_add(b, digits + exp10 + 1, (size_t)(n - exp10 - 1));
    }
}

bool serial_text(struct buf *b, double v, bool date1904, bool with_time)
{
    if (!isfinite(v) || v < 0 || v > 110000)
        return false;
    if (date1904)
        v += 1462;
    double whole = floor(v);
    int64_t secs = (int64_t)floor((v - whole) * 86400 + 0.5);
    int64_t day = (int64_t)whole;
    if (secs >= DAY_SECS) {
        secs -= DAY_SECS;
        day++;
    }
    if (day == 0) { /* a time of day */
        if (!with_time)
            return false;
        buf_fmt(b, "%02d:%02d:%02d", (int)(secs / 3600), (int)(secs / 60 % 60), (int)(secs % 60));
        return true;
    }
    if (day < 60) /* Excel believes in 1900-02-29, number 60 */
        day++;
    day_t at = (day_t)(day - 25569);
    int y, m, d;
    day_to_ymd(at, &y, &m, &d);
    if (y < 1900 || y > 2199)
        return false;
    if (with_time || secs)
        sec_print(b, (sec_t)at * DAY_SECS + secs);
    else
        day_print(b, at);
    return true;
}

/* Skips what a number format shows literally; returns the index behind it, or i when nothing is. */
static size_t skip_literal(struct span f, size_t i)
{
    char c = f.p[i], until = c == '"' ? '"' : c == '[' ? ']' : 0;
    if (c == '\\' || c == '_' || c == '*')
        return i + 2;
    if (!until)
        return i;
    for (i++; i < f.n && f.p[i] != until; i++)
        ;
    return i + 1;
}

bool format_is_date(struct span f, bool *time)
{
    bool date = false, hours = false;
    if (f.n >= 7 && strncasecmp(f.p, "General", 7) == 0)
        f.n = 0;
    for (size_t i = 0; i < f.n;) {
        if (f.p[i] == '[' && i + 1 < f.n && strchr("hHsS", f.p[i + 1]))
            date = hours = true; /* [h]:mm */
        size_t k = skip_literal(f, i);
        if (k > i) {
            i = k;
            continue;
        }
        int c = tolower((unsigned char)f.p[i++]);
        if (c == ';')
            break;
        if (c == 'h' || c == 's')
            date = hours = true;
        else if (c == 'y' || c == 'd' || c == 'm')
            date = true;
    }
    if (time)
        *time = hours;
    return date;
}

struct span format_builtin(unsigned id)
{
    if (id == 22)
        return SPAN("yyyy/m/d h:mm");
    if ((id >= 14 && id <= 17) || (id >= 27 && id <= 31) || (id >= 50 && id <= 54) ||
        (id >= 57 && id <= 58) || id == 36)
        return SPAN("yyyy/m/d");
    if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47) || id == 55 ||
        id == 56)
        return SPAN("h:mm:ss");
    if (id == 49)
        return SPAN("@");
    return (struct span){"", 0};
}
