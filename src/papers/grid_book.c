/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "papers/grid_book.h"

#include <stdbool.h>
#include <unistd.h>

#include "claims/workbook.h"
#include "papers/mark.h"

static void cell(lxw_worksheet *ws, lxw_row_t row, lxw_col_t col, const json_t *v, lxw_format *f)
{
    if (json_is_integer(v))
        worksheet_write_number(ws, row, col, (double)json_integer_value(v), f);
    else
        worksheet_write_string(ws, row, col, json_is_string(v) ? json_string_value(v) : "", f);
}

static bool fill(lxw_workbook *wb, const struct grid_sheet *s, const char *mark)
{
    lxw_worksheet *ws = workbook_add_worksheet(wb, s->name);
    lxw_format *bold = workbook_add_format(wb), *big = workbook_add_format(wb),
               *plain = workbook_add_format(wb);
    lxw_row_t row = 0;
    json_t *one, *v;
    size_t i, k;

    if (!ws || !bold || !big || !plain)
        return false;
    format_set_bold(big);
    format_set_font_size(big, 14);
    format_set_bold(bold);
    format_set_bg_color(bold, 0xDDEBF7);
    format_set_border(bold, LXW_BORDER_THIN);
    format_set_border(plain, LXW_BORDER_THIN);
    worksheet_write_string(ws, row++, 0, s->title, big);
    json_array_foreach(s->lines, i, one) cell(ws, row++, 0, one, NULL);
    json_array_foreach(s->head, i, one) cell(ws, row, (lxw_col_t)i, one, bold);
    row++;
    json_array_foreach(s->rows, i, one)
    {
        json_array_foreach(one, k, v) cell(ws, row, (lxw_col_t)k, v, plain);
        row++;
    }
    worksheet_set_column(ws, 0, 0, 24, NULL);
    worksheet_set_column(ws, 1, (lxw_col_t)json_array_size(s->head), 15, NULL);
    worksheet_set_landscape(ws);
    worksheet_set_paper(ws, 9);
    sheet_mark(ws, mark);
    return true;
}

int grid_book_write_marked(const struct grid_sheet *sheets, size_t n, const char *mark,
                           const char *path, struct err *e)
{
    lxw_workbook *wb;
    lxw_error code;
    bool ok = true;
    int rc = workbook_begin(path, &wb, e);

    if (rc)
        return rc;
    for (size_t i = 0; i < n; i++)
        ok = fill(wb, &sheets[i], mark) && ok;
    code = workbook_close(wb);
    if (ok && code == LXW_NO_ERROR)
        return 0;
    unlink(path);
    return err_set(e, ERR_IO, "写不了 %s", path);
}
