/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Tables of the bureau itself, in no national schema: what it must ask others for. Columns: schema.h says what each part means. */
#include "claims/schema.h"

/* clang-format off: a column a line reads best */
static const struct table_column suspension_columns[] = {
    {"fixmedins_code", "定点医药机构编号", COL_CODE, D_INST, NEED_KEY, "只中止科室或医师的也要填",
     "H51052300001"},
    {"fixmedins_name", "定点医药机构名称", COL_TEXT, D_NONE, NEED_NO, NULL, "江安县人民医院"},
    {"dept_code", "科室编码", COL_CODE, D_DEPT, NEED_NO, "空 = 全院", "A03"},
    {"dept_name", "科室名称", COL_TEXT, D_NONE, NEED_NO, NULL, "内科"},
    {"dr_code", "医师代码", COL_CODE, D_DOCTOR, NEED_KEY, "空 = 不限医师", "D510523000001"},
    {"dr_name", "医师姓名", COL_TEXT, D_NONE, NEED_NO, NULL, "李四"},
    {"begndate", "中止开始日期", COL_DAY, D_NONE, NEED_DATE, "当日起不得结算", "2023-03-01"},
    {"enddate", "中止结束日期", COL_DAY, D_NONE, NEED_NO, "空 = 尚未恢复", "2023-06-30"},
    {"docno", "文号", COL_TEXT, D_NONE, NEED_NO, NULL, "江医保〔2023〕12号"},
    {"memo", "备注", COL_TEXT, D_NONE, NEED_NO, NULL, NULL},
};

static const struct table_column licence_columns[] = {
    {"dr_code", "医师代码", COL_CODE, D_DOCTOR, NEED_KEY, NULL, "D510523000001"},
    {"dr_name", "医师姓名", COL_TEXT, D_NONE, NEED_NO, NULL, "李四"},
    {"certno", "证件号码", COL_TEXT, D_TEXT, NEED_NO, NULL, "510523196503081234"},
    {"fixmedins_code", "执业机构编号", COL_CODE, D_INST, NEED_NO, NULL, "H51052300001"},
    {"dr_prac_type", "执业类别", COL_CODE, D_CODE, NEED_NO, NULL, "临床"},
    {"dr_prac_scp_name", "执业范围", COL_TEXT, D_NONE, NEED_NO, NULL, "内科专业"},
    {"begndate", "注册开始日期", COL_DAY, D_NONE, NEED_DATE, NULL, "2023-03-01"},
    {"enddate", "注册结束日期", COL_DAY, D_NONE, NEED_NO, "空 = 现仍有效", "2023-06-30"},
    {"memo", "备注", COL_TEXT, D_NONE, NEED_NO, NULL, NULL},
};

static const struct table_column death_columns[] = {
    {"psn_no", "人员编号", COL_CODE, D_PERSON, NEED_PERSON, "与证件号码至少填一项",
     "51052300000000000001"},
    {"certno", "证件号码", COL_TEXT, D_TEXT, NEED_PERSON, "请设为文本格式", "510523196503081234"},
    {"psn_name", "姓名", COL_TEXT, D_NONE, NEED_NO, NULL, "张三"},
    {"die_date", "死亡日期", COL_DAY, D_NONE, NEED_DATE, "如 2023-03-08", "2023-03-08"},
    {"die_souc", "信息来源", COL_CODE, D_CODE, NEED_NO, "民政 / 殡葬 / 公安 / 医学证明", "殡葬"},
    {"memo", "备注", COL_TEXT, D_NONE, NEED_NO, NULL, NULL},
};

