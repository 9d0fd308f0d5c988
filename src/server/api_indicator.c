/* SPDX-License-Identifier: MulanPSL-2.0 */
/* 运行指标: what the fund paid, per visit and per stay, what persons bear, what came back; items from month to month, watched ones. */
#include <stdio.h>
#include <string.h>

#include "casework/scope.h"
#include "server/analysis.h"
#include "server/routes.h"
#include "server/rowjson.h"
#include "server/server.h"

#define MOST_ROWS 500

/* --- sums by month, area, institution, insurance ------------------------------------------------------ */

/* What came back, by the same key: by month it was paid, by area or institution of its clue; by insurance nobody knows. */
static const struct {
    const char *by, *key;
} back_keys[] = {{"month", "substr(f.paid_on, 1, 7)"},
                 {"institution", "coalesce(c.fixmedins_code, '')"},
                 {"area", "c.admdvs"},
                 {NULL, NULL}};

static int recovered(struct request *r, const struct counted *c, json_t *rows, bool *known,
                     int64_t *all, struct err *e)
{
    struct scope s = scope_of(&r->session);
    const char *key = NULL;
    struct buf sql = BUF_INIT;
    struct cw_rows at;
    json_t *row;
    size_t i;
    int rc;

    for (int k = 0; back_keys[k].by; k++)
        if (strcmp(back_keys[k].by, c->by[0]->name) == 0)
            key = back_keys[k].key;
    *known = key != NULL;
    buf_fmt(
        &sql,
        "select %s, sum(f.amount_fen) from refund f join clue c on c.id = f.clue where substr(c.admdvs, 1, $2) = $1"
        " and ($3 = '' or c.fixmedins_code = $3) and ($4 = '' or substr(f.paid_on, 1, 7) >= $4)"
        " and ($5 = '' or substr(f.paid_on, 1, 7) <= $5) and ($6 = '' or c.fixmedins_code = $6) and ($7 = '' or"
        " c.admdvs = $7) group by 1",
        key ? key : "''");
    rc = cw_query(
        r->db, &at, e, buf_cstr(&sql),
        CW_ARGS(cw_t(s.prefix), cw_i((int64_t)strlen(s.prefix)), cw_t(s.fixmedins_code),
                cw_t(c->from ? c->from : ""), cw_t(c->to ? c->to : ""),
                cw_t(request_query(r, "institution") ? request_query(r, "institution") : ""),
                cw_t(request_query(r, "area") ? request_query(r, "area") : "")));
    buf_release(&sql);
    if (rc)
        return rc;
    while ((rc = cw_next(&at, e)) > 0) {
        *all += cw_int(&at, 1);
        json_array_foreach(
            rows, i,
            row) if (key && span_is(cw_text(&at, 0), json_string_value(json_object_get(row, "k1"))))
            json_object_set_new(row, "recovered_fen", json_integer(cw_int(&at, 1)));
    }
    cw_done(&at);
    return rc;
}

static int figures(struct request *r, struct err *e)
{
    struct counted c;
    struct ask *a = NULL;
    struct buf b = BUF_INIT;
    json_t *rows = NULL, *total = NULL;
    int64_t all = 0;
    bool known = false;
    int rc = counted_read(r, 1, &c, e);

    if (rc)
        return rc;
    if (c.n_by > 1 || c.lines) {
        counted_release(&c);
        err_set(e, ERR_INPUT, "运行指标按一个维度看，不按项目");
        return err_where(e, "by");
    }
    rc = ask_open(r, &a, e);
    buf_fmt(&b, "select %s k1, %s%s%s l1, %s", c.by[0]->key, c.by[0]->label ? "any_value(" : "",
            c.by[0]->label ? c.by[0]->label : c.by[0]->key, c.by[0]->label ? ")" : "",
            counted_sums(&c));
    counted_from(&b, &c);
    buf_fmt(&b, " group by all order by %s limit %d",
            strcmp(c.by[0]->name, "month") == 0 ? "k1" : "fund_fen desc, k1", MOST_ROWS);
    if (!rc)
        rc = ask_rows(a, &b, &rows, e);
    buf_clear(&b);
    buf_fmt(&b, "select %s", counted_sums(&c));
    counted_from(&b, &c);
    if (!rc)
        rc = ask_row(a, &b, &total, e);
    buf_release(&b);
    ask_close(a);
    if (!rc)
        rc = recovered(r, &c, rows, &known, &all, e);
    counted_release(&c);
    if (rc) {
        json_decref(rows);
        json_decref(total);
        return rc;
    }
    json_object_set_new(total, "recovered_fen", json_integer(all));
    return reply_json(r, 200,
                      json_pack("{s:o,s:n,s:I,s:o,s:b}", "rows", rows, "next", "total",
                                (json_int_t)json_array_size(rows), "sum", total, "recovered_by_key",
                                known),
                      e);
}

