/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/undo.h"

#include "claims/code_map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"

#define T(in) ((in)->table->name)

/* --- putting aside ------------------------------------------------------------------------------- */

static const char history[] =
    "CREATE TABLE IF NOT EXISTS import(id INTEGER, \"at\" VARCHAR, file_first INTEGER, file_last INTEGER, no_base BIGINT, "
    "before VARCHAR, files BIGINT, rows_read BIGINT, rows_kept BIGINT, rows_rejected BIGINT, fen_kept BIGINT, names VARCHAR, "
    "undone_at VARCHAR)";

static const char *const fresh[] = {
    "CREATE OR REPLACE TABLE undo_code(book VARCHAR, n BIGINT)",
    "CREATE OR REPLACE TABLE undo_name(book VARCHAR, id INTEGER)",
    "CREATE OR REPLACE TEMP TABLE im_unnamed(book VARCHAR, id INTEGER)",
    "CREATE OR REPLACE TABLE undo_column AS SELECT table_name, column_name FROM duckdb_columns() WHERE starts_with(table_name, 'b_')",
    "CREATE OR REPLACE TABLE undo_line AS SELECT *, 0::BIGINT AS h, 0 AS month FROM s_line WHERE false",
};

/* What the import before this one put aside is of no use any more. */
static int drop_rows(duckdb_connection con, struct err *e)
{
    struct db_rows rows;
    struct buf b = BUF_INIT;
    int rc = db_open(
        con, "SELECT table_name FROM duckdb_tables() WHERE starts_with(table_name, 'undo_b_')",
        &rows, e);
    if (rc < 0)
        return rc;
    while (db_next(&rows)) {
        buf_str(&b, "DROP TABLE ");
        buf_span(&b, db_text(&rows, 0));
        buf_char(&b, ';');
    }
    db_close(&rows);
    if (b.n)
        rc = b.failed ? err_nomem(e) : db_run(con, buf_cstr(&b), e);
    buf_release(&b);
    return rc;
}

int undo_begin(struct import *im, struct err *e)
{
    char seen[8];
    int rc = db_run(im->con, history, e);
    if (rc == 0)
        rc = drop_rows(im->con, e);
    if (rc == 0)
        rc = store_meta(im->store, "unscreened", seen, sizeof seen, e);
    if (rc == 0)
        rc = store_set_meta(im->store, "unscreened_before", seen, e);
    for (size_t i = 0; i < sizeof fresh / sizeof fresh[0] && rc == 0; i++)
        rc = db_run(im->con, fresh[i], e);
    for (int d = 0; d < BOOK_COUNT && rc == 0; d++) {
        const char *book = codes_book_name((enum domain)d);
        rc = db_exec(im->con, e, "INSERT INTO undo_code VALUES ('%s', %u)", book,
                     codes_count(im->store->fn.codes, (enum domain)d));
        if (rc == 0 && domain_has_name((enum domain)d))
            rc = db_exec(im->con, e,
                         "INSERT INTO im_unnamed SELECT '%s', id FROM d_%s WHERE name IS NULL",
                         book, book);
    }
    return rc;
}

int undo_keep_rows(struct import *im, const struct input *in, struct err *e)
{
    int64_t n = 0;
    int rc = db_int(im->con, e, 0, &n, "SELECT count(*) FROM im_gone_rows WHERE file_id < %d",
                    im->in[0].file_id);
    if (rc < 0 || !n)
        return rc;
    return db_exec(
        im->con, e,
        "CREATE TABLE undo_b_%d_%s AS SELECT t.* FROM b_%s t JOIN im_gone_rows g ON t.file_id = g.file_id AND "
        "t.row_no = g.row_no WHERE g.file_id < %d",
        in->file_id, T(in), T(in), im->in[0].file_id);
}

int undo_keep_lines(struct import *im, struct err *e)
{
    int64_t n = 0;
    int rc = db_int(im->con, e, 0, &n,
                    "SELECT count(*) FROM line_key WHERE no IN (SELECT no FROM im_gone)");
    if (rc < 0 || !n)
        return rc;
    return db_run(
        im->con,
        "INSERT INTO undo_line SELECT l.*, k.h, k.month FROM s_line l JOIN line_key k USING (no) WHERE no IN "
        "(SELECT no FROM im_gone)",
        e);
}

