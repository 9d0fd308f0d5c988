/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/readers/template.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "claims/readers/values.h"
#include "claims/workbook.h"

#define CHOICES "选项"
#define FILL_ROWS 1048575 /* drop-downs and formats reach to the last row */

struct book {
    lxw_workbook *wb;
    lxw_format *heading, *needed, *example, *text, *date, *time, *number, *wrap, *bold;
    lxw_worksheet *choices;
    lxw_col_t n_lists;
};

static lxw_format *format(lxw_workbook *wb, const char *number)
{
    lxw_format *f = workbook_add_format(wb);
    if (f && number)
        format_set_num_format(f, number);
    return f;
}

static lxw_format *heading_format(lxw_workbook *wb, lxw_color_t colour)
{
    lxw_format *f = format(wb, "@");
    if (f) {
        format_set_bold(f);
        format_set_bg_color(f, colour);
        format_set_border(f, LXW_BORDER_THIN);
        format_set_align(f, LXW_ALIGN_CENTER);
    }
    return f;
}

static bool formats(struct book *b)
{
    b->heading = heading_format(b->wb, 0xDDEBF7);
    b->needed = heading_format(b->wb, 0xFFE699);
    b->example = format(b->wb, "@");
    b->text = format(b->wb, "@");
    b->date = format(b->wb, "yyyy-mm-dd");
    b->time = format(b->wb, "yyyy-mm-dd hh:mm:ss");
    b->number = format(b->wb, NULL);
    b->wrap = format(b->wb, NULL);
    b->bold = format(b->wb, NULL);
    if (!b->heading || !b->needed || !b->example || !b->text || !b->date || !b->time ||
        !b->number || !b->wrap || !b->bold)
        return false;
    format_set_font_color(b->example, 0x808080);
    format_set_italic(b->example);
    format_set_text_wrap(b->wrap);
    format_set_bold(b->bold);
    return true;
}

static lxw_format *column_format(const struct book *b, const struct table_column *c)
{
    switch (c->kind) {
    case COL_DAY: return b->date;
    case COL_TIME: return b->time;
    case COL_FEN:
    case COL_QTY:
    case COL_PRICE:
    case COL_INT: return b->number;
    default: return b->text; /* codes stay text for ever */
    }
}

/* "低保 / 特困 / 五保": a note of short words between slashes is a list of what may stand there. */
static size_t note_choices(const struct table_column *c, struct span *out, size_t cap)
{
    struct span rest = span_of(c->note);
    size_t n = 0;
    if (c->kind != COL_CODE || !c->note || !strstr(c->note, " / "))
        return 0;
    while (rest.n && n < cap) {
        struct span one = span_trim(span_cut(&rest, '/'));
        if (one.n > 30 || !one.n || span_is(one, "..."))
            continue;
        out[n++] = one;
    }
    return n;
}

/* Names of a national code, each code once: the first name is the proper one. */
static size_t code_choices(const struct table_column *c, struct span *out, size_t cap)
{
    struct span name, code, last = {"", 0};
    size_t n = 0;
    for (size_t i = 0; value_choice(c->name, i, &name, &code) && n < cap; i++) {
        if (!span_eq(code, last))
            out[n++] = name;
        last = code;
    }
    return n;
}

/* The choices stand in a hidden sheet: a list within the cell's rule may have 255 bytes only. */
static int drop_down(struct book *b, lxw_worksheet *ws, lxw_col_t col, const struct table_column *c)
{
    struct span choice[64];
    char text[256], range[64];
    size_t n = note_choices(c, choice, 64);
    if (!n)
        n = code_choices(c, choice, 64);
    if (n < 2)
        return 0;
    for (size_t i = 0; i < n; i++) {
        snprintf(text, sizeof text, "%.*s", (int)choice[i].n, choice[i].p);
        worksheet_write_string(b->choices, (lxw_row_t)i, b->n_lists, text, NULL);
    }
    char letters[8];
    col_letters(b->n_lists++, letters);
    snprintf(range, sizeof range, "=%s!$%s$1:$%s$%zu", CHOICES, letters, letters, n);
    lxw_data_validation v = {.validate = LXW_VALIDATION_TYPE_LIST_FORMULA,
                             .value_formula = range,
                             .error_type = LXW_VALIDATION_ERROR_TYPE_WARNING};
    return worksheet_data_validation_range(ws, 1, col, FILL_ROWS, col, &v) != LXW_NO_ERROR;
}

static void example_cell(const struct book *b, lxw_worksheet *ws, lxw_col_t col,
                         const struct table_column *c)
{
    if (c->example)
        worksheet_write_string(ws, 1, col, c->example, b->example);
}

static size_t columns_shown(const struct table_schema *t, const struct table_column **out)
{
    static const char *const house[] = {
        "rid",      "updt_time",      "crter_id",    "crter_name", "crte_time", "crte_optins_no",
        "opter_id", "opter_name",     "opt_time",    "optins_no",  "biz_date",  "deleted_time",
        "deleted",  "exch_updt_time", "subsys_codg", "pt",         NULL};
    size_t n = 0;
    for (size_t i = 0; i < t->n_columns && n < MAX_COLUMNS; i++) {
        bool skip = false;
        for (size_t k = 0; house[k] && !skip && !t->own; k++)
            skip = strcmp(house[k], t->columns[i].name) == 0 && t->columns[i].need == NEED_NO;
        if (!skip)
            out[n++] = &t->columns[i];
    }
    return n;
}

