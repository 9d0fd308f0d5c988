/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/sha.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>

enum { BYTES = 32 };
static EVP_MD *sha256; /* looked up once: by name it takes longer than to digest a line */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void look_up(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
}

static int digest(struct span s, unsigned char d[BYTES])
{
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    int ok = c && sha256 && EVP_DigestInit_ex2(c, sha256, NULL) && EVP_DigestUpdate(c, s.p, s.n) &&
             EVP_DigestFinal_ex(c, d, NULL);
    EVP_MD_CTX_free(c);
    return ok;
}

void sha256_hex(struct span s, unsigned bytes, char *hex)
{
    static const char digit[] = "0123456789abcdef";
    unsigned char d[BYTES];
    pthread_once(&once, look_up);
    if (!digest(s, d)) /* no memory: a wrong number would be worse than none */
        abort();
    for (unsigned i = 0; i < bytes; i++) {
        hex[2 * i] = digit[d[i] >> 4];
        hex[2 * i + 1] = digit[d[i] & 15];
    }
    hex[2 * bytes] = 0;
}