int undo_end(struct import *im, struct err *e)
{
    char before[32];
    /* write.c takes it out: what the last screening found is what the data says */
    int64_t id = 0, base = im->next_no;
    struct buf b = BUF_INIT;
    int rc = store_meta(im->store, "imported_at", before, sizeof before, e);
    if (rc == 0)
        rc = store_set_meta(im->store, "unscreened", "1", e);
    if (rc == 0)
        rc = db_int(im->con, e, 1, &id, "SELECT max(id) + 1 FROM import");
    for (size_t i = 0; i < im->n; i++)
        if (strcmp(T(&im->in[i]), "fee_list_d") == 0)
            base -= im->in[i].rows;
    for (int d = 0; d < BOOK_COUNT && rc == 0; d++)
        if (domain_has_name((enum domain)d))
            rc = db_exec(
                im->con, e,
                "INSERT INTO undo_name SELECT u.book, u.id FROM im_unnamed u JOIN d_%s d ON d.id = u.id WHERE u.book = "
                "'%s' AND d.name IS NOT NULL",
                codes_book_name((enum domain)d), codes_book_name((enum domain)d));
    buf_fmt(
        &b,
        "INSERT INTO import SELECT %lld, '%s', %d, %d, %lld, '%s', count(DISTINCT path), CAST(sum(rows_read) AS BIGINT), "
        "CAST(sum(rows_kept) AS BIGINT), CAST(sum(rows_rejected) AS BIGINT), CAST(sum(fen_kept) AS BIGINT), "
        "string_agg(DISTINCT regexp_extract(path, '[^/]*$'), '、' ORDER BY regexp_extract(path, '[^/]*$')), NULL FROM file WHERE id BETWEEN %d AND %d",
        (long long)id, im->now, im->in[0].file_id, im->next_file - 1, (long long)base, before,
        im->in[0].file_id, im->next_file - 1);
    if (rc == 0)
        rc = b.failed ? err_nomem(e) : db_run(im->con, buf_cstr(&b), e);
    buf_release(&b);
    return rc;
}

/* --- taking back --------------------------------------------------------------------------------- */

struct undo {
    struct import im;
    int first, last; /* files */
    int64_t base;    /* lines from this number on */
    char before[32];
    struct undo_report *report;
};

/* Records that will not be there any more; what an older file says of the same record comes back and is not withdrawn. */
static int list_events(struct undo *u, struct err *e)
{
    static const struct {
        const char *prefix, *table, *column;
    } of[] = {
        {"setl:", "setl_d", "setl_id"},
        {"mdtrt:", "mdtrt_d", "mdtrt_id"},
        {"oprn:", "setl_list_oprn_d", "setl_list_oprn_id"},
        {"reg:", "opsp_reg_d", "trt_dcla_detl_sn"},
        {"check:", "presence_check", "check_id"},
        {"enrol:", "psn_insu_d", "psn_insu_rlts_id"},
        {"lab:", "lab_result", "report_no"},
        {"act:", "agency_act", "act_no"},
        {"clr:", "clearing", "clr_no"},
    };
    int rc = db_exec(
        u->im.con, e,
        "CREATE OR REPLACE TABLE withdrawn AS SELECT DISTINCT 'line:' || trim(bkkp_sn) AS event FROM line_text WHERE no >= "
        "%lld AND huji_hash(bkkp_sn) NOT IN (SELECT h FROM undo_line)",
        (long long)u->base);
    for (size_t i = 0; i < sizeof of / sizeof *of && rc == 0; i++)
        rc = db_exec(
            u->im.con, e,
            "INSERT INTO withdrawn SELECT DISTINCT '%s' || trim(%s) FROM t_%s WHERE file_id BETWEEN %d AND %d AND "
            "trim(%s) <> ''",
            of[i].prefix, of[i].column, of[i].table, u->first, u->last, of[i].column);
    return rc == 0 ? db_int(u->im.con, e, 0, &u->report->events, "SELECT count(*) FROM withdrawn")
                   : rc;
}

