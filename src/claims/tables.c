/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What an empty store holds, and the two views over its segments. */
#include <stdio.h>

#include "base/map.h"
#include "claims/line_form.h"
#include "claims/schema.h"
#include "claims/store.h"

const char *ftype_sql(enum ftype t)
{
    return ftype_width(t) == 4 ? "INTEGER" : "BIGINT";
}

void source_columns_sql(struct buf *b, const struct source *s)
{
    for (size_t i = 0; i < s->n_fields; i++) {
        buf_str(b, i ? ", " : "(");
        sql_name(b, s->fields[i].name);
        buf_char(b, ' ');
        buf_str(b, ftype_sql(s->fields[i].type));
    }
    buf_char(b, ')');
}

static const char *const plain_tables[] = {
    "CREATE TABLE meta(key VARCHAR, value VARCHAR)",
    "CREATE TABLE file(id INTEGER, path VARCHAR, sha256 VARCHAR, table_name VARCHAR, rows_read BIGINT, "
    "rows_kept BIGINT, rows_rejected BIGINT, rows_repeated BIGINT, rows_replaced BIGINT, fen_read BIGINT, "
    "fen_kept BIGINT, fen_rejected BIGINT, fen_repeated BIGINT, imported_at VARCHAR, mapping VARCHAR, "
    "encoding VARCHAR, columns VARCHAR)",
    "CREATE TABLE reject(file_id INTEGER, row_no BIGINT, line_no BIGINT, column_name VARCHAR, value VARCHAR, "
    "reason VARCHAR, hint VARCHAR, raw VARCHAR, fen BIGINT)",
    /* texts of fee_list_d, one table per import, and the lines of them that are no longer (or never were) lines */
    "CREATE TABLE line_part(id INTEGER, table_name VARCHAR, no_base BIGINT, rows BIGINT)",
    "CREATE TABLE line_gone(no BIGINT, why VARCHAR)",
    "CREATE TABLE line_key(h BIGINT, no BIGINT, month INTEGER)",
    "CREATE TABLE line_count(psn_no INTEGER, n INTEGER)",
    "CREATE TABLE segment(month INTEGER, table_name VARCHAR, rows BIGINT)",
    "CREATE TABLE s_diag(mdtrt_id INTEGER, dx INTEGER, main INTEGER)",
    "CREATE TABLE l_insurance(psn_no INTEGER, insutype INTEGER, b INTEGER, e INTEGER)",
    "CREATE TABLE l_contract(fixmedins_code INTEGER, b INTEGER, e INTEGER)",
    "CREATE TABLE l_suspension(fixmedins_code INTEGER, b INTEGER, e INTEGER)",
    "CREATE TABLE l_dept_suspension(fixmedins_code INTEGER, dept INTEGER, b INTEGER, e INTEGER)",
    "CREATE TABLE l_dr_suspension(dr_code INTEGER, b INTEGER, e INTEGER)",
    "CREATE TABLE l_practice(dr_code INTEGER, b INTEGER, e INTEGER)",
    "CREATE TABLE l_opsp(psn_no INTEGER, dise_no INTEGER, b INTEGER, e INTEGER)",
    "CREATE TABLE l_capacity(fixmedins_code INTEGER, device INTEGER, b INTEGER, e INTEGER, units INTEGER, "
    "per_day INTEGER)",
    "CREATE TABLE l_long_rx(psn_no INTEGER, b INTEGER, e INTEGER)",
    "CREATE TABLE l_agreement(fixmedins_code INTEGER, fixmedins_code2 INTEGER, b INTEGER, e INTEGER)",
    "CREATE TABLE l_assisted(psn_no INTEGER, kind INTEGER, b INTEGER, e INTEGER)",
    "CREATE TABLE l_leave(psn_no INTEGER, b INTEGER, e INTEGER)",
};

static int make_dictionaries(duckdb_connection con, struct err *e)
{
    int rc = 0;
    for (int d = 0; d < BOOK_COUNT && rc == 0; d++)
        rc = db_exec(con, e, "CREATE TABLE d_%s(id INTEGER, code VARCHAR%s)",
                     codes_book_name((enum domain)d),
                     domain_has_name((enum domain)d) ? ", name VARCHAR" : "");
    return rc;
}

int store_text_view(duckdb_connection con, const struct table_schema *t, struct err *e)
{
    char sql[160];
    struct names seen = NAMES_INIT;
    struct db_rows rows;
    snprintf(sql, sizeof sql,
             "SELECT lower(column_name) FROM duckdb_columns() WHERE table_name = 'b_%s'", t->name);
    int rc = db_open(con, sql, &rows, e);
    if (rc < 0)
        return rc;
    while (db_next(&rows))
        names_put(&seen, db_text(&rows, 0));
    db_close(&rows);
    struct buf b = BUF_INIT;
    buf_fmt(&b, "CREATE OR REPLACE VIEW t_%s AS SELECT *", t->name);
    for (size_t c = 0; c < t->n_columns; c++)
        if (names_get(&seen, span_of(t->columns[c].name)) == NAME_NONE)
            buf_fmt(&b, ", NULL::VARCHAR AS %s", t->columns[c].name);
    buf_fmt(&b, " FROM b_%s", t->name);
    rc = b.failed ? err_nomem(e) : db_run(con, buf_cstr(&b), e);
    buf_release(&b);
    names_release(&seen);
    return rc;
}

