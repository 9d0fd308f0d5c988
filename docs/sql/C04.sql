-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- C04.day 每日限频超量
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒），starts 起，quantity 量
--   limit_value 限额，rank 同一时刻的先后
events AS (
  SELECT e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner1,
         e.mdtrt_id::BIGINT AS owner2,
         e.hilist_code::BIGINT AS owner3,
         hj_day(e.fee_ocur_time)::BIGINT AS owner4,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         e.cnt::BIGINT AS quantity,
         n."lim"::BIGINT AS limit_value,
         false AS not_applicable
  FROM net_line e
  JOIN kx_day_limit_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_day_limit n ON n.row = n0.row
  WHERE e.psn_no IS NOT NULL
    AND e.mdtrt_id IS NOT NULL
    AND e.hilist_code IS NOT NULL
    AND hj_day(e.fee_ocur_time) IS NOT NULL
),
-- 每个对象（每期）的合计与限额
owner_sums AS (
  SELECT owner1, owner2, owner3, owner4,
         coalesce(sum(quantity), 0)::BIGINT AS v,
         max(limit_value) AS own,
         bool_or(not_applicable) AS none
  FROM events
  GROUP BY owner1, owner2, owner3, owner4
),
-- 超了限额的
over_limit AS (
  SELECT owner1, owner2, owner3, owner4, v, own, own AS vlim FROM owner_sums WHERE NOT none AND v > own
),
-- 它们的事件，按时间编号
ordered AS (
  SELECT events.*, over_limit.v, over_limit.vlim, over_limit.own,
         row_number() OVER (
           PARTITION BY events.owner1, events.owner2, events.owner3,
           events.owner4 ORDER BY starts NULLS FIRST, at_time, rank, kn_row
         ) AS seq
  FROM events
  JOIN over_limit
    ON events.owner1 = over_limit.owner1
        AND events.owner2 = over_limit.owner2
        AND events.owner3 = over_limit.owner3
        AND events.owner4 = over_limit.owner4
),
running AS (
  SELECT *,
         vlim - 0 - coalesce(
           sum(quantity) OVER (
             PARTITION BY owner1, owner2, owner3,
             owner4 ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
           ), 0
         )::BIGINT AS room
  FROM ordered
  WHERE quantity IS NOT NULL
),
beyond AS (
  SELECT *,
         quantity - CASE WHEN room < 0 THEN 0 WHEN room < quantity THEN room ELSE quantity END AS bd
  FROM running
),
-- 逐笔：role 1 是问题，2 是限额以内的
judged AS (SELECT *, CASE WHEN bd > 0 THEN 1 ELSE 2 END AS role FROM beyond),
-- 每个对象第一笔有问题的
firsts AS (
  SELECT *
  FROM judged
  WHERE role = 1
  QUALIFY row_number() OVER (PARTITION BY owner1, owner2, owner3, owner4 ORDER BY seq) = 1
),
-- 查出的
found AS (
  SELECT row_id, kn_row, owner1, owner2, owner3, owner4,
         hj_ymd(firsts.owner4) AS anchor_text,
         (v * 100)::BIGINT AS value,
         (own * 100)::BIGINT AS threshold
  FROM firsts
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, visit1.code, item1.code, hj_ymd(found.owner4)) AS owner_id,
       found.anchor_text AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '明确' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_day_limit ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN x_visit visit1 ON visit1.id = found.owner2
