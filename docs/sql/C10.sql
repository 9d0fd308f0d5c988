-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- C10 加收项缺主项
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒）
--   starts 起，rank 同一时刻的先后，link 把两边连起来的
events AS (
  SELECT 0 AS clause,
         e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner1,
         e.mdtrt_id::BIGINT AS owner2,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         n."grp"::BIGINT AS link,
         NULL::BIGINT AS a,
         NULL::BIGINT AS b
  FROM net_line e
  JOIN kx_surcharge_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_surcharge n ON n.row = n0.row
  LEFT JOIN x_code code1 ON code1.id = n."role"
  WHERE code1.code = 'add' AND e.psn_no IS NOT NULL AND e.mdtrt_id IS NOT NULL
  UNION ALL
  SELECT 1 AS clause,
         e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner1,
         e.mdtrt_id::BIGINT AS owner2,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         n."grp"::BIGINT AS link,
         NULL::BIGINT AS a,
         NULL::BIGINT AS b
  FROM net_line e
  JOIN kx_surcharge_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_surcharge n ON n.row = n0.row
  LEFT JOIN x_code code2 ON code2.id = n."role"
  WHERE code2.code = 'base' AND e.psn_no IS NOT NULL AND e.mdtrt_id IS NOT NULL
),
-- 编上号；is_b：是不是乙方
ordered AS (
  SELECT *,
         row_number() OVER (ORDER BY owner1, owner2, starts NULLS FIRST, at_time, rank, kn_row, clause) AS seq,
         clause IN (-1, 1) AS is_b
  FROM events
  WHERE starts IS NOT NULL AND link IS NOT NULL
),
-- 时间对得上的甲乙
candidates AS (
  SELECT a.seq AS a_rn, b.clause, b.row_id, b.kn_row
  FROM ordered a
  JOIN ordered b
    ON a.owner1 = b.owner1
        AND a.owner2 = b.owner2
        AND a.link = b.link
        AND NOT a.is_b
        AND b.is_b
        AND b.starts - a.starts BETWEEN 0 AND 0
),
-- 条件也对得上的甲乙
matched AS (SELECT candidates.* FROM candidates WHERE candidates.clause = 1),
-- 查出的
found AS (
  SELECT clause, row_id, kn_row, owner1, owner2,
         NULL::BIGINT AS value,
         NULL::BIGINT AS threshold
  FROM ordered
  WHERE NOT is_b AND seq NOT IN (SELECT a_rn FROM matched)
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, visit1.code) AS owner_id,
       'line:' || e.bkkp_sn AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '高疑' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_surcharge ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN x_visit visit1 ON visit1.id = found.owner2
WHERE found.clause = 0 AND hj_on(e.fee_ocur_time) >= DATE '2021-05-01';

-- C10.qty 加收次数多于主项
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒），starts 起，quantity 量
--   limit_value 限额，rank 同一时刻的先后
events AS (
  SELECT e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner1,
         e.mdtrt_id::BIGINT AS owner2,
         n."grp"::BIGINT AS owner3,
         hj_day(e.fee_ocur_time)::BIGINT AS owner4,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         e.cnt::BIGINT AS quantity,
         hj_mul(
           n."per",
           CASE
             WHEN e.mdtrt_id IS NOT NULL THEN coalesce(
                    (
                      SELECT coalesce(sum(i0.cnt), 0)::BIGINT
                      FROM net_line i0
                      WHERE i0.mdtrt_id = e.mdtrt_id
                        AND i0.psn_no = e.psn_no
                        AND CASE
                              WHEN i0.hilist_code IS NULL OR n."grp" IS NULL THEN NULL
                              ELSE EXISTS(
                                     SELECT 1
                                     FROM kx_surcharge_hilist_code_item w0
                                     JOIN k_surcharge w ON w.row = w0.row
                                     WHERE w0.id = i0.hilist_code
                                       AND w."grp" = n."grp"
                                       AND w."role" = coalesce(
                                             (SELECT id FROM x_code WHERE code = 'base'), -1
                                           )
                                   )
                            END
                        AND hj_day(i0.fee_ocur_time) = hj_day(e.fee_ocur_time)
                    ), 0::BIGINT
                  )
           END
         )::BIGINT AS limit_value,
         false AS not_applicable
  FROM net_line e
  JOIN kx_surcharge_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_surcharge n ON n.row = n0.row
  LEFT JOIN x_code code1 ON code1.id = n."role"
  WHERE code1.code = 'add'
    AND e.psn_no IS NOT NULL
    AND e.mdtrt_id IS NOT NULL
    AND n."grp" IS NOT NULL
    AND hj_day(e.fee_ocur_time) IS NOT NULL
),
-- 每个对象（每期）的合计与限额
owner_sums AS (
  SELECT owner1, owner2, owner3, owner4,
         coalesce(sum(quantity), 0)::BIGINT AS v,
         max(limit_value) AS own,
         bool_or(not_applicable) AS none
  FROM events
  GROUP BY owner1, owner2, owner3, owner4
),
-- 超了限额的
over_limit AS (
  SELECT owner1, owner2, owner3, owner4, v, own, own AS vlim FROM owner_sums WHERE NOT none AND v > own
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
running AS (
  SELECT *,
         vlim - 0 - coalesce(
           sum(quantity) OVER (
             PARTITION BY owner1, owner2, owner3,
             owner4 ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
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
  QUALIFY row_number() OVER (PARTITION BY owner1, owner2, owner3, owner4 ORDER BY seq) = 1
),
-- 查出的
found AS (
  SELECT row_id, kn_row, owner1, owner2, owner3, owner4,
         hj_ymd(firsts.owner4) AS anchor_text,
         (v * 100)::BIGINT AS value,
         (own * 100)::BIGINT AS threshold
  FROM firsts
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, visit1.code, code2.code, hj_ymd(found.owner4)) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '高疑' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_surcharge ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN x_visit visit1 ON visit1.id = found.owner2
LEFT JOIN x_code code2 ON code2.id = found.owner3
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01' AND (found.threshold = 0) IS NOT TRUE;
