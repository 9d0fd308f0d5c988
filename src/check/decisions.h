/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What was decided, kept before it is answered: DATA/check/decisions.jsonl, one decision a line, only ever added to, and set aside when it is
 * full (check/volumes.h). Decisions that come at the same time share one write and one fdatasync (of decisions.ahead beside it,
 * check/ahead.h). A message's key is institution and msgid: the same message gets the same answer, another message with the same
 * msgid is refused; of decisions in this volume and the one before it.
 */
#ifndef HUJI_CHECK_DECISIONS_H
#define HUJI_CHECK_DECISIONS_H

#include <sys/types.h>

#include "base/err.h"
#include "base/span.h"
#include "check/keys.h"

enum { MOST_KEEPING = 256 };
struct decisions;

/* Reads what is there; what a crash left of lines that were never acknowledged is cut off. `volume`: so many bytes fill one, 0 =
 * VOLUME_BYTES. One process at a time. Owns: decisions_close. */
int decisions_open(const char *dir, off_t volume, struct decisions **out, struct err *e);
void decisions_close(struct decisions *d);
size_t decisions_count(const struct decisions *d);
/* All that is kept is in the file when it returns, as far as the disk takes it. */
void decisions_bring_up(struct decisions *d);
/* Bytes that are durable and in the file only soon. */
size_t decisions_unwritten(struct decisions *d);

/* What tells a message from others: its institution, transaction and msgid. */
enum { DECISION_KEY = KEY_DIGITS + 1 };
void decisions_key(struct span inst, struct span infno, struct span msgid, char out[DECISION_KEY]);
/* 1: this message was answered before, `answer` holds that; 0: it was not (it may be on its way: decisions_keep will see). Errors: ERR_INPUT when the msgid belongs to another
 * message (`body` is not the one that was kept). */
int decisions_find(struct decisions *d, const char *key, struct span body, struct buf *answer,
                   struct err *e);

/* One decision on its way to the disk: its caller's memory until `leave` has been called. */
struct keeping {
    const char *key;    /* decisions_key */
    const char *mark;   /* of its body (check/body_mark.h) */
    struct span record; /* a JSON object; needed until decisions_keep returns */
    struct buf *answer; /* a JSON object */
    /* Called once, by the thread that writes. rc 0: it is on disk. 1: another message of this key was first, `answer` has become
     * what was said to that one. Negative: nothing of it is on disk, and nothing may be answered as kept. */
    void (*done)(void *ctx, int rc, const struct err *why);
    /* Called behind it, when all who shared the write have been told: what wakes another thread wakes it once for all of them. From here on
     * this memory is not ours. */
    void (*leave)(void *ctx);
    void *ctx;
    /* Filled: when it was added, its write began and was durable (steady_now). */
    int64_t added, began, durable;
    /* private */
    struct keeping *next;
    struct key_place place;
    bool again;
};
/* Returns at once: a thread of its own writes what has come together meanwhile, with one fdatasync for all, and calls `done`. Waits only
 * while MOST_KEEPING others have not been called. Errors: ERR_NOMEM; then neither is called. */
int decisions_keep(struct decisions *d, struct keeping *k, struct err *e);
/* Nobody else is on his way: what waits for others to share its write need not wait for them. */
void decisions_hurry(struct decisions *d);
/* Until all have been called. */
void decisions_drain(struct decisions *d);

#endif
