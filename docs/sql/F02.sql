-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- F02.elsewhere 住院期间在别处透析
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，at_time 时间（1970 年起的秒）
--   source_rank 同一时刻来源的先后，starts 起，ends 止，rank 同一时刻的先后，link 把两边连起来的
events AS (
  SELECT 0 AS clause,
         e.rank::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner,
         coalesce(e.begntime, 0) AS at_time,
         1 AS source_rank,
         e.rank::BIGINT AS rank,
         e.begndate::BIGINT AS starts,
         e.enddate::BIGINT AS ends,
         0::BIGINT AS link,
         NULL::BIGINT AS a,
         NULL::BIGINT AS b
  FROM s_visit e
  WHERE e.kind = 1 AND e.psn_no IS NOT NULL
  UNION ALL
  SELECT 1 AS clause,
         e.no::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         5 AS source_rank,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         hj_day(e.fee_ocur_time)::BIGINT AS ends,
         0::BIGINT AS link,
         NULL::BIGINT AS a,
         NULL::BIGINT AS b
  FROM net_line e
  LEFT JOIN x_item item1 ON item1.id = e.hilist_code
  WHERE (
      item1.code LIKE '00311000010%'
      OR item1.code LIKE '00311000008%'
      OR item1.code LIKE '00311000007%'
      OR item1.code LIKE '00311000006%'
    )
    AND e.psn_no IS NOT NULL
),
-- 编上号；is_b：是不是乙方
ordered AS (
  SELECT *,
         row_number() OVER (ORDER BY owner, starts NULLS FIRST, source_rank, at_time, rank, clause) AS seq,
         clause IN (-1, 1) AS is_b
  FROM events
  WHERE starts IS NOT NULL AND link IS NOT NULL
),
-- 时间对得上的甲乙
candidates AS (
  SELECT a.seq AS a_rn, b.seq AS b_rn, b.clause, b.row_id,
         a.clause AS prev_clause,
         a.row_id AS prev_row_id
  FROM ordered a
  JOIN ordered b
    ON a.owner = b.owner AND a.link = b.link AND NOT a.is_b AND b.is_b AND a.ends IS NOT NULL
        AND b.starts >= a.starts + 1 AND b.starts <= a.ends - 1
),
-- 条件也对得上的甲乙
matched AS (
  SELECT candidates.*
  FROM candidates
  JOIN net_line e ON e.no = candidates.row_id
  LEFT JOIN s_visit visit1
    ON visit1.rank = CASE WHEN candidates.prev_clause IN (0) THEN candidates.prev_row_id END
  WHERE candidates.clause = 1 AND e.fixmedins_code <> visit1.fixmedins_code
),
-- 查出的
found AS (
  SELECT ordered.clause, ordered.row_id, ordered.owner, matched.prev_clause, matched.prev_row_id,
         NULL::BIGINT AS value,
         NULL::BIGINT AS threshold
  FROM matched
  JOIN ordered ON ordered.seq = matched.b_rn
  QUALIFY row_number() OVER (PARTITION BY matched.b_rn ORDER BY matched.a_rn) = 1
)
-- 查出的每一条：免责的去掉，定级
SELECT person1.code AS owner_id,
       'line:' || e.bkkp_sn AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '高疑' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN x_person person1 ON person1.id = found.owner
LEFT JOIN s_visit visit2 ON visit2.rank = CASE WHEN found.prev_clause IN (0) THEN found.prev_row_id END
WHERE found.clause = 1
  AND hj_on(e.fee_ocur_time) >= DATE '2021-05-01'
  AND CASE
        WHEN visit2.fixmedins_code IS NULL
             OR e.fixmedins_code IS NULL
             OR hj_day(e.fee_ocur_time) IS NULL
             OR (SELECT count(*) FROM lk_agreement) = 0 THEN NULL
        ELSE EXISTS(
               SELECT 1
               FROM lk_agreement w
               WHERE w.fixmedins_code = visit2.fixmedins_code
                 AND w.fixmedins_code2 = e.fixmedins_code
                 AND (w."b" IS NULL OR w."b" <= hj_day(e.fee_ocur_time))
                 AND (w."e" IS NULL OR hj_day(e.fee_ocur_time) <= w."e")
             )
      END IS NOT TRUE;

-- F02.dead 死亡后仍有透析
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，limit_value 限额，found_value 查出的值
events AS (
  SELECT e.no::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner,
         NULL::BIGINT AS limit_value,
         ((hj_day(e.fee_ocur_time) - person1.die_date)::BIGINT * 1000000)::BIGINT AS found_value
  FROM net_line e
  LEFT JOIN s_person person1 ON person1.psn_no = e.psn_no
  LEFT JOIN x_item item1 ON item1.id = e.hilist_code
  WHERE (
      item1.code LIKE '00311000010%'
      OR item1.code LIKE '00311000008%'
      OR item1.code LIKE '00311000007%'
      OR item1.code LIKE '00311000006%'
    )
    AND hj_day(e.fee_ocur_time) > person1.die_date
    AND e.psn_no IS NOT NULL
),
-- 查出的
found AS (
  SELECT row_id, owner, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT person2.code AS owner_id,
       'line:' || e.bkkp_sn AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '明确' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN x_person person2 ON person2.id = found.owner
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01';
