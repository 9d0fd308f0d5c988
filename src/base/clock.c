/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

sec_t clock_sec(void)
{
    return (sec_t)time(NULL) + CLOCK_AHEAD;
}

day_t clock_day(void)
{
    return sec_day(clock_sec());
}

void clock_text(sec_t t, char out[CLOCK_TEXT])
{
    day_t day = sec_day(t);
    unsigned s = (unsigned)(t - day * DAY_SECS);
    int y, m, d;

    day_to_ymd(day, &y, &m, &d);
    snprintf(out, CLOCK_TEXT, "%04u-%02u-%02u %02u:%02u:%02u", (unsigned)y % 10000,
             (unsigned)m % 100, (unsigned)d % 100, s / 3600 % 24, s / 60 % 60, s % 60);
}

void clock_now_text(char out[CLOCK_TEXT])
{
    clock_text(clock_sec(), out);
}
