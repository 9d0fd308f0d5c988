/* SPDX-License-Identifier: MulanPSL-2.0 */
/* SM3 (GB/T 32905) by OpenSSL, random bytes, comparison in constant time. */
#ifndef HUJI_CASEWORK_SM_H
#define HUJI_CASEWORK_SM_H

#include <stdbool.h>

#include "base/err.h"
#include "base/span.h"

#define SM3_HEX 65 /* 64 digits and NUL */

void sm3_hex(struct span s, char out[SM3_HEX]);
/* Errors of both: ERR_IO when the system has none. */
int random_bytes(void *out, unsigned n, struct err *e);
/* `bytes` random bytes as 2*bytes digits, NUL-ended. */
int random_hex(unsigned bytes, char *hex, struct err *e);
/* A number by which a thing is told from others, no secret: drawn many at a time, as each call of the generator costs more than a
 * request is worth. */
#define RANDOM_ID 17 /* 16 digits and NUL */
int random_id(char hex[RANDOM_ID], struct err *e);
/* Takes as long for wrong as for right. */
bool same_secret(const char *a, const char *b);

#endif
