/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/rejects: rows that did not come in, with file, line, column, value and what would be right; as XLSX or CSV, row by row. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "claims/db.h"
#include "claims/quality.h"
#include "claims/readers/mapping.h"
#include "claims/schema.h"
#include "claims/store.h"
#include "claims/workbook.h"
#include "papers/mark.h"
#include "screen/mask.h"
#include "server/ask.h"
#include "server/export.h"
#include "server/live_query.h"
#include "server/routes.h"
#include "server/server.h"

#define SHEET_ROWS 1000000

static const char *const heads[] = {"文件", "行号", "列",           "中文名",
                                    "值",   "原因", "应为／怎么改", "原文"};
#define COLUMNS (sizeof heads / sizeof *heads)

static void scope_add(void *ctx, struct buf *sql, const char *column)
{
    ask_scope(ctx, sql, column);
}

/* Within the session's row scope. */
static void select_sql(struct request *r, struct buf *b, int64_t import, const char *columns)
{
    struct quality_scope scope = {scope_add, r};
    struct err none = {0};

    buf_fmt(b, "select %s from reject r join file f on f.id = r.file_id where true", columns);
    quality_reject_scope(b, scope_is_house(r, &none) ? NULL : &scope);
    if (import)
        buf_fmt(
            b,
            " and r.file_id between (select file_first from import where id = %lld) and (select file_last from import"
            " where id = %lld)",
            (long long)import, (long long)import);
}

/* Chinese name of a table's column. */
static const char *title_of(struct span table, struct span column)
{
    int t = schema_table(table), c = t >= 0 ? schema_column(huji_tables[t], column) : -1;

    return c >= 0 && huji_tables[t]->columns[c].title ? huji_tables[t]->columns[c].title : "";
}

struct out {
    FILE *csv;
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_row_t row;
    struct buf line;
    const char *mark; /* who took it (export.h) */
};

static void put(struct out *o, size_t k, struct span s)
{
    char text[4096];

    if (o->csv) {
        csv_field(&o->line, s, k == 0);
        return;
    }
    snprintf(text, sizeof text, "%.*s", (int)(s.n < sizeof text - 1 ? s.n : sizeof text - 1),
             s.p ? s.p : "");
    worksheet_write_string(o->sheet, o->row, (lxw_col_t)k, text, NULL);
}

static void end_row(struct out *o)
{
    if (!o->csv) {
        o->row++;
        return;
    }
    buf_str(&o->line, "\r\n");
    fwrite(o->line.p, 1, o->line.n, o->csv);
    buf_clear(&o->line);
}

static void heading(struct out *o)
{
    static const double width[] = {30, 8, 20, 16, 24, 34, 40, 80};

    if (!o->csv) {
        o->sheet = workbook_add_worksheet(o->book, NULL);
        o->row = 0;
        for (size_t k = 0; k < COLUMNS; k++)
            worksheet_set_column(o->sheet, (lxw_col_t)k, (lxw_col_t)k, width[k], NULL);
        sheet_mark(o->sheet, o->mark);
    }
    for (size_t k = 0; k < COLUMNS; k++)
        put(o, k, span_of(heads[k]));
    end_row(o);
}

/* A cell that begins with a formula's sign is text in both: XLSX writes strings, the CSV gets an apostrophe. */
static struct span harmless(struct out *o, struct span s, char *room, size_t cap)
{
    if (!o->csv || !s.n || !strchr("=+-@\t\r", s.p[0]))
        return s;
    snprintf(room, cap, "'%.*s", (int)(s.n < cap - 2 ? s.n : cap - 2), s.p);
    return span_of(room);
}

static int put_all(struct request *r, struct store *s, struct out *o, int64_t import, struct err *e)
{
    struct buf b = BUF_INIT;
    struct db_rows rows;
    int rc;

    select_sql(
        r, &b, import,
        "regexp_extract(f.path, '[^/]*$'), coalesce(r.line_no, r.row_no + 1)::varchar, coalesce(r.column_name, ''),"
        " coalesce(r.value, ''), coalesce(r.reason, ''), coalesce(r.hint, ''), rtrim(coalesce(r.raw, ''), chr(13) ||"
        " chr(10)), f.table_name");
    buf_str(&b, " order by r.file_id, r.row_no");
    rc = b.failed ? err_nomem(e) : db_open(s->con, buf_cstr(&b), &rows, e);
    buf_release(&b);
    if (rc)
        return rc;
    heading(o);
    while (db_next(&rows)) {
        static const int from[] = {0, 1, 2, -1, 3, 4, 5, 6};
        char room[4096];

        if (o->row > SHEET_ROWS)
            heading(o);
        for (size_t k = 0; k < COLUMNS; k++)
            put(o, k,
                from[k] < 0 ? span_of(title_of(db_text(&rows, 7), db_text(&rows, 2)))
                            : harmless(o, db_text(&rows, (idx_t)from[k]), room, sizeof room));
        end_row(o);
    }
    db_close(&rows);
    if (o->csv) {
        put(o, 0, span_of(o->mark));
        end_row(o);
    }
    return 0;
}

