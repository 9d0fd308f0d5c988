/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Ledger, confidence, families, ranking, evaluation: on findings written here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "screen/csvfile.h"
#include "screen/evaluate.h"
#include "screen/explain.h"
#include "screen/law.h"
#include "screen/mask.h"
#include "screen/rank.h"

struct row {
    const char *id, *rule, *person, *visit, *inst;
    enum finding_class cls;
    fen_t fund;
    const char *evidence;
};

static void add(struct finding_set *fs, const struct row *r)
{
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
                        .anchor = SPAN("x"),
                        .value = VALUE_NONE,
                        .threshold = VALUE_NONE};
    struct err e = {0};

    if (finding_set_add(fs, &f, span_of(r->evidence), &e))
        fail_msg("%s: %s", r->id, e.message);
}

/* A stay of 100 yuan in three lines: one rule takes it whole, one a line of it, one a line and another stay's. */
static const struct row rows[] = {
    {"f1", "B02", "P1", "V1", "H1", CLASS_HIGH, 10000,
     "[{\"id\":\"mdtrt:V1\",\"role\":1,\"amount_fen\":10000,\"fund_fen\":10000}]"},
    {"f2", "C01", "P1", "V1", "H1", CLASS_SURE, 1000,
     "[{\"id\":\"line:L2\",\"role\":1,\"amount_fen\":1000,\"fund_fen\":1000},"
     "{\"id\":\"line:L1\",\"role\":2,\"amount_fen\":5000,\"fund_fen\":5000}]"},
    {"f3", "D01", "P1", "V1", "H1", CLASS_MAYBE, 9000,
     "[{\"id\":\"line:L1\",\"role\":1,\"amount_fen\":5000,\"fund_fen\":5000},"
     "{\"id\":\"line:L9\",\"role\":1,\"amount_fen\":4000,\"fund_fen\":4000}]"},
    {"f4", "B07", "P2", "V2", "H2", CLASS_SURE, 700,
     "[{\"id\":\"setl:S7\",\"role\":1,\"amount_fen\":700,\"fund_fen\":700}]"},
    {"f5", "H04", "", "", "H1", CLASS_MAYBE, 0, "[]"},
};

static void build(struct finding_set *fs, struct ledger *l, int64_t **strengths)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        add(fs, &rows[i]);
    assert_int_equal(ledger_part(l, SPAN("mdtrt:V1"), SPAN("line:L1"), 6000, 5000, NULL), 0);
    assert_int_equal(ledger_part(l, SPAN("mdtrt:V1"), SPAN("line:L2"), 2000, 2000, NULL), 0);
    assert_int_equal(ledger_part(l, SPAN("mdtrt:V1"), SPAN("line:L3"), 3000, 3000, NULL), 0);
    *strengths = finding_set_strengths(fs, NULL);
    assert_int_equal(ledger_claim(l, fs, *strengths, NULL), 0);
}

static const struct claim *claim_on(const struct ledger *l, const char *atom)
{
    uint32_t i = names_get(&l->atoms, span_of(atom));

    assert_true(i != NAME_NONE);
    return &l->claims[i];
}

static void each_line_is_claimed_once_by_the_best(void **state)
{
    struct finding_set fs = FINDING_SET_INIT;
    struct ledger l = LEDGER_INIT;
    int64_t *s;

    (void)state;
    build(&fs, &l, &s);
    assert_int_equal(claim_on(&l, "line:L2")->finding, 1); /* 明确 takes it, though with less */
    assert_int_equal(claim_on(&l, "line:L2")->fund, 1000);
    assert_int_equal(claim_on(&l, "line:L1")->finding, 0); /* 高疑 before 可疑 */
    assert_int_equal(claim_on(&l, "line:L1")->fund, 5000);
    assert_int_equal(claim_on(&l, "line:L3")->fund, 3000);
    assert_int_equal(claim_on(&l, "line:L9")->finding, 2);
    assert_int_equal(claim_on(&l, "setl:S7")->fund, 700); /* has no lines: claimed itself */
    assert_int_equal(ledger_fund(&l), 5000 + 1000 + 3000 + 4000 + 700);
    mem_free(s);
    ledger_release(&l);
    finding_set_release(&fs);
}