/* Columns that only this import's files had; before any row is touched. */
static int drop_columns(struct undo *u, struct err *e)
{
    struct db_rows rows;
    struct buf b = BUF_INIT;
    int rc = db_open(
        u->im.con,
        "SELECT table_name, column_name FROM duckdb_columns() WHERE starts_with(table_name, 'b_') EXCEPT SELECT * FROM "
        "undo_column",
        &rows, e);
    if (rc < 0)
        return rc;
    while (db_next(&rows)) {
        char column[512];
        struct span c = db_text(&rows, 1);
        snprintf(column, sizeof column, "%.*s", (int)c.n, c.p);
        buf_str(&b, "ALTER TABLE ");
        buf_span(&b, db_text(&rows, 0));
        buf_str(&b, " DROP COLUMN ");
        sql_name(&b, column);
        buf_char(&b, ';');
    }
    db_close(&rows);
    if (b.n)
        rc = b.failed ? err_nomem(e) : db_run(u->im.con, buf_cstr(&b), e);
    buf_release(&b);
    for (int i = 0; i < TABLE_COUNT && rc == 0; i++)
        if (strcmp(huji_tables[i]->name, "fee_list_d") != 0)
            rc = store_text_view(u->im.con, huji_tables[i], e);
    return rc;
}

/* One table put aside goes back; columns of this import's files are not there any more. */
static int put_back(struct undo *u, struct span aside, struct err *e)
{
    struct span name = {aside.p + 7, aside.n - 7}; /* undo_b_<file>_<table> */
    struct buf b = BUF_INIT, columns = BUF_INIT;
    struct db_rows rows;
    int64_t n = 0;
    span_cut(&name, '_');
    buf_fmt(&b, "SELECT column_name FROM duckdb_columns() WHERE table_name = 'b_%.*s'", (int)name.n,
            name.p);
    int rc = db_open(u->im.con, buf_cstr(&b), &rows, e);
    while (rc == 0 && db_next(&rows)) {
        char column[512];
        struct span c = db_text(&rows, 0);
        snprintf(column, sizeof column, "%.*s", (int)c.n, c.p);
        if (columns.n)
            buf_str(&columns, ", ");
        sql_name(&columns, column);
    }
    if (rc == 0)
        db_close(&rows);
    buf_clear(&b);
    buf_fmt(&b, "INSERT INTO b_%.*s (%s) SELECT %s FROM %.*s ORDER BY file_id, row_no", (int)name.n,
            name.p, buf_cstr(&columns), buf_cstr(&columns), (int)aside.n, aside.p);
    if (rc == 0)
        rc = b.failed ? err_nomem(e) : db_run(u->im.con, buf_cstr(&b), e);
    if (rc == 0)
        rc = db_int(u->im.con, e, 0, &n, "SELECT count(*) FROM %.*s", (int)aside.n, aside.p);
    u->report->restored += n;
    buf_release(&b);
    buf_release(&columns);
    return rc;
}

static int texts_back(struct undo *u, struct err *e)
{
    struct db_rows rows;
    int rc = drop_columns(u, e);
    if (rc == 0)
        rc = flat_forget(&u->im, u->first, u->last, e);
    for (int i = 0; i < TABLE_COUNT && rc == 0; i++)
        if (strcmp(huji_tables[i]->name, "fee_list_d") != 0)
            rc = db_exec(u->im.con, e, "DELETE FROM b_%s WHERE file_id BETWEEN %d AND %d",
                         huji_tables[i]->name, u->first, u->last);
    if (rc == 0)
        rc = db_open(
            u->im.con,
            "SELECT table_name FROM duckdb_tables() WHERE starts_with(table_name, 'undo_b_') ORDER BY 1",
            &rows, e);
    if (rc < 0)
        return rc;
    while (rc == 0 && db_next(&rows))
        rc = put_back(u, db_text(&rows, 0), e);
    db_close(&rows);
    return rc;
}

