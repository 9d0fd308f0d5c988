/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Operations, stock, sales, trace codes, presence checks, registrations. Rows without a number of their own get one
 * from their content, so that it is the same whenever they are imported. */
#include <stddef.h>

#include "claims/derive.h"

/* clang-format off */
#define CONTENT_ID(prefix, own, cols) \
     "coalesce(nullif(trim("own"), ''), '"prefix":' || left(md5(concat_ws(chr(31), "cols")), 16) || '-' || " \
     "row_number() OVER (PARTITION BY md5(concat_ws(chr(31), "cols")) ORDER BY file_id, row_no))"
#define ITEM "huji_name_item(huji_id_item(med_list_codg), fixmedins_hilist_name)"
#define INV(n, time, cnt, invoice) \
     "SELECT "CONTENT_ID(n, "rid", "fixmedins_code, med_list_codg, "time", "cnt", fixmedins_bchno")" AS id, " \
     "huji_id_inst(fixmedins_code) AS fixmedins_code, "ITEM" AS hilist_code, huji_sec("time") AS stock_time, " \
     "huji_id_text("invoice") AS purc_invo_no, "

const struct derive_step derive_others[] = {
{-1, "CREATE OR REPLACE TEMP TABLE x_oprn AS SELECT coalesce(nullif(trim(o.setl_list_oprn_id), ''), concat_ws('/', "
     "coalesce(nullif(trim(o.mdtrt_id), ''), trim(o.setl_id)), trim(o.oprn_oprt_code), o.row_no)) AS id, "
     "coalesce(huji_id_visit(o.mdtrt_id), s.mdtrt_id) AS mdtrt_id, huji_id_person(o.psn_no) AS psn_no, "
     "huji_id_oprn(o.oprn_oprt_code) AS code, coalesce(huji_sec(o.oprn_oprt_begntime), huji_sec(o.oprn_oprt_date)) AS b, "
     "huji_sec(o.oprn_oprt_endtime) AS e, huji_sec(o.anst_begntime) AS ab, huji_sec(o.anst_endtime) AS ae, "
     "huji_name_doctor(huji_id_doctor(o.oper_dr_code), o.oper_dr_name) AS dr, "
     "huji_name_doctor(huji_id_doctor(o.anst_dr_code), o.anst_dr_name) AS adr FROM t_setl_list_oprn_d o "
     "LEFT JOIN x_setl s ON s.setl_id = CASE WHEN coalesce(trim(o.mdtrt_id), '') = '' THEN huji_known_setl(o.setl_id) END "
     "WHERE coalesce(trim(o.vali_flag), '1') <> '0'"},
{S_OPERATION, "SELECT huji_id_text(o.id) AS setl_list_oprn_id, o.mdtrt_id, coalesce(o.psn_no, v.psn_no) AS psn_no, "
     "v.fixmedins_code, o.code AS oprn_oprt_code, o.b AS oprn_oprt_begntime, o.e AS oprn_oprt_endtime, "
     "o.ab AS anst_begntime, o.ae AS anst_endtime, o.dr AS oper_dr_code, o.adr AS anst_dr_code, "
     "row_number() OVER (ORDER BY o.id) - 1 AS rank FROM x_oprn o LEFT JOIN s_visit v ON v.mdtrt_id = o.mdtrt_id "
     "ORDER BY psn_no, o.b, o.id"},

{S_STOCK, "SELECT huji_id_text(id) AS stock_id, fixmedins_code, hilist_code, stock_time, huji_id_code(kind) AS inv_data_type, "
     "cnt, purc_invo_no, manu_lotnum, row_number() OVER (ORDER BY id) - 1 AS rank FROM ("
     INV("inv1", "invdate", "inv_cnt", "NULL") "'1' AS kind, huji_qty(inv_cnt) AS cnt, huji_id_text(manu_lotnum) AS "
     "manu_lotnum FROM t_inv_3501 UNION ALL "
     INV("inv2", "inv_chg_time", "cnt", "NULL") "'2', huji_qty(cnt), NULL FROM t_inv_3502 UNION ALL "
     INV("inv3", "purc_retn_stoin_time", "purc_retn_cnt", "purc_invo_no") "'3', abs(huji_qty(purc_retn_cnt)), "
     "huji_id_text(manu_lotnum) FROM t_inv_3503 UNION ALL "
     INV("inv4", "purc_retn_stoin_time", "purc_retn_cnt", "purc_invo_no") "'5', -abs(huji_qty(purc_retn_cnt)), NULL "
     "FROM t_inv_3504) ORDER BY fixmedins_code, hilist_code, stock_time, id", WHEN_ALWAYS, "inv_3501,inv_3502,inv_3503,inv_3504", NULL},

{S_CHECK, "SELECT huji_id_text(id) AS check_id, p AS psn_no, mdtrt_id, fixmedins_code, check_time, huji_id_code(CASE "
     "WHEN r LIKE '%请假%' OR r = 'leave' THEN 'leave' WHEN r LIKE '%不在%' OR r LIKE '%离%' OR r LIKE '%空床%' OR "
     "r IN ('away', '否', '0') THEN 'away' WHEN r LIKE '%在%' OR r IN ('present', '是', '1') THEN 'present' ELSE r END) AS "
     "result, row_number() OVER (ORDER BY id) - 1 AS rank FROM (SELECT "CONTENT_ID("check", "check_id", "psn_no, certno, "
     "mdtrt_id, fixmedins_code, check_time, result")" AS id, p, huji_id_visit(mdtrt_id) AS mdtrt_id, "
     "huji_id_inst(fixmedins_code) AS fixmedins_code, huji_sec(check_time) AS check_time, lower(trim(result)) AS r "
     "FROM x_presence_check) ORDER BY p, check_time, id", WHEN_ALWAYS, "@presence_check", NULL},

{S_REG, "SELECT huji_id_text(id) AS trt_dcla_detl_sn, psn_no, opsp_dise_code, ide_fixmedins_no, diag_dr_code, opter_id, "
     "begndate, enddate, coalesce(apply, begndate)::BIGINT * 86400 AS reg_time, row_number() OVER (ORDER BY id) - 1 AS rank "
     "FROM (SELECT "CONTENT_ID("reg", "trt_dcla_detl_sn", "psn_no, opsp_dise_code, begndate")" AS id, "
     "huji_name_person(huji_id_person(psn_no), psn_name) AS psn_no, huji_id_code(opsp_dise_code) AS opsp_dise_code, "
     "huji_name_inst(huji_id_inst(ide_fixmedins_no), ide_fixmedins_name) AS ide_fixmedins_no, "
     "huji_name_doctor(huji_id_doctor(diag_dr_code), diag_dr_name) AS diag_dr_code, huji_id_text(opter_id) AS opter_id, "
     "huji_day(begndate) AS begndate, huji_day(enddate) AS enddate, huji_day(apply_date) AS apply FROM t_opsp_reg_d "
     "WHERE coalesce(trim(vali_flag), '1') <> '0') ORDER BY psn_no, begndate, id",
 WHEN_ALWAYS, "opsp_reg_d", NULL},

/* spells of insurance: what was claimed under each, and the first stay since */
{-1, "CREATE OR REPLACE TABLE x_enrol AS SELECT *, row_number() OVER (ORDER BY id) - 1 AS rank FROM (SELECT "CONTENT_ID("enrol", "psn_insu_rlts_id", "psn_no, insutype, crt_insu_date")" "
     "AS id, huji_name_person(huji_id_person(psn_no), psn_name) AS psn_no, huji_id_text(upper(trim(certno))) AS certno, "
     "huji_id_code(insutype) AS insutype, huji_id_emp(emp_no) AS emp_no, huji_id_place(insu_admdvs) AS insu_admdvs, "
     "huji_day(crt_insu_date) AS begndate, huji_day(paus_insu_date) AS enddate FROM t_psn_insu_d)",
 WHEN_ALWAYS, "psn_insu_d", NULL},
{-1, "INSERT INTO t_psn SELECT id FROM d_person", WHEN_GROWN, "psn_insu_d", NULL},
#define WHOSE(t) "("t".psn_no IS NULL OR "t".psn_no IN (SELECT id FROM t_psn))"
{-1, "CREATE OR REPLACE TEMP TABLE x_claimed AS SELECT x.id, sum(s.medfee_sumamt) AS fee, sum(s.fund_pay_sumamt) AS fund FROM "
     "x_enrol x JOIN s_settlement s ON s.psn_no = x.psn_no AND s.insutype = x.insutype AND s.void = 0 AND s.setl_time >= "
     "x.begndate::BIGINT * 86400 AND (x.enddate IS NULL OR s.setl_time < (x.enddate + 1)::BIGINT * 86400) "
     "%{WHERE x.psn_no IN (SELECT id FROM t_psn)} GROUP BY x.id"},
{-1, "CREATE OR REPLACE TEMP TABLE x_fststay AS SELECT x.id, min(v.begndate) AS d FROM x_enrol x JOIN s_visit v ON v.psn_no = "
     "x.psn_no AND v.kind = 1 AND v.begndate >= x.begndate "
     "%{WHERE x.psn_no IN (SELECT id FROM t_psn)} GROUP BY x.id"},
{S_ENROL, "SELECT huji_id_text(x.id) AS psn_insu_rlts_id, x.psn_no, coalesce(x.certno, p.certno) AS certno, x.insutype, x.emp_no, "
     "x.insu_admdvs, x.begndate, x.enddate, x.begndate::BIGINT * 86400 AS enrol_time, f.d AS first_stay, coalesce(c.fund, 0) AS "
     "fund_pay_sumamt, coalesce(c.fee, 0) AS medfee_sumamt, x.rank FROM %{(SELECT * FROM} x_enrol %{x WHERE "WHOSE("x")")} x "
     "LEFT JOIN x_claimed c ON c.id = x.id LEFT JOIN x_fststay f ON f.id = x.id LEFT JOIN s_person p ON p.psn_no = x.psn_no "
     "ORDER BY x.psn_no, x.begndate, x.id", WHEN_ALWAYS, NULL, WHOSE("s_enrol")},

/* a report: its numeric results, ordered by item, as one fingerprint */
{S_LAB, "SELECT huji_id_text(report_no) AS report_no, psn_no, mdtrt_id, fixmedins_code, huji_id_text(lab_name) AS lab_name, "
     "huji_id_text(assay) AS assay, lab_time, huji_id_text(sign) AS sign, items, positive, row_number() OVER (ORDER BY report_no) "
     "- 1 AS rank FROM (SELECT trim(report_no) AS report_no, min(p) AS psn_no, min(huji_id_visit(mdtrt_id)) AS mdtrt_id, "
     "min(huji_id_inst(fixmedins_code)) AS fixmedins_code, coalesce(min(nullif(trim(lab_name), '')), min(trim(fixmedins_code))) "
     "AS lab_name, min(nullif(trim(assay), '')) AS assay, min(huji_sec(test_time)) AS lab_time, count(v) AS items, CASE WHEN "
     "count(v) > 0 THEN left(md5(string_agg(item || '=' || v, ';' ORDER BY item, v) FILTER (v IS NOT NULL)), 16) END AS sign, "
     "CASE WHEN bool_or(value LIKE '%阳性%' OR value = '+') THEN 1 WHEN bool_or(value LIKE '%阴性%' OR value = '-') THEN 0 END AS "
     "positive FROM (SELECT *, CASE WHEN TRY_CAST(trim(value) AS DOUBLE) IS NOT NULL THEN trim(value) END AS v FROM x_lab_result) "
     "GROUP BY trim(report_no)) ORDER BY psn_no, lab_time, report_no", WHEN_ALWAYS, "@lab_result", NULL},

{-1, "CREATE OR REPLACE TEMP TABLE x_clerk AS SELECT huji_id_text(opter_id) AS opter_id, min(p) AS psn_no FROM x_agency_staff "
     "GROUP BY 1", WHEN_ALWAYS, "@agency_staff,agency_act", NULL},
{S_ACT, "SELECT huji_id_text(a.id) AS act_no, a.opter_id, a.check_opter_id, a.p AS psn_no, a.fixmedins_code, a.act_type, "
     "a.act_time, a.act_amt, c.psn_no AS opter_psn, k.household AS opter_house, b.household, row_number() OVER (ORDER BY a.id) - 1 "
     "AS rank FROM (SELECT "CONTENT_ID("act", "act_no", "opter_id, act_type, psn_no, certno, fixmedins_code, act_time, act_amt")" AS "
     "id, p, huji_id_text(opter_id) AS opter_id, huji_id_text(check_opter_id) AS check_opter_id, huji_id_inst(fixmedins_code) AS "
     "fixmedins_code, huji_id_code(CASE WHEN act_type LIKE '%报销%' THEN 'reimburse' WHEN act_type LIKE '%恢复%' OR act_type LIKE "
     "'%解除%' THEN 'restore' WHEN act_type LIKE '%参保%' THEN 'enrol' WHEN act_type LIKE '%登记%' OR act_type LIKE '%认定%' THEN "
     "'register' WHEN act_type LIKE '%内审%' OR act_type LIKE '%内部审计%' THEN 'internal' WHEN act_type LIKE '%稽核%' THEN 'audit' "
     "WHEN act_type LIKE '%履约%' OR act_type LIKE '%检查%' THEN 'check' ELSE lower(trim(act_type)) END) AS act_type, huji_sec(act_time) AS act_time, huji_fen(act_amt) AS act_amt FROM "
     "x_agency_act) a LEFT JOIN x_clerk c ON c.opter_id = a.opter_id LEFT JOIN s_person k ON k.psn_no = c.psn_no LEFT JOIN "
     "s_person b ON b.psn_no = a.p ORDER BY a.p, a.act_time, a.id", WHEN_ALWAYS, "@agency_staff,agency_act", NULL},
{-1, "UPDATE s_act SET household = p.household FROM s_person p WHERE p.psn_no = s_act.psn_no AND p.household IS DISTINCT FROM "
     "s_act.household", WHEN_GROWN, NULL, NULL},
{-1, "UPDATE s_act SET opter_house = p.household FROM s_person p WHERE p.psn_no = s_act.opter_psn AND p.household IS DISTINCT FROM "
     "s_act.opter_house", WHEN_GROWN, NULL, NULL},

{S_CLEARING, "SELECT huji_id_text(id) AS clr_no, fixmedins_code, dcla_date::BIGINT * 86400 AS dcla_time, dcla_date, pay_date, "
     "coalesce(asof_date, max(greatest(dcla_date, coalesce(pay_date, dcla_date), coalesce(asof_date, dcla_date))) OVER ()) AS "
     "asof_date, dcla_amt, pay_amt, hold_flag, row_number() OVER (ORDER BY id) - 1 AS rank FROM (SELECT "CONTENT_ID("clr", "clr_no",
     "fixmedins_code, clr_ym, dcla_date, dcla_amt")" AS id, huji_id_inst(fixmedins_code) AS fixmedins_code, huji_day(dcla_date) AS "
     "dcla_date, huji_day(pay_date) AS pay_date, huji_day(asof_date) AS asof_date, huji_fen(dcla_amt) AS dcla_amt, "
     "huji_fen(pay_amt) AS pay_amt, huji_id_code(hold_flag) AS hold_flag FROM t_clearing) ORDER BY fixmedins_code, dcla_date, id",
 WHEN_ALWAYS, "clearing", NULL},
{-1, NULL}};
