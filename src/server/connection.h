/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Connections below requests: a client must send its request, and take its answer, at a least speed, else the connection is cut, however
 * many bytes it dribbles (libmicrohttpd's own time-out starts anew at each byte); and which client certificate TLS has checked.
 */
#ifndef HUJI_SERVER_CONNECTION_H
#define HUJI_SERVER_CONNECTION_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define SLOW_SECONDS 60          /* for a request's head, and before speed counts */
#define LEAST_BYTES_SECOND 2048u /* of a body coming in, or an answer going out, beyond that */
#define CERT_HEX 65

struct connections;
/* Starts the thread that cuts. Owns: connections_stop. `slow_seconds` 0 = SLOW_SECONDS. */
int connections_start(int slow_seconds, struct connections **out, struct err *e);
void connections_stop(struct connections *c); /* NULL allowed; after the daemon has stopped */

/* For MHD_OPTION_NOTIFY_CONNECTION, with the connections as `ctx`. */
void connection_notify(void *ctx, struct MHD_Connection *con, void **socket_ctx,
                       enum MHD_ConnectionNotificationCode what);
/* The client's address as digits; "" when nobody can say. `out`: NI_MAXHOST bytes. */
void connection_peer(struct MHD_Connection *con, char *out);
/* `received` bytes of this request are there. */
void connection_receives(struct connections *c, struct MHD_Connection *con, uint64_t received);
/* The request is complete: as long as we work on it, nothing is cut. */
void connection_works(struct connections *c, struct MHD_Connection *con);
/* `bytes` go out. */
void connection_answers(struct connections *c, struct MHD_Connection *con, uint64_t bytes);
/* The next request may come. */
void connection_rests(struct connections *c, struct MHD_Connection *con);
uint64_t connections_cut(struct connections *c); /* how many so far */

/* The connection's TLS, not begun yet, is to ask the client for a certificate, whoever issued it. Without TLS nothing. */
void connection_ask_certificate(struct MHD_Connection *con);
/* SHA-256 (hex) of the certificate that the client has shown, by whomever it is issued: it has the key to it. "": none. */
void connection_shown(struct MHD_Connection *con, char out[CERT_HEX]);
/* SHA-256 (hex) of the client's certificate if TLS checked it against --client-ca, else "". */
void connection_certificate(struct MHD_Connection *con, char out[CERT_HEX]);

#endif
