-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- D12 第三方责任、工伤费用入基本医保
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，limit_value 限额，found_value 查出的值，rank 同一时刻的先后
events AS (
  SELECT e.rank::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner1,
         e.mdtrt_id::BIGINT AS owner2,
         e.rank::BIGINT AS rank,
         NULL::BIGINT AS limit_value,
         NULL::BIGINT AS found_value
  FROM s_visit e
  LEFT JOIN (
      SELECT dg.mdtrt_id,
             bool_or(
               hj_within(dd.code, 'Y35', 'Y36') OR hj_within(dd.code, 'X85', 'Y09')
               OR hj_within(dd.code, 'W86', 'W87') OR hj_within(dd.code, 'W35', 'W40')
               OR hj_within(dd.code, 'W20', 'W31') OR hj_within(dd.code, 'V01', 'V99')
             ) AS v
      FROM s_diag dg
      JOIN x_dx dd ON dd.id = dg.dx
      GROUP BY dg.mdtrt_id
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id
  LEFT JOIN x_dx dx1 ON dx1.id = e.dx
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  LEFT JOIN x_code code2 ON code2.id = e.insutype
  WHERE e.kind = 1 AND hj_within(dx1.code, 'S00', 'T98') AND NOT code1.code LIKE '22%'
    AND code2.code IN ('390', '310') AND sub1.v AND e.psn_no IS NOT NULL AND e.mdtrt_id IS NOT NULL
),
-- 查出的
found AS (
  SELECT row_id, owner1, owner2, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, visit1.code) AS owner_id,
       'mdtrt:' || coalesce(visit2.code, '?') AS event_id,
       hj_on(e.begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_visit e ON e.rank = found.row_id
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN x_visit visit1 ON visit1.id = found.owner2
LEFT JOIN x_visit visit2 ON visit2.id = e.mdtrt_id
WHERE hj_on(e.begntime) >= DATE '2021-05-01';
