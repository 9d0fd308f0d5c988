/* SPDX-License-Identifier: MulanPSL-2.0 */
/* One insured person as the claims show them. Names and numbers are masked unless the role sees them whole. */
#include <string.h>

#include "casework/scope.h"
#include "screen/mask.h"
#include "server/ask.h"
#include "server/routes.h"
#include "server/rulebook.h"
#include "server/timeline.h"

#define DATE_OF(day) "strftime(date '1970-01-01' + " day ", '%Y-%m-%d')"
/* A household is known by its number (h:), its book (b:) or, for want of both, a telephone (t:), which is not told here. */
#define HOME_OF(code)                                    \
    "case left(" code ", 2) when 'h:' then substr(" code \
    ", 3) when 'b:' then '户口簿 ' || substr(" code ", 3) when 't:' then '按电话归户' end"

static bool sees_whole(const struct request *r)
{
    for (size_t i = 0; i < n_roles; i++)
        if ((r->session.roles >> i & 1) && roles[i].unmasked)
            return true;
    return false;
}

static void masked(json_t *row, const char *key, void (*mask)(struct buf *, struct span))
{
    const char *text = json_string_value(json_object_get(row, key));
    struct buf b = BUF_INIT;

    if (!text)
        return;
    mask(&b, span_of(text));
    json_object_set_new(row, key, json_span((struct span){buf_cstr(&b), b.n}));
    buf_release(&b);
}

/* "and ..." for what the session may see of visits `v` with institution `n`. */
static void and_scope(struct buf *b, const struct request *r)
{
    struct scope s = scope_of(&r->session);

    if (s.fixmedins_code[0]) {
        buf_str(b, " and n.code = ");
        buf_sql(b, span_of(s.fixmedins_code));
    }
    if (s.prefix[0]) {
        buf_str(b, " and (starts_with(coalesce(pl.code, ''), ");
        buf_sql(b, span_of(s.prefix));
        buf_str(b, ") or starts_with(coalesce(pi.code, ''), ");
        buf_sql(b, span_of(s.prefix));
        buf_str(b, "))");
    }
    if (s.assignee[0])
        buf_str(b, " and false");
}

static int base(struct request *r, struct ask *a, const char *psn_no, json_t **out, struct err *e)
{
    struct buf b = BUF_INIT;
    int rc;

    buf_str(
        &b,
        "with t as (select any_value(psn_name) psn_name, any_value(certno) certno, any_value(tel) tel from t_psn_info_b"
        " where psn_no = ");
    buf_sql(&b, span_of(psn_no));
    buf_str(
        &b,
        ") select d.code psn_no, t.psn_name, t.certno, t.tel, g.code gend, " DATE_OF("p.brdy") " brdy, " DATE_OF(
            "p.die_date") " die_date,"
                          " m.code emp_no, coalesce(m.name, m.code) emp_name, " HOME_OF(
                              "h.code") " household, i.code staff_inst,"
                                        " count(*) filter (v.kind = 1)::bigint stays, count(*) filter (v.kind <> 1)::bigint visits,"
                                        " count(distinct v.fixmedins_code)::bigint institutions,"
                                        " coalesce(sum(v.medfee_sumamt), 0)::bigint medfee_fen,"
                                        " coalesce(sum(v.fund_pay_sumamt), 0)::bigint fund_fen from d_person d join s_person p on p.psn_no = d.id"
                                        " cross join t left join d_code g on g.id = p.gend left join d_emp m on m.id = p.emp_no"
                                        " left join d_text h on h.id = p.household left join d_inst i on i.id = p.staff_inst"
                                        " join s_visit v on v.psn_no = p.psn_no left join d_inst n on n.id = v.fixmedins_code"
                                        " left join d_place pl on pl.id = v.fix_blng_admdvs left join d_place pi on pi.id = v.insu_admdvs"
                                        " where d.code = ");
    buf_sql(&b, span_of(psn_no));
    and_scope(&b, r);
    buf_str(&b, " group by all");
    rc = ask_row(a, &b, out, e);
    buf_release(&b);
    return rc;
}

static int findings(struct ask *a, const char *psn_no, const char *inst, json_t **out,
                    struct err *e)
{
    struct buf b = BUF_INIT;
    int rc;

