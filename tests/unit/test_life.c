/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A bureau's own layer: regional parameters, and the settings they hang on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <cmocka.h>

#include "claims/config.h"
#include "claims/db.h"
#include "claims/store.h"
#include "engine/rule.h"
#include "life/lint.h"
#include "life/stage.h"

static char dir[] = "/tmp/huji-life-XXXXXX", rules[4096], profile[64];

static int setup(void **state)
{
    const char *root = getenv("HUJI_ROOT");

    (void)state;
    snprintf(rules, sizeof rules, "%s/rules", root ? root : ".");
    if (!mkdtemp(dir))
        return -1;
    snprintf(profile, sizeof profile, "%s/profile.yaml", dir);
    return 0;
}

static int teardown(void **state)
{
    char cmd[128];

    (void)state;
    snprintf(cmd, sizeof cmd, "rm -rf %s", dir);
    return system(cmd);
}

static void put(const char *path, const char *text)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static struct huji_library *load(const char *region)
{
    const struct library_source from = {.dir = rules, .profile = profile, .region = region};
    struct huji_library *lib = NULL;
    struct err e = {0};

    if (library_open(&from, &lib, &e))
        fail_msg("%s %s", e.where, e.message);
    return lib;
}

static void holds(const char *region, const char *id, const char *param, const char *value,
                  const char *from, int line)
{
    struct huji_library *lib = load(region);
    const struct rule *r = library_rule(lib, span_of(id));
    const struct ynode *at = NULL;
    struct span got = rule_param(r, span_of(param)),
                why = profile_region(lib, r, span_of(param), &at);

    if (!span_is(got, value))
        fail_msg("%s %s %s = %.*s, not %s", region, id, param, (int)got.n, got.p, value);
    assert_true(span_is(why, from));
    assert_int_equal(at ? at->line : 0, line);
    assert_true(!r->shipped == !line);
    library_free(lib);
}

static void most_specific_region_holds(void **state)
{
    (void)state;
    put(profile, "\"42\": {B02: {max: 20 d}, B02.x: {max: 3 d}}\n"
                 "\"4205\": {B02: {max: 10 d}}\n"
                 "420502: {B02: {max: 12 d}}\n");
    holds("510500", "B02", "max", "15 d", "", 0);
    holds("420100", "B02", "max", "20 d", "42", 1);
    holds("420500", "B02", "max", "10 d", "4205", 2);
    holds("420502", "B02", "max", "12 d", "420502", 3);
    /* a variant with a value of its own is not the rule's, and has its own entry */
    holds("420502", "B02.x", "max", "3 d", "42", 1);
    holds("510500", "B02.x", "max", "1 d", "", 0);
    /* beyond keep_from: the slider goes, the rule stays */
    put(profile, "\"42\": {B02: {max: 40 d}}\n");
    holds("420500", "B02", "max", "40 d", "42", 1);
}

static void version_tells_regions_apart(void **state)
{
    struct huji_library *a, *b;

    (void)state;
    put(profile, "\"42\": {B02: {max: 20 d}}\n");
    a = load("420500");
    b = load("420600");
    assert_false(span_eq(a->version, b->version));
    library_free(a);
    library_free(b);
}

static void faults_are_named(void **state)
{
    static const struct {
        const char *text, *says, *hint;
        int line;
    } rows[] = {
        {"\"42\":\n  B99: {max: 10 d}\n", "没有规则 B99", "huji rules list", 2},
        {"\"42\":\n  B02:\n    most: 10 d\n", "没有参数 most", "它的参数：max", 3},
        {"\"42\":\n  B02:\n    max: 10\n", "缺少单位", "如 15 d", 3},
        {"\"42\":\n  B02:\n    max: 10 元\n", "“10 元”", "如 15 d", 3},
        {"\"42\":\n  B02:\n    max: 24 h\n", "单位不对", "如 15 d", 3},
        {"\"42\":\n  B02:\n    max: many\n", "“many”", "如 15 d", 3},
        {"\"42\":\n  B02:\n    max: [1 d]\n", "应为一个值", "", 3},
        {"\"42\":\n  B02: 3 d\n", "{参数: 值}", "", 2},
        {"\"42050\": {}\n", "2、4 或 6 位", "4205", 1},
        {"- 42\n", "地区参数应为", "", 1},
        /* another region's fault is a fault */
        {"\"51\": {B02: {max: 10 元}}\n", "“10 元”", "如 15 d", 1},
    };
    char where[80];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct library_source from = {.dir = rules, .profile = profile, .region = "420500"};
        struct huji_library *lib = NULL;
        struct err e = {0};

        put(profile, rows[i].text);
        if (library_open(&from, &lib, &e) != ERR_INPUT)
            fail_msg("row %zu passed: %s", i, e.message);
        snprintf(where, sizeof where, "profile.yaml:%d", rows[i].line);
        if (!strstr(e.message, rows[i].says) || !strstr(e.hint, rows[i].hint) ||
            !strstr(e.where, where))
            fail_msg("row %zu: %s | %s | %s", i, e.where, e.message, e.hint);
    }
}

