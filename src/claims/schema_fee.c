/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Fee lines, diagnoses, operations. Columns: schema.h says what each part means. */
#include "claims/schema.h"

#define TEXT(n, t)                                  \
    {                                               \
        n, t, COL_TEXT, D_NONE, NEED_NO, NULL, NULL \
    }
#define DATA(n, t, k)                        \
    {                                        \
        n, t, k, D_NONE, NEED_NO, NULL, NULL \
    }
#define CODE(n, t, k, d)                \
    {                                   \
        n, t, k, d, NEED_NO, NULL, NULL \
    }
#define NEED(n, t, k, d, need)       \
    {                                \
        n, t, k, d, need, NULL, NULL \
    }

/* clang-format off: a column a line reads best */
static const struct table_column fee_list_d_columns[] = {
    NEED("fee_ocur_time", "费用发生时间", COL_TIME, D_NONE, NEED_DATE),
    CODE("mdtrt_id", "就诊ID", COL_CODE, D_VISIT),
    CODE("setl_id", "结算ID", COL_CODE, D_SETL),
    NEED("bkkp_sn", "记账流水号", COL_TEXT, D_TEXT, NEED_KEY),
    CODE("rx_drord_no", "处方/医嘱号", COL_TEXT, D_TEXT),
    CODE("fixmedins_code", "定点医药机构编号", COL_CODE, D_INST),
    TEXT("fixmedins_name", "定点医药机构名称"),
    NEED("psn_no", "人员编号", COL_CODE, D_PERSON, NEED_PERSON),
    TEXT("psn_insu_rlts_id", "人员参保关系ID"),
    CODE("insu_admdvs", "参保所属医保区划", COL_CODE, D_PLACE),
    CODE("pay_loc", "支付地点类别", COL_CODE, D_CODE),
    CODE("med_type", "医疗类别", COL_CODE, D_CODE),
    DATA("cnt", "数量", COL_QTY),
    DATA("pric", "单价", COL_PRICE),
    NEED("det_item_fee_sumamt", "明细项目费用总额", COL_FEN, D_NONE, NEED_AMOUNT),
    DATA("pric_uplmt_amt", "定价上限金额", COL_FEN),
    TEXT("selfpay_prop", "自付比例"),
    DATA("fulamt_ownpay_amt", "全自费金额", COL_FEN),
    DATA("overlmt_selfpay", "超限价自费费用", COL_FEN),
    DATA("preselfpay_amt", "先行自付金额", COL_FEN),
    DATA("inscp_amt", "符合范围金额", COL_FEN),
    DATA("cvlserv_bedfee_amt", "公务员床位费金额", COL_FEN),
    DATA("medins_disc_amt", "医院减免金额", COL_FEN),
    CODE("chrgitm_lv", "收费项目等级", COL_CODE, D_CODE),
    CODE("hilist_code", "医保目录编码", COL_CODE, D_ITEM),
    TEXT("hilist_name", "医保目录名称"),
    CODE("list_type", "目录类别", COL_CODE, D_CODE),
    CODE("med_list_codg", "医疗目录编码", COL_CODE, D_ITEM),
    TEXT("medins_list_codg", "医药机构目录编码"),
    TEXT("medins_list_name", "医药机构目录名称"),
    CODE("med_chrgitm_type", "医疗收费项目类别", COL_CODE, D_CODE),
    TEXT("prodname", "商品名"),
    TEXT("spec", "规格"),
    TEXT("dosform_name", "剂型名称"),
    CODE("bilg_dept_codg", "开单科室编码", COL_CODE, D_DEPT),
    TEXT("bilg_dept_name", "开单科室名称"),
    CODE("bilg_dr_code", "开单医师代码", COL_CODE, D_DOCTOR),
    TEXT("bilg_dr_name", "开单医师姓名"),
    CODE("acord_dept_codg", "受单科室编码", COL_CODE, D_DEPT),
    TEXT("acord_dept_name", "受单科室名称"),
    CODE("acord_dr_code", "受单医师代码", COL_CODE, D_DOCTOR),
    TEXT("acord_dr_name", "受单医师姓名"),
    TEXT("lmt_used_flag", "限制使用标志"),
    TEXT("hosp_prep_flag", "医院制剂标志"),
    TEXT("hosp_appr_flag", "医院审批标志"),
    TEXT("tcmdrug_used_way", "中药使用方式"),
    TEXT("prodplac_type", "生产地类别"),
    TEXT("bas_medn_flag", "基本药物标志"),
    TEXT("hi_nego_drug_flag", "医保谈判药品标志"),
    TEXT("prcu_drug_flag", "贵重药品标志"),
    TEXT("chld_medc_flag", "儿童用药标志"),
    CODE("etip_flag", "外检标志", COL_CODE, D_CODE),
    CODE("etip_hosp_code", "外检医院编码", COL_CODE, D_INST),
    CODE("dscg_tkdrug_flag", "出院带药标志", COL_CODE, D_CODE),
    TEXT("list_sp_item_flag", "目录特项标志"),
    TEXT("matn_fee_flag", "生育费用标志"),
    TEXT("drt_reim_flag", "直报标志"),
    TEXT("reim_prop", "报销比例"),
    CODE("oprn_oprt_code", "手术操作代码", COL_CODE, D_OPRN),
    TEXT("sin_dos_dscr", "单次剂量描述"),
    TEXT("used_frqu_dscr", "使用频次描述"),
    DATA("prd_days", "周期天数", COL_INT),
    TEXT("medc_way_dscr", "用药途径描述"),
    TEXT("memo", "备注"),
    CODE("vali_flag", "有效标志", COL_CODE, D_CODE),
    CODE("rid", "数据唯一记录号", COL_TEXT, D_TEXT),
    DATA("updt_time", "数据更新时间", COL_TIME),
    TEXT("crter_id", "创建人ID"),
    TEXT("crter_name", "创建人姓名"),
    DATA("crte_time", "数据创建时间", COL_TIME),
    TEXT("crte_optins_no", "创建机构编号"),
    CODE("opter_id", "经办人ID", COL_TEXT, D_TEXT),
    TEXT("opter_name", "经办人姓名"),
    DATA("opt_time", "经办时间", COL_TIME),
    TEXT("optins_no", "经办机构编号"),
    TEXT("poolarea_no", "统筹区编号"),
    CODE("rx_circ_flag", "处方流转标志", COL_CODE, D_CODE),
    CODE("dise_codg", "病种编码", COL_CODE, D_CODE),
    TEXT("chrg_bchno", "收费批次号"),
    CODE("init_feedetl_sn", "原费用明细流水号", COL_TEXT, D_TEXT),
    TEXT("biz_date", "业务日期"),
    DATA("deleted_time", "数据删除时间", COL_TIME),
    CODE("deleted", "数据删除状态", COL_CODE, D_CODE),
    DATA("exch_updt_time", "交换库更新时间", COL_TIME),
    TEXT("subsys_codg", "子系统代码"),
    CODE("admdvs", "医保区划", COL_CODE, D_PLACE),
    TEXT("comb_no", "组套编号"),
};

