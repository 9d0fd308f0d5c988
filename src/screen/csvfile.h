/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Small CSV files of our own (truth.csv, findings.csv, verdicts.csv), read whole: UTF-8, a heading row, RFC 4180. */
#ifndef HUJI_SCREEN_CSVFILE_H
#define HUJI_SCREEN_CSVFILE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

struct csvfile {
    struct arena text;
    const char *path;
    struct span *cells;       /* rows * columns, row 0 = headings */
    size_t n_rows, n_columns; /* n_rows without the headings */
    size_t *lines;            /* where in the file row i begins, 1 = first line */
};

int csvfile_read(struct csvfile *c, const char *path, struct err *e);
void csvfile_release(struct csvfile *c);
int csvfile_column(const struct csvfile *c, const char *name); /* -1: none */
/* As csvfile_column, and says what is missing. */
int csvfile_need(const struct csvfile *c, const char *name, int *column, struct err *e);
/* Cell of data row `row` from 0; empty when column < 0. */
struct span csvfile_cell(const struct csvfile *c, size_t row, int column);

#endif
