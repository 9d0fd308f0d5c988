/* SPDX-License-Identifier: MulanPSL-2.0 */
#ifndef HUJI_BASE_CREW_H
#define HUJI_BASE_CREW_H

#include <stddef.h>

/* Calls fn(part) for n parts that lie `size` bytes apart, MAX_THREADS at most: the first by the caller, each other one in a thread of
 * its own; all have ended when it returns. A part whose thread can't be had is left out: parts take their work from a common heap. */
void crew_run(void *(*fn)(void *), void *part, size_t n, size_t size);

#endif