static const struct table_column presence_check_columns[] = {
    {"check_id", "核查记录号", COL_TEXT, D_TEXT, NEED_NO, NULL, "C20230308001"},
    {"psn_no", "人员编号", COL_CODE, D_PERSON, NEED_PERSON, "与证件号码、就诊ID至少填一项",
     "51052300000000000001"},
    {"certno", "证件号码", COL_TEXT, D_TEXT, NEED_PERSON, NULL, "510523196503081234"},
    {"psn_name", "姓名", COL_TEXT, D_NONE, NEED_NO, NULL, "张三"},
    {"mdtrt_id", "就诊ID", COL_CODE, D_VISIT, NEED_PERSON, NULL, "510523M000000001"},
    {"fixmedins_code", "定点医药机构编号", COL_CODE, D_INST, NEED_NO, NULL, "H51052300001"},
    {"check_time", "核查时间", COL_TIME, D_NONE, NEED_DATE, "日期和时分", "2023-03-08 20:30:00"},
    {"result", "核查结果", COL_CODE, D_CODE, NEED_CODE, "在院 / 不在 / 请假", "不在"},
    {"checker", "核查人", COL_TEXT, D_NONE, NEED_NO, NULL, "王五"},
    {"memo", "备注", COL_TEXT, D_NONE, NEED_NO, NULL, NULL},
};

static const struct table_column household_columns[] = {
    {"psn_no", "人员编号", COL_CODE, D_PERSON, NEED_PERSON, "与证件号码至少填一项",
     "51052300000000000001"},
    {"certno", "证件号码", COL_TEXT, D_TEXT, NEED_PERSON, "请设为文本格式", "510523196503081234"},
    {"psn_name", "姓名", COL_TEXT, D_NONE, NEED_NO, NULL, "张三"},
    {"house_no", "户号", COL_TEXT, D_TEXT, NEED_KEY, "同户同号", "510523100200301"},
    {"memo", "备注", COL_TEXT, D_NONE, NEED_NO, NULL, NULL},
};

static const struct table_column terminal_columns[] = {
    {"setl_id", "结算ID", COL_CODE, D_SETL, NEED_KEY, NULL, "510523G000000001"},
    {"terminal_no", "终端编号", COL_TEXT, D_TEXT, NEED_CODE, NULL, "T0001"},
    {"fixmedins_code", "定点医药机构编号", COL_CODE, D_INST, NEED_NO, NULL, "H51052300001"},
    {"memo", "备注", COL_TEXT, D_NONE, NEED_NO, NULL, NULL},
};

static const struct table_column device_columns[] = {
    {"fixmedins_code", "定点医药机构编号", COL_CODE, D_INST, NEED_KEY, NULL, "H51052300001"},
    {"device", "设备类别", COL_CODE, D_CODE, NEED_CODE, "dialysis 透析机 / ct / mri / ...",
     "dialysis"},
    {"units", "台数", COL_INT, D_NONE, NEED_AMOUNT, NULL, "20"},
    {"per_day", "每台每日最大例次", COL_INT, D_NONE, NEED_NO, "每台每日最多能做几例", "3"},
    {"begndate", "启用日期", COL_DAY, D_NONE, NEED_NO, NULL, "2023-03-01"},
    {"enddate", "停用日期", COL_DAY, D_NONE, NEED_NO, NULL, "2023-06-30"},
    {"memo", "备注", COL_TEXT, D_NONE, NEED_NO, NULL, NULL},
};

static const struct table_column long_rx_columns[] = {
    {"psn_no", "人员编号", COL_CODE, D_PERSON, NEED_PERSON, "与证件号码至少填一项",
     "51052300000000000001"},
    {"certno", "证件号码", COL_TEXT, D_TEXT, NEED_PERSON, NULL, "510523196503081234"},
    {"psn_name", "姓名", COL_TEXT, D_NONE, NEED_NO, NULL, "张三"},
    {"fixmedins_code", "定点医药机构编号", COL_CODE, D_INST, NEED_NO, NULL, "H51052300001"},
    {"begndate", "开始日期", COL_DAY, D_NONE, NEED_DATE, NULL, "2023-03-01"},
    {"enddate", "结束日期", COL_DAY, D_NONE, NEED_NO, NULL, "2023-06-30"},
    {"memo", "备注", COL_TEXT, D_NONE, NEED_NO, NULL, NULL},
};

