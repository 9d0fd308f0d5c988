/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/source.h"

#include "huji.h"

#define C(n, t, d)      \
    {                   \
        n, t, F_CODE, d \
    }
#define N(n, t, ty)      \
    {                    \
        n, t, ty, D_NONE \
    }

static const struct field person_fields[] = {
    C("psn_no", "人员编号", D_PERSON),
    C("gend", "性别", D_CODE),
    N("brdy", "出生日期", F_DAY),
    N("die_date", "死亡日期", F_DAY),
    C("die_souc", "死亡信息来源", D_CODE), /* cert (证明/离院方式5) | other */
    C("emp_no", "单位编号", D_EMP),
    C("certno", "证件号码", D_TEXT),
    C("household", "户号", D_TEXT), /* household.csv, else resdbook_no, else tel */
    C("tel", "联系电话", D_TEXT),
    C("sp_psn_type", "特殊人员类型", D_CODE),
    C("staff_inst", "所在医疗机构（本院职工）", D_INST),
};

static const struct field inst_fields[] = {
    C("fixmedins_code", "定点医药机构编号", D_INST),
    C("hosp_lv", "医院等级", D_CODE),
    N("level", "级别（3 三级 2 二级 1 一级及以下）", F_INT),
    C("fixmedins_type", "定点医药机构类型", D_CODE),
    C("medins_type", "医疗机构类型", D_CODE),
    C("medins_natu", "机构性质", D_CODE), /* public | private */
    C("fix_blng_admdvs", "定点归属医保区划", D_PLACE),
    N("aprv_bed_cnt", "批准床位数量", F_INT),
};

static const struct field doctor_fields[] = {
    C("dr_code", "医师代码", D_DOCTOR),
    C("dr_prac_type", "医师执业类别", D_CODE),
    C("psn_no", "人员编号", D_PERSON),
    C("fixmedins_code", "主执业机构", D_INST),
};

/* stay and visit share one table: s_visit */
static const struct field visit_fields[] = {
    C("mdtrt_id", "就诊ID", D_VISIT),
    C("psn_no", "人员编号", D_PERSON),
    C("fixmedins_code", "定点医药机构编号", D_INST),
    C("med_type", "医疗类别", D_CODE),
    N("begntime", "开始时间", F_SEC),
    N("endtime", "结束时间", F_SEC),
    N("begndate", "开始日期", F_DAY),
    N("enddate", "结束日期", F_DAY),
    C("dx", "主诊断", D_DX), /* dscg_maindiag_code, else SETL_LIST_DIAG_D, else SETL_DIAG_LIST_D */
    C("chfpdr_code", "主诊医师代码", D_DOCTOR),
    C("adm_dept_codg", "入院科室编码", D_DEPT),
    C("dscg_dept_codg", "出院科室编码", D_DEPT),
    C("adm_bed", "入院床位", D_TEXT),
    C("dscg_bed", "出院床位", D_TEXT),
    C("wardarea_bed", "病区床位", D_TEXT),
    C("dscg_way", "离院方式", D_CODE),
    C("insutype", "险种类型", D_CODE),
    C("emp_no", "单位编号", D_EMP),
    C("tel", "联系电话", D_TEXT),
    C("household", "户号", D_TEXT), /* of the person; copied so that it can be an owner */
    C("psn_type", "人员类别", D_CODE),
    C("sp_psn_type", "特殊人员类型", D_CODE),
    C("insu_admdvs", "参保所属医保区划", D_PLACE),
    C("fix_blng_admdvs", "定点归属医保区划", D_PLACE),
    C("nwb_flag", "新生儿标志", D_CODE),
    C("mid_setl_flag", "中途结算标志", D_CODE), /* 1 if its last settlement is interim */
    C("refl_old_mdtrt_id", "转诊前就诊ID", D_VISIT),
    C("dise_no", "病种编号", D_CODE),
    C("opter_id", "经办人ID", D_TEXT),
    C("clr_way", "清算方式", D_CODE),
    C("proxy_flag", "代办标志", D_CODE),     /* 1: somebody else came with a registered proxy */
    N("medfee_sumamt", "医疗费总额", F_FEN), /* sums over non-void settlements from here on */
    N("fund_pay_sumamt", "基金支付总额", F_FEN),
    N("inscp_amt", "符合范围金额", F_FEN),
    N("acct_pay", "个人账户支出", F_FEN),
    N("cash_payamt", "现金支付金额", F_FEN),
    N("maf_pay", "医疗救助基金支出", F_FEN),
    N("setl_cnt", "结算次数", F_INT),
    N("first_setl_time", "首次结算时间", F_SEC),
    N("kind", "就诊种类（1 住院 2 门诊 0 其他）", F_INT),
    N("next_adm", "出院当日起下一次住院的入院日期（任何机构）", F_DAY),
    N("rank", "就诊ID的字节序", F_INT),
    N("marks", "标记", F_INT),
};

