-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- E08 疑似倒卖药品
CREATE OR REPLACE TEMP TABLE "E08#bought" AS
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒），starts 起，quantity 量
--   limit_value 限额，rank 同一时刻的先后
events AS (
  SELECT e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner1,
         year(hj_date(hj_day(e.fee_ocur_time)))::BIGINT AS owner2,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         e.det_item_fee_sumamt::BIGINT AS quantity,
         500000::BIGINT AS limit_value,
         false AS not_applicable
  FROM net_line e
  JOIN kx_resale_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_resale n ON n.row = n0.row
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  WHERE (
      (
        (
          code1.code LIKE '81%' OR code1.code LIKE '51%' OR code1.code LIKE '19%' OR code1.code LIKE '16%'
          OR code1.code LIKE '15%' OR code1.code LIKE '13%' OR code1.code LIKE '12%' OR code1.code LIKE '11%'
        )
        OR code1.code LIKE '14%'
      )
      OR code1.code LIKE '41%'
    )
    AND e.psn_no IS NOT NULL
    AND year(hj_date(hj_day(e.fee_ocur_time)))::BIGINT IS NOT NULL
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
  SELECT owner1, owner2, v, own FROM owner_sums WHERE NOT none AND v > own
),
-- 它们的事件，按时间编号
ordered AS (
  SELECT events.*, over_limit.v, over_limit.own,
         row_number() OVER (
           PARTITION BY events.owner1, events.owner2 ORDER BY starts NULLS FIRST, at_time, rank, kn_row
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
  SELECT row_id, kn_row, owner1, owner2,
         printf('%04d', firsts.owner2) AS anchor_text,
         (v * 10000)::BIGINT AS value,
         (own * 10000)::BIGINT AS threshold
  FROM firsts
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, printf('%04d', found.owner2)) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_resale ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner1
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01';
CREATE OR REPLACE TEMP TABLE "E08#much" AS
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒），starts 起，quantity 量
--   limit_value 限额，rank 同一时刻的先后
events AS (
  SELECT e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner1,
         year(hj_date(hj_day(e.fee_ocur_time)))::BIGINT AS owner2,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         e.det_item_fee_sumamt::BIGINT AS quantity,
         2000000::BIGINT AS limit_value,
         false AS not_applicable
  FROM net_line e
  JOIN kx_resale_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_resale n ON n.row = n0.row
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  WHERE (
      (
        (
          code1.code LIKE '81%' OR code1.code LIKE '51%' OR code1.code LIKE '19%' OR code1.code LIKE '16%'
          OR code1.code LIKE '15%' OR code1.code LIKE '13%' OR code1.code LIKE '12%' OR code1.code LIKE '11%'
        )
        OR code1.code LIKE '14%'
      )
      OR code1.code LIKE '41%'
    )
    AND e.psn_no IS NOT NULL
    AND year(hj_date(hj_day(e.fee_ocur_time)))::BIGINT IS NOT NULL
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
  SELECT owner1, owner2, v, own FROM owner_sums WHERE NOT none AND v > own
),
-- 它们的事件，按时间编号
ordered AS (
  SELECT events.*, over_limit.v, over_limit.own,
         row_number() OVER (
           PARTITION BY events.owner1, events.owner2 ORDER BY starts NULLS FIRST, at_time, rank, kn_row
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
  SELECT row_id, kn_row, owner1, owner2,
         printf('%04d', firsts.owner2) AS anchor_text,
         (v * 10000)::BIGINT AS value,
         (own * 10000)::BIGINT AS threshold
  FROM firsts
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, printf('%04d', found.owner2)) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_resale ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner1
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01';
CREATE OR REPLACE TEMP TABLE "E08#shops" AS
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒），starts 起，limit_value 限额
--   rank 同一时刻的先后，counted 数什么（不重复计）
events AS (
  SELECT e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner1,
         year(hj_date(hj_day(e.fee_ocur_time)))::BIGINT AS owner2,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         4::BIGINT AS limit_value,
         e.fixmedins_code::BIGINT AS counted,
         false AS not_applicable
  FROM net_line e
  JOIN kx_resale_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_resale n ON n.row = n0.row
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  WHERE (
      (
        (
          code1.code LIKE '81%' OR code1.code LIKE '51%' OR code1.code LIKE '19%' OR code1.code LIKE '16%'
          OR code1.code LIKE '15%' OR code1.code LIKE '13%' OR code1.code LIKE '12%' OR code1.code LIKE '11%'
        )
        OR code1.code LIKE '14%'
      )
      OR code1.code LIKE '41%'
    )
    AND e.psn_no IS NOT NULL
    AND year(hj_date(hj_day(e.fee_ocur_time)))::BIGINT IS NOT NULL
),
-- 每个对象（每期）的合计与限额
owner_sums AS (
  SELECT owner1, owner2,
         count(DISTINCT counted) * 1 AS v,
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
           PARTITION BY events.owner1, events.owner2 ORDER BY starts NULLS FIRST, at_time, rank, kn_row
         ) AS seq
  FROM events
  JOIN over_limit ON events.owner1 = over_limit.owner1 AND events.owner2 = over_limit.owner2
),
-- 每个对象数到的每一样
members_seen AS (
  SELECT ordered.owner1, ordered.owner2, ordered.counted
  FROM ordered
  WHERE ordered.counted IS NOT NULL
  GROUP BY ordered.owner1, ordered.owner2, ordered.counted
),
members_coded AS (
  SELECT members_seen.*, xg.code AS code FROM members_seen LEFT JOIN x_inst xg ON xg.id = members_seen.counted
),
-- 限额以内留下哪些
members_kept AS (SELECT owner1, owner2, counted FROM members_coded),
-- 逐笔：role 1 是问题，2 是限额以内的
judged AS (
  SELECT ordered.*, CASE WHEN false THEN 2 ELSE 1 END AS role
  FROM ordered
  JOIN members_kept
    ON members_kept.owner1 = ordered.owner1
        AND members_kept.owner2 = ordered.owner2
        AND members_kept.counted = ordered.counted
),
-- 每个对象第一笔有问题的
firsts AS (
  SELECT * FROM judged WHERE role = 1 QUALIFY row_number() OVER (PARTITION BY owner1, owner2 ORDER BY seq) = 1
),
-- 查出的
found AS (
  SELECT row_id, kn_row, owner1, owner2,
         printf('%04d', firsts.owner2) AS anchor_text,
         (v * 1000000)::BIGINT AS value,
         (own * 1000000)::BIGINT AS threshold
  FROM firsts
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, printf('%04d', found.owner2)) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_resale ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner1
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01';
CREATE OR REPLACE TEMP TABLE "E08#far" AS
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒）
--   starts 起，quantity 量，limit_value 限额，rank 同一时刻的先后
events AS (
  SELECT 0 AS clause,
         e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner1,
         year(hj_date(hj_day(e.fee_ocur_time)))::BIGINT AS owner2,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         1::BIGINT AS quantity,
         1::BIGINT AS limit_value,
         false AS not_applicable
  FROM net_line e
  JOIN kx_resale_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_resale n ON n.row = n0.row
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  WHERE (
      (
        (
          code1.code LIKE '81%' OR code1.code LIKE '51%' OR code1.code LIKE '19%' OR code1.code LIKE '16%'
          OR code1.code LIKE '15%' OR code1.code LIKE '13%' OR code1.code LIKE '12%' OR code1.code LIKE '11%'
        )
        OR code1.code LIKE '14%'
      )
      OR code1.code LIKE '41%'
    )
    AND e.psn_no IS NOT NULL
    AND year(hj_date(hj_day(e.fee_ocur_time)))::BIGINT IS NOT NULL
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
           PARTITION BY events.owner1, events.owner2 ORDER BY starts NULLS FIRST, at_time, rank, kn_row
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
  SELECT row_number() OVER () AS found_no, clause, row_id, kn_row, owner1, owner2,
         printf('%04d', firsts.owner2) AS anchor_text,
         (v * 1000000)::BIGINT AS value,
         (own * 1000000)::BIGINT AS threshold
  FROM firsts
),
members AS (
  SELECT found.found_no, judged.clause, judged.row_id, judged.kn_row
  FROM found
  JOIN judged ON judged.owner1 = found.owner1 AND judged.owner2 = found.owner2
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, printf('%04d', found.owner2)) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_resale ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN (
    SELECT mm1.found_no, 1 AS n,
           coalesce(
             sum(
               CASE
                 WHEN hj_left(place1.code, 4) <> hj_left(place2.code, 4) THEN i0.det_item_fee_sumamt
                 ELSE 0
               END
             ), 0
           )::BIGINT AS v
    FROM members mm1
    JOIN net_line i0 ON i0.no = mm1.row_id
    LEFT JOIN k_resale i0k ON i0k.row = mm1.kn_row
    LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = i0.fixmedins_code
    LEFT JOIN x_place place1 ON place1.id = inst1.fix_blng_admdvs
    LEFT JOIN s_visit visit1 ON visit1.mdtrt_id = i0.mdtrt_id
    LEFT JOIN x_place place2 ON place2.id = visit1.insu_admdvs
    WHERE mm1.clause IN (0)
    GROUP BY 1
  ) sub1
  ON sub1.found_no = found.found_no
LEFT JOIN (
    SELECT mm3.found_no, 1 AS n,
           coalesce(sum(i2.det_item_fee_sumamt), 0)::BIGINT AS v
    FROM members mm3
    JOIN net_line i2 ON i2.no = mm3.row_id
    LEFT JOIN k_resale i2k ON i2k.row = mm3.kn_row
    WHERE mm3.clause IN (0)
    GROUP BY 1
  ) sub2
  ON sub2.found_no = found.found_no
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01'
  AND (
        (
          CASE WHEN sub1.n IS NULL THEN 0::BIGINT ELSE sub1.v END::BIGINT * 100
        ) < hj_mul(30, CASE WHEN sub2.n IS NULL THEN 0::BIGINT ELSE sub2.v END)
      ) IS NOT TRUE;
CREATE OR REPLACE TEMP TABLE "E08#shared" AS
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒）
--   starts 起，quantity 量，limit_value 限额，rank 同一时刻的先后
events AS (
  SELECT 0 AS clause,
         e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner1,
         year(hj_date(hj_day(e.fee_ocur_time)))::BIGINT AS owner2,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         1::BIGINT AS quantity,
         1::BIGINT AS limit_value,
         false AS not_applicable
  FROM net_line e
  JOIN kx_resale_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_resale n ON n.row = n0.row
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  WHERE (
      (
        (
          code1.code LIKE '81%' OR code1.code LIKE '51%' OR code1.code LIKE '19%' OR code1.code LIKE '16%'
          OR code1.code LIKE '15%' OR code1.code LIKE '13%' OR code1.code LIKE '12%' OR code1.code LIKE '11%'
        )
        OR code1.code LIKE '14%'
      )
      OR code1.code LIKE '41%'
    )
    AND e.psn_no IS NOT NULL
    AND year(hj_date(hj_day(e.fee_ocur_time)))::BIGINT IS NOT NULL
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
           PARTITION BY events.owner1, events.owner2 ORDER BY starts NULLS FIRST, at_time, rank, kn_row
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
  SELECT row_number() OVER () AS found_no, clause, row_id, kn_row, owner1, owner2,
         printf('%04d', firsts.owner2) AS anchor_text,
         (v * 1000000)::BIGINT AS value,
         (own * 1000000)::BIGINT AS threshold
  FROM firsts
),
members AS (
  SELECT found.found_no, judged.clause, judged.row_id, judged.kn_row
  FROM found
  JOIN judged ON judged.owner1 = found.owner1 AND judged.owner2 = found.owner2
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, printf('%04d', found.owner2)) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_resale ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN (
    SELECT mm1.found_no, 1 AS n,
           CASE WHEN bool_or(tel_persons1.value >= 3000000) THEN true END AS v
    FROM members mm1
    JOIN net_line i0 ON i0.no = mm1.row_id
    LEFT JOIN k_resale i0k ON i0k.row = mm1.kn_row
    LEFT JOIN s_visit visit1 ON visit1.mdtrt_id = i0.mdtrt_id
    LEFT JOIN m_tel_persons tel_persons1 ON tel_persons1."k0" = visit1.tel
    WHERE mm1.clause IN (0) AND (tel_persons1.value >= 3000000) IS NOT FALSE
    GROUP BY 1
  ) sub1
  ON sub1.found_no = found.found_no
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01' AND CASE WHEN sub1.n IS NULL THEN false ELSE sub1.v END;
CREATE OR REPLACE TEMP TABLE "E08#untested" AS
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒），starts 起，quantity 量
--   limit_value 限额，rank 同一时刻的先后
events AS (
  SELECT e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner1,
         year(hj_date(hj_day(e.fee_ocur_time)))::BIGINT AS owner2,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         1::BIGINT AS quantity,
         1::BIGINT AS limit_value,
         false AS not_applicable
  FROM net_line e
  JOIN kx_resale_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_resale n ON n.row = n0.row
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  WHERE (
      (
        (
          code1.code LIKE '81%' OR code1.code LIKE '51%' OR code1.code LIKE '19%' OR code1.code LIKE '16%'
          OR code1.code LIKE '15%' OR code1.code LIKE '13%' OR code1.code LIKE '12%' OR code1.code LIKE '11%'
        )
        OR code1.code LIKE '14%'
      )
      OR code1.code LIKE '41%'
    )
    AND e.psn_no IS NOT NULL
    AND year(hj_date(hj_day(e.fee_ocur_time)))::BIGINT IS NOT NULL
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
           PARTITION BY events.owner1, events.owner2 ORDER BY starts NULLS FIRST, at_time, rank, kn_row
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
  SELECT row_id, kn_row, owner1, owner2,
         printf('%04d', firsts.owner2) AS anchor_text,
         (v * 1000000)::BIGINT AS value,
         (own * 1000000)::BIGINT AS threshold
  FROM firsts
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, printf('%04d', found.owner2)) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_resale ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN m_tests_year tests_year1
  ON tests_year1."k0" = e.psn_no AND tests_year1."k1" = year(hj_date(hj_day(e.fee_ocur_time)))::BIGINT
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01' AND (tests_year1.value IS NOT NULL) IS NOT TRUE;
WITH
-- 各部分的规则上次筛查查出的（part：第几部分）
part_rows AS (
  SELECT *
  FROM (
      SELECT 0 AS part, true AS need,
             split_part(s.owner_id, '|', 1) AS t0,
             year(s.event_date)::BIGINT AS t1,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM "E08#bought" s
    ) s
  WHERE t0 <> '?' AND t1 IS NOT NULL
  UNION ALL
  SELECT *
  FROM (
      SELECT 1 AS part, false AS need,
             split_part(s.owner_id, '|', 1) AS t0,
             year(s.event_date)::BIGINT AS t1,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM "E08#much" s
    ) s
  WHERE t0 <> '?' AND t1 IS NOT NULL
  UNION ALL
  SELECT *
  FROM (
      SELECT 2 AS part, false AS need,
             split_part(s.owner_id, '|', 1) AS t0,
             year(s.event_date)::BIGINT AS t1,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM "E08#shops" s
    ) s
  WHERE t0 <> '?' AND t1 IS NOT NULL
  UNION ALL
  SELECT *
  FROM (
      SELECT 3 AS part, false AS need,
             split_part(s.owner_id, '|', 1) AS t0,
             year(s.event_date)::BIGINT AS t1,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('E01')
    ) s
  WHERE t0 <> '?' AND t1 IS NOT NULL AND s.value >= 180000000
  UNION ALL
  SELECT *
  FROM (
      SELECT 4 AS part, false AS need,
             split_part(s.owner_id, '|', 1) AS t0,
             year(s.event_date)::BIGINT AS t1,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM "E08#far" s
    ) s
  WHERE t0 <> '?' AND t1 IS NOT NULL
  UNION ALL
  SELECT *
  FROM (
      SELECT 5 AS part, false AS need,
             split_part(s.owner_id, '|', 1) AS t0,
             year(s.event_date)::BIGINT AS t1,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM "E08#shared" s
    ) s
  WHERE t0 <> '?' AND t1 IS NOT NULL
  UNION ALL
  SELECT *
  FROM (
      SELECT 6 AS part, false AS need,
             split_part(s.owner_id, '|', 1) AS t0,
             year(s.event_date)::BIGINT AS t1,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM "E08#untested" s
    ) s
  WHERE t0 <> '?' AND t1 IS NOT NULL
),
-- 够了几个部分的对象
owners AS (
  SELECT t0, t1,
         count(DISTINCT CASE WHEN NOT need THEN part END) AS n_parts,
         max(event_date) AS event_date
  FROM part_rows
  GROUP BY t0, t1
  HAVING n_parts >= 3 AND bool_or(part = 0)
),
-- 查出的
found AS (
  SELECT owners.*,
         (n_parts * 1000000)::BIGINT AS value,
         3000000::BIGINT AS threshold,
         t1::BIGINT AS k1
  FROM owners
),
-- 免责以后剩下的
standing AS (
  SELECT *
  FROM (
      SELECT found.*,
             printf('%04d', found.k1) AS anchor,
             concat_ws('|', found.t0::VARCHAR) AS owner_id, '高疑' AS cls
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
