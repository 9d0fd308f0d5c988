/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * SQL table function huji_csv(spec): the records of a csv_file, parsed by as many threads as DuckDB runs, in no
 * particular order. Columns: no BIGINT (spec->no_base + record number from 0), then the columns asked for as VARCHAR,
 * empty = NULL. Records that are no rows of this table are left out and listed in spec->bad.
 * Cells point into the block that was read: the engine copies them before it asks for the next rows.
 */
#ifndef HUJI_CLAIMS_SCAN_H
#define HUJI_CLAIMS_SCAN_H

#include <duckdb.h>
#include <pthread.h>

#include "claims/csv.h"

#define SCAN_BAD_MAX 100000 /* more than these: the file is not what it says */

struct scan_bad {
    int64_t row; /* from 0 */
    enum csv_state state;
    size_t
        fields; /* CSV_OK: so many instead of as many as the heading has; 0 = a cell is too long */
};

struct scan_spec {
    const struct csv_file *file;
    int64_t no_base;
    size_t n;
    const size_t *take;      /* which field of the record */
    const char *const *name; /* as what column */
    int threads;
    pthread_mutex_t lock;
    struct scan_bad *bad;
    size_t n_bad, cap_bad;
};

int scan_register(duckdb_connection con, struct err *e);
/* "huji_csv(123456)": how SQL names the scan of `spec`, which must live until the query is done. */
void scan_sql(struct buf *b, struct scan_spec *spec);

#endif
