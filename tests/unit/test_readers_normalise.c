/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Ugly sheets -> national CSV: headings found, totals compared, what Excel destroyed named, flat sheets taken apart. */
#include "readers_help.h"

#include <sys/stat.h>

#include "claims/readers/normalise.h"
#include "claims/readers/template.h"
#include "claims/schema.h"

struct done {
    int rc;
    struct err e;
    struct normalise_report r;
    char dir[256];
};

static struct flat *together; /* not NULL: the files of one import */

static void run_map(struct done *d, const char *text, const char *name, const struct mapping *map)
{
    static int n;
    const char *path = in_scratch(name);
    *d = (struct done){0};
    snprintf(d->dir, sizeof d->dir, "%s/out%d", scratch, n++);
    assert_int_equal(mkdir(d->dir, 0777), 0);
    if (text)
        write_file(path, text, strlen(text));
    d->rc = readers_normalise(path, d->dir, map, together, NULL, &d->r, &d->e);
}

static void run(struct done *d, const char *text)
{
    run_map(d, text, "in.csv", NULL);
}

static void end(struct done *d)
{
    normalise_report_release(&d->r);
}

/* The CSV of a table says exactly this. */
static void wrote(const struct done *d, const char *table, const char *want)
{
    char path[300];
    size_t n = 0;
    snprintf(path, sizeof path, "%s/%s.csv", d->dir, table);
    char *got = read_file(path, &n);
    if (!got || strcmp(got, want) != 0)
        fail_msg("%s: %s\n got\n%s\n want\n%s", table, d->e.message, got ? got : "(none)", want);
    free(got);
}

static bool noted(const struct done *d, const char *words)
{
    for (size_t i = 0; i < d->r.n_notes; i++)
        if (strstr(d->r.notes[i], words))
            return true;
    for (size_t i = 0; i < d->r.n_notes; i++)
        print_message("note: %s\n", d->r.notes[i]);
    return false;
}

static void balanced(const struct done *d)
{
    assert_int_equal(d->r.rows, d->r.rows_kept + d->r.rows_rejected);
}

static void one_table(void **state)
{
    struct done d;
    (void)state;
    run(&d,
        "某县死亡人员名单,,,\n填报单位：某县民政局,,,\n姓 名,身份证号（18位）,死亡日期,备注\n"
        "张三,510523196503081231,2023/3/8,\n李四,510523196503081258,45000,无\n姓 名,身份证号（18位）,死亡日期,备注\n"
        "王五,510523196503081274,2023年2月30日,\n合计,,3人,\n注：以上为一季度,,,\n");
    assert_int_equal(d.rc, 0);
    wrote(&d, "death",
          "psn_name,certno,die_date,memo,_src_row,_src_sheet\n"
          "张三,510523196503081231,2023-03-08,,4,\n李四,510523196503081258,2023-03-15,无,5,\n"
          "王五,510523196503081274,2023年2月30日,,7,\n");
    assert_true(noted(&d, "第 9 行是说明"));
    assert_int_equal(d.r.rows, 3);
    balanced(&d);
    end(&d);
}

/* Days as numbers, before 1954 too; a comma behind the point is none of ours, and the import rejects the amount. */
static void numbers_as_text(void **state)
{
    struct done d;
    (void)state;
    run(&d, "人员编号,姓名,出生日期,性别\nP1,张三,18000,1\nP2,李四,10000,1\nP3,王五,45000.5,1\n");
    assert_int_equal(d.rc, 0);
    wrote(&d, "psn_info_b",
          "psn_no,psn_name,brdy,gend,_src_row,_src_sheet\nP1,张三,1949-04-12,1,2,\n"
          "P2,李四,1927-05-18,1,3,\nP3,王五,2023-03-15,1,4,\n");
    end(&d);
    run(&d,
        "结算ID,就诊ID,人员编号,定点医药机构编号,结算时间,医疗费总额\n"
        "S1,M1,P1,H1,2023-03-01,\"1,234.50\"\nS2,M2,P1,H1,2023-03-01,\"1.234,50\"\n"
        "S3,M3,P1,H1,2023-03-01,\"1,23\"\nS4,M4,P1,H1,2023-03-01,0x1E\nS5,M5,P1,H1,2023-03-01,\"￥1，234，567元\"\n");
    assert_int_equal(d.rc, 0);
    wrote(
        &d, "setl_d",
        "setl_id,mdtrt_id,psn_no,fixmedins_code,setl_time,medfee_sumamt,_src_row,_src_sheet\n"
        "S1,M1,P1,H1,2023-03-01,1234.50,2,\nS2,M2,P1,H1,2023-03-01,\"1.234,50\",3,\n"
        "S3,M3,P1,H1,2023-03-01,\"1,23\",4,\nS4,M4,P1,H1,2023-03-01,0x1E,5,\nS5,M5,P1,H1,2023-03-01,1234567,6,\n");
    end(&d);
}

