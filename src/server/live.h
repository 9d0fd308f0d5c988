/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The judge of messages as the server holds it: made ready at the first message, and made anew beside the one in use when
 * tables, rules or exceptions have changed. No request waits for that or is dropped.
 */
#ifndef HUJI_SERVER_LIVE_H
#define HUJI_SERVER_LIVE_H

#include "base/arena.h"
#include "base/err.h"
#include "check/body_mark.h"
#include "check/decisions.h"
#include "server/gate.h"

struct cw;
struct live;
struct server;

struct live *live_new(struct server *s);
void live_free(struct live *l);
/* Where this directory has judged before: makes ready now, not at the first message. */
int live_begin(struct live *l, struct err *e);
/* An import has ended: the history is made anew where it has to be; messages go on with the old one meanwhile. */
void live_tables_changed(struct live *l);
struct live_call {
    const char *infno; /* of the address */
    struct gate_caller who;
    struct span body;
    struct cw *db;
    bool
        late; /* it has waited too long: 3101, 3102 are told to go on, unjudged; 3103 to send again */
};
/* What there was to it, for those who count. */
struct live_told {
    char inst[32]; /* "": not let in */
    bool test, refused, skipped;
    size_t orders, reminded;
    char why[160]; /* refused */
};
/* The answer to a message in the national envelope, whatever the message is like. 0: `answer` is it. 1: it is, when it is on disk: then
 * `done` is called once by another thread and, when all who shared the write have been told, `leave`, from which time on nothing here
 * touches `later`. Until then all that was given must
 * live, and the body too. `scratch` is for the time of the call. Errors: only lack of memory. */
struct live_later {
    void (*done)(struct live_later *later), (*leave)(struct live_later *later);
    struct buf *answer; /* another than it was when `changed` */
    struct live_told *told;
    bool changed;
    /* private */
    struct keeping keeping;
    char key[DECISION_KEY], mark[BODY_MARK + 1], admvs[7];
};
int live_answer(struct live *l, const struct live_call *call, struct arena *scratch,
                struct buf *answer, struct live_told *told, struct live_later *later,
                struct err *e);
/* No message waits to be judged and none is being judged: those that are kept need not wait for others. */
void live_idle(struct live *l);
/* What was decided is in decisions.jsonl when it returns, for who is to read it. */
void live_bring_up(struct live *l);
/* Bytes of decisions that are durable but not yet where others read them (decisions.jsonl). */
size_t live_unwritten(struct live *l);
/* Until nobody waits for the disk any more. */
void live_drain(struct live *l);
/* Judged and forgotten: every finding shown, nothing kept. What `out` holds lives in `a`. Errors: ERR_INPUT, ERR_LIMIT when the
 * message is wrong. */
struct check_result;
int live_try(struct live *l, struct span body, struct arena *a, struct check_result *out,
             struct buf *answer, struct err *e);
/* DIR/check-modes.csv was changed: counts from the next message on. Errors: as modes_read. */
int live_modes_changed(struct live *l, struct err *e);

#endif
