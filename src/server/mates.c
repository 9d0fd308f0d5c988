/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/mates.h"

#include "server/timeline.h"

#define MATES 4
#define NEAR 3    /* days */
#define AROUND 45 /* days before and after */

#define DATE_OF(day) "strftime(date '1970-01-01' + " day ", '%Y-%m-%d')"

static void scope_to(struct buf *b, const char *inst)
{
    if (!inst)
        return;
    buf_str(b, " and n.code = ");
    buf_sql(b, span_of(inst));
}

/* --- village mates ------------------------------------------------------------------------------- */

static void mates_sql(struct buf *b, const char *psn_no, const char *inst)
{
    buf_str(
        b,
        ", me as (select p.* from s_person p join d_person d on d.id = p.psn_no where d.code = ");
    buf_sql(b, span_of(psn_no));
    buf_fmt(
        b,
        "), mine as (select v.fixmedins_code, v.begndate, coalesce(v.enddate, v.begndate) enddate from s_visit v"
        " join hot h on h.mdtrt_id = v.mdtrt_id join me on me.psn_no = v.psn_no where v.begndate is not null),"
        " edge as (select min(begndate) - %d a, max(enddate) + %d z from mine),"
        " w as (select v.psn_no, count(distinct v.begndate) n from s_visit v join mine on"
        " mine.fixmedins_code = v.fixmedins_code and v.begndate between mine.begndate - %d and mine.begndate + %d"
        " join s_person p on p.psn_no = v.psn_no cross join me where v.psn_no <> me.psn_no"
        " and (p.emp_no = me.emp_no or p.household = me.household or p.tel = me.tel)"
        " group by 1 order by n desc, 1 limit %d)",
        AROUND, AROUND, NEAR, NEAR, MATES);
    buf_str(
        b,
        " select 'mate:' || d.code lane, concat(case when p.tel = me.tel then '同电话' when p.household = me.household"
        " then '同户' else '同村' end, ' …', right(d.code, 4)) lane_title,"
        " case when v.kind = 1 then 'stay' else 'visit' end kind, " DATE_OF("v.begndate") " \"begin\", " DATE_OF(
            "v.enddate") " \"end\","
                         " concat_ws(' ', coalesce(n.name, n.code), dx.code, dx.name) title,"
                         " 'mdtrt:' || dv.code \"ref\", 0::bigint as \"role\", v.medfee_sumamt::bigint amount_fen,"
                         " v.fund_pay_sumamt::bigint fund_fen from w join s_visit v on v.psn_no = w.psn_no"
                         " join s_person p on p.psn_no = w.psn_no join d_person d on d.id = w.psn_no"
                         " join d_visit dv on dv.id = v.mdtrt_id join d_inst n on n.id = v.fixmedins_code"
                         " left join d_dx dx on dx.id = v.dx cross join me cross join edge"
                         " where v.begndate between edge.a and edge.z");
    scope_to(b, inst);
    buf_str(b, " order by w.n desc, lane, \"begin\" limit 400");
}

int mates_lanes(struct ask *a, const char *psn_no, const char *fixmedins_code, const json_t *events,
                json_t *strip, struct err *e)
{
    struct buf b = BUF_INIT;
    json_t *items = NULL, *one, *seen = json_object();
    json_t *lanes = json_object_get(strip, "lanes");
    size_t i;
    int rc;

    timeline_hot_sql(&b, events);
    mates_sql(&b, psn_no, fixmedins_code);
    rc = ask_rows(a, &b, &items, e);
    buf_release(&b);
    json_array_foreach(items, i, one)
    {
        const char *lane = json_string_value(json_object_get(one, "lane"));

        if (!json_object_get(seen, lane)) {
            json_object_set_new(seen, lane, json_true());
            json_array_append_new(lanes, json_pack("{s:s,s:O}", "id", lane, "title",
                                                   json_object_get(one, "lane_title")));
        }
        json_object_del(one, "lane_title");
        json_array_append(json_object_get(strip, "items"), one);
    }
    json_decref(seen);
    json_decref(items);
    return rc;
}

/* --- a gang -------------------------------------------------------------------------------------- */

static void visits_sql(struct buf *b, const json_t *events, const char *inst)
{
    timeline_hot_sql(b, events);
    buf_str(
        b,
        ", v as (select v.psn_no, v.begndate, v.fund_pay_sumamt fund from s_visit v join hot h on"
        " h.mdtrt_id = v.mdtrt_id join d_inst n on n.id = v.fixmedins_code"
        " where v.begndate is not null");
    scope_to(b, inst);
    buf_char(b, ')');
}

/* What two and more members share. */
static json_t *shared(const json_t *members, const char *field)
{
    json_t *counts = json_object(), *out = json_array(), *one, *n;
    const char *name;
    size_t i;

    json_array_foreach(members, i, one)
    {
        name = json_string_value(json_object_get(one, field));
        if (name && *name)
            json_object_set_new(
                counts, name, json_integer(json_integer_value(json_object_get(counts, name)) + 1));
    }
    json_object_foreach(counts, name, n) if (json_integer_value(n) >= 2)
        json_array_append_new(out, json_pack("{s:s,s:O}", "name", name, "persons", n));
    json_decref(counts);
    return out;
}

static int common_days(struct ask *a, const json_t *events, const char *inst, json_t **out,
                       struct err *e)
{
    struct buf b = BUF_INIT;
    int rc;

    visits_sql(&b, events, inst);
    buf_str(
        &b,
        " select " DATE_OF(
            "begndate") " as name, count(distinct psn_no)::bigint as persons from v"
                        " group by begndate having count(distinct psn_no) >= 2 order by persons desc, name limit 60");
    rc = ask_rows(a, &b, out, e);
    buf_release(&b);
    return rc;
}

int mates_members(struct ask *a, const json_t *events, const char *fixmedins_code, json_t **out,
                  struct err *e)
{
    struct buf b = BUF_INIT;
    json_t *members = NULL, *days = NULL, *homes, *one;
    size_t i;
    int rc;

    visits_sql(&b, events, fixmedins_code);
    buf_str(
        &b,
        " select d.code psn_no, coalesce(b.psn_name, '') psn_name, coalesce(m.name, m.code, '') village,"
        " coalesce(h.code, '') household, coalesce(t.code, '') tel, count(*)::bigint visits,"
        " count(distinct v.begndate)::bigint \"days\", coalesce(sum(v.fund), 0)::bigint fund_fen from v"
        " join s_person p on p.psn_no = v.psn_no join d_person d on d.id = p.psn_no"
        " left join (select psn_no, any_value(psn_name) psn_name from t_psn_info_b group by 1) b on b.psn_no = d.code"
        " left join d_emp m on m.id = p.emp_no left join d_text h on h.id = p.household"
        " left join d_text t on t.id = p.tel group by all order by fund_fen desc, psn_no limit 500");
    rc = ask_rows(a, &b, &members, e);
    buf_release(&b);
    if (!rc)
        rc = common_days(a, events, fixmedins_code, &days, e);
    if (rc) {
        json_decref(members);
        return rc;
    }
    homes = shared(members, "household");
    /* What a household is known by may be a telephone: how many share it is enough. */
    json_array_foreach(homes, i, one) json_object_del(one, "name");
    json_array_foreach(members, i, one) json_object_del(one, "household");
    *out = json_pack("{s:o,s:o,s:o,s:o,s:o}", "members", members, "villages",
                     shared(members, "village"), "phones", shared(members, "tel"), "households",
                     homes, "days", days);
    return *out ? 0 : err_nomem(e);
}
