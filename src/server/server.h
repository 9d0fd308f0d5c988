/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The server: one port for people (the page) and machines (JSON). Owns the data directory while it runs. */
#ifndef HUJI_SERVER_SERVER_H
#define HUJI_SERVER_SERVER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "casework/seal.h"

struct store;
struct clue_index;
struct jobs;
struct http;
struct live;
struct gate;
struct traffic;
struct huji_library;

enum { SERVER_READERS = 4 };

struct server_options {
    const char *dir;                /* data directory */
    const char *listen;             /* "127.0.0.1:8443", "[::1]:8443", "8443" (all of IPv4) */
    const char *casework;           /* URL, or NULL: DIR/casework.sqlite */
    const char *rules;              /* folder of the library */
    const char *own_rules;          /* a bureau's own, laid over; NULL = none */
    const char *profile;            /* file of regional parameters; NULL = none */
    const char *states;             /* file of decided states; NULL = none */
    const char *region;             /* of the data directory; NULL = not set */
    const char *tls_cert, *tls_key; /* files; NULL = plain HTTP */
    const char *client_ca; /* PEM of who issues client certificates; NULL = none are asked for */
    int per_address;       /* connections from one address at most; 0 = 256 */
    int slow_seconds;      /* server/connection.h; 0 = 60 */
    int64_t live_volume;   /* bytes of decisions that fill a volume (check/volumes.h); 0 = 16 GiB */
    int live_wait; /* milliseconds a hospital's message waits at most to be judged; 0 = 500 */
    int workers;   /* 0 = four, or one more than there are processors */
    int readers;   /* threads of HTTP, server/readers.h; 0 = one for two processors, four at most */
    /* For measuring (bench/live.c): what of a message is done. LIVE_PARSE, LIVE_BYTES answer `live_bytes` bytes. */
    enum { LIVE_WHOLE, LIVE_PARSE, LIVE_BYTES } live;
    size_t live_bytes;
    bool stages; /* answers say when their message was where (X-Huji-Stages, request.h) */
};

/* What handlers may see of it. */
struct server {
    const struct server_options *options;
    char casework[1200]; /* as cw_open takes it */
    struct store *store; /* DuckDB; its own connection is the jobs', handlers use request_store */
    struct clue_index *clues;
    struct jobs *jobs;
    struct http *http;
    struct library_holder *library; /* server_library */
    struct seal_key seal;
    struct live *live;           /* the judge of hospitals' messages */
    struct gate *gate;           /* who may send them */
    struct traffic *traffic;     /* what they sent */
    atomic_ullong library_loads; /* how often the library was loaded */
    bool tls;
    atomic_bool demo; /* a practice county (demo.h) */
    int port;
    atomic_bool stopping;
    atomic_ullong requests, errors;
    atomic_ullong live_answered,
        live_skipped; /* hospitals' messages; skipped: told to go on unjudged */
};

/* Path or URL of the casework database of a data directory. */
int casework_place(const char *dir, const char *url, char *out, size_t cap, struct err *e);
/* The rule library, which may be loaded anew while the server runs: what the first call gave stays until the second. */
const struct huji_library *server_library(struct server *s);
void server_library_done(struct server *s);
/* A library of its own, read now, with the bureau's layer; `as_written`: without regional parameters, as examples want it.
 * Owns: library_free(*out). */
int server_library_read(const struct server *s, bool as_written, struct huji_library **out,
                        struct err *e);
/* Reads the folders again; what was there stays when they have a fault. */
int server_library_reload(struct server *s, struct err *e);
/* Runs until SIGTERM or SIGINT. `ready` is called once with the port that is open. */
int server_run(const struct server_options *o, void (*ready)(void *ctx, int port), void *ctx,
               struct err *e);

#endif
