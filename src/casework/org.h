/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The tree of organisations, and what administrators do to accounts. Three hands: system makes (disabled), security lets in. */
#ifndef HUJI_CASEWORK_ORG_H
#define HUJI_CASEWORK_ORG_H

#include "casework/account.h"

struct org {
    const char *code, *parent, *kind, *name, *admdvs,
        *fixmedins_code; /* parent, fixmedins_code NULL = none */
    int64_t version;     /* 0 = new */
};
extern const char *const org_kinds[][2]; /* code, title; {NULL} ends */

/* Writes a new one or changes one (version). Errors: ERR_INPUT, ERR_STATE when somebody was there before. */
int org_put(struct cw *db, const struct actor *who, const struct org *o, struct err *e);

/* A business account made by the system administrator: disabled, without roles or a usable password. */
int account_create(struct cw *db, const struct actor *who, const char *login, const char *name,
                   const char *org, const char *valid_until, const char *contract, struct err *e);
/* Roles, by the security administrator. Ends the account's sessions. Nobody grants himself. */
int account_grant(struct cw *db, const struct actor *who, const char *login, role_set roles,
                  struct err *e);
/* "active" or "disabled". The last of an administrator's kind can't be disabled. */
int account_set_state(struct cw *db, const struct actor *who, const char *login, const char *state,
                      struct err *e);
/* The last day and the contract of somebody from outside, by the system administrator; NULL = none. Ends his sessions. */
int account_set_term(struct cw *db, const struct actor *who, const char *login,
                     const char *valid_until, const char *contract, struct err *e);
/* A sealed TOTP secret, NULL takes it off. */
int account_set_totp(struct cw *db, const struct actor *who, const char *login, const char *sealed,
                     struct err *e);

#endif
