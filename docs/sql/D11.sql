-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- D11 门诊慢特病超病种范围
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，limit_value 限额，found_value 查出的值
events AS (
  SELECT e.no::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner,
         NULL::BIGINT AS limit_value,
         NULL::BIGINT AS found_value
  FROM net_line e
  LEFT JOIN s_visit visit1 ON visit1.mdtrt_id = e.mdtrt_id
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  LEFT JOIN x_code code2 ON code2.id = e.med_chrgitm_type
  WHERE code1.code LIKE '14%'
    AND code2.code IN ('11', '09')
    AND (
          NOT
            CASE
              WHEN e.psn_no IS NULL
                   OR coalesce(e.dise_codg, visit1.dise_no) IS NULL
                   OR hj_day(e.fee_ocur_time) IS NULL
                   OR (SELECT count(*) FROM lk_opsp) = 0 THEN NULL
              ELSE EXISTS(
                     SELECT 1
                     FROM lk_opsp w
                     WHERE w.psn_no = e.psn_no
                       AND w.dise_no = coalesce(e.dise_codg, visit1.dise_no)
                       AND (w."b" IS NULL OR w."b" <= hj_day(e.fee_ocur_time))
                       AND (w."e" IS NULL OR hj_day(e.fee_ocur_time) <= w."e")
                   )
            END
          OR CASE
                WHEN coalesce(e.dise_codg, visit1.dise_no) IS NULL THEN NULL
                ELSE EXISTS(
                       SELECT 1
                       FROM kx_dise_allow_dise_no_code w0
                       JOIN k_dise_allow w ON w.row = w0.row
                       WHERE w0.id = coalesce(e.dise_codg, visit1.dise_no)
                     )
              END
              AND CASE
                    WHEN e.hilist_code IS NULL THEN NULL
                    ELSE (
                           SELECT arg_min_null(w."grp", w.row)
                           FROM kx_drug_hilist_code_item w0
                           JOIN k_drug w ON w.row = w0.row
                           WHERE w0.id = e.hilist_code
                         )
                  END IS NOT NULL
              AND NOT
                    CASE
                      WHEN coalesce(e.dise_codg, visit1.dise_no) IS NULL
                           OR CASE
                                 WHEN e.hilist_code IS NULL THEN NULL
                                 ELSE (
                                        SELECT arg_min_null(w."grp", w.row)
                                        FROM kx_drug_hilist_code_item w0
                                        JOIN k_drug w ON w.row = w0.row
                                        WHERE w0.id = e.hilist_code
                                      )
                               END IS NULL THEN NULL
                      ELSE EXISTS(
                             SELECT 1
                             FROM kx_dise_allow_dise_no_code w0
                             JOIN k_dise_allow w ON w.row = w0.row
                             WHERE w0.id = coalesce(e.dise_codg, visit1.dise_no)
                               AND w."grp" =
                                     CASE
                                       WHEN e.hilist_code IS NULL THEN NULL
                                       ELSE (
                                              SELECT arg_min_null(w."grp", w.row)
                                              FROM kx_drug_hilist_code_item w0
                                              JOIN k_drug w ON w.row = w0.row
                                              WHERE w0.id = e.hilist_code
                                            )
                                     END
                           )
                    END
        )
    AND e.psn_no IS NOT NULL
),
-- 查出的
found AS (
  SELECT row_id, owner, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT person1.code AS owner_id,
       'line:' || e.bkkp_sn AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       CASE
         WHEN NOT
                CASE
                  WHEN e.psn_no IS NULL
                       OR coalesce(e.dise_codg, visit2.dise_no) IS NULL
                       OR hj_day(e.fee_ocur_time) IS NULL
                       OR (SELECT count(*) FROM lk_opsp) = 0 THEN NULL
                  ELSE EXISTS(
                         SELECT 1
                         FROM lk_opsp w
                         WHERE w.psn_no = e.psn_no
                           AND w.dise_no = coalesce(e.dise_codg, visit2.dise_no)
                           AND (w."b" IS NULL OR w."b" <= hj_day(e.fee_ocur_time))
                           AND (w."e" IS NULL OR hj_day(e.fee_ocur_time) <= w."e")
                       )
                END
              OR CASE
                    WHEN coalesce(e.dise_codg, visit2.dise_no) IS NULL THEN NULL
                    ELSE EXISTS(
                           SELECT 1
                           FROM kx_dise_closed_dise_no_code w0
                           JOIN k_dise_closed w ON w.row = w0.row
                           WHERE w0.id = coalesce(e.dise_codg, visit2.dise_no)
                         )
                  END THEN '明确'
         ELSE '高疑'
       END AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN x_person person1 ON person1.id = found.owner
LEFT JOIN s_visit visit2 ON visit2.mdtrt_id = e.mdtrt_id
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01';
