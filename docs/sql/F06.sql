-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- F06.surgeon 手术医师并台
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起，ends 止，rank 同一时刻的先后
--   low 间隔下限，high 间隔上限
events AS (
  SELECT e.rank::BIGINT AS row_id,
         e.oper_dr_code::BIGINT AS owner,
         coalesce(e.oprn_oprt_begntime, 0) AS at_time,
         e.rank::BIGINT AS rank,
         e.oprn_oprt_begntime::BIGINT AS starts,
         e.oprn_oprt_endtime::BIGINT AS ends,
         NULL::BIGINT AS low,
         (-900)::BIGINT AS high
  FROM s_operation e
  WHERE e.oprn_oprt_endtime IS NOT NULL
    AND e.oprn_oprt_endtime > e.oprn_oprt_begntime
    AND e.oper_dr_code IS NOT NULL
),
-- 每个对象的事件按时间编号
ordered AS (
  SELECT *,
         row_number() OVER (PARTITION BY owner ORDER BY starts NULLS FIRST, at_time, rank) AS seq
  FROM events
  WHERE starts IS NOT NULL AND ends IS NOT NULL
),
-- previous：之前的一个（紧挨着的，或之前结束最晚的）
with_previous AS (
  SELECT *,
         max(
           {'ends': ends, 'starts': starts, 'at_time': at_time, 'rank': rank, 'nrn': -seq, 'row_id': row_id}
         ) OVER (PARTITION BY owner ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS previous
  FROM ordered
),
-- 前后两个之间隔了多久，在不在上下限之内
gaps AS (
  SELECT row_id, owner,
         previous.row_id AS prev_row_id,
         (starts - previous.ends) * 1000000 AS value,
         coalesce(high, low) * 1000000 AS threshold, low, high
  FROM with_previous
  WHERE previous IS NOT NULL
    AND (with_previous.high IS NULL OR (starts - previous.ends) <= with_previous.high)
),
-- 查出的
found AS (
  SELECT gaps.*
  FROM gaps
  JOIN s_operation e ON e.rank = gaps.row_id
  LEFT JOIN s_operation operation1 ON operation1.rank = gaps.prev_row_id
  WHERE e.mdtrt_id <> operation1.mdtrt_id
)
-- 查出的每一条：免责的去掉，定级
SELECT doctor1.code AS owner_id,
       'oprn:' || coalesce(text1.code, '?') AS event_id,
       hj_on(e.oprn_oprt_begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_operation e ON e.rank = found.row_id
LEFT JOIN x_doctor doctor1 ON doctor1.id = found.owner
LEFT JOIN x_text text1 ON text1.id = e.setl_list_oprn_id
WHERE hj_on(e.oprn_oprt_begntime) >= DATE '2021-05-01';

-- F06.anaesthetist 麻醉医师并台
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起，ends 止
--   limit_value 限额，rank 同一时刻的先后，counted 数什么（不重复计），window_len 窗口多长
events AS (
  SELECT 0 AS clause,
         e.rank::BIGINT AS row_id,
         e.anst_dr_code::BIGINT AS owner,
         coalesce(e.oprn_oprt_begntime, 0) AS at_time,
         e.rank::BIGINT AS rank,
         e.anst_begntime::BIGINT AS starts,
         e.anst_begntime::BIGINT AS ends,
         3::BIGINT AS limit_value,
         e.mdtrt_id::BIGINT AS counted,
         1800::BIGINT AS window_len
  FROM s_operation e
  WHERE e.anst_endtime IS NOT NULL AND e.anst_endtime > e.anst_begntime AND e.anst_dr_code IS NOT NULL
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
SELECT doctor1.code AS owner_id,
       'oprn:' || coalesce(text1.code, '?') AS event_id,
       hj_on(e.oprn_oprt_begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '高疑' AS class
FROM found
JOIN s_operation e ON e.rank = found.row_id
LEFT JOIN x_doctor doctor1 ON doctor1.id = found.owner
LEFT JOIN x_text text1 ON text1.id = e.setl_list_oprn_id
LEFT JOIN (
    SELECT mm1.found_no, 1 AS n, min(i0.anst_endtime) AS v
    FROM members mm1
    JOIN s_operation i0 ON i0.rank = mm1.row_id
    WHERE mm1.clause IN (0)
    GROUP BY 1
  ) sub1
  ON sub1.found_no = found.found_no
LEFT JOIN (
    SELECT mm3.found_no, 1 AS n, max(i2.anst_begntime) AS v
    FROM members mm3
    JOIN s_operation i2 ON i2.rank = mm3.row_id
    WHERE mm3.clause IN (0)
    GROUP BY 1
  ) sub2
  ON sub2.found_no = found.found_no
WHERE hj_on(e.oprn_oprt_begntime) >= DATE '2021-05-01'
  AND (
        CASE
          WHEN sub1.n IS NULL THEN NULL
          ELSE sub1.v
        END - CASE WHEN sub2.n IS NULL THEN NULL ELSE sub2.v END
      ) >= 900;
