-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- I05 假票据（连号、同源）
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起，ends 止
--   limit_value 限额，rank 同一时刻的先后，counted 数什么（不重复计），window_len 窗口多长
events AS (
  SELECT 0 AS clause,
         e.rank::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner,
         coalesce(e.setl_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         e.invo_num::BIGINT AS starts,
         e.invo_num::BIGINT AS ends,
         3::BIGINT AS limit_value,
         e.psn_no::BIGINT AS counted,
         19::BIGINT AS window_len
  FROM s_settlement e
  WHERE e.void IS DISTINCT FROM 1
    AND e.manl_reim_rea IS NOT NULL
    AND e.invo_num IS NOT NULL
    AND e.fixmedins_code IS NOT NULL
),
-- 事件够多的对象
enough AS (
  SELECT owner FROM events GROUP BY owner HAVING count(DISTINCT counted) >= min(limit_value) // 1
),
-- 它们的事件，按时间编号
ordered AS (
  SELECT events.*,
         row_number() OVER (PARTITION BY events.owner ORDER BY starts NULLS FIRST, at_time, rank) AS seq,
         count(*) OVER (PARTITION BY events.owner) AS n
  FROM events
  JOIN enough ON events.owner = enough.owner
  WHERE starts IS NOT NULL AND limit_value IS NOT NULL AND window_len IS NOT NULL AND counted IS NOT NULL
),
w0 AS (
  SELECT *, counted AS gg,
         first_value(window_len) OVER xg AS a1,
         first_value(limit_value) OVER xg AS lim1, 0 AS wide
  FROM ordered
  WINDOW xg AS (PARTITION BY owner, starts ORDER BY seq)
),
window_from AS (
  SELECT *, max(starts - greatest(a1, wide)) OVER (PARTITION BY owner ORDER BY starts) AS lb FROM w0
),
-- 窗口里够不够数
window_full AS (
  SELECT *,
         count(DISTINCT gg) OVER (
           PARTITION BY owner ORDER BY starts RANGE BETWEEN (starts - lb) PRECEDING AND CURRENT ROW
         ) >= (lim1 + 1 - 1) // 1 AS marked,
         dense_rank() OVER (PARTITION BY owner ORDER BY starts) AS gx
  FROM window_from
),
-- 连成一片的窗口
islands AS (
  SELECT *, gx - dense_rank() OVER (PARTITION BY owner ORDER BY starts) AS isl FROM window_full WHERE marked
),
-- 每一片从何时到何时
spans AS (
  SELECT owner, isl, min(lb) AS lo, max(starts) AS hi FROM islands GROUP BY owner, isl
),
running AS (
  SELECT ordered.*, ends.isl
  FROM spans ends
  JOIN ordered ON ends.owner = ordered.owner AND ordered.starts BETWEEN ends.lo AND ends.hi
),
beyond AS (
  SELECT *,
         min(seq) OVER (PARTITION BY owner, isl, counted) AS first_rn,
         first_value(limit_value) OVER (PARTITION BY owner, isl ORDER BY seq) AS lim0
  FROM running
),
b3 AS (
  SELECT *, dense_rank() OVER (PARTITION BY owner, isl ORDER BY first_rn) AS nth FROM beyond
),
-- 每一片的第一笔
first_of AS (
  SELECT *, max(nth) OVER (PARTITION BY owner, isl) AS v
  FROM b3
  QUALIFY row_number() OVER (PARTITION BY owner, isl ORDER BY seq) = 1
),
-- 查出的
found AS (
  SELECT row_number() OVER () AS found_no, clause, row_id, first_of.owner, isl,
         v * 1000000 AS value,
         (lim0 * 1000000)::BIGINT AS threshold
  FROM first_of
),
members AS (
  SELECT found.found_no, b3.clause, b3.row_id
  FROM found found
  JOIN b3 ON b3.owner = found.owner AND b3.isl = found.isl
)
-- 查出的每一条：免责的去掉，定级
SELECT inst1.code AS owner_id,
       'setl:' || coalesce(setl1.code, '?') AS event_id,
       hj_on(e.setl_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '高疑' AS class
FROM found
JOIN s_settlement e ON e.rank = found.row_id
LEFT JOIN x_inst inst1 ON inst1.id = found.owner
LEFT JOIN x_setl setl1 ON setl1.id = e.setl_id
LEFT JOIN (
    SELECT mm1.found_no, 1 AS n, max(i0.enddate) AS v
    FROM members mm1
    JOIN s_settlement i0 ON i0.rank = mm1.row_id
    WHERE mm1.clause IN (0)
    GROUP BY 1
  ) sub1
  ON sub1.found_no = found.found_no
LEFT JOIN (
    SELECT mm3.found_no, 1 AS n, min(i2.enddate) AS v
    FROM members mm3
    JOIN s_settlement i2 ON i2.rank = mm3.row_id
    WHERE mm3.clause IN (0)
    GROUP BY 1
  ) sub2
  ON sub2.found_no = found.found_no
LEFT JOIN (
    SELECT mm5.found_no, 1 AS n, count(DISTINCT i4.emp_no) AS v
    FROM members mm5
    JOIN s_settlement i4 ON i4.rank = mm5.row_id
    WHERE mm5.clause IN (0)
    GROUP BY 1
  ) sub3
  ON sub3.found_no = found.found_no
LEFT JOIN (
    SELECT mm7.found_no, 1 AS n, max(i6.setl_time) AS v
    FROM members mm7
    JOIN s_settlement i6 ON i6.rank = mm7.row_id
    WHERE mm7.clause IN (0)
    GROUP BY 1
  ) sub4
  ON sub4.found_no = found.found_no
LEFT JOIN (
    SELECT mm9.found_no, 1 AS n, min(i8.setl_time) AS v
    FROM members mm9
    JOIN s_settlement i8 ON i8.rank = mm9.row_id
    WHERE mm9.clause IN (0)
    GROUP BY 1
  ) sub5
  ON sub5.found_no = found.found_no
WHERE hj_on(e.setl_time) >= DATE '2021-05-01'
  AND (
        CASE
          WHEN sub1.n IS NULL THEN NULL
          ELSE sub1.v
        END = CASE WHEN sub2.n IS NULL THEN NULL ELSE sub2.v END
      ) IS NOT TRUE
  AND CASE WHEN sub3.n IS NULL THEN 0::BIGINT ELSE sub3.v END >= 3
  AND (
        CASE
          WHEN sub4.n IS NULL THEN NULL
          ELSE sub4.v
        END - CASE WHEN sub5.n IS NULL THEN NULL ELSE sub5.v END
      ) <= 31536000;
