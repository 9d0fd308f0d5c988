-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- E09 追溯码重复结算（回流药）
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起
--   quantity 量，limit_value 限额，rank 同一时刻的先后
events AS (
  SELECT 0 AS clause,
         e.rank::BIGINT AS row_id,
         e.drug_trac_codg::BIGINT AS owner,
         coalesce(e.sale_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.sale_time)::BIGINT AS starts,
         e.cnt::BIGINT AS quantity,
         10000::BIGINT AS limit_value,
         false AS not_applicable
  FROM s_trace e
  LEFT JOIN x_code code1 ON code1.id = e.trdn_flag
  LEFT JOIN s_settlement settlement1 ON settlement1.setl_id = e.setl_id
  WHERE (e.trdn_flag IS NULL OR code1.code <> '1')
    AND coalesce(settlement1.void, 0) = 0
    AND e.drug_trac_codg IS NOT NULL
),
-- 每个对象（每期）的合计与限额
owner_sums AS (
  SELECT owner,
         coalesce(sum(quantity), 0)::BIGINT AS v,
         max(limit_value) AS own,
         bool_or(not_applicable) AS none
  FROM events
  GROUP BY owner
),
-- 超了限额的
over_limit AS (
  SELECT owner, v, own, own AS vlim FROM owner_sums WHERE NOT none AND v > own
),
-- 它们的事件，按时间编号
ordered AS (
  SELECT events.*, over_limit.v, over_limit.vlim, over_limit.own,
         row_number() OVER (PARTITION BY events.owner ORDER BY starts NULLS FIRST, at_time, rank) AS seq
  FROM events
  JOIN over_limit ON events.owner = over_limit.owner
),
running AS (
  SELECT *,
         vlim - 0 - coalesce(
           sum(quantity) OVER (
             PARTITION BY owner ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
           ), 0
         )::BIGINT AS room
  FROM ordered
  WHERE quantity IS NOT NULL
),
beyond AS (
  SELECT *,
         quantity - CASE WHEN room < 0 THEN 0 WHEN room < quantity THEN room ELSE quantity END AS bd
  FROM running
),
-- 逐笔：role 1 是问题，2 是限额以内的
judged AS (SELECT *, CASE WHEN bd > 0 THEN 1 ELSE 2 END AS role FROM beyond),
-- 每个对象第一笔有问题的
firsts AS (
  SELECT * FROM judged WHERE role = 1 QUALIFY row_number() OVER (PARTITION BY owner ORDER BY seq) = 1
),
-- 查出的
found AS (
  SELECT row_number() OVER () AS found_no, clause, row_id, owner,
         'all' AS anchor_text,
         (v * 100)::BIGINT AS value,
         (own * 100)::BIGINT AS threshold
  FROM firsts
),
members AS (
  SELECT found.found_no, judged.clause, judged.row_id FROM found JOIN judged ON judged.owner = found.owner
)
-- 查出的每一条：免责的去掉，定级
SELECT text1.code AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.sale_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       CASE
         WHEN CASE WHEN sub1.n IS NULL THEN 0::BIGINT ELSE sub1.v END > 1
              OR CASE WHEN sub2.n IS NULL THEN 0::BIGINT ELSE sub2.v END > 1 THEN '明确'
         ELSE '高疑'
       END AS class
FROM found
JOIN s_trace e ON e.rank = found.row_id
LEFT JOIN x_text text1 ON text1.id = found.owner
LEFT JOIN (
    SELECT mm1.found_no, 1 AS n, count(DISTINCT i0.fixmedins_code) AS v
    FROM members mm1
    JOIN s_trace i0 ON i0.rank = mm1.row_id
    WHERE mm1.clause IN (0)
    GROUP BY 1
  ) sub1
  ON sub1.found_no = found.found_no
LEFT JOIN (
    SELECT mm3.found_no, 1 AS n, count(DISTINCT i2.psn_no) AS v
    FROM members mm3
    JOIN s_trace i2 ON i2.rank = mm3.row_id
    WHERE mm3.clause IN (0)
    GROUP BY 1
  ) sub2
  ON sub2.found_no = found.found_no
LEFT JOIN (
    SELECT mm5.found_no, 1 AS n, count(DISTINCT i4.setl_id) AS v
    FROM members mm5
    JOIN s_trace i4 ON i4.rank = mm5.row_id
    WHERE mm5.clause IN (0)
    GROUP BY 1
  ) sub3
  ON sub3.found_no = found.found_no
WHERE hj_on(e.sale_time) >= DATE '2021-05-01'
  AND (CASE WHEN sub3.n IS NULL THEN 0::BIGINT ELSE sub3.v END = 1) IS NOT TRUE;
