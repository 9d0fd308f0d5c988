-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- E14.person 购药、检查后退费套现（参保人）
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起，ends 止
--   limit_value 限额，rank 同一时刻的先后，window_len 窗口多长
events AS (
  SELECT 0 AS clause,
         e.rank::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner,
         coalesce(e.setl_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.setl_time)::BIGINT AS starts,
         hj_day(e.setl_time)::BIGINT AS ends,
         3::BIGINT AS limit_value,
         90::BIGINT AS window_len
  FROM s_refund e
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  LEFT JOIN x_code code2 ON code2.id = e.refund_kind
  WHERE (code1.code LIKE '41%' OR code1.code LIKE '14%' OR code1.code LIKE '13%' OR code1.code LIKE '11%')
    AND (code2.code = 'orphan' OR (e.setl_time - e.init_setl_time) > 1800)
    AND e.psn_no IS NOT NULL
),
-- 事件够多的对象
enough AS (
  SELECT owner FROM events GROUP BY owner HAVING count(*) >= min(limit_value) // 1
),
-- 它们的事件，按时间编号
ordered AS (
  SELECT events.*,
         row_number() OVER (PARTITION BY events.owner ORDER BY starts NULLS FIRST, at_time, rank) AS seq,
         count(*) OVER (PARTITION BY events.owner) AS n
  FROM events
  JOIN enough ON events.owner = enough.owner
  WHERE starts IS NOT NULL AND limit_value IS NOT NULL AND window_len IS NOT NULL
),
w0 AS (
  SELECT *, seq AS gg,
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
         min(seq) OVER (PARTITION BY owner, isl, seq) AS first_rn,
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
SELECT person1.code AS owner_id,
       'setl:' || coalesce(setl1.code, '?') AS event_id,
       hj_on(e.setl_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '高疑' AS class
FROM found
JOIN s_refund e ON e.rank = found.row_id
LEFT JOIN x_person person1 ON person1.id = found.owner
LEFT JOIN x_setl setl1 ON setl1.id = e.setl_id
LEFT JOIN (
    SELECT mm1.found_no, 1 AS n, coalesce(sum(i0.medfee_sumamt), 0)::BIGINT AS v
    FROM members mm1
    JOIN s_refund i0 ON i0.rank = mm1.row_id
    WHERE mm1.clause IN (0)
    GROUP BY 1
  ) sub1
  ON sub1.found_no = found.found_no
LEFT JOIN (
    SELECT mm3.found_no, 1 AS n, coalesce(sum(i2.medfee_sumamt), 0)::BIGINT AS v
    FROM members mm3
    JOIN s_refund i2 ON i2.rank = mm3.row_id
    WHERE mm3.clause IN (0)
    GROUP BY 1
  ) sub2
  ON sub2.found_no = found.found_no
LEFT JOIN m_out_purchase out_purchase1
  ON out_purchase1."k0" = e.psn_no AND out_purchase1."k1" = hj_quarter(hj_day(e.setl_time))
LEFT JOIN m_out_purchase out_purchase2
  ON out_purchase2."k0" = e.psn_no AND out_purchase2."k1" = hj_quarter(hj_day(e.setl_time) + 90)
WHERE hj_on(e.setl_time) >= DATE '2021-05-01'
  AND (CASE WHEN sub1.n IS NULL THEN 0::BIGINT ELSE sub1.v END::BIGINT * 1000000) >= hj_mul(
        50,
        (
          (
            CASE WHEN sub2.n IS NULL THEN 0::BIGINT ELSE sub2.v END::BIGINT * 10000
          ) + coalesce(out_purchase1.value, 0)
        ) + coalesce(out_purchase2.value, 0)
      );

-- E14.operator 购药、检查后退费套现（经办人）
-- 与 E14.person 只有下面几处不同（- 换成 +，行号从 E14.person 的第一行数起）。
-- 整句：huji rules doc --sql --rule E14.operator
-- @ 第 8 行
-- -          e.psn_no::BIGINT AS owner,
-- +          e.fixmedins_code::BIGINT AS owner1,
-- +          e.opter_id::BIGINT AS owner2,
-- @ 第 20 行
-- -     AND e.psn_no IS NOT NULL
-- +     AND e.fixmedins_code IS NOT NULL
-- +     AND e.opter_id IS NOT NULL
-- @ 第 24 行
-- -   SELECT owner FROM events GROUP BY owner HAVING count(*) >= min(limit_value) // 1
-- +   SELECT owner1, owner2 FROM events GROUP BY owner1, owner2 HAVING count(*) >= min(limit_value) // 1
-- @ 第 29 行
-- -          row_number() OVER (PARTITION BY events.owner ORDER BY starts NULLS FIRST, at_time, rank) AS seq,
-- -          count(*) OVER (PARTITION BY events.owner) AS n
-- +          row_number() OVER (
-- +            PARTITION BY events.owner1, events.owner2 ORDER BY starts NULLS FIRST, at_time, rank
-- +          ) AS seq,
-- +          count(*) OVER (PARTITION BY events.owner1, events.owner2) AS n
-- @ 第 32 行
-- -   JOIN enough ON events.owner = enough.owner
-- +   JOIN enough ON events.owner1 = enough.owner1 AND events.owner2 = enough.owner2
-- @ 第 40 行
-- -   WINDOW xg AS (PARTITION BY owner, starts ORDER BY seq)
-- +   WINDOW xg AS (PARTITION BY owner1, owner2, starts ORDER BY seq)
-- @ 第 43 行
-- -   SELECT *, max(starts - greatest(a1, wide)) OVER (PARTITION BY owner ORDER BY starts) AS lb FROM w0
-- +   SELECT *, max(starts - greatest(a1, wide)) OVER (PARTITION BY owner1, owner2 ORDER BY starts) AS lb FROM w0
-- @ 第 49 行
-- -            PARTITION BY owner ORDER BY starts RANGE BETWEEN (starts - lb) PRECEDING AND CURRENT ROW
-- +            PARTITION BY owner1, owner2 ORDER BY starts RANGE BETWEEN (starts - lb) PRECEDING AND CURRENT ROW
-- @ 第 51 行
-- -          dense_rank() OVER (PARTITION BY owner ORDER BY starts) AS gx
-- +          dense_rank() OVER (PARTITION BY owner1, owner2 ORDER BY starts) AS gx
-- @ 第 56 行
-- -   SELECT *, gx - dense_rank() OVER (PARTITION BY owner ORDER BY starts) AS isl FROM window_full WHERE marked
-- +   SELECT *,
-- +          gx - dense_rank() OVER (PARTITION BY owner1, owner2 ORDER BY starts) AS isl
-- +   FROM window_full
-- +   WHERE marked
-- @ 第 60 行
-- -   SELECT owner, isl, min(lb) AS lo, max(starts) AS hi FROM islands GROUP BY owner, isl
-- +   SELECT owner1, owner2, isl, min(lb) AS lo, max(starts) AS hi FROM islands GROUP BY owner1, owner2, isl
-- @ 第 65 行
-- -   JOIN ordered ON ends.owner = ordered.owner AND ordered.starts BETWEEN ends.lo AND ends.hi
-- +   JOIN ordered
-- +     ON ends.owner1 = ordered.owner1
-- +         AND ends.owner2 = ordered.owner2
-- +         AND ordered.starts BETWEEN ends.lo AND ends.hi
-- @ 第 69 行
-- -          min(seq) OVER (PARTITION BY owner, isl, seq) AS first_rn,
-- -          first_value(limit_value) OVER (PARTITION BY owner, isl ORDER BY seq) AS lim0
-- +          min(seq) OVER (PARTITION BY owner1, owner2, isl, seq) AS first_rn,
-- +          first_value(limit_value) OVER (PARTITION BY owner1, owner2, isl ORDER BY seq) AS lim0
-- @ 第 74 行
-- -   SELECT *, dense_rank() OVER (PARTITION BY owner, isl ORDER BY first_rn) AS nth FROM beyond
-- +   SELECT *, dense_rank() OVER (PARTITION BY owner1, owner2, isl ORDER BY first_rn) AS nth FROM beyond
-- @ 第 78 行
-- -   SELECT *, max(nth) OVER (PARTITION BY owner, isl) AS v
-- +   SELECT *, max(nth) OVER (PARTITION BY owner1, owner2, isl) AS v
-- @ 第 80 行
-- -   QUALIFY row_number() OVER (PARTITION BY owner, isl ORDER BY seq) = 1
-- +   QUALIFY row_number() OVER (PARTITION BY owner1, owner2, isl ORDER BY seq) = 1
-- @ 第 84 行
-- -   SELECT row_number() OVER () AS found_no, clause, row_id, first_of.owner, isl,
-- +   SELECT row_number() OVER () AS found_no, clause, row_id, first_of.owner1, first_of.owner2, isl,
-- @ 第 92 行
-- -   JOIN b3 ON b3.owner = found.owner AND b3.isl = found.isl
-- +   JOIN b3 ON b3.owner1 = found.owner1 AND b3.owner2 = found.owner2 AND b3.isl = found.isl
-- @ 第 95 行
-- - SELECT person1.code AS owner_id,
-- + SELECT concat_ws('|', inst1.code, text1.code) AS owner_id,
-- @ 第 103 行
-- - LEFT JOIN x_person person1 ON person1.id = found.owner
-- + LEFT JOIN x_inst inst1 ON inst1.id = found.owner1
-- + LEFT JOIN x_text text1 ON text1.id = found.owner2
-- @ 第 121 行
-- - LEFT JOIN m_out_purchase out_purchase1
-- -   ON out_purchase1."k0" = e.psn_no AND out_purchase1."k1" = hj_quarter(hj_day(e.setl_time))
-- - LEFT JOIN m_out_purchase out_purchase2
-- -   ON out_purchase2."k0" = e.psn_no AND out_purchase2."k1" = hj_quarter(hj_day(e.setl_time) + 90)
-- + LEFT JOIN m_operator_purchase operator_purchase1
-- +   ON operator_purchase1."k0" = e.fixmedins_code
-- +       AND operator_purchase1."k1" = e.opter_id
-- +       AND operator_purchase1."k2" = hj_quarter(hj_day(e.setl_time))
-- + LEFT JOIN m_operator_purchase operator_purchase2
-- +   ON operator_purchase2."k0" = e.fixmedins_code
-- +       AND operator_purchase2."k1" = e.opter_id
-- +       AND operator_purchase2."k2" = hj_quarter(hj_day(e.setl_time) + 90)
-- @ 第 131 行
-- -           ) + coalesce(out_purchase1.value, 0)
-- -         ) + coalesce(out_purchase2.value, 0)
-- +           ) + coalesce(operator_purchase1.value, 0)
-- +         ) + coalesce(operator_purchase2.value, 0)
