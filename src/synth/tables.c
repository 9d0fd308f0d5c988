/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Columns of every table, in the order in which its rows are put together. */
#include "synth/write.h"

/* clang-format off */
static const struct out_column mdtrt_d_columns[] = {
    {"mdtrt_id", "就诊ID", FK_TEXT}, {"psn_no", "人员编号", FK_TEXT}, {"psn_cert_type", "人员证件类型", FK_TEXT}, {"certno", "证件号码", FK_TEXT},
    {"psn_name", "人员姓名", FK_TEXT}, {"gend", "性别", FK_TEXT}, {"brdy", "出生日期", FK_DAY}, {"age", "年龄", FK_NUM}, {"tel", "联系电话", FK_TEXT},
    {"addr", "联系地址", FK_TEXT}, {"insutype", "险种类型", FK_TEXT}, {"psn_type", "人员类别", FK_TEXT}, {"sp_psn_type", "特殊人员类型", FK_TEXT},
    {"nwb_flag", "新生儿标志", FK_TEXT}, {"insu_admdvs", "参保所属医保区划", FK_TEXT}, {"emp_no", "单位编号", FK_TEXT}, {"emp_name", "单位名称", FK_TEXT},
    {"pay_loc", "支付地点类别", FK_TEXT}, {"fixmedins_code", "定点医药机构编号", FK_TEXT}, {"fixmedins_name", "定点医药机构名称", FK_TEXT}, {"hosp_lv", "医院等级", FK_TEXT},
    {"fix_blng_admdvs", "定点归属医保区划", FK_TEXT}, {"begntime", "开始时间", FK_TIME}, {"endtime", "结束时间", FK_TIME}, {"mdtrt_cert_type", "就诊凭证类型", FK_TEXT},
    {"mdtrt_cert_no", "就诊凭证编号", FK_TEXT}, {"med_type", "医疗类别", FK_TEXT}, {"refl_old_mdtrt_id", "转诊前就诊ID", FK_TEXT}, {"ipt_otp_no", "住院/门诊号", FK_TEXT},
    {"medrcdno", "病历号", FK_TEXT}, {"chfpdr_code", "主诊医师代码", FK_TEXT}, {"chfpdr_name", "主诊医师姓名", FK_TEXT}, {"adm_dept_codg", "入院科室编码", FK_TEXT},
    {"adm_dept_name", "入院科室名称", FK_TEXT}, {"adm_bed", "入院床位", FK_TEXT}, {"wardarea_bed", "病区床位", FK_TEXT}, {"dscg_maindiag_code", "住院主诊断代码", FK_TEXT},
    {"dscg_maindiag_name", "住院主诊断名称", FK_TEXT}, {"dscg_dept_codg", "出院科室编码", FK_TEXT}, {"dscg_dept_name", "出院科室名称", FK_TEXT},
    {"dscg_bed", "出院床位", FK_TEXT}, {"dscg_way", "离院方式", FK_TEXT}, {"dise_no", "病种编号", FK_TEXT}, {"dise_name", "病种名称", FK_TEXT},
    {"inhosp_stas", "在院状态", FK_TEXT}, {"die_date", "死亡日期", FK_DAY}, {"ipt_days", "住院天数", FK_NUM}, {"vali_flag", "有效标志", FK_TEXT},
    {"opter_id", "经办人ID", FK_TEXT}, {"poolarea_no", "统筹区编号", FK_TEXT}, {"proxy_flag", "代办标志", FK_TEXT},
};
static const struct out_column setl_d_columns[] = {
    {"setl_id", "结算ID", FK_TEXT}, {"mdtrt_id", "就诊ID", FK_TEXT}, {"init_setl_id", "原结算ID", FK_TEXT}, {"psn_no", "人员编号", FK_TEXT},
    {"psn_name", "人员姓名", FK_TEXT}, {"certno", "证件号码", FK_TEXT}, {"gend", "性别", FK_TEXT}, {"brdy", "出生日期", FK_DAY}, {"insutype", "险种类型", FK_TEXT},
    {"psn_type", "人员类别", FK_TEXT}, {"sp_psn_type", "特殊人员类型", FK_TEXT}, {"insu_admdvs", "参保所属医保区划", FK_TEXT}, {"emp_no", "单位编号", FK_TEXT},
    {"emp_name", "单位名称", FK_TEXT}, {"pay_loc", "支付地点类别", FK_TEXT}, {"fixmedins_code", "定点医药机构编号", FK_TEXT}, {"fixmedins_name", "定点医药机构名称", FK_TEXT},
    {"hosp_lv", "医院等级", FK_TEXT}, {"fix_blng_admdvs", "定点归属医保区划", FK_TEXT}, {"begndate", "开始日期", FK_DAY}, {"enddate", "结束日期", FK_DAY},
    {"setl_time", "结算时间", FK_TIME}, {"mdtrt_cert_type", "就诊凭证类型", FK_TEXT}, {"mdtrt_cert_no", "就诊凭证编号", FK_TEXT}, {"med_type", "医疗类别", FK_TEXT},
    {"setl_type", "结算类别", FK_TEXT}, {"clr_type", "清算类别", FK_TEXT}, {"clr_way", "清算方式", FK_TEXT}, {"medfee_sumamt", "医疗费总额", FK_NUM},
    {"fulamt_ownpay_amt", "全自费金额", FK_NUM}, {"overlmt_selfpay", "超限价自费费用", FK_NUM}, {"preselfpay_amt", "先行自付金额", FK_NUM},
    {"inscp_amt", "符合范围金额", FK_NUM}, {"act_pay_dedc", "实际支付起付线", FK_NUM}, {"hifp_pay", "基本医疗保险统筹基金支出", FK_NUM}, {"maf_pay", "医疗救助基金支出", FK_NUM},
    {"fund_pay_sumamt", "基金支付总额", FK_NUM}, {"psn_pay", "个人支付金额", FK_NUM}, {"acct_pay", "个人账户支出", FK_NUM}, {"cash_payamt", "现金支付金额", FK_NUM},
    {"ownpay_hosp_part", "自费中医院负担部分", FK_NUM}, {"acct_mulaid_pay", "个人账户共济支付金额", FK_NUM}, {"refd_setl_flag", "退费结算标志", FK_TEXT},
    {"dise_no", "病种编号", FK_TEXT}, {"dise_name", "病种名称", FK_TEXT}, {"invono", "发票号", FK_TEXT}, {"manl_reim_rea", "零星报销原因", FK_TEXT},
    {"vali_flag", "有效标志", FK_TEXT}, {"opter_id", "经办人ID", FK_TEXT}, {"poolarea_no", "统筹区编号", FK_TEXT}, {"mid_setl_flag", "中途结算标志", FK_TEXT},
    {"proxy_flag", "代办标志", FK_TEXT},
};
static const struct out_column fee_list_d_columns[] = {
    {"bkkp_sn", "记账流水号", FK_TEXT}, {"mdtrt_id", "就诊ID", FK_TEXT}, {"setl_id", "结算ID", FK_TEXT}, {"fee_ocur_time", "费用发生时间", FK_TIME},
    {"psn_no", "人员编号", FK_TEXT}, {"rx_drord_no", "处方/医嘱号", FK_TEXT}, {"fixmedins_code", "定点医药机构编号", FK_TEXT}, {"fixmedins_name", "定点医药机构名称", FK_TEXT},
    {"insu_admdvs", "参保所属医保区划", FK_TEXT}, {"med_type", "医疗类别", FK_TEXT}, {"cnt", "数量", FK_NUM}, {"pric", "单价", FK_NUM},
    {"det_item_fee_sumamt", "明细项目费用总额", FK_NUM}, {"selfpay_prop", "自付比例", FK_NUM}, {"fulamt_ownpay_amt", "全自费金额", FK_NUM},
    {"overlmt_selfpay", "超限价自费费用", FK_NUM}, {"preselfpay_amt", "先行自付金额", FK_NUM}, {"inscp_amt", "符合范围金额", FK_NUM}, {"chrgitm_lv", "收费项目等级", FK_TEXT},
    {"hilist_code", "医保目录编码", FK_TEXT}, {"hilist_name", "医保目录名称", FK_TEXT}, {"list_type", "目录类别", FK_TEXT}, {"med_list_codg", "医疗目录编码", FK_TEXT},
    {"medins_list_codg", "医药机构目录编码", FK_TEXT}, {"med_chrgitm_type", "医疗收费项目类别", FK_TEXT}, {"bilg_dept_codg", "开单科室编码", FK_TEXT},
    {"bilg_dept_name", "开单科室名称", FK_TEXT}, {"bilg_dr_code", "开单医师代码", FK_TEXT}, {"bilg_dr_name", "开单医师姓名", FK_TEXT},
    {"acord_dept_codg", "受单科室编码", FK_TEXT}, {"acord_dr_code", "受单医师代码", FK_TEXT}, {"prd_days", "周期天数", FK_NUM},
    {"dscg_tkdrug_flag", "出院带药标志", FK_TEXT}, {"rx_circ_flag", "处方流转标志", FK_TEXT}, {"etip_flag", "外检标志", FK_TEXT}, {"dise_codg", "病种编码", FK_TEXT},
    {"init_feedetl_sn", "原费用明细流水号", FK_TEXT}, {"vali_flag", "有效标志", FK_TEXT},
};
static const struct out_column setl_diag_list_d_columns[] = {
    {"diag_info_id", "诊断信息ID", FK_TEXT}, {"mdtrt_id", "就诊ID", FK_TEXT}, {"psn_no", "人员编号", FK_TEXT}, {"inout_diag_type", "出入院诊断类别", FK_TEXT},
    {"diag_type", "诊断类别", FK_TEXT}, {"maindiag_flag", "主诊断标志", FK_TEXT}, {"diag_srt_no", "诊断排序号", FK_NUM}, {"diag_code", "诊断代码", FK_TEXT},
    {"diag_name", "诊断名称", FK_TEXT}, {"vali_flag", "有效标志", FK_TEXT},
};
static const struct out_column setl_list_diag_d_columns[] = {
    {"setl_list_diag_id", "清单诊断ID", FK_TEXT}, {"setl_id", "结算ID", FK_TEXT}, {"mdtrt_id", "就诊ID", FK_TEXT}, {"psn_no", "人员编号", FK_TEXT},
    {"diag_type", "诊断类别", FK_TEXT}, {"maindiag_flag", "主诊断标志", FK_TEXT}, {"diag_code", "诊断代码", FK_TEXT}, {"diag_name", "诊断名称", FK_TEXT},
    {"vali_flag", "有效标志", FK_TEXT},
};
static const struct out_column setl_list_oprn_d_columns[] = {
    {"setl_list_oprn_id", "清单手术ID", FK_TEXT}, {"setl_id", "结算ID", FK_TEXT}, {"psn_no", "人员编号", FK_TEXT}, {"mdtrt_id", "就诊ID", FK_TEXT},
    {"main_oprn_flag", "主手术标志", FK_TEXT}, {"oprn_oprt_name", "手术操作名称", FK_TEXT}, {"oprn_oprt_code", "手术操作代码", FK_TEXT},
    {"oprn_oprt_date", "手术操作日期", FK_DAY}, {"anst_way", "麻醉方式", FK_TEXT}, {"oper_dr_name", "术者医师姓名", FK_TEXT}, {"oper_dr_code", "术者医师代码", FK_TEXT},
    {"anst_dr_code", "麻醉医师代码", FK_TEXT}, {"oprn_oprt_begntime", "手术操作开始时间", FK_TIME}, {"oprn_oprt_endtime", "手术操作结束时间", FK_TIME},
    {"anst_begntime", "麻醉开始时间", FK_TIME}, {"anst_endtime", "麻醉结束时间", FK_TIME}, {"vali_flag", "有效标志", FK_TEXT},
};
static const struct out_column psn_info_b_columns[] = {
    {"psn_no", "人员编号", FK_TEXT}, {"psn_name", "人员姓名", FK_TEXT}, {"gend", "性别", FK_TEXT}, {"brdy", "出生日期", FK_DAY},
    {"psn_cert_type", "人员证件类型", FK_TEXT}, {"certno", "证件号码", FK_TEXT}, {"tel", "联系电话", FK_TEXT}, {"naty", "民族", FK_TEXT},
    {"live_admdvs", "居住地医保区划", FK_TEXT}, {"live_addr", "居住地址", FK_TEXT}, {"resdbook_no", "户口本编号", FK_TEXT}, {"surv_stas", "生存状态", FK_TEXT},
    {"vali_flag", "有效标志", FK_TEXT},
};
static const struct out_column psn_insu_d_columns[] = {
    {"psn_insu_rlts_id", "人员参保关系id", FK_TEXT}, {"psn_no", "人员编号", FK_TEXT}, {"psn_name", "人员姓名", FK_TEXT}, {"certno", "证件号", FK_TEXT},
    {"emp_no", "单位编号", FK_TEXT}, {"insutype", "险种类型", FK_TEXT}, {"crt_insu_date", "本次参保日期", FK_DAY}, {"paus_insu_date", "暂停参保日期", FK_DAY},
    {"psn_insu_stas", "人员参保状态", FK_TEXT}, {"psn_type", "人员类别", FK_TEXT}, {"insu_admdvs", "参保所属医保区划", FK_TEXT},
};
static const struct out_column fixmedins_b_columns[] = {
    {"fixmedins_code", "定点医药机构编号", FK_TEXT}, {"fixmedins_name", "定点医药机构名称", FK_TEXT}, {"fix_blng_admdvs", "定点归属医保区划", FK_TEXT},
    {"fixmedins_type", "定点医疗服务机构类型", FK_TEXT}, {"hosp_lv", "医院等级", FK_TEXT}, {"begntime", "开始时间", FK_TIME}, {"endtime", "结束时间", FK_TIME},
    {"vali_flag", "有效标志", FK_TEXT},
};
static const struct out_column medins_info_b_columns[] = {
    {"medins_code", "医疗机构代码", FK_TEXT}, {"medins_name", "医疗机构名称", FK_TEXT}, {"admdvs", "医保区划", FK_TEXT}, {"medins_type", "医疗服务机构类型", FK_TEXT},
    {"fixmedins_type", "定点医疗服务机构类型", FK_TEXT}, {"aprv_bed_cnt", "批准床位数量", FK_NUM}, {"medinslv", "医疗机构等级", FK_TEXT}, {"hosp_lv", "医院等级", FK_TEXT},
    {"medins_natu", "机构性质", FK_TEXT}, {"medins_natu_name", "机构性质名称", FK_TEXT}, {"vali_flag", "有效标志", FK_TEXT},
};
static const struct out_column medins_dept_b_columns[] = {
    {"id", "主键", FK_TEXT}, {"org_code", "机构编码", FK_TEXT}, {"org_name", "机构名称", FK_TEXT}, {"dept_no", "科室编号", FK_TEXT}, {"dept_name", "科室名称", FK_TEXT},
    {"aprv_bed_cnt", "批准床位数量", FK_NUM}, {"caty", "科别", FK_TEXT}, {"begntime", "开始时间", FK_TIME}, {"vali_flag", "有效标志", FK_TEXT},
};
static const struct out_column dr_info_b_columns[] = {
    {"dr_code", "医师代码", FK_TEXT}, {"psn_no", "人员编号", FK_TEXT}, {"dr_name", "医师姓名", FK_TEXT}, {"dr_prac_type", "医师执业类别", FK_TEXT},
    {"dr_prac_type_name", "医师执业类别名称", FK_TEXT}, {"dr_prac_scp_name", "医师执业范围名称", FK_TEXT}, {"main_pracins_no", "主执业机构编号", FK_TEXT},
    {"main_pracins_name", "主执业机构名称", FK_TEXT}, {"cntr_begntime", "合同起始时间", FK_TIME}, {"cntr_endtime", "合同截止时间", FK_TIME},
    {"prac_stas", "执业状态", FK_TEXT}, {"vali_flag", "有效标志", FK_TEXT},
};
static const struct out_column fixmedins_cntr_reg_d_columns[] = {
    {"fix_cntr_id", "定点协议ID", FK_TEXT}, {"fixmedins_code", "定点医药机构编号", FK_TEXT}, {"medins_name", "定点医药机构名称", FK_TEXT}, {"begntime", "开始时间", FK_TIME},
    {"endtime", "结束时间", FK_TIME}, {"fix_blng_admdvs", "定点归属医保区划", FK_TEXT}, {"cntr_sign_year", "协议签订年度", FK_TEXT}, {"vali_flag", "有效标志", FK_TEXT},
};
static const struct out_column opsp_reg_d_columns[] = {
    {"trt_dcla_detl_sn", "待遇申报明细流水号", FK_TEXT}, {"dcla_souc", "申报来源", FK_TEXT}, {"insutype", "险种类型", FK_TEXT}, {"psn_no", "人员编号", FK_TEXT},
    {"psn_name", "人员姓名", FK_TEXT}, {"certno", "证件号码", FK_TEXT}, {"opsp_dise_code", "门慢门特病种目录代码", FK_TEXT}, {"opsp_dise_name", "门慢门特病种名称", FK_TEXT},
    {"ide_fixmedins_no", "鉴定定点医药机构编号", FK_TEXT}, {"ide_fixmedins_name", "鉴定定点医药机构名称", FK_TEXT}, {"diag_dr_code", "诊断医师代码", FK_TEXT},
    {"apply_date", "申请日期", FK_DAY}, {"begndate", "开始日期", FK_DAY}, {"enddate", "结束日期", FK_DAY}, {"opter_id", "经办人ID", FK_TEXT},
    {"vali_flag", "有效标志", FK_TEXT},
};
static const struct out_column inv_3501_columns[] = {
    {"rid", "数据唯一记录号", FK_TEXT}, {"fixmedins_code", "定点医药机构编号", FK_TEXT}, {"med_list_codg", "医疗目录编码", FK_TEXT},
    {"fixmedins_hilist_name", "定点医药机构目录名称", FK_TEXT}, {"invdate", "盘存日期", FK_DAY}, {"inv_cnt", "库存数量", FK_NUM}, {"manu_lotnum", "生产批号", FK_TEXT},
};
static const struct out_column inv_3502_columns[] = {
    {"rid", "数据唯一记录号", FK_TEXT}, {"fixmedins_code", "定点医药机构编号", FK_TEXT}, {"med_list_codg", "医疗目录编码", FK_TEXT}, {"inv_chg_type", "库存变更类型", FK_TEXT},
    {"fixmedins_hilist_name", "定点医药机构目录名称", FK_TEXT}, {"cnt", "数量", FK_NUM}, {"inv_chg_time", "库存变更时间", FK_TIME},
};
static const struct out_column inv_3503_columns[] = {
    {"rid", "数据唯一记录号", FK_TEXT}, {"fixmedins_code", "定点医药机构编号", FK_TEXT}, {"med_list_codg", "医疗目录编码", FK_TEXT},
    {"fixmedins_hilist_name", "定点医药机构目录名称", FK_TEXT}, {"spler_name", "供应商名称", FK_TEXT}, {"manu_lotnum", "生产批号", FK_TEXT},
    {"purc_retn_cnt", "采购/退货数量", FK_NUM}, {"purc_invo_no", "采购发票号", FK_TEXT}, {"purc_retn_stoin_time", "采购/退货入库时间", FK_TIME},
    {"prod_geay_flag", "商品赠送标志", FK_TEXT},
};
static const struct out_column inv_3504_columns[] = {
    {"rid", "数据唯一记录号", FK_TEXT}, {"fixmedins_code", "定点医药机构编号", FK_TEXT}, {"med_list_codg", "医疗目录编码", FK_TEXT},
    {"fixmedins_hilist_name", "定点医药机构目录名称", FK_TEXT}, {"spler_name", "供应商名称", FK_TEXT}, {"purc_retn_cnt", "采购/退货数量", FK_NUM},
    {"purc_invo_no", "采购发票号", FK_TEXT}, {"purc_retn_stoin_time", "采购/退货入库时间", FK_TIME},
};
static const struct out_column sale_3505_columns[] = {
    {"rid", "数据唯一记录号", FK_TEXT}, {"fixmedins_code", "定点医药机构编号", FK_TEXT}, {"med_list_codg", "医疗目录编码", FK_TEXT},
    {"fixmedins_hilist_name", "定点医药机构目录名称", FK_TEXT}, {"hi_feesetl_type", "医保费用结算类型", FK_TEXT}, {"setl_id", "结算ID", FK_TEXT},
    {"psn_no", "人员编号", FK_TEXT}, {"psn_name", "人员姓名", FK_TEXT}, {"manu_lotnum", "生产批号", FK_TEXT}, {"expy_end", "有效期止", FK_DAY},
    {"trdn_flag", "拆零标志", FK_TEXT}, {"finl_trns_pric", "最终成交单价", FK_NUM}, {"sel_retn_cnt", "销售/退货数量", FK_NUM}, {"sel_retn_time", "销售/退货时间", FK_TIME},
};
static const struct out_column sale_3506_columns[] = {
    {"rid", "数据唯一记录号", FK_TEXT}, {"fixmedins_code", "定点医药机构编号", FK_TEXT}, {"med_list_codg", "医疗目录编码", FK_TEXT},
    {"fixmedins_hilist_name", "定点医药机构目录名称", FK_TEXT}, {"setl_id", "结算ID", FK_TEXT}, {"psn_no", "人员编号", FK_TEXT}, {"manu_lotnum", "生产批号", FK_TEXT},
    {"finl_trns_pric", "最终成交单价", FK_NUM}, {"sel_retn_cnt", "销售/退货数量", FK_NUM}, {"sel_retn_time", "销售/退货时间", FK_TIME},
};
static const struct out_column drug_trac_columns[] = {
    {"rid", "数据唯一记录号", FK_TEXT}, {"drug_trac_codg", "药品追溯码", FK_TEXT}, {"fixmedins_code", "定点医药机构编号", FK_TEXT}, {"med_list_codg", "医疗目录编码", FK_TEXT},
    {"setl_id", "结算ID", FK_TEXT}, {"mdtrt_id", "就诊ID", FK_TEXT}, {"bkkp_sn", "记账流水号", FK_TEXT}, {"psn_no", "人员编号", FK_TEXT},
    {"opt_time", "销售时间", FK_TIME}, {"sel_retn_cnt", "销售/退货数量", FK_NUM}, {"trdn_flag", "拆零标志", FK_TEXT},
};
static const struct out_column suspension_columns[] = {
    {"fixmedins_code", "定点医药机构编号", FK_TEXT}, {"fixmedins_name", "定点医药机构名称", FK_TEXT}, {"dept_code", "科室编码", FK_TEXT}, {"dept_name", "科室名称", FK_TEXT},
    {"dr_code", "医师代码", FK_TEXT}, {"dr_name", "医师姓名", FK_TEXT}, {"begndate", "中止开始日期", FK_DAY}, {"enddate", "中止结束日期", FK_DAY},
    {"docno", "文号", FK_TEXT},
};
static const struct out_column licence_columns[] = {
    {"dr_code", "医师代码", FK_TEXT}, {"dr_name", "医师姓名", FK_TEXT}, {"fixmedins_code", "执业机构编号", FK_TEXT}, {"dr_prac_type", "执业类别", FK_TEXT},
    {"dr_prac_scp_name", "执业范围", FK_TEXT}, {"begndate", "注册开始日期", FK_DAY}, {"enddate", "注册结束日期", FK_DAY},
};
static const struct out_column death_columns[] = {
    {"psn_no", "人员编号", FK_TEXT}, {"certno", "证件号码", FK_TEXT}, {"psn_name", "姓名", FK_TEXT}, {"die_date", "死亡日期", FK_DAY},
    {"die_souc", "信息来源", FK_TEXT},
};
static const struct out_column presence_check_columns[] = {
    {"check_id", "核查记录号", FK_TEXT}, {"psn_no", "人员编号", FK_TEXT}, {"psn_name", "姓名", FK_TEXT}, {"mdtrt_id", "就诊ID", FK_TEXT},
    {"fixmedins_code", "定点医药机构编号", FK_TEXT}, {"check_time", "核查时间", FK_TIME}, {"result", "核查结果", FK_TEXT}, {"checker", "核查人", FK_TEXT},
};
static const struct out_column household_columns[] = {
    {"psn_no", "人员编号", FK_TEXT}, {"psn_name", "姓名", FK_TEXT}, {"house_no", "户号", FK_TEXT},
};
static const struct out_column terminal_columns[] = {
    {"setl_id", "结算ID", FK_TEXT}, {"terminal_no", "终端编号", FK_TEXT}, {"fixmedins_code", "定点医药机构编号", FK_TEXT},
};
static const struct out_column device_columns[] = {
    {"fixmedins_code", "定点医药机构编号", FK_TEXT}, {"device", "设备类别", FK_TEXT}, {"units", "台数", FK_NUM}, {"per_day", "每台每日最大例次", FK_NUM},
    {"begndate", "启用日期", FK_DAY}, {"enddate", "停用日期", FK_DAY},
};
static const struct out_column long_rx_columns[] = {
    {"psn_no", "人员编号", FK_TEXT}, {"psn_name", "姓名", FK_TEXT}, {"fixmedins_code", "定点医药机构编号", FK_TEXT}, {"begndate", "开始日期", FK_DAY},
    {"enddate", "结束日期", FK_DAY},
};
static const struct out_column agreement_columns[] = {
    {"fixmedins_code", "委托机构编号", FK_TEXT}, {"fixmedins_code2", "受托机构编号", FK_TEXT}, {"serv", "服务内容", FK_TEXT}, {"begndate", "开始日期", FK_DAY},
    {"enddate", "结束日期", FK_DAY},
};
static const struct out_column assisted_columns[] = {
    {"psn_no", "人员编号", FK_TEXT}, {"certno", "证件号码", FK_TEXT}, {"psn_name", "姓名", FK_TEXT}, {"kind", "救助类别", FK_TEXT}, {"begndate", "认定日期", FK_DAY},
    {"enddate", "取消日期", FK_DAY},
};
static const struct out_column staff_columns[] = {
    {"fixmedins_code", "定点医药机构编号", FK_TEXT}, {"psn_no", "人员编号", FK_TEXT}, {"psn_name", "姓名", FK_TEXT}, {"duty", "岗位", FK_TEXT},
    {"begndate", "入职日期", FK_DAY}, {"enddate", "离职日期", FK_DAY},
};
static const struct out_column beds_columns[] = {
    {"fixmedins_code", "定点医药机构编号", FK_TEXT}, {"aprv_bed_cnt", "核定床位数", FK_NUM}, {"begndate", "开始日期", FK_DAY}, {"enddate", "结束日期", FK_DAY},
};
static const struct out_column leave_columns[] = {
    {"psn_no", "人员编号", FK_TEXT}, {"psn_name", "姓名", FK_TEXT}, {"mdtrt_id", "就诊ID", FK_TEXT}, {"fixmedins_code", "定点医药机构编号", FK_TEXT},
    {"begndate", "请假开始日期", FK_DAY}, {"enddate", "请假结束日期", FK_DAY},
};
static const struct out_column lab_result_columns[] = {
    {"report_no", "报告单号", FK_TEXT}, {"psn_no", "人员编号", FK_TEXT}, {"psn_name", "姓名", FK_TEXT}, {"mdtrt_id", "就诊ID", FK_TEXT},
    {"fixmedins_code", "定点医药机构编号", FK_TEXT}, {"lab_name", "检验机构", FK_TEXT}, {"assay", "检验项目", FK_TEXT}, {"item", "分项", FK_TEXT},
    {"value", "结果", FK_TEXT}, {"unit", "单位", FK_TEXT}, {"test_time", "检验时间", FK_TIME},
};
static const struct out_column agency_staff_columns[] = {
    {"opter_id", "经办人ID", FK_TEXT}, {"opter_name", "经办人姓名", FK_TEXT}, {"psn_no", "人员编号", FK_TEXT}, {"certno", "证件号码", FK_TEXT},
};
static const struct out_column agency_act_columns[] = {
    {"act_no", "经办流水号", FK_TEXT}, {"opter_id", "经办人ID", FK_TEXT}, {"check_opter_id", "复核人ID", FK_TEXT}, {"act_type", "经办事项", FK_TEXT},
    {"psn_no", "人员编号", FK_TEXT}, {"psn_name", "姓名", FK_TEXT}, {"fixmedins_code", "定点医药机构编号", FK_TEXT}, {"act_time", "经办时间", FK_TIME},
    {"act_amt", "涉及金额", FK_NUM},
};
static const struct out_column clearing_columns[] = {
    {"clr_no", "清算批次号", FK_TEXT}, {"fixmedins_code", "定点医药机构编号", FK_TEXT}, {"clr_ym", "费用所属月", FK_TEXT}, {"dcla_date", "申报日期", FK_DAY},
    {"pay_date", "拨付日期", FK_DAY}, {"asof_date", "名单截止日期", FK_DAY}, {"dcla_amt", "申报金额", FK_NUM}, {"pay_amt", "拨付金额", FK_NUM},
    {"hold_flag", "有争议暂缓标志", FK_TEXT},
};
static const struct out_column truth_columns[] = {
    {"plant_id", "编号", FK_TEXT}, {"rule_id", "规则", FK_TEXT}, {"is_violation", "是否违规", FK_TEXT}, {"class_expected", "应定等级", FK_TEXT},
    {"owner", "主体", FK_TEXT}, {"psn_no", "人员编号", FK_TEXT}, {"mdtrt_id", "就诊ID", FK_TEXT}, {"fixmedins_code", "机构编号", FK_TEXT},
    {"event_ids", "事件", FK_TEXT}, {"note", "说明", FK_TEXT},
};
#define TABLE(n, title) {#n, title, n##_columns, (int)(sizeof(n##_columns) / sizeof(n##_columns[0]))}