/* The months that lines came to or went from, as they were; those that were not there go. */
static int months_back(struct undo *u, struct err *e)
{
    struct db_rows rows;
    struct buf f = BUF_INIT;
    const struct source *s = &huji_sources[S_LINE];
    int rc = db_exec(
        u->im.con, e,
        "CREATE OR REPLACE TEMP TABLE un_month AS SELECT DISTINCT month FROM (SELECT month FROM line_key WHERE no >= %lld "
        "UNION ALL SELECT month FROM undo_line)",
        (long long)u->base);
    for (size_t i = 0; i < s->n_fields; i++)
        buf_fmt(&f, "%s%s", i ? ", " : "", s->fields[i].name);
    if (rc == 0)
        rc = db_open(
            u->im.con,
            "SELECT month, EXISTS (FROM undo_line l WHERE l.month = m.month) FROM un_month m ORDER BY 1",
            &rows, e);
    if (rc < 0) {
        buf_release(&f);
        return rc;
    }
    while (rc == 0 && db_next(&rows)) {
        int m = (int)db_i64(&rows, 0);
        int64_t left = 0;
        if (db_i64(&rows, 1)) /* ties in order of the text, as when it was written (segments.c) */
            rc = db_exec(
                u->im.con, e,
                "CREATE OR REPLACE TABLE line_%d AS SELECT %s FROM (SELECT l.*, trim(t.bkkp_sn) AS tie FROM (SELECT %s FROM line_%d "
                "WHERE no < %lld UNION ALL SELECT %s FROM undo_line WHERE month = %d) l JOIN line_text t ON t.no = l.no) "
                "ORDER BY psn_no, fee_ocur_time, tie",
                m, buf_cstr(&f), buf_cstr(&f), m, (long long)u->base, buf_cstr(&f), m);
        else
            rc = db_exec(u->im.con, e,
                         "CREATE OR REPLACE TABLE line_%d AS SELECT * FROM line_%d WHERE no < %lld",
                         m, m, (long long)u->base);
        if (rc == 0)
            rc = db_int(u->im.con, e, 0, &left, "SELECT count(*) FROM line_%d", m);
        if (rc == 0)
            rc = db_exec(u->im.con, e, "DELETE FROM segment WHERE month = %d", m);
        if (rc == 0)
            rc = left ? db_exec(u->im.con, e, "INSERT INTO segment VALUES (%d, 'line_%d', %lld)", m,
                                m, (long long)left)
                      : db_exec(u->im.con, e, "DROP TABLE line_%d", m);
    }
    db_close(&rows);
    buf_release(&f);
    return rc;
}

static int drop_parts(struct undo *u, struct err *e)
{
    struct db_rows rows;
    char sql[128];
    int rc;
    snprintf(sql, sizeof sql, "SELECT table_name FROM line_part WHERE no_base >= %lld",
             (long long)u->base);
    rc = db_open(u->im.con, sql, &rows, e);
    if (rc < 0)
        return rc;
    while (rc == 0 && db_next(&rows))
        rc = db_exec(u->im.con, e, "DROP TABLE %.*s", (int)db_text(&rows, 0).n,
                     db_text(&rows, 0).p);
    db_close(&rows);
    return rc == 0 ? db_exec(u->im.con, e, "DELETE FROM line_part WHERE no_base >= %lld",
                             (long long)u->base)
                   : rc;
}

static int lines_back(struct undo *u, struct err *e)
{
    int64_t touched = 0, n = 0;
    int rc = db_int(u->im.con, e, 0, &touched,
                    "SELECT (SELECT count(*) FROM line_part WHERE no_base >= %lld)",
                    (long long)u->base);
    if (rc < 0 || !touched)
        return rc;
    rc = drop_parts(u, e);
    if (rc == 0)
        rc = db_exec(u->im.con, e,
                     "DELETE FROM line_gone WHERE no >= %lld OR no IN (SELECT no FROM undo_line)",
                     (long long)u->base);
    if (rc == 0)
        rc = store_make_views(u->im.con, e); /* line_text as it was: months_back reads it */
    if (rc == 0)
        rc = months_back(u, e);
    if (rc == 0)
        rc = db_exec(
            u->im.con, e,
            "DELETE FROM line_key WHERE no >= %lld; INSERT INTO line_key SELECT h, no, month FROM undo_line",
            (long long)u->base);
    if (rc == 0)
        rc = store_make_views(u->im.con, e);
    if (rc == 0)
        rc = lines_count(u->im.con, e);
    if (rc == 0)
        rc = db_int(u->im.con, e, 0, &n, "SELECT count(*) FROM undo_line");
    u->report->restored += n;
    return rc;
}

