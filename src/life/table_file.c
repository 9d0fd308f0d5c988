/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "life/table_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "claims/readers/table.h"
#include "life/edit_table.h"

enum status { ROW_NEW, ROW_CHANGED, ROW_SAME, ROW_REJECTED };
static const char *const status_name[] = {"new", "changed", "same", "rejected"};

struct file_row {
    uint64_t no;
    enum status status;
    struct span cell[KN_COLUMNS];
    size_t was; /* CHANGED, SAME: row of the table */
    json_t *faults;
    size_t twin; /* rejected: the same as this row of the file */
    int others;  /* new: rows of the table that speak of the same thing */
};

struct compared {
    struct arena a;
    const struct knowledge *table;
    struct knowledge columns;
    int at[KN_COLUMNS]; /* where the file has the column; -1: it has not */
    bool headed;
    json_t *unknown;
    struct file_row *row;
    size_t n, cap;
    struct span (*old)[KN_COLUMNS]; /* the table's rows as texts */
    bool *used;
};

/* --- reading ---------------------------------------------------------------------------------------- */

static bool heading(struct compared *x, const struct row *r)
{
    const struct knowledge *k = &x->columns;

    for (int c = 0; c < k->n_columns; c++) {
        x->at[c] = -1;
        for (size_t i = 0; i < r->n && x->at[c] < 0; i++) {
            struct span s = span_trim(r->cells[i].text);

            if (span_eq(s, k->column[c].name) || (s.n && span_eq(s, k->column[c].title)))
                x->at[c] = (int)i;
        }
    }
    return x->at[k->key] >= 0;
}

static void name_unknown(struct compared *x, const struct row *r)
{
    for (size_t i = 0; i < r->n; i++) {
        struct span s = span_trim(r->cells[i].text);
        bool known = !s.n;

        for (int c = 0; c < x->columns.n_columns; c++)
            known = known || x->at[c] == (int)i;
        if (!known)
            json_array_append_new(x->unknown, json_stringn_nocheck(s.p, s.n));
    }
}

static void fault(void *ctx, int column, const char *what)
{
    json_array_append_new(ctx, json_pack("{s:i,s:s}", "column", column, "what", what));
}

static int take_row(struct compared *x, const struct row *r, struct err *e)
{
    struct file_row *one;
    bool any = false;
    int rc = 0;

    if (x->n >= TABLE_FILE_ROWS)
        return err_set(e, ERR_LIMIT,
                       "一次最多看 %d 行，更多请分成几个文件，或用 huji knowledge import",
                       TABLE_FILE_ROWS);
    if (mem_grow(&x->row, &x->cap, x->n + 1, sizeof *x->row) < 0)
        return err_nomem(e);
    one = &x->row[x->n];
    *one = (struct file_row){.no = r->no, .faults = json_array()};
    for (int c = 0; c < x->columns.n_columns; c++) {
        bool there = x->at[c] >= 0 && (size_t)x->at[c] < r->n;
        const struct cell *cell = there ? &r->cells[x->at[c]] : NULL;

        one->cell[c] = there ? arena_span(&x->a, span_trim(cell->text)) : (struct span){"", 0};
        if (!one->cell[c].p)
            rc = err_nomem(e);
        any = any || one->cell[c].n;
        if (there && cell->lossy)
            fault(one->faults, c, "长数字在 Excel 里丢了末几位，请把这一列设为文本再填");
    }
    if (!any) {
        json_decref(one->faults);
        return rc;
    }
    x->n++;
    return rc;
}

static int read_file(struct compared *x, const char *path, struct err *e)
{
    struct row_source *s = NULL;
    struct row r;
    int rc = rows_open(path, &s, e);

    while (!x->headed && rc == 0 && (rc = rows_next_sheet(s, e)) > 0) {
        while ((rc = rows_next(s, &r, e)) > 0) {
            if (!r.n || span_starts(r.cells[0].text, "#"))
                continue;
            if (x->headed)
                rc = take_row(x, &r, e);
            else if (heading(x, &r)) {
                x->headed = true;
                name_unknown(x, &r);
            }
            if (rc < 0)
                break;
        }
    }
    rows_close(s);
    if (rc >= 0 && !x->headed) {
        struct span title = x->columns.column[x->columns.key].title;

        rc = err_set(e, ERR_INPUT, "文件里没有这张表的表头");
        err_hint(e, "表头一行至少有“%.*s”；可先下载模板", (int)title.n, title.p);
    }
    return rc < 0 ? rc : 0;
}