const struct out_table synth_tables[T_COUNT] = {
    [T_MDTRT] = TABLE(mdtrt_d, "就诊信息"),
    [T_SETL] = TABLE(setl_d, "结算信息"),
    [T_FEE] = TABLE(fee_list_d, "费用明细"),
    [T_DIAG_S] = TABLE(setl_diag_list_d, "结算诊断"),
    [T_DIAG_L] = TABLE(setl_list_diag_d, "清单诊断"),
    [T_OPRN] = TABLE(setl_list_oprn_d, "清单手术"),
    [T_PSN] = TABLE(psn_info_b, "人员基本信息"),
    [T_INSU] = TABLE(psn_insu_d, "人员参保信息"),
    [T_FIX] = TABLE(fixmedins_b, "定点医药机构信息"),
    [T_MEDINS] = TABLE(medins_info_b, "医疗机构信息"),
    [T_DEPT] = TABLE(medins_dept_b, "科室信息"),
    [T_DR] = TABLE(dr_info_b, "医师信息"),
    [T_CNTR] = TABLE(fixmedins_cntr_reg_d, "定点协议"),
    [T_OPSP] = TABLE(opsp_reg_d, "门慢门特登记"),
    [T_3501] = TABLE(inv_3501, "商品盘存"),
    [T_3502] = TABLE(inv_3502, "商品库存变更"),
    [T_3503] = TABLE(inv_3503, "商品采购"),
    [T_3504] = TABLE(inv_3504, "商品采购退货"),
    [T_3505] = TABLE(sale_3505, "商品销售"),
    [T_3506] = TABLE(sale_3506, "商品销售退货"),
    [T_TRAC] = TABLE(drug_trac, "药品追溯码"),
    [T_SUSP] = TABLE(suspension, "定点机构中止名单"),
    [T_LIC] = TABLE(licence, "医师执业注册名单"),
    [T_DEATH] = TABLE(death, "死亡人员名单"),
    [T_CHECK] = TABLE(presence_check, "住院在床核查记录"),
    [T_HOUSE] = TABLE(household, "家庭户名单"),
    [T_TERM] = TABLE(terminal, "结算终端对照"),
    [T_DEV] = TABLE(device, "大型设备登记"),
    [T_LONGRX] = TABLE(long_rx, "长期处方登记"),
    [T_AGREE] = TABLE(agreement, "机构间协作协议"),
    [T_ASSIST] = TABLE(assisted, "救助对象名单"),
    [T_STAFF] = TABLE(staff, "医疗机构职工名单"),
    [T_BEDS] = TABLE(beds, "核定床位"),
    [T_LEAVE] = TABLE(leave, "住院患者请假登记"),
    [T_LAB] = TABLE(lab_result, "检验结果"),
    [T_CLERK] = TABLE(agency_staff, "经办人员名单"),
    [T_ACT] = TABLE(agency_act, "经办事项记录"),
    [T_CLEAR] = TABLE(clearing, "清算拨付记录"),
    [T_TRUTH] = TABLE(truth, "真值"),
};
/* clang-format on */
