/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/csvfile.h"

#include <stdio.h>
#include <sys/stat.h>

#include "base/limits.h"
#include "base/mem.h"

#define MAX_CSVFILE_BYTES (2ll << 30)

static int read_whole(const char *path, char **text, size_t *n, struct err *e)
{
    FILE *f = fopen(path, "rb");
    struct stat st;
    int rc = 0;

    if (!f)
        return err_errno(e, "打不开 %s", path);
    if (fstat(fileno(f), &st) != 0 || S_ISDIR(st.st_mode)) {
        rc = err_set(e, ERR_IO, "%s 不是文件", path);
        goto out;
    }
    if (st.st_size > MAX_CSVFILE_BYTES) {
        rc = err_set(e, ERR_LIMIT, "%s 大于 2 GiB", path);
        goto out;
    }
    *n = (size_t)st.st_size;
    *text = mem_alloc(*n + 1);
    if (!*text) {
        rc = err_nomem(e);
        goto out;
    }
    if (fread(*text, 1, *n, f) != *n) {
        rc = err_errno(e, "读不完 %s", path);
        mem_free(*text);
        goto out;
    }
    (*text)[*n] = 0;
out:
    fclose(f);
    return rc;
}

struct parser {
    struct csvfile *c;
    const char *p, *end;
    size_t line, n_cells, cap_cells, cap_lines;
};

/* One field; quotes are taken off in a copy. Leaves p at the separator. */
static int field(struct parser *x, struct span *out, struct err *e)
{
    const char *start = x->p;
    struct buf b = BUF_INIT;

    if (x->p == x->end || *x->p != '"') {
        while (x->p < x->end && *x->p != ',' && *x->p != '\n' && *x->p != '\r')
            x->p++;
        *out = arena_span(&x->c->text, (struct span){start, (size_t)(x->p - start)});
        return 0;
    }
    for (x->p++; x->p < x->end && (*x->p != '"' || (x->p + 1 < x->end && x->p[1] == '"')); x->p++) {
        x->line += *x->p == '\n';
        x->p += *x->p == '"';
        buf_char(&b, *x->p);
    }
    *out = arena_span(&x->c->text, (struct span){buf_cstr(&b), b.n});
    buf_release(&b);
    if (x->p == x->end) {
        err_set(e, ERR_INPUT, "引号没有结束");
        return err_where(e, "%s:%zu", x->c->path, x->line);
    }
    x->p++;
    return 0;
}

static int row(struct parser *x, struct err *e)
{
    struct csvfile *c = x->c;
    size_t row_line = x->line, n = 0;

    for (;;) {
        int rc;

        if (mem_grow(&c->cells, &x->cap_cells, x->n_cells + 1, sizeof *c->cells))
            return err_nomem(e);
        rc = field(x, &c->cells[x->n_cells], e);
        if (rc)
            return rc;
        x->n_cells++;
        n++;
        if (x->p == x->end || *x->p != ',' || n > MAX_COLUMNS)
            break;
        x->p++;
    }
    if (x->p < x->end && *x->p == '\r')
        x->p++;
    if (x->p < x->end && *x->p == '\n') {
        x->p++;
        x->line++;
    }
    if (c->n_columns == 0)
        c->n_columns = n;
    if (n != c->n_columns) {
        err_set(e, ERR_INPUT, "这一行有 %zu 格，表头有 %zu 格", n, c->n_columns);
        return err_where(e, "%s:%zu", c->path, row_line);
    }
    if (mem_grow(&c->lines, &x->cap_lines, c->n_rows + 1, sizeof *c->lines))
        return err_nomem(e);
    c->lines[c->n_rows++] = row_line;
    return 0;
}

int csvfile_read(struct csvfile *c, const char *path, struct err *e)
{
    char *text = NULL;
    size_t n = 0, bad;
    int rc;

    *c = (struct csvfile){.path = path};
    rc = read_whole(path, &text, &n, e);
    if (rc)
        return rc;
    if (!utf8_valid((struct span){text, n}, &bad)) {
        rc = err_set(e, ERR_INPUT, "%s 不是 UTF-8（第 %zu 字节）", path, bad + 1);
    } else {
        struct parser x = {.c = c, .p = text, .end = text + n, .line = 1};

        if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
            x.p += 3;
        while (!rc && x.p < x.end)
            rc = row(&x, e);
        if (!rc && c->n_rows == 0)
            rc = err_set(e, ERR_INPUT, "%s 是空的，连表头也没有", path);
        c->n_rows -= c->n_rows > 0;
    }
    mem_free(text);
    if (rc)
        csvfile_release(c);
    return rc;
}

void csvfile_release(struct csvfile *c)
{
    mem_free(c->cells);
    mem_free(c->lines);
    arena_release(&c->text);
    *c = (struct csvfile){0};
}

int csvfile_column(const struct csvfile *c, const char *name)
{
    for (size_t i = 0; i < c->n_columns; i++)
        if (span_is(span_trim(c->cells[i]), name))
            return (int)i;
    return -1;
}

int csvfile_need(const struct csvfile *c, const char *name, int *column, struct err *e)
{
    int i = csvfile_column(c, name);

    if (i < 0)
        return err_set(e, ERR_INPUT, "%s 缺少列 %s", c->path, name);
    *column = i;
    return 0;
}

struct span csvfile_cell(const struct csvfile *c, size_t r, int column)
{
    return column < 0 ? (struct span){"", 0} : c->cells[(r + 1) * c->n_columns + (size_t)column];
}
