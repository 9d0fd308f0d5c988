/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/approvals: what waits for a second person; /api/waivers: what the head waived (casework/approval.h). */
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

/* One's own, and those of one's area if one may decide. */
static bool visible(struct request *r, const struct scope *scope, const json_t *row)
{
    const char *admdvs = json_string_value(json_object_get(row, "admdvs"));

    if (json_is_true(json_object_get(row, "mine")))
        return true;
    return (request_may(r, "approval.decide") || request_may(r, "rule.approve") ||
            request_may(r, "supervise.read")) &&
           !scope->fixmedins_code[0] &&
           scope_allows(scope, span_of(admdvs), SPAN(""), span_of(r->session.login));
}

static int list(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    const char *state = request_query(r, "state");
    json_t *all = NULL, *rows = json_array(), *row;
    char now[CW_TIME];
    int64_t limit;
    size_t i;
    int rc = request_query_int(r, "limit", 100, 1, 500, &limit, e);

    cw_now(now);
    if (!rc)
        rc = cw_rows_json(
            r->db, &all, columns, e,
            SELECT " where (cast($3 as text) is null or p.state = $3) order by p.id desc limit $4",
            CW_ARGS(cw_t(now), cw_i(r->session.account), cw_t(state && *state ? state : NULL),
                    cw_i(limit)));
    json_array_foreach(all, i, row)
    {
        if (!visible(r, &scope, row))
            continue;
        dress(r, row);
        json_array_append(rows, row);
    }
    json_decref(all);
    if (rc) {
        json_decref(rows);
        return rc;
    }
    return reply_json(r, 200,
                      json_pack("{s:o,s:n,s:I}", "rows", rows, "next", "total",
                                (json_int_t)json_array_size(rows)),
                      e);
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
    rc = cw_one_json(r->db, &row, columns, e, SELECT " where p.id = $3",
                     CW_ARGS(cw_t(now), cw_i(r->session.account), cw_i(id_of(r))));
    if (!rc && (!row || !visible(r, &scope, row)))
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

static int waivers(struct request *r, struct err *e)
{
    json_t *rows = NULL, *row, *kinds = json_array();
    char today[CW_TIME];
    size_t i;
    int rc;

    cw_now(today);
    today[10] = 0;
    rc = cw_rows_json(
        r->db, &rows, waiver_columns, e,
        "select w.id, w.kind, o.name, w.admdvs, w.reason, w.until_day, w.name, w.at, w.ended_at, w.ended_name,"
        " case when w.until_day >= $1 and w.ended_at is null then 1 else 0 end,"
        " (select count(*) from audit a where a.object = 'waiver:' || cast(w.id as text) and a.act = 'approval.waived')"
        " from waiver w join org o on o.code = w.org order by w.id desc limit 500",
        CW_ARGS(cw_t(today)));
    json_array_foreach(rows, i, row)
    {
        const struct approval_kind *k = approval_kind_find(
            json_string_value(json_object_get(row, "kind")));

        json_object_set_new(row, "kind_title", json_string(k ? k->title : ""));
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
