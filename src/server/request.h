/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * One request as an api_*.c sees it, and how it answers. A handler runs on a worker thread with a casework connection of its own;
 * it returns 0 after having answered, a negative ERR_* that becomes problem+json (reply_error), or REQUEST_LATER: another
 * thread will answer it, or has already.
 */
#ifndef HUJI_SERVER_REQUEST_H
#define HUJI_SERVER_REQUEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "casework/account.h"
#include "casework/db.h"

struct server;
struct route;

#define MAX_PATH_PARAMS 4
#define MAX_QUERY 48
#define MAX_REPLY_HEADERS 8
#define REQUEST_ID 17

struct pair {
    const char *name, *value;
};

struct reply {
    int status; /* 0 = not answered yet */
    const char *type;
    char *body; /* mem_alloc'd */
    size_t n;
    int fd; /* a file instead of a body; -1 = none */
    int64_t fd_bytes;
    const char *etag;     /* "" = made from the body when the method is GET */
    const char *encoding; /* body is encoded already ("gzip") */
    struct pair headers[MAX_REPLY_HEADERS];
    int n_headers;
};

/* When a hospital's message was where, in nanoseconds of steady_now(): complete head, complete body, taken by a thread that judges,
 * judged, its write begun, durable, answer made ready, given to the thread that sends, sent. For measuring
 * (server_options.stages). */
enum {
    STAGE_HEAD,
    STAGE_BODY,
    STAGE_TAKEN,
    STAGE_JUDGED,
    STAGE_WRITE,
    STAGE_DURABLE,
    STAGE_READY,
    STAGE_GIVEN,
    STAGE_SENT,
    STAGES
};

struct request {
    struct server *server;
    const struct route *route;
    struct cw *db;           /* this worker's */
    struct store_view *view; /* this worker's: request_store */
    struct arena arena;      /* lives until the answer has gone out */
    struct arena
        *scratch; /* this worker's, empty when the handler is called, and gone when it returns */
    char id[REQUEST_ID];
    const char *method, *path, *source;  /* source: IP address of the peer */
    struct pair params[MAX_PATH_PARAMS]; /* {id} of the route's path, decoded */
    int n_params;
    struct pair query[MAX_QUERY];
    int n_query;
    char certificate[65];    /* SHA-256 of the client's certificate that TLS checked; "" = none */
    char shown[65];          /* SHA-256 of the certificate it has shown, whoever issued it */
    const char *machine_key; /* X-Huji-Key: of a hospital's system */
    bool late;               /* of ROUTE_LIVE: it has waited too long, or too many wait */
    const char *cookie, *csrf, *accept_encoding, *if_none_match, *content_type;
    char *body; /* of routes without ROUTE_UPLOAD; NUL-ended */
    size_t body_n;
    const char *
        upload; /* path of the file that holds the body (ROUTE_UPLOAD); removed after the handler unless it was moved */
    json_t *json;           /* the body, when it is JSON; an object */
    struct session session; /* account 0: nobody is signed in */
    struct actor actor;
    struct reply reply;
    int64_t stage[STAGES];
};

enum { REQUEST_LATER = 1000 };
/* By whom a handler gave it to. r->reply is filled: it is made ready to go. Then it goes, and the request is not ours any more; where
 * there are several, all are made ready first, so that the thread that sends wakes once. */
void request_ready(struct request *r);
void request_answered(struct request *r);

/* --- asking -------------------------------------------------------------------------------------- */

/* Of a path's piece or a query's: percent signs decoded. NULL: a broken escape, a NUL byte, no UTF-8, no memory. */
char *request_unescape(struct arena *a, struct span s);
const char *request_param(const struct request *r, const char *name); /* "" when absent */
const char *request_query(const struct request *r, const char *name); /* NULL when absent */
/* Integer within bounds; `none` when absent. Errors: ERR_INPUT, the field named. */
int request_query_int(struct request *r, const char *name, int64_t none, int64_t least,
                      int64_t most, int64_t *out, struct err *e);
/* Fields of the body. Errors: ERR_INPUT naming the field. */
int request_text(struct request *r, const char *name, bool needed, size_t most, const char **out,
                 struct err *e); /* NULL when absent or null */
int request_int(struct request *r, const char *name, bool needed, int64_t least, int64_t most,
                int64_t *out, struct err *e); /* untouched when absent */
/* The claims store on a connection of this worker's own. */
struct store;
int request_store(struct request *r, struct store **out, struct err *e);
/* Moves the upload to `path` for good: file and name are on the disk when it returns. Errors: ERR_IO. */
int request_keep_upload(struct request *r, const char *path, struct err *e);
bool request_may(const struct request *r, const char *permission);

/* --- answering ----------------------------------------------------------------------------------- */

/* Takes `body` over. Returns 0, or ERR_NOMEM when body is NULL. */
int reply_json(struct request *r, int status, json_t *body, struct err *e);
int reply_text(struct request *r, int status, const char *type, const char *text, size_t n,
               struct err *e);
/* Takes what is in `text`. */
int reply_buf(struct request *r, int status, const char *type, struct buf *text, struct err *e);
int reply_nothing(struct request *r, int status);
/* problem+json. `field` NULL or the field that is wrong. */
int reply_problem(struct request *r, int status, const char *title, const char *detail,
                  const char *field);
/* 503: the casework database is away. What it said goes to the log only: it may name hosts. */
int reply_no_database(struct request *r, const struct err *e);
/* The status that fits e->code, and its texts. */
void reply_error(struct request *r, const struct err *e);
/* The open file as an attachment named `name` (Chinese allowed: RFC 5987). Takes fd. */
int reply_file(struct request *r, const char *type, const char *name, int fd, struct err *e);
/* An attachment from memory. */
int reply_download(struct request *r, const char *type, const char *name, const char *bytes,
                   size_t n, struct err *e);
void reply_header(struct request *r, const char *name,
                  const char *value); /* value: arena or static */
void reply_release(struct reply *p);

/* JSON string of a span (never fails on bad UTF-8: it is replaced). */
json_t *json_span(struct span s);

#endif