static int make_texts(duckdb_connection con, struct err *e)
{
    int rc = 0;
    for (int i = 0; i < TABLE_COUNT && rc == 0; i++) {
        if (strcmp(huji_tables[i]->name, "fee_list_d") == 0)
            continue;
        rc = db_exec(con, e, "CREATE TABLE b_%s(file_id INTEGER, row_no BIGINT)",
                     huji_tables[i]->name);
        if (rc == 0)
            rc = store_text_view(con, huji_tables[i], e);
    }
    return rc;
}

static int make_sources(duckdb_connection con, struct err *e)
{
    struct buf b = BUF_INIT;
    int rc = 0;
    for (int i = 0; i < SOURCE_COUNT && rc == 0; i++) {
        if (source_is_line((enum source_id)i) || i == S_VISIT) /* a view; the same table as stay */
            continue;
        buf_clear(&b);
        buf_fmt(&b, "CREATE TABLE %s", huji_sources[i].table);
        source_columns_sql(&b, &huji_sources[i]);
        rc = b.failed ? err_nomem(e) : db_run(con, buf_cstr(&b), e);
    }
    buf_release(&b);
    return rc;
}

int store_make_tables(duckdb_connection con, struct err *e)
{
    int rc = db_run(con, "BEGIN", e);
    for (size_t i = 0; i < sizeof plain_tables / sizeof plain_tables[0] && rc == 0; i++)
        rc = db_run(con, plain_tables[i], e);
    if (rc == 0)
        rc = make_dictionaries(con, e);
    if (rc == 0)
        rc = make_texts(con, e);
    if (rc == 0)
        rc = make_sources(con, e);
    if (rc == 0)
        rc = store_make_views(con, e);
    if (rc == 0)
        rc = db_exec(
            con, e,
            "INSERT INTO meta VALUES ('schema', '%d'), ('next_no', '0'), ('next_file', '1')",
            STORE_SCHEMA);
    if (rc == 0)
        rc = db_run(con, "COMMIT", e);
    return rc;
}

/* No segment yet: a view of the right columns and no row. */
static void empty_lines(struct buf *b)
{
    const struct source *s = &huji_sources[S_LINE];
    buf_str(b, "CREATE OR REPLACE VIEW s_line AS SELECT ");
    for (size_t i = 0; i < s->n_fields; i++)
        buf_fmt(b, "%sNULL::%s AS %s", i ? ", " : "", ftype_sql(s->fields[i].type),
                s->fields[i].name);
    buf_str(b, " WHERE false");
}

static int line_view(duckdb_connection con, struct err *e)
{
    struct buf b = BUF_INIT;
    struct db_rows rows;
    int rc = db_open(con, "SELECT table_name FROM segment ORDER BY month", &rows, e);
    if (rc < 0)
        return rc;
    int n = 0;
    while (db_next(&rows)) {
        struct span t = db_text(&rows, 0);
        buf_str(&b, n++ ? " UNION ALL SELECT * FROM "
                        : "CREATE OR REPLACE VIEW s_line AS SELECT * FROM ");
        buf_span(&b, t);
    }
    db_close(&rows);
    if (!n)
        empty_lines(&b);
    rc = b.failed ? err_nomem(e) : db_run(con, buf_cstr(&b), e);
    buf_release(&b);
    return rc;
}

static void empty_texts(struct buf *b)
{
    const struct table_schema *t = huji_tables[schema_table(SPAN("fee_list_d"))];
    buf_str(
        b,
        "CREATE OR REPLACE VIEW line_text AS SELECT NULL::BIGINT AS no, NULL::INTEGER AS file_id, "
        "NULL::BIGINT AS row_no");
    for (size_t i = 0; i < t->n_columns; i++)
        buf_fmt(b, ", NULL::VARCHAR AS %s", t->columns[i].name);
    buf_str(b, " WHERE false");
}

static int text_view(duckdb_connection con, struct err *e)
{
    struct buf b = BUF_INIT;
    empty_texts(&b);
    struct db_rows rows;
    int rc = db_open(
        con,
        "SELECT table_name, (SELECT count(*) FROM line_gone g WHERE g.no >= p.no_base AND "
        "g.no < p.no_base + p.rows) FROM line_part p ORDER BY id",
        &rows, e);
    if (rc < 0) {
        buf_release(&b);
        return rc;
    }
    while (rc == 0 && db_next(&rows)) {
        char part[64];
        struct span t = db_text(&rows, 0);
        snprintf(part, sizeof part, "%.*s", (int)t.n, t.p);
        buf_str(&b, " UNION ALL BY NAME ");
        rc = line_part_sql(con, &b, part, e);
        if (db_i64(&rows, 1))
            buf_str(&b, " WHERE no NOT IN (SELECT no FROM line_gone)");
    }
    db_close(&rows);
    if (rc == 0)
        rc = b.failed ? err_nomem(e) : db_run(con, buf_cstr(&b), e);
    buf_release(&b);
    return rc;
}

int store_make_views(duckdb_connection con, struct err *e)
{
    int rc = line_view(con, e);
    return rc < 0 ? rc : text_view(con, e);
}
