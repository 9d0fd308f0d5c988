/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Between the files of the import: import.c (order of work), input.c (what a file holds), import_table.c (small tables),
 * lines.c (fee lines), derive*.c (what rules run on). */
#ifndef HUJI_CLAIMS_IMPORT_PRIV_H
#define HUJI_CLAIMS_IMPORT_PRIV_H

#include "claims/csv.h"
#include "claims/import.h"
#include "claims/scan.h"
#include "claims/schema.h"
#include "claims/spool.h"

enum { LINES_OF_A_LEG = 250000 }; /* fewer rows of a table are read by one thread */

/* One file that was opened and understood. */
struct input {
    struct import_file from;
    const struct table_schema *table;
    int file_id;
    bool parquet;
    struct csv_file csv;
    char sha256[65];
    int64_t rows;
    /* Columns of the file that are kept: take[i] goes to column name[i]; schema[i] is its index or -1. */
    size_t n;
    size_t *take;
    const char **name;
    int *schema;
    struct scan_spec scan;
    struct import_row *row; /* of the report */
};

struct import {
    struct store *store;
    duckdb_connection con;
    const struct progress *progress;
    struct import_report *report;
    struct input *in;
    size_t n;
    char now[32];
    int64_t next_no, first_no; /* of lines; where this import's begin */
    int next_file;
    struct arena arena;
    bool whole;          /* everything is to be derived anew (undo.h) */
    bool grows;          /* only adds to what is derived: derive.h */
    bool certs;          /* certificates of rosters are looked up among visits, and visits came */
    bool lines;          /* fee lines among the input */
    struct spool *spool; /* where the rows of nl are; NULL: in the temporary table nl_rows */
    bool gone;           /* some of them give way (im_gone) */
};

/* input.c */
int input_open(struct import *im, const struct import_file *f, struct input *in, struct err *e);
void input_close(struct input *in);
bool input_has(const struct input *in, const char *column);
/* FROM clause of the file's rows: no, then its columns as VARCHAR. */
void input_sql(struct buf *b, struct input *in);
/* Checks the scan's bad rows and writes them to `reject`; adds to the report. */
int input_bad_rows(struct import *im, struct input *in, struct err *e);

/* Rejects of rows that could be read: temp table im_reject(row, column_name, value, reason, fen) -> reject. */
int reject_save(struct import *im, struct input *in, struct err *e);
/* SQL that is true when the needed columns of class `need` are fine; NULL-safe. False when the table needs none. */
bool need_sql(struct buf *b, const struct input *in, enum column_need need, const char *prefix);
/* Names the first column of class `need`. */
const struct table_column *need_column(const struct table_schema *t, enum column_need need,
                                       const struct input *in);

int import_table(struct import *im, struct input *in, struct err *e); /* a t_<table> */
/* flat_join.c: a settlement of a flat sheet that an older import began; files first..last are taken back. */
int flat_join(struct import *im, const struct input *in, struct err *e);
/* Remembers that the file's rows were made from lines: flat_made(file_id). */
int flat_made(struct import *im, const struct input *in, struct err *e);
int flat_forget(struct import *im, int first, int last, struct err *e);
int lines_load(struct import *im, struct err *e); /* texts, nl; repeats resolved */
/* nl, a view, has the new lines as ids and integers. Of one month, those that stay: "(SELECT ...)". */
void lines_month_sql(struct buf *b, const struct import *im, int month);
int lines_keep_fit(struct import *im,
                   struct err *e);    /* nl without what gives way and what is no line */
void lines_forget(struct import *im); /* nl and its rows */
int lines_write(struct import *im, struct err *e); /* segments, keys, views */
int derive_tables(struct import *im, struct err *e);
/* Views over months that changed: lines per person, by which ranges are cut and streams are checked. */
int lines_count(duckdb_connection con, struct err *e);
void import_now(struct import *im);   /* the time of this import, for rows and marks */
void import_clean(struct import *im); /* temporary tables, dictionaries in memory */
int import_step(struct import *im, const char *what, uint64_t done, uint64_t total, struct err *e);

#endif
