/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "knowledge/own_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "engine/rule.h"

struct lines {
    struct span *v;
    size_t n, cap;
};

static int add(struct lines *l, struct span s, struct err *e)
{
    if (mem_grow(&l->v, &l->cap, l->n + 1, sizeof *l->v) < 0)
        return err_nomem(e);
    l->v[l->n++] = s;
    return 0;
}

static int by_text(const void *a, const void *b)
{
    return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

static size_t unique(struct lines *l)
{
    size_t n = 0;

    if (l->n)
        qsort(l->v, l->n, sizeof *l->v, by_text);
    for (size_t i = 0; i < l->n; i++)
        if (!n || !span_eq(l->v[n - 1], l->v[i]))
            l->v[n++] = l->v[i];
    return l->n = n;
}

#define MAX_CELLS 64

/* The cells of a line as they are written, quotes and all. */
static int cut(struct span line, struct span *cell)
{
    int n = 0;
    size_t from = 0;
    bool quoted = false;

    for (size_t i = 0; i <= line.n && n < MAX_CELLS; i++) {
        if (i < line.n && line.p[i] == '"')
            quoted = !quoted;
        if (i == line.n || (line.p[i] == ',' && !quoted)) {
            cell[n++] = (struct span){line.p + from, i - from};
            from = i + 1;
        }
    }
    return n;
}

static int place_of(const struct span *names, int n, struct span name)
{
    for (int i = 0; i < n; i++)
        if (span_eq(span_trim(names[i]), span_trim(name)))
            return i;
    return -1;
}

/* A line of the columns `from` in those of `to`; what `from` lacks is empty. */
static int relay(struct arena *a, struct span from, struct span to, struct span *line,
                 struct err *e)
{
    struct span have[MAX_CELLS], want[MAX_CELLS], cell[MAX_CELLS];
    int n_have = cut(from, have), n_want = cut(to, want), n = cut(*line, cell);
    struct buf b = BUF_INIT;

    if (span_eq(from, to))
        return 0;
    for (int i = 0; i < n_want; i++) {
        int at = place_of(have, n_have, want[i]);

        buf_str(&b, i ? "," : "");
        if (at >= 0 && at < n)
            buf_span(&b, cell[at]);
    }
    *line = arena_span(a, (struct span){buf_cstr(&b), b.n});
    buf_release(&b);
    return line->p ? 0 : err_nomem(e);
}

/* The columns of both. */
static int both(struct arena *a, struct span old, struct span new, struct span *out, struct err *e)
{
    struct span had[MAX_CELLS], more[MAX_CELLS];
    int n_had = cut(old, had), n_more = cut(new, more);
    struct buf b = BUF_INIT;

    buf_span(&b, old);
    for (int i = 0; i < n_more; i++)
        if (place_of(had, n_had, more[i]) < 0) {
            buf_char(&b, ',');
            buf_span(&b, span_trim(more[i]));
        }
    *out = arena_span(a, (struct span){buf_cstr(&b), b.n});
    buf_release(&b);
    return out->p ? 0 : err_nomem(e);
}

/* The file as it is: its comments, its heading, its rows. */
static int split(struct span text, struct buf *comments, struct span *head, struct lines *rows,
                 struct err *e)
{
    bool headed = false;
    int rc = 0;

    if (span_starts(text, "\xef\xbb\xbf"))
        text = (struct span){text.p + 3, text.n - 3};
    while (text.n && rc == 0) {
        struct span line = span_cut(&text, '\n');

        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        if (!span_trim(line).n)
            continue;
        if (line.p[0] == '#') {
            buf_span(comments, line);
            buf_char(comments, '\n');
        } else if (headed) {
            rc = add(rows, line, e);
        } else {
            *head = line;
            headed = true;
        }
    }
    return rc;
}

static int make_dirs(const char *dir, struct err *e)
{
    char path[4200];

    if (mkdir(dir, 0755) != 0 && errno != EEXIST)
        return err_errno(e, "建不了目录 %s", dir);
    snprintf(path, sizeof path, "%s/knowledge", dir);
    if (mkdir(path, 0755) != 0 && errno != EEXIST)
        return err_errno(e, "建不了目录 %s", path);
    return 0;
}

int own_table_add(const struct huji_library *lib, const char *dir, const char *name,
                  const char *head, const struct span *line, size_t n, const char *source,
                  size_t *added, struct err *e)
{
    const struct knowledge *k = library_knowledge(lib, span_of(name));
    struct arena a = ARENA_INIT;
    struct lines rows = {0};
    struct buf out = BUF_INIT;
    struct span text = {"", 0}, old = span_of(head), all;
    char path[4200];
    size_t before;
    int rc = 0;

    *added = 0;
    if (!k) {
        err_set(e, ERR_INPUT, "没有知识表「%s」", name);
        err_hint(e, "huji knowledge list 列出全部知识表");
        return ERR_INPUT;
    }
    snprintf(path, sizeof path, "%s/knowledge/%s.csv", dir, name);
    if (access(path, F_OK) == 0)
        rc = file_read(&a, path, (size_t)256 << 20, &text, e);
    if (rc == 0)
        rc = split(text, &out, &old, &rows, e);
    if (rc == 0)
        rc = both(&a, old, span_of(head), &all, e);
    for (size_t i = 0; i < rows.n && rc == 0; i++)
        rc = relay(&a, old, all, &rows.v[i], e);
    before = unique(&rows);
    for (size_t i = 0; i < n && rc == 0; i++) {
        struct span one = line[i];

        rc = relay(&a, span_of(head), all, &one, e);
        if (rc == 0)
            rc = add(&rows, one, e);
    }
    if (rc == 0) {
        *added = unique(&rows) - before;
        if (*added || !before)
            buf_fmt(&out, "# %s\n", source);
        buf_span(&out, all);
        buf_char(&out, '\n');
        for (size_t i = 0; i < rows.n; i++) {
            buf_span(&out, rows.v[i]);
            buf_char(&out, '\n');
        }
        rc = out.failed ? err_nomem(e) : 0;
    }
    if (rc == 0) { /* what the library will say of it, now */
        struct knowledge trial = *k;

        rc = knowledge_local(&a, &trial, (struct span){buf_cstr(&out), out.n}, path, e);
    }
    if (rc == 0)
        rc = make_dirs(dir, e);
    if (rc == 0)
        rc = file_write_whole(path, (struct span){buf_cstr(&out), out.n}, e);
    buf_release(&out);
    mem_free(rows.v);
    arena_release(&a);
    return rc;
}
