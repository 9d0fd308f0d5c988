/* SPDX-License-Identifier: MulanPSL-2.0 */
/* 事前审核: a hospital without a connection pastes a message or fills in orders, and sees what would be said. Nothing is kept of it
 * but who asked about whom. */
#include <stdlib.h>
#include <string.h>

#include "casework/scope.h"
#include "server/ask.h"
#include "server/live_query.h"
#include "server/precheck.h"
#include "server/routes.h"

#define MOST_FOUND 20

/* --- what takes part -------------------------------------------------------------------------------- */

/* The lines of the store that take part: a condition per event would read every text; the person's lines first. */
static void history_sql(struct buf *b, struct span psn_no, const json_t *results)
{
    const json_t *one, *m;
    size_t i, k;
    bool first = true;

    buf_str(b, "with p as (select id from d_person where code = ");
    buf_sql(b, psn_no);
    buf_str(
        b,
        "), n as (select no from s_line l where l.psn_no = (select id from p))"
        " select concat('line:', t.bkkp_sn) \"event\", left(t.fee_ocur_time, 10) \"day\", t.hilist_code,"
        " coalesce(t.hilist_name, i.name, t.medins_list_name) hilist_name, t.cnt, t.fixmedins_code,"
        " coalesce(d.name, t.fixmedins_code) fixmedins_name from line_text t left join d_item i on i.code = t.hilist_code"
        " left join d_inst d on d.code = t.fixmedins_code where t.no in (select no from n) and t.bkkp_sn in ('\x01'");
    json_array_foreach(results, i, one) json_array_foreach(json_object_get(one, "members"), k, m)
    {
        const char *event = json_string_value(json_object_get(m, "event"));

        if (json_is_true(json_object_get(m, "is_new")) || strncmp(event, "line:", 5) != 0)
            continue;
        buf_str(b, ", ");
        buf_sql(b, span_of(event + 5));
        first = false;
    }
    buf_str(b, first ? ") and false" : ")");
}

/* Names of items that the message only codes. */
static void names_sql(struct buf *b, const json_t *results)
{
    const json_t *one, *m;
    size_t i, k;

    buf_str(b, "select code, coalesce(name, code) \"name\" from d_item where code in ('\x01'");
    json_array_foreach(results, i, one) json_array_foreach(json_object_get(one, "members"), k, m)
    {
        const char *code = json_string_value(json_object_get(m, "hilist_code"));

        if (code) {
            buf_str(b, ", ");
            buf_sql(b, span_of(code));
        }
    }
    buf_char(b, ')');
}

static json_t *find(const json_t *rows, const char *field, const char *value)
{
    json_t *row;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        const char *s = json_string_value(json_object_get(row, field));

        if (s && value && strcmp(s, value) == 0)
            return row;
    }
    return NULL;
}

/* Which hospital else it was, is not a hospital's business. */
static void fill_member(json_t *m, const json_t *history, const json_t *names, const char *own)
{
    const char *event = json_string_value(json_object_get(m, "event"));
    json_t *row = find(history, "event", event), *named;
    const char *inst;

    if (json_is_true(json_object_get(m, "is_new"))) {
        named = find(names, "code", json_string_value(json_object_get(m, "hilist_code")));
        json_object_set(m, "hilist_name",
                        named ? json_object_get(named, "name") : json_object_get(m, "hilist_code"));
    } else if (row) {
        json_object_update(m, row);
        inst = json_string_value(json_object_get(row, "fixmedins_code"));
        if (*own && (!inst || strcmp(inst, own) != 0))
            json_object_set_new(m, "fixmedins_name", json_string("其他机构"));
        json_object_del(m, "fixmedins_code");
    }
}