    buf_str(
        &b,
        "select finding_id, rule_id, class, strftime(event_date, '%Y-%m-%d') event_date, fixmedins_code, message,"
        " amount_fen, fund_fen, evidence from finding where hit and psn_no = ");
    buf_sql(&b, span_of(psn_no));
    if (inst) {
        buf_str(&b, " and fixmedins_code = ");
        buf_sql(&b, span_of(inst));
    }
    buf_str(&b, " order by event_date desc, finding_id limit 200");
    rc = ask_rows(a, &b, out, e);
    buf_release(&b);
    return rc;
}

/* Takes the evidence out of the rows, as events of the timeline. */
static json_t *events_of(json_t *list)
{
    json_t *events = json_array(), *row, *one;
    size_t i, k;

    json_array_foreach(list, i, row)
    {
        json_t *all = json_loads(json_string_value(json_object_get(row, "evidence")), 0, NULL);

        json_array_foreach(all, k, one)
        {
            json_t *id = json_object_get(one, "id");

            if (json_is_string(id))
                json_array_append_new(events, json_pack("{s:O,s:O}", "event", id, "role",
                                                        json_object_get(one, "role")));
        }
        json_decref(all);
        json_object_del(row, "evidence");
    }
    return events;
}

/* Those who share the person's village or unit, household or phone, and how often they were treated at one place on one day. */
static int companions(struct ask *a, const char *psn_no, json_t **out, struct err *e)
{
    struct buf b = BUF_INIT;
    int rc;

    buf_str(
        &b,
        "with me as (select p.* from s_person p join d_person d on d.id = p.psn_no where d.code = ");
    buf_sql(&b, span_of(psn_no));
    buf_str(
        &b,
        "), mine as (select distinct v.fixmedins_code, v.begndate from s_visit v join me on v.psn_no = me.psn_no"
        "), w as (select v.psn_no, count(distinct (v.fixmedins_code, v.begndate)) n_days"
        " from s_visit v join mine on mine.fixmedins_code = v.fixmedins_code and mine.begndate = v.begndate"
        " where v.psn_no <> (select psn_no from me) group by 1)"
        " select d.code psn_no, w.n_days::bigint common_days, coalesce(p.emp_no = me.emp_no, false) same_emp,"
        " coalesce(p.household = me.household, false) same_household, coalesce(p.tel = me.tel, false) same_tel"
        " from w join s_person p on p.psn_no = w.psn_no join d_person d on d.id = p.psn_no cross join me"
        " where w.n_days >= 2 and (p.emp_no = me.emp_no or p.household = me.household or p.tel = me.tel)"
        " order by common_days desc, psn_no limit 20");
    rc = ask_rows(a, &b, out, e);
    buf_release(&b);
    return rc;
}

static int show(struct request *r, struct err *e)
{
    const char *psn_no = request_param(r, "psn_no");
    struct scope s = scope_of(&r->session);
    const char *inst = s.fixmedins_code[0] ? s.fixmedins_code : NULL;
    struct ask *a = NULL;
    json_t *row = NULL, *list = NULL, *events = NULL;
    int rc = ask_open(r, &a, e);

    if (rc)
        return rc;
    rc = base(r, a, psn_no, &row, e);
    if (!rc && !row)
        rc = err_set(e, ERR_USAGE, "没有参保人 %s，或不在您的管辖范围", psn_no);
    if (!rc && !sees_whole(r)) {
        masked(row, "psn_name", mask_name);
        masked(row, "certno", mask_certno);
        masked(row, "tel", mask_tel);
    }
    if (!rc && ask_has(a, "finding"))
        rc = findings(a, psn_no, inst, &list, e);
    if (!rc) {
        events = events_of(list);
        json_object_set_new(row, "findings", list ? list : json_array());
        list = NULL;
    }
    if (!rc && !inst)
        rc = companions(a, psn_no, &list, e);
    if (!rc) {
        json_object_set_new(row, "companions", list ? list : json_array());
        rc = timeline_load(a, psn_no, inst, events, &list, e);
    }
    if (!rc)
        json_object_set_new(row, "timeline", list);
    ask_close(a);
    json_decref(events);
    if (rc) {
        json_decref(row);
        return rc;
    }
    return reply_json(r, 200, row, e);
}

const struct route routes_person[] = {
    {"GET", "/api/persons/{psn_no}", "claims.read", 0, show, "人员画像", NULL, NULL},
    {0},
};
