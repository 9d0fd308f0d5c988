/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/audit: who did what; the chain checked; the chain exported. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "casework/audit_export.h"
#include "casework/scope.h"
#include "server/rulebook.h"
#include "server/routes.h"
#include "server/rowjson.h"
#include "server/server.h"

static const struct json_column columns[] = {
    {"seq", JSON_AS_INT},          {"at", JSON_AS_TEXT},
    {"actor", JSON_AS_TEXT},       {"org", JSON_AS_TEXT},
    {"source", JSON_AS_TEXT},      {"act", JSON_AS_TEXT},
    {"object", JSON_AS_TEXT},      {"result", JSON_AS_TEXT},
    {"reason", JSON_AS_TEXT},      {"detail", JSON_AS_TEXT},
    {"before_hash", JSON_AS_TEXT}, {"after_hash", JSON_AS_TEXT},
    {"hash", JSON_AS_TEXT},        {0},
};

/* The chain is one for the house. Its administrators see all of it; others what people of their own area did. */
static const char *area_of(struct request *r)
{
    struct scope scope = scope_of(&r->session);

    return request_may(r, "audit.export") ? "" : arena_dup(&r->arena, span_of(scope.prefix));
}

static int list(struct request *r, struct err *e)
{
    const char *area = area_of(r);
    int64_t limit, after;
    json_t *rows = NULL;
    size_t n;
    int rc = area ? request_query_int(r, "limit", 50, 1, 500, &limit, e) : err_nomem(e);

    if (!rc)
        rc = rulebook_is_open(r, e);
    if (!rc)
        rc = request_query_int(r, "after", INT64_MAX, 1, INT64_MAX, &after, e);
    if (!rc)
        rc = cw_rows_json(
            r->db, &rows, columns, e,
            "select seq, at, actor, org, source, act, object, result, reason, detail, before_hash, after_hash,"
            " hash from audit where seq < $1 and (cast($3 as text) is null or actor = $3)"
            " and (cast($4 as text) is null or act = $4) and (cast($5 as text) is null or object = $5)"
            " and (cast($6 as text) is null or at >= $6) and (cast($7 as text) is null or at <= $7)"
            " and (cast($8 as text) = '' or exists (select 1 from org o where o.code = audit.org"
            " and substr(o.admdvs, 1, length(cast($8 as text))) = $8)) order by seq desc limit $2",
            CW_ARGS(cw_i(after), cw_i(limit), cw_t(request_query(r, "actor")),
                    cw_t(request_query(r, "act")), cw_t(request_query(r, "object")),
                    cw_t(request_query(r, "from")), cw_t(request_query(r, "to")), cw_t(area)));
    if (rc)
        return rc;
    n = json_array_size(rows);
    return reply_json(
        r, 200,
        json_pack("{s:o,s:o}", "rows", rows, "next",
                  n == (size_t)limit
                      ? json_sprintf("%lld", (long long)json_integer_value(json_object_get(
                                                 json_array_get(rows, n - 1), "seq")))
                      : json_null()),
        e);
}

static int verify(struct request *r, struct err *e)
{
    struct audit_report a;
    int rc = audit_verify_db(r->db, &a, e);

    if (rc == ERR_INPUT)
        return reply_json(r, 200, json_pack("{s:b,s:s}", "intact", 0, "detail", e->message), e);
    if (rc)
        return rc;
    return reply_json(r, 200,
                      json_pack("{s:b,s:I,s:s,s:s,s:s}", "intact", 1, "rows", (json_int_t)a.rows,
                                "code", a.code, "first", a.first, "last", a.last),
                      e);
}

static int export(struct request *r, struct err *e)
{
    struct audit_report a;
    char *path = arena_fmt(&r->arena, "%s/tmp/audit-%s", r->server->options->dir, r->id);
    FILE *f = path ? fopen(path, "w+xe") : NULL;
    int rc = f ? 0 : err_errno(e, "写不了审计导出"), fd;

    if (rc)
        return rc;
    unlink(path);
    /* The export itself is an act, and stands in what it exports. */
    rc = cw_begin(r->db, e);
    if (!rc)
        rc = audit_append(r->db, &r->actor, &(struct act){.act = "audit.export", .object = "audit"},
                          e);
    rc = cw_end(r->db, rc, e);
    if (!rc)
        rc = audit_export(r->db, f, &a, e);
    if (!rc && fflush(f) != 0)
        rc = err_errno(e, "写不了审计导出");
    fd = rc ? -1 : dup(fileno(f));
    fclose(f);
    if (rc)
        return rc;
    lseek(fd, 0, SEEK_SET);
    reply_header(r, "X-Huji-Audit-Code", arena_dup(&r->arena, span_of(a.code)));
    return reply_file(r, "application/jsonl; charset=utf-8",
                      arena_fmt(&r->arena, "审计日志-%s.jsonl", a.code), fd, e);
}

static const struct route_field list_query[] = {
    {"limit", FIELD_INT, false, "每页行数"}, {"after", FIELD_TEXT, false, "上一页的 next"},
    {"actor", FIELD_TEXT, false, "登录名"},  {"act", FIELD_TEXT, false, "做了什么"},
    {"object", FIELD_TEXT, false, "对什么"}, {"from", FIELD_TEXT, false, "从何时"},
    {"to", FIELD_TEXT, false, "到何时"},     {0},
};

const struct route routes_audit[] = {
    {"GET", "/api/audit", "audit.read", 0, list, "审计日志", list_query, NULL},
    {"GET", "/api/audit/verify", "audit.read", 0, verify, "核对整条链", NULL, NULL},
    {"GET", "/api/audit/export", "audit.export", 0, export, "导出整条链（可离线核对）", NULL, NULL},
    {0},
};
