/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/screens/last: the last screening run by rule and by institution, beside the run before it. */
#include "casework/scope.h"
#include "engine/rule.h"
#include "server/ask.h"
#include "server/routes.h"
#include "server/rulebook.h"
#include "server/server.h"

/* Both runs by `key`; the earlier one's columns are null when there was none. */
static void sums_sql(const struct request *r, struct buf *b, const char *key, bool before)
{
    buf_fmt(
        b,
        "with now as (select %s as \"key\", count(*)::bigint hits, sum(fund_fen)::bigint fund_fen,"
        " count(distinct fixmedins_code)::bigint institutions from finding where hit",
        key);
    ask_scope(r, b, "fixmedins_code");
    buf_str(b, " group by 1), was as (");
    if (before)
        buf_fmt(b, "select %s as \"key\", sum(hits)::bigint hits from finding_before where true",
                key);
    else
        buf_str(b, "select null::varchar as \"key\", null::bigint hits where false");
    if (before) {
        ask_scope(r, b, "fixmedins_code");
        buf_str(b, " group by 1");
    }
    buf_fmt(
        b,
        ") select coalesce(now.\"key\", was.\"key\") as \"key\", coalesce(d.name, '') as \"name\","
        " coalesce(now.hits, 0)::bigint hits, %s as \"before\", coalesce(now.fund_fen, 0)::bigint fund_fen,"
        " coalesce(now.institutions, 0)::bigint institutions from now full join was on was.\"key\" = now.\"key\""
        " left join d_inst d on d.code = coalesce(now.\"key\", was.\"key\")"
        " where coalesce(now.\"key\", was.\"key\") is not null order by fund_fen desc, \"key\" limit 2000",
        before ? "coalesce(was.hits, 0)::bigint" : "null::bigint");
}

static void name_rules(struct request *r, json_t *rows)
{
    const struct huji_library *lib = server_library(r->server);
    json_t *row;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        const struct rule *rule = library_rule(
            lib, span_of(json_string_value(json_object_get(row, "key"))));

        if (rule)
            json_object_set_new(row, "name", json_span(rule->name));
    }
    server_library_done(r->server);
}

static const char run_sql[] =
    "select strftime(run.at, '%%Y-%%m-%%d %%H:%%M:%%S') ran_at, %s, (select count(distinct rule_id) from finding)::bigint \"rules\","
    " (select count(*) from finding where hit";

static int last(struct request *r, struct err *e)
{
    struct ask *a = NULL;
    struct buf b = BUF_INIT;
    json_t *run = NULL, *rules = NULL, *insts = NULL;
    bool before, any;
    int rc = ask_open(r, &a, e);

    if (rc)
        return rc;
    any = ask_has(a, "finding") && ask_has(a, "run");
    before = ask_has(a, "finding_before");
    if (any) {
        buf_fmt(
            &b, run_sql,
            ask_has_column(a, "run", "only_part")
                ? "run.part, only_part, from_day::varchar from_day, to_day::varchar to_day, area,"
                  " len(run.rules)::bigint rules_asked"
                : "false part, false only_part, null from_day, null to_day, null area, null rules_asked");
        ask_scope(r, &b, "fixmedins_code");
        buf_str(&b, ")::bigint hits from run");
        rc = ask_row(a, &b, &run, e);
        buf_clear(&b);
        sums_sql(r, &b, "rule_id", before);
        if (!rc)
            rc = ask_rows(a, &b, &rules, e);
        buf_clear(&b);
        sums_sql(r, &b, "fixmedins_code", before);
        if (!rc)
            rc = ask_rows(a, &b, &insts, e);
    }
    buf_release(&b);
    ask_close(a);
    if (rc) {
        json_decref(run);
        json_decref(rules);
        return rc;
    }
    name_rules(r, rules);
    return reply_json(r, 200,
                      json_pack("{s:o,s:o,s:o}", "run", run ? run : json_null(), "rules",
                                rules ? rules : json_array(), "institutions",
                                insts ? insts : json_array()),
                      e);
}

/* Divisions that institutions of the store lie in: what a screening can be narrowed to. */
static int areas(struct request *r, struct err *e)
{
    struct ask *a = NULL;
    struct buf b = BUF_INIT;
    json_t *rows = NULL;
    int rc = ask_open(r, &a, e);

    if (rc)
        return rc;
    buf_str(&b,
            "select coalesce(p.code, substr(d.code, 2, 6)) admdvs, count(*)::bigint institutions"
            " from s_inst i join d_inst d on d.id = i.fixmedins_code"
            " left join d_place p on p.id = i.fix_blng_admdvs where d.code is not null");
    ask_scope(r, &b, "d.code");
    buf_str(&b, " group by 1 order by 1 limit 4000");
    if (ask_has(a, "s_inst") && ask_has(a, "d_place"))
        rc = ask_rows(a, &b, &rows, e);
    else
        rows = json_array();
    buf_release(&b);
    ask_close(a);
    return rc ? rc : ask_reply(r, rows, e);
}

const struct route routes_screen[] = {
    {"GET", "/api/screens/areas", "screen.read", 0, areas, "有机构的区划，可以只筛其中一个", NULL,
     NULL},
    {"GET", "/api/screens/last", "screen.read", 0, last, "最近一次筛查：按规则、按机构，与上次比",
     NULL, NULL},
    {0},
};
