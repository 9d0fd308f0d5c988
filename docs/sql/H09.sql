-- SPDX-License-Identifier: MulanPSL-2.0
-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql

-- H09 与已查实机构相似
WITH
-- 各部分的规则上次筛查查出的（part：第几部分）
part_rows AS (
  SELECT *
  FROM (
      SELECT 0 AS part, false AS need,
             s.fixmedins_code AS t0,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('B01', 'B06', 'B07', 'B20')
    ) s
  WHERE t0 <> '?'
  UNION ALL
  SELECT *
  FROM (
      SELECT 0 AS part, false AS need,
             split_part(s.owner_id, '|', 1) AS t0,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('B14', 'B15')
    ) s
  WHERE t0 <> '?'
  UNION ALL
  SELECT *
  FROM (
      SELECT 1 AS part, false AS need,
             split_part(s.owner_id, '|', 2) AS t0,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('B02', 'B04')
    ) s
  WHERE t0 <> '?'
  UNION ALL
  SELECT *
  FROM (
      SELECT 1 AS part, false AS need,
             s.fixmedins_code AS t0,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('B03', 'B18')
    ) s
  WHERE t0 <> '?'
  UNION ALL
  SELECT *
  FROM (
      SELECT 2 AS part, false AS need,
             s.fixmedins_code AS t0,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('B08', 'B09')
    ) s
  WHERE t0 <> '?'
  UNION ALL
  SELECT *
  FROM (
      SELECT 3 AS part, false AS need,
             split_part(s.owner_id, '|', 1) AS t0,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('A05.pharmacy', 'A05.window', 'B10', 'B11', 'B12.a', 'B12.b')
    ) s
  WHERE t0 <> '?'
  UNION ALL
  SELECT *
  FROM (
      SELECT 4 AS part, false AS need,
             split_part(s.owner_id, '|', 1) AS t0,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('B13.fund', 'B13.fee', 'B16')
    ) s
  WHERE t0 <> '?'
  UNION ALL
  SELECT *
  FROM (
      SELECT 5 AS part, false AS need,
             split_part(s.owner_id, '|', 1) AS t0,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('A06', 'B19')
    ) s
  WHERE t0 <> '?'
  UNION ALL
  SELECT *
  FROM (
      SELECT 6 AS part, false AS need,
             s.fixmedins_code AS t0,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('A01', 'A02.prefecture', 'A02.county', 'A03', 'A04')
    ) s
  WHERE t0 <> '?'
  UNION ALL
  SELECT *
  FROM (
      SELECT 7 AS part, false AS need,
             s.fixmedins_code AS t0,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('C01.day', 'C01.stay', 'C02', 'C07', 'C10')
    ) s
  WHERE t0 <> '?'
  UNION ALL
  SELECT *
  FROM (
      SELECT 8 AS part, false AS need,
             split_part(s.owner_id, '|', 1) AS t0,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('C03', 'C04.unit')
    ) s
  WHERE t0 <> '?'
  UNION ALL
  SELECT *
  FROM (
      SELECT 8 AS part, false AS need,
             s.fixmedins_code AS t0,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('C04.day', 'C04.hours', 'C04.herb', 'C05', 'C06', 'C08')
    ) s
  WHERE t0 <> '?'
  UNION ALL
  SELECT *
  FROM (
      SELECT 9 AS part, false AS need,
             s.fixmedins_code AS t0,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit
        AND s.rule_id IN (
              'C09', 'C11.item', 'C11.oprn', 'C11.instead', 'C11.dx', 'C11.prophylaxis', 'C12', 'C13'
            )
    ) s
  WHERE t0 <> '?'
  UNION ALL
  SELECT *
  FROM (
      SELECT 10 AS part, false AS need,
             s.fixmedins_code AS t0,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit
        AND s.rule_id IN ('D01', 'D02', 'D03', 'D06', 'D07', 'D08.stay', 'D08.out', 'D09.never', 'D09.single')
    ) s
  WHERE t0 <> '?'
  UNION ALL
  SELECT *
  FROM (
      SELECT 10 AS part, false AS need,
             split_part(s.owner_id, '|', 1) AS t0,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('D05')
    ) s
  WHERE t0 <> '?'
  UNION ALL
  SELECT *
  FROM (
      SELECT 11 AS part, false AS need,
             s.fixmedins_code AS t0,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit
        AND s.rule_id IN ('E01', 'E02.purchase', 'E02.visit', 'E03', 'E05.b', 'E05.none', 'E06', 'E07')
    ) s
  WHERE t0 <> '?'
  UNION ALL
  SELECT *
  FROM (
      SELECT 11 AS part, false AS need,
             split_part(s.owner_id, '|', 2) AS t0,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('E04', 'E05.a', 'E05.tcm')
    ) s
  WHERE t0 <> '?'
  UNION ALL
  SELECT *
  FROM (
      SELECT 12 AS part, false AS need,
             s.fixmedins_code AS t0,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('D11', 'E13', 'E16')
    ) s
  WHERE t0 <> '?'
  UNION ALL
  SELECT *
  FROM (
      SELECT 13 AS part, false AS need,
             s.fixmedins_code AS t0,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('E09')
    ) s
  WHERE t0 <> '?'
  UNION ALL
  SELECT *
  FROM (
      SELECT 13 AS part, false AS need,
             split_part(s.owner_id, '|', 1) AS t0,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('E11', 'E12')
    ) s
  WHERE t0 <> '?'
  UNION ALL
  SELECT *
  FROM (
      SELECT 14 AS part, false AS need,
             s.fixmedins_code AS t0,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('F01.a', 'F01.b', 'F02.elsewhere', 'F02.dead', 'F05')
    ) s
  WHERE t0 <> '?'
  UNION ALL
  SELECT *
  FROM (
      SELECT 14 AS part, false AS need,
             split_part(s.owner_id, '|', 1) AS t0,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('F03')
    ) s
  WHERE t0 <> '?'
  UNION ALL
  SELECT *
  FROM (
      SELECT 15 AS part, false AS need,
             split_part(s.owner_id, '|', 1) AS t0,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit AND s.rule_id IN ('G01', 'G02', 'G03.expired', 'G03.unknown_lot', 'G03.untraced', 'F04')
    ) s
  WHERE t0 <> '?'
  UNION ALL
  SELECT *
  FROM (
      SELECT 16 AS part, false AS need,
             split_part(s.owner_id, '|', 1) AS t0,
             (s.value * 1000000)::BIGINT AS value,
             (s.threshold * 1000000)::BIGINT AS threshold, s.event_date
      FROM finding s
      WHERE s.hit
        AND s.rule_id IN (
              'H04.drug', 'H04.exam', 'H04.device', 'H04.treat', 'H04.ct', 'H04.mr', 'H04.infect', 'H04.cost',
              'H04.los', 'H04.short', 'H04.weekend', 'H05', 'F07.ddimer', 'F07.tumour', 'F07.hba1c',
              'F07.echo', 'F07.osm', 'F07.recon', 'C15'
            )
    ) s
  WHERE t0 <> '?'
),
-- 够比的对象
compared AS (
  SELECT m.k0 AS id, x.code AS t0,
         (m.value // 1000000)::BIGINT AS n,
         EXISTS(SELECT 1 FROM k_proven_inst l WHERE l."fixmedins_code" = m.k0) AS listed
  FROM m_settlements_all m
  JOIN x_inst x ON x.id = m.k0
  WHERE m.value >= 30000000
),
-- 每一部分的发生率
rates AS (
  SELECT compared.*, f.p,
         (
           (
             2 * (
               SELECT count(*) FROM part_rows WHERE part_rows.t0 = compared.t0 AND part_rows.part = f.p
             ) * 100000000 + compared.n
           ) // (2 * compared.n)
         )::BIGINT AS rate
  FROM compared
  CROSS JOIN range(17) f(p)
),
r1 AS (
  SELECT *,
         row_number() OVER (PARTITION BY p ORDER BY rate) AS i,
         count(*) OVER (PARTITION BY p) AS cnt
  FROM rates
),
r2 AS (
  SELECT *, max(CASE WHEN i = (cnt - 1) // 2 + 1 THEN rate END) OVER (PARTITION BY p) AS med FROM r1
),
r3 AS (
  SELECT *,
         row_number() OVER (PARTITION BY p ORDER BY abs(rate - med)) AS di,
         sum(abs(rate - med)) OVER (PARTITION BY p) AS devs
  FROM r2
),
r4 AS (
  SELECT *,
         max(CASE WHEN di = (cnt - 1) // 2 + 1 THEN abs(rate - med) END) OVER (PARTITION BY p) AS mad
  FROM r3
),
r5 AS (
  SELECT *,
         CASE
           WHEN mad > 0 THEN 0.6745::DOUBLE * (rate - med)::DOUBLE / mad::DOUBLE
           WHEN devs > 0 THEN (rate - med)::DOUBLE / (1.253314::DOUBLE * (devs::DOUBLE / cnt::DOUBLE))
           ELSE 0
         END AS zd
  FROM r4
),
z AS (
  SELECT id, t0, listed, p,
         least(
           20000,
           greatest(-20000, trunc(zd * 1e3::DOUBLE + CASE WHEN zd < 0 THEN -0.5::DOUBLE ELSE 0.5::DOUBLE END))
         )::BIGINT AS z
  FROM r5
),
q AS (SELECT id, t0, listed, sum(z * z)::BIGINT AS sq FROM z GROUP BY ALL),
pair AS (
  SELECT standing.id, sum(standing.z * b.z)::BIGINT AS dot, b.id AS other
  FROM z standing
  JOIN z b ON standing.p = b.p
  WHERE NOT standing.listed AND b.listed
  GROUP BY standing.id, b.id
),
best AS (
  SELECT pair.id,
         max(
           trunc(
             dot::DOUBLE / sqrt(standing.sq::DOUBLE * b.sq::DOUBLE) * 1e6::DOUBLE +
               CASE
                 WHEN dot < 0 THEN -0.5::DOUBLE
                 ELSE 0.5::DOUBLE
               END
           )::BIGINT
         ) AS cz
  FROM pair
  JOIN q standing ON standing.id = pair.id
  JOIN q b ON b.id = pair.other
  WHERE standing.sq > 0 AND b.sq > 0
  GROUP BY pair.id
),
mid AS (
  SELECT z.id, z.z, s.n - 1 AS n, s.total - z.z AS s
  FROM z
  JOIN (SELECT p, sum(z)::BIGINT AS total, count(*) AS n FROM z WHERE NOT listed GROUP BY p) s ON s.p = z.p
  WHERE NOT z.listed
),
mid1 AS (
  SELECT id, z,
         CASE WHEN s >= 0 THEN (2 * s + n) // (2 * n) ELSE -((-2 * s + n) // (2 * n)) END AS m
  FROM mid
  WHERE n > 0
),
mid2 AS (
  SELECT id,
         sum(z * m)::BIGINT AS dot,
         sum(z * z)::BIGINT AS aa,
         sum(m * m)::BIGINT AS bb
  FROM mid1
  GROUP BY id
),
mid3 AS (
  SELECT id,
         trunc(
           dot::DOUBLE / sqrt(aa::DOUBLE * bb::DOUBLE) * 1e6::DOUBLE +
             CASE
               WHEN dot < 0 THEN -0.5::DOUBLE
               ELSE 0.5::DOUBLE
             END
         )::BIGINT AS mz
  FROM mid2
  WHERE aa > 0 AND bb > 0
),
-- 够了几个部分的对象
owners AS (
  SELECT part_rows.t0,
         any_value(best.cz) AS cz,
         max(part_rows.event_date) AS event_date
  FROM part_rows
  JOIN q ON q.t0 = part_rows.t0
  JOIN best ON best.id = q.id
  LEFT JOIN mid3 ON mid3.id = q.id
  WHERE best.cz >= 900000 AND (mz IS NULL OR mz < 900000)
  GROUP BY part_rows.t0
),
-- 查出的
found AS (SELECT owners.*, cz AS value, 900000::BIGINT AS threshold FROM owners),
-- 免责以后剩下的
standing AS (
  SELECT *
  FROM (
      SELECT found.*,
             'all' AS anchor,
             concat_ws('|', found.t0::VARCHAR) AS owner_id, '可疑' AS cls
      FROM found
      WHERE found.event_date >= DATE '2021-05-01'
    )
  WHERE cls IS NOT NULL
)
-- 查出的每一条：免责的去掉，定级
SELECT owner_id,
       anchor AS event_id, event_date,
       hj_value(value) AS value,
       hj_value(threshold) AS threshold, cls AS class
FROM standing;
