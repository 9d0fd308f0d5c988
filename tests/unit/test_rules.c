/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What the loader of rules refuses, with file and line, and what it makes of keep_from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "engine/rule.h"

static char root[64];

static void put(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", root, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static int setup(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "/tmp/huji-rules-XXXXXX");
    if (!mkdtemp(root))
        return -1;
    for (const char *const *d = (const char *const[]){"library", "measures", NULL}; *d; d++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", root, *d);
        if (mkdir(path, 0700) < 0)
            return -1;
    }
    put("measures/m.yaml",
        "stays: {title: 住院, of: institution / month(enddate), from: stay, value: {sum: medfee_sumamt}}\n"
        "fees: {title: 费用, of: institution / month(fee_ocur_time), from: line, value: {sum: det_item_fee_sumamt}}\n");
    return 0;
}

static int teardown(void **state)
{
    static const char *const all[] = {"library/r.yaml", "measures/m.yaml", "library", "measures",
                                      ""};
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", root, all[i]);
        remove(path);
    }
    return 0;
}

/* One rule R from the lines that matter. */
static struct huji_library *load(const char *body, struct err *e)
{
    char text[4096];
    snprintf(text, sizeof text,
             "R:\n  name: 试\n  class: [可疑]\n  judged: batch\n  says: 试\n%s\n", body);
    put("library/r.yaml", text);
    struct huji_library *lib = NULL;
    int rc = library_load(root, &lib, e);
    assert_true((rc == 0) == (lib != NULL));
    return lib;
}

static const struct {
    const char *what, *body, *says;
} refused[] = {
    {"two parameters to slide",
     "  of: person\n  from: stay\n  at_issue: {amount: none}\n  param: {a: 1 d, b: 1 d}\n"
     "  ask: {gap: {axis: days, min: $a, max: $b}}\n  keep_from: {a: 0 d, b: 9 d}\n",
     "恰有一个参数"},
    {"a parameter the question does not use",
     "  of: person\n  from: stay\n  at_issue: {amount: none}\n  param: {a: 1 d}\n"
     "  ask: {gap: {axis: days, max: 3 d}}\n  keep_from: {a: 9 d}\n",
     "没有用到这个参数"},
    {"stricter instead of looser",
     "  of: person\n  from: stay\n  at_issue: {amount: none}\n  param: {a: 15 d}\n"
     "  ask: {gap: {axis: days, max: $a}}\n  keep_from: {a: 5 d}\n",
     "更严"},
    {"a denied comparison turns the direction",
     "  of: person\n  from: stay\n  at_issue: {amount: none}\n  param: {a: 15 元}\n"
     "  ask: {forbid: {where: \"not medfee_sumamt <= $a\", value: medfee_sumamt}}\n  keep_from: {a: 50 元}\n",
     "更严"},
    {"a sliding window is folded again",
     "  of: person\n  from: stay\n  at_issue: {amount: none}\n  param: {a: 3}\n"
     "  ask: {quota: {form: sliding, axis: days, window: 7 d, count: all, more_than: $a}}\n"
     "  keep_from: {a: 1}\n",
     "重算"},
    {"a pair is asked a burst of days, nothing else",
     "  of: pair\n  from: stay\n  at_issue: {amount: none}\n"
     "  derive: {pair: {same: fixmedins_code, near: {begndate: 1 d}}}\n"
     "  ask: {quota: {form: burst, axis: days, window: 9 d, count: all, at_least: 3}}\n",
     "结伴"},
    {"components of what",
     "  of: person\n  from: stay\n  at_issue: {amount: none}\n  then: {components: {min: 3, owner: gang}}\n"
     "  ask: {forbid: {where: \"dx is missing\"}}\n",
     "derive"},
    {"lines of a visit after the walk",
     "  of: institution\n  from: stay\n  at_issue: {of: members, amount: all}\n"
     "  ask: {quota: {form: bucket, bucket: day, count: all, at_least: 3}}\n  unless: [\"lines.any(cnt > 1)\"]\n",
     "unless 用了 lines."},
    {"operations where a measure is asked",
     "  of: person\n  from: stay\n  at_issue: {amount: none}\n"
     "  ask: {forbid: {where: \"ops.count(oprn_oprt_code is known) > measure(stays, fixmedins_code, month(enddate))\"}}\n",
     "ask 用了 lines."},
    {"money on lines of institutions' findings",
     "  of: institution\n  from: stay\n  at_issue: {of: lines, where: \"cnt > 1\", amount: all}\n"
     "  ask: {quota: {form: bucket, bucket: day, count: all, at_least: 3}}\n",
     "of: lines"},
    {"an event's field in an outlier over lines",
     "  of: institution\n  at_issue: {amount: none}\n"
     "  ask: {outlier: {measure: fees, against: peers, tau: 2}}\n  unless: [\"med_type in IPT\"]\n",
     "没有留下事件"},
    {"one event by two clauses",
     "  of: person\n  from: [line where cnt > 2, line_raw where pric > 2]\n  at_issue: {amount: none}\n"
     "  ask: {forbid: \"amount > 0\"}\n",
     "判两次"},
    {"used in from too",
     "  of: person\n  from: stay where medfee_sumamt > $a\n  at_issue: {amount: none}\n  param: {a: 3 元}\n"
     "  ask: {forbid: {where: \"medfee_sumamt > $a\"}}\n  keep_from: {a: 1 元}\n",
     "of 或 from"},
};

