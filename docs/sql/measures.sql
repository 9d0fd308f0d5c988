-- SPDX-License-Identifier: MulanPSL-2.0
-- 指标：规则拿来比的数。k0 … 是对象和期，value 以百万分之一计，n 是笔数，p0 … 是同类按什么分

-- assisted_share
CREATE OR REPLACE TEMP TABLE m_assisted_share AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         hj_quarter(e.enddate)::BIGINT AS k1,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank,
         (
           CASE
             WHEN (
                    (
                      (
                        (code1.code LIKE '3%' OR code1.code LIKE '2%' OR code1.code LIKE '1%')
                        OR CASE
                              WHEN e.psn_no IS NULL
                                   OR e.enddate IS NULL
                                   OR (SELECT count(*) FROM lk_assisted) = 0 THEN NULL
                              ELSE EXISTS(
                                     SELECT 1
                                     FROM lk_assisted w
                                     WHERE w.psn_no = e.psn_no
                                       AND w.kind = coalesce((SELECT id FROM x_code WHERE code = 'dibao'), -1)
                                       AND (w."b" IS NULL OR w."b" <= e.enddate)
                                       AND (w."e" IS NULL OR e.enddate <= w."e")
                                   )
                            END
                      )
                      OR CASE
                            WHEN e.psn_no IS NULL
                                 OR e.enddate IS NULL
                                 OR (SELECT count(*) FROM lk_assisted) = 0 THEN NULL
                            ELSE EXISTS(
                                   SELECT 1
                                   FROM lk_assisted w
                                   WHERE w.psn_no = e.psn_no
                                     AND w.kind = coalesce((SELECT id FROM x_code WHERE code = 'wubao'), -1)
                                     AND (w."b" IS NULL OR w."b" <= e.enddate)
                                     AND (w."e" IS NULL OR e.enddate <= w."e")
                                 )
                          END
                    )
                    OR CASE
                          WHEN e.psn_no IS NULL
                               OR e.enddate IS NULL
                               OR (SELECT count(*) FROM lk_assisted) = 0 THEN NULL
                          ELSE EXISTS(
                                 SELECT 1
                                 FROM lk_assisted w
                                 WHERE w.psn_no = e.psn_no
                                   AND w.kind = coalesce((SELECT id FROM x_code WHERE code = 'jiandang'), -1)
                                   AND (w."b" IS NULL OR w."b" <= e.enddate)
                                   AND (w."e" IS NULL OR e.enddate <= w."e")
                               )
                        END
                  )
                  OR CASE
                        WHEN e.psn_no IS NULL
                             OR e.enddate IS NULL
                             OR (SELECT count(*) FROM lk_assisted) = 0 THEN NULL
                        ELSE EXISTS(
                               SELECT 1
                               FROM lk_assisted w
                               WHERE w.psn_no = e.psn_no
                                 AND w.kind = coalesce((SELECT id FROM x_code WHERE code = 'guer'), -1)
                                 AND (w."b" IS NULL OR w."b" <= e.enddate)
                                 AND (w."e" IS NULL OR e.enddate <= w."e")
                             )
                      END THEN 1
             ELSE 0
           END
         )::BIGINT AS q,
         0::BIGINT AS sc, 1::BIGINT AS a,
         hj_left(place1.code, 6) AS b,
         inst1.level::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_visit e
  LEFT JOIN x_code code1 ON code1.id = e.sp_psn_type
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  LEFT JOIN x_place place1 ON place1.id = inst1.fix_blng_admdvs
  WHERE e.kind = 1 AND e.fixmedins_code IS NOT NULL AND hj_quarter(e.enddate) IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- zero_copay_share
CREATE OR REPLACE TEMP TABLE m_zero_copay_share AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         hj_quarter(e.enddate)::BIGINT AS k1,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank,
         (CASE WHEN (e.cash_payamt + e.acct_pay) <= 500 THEN 1 ELSE 0 END)::BIGINT AS q,
         0::BIGINT AS sc, 1::BIGINT AS a,
         hj_left(place1.code, 6) AS b,
         inst1.level::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_visit e
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  LEFT JOIN x_place place1 ON place1.id = inst1.fix_blng_admdvs
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  LEFT JOIN x_dx dx1 ON dx1.id = e.dx
  WHERE e.kind = 1
    AND (e.maf_pay IS NULL OR e.maf_pay = 0)
    AND (
          (code1.code LIKE '51%' OR code1.code LIKE '52%')
          OR (hj_within(dx1.code, 'Z34', 'Z39') OR hj_within(dx1.code, 'O00', 'O99'))
        ) IS NOT TRUE
    AND hj_within(dx1.code, 'F00', 'F99') IS NOT TRUE
    AND e.fixmedins_code IS NOT NULL
    AND hj_quarter(e.enddate) IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- daily_admissions
