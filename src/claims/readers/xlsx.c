/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Sheets of an XLSX, streamed: the parser is suspended after each </row> and resumed for the next. Merged cells stand
 * behind the rows in the file, so their references are looked for in a first pass over the bytes.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/mem.h"
#include "claims/readers/xlsx_book.h"
#include "claims/readers/xlsx_xml.h"

struct xlsx_source {
    struct row_source base;
    struct xlsx_book book;
    size_t next; /* sheet */
    char sheet_name[256];
    XML_Parser xml;
    struct zipio_entry entry;
    bool open, suspended, done;
    struct merges merges;
    struct rowbuf row;
    bool have_row;
    uint64_t row_no;
    /* of the cell being read */
    size_t col;
    char type; /* s shared, i inline, S formula's string, b, e, n number, d ISO date */
    unsigned style;
    bool in_value, in_inline;
    int phonetic;
    struct buf value, clean;
};

/* --- references ------------------------------------------------------------------------------ */

/* "AB12" -> column and row from 0. */
static bool parse_ref(const char *p, const char *end, uint32_t *row, uint32_t *col)
{
    uint64_t c = 0, r = 0;
    const char *q = p;
    for (; q < end && isalpha((unsigned char)*q) && c < 100000; q++)
        c = c * 26 + (uint64_t)(toupper((unsigned char)*q) - 'A' + 1);
    if (q == p)
        return false;
    for (; q < end && isdigit((unsigned char)*q) && r < 100000000; q++)
        r = r * 10 + (uint64_t)(*q - '0');
    if (!r || c > 100000)
        return false;
    *row = (uint32_t)(r - 1);
    *col = (uint32_t)(c - 1);
    return true;
}

static int add_merge(struct merges *m, const char *p, const char *end)
{
    uint32_t r0, c0, r1, c1;
    const char *colon = memchr(p, ':', (size_t)(end - p));
    if (!colon || !parse_ref(p, colon, &r0, &c0) || !parse_ref(colon + 1, end, &r1, &c1))
        return 0;
    return merges_add(m, r0, r1, c0, c1);
}

/* Every `mergeCell ... ref="A1:B2"` in the bytes; returns how many of them at the end to look at again. */
static int scan_merges(struct merges *m, const char *p, size_t n, size_t *used)
{
    const char *end = p + n, *q = p;
    *used = n > 200 ? n - 200 : 0;
    while (q < end && (q = memmem(q, (size_t)(end - q), "mergeCell ", 10))) {
        const char *gt = memchr(q, '>', (size_t)(end - q));
        if (!gt) {
            if ((size_t)(q - p) < *used)
                *used = (size_t)(q - p);
            if (end - q > 4096)
                *used = n; /* no tag is that long */
            return 0;
        }
        const char *ref = memmem(q, (size_t)(gt - q), "ref=", 4);
        const char *quote = ref && ref + 5 < gt ? memchr(ref + 5, ref[4], (size_t)(gt - ref - 5))
                                                : NULL;
        if (quote && add_merge(m, ref + 5, quote))
            return -1;
        q = gt;
        if ((size_t)(q - p) > *used)
            *used = (size_t)(q - p);
    }
    return 0;
}

static int find_merges(struct xlsx_source *x, int64_t entry, struct err *e)
{
    static const size_t room = 1u << 17;
    struct zipio_entry f;
    char *p = mem_alloc(room);
    if (!p)
        return err_nomem(e);
    int rc = zipio_entry_open(&x->book.zip, (uint64_t)entry, &f, e);
    size_t n = 0, used;
    for (int64_t k = 1; rc == 0 && k > 0;) {
        k = zipio_read(&f, p + n, room - n, e);
        if (k <= 0) {
            rc = (int)k;
            break;
        }
        n += (size_t)k;
        if (scan_merges(&x->merges, p, n, &used))
            rc = err_nomem(e);
        memmove(p, p + used, n - used);
        n -= used;
    }
    zipio_entry_close(&f);
    mem_free(p);
    merges_sort(&x->merges);
    x->book.zip.total -= f.inflated < x->book.zip.total ? f.inflated : x->book.zip.total;
    return rc;
}

/* --- cells ----------------------------------------------------------------------------------- */

