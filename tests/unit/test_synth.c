/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The county: same bytes for a seed, sums that agree, ids and dates that are sound, plants and twins for every rule. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/day.h"
#include "base/fen.h"
#include "base/map.h"
#include "base/sha.h"
#include "synth/synth.h"

static char root_a[64], root_b[64];
static struct synth_counts counted;

static void remove_folder(const char *path)
{
    DIR *d = opendir(path);
    struct dirent *f;
    char b[600];
    while (d && (f = readdir(d))) {
        snprintf(b, sizeof b, "%s/%s", path, f->d_name);
        if (f->d_name[0] != '.')
            unlink(b);
    }
    if (d)
        closedir(d);
    rmdir(path);
}

static struct synth_options options(const char *out)
{
    return (struct synth_options){.persons = 1000, .seed = 11, .out = out};
}

static int make(void **state)
{
    (void)state;
    snprintf(root_a, sizeof root_a, "/tmp/huji_synth_XXXXXX");
    snprintf(root_b, sizeof root_b, "/tmp/huji_synth_XXXXXX");
    if (!mkdtemp(root_a) || !mkdtemp(root_b))
        return -1;
    struct synth_options o = options(root_a);
    struct err e = {0};
    return synth_write(&o, &counted, NULL, &e);
}

static int clean(void **state)
{
    (void)state;
    remove_folder(root_a);
    remove_folder(root_b);
    return 0;
}

static struct buf load(const char *folder, const char *name)
{
    char path[600];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "rbe");
    struct buf b = BUF_INIT;
    char c[65536];
    size_t n;
    while (f && (n = fread(c, 1, sizeof c, f)))
        buf_add(&b, c, n);
    if (f)
        fclose(f);
    return b;
}

struct table {
    struct buf text;
    struct span rest, field[64];
    struct span name[64];
    int n;
};

static bool next(struct table *t)
{
    if (!t->rest.n)
        return false;
    struct span row = span_cut(&t->rest, '\n');
    for (int i = 0; i < t->n; i++)
        t->field[i] = span_cut(&row, ',');
    assert_null(row.p); /* as many fields as headings */
    return true;
}

static void begin(struct table *t, const char *name)
{
    memset(t, 0, sizeof *t);
    t->text = load(root_a, name);
    assert_true(t->text.n > 0);
    t->rest = (struct span){t->text.p, t->text.n};
    struct span row = span_cut(&t->rest, '\n');
    while (row.p && t->n < 64)
        t->name[t->n++] = span_cut(&row, ',');
}

static struct span get(const struct table *t, const char *column)
{
    for (int i = 0; i < t->n; i++)
        if (span_is(t->name[i], column))
            return t->field[i];
    fail_msg("no column %s", column);
    return (struct span){0};
}

static fen_t money(const struct table *t, const char *column)
{
    fen_t v = 0;
    assert_true(fen_parse(get(t, column), &v));
    return v;
}

/* --- tests ------------------------------------------------------------------------------------- */

static void same_bytes(void **state)
{
    (void)state;
    struct synth_options o = options(root_b);
    struct err e = {0};
    assert_int_equal(synth_write(&o, NULL, NULL, &e), 0);
    DIR *d = opendir(root_a);
    struct dirent *f;
    int files = 0;
    while ((f = readdir(d))) {
        if (f->d_name[0] == '.')
            continue;
        struct buf a = load(root_a, f->d_name), b = load(root_b, f->d_name);
        assert_int_equal(a.n, b.n);
        assert_memory_equal(a.p, b.p, a.n);
        buf_release(&a);
        buf_release(&b);
        files++;
    }
    closedir(d);
    assert_int_equal(files, 39);
}

static void another_seed(void **state)
{
    (void)state;
    struct synth_options o = options(root_b);
    o.seed = 12;
    struct err e = {0};
    assert_int_equal(synth_write(&o, NULL, NULL, &e), 0);
    struct buf a = load(root_a, "fee_list_d.csv"), b = load(root_b, "fee_list_d.csv");
    assert_true(a.n != b.n || memcmp(a.p, b.p, a.n) != 0);
    buf_release(&a);
    buf_release(&b);
}

