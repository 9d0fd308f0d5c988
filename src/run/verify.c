/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "run/verify.h"

#include <stdio.h>
#include <time.h>

#include "base/mem.h"
#include "engine/run.h"
#include "engine/sql/sql.h"
#include "run/prepare.h"

static const char *const columns[] = {"owner_type", "owner_id",       "anchor",     "psn_no",
                                      "mdtrt_id",   "fixmedins_code", "event_date", "value",
                                      "threshold",  "amount_fen",     "fund_fen",   "class",
                                      "hit",        "marked",         "evidence"};
enum { N_COLUMNS = sizeof columns / sizeof *columns };
/* What the SQL that is to be read says of a finding. */
static const char *const brief_columns[] = {"owner_id", "anchor",    "event_date",
                                            "value",    "threshold", "class"};
enum { N_BRIEF = sizeof brief_columns / sizeof *brief_columns };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A combine of many rules (H09: sixty) as one statement holds the work of all of them at once. So the rows of its parts are
 * made first, one statement after the other, into tables of this beginning; a few parts stay in the statement that is printed. */
#define PARTS "verify_part_"
enum { MANY_PARTS = 16 };

static int n_parts_of(const struct rule *r)
{
    int n = 0;
    for (int p = 0; r->combine && p < r->combine->n_parts; p++)
        n += r->combine->part[p].n_rules;
    return n;
}

/* The rows of rule i, or the end of them. */
static int part_table(duckdb_connection con, const struct huji_library *lib, int i, bool whole,
                      struct err *e)
{
    struct buf b = BUF_INIT;
    buf_fmt(&b, "CREATE OR REPLACE TEMP TABLE " PARTS "%d AS ", i);
    int rc = whole ? rule_sql_part(lib, lib->rules[i], &b, e) : rule_sql(lib, lib->rules[i], &b, e);
    if (rc == 0)
        rc = db_run(con, buf_cstr(&b), e);
    buf_release(&b);
    return rc;
}

/* Makes the tables of all parts of r, or drops them. */
static int part_tables(duckdb_connection con, const struct huji_library *lib, const struct rule *r,
                       bool make, struct err *e)
{
    int rc = 0;
    for (int p = 0; p < r->combine->n_parts && rc == 0; p++)
        for (int j = 0; j < r->combine->part[p].n_rules && rc == 0; j++) {
            int i = r->combine->part[p].rule[j];
            rc = make ? part_table(con, lib, i, !r->combine->to, e)
                      : db_exec(con, e, "DROP TABLE IF EXISTS " PARTS "%d", i);
        }
    return rc;
}

/* The rows of the SQL that is to be read, with the id that findings have. */
static int brief(const struct huji_library *lib, const struct rule *r, struct buf *b, struct err *e)
{
    buf_str(b, "SELECT left(sha256(concat_ws(chr(31), ");
    buf_sql(b, r->id);
    buf_str(b, ", ");
    buf_sql(b, r->owner_type);
    buf_str(b, ", owner_id, event_id)), 32) AS finding_id, event_id AS anchor, * FROM (\n");
    int rc = rule_sql_brief(lib, r, b, e);
    buf_str(b, "\n)");
    return rc;
}

/* The tables it stands on besides; empty: none. */
static int brief_before(duckdb_connection con, const struct huji_library *lib, const struct rule *r,
                        struct err *e)
{
    struct buf b = BUF_INIT;
    int rc = rule_sql_brief_before(lib, r, &b, e);
    if (rc == 0 && b.n)
        rc = db_run(con, buf_cstr(&b), e);
    buf_release(&b);
    return rc;
}

static int statement(duckdb_connection con, const struct huji_library *lib, const struct rule *r,
                     day_t from, day_t to, bool read, struct err *e)
{
    struct buf b = BUF_INIT;
    bool apart = !read && n_parts_of(r) >= MANY_PARTS;
    int rc = apart ? part_tables(con, lib, r, true, e) : read ? brief_before(con, lib, r, e) : 0;
    buf_str(&b, "CREATE OR REPLACE TEMP TABLE verify_sql AS ");
    if (rc == 0)
        rc = read ? brief(lib, r, &b, e) : rule_sql_over(lib, r, apart ? PARTS : NULL, &b, e);
    if (rc == 0)
        rc = db_run(con, buf_cstr(&b), e);
    buf_release(&b);
    if (apart) {
        int dropped = part_tables(con, lib, r, false, rc ? NULL : e);
        rc = rc ? rc : dropped;
    }
    if (rc == 0 && from != DAY_NONE)
        rc = db_exec(con, e, "DELETE FROM verify_sql WHERE event_date < hj_date(%d)", from);
    if (rc == 0 && to != DAY_NONE)
        rc = db_exec(con, e, "DELETE FROM verify_sql WHERE event_date > hj_date(%d)", to);
    return rc;
}

