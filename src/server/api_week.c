/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/weeks: 周报. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "casework/scope.h"
#include "server/routes.h"
#include "server/rowjson.h"
#include "server/week_view.h"

#define COLUMNS                                                                                                     \
    "select id, admdvs, from_day, to_day, since_day, state, texts, frozen_at, frozen_by, code, actor, at, version," \
    " signed_at, signed_by, (select name from account where login = signed_by) from week_report "
static const struct json_column columns[] = {
    {"id", JSON_AS_INT},
    {"admdvs", JSON_AS_TEXT},
    {"from_day", JSON_AS_TEXT},
    {"to_day", JSON_AS_TEXT},
    {"since_day", JSON_AS_TEXT},
    {"state", JSON_AS_TEXT},
    {"texts", JSON_AS_JSON},
    {"frozen_at", JSON_AS_TEXT},
    {"frozen_by", JSON_AS_TEXT},
    {"code", JSON_AS_TEXT},
    {"actor", JSON_AS_TEXT},
    {"at", JSON_AS_TEXT},
    {"version", JSON_AS_INT},
    {"signed_at", JSON_AS_TEXT},
    {"signed_by", JSON_AS_TEXT},
    {"signed_name", JSON_AS_TEXT},
    {0},
};
static const struct json_column figure_columns[] = {
    {"key", JSON_AS_TEXT},       {"week", JSON_AS_INT},
    {"total", JSON_AS_INT},      {"hand_week", JSON_AS_INT},
    {"hand_total", JSON_AS_INT}, {"hand_note", JSON_AS_TEXT},
    {"hand_by", JSON_AS_TEXT},   {0},
};
static const struct json_column row_columns[] = {
    {"object", JSON_AS_TEXT},  {"amount", JSON_AS_INT}, {"at", JSON_AS_TEXT},
    {"in_week", JSON_AS_BOOL}, {"name", JSON_AS_TEXT},  {0}};

static const char *text_of(const json_t *row, const char *name)
{
    const char *s = json_string_value(json_object_get(row, name));

    return s ? s : "";
}

static int figures(struct request *r, json_t *row, const struct week_span *span, struct err *e)
{
    bool draft = strcmp(text_of(row, "state"), "draft") == 0;
    json_t *kept = NULL, *all = json_array(), *one;
    size_t i;
    int rc = cw_rows_json(
        r->db, &kept, figure_columns, e,
        "select key, week, total, hand_week, hand_total, hand_note, hand_by from week_figure"
        " where report = $1",
        CW_ARGS(cw_i(json_integer_value(json_object_get(row, "id")))));

    for (const struct week_kind *k = week_kinds; k->key && !rc; k++) {
        struct week_count n = {0};
        json_t *f = json_pack("{s:s,s:n,s:n,s:n,s:n,s:s,s:n}", "key", k->key, "week", "total",
                              "hand_week", "hand_total", "hand_note", "", "hand_by");
        bool entry;

        json_array_foreach(kept, i, one) if (strcmp(text_of(one, "key"), k->key) == 0)
            json_object_update(f, one);
        if (draft)
            rc = week_count(r->db, k, span, &n, e);
        if (draft && k->sql)
            json_object_update_new(f, json_pack("{s:I,s:I}", "week", (json_int_t)n.week, "total",
                                                (json_int_t)n.total));
        if (!k->sql)
            json_object_update_new(f, json_pack("{s:n,s:n}", "week", "total"));
        /* A report frozen before this was counted has what people typed then. */
        entry = !json_is_integer(json_object_get(f, "week"));
        json_object_update_new(f, json_pack("{s:s,s:s,s:s,s:b}", "title", k->title, "unit", k->unit,
                                            "object", k->object, "entry", entry));
        json_array_append_new(all, f);
    }
    json_decref(kept);
    json_object_set_new(row, "figures", all);
    return rc;
}

