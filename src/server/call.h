/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Between http.c (bytes) and dispatch.c (meaning). Private to server/. */
#ifndef HUJI_SERVER_CALL_H
#define HUJI_SERVER_CALL_H

#include <pthread.h>

#include "server/request.h"
#include "server/route.h"

#define COOKIE "huji_session"

/* Before a body comes: is there such a route, may this request send one? 0 = go on; else r->reply holds the answer. Upload routes sign in
 * here already, so that nobody unknown fills the disk. `db` is used with `lock` held; NULL when that is not possible yet. */
int dispatch_early(struct request *r, struct cw *db, pthread_mutex_t *lock);
/* On a worker, body complete: fills r->reply in any case. False: somebody else will, or has already (request_answered); the request is
 * not to be touched any more. */
bool dispatch(struct request *r);
/* Encodes the answer when the client takes it, sets the ETag. */
void reply_finish(struct request *r);

#endif
