/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The judge of messages as the server holds it: opened at the first message, linked anew when tables or rules have changed. */
#ifndef HUJI_SERVER_LIVE_H
#define HUJI_SERVER_LIVE_H

#include "base/err.h"
#include "base/span.h"

struct live;
struct server;

struct live *live_new(struct server *s);
void live_free(struct live *l);
/* The answer to a message in the national envelope, whatever the message is like; what must be kept is on disk. `key`: what
 * the sender showed (X-Huji-Key), or "". Errors: only lack of memory. */
int live_answer(struct live *l, const char *infno, const char *key, struct span body,
                struct buf *answer, struct err *e);

#endif
