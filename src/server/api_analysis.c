/* SPDX-License-Identifier: MulanPSL-2.0 */
/* 分析台: a pivot of claims against peers; rows that become a batch of clues with a rationale; saved questions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "casework/money.h"
#include "server/analysis.h"
#include "server/live_query.h"
#include "server/routes.h"
#include "server/rowjson.h"
#include "server/server.h"

#define MOST_ROWS 1000
#define MOST_CLUES 200

/* --- what can be asked ------------------------------------------------------------------------------- */

static int words(struct request *r, struct err *e)
{
    struct ask *a = NULL;
    struct buf b = BUF_INIT;
    json_t *dims = json_array(), *span = NULL;
    int rc = ask_open(r, &a, e);

    for (const struct dimension *d = dimensions; d->name; d++)
        json_array_append_new(dims, json_pack("{s:s,s:s,s:b}", "name", d->name, "title", d->title,
                                              "lines", d->lines));
    buf_str(
        &b,
        "select strftime(date '1970-01-01' + min(enddate), '%Y-%m') first_month,"
        " strftime(date '1970-01-01' + max(enddate), '%Y-%m') last_month from s_visit where kind in (1, 2)");
    if (!rc)
        rc = ask_row(a, &b, &span, e);
    buf_release(&b);
    ask_close(a);
    if (rc) {
        json_decref(dims);
        return rc;
    }
    return reply_json(r, 200, json_pack("{s:o,s:o}", "dimensions", dims, "span", span), e);
}

/* --- pivot ------------------------------------------------------------------------------------------- */

static const char *const visit_sorts[] = {"visits",   "stays",    "persons",  "medfee_fen",
                                          "fund_fen", "self_fen", "mean_fen", "ratio",
                                          "k1",       NULL};
static const char *const line_sorts[] = {"lines",    "visits", "persons", "medfee_fen", "inscp_fen",
                                         "mean_fen", "ratio",  "k1",      NULL};

static int sort_of(struct request *r, const struct counted *c, const char **field, bool *down,
                   struct err *e)
{
    const char *s = request_query(r, "sort");
    const char *const *all = c->lines ? line_sorts : visit_sorts;

    if (!s || !*s)
        s = c->by[0] && strcmp(c->by[0]->name, "month") == 0 ? "k1" : "-medfee_fen";
    *down = *s == '-';
    for (int i = 0; all[i]; i++)
        if (strcmp(all[i], s + *down) == 0) {
            *field = all[i];
            return 0;
        }
    err_set(e, ERR_INPUT, "不能按 %.40s 排序", s);
    return err_where(e, "sort");
}

/* Who is a row's peer: institutions of the same kind; else all rows, within the second dimension. */
static void pivot_sql(struct buf *b, const struct counted *c, const char *field, bool down,
                      int64_t limit)
{
    bool inst = c->n_by && strcmp(c->by[0]->name, "institution") == 0;

    buf_str(b, "with g as (select ");
    for (int i = 0; i < c->n_by; i++)
        buf_fmt(
            b, "%s k%d, %s%s%s l%d, ", c->by[i]->key, i + 1, c->by[i]->label ? "any_value(" : "",
            c->by[i]->label ? c->by[i]->label : c->by[i]->key, c->by[i]->label ? ")" : "", i + 1);
    buf_fmt(b, "%s peer, %s", inst ? dimension_find(SPAN("inst_kind"))->key : "''",
            counted_sums(c));
    counted_from(b, c);
    buf_str(
        b,
        " group by all), m as (select *, (medfee_fen / nullif(visits, 0))::bigint mean_fen from g), p as (select *,"
        " count(*) over w peers, median(mean_fen) over w med from m window w as (partition by peer");
    buf_str(b, c->n_by == 2 ? ", k2))" : "))");
    buf_fmt(
        b,
        " select * exclude (peer, med), round(med)::bigint peer_mean_fen, (mean_fen * 1000 / nullif(med, 0))::bigint ratio,"
        " count(*) over ()::bigint total from p order by %s %s nulls last, k1%s limit %lld",
        field, down ? "desc" : "asc", c->n_by == 2 ? ", k2" : "", (long long)limit);
}

