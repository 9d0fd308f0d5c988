/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/derive.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/day.h"
#include "claims/import_priv.h"
#include "claims/ranks.h"

/* The query's columns in the order and types of the contract. */
static void fields_sql(struct buf *b, const struct source *s, const char *query)
{
    buf_str(b, " SELECT ");
    for (size_t i = 0; i < s->n_fields; i++)
        buf_fmt(b, "%sCAST(q.%s AS %s) AS %s", i ? ", " : "", s->fields[i].name,
                ftype_sql(s->fields[i].type), s->fields[i].name);
    buf_fmt(b, " FROM (%s) q", query);
}

/* Takes out the rows that are made again. They stay in their row groups (store.c lets none be joined): *full when a third
 * of the table is such rows, and all of it is to be written anew. */
static int take_out(struct import *im, const char *table, const char *which, bool *full,
                    struct err *e)
{
    int64_t room = 0, rows = 0;
    int rc = db_exec(im->con, e, "DELETE FROM %s WHERE %s", table, which);
    if (rc == 0)
        rc = db_int(im->con, e, 0, &room, "SELECT max(rowid) + 1 FROM %s", table);
    if (rc == 0)
        rc = db_int(im->con, e, 0, &rows, "SELECT count(*) FROM %s", table);
    *full = room - rows > rows / 2;
    return rc;
}

static int make_source(struct import *im, const struct derive_step *step, const char *query,
                       struct err *e)
{
    const struct source *s = &huji_sources[step->source];
    struct buf b = BUF_INIT;
    int rc = 0;
    bool full = false;
    if (im->grows && step->part) {
        rc = take_out(im, s->table, step->part, &full, e);
        buf_fmt(&b, "INSERT INTO %s", s->table);
    } else {
        buf_fmt(&b, "CREATE OR REPLACE TABLE %s AS", s->table);
    }
    fields_sql(&b, s, query);
    if (rc == 0)
        rc = b.failed ? err_nomem(e) : db_run(im->con, buf_cstr(&b), e);
    if (rc < 0 && getenv("HUJI_SQL"))
        fprintf(stderr, "source=%s\n", s->name);
    buf_release(&b);
    return rc == 0 && full ? db_exec(im->con, e, "CREATE OR REPLACE TABLE %s AS SELECT * FROM %s",
                                     s->table, s->table)
                           : rc;
}

/* "x_all mdtrt_id]": that table's rows, as many legs as there are threads (legs_sql). Returns where it ends. */
static const char *table_legs(struct buf *b, const struct import *im, const char *at)
{
    const char *blank = strchr(at, ' '), *end = strchr(at, ']');
    struct span table = {at, (size_t)(blank - at)}, key = {blank + 1, (size_t)(end - blank - 1)};
    long long ids = codes_count(im->store->fn.codes, span_is(key, "setl_id") ? D_SETL : D_VISIT);
    int n = im->grows || ids < LINES_OF_A_LEG ? 1 : im->store->threads;
    if (n == 1)
        buf_span(b, table);
    for (int i = 0; i < n && n > 1; i++)
        buf_fmt(b, "%sSELECT * FROM %.*s WHERE %.*s >= %lld AND %.*s < %lld",
                i ? " UNION ALL " : "(", (int)table.n, table.p, (int)key.n, key.p, ids * i / n,
                (int)key.n, key.p, ids * (i + 1) / n);
    if (n > 1)
        buf_char(b, ')');
    return end;
}

static void fill_in(struct buf *b, const struct import *im, const char *sql)
{
    bool inside = false;
    for (const char *p = sql; *p; p++) {
        bool skip = inside && !im->grows;
        if (p[0] == '%' && p[1] == '{') {
            inside = true;
            p++;
        } else if (inside && p[0] == '}') {
            inside = false;
        } else if (skip) {
            continue;
        } else if (p[0] == '%' && p[1] == '[') {
            p = table_legs(b, im, p + 2);
        } else if (p[0] == '%' && p[1] == 'N') {
            buf_i64(b, im->store->fn.now);
            p++;
        } else if (p[0] == '%' && p[1] == 'F') {
            buf_i64(b, im->n ? im->in[0].file_id : im->next_file);
            p++;
        } else {
            buf_char(b, *p);
        }
    }
}

/* Whether a file of one of these tables is among the input. */
static bool came(const struct import *im, const char *tables)
{
    struct span list = span_of(tables);
    if (*tables == '@') {
        if (im->certs)
            return true;
        list = span_of(tables + 1);
    }
    while (list.n) {
        struct span t = span_cut(&list, ',');
        for (size_t i = 0; i < im->n; i++)
            if (span_is(t, im->in[i].table->name))
                return true;
    }
    return false;
}

