/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/clues: the ledger that people live in: list, statistics. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "screen/nature.h"
#include "screen/rule_names.h"
#include "server/clue_query.h"
#include "server/routes.h"
#include "server/rulebook.h"
#include "server/rowjson.h"
#include "server/server.h"

/* --- filters ------------------------------------------------------------------------------------- */

static int mask_of(struct request *r, const char *name, int (*find)(struct span), uint32_t *out,
                   struct err *e)
{
    struct span rest = span_of(request_query(r, name));

    *out = 0;
    while (rest.n) {
        struct span word = span_trim(span_cut(&rest, ','));
        int i = find(word);

        if (i < 0) {
            err_set(e, ERR_INPUT, "%s 没有 %.*s 这一项", name, (int)word.n, word.p);
            return err_where(e, "%s", name);
        }
        *out |= 1u << i;
    }
    return 0;
}

static int find_verdict(struct span s)
{
    if (span_is(s, "none"))
        return 0;
    for (int i = 1; i < VERDICT_COUNT; i++)
        if (span_is(s, verdict_code[i]))
            return i;
    return -1;
}

static int find_class(struct span s)
{
    static const char *const names[] = {"明确", "高疑", "可疑"};

    for (int i = 0; i < 3; i++)
        if (span_is(s, names[i]))
            return i;
    return -1;
}

static int find_source(struct span s)
{
    int i = clue_source_find(s);

    return i || span_is(s, clue_sources[0].code) ? i : -1;
}

static int natures_of(struct request *r, uint64_t *out, struct err *e)
{
    struct span rest = span_of(request_query(r, "nature"));

    *out = 0;
    while (rest.n) {
        struct span word = span_trim(span_cut(&rest, ','));
        int i = span_is(word, "none") ? -1 : nature_find(word);

        if (i < 0 && !span_is(word, "none")) {
            err_set(e, ERR_INPUT, "nature 没有 %.*s 这一项", (int)word.n, word.p);
            return err_where(e, "nature");
        }
        *out |= UINT64_C(1) << (i + 1);
    }
    return 0;
}

static int day_of(struct request *r, const char *name, day_t *out, struct err *e)
{
    const char *text = request_query(r, name);

    *out = DAY_NONE;
    if (!text || !*text || day_parse(span_of(text), out))
        return 0;
    err_set(e, ERR_INPUT, "%s 应是日期，如 2026-01-31", name);
    return err_where(e, "%s", name);
}

static const char *given(const struct request *r, const char *name)
{
    const char *text = request_query(r, name);

    return text && *text ? text : NULL;
}

/* An organisation of the tree: what lies in its division; of an institution's own, that institution. */
static int org_of(struct request *r, struct clue_filter *f, struct err *e)
{
    const char *org = given(r, "org");
    struct cw_rows rows;
    int rc;

    if (!org)
        return 0;
    rc = cw_query(r->db, &rows, e,
                  "select admdvs, coalesce(fixmedins_code, '') from org where code = $1",
                  CW_ARGS(cw_t(org)));
    if (rc)
        return rc;
    rc = cw_next(&rows, e);
    if (rc > 0) {
        struct span division = cw_text(&rows, 0);

        /* 430000 is a province, 430600 a city: what lies below begins like it. */
        while (division.n >= 2 && memcmp(division.p + division.n - 2, "00", 2) == 0)
            division.n -= 2;
        f->admdvs = arena_dup(&r->arena, division);
        if (cw_text(&rows, 1).n)
            f->insts = arena_dup(&r->arena, cw_text(&rows, 1));
    }
    cw_done(&rows);
    if (rc == 0) {
        err_set(e, ERR_INPUT, "没有组织机构 %.40s", org);
        return err_where(e, "org");
    }
    return rc < 0 ? rc : f->admdvs ? 0 : err_nomem(e);
}

