/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What is added to a file is durable at once, and soon: a file that grows is slow to sync, for its length must reach the disk as well
 * (a commit of the file system's journal, 4 to 12 ms when the machine is busy), and to write into it may take as long while the
 * system writes it back. So who adds writes a second file of a fixed size beside it, written in advance and overwritten in turn, past
 * the system's cache: one write of the disk (0.1 ms). A thread of its own brings the file up to date from memory, a piece at a
 * time, 20 ms later at most, and syncs it twice a second. After a crash what the file lacks is put in from the second one.
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
/* Adds n bytes at the end `at` and returns when they are durable, and the file has room for them: they are in it soon. 0, or errno: then
 * nothing of it will be in the file. One thread. */
int ahead_append(struct ahead *a, off_t at, const char *p, size_t n);
/* As pread of the file, with what is not in it yet. Any thread. */
ssize_t ahead_read(struct ahead *a, char *p, size_t n, off_t at);
/* Now: for who is to read the file. Any thread. */
void ahead_bring_up(struct ahead *a);
/* The file has all there is, durably: 0, or errno. The thread that adds. */
int ahead_settle(struct ahead *a);
/* How much is durable and not in the file yet. */
size_t ahead_unwritten(struct ahead *a);
/* Syncs the file and says so in the other one. */
void ahead_close(struct ahead *a); /* NULL allowed */

#endif
