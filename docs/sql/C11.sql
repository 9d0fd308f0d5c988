-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- C11.item 药品、耗材缺对应服务
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒）
--   starts 起，rank 同一时刻的先后，link 把两边连起来的
events AS (
  SELECT 0 AS clause,
         e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         n."grp"::BIGINT AS link,
         NULL::BIGINT AS a,
         NULL::BIGINT AS b
  FROM net_line e
  JOIN kx_requires_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_requires n ON n.row = n0.row
  LEFT JOIN x_code code1 ON code1.id = n."role"
  WHERE code1.code = 'need' AND e.psn_no IS NOT NULL
  UNION ALL
  SELECT 1 AS clause,
         e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner,
         coalesce(e.fee_ocur_time, 0) AS at_time,
         e.rank::BIGINT AS rank,
         hj_day(e.fee_ocur_time)::BIGINT AS starts,
         n."grp"::BIGINT AS link,
         NULL::BIGINT AS a,
         NULL::BIGINT AS b
  FROM net_line e
  JOIN kx_requires_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_requires n ON n.row = n0.row
  LEFT JOIN x_code code2 ON code2.id = n."role"
  WHERE code2.code = 'give' AND e.psn_no IS NOT NULL
),
-- 编上号；is_b：是不是乙方
ordered AS (
  SELECT *,
         row_number() OVER (ORDER BY owner, starts NULLS FIRST, at_time, rank, kn_row, clause) AS seq,
         clause IN (-1, 1) AS is_b
  FROM events
  WHERE starts IS NOT NULL AND link IS NOT NULL
),
-- 时间对得上的甲乙
candidates AS (
  SELECT a.seq AS a_rn, b.clause, b.row_id, b.kn_row
  FROM ordered a
  JOIN ordered b
    ON a.owner = b.owner
        AND a.link = b.link
        AND NOT a.is_b
        AND b.is_b
        AND b.starts - a.starts BETWEEN -1 AND 1
),
-- 条件也对得上的甲乙
matched AS (SELECT candidates.* FROM candidates WHERE candidates.clause = 1),
-- 查出的
found AS (
  SELECT clause, row_id, kn_row, owner,
         NULL::BIGINT AS value,
         NULL::BIGINT AS threshold
  FROM ordered
  WHERE NOT is_b AND seq NOT IN (SELECT a_rn FROM matched)
)
-- 查出的每一条：免责的去掉，定级
SELECT person1.code AS owner_id,
       'line:' || e.bkkp_sn AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '高疑' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_requires ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner
WHERE found.clause = 0 AND hj_on(e.fee_ocur_time) >= DATE '2021-05-01';

