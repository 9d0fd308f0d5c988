-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- B20 人证核查不在院
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
  FROM s_check e
  LEFT JOIN s_visit visit1 ON visit1.mdtrt_id = e.mdtrt_id
  LEFT JOIN x_code code1 ON code1.id = e.result
  WHERE code1.code = 'away'
    AND hj_day(e.check_time) > visit1.begndate
    AND hj_day(e.check_time) < visit1.enddate
    AND e.psn_no IS NOT NULL
    AND e.mdtrt_id IS NOT NULL
),
-- 查出的
found AS (
  SELECT row_id, owner1, owner2, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, visit2.code) AS owner_id,
       'check:' || coalesce(text1.code, '?') AS event_id,
       hj_on(e.check_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       CASE
         WHEN CASE
                WHEN e.mdtrt_id IS NULL THEN NULL
                WHEN sub1.n IS NULL THEN 0::BIGINT
                ELSE sub1.v
              END >= 2 THEN '明确'
         ELSE '高疑'
       END AS class
FROM found
JOIN s_check e ON e.rank = found.row_id
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN x_visit visit2 ON visit2.id = found.owner2
LEFT JOIN x_text text1 ON text1.id = e.check_id
LEFT JOIN (
    SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
           count(DISTINCT hj_day(i0.check_time)) AS v
    FROM s_check i0
    LEFT JOIN x_code code2 ON code2.id = i0.result
    LEFT JOIN s_visit visit3 ON visit3.mdtrt_id = i0.mdtrt_id
    WHERE code2.code = 'away'
      AND hj_day(i0.check_time) > visit3.begndate
      AND hj_day(i0.check_time) < visit3.enddate
      AND (
            CASE
              WHEN i0.psn_no IS NULL
                   OR hj_day(i0.check_time) IS NULL
                   OR (SELECT count(*) FROM lk_leave) = 0 THEN NULL
              ELSE EXISTS(
                     SELECT 1
                     FROM lk_leave w
                     WHERE w.psn_no = i0.psn_no
                       AND (w."b" IS NULL OR w."b" <= hj_day(i0.check_time))
                       AND (w."e" IS NULL OR hj_day(i0.check_time) <= w."e")
                   )
            END IS NULL
            OR NOT
                  CASE
                    WHEN i0.psn_no IS NULL
                         OR hj_day(i0.check_time) IS NULL
                         OR (SELECT count(*) FROM lk_leave) = 0 THEN NULL
                    ELSE EXISTS(
                           SELECT 1
                           FROM lk_leave w
                           WHERE w.psn_no = i0.psn_no
                             AND (w."b" IS NULL OR w."b" <= hj_day(i0.check_time))
                             AND (w."e" IS NULL OR hj_day(i0.check_time) <= w."e")
                         )
                  END
          )
    GROUP BY 1, 2
  ) sub1
  ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
WHERE hj_on(e.check_time) >= DATE '2021-05-01'
  AND CASE
        WHEN e.psn_no IS NULL OR hj_day(e.check_time) IS NULL OR (SELECT count(*) FROM lk_leave) = 0 THEN NULL
        ELSE EXISTS(
               SELECT 1
               FROM lk_leave w
               WHERE w.psn_no = e.psn_no
                 AND (w."b" IS NULL OR w."b" <= hj_day(e.check_time))
                 AND (w."e" IS NULL OR hj_day(e.check_time) <= w."e")
             )
      END IS NOT TRUE;
