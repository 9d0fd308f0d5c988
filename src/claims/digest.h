/* SPDX-License-Identifier: MulanPSL-2.0 */
/* SHA-256 of what comes in pieces. (OpenSSL's headers and base/err.h claim the same names: keep them apart.) */
#ifndef HUJI_CLAIMS_DIGEST_H
#define HUJI_CLAIMS_DIGEST_H

#include <stddef.h>

struct digest;
struct digest *digest_new(void); /* NULL when out of memory */
void digest_add(struct digest *d, const void *p, size_t n);
void digest_end(struct digest *d, char hex[65]); /* frees d */

#endif
