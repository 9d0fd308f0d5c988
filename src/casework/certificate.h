/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Client certificates: a person's (on a USB key or in the browser) as the second factor, and which one is whose; a hospital's. */
#ifndef HUJI_CASEWORK_CERTIFICATE_H
#define HUJI_CASEWORK_CERTIFICATE_H

#include "casework/account.h"

/* SHA-256 in hex of the certificate in `text`: PEM, or the 64 digits themselves. Errors: ERR_INPUT naming the field. */
int certificate_hash(const char *text, char out[65], struct err *e);
/* What a certificate says, for who registers it. */
struct certificate {
    char hash[65];
    char subject[200]; /* CN=..., O=... in UTF-8 */
    char until[11];    /* the last day on which it is good for all of the day */
};
/* `text`: PEM, with its lines. Errors: ERR_INPUT naming the field. */
int certificate_read(const char *text, struct certificate *out, struct err *e);
/* By the security administrator; `hash` NULL takes it off. Ends the account's sessions. One certificate is one person's. */
int account_set_certificate(struct cw *db, const struct actor *who, const char *login,
                            const char *hash, struct err *e);

#endif
