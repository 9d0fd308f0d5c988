/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Decisions on disk, as one log that is only ever added to. In DIR/check:
 *
 *   decisions.jsonl          the volume that grows, with decisions.ahead (check/ahead.h) and decisions.keys (check/keys_file.h)
 *   decisions-000007.jsonl   the seventh, set aside when it was full, and its keys; nobody writes into it any more
 *   decisions.volume         the number of the one that grows, once another was before it
 *
 * A file of years would be in nobody's hands: too large to move away or to look into, and its keys in memory for ever. Two volumes are read from,
 * the one that grows and the one before it; older ones may be moved away at any time.
 *
 * A place is a byte of the log, counted on from volume to volume within a process: what it opened begins at 0, the volume before that
 * ends there.
 */
#ifndef HUJI_CHECK_VOLUMES_H
#define HUJI_CHECK_VOLUMES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "check/body_mark.h"
#include "check/keys.h"

/* A line: {"key": "32 digits", "mac": "64 digits", ... and before 2026-12 "sha" in its stead */
enum { MARK_AT = KEY_AT + KEY_DIGITS + 11, HEAD_BYTES = MARK_AT + BODY_MARK };

/* Four million decisions: 270 MB of keys in memory for each of the two. */
#define VOLUME_BYTES (16ll << 30)
enum { VOLUME_PATH = 1100 };

/* The number of the volume that grows: 1, 2, 3 ... */
int64_t volumes_number(const char *dir);
/* The file that volume `number`, set aside, has with this ending (jsonl, keys). */
void volumes_path(const char *dir, int64_t number, const char *ending, char out[VOLUME_PATH]);

struct volumes;
/* `most`: a volume that holds so many bytes is full. First puts into the one that grows what a crash left out. *now: keys of that one, *before: of
 * the one before it (none where there is none, or it can't be read: *warning says so then, else its code is 0); *end: of the log.
 * Errors: as ahead_open; ERR_INPUT a line is no decision. Owns: volumes_close. */
int volumes_open(const char *dir, off_t most, struct keys *now, struct keys *before,
                 struct volumes **out, off_t *end, struct err *warning, struct err *e);
/* Has anything been kept here? */
bool volumes_begun(const char *dir);
void volumes_close(struct volumes *v); /* NULL allowed */

/* The functions of one thread, that which writes: */
/* n bytes at the end `at`, durable when it returns: 0, or errno and nothing of it is there. */
int volumes_append(struct volumes *v, off_t at, const char *p, size_t n);
/* A decision that volumes_append has made durable. */
void volumes_note(struct volumes *v, const struct key_place *p);
bool volumes_full(const struct volumes *v, off_t end);
/* The volume is set aside and the next one begins at `end`. It takes as long as some syncs do. Errors: it goes on growing, and is full
 * again when it has grown by a sixteenth; or no new one can be begun: then volumes_append tries that first. *turned says which: the
 * old one was set aside. */
int volumes_turn(struct volumes *v, off_t end, bool *turned, struct err *e);

/* Of any thread: */
/* n bytes at `at`, which are durable. -1 and errno; ESTALE: their volume was set aside longer ago. */
ssize_t volumes_read(struct volumes *v, char *p, size_t n, off_t at);
void volumes_bring_up(struct volumes *v);
size_t volumes_unwritten(struct volumes *v);

#endif
