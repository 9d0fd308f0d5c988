/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <errno.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "claims/sandbox.h"

int64_t wire_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool ready(int fd, short what, int64_t until)
{
    if (until == 0)
        return true;
    for (;;) {
        int64_t left = until - wire_clock();
        struct pollfd p = {.fd = fd, .events = what};
        int n = left > 0 ? poll(&p, 1, (int)left) : 0;
        if (n > 0)
            return true;
        if (n == 0 || errno != EINTR)
            return false;
    }
}

bool wire_write(int fd, const void *p, size_t n, int64_t until)
{
    const char *at = p;
    while (n > 0) {
        if (!ready(fd, POLLOUT, until))
            return false;
        ssize_t k = write(fd, at, n);
        if (k < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (k <= 0)
            return false;
        at += k;
        n -= (size_t)k;
    }
    return true;
}

bool wire_read(int fd, void *p, size_t n, int64_t until)
{
    char *at = p;
    while (n > 0) {
        if (!ready(fd, POLLIN, until))
            return false;
        ssize_t k = read(fd, at, n);
        if (k < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (k <= 0)
            return false;
        at += k;
        n -= (size_t)k;
    }
    return true;
}
