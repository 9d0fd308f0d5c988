/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The whole library on a county of 1,000 persons: rows in any order give the same findings, byte for byte; and what is found
 * up to a day is found whatever comes after it (docs/engineer/data-model.md, Order and prefix).
 */
#include "store_help.h"

#include <dirent.h>

#include "engine/rule.h"
#include "run/screen.h"
#include "synth/synth.h"

#define CUT "2023-09-01"
/* what waits for the end of a day or a stay is compared where all of it lies well before the cut */
#define SETTLED "DATE '2023-07-01'"

static char dir[64];
static duckdb_database db;
static duckdb_connection con;
static struct huji_library *lib;

static int set_up(void **state)
{
    char t[128], rules[512];
    struct err e = {0};
    (void)state;
    strcpy(dir, "/tmp/huji-test-XXXXXX");
    assert_non_null(mkdtemp(dir));
    snprintf(t, sizeof t, "%s/t", dir);
    struct synth_options o = {.persons = 1000, .seed = 11, .plants = 3, .out = t, .no_truth = true};
    if (synth_write(&o, NULL, NULL, &e) < 0)
        fail_msg("%s", e.message);
    snprintf(rules, sizeof rules, "%s/rules", getenv("HUJI_ROOT"));
    if (library_load(rules, &lib, &e) < 0)
        fail_msg("%s %s", e.message, e.where);
    assert_int_equal(duckdb_open(NULL, &db), DuckDBSuccess);
    assert_int_equal(duckdb_connect(db, &con), DuckDBSuccess);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    library_free(lib);
    duckdb_disconnect(&con);
    duckdb_close(&db);
    nftw(dir, box_remove, 16, FTW_DEPTH | FTW_PHYS);
    return 0;
}

/* Every table of `from` once more in `to`, with what `sql` says behind FROM: "%s" in it is none. */
static void copy_tables(const char *from, const char *to, const char *(*sql)(const char *table))
{
    char path[160];
    struct dirent *d;
    snprintf(path, sizeof path, "%s/%s", dir, to);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/%s", dir, from);
    DIR *all = opendir(path);
    assert_non_null(all);
    while ((d = readdir(all))) {
        char table[64];
        size_t n = strlen(d->d_name);
        if (n < 5 || n > 60 || strcmp(d->d_name + n - 4, ".csv") != 0)
            continue;
        snprintf(table, sizeof table, "%.*s", (int)n - 4, d->d_name);
        con_run(con, "COPY (SELECT * %s) TO '%s/%s/%s.csv' (HEADER)", sql(table), dir, to, table);
    }
    closedir(all);
}

/* DIR/`tables` imported and screened; its findings become table f_`name` here, with their place. */
static void screen(const char *tables, const char *name)
{
    char d[128], t[128];
    const char *path = t;
    struct store *s = NULL;
    struct err e = {0};
    struct import_report r;
    struct screen_report sr;
    struct store_options so = {.threads = 2, .memory_mb = 1024, .command = "test"};
    struct screen_options o = {.from = DAY_NONE, .to = DAY_NONE, .threads = 2};
    snprintf(d, sizeof d, "%s/d-%s", dir, name);
    snprintf(t, sizeof t, "%s/%s", dir, tables);
    if (store_init(d, &e) < 0 || store_open(d, STORE_WRITE, &so, &s, &e) < 0 ||
        store_import(s, &path, 1, NULL, NULL, &r, &e) < 0 ||
        screen_run(s, lib, &o, NULL, &sr, &e) < 0)
        fail_msg("%s: %s %s", tables, e.message, e.where);
    import_report_release(&r);
    screen_report_release(&sr);
    store_close(s);
    con_run(
        con,
        "ATTACH '%s/claims.duckdb' AS x (READ_ONLY); CREATE OR REPLACE TABLE f_%s AS SELECT rowid AS place, * FROM "
        "x.finding; DETACH x",
        d, name);
}

/* ---- any order ---- */