static bool wanted(const struct import *im, const struct derive_step *step)
{
    if (step->when == (im->grows ? WHEN_WHOLE : WHEN_GROWN))
        return false;
    return !im->grows || !step->from || came(im, step->from);
}

static int run_steps(struct import *im, const struct derive_step *step, const char *what,
                     struct err *e)
{
    int rc = import_step(im, what, 0, 0, e);
    struct buf b = BUF_INIT;
    for (; step->sql && rc == 0; step++) {
        if (!wanted(im, step))
            continue;
        buf_clear(&b);
        fill_in(&b, im, step->sql);
        if (b.failed)
            rc = err_nomem(e);
        else if (step->source < 0)
            rc = db_run(im->con, buf_cstr(&b), e);
        else
            rc = make_source(im, step, buf_cstr(&b), e);
    }
    buf_release(&b);
    return rc;
}

/* Whether this import only adds to what earlier ones derived. */
static int does_grow(struct import *im, struct err *e)
{
    int64_t made = 0, open = 0, persons = 0;
    int rc = db_int(
        im->con, e, 0, &made,
        "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'x_sale' AND NOT temporary");
    im->grows = false;
    if (rc < 0 || !made || im->whole || getenv("HUJI_WHOLE") ||
        came(im, "psn_info_b,fixmedins_b,terminal"))
        return rc;
    for (size_t i = 0; i < im->n; i++)
        if (im->in[i].row->rows_replaced)
            return 0;
    /* a diagnosis whose settlement nobody knew may find it now */
    rc = db_int(im->con, e, 0, &open, "SELECT count(*) FROM x_diag WHERE mdtrt_id IS NULL");
    im->grows = rc == 0 && !open;
    if (rc == 0)
        rc = db_int(im->con, e, 0, &persons, "SELECT count(*) FROM x_person");
    im->certs = !persons && came(im, "mdtrt_d");
    return rc;
}

/* Ranks come from narrow tables: to sort the wide ones for them would cost more than all the rest. */
static int derive_ranked(struct import *im, struct err *e)
{
    char setls[160];
    static const char visits[] =
        "SELECT id, code, id < (SELECT count(*) FROM s_visit) AS old FROM d_visit";
    static const struct ranked visit = {"x_vrank", "t_visit", "s_visit", "mdtrt_id", D_VISIT, true},
                               settlement = {"x_srank", "t_setl", "s_settlement",
                                             "setl_id", D_SETL,   true};
    snprintf(setls, sizeof setls,
             "SELECT setl_id AS id, sid AS code, file_id < %d AS old FROM x_setl",
             im->n ? im->in[0].file_id : im->next_file);
    int rc = im->grows ? run_steps(im, derive_touched, "整理就诊与结算", e) : 0;
    if (rc == 0)
        rc = ranks_make(im, &visit, visits, e);
    if (rc == 0)
        rc = ranks_make(im, &settlement, setls, e);
    if (rc == 0)
        rc = run_steps(im, derive_visits, "整理就诊与结算", e);
    return rc;
}

static int derive_sale(struct import *im, struct err *e)
{
    char sales[160];
    int64_t fresh = 0;
    static const struct ranked sale = {"x_lrank", NULL, "s_sale", "sale_id", D_TEXT, false};
    bool sold = !im->grows || came(im, "sale_3505,sale_3506");
    int first = im->n ? im->in[0].file_id : im->next_file;
    int rc = run_steps(im, derive_sales, "整理销售", e);
    snprintf(sales, sizeof sales,
             "SELECT sale_id AS id, id AS code, file_id < %d AS old FROM x_sale", first);
    if (rc == 0 && sold)
        rc = ranks_make(im, &sale, sales, e);
    if (rc == 0 && sold)
        rc = run_steps(im, derive_sold, "整理销售", e);
    if (rc == 0 && im->grows && !came(im, "drug_trac"))
        rc = db_int(
            im->con, e, 0, &fresh,
            "SELECT (SELECT count(*) FROM x_sale WHERE trac IS NOT NULL AND file_id >= %d) + (SELECT "
            "count(*) FROM x_worth_now)",
            first);
    else
        fresh = 1;
    return rc == 0 && fresh ? run_steps(im, derive_traces, "整理销售", e) : rc;
}

/* Without fee lines in this import nl is empty, so that the statements need not know. */
static int make_nl(struct import *im, struct err *e)
{
    if (im->lines)
        return 0;
    return db_run(
        im->con,
        "CREATE OR REPLACE TEMP VIEW nl AS SELECT *, true AS ok, NULL::BIGINT AS h FROM s_line WHERE false",
        e);
}

