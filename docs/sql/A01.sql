-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- A01 死亡后发生费用
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，limit_value 限额，found_value 查出的值
events AS (
  SELECT e.no::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner,
         0::BIGINT AS limit_value,
         ((hj_day(e.fee_ocur_time) - person1.die_date)::BIGINT * 1000000)::BIGINT AS found_value
  FROM net_line e
  LEFT JOIN s_person person1 ON person1.psn_no = e.psn_no
  LEFT JOIN x_item item1 ON item1.id = e.hilist_code
  WHERE NOT item1.code LIKE '001401%'
    AND hj_day(e.fee_ocur_time) > person1.die_date + 0
    AND e.psn_no IS NOT NULL
),
-- 查出的
found AS (
  SELECT row_id, owner, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT person2.code AS owner_id,
       'line:' || e.bkkp_sn AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       CASE WHEN code1.code = 'cert' THEN '明确' ELSE '高疑' END AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN x_person person2 ON person2.id = found.owner
LEFT JOIN s_person person3 ON person3.psn_no = e.psn_no
LEFT JOIN x_code code1 ON code1.id = person3.die_souc
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01';
