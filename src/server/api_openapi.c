/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/openapi.json, made from the route table; /metrics in Prometheus' text form. */
#include <string.h>

#include "check/volumes.h"
#include "huji_config.h"
#include "server/http.h"
#include "server/live.h"
#include "server/routes.h"
#include "server/server.h"

static json_t *schema_of(enum route_field_type type)
{
    static const char *const names[] = {"string", "integer", "boolean",
                                        "string", "array",   "object"};
    json_t *s = json_pack("{s:s}", "type", names[type]);

    if (type == FIELD_DAY)
        json_object_set_new(s, "format", json_string("date"));
    if (type == FIELD_LIST)
        json_object_set_new(s, "items", json_object());
    return s;
}

static json_t *parameter(const char *name, const char *in, bool needed, enum route_field_type type,
                         const char *title)
{
    return json_pack("{s:s,s:s,s:b,s:o,s:s}", "name", name, "in", in, "required", needed, "schema",
                     schema_of(type), "description", title);
}

static json_t *parameters(const struct route *t)
{
    json_t *list = json_array();
    struct span rest = span_of(t->path);

    while (rest.p) {
        struct span part = span_cut(&rest, '/');
        char name[64];

        if (part.n > 2 && part.p[0] == '{' && part.n < sizeof name) {
            memcpy(name, part.p + 1, part.n - 2);
            name[part.n - 2] = 0;
            json_array_append_new(list, parameter(name, "path", true, FIELD_TEXT, name));
        }
    }
    for (const struct route_field *f = t->query; f && f->name; f++)
        json_array_append_new(list, parameter(f->name, "query", f->needed, f->type, f->title));
    if (strcmp(t->method, "GET") != 0 && !(t->flags & ROUTE_PUBLIC))
        json_array_append_new(
            list, parameter("X-Huji-Csrf", "header", true, FIELD_TEXT, "登录时给的 csrf"));
    return list;
}

static json_t *body(const struct route *t)
{
    json_t *fields = json_object(), *needed = json_array();

    if (t->flags & ROUTE_UPLOAD) {
        json_decref(fields);
        json_decref(needed);
        return json_pack("{s:b,s:{s:{s:{s:s,s:s}}}}", "required", 1, "content",
                         "application/octet-stream", "schema", "type", "string", "format",
                         "binary");
    }
    for (const struct route_field *f = t->body; f && f->name; f++) {
        json_t *s = schema_of(f->type);

        json_object_set_new(s, "description", json_string(f->title));
        json_object_set_new(fields, f->name, s);
        if (f->needed)
            json_array_append_new(needed, json_string(f->name));
    }
    return json_pack("{s:b,s:{s:{s:{s:s,s:o,s:o}}}}", "required", json_array_size(needed) > 0,
                     "content", "application/json", "schema", "type", "object", "properties",
                     fields, "required", needed);
}

static json_t *operation(const struct route *t)
{
    json_t *o = json_pack("{s:s,s:o,s:{s:{s:s},s:{s:s,s:{s:{s:{s:s}}}}}}", "summary", t->title,
                          "parameters", parameters(t), "responses", "2XX", "description", "成功",
                          "default", "description", "出错（RFC 9457）", "content",
                          "application/problem+json", "schema", "$ref",
                          "#/components/schemas/problem");

    if (t->permission)
        json_object_set_new(o, "x-permission", json_string(t->permission));
    if (t->flags & ROUTE_PUBLIC)
        json_object_set_new(o, "security", json_array());
    if (t->body || t->flags & ROUTE_UPLOAD)
        json_object_set_new(o, "requestBody", body(t));
    return o;
}

static const char *lower(const char *method)
{
    static const char *const names[][2] = {
        {"GET", "get"}, {"POST", "post"}, {"PUT", "put"}, {"DELETE", "delete"}, {"PATCH", "patch"}};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i][0], method) == 0)
            return names[i][1];
    return "x-other";
}

