/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Sheets of a BIFF8 workbook: the cells of a sheet are listed, put in order of rows, and shown row by row. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "claims/readers/xls_book.h"

struct xls_cell {
    uint16_t row, col, xf;
    char kind; /* s shared string, n number, b boolean, e error, t text at `at` */
    uint32_t at;
    double number;
};

struct xls_source {
    struct row_source base;
    struct xls_book book;
    size_t next_sheet;
    char sheet_name[256];
    struct xls_cell *cells;
    size_t n, cap, at;
    struct merges merges;
    struct rowbuf row;
    struct buf text;
};

static int add(struct xls_source *x, struct xls_cell c, struct err *e)
{
    if (mem_grow(&x->cells, &x->cap, x->n + 1, sizeof *x->cells))
        return err_nomem(e);
    x->cells[x->n++] = c;
    return 0;
}

static double rk_number(uint32_t rk)
{
    double v;
    if (rk & 2) {
        v = (double)((int32_t)rk >> 2);
    } else {
        uint64_t bits = (uint64_t)(rk & 0xfffffffc) << 32;
        memcpy(&v, &bits, sizeof v);
    }
    return rk & 1 ? v / 100 : v;
}

static int mulrk(struct xls_source *x, struct span d, struct err *e)
{
    uint16_t row = le16(d.p), col = le16(d.p + 2);
    int rc = 0;
    for (size_t i = 4; i + 8 <= d.n && rc == 0; i += 6, col++)
        rc = add(x,
                 (struct xls_cell){.row = row,
                                   .col = col,
                                   .xf = le16(d.p + i),
                                   .kind = 'n',
                                   .number = rk_number(le32(d.p + i + 2))},
                 e);
    return rc;
}

/* The value that was last calculated: a number, or what its last two bytes 0xffff say. */
static int formula(struct xls_source *x, struct span d, struct xls_cell c, struct err *e)
{
    if (d.n < 14)
        return 0;
    c.kind = 'n';
    c.number = le_double(d.p + 6);
    if (le16(d.p + 12) == 0xffff) {
        int what = d.p[6];
        if (what == 3)
            return 0; /* empty text */
        c.kind = what == 0 ? 't' : what == 1 ? 'b' : 'e';
        c.number = d.p[8];
        c.at = UINT32_MAX; /* of text: the STRING record behind */
    }
    return add(x, c, e);
}

static int boolerr(struct xls_source *x, struct span d, struct xls_cell c, struct err *e)
{
    if (d.n < 8)
        return 0;
    c.kind = d.p[7] ? 'e' : 'b';
    c.number = (unsigned char)d.p[6];
    return add(x, c, e);
}

static int merged(struct xls_source *x, struct span d, struct err *e)
{
    size_t n = d.n >= 2 ? le16(d.p) : 0;
    for (size_t i = 0; i < n && 2 + i * 8 + 8 <= d.n; i++) {
        const char *p = d.p + 2 + i * 8;
        if (merges_add(&x->merges, le16(p), le16(p + 2), le16(p + 4), le16(p + 6)))
            return err_nomem(e);
    }
    return 0;
}

static int one_record(struct xls_source *x, const struct biff_record *r, size_t at, struct err *e)
{
    struct span d = r->data;
    if (r->type == BIFF_MERGEDCELLS)
        return merged(x, d, e);
    if (r->type == BIFF_STRING) {
        struct xls_cell *last = x->n ? &x->cells[x->n - 1] : NULL;
        if (last && last->kind == 't' && last->at == UINT32_MAX)
            last->at = (uint32_t)at;
        return 0;
    }
    if (d.n < 6)
        return 0;
    struct xls_cell c = {.row = le16(d.p), .col = le16(d.p + 2), .xf = le16(d.p + 4)};
    switch (r->type) {
    case BIFF_LABELSST:
        if (d.n < 10)
            return 0;
        c.kind = 's';
        c.at = le32(d.p + 6);
        return add(x, c, e);
    case BIFF_NUMBER:
        if (d.n < 14)
            return 0;
        c.kind = 'n';
        c.number = le_double(d.p + 6);
        return add(x, c, e);
    case BIFF_RK:
        if (d.n < 10)
            return 0;
        c.kind = 'n';
        c.number = rk_number(le32(d.p + 6));
        return add(x, c, e);
    case BIFF_LABEL:
    case BIFF_RSTRING:
        c.kind = 't';
        c.at = (uint32_t)at;
        return add(x, c, e);
    case BIFF_MULRK: return mulrk(x, d, e);
    case BIFF_FORMULA: return formula(x, d, c, e);
    case BIFF_BOOLERR: return boolerr(x, d, c, e);
    default: return 0;
    }
}

static int by_place(const void *a, const void *b)
{
    const struct xls_cell *x = a, *y = b;
    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    return (x->col > y->col) - (x->col < y->col);
}

