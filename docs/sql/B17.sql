-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- B17.stay 结伴就医（一起住院）
WITH RECURSIVE
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒）
--   starts 起，ends 止，limit_value 限额，scope_key 在什么范围内比，rank 同一时刻的先后
--   counted 数什么（不重复计），window_len 窗口多长
all_events AS (
  SELECT 0 AS clause,
         e.rank::BIGINT AS row_id, -1 AS kn_row,
         e.psn_no::BIGINT AS owner,
         e.psn_no::BIGINT AS period,
         coalesce(e.begntime, 0) AS at_time,
         e.rank::BIGINT AS rank,
         e.begndate::BIGINT AS starts,
         e.enddate::BIGINT AS ends,
         3::BIGINT AS limit_value,
         hj_day(e.begntime)::BIGINT AS counted,
         e.fixmedins_code::BIGINT AS scope_key,
         730::BIGINT AS window_len,
         NULL::BIGINT AS d,
         NULL::BIGINT AS f
  FROM s_visit e
  LEFT JOIN x_dx dx1 ON dx1.id = e.dx
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             hj_any(item1.code LIKE '0031100000%') AS v
      FROM net_line i0
      LEFT JOIN x_item item1 ON item1.id = i0.hilist_code
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i1.psn_no, i1.mdtrt_id, 1 AS n,
             hj_any(
               item2.code = '001204000120000'
               OR item2.code LIKE '0024%'
               OR item2.code LIKE 'XL02%'
               OR item2.code LIKE 'XL01%'
             ) AS v
      FROM net_line i1
      LEFT JOIN x_item item2 ON item2.id = i1.hilist_code
      GROUP BY 1, 2
    ) sub2
    ON sub2.mdtrt_id = e.mdtrt_id AND sub2.psn_no = e.psn_no
  WHERE e.kind = 1
    AND (
          (
            dx1.code LIKE 'Z49%' OR dx1.code LIKE 'N18.9%' OR dx1.code LIKE 'N18.0%' OR dx1.code LIKE 'N18.6%'
            OR dx1.code LIKE 'N18.5%'
          )
          AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub1.n IS NULL THEN false ELSE sub1.v END
        ) IS NOT TRUE
    AND (
          (dx1.code LIKE 'Z51.2%' OR dx1.code LIKE 'Z51.1%' OR dx1.code LIKE 'Z51.0%')
          OR (hj_within(dx1.code, 'D37', 'D48') OR hj_within(dx1.code, 'C00', 'C97'))
              AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub2.n IS NULL THEN false ELSE sub2.v END
        ) IS NOT TRUE
    AND e.psn_no IS NOT NULL
    AND e.psn_no IS NOT NULL
),
lone AS (
  SELECT e.*, p.code AS person
  FROM (
      SELECT *,
             count(DISTINCT owner) OVER (PARTITION BY scope_key, starts) AS many
      FROM all_events
      WHERE scope_key IS NOT NULL AND starts IS NOT NULL AND ends IS NOT NULL AND limit_value IS NOT NULL
        AND window_len IS NOT NULL
    ) e
  JOIN x_person p ON p.id = e.owner
  WHERE many <= 50
),
meet AS (
  SELECT one.* EXCLUDE(owner, period, starts, ends, counted, person),
         CASE WHEN one.person < two.person THEN one.owner ELSE two.owner END AS owner,
         CASE WHEN one.person < two.person THEN two.owner ELSE one.owner END AS period,
         least(one.starts, two.starts) AS starts
  FROM lone one
  JOIN lone two
    ON one.scope_key = two.scope_key
        AND one.owner <> two.owner
        AND abs(one.starts - two.starts) <= 1
        AND abs(one.ends - two.ends) <= 1
),
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒）
--   starts 起，ends 止，limit_value 限额，scope_key 在什么范围内比，rank 同一时刻的先后
--   counted 数什么（不重复计），window_len 窗口多长
events AS (
  SELECT *, starts AS ends, starts AS counted
  FROM meet
  QUALIFY row_number() OVER (PARTITION BY owner, period, clause, row_id, kn_row ORDER BY starts) = 1
),
-- 事件够多的对象
enough AS (
  SELECT owner, period
  FROM events
  GROUP BY owner, period
  HAVING count(DISTINCT counted) >= min(limit_value) // 1
),
-- 它们的事件，按时间编号
ordered AS (
  SELECT events.*,
         row_number() OVER (
           PARTITION BY events.owner, events.period ORDER BY starts NULLS FIRST, at_time, rank
         ) AS seq,
         count(*) OVER (PARTITION BY events.owner, events.period) AS n
  FROM events
  JOIN enough ON events.owner = enough.owner AND events.period = enough.period
  WHERE starts IS NOT NULL AND limit_value IS NOT NULL AND window_len IS NOT NULL AND counted IS NOT NULL
),
w0 AS (
  SELECT *, counted AS gg,
         first_value(window_len) OVER xg AS a1,
         first_value(limit_value) OVER xg AS lim1, 0 AS wide
  FROM ordered
  WINDOW xg AS (PARTITION BY owner, period, starts ORDER BY seq)
),
window_from AS (
  SELECT *, max(starts - greatest(a1, wide)) OVER (PARTITION BY owner, period ORDER BY starts) AS lb FROM w0
),
-- 窗口里够不够数
window_full AS (
  SELECT *,
         count(DISTINCT gg) OVER (
           PARTITION BY owner, period ORDER BY starts RANGE BETWEEN (starts - lb) PRECEDING AND CURRENT ROW
         ) >= (lim1 + 1 - 1) // 1 AS marked,
         dense_rank() OVER (PARTITION BY owner, period ORDER BY starts) AS gx
  FROM window_from
),
-- 连成一片的窗口
islands AS (
  SELECT *,
         gx - dense_rank() OVER (PARTITION BY owner, period ORDER BY starts) AS isl
  FROM window_full
  WHERE marked
),
-- 每一片从何时到何时
spans AS (
  SELECT owner, period, isl, min(lb) AS lo, max(starts) AS hi FROM islands GROUP BY owner, period, isl
),
running AS (
  SELECT ordered.*, ends.isl
  FROM spans ends
  JOIN ordered
    ON ends.owner = ordered.owner
        AND ends.period = ordered.period
        AND ordered.starts BETWEEN ends.lo AND ends.hi
),
beyond AS (
  SELECT *,
         min(seq) OVER (PARTITION BY owner, period, isl, counted) AS first_rn,
         first_value(limit_value) OVER (PARTITION BY owner, period, isl ORDER BY seq) AS lim0
  FROM running
),
b3 AS (
  SELECT *, dense_rank() OVER (PARTITION BY owner, period, isl ORDER BY first_rn) AS nth FROM beyond
),
-- 每一片的第一笔
first_of AS (
  SELECT *, max(nth) OVER (PARTITION BY owner, period, isl) AS v
  FROM b3
  QUALIFY row_number() OVER (PARTITION BY owner, period, isl ORDER BY seq) = 1
),
found_pairs AS (
  SELECT row_number() OVER () AS found_no, clause, row_id, kn_row, first_of.owner, first_of.period, isl,
         NULL::VARCHAR AS anchor_text,
         v * 1000000 AS value,
         (lim0 * 1000000)::BIGINT AS threshold
  FROM first_of
),
pair_members AS (
  SELECT found.found_no, b3.clause, b3.row_id, b3.kn_row
  FROM found_pairs found
  JOIN b3 ON b3.owner = found.owner AND b3.period = found.period AND b3.isl = found.isl
),
edge AS (
  SELECT DISTINCT owner AS f, period AS at_time FROM found_pairs UNION SELECT period, owner FROM found_pairs
),
reach AS (
  SELECT DISTINCT edge.f AS v, p.code AS name
  FROM edge
  JOIN x_person p ON p.id = edge.f
  UNION
  SELECT edge.at_time, reach.name
  FROM edge
  JOIN reach ON edge.f = reach.v
),
comp AS (SELECT v, min(name) AS name FROM reach GROUP BY v),
gang AS (
  SELECT comp.name, p.id AS k, count(*) AS n
  FROM comp
  JOIN x_person p ON p.code = comp.name
  GROUP BY ALL
  HAVING count(*) >= 3
),
met AS (
  SELECT DISTINCT ON (counted.name, e.clause, e.row_id, e.kn_row) counted.name, counted.k, counted.n, e.*
  FROM pair_members m
  JOIN found_pairs f ON f.found_no = m.found_no
  JOIN comp ON comp.v = f.owner
  JOIN gang counted ON counted.name = comp.name
  JOIN events e
    ON e.owner = f.owner AND e.period = f.period AND e.clause = m.clause AND e.row_id = m.row_id
        AND e.kn_row = m.kn_row
  ORDER BY counted.name, e.clause, e.row_id, e.kn_row, e.starts
),
numbered AS (
  SELECT *, row_number() OVER (PARTITION BY name ORDER BY starts NULLS FIRST, at_time, rank) AS i FROM met
),
-- 查出的
found AS (
  SELECT row_number() OVER () AS found_no, clause, row_id, k AS owner, name,
         name AS anchor_text,
         n * 1000000 AS value,
         3000000::BIGINT AS threshold
  FROM numbered
  WHERE i = 1
),
members AS (
  SELECT found.found_no, d.clause, d.row_id FROM found JOIN numbered d ON d.name = found.name
)
-- 查出的每一条：免责的去掉，定级
SELECT person1.code AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       CASE
         WHEN CASE WHEN sub3.n IS NULL THEN 0::BIGINT ELSE sub3.v END >= 2
              OR found.value >= 5000000 THEN '高疑'
         ELSE '可疑'
       END AS class
