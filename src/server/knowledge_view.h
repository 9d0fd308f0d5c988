/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What the files of /api/knowledge share. */
#ifndef HUJI_SERVER_KNOWLEDGE_VIEW_H
#define HUJI_SERVER_KNOWLEDGE_VIEW_H

#include "base/day.h"
#include "engine/rule.h"
#include "server/request.h"

/* The table of the path, with the columns of its days. Errors: ERR_USAGE (404): no such table, no page for an institution's people. */
int knowledge_open(struct request *r, const struct huji_library *lib, struct knowledge *k,
                   struct err *e);
/* valid, coming, ended: as of `today`. `cells`: in the columns of k. */
const char *knowledge_state(const struct knowledge *k, const struct span *cells, day_t today);

#endif
