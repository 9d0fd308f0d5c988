/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/plans: 检查计划, and what each checked institution brought. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fen.h"
#include "casework/visits.h"
#include "papers/grid_book.h"
#include "server/export.h"
#include "server/routes.h"
#include "server/rowjson.h"
#include "server/server.h"

#define XLSX "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

#define PLANS                                                                                           \
    "select p.id, p.admdvs, p.title, p.from_day, p.to_day, p.names, p.days, p.per_day, p.random_share," \
    " p.seed, p.actor, coalesce(a.name, p.actor), p.at, p.version, (select count(*) from visit v where" \
    " v.plan = p.id), (select count(*) from visit v where v.plan = p.id and v.state = 'checked')"       \
    " from visit_plan p left join account a on a.login = p.actor where p.admdvs >= $1 and p.admdvs < $2"
static const struct json_column plan_columns[] = {
    {"id", JSON_AS_INT},
    {"admdvs", JSON_AS_TEXT},
    {"title", JSON_AS_TEXT},
    {"from_day", JSON_AS_TEXT},
    {"to_day", JSON_AS_TEXT},
    {"names", JSON_AS_TEXT},
    {"days", JSON_AS_INT},
    {"per_day", JSON_AS_INT},
    {"random", JSON_AS_INT},
    {"seed", JSON_AS_INT},
    {"actor", JSON_AS_TEXT},
    {"actor_name", JSON_AS_TEXT},
    {"at", JSON_AS_TEXT},
    {"version", JSON_AS_INT},
    {"institutions", JSON_AS_INT},
    {"checked", JSON_AS_INT},
    {0},
};
/* What was entered about each institution from the plan's first day on (or the visit's, if earlier) is what the visit brought. */
static const char visits_sql[] =
    "select v.code, v.name, v.place, v.how, v.kind, v.days, v.clues, v.expected_fen, v.inspectors, v.state, v.checked_on,"
    " v.note, (select max(o.checked_on) from visit o where o.code = v.code and o.plan <> v.plan),"
    " coalesce(r.raised, 0), coalesce(r.judged, 0), coalesce(r.confirmed, 0), coalesce(r.found, 0) from visit v left join"
    " (select c.fixmedins_code as code,"
    " sum(case when c.source <> 'screen' and c.created_at >= x.since then 1 else 0 end) as raised,"
    " sum(case when c.verdict in ('confirmed', 'rejected') and c.verdict_at >= x.since then 1 else 0 end) as judged,"
    " sum(case when c.verdict = 'confirmed' and c.verdict_at >= x.since then 1 else 0 end) as confirmed,"
    " sum(case when c.verdict = 'confirmed' then (select coalesce(sum(m.found_fen), 0) from line_money m where m.clue = c.id"
    " and m.at >= x.since) else 0 end) as found"
    " from (select w.code, case when w.checked_on < p.from_day then w.checked_on else p.from_day end as since"
    " from visit w join visit_plan p on p.id = w.plan where w.plan = $1) x join clue c on c.fixmedins_code = x.code"
    " where c.state not in ('dismissed', 'merged') group by c.fixmedins_code) r on r.code = v.code where v.plan = $1 order by v.place";
static const struct json_column visit_columns[] = {
    {"fixmedins_code", JSON_AS_TEXT}, {"fixmedins_name", JSON_AS_TEXT},
    {"place", JSON_AS_INT},           {"how", JSON_AS_TEXT},
    {"kind", JSON_AS_TEXT},           {"days", JSON_AS_INT},
    {"clues", JSON_AS_INT},           {"expected_fen", JSON_AS_INT},
    {"inspectors", JSON_AS_TEXT},     {"state", JSON_AS_TEXT},
    {"checked_on", JSON_AS_TEXT},     {"note", JSON_AS_TEXT},
    {"last_checked", JSON_AS_TEXT},   {"raised", JSON_AS_INT},
    {"judged", JSON_AS_INT},          {"confirmed", JSON_AS_INT},
    {"found_fen", JSON_AS_INT},       {0},
};

static int64_t id_of(struct request *r)
{
    return strtoll(request_param(r, "id"), NULL, 10);
}

