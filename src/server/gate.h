/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Who may ask /fsi: the accesses that the page issued (casework, kept in memory), and beside them DIR/check-access.csv
 * (fixmedins_code,key), which a bureau without the page may write by hand: for real, from anywhere, until taken out.
 */
#ifndef HUJI_SERVER_GATE_H
#define HUJI_SERVER_GATE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/span.h"
#include "casework/db.h"

struct gate;

struct gate *gate_new(const char *dir);
void gate_free(struct gate *g);
/* Something was issued, changed or revoked: read again before the next answer. */
void gate_changed(struct gate *g);
/* Who calls: X-Huji-Key or "", SHA-256 of the certificate shown to TLS or "", the peer's address. */
struct gate_caller {
    const char *key, *certificate, *source;
};
/* 0: let in, *test says how. Errors: ERR_STATE with HJ11 ... HJ15 in the message. `db` is read only when something changed. */
int gate_admit(struct gate *g, struct cw *db, struct span inst, const struct gate_caller *who,
               bool *test, struct err *e);
/* Does a hospital's machine with a registered certificate call from there? Nobody else is asked for one: browsers would ask people which
 * to show. `db` NULL: by what is known already. */
bool gate_asks(struct gate *g, struct cw *db, const char *source);

#endif
