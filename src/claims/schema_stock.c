/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Stock, sales and drug trace codes (3501-3506, 3513). Columns: schema.h says what each part means. */
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
static const struct table_column inv_3501_columns[] = {
    {"fixmedins_code", "定点医药机构编号", COL_CODE, D_INST, NEED_KEY, NULL, "H51052300001"},
    {"med_list_codg", "医疗目录编码", COL_CODE, D_ITEM, NEED_CODE, NULL, "XA10BAE046A001010100001"},
    {"fixmedins_hilist_id", "定点医药机构目录编号", COL_TEXT, D_NONE, NEED_NO, NULL, "Y0001"},
    {"fixmedins_hilist_name", "定点医药机构目录名称", COL_TEXT, D_NONE, NEED_NO, NULL,
     "盐酸二甲双胍片"},
    {"rx_flag", "处方药标志", COL_CODE, D_CODE, NEED_NO, NULL, "1"},
    {"invdate", "盘存日期", COL_DAY, D_NONE, NEED_DATE, NULL, "2022-12-31"},
    {"inv_cnt", "库存数量", COL_QTY, D_NONE, NEED_AMOUNT, NULL, "120"},
    {"manu_lotnum", "生产批号", COL_TEXT, D_TEXT, NEED_NO, NULL, "20220501"},
    {"fixmedins_bchno", "定点医药机构批次流水号", COL_TEXT, D_NONE, NEED_NO, NULL, "B0001"},
    {"manu_date", "生产日期", COL_DAY, D_NONE, NEED_NO, NULL, "2022-05-01"},
    {"expy_end", "有效期止", COL_DAY, D_NONE, NEED_NO, NULL, "2024-04-30"},
    {"memo", "备注", COL_TEXT, D_NONE, NEED_NO, NULL, NULL},
    {"rid", "数据唯一记录号", COL_TEXT, D_TEXT, NEED_NO, NULL, NULL},
};

static const struct table_column inv_3502_columns[] = {
    NEED("fixmedins_code", "定点医药机构编号", COL_CODE, D_INST, NEED_KEY),
    NEED("med_list_codg", "医疗目录编码", COL_CODE, D_ITEM, NEED_CODE),
    CODE("inv_chg_type", "库存变更类型", COL_CODE, D_CODE),
    TEXT("fixmedins_hilist_id", "定点医药机构目录编号"),
    TEXT("fixmedins_hilist_name", "定点医药机构目录名称"),
    TEXT("fixmedins_bchno", "定点医药机构批次流水号"),
    DATA("pric", "单价", COL_PRICE),
    NEED("cnt", "数量", COL_QTY, D_NONE, NEED_AMOUNT),
    CODE("rx_flag", "处方药标志", COL_CODE, D_CODE),
    NEED("inv_chg_time", "库存变更时间", COL_TIME, D_NONE, NEED_DATE),
    TEXT("inv_chg_opter_name", "库存变更经办人姓名"),
    TEXT("memo", "备注"),
    CODE("trdn_flag", "拆零标志", COL_CODE, D_CODE),
    CODE("rid", "数据唯一记录号", COL_TEXT, D_TEXT),
};

static const struct table_column inv_3503_columns[] = {
    NEED("fixmedins_code", "定点医药机构编号", COL_CODE, D_INST, NEED_KEY),
    NEED("med_list_codg", "医疗目录编码", COL_CODE, D_ITEM, NEED_CODE),
    TEXT("fixmedins_hilist_id", "定点医药机构目录编号"),
    TEXT("fixmedins_hilist_name", "定点医药机构目录名称"),
    TEXT("dynt_no", "随货单号"),
    TEXT("fixmedins_bchno", "定点医药机构批次流水号"),
    TEXT("spler_name", "供应商名称"),
    TEXT("spler_pmtno", "供应商许可证号"),
    CODE("manu_lotnum", "生产批号", COL_TEXT, D_TEXT),
    TEXT("prdr_name", "生产厂家名称"),
    TEXT("aprvno", "批准文号"),
    DATA("manu_date", "生产日期", COL_DAY),
    DATA("expy_end", "有效期止", COL_DAY),
    DATA("finl_trns_pric", "最终成交单价", COL_PRICE),
    NEED("purc_retn_cnt", "采购/退货数量", COL_QTY, D_NONE, NEED_AMOUNT),
    TEXT("purc_invo_codg", "采购发票编码"),
    CODE("purc_invo_no", "采购发票号", COL_TEXT, D_TEXT),
    CODE("rx_flag", "处方药标志", COL_CODE, D_CODE),
    NEED("purc_retn_stoin_time", "采购/退货入库时间", COL_TIME, D_NONE, NEED_DATE),
    TEXT("purc_retn_opter_name", "采购/退货经办人姓名"),
    CODE("prod_geay_flag", "商品赠送标志", COL_CODE, D_CODE),
    TEXT("memo", "备注"),
    CODE("rid", "数据唯一记录号", COL_TEXT, D_TEXT),
};

