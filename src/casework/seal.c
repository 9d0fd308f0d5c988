/* SPDX-License-Identifier: MulanPSL-2.0 */
#define ERR_STATE openssl_err_state
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#undef ERR_STATE

#include "casework/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "casework/sm.h"

#define IV 16
#define MAC 32

static void add_hex(struct buf *out, const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_fmt(out, "%02x", p[i]);
}

static bool from_hex(struct span s, unsigned char *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned v;
        char two[3] = {s.p[2 * i], s.p[2 * i + 1], 0};

        if (strspn(two, "0123456789abcdef") != 2 || sscanf(two, "%2x", &v) != 1)
            return false;
        out[i] = (unsigned char)v;
    }
    return true;
}

static int make_key(const char *path, struct err *e)
{
    unsigned char raw[48];
    struct buf hex = BUF_INIT;
    int fd, rc = random_bytes(raw, sizeof raw, e);

    if (rc)
        return rc;
    add_hex(&hex, raw, sizeof raw);
    buf_char(&hex, '\n');
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        rc = errno == EEXIST ? 0 : err_errno(e, "建不了 %s", path);
    else if (write(fd, hex.p, hex.n) != (ssize_t)hex.n || fsync(fd) < 0)
        rc = err_errno(e, "写不了 %s", path);
    if (fd >= 0)
        close(fd);
    if (fd >= 0 && rc)
        unlink(path); /* half a key would stand in the way of a whole one */
    OPENSSL_cleanse(raw, sizeof raw);
    if (hex.p)
        OPENSSL_cleanse(hex.p, hex.n);
    buf_release(&hex);
    return rc;
}

int seal_key_load(const char *dir, bool make, struct seal_key *out, struct err *e)
{
    char path[4200], text[100] = "";
    unsigned char raw[48];
    ssize_t n;
    int fd, rc;

    snprintf(path, sizeof path, "%s/casework.key", dir);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && make) {
        rc = make_key(path, e);
        if (rc)
            return rc;
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (fd < 0)
        return err_errno(e, "打不开 %s", path);
    n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n < 96 || !from_hex((struct span){text, 96}, raw, sizeof raw))
        return err_set(e, ERR_INPUT, "%s 不是密钥文件", path);
    memcpy(out->enc, raw, sizeof out->enc);
    memcpy(out->mac, raw + sizeof out->enc, sizeof out->mac);
    OPENSSL_cleanse(raw, sizeof raw);
    OPENSSL_cleanse(text, sizeof text);
    return 0;
}

static bool mac_of(const struct seal_key *k, const unsigned char *p, size_t n,
                   unsigned char out[MAC])
{
    unsigned len = 0;

    return HMAC(EVP_sm3(), k->mac, sizeof k->mac, p, n, out, &len) && len == MAC;
}

static bool cipher(const struct seal_key *k, bool encrypt, const unsigned char *iv, struct span in,
                   unsigned char *out, int *n)
{
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    int a = 0, b = 0;
    bool ok = c && in.n < (1u << 20) &&
              EVP_CipherInit_ex(c, EVP_sm4_cbc(), NULL, k->enc, iv, encrypt) == 1 &&
              EVP_CipherUpdate(c, out, &a, (const unsigned char *)in.p, (int)in.n) == 1 &&
              EVP_CipherFinal_ex(c, out + a, &b) == 1;

    EVP_CIPHER_CTX_free(c);
    *n = a + b;
    return ok;
}

int seal(const struct seal_key *k, struct span plain, struct buf *out, struct err *e)
{
    unsigned char *all = mem_alloc(IV + plain.n + 16 + MAC);
    int n = 0, rc = all ? random_bytes(all, IV, e) : err_nomem(e);

    if (!rc && (!cipher(k, true, all, plain, all + IV, &n) ||
                !mac_of(k, all, IV + (size_t)n, all + IV + n)))
        rc = err_set(e, ERR_IO, "加密没有做成");
    if (!rc)
        add_hex(out, all, IV + (size_t)n + MAC);
    mem_free(all);
    return rc ? rc : out->failed ? err_nomem(e) : 0;
}

int unseal(const struct seal_key *k, struct span sealed, struct buf *out, struct err *e)
{
    size_t n = sealed.n / 2;
    unsigned char *all = mem_alloc(n + 1), *plain = mem_alloc(n + 1), mac[MAC];
    int len = 0, rc = all && plain ? 0 : err_nomem(e);

    if (!rc &&
        (sealed.n % 2 || n < IV + 16 + MAC || !from_hex(sealed, all, n) ||
         !mac_of(k, all, n - MAC, mac) || CRYPTO_memcmp(mac, all + n - MAC, MAC) != 0 ||
         !cipher(k, false, all, (struct span){(const char *)all + IV, n - IV - MAC}, plain, &len)))
        rc = err_set(e, ERR_INPUT, "密文被改动过，或密钥不是这一把");
    if (!rc)
        buf_add(out, (const char *)plain, (size_t)len);
    if (plain)
        OPENSSL_cleanse(plain, n);
    mem_free(all);
    mem_free(plain);
    return rc ? rc : out->failed ? err_nomem(e) : 0;
}

/* --- TOTP ---------------------------------------------------------------------------------------- */

static unsigned code_at(struct span secret, int64_t step)
{
    unsigned char msg[8], d[EVP_MAX_MD_SIZE];
    unsigned n = 0, at;

    for (int i = 0; i < 8; i++)
        msg[i] = (unsigned char)((uint64_t)step >> (56 - 8 * i));
    HMAC(EVP_sha1(), secret.p, (int)secret.n, msg, sizeof msg, d, &n);
    at = d[19] & 15;
    return (((unsigned)(d[at] & 127) << 24) | ((unsigned)d[at + 1] << 16) |
            ((unsigned)d[at + 2] << 8) | d[at + 3]) %
           1000000;
}

int64_t totp_step(struct span secret, const char *code, int64_t unix_now)
{
    int64_t now = unix_now / 30;

    for (int64_t step = now - 1; step <= now + 1; step++) {
        char want[8];

        snprintf(want, sizeof want, "%06u", code_at(secret, step));
        if (same_secret(want, code))
            return step;
    }
    return -1;
}

void base32(struct buf *out, struct span bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    uint32_t held = 0;
    int bits = 0;

    for (size_t i = 0; i < bytes.n; i++) {
        held = held << 8 | (unsigned char)bytes.p[i];
        for (bits += 8; bits >= 5; bits -= 5)
            buf_char(out, digits[held >> (bits - 5) & 31]);
    }
    if (bits)
        buf_char(out, digits[held << (5 - bits) & 31]);
}
