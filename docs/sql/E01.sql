-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- E01 超量、叠加、连续购药
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒）
--   starts 起，quantity 量，rank 同一时刻的先后，low 下限，high 上限，tolerance 容差，is_reset 是不是盘点
events AS (
  SELECT 0 AS clause,
         e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner1,
         n."ingredient"::BIGINT AS owner2,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         hj_div(
           CASE
             WHEN e.prd_days > 0 THEN (e.prd_days::BIGINT * 100000000)
             ELSE hj_mul(e.cnt, n."days_per_unit")
           END, 10000
         )::BIGINT AS quantity,
         NULL::BIGINT AS low,
         (
           CASE
             WHEN CASE
                    WHEN e.psn_no IS NULL
                         OR hj_day(e.fee_ocur_time) IS NULL
                         OR (SELECT count(*) FROM lk_long_rx) = 0 THEN NULL
                    ELSE EXISTS(
                           SELECT 1
                           FROM lk_long_rx w
                           WHERE w.psn_no = e.psn_no
                             AND (w."b" IS NULL OR w."b" <= hj_day(e.fee_ocur_time))
                             AND (w."e" IS NULL OR hj_day(e.fee_ocur_time) <= w."e")
                         )
                  END
                  OR CASE
                        WHEN e.psn_no IS NULL
                             OR hj_day(e.fee_ocur_time) IS NULL
                             OR (SELECT count(*) FROM lk_long_rx) = 0 THEN NULL
                        ELSE EXISTS(
                               SELECT 1
                               FROM lk_long_rx w
                               WHERE w.psn_no = e.psn_no
                                 AND (w."b" IS NULL OR w."b" <= hj_day(e.fee_ocur_time))
                                 AND (w."e" IS NULL OR hj_day(e.fee_ocur_time) <= w."e")
                             )
                      END IS NULL THEN 100
             ELSE 60
           END::BIGINT * 10000
         )::BIGINT AS high,
         n."pack_days"::BIGINT AS tolerance,
         false AS is_reset
  FROM net_line e
  JOIN kx_drug_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_drug n ON n.row = n0.row
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  LEFT JOIN x_code code2 ON code2.id = e.dscg_tkdrug_flag
  WHERE (
      (
        (
          (
            code1.code LIKE '81%' OR code1.code LIKE '51%' OR code1.code LIKE '19%' OR code1.code LIKE '16%'
            OR code1.code LIKE '15%' OR code1.code LIKE '13%' OR code1.code LIKE '12%'
            OR code1.code LIKE '11%'
          )
          OR code1.code LIKE '14%'
        )
        OR code1.code LIKE '41%'
      )
      OR code2.code = '1'
    )
    AND (
          e.prd_days > 0
          OR hj_mul(e.pric, 2) >=
                CASE
                  WHEN e.hilist_code IS NULL THEN NULL
                  ELSE (
                         SELECT arg_min_null(w."ref_price", w.row)
                         FROM kx_item_hilist_code_item w0
                         JOIN k_item w ON w.row = w0.row
                         WHERE w0.id = e.hilist_code
                       )
                END
        )
    AND e.psn_no IS NOT NULL
    AND n."ingredient" IS NOT NULL
),
-- 每个对象的变动按日编号
ordered AS (
  SELECT *,
         row_number() OVER (
           PARTITION BY owner1, owner2 ORDER BY starts NULLS FIRST, at_time, rank, kn_row
         ) AS seq
  FROM events
  WHERE starts IS NOT NULL
),
-- 每日进出的合计，盘点日另记
daily AS (
  SELECT owner1, owner2, starts,
         coalesce(sum(quantity) FILTER (WHERE NOT is_reset), 0)::BIGINT AS s,
         coalesce(sum(quantity) FILTER (WHERE NOT is_reset AND quantity > 0), 0)::BIGINT AS pos,
         sum(quantity) FILTER (WHERE is_reset AND quantity IS NOT NULL)::BIGINT AS setto,
         greatest(0, coalesce(max(tolerance) FILTER (WHERE quantity IS NOT NULL), 0)) AS tol,
         arg_max_null(low, seq) AS low,
         arg_max_null(high, seq) AS high,
         arg_max(clause, seq) AS clause,
         arg_max(row_id, seq) AS row_id,
         arg_max(kn_row, seq) AS kn_row
  FROM ordered
  GROUP BY ALL
),
-- 盘点把时间分成段；coming：晚到的单据
segments AS (
  SELECT *,
         count(setto) OVER (PARTITION BY owner1, owner2 ORDER BY starts) AS seg,
         NULL::BIGINT AS coming
  FROM daily
),
changes AS (
  SELECT *,
         coalesce(setto, s) AS chg,
         first_value(starts) OVER (PARTITION BY owner1, owner2, seg ORDER BY starts) AS x0
  FROM segments
),
-- 逐日累计
balances AS (
  SELECT *,
         (
           sum(chg) OVER (PARTITION BY owner1, owner2, seg ORDER BY starts)
         )::BIGINT - 10000::BIGINT * (starts - x0) AS bal
  FROM changes
),
-- 逐日的结存
levels AS (
  SELECT *,
         bal + greatest(
           0,
           coalesce(
             max(
               CASE WHEN setto IS NULL THEN 0::BIGINT - (bal - chg) END
             ) OVER (PARTITION BY owner1, owner2, seg ORDER BY starts), 0
           )
         ) AS level
  FROM balances
),
bounded AS (SELECT *, low AS lo FROM levels),
-- 低于下限的日子
below_low AS (
  SELECT *,
         coalesce(level < lo - tol AND NOT coalesce(level + coming >= lo - tol, false), false) AS b_lo
  FROM bounded
  WHERE setto IS NULL
),
worst AS (SELECT * FROM below_low),
refused AS (
  SELECT *, CASE WHEN b_lo AND level < lo - tol THEN (lo - tol) - level END AS f_lo FROM worst
),
-- 越了界的日子
out_of_bounds AS (
  SELECT owner1, owner2, starts, 1 AS sg, level, high AS bound
  FROM refused
  WHERE level > high + tol
  UNION ALL
  SELECT owner1, owner2, starts, -1, level, lo - tol
  FROM refused
  WHERE lo IS NOT NULL AND f_lo > 0
),
-- 那一天的变动，从后往前摊
that_day AS (
  SELECT ordered.*, out_of_bounds.sg, out_of_bounds.level, out_of_bounds.bound,
         coalesce(
           sum(ordered.quantity * out_of_bounds.sg) OVER (
             PARTITION BY ordered.owner1, ordered.owner2, ordered.starts,
             out_of_bounds.sg ORDER BY ordered.seq DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
           ), 0
         ) AS taken
  FROM out_of_bounds
  JOIN ordered
    ON ordered.owner1 = out_of_bounds.owner1
        AND ordered.owner2 = out_of_bounds.owner2
        AND ordered.starts = out_of_bounds.starts
  WHERE NOT ordered.is_reset AND ordered.quantity * out_of_bounds.sg > 0
),
-- 查出的
found AS (
  SELECT row_id, kn_row, owner1, owner2,
         (level * 100)::BIGINT AS value,
         (bound * 100)::BIGINT AS threshold
  FROM that_day
  WHERE taken = 0
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, code3.code) AS owner_id,
       'line:' || e.bkkp_sn AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       CASE WHEN e.prd_days > 84 THEN '明确' ELSE '高疑' END AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_drug ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN x_code code3 ON code3.id = found.owner2
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01';
