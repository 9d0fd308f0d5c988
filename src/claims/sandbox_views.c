/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What analysts see: names of columns as the national tables have them where they do; money in yuan; names and numbers of persons
 * masked, birthdays by year. */
#include "claims/sandbox.h"

#define DAY(x) "(" x ")::BIGINT"
#define MONTH(x) "strftime(date '1970-01-01' + " x ", '%Y-%m')"

/* --- visits --- */

enum {
    V_ID = 1,
    V_PSN = 2,
    V_INST = 4,
    V_PLACE = 8,
    V_DX = 16,
    V_DR = 32,
    V_TYPE = 64,
    V_INSU = 128,
    V_FROM = 256
};
static const char *const visit_joins[] = {
    " left join d_visit dv on dv.id = v.mdtrt_id",
    " left join d_person dp on dp.id = v.psn_no",
    " left join d_inst di on di.id = v.fixmedins_code",
    " left join s_inst i on i.fixmedins_code = v.fixmedins_code left join d_place pl on pl.id = i.fix_blng_admdvs",
    " left join d_dx dx on dx.id = v.dx",
    " left join d_doctor dd on dd.id = v.chfpdr_code",
    " left join d_code ct on ct.id = v.med_type",
    " left join d_code ci on ci.id = v.insutype",
    " left join d_place pi on pi.id = v.insu_admdvs",
    NULL,
};
static const struct sandbox_column visit_columns[] = {
    {"mdtrt_id", "就诊ID", 'T', "dv.code", V_ID},
    {"psn_no", "人员编号", 'T', "dp.code", V_PSN},
    {"fixmedins_code", "机构编号", 'T', "di.code", V_INST},
    {"kind", "住院、门诊", 'T', "case v.kind when 1 then '住院' when 2 then '门诊' else '其他' end",
     0},
    {"med_type", "医疗类别", 'T', "ct.code", V_TYPE},
    {"insutype", "险种", 'T', "ci.code", V_INSU},
    {"admdvs", "机构区划", 'T', "pl.code", V_PLACE},
    {"insu_admdvs", "参保区划", 'T', "pi.code", V_FROM},
    {"dx", "主诊断", 'T', "dx.code", V_DX},
    {"dx_name", "主诊断名称", 'T', "dx.name", V_DX},
    {"dr_code", "医师代码", 'T', "dd.code", V_DR},
    {"dr_name", "医师", 'T', "dd.name", V_DR},
    {"begndate", "开始日期", 'D', DAY("v.begndate"), 0},
    {"enddate", "结束日期", 'D', DAY("v.enddate"), 0},
    {"month", "结束月份", 'T', MONTH("v.enddate"), 0},
    {"days", "天数", 'I', "(v.enddate - v.begndate)::BIGINT", 0},
    {"medfee", "医疗费", 'M', "v.medfee_sumamt", 0},
    {"fund", "基金支付", 'M', "v.fund_pay_sumamt", 0},
    {"inscp", "符合范围金额", 'M', "v.inscp_amt", 0},
    {"acct_pay", "个人账户", 'M', "v.acct_pay", 0},
    {"cash_pay", "现金", 'M', "v.cash_payamt", 0},
    {"maf_pay", "医疗救助", 'M', "v.maf_pay", 0},
    {0},
};

/* --- fee lines --- */

