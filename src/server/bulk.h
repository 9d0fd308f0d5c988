/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Dismissing many clues at once, or calling them false: above a number a day a second person must agree (casework/approval.h). */
#ifndef HUJI_SERVER_BULK_H
#define HUJI_SERVER_BULK_H

#include "server/request.h"

/* `verdict` NULL: dismissal. *go_on false: a request was opened, and the answer (202) says so. */
int bulk_gate(struct request *r, const char *verdict, const char *reason, const int64_t *ids,
              size_t n, bool *go_on, struct err *e);
/* The same for one clue dismissed by hand: after many of a person in short time (single_dismiss_rows, single_dismiss_minutes) it is one of
 * a bulk. `version` as seen. */
int single_gate(struct request *r, const char *verdict, const char *reason, int64_t id,
                int64_t version, bool *go_on, struct err *e);
/* Somebody agreed, the proposer now does it: clues that were changed since are left and named. Answers. */
int bulk_run(struct request *r, int64_t approval, const char *title, const char *args_text,
             struct err *e);
/* api_clue_act.c: the acts themselves. Owns: *out. */
int bulk_approved(struct request *r, const char *verdict, const char *reason, const int64_t *ids,
                  const int64_t *versions, size_t n, json_t **out, struct err *e);

#endif
