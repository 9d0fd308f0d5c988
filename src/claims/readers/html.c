/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Tables of a web page, and XML Spreadsheet 2003 (Worksheet, Row, Cell, Data), both often named .xls. Each innermost
 * table is a sheet. rowspan and colspan become filled cells. CDATA, scripts and styles are no text.
 */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/limits.h"
#include "base/mem.h"
#include "claims/readers/encoding.h"
#include "claims/readers/html_text.h"

/* What of a row above reaches down into this one, per column. */
struct hang {
    unsigned rows; /* still to fill */
    enum cell_fill fill;
    struct buf text;
};

struct html_source {
    struct row_source base;
    struct bytes utf8;
    size_t at;
    bool xml, in_table, in_row, in_cell, row_ready, table_pending;
    unsigned n_tables;
    char sheet_name[256], xml_sheet[256];
    size_t col;
    unsigned colspan, rowspan;
    enum cell_kind kind;
    struct rowbuf row;
    struct buf text;
    struct hang hang[MAX_COLUMNS];
};

static void take_hanging(struct html_source *h, size_t col)
{
    struct hang *g = &h->hang[col];
    struct span s = {g->text.p, g->text.n};
    rowbuf_text(&h->row, col, CELL_TEXT, s);
    if (col < h->row.n && s.n)
        h->row.cells[col].fill = g->fill;
    g->rows--;
}

/* Moves over columns that a cell of a row above occupies. */
static void skip_hanging(struct html_source *h)
{
    while (h->col < MAX_COLUMNS && h->hang[h->col].rows) {
        take_hanging(h, h->col);
        h->col++;
    }
}

static void forget_hanging(struct html_source *h)
{
    for (size_t i = 0; i < MAX_COLUMNS; i++)
        h->hang[i].rows = 0;
}

static void place_cell(struct html_source *h)
{
    struct span s = span_trim((struct span){h->text.p, h->text.n});
    for (unsigned k = 0; k < h->colspan; k++) {
        size_t col = h->col++;
        if (col >= MAX_COLUMNS) {
            if (s.n)
                h->row.too_wide = true;
            return;
        }
        rowbuf_text(&h->row, col, h->kind, s);
        if (k && s.n && col < h->row.n)
            h->row.cells[col].fill = FILL_RIGHT;
        if (h->rowspan > 1) {
            struct hang *g = &h->hang[col];
            g->rows = h->rowspan - 1;
            g->fill = k ? FILL_RIGHT : FILL_DOWN;
            buf_clear(&g->text);
            buf_span(&g->text, s);
            h->row.failed |= g->text.failed;
        }
    }
}

static void end_cell(struct html_source *h)
{
    if (!h->in_cell)
        return;
    h->in_cell = false;
    place_cell(h);
    skip_hanging(h);
}

static void end_row(struct html_source *h)
{
    end_cell(h);
    if (!h->in_row)
        return;
    for (; h->col < MAX_COLUMNS; h->col++)
        if (h->hang[h->col].rows)
            take_hanging(h, h->col);
    h->in_row = false;
    h->row_ready = true;
}

static void begin_row(struct html_source *h, const struct tag *t)
{
    h->in_row = true;
    h->col = 0;
    uint64_t index = h->xml ? tag_number(t, "Index", 0) : 0;
    h->base.pos.row = index > h->base.pos.row ? index : h->base.pos.row + 1;
    rowbuf_clear(&h->row);
    skip_hanging(h);
}

static void begin_cell(struct html_source *h, const struct tag *t)
{
    if (!h->in_row)
        begin_row(h, t);
    end_cell(h);
    h->in_cell = true;
    h->kind = CELL_TEXT;
    buf_clear(&h->text);
    if (h->xml) {
        unsigned index = tag_number(t, "Index", 0);
        if (index > h->col && index <= MAX_COLUMNS)
            h->col = index - 1;
        h->colspan = tag_number(t, "MergeAcross", 0) + 1;
        h->rowspan = tag_number(t, "MergeDown", 0) + 1;
    } else {
        h->colspan = tag_number(t, "colspan", 1);
        h->rowspan = tag_number(t, "rowspan", 1);
    }
    if (h->colspan > MAX_COLUMNS)
        h->colspan = MAX_COLUMNS;
    if (h->rowspan > 1000000)
        h->rowspan = 1000000;
}

