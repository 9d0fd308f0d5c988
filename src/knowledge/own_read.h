/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A bureau's file (CSV, XLSX, XLS ...) of one knowledge table: the first row that names the key column is the heading; columns
 * are named as in the table, others are left out and named. */
#ifndef HUJI_KNOWLEDGE_OWN_READ_H
#define HUJI_KNOWLEDGE_OWN_READ_H

#include "base/arena.h"
#include "base/err.h"

struct knowledge;

struct own_rows {
    struct arena a;
    const char *head; /* CSV heading of the columns that were found */
    struct span *line;
    size_t n, cap;
    struct buf unknown; /* headings that the table does not have, for a note */
};

/* Owns: own_rows_release. Errors: ERR_IO, ERR_INPUT (no heading; a row without its key: file, row). */
int own_rows_read(const char *path, const struct knowledge *k, struct own_rows *out, struct err *e);
void own_rows_release(struct own_rows *r);

#endif
