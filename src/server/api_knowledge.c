/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/knowledge: the knowledge tables, their rows, what a row or a file would say. Changing one is a rule change
 * (api_rule_change.c, kind knowledge): two persons, its effect seen first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/day.h"
#include "engine/run.h"
#include "life/edit_table.h"
#include "life/history.h"
#include "life/table_file.h"
#include "server/knowledge_view.h"
#include "server/routes.h"
#include "server/rulebook.h"
#include "server/server.h"

static const char *type_word(const struct kn_column *c)
{
    if (c->fmt == VF_DAY && c->type == V_NUM)
        return "day";
    if (c->type == V_NUM)
        return c->scale ? "number" : "integer";
    return c->domain == D_CODE ? "text" : "code";
}

static json_t *columns_json(const struct knowledge *k)
{
    json_t *all = json_array();

    for (int c = 0; c < k->n_columns; c++) {
        const struct kn_column *col = &k->column[c];

        json_t *words = json_object();

        for (const struct ynode *y = col->words ? col->words->child : NULL; y; y = y->next)
            json_object_setn_new(words, y->key.p, y->key.n, json_span(y->text));
        json_array_append_new(
            all, json_pack("{s:o,s:o,s:s,s:b,s:b,s:o,s:b}", "name", json_span(col->name), "title",
                           json_span(col->title.n ? col->title : col->name), "type", type_word(col),
                           "key", c == k->key, "day", c == k->valid_from || c == k->valid_to,
                           "words", words, "hidden", col->hidden));
    }
    return all;
}

/* Rules that look into it, those in force first asked by the library itself: not what a text says of it. */
static json_t *rules_json(const struct huji_library *lib, const struct knowledge *k)
{
    json_t *all = json_array();

    struct span last = {"", 0};

    for (int i = 0; i < lib->n_rules; i++) {
        const struct rule *r = lib->rules[i];

        /* One of its variants is enough. */
        if (r->hidden || span_eq(last, r->base_id) || !rule_uses(lib, r, k))
            continue;
        last = r->base_id;
        json_array_append_new(all, json_pack("{s:o,s:o,s:s}", "rule_id", json_span(r->base_id),
                                             "name", json_span(r->common_name), "state",
                                             rule_state_name[r->state]));
    }
    return all;
}

/* --- the list ---------------------------------------------------------------------------------------- */

static void last_change(const json_t *history, const char *table, json_t *row)
{
    const json_t *x, *last = NULL;
    size_t i;

    json_array_foreach(history, i, x)
    {
        const json_t *what = json_object_get(x, "what");
        const char *name = json_string_value(json_object_get(what, "table"));

        if (name && strcmp(name, table) == 0)
            last = x;
    }
    json_object_set_new(row, "changed_at",
                        last ? json_incref(json_object_get(last, "at")) : json_null());
    json_object_set_new(row, "changed_by",
                        last ? json_incref(json_object_get(last, "by")) : json_null());
}

static json_t *table_row(const struct request *r, const struct huji_library *lib,
                         const struct knowledge *k, const json_t *history)
{
    json_t *row = json_object();
    char name[64];

    snprintf(name, sizeof name, "%.*s", (int)k->name.n, k->name.p);
    json_object_set_new(row, "name", json_span(k->name));
    json_object_set_new(row, "title", json_span(k->title));
    json_object_set_new(row, "law", json_span(k->law));
    json_object_set_new(row, "note", json_span(k->note));
    json_object_set_new(row, "undated", json_boolean(k->undated));
    json_object_set_new(row, "rows", json_integer((json_int_t)k->n));
    json_object_set_new(row, "own", json_integer((json_int_t)k->n_local));
    json_object_set_new(row, "dated", json_boolean(k->dated));
    json_object_set_new(row, "region",
                        json_string(r->server->options->region ? r->server->options->region : ""));
    json_object_set_new(row, "rules", rules_json(lib, k));
    last_change(history, name, row);
    return row;
}

static int history_of(struct request *r, json_t **out, struct err *e)
{
    char own[1200];

    snprintf(own, sizeof own, "%s/rules", r->server->options->dir);
    return history_read(own, out, NULL, e);
}

static int list(struct request *r, struct err *e)
{
    const struct huji_library *lib;
    json_t *history = NULL, *rows = NULL, *version;
    int rc = rulebook_is_open(r, e);

    if (!rc)
        rc = history_of(r, &history, e);
    if (rc)
        return rc;
    lib = server_library(r->server);
    rows = json_array();
    for (int i = 0; i < lib->n_kn; i++)
        json_array_append_new(rows, table_row(r, lib, &lib->kn[i], history));
    version = json_span(lib->version);
    server_library_done(r->server);
    json_decref(history);
    return reply_json(r, 200,
                      json_pack("{s:o,s:n,s:i,s:o}", "rows", rows, "next", "total",
                                (int)json_array_size(rows), "version", version),
                      e);
}