static int pivot(struct request *r, struct err *e)
{
    struct counted c;
    struct ask *a = NULL;
    struct buf b = BUF_INIT;
    json_t *rows = NULL, *row;
    const char *field = NULL;
    bool down = false;
    int64_t limit, total = 0;
    size_t i;
    int rc = request_query_int(r, "limit", 200, 1, MOST_ROWS, &limit, e);

    if (!rc)
        rc = counted_read(r, 1, &c, e);
    if (rc)
        return rc;
    rc = sort_of(r, &c, &field, &down, e);
    if (!rc)
        rc = ask_open(r, &a, e);
    if (!rc) {
        pivot_sql(&b, &c, field, down, limit);
        rc = ask_rows(a, &b, &rows, e);
    }
    buf_release(&b);
    ask_close(a);
    counted_release(&c);
    if (rc)
        return rc;
    json_array_foreach(rows, i, row)
    {
        total = json_integer_value(json_object_get(row, "total"));
        json_object_del(row, "total");
    }
    return reply_json(r, 200,
                      json_pack("{s:o,s:n,s:I,s:b}", "rows", rows, "next", "total",
                                (json_int_t)total, "lines", c.lines),
                      e);
}

/* --- rows become clues ------------------------------------------------------------------------------- */

static const char *text_of(const json_t *row, const char *name)
{
    const char *s = json_string_value(json_object_get(row, name));

    return s && *s ? s : NULL;
}

/* What the visit says of its person and institution, when only the visit is named. */
static int fill_visit(struct request *r, struct hand_clue *c, struct err *e)
{
    struct ask *a = NULL;
    struct buf b = BUF_INIT;
    json_t *row = NULL;
    int rc;

    if (!c->mdtrt_id || (c->psn_no && c->fixmedins_code))
        return 0;
    rc = ask_open(r, &a, e);
    if (rc)
        return rc;
    buf_str(
        &b,
        "select p.code psn_no, i.code fixmedins_code from s_visit v join d_visit d on d.id = v.mdtrt_id"
        " join d_person p on p.id = v.psn_no join d_inst i on i.id = v.fixmedins_code where d.code = ");
    buf_sql(&b, span_of(c->mdtrt_id));
    rc = ask_row(a, &b, &row, e);
    buf_release(&b);
    ask_close(a);
    if (!rc && !row)
        rc = err_set(e, ERR_INPUT, "没有就诊 %.40s", c->mdtrt_id);
    if (!rc) {
        c->psn_no = arena_dup(&r->arena, span_of(text_of(row, "psn_no")));
        c->fixmedins_code = arena_dup(&r->arena, span_of(text_of(row, "fixmedins_code")));
    }
    json_decref(row);
    return rc;
}

static int clue_of(struct request *r, const json_t *row, const char *title, const char *basis,
                   struct hand_clue *c, struct err *e)
{
    struct inst_words words_of = {0};
    const char *own = text_of(row, "note");
    char now[CW_TIME];
    int rc;

    cw_now(now);
    *c = (struct hand_clue){.source = "analysis",
                            .title = own ? arena_fmt(&r->arena, "%s：%.200s", title, own) : title,
                            .basis = basis,
                            .received_on = arena_fmt(&r->arena, "%.10s", now),
                            .fixmedins_code = text_of(row, "fixmedins_code"),
                            .psn_no = text_of(row, "psn_no"),
                            .mdtrt_id = text_of(row, "mdtrt_id"),
                            .amount_fen = json_integer_value(json_object_get(row, "amount_fen")),
                            .fund_fen = json_integer_value(json_object_get(row, "fund_fen"))};
    rc = fill_visit(r, c, e);
    if (!rc && !c->fixmedins_code && !c->psn_no)
        rc = err_set(e, ERR_INPUT, "要有机构、参保人或就诊，才能成为线索");
    if (!rc && c->fixmedins_code)
        rc = inst_words(r, c->fixmedins_code, &words_of, e);
    c->fixmedins_name = words_of.name;
    c->admdvs = words_of.admdvs ? words_of.admdvs : r->session.admdvs;
    return rc;
}