enum { L_ID = 1, L_PSN = 2, L_INST = 4, L_PLACE = 8, L_ITEM = 16, L_DR = 32, L_TYPE = 64 };
static const char *const fee_joins[] = {
    " left join d_visit dv on dv.id = l.mdtrt_id",
    " left join d_person dp on dp.id = l.psn_no",
    " left join d_inst di on di.id = l.fixmedins_code",
    " left join s_inst i on i.fixmedins_code = l.fixmedins_code left join d_place pl on pl.id = i.fix_blng_admdvs",
    " left join d_item it on it.id = l.hilist_code",
    " left join d_doctor dd on dd.id = l.bilg_dr_code",
    " left join d_code ct on ct.id = l.med_chrgitm_type",
    NULL,
};
#define FEE_DAY "cast(floor(l.fee_ocur_time / 86400.0) as integer)"
static const struct sandbox_column fee_columns[] = {
    {"mdtrt_id", "就诊ID", 'T', "dv.code", L_ID},
    {"psn_no", "人员编号", 'T', "dp.code", L_PSN},
    {"fixmedins_code", "机构编号", 'T', "di.code", L_INST},
    {"item_code", "项目编码", 'T', "it.code", L_ITEM},
    {"item_name", "项目", 'T', "it.name", L_ITEM},
    {"day", "发生日期", 'D', DAY(FEE_DAY), 0},
    {"month", "发生月份", 'T', MONTH(FEE_DAY), 0},
    {"cnt", "数量", 'Q', "l.cnt", 0},
    {"amount", "金额", 'M', "l.det_item_fee_sumamt", 0},
    {"inscp", "符合范围金额", 'M', "l.inscp_amt", 0},
    {"ownpay", "全自费", 'M', "l.fulamt_ownpay_amt", 0},
    {"med_chrgitm_type", "收费类别", 'T', "ct.code", L_TYPE},
    {"dr_code", "开单医师代码", 'T', "dd.code", L_DR},
    {"dr_name", "开单医师", 'T', "dd.name", L_DR},
    {0},
};

/* --- persons, institutions, items, findings --- */

enum { P_PSN = 1, P_GEND = 2, P_INFO = 4 };
static const char *const person_joins[] = {
    " left join d_person dp on dp.id = p.psn_no",
    " left join d_code cg on cg.id = p.gend",
    " left join (select psn_no, max(psn_name) psn_name, max(certno) certno from t_psn_info_b group by 1) n"
    " on n.psn_no = (select code from d_person where id = p.psn_no)",
    NULL,
};
static const struct sandbox_column person_columns[] = {
    {"psn_no", "人员编号", 'T', "dp.code", P_PSN},
    {"psn_name", "姓名（遮盖）", 'T', "left(n.psn_name, 1) || '*'", P_INFO},
    {"certno", "证件号（遮盖）", 'T',
     "case when length(n.certno) > 10 then left(n.certno, 6) || '********' || right(n.certno, 4) when n.certno is not null then"
     " '****' end",
     P_INFO},
    {"gend", "性别", 'T', "case cg.code when '1' then '男' when '2' then '女' end", P_GEND},
    {"birth_year", "出生年", 'I', "year(date '1970-01-01' + p.brdy)::BIGINT", 0},
    {"die_date", "死亡日期", 'D', DAY("p.die_date"), 0},
    {0},
};

enum { I_CODE = 1, I_PLACE = 2, I_TYPE = 4 };
static const char *const inst_joins[] = {
    " left join d_inst di on di.id = i.fixmedins_code",
    " left join d_place pl on pl.id = i.fix_blng_admdvs",
    " left join d_code ct on ct.id = i.fixmedins_type",
    NULL,
};
static const struct sandbox_column inst_columns[] = {
    {"fixmedins_code", "机构编号", 'T', "di.code", I_CODE},
    {"fixmedins_name", "机构", 'T', "di.name", I_CODE},
    {"fixmedins_type", "1 医院 2 药店", 'T', "ct.code", I_TYPE},
    {"level", "等级 1-3", 'I', "i.level::BIGINT", 0},
    {"beds", "核定床位", 'I', "i.aprv_bed_cnt::BIGINT", 0},
    {"admdvs", "区划", 'T', "pl.code", I_PLACE},
    {0},
};

static const char *const no_joins[] = {NULL};
static const struct sandbox_column item_columns[] = {
    {"item_code", "项目编码", 'T', "it.code", 0}, {"item_name", "项目", 'T', "it.name", 0}, {0}};

