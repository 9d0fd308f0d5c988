/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/bulk.h"

#include <stdlib.h>

#include "base/mem.h"
#include "casework/approval.h"
#include "casework/clue.h"
#include "casework/param.h"

#define SUBJECT "clues"

static int done_today(struct request *r, int64_t *out, struct err *e)
{
    char today[CW_TIME];

    cw_day(0, today);
    return cw_get_int(
        r->db, 0, out, e,
        "select count(*) from clue_event where actor = $1 and kind in ('dismiss', 'verdict') and at >= $2"
        " and " EVENT_IN_BULK("clue_event"),
        CW_ARGS(cw_t(r->session.login), cw_t(today)));
}

/* The versions as they are now: a yes is to these clues as they were seen. */
static int clues_json(struct request *r, const int64_t *ids, size_t n, json_t **out, struct err *e)
{
    json_t *list = json_array();
    int rc = 0;

    for (size_t i = 0; i < n && !rc; i++) {
        int64_t version = 0;

        rc = cw_get_int(r->db, 0, &version, e, "select version from clue where id = $1",
                        CW_ARGS(cw_i(ids[i])));
        if (!rc && version)
            json_array_append_new(list,
                                  json_pack("[I,I]", (json_int_t)ids[i], (json_int_t)version));
    }
    *out = list;
    return rc;
}

static int ask(struct request *r, const char *verdict, const char *reason, const int64_t *ids,
               size_t n, struct err *e)
{
    json_t *clues = NULL, *args;
    char *text = NULL;
    int64_t id = 0;
    int rc = clues_json(r, ids, n, &clues, e);

    args = json_pack("{s:s?,s:s,s:o}", "verdict", verdict, "reason", reason, "clues", clues);
    text = args ? json_dumps(args, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    json_decref(args);
    if (!rc && !text)
        rc = err_nomem(e);
    if (!rc) {
        struct approval_want w = {
            "clue.dismiss",
            SUBJECT,
            arena_fmt(&r->arena, "%s %zu 条线索", verdict ? "批量判为误报" : "批量排除", n),
            reason,
            text,
            (int64_t)n};

        rc = w.title ? approval_open(r->db, &r->session, &w, &id, e) : err_nomem(e);
    }
    free(text);
    return rc ? rc
              : reply_json(r, 202,
                           json_pack("{s:I,s:s}", "approval", (json_int_t)id, "detail",
                                     "条数多，须第二人同意。同意后在“复核”里执行"),
                           e);
}

int bulk_gate(struct request *r, const char *verdict, const char *reason, const int64_t *ids,
              size_t n, bool *go_on, struct err *e)
{
    int64_t most = 0, today = 0, waiver = 0;
    struct approval_want w = {"clue.dismiss", SUBJECT, NULL, reason, "{}", (int64_t)n};
    int rc = param_int(r->db, "bulk_dismiss_rows", &most, e);

    if (!rc)
        rc = done_today(r, &today, e);
    *go_on = true;
    if (rc || today + (int64_t)n <= most)
        return rc;
    rc = approval_waived(r->db, w.kind, &r->session, &waiver, e);
    if (rc)
        return rc;
    if (!waiver) {
        *go_on = false;
        return ask(r, verdict, reason, ids, n, e);
    }
    w.title = arena_fmt(&r->arena, "%s %zu 条线索", verdict ? "批量判为误报" : "批量排除", n);
    w.args = arena_fmt(&r->arena, "{\"rows\":%zu}", n);
    rc = w.title && w.args ? cw_begin(r->db, e) : err_nomem(e);
    if (rc)
        return rc;
    return cw_end(r->db, approval_note_waived(r->db, &r->session, &w, waiver, e), e);
}

/* What he dismissed one by one since then. */
static int singles_since(struct request *r, const char *since, int64_t *out, struct err *e)
{
    return cw_get_int(
        r->db, 0, out, e,
        "select count(*) from clue_event where actor = $1 and at >= $2 and " EVENT_DISMISSES(
            "clue_event") " and not " EVENT_IN_BULK("clue_event"),
        CW_ARGS(cw_t(r->session.login), cw_t(since)));
}

int single_gate(struct request *r, const char *verdict, const char *reason, int64_t id,
                int64_t version, bool *go_on, struct err *e)
{
    int64_t most = 0, minutes = 0, done = 0, now = 0, waiver = 0;
    struct approval_want w = {"clue.dismiss", SUBJECT, NULL, reason, "{\"rows\":1}", 1};
    char since[CW_TIME];
    int rc = param_int(r->db, "single_dismiss_rows", &most, e);

    *go_on = true;
    if (!rc)
        rc = param_int(r->db, "single_dismiss_minutes", &minutes, e);
    cw_later(-minutes * 60, since);
    if (!rc)
        rc = singles_since(r, since, &done, e);
    if (rc || done < most)
        return rc;
    /* Somebody was there before: that is said first, as without a gate. */
    rc = cw_get_int(r->db, 0, &now, e, "select version from clue where id = $1", CW_ARGS(cw_i(id)));
    if (rc || now != version)
        return rc;
    rc = approval_waived(r->db, w.kind, &r->session, &waiver, e);
    if (rc)
        return rc;
    if (!waiver) {
        *go_on = false;
        return ask(r, verdict, reason, &id, 1, e);
    }
    w.title = arena_fmt(&r->arena, "短时间内逐条%s第 %lld 条", verdict ? "判为误报" : "排除",
                        (long long)done + 1);
    rc = w.title ? cw_begin(r->db, e) : err_nomem(e);
    return rc ? rc : cw_end(r->db, approval_note_waived(r->db, &r->session, &w, waiver, e), e);
}

int bulk_run(struct request *r, int64_t approval, const char *title, const char *args_text,
             struct err *e)
{
    const struct approval_want w = {"clue.dismiss", SUBJECT, title, NULL, args_text, 0};
    json_t *args = json_loads(args_text, 0, NULL), *clues = json_object_get(args, "clues");
    json_t *out = NULL;
    size_t n = json_array_size(clues);
    int64_t *ids = mem_calloc(2 * n + 1, sizeof *ids), *versions = ids + n;
    int rc = ids && args ? cw_begin(r->db, e) : err_nomem(e);

    if (!rc)
        rc = cw_end(r->db, approval_use(r->db, &r->session, approval, &w, true, e), e);
    for (size_t i = 0; i < n && !rc; i++) {
        ids[i] = json_integer_value(json_array_get(json_array_get(clues, i), 0));
        versions[i] = json_integer_value(json_array_get(json_array_get(clues, i), 1));
    }
    if (!rc)
        rc = bulk_approved(r, json_string_value(json_object_get(args, "verdict")),
                           json_string_value(json_object_get(args, "reason")), ids, versions, n,
                           &out, e);
    if (!rc)
        rc = cw_exec(
            r->db, e, "update approval set result = $2 where id = $1",
            CW_ARGS(cw_i(approval),
                    cw_t(arena_fmt(&r->arena, "做成 %lld 条，没有做成 %zu 条",
                                   (long long)json_integer_value(json_object_get(out, "done")),
                                   json_array_size(json_object_get(out, "failed"))))));
    if (!rc)
        rc = reply_json(r, 200, json_incref(out), e);
    json_decref(out);
    json_decref(args);
    mem_free(ids);
    return rc;
}
