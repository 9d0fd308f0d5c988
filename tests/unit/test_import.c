/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Files into the store: what they may look like, what is rejected and how it is said, repeats, refunds, late lines. */
#include "store_help.h"

#include "engine/source.h"

#define LINE_HEAD \
    "bkkp_sn,psn_no,mdtrt_id,setl_id,fixmedins_code,fee_ocur_time,hilist_code,cnt,pric,det_item_fee_sumamt\n"
#define SETL_HEAD \
    "setl_id,mdtrt_id,psn_no,fixmedins_code,setl_time,med_type,medfee_sumamt,fund_pay_sumamt,refd_setl_flag,init_setl_id\n"
#define VISIT_HEAD "mdtrt_id,psn_no,fixmedins_code,med_type,begntime,endtime,dscg_maindiag_code\n"

static void encodings(void **state)
{
    (void)state;
    static const struct {
        const char *name, *encoding;
        const char *bytes;
        size_t n;
    } row[] = {
#define CASE(name, enc, lit) {name, enc, lit, sizeof(lit) - 1}
        CASE("utf-8", "UTF-8", "人员编号,姓名,性别\np1,张三,1\n"),
        CASE("bom", "UTF-8 BOM", "\xef\xbb\xbf人员编号,姓名,性别\np1,张三,1\n"),
        CASE(
            "gbk", "GB18030",
            "\xc8\xcb\xd4\xb1\xb1\xe0\xba\xc5,\xd0\xd5\xc3\xfb,\xd0\xd4\xb1\xf0\np1,\xd5\xc5\xc8\xfd,1\n"),
        CASE("late gbk", "GB18030", "psn_no,psn_name,gend\np1,\xd5\xc5\xc8\xfd,1\n"),
        CASE("utf-16", "UTF-16",
             "\xff\xfe"
             "p\0s\0n\0_\0n\0o\0\t\0\xd3\x59\x0d\x54\t\0g\0e\0n\0d\0\n\0"
             "p\0"
             "1\0\t\0\x20\x5f\x09\x4e\t\0"
             "1\0\n\0"),
        CASE("tabs, CRLF, no last break", "UTF-8", "psn_no\tpsn_name\tgend\r\np1\t张三\t1"),
        CASE("bars", "UTF-8", "psn_no|psn_name|gend\np1|张三|1\n"),
        CASE("CR alone", "UTF-8", "psn_no,psn_name,gend\rp1,张三,1\r"),
        CASE("quotes, blank lines", "UTF-8",
             "\n\"psn_no\",\"psn_name\",gend\n\n\"p1\",\"张三\",\"1\"\n\n"),
        CASE("spaces in heading, unit", "UTF-8", " 人员 编号 ,姓名,性别\np1,张三,1\n"),
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct box b;
        box_init(&b);
        box_import(&b, box_file_n(&b, "psn_info_b.csv", row[i].bytes, row[i].n));
        assert_int_equal(b.r.row[0].rows_kept, 1);
        if (strcmp(b.r.row[0].encoding, row[i].encoding) != 0)
            fail_msg("%s: %s", row[i].name, b.r.row[0].encoding);
        assert_string_equal(box_text(&b, "SELECT name FROM d_person WHERE code = 'p1'"), "张三");
        assert_int_equal(
            box_int(
                &b,
                "SELECT count(*) FROM s_person p JOIN d_code c ON c.id = gend WHERE c.code = '1'"),
            1);
        box_release(&b);
    }
}

