-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- C02 分解收费（组套拆分）
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒），starts 起，limit_value 限额
--   rank 同一时刻的先后，counted 数什么（不重复计）
events AS (
  SELECT e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner1,
         e.mdtrt_id::BIGINT AS owner2,
         n."panel"::BIGINT AS owner3,
         hj_day(e.fee_ocur_time)::BIGINT AS owner4,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         n."min_components"::BIGINT AS limit_value,
         e.hilist_code::BIGINT AS counted,
         coalesce(e.hilist_code = n."panel", false) AS not_applicable
  FROM net_line e
  JOIN kx_panel_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_panel n ON n.row = n0.row
  WHERE e.psn_no IS NOT NULL
    AND e.mdtrt_id IS NOT NULL
    AND n."panel" IS NOT NULL
    AND hj_day(e.fee_ocur_time) IS NOT NULL
),
-- 每个对象（每期）的合计与限额
owner_sums AS (
  SELECT owner1, owner2, owner3, owner4,
         count(DISTINCT counted) * 1 AS v,
         max(limit_value) AS own,
         bool_or(not_applicable) AS none
  FROM events
  GROUP BY owner1, owner2, owner3, owner4
),
-- 超了限额的
over_limit AS (
  SELECT owner1, owner2, owner3, owner4, v, own FROM owner_sums WHERE NOT none AND v >= own
),
-- 它们的事件，按时间编号
ordered AS (
  SELECT events.*, over_limit.v, over_limit.own,
         row_number() OVER (
           PARTITION BY events.owner1, events.owner2, events.owner3,
           events.owner4 ORDER BY starts NULLS FIRST, at_time, rank, kn_row
         ) AS seq
  FROM events
  JOIN over_limit
    ON events.owner1 = over_limit.owner1
        AND events.owner2 = over_limit.owner2
        AND events.owner3 = over_limit.owner3
        AND events.owner4 = over_limit.owner4
),
-- 每个对象数到的每一样
members_seen AS (
  SELECT ordered.owner1, ordered.owner2, ordered.owner3, ordered.owner4, ordered.counted
  FROM ordered
  WHERE ordered.counted IS NOT NULL
  GROUP BY ordered.owner1, ordered.owner2, ordered.owner3, ordered.owner4, ordered.counted
),
members_coded AS (
  SELECT members_seen.*, xg.code AS code FROM members_seen LEFT JOIN x_item xg ON xg.id = members_seen.counted
),
-- 限额以内留下哪些
members_kept AS (
  SELECT owner1, owner2, owner3, owner4, counted FROM members_coded
),
-- 逐笔：role 1 是问题，2 是限额以内的
judged AS (
  SELECT ordered.*, CASE WHEN false THEN 2 ELSE 1 END AS role
  FROM ordered
  JOIN members_kept
    ON members_kept.owner1 = ordered.owner1
        AND members_kept.owner2 = ordered.owner2
        AND members_kept.owner3 = ordered.owner3
        AND members_kept.owner4 = ordered.owner4
        AND members_kept.counted = ordered.counted
),
-- 每个对象第一笔有问题的
firsts AS (
  SELECT *
  FROM judged
  WHERE role = 1
  QUALIFY row_number() OVER (PARTITION BY owner1, owner2, owner3, owner4 ORDER BY seq) = 1
),
-- 查出的
found AS (
  SELECT row_id, kn_row, owner1, owner2, owner3, owner4,
         hj_ymd(firsts.owner4) AS anchor_text,
         (v * 1000000)::BIGINT AS value,
         (own * 1000000)::BIGINT AS threshold
  FROM firsts
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, visit1.code, item1.code, hj_ymd(found.owner4)) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '高疑' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_panel ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN x_visit visit1 ON visit1.id = found.owner2
LEFT JOIN x_item item1 ON item1.id = found.owner3
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01';
