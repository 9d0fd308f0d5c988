/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Argon2id: passwords in, encoded hashes out. */
#ifndef HUJI_CASEWORK_PASSWORD_H
#define HUJI_CASEWORK_PASSWORD_H

#include <stdbool.h>

#include "base/err.h"

#define PASSWORD_HASH 160

int password_hash(const char *password, char out[PASSWORD_HASH], struct err *e);
bool password_matches(const char *hash, const char *password);
/* As long as password_matches takes: for logins that do not exist. */
void password_waste(const char *password);

#endif
