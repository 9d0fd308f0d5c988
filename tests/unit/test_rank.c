/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Funnel, gangs, weighing in the whole ledger, and rankings that no order of findings changes. */
#include "store_help.h"

#include "base/mem.h"
#include "screen/clues.h"
#include "screen/curve.h"
#include "screen/gauge.h"
#include "screen/weighing.h"

static bool near(double a, double b)
{
    return a - b < 1e-6 && b - a < 1e-6;
}

static void tails_are_those_of_the_books(void **state)
{
    (void)state;
    assert_true(funnel_tail(0, 5, 1) >= 1);
    assert_true(near(funnel_tail(10, 5, 1), 0.0318281));      /* Poisson */
    assert_true(near(funnel_tail(3, 5, 1), 0.8753480));       /* below the mean */
    assert_true(near(funnel_tail(10, 5, 2), 1471.0 / 16384)); /* size 5, p 1/2 */
    assert_true(funnel_tail(100000, 90000, 1) < 1e-100);      /* far out: nothing */
    assert_true(funnel_tail(100000, 99999, 1) > 0.49);
}

/* Ten hospitals of rate 2 % from 100 to 100,000 visits; H05 has 6 %, a small one looks worse and is not tested. */
static void size_alone_is_no_suspicion(void **state)
{
    static const int64_t volume[] = {100,  200,   400,   1000,   3000, 5000,
                                     8000, 20000, 50000, 100000, 20};
    struct funnel f = {0};
    struct err e = {0};
    char code[16];

    (void)state;
    for (int i = 0; i < 11; i++) {
        struct funnel_row r = {.kind = SPAN("二级医疗机构"),
                               .volume = {volume[i] / 10, volume[i] - volume[i] / 10}};

        snprintf(code, sizeof code, "H%02d", i + 1);
        r.inst = span_of(code);
        r.hits[FUNNEL_STAYS] = r.volume[0] * (i == 4 ? 6 : 2) / 100;
        r.hits[FUNNEL_OTHERS] = i == 10 ? 5 : r.volume[1] * (i == 4 ? 6 : 2) / 100;
        assert_int_equal(funnel_add(&f, &r, &e), 0);
    }
    assert_int_equal(funnel_solve(&f, &e), 0);
    for (int i = 0; i < 11; i++) {
        struct funnel_row *r = &f.at[i];

        if (funnel_flags(r) != (i == 4))
            fail_msg("%.*s: O %ld e %ld q %ld", (int)r->inst.n, r->inst.p, (long)r->observed,
                     (long)r->expected, (long)r->q);
        assert_true(r->low <= r->ratio && r->ratio <= r->high);
    }
    assert_int_equal(f.at[10].q, FUNNEL_NONE);
    assert_int_equal(f.at[4].observed, 180);
    assert_true(f.at[4].ratio > 2500000 && f.at[4].low > 1000000);
    assert_int_equal(f.at[4].n_peers, 10);
    assert_ptr_equal(funnel_find(&f, SPAN("H05")), &f.at[4]);
    assert_null(funnel_find(&f, SPAN("H99")));
    funnel_release(&f);
}

/* A county where all hospitals differ widely: the spread of the peers is no sign. */
static void spread_of_peers_widens_the_limits(void **state)
{
    struct funnel f = {0};
    int64_t calm = 0, wild = 0;
    char code[16];

    (void)state;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 12; i++) {
            struct funnel_row r = {.kind = SPAN("二级医疗机构"), .volume = {0, 10000}};

            snprintf(code, sizeof code, "H%02d", i + 1);
            r.inst = span_of(code);
            r.hits[FUNNEL_OTHERS] = i == 0 ? 300 : round ? 120 + 15 * i : 200;
            funnel_add(&f, &r, NULL);
        }
        assert_int_equal(funnel_solve(&f, NULL), 0);
        *(round ? &wild : &calm) = f.at[0].p;
        if (round)
            assert_true(f.phi > 5000000);
        else
            assert_int_equal(f.phi, 1000000);
        funnel_release(&f);
    }
    assert_true(calm < 1000 && wild > 20000);
}