static const struct field settlement_fields[] = {
    C("setl_id", "结算ID", D_SETL),
    C("mdtrt_id", "就诊ID", D_VISIT),
    C("psn_no", "人员编号", D_PERSON),
    C("fixmedins_code", "定点医药机构编号", D_INST),
    N("setl_time", "结算时间", F_SEC),
    C("med_type", "医疗类别", D_CODE),
    C("insutype", "险种类型", D_CODE),
    C("emp_no", "单位编号", D_EMP),
    C("insu_admdvs", "参保所属医保区划", D_PLACE),
    C("fix_blng_admdvs", "定点归属医保区划", D_PLACE),
    C("mdtrt_cert_type", "就诊凭证类型", D_CODE),
    C("mdtrt_cert_no", "就诊凭证编号", D_TEXT),
    C("opter_id", "经办人ID", D_TEXT),
    C("terminal", "终端", D_TEXT), /* terminal.csv, else opter_id */
    C("invono", "发票号", D_TEXT),
    N("invo_num", "发票号末尾的数字", F_BIG),
    C("manl_reim_rea", "零星报销原因", D_CODE),
    C("dise_no", "病种编号", D_CODE),
    C("chfpdr_code", "主诊医师代码", D_DOCTOR), /* of the visit */
    C("setl_type", "结算类别", D_CODE),
    C("pay_loc", "支付地点类别", D_CODE),
    C("rx_circ_flag", "外购处方标志", D_CODE), /* 1 if any line of it has it */
    C("proxy_flag", "代办标志", D_CODE),
    C("refd_setl_flag", "退费结算标志", D_CODE),
    C("init_setl_id", "原结算ID", D_SETL),
    N("begndate", "开始日期", F_DAY),
    N("enddate", "结束日期", F_DAY),
    N("medfee_sumamt", "医疗费总额", F_FEN),
    N("fund_pay_sumamt", "基金支付总额", F_FEN),
    N("inscp_amt", "符合范围金额", F_FEN),
    N("acct_pay", "个人账户支出", F_FEN),
    N("acct_mulaid_pay", "个人账户共济支付金额", F_FEN),
    N("cash_payamt", "现金支付金额", F_FEN),
    N("maf_pay", "医疗救助基金支出", F_FEN),
    N("hifp_pay", "基本医疗保险统筹基金支出", F_FEN),
    N("act_pay_dedc", "实际支付起付线", F_FEN),
    N("void", "已冲销（1 是）", F_INT),
    N("rank", "结算ID的字节序", F_INT),
    N("marks", "标记", F_INT),
};

