/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A settlement that one import's flat sheet begins and the next one's goes on with is one settlement. */
#include "store_help.h"

#include "claims/intake.h"
#include "claims/undo.h"

#define HEAD                                                                                                                 \
    "人员编号,姓名,定点医药机构编号,就诊ID,结算ID,记账流水号,入院日期,出院日期,结算时间," \
    "费用发生时间,医保目录编码,数量,单价,明细项目费用总额,统筹支付,符合范围金额\n"
#define LINE(setl, line, amount, fund, scope)                                                     \
    "P1,张三,H1,M1," setl "," line ",2023-03-01,2023-03-02,2023-03-02,2023-03-01,X1,1,10," amount \
    "," fund "," scope "\n"

static void bring(struct box *b, const char *name, const char *text)
{
    const char *path = box_file(b, name, text);
    struct intake in = {.store = b->s};
    import_report_release(&b->r);
    memset(&b->e, 0, sizeof b->e);
    if (intake_run(&in, &path, 1, &b->r, &b->e) < 0)
        fail_msg("%s: %s", name, b->e.message);
}

/* One row of the settlement, its money as the text says and as rules see it; so many lines. */
static void stands(struct box *b, const char *setl, const char *money, int64_t total, int64_t fund,
                   int64_t lines)
{
    char sql[400];
    snprintf(
        sql, sizeof sql,
        "SELECT string_agg(concat_ws(' ', medfee_sumamt, hifp_pay, inscp_amt), ';') FROM t_setl_d "
        "WHERE setl_id = '%s'",
        setl);
    assert_string_equal(box_text(b, sql), money);
    snprintf(
        sql, sizeof sql,
        "SELECT s.medfee_sumamt FROM s_settlement s JOIN d_setl d ON d.id = s.setl_id WHERE d.code = '%s'",
        setl);
    assert_int_equal(box_int(b, sql), total);
    snprintf(
        sql, sizeof sql,
        "SELECT s.hifp_pay FROM s_settlement s JOIN d_setl d ON d.id = s.setl_id WHERE d.code = '%s'",
        setl);
    assert_int_equal(box_int(b, sql), fund);
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM s_line l JOIN d_setl d ON d.id = l.setl_id WHERE d.code = '%s'",
             setl);
    assert_int_equal(box_int(b, sql), lines);
}

static void goes_on(void **state)
{
    struct box b;
    struct undo_report u;
    (void)state;
    box_init(&b);
    bring(&b, "一.csv", HEAD LINE("S1", "L1", "10", "8", "9") LINE("S2", "K1", "7", "5", "6"));
    stands(&b, "S1", "10.00 8 9.00", 1000, 800, 1);
    /* the rest of S1, one line of it said again */
    bring(&b, "二.csv", HEAD LINE("S1", "L1", "10", "8", "9") LINE("S1", "L2", "20", "15.5", "18"));
    stands(&b, "S1", "30.00 23.50 27.00", 3000, 2350, 2);
    stands(&b, "S2", "7.00 5 6.00", 700, 500, 1);
    /* the same rows in a file of another name, in another order: nothing new */
    bring(&b, "三.csv", HEAD LINE("S1", "L2", "20", "15.5", "18") LINE("S1", "L1", "10", "8", "9"));
    stands(&b, "S1", "30.00 23.50 27.00", 3000, 2350, 2);
    /* a line alone, whose file can't know that the fund's share is cut up */
    bring(&b, "四.csv", HEAD LINE("S1", "L3", "5", "4", "5"));
    stands(&b, "S1", "35.00 27.50 32.00", 3500, 2750, 3);
    assert_int_equal(box_int(&b, "SELECT count(*) FROM s_visit"), 1);
    assert_int_equal(box_int(&b, "SELECT medfee_sumamt FROM s_visit"), 4200);
    /* taken back: as before, and what was taken back does not count when it comes again */
    if (store_undo(b.s, 0, NULL, &u, &b.e) < 0)
        fail_msg("%s", b.e.message);
    stands(&b, "S1", "30.00 23.50 27.00", 3000, 2350, 2);
    bring(&b, "四.csv", HEAD LINE("S1", "L3", "5", "4", "5"));
    stands(&b, "S1", "35.00 27.50 32.00", 3500, 2750, 3);
    box_release(&b);
}

