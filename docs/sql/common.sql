-- SPDX-License-Identifier: MulanPSL-2.0
-- 各规则共用的部分
--
-- 一、各句站着的表。查询只读数据目录里的表（s_ 开头：s_visit 就诊、s_settlement 结算、s_person 参保人 …），
--     和下面几种由它们做出来的表。代码在表里是整数编号，字典把编号换回代码。金额以分计，数量以万分之一计，
--     值与阈值以百万分之一计（hj_value 换回来），日期是 1970-01-01 起的天数，时间是秒。
--   x_<域>(id, code)            字典：x_item 目录项目，x_dx 诊断，x_inst 机构，x_person 人 …
--   x_dx_info(id, cat, grp, chapter)  诊断的类目、组、章
--   net_line, raw_line, rest_line     冲抵后的费用行，原样的费用行，找不到原单的退费；fund 是这一行的基金份额
--   k_<表>(row, …)              知识表的行；代码列 NAME 是编号，NAME_t 是原文（0011* 表示以 0011 开头的）
--   kx_<表>_<列>_<域>(id, row)  知识表一行的写法指哪些代码
--   lk_<名单>(…, b, e)          名单，b、e 是起止日
--   m_<指标>(k0 …, value, n, …) 指标：measures.sql
--   finding                     上次筛查的疑点；只有由几条规则合起来的规则（E08、H09 …）读它
-- 核对：huji screen 以后 huji verify --brief，每一句在数据上跑一遍，与疑点逐条比对
--     （对象、记录、日期、值、阈值、等级）。自己跑：huji verify --brief --keep 核对.duckdb
--     把这些表和函数另存成一个库，用任何 DuckDB 打开就能跑。

-- 二、函数
CREATE OR REPLACE TEMP MACRO hj_div(a, b) AS
  CASE
    WHEN b = 0 THEN NULL
    ELSE try_cast(
           (CASE WHEN (a < 0) <> (b < 0) THEN -1 ELSE 1 END)::HUGEINT * (
             (2::HUGEINT * abs(a::HUGEINT) + abs(b::HUGEINT)) // (2::HUGEINT * abs(b::HUGEINT))
           ) AS BIGINT
         )
  END;
CREATE OR REPLACE TEMP MACRO hj_part(w, a, b) AS
  CASE WHEN b <= 0 THEN 0::BIGINT ELSE hj_div(w::HUGEINT * a::HUGEINT, b::HUGEINT) END;
