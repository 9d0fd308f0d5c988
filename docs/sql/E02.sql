-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- E02.purchase 频繁购药
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起，ends 止，limit_value 限额
--   rank 同一时刻的先后，counted 数什么（不重复计），window_len 窗口多长
events AS (
  SELECT e.rank::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner,
         coalesce(e.setl_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.setl_time)::BIGINT AS starts,
         hj_day(e.setl_time)::BIGINT AS ends,
         12::BIGINT AS limit_value,
         hj_day(e.setl_time)::BIGINT AS counted,
         29::BIGINT AS window_len
  FROM s_settlement e
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  LEFT JOIN s_visit visit1 ON visit1.mdtrt_id = e.mdtrt_id
  LEFT JOIN x_dx dx1 ON dx1.id = visit1.dx
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             hj_any(item1.code LIKE '0031100000%') AS v
      FROM net_line i0
      LEFT JOIN x_item item1 ON item1.id = i0.hilist_code
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i1.psn_no, i1.mdtrt_id, 1 AS n,
             hj_any(item2.code LIKE '0034%') AS v
      FROM net_line i1
      LEFT JOIN x_item item2 ON item2.id = i1.hilist_code
      GROUP BY 1, 2
    ) sub2
    ON sub2.mdtrt_id = e.mdtrt_id AND sub2.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i2.psn_no, i2.mdtrt_id, 1 AS n,
             hj_any(
               item3.code LIKE 'XJ07BG%'
               OR item3.code LIKE '0045%'
               OR item3.code LIKE '0043%'
               OR item3.code LIKE '001206%'
             ) AS v
      FROM net_line i2
      LEFT JOIN x_item item3 ON item3.id = i2.hilist_code
      GROUP BY 1, 2
    ) sub3
    ON sub3.mdtrt_id = e.mdtrt_id AND sub3.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i3.psn_no, i3.mdtrt_id, 1 AS n,
             hj_any(
               item4.code = '001204000120000'
               OR item4.code LIKE '0024%'
               OR item4.code LIKE 'XL02%'
               OR item4.code LIKE 'XL01%'
             ) AS v
      FROM net_line i3
      LEFT JOIN x_item item4 ON item4.id = i3.hilist_code
      GROUP BY 1, 2
    ) sub4
    ON sub4.mdtrt_id = e.mdtrt_id AND sub4.psn_no = e.psn_no
  WHERE e.void IS DISTINCT FROM 1
    AND code1.code LIKE '41%'
    AND e.fund_pay_sumamt > 0
    AND (
          (
            dx1.code LIKE 'Z49%' OR dx1.code LIKE 'N18.9%' OR dx1.code LIKE 'N18.0%' OR dx1.code LIKE 'N18.6%'
            OR dx1.code LIKE 'N18.5%'
          )
          AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub1.n IS NULL THEN false ELSE sub1.v END
        ) IS NOT TRUE
    AND (
          (hj_within(dx1.code, 'G81', 'G83') OR dx1.code LIKE 'I69%' OR dx1.code LIKE 'Z50%')
          AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub2.n IS NULL THEN false ELSE sub2.v END
        ) IS NOT TRUE
    AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub3.n IS NULL THEN false ELSE sub3.v END IS NOT TRUE
    AND (
          (dx1.code LIKE 'Z51.2%' OR dx1.code LIKE 'Z51.1%' OR dx1.code LIKE 'Z51.0%')
          OR (hj_within(dx1.code, 'D37', 'D48') OR hj_within(dx1.code, 'C00', 'C97'))
              AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub4.n IS NULL THEN false ELSE sub4.v END
        ) IS NOT TRUE
    AND e.psn_no IS NOT NULL
),
-- 事件够多的对象
enough AS (
  SELECT owner FROM events GROUP BY owner HAVING count(DISTINCT counted) >= min(limit_value) // 1
),
-- 它们的事件，按时间编号
ordered AS (
  SELECT events.*,
         row_number() OVER (PARTITION BY events.owner ORDER BY starts NULLS FIRST, at_time, rank) AS seq
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
  SELECT row_id, first_of.owner, v * 1000000 AS value, (lim0 * 1000000)::BIGINT AS threshold FROM first_of
)
-- 查出的每一条：免责的去掉，定级
SELECT person1.code AS owner_id,
       'setl:' || coalesce(setl1.code, '?') AS event_id,
       hj_on(e.setl_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_settlement e ON e.rank = found.row_id
LEFT JOIN x_person person1 ON person1.id = found.owner
LEFT JOIN x_setl setl1 ON setl1.id = e.setl_id
WHERE hj_on(e.setl_time) >= DATE '2021-05-01';

-- E02.visit 频繁门诊
-- 与 E02.purchase 只有下面几处不同（- 换成 +，行号从 E02.purchase 的第一行数起）。
-- 整句：huji rules doc --sql --rule E02.visit
-- @ 第 12 行
-- -          12::BIGINT AS limit_value,
-- +          15::BIGINT AS limit_value,
-- @ 第 62 行
-- -     AND code1.code LIKE '41%'
-- +     AND (code1.code LIKE '14%' OR code1.code LIKE '11%')
