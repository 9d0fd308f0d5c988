-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- C14.lv3 目录外项目纳入结算
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，limit_value 限额，found_value 查出的值
events AS (
  SELECT e.no::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner,
         NULL::BIGINT AS limit_value,
         NULL::BIGINT AS found_value
  FROM net_line e
  LEFT JOIN x_code code1 ON code1.id = e.chrgitm_lv
  WHERE code1.code = '03' AND e.inscp_amt > 0 AND e.inscp_amt > 0 AND e.fixmedins_code IS NOT NULL
),
-- 查出的
found AS (
  SELECT row_id, owner, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT inst1.code AS owner_id,
       'line:' || e.bkkp_sn AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '明确' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN x_inst inst1 ON inst1.id = found.owner
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01';

-- C14.off 调出目录的项目仍纳入结算
-- 与 C14.lv3 只有下面几处不同（- 换成 +，行号从 C14.lv3 的第一行数起）。
-- 整句：huji rules doc --sql --rule C14.off
-- @ 第 3 行
-- - --   row_id 原记录的行号，limit_value 限额，found_value 查出的值
-- + --   clause 第几个来源（从 0 起），row_id 原记录的行号，kn_row 知识表的行号，limit_value 限额
-- + --   found_value 查出的值
-- @ 第 5 行
-- -   SELECT e.no::BIGINT AS row_id,
-- +   SELECT 0 AS clause,
-- +          e.no::BIGINT AS row_id,
-- +          n.row AS kn_row,
-- @ 第 7 行
-- -          NULL::BIGINT AS limit_value,
-- -          NULL::BIGINT AS found_value
-- +          0::BIGINT AS limit_value,
-- +          ((hj_day(e.fee_ocur_time) - n."until")::BIGINT * 1000000)::BIGINT AS found_value
-- @ 第 10 行
-- -   LEFT JOIN x_code code1 ON code1.id = e.chrgitm_lv
-- -   WHERE code1.code = '03' AND e.inscp_amt > 0 AND e.inscp_amt > 0 AND e.fixmedins_code IS NOT NULL
-- +   JOIN kx_catalogue_off_hilist_code_item n0 ON n0.id = e.hilist_code
-- +   JOIN k_catalogue_off n ON n.row = n0.row
-- +   WHERE e.inscp_amt > 0 AND hj_day(e.fee_ocur_time) > n."until" + 0 AND e.fixmedins_code IS NOT NULL
-- @ 第 15 行
-- -   SELECT row_id, owner, found_value AS value, limit_value AS threshold FROM events
-- +   SELECT clause, row_id, kn_row, owner, found_value AS value, limit_value AS threshold FROM events
-- @ 第 26 行
-- + LEFT JOIN k_catalogue_off ek ON ek.row = found.kn_row
-- @ 第 27 行
-- - WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01';
-- + WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01'
-- + QUALIFY row_number() OVER (PARTITION BY found.owner, found.clause, found.row_id ORDER BY found.kn_row) = 1;

-- C14.self 自立项目纳入结算
-- 与 C14.lv3 只有下面几处不同（- 换成 +，行号从 C14.lv3 的第一行数起）。
-- 整句：huji rules doc --sql --rule C14.self
-- @ 第 10 行
-- -   LEFT JOIN x_code code1 ON code1.id = e.chrgitm_lv
-- -   WHERE code1.code = '03' AND e.inscp_amt > 0 AND e.inscp_amt > 0 AND e.fixmedins_code IS NOT NULL
-- +   WHERE NOT
-- +       CASE
-- +         WHEN e.hilist_code IS NULL THEN NULL
-- +         ELSE EXISTS(
-- +                SELECT 1
-- +                FROM kx_code_head_head_item w0
-- +                JOIN k_code_head w ON w.row = w0.row
-- +                WHERE w0.id = e.hilist_code
-- +              )
-- +       END
-- +     AND e.inscp_amt > 0
-- +     AND e.inscp_amt > 0
-- +     AND e.fixmedins_code IS NOT NULL
-- @ 第 23 行
-- -        '明确' AS class
-- +        '高疑' AS class
