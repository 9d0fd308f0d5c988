-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- D08.stay 限支付疗程（住院）
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒），starts 起，limit_value 限额
--   rank 同一时刻的先后，counted 数什么（不重复计）
events AS (
  SELECT e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner1,
         e.hilist_code::BIGINT AS owner2,
         e.mdtrt_id::BIGINT AS owner3,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         n."days"::BIGINT AS limit_value,
         hj_day(e.fee_ocur_time)::BIGINT AS counted,
         false AS not_applicable
  FROM net_line e
  JOIN kx_course_limit_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_course_limit n ON n.row = n0.row
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  WHERE (
      code1.code LIKE '52%' OR code1.code LIKE '27%' OR code1.code LIKE '26%' OR code1.code LIKE '25%'
      OR code1.code LIKE '24%' OR code1.code LIKE '23%' OR code1.code LIKE '22%' OR code1.code LIKE '21%'
    )
    AND e.psn_no IS NOT NULL
    AND e.hilist_code IS NOT NULL
    AND e.mdtrt_id IS NOT NULL
),
-- 每个对象（每期）的合计与限额
owner_sums AS (
  SELECT owner1, owner2, owner3,
         count(DISTINCT counted) * 1 AS v,
         max(limit_value) AS own,
         bool_or(not_applicable) AS none
  FROM events
  GROUP BY owner1, owner2, owner3
),
-- 超了限额的
over_limit AS (
  SELECT owner1, owner2, owner3, v, own, own AS vlim FROM owner_sums WHERE NOT none AND v > own
),
-- 它们的事件，按时间编号
ordered AS (
  SELECT events.*, over_limit.v, over_limit.vlim, over_limit.own,
         row_number() OVER (
           PARTITION BY events.owner1, events.owner2, events.owner3 ORDER BY starts NULLS FIRST, at_time,
           rank, kn_row
         ) AS seq
  FROM events
  JOIN over_limit
    ON events.owner1 = over_limit.owner1
        AND events.owner2 = over_limit.owner2
        AND events.owner3 = over_limit.owner3
),
-- 每个对象数到的每一样
members_seen AS (
  SELECT ordered.owner1, ordered.owner2, ordered.owner3, ordered.counted,
         min(ordered.seq) AS first_rn,
         any_value(vlim) AS vl
  FROM ordered
  WHERE ordered.counted IS NOT NULL
  GROUP BY ordered.owner1, ordered.owner2, ordered.owner3, ordered.counted
),
members_coded AS (SELECT members_seen.*, 0 AS code FROM members_seen),
-- 限额以内留下哪些
members_kept AS (
  SELECT owner1, owner2, owner3, counted,
         row_number() OVER (PARTITION BY owner1, owner2, owner3 ORDER BY first_rn) <= vl // 1 AS kept
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
        AND members_kept.counted = ordered.counted
),
-- 每个对象第一笔有问题的
firsts AS (
  SELECT *
  FROM judged
  WHERE role = 1
  QUALIFY row_number() OVER (PARTITION BY owner1, owner2, owner3 ORDER BY seq) = 1
),
-- 查出的
found AS (
  SELECT row_id, kn_row, owner1, owner2, owner3,
         visit1.code AS anchor_text,
         (v * 1000000)::BIGINT AS value,
         (own * 1000000)::BIGINT AS threshold
  FROM firsts
  LEFT JOIN x_visit visit1 ON visit1.id = firsts.owner3
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, item1.code, visit2.code) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '明确' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_course_limit ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN x_item item1 ON item1.id = found.owner2
LEFT JOIN x_visit visit2 ON visit2.id = found.owner3
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01';

-- D08.out 限支付疗程（门诊、购药）
WITH RECURSIVE
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒）
--   starts 起，quantity 量，limit_value 限额，rank 同一时刻的先后，window_len 窗口多长
events AS (
  SELECT 0 AS clause,
         e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner1,
         e.hilist_code::BIGINT AS owner2,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         (
           CASE WHEN coalesce(e.prd_days, 1) IS NOT NULL THEN greatest(coalesce(e.prd_days, 1), 1) END
         )::BIGINT AS quantity,
         n."days"::BIGINT AS limit_value,
         179::BIGINT AS window_len
  FROM net_line e
  JOIN kx_course_limit_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_course_limit n ON n.row = n0.row
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  WHERE (
      code1.code LIKE '41%' OR code1.code LIKE '14%' OR code1.code LIKE '81%' OR code1.code LIKE '51%'
      OR code1.code LIKE '19%' OR code1.code LIKE '16%' OR code1.code LIKE '15%' OR code1.code LIKE '13%'
      OR code1.code LIKE '12%' OR code1.code LIKE '11%'
    )
    AND e.psn_no IS NOT NULL
    AND e.hilist_code IS NOT NULL
),
-- allowed：窗口里最多可以有多少
usable AS (
  SELECT *, limit_value AS allowed
  FROM events
  WHERE quantity IS NOT NULL AND limit_value IS NOT NULL AND starts IS NOT NULL AND window_len IS NOT NULL
),
-- 某个窗口里总量超过限额的对象（别的不用往下看）
may_exceed AS (
  SELECT DISTINCT owner1, owner2
  FROM (
      SELECT *,
             sum(quantity) OVER (
               PARTITION BY owner1, owner2 ORDER BY starts RANGE BETWEEN window_len PRECEDING AND CURRENT ROW
             ) AS w
      FROM usable
    )
  WHERE w > allowed OR quantity > allowed
),
-- 它们的事件，按时间编号
ordered AS (
  SELECT usable.*,
         row_number() OVER (
           PARTITION BY usable.owner1, usable.owner2 ORDER BY starts NULLS FIRST, at_time, rank, kn_row
         ) AS seq
  FROM usable
  JOIN may_exceed ON usable.owner1 = may_exceed.owner1 AND usable.owner2 = may_exceed.owner2
),
-- 一笔一笔往前走：窗口里已认可的加上这一笔，超了就不认
walk AS (
  SELECT owner1, owner2, clause, row_id, kn_row, seq, starts, quantity, limit_value,
         0::BIGINT AS used, accepted,
         [{'starts': starts, 'cost': cost}] AS window_so_far
  FROM (
      SELECT *, accepted AS cost
      FROM (SELECT *, least(quantity, greatest(0, allowed)) AS accepted FROM ordered WHERE seq = 1)
    )
  UNION ALL
  SELECT owner1, owner2, clause, row_id, kn_row, seq, starts, quantity, limit_value, used, accepted,
         list_append(old, {'starts': starts, 'cost': cost}) AS window_so_far
  FROM (
      SELECT *, accepted AS cost
      FROM (
          SELECT *, least(quantity, greatest(0, allowed - used)) AS accepted
          FROM (
              SELECT *,
                     coalesce(list_sum([z.cost FOR z IN old]), 0)::BIGINT AS used
              FROM (
                  SELECT e.*,
                         list_filter(walk.window_so_far, z -> z.starts >= e.starts - e.window_len) AS old
                  FROM walk
                  JOIN ordered e ON e.owner1 = walk.owner1 AND e.owner2 = walk.owner2 AND e.seq = walk.seq + 1
                )
            )
        )
    )
),
-- 查出的
found AS (
  SELECT row_id, kn_row, owner1, owner2,
         (used + quantity) * 1000000 AS value,
         limit_value * 1000000 AS threshold
  FROM walk
  WHERE quantity > accepted
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, item1.code) AS owner_id,
       'line:' || e.bkkp_sn AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '高疑' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_course_limit ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN x_item item1 ON item1.id = found.owner2
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01';
