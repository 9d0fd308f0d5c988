/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A message judged: the person's rows of the history and the message, folded by the engine that screens everybody, and
 * the answer in the national envelope. Only rules whose phases hold 事前 (3101) or 事中 (3102), only findings in which an
 * order or visit of the message takes part. docs/engineer/live.md.
 */
#ifndef HUJI_CHECK_CHECK_H
#define HUJI_CHECK_CHECK_H

#include "check/message.h"
#include "check/modes.h"
#include "run/records.h"

struct checker;

struct check_options {
    bool force_mode; /* one mode for all, whatever the file says */
    enum check_mode mode;
    bool replay; /* the store is seen as it was before the message's first new order */
    bool alone;  /* the person's history is not looked at: only the message counts (test mode) */
};

/* What was decided, beside the answer's text. */
struct check_result {
    int infcode; /* 0, or -1: the message was refused, err says why */
    bool
        must_keep; /* a decision (3101, 3102) or a feedback (3103) that must be on disk before it is answered */
    struct message msg;
    struct live_finding *found;
    size_t n_found;
    size_t n_shown, n_orders; /* results in the answer; orders that were judged */
    int known;
    struct err err;
};

/* `h` and `lib` live as long; modes and exceptions are DATA's. Safe for several threads. Owns: checker_close. */
int checker_open(const char *dir, const struct records *h, const struct huji_library *lib,
                 struct checker **out, struct err *e);
void checker_close(struct checker *c);
/* Reads DATA/check-modes.csv again. Safe beside checker_answer. Errors: as modes_read; what was there stays. */
int checker_read_modes(struct checker *c, struct err *e);
/* Is the rule of this library index asked of 3101, of 3102? */
bool checker_asks(const struct checker *c, int rule, const char *infno);
/* How many rules are asked of 3101 (before) and 3102 (during). */
void checker_counts(const struct checker *c, int *before, int *during);

/* Always an envelope in `answer`; in `record` (may be NULL) the decision as one JSON object without a line's end. What
 * `out` holds lives in `a`. Errors only when there is no memory or the store fails: then nothing may be answered as judged. */
int checker_answer(struct checker *c, struct span body, const struct check_options *o,
                   struct arena *a, struct check_result *out, struct buf *answer,
                   struct buf *record, struct err *e);
/* Has what will be read of its patients fetched, for who does something else first: each step (records_ahead) in its turn. */
void checker_ahead(const struct checker *c, const struct message *m, enum records_step step);
/* The same of a message that was read already. */
int checker_judge(struct checker *c, const struct message *m, const struct check_options *o,
                  struct arena *a, struct check_result *out, struct buf *answer, struct buf *record,
                  struct err *e);
/* The envelope that says: not judged, go on. */
void check_go_on(struct buf *answer);
/* The envelope of a refusal. */
void check_refusal(struct buf *answer, const struct message *m, const struct err *why);

#endif
