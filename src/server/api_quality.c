/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/quality: does it add up, what is missing, what can't be; /api/ready: what could not be asked, and what would unlock it. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "claims/quality.h"
#include "claims/ready.h"
#include "claims/schema.h"
#include "screen/needs.h"
#include "server/ask.h"
#include "server/live_query.h"
#include "server/routes.h"
#include "server/rowjson.h"
#include "server/server.h"

#define SOME 200

/* --- tables as the command line prints them --------------------------------------------------------- */

static int codes(struct store *s, const struct quality_scope *scope, struct grid *g, struct err *e)
{
    return quality_codes(s, scope, SOME, g, e);
}

/* Files and the values in them are the house's: who sees a part of it is told what the store holds of that part. */
static const struct part {
    const char *name;
    int (*whole)(struct store *s, struct grid *out, struct err *e);
    int (*ask)(struct store *s, const struct quality_scope *scope, struct grid *out, struct err *e);
} parts[] = {
    {"tables", quality_tables, quality_held},
    {"files", quality_files, NULL},
    {"reasons", NULL, quality_reject_reasons},
    {"months", NULL, quality_months},
    {"marks", NULL, quality_marks},
    {"values", quality_values, NULL},
    {"codes", NULL, codes},
};

static void scope_add(void *ctx, struct buf *sql, const char *column)
{
    ask_scope(ctx, sql, column);
}

/* {title, head, number, rows}: cells are texts. */
static json_t *whole_grid(const struct grid *g)
{
    json_t *head = json_array(), *number = json_array(), *rows = json_array();

    for (size_t k = 0; k < g->n_cols; k++) {
        json_array_append_new(head, json_span(g->head[k]));
        json_array_append_new(number, json_boolean(g->number[k]));
    }
    for (size_t i = 0; i < g->n_rows; i++) {
        json_t *row = json_array();

        for (size_t k = 0; k < g->n_cols; k++)
            json_array_append_new(row, json_span(grid_cell(g, i, k)));
        json_array_append_new(rows, row);
    }
    return json_pack("{s:s,s:o,s:o,s:o}", "title", g->title ? g->title : "", "head", head, "number",
                     number, "rows", rows);
}

static int part(struct request *r, struct err *e)
{
    const char *name = request_param(r, "part");
    struct quality_scope scope = {scope_add, r};
    struct grid g = {0};
    struct store *s;
    bool house;
    json_t *out;
    int rc;

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (strcmp(parts[i].name, name) != 0)
            continue;
        house = scope_is_house(r, e);
        rc = request_store(r, &s, e);
        if (!rc && house && parts[i].whole)
            rc = parts[i].whole(s, &g, e);
        else if (!rc && parts[i].ask)
            rc = parts[i].ask(s, house ? NULL : &scope, &g, e);
        if (!rc) {
            out = whole_grid(&g);
            json_object_set_new(out, "whole", json_boolean(house));
            rc = reply_json(r, 200, out, e);
        }
        grid_release(&g);
        return rc;
    }
    return err_set(e, ERR_USAGE, "没有“%s”这一部分", name);
}

/* --- for the charts ---------------------------------------------------------------------------------- */

static int balance(struct request *r, struct err *e)
{
    struct ask *a = NULL;
    struct buf b = BUF_INIT;
    json_t *rows = NULL, *row;
    bool house = scope_is_house(r, e);
    size_t i;
    int rc = ask_open(r, &a, e);

    if (rc)
        return rc;
    buf_str(
        &b,
        "select table_name \"table\", count(*)::bigint files, sum(rows_read)::bigint rows_read, sum(rows_kept)::bigint rows_kept,"
        " sum(rows_rejected)::bigint rows_rejected, sum(rows_repeated)::bigint rows_repeated, sum(fen_read)::bigint fen_read,"
        " sum(fen_kept)::bigint fen_kept, sum(fen_rejected)::bigint fen_rejected, sum(fen_repeated)::bigint fen_repeated"
        " from file");
    buf_str(&b, house ? " group by 1 order by rows_read desc" : " where false group by 1");
    rc = ask_rows(a, &b, &rows, e);
    json_array_foreach(rows, i, row)
    {
        int t = schema_table(span_of(json_string_value(json_object_get(row, "table"))));

        json_object_set_new(row, "title", json_string(t >= 0 ? huji_tables[t]->title : ""));
    }
    buf_release(&b);
    ask_close(a);
    return rc ? rc : ask_reply(r, rows, e);
}