/* What makes a whole file unfit: nothing of it may stay. */
static void bad_files(void **state)
{
    (void)state;
    static const struct {
        const char *name, *bytes;
        size_t n;
        const char *message, *hint;
    } row[] = {
#define BAD(name, lit, message, hint) {name, lit, sizeof(lit) - 1, message, hint}
        BAD("setl_d.csv", "", "空文件", ""),
        BAD("setl_d.csv", "\n\n", "空文件", ""),
        BAD("setl_d.csv", "setl_id,psn_no,setl_time\ns1,p1,2023-01-01\n",
            "medfee_sumamt（医疗费总额）", "setl_id、psn_no"),
        BAD("setl_d.csv", "a,b\n1,2\n", "缺少列 setl_id", "a、b"),
        BAD("setl_d.csv", "setl_id,psn_no\0\n", "第 15 字节是 NUL", "Excel"),
        BAD("setl_d.csv", "setl_id,\xff\xfa\x81\n", "第 9 字节", "UTF-8"),
        BAD("what.csv", "a,b\n1,2\n", "看不出是哪张表", "fee_list_d"),
        BAD("setl_d.parquet", "PAR1 not really", "Parquet", ""),
    };
    struct box b;
    box_init(&b);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        assert_true(box_try(&b, box_file_n(&b, row[i].name, row[i].bytes, row[i].n)) < 0);
        assert_has(b.e.message, row[i].message);
        assert_has(b.e.hint, row[i].hint);
        assert_int_equal(box_int(&b, "SELECT count(*) FROM file"), 0);
    }
    assert_true(box_try(&b, "/nowhere/setl_d.csv") < 0);
    box_release(&b);
}

/* Row by row: rejected with the line, or kept with a mark. */
static void bad_rows(void **state)
{
    (void)state;
    static const struct {
        const char *line, *column, *reason; /* reason NULL: kept */
        int marks;
    } row[] = {
        {"L1,p1,m1,s1,H1,2023-03-01 08:00:00,001203000010000,2,1.5,3.00", NULL, NULL,
         MARK_NO_VISIT},
        {"L2,p1,m1,s1,H1,2023-02-30 08:00:00,001203000010000,2,1.5,3.00", "fee_ocur_time",
         "费用发生时间不是有效的日期时间", 0},
        {"L3,p1,m1,s1,H1,,001203000010000,2,1.5,3.00", "fee_ocur_time", "缺少费用发生时间", 0},
        {",p1,m1,s1,H1,2023-03-01,001203000010000,2,1.5,3.00", "bkkp_sn", "缺少记账流水号", 0},
        {"L5,,m1,s1,H1,2023-03-01,001203000010000,2,1.5,3.00", "psn_no", "缺少人员编号", 0},
        {"L6,p1,m1,s1,H1,2023-03-01,001203000010000,2,1.5,1e9", "det_item_fee_sumamt",
         "不是有效的金额", 0},
        {"L7,p1,m1,s1,H1,2023-03-01,001203000010000,2,500000000,1000000000", NULL, NULL,
         MARK_NO_VISIT | MARK_BIG},
        {"L8,p1,m1,s1,H1,2023-03-01,001203000010000,2,1.5,4.00", NULL, NULL,
         MARK_NO_VISIT | MARK_AMOUNT},
        {"L9,p1,m1,s1,H1,2023-03-01,local-7,2,1.5,3.00", NULL, NULL,
         MARK_NO_VISIT | MARK_CODE_UNKNOWN},
        {"L10,p1,m1,s1,H1,2023-03-01,001203000010000,0,1.5,3.00", NULL, NULL,
         MARK_NO_VISIT | MARK_SIGN | MARK_AMOUNT},
        {"L11,p1,m1,s1,H1,2198-03-01,001203000010000,2,1.5,3.00", NULL, NULL,
         MARK_NO_VISIT | MARK_FUTURE},
        {"L12,p1,m1,s1,H1,2023-03-01,001203000010000,2,1.5", NULL, "应有 10 列，这一行有 9 列", 0},
        {"L13,p1,m1,s1,H1,2023-03-01,001203000010000,2,1.5,3.00,extra", NULL,
         "应有 10 列，这一行有 11 列", 0},
        {"L15,\"p\"1,m1,s1,H1,2023-03-01,001203000010000,2,1.5,3.00", NULL, "闭合引号后还有字符",
         0},
        {"L16,p1,m1,s1,H1,20230301,001203000010000,2,1.5,\"3,000.00\"", NULL, NULL,
         MARK_NO_VISIT | MARK_AMOUNT},
        {"L17,p1,m1,s1,H1,2023年3月1日,001203000010000,二,1.5,3.00", NULL, NULL, MARK_NO_VISIT},
        {"L18,p1,m1,s1,H1,2023/3/1 8:30,001203000010000-01,2,1.5,3.00", NULL, NULL, MARK_NO_VISIT},
        {"L14,\"p1,m1,s1,H1,2023-03-01,001203000010000,2,1.5,3.00", NULL, "引号没有闭合", 0},
    };
    enum { N = sizeof row / sizeof row[0] };
    struct box b;
    struct buf text = BUF_INIT;
    int64_t rejected = 0;
    buf_str(&text, LINE_HEAD "\n");
    for (size_t i = 0; i < N; i++) {
        buf_fmt(&text, "%s\n", row[i].line);
        rejected += row[i].reason != NULL;
    }
    box_init(&b);
    box_import(&b, box_file(&b, "fee_list_d.csv", buf_cstr(&text)));
    const struct import_row *r = &b.r.row[0];
    assert_int_equal(r->rows_read, N);
    assert_int_equal(r->rows_rejected, rejected);
    assert_int_equal(r->rows_read, r->rows_kept + r->rows_rejected);
    assert_int_equal(r->fen_read, r->fen_kept + r->fen_rejected);
    for (size_t i = 0; i < N; i++) {
        char sql[256];
        if (row[i].reason) {
            snprintf(sql, sizeof sql,
                     "SELECT reason FROM reject WHERE line_no = %zu AND row_no = %zu", i + 3,
                     i + 1);
            assert_has(box_text(&b, sql), row[i].reason);
            snprintf(sql, sizeof sql,
                     "SELECT coalesce(column_name, '') FROM reject WHERE row_no = %zu", i + 1);
            assert_string_equal(box_text(&b, sql), row[i].column ? row[i].column : "");
            snprintf(sql, sizeof sql, "SELECT raw FROM reject WHERE row_no = %zu", i + 1);
            assert_string_equal(box_text(&b, sql), row[i].line);
        } else {
            snprintf(sql, sizeof sql,
                     "SELECT marks FROM s_line JOIN line_text t USING (no) WHERE row_no = %zu",
                     i + 1);
            if (box_int(&b, sql) != row[i].marks)
                fail_msg("%s: marks %lld", row[i].line, (long long)box_int(&b, sql));
        }
    }
    buf_release(&text);
    box_release(&b);
}

