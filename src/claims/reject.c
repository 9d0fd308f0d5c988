/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Rejected rows -> table `reject`, with line and text of the file they came from. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "claims/import_priv.h"

struct reject {
    int64_t row; /* from 0 */
    struct span column, value, reason, hint;
    bool has_fen;
    int64_t fen;
};

struct saver {
    struct import *im;
    struct input *in;
    const struct reject *list;
    duckdb_appender app;
    bool failed;
};

static bool put(duckdb_appender app, struct span s)
{
    duckdb_state st = s.p ? duckdb_append_varchar_length(app, s.p, s.n) : duckdb_append_null(app);
    return st == DuckDBSuccess;
}

static void save_one(void *ctx, size_t i, uint64_t line, struct span raw)
{
    struct saver *s = ctx;
    const struct reject *r = &s->list[i];
    raw = utf8_cut(raw, 2000);
    bool ok = duckdb_append_int32(s->app, s->in->file_id) == DuckDBSuccess &&
              duckdb_append_int64(s->app, r->row + 1) == DuckDBSuccess &&
              (line ? duckdb_append_int64(s->app, (int64_t)line) : duckdb_append_null(s->app)) ==
                  DuckDBSuccess &&
              put(s->app, r->column) && put(s->app, r->value) && put(s->app, r->reason) &&
              put(s->app, r->hint) && put(s->app, raw) &&
              (r->has_fen ? duckdb_append_int64(s->app, r->fen) : duckdb_append_null(s->app)) ==
                  DuckDBSuccess &&
              duckdb_appender_end_row(s->app) == DuckDBSuccess;
    s->failed |= !ok;
}

static int save_all(struct import *im, struct input *in, const struct reject *list, size_t n,
                    struct err *e)
{
    struct saver s = {.im = im, .in = in, .list = list};
    int64_t *row = mem_alloc((n ? n : 1) * sizeof *row);
    if (!row)
        return err_nomem(e);
    for (size_t i = 0; i < n; i++)
        row[i] = list[i].row;
    int rc = duckdb_appender_create(im->con, NULL, "reject", &s.app) == DuckDBSuccess
                 ? 0
                 : err_set(e, ERR_DB, "写不了 reject");
    if (rc == 0 && in->parquet)
        for (size_t i = 0; i < n; i++)
            save_one(&s, i, 0, (struct span){NULL, 0});
    else if (rc == 0)
        rc = csv_each(&in->csv, row, n, save_one, &s, e);
    if (rc == 0 && (s.failed || duckdb_appender_close(s.app) != DuckDBSuccess))
        rc = err_set(e, ERR_DB, "写不了 reject");
    duckdb_appender_destroy(&s.app);
    mem_free(row);
    return rc;
}

static int by_row(const void *a, const void *b)
{
    int64_t x = ((const struct scan_bad *)a)->row, y = ((const struct scan_bad *)b)->row;
    return (x > y) - (x < y);
}

int input_bad_rows(struct import *im, struct input *in, struct err *e)
{
    struct scan_spec *s = &in->scan;
    if (!s->n_bad)
        return 0;
    if (s->n_bad > SCAN_BAD_MAX) {
        err_set(e, ERR_INPUT, "%s：列数不符的行超过 %d 行，文件可能已损坏，或分隔符不是“%c”",
                in->from.path, SCAN_BAD_MAX, in->csv.delim == '\t' ? 'T' : in->csv.delim);
        return err_hint(e, "请重新导出；字段中含分隔符的要加双引号");
    }
    qsort(s->bad, s->n_bad, sizeof *s->bad, by_row);
    struct arena a = ARENA_INIT;
    struct reject *list = arena_calloc(&a, s->n_bad * sizeof *list);
    for (size_t i = 0; list && i < s->n_bad; i++) {
        const struct scan_bad *b = &s->bad[i];
        const char *why = "引号没有闭合";
        if (b->state == CSV_JUNK)
            why = "闭合引号后还有字符";
        else if (b->state == CSV_OK && !b->fields)
            why = "有单元格超过 1 MB";
        else if (b->state == CSV_OK)
            why = arena_fmt(&a, "应有 %zu 列，这一行有 %zu 列%s", in->csv.n_head, b->fields,
                            b->row + 1 == in->rows && b->fields < in->csv.n_head
                                ? "（文件末尾，可能被截断）"
                                : "");
        list[i] = (struct reject){.row = b->row, .reason = span_of(why)};
        list[i].hint = SPAN("字段中的双引号写两次，含分隔符或换行的字段加双引号");
    }
    int rc = list ? save_all(im, in, list, s->n_bad, e) : err_nomem(e);
    arena_release(&a);
    in->row->rows_rejected += (int64_t)s->n_bad;
    return rc;
}

/* What is wrong with a value, and what would be right. */
static void explain(struct reject *r, const struct table_column *c, struct arena *a)
{
    static const char *const right[] = {
        [COL_DAY] = "如 2023-03-08、20230308、2023年3月8日",
        [COL_TIME] = "如 2023-03-08 09:30:00",
        [COL_FEN] = "如 1234.50，不用科学记数法",
        [COL_QTY] = "如 2 或 0.5",
        [COL_PRICE] = "如 12.345",
        [COL_INT] = "整数",
    };
    if (!c)
        return;
    bool data = c->kind != COL_TEXT && c->kind != COL_CODE;
    if (!span_trim(r->value).n)
        r->reason = span_of(arena_fmt(a, "缺少%s", c->title));
    else
        r->reason = span_of(arena_fmt(a, "%s不是有效的%s", c->title, column_kind_title(c->kind)));
    r->hint = span_of(data ? right[c->kind] : "这一列不能为空");
}

int reject_save(struct import *im, struct input *in, struct err *e)
{
    struct db_rows rows;
    int rc = db_open(im->con,
                     "SELECT row, column_name, value, reason, fen FROM im_reject ORDER BY row",
                     &rows, e);
    if (rc < 0)
        return rc;
    struct arena a = ARENA_INIT;
    struct reject *list = NULL;
    size_t n = 0, cap = 0;
    while (rc == 0 && db_next(&rows)) {
        if (mem_grow(&list, &cap, n + 1, sizeof *list) < 0) {
            rc = err_nomem(e);
            break;
        }
        struct reject r = {
            .row = db_i64(&rows, 0), .has_fen = !db_null(&rows, 4), .fen = db_i64(&rows, 4)};
        r.column = arena_span(&a, db_text(&rows, 1));
        if (!db_null(&rows, 2))
            r.value = arena_span(&a, db_text(&rows, 2));
        r.reason = arena_span(&a, db_text(&rows, 3));
        int c = schema_column(in->table, r.column);
        if (!r.reason.n)
            explain(&r, c >= 0 ? &in->table->columns[c] : NULL, &a);
        list[n++] = r;
    }
    db_close(&rows);
    if (rc == 0 && n)
        rc = save_all(im, in, list, n, e);
    in->row->rows_rejected += (int64_t)n;
    for (size_t i = 0; i < n; i++)
        in->row->fen_rejected += list[i].fen;
    mem_free(list);
    arena_release(&a);
    return rc;
}