enum { F_PLACE = 1 };
static const char *const finding_joins[] = {
    " left join d_inst di on di.code = f.fixmedins_code left join s_inst i on i.fixmedins_code = di.id"
    " left join d_place pl on pl.id = i.fix_blng_admdvs",
    NULL,
};
static const struct sandbox_column finding_columns[] = {
    {"finding_id", "编号", 'T', "f.finding_id", 0},
    {"rule_id", "规则", 'T', "f.rule_id", 0},
    {"class", "等级", 'T', "f.\"class\"", 0},
    {"psn_no", "人员编号", 'T', "f.psn_no", 0},
    {"mdtrt_id", "就诊ID", 'T', "f.mdtrt_id", 0},
    {"fixmedins_code", "机构编号", 'T', "f.fixmedins_code", 0},
    {"event_date", "日期", 'D', "date_diff('day', date '1970-01-01', f.event_date)::BIGINT", 0},
    {"amount", "金额", 'M', "f.amount_fen", 0},
    {"fund", "涉及基金", 'M', "f.fund_fen", 0},
    {0},
};

const struct sandbox_view sandbox_views[] = {
    {"visits", "就诊（住院、门诊）", "s_visit v", visit_joins, V_INST | V_PLACE, "pl.code",
     "di.code", "v.kind in (1, 2)", NULL, visit_columns},
    {"fees", "费用明细", "s_line l", fee_joins, L_INST | L_PLACE, "pl.code", "di.code",
     "coalesce(l.void, 0) = 0", NULL, fee_columns},
    {"persons", "参保人（遮盖）", "s_person p", person_joins, 0,
     "(select max(x.code) from s_visit sv join s_inst si on si.fixmedins_code = sv.fixmedins_code join d_place x on"
     " x.id = si.fix_blng_admdvs where sv.psn_no = p.psn_no)",
     "''", "", NULL, person_columns},
    {"institutions", "定点医药机构", "s_inst i", inst_joins, I_CODE | I_PLACE, "pl.code", "di.code",
     "", NULL, inst_columns},
    {"items", "项目", "d_item it", no_joins, 0, NULL, NULL, "", NULL, item_columns},
    {"findings", "最近一次筛查的疑点", "finding f", finding_joins, F_PLACE, "pl.code",
     "f.fixmedins_code", "f.hit", "finding", finding_columns},
    {0},
};

/* --- their text --- */

static void column_sql(struct buf *b, const struct sandbox_column *c)
{
    buf_fmt(b, c->type == 'T' ? "(%s)::VARCHAR" : "(%s)::BIGINT", c->sql);
}

void sandbox_view_sql(struct buf *b, const struct sandbox_view *v, const unsigned char *col,
                      size_t n, const struct sandbox_scope *scope)
{
    bool narrow = v->place && (scope->prefix[0] || scope->fixmedins_code[0]);
    unsigned joins = narrow ? v->scope_joins : 0;
    buf_str(b, "select ");
    for (size_t k = 0; k < n; k++) {
        buf_str(b, k ? ", " : "");
        if (col[k] == SANDBOX_ONE) {
            buf_str(b, "1::BIGINT");
            continue;
        }
        column_sql(b, &v->columns[col[k]]);
        joins |= v->columns[col[k]].joins;
    }
    buf_fmt(b, " from %s", v->from);
    for (int k = 0; v->joins[k]; k++)
        if (joins >> k & 1)
            buf_str(b, v->joins[k]);
    buf_fmt(b, " where %s", v->where[0] ? v->where : "true");
    if (narrow && scope->prefix[0]) {
        buf_fmt(b, " and starts_with(%s, ", v->place);
        buf_sql(b, span_of(scope->prefix));
        buf_char(b, ')');
    }
    if (narrow && scope->fixmedins_code[0]) {
        buf_fmt(b, " and %s = ", v->inst);
        buf_sql(b, span_of(scope->fixmedins_code));
    }
}
