/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Cells kept as integers: the very text comes back, and the value is what base makes of it. */
#include "store_help.h"

#include "base/day.h"
#include "base/fen.h"
#include "claims/packed.h"

static void numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool packed;
    } row[] = {
        {"0", true},
        {"8", true},
        {"8.00", true},
        {"0.005", true},
        {"-12.345", true},
        {"123456789012345.67", true},
        {"0.0000", true},
        {"-0.5", true},
        {"99999999999999999", true},
        {"1.50", true},
        {"2.675", true},
        {"-2.675", true},
        {"0.4999999", true},
        {"", false},
        {"-", false},
        {".5", false},
        {"5.", false},
        {"08", false},
        {"-0", false},
        {"-0.00", false},
        {"+1", false},
        {"1,234.50", false},
        {" 1", false},
        {"1 ", false},
        {"1e3", false},
        {"二", false},
        {"123456789012345678", false},
        {"0.1234567890123456", false},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct span s = span_of(row[i].text);
        struct buf b = BUF_INIT;
        int64_t packed = 0;
        if (dec_pack(s, &packed) != row[i].packed)
            fail_msg("%s", row[i].text);
        if (!row[i].packed)
            continue;
        assert_true(packed > PACKED_MIN);
        dec_pack_print(&b, packed);
        assert_string_equal(buf_cstr(&b), row[i].text);
        for (int scale = 0; scale <= 6; scale += 2) {
            int64_t x = 0, y = 0;
            bool ok = dec_parse(s, scale, true, &x);
            if (dec_unpack(packed, scale, &y) != ok || (ok && x != y))
                fail_msg("%s at %d: %lld, not %lld", row[i].text, scale, (long long)y,
                         (long long)x);
        }
        buf_release(&b);
    }
}

static void times(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool packed;
    } row[] = {
        {"2023-03-08 09:30:00", true},  {"2023-03-08", true},
        {"1969-12-31 23:59:59", true},  {"1950-02-28", true},
        {"2024-02-29 00:00:00", true},  {"2023-02-29", false},
        {"2023-03-08 24:00:00", false}, {"2023-03-08 9:30:00", false},
        {"2023/03/08", false},          {"20230308", false},
        {"2023-03-08T09:30:00", false}, {"", false},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct span s = span_of(row[i].text);
        struct buf b = BUF_INIT;
        int64_t packed = 0;
        sec_t t = 0;
        if (time_pack(s, &packed) != row[i].packed)
            fail_msg("%s", row[i].text);
        if (!row[i].packed)
            continue;
        assert_true(sec_parse(s, &t));
        assert_int_equal(time_unpack(packed), t);
        time_pack_print(&b, packed);
        assert_string_equal(buf_cstr(&b), row[i].text);
        buf_release(&b);
    }
}

#define HEAD                                                                                                \
    "bkkp_sn,psn_no,mdtrt_id,fixmedins_code,fixmedins_name,fee_ocur_time,hilist_code,hilist_name,cnt,pric," \
    "det_item_fee_sumamt,memo,vali_flag,local_note"

/* Blanks around codes, numbers and dates in any form, rows that are rejected: line_text shows what the file says. */
static void texts_come_back(void **state)
{
    (void)state;
    static const char *const row[] = {
        "L1,p1,m1,H1,甲院,2023-03-01 08:00:00,001203000010000,护理,2,1.5,3.00,x,1,n1",
        "L2, p1,m1 ,H1,甲院 ,2023-03-01,001203000010000,护理,2.0,1.50,3,,1,",
        "L3,p2,m2, H1,甲院,2023/3/1 8:00,001203000010000 ,护理,+2,.5,1,0,n,n2",
        "L4,p2,m2,H1,,20230301,local 1,,二,-0.5,-0.00,y,0,n1",
    };
    struct box b;
    struct buf text = BUF_INIT;
    buf_str(&text, HEAD "\n");
    for (size_t i = 0; i < 4; i++)
        buf_fmt(&text, "%s\n", row[i]);
    box_init(&b);
    box_import(&b, box_file(&b, "fee_list_d.csv", buf_cstr(&text)));
    for (int again = 0; again < 2; again++) { /* the second time from the tables alone */
        for (int i = 0; i < 4; i++) {
            struct db_rows rows;
            char sql[512];
            snprintf(
                sql, sizeof sql,
                "SELECT concat_ws(',', bkkp_sn, psn_no, mdtrt_id, fixmedins_code, coalesce(fixmedins_name, ''), "
                "fee_ocur_time, hilist_code, coalesce(hilist_name, ''), cnt, pric, det_item_fee_sumamt, "
                "coalesce(memo, ''), vali_flag, coalesce(local_note, '')) FROM line_text WHERE row_no = %d",
                i + 1);
            assert_int_equal(db_open(b.s->con, sql, &rows, &b.e), 0);
            assert_true(db_next(&rows));
            struct span s = db_text(&rows, 0);
            if (!span_is(s, row[i]))
                fail_msg("%.*s\nis not\n%s", (int)s.n, s.p, row[i]);
            db_close(&rows);
        }
        box_close(&b);
        box_open(&b);
    }
    assert_int_equal(box_int(&b, "SELECT count(*) FROM d_person"), 2);
    assert_int_equal(box_int(&b, "SELECT count(*) FROM d_visit"), 2);
    assert_int_equal(box_int(&b, "SELECT count(*) FROM d_inst"), 1);
    assert_int_equal(box_int(&b, "SELECT count(*) FROM d_item"), 2);
    assert_int_equal(box_int(&b, "SELECT sum(det_item_fee_sumamt) FROM s_line"), 700);
    buf_release(&text);
    box_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(times),
        cmocka_unit_test(texts_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