int clue_filter_read(struct request *r, struct clue_filter *f, struct err *e)
{
    int64_t overdue = 0, gone = 0;
    int rc;

    *f = (struct clue_filter)CLUE_FILTER_ALL;
    rc = rulebook_scope(r, f, e);
    if (rc)
        return rc;
    f->rules = given(r, "rule_id");
    f->insts = given(r, "fixmedins_code");
    f->admdvs = given(r, "admdvs");
    f->words = given(r, "q");
    f->assignee = given(r, "assignee");
    if (f->assignee && strcmp(f->assignee, "me") == 0)
        f->assignee = r->session.login;
    rc = org_of(r, f, e);
    if (!rc)
        rc = mask_of(r, "state", clue_state_find, &f->states, e);
    if (!rc)
        rc = mask_of(r, "verdict", find_verdict, &f->verdicts, e);
    if (!rc)
        rc = mask_of(r, "class", find_class, &f->classes, e);
    if (!rc)
        rc = mask_of(r, "source", find_source, &f->sources, e);
    if (!rc)
        rc = natures_of(r, &f->natures, e);
    if (!rc)
        rc = day_of(r, "from", &f->from, e);
    if (!rc)
        rc = day_of(r, "to", &f->to, e);
    if (!rc)
        rc = request_query_int(r, "fund_min_fen", INT64_MIN, INT64_MIN, INT64_MAX, &f->fund_min, e);
    if (!rc)
        rc = request_query_int(r, "fund_max_fen", 0, 0, INT64_MAX, &f->fund_max, e);
    if (!rc)
        rc = request_query_int(r, "overdue", 0, 0, 1, &overdue, e);
    if (!rc)
        rc = request_query_int(r, "gone", 0, 0, 1, &gone, e);
    f->overdue = overdue != 0;
    f->gone = gone != 0;
    return rc;
}

const struct route_field clue_filter_fields[] = {
    {"limit", FIELD_INT, false, "每页行数，最多 500"},
    {"after", FIELD_TEXT, false, "上一页的 next"},
    {"sort", FIELD_TEXT, false,
     "排序，前加 - 为降序：expected_fen fund_fen amount_fen event_date due id rule_id fixmedins_code state class"},
    {"state", FIELD_TEXT, false,
     "状态，逗号分隔：new assigned working judged closed dismissed merged"},
    {"verdict", FIELD_TEXT, false, "结论：none confirmed rejected doubtful"},
    {"class", FIELD_TEXT, false, "等级：明确 高疑 可疑"},
    {"source", FIELD_TEXT, false, "来源"},
    {"nature", FIELD_TEXT, false, "定性代码，逗号分隔；none = 未定性"},
    {"rule_id", FIELD_TEXT, false, "规则编号，逗号分隔"},
    {"fixmedins_code", FIELD_TEXT, false, "机构编号，逗号分隔"},
    {"admdvs", FIELD_TEXT, false, "区划代码的前几位"},
    {"org", FIELD_TEXT, false, "组织机构代码：它的区划（或它自己这家机构）的"},
    {"assignee", FIELD_TEXT, false, "承办人登录名；me = 我，- = 未分派"},
    {"from", FIELD_DAY, false, "发生日期从"},
    {"to", FIELD_DAY, false, "到"},
    {"fund_min_fen", FIELD_INT, false, "涉及基金至少（分）"},
    {"fund_max_fen", FIELD_INT, false, "涉及基金至多（分）"},
    {"overdue", FIELD_INT, false, "1 = 只要超期的"},
    {"gone", FIELD_INT, false, "1 = 连同最近一次筛查已不再有的"},
    {"q", FIELD_TEXT, false, "机构名、机构编号、规则、线索号、参保人编号、就诊号"},
    {0},
};

static int order_read(struct request *r, struct clue_order *o, struct err *e)
{
    const char *sort = given(r, "sort"), *after = given(r, "after");
    int64_t limit;
    long long key, id;
    int rc = request_query_int(r, "limit", 50, 1, CLUE_PAGE, &limit, e);

    if (rc)
        return rc;
    *o = (struct clue_order){.by = SORT_EXPECTED, .descending = true, .limit = (size_t)limit};
    if (sort) {
        int found = -1;

        o->descending = *sort == '-';
        for (int i = 0; i < CLUE_SORTS; i++)
            if (strcmp(sort + o->descending, clue_sort_name[i]) == 0)
                found = i;
        if (found < 0) {
            err_set(e, ERR_INPUT, "不能按 %.40s 排序", sort);
            return err_where(e, "sort");
        }
        o->by = (enum clue_sort)found;
    }
    if (after) {
        char tail;

        if (sscanf(after, "%lld.%lld%c", &key, &id, &tail) != 2) {
            err_set(e, ERR_INPUT, "after 不是上一页给的 next");
            return err_where(e, "after");
        }
        o->after = true;
        o->key = key;
        o->id = id;
    }
    return 0;
}

