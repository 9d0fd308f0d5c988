/* SPDX-License-Identifier: MulanPSL-2.0 */
/* National code tables, and local codes that stand for them: forms, import, proposals, pairs, dates, imports after them, undo. */
#include "store_help.h"

#include "claims/code_map.h"
#include "claims/undo.h"

static int64_t number(struct box *b, const char *sql)
{
    int64_t n = -1;
    struct err e = {0};
    if (db_int(b->s->con, &e, 0, &n, "%s", sql) < 0)
        fail_msg("%s: %s", sql, e.message);
    return n;
}

static void forms(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *code;
        bool fits;
    } rows[] = {
        {"dx", "A00.000x001", true},
        {"dx", "A01.000x005+J17.0*", true},
        {"dx", "A00", false},
        {"oprn", "00.0200x001", true},
        {"oprn", "86.700x0013", false},
        {"tcm", "A01.01.01", true},
        {"tcm", "M8000/0", true},
        {"service", "003307040110000", true},
        {"service", "003307040110000-12", true},
        {"service", "3307040110000", false},
        {"drug", "XL02BBA326A001010102180", true},
        {"drug", "ZD03AAA0043010100166", true},
        {"drug", "T001700173", true},
        {"drug", "Y001700173", false},
        {"consumable", "C0101010010000100001", true},
        {"consumable", "C01010100100001000011234567", true},
        {"consumable", "C010101001000010000112", false},
        {"hospital", "H15090201645", true},
        {"pharmacy", "P3203990152", false},
        {"doctor", "D420500000001", true},
        {"nurse", "N420500000001", true},
        {"pharmacist", "HY420500000001", true},
        {"opsp", "M01600", true},
        {"opsp", "M1600", false},
        {"unit", "anything", true}, /* no form is known */
    };
    int standards = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int k = code_kind_find(span_of(rows[i].kind));
        assert_true(k >= 0);
        if (code_form_fits(k, span_of(rows[i].code)) != rows[i].fits)
            fail_msg("%s %s", rows[i].kind, rows[i].code);
    }
    for (int i = 0; code_kinds[i].name; i++)
        standards |= 1 << code_kinds[i].standard;
    assert_int_equal(standards, 0xfffe); /* all fifteen, 1 to 15 */
}

#define TEXT(b, name, text) box_file_n(b, name, text, strlen(text))

static const char service[] = "编码,名称,开始日期,版本号\n"
                              "001102000010000,普通门诊诊察费,2021-01-01,V202601\n"
                              "003307040110000,心脏移植术,2022-05-01,V202601\n"
                              "002501010010000,血常规检查（五分类）,2021-01-01,V202601\n"
                              "99999,不像编码,2021-01-01,V202601\n";
static const char fees[] =
    "bkkp_sn,psn_no,mdtrt_id,fixmedins_code,fee_ocur_time,hilist_code,hilist_name,list_type,cnt,pric,"
    "det_item_fee_sumamt\n"
    "A1,P1,M1,H42000000001,2023-01-05,L001,血常规(五分类)检查,201,1,20,20.00\n"
    "A2,P1,M1,H42000000001,2023-03-05,L001,血常规(五分类)检查,201,1,20,20.00\n"
    "A3,P2,M2,H42000000001,2023-03-06,L002,毫不相干的东西,201,1,900,900.00\n"
    "A4,P2,M2,H42000000001,2023-03-06,001102000010000,普通门诊诊察费,201,1,5,5.00\n"
    "A5,P2,M2,H42000000001,2023-03-07,001102000020000,表里没有的,201,1,7,7.00\n";

static void bring(struct box *b, const char *name, const char *text)
{
    const char *f = box_file_n(b, name, text, strlen(text));
    import_report_release(&b->r);
    if (store_import(b->s, &f, 1, NULL, NULL, &b->r, &b->e) < 0)
        fail_msg("%s: %s", name, b->e.message);
}

static void check_cell(const struct grid *g, size_t row, size_t col, const char *want)
{
    struct span s = grid_cell(g, row, col);
    if (!span_is(s, want))
        fail_msg("row %zu column %zu: %.*s, not %s", row, col, (int)s.n, s.p, want);
}

static int take(struct box *b, const char *csv, struct code_map_report *r)
{
    struct code_pairs p;
    b->e = (struct err){0};
    int rc = code_map_read(TEXT(b, "pairs.csv", csv), &p, &b->e);
    if (rc < 0)
        return rc;
    rc = code_map_take(b->s, &p, "test", "pairs.csv", r, &b->e);
    code_pairs_release(&p);
    return rc;
}