static void ten_rules_on_a_stay_add_up_to_the_stay(void **state)
{
    struct finding_set fs = FINDING_SET_INIT;
    struct ledger l = LEDGER_INIT;
    int64_t *s;
    char id[32], rule[32], evidence[256];

    (void)state;
    for (int i = 0; i < 10; i++) {
        struct row r = {id,        rule,    "P1", "V1", "H1", (enum finding_class)(i % 3),
                        10000 - i, evidence};

        snprintf(id, sizeof id, "f%d", i);
        snprintf(rule, sizeof rule, "B%02d", i);
        snprintf(evidence, sizeof evidence,
                 "[{\"id\":\"mdtrt:V1\",\"role\":1,\"amount_fen\":%d,\"fund_fen\":%d}]", 10000 - i,
                 10000 - i);
        add(&fs, &r);
    }
    for (int i = 0; i < 7; i++) {
        snprintf(id, sizeof id, "line:%d", i);
        ledger_part(&l, SPAN("mdtrt:V1"), span_of(id), 1500, i == 6 ? 1000 : 1500, NULL);
    }
    s = finding_set_strengths(&fs, NULL);
    assert_int_equal(ledger_claim(&l, &fs, s, NULL), 0);
    assert_int_equal(ledger_fund(&l), 10000);
    mem_free(s);
    ledger_release(&l);
    finding_set_release(&fs);
}

