/* SPDX-License-Identifier: MulanPSL-2.0 */
/* 搜索 from every page: a clue by its number, institutions, persons by their number, rules. A few of each. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "casework/scope.h"
#include "engine/rule.h"
#include "server/ask.h"
#include "server/clue_query.h"
#include "server/routes.h"
#include "server/rulebook.h"
#include "server/server.h"

#define MOST 6
#define LONGEST 64

static int add(json_t *rows, const char *kind, struct span id, struct span title, struct span note)
{
    return json_array_append_new(rows,
                                 json_pack("{s:s,s:o,s:o,s:o}", "kind", kind, "id", json_span(id),
                                           "title", json_span(title), "note", json_span(note)));
}

static struct span field(const json_t *row, const char *name)
{
    const char *text = json_string_value(json_object_get(row, name));

    return span_of(text ? text : "");
}

/* "XS000123", "123" */
static int clues(struct request *r, const char *q, json_t *rows, struct err *e)
{
    const char *digits = (q[0] == 'X' || q[0] == 'x') && (q[1] == 'S' || q[1] == 's') ? q + 2 : q;
    json_t *row = NULL;
    char *end;
    long long id = isdigit((unsigned char)*digits) ? strtoll(digits, &end, 10) : 0;
    int rc = 0;

    if (id > 0 && !*end && strlen(digits) <= 12)
        rc = clue_one_json(r, id, &row, e);
    if (row)
        add(rows, "clue", span_of(arena_fmt(&r->arena, "%lld", id)),
            span_of(arena_fmt(&r->arena, "XS%06lld", id)), field(row, "title"));
    json_decref(row);
    return rc;
}

static void rules(struct request *r, const char *q, json_t *rows)
{
    const struct huji_library *lib = server_library(r->server);
    int n = 0;

    for (int i = 0; i < lib->n_rules && n < MOST; i++) {
        const struct rule *one = lib->rules[i];
        char *id = arena_dup(&r->arena, one->id), *name = arena_dup(&r->arena, one->name);

        if (one->hidden || !rule_is_shown(r, one) || !id || !name ||
            (!strcasestr(id, q) && !strstr(name, q)))
            continue;
        add(rows, "rule", one->id, one->name, one->id);
        n++;
    }
    server_library_done(r->server);
}

/* Persons whose number begins so, of the area: treated or insured there. */
static void persons_sql(struct buf *b, const struct scope *scope, const char *q)
{
    buf_str(b, "select 'person', p.code, p.code, '' from (select id, code from d_person where"
               " starts_with(code, ");
    buf_sql(b, span_of(q));
    buf_str(b, ") order by code limit 200) p where true");
    if (scope->prefix[0]) {
        buf_str(
            b,
            " and exists (select 1 from s_visit v left join d_place pl on pl.id = v.fix_blng_admdvs"
            " left join d_place pi on pi.id = v.insu_admdvs where v.psn_no = p.id and"
            " (starts_with(coalesce(pl.code, ''), ");
        buf_sql(b, span_of(scope->prefix));
        buf_str(b, ") or starts_with(coalesce(pi.code, ''), ");
        buf_sql(b, span_of(scope->prefix));
        buf_str(b, ")))");
    }
    buf_fmt(b, " order by p.code limit %d", MOST);
}

static int claims(struct request *r, const char *q, json_t *rows, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    struct ask *a = NULL;
    struct buf b = BUF_INIT;
    json_t *found = NULL, *row;
    size_t i;
    int rc = ask_open(r, &a, e);

    if (rc)
        return rc;
    buf_str(&b, "(select 'institution' kind, d.code id, coalesce(d.name, d.code) title, d.code note"
                " from d_inst d join s_inst i on i.fixmedins_code = d.id where (contains(d.name, ");
    buf_sql(&b, span_of(q));
    buf_str(&b, ") or starts_with(d.code, ");
    buf_sql(&b, span_of(q));
    buf_str(&b, "))");
    ask_scope(r, &b, "d.code");
    buf_fmt(&b, " order by d.code limit %d)", MOST);
    if (strlen(q) >= 6 && !scope.fixmedins_code[0]) {
        buf_str(&b, " union all (");
        persons_sql(&b, &scope, q);
        buf_char(&b, ')');
    }
    rc = ask_rows(a, &b, &found, e);
    buf_release(&b);
    ask_close(a);
    json_array_foreach(found, i, row)
    {
        add(rows, json_string_value(json_object_get(row, "kind")), field(row, "id"),
            field(row, "title"), field(row, "note"));
    }
    json_decref(found);
    return rc;
}

static int search(struct request *r, struct err *e)
{
    const char *q = request_query(r, "q");
    json_t *rows;
    int rc = 0;

    if (!q || !*q || strlen(q) > LONGEST) {
        err_set(e, ERR_INPUT, "要找什么：1 至 %d 字节", LONGEST);
        return err_where(e, "q");
    }
    rows = json_array();
    if (request_may(r, "clue.read"))
        rc = clues(r, q, rows, e);
    if (!rc && request_may(r, "claims.read"))
        rc = claims(r, q, rows, e);
    if (!rc && request_may(r, "rule.read"))
        rules(r, q, rows);
    if (rc) {
        json_decref(rows);
        return rc;
    }
    return ask_reply(r, rows, e);
}

static const struct route_field search_query[] = {
    {"q", FIELD_TEXT, true, "线索号、机构名称或编号、参保人编号、规则"}, {0}};

const struct route routes_search[] = {
    {"GET", "/api/search", NULL, ROUTE_ANYONE, search, "搜索", search_query, NULL},
    {0},
};