static int stop(void *left)
{
    return --*(int *)left < 0;
}

/* What a reader says of cells that Excel had destroyed is part of the import: in with it, or out with it. */
static void reader_rejects(void **state)
{
    (void)state;
    struct box b;
    box_init(&b);
    const char *fees = box_file(
        &b, "fee_list_d.csv",
        "bkkp_sn,psn_no,mdtrt_id,setl_id,fixmedins_code,fee_ocur_time,hilist_code,cnt,pric,det_item_fee_sumamt,_src_row,_src_sheet\n,p1,m1,s1,H1,2023-03-01,001203000010000,2,1.5,3.00,7,费用\n"
        "L2,p1,m1,s1,H1,2023-03-01,001203000010000,2,1.5,3.00,8,费用\n");
    const char *said = box_file(&b, "_rejects.csv",
                                "file,sheet,row_no,table_name,column_name,value,reason,amount,raw\n"
                                "a.xlsx,费用,7,fee_list_d,bkkp_sn,4.2E+17,编码已被 Excel 毁坏,,\n");
    struct import_file f = {.path = fees, .table = -1, .rejects = "/nowhere/_rejects.csv"};
    assert_int_not_equal(store_import_files(b.s, &f, 1, NULL, NULL, &b.r, &b.e), 0);
    assert_int_equal(box_int(&b, "SELECT count(*) FROM file"), 0);
    assert_int_equal(box_int(&b, "SELECT count(*) FROM reject"), 0);
    import_report_release(&b.r);
    f.rejects = said;
    int steps = 0, left = 0;
    struct progress p = {NULL, stop, &left};
    for (;; steps++) { /* interrupted at every step, the last one just before the commit */
        left = steps;
        import_report_release(&b.r);
        if (store_import_files(b.s, &f, 1, NULL, &p, &b.r, &b.e) == 0)
            break;
        assert_has(b.e.message, "已中断");
        assert_int_equal(box_int(&b, "SELECT count(*) FROM file"), 0);
        assert_int_equal(box_int(&b, "SELECT count(*) FROM reject"), 0);
        assert_int_equal(box_int(&b, "SELECT count(*) FROM line_text"), 0);
    }
    assert_true(steps >= 5);
    assert_int_equal(b.r.row[0].rows_kept, 1);
    assert_string_equal(box_text(&b, "SELECT value || ' ' || reason FROM reject"),
                        "4.2E+17 编码已被 Excel 毁坏");
    box_release(&b);
}

