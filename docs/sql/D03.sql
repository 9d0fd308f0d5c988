-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- D03 药品限适应症
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，limit_value 限额，found_value 查出的值
events AS (
  SELECT e.no::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner1,
         e.mdtrt_id::BIGINT AS owner2,
         NULL::BIGINT AS limit_value,
         NULL::BIGINT AS found_value
  FROM net_line e
  WHERE CASE
      WHEN e.hilist_code IS NULL THEN NULL
      ELSE EXISTS(
             SELECT 1
             FROM kx_indication_hilist_code_item w0
             JOIN k_indication w ON w.row = w0.row
             WHERE w0.id = e.hilist_code
           )
    END
    AND NOT
          CASE
            WHEN e.hilist_code IS NULL
                 OR NOT EXISTS(SELECT 1 FROM s_diag dg WHERE dg.mdtrt_id = e.mdtrt_id) THEN NULL
            ELSE EXISTS(
                   SELECT 1
                   FROM kx_indication_hilist_code_item w0
                   JOIN k_indication w ON w.row = w0.row
                   JOIN s_diag dg ON true
                   JOIN x_dx dd ON dd.id = dg.dx
                   WHERE w0.id = e.hilist_code
                     AND dg.mdtrt_id = e.mdtrt_id
                     AND starts_with(dd.code, rtrim(w.dx_t, '*'))
                 )
          END
    AND e.psn_no IS NOT NULL
    AND e.mdtrt_id IS NOT NULL
),
-- 查出的
found AS (
  SELECT row_id, owner1, owner2, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, visit1.code) AS owner_id,
       'line:' || e.bkkp_sn AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN x_visit visit1 ON visit1.id = found.owner2
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01';