int week_of(struct request *r, json_t **row, struct week_span *span, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    const char *prefix = arena_dup(&r->arena, span_of(scope.prefix));
    int64_t id = strtoll(request_param(r, "id"), NULL, 10);
    int rc = prefix ? cw_one_json(r->db, row, columns, e, COLUMNS "where id = $1 and admdvs = $2",
                                  CW_ARGS(cw_i(id), cw_t(prefix)))
                    : err_nomem(e);

    /* The bureau's report: an institution of its division has no part in it. */
    if (!rc && *row && scope.fixmedins_code[0]) {
        json_decref(*row);
        *row = NULL;
    }
    if (!rc && !*row)
        return err_set(e, ERR_USAGE, "没有编号为 %lld 的周报", (long long)id);
    if (!rc)
        rc = week_span_of(span, text_of(*row, "since_day"), text_of(*row, "from_day"),
                          text_of(*row, "to_day"), prefix, e);
    if (!rc)
        rc = figures(r, *row, span, e);
    if (rc) {
        json_decref(*row);
        *row = NULL;
    }
    return rc;
}

static int show(struct request *r, struct err *e)
{
    struct week_span span;
    json_t *row = NULL;
    int rc = week_of(r, &row, &span, e);

    return rc ? rc : reply_json(r, 200, row, e);
}

static int list(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    json_t *rows = NULL;
    size_t n;
    int rc = cw_rows_json(r->db, &rows, columns, e,
                          COLUMNS
                          "where admdvs = $1 and $2 = 0 order by to_day desc, id desc limit 200",
                          CW_ARGS(cw_t(scope.prefix), cw_i(scope.fixmedins_code[0] != 0)));

    if (rc)
        return rc;
    n = json_array_size(rows);
    return reply_json(r, 200,
                      json_pack("{s:o,s:n,s:I}", "rows", rows, "next", "total", (json_int_t)n), e);
}

static int make(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    const char *since, *from, *to;
    struct week_span span;
    json_t *row = NULL;
    int64_t id;
    int rc = request_text(r, "from_day", true, 10, &from, e);

    if (!rc)
        rc = request_text(r, "to_day", true, 10, &to, e);
    if (!rc)
        rc = request_text(r, "since_day", true, 10, &since, e);
    if (!rc && scope.fixmedins_code[0])
        return reply_problem(r, 403, "没有权限", "机构用户不编周报", NULL);
    if (!rc)
        rc = week_span_of(&span, since, from, to, scope.prefix, e);
    if (!rc)
        rc = week_make(r->db, &r->actor, &span, since, from, to, &id, e);
    if (!rc)
        rc = cw_one_json(r->db, &row, columns, e, COLUMNS "where id = $1", CW_ARGS(cw_i(id)));
    return rc ? rc : reply_json(r, 201, row, e);
}

/* Each change: the report must be there, `version` as seen; the answer is the report as it is now. */
struct change {
    struct week_span span;
    int64_t id, version;
};

static int change_of(struct request *r, struct change *c, struct err *e)
{
    json_t *row = NULL;
    int rc = request_int(r, "version", true, 1, INT64_MAX, &c->version, e);

    if (!rc)
        rc = week_of(r, &row, &c->span, e);
    if (!rc)
        c->id = json_integer_value(json_object_get(row, "id"));
    json_decref(row);
    return rc;
}

static int freeze(struct request *r, struct err *e)
{
    struct change c;
    int rc = change_of(r, &c, e);

    if (!rc)
        rc = week_freeze(r->db, &r->actor, c.id, c.version, &c.span, e);
    return rc ? rc : show(r, e);
}

static int texts(struct request *r, struct err *e)
{
    json_t *given = json_object_get(r->json, "texts"), *v;
    const char *key;
    struct change c;
    char *text;
    int rc = change_of(r, &c, e);

    if (!rc && !json_is_object(given)) {
        err_set(e, ERR_INPUT, "texts 应是各栏的文字");
        rc = err_where(e, "texts");
    }
    if (rc)
        return rc;
    json_object_foreach(given, key, v) if (!json_is_string(v) || json_string_length(v) > 6000)
    {
        err_set(e, ERR_INPUT, "“%s”应是文字，最多 2000 字", key);
        return err_where(e, "texts");
    }
    text = json_dumps(given, JSON_COMPACT);
    rc = text ? week_texts(r->db, &r->actor, c.id, c.version, text, e) : err_nomem(e);
    free(text);
    return rc ? rc : show(r, e);
}

