-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- A03 一证多人
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起，limit_value 限额，rank 同一时刻的先后
--   counted 数什么（不重复计）
events AS (
  SELECT e.rank::BIGINT AS row_id,
         e.mdtrt_cert_no::BIGINT AS owner,
         coalesce(e.setl_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.setl_time)::BIGINT AS starts,
         1::BIGINT AS limit_value,
         e.psn_no::BIGINT AS counted,
         false AS not_applicable
  FROM s_settlement e
  WHERE e.void IS DISTINCT FROM 1 AND e.fund_pay_sumamt > 0 AND e.mdtrt_cert_no IS NOT NULL
),
-- 每个对象（每期）的合计与限额
owner_sums AS (
  SELECT owner,
         count(DISTINCT counted) * 1 AS v,
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
-- 每个对象数到的每一样
members_seen AS (
  SELECT ordered.owner, ordered.counted,
         min(ordered.seq) AS first_rn, count(*) AS n,
         any_value(vlim) AS vl
  FROM ordered
  WHERE ordered.counted IS NOT NULL
  GROUP BY ordered.owner, ordered.counted
),
members_coded AS (
  SELECT members_seen.*, xg.code AS code
  FROM members_seen
  LEFT JOIN x_person xg ON xg.id = members_seen.counted
),
-- 限额以内留下哪些
members_kept AS (
  SELECT owner, counted,
         row_number() OVER (PARTITION BY owner ORDER BY n DESC, code, first_rn) <= vl // 1 AS kept
  FROM members_coded
),
-- 逐笔：role 1 是问题，2 是限额以内的
judged AS (
  SELECT ordered.*, CASE WHEN members_kept.kept THEN 2 ELSE 1 END AS role
  FROM ordered
  JOIN members_kept ON members_kept.owner = ordered.owner AND members_kept.counted = ordered.counted
),
-- 每个对象第一笔有问题的
firsts AS (
  SELECT * FROM judged WHERE role = 1 QUALIFY row_number() OVER (PARTITION BY owner ORDER BY seq) = 1
),
-- 查出的
found AS (
  SELECT row_id, owner,
         'all' AS anchor_text,
         (v * 1000000)::BIGINT AS value,
         (own * 1000000)::BIGINT AS threshold
  FROM firsts
)
-- 查出的每一条：免责的去掉，定级
SELECT text1.code AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.setl_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '高疑' AS class
FROM found
JOIN s_settlement e ON e.rank = found.row_id
LEFT JOIN x_text text1 ON text1.id = found.owner
WHERE hj_on(e.setl_time) >= DATE '2021-05-01';
