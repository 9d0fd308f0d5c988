/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/sha.h"

#include <openssl/sha.h>

void sha256_hex(struct span s, unsigned bytes, char *hex)
{
    static const char digit[] = "0123456789abcdef";
    unsigned char d[SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)s.p, s.n, d);
    for (unsigned i = 0; i < bytes; i++) {
        hex[2 * i] = digit[d[i] >> 4];
        hex[2 * i + 1] = digit[d[i] & 15];
    }
    hex[2 * bytes] = 0;
}