static int codes_back(struct undo *u, struct err *e)
{
    int64_t items = 0;
    int rc = db_int(u->im.con, e, 0, &items, "SELECT n FROM undo_code WHERE book = 'item'");
    if (rc == 0 && store_has(u->im.store, "code_map"))
        rc = code_map_strip(u->im.con, items, e);
    for (int d = 0; d < BOOK_COUNT && rc == 0; d++) {
        const char *book = codes_book_name((enum domain)d);
        rc = db_exec(u->im.con, e,
                     "DELETE FROM d_%s WHERE id >= (SELECT n FROM undo_code WHERE book = '%s')",
                     book, book);
        if (rc == 0 && domain_has_name((enum domain)d))
            rc = db_exec(
                u->im.con, e,
                "UPDATE d_%s SET name = NULL WHERE id IN (SELECT id FROM undo_name WHERE book = '%s')",
                book, book);
    }
    return rc;
}

static int derive_back(struct undo *u, struct err *e)
{
    struct function_context *fn = &u->im.store->fn;
    int rc;
    texts_forget(&fn->texts);
    fn->codes = codes_new();
    rc = fn->codes ? codes_load(fn->codes, u->im.con, NULL, e) : err_nomem(e);
    /* Rows that gave way to this import were taken out of them. */
    if (rc == 0)
        rc = db_run(u->im.con,
                    "DELETE FROM x_setl; DELETE FROM x_visit; DROP TABLE IF EXISTS x_sale", e);
    if (rc == 0)
        rc = derive_tables(&u->im, e);
    if (rc == 0)
        rc = lines_write(&u->im, e); /* no line of its own: flags of lines alone */
    return rc;
}

static int record(struct undo *u, struct err *e)
{
    char no[32], seen[8], before[8];
    snprintf(no, sizeof no, "%lld", (long long)u->base);
    int rc = db_exec(
        u->im.con, e,
        "DELETE FROM file WHERE id BETWEEN %d AND %d; DELETE FROM reject WHERE file_id BETWEEN %d AND %d; "
        "UPDATE import SET undone_at = '%s' WHERE id = %lld",
        u->first, u->last, u->first, u->last, u->im.now, (long long)u->report->import);
    if (rc == 0)
        rc = drop_rows(u->im.con, e);
    if (rc == 0)
        rc = store_set_meta(u->im.store, "next_no", no, e);
    if (rc == 0)
        rc = store_set_meta(u->im.store, "imported_at", u->before, e);
    if (rc == 0)
        rc = store_set_meta(u->im.store, "undone_at", u->im.now, e);
    if (rc == 0)
        rc = store_meta(u->im.store, "unscreened", seen, sizeof seen, e);
    if (rc == 0)
        rc = store_meta(u->im.store, "unscreened_before", before, sizeof before, e);
    /* A screening since then saw what is gone now; without one, the findings speak of the data as it is again. */
    return rc == 0 ? store_set_meta(u->im.store, "unscreened", seen[0] == '1' ? before : "1", e)
                   : rc;
}

static int take_back(struct undo *u, struct err *e)
{
    int rc = list_events(u, e);
    if (rc == 0)
        rc = import_step(&u->im, "取回被替换的行", 0, 0, e);
    if (rc == 0)
        rc = texts_back(u, e);
    if (rc == 0)
        rc = import_step(&u->im, "按月写回费用明细", 0, 0, e);
    if (rc == 0)
        rc = lines_back(u, e);
    if (rc == 0)
        rc = codes_back(u, e);
    if (rc == 0)
        rc = derive_back(u, e);
    if (rc == 0)
        rc = code_map_apply(u->im.con, NULL, e); /* pairs taken since then hold */
    if (rc == 0)
        rc = record(u, e);
    return rc == 0 ? import_step(&u->im, "提交", 0, 0, e) : rc;
}

