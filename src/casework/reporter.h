/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The identity of who reported a clue (举报人): name, phone, address, sealed with SM4 and kept apart from the clue. To see it takes a
 * reason and a second person (kind reporter.reveal, which the law demands and nobody can waive); each look is an act of its own.
 */
#ifndef HUJI_CASEWORK_REPORTER_H
#define HUJI_CASEWORK_REPORTER_H

#include "casework/approval.h"
#include "casework/clue.h"
#include "casework/seal.h"

struct reporter {
    const char *name, *phone, *address; /* NULL = not known */
};
/* Of a clue made by hand, in scope of h. Errors: ERR_INPUT, ERR_STATE for what the machine found. */
int reporter_put(struct clue_hand *h, const struct seal_key *key, const struct reporter *x,
                 struct err *e);
/* 0 and the JSON in `out` when a second person agreed; 1 when a request was opened (*approval), or waits still. Errors: ERR_STATE. */
int reporter_reveal(struct clue_hand *h, const struct session *s, const struct seal_key *key,
                    const char *reason, struct buf *out, int64_t *approval, struct err *e);

#endif
