/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Separated text in its encodings, HTML tables, XML Spreadsheet. */
#include "readers_help.h"

static void shows(const char *name, const void *p, size_t n, const char *want)
{
    struct buf b = BUF_INIT;
    struct err e = {0};
    int rc = show_bytes(p, n, &b, &e);
    if (rc || strcmp(buf_cstr(&b), want) != 0)
        fail_msg("%s: rc %d %s\n got  %s\n want %s", name, rc, e.message, buf_cstr(&b), want);
    buf_release(&b);
}

#define SHOWS(name, lit, want) shows(name, lit, sizeof(lit) - 1, want)

static void text_shapes(void **state)
{
    (void)state;
    SHOWS("plain", "a,b\n1,2\n", "[]1:a|b;2:1|2;");
    SHOWS("bom, crlf",
          "\xef\xbb\xbf"
          "a,b\r\n1,2\r\n",
          "[]1:a|b;2:1|2;");
    SHOWS("quotes", "a,b\n\"x,\"\"y\nz\",2\n3,4\n", "[]1:a|b;2:x,\"y\nz|2;4:3|4;");
    SHOWS("inner quote", "a,b\n3\"针头,2\n", "[]1:a|b;2:3\"针头|2;");
    SHOWS("tab", "a\tb,c\n1\t2\n", "[]1:a|b,c;2:1|2;");
    SHOWS("bar", "a|b\n1|2\n", "[]1:a|b;2:1|2;");
    SHOWS("at bar", "a@|b@|\n1@|2@|\n", "[]1:a|b;2:1|2;");
    SHOWS("enclosed", "@|a@||@|b@||c\n@|1@||@|x|\ny@||2.5\n", "[]1:a|b|c;2:1|x|\ny|2.5;");
    SHOWS("no last newline", "a,b\n1,2", "[]1:a|b;2:1|2;");
    SHOWS("blank lines", "a,b\n\n1,2\n", "[]1:a|b;2:;3:1|2;");
    SHOWS("empty", "", "");
    SHOWS("trimmed", " a ,　b\n1,2\n", "[]1:a|b;2:1|2;");
    SHOWS("title above", "标题\n说明,一句\na,b,c\n1,2,3\n4,5,6\n",
          "[]1:标题;2:说明|一句;3:a|b|c;4:1|2|3;5:4|5|6;");
}

static void text_encodings(void **state)
{
    (void)state;
    SHOWS("gbk", "\xd0\xd5\xc3\xfb,b\n\xd5\xc5\xc8\xfd,2\n", "[]1:姓名|b;2:张三|2;");
    SHOWS("gb18030", "\x95\x32\x82\x36,b\n1,\xd5\xc5\n", "[]1:𠀀|b;2:1|张;");
    SHOWS("utf-16le",
          "\xff\xfe"
          "a\0,\0b\0\n\0\x20\x5f,\0\x32\0\n\0",
          "[]1:a|b;2:张|2;");
    SHOWS("utf-16be", "\xfe\xff\0a\0,\0b\0\n", "[]1:a|b;");
    SHOWS("utf-16le without mark", "a\0,\0b\0\n\0001\0,\0002\0\n\0", "[]1:a|b;2:1|2;");
}

static void refused(const char *name, const void *p, size_t n, int code, const char *says)
{
    struct buf b = BUF_INIT;
    struct err e = {0};
    int rc = show_bytes(p, n, &b, &e);
    if (rc != code || !strstr(e.message, says))
        fail_msg("%s: rc %d, %s / %s", name, rc, e.message, e.where);
    assert_non_null(strstr(e.where, "测试"));
    buf_release(&b);
}

#define REFUSED(name, lit, code, says) refused(name, lit, sizeof(lit) - 1, code, says)

