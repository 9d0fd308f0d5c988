/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/codes: the national code tables, what is unmapped by money, proposals, taking pairs. */
#include <stdio.h>
#include <string.h>

#include "claims/code_map.h"
#include "server/job.h"
#include "server/routes.h"
#include "server/server.h"
#include "server/uploads.h"

#define MAX_PAIRS 5000

static json_t *grid_rows(const struct grid *g)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < g->n_rows; i++) {
        json_t *row = json_array();

        for (size_t k = 0; k < g->n_cols; k++)
            json_array_append_new(row, json_span(grid_cell(g, i, k)));
        json_array_append_new(rows, row);
    }
    return rows;
}

static int tables(struct request *r, struct err *e)
{
    struct grid g = {0};
    struct store *s;
    int rc = request_store(r, &s, e);

    if (!rc)
        rc = catalogue_list(s, &g, e);
    if (!rc)
        rc = reply_json(r, 200, json_pack("{s:o}", "rows", grid_rows(&g)), e);
    grid_release(&g);
    return rc;
}

/* Every unmapped code with what it may be: [local, name, lines, yuan, national, name, spec, per cent]. */
static int proposals(struct request *r, struct err *e)
{
    struct grid g = {0};
    struct store *s;
    int64_t limit, least;
    int rc = request_query_int(r, "limit", 200, 1, 2000, &limit, e);

    if (!rc)
        rc = request_query_int(r, "least", 60, 1, 100, &least, e);
    if (!rc)
        rc = request_store(r, &s, e);
    if (!rc && store_has(s, "code_national"))
        rc = code_propose(s, (size_t)limit, (int)least, NULL, &g, e);
    else if (!rc)
        rc = code_unmapped(s, (size_t)limit, &g, e);
    if (!rc)
        rc = reply_json(
            r, 200,
            json_pack("{s:b,s:o}", "tables", store_has(s, "code_national"), "rows", grid_rows(&g)),
            e);
    grid_release(&g);
    return rc;
}

/* The writing is a job: only jobs write the store. */
static int take(struct request *r, struct err *e)
{
    json_t *pairs = json_object_get(r->json, "pairs"), *one;
    size_t i;

    if (!json_is_array(pairs) || !json_array_size(pairs) || json_array_size(pairs) > MAX_PAIRS) {
        err_set(e, ERR_INPUT, "pairs 应是 1 到 %d 对编码", MAX_PAIRS);
        return err_where(e, "pairs");
    }
    json_array_foreach(pairs, i, one)
    {
        const char *a = json_string_value(json_object_get(one, "local"));
        const char *b = json_string_value(json_object_get(one, "national"));

        if (!a || !b || !*a || !*b || strlen(a) > 100 || strlen(b) > 40) {
            err_set(e, ERR_INPUT, "第 %zu 对缺本地编码或国家编码", i + 1);
            return err_where(e, "pairs");
        }
    }
    return job_submit(r, "code_map", json_pack("{s:O}", "pairs", pairs), e);
}

static int import(struct request *r, struct err *e)
{
    const char *batch, *folder = NULL;
    int rc = request_text(r, "batch", true, 16, &batch, e);

    if (!rc)
        rc = upload_folder(r, batch, &folder, e);
    return rc ? rc : job_submit(r, "code_import", json_pack("{s:s}", "folder", folder), e);
}

static const struct route_field propose_query[] = {
    {"limit", FIELD_INT, false, "金额最大的多少个（默认 200）"},
    {"least", FIELD_INT, false, "名称相似度至少百分之几才提建议（默认 60）"},
    {0},
};
static const struct route_field take_body[] = {
    {"pairs", FIELD_LIST, true, "[{local, national, from}]：本地编码、国家编码、起始日期"},
    {0},
};
static const struct route_field import_body[] = {{"batch", FIELD_TEXT, true, "上传的批号"}, {0}};

const struct route routes_code[] = {
    {"GET", "/api/codes", "import.read", 0, tables, "国家编码表：版本、日期、条数", NULL, NULL},
    {"GET", "/api/codes/proposals", "import.read", 0, proposals,
     "没有对上国家编码的项目，按金额，带建议", propose_query, NULL},
    {"POST", "/api/codes/map", "import.run", 0, take, "采用编码对照", NULL, take_body},
    {"POST", "/api/codes/import", "import.run", 0, import, "收进一批上传的国家编码表", NULL,
     import_body},
    {0},
};
