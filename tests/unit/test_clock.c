/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The wall clock is China's, whatever the machine's zone says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"

static void texts(void **state)
{
    static const struct {
        sec_t at;
        const char *text;
    } cases[] = {
        {0, "1970-01-01 00:00:00"},          {-1, "1969-12-31 23:59:59"},
        {951868799, "2000-02-29 23:59:59"},  {951868800, "2000-03-01 00:00:00"},
        {1796000461, "2026-11-30 01:01:01"},
    };
    char out[CLOCK_TEXT];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        clock_text(cases[i].at, out);
        assert_string_equal(out, cases[i].text);
    }
}

static void zones_do_not_matter(void **state)
{
    static const char *const zones[] = {"UTC0", "CST-8", "EST5EDT", "NZST-12"};

    (void)state;
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        char text[CLOCK_TEXT], want[CLOCK_TEXT];
        sec_t before, after;

        setenv("TZ", zones[i], 1);
        tzset();
        before = (sec_t)time(NULL) + CLOCK_AHEAD;
        clock_now_text(text);
        after = clock_sec();
        assert_in_range(after, before, before + 60);
        clock_text(before, want);
        assert_true(strcmp(text, want) >= 0);
        assert_in_range(clock_day(), sec_day(before), sec_day(before) + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),
        cmocka_unit_test(zones_do_not_matter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