/* --- comparing -------------------------------------------------------------------------------------- */

static int by_key(const void *pa, const void *pb, void *ctx)
{
    const struct compared *x = ctx;
    size_t a = *(const size_t *)pa, b = *(const size_t *)pb;
    int d = span_cmp(x->old[a][x->columns.key], x->old[b][x->columns.key]);

    return d ? d : (a > b) - (a < b);
}

/* Rows of the table in order of their keys; *n of them, from *first on, have this key. */
static size_t range(const struct compared *x, const size_t *order, struct span key, size_t *first)
{
    size_t lo = 0, hi = x->table->n, n = 0;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (span_cmp(x->old[order[mid]][x->columns.key], key) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    *first = lo;
    while (lo + n < x->table->n && span_eq(x->old[order[lo + n]][x->columns.key], key))
        n++;
    return n;
}

static bool is_day(const struct compared *x, int c)
{
    return c == x->columns.valid_from || c == x->columns.valid_to;
}

/* In what the file has, or in what names a thing. */
static bool equal(const struct compared *x, const struct file_row *r, size_t old, bool things)
{
    bool other_numbers = false;

    for (int c = 0; c < x->columns.n_columns; c++)
        other_numbers = other_numbers || (x->columns.column[c].type == V_NUM && !is_day(x, c) &&
                                          x->columns.column[c].scale > 0);
    for (int c = 0; c < x->columns.n_columns; c++) {
        const struct kn_column *col = &x->columns.column[c];
        /* A whole number beside a price is a step (level 2, level 3), by itself it is the value. */
        bool names = col->type == V_CODE || (other_numbers && !is_day(x, c) && col->scale == 0);

        if (x->at[c] >= 0 && (things ? names : true) && !span_eq(r->cell[c], x->old[old][c]))
            return false;
    }
    return true;
}

static void match(struct compared *x, const size_t *order, struct file_row *r, bool exact)
{
    size_t first, n = range(x, order, r->cell[x->columns.key], &first);

    for (size_t i = first; i < first + n; i++) {
        size_t old = order[i];
        bool ended = x->old[old][x->columns.valid_to].n != 0;

        if (!exact)
            r->others += !ended;
        if (x->used[old] || (!exact && ended) || !equal(x, r, old, !exact))
            continue;
        x->used[old] = true;
        r->was = old;
        r->status = exact ? ROW_SAME : ROW_CHANGED;
        json_array_clear(r->faults); /* a row that is so already may be odd: it was taken back */
        for (int c = 0; c < x->columns.n_columns; c++)
            if (x->at[c] < 0)
                r->cell[c] = x->old[old][c];
        return;
    }
}

static int cmp_rows(const void *pa, const void *pb)
{
    const struct file_row *a = *(struct file_row *const *)pa, *b = *(struct file_row *const *)pb;

    for (int c = 0; c < KN_COLUMNS; c++) {
        int d = span_cmp(a->cell[c], b->cell[c]);

        if (d)
            return d;
    }
    return (a->no > b->no) - (a->no < b->no);
}

static int find_twins(struct compared *x, struct err *e)
{
    struct file_row **by = arena_alloc(&x->a, (x->n + 1) * sizeof(struct file_row *));

    if (!by)
        return err_nomem(e);
    for (size_t i = 0; i < x->n; i++)
        by[i] = &x->row[i];
    if (x->n)
        qsort(by, x->n, sizeof *by, cmp_rows);
    for (size_t i = 1; i < x->n; i++) {
        bool same = by[i]->status != ROW_REJECTED && by[i - 1]->status != ROW_REJECTED;

        for (int c = 0; c < x->columns.n_columns && same; c++)
            same = span_eq(by[i]->cell[c], by[i - 1]->cell[c]);
        if (!same)
            continue;
        by[i]->status = ROW_REJECTED;
        fault(by[i]->faults, -1,
              arena_fmt(&x->a, "与第 %llu 行相同", (unsigned long long)by[i - 1]->no));
        by[i]->twin = by[i - 1]->no;
        /* a third one is compared with the first */
        struct file_row *keep = by[i - 1];
        by[i - 1] = by[i];
        by[i] = keep;
    }
    return 0;
}

static int check_rows(struct compared *x, struct err *e)
{
    int rc = 0;

    for (size_t i = 0; i < x->n && !rc; i++) {
        struct file_row *r = &x->row[i];

        table_check(&x->columns, r->cell, fault, r->faults);
        r->status = json_array_size(r->faults) ? ROW_REJECTED : ROW_NEW;
        if (r->status == ROW_NEW)
            rc = table_as_written(&x->a, &x->columns, r->cell, e);
    }
    return rc ? rc : find_twins(x, e);
}

static int compare(struct compared *x, struct err *e)
{
    size_t *order = arena_alloc(&x->a, (x->table->n + 1) * sizeof *order);
    int rc = check_rows(x, e);

    x->old = arena_calloc(&x->a, (x->table->n + 1) * sizeof *x->old);
    x->used = arena_calloc(&x->a, x->table->n + 1);
    if (!order || !x->old || !x->used)
        return err_nomem(e);
    for (size_t i = 0; i < x->table->n && !rc; i++) {
        order[i] = i;
        rc = table_texts(&x->a, &x->columns, x->table, i, x->old[i], e);
    }
    if (rc)
        return rc;
    qsort_r(order, x->table->n, sizeof *order, by_key, x);
    for (int exact = 1; exact >= 0; exact--)
        for (size_t i = 0; i < x->n; i++)
            if (x->row[i].status == ROW_NEW ||
                (exact && x->row[i].status == ROW_REJECTED && !x->row[i].twin))
                match(x, order, &x->row[i], exact == 1);
    return 0;
}

/* --- telling ---------------------------------------------------------------------------------------- */

static json_t *cells_json(const struct compared *x, const struct span *cell)
{
    json_t *all = json_array();

    for (int c = 0; c < x->columns.n_columns; c++) {
        json_t *s = json_stringn(cell[c].p, cell[c].n);

        json_array_append_new(all, s ? s : json_string("？"));
    }
    return all;
}

static json_t *row_json(const struct compared *x, const struct file_row *r)
{
    bool known = r->status == ROW_CHANGED || r->status == ROW_SAME;
    json_t *note = json_null();

    if (r->status == ROW_NEW && r->others)
        note = json_sprintf("表里同一主键另有 %d 行，这一行会和它们一起管用", r->others);
    return json_pack("{s:I,s:s,s:o,s:o,s:O,s:o}", "row", (json_int_t)r->no, "status",
                     status_name[r->status], "cells", cells_json(x, r->cell), "was",
                     known ? cells_json(x, x->old[r->was]) : json_null(), "faults", r->faults,
                     "note", note);
}

static json_t *told(const struct compared *x)
{
    json_t *rows = json_array(), *counts = json_object();
    int n[4] = {0};

    for (size_t i = 0; i < x->n; i++) {
        n[x->row[i].status]++;
        json_array_append_new(rows, row_json(x, &x->row[i]));
    }
    for (int s = 0; s < 4; s++)
        json_object_set_new(counts, status_name[s], json_integer(n[s]));
    return json_pack("{s:O,s:o,s:o}", "unknown", x->unknown, "counts", counts, "rows", rows);
}

int table_file_compare(const struct huji_library *lib, const char *table, const char *path,
                       json_t **out, struct err *e)
{
    struct compared x = {.a = ARENA_INIT, .unknown = json_array()};
    int rc;

    x.table = library_knowledge(lib, span_of(table));
    if (!x.table || !table_columns(lib, table, &x.columns))
        rc = err_set(e, ERR_USAGE, "没有知识表“%.40s”", table);
    else
        rc = read_file(&x, path, e);
    if (!rc)
        rc = compare(&x, e);
    *out = rc ? NULL : told(&x);
    if (!rc && !*out)
        rc = err_nomem(e);
    for (size_t i = 0; i < x.n; i++)
        json_decref(x.row[i].faults);
    json_decref(x.unknown);
    mem_free(x.row);
    arena_release(&x.a);
    return rc;
}