-- C11.oprn 手术费缺手术记录
-- 与 C11.item 只有下面几处不同（- 换成 +，行号从 C11.item 的第一行数起）。
-- 整句：huji rules doc --sql --rule C11.oprn
-- @ 第 3 行
-- - --   clause 第几个来源（从 0 起），row_id 原记录的行号，kn_row 知识表的行号，at_time 时间（1970 年起的秒）
-- - --   starts 起，rank 同一时刻的先后，link 把两边连起来的
-- + --   clause 第几个来源（从 0 起），row_id 原记录的行号，at_time 时间（1970 年起的秒）
-- + --   source_rank 同一时刻来源的先后，starts 起，rank 同一时刻的先后，link 把两边连起来的
-- @ 第 8 行
-- -          n.row AS kn_row,
-- @ 第 11 行
-- +          5 AS source_rank,
-- @ 第 13 行
-- -          n."grp"::BIGINT AS link,
-- +          0::BIGINT AS link,
-- @ 第 17 行
-- -   JOIN kx_requires_hilist_code_item n0 ON n0.id = e.hilist_code
-- -   JOIN k_requires n ON n.row = n0.row
-- -   LEFT JOIN x_code code1 ON code1.id = n."role"
-- -   WHERE code1.code = 'need' AND e.psn_no IS NOT NULL
-- +   LEFT JOIN x_code code1 ON code1.id = e.med_chrgitm_type
-- +   LEFT JOIN x_item item1 ON item1.id = e.hilist_code
-- +   LEFT JOIN x_code code2 ON code2.id = e.med_type
-- +   WHERE code1.code = '06'
-- +     AND (item1.code LIKE '003205000030%' OR item1.code LIKE '003205000020%' OR item1.code LIKE '0033%')
-- +     AND (
-- +           code2.code LIKE '52%' OR code2.code LIKE '27%' OR code2.code LIKE '26%' OR code2.code LIKE '25%'
-- +           OR code2.code LIKE '24%' OR code2.code LIKE '23%' OR code2.code LIKE '22%' OR code2.code LIKE '21%'
-- +         )
-- +     AND e.psn_no IS NOT NULL
-- @ 第 23 行
-- -          e.no::BIGINT AS row_id,
-- -          n.row AS kn_row,
-- +          e.rank::BIGINT AS row_id,
-- @ 第 26 行
-- -          coalesce(e.fee_ocur_time, 0) AS at_time,
-- +          coalesce(e.oprn_oprt_begntime, 0) AS at_time,
-- +          3 AS source_rank,
-- @ 第 28 行
-- -          hj_day(e.fee_ocur_time)::BIGINT AS starts,
-- -          n."grp"::BIGINT AS link,
-- +          hj_day(e.oprn_oprt_begntime)::BIGINT AS starts,
-- +          0::BIGINT AS link,
-- @ 第 32 行
-- -   FROM net_line e
-- -   JOIN kx_requires_hilist_code_item n0 ON n0.id = e.hilist_code
-- -   JOIN k_requires n ON n.row = n0.row
-- -   LEFT JOIN x_code code2 ON code2.id = n."role"
-- -   WHERE code2.code = 'give' AND e.psn_no IS NOT NULL
-- +   FROM s_operation e
-- +   WHERE e.psn_no IS NOT NULL
-- @ 第 41 行
-- -          row_number() OVER (ORDER BY owner, starts NULLS FIRST, at_time, rank, kn_row, clause) AS seq,
-- +          row_number() OVER (ORDER BY owner, starts NULLS FIRST, source_rank, at_time, rank, clause) AS seq,
-- @ 第 48 行
-- -   SELECT a.seq AS a_rn, b.clause, b.row_id, b.kn_row
-- +   SELECT a.seq AS a_rn, b.clause, b.row_id
-- @ 第 61 行
-- -   SELECT clause, row_id, kn_row, owner,
-- -          NULL::BIGINT AS value,
-- -          NULL::BIGINT AS threshold
-- +   SELECT clause, row_id, owner, NULL::BIGINT AS value, NULL::BIGINT AS threshold
-- @ 第 76 行
-- - LEFT JOIN k_requires ek ON ek.row = found.kn_row
-- @ 第 78 行
-- - WHERE found.clause = 0 AND hj_on(e.fee_ocur_time) >= DATE '2021-05-01';
-- + LEFT JOIN m_institution_operations institution_operations1
-- +   ON institution_operations1."k0" = e.fixmedins_code
-- +       AND institution_operations1."k1" = year(hj_date(hj_day(e.fee_ocur_time)))::BIGINT
-- + WHERE found.clause = 0
-- +   AND hj_on(e.fee_ocur_time) >= DATE '2021-05-01'
-- +   AND (institution_operations1.value IS NULL) IS NOT TRUE;

