/* SPDX-License-Identifier: MulanPSL-2.0 */
/* libmicrohttpd below the route table: connections, bodies, workers, headers. Private to server/. */
#ifndef HUJI_SERVER_HTTP_H
#define HUJI_SERVER_HTTP_H

#include "server/server.h"

struct http;
struct request;

/* A worker's connection to the claims store, opened when first asked for. */
struct store_view;
struct store_view *store_view_new(void);
void store_view_free(struct store_view *v); /* NULL allowed */
/* Opens the port and starts the workers. Owns: http_stop. */
int http_start(struct server *s, struct http **out, struct err *e);
/* Takes no new connection, lets those at work finish, ends. NULL allowed. */
void http_stop(struct http *h);
/* Connections of slow clients that were cut (server/connection.h). */
uint64_t http_cut(struct http *h);

/* Answers what the route table does not know: files of the page. False: there is no such file. */
bool statics_answer(struct request *r);

#endif