static void shares_add_up(void **state)
{
    static const struct {
        int64_t total, weight[4], share[4];
    } cases[] = {
        {100, {1, 1, 1, 0}, {34, 33, 33, 0}},
        {10, {0, 0, 0, 0}, {10, 0, 0, 0}},
        {7, {1, 2, 3, 8}, {1, 1, 1, 4}},
        {0, {5, 5, 5, 5}, {0, 0, 0, 0}},
        {900000000000000, {1, 899999999999999, 0, 0}, {1, 899999999999999, 0, 0}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t share[4], sum = 0;

        assert_int_equal(share_out(cases[i].total, cases[i].weight, share, 4), 0);
        for (int k = 0; k < 4; k++) {
            sum += share[k];
            if (i != 2)
                assert_int_equal(share[k], cases[i].share[k]);
        }
        assert_int_equal(sum, cases[i].total);
    }
}

static void families_are_noisy_or(void **state)
{
    struct strengths s = {{0}};

    (void)state;
    assert_int_equal(family_of(SPAN("B07")), FAMILY_PRESENCE);
    assert_int_equal(family_of(SPAN("A05")), FAMILY_GANG);
    assert_int_equal(family_of(SPAN("A02.county")), FAMILY_IDENTITY);
    assert_int_equal(family_of(SPAN("E09")), FAMILY_SOURCE);
    assert_int_equal(family_of(SPAN("E10")), FAMILY_CHRONIC);
    assert_int_equal(family_of(SPAN("X1")), FAMILY_OTHER);
    strengths_add(&s, FAMILY_PRESENCE, 500000);
    strengths_add(&s, FAMILY_PRESENCE, 400000); /* the weaker of one family adds nothing */
    assert_int_equal(strengths_score(&s, false), 500000);
    strengths_add(&s, FAMILY_CHARGING, 200000);
    assert_int_equal(strengths_score(&s, false), 600000); /* 1 - 0.5 * 0.8 */
    assert_int_equal(strengths_score(&s, true), 500000);
    assert_int_equal(strengths_count(&s), 2);
}

static void confidence_follows_class_margin_and_verdicts(void **state)
{
    struct confidence c = {0};

    (void)state;
    assert_int_equal(confidence_rule(NULL, SPAN("B02"), SPAN(""), CLASS_SURE), 900000);
    assert_int_equal(confidence_rule(NULL, SPAN("B02"), SPAN(""), CLASS_HIGH), 500000);
    assert_int_equal(confidence_rule(NULL, SPAN("B02"), SPAN(""), CLASS_MAYBE), 200000);
    assert_int_equal(confidence_verdict(&c, SPAN("B02"), SPAN(""), 30, 10, NULL), 0);
    assert_int_equal(confidence_rule(&c, SPAN("B02"), SPAN(""), CLASS_HIGH), 700000); /* 35 / 50 */
    assert_int_equal(confidence_rule(&c, SPAN("B03"), SPAN(""), CLASS_HIGH), 500000);
    /* what was said of the class: the prior of all its rules starts at (5 + 40) / (10 + 90) */
    confidence_class_verdict(&c, CLASS_HIGH, 40, 50);
    assert_int_equal(confidence_rule(&c, SPAN("B03"), SPAN(""), CLASS_HIGH), 450000);
    assert_int_equal(confidence_rule(&c, SPAN("B02"), SPAN(""), CLASS_HIGH),
                     690000); /* 34.5 / 50 */
    assert_int_equal(confidence_rule(&c, SPAN("B03"), SPAN(""), CLASS_SURE), 900000);
    assert_int_equal(confidence_margin(VALUE_NONE, VALUE_NONE), 1000000);
    assert_int_equal(confidence_margin(15000000, 15000000), 500000);
    assert_int_equal(confidence_margin(8000000, 15000000), 686455); /* 0.5 + 0.5 (1 - e^(-7/15)) */
    assert_int_equal(confidence_margin(22000000, 15000000), 686455);
    confidence_release(&c);
}

static void fifty_verdicts_speak_for_their_kind_alone(void **state)
{
    struct confidence c = {0};
    int64_t lo, hi;

    (void)state;
    assert_int_equal(confidence_verdict(&c, SPAN("B02"), SPAN("药店"), 0, 49, NULL), 0);
    assert_int_equal(confidence_verdict(&c, SPAN("B02"), SPAN("医院"), 41, 0, NULL), 0);
    /* 49 are not enough: all 90 speak, (5 + 41) / (10 + 90) */
    assert_int_equal(confidence_rule(&c, SPAN("B02"), SPAN("药店"), CLASS_HIGH), 460000);
    assert_int_equal(confidence_verdict(&c, SPAN("B02"), SPAN("药店"), 0, 1, NULL), 0);
    assert_int_equal(confidence_rule(&c, SPAN("B02"), SPAN("药店"), CLASS_HIGH), 83333); /* 5/60 */
    assert_int_equal(confidence_rule(&c, SPAN("B02"), SPAN("医院"), CLASS_HIGH), 455446);
    assert_int_equal(confidence_count(&c, SPAN("B02"), SPAN("药店")).rejected, 50);
    assert_int_equal(confidence_count(&c, SPAN("B02"), SPAN("")).confirmed, 41);
    confidence_release(&c);
    wilson(0, 0, &lo, &hi);
    assert_true(lo == 0 && hi == 1000000);
    wilson(8, 10, &lo, &hi); /* 0.490 to 0.943, as tables have it */
    assert_int_equal(lo, 490162);
    assert_int_equal(hi, 943318);
    wilson(10, 10, &lo, &hi);
    assert_true(lo > 700000 && hi == 1000000);
}

/* Reviews of other findings move the rule, a review of the finding itself settles it. */
static void verdicts_move_the_ranking(void **state)
{
    static const struct row two[] = {
        {"f1", "B02", "P1", "V1", "H1", CLASS_HIGH, 1000,
         "[{\"id\":\"line:L1\",\"role\":1,\"amount_fen\":1000,\"fund_fen\":1000}]"},
        {"f2", "C01", "P2", "V2", "H2", CLASS_HIGH, 900,
         "[{\"id\":\"line:L2\",\"role\":1,\"amount_fen\":900,\"fund_fen\":900}]"},
        {"f3", "B03", "P1", "V1", "H1", CLASS_MAYBE, 1000,
         "[{\"id\":\"line:L1\",\"role\":1,\"amount_fen\":1000,\"fund_fen\":1000}]"},
    };
    static const struct {
        const char *name;
        int64_t b02_yes, b02_no;
        enum verdict f1;
        const char *first;
        fen_t expected_v1;
    } cases[] = {
        {"none: money decides", 0, 0, VERDICT_NONE, "mdtrt:V1", 500},
        {"rejections push the rule down", 0, 10, VERDICT_NONE, "mdtrt:V2", 250},
        {"confirmations pull it up", 10, 0, VERDICT_NONE, "mdtrt:V1", 750},
        {"a confirmed finding is certain", 0, 10, VERDICT_CONFIRMED, "mdtrt:V1", 1000},
        {"a rejected one leaves its line to the next", 10, 0, VERDICT_REJECTED, "mdtrt:V2", 200},
        {"a doubtful one changes nothing", 0, 0, VERDICT_DOUBTFUL, "mdtrt:V1", 500},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct finding_set fs = FINDING_SET_INIT;
        struct ledger l = LEDGER_INIT;
        struct confidence c = {0};
        struct ranking r;
        int64_t *s;

        for (size_t k = 0; k < sizeof two / sizeof *two; k++)
            add(&fs, &two[k]);
        fs.at[0].verdict = cases[i].f1;
        confidence_verdict(&c, SPAN("B02"), SPAN(""), cases[i].b02_yes, cases[i].b02_no, NULL);
        s = finding_set_strengths(&fs, &c);
        assert_int_equal(ledger_claim(&l, &fs, s, NULL), 0);
        assert_int_equal(ranking_build(&r, &fs, &l, s, RANK_CLUE, false, NULL), 0);
        if (!span_is(r.at[0].key, cases[i].first))
            fail_msg("%s: first is %.*s", cases[i].name, (int)r.at[0].key.n, r.at[0].key.p);
        for (size_t k = 0; k < r.n; k++)
            if (span_is(r.at[k].key, "mdtrt:V1"))
                assert_int_equal(r.at[k].expected, cases[i].expected_v1);
        ranking_keep_open(&r, fs.n);
        assert_int_equal(r.n, 2); /* f3 of V1 is open in any case */
        ranking_release(&r);
        mem_free(s);
        confidence_release(&c);
        ledger_release(&l);
        finding_set_release(&fs);
    }
}

static void ranking_sums_to_the_ledger(void **state)
{
    struct finding_set fs = FINDING_SET_INIT;
    struct ledger l = LEDGER_INIT;
    struct ranking r;
    int64_t *s;

    (void)state;
    build(&fs, &l, &s);
    assert_int_equal(ranking_build(&r, &fs, &l, s, RANK_INSTITUTION, false, NULL), 0);
    assert_int_equal(r.n, 2);
    assert_true(span_is(r.at[0].key, "H1"));
    assert_int_equal(r.at[0].fund + r.at[1].fund, ledger_fund(&l));
    assert_int_equal(r.at[0].expected, 900 + 2500 + 1500 + 800); /* .9, .5, .5, .2 */
    assert_int_equal(r.at[1].expected, 630);
    assert_int_equal(r.at[0].n_findings, 4);
    assert_int_equal(r.at[0].n_persons, 1);
    assert_int_equal(r.at[0].n_rules, 4);
    ranking_release(&r);

    assert_int_equal(ranking_build(&r, &fs, &l, s, RANK_CLUE, false, NULL), 0);
    assert_int_equal(r.n, 3);
    assert_true(span_is(r.at[0].key, "mdtrt:V1"));
    assert_int_equal(r.at[0].best, 0); /* f1 brings most of E */
    ranking_release(&r);

    assert_int_equal(ranking_build(&r, &fs, &l, s, RANK_CLUE, true, NULL), 0);
    assert_true(span_is(r.at[0].key, "mdtrt:V2")); /* presence: a small sum leads the fraud list */
    ranking_release(&r);
    mem_free(s);
    ledger_release(&l);
    finding_set_release(&fs);
}

static void one_institution_does_not_fill_the_list(void **state)
{
    struct finding_set fs = FINDING_SET_INIT;
    struct ledger l = LEDGER_INIT;
    struct ranking r;
    int64_t *s;
    char id[32], visit[32], evidence[256];

    (void)state;
    for (int i = 0; i < 20; i++) {
        struct row row = {id, "B02", "P", visit, i < 15 ? "H1" : "H2", CLASS_HIGH, 0, evidence};
        int fen = 10000 - i;

        snprintf(id, sizeof id, "f%d", i);
        snprintf(visit, sizeof visit, "V%d", i);
        row.fund = fen;
        snprintf(evidence, sizeof evidence,
                 "[{\"id\":\"mdtrt:%s\",\"role\":1,\"amount_fen\":%d,\"fund_fen\":%d}]", visit, fen,
                 fen);
        add(&fs, &row);
    }
    s = finding_set_strengths(&fs, NULL);
    assert_int_equal(ledger_claim(&l, &fs, s, NULL), 0);
    assert_int_equal(ranking_build(&r, &fs, &l, s, RANK_CLUE, false, NULL), 0);
    assert_int_equal(ranking_cap(&r, &fs, 4, 2, NULL), 0);
    assert_true(span_is(r.at[0].key, "mdtrt:V0"));
    assert_true(span_is(r.at[1].key, "mdtrt:V1"));
    assert_true(span_is(r.at[2].key, "mdtrt:V15"));
    assert_true(span_is(r.at[3].key, "mdtrt:V16"));
    assert_true(span_is(r.at[4].key, "mdtrt:V2"));
    assert_int_equal(r.n, 20);
    for (uint32_t i = 0; i < 20; i++)
        assert_int_equal(r.at[r.group_of[i]].best, i);
    ranking_release(&r);
    mem_free(s);
    ledger_release(&l);
    finding_set_release(&fs);
}

static const char *file_of(const char *text)
{
    static char path[64];
    int fd;

    snprintf(path, sizeof path, "/tmp/huji-screen-XXXXXX");
    fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
    return path;
}

static void plants_and_twins_are_counted(void **state)
{
    static const char truth[] =
        "plant_id,rule_id,is_violation,class_expected,owner,psn_no,mdtrt_id,fixmedins_code,event_ids,note\n"
        "p1,B02,1,高疑,,P1,V1,H1,mdtrt:V0|mdtrt:V1,\n"          /* found by evidence */
        "p2,C01,1,明确,P9,P9,V9,H1,line:L99,\"twice, a day\"\n" /* missed */
        "p3,D01,1,可疑,P1,P1,,H1,,\n"                           /* by owner */
        "p4,B07,0,明确,,P2,V2,H2,setl:S7,\n"                    /* a twin that fires */
        "p5,B07,0,明确,,P3,V3,H2,setl:S8,\n";
    struct finding_set fs = FINDING_SET_INIT;
    struct evaluation v;
    const char *path = file_of(truth);

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        add(&fs, &rows[i]);
    assert_int_equal(evaluation_read(&v, path, NULL), 0);
    assert_int_equal(evaluation_run(&v, &fs, NULL), 0);
    unlink(path);
    assert_int_equal(v.n_rules, 5);
    assert_true(span_is(v.rules[0].rule, "B02"));
    assert_int_equal(v.rules[0].found, 1);
    assert_int_equal(v.rules[1].twins, 2);
    assert_int_equal(v.rules[1].fired, 1);
    assert_int_equal(v.rules[2].planted, 1);
    assert_int_equal(v.rules[2].found, 0);
    assert_int_equal(v.rules[2].beside, 1);
    assert_int_equal(v.rules[3].found, 1);
    assert_true(span_is(v.rules[4].rule, "H04")); /* hits, but nothing planted */
    evaluation_release(&v);
    finding_set_release(&fs);
}

static void bad_csv_names_its_line(void **state)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"", "空"},
        {"finding_id,rule_id,fund_yuan\nx,y,1\n", "class"},
        {"finding_id,rule_id,fund_yuan,class\nx,y,1,确凿\n", "确凿"},
        {"finding_id,rule_id,fund_yuan,class\nx,y,1\n", "3 格"},
        {"finding_id,rule_id,fund_yuan,class\n\"x,y,1,明确\n", "引号"},
        {"finding_id,rule_id,fund_yuan,class\n\xff,y,1,明确\n", "UTF-8"},
        {"finding_id,rule_id,fund_yuan,class,evidence\nx,y,1,明确,{}\n", "JSON"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct finding_set fs = FINDING_SET_INIT;
        struct err e = {0};
        const char *path = file_of(cases[i].text);

        assert_true(finding_set_read_csv(&fs, path, &e) < 0);
        if (!strstr(e.message, cases[i].says))
            fail_msg("%zu: %s", i, e.message);
        unlink(path);
        finding_set_release(&fs);
    }
}

