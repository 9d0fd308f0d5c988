-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- B18 轮转住院
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒）
--   starts 起，ends 止，rank 同一时刻的先后，low 间隔下限，high 间隔上限
events AS (
  SELECT 0 AS clause,
         e.rank::BIGINT AS row_id, -1 AS kn_row,
         e.psn_no::BIGINT AS owner,
         coalesce(e.begntime, 0) AS at_time,
         e.rank::BIGINT AS rank,
         e.begndate::BIGINT AS starts,
         e.enddate::BIGINT AS ends,
         0::BIGINT AS low,
         3::BIGINT AS high,
         NULL::BIGINT AS numbered
  FROM s_visit e
  LEFT JOIN x_dx dx1 ON dx1.id = e.dx
  WHERE e.kind = 1
    AND hj_within(dx1.code, 'F00', 'F99') IS NOT TRUE
    AND (dx1.code LIKE 'Z51.5%') IS NOT TRUE
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
         lag(
           {'clause': clause, 'row_id': row_id, 'kn_row': kn_row, 'ends': ends}
         ) OVER (PARTITION BY owner ORDER BY seq) AS previous
  FROM ordered
),
-- 前后两个之间隔了多久，在不在上下限之内
gaps AS (
  SELECT clause, row_id, owner, seq,
         (starts - previous.ends) * 1000000 AS value,
         coalesce(high, low) * 1000000 AS threshold, low, high
  FROM with_previous
  WHERE previous IS NOT NULL AND (starts - previous.ends) BETWEEN with_previous.low AND with_previous.high
),
-- 与前一个连得上的
links AS (SELECT gaps.* FROM gaps JOIN s_visit e ON e.rank = gaps.row_id),
-- 连得上的编成一串
chains AS (
  SELECT ordered.*,
         count(*) FILTER (WHERE n.row_id IS NULL) OVER (PARTITION BY ordered.owner ORDER BY ordered.seq) AS ch
  FROM ordered
  LEFT JOIN links n ON n.owner = ordered.owner AND n.seq = ordered.seq
),
numbered AS (
  SELECT *,
         count(*) OVER (PARTITION BY owner, ch) AS n,
         row_number() OVER (PARTITION BY owner, ch ORDER BY seq) AS i
  FROM chains
),
-- 查出的
found AS (
  SELECT row_number() OVER () AS found_no, clause, row_id, owner, ch,
         n * 1000000 AS value,
         4 * 1000000::BIGINT AS threshold
  FROM numbered
  WHERE i = 1 AND n >= 4
),
members AS (
  SELECT found.found_no, numbered.clause, numbered.row_id
  FROM found
  JOIN numbered ON numbered.owner = found.owner AND numbered.ch = found.ch
)
-- 查出的每一条：免责的去掉，定级
SELECT person1.code AS owner_id,
       'mdtrt:' || coalesce(visit1.code, '?') AS event_id,
       hj_on(e.begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_visit e ON e.rank = found.row_id
LEFT JOIN x_person person1 ON person1.id = found.owner
LEFT JOIN x_visit visit1 ON visit1.id = e.mdtrt_id
LEFT JOIN (
    SELECT mm1.found_no, 1 AS n, count(DISTINCT i0.refl_old_mdtrt_id) AS v
    FROM members mm1
    JOIN s_visit i0 ON i0.rank = mm1.row_id
    WHERE mm1.clause IN (0)
    GROUP BY 1
  ) sub1
  ON sub1.found_no = found.found_no
LEFT JOIN (
    SELECT mm3.found_no, 1 AS n, count(*) AS v
    FROM members mm3
    JOIN s_visit i2 ON i2.rank = mm3.row_id
    WHERE mm3.clause IN (0)
    GROUP BY 1
  ) sub2
  ON sub2.found_no = found.found_no
LEFT JOIN (
    SELECT mm5.found_no, 1 AS n, count(DISTINCT i4.fixmedins_code) AS v
    FROM members mm5
    JOIN s_visit i4 ON i4.rank = mm5.row_id
    WHERE mm5.clause IN (0)
    GROUP BY 1
  ) sub3
  ON sub3.found_no = found.found_no
LEFT JOIN (
    SELECT mm7.found_no, 1 AS n,
           coalesce(
             sum(
               CASE WHEN (i6.enddate - i6.begndate) IS NOT NULL THEN greatest(1, i6.enddate - i6.begndate) END
             ), 0
           )::BIGINT AS v
    FROM members mm7
    JOIN s_visit i6 ON i6.rank = mm7.row_id
    WHERE mm7.clause IN (0)
    GROUP BY 1
  ) sub4
  ON sub4.found_no = found.found_no
WHERE hj_on(e.begntime) >= DATE '2021-05-01'
  AND (
        CASE
          WHEN sub1.n IS NULL THEN 0::BIGINT
          ELSE sub1.v
        END >= CASE WHEN sub2.n IS NULL THEN 0::BIGINT ELSE sub2.v END - 1
      ) IS NOT TRUE
  AND CASE WHEN sub3.n IS NULL THEN 0::BIGINT ELSE sub3.v END >= 2
  AND CASE WHEN sub4.n IS NULL THEN 0::BIGINT ELSE sub4.v END >= 60;
