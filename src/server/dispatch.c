/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/sha.h"
#include "casework/sm.h"
#include "server/call.h"
#include "server/http.h"

static bool is_get(const struct request *r)
{
    return strcmp(r->method, "GET") == 0 || strcmp(r->method, "HEAD") == 0;
}

/* HEAD is GET without the body, which the library leaves out. */
static const struct route *find(struct request *r, char *allowed, size_t cap)
{
    const char *method = r->method;
    const struct route *t;

    if (strcmp(method, "HEAD") == 0)
        r->method = "GET";
    t = route_find(r, allowed, cap);
    r->method = method;
    return t;
}

static int refuse(struct request *r, int status, const char *title, const char *detail)
{
    reply_problem(r, status, title, detail, NULL);
    return 1;
}

/* Who is it, may he? 0, or 1 with the answer. */
static int admit(struct request *r)
{
    const struct route *t = r->route;
    struct err e = {0};
    int rc = 1;

    if (r->cookie && *r->cookie)
        rc = session_find(r->db, r->cookie, r->source, &r->session, &e);
    if (rc < 0) {
        reply_error(r, &e);
        return 1;
    }
    /* A session of an account with a certificate is good on connections with that certificate only. */
    if (!rc && r->session.certificate[0] && strcmp(r->session.certificate, r->certificate) != 0) {
        r->session = (struct session){0};
        rc = 1;
    }
    r->actor = session_actor(&r->session);
    if (t->flags & ROUTE_PUBLIC)
        return 0;
    if (rc)
        return refuse(r, 401, "请先登录", "没有登录，或登录已过期");
    if (!is_get(r) && (!r->csrf || !same_secret(r->session.csrf, r->csrf)))
        return refuse(r, 403, "请求被拒绝", "缺少或不对的 X-Huji-Csrf");
    if (t->flags & ROUTE_PENDING)
        return 0;
    if (r->session.must_change)
        return refuse(r, 403, "请先修改密码", "首次登录或密码到期，改密码后才能继续");
    if (t->flags & ROUTE_ANYONE)
        return 0;
    if (!t->permission || !request_may(r, t->permission))
        return refuse(r, 403, "没有权限", "您的角色不能做这件事");
    return 0;
}

int dispatch_early(struct request *r, struct cw *db, pthread_mutex_t *lock)
{
    char allowed[64];
    int rc = 0;

    r->route = find(r, allowed, sizeof allowed);
    if (r->route && (r->route->flags & ROUTE_UPLOAD) && db) {
        pthread_mutex_lock(lock);
        r->db = db;
        rc = admit(r);
        r->db = NULL;
        pthread_mutex_unlock(lock);
    }
    return rc;
}

static int parse_json(struct request *r)
{
    json_error_t je;

    if (!r->body_n)
        return 0;
    if (!r->content_type || strncmp(r->content_type, "application/json", 16) != 0)
        return refuse(r, 415, "格式不支持", "请求体应是 application/json");
    r->json = json_loadb(r->body, r->body_n, JSON_REJECT_DUPLICATES, &je);
    if (!json_is_object(r->json)) {
        char *detail = arena_fmt(&r->arena, "请求体不是 JSON 对象（第 %d 行第 %d 列）", je.line,
                                 je.column);
        return refuse(r, 400, "请求有误", r->json ? "请求体应是 JSON 对象" : detail);
    }
    return 0;
}

static void unknown(struct request *r, const char *allowed)
{
    if (*allowed) {
        reply_problem(r, 405, "方法不对", allowed, NULL);
        reply_header(r, "Allow", arena_dup(&r->arena, span_of(allowed)));
    } else if (strncmp(r->path, "/api/", 5) == 0 || !is_get(r) || !statics_answer(r)) {
        reply_problem(r, 404, "没有找到", "没有这个地址", NULL);
    }
}

bool dispatch(struct request *r)
{
    char allowed[64] = "";
    struct err e = {0};
    struct cw *db = r->db;
    int rc;

    if (r->reply.status)
        return true;
    if (!r->route) /* looked for when the head was there */
        r->route = find(r, allowed, sizeof allowed);
    if (!r->route) {
        unknown(r, allowed);
        return true;
    }
    if (admit(r) || (!(r->route->flags & (ROUTE_UPLOAD | ROUTE_RAW)) && parse_json(r)))
        return true;
    rc = r->route->handle(r, &e);
    if (rc == REQUEST_LATER) {
        cw_rollback(db);
        return false;
    }
    if (rc < 0 || !r->reply.status) {
        reply_release(&r->reply);
        if (!e.code)
            err_set(&e, ERR_DB, "没有做成");
        reply_error(r, &e);
    }
    /* A handler that left a transaction open would block all writers. */
    cw_rollback(db);
    return true;
}
