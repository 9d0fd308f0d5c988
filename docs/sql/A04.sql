-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- A04 参保待遇状态异常
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，limit_value 限额，found_value 查出的值，rank 同一时刻的先后
events AS (
  SELECT e.rank::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner,
         e.rank::BIGINT AS rank,
         NULL::BIGINT AS limit_value,
         NULL::BIGINT AS found_value
  FROM s_settlement e
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  LEFT JOIN s_visit visit1 ON visit1.mdtrt_id = e.mdtrt_id
  LEFT JOIN x_code code2 ON code2.id = visit1.nwb_flag
  LEFT JOIN s_person person1 ON person1.psn_no = e.psn_no
  WHERE e.void IS DISTINCT FROM 1
    AND e.fund_pay_sumamt > 0
    AND NOT
          CASE
            WHEN e.psn_no IS NULL
                 OR e.insutype IS NULL
                 OR CASE
                       WHEN code1.code LIKE '52%'
                            OR code1.code LIKE '27%'
                            OR code1.code LIKE '26%'
                            OR code1.code LIKE '25%'
                            OR code1.code LIKE '24%'
                            OR code1.code LIKE '23%'
                            OR code1.code LIKE '22%'
                            OR code1.code LIKE '21%' THEN e.begndate
                       ELSE hj_day(e.setl_time)
                     END IS NULL
                 OR (SELECT count(*) FROM lk_insurance) = 0 THEN NULL
            ELSE EXISTS(
                   SELECT 1
                   FROM lk_insurance w
                   WHERE w.psn_no = e.psn_no
                     AND w.insutype = e.insutype
                     AND (
                           w."b" IS NULL
                           OR w."b" <=
                                 CASE
                                   WHEN code1.code LIKE '52%'
                                        OR code1.code LIKE '27%'
                                        OR code1.code LIKE '26%'
                                        OR code1.code LIKE '25%'
                                        OR code1.code LIKE '24%'
                                        OR code1.code LIKE '23%'
                                        OR code1.code LIKE '22%'
                                        OR code1.code LIKE '21%' THEN e.begndate
                                   ELSE hj_day(e.setl_time)
                                 END
                         )
                     AND (
                           w."e" IS NULL
                           OR CASE
                                 WHEN code1.code LIKE '52%'
                                      OR code1.code LIKE '27%'
                                      OR code1.code LIKE '26%'
                                      OR code1.code LIKE '25%'
                                      OR code1.code LIKE '24%'
                                      OR code1.code LIKE '23%'
                                      OR code1.code LIKE '22%'
                                      OR code1.code LIKE '21%' THEN e.begndate
                                 ELSE hj_day(e.setl_time)
                               END <= w."e"
                         )
                 )
          END
    AND (code2.code = '1' OR (visit1.begndate - person1.brdy) <= 90) IS NOT TRUE
    AND e.psn_no IS NOT NULL
),
-- 查出的
found AS (
  SELECT row_id, owner, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT person2.code AS owner_id,
       'setl:' || coalesce(setl1.code, '?') AS event_id,
       hj_on(e.setl_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '明确' AS class
FROM found
JOIN s_settlement e ON e.rank = found.row_id
LEFT JOIN x_person person2 ON person2.id = found.owner
LEFT JOIN x_setl setl1 ON setl1.id = e.setl_id
WHERE hj_on(e.setl_time) >= DATE '2021-05-01';
