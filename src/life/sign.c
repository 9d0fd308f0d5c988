/* SPDX-License-Identifier: MulanPSL-2.0 */
/* OpenSSL has a type of the name of one of our error codes: it stays in this file. */
#define ERR_STATE openssl_err_state
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#undef ERR_STATE

#include "life/sign.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/sha.h"

/* The identity that GB/T 32918 takes where none is agreed. */
static const char sm2_id[] = "1234567812345678";

static int ssl_error(struct err *e, const char *what)
{
    return err_set(e, ERR_INPUT, "%s", what);
}

static bool is_sm2(const EVP_PKEY *key)
{
    return EVP_PKEY_is_a(key, "SM2");
}

static int key_print(EVP_PKEY *key, char print[KEY_PRINT], struct err *e)
{
    unsigned char *der = NULL;
    int n = i2d_PUBKEY(key, &der);

    if (n <= 0)
        return ssl_error(e, "读不出公钥");
    sha256_hex((struct span){(char *)der, (size_t)n}, 32, print);
    OPENSSL_free(der);
    return 0;
}

/* --- files ------------------------------------------------------------------------------------------- */

static FILE *fresh_file(const char *path, mode_t mode, struct err *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;

    if (!f)
        err_errno(e, "建不了密钥文件 %s", path);
    return f;
}

int sign_make_key(const char *path, bool sm2, struct err *e)
{
    EVP_PKEY *key = sm2 ? EVP_PKEY_Q_keygen(NULL, NULL, "SM2")
                        : EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    char public[4200];
    FILE *f = NULL, *p = NULL;
    int rc = key ? 0 : err_set(e, ERR_IO, "生成不了密钥");

    if (!rc && snprintf(public, sizeof public, "%s.pub", path) >= (int)sizeof public)
        rc = err_set(e, ERR_USAGE, "路径太长：%.200s", path);
    if (!rc && (!(f = fresh_file(path, 0600, e)) || !(p = fresh_file(public, 0644, e))))
        rc = ERR_IO;
    if (!rc &&
        (!PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) || !PEM_write_PUBKEY(p, key)))
        rc = err_errno(e, "写不了密钥文件 %s", path);
    if (f && fclose(f) != 0 && !rc)
        rc = err_errno(e, "写不了密钥文件 %s", path);
    if (p && fclose(p) != 0 && !rc)
        rc = err_errno(e, "写不了密钥文件 %s", public);
    if (rc && f)
        unlink(path);
    EVP_PKEY_free(key);
    return rc;
}

static int read_key(const char *path, bool private, EVP_PKEY **out, struct err *e)
{
    FILE *f = fopen(path, "r");

    if (!f)
        return err_errno(e, "打不开密钥文件 %s", path);
    *out = private ? PEM_read_PrivateKey(f, NULL, NULL, NULL)
                   : PEM_read_PUBKEY(f, NULL, NULL, NULL);
    fclose(f);
    if (*out && (is_sm2(*out) || EVP_PKEY_is_a(*out, "ED25519")))
        return 0;
    EVP_PKEY_free(*out);
    *out = NULL;
    err_set(e, ERR_INPUT, private ? "%s 不是签名用的私钥" : "%s 不是公钥", path);
    return err_hint(e, private ? "应为 PEM 格式的 Ed25519 或 SM2 私钥；huji rules key 生成一对"
                               : "应为 PEM 格式的 Ed25519 或 SM2 公钥（发布方的 .pub 文件）");
}

/* --- signing ------------------------------------------------------------------------------------------ */

static bool begin(EVP_MD_CTX *c, EVP_PKEY *key, bool sign)
{
    EVP_PKEY_CTX *p = NULL;
    const char *md = is_sm2(key) ? "SM3" : NULL;
    int ok = sign ? EVP_DigestSignInit_ex(c, &p, md, NULL, NULL, key, NULL)
                  : EVP_DigestVerifyInit_ex(c, &p, md, NULL, NULL, key, NULL);

    return ok == 1 && (!is_sm2(key) || EVP_PKEY_CTX_set1_id(p, sm2_id, sizeof sm2_id - 1) == 1);
}

int sign_text(const char *key_file, struct span text, struct buf *out, const char **algorithm,
              char print[KEY_PRINT], struct err *e)
{
    EVP_PKEY *key = NULL;
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    unsigned char sig[512];
    char b64[800];
    size_t n = sizeof sig;
    int rc = c ? read_key(key_file, true, &key, e) : err_nomem(e);

    if (!rc && (!begin(c, key, true) ||
                EVP_DigestSign(c, sig, &n, (const unsigned char *)text.p, text.n) != 1))
        rc = ssl_error(e, "签不了名");
    if (!rc)
        rc = key_print(key, print, e);
    if (!rc) {
        EVP_EncodeBlock((unsigned char *)b64, sig, (int)n);
        buf_str(out, b64);
        *algorithm = is_sm2(key) ? "SM2" : "Ed25519";
    }
    EVP_MD_CTX_free(c);
    EVP_PKEY_free(key);
    return rc;
}

static int decode(struct span b64, unsigned char *out, size_t *n)
{
    int got = b64.n && b64.n <= 680 && b64.n % 4 == 0
                  ? EVP_DecodeBlock(out, (const unsigned char *)b64.p, (int)b64.n)
                  : -1;

    if (got < 0)
        return -1;
    /* DecodeBlock counts the padding as bytes. */
    while (b64.n && b64.p[b64.n - 1] == '=' && got > 0) {
        b64.n--;
        got--;
    }
    *n = (size_t)got;
    return 0;
}

int sign_check(const char *public_file, struct span text, struct span signature,
               char print[KEY_PRINT], struct err *e)
{
    EVP_PKEY *key = NULL;
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    unsigned char sig[512];
    size_t n = 0;
    int rc = c ? read_key(public_file, false, &key, e) : err_nomem(e);

    if (!rc)
        rc = key_print(key, print, e);
    if (!rc && (decode(signature, sig, &n) || !begin(c, key, false) ||
                EVP_DigestVerify(c, sig, n, (const unsigned char *)text.p, text.n) != 1)) {
        err_set(e, ERR_INPUT, "签名不对：不是用这把公钥对应的私钥签的，或内容被改过");
        rc = err_hint(e, "核对发布方的公钥文件，或向发布方重新要这个包");
    }
    EVP_MD_CTX_free(c);
    EVP_PKEY_free(key);
    return rc;
}