static void refuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct err e = {0};
        struct huji_library *lib = load(refused[i].body, &e);
        if (lib || !strstr(e.message, refused[i].says) || !strstr(e.where, "r.yaml:"))
            fail_msg("%s: %s %s", refused[i].what, lib ? "loaded" : e.message, e.where);
        library_free(lib);
    }
}

/* A slip of the pen in a variant is told with its own line, and with its name. */
static void a_slip_in_a_variant(void **state)
{
    static const struct {
        const char *body, *says, *where;
    } slips[] = {
        {"  of: person\n  from: stay\n  at_issue: {amount: none}\n  param: {longest: 15 d}\n  variants:\n"
         "    strict:\n      param: {logest: 7 d}\n  ask: {gap: {axis: days, max: $longest}}\n",
         "logest", ":12"},
        {"  of: person\n  from: stay\n  at_issue: {amount: none}\n  param: {longest: 15 d}\n  variants:\n"
         "    strict:\n      ask: {gap: {axis: days, max: $logest}}\n  ask: {gap: {axis: days, max: $longest}}\n",
         "logest", ":12"},
        {"  of: person\n  from: stay\n  at_issue: {amount: none}\n  variants:\n"
         "    strict:\n      clas: [明确]\n  ask: {forbid: \"dx is missing\"}\n",
         "clas", ":11"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        struct err e = {0};
        struct huji_library *lib = load(slips[i].body, &e);

        if (lib || !strstr(e.message, slips[i].says) || !strstr(e.where, "r.yaml") ||
            !strstr(e.where, slips[i].where))
            fail_msg("%zu: %s %s", i, lib ? "loaded" : e.message, e.where);
        library_free(lib);
    }
}

static const struct {
    const char *what, *body;
    int when;
    int64_t own, loosest;
    bool stored;
} sliders[] = {
    {"gap max",
     "  of: person\n  from: stay\n  at_issue: {amount: none}\n  param: {a: 15 d}\n"
     "  ask: {gap: {axis: days, max: $a}}\n  keep_from: {a: 31 d}\n",
     SLIDE_AT_MOST, 15000000, 31000000, true},
    {"forbid, its value is what is compared",
     "  of: person\n  from: stay\n  at_issue: {amount: none}\n  param: {a: 15 元}\n"
     "  ask: {forbid: {where: \"medfee_sumamt > $a and dx is known\", value: medfee_sumamt}}\n  keep_from: {a: 5 元}\n",
     SLIDE_ABOVE, 15000000, 5000000, true},
    {"forbid, its value is something else",
     "  of: person\n  from: stay\n  at_issue: {amount: none}\n  param: {a: 15 元}\n"
     "  ask: {forbid: {where: \"medfee_sumamt > $a\", value: fund_pay_sumamt}}\n  keep_from: {a: 5 元}\n",
     SLIDE_NONE, 15000000, 5000000, false},
    {"idle days: the value is one less than the bound",
     "  of: person / stay\n  from: stay\n  at_issue: {amount: none}\n  param: {a: 4 d}\n"
     "  ask: {gap: {axis: days, between: days, min: $a}}\n  keep_from: {a: 2 d}\n",
     SLIDE_AT_LEAST, 3000000, 1000000, true},
    {"outlier tau",
     "  of: institution\n  at_issue: {amount: none}\n  param: {tau: 3.5}\n"
     "  ask: {outlier: {measure: stays, against: peers, tau: $tau}}\n  keep_from: {tau: 2}\n",
     SLIDE_AT_LEAST, 3500000, 2000000, true},
    {"bucket",
     "  of: person\n  from: line\n  at_issue: {amount: none}\n  param: {a: 3}\n"
     "  ask: {quota: {form: bucket, bucket: day, sum: cnt, more_than: $a}}\n  keep_from: {a: 1.5}\n",
     SLIDE_ABOVE, 3000000, 1500000, true},
};

static void slides(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sliders / sizeof *sliders; i++) {
        struct err e = {0};
        struct huji_library *lib = load(sliders[i].body, &e);
        const struct rule *r = lib ? library_rule(lib, SPAN("R")) : NULL;
        if (!r || (int)r->slider.when != sliders[i].when || r->slider.own != sliders[i].own ||
            r->slider.loosest != sliders[i].loosest || r->slider.stored != sliders[i].stored)
            fail_msg("%s: %s when %d own %lld loosest %lld stored %d", sliders[i].what, e.message,
                     r ? (int)r->slider.when : -1, r ? (long long)r->slider.own : 0,
                     r ? (long long)r->slider.loosest : 0, r ? r->slider.stored : 0);
        library_free(lib);
    }
}

