/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/steady.h"

#include <time.h>

int64_t steady_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void steady_cond_init(pthread_cond_t *c)
{
    pthread_condattr_t steady;
    pthread_condattr_init(&steady);
    pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
    pthread_cond_init(c, &steady);
    pthread_condattr_destroy(&steady);
}

int steady_cond_wait(pthread_cond_t *c, pthread_mutex_t *lock, int64_t milliseconds)
{
    return steady_cond_until(c, lock, steady_now() + milliseconds * 1000000);
}

int steady_cond_until(pthread_cond_t *c, pthread_mutex_t *lock, int64_t until)
{
    struct timespec t = {.tv_sec = (time_t)(until / 1000000000), .tv_nsec = until % 1000000000};
    return pthread_cond_timedwait(c, lock, &t);
}
