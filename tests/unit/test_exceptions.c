/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Exceptions: what a file may say, and what they take out of a run. The golden county, with a rule over its fee lines. */
#include "store_help.h"

#include "run/exceptions.h"
#include "run/screen.h"

static struct box box;
static struct huji_library *lib;
static char data[128];

static const char rule_text[] =
    "X01:\n  name: 两天以上\n  version: 1\n  state: active\n  of: person\n  from: line\n"
    "  ask: {forbid: {where: \"cnt > 2\"}}\n  at_issue: {of: cur, amount: all}\n  class: [明确]\n"
    "  judged: at_once\n  phases: [事后]\n  law: [条例 38(2)]\n  tags: {三假: [], field: [], who: [institution], "
    "release: public}\n  effective: {from: 2021-05-01}\n  says: 数量过多\n  examples: []\n";

static int set_up(void **state)
{
    static char rules[512], county[512], cmd[2048];
    const char *root = getenv("HUJI_ROOT");
    struct library_source from = {.dir = rules};
    struct err e = {0};

    (void)state;
    snprintf(rules, sizeof rules, "%s/tests/golden/rules", root ? root : ".");
    snprintf(county, sizeof county, "%s/tests/golden/county", root ? root : ".");
    box_init(&box);
    snprintf(data, sizeof data, "%s/d", box.dir);
    /* with departments by code, as the platform has them */
    snprintf(
        cmd, sizeof cmd,
        "cp -r %s %s/c && sed -i '1s/bilg_dept_name/bilg_dept_codg/; 1s/dscg_dept_name/dscg_dept_codg/' "
        "%s/c/*.csv",
        county, box.dir, box.dir);
    assert_int_equal(system(cmd), 0);
    snprintf(county, sizeof county, "%s/c", box.dir);
    box_import(&box, county);
    from.file = box_file_n(&box, "x.yaml", rule_text, sizeof rule_text - 1);
    if (library_open(&from, &lib, &e))
        fail_msg("%s %s", e.message, e.where);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    library_free(lib);
    box_release(&box);
    return 0;
}

#define LAST "from: 2023-01-01, to: 2023-12-31, because: x, approver: y, at: z"

static const char *file_of(void)
{
    static char path[200];

    snprintf(path, sizeof path, "%s/rules/exceptions.yaml", data);
    return path;
}

static void clear(void)
{
    unlink(file_of());
}

/* One line more, kept when the file is then good. */
static int try_add(const char *item, struct err *e)
{
    struct exceptions x;
    struct stat st = {0};
    char dir[200];
    FILE *f;
    int rc;

    snprintf(dir, sizeof dir, "%s/rules", data);
    mkdir(dir, 0755);
    stat(file_of(), &st);
    f = fopen(file_of(), "a");
    assert_non_null(f);
    fprintf(f, "%s- {%s}\n", st.st_size ? "" : "# 例外\n", item);
    assert_int_equal(fclose(f), 0);
    rc = exceptions_load(data, lib, &x, e);
    exceptions_release(&x);
    if (rc)
        assert_int_equal(truncate(file_of(), st.st_size), 0);
    return rc;
}

static void add(const char *item)
{
    struct err e = {0};

    if (try_add(item, &e))
        fail_msg("%s %s", e.message, e.where);
}

static void screen(void)
{
    struct screen_options o = {.from = DAY_NONE, .to = DAY_NONE, .threads = 2};
    struct screen_report r;
    struct err e = {0};

    if (screen_run(box.s, lib, &o, NULL, &r, &e))
        fail_msg("%s %s", e.message, e.where);
    screen_report_release(&r);
}

/* Rows of the table that are marked, those that are hits, and what the run says of both. */
static void takes(const char *item, int64_t marked)
{
    struct screen_options o = {.from = DAY_NONE, .to = DAY_NONE, .threads = 2};
    struct screen_report r;
    struct err e = {0};
    int64_t all, hits, n, fund;

    clear();
    if (item)
        add(item);
    if (screen_run(box.s, lib, &o, NULL, &r, &e))
        fail_msg("%s %s", e.message, e.where);
    db_int(box.s->con, &e, -1, &all,
           "select count(*) from finding where hit or exception is not null");
    db_int(box.s->con, &e, -1, &hits, "select count(*) from finding where hit");
    db_int(box.s->con, &e, -1, &n, "select count(*) from finding where exception = 1 and not hit");
    db_int(box.s->con, &e, -1, &fund,
           "select coalesce(sum(fund_fen), 0)::bigint from finding where exception = 1");
    if (n != marked)
        fail_msg("%s: %lld marked, not %lld", item ? item : "-", (long long)n, (long long)marked);
    assert_int_equal(all, hits + n);
    assert_int_equal(r.hits, hits);
    assert_int_equal(r.excepted, n);
    assert_int_equal(r.excepted_fund, fund);
    screen_report_release(&r);
}

