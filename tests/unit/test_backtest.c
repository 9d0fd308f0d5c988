/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Back-tests on the county of the golden sessions: what is read off stored values is what asking anew finds. */
#include "store_help.h"

#include "run/backtest.h"
#include "run/screen.h"
#include "run/verdicts.h"

#define D INT64_C(1000000)

static struct box box;

static const char *root(const char *tail)
{
    static char path[2][512];
    static int turn;
    char *p = path[turn++ % 2];

    snprintf(p, sizeof path[0], "%s/tests/golden/%s", getenv("HUJI_ROOT"), tail);
    return p;
}

static struct huji_library *library(void)
{
    struct huji_library *lib;
    struct err e = {0};

    if (library_load(root("rules"), &lib, &e))
        fail_msg("%s %s", e.message, e.where);
    return lib;
}

static int set_up(void **state)
{
    struct screen_options o = {.from = DAY_NONE, .to = DAY_NONE, .threads = 2};
    struct screen_report r;
    struct huji_library *lib = library();

    (void)state;
    box_init(&box);
    box_import(&box, root("county"));
    if (screen_run(box.s, lib, &o, NULL, &r, &box.e))
        fail_msg("%s", box.e.message);
    screen_report_release(&r);
    library_free(lib);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    box_release(&box);
    return 0;
}

static int back(struct backtest *b, const char *rule, const char *param, int64_t from, int64_t to,
                bool refold)
{
    struct backtest_options o = {
        .param = span_of(param), .from = from, .to = to, .step = D, .threads = 2, .refold = refold};
    struct huji_library *lib = library();
    int rc;

    memset(&box.e, 0, sizeof box.e);
    rc = backtest_run(box.s, lib, span_of(rule), &o, NULL, b, &box.e);
    library_free(lib);
    return rc;
}

static void stored_values_say_what_asking_anew_says(void **state)
{
    struct backtest stored, anew;

    (void)state;
    if (back(&stored, "B02", "max", 0, 31 * D, false) || back(&anew, "B02", "max", 0, 31 * D, true))
        fail_msg("%s", box.e.message);
    assert_true(stored.stored && !anew.stored);
    assert_int_equal(stored.n, 32);
    assert_int_equal(anew.n, 32);
    for (size_t i = 0; i < stored.n; i++) {
        const struct backtest_point *a = &stored.at[i], *b = &anew.at[i];

        assert_memory_equal(a, b, sizeof *a);
        assert_int_equal(a->own, i == 15);
    }
    /* 8 and 13 days, as the sessions show them */
    assert_int_equal(stored.at[7].hits, 0);
    assert_int_equal(stored.at[8].hits, 1);
    assert_int_equal(stored.at[8].fund, 20000);
    assert_int_equal(stored.at[12].hits, 1);
    assert_int_equal(stored.at[13].hits, 2);
    assert_int_equal(stored.at[15].fund, 27001);
    assert_int_equal(stored.at[15].institutions, 2);
    assert_int_equal(stored.at[15].persons, 2);
    backtest_release(&stored);
    backtest_release(&anew);
}

static void beyond_what_was_kept_it_is_asked_anew(void **state)
{
    struct backtest b;

    (void)state;
    assert_int_equal(back(&b, "B02", "", 15 * D, 60 * D, false), 0);
    assert_false(b.stored);
    assert_string_equal(b.param, "max");
    assert_string_equal(b.unit, "d");
    assert_true(b.at[45].hits >= b.at[0].hits && b.at[0].own);
    backtest_release(&b);
}

static void a_number_of_the_question_may_be_set(void **state)
{
    struct backtest b;

    (void)state;
    assert_int_equal(back(&b, "B02", "min", 0, 13 * D, false), 0);
    assert_false(b.stored);
    assert_int_equal(b.at[8].hits, 2); /* gaps of 8 and 13 days at least 8, at most 15 */
    assert_int_equal(b.at[9].hits, 1);
    assert_int_equal(b.at[13].hits, 1);
    backtest_release(&b);
}

static void verdicts_are_counted(void **state)
{
    struct verdict_row v = {.rule = SPAN("B02"),
                            .verdict = VERDICT_REJECTED,
                            .fund = VERDICT_NO_FUND,
                            .day = 19500,
                            .by = SPAN("a")};
    struct verdict_report r;
    struct backtest b;

    (void)state;
    v.finding = span_of(
        box_text(&box, "select finding_id from finding where rule_id = 'B02' and value = 13"));
    if (verdicts_add(box.s, &v, 1, &r, &box.e))
        fail_msg("%s", box.e.message);
    for (int anew = 0; anew < 2; anew++) {
        assert_int_equal(back(&b, "B02", "max", 8 * D, 15 * D, anew), 0);
        assert_int_equal(b.at[0].rejected, 0);
        assert_int_equal(b.at[7].rejected, 1);
        assert_int_equal(b.at[7].confirmed, 0);
        backtest_release(&b);
    }
}

static void what_can_not_be_is_said(void **state)
{
    static const struct {
        const char *rule, *param;
        int64_t from, to;
        const char *says;
    } cases[] = {
        {"X99", "max", 0, D, "没有规则 X99"},
        {"B02", "most", 0, D, "没有参数 most"},
        {"A01", "most", 0, D, "规则 A01 没有参数 most"},
        {"B02", "where", 0, D, "不是一个数"},
        {"B02", "max", 0, 900 * D, "最多 200"},
        {"B02", "max", 5 * D, D, "从小到大"},
    };
    struct backtest b;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(back(&b, cases[i].rule, cases[i].param, cases[i].from, cases[i].to, false),
                         ERR_USAGE);
        assert_has(box.e.message, cases[i].says);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stored_values_say_what_asking_anew_says),
        cmocka_unit_test(beyond_what_was_kept_it_is_asked_anew),
        cmocka_unit_test(a_number_of_the_question_may_be_set),
        cmocka_unit_test(verdicts_are_counted),
        cmocka_unit_test(what_can_not_be_is_said),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
