/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A workbook from above, read: its sheets, where the heading is, the rows under it. */
#include <string.h>

#include "base/mem.h"
#include "casework/list.h"
#include "claims/readers/table.h"
#include "server/handed_view.h"

#define HEAD_DEPTH 15

/* Texts that stand there themselves: of merged cells only the first. */
static size_t filled(const struct row *row)
{
    size_t n = 0;

    for (size_t c = 0; c < row->n; c++)
        n += row->cells[c].fill == FILL_NONE && span_trim(row->cells[c].text).n > 0;
    return n;
}

static json_t *texts(const struct row *row)
{
    json_t *a = json_array();

    for (size_t c = 0; c < row->n && c < HANDED_MAX_COLUMNS; c++)
        json_array_append_new(a, json_span(span_trim(row->cells[c].text)));
    return a;
}

/* The heading is the first row nearly as full as the fullest of the first ones. */
static int guess_heading(const char *path, const char *sheet, int64_t *out, struct err *e)
{
    struct row_source *src = NULL;
    struct row row;
    size_t n[HEAD_DEPTH] = {0}, at[HEAD_DEPTH] = {0}, k = 0, most = 0;
    int rc = rows_open(path, &src, e);

    while (!rc && (rc = rows_next_sheet(src, e)) > 0) {
        rc = 0;
        if (strcmp(rows_pos(src)->sheet, sheet) != 0)
            continue;
        while (k < HEAD_DEPTH && (rc = rows_next(src, &row, e)) > 0) {
            n[k] = filled(&row);
            at[k] = row.no;
            most = n[k] > most ? n[k] : most;
            k++;
        }
        break;
    }
    rows_close(src);
    for (size_t i = 0; i < k && rc >= 0; i++)
        if (n[i] >= 2 && n[i] * 10 >= most * 7) {
            *out = (int64_t)at[i];
            return 0;
        }
    if (rc < 0)
        return rc;
    err_set(e, ERR_INPUT, "工作表“%s”的前 %d 行里没有标题行", sheet, HEAD_DEPTH);
    return err_where(e, "heading_row");
}

static int keep_row(struct handed_sheet *out, const struct row *row, struct err *e)
{
    json_t *lossy = json_array();

    for (size_t c = 0; c < row->n && c < HANDED_MAX_COLUMNS; c++)
        if (row->cells[c].lossy)
            json_array_append_new(lossy, json_integer((json_int_t)c));
    if (json_array_append_new(out->rows, json_pack("{s:I,s:o,s:o}", "row", (json_int_t)row->no,
                                                   "cells", texts(row), "lossy", lossy)))
        return err_nomem(e);
    if (json_array_size(out->rows) > LIST_MAX_ROWS)
        return err_set(e, ERR_LIMIT, "一份清单最多 %d 行", LIST_MAX_ROWS);
    return 0;
}

static int read_rows(struct row_source *src, struct handed_sheet *out, struct err *e)
{
    struct row row;
    int rc;

    while ((rc = rows_next(src, &row, e)) > 0) {
        rc = 0;
        if ((int64_t)row.no == out->heading_row) {
            json_decref(out->headings);
            out->headings = texts(&row);
        } else if ((int64_t)row.no > out->heading_row && filled(&row))
            rc = keep_row(out, &row, e);
        if (rc)
            return rc;
    }
    return rc;
}

/* The sheet of the table, not the one of remarks: it has the fullest row. */
static bool is_wider(struct row_source *src, size_t *widest)
{
    struct row row;
    size_t most = 0;

    for (int k = 0; k < HEAD_DEPTH && rows_next(src, &row, NULL) > 0; k++)
        most = filled(&row) > most ? filled(&row) : most;
    if (most <= *widest)
        return false;
    *widest = most;
    return true;
}

static int list_sheets(struct request *r, const char *path, const char *want,
                       struct handed_sheet *out, struct err *e)
{
    struct row_source *src = NULL;
    size_t widest = 0;
    int rc = rows_open(path, &src, e), more;

    while (!rc && (more = rows_next_sheet(src, e)) != 0) {
        const char *name = more > 0 ? rows_pos(src)->sheet : "";

        if (more < 0) {
            rc = more;
            break;
        }
        json_array_append_new(out->sheets, json_span(span_of(name)));
        if (want ? strcmp(want, name) != 0 : !is_wider(src, &widest))
            continue;
        out->sheet = arena_dup(&r->arena, span_of(name));
    }
    rows_close(src);
    if (!rc && !out->sheet) {
        err_set(e, ERR_INPUT, want ? "文件里没有工作表“%s”" : "文件里没有数据", want);
        rc = err_where(e, "sheet");
    }
    return rc;
}

int handed_sheet_read(struct request *r, const char *path, const char *sheet, int64_t heading_row,
                      struct handed_sheet *out, struct err *e)
{
    struct row_source *src = NULL;
    int rc;

    *out = (struct handed_sheet){.sheets = json_array(),
                                 .headings = json_array(),
                                 .rows = json_array(),
                                 .heading_row = heading_row};
    if (!out->sheets || !out->headings || !out->rows)
        return err_nomem(e);
    if (table_sniff_file(path, e) != TABLE_XLSX) {
        err_set(e, ERR_INPUT, "上级下发的表要是 XLSX，才能按原样填回去");
        err_hint(e, "用 WPS 或 Excel 打开，另存为 .xlsx 再传");
        return err_where(e, "file");
    }
    rc = list_sheets(r, path, sheet, out, e);
    if (!rc && !heading_row)
        rc = guess_heading(path, out->sheet, &out->heading_row, e);
    if (!rc)
        rc = rows_open(path, &src, e);
    while (!rc && (rc = rows_next_sheet(src, e)) > 0) {
        rc = 0;
        if (strcmp(rows_pos(src)->sheet, out->sheet) == 0) {
            rc = read_rows(src, out, e);
            break;
        }
    }
    rows_close(src);
    if (!rc && !json_array_size(out->headings)) {
        err_set(e, ERR_INPUT, "第 %lld 行不是标题行", (long long)out->heading_row);
        rc = err_where(e, "heading_row");
    }
    return rc;
}

void handed_sheet_release(struct handed_sheet *s)
{
    json_decref(s->sheets);
    json_decref(s->headings);
    json_decref(s->rows);
    *s = (struct handed_sheet){0};
}
