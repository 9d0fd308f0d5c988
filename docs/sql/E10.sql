-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- E10.self 门慢门特费用突增
WITH
-- 指标的各期，从哪一期起可比
history AS (
  SELECT *, greatest(k1 - 12) AS since FROM m_chronic_fund_month WHERE value IS NOT NULL
),
-- 同类里从小到大
sorted AS (
  SELECT *,
         list({'p': k1, 'v': value}) OVER (
           PARTITION BY k0 ORDER BY k1 RANGE BETWEEN 12 PRECEDING AND 1 PRECEDING
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
  WHERE len(h) >= greatest(1, 6) AND n >= 0 AND value >= 0
),
-- 够远的
hits AS (
  SELECT *,
         CASE WHEN base > 0 THEN hj_div(value::HUGEINT * 1000000, base) END AS hv,
         3000000::BIGINT AS ht
  FROM medians
  WHERE value - base >= 1000000000 AND value::HUGEINT * 10000 >= base::HUGEINT * 30000
),
-- 查出的
found AS (
  SELECT rid, hits.k0, hits.k1,
         printf('%04d-%02d', hits.k1 // 12, hits.k1 % 12 + 1) AS anchor_text, hv AS value,
         ht AS threshold
  FROM hits
)
-- 查出的每一条：免责的去掉，定级
SELECT person1.code AS owner_id,
       found.anchor_text AS event_id,
       hj_month_start(found.k1) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_settlement e ON e.rank = found.rid
LEFT JOIN x_person person1 ON person1.id = found.k0
WHERE hj_month_start(found.k1) >= DATE '2021-05-01';

-- E10.peer 门慢门特费用异常高额
WITH
-- 同类各有多少
group_sizes AS (
  SELECT *,
         count(*) OVER (PARTITION BY k2, p0, p1, p2) AS c0,
         count(*) OVER (PARTITION BY k2, p0, p1) AS c1
  FROM m_chronic_fund_year
  WHERE n >= 1 AND n > 0
),
-- 同类太少的并到大一级
groups AS (
  SELECT *, 0 AS left_out, p0 AS g0, p1 AS g1, p2 AS g2, c0 >= 30 AS judged
  FROM group_sizes
  UNION ALL
  SELECT *, 1 AS left_out, p0 AS g0, p1 AS g1,
         NULL::BIGINT AS g2,
         c1 >= 30 AND c0 < 30 AS judged
  FROM group_sizes
),
-- 同类里从小到大
sorted AS (
  SELECT *,
         row_number() OVER (PARTITION BY k2, left_out, g0, g1, g2 ORDER BY value) AS i,
         count(*) OVER (PARTITION BY k2, left_out, g0, g1, g2) AS cnt
  FROM groups
),
-- 中位数（或自己过去的中位数）
medians AS (
  SELECT *,
         max(
           CASE WHEN i = (cnt - 1) // 2 + 1 THEN value END
         ) OVER (PARTITION BY k2, left_out, g0, g1, g2) AS med
  FROM sorted
  WHERE cnt >= 30
),
-- 量少的向中位数收
shrunk AS (
  SELECT *,
         ((2 * (n::HUGEINT * value + 0::HUGEINT * med) + (n + 0)) // (2 * (n + 0)::HUGEINT))::BIGINT AS ms
  FROM medians
),
-- 离中位数多远
deviations AS (
  SELECT *,
         abs(value - med) AS dev,
         row_number() OVER (PARTITION BY k2, left_out, g0, g1, g2 ORDER BY abs(value - med)) AS di,
         sum(abs(value - med)) OVER (PARTITION BY k2, left_out, g0, g1, g2) AS devs
  FROM shrunk
),
-- 远近的中位数（MAD）
spread AS (
  SELECT *,
         max(
           CASE WHEN di = (cnt - 1) // 2 + 1 THEN dev END
         ) OVER (PARTITION BY k2, left_out, g0, g1, g2) AS mad
  FROM deviations
),
-- 稳健 z 分
scored AS (
  SELECT *,
         CASE
           WHEN mad > 0 THEN 0.6745::DOUBLE * (ms - med)::DOUBLE / mad::DOUBLE
           WHEN devs > 0 THEN (ms - med)::DOUBLE / (1.253314::DOUBLE * (devs::DOUBLE / cnt::DOUBLE))
           ELSE 0
         END AS z
  FROM spread
),
scores AS (
  SELECT *,
         trunc(z * 1e6::DOUBLE + CASE WHEN z < 0 THEN -0.5::DOUBLE ELSE 0.5::DOUBLE END)::BIGINT AS hv,
         3500000::BIGINT AS ht
  FROM scored
),
-- 够远的
hits AS (
  SELECT *
  FROM scores
  WHERE value >= 0
    AND judged
    AND hv >= 3500000
    AND ms - med >= 0
    AND ms::HUGEINT * 10000 >= med::HUGEINT * 30000
),
-- 查出的
found AS (
  SELECT rid, hits.k0, hits.k2, printf('%04d', hits.k2) AS anchor_text, hv AS value, ht AS threshold FROM hits
)
-- 查出的每一条：免责的去掉，定级
SELECT person1.code AS owner_id,
       found.anchor_text AS event_id,
       hj_month_start(found.k2 * 12) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_settlement e ON e.rank = found.rid
LEFT JOIN x_person person1 ON person1.id = found.k0
WHERE hj_month_start(found.k2 * 12) >= DATE '2021-05-01';
