/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Netting N0-N5 (definitions.md part 3) and the fund shares of lines (part 9), over all lines at once. Written from the
 * page, not from net.c. Needs s_line, s_settlement and line_ids(no, bkkp_sn).
 */
#include "engine/sql/sql.h"

#define AMOUNTS(f) \
    f(det_item_fee_sumamt) f(inscp_amt) f(fulamt_ownpay_amt) f(overlmt_selfpay) f(preselfpay_amt)
#define NETTED(a) \
    ", CASE WHEN n.net = n.cnt THEN n." #a " ELSE hj_part(n." #a ", n.net, n.cnt) END AS " #a

/* No more than the lines came to. Largest remainder: everyone's floor, then one fen each to the largest remainders, ties in order of the line. */
#define SHARES(from)                                                                                                                   \
    "w AS (SELECT l.no, l.psn_no, l.setl_id, l.fee_ocur_time, l.rank, greatest(coalesce(l.inscp_amt, 0), 0)::HUGEINT AS wgt, "         \
    "greatest(coalesce(s.fund_pay_sumamt, 0), 0)::HUGEINT AS fund FROM " from                                                          \
    " l JOIN s_settlement s ON s.setl_id = l.setl_id), "                                                                               \
    "p AS (SELECT * REPLACE (least(fund, tot) AS fund) FROM (SELECT *, sum(wgt) OVER (PARTITION BY psn_no, setl_id) AS tot FROM w)), " \
    "f AS (SELECT *, fund * wgt // tot AS fl, fund * wgt % tot AS rest FROM p WHERE tot > 0), "                                        \
    "g AS (SELECT no, fl, fund - sum(fl) OVER (PARTITION BY psn_no, setl_id) AS remains, row_number() OVER (PARTITION BY psn_no, "     \
    "setl_id ORDER BY rest DESC, fee_ocur_time, rank) AS i FROM f) "