/* Data of XML Spreadsheet: numbers stay as written, their type only matters for what Excel destroyed. */
static void begin_data(struct html_source *h, const struct tag *t)
{
    struct span type;
    if (!h->in_cell || !tag_attr(t, "Type", &type))
        return;
    if (span_is(type, "Number"))
        h->kind = CELL_NUMBER;
    else if (span_is(type, "DateTime"))
        h->kind = CELL_DATE;
    else if (span_is(type, "Error"))
        h->kind = CELL_ERROR;
}

static void typed_value(struct html_source *h)
{
    struct cell *c = h->row.n ? &h->row.cells[h->row.n - 1] : NULL;
    if (!h->xml || !c || c->kind == CELL_TEXT || c->fill || !c->text.n)
        return;
    char t[64];
    size_t n = c->text.n < sizeof t ? c->text.n : sizeof t - 1, at = h->row.at[h->row.n - 1];
    memcpy(t, h->row.text.p + at, n);
    t[n] = 0;
    if (c->kind == CELL_NUMBER) {
        char *end;
        double v = strtod(t, &end);
        if (end != t && !*end)
            rowbuf_number(&h->row, h->row.n - 1, v, (struct span){"", 0}, false);
    } else if (c->kind == CELL_DATE) {
        char *sep = strchr(t, 'T'), *dot = strchr(t, '.');
        if (dot)
            *dot = 0;
        if (sep && strcmp(sep, "T00:00:00") == 0)
            *sep = 0;
        else if (sep)
            *sep = ' ';
        rowbuf_text(&h->row, h->row.n - 1, CELL_DATE, span_of(t));
    }
}

static void skip_until(struct html_source *h, const char *closing)
{
    struct span s = h->utf8.s;
    size_t n = strlen(closing);
    while (h->at < s.n) {
        const char *q = memchr(s.p + h->at, '<', s.n - h->at);
        h->at = q ? (size_t)(q - s.p) : s.n;
        if (h->at + n <= s.n && strncasecmp(s.p + h->at, closing, n) == 0)
            return;
        h->at += h->at < s.n;
    }
}

static void begin_table(struct html_source *h, const struct tag *t)
{
    (void)t;
    h->in_row = h->in_cell = h->row_ready = false;
    forget_hanging(h);
    h->in_table = h->table_pending = true;
    h->n_tables++;
}

static void xml_sheet_name(struct html_source *h, const struct tag *t)
{
    struct span v;
    struct buf b = BUF_INIT;
    if (tag_attr(t, "Name", &v))
        html_add_text(&b, v);
    snprintf(h->xml_sheet, sizeof h->xml_sheet, "%s", buf_cstr(&b));
    buf_release(&b);
}

static void one_tag(struct html_source *h, const struct tag *t)
{
    const char *n = t->name;
    bool row = !strcmp(n, h->xml ? "row" : "tr");
    bool cell = h->xml ? !strcmp(n, "cell") : !strcmp(n, "td") || !strcmp(n, "th");
    if (!strcmp(n, "workbook")) {
        h->xml = true;
    } else if (!strcmp(n, "worksheet") && !t->closing) {
        xml_sheet_name(h, t);
    } else if (!strcmp(n, "script") || !strcmp(n, "style")) {
        if (!t->closing && !t->empty && !h->xml)
            skip_until(h, !strcmp(n, "style") ? "</style" : "</script");
    } else if (!strcmp(n, "table")) {
        if (t->closing) {
            end_row(h);
            h->in_table = false;
        } else {
            begin_table(h, t);
        }
    } else if (h->in_table && row) {
        end_row(h);
        if (!t->closing && !h->row_ready)
            begin_row(h, t);
    } else if (h->in_table && cell) {
        if (t->closing) {
            end_cell(h);
            typed_value(h);
        } else {
            begin_cell(h, t);
            if (t->empty)
                end_cell(h);
        }
    } else if (h->in_cell && !strcmp(n, "data") && !t->closing) {
        begin_data(h, t);
    } else if (h->in_cell && (!strcmp(n, "br") || !strcmp(n, "p") || !strcmp(n, "div"))) {
        html_add_text(&h->text, SPAN(" "));
    }
}