/* What every line says of the whole settlement is not added, however many imports say it. */
static void said_again(void **state)
{
    struct box b;
    (void)state;
    box_init(&b);
    bring(&b, "一.csv", HEAD LINE("S1", "L1", "10", "50", "9") LINE("S1", "L2", "20", "50", "9"));
    bring(&b, "二.csv", HEAD LINE("S1", "L3", "30", "50", "9"));
    stands(&b, "S1", "60.00 50 27.00", 6000, 5000, 3);
    box_release(&b);
}

#define COUNTED_HEAD \
    "序号,姓名,证件号码,定点医药机构编号,结算时间,项目编码,项目名称,数量,单价,金额\n"
#define COUNTED(no, day) \
    no ",张三,420102195001010011,H1,2023-03-" day " 08:00:00,X1,甲,1,10.00,10.00\n"

/* Exports that overlap number their rows anew: a line said in both is one line, and its settlement's money stands once. */
static void counted_anew(void **state)
{
    struct box b;
    (void)state;
    box_init(&b);
    bring(&b, "一.csv", COUNTED_HEAD COUNTED("1", "01") COUNTED("2", "02") COUNTED("3", "02"));
    bring(&b, "二.csv", COUNTED_HEAD COUNTED("1", "02") COUNTED("2", "02") COUNTED("3", "03"));
    assert_int_equal(box_int(&b, "SELECT count(*) FROM s_line"), 4);
    assert_int_equal(box_int(&b, "SELECT CAST(sum(medfee_sumamt) AS BIGINT) FROM s_settlement"),
                     4000);
    box_release(&b);
}

/* A flat sheet knows less of a person than the roster: whichever comes first, the roster's row stays; of flat sheets the
 * newest. */
static void roster_stays(void **state)
{
    static const char who[] =
        "SELECT concat_ws(' ', psn_name, brdy, certno) FROM t_psn_info_b WHERE psn_no = 'P1'";
    struct box b;
    struct undo_report u;
    (void)state;
    box_init(&b);
    bring(&b, "一.csv", HEAD LINE("S1", "L1", "10", "8", "9"));
    assert_string_equal(box_text(&b, who), "张三");
    bring(&b, "二.csv",
          "人员编号,姓名,证件号码,出生日期\nP1,张三丰,420102195001010011,1950-01-01\n");
    assert_string_equal(box_text(&b, who), "张三丰 1950-01-01 420102195001010011");
    bring(
        &b, "三.csv",
        HEAD LINE("S1", "L1", "10", "8", "9") LINE(
            "S1", "L2", "20", "15.5",
            "18") "P2,李四,H1,M2,S2,K1,2023-03-01,2023-03-02,2023-03-02,2023-03-01,X1,1,10,10,8,9\n");
    assert_string_equal(box_text(&b, who), "张三丰 1950-01-01 420102195001010011");
    assert_int_equal(box_int(&b, "SELECT count(*) FROM s_line"), 3);
    if (store_undo(b.s, 0, NULL, &u, &b.e) < 0)
        fail_msg("%s", b.e.message);
    assert_string_equal(box_text(&b, who), "张三丰 1950-01-01 420102195001010011");
    /* only flat sheets tell of P2 */
    bring(&b, "四.csv",
          HEAD "P2,李四,H1,M2,S2,K1,2023-03-01,2023-03-02,2023-03-02,2023-03-01,X1,1,10,10,8,9\n");
    bring(&b, "五.csv",
          HEAD
          "P2,李四海,H1,M2,S2,K2,2023-03-01,2023-03-02,2023-03-02,2023-03-01,X1,1,10,10,8,9\n");
    assert_string_equal(
        box_text(&b, "SELECT string_agg(psn_name, ' ') FROM t_psn_info_b WHERE psn_no = 'P2'"),
        "李四海");
    box_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_on),
        cmocka_unit_test(said_again),
        cmocka_unit_test(counted_anew),
        cmocka_unit_test(roster_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
