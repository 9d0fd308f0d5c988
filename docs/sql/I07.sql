-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- I07 违规支付（重算不符）
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，limit_value 限额，found_value 查出的值，rank 同一时刻的先后
events AS (
  SELECT e.rank::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner,
         e.rank::BIGINT AS rank,
         hj_mul(
           CASE
             WHEN (e.inscp_amt - e.act_pay_dedc) IS NOT NULL THEN greatest(0, e.inscp_amt - e.act_pay_dedc)
           END,
           CASE
             WHEN code1.code LIKE '52%'
                  OR code1.code LIKE '27%'
                  OR code1.code LIKE '26%'
                  OR code1.code LIKE '25%'
                  OR code1.code LIKE '24%'
                  OR code1.code LIKE '23%'
                  OR code1.code LIKE '22%'
                  OR code1.code LIKE '21%' THEN
                        CASE
                          WHEN inst1.level = 3 THEN
                                 CASE
                                   WHEN e.insutype IS NULL OR hj_day(e.setl_time) IS NULL THEN NULL
                                   ELSE (
                                          SELECT arg_min_null(w."ratio", w.row)
                                          FROM kx_pay_policy_insutype_code w0
                                          JOIN k_pay_policy w ON w.row = w0.row
                                          WHERE w0.id = e.insutype
                                            AND w."grp" = coalesce(
                                                  (SELECT id FROM x_code WHERE code = 'stay3'), -1
                                                )
                                            AND (w.valid_from IS NULL OR w.valid_from <= hj_day(e.setl_time))
                                            AND (w.valid_to IS NULL OR hj_day(e.setl_time) <= w.valid_to)
                                        )
                                 END
                          ELSE CASE
                                 WHEN inst1.level = 2 THEN
                                        CASE
                                          WHEN e.insutype IS NULL OR hj_day(e.setl_time) IS NULL THEN NULL
                                          ELSE (
                                                 SELECT arg_min_null(w."ratio", w.row)
                                                 FROM kx_pay_policy_insutype_code w0
                                                 JOIN k_pay_policy w ON w.row = w0.row
                                                 WHERE w0.id = e.insutype
                                                   AND w."grp" = coalesce(
                                                         (SELECT id FROM x_code WHERE code = 'stay2'), -1
                                                       )
                                                   AND (
                                                         w.valid_from IS NULL
                                                         OR w.valid_from <= hj_day(e.setl_time)
                                                       )
                                                   AND (
                                                         w.valid_to IS NULL
                                                         OR hj_day(e.setl_time) <= w.valid_to
                                                       )
                                               )
                                        END
                                 ELSE CASE
                                        WHEN e.insutype IS NULL OR hj_day(e.setl_time) IS NULL THEN NULL
                                        ELSE (
                                               SELECT arg_min_null(w."ratio", w.row)
                                               FROM kx_pay_policy_insutype_code w0
                                               JOIN k_pay_policy w ON w.row = w0.row
                                               WHERE w0.id = e.insutype
                                                 AND w."grp" = coalesce(
                                                       (SELECT id FROM x_code WHERE code = 'stay1'), -1
                                                     )
                                                 AND (
                                                       w.valid_from IS NULL
                                                       OR w.valid_from <= hj_day(e.setl_time)
                                                     )
                                                 AND (w.valid_to IS NULL OR hj_day(e.setl_time) <= w.valid_to)
                                             )
                                      END
                               END
                        END
             ELSE CASE
                    WHEN code1.code LIKE '14%' THEN
                           CASE
                             WHEN e.insutype IS NULL OR hj_day(e.setl_time) IS NULL THEN NULL
                             ELSE (
                                    SELECT arg_min_null(w."ratio", w.row)
                                    FROM kx_pay_policy_insutype_code w0
                                    JOIN k_pay_policy w ON w.row = w0.row
                                    WHERE w0.id = e.insutype
                                      AND w."grp" = coalesce(
                                            (SELECT id FROM x_code WHERE code = 'chronic'), -1
                                          )
                                      AND (w.valid_from IS NULL OR w.valid_from <= hj_day(e.setl_time))
                                      AND (w.valid_to IS NULL OR hj_day(e.setl_time) <= w.valid_to)
                                  )
                           END
                    ELSE CASE
                           WHEN e.insutype IS NULL OR hj_day(e.setl_time) IS NULL THEN NULL
                           ELSE (
                                  SELECT arg_min_null(w."ratio", w.row)
                                  FROM kx_pay_policy_insutype_code w0
                                  JOIN k_pay_policy w ON w.row = w0.row
                                  WHERE w0.id = e.insutype
                                    AND w."grp" = coalesce((SELECT id FROM x_code WHERE code = 'out'), -1)
                                    AND (w.valid_from IS NULL OR w.valid_from <= hj_day(e.setl_time))
                                    AND (w.valid_to IS NULL OR hj_day(e.setl_time) <= w.valid_to)
                                )
                         END
                  END
           END
         )::BIGINT AS limit_value,
         (e.hifp_pay::BIGINT * 10000)::BIGINT AS found_value
  FROM s_settlement e
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  WHERE e.void IS DISTINCT FROM 1
    AND (
          (
            (
              (
                code1.code LIKE '52%' OR code1.code LIKE '27%' OR code1.code LIKE '26%'
                OR code1.code LIKE '25%' OR code1.code LIKE '24%' OR code1.code LIKE '23%'
                OR code1.code LIKE '22%' OR code1.code LIKE '21%'
              )
              OR code1.code LIKE '14%'
            )
            OR (
                  code1.code LIKE '81%' OR code1.code LIKE '51%' OR code1.code LIKE '19%'
                  OR code1.code LIKE '16%' OR code1.code LIKE '15%' OR code1.code LIKE '13%'
                  OR code1.code LIKE '12%' OR code1.code LIKE '11%'
                )
          )
          OR code1.code LIKE '41%'
        )
    AND e.hifp_pay IS NOT NULL
    AND e.act_pay_dedc IS NOT NULL
    AND e.inscp_amt > 0
    AND abs(
          (e.hifp_pay::BIGINT * 10000) - hj_mul(
            CASE
              WHEN (e.inscp_amt - e.act_pay_dedc) IS NOT NULL THEN greatest(0, e.inscp_amt - e.act_pay_dedc)
            END,
            CASE
              WHEN code1.code LIKE '52%'
                   OR code1.code LIKE '27%'
                   OR code1.code LIKE '26%'
                   OR code1.code LIKE '25%'
                   OR code1.code LIKE '24%'
                   OR code1.code LIKE '23%'
                   OR code1.code LIKE '22%'
                   OR code1.code LIKE '21%' THEN
                         CASE
                           WHEN inst1.level = 3 THEN
                                  CASE
                                    WHEN e.insutype IS NULL OR hj_day(e.setl_time) IS NULL THEN NULL
                                    ELSE (
                                           SELECT arg_min_null(w."ratio", w.row)
                                           FROM kx_pay_policy_insutype_code w0
                                           JOIN k_pay_policy w ON w.row = w0.row
                                           WHERE w0.id = e.insutype
                                             AND w."grp" = coalesce(
                                                   (SELECT id FROM x_code WHERE code = 'stay3'), -1
                                                 )
                                             AND (w.valid_from IS NULL OR w.valid_from <= hj_day(e.setl_time))
                                             AND (w.valid_to IS NULL OR hj_day(e.setl_time) <= w.valid_to)
                                         )
                                  END
                           ELSE CASE
                                  WHEN inst1.level = 2 THEN
                                         CASE
                                           WHEN e.insutype IS NULL OR hj_day(e.setl_time) IS NULL THEN NULL
                                           ELSE (
                                                  SELECT arg_min_null(w."ratio", w.row)
                                                  FROM kx_pay_policy_insutype_code w0
                                                  JOIN k_pay_policy w ON w.row = w0.row
                                                  WHERE w0.id = e.insutype
                                                    AND w."grp" = coalesce(
                                                          (SELECT id FROM x_code WHERE code = 'stay2'), -1
                                                        )
                                                    AND (
                                                          w.valid_from IS NULL
                                                          OR w.valid_from <= hj_day(e.setl_time)
                                                        )
                                                    AND (
                                                          w.valid_to IS NULL
                                                          OR hj_day(e.setl_time) <= w.valid_to
                                                        )
                                                )
                                         END
                                  ELSE CASE
                                         WHEN e.insutype IS NULL OR hj_day(e.setl_time) IS NULL THEN NULL
                                         ELSE (
                                                SELECT arg_min_null(w."ratio", w.row)
                                                FROM kx_pay_policy_insutype_code w0
                                                JOIN k_pay_policy w ON w.row = w0.row
                                                WHERE w0.id = e.insutype
                                                  AND w."grp" = coalesce(
                                                        (SELECT id FROM x_code WHERE code = 'stay1'), -1
                                                      )
                                                  AND (
                                                        w.valid_from IS NULL
                                                        OR w.valid_from <= hj_day(e.setl_time)
                                                      )
                                                  AND (
                                                        w.valid_to IS NULL
                                                        OR hj_day(e.setl_time) <= w.valid_to
                                                      )
                                              )
                                       END
                                END
                         END
              ELSE CASE
                     WHEN code1.code LIKE '14%' THEN
                            CASE
                              WHEN e.insutype IS NULL OR hj_day(e.setl_time) IS NULL THEN NULL
                              ELSE (
                                     SELECT arg_min_null(w."ratio", w.row)
                                     FROM kx_pay_policy_insutype_code w0
                                     JOIN k_pay_policy w ON w.row = w0.row
                                     WHERE w0.id = e.insutype
                                       AND w."grp" = coalesce(
                                             (SELECT id FROM x_code WHERE code = 'chronic'), -1
                                           )
                                       AND (w.valid_from IS NULL OR w.valid_from <= hj_day(e.setl_time))
                                       AND (w.valid_to IS NULL OR hj_day(e.setl_time) <= w.valid_to)
                                   )
                            END
                     ELSE CASE
                            WHEN e.insutype IS NULL OR hj_day(e.setl_time) IS NULL THEN NULL
                            ELSE (
                                   SELECT arg_min_null(w."ratio", w.row)
                                   FROM kx_pay_policy_insutype_code w0
                                   JOIN k_pay_policy w ON w.row = w0.row
                                   WHERE w0.id = e.insutype
                                     AND w."grp" = coalesce((SELECT id FROM x_code WHERE code = 'out'), -1)
                                     AND (w.valid_from IS NULL OR w.valid_from <= hj_day(e.setl_time))
                                     AND (w.valid_to IS NULL OR hj_day(e.setl_time) <= w.valid_to)
                                 )
                          END
                   END
            END
          )
        ) > 1000000
    AND e.psn_no IS NOT NULL
),
-- 查出的
found AS (
  SELECT row_id, owner, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT person1.code AS owner_id,
       'setl:' || coalesce(setl1.code, '?') AS event_id,
       hj_on(e.setl_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '明确' AS class
FROM found
JOIN s_settlement e ON e.rank = found.row_id
LEFT JOIN x_person person1 ON person1.id = found.owner
LEFT JOIN x_setl setl1 ON setl1.id = e.setl_id
WHERE hj_on(e.setl_time) >= DATE '2021-05-01';