static const struct field operation_fields[] = {
    C("setl_list_oprn_id", "手术记录ID", D_TEXT),
    C("mdtrt_id", "就诊ID", D_VISIT),
    C("psn_no", "人员编号", D_PERSON),
    C("fixmedins_code", "定点医药机构编号", D_INST),
    C("oprn_oprt_code", "手术操作代码", D_OPRN),
    N("oprn_oprt_begntime", "手术开始时间", F_SEC), /* else the date at 00:00 */
    N("oprn_oprt_endtime", "手术结束时间", F_SEC),
    N("anst_begntime", "麻醉开始时间", F_SEC),
    N("anst_endtime", "麻醉结束时间", F_SEC),
    C("oper_dr_code", "术者医师代码", D_DOCTOR),
    C("anst_dr_code", "麻醉医师代码", D_DOCTOR),
    N("rank", "字节序", F_INT),
};

static const struct field stock_fields[] = {
    C("stock_id", "进销存流水号", D_TEXT),
    C("fixmedins_code", "定点医药机构编号", D_INST),
    C("hilist_code", "目录编码", D_ITEM),
    N("stock_time", "时间", F_SEC),
    C("inv_data_type", "库存数据种类（1 盘存 2 库存变更 3 采购 5 采购退货）", D_CODE),
    N("cnt", "数量（入为正，出为负；盘存为盘点数）", F_QTY),
    C("purc_invo_no", "采购发票号", D_TEXT),
    C("manu_lotnum", "生产批号", D_TEXT),
    N("rank", "字节序", F_INT),
};

static const struct field line_fields[] = {
    N("no", "行号（本库）", F_BIG), /* -> bkkp_sn in line_text */
    C("psn_no", "人员编号", D_PERSON),
    C("mdtrt_id", "就诊ID", D_VISIT),
    C("setl_id", "结算ID", D_SETL),
    C("fixmedins_code", "定点医药机构编号", D_INST),
    N("fee_ocur_time", "费用发生时间", F_SEC),
    C("hilist_code", "医保目录编码（缺者用医疗目录编码）", D_ITEM),
    C("med_type", "医疗类别", D_CODE),
    N("cnt", "数量", F_QTY),
    N("pric", "单价", F_PRICE),
    N("det_item_fee_sumamt", "明细项目费用总额", F_FEN),
    N("inscp_amt", "符合范围金额", F_FEN),
    N("fulamt_ownpay_amt", "全自费金额", F_FEN),
    N("overlmt_selfpay", "超限价自费费用", F_FEN),
    N("preselfpay_amt", "先行自付金额", F_FEN),
    C("med_chrgitm_type", "医疗收费项目类别", D_CODE),
    C("chrgitm_lv", "收费项目等级", D_CODE),
    C("list_type", "目录类别", D_CODE),
    C("bilg_dr_code", "开单医师代码", D_DOCTOR),
    C("acord_dr_code", "受单医师代码", D_DOCTOR),
    C("bilg_dept_codg", "开单科室编码", D_DEPT),
    N("rx_drord_no", "处方/医嘱号（64 位散列，同号同值）", F_BIG),
    N("prd_days", "周期天数", F_INT),
    C("dise_codg", "病种编码", D_CODE),
    C("dscg_tkdrug_flag", "出院带药标志", D_CODE),
    C("rx_circ_flag", "外购处方标志", D_CODE),
    C("etip_flag", "外检标志", D_CODE),
    N("init_no", "原费用行号（-1 查无）", F_BIG),
    N("void", "所属结算已冲销（1 是）", F_INT),
    N("marks", "标记", F_INT),
};

static const struct field sale_fields[] = {
    C("sale_id", "销售流水号", D_TEXT),   C("fixmedins_code", "定点医药机构编号", D_INST),
    C("hilist_code", "目录编码", D_ITEM), C("psn_no", "人员编号", D_PERSON),
    C("setl_id", "结算ID", D_SETL),       N("sale_time", "销售/退货时间", F_SEC),
    N("cnt", "数量（退货为负）", F_QTY),  N("amount", "金额", F_FEN),
    C("manu_lotnum", "生产批号", D_TEXT), N("expy_end", "有效期止", F_DAY),
    N("rank", "字节序", F_INT),
};