/* --- items --------------------------------------------------------------------------------------------- */

static const struct json_column watch_columns[] = {{"code", JSON_AS_TEXT},
                                                   {"name", JSON_AS_TEXT},
                                                   {"up_percent", JSON_AS_INT},
                                                   {"note", JSON_AS_TEXT},
                                                   {"actor", JSON_AS_TEXT},
                                                   {"at", JSON_AS_TEXT},
                                                   {0}};

static int watched(struct request *r, json_t **out, struct err *e)
{
    return cw_rows_json(
        r->db, out, watch_columns, e,
        "select code, name, up_percent, note, actor, at from watch_item order by code", CW_NONE);
}

static json_t *watch_of(const json_t *list, const char *code)
{
    json_t *row;
    size_t i;

    json_array_foreach(list, i, row) if (strcmp(json_string_value(json_object_get(row, "code")),
                                                code) == 0) return row;
    return NULL;
}

/* The three months' lines by their own time, so that other segments are not read. */
static void items_sql(struct buf *b, struct request *r, const char *month, const json_t *list,
                      const char *order, int64_t limit)
{
    const char *q = request_query(r, "q"), *only = request_query(r, "watched");
    struct scope s = scope_of(&r->session);
    const json_t *row;
    size_t i;

    buf_fmt(
        b,
        "with m as (select date '%s-01' d), t as (select epoch(d)::bigint now0, epoch(d + interval 1 month)::bigint now1,"
        " epoch(d - interval 1 month)::bigint before0, epoch(d - interval 1 year)::bigint year0,"
        " epoch(d - interval 1 year + interval 1 month)::bigint year1 from m), l as (select l.hilist_code,"
        " case when l.fee_ocur_time >= t.now0 then 0 when l.fee_ocur_time >= t.before0 then 1 else 2 end k,"
        " l.det_item_fee_sumamt fee, l.cnt, l.psn_no from s_line l, t",
        month);
    if (s.prefix[0] || s.fixmedins_code[0])
        buf_str(
            b,
            ", d_inst di left join s_inst i on i.fixmedins_code = di.id left join d_place pl on pl.id = i.fix_blng_admdvs");
    buf_str(
        b,
        " where coalesce(l.void, 0) = 0 and ((l.fee_ocur_time >= t.before0 and l.fee_ocur_time < t.now1) or"
        " (l.fee_ocur_time >= t.year0 and l.fee_ocur_time < t.year1))");
    if (s.prefix[0] || s.fixmedins_code[0])
        buf_str(b, " and di.id = l.fixmedins_code");
    if (s.prefix[0]) {
        buf_str(b, " and starts_with(pl.code, ");
        buf_sql(b, span_of(s.prefix));
        buf_char(b, ')');
    }
    if (s.fixmedins_code[0]) {
        buf_str(b, " and di.code = ");
        buf_sql(b, span_of(s.fixmedins_code));
    }
    buf_str(
        b,
        "), g as (select hilist_code, coalesce(sum(fee) filter (k = 0), 0)::bigint fee_fen,"
        " coalesce(sum(fee) filter (k = 1), 0)::bigint before_fen, coalesce(sum(fee) filter (k = 2), 0)::bigint year_fen,"
        " coalesce(round(sum(cnt) filter (k = 0) / 10000.0), 0)::bigint cnt,"
        " count(distinct case when k = 0 then psn_no end)::bigint persons from l group by 1),"
        " r as (select d.code, coalesce(d.name, d.code) \"name\", g.* exclude (hilist_code),"
        " (fee_fen - before_fen)::bigint change_fen, (fee_fen - year_fen)::bigint year_change_fen,"
        " ((fee_fen - before_fen) * 1000 / nullif(before_fen, 0))::bigint change_permille,"
        " ((fee_fen - year_fen) * 1000 / nullif(year_fen, 0))::bigint year_change_permille"
        " from g join d_item d on d.id = g.hilist_code) select *, count(*) over ()::bigint total from r where true");
    if (q && *q) {
        buf_str(b, " and (contains(lower(name), lower(");
        buf_sql(b, span_of(q));
        buf_str(b, ")) or starts_with(code, ");
        buf_sql(b, span_of(q));
        buf_str(b, "))");
    }
    if (only && *only == '1') {
        buf_str(b, " and code in (''");
        json_array_foreach(list, i, row)
        {
            buf_str(b, ", ");
            buf_sql(b, span_of(json_string_value(json_object_get(row, "code"))));
        }
        buf_char(b, ')');
    }
    buf_fmt(b, " order by %s, code limit %lld", order, (long long)limit);
}

