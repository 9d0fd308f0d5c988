/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The rule library as handlers use it: loaded once, shared by all workers, never changed. */
#ifndef HUJI_SERVER_RULEBOOK_H
#define HUJI_SERVER_RULEBOOK_H

#include "base/err.h"
#include "engine/rule.h"

struct server;

/* Loaded at the first call; lives as long as the process. Errors: those of library_open. */
int rulebook_get(struct server *s, const struct huji_library **out, struct err *e);

#endif
