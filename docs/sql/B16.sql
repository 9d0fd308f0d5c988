-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- B16 相似病例（模板住院）
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起，limit_value 限额，rank 同一时刻的先后
--   counted 数什么（不重复计）
events AS (
  SELECT e.rank::BIGINT AS row_id,
         e.fixmedins_code::BIGINT AS owner1,
         (
           CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub1.n IS NULL THEN NULL ELSE sub1.v END
         )::BIGINT AS owner2,
         hj_quarter(e.enddate)::BIGINT AS owner3,
         coalesce(e.begntime, 0) AS at_time,
         e.rank::BIGINT AS rank,
         e.begndate::BIGINT AS starts,
         6::BIGINT AS limit_value,
         e.psn_no::BIGINT AS counted,
         false AS not_applicable
  FROM s_visit e
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             bit_xor(DISTINCT ('0x' || left(sha256(hj_left(item1.code, 14)), 15))::BIGINT) AS v
      FROM net_line i0
      LEFT JOIN x_item item1 ON item1.id = i0.hilist_code
      LEFT JOIN x_code code1 ON code1.id = i0.med_chrgitm_type
      WHERE NOT code1.code IN ('13', '07', '02', '01')
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i1.psn_no, i1.mdtrt_id, 1 AS n,
             count(DISTINCT hj_left(item2.code, 14)) AS v
      FROM net_line i1
      LEFT JOIN x_item item2 ON item2.id = i1.hilist_code
      LEFT JOIN x_code code2 ON code2.id = i1.med_chrgitm_type
      WHERE NOT code2.code IN ('13', '07', '02', '01')
      GROUP BY 1, 2
    ) sub2
    ON sub2.mdtrt_id = e.mdtrt_id AND sub2.psn_no = e.psn_no
  LEFT JOIN x_dx dx1 ON dx1.id = e.dx
  LEFT JOIN (
      SELECT i2.psn_no, i2.mdtrt_id, 1 AS n,
             hj_any(
               item3.code = '001204000120000'
               OR item3.code LIKE '0024%'
               OR item3.code LIKE 'XL02%'
               OR item3.code LIKE 'XL01%'
             ) AS v
      FROM net_line i2
      LEFT JOIN x_item item3 ON item3.id = i2.hilist_code
      GROUP BY 1, 2
    ) sub3
    ON sub3.mdtrt_id = e.mdtrt_id AND sub3.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i3.psn_no, i3.mdtrt_id, 1 AS n,
             hj_any(item4.code LIKE '0031100000%') AS v
      FROM net_line i3
      LEFT JOIN x_item item4 ON item4.id = i3.hilist_code
      GROUP BY 1, 2
    ) sub4
    ON sub4.mdtrt_id = e.mdtrt_id AND sub4.psn_no = e.psn_no
  LEFT JOIN x_code code3 ON code3.id = e.med_type
  LEFT JOIN (
      SELECT i4.psn_no, i4.mdtrt_id, 1 AS n,
             bit_xor(DISTINCT ('0x' || left(sha256(hj_left(item5.code, 14)), 15))::BIGINT) AS v
      FROM net_line i4
      LEFT JOIN x_item item5 ON item5.id = i4.hilist_code
      LEFT JOIN x_code code4 ON code4.id = i4.med_chrgitm_type
      WHERE NOT code4.code IN ('13', '07', '02', '01')
      GROUP BY 1, 2
    ) sub5
    ON sub5.mdtrt_id = e.mdtrt_id AND sub5.psn_no = e.psn_no
  WHERE e.kind = 1
    AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub2.n IS NULL THEN 0::BIGINT ELSE sub2.v END >= 8
    AND (
          (dx1.code LIKE 'Z51.2%' OR dx1.code LIKE 'Z51.1%' OR dx1.code LIKE 'Z51.0%')
          OR (hj_within(dx1.code, 'D37', 'D48') OR hj_within(dx1.code, 'C00', 'C97'))
              AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub3.n IS NULL THEN false ELSE sub3.v END
        ) IS NOT TRUE
    AND (
          (
            dx1.code LIKE 'Z49%' OR dx1.code LIKE 'N18.9%' OR dx1.code LIKE 'N18.0%' OR dx1.code LIKE 'N18.6%'
            OR dx1.code LIKE 'N18.5%'
          )
          AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub4.n IS NULL THEN false ELSE sub4.v END
        ) IS NOT TRUE
    AND (
          (code3.code LIKE '51%' OR code3.code LIKE '52%')
          OR (hj_within(dx1.code, 'Z34', 'Z39') OR hj_within(dx1.code, 'O00', 'O99'))
        ) IS NOT TRUE
    AND e.fixmedins_code IS NOT NULL
    AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub5.n IS NULL THEN NULL ELSE sub5.v END IS NOT NULL
    AND hj_quarter(e.enddate) IS NOT NULL
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
  SELECT ordered.owner1, ordered.owner2, ordered.owner3, ordered.counted
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
  SELECT row_id, owner1, owner2, owner3,
         printf('%04dQ%d', firsts.owner3 // 4, firsts.owner3 % 4 + 1) AS anchor_text,
         (v * 1000000)::BIGINT AS value,
         (own * 1000000)::BIGINT AS threshold
  FROM firsts
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws(
         '|', inst1.code, found.owner2::VARCHAR, printf('%04dQ%d', found.owner3 // 4, found.owner3 % 4 + 1)
       ) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_visit e ON e.rank = found.row_id
LEFT JOIN x_inst inst1 ON inst1.id = found.owner1
LEFT JOIN m_signature_institutions signature_institutions1 ON signature_institutions1."k0" = found.owner2
WHERE hj_on(e.begntime) >= DATE '2021-05-01' AND (signature_institutions1.value >= 3000000) IS NOT TRUE;