/* A value under no heading is left out, and that is said. */
static void no_heading(void **state)
{
    struct done d;
    (void)state;
    run(&d,
        "<table><tr><td>结算ID</td><td>人员编号</td><td></td><td>结算时间</td><td>医疗费总额</td></tr>"
        "<tr><td>S1</td><td>P1</td><td>急</td><td>2023-03-01</td><td>10.00</td><td>外</td></tr></table>");
    assert_int_equal(d.rc, 0);
    wrote(
        &d, "setl_d",
        "setl_id,psn_no,setl_time,medfee_sumamt,_src_row,_src_sheet\nS1,P1,2023-03-01,10.00,2,表1\n");
    assert_true(noted(&d, "C 列等没有列名的单元格 2 个，未导入（如第 2 行 急）"));
    end(&d);
}

/* Rows left out as remarks are counted, however many. */
static void remarks_counted(void **state)
{
    struct done d;
    (void)state;
    run(&d,
        "姓名,证件号码,死亡日期,备注\n张三,510523196503081231,2023-03-08,\n甲,,,\n乙,,,\n丙,,,\n丁,,,\n戊,,,\n己,,,\n庚,,,\n");
    assert_int_equal(d.rc, 0);
    assert_int_equal(d.r.rows_kept, 1);
    assert_true(noted(&d, "第 7 行是说明，未导入：戊"));
    assert_true(noted(&d, "另有 2 行"));
    end(&d);
}

/* A separator within a value: no row is shifted or cut in silence. Separators at the end of a row say nothing. */
static void too_many_fields(void **state)
{
    static const char head[] = "结算ID,人员编号,姓名,结算时间,医疗费总额,备注\n";
    char text[400];
    size_t n = 0;
    struct done d;
    (void)state;
    snprintf(text, sizeof text,
             "%sS1,P1,张三,2023-03-01,10.00,,\nS2,P2,李四,2023-03-02,20.00,转院,急\n"
             "S3,P3,王,五,2023-03-02,30.00\nS4,P4,赵六,2023-03-03,40.00\n",
             head);
    run(&d, text);
    assert_int_equal(d.rc, 0);
    assert_int_equal(d.r.rows_kept, 3);
    assert_int_equal(d.r.rows_rejected, 1);
    snprintf(text, sizeof text, "%s/_rejects.csv", d.dir);
    char *said = read_file(text, &n);
    assert_non_null(said);
    assert_non_null(
        strstr(said, ",3,setl_d,,S2|P2|李四|2023-03-02|20.00|转院|急,应有 6 列，这一行有 7 列,"));
    free(said);
    end(&d);
}

static void two_row_heading(void **state)
{
    struct done d;
    (void)state;
    run(&d, "结算ID,就诊ID,人员编号,时间,,费用,,\n,,,结算日期,开始日期,总额(元),统筹支付,现金支付\n"
            "S1,M1,P1,2023-03-08 10:00,2023-03-01,\"1,234.50\",￥1000,(12.5)\n"
            "小计,,,,,1234.5,1000,\n总计,,,,,1234.50,999.00,-12.5\n");
    assert_int_equal(d.rc, 0);
    wrote(
        &d, "setl_d",
        "setl_id,mdtrt_id,psn_no,setl_time,begndate,medfee_sumamt,hifp_pay,cash_payamt,_src_row,_src_sheet\n"
        "S1,M1,P1,2023-03-08 10:00:00,2023-03-01,1234.50,1000,-12.5,3,\n");
    assert_true(noted(&d, "“费用/总额(元)” 1234.50 元，各行之和 1234.50 元：相符"));
    assert_true(noted(&d, "“费用/统筹支付” 999.00 元，各行之和 1000.00 元：不符"));
    end(&d);
}

