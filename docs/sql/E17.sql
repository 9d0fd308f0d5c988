-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- E17.a 检验结果雷同
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起，ends 止，limit_value 限额
--   rank 同一时刻的先后，counted 数什么（不重复计），window_len 窗口多长
events AS (
  SELECT e.rank::BIGINT AS row_id,
         e.lab_name::BIGINT AS owner1,
         e.assay::BIGINT AS owner2,
         e.sign::BIGINT AS owner3,
         coalesce(e.lab_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.lab_time)::BIGINT AS starts,
         hj_day(e.lab_time)::BIGINT AS ends,
         (CASE WHEN e.items >= 8 THEN 2 ELSE 3 END)::BIGINT AS limit_value,
         e.psn_no::BIGINT AS counted,
         90::BIGINT AS window_len
  FROM s_lab e
  WHERE e.items >= 5 AND e.sign IS NOT NULL AND e.lab_name IS NOT NULL AND e.assay IS NOT NULL
    AND e.sign IS NOT NULL
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
         ) AS seq
  FROM events
  JOIN enough
    ON events.owner1 = enough.owner1 AND events.owner2 = enough.owner2 AND events.owner3 = enough.owner3
  WHERE starts IS NOT NULL AND limit_value IS NOT NULL AND window_len IS NOT NULL AND counted IS NOT NULL
),
w0 AS (
  SELECT *, counted AS gg,
         first_value(window_len) OVER xg AS a1,
         first_value(limit_value) OVER xg AS lim1, 0 AS wide
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
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', text1.code, text2.code, text3.code) AS owner_id,
       'lab:' || coalesce(text4.code, '?') AS event_id,
       hj_on(e.lab_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '高疑' AS class
FROM found
JOIN s_lab e ON e.rank = found.row_id
LEFT JOIN x_text text1 ON text1.id = found.owner1
LEFT JOIN x_text text2 ON text2.id = found.owner2
LEFT JOIN x_text text3 ON text3.id = found.owner3
LEFT JOIN x_text text4 ON text4.id = e.report_no
WHERE hj_on(e.lab_time) >= DATE '2021-05-01';

-- E17.b 检验阳性率异常
WITH
-- 同类里从小到大
sorted AS (
  SELECT *,
         row_number() OVER (PARTITION BY k2, p0, p1, p2 ORDER BY value) AS i,
         count(*) OVER (PARTITION BY k2, p0, p1, p2) AS cnt
  FROM m_lab_positive
  WHERE n >= 30 AND n > 0
),
-- 中位数（或自己过去的中位数）
medians AS (
  SELECT *,
         max(CASE WHEN i = (cnt - 1) // 2 + 1 THEN value END) OVER (PARTITION BY k2, p0, p1, p2) AS med
  FROM sorted
  WHERE cnt >= 5
),
-- 量少的向中位数收
shrunk AS (
  SELECT *,
         ((2 * (n::HUGEINT * value + 30::HUGEINT * med) + (n + 30)) // (2 * (n + 30)::HUGEINT))::BIGINT AS ms
  FROM medians
),
-- 离中位数多远
deviations AS (
  SELECT *,
         abs(value - med) AS dev,
         row_number() OVER (PARTITION BY k2, p0, p1, p2 ORDER BY abs(value - med)) AS di,
         sum(abs(value - med)) OVER (PARTITION BY k2, p0, p1, p2) AS devs
  FROM shrunk
),
-- 远近的中位数（MAD）
spread AS (
  SELECT *,
         max(CASE WHEN di = (cnt - 1) // 2 + 1 THEN dev END) OVER (PARTITION BY k2, p0, p1, p2) AS mad
  FROM deviations
),
-- 稳健 z 分
scored AS (
  SELECT *,
         CASE
           WHEN mad > 0 THEN 0.6745::DOUBLE * (ms - med)::DOUBLE / mad::DOUBLE
           WHEN devs > 0 THEN (ms - med)::DOUBLE / (1.253314::DOUBLE * (devs::DOUBLE / cnt::DOUBLE))
           ELSE 0
         END AS z
  FROM spread
),
scores AS (
  SELECT *,
         trunc(z * 1e6::DOUBLE + CASE WHEN z < 0 THEN -0.5::DOUBLE ELSE 0.5::DOUBLE END)::BIGINT AS hv,
         3500000::BIGINT AS ht
  FROM scored
),
-- 够远的
hits AS (
  SELECT * FROM scores WHERE value >= 0 AND hv >= 3500000 AND ms - med >= 0
),
-- 查出的
found AS (
  SELECT rid, hits.k0, hits.k1, hits.k2,
         printf('%04dQ%d', hits.k2 // 4, hits.k2 % 4 + 1) AS anchor_text, hv AS value,
         ht AS threshold
  FROM hits
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', text1.code, text2.code) AS owner_id,
       found.anchor_text AS event_id,
       hj_month_start(found.k2 * 3) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_lab e ON e.rank = found.rid
LEFT JOIN x_text text1 ON text1.id = found.k0
LEFT JOIN x_text text2 ON text2.id = found.k1
WHERE hj_month_start(found.k2 * 3) >= DATE '2021-05-01';

-- E17.both 检验结果雷同且阳性率异常
WITH
-- 各部分的规则上次筛查查出的（part：第几部分）
part_rows AS (
  SELECT *
  FROM (
      SELECT 0 AS part, false AS need,
             split_part(s.owner_id, '|', 1) AS t0,
             split_part(s.owner_id, '|', 2) AS t1,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('E17.a')
    ) s
  WHERE t0 <> '?' AND t1 <> '?'
  UNION ALL
  SELECT *
  FROM (
      SELECT 1 AS part, false AS need,
             split_part(s.owner_id, '|', 1) AS t0,
             split_part(s.owner_id, '|', 2) AS t1,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('E17.b')
    ) s
  WHERE t0 <> '?' AND t1 <> '?'
),
-- 够了几个部分的对象
owners AS (
  SELECT t0, t1,
         count(DISTINCT CASE WHEN NOT need THEN part END) AS n_parts,
         max(event_date) AS event_date
  FROM part_rows
  GROUP BY t0, t1
  HAVING n_parts >= 2
),
-- 查出的
found AS (
  SELECT owners.*, (n_parts * 1000000)::BIGINT AS value, 2000000::BIGINT AS threshold FROM owners
),
-- 免责以后剩下的
standing AS (
  SELECT *
  FROM (
      SELECT found.*,
             'all' AS anchor,
             concat_ws('|', found.t0::VARCHAR, found.t1::VARCHAR) AS owner_id, '高疑' AS cls
      FROM found
      WHERE found.event_date >= DATE '2021-05-01'
    )
  WHERE cls IS NOT NULL
)
-- 查出的每一条：免责的去掉，定级
SELECT owner_id,
       anchor AS event_id, event_date,
       hj_value(value) AS value,
       hj_value(threshold) AS threshold, cls AS class
FROM standing;
