/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Where a sheet's heading is, what its columns are, which table it is. The first rows of a sheet are kept, everything
 * is decided on them, and then the sheet is read on: once. Title and unit rows above, headings of two rows (merged
 * groups), and one flat sheet that holds person, visit, settlement and fee line together are known.
 */
#ifndef HUJI_CLAIMS_READERS_HEADING_H
#define HUJI_CLAIMS_READERS_HEADING_H

#include "base/arena.h"
#include "base/limits.h"
#include "claims/readers/table.h"
#include "claims/readers/words_index.h"

#define HEAD_ROWS 300    /* rows of a sheet on which everything is decided */
#define HEADING_DEPTH 40 /* a heading begins within these */
#define FINGERPRINT 33

struct kept_row {
    uint64_t no;
    const struct cell *cells;
    size_t n, fields;
};

struct sheet_head {
    struct arena mem;
    struct kept_row *rows;
    size_t n, cap;
    bool all; /* the sheet has no more rows */
};

/* Tables that one flat sheet holds, as bits. */
enum flat_part { FLAT_LINE = 1, FLAT_SETL = 2, FLAT_VISIT = 4, FLAT_PERSON = 8 };

struct pick {
    struct span heading;               /* as the sheet has it; of two rows "group/heading" */
    const struct table_column *column; /* NULL: not known, left out */
    int rank;    /* 3 name, 2 title, 1 synonym, 4 by an officer's mapping; 0 guessed by values */
    bool extra;  /* in no table: kept under its heading */
    bool counts; /* the rows of one export: the same line has another number in the next */
};

struct layout {
    int heading_at;   /* index of the heading's first row in the head; -1 = none found */
    int heading_rows; /* 1 or 2 */
    int table;        /* index into huji_tables; -1 = none (or flat) */
    unsigned flat;    /* bits of flat_part; 0 = one table */
    struct pick picks[MAX_COLUMNS];
    size_t n;
    size_t fields;                 /* that a row of separated text may have; 0 = a sheet */
    bool mapped;                   /* by an officer: what has no column is left out */
    char fingerprint[FINGERPRINT]; /* of the headings; "" when there are none */
    const char *why;               /* of heading_at or table -1, Chinese */
};

/* Reads up to HEAD_ROWS rows of the sheet that the source stands at. */
int sheet_head_read(struct sheet_head *h, struct row_source *s, struct err *e);
void sheet_head_release(struct sheet_head *h);

/* Decides. `hint`: what may name the table (file, sheet), NULL allowed. The layout's spans live in the head's arena. */
int layout_find(const struct words_index *w, struct sheet_head *h, const char *file,
                const char *sheet, struct layout *out, struct err *e);
/* Which table the picks make, after they were set or changed: sets table, flat, why. */
void layout_decide(struct layout *l, const char *file, const char *sheet);
/* The heading's columns without what they mean; sets picks[].heading, n, fingerprint. */
int layout_headings(struct sheet_head *h, struct layout *l, struct err *e);
/* Position of the pick for this column, -1 when there is none. */
int layout_column(const struct layout *l, const char *column);
/* Is the kept or read row a repetition of the heading? */
bool layout_repeats(const struct layout *l, const struct cell *cells, size_t n);

#define TABLE_NAMED(name) schema_table(span_of(name))

#endif
