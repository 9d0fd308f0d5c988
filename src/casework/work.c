/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/work.h"

#include <stdio.h>

int work_begin(struct work *w, bool inside, struct err *e)
{
    int rc = inside || w->h->inside ? 0 : cw_begin(w->h->db, e);

    return rc ? rc : clue_lock(w->h, &w->state, &w->before, e);
}

static int touch(struct work *w, const char *state, struct err *e)
{
    char now[CW_TIME];
    int64_t change = 0;
    int rc = clue_next_change(w->h->db, &change, e);

    cw_now(now);
    if (!rc)
        rc = cw_exec(
            w->h->db, e,
            "update clue set updated_at = $2, change = $3, version = version + 1, state = $4 where id = $1",
            CW_ARGS(cw_i(w->h->clue), cw_t(now), cw_i(change),
                    cw_t(state ? state : clue_states[w->state].code)));
    return rc;
}

int work_end(struct work *w, bool inside, const char *state, int rc, struct err *e)
{
    char object[48];

    snprintf(object, sizeof object, "clue:%lld", (long long)w->h->clue);
    if (!rc)
        rc = touch(w, state, e);
    if (!rc)
        rc = clue_history(w->h->db, w->h->clue, w->h->who, w->kind, w->note, w->detail, e);
    if (!rc)
        rc = audit_append(w->h->db, w->h->who,
                          &(struct act){.act = w->act,
                                        .object = object,
                                        .reason = w->note,
                                        .before = buf_cstr(&w->before),
                                        .after = w->detail,
                                        .detail = w->detail},
                          e);
    if (!inside && !w->h->inside)
        rc = cw_end(w->h->db, rc, e);
    buf_release(&w->before);
    return rc;
}
