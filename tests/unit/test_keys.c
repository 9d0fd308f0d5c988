/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Where decisions lie: every key is found at its last place, dropped ones are not, whatever lay beside them in the table. The file of keys
 * spares the reading of the decisions, and never says what they do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/map.h"
#include "base/mem.h"
#include "check/keys_file.h"

enum { MANY = 200000 };

/* `near`: all in one table, beginning at one slot. */
static struct key_place place(uint64_t i, bool near)
{
    uint64_t w[2] = {near ? 7 : hash_u64(i + 1), hash_u64(i + 77)};
    struct key_place p = {.at = (int64_t)i * 1000, .n = (uint32_t)(i % 5000) + 1};
    memcpy(p.key, w, sizeof p.key);
    return p;
}

static bool is_there(const struct keys *k, const struct key_place *p)
{
    const struct key_place *found = keys_get(k, p->key);
    return found && found->at == p->at && found->n == p->n;
}

static void found_and_dropped(void **state)
{
    (void)state;
    for (int near = 0; near < 2; near++) {
        struct keys *k = keys_new();
        uint64_t n = near ? 300 : MANY;
        assert_non_null(k);
        for (uint64_t i = 0; i < n; i++) {
            struct key_place p = place(i, near);
            assert_null(keys_get(k, p.key));
            assert_int_equal(keys_put(k, &p), 0);
        }
        assert_int_equal(keys_count(k), n);
        for (uint64_t i = 0; i < n; i += 3) {
            struct key_place p = place(i, near);
            keys_drop(k, p.key);
            keys_drop(k, p.key); /* twice is once */
        }
        assert_int_equal(keys_count(k), n - (n + 2) / 3);
        for (uint64_t i = 0; i < n; i++) {
            struct key_place p = place(i, near);
            assert_true(i % 3 ? is_there(k, &p) : !keys_get(k, p.key));
            p.at++;
            assert_int_equal(keys_put(k, &p), 0); /* moved, or there again */
            assert_true(is_there(k, &p));
        }
        assert_int_equal(keys_count(k), n);
        keys_free(k);
    }
}

static void digits(void **state)
{
    (void)state;
    unsigned char key[KEY_BYTES];
    assert_true(key_of("00112233445566778899aabbccddeeff", key));
    for (int i = 0; i < KEY_BYTES; i++)
        assert_int_equal(key[i], i * 0x11);
    assert_false(key_of("00112233445566778899aabbccddeefg", key));
    assert_false(key_of("00112233445566778899AABBCCDDEEFF", key));
    assert_false(key_of("0011", key));
}

static void no_memory(void **state)
{
    (void)state;
    struct keys *k = keys_new();
    uint64_t i = 0;
    for (; i < 1000; i++) { /* each growth fails once; what was there stays */
        struct key_place p = place(i, true), first = place(0, true);
        mem_fail_at(1);
        bool grew = keys_put(k, &p) < 0;
        mem_fail_at(0);
        assert_true(!grew || !keys_get(k, p.key));
        assert_true(!i || is_there(k, &first));
        assert_int_equal(keys_put(k, &p), 0);
        assert_int_equal(keys_count(k), i + 1);
    }
    keys_free(k);
    mem_fail_at(1);
    assert_null(keys_new());
    mem_fail_at(0);
    keys_free(NULL);
}

/* ---- the file ---- */

enum { LINES = 5000, LINE = 100 };
static char log_path[64], keys_path[64];
static FILE *log_file;

/* Line i of a log: a decision of LINE bytes. `other`: of another log. */
static struct key_place line_of(int i, bool other, char text[LINE + 1])
{
    struct key_place p = {.at = (int64_t)i * LINE, .n = LINE};
    char hex[KEY_DIGITS + 1];
    snprintf(hex, sizeof hex, "%032llx", (unsigned long long)i * 2 + other);
    assert_true(key_of(hex, p.key));
    snprintf(text, LINE + 1, "{\"key\": \"%s\"%*s}\n", hex, LINE - 9 - KEY_DIGITS - 3, "");
    return p;
}

static void write_log(int n, bool other)
{
    char text[LINE + 1];
    rewind(log_file);
    assert_int_equal(ftruncate(fileno(log_file), 0), 0);
    for (int i = 0; i < n; i++) {
        line_of(i, other, text);
        fputs(text, log_file);
    }
    fflush(log_file);
}

