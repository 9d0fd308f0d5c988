/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/db.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "casework/db_driver.h"

bool cw_is_url(const char *where)
{
    return strncmp(where, "postgresql://", 13) == 0 || strncmp(where, "postgres://", 11) == 0;
}

int cw_open(const char *where, struct cw **out, struct err *e)
{
    struct cw *db = mem_calloc(1, sizeof *db);
    int rc;

    if (!db)
        return err_nomem(e);
    db->driver = cw_is_url(where) ? &cw_postgres : &cw_sqlite;
    rc = db->driver->open(db, where, e);
    if (rc) {
        cw_close(db);
        return rc;
    }
    *out = db;
    return 0;
}

void cw_close(struct cw *db)
{
    if (!db)
        return;
    if (db->con)
        cw_rollback(db);
    db->driver->close(db);
    mem_free(db);
}

enum cw_kind cw_kind(const struct cw *db)
{
    return db->driver->kind;
}

int64_t cw_changes(const struct cw *db)
{
    return db->changes;
}

int cw_query(struct cw *db, struct cw_rows *rows, struct err *e, const char *sql,
             const struct cw_val *v, size_t n)
{
    *rows = (struct cw_rows){.db = db};
    return db->driver->start(db, rows, sql, v, n, e);
}

int cw_next(struct cw_rows *rows, struct err *e)
{
    return rows->db->driver->next(rows, e);
}

bool cw_is_null(const struct cw_rows *rows, int col)
{
    return rows->db->driver->is_null(rows, col);
}

int64_t cw_int(const struct cw_rows *rows, int col)
{
    return rows->db->driver->to_int(rows, col);
}

struct span cw_text(const struct cw_rows *rows, int col)
{
    return rows->db->driver->to_text(rows, col);
}

void cw_done(struct cw_rows *rows)
{
    rows->db->driver->done(rows);
}

int cw_exec(struct cw *db, struct err *e, const char *sql, const struct cw_val *v, size_t n)
{
    struct cw_rows rows;
    int rc = cw_query(db, &rows, e, sql, v, n);

    if (rc)
        return rc;
    while ((rc = cw_next(&rows, e)) > 0)
        ;
    cw_done(&rows);
    return rc;
}

int cw_get_int(struct cw *db, int64_t none, int64_t *out, struct err *e, const char *sql,
               const struct cw_val *v, size_t n)
{
    struct cw_rows rows;
    int rc = cw_query(db, &rows, e, sql, v, n);

    if (rc)
        return rc;
    rc = cw_next(&rows, e);
    if (rc >= 0)
        *out = rc && !cw_is_null(&rows, 0) ? cw_int(&rows, 0) : none;
    cw_done(&rows);
    return rc < 0 ? rc : 0;
}

int cw_get_text(struct cw *db, struct buf *out, struct err *e, const char *sql,
                const struct cw_val *v, size_t n)
{
    struct cw_rows rows;
    int rc = cw_query(db, &rows, e, sql, v, n);

    if (rc)
        return rc;
    rc = cw_next(&rows, e);
    if (rc > 0)
        buf_span(out, cw_text(&rows, 0));
    cw_done(&rows);
    if (rc < 0)
        return rc;
    return out->failed ? err_nomem(e) : !rc;
}

int cw_script(struct cw *db, const char *sql, struct err *e)
{
    return db->driver->script(db, sql, e);
}

int cw_begin(struct cw *db, struct err *e)
{
    int rc = db->driver->script(db, db->driver->begin, e);

    if (rc)
        db->driver->script(db, "rollback", NULL);
    else
        db->in_transaction = true;
    return rc;
}

int cw_commit(struct cw *db, struct err *e)
{
    int rc = db->driver->script(db, "commit", e);

    if (rc)
        cw_rollback(db);
    db->in_transaction = false;
    return rc;
}

void cw_rollback(struct cw *db)
{
    if (db->in_transaction)
        db->driver->script(db, "rollback", NULL);
    db->in_transaction = false;
}

int cw_end(struct cw *db, int rc, struct err *e)
{
    if (!rc)
        return cw_commit(db, e);
    cw_rollback(db);
    return rc;
}

void cw_later(int64_t seconds, char out[CW_TIME])
{
    clock_text(clock_sec() + seconds, out);
}

void cw_day(int64_t seconds, char out[CW_TIME])
{
    cw_later(seconds, out);
    out[10] = 0;
}

void cw_now(char out[CW_TIME])
{
    cw_later(0, out);
}
