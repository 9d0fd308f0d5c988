-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- E12 同额、小额连续结算
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起
--   limit_value 限额，rank 同一时刻的先后，counted 数什么（不重复计）
events AS (
  SELECT 0 AS clause,
         e.rank::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner1,
         hj_day(e.setl_time)::BIGINT AS owner2,
         e.medfee_sumamt::BIGINT AS owner3,
         coalesce(e.setl_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.setl_time)::BIGINT AS starts,
         8::BIGINT AS limit_value,
         e.psn_no::BIGINT AS counted,
         false AS not_applicable
  FROM s_settlement e
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             hj_any(
               item1.code = '002504030650000' OR item1.code LIKE '001101%' OR item1.code LIKE 'XJ07%'
             ) AS v
      FROM net_line i0
      LEFT JOIN x_item item1 ON item1.id = i0.hilist_code
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  WHERE e.void IS DISTINCT FROM 1
    AND ((code1.code LIKE '14%' OR code1.code LIKE '11%') OR code1.code LIKE '41%')
    AND e.medfee_sumamt >= 3000
    AND (e.fund_pay_sumamt + coalesce(e.acct_pay, 0)) > 0
    AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub1.n IS NULL THEN false ELSE sub1.v END IS NOT TRUE
    AND e.fixmedins_code IS NOT NULL
    AND hj_day(e.setl_time) IS NOT NULL
    AND e.medfee_sumamt IS NOT NULL
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
  SELECT members_seen.*, xg.code AS code
  FROM members_seen
  LEFT JOIN x_person xg ON xg.id = members_seen.counted
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
         rtrim(
           rtrim((firsts.owner3::DECIMAL(19, 0) * 0.01)::DECIMAL(38, 2)::VARCHAR, '0'), '.'
         ) AS anchor_text,
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
SELECT concat_ws(
         '|', inst1.code, hj_ymd(found.owner2),
         rtrim(rtrim((found.owner3::DECIMAL(19, 0) * 0.01)::DECIMAL(38, 2)::VARCHAR, '0'), '.')
       ) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.setl_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '高疑' AS class
FROM found
JOIN s_settlement e ON e.rank = found.row_id
LEFT JOIN x_inst inst1 ON inst1.id = found.owner1
LEFT JOIN (
    SELECT mm2.found_no, 1 AS n, count(*) AS v
    FROM members mm2
    JOIN s_settlement i1 ON i1.rank = mm2.row_id
    WHERE mm2.clause IN (0)
    GROUP BY 1
  ) sub2
  ON sub2.found_no = found.found_no
LEFT JOIN m_settlements_day settlements_day1
  ON settlements_day1."k0" = e.fixmedins_code AND settlements_day1."k1" = hj_day(e.setl_time)
WHERE hj_on(e.setl_time) >= DATE '2021-05-01'
  AND (
        (
          CASE WHEN sub2.n IS NULL THEN 0::BIGINT ELSE sub2.v END::BIGINT * 100000000
        ) < hj_mul(30, settlements_day1.value)
      ) IS NOT TRUE;
