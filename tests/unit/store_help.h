/* SPDX-License-Identifier: MulanPSL-2.0 */
/* For tests of the store: a data directory of its own per test, small files, one-number queries. */
#ifndef HUJI_TESTS_STORE_HELP_H
#define HUJI_TESTS_STORE_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "claims/import.h"
#include "claims/store.h"

struct box {
    char dir[64]; /* holds the data directory `d` and files */
    struct store *s;
    struct err e;
    struct import_report r;
};

static inline int box_remove(const char *p, const struct stat *st, int flag, struct FTW *f)
{
    (void)st;
    (void)flag;
    (void)f;
    return remove(p);
}

static inline void box_open(struct box *b)
{
    char d[128];
    struct store_options o = {.threads = 2, .memory_mb = 1024, .command = "test"};
    snprintf(d, sizeof d, "%s/d", b->dir);
    if (store_open(d, STORE_WRITE, &o, &b->s, &b->e) < 0)
        fail_msg("store_open: %s", b->e.message);
}

static inline void box_init(struct box *b)
{
    memset(b, 0, sizeof *b);
    strcpy(b->dir, "/tmp/huji-test-XXXXXX");
    assert_non_null(mkdtemp(b->dir));
    char d[128];
    snprintf(d, sizeof d, "%s/d", b->dir);
    if (store_init(d, &b->e) < 0)
        fail_msg("store_init: %s", b->e.message);
    box_open(b);
}

static inline void box_close(struct box *b)
{
    store_close(b->s);
    b->s = NULL;
    import_report_release(&b->r);
}

static inline void box_release(struct box *b)
{
    box_close(b);
    nftw(b->dir, box_remove, 16, FTW_DEPTH | FTW_PHYS);
}

static inline const char *box_file_n(struct box *b, const char *name, const void *text, size_t n)
{
    static char path[4][512];
    static int turn;
    char *p = path[turn++ % 4];
    snprintf(p, sizeof path[0], "%s/%s", b->dir, name);
    FILE *f = fopen(p, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    fclose(f);
    return p;
}

static inline const char *box_file(struct box *b, const char *name, const char *text)
{
    return box_file_n(b, name, text, strlen(text));
}

static inline int box_try(struct box *b, const char *path)
{
    import_report_release(&b->r);
    memset(&b->e, 0, sizeof b->e);
    return store_import(b->s, &path, 1, NULL, NULL, &b->r, &b->e);
}

static inline void box_import(struct box *b, const char *path)
{
    if (box_try(b, path) < 0)
        fail_msg("import %s: %s / %s / %s", path, b->e.message, b->e.where, b->e.hint);
}

static inline int64_t box_int(struct box *b, const char *sql)
{
    int64_t v = 0;
    if (db_int(b->s->con, &b->e, INT64_MIN, &v, "%s", sql) < 0)
        fail_msg("%s: %s", sql, b->e.message);
    return v;
}

__attribute__((format(printf, 2, 3))) static inline void con_run(duckdb_connection con,
                                                                 const char *fmt, ...)
{
    char sql[2048];
    struct err e = {0};
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(sql, sizeof sql, fmt, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= sizeof sql || db_run(con, sql, &e) < 0)
        fail_msg("%s: %s", sql, e.message);
}

static inline int64_t con_int(duckdb_connection con, const char *sql)
{
    int64_t n = -1;
    struct err e = {0};
    if (db_int(con, &e, 0, &n, "%s", sql) < 0)
        fail_msg("%s: %s", sql, e.message);
    return n;
}

/* First column of the first row as text. */
static inline const char *box_text(struct box *b, const char *sql)
{
    static char out[4][2048];
    static int turn;
    char *p = out[turn++ % 4];
    struct db_rows rows;
    if (db_open(b->s->con, sql, &rows, &b->e) < 0)
        fail_msg("%s: %s", sql, b->e.message);
    p[0] = 0;
    if (db_next(&rows)) {
        struct span t = db_text(&rows, 0);
        snprintf(p, sizeof out[0], "%.*s", (int)t.n, t.p);
    }
    db_close(&rows);
    return p;
}

#define assert_has(text, part)                                       \
    do {                                                             \
        if (!strstr((text), (part)))                                 \
            fail_msg("\"%s\" does not hold \"%s\"", (text), (part)); \
    } while (0)

#endif
