-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- B12.a 入院时间集中（十分钟内）
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起，ends 止
--   limit_value 限额，rank 同一时刻的先后，counted 数什么（不重复计），window_len 窗口多长
events AS (
  SELECT 0 AS clause,
         e.rank::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner,
         coalesce(e.begntime, 0) AS at_time,
         e.rank::BIGINT AS rank,
         e.begntime::BIGINT AS starts,
         e.begntime::BIGINT AS ends,
         5::BIGINT AS limit_value,
         e.psn_no::BIGINT AS counted,
         600::BIGINT AS window_len
  FROM s_visit e
  LEFT JOIN x_dx dx1 ON dx1.id = e.dx
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  WHERE e.kind = 1
    AND hj_day(e.begntime - 1) = hj_day(e.begntime)
    AND (
          hj_within(dx1.code, 'S00', 'T98')
          OR (code1.code LIKE '81%' OR code1.code LIKE '19%' OR code1.code LIKE '22%')
        ) IS NOT TRUE
    AND e.fixmedins_code IS NOT NULL
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
SELECT inst1.code AS owner_id,
       'mdtrt:' || coalesce(visit1.code, '?') AS event_id,
       hj_on(e.begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_visit e ON e.rank = found.row_id
LEFT JOIN x_inst inst1 ON inst1.id = found.owner
LEFT JOIN x_visit visit1 ON visit1.id = e.mdtrt_id
LEFT JOIN (
    SELECT mm1.found_no, 1 AS n, false AS v
    FROM members mm1
    JOIN s_visit i0 ON i0.rank = mm1.row_id
    LEFT JOIN x_dx dx2 ON dx2.id = i0.dx
    WHERE mm1.clause IN (0)
      AND (
            dx2.code LIKE 'U07%' OR dx2.code LIKE 'T62%' OR dx2.code LIKE 'T61%' OR dx2.code LIKE 'B15%'
            OR dx2.code LIKE 'B05%' OR dx2.code LIKE 'B01%' OR dx2.code LIKE 'A37%' OR dx2.code LIKE 'A09%'
            OR dx2.code LIKE 'A08%' OR dx2.code LIKE 'A07%' OR dx2.code LIKE 'A06%' OR dx2.code LIKE 'A05%'
            OR dx2.code LIKE 'A04%' OR dx2.code LIKE 'A03%' OR dx2.code LIKE 'A02%' OR dx2.code LIKE 'A01%'
            OR dx2.code LIKE 'A00%'
          ) IS NOT TRUE
    GROUP BY 1
  ) sub1
  ON sub1.found_no = found.found_no
WHERE hj_on(e.begntime) >= DATE '2021-05-01'
  AND CASE WHEN sub1.n IS NULL THEN true ELSE sub1.v END IS NOT TRUE;

-- B12.b 入院人数单日突增
WITH
-- 指标的各期，从哪一期起可比
history AS (
  SELECT *, greatest(k1 - 90) AS since FROM m_daily_admissions WHERE value IS NOT NULL
),
-- 同类里从小到大
sorted AS (
  SELECT *,
         list({'p': k1, 'v': value}) OVER (
           PARTITION BY k0 ORDER BY k1 RANGE BETWEEN 90 PRECEDING AND 1 PRECEDING
         ) AS hh
  FROM history
),
past AS (
  SELECT *,
         list_sort([x.v FOR x IN hh IF x.p >= since]) AS h,
         list_max([x.v FOR x IN hh IF x.p >= since AND x.p = k1 - 1000000000]) AS season
  FROM sorted
),
-- 中位数（或自己过去的中位数）
medians AS (
  SELECT *, greatest(h[(len(h) - 1) // 2 + 1], season) AS base
  FROM past
  WHERE len(h) >= greatest(1, 30) AND n >= 8 AND value >= 0
),
-- 够远的
hits AS (
  SELECT *,
         CASE WHEN base > 0 THEN hj_div(value::HUGEINT * 1000000, base) END AS hv,
         4000000::BIGINT AS ht
  FROM medians
  WHERE value - base >= 0 AND value::HUGEINT * 10000 >= base::HUGEINT * 40000
),
-- 查出的
found AS (
  SELECT rid, hits.k0, hits.k1, hj_ymd(hits.k1) AS anchor_text, hv AS value, ht AS threshold FROM hits
)
-- 查出的每一条：免责的去掉，定级
SELECT inst1.code AS owner_id,
       found.anchor_text AS event_id,
       hj_date(found.k1) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_visit e ON e.rank = found.rid
LEFT JOIN x_inst inst1 ON inst1.id = found.k0
WHERE hj_date(found.k1) >= DATE '2021-05-01';
