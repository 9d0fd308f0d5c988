/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "knowledge/own_read.h"

#include "base/mem.h"
#include "claims/readers/mapping.h"
#include "claims/readers/table.h"
#include "engine/knowledge.h"

/* at[i]: which column of the file is column i of the table; -1: none. */
static bool heading_of(const struct row *r, const struct knowledge *k, int *at)
{
    for (int c = 0; c < k->n_columns; c++) {
        at[c] = -1;
        for (size_t i = 0; i < r->n && at[c] < 0; i++) {
            struct span s = span_trim(r->cells[i].text);

            if (span_eq(s, k->column[c].name) || (s.n && span_eq(s, k->column[c].title)))
                at[c] = (int)i;
        }
    }
    return at[k->key] >= 0;
}

static void name_unknown(const struct row *r, const struct knowledge *k, const int *at,
                         struct buf *out)
{
    for (size_t i = 0; i < r->n; i++) {
        bool known = !span_trim(r->cells[i].text).n;

        for (int c = 0; c < k->n_columns; c++)
            known = known || at[c] == (int)i;
        if (!known) {
            if (out->n)
                buf_str(out, "、");
            buf_span(out, span_trim(r->cells[i].text));
        }
    }
}

static int add_row(const struct row *r, const struct knowledge *k, const int *at,
                   struct own_rows *out, struct err *e)
{
    struct buf b = BUF_INIT;
    bool first = true;

    for (int c = 0; c < k->n_columns; c++)
        if (at[c] >= 0) {
            struct span s = (size_t)at[c] < r->n ? span_trim(r->cells[at[c]].text)
                                                 : (struct span){"", 0};

            csv_field(&b, s, first);
            first = false;
        }
    char *line = b.failed ? NULL : arena_dup(&out->a, (struct span){buf_cstr(&b), b.n});

    buf_release(&b);
    if (!line || mem_grow(&out->line, &out->cap, out->n + 1, sizeof *out->line) < 0)
        return err_nomem(e);
    out->line[out->n++] = span_of(line);
    return 0;
}

static int read_rows(struct row_source *s, const struct knowledge *k, struct own_rows *out,
                     struct err *e)
{
    int at[KN_COLUMNS], rc;
    struct row r;

    while ((rc = rows_next(s, &r, e)) > 0) {
        if (!r.n || span_starts(r.cells[0].text, "#"))
            continue;
        if (!out->head) {
            struct buf b = BUF_INIT;

            if (!heading_of(&r, k, at))
                continue;
            for (int c = 0; c < k->n_columns; c++)
                if (at[c] >= 0)
                    buf_fmt(&b, "%s%.*s", b.n ? "," : "", (int)k->column[c].name.n,
                            k->column[c].name.p);
            out->head = arena_dup(&out->a, (struct span){buf_cstr(&b), b.n});
            buf_release(&b);
            name_unknown(&r, k, at, &out->unknown);
            if (!out->head)
                return err_nomem(e);
            continue;
        }
        if ((size_t)at[k->key] >= r.n || !span_trim(r.cells[at[k->key]].text).n) {
            err_set(e, ERR_INPUT, "这一行没有主键 %.*s", (int)k->column[k->key].name.n,
                    k->column[k->key].name.p);
            return err_where(e, "%s 第 %llu 行", rows_pos(s)->file, (unsigned long long)r.no);
        }
        if ((rc = add_row(&r, k, at, out, e)) < 0)
            return rc;
    }
    return rc;
}

int own_rows_read(const char *path, const struct knowledge *k, struct own_rows *out, struct err *e)
{
    struct row_source *s = NULL;
    int rc;

    *out = (struct own_rows){0};
    rc = rows_open(path, &s, e);
    if (rc == 0)
        rc = rows_next_sheet(s, e);
    if (rc > 0)
        rc = read_rows(s, k, out, e);
    rows_close(s);
    if (rc == 0 && !out->head) {
        rc = err_set(e, ERR_INPUT, "%s 里没有知识表 %.*s 的表头", path, (int)k->name.n, k->name.p);
        err_hint(e, "第一行应是列名，至少有 %.*s", (int)k->column[k->key].name.n,
                 k->column[k->key].name.p);
    }
    if (rc < 0)
        own_rows_release(out);
    return rc;
}

void own_rows_release(struct own_rows *r)
{
    mem_free(r->line);
    buf_release(&r->unknown);
    arena_release(&r->a);
    *r = (struct own_rows){0};
}
