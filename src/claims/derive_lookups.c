/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Lookups l_*: who was what from when to when. b, e are days, NULL = open. */
#include <stddef.h>

#include "claims/derive.h"

/* clang-format off */
#define REPLACE_(t) "CREATE OR REPLACE TABLE l_"t" AS SELECT DISTINCT "
#define VALID "coalesce(trim(vali_flag), '1') <> '0'"

const struct derive_step derive_lookups[] = {
{-1, REPLACE_("insurance") "huji_id_person(psn_no) AS psn_no, huji_id_code(insutype) AS insutype, "
     "huji_day(crt_insu_date) AS b, huji_day(paus_insu_date) AS e FROM t_psn_insu_d UNION SELECT huji_id_person(psn_no), "
     "huji_id_code(insutype), huji_day(crt_insu_date), huji_day(paus_insu_date) FROM t_psn_insu_stas_b WHERE "VALID" ORDER BY ALL",
 WHEN_ALWAYS, "psn_insu_d,psn_insu_stas_b", NULL},
{-1, REPLACE_("contract") "huji_id_inst(fixmedins_code) AS fixmedins_code, coalesce(huji_day(efft_time), huji_day(begntime)) "
     "AS b, coalesce(huji_day(invd_time), huji_day(endtime)) AS e FROM t_fixmedins_cntr_reg_d WHERE "VALID" ORDER BY ALL",
 WHEN_ALWAYS, "fixmedins_cntr_reg_d", NULL},
{-1, REPLACE_("suspension") "huji_name_inst(huji_id_inst(fixmedins_code), fixmedins_name) AS fixmedins_code, "
     "huji_day(begndate) AS b, huji_day(enddate) AS e FROM t_suspension WHERE coalesce(trim(dept_code), '') = '' AND "
     "coalesce(trim(dr_code), '') = '' ORDER BY ALL",
 WHEN_ALWAYS, "suspension", NULL},
{-1, REPLACE_("dept_suspension") "huji_id_inst(fixmedins_code) AS fixmedins_code, "
     "huji_name_dept(huji_id_dept(dept_code), dept_name) AS dept, huji_day(begndate) AS b, huji_day(enddate) AS e "
     "FROM t_suspension WHERE coalesce(trim(dept_code), '') <> '' ORDER BY ALL",
 WHEN_ALWAYS, "suspension", NULL},
{-1, REPLACE_("dr_suspension") "huji_name_doctor(huji_id_doctor(dr_code), dr_name) AS dr_code, huji_day(begndate) AS b, "
     "huji_day(enddate) AS e FROM t_suspension WHERE coalesce(trim(dr_code), '') <> '' ORDER BY ALL",
 WHEN_ALWAYS, "suspension", NULL},
{-1, REPLACE_("practice") "huji_id_doctor(dr_code) AS dr_code, huji_day(cntr_begntime) AS b, "
     "least(huji_day(cntr_endtime), huji_day(nemp_time)) AS e FROM t_dr_info_b WHERE "VALID" UNION "
     "SELECT huji_name_doctor(huji_id_doctor(dr_code), dr_name), huji_day(begndate), huji_day(enddate) FROM t_licence ORDER BY ALL",
 WHEN_ALWAYS, "dr_info_b,licence", NULL},
{-1, REPLACE_("opsp") "huji_id_person(psn_no) AS psn_no, huji_id_code(opsp_dise_code) AS dise_no, huji_day(begndate) AS b, "
     "huji_day(enddate) AS e FROM t_opsp_reg_d WHERE "VALID" ORDER BY ALL",
 WHEN_ALWAYS, "opsp_reg_d", NULL},
{-1, REPLACE_("capacity") "huji_id_inst(fixmedins_code) AS fixmedins_code, huji_id_code(CASE WHEN device LIKE '%透析%' OR "
     "device LIKE '%血透%' THEN 'dialysis' WHEN device LIKE '%核磁%' OR device LIKE '%磁共振%' THEN 'mri' ELSE "
     "lower(trim(device)) END) AS device, huji_day(begndate) AS b, huji_day(enddate) AS e, huji_int(units) AS units, "
     "huji_int(per_day) AS per_day FROM t_device ORDER BY ALL",
 WHEN_ALWAYS, "device", NULL},
{-1, REPLACE_("long_rx") "p AS psn_no, huji_day(begndate) AS b, huji_day(enddate) AS e FROM x_long_rx WHERE p IS NOT NULL "
     "ORDER BY ALL", WHEN_ALWAYS, "@long_rx", NULL},
{-1, REPLACE_("agreement") "huji_id_inst(fixmedins_code) AS fixmedins_code, huji_id_inst(fixmedins_code2) AS fixmedins_code2, "
     "huji_day(begndate) AS b, huji_day(enddate) AS e FROM t_agreement ORDER BY ALL",
 WHEN_ALWAYS, "agreement", NULL},
{-1, REPLACE_("assisted") "p AS psn_no, huji_id_code(CASE WHEN kind LIKE '%低保%' THEN 'dibao' WHEN kind LIKE '%特困%' OR "
     "kind LIKE '%五保%' THEN 'wubao' WHEN kind LIKE '%建档%' OR kind LIKE '%贫%' THEN 'jiandang' WHEN kind LIKE '%孤儿%' OR "
     "kind LIKE '%无人抚养%' THEN 'guer' ELSE lower(trim(kind)) END) AS kind, huji_day(begndate) AS b, huji_day(enddate) AS e "
     "FROM x_assisted WHERE p IS NOT NULL ORDER BY ALL", WHEN_ALWAYS, "@assisted", NULL},
{-1, REPLACE_("leave") "p AS psn_no, huji_day(begndate) AS b, huji_day(enddate) AS e FROM x_leave WHERE p IS NOT NULL "
     "ORDER BY ALL", WHEN_ALWAYS, "@leave", NULL},
{-1, NULL}};
