/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Sales and trace codes. x_sale stays: only rows of new files are read again (docs/engineer/data-model.md, Growing), as with
 * settlements; a row without a number of its own has one from its content and the number of the copy.
 */
#include <stddef.h>

#include "claims/derive.h"

/* clang-format off */
#define AMOUNT "CAST(round(huji_qty(sel_retn_cnt)::HUGEINT * huji_price(finl_trns_pric) / 100000000.0) AS BIGINT)"
/* rows of files that x_sale does not know */
#define SALE(prefix, sign, cols, cnt, amount, trac, table) \
     "SELECT file_id, row_no, nullif(trim(rid), '') AS own, CASE WHEN coalesce(trim(rid), '') = '' THEN " \
     "md5(concat_ws(chr(31), "cols")) END AS k, '"prefix"' AS p, "sign" AS sign, huji_id_inst(fixmedins_code) AS fixmedins_code, " \
     "huji_name_item(huji_id_item(med_list_codg), fixmedins_hilist_name) AS hilist_code, " \
     "huji_name_person(huji_id_person(psn_no), psn_name) AS psn_no, huji_id_setl(setl_id) AS setl_id, " \
     "huji_sec(sel_retn_time) AS sale_time, "cnt" AS cnt, "amount" AS amount, huji_id_text(manu_lotnum) AS manu_lotnum, " \
     "huji_day(expy_end) AS expy_end, "trac" AS trac, huji_id_code(trdn_flag) AS trdn_flag FROM "table \
     " WHERE file_id > (SELECT coalesce(max(file_id), 0) FROM x_sale)"
#define SALES \
     SALE("sale5:", "1", "fixmedins_code, med_list_codg, sel_retn_time, sel_retn_cnt, fixmedins_bchno, mdtrt_sn, rtal_docno, psn_no", \
          "huji_qty(sel_retn_cnt)", AMOUNT, "huji_id_text(drug_trac_codg)", "t_sale_3505") " UNION ALL " \
     SALE("sale6:", "-1", "fixmedins_code, med_list_codg, sel_retn_time, sel_retn_cnt, fixmedins_bchno, medins_prod_sel_no, psn_no", \
          "-abs(huji_qty(sel_retn_cnt))", "-abs("AMOUNT")", "NULL::INTEGER", "t_sale_3506")
#define TRACE "concat_ws(chr(31), drug_trac_codg, fixmedins_code, opt_time, bkkp_sn, psn_no, sel_retn_cnt)"
#define SOLD "sign, fixmedins_code, hilist_code, psn_no, setl_id, sale_time, cnt, amount, manu_lotnum, expy_end, trac, trdn_flag"

