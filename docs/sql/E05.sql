-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- E05.a 单方品种超标
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起，limit_value 限额，rank 同一时刻的先后
--   counted 数什么（不重复计）
events AS (
  SELECT e.no::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner1,
         e.fixmedins_code::BIGINT AS owner2,
         e.rx_drord_no::BIGINT AS owner3,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         5::BIGINT AS limit_value,
         e.hilist_code::BIGINT AS counted,
         false AS not_applicable
  FROM net_line e
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  LEFT JOIN x_code code2 ON code2.id = e.med_chrgitm_type
  WHERE (
      (
        code1.code LIKE '81%' OR code1.code LIKE '51%' OR code1.code LIKE '19%' OR code1.code LIKE '16%'
        OR code1.code LIKE '15%' OR code1.code LIKE '13%' OR code1.code LIKE '12%' OR code1.code LIKE '11%'
      )
      OR code1.code LIKE '14%'
    )
    AND code2.code IN ('11', '09')
    AND e.psn_no IS NOT NULL
    AND e.fixmedins_code IS NOT NULL
    AND e.rx_drord_no IS NOT NULL
),
-- 每个对象（每期）的合计与限额
owner_sums AS (
  SELECT owner1, owner2, owner3,
         count(DISTINCT counted) * 1 AS v,
         max(limit_value) AS own,
         bool_or(not_applicable) AS none
  FROM events
  GROUP BY owner1, owner2, owner3
),
-- 超了限额的
over_limit AS (
  SELECT owner1, owner2, owner3, v, own, own AS vlim FROM owner_sums WHERE NOT none AND v > own
),
-- 它们的事件，按时间编号
ordered AS (
  SELECT events.*, over_limit.v, over_limit.vlim, over_limit.own,
         row_number() OVER (
           PARTITION BY events.owner1, events.owner2, events.owner3 ORDER BY starts NULLS FIRST, at_time, rank
         ) AS seq
  FROM events
  JOIN over_limit
    ON events.owner1 = over_limit.owner1
        AND events.owner2 = over_limit.owner2
        AND events.owner3 = over_limit.owner3
),
-- 每个对象数到的每一样
members_seen AS (
  SELECT ordered.owner1, ordered.owner2, ordered.owner3, ordered.counted,
         min(ordered.seq) AS first_rn,
         any_value(vlim) AS vl
  FROM ordered
  WHERE ordered.counted IS NOT NULL
  GROUP BY ordered.owner1, ordered.owner2, ordered.owner3, ordered.counted
),
members_coded AS (
  SELECT members_seen.*, xg.code AS code FROM members_seen LEFT JOIN x_item xg ON xg.id = members_seen.counted
),
-- 限额以内留下哪些
members_kept AS (
  SELECT owner1, owner2, owner3, counted,
         row_number() OVER (PARTITION BY owner1, owner2, owner3 ORDER BY first_rn) <= vl // 1 AS kept
  FROM members_coded
),
-- 逐笔：role 1 是问题，2 是限额以内的
judged AS (
  SELECT ordered.*, CASE WHEN members_kept.kept THEN 2 ELSE 1 END AS role
  FROM ordered
  JOIN members_kept
    ON members_kept.owner1 = ordered.owner1
        AND members_kept.owner2 = ordered.owner2
        AND members_kept.owner3 = ordered.owner3
        AND members_kept.counted = ordered.counted
),
-- 每个对象第一笔有问题的
firsts AS (
  SELECT *
  FROM judged
  WHERE role = 1
  QUALIFY row_number() OVER (PARTITION BY owner1, owner2, owner3 ORDER BY seq) = 1
),
-- 查出的
found AS (
  SELECT row_id, owner1, owner2, owner3,
         firsts.owner3::VARCHAR AS anchor_text,
         (v * 1000000)::BIGINT AS value,
         (own * 1000000)::BIGINT AS threshold
  FROM firsts
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, inst1.code, found.owner3::VARCHAR) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '明确' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN x_inst inst1 ON inst1.id = found.owner2
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01';