/* Visits that only lines or settlements know: what the lines say of them. */
static int made_from_lines(struct import *im, struct err *e)
{
    int64_t n = 0;
    int rc =
        im->grows
            ? db_int(
                  im->con, e, 0, &n,
                  "SELECT count(*) FROM (SELECT mdtrt_id FROM im_made_old UNION ALL SELECT id FROM d_visit WHERE id >= "
                  "(SELECT count(*) FROM s_visit)) WHERE mdtrt_id NOT IN (SELECT mdtrt_id FROM x_visit WHERE file_id "
                  ">= %d AND mdtrt_id IS NOT NULL)",
                  im->in[0].file_id)
            : db_int(im->con, e, 0, &n,
                     "SELECT count(*) FROM d_visit WHERE id NOT IN (SELECT mdtrt_id FROM x_visit)");
    if (rc == 0)
        rc = db_run(
            im->con,
            "CREATE OR REPLACE TEMP TABLE x_made(mdtrt_id INTEGER, psn_no INTEGER, fixmedins_code INTEGER, "
            "med_type INTEGER, b BIGINT, e BIGINT)",
            e);
    if (rc < 0 || !n)
        return rc;
    return db_run(
        im->con,
        "INSERT INTO x_made SELECT mdtrt_id, arg_min(psn_no, no), arg_min(fixmedins_code, no), "
        "arg_min(med_type, no), min(fee_ocur_time), max(fee_ocur_time) FROM ("
        "SELECT no, mdtrt_id, psn_no, fixmedins_code, med_type, fee_ocur_time FROM nl WHERE ok AND no NOT IN "
        "(SELECT no FROM im_gone) UNION ALL "
        "SELECT no, mdtrt_id, psn_no, fixmedins_code, med_type, fee_ocur_time FROM s_line) "
        "WHERE mdtrt_id IS NOT NULL AND mdtrt_id NOT IN (SELECT mdtrt_id FROM x_visit) GROUP BY mdtrt_id",
        e);
}

static const char *const flags_before[] = {
    "CREATE OR REPLACE TEMP TABLE im_void_old AS SELECT setl_id FROM s_settlement WHERE void = 1",
    "CREATE OR REPLACE TEMP TABLE im_person_old AS SELECT psn_no, household, brdy, certno FROM s_person",
    "CREATE OR REPLACE TEMP TABLE im_made_old AS SELECT mdtrt_id FROM s_visit WHERE marks & 8 <> 0",
    "CREATE TEMP TABLE IF NOT EXISTS im_gone(no BIGINT, file_id INTEGER, row_no BIGINT, k VARCHAR, same BOOLEAN, "
    "again BOOLEAN, last_file INTEGER)",
    NULL};

static const char *const flags_after[] = {
    "CREATE OR REPLACE TEMP TABLE im_void AS SELECT setl_id FROM s_settlement WHERE void = 1",
    "CREATE OR REPLACE TEMP TABLE im_made AS SELECT mdtrt_id FROM s_visit WHERE marks & 8 <> 0",
    "CREATE OR REPLACE TEMP TABLE im_void_changed AS (SELECT * FROM im_void EXCEPT SELECT * FROM im_void_old) UNION ALL "
    "(SELECT * FROM im_void_old EXCEPT SELECT * FROM im_void)",
    "CREATE OR REPLACE TEMP TABLE im_made_changed AS (SELECT * FROM im_made EXCEPT SELECT * FROM im_made_old) UNION ALL "
    "(SELECT * FROM im_made_old EXCEPT SELECT * FROM im_made)",
    NULL};

static int run_list(struct import *im, const char *const *sql, struct err *e)
{
    int rc = 0;
    for (; *sql && rc == 0; sql++)
        rc = db_run(im->con, *sql, e);
    return rc;
}

int derive_tables(struct import *im, struct err *e)
{
    int rc = does_grow(im, e);
    if (rc == 0)
        rc = run_list(im, flags_before, e);
    if (rc == 0)
        rc = make_nl(im, e);
    if (rc == 0)
        rc = run_steps(im, derive_texts, "整理就诊与结算", e);
    if (rc == 0)
        rc = codes_save(im->store->fn.codes, im->con, e); /* the next steps read d_* */
    if (rc == 0)
        rc = made_from_lines(im, e);
    if (rc == 0)
        rc = run_steps(im, derive_people, "整理人员与机构", e);
    if (rc == 0)
        rc = derive_ranked(im, e);
    if (rc == 0)
        rc = derive_sale(im, e);
    if (rc == 0)
        rc = run_steps(im, derive_others, "整理其他表", e);
    if (rc == 0)
        rc = run_steps(im, derive_lookups, "整理名单与协议", e);
    if (rc == 0)
        rc = run_list(im, flags_after, e);
    return rc;
}
