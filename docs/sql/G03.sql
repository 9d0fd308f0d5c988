-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- G03.expired 过期药品仍在销售
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，limit_value 限额，found_value 查出的值，rank 同一时刻的先后
events AS (
  SELECT e.rank::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner1,
         e.hilist_code::BIGINT AS owner2,
         e.rank::BIGINT AS rank,
         NULL::BIGINT AS limit_value,
         ((hj_day(e.sale_time) - e.expy_end)::BIGINT * 1000000)::BIGINT AS found_value
  FROM s_sale e
  WHERE e.cnt > 0
    AND hj_day(e.sale_time) > e.expy_end
    AND e.fixmedins_code IS NOT NULL
    AND e.hilist_code IS NOT NULL
),
-- 查出的
found AS (
  SELECT row_id, owner1, owner2, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', inst1.code, item1.code) AS owner_id,
       'sale:' || coalesce(text1.code, '?') AS event_id,
       hj_on(e.sale_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '高疑' AS class
FROM found
JOIN s_sale e ON e.rank = found.row_id
LEFT JOIN x_inst inst1 ON inst1.id = found.owner1
LEFT JOIN x_item item1 ON item1.id = found.owner2
LEFT JOIN x_text text1 ON text1.id = e.sale_id
WHERE hj_on(e.sale_time) >= DATE '2021-05-01';

-- G03.unknown_lot 批号没有进货记录
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，at_time 时间（1970 年起的秒）
--   source_rank 同一时刻来源的先后，starts 起，rank 同一时刻的先后，link 把两边连起来的
events AS (
  SELECT 0 AS clause,
         e.rank::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner1,
         e.hilist_code::BIGINT AS owner2,
         coalesce(e.sale_time, 0) AS at_time,
         5 AS source_rank,
         e.rank::BIGINT AS rank,
         hj_day(e.sale_time)::BIGINT AS starts,
         e.manu_lotnum::BIGINT AS link,
         NULL::BIGINT AS a,
         NULL::BIGINT AS b
  FROM s_sale e
  WHERE e.cnt > 0 AND e.manu_lotnum IS NOT NULL AND e.fixmedins_code IS NOT NULL AND e.hilist_code IS NOT NULL
  UNION ALL
  SELECT 1 AS clause,
         e.rank::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner1,
         e.hilist_code::BIGINT AS owner2,
         coalesce(e.stock_time, 0) AS at_time,
         4 AS source_rank,
         e.rank::BIGINT AS rank,
         hj_day(e.stock_time)::BIGINT AS starts,
         e.manu_lotnum::BIGINT AS link,
         NULL::BIGINT AS a,
         NULL::BIGINT AS b
  FROM s_stock e
  LEFT JOIN x_code code1 ON code1.id = e.inv_data_type
  WHERE code1.code IN ('3', '1')
    AND e.manu_lotnum IS NOT NULL
    AND e.fixmedins_code IS NOT NULL
    AND e.hilist_code IS NOT NULL
),
-- 编上号；is_b：是不是乙方
ordered AS (
  SELECT *,
         row_number() OVER (
           ORDER BY owner1, owner2, starts NULLS FIRST, source_rank, at_time, rank, clause
         ) AS seq,
         clause IN (-1, 1) AS is_b
  FROM events
  WHERE starts IS NOT NULL AND link IS NOT NULL
),
-- 时间对得上的甲乙
candidates AS (
  SELECT a.seq AS a_rn, b.clause, b.row_id
  FROM ordered a
  JOIN ordered b
    ON a.owner1 = b.owner1
        AND a.owner2 = b.owner2
        AND a.link = b.link
        AND NOT a.is_b
        AND b.is_b
        AND b.starts - a.starts BETWEEN -3650 AND 7
),
-- 条件也对得上的甲乙
matched AS (SELECT candidates.* FROM candidates WHERE candidates.clause = 1),
-- 查出的
found AS (
  SELECT clause, row_id, owner1, owner2,
         NULL::BIGINT AS value,
         NULL::BIGINT AS threshold
  FROM ordered
  WHERE NOT is_b AND seq NOT IN (SELECT a_rn FROM matched)
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', inst1.code, item1.code) AS owner_id,
       'sale:' || coalesce(text1.code, '?') AS event_id,
       hj_on(e.sale_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '高疑' AS class
FROM found
JOIN s_sale e ON e.rank = found.row_id
LEFT JOIN x_inst inst1 ON inst1.id = found.owner1
LEFT JOIN x_item item1 ON item1.id = found.owner2
LEFT JOIN x_text text1 ON text1.id = e.sale_id
LEFT JOIN m_lots_bought lots_bought1
  ON lots_bought1."k0" = e.fixmedins_code AND lots_bought1."k1" = e.hilist_code
WHERE found.clause = 0
  AND hj_on(e.sale_time) >= DATE '2021-05-01'
  AND (coalesce(lots_bought1.value, 0) < 1000000) IS NOT TRUE;

-- G03.untraced 医保销售没有上传追溯码
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，at_time 时间（1970 年起的秒）
--   source_rank 同一时刻来源的先后，starts 起，rank 同一时刻的先后，link 把两边连起来的
events AS (
  SELECT 0 AS clause,
         e.rank::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner1,
         e.hilist_code::BIGINT AS owner2,
         coalesce(e.sale_time, 0) AS at_time,
         5 AS source_rank,
         e.rank::BIGINT AS rank,
         hj_day(e.sale_time)::BIGINT AS starts,
         e.setl_id::BIGINT AS link,
         NULL::BIGINT AS a,
         NULL::BIGINT AS b
  FROM s_sale e
  LEFT JOIN x_item item1 ON item1.id = e.hilist_code
  WHERE e.cnt > 0
    AND e.setl_id IS NOT NULL
    AND (item1.code LIKE 'Z%' OR item1.code LIKE 'X%')
    AND e.fixmedins_code IS NOT NULL
    AND e.hilist_code IS NOT NULL
  UNION ALL
  SELECT 1 AS clause,
         e.rank::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner1,
         e.hilist_code::BIGINT AS owner2,
         coalesce(e.sale_time, 0) AS at_time,
         5 AS source_rank,
         e.rank::BIGINT AS rank,
         hj_day(e.sale_time)::BIGINT AS starts,
         e.setl_id::BIGINT AS link,
         NULL::BIGINT AS a,
         NULL::BIGINT AS b
  FROM s_trace e
  WHERE e.fixmedins_code IS NOT NULL AND e.hilist_code IS NOT NULL
),
-- 编上号；is_b：是不是乙方
ordered AS (
  SELECT *,
         row_number() OVER (
           ORDER BY owner1, owner2, starts NULLS FIRST, source_rank, at_time, rank, clause
         ) AS seq,
         clause IN (-1, 1) AS is_b
  FROM events
  WHERE starts IS NOT NULL AND link IS NOT NULL
),
-- 时间对得上的甲乙
candidates AS (
  SELECT a.seq AS a_rn, b.clause, b.row_id
  FROM ordered a
  JOIN ordered b
    ON a.owner1 = b.owner1
        AND a.owner2 = b.owner2
        AND a.link = b.link
        AND NOT a.is_b
        AND b.is_b
        AND b.starts - a.starts BETWEEN -1 AND 1
),
-- 条件也对得上的甲乙
matched AS (SELECT candidates.* FROM candidates WHERE candidates.clause = 1),
-- 查出的
found AS (
  SELECT clause, row_id, owner1, owner2,
         NULL::BIGINT AS value,
         NULL::BIGINT AS threshold
  FROM ordered
  WHERE NOT is_b AND seq NOT IN (SELECT a_rn FROM matched)
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', inst1.code, item2.code) AS owner_id,
       'sale:' || coalesce(text1.code, '?') AS event_id,
       hj_on(e.sale_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_sale e ON e.rank = found.row_id
LEFT JOIN x_inst inst1 ON inst1.id = found.owner1
LEFT JOIN x_item item2 ON item2.id = found.owner2
LEFT JOIN x_text text1 ON text1.id = e.sale_id
LEFT JOIN m_trace_codes trace_codes1
  ON trace_codes1."k0" = e.fixmedins_code AND trace_codes1."k1" = hj_quarter(hj_day(e.sale_time))
WHERE found.clause = 0
  AND hj_on(e.sale_time) >= DATE '2025-07-01'
  AND (coalesce(trace_codes1.value, 0) < 1000000) IS NOT TRUE;
