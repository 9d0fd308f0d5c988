/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/clue_book.h"

#include <stdio.h>
#include <string.h>

#include "claims/workbook.h"
#include "papers/mark.h"
#include "server/clue_query.h"
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
    {"nature_title", "定性", TEXT, 20},
    {"nature_article", "定性依据", TEXT, 30},
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

static int put_all(struct server *s, struct cw *db, struct book *b, const int64_t *ids, size_t n,
                   clue_book_told_fn *told, void *ctx, struct err *e)
{
    int rc = 0;

    for (size_t at = 0; at < n && !rc; at += BATCH) {
        size_t k = n - at < BATCH ? n - at : BATCH, i;
        json_t *rows = NULL, *row;

        rc = clue_rows_of(s, db, ids + at, k, &rows, e);
        json_array_foreach(rows, i, row) put_row(b, row);
        json_decref(rows);
        if (!rc && told)
            rc = told(ctx, at + k, n, e);
    }
    return rc;
}

int clue_book_write(struct server *s, struct cw *db, const char *path, const char *mark,
                    const int64_t *ids, size_t n, clue_book_told_fn *told, void *ctx, struct err *e)
{
    char tmp[4096];
    struct book b = {.mark = mark};
    lxw_error bad;
    int rc;

    snprintf(tmp, sizeof tmp, "%s/tmp", s->options->dir);
    rc = workbook_begin_rows(path, tmp, &b.file, e);
    if (rc)
        return rc;
    b.money = workbook_add_format(b.file);
    format_set_num_format(b.money, "#,##0.00");
    b.head = workbook_add_format(b.file);
    format_set_bold(b.head);
    new_sheet(&b);
    rc = put_all(s, db, &b, ids, n, told, ctx, e);
    bad = workbook_close(b.file);
    if (!rc && bad)
        rc = err_set(e, ERR_IO, "写不了导出文件：%s", lxw_strerror(bad));
    return rc;
}
