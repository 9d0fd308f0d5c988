/* SPDX-License-Identifier: MulanPSL-2.0 */
/* XLSX, XLS (tests/data/readers/book.xls was written with xlwt) and ZIP. */
#include "readers_help.h"

#include <xlsxwriter.h>
#include <zip.h>

#include "base/limits.h"

static char *fixture(const char *name, size_t *n)
{
    char path[512];
    const char *root = getenv("HUJI_ROOT");
    snprintf(path, sizeof path, "%s/tests/data/readers/%s", root ? root : ".", name);
    char *p = read_file(path, n);
    assert_non_null(p);
    return p;
}

static void shows_file(const char *path, const char *want)
{
    struct row_source *s;
    struct buf b = BUF_INIT;
    struct err e = {0};
    int rc = rows_open(path, &s, &e);
    if (rc == 0) {
        rc = show_source(s, &b, &e);
        rows_close(s);
    }
    if (rc || strcmp(buf_cstr(&b), want) != 0)
        fail_msg("rc %d %s\n got  %s\n want %s", rc, e.message, buf_cstr(&b), want);
    buf_release(&b);
}

/* A part of an XLSX written by hand. */
struct part {
    const char *name, *text;
};

static void write_zip(const char *path, const struct part *parts, size_t n)
{
    int why;
    zip_t *z = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &why);
    assert_non_null(z);
    for (size_t i = 0; i < n; i++) {
        zip_source_t *src = zip_source_buffer(z, parts[i].text, strlen(parts[i].text), 0);
        assert_true(zip_file_add(z, parts[i].name, src, ZIP_FL_OVERWRITE | ZIP_FL_ENC_GUESS) >= 0);
    }
    assert_int_equal(zip_close(z), 0);
}

#define RELS \
    "<Relationships><Relationship Id=\"r1\" Target=\"worksheets/a.xml\" Type=\"x/worksheet\"/></Relationships>"
#define WORKBOOK(pr) \
    "<workbook xmlns:r=\"r\">" pr "<sheets><sheet name=\"表\" r:id=\"r1\"/></sheets></workbook>"

static void write_xlsx(const char *path, const char *workbook, const char *strings,
                       const char *sheet)
{
    const struct part parts[] = {
        {"[Content_Types].xml", "<Types/>"},
        {"xl/workbook.xml", workbook},
        {"xl/_rels/workbook.xml.rels", RELS},
        {"xl/styles.xml",
         "<styleSheet><numFmts><numFmt numFmtId=\"170\" formatCode=\"yyyy&quot;年&quot;m&quot;月&quot;\"/>"
         "<numFmt numFmtId=\"171\" formatCode=\"[$-804]0.00;[红色]-0.00\"/></numFmts><cellXfs>"
         "<xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"22\"/><xf numFmtId=\"170\"/>"
         "<xf numFmtId=\"171\"/></cellXfs></styleSheet>"},
        {"xl/sharedStrings.xml", strings},
        {"xl/worksheets/a.xml", sheet},
    };
    write_zip(path, parts, sizeof parts / sizeof parts[0]);
}

static void xlsx_written(void **state)
{
    (void)state;
    const char *path = in_scratch("a.xlsx");
    lxw_workbook *wb = workbook_new(path);
    lxw_worksheet *ws = workbook_add_worksheet(wb, "结算");
    lxw_format *date = workbook_add_format(wb), *zeros = workbook_add_format(wb);
    format_set_num_format(date, "yyyy-mm-dd");
    format_set_num_format(zeros, "000000");
    worksheet_merge_range(ws, 0, 0, 0, 2, "标题", NULL);
    worksheet_write_string(ws, 1, 0, "编号", NULL);
    worksheet_write_string(ws, 1, 1, "日期", NULL);
    worksheet_write_string(ws, 1, 2, "金额", NULL);
    worksheet_write_number(ws, 2, 0, 5.10523196503081234e17, NULL);
    worksheet_write_number(ws, 2, 1, 44993, date);
    worksheet_write_number(ws, 2, 2, 1234.1, NULL);
    worksheet_write_number(ws, 4, 0, 42, zeros);
    worksheet_write_boolean(ws, 4, 1, 1, NULL);
    worksheet_write_formula_num(ws, 4, 2, "=C3+1", NULL, 1235.1);
    worksheet_merge_range(ws, 5, 0, 6, 0, "张三", NULL);
    worksheet_write_string(ws, 5, 1, "甲", NULL);
    worksheet_write_string(ws, 6, 1, "乙", NULL);
    workbook_add_worksheet(wb, "空");
    assert_int_equal(workbook_close(wb), LXW_NO_ERROR);
    shows_file(
        path,
        "[结算]1:标题|>标题|>标题;2:编号|日期|金额;3:#~510523196503081000|@2023-03-08|#1234.1;"
        "5:#000042|?1|#1235.1;6:张三|甲;7:v张三|乙;[空]");
}

