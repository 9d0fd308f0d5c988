/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What the rules' SQL stands on, kept as a DuckDB file that anybody can open. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "claims/db.h"
#include "engine/sql/sql.h"
#include "run/prepare.h"
#include "run/verify.h"

/* Temporary tables of prepare_sql, tables of rows (their views are over the text of lines, and not asked), the findings. */
static const char tables_sql[] =
    "SELECT table_name FROM duckdb_tables() WHERE temporary OR (database_name = current_database() AND (starts_with(table_name, 's_') OR "
    "table_name = 'finding')) ORDER BY 1";

static int copy_tables(duckdb_connection con, struct err *e)
{
    struct db_rows rows;
    struct buf list = BUF_INIT;
    int rc = db_open(con, tables_sql, &rows, e);
    if (rc < 0)
        return rc;
    while (db_next(&rows)) {
        struct span t = db_text(&rows, 0);
        buf_fmt(&list, "CREATE TABLE kept.\"%.*s\" AS FROM \"%.*s\";\n", (int)t.n, t.p, (int)t.n,
                t.p);
    }
    db_close(&rows);
    struct span left = {buf_cstr(&list), list.n};
    while (left.n && rc == 0) {
        struct span one = span_cut(&left, '\n');
        rc = db_exec(con, e, "%.*s", (int)one.n, one.p);
    }
    buf_release(&list);
    return rc;
}

static int copy_macros(duckdb_connection con, struct err *e)
{
    static const char temp[] = "TEMP MACRO ";
    int rc = 0;
    for (int i = 0; sql_macros[i] && rc == 0; i++) {
        const char *at = strstr(sql_macros[i], temp);
        struct buf b = BUF_INIT;
        buf_fmt(&b, "%.*sMACRO kept.%s", (int)(at - sql_macros[i]), sql_macros[i],
                at + sizeof temp - 1);
        rc = b.failed ? err_nomem(e) : db_run(con, buf_cstr(&b), e);
        buf_release(&b);
    }
    return rc;
}

static int copy(duckdb_connection con, const char *path, struct err *e)
{
    struct buf b = BUF_INIT;
    buf_str(&b, "ATTACH ");
    buf_sql(&b, span_of(path));
    buf_str(&b, " AS kept");
    mode_t mask = umask(0077); /* it holds what the store holds */
    int rc = db_run(con, buf_cstr(&b), e);
    umask(mask);
    buf_release(&b);
    if (rc < 0)
        return rc;
    rc = copy_tables(con, e);
    if (rc == 0)
        rc = copy_macros(con, e);
    int detached = db_exec(con, rc ? NULL : e, "DETACH kept");
    return rc ? rc : detached;
}

int verify_keep(struct store *s, const struct huji_library *lib, const char *path,
                const struct progress *p, struct err *e)
{
    struct buf part = BUF_INIT;
    duckdb_connection con;
    if (access(path, F_OK) == 0) {
        err_set(e, ERR_STATE, "%s 已经有了，不覆盖", path);
        err_hint(e, "换一个文件名，或先删掉它");
        return e ? e->code : ERR_STATE;
    }
    int rc = store_connect(s, &con, e);
    if (rc < 0)
        return rc;
    buf_fmt(&part, "%s.part", path);
    unlink(buf_cstr(&part)); /* of a run that was broken off */
    progress_step(p, "准备核对用的表", 0, 2);
    rc = prepare_sql(con, lib, "line_text", e);
    progress_step(p, "另存核对用的表", 1, 2);
    if (rc == 0)
        rc = copy(con, buf_cstr(&part), e);
    duckdb_disconnect(&con);
    if (rc == 0 && rename(buf_cstr(&part), path) != 0)
        rc = err_errno(e, "写不了 %s", path);
    if (rc)
        unlink(buf_cstr(&part));
    buf_release(&part);
    return rc;
}
