-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- B09 体检式住院
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，limit_value 限额，found_value 查出的值，rank 同一时刻的先后
events AS (
  SELECT e.rank::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner1,
         e.mdtrt_id::BIGINT AS owner2,
         e.rank::BIGINT AS rank,
         700000::BIGINT AS limit_value,
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
      WHERE code2.code IN ('04', '03')
      GROUP BY 1, 2
    ) sub2
    ON sub2.mdtrt_id = e.mdtrt_id AND sub2.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i2.psn_no, i2.mdtrt_id, 1 AS n,
             coalesce(sum(i2.det_item_fee_sumamt), 0)::BIGINT AS v
      FROM net_line i2
      LEFT JOIN x_code code3 ON code3.id = i2.med_chrgitm_type
      WHERE code3.code IN ('11', '10', '09', '06', '05')
      GROUP BY 1, 2
    ) sub3
    ON sub3.mdtrt_id = e.mdtrt_id AND sub3.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i3.psn_no, i3.mdtrt_id, 1 AS n, count(DISTINCT i3.hilist_code) AS v
      FROM net_line i3
      LEFT JOIN x_code code4 ON code4.id = i3.med_chrgitm_type
      WHERE code4.code IN ('04', '03')
      GROUP BY 1, 2
    ) sub4
    ON sub4.mdtrt_id = e.mdtrt_id AND sub4.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i4.psn_no, i4.mdtrt_id, 1 AS n, count(*) AS v
      FROM s_operation i4
      WHERE i4.oprn_oprt_code IS NOT NULL
      GROUP BY 1, 2
    ) sub5
    ON sub5.mdtrt_id = e.mdtrt_id AND sub5.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i5.psn_no, i5.mdtrt_id, 1 AS n, hj_any(code5.code = '06') AS v
      FROM net_line i5
      LEFT JOIN x_code code5 ON code5.id = i5.med_chrgitm_type
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
      SELECT i7.psn_no, i7.mdtrt_id, 1 AS n,
             coalesce(sum(i7.det_item_fee_sumamt), 0)::BIGINT AS v
      FROM net_line i7
      LEFT JOIN x_code code7 ON code7.id = i7.med_chrgitm_type
      WHERE code7.code IN ('11', '10', '09', '06', '05')
      GROUP BY 1, 2
    ) sub8
    ON sub8.mdtrt_id = e.mdtrt_id AND sub8.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i8.psn_no, i8.mdtrt_id, 1 AS n, count(DISTINCT i8.hilist_code) AS v
      FROM net_line i8
      LEFT JOIN x_code code8 ON code8.id = i8.med_chrgitm_type
      WHERE code8.code IN ('04', '03')
      GROUP BY 1, 2
    ) sub9
    ON sub9.mdtrt_id = e.mdtrt_id AND sub9.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i9.psn_no, i9.mdtrt_id, 1 AS n, count(*) AS v
      FROM s_operation i9
      WHERE i9.oprn_oprt_code IS NOT NULL
      GROUP BY 1, 2
    ) sub10
    ON sub10.mdtrt_id = e.mdtrt_id AND sub10.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i10.psn_no, i10.mdtrt_id, 1 AS n, hj_any(code9.code = '06') AS v
      FROM net_line i10
      LEFT JOIN x_code code9 ON code9.id = i10.med_chrgitm_type
      GROUP BY 1, 2
    ) sub11
    ON sub11.mdtrt_id = e.mdtrt_id AND sub11.psn_no = e.psn_no
  LEFT JOIN x_dx dx1 ON dx1.id = e.dx
  LEFT JOIN (
      SELECT i11.psn_no, i11.mdtrt_id, 1 AS n,
             hj_any(
               item1.code = '001204000120000'
               OR item1.code LIKE '0024%'
               OR item1.code LIKE 'XL02%'
               OR item1.code LIKE 'XL01%'
             ) AS v
      FROM net_line i11
      LEFT JOIN x_item item1 ON item1.id = i11.hilist_code
      GROUP BY 1, 2
    ) sub12
    ON sub12.mdtrt_id = e.mdtrt_id AND sub12.psn_no = e.psn_no
  LEFT JOIN x_code code10 ON code10.id = e.med_type
  LEFT JOIN x_code code11 ON code11.id = e.nwb_flag
  LEFT JOIN s_person person1 ON person1.psn_no = e.psn_no
  WHERE e.kind = 1
    AND hj_div(
          CASE
            WHEN e.mdtrt_id IS NULL THEN NULL
            WHEN sub7.n IS NULL THEN 0::BIGINT
            ELSE sub7.v
          END::HUGEINT * 1000000, e.medfee_sumamt
        ) >= 700000
    AND hj_div(
          CASE
            WHEN e.mdtrt_id IS NULL THEN NULL
            WHEN sub8.n IS NULL THEN 0::BIGINT
            ELSE sub8.v
          END::HUGEINT * 1000000, e.medfee_sumamt
        ) <= 150000
    AND CASE WHEN (e.enddate - e.begndate) IS NOT NULL THEN greatest(1, e.enddate - e.begndate) END <= 5
    AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub9.n IS NULL THEN 0::BIGINT ELSE sub9.v END >= 10
    AND NOT (
          CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub10.n IS NULL THEN 0::BIGINT ELSE sub10.v END >= 1
          OR CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub11.n IS NULL THEN false ELSE sub11.v END
        )
    AND (
          (dx1.code LIKE 'Z51.2%' OR dx1.code LIKE 'Z51.1%' OR dx1.code LIKE 'Z51.0%')
          OR (hj_within(dx1.code, 'D37', 'D48') OR hj_within(dx1.code, 'C00', 'C97'))
              AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub12.n IS NULL THEN false ELSE sub12.v END
        ) IS NOT TRUE
    AND (code10.code LIKE '13%' OR code10.code LIKE '24%') IS NOT TRUE
    AND (code11.code = '1' OR (e.begndate - person1.brdy) <= 28) IS NOT TRUE
    AND (
          (code10.code LIKE '51%' OR code10.code LIKE '52%')
          OR (hj_within(dx1.code, 'Z34', 'Z39') OR hj_within(dx1.code, 'O00', 'O99'))
        ) IS NOT TRUE
    AND e.psn_no IS NOT NULL
    AND e.mdtrt_id IS NOT NULL
),
-- 查出的
found AS (
  SELECT row_id, owner1, owner2, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person2.code, visit1.code) AS owner_id,
       'mdtrt:' || coalesce(visit2.code, '?') AS event_id,
       hj_on(e.begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_visit e ON e.rank = found.row_id
LEFT JOIN x_person person2 ON person2.id = found.owner1
LEFT JOIN x_visit visit1 ON visit1.id = found.owner2
LEFT JOIN x_visit visit2 ON visit2.id = e.mdtrt_id
WHERE hj_on(e.begntime) >= DATE '2021-05-01';