static int type_over(struct request *r, struct err *e)
{
    struct week_hand h = {0};
    struct change c;
    int rc = change_of(r, &c, e);

    if (!rc)
        rc = request_text(r, "key", true, 30, &h.key, e);
    if (!rc)
        rc = request_text(r, "note", false, 300, &h.note, e);
    h.has_week = json_is_integer(json_object_get(r->json, "hand_week"));
    h.has_total = json_is_integer(json_object_get(r->json, "hand_total"));
    if (!rc && h.has_week)
        rc = request_int(r, "hand_week", false, 0, INT64_C(1000000000000), &h.week, e);
    if (!rc && h.has_total)
        rc = request_int(r, "hand_total", false, 0, INT64_C(1000000000000), &h.total, e);
    if (!rc)
        rc = week_type_over(r->db, &r->actor, c.id, c.version, &h, e);
    return rc ? rc : show(r, e);
}

/* --- behind a figure ------------------------------------------------------------------------------------ */

/* Newest first; a page of `limit` goes on behind the last row of the one before. */
static int rows_page(struct request *r, const json_t *report, const struct week_kind *k,
                     const struct week_span *span, int64_t limit, json_t **out, int64_t *total,
                     struct err *e)
{
    bool draft = strcmp(text_of(report, "state"), "draft") == 0;
    const char *after = request_query(r, "after"), *bar = after ? strchr(after, '|') : NULL;
    struct cw_val v[8];
    size_t n = 0;
    char high[16];
    struct buf from = BUF_INIT, sql = BUF_INIT;
    int rc;

    if (after && *after && !bar) {
        err_set(e, ERR_INPUT, "after 应是上一页的 next");
        return err_where(e, "after");
    }
    week_high(span, high);
    buf_str(&from, " from (");
    if (draft) {
        v[n++] = cw_t(span->since);
        v[n++] = cw_t(span->to);
        v[n++] = cw_t(span->prefix);
        v[n++] = cw_t(high);
        v[n++] = cw_t(span->from);
        week_rows_sql(&from, k);
    } else {
        v[n++] = cw_i(json_integer_value(json_object_get(report, "id")));
        v[n++] = cw_t(k->key);
        buf_str(&from,
                "select object, amount, at, in_week from week_row where report = $1 and key = $2");
    }
    buf_str(&from, ") z");
    buf_fmt(&sql, "select count(*)%s", buf_cstr(&from));
    rc = sql.failed ? err_nomem(e) : cw_get_int(r->db, 0, total, e, buf_cstr(&sql), v, n);
    buf_clear(&sql);
    /* "CODE" or "CODE/what": an institution is read by its name. */
    buf_fmt(&sql, "select object, amount, at, in_week, %s%s",
            strcmp(k->object, "inst") == 0
                ? "(select i.name from inst_known i where i.code = z.object"
                  " or i.code || '/' = substr(z.object, 1, length(i.code) + 1)) as name"
                : "'' as name",
            buf_cstr(&from));
    if (bar) {
        v[n++] = cw_s((struct span){after, (size_t)(bar - after)});
        v[n++] = cw_t(bar + 1);
        buf_fmt(&sql, " where z.at < $%zu or (z.at = $%zu and z.object > $%zu)", n - 1, n - 1, n);
    }
    v[n++] = cw_i(limit);
    buf_fmt(&sql, " order by z.at desc, z.object limit $%zu", n);
    if (!rc)
        rc = sql.failed ? err_nomem(e)
                        : cw_rows_json(r->db, out, row_columns, e, buf_cstr(&sql), v, n);
    buf_release(&from);
    buf_release(&sql);
    return rc;
}

