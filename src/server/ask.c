/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/ask.h"

#include "base/mem.h"
#include "claims/place.h"
#include "claims/store.h"
#include "server/rulebook.h"
#include "server/server.h"

struct ask {
    duckdb_connection con;
};

/* The findings whose clues were sent to the asker's institution, as a list of SQL. */
static int released(struct request *r, struct buf *out, struct err *e)
{
    struct buf sql = BUF_INIT;
    struct cw_rows rows;
    int rc;

    buf_fmt(&sql, "select finding_id from clue where finding_id is not null and %s",
            rule_released(r));
    rc = sql.failed ? err_nomem(e) : cw_query(r->db, &rows, e, buf_cstr(&sql), CW_NONE);
    buf_release(&sql);
    if (rc)
        return rc;
    buf_str(out, "finding_id in ('-'");
    while ((rc = cw_next(&rows, e)) > 0) {
        buf_str(out, ", ");
        buf_sql(out, cw_text(&rows, 0));
    }
    buf_char(out, ')');
    cw_done(&rows);
    return rc;
}

/* On this connection, `finding` is what the asker may see of it: no question has to think of it. */
static int narrow(struct request *r, struct ask *a, struct err *e)
{
    static const char *const tables[] = {"finding", "finding_before"};
    struct buf sent = BUF_INIT;
    int rc = released(r, &sent, e);

    for (int i = 0; i < 2 && !rc; i++) {
        struct buf sql = BUF_INIT;

        if (!ask_has(a, tables[i]))
            continue;
        buf_fmt(&sql, "create or replace temp view %s as select * from claims.main.%s where true",
                tables[i], tables[i]);
        rule_condition(r, &sql, "rule_id", i ? NULL : buf_cstr(&sent));
        rc = sql.failed || sent.failed ? err_nomem(e) : db_run(a->con, buf_cstr(&sql), e);
        buf_release(&sql);
    }
    buf_release(&sent);
    return rc;
}

int ask_open(struct request *r, struct ask **out, struct err *e)
{
    struct ask *a = mem_calloc(1, sizeof *a);
    int rc = a ? store_connect(r->server->store, &a->con, e) : err_nomem(e);

    if (rc) {
        mem_free(a);
        return rc;
    }
    if (r->session.fixmedins_code[0])
        rc = narrow(r, a, e);
    if (rc)
        ask_close(a);
    else
        *out = a;
    return rc;
}

void ask_close(struct ask *a)
{
    if (!a)
        return;
    duckdb_disconnect(&a->con);
    mem_free(a);
}

static json_t *cell(struct db_rows *rows, idx_t col)
{
    if (db_null(rows, col))
        return json_null();
    switch (duckdb_column_type(&rows->result, col)) {
    case DUCKDB_TYPE_BOOLEAN: return json_boolean(db_i64(rows, col));
    case DUCKDB_TYPE_VARCHAR: return json_span(db_text(rows, col));
    default: return json_integer(db_i64(rows, col));
    }
}

static json_t *record(struct db_rows *rows)
{
    idx_t n = duckdb_column_count(&rows->result);
    json_t *row = json_object();

    for (idx_t c = 0; c < n; c++)
        if (json_object_set_new(row, duckdb_column_name(&rows->result, c), cell(rows, c))) {
            json_decref(row);
            return NULL;
        }
    return row;
}

int ask_rows(struct ask *a, const struct buf *sql, json_t **out, struct err *e)
{
    struct db_rows rows;
    json_t *all = NULL;
    int rc = sql->failed ? err_nomem(e) : db_open(a->con, sql->p, &rows, e);

    if (rc)
        return rc;
    all = json_array();
    while (!rc && db_next(&rows))
        if (json_array_append_new(all, record(&rows)))
            rc = err_nomem(e);
    db_close(&rows);
    if (rc)
        json_decref(all);
    else
        *out = all;
    return rc;
}

int ask_row(struct ask *a, const struct buf *sql, json_t **out, struct err *e)
{
    json_t *all = NULL;
    int rc = ask_rows(a, sql, &all, e);

    if (rc)
        return rc;
    *out = json_incref(json_array_get(all, 0));
    json_decref(all);
    return 0;
}

bool ask_has(struct ask *a, const char *table)
{
    int64_t n = 0;

    return db_int(a->con, NULL, 0, &n,
                  "select count(*) from information_schema.tables where table_name = '%s'",
                  table) == 0 &&
           n > 0;
}

bool ask_has_column(struct ask *a, const char *table, const char *column)
{
    int64_t n = 0;

    return db_int(
               a->con, NULL, 0, &n,
               "select count(*) from duckdb_columns() where table_name = '%s' and column_name = '%s'",
               table, column) == 0 &&
           n > 0;
}

void ask_scope(const struct request *r, struct buf *sql, const char *column)
{
    struct scope s = scope_of(&r->session);

    if (s.fixmedins_code[0]) {
        buf_fmt(sql, " and %s = ", column);
        buf_sql(sql, span_of(s.fixmedins_code));
    }
    if (s.prefix[0])
        place_inst_sql(sql, column, s.prefix);
    if (s.assignee[0]) /* a reviewer from outside sees clues, nothing else */
        buf_str(sql, " and false");
}

int ask_reply(struct request *r, json_t *rows, struct err *e)
{
    json_int_t n = (json_int_t)json_array_size(rows);

    return reply_json(r, 200, json_pack("{s:o,s:n,s:I}", "rows", rows, "next", "total", n), e);
}
