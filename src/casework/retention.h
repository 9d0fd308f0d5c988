/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What is kept for how long, and its purge: audited, by a second person's yes (kind data.purge). The audit chain itself is never purged,
 * nor clues, money and reports: files of enforcement are archived by law, not deleted.
 */
#ifndef HUJI_CASEWORK_RETENTION_H
#define HUJI_CASEWORK_RETENTION_H

#include "casework/approval.h"

struct retention {
    const char *code, *title;
    const char *param;     /* days that it is kept */
    const char *condition; /* rows of `table` that are over: $1 = the first moment that is kept */
    const char *table;
};
extern const struct retention retentions[]; /* code NULL ends */

/* Rows that are over now. */
int retention_due(struct cw *db, const struct retention *t, int64_t *n, struct err *e);
/* Deletes all that is over, in one transaction with its audit row; `approval` must be a yes to data.purge. Appends what was done. */
int retention_purge(struct cw *db, const struct session *s, int64_t approval,
                    const struct approval_want *w, struct buf *said, struct err *e);

#endif
