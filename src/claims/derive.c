/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/derive.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/day.h"
#include "claims/import_priv.h"

/* The query's columns in the order and types of the contract. */
static int make_source(struct import *im, enum source_id id, const char *query, struct err *e)
{
    const struct source *s = &huji_sources[id];
    struct buf b = BUF_INIT;
    buf_fmt(&b, "CREATE OR REPLACE TABLE %s AS SELECT ", s->table);
    for (size_t i = 0; i < s->n_fields; i++)
        buf_fmt(&b, "%sCAST(q.%s AS %s) AS %s", i ? ", " : "", s->fields[i].name,
                ftype_sql(s->fields[i].type), s->fields[i].name);
    buf_fmt(&b, " FROM (%s) q", query);
    int rc = b.failed ? err_nomem(e) : db_run(im->con, buf_cstr(&b), e);
    if (rc < 0 && getenv("HUJI_SQL"))
        fprintf(stderr, "source=%s\n", s->name);
    buf_release(&b);
    return rc;
}

/* %N -> now, %F -> the first file of this import */
static void fill_in(struct buf *b, const struct import *im, const char *sql)
{
    for (const char *p = sql; *p; p++) {
        bool mine = p[0] == '%' && (p[1] == 'N' || p[1] == 'F');
        if (!mine)
            buf_char(b, *p);
        else if (*++p == 'N')
            buf_i64(b, im->store->fn.now);
        else
            buf_i64(b, im->n ? im->in[0].file_id : im->next_file);
    }
}

static int run_steps(struct import *im, const struct derive_step *step, const char *what,
                     struct err *e)
{
    int rc = import_step(im, what, 0, 0, e);
    struct buf b = BUF_INIT;
    for (; step->sql && rc == 0; step++) {
        buf_clear(&b);
        fill_in(&b, im, step->sql);
        if (b.failed)
            rc = err_nomem(e);
        else if (step->source < 0)
            rc = db_run(im->con, buf_cstr(&b), e);
        else
            rc = make_source(im, (enum source_id)step->source, buf_cstr(&b), e);
    }
    buf_release(&b);
    return rc;
}

/* Without fee lines in this import nl is empty, so that the statements need not know. */
static int make_nl(struct import *im, struct err *e)
{
    if (im->lines)
        return 0;
    return db_run(
        im->con,
        "CREATE OR REPLACE TEMP TABLE nl AS SELECT *, true AS ok, NULL::BIGINT AS h FROM s_line WHERE false",
        e);
}

/* Visits that only lines or settlements know: what the lines say of them. */
static int made_from_lines(struct import *im, struct err *e)
{
    int64_t n = 0;
    int rc = db_int(im->con, e, 0, &n,
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
    int rc = run_list(im, flags_before, e);
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
        rc = run_steps(im, derive_visits, "整理就诊与结算", e);
    if (rc == 0)
        rc = run_steps(im, derive_others, "整理其他表", e);
    if (rc == 0)
        rc = run_steps(im, derive_lookups, "整理名单与协议", e);
    if (rc == 0)
        rc = run_list(im, flags_after, e);
    return rc;
}