static void everything_said_must_hold(void **state)
{
    int64_t bed, dept, all;

    (void)state;
    takes(NULL, 0);
    db_int(box.s->con, NULL, -1, &all,
           "select count(*) from finding where hit and rule_id = 'X01'");
    db_int(
        box.s->con, NULL, -1, &bed,
        "select count(*) from line_text where hilist_code = '001109000010000' and cnt::double > 2");
    if (bed <= 0 || bed >= all)
        fail_msg("%lld of %lld", (long long)bed, (long long)all);
    takes("no: 1, rule: B02, fixmedins_code: H51052300001, " LAST, 1);
    takes("no: 1, rule: B02, psn_no: P0002, " LAST, 1);
    takes("no: 1, rule: [B02, X01], psn_no: P0002, fixmedins_code: H51052300001, " LAST, 0);
    takes("no: 1, rule: X01, hilist_code: \"001109000010000\", " LAST, bed);
    takes("no: 1, rule: B02, hilist_code: \"001109000010000\", " LAST, 0); /* no line is at fault */
    /* its last day counts, the day after doesn't: V2 began on 16 March */
    takes(
        "no: 1, rule: B02, psn_no: P0001, from: 2023-01-01, to: 2023-03-16, because: x, approver: y, at: z",
        1);
    takes(
        "no: 1, rule: B02, psn_no: P0001, from: 2023-01-01, to: 2023-03-15, because: x, approver: y, at: z",
        0);
    takes(
        "no: 1, rule: B02, psn_no: P0001, from: 2023-03-17, to: 2023-12-31, because: x, approver: y, at: z",
        0);
    /* by department: lines by who ordered, stays by where they ended */
    db_int(box.s->con, NULL, -1, &dept,
           "select count(*) from line_text where bilg_dept_codg = '内科' and cnt::double > 2");
    assert_true(dept > 0 && dept < all);
    takes("no: 1, rule: X01, dept_code: 内科, " LAST, dept);
    takes("no: 1, rule: B02, dept_code: 内科, " LAST, 1);
    takes("no: 1, rule: B02, dept_code: 外科, " LAST, 0);
}

static void first_of_two_and_an_end(void **state)
{
    int64_t n;

    (void)state;
    clear();
    add("no: 1, rule: B02, psn_no: P0001, " LAST);
    add("no: 2, rule: B02, fixmedins_code: H51052300001, " LAST);
    screen();
    db_int(box.s->con, NULL, -1, &n, "select count(*) from finding where exception = 1");
    assert_int_equal(n, 1);
    db_int(box.s->con, NULL, -1, &n, "select count(*) from finding where exception = 2");
    assert_int_equal(n, 0);
    add("end: 1, to: 2023-01-31, because: x, approver: y, at: z");
    screen();
    db_int(box.s->con, NULL, -1, &n, "select count(*) from finding where exception = 2");
    assert_int_equal(n, 1);
}

static void faults_are_named(void **state)
{
    static const struct {
        const char *item, *says;
    } rows[] = {
        {"no: 1, rule: Z99, psn_no: P, " LAST, "没有规则 Z99"},
        {"no: 1, psn_no: P, " LAST, "缺少 rule"},
        {"no: 1, rule: B02, " LAST, "对谁例外"},
        {"no: 1, rule: B02, psn_no: P, from: 2023-01-01, because: x, approver: y, at: z",
         "缺少 to"},
        {"no: 1, rule: B02, psn_no: P, from: 2023-01-01, to: 2023-02-30, because: x, approver: y, at: z",
         "2023-02-30"},
        {"no: 1, rule: B02, psn_no: P, from: 2023-03-01, to: 2023-02-01, because: x, approver: y, at: z",
         "晚于"},
        {"no: 1, rule: B02, psn_no: P, from: 2023-01-01, to: 2023-02-01, approver: y, at: z",
         "缺少 because"},
        {"no: 1, rule: B02, psn_no: P, from: 2023-01-01, to: 2023-02-01, because: x, at: z",
         "缺少 approver"},
        {"no: one, rule: B02, psn_no: P, " LAST, "“one”"},
        {"no: 1, rule: B02, person: P, " LAST, "person"},
        {"no: 7, rule: B02, psn_no: P, " LAST, "已经用过"},
        {"end: 3, to: 2023-02-01, because: x, approver: y, at: z", "没有编号为 3"},
        {"end: 7, to: 2024-02-01, because: x, approver: y, at: z", "不能晚于"},
    };
    struct err e = {0};

    (void)state;
    clear();
    add("no: 7, rule: [B02], psn_no: P, " LAST);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        memset(&e, 0, sizeof e);
        if (try_add(rows[i].item, &e) != ERR_INPUT || !strstr(e.message, rows[i].says) ||
            !strstr(e.where, "exceptions.yaml:3"))
            fail_msg("row %zu: %s | %s", i, e.where, e.message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_said_must_hold),
        cmocka_unit_test(first_of_two_and_an_end),
        cmocka_unit_test(faults_are_named),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
