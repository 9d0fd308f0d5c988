/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What a bureau may set, with what holds otherwise and between which bounds: one table. */
#ifndef HUJI_CASEWORK_PARAM_H
#define HUJI_CASEWORK_PARAM_H

#include "casework/audit.h"

struct param {
    const char *key, *title;
    bool number;
    int64_t preset, least, most;
    bool security; /* set by the security administrator, else by the system administrator */
};
extern const struct param params[];
extern const size_t n_params;

int param_find(const char *key); /* -1: none */
int param_int(struct cw *db, const char *key, int64_t *out, struct err *e);
/* Appends; "" when not set. */
int param_text(struct cw *db, const char *key, struct buf *out, struct err *e);
/* Checks, writes, audits. Errors: ERR_INPUT naming the key. */
int param_set(struct cw *db, const struct actor *who, const char *key, const char *value,
              struct err *e);

/* Is `ip` in a list of addresses and networks ("10.1.0.0/16 192.168.1.7 fd00::/8")? An empty list holds all. */
bool ip_in_list(const char *list, const char *ip);
/* The first word that is no address or network, or NULL. */
bool ip_list_valid(const char *list);

#endif
