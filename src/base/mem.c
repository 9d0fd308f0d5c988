/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local long fail_in;

static int should_fail(void)
{
    return fail_in > 0 && --fail_in == 0;
}

void *mem_alloc(size_t n)
{
    return should_fail() ? NULL : malloc(n ? n : 1);
}

void *mem_calloc(size_t n, size_t size)
{
    return should_fail() ? NULL : calloc(n ? n : 1, size ? size : 1);
}

void *mem_realloc(void *p, size_t n)
{
    return should_fail() ? NULL : realloc(p, n ? n : 1);
}

void mem_free(void *p)
{
    free(p);
}

void mem_fail_at(long nth)
{
    fail_in = nth;
}

long mem_fail_left(void)
{
    return fail_in;
}

int mem_grow(void *items_ptr, size_t *cap, size_t need, size_t size)
{
    if (need <= *cap)
        return 0;
    size_t n = *cap ? *cap : 16;
    while (n < need) {
        if (n > SIZE_MAX / 2)
            return -1;
        n *= 2;
    }
    if (size && n > SIZE_MAX / size)
        return -1;
    void *old;
    memcpy(&old, items_ptr, sizeof old);
    void *p = mem_realloc(old, n * size);
    if (!p)
        return -1;
    memcpy(items_ptr, &p, sizeof p);
    *cap = n;
    return 0;
}
