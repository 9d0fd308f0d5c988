/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What is added to a file is durable at once, and soon: a file that grows is slow to sync, for its length must reach the disk as well
 * (a commit of the file system's journal, 4 to 12 ms when the machine is busy). So each addition goes into the file, which the
 * system writes back in its own time, and into a second one of a fixed size beside it, written in advance and overwritten in turn,
 * whose sync is one write of the disk (0.1 ms). Twice a second the file itself is synced by a thread of its own.
 * After a crash what the file lacks is put in from there.
 *
 * The second file: blocks of 4 KB, two halves. A half is begun again only when the file holds all of it durably. An addition
 * begins a block: struct frame, then its bytes; the last one says what of the file was durable when it was written.
 */
#ifndef HUJI_CHECK_AHEAD_H
#define HUJI_CHECK_AHEAD_H

#include <sys/types.h>

#include "base/err.h"

struct ahead;

/* `fd`: the file `path`, the caller's. The other one is `path` with its ending exchanged for .ahead; made where there is none. First of
 * all puts into the file what a crash left out. *sure: what of the file is as it was written; what lies behind was never said
 * to be durable and may be broken. Errors: ERR_STATE the file is shorter than it must be (exchanged or cut by hand); ERR_IO, a full
 * disk among them. Owns: ahead_close. */
int ahead_open(const char *path, int fd, struct ahead **out, off_t *sure, struct err *e);
/* The end of the file as it begins now: behind what ahead_open found or its caller cut. Once, before the first ahead_append. */
int ahead_begin(struct ahead *a, off_t end, struct err *e);
/* Writes n bytes at the end `at` and returns when they are durable. 0, or errno: then nothing of it is in the file. One thread. */
int ahead_append(struct ahead *a, off_t at, const char *p, size_t n);
/* Syncs the file and says so in the other one. */
void ahead_close(struct ahead *a); /* NULL allowed */

#endif
