-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- B14 同床重叠
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒）
--   starts 起，ends 止，rank 同一时刻的先后，partner 与前一个须不同的，low 间隔下限，high 间隔上限
events AS (
  SELECT 0 AS clause,
         e.rank::BIGINT AS row_id, -1 AS kn_row,
         e.fixmedins_code::BIGINT AS owner1,
         e.wardarea_bed::BIGINT AS owner2,
         e.adm_bed::BIGINT AS owner3,
         coalesce(e.begntime, 0) AS at_time,
         e.rank::BIGINT AS rank,
         e.begndate::BIGINT AS starts,
         e.enddate::BIGINT AS ends,
         NULL::BIGINT AS low,
         (-1)::BIGINT AS high,
         e.psn_no::BIGINT AS partner
  FROM s_visit e
  WHERE e.kind = 1 AND e.adm_bed = e.dscg_bed AND e.fixmedins_code IS NOT NULL AND e.wardarea_bed IS NOT NULL
    AND e.adm_bed IS NOT NULL
),
-- 每个对象的事件按时间编号
ordered AS (
  SELECT *,
         row_number() OVER (
           PARTITION BY owner1, owner2, owner3 ORDER BY starts NULLS FIRST, at_time, rank
         ) AS seq
  FROM events
  WHERE starts IS NOT NULL AND ends IS NOT NULL
),
-- previous：之前的一个（紧挨着的，或之前结束最晚的）
with_previous AS (
  SELECT e.*,
         (
           SELECT max(
               {
                 'ends': ordered.ends, 'starts': ordered.starts, 'at_time': ordered.at_time,
                 'rank': ordered.rank, 'nrn': -ordered.seq, 'clause': ordered.clause,
                 'row_id': ordered.row_id, 'kn_row': ordered.kn_row, 'partner': ordered.partner
               }
             )
           FROM ordered
           WHERE ordered.owner1 = e.owner1
             AND ordered.owner2 = e.owner2
             AND ordered.owner3 = e.owner3
             AND ordered.seq < e.seq
             AND ordered.partner IS DISTINCT FROM e.partner
             AND (e.high IS NULL OR ordered.ends >= e.starts - e.high)
         ) AS previous
  FROM ordered e
),
-- 前后两个之间隔了多久，在不在上下限之内
gaps AS (
  SELECT row_id, owner1, owner2, owner3,
         (starts - previous.ends) * 1000000 AS value,
         coalesce(high, low) * 1000000 AS threshold, low, high
  FROM with_previous
  WHERE previous IS NOT NULL
    AND (with_previous.high IS NULL OR (starts - previous.ends) <= with_previous.high)
),
-- 查出的
found AS (SELECT gaps.* FROM gaps JOIN s_visit e ON e.rank = gaps.row_id)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', inst1.code, text1.code, text2.code) AS owner_id,
       'mdtrt:' || coalesce(visit1.code, '?') AS event_id,
       hj_on(e.begntime) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN s_visit e ON e.rank = found.row_id
LEFT JOIN x_inst inst1 ON inst1.id = found.owner1
LEFT JOIN x_text text1 ON text1.id = found.owner2
LEFT JOIN x_text text2 ON text2.id = found.owner3
LEFT JOIN x_visit visit1 ON visit1.id = e.mdtrt_id
WHERE hj_on(e.begntime) >= DATE '2021-05-01';
