/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Questions to the claims store (DuckDB) whose answers go out as JSON. Read only. */
#ifndef HUJI_SERVER_ASK_H
#define HUJI_SERVER_ASK_H

#include <jansson.h>

#include "base/span.h"
#include "server/request.h"

/* A connection for this one request, on which an institution's people find in `finding` what they may see. Owns: ask_close. */
struct ask;
int ask_open(struct request *r, struct ask **out, struct err *e);
void ask_close(struct ask *a); /* NULL allowed */

/* The rows of a SELECT as an array of objects: names of columns are names of fields; integers and booleans stay such, all
 * else must be VARCHAR; NULL is null. `sql` must not have failed. Takes no parameters: values go in by buf_sql.
 * Owns: *out. Errors: ERR_DB, ERR_NOMEM. */
int ask_rows(struct ask *a, const struct buf *sql, json_t **out, struct err *e);
/* The first row; *out NULL when there is none. */
int ask_row(struct ask *a, const struct buf *sql, json_t **out, struct err *e);
bool ask_has(struct ask *a, const char *table);
bool ask_has_column(struct ask *a, const char *table, const char *column);

/* Appends " and .." that holds `column`, an institution's code, to the session's row scope. */
void ask_scope(const struct request *r, struct buf *sql, const char *column);

/* Appends "rows", "next": null and "total" and answers. Takes `rows`. */
int ask_reply(struct request *r, json_t *rows, struct err *e);

#endif
