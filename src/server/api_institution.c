/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Institutions as the claims show them: a list, and a portrait of one among its peers. */
#include <stdlib.h>
#include <string.h>

#include "casework/scope.h"
#include "run/verdicts.h"
#include "screen/funnel.h"
#include "server/ask.h"
#include "server/routes.h"
#include "server/rulebook.h"

#define MOST_ROWS 200

/* --- common ------------------------------------------------------------------------------------------ */

#define MONTH_OF(day) "strftime(date '1970-01-01' + " day ", '%Y-%m')"

/*
 * One row per institution: what it is, what it did, what is in question. Its fund in question counts a line once
 * (screen/claimed.h); an institution, which must not see internal rules in that sum, gets its own findings added up.
 */
static void all_sql(struct buf *b, const struct request *r, struct ask *a)
{
    bool no_findings = !ask_has(a, "finding");
    bool once = !no_findings && !r->session.fixmedins_code[0] && ask_has(a, "claimed");

    buf_str(
        b,
        "with v as (select fixmedins_code, count(*) filter (kind = 1) stays, count(*) filter (kind <> 1) visits,"
        " count(distinct psn_no) persons, sum(medfee_sumamt)::bigint medfee, sum(fund_pay_sumamt)::bigint fund"
        " from s_visit group by 1), f as (");
    buf_str(
        b,
        no_findings
            ? "select null::varchar code, 0::bigint hits, 0::bigint marked, 0::bigint whole, 0::bigint fund"
            : "select fixmedins_code code, count(*) hits, count(distinct mdtrt_id) marked,"
              " count(*) filter (coalesce(mdtrt_id, '') = '') whole,"
              " sum(fund_fen)::bigint fund from finding where hit group by 1");
    buf_str(
        b,
        "), a as (select d.code fixmedins_code, coalesce(d.name, d.code) fixmedins_name, " INST_KIND_SQL(
            "i") " kind, coalesce(p.code, '') admdvs, i.aprv_bed_cnt::bigint beds,"
                 " coalesce(v.stays, 0)::bigint stays, coalesce(v.visits, 0)::bigint visits,"
                 " coalesce(v.persons, 0)::bigint persons, coalesce(v.medfee, 0) medfee_fen, coalesce(v.fund, 0) fund_fen,"
                 " coalesce(f.hits, 0)::bigint hits, coalesce(f.marked, 0)::bigint marked,"
                 " coalesce(f.whole, 0)::bigint whole_hits,"
                 " coalesce(");
    buf_str(b,
            once ? "(select fund_fen from claimed c where c.fixmedins_code = d.code)" : "f.fund");
    buf_str(b, ", 0)::bigint hit_fund_fen, ");
    buf_str(b, once && ask_has_column(a, "claimed", "own_fen")
                   ? "coalesce((select own_fen from claimed c where c.fixmedins_code = d.code), 0)"
                   : "null");
    buf_str(
        b,
        "::bigint hit_own_fen from s_inst i join d_inst d on d.id = i.fixmedins_code"
        " left join d_place p on p.id = i.fix_blng_admdvs left join v on v.fixmedins_code = i.fixmedins_code"
        " left join f on f.code = d.code) ");
}

/* "where true" and what the session may see. */
static void where_scope(struct buf *b, const struct request *r)
{
    struct scope s = scope_of(&r->session);

    buf_str(b, " where true");
    if (s.prefix[0]) {
        buf_str(b, " and starts_with(admdvs, ");
        buf_sql(b, span_of(s.prefix));
        buf_char(b, ')');
    }
    if (s.fixmedins_code[0]) {
        buf_str(b, " and fixmedins_code = ");
        buf_sql(b, span_of(s.fixmedins_code));
    }
    if (s.assignee[0]) /* a reviewer from outside sees clues, not institutions */
        buf_str(b, " and false");
}

/* --- list --------------------------------------------------------------------------------------------- */

static const char *const sorts[] = {"hits",   "hit_fund_fen", "fund_fen",       "medfee_fen",
                                    "stays",  "visits",       "persons",        "fixmedins_name",
                                    "marked", "kind",         "fixmedins_code", NULL};

