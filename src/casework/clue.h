/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Clues: the findings of a run that people work on, and what people said of them. A finding keeps its id over runs, so a
 * verdict stays with it; raising again changes only what the machine says.
 */
#ifndef HUJI_CASEWORK_CLUE_H
#define HUJI_CASEWORK_CLUE_H

#include "base/progress.h"
#include "casework/audit.h"
#include "casework/scope.h"
#include "run/verdict.h"

struct store;

/* --- raising ------------------------------------------------------------------------------------- */

/* What clue_act.c writes into clue_event when a clue is 排除 or judged 误报, and when that was one of many at once: for who counts them. `e`:
 * the table's name there. */
#define EVENT_DISMISSES(e)                                             \
    "(" e ".kind = 'dismiss' or (" e ".kind = 'verdict' and substr(" e \
    ".detail, 1, 21) = '{\"verdict\":\"rejected\"'))"
#define EVENT_IN_BULK(e) \
    e ".detail in ('{\"bulk\":true}', '{\"verdict\":\"rejected\",\"bulk\":true}')"

struct raise_report {
    int64_t findings, added, changed, same, gone;
};

/* The hits of the last screening run into clues (of what a run of some rules, days or one area did not ask, none is marked as no
 * longer found), a few thousand in a transaction: what was interrupted goes on where it stopped when raised again. `trial(ctx, rule)`: true for a rule on trial, which raises nothing; NULL = none is. */
int clues_raise(struct cw *db, struct store *s, const struct actor *who,
                bool (*trial)(void *ctx, struct span rule), void *ctx, const struct progress *p,
                struct raise_report *out, struct err *e);
/* Tells the store what people said (run/verdicts.h), so that rules learn. Idempotent. */
int clues_teach(struct cw *db, struct store *s, struct err *e);

/* After an import was taken back (claims/undo.h): clues whose records are gone are marked as no longer found, their history and
 * who works on them told. One transaction; doing it again does nothing more. */
int clues_withdraw(struct cw *db, struct store *s, const struct actor *who, int64_t import,
                   int64_t *clues, struct err *e);

/* --- states -------------------------------------------------------------------------------------- */

enum clue_state {
    CLUE_NEW,
    CLUE_ASSIGNED,
    CLUE_WORKING,
    CLUE_JUDGED,
    CLUE_CLOSED,
    CLUE_DISMISSED,
    CLUE_MERGED,
    CLUE_STATES
};
struct clue_state_name {
    const char *code, *title;
    bool open; /* still to be worked on: may be overdue */
};
extern const struct clue_state_name clue_states[CLUE_STATES];
int clue_state_find(struct span code); /* -1: none */

/* Where a clue comes from (law.md C1). */
struct clue_source_name {
    const char *code, *title;
};
extern const struct clue_source_name clue_sources[];
extern const size_t n_clue_sources;
int clue_source_find(struct span code); /* 0 (screen) when unknown */

/* Verdicts by code: confirmed, rejected, doubtful. */
extern const char *const verdict_code[VERDICT_COUNT];

/* --- acts ---------------------------------------------------------------------------------------- */

/*
 * Each act changes one clue in a transaction with its history and audit rows. `version` must be the row's, else ERR_STATE with
 * *conflict = true: somebody was there before, look again. A clue out of scope does not exist: ERR_USAGE.
 */
struct clue_hand {
    struct cw *db;
    const struct actor *who;
    const struct scope *scope;
    int64_t clue, version; /* version 0 = whatever it is (bulk) */
    bool bulk;             /* one of many: history says so, and it is counted */
    bool inside;           /* the caller has begun the write transaction, and ends it */
    bool conflict;
};

int clue_judge(struct clue_hand *h, enum verdict v, const char *reason, struct err *e);
/* `login` NULL: taken off. `due`: "2026-12-01" or NULL. The assignee must have a role that may judge, and see the clue. */
int clue_assign(struct clue_hand *h, const char *login, const char *due, struct err *e);
int clue_dismiss(struct clue_hand *h, const char *reason, struct err *e);
int clue_reopen(struct clue_hand *h, const char *reason, struct err *e);
int clue_start(struct clue_hand *h, struct err *e); /* 核查中 */
int clue_merge(struct clue_hand *h, int64_t into, const char *reason, struct err *e);
/* @login in the text rings that person's bell. */
int clue_comment(struct clue_hand *h, const char *text, struct err *e);

/* --- for whoever else writes clues --------------------------------------------------------------- */

/* Inside a write transaction: the change number that rows written now must carry. */
int clue_next_change(struct cw *db, int64_t *out, struct err *e);
/* Inside a write transaction: one row of history. */
int clue_history(struct cw *db, int64_t clue, const struct actor *who, const char *kind,
                 const char *note, const char *detail, struct err *e);
int notice_add(struct cw *db, int64_t account, const char *kind, int64_t clue, const char *note,
               struct err *e);
/* Checks scope and version of a clue inside a write transaction; its state and texts for the audit in `before` (JSON). */
int clue_lock(struct clue_hand *h, enum clue_state *state, struct buf *before, struct err *e);

#endif
