/* SPDX-License-Identifier: MulanPSL-2.0 */
/* ?state=new,assigned&rule=B02&... as a filter: lists, statistics, exports and bulk acts all read it here. */
#ifndef HUJI_SERVER_CLUE_QUERY_H
#define HUJI_SERVER_CLUE_QUERY_H

#include "casework/clue_index.h"
#include "server/request.h"
#include "server/route.h"

/* From the query string, with the session's scope. Errors: ERR_INPUT naming the field. */
int clue_filter_read(struct request *r, struct clue_filter *f, struct err *e);
extern const struct route_field clue_filter_fields[]; /* with limit, after, sort */
struct export_mark;
/* api_clue_export.c. Which clues the request asks for, and whether they may be taken out (export.h: export_begin; `path`: whose approval
 * counts, NULL: the request's own). Owns: mem_free(*ids), also when it fails. */
int clue_export_begin(struct request *r, const char *path, int64_t **ids, size_t *n,
                      struct export_mark *mark, bool *answered, struct err *e);
/* Rows of these ids in this order, as the list shows them. */
int clue_rows_json(struct request *r, const int64_t *ids, size_t n, json_t **out, struct err *e);
/* The same where there is no request: a job's. */
int clue_rows_of(struct server *s, struct cw *db, const int64_t *ids, size_t n, json_t **out,
                 struct err *e);
/* One row within scope; *out = NULL when there is none. */
int clue_one_json(struct request *r, int64_t id, json_t **out, struct err *e);

#endif