/* On until a row is complete, a table begins or ends, or the text does. */
static int advance(struct html_source *h)
{
    struct span s = h->utf8.s;
    while (h->at < s.n && !h->row_ready && !h->table_pending) {
        const char *q = memchr(s.p + h->at, '<', s.n - h->at);
        size_t stop = q ? (size_t)(q - s.p) : s.n;
        if (stop > h->at && h->in_cell && h->text.n <= MAX_FIELD_BYTES)
            html_add_text(&h->text, (struct span){s.p + h->at, stop - h->at});
        h->at = stop;
        if (stop == s.n)
            break;
        struct tag t;
        size_t before = h->at;
        if (!tag_next(s, &h->at, &t)) {
            if (h->in_cell)
                buf_char(&h->text, '<');
            h->at = before + 1;
            continue;
        }
        bool was_open = h->in_row;
        one_tag(h, &t);
        /* <tr> without </tr>: the row before is complete; come back to this tag */
        if (h->row_ready && was_open && !t.closing &&
            (!strcmp(t.name, "tr") || !strcmp(t.name, "row")))
            h->at = before;
        if (!h->in_table && !h->row_ready && t.closing && !strcmp(t.name, "table"))
            return 0;
    }
    if (h->at >= s.n && h->in_row)
        end_row(h); /* cut off: what is there is shown */
    return 0;
}

static int html_row(struct row_source *base, struct row *out, struct err *e)
{
    struct html_source *h = (struct html_source *)base;
    while (!h->row_ready) {
        if (!h->in_table || h->table_pending || h->at >= h->utf8.s.n)
            return 0;
        advance(h);
    }
    h->row_ready = false;
    if (h->text.failed)
        return err_nomem(e);
    out->no = base->pos.row;
    int rc = rowbuf_finish(&h->row, out, e);
    return rc ? rc : 1;
}

static int html_sheet(struct row_source *base, struct err *e)
{
    struct html_source *h = (struct html_source *)base;
    (void)e;
    while (!h->table_pending && h->at < h->utf8.s.n) {
        h->row_ready = false;
        advance(h);
    }
    if (!h->table_pending)
        return 0;
    h->table_pending = h->row_ready = false;
    base->pos.row = 0;
    if (h->xml && h->xml_sheet[0])
        snprintf(h->sheet_name, sizeof h->sheet_name, "%s", h->xml_sheet);
    else
        snprintf(h->sheet_name, sizeof h->sheet_name, "表%u", h->n_tables);
    base->pos.sheet = h->sheet_name;
    return 1;
}

static void html_close(struct row_source *base)
{
    struct html_source *h = (struct html_source *)base;
    for (size_t i = 0; i < MAX_COLUMNS; i++)
        buf_release(&h->hang[i].text);
    rowbuf_release(&h->row);
    buf_release(&h->text);
    bytes_release(&h->utf8);
}

int html_open(struct span b, const char *name, struct row_source **out, struct err *e)
{
    struct html_source *h = source_new(sizeof *h, name);
    if (!h)
        return err_nomem(e);
    enum encoding enc;
    h->base.next_sheet = html_sheet;
    h->base.next_row = html_row;
    h->base.close = html_close;
    int rc = encoding_to_utf8(b, &h->utf8, &enc, e);
    if (rc) {
        source_where(&h->base, e);
        rows_close(&h->base);
        return rc;
    }
    *out = &h->base;
    return 0;
}