/* Visits that a plant of this rule, or a twin of it, made contradict themselves. */
static struct names visits_of(const char *rule)
{
    struct names of = NAMES_INIT;
    struct table t;
    begin(&t, "truth.csv");
    while (next(&t))
        if (span_is(get(&t, "rule_id"), rule))
            names_put(&of, get(&t, "mdtrt_id"));
    assert_true(of.n > 0);
    buf_release(&t.text);
    return of;
}

/* Lines add up to their settlement; its parts to its total. */
static void sums(void **state)
{
    (void)state;
    struct names setls = NAMES_INIT;
    struct table t;
    fen_t *total = calloc(100000, sizeof *total), *scope = calloc(100000, sizeof *scope);
    begin(&t, "fee_list_d.csv");
    uint64_t lines = 0;
    while (next(&t)) {
        uint32_t k = names_put(&setls, get(&t, "setl_id"));
        assert_true(k < 100000);
        fen_t amount = money(&t, "det_item_fee_sumamt");
        total[k] += amount;
        scope[k] += money(&t, "inscp_amt");
        assert_int_equal(amount, money(&t, "inscp_amt") + money(&t, "fulamt_ownpay_amt") +
                                     money(&t, "preselfpay_amt"));
        lines++;
    }
    assert_int_equal(lines, counted.lines);
    buf_release(&t.text);
    struct names off = visits_of("H07.total");
    begin(&t, "setl_d.csv");
    uint64_t n = 0, differ = 0;
    while (next(&t)) {
        uint32_t k = names_get(&setls, get(&t, "setl_id"));
        assert_true(k != NAME_NONE);
        if (names_get(&off, get(&t, "mdtrt_id")) != NAME_NONE) {
            differ += total[k] != money(&t, "medfee_sumamt");
        } else {
            assert_int_equal(total[k], money(&t, "medfee_sumamt"));
            assert_int_equal(scope[k], money(&t, "inscp_amt"));
        }
        assert_int_equal(money(&t, "fund_pay_sumamt"),
                         money(&t, "hifp_pay") + money(&t, "maf_pay"));
        assert_int_equal(money(&t, "medfee_sumamt"), money(&t, "fund_pay_sumamt") +
                                                         money(&t, "psn_pay") +
                                                         money(&t, "ownpay_hosp_part"));
        assert_int_equal(money(&t, "psn_pay"), money(&t, "acct_pay") + money(&t, "cash_payamt"));
        n++;
    }
    assert_int_equal(n, counted.settlements);
    assert_int_equal(differ, off.n);
    buf_release(&t.text);
    names_release(&off);
    names_release(&setls);
    free(total);
    free(scope);
}

static void ids_unique(void **state)
{
    (void)state;
    static const char *const of[][2] = {{"fee_list_d.csv", "bkkp_sn"},
                                        {"mdtrt_d.csv", "mdtrt_id"},
                                        {"setl_d.csv", "setl_id"},
                                        {"psn_info_b.csv", "psn_no"},
                                        {"sale_3505.csv", "rid"},
                                        {"opsp_reg_d.csv", "trt_dcla_detl_sn"},
                                        {"setl_list_oprn_d.csv", "setl_list_oprn_id"},
                                        {"presence_check.csv", "check_id"},
                                        {"fixmedins_b.csv", "fixmedins_code"},
                                        {"dr_info_b.csv", "dr_code"},
                                        {"truth.csv", "plant_id"}};
    for (size_t i = 0; i < sizeof of / sizeof of[0]; i++) {
        struct names seen = NAMES_INIT;
        struct table t;
        begin(&t, of[i][0]);
        uint32_t n = 0;
        while (next(&t))
            assert_int_equal(names_put(&seen, get(&t, of[i][1])), n++);
        assert_true(n > 0);
        names_release(&seen);
        buf_release(&t.text);
    }
}

static void dates_valid(void **state)
{
    (void)state;
    struct table t;
    sec_t b, e, s;
    struct names off = visits_of("H07.dates");
    uint64_t backward = 0;
    begin(&t, "mdtrt_d.csv");
    while (next(&t)) {
        assert_true(sec_parse(get(&t, "begntime"), &b) && sec_parse(get(&t, "endtime"), &e));
        backward += b > e;
        assert_true(b <= e || names_get(&off, get(&t, "mdtrt_id")) != NAME_NONE);
        assert_true(sec_day(b) >= day_from_ymd(2023, 1, 1) &&
                    sec_day(e) < day_from_ymd(2024, 1, 1));
    }
    buf_release(&t.text);
    assert_int_equal(backward, off.n / 2); /* the plants, not their twins */
    names_release(&off);
    begin(&t, "fee_list_d.csv");
    while (next(&t))
        assert_true(sec_parse(get(&t, "fee_ocur_time"), &s));
    buf_release(&t.text);
}

