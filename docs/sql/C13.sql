-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- C13 麻醉监测时长超麻醉记录
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒），starts 起，quantity 量
--   limit_value 限额，rank 同一时刻的先后
events AS (
  SELECT e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner1,
         e.hilist_code::BIGINT AS owner2,
         e.mdtrt_id::BIGINT AS owner3,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         e.cnt::BIGINT AS quantity,
         (
           (
             CASE
               WHEN (
                      hj_ceil(
                        CASE
                          WHEN e.mdtrt_id IS NULL THEN NULL
                          WHEN sub1.n IS NULL THEN 0::BIGINT
                          ELSE sub1.v
                        END, 3600
                      ) - coalesce(n."free", 0)
                    ) IS NOT NULL THEN greatest(
                      0,
                      hj_ceil(
                        CASE
                          WHEN e.mdtrt_id IS NULL THEN NULL
                          WHEN sub1.n IS NULL THEN 0::BIGINT
                          ELSE sub1.v
                        END, 3600
                      ) - coalesce(n."free", 0)
                    )
             END + 1
           )::BIGINT * 10000
         )::BIGINT AS limit_value,
         false AS not_applicable
  FROM net_line e
  JOIN kx_timed_item_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_timed_item n ON n.row = n0.row
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             coalesce(sum(i0.anst_endtime - i0.anst_begntime), 0)::BIGINT AS v
      FROM s_operation i0
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  LEFT JOIN x_code code1 ON code1.id = n."log"
  LEFT JOIN (
      SELECT i1.psn_no, i1.mdtrt_id, 1 AS n,
             hj_any(i1.anst_begntime IS NOT NULL AND i1.anst_endtime IS NOT NULL) AS v
      FROM s_operation i1
      GROUP BY 1, 2
    ) sub2
    ON sub2.mdtrt_id = e.mdtrt_id AND sub2.psn_no = e.psn_no
  WHERE code1.code = 'anst'
    AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub2.n IS NULL THEN false ELSE sub2.v END
    AND e.psn_no IS NOT NULL
    AND e.hilist_code IS NOT NULL
    AND e.mdtrt_id IS NOT NULL
),
-- 每个对象（每期）的合计与限额
owner_sums AS (
  SELECT owner1, owner2, owner3,
         coalesce(sum(quantity), 0)::BIGINT AS v,
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
running AS (
  SELECT *,
         vlim - 0 - coalesce(
           sum(quantity) OVER (
             PARTITION BY owner1, owner2, owner3 ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
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
  SELECT *
  FROM judged
  WHERE role = 1
  QUALIFY row_number() OVER (PARTITION BY owner1, owner2, owner3 ORDER BY seq) = 1
),
-- 查出的
found AS (
  SELECT row_id, kn_row, owner1, owner2, owner3,
         visit1.code AS anchor_text,
         (v * 100)::BIGINT AS value,
         (own * 100)::BIGINT AS threshold
  FROM firsts
  LEFT JOIN x_visit visit1 ON visit1.id = firsts.owner3
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, item1.code, visit2.code) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '高疑' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_timed_item ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN x_item item1 ON item1.id = found.owner2
LEFT JOIN x_visit visit2 ON visit2.id = found.owner3
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01';
