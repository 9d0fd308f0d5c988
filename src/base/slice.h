/* SPDX-License-Identifier: MulanPSL-2.0 */
/* How long the calling thread may run before others that wait get their turn (Linux 6.12 and newer; elsewhere nothing changes). */
#ifndef HUJI_BASE_SLICE_H
#define HUJI_BASE_SLICE_H

/* A tenth of a millisecond: a thread whose pieces of work are small, and for which somebody waits, is let in at once. New threads
 * begin with what the thread has that makes them. */
void slice_short(void);
void slice_usual(void);

#endif
