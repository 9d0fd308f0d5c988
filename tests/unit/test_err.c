/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What an error says is UTF-8 whatever was put into it: it is printed, kept in JSON and shown on a page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/span.h"

static void bytes_are_mended(void **state)
{
    static const struct {
        const char *is, *becomes;
    } cases[] = {
        {"", ""},
        {"疑点", "疑点"},
        {"疑点\xe6", "疑点"},
        {"疑点\xe6\x9d", "疑点"},
        {"疑\xff点", "疑?点"},
        {"\xb1\xa3\xbe\xd6", "???"}, /* 保局 in GBK: the last looks like one that was cut */
        {"a\xf0\x9f\x98", "a"},
        {"\xc0\x80", "??"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char s[32];
        snprintf(s, sizeof s, "%s", cases[i].is);
        utf8_mend(s);
        assert_true(utf8_valid(span_of(s), NULL));
        assert_string_equal(s, cases[i].becomes);
    }
}

static void a_long_message_is_cut_between_characters(void **state)
{
    char value[2000];

    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        struct err e = {0};
        memset(value, 'x', shift);
        for (size_t i = shift; i + 3 < sizeof value; i += 3)
            memcpy(value + i, "医", 4);
        err_set(&e, ERR_INPUT, "值 %s", value);
        err_where(&e, "%s", value);
        err_hint(&e, "%s", value);
        assert_true(utf8_valid(span_of(e.message), NULL));
        assert_true(utf8_valid(span_of(e.where), NULL));
        assert_true(utf8_valid(span_of(e.hint), NULL));
        assert_in_range(strlen(e.message), sizeof e.message - 4, sizeof e.message - 1);
        assert_in_range(strlen(e.where), sizeof e.where - 4, sizeof e.where - 1);
        assert_in_range(strlen(e.hint), sizeof e.hint - 4, sizeof e.hint - 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_mended),
        cmocka_unit_test(a_long_message_is_cut_between_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
