-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- A05.pharmacy 同终端短时多卡（药店）
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起，ends 止
--   limit_value 限额，rank 同一时刻的先后，counted 数什么（不重复计），window_len 窗口多长
events AS (
  SELECT 0 AS clause,
         e.rank::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner1,
         e.terminal::BIGINT AS owner2,
         coalesce(e.setl_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         e.setl_time::BIGINT AS starts,
         e.setl_time::BIGINT AS ends,
         5::BIGINT AS limit_value,
         e.psn_no::BIGINT AS counted,
         600::BIGINT AS window_len
  FROM s_settlement e
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  LEFT JOIN x_code code2 ON code2.id = inst1.fixmedins_type
  WHERE e.void IS DISTINCT FROM 1
    AND (code1.code LIKE '41%' OR code1.code LIKE '14%' OR code1.code LIKE '11%')
    AND code2.code = '2'
    AND (e.fund_pay_sumamt > 0 OR e.acct_pay > 0)
    AND hj_day(e.setl_time - 1) = hj_day(e.setl_time)
    AND e.fixmedins_code IS NOT NULL
    AND e.terminal IS NOT NULL
),
-- 事件够多的对象
enough AS (
  SELECT owner1, owner2
  FROM events
  GROUP BY owner1, owner2
  HAVING count(DISTINCT counted) >= min(limit_value) // 1
),
-- 它们的事件，按时间编号
ordered AS (
  SELECT events.*,
         row_number() OVER (
           PARTITION BY events.owner1, events.owner2 ORDER BY starts NULLS FIRST, at_time, rank
         ) AS seq,
         count(*) OVER (PARTITION BY events.owner1, events.owner2) AS n
  FROM events
  JOIN enough ON events.owner1 = enough.owner1 AND events.owner2 = enough.owner2
  WHERE starts IS NOT NULL AND limit_value IS NOT NULL AND window_len IS NOT NULL AND counted IS NOT NULL
),
w0 AS (
  SELECT *, counted AS gg,
         first_value(window_len) OVER xg AS a1,
         first_value(limit_value) OVER xg AS lim1, 0 AS wide
  FROM ordered
  WINDOW xg AS (PARTITION BY owner1, owner2, starts ORDER BY seq)
),
window_from AS (
  SELECT *, max(starts - greatest(a1, wide)) OVER (PARTITION BY owner1, owner2 ORDER BY starts) AS lb FROM w0
),
-- 窗口里够不够数
window_full AS (
  SELECT *,
         count(DISTINCT gg) OVER (
           PARTITION BY owner1, owner2 ORDER BY starts RANGE BETWEEN (starts - lb) PRECEDING AND CURRENT ROW
         ) >= (lim1 + 1 - 1) // 1 AS marked,
         dense_rank() OVER (PARTITION BY owner1, owner2 ORDER BY starts) AS gx
  FROM window_from
),
-- 连成一片的窗口
islands AS (
  SELECT *,
         gx - dense_rank() OVER (PARTITION BY owner1, owner2 ORDER BY starts) AS isl
  FROM window_full
  WHERE marked
),
-- 每一片从何时到何时
spans AS (
  SELECT owner1, owner2, isl, min(lb) AS lo, max(starts) AS hi FROM islands GROUP BY owner1, owner2, isl
),
running AS (
  SELECT ordered.*, ends.isl
  FROM spans ends
  JOIN ordered
    ON ends.owner1 = ordered.owner1
        AND ends.owner2 = ordered.owner2
        AND ordered.starts BETWEEN ends.lo AND ends.hi
),
beyond AS (
  SELECT *,
         min(seq) OVER (PARTITION BY owner1, owner2, isl, counted) AS first_rn,
         first_value(limit_value) OVER (PARTITION BY owner1, owner2, isl ORDER BY seq) AS lim0
  FROM running
),
b3 AS (
  SELECT *, dense_rank() OVER (PARTITION BY owner1, owner2, isl ORDER BY first_rn) AS nth FROM beyond
),
-- 每一片的第一笔
first_of AS (
  SELECT *, max(nth) OVER (PARTITION BY owner1, owner2, isl) AS v
  FROM b3
  QUALIFY row_number() OVER (PARTITION BY owner1, owner2, isl ORDER BY seq) = 1
),
-- 查出的
found AS (
  SELECT row_number() OVER () AS found_no, clause, row_id, first_of.owner1, first_of.owner2, isl,
         v * 1000000 AS value,
         (lim0 * 1000000)::BIGINT AS threshold
  FROM first_of
),
members AS (
  SELECT found.found_no, b3.clause, b3.row_id
  FROM found found
  JOIN b3 ON b3.owner1 = found.owner1 AND b3.owner2 = found.owner2 AND b3.isl = found.isl
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', inst2.code, text1.code) AS owner_id,
       'setl:' || coalesce(setl1.code, '?') AS event_id,
       hj_on(e.setl_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       CASE
         WHEN (
                CASE
                  WHEN sub1.n IS NULL THEN NULL
                  ELSE sub1.v
                END - CASE WHEN sub2.n IS NULL THEN NULL ELSE sub2.v END
              ) < 100
              OR CASE WHEN sub3.n IS NULL THEN true ELSE sub3.v END THEN '高疑'
         ELSE '可疑'
       END AS class
FROM found
JOIN s_settlement e ON e.rank = found.row_id
LEFT JOIN x_inst inst2 ON inst2.id = found.owner1
LEFT JOIN x_text text1 ON text1.id = found.owner2
LEFT JOIN x_setl setl1 ON setl1.id = e.setl_id
LEFT JOIN (
    SELECT mm1.found_no, 1 AS n, max(i0.medfee_sumamt) AS v
    FROM members mm1
    JOIN s_settlement i0 ON i0.rank = mm1.row_id
    WHERE mm1.clause IN (0)
    GROUP BY 1
  ) sub1
  ON sub1.found_no = found.found_no
LEFT JOIN (
    SELECT mm3.found_no, 1 AS n, min(i2.medfee_sumamt) AS v
    FROM members mm3
    JOIN s_settlement i2 ON i2.rank = mm3.row_id
    WHERE mm3.clause IN (0)
    GROUP BY 1
  ) sub2
  ON sub2.found_no = found.found_no
LEFT JOIN (
    SELECT mm5.found_no, 1 AS n, false AS v
    FROM members mm5
    JOIN s_settlement i4 ON i4.rank = mm5.row_id
    WHERE mm5.clause IN (0)
      AND (
            hour(make_timestamp(i4.setl_time * 1000000))::BIGINT >= 22
            OR hour(make_timestamp(i4.setl_time * 1000000))::BIGINT < 6
          ) IS NOT TRUE
    GROUP BY 1
  ) sub3
  ON sub3.found_no = found.found_no
WHERE hj_on(e.setl_time) >= DATE '2021-05-01';

-- A05.window 同终端短时多卡（医院窗口）
-- 与 A05.pharmacy 只有下面几处不同（- 换成 +，行号从 A05.pharmacy 的第一行数起）。
-- 整句：huji rules doc --sql --rule A05.window
-- @ 第 14 行
-- -          5::BIGINT AS limit_value,
-- +          8::BIGINT AS limit_value,
-- @ 第 23 行
-- -     AND code2.code = '2'
-- +     AND code2.code = '1'