static const struct {
    const char *word, *sql;
} item_orders[] = {{"-fee_fen", "fee_fen desc"},
                   {"-change_fen", "change_fen desc"},
                   {"change_fen", "change_fen"},
                   {"-change_permille", "change_permille desc nulls last"},
                   {"-year_change_fen", "year_change_fen desc"},
                   {"-year_change_permille", "year_change_permille desc nulls last"},
                   {NULL, NULL}};

static void mark_watched(json_t *rows, const json_t *list, int64_t *total)
{
    json_t *row;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        json_t *w = watch_of(list, json_string_value(json_object_get(row, "code"))),
               *up = json_object_get(row, "change_permille"),
               *year = json_object_get(row, "year_change_permille");
        int64_t most = json_integer_value(up) > json_integer_value(year) ? json_integer_value(up)
                                                                         : json_integer_value(year);

        *total = json_integer_value(json_object_get(row, "total"));
        json_object_del(row, "total");
        json_object_set_new(row, "watched", json_boolean(w != NULL));
        json_object_set(row, "watch_note", w ? json_object_get(w, "note") : json_null());
        json_object_set_new(
            row, "alarm",
            json_boolean(w && most > json_integer_value(json_object_get(w, "up_percent")) * 10));
    }
}

static int items(struct request *r, struct err *e)
{
    const char *month = request_query(r, "month"), *sort = request_query(r, "sort"), *order = NULL;
    struct ask *a = NULL;
    struct buf b = BUF_INIT;
    json_t *rows = NULL, *list = NULL;
    int64_t limit, total = 0;
    char rest;
    int y, m, rc = request_query_int(r, "limit", 50, 1, MOST_ROWS, &limit, e);

    if (rc)
        return rc;
    if (!month || strlen(month) != 7 || strspn(month, "0123456789-") != 7 ||
        sscanf(month, "%4d-%2d%c", &y, &m, &rest) != 2 || y < 1971 || m < 1 || m > 12) {
        err_set(e, ERR_INPUT, "月份应写成 2023-05");
        return err_where(e, "month");
    }
    for (int i = 0; item_orders[i].word; i++)
        if (strcmp(sort && *sort ? sort : "-fee_fen", item_orders[i].word) == 0)
            order = item_orders[i].sql;
    if (!order) {
        err_set(e, ERR_INPUT, "不能这样排序");
        return err_where(e, "sort");
    }
    rc = watched(r, &list, e);
    if (!rc)
        rc = ask_open(r, &a, e);
    if (!rc) {
        items_sql(&b, r, arena_fmt(&r->arena, "%04d-%02d", y, m), list, order, limit);
        rc = ask_rows(a, &b, &rows, e);
    }
    buf_release(&b);
    ask_close(a);
    if (!rc) {
        mark_watched(rows, list, &total);
        rc = reply_json(
            r, 200, json_pack("{s:o,s:n,s:I}", "rows", rows, "next", "total", (json_int_t)total),
            e);
    }
    json_decref(list);
    return rc;
}

/* --- the watch-list ------------------------------------------------------------------------------------ */

static int watch_list(struct request *r, struct err *e)
{
    json_t *rows = NULL;
    int rc = watched(r, &rows, e);

    return rc ? rc : ask_reply(r, rows, e);
}

