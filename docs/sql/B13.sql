-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- B13.fund 出院报销金额接近（基金支付）
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起，ends 止，limit_value 限额
--   rank 同一时刻的先后，counted 数什么（不重复计），window_len 窗口多长
events AS (
  SELECT e.rank::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner1,
         hj_month(e.enddate)::BIGINT AS owner2,
         e.med_type::BIGINT AS owner3,
         coalesce(e.begntime, 0) AS at_time,
         e.rank::BIGINT AS rank,
         e.fund_pay_sumamt::BIGINT AS starts,
         e.fund_pay_sumamt::BIGINT AS ends,
         8::BIGINT AS limit_value,
         e.psn_no::BIGINT AS counted,
         1000::BIGINT AS window_len
  FROM s_visit e
  LEFT JOIN x_code code1 ON code1.id = e.clr_way
  LEFT JOIN x_code code2 ON code2.id = e.med_type
  WHERE e.kind = 1
    AND e.fund_pay_sumamt > 0
    AND (
          (code1.code IN ('3', '2') OR code1.code LIKE '50%' OR code1.code LIKE '40%')
          OR code2.code LIKE '26%'
        ) IS NOT TRUE
    AND e.fixmedins_code IS NOT NULL
    AND hj_month(e.enddate) IS NOT NULL
    AND e.med_type IS NOT NULL
),
-- 事件够多的对象
enough AS (
  SELECT owner1, owner2, owner3
  FROM events
  GROUP BY owner1, owner2, owner3
  HAVING count(DISTINCT counted) >= min(limit_value) // 1
),
-- 它们的事件，按时间编号
ordered AS (
  SELECT events.*,
         row_number() OVER (
           PARTITION BY events.owner1, events.owner2, events.owner3 ORDER BY starts NULLS FIRST, at_time, rank
         ) AS seq,
         count(*) OVER (PARTITION BY events.owner1, events.owner2, events.owner3) AS n
  FROM events
  JOIN enough
    ON events.owner1 = enough.owner1 AND events.owner2 = enough.owner2 AND events.owner3 = enough.owner3
  WHERE starts IS NOT NULL AND limit_value IS NOT NULL AND window_len IS NOT NULL AND counted IS NOT NULL
),
w0 AS (
  SELECT *, counted AS gg,
         first_value(window_len) OVER xg AS a1,
         first_value(limit_value) OVER xg AS lim1,
         hj_div(
           nth_value(starts, (n + 1) // 2) OVER (
             PARTITION BY owner1, owner2,
             owner3 ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
           ) * 50, 10000
         ) AS wide
  FROM ordered
  WINDOW xg AS (PARTITION BY owner1, owner2, owner3, starts ORDER BY seq)
),
window_from AS (
  SELECT *,
         max(starts - greatest(a1, wide)) OVER (PARTITION BY owner1, owner2, owner3 ORDER BY starts) AS lb
  FROM w0
),
-- 窗口里够不够数
window_full AS (
  SELECT *,
         count(DISTINCT gg) OVER (
           PARTITION BY owner1, owner2,
           owner3 ORDER BY starts RANGE BETWEEN (starts - lb) PRECEDING AND CURRENT ROW
         ) >= (lim1 + 1 - 1) // 1 AS marked,
         dense_rank() OVER (PARTITION BY owner1, owner2, owner3 ORDER BY starts) AS gx
  FROM window_from
),
-- 连成一片的窗口
islands AS (
  SELECT *,
         gx - dense_rank() OVER (PARTITION BY owner1, owner2, owner3 ORDER BY starts) AS isl
  FROM window_full
  WHERE marked
),
-- 每一片从何时到何时
spans AS (
  SELECT owner1, owner2, owner3, isl, min(lb) AS lo, max(starts) AS hi
  FROM islands
  GROUP BY owner1, owner2, owner3, isl
),
running AS (
  SELECT ordered.*, ends.isl
  FROM spans ends
  JOIN ordered
    ON ends.owner1 = ordered.owner1
        AND ends.owner2 = ordered.owner2
        AND ends.owner3 = ordered.owner3
        AND ordered.starts BETWEEN ends.lo AND ends.hi
),
beyond AS (
  SELECT *,
         min(seq) OVER (PARTITION BY owner1, owner2, owner3, isl, counted) AS first_rn,
         first_value(limit_value) OVER (PARTITION BY owner1, owner2, owner3, isl ORDER BY seq) AS lim0
  FROM running
),
b3 AS (
  SELECT *, dense_rank() OVER (PARTITION BY owner1, owner2, owner3, isl ORDER BY first_rn) AS nth FROM beyond
),
-- 每一片的第一笔
first_of AS (
  SELECT *, max(nth) OVER (PARTITION BY owner1, owner2, owner3, isl) AS v
  FROM b3
  QUALIFY row_number() OVER (PARTITION BY owner1, owner2, owner3, isl ORDER BY seq) = 1
),
-- 查出的
found AS (
  SELECT row_id, first_of.owner1, first_of.owner2, first_of.owner3,
         v * 1000000 AS value,
         (lim0 * 1000000)::BIGINT AS threshold
  FROM first_of
  JOIN (
      SELECT owner1, owner2, owner3, count(DISTINCT counted) AS all_n
      FROM ordered
      GROUP BY owner1, owner2, owner3
    ) bn
    ON bn.owner1 = first_of.owner1 AND bn.owner2 = first_of.owner2 AND bn.owner3 = first_of.owner3
  WHERE first_of.v * 10000 >= 2000 * bn.all_n
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws(
         '|', inst1.code, printf('%04d-%02d', found.owner2 // 12, found.owner2 % 12 + 1), code3.code
       ) AS owner_id,
       'mdtrt:' || coalesce(visit1.code, '?') AS event_id,
       hj_on(e.begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_visit e ON e.rank = found.row_id
LEFT JOIN x_inst inst1 ON inst1.id = found.owner1
LEFT JOIN x_code code3 ON code3.id = found.owner3
LEFT JOIN x_visit visit1 ON visit1.id = e.mdtrt_id
WHERE hj_on(e.begntime) >= DATE '2021-05-01';

-- B13.fee 出院总费用接近（按病种付费）
-- 与 B13.fund 只有下面几处不同（- 换成 +，行号从 B13.fund 的第一行数起）。
-- 整句：huji rules doc --sql --rule B13.fee
-- @ 第 12 行
-- -          e.fund_pay_sumamt::BIGINT AS starts,
-- -          e.fund_pay_sumamt::BIGINT AS ends,
-- +          e.medfee_sumamt::BIGINT AS starts,
-- +          e.medfee_sumamt::BIGINT AS ends,
-- @ 第 21 行
-- -     AND e.fund_pay_sumamt > 0
-- @ 第 25 行
-- -         ) IS NOT TRUE
-- +         )
-- +     AND e.medfee_sumamt > 0
