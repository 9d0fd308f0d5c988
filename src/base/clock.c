/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/clock.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *test_file;
static pthread_once_t asked = PTHREAD_ONCE_INIT;

static void ask(void)
{
    test_file = getenv("HUJI_TEST_CLOCK");
}

static time_t shift(void)
{
    char text[32] = "";
    int fd = open(test_file, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);

    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = 0;
    return (time_t)strtoll(text, NULL, 10);
}

void clock_wall(struct timespec *out)
{
    pthread_once(&asked, ask);
    clock_gettime(CLOCK_REALTIME, out);
    out->tv_sec += CLOCK_AHEAD;
    if (test_file)
        out->tv_sec += shift();
}

sec_t clock_sec(void)
{
    struct timespec t;

    clock_wall(&t);
    return (sec_t)t.tv_sec;
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