static void truncated(void **state)
{
    (void)state;
    struct box b;
    box_init(&b);
    box_import(
        &b, box_file(&b, "setl_d.csv",
                     "setl_id,psn_no,setl_time,medfee_sumamt\ns1,p1,2023-03-01,10\ns2,p1,2023-0"));
    assert_int_equal(b.r.row[0].rows_kept, 1);
    assert_int_equal(b.r.row[0].rows_rejected, 1);
    assert_has(box_text(&b, "SELECT reason FROM reject"), "可能被截断");
    box_import(&b, box_file(&b, "setl_d_2.csv", "setl_id,psn_no,setl_time,medfee_sumamt\n"));
    assert_int_equal(b.r.row[0].rows_read, 0);
    box_release(&b);
}

static void quoted_breaks_and_lineage(void **state)
{
    (void)state;
    struct box b;
    box_init(&b);
    box_import(&b, box_file(&b, "fee_list_d.csv",
                            "bkkp_sn,psn_no,fee_ocur_time,det_item_fee_sumamt,memo,local_x\n"
                            "L1,p1,2023-03-01,1.00,\"two\nlines, \"\"quoted\"\"\",a\n"
                            "L2,p1,2023-13-01,1.00,,b\n"
                            "L3,p1,2023-03-01,2.00,,c\n"));
    assert_int_equal(b.r.row[0].rows_kept, 2);
    assert_string_equal(box_text(&b, "SELECT memo FROM line_text WHERE bkkp_sn = 'L1'"),
                        "two\nlines, \"quoted\"");
    assert_string_equal(box_text(&b, "SELECT local_x FROM line_text WHERE bkkp_sn = 'L3'"), "c");
    assert_int_equal(box_int(&b, "SELECT row_no FROM line_text WHERE bkkp_sn = 'L3'"), 3);
    assert_int_equal(box_int(&b, "SELECT line_no FROM reject"), 4);
    assert_int_equal(box_int(&b, "SELECT count(*) FROM line_text"), 2);
    box_release(&b);
}

static void repeats(void **state)
{
    (void)state;
    struct box b;
    box_init(&b);
    const char *first = LINE_HEAD
        "L1,p1,m1,s1,H1,2023-03-01,i,1,1,1.00\nL2,p1,m1,s1,H1,2023-03-02,i,1,2,2.00\n";
    box_import(&b, box_file(&b, "fee_list_d.csv", first));
    box_import(&b, box_file(&b, "fee_list_d_again.csv", first));
    assert_int_equal(b.r.row[0].rows_repeated, 2);
    assert_has(b.r.row[0].note, "已导入过");
    /* L1 the same, L2 changed and moved to another month, L3 new */
    box_import(
        &b, box_file(&b, "fee_list_d_2.csv",
                     LINE_HEAD
                     "L1,p1,m1,s1,H1,2023-03-01,i,1,1,1.00\nL2,p1,m1,s1,H1,2023-04-02,i,1,5,5.00\n"
                     "L3,p1,m1,s1,H1,2023-03-01,i,1,4,4.00\n"));
    const struct import_row *r = &b.r.row[0];
    assert_int_equal(r->rows_read, 3);
    assert_int_equal(r->rows_kept, 2);
    assert_int_equal(r->rows_repeated, 1);
    assert_int_equal(r->rows_replaced, 1);
    assert_int_equal(r->fen_read, r->fen_kept + r->fen_repeated);
    assert_int_equal(box_int(&b, "SELECT count(*) FROM s_line"), 3);
    assert_int_equal(box_int(&b, "SELECT CAST(sum(det_item_fee_sumamt) AS BIGINT) FROM s_line"),
                     1000);
    assert_int_equal(box_int(&b, "SELECT count(*) FROM line_202304"), 1);
    assert_int_equal(box_int(&b, "SELECT count(*) FROM line_text"), 3);
    /* within one file: equal rows are a repeat, different ones cannot both be */
    box_import(
        &b,
        box_file(&b, "fee_list_d_3.csv",
                 LINE_HEAD
                 "L8,p1,m1,s1,H1,2023-03-01,i,1,1,1.00\nL8,p1,m1,s1,H1,2023-03-01,i,1,1,1.00\n"
                 "L9,p1,m1,s1,H1,2023-03-01,i,1,1,1.00\nL9,p1,m1,s1,H1,2023-03-01,i,1,7,7.00\n"));
    r = &b.r.row[0];
    assert_int_equal(r->rows_kept, 2);
    assert_int_equal(r->rows_repeated, 1);
    assert_int_equal(r->rows_rejected, 1);
    assert_int_equal(r->fen_read, r->fen_kept + r->fen_repeated + r->fen_rejected);
    assert_has(box_text(&b, "SELECT reason FROM reject"), "以后面的为准");
    assert_int_equal(
        box_int(
            &b,
            "SELECT l.det_item_fee_sumamt FROM s_line l JOIN line_text USING (no) WHERE bkkp_sn = 'L9'"),
        700);
    box_release(&b);
}

