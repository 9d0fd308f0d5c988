/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What api_week*.c share. */
#ifndef HUJI_SERVER_WEEK_VIEW_H
#define HUJI_SERVER_WEEK_VIEW_H

#include "casework/week.h"
#include "server/request.h"

/* The report of {id} within scope, with "figures": [{key, title, unit, week, total, hand_week, hand_total, hand_note, hand_by}];
 * of a draft they are counted now. `span` filled; its prefix is the request's. Owns: json_decref(*row). */
int week_of(struct request *r, json_t **row, struct week_span *span, struct err *e);

#endif
