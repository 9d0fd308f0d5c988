-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- A02.prefecture 异地同时就医（跨地市）
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起，ends 止，rank 同一时刻的先后
--   low 间隔下限，high 间隔上限
events AS (
  SELECT e.rank::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner,
         coalesce(e.setl_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         e.setl_time::BIGINT AS starts,
         e.setl_time::BIGINT AS ends,
         0::BIGINT AS low,
         3600::BIGINT AS high
  FROM s_settlement e
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  LEFT JOIN x_code code2 ON code2.id = e.proxy_flag
  LEFT JOIN x_code code3 ON code3.id = e.rx_circ_flag
  WHERE e.void IS DISTINCT FROM 1
    AND NOT code1.code LIKE '71%'
    AND hj_day(e.setl_time - 1) = hj_day(e.setl_time)
    AND (code2.code = '1' OR code3.code = '1') IS NOT TRUE
    AND e.psn_no IS NOT NULL
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
         lag({'ends': ends, 'row_id': row_id}) OVER (PARTITION BY owner ORDER BY seq) AS previous
  FROM ordered
),
-- 前后两个之间隔了多久，在不在上下限之内
gaps AS (
  SELECT row_id, owner,
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
  JOIN s_settlement e ON e.rank = gaps.row_id
  LEFT JOIN x_place place1 ON place1.id = e.fix_blng_admdvs
  LEFT JOIN s_settlement settlement1 ON settlement1.rank = gaps.prev_row_id
  LEFT JOIN x_place place2 ON place2.id = settlement1.fix_blng_admdvs
  WHERE hj_left(place1.code, 4) <> hj_left(place2.code, 4)
)
-- 查出的每一条：免责的去掉，定级
SELECT person1.code AS owner_id,
       'setl:' || coalesce(setl1.code, '?') AS event_id,
       hj_on(e.setl_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '高疑' AS class
FROM found
JOIN s_settlement e ON e.rank = found.row_id
LEFT JOIN x_person person1 ON person1.id = found.owner
LEFT JOIN x_setl setl1 ON setl1.id = e.setl_id
WHERE hj_on(e.setl_time) >= DATE '2021-05-01';

-- A02.county 异地同时就医（同市跨县）
-- 与 A02.prefecture 只有下面几处不同（- 换成 +，行号从 A02.prefecture 的第一行数起）。
-- 整句：huji rules doc --sql --rule A02.county
-- @ 第 13 行
-- -          3600::BIGINT AS high
-- +          1800::BIGINT AS high
-- @ 第 54 行
-- -   WHERE hj_left(place1.code, 4) <> hj_left(place2.code, 4)
-- +   WHERE hj_left(place1.code, 4) = hj_left(place2.code, 4)
-- +     AND hj_left(place1.code, 6) <> hj_left(place2.code, 6)