static int openapi(struct request *r, struct err *e)
{
    json_t *paths = json_object();

    for (int k = 0; huji_routes[k]; k++)
        for (const struct route *t = huji_routes[k]; t->method; t++) {
            json_t *item = json_object_get(paths, t->path);

            if (!item) {
                json_object_set_new(paths, t->path, json_object());
                item = json_object_get(paths, t->path);
            }
            json_object_set_new(item, lower(t->method), operation(t));
        }
    return reply_json(
        r, 200,
        json_pack(
            "{s:s,s:{s:s,s:s},s:o,s:[{s:[]}],s:{s:{s:{s:s,s:s,s:s}},s:{s:{s:s,s:{s:{s:s},s:{s:s},s:{s:s},s:{s:s}}}}}}",
            "openapi", "3.1.0", "info", "title", "护基", "version", HUJI_VERSION, "paths", paths,
            "security", "cookie", "components", "securitySchemes", "cookie", "type", "apiKey", "in",
            "cookie", "name", "huji_session", "schemas", "problem", "type", "object", "properties",
            "title", "type", "string", "detail", "type", "string", "status", "type", "integer",
            "request_id", "type", "string"),
        e);
}

static int metrics(struct request *r, struct err *e)
{
    struct buf b = BUF_INIT;
    int64_t clues = 0, sessions = 0, audit = 0;
    int rc = cw_get_int(r->db, 0, &clues, e, "select n from counter where name = 'clue'", CW_NONE);

    if (!rc)
        rc = cw_get_int(r->db, 0, &sessions, e, "select count(*) from session", CW_NONE);
    if (!rc)
        rc = cw_get_int(r->db, 0, &audit, e, "select coalesce(max(seq), 0) from audit", CW_NONE);
    if (rc)
        return rc;
    buf_fmt(&b, "# TYPE huji_live_answered_total counter\nhuji_live_answered_total %llu\n",
            atomic_load(&r->server->live_answered));
    buf_fmt(&b, "# TYPE huji_live_skipped_total counter\nhuji_live_skipped_total %llu\n",
            atomic_load(&r->server->live_skipped));
    buf_fmt(&b, "# TYPE huji_live_unwritten_bytes gauge\nhuji_live_unwritten_bytes %zu\n",
            live_unwritten(r->server->live));
    buf_fmt(&b, "# TYPE huji_live_volume gauge\nhuji_live_volume %lld\n",
            (long long)volumes_number(r->server->options->dir));
    buf_fmt(&b, "# TYPE huji_requests_total counter\nhuji_requests_total %llu\n",
            atomic_load(&r->server->requests));
    buf_fmt(&b, "# TYPE huji_errors_total counter\nhuji_errors_total %llu\n",
            atomic_load(&r->server->errors));
    buf_fmt(&b, "# TYPE huji_clue_changes_total counter\nhuji_clue_changes_total %lld\n",
            (long long)clues);
    buf_fmt(&b, "# TYPE huji_connections_cut_total counter\nhuji_connections_cut_total %llu\n",
            (unsigned long long)http_cut(r->server->http));
    buf_fmt(&b, "# TYPE huji_sessions gauge\nhuji_sessions %lld\n", (long long)sessions);
    buf_fmt(&b, "# TYPE huji_audit_rows_total counter\nhuji_audit_rows_total %lld\n",
            (long long)audit);
    rc = b.failed ? err_nomem(e)
                  : reply_text(r, 200, "text/plain; version=0.0.4; charset=utf-8", b.p, b.n, e);
    buf_release(&b);
    return rc;
}

const struct route routes_openapi[] = {
    {"GET", "/api/openapi.json", NULL, ROUTE_ANYONE, openapi, "接口说明（OpenAPI）", NULL, NULL},
    {"GET", "/metrics", "metrics.read", 0, metrics, "运行状况（Prometheus）", NULL, NULL},
    {0},
};