/* --- one table, its rows ------------------------------------------------------------------------------ */

int knowledge_open(struct request *r, const struct huji_library *lib, struct knowledge *k,
                   struct err *e)
{
    const char *name = request_param(r, "table");
    int rc = rulebook_is_open(r, e);

    if (!rc && !table_columns(lib, name, k))
        rc = err_set(e, ERR_USAGE, "没有知识表“%.60s”", name);
    return rc;
}

/* What is called by the key, where the table of items says so. */
static struct span name_of(const struct huji_library *lib, const struct knowledge *k, size_t row)
{
    const struct knowledge *item = library_knowledge(lib, SPAN("item"));
    struct span code = k->column[k->key].text[row];
    int name = item ? knowledge_column(item, SPAN("hilist_name")) : -1;

    if (name < 0 || k->column[k->key].domain != D_ITEM || span_eq(k->name, item->name))
        return (struct span){"", 0};
    for (size_t i = 0; i < item->n; i++)
        if (span_eq(item->column[item->key].text[i], code))
            return item->column[name].text[i];
    return (struct span){"", 0};
}

const char *knowledge_state(const struct knowledge *k, const struct span *cells, day_t today)
{
    day_t d;

    if (cells[k->valid_to].n && (k->undated || (day_parse(cells[k->valid_to], &d) && d < today)))
        return "ended";
    if (!k->undated && cells[k->valid_from].n && day_parse(cells[k->valid_from], &d) && d > today)
        return "coming";
    return "valid";
}

static bool has(struct span s, struct span part)
{
    return !part.n || (s.n >= part.n && memmem(s.p, s.n, part.p, part.n));
}

struct filter {
    const char *q, *state;
    bool own;
    day_t today;
};

static bool wanted(const struct filter *f, const struct knowledge *k, const struct span *cells,
                   struct span name, bool own)
{
    struct span q = span_of(f->q ? f->q : "");
    bool hit = has(name, q);

    if (f->own && !own)
        return false;
    if (f->state && *f->state && strcmp(f->state, knowledge_state(k, cells, f->today)) != 0)
        return false;
    for (int c = 0; c < k->n_columns && !hit; c++)
        hit = has(cells[c], q) || has(knowledge_word(&k->column[c], cells[c]), q);
    return hit;
}

static json_t *row_json(const struct filter *f, const struct knowledge *k, size_t no,
                        const struct span *cells, struct span name, bool own)
{
    json_t *all = json_array();

    for (int c = 0; c < k->n_columns; c++)
        json_array_append_new(all, json_span(cells[c]));
    return json_pack("{s:I,s:o,s:o,s:b,s:s}", "no", (json_int_t)no, "cells", all, "name",
                     json_span(name), "own", own, "state", knowledge_state(k, cells, f->today));
}

static int rows_of(struct request *r, const struct huji_library *lib, const struct knowledge *k,
                   const struct filter *f, json_t **rows, int64_t *total, int64_t *next,
                   struct err *e)
{
    const struct knowledge *all = library_knowledge(lib, k->name);
    int64_t after, limit, n = 0;
    int rc = request_query_int(r, "after", 0, 0, INT32_MAX, &after, e);

    if (!rc)
        rc = request_query_int(r, "limit", 100, 1, 500, &limit, e);
    *rows = json_array();
    *total = *next = 0;
    for (size_t i = 0; i < all->n && !rc; i++) {
        struct span cells[KN_COLUMNS] = {{0}}, name = name_of(lib, all, i);
        struct arena a = ARENA_INIT;
        bool own = i >= all->n - all->n_local;

        rc = table_texts(&a, k, all, i, cells, e);
        if (!rc && wanted(f, k, cells, name, own)) {
            ++*total;
            if ((int64_t)i >= after && n < limit) {
                json_array_append_new(*rows, row_json(f, k, i, cells, name, own));
                n++;
            } else if ((int64_t)i >= after && !*next) {
                *next = (int64_t)i;
            }
        }
        arena_release(&a);
    }
    return rc;
}

