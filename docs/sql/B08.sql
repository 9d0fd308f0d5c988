-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- B08 低标准入院
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，limit_value 限额，found_value 查出的值，rank 同一时刻的先后
events AS (
  SELECT e.rank::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner1,
         e.mdtrt_id::BIGINT AS owner2,
         e.rank::BIGINT AS rank,
         500000::BIGINT AS limit_value,
         hj_div(
           CASE
             WHEN e.mdtrt_id IS NULL THEN NULL
             WHEN sub1.n IS NULL THEN 0::BIGINT
             ELSE sub1.v
           END::HUGEINT * 1000000, e.medfee_sumamt
         )::BIGINT AS found_value
  FROM s_visit e
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             coalesce(sum(i0.det_item_fee_sumamt), 0)::BIGINT AS v
      FROM net_line i0
      LEFT JOIN x_code code1 ON code1.id = i0.med_chrgitm_type
      WHERE code1.code IN ('04', '03')
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i1.psn_no, i1.mdtrt_id, 1 AS n,
             coalesce(sum(i1.det_item_fee_sumamt), 0)::BIGINT AS v
      FROM net_line i1
      LEFT JOIN x_code code2 ON code2.id = i1.med_chrgitm_type
      WHERE code2.code IN ('11', '10', '09', '05')
      GROUP BY 1, 2
    ) sub2
    ON sub2.mdtrt_id = e.mdtrt_id AND sub2.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i2.psn_no, i2.mdtrt_id, 1 AS n,
             coalesce(sum(i2.det_item_fee_sumamt), 0)::BIGINT AS v
      FROM net_line i2
      LEFT JOIN x_code code3 ON code3.id = i2.med_chrgitm_type
      WHERE code3.code IN ('04', '03')
      GROUP BY 1, 2
    ) sub3
    ON sub3.mdtrt_id = e.mdtrt_id AND sub3.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i3.psn_no, i3.mdtrt_id, 1 AS n, count(*) AS v
      FROM s_operation i3
      WHERE i3.oprn_oprt_code IS NOT NULL
      GROUP BY 1, 2
    ) sub4
    ON sub4.mdtrt_id = e.mdtrt_id AND sub4.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i4.psn_no, i4.mdtrt_id, 1 AS n, hj_any(code4.code = '06') AS v
      FROM net_line i4
      LEFT JOIN x_code code4 ON code4.id = i4.med_chrgitm_type
      GROUP BY 1, 2
    ) sub5
    ON sub5.mdtrt_id = e.mdtrt_id AND sub5.psn_no = e.psn_no
  LEFT JOIN x_dx dx1 ON dx1.id = e.dx
  LEFT JOIN (
      SELECT i5.psn_no, i5.mdtrt_id, 1 AS n,
             coalesce(sum(i5.det_item_fee_sumamt), 0)::BIGINT AS v
      FROM net_line i5
      LEFT JOIN x_code code5 ON code5.id = i5.med_chrgitm_type
      WHERE code5.code IN ('11', '10', '09', '05')
      GROUP BY 1, 2
    ) sub6
    ON sub6.mdtrt_id = e.mdtrt_id AND sub6.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i6.psn_no, i6.mdtrt_id, 1 AS n,
             coalesce(sum(i6.det_item_fee_sumamt), 0)::BIGINT AS v
      FROM net_line i6
      LEFT JOIN x_code code6 ON code6.id = i6.med_chrgitm_type
      WHERE code6.code IN ('04', '03')
      GROUP BY 1, 2
    ) sub7
    ON sub7.mdtrt_id = e.mdtrt_id AND sub7.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i7.psn_no, i7.mdtrt_id, 1 AS n, count(*) AS v
      FROM s_operation i7
      WHERE i7.oprn_oprt_code IS NOT NULL
      GROUP BY 1, 2
    ) sub8
    ON sub8.mdtrt_id = e.mdtrt_id AND sub8.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i8.psn_no, i8.mdtrt_id, 1 AS n, hj_any(code7.code = '06') AS v
      FROM net_line i8
      LEFT JOIN x_code code7 ON code7.id = i8.med_chrgitm_type
      GROUP BY 1, 2
    ) sub9
    ON sub9.mdtrt_id = e.mdtrt_id AND sub9.psn_no = e.psn_no
  LEFT JOIN x_code code8 ON code8.id = e.med_type
  WHERE e.kind = 1
    AND (
          dx1.code LIKE 'E78%' OR dx1.code LIKE 'B02%' OR dx1.code LIKE 'K12%' OR dx1.code LIKE 'K05%'
          OR dx1.code LIKE 'K04%' OR dx1.code LIKE 'L50%' OR dx1.code LIKE 'L30%' OR dx1.code LIKE 'L23%'
          OR dx1.code LIKE 'L20%' OR dx1.code LIKE 'G47%' OR dx1.code LIKE 'G44%' OR dx1.code LIKE 'G43%'
          OR dx1.code LIKE 'N39%' OR dx1.code LIKE 'I10%' OR dx1.code LIKE 'R53%' OR dx1.code LIKE 'R51%'
          OR dx1.code LIKE 'R50%' OR dx1.code LIKE 'R42%' OR dx1.code LIKE 'R11%' OR dx1.code LIKE 'R10%'
          OR dx1.code LIKE 'R07%' OR dx1.code LIKE 'R05%' OR dx1.code LIKE 'H81%' OR dx1.code LIKE 'M77%'
          OR dx1.code LIKE 'M75%' OR dx1.code LIKE 'M62%' OR dx1.code LIKE 'M54%' OR dx1.code LIKE 'M53%'
          OR dx1.code LIKE 'M51%' OR dx1.code LIKE 'M50%' OR dx1.code LIKE 'M48%' OR dx1.code LIKE 'M47%'
          OR dx1.code LIKE 'A09%' OR dx1.code LIKE 'K59%' OR dx1.code LIKE 'K58%' OR dx1.code LIKE 'K52%'
          OR dx1.code LIKE 'K30%' OR dx1.code LIKE 'K29%' OR dx1.code LIKE 'J39%' OR dx1.code LIKE 'J32%'
          OR dx1.code LIKE 'J31%' OR dx1.code LIKE 'J20%' OR dx1.code LIKE 'J11%' OR dx1.code LIKE 'J06%'
          OR dx1.code LIKE 'J04%' OR dx1.code LIKE 'J03%' OR dx1.code LIKE 'J02%' OR dx1.code LIKE 'J00%'
        )
    AND CASE WHEN (e.enddate - e.begndate) IS NOT NULL THEN greatest(1, e.enddate - e.begndate) END <= 7
    AND hj_div(
          CASE
            WHEN e.mdtrt_id IS NULL THEN NULL
            WHEN sub6.n IS NULL THEN 0::BIGINT
            ELSE sub6.v
          END::HUGEINT * 1000000, e.medfee_sumamt
        ) <= 350000
    AND hj_div(
          CASE
            WHEN e.mdtrt_id IS NULL THEN NULL
            WHEN sub7.n IS NULL THEN 0::BIGINT
            ELSE sub7.v
          END::HUGEINT * 1000000, e.medfee_sumamt
        ) >= 500000
    AND NOT (
          CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub8.n IS NULL THEN 0::BIGINT ELSE sub8.v END >= 1
          OR CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub9.n IS NULL THEN false ELSE sub9.v END
        )
    AND (code8.code LIKE '13%' OR code8.code LIKE '24%') IS NOT TRUE
    AND e.psn_no IS NOT NULL
    AND e.mdtrt_id IS NOT NULL
),
-- 查出的
found AS (
  SELECT row_id, owner1, owner2, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, visit1.code) AS owner_id,
       'mdtrt:' || coalesce(visit2.code, '?') AS event_id,
       hj_on(e.begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_visit e ON e.rank = found.row_id
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN x_visit visit1 ON visit1.id = found.owner2
LEFT JOIN x_visit visit2 ON visit2.id = e.mdtrt_id
WHERE hj_on(e.begntime) >= DATE '2021-05-01';
