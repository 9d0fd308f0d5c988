/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Knowledge points into rows, a bureau's own tables over the shipped ones, and what the library covers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <xlsxwriter.h>

#include "base/mem.h"
#include "engine/rule.h"
#include "knowledge/kp.h"
#include "knowledge/own_read.h"
#include "knowledge/own_table.h"
#include "screen/coverage.h"

static struct huji_library *lib;
static char dir[] = "/tmp/huji-knowledge-XXXXXX";

static int setup(void **state)
{
    char rules[4096];
    struct err e = {0};
    const char *root = getenv("HUJI_ROOT");

    (void)state;
    snprintf(rules, sizeof rules, "%s/rules", root ? root : ".");
    return mkdtemp(dir) && library_load(rules, &lib, &e) == 0 ? 0 : -1;
}

static int teardown(void **state)
{
    char cmd[128];

    (void)state;
    library_free(lib);
    snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
    return system(cmd);
}

static const char *put(const char *name, const char *text)
{
    static char path[256];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    f = fopen(path, "wb");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    return path;
}

static const struct kp_table *table(const struct kp_import *k, const char *name)
{
    for (int i = 0; i < k->n_tables; i++)
        if (!strcmp(k->table[i].name, name))
            return &k->table[i];
    return NULL;
}

static void line_is(const struct kp_import *k, const char *name, size_t i, const char *want)
{
    const struct kp_table *t = table(k, name);

    assert_non_null(t);
    assert_true(i < t->n);
    assert_string_equal(t->line[i].p, want);
}

#define HEAD "rule_class\titem_name\tconstraint_text\tcodes\n"

static const char points[] = HEAD
    "药品限医疗机构级别\t甲\t限二级及以上医疗机构癌症患者。\tXAAA01;XAAA02\n"
    "医疗服务项目周期超频次\t乙\t两次评定间隔时间不短于14天。\t0011\n"
    "医疗服务项目周期超频次\t丙\t反映近2-3周的水平，诊疗规范\t0012\n"
    "医疗服务项目重复收费\t丁×戊\t含\t0011;0022\n"
    "药品区分性别使用\t己\t用于痛经\tXBBB01\n"
    "药品限适应症\t庚\t限：1.2型糖尿病患者；2.原发性高血压患者。\tXCCC01\n"
    "超互联网医院药品支付范围\t辛\t医疗机构开展互联网诊疗活动时，不得开具麻醉药品的处方。\tXDDD01\n";

static void rows_are_right(const char *path)
{
    struct kp_import k;
    struct err e = {0};

    assert_int_equal(kp_read(path, lib, &k, &e), 0);
    assert_int_equal(k.points, 7);
    assert_int_equal(k.n_left, 0);
    line_is(&k, "level_limit", 0, "XAAA01,2");
    line_is(&k, "level_limit", 1, "XAAA02,2");
    line_is(&k, "cycle_limit", 0, "0011,14,1,policy");
    line_is(&k, "cycle_limit", 1, "0012,14,1,clinical");
    line_is(&k, "included_pair", 0, "0011,0022,day,");
    line_is(&k, "sex_limit", 0, "XBBB01,2,drug");
    line_is(&k, "indication", 0, "XCCC01,E10");
    line_is(&k, "setting_limit", 0, "XDDD01,no_net,");
    assert_int_equal(table(&k, "indication")->n, 10);
    kp_release(&k);
}

static void points_become_rows(void **state)
{
    (void)state;
    rows_are_right(put("kp.tsv", points));
}

/* As a workbook with the same columns: what offices pass around. */
static void a_workbook_says_the_same(void **state)
{
    char path[256], text[sizeof points], *line, *cell, *more;
    lxw_workbook *book;
    lxw_worksheet *sheet;
    unsigned row = 0;

    (void)state;
    snprintf(path, sizeof path, "%s/kp.xlsx", dir);
    book = workbook_new(path);
    sheet = workbook_add_worksheet(book, "知识点");
    memcpy(text, points, sizeof text);
    for (line = text; *line; line = more, row++) {
        unsigned col = 0;

        more = strchr(line, '\n') + 1;
        more[-1] = 0;
        while ((cell = strsep(&line, "\t")))
            worksheet_write_string(sheet, row, (lxw_col_t)col++, cell, NULL);
    }
    assert_int_equal(workbook_close(book), 0);
    rows_are_right(path);
}

/* What can't be read is given back with the reason: as many points out as in. */
static void the_rest_is_given_back(void **state)
{
    static const char text[] = HEAD
        "药品限医疗机构级别\t甲\t首次处方时需由二级及以上医疗机构开具\tXAAA01\n"
        "药品区分性别使用\t乙\t男女均可用于前列腺与子宫\tXBBB01\n"
        "药品限适应症\t丙\t限2型糖尿病；限某种从未听说的怪病患者\tXCCC01\n"
        "没有这条规则\t丁\t随便\tXDDD01\n"
        "药品限医疗机构级别\t戊\t限三级医疗机构\t不是编码\n"
        "医疗服务项目重复收费\t己\t含\t0011\n";
    struct kp_import k;
    struct err e = {0};

    (void)state;
    assert_int_equal(kp_read(put("kp.tsv", text), lib, &k, &e), 0);
    assert_int_equal(k.points, 6);
    assert_int_equal(k.n_left, 6);
    for (size_t i = 0; i < k.n_left; i++) {
        assert_non_null(k.left[i].why);
        assert_int_equal(k.left[i].kp.row, i + 2);
    }
    kp_release(&k);
    assert_int_equal(kp_read(put("kp.tsv", "a\tb\n1\t2\n"), lib, &k, &e), ERR_INPUT);
    assert_non_null(strstr(e.message, "表头"));
}