/* One that is far out does not raise what is expected of the others. */
static void the_flagged_are_no_peers(void **state)
{
    struct funnel f = {0};
    char code[16];

    (void)state;
    for (int i = 0; i < 8; i++) {
        struct funnel_row r = {.kind = SPAN("二级医疗机构"), .volume = {1000, 0}};

        snprintf(code, sizeof code, "H%02d", i + 1);
        r.inst = span_of(code);
        r.hits[FUNNEL_STAYS] = i == 0 ? 900 : i == 1 ? 45 : 10;
        funnel_add(&f, &r, NULL);
    }
    assert_int_equal(funnel_solve(&f, NULL), 0);
    assert_true(funnel_flags(&f.at[0]) && funnel_flags(&f.at[1]) && !funnel_flags(&f.at[2]));
    assert_true(f.at[2].expected < 12000000);
    assert_int_equal(f.at[2].n_peers, 5);
    funnel_release(&f);
}

static void nothing_in_question_is_no_division_by_nothing(void **state)
{
    struct funnel f = {0};
    struct funnel_row r = {.inst = SPAN("H1"), .kind = SPAN("零售药店"), .volume = {0, 100}};

    (void)state;
    assert_int_equal(funnel_solve(&f, NULL), 0);
    funnel_add(&f, &r, NULL);
    assert_int_equal(funnel_solve(&f, NULL), 0);
    assert_int_equal(f.at[0].q, FUNNEL_NONE);
    funnel_release(&f);
}

/* --- how good a list is ---------------------------------------------------------------------------- */

static void lists_are_measured(void **state)
{
    /* right, fund, of it right, violations first seen */
    static const struct listed list[] = {
        {true, 1000, 1000, 2}, {false, 500, 0, 0}, {true, 300, 200, 1}, {false, 200, 0, 0}};
    struct at_k a = curve_at(list, 4, 3, 6);

    (void)state;
    assert_int_equal(a.k, 3);
    assert_int_equal(a.positives, 2);
    assert_int_equal(a.precision, 666667);
    assert_true(a.low < a.precision && a.precision < a.high);
    assert_int_equal(a.money_precision, 666667); /* 1200 of 1800 */
    assert_int_equal(a.recall, 500000);          /* 3 of 6 */
    assert_int_equal(a.lift, 1333333);           /* 2/3 over 1/2 */
    assert_int_equal(a.captured, 1200);
    assert_int_equal(a.captured_share, 1000000);
    assert_int_equal(curve_at(list, 4, 99, 6).k, 4);
    assert_int_equal(curve_at(list, 0, 5, 0).precision, CURVE_NONE);
    assert_int_equal(average_precision(list, 4), 833334); /* (1 + 2/3) / 2, each rounded */
    assert_int_equal(average_precision(list + 1, 1), CURVE_NONE);
}

static void auc_counts_pairs(void **state)
{
    static const int64_t score[] = {9, 8, 7, 3, 2, 2};
    static const bool positive[] = {true, false, false, true, true, false};
    static const int64_t size[] = {90, 80, 70, 3, 2, 1};
    int band[6];

    (void)state;
    /* 9 beats three; 3 beats the last; 2 ties with it: 4.5 of 9 */
    assert_int_equal(auc(score, positive, NULL, 6), 500000);
    assert_int_equal(bands_of(size, 6, 2, band), 0);
    assert_int_equal(band[0], 1);
    assert_int_equal(band[3], 0);
    /* within: 9 beats two; 3 beats one, 2 ties: 3.5 of 4 */
    assert_int_equal(auc(score, positive, band, 6), 875000);
    assert_int_equal(precision_of_best(score, positive, NULL, 1, 6, 2), 500000);
    assert_int_equal(precision_of_best(score, positive, band, 2, 6, 2), 1000000);
    assert_int_equal(auc(score, positive, NULL, 1), CURVE_NONE);
}

/* --- findings ------------------------------------------------------------------------------------ */

