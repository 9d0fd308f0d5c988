-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- F01.a 透析频次异常（同日）
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起，quantity 量，limit_value 限额
--   rank 同一时刻的先后
events AS (
  SELECT e.no::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner1,
         hj_day(e.fee_ocur_time)::BIGINT AS owner2,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         e.cnt::BIGINT AS quantity,
         10000::BIGINT AS limit_value,
         false AS not_applicable
  FROM net_line e
  LEFT JOIN x_item item1 ON item1.id = e.hilist_code
  LEFT JOIN s_visit visit1 ON visit1.mdtrt_id = e.mdtrt_id
  LEFT JOIN x_dx dx1 ON dx1.id = visit1.dx
  WHERE (item1.code LIKE '00311000008%' OR item1.code LIKE '00311000007%' OR item1.code LIKE '00311000006%')
    AND (dx1.code LIKE 'I50%' OR dx1.code LIKE 'N17%') IS NOT TRUE
    AND e.psn_no IS NOT NULL
    AND hj_day(e.fee_ocur_time) IS NOT NULL
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
         (v * 100)::BIGINT AS value,
         (own * 100)::BIGINT AS threshold
  FROM firsts
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, hj_ymd(found.owner2)) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '明确' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN x_person person1 ON person1.id = found.owner1
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01';

-- F01.b 透析频次异常（七天内）
WITH RECURSIVE
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒）
--   starts 起，quantity 量，limit_value 限额，rank 同一时刻的先后，counted 数什么（不重复计）
--   window_len 窗口多长
events AS (
  SELECT 0 AS clause,
         e.no::BIGINT AS row_id, -1 AS kn_row,
         e.psn_no::BIGINT AS owner,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         1::BIGINT AS quantity,
         4::BIGINT AS limit_value,
         hj_day(e.fee_ocur_time)::BIGINT AS counted,
         6::BIGINT AS window_len
  FROM net_line e
  LEFT JOIN x_item item1 ON item1.id = e.hilist_code
  LEFT JOIN s_visit visit1 ON visit1.mdtrt_id = e.mdtrt_id
  LEFT JOIN x_dx dx1 ON dx1.id = visit1.dx
  WHERE (
      item1.code LIKE '00311000010%'
      OR item1.code LIKE '00311000008%'
      OR item1.code LIKE '00311000007%'
      OR item1.code LIKE '00311000006%'
    )
    AND (dx1.code LIKE 'I50%' OR dx1.code LIKE 'N17%') IS NOT TRUE
    AND e.psn_no IS NOT NULL
),
-- allowed：窗口里最多可以有多少
usable AS (
  SELECT *, (limit_value // 1 * 1) AS allowed
  FROM events
  WHERE quantity IS NOT NULL AND limit_value IS NOT NULL AND starts IS NOT NULL AND window_len IS NOT NULL
    AND counted IS NOT NULL
),
-- 某个窗口里总量超过限额的对象（别的不用往下看）
may_exceed AS (
  SELECT DISTINCT owner
  FROM (
      SELECT *,
             sum(quantity) OVER (
               PARTITION BY owner ORDER BY starts RANGE BETWEEN window_len PRECEDING AND CURRENT ROW
             ) AS w
      FROM usable
    )
  WHERE w > allowed OR quantity > allowed
),
-- 它们的事件，按时间编号
ordered AS (
  SELECT usable.*,
         row_number() OVER (PARTITION BY usable.owner ORDER BY starts NULLS FIRST, at_time, rank) AS seq
  FROM usable
  JOIN may_exceed ON usable.owner = may_exceed.owner
),
-- 一笔一笔往前走：窗口里已认可的加上这一笔，超了就不认
walk AS (
  SELECT owner, clause, row_id, kn_row, seq, starts, counted, quantity, limit_value,
         0::BIGINT AS used, accepted,
         [{'starts': starts, 'cost': cost, 'accepted': accepted, 'counted': counted}] AS window_so_far
  FROM (
      SELECT *, accepted AS cost
      FROM (SELECT *, least(quantity, greatest(0, allowed)) AS accepted FROM ordered WHERE seq = 1)
    )
  UNION ALL
  SELECT owner, clause, row_id, kn_row, seq, starts, counted, quantity, limit_value, used, accepted,
         list_append(
           old, {'starts': starts, 'cost': cost, 'accepted': accepted, 'counted': counted}
         ) AS window_so_far
  FROM (
      SELECT *,
             CASE
               WHEN last > 0 THEN quantity
               WHEN last = 0 THEN 0
               ELSE least(quantity, greatest(0, allowed - used))
             END AS accepted,
             CASE WHEN last >= 0 THEN 0 ELSE least(quantity, greatest(0, allowed - used)) END AS cost
      FROM (
          SELECT *, list_filter(old, z -> z.counted = g0)[-1].accepted AS last
          FROM (
              SELECT *, counted AS g0,
                     coalesce(list_sum([z.cost FOR z IN old]), 0)::BIGINT AS used
              FROM (
                  SELECT e.*,
                         list_filter(walk.window_so_far, z -> z.starts >= e.starts - e.window_len) AS old
                  FROM walk
                  JOIN ordered e ON e.owner = walk.owner AND e.seq = walk.seq + 1
                )
            )
        )
    )
),
-- 查出的
found AS (
  SELECT row_id, owner,
         (used + quantity) * 1000000 AS value,
         limit_value * 1000000 AS threshold
  FROM walk
  WHERE quantity > accepted
)
-- 查出的每一条：免责的去掉，定级
SELECT person1.code AS owner_id,
       'line:' || e.bkkp_sn AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '高疑' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN x_person person1 ON person1.id = found.owner
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01';
