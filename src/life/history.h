/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * DATA/rules/changes.jsonl: every change of a rule's state, text, parameter or exception, a JSON object a line, only ever
 * added to: no, at, kind, rule, what, by, approver, because, before, after (digests of library and exceptions), digest,
 * version, state, effect; `prev` is the SHA-256 of the line before, so that a line that was changed or taken out is seen.
 */
#ifndef HUJI_LIFE_HISTORY_H
#define HUJI_LIFE_HISTORY_H

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"

/* All lines, oldest first; an absent file is none. `*broken` (may be NULL): number of the first line whose `prev` does not
 * fit, 0: none. Owns: *out. Errors: ERR_INPUT with file and line. */
int history_read(const char *own, json_t **out, int *broken, struct err *e);
/* Fills in no, at and prev, and adds the line, on the disk before it returns. Takes `entry`. The caller holds the stage's
 * lock. */
int history_add(const char *own, json_t *entry, struct err *e);
/* Does the entry speak of this rule (base id)? */
bool history_names(const json_t *entry, const char *rule);

#endif
