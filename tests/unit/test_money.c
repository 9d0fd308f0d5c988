/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The money of a clue: 认定, 责令退回, 已退回, 办结; clues made by hand. On SQLite in a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "casework/migrate.h"
#include "casework/money.h"

static struct cw *db;
static char dir[] = "/tmp/huji-money-XXXXXX", path[64];
static struct actor who = {.login = "a", .name = "甲", .org = "o", .source = "console"};
static struct scope all;
static struct err e;

static int open_db(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/c.sqlite", dir);
    assert_int_equal(cw_open(path, &db, &e), 0);
    return cw_migrate(db, &e);
}

static int close_db(void **state)
{
    (void)state;
    cw_close(db);
    unlink(path);
    return rmdir(dir);
}

static struct clue_hand hand(int64_t clue)
{
    return (struct clue_hand){.db = db, .who = &who, .scope = &all, .clue = clue};
}

/* A clue of three lines: 100, 50 and a concerned one. */
static int64_t clue(const char *line)
{
    struct hand_clue c = {.source = "phone",
                          .title = "虚构住院三天",
                          .basis = "来电反映人不在院",
                          .received_on = "2026-11-02",
                          .fixmedins_code = "H1",
                          .amount_fen = 15000,
                          .fund_fen = 15000};
    char a[64], b[64];
    int64_t id = 0;

    snprintf(a, sizeof a, "line:%s-1", line);
    snprintf(b, sizeof b, "line:%s-2", line);
    assert_int_equal(clue_make(db, &who, &all, &c, &id, &e), 0);
    assert_int_equal(cw_exec(db, &e, "delete from clue_line where clue = $1", CW_ARGS(cw_i(id))),
                     0);
    assert_int_equal(
        cw_exec(db, &e,
                "insert into clue_line(clue, event, role, amount_fen, fund_fen) values"
                " ($1, $2, 1, 10000, 8000), ($1, $3, 1, 5000, 5000), ($1, 'mdtrt:1', 2, 90000, 0)",
                CW_ARGS(cw_i(id), cw_t(a), cw_t(b))),
        0);
    return id;
}

static int64_t number(const char *sql, int64_t id)
{
    int64_t n = 0;

    assert_int_equal(cw_get_int(db, -1, &n, &e, sql, CW_ARGS(cw_i(id))), 0);
    return n;
}
#define FOUND(id) number("select sum(found_fen) from line_money where clue = $1", id)

static void judge(int64_t id, enum verdict v)
{
    struct clue_hand h = hand(id);

    assert_int_equal(clue_judge(&h, v, "看过病历", &e), 0);
}

static void lines_are_found(void **state)
{
    int64_t id = clue("A");
    struct clue_hand h = hand(id);
    struct found less = {.event = span_of("line:A-1"), .found_fen = 3000};

    (void)state;
    assert_int_equal(clue_money(&h, &less, 1, &e), ERR_INPUT); /* less, no reason */
    less.reason = span_of("partial");
    assert_int_equal(clue_money(&h, &less, 1, &e), 0);
    less.found_fen = 10001;
    assert_int_equal(clue_money(&h, &less, 1, &e), ERR_INPUT);
    less.event = span_of("line:B-9");
    less.found_fen = 1;
    assert_int_equal(clue_money(&h, &less, 1, &e), ERR_INPUT);
    assert_int_equal(FOUND(id), 3000);
    h = hand(id);
    h.version = 1;
    assert_int_equal(clue_money_whole(&h, -1, false, &e), ERR_STATE);
    assert_true(h.conflict);
    h = hand(id);
    assert_int_equal(clue_money_whole(&h, -1, false, &e), 0);
    assert_int_equal(FOUND(id), 13000);
    assert_int_equal(clue_money_whole(&h, 1001, false, &e), 0);
    assert_int_equal(FOUND(id), 1001);
    assert_int_equal(clue_money_whole(&h, 13001, false, &e), ERR_INPUT);
}

