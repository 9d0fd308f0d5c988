/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/approvals: what waits for a second person; /api/waivers: what the head waived (casework/approval.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "casework/approval.h"
#include "casework/scope.h"
#include "server/bulk.h"
#include "server/purge.h"
#include "server/routes.h"
#include "server/rowjson.h"

#define SELECT                                                                                               \
    "select p.id, p.kind, p.subject, p.title, p.reason, p.n_rows, case when p.state in ('open', 'approved')" \
    " and p.expires_at < $1 then 'expired' else p.state end, p.proposer_name, p.org, p.at, p.expires_at,"    \
    " p.decided_name, p.decided_org, p.decided_at, p.note, p.used_at, p.result,"                             \
    " case when p.proposer = $2 then 1 else 0 end, p.admdvs from approval p"
static const struct json_column columns[] = {
    {"id", JSON_AS_INT},           {"kind", JSON_AS_TEXT},
    {"subject", JSON_AS_TEXT},     {"title", JSON_AS_TEXT},
    {"reason", JSON_AS_TEXT},      {"rows", JSON_AS_INT},
    {"state", JSON_AS_TEXT},       {"proposer_name", JSON_AS_TEXT},
    {"org", JSON_AS_TEXT},         {"at", JSON_AS_TEXT},
    {"expires_at", JSON_AS_TEXT},  {"decided_name", JSON_AS_TEXT},
    {"decided_org", JSON_AS_TEXT}, {"decided_at", JSON_AS_TEXT},
    {"note", JSON_AS_TEXT},        {"used_at", JSON_AS_TEXT},
    {"result", JSON_AS_TEXT},      {"mine", JSON_AS_BOOL},
    {"admdvs", JSON_AS_TEXT},      {0},
};

/* May this one be decided by whom asks? Says so in the row, and the kind's title. */
static void dress(struct request *r, json_t *row)
{
    const char *code = json_string_value(json_object_get(row, "kind"));
    const struct approval_kind *k = approval_kind_find(code ? code : "");
    bool open = strcmp(json_string_value(json_object_get(row, "state")), "open") == 0;

    json_object_set_new(row, "kind_title", json_string(k ? k->title : code));
    json_object_set_new(row, "law", json_boolean(k && k->law));
    json_object_set_new(row, "may_decide",
                        json_boolean(open && k && request_may(r, k->permission) &&
                                     !json_is_true(json_object_get(row, "mine"))));
}

/* One's own, and those of one's area if one may decide. $2: the asker, $3: whether he may, $4: his division. */
#define SEEN " (p.proposer = $2 or ($3 = 1 and substr(p.admdvs, 1, length(cast($4 as text))) = $4))"
static int64_t sees_others(const struct request *r, const struct scope *scope)
{
    return (request_may(r, "approval.decide") || request_may(r, "rule.approve") ||
            request_may(r, "supervise.read")) &&
           !scope->fixmedins_code[0];
}

static int list(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    const char *state = request_query(r, "state");
    json_t *rows = NULL, *row, *next;
    char now[CW_TIME];
    int64_t limit, after;
    size_t i, n;
    int rc = request_query_int(r, "limit", 100, 1, 500, &limit, e);

    if (!rc)
        rc = request_query_int(r, "after", INT64_MAX, 1, INT64_MAX, &after, e);
    cw_now(now);
    if (!rc)
        rc = cw_rows_json(r->db, &rows, columns, e,
                          SELECT " where" SEEN
                                 " and (cast($5 as text) is null or p.state = $5) and p.id < $6"
                                 " order by p.id desc limit $7",
                          CW_ARGS(cw_t(now), cw_i(r->session.account), cw_i(sees_others(r, &scope)),
                                  cw_t(scope.prefix), cw_t(state && *state ? state : NULL),
                                  cw_i(after), cw_i(limit)));
    if (rc)
        return rc;
    json_array_foreach(rows, i, row) dress(r, row);
    n = json_array_size(rows);
    next = n == (size_t)limit ? json_sprintf("%lld", (long long)json_integer_value(json_object_get(
                                                         json_array_get(rows, n - 1), "id")))
                              : json_null();
    return reply_json(
        r, 200, json_pack("{s:o,s:o,s:I}", "rows", rows, "next", next, "total", (json_int_t)n), e);
}

static int64_t id_of(const struct request *r)
{
    return strtoll(request_param(r, "id"), NULL, 10);
}

static int one(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    json_t *row = NULL;
    char now[CW_TIME];
    int rc;

    cw_now(now);
    rc = cw_one_json(r->db, &row, columns, e, SELECT " where" SEEN " and p.id = $5",
                     CW_ARGS(cw_t(now), cw_i(r->session.account), cw_i(sees_others(r, &scope)),
                             cw_t(scope.prefix), cw_i(id_of(r))));
    if (!rc && !row)
        rc = err_set(e, ERR_USAGE, "没有编号为 %lld 的复核", (long long)id_of(r));
    if (rc) {
        json_decref(row);
        return rc;
    }
    dress(r, row);
    return reply_json(r, 200, row, e);
}

static int decide(struct request *r, struct err *e)
{
    const char *note;
    json_t *yes = json_object_get(r->json, "approve");
    int rc = request_text(r, "note", false, 1000, &note, e);

    if (!rc && !json_is_boolean(yes)) {
        err_set(e, ERR_INPUT, "approve 应是 true（同意）或 false（不同意）");
        rc = err_where(e, "approve");
    }
    if (!rc)
        rc = approval_decide(r->db, &r->session, id_of(r), json_is_true(yes), note, e);
    return rc ? rc : one(r, e);
}

static int withdraw(struct request *r, struct err *e)
{
    int rc = approval_withdraw(r->db, &r->session, id_of(r), e);

    return rc ? rc : one(r, e);
}

/* A download is fetched by GET, with the approval's number behind its query. */
static int link_of(struct request *r, int64_t id, const char *args_text, struct err *e)
{
    json_t *args = json_loads(args_text, 0, NULL), *query = json_object_get(args, "query");
    const char *path = json_string_value(json_object_get(args, "path"));
    int rc = path ? reply_json(r, 200,
                               json_pack("{s:s,s:O,s:I}", "download", path, "query", query,
                                         "approval", (json_int_t)id),
                               e)
                  : err_set(e, ERR_STATE, "这一件没有可以下载的");

    json_decref(args);
    return rc;
}

/* What was agreed to is done, by whom proposed it. */
static int run(struct request *r, struct err *e)
{
    struct cw_rows rows;
    const char *kind = NULL, *title = NULL, *args = NULL;
    int64_t id = id_of(r);
    int rc = cw_query(r->db, &rows, e,
                      "select kind, title, args from approval where id = $1 and proposer = $2",
                      CW_ARGS(cw_i(id), cw_i(r->session.account)));

    if (rc)
        return rc;
    rc = cw_next(&rows, e);
    if (rc > 0) {
        kind = arena_dup(&r->arena, cw_text(&rows, 0));
        title = arena_dup(&r->arena, cw_text(&rows, 1));
        args = arena_dup(&r->arena, cw_text(&rows, 2));
    }
    cw_done(&rows);
    if (rc < 0)
        return rc;
    if (!rc || !kind || !title || !args)
        return err_set(e, ERR_USAGE, "没有您提出的编号为 %lld 的复核", (long long)id);
    if (strcmp(kind, "clue.dismiss") == 0)
        return bulk_run(r, id, title, args, e);
    if (strcmp(kind, "personal.export") == 0)
        return link_of(r, id, args, e);
    if (strcmp(kind, "data.purge") == 0)
        return purge_run(r, id, title, e);
    return err_set(e, ERR_STATE, "这一件在它自己的页面上执行");
}

/* --- waivers --------------------------------------------------------------------------------------- */

static const struct json_column waiver_columns[] = {
    {"id", JSON_AS_INT},
    {"kind", JSON_AS_TEXT},
    {"org", JSON_AS_TEXT},
    {"admdvs", JSON_AS_TEXT},
    {"reason", JSON_AS_TEXT},
    {"until", JSON_AS_TEXT},
    {"name", JSON_AS_TEXT},
    {"at", JSON_AS_TEXT},
    {"ended_at", JSON_AS_TEXT},
    {"ended_name", JSON_AS_TEXT},
    {"in_force", JSON_AS_BOOL},
    {"used", JSON_AS_INT},
    {0},
};

/* A waiver of one's own area, or one that holds for it. */
static bool concerns(const struct request *r, const json_t *row)
{
    const char *admdvs = json_string_value(json_object_get(row, "admdvs"));
    struct scope mine = scope_of(&r->session), its;
    struct session head = {0};

    snprintf(head.admdvs, sizeof head.admdvs, "%s", admdvs ? admdvs : "");
    its = scope_of(&head);
    return !mine.fixmedins_code[0] &&
           (scope_allows(&mine, span_of(admdvs), SPAN(""), span_of(r->session.login)) ||
            scope_allows(&its, span_of(r->session.admdvs), SPAN(""), SPAN("")));
}

static int waivers(struct request *r, struct err *e)
{
    json_t *rows = NULL, *row, *kinds = json_array();
    char today[CW_TIME];
    size_t i;
    int rc;

    cw_day(0, today);
    rc = cw_rows_json(
        r->db, &rows, waiver_columns, e,
        "select w.id, w.kind, o.name, w.admdvs, w.reason, w.until_day, w.name, w.at, w.ended_at, w.ended_name,"
        " case when w.until_day >= $1 and w.ended_at is null then 1 else 0 end,"
        " (select count(*) from audit a where a.object = 'waiver:' || cast(w.id as text) and a.act = 'approval.waived')"
        " from waiver w join org o on o.code = w.org order by w.id desc limit 500",
        CW_ARGS(cw_t(today)));
    for (i = json_array_size(rows); i-- > 0;) {
        const struct approval_kind *k;

        row = json_array_get(rows, i);
        k = approval_kind_find(json_string_value(json_object_get(row, "kind")));
        if (concerns(r, row))
            json_object_set_new(row, "kind_title", json_string(k ? k->title : ""));
        else
            json_array_remove(rows, i);
    }
    for (const struct approval_kind *k = approval_kinds; k->code; k++)
        json_array_append_new(
            kinds, json_pack("{s:s,s:s,s:b}", "code", k->code, "title", k->title, "law", k->law));
    if (rc) {
        json_decref(kinds);
        return rc;
    }
    return reply_json(r, 200, json_pack("{s:o,s:o}", "rows", rows, "kinds", kinds), e);
}

static int waive(struct request *r, struct err *e)
{
    const char *kind, *reason, *until;
    int64_t id = 0;
    int rc = request_text(r, "kind", true, 40, &kind, e);

    if (!rc)
        rc = request_text(r, "reason", true, 500, &reason, e);
    if (!rc)
        rc = request_text(r, "until", true, 10, &until, e);
    if (!rc)
        rc = waiver_add(r->db, &r->session, kind, reason, until, &id, e);
    return rc ? rc : reply_json(r, 201, json_pack("{s:I}", "id", (json_int_t)id), e);
}

static int waive_end(struct request *r, struct err *e)
{
    int rc = waiver_end(r->db, &r->session, id_of(r), e);

    return rc ? rc : reply_nothing(r, 204);
}

static const struct route_field list_query[] = {
    {"state", FIELD_TEXT, false, "open、approved、refused、withdrawn、used"},
    {"limit", FIELD_INT, false, "最多几行"},
    {"after", FIELD_TEXT, false, "上一页的 next"},
    {0}};
static const struct route_field decide_body[] = {
    {"approve", FIELD_BOOL, true, "同意"}, {"note", FIELD_TEXT, false, "意见（不同意必填）"}, {0}};
static const struct route_field waive_body[] = {{"kind", FIELD_TEXT, true, "哪一类复核"},
                                                {"reason", FIELD_TEXT, true, "为什么"},
                                                {"until", FIELD_DAY, true, "到哪一天"},
                                                {0}};

const struct route routes_approval[] = {
    {"GET", "/api/approvals", NULL, ROUTE_ANYONE, list, "等第二人的事：自己提的、自己能批的",
     list_query, NULL},
    {"GET", "/api/approvals/{id}", NULL, ROUTE_ANYONE, one, "一件复核", NULL, NULL},
    {"POST", "/api/approvals/{id}/decide", NULL, ROUTE_ANYONE, decide, "同意、不同意（权限按类别）",
     NULL, decide_body},
    {"POST", "/api/approvals/{id}/withdraw", NULL, ROUTE_ANYONE, withdraw, "撤回自己提的", NULL,
     NULL},
    {"POST", "/api/approvals/{id}/run", NULL, ROUTE_ANYONE, run, "执行已同意的（提出的人）", NULL,
     NULL},
    {"GET", "/api/waivers", "org.read", 0, waivers, "免除了哪些复核", NULL, NULL},
    {"POST", "/api/waivers", "waiver.write", 0, waive, "免除一类复核（局领导，写明理由和期限）",
     NULL, waive_body},
    {"DELETE", "/api/waivers/{id}", "waiver.write", 0, waive_end, "结束免除", NULL, NULL},
    {0},
};