static void cell_begins(struct xlsx_source *x, const char **attrs)
{
    const char *r = xml_attr(attrs, "r"), *t = xml_attr(attrs, "t"), *s = xml_attr(attrs, "s");
    uint32_t row, col;
    if (r && parse_ref(r, r + strlen(r), &row, &col))
        x->col = col;
    x->type = 'n';
    if (t && strcmp(t, "s") == 0)
        x->type = 's';
    else if (t && strcmp(t, "inlineStr") == 0)
        x->type = 'i';
    else if (t && strcmp(t, "str") == 0)
        x->type = 'S';
    else if (t && (*t == 'b' || *t == 'e' || *t == 'd'))
        x->type = *t;
    x->style = s ? (unsigned)strtoul(s, NULL, 10) : 0;
    buf_clear(&x->value);
}

static void iso_date(struct xlsx_source *x, struct span v)
{
    char t[64];
    size_t n = v.n < sizeof t ? v.n : sizeof t - 1;
    memcpy(t, v.p, n);
    t[n] = 0;
    char *sep = strchr(t, 'T');
    if (sep)
        *sep = ' ';
    char *dot = strpbrk(t, ".Z");
    if (dot)
        *dot = 0;
    rowbuf_text(&x->row, x->col, CELL_DATE, span_of(t));
}

static void number_cell(struct xlsx_source *x, struct span v)
{
    char t[64], *end;
    if (v.n >= sizeof t) {
        rowbuf_text(&x->row, x->col, CELL_TEXT, v);
        return;
    }
    memcpy(t, v.p, v.n);
    t[v.n] = 0;
    double d = strtod(t, &end);
    if (end == t || *end) {
        rowbuf_text(&x->row, x->col, CELL_TEXT, v);
        return;
    }
    struct span none = {"", 0};
    struct span f = x->style < x->book.n_formats ? x->book.formats[x->style] : none;
    rowbuf_number(&x->row, x->col, d, f, x->book.date1904);
}

static void cell_ends(struct xlsx_source *x)
{
    struct span v = {x->value.n ? x->value.p : "", x->value.n}, s;
    if (x->type == 'n' || x->type == 's')
        v = span_trim(v);
    if (!v.n) {
        x->col++;
        return;
    }
    switch (x->type) {
    case 's':
        if (xlsx_string(&x->book, strtoull(v.p, NULL, 10), &s))
            rowbuf_text(&x->row, x->col, CELL_TEXT, span_trim(s));
        break;
    case 'b': rowbuf_text(&x->row, x->col, CELL_BOOL, v.p[0] == '1' ? SPAN("1") : SPAN("0")); break;
    case 'e': rowbuf_text(&x->row, x->col, CELL_ERROR, v); break;
    case 'd': iso_date(x, v); break;
    case 'n': number_cell(x, v); break;
    default:
        buf_clear(&x->clean);
        xlsx_unescape(&x->clean, v);
        rowbuf_text(&x->row, x->col, CELL_TEXT, span_trim((struct span){x->clean.p, x->clean.n}));
    }
    x->col++;
}

/* --- the sheet's elements -------------------------------------------------------------------- */

static void sheet_start(void *p, const char *name, const char **attrs)
{
    struct xlsx_source *x = XML_GetUserData(p);
    const char *local = xml_local(name);
    if (strcmp(local, "c") == 0) {
        cell_begins(x, attrs);
    } else if (strcmp(local, "v") == 0) {
        x->in_value = true;
    } else if (strcmp(local, "t") == 0) {
        x->in_inline = x->type == 'i' && x->phonetic == 0;
    } else if (strcmp(local, "rPh") == 0) {
        x->phonetic++;
    } else if (strcmp(local, "row") == 0) {
        const char *r = xml_attr(attrs, "r");
        uint64_t no = r ? strtoull(r, NULL, 10) : 0;
        x->row_no = no > x->row_no && no < 100000000 ? no : x->row_no + 1;
        x->col = 0;
        rowbuf_clear(&x->row);
    }
}

static void sheet_end(void *p, const char *name)
{
    struct xlsx_source *x = XML_GetUserData(p);
    const char *local = xml_local(name);
    if (strcmp(local, "c") == 0) {
        cell_ends(x);
    } else if (strcmp(local, "v") == 0) {
        x->in_value = false;
    } else if (strcmp(local, "t") == 0) {
        x->in_inline = false;
    } else if (strcmp(local, "rPh") == 0) {
        x->phonetic--;
    } else if (strcmp(local, "row") == 0) {
        x->have_row = true;
        XML_StopParser(p, XML_TRUE);
    }
}

