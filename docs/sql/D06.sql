-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- D06 限就医方式
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，kn_row 知识表的行号，limit_value 限额
--   found_value 查出的值
events AS (
  SELECT 0 AS clause,
         e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner1,
         e.mdtrt_id::BIGINT AS owner2,
         NULL::BIGINT AS limit_value,
         NULL::BIGINT AS found_value
  FROM net_line e
  JOIN kx_setting_limit_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_setting_limit n ON n.row = n0.row
  LEFT JOIN x_code code1 ON code1.id = n."only"
  LEFT JOIN x_code code2 ON code2.id = e.med_type
  LEFT JOIN x_dept dept1 ON dept1.id = e.bilg_dept_codg
  LEFT JOIN x_dept dept2 ON dept2.id = n."dept"
  WHERE (
      (
        code1.code = 'ipt'
        AND NOT (
              (
                code2.code LIKE '52%' OR code2.code LIKE '27%' OR code2.code LIKE '26%'
                OR code2.code LIKE '25%' OR code2.code LIKE '24%' OR code2.code LIKE '23%'
                OR code2.code LIKE '22%' OR code2.code LIKE '21%'
              )
              OR code2.code LIKE '28%'
            )
        OR code1.code = 'ipt_emg'
            AND NOT (
                  (
                    (
                      code2.code LIKE '52%' OR code2.code LIKE '27%' OR code2.code LIKE '26%'
                      OR code2.code LIKE '25%' OR code2.code LIKE '24%' OR code2.code LIKE '23%'
                      OR code2.code LIKE '22%' OR code2.code LIKE '21%'
                    )
                    OR code2.code LIKE '28%'
                  )
                  OR code2.code LIKE '13%'
                )
      )
      OR code1.code = 'dept' AND hj_left(dept1.code, 3) <> dept2.code
    )
    AND e.psn_no IS NOT NULL
    AND e.mdtrt_id IS NOT NULL
),
-- 查出的
found AS (
  SELECT clause, row_id, kn_row, owner1, owner2, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, visit1.code) AS owner_id,
       'line:' || e.bkkp_sn AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       CASE WHEN code3.code = 'dept' THEN '可疑' ELSE '明确' END AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_setting_limit ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN x_visit visit1 ON visit1.id = found.owner2
LEFT JOIN x_code code3 ON code3.id = ek."only"
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01'
QUALIFY row_number() OVER (
    PARTITION BY found.owner1, found.owner2, found.clause, found.row_id ORDER BY found.kn_row
  ) = 1;

-- D06.net 超互联网医院药品支付范围
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，kn_row 知识表的行号，limit_value 限额
--   found_value 查出的值
events AS (
  SELECT 0 AS clause,
         e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner1,
         e.mdtrt_id::BIGINT AS owner2,
         NULL::BIGINT AS limit_value,
         NULL::BIGINT AS found_value
  FROM net_line e
  JOIN kx_setting_limit_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_setting_limit n ON n.row = n0.row
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             hj_any(
               CASE
                 WHEN i0.hilist_code IS NULL THEN NULL
                 ELSE EXISTS(
                        SELECT 1
                        FROM kx_net_item_hilist_code_item w0
                        JOIN k_net_item w ON w.row = w0.row
                        WHERE w0.id = i0.hilist_code
                      )
               END
             ) AS v
      FROM net_line i0
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  LEFT JOIN x_code code1 ON code1.id = n."only"
  LEFT JOIN (
      SELECT i1.psn_no, i1.mdtrt_id, 1 AS n,
             hj_any(
               CASE
                 WHEN i1.hilist_code IS NULL THEN NULL
                 ELSE EXISTS(
                        SELECT 1
                        FROM kx_net_item_hilist_code_item w0
                        JOIN k_net_item w ON w.row = w0.row
                        WHERE w0.id = i1.hilist_code
                      )
               END
             ) AS v
      FROM net_line i1
      GROUP BY 1, 2
    ) sub2
    ON sub2.mdtrt_id = e.mdtrt_id AND sub2.psn_no = e.psn_no
  WHERE code1.code = 'no_net'
    AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub2.n IS NULL THEN false ELSE sub2.v END
    AND e.psn_no IS NOT NULL
    AND e.mdtrt_id IS NOT NULL
),
-- 查出的
found AS (
  SELECT clause, row_id, kn_row, owner1, owner2, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, visit1.code) AS owner_id,
       'line:' || e.bkkp_sn AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '明确' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_setting_limit ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN x_visit visit1 ON visit1.id = found.owner2
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01'
QUALIFY row_number() OVER (
    PARTITION BY found.owner1, found.owner2, found.clause, found.row_id ORDER BY found.kn_row
  ) = 1;
