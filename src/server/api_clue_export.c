/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/clues/export: all that match, as XLSX: row by row to a file, never held in memory, never cut short. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "base/mem.h"
#include "papers/mark.h"
#include "server/clue_query.h"
#include "server/export.h"
#include "server/routes.h"
#include "server/server.h"

#define BATCH 500
#define SHEET_ROWS 1000000 /* a sheet holds 1,048,576; more go to the next sheet */

enum shown { TEXT, FEN, STATE, SOURCE, VERDICT, NUMBER };
static const struct {
    const char *field, *title;
    enum shown as;
    double width;
} columns[] = {
    {"id", "线索号", NUMBER, 10},
    {"class", "等级", TEXT, 8},
    {"rule_id", "规则", TEXT, 10},
    {"rule_name", "规则名称", TEXT, 24},
    {"title", "疑点", TEXT, 48},
    {"fixmedins_code", "定点医药机构编号", TEXT, 18},
    {"fixmedins_name", "定点医药机构名称", TEXT, 26},
    {"psn_no", "人员编号", TEXT, 24},
    {"mdtrt_id", "就诊ID", TEXT, 24},
    {"event_date", "发生日期", TEXT, 12},
    {"amount_fen", "涉及金额（元）", FEN, 14},
    {"fund_fen", "其中基金（元）", FEN, 14},
    {"expected_fen", "预计可追回（元）", FEN, 16},
    {"source", "来源", SOURCE, 12},
    {"state", "状态", STATE, 10},
    {"assignee_name", "承办人", TEXT, 10},
    {"due", "期限", TEXT, 12},
    {"verdict", "结论", VERDICT, 8},
    {"verdict_reason", "理由", TEXT, 40},
};
#define COLUMNS (sizeof columns / sizeof *columns)

struct book {
    lxw_workbook *file;
    lxw_worksheet *sheet;
    lxw_format *money, *head;
    lxw_row_t row;
    const char *mark;
};

static void new_sheet(struct book *b)
{
    b->sheet = workbook_add_worksheet(b->file, NULL);
    for (size_t c = 0; c < COLUMNS; c++) {
        worksheet_set_column(b->sheet, (lxw_col_t)c, (lxw_col_t)c, columns[c].width, NULL);
        worksheet_write_string(b->sheet, 0, (lxw_col_t)c, columns[c].title, b->head);
    }
    worksheet_freeze_panes(b->sheet, 1, 0);
    sheet_mark(b->sheet, b->mark);
    b->row = 1;
}

static const char *in_words(enum shown as, const char *code)
{
    int i;

    switch (as) {
    case STATE: i = clue_state_find(span_of(code)); return i < 0 ? code : clue_states[i].title;
    case SOURCE: return clue_sources[clue_source_find(span_of(code))].title;
    case VERDICT:
        for (i = 1; i < VERDICT_COUNT; i++)
            if (strcmp(verdict_code[i], code) == 0)
                return verdict_name[i];
        return code;
    default: return code;
    }
}

/* Texts are written as texts: what begins with "=" is no formula. */
static void put_row(struct book *b, const json_t *row)
{
    if (b->row > SHEET_ROWS)
        new_sheet(b);
    for (size_t c = 0; c < COLUMNS; c++) {
        const json_t *v = json_object_get(row, columns[c].field);

        if (columns[c].as == FEN)
            worksheet_write_number(b->sheet, b->row, (lxw_col_t)c,
                                   (double)json_integer_value(v) / 100, b->money);
        else if (columns[c].as == NUMBER)
            worksheet_write_number(b->sheet, b->row, (lxw_col_t)c, (double)json_integer_value(v),
                                   NULL);
        else if (json_is_string(v))
            worksheet_write_string(b->sheet, b->row, (lxw_col_t)c,
                                   in_words(columns[c].as, json_string_value(v)), NULL);
    }
    b->row++;
}

static int put_all(struct request *r, struct book *b, const int64_t *ids, size_t n, struct err *e)
{
    int rc = 0;

    for (size_t at = 0; at < n && !rc; at += BATCH) {
        size_t k = n - at < BATCH ? n - at : BATCH, i;
        json_t *rows = NULL, *row;

        rc = clue_rows_json(r, ids + at, k, &rows, e);
        json_array_foreach(rows, i, row) put_row(b, row);
        json_decref(rows);
    }
    return rc;
}

static int write_book(struct request *r, const char *path, const char *mark, const int64_t *ids,
                      size_t n, struct err *e)
{
    lxw_workbook_options o = {.constant_memory = LXW_TRUE,
                              .tmpdir = arena_fmt(&r->arena, "%s/tmp", r->server->options->dir)};
    struct book b = {.file = workbook_new_opt(path, &o), .mark = mark};
    lxw_error bad;
    int rc;

    if (!b.file)
        return err_nomem(e);
    b.money = workbook_add_format(b.file);
    format_set_num_format(b.money, "#,##0.00");
    b.head = workbook_add_format(b.file);
    format_set_bold(b.head);
    new_sheet(&b);
    rc = put_all(r, &b, ids, n, e);
    bad = workbook_close(b.file);
    if (!rc && bad)
        rc = err_set(e, ERR_IO, "写不了导出文件：%s", lxw_strerror(bad));
    return rc;
}

static int export(struct request *r, struct err *e)
{
    struct clue_filter f;
    struct export_of x = {
        .act = "clue.export", .object = "clues", .title = "疑点线索台账", .personal = true};
    struct export_mark mark;
    int64_t *ids = NULL;
    size_t n = 0;
    char now[CW_TIME];
    bool answered = false;
    char *path = arena_fmt(&r->arena, "%s/tmp/clues-%s.xlsx", r->server->options->dir, r->id);
    int rc = path ? clue_filter_read(r, &f, e) : err_nomem(e), fd = -1;

    if (!rc)
        rc = clue_index_ids(r->server->clues, r->db, &f, &ids, &n, e);
    x.rows = (int64_t)n;
    if (!rc)
        rc = export_begin(r, &x, &mark, &answered, e);
    if (!rc && !answered)
        rc = write_book(r, path, mark.text, ids, n, e);
    mem_free(ids);
    if (answered)
        return rc;
    if (!rc) {
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            rc = err_errno(e, "读不了导出文件");
    }
    if (path)
        unlink(path);
    if (rc)
        return rc;
    cw_day(0, now);
    return reply_file(r, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                      arena_fmt(&r->arena, "疑点线索台账-%s.xlsx", now), fd, e);
}

const struct route routes_clue_export[] = {
    {"GET", "/api/clues/export", "clue.export", 0, export, "导出台账（XLSX，全部符合条件的）",
     clue_filter_fields, NULL},
    {"POST", "/api/clues/export", "clue.export", 0, export, "申请导出（超过行数时，请第二人同意）",
     clue_filter_fields, export_body},
    {0},
};
