/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The route table. Each api_*.c ends with one array of routes; routes.c lists the arrays. Dispatch, permissions, the OpenAPI document
 * and the tests' list of routes are derived from it.
 */
#ifndef HUJI_SERVER_ROUTE_H
#define HUJI_SERVER_ROUTE_H

#include "server/request.h"

enum route_flags {
    ROUTE_PUBLIC = 1, /* nobody need be signed in; no CSRF token */
    ROUTE_UPLOAD = 2, /* the body goes to a file */
    ROUTE_RAW = 8,    /* the body is not read as JSON: the handler has its own reader */
    ROUTE_LIVE =
        16, /* a hospital's message: threads of its own, told when it has waited too long */
    ROUTE_ANYONE = 4,   /* any signed-in person, without a permission */
    ROUTE_PENDING = 32, /* ANYONE, and also while a password change is pending */
};

enum route_field_type { FIELD_TEXT, FIELD_INT, FIELD_BOOL, FIELD_DAY, FIELD_LIST, FIELD_OBJECT };

/* A query parameter or a field of the JSON body: what openapi.json says of it. Handlers check values. */
struct route_field {
    const char *name; /* NULL ends the list */
    enum route_field_type type;
    bool needed;
    const char *title;
};

struct route {
    const char *method, *path; /* "/api/clues/{id}/verdict"; method NULL ends the list */
    const char *permission;    /* one of casework/role.c; NULL with PUBLIC or ANYONE only */
    int flags;
    int (*handle)(struct request *r, struct err *e);
    const char *title;                      /* Chinese, what it does */
    const struct route_field *query, *body; /* NULL = none */
};

extern const struct route *const huji_routes[]; /* of arrays; NULL ends */

/* The route, with r->params filled. NULL: none; *allowed then says which methods the path has ("GET, POST") or is "". */
const struct route *route_find(struct request *r, char *allowed, size_t cap);

#endif