const struct derive_step derive_sales[] = {
{-1, "CREATE TABLE IF NOT EXISTS x_sale(file_id INTEGER, row_no BIGINT, id VARCHAR, sale_id INTEGER, k VARCHAR, sign INTEGER, "
     "fixmedins_code INTEGER, hilist_code INTEGER, psn_no INTEGER, setl_id INTEGER, sale_time BIGINT, cnt BIGINT, amount BIGINT, "
     "manu_lotnum INTEGER, expy_end INTEGER, trac INTEGER, trdn_flag INTEGER)"},
{-1, "DELETE FROM x_sale x WHERE NOT EXISTS (SELECT 1 FROM (SELECT file_id, row_no FROM b_sale_3505 UNION ALL SELECT file_id, row_no "
     "FROM b_sale_3506) b WHERE b.file_id = x.file_id AND b.row_no = x.row_no)", WHEN_WHOLE, NULL, NULL},
{-1, "INSERT INTO x_sale WITH s AS MATERIALIZED ("SALES"), n AS (SELECT file_id, row_no, own AS id, k, "SOLD" FROM s WHERE own IS NOT "
     "NULL UNION ALL SELECT file_id, row_no, p || left(s.k, 16) || '-' || (row_number() OVER (PARTITION BY p, s.k ORDER BY file_id, "
     "row_no) + coalesce(o.n, 0)), k, "SOLD" FROM s LEFT JOIN (SELECT k AS ok, sign AS os, count(*) AS n FROM x_sale WHERE k IS NOT "
     "NULL GROUP BY ALL) o ON o.ok = s.k AND o.os = s.sign WHERE own IS NULL) "
     "SELECT file_id, row_no, id, huji_id_text(id), k, "SOLD" FROM n", WHEN_ALWAYS, "sale_3505,sale_3506", NULL},
/* a trace record without an amount has that of its fee line: looked for once among all lines, then among new ones */
{-1, "CREATE TABLE IF NOT EXISTS x_worth(h BIGINT, fen BIGINT, file_id INTEGER)"},
{-1, "DELETE FROM x_worth", WHEN_WHOLE, NULL, NULL},
{-1, "INSERT INTO x_worth SELECT DISTINCT ON (h) h, NULL, file_id FROM (SELECT huji_hash(bkkp_sn) AS h, file_id FROM t_drug_trac "
     "WHERE huji_fen(det_item_fee_sumamt) IS NULL %{AND file_id >= %F}) WHERE h IS NOT NULL AND h NOT IN (SELECT h FROM x_worth) "
     "ORDER BY h, file_id", WHEN_ALWAYS, "drug_trac", NULL},
{-1, "CREATE OR REPLACE TEMP TABLE x_worth_now AS SELECT h, max(det_item_fee_sumamt) AS fen FROM nl WHERE ok AND h IN (SELECT h FROM "
     "x_worth WHERE fen IS NULL) AND no NOT IN (SELECT no FROM im_gone) GROUP BY h"},
{-1, "UPDATE x_worth w SET fen = n.fen FROM x_worth_now n WHERE n.h = w.h"},
{-1, "UPDATE x_worth w SET fen = n.fen FROM (SELECT k.h, max(l.det_item_fee_sumamt) AS fen FROM line_key k JOIN s_line l USING (no) "
     "WHERE k.h IN (SELECT h FROM x_worth WHERE fen IS NULL %{AND file_id >= %F}) AND k.no NOT IN (SELECT no FROM im_gone) GROUP BY k.h) n "
     "WHERE n.h = w.h AND w.fen IS NULL", WHEN_ALWAYS, "drug_trac", NULL},
{-1, NULL}};

const struct derive_step derive_sold[] = {
{S_SALE, "SELECT x.*, r.rank FROM x_sale x JOIN x_lrank r ON r.id = x.sale_id %{WHERE x.file_id >= %F} ORDER BY fixmedins_code, "
     "hilist_code, sale_time, x.id", WHEN_ALWAYS, "sale_3505,sale_3506", "false"},
{-1, NULL}};

const struct derive_step derive_traces[] = {
{S_TRACE, "SELECT huji_id_text(id) AS trace_id, trac AS drug_trac_codg, fixmedins_code, hilist_code, psn_no, setl_id, sale_time, "
     "cnt, amount, trdn_flag, row_number() OVER (ORDER BY id) - 1 AS rank FROM ("
     "SELECT id, trac, fixmedins_code, hilist_code, psn_no, setl_id, sale_time, cnt, amount, trdn_flag FROM x_sale WHERE trac IS NOT "
     "NULL UNION ALL SELECT coalesce(nullif(trim(rid), ''), 'trac:' || left(md5("TRACE"), 16) || '-' || row_number() OVER (PARTITION "
     "BY md5("TRACE") ORDER BY t.file_id, row_no)), huji_id_text(drug_trac_codg), huji_id_inst(fixmedins_code), "
     "huji_name_item(huji_id_item(med_list_codg), medins_list_name), huji_name_person(huji_id_person(psn_no), psn_name), "
     "huji_id_setl(setl_id), huji_sec(opt_time), coalesce(huji_qty(sel_retn_cnt), 10000), "
     "coalesce(huji_fen(det_item_fee_sumamt), x_worth.fen), huji_id_code(trdn_flag) FROM t_drug_trac t LEFT JOIN x_worth ON "
     "x_worth.h = huji_hash(bkkp_sn)) ORDER BY drug_trac_codg, sale_time, id"},
{-1, NULL}};
