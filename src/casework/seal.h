/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Fields that are encrypted at rest in the casework: certificate numbers, phones, addresses, TOTP secrets. SM4-CBC (GB/T 32907) with a random
 * IV, then HMAC-SM3 over IV and text; the key is in DIR/casework.key (mode 0600), made once. Whoever copies only the
 * database has no names; whoever copies the whole directory has the key, too: docs/security.md.
 */
#ifndef HUJI_CASEWORK_SEAL_H
#define HUJI_CASEWORK_SEAL_H

#include "base/err.h"
#include "base/span.h"

struct seal_key {
    unsigned char enc[16], mac[32];
};
/* Reads DIR/casework.key; makes it when it is absent and `make`. Errors: ERR_IO, ERR_INPUT when it is no such key. */
int seal_key_load(const char *dir, bool make, struct seal_key *out, struct err *e);
/* Hex of IV, text, MAC; appended. */
int seal(const struct seal_key *k, struct span plain, struct buf *out, struct err *e);
/* Errors: ERR_INPUT when it was changed or sealed with another key. */
int unseal(const struct seal_key *k, struct span sealed, struct buf *out, struct err *e);

/* TOTP (RFC 6238: SHA-1, 30 s, 6 digits). The step whose code `code` is, within one step of now, or -1. `secret`: raw bytes. */
int64_t totp_step(struct span secret, const char *code, int64_t unix_now);
/* Base32 without padding, appended. */
void base32(struct buf *out, struct span bytes);

#endif
