/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Samples, what they say of the whole, and where inspectors should go. */
#include "store_help.h"

#include "screen/plan.h"
#include "screen/sample.h"

static void sizes_are_those_of_the_books(void **state)
{
    (void)state;
    assert_int_equal(sample_size(100000000, 500000, 50000), 385); /* 384.15 of a large whole */
    assert_int_equal(sample_size(1000, 500000, 50000), 278); /* the finite population counted in */
    assert_int_equal(sample_size(1000, 100000, 30000), 278);
    assert_int_equal(sample_size(20, 500000, 50000), 20);
    assert_int_equal(sample_size(20, 500000, 0), 20);
    assert_int_equal(sample_size(0, 500000, 50000), 0);
    assert_int_equal(sample_size(500, 0, 50000), 1);
}

static void strata_get_their_share_and_two_at_least(void **state)
{
    struct stratum s[] = {
        {.population = 900}, {.population = 90}, {.population = 9}, {.population = 1}};

    (void)state;
    assert_int_equal(sample_allocate(s, 4, 100), 0);
    assert_int_equal(s[0].drawn, 90);
    assert_int_equal(s[1].drawn, 9);
    assert_int_equal(s[2].drawn, 2);
    assert_int_equal(s[3].drawn, 1); /* there is but one */
    assert_int_equal(sample_allocate(s, 4, 5000), 0);
    assert_int_equal(s[0].drawn, 900);
}

static void the_whole_is_inferred_with_its_interval(void **state)
{
    /* 100 of 1000 reviewed, half wrong at 10 yuan each; 50 of 9000 reviewed, 5 wrong at 100 yuan each */
    struct stratum s[] = {
        {.population = 1000,
         .confirmed = 50,
         .rejected = 50,
         .doubtful = 3,
         .sum = 50e3,
         .squares = 50e6},
        {.population = 9000, .confirmed = 5, .rejected = 45, .sum = 50e3, .squares = 500e6},
    };
    struct extrapolation x;

    (void)state;
    sample_extrapolate(s, 2, &x);
    assert_int_equal(x.population, 10000);
    assert_int_equal(x.reviewed, 150);
    assert_int_equal(x.doubtful, 3);
    assert_int_equal(x.share, 140000); /* .1 * .5 + .9 * .1 */
    assert_int_equal(x.count, 1400);
    /* sqrt(.01 * .25 * .9 / 99 + .81 * .09 * (1 - 50/9000) / 49) = 0.038755: +- 0.075958 */
    assert_in_range(x.share_low, 64000, 64100);
    assert_in_range(x.share_high, 215900, 216000);
    assert_int_equal(x.fund, 1000 * 500 + 9000 * 1000); /* fen */
    assert_true(x.fund_low < x.fund && x.fund < x.fund_high);
    assert_true(x.fund_low >= 100000); /* no less than was found */

    /* all alike: the sample has no spread, the interval is not empty */
    s[0] = (struct stratum){.population = 1000, .rejected = 30};
    sample_extrapolate(s, 1, &x);
    assert_int_equal(x.share, 0);
    assert_int_equal(x.share_low, 0);
    assert_in_range(x.share_high, 100000, 130000);

    /* nobody looked: nothing is said; a stratum nobody looked at goes by the others */
    s[0] = (struct stratum){.population = 1000};
    sample_extrapolate(s, 1, &x);
    assert_int_equal(x.reviewed, 0);
    assert_int_equal(x.share, 0);
    s[1] = (struct stratum){.population = 1000, .confirmed = 20, .rejected = 20};
    sample_extrapolate(s, 2, &x);
    assert_int_equal(x.share, 500000);
    assert_int_equal(x.count, 1000);
}

static void a_filled_sample_is_read(void **state)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"层,层总数,结论\na,0,查实\n", "层总数"},
        {"层,层总数,结论\na,5,是\n", "结论"},
        {"层,层总数,结论\na,5,查实\na,6,误报\n", "层总数"},
        {"层,层总数,结论,查实基金\na,5,查实,x\n", "查实基金"},
        {"甲,乙\n1,2\n", "三列"},
    };
    struct sample_file f;
    struct box b;

    (void)state;
    box_init(&b);
    assert_int_equal(
        sample_read(
            &f,
            box_file(
                &b, "s.csv",
                "抽查表,,,\n层,层总数,结论,查实基金,涉及基金\na,50,查实,3.00,9.00\na,50,误报,,9.00\n"
                "b,7,查实,,9.00\nb,7,,,9.00\nb,7,存疑,,\n"),
            &b.e),
        0);
    assert_int_equal(f.n, 2);
    assert_int_equal(f.at[0].confirmed, 1);
    assert_int_equal(f.at[0].rejected, 1);
    assert_int_equal((int64_t)f.at[0].sum, 300);
    assert_int_equal((int64_t)f.at[1].sum, 900); /* not said: what was at issue */
    assert_int_equal(f.at[1].drawn, 3);
    assert_int_equal(f.at[1].doubtful, 1);
    sample_file_release(&f);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        memset(&b.e, 0, sizeof b.e);
        assert_int_equal(sample_read(&f, box_file(&b, "s.csv", bad[i].text), &b.e), ERR_INPUT);
        assert_has(b.e.message, bad[i].says);
        assert_has(b.e.where, "s.csv");
    }
    box_release(&b);
}

static void money_a_day_decides_where_to_go(void **state)
{
    static const fen_t rich[] = {5000, 4000, 10}, many[] = {1500, 1500, 1500, 1500}, poor[] = {100};
    struct plan_inst i[] = {{.code = SPAN("H3"), .clues = poor, .n = 1},
                            {.code = SPAN("H2"), .clues = many, .n = 4},
                            {.code = SPAN("H1"), .clues = rich, .n = 3},
                            {.code = SPAN("H0")}};
    struct plan p = {.capacity = 2 * PLAN_DAY, .per_day = 4};

    (void)state;
    plan_solve(&p, i, 4);
    /* H1: 9000 in 1.0 day; then H2: 4 in 1.5 days do not fit, 2 in 1.0 do */
    assert_int_equal(i[2].order, 1);
    assert_int_equal(i[2].take, 2);
    assert_int_equal(i[2].days, 1000);
    assert_int_equal(i[2].expected, 9000);
    assert_int_equal(i[1].order, 2);
    assert_int_equal(i[1].take, 2);
    assert_int_equal(i[0].take, 0);
    assert_int_equal(i[3].take, 0);
    assert_int_equal(p.used, 2000);
    p.capacity = 2250; /* a quarter of a day more: one more clue of H2 */
    plan_solve(&p, i, 4);
    assert_int_equal(i[1].take, 3);
    assert_int_equal(i[1].expected, 4500);
    assert_true(p.used <= p.capacity);
    p.capacity = 700; /* not even one clue */
    plan_solve(&p, i, 4);
    assert_int_equal(p.used, 0);
    p.capacity = 100 * PLAN_DAY; /* room for all */
    plan_solve(&p, i, 4);
    assert_int_equal(i[0].take + i[1].take + i[2].take, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_those_of_the_books),
        cmocka_unit_test(strata_get_their_share_and_two_at_least),
        cmocka_unit_test(the_whole_is_inferred_with_its_interval),
        cmocka_unit_test(a_filled_sample_is_read),
        cmocka_unit_test(money_a_day_decides_where_to_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