static void a_county(void **state)
{
    (void)state;
    struct box b;
    struct catalogue_report c;
    struct code_map_report r;
    struct undo_report u;
    struct grid g;
    box_init(&b);
    bring(&b, "fee_list_d.csv", fees);

    /* without national tables: by form alone */
    assert_int_equal(code_unmapped(b.s, 0, &g, &b.e), 0);
    assert_int_equal(g.n_rows, 2);
    check_cell(&g, 0, 0, "L002"); /* dearest first */
    grid_release(&g);
    assert_int_equal(code_propose(b.s, 0, 60, NULL, &g, &b.e), ERR_STATE);
    grid_release(&g);

    assert_int_equal(catalogue_import(b.s, TEXT(&b, "x.csv", "a,b\n1,2\n"), -1, NULL, &c, &b.e),
                     ERR_INPUT);
    if (catalogue_import(b.s, TEXT(&b, "医疗服务项目.csv", service), -1, NULL, &c, &b.e) < 0)
        fail_msg("%s", b.e.message);
    assert_string_equal(c.kind, "service");
    assert_int_equal(c.rows, 4);
    assert_int_equal(c.unfit, 1);
    assert_string_equal(c.version, "V202601");
    assert_string_equal(c.example, "99999");
    /* by the codes when the name says nothing; by place in the platform's files */
    assert_int_equal(
        catalogue_import(b.s, TEXT(&b, "zz.tsv", "code\tname\nM01600\t糖尿病\nM03900\t高血压\n"),
                         -1, "2026", &c, &b.e),
        0);
    assert_string_equal(c.kind, "opsp");
    assert_int_equal(
        catalogue_import(b.s,
                         TEXT(&b, "1302_V3.txt", "T001700173\t当归\t1\nT001700233\t黄芪\tnull\n"),
                         -1, NULL, &c, &b.e),
        0);
    assert_string_equal(c.kind, "drug");
    assert_int_equal(number(&b, "SELECT count(*) FROM code_national WHERE name = '黄芪'"), 1);
    assert_int_equal(catalogue_list(b.s, &g, &b.e), 0);
    assert_true(g.n_rows >= 15);
    check_cell(&g, 3, 3, "4");
    check_cell(&g, 3, 5, "2021-01-01");
    grid_release(&g);

    assert_int_equal(code_unmapped(b.s, 0, &g, &b.e), 0);
    assert_int_equal(g.n_rows, 3);
    check_cell(&g, 2, 2, "不在国家编码表里");
    grid_release(&g);
    assert_int_equal(code_propose(b.s, 0, 60, NULL, &g, &b.e), 0);
    check_cell(&g, 0, 4, ""); /* nothing is like it */
    check_cell(&g, 1, 0, "L001");
    check_cell(&g, 1, 4, "002501010010000");
    grid_release(&g);

    /* pairs that can't be */
    assert_int_equal(take(&b, "x,y\n1,2\n", &r), ERR_INPUT);
    assert_int_equal(take(&b, "本地编码,国家编码\nL009,002501010010000\n", &r), ERR_INPUT);
    assert_non_null(strstr(b.e.message, "第 2 行本地编码「L009」"));
    assert_int_equal(take(&b, "本地编码,国家编码\nL001,123\n", &r), ERR_INPUT);
    assert_int_equal(take(&b, "本地编码,国家编码\nL001,002501010090000\n", &r), ERR_INPUT);
    assert_non_null(strstr(b.e.message, "不在已导入"));
    assert_int_equal(take(&b, "本地编码,国家编码,起始日期\nL001,002501010010000,去年\n", &r),
                     ERR_INPUT);
    assert_int_equal(number(&b, "SELECT count(*) FROM code_map"), 0);

    /* from a day on */
#define OF(code) \
    "SELECT count(*) FROM s_line l JOIN d_item d ON d.id = l.hilist_code WHERE d.code = '" code "'"
    if (take(&b,
             "本地编码,本地名称,国家编码,起始日期\nL001,x,002501010010000,2023-02-01\nL002,y,,\n",
             &r) < 0)
        fail_msg("%s", b.e.message);
    assert_int_equal(r.mapped, 1);
    assert_int_equal(r.lines, 1);
    assert_int_equal(r.fen, 2000);
    assert_int_equal(number(&b, OF("002501010010000")), 1);
    assert_int_equal(number(&b, OF("002501010010000") " AND l.marks & 1 = 0"), 1);
    assert_int_equal(number(&b, "SELECT count(*) FROM line_text WHERE hilist_code = 'L001'"),
                     2); /* the text stays */
    /* always; then to another; lines that come later too */
    assert_int_equal(take(&b, "本地编码,国家编码\nL001,002501010010000\n", &r), 0);
    assert_int_equal(number(&b, OF("002501010010000")), 2);
    assert_int_equal(take(&b, "本地编码,国家编码\nL001,003307040110000\n", &r), 0);
    assert_int_equal(number(&b, OF("003307040110000")), 2);
    bring(
        &b, "fee_list_d_2.csv",
        "bkkp_sn,psn_no,mdtrt_id,fixmedins_code,fee_ocur_time,hilist_code,cnt,pric,det_item_fee_sumamt\n"
        "B1,P1,M1,H42000000001,2023-04-05,L001,1,20,20.00\n");
    assert_int_equal(number(&b, OF("003307040110000")), 3);
    /* taken while that import was the last: older lines keep it when the import goes */
    assert_int_equal(
        take(&b, "本地编码,国家编码\nL001,002501010010000\nL002,003307040110000\n", &r), 0);
    if (store_undo(b.s, 0, NULL, &u, &b.e) < 0)
        fail_msg("%s", b.e.message);
    assert_int_equal(number(&b, OF("002501010010000")), 2);
    assert_int_equal(number(&b, OF("003307040110000")), 1);
    assert_int_equal(
        number(&b, "SELECT count(*) FROM s_line WHERE hilist_code NOT IN (SELECT id FROM d_item)"),
        0);
    assert_int_equal(number(&b, "SELECT max(id) + 1 - count(*) FROM d_item"), 0);
    /* taken back */
    assert_int_equal(take(&b, "本地编码,国家编码\nL001,L001\n", &r), 0);
    assert_int_equal(number(&b, OF("L001")), 2);
    assert_int_equal(number(&b, OF("L001") " AND l.marks & 1 = 1"), 2);
    assert_true(number(&b, "SELECT count(*) FROM code_map") == 6); /* kept, every one */
    box_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms),
        cmocka_unit_test(a_county),
    };
    return cmocka_run_group_tests_name("codes", tests, NULL, NULL);
}