static int raise(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    const json_t *rows = json_object_get(r->json, "rows"), *row;
    const char *title, *basis;
    struct hand_clue *list;
    json_t *ids = NULL;
    int64_t *made;
    size_t i, n = json_array_size(rows);
    int rc = request_text(r, "title", true, 300, &title, e);

    if (!rc)
        rc = request_text(r, "basis", true, 2000, &basis, e);
    if (!rc && (n == 0 || n > MOST_CLUES)) {
        err_set(e, ERR_INPUT, "一次可以把 1 至 %d 行转为线索", MOST_CLUES);
        rc = err_where(e, "rows");
    }
    if (rc)
        return rc;
    list = arena_calloc(&r->arena, n * sizeof *list);
    made = arena_calloc(&r->arena, n * sizeof *made);
    if (!list || !made)
        return err_nomem(e);
    json_array_foreach(rows, i, row)
    {
        rc = clue_of(r, row, title, basis, &list[i], e);
        if (rc) {
            err_where(e, "rows[%zu]", i);
            return rc;
        }
    }
    rc = clue_make_all(r->db, &r->actor, &scope, list, n, made, e);
    if (rc)
        return rc;
    ids = json_array();
    for (i = 0; i < n; i++)
        json_array_append_new(ids, json_integer(made[i]));
    return reply_json(r, 201, json_pack("{s:o}", "ids", ids), e);
}

/* --- saved questions --------------------------------------------------------------------------------- */

static const struct json_column saved_columns[] = {
    {"id", JSON_AS_INT},     {"kind", JSON_AS_TEXT},
    {"name", JSON_AS_TEXT},  {"spec", JSON_AS_JSON},
    {"actor", JSON_AS_TEXT}, {"shared", JSON_AS_BOOL},
    {"at", JSON_AS_TEXT},    {0},
};

static int saved(struct request *r, struct err *e)
{
    json_t *rows = NULL;
    int rc = cw_rows_json(
        r->db, &rows, saved_columns, e,
        "select id, kind, name, spec, actor, shared, at from saved_query where actor = $1 or shared = 1"
        " order by name, id",
        CW_ARGS(cw_t(r->session.login)));

    return rc ? rc : ask_reply(r, rows, e);
}

static int save(struct request *r, struct err *e)
{
    const char *kind, *name;
    json_t *spec = json_object_get(r->json, "spec");
    char now[CW_TIME], *text = NULL;
    int64_t id = 0;
    int rc = request_text(r, "kind", true, 10, &kind, e);

    if (!rc)
        rc = request_text(r, "name", true, 120, &name, e);
    if (!rc && strcmp(kind, "sql") != 0 && strcmp(kind, "pivot") != 0) {
        err_set(e, ERR_INPUT, "kind 是 sql 或 pivot");
        rc = err_where(e, "kind");
    }
    text = json_is_object(spec) ? json_dumps(spec, JSON_COMPACT) : NULL;
    if (!rc && (!text || strlen(text) > 30000)) {
        err_set(e, ERR_INPUT, "spec 应是对象，最多 30000 字节");
        rc = err_where(e, "spec");
    }
    cw_now(now);
    if (!rc)
        rc = cw_begin(r->db, e);
    if (!rc) {
        rc = cw_get_int(
            r->db, 0, &id, e,
            "insert into saved_query(kind, name, spec, actor, shared, at) values ($1, $2, $3, $4, $5, $6)"
            " on conflict (actor, kind, name) do update set spec = excluded.spec, shared = excluded.shared,"
            " at = excluded.at returning id",
            CW_ARGS(cw_t(kind), cw_t(name), cw_t(text), cw_t(r->session.login),
                    cw_i(json_is_true(json_object_get(r->json, "shared"))), cw_t(now)));
        rc = cw_end(r->db, rc, e);
    }
    free(text);
    return rc ? rc : reply_json(r, 201, json_pack("{s:I}", "id", (json_int_t)id), e);
}

