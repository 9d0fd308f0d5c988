-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- E11 夜间、非营业时段集中刷卡
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起
--   quantity 量，limit_value 限额，rank 同一时刻的先后
events AS (
  SELECT 0 AS clause,
         e.rank::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner1,
         hj_day(e.setl_time - 21600)::BIGINT AS owner2,
         coalesce(e.setl_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.setl_time)::BIGINT AS starts,
         1::BIGINT AS quantity,
         6::BIGINT AS limit_value,
         false AS not_applicable
  FROM s_settlement e
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  WHERE e.void IS DISTINCT FROM 1
    AND (
          hour(make_timestamp(e.setl_time * 1000000))::BIGINT >= 22
          OR hour(make_timestamp(e.setl_time * 1000000))::BIGINT < 6
        )
    AND hj_day(e.setl_time - 1) = hj_day(e.setl_time)
    AND (
          code1.code LIKE '41%'
          OR (
                (
                  code1.code LIKE '81%' OR code1.code LIKE '51%' OR code1.code LIKE '19%'
                  OR code1.code LIKE '16%' OR code1.code LIKE '15%' OR code1.code LIKE '13%'
                  OR code1.code LIKE '12%' OR code1.code LIKE '11%'
                )
                OR code1.code LIKE '14%'
              )
              AND inst1.level = 1
        )
    AND NOT code1.code LIKE '13%'
    AND e.fixmedins_code IS NOT NULL
    AND hj_day(e.setl_time - 21600) IS NOT NULL
),
-- 每个对象（每期）的合计与限额
owner_sums AS (
  SELECT owner1, owner2,
         coalesce(sum(quantity), 0)::BIGINT AS v,
         max(limit_value) AS own,
         bool_or(not_applicable) AS none
  FROM events
  GROUP BY owner1, owner2
),
-- 超了限额的
over_limit AS (
  SELECT owner1, owner2, v, own FROM owner_sums WHERE NOT none AND v >= own
),
-- 它们的事件，按时间编号
ordered AS (
  SELECT events.*, over_limit.v, over_limit.own,
         row_number() OVER (
           PARTITION BY events.owner1, events.owner2 ORDER BY starts NULLS FIRST, at_time, rank
         ) AS seq
  FROM events
  JOIN over_limit ON events.owner1 = over_limit.owner1 AND events.owner2 = over_limit.owner2
),
running AS (SELECT * FROM ordered WHERE quantity IS NOT NULL),
beyond AS (SELECT * FROM running),
-- 逐笔：role 1 是问题，2 是限额以内的
judged AS (SELECT *, 1 AS role FROM beyond),
-- 每个对象第一笔有问题的
firsts AS (
  SELECT * FROM judged WHERE role = 1 QUALIFY row_number() OVER (PARTITION BY owner1, owner2 ORDER BY seq) = 1
),
-- 查出的
found AS (
  SELECT row_number() OVER () AS found_no, clause, row_id, owner1, owner2,
         hj_ymd(firsts.owner2) AS anchor_text,
         (v * 1000000)::BIGINT AS value,
         (own * 1000000)::BIGINT AS threshold
  FROM firsts
),
members AS (
  SELECT found.found_no, judged.clause, judged.row_id
  FROM found
  JOIN judged ON judged.owner1 = found.owner1 AND judged.owner2 = found.owner2
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', inst2.code, hj_ymd(found.owner2)) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.setl_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '高疑' AS class
FROM found
JOIN s_settlement e ON e.rank = found.row_id
LEFT JOIN x_inst inst2 ON inst2.id = found.owner1
LEFT JOIN (
    SELECT mm1.found_no, 1 AS n, count(*) AS v
    FROM members mm1
    JOIN s_settlement i0 ON i0.rank = mm1.row_id
    WHERE mm1.clause IN (0)
    GROUP BY 1
  ) sub1
  ON sub1.found_no = found.found_no
LEFT JOIN m_night_settlements night_settlements1
  ON night_settlements1."k0" = e.fixmedins_code AND night_settlements1."k1" = hj_day(e.setl_time - 21600) - 1
LEFT JOIN (
    SELECT mm3.found_no, 1 AS n, count(*) AS v
    FROM members mm3
    JOIN s_settlement i2 ON i2.rank = mm3.row_id
    WHERE mm3.clause IN (0)
    GROUP BY 1
  ) sub2
  ON sub2.found_no = found.found_no
LEFT JOIN m_night_settlements night_settlements2
  ON night_settlements2."k0" = e.fixmedins_code AND night_settlements2."k1" = hj_day(e.setl_time - 21600) + 1
LEFT JOIN (
    SELECT mm5.found_no, 1 AS n, count(*) AS v
    FROM members mm5
    JOIN s_settlement i4 ON i4.rank = mm5.row_id
    WHERE mm5.clause IN (0)
    GROUP BY 1
  ) sub3
  ON sub3.found_no = found.found_no
LEFT JOIN m_night_month night_month1
  ON night_month1."k0" = e.fixmedins_code AND night_month1."k1" = hj_month(hj_day(e.setl_time - 21600))
WHERE hj_on(e.setl_time) >= DATE '2021-05-01'
  AND (
        (
          CASE WHEN sub1.n IS NULL THEN 0::BIGINT ELSE sub1.v END::BIGINT * 1000000
        ) < hj_mul(3, night_settlements1.value)
      ) IS NOT TRUE
  AND (
        (
          CASE WHEN sub2.n IS NULL THEN 0::BIGINT ELSE sub2.v END::BIGINT * 1000000
        ) < hj_mul(3, night_settlements2.value)
      ) IS NOT TRUE
  AND (
        (
          hj_mul(CASE WHEN sub3.n IS NULL THEN 0::BIGINT ELSE sub3.v END, 10)::BIGINT * 1000000
        ) < night_month1.value
      ) IS NOT TRUE;