static void repeats_of_tables(void **state)
{
    (void)state;
    struct box b;
    box_init(&b);
    box_import(&b,
               box_file(&b, "setl_d.csv",
                        SETL_HEAD
                        "s1,m1,p1,H1,2023-03-01,11,10,5,0,\ns2,m2,p1,H1,2023-03-02,11,20,5,0,\n"));
    box_import(&b,
               box_file(&b, "setl_d_2.csv",
                        SETL_HEAD
                        "s1,m1,p1,H1,2023-03-01,11,10,5,0,\ns2,m2,p1,H1,2023-03-02,11,30,5,0,\n"));
    assert_int_equal(b.r.row[0].rows_kept, 1);
    assert_int_equal(b.r.row[0].rows_repeated, 1);
    assert_int_equal(b.r.row[0].rows_replaced, 1);
    assert_int_equal(box_int(&b, "SELECT CAST(sum(medfee_sumamt) AS BIGINT) FROM s_settlement"),
                     4000);
    /* no key: as many copies as one file has */
    const char *two =
        "fixmedins_code,med_list_codg,sel_retn_time,sel_retn_cnt\nP1,X1,2023-03-01 08:00:00,1\nP1,X1,2023-03-01 08:00:00,1\n";
    box_import(&b, box_file(&b, "sale_3505.csv", two));
    assert_int_equal(b.r.row[0].rows_kept, 2);
    box_import(
        &b,
        box_file(
            &b, "sale_3505_b.csv",
            "fixmedins_code,med_list_codg,sel_retn_time,sel_retn_cnt\nP1,X1,2023-03-01 08:00:00,1\n"
            "P1,X1,2023-03-01 08:00:00,1\nP1,X1,2023-03-01 08:00:00,1\n"));
    assert_int_equal(b.r.row[0].rows_kept, 1);
    assert_int_equal(b.r.row[0].rows_repeated, 2);
    assert_int_equal(box_int(&b, "SELECT count(DISTINCT sale_id) FROM s_sale"), 3);
    box_release(&b);
}

