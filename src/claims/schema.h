/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Every table that can be imported: the national ones under their national names (`fee_list_d`, `inv_3501` for the
 * message 3501 ...) and the bureau's own. A file belongs to the table whose name (or Chinese title) its name begins
 * with; a heading belongs to the column whose name, title or synonym it is. All of it is kept as text in `t_<table>`
 * (fee_list_d in `line_text`); what rules run on is derived (docs/engineer/data-model.md).
 */
#ifndef HUJI_CLAIMS_SCHEMA_H
#define HUJI_CLAIMS_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"
#include "engine/source.h"

enum column_kind { COL_TEXT, COL_CODE, COL_DAY, COL_TIME, COL_FEN, COL_QTY, COL_PRICE, COL_INT };

/* A row is rejected when for some class named in its table (but NEED_NO) *all* columns of that class are empty or
 * unreadable: `death` needs a person, by psn_no or certno. */
enum column_need { NEED_NO, NEED_KEY, NEED_PERSON, NEED_DATE, NEED_AMOUNT, NEED_CODE, NEED_COUNT };

struct table_column {
    const char *name;
    const char *title; /* Chinese */
    enum column_kind kind;
    enum domain domain;
    enum column_need need;
    const char *note;    /* for who fills the table in; NULL = none */
    const char *example; /* NULL = none */
};

struct table_schema {
    const char *name;
    const char *title; /* Chinese */
    const char *words; /* other Chinese names of the table, comma separated; NULL = none */
    const char *key;   /* columns that identify a row, comma separated; NULL = the whole row does */
    bool own;          /* of the bureau itself, in no national schema */
    const struct table_column *columns;
    size_t n_columns;
};

#define TABLE_COUNT 39
extern const struct table_schema *const huji_tables[TABLE_COUNT];

struct heading_words {
    const char *column;
    const char *words; /* comma separated */
};
/* Ends with {NULL, NULL}. */
extern const struct heading_words huji_heading_words[];

/* Index into huji_tables, -1 when there is none. ASCII case does not matter. */
int schema_table(struct span name);
/* The table that a file (path or base name) is meant for: the longest table name, title or other name which the base
 * name begins with, followed by no letter. -1 when there is none. */
int schema_of_file(struct span path);
/* Index of the column called `name` (national spelling, ASCII case does not matter), -1 when there is none. */
int schema_column(const struct table_schema *t, struct span name);
/* The same for a heading as found in a file: name, title, or a synonym. Blanks, line breaks, a unit in brackets and
 * the width of brackets do not matter. */
int schema_heading(const struct table_schema *t, struct span heading);
/* How far a heading is known: 3 by name, 2 by title, 1 by a synonym, 0 not. */
int schema_heading_rank(const struct table_schema *t, struct span heading, int *column);
const char *column_kind_title(enum column_kind k); /* "日期" ... */
const char *column_need_title(enum column_need n); /* "主键" ... */

#endif
