/* SPDX-License-Identifier: MulanPSL-2.0 */
#define ERR_STATE openssl_err_state
#include <openssl/pem.h>
#include <openssl/x509.h>
#undef ERR_STATE

#include "casework/certificate.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static int wrong(struct err *e, const char *text)
{
    err_set(e, ERR_INPUT, "%s", text);
    return err_where(e, "certificate");
}

int certificate_hash(const char *text, char out[65], struct err *e)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    BIO *bio;
    X509 *x;
    int ok;

    if (strlen(text) == 64 && strspn(text, "0123456789abcdefABCDEF") == 64) {
        for (int i = 0; i < 65; i++)
            out[i] = (char)tolower((unsigned char)text[i]);
        return 0;
    }
    bio = BIO_new_mem_buf(text, (int)strlen(text));
    x = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
    ok = x && X509_digest(x, EVP_sha256(), digest, &n) == 1 && n == 32;
    X509_free(x);
    BIO_free(bio);
    if (!ok)
        return wrong(
            e,
            "应是证书（PEM，-----BEGIN CERTIFICATE----- 开头），或它的 SHA-256（64 位十六进制）");
    for (unsigned i = 0; i < n; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
    return 0;
}

int account_set_certificate(struct cw *db, const struct actor *who, const char *login,
                            const char *hash, struct err *e)
{
    char object[64];
    int64_t id = 0, taken = 0;
    int rc = cw_begin(db, e);

    if (rc)
        return rc;
    rc = cw_get_int(db, 0, &id, e, "select id from account where login = $1", CW_ARGS(cw_t(login)));
    if (!rc && !id)
        rc = err_set(e, ERR_USAGE, "没有登录名为 %.40s 的用户", login);
    if (!rc)
        rc = cw_get_int(db, 0, &taken, e,
                        "select count(*) from account where certificate = $1 and id <> $2",
                        CW_ARGS(cw_t(hash), cw_i(id)));
    if (!rc && taken)
        rc = wrong(e, "这张证书已登记给另一个人");
    if (!rc)
        rc = cw_exec(db, e,
                     "update account set certificate = $2, version = version + 1 where id = $1",
                     CW_ARGS(cw_i(id), cw_t(hash)));
    if (!rc)
        rc = cw_exec(db, e, "delete from session where account = $1", CW_ARGS(cw_i(id)));
    snprintf(object, sizeof object, "account:%.40s", login);
    if (!rc)
        rc = audit_append(db, who,
                          &(struct act){.act = "account.certificate",
                                        .object = object,
                                        .detail = hash ? hash : "off"},
                          e);
    return cw_end(db, rc, e);
}
