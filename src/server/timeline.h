/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What happened, as bars and marks in the order of time: of one person a lane per institution, of many a lane per person.
 * Events of a clue ("line:", "mdtrt:", "setl:") give the visits they belong to a role: 1 violates, 2 compared with.
 */
#ifndef HUJI_SERVER_TIMELINE_H
#define HUJI_SERVER_TIMELINE_H

#include "server/ask.h"

#define TIMELINE_ITEMS 2000

/* {"lanes":[{"id","title"}],"items":[{"lane","kind","begin","end","title","ref","role","amount_fen","fund_fen"}]}.
 * `psn_no` NULL: only the visits of the events, a lane per person. `fixmedins_code` not NULL: nothing of other institutions
 * (row scope). `events`: an array of {"event","role"}, NULL = none. Owns: *out. Errors: ERR_DB, ERR_NOMEM. */
int timeline_load(struct ask *a, const char *psn_no, const char *fixmedins_code,
                  const json_t *events, json_t **out, struct err *e);
/* "with ev(id, role) as .., hot(mdtrt_id, role) as (..)": the visits that the events belong to. */
void timeline_hot_sql(struct buf *b, const json_t *events);

#endif
