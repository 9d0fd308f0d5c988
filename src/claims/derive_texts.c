/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Texts -> integers. Everything later works on ids. */
#include <stddef.h>

#include "claims/derive.h"

/* clang-format off */
#define ROSTERS "@death,household,long_rx,assisted,staff,leave,presence_check,lab_result,agency_staff,agency_act"
#define VALID "coalesce(trim(vali_flag), '1') <> '0' AND coalesce(trim(deleted), '0') <> '1'"

#define SETL_COLUMNS \
     "trim(setl_id) AS sid, huji_id_setl(setl_id) AS setl_id, " \
     "huji_id_visit(mdtrt_id) AS mdtrt_id, huji_name_person(huji_id_person(psn_no), psn_name) AS psn_no, " \
     "huji_name_inst(huji_id_inst(fixmedins_code), fixmedins_name) AS fixmedins_code, huji_sec(setl_time) AS setl_time, " \
     "huji_id_code(med_type) AS med_type, huji_id_code(insutype) AS insutype, " \
     "huji_name_emp(huji_id_emp(emp_no), emp_name) AS emp_no, huji_id_place(insu_admdvs) AS insu_admdvs, " \
     "huji_id_place(fix_blng_admdvs) AS fix_blng_admdvs, huji_id_code(mdtrt_cert_type) AS mdtrt_cert_type, " \
     "huji_id_text(mdtrt_cert_no) AS mdtrt_cert_no, huji_id_text(opter_id) AS opter_id, huji_id_text(invono) AS invono, " \
     "TRY_CAST(regexp_extract(trim(invono), '[0-9]{1,15}$') AS BIGINT) AS invo_num, " \
     "huji_fen(hifp_pay) AS hifp_pay, huji_fen(act_pay_dedc) AS act_pay_dedc, " \
     "huji_id_code(manl_reim_rea) AS manl_reim_rea, huji_id_code(dise_no) AS dise_no, " \
     "huji_id_code(setl_type) AS setl_type, huji_id_code(pay_loc) AS pay_loc, huji_id_code(proxy_flag) AS proxy_flag, " \
     "huji_id_code(refd_setl_flag) AS refd_setl_flag, huji_id_setl(init_setl_id) AS init_setl_id, " \
     "huji_day(begndate) AS begndate, huji_day(enddate) AS enddate, huji_fen(medfee_sumamt) AS medfee_sumamt, " \
     "huji_fen(fund_pay_sumamt) AS fund_pay_sumamt, coalesce(huji_fen(inscp_amt), huji_fen(medfee_sumamt) - " \
     "huji_fen(fulamt_ownpay_amt) - huji_fen(overlmt_selfpay) - huji_fen(preselfpay_amt)) AS inscp_amt, " \
     "huji_fen(acct_pay) AS acct_pay, huji_fen(acct_mulaid_pay) AS acct_mulaid_pay, huji_fen(cash_payamt) AS cash_payamt, " \
     "huji_fen(maf_pay) AS maf_pay, coalesce(trim(mid_setl_flag), '0') = '1' AS mid, huji_id_code(clr_way) AS clr_way, " \
     "huji_id_code(hosp_lv) AS hosp_lv, huji_id_code(gend) AS gend, huji_day(brdy) AS brdy, " \
     "huji_id_text(certno) AS certno, huji_id_code(psn_type) AS psn_type, huji_id_code(sp_psn_type) AS sp_psn_type, " \
     "huji_id_code(nwb_flag) AS nwb_flag, coalesce(trim(refd_setl_flag), '0') = '1' AS refd, "VALID" AS valid "

#define VISIT_COLUMNS \
     "huji_id_visit(mdtrt_id) AS mdtrt_id, " \
     "huji_name_person(huji_id_person(psn_no), psn_name) AS psn_no, " \
     "huji_name_inst(huji_id_inst(fixmedins_code), fixmedins_name) AS fixmedins_code, huji_id_code(med_type) AS med_type, " \
     "huji_sec(begntime) AS begntime, huji_sec(endtime) AS endtime, " \
     "huji_name_dx(huji_id_dx(huji_dx(dscg_maindiag_code)), dscg_maindiag_name) AS dx, " \
     "huji_name_doctor(huji_id_doctor(chfpdr_code), chfpdr_name) AS chfpdr_code, " \
     "huji_name_dept(huji_id_dept(adm_dept_codg), adm_dept_name) AS adm_dept_codg, " \
     "huji_name_dept(huji_id_dept(dscg_dept_codg), dscg_dept_name) AS dscg_dept_codg, huji_id_text(adm_bed) AS adm_bed, " \
     "huji_id_text(dscg_bed) AS dscg_bed, huji_id_text(wardarea_bed) AS wardarea_bed, huji_id_code(dscg_way) AS dscg_way, " \
     "huji_id_code(insutype) AS insutype, huji_name_emp(huji_id_emp(emp_no), emp_name) AS emp_no, " \
     "huji_id_text(tel) AS tel, huji_id_code(psn_type) AS psn_type, huji_id_code(sp_psn_type) AS sp_psn_type, " \
     "huji_id_place(insu_admdvs) AS insu_admdvs, huji_id_place(fix_blng_admdvs) AS fix_blng_admdvs, " \
     "huji_id_code(nwb_flag) AS nwb_flag, huji_id_visit(refl_old_mdtrt_id) AS refl_old_mdtrt_id, " \
     "huji_id_code(dise_no) AS dise_no, huji_id_text(opter_id) AS opter_id, huji_id_code(proxy_flag) AS proxy_flag, " \
     "huji_id_code(hosp_lv) AS hosp_lv, huji_id_code(gend) AS gend, huji_day(brdy) AS brdy, " \
     "huji_id_text(certno) AS certno, huji_day(die_date) AS die_date, coalesce(trim(dscg_way), '') = '5' AS died, " \
     "coalesce(trim(inhosp_stas), '0') = '1' AS inside, "VALID" AS valid"

