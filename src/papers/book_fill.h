/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Cells of somebody else's workbook filled in where they stand: one sheet's XML is changed, every other byte of the file stays
 * as it came (formats, other sheets, column widths, drop-downs). A cell keeps its style.
 */
#ifndef HUJI_PAPERS_BOOK_FILL_H
#define HUJI_PAPERS_BOOK_FILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/fen.h"

struct book_cell {
    uint32_t row, col; /* row from 1 as Excel numbers them, column from 0 */
    const char *text;  /* NULL: `fen` as a number of yuan */
    fen_t fen;
};
/* `cells` ascending by row, then column. Texts stay texts: nothing becomes a formula.
 * Errors: ERR_INPUT (no such sheet; a cell to be filled holds a formula), ERR_LIMIT (sheet above 64 MB), ERR_IO. */
int book_fill(const char *from, const char *to, const char *sheet, const struct book_cell *cells,
              size_t n, struct err *e);

#endif
