-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- H04.drug 药费占比离群
WITH
-- 同类里从小到大
sorted AS (
  SELECT *,
         row_number() OVER (PARTITION BY k1, p0, p1, p2 ORDER BY value) AS i,
         count(*) OVER (PARTITION BY k1, p0, p1, p2) AS cnt
  FROM m_drug_share
  WHERE n >= 30 AND n > 0
),
-- 中位数（或自己过去的中位数）
medians AS (
  SELECT *,
         max(CASE WHEN i = (cnt - 1) // 2 + 1 THEN value END) OVER (PARTITION BY k1, p0, p1, p2) AS med
  FROM sorted
  WHERE cnt >= 6
),
-- 量少的向中位数收
shrunk AS (
  SELECT *,
         ((2 * (n::HUGEINT * value + 30::HUGEINT * med) + (n + 30)) // (2 * (n + 30)::HUGEINT))::BIGINT AS ms
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
  SELECT * FROM scores WHERE value >= 0 AND hv >= 3500000 AND ms - med >= 0
),
-- 查出的
found AS (
  SELECT rid, hits.k0, hits.k1,
         printf('%04dQ%d', hits.k1 // 4, hits.k1 % 4 + 1) AS anchor_text, hv AS value,
         ht AS threshold
  FROM hits
)
-- 查出的每一条：免责的去掉，定级
SELECT inst1.code AS owner_id,
       found.anchor_text AS event_id,
       hj_month_start(found.k1 * 3) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_visit e ON e.rank = found.rid
LEFT JOIN x_inst inst1 ON inst1.id = found.k0
WHERE hj_month_start(found.k1 * 3) >= DATE '2021-05-01';

-- H04.exam 检查检验费占比离群
-- 与 H04.drug 只有下面几处不同（- 换成 +，行号从 H04.drug 的第一行数起）。
-- 整句：huji rules doc --sql --rule H04.exam
-- @ 第 7 行
-- -   FROM m_drug_share
-- +   FROM m_exam_share

-- H04.device 耗材费占比离群
-- 与 H04.drug 只有下面几处不同（- 换成 +，行号从 H04.drug 的第一行数起）。
-- 整句：huji rules doc --sql --rule H04.device
-- @ 第 7 行
-- -   FROM m_drug_share
-- +   FROM m_device_share

-- H04.treat 治疗费占比离群
-- 与 H04.drug 只有下面几处不同（- 换成 +，行号从 H04.drug 的第一行数起）。
-- 整句：huji rules doc --sql --rule H04.treat
-- @ 第 7 行
-- -   FROM m_drug_share
-- +   FROM m_treat_share

-- H04.ct CT 检查费占比离群
-- 与 H04.drug 只有下面几处不同（- 换成 +，行号从 H04.drug 的第一行数起）。
-- 整句：huji rules doc --sql --rule H04.ct
-- @ 第 7 行
-- -   FROM m_drug_share
-- +   FROM m_ct_share

-- H04.mr 核磁检查费占比离群
-- 与 H04.drug 只有下面几处不同（- 换成 +，行号从 H04.drug 的第一行数起）。
-- 整句：huji rules doc --sql --rule H04.mr
-- @ 第 7 行
-- -   FROM m_drug_share
-- +   FROM m_mr_share

-- H04.infect 医源性感染占比离群
-- 与 H04.drug 只有下面几处不同（- 换成 +，行号从 H04.drug 的第一行数起）。
-- 整句：huji rules doc --sql --rule H04.infect
-- @ 第 7 行
-- -   FROM m_drug_share
-- +   FROM m_infection_share
-- @ 第 55 行
-- -   SELECT * FROM scores WHERE value >= 0 AND hv >= 3500000 AND ms - med >= 0
-- +   SELECT * FROM scores WHERE value >= 50000 AND hv >= 3500000 AND ms - med >= 0

-- H04.cost 次均住院费用离群
-- 与 H04.drug 只有下面几处不同（- 换成 +，行号从 H04.drug 的第一行数起）。
-- 整句：huji rules doc --sql --rule H04.cost
-- @ 第 7 行
-- -   FROM m_drug_share
-- +   FROM m_mean_cost

-- H04.los 平均住院日离群
-- 与 H04.drug 只有下面几处不同（- 换成 +，行号从 H04.drug 的第一行数起）。
-- 整句：huji rules doc --sql --rule H04.los
-- @ 第 7 行
-- -   FROM m_drug_share
-- +   FROM m_mean_los

-- H04.short 两日内出院占比离群
-- 与 H04.drug 只有下面几处不同（- 换成 +，行号从 H04.drug 的第一行数起）。
-- 整句：huji rules doc --sql --rule H04.short
-- @ 第 7 行
-- -   FROM m_drug_share
-- +   FROM m_short_share

-- H04.weekend 周末入院占比离群
-- 与 H04.drug 只有下面几处不同（- 换成 +，行号从 H04.drug 的第一行数起）。
-- 整句：huji rules doc --sql --rule H04.weekend
-- @ 第 7 行
-- -   FROM m_drug_share
-- +   FROM m_weekend_share