/* Lines per institution and month, the largest institutions first; no row for a month without lines. */
static int heat(struct request *r, struct err *e)
{
    struct ask *a = NULL;
    struct buf b = BUF_INIT;
    json_t *months = NULL, *insts = NULL, *cells = NULL;
    int64_t limit;
    int rc = request_query_int(r, "limit", 60, 1, 500, &limit, e);

    if (!rc)
        rc = ask_open(r, &a, e);
    if (rc)
        return rc;
    /* A month with under a hundredth of the fullest one's lines is a stray date, no month of data (as quality_months). */
    buf_str(
        &b,
        "select month::bigint \"month\", rows \"rows\" from segment where rows * 100 >= (select max(rows) from segment)"
        " order by month");
    rc = ask_rows(a, &b, &months, e);
    buf_clear(&b);
    buf_str(
        &b,
        "select l.fixmedins_code::bigint id, d.code, coalesce(d.name, '') \"name\", count(*)::bigint \"rows\" from s_line l"
        " join d_inst d on d.id = l.fixmedins_code where true");
    ask_scope(r, &b, "d.code");
    buf_fmt(&b, " group by all order by 4 desc, 2 limit %lld", (long long)limit);
    if (!rc)
        rc = ask_rows(a, &b, &insts, e);
    buf_clear(&b);
    buf_str(&b, "with big as (select l.fixmedins_code i from s_line l join d_inst d on"
                " d.id = l.fixmedins_code where true");
    ask_scope(r, &b, "d.code");
    buf_fmt(
        &b,
        " group by 1 order by count(*) desc, 1 limit %lld) select fixmedins_code::bigint id, huji_month(fee_ocur_time)::bigint \"month\", count(*)::bigint n,"
        " sum(det_item_fee_sumamt)::bigint fen from s_line where fixmedins_code in (select i from big) group by 1, 2",
        (long long)limit);
    if (!rc)
        rc = ask_rows(a, &b, &cells, e);
    buf_release(&b);
    ask_close(a);
    if (rc) {
        json_decref(months);
        json_decref(insts);
        return rc;
    }
    return reply_json(
        r, 200, json_pack("{s:o,s:o,s:o}", "months", months, "institutions", insts, "cells", cells),
        e);
}

/* --- what can be asked ------------------------------------------------------------------------------- */

static bool knowledge_there(void *ctx, const char *name)
{
    const struct knowledge *k = library_knowledge(ctx, span_of(name));

    return k && k->n > 0;
}

/* The first word of what is asked for that is a table: its blank can be sent to who has the data. */
static void add_table(json_t *row, struct span ask)
{
    while (ask.n) {
        size_t n = 0;
        int t;

        while (n < ask.n && ((ask.p[n] >= 'a' && ask.p[n] <= 'z') || ask.p[n] == '_' ||
                             (ask.p[n] >= '0' && ask.p[n] <= '9')))
            n++;
        t = n ? schema_table((struct span){ask.p, n}) : -1;
        if (t >= 0) {
            json_object_set_new(row, "table", json_string(huji_tables[t]->name));
            json_object_set_new(row, "table_title", json_string(huji_tables[t]->title));
            return;
        }
        ask.p += n ? n : 1;
        ask.n -= n ? n : 1;
    }
}

static json_t *missing_json(const struct ready *y)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < y->missing.n_rows; i++) {
        struct span ask = grid_cell(&y->missing, i, 0);
        json_t *row = json_pack("{s:o,s:I,s:I,s:n,s:n}", "ask", json_span(ask), "alone",
                                (json_int_t)atoll(grid_cell(&y->missing, i, 1).p), "rules",
                                (json_int_t)atoll(grid_cell(&y->missing, i, 2).p), "table",
                                "table_title");

        add_table(row, ask);
        json_array_append_new(rows, row);
    }
    return rows;
}

static json_t *rules_json(const struct ready *y)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < y->rules.n_rows; i++)
        json_array_append_new(rows, json_pack("{s:o,s:o,s:b,s:o}", "rule_id",
                                              json_span(grid_cell(&y->rules, i, 0)), "name",
                                              json_span(grid_cell(&y->rules, i, 1)), "can",
                                              span_is(grid_cell(&y->rules, i, 2), "可问"), "waits",
                                              json_span(grid_cell(&y->rules, i, 3))));
    return rows;
}

static int ready(struct request *r, struct err *e)
{
    union {
        const struct huji_library *in;
        void *out;
    } ctx = {server_library(r->server)};
    struct rule_need *needs = NULL;
    struct ready y = {0};
    struct quality_scope scope = {scope_add, r};
    struct store *s;
    size_t n = 0;
    int rc = request_store(r, &s, e);

    if (!rc)
        rc = library_needs(ctx.in, &r->arena, &needs, &n, e);
    if (!rc)
        rc = ready_check(s, needs, n, knowledge_there, ctx.out,
                         scope_is_house(r, e) ? NULL : &scope, &y, e);
    server_library_done(r->server);
    if (rc)
        return rc;
    rc = reply_json(r, 200,
                    json_pack("{s:I,s:I,s:o,s:o}", "can", (json_int_t)y.n_can, "cannot",
                              (json_int_t)y.n_cannot, "missing", missing_json(&y), "rules",
                              rules_json(&y)),
                    e);
    ready_release(&y);
    return rc;
}

static const struct route_field heat_query[] = {
    {"limit", FIELD_INT, false, "最大的多少家机构（默认 60）"},
    {0},
};

const struct route routes_quality[] = {
    {"GET", "/api/quality/balance", "import.read", 0, balance, "每张表：读入 = 保留 + 拒收 + 重复",
     NULL, NULL},
    {"GET", "/api/quality/heat", "import.read", 0, heat, "每家机构每月的费用明细行数", heat_query,
     NULL},
    {"GET", "/api/quality/{part}", "import.read", 0, part,
     "数据质量的一张表：tables files reasons months marks values codes", NULL, NULL},
    {"GET", "/api/ready", "import.read", 0, ready, "哪些规则能问，还缺什么，补哪张最有用", NULL,
     NULL},
    {0},
};
