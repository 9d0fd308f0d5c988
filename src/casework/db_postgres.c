/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/db_driver.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"

#define MAX_PARAMS 512 /* a page of clues (CLUE_PAGE) asks by 500 numbers */

/* Statements are named by their number in this dictionary of texts. */
struct cache {
    struct names sql;
};

struct cursor {
    PGresult *result;
    int rows;
};

static int fail(const struct cw *db, PGresult *r, const char *what, struct err *e)
{
    const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
    const char *text = r ? PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    int rc;

    if (!text)
        text = PQerrorMessage(db->con);
    if (state && strncmp(state, "23", 2) == 0)
        rc = err_set(e, ERR_STATE, "%s：与已有的数据冲突（编号已有人用，或所指的不存在）", what);
    else if (state && strcmp(state, "53100") == 0)
        rc = err_set(e, ERR_IO, "%s：数据库服务器磁盘已满", what);
    else if (state && strcmp(state, "55P03") == 0)
        rc = err_set(e, ERR_STATE, "%s：业务库正忙", what);
    else
        rc = err_set(e, ERR_DB, "%s：%s", what, text);
    if (r)
        PQclear(r);
    return rc;
}

static void no_notice(void *ctx, const PGresult *r)
{
    (void)ctx;
    (void)r;
}

static int settle(struct cw *db, struct err *e)
{
    PGresult *r = PQexec(db->con,
                         "set client_encoding to 'UTF8'; set lock_timeout to '15s';"
                         "set synchronous_commit to on; set standard_conforming_strings to on");

    if (PQresultStatus(r) != PGRES_COMMAND_OK)
        return fail(db, r, "业务库", e);
    PQclear(r);
    return 0;
}

/* The server was restarted, or a firewall forgot the connection: connects again, outside of transactions only, where nothing that
 * was begun can be lost. True: it is another connection now, and what was asked may be asked again. */
static bool revive(struct cw *db)
{
    struct cache *c = db->cache;

    if (PQstatus(db->con) != CONNECTION_BAD || db->in_transaction)
        return false;
    PQreset(db->con);
    names_release(&c->sql);
    c->sql = (struct names)NAMES_INIT;
    return PQstatus(db->con) == CONNECTION_OK && settle(db, NULL) == 0;
}

static int script(struct cw *db, const char *sql, struct err *e)
{
    PGresult *r;
    ExecStatusType s;

    revive(db);
    r = PQexec(db->con, sql);
    /* A connection that was gone before the beginning: nothing was done. */
    if (strcmp(sql, db->driver->begin) == 0 && revive(db)) {
        PQclear(r);
        r = PQexec(db->con, sql);
    }
    s = PQresultStatus(r);
    if (s != PGRES_COMMAND_OK && s != PGRES_TUPLES_OK && s != PGRES_EMPTY_QUERY)
        return fail(db, r, "业务库", e);
    PQclear(r);
    return 0;
}

static int open_url(struct cw *db, const char *where, struct err *e)
{
    PGconn *con;

    db->cache = mem_calloc(1, sizeof(struct cache));
    if (!db->cache)
        return err_nomem(e);
    con = PQconnectdb(where);
    db->con = con;
    if (!con)
        return err_nomem(e);
    /* The URL holds a password: it is never said. */
    if (PQstatus(con) != CONNECTION_OK)
        return err_set(e, ERR_IO, "连不上 PostgreSQL：%s", PQerrorMessage(con));
    PQsetNoticeReceiver(con, no_notice, NULL);
    return settle(db, e);
}

static void close_url(struct cw *db)
{
    struct cache *c = db->cache;

    if (c)
        names_release(&c->sql);
    mem_free(c);
    if (db->con)
        PQfinish(db->con);
}

