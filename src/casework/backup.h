/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A backup is a folder TO/huji-20261201-093000: data/ with everything of the data directory that can't be made anew (claims, casework,
 * key, own rules, lists, templates), and manifest.json with size and SM3 of each file, written last; a folder without it is none.
 * Claims are copied while nobody writes them, casework by SQLite's own means: both as of one moment without a running job. A casework
 * in PostgreSQL is not in it: pg_dump does that, and the manifest says so.
 */
#ifndef HUJI_CASEWORK_BACKUP_H
#define HUJI_CASEWORK_BACKUP_H

#include "base/progress.h"
#include "casework/audit_export.h"
#include "casework/sm.h"

struct store;

#define BACKUP_NAME 64
#define PG_DUMP_SAYS \
    "业务库在 PostgreSQL，不在这份备份里：请另用 pg_dump -Fc -f 业务库.dump 连接串，恢复用 pg_restore"

struct backup_report {
    char name[BACKUP_NAME], at[CW_TIME], version[32];
    int64_t files, bytes, migration;
    char code[AUDIT_CODE];  /* of the audit chain at the time */
    char manifest[SM3_HEX]; /* SM3 of manifest.json */
    bool postgres;          /* casework is not in it */
};

/* Makes one in `to` (must exist, not below `dir`). `db`: a connection to the casework; `where`: its place. Its audit row is written. */
int backup_make(struct store *s, struct cw *db, const char *dir, const char *to,
                const struct actor *who, const struct progress *p, struct backup_report *out,
                struct err *e);
/* What the manifest says; no hashing. Errors: ERR_INPUT when it is no backup or made by a newer program. */
int backup_read(const char *path, struct backup_report *out, struct err *e);
/* Every file is there, of its size, with its hash, and there is none besides. Errors: ERR_INPUT naming the file. */
int backup_check(const char *path, const struct progress *p, struct backup_report *out,
                 struct err *e);
/* Checks, then copies into `dir`, which must not exist or be empty: whole or not there. */
int backup_restore(const char *path, const char *dir, const struct progress *p,
                   struct backup_report *out, struct err *e);
/* Names of the backups in `to`, newest first. Owns: *names (mem_free). */
int backup_list(const char *to, char (**names)[BACKUP_NAME], size_t *n, struct err *e);
/* Removes all but the newest `keep`; never one without manifest or of another name. *gone: how many. */
int backup_prune(const char *to, int64_t keep, int64_t *gone, struct err *e);
/* Is `to` on another disk than `dir`? */
bool backup_other_disk(const char *dir, const char *to);
/* May backups be put there? Errors: ERR_INPUT in words. */
int backup_place(const char *dir, const char *to, struct err *e);

/* cw_migrate, after backup_before_upgrade: what a newer program changes is kept as it was. `kept`: the file, "" = nothing changed. */
int cw_upgrade(struct cw *db, const char *dir, char *kept, size_t cap, struct err *e);
/* The SQLite casework alone, before its tables are changed by a newer program (DIR/upgrade/); "" when nothing had to be kept. */
int backup_before_upgrade(struct cw *db, const char *dir, char *path, size_t cap, struct err *e);

#endif
