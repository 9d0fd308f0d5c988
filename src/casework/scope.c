/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/scope.h"

#include <stdio.h>

#include "claims/place.h"

struct scope scope_of(const struct session *s)
{
    struct scope out = {0};
    int reviewer = role_find(SPAN("reviewer"));

    place_prefix(span_of(s->admdvs), out.prefix);
    snprintf(out.fixmedins_code, sizeof out.fixmedins_code, "%s", s->fixmedins_code);
    if (s->roles == (role_set)1 << reviewer)
        snprintf(out.assignee, sizeof out.assignee, "%s", s->login);
    return out;
}

bool scope_allows(const struct scope *s, struct span admdvs, struct span fixmedins_code,
                  struct span assignee)
{
    return span_starts(admdvs, s->prefix) &&
           (!s->fixmedins_code[0] || span_is(fixmedins_code, s->fixmedins_code)) &&
           (!s->assignee[0] || span_is(assignee, s->assignee));
}
