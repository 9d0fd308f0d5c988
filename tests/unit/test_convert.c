/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Text of other encodings into UTF-8 by several threads: every byte, and where one is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/span.h"
#include "claims/convert.h"

static char dir[] = "/tmp/huji-test-XXXXXX";

static const char *named(const char *name)
{
    static char path[4][64];
    static int turn;
    char *p = path[turn++ % 4];
    snprintf(p, sizeof path[0], "%s/%s", dir, name);
    return p;
}

static const char *put(const char *name, const struct buf *b)
{
    const char *p = named(name);
    FILE *f = fopen(p, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(b->p, 1, b->n, f), b->n);
    fclose(f);
    return p;
}

static void same(const char *path, const struct buf *want)
{
    FILE *f = fopen(path, "rb");
    char *got = malloc(want->n + 1);
    assert_non_null(f);
    assert_non_null(got);
    assert_int_equal(fread(got, 1, want->n + 1, f), want->n);
    assert_memory_equal(got, want->p, want->n);
    fclose(f);
    free(got);
}

/* Some 5 MB: lines of different lengths, characters of 1, 2 and 4 bytes; and the same in UTF-8. */
static void make(struct buf *gb, struct buf *utf8, bool breaks)
{
    for (int i = 0; i < 150000; i++) {
        buf_fmt(gb, "%d,\xd6\xd0\xb9\xfa\xd2\xbd\xb1\xa3,\x81\x30\x84\x39%s", i * 7919,
                breaks ? "\n" : " ");
        buf_fmt(utf8, "%d,中国医保,\xc2\xaa%s", i * 7919, breaks ? "\n" : " ");
        if (i % 3 == 0)
            buf_str(gb, "\xb7\xd1"), buf_str(utf8, "费");
    }
}

static void threads(void **state)
{
    (void)state;
    for (int breaks = 0; breaks < 2; breaks++)
        for (int n = 1; n <= 3; n++) {
            struct buf gb = BUF_INIT, utf8 = BUF_INIT;
            struct err e = {0};
            make(&gb, &utf8, breaks);
            assert_true(gb.n > 3 << 20);
            if (convert_to_utf8(put("a", &gb), "GB18030", named("b"), n, &e) < 0)
                fail_msg("%s", e.message);
            same(named("b"), &utf8);
            buf_release(&gb);
            buf_release(&utf8);
        }
}

static void wrong_byte(void **state)
{
    (void)state;
    struct buf gb = BUF_INIT, utf8 = BUF_INIT;
    char where[64];
    make(&gb, &utf8, true);
    size_t at = gb.n - 100;
    while (gb.p[at - 1] != '\n')
        at++;
    gb.p[at] = (char)0xff; /* begins no character */
    snprintf(where, sizeof where, "第 %zu 字节（0xff）", at + 1);
    for (int n = 1; n <= 3; n++) {
        struct err e = {0};
        assert_int_equal(convert_to_utf8(put("a", &gb), "GB18030", named("b"), n, &e), ERR_INPUT);
        assert_non_null(strstr(e.message, where));
    }
    gb.p[at] = '1';
    gb.p[gb.n - 1] = (char)0xd6; /* the first half of a character */
    for (int n = 1; n <= 3; n++) {
        struct err e = {0};
        assert_int_equal(convert_to_utf8(put("a", &gb), "GB18030", named("b"), n, &e), ERR_INPUT);
        assert_non_null(strstr(e.message, "末尾的字符不完整"));
    }
    buf_release(&gb);
    buf_release(&utf8);
}

static int begin(void **state)
{
    (void)state;
    return mkdtemp(dir) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    unlink(named("a"));
    unlink(named("b"));
    return rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads),
        cmocka_unit_test(wrong_byte),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