/* What the rules above must not refuse. */
static void accepts(void **state)
{
    static const char *const good[] = {
        "  of: person\n  from: stay\n  at_issue: {of: lines, where: \"cnt > 1\", amount: all}\n"
        "  ask: {forbid: {where: \"lines.count(cnt > 1) > 3\"}}\n  unless: [\"ops.any(oprn_oprt_code is known)\"]\n",
        "  of: institution\n  from: stay where lines.any(cnt > 1)\n  at_issue: {of: members, amount: all}\n"
        "  ask: {quota: {form: bucket, bucket: day, count: all, at_least: 3}}\n",
        "  of: institution\n  at_issue: {amount: none}\n"
        "  ask: {outlier: {measure: stays, against: peers, tau: 2}}\n  unless: [\"inst.level >= 3 and value < 9\"]\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct err e = {0};
        struct huji_library *lib = load(good[i], &e);
        if (!lib)
            fail_msg("%zu: %s %s", i, e.message, e.where);
        library_free(lib);
    }
}

/* The version is of the texts: another text, another version; the same text again, the same. */
static void version_of_texts(void **state)
{
    static const char a[] =
        "  of: person\n  from: stay\n  at_issue: {amount: none}\n  ask: {forbid: \"dx is missing\"}\n";
    static const char b[] =
        "  of: person\n  from: stay\n  at_issue: {amount: none}\n  ask: {forbid: \"dx is known\"}\n";
    char seen[3][17];
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct err e = {0};
        struct huji_library *lib = load(i == 1 ? b : a, &e);
        assert_non_null(lib);
        assert_int_equal(lib->version.n, 16);
        memcpy(seen[i], lib->version.p, 16);
        seen[i][16] = 0;
        library_free(lib);
    }
    assert_string_equal(seen[0], seen[2]);
    assert_string_not_equal(seen[0], seen[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses), cmocka_unit_test(a_slip_in_a_variant), cmocka_unit_test(slides),
        cmocka_unit_test(accepts), cmocka_unit_test(version_of_texts),
    };
    return cmocka_run_group_tests_name("rules", tests, setup, teardown);
}
