/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Diagnoses, visits (one row per mdtrt_id of the dictionary), settlements, refunds. */
#include <stddef.h>

#include "claims/derive.h"

/* clang-format off */
#define KNOWN_PERSON(t) "((SELECT count(*) FROM x_person) = 0 OR "t".psn_no IN (SELECT psn_no FROM x_person))"
#define KNOWN_INST(t) "((SELECT count(*) FROM x_inst) = 0 OR "t".fixmedins_code IN (SELECT id FROM x_inst WHERE id IS NOT NULL))"

#define NEW_SETL "SELECT setl_id FROM x_setl WHERE file_id >= %F"

/* Ids whose rows of s_visit and s_settlement may be others now. */
const struct derive_step derive_touched[] = {
{-1, "CREATE OR REPLACE TEMP TABLE t_person AS SELECT psn_no AS id FROM (SELECT psn_no, household, brdy, certno FROM s_person EXCEPT "
     "SELECT * FROM im_person_old)"},
/* new ones, what they refund, what refunds them, what has prescriptions filled elsewhere, what lay in the future */
{-1, "CREATE OR REPLACE TEMP TABLE t_setl AS SELECT setl_id AS id FROM x_setl WHERE file_id >= %F OR init_setl_id IN ("NEW_SETL") OR "
     "psn_no IN (SELECT id FROM t_person) UNION SELECT init_setl_id FROM x_setl WHERE file_id >= %F AND init_setl_id IS NOT NULL "
     "UNION SELECT setl_id FROM nl WHERE rx_circ_flag = huji_id_code('1') AND setl_id IS NOT NULL UNION "
     "SELECT setl_id FROM s_settlement WHERE marks & 512 <> 0"},
{-1, "CREATE OR REPLACE TEMP TABLE t_visit AS SELECT id FROM (SELECT mdtrt_id AS id FROM x_visit WHERE file_id >= %F UNION "
     "SELECT mdtrt_id FROM x_setl WHERE setl_id IN (SELECT id FROM t_setl) UNION SELECT id FROM d_visit WHERE id >= "
     "(SELECT count(*) FROM s_visit) UNION SELECT mdtrt_id FROM x_made UNION SELECT mdtrt_id FROM x_diag WHERE since >= %F UNION "
     "SELECT mdtrt_id FROM s_visit WHERE marks & 512 <> 0 OR psn_no IN (SELECT id FROM t_person)) WHERE id IS NOT NULL"},
/* a stay's row names the next stay of the person: all stays of whoever has one (or what may be one) among these */
#define STAYS "(med_type IS NULL OR med_type IN (SELECT id FROM d_code WHERE left(code, 2) IN ('21', '22', '23', '24', '25', '26', '27', '52')))"
{-1, "INSERT INTO t_visit SELECT mdtrt_id FROM s_visit WHERE kind = 1 AND psn_no IN (SELECT psn_no FROM s_visit WHERE kind = 1 AND mdtrt_id "
     "IN (SELECT id FROM t_visit) UNION SELECT psn_no FROM x_visit WHERE "STAYS" AND mdtrt_id IN (SELECT id FROM t_visit) UNION SELECT psn_no "
     "FROM x_setl WHERE "STAYS" AND mdtrt_id IN (SELECT id FROM t_visit) UNION SELECT psn_no FROM x_made)"},
{-1, "INSERT INTO t_setl SELECT setl_id FROM x_setl WHERE mdtrt_id IN (SELECT id FROM t_visit)"},
/* whose these are, and were */
{-1, "CREATE OR REPLACE TEMP TABLE t_psn AS SELECT id FROM (SELECT id FROM t_person UNION SELECT id FROM t_who UNION SELECT psn_no FROM "
     "s_visit WHERE mdtrt_id IN (SELECT id FROM t_visit) UNION SELECT psn_no FROM s_settlement WHERE setl_id IN (SELECT id FROM t_setl) "
     "UNION SELECT psn_no FROM x_made) WHERE id IS NOT NULL"},
{-1, NULL}};