/* --- rows ---------------------------------------------------------------------------------------- */

#define COLUMNS                                                                                                     \
    "select c.id, c.finding_id, c.source, c.title, c.rule_id, c.rule_version, c.owner_type, c.owner_id, c.psn_no, " \
    "c.mdtrt_id, c.fixmedins_code, c.fixmedins_name, c.admdvs, c.event_date, c.value, c.threshold, c.amount_fen, "  \
    "c.fund_fen, c.expected_fen, c.strength, c.class, c.found, c.content_changed, c.state, c.verdict, "             \
    "c.verdict_reason, c.verdict_by, c.verdict_at, c.assignee, a.name, c.assigned_at, c.due, c.merged_into, "       \
    "c.created_at, c.updated_at, c.version, c.nature, c.intent, c.nature_at from clue c left join account a on a.login = c.assignee where c.id "
static const struct json_column columns[] = {
    {"id", JSON_AS_INT},
    {"finding_id", JSON_AS_TEXT},
    {"source", JSON_AS_TEXT},
    {"title", JSON_AS_TEXT},
    {"rule_id", JSON_AS_TEXT},
    {"rule_version", JSON_AS_INT},
    {"owner_type", JSON_AS_TEXT},
    {"owner_id", JSON_AS_TEXT},
    {"psn_no", JSON_AS_TEXT},
    {"mdtrt_id", JSON_AS_TEXT},
    {"fixmedins_code", JSON_AS_TEXT},
    {"fixmedins_name", JSON_AS_TEXT},
    {"admdvs", JSON_AS_TEXT},
    {"event_date", JSON_AS_TEXT},
    {"value", JSON_AS_MICRO},
    {"threshold", JSON_AS_MICRO},
    {"amount_fen", JSON_AS_INT},
    {"fund_fen", JSON_AS_INT},
    {"expected_fen", JSON_AS_INT},
    {"strength", JSON_AS_MICRO},
    {"class", JSON_AS_TEXT},
    {"found", JSON_AS_BOOL},
    {"content_changed", JSON_AS_BOOL},
    {"state", JSON_AS_TEXT},
    {"verdict", JSON_AS_TEXT},
    {"verdict_reason", JSON_AS_TEXT},
    {"verdict_by", JSON_AS_TEXT},
    {"verdict_at", JSON_AS_TEXT},
    {"assignee", JSON_AS_TEXT},
    {"assignee_name", JSON_AS_TEXT},
    {"assigned_at", JSON_AS_TEXT},
    {"due", JSON_AS_TEXT},
    {"merged_into", JSON_AS_INT},
    {"created_at", JSON_AS_TEXT},
    {"updated_at", JSON_AS_TEXT},
    {"version", JSON_AS_INT},
    {"nature", JSON_AS_TEXT},
    {"intent", JSON_AS_BOOL},
    {"nature_at", JSON_AS_TEXT},
    {0},
};

static void name_rule(const struct rule_names *names, json_t *row)
{
    const char *id = json_string_value(json_object_get(row, "rule_id"));

    json_object_set_new(row, "rule_name", json_span(rule_name(names, span_of(id))));
}

/* 定性 in words, with its article. */
static void name_nature(json_t *row)
{
    int at = nature_find(span_of(json_string_value(json_object_get(row, "nature"))));
    struct buf article = BUF_INIT;

    if (at >= 0)
        nature_article(&article, &natures[at], json_is_true(json_object_get(row, "intent")));
    json_object_set_new(row, "nature_title", json_string(at < 0 ? "" : natures[at].title));
    json_object_set_new(row, "nature_article",
                        json_span((struct span){buf_cstr(&article), article.n}));
    buf_release(&article);
}

static void name_rules(struct server *s, json_t *rows)
{
    struct rule_names names = {0};
    const struct huji_library *lib = server_library(s);
    size_t i;
    json_t *row;

    memcpy(&names.library, &lib, sizeof lib);
    json_array_foreach(rows, i, row)
    {
        name_rule(&names, row);
        name_nature(row);
    }
    server_library_done(s);
}

