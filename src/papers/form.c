/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "papers/form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "claims/workbook.h"
#include "papers/mark.h"

#include "base/span.h"

#define HEAD_ROW 2

struct looks {
    lxw_format *title, *how, *head, *head_fill, *text, *number, *key, *fill;
};

static lxw_format *look(lxw_workbook *wb, lxw_color_t colour, bool bold, bool border, bool wrap)
{
    lxw_format *f = workbook_add_format(wb);

    if (!f)
        return NULL;
    if (colour)
        format_set_bg_color(f, colour);
    if (bold)
        format_set_bold(f);
    if (border)
        format_set_border(f, LXW_BORDER_THIN);
    if (wrap)
        format_set_text_wrap(f);
    format_set_align(f, LXW_ALIGN_VERTICAL_CENTER);
    return f;
}

static bool looks_make(lxw_workbook *wb, struct looks *l)
{
    l->title = look(wb, 0, true, false, false);
    l->how = look(wb, 0, false, false, true);
    l->head = look(wb, 0xDDEBF7, true, true, true);
    l->head_fill = look(wb, 0xFFE699, true, true, true);
    l->text = look(wb, 0, false, true, true);
    l->number = look(wb, 0, false, true, false);
    l->key = look(wb, 0xEEEEEE, false, true, false);
    l->fill = look(wb, 0xFFF9E5, false, true, true);
    if (!l->title || !l->how || !l->head || !l->head_fill || !l->text || !l->number || !l->key ||
        !l->fill)
        return false;
    format_set_font_size(l->title, 14);
    format_set_num_format(l->number, "#,##0.00");
    format_set_num_format(l->fill, "@"); /* voucher numbers keep their zeros */
    format_set_num_format(l->text, "@");
    format_set_font_color(l->key, 0x808080);
    format_set_unlocked(l->fill);
    return true;
}

/* "甲,乙" as the validation wants it: a list of strings that ends with NULL. */
static bool choices_of(const char *text, char *copy, size_t cap, char **list, size_t most)
{
    char *rest = copy;
    size_t n = 0;

    if (strlen(text) >= cap)
        return false;
    memcpy(copy, text, strlen(text) + 1);
    while (rest && n + 1 < most) {
        char *comma = strchr(rest, ',');

        list[n++] = rest;
        if (comma)
            *comma++ = 0;
        rest = comma;
    }
    list[n] = NULL;
    return true;
}

static bool rule(lxw_worksheet *ws, lxw_row_t last, lxw_col_t col, const struct form_column *c)
{
    lxw_data_validation v = {.error_type = LXW_VALIDATION_ERROR_TYPE_STOP};
    char *list[16];
    char copy[256];

    if (c->check == FORM_CHOICE) {
        if (!choices_of(c->choices, copy, sizeof copy, list, 16))
            return false;
        v.validate = LXW_VALIDATION_TYPE_LIST;
        v.value_list = list;
    } else {
        return true; /* numbers and dates are typed in all ways there are; they are checked when they come back */
    }
    return worksheet_data_validation_range(ws, HEAD_ROW + 1, col, last, col, &v) == LXW_NO_ERROR;
}

static const char *text_at(const json_t *list, size_t i)
{
    const char *s = json_string_value(json_array_get(list, i));

    return s ? s : "";
}

static void body(lxw_worksheet *ws, const struct form *f, const struct looks *l)
{
    size_t i;
    json_t *one;

    json_array_foreach(f->rows, i, one)
    {
        lxw_row_t row = (lxw_row_t)(HEAD_ROW + 1 + i);
        const json_t *cells = json_object_get(one, "cells"),
                     *answer = json_object_get(one, "answer");
        size_t out = 0, in = 0;

        worksheet_write_string(ws, row, 0, json_string_value(json_object_get(one, "row_key")),
                               l->key);
        for (size_t k = 0; k < f->n_columns; k++) {
            const struct form_column *c = &f->columns[k];
            const char *s = c->fill ? text_at(answer, in++) : text_at(cells, out++);
            lxw_col_t col = (lxw_col_t)(k + 1);

            if (c->numeric && *s)
                worksheet_write_number(ws, row, col, strtod(s, NULL), l->number);
            else if (*s)
                worksheet_write_string(ws, row, col, s, c->fill ? l->fill : l->text);
            else
                worksheet_write_blank(ws, row, col, c->fill ? l->fill : l->text);
        }
    }
}

static bool fill_sheet(lxw_workbook *wb, const struct form *f)
{
    struct looks l;
    lxw_worksheet *ws = workbook_add_worksheet(wb, "清单");
    lxw_row_t last = (lxw_row_t)(HEAD_ROW + json_array_size(f->rows));
    lxw_col_t right = (lxw_col_t)f->n_columns;

    if (!ws || !looks_make(wb, &l))
        return false;
    worksheet_merge_range(ws, 0, 0, 0, right, f->title, l.title);
    worksheet_merge_range(ws, 1, 0, 1, right, f->how, l.how);
    worksheet_set_row(ws, 0, 26, NULL);
    worksheet_set_row(ws, 1, 34, NULL);
    worksheet_set_column(ws, 0, 0, 14, NULL);
    worksheet_write_string(ws, HEAD_ROW, 0, f->key_title, l.head);
    for (size_t k = 0; k < f->n_columns; k++) {
        const struct form_column *c = &f->columns[k];

        worksheet_set_column(ws, (lxw_col_t)(k + 1), (lxw_col_t)(k + 1), c->width, NULL);
        worksheet_write_string(ws, HEAD_ROW, (lxw_col_t)(k + 1), c->title,
                               c->fill ? l.head_fill : l.head);
        if (c->fill && !rule(ws, last, (lxw_col_t)(k + 1), c))
            return false;
    }
    body(ws, f, &l);
    worksheet_freeze_panes(ws, HEAD_ROW + 1, 1);
    worksheet_protect(ws, NULL,
                      &(lxw_protection){.format_columns = 1, .format_rows = 1, .autofilter = 1});
    worksheet_set_landscape(ws);
    worksheet_set_paper(ws, 9);
    worksheet_fit_to_pages(ws, 1, 0);
    worksheet_repeat_rows(ws, HEAD_ROW, HEAD_ROW);
    sheet_mark(ws, f->mark);
    if (f->foot)
        worksheet_set_footer(ws, f->foot);
    return true;
}

int form_write(const struct form *f, const char *path, struct err *e)
{
    lxw_workbook *wb;
    lxw_error code;
    bool ok;
    int rc = workbook_begin(path, &wb, e);

    if (rc)
        return rc;
    ok = fill_sheet(wb, f);
    code = workbook_close(wb);
    if (ok && code == LXW_NO_ERROR)
        return 0;
    unlink(path);
    return err_set(e, ERR_IO, "写不了 %s：%s", path, ok ? lxw_strerror(code) : "内存不足");
}