static void own_rows_stand_over_shipped(void **state)
{
    static const struct span rows[] = {{"001102000040000,9,d", 19}, {"009999000000000,2,d", 19}};
    struct huji_library *mine;
    struct err e = {0};
    size_t added;
    int lim;

    (void)state;
    for (int again = 0; again < 2; again++) {
        assert_int_equal(own_table_add(lib, dir, "day_limit", "hilist_code,lim,unit", rows, 2,
                                       "test", &added, &e),
                         0);
        assert_int_equal(added, again ? 0 : 2);
    }
    assert_int_equal(library_load_local(lib->dir, dir, &mine, &e), 0);
    const struct knowledge *k = library_knowledge(mine, SPAN("day_limit")),
                           *was = library_knowledge(lib, SPAN("day_limit"));

    assert_int_equal(k->n, was->n + 1); /* one in place of a shipped row, one new */
    assert_int_equal(k->n_local, 2);
    lim = knowledge_column(k, SPAN("lim"));
    for (size_t r = 0; r < k->n; r++)
        if (span_is(k->column[k->key].text[r], "001102000040000"))
            assert_int_equal(k->column[lim].num[r], 90000);
    library_free(mine);
    /* a wrong cell: nothing is written */
    static const struct span bad = {"001102000040000,many,d", 22};

    assert_int_equal(
        own_table_add(lib, dir, "day_limit", "hilist_code,lim,unit", &bad, 1, "test", &added, &e),
        ERR_INPUT);
    assert_int_equal(library_load_local(lib->dir, dir, &mine, &e), 0);
    library_free(mine);
    assert_int_equal(own_table_add(lib, dir, "no_table", "a", &bad, 1, "test", &added, &e),
                     ERR_INPUT);
}

static void own_files_by_heading(void **state)
{
    const struct knowledge *k = library_knowledge(lib, SPAN("price_cap"));
    struct own_rows r;
    struct err e = {0};

    (void)state;
    assert_int_equal(
        own_rows_read(put("p.csv", "备注,cap,hilist_code,level\n x,12.5,0011,3\n"), k, &r, &e), 0);
    assert_int_equal(r.n, 1);
    assert_string_equal(r.head, "hilist_code,level,cap");
    assert_string_equal(r.line[0].p, "0011,3,12.5");
    assert_string_equal(buf_cstr(&r.unknown), "备注");
    own_rows_release(&r);
    assert_int_equal(own_rows_read(put("p.csv", "cap,hilist_code\n12.5,\n"), k, &r, &e), ERR_INPUT);
    assert_non_null(strstr(e.message, "主键"));
}

static void coverage_counts_every_row(void **state)
{
    static const size_t totals[COV_LISTS] = {79, 88, 72, 236};
    struct arena a = ARENA_INIT;
    struct coverage c;
    struct err e = {0};

    (void)state;
    assert_int_equal(coverage_load(lib, &a, &c, &e), 0);
    for (int l = 0; l < COV_LISTS; l++) {
        size_t n = 0;

        for (int s = 0; s < COV_STATES; s++)
            n += c.count[l][s];
        assert_int_equal(n, totals[l]);
    }
    for (size_t i = 0; i < c.n; i++)
        if (c.row[i].state == COV_NEVER)
            assert_true(c.row[i].why_not.n > 0);
    arena_release(&a);
}

/* `with TABLE` gives an event once for each row: a row that stands twice counts everything twice. */
static void no_shipped_row_stands_twice(void **state)
{
    (void)state;
    for (int i = 0; i < lib->n_kn; i++) {
        const struct knowledge *k = &lib->kn[i];

        for (size_t x = 0; x < k->n; x++)
            for (size_t y = x + 1; y < k->n; y++) {
                bool same = knowledge_same_thing(k, x, y);

                for (int c = 0; same && c < k->n_columns; c++)
                    same = k->column[c].type == V_CODE ||
                           k->column[c].num[x] == k->column[c].num[y];
                if (same)
                    fail_msg("%s:%d says again what line %d says", k->file, k->line[y], k->line[x]);
            }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_become_rows),
        cmocka_unit_test(a_workbook_says_the_same),
        cmocka_unit_test(the_rest_is_given_back),
        cmocka_unit_test(own_rows_stand_over_shipped),
        cmocka_unit_test(own_files_by_heading),
        cmocka_unit_test(coverage_counts_every_row),
        cmocka_unit_test(no_shipped_row_stands_twice),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
