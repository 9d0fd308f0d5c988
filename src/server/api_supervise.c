/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/supervise: the sections of the 监督视图. Read only, and each look is an act of its own in the audit chain. */
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "casework/approval.h"
#include "casework/scope.h"
#include "casework/supervise.h"
#include "life/history.h"
#include "server/ask.h"
#include "server/routes.h"
#include "server/rulebook.h"
#include "server/server.h"

#define MOST_ROWS 500

static json_t *columns_json(const struct supervise_column *c)
{
    static const char *const as[] = {"text", "int", "fen", "clue", "verdict"};
    json_t *list = json_array();

    for (; c->name; c++)
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:s}", "key", c->name, "title", c->title, "as", as[c->as]));
    return list;
}

static json_t *cell(const struct cw_rows *rows, int at, enum supervise_as as)
{
    struct span s = cw_text(rows, at);

    if (cw_is_null(rows, at))
        return json_null();
    if (as == SUP_INT || as == SUP_FEN || as == SUP_CLUE)
        return json_integer(cw_int(rows, at));
    if (as == SUP_VERDICT)
        return json_string(span_is(s, "conf") ? "查实" : span_is(s, "reje") ? "误报" : "存疑");
    return json_span(s);
}

static int from_casework(struct request *r, const struct supervise_section *t, const char *from,
                         const char *to, json_t *out, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    struct cw_rows rows;
    int rc = cw_query(r->db, &rows, e, t->sql, CW_ARGS(cw_t(from), cw_t(to), cw_t(scope.prefix)));

    if (rc)
        return rc;
    while ((rc = cw_next(&rows, e)) > 0) {
        json_t *row = json_object();

        for (int i = 0; t->columns[i].name; i++)
            json_object_set_new(row, t->columns[i].name, cell(&rows, i, t->columns[i].as));
        json_array_append_new(out, row);
    }
    cw_done(&rows);
    return rc;
}

/* --- what the rules lost ---------------------------------------------------------------------------- */

static int64_t of_all(const json_t *entry, const char *name)
{
    const json_t *all = json_object_get(json_object_get(entry, "effect"), "all");

    if (!all)
        all = json_object_get(entry, "effect");
    return json_integer_value(json_object_get(all, name));
}

static json_t *text_in(const json_t *entry, const char *name)
{
    json_t *v = json_object_get(entry, name);

    return json_is_string(v) ? json_incref(v) : json_string("");
}

static int from_history(struct request *r, const char *from, const char *to, json_t *out,
                        struct err *e)
{
    json_t *all = NULL;
    int rc = r->server->options->own_rules
                 ? history_read(r->server->options->own_rules, &all, NULL, e)
                 : 0;

    for (size_t i = json_array_size(all); i-- > 0 && json_array_size(out) < MOST_ROWS;) {
        json_t *x = json_array_get(all, i), *what = json_object_get(x, "what"), *row;
        const char *at = json_string_value(json_object_get(x, "at"));
        char *text = json_is_string(what) ? NULL : json_dumps(what, JSON_COMPACT | JSON_ENCODE_ANY);

        if (at && strcmp(at, from) >= 0 && strcmp(at, to) <= 0) {
            row = json_pack(
                "{s:o,s:o,s:o,s:o,s:o,s:o,s:I,s:I}", "at", text_in(x, "at"), "kind",
                text_in(x, "kind"), "what",
                json_is_string(json_object_get(x, "rule")) ? text_in(x, "rule")
                                                           : json_string(text ? text : ""),
                "because", text_in(x, "because"), "actor_name", text_in(x, "by"), "approver",
                text_in(x, "approver"), "lost", (json_int_t)of_all(x, "lost"), "lost_fen",
                (json_int_t)(of_all(x, "fund_before_fen") - of_all(x, "fund_after_fen")));
            json_array_append_new(out, row ? row : json_null());
        }
        free(text);
    }
    json_decref(all);
    return rc;
}

/* --- who was never looked at ------------------------------------------------------------------------- */

/* Institutions of which a clue was ever judged, dismissed or worked on, or a list went out, or that inspectors were at. */
static int touched(struct request *r, struct buf *list, struct err *e)
{
    struct cw_rows rows;
    int rc = cw_query(
        r->db, &rows, e,
        "select distinct fixmedins_code from clue where fixmedins_code is not null and"
        " (verdict is not null or state in ('working', 'judged', 'closed', 'dismissed', 'merged'))"
        " union select distinct fixmedins_code from list_out"
        " union select distinct code from visit where state = 'checked'",
        CW_NONE);

    if (rc)
        return rc;
    while ((rc = cw_next(&rows, e)) > 0) {
        buf_str(list, list->n ? "," : "");
        buf_sql(list, cw_text(&rows, 0));
    }
    cw_done(&rows);
    return rc;
}

