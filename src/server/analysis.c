/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "server/analysis.h"

#include <stdio.h>
#include <string.h>

#include "casework/scope.h"
#include "run/verdicts.h"

#define MONTH "strftime(date '1970-01-01' + v.enddate, '%Y-%m')"
#define PERSON "left join s_person p on p.psn_no = v.psn_no"
#define AGE "cast((v.enddate - p.brdy) / 365.2425 as integer)"

const struct dimension dimensions[] = {
    {"month", "月份", MONTH, NULL, "", false},
    {"institution", "机构", "di.code", "coalesce(di.name, di.code)", "", false},
    {"inst_kind", "机构类别", INST_KIND_SQL("i"), NULL, "", false},
    {"doctor", "医师", "coalesce(dd.code, '')", "coalesce(dd.name, dd.code, '未登记')",
     "left join d_doctor dd on dd.id = v.chfpdr_code", false},
    {"dx", "病种（主诊断）", "coalesce(dx.code, '')", "coalesce(dx.name, dx.code, '未填')",
     "left join d_dx dx on dx.id = v.dx", false},
    {"item", "项目", "it.code", "coalesce(it.name, it.code)",
     "join d_item it on it.id = l.hilist_code", true},
    {"area", "机构所在区划", "coalesce(pl.code, '')", NULL, "", false},
    {"insured_area", "参保区划", "coalesce(pi.code, '')", NULL,
     "left join d_place pi on pi.id = v.insu_admdvs", false},
    {"insutype", "险种", "coalesce(ci.code, '')",
     "case ci.code when '310' then '职工' when '390' then '居民' when '320' then '公务员补助' when '330' then '大额补充'"
     " when '340' then '离休' when '391' then '城镇居民' when '392' then '新农合' when '510' then '生育'"
     " else coalesce(ci.code, '未填') end",
     "left join d_code ci on ci.id = v.insutype", false},
    {"kind", "就诊方式", "case v.kind when 1 then '住院' else '门诊' end", NULL, "", false},
    {"age", "年龄段",
     "case when p.brdy is null then '不详' when " AGE " < 7 then '0-6' when " AGE
     " < 18 then '07-17' when " AGE " < 45 then '18-44' when " AGE " < 60 then '45-59' when " AGE
     " < 75 then '60-74' else '75+' end",
     NULL, PERSON, false},
    {"gender", "性别", "case cg.code when '1' then '男' when '2' then '女' else '不详' end", NULL,
     PERSON " left join d_code cg on cg.id = p.gend", false},
    {"assisted", "人群",
     "case when v.psn_no in (select psn_no from l_assisted) then '困难群众（低保、特困等）' else '其他参保人' end",
     NULL, "", false},
    {0},
};

const struct dimension *dimension_find(struct span name)
{
    for (const struct dimension *d = dimensions; d->name; d++)
        if (span_is(name, d->name))
            return d;
    return NULL;
}

/* --- reading the question --------------------------------------------------------------------------- */

static int wrong(struct err *e, const char *field, const char *what)
{
    err_set(e, ERR_INPUT, "%s", what);
    return err_where(e, "%s", field);
}

static bool is_month(const char *s)
{
    int y, m;
    char rest;

    return strlen(s) == 7 && sscanf(s, "%4d-%2d%c", &y, &m, &rest) == 2 && y >= 1970 && y < 2200 &&
           m >= 1 && m <= 12;
}

static int months(struct request *r, struct counted *c, struct err *e)
{
    c->from = request_query(r, "from");
    c->to = request_query(r, "to");
    if (c->from && *c->from && !is_month(c->from))
        return wrong(e, "from", "起始月份应写成 2023-01");
    if (c->to && *c->to && !is_month(c->to))
        return wrong(e, "to", "截止月份应写成 2023-12");
    return 0;
}

static void join(struct counted *c, const struct dimension *d)
{
    /* A join that another dimension has brought already, whole or as its beginning. */
    if (!*d->join || (c->joins.n && strstr(buf_cstr(&c->joins), d->join)))
        return;
    if (strncmp(d->join, PERSON, sizeof PERSON - 1) == 0 && c->joins.n &&
        strstr(buf_cstr(&c->joins), PERSON)) {
        buf_str(&c->joins, d->join + sizeof PERSON - 1);
        return;
    }
    buf_char(&c->joins, ' ');
    buf_str(&c->joins, d->join);
}