static int sort_of(const char *text, const char **field, bool *descending, struct err *e)
{
    *descending = text && *text == '-';
    if (!text || !*text)
        text = "-hit_fund_fen", *descending = true;
    for (int i = 0; sorts[i]; i++)
        if (strcmp(sorts[i], text + *descending) == 0) {
            *field = sorts[i];
            return 0;
        }
    err_set(e, ERR_INPUT, "不能按 %s 排序", text);
    return err_where(e, "sort");
}

static void where_query(struct buf *b, const struct request *r)
{
    const char *q = request_query(r, "q"), *kind = request_query(r, "kind");

    where_scope(b, r);
    if (q && *q) {
        buf_str(b, " and (contains(fixmedins_name, ");
        buf_sql(b, span_of(q));
        buf_str(b, ") or starts_with(fixmedins_code, ");
        buf_sql(b, span_of(q));
        buf_str(b, "))");
    }
    if (kind && *kind) {
        buf_str(b, " and kind = ");
        buf_sql(b, span_of(kind));
    }
}

/* Behind the row (key, code) of the cursor "key|code"; the key as text casts back to its own type. */
static void where_after(struct buf *b, const char *after, const char *field, bool descending)
{
    const char *bar = after ? strrchr(after, '|') : NULL;

    if (!bar)
        return;
    buf_fmt(b, " and (%s, fixmedins_code) %s (", field, descending ? "<" : ">");
    buf_sql(b, (struct span){after, (size_t)(bar - after)});
    if (strcmp(field, "fixmedins_name") && strcmp(field, "kind") && strcmp(field, "fixmedins_code"))
        buf_str(b, "::bigint");
    buf_char(b, ',');
    buf_sql(b, span_of(bar + 1));
    buf_char(b, ')');
}

static const char *cursor_of(struct request *r, json_t *row, const char *field)
{
    json_t *key = json_object_get(row, field);
    const char *code = json_string_value(json_object_get(row, "fixmedins_code"));

    return json_is_string(key)
               ? arena_fmt(&r->arena, "%s|%s", json_string_value(key), code)
               : arena_fmt(&r->arena, "%lld|%s", (long long)json_integer_value(key), code);
}

static int list(struct request *r, struct err *e)
{
    struct ask *a = NULL;
    struct buf b = BUF_INIT, all = BUF_INIT;
    json_t *rows = NULL, *total = NULL;
    const char *field = sorts[0], *next = NULL, *after = request_query(r, "after");
    bool descending;
    int64_t limit;
    int rc = request_query_int(r, "limit", 50, 1, MOST_ROWS, &limit, e);

    if (!rc)
        rc = sort_of(request_query(r, "sort"), &field, &descending, e);
    if (!rc)
        rc = ask_open(r, &a, e);
    if (rc)
        return rc;
    all_sql(&all, r, a);
    buf_span(&b, (struct span){buf_cstr(&all), all.n});
    buf_str(&b, "select count(*) n from a");
    where_query(&b, r);
    rc = ask_row(a, &b, &total, e);
    buf_clear(&b);
    buf_span(&b, (struct span){buf_cstr(&all), all.n});
    buf_str(&b, "select * from a");
    where_query(&b, r);
    where_after(&b, after, field, descending);
    buf_fmt(&b, " order by %s %s, fixmedins_code %s limit %lld", field, descending ? "desc" : "asc",
            descending ? "desc" : "asc", (long long)limit + 1);
    if (!rc)
        rc = ask_rows(a, &b, &rows, e);
    buf_release(&b);
    buf_release(&all);
    ask_close(a);
    if (rc) {
        json_decref(total);
        return rc;
    }
    if ((int64_t)json_array_size(rows) > limit) {
        json_array_remove(rows, (size_t)limit);
        next = cursor_of(r, json_array_get(rows, (size_t)limit - 1), field);
    }
    rc = reply_json(r, 200,
                    json_pack("{s:o,s:s?,s:I}", "rows", rows, "next", next, "total",
                              json_integer_value(json_object_get(total, "n"))),
                    e);
    json_decref(total);
    return rc;
}

