/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/digest.h"

#include <openssl/evp.h>
#include <stdio.h>

struct digest *digest_new(void)
{
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    if (c && EVP_DigestInit_ex(c, EVP_sha256(), NULL) != 1) {
        EVP_MD_CTX_free(c);
        c = NULL;
    }
    return (struct digest *)c;
}

void digest_add(struct digest *d, const void *p, size_t n)
{
    EVP_DigestUpdate((EVP_MD_CTX *)d, p, n);
}

void digest_end(struct digest *d, char hex[65])
{
    unsigned char b[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    EVP_DigestFinal_ex((EVP_MD_CTX *)d, b, &n);
    for (unsigned i = 0; i < n && i < 32; i++)
        snprintf(hex + 2 * (size_t)i, 3, "%02x", b[i]);
    EVP_MD_CTX_free((EVP_MD_CTX *)d);
}
