/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Memory with one lifetime: allocate, never free singly, release together. Alignment 16. Not thread-safe. */
#ifndef HUJI_BASE_ARENA_H
#define HUJI_BASE_ARENA_H

#include <stddef.h>

#include "base/span.h"

struct arena_block;
struct arena {
    struct arena_block *head;
    size_t used, cap; /* of the head block */
    size_t total;     /* bytes asked for since init or reset */
};

#define ARENA_INIT \
    {              \
        0          \
    }
void *arena_alloc(struct arena *a, size_t n);           /* NULL when out of memory */
void *arena_calloc(struct arena *a, size_t n);          /* zeroed */
char *arena_dup(struct arena *a, struct span s);        /* NUL-ended copy */
struct span arena_span(struct arena *a, struct span s); /* copy; {NULL,0} when out of memory */
char *arena_fmt(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void arena_reset(struct arena *a);   /* forgets all, keeps one block */
void arena_release(struct arena *a); /* frees all */

#endif
