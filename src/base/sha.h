/* SPDX-License-Identifier: MulanPSL-2.0 */
/* SHA-256 (OpenSSL). `hex` gets the first 2*bytes digits, NUL-ended: bytes <= 32. */
#ifndef HUJI_BASE_SHA_H
#define HUJI_BASE_SHA_H

#include "base/span.h"

void sha256_hex(struct span s, unsigned bytes, char *hex);

#endif
