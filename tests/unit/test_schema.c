/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Names of files and headings, as they come, find their table and column. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "claims/schema.h"

static void files(void **state)
{
    (void)state;
    static const struct {
        const char *file, *table;
    } row[] = {
        {"fee_list_d.csv", "fee_list_d"},
        {"/a/b/FEE_LIST_D_202301.CSV", "fee_list_d"},
        {"fee_list_d(2).parquet", "fee_list_d"},
        {"setl_d.csv", "setl_d"},
        {"setl_diag_list_d-1.csv", "setl_diag_list_d"},
        {"psn_insu_stas_b.csv", "psn_insu_stas_b"},
        {"费用明细202301.csv", "fee_list_d"},
        {"低保名单.csv", "assisted"},
        {"inv_3501.csv", "inv_3501"},
        {"deaths.csv", NULL},
        {"readme.txt", NULL},
    };
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        int t = schema_of_file(span_of(row[i].file));
        if (!row[i].table)
            assert_int_equal(t, -1);
        else {
            assert_true(t >= 0);
            assert_string_equal(huji_tables[t]->name, row[i].table);
        }
    }
}

static void headings(void **state)
{
    (void)state;
    static const struct {
        const char *table, *heading, *column;
    } row[] = {
        {"setl_d", "setl_time", "setl_time"},
        {"setl_d", "SETL_TIME", "setl_time"},
        {"setl_d", "\xef\xbb\xbfsetl_id", "setl_id"},
        {"setl_d", "结算时间", "setl_time"},
        {"setl_d", " 结 算 日期 ", "setl_time"},
        {"setl_d", "医疗费总额（元）", "medfee_sumamt"},
        {"mdtrt_d", "住院（门诊）号", "ipt_otp_no"},
        {"mdtrt_d", "住院号", "ipt_otp_no"},
        {"mdtrt_d", "入院日期", "begntime"},
        {"fee_list_d", "单价(元)", "pric"},
        {"fee_list_d", "处方/医嘱号", "rx_drord_no"},
        {"fee_list_d", "某某", NULL},
        {"fee_list_d", "", NULL},
    };
    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        const struct table_schema *t = huji_tables[schema_table(span_of(row[i].table))];
        int c = schema_heading(t, span_of(row[i].heading));
        if (!row[i].column)
            assert_int_equal(c, -1);
        else {
            assert_true(c >= 0);
            assert_string_equal(t->columns[c].name, row[i].column);
        }
    }
}

static void tables_are_sound(void **state)
{
    (void)state;
    for (int i = 0; i < TABLE_COUNT; i++) {
        const struct table_schema *t = huji_tables[i];
        assert_int_equal(schema_table(span_of(t->name)), i);
        struct span key = span_of(t->key);
        while (key.n)
            assert_true(schema_column(t, span_cut(&key, ',')) >= 0);
        bool needs = false;
        for (size_t c = 0; c < t->n_columns; c++) {
            needs |= t->columns[c].need != NEED_NO;
            assert_int_equal(schema_column(t, span_of(t->columns[c].name)), (int)c);
            if (t->columns[c].kind == COL_CODE)
                assert_true(t->columns[c].domain != D_NONE);
        }
        assert_true(needs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files),
        cmocka_unit_test(headings),
        cmocka_unit_test(tables_are_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