static const char *text_of(const json_t *row, const char *name)
{
    const char *s = json_string_value(json_object_get(row, name));

    return s ? s : "";
}

static void high_of(const struct scope *s, char out[16])
{
    snprintf(out, 16, "%.8s~", s->prefix);
}

/* A bureau's own people: an institution must not know when it is to be checked. */
static bool inside(const struct scope *s)
{
    return !s->fixmedins_code[0] && !s->assignee[0];
}

static int plan_of(struct request *r, int64_t id, json_t **row, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    json_t *visits = NULL;
    char high[16];
    int rc = 0;

    high_of(&scope, high);
    *row = NULL;
    if (inside(&scope))
        rc = cw_one_json(r->db, row, plan_columns, e, PLANS " and p.id = $3",
                         CW_ARGS(cw_t(scope.prefix), cw_t(high), cw_i(id)));
    if (!rc && !*row)
        return err_set(e, ERR_USAGE, "没有编号为 %lld 的检查计划", (long long)id);
    if (!rc)
        rc = cw_rows_json(r->db, &visits, visit_columns, e, visits_sql, CW_ARGS(cw_i(id)));
    if (rc) {
        json_decref(*row);
        *row = NULL;
        return rc;
    }
    json_object_set_new(*row, "rows", visits);
    return 0;
}

static int answer(struct request *r, int status, int64_t id, struct err *e)
{
    json_t *row = NULL;
    int rc = plan_of(r, id, &row, e);

    return rc ? rc : reply_json(r, status, row, e);
}

static int show(struct request *r, struct err *e)
{
    return answer(r, 200, id_of(r), e);
}

static int list(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    json_t *rows = NULL;
    char high[16];
    size_t n;
    int rc = 0;

    high_of(&scope, high);
    rc = cw_rows_json(r->db, &rows, plan_columns, e,
                      PLANS " and $3 = 1 order by p.from_day desc, p.id desc limit 200",
                      CW_ARGS(cw_t(scope.prefix), cw_t(high), cw_i(inside(&scope))));
    if (rc)
        return rc;
    n = json_array_size(rows);
    return reply_json(r, 200,
                      json_pack("{s:o,s:n,s:I}", "rows", rows, "next", "total", (json_int_t)n), e);
}

static int words(struct request *r, struct err *e)
{
    return reply_json(r, 200,
                      json_pack("{s:o,s:o,s:o}", "states", codes_json(visit_states), "kinds",
                                codes_json(visit_kinds), "hows", codes_json(visit_hows)),
                      e);
}

static int make(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    struct plan_new n = {.days = 4, .per_day = 12, .random = 8};
    struct plan_made made = {0};
    int rc = request_text(r, "title", true, 200, &n.title, e);

    if (!rc)
        rc = request_text(r, "from_day", true, 10, &n.from_day, e);
    if (!rc)
        rc = request_text(r, "to_day", true, 10, &n.to_day, e);
    if (!rc)
        rc = request_text(r, "names", true, 500, &n.names, e);
    if (!rc)
        rc = request_int(r, "days", false, 1, 1000, &n.days, e);
    if (!rc)
        rc = request_int(r, "per_day", false, 1, 1000, &n.per_day, e);
    if (!rc)
        rc = request_int(r, "random", false, 0, 100, &n.random, e);
    if (!rc)
        rc = request_int(r, "seed", false, 0, INT32_MAX, &n.seed, e);
    if (!rc)
        rc = plan_make(r->db, &r->actor, &scope, &n, &made, e);
    return rc ? rc : answer(r, 201, made.id, e);
}

/* --- its institutions -------------------------------------------------------------------------------- */

static int hand_of(struct request *r, struct visit_hand *h, struct scope *scope, struct err *e)
{
    *scope = scope_of(&r->session);
    *h = (struct visit_hand){.db = r->db,
                             .who = &r->actor,
                             .scope = scope,
                             .plan = id_of(r),
                             .code = request_param(r, "code")};
    return request_int(r, "version", true, 1, INT64_MAX, &h->version, e);
}

