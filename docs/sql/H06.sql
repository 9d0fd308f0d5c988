-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- H06.surge 机构费用突增
WITH
-- 指标的各期，从哪一期起可比
history AS (
  SELECT *, greatest(k1 - 12) AS since FROM m_fund_month WHERE value IS NOT NULL
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
         list_max([x.v FOR x IN hh IF x.p >= since AND x.p = k1 - 12]) AS season
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
         2000000::BIGINT AS ht
  FROM medians
  WHERE value - base >= 100000000000 AND value::HUGEINT * 10000 >= base::HUGEINT * 20000
),
-- 查出的
found AS (
  SELECT rid, hits.k0, hits.k1,
         printf('%04d-%02d', hits.k1 // 12, hits.k1 % 12 + 1) AS anchor_text, hv AS value,
         ht AS threshold
  FROM hits
)
-- 查出的每一条：免责的去掉，定级
SELECT inst1.code AS owner_id,
       found.anchor_text AS event_id,
       hj_month_start(found.k1) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_settlement e ON e.rank = found.rid
LEFT JOIN x_inst inst1 ON inst1.id = found.k0
WHERE hj_month_start(found.k1) >= DATE '2021-05-01';

-- H06.benford 结算金额首位数字异常
CREATE OR REPLACE TEMP TABLE "H06.benford#digits" AS
WITH
-- 同类里从小到大
sorted AS (
  SELECT *,
         row_number() OVER (PARTITION BY k1, p0, p1, p2 ORDER BY value) AS i,
         count(*) OVER (PARTITION BY k1, p0, p1, p2) AS cnt
  FROM m_first_digits_year
  WHERE n >= 1000 AND n > 0
),
-- 中位数（或自己过去的中位数）
medians AS (
  SELECT *,
         max(CASE WHEN i = (cnt - 1) // 2 + 1 THEN value END) OVER (PARTITION BY k1, p0, p1, p2) AS med
  FROM sorted
  WHERE cnt >= 5
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
         row_number() OVER (PARTITION BY k1, p0, p1, p2 ORDER BY abs(value - med)) AS di,
         sum(abs(value - med)) OVER (PARTITION BY k1, p0, p1, p2) AS devs
  FROM shrunk
),
-- 远近的中位数（MAD）
spread AS (
  SELECT *,
         max(CASE WHEN di = (cnt - 1) // 2 + 1 THEN dev END) OVER (PARTITION BY k1, p0, p1, p2) AS mad
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
  SELECT * FROM scores WHERE value >= 15000 AND hv >= 3500000 AND ms - med >= 0
),
-- 查出的
found AS (
  SELECT rid, hits.k0, hits.k1, printf('%04d', hits.k1) AS anchor_text, hv AS value, ht AS threshold FROM hits
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', inst1.code, printf('%04d', found.k1)) AS owner_id,
       found.anchor_text AS event_id,
       hj_month_start(found.k1 * 12) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_settlement e ON e.rank = found.rid
LEFT JOIN x_inst inst1 ON inst1.id = found.k0
WHERE hj_month_start(found.k1 * 12) >= DATE '2021-05-01';
WITH
-- 各部分的规则上次筛查查出的（part：第几部分）
part_rows AS (
  SELECT *
  FROM (
      SELECT 0 AS part, true AS need,
             split_part(s.owner_id, '|', 1) AS t0,
             year(s.event_date)::BIGINT AS t1,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM "H06.benford#digits" s
    ) s
  WHERE t0 <> '?' AND t1 IS NOT NULL
  UNION ALL
  SELECT *
  FROM (
      SELECT 1 AS part, false AS need,
             split_part(s.owner_id, '|', 1) AS t0,
             year(s.event_date)::BIGINT AS t1,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('H06.surge')
    ) s
  WHERE t0 <> '?' AND t1 IS NOT NULL
  UNION ALL
  SELECT *
  FROM (
      SELECT 2 AS part, false AS need,
             split_part(s.owner_id, '|', 1) AS t0,
             year(s.event_date)::BIGINT AS t1,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('B13.fund', 'B13.fee', 'E12')
    ) s
  WHERE t0 <> '?' AND t1 IS NOT NULL
  UNION ALL
  SELECT *
  FROM (
      SELECT 3 AS part, false AS need,
             split_part(s.owner_id, '|', 1) AS t0,
             year(s.event_date)::BIGINT AS t1,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('B16')
    ) s
  WHERE t0 <> '?' AND t1 IS NOT NULL
  UNION ALL
  SELECT *
  FROM (
      SELECT 4 AS part, false AS need,
             split_part(s.owner_id, '|', 1) AS t0,
             year(s.event_date)::BIGINT AS t1,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit
        AND s.rule_id IN (
              'H04.drug', 'H04.exam', 'H04.device', 'H04.treat', 'H04.ct', 'H04.mr', 'H04.infect', 'H04.cost',
              'H04.los', 'H04.short', 'H04.weekend', 'B19', 'C15'
            )
    ) s
  WHERE t0 <> '?' AND t1 IS NOT NULL
),
-- 够了几个部分的对象
owners AS (
  SELECT t0, t1,
         count(DISTINCT CASE WHEN NOT need THEN part END) AS n_parts,
         max(event_date) AS event_date
  FROM part_rows
  GROUP BY t0, t1
  HAVING n_parts >= 1 AND bool_or(part = 0)
),
-- 查出的
found AS (
  SELECT owners.*,
         (n_parts * 1000000)::BIGINT AS value,
         1000000::BIGINT AS threshold,
         t1::BIGINT AS k1
  FROM owners
),
-- 免责以后剩下的
standing AS (
  SELECT *
  FROM (
      SELECT found.*,
             printf('%04d', found.k1) AS anchor,
             concat_ws('|', found.t0::VARCHAR) AS owner_id, '可疑' AS cls
      FROM found
      WHERE found.event_date >= DATE '2021-05-01'
    )
  WHERE cls IS NOT NULL
)
-- 查出的每一条：免责的去掉，定级
SELECT owner_id,
       anchor AS event_id, event_date,
       hj_value(value) AS value,
       hj_value(threshold) AS threshold, cls AS class
FROM standing;