static const struct field trace_fields[] = {
    C("trace_id", "记录号", D_TEXT),
    C("drug_trac_codg", "药品追溯码", D_TEXT),
    C("fixmedins_code", "定点医药机构编号", D_INST),
    C("hilist_code", "目录编码", D_ITEM),
    C("psn_no", "人员编号", D_PERSON),
    C("setl_id", "结算ID", D_SETL),
    N("sale_time", "时间", F_SEC),
    N("cnt", "数量（退货为负）", F_QTY),
    N("amount", "金额", F_FEN),
    C("trdn_flag", "拆零标志", D_CODE),
    N("rank", "字节序", F_INT),
};

static const struct field check_fields[] = {
    C("check_id", "核查记录号", D_TEXT),
    C("psn_no", "人员编号", D_PERSON),
    C("mdtrt_id", "就诊ID", D_VISIT),
    C("fixmedins_code", "定点医药机构编号", D_INST),
    N("check_time", "核查时间", F_SEC),
    C("result", "结果（present 在院 / away 不在 / leave 请假）", D_CODE),
    N("rank", "字节序", F_INT),
};

static const struct field refund_fields[] = {
    C("setl_id", "退费结算ID", D_SETL),
    C("init_setl_id", "原结算ID", D_SETL),
    C("psn_no", "人员编号", D_PERSON),
    C("fixmedins_code", "定点医药机构编号", D_INST),
    C("opter_id", "经办人ID", D_TEXT),
    C("med_type", "医疗类别", D_CODE),
    N("setl_time", "退费时间", F_SEC),
    N("init_setl_time", "原结算时间", F_SEC),
    N("medfee_sumamt", "退费金额（正数）", F_FEN),
    N("fund_pay_sumamt", "退回基金（正数）", F_FEN),
    C("refund_kind", "退费种类（pair 成对冲销、orphan 查无原结算）", D_CODE),
    N("rank", "字节序", F_INT),
};

static const struct field reg_fields[] = {
    C("trt_dcla_detl_sn", "待遇申报明细流水号", D_TEXT),
    C("psn_no", "人员编号", D_PERSON),
    C("opsp_dise_code", "门慢门特病种目录代码", D_CODE),
    C("ide_fixmedins_no", "鉴定定点医药机构编号", D_INST),
    C("diag_dr_code", "诊断医师代码", D_DOCTOR),
    C("opter_id", "经办人ID", D_TEXT),
    N("begndate", "开始日期", F_DAY),
    N("enddate", "结束日期", F_DAY),
    N("reg_time", "登记时间", F_SEC), /* apply_date, else begndate, at 00:00 */
    N("rank", "字节序", F_INT),
};

static const struct field enrol_fields[] = {
    C("psn_insu_rlts_id", "人员参保关系ID", D_TEXT),
    C("psn_no", "人员编号", D_PERSON),
    C("certno", "证件号码", D_TEXT),
    C("insutype", "险种类型", D_CODE),
    C("emp_no", "单位编号", D_EMP),
    C("insu_admdvs", "参保所属医保区划", D_PLACE),
    N("begndate", "本次参保日期", F_DAY),
    N("enddate", "暂停参保日期", F_DAY),
    N("enrol_time", "参保时间", F_SEC),              /* begndate at 00:00 */
    N("first_stay", "参保后首次住院日期", F_DAY),    /* any institution */
    N("fund_pay_sumamt", "参保期间基金支付", F_FEN), /* of this person and insutype */
    N("medfee_sumamt", "参保期间医疗费总额", F_FEN),
    N("rank", "字节序", F_INT),
};

