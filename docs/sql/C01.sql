-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- C01.day 重复收费（同日）
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
         n.row::BIGINT AS link,
         hj_day(e.fee_ocur_time)::BIGINT AS scope_key,
         NULL::BIGINT AS a,
         NULL::BIGINT AS b,
         n."cap"::BIGINT AS c
  FROM net_line e
  JOIN kx_included_pair_code_a_item n0 ON n0.id = e.hilist_code
  JOIN k_included_pair n ON n.row = n0.row
  LEFT JOIN x_code code1 ON code1.id = n."scope"
  WHERE code1.code = 'day' AND e.psn_no IS NOT NULL AND e.mdtrt_id IS NOT NULL
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
         n.row::BIGINT AS link,
         hj_day(e.fee_ocur_time)::BIGINT AS scope_key,
         NULL::BIGINT AS a,
         NULL::BIGINT AS b,
         n."cap"::BIGINT AS c
  FROM net_line e
  JOIN kx_included_pair_code_b_item n0 ON n0.id = e.hilist_code
  JOIN k_included_pair n ON n.row = n0.row
  LEFT JOIN x_code code2 ON code2.id = n."scope"
  WHERE code2.code = 'day' AND e.psn_no IS NOT NULL AND e.mdtrt_id IS NOT NULL
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
             hj_ymd(h.scope_key) || '|' || included_pair1."code_a_t" || '+' || coalesce(
               included_pair1."code_b_t", ''
             ) AS anchor_text,
             h.qb * 100 AS value,
             h.qa * 100 AS threshold,
             NULL::BIGINT AS gap_from,
             NULL::BIGINT AS gap_to, true AS hit,
             h.b.c = 1 AS cap,
             CASE WHEN h.b.c = 1 AND h.qa < h.qb THEN h.qa ELSE h.qb END AS allbad
      FROM met h
      LEFT JOIN k_included_pair included_pair1 ON included_pair1.row = h.link
      WHERE h.b.clause = 1 AND h.a.clause = 0
    )
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, visit1.code) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       CASE WHEN found.threshold >= 2000000 THEN '高疑' ELSE '明确' END AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_included_pair ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN x_visit visit1 ON visit1.id = found.owner2
WHERE found.clause = 1 AND hj_on(e.fee_ocur_time) >= DATE '2021-05-01';

-- C01.stay 重复收费（同次住院）
-- 与 C01.day 只有下面几处不同（- 换成 +，行号从 C01.day 的第一行数起）。
-- 整句：huji rules doc --sql --rule C01.stay
-- @ 第 16 行
-- -          hj_day(e.fee_ocur_time)::BIGINT AS scope_key,
-- +          e.mdtrt_id::BIGINT AS scope_key,
-- @ 第 24 行
-- -   WHERE code1.code = 'day' AND e.psn_no IS NOT NULL AND e.mdtrt_id IS NOT NULL
-- +   WHERE code1.code = 'stay' AND e.psn_no IS NOT NULL AND e.mdtrt_id IS NOT NULL
-- @ 第 36 行
-- -          hj_day(e.fee_ocur_time)::BIGINT AS scope_key,
-- +          e.mdtrt_id::BIGINT AS scope_key,
-- @ 第 44 行
-- -   WHERE code2.code = 'day' AND e.psn_no IS NOT NULL AND e.mdtrt_id IS NOT NULL
-- +   WHERE code2.code = 'stay' AND e.psn_no IS NOT NULL AND e.mdtrt_id IS NOT NULL
-- @ 第 79 行
-- -              hj_ymd(h.scope_key) || '|' || included_pair1."code_a_t" || '+' || coalesce(
-- +              visit1.code || '|' || included_pair1."code_a_t" || '+' || coalesce(
-- @ 第 89 行
-- +       LEFT JOIN x_visit visit1 ON visit1.id = h.scope_key
-- @ 第 94 行
-- - SELECT concat_ws('|', person1.code, visit1.code) AS owner_id,
-- + SELECT concat_ws('|', person1.code, visit2.code) AS owner_id,
-- @ 第 104 行
-- - LEFT JOIN x_visit visit1 ON visit1.id = found.owner2
-- + LEFT JOIN x_visit visit2 ON visit2.id = found.owner2