/* As many places as there are in one of a few texts, so that they stay prepared. */
static size_t in_text(struct buf *b, size_t n)
{
    size_t places = n <= 50 ? 50 : n <= 100 ? 100 : CLUE_PAGE;

    buf_str(b, COLUMNS "in (");
    for (size_t i = 0; i < places; i++)
        buf_fmt(b, "%s$%zu", i ? "," : "", i + 1);
    buf_char(b, ')');
    return places;
}

int clue_rows_json(struct request *r, const int64_t *ids, size_t n, json_t **out, struct err *e)
{
    return clue_rows_of(r->server, r->db, ids, n, out, e);
}

int clue_rows_of(struct server *s, struct cw *db, const int64_t *ids, size_t n, json_t **out,
                 struct err *e)
{
    struct cw_val v[CLUE_PAGE] = {{0}};
    json_t *rows = NULL, *all = json_array(), *row;
    struct map place = MAP_INIT;
    struct buf sql = BUF_INIT;
    size_t places = in_text(&sql, n);
    int rc = all && !sql.failed ? 0 : err_nomem(e);

    for (size_t i = 0; i < places; i++)
        v[i] = cw_i(i < n ? ids[i] : 0);
    if (!rc)
        rc = cw_rows_json(db, &rows, columns, e, buf_cstr(&sql), v, places);
    buf_release(&sql);
    /* Into the order that was asked for. */
    for (size_t k = 0; k < json_array_size(rows) && !rc; k++) {
        row = json_array_get(rows, k);
        if (map_put(&place, (uint64_t)json_integer_value(json_object_get(row, "id")), (uint32_t)k))
            rc = err_nomem(e);
    }
    for (size_t k = 0; k < n && !rc; k++) {
        uint32_t at = map_get(&place, (uint64_t)ids[k]);

        if (at != MAP_NONE)
            json_array_append(all, json_array_get(rows, at));
    }
    map_release(&place);
    json_decref(rows);
    if (rc) {
        json_decref(all);
        return rc;
    }
    name_rules(s, all);
    *out = all;
    return 0;
}

int clue_one_json(struct request *r, int64_t id, json_t **out, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    json_t *row = NULL, *list;
    bool shown;
    int rc = cw_one_json(r->db, &row, columns, e, COLUMNS "= $1", CW_ARGS(cw_i(id)));

    if (!rc && row &&
        !scope_allows(&scope, span_of(json_string_value(json_object_get(row, "admdvs"))),
                      span_of(json_string_value(json_object_get(row, "fixmedins_code"))),
                      span_of(json_string_value(json_object_get(row, "assignee"))))) {
        json_decref(row);
        row = NULL;
    }
    if (!rc && row && !(rc = rulebook_shows(r, id, &shown, e)) && !shown) {
        json_decref(row);
        row = NULL;
    }
    if (!rc && row) {
        list = json_pack("[O]", row);
        name_rules(r->server, list);
        json_decref(list);
    }
    *out = row;
    return rc;
}

/* --- list and statistics --------------------------------------------------------------------------- */

static json_t *totals_json(const struct clue_totals *t)
{
    json_t *states = json_object(), *verdicts = json_object(), *classes = json_object();
    static const char *const names[] = {"明确", "高疑", "可疑"};

    for (int i = 0; i < CLUE_STATES; i++)
        json_object_set_new(states, clue_states[i].code, json_integer(t->states[i]));
    for (int i = 0; i < VERDICT_COUNT; i++)
        json_object_set_new(verdicts, i ? verdict_code[i] : "none", json_integer(t->verdicts[i]));
    for (int i = 0; i < 3; i++)
        json_object_set_new(classes, names[i], json_integer(t->classes[i]));
    return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:o,s:o,s:o}", "count", (json_int_t)t->n,
                     "institutions", (json_int_t)t->institutions, "amount_fen",
                     (json_int_t)t->amount, "fund_fen", (json_int_t)t->fund, "expected_fen",
                     (json_int_t)t->expected, "overdue", (json_int_t)t->overdue, "states", states,
                     "verdicts", verdicts, "classes", classes);
}