static bool ordered(const struct xls_source *x)
{
    for (size_t i = 1; i < x->n; i++)
        if (by_place(&x->cells[i - 1], &x->cells[i]) > 0)
            return false;
    return true;
}

/* Lists the cells. Substreams inside (charts) are passed over. */
static int load_sheet(struct xls_source *x, size_t at, struct err *e)
{
    struct biff_record r;
    int depth = 0, rc = 0;
    bool ended = false;
    if (!biff_next(&x->book, at, &r) || r.type != BIFF_BOF)
        return err_set(e, ERR_INPUT, "XLS 文件损坏：工作表没有开头");
    for (; rc == 0 && !ended && biff_next(&x->book, at, &r); at = r.next) {
        if (r.type == BIFF_BOF)
            depth++;
        else if (r.type == BIFF_EOF)
            ended = --depth == 0;
        else if (depth == 1)
            rc = one_record(x, &r, at, e);
    }
    if (rc == 0 && !ended) {
        err_set(e, ERR_INPUT, "XLS 文件损坏：工作表没有结尾，行可能不全");
        rc = err_hint(e, "文件可能没有下载完；请重新导出");
    }
    if (rc == 0 && !ordered(x))
        qsort(x->cells, x->n, sizeof *x->cells, by_place);
    return rc;
}

static void text_cell(struct xls_source *x, const struct xls_cell *c)
{
    struct biff_record r;
    if (c->at == UINT32_MAX || !biff_next(&x->book, c->at, &r))
        return;
    size_t head = r.type == BIFF_STRING ? 0 : 6;
    if (r.data.n < head)
        return;
    buf_clear(&x->text);
    biff_string((struct span){r.data.p + head, r.data.n - head}, false, &x->text);
    rowbuf_text(&x->row, c->col, CELL_TEXT,
                span_trim((struct span){buf_cstr(&x->text), x->text.n}));
}

static void show(struct xls_source *x, const struct xls_cell *c)
{
    switch (c->kind) {
    case 's':
        if (c->at < x->book.n_strings)
            rowbuf_text(&x->row, c->col, CELL_TEXT, span_trim(x->book.strings[c->at]));
        break;
    case 'n':
        rowbuf_number(&x->row, c->col, c->number, xls_format_of(&x->book, c->xf), x->book.date1904);
        break;
    case 'b':
        rowbuf_text(&x->row, c->col, CELL_BOOL, c->number != 0 ? SPAN("1") : SPAN("0"));
        break;
    case 'e': rowbuf_text(&x->row, c->col, CELL_ERROR, SPAN("#ERR")); break;
    default: text_cell(x, c);
    }
}

static int xls_row(struct row_source *base, struct row *out, struct err *e)
{
    struct xls_source *x = (struct xls_source *)base;
    if (x->at >= x->n)
        return 0;
    unsigned row = x->cells[x->at].row;
    rowbuf_clear(&x->row);
    base->pos.row = out->no = row + 1u;
    while (x->at < x->n && x->cells[x->at].row == row)
        show(x, &x->cells[x->at++]);
    if (merges_fill(&x->merges, &x->row, row) || x->text.failed)
        return err_nomem(e);
    int rc = rowbuf_finish(&x->row, out, e);
    return rc ? rc : 1;
}

static int xls_sheet(struct row_source *base, struct err *e)
{
    struct xls_source *x = (struct xls_source *)base;
    if (x->next_sheet >= x->book.n_sheets)
        return 0;
    const struct xls_sheet *s = &x->book.sheets[x->next_sheet++];
    snprintf(x->sheet_name, sizeof x->sheet_name, "%.*s", (int)(s->name.n < 255 ? s->name.n : 255),
             s->name.p);
    base->pos.sheet = x->sheet_name;
    base->pos.date1904 = x->book.date1904;
    x->n = x->at = 0;
    merges_clear(&x->merges);
    int rc = load_sheet(x, s->at, e);
    merges_sort(&x->merges);
    return rc ? rc : 1;
}

static void xls_close(struct row_source *base)
{
    struct xls_source *x = (struct xls_source *)base;
    mem_free(x->cells);
    merges_release(&x->merges);
    rowbuf_release(&x->row);
    buf_release(&x->text);
    xls_book_release(&x->book);
}

int xls_open(struct span b, const char *name, struct row_source **out, struct err *e)
{
    struct xls_source *x = source_new(sizeof *x, name);
    if (!x)
        return err_nomem(e);
    int rc = xls_book_open(&x->book, b, e);
    if (rc) {
        source_where(&x->base, e);
        rows_close(&x->base);
        return rc;
    }
    x->base.next_sheet = xls_sheet;
    x->base.next_row = xls_row;
    x->base.close = xls_close;
    *out = &x->base;
    return 0;
}
