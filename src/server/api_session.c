/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Signing in and out: /api/session. */
#include <stdio.h>
#include <string.h>

#include "server/call.h"
#include "server/routes.h"
#include "server/server.h"

static json_t *session_json(const struct request *r)
{
    const struct session *s = &r->session;
    json_t *names = json_array(), *may = json_array();

    for (size_t i = 0; i < n_roles; i++)
        if (s->roles >> i & 1)
            json_array_append_new(names, json_string(roles[i].code));
    for (size_t i = 0; i < n_permissions; i++)
        if (role_set_may(s->roles, permissions[i].code))
            json_array_append_new(may, json_string(permissions[i].code));
    return json_pack("{s:s,s:s,s:o,s:o,s:{s:s,s:s,s:s},s:s,s:b,s:b}", "user", s->login, "name",
                     s->name, "roles", names, "permissions", may, "org", "code", s->org, "name",
                     s->org_name, "admdvs", s->admdvs, "csrf", s->csrf, "must_change_password",
                     s->must_change, "demo", (int)atomic_load(&r->server->demo));
}

static int begin(struct request *r, struct err *e)
{
    const char *user, *password, *code;
    char token[SESSION_TOKEN];
    int rc = request_text(r, "user", true, MAX_LOGIN, &user, e);

    if (!rc)
        rc = request_text(r, "password", true, MAX_PASSWORD, &password, e);
    if (!rc)
        rc = request_text(r, "code", false, 16, &code, e);
    if (rc)
        return rc;
    rc = session_begin(r->db, user, password, code, r->certificate, r->source, &r->server->seal,
                       token, &r->session, e);
    if (rc == ERR_LIMIT)
        return reply_problem(r, 401, "需要第二个凭证", e->message,
                             strstr(e->message, "证书") ? "certificate" : "code");
    if (rc == ERR_USAGE)
        return reply_problem(r, 401, "登录失败", e->message, NULL);
    if (rc == ERR_STATE)
        return reply_problem(r, 423, "登录失败", e->message, NULL);
    if (rc)
        return rc;
    reply_header(r, "Set-Cookie",
                 arena_fmt(&r->arena, COOKIE "=%s; Path=/; HttpOnly; SameSite=Strict%s", token,
                           r->server->tls ? "; Secure" : ""));
    return reply_json(r, 200, session_json(r), e);
}

static int show(struct request *r, struct err *e)
{
    return reply_json(r, 200, session_json(r), e);
}

static int end(struct request *r, struct err *e)
{
    int rc = session_end(r->db, r->cookie, &r->actor, e);

    if (rc)
        return rc;
    reply_header(r, "Set-Cookie", COOKIE "=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    reply_header(r, "Clear-Site-Data", "\"cache\", \"storage\"");
    return reply_nothing(r, 204);
}

static const struct route_field begin_body[] = {
    {"user", FIELD_TEXT, true, "登录名"},
    {"password", FIELD_TEXT, true, "密码"},
    {"code", FIELD_TEXT, false, "动态口令"},
    {0},
};

const struct route routes_session[] = {
    {"POST", "/api/session", NULL, ROUTE_PUBLIC, begin, "登录", NULL, begin_body},
    {"GET", "/api/session", NULL, ROUTE_PENDING, show, "我是谁", NULL, NULL},
    {"DELETE", "/api/session", NULL, ROUTE_PENDING, end, "退出", NULL, NULL},
    {0},
};
