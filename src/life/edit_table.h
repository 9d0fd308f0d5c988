/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A change of knowledge tables as people make it in a grid: rows added, changed from a day on, ended. Only the bureau's own file
 * (DATA/rules/knowledge/NAME.csv) is written; shipped rows that speak of the same thing are carried over into it, because own
 * rows stand in their place (knowledge_local). No row is ever taken out: it ends.
 *
 *     {"kind": "knowledge", "table": "day_limit", "rows": [
 *         {"op": "add", "cells": ["003..", "3", "次", "2023-01-01", ""]},
 *         {"op": "change", "was": [..], "cells": [..], "from": "2023-07-01"},
 *         {"op": "end", "was": [..], "to": "2023-06-30"}]}
 *
 * Cells stand in the order of table_columns.
 */
#ifndef HUJI_LIFE_EDIT_TABLE_H
#define HUJI_LIFE_EDIT_TABLE_H

#include <jansson.h>

#include "engine/rule.h"
#include "life/stage.h"

#define TABLE_CHANGE_ROWS 5000

/* A copy of the table (its rows too) that has valid_from and valid_to; what grids show. NULL: no such table. */
const struct knowledge *table_columns(const struct huji_library *lib, const char *name,
                                      struct knowledge *copy);
/* A fault in a row's cells; column -1: the row as a whole. */
typedef void table_fault(void *ctx, int column, const char *what);
/* Number of faults. `cells`: n_columns texts. */
int table_check(const struct knowledge *k, const struct span *cells, table_fault *tell, void *ctx);
/* Cells as the table itself writes them ("3.0" becomes "3", 天 becomes d); `columns` is table_columns'. They must have been checked. */
int table_as_written(struct arena *a, const struct knowledge *columns, struct span *cells,
                     struct err *e);
/* Row `row` of `k` in the columns of `columns`. */
int table_texts(struct arena *a, const struct knowledge *columns, const struct knowledge *k,
                size_t row, struct span *out, struct err *e);
/* `who`: goes into a comment line of the file. Errors: ERR_INPUT (rows[3] and what is wrong), ERR_USAGE (no such table), ERR_STATE
 * (a row that is not there any more). */
int edit_table(struct stage *s, const struct huji_library *lib, const json_t *what, const char *who,
               struct err *e);

#endif
