/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Fee lines, second half: nl -> the months it touches, each stored in order; flags of older lines that changed. */
#include <stdio.h>

#include "base/mem.h"
#include "claims/import_priv.h"
#include "claims/undo.h"

/* Fields of a line as nl gives them, but what is known only now. */
static void fields_sql(struct buf *b, const char *prefix)
{
    const struct source *s = &huji_sources[S_LINE];
    for (size_t i = 0; i < s->n_fields; i++) {
        const char *f = s->fields[i].name;
        if (i)
            buf_str(b, ", ");
        if (strcmp(f, "init_no") == 0)
            buf_fmt(b, "CASE WHEN %sih IS NOT NULL THEN coalesce(o.no, -1) END AS init_no", prefix);
        else if (strcmp(f, "void") == 0)
            buf_fmt(
                b,
                "CASE WHEN %ssetl_id IN (SELECT setl_id FROM im_void) THEN 1 ELSE 0 END::INTEGER AS void",
                prefix);
        else if (strcmp(f, "marks") == 0)
            buf_fmt(
                b,
                "(%smarks | CASE WHEN %smdtrt_id IS NULL OR %smdtrt_id IN (SELECT mdtrt_id FROM im_made) THEN %d "
                "ELSE 0 END)::INTEGER AS marks",
                prefix, prefix, prefix, MARK_NO_VISIT);
        else
            buf_fmt(b, "%s%s::%s AS %s", prefix, f, ftype_sql(s->fields[i].type), f);
    }
}

static void plain_fields(struct buf *b, const char *prefix)
{
    const struct source *s = &huji_sources[S_LINE];
    for (size_t i = 0; i < s->n_fields; i++)
        buf_fmt(b, "%s%s%s", i ? ", " : "", prefix, s->fields[i].name);
}

/* Which numbers the lines' init_feedetl_sn mean: hash first, then the text. */
static int find_originals(struct import *im, struct err *e)
{
    int64_t n = 0;
    int rc = db_int(im->con, e, 0, &n, "SELECT count(*) FROM nl WHERE ok AND ih IS NOT NULL");
    if (rc == 0)
        rc = db_run(im->con, "CREATE OR REPLACE TEMP TABLE im_orig(h BIGINT, no BIGINT)", e);
    if (rc < 0 || !n)
        return rc;
    return db_run(
        im->con,
        "INSERT INTO im_orig SELECT h, max(no) FROM (SELECT h, no FROM nl WHERE ok AND h IN (SELECT ih FROM nl "
        "WHERE ih IS NOT NULL) UNION ALL SELECT h, no FROM line_key WHERE h IN (SELECT ih FROM nl WHERE ih IS "
        "NOT NULL)) GROUP BY h",
        e);
}

/* A new month: nothing but the sort. */
static void fresh_sql(struct buf *b, const struct import *im, int month)
{
    buf_fmt(b, "CREATE TABLE line_%d AS SELECT ", month);
    fields_sql(b, "n.");
    buf_str(b, " FROM ");
    lines_month_sql(b, im, month);
    buf_str(b, " n LEFT JOIN im_orig o ON o.h = n.ih ORDER BY n.psn_no, n.fee_ocur_time, n.bk");
}

/* A month that is there: its lines and the new ones, ties in order of the text. */
static void merge_sql(struct buf *b, const struct import *im, int month)
{
    buf_fmt(b, "CREATE OR REPLACE TABLE line_%d AS SELECT ", month);
    plain_fields(b, "");
    buf_str(b, " FROM (SELECT ");
    plain_fields(b, "l.");
    buf_fmt(
        b,
        ", trim(t.bkkp_sn) AS tie FROM line_%d l JOIN line_text t ON t.no = l.no WHERE l.no NOT IN (SELECT no FROM "
        "im_gone) UNION ALL SELECT ",
        month);
    fields_sql(b, "n.");
    buf_str(b, ", trim(t.bkkp_sn) AS tie FROM ");
    lines_month_sql(b, im, month);
    buf_str(
        b,
        " n JOIN line_text t ON t.no = n.no LEFT JOIN im_orig o ON o.h = n.ih) ORDER BY psn_no, fee_ocur_time, tie");
}

static int write_month(struct import *im, int month, bool there, struct err *e)
{
    struct buf b = BUF_INIT;
    if (there)
        merge_sql(&b, im, month);
    else
        fresh_sql(&b, im, month);
    int rc = b.failed ? err_nomem(e) : db_run(im->con, buf_cstr(&b), e);
    buf_release(&b);
    if (rc == 0)
        rc = db_exec(
            im->con, e,
            "DELETE FROM segment WHERE month = %d; INSERT INTO segment SELECT %d, 'line_%d', count(*) FROM "
            "line_%d",
            month, month, month, month);
    im->report->months_touched++;
    return rc;
}