FROM found
JOIN s_visit e ON e.rank = found.row_id
LEFT JOIN x_person person1 ON person1.id = found.owner
LEFT JOIN (
    SELECT mm3.found_no, 1 AS n, count(DISTINCT i2.fixmedins_code) AS v
    FROM members mm3
    JOIN s_visit i2 ON i2.rank = mm3.row_id
    WHERE mm3.clause IN (0)
    GROUP BY 1
  ) sub3
  ON sub3.found_no = found.found_no
LEFT JOIN (
    SELECT mm5.found_no, 1 AS n, count(DISTINCT person2.household) AS v
    FROM members mm5
    JOIN s_visit i4 ON i4.rank = mm5.row_id
    LEFT JOIN s_person person2 ON person2.psn_no = i4.psn_no
    WHERE mm5.clause IN (0)
    GROUP BY 1
  ) sub4
  ON sub4.found_no = found.found_no
WHERE hj_on(e.begntime) >= DATE '2021-05-01'
  AND (CASE WHEN sub4.n IS NULL THEN 0::BIGINT ELSE sub4.v END = 1) IS NOT TRUE;

-- B17.swipe 结伴就医（一起刷卡）
-- 与 B17.stay 只有下面几处不同（- 换成 +，行号从 B17.stay 的第一行数起）。
-- 整句：huji rules doc --sql --rule B17.swipe
-- @ 第 11 行
-- -          coalesce(e.begntime, 0) AS at_time,
-- +          coalesce(e.setl_time, 0) AS at_time,
-- @ 第 13 行
-- -          e.begndate::BIGINT AS starts,
-- -          e.enddate::BIGINT AS ends,
-- +          e.setl_time::BIGINT AS starts,
-- +          e.setl_time::BIGINT AS ends,
-- @ 第 16 行
-- -          hj_day(e.begntime)::BIGINT AS counted,
-- +          hj_day(e.setl_time)::BIGINT AS counted,
-- @ 第 21 行
-- -   FROM s_visit e
-- -   LEFT JOIN x_dx dx1 ON dx1.id = e.dx
-- +   FROM s_settlement e
-- +   LEFT JOIN x_code code1 ON code1.id = e.med_type
-- +   LEFT JOIN s_visit visit1 ON visit1.mdtrt_id = e.mdtrt_id
-- +   LEFT JOIN x_dx dx1 ON dx1.id = visit1.dx
-- @ 第 44 行
-- -   WHERE e.kind = 1
-- +   WHERE e.void IS DISTINCT FROM 1
-- +     AND (code1.code LIKE '14%' OR code1.code LIKE '41%')
-- @ 第 76 行
-- -          least(one.starts, two.starts) AS starts
-- +          hj_day(least(one.starts, two.starts)) AS starts
-- @ 第 81 行
-- -         AND abs(one.starts - two.starts) <= 1
-- -         AND abs(one.ends - two.ends) <= 1
-- +         AND abs(one.starts - two.starts) <= 600
-- +         AND abs(one.ends - two.ends) <= 600
-- @ 第 225 行
-- -        hj_on(e.begntime) AS event_date,
-- +        hj_on(e.setl_time) AS event_date,
-- @ 第 234 行
-- - JOIN s_visit e ON e.rank = found.row_id
-- + JOIN s_settlement e ON e.rank = found.row_id
-- @ 第 239 行
-- -     JOIN s_visit i2 ON i2.rank = mm3.row_id
-- +     JOIN s_settlement i2 ON i2.rank = mm3.row_id
-- @ 第 247 行
-- -     JOIN s_visit i4 ON i4.rank = mm5.row_id
-- +     JOIN s_settlement i4 ON i4.rank = mm5.row_id
-- @ 第 253 行
-- - WHERE hj_on(e.begntime) >= DATE '2021-05-01'
-- + WHERE hj_on(e.setl_time) >= DATE '2021-05-01'