/* --- one among its peers ------------------------------------------------------------------------------ */

static double micro(int64_t v)
{
    return (double)v / 1e6;
}

static struct span text_at(const json_t *row, const char *key)
{
    return span_of(json_string_value(json_object_get(row, key)));
}

/* Fills the funnel from `all` (rows in the order of codes): visits, and of them those that a hit names. */
static int fill_funnel(struct funnel *f, const json_t *all, struct err *e)
{
    json_t *row;
    size_t i;
    int rc = 0;

    json_array_foreach(all, i, row)
    {
        struct funnel_row one = {.inst = text_at(row, "fixmedins_code"),
                                 .kind = text_at(row, "kind")};

        one.volume[FUNNEL_STAYS] = json_integer_value(json_object_get(row, "stays"));
        one.volume[FUNNEL_OTHERS] = json_integer_value(json_object_get(row, "visits"));
        one.hits[FUNNEL_STAYS] = json_integer_value(json_object_get(row, "marked_stays"));
        one.hits[FUNNEL_OTHERS] = json_integer_value(json_object_get(row, "marked_visits"));
        rc = funnel_add(f, &one, e);
        if (rc)
            return rc;
    }
    return funnel_solve(f, e);
}

/* Those of the asker's own row scope, by code; NULL: all. */
static bool may_name(const json_t *named, struct span code)
{
    char text[64];

    snprintf(text, sizeof text, "%.*s", (int)code.n, code.p);
    return !named || json_object_get(named, text);
}

static json_t *funnel_json(const struct funnel *f, const char *code, const json_t *named)
{
    const struct funnel_row *me = funnel_find(f, span_of(code));
    json_t *points = json_array(), *out;

    for (size_t i = 0; i < f->n; i++) {
        const struct funnel_row *p = &f->at[i];

        if (me && !span_eq(p->kind, me->kind))
            continue;
        json_array_append_new(
            points, json_pack("{s:o,s:I,s:f,s:f,s:b}", "fixmedins_code",
                              may_name(named, p->inst) ? json_span(p->inst) : json_null(), "volume",
                              p->volume[0] + p->volume[1], "observed", (double)p->observed,
                              "expected", micro(p->expected), "flagged", funnel_flags(p)));
    }
    out = json_pack("{s:o,s:f}", "points", points, "phi", micro(f->phi));
    if (me)
        json_object_set_new(
            out, "me",
            json_pack("{s:f,s:f,s:f,s:f,s:f,s:o,s:o,s:I,s:b}", "observed", (double)me->observed,
                      "expected", micro(me->expected), "ratio", micro(me->ratio), "low",
                      micro(me->low), "high", micro(me->high), "p",
                      me->p == FUNNEL_NONE ? json_null() : json_real(micro(me->p)), "q",
                      me->q == FUNNEL_NONE ? json_null() : json_real(micro(me->q)), "n_peers",
                      me->n_peers, "flagged", funnel_flags(me)));
    return out;
}

/* Codes of the asker's area as the names of an object; *out NULL when he sees all. */
static int named_codes(struct request *r, struct ask *a, json_t **out, struct err *e)
{
    struct scope s = scope_of(&r->session);
    struct buf b = BUF_INIT;
    json_t *rows = NULL, *row;
    size_t i;
    int rc;

    *out = NULL;
    if (!s.prefix[0])
        return 0;
    buf_str(&b, "select d.code from d_inst d where true");
    ask_scope(r, &b, "d.code");
    rc = ask_rows(a, &b, &rows, e);
    buf_release(&b);
    if (rc)
        return rc;
    *out = json_object();
    json_array_foreach(rows, i, row)
        json_object_set_new(*out, json_string_value(json_object_get(row, "code")), json_true());
    json_decref(rows);
    return 0;
}