static int add(struct request *r, struct err *e)
{
    const char *kind = "spot";
    struct visit_hand h;
    struct scope scope;
    int rc = hand_of(r, &h, &scope, e);

    if (!rc)
        rc = request_text(r, "fixmedins_code", true, 40, &h.code, e);
    if (!rc)
        rc = request_text(r, "kind", false, 10, &kind, e);
    if (!rc)
        rc = visit_add(&h, kind && *kind ? kind : "spot", e);
    return rc ? rc : answer(r, 201, h.plan, e);
}

static int drop(struct request *r, struct err *e)
{
    struct visit_hand h;
    struct scope scope;
    int rc = hand_of(r, &h, &scope, e);

    if (!rc)
        rc = visit_drop(&h, e);
    return rc ? rc : answer(r, 200, h.plan, e);
}

static int set(struct request *r, struct err *e)
{
    struct visit_set s = {0};
    struct visit_hand h;
    struct scope scope;
    const struct {
        const char *name;
        const char **at;
        size_t most;
    } texts[] = {{"state", &s.state, 10},
                 {"kind", &s.kind, 10},
                 {"inspectors", &s.inspectors, 200},
                 {"checked_on", &s.checked_on, 10},
                 {"note", &s.note, 1000}};
    int rc = hand_of(r, &h, &scope, e);

    /* What is not there stays; a note may be emptied, the others are not empty texts. */
    for (size_t i = 0; i < sizeof texts / sizeof *texts && !rc; i++) {
        if (json_is_string(json_object_get(r->json, texts[i].name)))
            rc = request_text(r, texts[i].name, false, texts[i].most, texts[i].at, e);
        if (*texts[i].at && !**texts[i].at && texts[i].at != &s.note)
            *texts[i].at = NULL;
    }
    if (!rc)
        rc = visit_set(&h, &s, e);
    return rc ? rc : answer(r, 200, h.plan, e);
}

/* --- as a workbook ------------------------------------------------------------------------------------ */

static const char *title_in(const struct code_name *list, const json_t *row, const char *name)
{
    const char *t = code_title(list, span_of(text_of(row, name)));

    return t ? t : "";
}

static json_t *yuan_of(const json_t *row, const char *name)
{
    struct buf b = BUF_INIT;
    json_t *j;

    fen_print(&b, json_integer_value(json_object_get(row, name)));
    j = json_stringn(buf_cstr(&b), b.n);
    buf_release(&b);
    return j;
}

static json_t *line_of(const json_t *v)
{
    double days = (double)json_integer_value(json_object_get(v, "days")) / 1000;

    return json_pack(
        "[O,s,s,s,s,o,O,o,s,s,s,O,O,O,o,s]", json_object_get(v, "place"),
        text_of(v, "fixmedins_code"), text_of(v, "fixmedins_name"), title_in(visit_hows, v, "how"),
        title_in(visit_kinds, v, "kind"), json_sprintf("%.1f", days), json_object_get(v, "clues"),
        yuan_of(v, "expected_fen"), text_of(v, "inspectors"), title_in(visit_states, v, "state"),
        text_of(v, "checked_on"), json_object_get(v, "raised"), json_object_get(v, "judged"),
        json_object_get(v, "confirmed"), yuan_of(v, "found_fen"), text_of(v, "note"));
}

