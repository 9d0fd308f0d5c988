/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The files of a backup: lists with hashes, copies. Private to backup.c. */
#ifndef HUJI_CASEWORK_BACKUP_FILES_H
#define HUJI_CASEWORK_BACKUP_FILES_H

#include <limits.h>

#include "base/err.h"
#include "base/progress.h"
#include "base/span.h"
#include "casework/sm.h"

struct backup_file {
    char *path; /* below the folder */
    int64_t bytes;
    char hash[SM3_HEX];
};
struct backup_files {
    struct backup_file *at;
    size_t n, cap;
};

/* Every regular file below `dir`, by name, hashed. Owns: backup_files_release. Links are refused: they lead out. */
int backup_files_hash(const char *dir, const struct progress *p, struct backup_files *out,
                      struct err *e);
void backup_files_release(struct backup_files *f);
/* What of the data directory is neither database, temporary nor a lock. `to` exists. */
int backup_copy_others(const char *dir, const char *to, struct err *e);
/* All of it, into a folder that it makes; files get mode 0600, and are on the disk when it returns. */
int backup_copy_tree(const char *from, const char *to, struct err *e);
int backup_slurp(const char *path, struct buf *out, struct err *e);
/* All that was written below `path` is on its disk when this returns, folders too. */
int backup_sync(const char *path, struct err *e);
void backup_remove(const char *path); /* with all below it; silent */

#endif
