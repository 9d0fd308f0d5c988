/* SPDX-License-Identifier: MulanPSL-2.0 */
/* OpenSSL has a type of the name of one of our error codes: it stays in this file. */
#define ERR_STATE openssl_err_state
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#undef ERR_STATE

#include "casework/sm.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/hex.h"

static void to_hex(const unsigned char *d, unsigned n, char *hex)
{
    hex_print(d, n, hex);
    hex[2 * n] = 0;
}

static EVP_MD *sm3; /* looked up once: by name it takes longer than to digest a key */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void look_up(void)
{
    sm3 = EVP_MD_fetch(NULL, "SM3", NULL);
}

void sm3_hex(struct span s, char out[SM3_HEX])
{
    unsigned char d[EVP_MAX_MD_SIZE];
    unsigned n = 0;

    /* A chain that silently lost its hash would be worse than none. */
    pthread_once(&once, look_up);
    if (!sm3 || !EVP_Digest(s.p ? s.p : "", s.n, d, &n, sm3, NULL) || n != 32)
        abort();
    to_hex(d, n, out);
}

int random_bytes(void *out, unsigned n, struct err *e)
{
    return RAND_bytes(out, (int)n) == 1 ? 0 : err_set(e, ERR_IO, "系统给不出随机数");
}

int random_hex(unsigned bytes, char *hex, struct err *e)
{
    unsigned char d[64];

    if (bytes > sizeof d || random_bytes(d, bytes, e))
        return ERR_IO;
    to_hex(d, bytes, hex);
    OPENSSL_cleanse(d, sizeof d);
    return 0;
}

int random_id(char hex[RANDOM_ID], struct err *e)
{
    enum { BYTES = RANDOM_ID / 2, POOL = 64 * BYTES };
    static _Thread_local unsigned char pool[POOL];
    static _Thread_local size_t left;

    if (!left && random_bytes(pool, sizeof pool, e))
        return ERR_IO;
    left = (left ? left : POOL) - BYTES;
    to_hex(pool + left, BYTES, hex);
    return 0;
}

bool same_secret(const char *a, const char *b)
{
    size_t n = strlen(a);

    return strlen(b) == n && CRYPTO_memcmp(a, b, n) == 0;
}
