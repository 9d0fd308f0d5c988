/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/password.h"

#include <argon2.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/span.h"
#include "casework/account.h"
#include "casework/sm.h"

/* 32 MiB, 3 passes: about 60 ms here; more than OWASP's least (19 MiB, 2). */
#define PASSES 3
#define MEMORY_KIB (32 * 1024)
#define LANES 1
#define LEAST 10

int password_hash(const char *password, char out[PASSWORD_HASH], struct err *e)
{
    unsigned char salt[16];

    if (random_bytes(salt, sizeof salt, e))
        return ERR_IO;
    if (argon2id_hash_encoded(PASSES, MEMORY_KIB, LANES, password, strlen(password), salt,
                              sizeof salt, 32, out, PASSWORD_HASH) != ARGON2_OK)
        return err_nomem(e);
    return 0;
}

bool password_matches(const char *hash, const char *password)
{
    return argon2id_verify(hash, password, strlen(password)) == ARGON2_OK;
}

void password_waste(const char *password)
{
    unsigned char salt[16] = {0}, out[32];

    argon2id_hash_raw(PASSES, MEMORY_KIB, LANES, password, strlen(password), salt, sizeof salt, out,
                      sizeof out);
}

int password_check(const char *password, const char *login, struct err *e)
{
    size_t n = strlen(password), bad;
    bool lower = false, upper = false, digit = false, other = false;

    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)password[i];

        lower |= c < 128 && islower(c);
        upper |= c < 128 && isupper(c);
        digit |= c < 128 && isdigit(c);
        other |= c >= 128 || ispunct(c) || c == ' ';
    }
    if (!utf8_valid(span_of(password), &bad) || n > MAX_PASSWORD)
        return err_set(e, ERR_INPUT, "密码最多 %d 字节，须是 UTF-8", MAX_PASSWORD);
    if (n < LEAST || lower + upper + digit + other < 3) {
        err_set(e, ERR_INPUT, "密码太简单");
        err_hint(e, "至少 %d 个字符，含大写、小写、数字、符号中的三种", LEAST);
        return ERR_INPUT;
    }
    if (login && strcasestr(password, login))
        return err_set(e, ERR_INPUT, "密码里不得含登录名");
    return 0;
}
