/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "casework/approval.h"
#include "casework/audit_export.h"
#include "casework/param.h"
#include "server/demo.h"
#include "server/server.h"

const struct route_field export_body[] = {
    {"reason", FIELD_TEXT, true, "为什么要导出（给复核的人看）"}, {0}};

static int by_name(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    int c = strcmp(x->name, y->name);

    return c ? c : strcmp(x->value, y->value);
}

/* Path and query in one order, without the number of the approval itself: what the yes was for. */
static char *query_json(struct request *r, const char *path)
{
    struct pair sorted[MAX_QUERY];
    struct buf b = BUF_INIT;
    char *out;
    int n = 0;

    for (int i = 0; i < r->n_query; i++)
        if (strcmp(r->query[i].name, "approval") != 0 && *r->query[i].value)
            sorted[n++] = r->query[i];
    qsort(sorted, (size_t)n, sizeof *sorted, by_name);
    buf_str(&b, "{\"path\":");
    buf_json(&b, span_of(path ? path : r->path));
    buf_str(&b, ",\"query\":{");
    for (int i = 0; i < n; i++) {
        buf_str(&b, i ? "," : "");
        buf_json(&b, span_of(sorted[i].name));
        buf_char(&b, ':');
        buf_json(&b, span_of(sorted[i].value));
    }
    buf_str(&b, "}}");
    out = b.failed ? NULL : arena_dup(&r->arena, (struct span){b.p, b.n});
    buf_release(&b);
    return out;
}

static int refuse(struct request *r, const struct export_of *x, int64_t most, struct err *e)
{
    char *detail = arena_fmt(&r->arena,
                             "%s有 %lld 行，超过 %lld 行的个人信息须第二人同意。请写明理由提交复核",
                             x->title, (long long)x->rows, (long long)most);
    int rc = reply_json(r, 409,
                        json_pack("{s:s,s:s,s:s,s:i,s:s,s:b,s:I}", "type", "about:blank", "title",
                                  "须第二人同意", "detail", detail, "status", 409, "request_id",
                                  r->id, "approval_needed", 1, "rows", (json_int_t)x->rows),
                        e);

    r->reply.type = "application/problem+json; charset=utf-8";
    return rc;
}

/* Ok: *note says how it was allowed (JSON), or it was answered. */
static int second_person(struct request *r, const struct export_of *x, int64_t most,
                         const char **note, bool *answered, struct err *e)
{
    struct approval_want w = {"personal.export",      x->object, NULL, NULL,
                              query_json(r, x->path), x->rows};
    int64_t waiver = 0, approval = 0;
    int rc = approval_waived(r->db, w.kind, &r->session, &waiver, e);

    w.title = arena_fmt(&r->arena, "导出%s %lld 行", x->title, (long long)x->rows);
    if (!rc && (!w.title || !w.args))
        rc = err_nomem(e);
    if (!rc)
        rc = request_query_int(r, "approval", 0, 0, INT64_MAX, &approval, e);
    if (!rc && !x->path && strcmp(r->method, "POST") == 0) {
        rc = request_text(r, "reason", true, 500, &w.reason, e);
        if (!rc)
            rc = approval_open(r->db, &r->session, &w, &approval, e);
        *answered = true;
        return rc ? rc
                  : reply_json(r, 202, json_pack("{s:I}", "approval", (json_int_t)approval), e);
    }
    if (rc)
        return rc;
    if (!approval && !waiver) {
        *answered = true;
        return refuse(r, x, most, e);
    }
    *note = arena_fmt(&r->arena, ",\"%s\":%lld", approval ? "approval" : "waiver",
                      (long long)(approval ? approval : waiver));
    rc = *note ? cw_begin(r->db, e) : err_nomem(e);
    if (rc)
        return rc;
    /* Good until it is over, not once: a download may break off. Each is an act of its own. */
    rc = approval ? approval_use(r->db, &r->session, approval, &w, false, e)
                  : approval_note_waived(r->db, &r->session, &w, waiver, e);
    return cw_end(r->db, rc, e);
}

int export_begin(struct request *r, const struct export_of *x, struct export_mark *mark,
                 bool *answered, struct err *e)
{
    char now[CW_TIME], code[AUDIT_CODE];
    const char *note = "", *detail;
    int64_t most = 0;
    int rc = param_int(r->db, "export_rows", &most, e);

    *answered = false;
    if (!rc && !x->path && strcmp(r->method, "POST") == 0 && (!x->personal || x->rows <= most))
        return err_set(e, ERR_STATE, "%lld 行，不用复核，可以直接导出", (long long)x->rows);
    if (!rc && x->personal && x->rows > most)
        rc = second_person(r, x, most, &note, answered, e);
    if (rc || *answered)
        return rc;
    detail = arena_fmt(&r->arena, "{\"rows\":%lld,\"personal\":%s%s}", (long long)x->rows,
                       x->personal ? "true" : "false", note);
    rc = detail ? cw_begin(r->db, e) : err_nomem(e);
    if (rc)
        return rc;
    rc = audit_append(r->db, &r->actor,
                      &(struct act){.act = x->act, .object = x->object, .detail = detail}, e);
    rc = cw_end(r->db, rc, e);
    if (!rc)
        rc = audit_code(r->db, code, e);
    if (rc)
        return rc;
    cw_now(now);
    snprintf(mark->text, sizeof mark->text, "%s%s（%s） %s 导出　护基　校验码 %s",
             atomic_load(&r->server->demo) ? DEMO_WORDS "　" : "", r->session.name,
             r->session.login, now, code);
    return 0;
}
