-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- B11 同户同时住院
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起，ends 止
--   limit_value 限额，rank 同一时刻的先后，counted 数什么（不重复计），window_len 窗口多长
events AS (
  SELECT 0 AS clause,
         e.rank::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner1,
         e.household::BIGINT AS owner2,
         coalesce(e.begntime, 0) AS at_time,
         e.rank::BIGINT AS rank,
         e.begndate::BIGINT AS starts,
         e.begndate::BIGINT AS ends,
         2::BIGINT AS limit_value,
         e.psn_no::BIGINT AS counted,
         2::BIGINT AS window_len
  FROM s_visit e
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  LEFT JOIN x_dx dx1 ON dx1.id = e.dx
  LEFT JOIN x_code code2 ON code2.id = e.nwb_flag
  LEFT JOIN s_person person1 ON person1.psn_no = e.psn_no
  WHERE e.kind = 1
    AND (
          (code1.code LIKE '51%' OR code1.code LIKE '52%')
          OR (hj_within(dx1.code, 'Z34', 'Z39') OR hj_within(dx1.code, 'O00', 'O99'))
        ) IS NOT TRUE
    AND (code2.code = '1' OR (e.begndate - person1.brdy) <= 28) IS NOT TRUE
    AND hj_within(dx1.code, 'J09', 'J11') IS NOT TRUE
    AND (
          hj_within(dx1.code, 'S00', 'T98')
          OR (code1.code LIKE '81%' OR code1.code LIKE '19%' OR code1.code LIKE '22%')
        ) IS NOT TRUE
    AND e.fixmedins_code IS NOT NULL
    AND e.household IS NOT NULL
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
         ) AS seq,
         count(*) OVER (PARTITION BY events.owner1, events.owner2) AS n
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
  SELECT row_number() OVER () AS found_no, clause, row_id, first_of.owner1, first_of.owner2, isl,
         v * 1000000 AS value,
         (lim0 * 1000000)::BIGINT AS threshold
  FROM first_of
),
members AS (
  SELECT found.found_no, b3.clause, b3.row_id
  FROM found found
  JOIN b3 ON b3.owner1 = found.owner1 AND b3.owner2 = found.owner2 AND b3.isl = found.isl
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', inst1.code, text1.code) AS owner_id,
       'mdtrt:' || coalesce(visit1.code, '?') AS event_id,
       hj_on(e.begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       CASE WHEN found.value >= 3000000 THEN '高疑' ELSE '可疑' END AS class
FROM found
JOIN s_visit e ON e.rank = found.row_id
LEFT JOIN x_inst inst1 ON inst1.id = found.owner1
LEFT JOIN x_text text1 ON text1.id = found.owner2
LEFT JOIN x_visit visit1 ON visit1.id = e.mdtrt_id
LEFT JOIN s_inst inst2 ON inst2.fixmedins_code = e.fixmedins_code
LEFT JOIN (
    SELECT mm1.found_no, 1 AS n, false AS v
    FROM members mm1
    JOIN s_visit i0 ON i0.rank = mm1.row_id
    LEFT JOIN x_dx dx2 ON dx2.id = i0.dx
    WHERE mm1.clause IN (0)
      AND (
            dx2.code LIKE 'F03%' OR dx2.code LIKE 'F01%' OR dx2.code LIKE 'G30%' OR dx2.code LIKE 'H40%'
            OR dx2.code LIKE 'N40%' OR dx2.code LIKE 'Z94%' OR dx2.code LIKE 'C%' OR dx2.code LIKE 'M10%'
            OR dx2.code LIKE 'M81%' OR dx2.code LIKE 'M80%' OR dx2.code LIKE 'M45%' OR dx2.code LIKE 'M32%'
            OR dx2.code LIKE 'M06%' OR dx2.code LIKE 'M05%' OR dx2.code LIKE 'F33%' OR dx2.code LIKE 'F32%'
            OR dx2.code LIKE 'F31%' OR dx2.code LIKE 'F20%' OR dx2.code LIKE 'G40%' OR dx2.code LIKE 'G20%'
            OR dx2.code LIKE 'K74%' OR dx2.code LIKE 'B18%' OR dx2.code LIKE 'N18%' OR dx2.code LIKE 'J45%'
            OR dx2.code LIKE 'J44%' OR dx2.code LIKE 'E78%' OR dx2.code LIKE 'E14%' OR dx2.code LIKE 'E13%'
            OR dx2.code LIKE 'E12%' OR dx2.code LIKE 'E11%' OR dx2.code LIKE 'E10%' OR dx2.code LIKE 'E05%'
            OR dx2.code LIKE 'E03%' OR dx2.code LIKE 'I69%' OR dx2.code LIKE 'I50%' OR dx2.code LIKE 'I48%'
            OR dx2.code LIKE 'I25%' OR dx2.code LIKE 'I20%' OR dx2.code LIKE 'I15%' OR dx2.code LIKE 'I13%'
            OR dx2.code LIKE 'I12%' OR dx2.code LIKE 'I11%' OR dx2.code LIKE 'I10%'
          ) IS NOT TRUE
    GROUP BY 1
  ) sub1
  ON sub1.found_no = found.found_no
LEFT JOIN (
    SELECT mm3.found_no, 1 AS n, false AS v
    FROM members mm3
    JOIN s_visit i2 ON i2.rank = mm3.row_id
    LEFT JOIN x_dx dx3 ON dx3.id = i2.dx
    WHERE mm3.clause IN (0)
      AND (
            dx3.code LIKE 'U07%' OR dx3.code LIKE 'T62%' OR dx3.code LIKE 'T61%' OR dx3.code LIKE 'B15%'
            OR dx3.code LIKE 'B05%' OR dx3.code LIKE 'B01%' OR dx3.code LIKE 'A37%' OR dx3.code LIKE 'A09%'
            OR dx3.code LIKE 'A08%' OR dx3.code LIKE 'A07%' OR dx3.code LIKE 'A06%' OR dx3.code LIKE 'A05%'
            OR dx3.code LIKE 'A04%' OR dx3.code LIKE 'A03%' OR dx3.code LIKE 'A02%' OR dx3.code LIKE 'A01%'
            OR dx3.code LIKE 'A00%'
          ) IS NOT TRUE
    GROUP BY 1
  ) sub2
  ON sub2.found_no = found.found_no
WHERE hj_on(e.begntime) >= DATE '2021-05-01'
  AND (
        found.value < 3000000 AND inst2.level = 3 AND CASE WHEN sub1.n IS NULL THEN true ELSE sub1.v END
      ) IS NOT TRUE
  AND CASE WHEN sub2.n IS NULL THEN true ELSE sub2.v END IS NOT TRUE;