CREATE OR REPLACE TEMP TABLE m_daily_admissions AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         e.begndate::BIGINT AS k1,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank, 1::BIGINT AS q,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_visit e
  LEFT JOIN x_dx dx1 ON dx1.id = e.dx
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  WHERE e.kind = 1
    AND (
          hj_within(dx1.code, 'S00', 'T98')
          OR (code1.code LIKE '81%' OR code1.code LIKE '19%' OR code1.code LIKE '22%')
        ) IS NOT TRUE
    AND e.fixmedins_code IS NOT NULL
    AND e.begndate IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         0::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       (num * 1000000)::BIGINT AS value,
       CASE WHEN (num * 1000000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- batch_upload_share
CREATE OR REPLACE TEMP TABLE m_batch_upload_share AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank,
         (
           CASE
             WHEN CASE
                    WHEN e.mdtrt_id IS NULL THEN NULL
                    WHEN sub1.n IS NULL THEN 0::BIGINT
                    ELSE sub1.v
                  END <= 2 THEN 1
             ELSE 0
           END
         )::BIGINT AS q,
         0::BIGINT AS sc, 1::BIGINT AS a,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_visit e
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             count(DISTINCT hj_day(i0.fee_ocur_time)) AS v
      FROM net_line i0
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  WHERE e.kind = 1 AND (e.enddate - e.begndate) >= 5 AND e.fixmedins_code IS NOT NULL
),
t AS (
  SELECT k0,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0
)
SELECT k0,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- village_admissions
CREATE OR REPLACE TEMP TABLE m_village_admissions AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.emp_no::BIGINT AS k0,
         year(hj_date(e.begndate))::BIGINT AS k1,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank, 1::BIGINT AS q,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_visit e
  LEFT JOIN x_code code1 ON code1.id = e.insutype
  WHERE e.kind = 1
    AND code1.code IN ('392', '391', '390')
    AND e.emp_no IS NOT NULL
    AND year(hj_date(e.begndate))::BIGINT IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         0::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       (num * 1000000)::BIGINT AS value,
       CASE WHEN (num * 1000000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- institution_visits
CREATE OR REPLACE TEMP TABLE m_institution_visits AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         hj_quarter(e.begndate)::BIGINT AS k1,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank, 1::BIGINT AS q,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_visit e
  WHERE e.kind = 1 AND e.fixmedins_code IS NOT NULL AND hj_quarter(e.begndate) IS NOT NULL
  UNION ALL
  SELECT 1 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         hj_quarter(e.begndate)::BIGINT AS k1,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank, 1::BIGINT AS q,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_visit e
  WHERE e.kind = 2 AND e.fixmedins_code IS NOT NULL AND hj_quarter(e.begndate) IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         0::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       (num * 1000000)::BIGINT AS value,
       CASE WHEN (num * 1000000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- institution_operations
CREATE OR REPLACE TEMP TABLE m_institution_operations AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         year(hj_date(hj_day(e.oprn_oprt_begntime)))::BIGINT AS k1,
         coalesce(e.oprn_oprt_begntime, 0) AS t, 3 AS sr,
         e.rank::BIGINT AS rank, 1::BIGINT AS q,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_operation e
  WHERE e.fixmedins_code IS NOT NULL AND year(hj_date(hj_day(e.oprn_oprt_begntime)))::BIGINT IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         0::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       (num * 1000000)::BIGINT AS value,
       CASE WHEN (num * 1000000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- swap_share
CREATE OR REPLACE TEMP TABLE m_swap_share AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.no::BIGINT AS rid, n.row AS kn,
         e.fixmedins_code::BIGINT AS k0,
         n."grp"::BIGINT AS k1,
         hj_quarter(hj_day(e.fee_ocur_time))::BIGINT AS k2,
         coalesce(e.fee_ocur_time, 0) AS t, 5 AS sr,
         e.rank::BIGINT AS rank,
         (CASE WHEN n."dear" = 1 THEN e.cnt ELSE 0 END)::BIGINT AS q,
         hj_left(place1.code, 4) AS sc,
         e.cnt::BIGINT AS a,
         inst1.level::BIGINT AS b,
         n."grp"::BIGINT AS c,
         NULL::BIGINT AS f
  FROM net_line e
  JOIN kx_swap_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_swap n ON n.row = n0.row
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  LEFT JOIN x_place place1 ON place1.id = inst1.fix_blng_admdvs
  WHERE e.fixmedins_code IS NOT NULL
    AND n."grp" IS NOT NULL
    AND hj_quarter(hj_day(e.fee_ocur_time)) IS NOT NULL
),
t AS (
  SELECT k0, k1, k2,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0, k1, k2
)
SELECT k0, k1, k2,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- unit_volume
CREATE OR REPLACE TEMP TABLE m_unit_volume AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.no::BIGINT AS rid, n.row AS kn,
         e.fixmedins_code::BIGINT AS k0,
         e.hilist_code::BIGINT AS k1,
         hj_quarter(hj_day(e.fee_ocur_time))::BIGINT AS k2,
         coalesce(e.fee_ocur_time, 0) AS t, 5 AS sr,
         e.rank::BIGINT AS rank,
         e.cnt::BIGINT AS q,
         0::BIGINT AS sc,
         hj_div(
           hj_div(
             1::HUGEINT * 1000000,
             CASE
               WHEN e.mdtrt_id IS NOT NULL THEN coalesce(
                      (
                        SELECT count(*)
                        FROM net_line i0
                        WHERE i0.mdtrt_id = e.mdtrt_id
                          AND i0.psn_no = e.psn_no
                          AND i0.hilist_code = e.hilist_code
                          AND hj_day(i0.fee_ocur_time) = hj_day(e.fee_ocur_time)
                      ), 0::BIGINT
                    )
             END
           ), 100
         )::BIGINT AS a,
         hj_left(place1.code, 4) AS b,
         e.hilist_code::BIGINT AS c,
         NULL::BIGINT AS f
  FROM net_line e
  JOIN kx_unit_item_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_unit_item n ON n.row = n0.row
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  LEFT JOIN x_place place1 ON place1.id = inst1.fix_blng_admdvs
  WHERE e.fixmedins_code IS NOT NULL
    AND e.hilist_code IS NOT NULL
    AND hj_quarter(hj_day(e.fee_ocur_time)) IS NOT NULL
),
t AS (
  SELECT k0, k1, k2,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0, k1, k2
)
SELECT k0, k1, k2,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- rx_numbers
CREATE OR REPLACE TEMP TABLE m_rx_numbers AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.no::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         hj_quarter(hj_day(e.fee_ocur_time))::BIGINT AS k1,
         coalesce(e.fee_ocur_time, 0) AS t, 5 AS sr,
         e.rank::BIGINT AS rank, 1::BIGINT AS q,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM net_line e
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  WHERE code1.code LIKE '41%'
    AND e.rx_drord_no IS NOT NULL
    AND e.fixmedins_code IS NOT NULL
    AND hj_quarter(hj_day(e.fee_ocur_time)) IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         0::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       (num * 1000000)::BIGINT AS value,
       CASE WHEN (num * 1000000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- trace_codes
CREATE OR REPLACE TEMP TABLE m_trace_codes AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         hj_quarter(hj_day(e.sale_time))::BIGINT AS k1,
         coalesce(e.sale_time, 0) AS t, 5 AS sr,
         e.rank::BIGINT AS rank, 1::BIGINT AS q,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_trace e
  WHERE e.fixmedins_code IS NOT NULL AND hj_quarter(hj_day(e.sale_time)) IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         0::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       (num * 1000000)::BIGINT AS value,
       CASE WHEN (num * 1000000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- signature_institutions
CREATE OR REPLACE TEMP TABLE m_signature_institutions AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         (CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub1.n IS NULL THEN NULL ELSE sub1.v END)::BIGINT AS k0,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank, 1::BIGINT AS q,
         e.fixmedins_code::BIGINT AS g,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
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
  LEFT JOIN (
      SELECT i2.psn_no, i2.mdtrt_id, 1 AS n,
             bit_xor(DISTINCT ('0x' || left(sha256(hj_left(item3.code, 14)), 15))::BIGINT) AS v
      FROM net_line i2
      LEFT JOIN x_item item3 ON item3.id = i2.hilist_code
      LEFT JOIN x_code code3 ON code3.id = i2.med_chrgitm_type
      WHERE NOT code3.code IN ('13', '07', '02', '01')
      GROUP BY 1, 2
    ) sub3
    ON sub3.mdtrt_id = e.mdtrt_id AND sub3.psn_no = e.psn_no
  WHERE e.kind = 1
    AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub2.n IS NULL THEN 0::BIGINT ELSE sub2.v END >= 8
    AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub3.n IS NULL THEN NULL ELSE sub3.v END IS NOT NULL
),
t AS (
  SELECT k0,
         count(DISTINCT g) AS num,
         0::BIGINT AS den,
         count(DISTINCT g) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND g IS NOT NULL
  GROUP BY k0
)
SELECT k0,
       (num * 1000000)::BIGINT AS value,
       CASE WHEN (num * 1000000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- night_settlements
CREATE OR REPLACE TEMP TABLE m_night_settlements AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         hj_day(e.setl_time - 21600)::BIGINT AS k1,
         coalesce(e.setl_time, 0) AS t, 2 AS sr,
         e.rank::BIGINT AS rank, 1::BIGINT AS q,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_settlement e
  WHERE e.void IS DISTINCT FROM 1
    AND (
          hour(make_timestamp(e.setl_time * 1000000))::BIGINT >= 22
          OR hour(make_timestamp(e.setl_time * 1000000))::BIGINT < 6
        )
    AND hj_day(e.setl_time - 1) = hj_day(e.setl_time)
    AND e.fixmedins_code IS NOT NULL
    AND hj_day(e.setl_time - 21600) IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         0::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       (num * 1000000)::BIGINT AS value,
       CASE WHEN (num * 1000000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- night_month
CREATE OR REPLACE TEMP TABLE m_night_month AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         hj_month(hj_day(e.setl_time - 21600))::BIGINT AS k1,
         coalesce(e.setl_time, 0) AS t, 2 AS sr,
         e.rank::BIGINT AS rank, 1::BIGINT AS q,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_settlement e
  WHERE e.void IS DISTINCT FROM 1
    AND (
          hour(make_timestamp(e.setl_time * 1000000))::BIGINT >= 22
          OR hour(make_timestamp(e.setl_time * 1000000))::BIGINT < 6
        )
    AND hj_day(e.setl_time - 1) = hj_day(e.setl_time)
    AND e.fixmedins_code IS NOT NULL
    AND hj_month(hj_day(e.setl_time - 21600)) IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         0::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       (num * 1000000)::BIGINT AS value,
       CASE WHEN (num * 1000000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- settlements_day
CREATE OR REPLACE TEMP TABLE m_settlements_day AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         hj_day(e.setl_time)::BIGINT AS k1,
         coalesce(e.setl_time, 0) AS t, 2 AS sr,
         e.rank::BIGINT AS rank, 1::BIGINT AS q,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_settlement e
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  WHERE e.void IS DISTINCT FROM 1
    AND ((code1.code LIKE '14%' OR code1.code LIKE '11%') OR code1.code LIKE '41%')
    AND e.fixmedins_code IS NOT NULL
    AND hj_day(e.setl_time) IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         0::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       (num * 1000000)::BIGINT AS value,
       CASE WHEN (num * 1000000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- lab_positive
CREATE OR REPLACE TEMP TABLE m_lab_positive AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.lab_name::BIGINT AS k0,
         e.assay::BIGINT AS k1,
         hj_quarter(hj_day(e.lab_time))::BIGINT AS k2,
         coalesce(e.lab_time, 0) AS t, 5 AS sr,
         e.rank::BIGINT AS rank,
         (CASE WHEN e.positive = 1 THEN 1 ELSE 0 END)::BIGINT AS q,
         0::BIGINT AS sc, 1::BIGINT AS a,
         NULL::BIGINT AS b,
         e.assay::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_lab e
  WHERE e.positive IS NOT NULL
    AND e.lab_name IS NOT NULL
    AND e.assay IS NOT NULL
    AND hj_quarter(hj_day(e.lab_time)) IS NOT NULL
),
t AS (
  SELECT k0, k1, k2,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0, k1, k2
)
SELECT k0, k1, k2,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- ddimer_share
CREATE OR REPLACE TEMP TABLE m_ddimer_share AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         e.adm_dept_codg::BIGINT AS k1,
         hj_quarter(e.enddate)::BIGINT AS k2,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank,
         (
           CASE
             WHEN CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub1.n IS NULL THEN false ELSE sub1.v END THEN 1
             ELSE 0
           END
         )::BIGINT AS q,
         0::BIGINT AS sc, 1::BIGINT AS a,
         e.adm_dept_codg::BIGINT AS b,
         inst1.level::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_visit e
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             hj_any(item1.code = '002502030660000') AS v
      FROM net_line i0
      LEFT JOIN x_item item1 ON item1.id = i0.hilist_code
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  WHERE e.kind = 1
    AND e.fixmedins_code IS NOT NULL
    AND e.adm_dept_codg IS NOT NULL
    AND hj_quarter(e.enddate) IS NOT NULL
),
t AS (
  SELECT k0, k1, k2,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0, k1, k2
)
SELECT k0, k1, k2,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- tumour_share
CREATE OR REPLACE TEMP TABLE m_tumour_share AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         e.adm_dept_codg::BIGINT AS k1,
         hj_quarter(e.enddate)::BIGINT AS k2,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank,
         (
           CASE
             WHEN CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub1.n IS NULL THEN false ELSE sub1.v END THEN 1
             ELSE 0
           END
         )::BIGINT AS q,
         0::BIGINT AS sc, 1::BIGINT AS a,
         e.adm_dept_codg::BIGINT AS b,
         inst1.level::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_visit e
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             hj_any(item1.code LIKE '0025040401%' OR item1.code LIKE '0025040400%') AS v
      FROM net_line i0
      LEFT JOIN x_item item1 ON item1.id = i0.hilist_code
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  LEFT JOIN x_dx dx1 ON dx1.id = e.dx
  WHERE e.kind = 1
    AND NOT (hj_within(dx1.code, 'D00', 'D48') OR hj_within(dx1.code, 'C00', 'C97'))
    AND e.fixmedins_code IS NOT NULL
    AND e.adm_dept_codg IS NOT NULL
    AND hj_quarter(e.enddate) IS NOT NULL
),
t AS (
  SELECT k0, k1, k2,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0, k1, k2
)
SELECT k0, k1, k2,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- hba1c_share
CREATE OR REPLACE TEMP TABLE m_hba1c_share AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         e.adm_dept_codg::BIGINT AS k1,
         hj_quarter(e.enddate)::BIGINT AS k2,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank,
         (
           CASE
             WHEN CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub1.n IS NULL THEN false ELSE sub1.v END THEN 1
             ELSE 0
           END
         )::BIGINT AS q,
         0::BIGINT AS sc, 1::BIGINT AS a,
         e.adm_dept_codg::BIGINT AS b,
         inst1.level::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_visit e
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             hj_any(item1.code = '002503020030000') AS v
      FROM net_line i0
      LEFT JOIN x_item item1 ON item1.id = i0.hilist_code
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  LEFT JOIN x_dx dx1 ON dx1.id = e.dx
  WHERE e.kind = 1
    AND NOT hj_within(dx1.code, 'E10', 'E14')
    AND e.fixmedins_code IS NOT NULL
    AND e.adm_dept_codg IS NOT NULL
    AND hj_quarter(e.enddate) IS NOT NULL
),
t AS (
  SELECT k0, k1, k2,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0, k1, k2
)
SELECT k0, k1, k2,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- osm_share
CREATE OR REPLACE TEMP TABLE m_osm_share AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         e.adm_dept_codg::BIGINT AS k1,
         hj_quarter(e.enddate)::BIGINT AS k2,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank,
         (
           CASE
             WHEN CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub1.n IS NULL THEN false ELSE sub1.v END THEN 1
             ELSE 0
           END
         )::BIGINT AS q,
         0::BIGINT AS sc, 1::BIGINT AS a,
         e.adm_dept_codg::BIGINT AS b,
         inst1.level::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_visit e
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             hj_any(item1.code LIKE '00250102004%') AS v
      FROM net_line i0
      LEFT JOIN x_item item1 ON item1.id = i0.hilist_code
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  LEFT JOIN x_dx dx1 ON dx1.id = e.dx
  WHERE e.kind = 1
    AND NOT (
          hj_within(dx1.code, 'E22', 'E23')
          OR hj_within(dx1.code, 'E86', 'E87')
          OR hj_within(dx1.code, 'E10', 'E14')
        )
    AND e.fixmedins_code IS NOT NULL
    AND e.adm_dept_codg IS NOT NULL
    AND hj_quarter(e.enddate) IS NOT NULL
),
t AS (
  SELECT k0, k1, k2,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0, k1, k2
)
SELECT k0, k1, k2,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- echo_share
CREATE OR REPLACE TEMP TABLE m_echo_share AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         e.adm_dept_codg::BIGINT AS k1,
         hj_quarter(e.enddate)::BIGINT AS k2,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank,
         (
           CASE
             WHEN CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub1.n IS NULL THEN false ELSE sub1.v END THEN 1
             ELSE 0
           END
         )::BIGINT AS q,
         0::BIGINT AS sc, 1::BIGINT AS a,
         e.adm_dept_codg::BIGINT AS b,
         inst1.level::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_visit e
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             hj_any(item1.code LIKE '002206%') AS v
      FROM net_line i0
      LEFT JOIN x_item item1 ON item1.id = i0.hilist_code
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  WHERE e.kind = 1
    AND e.fixmedins_code IS NOT NULL
    AND e.adm_dept_codg IS NOT NULL
    AND hj_quarter(e.enddate) IS NOT NULL
),
t AS (
  SELECT k0, k1, k2,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0, k1, k2
)
SELECT k0, k1, k2,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- recon_share
CREATE OR REPLACE TEMP TABLE m_recon_share AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         e.adm_dept_codg::BIGINT AS k1,
         hj_quarter(e.enddate)::BIGINT AS k2,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank,
         (
           CASE
             WHEN CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub1.n IS NULL THEN false ELSE sub1.v END THEN 1
             ELSE 0
           END
         )::BIGINT AS q,
         0::BIGINT AS sc, 1::BIGINT AS a,
         e.adm_dept_codg::BIGINT AS b,
         inst1.level::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_visit e
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             hj_any(item1.code = '002103000030000') AS v
      FROM net_line i0
      LEFT JOIN x_item item1 ON item1.id = i0.hilist_code
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  WHERE e.kind = 1
    AND e.fixmedins_code IS NOT NULL
    AND e.adm_dept_codg IS NOT NULL
    AND hj_quarter(e.enddate) IS NOT NULL
),
t AS (
  SELECT k0, k1, k2,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0, k1, k2
)
SELECT k0, k1, k2,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- stents_each
CREATE OR REPLACE TEMP TABLE m_stents_each AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         e.oper_dr_code::BIGINT AS k1,
         hj_quarter(hj_day(e.oprn_oprt_begntime))::BIGINT AS k2,
         coalesce(e.oprn_oprt_begntime, 0) AS t, 3 AS sr,
         e.rank::BIGINT AS rank,
         (
           CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub1.n IS NULL THEN 0::BIGINT ELSE sub1.v END
         )::BIGINT AS q,
         0::BIGINT AS sc,
         10000::BIGINT AS a,
         NULL::BIGINT AS b,
         inst1.level::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_operation e
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             coalesce(sum(i0.cnt), 0)::BIGINT AS v
      FROM net_line i0
      LEFT JOIN x_item item1 ON item1.id = i0.hilist_code
      WHERE item1.code LIKE 'C0201025%' OR item1.code LIKE 'C0201018%'
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  LEFT JOIN x_oprn oprn1 ON oprn1.id = e.oprn_oprt_code
  WHERE (oprn1.code LIKE '00.66%' OR oprn1.code LIKE '36.07%' OR oprn1.code LIKE '36.06%')
    AND e.fixmedins_code IS NOT NULL
    AND e.oper_dr_code IS NOT NULL
    AND hj_quarter(hj_day(e.oprn_oprt_begntime)) IS NOT NULL
),
t AS (
  SELECT k0, k1, k2,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0, k1, k2
)
SELECT k0, k1, k2,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- joints_each
CREATE OR REPLACE TEMP TABLE m_joints_each AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         e.oper_dr_code::BIGINT AS k1,
         hj_quarter(hj_day(e.oprn_oprt_begntime))::BIGINT AS k2,
         coalesce(e.oprn_oprt_begntime, 0) AS t, 3 AS sr,
         e.rank::BIGINT AS rank,
         (
           CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub1.n IS NULL THEN 0::BIGINT ELSE sub1.v END
         )::BIGINT AS q,
         0::BIGINT AS sc,
         100::BIGINT AS a,
         NULL::BIGINT AS b,
         inst1.level::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_operation e
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             coalesce(sum(i0.det_item_fee_sumamt), 0)::BIGINT AS v
      FROM net_line i0
      LEFT JOIN x_code code1 ON code1.id = i0.med_chrgitm_type
      WHERE code1.code = '08'
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  LEFT JOIN x_oprn oprn1 ON oprn1.id = e.oprn_oprt_code
  WHERE (oprn1.code LIKE '81.54%' OR oprn1.code LIKE '81.52%' OR oprn1.code LIKE '81.51%')
    AND e.fixmedins_code IS NOT NULL
    AND e.oper_dr_code IS NOT NULL
    AND hj_quarter(hj_day(e.oprn_oprt_begntime)) IS NOT NULL
),
t AS (
  SELECT k0, k1, k2,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0, k1, k2
)
SELECT k0, k1, k2,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- screws_each
CREATE OR REPLACE TEMP TABLE m_screws_each AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         e.oper_dr_code::BIGINT AS k1,
         hj_quarter(hj_day(e.oprn_oprt_begntime))::BIGINT AS k2,
         coalesce(e.oprn_oprt_begntime, 0) AS t, 3 AS sr,
         e.rank::BIGINT AS rank,
         (
           CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub1.n IS NULL THEN 0::BIGINT ELSE sub1.v END
         )::BIGINT AS q,
         0::BIGINT AS sc,
         10000::BIGINT AS a,
         NULL::BIGINT AS b,
         inst1.level::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_operation e
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             coalesce(sum(i0.cnt), 0)::BIGINT AS v
      FROM net_line i0
      LEFT JOIN x_item item1 ON item1.id = i0.hilist_code
      WHERE item1.code LIKE 'C0302036%' OR item1.code LIKE 'C0302028%'
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  LEFT JOIN x_oprn oprn1 ON oprn1.id = e.oprn_oprt_code
  WHERE (oprn1.code LIKE '84.8%' OR oprn1.code LIKE '03.53%' OR oprn1.code LIKE '81.0%')
    AND e.fixmedins_code IS NOT NULL
    AND e.oper_dr_code IS NOT NULL
    AND hj_quarter(hj_day(e.oprn_oprt_begntime)) IS NOT NULL
),
t AS (
  SELECT k0, k1, k2,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0, k1, k2
)
SELECT k0, k1, k2,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- lots_bought
CREATE OR REPLACE TEMP TABLE m_lots_bought AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         e.hilist_code::BIGINT AS k1,
         coalesce(e.stock_time, 0) AS t, 4 AS sr,
         e.rank::BIGINT AS rank, 1::BIGINT AS q,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_stock e
  LEFT JOIN x_code code1 ON code1.id = e.inv_data_type
  WHERE code1.code = '3'
    AND e.manu_lotnum IS NOT NULL
    AND e.fixmedins_code IS NOT NULL
    AND e.hilist_code IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         0::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       (num * 1000000)::BIGINT AS value,
       CASE WHEN (num * 1000000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- watch_month
CREATE OR REPLACE TEMP TABLE m_watch_month AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.no::BIGINT AS rid, n.row AS kn,
         e.fixmedins_code::BIGINT AS k0,
         n."grp"::BIGINT AS k1,
         hj_month(hj_day(e.fee_ocur_time))::BIGINT AS k2,
         coalesce(e.fee_ocur_time, 0) AS t, 5 AS sr,
         e.rank::BIGINT AS rank,
         e.det_item_fee_sumamt::BIGINT AS q,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM net_line e
  JOIN kx_watch_item_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_watch_item n ON n.row = n0.row
  WHERE e.fixmedins_code IS NOT NULL AND n."grp" IS NOT NULL AND hj_month(hj_day(e.fee_ocur_time)) IS NOT NULL
),
t AS (
  SELECT k0, k1, k2,
         sum(q)::BIGINT AS num,
         0::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL
  GROUP BY k0, k1, k2
)
SELECT k0, k1, k2,
       (num * 10000)::BIGINT AS value,
       CASE WHEN (num * 10000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- watch_county_month
CREATE OR REPLACE TEMP TABLE m_watch_county_month AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.no::BIGINT AS rid, n.row AS kn,
         hj_left(place1.code, 6) AS k0,
         n."grp"::BIGINT AS k1,
         hj_month(hj_day(e.fee_ocur_time))::BIGINT AS k2,
         coalesce(e.fee_ocur_time, 0) AS t, 5 AS sr,
         e.rank::BIGINT AS rank,
         e.det_item_fee_sumamt::BIGINT AS q,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM net_line e
  JOIN kx_watch_item_hilist_code_item n0 ON n0.id = e.hilist_code
  JOIN k_watch_item n ON n.row = n0.row
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  LEFT JOIN x_place place1 ON place1.id = inst1.fix_blng_admdvs
  WHERE hj_left(place1.code, 6) IS NOT NULL
    AND n."grp" IS NOT NULL
    AND hj_month(hj_day(e.fee_ocur_time)) IS NOT NULL
),
t AS (
  SELECT k0, k1, k2,
         sum(q)::BIGINT AS num,
         0::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL
  GROUP BY k0, k1, k2
)
SELECT k0, k1, k2,
       (num * 10000)::BIGINT AS value,
       CASE WHEN (num * 10000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- drug_share
CREATE OR REPLACE TEMP TABLE m_drug_share AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         hj_quarter(e.enddate)::BIGINT AS k1,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank,
         (
           CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub1.n IS NULL THEN 0::BIGINT ELSE sub1.v END
         )::BIGINT AS q,
         0::BIGINT AS sc,
         e.medfee_sumamt::BIGINT AS a,
         hj_left(inst2.code, 1) AS b,
         inst1.level::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_visit e
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             coalesce(sum(i0.det_item_fee_sumamt), 0)::BIGINT AS v
      FROM net_line i0
      LEFT JOIN x_code code1 ON code1.id = i0.med_chrgitm_type
      WHERE code1.code IN ('11', '09')
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  LEFT JOIN x_inst inst2 ON inst2.id = inst1.fixmedins_code
  WHERE e.kind = 1
    AND e.medfee_sumamt > 0
    AND e.fixmedins_code IS NOT NULL
    AND hj_quarter(e.enddate) IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- exam_share
CREATE OR REPLACE TEMP TABLE m_exam_share AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         hj_quarter(e.enddate)::BIGINT AS k1,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank,
         (
           CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub1.n IS NULL THEN 0::BIGINT ELSE sub1.v END
         )::BIGINT AS q,
         0::BIGINT AS sc,
         e.medfee_sumamt::BIGINT AS a,
         hj_left(inst2.code, 1) AS b,
         inst1.level::BIGINT AS c,
         NULL::BIGINT AS f
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
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  LEFT JOIN x_inst inst2 ON inst2.id = inst1.fixmedins_code
  WHERE e.kind = 1
    AND e.medfee_sumamt > 0
    AND e.fixmedins_code IS NOT NULL
    AND hj_quarter(e.enddate) IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- device_share
CREATE OR REPLACE TEMP TABLE m_device_share AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         hj_quarter(e.enddate)::BIGINT AS k1,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank,
         (
           CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub1.n IS NULL THEN 0::BIGINT ELSE sub1.v END
         )::BIGINT AS q,
         0::BIGINT AS sc,
         e.medfee_sumamt::BIGINT AS a,
         hj_left(inst2.code, 1) AS b,
         inst1.level::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_visit e
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             coalesce(sum(i0.det_item_fee_sumamt), 0)::BIGINT AS v
      FROM net_line i0
      LEFT JOIN x_code code1 ON code1.id = i0.med_chrgitm_type
      WHERE code1.code = '08'
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  LEFT JOIN x_inst inst2 ON inst2.id = inst1.fixmedins_code
  WHERE e.kind = 1
    AND e.medfee_sumamt > 0
    AND e.fixmedins_code IS NOT NULL
    AND hj_quarter(e.enddate) IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- treat_share
CREATE OR REPLACE TEMP TABLE m_treat_share AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         hj_quarter(e.enddate)::BIGINT AS k1,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank,
         (
           CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub1.n IS NULL THEN 0::BIGINT ELSE sub1.v END
         )::BIGINT AS q,
         0::BIGINT AS sc,
         e.medfee_sumamt::BIGINT AS a,
         hj_left(inst2.code, 1) AS b,
         inst1.level::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_visit e
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             coalesce(sum(i0.det_item_fee_sumamt), 0)::BIGINT AS v
      FROM net_line i0
      LEFT JOIN x_code code1 ON code1.id = i0.med_chrgitm_type
      WHERE code1.code = '05'
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  LEFT JOIN x_inst inst2 ON inst2.id = inst1.fixmedins_code
  WHERE e.kind = 1
    AND e.medfee_sumamt > 0
    AND e.fixmedins_code IS NOT NULL
    AND hj_quarter(e.enddate) IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- ct_share
CREATE OR REPLACE TEMP TABLE m_ct_share AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         hj_quarter(e.enddate)::BIGINT AS k1,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank,
         (
           CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub1.n IS NULL THEN 0::BIGINT ELSE sub1.v END
         )::BIGINT AS q,
         0::BIGINT AS sc,
         e.medfee_sumamt::BIGINT AS a,
         hj_left(inst2.code, 1) AS b,
         inst1.level::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_visit e
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             coalesce(sum(i0.det_item_fee_sumamt), 0)::BIGINT AS v
      FROM net_line i0
      LEFT JOIN x_item item1 ON item1.id = i0.hilist_code
      WHERE item1.code LIKE '002103%'
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  LEFT JOIN x_inst inst2 ON inst2.id = inst1.fixmedins_code
  WHERE e.kind = 1
    AND e.medfee_sumamt > 0
    AND e.fixmedins_code IS NOT NULL
    AND hj_quarter(e.enddate) IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- mr_share
CREATE OR REPLACE TEMP TABLE m_mr_share AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         hj_quarter(e.enddate)::BIGINT AS k1,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank,
         (
           CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub1.n IS NULL THEN 0::BIGINT ELSE sub1.v END
         )::BIGINT AS q,
         0::BIGINT AS sc,
         e.medfee_sumamt::BIGINT AS a,
         hj_left(inst2.code, 1) AS b,
         inst1.level::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_visit e
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             coalesce(sum(i0.det_item_fee_sumamt), 0)::BIGINT AS v
      FROM net_line i0
      LEFT JOIN x_item item1 ON item1.id = i0.hilist_code
      WHERE item1.code LIKE '002102%'
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  LEFT JOIN x_inst inst2 ON inst2.id = inst1.fixmedins_code
  WHERE e.kind = 1
    AND e.medfee_sumamt > 0
    AND e.fixmedins_code IS NOT NULL
    AND hj_quarter(e.enddate) IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- mean_cost
CREATE OR REPLACE TEMP TABLE m_mean_cost AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         hj_quarter(e.enddate)::BIGINT AS k1,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank,
         e.medfee_sumamt::BIGINT AS q,
         0::BIGINT AS sc,
         100::BIGINT AS a,
         hj_left(inst2.code, 1) AS b,
         inst1.level::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_visit e
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  LEFT JOIN x_inst inst2 ON inst2.id = inst1.fixmedins_code
  WHERE e.kind = 1 AND e.fixmedins_code IS NOT NULL AND hj_quarter(e.enddate) IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- mean_los
CREATE OR REPLACE TEMP TABLE m_mean_los AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         hj_quarter(e.enddate)::BIGINT AS k1,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank,
         (
           CASE WHEN (e.enddate - e.begndate) IS NOT NULL THEN greatest(1, e.enddate - e.begndate) END
         )::BIGINT AS q,
         0::BIGINT AS sc, 1::BIGINT AS a,
         hj_left(inst2.code, 1) AS b,
         inst1.level::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_visit e
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  LEFT JOIN x_inst inst2 ON inst2.id = inst1.fixmedins_code
  WHERE e.kind = 1 AND e.fixmedins_code IS NOT NULL AND hj_quarter(e.enddate) IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- short_share
CREATE OR REPLACE TEMP TABLE m_short_share AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         hj_quarter(e.enddate)::BIGINT AS k1,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank,
         (CASE WHEN (e.enddate - e.begndate) <= 2 THEN 1 ELSE 0 END)::BIGINT AS q,
         0::BIGINT AS sc, 1::BIGINT AS a,
         hj_left(inst2.code, 1) AS b,
         inst1.level::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_visit e
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  LEFT JOIN x_inst inst2 ON inst2.id = inst1.fixmedins_code
  WHERE e.kind = 1 AND e.fixmedins_code IS NOT NULL AND hj_quarter(e.enddate) IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- weekend_share
CREATE OR REPLACE TEMP TABLE m_weekend_share AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         hj_quarter(e.enddate)::BIGINT AS k1,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank,
         (CASE WHEN isodow(hj_date(e.begndate))::BIGINT >= 6 THEN 1 ELSE 0 END)::BIGINT AS q,
         0::BIGINT AS sc, 1::BIGINT AS a,
         hj_left(inst2.code, 1) AS b,
         inst1.level::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_visit e
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  LEFT JOIN x_inst inst2 ON inst2.id = inst1.fixmedins_code
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  LEFT JOIN x_dx dx1 ON dx1.id = e.dx
  WHERE e.kind = 1
    AND (code1.code LIKE '13%' OR code1.code LIKE '24%') IS NOT TRUE
    AND (
          hj_within(dx1.code, 'S00', 'T98')
          OR (code1.code LIKE '81%' OR code1.code LIKE '19%' OR code1.code LIKE '22%')
        ) IS NOT TRUE
    AND e.fixmedins_code IS NOT NULL
    AND hj_quarter(e.enddate) IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- readmission_31
CREATE OR REPLACE TEMP TABLE m_readmission_31 AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         hj_quarter(e.enddate)::BIGINT AS k1,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank,
         (CASE WHEN (e.next_adm - e.enddate) <= 31 THEN 1 ELSE 0 END)::BIGINT AS q,
         0::BIGINT AS sc, 1::BIGINT AS a,
         NULL::BIGINT AS b,
         inst1.level::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_visit e
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  LEFT JOIN x_code code1 ON code1.id = e.dscg_way
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
  LEFT JOIN x_code code2 ON code2.id = e.med_type
  LEFT JOIN x_code code3 ON code3.id = e.nwb_flag
  LEFT JOIN s_person person1 ON person1.psn_no = e.psn_no
  LEFT JOIN (
      SELECT i2.psn_no, i2.mdtrt_id, 1 AS n,
             hj_any(item3.code LIKE '0034%') AS v
      FROM net_line i2
      LEFT JOIN x_item item3 ON item3.id = i2.hilist_code
      GROUP BY 1, 2
    ) sub3
    ON sub3.mdtrt_id = e.mdtrt_id AND sub3.psn_no = e.psn_no
  WHERE e.kind = 1
    AND (e.dscg_way IS NULL OR NOT code1.code IN ('5', '3', '2'))
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
          (code2.code LIKE '51%' OR code2.code LIKE '52%')
          OR (hj_within(dx1.code, 'Z34', 'Z39') OR hj_within(dx1.code, 'O00', 'O99'))
        ) IS NOT TRUE
    AND (code3.code = '1' OR (e.begndate - person1.brdy) <= 28) IS NOT TRUE
    AND (
          (hj_within(dx1.code, 'G81', 'G83') OR dx1.code LIKE 'I69%' OR dx1.code LIKE 'Z50%')
          AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub3.n IS NULL THEN false ELSE sub3.v END
        ) IS NOT TRUE
    AND hj_within(dx1.code, 'A15', 'A19') IS NOT TRUE
    AND hj_within(dx1.code, 'D66', 'D68') IS NOT TRUE
    AND (dx1.code LIKE 'Z51.5%') IS NOT TRUE
    AND hj_within(dx1.code, 'T20', 'T32') IS NOT TRUE
    AND e.fixmedins_code IS NOT NULL
    AND hj_quarter(e.enddate) IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- fund_month
