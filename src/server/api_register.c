/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/register: 应检查机构名册. */
#include <stdio.h>

#include "casework/register.h"
#include "server/routes.h"
#include "server/rowjson.h"
#include "server/server.h"

static const struct json_column columns[] = {
    {"fixmedins_code", JSON_AS_TEXT},
    {"fixmedins_name", JSON_AS_TEXT},
    {"admdvs", JSON_AS_TEXT},
    {"at", JSON_AS_TEXT},
    {"by_hand", JSON_AS_INT},
    {"off_at", JSON_AS_TEXT},
    {"off_why", JSON_AS_TEXT},
    {"off_by", JSON_AS_TEXT},
    {0},
};

#define WITHIN " from inst_known where admdvs >= $1 and admdvs < $2 and cast($3 as bigint) = 1"

static int list(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    const char *after = request_query(r, "after");
    json_t *rows = NULL, *next = NULL;
    int64_t limit, total = 0, due = 0, inside = !scope.fixmedins_code[0] && !scope.assignee[0];
    char high[16];
    int rc = request_query_int(r, "limit", 50, 1, 200, &limit, e);

    snprintf(high, sizeof high, "%.8s~", scope.prefix);
    if (!rc)
        rc = cw_get_int(r->db, 0, &total, e, "select count(*)" WITHIN,
                        CW_ARGS(cw_t(scope.prefix), cw_t(high), cw_i(inside)));
    if (!rc)
        rc = cw_get_int(r->db, 0, &due, e, "select count(*)" WITHIN " and off_at is null",
                        CW_ARGS(cw_t(scope.prefix), cw_t(high), cw_i(inside)));
    if (!rc)
        rc = cw_rows_json(
            r->db, &rows, columns, e,
            "select code, name, admdvs, at, by_hand, coalesce(off_at, ''), off_why, off_by" WITHIN
            " and code > $4 order by code limit $5",
            CW_ARGS(cw_t(scope.prefix), cw_t(high), cw_i(inside), cw_t(after ? after : ""),
                    cw_i(limit)));
    if (rc)
        return rc;
    if ((int64_t)json_array_size(rows) == limit)
        next = json_incref(
            json_object_get(json_array_get(rows, (size_t)limit - 1), "fixmedins_code"));
    return reply_json(r, 200,
                      json_pack("{s:o,s:o?,s:I,s:I}", "rows", rows, "next",
                                next ? next : json_null(), "total", (json_int_t)total, "due",
                                (json_int_t)due),
                      e);
}

static int add(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    struct register_new n = {0};
    int rc = request_text(r, "fixmedins_code", true, 30, &n.code, e);

    if (!rc)
        rc = request_text(r, "fixmedins_name", true, 200, &n.name, e);
    if (!rc)
        rc = request_text(r, "admdvs", true, 6, &n.admdvs, e);
    if (!rc)
        rc = register_add(r->db, &r->actor, &scope, &n, e);
    return rc ? rc : reply_json(r, 201, json_pack("{s:s}", "fixmedins_code", n.code), e);
}

static int off(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    const char *why, *code = request_param(r, "code");
    int rc = request_text(r, "reason", true, 600, &why, e);

    if (!rc)
        rc = register_off(r->db, &r->actor, &scope, code, why, e);
    return rc ? rc : reply_json(r, 200, json_pack("{s:s}", "fixmedins_code", code), e);
}

static int back(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    const char *code = request_param(r, "code");
    int rc = register_off(r->db, &r->actor, &scope, code, NULL, e);

    return rc ? rc : reply_json(r, 200, json_pack("{s:s}", "fixmedins_code", code), e);
}

static const struct route_field list_query[] = {{"limit", FIELD_INT, false, "几家，最多 200"},
                                                {"after", FIELD_TEXT, false, "接着哪一家往后"},
                                                {0}};
static const struct route_field add_body[] = {{"fixmedins_code", FIELD_TEXT, true, "机构编号"},
                                              {"fixmedins_name", FIELD_TEXT, true, "机构名称"},
                                              {"admdvs", FIELD_TEXT, true, "医保区划，六位"},
                                              {0}};
static const struct route_field off_body[] = {{"reason", FIELD_TEXT, true, "为什么不再应检查"},
                                              {0}};

const struct route routes_register[] = {
    {"GET", "/api/register", "plan.read", 0, list, "应检查机构名册", list_query, NULL},
    {"POST", "/api/register", "plan.write", 0, add, "名册里加一家（还没有结算数据的）", NULL,
     add_body},
    {"POST", "/api/register/{code}/off", "plan.write", 0, off, "不再应检查（协议终止、关停）", NULL,
     off_body},
    {"POST", "/api/register/{code}/back", "plan.write", 0, back, "重新列入应检查", NULL, NULL},
    {0},
};