static void xlsx_oddities(void **state)
{
    (void)state;
    const char *path = in_scratch("b.xlsx");
    write_xlsx(
        path, WORKBOOK("<workbookPr date1904=\"1\"/>"),
        "<sst><si><t>a_x000D_</t></si><si><r><t>粗</t></r><r><t xml:space=\"preserve\"> 体</t></r><rPh><t>cu</t></rPh></si></sst>",
        "<x:worksheet xmlns:x=\"m\"><x:sheetData><x:row r=\"3\"><x:c r=\"B3\" t=\"s\"><x:v>1</x:v></x:c>"
        "<x:c t=\"s\"><x:v>0</x:v></x:c><x:c r=\"E3\" t=\"inlineStr\"><x:is><x:t>内联</x:t></x:is></x:c></x:row>"
        "<x:row><x:c s=\"1\"><x:v>0</x:v></x:c><x:c s=\"2\"><x:v>1.5</x:v></x:c><x:c s=\"3\"><x:v>44000</x:v></x:c>"
        "<x:c s=\"4\"><x:v>-3.50000000000001</x:v></x:c><x:c t=\"e\"><x:v>#N/A</x:v></x:c>"
        "<x:c t=\"d\"><x:v>2023-03-08T09:30:00Z</x:v></x:c><x:c t=\"s\"><x:v>99</x:v></x:c></x:row>"
        "</x:sheetData></x:worksheet>");
    shows_file(
        path,
        "[表]3:-|粗 体|a|-|内联;4:@1904-01-01|@1904-01-02 12:00:00|@2024-06-19|#-3.50000000000001|!#N/A|@2023-03-08 09:30:00;");
}

static int open_error(const char *path, struct err *e)
{
    struct row_source *s;
    struct buf b = BUF_INIT;
    *e = (struct err){0};
    int rc = rows_open(path, &s, e);
    if (rc == 0) {
        rc = show_source(s, &b, e);
        rows_close(s);
    }
    buf_release(&b);
    return rc;
}

static void xlsx_refused(void **state)
{
    (void)state;
    struct err e;
    const char *path = in_scratch("c.xlsx");
    const char *dtd = "<!DOCTYPE x [<!ENTITY a \"b\">]><sst><si><t>&a;</t></si></sst>";
    write_xlsx(path, WORKBOOK(""), dtd, "<worksheet/>");
    assert_int_equal(open_error(path, &e), ERR_INPUT);
    assert_non_null(strstr(e.message, "DTD"));
    write_xlsx(path, WORKBOOK(""), "<sst/>", "<worksheet><sheetData><row><c><v>1</v></c>");
    assert_int_equal(open_error(path, &e), ERR_INPUT);
    assert_non_null(strstr(e.message, "损坏"));
    assert_non_null(strstr(e.where, "表"));
    write_xlsx(
        path, WORKBOOK(""), "<sst/>",
        "<worksheet><sheetData><row><c r=\"XFD1\"><v>1</v></c></row></sheetData></worksheet>");
    assert_int_equal(open_error(path, &e), ERR_LIMIT);
    write_zip(path, (struct part[]){{"[Content_Types].xml", "<x/>"}, {"xl/workbook.bin", "x"}}, 2);
    assert_int_equal(open_error(path, &e), ERR_INPUT);
    assert_non_null(strstr(e.message, "XLSB"));
    write_zip(path, (struct part[]){{"[Content_Types].xml", "<x/>"}, {"word/document.xml", "x"}},
              2);
    assert_int_equal(open_error(path, &e), ERR_INPUT);
    assert_non_null(strstr(e.message, "不是 XLSX"));
}

static void xlsx_bomb(void **state)
{
    (void)state;
    struct err e;
    const char *path = in_scratch("bomb.xlsx");
    size_t n = 40u << 20;
    char *sheet = malloc(n + 1);
    memset(sheet, ' ', n);
    sheet[n] = 0;
    memcpy(sheet, "<worksheet>", 11);
    write_xlsx(path, WORKBOOK(""), "<sst/>", sheet);
    free(sheet);
    assert_int_equal(open_error(path, &e), ERR_LIMIT);
    assert_non_null(strstr(e.message, "200 倍"));
}

static void truncated(void **state)
{
    (void)state;
    struct err e;
    size_t n = 0;
    char *p = fixture("book.xls", &n);
    for (size_t cut = 1; cut < n; cut += 997) {
        write_file(in_scratch("cut.xls"), p, cut);
        int rc = open_error(in_scratch("cut.xls"), &e);
        assert_true(rc == ERR_INPUT || rc == ERR_LIMIT || cut < 8);
    }
    free(p);
    write_xlsx(in_scratch("whole.xlsx"), WORKBOOK(""), "<sst/>", "<worksheet/>");
    p = read_file(in_scratch("whole.xlsx"), &n);
    write_file(in_scratch("half.xlsx"), p, n / 2);
    free(p);
    assert_int_equal(open_error(in_scratch("half.xlsx"), &e), ERR_INPUT);
    assert_non_null(strstr(e.message, "损坏或不完整"));
}

