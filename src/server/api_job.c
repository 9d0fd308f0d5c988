/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/jobs, and what starts them: screening, raising (imports: api_import.c). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "casework/scope.h"
#include "claims/place.h"
#include "server/job.h"
#include "server/routes.h"
#include "server/rowjson.h"
#include "server/server.h"

/* Of the asker's division, and his own: what runs next door, and found there, is nobody's here. */
#define MINE                                                                                        \
    " and ($2 = '' or account = $3 or exists (select 1 from account a join org o on o.code = a.org" \
    " where a.id = job.account and substr(o.admdvs, 1, length($2)) = $2))"
#define COLUMNS                                                                                          \
    "select cast(id as text), kind, title, state, percent, step, log, result, error, actor, actor_name," \
    " created_at, started_at, ended_at from job"
static const struct json_column columns[] = {
    {"id", JSON_AS_TEXT},         {"kind", JSON_AS_TEXT},       {"title", JSON_AS_TEXT},
    {"state", JSON_AS_TEXT},      {"percent", JSON_AS_INT},     {"step", JSON_AS_TEXT},
    {"log", JSON_AS_JSON},        {"result", JSON_AS_JSON},     {"error", JSON_AS_TEXT},
    {"actor", JSON_AS_TEXT},      {"actor_name", JSON_AS_TEXT}, {"created_at", JSON_AS_TEXT},
    {"started_at", JSON_AS_TEXT}, {"ended_at", JSON_AS_TEXT},   {0},
};

static int list(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    int64_t limit, after;
    json_t *rows = NULL;
    int rc = request_query_int(r, "limit", 50, 1, 200, &limit, e);
    size_t n;

    if (!rc)
        rc = request_query_int(r, "after", INT64_MAX, 1, INT64_MAX, &after, e);
    if (!rc)
        rc = cw_rows_json(
            r->db, &rows, columns, e, COLUMNS " where id < $1" MINE " order by id desc limit $4",
            CW_ARGS(cw_i(after), cw_t(scope.prefix), cw_i(r->actor.account), cw_i(limit)));
    if (rc)
        return rc;
    n = json_array_size(rows);
    return reply_json(r, 200,
                      json_pack("{s:o,s:o}", "rows", rows, "next",
                                n == (size_t)limit ? json_incref(json_object_get(
                                                         json_array_get(rows, n - 1), "id"))
                                                   : json_null()),
                      e);
}

static int one(struct request *r, json_t **row, struct err *e)
{
    int64_t id = strtoll(request_param(r, "id"), NULL, 10);
    struct scope scope = scope_of(&r->session);
    int rc = cw_one_json(r->db, row, columns, e, COLUMNS " where id = $1" MINE,
                         CW_ARGS(cw_i(id), cw_t(scope.prefix), cw_i(r->actor.account)));

    if (!rc && !*row)
        rc = err_set(e, ERR_USAGE, "没有任务 %s", request_param(r, "id"));
    if (!rc)
        jobs_live(r->server->jobs, id, *row);
    return rc;
}

static int show(struct request *r, struct err *e)
{
    json_t *row = NULL;
    int rc = one(r, &row, e);

    return rc ? rc : reply_json(r, 200, row, e);
}

static int cancel(struct request *r, struct err *e)
{
    int64_t id = strtoll(request_param(r, "id"), NULL, 10);
    char object[48], now[CW_TIME];
    json_t *row = NULL;
    int rc = one(r, &row, e);
    const char *actor = json_string_value(json_object_get(row, "actor"));
    bool own = actor && strcmp(actor, r->session.login) == 0;

    json_decref(row);
    row = NULL;
    if (rc)
        return rc;
    if (!own && !request_may(r, "screen.run"))
        return reply_problem(r, 403, "没有权限", "别人的任务由能运行筛查的人取消", NULL);
    cw_now(now);
    snprintf(object, sizeof object, "job:%lld", (long long)id);
    rc = cw_begin(r->db, e);
    /* One that waits never starts; one that runs is told to stop. */
    if (!rc)
        rc = cw_exec(
            r->db, e,
            "update job set state = 'cancelled', ended_at = $2 where id = $1 and state = 'queued'",
            CW_ARGS(cw_i(id), cw_t(now)));
    if (!rc && cw_changes(r->db) == 0 && job_cancel(r->server->jobs, id))
        rc = err_set(e, ERR_STATE, "任务已经结束");
    if (!rc)
        rc = audit_append(r->db, &r->actor, &(struct act){.act = "job.cancel", .object = object},
                          e);
    rc = cw_end(r->db, rc, e);
    if (!rc)
        rc = one(r, &row, e);
    return rc ? rc : reply_json(r, 200, row, e);
}

