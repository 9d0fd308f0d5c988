/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What laboratories and the agency itself must give: results, clerks and what they did, clearing batches. */
#include "claims/schema.h"

/* clang-format off: a column a line reads best */
static const struct table_column lab_result_columns[] = {
    {"report_no", "报告单号", COL_TEXT, D_TEXT, NEED_KEY, "同一张报告的各项结果同号",
     "L20230308001"},
    {"psn_no", "人员编号", COL_CODE, D_PERSON, NEED_PERSON, "与证件号码至少填一项",
     "51052300000000000001"},
    {"certno", "证件号码", COL_TEXT, D_TEXT, NEED_PERSON, "请设为文本格式", "510523196503081234"},
    {"psn_name", "姓名", COL_TEXT, D_NONE, NEED_NO, NULL, "张三"},
    {"mdtrt_id", "就诊ID", COL_CODE, D_VISIT, NEED_NO, NULL, "510523M000000001"},
    {"fixmedins_code", "定点医药机构编号", COL_CODE, D_INST, NEED_NO, NULL, "H51052300001"},
    {"lab_name", "检验机构", COL_TEXT, D_TEXT, NEED_NO, "外送检验的填检验所", "本院检验科"},
    {"assay", "检验项目", COL_TEXT, D_TEXT, NEED_NO, "整张报告的名称", "肝功能"},
    {"item", "分项", COL_TEXT, D_NONE, NEED_CODE, NULL, "丙氨酸氨基转移酶"},
    {"value", "结果", COL_TEXT, D_NONE, NEED_NO, "数值或 阳性 / 阴性", "35.2"},
    {"unit", "单位", COL_TEXT, D_NONE, NEED_NO, NULL, "U/L"},
    {"test_time", "检验时间", COL_TIME, D_NONE, NEED_DATE, NULL, "2023-03-08 09:30:00"},
    {"memo", "备注", COL_TEXT, D_NONE, NEED_NO, NULL, NULL},
};

static const struct table_column agency_staff_columns[] = {
    {"opter_id", "经办人ID", COL_TEXT, D_TEXT, NEED_KEY, "与业务系统的操作员号一致", "JB001"},
    {"opter_name", "经办人姓名", COL_TEXT, D_NONE, NEED_NO, NULL, "赵六"},
    {"psn_no", "人员编号", COL_CODE, D_PERSON, NEED_PERSON,
     "经办人本人参保的编号，与证件号码至少填一项", "51052300000000000009"},
    {"certno", "证件号码", COL_TEXT, D_TEXT, NEED_PERSON, "请设为文本格式", "510523198003081234"},
    {"memo", "备注", COL_TEXT, D_NONE, NEED_NO, NULL, NULL},
};

static const struct table_column agency_act_columns[] = {
    {"act_no", "经办流水号", COL_TEXT, D_TEXT, NEED_NO, NULL, "JB20230308001"},
    {"opter_id", "经办人ID", COL_TEXT, D_TEXT, NEED_KEY, NULL, "JB001"},
    {"check_opter_id", "复核人ID", COL_TEXT, D_TEXT, NEED_NO, "没有复核的留空", "JB002"},
    {"act_type", "经办事项", COL_CODE, D_CODE, NEED_CODE,
     "待遇登记 / 零星报销 / 恢复待遇 / 参保登记 / 履约检查 / 稽核 / 内审 / 其他", "零星报销"},
    {"psn_no", "人员编号", COL_CODE, D_PERSON, NEED_PERSON, "与证件号码、机构编号至少填一项",
     "51052300000000000001"},
    {"certno", "证件号码", COL_TEXT, D_TEXT, NEED_PERSON, "请设为文本格式", "510523196503081234"},
    {"psn_name", "姓名", COL_TEXT, D_NONE, NEED_NO, NULL, "张三"},
    {"fixmedins_code", "定点医药机构编号", COL_CODE, D_INST, NEED_PERSON, NULL, "H51052300001"},
    {"act_time", "经办时间", COL_TIME, D_NONE, NEED_DATE, "日期和时分", "2023-03-08 10:20:00"},
    {"act_amt", "涉及金额", COL_FEN, D_NONE, NEED_NO, "元", "1200.00"},
    {"memo", "备注", COL_TEXT, D_NONE, NEED_NO, NULL, NULL},
};

static const struct table_column clearing_columns[] = {
    {"clr_no", "清算批次号", COL_TEXT, D_TEXT, NEED_NO, NULL, "Q202303001"},
    {"fixmedins_code", "定点医药机构编号", COL_CODE, D_INST, NEED_KEY, NULL, "H51052300001"},
    {"clr_ym", "费用所属月", COL_TEXT, D_NONE, NEED_NO, NULL, "2023-02"},
    {"dcla_date", "申报日期", COL_DAY, D_NONE, NEED_DATE, NULL, "2023-03-05"},
    {"pay_date", "拨付日期", COL_DAY, D_NONE, NEED_NO, "空 = 尚未拨付", "2023-04-10"},
    {"asof_date", "名单截止日期", COL_DAY, D_NONE, NEED_NO, "导出这张表的日期", "2023-12-31"},
    {"dcla_amt", "申报金额", COL_FEN, D_NONE, NEED_AMOUNT, "元", "350000.00"},
    {"pay_amt", "拨付金额", COL_FEN, D_NONE, NEED_NO, "元", "332500.00"},
    {"hold_flag", "有争议暂缓标志", COL_CODE, D_CODE, NEED_NO, "1 = 有争议暂缓拨付", "0"},
    {"memo", "备注", COL_TEXT, D_NONE, NEED_NO, NULL, NULL},
};

#define OWN(t, title, words)                 \
    const struct table_schema schema_##t = { \
        #t, title, words, NULL, true, t##_columns, sizeof(t##_columns) / sizeof(t##_columns[0])}

/* clang-format on */
OWN(lab_result, "检验结果", "检验结果明细,检验报告结果,化验结果");
OWN(agency_staff, "经办人员名单", "经办人名单,经办机构职工");
OWN(agency_act, "经办事项记录", "经办日志,经办记录,业务办理记录");
OWN(clearing, "清算拨付记录", "费用拨付记录,清算批次,拨付台账");