static void bad_text(void **state)
{
    (void)state;
    REFUSED("neither encoding", "a,b\n\xd5\xc5,\xff\n", ERR_INPUT, "第 2 行（第 8 字节）");
    REFUSED("cut in a character", "姓名,b\n\xe5\xbc", ERR_INPUT, "第 2 行");
    REFUSED("one damaged place", "人员编号,姓名,结算日期\n1,\xd5\xc5,2\n", ERR_INPUT, "第 2 行");
    REFUSED("nul", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,b\n1\0,2\n", ERR_INPUT, "空字符");
    REFUSED("open quote", "a,b\n\"1,2\n3,4\n", ERR_INPUT, "第 2 行开始的引号");
    REFUSED("pdf", "%PDF-1.4 aaaa", ERR_INPUT, "PDF");
    REFUSED("rar", "Rar!\x1a\x07", ERR_INPUT, "只认 ZIP");
    size_t n = (1u << 20) + 4096;
    char *big = malloc(n);
    memset(big, 'x', n);
    memcpy(big, "a,b\n\"", 5);
    refused("long field", big, n, ERR_LIMIT, "第 2 行的一个字段");
    for (size_t i = 0; i < n; i++)
        big[i] = i % 2 ? ',' : 'x';
    refused("wide", big, 4000, ERR_LIMIT, "超过 400 列");
    free(big);
}

static const char page[] =
    "<html><head><meta charset=\"gb2312\"><style>td{color:red}</style></head><body>\n"
    "<!-- <table><tr><td>no</td></tr></table> -->\n"
    "<table border=1><tr><td colspan=3>title</td></tr>"
    "<tr><td rowspan=2>id<td colspan=2>fee</tr><TR><TD>sum<TD>fund</TR>"
    "<tr><td x:str>001</td><td>1,234.50&nbsp;</td><td>a&amp;b&lt;<br>c</td></tr>"
    "<tr><td>002<td><td>&#24352;&#x4e09;"
    "<tr><td>5 < 6</td></tr></table><table><tr><td>two</td></tr></table></body></html>";

static void html_tables(void **state)
{
    (void)state;
    shows("page", page, sizeof page - 1,
          "[表1]1:title|>title|>title;2:id|fee|>fee;3:vid|sum|fund;4:001|1,234.50|a&b< c;"
          "5:002|-|张三;6:5 < 6;[表2]1:two;");
    SHOWS("nested: the inner one",
          "<table><tr><td>x<table><tr><td>1<td>2</table></td></tr></table>", "[表1][表2]1:1|2;");
    SHOWS("cut off", "<html><table><tr><td>1<td>2", "[表1]1:1|2;");
    SHOWS("gbk page", "<table><tr><td>\xd0\xd5\xc3\xfb</td></tr></table>", "[表1]1:姓名;");
    SHOWS("no table", "<html><body>请先登录</body></html>", "");
}

static void xml_spreadsheet(void **state)
{
    (void)state;
    SHOWS(
        "2003",
        "<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?>"
        "<Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:ss=\"x\">"
        "<Worksheet ss:Name=\"结算\"><Table><Row><Cell ss:MergeAcross=\"1\"><Data ss:Type=\"String\">t</Data></Cell></Row>"
        "<Row ss:Index=\"4\"><Cell><Data ss:Type=\"Number\">420101199001011234</Data></Cell>"
        "<Cell ss:Index=\"3\"><Data ss:Type=\"DateTime\">2023-03-08T00:00:00.000</Data></Cell></Row>"
        "</Table></Worksheet></Workbook>",
        "[结算]1:t|>t;4:#~420101199001011000|-|@2023-03-08;");
}

static void allocation_fails(void **state)
{
    (void)state;
    torture("a,b\n\"x\",2\n", 10);
    torture("\xd0\xd5\xc3\xfb,b\n1,2\n", 11);
    torture(page, sizeof page - 1);
}

static void letters(void **state)
{
    char t[8];
    (void)state;
    assert_string_equal(col_letters(0, t), "A");
    assert_string_equal(col_letters(25, t), "Z");
    assert_string_equal(col_letters(26, t), "AA");
    assert_string_equal(col_letters(701, t), "ZZ");
    assert_string_equal(col_letters(702, t), "AAA");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_shapes),     cmocka_unit_test(text_encodings),
        cmocka_unit_test(bad_text),        cmocka_unit_test(html_tables),
        cmocka_unit_test(xml_spreadsheet), cmocka_unit_test(allocation_fails),
        cmocka_unit_test(letters),
    };
    return cmocka_run_group_tests_name("readers_text", tests, NULL, NULL);
}