static void xls_written(void **state)
{
    (void)state;
    size_t n = 0;
    char *p = fixture("book.xls", &n);
    struct buf b = BUF_INIT;
    struct err e = {0};
    assert_int_equal(show_bytes(p, n, &b, &e), 0);
    const char *begin = "[结算明细]1:某县2023年3月医保结算明细表|>某县";
    assert_memory_equal(buf_cstr(&b), begin, strlen(begin));
    assert_non_null(strstr(
        b.p, "5:51052300000000000001|张三|@2023-03-01|@2023-03-08 09:30:15|#1234.56|#000042|?0;"
             "6:v51052300000000000001|v张三|@2023-03-02|@2023-03-08 09:30:15|#1235.56|#000042|?0;"
             "7:#~420101199001011000|李四𠮷|#45000|-|-|-|是;8:合计|-|-|-|#2470.12;[很多字]"));
    /* strings that CONTINUE cuts */
    assert_non_null(strstr(
        b.p,
        "600:很长的文字599字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字|"
        "ascii599|#59.9|#599;"));
    buf_release(&b);
    free(p);
}

static void zip_of_tables(void **state)
{
    (void)state;
    struct err e;
    const char *path = in_scratch("d.zip");
    write_zip(path,
              (struct part[]){{"b/", ""},
                              {"b/x.csv", "a,b\n1,2\n"},
                              {"a.xls", "<table><tr><td>甲</td></tr></table>"},
                              {"__MACOSX/._x", "x"},
                              {".DS_Store", "x"}},
              5);
    shows_file(path, "[表1]1:甲;[]1:a|b;2:1|2;");
    size_t n = 0;
    char *inner = read_file(path, &n);
    int why;
    zip_t *z = zip_open(in_scratch("e.zip"), ZIP_CREATE | ZIP_TRUNCATE, &why);
    zip_file_add(z, "\xc8\xfd\xd4\xc2.zip", zip_source_buffer(z, inner, n, 0), ZIP_FL_ENC_RAW);
    assert_int_equal(zip_close(z), 0);
    free(inner);
    shows_file(in_scratch("e.zip"), "[表1]1:甲;[]1:a|b;2:1|2;");
    inner = read_file(in_scratch("e.zip"), &n);
    z = zip_open(in_scratch("f.zip"), ZIP_CREATE | ZIP_TRUNCATE, &why);
    zip_file_add(z, "e.zip", zip_source_buffer(z, inner, n, 0), 0);
    assert_int_equal(zip_close(z), 0);
    free(inner);
    assert_int_equal(open_error(in_scratch("f.zip"), &e), ERR_LIMIT);
}

/* Shared strings beyond SPILL_AT go to a file. */
static void many_strings(void **state)
{
    (void)state;
    const char *path = in_scratch("many.xlsx");
    struct row_source *s;
    struct err e = {0};
    struct row r;
    static char text[2400];
    lxw_workbook *wb = workbook_new(path);
    lxw_worksheet *ws = workbook_add_worksheet(wb, "很多");
    memset(text, 'x', sizeof text - 1);
    for (uint32_t i = 0; i < 18000; i++) {
        for (size_t k = 9; k < sizeof text - 1; k += 7)
            text[k] = (char)('a' + (i * 31 + k * k * (i + 7)) % 26);
        snprintf(text, 16, "%08u", i);
        text[8] = 'x';
        worksheet_write_string(ws, i, 0, text, NULL);
    }
    assert_int_equal(workbook_close(wb), LXW_NO_ERROR);
    assert_int_equal(rows_open(path, &s, &e), 0);
    assert_int_equal(rows_next_sheet(s, &e), 1);
    uint64_t n = 0;
    while (rows_next(s, &r, &e) > 0) {
        char want[16];
        snprintf(want, sizeof want, "%08ux", (unsigned)n);
        assert_true(span_starts(r.cells[0].text, want));
        n++;
    }
    assert_int_equal(n, 18000);
    rows_close(s);
}

static void allocation_fails(void **state)
{
    (void)state;
    size_t n = 0;
    const char *path = in_scratch("t.xlsx");
    write_xlsx(
        path, WORKBOOK(""), "<sst><si><t>a</t></si></sst>",
        "<worksheet><sheetData><row><c t=\"s\"><v>0</v></c><c s=\"1\"><v>45000</v></c></row></sheetData>"
        "<mergeCells><mergeCell ref=\"A1:A2\"/></mergeCells></worksheet>");
    char *p = read_file(path, &n);
    torture(p, n);
    free(p);
    p = fixture("small.xls", &n);
    torture(p, n);
    free(p);
    write_zip(path, (struct part[]){{"x.csv", "a,b\n1,2\n"}}, 1);
    p = read_file(path, &n);
    torture(p, n);
    free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xlsx_written),     cmocka_unit_test(xlsx_oddities),
        cmocka_unit_test(xlsx_refused),     cmocka_unit_test(xlsx_bomb),
        cmocka_unit_test(truncated),        cmocka_unit_test(xls_written),
        cmocka_unit_test(zip_of_tables),    cmocka_unit_test(many_strings),
        cmocka_unit_test(allocation_fails),
    };
    return cmocka_run_group_tests_name("readers_book", tests, make_scratch, drop_scratch);
}
