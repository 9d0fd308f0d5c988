-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- G02 盘点差异
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒）
--   source_rank 同一时刻来源的先后，starts 起，quantity 量，rank 同一时刻的先后，low 下限，high 上限
--   tolerance 容差，is_reset 是不是盘点
events AS (
  SELECT 0 AS clause,
         e.rank::BIGINT AS row_id, -1 AS kn_row,
         e.fixmedins_code::BIGINT AS owner1,
         e.hilist_code::BIGINT AS owner2,
         coalesce(e.stock_time, 0) AS at_time,
         4 AS source_rank,
         e.rank::BIGINT AS rank,
         hj_day(e.stock_time)::BIGINT AS starts,
         e.cnt::BIGINT AS quantity,
         NULL::BIGINT AS low,
         NULL::BIGINT AS high,
         hj_div(
           CASE WHEN hj_mul(e.cnt, 5) IS NOT NULL THEN greatest(3000000, hj_mul(e.cnt, 5)) END, 100
         )::BIGINT AS tolerance,
         coalesce(code1.code = '1', false) AS is_reset
  FROM s_stock e
  LEFT JOIN x_code code1 ON code1.id = e.inv_data_type
  WHERE code1.code IN ('5', '3', '2', '1') AND e.fixmedins_code IS NOT NULL AND e.hilist_code IS NOT NULL
  UNION ALL
  SELECT 1 AS clause,
         e.rank::BIGINT AS row_id, -1 AS kn_row,
         e.fixmedins_code::BIGINT AS owner1,
         e.hilist_code::BIGINT AS owner2,
         coalesce(e.sale_time, 0) AS at_time,
         5 AS source_rank,
         e.rank::BIGINT AS rank,
         hj_day(e.sale_time)::BIGINT AS starts,
         (0 - e.cnt)::BIGINT AS quantity,
         NULL::BIGINT AS low,
         NULL::BIGINT AS high,
         hj_div(
           CASE WHEN hj_mul(e.cnt, 5) IS NOT NULL THEN greatest(3000000, hj_mul(e.cnt, 5)) END, 100
         )::BIGINT AS tolerance,
         false AS is_reset
  FROM s_sale e
  WHERE e.fixmedins_code IS NOT NULL AND e.hilist_code IS NOT NULL
),
-- 每个对象的变动按日编号
ordered AS (
  SELECT *,
         row_number() OVER (
           PARTITION BY owner1, owner2 ORDER BY starts NULLS FIRST, source_rank, at_time, rank, clause
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
  SELECT *, count(setto) OVER (PARTITION BY owner1, owner2 ORDER BY starts) AS seg FROM daily
),
changes AS (
  SELECT *,
         coalesce(setto, s) AS chg,
         first_value(starts) OVER (PARTITION BY owner1, owner2, seg ORDER BY starts) AS x0
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
bounded AS (SELECT * FROM levels),
bk AS (
  SELECT *, lag(level) OVER (PARTITION BY owner1, owner2 ORDER BY starts) AS before FROM bounded
),
-- 越了界的日子
out_of_bounds AS (
  SELECT owner1, owner2, starts, setto - (before + s) AS off, tol
  FROM bk
  WHERE setto IS NOT NULL AND seg > 1 AND abs(setto - (before + s)) > tol
),
-- 那一天的变动，从后往前摊
that_day AS (
  SELECT ordered.*, out_of_bounds.off, out_of_bounds.tol,
         row_number() OVER (
           PARTITION BY ordered.owner1, ordered.owner2, ordered.starts ORDER BY ordered.seq DESC
         ) AS dn
  FROM out_of_bounds
  JOIN ordered
    ON ordered.owner1 = out_of_bounds.owner1
        AND ordered.owner2 = out_of_bounds.owner2
        AND ordered.starts = out_of_bounds.starts
  WHERE ordered.is_reset AND ordered.quantity IS NOT NULL
),
-- 查出的
found AS (
  SELECT clause, row_id, owner1, owner2,
         (off * 100)::BIGINT AS value,
         (tol * 100)::BIGINT AS threshold
  FROM that_day
  WHERE dn = 1
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', inst1.code, item1.code) AS owner_id,
       'stock:' || coalesce(text1.code, '?') AS event_id,
       hj_on(e.stock_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_stock e ON e.rank = found.row_id
LEFT JOIN x_inst inst1 ON inst1.id = found.owner1
LEFT JOIN x_item item1 ON item1.id = found.owner2
LEFT JOIN x_text text1 ON text1.id = e.stock_id
WHERE found.clause = 0 AND hj_on(e.stock_time) >= DATE '2021-05-01'
UNION ALL
SELECT concat_ws('|', inst2.code, item2.code) AS owner_id,
       'sale:' || coalesce(text2.code, '?') AS event_id,
       hj_on(e.sale_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_sale e ON e.rank = found.row_id
LEFT JOIN x_inst inst2 ON inst2.id = found.owner1
LEFT JOIN x_item item2 ON item2.id = found.owner2
LEFT JOIN x_text text2 ON text2.id = e.sale_id
WHERE found.clause = 1 AND hj_on(e.sale_time) >= DATE '2021-05-01';
