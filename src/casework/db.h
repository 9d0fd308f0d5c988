/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The casework database: SQLite (a file) or PostgreSQL (a URL) behind one face. SQL texts are common to both: parameters are
 * $1, $2 ... and always bound; money and counts are 64-bit integers, everything else is text, times are
 * 'YYYY-MM-DD HH:MM:SS' local time written by the caller (cw_now). What differs between the two stays in db_*.c and in
 * the marked lines of migrations/.
 *
 * A `struct cw` is one connection and belongs to one thread at a time. Write transactions are serialised over all
 * connections and processes: the audit chain (audit.h) and change numbers rely on that.
 */
#ifndef HUJI_CASEWORK_DB_H
#define HUJI_CASEWORK_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

enum cw_kind { CW_SQLITE, CW_POSTGRES };

struct cw;

/* `where`: a file's path, or postgresql://... Migrations are not run: migrate.h. Owns: cw_close. Errors: ERR_DB. */
int cw_open(const char *where, struct cw **out, struct err *e);
void cw_close(struct cw *db); /* NULL allowed; an open transaction is rolled back */
enum cw_kind cw_kind(const struct cw *db);
bool cw_is_url(const char *where);

/* --- parameters ---------------------------------------------------------------------------------- */

enum cw_type { CW_NULL, CW_INT, CW_TEXT };
struct cw_val {
    enum cw_type type;
    int64_t i;
    struct span t; /* borrowed until the statement has run */
};

static inline struct cw_val cw_i(int64_t i)
{
    return (struct cw_val){.type = CW_INT, .i = i};
}
/* NULL text is SQL's NULL. */
static inline struct cw_val cw_t(const char *s)
{
    return (struct cw_val){.type = s ? CW_TEXT : CW_NULL, .t = span_of(s)};
}
static inline struct cw_val cw_s(struct span s)
{
    return (struct cw_val){.type = CW_TEXT, .t = s};
}
static inline struct cw_val cw_null(void)
{
    return (struct cw_val){.type = CW_NULL};
}
/* The two last arguments of cw_exec and cw_query: CW_ARGS(cw_i(id), cw_t(name)) or CW_NONE. */
#define CW_ARGS(...)                        \
    ((const struct cw_val[]){__VA_ARGS__}), \
        (sizeof((const struct cw_val[]){__VA_ARGS__}) / sizeof(struct cw_val))
#define CW_NONE NULL, (size_t)0

/* --- statements ---------------------------------------------------------------------------------- */

/* Runs one statement; rows it returns are thrown away. Prepared once per connection and text.
 * Errors: ERR_STATE on a unique or foreign key that does not hold, ERR_DB else. */
int cw_exec(struct cw *db, struct err *e, const char *sql, const struct cw_val *v, size_t n);
/* Rows changed by the last cw_exec of this connection. */
int64_t cw_changes(const struct cw *db);

struct cw_rows {
    struct cw *db;
    void *at;    /* the driver's */
    int64_t row; /* the driver's */
};
/* Owns: cw_done, after success only. */
int cw_query(struct cw *db, struct cw_rows *rows, struct err *e, const char *sql,
             const struct cw_val *v, size_t n);
int cw_next(struct cw_rows *rows, struct err *e); /* 1 a row, 0 the end, < 0 an error */
bool cw_is_null(const struct cw_rows *rows, int col);
int64_t cw_int(const struct cw_rows *rows, int col); /* NULL gives 0 */
struct span cw_text(const struct cw_rows *rows,
                    int col); /* borrowed until cw_next; NULL gives "" */
void cw_done(struct cw_rows *rows);

/* First column of the first row; `none` when there is no row or it is NULL. */
int cw_get_int(struct cw *db, int64_t none, int64_t *out, struct err *e, const char *sql,
               const struct cw_val *v, size_t n);
/* The same as text, added to `out`; 0 = a row was there, 1 = none. */
int cw_get_text(struct cw *db, struct buf *out, struct err *e, const char *sql,
                const struct cw_val *v, size_t n);

/* Several statements without parameters (migrations). */
int cw_script(struct cw *db, const char *sql, struct err *e);

/* --- transactions -------------------------------------------------------------------------------- */

int cw_begin(struct cw *db, struct err *e); /* for writing: waits for other writers, 15 s at most */
int cw_commit(struct cw *db, struct err *e); /* after a failure the transaction is rolled back */
void cw_rollback(struct cw *db);             /* nothing to do when none is open */
/* Commits when rc is 0, rolls back else; returns the first failure. */
int cw_end(struct cw *db, int rc, struct err *e);

/* Now, local time, as 'YYYY-MM-DD HH:MM:SS'. */
#define CW_TIME 20
void cw_now(char out[CW_TIME]);
/* The same, `seconds` later (earlier when negative). */
void cw_later(int64_t seconds, char out[CW_TIME]);
/* Its day alone, 'YYYY-MM-DD'. */
void cw_day(int64_t seconds, char out[CW_TIME]);

#endif
