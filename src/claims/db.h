/* SPDX-License-Identifier: MulanPSL-2.0 */
/* SQL on a DuckDB connection with our errors. Results of any size that people read go through grid.h instead. */
#ifndef HUJI_CLAIMS_DB_H
#define HUJI_CLAIMS_DB_H

#include <duckdb.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

/* All return 0 or a negative error; a full disk and lack of memory are told apart from other database errors. */
int db_exec(duckdb_connection con, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* As db_exec, the text as it is. */
int db_run(duckdb_connection con, const char *sql, struct err *e);
/* Owns: destroy *out with duckdb_destroy_result. */
int db_query(duckdb_connection con, const char *sql, duckdb_result *out, struct err *e);
/* First column of the first row; NULL or no row gives `none`. */
int db_int(duckdb_connection con, struct err *e, int64_t none, int64_t *out, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
int db_error(struct err *e, const char *text);           /* maps DuckDB's own text */
int db_append_error(duckdb_appender app, struct err *e); /* what the appender says */

/* Rows of a materialised result: next row, then its cells. */
struct db_rows {
    duckdb_result result;
    duckdb_data_chunk chunk;
    idx_t row, size;
};
int db_open(duckdb_connection con, const char *sql, struct db_rows *rows, struct err *e);
bool db_next(struct db_rows *rows);
bool db_null(const struct db_rows *rows, idx_t col);
int64_t db_i64(const struct db_rows *rows,
               idx_t col); /* integer of any width up to 64 bits, boolean */
struct span db_text(const struct db_rows *rows,
                    idx_t col); /* VARCHAR; borrowed until the next db_next */
void db_close(struct db_rows *rows);

/* "quoted" name */
void sql_name(struct buf *b, const char *name);

#endif