/* Opens the file, holds what it says against the log, adds the lines up to n. How many it knew. */
static size_t open_and_add(int n)
{
    struct keys *k = keys_new();
    struct keys_file *f;
    struct err e = {0};
    off_t end;
    char text[LINE + 1];
    assert_int_equal(keys_file_open(keys_path, fileno(log_file), 0, k, &f, &end, &e), 0);
    size_t knew = keys_count(k);
    assert_int_equal(end, knew * LINE);
    for (int i = 0; i < (int)knew; i++) {
        struct key_place p = line_of(i, false, text);
        assert_true(is_there(k, &p));
    }
    for (int i = (int)knew; i < n; i++) {
        struct key_place p = line_of(i, false, text);
        keys_file_add(f, &p);
    }
    keys_file_close(f);
    keys_free(k);
    return knew;
}

static void spares_the_log(void **state)
{
    (void)state;
    write_log(LINES, false);
    unlink(keys_path);
    assert_int_equal(open_and_add(LINES), 0);
    assert_int_equal(open_and_add(LINES), LINES);
    write_log(LINES / 2, false); /* its end is lost */
    assert_int_equal(open_and_add(0), LINES / 2);
    write_log(LINES, false);
    assert_int_equal(open_and_add(LINES), LINES / 2); /* what was cut off was forgotten */
    assert_int_equal(truncate(keys_path, 32 * 1001 + 5), 0);
    assert_int_equal(open_and_add(LINES), 1000);
    assert_int_equal(open_and_add(LINES), LINES);
}

static void flip(long at)
{
    FILE *f = fopen(keys_path, "r+");
    assert_non_null(f);
    fseek(f, at, SEEK_SET);
    int c = fgetc(f);
    fseek(f, at, SEEK_SET);
    fputc(c ^ 1, f);
    fclose(f);
}

static void damaged(void **state)
{
    (void)state;
    write_log(LINES, false);
    unlink(keys_path);
    for (int at = 0; at < 32; at++) { /* any byte of an entry, of the head */
        open_and_add(LINES);
        flip(32 + 32 * 777 + at);
        assert_int_equal(open_and_add(LINES), 777);
        flip(at);
        assert_int_equal(open_and_add(LINES), 0);
    }
    write_log(LINES, true);
    assert_int_equal(open_and_add(0), 0); /* another log's */
    write_log(LINES, false);
    assert_int_equal(open_and_add(LINES), 0);
    write_log(0, false);
    assert_int_equal(open_and_add(0), 0);
}

static void not_to_be_had(void **state)
{
    (void)state;
    struct keys *k = keys_new();
    struct keys_file *f;
    struct err e = {0};
    off_t end = 1;
    char text[LINE + 1];
    assert_int_equal(keys_file_open("/nowhere/keys", fileno(log_file), 0, k, &f, &end, &e), 0);
    assert_int_equal(end, 0);
    for (int i = 0; i < LINES; i++) {
        struct key_place p = line_of(i, false, text);
        keys_file_add(f, &p);
    }
    keys_file_close(f);
    for (int nth = 1; nth < 20; nth++) { /* no memory for it, or for a table */
        write_log(LINES, false);
        open_and_add(LINES);
        mem_fail_at(nth);
        int rc = keys_file_open(keys_path, fileno(log_file), 0, k, &f, &end, &e);
        mem_fail_at(0);
        assert_true(rc == 0 || rc == ERR_NOMEM);
        if (rc == 0)
            keys_file_close(f);
        keys_clear(k);
    }
    keys_free(k);
}

static int make_files(void **state)
{
    (void)state;
    snprintf(log_path, sizeof log_path, "/tmp/huji-keys-%d.jsonl", (int)getpid());
    snprintf(keys_path, sizeof keys_path, "/tmp/huji-keys-%d.keys", (int)getpid());
    log_file = fopen(log_path, "w+");
    return log_file ? 0 : -1;
}

static int remove_files(void **state)
{
    (void)state;
    fclose(log_file);
    unlink(log_path);
    unlink(keys_path);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(found_and_dropped), cmocka_unit_test(digits),
        cmocka_unit_test(no_memory),         cmocka_unit_test(spares_the_log),
        cmocka_unit_test(damaged),           cmocka_unit_test(not_to_be_had),
    };
    return cmocka_run_group_tests_name("keys", tests, make_files, remove_files);
}