static void no_line_is_claimed_twice(void **state)
{
    int64_t a = clue("T"), b = clue("T");
    struct clue_hand ha = hand(a), hb = hand(b);
    struct found f = {.event = span_of("line:T-2"), .found_fen = 5000};

    (void)state;
    assert_int_equal(clue_money_whole(&ha, -1, false, &e), 0);
    assert_int_equal(clue_money(&hb, &f, 1, &e), ERR_INPUT);
    assert_non_null(strstr(e.message, "不能重复追回"));
    assert_int_equal(clue_money_whole(&hb, -1, false, &e), 0);
    assert_int_equal(FOUND(b), 0);
}

static void closing_needs_a_disposal(void **state)
{
    int64_t id = clue("C");
    struct clue_hand h = hand(id);
    struct disposal d = {
        .measures = "refund,police", .ordered_fen = 13000, .doc_no = "医保罚〔2026〕1号"};

    (void)state;
    assert_int_equal(clue_close(&h, NULL, &e), ERR_STATE);
    assert_int_equal(clue_dispose(&h, &d, &e), ERR_INPUT); /* where to? */
    d.transferred_to = "县公安局经侦大队";
    assert_int_equal(clue_dispose(&h, &d, &e), ERR_STATE); /* no verdict */
    judge(id, VERDICT_CONFIRMED);
    assert_int_equal(clue_close(&h, NULL, &e), ERR_STATE);
    assert_non_null(strstr(e.message, "处理方式"));
    assert_int_equal(clue_dispose(&h, &d, &e), ERR_INPUT); /* more than found */
    assert_int_equal(clue_money_whole(&h, -1, false, &e), 0);
    d.measures = "refund,none";
    assert_int_equal(clue_dispose(&h, &d, &e), ERR_INPUT);
    d.measures = "refund,gift";
    assert_int_equal(clue_dispose(&h, &d, &e), ERR_INPUT);
    d.measures = "refund,police";
    assert_int_equal(clue_dispose(&h, &d, &e), 0);
    assert_int_equal(number("select count(*) from measure where clue = $1", id), 2);
    d.measures = "refund,talk";
    assert_int_equal(clue_dispose(&h, &d, &e), 0);
    assert_int_equal(
        number("select count(*) from measure where clue = $1 and code in ('refund','talk')", id),
        2);
    assert_int_equal(clue_refund(&h, 13001, "凭证1", "2026-11-20", NULL, &e), ERR_INPUT);
    assert_int_equal(clue_refund(&h, 5000, "", "2026-11-20", NULL, &e), ERR_INPUT);
    assert_int_equal(clue_refund(&h, 5000, "凭证1", "2026-11-31", NULL, &e), ERR_INPUT);
    assert_int_equal(clue_refund(&h, 5000, "凭证1", "2026-11-20", NULL, &e), 0);
    d.ordered_fen = 4999; /* less than came back */
    assert_int_equal(clue_dispose(&h, &d, &e), ERR_INPUT);
    assert_int_equal(clue_close(&h, "办结", &e), ERR_STATE);
    assert_non_null(strstr(e.message, "定性"));
    assert_int_equal(clue_qualify(&h, "theft", false, &e), ERR_INPUT);
    assert_int_equal(clue_qualify(&h, "false_stay", true, &e), ERR_INPUT); /* fraud as it is */
    assert_int_equal(clue_qualify(&h, "hang_bed", true, &e), 0);
    assert_int_equal(
        number("select count(*) from clue where id = $1 and nature = 'hang_bed' and intent = 1",
               id),
        1);
    assert_int_equal(clue_close(&h, "办结", &e), 0);
    assert_int_equal(clue_qualify(&h, "swap", false, &e), ERR_STATE);
    assert_int_equal(clue_money_whole(&h, -1, false, &e), ERR_STATE);
    assert_int_equal(clue_refund(&h, 8000, "凭证2", "2026-11-21", NULL, &e), 0);
    assert_int_equal(clue_refund(&h, 1, "凭证3", "2026-11-21", NULL, &e), ERR_INPUT);
    assert_int_equal(clue_refund(&h, -8000, "凭证2", "2026-11-21", "记错", &e), 0);
    assert_int_equal(number("select count(*) from clue where id = $1 and state = 'closed'", id), 1);
    assert_int_equal(number("select count(*) from audit where object = 'clue:' || $1", id) > 5, 1);
}