/* None for an institution's own people: what was found at others is not theirs to compare with. */
static int peers(struct request *r, struct ask *a, const char *code, json_t **out, struct err *e)
{
    struct funnel f = {0};
    struct buf b = BUF_INIT;
    json_t *all = NULL, *named = NULL;
    int rc;

    if (r->session.fixmedins_code[0])
        return 0;
    buf_str(
        &b,
        "with m as (select distinct d.id from finding f join d_visit d on d.code = f.mdtrt_id where f.hit),"
        " v as (select v.fixmedins_code, count(*) filter (kind = 1) stays, count(*) filter (kind <> 1) visits,"
        " count(m.id) filter (kind = 1) marked_stays, count(m.id) filter (kind <> 1) marked_visits"
        " from s_visit v left join m on m.id = v.mdtrt_id group by 1)"
        " select d.code fixmedins_code, " INST_KIND_SQL(
            "i") " kind, v.stays, v.visits, v.marked_stays, v.marked_visits from v"
                 " join d_inst d on d.id = v.fixmedins_code left join s_inst i on i.fixmedins_code = v.fixmedins_code"
                 " order by d.code");
    rc = ask_rows(a, &b, &all, e);
    buf_release(&b);
    if (!rc)
        rc = fill_funnel(&f, all, e);
    if (!rc)
        rc = named_codes(r, a, &named, e);
    if (!rc)
        *out = funnel_json(&f, code, named);
    funnel_release(&f);
    json_decref(named);
    json_decref(all);
    return rc;
}

/* --- portrait ------------------------------------------------------------------------------------------- */

/* Each a list under its name; %s is the institution's id in the dictionary or, in `findings`, its code quoted. */
static const struct {
    const char *name;
    bool findings;
    const char *sql;
} parts[] = {
    {"months", false,
     "select " MONTH_OF(
         "v.enddate") " as month, count(*) filter (kind = 1)::bigint stays,"
                      " count(*) filter (kind <> 1)::bigint visits,"
                      " sum(fund_pay_sumamt)::bigint fund_fen, sum(medfee_sumamt)::bigint medfee_fen"
                      " from s_visit v where fixmedins_code = %s and enddate is not null"
                      " group by 1 order by 1"},
    {"hit_months", true,
     "select strftime(event_date, '%%Y-%%m') as month, count(*)::bigint hits, sum(fund_fen)::bigint fund_fen"
     " from finding where hit and fixmedins_code = %s group by 1 order by 1"},
    {"rules", true,
     "select rule_id, count(*)::bigint hits, count(distinct psn_no)::bigint persons, sum(fund_fen)::bigint fund_fen,"
     " max(class) as class from finding where hit and fixmedins_code = %s group by 1 order by fund_fen desc, rule_id limit 20"},
    {"composition", false,
     "select coalesce(c.code, '') as med_chrgitm_type, count(*)::bigint lines, sum(det_item_fee_sumamt)::bigint medfee_fen"
     " from s_line l left join d_code c on c.id = l.med_chrgitm_type where l.fixmedins_code = %s group by 1 order by 3 desc"},
    {"items", false,
     "select d.code hilist_code, coalesce(d.name, d.code) hilist_name, n::bigint as \"lines\", fee::bigint medfee_fen from"
     " (select hilist_code, count(*) n, sum(det_item_fee_sumamt) fee from s_line where fixmedins_code = %s group by 1"
     " order by 3 desc limit 15) l join d_item d on d.id = l.hilist_code order by medfee_fen desc"},
    {"hit_persons", true,
     "select psn_no, count(*)::bigint hits, sum(fund_fen)::bigint fund_fen from finding where hit and psn_no is not null"
     " and fixmedins_code = %s group by 1 order by fund_fen desc, psn_no limit 15"},
};

static const char doctors_sql[] =
    "with h as (select d.id, count(*) hits, sum(f.fund_fen) fund from finding f join d_visit d on d.code = f.mdtrt_id"
    " where f.hit and f.fixmedins_code = %s group by 1)"
    " select coalesce(d.code, '') dr_code, coalesce(d.name, d.code, '未登记') dr_name, count(*)::bigint visits,"
    " sum(v.fund_pay_sumamt)::bigint fund_fen, coalesce(sum(h.hits), 0)::bigint hits,"
    " coalesce(sum(h.fund), 0)::bigint hit_fund_fen from s_visit v left join d_doctor d on d.id = v.chfpdr_code"
    " left join h on h.id = v.mdtrt_id where v.fixmedins_code = %s group by 1, 2"
    " order by hit_fund_fen desc, fund_fen desc limit 15";

