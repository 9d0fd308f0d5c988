/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A third party's reviewer (law.md E6): a named person with contract, batch and end. He sees what a batch gave him until its last
 * day, masked, takes nothing out, and proposes verdicts; nothing counts until an officer adopts it.
 */
#ifndef HUJI_CASEWORK_THIRD_H
#define HUJI_CASEWORK_THIRD_H

#include "casework/clue.h"

/* Gives clues to the reviewer: all or none. `until`: the last day, not beyond his contract. Errors: ERR_INPUT naming the field. */
int batch_give(struct cw *db, const struct actor *who, const struct scope *scope, const char *login,
               const char *title, const char *until, const int64_t *clues, size_t n, int64_t *id,
               struct err *e);
/* Takes back what is still his. Errors: ERR_USAGE when there is none such, over, or of a reviewer out of scope. */
int batch_end(struct cw *db, const struct actor *who, const struct scope *scope, int64_t id,
              struct err *e);
/* Ends batches whose last day is over: called by the clock. *ended: how many. */
int batch_expire(struct cw *db, const struct actor *who, int *ended, struct err *e);

/* What the reviewer thinks of a clue of his. */
int proposal_make(struct clue_hand *h, enum verdict v, const char *reason, struct err *e);
/* The officer makes the newest open proposal his own verdict, or refuses it. Version as in clue_judge. */
int proposal_adopt(struct clue_hand *h, struct err *e);
int proposal_refuse(struct clue_hand *h, const char *reason, struct err *e);

#endif
