/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The last import taken back: every table as it was before, row for row; once, and only the last. */
#include "store_help.h"

#include "claims/undo.h"
#include "synth/synth.h"

static void bring(struct box *b, const char *folder)
{
    char p[200];
    const char *path = p;
    snprintf(p, sizeof p, "%s/%s", b->dir, folder);
    import_report_release(&b->r);
    if (store_import(b->s, &path, 1, NULL, NULL, &b->r, &b->e) < 0)
        fail_msg("%s: %s", folder, b->e.message);
}

/* All tables but the history and what is put aside; the times in `meta` are other ones. */
static int compare(duckdb_connection con, const char *a, const char *b)
{
    struct db_rows rows;
    struct err e = {0};
    int tables = 0;
    con_run(con, "ATTACH '%s' AS a (READ_ONLY); ATTACH '%s' AS b (READ_ONLY)", a, b);
    assert_int_equal(
        con_int(
            con,
            "SELECT count(*) FROM (SELECT table_name FROM duckdb_tables() WHERE database_name = 'b' AND "
            "table_name NOT IN ('import', 'withdrawn') AND NOT starts_with(table_name, 'undo_') EXCEPT "
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'a')"),
        0);
    assert_int_equal(
        db_open(
            con,
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'a' AND table_name NOT IN "
            "('import', 'meta') AND NOT starts_with(table_name, 'undo_') ORDER BY 1",
            &rows, &e),
        0);
    while (db_next(&rows)) {
        char sql[1024], t[64];
        struct span s = db_text(&rows, 0);
        int64_t n;
        snprintf(t, sizeof t, "%.*s", (int)s.n, s.p);
        snprintf(
            sql, sizeof sql,
            "SELECT (SELECT count(*) FROM (SELECT * FROM a.%s EXCEPT ALL SELECT * FROM b.%s)) + "
            "(SELECT count(*) FROM (SELECT * FROM b.%s EXCEPT ALL SELECT * FROM a.%s))",
            t, t, t, t);
        n = con_int(con, sql);
        if (n)
            fail_msg("%s: %lld rows differ", t, (long long)n);
        tables++;
    }
    db_close(&rows);
    assert_int_equal(
        con_int(
            con,
            "SELECT count(*) FROM (SELECT * FROM a.meta WHERE key IN ('next_no', 'imported_at') EXCEPT "
            "SELECT * FROM b.meta)"),
        0);
    con_run(con, "DETACH a; DETACH b");
    return tables;
}

static void county(struct box *b, duckdb_connection con)
{
    static const char *const flows[] = {"fee_list_d",       "mdtrt_d",          "setl_d",
                                        "setl_list_diag_d", "setl_diag_list_d", "setl_list_oprn_d"};
    char p[200];
    snprintf(p, sizeof p, "cd %s && mkdir t late", b->dir);
    assert_int_equal(system(p), 0);
    snprintf(p, sizeof p, "%s/t", b->dir);
    struct synth_options o = {.persons = 1000, .seed = 9, .out = p, .no_truth = true};
    if (synth_write(&o, NULL, NULL, &b->e) < 0)
        fail_msg("%s", b->e.message);
    snprintf(p, sizeof p, "cd %s && cp -r t early", b->dir);
    assert_int_equal(system(p), 0);
    con_run(
        con,
        "CREATE TABLE v AS SELECT mdtrt_id FROM read_csv('%s/t/mdtrt_d.csv', all_varchar = true) WHERE begntime >= "
        "'2023-11-20'",
        b->dir);
    for (size_t i = 0; i < sizeof flows / sizeof flows[0]; i++) {
        con_run(
            con,
            "COPY (SELECT * FROM read_csv('%s/t/%s.csv', all_varchar = true) WHERE mdtrt_id NOT IN (SELECT mdtrt_id FROM "
            "v)) TO '%s/early/%s.csv' (HEADER)",
            b->dir, flows[i], b->dir, flows[i]);
        /* what is new, and some old rows once more: as they were, and with other contents */
        con_run(
            con,
            "COPY (SELECT * FROM read_csv('%s/t/%s.csv', all_varchar = true) WHERE mdtrt_id IN (SELECT mdtrt_id FROM v)) "
            "TO '%s/late/%s.csv' (HEADER)",
            b->dir, flows[i], b->dir, flows[i]);
    }
    con_run(
        con,
        "COPY (SELECT * REPLACE ('9999.00' AS det_item_fee_sumamt), 'x' AS \"本局备注\" FROM read_csv('%s/early/fee_list_d.csv', "
        "all_varchar = true) LIMIT 300) TO '%s/late/fee_list_d_again.csv' (HEADER)",
        b->dir, b->dir);
    con_run(
        con,
        "COPY (SELECT * REPLACE ('5' AS dscg_way), '新' AS \"本局新列\" FROM read_csv('%s/early/mdtrt_d.csv', all_varchar = "
        "true) LIMIT 50) TO '%s/late/mdtrt_d_again.csv' (HEADER)",
        b->dir, b->dir);
    con_run(
        con,
        "COPY (SELECT * EXCLUDE brdy, '1950-01-01' AS brdy FROM read_csv('%s/t/psn_info_b.csv', all_varchar = true) LIMIT "
        "40) TO '%s/late/psn_info_b_again.csv' (HEADER)",
        b->dir, b->dir);
}

