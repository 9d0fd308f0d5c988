-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- B01 住院时间重叠
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起，ends 止，rank 同一时刻的先后
--   low 间隔下限，high 间隔上限
events AS (
  SELECT e.rank::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner,
         coalesce(e.begntime, 0) AS at_time,
         e.rank::BIGINT AS rank,
         e.begndate::BIGINT AS starts,
         e.enddate::BIGINT AS ends,
         NULL::BIGINT AS low,
         (-1)::BIGINT AS high
  FROM s_visit e
  LEFT JOIN x_code code1 ON code1.id = e.nwb_flag
  LEFT JOIN s_person person1 ON person1.psn_no = e.psn_no
  LEFT JOIN x_code code2 ON code2.id = e.med_type
  WHERE e.kind = 1
    AND (code1.code = '1' OR (e.begndate - person1.brdy) <= 28) IS NOT TRUE
    AND (code2.code LIKE '71%') IS NOT TRUE
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
found AS (SELECT gaps.* FROM gaps JOIN s_visit e ON e.rank = gaps.row_id)
-- 查出的每一条：免责的去掉，定级
SELECT person2.code AS owner_id,
       'mdtrt:' || coalesce(visit1.code, '?') AS event_id,
       hj_on(e.begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       CASE
         WHEN (
                CASE
                  WHEN e.enddate IS NOT NULL
                       AND visit2.enddate IS NOT NULL THEN least(e.enddate, visit2.enddate)
                END - e.begndate
              ) >= 2
              AND e.fixmedins_code <> visit2.fixmedins_code THEN '明确'
         ELSE '高疑'
       END AS class
FROM found
JOIN s_visit e ON e.rank = found.row_id
LEFT JOIN x_person person2 ON person2.id = found.owner
LEFT JOIN x_visit visit1 ON visit1.id = e.mdtrt_id
LEFT JOIN s_visit visit2 ON visit2.rank = found.prev_row_id
LEFT JOIN x_code code3 ON code3.id = visit2.dscg_way
WHERE hj_on(e.begntime) >= DATE '2021-05-01'
  AND (
        code3.code IN ('3', '2')
        AND (
              CASE
                WHEN e.enddate IS NOT NULL
                     AND visit2.enddate IS NOT NULL THEN least(e.enddate, visit2.enddate)
              END - e.begndate
            ) <= 1
      ) IS NOT TRUE;
