/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What the pages about hospitals' connections ask more than once. */
#ifndef HUJI_SERVER_LIVE_QUERY_H
#define HUJI_SERVER_LIVE_QUERY_H

#include "server/request.h"
#include "server/traffic.h"

struct inst_words {
    const char *name, *admdvs; /* in the request's arena */
    bool known;                /* the claims have it; else the division is read from the code */
};
int inst_words(struct request *r, const char *code, struct inst_words *out, struct err *e);
/* Does the session see all that the house's first organisation sees? Errors are a no. */
bool scope_is_house(struct request *r, struct err *e);
/* Everything that was called up to now is counted. */
int traffic_now(struct request *r, struct err *e);

#endif
