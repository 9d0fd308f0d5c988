-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- H01 医师日接诊超常
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起，limit_value 限额，rank 同一时刻的先后
--   counted 数什么（不重复计）
events AS (
  SELECT e.rank::BIGINT AS row_id,
         e.chfpdr_code::BIGINT AS owner1,
         hj_day(e.setl_time)::BIGINT AS owner2,
         coalesce(e.setl_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.setl_time)::BIGINT AS starts,
         (CASE WHEN code1.code = '中医' THEN 80 ELSE 100 END)::BIGINT AS limit_value,
         e.psn_no::BIGINT AS counted,
         false AS not_applicable
  FROM s_settlement e
  LEFT JOIN s_doctor doctor1 ON doctor1.dr_code = e.chfpdr_code
  LEFT JOIN x_code code1 ON code1.id = doctor1.dr_prac_type
  LEFT JOIN x_code code2 ON code2.id = e.med_type
  WHERE e.void IS DISTINCT FROM 1
    AND (
          (
            code2.code LIKE '81%' OR code2.code LIKE '51%' OR code2.code LIKE '19%' OR code2.code LIKE '16%'
            OR code2.code LIKE '15%' OR code2.code LIKE '13%' OR code2.code LIKE '12%'
            OR code2.code LIKE '11%'
          )
          OR code2.code LIKE '14%'
        )
    AND e.chfpdr_code IS NOT NULL
    AND hj_day(e.setl_time) IS NOT NULL
),
-- 每个对象（每期）的合计与限额
owner_sums AS (
  SELECT owner1, owner2,
         count(DISTINCT counted) * 1 AS v,
         max(limit_value) AS own,
         bool_or(not_applicable) AS none
  FROM events
  GROUP BY owner1, owner2
),
-- 超了限额的
over_limit AS (
  SELECT owner1, owner2, v, own FROM owner_sums WHERE NOT none AND v > own
),
-- 它们的事件，按时间编号
ordered AS (
  SELECT events.*, over_limit.v, over_limit.own,
         row_number() OVER (
           PARTITION BY events.owner1, events.owner2 ORDER BY starts NULLS FIRST, at_time, rank
         ) AS seq
  FROM events
  JOIN over_limit ON events.owner1 = over_limit.owner1 AND events.owner2 = over_limit.owner2
),
-- 每个对象数到的每一样
members_seen AS (
  SELECT ordered.owner1, ordered.owner2, ordered.counted
  FROM ordered
  WHERE ordered.counted IS NOT NULL
  GROUP BY ordered.owner1, ordered.owner2, ordered.counted
),
members_coded AS (
  SELECT members_seen.*, xg.code AS code
  FROM members_seen
  LEFT JOIN x_person xg ON xg.id = members_seen.counted
),
-- 限额以内留下哪些
members_kept AS (SELECT owner1, owner2, counted FROM members_coded),
-- 逐笔：role 1 是问题，2 是限额以内的
judged AS (
  SELECT ordered.*, CASE WHEN false THEN 2 ELSE 1 END AS role
  FROM ordered
  JOIN members_kept
    ON members_kept.owner1 = ordered.owner1
        AND members_kept.owner2 = ordered.owner2
        AND members_kept.counted = ordered.counted
),
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
SELECT concat_ws('|', doctor2.code, hj_ymd(found.owner2)) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.setl_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_settlement e ON e.rank = found.row_id
LEFT JOIN x_doctor doctor2 ON doctor2.id = found.owner1
WHERE hj_on(e.setl_time) >= DATE '2021-05-01';