/* `sql` with each %s replaced by the next of two texts; %% is a per cent sign. */
static void fill_in(struct buf *b, const char *sql, const char *first, const char *second)
{
    const char *next = first;

    for (const char *p = sql; *p; p++) {
        if (*p != '%') {
            buf_char(b, *p);
        } else if (p[1] == 's') {
            buf_str(b, next);
            next = second;
            p++;
        } else {
            buf_char(b, '%');
            p += p[1] == '%';
        }
    }
}

static int portrait(struct request *r, struct ask *a, json_t *row, const char *code, struct err *e)
{
    struct buf b = BUF_INIT, quoted = BUF_INIT;
    json_t *one = NULL;
    const char *id;
    bool screened = ask_has(a, "finding");
    int rc;

    buf_sql(&quoted, span_of(code));
    buf_fmt(&b, "select id::bigint id from d_inst where code = %s", buf_cstr(&quoted));
    rc = ask_row(a, &b, &one, e);
    id = arena_fmt(&r->arena, "%lld", (long long)json_integer_value(json_object_get(one, "id")));
    json_decref(one);
    for (size_t i = 0; i < sizeof parts / sizeof *parts && !rc; i++) {
        json_t *list = NULL;

        buf_clear(&b);
        fill_in(&b, parts[i].sql, parts[i].findings ? buf_cstr(&quoted) : id, "");
        if (!parts[i].findings || screened)
            rc = ask_rows(a, &b, &list, e);
        json_object_set_new(row, parts[i].name, list ? list : json_array());
    }
    buf_clear(&b);
    fill_in(&b, doctors_sql, buf_cstr(&quoted), id);
    if (!rc && screened) {
        json_t *list = NULL, *among = NULL;

        rc = ask_rows(a, &b, &list, e);
        json_object_set_new(row, "doctors", list ? list : json_array());
        if (!rc)
            rc = peers(r, a, code, &among, e);
        json_object_set_new(row, "peers", among ? among : json_null());
    }
    buf_release(&b);
    buf_release(&quoted);
    return rc;
}

static int show(struct request *r, struct err *e)
{
    const char *code = request_param(r, "code");
    struct ask *a = NULL;
    struct buf b = BUF_INIT;
    json_t *row = NULL;
    int rc = ask_open(r, &a, e);

    if (rc)
        return rc;
    all_sql(&b, r, a);
    buf_str(&b, "select * from a");
    where_scope(&b, r);
    buf_str(&b, " and fixmedins_code = ");
    buf_sql(&b, span_of(code));
    rc = ask_row(a, &b, &row, e);
    buf_release(&b);
    if (!rc && !row)
        rc = err_set(e, ERR_USAGE, "没有机构 %s，或不在您的管辖范围", code);
    if (!rc)
        rc = portrait(r, a, row, code, e);
    ask_close(a);
    if (rc) {
        json_decref(row);
        return rc;
    }
    return reply_json(r, 200, row, e);
}

static const struct route_field list_query[] = {
    {"q", FIELD_TEXT, false, "名称的一部分，或编号的开头"},
    {"kind", FIELD_TEXT, false, "机构类别"},
    {"sort", FIELD_TEXT, false, "排序的字段，前加 - 为倒序"},
    {"limit", FIELD_INT, false, "每页行数"},
    {"after", FIELD_TEXT, false, "上一页给的 next"},
    {0},
};

const struct route routes_institution[] = {
    {"GET", "/api/institutions", "claims.read", 0, list, "定点医药机构", list_query, NULL},
    {"GET", "/api/institutions/{code}", "claims.read", 0, show, "机构画像", NULL, NULL},
    {0},
};