static int which(struct undo *u, int64_t id, struct err *e)
{
    struct db_rows rows;
    struct undo_report *r = u->report;
    int rc;
    if (!store_has(u->im.store, "import"))
        return err_set(e, ERR_STATE, "还没有可以撤回的导入");
    rc = db_open(
        u->im.con,
        "SELECT id, file_first, file_last, no_base, before, files, rows_kept, fen_kept, \"at\", undone_at IS NULL FROM import "
        "ORDER BY id DESC LIMIT 1",
        &rows, e);
    if (rc < 0)
        return rc;
    if (!db_next(&rows)) {
        rc = err_set(e, ERR_STATE, "还没有可以撤回的导入");
    } else if (!db_i64(&rows, 9)) {
        err_set(e, ERR_STATE, "最近一次导入已经撤回过了");
        rc = err_hint(e,
                      "只能撤回最近的一次；要去掉更早的数据，请用 huji init 新建数据目录重新导入");
    } else if (id && id != db_i64(&rows, 0)) {
        rc = err_set(e, ERR_STATE, "第 %lld 次导入之后又导入过，只能撤回最近的一次", (long long)id);
    } else {
        struct span before = db_text(&rows, 4), at = db_text(&rows, 8);
        u->first = (int)db_i64(&rows, 1);
        u->last = (int)db_i64(&rows, 2);
        u->base = db_i64(&rows, 3);
        snprintf(u->before, sizeof u->before, "%.*s", (int)before.n, before.p);
        r->import = db_i64(&rows, 0);
        r->files = db_i64(&rows, 5);
        r->rows = db_i64(&rows, 6);
        r->fen = db_i64(&rows, 7);
        snprintf(r->at, sizeof r->at, "%.*s", (int)at.n, at.p);
    }
    db_close(&rows);
    return rc;
}

int store_undo(struct store *s, int64_t id, const struct progress *progress,
               struct undo_report *out, struct err *e)
{
    struct undo_report report = {0};
    struct import_report none = {0};
    struct undo u = {.report = &report,
                     .im = {.store = s, .con = s->con, .progress = progress, .report = &none}};
    if (s->mode != STORE_WRITE)
        return err_set(e, ERR_STATE, "数据目录以只读方式打开，不能撤回");
    import_now(&u.im);
    int rc = which(&u, id, e);
    if (rc < 0)
        return rc;
    u.im.next_file = 1; /* all files are read again */
    u.im.whole = true;
    rc = db_run(s->con, "BEGIN", e);
    if (rc == 0)
        rc = take_back(&u, e);
    if (rc == 0)
        rc = db_run(s->con, "COMMIT", e);
    if (rc < 0)
        db_run(s->con, "ROLLBACK", NULL);
    import_clean(&u.im);
    if (rc == 0)
        *out = report;
    return rc;
}

/* --- how things stand ---------------------------------------------------------------------------- */

static void text_of(const struct db_rows *rows, idx_t col, char out[32])
{
    struct span s = db_null(rows, col) ? (struct span){"", 0} : db_text(rows, col);
    snprintf(out, 32, "%.*s", (int)s.n, s.p);
}

int import_state(struct store *s, struct import_state *out, struct err *e)
{
    struct import_state st = {0};
    struct db_rows rows;
    char meta[8];
    int rc = store_meta(s, "imported_at", st.imported_at, sizeof st.imported_at, e);
    if (rc == 0)
        rc = store_meta(s, "undone_at", st.undone_at, sizeof st.undone_at, e);
    if (rc == 0)
        rc = store_meta(s, "demo", meta, sizeof meta, e);
    st.demo = rc == 0 && meta[0] == '1';
    if (rc == 0)
        rc = db_int(s->con, e, 0, &st.files, "SELECT count(DISTINCT path) FROM file");
    if (rc == 0)
        rc = db_int(s->con, e, 0, &st.lines, "SELECT CAST(sum(rows) AS BIGINT) FROM segment");
    if (rc == 0 && store_has(s, "import")) {
        rc = db_open(s->con, "SELECT id, undone_at IS NULL FROM import ORDER BY id DESC LIMIT 1",
                     &rows, e);
        if (rc == 0 && db_next(&rows)) {
            st.last = db_i64(&rows, 0);
            st.undoable = db_i64(&rows, 1);
        }
        if (rc == 0)
            db_close(&rows);
    }
    if (rc == 0 && store_has(s, "run")) {
        rc = db_open(
            s->con,
            "SELECT strftime(\"at\", '%Y-%m-%d %H:%M:%S') FROM run ORDER BY \"at\" DESC LIMIT 1",
            &rows, e);
        if (rc == 0 && db_next(&rows)) {
            st.screened = true;
            text_of(&rows, 0, st.run_at);
        }
        if (rc == 0)
            db_close(&rows);
    }
    if (rc == 0)
        rc = store_meta(s, "unscreened", meta, sizeof meta, e);
    st.stale = rc == 0 && st.screened && meta[0] == '1';
    if (rc == 0)
        *out = st;
    return rc;
}
