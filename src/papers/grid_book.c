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

/* How wide it stands: what is not ASCII takes two places. */
static double width_of(const json_t *v)
{
    const char *s = json_string_value(v);
    double n = 0;

    for (; s && *s; s++)
        n += ((unsigned char)*s & 0xc0) == 0x80 ? 0 : (unsigned char)*s < 0x80 ? 1 : 2;
    return s ? n : 8;
}

/* As its heading and texts need, so that nothing is cut and little is empty; a printed page is as wide as the table. */
static void set_widths(lxw_worksheet *ws, const json_t *head, const json_t *rows)
{
    json_t *one;
    size_t c, i;

    for (c = 0; c < json_array_size(head); c++) {
        double most = width_of(json_array_get(head, c));

        json_array_foreach(rows, i, one)
        {
            double w = width_of(json_array_get(one, c));

            if (w > most)
                most = w;
        }
        worksheet_set_column(ws, (lxw_col_t)c, (lxw_col_t)c, (most > 40 ? 40 : most) + 2, NULL);
    }
    worksheet_fit_to_pages(ws, 1, 0);
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
    set_widths(ws, s->head, s->rows);
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
