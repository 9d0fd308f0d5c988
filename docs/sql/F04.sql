-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- F04 透析器、试纸等消耗不足
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒）
--   source_rank 同一时刻来源的先后，starts 起，quantity 量，rank 同一时刻的先后，low 下限，high 上限
--   tolerance 容差，is_reset 是不是盘点
events AS (
  SELECT 0 AS clause,
         e.rank::BIGINT AS row_id,
         n.row AS kn_row,
         e.fixmedins_code::BIGINT AS owner1,
         n."grp"::BIGINT AS owner2,
         coalesce(e.stock_time, 0) AS at_time,
         4 AS source_rank,
         e.rank::BIGINT AS rank,
         hj_day(e.stock_time)::BIGINT AS starts,
         hj_div(hj_mul(e.cnt, n."uses"), 10000)::BIGINT AS quantity,
         hj_div(
           0 - CASE WHEN hj_mul(NULL, 5) IS NOT NULL THEN greatest(3000000, hj_mul(NULL, 5)) END, 100
         )::BIGINT AS low,
         NULL::BIGINT AS high,
         NULL::BIGINT AS tolerance,
         coalesce(code1.code = '1', false) AS is_reset
  FROM s_stock e
  JOIN kx_consume_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_consume n ON n.row = n0.row
  LEFT JOIN x_code code1 ON code1.id = e.inv_data_type
  LEFT JOIN x_code code2 ON code2.id = n."role"
  WHERE code2.code = 'in'
    AND code1.code IN ('5', '3', '2', '1')
    AND e.fixmedins_code IS NOT NULL
    AND n."grp" IS NOT NULL
  UNION ALL
  SELECT 1 AS clause,
         e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.fixmedins_code::BIGINT AS owner1,
         n."grp"::BIGINT AS owner2,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         5 AS source_rank,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         hj_div(0 - hj_mul(e.cnt, n."uses"), 10000)::BIGINT AS quantity,
         hj_div(
           0 - CASE WHEN hj_mul(NULL, 5) IS NOT NULL THEN greatest(3000000, hj_mul(NULL, 5)) END, 100
         )::BIGINT AS low,
         NULL::BIGINT AS high,
         NULL::BIGINT AS tolerance,
         false AS is_reset
  FROM net_line e
  JOIN kx_consume_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_consume n ON n.row = n0.row
  LEFT JOIN x_code code3 ON code3.id = n."role"
  WHERE code3.code = 'out' AND e.fixmedins_code IS NOT NULL AND n."grp" IS NOT NULL
),
-- 每个对象的变动按日编号
ordered AS (
  SELECT *,
         row_number() OVER (
           PARTITION BY owner1, owner2 ORDER BY starts NULLS FIRST, source_rank, at_time, rank, kn_row, clause
         ) AS seq
  FROM events
  WHERE starts IS NOT NULL
),
-- 每日进出的合计，盘点日另记
daily AS (
  SELECT owner1, owner2, starts,
         coalesce(sum(quantity) FILTER (WHERE NOT is_reset), 0)::BIGINT AS s,
         coalesce(sum(quantity) FILTER (WHERE NOT is_reset AND quantity > 0), 0)::BIGINT AS pos,
         sum(quantity) FILTER (WHERE is_reset AND quantity IS NOT NULL)::BIGINT AS setto,
         greatest(0, coalesce(max(tolerance) FILTER (WHERE quantity IS NOT NULL), 0)) AS tol,
         arg_max_null(low, seq) AS low,
         arg_max_null(high, seq) AS high,
         arg_max(clause, seq) AS clause,
         arg_max(row_id, seq) AS row_id,
         arg_max(kn_row, seq) AS kn_row
  FROM ordered
  GROUP BY ALL
),
-- 盘点把时间分成段；coming：晚到的单据
segments AS (
  SELECT *,
         count(setto) OVER (PARTITION BY owner1, owner2 ORDER BY starts) AS seg,
         coalesce(
           sum(pos) OVER (
             PARTITION BY owner1, owner2 ORDER BY starts RANGE BETWEEN 1 FOLLOWING AND 7 FOLLOWING
           ), 0
         ) AS coming
  FROM daily
),
changes AS (
  SELECT *,
         coalesce(setto, s) AS chg,
         first_value(starts) OVER (PARTITION BY owner1, owner2, seg ORDER BY starts) AS x0,
         (sum(coalesce(setto, pos)) OVER (PARTITION BY owner1, owner2, seg ORDER BY starts))::BIGINT AS inflow
  FROM segments
),
-- 逐日累计
balances AS (
  SELECT *,
         (
           sum(chg) OVER (PARTITION BY owner1, owner2, seg ORDER BY starts)
         )::BIGINT - 0::BIGINT * (starts - x0) AS bal
  FROM changes
),
-- 逐日的结存
levels AS (SELECT *, bal AS level FROM balances),
bounded AS (
  SELECT levels.*,
         hj_div(
           0 -
             CASE
               WHEN hj_mul(levels.inflow, 5) IS NOT NULL THEN greatest(3000000, hj_mul(levels.inflow, 5))
             END, 100
         ) AS lo,
         NULL::BIGINT AS klo
  FROM levels
  JOIN s_stock e ON e.rank = levels.row_id
  LEFT JOIN k_consume ek ON ek.row = levels.kn_row
  WHERE levels.clause = 0
  UNION ALL
  SELECT levels.*,
         hj_div(
           0 -
             CASE
               WHEN hj_mul(levels.inflow, 5) IS NOT NULL THEN greatest(3000000, hj_mul(levels.inflow, 5))
             END, 100
         ) AS lo,
         NULL::BIGINT AS klo
  FROM levels
  JOIN net_line e ON e.no = levels.row_id
  LEFT JOIN k_consume ek ON ek.row = levels.kn_row
  WHERE levels.clause = 1
),
-- 低于下限的日子
below_low AS (
  SELECT *,
         coalesce(level < lo - tol AND NOT coalesce(level + coming >= lo - tol, false), false) AS b_lo
  FROM bounded
  WHERE setto IS NULL AND seg > 0
),
worst AS (
  SELECT *,
         min(CASE WHEN b_lo THEN level END) OVER (
           PARTITION BY owner1, owner2, seg ORDER BY starts ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
         ) AS w_lo
  FROM below_low
),
refused AS (
  SELECT *,
         CASE
           WHEN b_lo
                AND level < least(
                      lo - tol, coalesce(w_lo, lo - tol)
                    ) THEN least(lo - tol, coalesce(w_lo, lo - tol)) - level
         END AS f_lo
  FROM worst
),
-- 越了界的日子
out_of_bounds AS (
  SELECT owner1, owner2, starts, 1 AS sg, level, high AS bound
  FROM refused
  WHERE level > high + tol
  UNION ALL
  SELECT owner1, owner2, starts, -1, level, lo - tol
  FROM refused
  WHERE lo IS NOT NULL AND f_lo > 0
),
-- 那一天的变动，从后往前摊
that_day AS (
  SELECT ordered.*, out_of_bounds.sg, out_of_bounds.level, out_of_bounds.bound,
         coalesce(
           sum(ordered.quantity * out_of_bounds.sg) OVER (
             PARTITION BY ordered.owner1, ordered.owner2, ordered.starts,
             out_of_bounds.sg ORDER BY ordered.seq DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
           ), 0
         ) AS taken
  FROM out_of_bounds
  JOIN ordered
    ON ordered.owner1 = out_of_bounds.owner1
        AND ordered.owner2 = out_of_bounds.owner2
        AND ordered.starts = out_of_bounds.starts
  WHERE NOT ordered.is_reset AND ordered.quantity * out_of_bounds.sg > 0
),
-- 查出的
found AS (
  SELECT clause, row_id, kn_row, owner1, owner2,
         (level * 100)::BIGINT AS value,
         (bound * 100)::BIGINT AS threshold
  FROM that_day
  WHERE taken = 0
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', inst1.code, code4.code) AS owner_id,
       'stock:' || coalesce(text1.code, '?') AS event_id,
       hj_on(e.stock_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '高疑' AS class
FROM found
JOIN s_stock e ON e.rank = found.row_id
LEFT JOIN k_consume ek ON ek.row = found.kn_row
LEFT JOIN x_inst inst1 ON inst1.id = found.owner1
LEFT JOIN x_code code4 ON code4.id = found.owner2
LEFT JOIN x_text text1 ON text1.id = e.stock_id
WHERE found.clause = 0 AND hj_on(e.stock_time) >= DATE '2021-05-01'
UNION ALL
SELECT concat_ws('|', inst2.code, code5.code) AS owner_id,
       'line:' || e.bkkp_sn AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '高疑' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_consume ek ON ek.row = found.kn_row
LEFT JOIN x_inst inst2 ON inst2.id = found.owner1
LEFT JOIN x_code code5 ON code5.id = found.owner2
WHERE found.clause = 1 AND hj_on(e.fee_ocur_time) >= DATE '2021-05-01';
