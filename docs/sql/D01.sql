-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- D01 限性别项目
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
         NULL::BIGINT AS found_value
  FROM net_line e
  JOIN kx_sex_limit_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_sex_limit n ON n.row = n0.row
  LEFT JOIN s_person person1 ON person1.psn_no = e.psn_no
  LEFT JOIN x_code code1 ON code1.id = person1.gend
  WHERE code1.code IN ('2', '1') AND person1.gend <> n."sex" AND e.psn_no IS NOT NULL
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
       CASE WHEN code2.code = 'service' THEN '明确' ELSE '高疑' END AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_sex_limit ek ON ek.row = found.kn_row
LEFT JOIN x_person person2 ON person2.id = found.owner
LEFT JOIN x_code code2 ON code2.id = ek."kind"
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01'
QUALIFY row_number() OVER (PARTITION BY found.owner, found.clause, found.row_id ORDER BY found.kn_row) = 1;
