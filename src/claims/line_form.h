/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * How a column of fee_list_d lies in lp_<k>: as text, or as integers from which the very text comes back (codes, words
 * that come again and again, numbers, times). The view line_text shows text in every case.
 */
#ifndef HUJI_CLAIMS_LINE_FORM_H
#define HUJI_CLAIMS_LINE_FORM_H

#include <stdbool.h>

#include "base/err.h"
#include "base/span.h"
#include "claims/db.h"

enum line_form { FORM_TEXT, FORM_WORD, FORM_DEC, FORM_TIME, FORM_CODE };

/* VARCHAR, INTEGER or BIGINT. */
const char *line_column_type(const char *column);
/* The expression that a file's text is stored as. `ok`: SQL that is true for rows that are lines; others give no codes. `name`:
 * column with the name of the code, or NULL. */
void line_store_sql(struct buf *b, const char *column, const char *ok, const char *name);
/* SELECT no, file_id, row_no and all columns as text FROM lp_<k>; `table` is there. */
int line_part_sql(duckdb_connection con, struct buf *b, const char *table, struct err *e);
/* The id of a code column, of rows that are lines: `p` before the column's name; odd texts are coded now. */
void line_id_sql(struct buf *b, const char *column, const char *name_column);
/* The column that holds the name of code column `column`, NULL = none. */
const char *line_name_column(const char *column);

#endif