static int from_claims(struct request *r, json_t *out, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    struct buf seen = BUF_INIT, sql = BUF_INIT;
    struct ask *a = NULL;
    json_t *rows = NULL, *row;
    size_t i;
    int rc = ask_open(r, &a, e);

    if (!rc)
        rc = touched(r, &seen, e);
    if (!rc && !ask_has(a, "s_inst")) {
        ask_close(a);
        buf_release(&seen);
        return 0;
    }
    buf_str(
        &sql,
        "with v as (select fixmedins_code, sum(fund_pay_sumamt)::bigint fund from s_visit group by 1),"
        " f as (");
    buf_str(&sql,
            !rc && ask_has(a, "finding")
                ? "select fixmedins_code code, count(*) hits from finding where hit group by 1"
                : "select null::varchar code, 0::bigint hits");
    buf_str(
        &sql,
        ") select d.code fixmedins_code, coalesce(d.name, d.code) fixmedins_name, coalesce(v.fund, 0)::bigint fund_fen,"
        " case when coalesce(f.hits, 0) = 0 then '没有一条疑点' else '有 ' || f.hits || ' 条疑点，没有一条判过、办过' end why"
        " from s_inst i join d_inst d on d.id = i.fixmedins_code left join d_place p on p.id = i.fix_blng_admdvs"
        " left join v on v.fixmedins_code = i.fixmedins_code left join f on f.code = d.code"
        " where coalesce(v.fund, 0) > 0");
    if (seen.n)
        buf_fmt(&sql, " and d.code not in (%s)", buf_cstr(&seen));
    if (scope.prefix[0]) {
        buf_str(&sql, " and starts_with(coalesce(p.code, ''), ");
        buf_sql(&sql, span_of(scope.prefix));
        buf_char(&sql, ')');
    }
    buf_fmt(&sql, " order by fund_fen desc limit %d", MOST_ROWS);
    if (!rc)
        rc = ask_rows(a, &sql, &rows, e);
    json_array_foreach(rows, i, row) json_array_append(out, row);
    json_decref(rows);
    ask_close(a);
    buf_release(&seen);
    buf_release(&sql);
    return rc;
}

/* --- routes ------------------------------------------------------------------------------------------ */

static int list(struct request *r, struct err *e)
{
    json_t *rows = json_array();

    for (const struct supervise_section *t = supervise_sections; t->code; t++)
        json_array_append_new(rows,
                              json_pack("{s:s,s:s,s:s,s:o}", "code", t->code, "title", t->title,
                                        "hint", t->hint, "columns", columns_json(t->columns)));
    return reply_json(r, 200, json_pack("{s:o}", "rows", rows), e);
}

/* The look itself is kept: who supervises is supervised. */
static int note_it(struct request *r, const char *section, const char *detail, struct err *e)
{
    char *object = arena_fmt(&r->arena, "supervise:%s", section);
    int rc = object ? cw_begin(r->db, e) : err_nomem(e);

    if (rc)
        return rc;
    rc = audit_append(r->db, &r->actor,
                      &(struct act){.act = "supervise.read", .object = object, .detail = detail},
                      e);
    return cw_end(r->db, rc, e);
}

static int day_query(struct request *r, const char *name, const char *none, const char **out,
                     struct err *e)
{
    const char *text = request_query(r, name);
    day_t day;

    *out = text && *text ? text : none;
    if (day_iso(span_of(*out), &day))
        return 0;
    err_set(e, ERR_INPUT, "%s 应是日期，如 2026-12-01", name);
    return err_where(e, "%s", name);
}

static void dress(const char *code, json_t *rows)
{
    json_t *row;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        const char *kind = json_string_value(json_object_get(row, "kind"));
        const struct approval_kind *k = kind ? approval_kind_find(kind) : NULL;

        if (strcmp(code, "waivers") == 0 && k)
            json_object_set_new(row, "kind", json_string(k->title));
    }
}

static int show(struct request *r, struct err *e)
{
    const char *code = request_param(r, "section"), *from, *to, *detail;
    const struct supervise_section *t = supervise_sections;
    json_t *rows = json_array();
    char today[CW_TIME];
    char *last;
    int rc;

    while (t->code && strcmp(t->code, code) != 0)
        t++;
    cw_day(0, today);
    rc = t->code ? rulebook_is_open(r, e) : err_set(e, ERR_USAGE, "监督视图没有这一栏");
    if (!rc)
        rc = day_query(r, "from", "2000-01-01", &from, e);
    if (!rc)
        rc = day_query(r, "to", today, &to, e);
    last = rc ? NULL : arena_fmt(&r->arena, "%s 23:59:59", to);
    detail = rc ? NULL : arena_fmt(&r->arena, "{\"from\":\"%s\",\"to\":\"%s\"}", from, to);
    if (!rc && (!last || !detail))
        rc = err_nomem(e);
    if (!rc)
        rc = note_it(r, code, detail, e);
    if (!rc)
        rc = t->sql                       ? from_casework(r, t, from, last, rows, e)
             : strcmp(code, "rules") == 0 ? from_history(r, from, last, rows, e)
                                          : from_claims(r, rows, e);
    if (rc) {
        json_decref(rows);
        return rc;
    }
    dress(code, rows);
    return reply_json(r, 200,
                      json_pack("{s:s,s:s,s:o,s:o,s:b}", "title", t->title, "hint", t->hint,
                                "columns", columns_json(t->columns), "rows", rows, "cut",
                                json_array_size(rows) >= MOST_ROWS),
                      e);
}

static const struct route_field span_query[] = {
    {"from", FIELD_DAY, false, "从哪一天"}, {"to", FIELD_DAY, false, "到哪一天"}, {0}};

const struct route routes_supervise[] = {
    {"GET", "/api/supervise", "supervise.read", 0, list, "监督视图有哪些栏", NULL, NULL},
    {"GET", "/api/supervise/{section}", "supervise.read", 0, show, "监督视图的一栏（查看留痕）",
     span_query, NULL},
    {0},
};
