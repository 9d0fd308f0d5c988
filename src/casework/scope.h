/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Row scope: which rows a session may see and touch, everywhere and by this file only. By division code (the organisation's and what
 * lies below it), by institution for an institution's own people, by assignment for a third party's reviewer.
 */
#ifndef HUJI_CASEWORK_SCOPE_H
#define HUJI_CASEWORK_SCOPE_H

#include "casework/account.h"

struct scope {
    char prefix[8];               /* of the division code; "" = all */
    char fixmedins_code[32];      /* only this institution; "" = any */
    char assignee[MAX_LOGIN + 1]; /* only what is assigned to this login; "" = any */
};

struct scope scope_of(const struct session *s);
/* May a row of these be seen? */
bool scope_allows(const struct scope *s, struct span admdvs, struct span fixmedins_code,
                  struct span assignee);

#endif
