/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A month on top of a store derives what making everything anew derives: every table, row for row. */
#include "store_help.h"

#include "synth/synth.h"

static const char *const flows[] = {"fee_list_d",       "mdtrt_d",          "setl_d",
                                    "setl_list_diag_d", "setl_diag_list_d", "setl_list_oprn_d"};

static void run(duckdb_connection con, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void run(duckdb_connection con, const char *fmt, ...)
{
    char sql[2048];
    struct err e = {0};
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(sql, sizeof sql, fmt, ap);
    va_end(ap);
    if (db_run(con, sql, &e) < 0)
        fail_msg("%s: %s", sql, e.message);
}

static int64_t number(duckdb_connection con, const char *sql)
{
    int64_t n = -1;
    struct err e = {0};
    if (db_int(con, &e, 0, &n, "%s", sql) < 0)
        fail_msg("%s: %s", sql, e.message);
    return n;
}

/* DIR/t -> DIR/early, DIR/late: visits for which `late` is true, and all that belongs to them. */
static void split(duckdb_connection con, const char *dir, const char *late)
{
    run(con,
        "CREATE OR REPLACE TABLE v AS SELECT mdtrt_id FROM read_csv('%s/t/mdtrt_d.csv', all_varchar = true) %s",
        dir, late);
    for (size_t i = 0; i < sizeof flows / sizeof flows[0]; i++)
        for (int k = 0; k < 2; k++)
            run(con,
                "COPY (SELECT * FROM read_csv('%s/t/%s.csv', all_varchar = true) WHERE mdtrt_id %s (SELECT mdtrt_id FROM v)) TO "
                "'%s/%s/%s.csv' (HEADER)",
                dir, flows[i], k ? "IN" : "NOT IN", dir, k ? "late" : "early", flows[i]);
}

static void import_both(const char *dir, const char *store)
{
    char d[200], early[200], late[200];
    const char *path[2] = {early, late};
    struct store_options o = {.threads = 1, .memory_mb = 1024, .command = "test"};
    struct err e = {0};
    snprintf(d, sizeof d, "%s/%s", dir, store);
    snprintf(early, sizeof early, "%s/early", dir);
    snprintf(late, sizeof late, "%s/late", dir);
    assert_int_equal(store_init(d, &e), 0);
    for (int i = 0; i < 2; i++) {
        struct store *s;
        struct import_report r;
        assert_int_equal(store_open(d, STORE_WRITE, &o, &s, &e), 0);
        if (store_import(s, &path[i], 1, NULL, NULL, &r, &e) < 0)
            fail_msg("%s: %s", path[i], e.message);
        import_report_release(&r);
        store_close(s);
    }
}

static void compare(duckdb_connection con, const char *dir)
{
    struct db_rows rows;
    struct err e = {0};
    int tables = 0;
    run(con,
        "ATTACH '%s/grown/claims.duckdb' AS a (READ_ONLY); ATTACH '%s/whole/claims.duckdb' AS b (READ_ONLY)",
        dir, dir);
    assert_int_equal(
        db_open(
            con,
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'a' AND (table_name[:2] IN ('s_', 'l_', "
            "'d_') OR table_name[:5] = 'line_') AND table_name <> 'line_part'",
            &rows, &e),
        0);
    while (db_next(&rows)) {
        char sql[1024], t[64];
        struct span s = db_text(&rows, 0);
        snprintf(t, sizeof t, "%.*s", (int)s.n, s.p);
        snprintf(
            sql, sizeof sql,
            "SELECT (SELECT count(*) FROM (SELECT * FROM a.%s EXCEPT ALL SELECT * FROM b.%s)) + "
            "(SELECT count(*) FROM (SELECT * FROM b.%s EXCEPT ALL SELECT * FROM a.%s))",
            t, t, t, t);
        if (number(con, sql))
            fail_msg("%s: %lld rows differ", t, (long long)number(con, sql));
        tables++;
    }
    db_close(&rows);
    assert_true(tables > 40);
    assert_true(number(con, "SELECT count(*) FROM a.s_visit") > 1000);
    assert_true(number(con, "SELECT count(*) FROM a.s_refund") > 0);
    run(con, "DETACH a; DETACH b");
}

static void grows(const char *late)
{
    struct box b;
    duckdb_database db;
    duckdb_connection con;
    char cmd[400];
    memset(&b, 0, sizeof b);
    strcpy(b.dir, "/tmp/huji-test-XXXXXX");
    assert_non_null(mkdtemp(b.dir));
    snprintf(cmd, sizeof cmd, "cd %s && mkdir t late", b.dir);
    assert_int_equal(system(cmd), 0);
    snprintf(cmd, sizeof cmd, "%s/t", b.dir);
    struct synth_options o = {.persons = 1000, .seed = 5, .out = cmd, .no_truth = true};
    if (synth_write(&o, NULL, NULL, &b.e) < 0)
        fail_msg("%s", b.e.message);
    snprintf(cmd, sizeof cmd, "cd %s && cp -r t early", b.dir);
    assert_int_equal(system(cmd), 0);
    assert_int_equal(duckdb_open(NULL, &db), DuckDBSuccess);
    assert_int_equal(duckdb_connect(db, &con), DuckDBSuccess);
    split(con, b.dir, late);
    import_both(b.dir, "grown");
    setenv("HUJI_WHOLE", "1", 1);
    import_both(b.dir, "whole");
    unsetenv("HUJI_WHOLE");
    compare(con, b.dir);
    duckdb_disconnect(&con);
    duckdb_close(&db);
    nftw(b.dir, box_remove, 16, FTW_DEPTH | FTW_PHYS);
}

static void a_month(void **state)
{
    (void)state;
    grows("WHERE begntime >= '2023-12-01'");
}

/* Ids that all come last: ranks are appended. */
static void last_ids(void **state)
{
    (void)state;
    grows("QUALIFY percent_rank() OVER (ORDER BY mdtrt_id) >= 0.9");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_month),
        cmocka_unit_test(last_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