CREATE OR REPLACE TEMP TABLE m_fund_month AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         hj_month(hj_day(e.setl_time))::BIGINT AS k1,
         coalesce(e.setl_time, 0) AS t, 2 AS sr,
         e.rank::BIGINT AS rank,
         e.fund_pay_sumamt::BIGINT AS q,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_settlement e
  WHERE e.void IS DISTINCT FROM 1
    AND e.fixmedins_code IS NOT NULL
    AND hj_month(hj_day(e.setl_time)) IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         0::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       (num * 10000)::BIGINT AS value,
       CASE WHEN (num * 10000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- first_digits_year
CREATE OR REPLACE TEMP TABLE m_first_digits_year AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         year(hj_date(hj_day(e.setl_time)))::BIGINT AS k1,
         coalesce(e.setl_time, 0) AS t, 2 AS sr,
         e.rank::BIGINT AS rank,
         e.medfee_sumamt::BIGINT AS g,
         0::BIGINT AS sc,
         inst1.fixmedins_type::BIGINT AS b,
         inst1.level::BIGINT AS c,
         NULL::BIGINT AS d,
         NULL::BIGINT AS f
  FROM s_settlement e
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  WHERE e.void IS DISTINCT FROM 1
    AND e.medfee_sumamt >= 1000
    AND e.fixmedins_code IS NOT NULL
    AND year(hj_date(hj_day(e.setl_time)))::BIGINT IS NOT NULL
),
d0 AS (
  SELECT *, CAST(left(abs(g)::VARCHAR, 1) AS INTEGER) AS fd FROM events WHERE g <> 0
),
d1 AS (
  SELECT k0, k1, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM d0
  GROUP BY k0, k1
),
law(d, p) AS (
  VALUES (1, 301030), (2, 176091), (3, 124939), (4, 96910), (5, 79181), (6, 66947), (7, 57992), (8, 51153),
  (9, 45757)
),
d2 AS (SELECT k0, k1, fd, count(*) AS c FROM d0 GROUP BY ALL),
d3 AS (
  SELECT d1.k0, d1.k1,
         sum(abs(coalesce(d2.c, 0) * 1000000::HUGEINT - law.p * d1.n)) AS num
  FROM d1
  CROSS JOIN law
  LEFT JOIN d2 ON d2.k0 = d1.k0 AND d2.k1 = d1.k1 AND d2.fd = law.d
  GROUP BY ALL
),
t AS (SELECT d1.*, d3.num FROM d1 JOIN d3 ON d3.k0 = d1.k0 AND d3.k1 = d1.k1)
SELECT k0, k1,
       hj_div(num::HUGEINT * 1000000, n::HUGEINT * 9000000) AS value, n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- one_time_share
