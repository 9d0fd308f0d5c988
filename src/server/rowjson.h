/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Rows of either database as JSON objects, by a const table of columns; lists with their cursor. */
#ifndef HUJI_SERVER_ROWJSON_H
#define HUJI_SERVER_ROWJSON_H

#include "casework/money.h"
#include "claims/grid.h"
#include "server/request.h"

enum json_as {
    JSON_AS_TEXT,
    JSON_AS_INT,
    JSON_AS_BOOL,
    JSON_AS_MICRO, /* 1e-6 -> a number's text, "7.5" */
    JSON_AS_JSON,  /* the text is JSON */
};
struct json_column {
    const char *name; /* as in the answer; NULL ends the list */
    enum json_as as;
};

/* Columns in the order of the select. NULL becomes null. NULL: out of memory. */
json_t *cw_row_json(const struct cw_rows *rows, const struct json_column *columns);
/* All rows of one select. Errors as cw_query. */
int cw_rows_json(struct cw *db, json_t **out, const struct json_column *columns, struct err *e,
                 const char *sql, const struct cw_val *v, size_t n);
/* The first row, or *out = NULL. */
int cw_one_json(struct cw *db, json_t **out, const struct json_column *columns, struct err *e,
                const char *sql, const struct cw_val *v, size_t n);
/* A grid as rows: numbers as integers where they are such, else text; "" as null. */
json_t *grid_json(const struct grid *g);
/* [{code, title}]: what a form offers. */
json_t *codes_json(const struct code_name *c);
/* Runs `sql` on the store; column names are the fields. */
int store_rows_json(struct store *s, json_t **out, struct err *e, const char *sql);

#endif
