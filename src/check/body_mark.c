/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "check/body_mark.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/sha.h"

enum { KEY = 32, HALF = 16, TAG = 16, DIGITS = 32 };
static EVP_MAC *poly; /* looked up once */
static unsigned char own[HALF];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void begin(void)
{
    poly = EVP_MAC_fetch(NULL, "POLY1305", NULL);
    if (!poly || RAND_bytes(own, HALF) != 1)
        abort(); /* a mark that says nothing would be worse than none */
}

static void tag_of(struct span body, const unsigned char half[HALF], unsigned char tag[TAG])
{
    unsigned char key[KEY] = {0};
    size_t n;
    memcpy(key, half, HALF);
    EVP_MAC_CTX *c = EVP_MAC_CTX_new(poly);
    if (!c || !EVP_MAC_init(c, key, KEY, NULL) ||
        !EVP_MAC_update(c, (const unsigned char *)body.p, body.n) ||
        !EVP_MAC_final(c, tag, &n, TAG) || n != TAG)
        abort();
    EVP_MAC_CTX_free(c);
}

void body_mark(struct span body, char out[BODY_MARK + 1])
{
    unsigned char tag[TAG];
    pthread_once(&once, begin);
    tag_of(body, own, tag);
    hex_print(own, HALF, out);
    hex_print(tag, TAG, out + DIGITS);
    out[BODY_MARK] = 0;
}

bool body_has_mark(struct span body, const char *mark)
{
    unsigned char half[HALF] = {0}, tag[TAG];
    char hex[DIGITS];
    pthread_once(&once, begin);
    if (!hex_read(mark, HALF, half))
        return false;
    tag_of(body, half, tag);
    hex_print(tag, TAG, hex);
    return memcmp(hex, mark + DIGITS, DIGITS) == 0;
}

bool body_has_sha(struct span body, const char *sha)
{
    char hex[2 * 32 + 1];
    sha256_hex(body, 32, hex);
    return memcmp(hex, sha, 64) == 0;
}
