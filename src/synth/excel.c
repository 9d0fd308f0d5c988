/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The same rows as an officer gets them from query pages: XLSX with a title row, a row of units, Chinese headings (of
 * two rows with merged groups for visits and fee lines), a 合计 row below, several files a table; dates partly as
 * serial numbers; codes as text. Purchases at pharmacies come as one flat sheet with visit, settlement and fee line
 * together; registrations as HTML named .xls; insurance as text with bars in GBK.
 */
#include "synth/excel.h"

#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <xlsxwriter.h>

#include "base/mem.h"

#define FLAT T_COUNT /* the flat sheet has a book of its own */
#define FLAT_COLUMNS 140

struct book {
    lxw_workbook *wb;
    lxw_worksheet *ws;
    lxw_format *date;
    uint32_t row, data, file;
    int64_t sum; /* of the column that the 合计 row adds up */
};

struct kept { /* a row as it came: the visit's, the settlement's */
    struct buf b;
    uint32_t at[64];
};

struct excel {
    const char *out;
    uint32_t per_file;
    struct book books[T_COUNT + 1];
    FILE *html, *bars;
    iconv_t gbk;
    struct kept visit, setl;
    struct out_column flat[FLAT_COLUMNS];
    struct {
        enum table_id t;
        int col;
    } flat_from[FLAT_COLUMNS];
    int n_flat;
};

static bool has_flat(const struct excel *x, const char *name)
{
    for (int i = 0; i < x->n_flat; i++)
        if (strcmp(x->flat[i].name, name) == 0)
            return true;
    return false;
}

/* A line's own columns first: amounts that line and settlement share are the line's. */
static void flat_columns(struct excel *x)
{
    static const enum table_id parts[] = {T_FEE, T_SETL, T_MDTRT};
    for (int p = 0; p < 3; p++)
        for (int i = 0; i < synth_tables[parts[p]].n && x->n_flat < FLAT_COLUMNS; i++) {
            const struct out_column *c = &synth_tables[parts[p]].columns[i];
            if (has_flat(x, c->name))
                continue;
            x->flat[x->n_flat] = *c;
            x->flat_from[x->n_flat].t = parts[p];
            x->flat_from[x->n_flat++].col = i;
        }
}

struct excel *excel_open(const char *out, uint32_t per_file)
{
    struct excel *x = mem_calloc(1, sizeof *x);
    if (!x)
        return NULL;
    x->out = out;
    x->per_file = per_file;
    x->gbk = iconv_open("GB18030", "UTF-8");
    flat_columns(x);
    return x;
}

/* --- workbooks --------------------------------------------------------------------------------- */

static int failed(struct err *e, const char *what)
{
    return err_set(e, ERR_IO, "写不了 %s", what);
}

static const struct out_column *columns_of(const struct excel *x, int t, int *n)
{
    *n = t == FLAT ? x->n_flat : synth_tables[t].n;
    return t == FLAT ? x->flat : synth_tables[t].columns;
}

static const char *title_of(int t)
{
    return t == FLAT ? "购药费用综合查询" : synth_tables[t].title;
}

static void headings(const struct excel *x, struct book *b, int t)
{
    int n;
    const struct out_column *c = columns_of(x, t, &n);
    char title[128];
    snprintf(title, sizeof title, "%s查询结果", title_of(t));
    worksheet_write_string(b->ws, b->row++, 0, title, NULL);
    worksheet_write_string(b->ws, b->row++, 0, "查询单位：青溪县医疗保障局    金额单位：元", NULL);
    if (t == T_MDTRT || t == T_FEE) { /* groups above the headings, merged */
        static const char *const group[] = {"标识", "基本情况", "机构与科室", "费用与诊断", "其他"};
        int step = (n + 4) / 5;
        for (int g = 0; g * step < n; g++) {
            int last = (g + 1) * step - 1 < n ? (g + 1) * step - 1 : n - 1;
            if (last > g * step)
                worksheet_merge_range(b->ws, b->row, (lxw_col_t)(g * step), b->row, (lxw_col_t)last,
                                      group[g], NULL);
            else
                worksheet_write_string(b->ws, b->row, (lxw_col_t)last, group[g], NULL);
        }
        b->row++;
    }
    for (int i = 0; i < n; i++)
        worksheet_write_string(b->ws, b->row, (lxw_col_t)i, c[i].title, NULL);
    b->row++;
}

