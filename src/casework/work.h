/* SPDX-License-Identifier: MulanPSL-2.0 */
/* One act on one clue, for money.c, hand.c and list_*.c: lock, write, then version, history and audit in the same transaction. */
#ifndef HUJI_CASEWORK_WORK_H
#define HUJI_CASEWORK_WORK_H

#include "casework/clue.h"

struct work {
    struct clue_hand *h;
    const char *act, *kind; /* of the audit row, of the history row */
    const char *note;       /* for the history; NULL = none */
    enum clue_state state;  /* filled by work_begin */
    struct buf before;
    char detail[256]; /* JSON, no person's data; what is hashed as the row after */
};

/* Begins the transaction (unless `inside` one already) and locks the clue. */
int work_begin(struct work *w, bool inside, struct err *e);
/* Marks the clue as changed; `state` NULL = as it is. Writes history and audit; commits or rolls back (unless inside). */
int work_end(struct work *w, bool inside, const char *state, int rc, struct err *e);

#endif
