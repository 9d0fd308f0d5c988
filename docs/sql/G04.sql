-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- G04.institution 重点药品耗材金额异动（机构）
WITH
-- 指标的各期，从哪一期起可比
history AS (
  SELECT *, greatest(k2 - 12) AS since FROM m_watch_month WHERE value IS NOT NULL
),
-- 同类里从小到大
sorted AS (
  SELECT *,
         list({'p': k2, 'v': value}) OVER (
           PARTITION BY k0, k1 ORDER BY k2 RANGE BETWEEN 12 PRECEDING AND 1 PRECEDING
         ) AS hh
  FROM history
),
past AS (
  SELECT *,
         list_sort([x.v FOR x IN hh IF x.p >= since]) AS h,
         list_max([x.v FOR x IN hh IF x.p >= since AND x.p = k2 - 12]) AS season
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
  WHERE value - base >= 50000000000 AND value::HUGEINT * 10000 >= base::HUGEINT * 20000
),
-- 查出的
found AS (
  SELECT rid, kn, hits.k0, hits.k1, hits.k2,
         printf('%04d-%02d', hits.k2 // 12, hits.k2 % 12 + 1) AS anchor_text, hv AS value,
         ht AS threshold
  FROM hits
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', inst1.code, code1.code) AS owner_id,
       found.anchor_text AS event_id,
       hj_month_start(found.k2) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN net_line e ON e.no = found.rid
LEFT JOIN k_watch_item ek ON ek.row = found.kn
LEFT JOIN x_inst inst1 ON inst1.id = found.k0
LEFT JOIN x_code code1 ON code1.id = found.k1
WHERE hj_month_start(found.k2) >= DATE '2021-05-01';

-- G04.county 重点药品耗材金额异动（全县）
-- 与 G04.institution 只有下面几处不同（- 换成 +，行号从 G04.institution 的第一行数起）。
-- 整句：huji rules doc --sql --rule G04.county
-- @ 第 4 行
-- -   SELECT *, greatest(k2 - 12) AS since FROM m_watch_month WHERE value IS NOT NULL
-- +   SELECT *, greatest(k2 - 12) AS since FROM m_watch_county_month WHERE value IS NOT NULL
-- @ 第 32 行
-- -   WHERE value - base >= 50000000000 AND value::HUGEINT * 10000 >= base::HUGEINT * 20000
-- +   WHERE value - base >= 200000000000 AND value::HUGEINT * 10000 >= base::HUGEINT * 20000
-- @ 第 42 行
-- - SELECT concat_ws('|', inst1.code, code1.code) AS owner_id,
-- + SELECT concat_ws('|', coalesce(found.k0, '?'), code1.code) AS owner_id,
-- @ 第 51 行
-- - LEFT JOIN x_inst inst1 ON inst1.id = found.k0
