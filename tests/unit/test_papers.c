/* SPDX-License-Identifier: MulanPSL-2.0 */
/* DOCX from templates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zip.h>

#include "papers/docx.h"
#include "papers/xmltree.h"

#define P(s) "<w:p><w:r><w:t>" s "</w:t></w:r></w:p>"
#define DOC(body) "<w:document xmlns:w=\"w\"><w:body>" body "</w:body></w:document>"

/* A DOCX with nothing but its document. Owns: free(out.p). */
static struct span zipped(const char *name, const char *xml)
{
    zip_error_t ze;
    zip_source_t *s = zip_source_buffer_create(NULL, 0, 0, &ze);
    zip_t *z = zip_open_from_source(s, ZIP_TRUNCATE, &ze);
    zip_stat_t st;

    zip_source_keep(s);
    zip_file_add(z, name, zip_source_buffer(z, xml, strlen(xml), 0), 0);
    assert_int_equal(zip_close(z), 0);
    zip_source_open(s);
    zip_source_stat(s, &st);
    char *p = malloc(st.size);
    zip_source_read(s, p, st.size);
    zip_source_close(s);
    zip_source_free(s);
    return (struct span){p, st.size};
}

static void unzipped(struct span docx, struct buf *out)
{
    zip_error_t ze;
    zip_t *z = zip_open_from_source(zip_source_buffer_create(docx.p, docx.n, 0, &ze), 0, &ze);
    zip_file_t *f = zip_fopen(z, "word/document.xml", 0);
    char part[4096];
    zip_int64_t n;

    while ((n = zip_fread(f, part, sizeof part)) > 0)
        buf_add(out, part, (size_t)n);
    zip_fclose(f);
    zip_discard(z);
}

static void filled(const char *xml, const char *values, const char *want, int want_unknown)
{
    struct span docx = zipped("word/document.xml", xml);
    json_t *v = json_loads(values, 0, NULL);
    struct buf out = BUF_INIT, got = BUF_INIT;
    struct err e = {0};
    int unknown;

    assert_int_equal(docx_fill_mem(docx, v, &out, &unknown, &e), 0);
    unzipped((struct span){out.p, out.n}, &got);
    assert_non_null(strstr(buf_cstr(&got), want));
    assert_int_equal(unknown, want_unknown);
    buf_release(&out);
    buf_release(&got);
    json_decref(v);
    free((char *)(uintptr_t)docx.p);
}

static void names_are_replaced(void **state)
{
    (void)state;
    filled(DOC(P("共{{数}}家，{{ 名 }}。")), "{\"数\": 3, \"名\": \"甲<乙>&\"}",
           "共3家，甲&lt;乙&gt;&amp;。", 0);
    filled(DOC(P("{{没有}}x")), "{}", ">x</w:t>", 1);
    /* cut into runs by the office program */
    filled(
        DOC("<w:p><w:r><w:t>{</w:t></w:r><w:r><w:t>{数}</w:t></w:r><w:r><w:t>}家</w:t></w:r></w:p>"),
        "{\"数\": 7}", ">7家</w:t>", 0);
    filled(DOC(P("{{行}}")), "{\"行\": \"一\\n二\"}",
           "一</w:t><w:br/><w:t xml:space=\"preserve\">二", 0);
}

static void rows_are_repeated(void **state)
{
    (void)state;
#define ROW(s) "<w:tr><w:tc>" P(s) "</w:tc></w:tr>"
    filled(DOC("<w:tbl>" ROW("头") ROW("{{表.名}}-{{外}}") "</w:tbl>"),
           "{\"表\": [{\"名\": \"a\"}, {\"名\": \"b\"}], \"外\": \"z\"}", ">b-z</w:t>", 0);
    filled(DOC("<w:tbl>" ROW("头") ROW("{{表.名}}") "</w:tbl>"), "{\"表\": []}",
           ">头</w:t></w:r></w:p></w:tc></w:tr></w:tbl>", 0);
    filled(DOC(P("{{条.文}}")), "{\"条\": [{\"文\": \"一\"}, {\"文\": \"二\"}]}", ">二</w:t>", 0);
    filled(DOC("<w:tbl><w:tr><w:tc>" P("{{条.文}}") "</w:tc></w:tr></w:tbl>"), "{\"条\": []}",
           "<w:tbl/>", 0);
}

static void built_in_templates_fill(void **state)
{
    static const char *const names[] = {"weekly", "check", "institution"};
    json_t *v = json_pack("{s:s}", "周次", "第 12 周");

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct buf out = BUF_INIT;
        struct err e = {0};
        int unknown = 0;

        assert_true(docx_template(names[i]).n > 0);
        assert_int_equal(docx_fill_mem(docx_template(names[i]), v, &out, &unknown, &e), 0);
        assert_true(unknown > 5);
        buf_release(&out);
    }
    assert_int_equal(docx_template("nothing").n, 0);
    json_decref(v);
}

static void bad_templates_are_named(void **state)
{
    struct err e = {0};
    struct buf out = BUF_INIT;
    json_t *v = json_object();
    struct span docx = zipped("readme.txt", "x");

    (void)state;
    assert_int_equal(docx_fill_mem(SPAN("not a zip"), v, &out, NULL, &e), ERR_INPUT);
    assert_int_equal(docx_fill_mem(docx, v, &out, NULL, &e), ERR_INPUT);
    free((char *)(uintptr_t)docx.p);
    docx = zipped("word/document.xml", "<!DOCTYPE x [<!ENTITY a \"b\">]><x>&a;</x>");
    assert_int_equal(docx_fill_mem(docx, v, &out, NULL, &e), ERR_INPUT);
    assert_non_null(strstr(e.message, "DTD"));
    free((char *)(uintptr_t)docx.p);
    docx = zipped("word/document.xml", "<x><y></x>");
    assert_int_equal(docx_fill_mem(docx, v, &out, NULL, &e), ERR_INPUT);
    free((char *)(uintptr_t)docx.p);
    buf_release(&out);
    json_decref(v);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_replaced),
        cmocka_unit_test(rows_are_repeated),
        cmocka_unit_test(built_in_templates_fill),
        cmocka_unit_test(bad_templates_are_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
