-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- A07 中止或无协议期间结算
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，limit_value 限额，found_value 查出的值，rank 同一时刻的先后
events AS (
  SELECT e.rank::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner,
         e.rank::BIGINT AS rank,
         NULL::BIGINT AS limit_value,
         NULL::BIGINT AS found_value
  FROM s_settlement e
  LEFT JOIN s_visit visit1 ON visit1.mdtrt_id = e.mdtrt_id
  WHERE e.void IS DISTINCT FROM 1
    AND e.fund_pay_sumamt > 0
    AND (
          CASE
            WHEN e.fixmedins_code IS NULL OR (SELECT count(*) FROM lk_contract) = 0 THEN NULL
            ELSE EXISTS(SELECT 1 FROM lk_contract w WHERE w.fixmedins_code = e.fixmedins_code)
          END
          AND NOT
                CASE
                  WHEN e.fixmedins_code IS NULL
                       OR hj_day(e.setl_time) IS NULL
                       OR (SELECT count(*) FROM lk_contract) = 0 THEN NULL
                  ELSE EXISTS(
                         SELECT 1
                         FROM lk_contract w
                         WHERE w.fixmedins_code = e.fixmedins_code
                           AND (w."b" IS NULL OR w."b" <= hj_day(e.setl_time))
                           AND (w."e" IS NULL OR hj_day(e.setl_time) <= w."e")
                       )
                END
          OR (
                CASE
                  WHEN e.fixmedins_code IS NULL
                       OR hj_day(e.setl_time) IS NULL
                       OR (SELECT count(*) FROM lk_suspension) = 0 THEN NULL
                  ELSE EXISTS(
                         SELECT 1
                         FROM lk_suspension w
                         WHERE w.fixmedins_code = e.fixmedins_code
                           AND (w."b" IS NULL OR w."b" <= hj_day(e.setl_time))
                           AND (w."e" IS NULL OR hj_day(e.setl_time) <= w."e")
                       )
                END
                OR CASE
                      WHEN e.fixmedins_code IS NULL
                           OR coalesce(visit1.dscg_dept_codg, visit1.adm_dept_codg) IS NULL
                           OR hj_day(e.setl_time) IS NULL
                           OR (SELECT count(*) FROM lk_dept_suspension) = 0 THEN NULL
                      ELSE EXISTS(
                             SELECT 1
                             FROM lk_dept_suspension w
                             WHERE w.fixmedins_code = e.fixmedins_code
                               AND w.dept = coalesce(visit1.dscg_dept_codg, visit1.adm_dept_codg)
                               AND (w."b" IS NULL OR w."b" <= hj_day(e.setl_time))
                               AND (w."e" IS NULL OR hj_day(e.setl_time) <= w."e")
                           )
                    END
              )
        )
    AND e.fixmedins_code IS NOT NULL
),
-- 查出的
found AS (
  SELECT row_id, owner, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT inst1.code AS owner_id,
       'setl:' || coalesce(setl1.code, '?') AS event_id,
       hj_on(e.setl_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '明确' AS class
FROM found
JOIN s_settlement e ON e.rank = found.row_id
LEFT JOIN x_inst inst1 ON inst1.id = found.owner
LEFT JOIN x_setl setl1 ON setl1.id = e.setl_id
LEFT JOIN x_code code1 ON code1.id = e.med_type
LEFT JOIN s_visit visit2 ON visit2.mdtrt_id = e.mdtrt_id
WHERE hj_on(e.setl_time) >= DATE '2021-05-01'
  AND (
        (
          code1.code LIKE '52%' OR code1.code LIKE '27%' OR code1.code LIKE '26%' OR code1.code LIKE '25%'
          OR code1.code LIKE '24%' OR code1.code LIKE '23%' OR code1.code LIKE '22%' OR code1.code LIKE '21%'
        )
        AND (
              CASE
                WHEN e.fixmedins_code IS NULL
                     OR hj_day(e.setl_time) IS NULL
                     OR (SELECT count(*) FROM lk_suspension) = 0 THEN NULL
                ELSE EXISTS(
                       SELECT 1
                       FROM lk_suspension w
                       WHERE w.fixmedins_code = e.fixmedins_code
                         AND (w."b" IS NULL OR w."b" <= hj_day(e.setl_time))
                         AND (w."e" IS NULL OR hj_day(e.setl_time) <= w."e")
                     )
              END
              OR CASE
                    WHEN e.fixmedins_code IS NULL
                         OR coalesce(visit2.dscg_dept_codg, visit2.adm_dept_codg) IS NULL
                         OR hj_day(e.setl_time) IS NULL
                         OR (SELECT count(*) FROM lk_dept_suspension) = 0 THEN NULL
                    ELSE EXISTS(
                           SELECT 1
                           FROM lk_dept_suspension w
                           WHERE w.fixmedins_code = e.fixmedins_code
                             AND w.dept = coalesce(visit2.dscg_dept_codg, visit2.adm_dept_codg)
                             AND (w."b" IS NULL OR w."b" <= hj_day(e.setl_time))
                             AND (w."e" IS NULL OR hj_day(e.setl_time) <= w."e")
                         )
                  END
            )
        AND NOT (
              CASE
                WHEN e.fixmedins_code IS NULL OR (SELECT count(*) FROM lk_contract) = 0 THEN NULL
                ELSE EXISTS(SELECT 1 FROM lk_contract w WHERE w.fixmedins_code = e.fixmedins_code)
              END
              AND NOT
                    CASE
                      WHEN e.fixmedins_code IS NULL
                           OR hj_day(e.setl_time) IS NULL
                           OR (SELECT count(*) FROM lk_contract) = 0 THEN NULL
                      ELSE EXISTS(
                             SELECT 1
                             FROM lk_contract w
                             WHERE w.fixmedins_code = e.fixmedins_code
                               AND (w."b" IS NULL OR w."b" <= hj_day(e.setl_time))
                               AND (w."e" IS NULL OR hj_day(e.setl_time) <= w."e")
                           )
                    END
            )
        AND (
              (
                CASE
                  WHEN e.fixmedins_code IS NULL
                       OR e.begndate IS NULL
                       OR (SELECT count(*) FROM lk_suspension) = 0 THEN NULL
                  ELSE EXISTS(
                         SELECT 1
                         FROM lk_suspension w
                         WHERE w.fixmedins_code = e.fixmedins_code
                           AND (w."b" IS NULL OR w."b" <= e.begndate)
                           AND (w."e" IS NULL OR e.begndate <= w."e")
                       )
                END
                OR CASE
                      WHEN e.fixmedins_code IS NULL
                           OR coalesce(visit2.dscg_dept_codg, visit2.adm_dept_codg) IS NULL
                           OR e.begndate IS NULL
                           OR (SELECT count(*) FROM lk_dept_suspension) = 0 THEN NULL
                      ELSE EXISTS(
                             SELECT 1
                             FROM lk_dept_suspension w
                             WHERE w.fixmedins_code = e.fixmedins_code
                               AND w.dept = coalesce(visit2.dscg_dept_codg, visit2.adm_dept_codg)
                               AND (w."b" IS NULL OR w."b" <= e.begndate)
                               AND (w."e" IS NULL OR e.begndate <= w."e")
                           )
                    END
              ) IS NULL
              OR NOT (
                    CASE
                      WHEN e.fixmedins_code IS NULL
                           OR e.begndate IS NULL
                           OR (SELECT count(*) FROM lk_suspension) = 0 THEN NULL
                      ELSE EXISTS(
                             SELECT 1
                             FROM lk_suspension w
                             WHERE w.fixmedins_code = e.fixmedins_code
                               AND (w."b" IS NULL OR w."b" <= e.begndate)
                               AND (w."e" IS NULL OR e.begndate <= w."e")
                           )
                    END
                    OR CASE
                          WHEN e.fixmedins_code IS NULL
                               OR coalesce(visit2.dscg_dept_codg, visit2.adm_dept_codg) IS NULL
                               OR e.begndate IS NULL
                               OR (SELECT count(*) FROM lk_dept_suspension) = 0 THEN NULL
                          ELSE EXISTS(
                                 SELECT 1
                                 FROM lk_dept_suspension w
                                 WHERE w.fixmedins_code = e.fixmedins_code
                                   AND w.dept = coalesce(visit2.dscg_dept_codg, visit2.adm_dept_codg)
                                   AND (w."b" IS NULL OR w."b" <= e.begndate)
                                   AND (w."e" IS NULL OR e.begndate <= w."e")
                               )
                        END
                  )
            )
        AND (
              (
                CASE
                  WHEN e.fixmedins_code IS NULL
                       OR (hj_day(e.setl_time) - 7) IS NULL
                       OR (SELECT count(*) FROM lk_suspension) = 0 THEN NULL
                  ELSE EXISTS(
                         SELECT 1
                         FROM lk_suspension w
                         WHERE w.fixmedins_code = e.fixmedins_code
                           AND (w."b" IS NULL OR w."b" <= hj_day(e.setl_time) - 7)
                           AND (w."e" IS NULL OR (hj_day(e.setl_time) - 7) <= w."e")
                       )
                END
                OR CASE
                      WHEN e.fixmedins_code IS NULL
                           OR coalesce(visit2.dscg_dept_codg, visit2.adm_dept_codg) IS NULL
                           OR (hj_day(e.setl_time) - 7) IS NULL
                           OR (SELECT count(*) FROM lk_dept_suspension) = 0 THEN NULL
                      ELSE EXISTS(
                             SELECT 1
                             FROM lk_dept_suspension w
                             WHERE w.fixmedins_code = e.fixmedins_code
                               AND w.dept = coalesce(visit2.dscg_dept_codg, visit2.adm_dept_codg)
                               AND (w."b" IS NULL OR w."b" <= hj_day(e.setl_time) - 7)
                               AND (w."e" IS NULL OR (hj_day(e.setl_time) - 7) <= w."e")
                           )
                    END
              ) IS NULL
              OR NOT (
                    CASE
                      WHEN e.fixmedins_code IS NULL
                           OR (hj_day(e.setl_time) - 7) IS NULL
                           OR (SELECT count(*) FROM lk_suspension) = 0 THEN NULL
                      ELSE EXISTS(
                             SELECT 1
                             FROM lk_suspension w
                             WHERE w.fixmedins_code = e.fixmedins_code
                               AND (w."b" IS NULL OR w."b" <= hj_day(e.setl_time) - 7)
                               AND (w."e" IS NULL OR (hj_day(e.setl_time) - 7) <= w."e")
                           )
                    END
                    OR CASE
                          WHEN e.fixmedins_code IS NULL
                               OR coalesce(visit2.dscg_dept_codg, visit2.adm_dept_codg) IS NULL
                               OR (hj_day(e.setl_time) - 7) IS NULL
                               OR (SELECT count(*) FROM lk_dept_suspension) = 0 THEN NULL
                          ELSE EXISTS(
                                 SELECT 1
                                 FROM lk_dept_suspension w
                                 WHERE w.fixmedins_code = e.fixmedins_code
                                   AND w.dept = coalesce(visit2.dscg_dept_codg, visit2.adm_dept_codg)
                                   AND (w."b" IS NULL OR w."b" <= hj_day(e.setl_time) - 7)
                                   AND (w."e" IS NULL OR (hj_day(e.setl_time) - 7) <= w."e")
                               )
                        END
                  )
            )
      ) IS NOT TRUE;