static const char *shuffled_sql(const char *table)
{
    static char sql[256];
    snprintf(sql, sizeof sql, "FROM read_csv('%s/t/%s.csv', all_varchar = true) ORDER BY random()",
             dir, table);
    return sql;
}

static void any_order(void **state)
{
    (void)state;
    con_run(con, "SELECT setseed(0.42)");
    copy_tables("t", "shuffled", shuffled_sql);
    screen("t", "plain");
    screen("shuffled", "shuffled");
    assert_true(con_int(con, "SELECT count(*) FROM f_plain WHERE hit") > 200);
    assert_true(con_int(con, "SELECT count(DISTINCT rule_id) FROM f_plain WHERE hit") > 90);
    assert_int_equal(con_int(con, "SELECT count(*) FROM (FROM f_plain EXCEPT ALL FROM f_shuffled)"),
                     0);
    assert_int_equal(con_int(con, "SELECT count(*) FROM (FROM f_shuffled EXCEPT ALL FROM f_plain)"),
                     0);
}

/* ---- up to a day ---- */

/* Money given back acts backwards by its nature: both sides are without it. */
static const char *without_refunds(const char *table)
{
    static char sql[1024];
    int n = snprintf(sql, sizeof sql, "FROM read_csv('%s/t/%s.csv', all_varchar = true)", dir,
                     table);
    const char *more = "";
    if (strcmp(table, "setl_d") == 0)
        more = " WHERE setl_id NOT IN (SELECT id FROM refunded)";
    else if (strcmp(table, "fee_list_d") == 0)
        more =
            " WHERE cnt NOT LIKE '-%' AND coalesce(setl_id, '') NOT IN (SELECT id FROM refunded)";
    else if (strcmp(table, "sale_3506") == 0 || strcmp(table, "inv_3504") == 0)
        more = " WHERE false";
    snprintf(sql + n, sizeof sql - (size_t)n, "%s", more);
    return sql;
}

static const struct {
    const char *table, *time;
} timed[] = {
    {"fee_list_d", "fee_ocur_time"},
    {"setl_d", "setl_time"},
    {"mdtrt_d", "begntime"},
    {"setl_list_oprn_d", "coalesce(oprn_oprt_begntime, oprn_oprt_date)"},
    {"sale_3505", "sel_retn_time"},
    {"drug_trac", "opt_time"},
    {"presence_check", "check_time"},
    {"lab_result", "test_time"},
    {"agency_act", "act_time"},
    {"inv_3501", "invdate"},
    {"inv_3502", "inv_chg_time"},
    {"inv_3503", "purc_retn_stoin_time"},
    {"opsp_reg_d", "begndate"},
    {"psn_insu_d", "crt_insu_date"},
};

/* What was there on that day: a stay that goes on has no end yet. */
static const char *until_the_cut(const char *table)
{
    static char sql[1024];
    const char *time = NULL;
    for (size_t i = 0; i < sizeof timed / sizeof *timed; i++)
        if (strcmp(timed[i].table, table) == 0)
            time = timed[i].time;
    int n = snprintf(sql, sizeof sql, "%sFROM read_csv('%s/w/%s.csv', all_varchar = true)",
                     strcmp(table, "mdtrt_d") == 0 ? "REPLACE (CASE WHEN endtime < '" CUT
                                                     "' THEN endtime END AS endtime) "
                                                   : "",
                     dir, table);
    if (time)
        snprintf(sql + n, sizeof sql - (size_t)n, " WHERE %s < '" CUT "'", time);
    return sql;
}

static void list_rules(void)
{
    con_run(con, "CREATE OR REPLACE TABLE judged(rule_id VARCHAR, how INTEGER)");
    for (int i = 0; i < lib->n_rules; i++)
        con_run(con, "INSERT INTO judged VALUES ('%.*s', %d)", (int)lib->rules[i]->id.n,
                lib->rules[i]->id.p, (int)lib->rules[i]->judged);
}