static void destroyed(void **state)
{
    struct done d;
    (void)state;
    run(&d,
        "姓名,身份证号,死亡日期\n张三,5.10523E+17,2023-03-08\n李四,510523196503081000,2023-03-08\n"
        "王五,510523196503081258,2023-03-08\n");
    assert_int_equal(d.rc, 0);
    wrote(&d, "death",
          "psn_name,certno,die_date,_src_row,_src_sheet\n张三,,2023-03-08,2,\n"
          "李四,,2023-03-08,3,\n王五,510523196503081258,2023-03-08,4,\n");
    assert_int_equal(d.r.rows_rejected, 2);
    assert_true(noted(&d, "B 列“身份证号”：2 个值被 Excel 毁坏（如第 2 行 5.10523E+17）"));
    assert_true(noted(&d, "设为“文本”"));
    char path[300];
    size_t n = 0;
    snprintf(path, sizeof path, "%s/_rejects.csv", d.dir);
    char *got = read_file(path, &n);
    assert_non_null(got);
    assert_non_null(strstr(got, ",2,death,certno,5.10523E+17,编码或证件号已被 Excel 毁坏"));
    assert_non_null(strstr(got, ",3,death,certno,510523196503081000,"));
    free(got);
    balanced(&d);
    end(&d);
    /* letters that look like an exponent */
    run(&d,
        "人员编号,就诊ID,险种类型,开始时间,单位编号,医疗类别\nP1,M1,310,2023-03-08,429801E000005,11\n");
    assert_int_equal(d.rc, 0);
    assert_int_equal(d.r.cells_emptied, 0);
    end(&d);
    /* with the person's number beside it, the row stays and the cell is emptied */
    run(&d, "人员编号,姓名,身份证号,死亡日期\nP1,张三,5.10523E+17,2023-03-08\n");
    assert_int_equal(d.rc, 0);
    wrote(&d, "death",
          "psn_no,psn_name,certno,die_date,_src_row,_src_sheet\nP1,张三,,2023-03-08,2,\n");
    assert_int_equal(d.r.cells_emptied, 1);
    end(&d);
}

static const char flat_sheet[] =
    "姓名,身份证号,性别,医院名称,医疗类别,住院号,入院日期,出院日期,结算日期,统筹支付,项目编码,项目名称,数量,单价,总金额\n"
    "张三,510523196503081231,男,县医院,普通住院,Z1,2023/3/1,2023/3/8,2023-03-08,800,001,床位费,7,20,140.00\n"
    "张三,510523196503081231,男,县医院,普通住院,Z1,2023/3/1,2023/3/8,2023-03-08,800,002,血常规,1,20,20.00\n"
    "张三,510523196503081231,男,县医院,普通住院,Z1,2023/3/1,2023/3/8,2023-03-08,800,002,血常规,1,20,20.00\n"
    "李四,510523196503081258,女,县医院,普通门诊,,2023/3/9,,2023-03-09,5,002,血常规,1,20,20.00\n";

static size_t lines_of(const struct done *d, const char *table)
{
    char path[300];
    size_t n = 0, lines = 0;
    snprintf(path, sizeof path, "%s/%s.csv", d->dir, table);
    char *p = read_file(path, &n);
    for (size_t i = 0; i < n; i++)
        lines += p[i] == '\n';
    free(p);
    return lines ? lines - 1 : 0;
}

static void flat_taken_apart(void **state)
{
    struct done d, again;
    (void)state;
    run(&d, flat_sheet);
    assert_int_equal(d.rc, 0);
    assert_int_equal(lines_of(&d, "fee_list_d"), 4);
    assert_int_equal(lines_of(&d, "setl_d"), 2);
    assert_int_equal(lines_of(&d, "mdtrt_d"), 2);
    assert_int_equal(lines_of(&d, "psn_info_b"), 2);
    assert_int_equal(d.r.made_persons, 2);
    assert_int_equal(d.r.made_visits, 2);
    assert_int_equal(d.r.made_lines, 4);
    size_t n = 0, m = 0;
    char path[300];
    snprintf(path, sizeof path, "%s/setl_d.csv", d.dir);
    char *setl = read_file(path, &n);
    assert_non_null(strstr(
        setl, ",180.00,800,2,\n")); /* total = sum of lines; the fund said on each line, once */
    assert_non_null(strstr(setl, ",20.00,5,5,\n"));
    free(setl);
    /* the same sheet gives the same bytes */
    run(&again, flat_sheet);
    snprintf(path, sizeof path, "%s/fee_list_d.csv", d.dir);
    char *a = read_file(path, &n);
    snprintf(path, sizeof path, "%s/fee_list_d.csv", again.dir);
    char *b = read_file(path, &m);
    assert_string_equal(a, b);
    /* equal lines are two lines: four different ids */
    assert_non_null(strstr(a, "HJL"));
    free(a);
    free(b);
    end(&d);
    end(&again);
}