static int show_of(struct request *r, const struct huji_library *lib, struct err *e)
{
    const char *own = request_query(r, "own");
    struct filter f = {request_query(r, "q"), request_query(r, "state"), own && *own == '1',
                       clock_day()};
    struct knowledge k;
    json_t *rows = NULL, *head, *history = NULL;
    int64_t total, next;
    int rc = knowledge_open(r, lib, &k, e);

    if (!rc)
        rc = rows_of(r, lib, &k, &f, &rows, &total, &next, e);
    if (!rc)
        rc = history_of(r, &history, e);
    if (rc) {
        json_decref(rows);
        return rc;
    }
    head = table_row(r, lib, library_knowledge(lib, k.name), history);
    json_decref(history);
    json_object_set_new(head, "columns", columns_json(&k));
    json_object_set_new(head, "total", json_integer((json_int_t)total));
    json_object_set_new(head, "next", next ? json_sprintf("%lld", (long long)next) : json_null());
    json_object_set_new(head, "list", rows);
    return reply_json(r, 200, head, e);
}

static int show(struct request *r, struct err *e)
{
    int rc = show_of(r, server_library(r->server), e);

    server_library_done(r->server);
    return rc;
}

/* --- a row, a file, before they are proposed ------------------------------------------------------------ */

static void fault(void *ctx, int column, const char *what)
{
    json_array_append_new(ctx, json_pack("{s:i,s:s}", "column", column, "what", what));
}

/* Rows of the table, still in force, that have the same key: told, not refused. */
static int64_t others(const struct huji_library *lib, const struct knowledge *k,
                      const struct span *cells)
{
    const struct knowledge *all = library_knowledge(lib, k->name);
    int64_t n = 0;

    for (size_t i = 0; i < all->n; i++)
        n += span_eq(all->column[all->key].text[i], cells[k->key]) &&
             (all->valid_to < 0 || all->column[all->valid_to].num[i] == HUJI_NONE64);
    return n;
}

static int check_of(struct request *r, const struct huji_library *lib, struct err *e)
{
    const json_t *cells = json_object_get(r->json, "cells");
    struct span cell[KN_COLUMNS] = {{0}};
    struct knowledge k;
    json_t *faults;
    int rc = knowledge_open(r, lib, &k, e);

    if (!rc && json_array_size(cells) != (size_t)k.n_columns) {
        err_set(e, ERR_INPUT, "cells 应有 %d 格", k.n_columns);
        rc = err_where(e, "cells");
    }
    for (int c = 0; !rc && c < k.n_columns; c++) {
        const char *s = json_string_value(json_array_get(cells, (size_t)c));

        cell[c] = span_trim(span_of(s ? s : ""));
    }
    if (rc)
        return rc;
    faults = json_array();
    table_check(&k, cell, fault, faults);
    return reply_json(
        r, 200,
        json_pack("{s:o,s:I}", "faults", faults, "others", (json_int_t)others(lib, &k, cell)), e);
}

static int check(struct request *r, struct err *e)
{
    int rc = check_of(r, server_library(r->server), e);

    server_library_done(r->server);
    return rc;
}

static int compare_of(struct request *r, const struct huji_library *lib, struct err *e)
{
    struct knowledge k;
    json_t *out = NULL;
    int rc = knowledge_open(r, lib, &k, e);

    if (!rc)
        rc = table_file_compare(lib, request_param(r, "table"), r->upload, &out, e);
    return rc ? rc : reply_json(r, 200, out, e);
}

static int compare(struct request *r, struct err *e)
{
    int rc = compare_of(r, server_library(r->server), e);

    server_library_done(r->server);
    if (rc == ERR_INPUT && e) /* the upload's own path is nobody's business */
        e->where[0] = 0;
    return rc;
}

static const struct route_field rows_query[] = {
    {"q", FIELD_TEXT, false, "编码、名称或任一格里有这几个字"},
    {"state", FIELD_TEXT, false, "valid 有效 | coming 未开始 | ended 已终止"},
    {"own", FIELD_BOOL, false, "1 = 只看本局的行"},
    {"after", FIELD_INT, false, "上一页的 next"},
    {"limit", FIELD_INT, false, "每页几行（默认 100）"},
    {0},
};
static const struct route_field check_body[] = {
    {"cells", FIELD_LIST, true, "一行的各格，按表的列的顺序"},
    {0},
};

const struct route routes_knowledge[] = {
    {"GET", "/api/knowledge", "rule.read", 0, list, "知识表：哪些规则用、多少行、谁何时改过", NULL,
     NULL},
    {"GET", "/api/knowledge/{table}", "rule.read", 0, show, "一张知识表的列和行", rows_query, NULL},
    {"POST", "/api/knowledge/{table}/check", "rule.write", 0, check,
     "一行填得对不对，逐格说（不写入）", NULL, check_body},
    {"POST", "/api/knowledge/{table}/compare", "rule.write", ROUTE_UPLOAD, compare,
     "Excel 与表对照：新增、改动、相同、不收的行（不写入）", NULL, NULL},
    {0},
};
