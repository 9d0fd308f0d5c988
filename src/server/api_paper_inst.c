/* SPDX-License-Identifier: MulanPSL-2.0 */
/* 核查单 of one institution: its open questions on one paper, to be taken along. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fen.h"
#include "base/mem.h"
#include "server/clue_query.h"
#include "server/paper_view.h"
#include "server/routes.h"
#include "server/rulebook.h"
#include "server/server.h"

#define MOST 30        /* questions: what two people check in a day */
#define MOST_LINES 200 /* of all questions together */

static const char *text_of(const json_t *row, const char *name)
{
    const char *s = json_string_value(json_object_get(row, name));

    return s ? s : "";
}

/* ?clues=1,2: those; else what is open, the dearest first. */
static int pick(struct request *r, const char *inst, struct clue_page *page, struct err *e)
{
    struct clue_filter f = CLUE_FILTER_ALL;
    struct clue_order o = {.by = SORT_FUND, .descending = true, .limit = MOST};
    int64_t ids[MOST + 1];
    struct span rest = span_of(request_query(r, "clues"));
    size_t n = 0;
    int rc = rulebook_scope(r, &f, e);

    if (rc)
        return rc;
    f.insts = inst;
    for (uint32_t s = 0; s < CLUE_STATES; s++)
        if (clue_states[s].open)
            f.states |= 1u << s;
    while (rest.n) {
        struct span one = span_trim(span_cut(&rest, ','));
        int64_t id;

        if (!one.n)
            continue;
        if (n == MOST || !dec_parse(one, 0, false, &id) || id <= 0) {
            err_set(e, ERR_INPUT,
                    n == MOST ? "一张核查单最多 %d 条"
                              : "clues 应是线索编号，逗号分隔（最多 %d 条）",
                    MOST);
            return err_where(e, "clues");
        }
        ids[n++] = id;
    }
    if (n) {
        f.ids = ids;
        f.n_ids = n;
        f.states = 0;
        f.gone = true;
    }
    return clue_index_page(r->server->clues, r->db, &f, &o, page, e);
}

/* Rows of one question into the lists of all, each with the question's number. */
static void gather(json_t *v, const json_t *one, const char *list, const char *no, size_t most)
{
    json_t *all = json_object_get(v, list), *row;
    size_t i;

    json_array_foreach(json_object_get(one, list), i, row)
    {
        if (json_array_size(all) >= most)
            return;
        json_object_set_new(row, "线索号", json_string(no));
        json_array_append(all, row);
    }
}

static void gather_papers(json_t *v, const json_t *one)
{
    json_t *all = json_object_get(v, "材料"), *row, *have;
    size_t i, k;

    json_array_foreach(json_object_get(one, "材料"), i, row)
    {
        bool there = false;

        json_array_foreach(all, k, have) there |= json_equal(have, row);
        if (!there)
            json_array_append(all, row);
    }
}

static int add_question(struct request *r, json_t *v, const json_t *row, struct err *e)
{
    json_t *one = json_object();
    char no[24];
    const char *finding = text_of(row, "finding_id");
    int rc = one ? 0 : err_nomem(e);

    snprintf(no, sizeof no, "XS%06lld", (long long)json_integer_value(json_object_get(row, "id")));
    if (!rc)
        json_object_set_new(one, "机构名称", json_string(text_of(row, "fixmedins_name")));
    if (!rc && *finding)
        rc = paper_tell(r, finding, one, e);
    if (!rc) {
        const char *said = text_of(one, "问题"), *person = text_of(one, "人员"),
                   *law = text_of(one, "依据");

        json_array_append_new(
            json_object_get(v, "问题"),
            json_pack("{s:o,s:s,s:s,s:s,s:o,s:s}", "序号",
                      json_sprintf("%zu", json_array_size(json_object_get(v, "问题")) + 1),
                      "线索号", no, "人员", *person ? person : text_of(row, "psn_no"), "问题",
                      *said ? said : text_of(row, "title"), "金额",
                      paper_yuan(json_integer_value(json_object_get(row, "amount_fen"))), "依据",
                      law));
        gather(v, one, "就诊", no, MOST_LINES);
        gather(v, one, "明细", no, MOST_LINES);
        gather_papers(v, one);
    }
    json_decref(one);
    return rc;
}

static json_t *new_values(const char *inst, const struct clue_page *page, const json_t *rows)
{
    const json_t *row;
    int64_t amount = 0;
    size_t i;

    json_array_foreach(rows, i, row)
        amount += json_integer_value(json_object_get(row, "amount_fen"));
    return json_pack(
        "{s:o,s:s,s:s,s:o,s:o,s:[],s:[],s:[],s:[],s:o}", "编号",
        json_sprintf("%s-%zu", inst, page->n), "机构编码", inst, "机构名称",
        text_of(json_array_get(rows, 0), "fixmedins_name"), "条数", json_sprintf("%zu", page->n),
        "金额", paper_yuan(amount), "问题", "就诊", "明细", "材料", "问题说明",
        page->more
            ? json_sprintf("这家机构共 %lld 条未办结，这里列涉及基金最多的 %d 条，其余见台账",
                           (long long)page->totals.n, MOST)
            : json_string(""));
}

static int check(struct request *r, struct err *e)
{
    const char *inst = request_param(r, "code");
    struct export_of x = {.act = "check.export", .title = "机构核查单", .personal = true};
    struct clue_page *page = arena_calloc(&r->arena, sizeof *page);
    json_t *rows = NULL, *v = NULL, *row;
    char *file = arena_fmt(&r->arena, "核查单-%s.docx", inst);
    size_t i;
    int rc = page && file ? pick(r, inst, page, e) : err_nomem(e);

    if (!rc && !page->n)
        rc = err_set(e, ERR_USAGE, "机构 %.40s 没有要核查的线索", inst);
    if (!rc)
        rc = clue_rows_json(r, page->ids, page->n, &rows, e);
    if (!rc && !(v = new_values(inst, page, rows)))
        rc = err_nomem(e);
    json_array_foreach(rows, i, row) if (!rc) rc = add_question(r, v, row, e);
    if (!rc)
        rc = paper_departments(r, json_object_get(v, "就诊"), e);
    if (!rc) {
        bool full = json_array_size(json_object_get(v, "明细")) >= MOST_LINES;

        json_object_set_new(v, "明细说明",
                            full ? json_sprintf("只列前 %d 条明细，其余见线索页", MOST_LINES)
                                 : json_string(""));
        x.object = arena_fmt(&r->arena, "institution:%s", inst);
        x.rows = (int64_t)page->n;
        rc = paper_fill(r, "institution", v, file, &x, e);
    }
    json_decref(rows);
    json_decref(v);
    return rc;
}

static const struct route_field check_query[] = {
    {"clues", FIELD_TEXT, false, "线索编号，逗号分隔；空 = 这家机构未办结的（最多 30 条）"},
    {"approval", FIELD_INT, false, "第二人同意的编号"},
    {0}};

const struct route routes_paper_inst[] = {
    {"GET", "/api/institutions/{code}/check", "report.read", 0, check, "一家机构的核查单 DOCX",
     check_query, NULL},
    {"POST", "/api/institutions/{code}/check", "report.read", 0, check, "请第二人同意这份核查单",
     check_query, export_body},
    {0},
};
