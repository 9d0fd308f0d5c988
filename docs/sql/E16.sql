-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- E16 靶向药无基因检测
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒）
--   starts 起，rank 同一时刻的先后，link 把两边连起来的
events AS (
  SELECT 0 AS clause,
         e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         n."gene"::BIGINT AS link,
         NULL::BIGINT AS a,
         NULL::BIGINT AS b
  FROM net_line e
  JOIN kx_gene_item_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_gene_item n ON n.row = n0.row
  LEFT JOIN x_code code1 ON code1.id = n."kind"
  WHERE code1.code = 'drug' AND e.psn_no IS NOT NULL
  UNION ALL
  SELECT 1 AS clause,
         e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         n."gene"::BIGINT AS link,
         NULL::BIGINT AS a,
         NULL::BIGINT AS b
  FROM net_line e
  JOIN kx_gene_item_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_gene_item n ON n.row = n0.row
  LEFT JOIN x_code code2 ON code2.id = n."kind"
  WHERE code2.code = 'test' AND e.psn_no IS NOT NULL
),
-- 编上号；is_b：是不是乙方
ordered AS (
  SELECT *,
         row_number() OVER (ORDER BY owner, starts NULLS FIRST, at_time, rank, kn_row, clause) AS seq,
         clause IN (-1, 1) AS is_b
  FROM events
  WHERE starts IS NOT NULL AND link IS NOT NULL
),
-- 时间对得上的甲乙
candidates AS (
  SELECT a.seq AS a_rn, b.clause, b.row_id, b.kn_row
  FROM ordered a
  JOIN ordered b
    ON a.owner = b.owner
        AND a.link = b.link
        AND NOT a.is_b
        AND b.is_b
        AND b.starts - a.starts BETWEEN -730 AND 0
),
-- 条件也对得上的甲乙
matched AS (SELECT candidates.* FROM candidates WHERE candidates.clause = 1),
-- 查出的
found AS (
  SELECT clause, row_id, kn_row, owner,
         NULL::BIGINT AS value,
         NULL::BIGINT AS threshold
  FROM ordered
  WHERE NOT is_b AND seq NOT IN (SELECT a_rn FROM matched)
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
LEFT JOIN k_gene_item ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner
WHERE found.clause = 0 AND hj_on(e.fee_ocur_time) >= DATE '2021-05-01';
