-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- C05 周期超频次
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
         e.cnt::BIGINT AS quantity,
         n."lim"::BIGINT AS limit_value,
         (n."days" - 1)::BIGINT AS window_len
  FROM net_line e
  JOIN kx_cycle_limit_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_cycle_limit n ON n.row = n0.row
  WHERE e.psn_no IS NOT NULL AND e.hilist_code IS NOT NULL
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
         (used + quantity) * 100 AS value,
         limit_value * 100 AS threshold
  FROM walk
  WHERE quantity > accepted
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, item1.code) AS owner_id,
       'line:' || e.bkkp_sn AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       CASE WHEN code1.code = 'policy' THEN '明确' ELSE '可疑' END AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_cycle_limit ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN x_item item1 ON item1.id = found.owner2
LEFT JOIN x_code code1 ON code1.id = ek."basis"
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01';
