/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The purge that somebody agreed to (casework/retention.h). Answers. */
#ifndef HUJI_SERVER_PURGE_H
#define HUJI_SERVER_PURGE_H

#include "server/request.h"

int purge_run(struct request *r, int64_t approval, const char *title, struct err *e);

#endif