static void persons_are_masked(void **state)
{
    static const struct {
        void (*mask)(struct buf *, struct span);
        const char *text, *shown;
    } cases[] = {
        {mask_name, "张三", "张*"},
        {mask_name, "欧阳小明", "欧*"},
        {mask_name, " Ann ", "A*"},
        {mask_name, "", ""},
        {mask_certno, "510523196503081234", "510523********1234"},
        {mask_certno, "51052319650308123X", "510523********123X"},
        {mask_certno, "G12345678", "G***"}, /* too short to keep both ends */
        {mask_certno, "", ""},
        {mask_tel, "13812345678", "138****5678"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf b = BUF_INIT;

        cases[i].mask(&b, span_of(cases[i].text));
        assert_string_equal(buf_cstr(&b), cases[i].shown);
        buf_release(&b);
    }
}

static void law_is_found_by_item_and_by_article(void **state)
{
    (void)state;
    assert_non_null(strstr(law_find(SPAN("条例 38(1)"))->gist, "挂床"));
    assert_non_null(strstr(law_find(SPAN("处方管理办法 6"))->gist, "5 种药品")); /* E05 */
    assert_non_null(law_find(SPAN("条例 40(9)")));
    assert_null(law_find(SPAN("刑法 266")));
}

static void an_explanation_says_it_all(void **state)
{
    static const struct span laws[] = {{"条例 38(1)", 12}}, clears[] = {{"转院记录", 12}};
    static const struct explained_event events[] = {
        {SPAN("mdtrt:V1"), 1, SPAN("2023-03-18 至 2023-03-25"), SPAN("县医院 I10"),
         SPAN("mdtrt_d.csv 第 7 行"), 10000, 10000}};
    struct finding_set fs = FINDING_SET_INIT;
    struct ledger l = LEDGER_INIT;
    struct weighing w;
    struct buf b = BUF_INIT;
    struct explanation x = {.laws = laws,
                            .n_laws = 1,
                            .clears = clears,
                            .n_clears = 1,
                            .events = events,
                            .n_events = 1,
                            .rule_name = SPAN("分解住院"),
                            .weighing = &w};
    int64_t *s;

    (void)state;
    build(&fs, &l, &s);
    fs.n = 3; /* the clue of V1 */
    assert_int_equal(weighing_build(&w, &fs, NULL, 0, &l, NULL, NULL), 0);
    assert_int_equal(w.n, 3);
    assert_true(span_is(w.at[0].rule, "C01"));
    assert_int_equal(w.score, 960000); /* 1 - .1 * .5 * .8 */
    assert_int_equal(w.at[0].score_without, 600000);
    assert_int_equal(w.expected, 900 + 2500 + 1500 + 800);
    assert_int_equal(w.at[0].expected_without,
                     2500 + 1000 + 1500 + 800); /* B02 takes the line too */
    x.finding = &fs.at[0];
    explain_text(&b, &x);
    assert_non_null(strstr(buf_cstr(&b), "B02 分解住院（高疑，规则第 0 版）"));
    assert_non_null(strstr(buf_cstr(&b), "涉及金额  100.00 元，其中基金 100.00 元"));
    assert_non_null(strstr(buf_cstr(&b), "mdtrt:V1  ← mdtrt_d.csv 第 7 行"));
    assert_non_null(strstr(buf_cstr(&b), "条例 38(1)  分解住院、挂床住院"));
    assert_non_null(strstr(buf_cstr(&b), "若无 C01：S = 0.60，E = 58.00 元"));
    assert_non_null(strstr(buf_cstr(&b), "什么能说明它不是  转院记录"));
    buf_clear(&b);
    explain_json(&b, &x);
    assert_non_null(strstr(buf_cstr(&b), "{\"finding_id\":\"f1\",\"rule_id\":\"B02\""));
    assert_non_null(strstr(buf_cstr(&b), "\"law\":[\"条例 38(1)\"]"));
    buf_release(&b);
    weighing_release(&w);
    mem_free(s);
    ledger_release(&l);
    finding_set_release(&fs);
}

/* Whatever allocation fails, it is said, and nothing leaks. */
static void out_of_memory_is_an_error(void **state)
{
    bool done = false;

    (void)state;
    for (long n = 1; !done; n++) {
        struct finding_set fs = FINDING_SET_INIT;
        struct ledger l = LEDGER_INIT;
        struct ranking r;
        int64_t *s;
        int rc;

        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            add(&fs, &rows[i]);
        mem_fail_at(n);
        rc = ledger_part(&l, SPAN("mdtrt:V1"), SPAN("line:L1"), 6000, 5000, NULL);
        s = rc ? NULL : finding_set_strengths(&fs, NULL);
        if (s && !ledger_claim(&l, &fs, s, NULL) &&
            !ranking_build(&r, &fs, &l, s, RANK_CLUE, false, NULL)) {
            done = ranking_cap(&r, &fs, 2, 1, NULL) == 0;
            ranking_release(&r);
        }
        mem_fail_at(0);
        mem_free(s);
        ledger_release(&l);
        finding_set_release(&fs);
        assert_true(n < 10000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_line_is_claimed_once_by_the_best),
        cmocka_unit_test(ten_rules_on_a_stay_add_up_to_the_stay),
        cmocka_unit_test(shares_add_up),
        cmocka_unit_test(families_are_noisy_or),
        cmocka_unit_test(confidence_follows_class_margin_and_verdicts),
        cmocka_unit_test(fifty_verdicts_speak_for_their_kind_alone),
        cmocka_unit_test(verdicts_move_the_ranking),
        cmocka_unit_test(ranking_sums_to_the_ledger),
        cmocka_unit_test(one_institution_does_not_fill_the_list),
        cmocka_unit_test(plants_and_twins_are_counted),
        cmocka_unit_test(bad_csv_names_its_line),
        cmocka_unit_test(persons_are_masked),
        cmocka_unit_test(law_is_found_by_item_and_by_article),
        cmocka_unit_test(an_explanation_says_it_all),
        cmocka_unit_test(out_of_memory_is_an_error),
    };

    return cmocka_run_group_tests_name("screen", tests, NULL, NULL);
}
