/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Allocation that can be made to fail on purpose. Everything in base and engine allocates through these, so that a
 * test can fail allocation n (mem_fail_at) and see that nothing leaks or crashes.
 */
#ifndef HUJI_BASE_MEM_H
#define HUJI_BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t n);               /* NULL on failure */
void *mem_calloc(size_t n, size_t size); /* zeroed */
void *mem_realloc(void *p, size_t n);
void mem_free(void *p);
/* Test hook: the nth allocation from now (1 = next) on this thread fails, once. 0 switches it off. */
void mem_fail_at(long nth);
long mem_fail_left(void); /* what is left of nth; 0: it has failed, or was off */
/* Grows `*items` (element size `size`) so that `need` elements fit. Returns 0 or -1 (items untouched). */
int mem_grow(void *items_ptr, size_t *cap, size_t need, size_t size);

#endif
