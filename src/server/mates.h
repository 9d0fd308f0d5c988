/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Who else was there: village mates beside a person's time line, the members of a gang with what they have in common. */
#ifndef HUJI_SERVER_MATES_H
#define HUJI_SERVER_MATES_H

#include "server/ask.h"

/* Adds to a strip of timeline_load up to four lanes: persons of the same village or unit, household or phone who came to the
 * same institution within three days of this person's visits that `events` name, with their visits around those. */
int mates_lanes(struct ask *a, const char *psn_no, const char *fixmedins_code, const json_t *events,
                json_t *strip, struct err *e);

/* {"members": [{psn_no, psn_name, village, tel, visits, days, fund_fen}], "villages": [{name, persons}],
 * "phones": [..], "households": [{persons}], "days": [..]}: those that two and more share. Names and phones whole: mask them.
 * Owns: *out. */
int mates_members(struct ask *a, const json_t *events, const char *fixmedins_code, json_t **out,
                  struct err *e);

#endif
