-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- I06 拖欠医疗机构费用
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，limit_value 限额，found_value 查出的值，rank 同一时刻的先后
events AS (
  SELECT e.rank::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner,
         e.rank::BIGINT AS rank,
         42000000::BIGINT AS limit_value,
         ((coalesce(e.pay_date, e.asof_date) - e.dcla_date)::BIGINT * 1000000)::BIGINT AS found_value
  FROM s_clearing e
  LEFT JOIN x_code code1 ON code1.id = e.hold_flag
  WHERE (e.hold_flag IS NULL OR code1.code <> '1')
    AND (coalesce(e.pay_date, e.asof_date) - e.dcla_date) > 42
    AND e.fixmedins_code IS NOT NULL
),
-- 查出的
found AS (
  SELECT row_id, owner, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT inst1.code AS owner_id,
       'clr:' || coalesce(text1.code, '?') AS event_id,
       hj_on(e.dcla_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       CASE WHEN (coalesce(e.pay_date, e.asof_date) - e.dcla_date) > 56 THEN '明确' ELSE '高疑' END AS class
FROM found
JOIN s_clearing e ON e.rank = found.row_id
LEFT JOIN x_inst inst1 ON inst1.id = found.owner
LEFT JOIN x_text text1 ON text1.id = e.clr_no
WHERE hj_on(e.dcla_time) >= DATE '2021-05-01';

-- I06.unchecked 协议履约检查没有做
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起，limit_value 限额，rank 同一时刻的先后
--   counted 数什么（不重复计）
events AS (
  SELECT e.rank::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner1,
         year(hj_date(e.dcla_date))::BIGINT AS owner2,
         coalesce(e.dcla_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.dcla_time)::BIGINT AS starts,
         10::BIGINT AS limit_value,
         hj_month(e.dcla_date)::BIGINT AS counted,
         false AS not_applicable
  FROM s_clearing e
  WHERE e.fixmedins_code IS NOT NULL AND year(hj_date(e.dcla_date))::BIGINT IS NOT NULL
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
           PARTITION BY events.owner1, events.owner2 ORDER BY starts NULLS FIRST, at_time, rank
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
members_coded AS (SELECT members_seen.*, 0 AS code FROM members_seen),
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
  SELECT row_id, owner1, owner2,
         printf('%04d', firsts.owner2) AS anchor_text,
         (v * 1000000)::BIGINT AS value,
         (own * 1000000)::BIGINT AS threshold
  FROM firsts
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', inst1.code, printf('%04d', found.owner2)) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.dcla_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '高疑' AS class
FROM found
JOIN s_clearing e ON e.rank = found.row_id
LEFT JOIN x_inst inst1 ON inst1.id = found.owner1
LEFT JOIN m_agreement_checks agreement_checks1
  ON agreement_checks1."k0" = e.fixmedins_code AND agreement_checks1."k1" = year(hj_date(e.dcla_date))::BIGINT
LEFT JOIN m_agreement_checks_year agreement_checks_year1
  ON agreement_checks_year1."k0" = year(hj_date(e.dcla_date))::BIGINT
WHERE hj_on(e.dcla_time) >= DATE '2021-05-01'
  AND (agreement_checks1.value IS NOT NULL) IS NOT TRUE
  AND (agreement_checks_year1.value IS NULL) IS NOT TRUE;

-- I06.audit 基金稽核不全面
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起
--   limit_value 限额，rank 同一时刻的先后，counted 数什么（不重复计）
events AS (
  SELECT 0 AS clause,
         e.rank::BIGINT AS row_id,
         hj_left(place1.code, 6) AS owner1,
         inst1.fixmedins_type::BIGINT AS owner2,
         year(hj_date(e.dcla_date))::BIGINT AS owner3,
         coalesce(e.dcla_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.dcla_time)::BIGINT AS starts,
         10::BIGINT AS limit_value,
         e.fixmedins_code::BIGINT AS counted,
         false AS not_applicable
  FROM s_clearing e
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  LEFT JOIN x_place place1 ON place1.id = inst1.fix_blng_admdvs
  WHERE hj_left(place1.code, 6) IS NOT NULL
    AND inst1.fixmedins_type IS NOT NULL
    AND year(hj_date(e.dcla_date))::BIGINT IS NOT NULL
),
-- 每个对象（每期）的合计与限额
owner_sums AS (
  SELECT owner1, owner2, owner3,
         count(DISTINCT counted) * 1 AS v,
         max(limit_value) AS own,
         bool_or(not_applicable) AS none
  FROM events
  GROUP BY owner1, owner2, owner3
),
-- 超了限额的
over_limit AS (
  SELECT owner1, owner2, owner3, v, own FROM owner_sums WHERE NOT none AND v >= own
),
-- 它们的事件，按时间编号
ordered AS (
  SELECT events.*, over_limit.v, over_limit.own,
         row_number() OVER (
           PARTITION BY events.owner1, events.owner2, events.owner3 ORDER BY starts NULLS FIRST, at_time, rank
         ) AS seq
  FROM events
  JOIN over_limit
    ON events.owner1 = over_limit.owner1
        AND events.owner2 = over_limit.owner2
        AND events.owner3 = over_limit.owner3
),
-- 每个对象数到的每一样
members_seen AS (
  SELECT ordered.owner1, ordered.owner2, ordered.owner3, ordered.counted, count(*) AS n
  FROM ordered
  WHERE ordered.counted IS NOT NULL
  GROUP BY ordered.owner1, ordered.owner2, ordered.owner3, ordered.counted
),
members_coded AS (
  SELECT members_seen.*, xg.code AS code FROM members_seen LEFT JOIN x_inst xg ON xg.id = members_seen.counted
),
-- 限额以内留下哪些
members_kept AS (SELECT owner1, owner2, owner3, counted FROM members_coded),
-- 逐笔：role 1 是问题，2 是限额以内的
judged AS (
  SELECT ordered.*, CASE WHEN false THEN 2 ELSE 1 END AS role
  FROM ordered
  JOIN members_kept
    ON members_kept.owner1 = ordered.owner1
        AND members_kept.owner2 = ordered.owner2
        AND members_kept.owner3 = ordered.owner3
        AND members_kept.counted = ordered.counted
),
-- 每个对象第一笔有问题的
firsts AS (
  SELECT *
  FROM judged
  WHERE role = 1
  QUALIFY row_number() OVER (PARTITION BY owner1, owner2, owner3 ORDER BY seq) = 1
),
-- 查出的
found AS (
  SELECT row_number() OVER () AS found_no, clause, row_id, owner1, owner2, owner3,
         printf('%04d', firsts.owner3) AS anchor_text,
         (v * 1000000)::BIGINT AS value,
         (own * 1000000)::BIGINT AS threshold
  FROM firsts
),
members AS (
  SELECT found.found_no, judged.clause, judged.row_id
  FROM found
  JOIN judged
    ON judged.owner1 = found.owner1 AND judged.owner2 = found.owner2 AND judged.owner3 = found.owner3
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', coalesce(found.owner1, '?'), code1.code, printf('%04d', found.owner3)) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.dcla_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '高疑' AS class
FROM found
JOIN s_clearing e ON e.rank = found.row_id
LEFT JOIN x_code code1 ON code1.id = found.owner2
LEFT JOIN s_inst inst2 ON inst2.fixmedins_code = e.fixmedins_code
LEFT JOIN x_place place2 ON place2.id = inst2.fix_blng_admdvs
LEFT JOIN m_institutions_audited institutions_audited1
  ON institutions_audited1."k0" = hj_left(place2.code, 6)
      AND institutions_audited1."k1" = inst2.fixmedins_type
      AND institutions_audited1."k2" = year(hj_date(e.dcla_date))::BIGINT
LEFT JOIN (
    SELECT mm1.found_no, 1 AS n, count(DISTINCT i0.fixmedins_code) AS v
    FROM members mm1
    JOIN s_clearing i0 ON i0.rank = mm1.row_id
    WHERE mm1.clause IN (0)
    GROUP BY 1
  ) sub1
  ON sub1.found_no = found.found_no
LEFT JOIN m_audits_year audits_year1 ON audits_year1."k0" = year(hj_date(e.dcla_date))::BIGINT
WHERE hj_on(e.dcla_time) >= DATE '2021-05-01'
  AND (
        coalesce(institutions_audited1.value, 0) >= hj_mul(
          80, CASE WHEN sub1.n IS NULL THEN 0::BIGINT ELSE sub1.v END
        )::BIGINT * 10000
      ) IS NOT TRUE
  AND (audits_year1.value IS NULL) IS NOT TRUE;

-- I06.alone 岗位没有分离，内审没有跟上
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起
--   quantity 量，limit_value 限额，rank 同一时刻的先后
events AS (
  SELECT 0 AS clause,
         e.rank::BIGINT AS row_id,
         e.opter_id::BIGINT AS owner1,
         year(hj_date(hj_day(e.act_time)))::BIGINT AS owner2,
         coalesce(e.act_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.act_time)::BIGINT AS starts,
         1::BIGINT AS quantity,
         20::BIGINT AS limit_value,
         false AS not_applicable
  FROM s_act e
  LEFT JOIN x_code code1 ON code1.id = e.act_type
  WHERE code1.code IN ('restore', 'reimburse', 'register')
    AND (e.check_opter_id IS NULL OR e.check_opter_id = e.opter_id)
    AND e.opter_id IS NOT NULL
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
SELECT concat_ws('|', text1.code, printf('%04d', found.owner2)) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.act_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       CASE WHEN internal_audits1.value IS NULL THEN '高疑' ELSE '可疑' END AS class
FROM found
JOIN s_act e ON e.rank = found.row_id
LEFT JOIN x_text text1 ON text1.id = found.owner1
LEFT JOIN m_internal_audits internal_audits1
  ON internal_audits1."k0" = year(hj_date(hj_day(e.act_time)))::BIGINT
LEFT JOIN (
    SELECT mm1.found_no, 1 AS n, count(*) AS v
    FROM members mm1
    JOIN s_act i0 ON i0.rank = mm1.row_id
    WHERE mm1.clause IN (0)
    GROUP BY 1
  ) sub1
  ON sub1.found_no = found.found_no
LEFT JOIN m_acts_of_clerk acts_of_clerk1
  ON acts_of_clerk1."k0" = e.opter_id AND acts_of_clerk1."k1" = year(hj_date(hj_day(e.act_time)))::BIGINT
LEFT JOIN m_acts_reviewed acts_reviewed1 ON acts_reviewed1."k0" = year(hj_date(hj_day(e.act_time)))::BIGINT
WHERE hj_on(e.act_time) >= DATE '2021-05-01'
  AND (
        (
          CASE WHEN sub1.n IS NULL THEN 0::BIGINT ELSE sub1.v END::BIGINT * 100000000
        ) < hj_mul(50, acts_of_clerk1.value)
      ) IS NOT TRUE
  AND (acts_reviewed1.value IS NULL) IS NOT TRUE;
