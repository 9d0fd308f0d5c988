/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/sha.h"

#include "base/hex.h"

/* Of the general interface a context costs half as much as the digest of a line; that of old is called deprecated and stays. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <stdlib.h>

enum { BYTES = 32 };
void sha256_hex(struct span s, unsigned bytes, char *hex)
{
    unsigned char d[BYTES];
    SHA256_CTX c;
    if (!SHA256_Init(&c) || !SHA256_Update(&c, s.p, s.n) || !SHA256_Final(d, &c))
        abort(); /* a wrong number would be worse than none */
    hex_print(d, bytes, hex);
    hex[2 * bytes] = 0;
}
