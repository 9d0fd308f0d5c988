-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- I03.both 给自己人办且一人办结
WITH
-- 各部分的规则上次筛查查出的（part：第几部分）
part_rows AS (
  SELECT *
  FROM (
      SELECT 0 AS part, false AS need,
             split_part(s.owner_id, '|', 1) AS t0,
             year(s.event_date)::BIGINT AS t1,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('I03.self')
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
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('I03.hours')
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
  HAVING n_parts >= 2
),
-- 查出的
found AS (
  SELECT owners.*,
         (n_parts * 1000000)::BIGINT AS value,
         2000000::BIGINT AS threshold,
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

-- I03.self 给自己或家里人办理
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，limit_value 限额，found_value 查出的值，rank 同一时刻的先后
events AS (
  SELECT e.rank::BIGINT AS row_id,
         e.opter_id::BIGINT AS owner,
         e.rank::BIGINT AS rank,
         NULL::BIGINT AS limit_value,
         NULL::BIGINT AS found_value
  FROM s_act e
  WHERE (e.psn_no = e.opter_psn OR e.household = e.opter_house) AND e.opter_id IS NOT NULL
),
-- 查出的
found AS (
  SELECT row_id, owner, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT text1.code AS owner_id,
       'act:' || coalesce(text2.code, '?') AS event_id,
       hj_on(e.act_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '高疑' AS class
FROM found
JOIN s_act e ON e.rank = found.row_id
LEFT JOIN x_text text1 ON text1.id = found.owner
LEFT JOIN x_text text2 ON text2.id = e.act_no
WHERE hj_on(e.act_time) >= DATE '2021-05-01';

-- I03.hours 非工作时间一人办理
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，limit_value 限额，found_value 查出的值，rank 同一时刻的先后
events AS (
  SELECT e.rank::BIGINT AS row_id,
         e.opter_id::BIGINT AS owner,
         e.rank::BIGINT AS rank,
         NULL::BIGINT AS limit_value,
         (hour(make_timestamp(e.act_time * 1000000))::BIGINT * 1000000)::BIGINT AS found_value
  FROM s_act e
  LEFT JOIN x_code code1 ON code1.id = e.act_type
  WHERE code1.code IN ('register', 'restore', 'reimburse')
    AND (
          (
            hour(make_timestamp(e.act_time * 1000000))::BIGINT >= 20
            OR hour(make_timestamp(e.act_time * 1000000))::BIGINT >= 1
                AND hour(make_timestamp(e.act_time * 1000000))::BIGINT <= 6
          )
          OR isodow(hj_date(hj_day(e.act_time)))::BIGINT >= 6
        )
    AND e.check_opter_id IS NULL
    AND e.opter_id IS NOT NULL
),
-- 查出的
found AS (
  SELECT row_id, owner, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT text1.code AS owner_id,
       'act:' || coalesce(text2.code, '?') AS event_id,
       hj_on(e.act_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_act e ON e.rank = found.row_id
LEFT JOIN x_text text1 ON text1.id = found.owner
LEFT JOIN x_text text2 ON text2.id = e.act_no
WHERE hj_on(e.act_time) >= DATE '2021-05-01';

-- I03.share 例外事项集中由一人办理
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起
--   quantity 量，limit_value 限额，rank 同一时刻的先后
events AS (
  SELECT 0 AS clause,
         e.rank::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner1,
         year(hj_date(hj_day(e.act_time)))::BIGINT AS owner2,
         coalesce(e.act_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.act_time)::BIGINT AS starts,
         1::BIGINT AS quantity,
         20::BIGINT AS limit_value,
         false AS not_applicable
  FROM s_act e
  LEFT JOIN x_code code1 ON code1.id = e.act_type
  WHERE code1.code IN ('restore', 'reimburse')
    AND e.fixmedins_code IS NOT NULL
    AND e.fixmedins_code IS NOT NULL
    AND year(hj_date(hj_day(e.act_time)))::BIGINT IS NOT NULL
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
         printf('%04d', firsts.owner2) AS anchor_text,
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
SELECT concat_ws('|', inst1.code, printf('%04d', found.owner2)) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.act_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_act e ON e.rank = found.row_id
LEFT JOIN x_inst inst1 ON inst1.id = found.owner1
LEFT JOIN (
    SELECT mm1.found_no, 1 AS n,
           hj_div(
             list_max(map_values(histogram(i0.opter_id)))::HUGEINT * 1000000, count(i0.opter_id)::HUGEINT
           ) AS v
    FROM members mm1
    JOIN s_act i0 ON i0.rank = mm1.row_id
    WHERE mm1.clause IN (0)
    GROUP BY 1
  ) sub1
  ON sub1.found_no = found.found_no
LEFT JOIN m_act_clerks act_clerks1 ON act_clerks1."k0" = year(hj_date(hj_day(e.act_time)))::BIGINT
WHERE hj_on(e.act_time) >= DATE '2021-05-01'
  AND (CASE WHEN sub1.n IS NULL THEN NULL ELSE sub1.v END < 800000) IS NOT TRUE
  AND (act_clerks1.value < 3000000) IS NOT TRUE;
