/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/db_driver.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"

#define MAX_CACHED 400
#define MAX_PLACES 40 /* parameters whose place is kept with the statement */
#define WAIT_MS 15000

struct prepared {
    char *sql;
    sqlite3_stmt *stmt;
    bool busy;
    uint8_t place[MAX_PLACES]; /* of $1, $2 ... as SQLite numbers them; 0: none */
};

struct cache {
    struct prepared at[MAX_CACHED];
    size_t n;
};

struct cursor {
    sqlite3_stmt *stmt;
    struct prepared *cached; /* NULL: finalise when done */
};

static int fail(const struct cw *db, const char *what, struct err *e)
{
    int code = sqlite3_extended_errcode(db->con) & 0xff;

    /* a log or its index that can't grow is "I/O error" or "cannot open" */
    if ((code == SQLITE_IOERR || code == SQLITE_CANTOPEN) &&
        (sqlite3_system_errno(db->con) == ENOSPC || sqlite3_system_errno(db->con) == EDQUOT))
        code = SQLITE_FULL;
    switch (code) {
    case SQLITE_CONSTRAINT:
        return err_set(e, ERR_STATE, "%s：与已有的数据冲突（编号已有人用，或所指的不存在）", what);
    case SQLITE_NOMEM: return err_nomem(e);
    case SQLITE_FULL: return err_set(e, ERR_IO, "%s：磁盘已满", what);
    case SQLITE_BUSY:
        return err_set(e, ERR_STATE, "%s：业务库正忙，等了 %d 秒", what, WAIT_MS / 1000);
    default: return err_set(e, ERR_DB, "%s：%s", what, sqlite3_errmsg(db->con));
    }
}