static int open_book(struct excel *x, int t, struct err *e)
{
    struct book *b = &x->books[t];
    char path[4096];
    snprintf(path, sizeof path, "%s/%s_%02u.xlsx", x->out, title_of(t), ++b->file);
    lxw_workbook_options o = {.constant_memory = LXW_TRUE, .use_zip64 = LXW_TRUE};
    b->wb = workbook_new_opt(path, &o);
    b->ws = b->wb ? workbook_add_worksheet(b->wb, "查询结果") : NULL;
    if (!b->ws)
        return failed(e, path);
    lxw_doc_properties props = {.created = 1704067200}; /* not the clock's */
    workbook_set_properties(b->wb, &props);
    b->date = workbook_add_format(b->wb);
    format_set_num_format(b->date, "yyyy-mm-dd hh:mm:ss");
    b->row = b->data = 0;
    b->sum = 0;
    headings(x, b, t);
    return 0;
}

static int sum_column(const struct excel *x, int t)
{
    int n;
    const struct out_column *c = columns_of(x, t, &n);
    for (int i = 0; i < n; i++)
        if (strcmp(c[i].name, t == T_SETL ? "medfee_sumamt" : "det_item_fee_sumamt") == 0)
            return i;
    return -1;
}

static int close_book(struct excel *x, int t, struct err *e)
{
    struct book *b = &x->books[t];
    if (!b->wb)
        return 0;
    int at = sum_column(x, t);
    if (at >= 0) {
        worksheet_write_string(b->ws, b->row, 0, "合计", NULL);
        worksheet_write_number(b->ws, b->row, (lxw_col_t)at, (double)b->sum / 100, NULL);
    }
    lxw_error rc = workbook_close(b->wb);
    b->wb = NULL;
    b->ws = NULL;
    return rc ? err_set(e, ERR_IO, "写不了 %s：%s", title_of(t), lxw_strerror(rc)) : 0;
}

/* Days since 1899-12-30 with the fraction of the day. */
static double serial(struct span v)
{
    sec_t t;
    return sec_parse(v, &t) ? (double)t / 86400.0 + 25569.0 : 0;
}

static void cell(struct book *b, int col, const struct out_column *c, struct span v, bool as_serial)
{
    if (!v.n)
        return;
    char text[512];
    size_t n = v.n < sizeof text - 1 ? v.n : sizeof text - 1;
    memcpy(text, v.p, n);
    text[n] = 0;
    if (c->kind == FK_NUM)
        worksheet_write_number(b->ws, b->row, (lxw_col_t)col, strtod(text, NULL), NULL);
    else if (as_serial)
        worksheet_write_number(b->ws, b->row, (lxw_col_t)col, serial(v), b->date);
    else if (strcmp(c->name, "gend") == 0)
        worksheet_write_string(b->ws, b->row, (lxw_col_t)col, text[0] == '1' ? "男" : "女", NULL);
    else
        worksheet_write_string(b->ws, b->row, (lxw_col_t)col, text, NULL);
}

static struct span field_of(const char *row, const uint32_t *at, int i)
{
    return (struct span){row + at[i], at[i + 1] - at[i] - 1};
}

static int begin_row(struct excel *x, int t, struct err *e)
{
    struct book *b = &x->books[t];
    int rc = 0;
    if (b->wb && b->data >= x->per_file)
        rc = close_book(x, t, e);
    if (!rc && !b->wb)
        rc = open_book(x, t, e);
    return rc;
}

static void add_sum(struct book *b, struct span v)
{
    fen_t f;
    if (fen_parse(v, &f))
        b->sum += f;
}

static int sheet_row(struct excel *x, enum table_id t, const char *row, const uint32_t *at,
                     struct err *e)
{
    int rc = begin_row(x, t, e), sum = sum_column(x, t);
    struct book *b = &x->books[t];
    for (int i = 0; !rc && i < synth_tables[t].n; i++) {
        const struct out_column *c = &synth_tables[t].columns[i];
        bool s = c->kind != FK_TEXT && (t == T_SETL || (t == T_PSN && c->kind == FK_DAY));
        cell(b, i, c, field_of(row, at, i), s);
        if (i == sum)
            add_sum(b, field_of(row, at, i));
    }
    b->row++;
    b->data++;
    return rc;
}

static int flat_row(struct excel *x, const char *row, const uint32_t *at, struct err *e)
{
    int rc = begin_row(x, FLAT, e), sum = sum_column(x, FLAT);
    struct book *b = &x->books[FLAT];
    for (int i = 0; !rc && i < x->n_flat; i++) {
        const struct kept *k = x->flat_from[i].t == T_SETL ? &x->setl : &x->visit;
        struct span v = x->flat_from[i].t == T_FEE ? field_of(row, at, x->flat_from[i].col)
                                                   : field_of(k->b.p, k->at, x->flat_from[i].col);
        cell(b, i, &x->flat[i], v, false);
        if (i == sum)
            add_sum(b, v);
    }
    b->row++;
    b->data++;
    return rc;
}

/* --- text and HTML ------------------------------------------------------------------------------ */

