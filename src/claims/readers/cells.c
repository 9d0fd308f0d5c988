/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <math.h>

#include "base/limits.h"
#include "base/mem.h"
#include "claims/readers/reader.h"

void rowbuf_clear(struct rowbuf *r)
{
    r->n = 0;
    buf_clear(&r->text);
    r->too_wide = r->failed = false;
}

void rowbuf_release(struct rowbuf *r)
{
    mem_free(r->cells);
    mem_free(r->at);
    buf_release(&r->text);
    *r = (struct rowbuf){0};
}

struct cell *rowbuf_cell(struct rowbuf *r, size_t col)
{
    if (col >= MAX_COLUMNS) {
        r->too_wide = true;
        return NULL;
    }
    if (mem_grow(&r->cells, &r->cap, col + 1, sizeof *r->cells) ||
        mem_grow(&r->at, &r->at_cap, col + 1, sizeof *r->at)) {
        r->failed = true;
        return NULL;
    }
    for (; r->n <= col; r->n++) {
        r->cells[r->n] = (struct cell){.kind = CELL_EMPTY};
        r->at[r->n] = 0;
    }
    return &r->cells[col];
}

/* Bytes that no table needs and that would break lines of messages: NUL and other controls but tab and newline. */
static bool plain(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ' && s.p[i] != '\t' && s.p[i] != '\n')
            return false;
    return true;
}

static void add_clean(struct buf *b, struct span s)
{
    if (plain(s)) {
        buf_span(b, s);
        return;
    }
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= ' ' || s.p[i] == '\t' || s.p[i] == '\n')
            buf_char(b, s.p[i]);
}

void rowbuf_text(struct rowbuf *r, size_t col, enum cell_kind kind, struct span text)
{
    if (!text.n && col >= r->n)
        return; /* nothing to say, and perhaps beyond the last column */
    struct cell *c = rowbuf_cell(r, col);
    if (!c)
        return;
    size_t at = r->text.n;
    add_clean(&r->text, text);
    size_t n = r->text.n - at;
    *c = (struct cell){.kind = n ? kind : CELL_EMPTY, .text = {NULL, n}};
    r->at[col] = at;
}

/* A format of zeros alone, as 000000, shows leading zeros: they belong to the code. */
static size_t zeros_format(struct span f)
{
    for (size_t i = 0; i < f.n; i++)
        if (f.p[i] != '0')
            return 0;
    return f.n <= 40 ? f.n : 0;
}

static void add_number(struct buf *b, double v, struct span format)
{
    struct buf t = BUF_INIT;
    number_text(&t, v);
    size_t want = v >= 0 && v < 1e15 && floor(v) == v ? zeros_format(format) : 0;
    for (size_t i = t.n; i < want; i++)
        buf_char(b, '0');
    buf_add(b, t.p, t.n);
    if (t.failed)
        b->failed = true;
    buf_release(&t);
}

void rowbuf_number(struct rowbuf *r, size_t col, double v, struct span format, bool date1904)
{
    bool time = false;
    struct cell *c = isfinite(v) ? rowbuf_cell(r, col) : NULL;
    if (!c)
        return;
    size_t at = r->text.n;
    bool date = format_is_date(format, &time) && serial_text(&r->text, v, date1904, time);
    if (!date)
        add_number(&r->text, v, format);
    *c = (struct cell){.kind = date ? CELL_DATE : CELL_NUMBER,
                       .number = v,
                       .format = format,
                       .lossy = fabs(v) >= 1e15,
                       .text = {NULL, r->text.n - at}};
    /* 16 digits that end in something but 0 were written by a program and are whole */
    if (c->lossy && fabs(v) < 9007199254740992.0 && fmod(v, 10) != 0) {
        r->text.n = at;
        buf_fmt(&r->text, "%.0f", v);
        c->text.n = r->text.n - at;
        c->lossy = false;
    }
    r->at[col] = at;
}

int rowbuf_finish(struct rowbuf *r, struct row *out, struct err *e)
{
    if (r->failed || r->text.failed)
        return err_nomem(e);
    if (r->too_wide)
        return err_set(e, ERR_LIMIT, "一行超过 %d 列", MAX_COLUMNS);
    while (r->n && r->cells[r->n - 1].kind == CELL_EMPTY)
        r->n--;
    for (size_t i = 0; i < r->n; i++)
        r->cells[i].text.p = r->cells[i].text.n ? r->text.p + r->at[i] : "";
    out->cells = r->cells;
    out->n = r->n;
    return 0;
}