static const struct table_column setl_diag_list_d_columns[] = {
    TEXT("diag_info_id", "诊断信息ID"),
    NEED("mdtrt_id", "就诊ID", COL_CODE, D_VISIT, NEED_KEY),
    CODE("psn_no", "人员编号", COL_CODE, D_PERSON),
    CODE("inout_diag_type", "出入院诊断类别", COL_CODE, D_CODE),
    CODE("diag_type", "诊断类别", COL_CODE, D_CODE),
    CODE("maindiag_flag", "主诊断标志", COL_CODE, D_CODE),
    DATA("diag_srt_no", "诊断排序号", COL_INT),
    NEED("diag_code", "诊断代码", COL_CODE, D_DX, NEED_CODE),
    TEXT("diag_name", "诊断名称"),
    TEXT("adm_cond", "入院病情"),
    TEXT("diag_dept", "诊断科室"),
    CODE("diag_dr_code", "诊断医师代码", COL_CODE, D_DOCTOR),
    TEXT("diag_dr_name", "诊断医师姓名"),
    DATA("diag_time", "诊断时间", COL_TIME),
    CODE("vali_flag", "有效标志", COL_CODE, D_CODE),
    CODE("rid", "数据唯一记录号", COL_TEXT, D_TEXT),
    DATA("updt_time", "数据更新时间", COL_TIME),
};

