-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- D09.never 中药饮片不予支付（单复方）
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
  JOIN kx_tcm_never_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_tcm_never n ON n.row = n0.row
  WHERE e.inscp_amt > 0 AND e.inscp_amt > 0 AND e.psn_no IS NOT NULL
),
-- 查出的
found AS (
  SELECT clause, row_id, kn_row, owner, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT person1.code AS owner_id,
       'line:' || e.bkkp_sn AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '明确' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_tcm_never ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01'
QUALIFY row_number() OVER (PARTITION BY found.owner, found.clause, found.row_id ORDER BY found.kn_row) = 1;

-- D09.single 中药饮片不予支付（单独使用）
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
  JOIN kx_tcm_single_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_tcm_single n ON n.row = n0.row
  WHERE e.inscp_amt > 0
    AND NOT
          CASE
            WHEN e.mdtrt_id IS NOT NULL THEN coalesce(
                   (
                     SELECT CASE
                         WHEN bool_or(
                                code2.code = '10'
                                AND NOT
                                      CASE
                                        WHEN i1.hilist_code IS NULL THEN NULL
                                        ELSE EXISTS(
                                               SELECT 1
                                               FROM kx_tcm_single_hilist_code_item w0
                                               JOIN k_tcm_single w ON w.row = w0.row
                                               WHERE w0.id = i1.hilist_code
                                             )
                                      END
                                AND NOT
                                      CASE
                                        WHEN i1.hilist_code IS NULL THEN NULL
                                        ELSE EXISTS(
                                               SELECT 1
                                               FROM kx_tcm_never_hilist_code_item w0
                                               JOIN k_tcm_never w ON w.row = w0.row
                                               WHERE w0.id = i1.hilist_code
                                             )
                                      END
                                AND coalesce(i1.rx_drord_no, 0) = coalesce(e.rx_drord_no, 0)
                              ) THEN true
                       END
                     FROM net_line i1
                     LEFT JOIN x_code code2 ON code2.id = i1.med_chrgitm_type
                     WHERE i1.mdtrt_id = e.mdtrt_id
                       AND i1.psn_no = e.psn_no
                       AND (
                             code2.code = '10'
                             AND NOT
                                   CASE
                                     WHEN i1.hilist_code IS NULL THEN NULL
                                     ELSE EXISTS(
                                            SELECT 1
                                            FROM kx_tcm_single_hilist_code_item w0
                                            JOIN k_tcm_single w ON w.row = w0.row
                                            WHERE w0.id = i1.hilist_code
                                          )
                                   END
                             AND NOT
                                   CASE
                                     WHEN i1.hilist_code IS NULL THEN NULL
                                     ELSE EXISTS(
                                            SELECT 1
                                            FROM kx_tcm_never_hilist_code_item w0
                                            JOIN k_tcm_never w ON w.row = w0.row
                                            WHERE w0.id = i1.hilist_code
                                          )
                                   END
                             AND coalesce(i1.rx_drord_no, 0) = coalesce(e.rx_drord_no, 0)
                           ) IS NOT FALSE
                   ),
                   CASE
                     WHEN NOT EXISTS(
                            SELECT 1
                            FROM net_line i1
                            LEFT JOIN x_code code2 ON code2.id = i1.med_chrgitm_type
                            WHERE i1.mdtrt_id = e.mdtrt_id
                              AND i1.psn_no = e.psn_no
                              AND (
                                    code2.code = '10'
                                    AND NOT
                                          CASE
                                            WHEN i1.hilist_code IS NULL THEN NULL
                                            ELSE EXISTS(
                                                   SELECT 1
                                                   FROM kx_tcm_single_hilist_code_item w0
                                                   JOIN k_tcm_single w ON w.row = w0.row
                                                   WHERE w0.id = i1.hilist_code
                                                 )
                                          END
                                    AND NOT
                                          CASE
                                            WHEN i1.hilist_code IS NULL THEN NULL
                                            ELSE EXISTS(
                                                   SELECT 1
                                                   FROM kx_tcm_never_hilist_code_item w0
                                                   JOIN k_tcm_never w ON w.row = w0.row
                                                   WHERE w0.id = i1.hilist_code
                                                 )
                                          END
                                    AND coalesce(i1.rx_drord_no, 0) = coalesce(e.rx_drord_no, 0)
                                  ) IS NOT FALSE
                          ) THEN false
                   END
                 )
          END
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
LEFT JOIN k_tcm_single ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN x_visit visit1 ON visit1.id = found.owner2
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01'
QUALIFY row_number() OVER (
    PARTITION BY found.owner1, found.owner2, found.clause, found.row_id ORDER BY found.kn_row
  ) = 1;
