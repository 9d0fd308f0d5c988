/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The files that decisions write: states.yaml, profile.yaml, exceptions.yaml, a rule's own file. All in a stage. */
#ifndef HUJI_LIFE_EDIT_H
#define HUJI_LIFE_EDIT_H

#include <jansson.h>

#include "engine/rule.h"
#include "life/stage.h"

/* One rule's entry; version and digest belong to an approved own rule (digest NULL: none). */
int edit_state(struct stage *s, const char *rule, enum rule_state state, int version,
               const char *digest, struct err *e);
/* One value; NULL takes it away. What is written must be readable by the library: the caller loads it. */
int edit_param(struct stage *s, const char *region, const char *rule, const char *param,
               const char *value, struct err *e);
/* One more line; `item` is a flow map without its braces. */
int edit_exception(struct stage *s, const char *item, struct err *e);
/* The number that the next exception has. */
int edit_next_exception(const struct stage *s, int64_t *no, struct err *e);

#endif