static const struct table_column setl_list_diag_d_columns[] = {
    TEXT("setl_list_diag_id", "清单诊断ID"),
    NEED("setl_id", "结算ID", COL_CODE, D_SETL, NEED_KEY),
    NEED("mdtrt_id", "就诊ID", COL_CODE, D_VISIT, NEED_KEY),
    CODE("psn_no", "人员编号", COL_CODE, D_PERSON),
    CODE("diag_type", "诊断类别", COL_CODE, D_CODE),
    CODE("maindiag_flag", "主诊断标志", COL_CODE, D_CODE),
    NEED("diag_code", "诊断代码", COL_CODE, D_DX, NEED_CODE),
    TEXT("diag_name", "诊断名称"),
    TEXT("adm_cond_type", "入院病情类型"),
    CODE("vali_flag", "有效标志", COL_CODE, D_CODE),
    CODE("rid", "数据唯一记录号", COL_TEXT, D_TEXT),
    DATA("updt_time", "数据更新时间", COL_TIME),
    TEXT("setl_list_sn", "结算清单流水号"),
};

static const struct table_column setl_list_oprn_d_columns[] = {
    CODE("setl_list_oprn_id", "清单手术ID", COL_TEXT, D_TEXT),
    NEED("setl_id", "结算ID", COL_CODE, D_SETL, NEED_KEY),
    CODE("psn_no", "人员编号", COL_CODE, D_PERSON),
    NEED("mdtrt_id", "就诊ID", COL_CODE, D_VISIT, NEED_KEY),
    CODE("main_oprn_flag", "主手术标志", COL_CODE, D_CODE),
    TEXT("oprn_oprt_name", "手术操作名称"),
    NEED("oprn_oprt_code", "手术操作代码", COL_CODE, D_OPRN, NEED_CODE),
    NEED("oprn_oprt_date", "手术操作日期", COL_DAY, D_NONE, NEED_DATE),
    CODE("anst_way", "麻醉方式", COL_CODE, D_CODE),
    TEXT("oper_dr_name", "术者医师姓名"),
    CODE("oper_dr_code", "术者医师代码", COL_CODE, D_DOCTOR),
    TEXT("anst_dr_name", "麻醉医师姓名"),
    CODE("anst_dr_code", "麻醉医师代码", COL_CODE, D_DOCTOR),
    NEED("oprn_oprt_begntime", "手术操作开始时间", COL_TEXT, D_NONE, NEED_DATE),
    TEXT("oprn_oprt_endtime", "手术操作结束时间"),
    TEXT("anst_begntime", "麻醉开始时间"),
    TEXT("anst_endtime", "麻醉结束时间"),
    CODE("oprn_oprt_type", "手术操作分类", COL_CODE, D_CODE),
    TEXT("setl_list_sn", "结算清单流水号"),
    CODE("vali_flag", "有效标志", COL_CODE, D_CODE),
    CODE("rid", "数据唯一记录号", COL_TEXT, D_TEXT),
};

/* clang-format on */
const struct table_schema schema_fee_list_d = {"fee_list_d",
                                               "费用明细",
                                               "费用明细表,费用清单,收费明细",
                                               "bkkp_sn",
                                               false,
                                               fee_list_d_columns,
                                               sizeof(fee_list_d_columns) /
                                                   sizeof(fee_list_d_columns[0])};
const struct table_schema schema_setl_diag_list_d = {"setl_diag_list_d",
                                                     "结算诊断",
                                                     "结算诊断列表",
                                                     "diag_info_id",
                                                     false,
                                                     setl_diag_list_d_columns,
                                                     sizeof(setl_diag_list_d_columns) /
                                                         sizeof(setl_diag_list_d_columns[0])};
const struct table_schema schema_setl_list_diag_d = {"setl_list_diag_d",
                                                     "清单诊断",
                                                     "结算清单诊断",
                                                     "setl_list_diag_id",
                                                     false,
                                                     setl_list_diag_d_columns,
                                                     sizeof(setl_list_diag_d_columns) /
                                                         sizeof(setl_list_diag_d_columns[0])};
const struct table_schema schema_setl_list_oprn_d = {"setl_list_oprn_d",
                                                     "清单手术",
                                                     "结算清单手术,手术操作信息",
                                                     "setl_list_oprn_id",
                                                     false,
                                                     setl_list_oprn_d_columns,
                                                     sizeof(setl_list_oprn_d_columns) /
                                                         sizeof(setl_list_oprn_d_columns[0])};