struct row {
    const char *id, *rule, *person, *visit, *inst;
    enum finding_class cls;
    fen_t fund;
    const char *line; /* its evidence */
};
static const struct row rows[] = {
    {"f1", "B17", "P3", "V1", "H1", CLASS_MAYBE, 500, "L1"},
    {"f2", "B17", "P1", "V2", "H1", CLASS_MAYBE, 400, "L2"},
    {"f3", "C01", "P2", "V3", "H2", CLASS_SURE, 300, "L3"},
    {"f4", "B02", "P3", "V1", "H1", CLASS_HIGH, 500, "L1"},
    {"f5", "C02", "P9", "V9", "H2", CLASS_SURE, 900, "L9"},
    {"f6", "B17", "P6", "V6", "H2", CLASS_MAYBE, 100, "L6"},
    {"f7", "D01", "P2", "V3", "H2", CLASS_SURE, 300, "L3"},
    {"f8", "D02", "P4", "V4", "H1", CLASS_SURE, 300, "L4"},
};
#define ROWS (sizeof rows / sizeof *rows)

static void add(struct finding_set *fs, const struct row *r)
{
    char evidence[160];
    struct finding f = {.id = span_of(r->id),
                        .rule = span_of(r->rule),
                        .person = span_of(r->person),
                        .visit = span_of(r->visit),
                        .inst = span_of(r->inst),
                        .cls = r->cls,
                        .fund = r->fund,
                        .amount = r->fund,
                        .hit = true,
                        .day = 19000,
                        .owner_type = SPAN("person"),
                        .owner = span_of(r->person),
                        .value = VALUE_NONE,
                        .threshold = VALUE_NONE};

    snprintf(evidence, sizeof evidence,
             "[{\"id\":\"line:%s\",\"role\":1,\"amount_fen\":%d,\"fund_fen\":%d}]", r->line,
             (int)r->fund, (int)r->fund);
    assert_int_equal(finding_set_add(fs, &f, span_of(evidence), NULL), 0);
}

static void a_gang_is_the_union_of_its_members(void **state)
{
    struct finding_set fs = FINDING_SET_INIT;
    struct ledger l = LEDGER_INIT;
    struct gangs g = {0};
    struct ranking r;
    struct span tie[ROWS] = {SPAN("P3"), SPAN("P1"), {0}, {0}, {0}, SPAN("P6")};
    int64_t *s;

    (void)state;
    for (size_t i = 0; i < ROWS; i++)
        add(&fs, &rows[i]);
    gang_link(&g, SPAN("P3"), SPAN("P2"), NULL);
    gang_link(&g, SPAN("P1"), SPAN("P2"), NULL);
    gang_link(&g, SPAN("P6"), SPAN("P7"), NULL);
    assert_int_equal(gangs_assign(&g, &fs, tie, NULL), 0);
    assert_true(span_is(fs.at[0].gang, "gang:P1") && span_is(fs.at[2].gang, "gang:P1"));
    assert_int_equal(fs.at[4].gang.n, 0); /* P9 is tied to nobody */
    assert_int_equal(gang_size(&g, SPAN("gang:P1")), 3);
    assert_int_equal(gang_size(&g, SPAN("gang:P6")), 2);
    assert_int_equal(gang_size(&g, SPAN("gang:P9")), 0);
    s = finding_set_strengths(&fs, NULL);
    assert_int_equal(ledger_claim(&l, &fs, s, NULL), 0);
    assert_int_equal(ranking_build(&r, &fs, &l, s, RANK_GANG, false, NULL), 0);
    assert_int_equal(r.n, 2);
    assert_true(span_is(r.at[0].key, "gang:P1"));
    assert_int_equal(r.at[0].fund, 500 + 400 + 300); /* each line once */
    assert_int_equal(r.at[0].n_findings, 5);
    ranking_release(&r);
    mem_free(s);
    gangs_release(&g);
    ledger_release(&l);
    finding_set_release(&fs);
}

