-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- B15 在床人数超床位
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起，quantity 量，limit_value 限额
--   rank 同一时刻的先后
events AS (
  SELECT e.rank::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner1,
         hj_day(e.begntime)::BIGINT + unnest(
           range(
             least(
               coalesce(
                 CASE WHEN (e.enddate - e.begndate) IS NOT NULL THEN greatest(1, e.enddate - e.begndate) END,
                 0
               ), 4000
             )
           )
         ) AS owner2,
         coalesce(e.begntime, 0) AS at_time,
         e.rank::BIGINT AS rank,
         e.begndate::BIGINT AS starts,
         1::BIGINT AS quantity,
         hj_ceil(hj_mul(inst1.aprv_bed_cnt, 120), 100)::BIGINT AS limit_value,
         false AS not_applicable
  FROM s_visit e
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  WHERE e.kind = 1 AND e.fixmedins_code IS NOT NULL AND hj_day(e.begntime) IS NOT NULL
),
-- 每个对象（每期）的合计与限额
owner_sums AS (
  SELECT owner1, owner2,
         coalesce(sum(quantity), 0)::BIGINT AS v,
         max(limit_value) AS own,
         bool_or(not_applicable) AS none
  FROM events
  GROUP BY owner1, owner2
),
-- 超了限额的
over_limit AS (
  SELECT owner1, owner2, v, own, own AS vlim FROM owner_sums WHERE NOT none AND v > own
),
-- 它们的事件，按时间编号
ordered AS (
  SELECT events.*, over_limit.v, over_limit.vlim, over_limit.own,
         row_number() OVER (
           PARTITION BY events.owner1, events.owner2 ORDER BY starts NULLS FIRST, at_time, rank
         ) AS seq
  FROM events
  JOIN over_limit ON events.owner1 = over_limit.owner1 AND events.owner2 = over_limit.owner2
),
running AS (
  SELECT *,
         vlim - 0 - coalesce(
           sum(quantity) OVER (
             PARTITION BY owner1, owner2 ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
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
  SELECT * FROM judged WHERE role = 1 QUALIFY row_number() OVER (PARTITION BY owner1, owner2 ORDER BY seq) = 1
),
-- 查出的
found AS (
  SELECT row_id, owner1, owner2,
         hj_ymd(firsts.owner2) AS anchor_text,
         (v * 1000000)::BIGINT AS value,
         (own * 1000000)::BIGINT AS threshold
  FROM firsts
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', inst2.code, hj_ymd(found.owner2)) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '高疑' AS class
FROM found
JOIN s_visit e ON e.rank = found.row_id
LEFT JOIN x_inst inst2 ON inst2.id = found.owner1
WHERE hj_on(e.begntime) >= DATE '2021-05-01';