static int book(struct request *r, struct err *e)
{
    struct export_of x = {.act = "plan.export", .title = "检查计划"};
    char *path = arena_fmt(&r->arena, "%s/tmp/plan-%s.xlsx", r->server->options->dir, r->id);
    json_t *row = NULL, *rows = json_array(), *lines = NULL, *head = NULL, *v;
    struct export_mark mark;
    bool answered = false;
    size_t i;
    int fd, rc = plan_of(r, id_of(r), &row, e);

    json_array_foreach(json_object_get(row, "rows"), i, v) json_array_append_new(rows, line_of(v));
    x.object = arena_fmt(&r->arena, "plan:%lld", (long long)id_of(r));
    x.rows = (int64_t)json_array_size(rows);
    if (!rc)
        rc = export_begin(r, &x, &mark, &answered, e);
    if (!rc && !answered) {
        lines = json_pack(
            "[o,o]",
            json_sprintf("%s 至 %s　检查人员：%s", text_of(row, "from_day"), text_of(row, "to_day"),
                         text_of(row, "names")),
            json_sprintf(
                "%lld 个工作日，一人一日 %lld 条线索，随机抽取 %lld%%（种子 %lld）　编制：%s %s",
                (long long)json_integer_value(json_object_get(row, "days")),
                (long long)json_integer_value(json_object_get(row, "per_day")),
                (long long)json_integer_value(json_object_get(row, "random")),
                (long long)json_integer_value(json_object_get(row, "seed")),
                text_of(row, "actor_name"), text_of(row, "at")));
        head = json_pack("[s,s,s,s,s,s,s,s,s,s,s,s,s,s,s,s]", "序号", "机构编号", "机构", "来由",
                         "方式", "人日", "查几条", "预计可追回（元）", "检查人员", "状态",
                         "检查日期", "新登记线索", "已判线索", "查实", "认定金额（元）", "备注");
        rc = grid_book_write_marked(
            &(struct grid_sheet){"检查计划", text_of(row, "title"), lines, head, rows}, 1,
            mark.text, path, e);
        if (!rc) {
            fd = open(path, O_RDONLY | O_CLOEXEC);
            unlink(path);
            rc = fd < 0 ? err_errno(e, "读不了 %s", path)
                        : reply_file(r, XLSX,
                                     arena_fmt(&r->arena, "%s.xlsx", text_of(row, "title")), fd, e);
        }
    }
    json_decref(lines);
    json_decref(head);
    json_decref(rows);
    json_decref(row);
    return rc;
}

#define VERSION_FIELD                                          \
    {                                                          \
        "version", FIELD_INT, true, "看到的计划版本号" \
    }
static const struct route_field make_body[] = {
    {"title", FIELD_TEXT, true, "名称"},
    {"from_day", FIELD_DAY, true, "开始日期"},
    {"to_day", FIELD_DAY, true, "结束日期"},
    {"names", FIELD_TEXT, true, "检查人员，顿号隔开，至少两人"},
    {"days", FIELD_INT, false, "几个工作日（默认 4）"},
    {"per_day", FIELD_INT, false, "一人一日查几条线索（默认 12）"},
    {"random", FIELD_INT, false, "百分之几的工时随机抽机构（默认 8）"},
    {"seed", FIELD_INT, false, "抽取的种子：同一种子抽出同样的机构"},
    {0}};
static const struct route_field add_body[] = {{"fixmedins_code", FIELD_TEXT, true, "机构编号"},
                                              {"kind", FIELD_TEXT, false, "方式：full spot tip"},
                                              VERSION_FIELD,
                                              {0}};
static const struct route_field version_body[] = {VERSION_FIELD, {0}};
static const struct route_field set_body[] = {
    {"state", FIELD_TEXT, false, "状态：planned doing checked"},
    {"kind", FIELD_TEXT, false, "方式：full spot tip"},
    {"inspectors", FIELD_TEXT, false, "检查人员"},
    {"checked_on", FIELD_DAY, false, "检查日期"},
    {"note", FIELD_TEXT, false, "备注"},
    VERSION_FIELD,
    {0}};

const struct route routes_plan[] = {
    {"GET", "/api/plans", "plan.read", 0, list, "检查计划", NULL, NULL},
    {"POST", "/api/plans", "plan.write", 0, make, "编检查计划：按未判线索和随机抽取提出机构", NULL,
     make_body},
    {"GET", "/api/plans/words", "plan.read", 0, words, "状态、方式、来由的代码与名称", NULL, NULL},
    {"GET", "/api/plans/{id}", "plan.read", 0, show, "一份计划：各机构、进度、结果", NULL, NULL},
    {"GET", "/api/plans/{id}/xlsx", "plan.read", 0, book, "计划 XLSX", NULL, NULL},
    {"POST", "/api/plans/{id}/institutions", "plan.write", 0, add, "加一家机构", NULL, add_body},
    {"POST", "/api/plans/{id}/institutions/{code}", "plan.write", 0, set,
     "改一家：状态、日期、人员", NULL, set_body},
    {"POST", "/api/plans/{id}/institutions/{code}/drop", "plan.write", 0, drop,
     "移出还没开始的一家", NULL, version_body},
    {0},
};
