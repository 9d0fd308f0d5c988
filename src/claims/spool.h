/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Rows put aside by part, beside the database: the narrow fee lines of an import wait here until their month is sorted.
 * A temporary table would hold them in the order in which they came: each month read all of it, again and again once it
 * is larger than memory, and DuckDB scans what a transaction has not committed with one thread. A file without a name
 * in tmp/: nothing is left of it, whatever happens. Columns have a fixed width.
 *
 * SQL: huji_spool(spool, part INTEGER, column ...) puts a row aside and gives true; by as many threads as there are.
 *      huji_spooled(spool, part INTEGER): the rows of a part, in no particular order; part 0: of all.
 */
#ifndef HUJI_CLAIMS_SPOOL_H
#define HUJI_CLAIMS_SPOOL_H

#include <duckdb.h>

#include "base/span.h"
#include "base/err.h"

struct spool;

int spool_register(duckdb_connection con, struct err *e);
/* A spool of what `select` gives; column `part`, an INTEGER, tells the part, NULL is part -1. `path`: a file that is
 * made and at once unlinked. Owns *out. */
int spool_fill(duckdb_connection con, const char *select, const char *part, const char *path,
               int threads, struct spool **out, struct err *e);
/* "SELECT * FROM huji_spooled(123456, 202301)" */
void spool_sql(struct buf *b, const struct spool *s, int part);
void spool_free(struct spool *s);

#endif