static int script(struct cw *db, const char *sql, struct err *e)
{
    return sqlite3_exec(db->con, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : fail(db, "业务库", e);
}

static int open_file(struct cw *db, const char *where, struct err *e)
{
    sqlite3 *con = NULL;
    struct cache *cache = mem_calloc(1, sizeof *cache);
    int rc;

    if (!cache)
        return err_nomem(e);
    db->cache = cache;
    rc = sqlite3_open_v2(where, &con,
                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                             SQLITE_OPEN_EXRESCODE,
                         NULL);
    db->con = con;
    if (rc != SQLITE_OK)
        return err_set(e, ERR_IO, "打不开业务库 %s：%s", where,
                       con ? sqlite3_errmsg(con) : "内存不足");
    sqlite3_busy_timeout(con, WAIT_MS);
    /* full: what was acknowledged survives a power cut, not only a killed process. */
    return script(
        db,
        "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;"
        "pragma temp_store = memory; pragma cache_size = -16000; pragma trusted_schema = off",
        e);
}

static void close_file(struct cw *db)
{
    struct cache *c = db->cache;

    for (size_t i = 0; c && i < c->n; i++) {
        sqlite3_finalize(c->at[i].stmt);
        mem_free(c->at[i].sql);
    }
    mem_free(c);
    sqlite3_close(db->con);
}

/* --- statements ---------------------------------------------------------------------------------- */

static struct prepared *cached(struct cw *db, const char *sql)
{
    struct cache *c = db->cache;

    for (size_t i = 0; i < c->n; i++)
        if (!c->at[i].busy && strcmp(c->at[i].sql, sql) == 0)
            return &c->at[i];
    return NULL;
}

/* A place in the cache, or NULL when it is full of statements in use. */
static struct prepared *place(struct cache *c)
{
    if (c->n < MAX_CACHED)
        return &c->at[c->n++];
    for (size_t i = 0; i < c->n; i++)
        if (!c->at[i].busy) {
            sqlite3_finalize(c->at[i].stmt);
            mem_free(c->at[i].sql);
            return &c->at[i];
        }
    return NULL;
}

/* $2 may stand before $1 in the text, and SQLite numbers by first appearance. */
static int place_of(sqlite3_stmt *stmt, size_t i)
{
    char name[24];

    snprintf(name, sizeof name, "$%zu", i + 1);
    return sqlite3_bind_parameter_index(stmt, name);
}

static int prepare(struct cw *db, const char *sql, struct cursor *cur, struct err *e)
{
    size_t n = strlen(sql);
    struct prepared *p = cached(db, sql);
    const char *tail;

    if (!p) {
        sqlite3_stmt *stmt;
        char *copy;

        if (sqlite3_prepare_v3(db->con, sql, (int)n, SQLITE_PREPARE_PERSISTENT, &stmt, &tail) !=
            SQLITE_OK)
            return fail(db, "业务库的语句", e);
        cur->stmt = stmt;
        copy = mem_alloc(n + 1);
        p = copy ? place(db->cache) : NULL;
        if (!p) {
            mem_free(copy);
            return 0;
        }
        memcpy(copy, sql, n + 1);
        *p = (struct prepared){.sql = copy, .stmt = stmt};
        for (size_t i = 0; i < MAX_PLACES; i++)
            p->place[i] = (uint8_t)place_of(stmt, i);
    }
    p->busy = true;
    cur->stmt = p->stmt;
    cur->cached = p;
    return 0;
}

static int bind(const struct cursor *cur, size_t i, const struct cw_val *v)
{
    sqlite3_stmt *stmt = cur->stmt;
    int at = cur->cached && i < MAX_PLACES ? cur->cached->place[i] : place_of(stmt, i);

    if (at == 0)
        return SQLITE_OK;
    switch (v->type) {
    case CW_INT: return sqlite3_bind_int64(stmt, at, v->i);
    case CW_TEXT:
        return sqlite3_bind_text64(stmt, at, v->t.p ? v->t.p : "", v->t.n, SQLITE_TRANSIENT,
                                   SQLITE_UTF8);
    case CW_NULL: break;
    }
    return sqlite3_bind_null(stmt, at);
}

static void release(struct cursor *cur)
{
    if (cur->cached) {
        sqlite3_reset(cur->stmt);
        sqlite3_clear_bindings(cur->stmt);
        cur->cached->busy = false;
    } else {
        sqlite3_finalize(cur->stmt);
    }
    mem_free(cur);
}

static int start(struct cw *db, struct cw_rows *rows, const char *sql, const struct cw_val *v,
                 size_t n, struct err *e)
{
    struct cursor *cur = mem_calloc(1, sizeof *cur);
    int rc;

    if (!cur)
        return err_nomem(e);
    rc = prepare(db, sql, cur, e);
    if (rc) {
        mem_free(cur);
        return rc;
    }
    for (size_t i = 0; i < n && !rc; i++)
        if (bind(cur, i, &v[i]) != SQLITE_OK)
            rc = fail(db, "业务库的参数", e);
    if (rc) {
        release(cur);
        return rc;
    }
    rows->at = cur;
    return 0;
}

static int next(struct cw_rows *rows, struct err *e)
{
    struct cursor *cur = rows->at;

    switch (sqlite3_step(cur->stmt)) {
    case SQLITE_ROW: return 1;
    case SQLITE_DONE: return 0;
    default: return fail(rows->db, "业务库", e);
    }
}

static bool is_null(const struct cw_rows *rows, int col)
{
    const struct cursor *cur = rows->at;

    return sqlite3_column_type(cur->stmt, col) == SQLITE_NULL;
}

static int64_t to_int(const struct cw_rows *rows, int col)
{
    const struct cursor *cur = rows->at;

    return sqlite3_column_int64(cur->stmt, col);
}

static struct span to_text(const struct cw_rows *rows, int col)
{
    const struct cursor *cur = rows->at;
    const char *p = (const char *)sqlite3_column_text(cur->stmt, col);

    return (struct span){p ? p : "", p ? (size_t)sqlite3_column_bytes(cur->stmt, col) : 0};
}

static void done(struct cw_rows *rows)
{
    struct cursor *cur = rows->at;

    rows->db->changes = sqlite3_stmt_readonly(cur->stmt) ? 0 : sqlite3_changes64(rows->db->con);
    release(cur);
}

const struct cw_driver cw_sqlite = {
    .kind = CW_SQLITE,
    .open = open_file,
    .close = close_file,
    .start = start,
    .next = next,
    .is_null = is_null,
    .to_int = to_int,
    .to_text = to_text,
    .done = done,
    .script = script,
    .begin = "begin immediate",
};
