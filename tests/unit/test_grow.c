/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A month on top of a store derives what making everything anew derives: every table, row for row. */
#include "store_help.h"

#include "synth/synth.h"

static const char *const flows[] = {"fee_list_d",       "mdtrt_d",          "setl_d",
                                    "setl_list_diag_d", "setl_diag_list_d", "setl_list_oprn_d"};

/* Rows of DIR/t/`table` for which `late` is true to DIR/late, the others to DIR/early; `columns`: EXCLUDE (...) or nothing. */
static void split_rows(duckdb_connection con, const char *dir, const char *table,
                       const char *columns, const char *late)
{
    for (int k = 0; k < 2; k++)
        con_run(
            con,
            "COPY (SELECT * %s FROM read_csv('%s/t/%s.csv', all_varchar = true) WHERE %scoalesce(%s, false)) TO "
            "'%s/%s/%s.csv' (HEADER)",
            columns, dir, table, k ? "" : "NOT ", late, dir, k ? "late" : "early", table);
}

/* Sales and trace codes of a month, rows without a number of their own among them, some of them alike; rosters and the register
 * of the insured come in two halves. */
static void split_others(duckdb_connection con, const char *dir)
{
    static const char *const halves[] = {"household",  "psn_insu_d", "assisted",      "death",
                                         "opsp_reg_d", "agency_act", "presence_check"};
    split_rows(con, dir, "sale_3505", "EXCLUDE (rid)", "sel_retn_time >= '2023-11-01'");
    con_run(
        con,
        "COPY (SELECT * EXCLUDE (psn_name), psn_name || '*' AS psn_name FROM read_csv('%s/early/sale_3505.csv', all_varchar = "
        "true) LIMIT 300) TO '%s/late/sale_3505_2.csv' (HEADER)",
        dir, dir);
    split_rows(con, dir, "sale_3506", "", "sel_retn_time >= '2023-11-01'");
    split_rows(con, dir, "drug_trac", "", "hash(bkkp_sn) % 3 = 0");
    for (size_t i = 0; i < sizeof halves / sizeof halves[0]; i++)
        split_rows(con, dir, halves[i], "", "hash(psn_no) % 2 = 0");
}

/* DIR/t -> DIR/early, DIR/late: visits for which `late` is true, and all that belongs to them. */
static void split(duckdb_connection con, const char *dir, const char *late)
{
    con_run(
        con,
        "CREATE OR REPLACE TABLE v AS SELECT mdtrt_id FROM read_csv('%s/t/mdtrt_d.csv', all_varchar = true) %s",
        dir, late);
    for (size_t i = 0; i < sizeof flows / sizeof flows[0]; i++)
        for (int k = 0; k < 2; k++)
            con_run(
                con,
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

/* Texts get their numbers in the order in which they are met: what counts is the text. */
static void view(duckdb_connection con, char db, const char *table)
{
    char list[1024] = "";
    if (strcmp(table, "d_text") == 0)
        strcpy(list, "EXCLUDE (id)");
    for (int i = 0; i < SOURCE_COUNT; i++)
        for (size_t f = 0;
             strcmp(huji_sources[i].table, table) == 0 && f < huji_sources[i].n_fields; f++) {
            const struct field *x = &huji_sources[i].fields[f];
            size_t n = strlen(list);
            if (x->domain == D_TEXT && i != S_VISIT) /* the same table as S_STAY */
                snprintf(list + n, sizeof list - n,
                         "%s(SELECT code FROM %c.d_text d WHERE d.id = t.%s) AS %s",
                         n ? ", " : "REPLACE (", db, x->name, x->name);
        }
    if (strncmp(list, "REPLACE", 7) == 0)
        strcat(list, ")");
    con_run(con, "CREATE OR REPLACE TEMP TABLE v%c AS SELECT * %s FROM %c.%s t", db, list, db,
            table);
}

static void compare(duckdb_connection con, const char *dir)
{
    struct db_rows rows;
    struct err e = {0};
    int tables = 0;
    con_run(
        con,
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
        char t[64];
        struct span s = db_text(&rows, 0);
        snprintf(t, sizeof t, "%.*s", (int)s.n, s.p);
        view(con, 'a', t);
        view(con, 'b', t);
        static const char sql[] =
            "SELECT (SELECT count(*) FROM (FROM va EXCEPT ALL FROM vb)) + (SELECT count(*) FROM (FROM vb "
            "EXCEPT ALL FROM va))";
        if (con_int(con, sql))
            fail_msg("%s: %lld rows differ", t, (long long)con_int(con, sql));
        tables++;
    }
    db_close(&rows);
    assert_true(tables > 40);
    assert_true(con_int(con, "SELECT count(*) FROM a.s_visit") > 1000);
    assert_true(con_int(con, "SELECT count(*) FROM a.s_refund") > 0);
    /* what was taken out takes no room for ever */
    assert_true(con_int(con, "SELECT max(rowid) + 1 - count(*) * 5 // 3 FROM a.s_enrol") <= 0);
    assert_true(con_int(con, "SELECT max(rowid) + 1 - count(*) * 5 // 3 FROM a.s_person") <= 0);
    con_run(con, "DETACH a; DETACH b");
}

static void grows(const char *late, bool others)
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
    if (others)
        split_others(con, b.dir);
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
    grows("WHERE begntime >= '2023-12-01'", false);
}

/* Ids that all come last: ranks are appended. */
static void last_ids(void **state)
{
    (void)state;
    grows("QUALIFY percent_rank() OVER (ORDER BY mdtrt_id) >= 0.9", false);
}

static void all_tables(void **state)
{
    (void)state;
    grows("WHERE begntime >= '2023-11-01'", true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_month),
        cmocka_unit_test(last_ids),
        cmocka_unit_test(all_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
