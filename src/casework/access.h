/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A hospital's access to the national transactions (/fsi/...): a key that is shown once, of which only the SM3 is kept, or the client
 * certificate which it shows TLS (that very one; who issued it does not matter); from which addresses, until when; for tests or for
 * real. Each act is audited.
 */
#ifndef HUJI_CASEWORK_ACCESS_H
#define HUJI_CASEWORK_ACCESS_H

#include "casework/certificate.h"
#include "casework/scope.h"

#define ACCESS_KEY 40 /* hj_ and 36 digits, NUL-ended */
#define ACCESS_MOST_DAYS 1100

struct access {
    const char *fixmedins_code, *fixmedins_name, *admdvs;
    bool test;
    const char *addresses;   /* "10.1.0.0/16 192.168.1.7"; "" = any */
    const char *valid_until; /* the last day */
    const char *note;
    const struct certificate *certificate; /* instead of a key; NULL: by key */
};

/* `key`: "" with a certificate. Errors: ERR_INPUT naming the field; what is out of scope is not accepted. */
int access_issue(struct cw *db, const struct actor *who, const struct scope *scope,
                 const struct access *a, int64_t *id, char key[ACCESS_KEY], struct err *e);
/* Addresses, expiry and note of an access that is in force. Errors: ERR_USAGE none such, ERR_STATE the version is old or it is revoked. */
int access_change(struct cw *db, const struct actor *who, const struct scope *scope, int64_t id,
                  int64_t version, const struct access *a, struct err *e);
int access_revoke(struct cw *db, const struct actor *who, const struct scope *scope, int64_t id,
                  const char *reason, struct err *e);
/* What is kept of a key. */
void access_digest(const char *key, char out[65]);

#endif
