/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Progress of long work, told by the worker, shown by whoever called: the command line draws a bar on a terminal,
 * the server fills a job row. All NULL = nobody listens.
 */
#ifndef HUJI_BASE_PROGRESS_H
#define HUJI_BASE_PROGRESS_H

#include <stdint.h>

struct progress {
    void (*step)(void *ctx, const char *what, uint64_t done,
                 uint64_t total); /* total 0 = unknown */
    int (*cancelled)(void *ctx);  /* non-zero: stop soon */
    void *ctx;
};

static inline void progress_step(const struct progress *p, const char *what, uint64_t done,
                                 uint64_t total)
{
    if (p && p->step)
        p->step(p->ctx, what, done, total);
}
static inline int progress_cancelled(const struct progress *p)
{
    return p && p->cancelled && p->cancelled(p->ctx);
}

#endif
