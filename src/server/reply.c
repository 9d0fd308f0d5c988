/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "server/request.h"
#include "server/server.h"

void reply_release(struct reply *p)
{
    mem_free(p->body);
    if (p->fd >= 0)
        close(p->fd);
    *p = (struct reply){.fd = -1};
}

void reply_header(struct request *r, const char *name, const char *value)
{
    if (r->reply.n_headers < MAX_REPLY_HEADERS && value)
        r->reply.headers[r->reply.n_headers++] = (struct pair){name, value};
}

int reply_text(struct request *r, int status, const char *type, const char *text, size_t n,
               struct err *e)
{
    char *copy = mem_alloc(n + 1);

    if (!copy)
        return err_nomem(e);
    if (n)
        memcpy(copy, text, n);
    copy[n] = 0;
    mem_free(r->reply.body);
    r->reply.body = copy;
    r->reply.n = n;
    r->reply.status = status;
    r->reply.type = type;
    return 0;
}

int reply_buf(struct request *r, int status, const char *type, struct buf *text, struct err *e)
{
    buf_str(text, "");
    if (text->failed || !text->p)
        return err_nomem(e);
    mem_free(r->reply.body);
    r->reply.body = text->p;
    r->reply.n = text->n;
    r->reply.status = status;
    r->reply.type = type;
    *text = (struct buf)BUF_INIT;
    return 0;
}

int reply_nothing(struct request *r, int status)
{
    r->reply.status = status;
    return 0;
}

int reply_json(struct request *r, int status, json_t *body, struct err *e)
{
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    int rc = text ? reply_text(r, status, "application/json; charset=utf-8", text, strlen(text), e)
                  : err_nomem(e);

    json_decref(body);
    free(text);
    return rc;
}

int reply_problem(struct request *r, int status, const char *title, const char *detail,
                  const char *field)
{
    json_t *p = json_pack("{s:s,s:s,s:s,s:i,s:s}", "type", "about:blank", "title", title, "detail",
                          detail ? detail : "", "status", status, "request_id", r->id);
    int rc;

    if (p && field)
        json_object_set_new(
            p, "fields",
            json_pack("[{s:s,s:s}]", "field", field, "message", detail ? detail : title));
    r->reply.n_headers = 0;
    rc = reply_json(r, status, p, NULL);
    if (rc)
        r->reply.status = 500;
    else
        r->reply.type = "application/problem+json; charset=utf-8";
    return 0;
}

static int status_of(int code)
{
    switch (code) {
    case ERR_INPUT: return 422;
    case ERR_USAGE: return 404;
    case ERR_LIMIT: return 413;
    case ERR_STATE: return 409;
    default: return 500;
    }
}

static const char *title_of(int status)
{
    switch (status) {
    case 404: return "没有找到";
    case 409: return "现在做不了";
    case 413: return "超出上限";
    case 422: return "内容有误";
    default: return "服务器出错";
    }
}

/* What a database said is for the log: it may quote the statement, and the statement a person's number. */
static void log_error(const struct request *r, const struct err *e)
{
    fprintf(stderr, "level=error id=%s code=%d text=\"%.*s\"\n", r->id, e->code,
            (int)strcspn(e->message, "\n"), e->message);
}

int reply_no_database(struct request *r, const struct err *e)
{
    log_error(r, e);
    return reply_problem(r, 503, "业务库连不上",
                         "请稍后再试；一直这样请告诉系统管理员，日志里有原因", NULL);
}

void reply_error(struct request *r, const struct err *e)
{
    int status = status_of(e->code);
    char *detail;

    if (status == 500) {
        log_error(r, e);
        if (strstr(e->message, "磁盘已满")) {
            reply_problem(r, 507, "磁盘已满",
                          "没有做成，已有的数据都在。请系统管理员腾出磁盘空间，然后再试一次", NULL);
            return;
        }
        reply_problem(r, 500, title_of(500), "没有做成。请把请求编号告诉系统管理员，日志里有原因",
                      NULL);
        return;
    }
    detail = arena_fmt(&r->arena, "%s%s%s", e->message, e->hint[0] ? "。" : "", e->hint);

    /* A field's name travels in `where`. */
    reply_problem(r, status, title_of(status), detail,
                  status == 422 && e->where[0] ? e->where : NULL);
}

json_t *json_span(struct span s)
{
    json_t *j = json_stringn(s.p ? s.p : "", s.n);
    struct buf b = BUF_INIT;

    if (j)
        return j;
    for (size_t i = 0; i < s.n; i++)
        buf_char(&b, (unsigned char)s.p[i] < 128 ? s.p[i] : '?');
    j = json_stringn(buf_cstr(&b), b.n);
    buf_release(&b);
    return j;
}

/* --- downloads ----------------------------------------------------------------------------------- */

static const char *disposition(struct request *r, const char *name)
{
    static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_~";
    const char *dot = strrchr(name, '.');
    struct buf b = BUF_INIT;
    char *out;

    if (atomic_load(&r->server->demo))
        name = arena_fmt(&r->arena, "演示数据-%s", name);
    if (!name)
        return NULL;
    buf_fmt(&b, "attachment; filename=\"huji%s\"; filename*=UTF-8''",
            dot && strspn(dot + 1, safe) == strlen(dot + 1) ? dot : "");
    for (const char *c = name; *c; c++)
        if (strchr(safe, *c))
            buf_char(&b, *c);
        else
            buf_fmt(&b, "%%%02X", (unsigned char)*c);
    out = b.failed ? NULL : arena_dup(&r->arena, (struct span){b.p, b.n});
    buf_release(&b);
    return out;
}

int reply_file(struct request *r, const char *type, const char *name, int fd, struct err *e)
{
    struct stat st;

    if (fstat(fd, &st) < 0) {
        close(fd);
        return err_errno(e, "读不了 %s", name);
    }
    r->reply.fd = fd;
    r->reply.fd_bytes = st.st_size;
    r->reply.status = 200;
    r->reply.type = type;
    reply_header(r, "Content-Disposition", disposition(r, name));
    return 0;
}

int reply_download(struct request *r, const char *type, const char *name, const char *bytes,
                   size_t n, struct err *e)
{
    int rc = reply_text(r, 200, type, bytes, n, e);

    if (!rc)
        reply_header(r, "Content-Disposition", disposition(r, name));
    return rc;
}