static int prepare(struct cw *db, const char *sql, char name[24], struct err *e)
{
    struct cache *c = db->cache;
    uint32_t known = c->sql.n, id = names_put(&c->sql, span_of(sql));
    PGresult *r;

    if (id == NAME_NONE)
        return err_nomem(e);
    snprintf(name, 24, "s%u", id);
    if (id < known)
        return 0;
    r = PQprepare(db->con, name, sql, 0, NULL);
    if (PQresultStatus(r) != PGRES_COMMAND_OK) {
        /* Not prepared, yet in the dictionary: forget all rather than fail for ever. */
        names_release(&c->sql);
        c->sql = (struct names)NAMES_INIT;
        PQclear(PQexec(db->con, "deallocate all"));
        return fail(db, r, "业务库的语句", e);
    }
    PQclear(r);
    return 0;
}

/* Texts are NUL-ended for libpq. */
struct params {
    const char *at[MAX_PARAMS];
    struct arena text;
};

static int params_fill(struct params *p, const struct cw_val *v, size_t n, struct err *e)
{
    if (n > MAX_PARAMS)
        return err_set(e, ERR_LIMIT, "语句的参数多于 %d 个", MAX_PARAMS);
    for (size_t i = 0; i < n; i++) {
        p->at[i] = v[i].type == CW_INT    ? arena_fmt(&p->text, "%lld", (long long)v[i].i)
                   : v[i].type == CW_TEXT ? arena_dup(&p->text, v[i].t)
                                          : NULL;
        if (!p->at[i] && v[i].type != CW_NULL)
            return err_nomem(e);
    }
    return 0;
}

static int start_once(struct cw *db, struct cw_rows *rows, const char *sql, const struct cw_val *v,
                      size_t n, struct err *e)
{
    struct params p = {.text = ARENA_INIT};
    struct cursor *cur = mem_calloc(1, sizeof *cur);
    ExecStatusType s;
    char name[24];
    int rc = cur ? prepare(db, sql, name, e) : err_nomem(e);

    if (!rc)
        rc = params_fill(&p, v, n, e);
    if (!rc) {
        cur->result = PQexecPrepared(db->con, name, (int)n, p.at, NULL, NULL, 0);
        s = PQresultStatus(cur->result);
        if (s != PGRES_COMMAND_OK && s != PGRES_TUPLES_OK)
            rc = fail(db, cur->result, "业务库", e);
    }
    arena_release(&p.text);
    if (rc) {
        mem_free(cur);
        return rc;
    }
    cur->rows = PQntuples(cur->result);
    rows->at = cur;
    rows->row = -1;
    return 0;
}

static int start(struct cw *db, struct cw_rows *rows, const char *sql, const struct cw_val *v,
                 size_t n, struct err *e)
{
    int rc;

    revive(db);
    rc = start_once(db, rows, sql, v, n, e);
    return rc && strncmp(sql, "select ", 7) == 0 && revive(db) ? start_once(db, rows, sql, v, n, e)
                                                               : rc;
}

static int next(struct cw_rows *rows, struct err *e)
{
    const struct cursor *cur = rows->at;

    (void)e;
    return ++rows->row < cur->rows;
}

static bool is_null(const struct cw_rows *rows, int col)
{
    const struct cursor *cur = rows->at;

    return PQgetisnull(cur->result, (int)rows->row, col);
}

static struct span to_text(const struct cw_rows *rows, int col)
{
    const struct cursor *cur = rows->at;

    return (struct span){PQgetvalue(cur->result, (int)rows->row, col),
                         (size_t)PQgetlength(cur->result, (int)rows->row, col)};
}

static int64_t to_int(const struct cw_rows *rows, int col)
{
    return strtoll(to_text(rows, col).p, NULL, 10);
}

static void done(struct cw_rows *rows)
{
    struct cursor *cur = rows->at;

    rows->db->changes = strtoll(PQcmdTuples(cur->result), NULL, 10);
    PQclear(cur->result);
    mem_free(cur);
}

const struct cw_driver cw_postgres = {
    .kind = CW_POSTGRES,
    .open = open_url,
    .close = close_url,
    .start = start,
    .next = next,
    .is_null = is_null,
    .to_int = to_int,
    .to_text = to_text,
    .done = done,
    .script = script,
    /* One writer at a time, as in SQLite: chain and change numbers are given out in the order of commits. */
    .begin = "begin; select pg_advisory_xact_lock(7233845)",
};