static void rules_propose_a_nature(void **state)
{
    static const struct {
        const char *named, *law, *want;
    } row[] = {
        {"", "条例 38(1)", "hang_bed"},
        {"split_stay", "条例 38(1)", "split_stay"},
        {"induced_stay", "条例 40(1)", "induced_stay"},
        {"swap", "条例 38(4)", "swap"},
        {"", "条例 40(3)", "fictitious"},
        {"", "条例 39(3)", "records"},
        {"nothing", "条例 40(9)", "other_fraud"},
        {"", "药典 1", NULL},
    };
    struct buf b = BUF_INIT;

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        struct span law = span_of(row[i].law);
        const struct nature *n = nature_of_rule(span_of(row[i].named), &law, 1);

        assert_int_equal(n == NULL, row[i].want == NULL);
        if (n)
            assert_string_equal(n->code, row[i].want);
    }
    assert_string_equal(nature_of_words(span_of("来电反映虚假住院"))->code, "false_stay");
    assert_null(nature_of_words(span_of("态度不好")));
    nature_article(&b, &natures[nature_find(span_of("resale"))], true);
    assert_string_equal(buf_cstr(&b),
                        "条例第四十一条第二款（以骗取为目的，条例第四十一条第一款第三项）");
    buf_release(&b);
}

static void judged_anew_is_qualified_anew(void **state)
{
    int64_t id = clue("N");
    struct clue_hand h = hand(id);

    (void)state;
    assert_int_equal(clue_qualify(&h, "swap", false, &e), ERR_STATE);
    judge(id, VERDICT_CONFIRMED);
    assert_int_equal(clue_qualify(&h, "swap", true, &e), 0);
    judge(id, VERDICT_DOUBTFUL);
    assert_int_equal(
        number("select count(*) from clue where id = $1 and nature = '' and intent = 0", id), 1);
}

static void confirmed_needs_amounts(void **state)
{
    int64_t id = clue("D");
    struct clue_hand h = hand(id);
    struct disposal d = {.measures = "talk"};

    (void)state;
    judge(id, VERDICT_CONFIRMED);
    assert_int_equal(clue_dispose(&h, &d, &e), 0);
    assert_int_equal(clue_close(&h, NULL, &e), ERR_STATE);
    assert_non_null(strstr(e.message, "认定金额"));
    id = clue("E");
    h = hand(id);
    judge(id, VERDICT_REJECTED);
    d.measures = "none";
    assert_int_equal(clue_dispose(&h, &d, &e), 0);
    assert_int_equal(clue_close(&h, NULL, &e), 0);
}

static void by_hand_needs_basis_and_amount(void **state)
{
    struct hand_clue c = {.source = "letter",
                          .title = "某医院挂床住院",
                          .received_on = "2026-11-02",
                          .amount_fen = 100,
                          .fund_fen = 100};
    struct scope only = {.prefix = "5105"};
    int64_t id = 0;

    (void)state;
    assert_int_equal(clue_make(db, &who, &all, &c, &id, &e), ERR_INPUT);
    assert_string_equal(e.where, "basis");
    c.basis = "群众来信，署名";
    c.amount_fen = 0;
    assert_int_equal(clue_make(db, &who, &all, &c, &id, &e), ERR_INPUT);
    assert_string_equal(e.where, "amount_fen");
    c.amount_fen = 100;
    c.source = "screen";
    assert_int_equal(clue_make(db, &who, &all, &c, &id, &e), ERR_INPUT);
    c.source = "letter";
    c.admdvs = "420100";
    assert_int_equal(clue_make(db, &who, &only, &c, &id, &e), ERR_INPUT);
    c.admdvs = "510523";
    assert_int_equal(clue_make(db, &who, &only, &c, &id, &e), 0);
    assert_int_equal(number("select count(*) from clue_basis where clue = $1", id), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_found),
        cmocka_unit_test(no_line_is_claimed_twice),
        cmocka_unit_test(closing_needs_a_disposal),
        cmocka_unit_test(rules_propose_a_nature),
        cmocka_unit_test(judged_anew_is_qualified_anew),
        cmocka_unit_test(confirmed_needs_amounts),
        cmocka_unit_test(by_hand_needs_basis_and_amount),
    };

    return cmocka_run_group_tests(tests, open_db, close_db);
}
