/* SPDX-License-Identifier: MulanPSL-2.0 */
/* An Excel file of a knowledge table beside the table itself: what is new in it, what is another, what can't be taken. */
#ifndef HUJI_LIFE_TABLE_FILE_H
#define HUJI_LIFE_TABLE_FILE_H

#include <jansson.h>

#include "engine/rule.h"

#define TABLE_FILE_ROWS 20000

/*
 * The first row that names the key column (by its name or its Chinese title) is the heading. *out:
 *     {"unknown": ["heading that the table lacks"], "counts": {"new": 1, ..}, "rows": [{"row": of the file, "status", "cells",
 *      "was": cells or null, "faults": [{"column": 2, "what": ".."}], "note": ".."}]}
 * status: new, changed (of a row that speaks of the same thing, still in force), same, rejected. Columns that the file lacks
 * keep their values. Errors: ERR_IO, ERR_INPUT (no heading), ERR_LIMIT (too many rows), ERR_USAGE (no such table).
 */
int table_file_compare(const struct huji_library *lib, const char *table, const char *path,
                       json_t **out, struct err *e);

#endif