/* 注射用… under a person's merged cells is a line, though a remark begins with 注 too. */
static void lines_of_a_merged_person(void **state)
{
    struct done d;
    (void)state;
    run(&d,
        "<table><tr><td>姓名</td><td>证件号码</td><td>定点医药机构编号</td><td>结算时间</td><td>项目名称</td><td>金额</td></tr>"
        "<tr><td rowspan=3>张三</td><td rowspan=3>510523196503081231</td><td rowspan=3>H1</td><td rowspan=3>2023-03-01</td>"
        "<td>青霉素</td><td>10.00</td></tr><tr><td>注射用头孢</td><td>20.00</td></tr><tr><td>第三代头孢</td><td>30.00</td></tr>"
        "<tr><td>小计</td><td></td><td></td><td></td><td></td><td>60.00</td></tr>"
        "<tr><td>注：以上未审核</td></tr></table>");
    assert_int_equal(d.rc, 0);
    assert_int_equal(lines_of(&d, "fee_list_d"), 3);
    assert_true(noted(&d, "第 6 行是说明"));
    end(&d);
}

static void flat_shares(void **state)
{
    struct done d;
    (void)state;
    run(&d,
        "人员编号,姓名,定点医药机构编号,就诊ID,结算ID,记账流水号,入院日期,出院日期,结算时间,费用发生时间,医保目录编码,数量,单价,"
        "明细项目费用总额,统筹支付,符合范围金额\n"
        "P1,张三,H1,M1,S1,L1,2023-03-01,2023-03-02,2023-03-02,2023-03-01,X1,1,10,10,8,9\n"
        "P1,张三,H1,M1,S1,L2,2023-03-01,2023-03-02,2023-03-02,2023-03-02,X2,2,10,20,15.5,18\n");
    assert_int_equal(d.rc, 0);
    wrote(
        &d, "setl_d",
        "setl_id,mdtrt_id,psn_no,psn_name,fixmedins_code,begndate,enddate,setl_time,medfee_sumamt,inscp_amt,hifp_pay,"
        "_src_row,_src_sheet\nS1,M1,P1,张三,H1,2023-03-01,2023-03-02,2023-03-02,30.00,27.00,23.50,2,\n");
    assert_true(noted(&d, "取各行之和"));
    end(&d);
}

#define SHARED_HEAD                                                                                                                                                              \
    "人员编号,姓名,定点医药机构编号,就诊ID,结算ID,记账流水号,入院日期,出院日期,结算时间,费用发生时间,医保目录编码,数量,单价," \
    "明细项目费用总额,统筹支付,符合范围金额\n"
#define SHARED_LINE(line, amount, fund, scope)                                              \
    "P1,张三,H1,M1,S1," line ",2023-03-01,2023-03-02,2023-03-02,2023-03-01,X1,1,10," amount \
    "," fund "," scope "\n"
#define SHARED_SETL                                                                                                \
    "setl_id,mdtrt_id,psn_no,psn_name,fixmedins_code,begndate,enddate,setl_time,medfee_sumamt,inscp_amt,hifp_pay," \
    "_src_row,_src_sheet\nS1,M1,P1,张三,H1,2023-03-01,2023-03-02,2023-03-02,"

/* A settlement cut in two by the end of a file; the second file also says a line of the first again. */
static void flat_over_two_files(void **state)
{
    struct done d;
    (void)state;
    together = flat_new();
    assert_non_null(together);
    run(&d, SHARED_HEAD SHARED_LINE("L1", "10", "8", "9"));
    assert_int_equal(d.rc, 0);
    wrote(&d, "setl_d", SHARED_SETL "10.00,9.00,8,2,\n");
    end(&d);
    run(&d, SHARED_HEAD SHARED_LINE("L1", "10", "8", "9") SHARED_LINE("L2", "20", "15.5", "18"));
    assert_int_equal(d.rc, 0);
    wrote(&d, "setl_d", SHARED_SETL "30.00,27.00,23.50,2,\n");
    end(&d);
    /* the same file once more adds nothing */
    run(&d, SHARED_HEAD SHARED_LINE("L2", "20", "15.5", "18"));
    wrote(&d, "setl_d", SHARED_SETL "30.00,27.00,23.50,2,\n");
    end(&d);
    /* a file that can't be read: what it said of S1 is not in the next one's sums */
    run(&d, SHARED_HEAD SHARED_LINE("L3", "40", "30", "36") "\"");
    assert_int_not_equal(d.rc, 0);
    end(&d);
    run(&d, SHARED_HEAD SHARED_LINE("L4", "5", "4", "5"));
    assert_int_equal(d.rc, 0);
    wrote(&d, "setl_d", SHARED_SETL "5.00,5.00,4,2,\n");
    end(&d);
    flat_free(together);
    together = NULL;
}