static const struct table_column inv_3504_columns[] = {
    NEED("fixmedins_code", "定点医药机构编号", COL_CODE, D_INST, NEED_KEY),
    NEED("med_list_codg", "医疗目录编码", COL_CODE, D_ITEM, NEED_CODE),
    TEXT("fixmedins_hilist_id", "定点医药机构目录编号"),
    TEXT("fixmedins_hilist_name", "定点医药机构目录名称"),
    TEXT("fixmedins_bchno", "定点医药机构批次流水号"),
    TEXT("spler_name", "供应商名称"),
    TEXT("spler_pmtno", "供应商许可证号"),
    DATA("manu_date", "生产日期", COL_DAY),
    DATA("expy_end", "有效期止", COL_DAY),
    DATA("finl_trns_pric", "最终成交单价", COL_PRICE),
    NEED("purc_retn_cnt", "采购/退货数量", COL_QTY, D_NONE, NEED_AMOUNT),
    TEXT("purc_invo_codg", "采购发票编码"),
    CODE("purc_invo_no", "采购发票号", COL_TEXT, D_TEXT),
    CODE("rx_flag", "处方药标志", COL_CODE, D_CODE),
    NEED("purc_retn_stoin_time", "采购/退货入库时间", COL_TIME, D_NONE, NEED_DATE),
    TEXT("purc_retn_opter_name", "采购/退货经办人姓名"),
    TEXT("memo", "备注"),
    TEXT("medins_prod_purc_no", "商品采购流水号"),
    CODE("rid", "数据唯一记录号", COL_TEXT, D_TEXT),
};

static const struct table_column sale_3505_columns[] = {
    NEED("fixmedins_code", "定点医药机构编号", COL_CODE, D_INST, NEED_KEY),
    NEED("med_list_codg", "医疗目录编码", COL_CODE, D_ITEM, NEED_CODE),
    TEXT("fixmedins_hilist_id", "定点医药机构目录编号"),
    TEXT("fixmedins_hilist_name", "定点医药机构目录名称"),
    TEXT("fixmedins_bchno", "定点医药机构批次流水号"),
    TEXT("prsc_dr_cert_type", "开方医师证件类型"),
    TEXT("prsc_dr_certno", "开方医师证件号码"),
    TEXT("prsc_dr_name", "开方医师姓名"),
    TEXT("phar_cert_type", "药师证件类型"),
    TEXT("phar_certno", "药师证件号码"),
    TEXT("phar_name", "药师姓名"),
    TEXT("phar_prac_cert_no", "药师执业资格证号"),
    CODE("hi_feesetl_type", "医保费用结算类型", COL_CODE, D_CODE),
    CODE("setl_id", "结算ID", COL_CODE, D_SETL),
    TEXT("mdtrt_sn", "就医流水号"),
    CODE("psn_no", "人员编号", COL_CODE, D_PERSON),
    CODE("psn_cert_type", "人员证件类型", COL_CODE, D_CODE),
    CODE("certno", "证件号码", COL_TEXT, D_TEXT),
    TEXT("psn_name", "人员姓名"),
    CODE("manu_lotnum", "生产批号", COL_TEXT, D_TEXT),
    DATA("manu_date", "生产日期", COL_DAY),
    DATA("expy_end", "有效期止", COL_DAY),
    CODE("rx_flag", "处方药标志", COL_CODE, D_CODE),
    CODE("trdn_flag", "拆零标志", COL_CODE, D_CODE),
    DATA("finl_trns_pric", "最终成交单价", COL_PRICE),
    TEXT("rxno", "处方号"),
    CODE("rx_circ_flag", "外购处方标志", COL_CODE, D_CODE),
    TEXT("rtal_docno", "零售单据号"),
    TEXT("stoout_no", "销售出库单据号"),
    TEXT("bchno", "批次号"),
    CODE("drug_trac_codg", "药品追溯码", COL_TEXT, D_TEXT),
    TEXT("drug_prod_barc", "药品条形码"),
    TEXT("shelf_posi", "货架位"),
    NEED("sel_retn_cnt", "销售/退货数量", COL_QTY, D_NONE, NEED_AMOUNT),
    NEED("sel_retn_time", "销售/退货时间", COL_TIME, D_NONE, NEED_DATE),
    TEXT("sel_retn_opter_name", "销售/退货经办人姓名"),
    TEXT("memo", "备注"),
    CODE("rid", "数据唯一记录号", COL_TEXT, D_TEXT),
};

