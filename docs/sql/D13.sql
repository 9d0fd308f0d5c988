-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- D13.dx 诊断与性别、年龄不符
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，limit_value 限额，found_value 查出的值
--   rank 同一时刻的先后
events AS (
  SELECT 0 AS clause,
         e.rank::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner1,
         e.mdtrt_id::BIGINT AS owner2,
         e.rank::BIGINT AS rank,
         NULL::BIGINT AS limit_value,
         NULL::BIGINT AS found_value
  FROM s_visit e
  LEFT JOIN s_person person1 ON person1.psn_no = e.psn_no
  LEFT JOIN x_code code1 ON code1.id = person1.gend
  LEFT JOIN x_code code2 ON code2.id = e.nwb_flag
  WHERE e.kind = 1
    AND CASE
          WHEN e.dx IS NULL THEN NULL
          ELSE EXISTS(
                 SELECT 1 FROM kx_dx_person_dx_dx w0 JOIN k_dx_person w ON w.row = w0.row WHERE w0.id = e.dx
               )
        END
    AND (
          (
            code1.code IN ('2', '1')
            AND (
                  CASE
                    WHEN e.dx IS NULL THEN NULL
                    ELSE (
                           SELECT arg_min_null(w."sex", w.row)
                           FROM kx_dx_person_dx_dx w0
                           JOIN k_dx_person w ON w.row = w0.row
                           WHERE w0.id = e.dx
                         )
                  END <> person1.gend
                )
            OR hj_age(person1.brdy, e.begndate) <
                  CASE
                    WHEN e.dx IS NULL THEN NULL
                    ELSE (
                           SELECT arg_min_null(w."min_y", w.row)
                           FROM kx_dx_person_dx_dx w0
                           JOIN k_dx_person w ON w.row = w0.row
                           WHERE w0.id = e.dx
                         )
                  END
          )
          OR hj_age(person1.brdy, e.begndate) >=
                CASE
                  WHEN e.dx IS NULL THEN NULL
                  ELSE (
                         SELECT arg_min_null(w."max_y", w.row)
                         FROM kx_dx_person_dx_dx w0
                         JOIN k_dx_person w ON w.row = w0.row
                         WHERE w0.id = e.dx
                       )
                END
        )
    AND (code2.code = '1' OR (e.begndate - person1.brdy) <= 28) IS NOT TRUE
    AND e.psn_no IS NOT NULL
    AND e.mdtrt_id IS NOT NULL
  UNION ALL
  SELECT 1 AS clause,
         e.rank::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner1,
         e.mdtrt_id::BIGINT AS owner2,
         e.rank::BIGINT AS rank,
         NULL::BIGINT AS limit_value,
         NULL::BIGINT AS found_value
  FROM s_visit e
  LEFT JOIN s_person person2 ON person2.psn_no = e.psn_no
  LEFT JOIN x_code code3 ON code3.id = person2.gend
  LEFT JOIN x_code code4 ON code4.id = e.nwb_flag
  WHERE e.kind = 2
    AND CASE
          WHEN e.dx IS NULL THEN NULL
          ELSE EXISTS(
                 SELECT 1 FROM kx_dx_person_dx_dx w0 JOIN k_dx_person w ON w.row = w0.row WHERE w0.id = e.dx
               )
        END
    AND (
          (
            code3.code IN ('2', '1')
            AND (
                  CASE
                    WHEN e.dx IS NULL THEN NULL
                    ELSE (
                           SELECT arg_min_null(w."sex", w.row)
                           FROM kx_dx_person_dx_dx w0
                           JOIN k_dx_person w ON w.row = w0.row
                           WHERE w0.id = e.dx
                         )
                  END <> person2.gend
                )
            OR hj_age(person2.brdy, e.begndate) <
                  CASE
                    WHEN e.dx IS NULL THEN NULL
                    ELSE (
                           SELECT arg_min_null(w."min_y", w.row)
                           FROM kx_dx_person_dx_dx w0
                           JOIN k_dx_person w ON w.row = w0.row
                           WHERE w0.id = e.dx
                         )
                  END
          )
          OR hj_age(person2.brdy, e.begndate) >=
                CASE
                  WHEN e.dx IS NULL THEN NULL
                  ELSE (
                         SELECT arg_min_null(w."max_y", w.row)
                         FROM kx_dx_person_dx_dx w0
                         JOIN k_dx_person w ON w.row = w0.row
                         WHERE w0.id = e.dx
                       )
                END
        )
    AND (code4.code = '1' OR (e.begndate - person2.brdy) <= 28) IS NOT TRUE
    AND e.psn_no IS NOT NULL
    AND e.mdtrt_id IS NOT NULL
),
-- 查出的
found AS (
  SELECT clause, row_id, owner1, owner2, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person3.code, visit1.code) AS owner_id,
       'mdtrt:' || coalesce(visit2.code, '?') AS event_id,
       hj_on(e.begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_visit e ON e.rank = found.row_id
LEFT JOIN x_person person3 ON person3.id = found.owner1
LEFT JOIN x_visit visit1 ON visit1.id = found.owner2
LEFT JOIN x_visit visit2 ON visit2.id = e.mdtrt_id
WHERE found.clause = 0 AND hj_on(e.begntime) >= DATE '2021-05-01'
UNION ALL
SELECT concat_ws('|', person4.code, visit3.code) AS owner_id,
       'mdtrt:' || coalesce(visit4.code, '?') AS event_id,
       hj_on(e.begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_visit e ON e.rank = found.row_id
LEFT JOIN x_person person4 ON person4.id = found.owner1
LEFT JOIN x_visit visit3 ON visit3.id = found.owner2
LEFT JOIN x_visit visit4 ON visit4.id = e.mdtrt_id
WHERE found.clause = 1 AND hj_on(e.begntime) >= DATE '2021-05-01';

-- D13.op 手术与性别不符
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
  FROM s_operation e
  LEFT JOIN s_person person1 ON person1.psn_no = e.psn_no
  LEFT JOIN x_code code1 ON code1.id = person1.gend
  WHERE CASE
      WHEN e.oprn_oprt_code IS NULL THEN NULL
      ELSE EXISTS(
             SELECT 1
             FROM kx_op_sex_oprn_oprn w0
             JOIN k_op_sex w ON w.row = w0.row
             WHERE w0.id = e.oprn_oprt_code
           )
    END
    AND code1.code IN ('2', '1')
    AND CASE
          WHEN e.oprn_oprt_code IS NULL THEN NULL
          ELSE (
                 SELECT arg_min_null(w."sex", w.row)
                 FROM kx_op_sex_oprn_oprn w0
                 JOIN k_op_sex w ON w.row = w0.row
                 WHERE w0.id = e.oprn_oprt_code
               )
        END <> person1.gend
    AND e.psn_no IS NOT NULL
    AND e.mdtrt_id IS NOT NULL
),
-- 查出的
found AS (
  SELECT row_id, owner1, owner2, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person2.code, visit1.code) AS owner_id,
       'oprn:' || coalesce(text1.code, '?') AS event_id,
       hj_on(e.oprn_oprt_begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_operation e ON e.rank = found.row_id
LEFT JOIN x_person person2 ON person2.id = found.owner1
LEFT JOIN x_visit visit1 ON visit1.id = found.owner2
LEFT JOIN x_text text1 ON text1.id = e.setl_list_oprn_id
WHERE hj_on(e.oprn_oprt_begntime) >= DATE '2021-05-01';

-- D13.dxop 手术与诊断不符
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
  FROM s_operation e
  WHERE CASE
      WHEN e.oprn_oprt_code IS NULL THEN NULL
      ELSE EXISTS(
             SELECT 1
             FROM kx_op_dx_oprn_oprn w0
             JOIN k_op_dx w ON w.row = w0.row
             WHERE w0.id = e.oprn_oprt_code
           )
    END
    AND NOT
          CASE
            WHEN e.oprn_oprt_code IS NULL
                 OR NOT EXISTS(SELECT 1 FROM s_diag dg WHERE dg.mdtrt_id = e.mdtrt_id) THEN NULL
            ELSE EXISTS(
                   SELECT 1
                   FROM kx_op_dx_oprn_oprn w0
                   JOIN k_op_dx w ON w.row = w0.row
                   JOIN s_diag dg ON true
                   JOIN x_dx dd ON dd.id = dg.dx
                   WHERE w0.id = e.oprn_oprt_code
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
       'oprn:' || coalesce(text1.code, '?') AS event_id,
       hj_on(e.oprn_oprt_begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_operation e ON e.rank = found.row_id
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN x_visit visit1 ON visit1.id = found.owner2
LEFT JOIN x_text text1 ON text1.id = e.setl_list_oprn_id
WHERE hj_on(e.oprn_oprt_begntime) >= DATE '2021-05-01';

-- D13.age 用药与年龄不符
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
         (hj_age(person1.brdy, hj_day(e.fee_ocur_time))::BIGINT * 1000000)::BIGINT AS found_value
  FROM net_line e
  JOIN kx_drug_age_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_drug_age n ON n.row = n0.row
  LEFT JOIN s_person person1 ON person1.psn_no = e.psn_no
  WHERE (
      hj_age(person1.brdy, hj_day(e.fee_ocur_time)) < n."min_y"
      OR hj_age(person1.brdy, hj_day(e.fee_ocur_time)) >= n."max_y"
    )
    AND e.psn_no IS NOT NULL
    AND e.mdtrt_id IS NOT NULL
),
-- 查出的
found AS (
  SELECT clause, row_id, kn_row, owner1, owner2, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person2.code, visit1.code) AS owner_id,
       'line:' || e.bkkp_sn AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_drug_age ek ON ek.row = found.kn_row
LEFT JOIN x_person person2 ON person2.id = found.owner1
LEFT JOIN x_visit visit1 ON visit1.id = found.owner2
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01'
QUALIFY row_number() OVER (
    PARTITION BY found.owner1, found.owner2, found.clause, found.row_id ORDER BY found.kn_row
  ) = 1;

-- D13.taboo 用药与诊断相禁忌
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
             FROM kx_drug_dx_hilist_code_item w0
             JOIN k_drug_dx w ON w.row = w0.row
             WHERE w0.id = e.hilist_code
           )
    END
    AND CASE
          WHEN e.hilist_code IS NULL
               OR NOT EXISTS(SELECT 1 FROM s_diag dg WHERE dg.mdtrt_id = e.mdtrt_id) THEN NULL
          ELSE EXISTS(
                 SELECT 1
                 FROM kx_drug_dx_hilist_code_item w0
                 JOIN k_drug_dx w ON w.row = w0.row
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

-- D13.item 诊疗项目与诊断相禁忌
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
             FROM kx_item_dx_hilist_code_item w0
             JOIN k_item_dx w ON w.row = w0.row
             WHERE w0.id = e.hilist_code
           )
    END
    AND CASE
          WHEN e.hilist_code IS NULL
               OR NOT EXISTS(SELECT 1 FROM s_diag dg WHERE dg.mdtrt_id = e.mdtrt_id) THEN NULL
          ELSE EXISTS(
                 SELECT 1
                 FROM kx_item_dx_hilist_code_item w0
                 JOIN k_item_dx w ON w.row = w0.row
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

-- D13.mix 药品不宜合用
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒）
--   starts 起，quantity 量，scope_key 在什么范围内比，rank 同一时刻的先后，link 把两边连起来的
events AS (
  SELECT 0 AS clause,
         e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner1,
         e.mdtrt_id::BIGINT AS owner2,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         e.cnt::BIGINT AS quantity,
         n."grp"::BIGINT AS link,
         hj_day(e.fee_ocur_time)::BIGINT AS scope_key,
         NULL::BIGINT AS a,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c
  FROM net_line e
  JOIN kx_drug_pair_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_drug_pair n ON n.row = n0.row
  LEFT JOIN x_code code1 ON code1.id = n."side"
  WHERE code1.code = 'a' AND e.psn_no IS NOT NULL AND e.mdtrt_id IS NOT NULL
  UNION ALL
  SELECT 1 AS clause,
         e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner1,
         e.mdtrt_id::BIGINT AS owner2,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         e.cnt::BIGINT AS quantity,
         n."grp"::BIGINT AS link,
         hj_day(e.fee_ocur_time)::BIGINT AS scope_key,
         NULL::BIGINT AS a,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c
  FROM net_line e
  JOIN kx_drug_pair_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_drug_pair n ON n.row = n0.row
  LEFT JOIN x_code code2 ON code2.id = n."side"
  WHERE code2.code = 'b' AND e.psn_no IS NOT NULL AND e.mdtrt_id IS NOT NULL
),
-- 编上号；is_b：是不是乙方
ordered AS (
  SELECT *,
         row_number() OVER (ORDER BY owner1, owner2, starts NULLS FIRST, at_time, rank, kn_row, clause) AS seq,
         clause IN (-1, 1) AS is_b
  FROM events
  WHERE scope_key IS NOT NULL AND link IS NOT NULL
),
-- 同一范围里甲乙两方都有的
met AS (
  SELECT owner1, owner2, scope_key, link,
         coalesce(sum(quantity) FILTER (WHERE NOT is_b), 0)::BIGINT AS qa,
         coalesce(sum(quantity) FILTER (WHERE is_b), 0)::BIGINT AS qb,
         min(
           {'seq': seq, 'clause': clause, 'row_id': row_id, 'kn_row': kn_row, 'c': c}
         ) FILTER (WHERE NOT is_b) AS a,
         min(
           {'seq': seq, 'clause': clause, 'row_id': row_id, 'kn_row': kn_row, 'c': c}
         ) FILTER (WHERE is_b) AS b
  FROM ordered
  GROUP BY ALL
  HAVING bool_or(is_b) AND bool_or(NOT is_b)
),
-- 查出的
found AS (
  SELECT *
  FROM (
      SELECT h.b.clause AS clause,
             h.b.row_id AS row_id,
             h.b.kn_row AS kn_row, h.owner1, h.owner2, h.scope_key, h.link,
             h.a.clause AS prev_clause,
             h.a.row_id AS prev_row_id,
             h.a.kn_row AS prev_kn_row,
             hj_ymd(h.scope_key) || '|' || code3.code AS anchor_text,
             h.qb * 100 AS value,
             h.qa * 100 AS threshold,
             NULL::BIGINT AS gap_from,
             NULL::BIGINT AS gap_to, true AS hit,
             h.b.c = 1 AS cap,
             CASE WHEN h.b.c = 1 AND h.qa < h.qb THEN h.qa ELSE h.qb END AS allbad
      FROM met h
      LEFT JOIN x_code code3 ON code3.id = h.link
      WHERE h.b.clause = 1 AND h.a.clause = 0
    )
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, visit1.code) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_drug_pair ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN x_visit visit1 ON visit1.id = found.owner2
WHERE found.clause = 1 AND hj_on(e.fee_ocur_time) >= DATE '2021-05-01';
