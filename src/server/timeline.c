/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/timeline.h"

#include <string.h>

/* --- the visits that events belong to ------------------------------------------------------------------- */

/* ev(id, role): what the clue names. */
static void events_sql(struct buf *b, const json_t *events)
{
    json_t *one;
    size_t i;
    bool any = false;

    buf_str(b, "with ev as (select * from (values ");
    json_array_foreach(events, i, one)
    {
        buf_str(b, any ? ",(" : "(");
        buf_sql(b, span_of(json_string_value(json_object_get(one, "event"))));
        buf_fmt(b, ",%d)", (int)json_integer_value(json_object_get(one, "role")));
        any = true;
    }
    if (!any)
        buf_str(b, "('', 0)");
    buf_str(b, ") t(id, role)),");
}

static bool names_lines(const json_t *events)
{
    json_t *one;
    size_t i;

    json_array_foreach(events, i, one)
    {
        const char *id = json_string_value(json_object_get(one, "event"));

        if (id && strncmp(id, "line:", 5) == 0)
            return true;
    }
    return false;
}

/* hot(mdtrt_id, role). Texts of lines are read only when the clue names lines. */
static void hot_sql(struct buf *b, bool lines)
{
    buf_str(
        b,
        " hot as (select mdtrt_id, min(role) as role from ("
        "select v.id mdtrt_id, ev.role from ev join d_visit v on ev.id = 'mdtrt:' || v.code"
        " union all select s.mdtrt_id, ev.role from ev join d_setl z on ev.id = 'setl:' || z.code"
        " join s_settlement s on s.setl_id = z.id");
    if (lines)
        buf_str(
            b,
            " union all select v.id, ev.role from ev join line_text t on ev.id = 'line:' || t.bkkp_sn"
            " join d_visit v on v.code = t.mdtrt_id");
    buf_str(b, ") group by 1)");
}

void timeline_hot_sql(struct buf *b, const json_t *events)
{
    events_sql(b, events);
    hot_sql(b, names_lines(events));
}

#define DATE_OF(day) "strftime(date '1970-01-01' + " day ", '%Y-%m-%d')"
#define TIME_OF(sec) "strftime(make_timestamp(" sec " * 1000000), '%Y-%m-%d %H:%M')"

static const char visit_columns[] =
    "case when v.kind = 1 then 'stay' when c.code like '41%' then 'pharmacy' else 'visit' end kind, " DATE_OF(
        "v.begndate") " \"begin\", " DATE_OF("v.enddate") " \"end\","
                                                          " concat_ws(' ', coalesce(n.name, n.code), dx.code, dx.name) title,"
                                                          " 'mdtrt:' || d.code \"ref\", coalesce(h.role, 0)::bigint as \"role\","
                                                          " v.medfee_sumamt::bigint amount_fen, v.fund_pay_sumamt::bigint fund_fen";
static const char visit_joins[] =
    " from s_visit v join d_visit d on d.id = v.mdtrt_id join d_inst n on n.id = v.fixmedins_code"
    " left join d_code c on c.id = v.med_type left join d_dx dx on dx.id = v.dx left join hot h on h.mdtrt_id = v.mdtrt_id";

/* --- lanes ------------------------------------------------------------------------------------------------ */

/* The lanes in the order in which their first item stands; items of the accused first. */
static json_t *lanes_of(json_t *items)
{
    json_t *lanes = json_array(), *seen = json_object(), *one;
    size_t i;

    for (int accused = 1; accused >= 0; accused--)
        json_array_foreach(items, i, one)
        {
            const char *id = json_string_value(json_object_get(one, "lane"));

            if ((json_integer_value(json_object_get(one, "role")) > 0) != accused ||
                json_object_get(seen, id))
                continue;
            json_object_set_new(seen, id, json_true());
            json_array_append_new(lanes, json_pack("{s:s,s:O}", "id", id, "title",
                                                   json_object_get(one, "lane_title")));
        }
    json_array_foreach(items, i, one) json_object_del(one, "lane_title");
    json_decref(seen);
    return lanes;
}

static void person_sql(struct buf *b, const char *psn_no, const char *inst)
{
    buf_str(b, ", me as (select id from d_person where code = ");
    buf_sql(b, span_of(psn_no));
    buf_str(b, "), mine as (select n.code lane, coalesce(n.name, n.code) lane_title, ");
    buf_str(b, visit_columns);
    buf_str(b, visit_joins);
    buf_str(b, " where v.psn_no = (select id from me) and v.begndate is not null");
    if (inst) {
        buf_str(b, " and n.code = ");
        buf_sql(b, span_of(inst));
    }
    buf_fmt(b, " order by \"begin\" desc limit %d)", TIMELINE_ITEMS);
    buf_str(
        b,
        " select * from (select * from mine union all select 'self', '参保人', 'death', " DATE_OF(
            "p.die_date") ", null, '死亡登记', 'death', 0, null, null from s_person p"
                          " where p.psn_no = (select id from me) and p.die_date is not null"
                          " union all select n.code, coalesce(n.name, n.code), 'check', " TIME_OF(
                              "k.check_time") ", null, concat('在院核查：', case c.code when 'away' then '不在'"
                                              " when 'leave' then '请假' else '在院' end), 'check:' || t.code, 0, null, null"
                                              " from s_check k join d_text t on t.id = k.check_id left join d_code c on c.id = k.result"
                                              " left join d_inst n on n.id = k.fixmedins_code where k.psn_no = (select id from me)");
    if (inst) {
        buf_str(b, " and n.code = ");
        buf_sql(b, span_of(inst));
    }
    buf_str(b, ") order by \"begin\"");
}

static void gang_sql(struct buf *b, const char *inst)
{
    buf_str(b, " select p.code lane, p.code lane_title, ");
    buf_str(b, visit_columns);
    buf_str(b, visit_joins);
    buf_str(
        b,
        " join d_person p on p.id = v.psn_no where h.role is not null and v.begndate is not null");
    if (inst) {
        buf_str(b, " and n.code = ");
        buf_sql(b, span_of(inst));
    }
    buf_fmt(b, " order by \"begin\" limit %d", TIMELINE_ITEMS);
}

int timeline_load(struct ask *a, const char *psn_no, const char *fixmedins_code,
                  const json_t *events, json_t **out, struct err *e)
{
    struct buf b = BUF_INIT;
    json_t *items = NULL, *lanes;
    int rc;

    timeline_hot_sql(&b, events);
    if (psn_no)
        person_sql(&b, psn_no, fixmedins_code);
    else
        gang_sql(&b, fixmedins_code);
    rc = ask_rows(a, &b, &items, e);
    buf_release(&b);
    if (rc)
        return rc;
    lanes = lanes_of(items);
    *out = json_pack("{s:o,s:o}", "lanes", lanes, "items", items);
    return *out ? 0 : err_nomem(e);
}