static void as_before(void **state)
{
    (void)state;
    struct box b;
    duckdb_database db;
    duckdb_connection con;
    struct undo_report u;
    struct import_state st;
    char p[300], q[300];
    box_init(&b);
    assert_int_equal(duckdb_open(NULL, &db), DuckDBSuccess);
    assert_int_equal(duckdb_connect(db, &con), DuckDBSuccess);
    county(&b, con);

    assert_int_equal(store_undo(b.s, 0, NULL, &u, &b.e), ERR_STATE); /* nothing yet */
    bring(&b, "early");
    box_close(&b);
    snprintf(p, sizeof p, "cp %s/d/claims.duckdb %s/before.duckdb", b.dir, b.dir);
    assert_int_equal(system(p), 0);
    box_open(&b);
    bring(&b, "late");
    assert_true(con_int(b.s->con, "SELECT count(*) FROM undo_line") == 300);
    assert_true(con_int(b.s->con, "SELECT sum(rows_replaced) FROM file") == 390);
    assert_int_equal(import_state(b.s, &st, &b.e), 0);
    assert_true(st.undoable && st.last == 2 && !st.stale);

    assert_int_equal(store_undo(b.s, 1, NULL, &u, &b.e), ERR_STATE); /* not the last */
    assert_non_null(strstr(b.e.message, "只能撤回最近的一次"));
    b.e = (struct err){0};
    if (store_undo(b.s, 2, NULL, &u, &b.e) < 0)
        fail_msg("%s", b.e.message);
    assert_int_equal(u.restored, 390);
    assert_true(u.rows > 1000 && u.events > 1000);
    /* a record that an older file brought is there again, and so not withdrawn */
    assert_int_equal(
        con_int(
            b.s->con,
            "SELECT count(*) FROM withdrawn WHERE event IN (SELECT 'line:' || trim(bkkp_sn) FROM "
            "line_text)"),
        0);
    assert_int_equal(store_undo(b.s, 0, NULL, &u, &b.e), ERR_STATE); /* once */
    assert_int_equal(import_state(b.s, &st, &b.e), 0);
    assert_true(!st.undoable && st.undone_at[0]);
    box_close(&b);

    snprintf(p, sizeof p, "%s/before.duckdb", b.dir);
    snprintf(q, sizeof q, "%s/d/claims.duckdb", b.dir);
    assert_true(compare(con, p, q) > 90);

    /* and once more in: the same county as if it had never been taken back */
    box_open(&b);
    bring(&b, "late");
    assert_int_equal(con_int(b.s->con, "SELECT sum(rows_replaced) FROM file"), 390);
    duckdb_disconnect(&con);
    duckdb_close(&db);
    box_release(&b);
}

/* The first import taken back leaves an empty store. */
static void to_nothing(void **state)
{
    (void)state;
    struct box b;
    struct undo_report u;
    box_init(&b);
    const char *f = box_file_n(
        &b, "fee_list_d.csv",
        "bkkp_sn,psn_no,fee_ocur_time,det_item_fee_sumamt\nA,P,2023-01-05,3.00\n",
        strlen("bkkp_sn,psn_no,fee_ocur_time,det_item_fee_sumamt\nA,P,2023-01-05,3.00\n"));
    if (store_import(b.s, &f, 1, NULL, NULL, &b.r, &b.e) < 0)
        fail_msg("%s", b.e.message);
    assert_int_equal(con_int(b.s->con, "SELECT count(*) FROM s_line"), 1);
    if (store_undo(b.s, 0, NULL, &u, &b.e) < 0)
        fail_msg("%s", b.e.message);
    assert_int_equal(con_int(b.s->con, "SELECT count(*) FROM s_line"), 0);
    assert_int_equal(con_int(b.s->con, "SELECT count(*) FROM line_text"), 0);
    assert_int_equal(con_int(b.s->con, "SELECT count(*) FROM file"), 0);
    assert_int_equal(con_int(b.s->con, "SELECT count(*) FROM d_person"), 0);
    assert_int_equal(con_int(b.s->con, "SELECT count(*) FROM withdrawn WHERE event = 'line:A'"), 1);
    box_release(&b);
}

static int stop(void *ctx)
{
    return --*(int *)ctx < 0;
}

/* Cancelled at any step: nothing has happened. */
static void cancelled(void **state)
{
    (void)state;
    struct box b;
    struct undo_report u;
    int left = 0, steps = 0;
    struct progress p = {NULL, stop, &left};
    box_init(&b);
    const char *f = box_file_n(
        &b, "fee_list_d.csv",
        "bkkp_sn,psn_no,fee_ocur_time,det_item_fee_sumamt\nA,P,2023-01-05,3.00\n",
        strlen("bkkp_sn,psn_no,fee_ocur_time,det_item_fee_sumamt\nA,P,2023-01-05,3.00\n"));
    if (store_import(b.s, &f, 1, NULL, NULL, &b.r, &b.e) < 0)
        fail_msg("%s", b.e.message);
    for (;; steps++) {
        left = steps;
        if (store_undo(b.s, 0, &p, &u, &b.e) == 0)
            break;
        assert_int_equal(con_int(b.s->con, "SELECT count(*) FROM s_line"), 1);
        assert_int_equal(con_int(b.s->con, "SELECT count(*) FROM line_text"), 1);
        assert_int_equal(con_int(b.s->con, "SELECT count(*) FROM import WHERE undone_at IS NULL"),
                         1);
    }
    assert_true(steps >= 5);
    assert_int_equal(con_int(b.s->con, "SELECT count(*) FROM s_line"), 0);
    box_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_before),
        cmocka_unit_test(to_nothing),
        cmocka_unit_test(cancelled),
    };
    return cmocka_run_group_tests_name("undo", tests, NULL, NULL);
}