LEFT JOIN x_item item1 ON item1.id = found.owner3
LEFT JOIN s_visit visit2 ON visit2.mdtrt_id = e.mdtrt_id
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01'
  AND (
        found.value <= hj_mul(2, found.threshold)
        AND hj_day(e.fee_ocur_time) < visit2.enddate
        AND NOT
              CASE
                WHEN e.mdtrt_id IS NOT NULL THEN coalesce(
                       (
                         SELECT CASE
                             WHEN bool_or(
                                    i0.hilist_code = e.hilist_code
                                    AND hj_day(i0.fee_ocur_time) = hj_day(e.fee_ocur_time) + 1
                                  ) THEN true
                           END
                         FROM net_line i0
                         WHERE i0.mdtrt_id = e.mdtrt_id
                           AND i0.psn_no = e.psn_no
                           AND (
                                 i0.hilist_code = e.hilist_code
                                 AND hj_day(i0.fee_ocur_time) = hj_day(e.fee_ocur_time) + 1
                               ) IS NOT FALSE
                       ),
                       CASE
                         WHEN NOT EXISTS(
                                SELECT 1
                                FROM net_line i0
                                WHERE i0.mdtrt_id = e.mdtrt_id
                                  AND i0.psn_no = e.psn_no
                                  AND (
                                        i0.hilist_code = e.hilist_code
                                        AND hj_day(i0.fee_ocur_time) = hj_day(e.fee_ocur_time) + 1
                                      ) IS NOT FALSE
                              ) THEN false
                       END
                     )
              END
      ) IS NOT TRUE;

