/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The read-only SQL box of 分析台: audited before it runs; claims/sandbox.h says what holds it. */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "casework/param.h"
#include "casework/scope.h"
#include "claims/sandbox.h"
#include "server/routes.h"
#include "server/rulebook.h"
#include "server/server.h"

#define AT_ONCE 2

static atomic_int running;

static int limits_of(struct request *r, struct sandbox_limits *out, struct err *e)
{
    int64_t seconds = 0, memory = 0;
    int rc = param_int(r->db, "sql_rows", &out->rows, e);

    if (!rc)
        rc = param_int(r->db, "sql_seconds", &seconds, e);
    if (!rc)
        rc = param_int(r->db, "sql_memory_mb", &memory, e);
    out->seconds = (int)seconds;
    out->memory_mb = (int)memory;
    return rc;
}

static const char *type_word(char type)
{
    return type == 'T'   ? "文字"
           : type == 'D' ? "日期"
           : type == 'M' ? "元"
           : type == 'Q' ? "数量"
                         : "整数";
}

static int views(struct request *r, struct err *e)
{
    struct sandbox_limits limits;
    json_t *list;
    int rc = rulebook_is_open(r, e);

    if (!rc)
        rc = limits_of(r, &limits, e);
    if (rc)
        return rc;
    list = json_array();
    for (const struct sandbox_view *v = sandbox_views; v->name; v++) {
        json_t *columns = json_array();

        for (const struct sandbox_column *c = v->columns; c->name; c++)
            json_array_append_new(columns, json_pack("{s:s,s:s,s:s}", "name", c->name, "title",
                                                     c->title, "type", type_word(c->type)));
        json_array_append_new(list, json_pack("{s:s,s:s,s:o}", "name", v->name, "title", v->title,
                                              "columns", columns));
    }
    return reply_json(r, 200,
                      json_pack("{s:o,s:{s:I,s:i,s:i}}", "views", list, "limits", "rows",
                                (json_int_t)limits.rows, "seconds", limits.seconds, "memory_mb",
                                limits.memory_mb),
                      e);
}

/* The text itself is kept: who asked what is what an auditor wants to see. */
static int audit_sql(struct request *r, const char *sql, struct err *e)
{
    struct buf detail = BUF_INIT;
    int rc = cw_begin(r->db, e);

    if (rc)
        return rc;
    buf_str(&detail, "{\"sql\":");
    buf_json(&detail, (struct span){sql, strnlen(sql, 4000)});
    buf_char(&detail, '}');
    rc = detail.failed ? err_nomem(e)
                       : audit_append(r->db, &r->actor,
                                      &(struct act){.act = "analysis.sql",
                                                    .object = "analysis",
                                                    .after = sql,
                                                    .detail = buf_cstr(&detail)},
                                      e);
    buf_release(&detail);
    return cw_end(r->db, rc, e);
}

static int ask_sandbox(struct request *r, const char *sql, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    struct buf json = BUF_INIT;
    struct sandbox_limits limits;
    struct store *s = NULL;
    int64_t began = wire_clock();
    json_t *out = NULL;
    int rc = request_store(r, &s, e);

    if (!rc)
        rc = limits_of(r, &limits, e);
    if (!rc)
        rc = sandbox_query(
            s,
            &(struct sandbox_scope){.prefix = scope.prefix, .fixmedins_code = scope.fixmedins_code},
            &limits, span_of(sql), &json, e);
    if (!rc && !(out = json_loadb(json.p, json.n, 0, NULL)))
        rc = err_set(e, ERR_STATE, "查询进程的回答读不懂");
    buf_release(&json);
    if (rc)
        return rc;
    json_object_set_new(out, "ms", json_integer(wire_clock() - began));
    return reply_json(r, 200, out, e);
}

static int query(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    const char *sql;
    int rc = rulebook_is_open(r, e); /* findings of internal rules can be asked here */

    if (!rc)
        rc = request_text(r, "sql", true, SANDBOX_MAX_SQL, &sql, e);
    if (rc)
        return rc;
    if (scope.assignee[0])
        return err_set(e, ERR_USAGE, "没有可以查的数据");
    rc = audit_sql(r, sql, e);
    if (rc)
        return rc;
    if (atomic_fetch_add(&running, 1) >= AT_ONCE)
        rc = reply_problem(r, 503, "请稍候", "已有两条查询在运行，等它们完了再试", NULL);
    else
        rc = ask_sandbox(r, sql, e);
    atomic_fetch_sub(&running, 1);
    if (rc == ERR_INPUT)
        err_where(e, "sql");
    return rc;
}

static const struct route_field query_body[] = {{"sql", FIELD_TEXT, true, "一条 SELECT"}, {0}};

const struct route routes_sql[] = {
    {"GET", "/api/analysis/views", "analysis.read", 0, views, "SQL 可以查的表和列", NULL, NULL},
    {"POST", "/api/analysis/sql", "analysis.read", 0, query, "只读 SQL，限时、限行、限内存，留痕",
     NULL, query_body},
    {0},
};
