/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Numbered migrations (migrations/NNNN_name.sql, built in). Each runs once, in one transaction with its row in the table
 * `migration`. Texts are written for SQLite's STRICT tables; for PostgreSQL the words INTEGER, TEXT, SERIAL_KEY and STRICT
 * are exchanged, and lines between `-- @sqlite` / `-- @postgres` and `-- @end` go to one of them only.
 */
#ifndef HUJI_CASEWORK_MIGRATE_H
#define HUJI_CASEWORK_MIGRATE_H

#include "casework/db.h"

/* Brings the database to this program's state. Errors: ERR_STATE when it was made by a newer program, or when a migration that
 * ran was changed since. */
int cw_migrate(struct cw *db, struct err *e);
/* Number of the newest one that is built in. */
int64_t cw_migration_newest(void);
/* What the database has (*from, 0 = it is empty) and how many are to come. */
int cw_migration_pending(struct cw *db, int64_t *from, int *pending, struct err *e);
/* What one migration says to one kind of database. Appends. */
void cw_migration_text(struct buf *out, const char *text, enum cw_kind kind);

#endif