-- E05.b 分解处方
-- 与 E05.a 只有下面几处不同（- 换成 +，行号从 E05.a 的第一行数起）。
-- 整句：huji rules doc --sql --rule E05.b
-- @ 第 3 行
-- - --   row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起，limit_value 限额，rank 同一时刻的先后
-- - --   counted 数什么（不重复计）
-- + --   clause 第几个来源（从 0 起），row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起
-- + --   limit_value 限额，rank 同一时刻的先后，counted 数什么（不重复计）
-- @ 第 6 行
-- -   SELECT e.no::BIGINT AS row_id,
-- +   SELECT 0 AS clause,
-- +          e.no::BIGINT AS row_id,
-- @ 第 8 行
-- -          e.fixmedins_code::BIGINT AS owner2,
-- -          e.rx_drord_no::BIGINT AS owner3,
-- +          e.bilg_dr_code::BIGINT AS owner2,
-- +          hj_day(e.fee_ocur_time)::BIGINT AS owner3,
-- @ 第 13 行
-- -          5::BIGINT AS limit_value,
-- -          e.hilist_code::BIGINT AS counted,
-- +          3::BIGINT AS limit_value,
-- +          e.rx_drord_no::BIGINT AS counted,
-- @ 第 28 行
-- -     AND e.fixmedins_code IS NOT NULL
-- -     AND e.rx_drord_no IS NOT NULL
-- +     AND e.bilg_dr_code IS NOT NULL
-- +     AND hj_day(e.fee_ocur_time) IS NOT NULL
-- @ 第 42 行
-- -   SELECT owner1, owner2, owner3, v, own, own AS vlim FROM owner_sums WHERE NOT none AND v > own
-- +   SELECT owner1, owner2, owner3, v, own, own AS vlim FROM owner_sums WHERE NOT none AND v >= own
-- @ 第 59 行
-- -          min(ordered.seq) AS first_rn,
-- +          min(ordered.seq) AS first_rn, count(*) AS n,
-- @ 第 65 行
-- - members_coded AS (
-- -   SELECT members_seen.*, xg.code AS code FROM members_seen LEFT JOIN x_item xg ON xg.id = members_seen.counted
-- - ),
-- + members_coded AS (SELECT members_seen.*, 0 AS code FROM members_seen),
-- @ 第 71 行
-- -          row_number() OVER (PARTITION BY owner1, owner2, owner3 ORDER BY first_rn) <= vl // 1 AS kept
-- +          row_number() OVER (
-- +            PARTITION BY owner1, owner2, owner3 ORDER BY first_rn
-- +          ) <= (vl + 1 - 1) // 1 - 1 AS kept
-- @ 第 93 行
-- -   SELECT row_id, owner1, owner2, owner3,
-- -          firsts.owner3::VARCHAR AS anchor_text,
-- +   SELECT row_number() OVER () AS found_no, clause, row_id, owner1, owner2, owner3,
-- +          hj_ymd(firsts.owner3) AS anchor_text,
-- @ 第 98 行
-- + ),
-- + members AS (
-- +   SELECT found.found_no, judged.clause, judged.row_id
-- +   FROM found
-- +   JOIN judged
-- +     ON judged.owner1 = found.owner1 AND judged.owner2 = found.owner2 AND judged.owner3 = found.owner3
-- @ 第 100 行
-- - SELECT concat_ws('|', person1.code, inst1.code, found.owner3::VARCHAR) AS owner_id,
-- + SELECT concat_ws('|', person1.code, doctor1.code, hj_ymd(found.owner3)) AS owner_id,
-- @ 第 105 行
-- -        '明确' AS class
-- +        '可疑' AS class
-- @ 第 109 行
-- - LEFT JOIN x_inst inst1 ON inst1.id = found.owner2
-- - WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01';
-- + LEFT JOIN x_doctor doctor1 ON doctor1.id = found.owner2
-- + LEFT JOIN (
-- +     SELECT mm1.found_no, 1 AS n, count(DISTINCT i0.hilist_code) AS v
-- +     FROM members mm1
-- +     JOIN net_line i0 ON i0.no = mm1.row_id
-- +     WHERE mm1.clause IN (0)
-- +     GROUP BY 1
-- +   ) sub1
-- +   ON sub1.found_no = found.found_no
-- + WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01'
-- +   AND (CASE WHEN sub1.n IS NULL THEN 0::BIGINT ELSE sub1.v END <= 5) IS NOT TRUE;

-- E05.tcm 饮片处方味数超标
-- 与 E05.a 只有下面几处不同（- 换成 +，行号从 E05.a 的第一行数起）。
-- 整句：huji rules doc --sql --rule E05.tcm
-- @ 第 13 行
-- -          5::BIGINT AS limit_value,
-- +          25::BIGINT AS limit_value,
-- @ 第 26 行
-- -     AND code2.code IN ('11', '09')
-- +     AND code2.code = '10'
-- @ 第 105 行
-- -        '明确' AS class
-- +        '可疑' AS class

-- E05.none 无处方销售处方药
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，kn_row 知识表的行号，limit_value 限额
--   found_value 查出的值
events AS (
  SELECT 0 AS clause,
         e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner,
         NULL::BIGINT AS limit_value,
         NULL::BIGINT AS found_value
  FROM net_line e
  JOIN kx_rx_only_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_rx_only n ON n.row = n0.row
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  WHERE code1.code LIKE '41%' AND e.rx_drord_no IS NULL AND e.psn_no IS NOT NULL
),
-- 查出的
found AS (
  SELECT clause, row_id, kn_row, owner, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT person1.code AS owner_id,
       'line:' || e.bkkp_sn AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_rx_only ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner
LEFT JOIN m_rx_numbers rx_numbers1
  ON rx_numbers1."k0" = e.fixmedins_code AND rx_numbers1."k1" = hj_quarter(hj_day(e.fee_ocur_time))
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01' AND (coalesce(rx_numbers1.value, 0) < 1000000) IS NOT TRUE
QUALIFY row_number() OVER (PARTITION BY found.owner, found.clause, found.row_id ORDER BY found.kn_row) = 1;