/* Rejected rows hold persons' data as it came: taking them out is an act (export.h). */
static int write_file(struct request *r, struct store *s, const char *path, bool csv,
                      int64_t import, const char *mark, struct err *e)
{
    char *tmp = arena_fmt(&r->arena, "%s/tmp", r->server->options->dir);
    struct out o = {.mark = mark};
    lxw_error bad = LXW_NO_ERROR;
    int rc = csv ? 0 : workbook_begin_rows(path, tmp, &o.book, e);

    if (csv && !(o.csv = fopen(path, "wbe")))
        rc = err_errno(e, "写不了导出文件");
    if (rc)
        return rc;
    if (csv)
        fputs("\xef\xbb\xbf", o.csv);
    rc = put_all(r, s, &o, import, e);
    if (o.book)
        bad = workbook_close(o.book);
    if ((o.csv && fclose(o.csv) != 0) || bad)
        rc = rc ? rc : err_set(e, ERR_IO, "写不了导出文件（磁盘满了？）");
    buf_release(&o.line);
    return rc;
}

static int count_rows(struct request *r, struct store *s, int64_t import, int64_t *n, struct err *e)
{
    struct buf b = BUF_INIT;
    int rc;

    select_sql(r, &b, import, "count(*)");
    rc = b.failed ? err_nomem(e) : db_int(s->con, e, 0, n, "%s", buf_cstr(&b));
    buf_release(&b);
    return rc;
}

static int export(struct request *r, struct err *e)
{
    const char *format = request_query(r, "format");
    bool csv = format && strcmp(format, "csv") == 0;
    char *path = arena_fmt(&r->arena, "%s/tmp/rejects-%s", r->server->options->dir, r->id);
    struct store *s;
    int64_t import = 0, n = 0, there = 0;
    struct export_mark mark;
    bool answered = false;
    int fd = -1, rc = path ? 0 : err_nomem(e);

    if (!rc && format && !csv && strcmp(format, "xlsx") != 0) {
        err_set(e, ERR_INPUT, "format 是 xlsx 或 csv");
        return err_where(e, "format");
    }
    if (!rc)
        rc = request_query_int(r, "import", 0, 1, INT32_MAX, &import, e);
    if (!rc)
        rc = request_store(r, &s, e);
    if (!rc && import)
        rc = store_has(s, "import")
                 ? db_int(s->con, e, 0, &there, "select count(*) from import where id = %lld",
                          (long long)import)
                 : 0;
    if (!rc && import && !there)
        rc = err_set(e, ERR_USAGE, "没有第 %lld 次导入", (long long)import);
    if (!rc)
        rc = count_rows(r, s, import, &n, e);
    if (!rc)
        rc = export_begin(r,
                          &(struct export_of){.act = "reject.export",
                                              .object = "rejects",
                                              .title = "拒收的行",
                                              .rows = n,
                                              .personal = true},
                          &mark, &answered, e);
    if (rc || answered)
        return rc;
    rc = write_file(r, s, path, csv, import, mark.text, e);
    if (!rc && (fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
        rc = err_errno(e, "读不了导出文件");
    if (path)
        unlink(path);
    return rc ? rc
              : reply_file(
                    r,
                    csv ? "text/csv; charset=utf-8"
                        : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                    csv ? "拒收的行.csv" : "拒收的行.xlsx", fd, e);
}

/* What names a person is not shown whole; who needs it takes the file, which is an act. */
static void mask_values(json_t *rows)
{
    static const struct {
        const char *column;
        void (*mask)(struct buf *, struct span);
    } masks[] = {{"psn_name", mask_name},
                 {"certno", mask_certno},
                 {"tel", mask_tel},
                 {"live_addr", mask_name},
                 {"hsreg_addr", mask_name}};
    json_t *row;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        const char *column = json_string_value(json_object_get(row, "column")),
                   *value = json_string_value(json_object_get(row, "value"));

        for (size_t k = 0; column && value && k < sizeof masks / sizeof *masks; k++)
            if (strcmp(column, masks[k].column) == 0) {
                struct buf b = BUF_INIT;

                masks[k].mask(&b, span_of(value));
                json_object_set_new(row, "value", json_span((struct span){buf_cstr(&b), b.n}));
                buf_release(&b);
                break;
            }
    }
}

/* The first of them, for the page: without the row's text, which may hold anything. */
static int list(struct request *r, struct err *e)
{
    struct ask *a = NULL;
    struct buf b = BUF_INIT;
    json_t *rows = NULL;
    int64_t limit;
    int rc = request_query_int(r, "limit", 100, 1, 1000, &limit, e);

    if (!rc)
        rc = ask_open(r, &a, e);
    if (rc)
        return rc;
    select_sql(
        r, &b, 0,
        "regexp_extract(f.path, '[^/]*$') \"file\", coalesce(r.line_no, r.row_no + 1)::bigint \"line\", f.table_name"
        " \"table\", r.column_name \"column\", r.value \"value\", r.reason, r.hint, r.fen");
    buf_fmt(&b, " order by r.file_id, r.row_no limit %lld", (long long)limit);
    rc = ask_rows(a, &b, &rows, e);
    buf_release(&b);
    ask_close(a);
    mask_values(rows);
    return rc ? rc : ask_reply(r, rows, e);
}

static const struct route_field export_query[] = {
    {"format", FIELD_TEXT, false, "xlsx（默认）或 csv"},
    {"import", FIELD_INT, false, "只要第几次导入的"},
    {0},
};
static const struct route_field list_query[] = {{"limit", FIELD_INT, false, "最多多少行"}, {0}};

const struct route routes_reject[] = {
    {"GET", "/api/rejects", "import.run", 0, list, "拒收的行（前若干行）", list_query, NULL},
    {"GET", "/api/rejects/export", "import.run", 0, export, "下载拒收的行，留痕", export_query,
     NULL},
    {"POST", "/api/rejects/export", "import.run", 0, export, "请第二人同意下载拒收的行",
     export_query, export_body},
    {0},
};
