/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Roles and what each may do: one table (role.c; law.md part E). Permissions are words "resource.act". */
#ifndef HUJI_CASEWORK_ROLE_H
#define HUJI_CASEWORK_ROLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

typedef uint32_t role_set; /* bit i = roles[i] */

struct role {
    const char *code, *title;
    bool admin;    /* one of the three: no business data, held by nobody who holds another role */
    bool unmasked; /* sees names and numbers whole (without it: masked, reveal by reason) */
    const char *permissions; /* blank-separated; "clue.*" = all of clue */
};

extern const struct role roles[];
extern const size_t n_roles;

int role_find(struct span code); /* index or -1 */
bool role_set_may(role_set set, const char *permission);
/* Held by somebody from outside: only with a last day (account.valid_until), and by nobody who holds another role. */
bool role_ends(size_t i);
/* The first clash of separation as a Chinese sentence, or NULL when the roles may stand together. */
const char *role_set_clash(role_set set);

/* Every permission there is, with its title: what routes may name. */
struct permission {
    const char *code, *title;
};
extern const struct permission permissions[];
extern const size_t n_permissions;

#endif