static int list(struct request *r, struct err *e)
{
    struct clue_filter f;
    struct clue_order o;
    struct clue_page *page = arena_calloc(&r->arena, sizeof *page);
    json_t *rows = NULL;
    int rc = page ? clue_filter_read(r, &f, e) : err_nomem(e);

    if (!rc)
        rc = order_read(r, &o, e);
    if (!rc)
        rc = clue_index_page(r->server->clues, r->db, &f, &o, page, e);
    if (!rc)
        rc = clue_rows_json(r, page->ids, page->n, &rows, e);
    if (rc)
        return rc;
    return reply_json(
        r, 200,
        json_pack("{s:o,s:o,s:I,s:o}", "rows", rows, "next",
                  page->more ? json_sprintf("%lld.%lld", (long long)page->keys[page->n - 1],
                                            (long long)page->ids[page->n - 1])
                             : json_null(),
                  "total", (json_int_t)page->totals.n, "totals", totals_json(&page->totals)),
        e);
}

static int stats(struct request *r, struct err *e)
{
    const char *by = request_query(r, "by");
    struct clue_filter f;
    struct clue_sum *sums = NULL;
    json_t *rows = json_array();
    size_t n = 0;
    int64_t limit;
    int group = -1, rc = clue_filter_read(r, &f, e);

    if (!rc)
        rc = request_query_int(r, "limit", 1000, 1, 100000, &limit, e);
    for (int i = 0; by && i < CLUE_GROUPS; i++)
        if (strcmp(by, clue_group_name[i]) == 0)
            group = i;
    if (!rc && group < 0) {
        err_set(e, ERR_INPUT,
                "by 应是 rule_id fixmedins_code state class month assignee admdvs nature 之一");
        rc = err_where(e, "by");
    }
    if (!rc)
        rc = clue_index_groups(r->server->clues, r->db, &f, (enum clue_group)group, &sums, &n, e);
    for (size_t i = 0; i < n && i < (size_t)limit && !rc; i++)
        json_array_append_new(
            rows,
            json_pack("{s:o,s:o,s:I,s:I,s:I,s:I,s:I,s:I}", "key", json_span(span_of(sums[i].key)),
                      "name", json_span(span_of(sums[i].name)), "count", (json_int_t)sums[i].n,
                      "amount_fen", (json_int_t)sums[i].amount, "fund_fen",
                      (json_int_t)sums[i].fund, "expected_fen", (json_int_t)sums[i].expected,
                      "confirmed", (json_int_t)sums[i].confirmed, "rejected",
                      (json_int_t)sums[i].rejected));
    mem_free(sums);
    if (rc) {
        json_decref(rows);
        return rc;
    }
    return reply_json(r, 200, json_pack("{s:o,s:I}", "rows", rows, "total", (json_int_t)n), e);
}

/* What the page needs to show codes: states, sources, verdicts. */
static int words(struct request *r, struct err *e)
{
    json_t *states = json_array(), *sources = json_array(), *verdicts = json_array(),
           *kinds = json_array();

    for (int i = 0; i < CLUE_STATES; i++)
        json_array_append_new(states,
                              json_pack("{s:s,s:s,s:b}", "code", clue_states[i].code, "title",
                                        clue_states[i].title, "open", clue_states[i].open));
    for (size_t i = 0; i < n_clue_sources; i++)
        json_array_append_new(sources, json_pack("{s:s,s:s}", "code", clue_sources[i].code, "title",
                                                 clue_sources[i].title));
    for (int i = 1; i < VERDICT_COUNT; i++)
        json_array_append_new(
            verdicts, json_pack("{s:s,s:s}", "code", verdict_code[i], "title", verdict_name[i]));
    for (const struct nature *n = natures; n->code; n++)
        json_array_append_new(kinds,
                              json_pack("{s:s,s:s,s:s,s:s,s:b}", "code", n->code, "title", n->title,
                                        "group", nature_group_title[n->group], "article",
                                        n->article, "takes_intent", nature_takes_intent(n)));
    return reply_json(r, 200,
                      json_pack("{s:o,s:o,s:o,s:o}", "states", states, "sources", sources,
                                "verdicts", verdicts, "natures", kinds),
                      e);
}

const struct route routes_clue[] = {
    {"GET", "/api/clues", "clue.read", 0, list, "疑点线索台账：筛选、排序、翻页、合计",
     clue_filter_fields, NULL},
    {"GET", "/api/clues/stats", "clue.read", 0, stats, "按规则、机构、状态、月份等合计（by=）",
     clue_filter_fields, NULL},
    {"GET", "/api/clues/words", "clue.read", 0, words, "状态、来源、结论、定性的代码与名称", NULL,
     NULL},
    {0},
};
