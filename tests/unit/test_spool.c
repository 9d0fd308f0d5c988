/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Rows put aside by part come back as they were: any width, any sign, NULLs, more parts than are held open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "claims/db.h"
#include "claims/spool.h"

#define ROWS "30000"

static const char rows[] =
    "SELECT CASE WHEN i % 17 = 3 THEN NULL ELSE ((i * 7919) % 100)::INTEGER END AS part, i AS no, "
    "(i % 3 = 0) AS ok, CASE WHEN i % 5 > 0 THEN (hash(i) % 1000)::INTEGER - 500 END AS small, "
    "CASE WHEN i % 2 = 0 THEN hash(i)::HUGEINT - 9223372036854775808 END::BIGINT AS big, "
    "CASE WHEN i % 1000 = 1 THEN -9223372036854775808 ELSE 9223372036854775807 END AS far, "
    "hash(i + 1) AS word, (hash(i)::UHUGEINT << 60) + i::UHUGEINT AS wide, NULL::BIGINT AS nothing, "
    "7::INTEGER AS same, 2147483647::INTEGER - (i % 2)::INTEGER * 2147483647 - (i % 2)::INTEGER AS edge "
    "FROM range(" ROWS ") t(i)";

struct state {
    duckdb_database db;
    duckdb_connection con;
    char dir[64], path[80];
};

static int begin(void **state)
{
    static struct state s;
    struct err e = {0};
    snprintf(s.dir, sizeof s.dir, "/tmp/huji-spool-XXXXXX");
    if (!mkdtemp(s.dir) || duckdb_open(NULL, &s.db) != DuckDBSuccess ||
        duckdb_connect(s.db, &s.con) != DuckDBSuccess || spool_register(s.con, &e) < 0)
        return -1;
    snprintf(s.path, sizeof s.path, "%s/rows", s.dir);
    *state = &s;
    return db_exec(s.con, &e, "SET threads = 3; CREATE TABLE t AS %s", rows);
}

static int finish(void **state)
{
    struct state *s = *state;
    duckdb_disconnect(&s->con);
    duckdb_close(&s->db);
    return rmdir(s->dir); /* nothing may be left in it */
}

static void same_rows(struct state *s, const struct spool *p, int part, const char *where)
{
    struct err e = {0};
    struct buf b = BUF_INIT;
    int64_t n = -1;
    spool_sql(&b, p, part);
    assert_int_equal(
        db_int(s->con, &e, -1, &n,
               "SELECT (SELECT count(*) FROM (FROM (%s) EXCEPT ALL SELECT * FROM t %s)) + "
               "(SELECT count(*) FROM (SELECT * FROM t %s EXCEPT ALL FROM (%s)))",
               buf_cstr(&b), where, where, buf_cstr(&b)),
        0);
    assert_int_equal(n, 0);
    assert_int_equal(db_int(s->con, &e, -1, &n,
                            "SELECT (SELECT count(*) FROM (%s)) - (SELECT count(*) FROM t %s)",
                            buf_cstr(&b), where),
                     0);
    assert_int_equal(n, 0);
    buf_release(&b);
}

static void comes_back(void **state)
{
    struct state *s = *state;
    struct err e = {0};
    struct spool *p = NULL;
    assert_int_equal(spool_fill(s->con, "SELECT * FROM t", "part", s->path, 3, &p, &e), 0);
    same_rows(s, p, 0, "");
    same_rows(s, p, 7, "WHERE part = 7");
    same_rows(s, p, 99, "WHERE part = 99");
    same_rows(s, p, -1, "WHERE part IS NULL");
    same_rows(s, p, 100, "WHERE false");
    spool_free(p);
}

/* Two numbers of a column only: what was not asked for must not be mixed up. */
static void some_columns(void **state)
{
    struct state *s = *state;
    struct err e = {0};
    struct spool *p = NULL;
    struct buf b = BUF_INIT;
    int64_t got = 0, want = 1;
    assert_int_equal(spool_fill(s->con, "SELECT * FROM t", "part", s->path, 2, &p, &e), 0);
    spool_sql(&b, p, 0);
    assert_int_equal(db_int(s->con, &e, 0, &got,
                            "SELECT sum(edge // 3 + no)::BIGINT FROM (%s) WHERE small > 0",
                            buf_cstr(&b)),
                     0);
    assert_int_equal(
        db_int(s->con, &e, 0, &want, "SELECT sum(edge // 3 + no)::BIGINT FROM t WHERE small > 0"),
        0);
    assert_int_equal(got, want);
    buf_release(&b);
    spool_free(p);
}

static void texts_are_refused(void **state)
{
    struct state *s = *state;
    struct err e = {0};
    struct spool *p = NULL;
    assert_true(spool_fill(s->con, "SELECT 1 AS part, 'a' AS t", "part", s->path, 1, &p, &e) < 0);
    assert_null(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back),
        cmocka_unit_test(some_columns),
        cmocka_unit_test(texts_are_refused),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