static int rows(struct request *r, struct err *e)
{
    const char *key = request_query(r, "key");
    const struct week_kind *k = week_kinds;
    struct week_span span;
    json_t *row = NULL, *all = NULL, *last;
    int64_t total = 0, limit = 0;
    size_t n;
    int rc;

    while (k->key && (!key || strcmp(k->key, key) != 0))
        k++;
    if (!k->key || !k->sql) {
        err_set(e, ERR_INPUT, k->key ? "“%s”由人填报，没有明细" : "没有这个数", k->title);
        return err_where(e, "key");
    }
    rc = week_of(r, &row, &span, e);
    if (!rc)
        rc = request_query_int(r, "limit", 1000, 1, 5000, &limit, e);
    if (!rc)
        rc = rows_page(r, row, k, &span, limit, &all, &total, e);
    json_decref(row);
    if (rc) {
        json_decref(all);
        return rc;
    }
    n = json_array_size(all);
    last = json_array_get(all, n - 1);
    return reply_json(
        r, 200,
        json_pack("{s:s,s:s,s:s,s:o,s:I,s:o}", "title", k->title, "unit", k->unit, "object",
                  k->object, "rows", all, "total", (json_int_t)total, "next",
                  n == (size_t)limit
                      ? json_sprintf("%s|%s", text_of(last, "at"), text_of(last, "object"))
                      : json_null()),
        e);
}

/* By the head of the bureau, of what is frozen. */
static int sign(struct request *r, struct err *e)
{
    struct change c;
    int rc = change_of(r, &c, e);

    if (!rc)
        rc = week_sign(r->db, &r->actor, c.id, c.version, e);
    return rc ? rc : show(r, e);
}

#define VERSION_FIELD                                    \
    {                                                    \
        "version", FIELD_INT, true, "看到的版本号" \
    }
static const struct route_field make_body[] = {{"from_day", FIELD_DAY, true, "本周起日"},
                                               {"to_day", FIELD_DAY, true, "截止日"},
                                               {"since_day", FIELD_DAY, true, "累计起日"},
                                               {0}};
static const struct route_field texts_body[] = {
    {"texts", FIELD_OBJECT, true, "各栏的文字，名称同模板"}, VERSION_FIELD, {0}};
static const struct route_field hand_body[] = {
    {"key", FIELD_TEXT, true, "哪个数"},
    {"hand_week", FIELD_INT, false, "本周（金额为分）；不给 = 用系统数"},
    {"hand_total", FIELD_INT, false, "累计"},
    {"note", FIELD_TEXT, false, "原因"},
    VERSION_FIELD,
    {0}};
static const struct route_field version_body[] = {VERSION_FIELD, {0}};
static const struct route_field rows_query[] = {{"key", FIELD_TEXT, true, "哪个数"},
                                                {"limit", FIELD_INT, false, "每页行数"},
                                                {"after", FIELD_TEXT, false, "上一页的 next"},
                                                {0}};

const struct route routes_week[] = {
    {"GET", "/api/weeks", "report.read", 0, list, "周报", NULL, NULL},
    {"POST", "/api/weeks", "report.write", 0, make, "新一周的周报", NULL, make_body},
    {"GET", "/api/weeks/{id}", "report.read", 0, show, "一份周报", NULL, NULL},
    {"GET", "/api/weeks/{id}/rows", "report.read", 0, rows, "一个数由哪些组成", rows_query, NULL},
    {"POST", "/api/weeks/{id}/texts", "report.write", 0, texts, "填文字", NULL, texts_body},
    {"POST", "/api/weeks/{id}/figures", "report.write", 0, type_over, "手工改数", NULL, hand_body},
    {"POST", "/api/weeks/{id}/freeze", "report.write", 0, freeze, "冻结", NULL, version_body},
    {"POST", "/api/weeks/{id}/sign", "report.sign", 0, sign, "签发（冻结之后）", NULL,
     version_body},
    {0},
};