static void refunds(void **state)
{
    (void)state;
    struct box b;
    box_init(&b);
    box_import(&b, box_file(&b, "mdtrt_d.csv",
                            VISIT_HEAD "m1,p1,H1,11,2023-03-01 08:00,2023-03-01 09:00,i10.x00+Z99\n"
                                       "m2,p1,H1,21,2023-03-05,2023-03-09,J18.900\n"));
    box_import(&b, box_file(&b, "setl_d.csv",
                            SETL_HEAD "s1,m1,p1,H1,2023-03-01 09:00,11,10,5,0,\n"
                                      "s2,m2,p1,H1,2023-03-09 09:00,21,100,50,0,\n"));
    box_import(
        &b,
        box_file(&b, "fee_list_d.csv",
                 LINE_HEAD
                 "L1,p1,m1,s1,H1,2023-03-01,i,1,10,10\nL2,p1,m2,s2,H1,2023-03-06,i,1,100,100\n"));
    assert_int_equal(box_int(&b, "SELECT count(*) FROM s_visit WHERE kind = 1"), 1);
    assert_int_equal(box_int(&b, "SELECT count(*) FROM s_visit WHERE kind = 2"), 1);
    assert_string_equal(
        box_text(&b, "SELECT code FROM s_visit v JOIN d_dx d ON d.id = v.dx WHERE kind = 2"),
        "I10.X00");
    assert_int_equal(box_int(&b, "SELECT CAST(sum(marks) AS BIGINT) FROM s_line"),
                     2 * MARK_CODE_UNKNOWN);
    /* a later month refunds the first settlement; another refund names nothing we know */
    box_import(&b, box_file(&b, "setl_d_04.csv",
                            SETL_HEAD "r1,m1,p1,H1,2023-04-01 09:00,11,-10,-5,1,s1\n"
                                      "r2,m9,p1,H1,2023-04-01 10:00,11,-7,-3,1,s99\n"));
    assert_int_equal(box_int(&b, "SELECT count(*) FROM s_settlement WHERE void = 1"), 3);
    assert_int_equal(
        box_int(&b, "SELECT void FROM line_202303 JOIN line_text USING (no) WHERE bkkp_sn = 'L1'"),
        1);
    assert_int_equal(
        box_int(&b, "SELECT void FROM line_202303 JOIN line_text USING (no) WHERE bkkp_sn = 'L2'"),
        0);
    assert_int_equal(box_int(&b, "SELECT count(*) FROM s_visit WHERE kind = 2"), 0);
    assert_int_equal(
        box_int(
            &b,
            "SELECT medfee_sumamt FROM s_refund JOIN d_code c ON c.id = refund_kind WHERE c.code = 'pair'"),
        1000);
    assert_int_equal(
        box_int(
            &b,
            "SELECT medfee_sumamt FROM s_refund JOIN d_code c ON c.id = refund_kind WHERE c.code = 'orphan'"),
        700);
    assert_int_equal(box_int(&b, "SELECT count(*) FROM s_settlement WHERE marks & 2048 <> 0"), 1);
    box_release(&b);
}

static void made_visits(void **state)
{
    (void)state;
    struct box b;
    box_init(&b);
    box_import(
        &b,
        box_file(
            &b, "fee_list_d.csv",
            LINE_HEAD
            "L1,p1,m1,s1,H1,2023-03-01 08:00,i,1,10,10\nL2,p1,m1,s1,H1,2023-04-06 09:00,i,1,1,1\n"));
    assert_int_equal(
        box_int(
            &b,
            "SELECT count(*) FROM s_visit WHERE marks & 8 <> 0 AND begndate = 19417 AND enddate = 19453"),
        1);
    assert_int_equal(box_int(&b, "SELECT count(*) FROM s_line WHERE marks & 4 <> 0"), 2);
    box_import(&b, box_file(&b, "mdtrt_d.csv",
                            VISIT_HEAD "m1,p1,H1,11,2023-03-01 08:00,2023-03-01 09:00,\n"));
    assert_int_equal(box_int(&b, "SELECT count(*) FROM s_visit WHERE marks & 8 <> 0"), 0);
    assert_int_equal(box_int(&b, "SELECT count(*) FROM s_line WHERE marks & 4 <> 0"), 0);
    box_release(&b);
}

/* Late lines of a month that is there: the stored order must hold, ties by the bytes of bkkp_sn. */
static void late_lines(void **state)
{
    (void)state;
    struct box b;
    box_init(&b);
    box_import(
        &b, box_file(
                &b, "fee_list_d_1.csv",
                LINE_HEAD
                "B1,p1,m1,s1,H1,2023-03-01 08:00,i,1,1,1\nB3,p1,m1,s1,H1,2023-03-01 08:00,i,1,1,1\n"
                "B2,p2,m2,s2,H1,2023-03-01 08:00,i,1,1,1\n"));
    box_import(
        &b,
        box_file(
            &b, "fee_list_d_2.csv",
            LINE_HEAD
            "B20,p1,m1,s1,H1,2023-03-01 08:00,i,1,1,1\nA,p1,m1,s1,H1,2023-02-28 08:00,i,1,1,1\n"
            "B0,p1,m1,s1,H1,2023-03-01 07:00,i,1,1,1\nB2a,p2,m2,s2,H1,2023-03-01 08:00,i,-1,1,-1\n"));
    assert_string_equal(
        box_text(
            &b,
            "SELECT string_agg(bkkp_sn, ' ') FROM (SELECT bkkp_sn FROM line_202303 l JOIN line_text "
            "t USING (no) ORDER BY l.rowid)"),
        "B0 B1 B20 B3 B2 B2a");
    assert_int_equal(box_int(&b, "SELECT count(*) FROM segment"), 2);
    box_release(&b);
}