const struct derive_step derive_visits[] = {
#define DIAGNOSED "SELECT mdtrt_id, dx, CAST(max(main) AS INTEGER) AS main FROM x_diag WHERE mdtrt_id IS NOT NULL AND dx IS NOT " \
     "NULL %{AND mdtrt_id IN (SELECT id FROM t_visit)} GROUP BY mdtrt_id, dx ORDER BY mdtrt_id, dx"
{-1, "CREATE OR REPLACE TABLE s_diag AS "DIAGNOSED, WHEN_WHOLE, NULL, NULL},
{-1, "DELETE FROM s_diag WHERE mdtrt_id IN (SELECT id FROM t_visit)", WHEN_GROWN, NULL, NULL},
{-1, "INSERT INTO s_diag "DIAGNOSED, WHEN_GROWN, NULL, NULL},
/* main diagnosis where the visit itself names none; of several the smallest code */
{-1, "CREATE OR REPLACE TEMP TABLE x_dx AS SELECT mdtrt_id, arg_min(d.dx, src * 100000000::BIGINT + r.r) AS dx FROM x_diag d "
     "JOIN (SELECT id, row_number() OVER (ORDER BY code) AS r FROM d_dx) r ON r.id = d.dx WHERE main = 1 "
     "%{AND mdtrt_id IN (SELECT id FROM t_visit)} GROUP BY mdtrt_id"},
/* fields by the first settlement of a visit, sums over those that are not void */
{-1, "CREATE OR REPLACE TEMP TABLE x_sum AS SELECT mdtrt_id, count(*) FILTER (ok) AS n, "
     "sum(medfee_sumamt) FILTER (ok) AS medfee_sumamt, sum(fund_pay_sumamt) FILTER (ok) AS fund_pay_sumamt, "
     "sum(inscp_amt) FILTER (ok) AS inscp_amt, sum(acct_pay) FILTER (ok) AS acct_pay, "
     "sum(cash_payamt) FILTER (ok) AS cash_payamt, sum(maf_pay) FILTER (ok) AS maf_pay, "
     "min(setl_time) FILTER (ok) AS first, min(begndate) FILTER (ok) AS b, max(enddate) FILTER (ok) AS e, "
     "coalesce(bool_or(mid) FILTER (ok), false) AND NOT coalesce(max(setl_time) FILTER (ok AND NOT mid) >= max(setl_time) FILTER (ok AND "
     "mid), false) AS mid, arg_max(clr_way, setl_time) AS clr_way, "
     "arg_max(proxy_flag, setl_time) AS proxy_flag, arg_min(psn_no, o) AS psn_no, arg_min(fixmedins_code, o) AS inst, "
     "arg_min(med_type, o) AS med_type, arg_min(insutype, o) AS insutype, arg_min(emp_no, o) AS emp_no, "
     "arg_min(psn_type, o) AS psn_type, arg_min(sp_psn_type, o) AS sp_psn_type, arg_min(insu_admdvs, o) AS insu, "
     "arg_min(fix_blng_admdvs, o) AS blng, arg_min(dise_no, o) AS dise_no, arg_min(nwb_flag, o) AS nwb_flag, "
     "arg_min(opter_id, o) AS opter_id FROM (SELECT x.*, r.rank AS o, x.setl_id NOT IN (SELECT setl_id FROM x_void) AS ok FROM "
     "x_setl x JOIN x_srank r ON r.id = x.setl_id %{WHERE x.mdtrt_id IN (SELECT id FROM t_visit)}) "
     "WHERE mdtrt_id IS NOT NULL GROUP BY mdtrt_id"},
{-1, "CREATE OR REPLACE TEMP TABLE x_all AS SELECT m.id AS mdtrt_id, coalesce(v.psn_no, s.psn_no, l.psn_no) "
     "AS psn_no, coalesce(v.fixmedins_code, s.inst, l.fixmedins_code) AS fixmedins_code, "
     "coalesce(v.med_type, s.med_type, l.med_type) AS med_type, coalesce(v.begntime, s.b::BIGINT * 86400, l.b) AS begntime, "
     "coalesce(v.endtime, s.e::BIGINT * 86400, CASE WHEN v.mdtrt_id IS NULL THEN l.e END) AS endtime, "
     "coalesce(v.dx, x.dx) AS dx, v.chfpdr_code, v.adm_dept_codg, v.dscg_dept_codg, v.adm_bed, v.dscg_bed, v.wardarea_bed, "
     "v.dscg_way, coalesce(v.insutype, s.insutype) AS insutype, coalesce(v.emp_no, s.emp_no) AS emp_no, v.tel, "
     "coalesce(v.psn_type, s.psn_type) AS psn_type, coalesce(v.sp_psn_type, s.sp_psn_type) AS sp_psn_type, "
     "coalesce(v.insu_admdvs, s.insu) AS insu_admdvs, coalesce(v.fix_blng_admdvs, s.blng) AS fix_blng_admdvs, "
     "coalesce(v.nwb_flag, s.nwb_flag) AS nwb_flag, CASE WHEN s.mid THEN huji_id_code('1') END AS mid_setl_flag, "
     "v.refl_old_mdtrt_id, coalesce(v.dise_no, s.dise_no) AS dise_no, coalesce(v.opter_id, s.opter_id) AS opter_id, "
     "s.clr_way, coalesce(v.proxy_flag, s.proxy_flag) AS proxy_flag, s.medfee_sumamt, s.fund_pay_sumamt, s.inscp_amt, "
     "s.acct_pay, s.cash_payamt, s.maf_pay, coalesce(s.n, 0) AS setl_cnt, s.first AS first_setl_time, "
     "v.mdtrt_id IS NULL AS made, coalesce(v.valid, true) AND NOT coalesce(v.inside, false) AS counts FROM %{(SELECT id FROM} %[d_visit id] %{WHERE id IN (SELECT id FROM t_visit))} m "
     "LEFT JOIN %{(SELECT * FROM} x_visit %{WHERE mdtrt_id IN (SELECT id FROM t_visit))} v ON v.mdtrt_id = m.id "
     "LEFT JOIN x_sum s ON s.mdtrt_id = m.id LEFT JOIN x_made l ON l.mdtrt_id = m.id LEFT JOIN x_dx x ON x.mdtrt_id = m.id"},
/* the next stay of the person, anywhere, from the day of discharge on */
{-1, "CREATE OR REPLACE TEMP TABLE x_stay AS SELECT a.mdtrt_id, a.psn_no, CAST(floor(begntime / 86400.0) AS INTEGER) AS b, "
     "CAST(floor(endtime / 86400.0) AS INTEGER) AS e, r.rank FROM x_all a JOIN x_vrank r ON r.id = a.mdtrt_id JOIN d_code c ON "
     "c.id = a.med_type WHERE counts AND setl_cnt > 0 AND begntime IS NOT NULL AND endtime IS NOT NULL AND left(c.code, 2) IN "
     "('21', '22', '23', '24', '25', '26', '27', '52')"},
{-1, "CREATE OR REPLACE TEMP TABLE x_next AS SELECT s.mdtrt_id, min(n.b) AS next_adm FROM x_stay s JOIN x_stay n ON "
     "n.psn_no = s.psn_no AND n.b >= s.e AND n.mdtrt_id <> s.mdtrt_id AND (n.b > s.b OR n.rank > s.rank) GROUP BY s.mdtrt_id"},
{S_STAY, "SELECT a.*, x.next_adm, CAST(floor(begntime / 86400.0) AS INTEGER) AS begndate, CAST(floor(endtime / 86400.0) AS INTEGER) AS "
     "enddate, p.household, CASE WHEN NOT counts OR setl_cnt = 0 OR begntime IS NULL OR endtime IS NULL THEN 0 "
     "WHEN left(c.code, 2) IN ('21', '22', '23', '24', '25', '26', '27', '52') THEN 1 "
     "WHEN left(c.code, 2) IN ('11', '12', '13', '14', '15', '16', '19', '51', '81') THEN 2 ELSE 0 END AS kind, "
     "r.rank, CASE WHEN made THEN 8 ELSE 0 END | "
     "CASE WHEN endtime < begntime THEN 32 ELSE 0 END | CASE WHEN a.psn_no IS NULL OR NOT "KNOWN_PERSON("a")" THEN 64 ELSE 0 END | "
     "CASE WHEN a.fixmedins_code IS NULL OR NOT "KNOWN_INST("a")" THEN 128 ELSE 0 END | "
     "CASE WHEN medfee_sumamt >= 1000000000 THEN 256 ELSE 0 END | CASE WHEN begntime > %N THEN 512 ELSE 0 END | "
     "CASE WHEN begntime < p.brdy::BIGINT * 86400 THEN 1024 ELSE 0 END AS marks FROM %[x_all mdtrt_id] a "
     "JOIN x_vrank r ON r.id = a.mdtrt_id LEFT JOIN s_person p ON p.psn_no = a.psn_no "
     "LEFT JOIN x_next x ON x.mdtrt_id = a.mdtrt_id LEFT JOIN d_code c ON c.id = a.med_type",
 WHEN_ALWAYS, NULL, "mdtrt_id IN (SELECT id FROM t_visit)"},

{-1, "CREATE OR REPLACE TEMP TABLE x_circ AS SELECT DISTINCT setl_id FROM (SELECT setl_id, rx_circ_flag FROM nl UNION ALL "
     "SELECT setl_id, rx_circ_flag FROM s_line) WHERE rx_circ_flag = huji_id_code('1') AND setl_id IS NOT NULL"},
{-1, "CREATE OR REPLACE TABLE x_term AS SELECT huji_id_setl(setl_id) AS setl_id, huji_id_text(terminal_no) AS t "
     "FROM t_terminal", WHEN_WHOLE, NULL, NULL},
/* what refunds name and is there */
{-1, "CREATE OR REPLACE TEMP TABLE x_known AS SELECT setl_id FROM x_setl WHERE setl_id IN (SELECT init_setl_id FROM x_setl WHERE refd AND "
     "init_setl_id IS NOT NULL)"},
{S_SETTLEMENT, "SELECT s.* REPLACE (coalesce(s.med_type, v.med_type) AS med_type, coalesce(s.emp_no, v.emp_no) AS emp_no, "
     "coalesce(s.fix_blng_admdvs, v.fix_blng_admdvs) AS fix_blng_admdvs, coalesce(s.insu_admdvs, v.insu_admdvs) AS "
     "insu_admdvs, coalesce(s.proxy_flag, v.proxy_flag) AS proxy_flag), coalesce(t.t, s.opter_id) AS terminal, "
     "v.chfpdr_code, CASE WHEN s.setl_id IN (SELECT setl_id FROM x_circ) THEN huji_id_code('1') END AS rx_circ_flag, "
     "CASE WHEN s.setl_id IN (SELECT setl_id FROM x_void) THEN 1 ELSE 0 END AS void, "
     "r.rank, CASE WHEN v.mdtrt_id IS NULL OR v.made THEN 4 ELSE 0 END | "
     "CASE WHEN s.enddate < s.begndate THEN 32 ELSE 0 END | CASE WHEN s.psn_no IS NULL OR NOT "KNOWN_PERSON("s")" THEN 64 ELSE 0 END | "
     "CASE WHEN s.fixmedins_code IS NULL OR NOT "KNOWN_INST("s")" THEN 128 ELSE 0 END | "
     "CASE WHEN abs(s.medfee_sumamt) >= 1000000000 THEN 256 ELSE 0 END | CASE WHEN s.setl_time > %N THEN 512 ELSE 0 END | "
     "CASE WHEN s.setl_time < p.brdy::BIGINT * 86400 THEN 1024 ELSE 0 END | CASE WHEN s.refd AND (s.init_setl_id IS NULL OR "
     "s.init_setl_id NOT IN (SELECT setl_id FROM x_known)) THEN 2048 ELSE 0 END AS marks FROM "
     "%{(SELECT * FROM} %[x_setl setl_id] %{WHERE setl_id IN (SELECT id FROM t_setl))} s JOIN x_srank r ON r.id = s.setl_id "
     "LEFT JOIN x_all v ON v.mdtrt_id = s.mdtrt_id LEFT JOIN %{(SELECT * FROM} x_term %{WHERE setl_id IN (SELECT id FROM t_setl))} t ON t.setl_id = s.setl_id "
     "LEFT JOIN s_person p ON p.psn_no = s.psn_no", WHEN_ALWAYS, NULL, "setl_id IN (SELECT id FROM t_setl)"},

{S_REFUND, "SELECT r.setl_id, r.init_setl_id, r.psn_no, r.fixmedins_code, r.opter_id, r.med_type, r.setl_time, "
     "o.setl_time AS init_setl_time, abs(r.medfee_sumamt) AS medfee_sumamt, abs(r.fund_pay_sumamt) AS fund_pay_sumamt, "
     "huji_id_code(CASE WHEN o.setl_id IS NULL THEN 'orphan' ELSE 'pair' END) AS refund_kind, "
     "row_number() OVER (ORDER BY r.sid) - 1 AS rank FROM x_setl r LEFT JOIN x_setl o ON o.setl_id = r.init_setl_id "
     "WHERE r.refd AND r.valid ORDER BY r.sid"},
{-1, NULL}};
