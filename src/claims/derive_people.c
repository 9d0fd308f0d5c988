/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Persons, institutions, doctors: one row per id of their dictionary. */
#include <stddef.h>

#include "claims/derive.h"

/* clang-format off */
/* What rosters and the register say of persons stays, each made anew when its table comes. */
#define ROSTERS "@death,household,staff,psn_insu_d"
#define WHO(t) " %{WHERE "t" IN (SELECT id FROM t_who)} "

const struct derive_step derive_people[] = {
/* whose rows may be others now: who was seen, who is new; a roster means anybody */
{-1, "CREATE OR REPLACE TEMP TABLE t_who AS SELECT psn_no AS id FROM x_visit WHERE file_id >= %F AND psn_no IS NOT NULL UNION SELECT "
     "psn_no FROM x_setl WHERE file_id >= %F AND psn_no IS NOT NULL UNION SELECT id FROM d_person WHERE id >= (SELECT count(*) FROM "
     "s_person)", WHEN_GROWN, NULL, NULL},
{-1, "INSERT INTO t_who SELECT id FROM d_person WHERE id NOT IN (SELECT id FROM t_who)", WHEN_GROWN, ROSTERS, NULL},
{-1, "CREATE OR REPLACE TEMP TABLE x_seen AS SELECT psn_no, arg_max(gend, begntime) AS gend, arg_max(brdy, begntime) AS brdy, "
     "arg_max(certno, begntime) AS certno, arg_max(emp_no, begntime) AS emp_no, arg_max(tel, begntime) AS tel, "
     "arg_max(sp_psn_type, begntime) AS sp_psn_type, min(die_date) AS die_date, "
     "max(CASE WHEN died THEN endtime END) AS died_at FROM x_visit"WHO("psn_no")"GROUP BY psn_no"},
{-1, "CREATE OR REPLACE TEMP TABLE x_paid AS SELECT psn_no, arg_max(gend, setl_time) AS gend, "
     "arg_max(brdy, setl_time) AS brdy, arg_max(certno, setl_time) AS certno, arg_max(emp_no, setl_time) AS emp_no, "
     "arg_max(sp_psn_type, setl_time) AS sp_psn_type FROM x_setl WHERE psn_no NOT IN (SELECT psn_no FROM x_seen WHERE "
     "psn_no IS NOT NULL) %{AND psn_no IN (SELECT id FROM t_who)} GROUP BY psn_no"},
{-1, "CREATE OR REPLACE TABLE x_info AS SELECT psn_no, any_value(gend) AS gend, any_value(brdy) AS brdy, "
     "any_value(certno) AS certno, any_value(tel) AS tel, min(book) AS book FROM x_person GROUP BY psn_no",
 WHEN_WHOLE, NULL, NULL},
{-1, "CREATE OR REPLACE TABLE x_dead AS SELECT p AS psn_no, min(huji_day(die_date)) AS d, "
     "arg_min(coalesce(die_souc LIKE '%证明%' OR lower(die_souc) = 'cert', false), huji_day(die_date)) AS cert "
     "FROM x_death WHERE p IS NOT NULL GROUP BY p", WHEN_ALWAYS, "@death", NULL},
{-1, "CREATE OR REPLACE TABLE x_home AS SELECT p AS psn_no, min(trim(house_no)) AS h FROM x_household "
     "WHERE p IS NOT NULL GROUP BY p", WHEN_ALWAYS, "@household", NULL},
{-1, "CREATE OR REPLACE TABLE x_works AS SELECT p AS psn_no, arg_max(huji_id_inst(fixmedins_code), "
     "coalesce(huji_day(begndate), 0)) AS inst FROM x_staff WHERE p IS NOT NULL GROUP BY p", WHEN_ALWAYS, "@staff", NULL},
{-1, "CREATE OR REPLACE TABLE x_emp AS SELECT huji_id_person(psn_no) AS psn_no, "
     "arg_max(huji_id_emp(emp_no), coalesce(huji_day(crt_insu_date), 0)) AS emp_no FROM t_psn_insu_d GROUP BY 1",
 WHEN_ALWAYS, "psn_insu_d", NULL},
/* a household by its telephone is named by the number, not by the id */
{S_PERSON, "SELECT p.id AS psn_no, coalesce(i.gend, v.gend, s.gend) AS gend, coalesce(i.brdy, v.brdy, s.brdy) AS brdy, "
     "coalesce(d.d, v.die_date, v.died_at // 86400) AS die_date, CASE WHEN d.d IS NOT NULL AND NOT d.cert THEN "
     "huji_id_code('other') WHEN coalesce(d.d, v.die_date, v.died_at) IS NOT NULL THEN huji_id_code('cert') END AS die_souc, "
     "coalesce(e.emp_no, v.emp_no, s.emp_no) AS emp_no, coalesce(i.certno, v.certno, s.certno) AS certno, "
     "huji_id_text(CASE WHEN h.h IS NOT NULL THEN 'h:' || h.h WHEN i.book IS NOT NULL THEN 'b:' || i.book "
     "WHEN coalesce(v.tel, i.tel) IS NOT NULL THEN 't:' || huji_text_text(coalesce(v.tel, i.tel)) END) AS household, coalesce(v.tel, i.tel) AS tel, "
     "coalesce(v.sp_psn_type, s.sp_psn_type) AS sp_psn_type, w.inst AS staff_inst "
     "FROM %{(SELECT id FROM} d_person %{WHERE id IN (SELECT id FROM t_who))} p LEFT JOIN x_info i ON i.psn_no = p.id LEFT JOIN x_seen v ON v.psn_no = p.id "
     "LEFT JOIN x_paid s ON s.psn_no = p.id LEFT JOIN x_dead d ON d.psn_no = p.id LEFT JOIN x_home h ON h.psn_no = p.id "
     "LEFT JOIN x_works w ON w.psn_no = p.id LEFT JOIN x_emp e ON e.psn_no = p.id"
     " ORDER BY p.id", WHEN_ALWAYS, NULL,
 "psn_no IN (SELECT id FROM t_who)"},

{-1, "CREATE OR REPLACE TEMP TABLE x_inst AS SELECT huji_id_inst(fixmedins_code) AS id, any_value(nullif(trim(hosp_lv), '')) "
     "AS lv, any_value(nullif(trim(fixmedins_type), '')) AS kind, any_value(nullif(trim(fix_blng_admdvs), '')) AS place "
     "FROM t_fixmedins_b GROUP BY 1"},
{-1, "CREATE OR REPLACE TEMP TABLE x_hosp AS SELECT huji_id_inst(medins_code) AS id, any_value(nullif(trim(hosp_lv), '')) "
     "AS lv, any_value(nullif(trim(fixmedins_type), '')) AS kind, any_value(nullif(trim(medins_type), '')) AS medins_type, "
     "any_value(nullif(trim(medins_natu), '')) AS natu, any_value(nullif(trim(admdvs), '')) AS place, "
     "max(huji_int(aprv_bed_cnt)) AS beds FROM t_medins_info_b GROUP BY 1"},
{-1, "CREATE OR REPLACE TEMP TABLE x_beds AS SELECT id, coalesce(arg_max(n, b) FILTER (whole), "
     "CAST(sum(n) FILTER (NOT whole) AS INTEGER)) AS beds FROM (SELECT huji_id_inst(fixmedins_code) AS id, "
     "huji_int(aprv_bed_cnt) AS n, coalesce(huji_day(begndate), 0) AS b, coalesce(trim(dept_code), '') = '' AS whole "
     "FROM t_beds) GROUP BY id"},
{-1, "CREATE OR REPLACE TEMP TABLE x_instv AS SELECT fixmedins_code AS id, arg_max(hosp_lv, begntime) AS lv, "
     "arg_max(fix_blng_admdvs, begntime) AS place FROM x_visit GROUP BY 1"},
{S_INST, "SELECT a.*, CASE WHEN left(lv, 2) IN ('01', '02', '03', '04', '12') THEN 3 WHEN left(lv, 2) IN "
     "('05', '06', '07', '13') THEN 2 ELSE 1 END AS level, huji_id_code(lv) AS hosp_lv FROM ("
     "SELECT p.id AS fixmedins_code, coalesce(i.lv, h.lv, c.code) AS lv, huji_id_code(coalesce(i.kind, h.kind, "
     "CASE left(p.code, 1) WHEN 'H' THEN '1' WHEN 'P' THEN '2' END)) AS fixmedins_type, "
     "huji_id_code(h.medins_type) AS medins_type, CASE WHEN h.natu IN ('1', '01') OR h.natu LIKE '%公%' OR "
     "lower(h.natu) = 'public' THEN huji_id_code('public') WHEN h.natu IN ('2', '02') OR h.natu LIKE '%民%' OR "
     "h.natu LIKE '%私%' OR lower(h.natu) = 'private' THEN huji_id_code('private') END AS medins_natu, "
     "coalesce(huji_id_place(coalesce(i.place, h.place)), v.place) AS fix_blng_admdvs, coalesce(b.beds, h.beds) AS aprv_bed_cnt "
     "FROM d_inst p LEFT JOIN x_inst i ON i.id = p.id LEFT JOIN x_hosp h ON h.id = p.id LEFT JOIN x_beds b ON b.id = p.id "
     "LEFT JOIN x_instv v ON v.id = p.id LEFT JOIN d_code c ON c.id = v.lv) a ORDER BY fixmedins_code"},

{-1, "CREATE OR REPLACE TEMP TABLE x_dr AS SELECT huji_id_doctor(dr_code) AS id, any_value(huji_id_code(dr_prac_type)) AS "
     "kind, any_value(huji_id_person(psn_no)) AS psn_no, any_value(huji_id_inst(coalesce(nullif(trim(main_pracins_no), ''), "
     "medins_code))) AS inst FROM t_dr_info_b WHERE coalesce(trim(vali_flag), '1') <> '0' GROUP BY 1"},
{-1, "CREATE OR REPLACE TEMP TABLE x_lic AS SELECT huji_id_doctor(dr_code) AS id, any_value(huji_id_code(dr_prac_type)) AS "
     "kind, any_value(huji_id_inst(fixmedins_code)) AS inst FROM t_licence GROUP BY 1"},
{S_DOCTOR, "SELECT p.id AS dr_code, coalesce(d.kind, l.kind) AS dr_prac_type, d.psn_no, "
     "coalesce(d.inst, l.inst) AS fixmedins_code FROM d_doctor p LEFT JOIN x_dr d ON d.id = p.id "
     "LEFT JOIN x_lic l ON l.id = p.id ORDER BY p.id"},
{-1, NULL}};
