-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- B07 住院期间门诊结算或购药
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
         e.rank::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner,
         coalesce(e.setl_time, 0) AS at_time,
         2 AS source_rank,
         e.rank::BIGINT AS rank,
         hj_day(e.setl_time)::BIGINT AS starts,
         hj_day(e.setl_time)::BIGINT AS ends,
         0::BIGINT AS link,
         NULL::BIGINT AS a,
         NULL::BIGINT AS b
  FROM s_settlement e
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  WHERE e.void IS DISTINCT FROM 1
    AND (code1.code LIKE '41%' OR code1.code LIKE '14%' OR code1.code LIKE '13%' OR code1.code LIKE '11%')
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
matched AS (SELECT candidates.* FROM candidates WHERE candidates.clause = 1),
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
       'setl:' || coalesce(setl1.code, '?') AS event_id,
       hj_on(e.setl_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       CASE
         WHEN e.fixmedins_code <> visit1.fixmedins_code AND code2.code IN ('03', '02') THEN '高疑'
         ELSE '可疑'
       END AS class
FROM found
JOIN s_settlement e ON e.rank = found.row_id
LEFT JOIN x_person person1 ON person1.id = found.owner
LEFT JOIN x_setl setl1 ON setl1.id = e.setl_id
LEFT JOIN s_visit visit1 ON visit1.rank = CASE WHEN found.prev_clause IN (0) THEN found.prev_row_id END
LEFT JOIN x_code code2 ON code2.id = e.mdtrt_cert_type
LEFT JOIN x_code code3 ON code3.id = e.proxy_flag
LEFT JOIN x_code code4 ON code4.id = e.rx_circ_flag
LEFT JOIN (
    SELECT i0.psn_no, i0.mdtrt_id, 1 AS n, hj_any(code5.code = '1') AS v
    FROM net_line i0
    LEFT JOIN x_code code5 ON code5.id = i0.etip_flag
    GROUP BY 1, 2
  ) sub1
  ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
WHERE found.clause = 1
  AND hj_on(e.setl_time) >= DATE '2021-05-01'
  AND (code3.code = '1' OR code4.code = '1') IS NOT TRUE
  AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub1.n IS NULL THEN false ELSE sub1.v END IS NOT TRUE
  AND CASE
        WHEN visit1.fixmedins_code IS NULL
             OR e.fixmedins_code IS NULL
             OR hj_day(e.setl_time) IS NULL
             OR (SELECT count(*) FROM lk_agreement) = 0 THEN NULL
        ELSE EXISTS(
               SELECT 1
               FROM lk_agreement w
               WHERE w.fixmedins_code = visit1.fixmedins_code
                 AND w.fixmedins_code2 = e.fixmedins_code
                 AND (w."b" IS NULL OR w."b" <= hj_day(e.setl_time))
                 AND (w."e" IS NULL OR hj_day(e.setl_time) <= w."e")
             )
      END IS NOT TRUE;
