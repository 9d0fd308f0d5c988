/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A plain workbook, each sheet of it: title, lines under it, one table. */
#ifndef HUJI_PAPERS_GRID_BOOK_H
#define HUJI_PAPERS_GRID_BOOK_H

#include <jansson.h>

#include "base/err.h"

/* lines: ["..."], head: ["..."], rows: [["..." or number]]. Texts stay texts. */
struct grid_sheet {
    const char *name, *title;
    const json_t *lines, *head, *rows;
};
/* mark: who took it, when and the audit code, for the page header (papers/mark.h); NULL: none. Errors: ERR_IO. */
int grid_book_write_marked(const struct grid_sheet *sheets, size_t n, const char *mark,
                           const char *path, struct err *e);

#endif
