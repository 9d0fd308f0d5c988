-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- E15.a 门慢资格批量认定
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起
--   limit_value 限额，rank 同一时刻的先后，counted 数什么（不重复计）
events AS (
  SELECT 0 AS clause,
         e.rank::BIGINT AS row_id,
         e.opter_id::BIGINT AS owner1,
         hj_day(e.reg_time)::BIGINT AS owner2,
         coalesce(e.reg_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.reg_time)::BIGINT AS starts,
         20::BIGINT AS limit_value,
         e.psn_no::BIGINT AS counted,
         false AS not_applicable
  FROM s_reg e
  WHERE e.opter_id IS NOT NULL AND hj_day(e.reg_time) IS NOT NULL
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
  SELECT ordered.owner1, ordered.owner2, ordered.counted, count(*) AS n
  FROM ordered
  WHERE ordered.counted IS NOT NULL
  GROUP BY ordered.owner1, ordered.owner2, ordered.counted
),
members_coded AS (
  SELECT members_seen.*, xg.code AS code
  FROM members_seen
  LEFT JOIN x_person xg ON xg.id = members_seen.counted
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
SELECT concat_ws('|', text1.code, hj_ymd(found.owner2)) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.reg_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_reg e ON e.rank = found.row_id
LEFT JOIN x_text text1 ON text1.id = found.owner1
LEFT JOIN m_registrations_year registrations_year1
  ON registrations_year1."k0" = e.opter_id
      AND registrations_year1."k1" = year(hj_date(hj_day(e.reg_time)))::BIGINT
LEFT JOIN (
    SELECT mm1.found_no, 1 AS n, count(*) AS v
    FROM members mm1
    JOIN s_reg i0 ON i0.rank = mm1.row_id
    WHERE mm1.clause IN (0)
    GROUP BY 1
  ) sub1
  ON sub1.found_no = found.found_no
WHERE hj_on(e.reg_time) >= DATE '2021-05-01'
  AND (
        registrations_year1.value > hj_mul(
          CASE WHEN sub1.n IS NULL THEN 0::BIGINT ELSE sub1.v END, 50
        )::BIGINT * 1000000
      ) IS NOT TRUE;

-- E15.b 门慢资格无病史认定
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，at_time 时间（1970 年起的秒）
--   source_rank 同一时刻来源的先后，starts 起，rank 同一时刻的先后，link 把两边连起来的
events AS (
  SELECT 0 AS clause,
         e.rank::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner,
         coalesce(e.reg_time, 0) AS at_time,
         0 AS source_rank,
         e.rank::BIGINT AS rank,
         hj_day(e.reg_time)::BIGINT AS starts,
         0::BIGINT AS link,
         NULL::BIGINT AS a,
         NULL::BIGINT AS b
  FROM s_reg e
  WHERE CASE
      WHEN e.opsp_dise_code IS NULL THEN NULL
      ELSE EXISTS(
             SELECT 1
             FROM kx_dise_dx_dise_no_code w0
             JOIN k_dise_dx w ON w.row = w0.row
             WHERE w0.id = e.opsp_dise_code
           )
    END
    AND e.psn_no IS NOT NULL
  UNION ALL
  SELECT 1 AS clause,
         e.rank::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner,
         coalesce(e.begntime, 0) AS at_time,
         1 AS source_rank,
         e.rank::BIGINT AS rank,
         e.begndate::BIGINT AS starts,
         0::BIGINT AS link,
         NULL::BIGINT AS a,
         NULL::BIGINT AS b
  FROM s_visit e
  WHERE e.kind = 1 AND e.psn_no IS NOT NULL
  UNION ALL
  SELECT 2 AS clause,
         e.rank::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner,
         coalesce(e.begntime, 0) AS at_time,
         1 AS source_rank,
         e.rank::BIGINT AS rank,
         e.begndate::BIGINT AS starts,
         0::BIGINT AS link,
         NULL::BIGINT AS a,
         NULL::BIGINT AS b
  FROM s_visit e
  WHERE e.kind = 2 AND e.psn_no IS NOT NULL
),
-- 编上号；is_b：是不是乙方
ordered AS (
  SELECT *,
         row_number() OVER (ORDER BY owner, starts NULLS FIRST, source_rank, at_time, rank, clause) AS seq,
         clause IN (-1, 1, 2) AS is_b
  FROM events
  WHERE starts IS NOT NULL AND link IS NOT NULL
),
-- 时间对得上的甲乙
candidates AS (
  SELECT a.seq AS a_rn, b.clause, b.row_id,
         a.clause AS prev_clause,
         a.row_id AS prev_row_id
  FROM ordered a
  JOIN ordered b
    ON a.owner = b.owner
        AND a.link = b.link
        AND NOT a.is_b
        AND b.is_b
        AND b.starts - a.starts BETWEEN -730 AND 30
),
-- 条件也对得上的甲乙
matched AS (
  SELECT candidates.*
  FROM candidates
  JOIN s_visit e ON e.rank = candidates.row_id
  LEFT JOIN s_reg reg1 ON reg1.rank = CASE WHEN candidates.prev_clause IN (0) THEN candidates.prev_row_id END
  WHERE candidates.clause = 1
    AND CASE
          WHEN reg1.opsp_dise_code IS NULL
               OR NOT EXISTS(SELECT 1 FROM s_diag dg WHERE dg.mdtrt_id = e.mdtrt_id) THEN NULL
          ELSE EXISTS(
                 SELECT 1
                 FROM kx_dise_dx_dise_no_code w0
                 JOIN k_dise_dx w ON w.row = w0.row
                 JOIN s_diag dg ON true
                 JOIN x_dx dd ON dd.id = dg.dx
                 WHERE w0.id = reg1.opsp_dise_code
                   AND dg.mdtrt_id = e.mdtrt_id
                   AND starts_with(dd.code, rtrim(w.dx_t, '*'))
               )
        END
  UNION ALL
  SELECT candidates.*
  FROM candidates
  JOIN s_visit e ON e.rank = candidates.row_id
  LEFT JOIN s_reg reg2 ON reg2.rank = CASE WHEN candidates.prev_clause IN (0) THEN candidates.prev_row_id END
  WHERE candidates.clause = 2
    AND CASE
          WHEN reg2.opsp_dise_code IS NULL
               OR NOT EXISTS(SELECT 1 FROM s_diag dg WHERE dg.mdtrt_id = e.mdtrt_id) THEN NULL
          ELSE EXISTS(
                 SELECT 1
                 FROM kx_dise_dx_dise_no_code w0
                 JOIN k_dise_dx w ON w.row = w0.row
                 JOIN s_diag dg ON true
                 JOIN x_dx dd ON dd.id = dg.dx
                 WHERE w0.id = reg2.opsp_dise_code
                   AND dg.mdtrt_id = e.mdtrt_id
                   AND starts_with(dd.code, rtrim(w.dx_t, '*'))
               )
        END
),
-- 查出的
found AS (
  SELECT clause, row_id, owner, NULL::BIGINT AS value, NULL::BIGINT AS threshold
  FROM ordered
  WHERE NOT is_b AND seq NOT IN (SELECT a_rn FROM matched)
)
-- 查出的每一条：免责的去掉，定级
SELECT person1.code AS owner_id,
       'reg:' || coalesce(text1.code, '?') AS event_id,
       hj_on(e.reg_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       CASE
         WHEN registrations_day1.value >= 20000000
              AND registrations_year1.value <= hj_mul(registrations_day1.value, 50) THEN '高疑'
         ELSE '可疑'
       END AS class
FROM found
JOIN s_reg e ON e.rank = found.row_id
LEFT JOIN x_person person1 ON person1.id = found.owner
LEFT JOIN x_text text1 ON text1.id = e.trt_dcla_detl_sn
LEFT JOIN m_registrations_day registrations_day1
  ON registrations_day1."k0" = e.opter_id AND registrations_day1."k1" = hj_day(e.reg_time)
LEFT JOIN m_registrations_year registrations_year1
  ON registrations_year1."k0" = e.opter_id
      AND registrations_year1."k1" = year(hj_date(hj_day(e.reg_time)))::BIGINT
LEFT JOIN m_institution_visits institution_visits1
  ON institution_visits1."k0" = e.ide_fixmedins_no AND institution_visits1."k1" = hj_quarter(e.begndate - 90)
WHERE found.clause = 0
  AND hj_on(e.reg_time) >= DATE '2021-05-01'
  AND (institution_visits1.value IS NULL) IS NOT TRUE;