/* Without a rule its lines fall to the next, inside the group or outside. */
static void leaving_out_a_rule_recounts_the_ledger(void **state)
{
    struct finding_set fs = FINDING_SET_INIT;
    struct ledger l = LEDGER_INIT;
    struct weighing w;
    struct ranking r;
    int64_t *s;

    (void)state;
    for (size_t i = 0; i < ROWS; i++)
        add(&fs, &rows[i]);
    s = finding_set_strengths(&fs, NULL);
    ledger_claim(&l, &fs, s, NULL);
    ranking_build(&r, &fs, &l, s, RANK_INSTITUTION, false, NULL);
    assert_true(span_is(r.at[1].key, "H1"));
    assert_int_equal(r.at[1].expected, 250 + 80 + 270); /* L1 by B02, L2 by B17, L4 by D02 */
    assert_int_equal(weighing_build(&w, &fs, r.group_of, 1, &l, NULL, NULL), 0);
    assert_int_equal(w.expected, r.at[1].expected);
    assert_int_equal(w.score, r.at[1].score);
    assert_int_equal(w.n, 3);
    for (size_t i = 0; i < w.n; i++) {
        bool b02 = span_is(w.at[i].rule, "B02"), b17 = span_is(w.at[i].rule, "B17");

        assert_int_equal(w.at[i].expected_without, b02   ? 100 + 80 + 270
                                                   : b17 ? 250 + 270
                                                         : 250 + 80);
        assert_true(w.at[i].score_without < w.score);
        assert_int_equal(w.at[i].n, b17 ? 2 : 1);
    }
    assert_int_equal(ledger_fund(&l), 500 + 400 + 300 + 900 + 100 + 300); /* as before */
    weighing_release(&w);
    ranking_release(&r);
    mem_free(s);
    ledger_release(&l);
    finding_set_release(&fs);
}

static void print(const struct ranking *r, const struct finding_set *fs, struct buf *b)
{
    for (size_t i = 0; i < r->n; i++) {
        const struct ranked *g = &r->at[i];

        buf_fmt(b, "%.*s %.*s %lld %lld %lld %lld %d\n", (int)g->key.n, g->key.p,
                (int)fs->at[g->best].id.n, fs->at[g->best].id.p, (long long)g->expected,
                (long long)g->fund, (long long)g->score, (long long)g->fraud, g->n_families);
    }
}

static void one_order(const size_t *order, enum rank_by by, bool fraud, struct buf *b)
{
    struct finding_set fs = FINDING_SET_INIT;
    struct ledger l = LEDGER_INIT;
    struct ranking r;
    int64_t *s;

    for (size_t i = 0; i < ROWS; i++)
        add(&fs, &rows[order[i]]);
    s = finding_set_strengths(&fs, NULL);
    ledger_claim(&l, &fs, s, NULL);
    ranking_build(&r, &fs, &l, s, by, fraud, NULL);
    ranking_cap(&r, &fs, 3, 0, NULL);
    print(&r, &fs, b);
    ranking_release(&r);
    mem_free(s);
    ledger_release(&l);
    finding_set_release(&fs);
}

static void the_order_of_findings_does_not_matter(void **state)
{
    size_t order[ROWS];
    unsigned seed = 7;

    (void)state;
    for (enum rank_by by = RANK_CLUE; by < RANK_BY_COUNT; by++)
        for (int fraud = 0; fraud < 2; fraud++) {
            struct buf first = BUF_INIT;

            for (size_t i = 0; i < ROWS; i++)
                order[i] = i;
            one_order(order, by, fraud, &first);
            for (int round = 0; round < 20; round++) {
                struct buf again = BUF_INIT;

                for (size_t i = ROWS - 1; i > 0; i--) {
                    size_t k = (seed = seed * 1103515245u + 12345u) / 65536u % (i + 1),
                           t = order[i];

                    order[i] = order[k];
                    order[k] = t;
                }
                one_order(order, by, fraud, &again);
                assert_string_equal(buf_cstr(&again), buf_cstr(&first));
                buf_release(&again);
            }
            buf_release(&first);
        }
}

/* Verdicts as the truth: what nobody reviewed is left out, and the ranking does not see them. */
static void verdicts_gauge_a_list(void **state)
{
    struct clues c = {0};
    struct ranking r;
    struct gauge g;
    int8_t *labels;

    (void)state;
    for (size_t i = 0; i < ROWS; i++)
        add(&c.findings, &rows[i]);
    c.findings.at[4].verdict = VERDICT_CONFIRMED; /* f5: V9, 900 */
    c.findings.at[3].verdict = VERDICT_REJECTED;  /* f4: V1, 500 */
    labels = labels_of_verdicts(&c.findings);
    assert_int_equal(c.findings.at[3].verdict, VERDICT_NONE);
    assert_int_equal(clues_claim(&c, NULL, NULL), 0);
    ranking_build(&r, &c.findings, &c.ledger, c.strengths, RANK_CLUE, false, NULL);
    assert_int_equal(gauge_clues(&g, &c, &r, labels, NULL, NULL), 0);
    assert_int_equal(g.n, 2);
    assert_int_equal(g.all_plants, 1);
    assert_true(g.list[BY_EXPECTED][0].positive && !g.list[BY_EXPECTED][1].positive);
    assert_int_equal(g.list[BY_EXPECTED][0].true_fund, 900);
    assert_false(g.list[BY_FINDINGS][0].positive); /* V1 has two findings */
    gauge_release(&g);
    ranking_release(&r);
    mem_free(labels);
    clues_release(&c);
}