static void refund_lines(void **state)
{
    (void)state;
    struct box b;
    box_init(&b);
    box_import(
        &b,
        box_file(&b, "fee_list_d_1.csv",
                 "bkkp_sn,psn_no,fee_ocur_time,det_item_fee_sumamt,init_feedetl_sn\n"
                 "L1,p1,2023-03-01,10,\nL2,p1,2023-03-02,-10,L1\nL3,p1,2023-03-02,-1,nowhere\n"));
    assert_int_equal(
        box_int(&b, "SELECT init_no FROM s_line JOIN line_text t USING (no) WHERE bkkp_sn = 'L2'"),
        box_int(&b, "SELECT no FROM line_text WHERE bkkp_sn = 'L1'"));
    assert_int_equal(
        box_int(&b, "SELECT init_no FROM s_line JOIN line_text t USING (no) WHERE bkkp_sn = 'L3'"),
        -1);
    assert_int_equal(box_int(&b, "SELECT count(*) FROM s_line WHERE init_no IS NULL"), 1);
    box_release(&b);
}

static void parquet(void **state)
{
    (void)state;
    struct box b;
    box_init(&b);
    char sql[512];
    snprintf(
        sql, sizeof sql,
        "COPY (SELECT 'L' || i AS bkkp_sn, 'p1' AS psn_no, TIMESTAMP '2023-03-01 08:00:00' + INTERVAL (i) DAY AS "
        "fee_ocur_time, CASE WHEN i < 4 THEN 1.50::DECIMAL(10,2) END AS 明细金额 FROM range(5) t(i)) TO '%s/fee_list_d.parquet'",
        b.dir);
    assert_int_equal(db_run(b.s->con, sql, &b.e), 0);
    char path[128];
    snprintf(path, sizeof path, "%s/fee_list_d.parquet", b.dir);
    box_import(&b, path);
    assert_int_equal(b.r.row[0].rows_kept, 4);
    assert_int_equal(b.r.row[0].rows_rejected, 1);
    assert_int_equal(box_int(&b, "SELECT row_no FROM reject"), 5);
    assert_int_equal(box_int(&b, "SELECT CAST(sum(det_item_fee_sumamt) AS BIGINT) FROM s_line"),
                     600);
    box_release(&b);
}

/* The store's tables are what engine/source.c says, after an import too. */
static void contract(void **state)
{
    (void)state;
    struct box b;
    box_init(&b);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < SOURCE_COUNT; i++) {
            const struct source *s = &huji_sources[i];
            for (size_t k = 0; k < s->n_fields; k++) {
                char sql[256];
                snprintf(
                    sql, sizeof sql,
                    "SELECT count(*) FROM duckdb_columns() WHERE table_name = '%s' AND column_name = '%s' AND data_type "
                    "= '%s' AND column_index = %zu",
                    s->table, s->fields[k].name, ftype_sql(s->fields[k].type), k + 1);
                if (box_int(&b, sql) != 1)
                    fail_msg("%s.%s", s->table, s->fields[k].name);
            }
        }
        box_import(
            &b, box_file(&b, "fee_list_d.csv", LINE_HEAD "L1,p1,m1,s1,H1,2023-03-01,i,1,10,10\n"));
    }
    box_release(&b);
}

