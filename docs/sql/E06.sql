-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- E06 单次开药超天数
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，limit_value 限额，found_value 查出的值
events AS (
  SELECT e.no::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner,
         (
           CASE
             WHEN CASE
                    WHEN e.psn_no IS NULL
                         OR hj_day(e.fee_ocur_time) IS NULL
                         OR (SELECT count(*) FROM lk_long_rx) = 0 THEN NULL
                    ELSE EXISTS(
                           SELECT 1
                           FROM lk_long_rx w
                           WHERE w.psn_no = e.psn_no
                             AND (w."b" IS NULL OR w."b" <= hj_day(e.fee_ocur_time))
                             AND (w."e" IS NULL OR hj_day(e.fee_ocur_time) <= w."e")
                         )
                  END
                  OR CASE
                        WHEN e.psn_no IS NULL
                             OR hj_day(e.fee_ocur_time) IS NULL
                             OR (SELECT count(*) FROM lk_long_rx) = 0 THEN NULL
                        ELSE EXISTS(
                               SELECT 1
                               FROM lk_long_rx w
                               WHERE w.psn_no = e.psn_no
                                 AND (w."b" IS NULL OR w."b" <= hj_day(e.fee_ocur_time))
                                 AND (w."e" IS NULL OR hj_day(e.fee_ocur_time) <= w."e")
                             )
                      END IS NULL THEN (
                        SELECT arg_min_null(w."days", w.row)
                        FROM kx_rx_days_kind_code w0
                        JOIN k_rx_days w ON w.row = w0.row
                        WHERE w0.id = coalesce((SELECT id FROM x_code WHERE code = 'long'), -1)
                      )
             ELSE CASE
                    WHEN code1.code LIKE '13%' THEN (
                           SELECT arg_min_null(w."days", w.row)
                           FROM kx_rx_days_kind_code w0
                           JOIN k_rx_days w ON w.row = w0.row
                           WHERE w0.id = coalesce((SELECT id FROM x_code WHERE code = 'emergency'), -1)
                         )
                    ELSE CASE
                           WHEN code1.code LIKE '14%'
                                OR sub1.v THEN (
                                      SELECT arg_min_null(w."days", w.row)
                                      FROM kx_rx_days_kind_code w0
                                      JOIN k_rx_days w ON w.row = w0.row
                                      WHERE w0.id = coalesce(
                                          (SELECT id FROM x_code WHERE code = 'chronic'), -1
                                        )
                                    )
                           ELSE (
                                  SELECT arg_min_null(w."days", w.row)
                                  FROM kx_rx_days_kind_code w0
                                  JOIN k_rx_days w ON w.row = w0.row
                                  WHERE w0.id = coalesce((SELECT id FROM x_code WHERE code = 'ordinary'), -1)
                                )
                         END
                  END
           END::BIGINT * 1000000
         )::BIGINT AS limit_value,
         (e.prd_days::BIGINT * 1000000)::BIGINT AS found_value
  FROM net_line e
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  LEFT JOIN (
      SELECT dg.mdtrt_id,
             bool_or(
               dd.code LIKE 'F03%' OR dd.code LIKE 'F01%' OR dd.code LIKE 'G30%' OR dd.code LIKE 'H40%'
               OR dd.code LIKE 'N40%' OR dd.code LIKE 'Z94%' OR dd.code LIKE 'C%' OR dd.code LIKE 'M10%'
               OR dd.code LIKE 'M81%' OR dd.code LIKE 'M80%' OR dd.code LIKE 'M45%' OR dd.code LIKE 'M32%'
               OR dd.code LIKE 'M06%' OR dd.code LIKE 'M05%' OR dd.code LIKE 'F33%' OR dd.code LIKE 'F32%'
               OR dd.code LIKE 'F31%' OR dd.code LIKE 'F20%' OR dd.code LIKE 'G40%' OR dd.code LIKE 'G20%'
               OR dd.code LIKE 'K74%' OR dd.code LIKE 'B18%' OR dd.code LIKE 'N18%' OR dd.code LIKE 'J45%'
               OR dd.code LIKE 'J44%' OR dd.code LIKE 'E78%' OR dd.code LIKE 'E14%' OR dd.code LIKE 'E13%'
               OR dd.code LIKE 'E12%' OR dd.code LIKE 'E11%' OR dd.code LIKE 'E10%' OR dd.code LIKE 'E05%'
               OR dd.code LIKE 'E03%' OR dd.code LIKE 'I69%' OR dd.code LIKE 'I50%' OR dd.code LIKE 'I48%'
               OR dd.code LIKE 'I25%' OR dd.code LIKE 'I20%' OR dd.code LIKE 'I15%' OR dd.code LIKE 'I13%'
               OR dd.code LIKE 'I12%' OR dd.code LIKE 'I11%' OR dd.code LIKE 'I10%'
             ) AS v
      FROM s_diag dg
      JOIN x_dx dd ON dd.id = dg.dx
      GROUP BY dg.mdtrt_id
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id
  LEFT JOIN x_code code2 ON code2.id = e.med_chrgitm_type
  WHERE (
      (
        (
          code1.code LIKE '81%' OR code1.code LIKE '51%' OR code1.code LIKE '19%' OR code1.code LIKE '16%'
          OR code1.code LIKE '15%' OR code1.code LIKE '13%' OR code1.code LIKE '12%' OR code1.code LIKE '11%'
        )
        OR code1.code LIKE '14%'
      )
      OR code1.code LIKE '41%'
    )
    AND code2.code IN ('11', '09')
    AND e.prd_days IS NOT NULL
    AND e.prd_days >
          CASE
            WHEN CASE
                   WHEN e.psn_no IS NULL
                        OR hj_day(e.fee_ocur_time) IS NULL
                        OR (SELECT count(*) FROM lk_long_rx) = 0 THEN NULL
                   ELSE EXISTS(
                          SELECT 1
                          FROM lk_long_rx w
                          WHERE w.psn_no = e.psn_no
                            AND (w."b" IS NULL OR w."b" <= hj_day(e.fee_ocur_time))
                            AND (w."e" IS NULL OR hj_day(e.fee_ocur_time) <= w."e")
                        )
                 END
                 OR CASE
                       WHEN e.psn_no IS NULL
                            OR hj_day(e.fee_ocur_time) IS NULL
                            OR (SELECT count(*) FROM lk_long_rx) = 0 THEN NULL
                       ELSE EXISTS(
                              SELECT 1
                              FROM lk_long_rx w
                              WHERE w.psn_no = e.psn_no
                                AND (w."b" IS NULL OR w."b" <= hj_day(e.fee_ocur_time))
                                AND (w."e" IS NULL OR hj_day(e.fee_ocur_time) <= w."e")
                            )
                     END IS NULL THEN (
                       SELECT arg_min_null(w."days", w.row)
                       FROM kx_rx_days_kind_code w0
                       JOIN k_rx_days w ON w.row = w0.row
                       WHERE w0.id = coalesce((SELECT id FROM x_code WHERE code = 'long'), -1)
                     )
            ELSE CASE
                   WHEN code1.code LIKE '13%' THEN (
                          SELECT arg_min_null(w."days", w.row)
                          FROM kx_rx_days_kind_code w0
                          JOIN k_rx_days w ON w.row = w0.row
                          WHERE w0.id = coalesce((SELECT id FROM x_code WHERE code = 'emergency'), -1)
                        )
                   ELSE CASE
                          WHEN code1.code LIKE '14%'
                               OR sub1.v THEN (
                                     SELECT arg_min_null(w."days", w.row)
                                     FROM kx_rx_days_kind_code w0
                                     JOIN k_rx_days w ON w.row = w0.row
                                     WHERE w0.id = coalesce(
                                         (SELECT id FROM x_code WHERE code = 'chronic'), -1
                                       )
                                   )
                          ELSE (
                                 SELECT arg_min_null(w."days", w.row)
                                 FROM kx_rx_days_kind_code w0
                                 JOIN k_rx_days w ON w.row = w0.row
                                 WHERE w0.id = coalesce((SELECT id FROM x_code WHERE code = 'ordinary'), -1)
                               )
                        END
                 END
          END
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
       '明确' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN x_person person1 ON person1.id = found.owner
LEFT JOIN x_code code3 ON code3.id = e.med_type
LEFT JOIN (
    SELECT dg.mdtrt_id,
           bool_or(
             dd.code LIKE 'F03%' OR dd.code LIKE 'F01%' OR dd.code LIKE 'G30%' OR dd.code LIKE 'H40%'
             OR dd.code LIKE 'N40%' OR dd.code LIKE 'Z94%' OR dd.code LIKE 'C%' OR dd.code LIKE 'M10%'
             OR dd.code LIKE 'M81%' OR dd.code LIKE 'M80%' OR dd.code LIKE 'M45%' OR dd.code LIKE 'M32%'
             OR dd.code LIKE 'M06%' OR dd.code LIKE 'M05%' OR dd.code LIKE 'F33%' OR dd.code LIKE 'F32%'
             OR dd.code LIKE 'F31%' OR dd.code LIKE 'F20%' OR dd.code LIKE 'G40%' OR dd.code LIKE 'G20%'
             OR dd.code LIKE 'K74%' OR dd.code LIKE 'B18%' OR dd.code LIKE 'N18%' OR dd.code LIKE 'J45%'
             OR dd.code LIKE 'J44%' OR dd.code LIKE 'E78%' OR dd.code LIKE 'E14%' OR dd.code LIKE 'E13%'
             OR dd.code LIKE 'E12%' OR dd.code LIKE 'E11%' OR dd.code LIKE 'E10%' OR dd.code LIKE 'E05%'
             OR dd.code LIKE 'E03%' OR dd.code LIKE 'I69%' OR dd.code LIKE 'I50%' OR dd.code LIKE 'I48%'
             OR dd.code LIKE 'I25%' OR dd.code LIKE 'I20%' OR dd.code LIKE 'I15%' OR dd.code LIKE 'I13%'
             OR dd.code LIKE 'I12%' OR dd.code LIKE 'I11%' OR dd.code LIKE 'I10%'
           ) AS v
    FROM s_diag dg
    JOIN x_dx dd ON dd.id = dg.dx
    GROUP BY dg.mdtrt_id
  ) sub2
  ON sub2.mdtrt_id = e.mdtrt_id
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01'
  AND (
        (e.prd_days::BIGINT * 10000) <= hj_mul(
          hj_ceil(
            CASE
              WHEN CASE
                     WHEN e.psn_no IS NULL
                          OR hj_day(e.fee_ocur_time) IS NULL
                          OR (SELECT count(*) FROM lk_long_rx) = 0 THEN NULL
                     ELSE EXISTS(
                            SELECT 1
                            FROM lk_long_rx w
                            WHERE w.psn_no = e.psn_no
                              AND (w."b" IS NULL OR w."b" <= hj_day(e.fee_ocur_time))
                              AND (w."e" IS NULL OR hj_day(e.fee_ocur_time) <= w."e")
                          )
                   END
                   OR CASE
                         WHEN e.psn_no IS NULL
                              OR hj_day(e.fee_ocur_time) IS NULL
                              OR (SELECT count(*) FROM lk_long_rx) = 0 THEN NULL
                         ELSE EXISTS(
                                SELECT 1
                                FROM lk_long_rx w
                                WHERE w.psn_no = e.psn_no
                                  AND (w."b" IS NULL OR w."b" <= hj_day(e.fee_ocur_time))
                                  AND (w."e" IS NULL OR hj_day(e.fee_ocur_time) <= w."e")
                              )
                       END IS NULL THEN (
                         SELECT arg_min_null(w."days", w.row)
                         FROM kx_rx_days_kind_code w0
                         JOIN k_rx_days w ON w.row = w0.row
                         WHERE w0.id = coalesce((SELECT id FROM x_code WHERE code = 'long'), -1)
                       )
              ELSE CASE
                     WHEN code3.code LIKE '13%' THEN (
                            SELECT arg_min_null(w."days", w.row)
                            FROM kx_rx_days_kind_code w0
                            JOIN k_rx_days w ON w.row = w0.row
                            WHERE w0.id = coalesce((SELECT id FROM x_code WHERE code = 'emergency'), -1)
                          )
                     ELSE CASE
                            WHEN code3.code LIKE '14%'
                                 OR sub2.v THEN (
                                       SELECT arg_min_null(w."days", w.row)
                                       FROM kx_rx_days_kind_code w0
                                       JOIN k_rx_days w ON w.row = w0.row
                                       WHERE w0.id = coalesce(
                                           (SELECT id FROM x_code WHERE code = 'chronic'), -1
                                         )
                                     )
                            ELSE (
                                   SELECT arg_min_null(w."days", w.row)
                                   FROM kx_rx_days_kind_code w0
                                   JOIN k_rx_days w ON w.row = w0.row
                                   WHERE w0.id = coalesce((SELECT id FROM x_code WHERE code = 'ordinary'), -1)
                                 )
                          END
                   END
            END::BIGINT * 10000,
            CASE
              WHEN e.hilist_code IS NULL THEN NULL
              ELSE (
                     SELECT arg_min_null(w."pack_days", w.row)
                     FROM kx_drug_hilist_code_item w0
                     JOIN k_drug w ON w.row = w0.row
                     WHERE w0.id = e.hilist_code
                   )
            END
          ),
          CASE
            WHEN e.hilist_code IS NULL THEN NULL
            ELSE (
                   SELECT arg_min_null(w."pack_days", w.row)
                   FROM kx_drug_hilist_code_item w0
                   JOIN k_drug w ON w.row = w0.row
                   WHERE w0.id = e.hilist_code
                 )
          END
        )
      ) IS NOT TRUE;
