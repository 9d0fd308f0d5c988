/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Any file that holds tables, read row by row: XLSX, XLS (BIFF8), HTML or "XML Spreadsheet 2003" named .xls, CSV and
 * other separated text in UTF-8, UTF-16, GBK or GB18030, and ZIP archives of these. What a file is, its bytes say,
 * never its name. A source is a sequence of sheets, a sheet a sequence of rows; text is UTF-8 without NUL.
 * Nothing is interpreted here: headings, totals and types are heading.h's and normalise.h's work.
 */
#ifndef HUJI_CLAIMS_READERS_TABLE_H
#define HUJI_CLAIMS_READERS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/span.h"

enum cell_kind { CELL_EMPTY, CELL_TEXT, CELL_NUMBER, CELL_DATE, CELL_BOOL, CELL_ERROR };

/* Cells that repeat the first cell of a merged block. */
enum cell_fill { FILL_NONE, FILL_RIGHT, FILL_DOWN };

struct cell {
    struct span
        text; /* numbers as plain decimals of 15 digits, dates as 2023-03-08[ 09:30:00], booleans 1 and 0 */
    struct span format; /* Excel's number format, when there is one */
    double number;      /* CELL_NUMBER, CELL_DATE (the serial number), CELL_BOOL */
    enum cell_kind kind;
    enum cell_fill fill;
    bool lossy; /* a number of 16 digits and more: the file does not hold the last ones any more */
};

struct row {
    const struct cell *cells; /* valid until the next call on the source */
    size_t n;                 /* up to the last cell that is not empty; 0 = a blank row */
    size_t fields;            /* of separated text: empty ones too; 0 = of a sheet */
    uint64_t
        no; /* from 1, as Excel numbers rows; in text files the line on which the record begins */
};

struct row_pos {
    const char *file;  /* the path; inside an archive "path!entry" */
    const char *sheet; /* "" in text files */
    uint64_t row;
    bool date1904;
};

enum table_kind {
    TABLE_UNKNOWN,
    TABLE_TEXT,
    TABLE_HTML,
    TABLE_XLSX,
    TABLE_XLS,
    TABLE_ZIP,
    TABLE_PARQUET /* recognised, read by the store */
};

struct row_source;

/* What the bytes are. */
enum table_kind table_sniff(struct span bytes);
/* The same of a file; TABLE_UNKNOWN with `e` set when it cannot be opened. */
enum table_kind table_sniff_file(const char *path, struct err *e);

/* Opens; Owns: the caller closes. Errors: ERR_IO, ERR_INPUT (damaged, encrypted, not a table), ERR_LIMIT. */
int rows_open(const char *path, struct row_source **out, struct err *e);
/* `bytes` must outlive the source; `name` is copied and used in messages. */
int rows_open_mem(struct span bytes, const char *name, struct row_source **out, struct err *e);
/* 1 = at the start of the next sheet, 0 = no more. */
int rows_next_sheet(struct row_source *s, struct err *e);
/* 1 = a row, 0 = end of the sheet. */
int rows_next(struct row_source *s, struct row *out, struct err *e);
const struct row_pos *rows_pos(const struct row_source *s);
void rows_close(struct row_source *s); /* NULL allowed */

/* "A", "Z", "AA": the letters of column `col` (from 0). */
const char *col_letters(size_t col, char out[8]);

#endif
