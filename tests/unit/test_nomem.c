/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Allocation n fails, for n = 1, 2, 3 ...: the loader of rules, the linking of a run and the walk with all kinds (through the
 * rules' own examples) say so, leave nothing behind (the ASan build looks) and do the whole work when nothing fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/example.h"
#include "engine/rule.h"

/* Beyond the first steps some are left out, the more the further on. */
static long next(long n)
{
    return n < 200 ? n + 1 : n + n / 40;
}

static char *path(char *to, size_t cap, const char *below)
{
    const char *root = getenv("HUJI_ROOT");
    snprintf(to, cap, "%s/%s", root ? root : ".", below);
    return to;
}

static void loader(void **state)
{
    char dir[512];
    long n = 1, failed = 0;
    (void)state;
    path(dir, sizeof dir, "tests/oracle/rules");
    for (;; n = next(n)) {
        struct huji_library *lib = NULL;
        struct err e = {0};
        mem_fail_at(n);
        int rc = library_load(dir, &lib, &e);
        mem_fail_at(0);
        if (rc == 0) {
            library_free(lib);
            break;
        }
        failed++;
        assert_null(lib);
        if (rc != ERR_NOMEM)
            print_message("allocation %ld: %s\n", n, e.message);
        assert_int_equal(rc, ERR_NOMEM);
    }
    assert_true(failed > 5);
}

struct told {
    int ok, bad;
    char why[256];
};

static void tell(void *ctx, const struct example_result *r)
{
    struct told *t = ctx;
    if (r->ok) {
        t->ok++;
        return;
    }
    t->bad++;
    snprintf(t->why, sizeof t->why, "%.*s: %.200s", (int)r->name.n, r->name.p, r->why);
}

static void walk(void **state)
{
    /* forbid, gap, pair, pairs of persons, burst, bucket, sliding, level, outliers, combine */
    static const char *const rules[] = {"A04", "B02", "C08", "B17", "A05", "C04", "F01",
                                        "E01", "H04", "E08", "H09", "G01", "C01"};
    struct huji_library *lib = NULL;
    struct err e = {0};
    char dir[512];
    int swallowed = 0;
    (void)state;
    assert_int_equal(library_load(path(dir, sizeof dir, "rules"), &lib, &e), 0);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        long n = 1, failed = 0;
        for (;; n = next(n)) {
            struct told t = {0};
            e = (struct err){0};
            mem_fail_at(n);
            int rc = examples_run(lib, rules[i], tell, &t, &e);
            bool spent = mem_fail_left() == 0;
            mem_fail_at(0);
            if (spent && rc != ERR_NOMEM)
                print_message("%s, allocation %ld: %d %s\n", rules[i], n, rc, t.why);
            if (!spent) { /* there are fewer allocations than n */
                assert_int_equal(rc, 0);
                assert_int_equal(t.bad, 0);
                assert_true(t.ok > 0);
                break;
            }
            failed++;
            swallowed += rc != ERR_NOMEM;
        }
        assert_true(failed > 5);
    }
    library_free(lib);
    assert_int_equal(swallowed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(loader), cmocka_unit_test(walk)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
