/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Signatures of rule packs: Ed25519, or SM2 with SM3 (GB/T 32918), keys as PEM files. */
#ifndef HUJI_LIFE_SIGN_H
#define HUJI_LIFE_SIGN_H

#include "base/err.h"
#include "base/span.h"

#define KEY_PRINT 65 /* SHA-256 of the public key (DER), 64 digits and NUL */

/* Makes a pair: the private key into `path` (0600), the public one into `path`.pub. Neither may be there. */
int sign_make_key(const char *path, bool sm2, struct err *e);
/* Base64 of the signature into `out`; the algorithm's name and the key's print. */
int sign_text(const char *key_file, struct span text, struct buf *out, const char **algorithm,
              char print[KEY_PRINT], struct err *e);
/* Errors: ERR_INPUT when it is not the signature of this text by this key; ERR_IO, ERR_INPUT about the key file. */
int sign_check(const char *public_file, struct span text, struct span signature,
               char print[KEY_PRINT], struct err *e);

#endif
