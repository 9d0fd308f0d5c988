-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- C08 同切口多手术未折价
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒），starts 起，quantity 量
--   scope_key 在什么范围内比，rank 同一时刻的先后，link 把两边连起来的，item 项目
events AS (
  SELECT e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner1,
         e.mdtrt_id::BIGINT AS owner2,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         e.pric::BIGINT AS quantity,
         n."grp"::BIGINT AS link,
         hj_day(e.fee_ocur_time)::BIGINT AS scope_key,
         n."ratio"::BIGINT AS a,
         (
           CASE
             WHEN e.hilist_code IS NULL OR inst1.level IS NULL THEN NULL
             ELSE (
                    SELECT arg_min_null(w."cap", w.row)
                    FROM kx_price_cap_hilist_code_item w0
                    JOIN k_price_cap w ON w.row = w0.row
                    WHERE w0.id = e.hilist_code AND w."level" = inst1.level
                  )
           END
         )::BIGINT AS b,
         e.hilist_code::BIGINT AS item
  FROM net_line e
  JOIN kx_surgery_group_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_surgery_group n ON n.row = n0.row
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  WHERE e.psn_no IS NOT NULL AND e.mdtrt_id IS NOT NULL
),
-- 编上号；is_b：是不是乙方
ordered AS (
  SELECT *,
         row_number() OVER (ORDER BY owner1, owner2, starts NULLS FIRST, at_time, rank, kn_row) AS seq
  FROM events
  WHERE scope_key IS NOT NULL AND link IS NOT NULL
),
-- 同一范围里从贵到便宜
by_price AS (
  SELECT ordered.*,
         row_number() OVER (
           PARTITION BY owner1, owner2, scope_key, link ORDER BY quantity DESC NULLS LAST,
           coalesce(x0.code, ''), seq
         ) AS i
  FROM ordered
  LEFT JOIN x_item x0 ON x0.id = ordered.item
),
-- 第二项起该打折后的价
allowed_price AS (
  SELECT *, hj_div(b::HUGEINT * a, 10000) AS allowed FROM by_price WHERE i > 1
),
-- 查出的
found AS (
  SELECT row_id, kn_row, owner1, owner2, quantity AS value, allowed AS threshold
  FROM allowed_price
  WHERE quantity > allowed + 5000
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
LEFT JOIN k_surgery_group ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN x_visit visit1 ON visit1.id = found.owner2
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01';
