/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/workbench: what one opens in the morning: my work, what is due, this week, the last twelve weeks, institutions. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "server/clue_query.h"
#include "server/routes.h"
#include "server/rulebook.h"
#include "server/rowjson.h"
#include "server/server.h"

#define WEEKS 12
#define MOST_INSTITUTIONS 10

/* --- counts from the index of clues ----------------------------------------------------------------------- */

static uint32_t open_states(void)
{
    uint32_t mask = 0;

    for (int i = 0; i < CLUE_STATES; i++)
        mask |= clue_states[i].open ? 1u << i : 0;
    return mask;
}

static int count(struct request *r, const struct clue_filter *f, struct clue_totals *out,
                 struct err *e)
{
    struct clue_page *page = mem_calloc(1, sizeof *page);
    struct clue_order o = {.by = SORT_DUE, .limit = 1};
    int rc = page ? clue_index_page(r->server->clues, r->db, f, &o, page, e) : err_nomem(e);

    if (!rc)
        *out = page->totals;
    mem_free(page);
    return rc;
}

static int counts(struct request *r, json_t *out, struct err *e)
{
    struct clue_filter f = CLUE_FILTER_ALL;
    struct clue_totals mine = {0}, all = {0}, nobody = {0};
    int rc;

    rc = rulebook_scope(r, &f, e);
    f.states = open_states();
    if (!rc)
        rc = count(r, &f, &all, e);
    f.assignee = r->session.login;
    if (!rc)
        rc = count(r, &f, &mine, e);
    f.assignee = "-";
    if (!rc)
        rc = count(r, &f, &nobody, e);
    if (rc)
        return rc;
    json_object_set_new(out, "mine",
                        json_pack("{s:I,s:I,s:I}", "open", (json_int_t)mine.n, "overdue",
                                  (json_int_t)mine.overdue, "fund_fen", (json_int_t)mine.fund));
    json_object_set_new(out, "all",
                        json_pack("{s:I,s:I,s:I,s:I}", "open", (json_int_t)all.n, "overdue",
                                  (json_int_t)all.overdue, "fund_fen", (json_int_t)all.fund,
                                  "expected_fen", (json_int_t)all.expected));
    json_object_set_new(out, "unassigned", json_integer((json_int_t)nobody.n));
    return 0;
}

/* --- by day ------------------------------------------------------------------------------------------------- */

static const struct json_column added_columns[] = {
    {"day", JSON_AS_TEXT}, {"added", JSON_AS_INT}, {0}};
static const struct json_column judged_columns[] = {
    {"day", JSON_AS_TEXT},     {"confirmed", JSON_AS_INT}, {"rejected", JSON_AS_INT},
    {"doubtful", JSON_AS_INT}, {"fund_fen", JSON_AS_INT},  {0}};

/* $2: beginning of the division code that may be seen, $3: its length; $4, $5: the institution and the assignee, or "". */
#define SEEN \
    " and substr(admdvs, 1, $3) = $2 and ($4 = '' or fixmedins_code = $4) and ($5 = '' or assignee = $5)"

static int by_day(struct request *r, json_t *out, struct err *e)
{
    struct scope s = scope_of(&r->session);
    char from[CW_TIME];
    json_t *added = NULL, *judged = NULL;
    struct buf shown = BUF_INIT;
    struct cw_val v[5];
    int rc;

    cw_day(-(int64_t)WEEKS * 7 * 86400, from);
    v[0] = cw_t(from);
    v[1] = cw_t(s.prefix);
    v[2] = cw_i((int64_t)strlen(s.prefix));
    v[3] = cw_t(s.fixmedins_code);
    v[4] = cw_t(s.assignee);
    rule_condition(r, &shown, "rule_id", rule_released(r));
    rc = cw_rows_json(r->db, &added, added_columns, e,
                      arena_fmt(&r->arena,
                                "select substr(created_at, 1, 10), count(*) from clue where"
                                " created_at >= $1" SEEN "%s group by 1 order by 1",
                                buf_cstr(&shown)),
                      v, 5);
    if (!rc)
        rc = cw_rows_json(
            r->db, &judged, judged_columns, e,
            arena_fmt(
                &r->arena,
                "select substr(verdict_at, 1, 10), sum(case verdict when 'confirmed' then 1 else 0 end),"
                " sum(case verdict when 'rejected' then 1 else 0 end),"
                " sum(case verdict when 'doubtful' then 1 else 0 end),"
                " sum(case verdict when 'confirmed' then fund_fen else 0 end)"
                " from clue where verdict_at >= $1" SEEN "%s group by 1 order by 1",
                buf_cstr(&shown)),
            v, 5);
    buf_release(&shown);
    if (rc) {
        json_decref(added);
        return rc;
    }
    json_object_set_new(out, "added", added);
    json_object_set_new(out, "judged", judged);
    return 0;
}

/* --- institutions --------------------------------------------------------------------------------------------- */

static int institutions(struct request *r, json_t *out, struct err *e)
{
    struct clue_filter f = CLUE_FILTER_ALL;
    struct clue_sum *sums = NULL;
    json_t *rows = json_array();
    size_t n = 0;
    int rc;

    rc = rulebook_scope(r, &f, e);
    f.states = open_states();
    if (!rc)
        rc = clue_index_groups(r->server->clues, r->db, &f, GROUP_INST, &sums, &n, e);
    for (size_t i = 0, k = 0; i < n && k < MOST_INSTITUTIONS && !rc; i++) {
        struct buf name = BUF_INIT;

        if (!sums[i].key[0])
            continue;
        rc = cw_get_text(
            r->db, &name, e,
            "select fixmedins_name from clue where id = (select max(id) from clue where fixmedins_code = $1)",
            CW_ARGS(cw_t(sums[i].key)));
        json_array_append_new(
            rows, json_pack("{s:s,s:o,s:I,s:I,s:I}", "fixmedins_code", sums[i].key,
                            "fixmedins_name", json_span((struct span){buf_cstr(&name), name.n}),
                            "count", (json_int_t)sums[i].n, "fund_fen", (json_int_t)sums[i].fund,
                            "expected_fen", (json_int_t)sums[i].expected));
        buf_release(&name);
        rc = rc > 0 ? 0 : rc;
        k++;
    }
    mem_free(sums);
    json_object_set_new(out, "institutions", rows);
    return rc;
}

static int show(struct request *r, struct err *e)
{
    json_t *out = json_object();
    char now[CW_TIME];
    int rc;

    cw_day(0, now);
    json_object_set_new(out, "today", json_string(now));
    rc = counts(r, out, e);
    if (!rc)
        rc = by_day(r, out, e);
    if (!rc)
        rc = institutions(r, out, e);
    if (rc) {
        json_decref(out);
        return rc;
    }
    return reply_json(r, 200, out, e);
}

const struct route routes_workbench[] = {
    {"GET", "/api/workbench", "clue.read", 0, show, "工作台：我的、到期、本周、走势、机构", NULL,
     NULL},
    {0},
};