const char *const sql_netting[] = {
    "CREATE OR REPLACE TEMP TABLE ranked_line AS SELECT l.*, i.bkkp_sn, (dense_rank() OVER (ORDER BY i.bkkp_sn))::BIGINT AS rank "
    "FROM s_line l JOIN line_ids i USING (no)",
    /* N0, N1 */
    "CREATE OR REPLACE TEMP TABLE net_plain AS SELECT * FROM ranked_line WHERE void IS DISTINCT FROM 1 AND cnt <> 0 AND "
    "coalesce(pric, 0) >= 0 AND NOT (det_item_fee_sumamt IS NOT NULL AND sign(cnt) * sign(det_item_fee_sumamt) < 0)",
    /* N2: by name */
    "CREATE OR REPLACE TEMP TABLE net_named AS SELECT p.no, sum(-m.cnt)::BIGINT AS want, any_value(p.cnt) AS cnt FROM net_plain m JOIN "
    "net_plain p ON p.no = m.init_no AND p.mdtrt_id IS NOT DISTINCT FROM m.mdtrt_id AND p.psn_no = m.psn_no WHERE m.cnt < 0 AND p.cnt > 0 "
    "GROUP BY p.no",
    /* what is left over, and what names nothing: the pools */
    "CREATE OR REPLACE TEMP TABLE net_pool AS SELECT psn_no, mdtrt_id, hilist_code, pric, sum(q)::BIGINT AS q, arg_max(no, {'t': t, 'r': rank}) AS no FROM (SELECT m.psn_no, "
    "m.mdtrt_id, m.hilist_code, m.pric, -m.cnt AS q, m.no, m.fee_ocur_time AS t, m.rank FROM net_plain m LEFT JOIN net_plain p ON p.no = m.init_no AND p.mdtrt_id IS NOT "
    "DISTINCT FROM m.mdtrt_id AND p.psn_no = m.psn_no AND p.cnt > 0 WHERE m.cnt < 0 AND p.no IS NULL UNION ALL SELECT p.psn_no, p.mdtrt_id, "
    "p.hilist_code, p.pric, n.want - n.cnt, p.no, p.fee_ocur_time, p.rank FROM net_named n JOIN net_plain p USING (no) WHERE n.want > n.cnt) GROUP BY ALL",
    "CREATE OR REPLACE TEMP TABLE net_pool_keys AS SELECT DISTINCT psn_no, mdtrt_id FROM net_plain WHERE cnt < 0",
    /* N3: the pool takes from the last backwards; N4 */
    "CREATE OR REPLACE TEMP TABLE net_left AS SELECT r.* EXCLUDE (pool, later), r.room - greatest(0, least(r.room, r.pool - r.later)) AS net FROM (SELECT p.no, p.psn_no, p.mdtrt_id, p.hilist_code, p.pric, p.cnt - "
    "least(p.cnt, coalesce(n.want, 0)) AS room, coalesce(q.q, 0) AS pool, coalesce(sum(p.cnt - least(p.cnt, coalesce(n.want, 0))) OVER "
    "(PARTITION BY p.psn_no, p.mdtrt_id, p.hilist_code, p.pric ORDER BY p.fee_ocur_time DESC, p.rank DESC ROWS BETWEEN UNBOUNDED PRECEDING "
    "AND 1 PRECEDING), 0)::BIGINT AS later FROM net_plain p LEFT JOIN net_named n USING (no) JOIN net_pool_keys k ON k.psn_no = p.psn_no AND "
    "k.mdtrt_id IS NOT DISTINCT FROM p.mdtrt_id LEFT JOIN net_pool q ON q.psn_no = p.psn_no AND q.mdtrt_id IS NOT DISTINCT FROM p.mdtrt_id "
    "AND q.hilist_code IS NOT DISTINCT FROM p.hilist_code AND q.pric IS NOT DISTINCT FROM p.pric WHERE p.cnt > 0) r",
    /* N5 */
    "CREATE OR REPLACE TEMP TABLE rest_line AS SELECT l.* REPLACE (x.q AS cnt, hj_div(x.q::HUGEINT * l.pric, 100000000)::BIGINT AS "
    "det_item_fee_sumamt, NULL::BIGINT AS inscp_amt, NULL::BIGINT AS fulamt_ownpay_amt, NULL::BIGINT AS overlmt_selfpay, NULL::BIGINT AS "
    "preselfpay_amt), 0::BIGINT AS fund FROM (SELECT q.no, q.q - coalesce(sum(t.room - t.net), 0)::BIGINT AS q FROM net_pool q LEFT JOIN "
    "net_left t ON t.psn_no IS NOT DISTINCT FROM q.psn_no AND t.mdtrt_id IS NOT DISTINCT FROM q.mdtrt_id AND t.hilist_code IS NOT DISTINCT "
    "FROM q.hilist_code AND t.pric IS NOT DISTINCT FROM q.pric GROUP BY q.no, q.q) x JOIN ranked_line l USING (no) WHERE x.q > 0",
    "CREATE OR REPLACE TEMP TABLE net_only AS SELECT n.* EXCLUDE (cnt, det_item_fee_sumamt, inscp_amt, fulamt_ownpay_amt, overlmt_selfpay, "
    "preselfpay_amt, net), n.net AS cnt" AMOUNTS(
        NETTED) " FROM (SELECT p.*, coalesce(l.net, p.cnt) AS net FROM net_plain p LEFT JOIN "
                "net_left l USING (no) WHERE p.cnt > 0) n WHERE n.net > 0",
    "CREATE OR REPLACE TEMP TABLE net_line AS WITH " SHARES(
        "net_only") "SELECT n.*, coalesce((g.fl + CASE WHEN g.i <= g.remains THEN 1 ELSE 0 END)::BIGINT, 0::BIGINT) AS fund FROM net_only n LEFT JOIN g USING (no)",
    "CREATE OR REPLACE TEMP TABLE raw_line AS WITH " SHARES(
        "ranked_line") "SELECT n.*, coalesce((g.fl + CASE WHEN g.i <= g.remains THEN 1 ELSE 0 END)::BIGINT, 0::BIGINT) AS fund FROM ranked_line n LEFT JOIN g USING (no)",
    "DROP TABLE net_only",
    "DROP TABLE net_left",
    "DROP TABLE net_pool",
    "DROP TABLE net_pool_keys",
    "DROP TABLE net_named",
    "DROP TABLE net_plain",
    "DROP TABLE ranked_line",
    NULL,
};
