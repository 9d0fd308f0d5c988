/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The table of verdicts: what a file may say, what is refused, which verdict stands. */
#include "store_help.h"

#include "run/verdicts.h"
#include "screen/clues.h"

#define F1 "0123456789abcdef0123456789abcdef"
#define F2 "0123456789ffffff0123456789abcdef"
#define F3 "aaaaaaaaaaaaaaaa0123456789abcdef"

static int set_up(void **state)
{
    static struct box b;

    box_init(&b);
    *state = &b;
    if (db_run(
            b.s->con,
            "create table finding as select * from (values"
            " ('" F1 "', 'B02', 'H1', true, '高疑'), ('" F2 "', 'C01', 'H1', true, '明确'), ('" F3
            "', 'C01', 'H2', true, '明确'))"
            " t(finding_id, rule_id, fixmedins_code, hit, class);"
            "insert into d_inst values (1, 'H1', 'x'); insert into s_inst(fixmedins_code, level) values (1, 3)",
            &b.e))
        fail_msg("%s", b.e.message);
    return 0;
}

static int tear_down(void **state)
{
    box_release(*state);
    return 0;
}

static int import(struct box *b, const char *text, struct verdict_report *r)
{
    memset(&b->e, 0, sizeof b->e);
    return verdicts_import(b->s, box_file(b, "v.csv", text), NULL, r, &b->e);
}

static void a_file_is_kept_with_rule_and_institution(void **state)
{
    struct box *b = *state;
    struct verdict_report r;
    struct confidence c = {0};

    assert_int_equal(
        import(
            b,
            "县核查结果,,,,,\n疑点编号,结论,核查人,核查日期,理由,查实基金\n" F1
            ",查实,张稽核,2023-05-01,无转院记录,12.50\n0123456789f,误报,张稽核,2023/5/2,有医嘱,\n" F3
            ",,,,,\n",
            &r),
        0);
    assert_int_equal(r.added, 2); /* what has no verdict yet is passed over */
    assert_int_equal(r.by[VERDICT_CONFIRMED], 1);
    assert_string_equal(
        box_text(b, "select rule_id || fixmedins_code from verdict where finding_id = '" F2 "'"),
        "C01H1");
    assert_int_equal(box_int(b, "select fund_fen from verdict where finding_id = '" F1 "'"), 1250);
    assert_int_equal(confidence_load(&c, b->s, &b->e), 0);
    assert_int_equal(confidence_count(&c, SPAN("B02"), SPAN("三级医疗机构")).confirmed, 1);
    assert_int_equal(confidence_count(&c, SPAN("C01"), SPAN("")).rejected, 1);
    assert_int_equal(c.of_class[CLASS_HIGH].confirmed, 1);
    assert_int_equal(c.of_class[CLASS_SURE].rejected, 1);
    confidence_release(&c);
}

static void the_latest_verdict_stands_and_none_is_lost(void **state)
{
    struct box *b = *state;
    struct verdict_report r;
    const char *text = "finding_id,verdict,checked_by,checked_on\n" F1 ",查实,a,2023-05-01\n" F1
                       ",误报,b,2023-06-01\n" F1 ",存疑,c,2023-04-01\n";

    assert_int_equal(import(b, text, &r), 0);
    assert_int_equal(r.added, 3);
    assert_string_equal(box_text(b, "select verdict from verdict_now"), "误报");
    assert_int_equal(import(b, text, &r), 0);
    assert_int_equal(r.added, 0);
    assert_int_equal(r.repeated, 3);
    assert_int_equal(box_int(b, "select count(*) from verdict"), 3);
}

static void a_bad_row_keeps_the_whole_file_out(void **state)
{
    static const struct {
        const char *text, *message, *where, *hint;
    } cases[] = {
        {"疑点编号,结论,核查人\n" F1 ",查实,a\n" F2 ",属实,a\n", "属实", "第 3 行",
         "查实、误报、存疑"},
        {"疑点编号,结论,核查人\n" F1 ",查实,\n", "核查人", "第 2 行", "--by"},
        {"疑点编号,结论,核查人\n0123,查实,a\n", "疑点编号", "第 2 行", "前 8 位"},
        {"疑点编号,结论,核查人\n0123456789,查实,a\n", "不止一条", "第 2 行", "32 位"},
        {"疑点编号,结论,核查人\nbbbbbbbbbb,查实,a\n", "没有疑点编号", "第 2 行", "huji rank"},
        {"疑点编号,结论,核查人\nbbbbbbbbbbbbbbbb0123456789abcdef,查实,a\n", "最近一次筛查没有",
         "第 2 行", "规则编号"},
        {"疑点编号,结论,核查人,核查日期\n" F1 ",查实,a,2023-02-30\n", "2023-02-30", "第 2 行",
         "如 2023"},
        {"疑点编号,结论,核查人,核查日期\n" F1 ",查实,a,2199-01-01\n", "2199", "第 2 行",
         "不晚于今天"},
        {"疑点编号,结论,核查人,查实基金\n" F1 ",查实,a,-3\n" F1 ",对,a,\n", "-3", "第 2 行",
         "共 2 处"},
        {"编号,意见\n1,2\n", "两列", "v.csv", "疑点编号"},
    };
    struct box *b = *state;
    struct verdict_report r;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(import(b, cases[i].text, &r), ERR_INPUT);
        assert_has(b->e.message, cases[i].message);
        assert_has(b->e.where, cases[i].where);
        assert_has(b->e.hint, cases[i].hint);
        assert_false(verdicts_any(b->s));
    }
}

static void a_verdict_on_an_older_run_counts_for_its_rule(void **state)
{
    struct box *b = *state;
    struct verdict_report r;

    assert_int_equal(
        import(
            b,
            "疑点编号,结论,核查人,规则编号,机构编号\nbbbbbbbbbbbbbbbb0123456789abcdef,误报,a,B07,H2\n",
            &r),
        0);
    assert_int_equal(r.unknown, 1);
    assert_int_equal(box_int(b, "select count(*) from verdict_now where rule_id = 'B07'"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_is_kept_with_rule_and_institution, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(the_latest_verdict_stands_and_none_is_lost, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_bad_row_keeps_the_whole_file_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_verdict_on_an_older_run_counts_for_its_rule, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
