-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- B02 分解住院
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，at_time 时间（1970 年起的秒），starts 起，ends 止，rank 同一时刻的先后
--   low 间隔下限，high 间隔上限
events AS (
  SELECT e.rank::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner1,
         e.fixmedins_code::BIGINT AS owner2,
         coalesce(e.begntime, 0) AS at_time,
         e.rank::BIGINT AS rank,
         e.begndate::BIGINT AS starts,
         e.enddate::BIGINT AS ends,
         0::BIGINT AS low,
         15::BIGINT AS high
  FROM s_visit e
  LEFT JOIN x_dx dx1 ON dx1.id = e.dx
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             hj_any(
               item1.code = '001204000120000'
               OR item1.code LIKE '0024%'
               OR item1.code LIKE 'XL02%'
               OR item1.code LIKE 'XL01%'
             ) AS v
      FROM net_line i0
      LEFT JOIN x_item item1 ON item1.id = i0.hilist_code
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i1.psn_no, i1.mdtrt_id, 1 AS n,
             hj_any(item2.code LIKE '0031100000%') AS v
      FROM net_line i1
      LEFT JOIN x_item item2 ON item2.id = i1.hilist_code
      GROUP BY 1, 2
    ) sub2
    ON sub2.mdtrt_id = e.mdtrt_id AND sub2.psn_no = e.psn_no
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  LEFT JOIN x_code code2 ON code2.id = e.nwb_flag
  LEFT JOIN s_person person1 ON person1.psn_no = e.psn_no
  WHERE e.kind = 1
    AND (
          (dx1.code LIKE 'Z51.2%' OR dx1.code LIKE 'Z51.1%' OR dx1.code LIKE 'Z51.0%')
          OR (hj_within(dx1.code, 'D37', 'D48') OR hj_within(dx1.code, 'C00', 'C97'))
              AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub1.n IS NULL THEN false ELSE sub1.v END
        ) IS NOT TRUE
    AND (
          (
            dx1.code LIKE 'Z49%' OR dx1.code LIKE 'N18.9%' OR dx1.code LIKE 'N18.0%' OR dx1.code LIKE 'N18.6%'
            OR dx1.code LIKE 'N18.5%'
          )
          AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub2.n IS NULL THEN false ELSE sub2.v END
        ) IS NOT TRUE
    AND hj_within(dx1.code, 'F00', 'F99') IS NOT TRUE
    AND (
          (code1.code LIKE '51%' OR code1.code LIKE '52%')
          OR (hj_within(dx1.code, 'Z34', 'Z39') OR hj_within(dx1.code, 'O00', 'O99'))
        ) IS NOT TRUE
    AND (code2.code = '1' OR (e.begndate - person1.brdy) <= 28) IS NOT TRUE
    AND hj_within(dx1.code, 'A15', 'A19') IS NOT TRUE
    AND hj_within(dx1.code, 'T20', 'T32') IS NOT TRUE
    AND e.psn_no IS NOT NULL
    AND e.fixmedins_code IS NOT NULL
),
-- 每个对象的事件按时间编号
ordered AS (
  SELECT *,
         row_number() OVER (PARTITION BY owner1, owner2 ORDER BY starts NULLS FIRST, at_time, rank) AS seq
  FROM events
  WHERE starts IS NOT NULL AND ends IS NOT NULL
),
-- previous：之前的一个（紧挨着的，或之前结束最晚的）
with_previous AS (
  SELECT *,
         max(
           {'ends': ends, 'starts': starts, 'at_time': at_time, 'rank': rank, 'nrn': -seq, 'row_id': row_id}
         ) OVER (
           PARTITION BY owner1, owner2 ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
         ) AS previous
  FROM ordered
),
-- 前后两个之间隔了多久，在不在上下限之内
gaps AS (
  SELECT row_id, owner1, owner2,
         previous.row_id AS prev_row_id,
         (starts - previous.ends) * 1000000 AS value,
         coalesce(high, low) * 1000000 AS threshold, low, high
  FROM with_previous
  WHERE previous IS NOT NULL AND (starts - previous.ends) BETWEEN with_previous.low AND with_previous.high
),
-- 查出的
found AS (
  SELECT gaps.*
  FROM gaps
  JOIN s_visit e ON e.rank = gaps.row_id
  LEFT JOIN x_dx_info dx_info1 ON dx_info1.id = e.dx
  LEFT JOIN s_visit visit1 ON visit1.rank = gaps.prev_row_id
  LEFT JOIN x_dx_info dx_info2 ON dx_info2.id = visit1.dx
  WHERE CASE
      WHEN dx_info1.cat IS NOT NULL AND dx_info2.cat IS NOT NULL THEN dx_info1.cat = dx_info2.cat
           OR coalesce(dx_info1.grp = dx_info2.grp, false)
    END
    AND e.fixmedins_code = visit1.fixmedins_code
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person2.code, inst1.code) AS owner_id,
       'mdtrt:' || coalesce(visit2.code, '?') AS event_id,
       hj_on(e.begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       CASE WHEN hj_cat3(dx2.code) <> hj_cat3(dx3.code) THEN '可疑' ELSE '高疑' END AS class
FROM found
JOIN s_visit e ON e.rank = found.row_id
LEFT JOIN x_person person2 ON person2.id = found.owner1
LEFT JOIN x_inst inst1 ON inst1.id = found.owner2
LEFT JOIN x_visit visit2 ON visit2.id = e.mdtrt_id
LEFT JOIN x_dx dx2 ON dx2.id = e.dx
LEFT JOIN s_visit visit3 ON visit3.rank = found.prev_row_id
LEFT JOIN x_dx dx3 ON dx3.id = visit3.dx
LEFT JOIN x_code code3 ON code3.id = visit3.dscg_way
LEFT JOIN x_code code4 ON code4.id = visit3.mid_setl_flag
LEFT JOIN x_code code5 ON code5.id = e.med_type
WHERE hj_on(e.begntime) >= DATE '2021-05-01'
  AND (code3.code IN ('3', '2') AND found.value <= 1000000) IS NOT TRUE
  AND (code4.code = '1') IS NOT TRUE
  AND (
        year(hj_date(e.begndate))::BIGINT <> year(hj_date(visit3.enddate))::BIGINT
        AND (e.begndate - visit3.enddate) <= 1
        AND e.fixmedins_code = visit3.fixmedins_code
      ) IS NOT TRUE
  AND (code5.code LIKE '13%' OR code5.code LIKE '24%') IS NOT TRUE;

-- B02.x 分解住院（跨机构）
-- 与 B02 只有下面几处不同（- 换成 +，行号从 B02 的第一行数起）。
-- 整句：huji rules doc --sql --rule B02.x
-- @ 第 7 行
-- -          e.psn_no::BIGINT AS owner1,
-- -          e.fixmedins_code::BIGINT AS owner2,
-- +          e.psn_no::BIGINT AS owner,
-- @ 第 14 行
-- -          15::BIGINT AS high
-- +          1::BIGINT AS high
-- @ 第 63 行
-- -     AND e.fixmedins_code IS NOT NULL
-- @ 第 68 行
-- -          row_number() OVER (PARTITION BY owner1, owner2 ORDER BY starts NULLS FIRST, at_time, rank) AS seq
-- +          row_number() OVER (PARTITION BY owner ORDER BY starts NULLS FIRST, at_time, rank) AS seq
-- @ 第 77 行
-- -          ) OVER (
-- -            PARTITION BY owner1, owner2 ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
-- -          ) AS previous
-- +          ) OVER (PARTITION BY owner ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS previous
-- @ 第 84 行
-- -   SELECT row_id, owner1, owner2,
-- +   SELECT row_id, owner,
-- @ 第 103 行
-- -     AND e.fixmedins_code = visit1.fixmedins_code
-- +     AND e.fixmedins_code <> visit1.fixmedins_code
-- @ 第 106 行
-- - SELECT concat_ws('|', person2.code, inst1.code) AS owner_id,
-- + SELECT person2.code AS owner_id,
-- @ 第 114 行
-- - LEFT JOIN x_person person2 ON person2.id = found.owner1
-- - LEFT JOIN x_inst inst1 ON inst1.id = found.owner2
-- + LEFT JOIN x_person person2 ON person2.id = found.owner
