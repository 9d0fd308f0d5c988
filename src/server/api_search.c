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
    buf_str(
        &b,
        "(select 'institution' kind, d.code id, coalesce(d.name, d.code) title, d.code note, coalesce(p.code, '') admdvs"
        " from d_inst d join s_inst i on i.fixmedins_code = d.id left join d_place p on p.id = i.fix_blng_admdvs"
        " where contains(d.name, ");
    buf_sql(&b, span_of(q));
    buf_str(&b, ") or starts_with(d.code, ");
    buf_sql(&b, span_of(q));
    buf_fmt(
        &b,
        ") order by d.code limit %d) union all (select 'person', d.code, d.code, '', '' from d_person d"
        " where starts_with(d.code, ",
        MOST);
    buf_sql(&b, span_of(q));
    buf_fmt(&b, ") order by d.code limit %d)", strlen(q) >= 6 ? MOST : 0);
    rc = ask_rows(a, &b, &found, e);
    buf_release(&b);
    ask_close(a);
    json_array_foreach(found, i, row)
    {
        const char *kind = json_string_value(json_object_get(row, "kind"));

        if (strcmp(kind, "institution") == 0 &&
            !scope_allows(&scope, field(row, "admdvs"), field(row, "id"), span_of(scope.assignee)))
            continue;
        if (strcmp(kind, "person") == 0 && scope.fixmedins_code[0])
            continue;
        add(rows, kind, field(row, "id"), field(row, "title"), field(row, "note"));
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