static void line_table_stays_one(void **state)
{
    struct done d;
    (void)state;
    run(&d,
        "就诊ID,人员编号,记账流水号,费用发生时间,医保目录编码,数量,单价,明细项目费用总额,诊断名称\n"
        "M1,P1,L1,2023-03-01 08:00:00,001,1,10,10.00,感冒\n");
    assert_int_equal(d.rc, 0);
    assert_int_equal(d.r.n_outputs, 1);
    wrote(
        &d, "fee_list_d",
        "mdtrt_id,psn_no,bkkp_sn,fee_ocur_time,hilist_code,cnt,pric,det_item_fee_sumamt,诊断名称,_src_row,_src_sheet\n"
        "M1,P1,L1,2023-03-01 08:00:00,001,1,10,10.00,感冒,2,\n");
    assert_true(noted(&d, "原样保留：诊断名称"));
    end(&d);
}

static void not_known(void **state)
{
    struct done d;
    (void)state;
    run(&d, "甲,乙,丙\n1,2,3\n");
    assert_int_equal(d.rc, ERR_INPUT);
    assert_non_null(strstr(d.e.message, "没有认出任何表"));
    assert_non_null(strstr(d.e.hint, "propose-mapping"));
    assert_int_equal(d.r.rows_unknown, 2);
    end(&d);
    run(&d, "姓名,身份证号\n张三,510523196503081231\n");
    assert_int_equal(d.rc, ERR_INPUT);
    end(&d);
    run(&d, "");
    assert_int_equal(d.rc, ERR_INPUT);
    end(&d);
}

static void mapped(void **state)
{
    struct done d;
    struct err e = {0};
    struct buf csv = BUF_INIT;
    (void)state;
    const char *sheet = "老名字,证号,哪天走的\n张三,510523196503081231,2023-03-08\n";
    write_file(in_scratch("odd.csv"), sheet, strlen(sheet));
    assert_int_equal(mapping_propose(in_scratch("odd.csv"), NULL, &csv, &e), 0);
    assert_non_null(strstr(csv.p, ",A,老名字,,,未识别,张三,,\n"));
    /* the officer's pen */
    struct buf fixed = BUF_INIT;
    struct span rest = {csv.p, csv.n};
    static const char *const field[] = {NULL, "姓名", "certno", "死亡日期"};
    for (size_t i = 0; rest.n; i++) {
        struct span line = span_cut(&rest, '\n');
        for (int k = 0; line.p; k++) {
            struct span cell = span_cut(&line, ',');
            if (k)
                buf_char(&fixed, ',');
            if (i && k == 3)
                buf_str(&fixed, "死亡人员名单");
            else if (i && k == 7)
                buf_str(&fixed, field[i]);
            else
                buf_span(&fixed, cell);
        }
        buf_char(&fixed, '\n');
    }
    write_file(in_scratch("map.csv"), fixed.p, fixed.n);
    struct mapping *m = mapping_new(), *kept = mapping_new();
    assert_int_equal(mapping_load(m, in_scratch("map.csv"), &e), 0);
    assert_int_equal(mapping_count(m), 1);
    assert_int_equal(mapping_keep(m, in_scratch("mappings"), &e), 0);
    assert_int_equal(mapping_load_dir(kept, in_scratch("mappings"), &e), 0);
    run_map(&d, sheet, "again.csv", kept);
    assert_int_equal(d.rc, 0);
    wrote(&d, "death",
          "psn_name,certno,die_date,_src_row,_src_sheet\n张三,510523196503081231,2023-03-08,2,\n");
    end(&d);
    mapping_free(m);
    mapping_free(kept);
    buf_release(&csv);
    buf_release(&fixed);
}