CREATE OR REPLACE TEMP TABLE m_one_time_share AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         hj_quarter(e.enddate)::BIGINT AS k1,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank,
         (
           CASE
             WHEN CASE
                    WHEN e.mdtrt_id IS NULL THEN NULL
                    WHEN sub1.n IS NULL THEN 0::BIGINT
                    ELSE sub1.v
                  END <= 2 THEN 1
             ELSE 0
           END
         )::BIGINT AS q,
         0::BIGINT AS sc, 1::BIGINT AS a,
         NULL::BIGINT AS b,
         inst1.level::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_visit e
  LEFT JOIN (
      SELECT i0.psn_no, i0.mdtrt_id, 1 AS n,
             count(DISTINCT i0.fee_ocur_time) AS v
      FROM net_line i0
      GROUP BY 1, 2
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id AND sub1.psn_no = e.psn_no
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  WHERE e.kind = 1
    AND (e.enddate - e.begndate) >= 3
    AND e.fixmedins_code IS NOT NULL
    AND hj_quarter(e.enddate) IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- act_clerks
CREATE OR REPLACE TEMP TABLE m_act_clerks AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         year(hj_date(hj_day(e.act_time)))::BIGINT AS k0,
         coalesce(e.act_time, 0) AS t, 0 AS sr,
         e.rank::BIGINT AS rank, 1::BIGINT AS q,
         e.opter_id::BIGINT AS g,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_act e
  LEFT JOIN x_code code1 ON code1.id = e.act_type
  WHERE code1.code IN ('restore', 'reimburse') AND year(hj_date(hj_day(e.act_time)))::BIGINT IS NOT NULL
),
t AS (
  SELECT k0,
         count(DISTINCT g) AS num,
         0::BIGINT AS den,
         count(DISTINCT g) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND g IS NOT NULL
  GROUP BY k0
)
SELECT k0,
       (num * 1000000)::BIGINT AS value,
       CASE WHEN (num * 1000000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- settlements_all
CREATE OR REPLACE TEMP TABLE m_settlements_all AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         coalesce(e.setl_time, 0) AS t, 2 AS sr,
         e.rank::BIGINT AS rank, 1::BIGINT AS q,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_settlement e
  WHERE e.void IS DISTINCT FROM 1 AND e.fixmedins_code IS NOT NULL
),
t AS (
  SELECT k0,
         sum(q)::BIGINT AS num,
         0::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL
  GROUP BY k0
)
SELECT k0,
       (num * 1000000)::BIGINT AS value,
       CASE WHEN (num * 1000000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- infection_share
CREATE OR REPLACE TEMP TABLE m_infection_share AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         hj_quarter(e.enddate)::BIGINT AS k1,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank,
         (CASE WHEN sub1.v THEN 1 ELSE 0 END)::BIGINT AS q,
         0::BIGINT AS sc, 1::BIGINT AS a,
         hj_left(inst2.code, 1) AS b,
         inst1.level::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_visit e
  LEFT JOIN (
      SELECT dg.mdtrt_id,
             bool_or(
               dd.code LIKE 'Y95%' OR dd.code LIKE 'O86.0%' OR dd.code LIKE 'T88.0%' OR dd.code LIKE 'T85.7%'
               OR dd.code LIKE 'T84.7%' OR dd.code LIKE 'T84.6%' OR dd.code LIKE 'T84.5%'
               OR dd.code LIKE 'T83.6%' OR dd.code LIKE 'T83.5%' OR dd.code LIKE 'T82.7%'
               OR dd.code LIKE 'T82.6%' OR dd.code LIKE 'T81.4%' OR dd.code LIKE 'T80.2%'
             ) AS v
      FROM s_diag dg
      JOIN x_dx dd ON dd.id = dg.dx
      GROUP BY dg.mdtrt_id
    ) sub1
    ON sub1.mdtrt_id = e.mdtrt_id
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  LEFT JOIN x_inst inst2 ON inst2.id = inst1.fixmedins_code
  WHERE e.kind = 1 AND e.fixmedins_code IS NOT NULL AND hj_quarter(e.enddate) IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         sum(a)::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND a IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       hj_div(num::HUGEINT * 1000000, den) AS value,
       CASE WHEN hj_div(num::HUGEINT * 1000000, den) IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1,
       f.p2 AS p2, f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- agreement_checks
CREATE OR REPLACE TEMP TABLE m_agreement_checks AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         year(hj_date(hj_day(e.act_time)))::BIGINT AS k1,
         coalesce(e.act_time, 0) AS t, 0 AS sr,
         e.rank::BIGINT AS rank, 1::BIGINT AS q,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_act e
  LEFT JOIN x_code code1 ON code1.id = e.act_type
  WHERE code1.code = 'check'
    AND e.fixmedins_code IS NOT NULL
    AND e.fixmedins_code IS NOT NULL
    AND year(hj_date(hj_day(e.act_time)))::BIGINT IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         0::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       (num * 1000000)::BIGINT AS value,
       CASE WHEN (num * 1000000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- agreement_checks_year
CREATE OR REPLACE TEMP TABLE m_agreement_checks_year AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         year(hj_date(hj_day(e.act_time)))::BIGINT AS k0,
         coalesce(e.act_time, 0) AS t, 0 AS sr,
         e.rank::BIGINT AS rank, 1::BIGINT AS q,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_act e
  LEFT JOIN x_code code1 ON code1.id = e.act_type
  WHERE code1.code = 'check' AND year(hj_date(hj_day(e.act_time)))::BIGINT IS NOT NULL
),
t AS (
  SELECT k0,
         sum(q)::BIGINT AS num,
         0::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL
  GROUP BY k0
)
SELECT k0,
       (num * 1000000)::BIGINT AS value,
       CASE WHEN (num * 1000000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- institutions_audited
CREATE OR REPLACE TEMP TABLE m_institutions_audited AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         hj_left(place1.code, 6) AS k0,
         inst1.fixmedins_type::BIGINT AS k1,
         year(hj_date(hj_day(e.act_time)))::BIGINT AS k2,
         coalesce(e.act_time, 0) AS t, 0 AS sr,
         e.rank::BIGINT AS rank, 1::BIGINT AS q,
         e.fixmedins_code::BIGINT AS g,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_act e
  LEFT JOIN s_inst inst1 ON inst1.fixmedins_code = e.fixmedins_code
  LEFT JOIN x_place place1 ON place1.id = inst1.fix_blng_admdvs
  LEFT JOIN x_code code1 ON code1.id = e.act_type
  WHERE code1.code = 'audit'
    AND e.fixmedins_code IS NOT NULL
    AND hj_left(place1.code, 6) IS NOT NULL
    AND inst1.fixmedins_type IS NOT NULL
    AND year(hj_date(hj_day(e.act_time)))::BIGINT IS NOT NULL
),
t AS (
  SELECT k0, k1, k2,
         count(DISTINCT g) AS num,
         0::BIGINT AS den,
         count(DISTINCT g) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND g IS NOT NULL
  GROUP BY k0, k1, k2
)
SELECT k0, k1, k2,
       (num * 1000000)::BIGINT AS value,
       CASE WHEN (num * 1000000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- audits_year
CREATE OR REPLACE TEMP TABLE m_audits_year AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         year(hj_date(hj_day(e.act_time)))::BIGINT AS k0,
         coalesce(e.act_time, 0) AS t, 0 AS sr,
         e.rank::BIGINT AS rank, 1::BIGINT AS q,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_act e
  LEFT JOIN x_code code1 ON code1.id = e.act_type
  WHERE code1.code = 'audit' AND year(hj_date(hj_day(e.act_time)))::BIGINT IS NOT NULL
),
t AS (
  SELECT k0,
         sum(q)::BIGINT AS num,
         0::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL
  GROUP BY k0
)
SELECT k0,
       (num * 1000000)::BIGINT AS value,
       CASE WHEN (num * 1000000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- acts_of_clerk
CREATE OR REPLACE TEMP TABLE m_acts_of_clerk AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.opter_id::BIGINT AS k0,
         year(hj_date(hj_day(e.act_time)))::BIGINT AS k1,
         coalesce(e.act_time, 0) AS t, 0 AS sr,
         e.rank::BIGINT AS rank, 1::BIGINT AS q,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_act e
  LEFT JOIN x_code code1 ON code1.id = e.act_type
  WHERE code1.code IN ('restore', 'reimburse', 'register')
    AND e.opter_id IS NOT NULL
    AND year(hj_date(hj_day(e.act_time)))::BIGINT IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         0::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       (num * 1000000)::BIGINT AS value,
       CASE WHEN (num * 1000000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- acts_reviewed
CREATE OR REPLACE TEMP TABLE m_acts_reviewed AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         year(hj_date(hj_day(e.act_time)))::BIGINT AS k0,
         coalesce(e.act_time, 0) AS t, 0 AS sr,
         e.rank::BIGINT AS rank, 1::BIGINT AS q,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_act e
  WHERE e.check_opter_id IS NOT NULL AND year(hj_date(hj_day(e.act_time)))::BIGINT IS NOT NULL
),
t AS (
  SELECT k0,
         sum(q)::BIGINT AS num,
         0::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL
  GROUP BY k0
)
SELECT k0,
       (num * 1000000)::BIGINT AS value,
       CASE WHEN (num * 1000000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- internal_audits
CREATE OR REPLACE TEMP TABLE m_internal_audits AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         year(hj_date(hj_day(e.act_time)))::BIGINT AS k0,
         coalesce(e.act_time, 0) AS t, 0 AS sr,
         e.rank::BIGINT AS rank, 1::BIGINT AS q,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_act e
  LEFT JOIN x_code code1 ON code1.id = e.act_type
  WHERE code1.code = 'internal' AND year(hj_date(hj_day(e.act_time)))::BIGINT IS NOT NULL
),
t AS (
  SELECT k0,
         sum(q)::BIGINT AS num,
         0::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL
  GROUP BY k0
)
SELECT k0,
       (num * 1000000)::BIGINT AS value,
       CASE WHEN (num * 1000000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- chronic_fund_month
CREATE OR REPLACE TEMP TABLE m_chronic_fund_month AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.psn_no::BIGINT AS k0,
         hj_month(hj_day(e.setl_time))::BIGINT AS k1,
         coalesce(e.setl_time, 0) AS t, 2 AS sr,
         e.rank::BIGINT AS rank,
         e.fund_pay_sumamt::BIGINT AS q,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_settlement e
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  WHERE e.void IS DISTINCT FROM 1
    AND code1.code LIKE '14%'
    AND e.psn_no IS NOT NULL
    AND hj_month(hj_day(e.setl_time)) IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         0::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       (num * 10000)::BIGINT AS value,
       CASE WHEN (num * 10000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- chronic_fund_year
CREATE OR REPLACE TEMP TABLE m_chronic_fund_year AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.psn_no::BIGINT AS k0,
         e.dise_no::BIGINT AS k1,
         year(hj_date(hj_day(e.setl_time)))::BIGINT AS k2,
         coalesce(e.setl_time, 0) AS t, 2 AS sr,
         e.rank::BIGINT AS rank,
         e.fund_pay_sumamt::BIGINT AS q,
         e.insutype::BIGINT AS sc,
         hj_left(place1.code, 6) AS b,
         e.dise_no::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_settlement e
  LEFT JOIN x_place place1 ON place1.id = e.insu_admdvs
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  LEFT JOIN s_visit visit1 ON visit1.mdtrt_id = e.mdtrt_id
  LEFT JOIN x_dx dx1 ON dx1.id = visit1.dx
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
             hj_any(
               item2.code = '001204000120000'
               OR item2.code LIKE '0024%'
               OR item2.code LIKE 'XL02%'
               OR item2.code LIKE 'XL01%'
             ) AS v
      FROM net_line i1
      LEFT JOIN x_item item2 ON item2.id = i1.hilist_code
      GROUP BY 1, 2
    ) sub2
    ON sub2.mdtrt_id = e.mdtrt_id AND sub2.psn_no = e.psn_no
  WHERE e.void IS DISTINCT FROM 1
    AND code1.code LIKE '14%'
    AND (
          (
            dx1.code LIKE 'Z49%' OR dx1.code LIKE 'N18.9%' OR dx1.code LIKE 'N18.0%' OR dx1.code LIKE 'N18.6%'
            OR dx1.code LIKE 'N18.5%'
          )
          AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub1.n IS NULL THEN false ELSE sub1.v END
        ) IS NOT TRUE
    AND (
          (dx1.code LIKE 'Z51.2%' OR dx1.code LIKE 'Z51.1%' OR dx1.code LIKE 'Z51.0%')
          OR (hj_within(dx1.code, 'D37', 'D48') OR hj_within(dx1.code, 'C00', 'C97'))
              AND CASE WHEN e.mdtrt_id IS NULL THEN NULL WHEN sub2.n IS NULL THEN false ELSE sub2.v END
        ) IS NOT TRUE
    AND e.psn_no IS NOT NULL
    AND e.dise_no IS NOT NULL
    AND year(hj_date(hj_day(e.setl_time)))::BIGINT IS NOT NULL
),
t AS (
  SELECT k0, k1, k2,
         sum(q)::BIGINT AS num,
         0::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL
  GROUP BY k0, k1, k2
)
SELECT k0, k1, k2,
       (num * 10000)::BIGINT AS value,
       CASE WHEN (num * 10000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- out_purchase
CREATE OR REPLACE TEMP TABLE m_out_purchase AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.psn_no::BIGINT AS k0,
         hj_quarter(hj_day(e.setl_time))::BIGINT AS k1,
         coalesce(e.setl_time, 0) AS t, 2 AS sr,
         e.rank::BIGINT AS rank,
         e.medfee_sumamt::BIGINT AS q,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_settlement e
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  WHERE e.void IS DISTINCT FROM 1
    AND (code1.code LIKE '41%' OR code1.code LIKE '14%' OR code1.code LIKE '13%' OR code1.code LIKE '11%')
    AND e.psn_no IS NOT NULL
    AND hj_quarter(hj_day(e.setl_time)) IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         0::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       (num * 10000)::BIGINT AS value,
       CASE WHEN (num * 10000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- operator_purchase
CREATE OR REPLACE TEMP TABLE m_operator_purchase AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.fixmedins_code::BIGINT AS k0,
         e.opter_id::BIGINT AS k1,
         hj_quarter(hj_day(e.setl_time))::BIGINT AS k2,
         coalesce(e.setl_time, 0) AS t, 2 AS sr,
         e.rank::BIGINT AS rank,
         e.medfee_sumamt::BIGINT AS q,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_settlement e
  LEFT JOIN x_code code1 ON code1.id = e.med_type
  WHERE e.void IS DISTINCT FROM 1
    AND (code1.code LIKE '41%' OR code1.code LIKE '14%' OR code1.code LIKE '13%' OR code1.code LIKE '11%')
    AND e.fixmedins_code IS NOT NULL
    AND e.opter_id IS NOT NULL
    AND hj_quarter(hj_day(e.setl_time)) IS NOT NULL
),
t AS (
  SELECT k0, k1, k2,
         sum(q)::BIGINT AS num,
         0::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL
  GROUP BY k0, k1, k2
)
SELECT k0, k1, k2,
       (num * 10000)::BIGINT AS value,
       CASE WHEN (num * 10000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- registrations_day
CREATE OR REPLACE TEMP TABLE m_registrations_day AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.opter_id::BIGINT AS k0,
         hj_day(e.reg_time)::BIGINT AS k1,
         coalesce(e.reg_time, 0) AS t, 0 AS sr,
         e.rank::BIGINT AS rank, 1::BIGINT AS q,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_reg e
  WHERE e.opter_id IS NOT NULL AND hj_day(e.reg_time) IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         0::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       (num * 1000000)::BIGINT AS value,
       CASE WHEN (num * 1000000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- registrations_year
CREATE OR REPLACE TEMP TABLE m_registrations_year AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.opter_id::BIGINT AS k0,
         year(hj_date(hj_day(e.reg_time)))::BIGINT AS k1,
         coalesce(e.reg_time, 0) AS t, 0 AS sr,
         e.rank::BIGINT AS rank, 1::BIGINT AS q,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_reg e
  WHERE e.opter_id IS NOT NULL AND year(hj_date(hj_day(e.reg_time)))::BIGINT IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         0::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       (num * 1000000)::BIGINT AS value,
       CASE WHEN (num * 1000000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- tests_year
CREATE OR REPLACE TEMP TABLE m_tests_year AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.no::BIGINT AS rid, -1 AS kn,
         e.psn_no::BIGINT AS k0,
         year(hj_date(hj_day(e.fee_ocur_time)))::BIGINT AS k1,
         coalesce(e.fee_ocur_time, 0) AS t, 5 AS sr,
         e.rank::BIGINT AS rank, 1::BIGINT AS q,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM net_line e
  LEFT JOIN x_code code1 ON code1.id = e.med_chrgitm_type
  WHERE code1.code IN ('04', '03')
    AND e.psn_no IS NOT NULL
    AND year(hj_date(hj_day(e.fee_ocur_time)))::BIGINT IS NOT NULL
),
t AS (
  SELECT k0, k1,
         sum(q)::BIGINT AS num,
         0::BIGINT AS den, count(*) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL
  GROUP BY k0, k1
)
SELECT k0, k1,
       (num * 1000000)::BIGINT AS value,
       CASE WHEN (num * 1000000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;

-- tel_persons
CREATE OR REPLACE TEMP TABLE m_tel_persons AS
WITH
-- 事件：规则看的每一笔
events AS (
  SELECT 0 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.tel::BIGINT AS k0,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank, 1::BIGINT AS q,
         e.psn_no::BIGINT AS g,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_visit e
  WHERE e.kind = 1 AND e.tel IS NOT NULL
  UNION ALL
  SELECT 1 AS cl,
         e.rank::BIGINT AS rid, -1 AS kn,
         e.tel::BIGINT AS k0,
         coalesce(e.begntime, 0) AS t, 1 AS sr,
         e.rank::BIGINT AS rank, 1::BIGINT AS q,
         e.psn_no::BIGINT AS g,
         0::BIGINT AS sc,
         NULL::BIGINT AS b,
         NULL::BIGINT AS c,
         NULL::BIGINT AS f
  FROM s_visit e
  WHERE e.kind = 2 AND e.tel IS NOT NULL
),
t AS (
  SELECT k0,
         count(DISTINCT g) AS num,
         0::BIGINT AS den,
         count(DISTINCT g) AS n,
         min(
           {'t': t, 'sr': sr, 'rank': rank, 'kn': kn, 'cl': cl, 'rid': rid, 'p0': c, 'p1': b, 'p2': sc}
         ) AS f
  FROM events
  WHERE q IS NOT NULL AND g IS NOT NULL
  GROUP BY k0
)
SELECT k0,
       (num * 1000000)::BIGINT AS value,
       CASE WHEN (num * 1000000)::BIGINT IS NULL THEN 0 ELSE n END AS n, f.p0 AS p0, f.p1 AS p1, f.p2 AS p2,
       f.cl AS cl, f.rid AS rid, f.kn AS kn
FROM t;
