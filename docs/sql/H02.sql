-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- H02 医师同时两地执业
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起，ends 止，rank 同一时刻的先后
--   low 间隔下限，high 间隔上限
events AS (
  SELECT e.rank::BIGINT AS row_id,
         e.chfpdr_code::BIGINT AS owner,
         coalesce(e.setl_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         e.setl_time::BIGINT AS starts,
         e.setl_time::BIGINT AS ends,
         0::BIGINT AS low,
         1800::BIGINT AS high
  FROM s_settlement e
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  WHERE e.void IS DISTINCT FROM 1
    AND (
          (
            code1.code LIKE '81%' OR code1.code LIKE '51%' OR code1.code LIKE '19%' OR code1.code LIKE '16%'
            OR code1.code LIKE '15%' OR code1.code LIKE '13%' OR code1.code LIKE '12%'
            OR code1.code LIKE '11%'
          )
          OR code1.code LIKE '14%'
        )
    AND hj_day(e.setl_time - 1) = hj_day(e.setl_time)
    AND e.chfpdr_code IS NOT NULL
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
  LEFT JOIN s_settlement settlement1 ON settlement1.rank = gaps.prev_row_id
  WHERE e.fixmedins_code <> settlement1.fixmedins_code
)
-- 查出的每一条：免责的去掉，定级
SELECT doctor1.code AS owner_id,
       'setl:' || coalesce(setl1.code, '?') AS event_id,
       hj_on(e.setl_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '高疑' AS class
FROM found
JOIN s_settlement e ON e.rank = found.row_id
LEFT JOIN x_doctor doctor1 ON doctor1.id = found.owner
LEFT JOIN x_setl setl1 ON setl1.id = e.setl_id
LEFT JOIN s_settlement settlement2 ON settlement2.rank = found.prev_row_id
WHERE hj_on(e.setl_time) >= DATE '2021-05-01'
  AND CASE
        WHEN settlement2.fixmedins_code IS NULL
             OR e.fixmedins_code IS NULL
             OR hj_day(e.setl_time) IS NULL
             OR (SELECT count(*) FROM lk_agreement) = 0 THEN NULL
        ELSE EXISTS(
               SELECT 1
               FROM lk_agreement w
               WHERE w.fixmedins_code = settlement2.fixmedins_code
                 AND w.fixmedins_code2 = e.fixmedins_code
                 AND (w."b" IS NULL OR w."b" <= hj_day(e.setl_time))
                 AND (w."e" IS NULL OR hj_day(e.setl_time) <= w."e")
             )
      END IS NOT TRUE;
