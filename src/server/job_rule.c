/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The effect of a proposed change, computed beside the requests: what the one who decides will see. */
#include <stdlib.h>
#include <string.h>

#include "life/change.h"
#include "server/job.h"
#include "server/rulebook.h"
#include "server/server.h"

static int load(struct job *j, int64_t id, json_t **what, struct buf *by, struct buf *because,
                struct err *e)
{
    struct cw_rows rows;
    json_error_t why;
    int rc = cw_query(j->db, &rows, e,
                      "select what, proposer_name, because from rule_change where id = $1"
                      " and state = 'computing'",
                      CW_ARGS(cw_i(id)));

    if (rc)
        return rc;
    rc = cw_next(&rows, e);
    if (rc > 0) {
        *what = json_loadb(cw_text(&rows, 0).p, cw_text(&rows, 0).n, 0, &why);
        buf_span(by, cw_text(&rows, 1));
        buf_span(because, cw_text(&rows, 2));
    }
    cw_done(&rows);
    if (rc < 0)
        return rc;
    return *what ? 0 : err_set(e, ERR_STATE, "变更 %lld 已经不在等着算影响", (long long)id);
}

static int keep(struct job *j, int64_t id, const char *state, const json_t *effect,
                const char *error, struct err *e)
{
    char *text = effect ? json_dumps(effect, JSON_COMPACT) : NULL;
    int rc = cw_exec(
        j->db, e,
        "update rule_change set state = $1, effect = $2, error = $3, version = version + 1"
        " where id = $4 and state = 'computing'",
        CW_ARGS(cw_t(state), cw_t(text), cw_t(error), cw_i(id)));

    free(text);
    return rc;
}

int job_rule_effect(struct job *j, struct err *e)
{
    struct life_place place = rulebook_place(j->server);
    int64_t id = json_integer_value(json_object_get(j->args, "change"));
    struct buf by = BUF_INIT, because = BUF_INIT;
    struct change c = {.stage = {.lock = -1}};
    json_t *what = NULL, *effect = NULL;
    struct err why = {0};
    int rc = load(j, id, &what, &by, &because, e), kept;

    if (!rc) {
        struct change_who who = {.by = buf_cstr(&by), .because = buf_cstr(&because)};

        rc = change_open(&place, what, &who, false, &c, &why);
        if (!rc)
            rc = change_effect(&c, j->store, 0, &j->progress, &effect, &why);
        kept = keep(j, id, rc ? "failed" : "open", effect, rc ? why.message : "", e);
        if (rc && e)
            *e = why;
        rc = rc ? rc : kept;
        change_close(&c);
    }
    if (!rc) {
        json_object_set_new(j->result, "change", json_integer((json_int_t)id));
        job_log(j, "新增 %lld 条，消失 %lld 条",
                (long long)json_integer_value(json_object_get(effect, "new")),
                (long long)json_integer_value(json_object_get(effect, "lost")));
    }
    json_decref(effect);
    json_decref(what);
    buf_release(&by);
    buf_release(&because);
    return rc;
}
