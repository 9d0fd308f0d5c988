-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- B03 频繁住院
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起，ends 止
--   limit_value 限额，rank 同一时刻的先后，counted 数什么（不重复计），window_len 窗口多长
events AS (
  SELECT 0 AS clause,
         e.rank::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner,
         coalesce(e.begntime, 0) AS at_time,
         e.rank::BIGINT AS rank,
         e.begndate::BIGINT AS starts,
         e.begndate::BIGINT AS ends,
         5::BIGINT AS limit_value,
         e.mdtrt_id::BIGINT AS counted,
         364::BIGINT AS window_len
  FROM s_visit e
  LEFT JOIN x_dx dx1 ON dx1.id = e.dx
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             hj_any(
               item1.code = '001204000120000'
               OR item1.code LIKE '0024%'
               OR item1.code LIKE 'XL02%'
               OR item1.code LIKE 'XL01%'
             ) AS v
      FROM net_line i0
      LEFT JOIN x_item item1 ON item1.id = i0.hilist_code
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i1.psn_no, i1.mdtrt_id, 1 AS n,
             hj_any(item2.code LIKE '0031100000%') AS v
      FROM net_line i1
      LEFT JOIN x_item item2 ON item2.id = i1.hilist_code
      GROUP BY 1, 2
    ) sub2
    ON sub2.mdtrt_id = e.mdtrt_id AND sub2.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i2.psn_no, i2.mdtrt_id, 1 AS n,
             hj_any(item3.code LIKE '0034%') AS v
      FROM net_line i2
      LEFT JOIN x_item item3 ON item3.id = i2.hilist_code
      GROUP BY 1, 2
    ) sub3
    ON sub3.mdtrt_id = e.mdtrt_id AND sub3.psn_no = e.psn_no
  LEFT JOIN x_code code1 ON code1.id = e.nwb_flag
  LEFT JOIN s_person person1 ON person1.psn_no = e.psn_no
  LEFT JOIN x_code code2 ON code2.id = e.med_type
  WHERE e.kind = 1
    AND (
          (dx1.code LIKE 'Z51.2%' OR dx1.code LIKE 'Z51.1%' OR dx1.code LIKE 'Z51.0%')
          OR (hj_within(dx1.code, 'D37', 'D48') OR hj_within(dx1.code, 'C00', 'C97'))
              AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub1.n IS NULL THEN false ELSE sub1.v END
        ) IS NOT TRUE
    AND (
          (
            dx1.code LIKE 'Z49%' OR dx1.code LIKE 'N18.9%' OR dx1.code LIKE 'N18.0%' OR dx1.code LIKE 'N18.6%'
            OR dx1.code LIKE 'N18.5%'
          )
          AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub2.n IS NULL THEN false ELSE sub2.v END
        ) IS NOT TRUE
    AND hj_within(dx1.code, 'F00', 'F99') IS NOT TRUE
    AND (
          (hj_within(dx1.code, 'G81', 'G83') OR dx1.code LIKE 'I69%' OR dx1.code LIKE 'Z50%')
          AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub3.n IS NULL THEN false ELSE sub3.v END
        ) IS NOT TRUE
    AND (dx1.code LIKE 'Z51.5%') IS NOT TRUE
    AND hj_within(dx1.code, 'D66', 'D68') IS NOT TRUE
    AND hj_within(dx1.code, 'A15', 'A19') IS NOT TRUE
    AND (code1.code = '1' OR (e.begndate - person1.brdy) <= 28) IS NOT TRUE
    AND (
          (code2.code LIKE '51%' OR code2.code LIKE '52%')
          OR (hj_within(dx1.code, 'Z34', 'Z39') OR hj_within(dx1.code, 'O00', 'O99'))
        ) IS NOT TRUE
    AND hj_within(dx1.code, 'T20', 'T32') IS NOT TRUE
    AND e.psn_no IS NOT NULL
),
-- 事件够多的对象
enough AS (
  SELECT owner FROM events GROUP BY owner HAVING count(DISTINCT counted) >= min(limit_value) // 1
),
-- 它们的事件，按时间编号
ordered AS (
  SELECT events.*,
         row_number() OVER (PARTITION BY events.owner ORDER BY starts NULLS FIRST, at_time, rank) AS seq,
         count(*) OVER (PARTITION BY events.owner) AS n
  FROM events
  JOIN enough ON events.owner = enough.owner
  WHERE starts IS NOT NULL AND limit_value IS NOT NULL AND window_len IS NOT NULL AND counted IS NOT NULL
),
w0 AS (
  SELECT *, counted AS gg,
         first_value(window_len) OVER xg AS a1,
         first_value(limit_value) OVER xg AS lim1, 0 AS wide
  FROM ordered
  WINDOW xg AS (PARTITION BY owner, starts ORDER BY seq)
),
window_from AS (
  SELECT *, max(starts - greatest(a1, wide)) OVER (PARTITION BY owner ORDER BY starts) AS lb FROM w0
),
-- 窗口里够不够数
window_full AS (
  SELECT *,
         count(DISTINCT gg) OVER (
           PARTITION BY owner ORDER BY starts RANGE BETWEEN (starts - lb) PRECEDING AND CURRENT ROW
         ) >= (lim1 + 1 - 1) // 1 AS marked,
         dense_rank() OVER (PARTITION BY owner ORDER BY starts) AS gx
  FROM window_from
),
-- 连成一片的窗口
islands AS (
  SELECT *, gx - dense_rank() OVER (PARTITION BY owner ORDER BY starts) AS isl FROM window_full WHERE marked
),
-- 每一片从何时到何时
spans AS (
  SELECT owner, isl, min(lb) AS lo, max(starts) AS hi FROM islands GROUP BY owner, isl
),
running AS (
  SELECT ordered.*, ends.isl
  FROM spans ends
  JOIN ordered ON ends.owner = ordered.owner AND ordered.starts BETWEEN ends.lo AND ends.hi
),
beyond AS (
  SELECT *,
         min(seq) OVER (PARTITION BY owner, isl, counted) AS first_rn,
         first_value(limit_value) OVER (PARTITION BY owner, isl ORDER BY seq) AS lim0
  FROM running
),
b3 AS (
  SELECT *, dense_rank() OVER (PARTITION BY owner, isl ORDER BY first_rn) AS nth FROM beyond
),
-- 每一片的第一笔
first_of AS (
  SELECT *, max(nth) OVER (PARTITION BY owner, isl) AS v
  FROM b3
  QUALIFY row_number() OVER (PARTITION BY owner, isl ORDER BY seq) = 1
),
-- 查出的
found AS (
  SELECT row_number() OVER () AS found_no, clause, row_id, first_of.owner, isl,
         v * 1000000 AS value,
         (lim0 * 1000000)::BIGINT AS threshold
  FROM first_of
),
members AS (
  SELECT found.found_no, b3.clause, b3.row_id
  FROM found found
  JOIN b3 ON b3.owner = found.owner AND b3.isl = found.isl
)
-- 查出的每一条：免责的去掉，定级
SELECT person2.code AS owner_id,
       'mdtrt:' || coalesce(visit1.code, '?') AS event_id,
       hj_on(e.begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       CASE WHEN found.value >= 8000000 THEN '高疑' ELSE '可疑' END AS class
FROM found
JOIN s_visit e ON e.rank = found.row_id
LEFT JOIN x_person person2 ON person2.id = found.owner
LEFT JOIN x_visit visit1 ON visit1.id = e.mdtrt_id
LEFT JOIN (
    SELECT mm4.found_no, 1 AS n, false AS v
    FROM members mm4
    JOIN s_visit i3 ON i3.rank = mm4.row_id
    LEFT JOIN x_dx dx2 ON dx2.id = i3.dx
    WHERE mm4.clause IN (0) AND (dx2.code LIKE 'I50%' OR dx2.code LIKE 'J44%') IS NOT TRUE
    GROUP BY 1
  ) sub4
  ON sub4.found_no = found.found_no
WHERE hj_on(e.begntime) >= DATE '2021-05-01'
  AND (found.value < 8000000 AND CASE WHEN sub4.n IS NULL THEN true ELSE sub4.v END) IS NOT TRUE;
