/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What normalise.c, outputs.c and flat.c share while a file is normalised. */
#ifndef HUJI_CLAIMS_READERS_SHEET_RUN_H
#define HUJI_CLAIMS_READERS_SHEET_RUN_H

#include <stdio.h>

#include "base/map.h"
#include "claims/readers/guess.h"
#include "claims/readers/normalise.h"
#include "claims/readers/values.h"

#define SHOWN_REMARKS 5 /* word for word; of the rest of a sheet only how many */

/* A CSV being written: one table with one set of columns. */
struct output {
    int table;
    const struct table_column *columns[MAX_COLUMNS];
    size_t n;
    FILE *file;
    size_t report; /* index into report->outputs */
};

struct flat; /* flat.c */

struct run {
    const char *out_dir;
    struct normalise_report *report;
    const struct mapping *map;
    struct words_index words;
    struct output **outputs;
    size_t n_outputs, outputs_cap;
    FILE *rejects, *cells;
    struct flat *flat;
    struct buf line; /* of CSV, being written */
};

/* What is known of a column's cells that Excel destroyed. */
struct damage {
    uint64_t n, errors;
    uint64_t row;
    char example[48];
};

/* One row: the value of each pick. */
struct values {
    struct buf text;
    size_t at[MAX_COLUMNS + 1];
    int lost; /* first pick whose key is destroyed, -1 */
};

struct sheet_run {
    struct run *run;
    const struct layout *layout;
    const struct row_pos *pos;
    char name[300];  /* `_src_sheet` */
    char title[300]; /* the same for messages; never empty */
    struct column_look looks[MAX_COLUMNS];
    struct damage damage[MAX_COLUMNS];
    struct damage headless;    /* cells under no heading: n, and the first */
    size_t headless_at;        /* its column */
    int64_t sums[MAX_COLUMNS]; /* fen, of columns of money */
    uint64_t skipped, remarks;
    uint64_t row_no;
    struct output *out; /* of a sheet that is one table */
    struct values values;
};

static inline struct span value_at(const struct values *v, int i)
{
    if (i < 0)
        return (struct span){"", 0};
    return (struct span){buf_cstr(&v->text) + v->at[i], v->at[i + 1] - v->at[i]};
}

int run_note(struct run *r, struct err *e, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The output of this table with exactly these columns, made when new. NULL: `e` is set. */
struct output *run_output(struct run *r, int table, const struct table_column *const *columns,
                          size_t n, struct err *e);
/* Writes a line of `fields` (as many as the output's columns). */
int run_write_row(struct run *r, struct output *o, const struct span *fields, uint64_t row_no,
                  const char *sheet, struct err *e);
/* Into _rejects.csv (row) or _cells.csv. */
int run_reject(struct sheet_run *s, FILE **f, int col, struct span value, const char *reason,
               struct err *e);
int run_close(struct run *r, struct err *e); /* closes files, reports write errors */

/* Takes the row for what it is, and writes it where it belongs. */
int sheet_row(struct sheet_run *s, const struct cell *cells, size_t n, uint64_t no, struct err *e);

int flat_begin(struct sheet_run *s, struct err *e); /* chooses the outputs */
bool flat_has_person(const struct sheet_run *s);    /* psn_no or certno */
int flat_row(struct sheet_run *s, struct err *e);
/* At the end of the file, which was read with `rc`: writes the settlements; notes. Returns rc, or what went wrong here. */
int flat_end(struct run *r, int rc, struct err *e);

#endif