static const struct table_column sale_3506_columns[] = {
    NEED("fixmedins_code", "定点医药机构编号", COL_CODE, D_INST, NEED_KEY),
    NEED("med_list_codg", "医疗目录编码", COL_CODE, D_ITEM, NEED_CODE),
    TEXT("fixmedins_hilist_id", "定点医药机构目录编号"),
    TEXT("fixmedins_hilist_name", "定点医药机构目录名称"),
    TEXT("fixmedins_bchno", "定点医药机构批次流水号"),
    CODE("setl_id", "结算ID", COL_CODE, D_SETL),
    CODE("psn_no", "人员编号", COL_CODE, D_PERSON),
    CODE("psn_cert_type", "人员证件类型", COL_CODE, D_CODE),
    CODE("certno", "证件号码", COL_TEXT, D_TEXT),
    TEXT("psn_name", "人员姓名"),
    CODE("manu_lotnum", "生产批号", COL_TEXT, D_TEXT),
    DATA("manu_date", "生产日期", COL_DAY),
    DATA("expy_end", "有效期止", COL_DAY),
    CODE("rx_flag", "处方药标志", COL_CODE, D_CODE),
    CODE("trdn_flag", "拆零标志", COL_CODE, D_CODE),
    DATA("finl_trns_pric", "最终成交单价", COL_PRICE),
    NEED("sel_retn_cnt", "销售/退货数量", COL_QTY, D_NONE, NEED_AMOUNT),
    NEED("sel_retn_time", "销售/退货时间", COL_TIME, D_NONE, NEED_DATE),
    TEXT("sel_retn_opter_name", "销售/退货经办人姓名"),
    TEXT("memo", "备注"),
    TEXT("medins_prod_sel_no", "商品销售流水号"),
    CODE("rid", "数据唯一记录号", COL_TEXT, D_TEXT),
};

static const struct table_column drug_trac_columns[] = {
    CODE("rid", "数据唯一记录号", COL_TEXT, D_TEXT),
    NEED("drug_trac_codg", "药品追溯码", COL_TEXT, D_TEXT, NEED_CODE),
    NEED("fixmedins_code", "定点医药机构编号", COL_CODE, D_INST, NEED_KEY),
    TEXT("fixmedins_name", "定点医药机构名称"),
    CODE("med_list_codg", "医疗目录编码", COL_CODE, D_ITEM),
    TEXT("medins_list_codg", "医药机构目录编码"),
    TEXT("medins_list_name", "医药机构目录名称"),
    TEXT("fixmedins_bchno", "定点医药机构批次流水号"),
    CODE("manu_lotnum", "生产批号", COL_TEXT, D_TEXT),
    CODE("mdtrt_id", "就诊ID", COL_CODE, D_VISIT),
    CODE("setl_id", "结算ID", COL_CODE, D_SETL),
    CODE("mdtrt_setl_type", "就诊结算类型", COL_CODE, D_CODE),
    CODE("bkkp_sn", "记账流水号", COL_TEXT, D_TEXT),
    CODE("psn_no", "人员编号", COL_CODE, D_PERSON),
    CODE("certno", "证件号码", COL_TEXT, D_TEXT),
    TEXT("psn_name", "人员姓名"),
    NEED("opt_time", "销售时间", COL_TIME, D_NONE, NEED_DATE),
    DATA("sel_retn_cnt", "销售/退货数量", COL_QTY),
    DATA("det_item_fee_sumamt", "金额", COL_FEN),
    CODE("trdn_flag", "拆零标志", COL_CODE, D_CODE),
    TEXT("opter_name", "经办人姓名"),
    TEXT("memo", "备注"),
};

/* clang-format on */
const struct table_schema schema_inv_3501 = {"inv_3501",
                                             "商品盘存",
                                             "盘存信息,库存盘点,期初库存",
                                             NULL,
                                             false,
                                             inv_3501_columns,
                                             sizeof(inv_3501_columns) /
                                                 sizeof(inv_3501_columns[0])};
const struct table_schema schema_inv_3502 = {"inv_3502",
                                             "商品库存变更",
                                             "库存变更",
                                             NULL,
                                             false,
                                             inv_3502_columns,
                                             sizeof(inv_3502_columns) /
                                                 sizeof(inv_3502_columns[0])};
const struct table_schema schema_inv_3503 = {"inv_3503",
                                             "商品采购",
                                             "采购信息,采购入库",
                                             NULL,
                                             false,
                                             inv_3503_columns,
                                             sizeof(inv_3503_columns) /
                                                 sizeof(inv_3503_columns[0])};
const struct table_schema schema_inv_3504 = {"inv_3504",
                                             "商品采购退货",
                                             "采购退货",
                                             NULL,
                                             false,
                                             inv_3504_columns,
                                             sizeof(inv_3504_columns) /
                                                 sizeof(inv_3504_columns[0])};
const struct table_schema schema_sale_3505 = {"sale_3505",
                                              "商品销售",
                                              "销售信息,销售记录",
                                              NULL,
                                              false,
                                              sale_3505_columns,
                                              sizeof(sale_3505_columns) /
                                                  sizeof(sale_3505_columns[0])};
const struct table_schema schema_sale_3506 = {"sale_3506",
                                              "商品销售退货",
                                              "销售退货",
                                              NULL,
                                              false,
                                              sale_3506_columns,
                                              sizeof(sale_3506_columns) /
                                                  sizeof(sale_3506_columns[0])};
const struct table_schema schema_drug_trac = {"drug_trac",
                                              "药品追溯码",
                                              "追溯码信息,追溯码记录",
                                              NULL,
                                              false,
                                              drug_trac_columns,
                                              sizeof(drug_trac_columns) /
                                                  sizeof(drug_trac_columns[0])};