static void region_must_be_set(void **state)
{
    const struct library_source from = {.dir = rules, .profile = profile};
    struct huji_library *lib = NULL;
    struct err e = {0};

    (void)state;
    put(profile, "\"42\": {B02: {max: 20 d}}\n");
    assert_int_equal(library_open(&from, &lib, &e), ERR_STATE);
    assert_non_null(strstr(e.hint, "huji config region"));
    unlink(profile);
    assert_int_equal(library_open(&from, &lib, &e), 0); /* no file, nothing to ask */
    library_free(lib);
}

static void settings_keep_remarks(void **state)
{
    char path[80], value[32], text[256] = "";
    struct err e = {0};

    (void)state;
    snprintf(path, sizeof path, "%s/huji.yaml", dir);
    assert_int_equal(config_get(dir, "region", value, sizeof value, &e), ERR_STATE);
    put(path, "# 说明\n# region: '1'\n");
    assert_int_equal(config_get(dir, "region", value, sizeof value, &e), 0);
    assert_string_equal(value, "");
    assert_int_equal(config_set(dir, "region", "420500", &e), 0);
    assert_int_equal(config_set(dir, "region", "420502", &e), 0);
    assert_int_equal(config_get(dir, "region", value, sizeof value, &e), 0);
    assert_string_equal(value, "420502");
    assert_int_equal(config_set(dir, "region", "宜昌", &e), ERR_INPUT);
    assert_int_equal(config_set(dir, "regoin", "42", &e), ERR_USAGE);
    FILE *f = fopen(path, "rb");
    assert_true(fread(text, 1, sizeof text - 1, f) > 0);
    fclose(f);
    assert_string_equal(text, "# 说明\n# region: '1'\nregion: '420502'\n");
    long long mb = -1;
    assert_int_equal(config_memory_mb(dir, &mb, &e), 0);
    assert_int_equal(mb, 0);
    assert_int_equal(config_set(dir, "memory_limit", "2GB", &e), 0);
    assert_int_equal(config_memory_mb(dir, &mb, &e), 0);
    assert_int_equal(mb, 2048);
    assert_int_equal(config_set(dir, "memory_limit", "768 mb", &e), 0);
    assert_int_equal(config_memory_mb(dir, &mb, &e), 0);
    assert_int_equal(mb, 768);
    assert_int_equal(config_set(dir, "memory_limit", "100MB", &e), ERR_INPUT);
    assert_int_equal(config_set(dir, "memory_limit", "很多", &e), ERR_INPUT);
    put(path, "x: 1\nregion: 42050\n");
    assert_int_equal(config_get(dir, "region", value, sizeof value, &e), ERR_INPUT);
    assert_non_null(strstr(e.where, "huji.yaml:2"));
}

/* Rules that can't be read must not become rules that are none. (A file where the folder should be: the tests run as
 * root, whom no permission stops.) */
static void unreadable_rules_are_no_empty_ones(void **state)
{
    struct stage s;
    struct err e = {0};
    char data[64], path[96];
    struct stat st;

    (void)state;
    snprintf(data, sizeof data, "%s/data", dir);
    snprintf(path, sizeof path, "%s/rules", data);
    assert_int_equal(mkdir(data, 0700), 0);
    assert_int_equal(stage_open(data, true, &s, &e), 0); /* none yet: an empty copy */
    stage_drop(&s);
    put(path, "x");
    for (int write = 0; write < 2; write++) {
        e = (struct err){0};
        assert_int_equal(stage_open(data, write, &s, &e), ERR_IO);
        assert_non_null(strstr(e.message, "读不了目录"));
        assert_non_null(strstr(e.message, path));
        assert_int_equal(stat(path, &st), 0);
        assert_true(S_ISREG(st.st_mode));
    }
}

static void memory_of(struct store *s, char out[32])
{
    struct db_rows rows;
    struct err e = {0};

    assert_int_equal(db_open(s->con, "SELECT current_setting('memory_limit')", &rows, &e), 0);
    assert_true(db_next(&rows));
    snprintf(out, 32, "%.*s", (int)db_text(&rows, 0).n, db_text(&rows, 0).p);
    db_close(&rows);
}

