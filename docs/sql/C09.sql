-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- C09 计费日期不在住院期间
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，limit_value 限额，found_value 查出的值
events AS (
  SELECT e.no::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner1,
         e.mdtrt_id::BIGINT AS owner2,
         0::BIGINT AS limit_value,
         (
           CASE
             WHEN hj_day(e.fee_ocur_time) > visit1.enddate THEN (hj_day(e.fee_ocur_time) - visit1.enddate)
             ELSE (visit1.begndate - hj_day(e.fee_ocur_time))
           END::BIGINT * 1000000
         )::BIGINT AS found_value
  FROM net_line e
  LEFT JOIN s_visit visit1 ON visit1.mdtrt_id = e.mdtrt_id
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  WHERE (
      code1.code LIKE '52%' OR code1.code LIKE '27%' OR code1.code LIKE '26%' OR code1.code LIKE '25%'
      OR code1.code LIKE '24%' OR code1.code LIKE '23%' OR code1.code LIKE '22%' OR code1.code LIKE '21%'
    )
    AND (hj_day(e.fee_ocur_time) > visit1.enddate OR hj_day(e.fee_ocur_time) < visit1.begndate - 0)
    AND e.psn_no IS NOT NULL
    AND e.mdtrt_id IS NOT NULL
),
-- 查出的
found AS (
  SELECT row_id, owner1, owner2, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, visit2.code) AS owner_id,
       'line:' || e.bkkp_sn AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       CASE WHEN hj_day(e.fee_ocur_time) > visit3.enddate THEN '明确' ELSE '高疑' END AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN x_visit visit2 ON visit2.id = found.owner2
LEFT JOIN s_visit visit3 ON visit3.mdtrt_id = e.mdtrt_id
LEFT JOIN x_code code2 ON code2.id = e.dscg_tkdrug_flag
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01'
  AND (code2.code = '1' AND hj_day(e.fee_ocur_time) = visit3.enddate + 1) IS NOT TRUE;
