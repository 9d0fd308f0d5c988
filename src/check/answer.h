/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The answer's JSON: the national envelope, output.result[]. */
#ifndef HUJI_CHECK_ANSWER_H
#define HUJI_CHECK_ANSWER_H

#include "check/check.h"

/* 1 may go on, 2 may go on with a reason, 3 may not. */
enum { DSPO_GO = 1, DSPO_REASON = 2, DSPO_STOP = 3 };
int answer_dspo(enum check_mode mode, int cls);

void answer_head(struct buf *b, const struct message *m, int infcode, struct span err_msg,
                 struct span warn_msg);
void answer_result(struct buf *b, const struct message *m, const struct patient *p,
                   const struct live_finding *f, const char *jr_id, int dspo);
/* 32 hex digits: the id of a message's nth finding, of no other one. The same message has the same. */
void answer_jr_id(const struct message *m, const struct live_finding *f, size_t nth, char out[33]);

#endif
