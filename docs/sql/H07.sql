-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- H07.amount 明细金额不等于单价乘数量
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，limit_value 限额，found_value 查出的值
events AS (
  SELECT e.no::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner,
         hj_div(hj_mul(e.cnt, e.pric), 10000)::BIGINT AS limit_value,
         (e.det_item_fee_sumamt::BIGINT * 10000)::BIGINT AS found_value
  FROM raw_line e
  WHERE e.cnt IS NOT NULL
    AND e.pric IS NOT NULL
    AND abs((e.det_item_fee_sumamt::BIGINT * 100000000) - hj_mul(e.cnt, e.pric)) > 500000000
    AND e.fixmedins_code IS NOT NULL
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
JOIN raw_line e ON e.no = found.row_id
LEFT JOIN x_inst inst1 ON inst1.id = found.owner
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01';

-- H07.dates 结束日期早于开始日期
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，limit_value 限额，found_value 查出的值
--   rank 同一时刻的先后
events AS (
  SELECT 0 AS clause,
         e.rank::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner,
         e.rank::BIGINT AS rank,
         NULL::BIGINT AS limit_value,
         ((e.begndate - e.enddate)::BIGINT * 1000000)::BIGINT AS found_value
  FROM s_visit e
  WHERE e.kind = 1 AND e.enddate < e.begndate AND e.fixmedins_code IS NOT NULL
  UNION ALL
  SELECT 1 AS clause,
         e.rank::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner,
         e.rank::BIGINT AS rank,
         NULL::BIGINT AS limit_value,
         ((e.begndate - e.enddate)::BIGINT * 1000000)::BIGINT AS found_value
  FROM s_visit e
  WHERE e.kind = 2 AND e.enddate < e.begndate AND e.fixmedins_code IS NOT NULL
),
-- 查出的
found AS (
  SELECT clause, row_id, owner, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT inst1.code AS owner_id,
       'mdtrt:' || coalesce(visit1.code, '?') AS event_id,
       hj_on(e.begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '明确' AS class
FROM found
JOIN s_visit e ON e.rank = found.row_id
LEFT JOIN x_inst inst1 ON inst1.id = found.owner
LEFT JOIN x_visit visit1 ON visit1.id = e.mdtrt_id
WHERE found.clause = 0 AND hj_on(e.begntime) >= DATE '2021-05-01'
UNION ALL
SELECT inst2.code AS owner_id,
       'mdtrt:' || coalesce(visit2.code, '?') AS event_id,
       hj_on(e.begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '明确' AS class
FROM found
JOIN s_visit e ON e.rank = found.row_id
LEFT JOIN x_inst inst2 ON inst2.id = found.owner
LEFT JOIN x_visit visit2 ON visit2.id = e.mdtrt_id
WHERE found.clause = 1 AND hj_on(e.begntime) >= DATE '2021-05-01';

-- H07.birth 就诊早于出生
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，limit_value 限额，found_value 查出的值
--   rank 同一时刻的先后
events AS (
  SELECT 0 AS clause,
         e.rank::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner,
         e.rank::BIGINT AS rank,
         NULL::BIGINT AS limit_value,
         ((person1.brdy - e.begndate)::BIGINT * 1000000)::BIGINT AS found_value
  FROM s_visit e
  LEFT JOIN s_person person1 ON person1.psn_no = e.psn_no
  WHERE e.kind = 1 AND e.begndate < person1.brdy AND e.fixmedins_code IS NOT NULL
  UNION ALL
  SELECT 1 AS clause,
         e.rank::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner,
         e.rank::BIGINT AS rank,
         NULL::BIGINT AS limit_value,
         ((person2.brdy - e.begndate)::BIGINT * 1000000)::BIGINT AS found_value
  FROM s_visit e
  LEFT JOIN s_person person2 ON person2.psn_no = e.psn_no
  WHERE e.kind = 2 AND e.begndate < person2.brdy AND e.fixmedins_code IS NOT NULL
),
-- 查出的
found AS (
  SELECT clause, row_id, owner, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT inst1.code AS owner_id,
       'mdtrt:' || coalesce(visit1.code, '?') AS event_id,
       hj_on(e.begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '明确' AS class
FROM found
JOIN s_visit e ON e.rank = found.row_id
LEFT JOIN x_inst inst1 ON inst1.id = found.owner
LEFT JOIN x_visit visit1 ON visit1.id = e.mdtrt_id
WHERE found.clause = 0 AND hj_on(e.begntime) >= DATE '2021-05-01'
UNION ALL
SELECT inst2.code AS owner_id,
       'mdtrt:' || coalesce(visit2.code, '?') AS event_id,
       hj_on(e.begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '明确' AS class
FROM found
JOIN s_visit e ON e.rank = found.row_id
LEFT JOIN x_inst inst2 ON inst2.id = found.owner
LEFT JOIN x_visit visit2 ON visit2.id = e.mdtrt_id
WHERE found.clause = 1 AND hj_on(e.begntime) >= DATE '2021-05-01';

-- H07.total 明细合计不等于结算总额
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，limit_value 限额，found_value 查出的值
--   rank 同一时刻的先后
events AS (
  SELECT 0 AS clause,
         e.rank::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner,
         e.rank::BIGINT AS rank,
         (e.medfee_sumamt::BIGINT * 10000)::BIGINT AS limit_value,
         (
           CASE
             WHEN e.mdtrt_id IS NULL THEN NULL
             WHEN sub1.n IS NULL THEN 0::BIGINT
             ELSE sub1.v
           END::BIGINT * 10000
         )::BIGINT AS found_value
  FROM s_visit e
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             coalesce(sum(i0.det_item_fee_sumamt), 0)::BIGINT AS v
      FROM net_line i0
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i1.psn_no, i1.mdtrt_id, 1 AS n, count(*) AS v
      FROM net_line i1
      WHERE i1.cnt IS NOT NULL
      GROUP BY 1, 2
    ) sub2
    ON sub2.mdtrt_id = e.mdtrt_id AND sub2.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i2.psn_no, i2.mdtrt_id, 1 AS n,
             coalesce(sum(i2.det_item_fee_sumamt), 0)::BIGINT AS v
      FROM net_line i2
      GROUP BY 1, 2
    ) sub3
    ON sub3.mdtrt_id = e.mdtrt_id AND sub3.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i3.psn_no, i3.mdtrt_id, 1 AS n, count(*) AS v
      FROM net_line i3
      WHERE i3.cnt IS NOT NULL
      GROUP BY 1, 2
    ) sub4
    ON sub4.mdtrt_id = e.mdtrt_id AND sub4.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i4.psn_no, i4.mdtrt_id, 1 AS n,
             coalesce(sum(i4.det_item_fee_sumamt), 0)::BIGINT AS v
      FROM net_line i4
      GROUP BY 1, 2
    ) sub5
    ON sub5.mdtrt_id = e.mdtrt_id AND sub5.psn_no = e.psn_no
  WHERE e.kind = 1
    AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub4.n IS NULL THEN 0::BIGINT ELSE sub4.v END > 0
    AND abs(
          CASE
            WHEN e.mdtrt_id IS NULL THEN NULL
            WHEN sub5.n IS NULL THEN 0::BIGINT
            ELSE sub5.v
          END - e.medfee_sumamt
        ) > 100
    AND e.fixmedins_code IS NOT NULL
  UNION ALL
  SELECT 1 AS clause,
         e.rank::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner,
         e.rank::BIGINT AS rank,
         (e.medfee_sumamt::BIGINT * 10000)::BIGINT AS limit_value,
         (
           CASE
             WHEN e.mdtrt_id IS NULL THEN NULL
             WHEN sub6.n IS NULL THEN 0::BIGINT
             ELSE sub6.v
           END::BIGINT * 10000
         )::BIGINT AS found_value
  FROM s_visit e
  LEFT JOIN (
      SELECT i5.psn_no, i5.mdtrt_id, 1 AS n,
             coalesce(sum(i5.det_item_fee_sumamt), 0)::BIGINT AS v
      FROM net_line i5
      GROUP BY 1, 2
    ) sub6
    ON sub6.mdtrt_id = e.mdtrt_id AND sub6.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i6.psn_no, i6.mdtrt_id, 1 AS n, count(*) AS v
      FROM net_line i6
      WHERE i6.cnt IS NOT NULL
      GROUP BY 1, 2
    ) sub7
    ON sub7.mdtrt_id = e.mdtrt_id AND sub7.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i7.psn_no, i7.mdtrt_id, 1 AS n,
             coalesce(sum(i7.det_item_fee_sumamt), 0)::BIGINT AS v
      FROM net_line i7
      GROUP BY 1, 2
    ) sub8
    ON sub8.mdtrt_id = e.mdtrt_id AND sub8.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i8.psn_no, i8.mdtrt_id, 1 AS n, count(*) AS v
      FROM net_line i8
      WHERE i8.cnt IS NOT NULL
      GROUP BY 1, 2
    ) sub9
    ON sub9.mdtrt_id = e.mdtrt_id AND sub9.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i9.psn_no, i9.mdtrt_id, 1 AS n,
             coalesce(sum(i9.det_item_fee_sumamt), 0)::BIGINT AS v
      FROM net_line i9
      GROUP BY 1, 2
    ) sub10
    ON sub10.mdtrt_id = e.mdtrt_id AND sub10.psn_no = e.psn_no
  WHERE e.kind = 2
    AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub9.n IS NULL THEN 0::BIGINT ELSE sub9.v END > 0
    AND abs(
          CASE
            WHEN e.mdtrt_id IS NULL THEN NULL
            WHEN sub10.n IS NULL THEN 0::BIGINT
            ELSE sub10.v
          END - e.medfee_sumamt
        ) > 100
    AND e.fixmedins_code IS NOT NULL
),
-- 查出的
found AS (
  SELECT clause, row_id, owner, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT inst1.code AS owner_id,
       'mdtrt:' || coalesce(visit1.code, '?') AS event_id,
       hj_on(e.begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '明确' AS class
FROM found
JOIN s_visit e ON e.rank = found.row_id
LEFT JOIN x_inst inst1 ON inst1.id = found.owner
LEFT JOIN x_visit visit1 ON visit1.id = e.mdtrt_id
WHERE found.clause = 0 AND hj_on(e.begntime) >= DATE '2021-05-01'
UNION ALL
SELECT inst2.code AS owner_id,
       'mdtrt:' || coalesce(visit2.code, '?') AS event_id,
       hj_on(e.begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '明确' AS class
FROM found
JOIN s_visit e ON e.rank = found.row_id
LEFT JOIN x_inst inst2 ON inst2.id = found.owner
LEFT JOIN x_visit visit2 ON visit2.id = e.mdtrt_id
WHERE found.clause = 1 AND hj_on(e.begntime) >= DATE '2021-05-01';

-- H07.orphan 退费找不到原结算
-- 与 H07.amount 只有下面几处不同（- 换成 +，行号从 H07.amount 的第一行数起）。
-- 整句：huji rules doc --sql --rule H07.orphan
-- @ 第 3 行
-- - --   row_id 原记录的行号，limit_value 限额，found_value 查出的值
-- + --   row_id 原记录的行号，limit_value 限额，found_value 查出的值，rank 同一时刻的先后
-- @ 第 5 行
-- -   SELECT e.no::BIGINT AS row_id,
-- +   SELECT e.rank::BIGINT AS row_id,
-- @ 第 7 行
-- -          hj_div(hj_mul(e.cnt, e.pric), 10000)::BIGINT AS limit_value,
-- -          (e.det_item_fee_sumamt::BIGINT * 10000)::BIGINT AS found_value
-- -   FROM raw_line e
-- -   WHERE e.cnt IS NOT NULL
-- -     AND e.pric IS NOT NULL
-- -     AND abs((e.det_item_fee_sumamt::BIGINT * 100000000) - hj_mul(e.cnt, e.pric)) > 500000000
-- -     AND e.fixmedins_code IS NOT NULL
-- +          e.rank::BIGINT AS rank,
-- +          NULL::BIGINT AS limit_value,
-- +          NULL::BIGINT AS found_value
-- +   FROM s_refund e
-- +   LEFT JOIN x_code code1 ON code1.id = e.refund_kind
-- +   WHERE code1.code = 'orphan' AND e.setl_id IS NOT NULL AND e.fixmedins_code IS NOT NULL
-- @ 第 21 行
-- -        'line:' || e.bkkp_sn AS event_id,
-- -        hj_on(e.fee_ocur_time) AS event_date,
-- +        'setl:' || coalesce(setl1.code, '?') AS event_id,
-- +        hj_on(e.setl_time) AS event_date,
-- @ 第 27 行
-- - JOIN raw_line e ON e.no = found.row_id
-- + JOIN s_refund e ON e.rank = found.row_id
-- @ 第 29 行
-- - WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01';
-- + LEFT JOIN x_setl setl1 ON setl1.id = e.setl_id
-- + WHERE hj_on(e.setl_time) >= DATE '2021-05-01';

-- H07.unmatched 退费没有可冲的明细
-- 与 H07.amount 只有下面几处不同（- 换成 +，行号从 H07.amount 的第一行数起）。
-- 整句：huji rules doc --sql --rule H07.unmatched
-- @ 第 7 行
-- -          hj_div(hj_mul(e.cnt, e.pric), 10000)::BIGINT AS limit_value,
-- -          (e.det_item_fee_sumamt::BIGINT * 10000)::BIGINT AS found_value
-- -   FROM raw_line e
-- -   WHERE e.cnt IS NOT NULL
-- -     AND e.pric IS NOT NULL
-- -     AND abs((e.det_item_fee_sumamt::BIGINT * 100000000) - hj_mul(e.cnt, e.pric)) > 500000000
-- -     AND e.fixmedins_code IS NOT NULL
-- +          NULL::BIGINT AS limit_value,
-- +          (e.cnt::BIGINT * 100)::BIGINT AS found_value
-- +   FROM rest_line e
-- +   WHERE e.cnt IS NOT NULL AND e.fixmedins_code IS NOT NULL
-- @ 第 27 行
-- - JOIN raw_line e ON e.no = found.row_id
-- + JOIN rest_line e ON e.no = found.row_id
