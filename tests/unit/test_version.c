/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Proves the chain: compiler, generated header, cmocka, runner. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "huji_config.h"

static void version_has_three_numbers(void **state)
{
    int dots = 0;

    (void)state;
    for (const char *p = HUJI_VERSION; *p; p++)
        dots += *p == '.';
    assert_int_equal(dots, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_has_three_numbers),
    };

    return cmocka_run_group_tests_name("version", tests, NULL, NULL);
}
