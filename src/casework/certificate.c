/* SPDX-License-Identifier: MulanPSL-2.0 */
#define ERR_STATE openssl_err_state
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#undef ERR_STATE

#include "casework/certificate.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

static int wrong(struct err *e, const char *text)
{
    err_set(e, ERR_INPUT, "%s", text);
    return err_where(e, "certificate");
}

static X509 *of_pem(const char *text)
{
    BIO *bio = BIO_new_mem_buf(text, (int)strlen(text));
    X509 *x = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;

    BIO_free(bio);
    ERR_clear_error();
    return x;
}

static bool hash_of(X509 *x, char out[65])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;

    if (X509_digest(x, EVP_sha256(), digest, &n) != 1 || n != 32)
        return false;
    for (unsigned i = 0; i < n; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
    return true;
}

int certificate_hash(const char *text, char out[65], struct err *e)
{
    X509 *x;
    int ok;

    if (strlen(text) == 64 && strspn(text, "0123456789abcdefABCDEF") == 64) {
        for (int i = 0; i < 65; i++)
            out[i] = (char)tolower((unsigned char)text[i]);
        return 0;
    }
    x = of_pem(text);
    ok = x && hash_of(x, out);
    X509_free(x);
    return ok ? 0
              : wrong(
                    e,
                    "应是证书（PEM，-----BEGIN CERTIFICATE----- 开头），或它的 SHA-256（64 位十六进制）");
}

static bool subject_of(X509 *x, char *out, size_t cap)
{
    BIO *bio = BIO_new(BIO_s_mem());
    int n = 0;

    if (bio && X509_NAME_print_ex(bio, X509_get_subject_name(x), 0,
                                  (XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB) |
                                      ASN1_STRFLGS_UTF8_CONVERT) > 0)
        n = BIO_read(bio, out, (int)cap - 1);
    BIO_free(bio);
    out[n > 0 ? n : 0] = 0;
    while (n > 0 && n == (int)cap - 1 && ((unsigned char)out[n - 1] & 0xc0) == 0x80)
        out[--n] = 0; /* cut short: whole characters */
    if (n > 0 && n == (int)cap - 1 && (unsigned char)out[n - 1] >= 0xc0)
        out[n - 1] = 0;
    return n > 0;
}

int certificate_read(const char *text, struct certificate *out, struct err *e)
{
    char day[CLOCK_TEXT];
    struct tm until;
    sec_t end;
    X509 *x = of_pem(text);
    bool ok = x && hash_of(x, out->hash) && subject_of(x, out->subject, sizeof out->subject) &&
              ASN1_TIME_to_tm(X509_get0_notAfter(x), &until) == 1;

    X509_free(x);
    if (!ok)
        return wrong(e, strstr(text, "PRIVATE KEY")
                            ? "这里有私钥：私钥不能离开医院，请让医院只交证书（BEGIN CERTIFICATE）"
                            : "应是证书（PEM，-----BEGIN CERTIFICATE----- 开头，整段贴进来）");
    end = timegm(&until) + CLOCK_AHEAD;
    clock_text(end - DAY_SECS, day);
    snprintf(out->until, sizeof out->until, "%.10s", day);
    return end <= clock_sec() ? wrong(e, "这张证书已经过期") : 0;
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
