/* SPDX-License-Identifier: MulanPSL-2.0 */
/* People who may sign in: accounts, their roles, passwords (Argon2id), sessions. */
#ifndef HUJI_CASEWORK_ACCOUNT_H
#define HUJI_CASEWORK_ACCOUNT_H

#include "casework/audit.h"
#include "casework/db.h"
#include "casework/role.h"
#include "casework/seal.h"

#define MAX_LOGIN 32
#define MAX_PASSWORD 128

struct new_account {
    const char *login, *name, *org; /* org NULL or "": the root */
    role_set roles;
    const char *password;
    bool must_change; /* at the first sign-in */
    const char *valid_until,
        *contract; /* NULL = none; roles of people from outside need a last day (role_ends) */
};

/* Checks names, roles (separation), password; writes account, roles and the audit row in one transaction.
 * Errors: ERR_INPUT with what would be right, ERR_STATE when the login is taken. */
int account_add(struct cw *db, const struct actor *who, const struct new_account *a, int64_t *id,
                struct err *e);
/* Sets a password; ends all sessions of the account. Errors: ERR_INPUT, ERR_USAGE when there is no such login. */
int account_set_password(struct cw *db, const struct actor *who, const char *login,
                         const char *password, bool must_change, struct err *e);
/* What the account may do now. */
int account_roles(struct cw *db, int64_t account, role_set *out, struct err *e);
/* Who must be there before the server runs: a Chinese list of the admin roles that nobody holds, "" = all held. */
int account_missing_admins(struct cw *db, struct buf *out, struct err *e);

/* Login and name as they may be. */
int account_check_names(const char *login, const char *name, struct err *e);
/* The password's rules, no database: ERR_INPUT names what is missing. */
int password_check(const char *password, const char *login, struct err *e);

/* --- sessions ------------------------------------------------------------------------------------ */

#define SESSION_TOKEN 65

struct session {
    int64_t account;
    char login[MAX_LOGIN + 1], name[128], org[32], org_name[192], admdvs[8], fixmedins_code[32];
    char csrf[SESSION_TOKEN], source[64];
    char certificate[65]; /* of the account; "" = none asked */
    role_set roles;
    bool must_change;
};

/* Signs in; `token` is what the cookie carries (only its SM3 is kept). Errors: ERR_USAGE with the one sentence that does not say
 * which of login and password was wrong; ERR_STATE when the account is locked; ERR_LIMIT when a code or
 * the account's client certificate is needed and was not given. `certificate`: SHA-256 of the one that TLS checked, or "". */
int session_begin(struct cw *db, const char *login, const char *password, const char *code,
                  const char *certificate, const char *source, const struct seal_key *key,
                  char token[SESSION_TOKEN], struct session *out, struct err *e);
/* The session of a token. 0, 1 = none or over (idle), < 0 an error. Whoever asks compares s->certificate with the connection's. */
int session_find(struct cw *db, const char *token, const char *source, struct session *out,
                 struct err *e);
/* Inside a write transaction: one more wrong password of an account. *locked: minutes for which that locked it, 0 = not yet.
 * Counted in the database, so that guesses at the same moment count each. */
int account_failure(struct cw *db, int64_t account, int64_t *locked, struct err *e);
int session_end(struct cw *db, const char *token, const struct actor *who, struct err *e);
struct actor session_actor(const struct session *s);

#endif
