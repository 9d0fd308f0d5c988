-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- D02 限年龄项目（新生儿、儿童专用）
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，kn_row 知识表的行号，limit_value 限额
--   found_value 查出的值
events AS (
  SELECT 0 AS clause,
         e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner,
         NULL::BIGINT AS limit_value,
         (hj_age(person1.brdy, hj_day(e.fee_ocur_time))::BIGINT * 1000000)::BIGINT AS found_value
  FROM net_line e
  JOIN kx_age_limit_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_age_limit n ON n.row = n0.row
  LEFT JOIN s_person person1 ON person1.psn_no = e.psn_no
  WHERE (
      (
        hj_age(person1.brdy, hj_day(e.fee_ocur_time)) < n."min_y"
        OR hj_age(person1.brdy, hj_day(e.fee_ocur_time)) >= n."max_y"
      )
      OR (hj_day(e.fee_ocur_time) - person1.brdy) > n."max_d"
    )
    AND e.psn_no IS NOT NULL
),
-- 查出的
found AS (
  SELECT clause, row_id, kn_row, owner, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT person2.code AS owner_id,
       'line:' || e.bkkp_sn AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       CASE WHEN code1.code = 'policy' THEN '明确' ELSE '可疑' END AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_age_limit ek ON ek.row = found.kn_row
LEFT JOIN x_person person2 ON person2.id = found.owner
LEFT JOIN x_code code1 ON code1.id = ek."basis"
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01'
QUALIFY row_number() OVER (PARTITION BY found.owner, found.clause, found.row_id ORDER BY found.kn_row) = 1;
