/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include "base/mem.h"

#define BLOCK_MIN ((size_t)64 << 10)
#define ALIGN ((size_t)16)

struct arena_block {
    struct arena_block *next;
    size_t cap;
};

#define HEADER ((sizeof(struct arena_block) + ALIGN - 1) / ALIGN * ALIGN)

void *arena_alloc(struct arena *a, size_t n)
{
    if (n > SIZE_MAX / 2)
        return NULL;
    n = (n + ALIGN - 1) / ALIGN * ALIGN;
    if (!a->head || a->cap - a->used < n) {
        size_t cap = n > BLOCK_MIN ? n : BLOCK_MIN;
        struct arena_block *b = mem_alloc(HEADER + cap);
        if (!b)
            return NULL;
        b->next = a->head;
        b->cap = cap;
        a->head = b;
        a->used = 0;
        a->cap = cap;
    }
    void *p = (char *)a->head + HEADER + a->used;
    a->used += n;
    a->total += n;
    return p;
}

void *arena_calloc(struct arena *a, size_t n)
{
    void *p = arena_alloc(a, n);
    if (p)
        memset(p, 0, n);
    return p;
}

char *arena_dup(struct arena *a, struct span s)
{
    char *p = arena_alloc(a, s.n + 1);
    if (!p)
        return NULL;
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = 0;
    return p;
}

struct span arena_span(struct arena *a, struct span s)
{
    char *p = arena_dup(a, s);
    return p ? (struct span){p, s.n} : (struct span){NULL, 0};
}

char *arena_fmt(struct arena *a, const char *fmt, ...)
{
    va_list ap, aq;
    va_start(ap, fmt);
    va_copy(aq, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *p = n < 0 ? NULL : arena_alloc(a, (size_t)n + 1);
    if (p)
        vsnprintf(p, (size_t)n + 1, fmt, aq);
    va_end(aq);
    return p;
}

void arena_reset(struct arena *a)
{
    if (!a->head)
        return;
    struct arena_block *rest = a->head->next;
    while (rest) {
        struct arena_block *next = rest->next;
        mem_free(rest);
        rest = next;
    }
    a->head->next = NULL;
    a->used = 0;
    a->total = 0;
}

void arena_release(struct arena *a)
{
    struct arena_block *b = a->head;
    while (b) {
        struct arena_block *next = b->next;
        mem_free(b);
        b = next;
    }
    *a = (struct arena)ARENA_INIT;
}