static int dims(struct request *r, int least, struct counted *c, struct err *e)
{
    const char *by = request_query(r, "by");
    struct span rest = span_of(by ? by : "");

    while (rest.n) {
        const struct dimension *d = dimension_find(span_cut(&rest, ','));

        if (!d)
            return wrong(e, "by", "没有这个维度");
        if (c->n_by == 2)
            return wrong(e, "by", "最多两个维度");
        if (c->n_by && c->by[0] == d)
            return wrong(e, "by", "两个维度相同");
        c->by[c->n_by++] = d;
    }
    return c->n_by < least ? wrong(e, "by", "要选一个维度") : 0;
}

static void scope_sql(struct request *r, struct buf *b)
{
    struct scope s = scope_of(&r->session);

    buf_str(b, " where v.kind in (1, 2) and v.enddate is not null");
    if (s.prefix[0]) {
        buf_str(b, " and starts_with(pl.code, ");
        buf_sql(b, span_of(s.prefix));
        buf_char(b, ')');
    }
    if (s.fixmedins_code[0]) {
        buf_str(b, " and di.code = ");
        buf_sql(b, span_of(s.fixmedins_code));
    }
    if (s.assignee[0])
        buf_str(b, " and false");
}

static void month_sql(struct buf *b, const char *op, const char *month, const char *day)
{
    if (month && *month)
        buf_fmt(
            b,
            " and v.enddate %s date_diff('day', date '1970-01-01', cast(date '%s-01'%s as date))",
            op, month, day);
}

int counted_read(struct request *r, int least_by, struct counted *c, struct err *e)
{
    int rc;

    *c = (struct counted){0};
    rc = months(r, c, e);
    if (!rc)
        rc = dims(r, least_by, c, e);
    if (rc)
        return rc;
    scope_sql(r, &c->where);
    month_sql(&c->where, ">=", c->from, "");
    month_sql(&c->where, "<", c->to, " + interval 1 month");
    for (const struct dimension *d = dimensions; d->name; d++) {
        const char *want = request_query(r, d->name);
        bool asked = c->by[0] == d || c->by[1] == d;

        if (want && *want) {
            buf_fmt(&c->where, " and %s = ", d->key);
            buf_sql(&c->where, span_of(want));
            asked = true;
        }
        if (asked) {
            join(c, d);
            c->lines |= d->lines;
        }
    }
    if (c->lines)
        buf_str(&c->where, " and coalesce(l.void, 0) = 0");
    if (c->where.failed || c->joins.failed) {
        counted_release(c);
        return err_nomem(e);
    }
    return 0;
}

void counted_release(struct counted *c)
{
    buf_release(&c->where);
    buf_release(&c->joins);
}

/* --- the text --------------------------------------------------------------------------------------- */

void counted_from(struct buf *b, const struct counted *c)
{
    buf_str(b, c->lines ? " from s_line l join s_visit v on v.mdtrt_id = l.mdtrt_id"
                        : " from s_visit v");
    buf_str(
        b,
        " join d_inst di on di.id = v.fixmedins_code left join s_inst i on i.fixmedins_code = v.fixmedins_code"
        " left join d_place pl on pl.id = i.fix_blng_admdvs");
    buf_span(b, (struct span){buf_cstr(&c->joins), c->joins.n});
    buf_span(b, (struct span){buf_cstr(&c->where), c->where.n});
}

const char *counted_sums(const struct counted *c)
{
    if (c->lines)
        return "count(*)::bigint as \"lines\", count(distinct l.mdtrt_id)::bigint visits, count(distinct l.psn_no)::bigint"
               " persons, coalesce(sum(l.det_item_fee_sumamt), 0)::bigint medfee_fen,"
               " coalesce(sum(l.inscp_amt), 0)::bigint inscp_fen";
    return "count(*)::bigint visits, count(*) filter (v.kind = 1)::bigint stays, count(distinct v.psn_no)::bigint persons,"
           " coalesce(sum(v.medfee_sumamt), 0)::bigint medfee_fen, coalesce(sum(v.fund_pay_sumamt), 0)::bigint fund_fen,"
           " coalesce(sum(v.medfee_sumamt - v.fund_pay_sumamt - coalesce(v.maf_pay, 0)), 0)::bigint self_fen,"
           " coalesce(sum(v.fund_pay_sumamt) filter (v.kind = 1), 0)::bigint stay_fund_fen,"
           " coalesce(sum(v.medfee_sumamt) filter (v.kind = 1), 0)::bigint stay_medfee_fen";
}