CREATE OR REPLACE TEMP MACRO hj_day(t) AS CASE WHEN t >= 0 THEN t // 86400 ELSE -((86399 - t) // 86400) END;
CREATE OR REPLACE TEMP MACRO hj_date(d) AS DATE '1970-01-01' + (d)::INTEGER;
CREATE OR REPLACE TEMP MACRO hj_month(d) AS (year(hj_date(d)) * 12 + month(hj_date(d)) - 1)::BIGINT;
CREATE OR REPLACE TEMP MACRO hj_quarter(d) AS (year(hj_date(d)) * 4 + (month(hj_date(d)) - 1) // 3)::BIGINT;
CREATE OR REPLACE TEMP MACRO hj_age(b, d) AS
  (
    year(hj_date(d)) - year(hj_date(b)) -
      CASE
        WHEN month(hj_date(d)) * 100 + day(hj_date(d)) < month(hj_date(b)) * 100 + day(hj_date(b)) THEN 1
        ELSE 0
      END
  )::BIGINT;
CREATE OR REPLACE TEMP MACRO hj_ceil(a, b) AS
  CASE WHEN b <= 0 THEN NULL WHEN a >= 0 THEN (a + b - 1) // b ELSE -((-a) // b) END;
CREATE OR REPLACE TEMP MACRO hj_ymd(d) AS strftime(hj_date(d), '%Y-%m-%d');
CREATE OR REPLACE TEMP MACRO hj_time(t) AS strftime(make_timestamp(t * 1000000), '%Y-%m-%d %H:%M:%S');
CREATE OR REPLACE TEMP MACRO hj_value(v) AS (v::DECIMAL(19, 0) * 0.000001)::DECIMAL(18, 6);
CREATE OR REPLACE TEMP MACRO hj_mul(a, b) AS try_cast(a::HUGEINT * b AS BIGINT);
CREATE OR REPLACE TEMP MACRO hj_any(c) AS
  CASE WHEN bool_or(c) THEN true WHEN bool_or(c IS NULL) THEN NULL ELSE false END;
CREATE OR REPLACE TEMP MACRO hj_on(t) AS hj_date(hj_day(coalesce(t, 0)));
CREATE OR REPLACE TEMP MACRO hj_month_start(m) AS make_date((m // 12)::INTEGER, (m % 12 + 1)::INTEGER, 1);
CREATE OR REPLACE TEMP MACRO hj_left(c, n) AS CASE WHEN strlen(c) >= n THEN left(c, n) END;
CREATE OR REPLACE TEMP MACRO hj_cat3(c) AS CASE WHEN regexp_matches(c, '^[A-Z][0-9][0-9]') THEN left(c, 3) END;
CREATE OR REPLACE TEMP MACRO hj_within(c, a, b) AS
  strlen(c) >= strlen(a) AND left(c, strlen(a)) BETWEEN a AND b;
CREATE OR REPLACE TEMP MACRO hj_json(s) AS '"' || replace(replace(s, '\', '\\'), '"', '\"') || '"';

-- 三、冲抵（退费抵掉原来的行）和基金份额（最大余数法分到每一行）
CREATE OR REPLACE TEMP TABLE ranked_line AS
  SELECT l.*, i.bkkp_sn,
         (dense_rank() OVER (ORDER BY i.bkkp_sn))::BIGINT AS rank
  FROM s_line l
  JOIN line_ids i USING(no);
CREATE OR REPLACE TEMP TABLE net_plain AS
  SELECT *
  FROM ranked_line
  WHERE void IS DISTINCT FROM 1
    AND cnt <> 0
    AND coalesce(pric, 0) >= 0
    AND NOT (det_item_fee_sumamt IS NOT NULL AND sign(cnt) * sign(det_item_fee_sumamt) < 0);
CREATE OR REPLACE TEMP TABLE net_named AS
  SELECT p.no, sum(-m.cnt)::BIGINT AS want, any_value(p.cnt) AS cnt
  FROM net_plain m
  JOIN net_plain p ON p.no = m.init_no AND p.mdtrt_id IS NOT DISTINCT FROM m.mdtrt_id AND p.psn_no = m.psn_no
  WHERE m.cnt < 0 AND p.cnt > 0
  GROUP BY p.no;
CREATE OR REPLACE TEMP TABLE net_pool AS
  SELECT psn_no, mdtrt_id, hilist_code, pric,
         sum(q)::BIGINT AS q,
         arg_max(no, {'t': t, 'r': rank}) AS no
  FROM (
      SELECT m.psn_no, m.mdtrt_id, m.hilist_code, m.pric, -m.cnt AS q, m.no,
             m.fee_ocur_time AS t, m.rank
      FROM net_plain m
      LEFT JOIN net_plain p
        ON p.no = m.init_no
            AND p.mdtrt_id IS NOT DISTINCT FROM m.mdtrt_id
            AND p.psn_no = m.psn_no
            AND p.cnt > 0
      WHERE m.cnt < 0 AND p.no IS NULL
      UNION ALL
      SELECT p.psn_no, p.mdtrt_id, p.hilist_code, p.pric, n.want - n.cnt, p.no, p.fee_ocur_time, p.rank
      FROM net_named n
      JOIN net_plain p USING(no)
      WHERE n.want > n.cnt
    )
  GROUP BY ALL;
CREATE OR REPLACE TEMP TABLE net_pool_keys AS SELECT DISTINCT psn_no, mdtrt_id FROM net_plain WHERE cnt < 0;
CREATE OR REPLACE TEMP TABLE net_left AS
  SELECT r.* EXCLUDE(pool, later),
         r.room - greatest(0, least(r.room, r.pool - r.later)) AS net
  FROM (
      SELECT p.no, p.psn_no, p.mdtrt_id, p.hilist_code, p.pric,
             p.cnt - least(p.cnt, coalesce(n.want, 0)) AS room,
             coalesce(q.q, 0) AS pool,
             coalesce(
               sum(p.cnt - least(p.cnt, coalesce(n.want, 0))) OVER (
                 PARTITION BY p.psn_no, p.mdtrt_id, p.hilist_code, p.pric ORDER BY p.fee_ocur_time DESC,
                 p.rank DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
               ), 0
             )::BIGINT AS later
      FROM net_plain p
      LEFT JOIN net_named n USING(no)
      JOIN net_pool_keys k ON k.psn_no = p.psn_no AND k.mdtrt_id IS NOT DISTINCT FROM p.mdtrt_id
      LEFT JOIN net_pool q
        ON q.psn_no = p.psn_no
            AND q.mdtrt_id IS NOT DISTINCT FROM p.mdtrt_id
            AND q.hilist_code IS NOT DISTINCT FROM p.hilist_code
            AND q.pric IS NOT DISTINCT FROM p.pric
      WHERE p.cnt > 0
    ) r;
CREATE OR REPLACE TEMP TABLE rest_line AS
  SELECT l.* REPLACE(
           x.q AS cnt,
           hj_div(x.q::HUGEINT * l.pric, 100000000)::BIGINT AS det_item_fee_sumamt,
           NULL::BIGINT AS inscp_amt,
           NULL::BIGINT AS fulamt_ownpay_amt,
           NULL::BIGINT AS overlmt_selfpay,
           NULL::BIGINT AS preselfpay_amt
         ),
         0::BIGINT AS fund
  FROM (
      SELECT q.no, q.q - coalesce(sum(t.room - t.net), 0)::BIGINT AS q
      FROM net_pool q
      LEFT JOIN net_left t
        ON t.psn_no IS NOT DISTINCT FROM q.psn_no
            AND t.mdtrt_id IS NOT DISTINCT FROM q.mdtrt_id
            AND t.hilist_code IS NOT DISTINCT FROM q.hilist_code
            AND t.pric IS NOT DISTINCT FROM q.pric
      GROUP BY q.no, q.q
    ) x
  JOIN ranked_line l USING(no)
  WHERE x.q > 0;
CREATE OR REPLACE TEMP TABLE net_only AS
  SELECT n.* EXCLUDE(
           cnt, det_item_fee_sumamt, inscp_amt, fulamt_ownpay_amt, overlmt_selfpay, preselfpay_amt, net
         ), n.net AS cnt,
         CASE
           WHEN n.net = n.cnt THEN n.det_item_fee_sumamt
           ELSE hj_part(n.det_item_fee_sumamt, n.net, n.cnt)
         END AS det_item_fee_sumamt,
         CASE WHEN n.net = n.cnt THEN n.inscp_amt ELSE hj_part(n.inscp_amt, n.net, n.cnt) END AS inscp_amt,
         CASE
           WHEN n.net = n.cnt THEN n.fulamt_ownpay_amt
           ELSE hj_part(n.fulamt_ownpay_amt, n.net, n.cnt)
         END AS fulamt_ownpay_amt,
         CASE
           WHEN n.net = n.cnt THEN n.overlmt_selfpay
           ELSE hj_part(n.overlmt_selfpay, n.net, n.cnt)
         END AS overlmt_selfpay,
         CASE
           WHEN n.net = n.cnt THEN n.preselfpay_amt
           ELSE hj_part(n.preselfpay_amt, n.net, n.cnt)
         END AS preselfpay_amt
  FROM (
      SELECT p.*, coalesce(l.net, p.cnt) AS net
      FROM net_plain p
      LEFT JOIN net_left l USING(no)
      WHERE p.cnt > 0
    ) n
  WHERE n.net > 0;
CREATE OR REPLACE TEMP TABLE net_line AS
WITH
w AS (
  SELECT l.no, l.psn_no, l.setl_id, l.fee_ocur_time, l.rank,
         greatest(coalesce(l.inscp_amt, 0), 0)::HUGEINT AS wgt,
         greatest(coalesce(s.fund_pay_sumamt, 0), 0)::HUGEINT AS fund
  FROM net_only l
  JOIN s_settlement s ON s.setl_id = l.setl_id
),
p AS (
  SELECT * REPLACE(least(fund, tot) AS fund)
  FROM (SELECT *, sum(wgt) OVER (PARTITION BY psn_no, setl_id) AS tot FROM w)
),
f AS (
  SELECT *, fund * wgt // tot AS fl, fund * wgt % tot AS rest FROM p WHERE tot > 0
),
g AS (
  SELECT no, fl,
         fund - sum(fl) OVER (PARTITION BY psn_no, setl_id) AS remains,
         row_number() OVER (PARTITION BY psn_no, setl_id ORDER BY rest DESC, fee_ocur_time, rank) AS i
  FROM f
)
SELECT n.*,
       coalesce((g.fl + CASE WHEN g.i <= g.remains THEN 1 ELSE 0 END)::BIGINT, 0::BIGINT) AS fund
FROM net_only n
LEFT JOIN g USING(no);
CREATE OR REPLACE TEMP TABLE raw_line AS
WITH
w AS (
  SELECT l.no, l.psn_no, l.setl_id, l.fee_ocur_time, l.rank,
         greatest(coalesce(l.inscp_amt, 0), 0)::HUGEINT AS wgt,
         greatest(coalesce(s.fund_pay_sumamt, 0), 0)::HUGEINT AS fund
  FROM ranked_line l
  JOIN s_settlement s ON s.setl_id = l.setl_id
),
p AS (
  SELECT * REPLACE(least(fund, tot) AS fund)
  FROM (SELECT *, sum(wgt) OVER (PARTITION BY psn_no, setl_id) AS tot FROM w)
),
f AS (
  SELECT *, fund * wgt // tot AS fl, fund * wgt % tot AS rest FROM p WHERE tot > 0
),
g AS (
  SELECT no, fl,
         fund - sum(fl) OVER (PARTITION BY psn_no, setl_id) AS remains,
         row_number() OVER (PARTITION BY psn_no, setl_id ORDER BY rest DESC, fee_ocur_time, rank) AS i
  FROM f
)
SELECT n.*,
       coalesce((g.fl + CASE WHEN g.i <= g.remains THEN 1 ELSE 0 END)::BIGINT, 0::BIGINT) AS fund
FROM ranked_line n
LEFT JOIN g USING(no);
DROP TABLE net_only;
DROP TABLE net_left;
DROP TABLE net_pool;
DROP TABLE net_pool_keys;
DROP TABLE net_named;
DROP TABLE net_plain;
DROP TABLE ranked_line;

-- 四、查出的怎样成为疑点：金额、证据、定级。每条规则都一样，只是来源的表和定级的条件不同；
--     这里以 A01 为例，是 huji verify 所跑的整句。fo 是查出的，mem 是每一条涉及的记录
--     （role 1 是问题所在，2 是对照），a 去掉免责的并定级，m 是每笔记录的金额和基金，s 合计，
--     z 是共同的人、就诊、机构，j 是证据。
WITH
ev AS MATERIALIZED
(
  SELECT *
  FROM (
      SELECT 0 AS cl,
             e.no::BIGINT AS rid, -1 AS kn,
             (e.psn_no)::BIGINT AS k0,
             coalesce(e.fee_ocur_time, -9000000000000000000) AS t, 5 AS sr,
             e.rank::BIGINT AS rank,
             NULL::BIGINT AS x,
             NULL::BIGINT AS u,
             NULL::BIGINT AS q,
             (0::BIGINT)::BIGINT AS lim, 0::BIGINT AS g,
             0::BIGINT AS sc,
             NULL::BIGINT AS a,
             NULL::BIGINT AS b,
             NULL::BIGINT AS c,
             NULL::BIGINT AS d,
             NULL::BIGINT AS f,
             false AS absent,
             (((hj_day(e.fee_ocur_time) - j0.die_date::BIGINT) * 1000000))::BIGINT AS val,
             coalesce((hj_day(e.fee_ocur_time) > (j0.die_date::BIGINT + 0::BIGINT)), false) AS hit
      FROM net_line e
      LEFT JOIN s_person j0 ON j0.psn_no = e.psn_no
      WHERE true
        AND (
              NOT (
                e.hilist_code IN (
                  SELECT id FROM x_item WHERE (starts_with(code, '001401')) UNION ALL SELECT -9
                )
              )
            )
        AND (hj_day(e.fee_ocur_time) > (j0.die_date::BIGINT + 0::BIGINT))
    )
  WHERE true AND k0 IS NOT NULL
),
fo AS MATERIALIZED(
  SELECT row_number() OVER () AS fid, cl, rid, kn, k0,
         NULL::INTEGER AS p_cl,
         NULL::BIGINT AS p_rid,
         NULL::INTEGER AS p_kn,
         NULL::VARCHAR AS anchor_text, val AS value,
         lim AS threshold,
         NULL::BIGINT AS gf,
         NULL::BIGINT AS gt, hit
  FROM ev
), mem AS (SELECT fid, cl, rid, kn, 1 AS role, 0 AS bad, 0 AS of_, 1 AS anc FROM fo),
a AS MATERIALIZED(
  SELECT *
  FROM (
      SELECT fo.*,
             hj_day(coalesce(e.fee_ocur_time, 0)) AS day,
             coalesce(fo.anchor_text, 'line:' || e.bkkp_sn) AS anchor,
             concat_ws('|', coalesce(j1.code, '?')) AS owner_id,
             CASE
               WHEN (j2.die_souc = coalesce((SELECT id FROM x_code WHERE code = 'cert'), -1)) THEN '明确'
               WHEN true THEN '高疑'
             END AS cls,
             e.psn_no AS own0,
             e.mdtrt_id AS own1,
             e.fixmedins_code AS own2,
             NULL::BIGINT AS whole,
             false AS is_whole
      FROM fo
      JOIN net_line e ON e.no = fo.rid
      LEFT JOIN x_person j1 ON j1.id = fo.k0
      LEFT JOIN s_person j2 ON j2.psn_no = e.psn_no
      WHERE fo.cl = 0 AND hj_day(coalesce(e.fee_ocur_time, 0)) >= 18748
    )
  WHERE cls IS NOT NULL
  QUALIFY row_number() OVER (PARTITION BY k0, cl, rid ORDER BY hit DESC, kn) = 1
),
m AS MATERIALIZED(
  SELECT fid, mrole, role, t, id,
         CASE WHEN role = 1 AND anc = 1 THEN amt0 ELSE 0 END AS amount,
         CASE WHEN role = 1 AND anc = 1 THEN fund0 ELSE 0 END AS fund, o0, h0, o1, h1, o2, h2, marks
  FROM (
      SELECT mem.fid,
             mem.role AS mrole, mem.bad, mem.of_, mem.anc,
             mem.role AS role,
             coalesce(e.fee_ocur_time, 0) AS t,
             'line:' || e.bkkp_sn AS id,
             coalesce(e.det_item_fee_sumamt, 0) AS amt0,
             coalesce(e.fund, 0) AS fund0, e.psn_no AS o0, true AS h0,
             e.mdtrt_id AS o1, true AS h1,
             e.fixmedins_code AS o2, true AS h2,
             coalesce(e.marks, 0) AS marks,
             NULL::BIGINT AS want
      FROM mem
      JOIN a ON a.fid = mem.fid
      JOIN net_line e ON e.no = mem.rid
      WHERE mem.cl = 0
    )
),
s AS (
  SELECT fid,
         coalesce(sum(amount) FILTER (WHERE role = 1), 0)::BIGINT AS amt,
         coalesce(sum(fund) FILTER (WHERE role = 1), 0)::BIGINT AS fnd,
         bool_or(marks > 0) AS marked, count(*) AS n,
         count(*) FILTER (WHERE mrole = 1 AND h0) AS c0,
         count(DISTINCT o0) FILTER (WHERE mrole = 1 AND h0) AS d0,
         count(o0) FILTER (WHERE mrole = 1 AND h0) AS k0,
         any_value(o0) FILTER (WHERE mrole = 1 AND h0) AS u0,
         count(*) FILTER (WHERE mrole = 1 AND h1) AS c1,
         count(DISTINCT o1) FILTER (WHERE mrole = 1 AND h1) AS d1,
         count(o1) FILTER (WHERE mrole = 1 AND h1) AS k1,
         any_value(o1) FILTER (WHERE mrole = 1 AND h1) AS u1,
         count(*) FILTER (WHERE mrole = 1 AND h2) AS c2,
         count(DISTINCT o2) FILTER (WHERE mrole = 1 AND h2) AS d2,
         count(o2) FILTER (WHERE mrole = 1 AND h2) AS k2,
         any_value(o2) FILTER (WHERE mrole = 1 AND h2) AS u2
  FROM m
  GROUP BY fid
),
z AS (
  SELECT a.*,
         coalesce(s.amt, 0) AS amt,
         coalesce(s.fnd, 0) AS fnd,
         coalesce(s.marked, false) AS marked,
         coalesce(s.n, 0) AS n, 0 AS excess,
         CASE
           WHEN coalesce(s.c0, 0) = 0 OR (s.d0 = 1 AND s.k0 = s.c0 AND s.u0 = a.own0) THEN a.own0
         END AS who0,
         CASE
           WHEN coalesce(s.c1, 0) = 0 OR (s.d1 = 1 AND s.k1 = s.c1 AND s.u1 = a.own1) THEN a.own1
         END AS who1,
         CASE
           WHEN coalesce(s.c2, 0) = 0 OR (s.d2 = 1 AND s.k2 = s.c2 AND s.u2 = a.own2) THEN a.own2
         END AS who2
  FROM a
  LEFT JOIN s ON s.fid = a.fid
),
ev1 AS (
  SELECT m.fid, m.role, m.t, m.id,
         CASE
           WHEN z.is_whole
                AND z.amt > 0 THEN hj_part(
                      m.amount,
                      CASE
                        WHEN NOT is_whole THEN amt
                        WHEN whole IS NULL OR whole <= 0 OR amt <= 0 THEN 0
                        WHEN whole >= amt THEN amt
                        ELSE whole
                      END, z.amt
                    )
           ELSE m.amount
         END AS amount,
         CASE
           WHEN z.is_whole
                AND z.amt > 0 THEN hj_part(
                      m.fund,
                      CASE
                        WHEN NOT is_whole THEN amt
                        WHEN whole IS NULL OR whole <= 0 OR amt <= 0 THEN 0
                        WHEN whole >= amt THEN amt
                        ELSE whole
                      END, z.amt
                    )
           ELSE m.fund
         END AS fund
  FROM m
  JOIN z ON z.fid = m.fid
),
j AS (
  SELECT fid,
         array_to_string(
           list_slice(
             list(
               '{"id": ' || hj_json(id) || ', "role": ' || role || ', "amount_fen": ' || amount
               || ', "fund_fen": ' || fund || '}' ORDER BY role, t, id, amount, fund
             ), 1, 1000
           ), ', '
         ) AS items
  FROM ev1
  GROUP BY fid
) SELECT left(sha256(concat_ws(chr(31), 'A01', 'person', owner_id, anchor)), 32) AS finding_id,
'A01' AS rule_id,
'person' AS owner_type, owner_id, anchor,
p0.code AS psn_no,
p1.code AS mdtrt_id,
p2.code AS fixmedins_code,
hj_date(day) AS event_date,
(value::DECIMAL(19, 0) * 0.000001)::DECIMAL(18, 6) AS value,
(threshold::DECIMAL(19, 0) * 0.000001)::DECIMAL(18, 6) AS threshold,
(
  CASE
    WHEN NOT is_whole THEN amt
    WHEN whole IS NULL OR whole <= 0 OR amt <= 0 THEN 0
    WHEN whole >= amt THEN amt
    ELSE whole
  END
)::BIGINT AS amount_fen,
(
  CASE
    WHEN NOT is_whole THEN fnd
    WHEN whole IS NULL OR whole <= 0 OR amt <= 0 THEN 0
    WHEN whole >= amt THEN fnd
    ELSE hj_part(fnd, whole, amt)
  END
)::BIGINT AS fund_fen, cls AS class, hit, marked,
'[' || coalesce(j.items, '') ||
  CASE
    WHEN n > 1000 THEN ', {"more": ' || (n - 1000) || '}'
    ELSE ''
  END || ']' AS evidence FROM z LEFT JOIN j
ON j.fid = z.fid LEFT JOIN x_person p0
ON p0.id = who0 LEFT JOIN x_visit p1
ON p1.id = who1 LEFT JOIN x_inst p2
ON p2.id = who2;
