-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- B06 挂床住院（空档日）
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒）
--   source_rank 同一时刻来源的先后，starts 起，ends 止，rank 同一时刻的先后，low 间隔下限
events AS (
  SELECT 0 AS clause,
         e.no::BIGINT AS row_id, -1 AS kn_row,
         e.psn_no::BIGINT AS owner1,
         e.mdtrt_id::BIGINT AS owner2,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         5 AS source_rank,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         (
           (
             hj_day(e.fee_ocur_time) +
               CASE
                 WHEN coalesce(e.prd_days, 1) IS NOT NULL THEN greatest(coalesce(e.prd_days, 1), 1)
               END
           ) - 1
         )::BIGINT AS ends,
         (
           coalesce(
             CASE
               WHEN hj_within(dx1.code, 'G81', 'G83')
                    OR dx1.code LIKE 'I69%'
                    OR dx1.code LIKE 'Z50%'
                    OR hj_within(dx1.code, 'F00', 'F99') THEN 7
               ELSE 3
             END, 3
           ) + 1
         )::BIGINT AS low
  FROM net_line e
  LEFT JOIN s_visit visit1 ON visit1.mdtrt_id = e.mdtrt_id
  LEFT JOIN x_dx dx1 ON dx1.id = visit1.dx
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  LEFT JOIN x_code code2 ON code2.id = e.med_chrgitm_type
  WHERE (
      code1.code LIKE '52%' OR code1.code LIKE '27%' OR code1.code LIKE '26%' OR code1.code LIKE '25%'
      OR code1.code LIKE '24%' OR code1.code LIKE '23%' OR code1.code LIKE '22%' OR code1.code LIKE '21%'
    )
    AND code2.code IN ('11', '10', '09', '08', '06', '05', '04', '03')
    AND (dx1.code LIKE 'Z51.5%') IS NOT TRUE
    AND e.psn_no IS NOT NULL
    AND e.mdtrt_id IS NOT NULL
  UNION ALL
  SELECT 1 AS clause,
         e.rank::BIGINT AS row_id, -1 AS kn_row,
         e.psn_no::BIGINT AS owner1,
         e.mdtrt_id::BIGINT AS owner2,
         coalesce(e.begntime, 0) AS at_time,
         1 AS source_rank,
         e.rank::BIGINT AS rank,
         e.begndate::BIGINT AS starts,
         e.enddate::BIGINT AS ends,
         (
           coalesce(
             CASE
               WHEN hj_within(dx2.code, 'G81', 'G83')
                    OR dx2.code LIKE 'I69%'
                    OR dx2.code LIKE 'Z50%'
                    OR hj_within(dx2.code, 'F00', 'F99') THEN 7
               ELSE 3
             END, 3
           ) + 1
         )::BIGINT AS low
  FROM s_visit e
  LEFT JOIN x_dx dx2 ON dx2.id = e.dx
  WHERE e.kind = 1
    AND (dx2.code LIKE 'Z51.5%') IS NOT TRUE
    AND e.psn_no IS NOT NULL
    AND e.mdtrt_id IS NOT NULL
),
-- 每个对象的事件按时间编号
ordered AS (
  SELECT *,
         row_number() OVER (
           PARTITION BY owner1, owner2 ORDER BY starts NULLS FIRST, source_rank, at_time, rank, clause
         ) AS seq
  FROM events
  WHERE starts IS NOT NULL AND ends IS NOT NULL
),
act AS (
  SELECT *, starts AS fr,
         CASE WHEN clause IN (-1, 1) THEN starts ELSE greatest(starts, ends) END AS upto, 0 AS half
  FROM ordered
  UNION ALL
  SELECT *, ends, ends, 1
  FROM ordered
  WHERE clause IN (-1, 1)
),
w AS (
  SELECT *,
         lag({'clause': clause, 'row_id': row_id, 'kn_row': kn_row}) OVER ww AS previous,
         max(upto) OVER (
           PARTITION BY owner1, owner2 ORDER BY fr, seq, half ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
         ) AS ended,
         bool_or(clause IN (-1, 1)) OVER (PARTITION BY owner1, owner2) AS has_stay
  FROM act
  WINDOW ww AS (PARTITION BY owner1, owner2 ORDER BY fr, seq, half)
),
-- 前后两个之间隔了多久，在不在上下限之内
gaps AS (
  SELECT clause, row_id, owner1, owner2,
         'day:' || hj_ymd(fr) AS anchor_text,
         (fr - ended - 1) * 1000000 AS value,
         (low - 1) * 1000000 AS threshold,
         ended AS gap_from, fr AS gap_to, low
  FROM w
  WHERE has_stay AND previous IS NOT NULL AND fr > ended AND (w.low IS NULL OR (fr - ended) >= w.low)
),
-- 查出的
found AS (
  SELECT gaps.*
  FROM gaps
  JOIN net_line e ON e.no = gaps.row_id
  WHERE gaps.clause = 0
  UNION ALL
  SELECT gaps.*
  FROM gaps
  JOIN s_visit e ON e.rank = gaps.row_id
  WHERE gaps.clause = 1
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, visit2.code) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       CASE
         WHEN CASE
                WHEN e.mdtrt_id IS NOT NULL THEN coalesce(
                       (
                         SELECT count(*)
                         FROM s_check i0
                         LEFT JOIN x_code code3 ON code3.id = i0.result
                         WHERE i0.mdtrt_id = e.mdtrt_id
                           AND i0.psn_no = e.psn_no
                           AND code3.code = 'away'
                           AND hj_day(i0.check_time) > found.gap_from
                           AND hj_day(i0.check_time) < found.gap_to
                       ), 0::BIGINT
                     )
              END >= 1 THEN '明确'
         ELSE '高疑'
       END AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN x_visit visit2 ON visit2.id = found.owner2
LEFT JOIN m_batch_upload_share batch_upload_share1 ON batch_upload_share1."k0" = e.fixmedins_code
WHERE found.clause = 0
  AND hj_on(e.fee_ocur_time) >= DATE '2021-05-01'
  AND (batch_upload_share1.value >= 800000) IS NOT TRUE
UNION ALL
SELECT concat_ws('|', person2.code, visit3.code) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       CASE
         WHEN CASE
                WHEN e.mdtrt_id IS NOT NULL THEN coalesce(
                       (
                         SELECT count(*)
                         FROM s_check i1
                         LEFT JOIN x_code code4 ON code4.id = i1.result
                         WHERE i1.mdtrt_id = e.mdtrt_id
                           AND i1.psn_no = e.psn_no
                           AND code4.code = 'away'
                           AND hj_day(i1.check_time) > found.gap_from
                           AND hj_day(i1.check_time) < found.gap_to
                       ), 0::BIGINT
                     )
              END >= 1 THEN '明确'
         ELSE '高疑'
       END AS class
FROM found
JOIN s_visit e ON e.rank = found.row_id
LEFT JOIN x_person person2 ON person2.id = found.owner1
LEFT JOIN x_visit visit3 ON visit3.id = found.owner2
LEFT JOIN m_batch_upload_share batch_upload_share2 ON batch_upload_share2."k0" = e.fixmedins_code
WHERE found.clause = 1
  AND hj_on(e.begntime) >= DATE '2021-05-01'
  AND (batch_upload_share2.value >= 800000) IS NOT TRUE;
