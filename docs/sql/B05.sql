-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- B05 本院职工多次在本院住院
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起，ends 止，limit_value 限额
--   rank 同一时刻的先后，counted 数什么（不重复计），window_len 窗口多长
events AS (
  SELECT e.rank::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner1,
         e.fixmedins_code::BIGINT AS owner2,
         coalesce(e.begntime, 0) AS at_time,
         e.rank::BIGINT AS rank,
         e.begndate::BIGINT AS starts,
         e.begndate::BIGINT AS ends,
         2::BIGINT AS limit_value,
         e.mdtrt_id::BIGINT AS counted,
         364::BIGINT AS window_len
  FROM s_visit e
  LEFT JOIN s_person person1 ON person1.psn_no = e.psn_no
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  LEFT JOIN x_dx dx1 ON dx1.id = e.dx
  WHERE e.kind = 1
    AND person1.staff_inst = e.fixmedins_code
    AND (
          (code1.code LIKE '51%' OR code1.code LIKE '52%')
          OR (hj_within(dx1.code, 'Z34', 'Z39') OR hj_within(dx1.code, 'O00', 'O99'))
        ) IS NOT TRUE
    AND (
          hj_within(dx1.code, 'S00', 'T98')
          OR (code1.code LIKE '81%' OR code1.code LIKE '19%' OR code1.code LIKE '22%')
        ) IS NOT TRUE
    AND e.psn_no IS NOT NULL
    AND e.fixmedins_code IS NOT NULL
),
-- 事件够多的对象
enough AS (
  SELECT owner1, owner2
  FROM events
  GROUP BY owner1, owner2
  HAVING count(DISTINCT counted) >= min(limit_value) // 1
),
-- 它们的事件，按时间编号
ordered AS (
  SELECT events.*,
         row_number() OVER (
           PARTITION BY events.owner1, events.owner2 ORDER BY starts NULLS FIRST, at_time, rank
         ) AS seq
  FROM events
  JOIN enough ON events.owner1 = enough.owner1 AND events.owner2 = enough.owner2
  WHERE starts IS NOT NULL AND limit_value IS NOT NULL AND window_len IS NOT NULL AND counted IS NOT NULL
),
w0 AS (
  SELECT *, counted AS gg,
         first_value(window_len) OVER xg AS a1,
         first_value(limit_value) OVER xg AS lim1, 0 AS wide
  FROM ordered
  WINDOW xg AS (PARTITION BY owner1, owner2, starts ORDER BY seq)
),
window_from AS (
  SELECT *, max(starts - greatest(a1, wide)) OVER (PARTITION BY owner1, owner2 ORDER BY starts) AS lb FROM w0
),
-- 窗口里够不够数
window_full AS (
  SELECT *,
         count(DISTINCT gg) OVER (
           PARTITION BY owner1, owner2 ORDER BY starts RANGE BETWEEN (starts - lb) PRECEDING AND CURRENT ROW
         ) >= (lim1 + 1 - 1) // 1 AS marked,
         dense_rank() OVER (PARTITION BY owner1, owner2 ORDER BY starts) AS gx
  FROM window_from
),
-- 连成一片的窗口
islands AS (
  SELECT *,
         gx - dense_rank() OVER (PARTITION BY owner1, owner2 ORDER BY starts) AS isl
  FROM window_full
  WHERE marked
),
-- 每一片从何时到何时
spans AS (
  SELECT owner1, owner2, isl, min(lb) AS lo, max(starts) AS hi FROM islands GROUP BY owner1, owner2, isl
),
running AS (
  SELECT ordered.*, ends.isl
  FROM spans ends
  JOIN ordered
    ON ends.owner1 = ordered.owner1
        AND ends.owner2 = ordered.owner2
        AND ordered.starts BETWEEN ends.lo AND ends.hi
),
beyond AS (
  SELECT *,
         min(seq) OVER (PARTITION BY owner1, owner2, isl, counted) AS first_rn,
         first_value(limit_value) OVER (PARTITION BY owner1, owner2, isl ORDER BY seq) AS lim0
  FROM running
),
b3 AS (
  SELECT *, dense_rank() OVER (PARTITION BY owner1, owner2, isl ORDER BY first_rn) AS nth FROM beyond
),
-- 每一片的第一笔
first_of AS (
  SELECT *, max(nth) OVER (PARTITION BY owner1, owner2, isl) AS v
  FROM b3
  QUALIFY row_number() OVER (PARTITION BY owner1, owner2, isl ORDER BY seq) = 1
),
-- 查出的
found AS (
  SELECT row_id, first_of.owner1, first_of.owner2,
         v * 1000000 AS value,
         (lim0 * 1000000)::BIGINT AS threshold
  FROM first_of
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person2.code, inst1.code) AS owner_id,
       'mdtrt:' || coalesce(visit1.code, '?') AS event_id,
       hj_on(e.begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_visit e ON e.rank = found.row_id
LEFT JOIN x_person person2 ON person2.id = found.owner1
LEFT JOIN x_inst inst1 ON inst1.id = found.owner2
LEFT JOIN x_visit visit1 ON visit1.id = e.mdtrt_id
WHERE hj_on(e.begntime) >= DATE '2021-05-01';