-- C11.instead 按另一种手术收费（串换手术）
WITH
-- 事件：规则看的每一笔
--   clause 第几个来源（从 0 起），row_id 原记录的行号，kn_row 知识表的行号，limit_value 限额
--   found_value 查出的值
events AS (
  SELECT 0 AS clause,
         e.no::BIGINT AS row_id,
         n.row AS kn_row,
         e.psn_no::BIGINT AS owner1,
         e.mdtrt_id::BIGINT AS owner2,
         NULL::BIGINT AS limit_value,
         NULL::BIGINT AS found_value
  FROM net_line e
  JOIN kx_fee_oprn_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_fee_oprn n ON n.row = n0.row
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  WHERE (
      code1.code LIKE '52%' OR code1.code LIKE '27%' OR code1.code LIKE '26%' OR code1.code LIKE '25%'
      OR code1.code LIKE '24%' OR code1.code LIKE '23%' OR code1.code LIKE '22%' OR code1.code LIKE '21%'
    )
    AND CASE
          WHEN e.mdtrt_id IS NOT NULL THEN coalesce(
                 (
                   SELECT CASE
                       WHEN bool_or(
                              CASE
                                WHEN i2.oprn_oprt_code IS NULL OR n."instead" IS NULL THEN NULL
                                ELSE EXISTS(
                                       SELECT 1
                                       FROM kx_oprn_group_oprn_oprn w0
                                       JOIN k_oprn_group w ON w.row = w0.row
                                       WHERE w0.id = i2.oprn_oprt_code AND w."grp" = n."instead"
                                     )
                              END
                            ) THEN true
                     END
                   FROM s_operation i2
                   WHERE i2.mdtrt_id = e.mdtrt_id
                     AND i2.psn_no = e.psn_no
                     AND CASE
                           WHEN i2.oprn_oprt_code IS NULL OR n."instead" IS NULL THEN NULL
                           ELSE EXISTS(
                                  SELECT 1
                                  FROM kx_oprn_group_oprn_oprn w0
                                  JOIN k_oprn_group w ON w.row = w0.row
                                  WHERE w0.id = i2.oprn_oprt_code AND w."grp" = n."instead"
                                )
                         END IS NOT FALSE
                 ),
                 CASE
                   WHEN NOT EXISTS(
                          SELECT 1
                          FROM s_operation i2
                          WHERE i2.mdtrt_id = e.mdtrt_id
                            AND i2.psn_no = e.psn_no
                            AND CASE
                                  WHEN i2.oprn_oprt_code IS NULL OR n."instead" IS NULL THEN NULL
                                  ELSE EXISTS(
                                         SELECT 1
                                         FROM kx_oprn_group_oprn_oprn w0
                                         JOIN k_oprn_group w ON w.row = w0.row
                                         WHERE w0.id = i2.oprn_oprt_code AND w."grp" = n."instead"
                                       )
                                END IS NOT FALSE
                        ) THEN false
                 END
               )
        END
    AND NOT
          CASE
            WHEN e.mdtrt_id IS NOT NULL THEN coalesce(
                   (
                     SELECT CASE
                         WHEN bool_or(
                                CASE
                                  WHEN i3.oprn_oprt_code IS NULL OR n."grp" IS NULL THEN NULL
                                  ELSE EXISTS(
                                         SELECT 1
                                         FROM kx_oprn_group_oprn_oprn w0
                                         JOIN k_oprn_group w ON w.row = w0.row
                                         WHERE w0.id = i3.oprn_oprt_code AND w."grp" = n."grp"
                                       )
                                END
                              ) THEN true
                       END
                     FROM s_operation i3
                     WHERE i3.mdtrt_id = e.mdtrt_id
                       AND i3.psn_no = e.psn_no
                       AND CASE
                             WHEN i3.oprn_oprt_code IS NULL OR n."grp" IS NULL THEN NULL
                             ELSE EXISTS(
                                    SELECT 1
                                    FROM kx_oprn_group_oprn_oprn w0
                                    JOIN k_oprn_group w ON w.row = w0.row
                                    WHERE w0.id = i3.oprn_oprt_code AND w."grp" = n."grp"
                                  )
                           END IS NOT FALSE
                   ),
                   CASE
                     WHEN NOT EXISTS(
                            SELECT 1
                            FROM s_operation i3
                            WHERE i3.mdtrt_id = e.mdtrt_id
                              AND i3.psn_no = e.psn_no
                              AND CASE
                                    WHEN i3.oprn_oprt_code IS NULL OR n."grp" IS NULL THEN NULL
                                    ELSE EXISTS(
                                           SELECT 1
                                           FROM kx_oprn_group_oprn_oprn w0
                                           JOIN k_oprn_group w ON w.row = w0.row
                                           WHERE w0.id = i3.oprn_oprt_code AND w."grp" = n."grp"
                                         )
                                  END IS NOT FALSE
                          ) THEN false
                   END
                 )
          END
    AND e.psn_no IS NOT NULL
    AND e.mdtrt_id IS NOT NULL
),
-- 查出的
found AS (
  SELECT clause, row_id, kn_row, owner1, owner2, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, visit1.code) AS owner_id,
       'line:' || e.bkkp_sn AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '高疑' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN k_fee_oprn ek ON ek.row = found.kn_row
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN x_visit visit1 ON visit1.id = found.owner2
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01'
QUALIFY row_number() OVER (
    PARTITION BY found.owner1, found.owner2, found.clause, found.row_id ORDER BY found.kn_row
  ) = 1;

