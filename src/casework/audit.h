/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The audit chain: one row per act, never changed, never deleted. hash = SM3 over prev and all other columns, each with its
 * length before it, so that no two different rows give the same bytes. Written in the transaction of the act itself.
 */
#ifndef HUJI_CASEWORK_AUDIT_H
#define HUJI_CASEWORK_AUDIT_H

#include "casework/db.h"

/* Who does it: from the session, or the console. All borrowed. */
struct actor {
    int64_t account; /* 0 = console */
    const char *login, *name;
    const char *org;    /* code */
    const char *source; /* IP address, or "console" */
};

struct act {
    const char *act;            /* "clue.verdict" */
    const char *object;         /* "clue:<id>" */
    const char *result;         /* NULL = "ok"; "refused", "failed" */
    const char *reason;         /* what the person gave; NULL = none */
    const char *before, *after; /* texts (JSON) of the row; only their SM3 is kept; NULL = none */
    const char *detail;         /* short JSON for people; no person's data; NULL = none */
};

/* Must be called inside a write transaction (cw_begin). */
int audit_append(struct cw *db, const struct actor *who, const struct act *what, struct err *e);

#define AUDIT_COLUMNS 13 /* at .. detail, prev: as hashed, in the table's order without hash */
/* The hash of one row: its 13 texts after seq ... see audit.c. Used by verify, too. */
void audit_hash(const struct span at[AUDIT_COLUMNS], char out[65]);

#endif