static int data_sheet(struct book *b, const struct table_schema *t, const struct table_column **c,
                      size_t n)
{
    lxw_worksheet *ws = workbook_add_worksheet(b->wb, "数据");
    b->choices = ws ? workbook_add_worksheet(b->wb, CHOICES) : NULL;
    if (!b->choices)
        return -1;
    worksheet_hide(b->choices);
    worksheet_freeze_panes(ws, 1, 0);
    for (size_t i = 0; i < n; i++) {
        lxw_col_t col = (lxw_col_t)i;
        double width = (double)strlen(c[i]->title) / 3 * 2.2 + 4;
        worksheet_set_column(ws, col, col, width < 14 ? 14 : width, column_format(b, c[i]));
        worksheet_write_string(ws, 0, col, c[i]->title,
                               c[i]->need == NEED_NO ? b->heading : b->needed);
        if (t->own)
            example_cell(b, ws, col, c[i]);
        if (drop_down(b, ws, col, c[i]))
            return -1;
    }
    return 0;
}

static void note_row(const struct book *b, lxw_worksheet *ws, lxw_row_t row,
                     const struct table_column *c)
{
    const char *need = c->need == NEED_NO ? "" : column_need_title(c->need);
    worksheet_write_string(ws, row, 0, c->title, NULL);
    worksheet_write_string(ws, row, 1, c->name, NULL);
    worksheet_write_string(ws, row, 2, column_kind_title(c->kind), NULL);
    worksheet_write_string(ws, row, 3, need, NULL);
    worksheet_write_string(ws, row, 4, c->note ? c->note : "", b->wrap);
    worksheet_write_string(ws, row, 5, c->example ? c->example : "", b->text);
}

static int notes_sheet(const struct book *b, const struct table_schema *t,
                       const struct table_column **c, size_t n)
{
    static const char *const lines[] = {
        "数据填在“数据”表里，从第 2 行起；灰色斜体的一行是示例，请覆盖或删去。",
        "黄色列必填；同标“人员”的几列至少填一列。",
        "编号、证件号码的列已设为文本：请粘贴为“值”，不要改格式，否则 Excel 会丢掉末尾几位和前导 0。",
        "日期写作 2023-03-08，时间写作 2023-03-08 09:30:00。",
        "填好后直接导入：huji import --data 数据目录 本文件"};
    static const char *const head[] = {"列名", "字段", "类型", "必填", "说明", "示例"};
    static const double width[] = {22, 24, 16, 12, 50, 26};
    lxw_worksheet *ws = workbook_add_worksheet(b->wb, "填写说明");
    lxw_row_t row = 0;
    if (!ws)
        return -1;
    char title[200];
    snprintf(title, sizeof title, "%s（%s）", t->title, t->name);
    worksheet_write_string(ws, row++, 0, title, b->bold);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        worksheet_write_string(ws, row++, 0, lines[i], NULL);
    row++;
    for (lxw_col_t i = 0; i < 6; i++) {
        worksheet_set_column(ws, i, i, width[i], NULL);
        worksheet_write_string(ws, row, i, head[i], b->heading);
    }
    for (size_t i = 0; i < n; i++)
        note_row(b, ws, ++row, c[i]);
    return 0;
}

static int no_such_table(const char *table, struct err *e)
{
    struct buf b = BUF_INIT;
    for (int i = 0; i < TABLE_COUNT; i++)
        if (huji_tables[i]->own)
            buf_fmt(&b, "%s%s（%s）", b.n ? "、" : "", huji_tables[i]->name, huji_tables[i]->title);
    err_set(e, ERR_USAGE, "没有“%s”这张表", table);
    err_hint(e, "可用：%.340s……", buf_cstr(&b));
    buf_release(&b);
    return ERR_USAGE;
}

static int find_table(const char *table)
{
    int t = schema_table(span_of(table));
    for (int i = 0; t < 0 && i < TABLE_COUNT; i++)
        if (strcmp(huji_tables[i]->title, table) == 0)
            t = i;
    return t < 0 ? schema_of_file(span_of(table)) : t;
}

static int write_error(const char *path, lxw_error code, struct err *e)
{
    unlink(path);
    return err_set(e, ERR_IO, "写不了 %s：%s", path, lxw_strerror(code));
}

int template_write(const char *table, const char *path, struct err *e)
{
    const struct table_column *c[MAX_COLUMNS];
    int at = find_table(table);
    if (at < 0)
        return no_such_table(table, e);
    const struct table_schema *t = huji_tables[at];
    size_t n = columns_shown(t, c);
    struct book b = {0};
    int rc = workbook_begin(path, &b.wb, e);
    if (rc)
        return rc;
    bool ok = formats(&b) && data_sheet(&b, t, c, n) == 0 && notes_sheet(&b, t, c, n) == 0;
    lxw_error code = workbook_close(b.wb);
    if (!ok)
        return err_nomem(e);
    return code == LXW_NO_ERROR ? 0 : write_error(path, code, e);
}