-- C11.dx 诊断缺对应的治疗
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，limit_value 限额，found_value 查出的值，rank 同一时刻的先后
events AS (
  SELECT e.rank::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner1,
         e.mdtrt_id::BIGINT AS owner2,
         e.rank::BIGINT AS rank,
         NULL::BIGINT AS limit_value,
         NULL::BIGINT AS found_value
  FROM s_visit e
  LEFT JOIN x_dx dx1 ON dx1.id = e.dx
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             hj_any(item1.code LIKE '0031100000%') AS v
      FROM net_line i0
      LEFT JOIN x_item item1 ON item1.id = i0.hilist_code
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i1.psn_no, i1.mdtrt_id, 1 AS n,
             hj_any(item2.code LIKE '0024%') AS v
      FROM net_line i1
      LEFT JOIN x_item item2 ON item2.id = i1.hilist_code
      GROUP BY 1, 2
    ) sub2
    ON sub2.mdtrt_id = e.mdtrt_id AND sub2.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i2.psn_no, i2.mdtrt_id, 1 AS n,
             hj_any(item3.code LIKE 'XL04%' OR item3.code LIKE 'XL02%' OR item3.code LIKE 'XL01%') AS v
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
  LEFT JOIN (
      SELECT i4.psn_no, i4.mdtrt_id, 1 AS n,
             hj_any(item5.code LIKE '0024%') AS v
      FROM net_line i4
      LEFT JOIN x_item item5 ON item5.id = i4.hilist_code
      GROUP BY 1, 2
    ) sub5
    ON sub5.mdtrt_id = e.mdtrt_id AND sub5.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i5.psn_no, i5.mdtrt_id, 1 AS n,
             hj_any(item6.code LIKE 'XL04%' OR item6.code LIKE 'XL02%' OR item6.code LIKE 'XL01%') AS v
      FROM net_line i5
      LEFT JOIN x_item item6 ON item6.id = i5.hilist_code
      GROUP BY 1, 2
    ) sub6
    ON sub6.mdtrt_id = e.mdtrt_id AND sub6.psn_no = e.psn_no
  WHERE e.kind = 1
    AND (dx1.code LIKE 'Z51.1%' OR dx1.code LIKE 'Z51.0%' OR dx1.code LIKE 'Z49.1%')
    AND (
          (
            dx1.code LIKE 'Z49.1%'
            AND (NOT CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub4.n IS NULL THEN false ELSE sub4.v END)
            OR dx1.code LIKE 'Z51.0%'
                AND NOT CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub5.n IS NULL THEN false ELSE sub5.v END
          )
          OR dx1.code LIKE 'Z51.1%'
              AND NOT CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub6.n IS NULL THEN false ELSE sub6.v END
        )
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