static void plants_and_twins(void **state)
{
    (void)state;
    static const char *const rules =
        "A01 A02 A03 A04 A05 A07 B01 B02 B03 B04 B05 B06 B07 B08 B09 B10 B11 B12 B13 B14 B15 B16 B17 B18 B20 C01 C02 C03 C04 C05 C06 "
        "C07 C08 C09 C10 C11 C12 C13 C14 D01 D02 D03 D04 D05 D06 D07 D08 D09 D10 D11 D12 D13 E01 E02 E03 E04 E05 E06 E07 E08 E09 E10 E11 E12 E13 E14 E15 E16 E17 F01 F02 F03 F04 F05 F06 G01 G02 G03 "
        "H01 H02 H03 H07 I02 I03 I04 I05 I06 I07";
    struct span rest = span_of(rules);
    while (rest.n) {
        struct span rule = span_cut(&rest, ' ');
        struct table t;
        int bad = 0, twins = 0;
        begin(&t, "truth.csv");
        while (next(&t)) {
            struct span id = get(&t, "rule_id");
            if (id.n < 3 || memcmp(id.p, rule.p, 3) != 0)
                continue;
            bad += span_is(get(&t, "is_violation"), "1");
            twins += span_is(get(&t, "is_violation"), "0");
            assert_true(get(&t, "owner").n > 0 && get(&t, "note").n > 0);
        }
        if (bad < 2 || twins < 2)
            fail_msg("%.3s: %d plants, %d twins", rule.p, bad, twins);
        buf_release(&t.text);
    }
    assert_true(counted.plants >= 140 && counted.twins >= 140);
}

static void refuses(void **state)
{
    (void)state;
    struct synth_options o = options(root_b);
    struct err e = {0};
    o.persons = 10;
    assert_int_equal(synth_write(&o, NULL, NULL, &e), ERR_USAGE);
    o = options("/proc/nowhere/county");
    assert_int_equal(synth_write(&o, NULL, NULL, &e), ERR_IO);
    o = options(root_b);
    o.months = 500;
    assert_int_equal(synth_write(&o, NULL, NULL, &e), ERR_USAGE);
}

static int cancel_at_once(void *ctx)
{
    (void)ctx;
    return 1;
}

static void cancelled(void **state)
{
    (void)state;
    struct synth_options o = options(root_b);
    struct progress p = {.cancelled = cancel_at_once};
    struct err e = {0};
    assert_int_equal(synth_write(&o, NULL, &p, &e), ERR_STATE);
}

/* GBK is the same text in other bytes; Excel the same every time. */
static void other_forms(void **state)
{
    (void)state;
    struct synth_options o = options(root_b);
    struct err e = {0};
    o.as = SYNTH_GBK;
    assert_int_equal(synth_write(&o, NULL, NULL, &e), 0);
    struct buf a = load(root_a, "psn_info_b.csv"), b = load(root_b, "psn_info_b.csv");
    assert_true(b.n > 0 && b.n < a.n);
    buf_release(&a);
    buf_release(&b);
    o.as = SYNTH_EXCEL;
    o.months = 2;
    char hex[2][33];
    for (int k = 0; k < 2; k++) {
        remove_folder(root_b);
        assert_int_equal(synth_write(&o, NULL, NULL, &e), 0);
        b = load(root_b, "费用明细_01.xlsx");
        assert_true(b.n > 1000);
        sha256_hex((struct span){b.p, b.n}, 16, hex[k]);
        buf_release(&b);
    }
    assert_string_equal(hex[0], hex[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_bytes),  cmocka_unit_test(another_seed),
        cmocka_unit_test(sums),        cmocka_unit_test(ids_unique),
        cmocka_unit_test(dates_valid), cmocka_unit_test(plants_and_twins),
        cmocka_unit_test(refuses),     cmocka_unit_test(cancelled),
        cmocka_unit_test(other_forms),
    };
    return cmocka_run_group_tests(tests, make, clean);
}
