/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What api_list*.c share. */
#ifndef HUJI_SERVER_LIST_VIEW_H
#define HUJI_SERVER_LIST_VIEW_H

#include "casework/list.h"
#include "server/request.h"

/* The list of {id} within scope: its row and kind. Owns: json_decref(*row). Errors: ERR_USAGE when there is none. */
int list_of(struct request *r, json_t **row, const struct list_kind **kind, struct err *e);
/* SM3 of an uploaded file, 20 MB at most. Errors: ERR_LIMIT, ERR_IO. */
int list_digest(const char *path, char out[65], int64_t *bytes, struct err *e);
/* DIR/lists/<list>/<name>; the folder is made. In the request's arena. */
int list_path(struct request *r, int64_t list, const char *name, char **out, struct err *e);

#endif