-- C11.prophylaxis 清洁手术后抗菌药超时
WITH
-- 事件：规则看的每一笔
--   row_id 原记录的行号，limit_value 限额，found_value 查出的值
events AS (
  SELECT e.no::BIGINT AS row_id,
         e.psn_no::BIGINT AS owner1,
         e.mdtrt_id::BIGINT AS owner2,
         2000000::BIGINT AS limit_value,
         (
           (
             hj_day(e.fee_ocur_time) -
               CASE
                 WHEN e.mdtrt_id IS NULL THEN NULL
                 WHEN sub1.n IS NULL THEN NULL
                 ELSE sub1.v
               END
           )::BIGINT * 1000000
         )::BIGINT AS found_value
  FROM net_line e
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             max(hj_day(i0.oprn_oprt_begntime)) AS v
      FROM s_operation i0
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i1.psn_no, i1.mdtrt_id, 1 AS n,
             hj_any(oprn1.code LIKE '53.0%' OR oprn1.code LIKE '13.4%' OR oprn1.code LIKE '06.%') AS v
      FROM s_operation i1
      LEFT JOIN x_oprn oprn1 ON oprn1.id = i1.oprn_oprt_code
      GROUP BY 1, 2
    ) sub2
    ON sub2.mdtrt_id = e.mdtrt_id AND sub2.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i2.psn_no, i2.mdtrt_id, 1 AS n,
             hj_any(NOT (oprn2.code LIKE '53.0%' OR oprn2.code LIKE '13.4%' OR oprn2.code LIKE '06.%')) AS v
      FROM s_operation i2
      LEFT JOIN x_oprn oprn2 ON oprn2.id = i2.oprn_oprt_code
      GROUP BY 1, 2
    ) sub3
    ON sub3.mdtrt_id = e.mdtrt_id AND sub3.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i3.psn_no, i3.mdtrt_id, 1 AS n,
             max(hj_day(i3.oprn_oprt_begntime)) AS v
      FROM s_operation i3
      GROUP BY 1, 2
    ) sub4
    ON sub4.mdtrt_id = e.mdtrt_id AND sub4.psn_no = e.psn_no
  LEFT JOIN x_item item1 ON item1.id = e.hilist_code
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  LEFT JOIN (
      SELECT i4.psn_no, i4.mdtrt_id, 1 AS n,
             hj_any(oprn3.code LIKE '53.0%' OR oprn3.code LIKE '13.4%' OR oprn3.code LIKE '06.%') AS v
      FROM s_operation i4
      LEFT JOIN x_oprn oprn3 ON oprn3.id = i4.oprn_oprt_code
      GROUP BY 1, 2
    ) sub5
    ON sub5.mdtrt_id = e.mdtrt_id AND sub5.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i5.psn_no, i5.mdtrt_id, 1 AS n,
             hj_any(NOT (oprn4.code LIKE '53.0%' OR oprn4.code LIKE '13.4%' OR oprn4.code LIKE '06.%')) AS v
      FROM s_operation i5
      LEFT JOIN x_oprn oprn4 ON oprn4.id = i5.oprn_oprt_code
      GROUP BY 1, 2
    ) sub6
    ON sub6.mdtrt_id = e.mdtrt_id AND sub6.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i6.psn_no, i6.mdtrt_id, 1 AS n,
             max(hj_day(i6.oprn_oprt_begntime)) AS v
      FROM s_operation i6
      GROUP BY 1, 2
    ) sub7
    ON sub7.mdtrt_id = e.mdtrt_id AND sub7.psn_no = e.psn_no
  WHERE item1.code LIKE 'XJ01%'
    AND (
          code1.code LIKE '52%' OR code1.code LIKE '27%' OR code1.code LIKE '26%' OR code1.code LIKE '25%'
          OR code1.code LIKE '24%' OR code1.code LIKE '23%' OR code1.code LIKE '22%' OR code1.code LIKE '21%'
        )
    AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub5.n IS NULL THEN false ELSE sub5.v END
    AND NOT CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub6.n IS NULL THEN false ELSE sub6.v END
    AND hj_day(e.fee_ocur_time) >
          CASE
            WHEN e.mdtrt_id IS NULL THEN NULL
            WHEN sub7.n IS NULL THEN NULL
            ELSE sub7.v
          END + 2
    AND e.psn_no IS NOT NULL
    AND e.mdtrt_id IS NOT NULL
),
-- 查出的
found AS (
  SELECT row_id, owner1, owner2, found_value AS value, limit_value AS threshold FROM events
)
-- 查出的每一条：免责的去掉，定级
SELECT concat_ws('|', person1.code, visit1.code) AS owner_id,
       'line:' || e.bkkp_sn AS event_id,
       hj_on(e.fee_ocur_time) AS event_date,
       hj_value(found.value) AS value,
       hj_value(found.threshold) AS threshold,
       '可疑' AS class
FROM found
JOIN net_line e ON e.no = found.row_id
LEFT JOIN x_person person1 ON person1.id = found.owner1
LEFT JOIN x_visit visit1 ON visit1.id = found.owner2
LEFT JOIN (
    SELECT dg.mdtrt_id,
           bool_or(
             dd.code LIKE 'T84.5%' OR dd.code LIKE 'T81.4%' OR dd.code LIKE 'T79.3%' OR dd.code LIKE 'N39.0%'
             OR dd.code LIKE 'N10%' OR hj_within(dd.code, 'L00', 'L08') OR dd.code LIKE 'K65%'
             OR hj_within(dd.code, 'K35', 'K37') OR hj_within(dd.code, 'J85', 'J86')
             OR hj_within(dd.code, 'J20', 'J22') OR hj_within(dd.code, 'J09', 'J18')
             OR hj_within(dd.code, 'A00', 'B99')
           ) AS v
    FROM s_diag dg
    JOIN x_dx dd ON dd.id = dg.dx
    GROUP BY dg.mdtrt_id
  ) sub8
  ON sub8.mdtrt_id = e.mdtrt_id
WHERE hj_on(e.fee_ocur_time) >= DATE '2021-05-01' AND sub8.v IS NOT TRUE;