static FILE *create(const struct excel *x, const char *name, struct err *e)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", x->out, name);
    FILE *f = fopen(path, "we");
    if (!f)
        err_errno(e, "写不了 %s", path);
    return f;
}

static int html_row(struct excel *x, enum table_id t, const char *row, const uint32_t *at,
                    struct err *e)
{
    if (!x->html) {
        char name[128];
        snprintf(name, sizeof name, "%s.xls", synth_tables[t].title);
        x->html = create(x, name, e);
        if (!x->html)
            return e ? e->code : ERR_IO;
        fprintf(
            x->html,
            "<html><head><meta charset=\"utf-8\"></head><body><table border=1>\n<tr><td colspan=%d>%s</td></tr>\n<tr>",
            synth_tables[t].n, synth_tables[t].title);
        for (int i = 0; i < synth_tables[t].n; i++)
            fprintf(x->html, "<th>%s</th>", synth_tables[t].columns[i].title);
        fputs("</tr>\n", x->html);
    }
    fputs("<tr>", x->html);
    for (int i = 0; i < synth_tables[t].n; i++) {
        struct span v = field_of(row, at, i);
        fprintf(x->html, "<td style=\"mso-number-format:'\\@'\">%.*s</td>", (int)v.n, v.p);
    }
    return fputs("</tr>\n", x->html) < 0 ? failed(e, synth_tables[t].title) : 0;
}

static int bars_line(struct excel *x, struct buf *b, struct err *e)
{
    char out[8192], *in = b->p, *to = out;
    size_t left = b->n, room = sizeof out;
    if (b->failed || iconv(x->gbk, &in, &left, &to, &room) == (size_t)-1 ||
        fwrite(out, 1, sizeof out - room, x->bars) != sizeof out - room)
        return failed(e, "人员参保信息.txt");
    buf_clear(b);
    return 0;
}

static int bars_row(struct excel *x, enum table_id t, const char *row, const uint32_t *at,
                    struct err *e)
{
    struct buf b = BUF_INIT;
    int rc = 0;
    if (!x->bars) {
        char name[128];
        snprintf(name, sizeof name, "%s.txt", synth_tables[t].title);
        x->bars = create(x, name, e);
        if (!x->bars)
            return e ? e->code : ERR_IO;
        for (int i = 0; i < synth_tables[t].n; i++) {
            buf_str(&b, synth_tables[t].columns[i].title);
            buf_str(&b, i + 1 < synth_tables[t].n ? "|" : "\r\n");
        }
        rc = bars_line(x, &b, e);
    }
    for (int i = 0; i < synth_tables[t].n; i++) {
        buf_span(&b, field_of(row, at, i));
        buf_str(&b, i + 1 < synth_tables[t].n ? "|" : "\r\n");
    }
    rc = rc ? rc : bars_line(x, &b, e);
    buf_release(&b);
    return rc;
}

/* --- what goes where ---------------------------------------------------------------------------- */

static void keep(struct kept *k, enum table_id t, const char *row, const uint32_t *at)
{
    int n = synth_tables[t].n;
    buf_clear(&k->b);
    buf_add(&k->b, row, at[n]);
    memcpy(k->at, at, (size_t)(n + 1) * sizeof *at);
}

static int column_at(enum table_id t, const char *name)
{
    for (int i = 0; i < synth_tables[t].n; i++)
        if (strcmp(synth_tables[t].columns[i].name, name) == 0)
            return i;
    return 0;
}

int excel_row(struct excel *x, enum table_id t, const char *row, const uint32_t *at, struct err *e)
{
    if (t == T_OPSP)
        return html_row(x, t, row, at, e);
    if (t == T_INSU)
        return bars_row(x, t, row, at, e);
    if (t == T_MDTRT || t == T_SETL || t == T_FEE) {
        bool flat = span_is(field_of(row, at, column_at(t, "med_type")), "41");
        if (flat && t == T_FEE)
            return flat_row(x, row, at, e);
        if (flat) {
            keep(t == T_MDTRT ? &x->visit : &x->setl, t, row, at);
            return 0;
        }
    }
    return sheet_row(x, t, row, at, e);
}

int excel_close(struct excel *x, struct err *e)
{
    int rc = 0;
    for (int t = 0; t <= T_COUNT; t++) {
        int r = close_book(x, t, rc ? NULL : e);
        rc = rc ? rc : r;
    }
    if (x->html) {
        fputs("</table></body></html>\n", x->html);
        if (fclose(x->html) && !rc)
            rc = failed(e, "HTML");
    }
    if (x->bars && fclose(x->bars) && !rc)
        rc = failed(e, "TXT");
    if (x->gbk != (iconv_t)-1)
        iconv_close(x->gbk);
    buf_release(&x->visit.b);
    buf_release(&x->setl.b);
    mem_free(x);
    return rc;
}