static const struct table_column agreement_columns[] = {
    {"fixmedins_code", "委托机构编号", COL_CODE, D_INST, NEED_KEY, "开单、结算的机构",
     "H51052300001"},
    {"fixmedins_code2", "受托机构编号", COL_CODE, D_INST, NEED_CODE, "实际提供服务的机构",
     "H51052300002"},
    {"serv", "服务内容", COL_TEXT, D_NONE, NEED_NO, NULL, "血液透析外送"},
    {"begndate", "开始日期", COL_DAY, D_NONE, NEED_NO, NULL, "2023-03-01"},
    {"enddate", "结束日期", COL_DAY, D_NONE, NEED_NO, NULL, "2023-06-30"},
    {"memo", "备注", COL_TEXT, D_NONE, NEED_NO, NULL, NULL},
};

static const struct table_column assisted_columns[] = {
    {"psn_no", "人员编号", COL_CODE, D_PERSON, NEED_PERSON, "与证件号码至少填一项",
     "51052300000000000001"},
    {"certno", "证件号码", COL_TEXT, D_TEXT, NEED_PERSON, "请设为文本格式", "510523196503081234"},
    {"psn_name", "姓名", COL_TEXT, D_NONE, NEED_NO, NULL, "张三"},
    {"kind", "救助类别", COL_CODE, D_CODE, NEED_CODE, "低保 / 特困 / 五保 / 建档立卡 / 孤儿",
     "低保"},
    {"begndate", "认定日期", COL_DAY, D_NONE, NEED_NO, "空 = 一直", "2023-03-01"},
    {"enddate", "取消日期", COL_DAY, D_NONE, NEED_NO, "空 = 至今", "2023-06-30"},
    {"memo", "备注", COL_TEXT, D_NONE, NEED_NO, NULL, NULL},
};

static const struct table_column staff_columns[] = {
    {"fixmedins_code", "定点医药机构编号", COL_CODE, D_INST, NEED_KEY, NULL, "H51052300001"},
    {"psn_no", "人员编号", COL_CODE, D_PERSON, NEED_PERSON, "与证件号码至少填一项",
     "51052300000000000001"},
    {"certno", "证件号码", COL_TEXT, D_TEXT, NEED_PERSON, "请设为文本格式", "510523196503081234"},
    {"psn_name", "姓名", COL_TEXT, D_NONE, NEED_NO, NULL, "张三"},
    {"duty", "岗位", COL_TEXT, D_NONE, NEED_NO, NULL, "护士"},
    {"begndate", "入职日期", COL_DAY, D_NONE, NEED_NO, NULL, "2023-03-01"},
    {"enddate", "离职日期", COL_DAY, D_NONE, NEED_NO, NULL, "2023-06-30"},
    {"memo", "备注", COL_TEXT, D_NONE, NEED_NO, NULL, NULL},
};

static const struct table_column beds_columns[] = {
    {"fixmedins_code", "定点医药机构编号", COL_CODE, D_INST, NEED_KEY, NULL, "H51052300001"},
    {"dept_code", "科室编码", COL_CODE, D_DEPT, NEED_NO, "空 = 全院合计", "A03"},
    {"dept_name", "科室名称", COL_TEXT, D_NONE, NEED_NO, NULL, "内科"},
    {"aprv_bed_cnt", "核定床位数", COL_INT, D_NONE, NEED_AMOUNT, NULL, "100"},
    {"begndate", "开始日期", COL_DAY, D_NONE, NEED_NO, NULL, "2023-03-01"},
    {"enddate", "结束日期", COL_DAY, D_NONE, NEED_NO, NULL, "2023-06-30"},
    {"memo", "备注", COL_TEXT, D_NONE, NEED_NO, NULL, NULL},
};

static const struct table_column leave_columns[] = {
    {"psn_no", "人员编号", COL_CODE, D_PERSON, NEED_PERSON, "与证件号码至少填一项",
     "51052300000000000001"},
    {"certno", "证件号码", COL_TEXT, D_TEXT, NEED_PERSON, NULL, "510523196503081234"},
    {"psn_name", "姓名", COL_TEXT, D_NONE, NEED_NO, NULL, "张三"},
    {"mdtrt_id", "就诊ID", COL_CODE, D_VISIT, NEED_NO, NULL, "510523M000000001"},
    {"fixmedins_code", "定点医药机构编号", COL_CODE, D_INST, NEED_NO, NULL, "H51052300001"},
    {"begndate", "请假开始日期", COL_DAY, D_NONE, NEED_DATE, NULL, "2023-03-01"},
    {"enddate", "请假结束日期", COL_DAY, D_NONE, NEED_NO, NULL, "2023-06-30"},
    {"memo", "备注", COL_TEXT, D_NONE, NEED_NO, NULL, NULL},
};