struct months {
    int month[4096];
    bool there[4096];
    size_t n;
};

static int list_months(struct import *im, struct months *m, struct err *e)
{
    struct db_rows rows;
    int rc = db_open(
        im->con,
        "SELECT month, month IN (SELECT month FROM segment) FROM (SELECT DISTINCT month FROM nl WHERE ok "
        "UNION SELECT k.month FROM line_key k WHERE k.no IN (SELECT no FROM im_gone)) WHERE month IS NOT "
        "NULL ORDER BY 1",
        &rows, e);
    if (rc < 0)
        return rc;
    while (m->n < 4096 && db_next(&rows)) {
        m->month[m->n] = (int)db_i64(&rows, 0);
        m->there[m->n++] = db_i64(&rows, 1);
    }
    db_close(&rows);
    return 0;
}

/* Lines of older imports whose settlement was refunded now, or whose visit came or went. */
static int refresh_flags(struct import *im, struct err *e)
{
    int64_t changed = 0;
    int rc = db_int(
        im->con, e, 0, &changed,
        "SELECT (SELECT count(*) FROM im_void_changed) + (SELECT count(*) FROM im_made_changed)");
    if (rc < 0 || !changed)
        return rc;
    struct db_rows rows;
    rc = db_open(im->con, "SELECT table_name FROM segment", &rows, e);
    while (rc == 0 && db_next(&rows)) {
        struct span t = db_text(&rows, 0);
        rc = db_exec(
            im->con, e,
            "UPDATE %.*s SET void = CASE WHEN setl_id IN (SELECT setl_id FROM im_void) THEN 1 ELSE 0 END "
            "WHERE setl_id IN (SELECT setl_id FROM im_void_changed)",
            (int)t.n, t.p);
        if (rc == 0)
            rc = db_exec(
                im->con, e,
                "UPDATE %.*s SET marks = CASE WHEN mdtrt_id IN (SELECT mdtrt_id FROM im_made) THEN marks | %d "
                "ELSE marks & %d END WHERE mdtrt_id IN (SELECT mdtrt_id FROM im_made_changed)",
                (int)t.n, t.p, MARK_NO_VISIT, ~MARK_NO_VISIT);
    }
    db_close(&rows);
    return rc;
}

static int write_keys(struct import *im, struct err *e)
{
    int rc = db_run(
        im->con,
        "INSERT INTO line_gone SELECT no, CASE WHEN same THEN 'repeat' WHEN again THEN 'reject' ELSE "
        "'replaced' END FROM im_gone",
        e);
    if (rc == 0)
        rc = db_run(im->con, "DELETE FROM line_key WHERE no IN (SELECT no FROM im_gone)", e);
    if (rc == 0)
        rc = db_run(im->con, "INSERT INTO line_key SELECT h, no, month FROM nl WHERE ok", e);
    return rc;
}

int lines_count(duckdb_connection con, struct err *e)
{
    return db_run(
        con,
        "CREATE OR REPLACE TABLE line_count AS SELECT psn_no, CAST(count(*) AS INTEGER) AS n FROM s_line "
        "GROUP BY psn_no ORDER BY psn_no",
        e);
}

/* As lines_count, of the new lines: no line of an older file gave way. */
static int lines_add_count(struct import *im, struct err *e)
{
    return db_run(
        im->con,
        "CREATE OR REPLACE TABLE line_count AS SELECT psn_no, CAST(sum(n) AS INTEGER) AS n FROM (SELECT * FROM "
        "line_count UNION ALL SELECT psn_no, count(*) FROM nl GROUP BY psn_no) GROUP BY psn_no ORDER BY psn_no",
        e);
}

int lines_write(struct import *im, struct err *e)
{
    int rc = refresh_flags(im, e);
    if (rc < 0 || !im->lines)
        return rc;
    struct months *m = mem_calloc(1, sizeof *m);
    if (!m)
        return err_nomem(e);
    rc = lines_keep_fit(im, e);
    if (rc == 0)
        rc = undo_keep_lines(im, e);
    if (rc == 0)
        rc = find_originals(im, e);
    if (rc == 0)
        rc = list_months(im, m, e);
    if (rc == 0)
        rc = db_run(im->con, "SET preserve_insertion_order = true", e);
    for (size_t i = 0; i < m->n && rc == 0; i++) {
        rc = write_month(im, m->month[i], m->there[i], e);
        if (rc == 0)
            rc = import_step(im, "按月排序写入", i + 1, m->n, e);
    }
    mem_free(m);
    /* no order to keep: by all threads */
    if (rc == 0)
        rc = db_run(im->con, "SET preserve_insertion_order = false", e);
    if (rc == 0)
        rc = write_keys(im, e);
    if (rc == 0)
        rc = store_make_views(im->con, e);
    if (rc < 0)
        return rc;
    return im->grows ? lines_add_count(im, e) : lines_count(im->con, e);
}
