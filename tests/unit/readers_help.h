/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Shared by the tests of the readers: files made, tables shown as text, folders cleaned. */
#ifndef HUJI_TESTS_READERS_HELP_H
#define HUJI_TESTS_READERS_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "claims/readers/table.h"

static char scratch[64];

static inline int make_scratch(void **state)
{
    (void)state;
    strcpy(scratch, "/tmp/huji-readers-XXXXXX");
    return mkdtemp(scratch) ? 0 : -1;
}

static inline int drop_scratch(void **state)
{
    char cmd[128];
    (void)state;
    snprintf(cmd, sizeof cmd, "rm -rf '%s'", scratch);
    return system(cmd) == 0 ? 0 : -1;
}

static inline const char *in_scratch(const char *name)
{
    static char path[4][256];
    static int k;
    k = (k + 1) % 4;
    snprintf(path[k], sizeof path[k], "%s/%s", scratch, name);
    return path[k];
}

static inline void write_file(const char *path, const void *p, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(p, 1, n, f), n);
    fclose(f);
}

/* The whole file; the caller frees. */
static inline char *read_file(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    fseek(f, 0, SEEK_END);
    *n = (size_t)ftell(f);
    rewind(f);
    char *p = malloc(*n + 1);
    assert_int_equal(fread(p, 1, *n, f), *n);
    p[*n] = 0;
    fclose(f);
    return p;
}

static inline void show_cell(struct buf *b, const struct cell *c)
{
    static const char kind[] = {'-', '\0', '#', '@', '?', '!'};
    if (c->fill)
        buf_char(b, c->fill == FILL_RIGHT ? '>' : 'v');
    if (kind[c->kind])
        buf_char(b, kind[c->kind]);
    if (c->lossy)
        buf_char(b, '~');
    buf_span(b, c->text);
}

/* "[sheet]1:a|#2|@2023-03-08;..." : kind '#' number, '@' date, '?' boolean, '!' error, '~' lossy, '>' and 'v' filled. */
static inline int show_source(struct row_source *s, struct buf *b, struct err *e)
{
    struct row r;
    int rc;
    while ((rc = rows_next_sheet(s, e)) > 0) {
        buf_fmt(b, "[%s]", rows_pos(s)->sheet);
        while ((rc = rows_next(s, &r, e)) > 0) {
            buf_fmt(b, "%llu:", (unsigned long long)r.no);
            for (size_t i = 0; i < r.n; i++) {
                if (i)
                    buf_char(b, '|');
                show_cell(b, &r.cells[i]);
            }
            buf_char(b, ';');
        }
        if (rc < 0)
            return rc;
    }
    return rc;
}

static inline int show_bytes(const void *p, size_t n, struct buf *b, struct err *e)
{
    struct row_source *s;
    int rc = rows_open_mem((struct span){p, n}, "测试", &s, e);
    if (rc)
        return rc;
    rc = show_source(s, b, e);
    rows_close(s);
    return rc;
}

/* Allocation n fails, for n = 1, 2, 3 ...: an error each time, no leak, until none is left to fail. */
static inline void torture(const void *p, size_t n)
{
    for (long nth = 1; nth < 100000; nth++) {
        struct buf b = BUF_INIT;
        struct err e = {0};
        buf_str(&b, " ");
        mem_fail_at(nth);
        int rc = show_bytes(p, n, &b, &e);
        mem_fail_at(0);
        bool failed = b.failed;
        buf_release(&b);
        if (rc == 0 && !failed) {
            assert_true(nth > 3);
            return;
        }
        assert_true(failed || rc == ERR_NOMEM || rc == ERR_INPUT);
    }
    fail_msg("still allocating");
}

#endif
