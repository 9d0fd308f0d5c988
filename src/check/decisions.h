/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What was decided, kept before it is answered: DATA/check/decisions.jsonl, one decision a line, only ever added to. Several
 * threads share one write and one fdatasync. A message's key is institution and msgid: the same message gets the same
 * answer, another message with the same msgid is refused.
 */
#ifndef HUJI_CHECK_DECISIONS_H
#define HUJI_CHECK_DECISIONS_H

#include "base/err.h"
#include "base/span.h"

struct decisions;

/* Reads what is there; a last line that was cut short by a crash was never acknowledged and is cut off. One process at a
 * time. Owns: decisions_close. */
int decisions_open(const char *dir, struct decisions **out, struct err *e);
void decisions_close(struct decisions *d);
size_t decisions_count(const struct decisions *d);

/* 1: this message was answered before, `answer` holds that; 0: it was not. Errors: ERR_INPUT when the msgid belongs to another
 * message (`sha` differs). */
int decisions_find(struct decisions *d, struct span inst, struct span msgid, struct span infno,
                   const char *sha, struct buf *answer, struct err *e);
/* Keeps `record` (a JSON object) with its answer (a JSON object); when another thread was first, `answer` becomes what that
 * one said. On disk when it returns 0; on an error nothing of it is, and nothing may be answered as kept. */
int decisions_keep(struct decisions *d, struct span inst, struct span msgid, struct span infno,
                   const char *sha, struct span record, struct buf *answer, struct err *e);

#endif
