-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- H03 医师停诊或无资质期间开单
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，limit_value 限额，found_value 查出的值
events AS (
  SELECT e.no::BIGINT AS row_id,
         e.bilg_dr_code::BIGINT AS owner,
         NULL::BIGINT AS limit_value,
         NULL::BIGINT AS found_value
  FROM net_line e
  WHERE e.bilg_dr_code IS NOT NULL
    AND (
          CASE
            WHEN e.bilg_dr_code IS NULL
                 OR hj_day(e.fee_ocur_time) IS NULL
                 OR (SELECT count(*) FROM lk_dr_suspension) = 0 THEN NULL
            ELSE EXISTS(
                   SELECT 1
                   FROM lk_dr_suspension w
                   WHERE w.dr_code = e.bilg_dr_code
                     AND (w."b" IS NULL OR w."b" <= hj_day(e.fee_ocur_time))
                     AND (w."e" IS NULL OR hj_day(e.fee_ocur_time) <= w."e")
                 )
          END
          OR CASE
                WHEN e.bilg_dr_code IS NULL OR (SELECT count(*) FROM lk_practice) = 0 THEN NULL
                ELSE EXISTS(SELECT 1 FROM lk_practice w WHERE w.dr_code = e.bilg_dr_code)
              END
              AND NOT
                    CASE
                      WHEN e.bilg_dr_code IS NULL
                           OR hj_day(e.fee_ocur_time) IS NULL
                           OR (SELECT count(*) FROM lk_practice) = 0 THEN NULL
                      ELSE EXISTS(
                             SELECT 1
                             FROM lk_practice w
                             WHERE w.dr_code = e.bilg_dr_code
                               AND (w."b" IS NULL OR w."b" <= hj_day(e.fee_ocur_time))
                               AND (w."e" IS NULL OR hj_day(e.fee_ocur_time) <= w."e")
                           )
                    END
              AND NOT
                    CASE
                      WHEN e.bilg_dr_code IS NULL
                           OR (hj_day(e.fee_ocur_time) + 30) IS NULL
                           OR (SELECT count(*) FROM lk_practice) = 0 THEN NULL
                      ELSE EXISTS(
                             SELECT 1
                             FROM lk_practice w
                             WHERE w.dr_code = e.bilg_dr_code
                               AND (w."b" IS NULL OR w."b" <= hj_day(e.fee_ocur_time) + 30)
                               AND (w."e" IS NULL OR (hj_day(e.fee_ocur_time) + 30) <= w."e")
                           )
                    END
        )
    AND e.bilg_dr_code IS NOT NULL
),
-- 查出的
found AS (
  SELECT row_id, owner, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT doctor1.code AS owner_id,
       'line:' || e.bkkp_sn AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       CASE
         WHEN CASE
                WHEN e.bilg_dr_code IS NULL
                     OR hj_day(e.fee_ocur_time) IS NULL
                     OR (SELECT count(*) FROM lk_dr_suspension) = 0 THEN NULL
                ELSE EXISTS(
                       SELECT 1
                       FROM lk_dr_suspension w
                       WHERE w.dr_code = e.bilg_dr_code
                         AND (w."b" IS NULL OR w."b" <= hj_day(e.fee_ocur_time))
                         AND (w."e" IS NULL OR hj_day(e.fee_ocur_time) <= w."e")
                     )
              END THEN '明确'
         ELSE '高疑'
       END AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN x_doctor doctor1 ON doctor1.id = found.owner
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01';