static int fill_members(struct request *r, struct span psn_no, json_t *results, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    struct buf b = BUF_INIT;
    struct ask *a = NULL;
    json_t *history = NULL, *names = NULL, *one, *m;
    size_t i, k;
    int rc = ask_open(r, &a, e);

    if (rc)
        return rc;
    history_sql(&b, psn_no, results);
    if (ask_has(a, "line_text"))
        rc = ask_rows(a, &b, &history, e);
    buf_clear(&b);
    names_sql(&b, results);
    if (!rc)
        rc = ask_rows(a, &b, &names, e);
    json_array_foreach(results, i, one) json_array_foreach(json_object_get(one, "members"), k, m)
        fill_member(m, history, names, scope.fixmedins_code);
    json_decref(history);
    json_decref(names);
    buf_release(&b);
    ask_close(a);
    return rc;
}

static int check(struct request *r, struct err *e)
{
    json_t *message = json_object_get(r->json, "message"), *out = NULL;
    char *body = json_is_object(message) ? json_dumps(message, JSON_COMPACT) : NULL;
    struct span psn_no = {"", 0};
    int rc;

    if (!body) {
        err_set(e, ERR_INPUT, "message 应是一条 3101 或 3102 报文（JSON 对象）");
        return err_where(e, "message");
    }
    rc = precheck_judge(r, span_of(body), &out, &psn_no, e);
    if (!rc)
        rc = fill_members(r, psn_no, json_object_get(out, "results"), e);
    free(body); /* psn_no may lie in it */
    if (rc) {
        json_decref(out);
        return rc;
    }
    return reply_json(r, 200, out, e);
}

/* --- what one types --------------------------------------------------------------------------------- */

static int suggest(struct request *r, const char *table, struct err *e)
{
    const char *q = request_query(r, "q");
    struct ask *a = NULL;
    struct buf b = BUF_INIT;
    json_t *rows = NULL;
    int rc;

    if (!q || !*q || strlen(q) > 60)
        return ask_reply(r, json_array(), e);
    rc = ask_open(r, &a, e);
    if (rc)
        return rc;
    buf_fmt(
        &b,
        "select code, coalesce(name, code) \"name\" from %s where starts_with(lower(code), lower(",
        table);
    buf_sql(&b, span_of(q));
    buf_str(&b, ")) or contains(lower(name), lower(");
    buf_sql(&b, span_of(q));
    buf_fmt(&b, ")) order by length(name) nulls last, code limit %d", MOST_FOUND);
    rc = ask_rows(a, &b, &rows, e);
    buf_release(&b);
    ask_close(a);
    return rc ? rc : ask_reply(r, rows, e);
}

static int items(struct request *r, struct err *e)
{
    return suggest(r, "d_item", e);
}

/* The institution of somebody who works there; null for the bureau's people. */
static int own(struct request *r, struct err *e)
{
    struct inst_words words = {0};
    const char *code = r->session.fixmedins_code;
    int rc = *code ? inst_words(r, code, &words, e) : 0;

    if (rc)
        return rc;
    return reply_json(r, 200,
                      *code ? json_pack("{s:{s:s,s:s}}", "own", "fixmedins_code", code,
                                        "fixmedins_name", words.name)
                            : json_pack("{s:n}", "own"),
                      e);
}

static int diseases(struct request *r, struct err *e)
{
    return suggest(r, "d_dx", e);
}

static const struct route_field check_body[] = {
    {"message", FIELD_OBJECT, true, "3101 或 3102 报文，一名参保人"}, {0}};
static const struct route_field suggest_query[] = {
    {"q", FIELD_TEXT, false, "编码的开头或名称的一部分"}, {0}};

const struct route routes_precheck[] = {
    {"POST", "/api/precheck", "precheck.run", 0, check,
     "事前审核：会被指出什么、为什么；不留审核记录", NULL, check_body},
    {"GET", "/api/precheck/own", "precheck.run", 0, own, "自己的机构", NULL, NULL},
    {"GET", "/api/precheck/items", "precheck.run", 0, items, "项目，按编码或名称找", suggest_query,
     NULL},
    {"GET", "/api/precheck/diseases", "precheck.run", 0, diseases, "诊断，按编码或名称找",
     suggest_query, NULL},
    {0},
};