static void bad_mapping(void **state)
{
    struct err e = {0};
    struct mapping *m = mapping_new();
    (void)state;
    const char *text = "指纹,文件,工作表,表,标题行,列,标题,字段\nab12,x,,deeth,1,A,姓名,psn_name\n";
    write_file(in_scratch("bad.csv"), text, strlen(text));
    assert_int_equal(mapping_load(m, in_scratch("bad.csv"), &e), ERR_INPUT);
    assert_non_null(strstr(e.message, "deeth"));
    assert_non_null(strstr(e.where, "第 2 行"));
    mapping_free(m);
    m = mapping_new();
    text = "指纹,文件,工作表,表,标题行,列,标题,字段\nab12,x,,death,1,A,姓名,psn_nmae\n";
    write_file(in_scratch("bad.csv"), text, strlen(text));
    assert_int_equal(mapping_load(m, in_scratch("bad.csv"), &e), ERR_INPUT);
    assert_non_null(strstr(e.message, "psn_nmae"));
    mapping_free(m);
}

static void wanted(void **state)
{
    static const struct {
        const char *text;
        int want;
    } rows[] = {{"mdtrt_id,psn_no,begntime\n1,2,3\n", 0},
                {"\xef\xbb\xbf\"mdtrt_id\",\"psn_no\"\n1,2\n", 0},
                {"mdtrt_id|psn_no|begntime\n1|2|3\n", 1},
                {"就诊ID,人员编号\n1,2\n", 1},
                {"PAR1xxxx", 0},
                {"<table><tr><td>1</table>", 1}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        write_file(in_scratch("w"), rows[i].text, strlen(rows[i].text));
        assert_int_equal(readers_wanted(in_scratch("w"), NULL), rows[i].want);
    }
    assert_int_equal(readers_wanted(in_scratch("absent"), NULL), ERR_IO);
}

/* Every template opens, its heading is known, its example row is not taken for data. */
static void templates(void **state)
{
    struct err e = {0};
    struct done d;
    (void)state;
    for (int i = 0; i < TABLE_COUNT; i++) {
        const struct table_schema *t = huji_tables[i];
        assert_int_equal(template_write(t->name, in_scratch("t.xlsx"), &e), 0);
        run_map(&d, NULL, "t.xlsx", NULL);
        if (d.rc != 0 || d.r.n_outputs != 1 || d.r.outputs[0].table != i || d.r.rows != 0)
            fail_msg("%s: rc %d %s, %zu outputs, %s, %llu rows", t->name, d.rc, d.e.message,
                     d.r.n_outputs, d.r.n_outputs ? huji_tables[d.r.outputs[0].table]->name : "",
                     (unsigned long long)d.r.rows);
        end(&d);
    }
    assert_int_equal(template_write("死亡人员名单", in_scratch("t.xlsx"), &e), 0);
    assert_int_equal(template_write("nothing", in_scratch("t.xlsx"), &e), ERR_USAGE);
    assert_non_null(strstr(e.hint, "death"));
    assert_int_equal(template_write("death", "/nowhere/t.xlsx", &e), ERR_IO);
}

static void allocation_fails(void **state)
{
    (void)state;
    write_file(in_scratch("f.csv"), flat_sheet, sizeof flat_sheet - 1);
    for (long nth = 1; nth < 100000; nth++) {
        struct normalise_report r;
        struct err e = {0};
        mem_fail_at(nth);
        int rc = readers_normalise(in_scratch("f.csv"), scratch, NULL, NULL, NULL, &r, &e);
        mem_fail_at(0);
        normalise_report_release(&r);
        if (rc == 0) {
            if (nth <= 50)
                fail_msg("allocation %ld failed unseen", nth);
            return;
        }
        assert_true(rc == ERR_NOMEM || rc == ERR_INPUT || rc == ERR_IO);
    }
    fail_msg("still allocating");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_table),
        cmocka_unit_test(numbers_as_text),
        cmocka_unit_test(too_many_fields),
        cmocka_unit_test(no_heading),
        cmocka_unit_test(lines_of_a_merged_person),
        cmocka_unit_test(remarks_counted),
        cmocka_unit_test(two_row_heading),
        cmocka_unit_test(destroyed),
        cmocka_unit_test(flat_taken_apart),
        cmocka_unit_test(flat_shares),
        cmocka_unit_test(flat_over_two_files),
        cmocka_unit_test(line_table_stays_one),
        cmocka_unit_test(not_known),
        cmocka_unit_test(mapped),
        cmocka_unit_test(bad_mapping),
        cmocka_unit_test(wanted),
        cmocka_unit_test(templates),
        cmocka_unit_test(allocation_fails),
    };
    return cmocka_run_group_tests_name("readers_normalise", tests, make_scratch, drop_scratch);
}