/* clang-format on */
const struct table_schema schema_suspension = {
    "suspension",
    "定点机构中止名单",
    "暂停医保服务名单,中止医保服务,停机名单,处罚中止",
    NULL,
    true,
    suspension_columns,
    sizeof(suspension_columns) / sizeof(suspension_columns[0])};
const struct table_schema schema_licence = {"licence",
                                            "医师执业注册名单",
                                            "执业注册,执业许可",
                                            NULL,
                                            true,
                                            licence_columns,
                                            sizeof(licence_columns) / sizeof(licence_columns[0])};
const struct table_schema schema_death = {
    "death", "死亡人员名单", "死亡名单,死亡信息,殡葬火化名单,死亡人口",       NULL,
    true,    death_columns,  sizeof(death_columns) / sizeof(death_columns[0])};
const struct table_schema schema_presence_check = {"presence_check",
                                                   "住院在床核查记录",
                                                   "在床核查,查床记录,在院核查",
                                                   NULL,
                                                   true,
                                                   presence_check_columns,
                                                   sizeof(presence_check_columns) /
                                                       sizeof(presence_check_columns[0])};
const struct table_schema schema_household = {"household",
                                              "家庭户名单",
                                              "户籍,家庭成员,户口名单",
                                              NULL,
                                              true,
                                              household_columns,
                                              sizeof(household_columns) /
                                                  sizeof(household_columns[0])};
const struct table_schema schema_terminal = {"terminal",
                                             "结算终端对照",
                                             "终端对照,刷卡终端",
                                             "setl_id",
                                             true,
                                             terminal_columns,
                                             sizeof(terminal_columns) /
                                                 sizeof(terminal_columns[0])};
const struct table_schema schema_device = {"device",
                                           "大型设备登记",
                                           "设备登记,设备台账,透析机登记",
                                           NULL,
                                           true,
                                           device_columns,
                                           sizeof(device_columns) / sizeof(device_columns[0])};
const struct table_schema schema_long_rx = {"long_rx",
                                            "长期处方登记",
                                            "长处方登记",
                                            NULL,
                                            true,
                                            long_rx_columns,
                                            sizeof(long_rx_columns) / sizeof(long_rx_columns[0])};
const struct table_schema schema_agreement = {"agreement",
                                              "机构间协作协议",
                                              "外送检查协议,协作协议,医联体协议",
                                              NULL,
                                              true,
                                              agreement_columns,
                                              sizeof(agreement_columns) /
                                                  sizeof(agreement_columns[0])};
const struct table_schema schema_assisted = {
    "assisted",
    "救助对象名单",
    "低保名单,特困名单,五保名单,建档立卡名单,孤儿名单,医疗救助对象",
    NULL,
    true,
    assisted_columns,
    sizeof(assisted_columns) / sizeof(assisted_columns[0])};
const struct table_schema schema_staff = {"staff",
                                          "医疗机构职工名单",
                                          "职工名册,本院职工,医院职工",
                                          NULL,
                                          true,
                                          staff_columns,
                                          sizeof(staff_columns) / sizeof(staff_columns[0])};
const struct table_schema schema_beds = {"beds",
                                         "核定床位",
                                         "床位核定,批准床位",
                                         NULL,
                                         true,
                                         beds_columns,
                                         sizeof(beds_columns) / sizeof(beds_columns[0])};
const struct table_schema schema_leave = {"leave",
                                          "住院患者请假登记",
                                          "请假登记,请假名单",
                                          NULL,
                                          true,
                                          leave_columns,
                                          sizeof(leave_columns) / sizeof(leave_columns[0])};