-- C04.hours 按小时计价超量
-- 与 C04.day 只有下面几处不同（- 换成 +，行号从 C04.day 的第一行数起）。
-- 整句：huji rules doc --sql --rule C04.hours
-- @ 第 9 行
-- -          e.mdtrt_id::BIGINT AS owner2,
-- -          e.hilist_code::BIGINT AS owner3,
-- -          hj_day(e.fee_ocur_time)::BIGINT AS owner4,
-- +          e.hilist_code::BIGINT AS owner2,
-- +          e.mdtrt_id::BIGINT AS owner3,
-- @ 第 16 行
-- -          n."lim"::BIGINT AS limit_value,
-- +          (
-- +            CASE
-- +              WHEN hour(make_timestamp(visit1.begntime * 1000000))::BIGINT = 0
-- +                   AND hour(make_timestamp(visit1.endtime * 1000000))::BIGINT = 0 THEN hj_mul(
-- +                         (visit1.enddate - visit1.begndate) + 1, 24
-- +                       )
-- +              ELSE hj_ceil(visit1.endtime - visit1.begntime, 3600)
-- +            END::BIGINT * 10000
-- +          )::BIGINT AS limit_value,
-- @ 第 21 行
-- -   WHERE e.psn_no IS NOT NULL
-- -     AND e.mdtrt_id IS NOT NULL
-- +   LEFT JOIN s_visit visit1 ON visit1.mdtrt_id = e.mdtrt_id
-- +   LEFT JOIN x_code code1 ON code1.id = n."unit"
-- +   LEFT JOIN x_code code2 ON code2.id = e.med_type
-- +   WHERE code1.code = 'h'
-- +     AND (
-- +           code2.code LIKE '52%' OR code2.code LIKE '27%' OR code2.code LIKE '26%' OR code2.code LIKE '25%'
-- +           OR code2.code LIKE '24%' OR code2.code LIKE '23%' OR code2.code LIKE '22%' OR code2.code LIKE '21%'
-- +         )
-- +     AND e.psn_no IS NOT NULL
-- @ 第 24 行
-- -     AND hj_day(e.fee_ocur_time) IS NOT NULL
-- +     AND e.mdtrt_id IS NOT NULL
-- @ 第 28 行
-- -   SELECT owner1, owner2, owner3, owner4,
-- +   SELECT owner1, owner2, owner3,
-- @ 第 33 行
-- -   GROUP BY owner1, owner2, owner3, owner4
-- +   GROUP BY owner1, owner2, owner3
-- @ 第 37 行
-- -   SELECT owner1, owner2, owner3, owner4, v, own, own AS vlim FROM owner_sums WHERE NOT none AND v > own
-- +   SELECT owner1, owner2, owner3, v, own, own AS vlim FROM owner_sums WHERE NOT none AND v > own
-- @ 第 43 行
-- -            PARTITION BY events.owner1, events.owner2, events.owner3,
-- -            events.owner4 ORDER BY starts NULLS FIRST, at_time, rank, kn_row
-- +            PARTITION BY events.owner1, events.owner2, events.owner3 ORDER BY starts NULLS FIRST, at_time,
-- +            rank, kn_row
-- @ 第 51 行
-- -         AND events.owner4 = over_limit.owner4
-- @ 第 57 行
-- -              PARTITION BY owner1, owner2, owner3,
-- -              owner4 ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
-- +              PARTITION BY owner1, owner2, owner3 ORDER BY seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
-- @ 第 76 行
-- -   QUALIFY row_number() OVER (PARTITION BY owner1, owner2, owner3, owner4 ORDER BY seq) = 1
-- +   QUALIFY row_number() OVER (PARTITION BY owner1, owner2, owner3 ORDER BY seq) = 1
-- @ 第 80 行
-- -   SELECT row_id, kn_row, owner1, owner2, owner3, owner4,
-- -          hj_ymd(firsts.owner4) AS anchor_text,
-- +   SELECT row_id, kn_row, owner1, owner2, owner3,
-- +          visit2.code AS anchor_text,
-- @ 第 85 行
-- +   LEFT JOIN x_visit visit2 ON visit2.id = firsts.owner3
-- @ 第 87 行
-- - SELECT concat_ws('|', person1.code, visit1.code, item1.code, hj_ymd(found.owner4)) AS owner_id,
-- + SELECT concat_ws('|', person1.code, item1.code, visit3.code) AS owner_id,
-- @ 第 97 行
-- - LEFT JOIN x_visit visit1 ON visit1.id = found.owner2
-- - LEFT JOIN x_item item1 ON item1.id = found.owner3
-- - LEFT JOIN s_visit visit2 ON visit2.mdtrt_id = e.mdtrt_id
-- - WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01'
-- -   AND (
-- -         found.value <= hj_mul(2, found.threshold)
-- -         AND hj_day(e.fee_ocur_time) < visit2.enddate
-- -         AND NOT
-- -               CASE
-- -                 WHEN e.mdtrt_id IS NOT NULL THEN coalesce(
-- -                        (
-- -                          SELECT CASE
-- -                              WHEN bool_or(
-- -                                     i0.hilist_code = e.hilist_code
-- -                                     AND hj_day(i0.fee_ocur_time) = hj_day(e.fee_ocur_time) + 1
-- -                                   ) THEN true
-- -                            END
-- -                          FROM net_line i0
-- -                          WHERE i0.mdtrt_id = e.mdtrt_id
-- -                            AND i0.psn_no = e.psn_no
-- -                            AND (
-- -                                  i0.hilist_code = e.hilist_code
-- -                                  AND hj_day(i0.fee_ocur_time) = hj_day(e.fee_ocur_time) + 1
-- -                                ) IS NOT FALSE
-- -                        ),
-- -                        CASE
-- -                          WHEN NOT EXISTS(
-- -                                 SELECT 1
-- -                                 FROM net_line i0
-- -                                 WHERE i0.mdtrt_id = e.mdtrt_id
-- -                                   AND i0.psn_no = e.psn_no
-- -                                   AND (
-- -                                         i0.hilist_code = e.hilist_code
-- -                                         AND hj_day(i0.fee_ocur_time) = hj_day(e.fee_ocur_time) + 1
-- -                                       ) IS NOT FALSE
-- -                               ) THEN false
-- -                        END
-- -                      )
-- -               END
-- -       ) IS NOT TRUE;
-- + LEFT JOIN x_item item1 ON item1.id = found.owner2
-- + LEFT JOIN x_visit visit3 ON visit3.id = found.owner3
-- + WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01';

