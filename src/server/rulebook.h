/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Rules as handlers see them: where they lie, and who may see which. */
#ifndef HUJI_SERVER_RULEBOOK_H
#define HUJI_SERVER_RULEBOOK_H

#include "life/place.h"
#include "casework/clue_index.h"
#include "server/request.h"

struct life_place rulebook_place(const struct server *s);

/* An institution's people see a rule, its parameters, its texts and its curve only when its tag says release: public. */
bool rule_is_shown(const struct request *r, const struct rule *rule);
/* What speaks of all rules, of proposals and exceptions is no institution's business. Errors: ERR_USAGE (404). */
int rulebook_is_open(const struct request *r, struct err *e);
/* Appends a condition on column `column` that leaves out the rules which the asker does not see; nothing for a bureau's
 * people. `but`: or this holds (NULL: none). */
void rule_condition(struct request *r, struct buf *sql, const char *column, const char *but);

/* The condition that a clue was sent to the asker's institution in a list, on a statement over table clue; "false" for others'. */
const char *rule_released(struct request *r);
/* The session's scope into a filter of clues, with what an institution's people may see of it. */
int rulebook_scope(struct request *r, struct clue_filter *f, struct err *e);
/* Does the asker see this clue, as far as its rule goes? Scope is asked elsewhere. */
int rulebook_shows(struct request *r, int64_t clue, bool *shown, struct err *e);

#endif