static const struct field lab_fields[] = {
    C("report_no", "报告单号", D_TEXT),
    C("psn_no", "人员编号", D_PERSON),
    C("mdtrt_id", "就诊ID", D_VISIT),
    C("fixmedins_code", "定点医药机构编号", D_INST),
    C("lab_name", "检验机构", D_TEXT), /* who did it; empty: the institution itself */
    C("assay", "检验项目", D_TEXT),
    N("lab_time", "检验时间", F_SEC),
    C("sign", "结果特征（全部数值结果的指纹）", D_TEXT),
    N("items", "有数值的结果个数", F_INT),
    N("positive", "结果阳性（1 是 0 否）", F_INT),
    N("rank", "字节序", F_INT),
};

static const struct field act_fields[] = {
    C("act_no", "经办流水号", D_TEXT),
    C("opter_id", "经办人ID", D_TEXT),
    C("check_opter_id", "复核人ID", D_TEXT),
    C("psn_no", "人员编号", D_PERSON),
    C("fixmedins_code", "定点医药机构编号", D_INST),
    C("act_type", "经办事项",
      D_CODE), /* register reimburse restore enrol check audit internal other */
    N("act_time", "经办时间", F_SEC),
    N("act_amt", "涉及金额", F_FEN),
    C("opter_psn", "经办人本人的人员编号", D_PERSON), /* agency_staff */
    C("opter_house", "经办人的户号", D_TEXT),
    C("household", "办理对象的户号", D_TEXT),
    N("rank", "字节序", F_INT),
};

static const struct field clearing_fields[] = {
    C("clr_no", "清算批次号", D_TEXT),        C("fixmedins_code", "定点医药机构编号", D_INST),
    N("dcla_time", "申报时间", F_SEC),        N("dcla_date", "申报日期", F_DAY),
    N("pay_date", "拨付日期", F_DAY),         N("asof_date", "名单截止日期", F_DAY),
    N("dcla_amt", "申报金额", F_FEN),         N("pay_amt", "拨付金额", F_FEN),
    C("hold_flag", "有争议暂缓标志", D_CODE), N("rank", "字节序", F_INT),
};

_Static_assert(SOURCE_COUNT == HUJI_SOURCES, "include/huji.h");
#define FIELDS(a) a, sizeof(a) / sizeof((a)[0])