-- C04.herb 中药饮片超量上传
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，kn_row 知识表的行号，limit_value 限额
--   found_value 查出的值
events AS (
  SELECT 0 AS clause,
         e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner,
         (hj_mul(n."max_g", 3)::BIGINT * 100)::BIGINT AS limit_value,
         hj_div(
           e.cnt::HUGEINT * 100, CASE WHEN e.prd_days IS NOT NULL THEN greatest(e.prd_days, 1) END
         )::BIGINT AS found_value
  FROM net_line e
  JOIN kx_herb_dose_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_herb_dose n ON n.row = n0.row
  LEFT JOIN x_code code1 ON code1.id = e.med_chrgitm_type
  WHERE code1.code = '10'
    AND e.cnt > 0
    AND e.cnt > hj_mul(
          hj_mul(n."max_g", 3), CASE WHEN e.prd_days IS NOT NULL THEN greatest(e.prd_days, 1) END
        )
    AND e.psn_no IS NOT NULL
),
-- 查出的
found AS (
  SELECT clause, row_id, kn_row, owner, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT person1.code AS owner_id,
       'line:' || e.bkkp_sn AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_herb_dose ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01'
QUALIFY row_number() OVER (PARTITION BY found.owner, found.clause, found.row_id ORDER BY found.kn_row) = 1;

-- C04.unit 计价单位与别家不同（单日计费数量离群）
WITH
-- 同类里从小到大
sorted AS (
  SELECT *,
         row_number() OVER (PARTITION BY k2, p0, p1, p2 ORDER BY value) AS i,
         count(*) OVER (PARTITION BY k2, p0, p1, p2) AS cnt
  FROM m_unit_volume
  WHERE n >= 30 AND n > 0
),
-- 中位数（或自己过去的中位数）
medians AS (
  SELECT *,
         max(CASE WHEN i = (cnt - 1) // 2 + 1 THEN value END) OVER (PARTITION BY k2, p0, p1, p2) AS med
  FROM sorted
  WHERE cnt >= 5
),
-- 量少的向中位数收
shrunk AS (
  SELECT *,
         ((2 * (n::HUGEINT * value + 10::HUGEINT * med) + (n + 10)) // (2 * (n + 10)::HUGEINT))::BIGINT AS ms
  FROM medians
),
-- 离中位数多远
deviations AS (
  SELECT *,
         abs(value - med) AS dev,
         row_number() OVER (PARTITION BY k2, p0, p1, p2 ORDER BY abs(value - med)) AS di,
         sum(abs(value - med)) OVER (PARTITION BY k2, p0, p1, p2) AS devs
  FROM shrunk
),
-- 远近的中位数（MAD）
spread AS (
  SELECT *,
         max(CASE WHEN di = (cnt - 1) // 2 + 1 THEN dev END) OVER (PARTITION BY k2, p0, p1, p2) AS mad
  FROM deviations
),
-- 稳健 z 分
scored AS (
  SELECT *,
         CASE
           WHEN mad > 0 THEN 0.6745::DOUBLE * (ms - med)::DOUBLE / mad::DOUBLE
           WHEN devs > 0 THEN (ms - med)::DOUBLE / (1.253314::DOUBLE * (devs::DOUBLE / cnt::DOUBLE))
           ELSE 0
         END AS z
  FROM spread
),
scores AS (
  SELECT *,
         trunc(z * 1e6::DOUBLE + CASE WHEN z < 0 THEN -0.5::DOUBLE ELSE 0.5::DOUBLE END)::BIGINT AS hv,
         3500000::BIGINT AS ht
  FROM scored
),
-- 够远的
hits AS (
  SELECT *
  FROM scores
  WHERE value >= 0 AND hv >= 3500000 AND ms - med >= 500000 AND ms::HUGEINT * 10000 >= med::HUGEINT * 15000
),
-- 查出的
found AS (
  SELECT rid, kn, hits.k0, hits.k1, hits.k2,
         printf('%04dQ%d', hits.k2 // 4, hits.k2 % 4 + 1) AS anchor_text, hv AS value,
         ht AS threshold
  FROM hits
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', inst1.code, item1.code) AS owner_id,
       found.anchor_text AS event_id,
       hj_month_start(found.k2 * 3) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN net_line e ON e.no = found.rid
LEFT JOIN k_unit_item ek ON ek.row = found.kn
LEFT JOIN x_inst inst1 ON inst1.id = found.k0
LEFT JOIN x_item item1 ON item1.id = found.k1
WHERE hj_month_start(found.k2 * 3) >= DATE '2021-05-01';