/* What lies outside of the asker's own division does not exist for him. */
static int area_allowed(struct request *r, const char *area, struct err *e)
{
    struct scope s = scope_of(&r->session);
    char prefix[PLACE_PREFIX];

    if (!place_is_code(span_of(area))) {
        err_set(e, ERR_INPUT, "区划应是 2、4 或 6 位代码，如 420606");
        return err_where(e, "area");
    }
    place_prefix(span_of(area), prefix);
    if (span_starts(span_of(prefix), s.prefix))
        return 0;
    err_set(e, ERR_INPUT, "没有这个区划，或不在您的辖区内：%.6s", area);
    return err_where(e, "area");
}

static int screen(struct request *r, struct err *e)
{
    const char *from, *to, *area;
    json_t *rules = json_object_get(r->json, "rules"), *raise = json_object_get(r->json, "raise");
    day_t a = DAY_NONE, b = DAY_NONE;
    int rc = request_text(r, "from", false, 10, &from, e);

    if (!rc)
        rc = request_text(r, "to", false, 10, &to, e);
    if (!rc)
        rc = request_text(r, "area", false, 6, &area, e);
    if (!rc && area && *area)
        rc = area_allowed(r, area, e);
    if (rc)
        return rc;
    if ((from && !day_iso(span_of(from), &a)) || (to && !day_iso(span_of(to), &b)) ||
        (a != DAY_NONE && b != DAY_NONE && a > b)) {
        err_set(e, ERR_INPUT, "起止日期不对");
        return err_where(e, "from");
    }
    if (rules && !json_is_array(rules)) {
        err_set(e, ERR_INPUT, "rules 应是规则编号的列表");
        return err_where(e, "rules");
    }
    return job_submit(r, "screen",
                      json_pack("{s:s?,s:s?,s:s?,s:O?,s:o}", "from", from, "to", to, "area", area,
                                "rules", rules, "raise", json_boolean(!json_is_false(raise))),
                      e);
}

static int raise(struct request *r, struct err *e)
{
    return job_submit(r, "raise", json_object(), e);
}

static const struct route_field page_query[] = {
    {"limit", FIELD_INT, false, "每页行数"},
    {"after", FIELD_TEXT, false, "上一页的 next"},
    {0},
};
static const struct route_field screen_body[] = {
    {"from", FIELD_DAY, false, "只要这天起的疑点"},
    {"to", FIELD_DAY, false, "只要到这天为止的疑点"},
    {"area", FIELD_TEXT, false, "只筛这个区划（省、市、县代码）的机构，空 = 全部"},
    {"rules", FIELD_LIST, false, "规则编号，空 = 全部"},
    {"raise", FIELD_BOOL, false, "随即登记为线索（默认是）"},
    {0},
};

const struct route routes_job[] = {
    {"GET", "/api/jobs", "job.read", 0, list, "任务列表", page_query, NULL},
    {"GET", "/api/jobs/{id}", "job.read", 0, show, "一个任务：进度、日志、结果", NULL, NULL},
    {"POST", "/api/jobs/{id}/cancel", "job.read", 0, cancel,
     "取消任务（自己的；别人的要能运行筛查）", NULL, NULL},
    {"POST", "/api/screens", "screen.run", 0, screen, "运行筛查", NULL, screen_body},
    {"POST", "/api/clues/raise", "screen.run", 0, raise, "把最近一次筛查的疑点登记为线索", NULL,
     NULL},
    {0},
};