static int forget(struct request *r, struct err *e)
{
    int64_t id = strtoll(request_param(r, "id"), NULL, 10), n;
    int rc = cw_begin(r->db, e);

    if (rc)
        return rc;
    rc = cw_exec(r->db, e, "delete from saved_query where id = $1 and actor = $2",
                 CW_ARGS(cw_i(id), cw_t(r->session.login)));
    n = cw_changes(r->db);
    if (!rc && !n)
        rc = err_set(e, ERR_USAGE, "没有这个查询，或不是您存的");
    rc = cw_end(r->db, rc, e);
    return rc ? rc : reply_nothing(r, 204);
}

#define FILTERS                                                                                   \
    {"from", FIELD_TEXT, false, "起始月份 2023-01"}, {"to", FIELD_TEXT, false, "截止月份"},       \
        {"month", FIELD_TEXT, false, "只看这个月"},                                               \
        {"institution", FIELD_TEXT, false, "机构编号"},                                           \
        {"inst_kind", FIELD_TEXT, false, "机构类别"}, {"doctor", FIELD_TEXT, false, "医师代码"},  \
        {"dx", FIELD_TEXT, false, "主诊断编码"}, {"item", FIELD_TEXT, false, "项目编码"},         \
        {"area", FIELD_TEXT, false, "机构所在区划"},                                              \
        {"insured_area", FIELD_TEXT, false, "参保区划"}, {"insutype", FIELD_TEXT, false, "险种"}, \
        {"kind", FIELD_TEXT, false, "住院或门诊"}, {"age", FIELD_TEXT, false, "年龄段"},          \
        {"gender", FIELD_TEXT, false, "性别"},                                                    \
    {                                                                                             \
        "assisted", FIELD_TEXT, false, "人群"                                                   \
    }

static const struct route_field pivot_query[] = {
    {"by", FIELD_TEXT, true, "一个或两个维度，逗号分隔"},
    FILTERS,
    {"sort", FIELD_TEXT, false, "排序的字段，前加 - 为倒序"},
    {"limit", FIELD_INT, false, "最多几行"},
    {0}};
static const struct route_field raise_body[] = {
    {"title", FIELD_TEXT, true, "什么问题"},
    {"basis", FIELD_TEXT, true, "依据：怎样查出来的"},
    {"rows", FIELD_LIST, true, "fixmedins_code, psn_no 或 mdtrt_id，amount_fen, fund_fen, note"},
    {0}};
static const struct route_field save_body[] = {{"kind", FIELD_TEXT, true, "sql 或 pivot"},
                                               {"name", FIELD_TEXT, true, "名称，同名的被替换"},
                                               {"spec", FIELD_OBJECT, true, "查询"},
                                               {"shared", FIELD_BOOL, false, "同事也能看到"},
                                               {0}};

const struct route routes_analysis[] = {
    {"GET", "/api/analysis/words", "analysis.read", 0, words, "维度和数据的起止月份", NULL, NULL},
    {"GET", "/api/analysis/pivot", "analysis.read", 0, pivot, "透视：按维度汇总，与同类比",
     pivot_query, NULL},
    {"POST", "/api/analysis/clues", "clue.write", 0, raise, "把行转为一批线索，写明依据", NULL,
     raise_body},
    {"GET", "/api/analysis/saved", "analysis.read", 0, saved, "存下的查询", NULL, NULL},
    {"POST", "/api/analysis/saved", "analysis.read", 0, save, "存查询", NULL, save_body},
    {"DELETE", "/api/analysis/saved/{id}", "analysis.read", 0, forget, "删自己存的查询", NULL,
     NULL},
    {0},
};