/* What huji verify asks for: most of the machine, but where huji.yaml says how much, that much. */
static void verify_may_take_the_machine(void **state)
{
    struct store_options o = {.threads = 1, .command = "test"};
    char data[64], before[32], after[32];
    struct sysinfo si;
    struct store *s;
    struct err e = {0};

    (void)state;
    snprintf(data, sizeof data, "%s/store", dir);
    assert_int_equal(sysinfo(&si), 0);
    assert_int_equal(store_init(data, &e), 0);
    for (int said = 0; said < 2; said++) {
        bool more = !said && (si.totalram * si.mem_unit >> 20) * 6 / 10 > 2200;
        if (said)
            assert_int_equal(config_set(data, "memory_limit", "1GB", &e), 0);
        assert_int_equal(store_open(data, STORE_WRITE, &o, &s, &e), 0);
        memory_of(s, before);
        assert_int_equal(store_use_machine(s, &e), 0);
        memory_of(s, after);
        store_close(s);
        if (more)
            assert_string_not_equal(before, after);
        else
            assert_string_equal(before, after);
    }
}

/* A rule of two forms, with what a test writes beside its examples. */
static const char two_forms[] =
    "Z90:\n  name: 两种形式\n  version: 1\n  state: draft\n  of: person\n  from: stay\n"
    "  param: {max: 3 d}\n  ask: {forbid: {where: \"enddate - begndate > $max\"}}\n"
    "  variants:\n    long: {}\n    longer: {param: {max: 9 d}%s}\n"
    "  at_issue: {of: cur, amount: all}\n  class: [可疑]\n  judged: at_once\n  phases: [事后]\n"
    "  law: [条例 38(1)]\n  serves: [D-025]\n  tags: {who: [institution], release: internal}\n"
    "  effective: {from: 2021-05-01}\n  says: 住了太久\n  clears: [病历]\n"
    "  false_positives: [康复]\n  examples:\n"
    "    - {name: 两种都有, kind: boundary, stays: [{id: s, begin: 2023-03-01, end: 2023-03-11}],"
    " finds: [{variant: long}, {variant: longer}]}\n"
    "    - {name: 住五天, kind: near, of: [%s], stays: [{id: s, begin: 2023-03-01, end: 2023-03-06}],"
    " finds: [{variant: long}]}\n"
    "    - {name: 住两天, kind: near, of: [long], stays: [{id: s, begin: 2023-03-01, end: 2023-03-03}],"
    " finds: []}\n"
    "    - {name: 没有出院, kind: missing, of: [%s], stays: [{id: s, begin: 2023-03-01}], finds: []}\n";

static void note_fault(void *ctx, const struct rule *r, int line, const char *what)
{
    char *all = ctx;

    assert_true(line > 0);
    snprintf(all + strlen(all), 900 - strlen(all), "%.*s: %s\n", (int)r->id.n, r->id.p, what);
}

/* The faults of the rule with these words in its places. */
static void lint_says(const char *form, const char *near, const char *missing, const char *want)
{
    const struct library_source from = {.dir = rules, .file = profile};
    char text[4096], all[900] = "";
    struct huji_library *lib = NULL;
    struct err e = {0};

    snprintf(text, sizeof text, two_forms, form, near, missing);
    put(profile, text);
    if (library_open(&from, &lib, &e))
        fail_msg("%s %s", e.where, e.message);
    for (int i = 0; i < lib->n_rules; i++)
        if (span_is(lib->rules[i]->base_id, "Z90"))
            lint_rule(lib->rules[i], note_fault, all);
    library_free(lib);
    assert_string_equal(all, want);
}

/* Each form of a rule has examples of all four kinds of its own, or says why it can't. */
static void each_form_has_examples(void **state)
{
    (void)state;
    lint_says("", "longer", "long, longer", "");
    lint_says("", "longer", "long", "Z90.longer: 缺少 kind: missing 的例子（形式 longer）\n");
    lint_says(", without: {missing: 不看出院}", "longer", "long", "");
    lint_says(", without: {missing: 不看出院}", "longer", "long, longer",
              "Z90.longer: without 说没有，却有 kind: missing 的例子（形式 longer）\n");
    lint_says(", without: {hit: 没有}", "longer", "long, longer",
              "Z90.longer: without 不能免去 kind: hit 的例子（形式 longer）\n");
    lint_says(", without: {nearly: 没有}", "longer", "long, longer",
              "Z90.longer: without 应写 例子的种类: 理由，不是“nearly”\n");
    lint_says("", "long", "long, longer",
              "Z90.long: kind: near 的例子不该有形式 long 的命中\n"
              "Z90.longer: 缺少 kind: near 的例子（形式 longer）\n");
    lint_says("", "longer, longest", "long, longer",
              "Z90.long: 例子的 of 写了没有的形式“longest”\n");
    remove(profile);
}

