-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- E04 同类重复开药
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒）
--   starts 起，limit_value 限额，rank 同一时刻的先后，counted 数什么（不重复计）
events AS (
  SELECT 0 AS clause,
         e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner1,
         e.fixmedins_code::BIGINT AS owner2,
         n."class"::BIGINT AS owner3,
         hj_day(e.fee_ocur_time)::BIGINT AS owner4,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         2::BIGINT AS limit_value,
         n."ingredient"::BIGINT AS counted,
         false AS not_applicable
  FROM net_line e
  JOIN kx_drug_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_drug n ON n.row = n0.row
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  WHERE (
      (
        (
          code1.code LIKE '81%' OR code1.code LIKE '51%' OR code1.code LIKE '19%' OR code1.code LIKE '16%'
          OR code1.code LIKE '15%' OR code1.code LIKE '13%' OR code1.code LIKE '12%' OR code1.code LIKE '11%'
        )
        OR code1.code LIKE '14%'
      )
      OR code1.code LIKE '41%'
    )
    AND n."class" IS NOT NULL
    AND e.psn_no IS NOT NULL
    AND e.fixmedins_code IS NOT NULL
    AND n."class" IS NOT NULL
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
  SELECT owner1, owner2, owner3, owner4, v, own, own AS vlim FROM owner_sums WHERE NOT none AND v >= own
),
-- 它们的事件，按时间编号
ordered AS (
  SELECT events.*, over_limit.v, over_limit.vlim, over_limit.own,
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
  SELECT ordered.owner1, ordered.owner2, ordered.owner3, ordered.owner4, ordered.counted,
         min(ordered.seq) AS first_rn,
         any_value(vlim) AS vl,
         greatest(0, coalesce(max(w.amt), 0)) AS weight
  FROM ordered
  LEFT JOIN (SELECT 0 AS clause, no::BIGINT AS row_id, det_item_fee_sumamt AS amt FROM net_line) w
    ON w.clause = ordered.clause AND w.row_id = ordered.row_id
  WHERE ordered.counted IS NOT NULL
  GROUP BY ordered.owner1, ordered.owner2, ordered.owner3, ordered.owner4, ordered.counted
),
members_coded AS (
  SELECT members_seen.*, xg.code AS code FROM members_seen LEFT JOIN x_code xg ON xg.id = members_seen.counted
),
-- 限额以内留下哪些
members_kept AS (
  SELECT owner1, owner2, owner3, owner4, counted,
         row_number() OVER (
           PARTITION BY owner1, owner2, owner3, owner4 ORDER BY weight DESC, code, first_rn
         ) <= (vl + 1 - 1) // 1 - 1 AS kept
  FROM members_coded
),
-- 逐笔：role 1 是问题，2 是限额以内的
judged AS (
  SELECT ordered.*, CASE WHEN members_kept.kept THEN 2 ELSE 1 END AS role
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
SELECT concat_ws('|', person1.code, inst1.code, code2.code, hj_ymd(found.owner4)) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_drug ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN x_inst inst1 ON inst1.id = found.owner2
LEFT JOIN x_code code2 ON code2.id = found.owner3
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01';
