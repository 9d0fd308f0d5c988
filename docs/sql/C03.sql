-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- C03 超限定单价
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，kn_row 知识表的行号，limit_value 限额
--   found_value 查出的值
events AS (
  SELECT 0 AS clause,
         e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.fixmedins_code::BIGINT AS owner,
         n."cap"::BIGINT AS limit_value,
         e.pric::BIGINT AS found_value
  FROM net_line e
  JOIN kx_price_cap_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_price_cap n ON n.row = n0.row
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  WHERE (n.valid_from IS NULL OR coalesce(hj_day(e.fee_ocur_time), -99999999) >= n.valid_from)
    AND (n.valid_to IS NULL OR coalesce(hj_day(e.fee_ocur_time), -99999999) <= n.valid_to)
    AND n."level" = inst1.level
    AND e.pric > n."cap" + 5000
    AND e.fixmedins_code IS NOT NULL
),
-- 查出的
found AS (
  SELECT clause, row_id, kn_row, owner, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT inst2.code AS owner_id,
       'line:' || e.bkkp_sn AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '明确' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_price_cap ek ON ek.row = found.kn_row
LEFT JOIN x_inst inst2 ON inst2.id = found.owner
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01'
QUALIFY row_number() OVER (PARTITION BY found.owner, found.clause, found.row_id ORDER BY found.kn_row) = 1;

-- C03.over 超医保限价收费，差额由个人负担
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，limit_value 限额，found_value 查出的值
events AS (
  SELECT e.no::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner,
         0::BIGINT AS limit_value,
         (e.overlmt_selfpay::BIGINT * 10000)::BIGINT AS found_value
  FROM net_line e
  LEFT JOIN x_code code1 ON code1.id = e.med_chrgitm_type
  WHERE e.overlmt_selfpay > 0
    AND code1.code IN ('07', '06', '05', '04', '03', '02')
    AND e.overlmt_selfpay > 0
    AND e.fixmedins_code IS NOT NULL
),
-- 查出的
found AS (
  SELECT row_id, owner, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT inst1.code AS owner_id,
       'line:' || e.bkkp_sn AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN x_inst inst1 ON inst1.id = found.owner
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01';

-- C03.dual 同一药品医保价高于自费价
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起，ends 止，rank 同一时刻的先后
--   low 间隔下限，high 间隔上限
events AS (
  SELECT e.rank::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner1,
         e.hilist_code::BIGINT AS owner2,
         coalesce(e.sale_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.sale_time)::BIGINT AS starts,
         hj_day(e.sale_time)::BIGINT AS ends,
         0::BIGINT AS low,
         30::BIGINT AS high
  FROM s_sale e
  WHERE e.cnt > 0 AND e.amount > 0 AND e.fixmedins_code IS NOT NULL AND e.hilist_code IS NOT NULL
),
-- 每个对象的事件按时间编号
ordered AS (
  SELECT *,
         row_number() OVER (PARTITION BY owner1, owner2 ORDER BY starts NULLS FIRST, at_time, rank) AS seq
  FROM events
  WHERE starts IS NOT NULL AND ends IS NOT NULL
),
-- previous：之前的一个（紧挨着的，或之前结束最晚的）
with_previous AS (
  SELECT *,
         lag({'ends': ends, 'row_id': row_id}) OVER (PARTITION BY owner1, owner2 ORDER BY seq) AS previous
  FROM ordered
),
-- 前后两个之间隔了多久，在不在上下限之内
gaps AS (
  SELECT row_id, owner1, owner2,
         previous.row_id AS prev_row_id,
         (starts - previous.ends) * 1000000 AS value,
         coalesce(high, low) * 1000000 AS threshold, low, high
  FROM with_previous
  WHERE previous IS NOT NULL AND (starts - previous.ends) BETWEEN with_previous.low AND with_previous.high
),
-- 查出的
found AS (
  SELECT gaps.*
  FROM gaps
  JOIN s_sale e ON e.rank = gaps.row_id
  LEFT JOIN s_sale sale1 ON sale1.rank = gaps.prev_row_id
  WHERE e.setl_id IS NOT NULL
    AND sale1.setl_id IS NULL
    AND (hj_mul(e.amount, sale1.cnt)::BIGINT * 100) > hj_mul(hj_mul(sale1.amount, e.cnt), 105)
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