/* x_setl and x_visit stay: only rows of new files are read again, those that gave way are taken out. */
const struct derive_step derive_texts[] = {
{-1, "CREATE TABLE IF NOT EXISTS x_setl AS SELECT file_id, row_no, "SETL_COLUMNS" FROM t_setl_d WHERE false"},
{-1, "DELETE FROM x_setl x WHERE NOT EXISTS (SELECT 1 FROM b_setl_d b WHERE b.file_id = x.file_id AND b.row_no = x.row_no)",
 WHEN_WHOLE, NULL, NULL},
{-1, "INSERT INTO x_setl SELECT file_id, row_no, "SETL_COLUMNS" FROM t_setl_d WHERE file_id >= %F"},
/* a settlement is void if it is a refund, or a refund names it, or its row is not valid */
{-1, "CREATE OR REPLACE TEMP TABLE x_void AS SELECT setl_id FROM x_setl WHERE refd OR NOT valid UNION "
     "SELECT init_setl_id FROM x_setl WHERE refd AND valid AND init_setl_id IS NOT NULL"},
{-1, "CREATE TABLE IF NOT EXISTS x_visit AS SELECT file_id, row_no, "VISIT_COLUMNS" FROM t_mdtrt_d WHERE false"},
{-1, "DELETE FROM x_visit x WHERE NOT EXISTS (SELECT 1 FROM b_mdtrt_d b WHERE b.file_id = x.file_id AND b.row_no = x.row_no)",
 WHEN_WHOLE, NULL, NULL},
{-1, "INSERT INTO x_visit SELECT file_id, row_no, "VISIT_COLUMNS" FROM t_mdtrt_d WHERE file_id >= %F"},
/* diagnoses: the settlement list's first, src 1; the settlement's, src 2; the visit's own, src 0 */
#define DIAGNOSES "SELECT mdtrt_id, dx, 1 AS main, 0 AS src, %F AS since FROM x_visit WHERE dx IS NOT NULL %{AND file_id >= %F} " \
     "UNION ALL SELECT coalesce(huji_id_visit(d.mdtrt_id), s.mdtrt_id), huji_name_dx(huji_id_dx(huji_dx(d.diag_code)), " \
     "d.diag_name), CASE WHEN trim(d.maindiag_flag) = '1' THEN 1 ELSE 0 END, 1, %F FROM t_setl_list_diag_d d " \
     "LEFT JOIN x_setl s ON s.setl_id = CASE WHEN coalesce(trim(d.mdtrt_id), '') = '' THEN huji_known_setl(d.setl_id) END " \
     "WHERE coalesce(trim(d.vali_flag), '1') <> '0' %{AND d.file_id >= %F} " \
     "UNION ALL SELECT huji_id_visit(mdtrt_id), huji_name_dx(huji_id_dx(huji_dx(diag_code)), diag_name), " \
     "CASE WHEN trim(maindiag_flag) = '1' THEN 1 ELSE 0 END, 2, %F FROM t_setl_diag_list_d " \
     "WHERE coalesce(trim(vali_flag), '1') <> '0' %{AND file_id >= %F}"
{-1, "CREATE OR REPLACE TABLE x_diag AS "DIAGNOSES, WHEN_WHOLE, NULL, NULL},
{-1, "INSERT INTO x_diag "DIAGNOSES, WHEN_GROWN, NULL, NULL},
{-1, "CREATE OR REPLACE TABLE x_person AS SELECT huji_name_person(huji_id_person(psn_no), psn_name) AS psn_no, "
     "huji_id_code(gend) AS gend, huji_day(brdy) AS brdy, huji_id_text(certno) AS certno, "
     "huji_id_text(coalesce(nullif(trim(tel), ''), mob)) AS tel, nullif(trim(resdbook_no), '') AS book, "
     "upper(trim(certno)) AS cert FROM t_psn_info_b WHERE coalesce(trim(vali_flag), '1') <> '0'",
 WHEN_WHOLE, NULL, NULL},
/* who a certificate number of a roster means */
{-1, "CREATE OR REPLACE TEMP TABLE x_cert AS SELECT cert, min(psn_no) AS psn_no FROM (SELECT cert, psn_no FROM x_person "
     "UNION ALL SELECT upper(trim(certno)), huji_id_person(psn_no) FROM t_mdtrt_d WHERE (SELECT count(*) FROM x_person) = 0) "
     "WHERE cert <> '' GROUP BY cert", WHEN_ALWAYS, ROSTERS, NULL},
#define ROSTER(t) ROSTER_OF(t, "@"t)
#define AGENCY "@agency_staff,agency_act"
#define ROSTER_OF(t, from) \
{-1, "CREATE OR REPLACE TEMP TABLE x_"t" AS SELECT coalesce(huji_id_person(t.psn_no), c.psn_no) AS p, t.* " \
     "FROM t_"t" t LEFT JOIN x_cert c ON c.cert = CASE WHEN coalesce(trim(t.psn_no), '') = '' THEN upper(trim(t.certno)) END", \
 WHEN_ALWAYS, from, NULL}
ROSTER("death"), ROSTER("household"), ROSTER("long_rx"), ROSTER("assisted"), ROSTER("staff"), ROSTER("leave"),
ROSTER("presence_check"), ROSTER("lab_result"), ROSTER_OF("agency_staff", AGENCY), ROSTER_OF("agency_act", AGENCY),
/* codes that come up later: ids must be given before d_* is written */
{-1, "SELECT count(huji_id_code(c)) FROM (VALUES ('public'), ('private'), ('cert'), ('other'), ('pair'), ('orphan'), "
     "('present'), ('away'), ('leave'), ('dibao'), ('wubao'), ('jiandang'), ('guer'), ('register'), ('reimburse'), ('restore'), ('enrol'), ('check'), ('audit'), ('internal'), ('1'), ('2'), ('3'), ('5')) v(c)"},
/* s_person, s_visit, s_inst and s_doctor have a row for every id: whoever is named anywhere gets his now */
#define NEW_ROWS " %{WHERE file_id >= %F}"
#define PERSONS(t) {-1, "SELECT count(huji_id_person(psn_no)) FROM t_"t NEW_ROWS, WHEN_ALWAYS, t, NULL}
PERSONS("psn_insu_d"), PERSONS("psn_insu_stas_b"), PERSONS("opsp_reg_d"), PERSONS("setl_list_oprn_d"), PERSONS("sale_3505"),
PERSONS("sale_3506"), PERSONS("drug_trac"), PERSONS("dr_info_b"),
#define INSTS(t, c) {-1, "SELECT count(huji_id_inst("c")) FROM t_"t NEW_ROWS, WHEN_ALWAYS, t, NULL}
INSTS("fixmedins_cntr_reg_d", "fixmedins_code"), INSTS("suspension", "fixmedins_code"), INSTS("licence", "fixmedins_code"),
INSTS("device", "fixmedins_code"), INSTS("agreement", "fixmedins_code"), INSTS("agreement", "fixmedins_code2"),
INSTS("staff", "fixmedins_code"), INSTS("beds", "fixmedins_code"), INSTS("presence_check", "fixmedins_code"),
INSTS("inv_3501", "fixmedins_code"), INSTS("inv_3502", "fixmedins_code"), INSTS("inv_3503", "fixmedins_code"),
INSTS("inv_3504", "fixmedins_code"), INSTS("sale_3505", "fixmedins_code"), INSTS("sale_3506", "fixmedins_code"),
INSTS("drug_trac", "fixmedins_code"), INSTS("lab_result", "fixmedins_code"), INSTS("agency_act", "fixmedins_code"),
INSTS("clearing", "fixmedins_code"), INSTS("opsp_reg_d", "ide_fixmedins_no"),
INSTS("dr_info_b", "coalesce(nullif(trim(main_pracins_no), ''), medins_code)"),
#define DOCTORS(t, c) {-1, "SELECT count(huji_id_doctor("c")) FROM t_"t NEW_ROWS, WHEN_ALWAYS, t, NULL}
DOCTORS("licence", "dr_code"), DOCTORS("suspension", "dr_code"), DOCTORS("setl_list_oprn_d", "oper_dr_code"),
DOCTORS("setl_list_oprn_d", "anst_dr_code"), DOCTORS("opsp_reg_d", "diag_dr_code"),
{-1, "SELECT count(huji_id_visit(mdtrt_id)) FROM t_setl_list_oprn_d"NEW_ROWS},
{-1, "SELECT count(huji_id_visit(mdtrt_id)) FROM t_presence_check"NEW_ROWS},
{-1, "SELECT count(huji_id_visit(mdtrt_id)) FROM t_lab_result"NEW_ROWS},
{-1, "SELECT count(huji_name_inst(huji_id_inst(fixmedins_code), fixmedins_name)) FROM t_fixmedins_b"NEW_ROWS},
{-1, "SELECT count(huji_name_inst(huji_id_inst(medins_code), medins_name)) FROM t_medins_info_b"NEW_ROWS},
{-1, "SELECT count(huji_name_doctor(huji_id_doctor(dr_code), dr_name)) FROM t_dr_info_b"NEW_ROWS},
{-1, "SELECT count(huji_name_dept(huji_id_dept(dept_no), dept_name)) FROM t_medins_dept_b"NEW_ROWS},
{-1, NULL}};