static void rosters(void **state)
{
    (void)state;
    struct box b;
    box_init(&b);
    char dir[128], path[256];
    snprintf(dir, sizeof dir, "%s/in", b.dir);
    mkdir(dir, 0777);
    static const char *const file[][2] = {
        {"psn_info_b.csv",
         "psn_no,psn_name,gend,brdy,certno,tel,resdbook_no\np1,张三,1,1950-01-01,51010019500101001x,139,B7\np2,李四,2,1960-01-01,C2,139,\n"},
        {"死亡名单.csv",
         "身份证号,姓名,死亡日期,信息来源\n51010019500101001X,张三,2023-03-08,殡葬\n"},
        {"household.csv", "psn_no,house_no\np2,H9\n"},
        {"低保名单.csv", "证件号码,救助类别\nC2,城市低保\n"},
        {"device.csv", "fixmedins_code,device,units,per_day\nH1,血液透析机,20,3\n"},
        {"suspension.csv",
         "fixmedins_code,begndate,enddate,dept_code\nH1,2023-01-01,2023-01-31,\nH1,2023-02-01,,A03\n"},
        {"presence_check.csv", "certno,check_time,result\nC2,2023-03-01 20:00,不在床\n"},
        {"staff.csv", "fixmedins_code,certno\nH1,C2\n"},
        {"fixmedins_b.csv",
         "fixmedins_code,fixmedins_name,hosp_lv,fixmedins_type\nH1,某医院,02,1\n"},
        {"readme.txt", "nothing\n"},
    };
    for (size_t i = 0; i < sizeof file / sizeof file[0]; i++) {
        snprintf(path, sizeof path, "in/%s", file[i][0]);
        box_file(&b, path, file[i][1]);
    }
    box_import(&b, dir);
    assert_int_equal(box_int(&b, "SELECT die_date FROM s_person WHERE die_date IS NOT NULL"),
                     19424);
    assert_string_equal(
        box_text(
            &b,
            "SELECT t.code FROM s_person s JOIN d_person p ON p.id = s.psn_no JOIN d_text t ON t.id = household WHERE p.code = 'p1'"),
        "b:B7");
    assert_string_equal(
        box_text(
            &b,
            "SELECT t.code FROM s_person s JOIN d_person p ON p.id = s.psn_no JOIN d_text t ON t.id = household WHERE p.code = 'p2'"),
        "h:H9");
    assert_string_equal(box_text(&b, "SELECT code FROM l_assisted JOIN d_code ON id = kind"),
                        "dibao");
    assert_string_equal(
        box_text(&b, "SELECT code FROM l_capacity JOIN d_code ON id = device WHERE units = 20"),
        "dialysis");
    assert_int_equal(box_int(&b, "SELECT count(*) FROM l_suspension"), 1);
    assert_int_equal(box_int(&b, "SELECT count(*) FROM l_dept_suspension WHERE e IS NULL"), 1);
    assert_string_equal(box_text(&b, "SELECT code FROM s_check JOIN d_code ON id = result"),
                        "away");
    assert_int_equal(
        box_int(&b,
                "SELECT level FROM s_inst JOIN d_inst ON id = fixmedins_code WHERE code = 'H1'"),
        3);
    assert_int_equal(box_int(&b, "SELECT count(*) FROM s_person WHERE staff_inst IS NOT NULL"), 1);
    bool told = false;
    for (size_t i = 0; i < b.r.n; i++)
        told |= b.r.row[i].table < 0 && strstr(b.r.row[i].path, "readme.txt");
    assert_true(told);
    box_release(&b);
}

static void locked(void **state)
{
    (void)state;
    struct box b;
    box_init(&b);
    struct store *other = NULL;
    char d[128];
    snprintf(d, sizeof d, "%s/d", b.dir);
    assert_int_equal(store_open(d, STORE_READ, NULL, &other, &b.e), ERR_STATE);
    assert_has(b.e.message, "pid");
    assert_has(b.e.message, "test");
    assert_int_equal(store_open("/tmp", STORE_READ, NULL, &other, &b.e), ERR_STATE);
    assert_has(b.e.message, "不是数据目录");
    box_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encodings),  cmocka_unit_test(bad_files),
        cmocka_unit_test(bad_rows),   cmocka_unit_test(reader_rejects),
        cmocka_unit_test(truncated),  cmocka_unit_test(quoted_breaks_and_lineage),
        cmocka_unit_test(repeats),    cmocka_unit_test(repeats_of_tables),
        cmocka_unit_test(refunds),    cmocka_unit_test(made_visits),
        cmocka_unit_test(late_lines), cmocka_unit_test(refund_lines),
        cmocka_unit_test(parquet),    cmocka_unit_test(contract),
        cmocka_unit_test(rosters),    cmocka_unit_test(locked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