/* One row per finding id: which side has it, which columns differ, and what both say there. */
static void compare_sql(const struct rule *r, const char *engine, bool read, struct buf *b)
{
    const char *const *column = read ? brief_columns : columns;
    int n = read ? N_BRIEF : N_COLUMNS;
    buf_fmt(
        b,
        "WITH e AS (SELECT *, row_number() OVER (PARTITION BY finding_id) AS k FROM %s WHERE rule_id = ",
        engine);
    buf_sql(b, r->id);
    buf_str(b, read ? " AND hit" : "");
    buf_str(
        b,
        "), s AS (SELECT *, row_number() OVER (PARTITION BY finding_id) AS k FROM verify_sql), j AS (SELECT e.finding_id AS ef, s.finding_id AS "
        "sf, coalesce(e.anchor, s.anchor) AS anchor, concat_ws(' '");
    for (int i = 0; i < n; i++)
        buf_fmt(b, ", CASE WHEN e.%s IS DISTINCT FROM s.%s THEN '%s' END", column[i], column[i],
                column[i]);
    buf_str(b, ") AS diff, concat_ws('; '");
    for (int i = 0; i < n; i++)
        buf_fmt(
            b,
            ", CASE WHEN e.%s IS DISTINCT FROM s.%s THEN '%s: ' || coalesce(left(e.%s::VARCHAR, 200), '-') || ' / ' || "
            "coalesce(left(s.%s::VARCHAR, 200), '-') END",
            column[i], column[i], column[i], column[i], column[i]);
    buf_str(
        b,
        ") AS said FROM e FULL JOIN s ON s.finding_id = e.finding_id AND s.k = e.k) SELECT count(ef), count(sf), count(*) FILTER (WHERE sf IS NULL), "
        "count(*) FILTER (WHERE ef IS NULL), count(*) FILTER (WHERE ef IS NOT NULL AND sf IS NOT NULL AND diff <> ''), min(diff) FILTER (WHERE ef IS "
        "NOT NULL AND sf IS NOT NULL AND diff <> ''), coalesce(min(anchor || ' ' || said) FILTER (WHERE ef IS NOT NULL AND sf IS NOT NULL AND diff <> "
        "''), min('只有引擎 ' || anchor || ' ' || said) FILTER (WHERE sf IS NULL), min('只有 SQL ' || anchor || ' ' || said) FILTER (WHERE ef IS NULL)) "
        "FROM j");
}

static void keep_text(char *out, size_t cap, struct span s)
{
    snprintf(out, cap, "%.*s", (int)s.n, s.p);
}

static int compare(duckdb_connection con, struct verify_row *out, const char *engine, bool read,
                   struct err *e)
{
    struct buf b = BUF_INIT;
    struct db_rows rows;
    compare_sql(out->rule, engine, read, &b);
    int rc = db_open(con, buf_cstr(&b), &rows, e);
    buf_release(&b);
    if (rc < 0)
        return rc;
    if (db_next(&rows)) {
        out->engine_rows = db_i64(&rows, 0);
        out->sql_rows = db_i64(&rows, 1);
        out->only_engine = db_i64(&rows, 2);
        out->only_sql = db_i64(&rows, 3);
        out->differing = db_i64(&rows, 4);
        out->equal = out->engine_rows - out->only_engine - out->differing;
        keep_text(out->columns, sizeof out->columns, db_text(&rows, 5));
        keep_text(out->example, sizeof out->example, db_text(&rows, 6));
    }
    db_close(&rows);
    return 0;
}

bool verify_agrees(const struct verify_row *r)
{
    return r->err.code == 0 && !r->only_sql && !r->only_engine && !r->differing;
}

static bool runs(const struct rule *r, const bool *wanted)
{
    return rule_wanted(r, wanted);
}

int verify_rules(duckdb_connection con, const struct huji_library *lib, const bool *wanted,
                 day_t from, day_t to, const char *engine_table, bool read,
                 const struct progress *p, struct verify_report *out, struct err *e)
{
    *out = (struct verify_report){.at = mem_calloc((size_t)lib->n_rules + 1, sizeof *out->at)};
    if (!out->at)
        return err_nomem(e);
    for (int i = 0; i < lib->n_rules; i++) {
        if (!runs(lib->rules[i], wanted))
            continue;
        struct verify_row *r = &out->at[out->n++];
        double t = now();
        r->rule = lib->rules[i];
        statement(con, lib, r->rule, from, to, read, &r->err);
        r->seconds = now() - t;
        out->seconds += r->seconds;
        if (r->err.code == 0)
            compare(con, r, engine_table, read, &r->err);
        progress_step(p, "用 SQL 核对规则", (uint64_t)i + 1, (uint64_t)lib->n_rules);
        if (progress_cancelled(p))
            return err_set(e, ERR_STATE, "已取消");
    }
    return 0;
}

int verify_run(struct store *s, const struct huji_library *lib, const bool *wanted, day_t from,
               day_t to, bool read, const struct progress *p, struct verify_report *out,
               struct err *e)
{
    duckdb_connection con;
    *out = (struct verify_report){0};
    if (!store_has(s, "finding"))
        return err_set(e, ERR_STATE, "还没有筛查结果：先运行 huji screen");
    int rc = store_connect(s, &con, e);
    if (rc < 0)
        return rc;
    double t = now();
    progress_step(p, "准备核对用的表", 0, 1);
    rc = prepare_sql(con, lib, "line_text", e);
    double prepared = now() - t;
    if (rc == 0)
        rc = verify_rules(con, lib, wanted, from, to, "finding", read, p, out, e);
    out->prepare_seconds = prepared;
    duckdb_disconnect(&con);
    return rc;
}

void verify_release(struct verify_report *r)
{
    mem_free(r->at);
    *r = (struct verify_report){0};
}