/* --- from a store -------------------------------------------------------------------------------- */

static const char county[] =
    "insert into d_person(id, code) select i, 'P' || i from range(1, 5) t(i);"
    "insert into d_inst(id, code) values (1, 'H1');"
    "insert into d_visit(id, code) select i, 'V' || i from range(1, 41) t(i);"
    "insert into s_visit(mdtrt_id, psn_no, fixmedins_code, kind) select i, 1 + (i % 4), 1, 1 + (i > 10)::int"
    " from range(1, 41) t(i);"
    "create table finding as select md5(n::varchar) finding_id, rule rule_id, 1 rule_version, 'x' owner_type, owner owner_id,"
    " n::varchar anchor, null::varchar psn_no, visit mdtrt_id, 'H1' fixmedins_code, date '2023-01-01' event_date,"
    " null::decimal(18,6) \"value\", null::decimal(18,6) threshold, 100::bigint amount_fen, 100::bigint fund_fen,"
    " '可疑' \"class\", '' phase, true hit, false marked, '' message, ev evidence, '' content_hash from (values"
    " (1, 'B17', 'P1|P2', null, '[]'),"
    " (2, 'B17', 'H1', null, '[{\"id\":\"mdtrt:V1\",\"role\":1},{\"id\":\"mdtrt:V2\",\"role\":1}]'),"
    " (3, 'C01', 'P4', 'V20', '[{\"id\":\"line:L1\",\"role\":1,\"amount_fen\":100,\"fund_fen\":100}]'))"
    " t(n, rule, owner, visit, ev)";

static void a_store_knows_gangs_and_volumes(void **state)
{
    struct box b;
    struct clues c;
    struct funnel_row *r;

    (void)state;
    box_init(&b);
    if (db_run(b.s->con, county, &b.e) || clues_load(&c, b.s, NULL, &b.e) ||
        clues_claim(&c, NULL, &b.e) || clues_gangs(&c, b.s, &b.e) || clues_funnel(&c, b.s, &b.e))
        fail_msg("%s", b.e.message);
    /* P1 with P2 by the owner; V1 is P2's and V2 is P3's: all three are one gang */
    assert_int_equal(c.findings.n, 3);
    assert_int_equal(gang_size(&c.gangs, SPAN("gang:P1")), 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(c.findings.at[i].gang.n != 0, c.findings.at[i].rule.p[0] == 'B');
    r = funnel_find(&c.funnel, SPAN("H1"));
    assert_non_null(r);
    assert_int_equal(r->volume[FUNNEL_STAYS], 10);
    assert_int_equal(r->volume[FUNNEL_OTHERS], 30);
    assert_int_equal(r->hits[FUNNEL_STAYS], 2);
    assert_int_equal(r->hits[FUNNEL_OTHERS], 1);
    clues_release(&c);
    box_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tails_are_those_of_the_books),
        cmocka_unit_test(size_alone_is_no_suspicion),
        cmocka_unit_test(spread_of_peers_widens_the_limits),
        cmocka_unit_test(the_flagged_are_no_peers),
        cmocka_unit_test(nothing_in_question_is_no_division_by_nothing),
        cmocka_unit_test(lists_are_measured),
        cmocka_unit_test(auc_counts_pairs),
        cmocka_unit_test(verdicts_gauge_a_list),
        cmocka_unit_test(a_gang_is_the_union_of_its_members),
        cmocka_unit_test(leaving_out_a_rule_recounts_the_ledger),
        cmocka_unit_test(the_order_of_findings_does_not_matter),
        cmocka_unit_test(a_store_knows_gangs_and_volumes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