/* What each rule's findings are (定性) is written in the rule; whoever changes one knows that he does. */
static void natures_stand_in_the_rules(void **state)
{
    static const char *const want[][2] = {
        {"A01", "impersonation"}, {"A02", "impersonation"},    {"A03", "impersonation"},
        {"A06", "induced_stay"},  {"B02", "split_stay"},       {"B03", "needless"},
        {"B04", "needless"},      {"B08", "needless"},         {"B09", "needless"},
        {"B10", "induced_stay"},  {"B11", "induced_stay"},     {"B12", "induced_stay"},
        {"B15", "false_stay"},    {"B17.stay", "false_stay"},  {"B18", "split_stay"},
        {"B19", "induced_stay"},  {"B20", "hang_bed"},         {"C01", "dup_charge"},
        {"C02", "split_item"},    {"C05", "needless"},         {"C07", "dup_charge"},
        {"C11.instead", "swap"},  {"D02", "out_of_scope"},     {"D06", "out_of_scope"},
        {"E01", "over_rx"},       {"E02.purchase", "over_rx"}, {"E03", "dup_rx"},
        {"E04", "dup_rx"},        {"E05", "split_rx"},         {"E06", "over_rx"},
        {"E07", "dup_rx"},        {"E08", "resale"},           {"E10", "over_rx"},
        {"F01", "over_care"},     {"F02", "impersonation"},    {"F07", "over_test"},
    };
    struct huji_library *lib = NULL;
    struct err e = {0};
    int named = 0;

    (void)state;
    assert_int_equal(library_load(rules, &lib, &e), 0);
    for (int i = 0; i < lib->n_rules; i++) {
        const struct rule *r = lib->rules[i];
        const struct ynode *n = ynode_get(r->node, "nature");
        const char *says = NULL;

        for (size_t k = 0; k < sizeof want / sizeof *want; k++)
            if (span_is(r->id, want[k][0]) || span_is(r->base_id, want[k][0]))
                says = want[k][1];
        if (r->hidden || r->is_measure)
            continue;
        if (!n != !says || (n && !span_is(n->text, says)))
            fail_msg("%.*s: %s", (int)r->id.n, r->id.p, says ? says : "none");
        named += n != NULL;
    }
    assert_true(named >= 36);
    library_free(lib);
}

static void hears_of_nature(void *ctx, const struct rule *r, int line, const char *what)
{
    int *n = ctx;

    (void)r;
    *n += line == 8 && strstr(what, "“splitting”") && strstr(what, "split_stay 分解住院");
}

static void lint_knows_natures(void **state)
{
    char folder[128], path[160];
    struct huji_library *lib = NULL;
    struct err e = {0};
    int n = 0;

    (void)state;
    snprintf(folder, sizeof folder, "%s/named/library", dir);
    snprintf(path, sizeof path, "mkdir -p %s", folder);
    assert_int_equal(system(path), 0);
    snprintf(path, sizeof path, "%s/r.yaml", folder);
    FILE *f = fopen(path, "w");
    fputs(
        "R01:\n  name: 试\n  class: [可疑]\n  judged: batch\n  says: 试\n  of: person\n  from: stay\n"
        "  nature: splitting\n  at_issue: {amount: none}\n  ask: {forbid: {where: \"mid_setl_flag = '1'\"}}\n",
        f);
    fclose(f);
    snprintf(folder, sizeof folder, "%s/named", dir);
    if (library_load(folder, &lib, &e))
        fail_msg("%s", e.message);
    assert_true(lint_rule(lib->rules[0], hears_of_nature, &n) > 0);
    assert_int_equal(n, 1);
    library_free(lib);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(natures_stand_in_the_rules),
        cmocka_unit_test(lint_knows_natures),
        cmocka_unit_test(most_specific_region_holds),
        cmocka_unit_test(version_tells_regions_apart),
        cmocka_unit_test(faults_are_named),
        cmocka_unit_test(region_must_be_set),
        cmocka_unit_test(settings_keep_remarks),
        cmocka_unit_test(unreadable_rules_are_no_empty_ones),
        cmocka_unit_test(verify_may_take_the_machine),
        cmocka_unit_test(each_form_has_examples),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
