/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Whom a clue can be given to: active accounts whose roles may judge, with what they have in hand. */
#include <string.h>

#include "base/mem.h"
#include "server/clue_query.h"
#include "server/routes.h"
#include "server/rulebook.h"
#include "server/server.h"

/* What each has in hand, by login. */
static int in_hand(struct request *r, json_t **out, struct err *e)
{
    struct clue_filter f = CLUE_FILTER_ALL;
    struct clue_sum *sums = NULL;
    json_t *by = json_object();
    size_t n = 0;
    int rc;

    rc = rulebook_scope(r, &f, e);
    for (int i = 0; i < CLUE_STATES; i++)
        f.states |= clue_states[i].open ? 1u << i : 0;
    if (!rc)
        rc = clue_index_groups(r->server->clues, r->db, &f, GROUP_ASSIGNEE, &sums, &n, e);
    for (size_t i = 0; i < n && !rc; i++)
        json_object_set_new(by, sums[i].key, json_integer((json_int_t)sums[i].n));
    mem_free(sums);
    *out = by;
    return rc;
}

static int list(struct request *r, struct err *e)
{
    struct cw_rows rows;
    json_t *out = json_array(), *hand = NULL;
    int rc = in_hand(r, &hand, e), got = 0;

    if (!rc)
        rc = cw_query(
            r->db, &rows, e,
            "select a.login, a.name, r.role from account a join account_role r on r.account = a.id"
            " where a.state = 'active' order by a.login, r.role",
            CW_NONE);
    while (!rc && (got = cw_next(&rows, e)) > 0) {
        int role = role_find(cw_text(&rows, 2));
        json_t *last = json_array_get(out, json_array_size(out) - 1), *n;

        if (role < 0 || !role_set_may((role_set)1 << role, "clue.verdict"))
            continue;
        if (last && span_is(cw_text(&rows, 0), json_string_value(json_object_get(last, "login"))))
            continue;
        last = json_pack("{s:o,s:o}", "login", json_span(cw_text(&rows, 0)), "name",
                         json_span(cw_text(&rows, 1)));
        n = json_object_get(hand, json_string_value(json_object_get(last, "login")));
        json_object_set_new(last, "n_open", json_integer(json_integer_value(n)));
        json_array_append_new(out, last);
    }
    if (!rc)
        cw_done(&rows);
    json_decref(hand);
    rc = rc ? rc : got;
    if (rc < 0) {
        json_decref(out);
        return rc;
    }
    return reply_json(r, 200, json_pack("{s:o}", "rows", out), e);
}

const struct route routes_assignee[] = {
    {"GET", "/api/clues/assignees", "clue.assign", 0, list, "可以承办的人，及各自在办条数", NULL,
     NULL},
    {0},
};