static int item_name(struct request *r, const char *code, const char **out, struct err *e)
{
    struct ask *a = NULL;
    struct buf b = BUF_INIT;
    json_t *row = NULL;
    int rc = ask_open(r, &a, e);

    if (rc)
        return rc;
    buf_str(&b, "select coalesce(name, code) \"name\" from d_item where code = ");
    buf_sql(&b, span_of(code));
    rc = ask_row(a, &b, &row, e);
    buf_release(&b);
    ask_close(a);
    if (!rc && !row)
        rc = err_set(e, ERR_USAGE, "数据里没有项目 %.60s", code);
    if (!rc)
        *out = arena_dup(&r->arena, span_of(json_string_value(json_object_get(row, "name"))));
    json_decref(row);
    return rc;
}

static int watch_put(struct request *r, struct err *e)
{
    const char *code = request_param(r, "code"), *name = NULL, *note;
    char now[CW_TIME];
    int64_t up = 30;
    int rc = request_int(r, "up_percent", false, 1, 1000, &up, e);

    if (!rc)
        rc = request_text(r, "note", false, 500, &note, e);
    if (!rc)
        rc = item_name(r, code, &name, e);
    if (!rc)
        rc = cw_begin(r->db, e);
    if (rc)
        return rc;
    cw_now(now);
    rc = cw_exec(
        r->db, e,
        "insert into watch_item(code, name, up_percent, note, actor, at) values ($1, $2, $3, $4, $5, $6)"
        " on conflict (code) do update set up_percent = excluded.up_percent, note = excluded.note,"
        " actor = excluded.actor, at = excluded.at",
        CW_ARGS(cw_t(code), cw_t(name), cw_i(up), cw_t(note ? note : ""), cw_t(r->session.login),
                cw_t(now)));
    rc = cw_end(r->db, rc, e);
    return rc ? rc : watch_list(r, e);
}

static int watch_end(struct request *r, struct err *e)
{
    int64_t n;
    int rc = cw_begin(r->db, e);

    if (rc)
        return rc;
    rc = cw_exec(r->db, e, "delete from watch_item where code = $1",
                 CW_ARGS(cw_t(request_param(r, "code"))));
    n = cw_changes(r->db);
    if (!rc && !n)
        rc = err_set(e, ERR_USAGE, "没有盯着这个项目");
    rc = cw_end(r->db, rc, e);
    return rc ? rc : watch_list(r, e);
}

static const struct route_field figures_query[] = {
    {"by", FIELD_TEXT, true, "month, area, institution, inst_kind, insutype ..."},
    {"from", FIELD_TEXT, false, "起始月份"},
    {"to", FIELD_TEXT, false, "截止月份"},
    {"area", FIELD_TEXT, false, "机构所在区划"},
    {"institution", FIELD_TEXT, false, "机构编号"},
    {"insutype", FIELD_TEXT, false, "险种"},
    {"kind", FIELD_TEXT, false, "住院或门诊"},
    {0}};
static const struct route_field items_query[] = {
    {"month", FIELD_TEXT, true, "月份 2023-05"},
    {"q", FIELD_TEXT, false, "编码的开头或名称的一部分"},
    {"watched", FIELD_BOOL, false, "只看盯着的"},
    {"sort", FIELD_TEXT, false, "排序"},
    {"limit", FIELD_INT, false, "最多几行"},
    {0}};
static const struct route_field watch_body[] = {
    {"up_percent", FIELD_INT, false, "环比或同比涨过百分之几就标出，默认 30"},
    {"note", FIELD_TEXT, false, "为什么盯着"},
    {0}};

const struct route routes_indicator[] = {
    {"GET", "/api/indicators", "analysis.read", 0, figures, "运行指标，按一个维度", figures_query,
     NULL},
    {"GET", "/api/indicators/items", "analysis.read", 0, items, "项目的环比、同比", items_query,
     NULL},
    {"GET", "/api/indicators/watch", "analysis.read", 0, watch_list, "盯着的项目", NULL, NULL},
    {"PUT", "/api/indicators/watch/{code}", "analysis.read", 0, watch_put, "盯一个项目", NULL,
     watch_body},
    {"DELETE", "/api/indicators/watch/{code}", "analysis.read", 0, watch_end, "不再盯", NULL, NULL},
    {0},
};