static void sheet_text(void *p, const char *text, int n)
{
    struct xlsx_source *x = XML_GetUserData(p);
    if ((x->in_value || x->in_inline) && x->value.n <= MAX_FIELD_BYTES)
        buf_add(&x->value, text, (size_t)n);
}

static void close_sheet(struct xlsx_source *x)
{
    if (x->xml)
        XML_ParserFree(x->xml);
    x->xml = NULL;
    if (x->open)
        zipio_entry_close(&x->entry);
    x->open = x->suspended = x->done = false;
    x->in_value = x->in_inline = x->have_row = false;
    x->phonetic = 0;
    merges_clear(&x->merges);
}

/* Feeds until a row is complete or the sheet ends. */
static int feed(struct xlsx_source *x, struct err *e)
{
    static const int chunk = 1 << 16;
    while (!x->have_row && !x->done) {
        enum XML_Status st;
        if (x->suspended) {
            st = XML_ResumeParser(x->xml);
        } else {
            void *room = XML_GetBuffer(x->xml, chunk);
            if (!room)
                return err_nomem(e);
            int64_t k = zipio_read(&x->entry, room, (size_t)chunk, e);
            if (k < 0)
                return (int)k;
            st = XML_ParseBuffer(x->xml, (int)k, k == 0);
        }
        if (st == XML_STATUS_ERROR)
            return xlsx_xml_error(x->xml, "工作表", e);
        x->suspended = st == XML_STATUS_SUSPENDED;
        XML_ParsingStatus now;
        XML_GetParsingStatus(x->xml, &now);
        x->done = now.parsing == XML_FINISHED;
    }
    return 0;
}

static int xlsx_row(struct row_source *base, struct row *out, struct err *e)
{
    struct xlsx_source *x = (struct xlsx_source *)base;
    if (!x->open)
        return 0;
    int rc = feed(x, e);
    if (rc || !x->have_row)
        return rc;
    x->have_row = false;
    base->pos.row = out->no = x->row_no;
    if (merges_fill(&x->merges, &x->row, (uint32_t)(x->row_no - 1)) || x->value.failed ||
        x->clean.failed)
        return err_nomem(e);
    rc = rowbuf_finish(&x->row, out, e);
    return rc ? rc : 1;
}

static int xlsx_sheet(struct row_source *base, struct err *e)
{
    struct xlsx_source *x = (struct xlsx_source *)base;
    close_sheet(x);
    while (x->next < x->book.n_sheets && x->book.sheets[x->next].entry < 0)
        x->next++;
    if (x->next >= x->book.n_sheets)
        return 0;
    const struct xlsx_sheet *s = &x->book.sheets[x->next++];
    snprintf(x->sheet_name, sizeof x->sheet_name, "%.*s", (int)(s->name.n < 255 ? s->name.n : 255),
             s->name.p);
    base->pos.sheet = x->sheet_name;
    base->pos.date1904 = x->book.date1904;
    x->row_no = 0;
    int rc = find_merges(x, s->entry, e);
    if (rc)
        return rc;
    x->xml = xlsx_parser(x, sheet_start, sheet_end, sheet_text);
    if (!x->xml)
        return err_nomem(e);
    rc = zipio_entry_open(&x->book.zip, (uint64_t)s->entry, &x->entry, e);
    x->open = rc == 0;
    return rc ? rc : 1;
}

static void xlsx_close(struct row_source *base)
{
    struct xlsx_source *x = (struct xlsx_source *)base;
    close_sheet(x);
    merges_release(&x->merges);
    rowbuf_release(&x->row);
    buf_release(&x->value);
    buf_release(&x->clean);
    xlsx_book_release(&x->book);
}

int xlsx_open(struct span b, const char *name, struct row_source **out, struct err *e)
{
    struct xlsx_source *x = source_new(sizeof *x, name);
    if (!x)
        return err_nomem(e);
    int rc = xlsx_book_open(&x->book, b, e);
    if (rc) {
        source_where(&x->base, e);
        rows_close(&x->base);
        return rc;
    }
    x->base.next_sheet = xlsx_sheet;
    x->base.next_row = xlsx_row;
    x->base.close = xlsx_close;
    *out = &x->base;
    return 0;
}
