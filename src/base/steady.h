/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Waits that do not mind the wall clock being set back or forward. */
#ifndef HUJI_BASE_STEADY_H
#define HUJI_BASE_STEADY_H

#include <pthread.h>
#include <stdint.h>

/* Nanoseconds that only grow. */
int64_t steady_now(void);
/* A condition whose timed waits are measured so; waits at most so long. */
void steady_cond_init(pthread_cond_t *c);
/* Until steady_now() is `until`, at most. */
int steady_cond_until(pthread_cond_t *c, pthread_mutex_t *lock, int64_t until);
int steady_cond_wait(pthread_cond_t *c, pthread_mutex_t *lock, int64_t milliseconds);

#endif
