-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- I02 重复参保、重复享受待遇
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起，ends 止，rank 同一时刻的先后
--   low 间隔下限，high 间隔上限
events AS (
  SELECT e.rank::BIGINT AS row_id,
         e.certno::BIGINT AS owner,
         coalesce(e.enrol_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         e.begndate::BIGINT AS starts,
         coalesce(e.enddate, e.begndate + 36500)::BIGINT AS ends,
         NULL::BIGINT AS low,
         (-1)::BIGINT AS high
  FROM s_enrol e
  LEFT JOIN x_code code1 ON code1.id = e.insutype
  WHERE code1.code IN ('390', '310') AND e.fund_pay_sumamt > 0 AND e.certno IS NOT NULL
),
-- 每个对象的事件按时间编号
ordered AS (
  SELECT *,
         row_number() OVER (PARTITION BY owner ORDER BY starts NULLS FIRST, at_time, rank) AS seq
  FROM events
  WHERE starts IS NOT NULL AND ends IS NOT NULL
),
-- previous：之前的一个（紧挨着的，或之前结束最晚的）
with_previous AS (
  SELECT *,
         max(
           {'ends': ends, 'starts': starts, 'at_time': at_time, 'rank': rank, 'nrn': -seq, 'row_id': row_id}
         ) OVER (PARTITION BY owner ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS previous
  FROM ordered
),
-- 前后两个之间隔了多久，在不在上下限之内
gaps AS (
  SELECT row_id, owner,
         previous.row_id AS prev_row_id,
         (starts - previous.ends) * 1000000 AS value,
         coalesce(high, low) * 1000000 AS threshold, low, high
  FROM with_previous
  WHERE previous IS NOT NULL
    AND (with_previous.high IS NULL OR (starts - previous.ends) <= with_previous.high)
),
-- 查出的
found AS (
  SELECT gaps.*
  FROM gaps
  JOIN s_enrol e ON e.rank = gaps.row_id
  LEFT JOIN s_enrol enrol1 ON enrol1.rank = gaps.prev_row_id
  WHERE (e.psn_no <> enrol1.psn_no OR e.insutype <> enrol1.insutype) OR e.insu_admdvs <> enrol1.insu_admdvs
)
-- 查出的每一条：免责的去掉，定级
SELECT text1.code AS owner_id,
       'enrol:' || coalesce(text2.code, '?') AS event_id,
       hj_on(e.enrol_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '明确' AS class
FROM found
JOIN s_enrol e ON e.rank = found.row_id
LEFT JOIN x_text text1 ON text1.id = found.owner
LEFT JOIN x_text text2 ON text2.id = e.psn_insu_rlts_id
WHERE hj_on(e.enrol_time) >= DATE '2021-05-01';