const struct source huji_sources[SOURCE_COUNT] = {
    [S_PERSON] = {"person", "参保人", "s_person", NULL, "psn:", "psn_no", NULL, NULL, NULL, NULL, 0,
                  FIELDS(person_fields)},
    [S_INST] = {"inst", "定点医药机构", "s_inst", NULL, "inst:", "fixmedins_code", NULL, NULL, NULL,
                NULL, 0, FIELDS(inst_fields)},
    [S_DOCTOR] = {"doctor", "医师", "s_doctor", NULL, "dr:", "dr_code", NULL, NULL, NULL, NULL, 0,
                  FIELDS(doctor_fields)},
    [S_STAY] = {"stay", "住院", "s_visit", "kind = 1", "mdtrt:", "mdtrt_id", "begntime", "endtime",
                "medfee_sumamt", "fund_pay_sumamt", 1, FIELDS(visit_fields)},
    [S_VISIT] = {"visit", "门诊就诊", "s_visit", "kind = 2", "mdtrt:", "mdtrt_id", "begntime",
                 "endtime", "medfee_sumamt", "fund_pay_sumamt", 1, FIELDS(visit_fields)},
    [S_SETTLEMENT] = {"settlement", "结算", "s_settlement", "void = 0", "setl:", "setl_id",
                      "setl_time", NULL, "medfee_sumamt", "fund_pay_sumamt", 2,
                      FIELDS(settlement_fields)},
    [S_OPERATION] = {"operation", "手术", "s_operation", NULL, "oprn:", "setl_list_oprn_id",
                     "oprn_oprt_begntime", "oprn_oprt_endtime", NULL, NULL, 3,
                     FIELDS(operation_fields)},
    [S_STOCK] = {"stock", "进销存", "s_stock", NULL, "stock:", "stock_id", "stock_time", NULL, NULL,
                 NULL, 4, FIELDS(stock_fields)},
    [S_LINE] = {"line", "费用明细（已冲抵）", "s_line", NULL, "line:", "no", "fee_ocur_time", NULL,
                "det_item_fee_sumamt", NULL, 5, FIELDS(line_fields)},
    [S_LINE_RAW] = {"line_raw", "费用明细（原始）", "s_line", NULL, "line:", "no", "fee_ocur_time",
                    NULL, "det_item_fee_sumamt", NULL, 5, FIELDS(line_fields)},
    [S_UNMATCHED] = {"refund_unmatched", "冲不掉的退费", "s_line", NULL, "line:", "no",
                     "fee_ocur_time", NULL, "det_item_fee_sumamt", NULL, 6, FIELDS(line_fields)},
    [S_SALE] = {"sale", "药品销售", "s_sale", NULL, "sale:", "sale_id", "sale_time", NULL, "amount",
                NULL, 5, FIELDS(sale_fields)},
    [S_TRACE] = {"trace", "药品追溯码", "s_trace", NULL, "trace:", "trace_id", "sale_time", NULL,
                 "amount", NULL, 5, FIELDS(trace_fields)},
    [S_CHECK] = {"check", "在院核查", "s_check", NULL, "check:", "check_id", "check_time", NULL,
                 NULL, NULL, 6, FIELDS(check_fields)},
    [S_REFUND] = {"refund", "退费", "s_refund", NULL, "setl:", "setl_id", "setl_time", NULL,
                  "medfee_sumamt", "fund_pay_sumamt", 6, FIELDS(refund_fields)},
    [S_REG] = {"reg", "门诊慢特病登记", "s_reg", NULL, "reg:", "trt_dcla_detl_sn", "reg_time", NULL,
               NULL, NULL, 0, FIELDS(reg_fields)},
    [S_ENROL] = {"enrol", "参保", "s_enrol", NULL, "enrol:", "psn_insu_rlts_id", "enrol_time", NULL,
                 "medfee_sumamt", "fund_pay_sumamt", 0, FIELDS(enrol_fields)},
    [S_LAB] = {"lab", "检验报告", "s_lab", NULL, "lab:", "report_no", "lab_time", NULL, NULL, NULL,
               5, FIELDS(lab_fields)},
    [S_ACT] = {"act", "经办事项", "s_act", NULL, "act:", "act_no", "act_time", NULL, "act_amt",
               "act_amt", 0, FIELDS(act_fields)},
    [S_CLEARING] = {"clearing", "清算批次", "s_clearing", NULL, "clr:", "clr_no", "dcla_time", NULL,
                    "dcla_amt", NULL, 6, FIELDS(clearing_fields)},
};

const char *const huji_domain_name[DOMAIN_COUNT] = {
    "person", "visit", "setl",  "inst", "item", "dx",   "oprn",
    "doctor", "dept",  "place", "emp",  "code", "text",
};

int source_find(struct span name)
{
    for (int i = 0; i < SOURCE_COUNT; i++)
        if (span_is(name, huji_sources[i].name))
            return i;
    return -1;
}

int source_field(enum source_id s, struct span name)
{
    for (size_t i = 0; i < huji_sources[s].n_fields; i++)
        if (span_is(name, huji_sources[s].fields[i].name))
            return (int)i;
    return -1;
}

int domain_find(struct span name)
{
    for (int i = 0; i < DOMAIN_COUNT; i++)
        if (span_is(name, huji_domain_name[i]))
            return i;
    return -1;
}

bool source_has_person(enum source_id s)
{
    return s != S_STOCK && s != S_CLEARING;
}

int ftype_scale(enum ftype t)
{
    return t == F_FEN ? 2 : t == F_QTY ? 4 : t == F_PRICE ? 6 : 0;
}