/* Findings of `a` that `b` lacks, by rule. */
static int missing(const char *what, const char *a, const char *b, const char *where)
{
    char sql[1024];
    struct db_rows rows;
    struct err e = {0};
    int bad = 0;
    snprintf(
        sql, sizeof sql,
        "SELECT rule_id, count(*), min(anchor), min(message) FROM f_%s JOIN judged USING (rule_id) WHERE hit AND %s AND finding_id NOT IN "
        "(SELECT finding_id FROM f_%s) GROUP BY 1 ORDER BY 1",
        a, where, b);
    if (db_open(con, sql, &rows, &e) < 0)
        fail_msg("%s", e.message);
    while (db_next(&rows)) {
        char rule[64], anchor[128], said[400];
        struct span r = db_text(&rows, 0), t = db_text(&rows, 2), m = db_text(&rows, 3);
        snprintf(rule, sizeof rule, "%.*s", (int)r.n, r.p);
        snprintf(anchor, sizeof anchor, "%.*s", (int)t.n, t.p);
        snprintf(said, sizeof said, "%.*s", (int)m.n, m.p);
        print_message("%s: %s, %lld findings, %s: %s\n", what, rule, (long long)db_i64(&rows, 1),
                      anchor, said);
        bad++;
    }
    db_close(&rows);
    return bad;
}

/* When the last of what a finding rests on was there: a stay is one when it has ended. */
static void last_events(void)
{
    con_run(
        con,
        "CREATE OR REPLACE TABLE happened AS SELECT 'line:' || bkkp_sn AS id, fee_ocur_time AS t FROM "
        "read_csv('%s/w/fee_list_d.csv', all_varchar = true) UNION ALL SELECT 'setl:' || setl_id, setl_time FROM "
        "read_csv('%s/w/setl_d.csv', all_varchar = true) UNION ALL SELECT 'mdtrt:' || mdtrt_id, coalesce(endtime, begntime) FROM "
        "read_csv('%s/w/mdtrt_d.csv', all_varchar = true)",
        dir, dir, dir);
    con_run(
        con,
        "CREATE OR REPLACE TABLE told AS SELECT finding_id, max(t) AS last FROM (SELECT finding_id, "
        "unnest(regexp_extract_all(evidence, '\"id\": ?\"([^\"]+)\"', 1)) AS id FROM f_whole) JOIN happened USING (id) GROUP BY 1");
    assert_true(con_int(con, "SELECT count(*) FROM told WHERE last < '" CUT "'") > 60);
}

static void prefix(void **state)
{
    (void)state;
    con_run(
        con,
        "CREATE OR REPLACE TABLE refunded AS SELECT setl_id AS id FROM read_csv('%s/t/setl_d.csv', all_varchar = true) WHERE "
        "refd_setl_flag = '1' UNION SELECT init_setl_id FROM read_csv('%s/t/setl_d.csv', all_varchar = true) WHERE "
        "refd_setl_flag = '1' AND init_setl_id IS NOT NULL",
        dir, dir);
    copy_tables("t", "w", without_refunds);
    copy_tables("w", "p", until_the_cut);
    screen("w", "whole");
    screen("p", "prefix");
    list_rules();
    last_events();
    assert_true(
        con_int(con,
                "SELECT count(*) FROM f_prefix JOIN judged USING (rule_id) WHERE how = 0 AND hit") >
        60);
    /* judged at once: nothing that was found goes, and nothing is found later of what lay before */
    int bad = missing("goes with what comes later", "prefix", "whole", "how = 0");
    bad += missing("found only later", "whole", "prefix",
                   "how = 0 AND finding_id IN (SELECT finding_id FROM told WHERE last < '" CUT
                   "')");
    /* by day or stay: the same where the day and the stay were over */
    bad += missing("day or stay goes", "prefix", "whole",
                   "how IN (1, 2) AND event_date < " SETTLED);
    bad += missing("day or stay only later", "whole", "prefix",
                   "how IN (1, 2) AND event_date < " SETTLED);
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_order),
        cmocka_unit_test(prefix),
    };
    return cmocka_run_group_tests_name("order", tests, set_up, tear_down);
}
