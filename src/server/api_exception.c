/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/exceptions: what a bureau agreed not to ask, and what that left out in the last run. Added and ended by rule-changes. */
#include <string.h>

#include "run/exceptions.h"
#include "server/ask.h"
#include "server/routes.h"
#include "server/rulebook.h"
#include "server/server.h"

static json_t *day_json(day_t d)
{
    struct buf b = BUF_INIT;
    json_t *t;

    day_print(&b, d);
    t = json_string(buf_cstr(&b));
    buf_release(&b);
    return t;
}

static json_t *rules_json(const struct exception *x)
{
    const struct ynode *n = x->rules->kind == Y_SEQ ? x->rules->child : x->rules;
    json_t *all = json_array();

    for (; n; n = x->rules->kind == Y_SEQ ? n->next : NULL)
        json_array_append_new(all, json_span(n->text));
    return all;
}

static json_t *row_json(const struct exception *x, const json_t *left_out)
{
    const json_t *mine = NULL, *one;
    json_t *row = json_object();
    size_t i;

    json_array_foreach(left_out, i,
                       one) if (json_integer_value(json_object_get(one, "no")) == x->no) mine = one;
    json_object_set_new(row, "no", json_integer((json_int_t)x->no));
    json_object_set_new(row, "rules", rules_json(x));
    for (int k = 0; k < EXC_SUBJECTS; k++)
        json_object_set_new(row, exception_key[k], json_span(x->subject[k]));
    json_object_set_new(row, "from", day_json(x->from));
    json_object_set_new(row, "to", day_json(x->to));
    json_object_set_new(row, "because", json_span(x->because));
    json_object_set_new(row, "approver", json_span(x->approver));
    json_object_set_new(row, "at", json_span(x->at));
    json_object_set_new(row, "ended", json_boolean(x->ended));
    json_object_set_new(row, "end_because", json_span(x->end_because));
    json_object_set_new(row, "end_approver", json_span(x->end_approver));
    json_object_set_new(row, "end_at", json_span(x->end_at));
    json_object_set_new(row, "findings",
                        left_out ? json_integer(json_integer_value(json_object_get(mine, "n")))
                                 : json_null());
    json_object_set_new(row, "fund_fen",
                        left_out
                            ? json_integer(json_integer_value(json_object_get(mine, "fund_fen")))
                            : json_null());
    return row;
}

/* Names of institutions, by the code. */
static int name_them(struct ask *a, json_t *rows, struct err *e)
{
    struct buf sql = BUF_INIT;
    json_t *names = NULL, *row, *one;
    size_t i, k;
    int rc;

    buf_str(&sql, "select code, coalesce(name, '') as \"name\" from d_inst where code in (''");
    json_array_foreach(rows, i, row)
    {
        buf_str(&sql, ", ");
        buf_sql(&sql, span_of(json_string_value(json_object_get(row, "fixmedins_code"))));
    }
    buf_char(&sql, ')');
    rc = ask_rows(a, &sql, &names, e);
    json_array_foreach(rows, i, row) json_array_foreach(
        names, k, one) if (strcmp(json_string_value(json_object_get(row, "fixmedins_code")),
                                  json_string_value(json_object_get(one, "code"))) == 0)
        json_object_set(row, "fixmedins_name", json_object_get(one, "name"));
    json_decref(names);
    buf_release(&sql);
    return rc;
}

static int list(struct request *r, struct err *e)
{
    struct exceptions x = {0};
    struct ask *a = NULL;
    struct buf sql = BUF_INIT;
    json_t *left_out = NULL, *rows = json_array();
    int rc = rulebook_is_open(r, e);

    if (!rc)
        rc = exceptions_load(r->server->options->dir, NULL, &x, e);
    if (!rc)
        rc = ask_open(r, &a, e);
    if (!rc && ask_has_column(a, "finding", "exception")) {
        buf_str(
            &sql,
            "select exception::bigint \"no\", count(*)::bigint n, coalesce(sum(fund_fen), 0)::bigint"
            " fund_fen from finding where exception is not null group by 1");
        rc = ask_rows(a, &sql, &left_out, e);
    }
    for (size_t i = x.n; !rc && i > 0; i--)
        json_array_append_new(rows, row_json(&x.at[i - 1], left_out));
    if (!rc)
        rc = name_them(a, rows, e);
    ask_close(a);
    buf_release(&sql);
    json_decref(left_out);
    exceptions_release(&x);
    if (!rc)
        return ask_reply(r, rows, e);
    json_decref(rows);
    return rc;
}

const struct route routes_exception[] = {
    {"GET", "/api/exceptions", "rule.read", 0, list, "规则的例外：对谁、到何时、为什么、不计了多少",
     NULL, NULL},
    {0},
};
