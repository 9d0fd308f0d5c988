/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Four eyes: some acts need a second person (law.md E8). One proposes, another one agrees, then it is done: by the proposer, who
 * shows the yes (approval_use), or by code that keeps its own table of proposals and only asks who may be the second (approval_second).
 *
 * Separations that the law demands are never off. Those of the house (`law` false) may in a bureau of three be met by somebody of the
 * upper level (an account whose division holds the proposer's), or waived by the head of the bureau, with reason and end date; each act
 * under a waiver is audited as approval.waived and stands in the 监督视图.
 */
#ifndef HUJI_CASEWORK_APPROVAL_H
#define HUJI_CASEWORK_APPROVAL_H

#include "casework/account.h"

struct approval_kind {
    const char *code, *title;
    const char *permission; /* of the second person */
    bool law;               /* can't be waived */
};
extern const struct approval_kind approval_kinds[];               /* code NULL ends */
const struct approval_kind *approval_kind_find(const char *code); /* NULL: none */

struct approval_want {
    const char *kind;
    const char *subject; /* "clues", "rule:A01@3" */
    const char *title;   /* for people: "批量排除线索 35 条" */
    const char *reason;
    const char *args; /* JSON text of what is to be done */
    int64_t
        rows; /* how many it is about; a yes is to no more than a tenth above that. 0: not counted */
};

/* May `s` be the second person for what `proposer` (account) proposed? *waiver > 0: he proposed it himself, and a waiver
 * allows that. Errors: ERR_STATE with the reason in Chinese. */
int approval_second(struct cw *db, const char *kind, const struct session *s, int64_t proposer,
                    int64_t *waiver, struct err *e);
/* Does a waiver stand for `kind` in the bureau of `s`? *waiver = its number, 0 = none (always 0 for what the law demands). */
int approval_waived(struct cw *db, const char *kind, const struct session *s, int64_t *waiver,
                    struct err *e);

/* --- requests ------------------------------------------------------------------------------------- */

/* Opens a request and rings those who may decide. A transaction of its own. Errors: ERR_INPUT (reason). */
int approval_open(struct cw *db, const struct session *s, const struct approval_want *w,
                  int64_t *id, struct err *e);
/* Yes or no by the second person; `note` is needed for a no. Errors: ERR_STATE, ERR_USAGE (none in reach), ERR_INPUT. */
int approval_decide(struct cw *db, const struct session *s, int64_t id, bool yes, const char *note,
                    struct err *e);
int approval_withdraw(struct cw *db, const struct session *s, int64_t id, struct err *e);
/* Inside a write transaction: is `id` a yes to exactly this, asked by `s`, not over? With `once` it is used up. Errors: ERR_STATE. */
int approval_use(struct cw *db, const struct session *s, int64_t id, const struct approval_want *w,
                 bool once, struct err *e);
/* Inside a write transaction: the audit row of an act done under a waiver. */
int approval_note_waived(struct cw *db, const struct session *s, const struct approval_want *w,
                         int64_t waiver, struct err *e);

/* --- waivers -------------------------------------------------------------------------------------- */

#define WAIVER_DAYS 366 /* at most */
/* By the head of the bureau. Errors: ERR_INPUT naming the field; what the law demands is refused. */
int waiver_add(struct cw *db, const struct session *s, const char *kind, const char *reason,
               const char *until, int64_t *id, struct err *e);
int waiver_end(struct cw *db, const struct session *s, int64_t id, struct err *e);

#endif
