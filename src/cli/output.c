/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "cli/output.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "base/mem.h"
#include "cli/width.h"

#define MAX_OUTPUT_COLUMNS 64
#define HELD_ROWS 2000 /* a table's widths are those of its first so many rows */
#define XLSX_ROWS 1048576
#define XLSX_CELL 32767

struct output {
    enum output_format format;
    struct shown_column columns[MAX_OUTPUT_COLUMNS];
    int n, at;
    int64_t rows;
    FILE *file;
    bool own_file, bom, tty, failed;
    char *path, *temp;
    struct buf line; /* csv and jsonl: the row so far; table: a scratch cell */
    struct buf held; /* table: cells of rows not printed yet, each ended by NUL */
    int64_t held_rows;
    int widths[MAX_OUTPUT_COLUMNS];
    bool laid_out;
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *head, *money, *wrap;
    const char *sheet_title;
};

/* --- opening ------------------------------------------------------------------------------------ */

static int format_find(const char *name, enum output_format *f)
{
    static const char *const names[] = {"table", "csv", "jsonl", "xlsx"};

    for (int i = 0; name && i < 4; i++)
        if (strcmp(name, names[i]) == 0) {
            *f = (enum output_format)i;
            return 0;
        }
    return -1;
}

static bool ends_with(const char *s, const char *tail)
{
    size_t n = strlen(s), t = strlen(tail);

    return n > t && strcasecmp(s + n - t, tail) == 0;
}

int out_open(struct output **o, const struct args *a, const struct shown_column *columns, int n,
             struct err *e)
{
    const char *path = args_text(a, "out");
    enum output_format f = OUT_TABLE;

    if (format_find(args_text(a, "format"), &f) && path) {
        if (ends_with(path, ".csv"))
            f = OUT_CSV;
        else if (ends_with(path, ".jsonl"))
            f = OUT_JSONL;
        else if (ends_with(path, ".xlsx"))
            f = OUT_XLSX;
        else if (!ends_with(path, ".txt")) {
            err_set(e, ERR_USAGE, "从文件名 %s 看不出格式", path);
            err_hint(e, "用 .csv、.jsonl、.xlsx、.txt 结尾，或加上 --format");
            return ERR_USAGE;
        }
    }
    return out_to(o, f, path, false, a->cmd->title, columns, n, e);
}

static void xlsx_head(struct output *o)
{
    o->head = workbook_add_format(o->book);
    format_set_bold(o->head);
    format_set_text_wrap(o->head);
    format_set_align(o->head, LXW_ALIGN_VERTICAL_CENTER);
    format_set_bg_color(o->head, 0xDDEBF7);
    format_set_border(o->head, LXW_BORDER_THIN);
    o->money = workbook_add_format(o->book);
    format_set_num_format(o->money, "#,##0.00");
    o->wrap = workbook_add_format(o->book);
    format_set_text_wrap(o->wrap);
    format_set_align(o->wrap, LXW_ALIGN_VERTICAL_TOP);
    for (int i = 0; i < o->n; i++) {
        const struct shown_column *c = &o->columns[i];
        int w = text_width(span_of(c->title)) + 2, most = c->as == AS_TEXT ? 20 : 14;

        if (c->widest > most)
            most = c->widest;
        worksheet_set_column(o->sheet, (lxw_col_t)i, (lxw_col_t)i, w > most ? w : most, NULL);
    }
    for (int i = 0; i < o->n; i++)
        worksheet_write_string(o->sheet, 0, (lxw_col_t)i, o->columns[i].title, o->head);
    worksheet_freeze_panes(o->sheet, 1, 0);
}

static int xlsx_sheet(struct output *o, const char *sheet, struct err *e)
{
    char name[4 * 30 + 1]; /* Excel allows 31 characters, whatever their bytes */
    struct span cut = text_head(span_of(sheet ? sheet : "Huji"), 30);

    snprintf(name, sizeof name, "%.*s", (int)cut.n, cut.p);
    for (char *p = name; *p; p++)
        if (strchr("[]:*?/\\'", *p))
            *p = ' ';
    o->sheet = workbook_add_worksheet(o->book, name);
    if (!o->sheet)
        return err_set(e, ERR_IO, "建不了工作表 %s", name);
    xlsx_head(o);
    return 0;
}

static int xlsx_open(struct output *o, const char *sheet, struct err *e)
{
    lxw_workbook_options options = {.constant_memory = LXW_TRUE};

    o->book = workbook_new_opt(o->temp ? o->temp : o->path, &options);
    return o->book ? xlsx_sheet(o, sheet, e) : err_nomem(e);
}

/* A device or a pipe is written straight: a finished file put in its place would take it away, from root even /dev/null. */
static bool is_special(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

static int open_file(struct output *o, const char *path, const char *sheet, struct err *e)
{
    size_t n = strlen(path) + 8;
    FILE *probe;

    o->path = strdup(path);
    if (!o->path)
        return err_nomem(e);
    if (!is_special(path)) {
        o->temp = mem_alloc(n);
        if (!o->temp)
            return err_nomem(e);
        snprintf(o->temp, n, "%s.part", path);
    }
    probe = fopen(o->temp ? o->temp : path, "wb");
    if (!probe)
        return err_errno(e, "写不了 %s", path);
    if (o->format == OUT_XLSX) {
        fclose(probe);
        return xlsx_open(o, sheet, e);
    }
    o->file = probe;
    o->own_file = true;
    return 0;
}

static void csv_field(struct buf *b, struct span s, bool guard)
{
    bool quote = memchr(s.p ? s.p : "", ',', s.n) || memchr(s.p ? s.p : "", '"', s.n) ||
                 memchr(s.p ? s.p : "", '\n', s.n) || memchr(s.p ? s.p : "", '\r', s.n);

    guard = guard && s.n && strchr("=+-@\t\r", s.p[0]);
    if (quote)
        buf_char(b, '"');
    if (guard)
        buf_char(b, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            buf_char(b, '"');
        buf_char(b, s.p[i]);
    }
    if (quote)
        buf_char(b, '"');
}

static void put(struct output *o, const char *p, size_t n)
{
    if (n && fwrite(p, 1, n, o->file) != n)
        o->failed = true;
}

/* RFC 4180's for Excel, plain newlines for programs. */
static const char *line_end(const struct output *o)
{
    return o->bom ? "\r\n" : "\n";
}

static void csv_head(struct output *o)
{
    if (o->bom)
        buf_str(&o->line, "\xef\xbb\xbf");
    for (int i = 0; i < o->n; i++) {
        if (i)
            buf_char(&o->line, ',');
        csv_field(&o->line, span_of(o->bom ? o->columns[i].title : o->columns[i].name), false);
    }
    buf_str(&o->line, line_end(o));
    put(o, o->line.p, o->line.n);
    buf_clear(&o->line);
}

int out_to(struct output **out, enum output_format format, const char *path, bool bom,
           const char *sheet, const struct shown_column *columns, int n, struct err *e)
{
    struct output *o;
    int rc = 0;

    if (format == OUT_XLSX && !path) {
        err_set(e, ERR_USAGE, "xlsx 不能写到标准输出");
        err_hint(e, "加上 --out 文件.xlsx");
        return ERR_USAGE;
    }
    o = mem_calloc(1, sizeof *o);
    if (!o)
        return err_nomem(e);
    o->format = format;
    o->n = n < MAX_OUTPUT_COLUMNS ? n : MAX_OUTPUT_COLUMNS;
    memcpy(o->columns, columns, sizeof *columns * (size_t)o->n);
    o->bom = bom;
    o->file = stdout;
    if (path)
        rc = open_file(o, path, sheet, e);
    if (rc) {
        out_abandon(o);
        return rc;
    }
    o->tty = !path && isatty(STDOUT_FILENO);
    if (format == OUT_CSV)
        csv_head(o);
    *out = o;
    return 0;
}

enum output_format out_format_of(const struct output *o)
{
    return o->format;
}

int64_t out_rows(const struct output *o)
{
    return o->rows;
}

/* --- table -------------------------------------------------------------------------------------- */

static bool right_aligned(enum shown_as c)
{
    return c == AS_INT || c == AS_FEN || c == AS_DEC;
}

static int terminal_columns(void)
{
    struct winsize w;

    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col > 40 ? w.ws_col : 0;
}

/* On a terminal: columns with `widest` are cut to it, and the last one to what the line still has. */
static void lay_out(struct output *o)
{
    const char *p = o->held.p;
    int used = 0, line = o->tty ? terminal_columns() : 0, last = o->n - 1;

    for (int i = 0; i < o->n; i++)
        o->widths[i] = text_width(span_of(o->columns[i].title));
    for (int64_t r = 0; r < o->held_rows; r++)
        for (int i = 0; i < o->n; i++) {
            struct span s = span_of(p);
            int w = text_width(s);

            if (w > o->widths[i])
                o->widths[i] = w;
            p += s.n + 1;
        }
    for (int i = 0; i < o->n; i++) {
        int most = o->columns[i].widest;

        if (line && most && i < last && o->widths[i] > most)
            o->widths[i] = most;
        if (i < last)
            used += o->widths[i] + 2;
    }
    if (line && last >= 0 && o->columns[last].as == AS_TEXT && used + o->widths[last] > line &&
        line - used >= 16)
        o->widths[last] = line - used;
    o->laid_out = true;
}

static void table_cell(struct output *o, struct buf *b, int i, struct span s, bool right)
{
    int w = text_width(s), most = o->widths[i];

    if (o->tty && w > most) {
        s = text_head(s, most - 1);
        buf_span(b, s);
        buf_str(b, "…");
        text_pad(b, text_width(s) + 1, most);
        return;
    }
    if (right)
        text_pad(b, w, most);
    buf_span(b, s);
    if (!right && i < o->n - 1)
        text_pad(b, w, most);
}

static void table_line(struct output *o, const char *const *cells)
{
    buf_clear(&o->line);
    for (int i = 0; i < o->n; i++) {
        if (i)
            buf_str(&o->line, "  ");
        table_cell(o, &o->line, i, span_of(cells[i]), right_aligned(o->columns[i].as));
    }
    while (o->line.n && o->line.p[o->line.n - 1] == ' ')
        o->line.n--;
    buf_char(&o->line, '\n');
    put(o, o->line.p, o->line.n);
}

static void table_flush(struct output *o)
{
    const char *cells[MAX_OUTPUT_COLUMNS], *p = o->held.p;

    if (!o->laid_out) {
        int total = 2 * (o->n - 1);

        lay_out(o);
        for (int i = 0; i < o->n; i++)
            cells[i] = o->columns[i].title;
        table_line(o, cells);
        buf_clear(&o->line);
        for (int i = 0; i < o->n; i++)
            total += o->widths[i];
        for (int i = 0; i < total; i++)
            buf_char(&o->line, '-');
        buf_char(&o->line, '\n');
        put(o, o->line.p, o->line.n);
    }
    for (int64_t r = 0; r < o->held_rows; r++) {
        for (int i = 0; i < o->n; i++) {
            cells[i] = p;
            p += strlen(p) + 1;
        }
        table_line(o, cells);
    }
    buf_clear(&o->held);
    o->held_rows = 0;
}

/* --- cells -------------------------------------------------------------------------------------- */

static const struct shown_column *next(struct output *o)
{
    assert(o->at < o->n);
    return &o->columns[o->at++];
}

/* `text` as it is to be seen; `raw` = a number or JSON, neither quoted nor guarded. */
static void cell(struct output *o, struct span text, bool raw, bool missing)
{
    const struct shown_column *c = next(o);

    switch (o->format) {
    case OUT_TABLE:
        if (missing)
            buf_str(&o->held, right_aligned(c->as) ? "-" : "");
        else
            text_clean(&o->held, text);
        buf_add(&o->held, "", 1);
        break;
    case OUT_CSV:
        if (o->at > 1)
            buf_char(&o->line, ',');
        if (!missing)
            csv_field(&o->line, text, !raw || c->as == AS_JSON);
        break;
    case OUT_JSONL:
        buf_char(&o->line, o->at > 1 ? ',' : '{');
        buf_json(&o->line, span_of(c->name));
        buf_char(&o->line, ':');
        if (missing)
            buf_str(&o->line, "null");
        else if (raw)
            buf_span(&o->line, text);
        else
            buf_json(&o->line, text);
        break;
    case OUT_XLSX: break;
    }
}

static void xlsx_text(struct output *o, struct span s)
{
    lxw_col_t col = (lxw_col_t)o->at;
    const struct shown_column *c = next(o);
    struct buf b = BUF_INIT;
    size_t chars = 0, end = 0;

    while (end < s.n && chars < XLSX_CELL - 1) {
        utf8_next(s, &end);
        chars++;
    }
    s.n = end < s.n ? end : s.n;
    for (size_t i = 0; i < s.n; i++) /* XML has no place for other control characters */
        buf_char(&b,
                 (unsigned char)s.p[i] < 0x20 && s.p[i] != '\n' && s.p[i] != '\t' ? ' ' : s.p[i]);
    if (b.failed || worksheet_write_string(o->sheet, (lxw_row_t)o->rows + 1, col, buf_cstr(&b),
                                           c->widest >= 30 ? o->wrap : NULL) != LXW_NO_ERROR)
        o->failed = true;
    buf_release(&b);
}

/* A double holds fen exactly up to 2^53: 90 trillion yuan. */
static void xlsx_number(struct output *o, int64_t v, int scale, bool money)
{
    double d = (double)v;

    for (int i = 0; i < scale; i++)
        d /= 10;
    if (money)
        d = (double)v / 100;
    worksheet_write_number(o->sheet, (lxw_row_t)o->rows + 1, (lxw_col_t)o->at, d,
                           money ? o->money : NULL);
    next(o);
}

void out_text(struct output *o, struct span s)
{
    if (o->format == OUT_XLSX)
        xlsx_text(o, s);
    else
        cell(o, s, false, false);
}

void out_cstr(struct output *o, const char *s)
{
    if (s)
        out_text(o, span_of(s));
    else
        out_none(o);
}

void out_json(struct output *o, struct span s)
{
    if (!s.n)
        out_none(o);
    else if (o->format == OUT_XLSX)
        xlsx_text(o, s);
    else
        cell(o, s, true, false);
}

static void number(struct output *o, int64_t v, int scale, bool money)
{
    struct buf b = BUF_INIT;

    if (o->format == OUT_XLSX) {
        xlsx_number(o, v, scale, money);
        return;
    }
    if (money)
        fen_print(&b, v);
    else
        dec_print(&b, v, scale);
    cell(o, (struct span){b.p, b.n}, true, false);
    o->failed = o->failed || b.failed;
    buf_release(&b);
}

void out_int(struct output *o, int64_t v)
{
    number(o, v, 0, false);
}

void out_fen(struct output *o, fen_t v)
{
    number(o, v, 2, true);
}

void out_dec(struct output *o, int64_t v, int scale)
{
    number(o, v, scale, false);
}

void out_day(struct output *o, day_t d)
{
    struct buf b = BUF_INIT;

    if (d == DAY_NONE) {
        out_none(o);
        return;
    }
    day_print(&b, d);
    out_text(o, (struct span){b.p, b.n});
    buf_release(&b);
}

void out_none(struct output *o)
{
    if (o->format == OUT_XLSX)
        next(o);
    else
        cell(o, (struct span){NULL, 0}, true, true);
}

void out_row(struct output *o)
{
    assert(o->at == o->n);
    o->at = 0;
    o->rows++;
    switch (o->format) {
    case OUT_TABLE:
        if (++o->held_rows >= HELD_ROWS)
            table_flush(o);
        break;
    case OUT_CSV:
    case OUT_JSONL:
        buf_str(&o->line, o->format == OUT_JSONL ? "}\n" : line_end(o));
        put(o, o->line.p, o->line.n);
        o->failed = o->failed || o->line.failed;
        buf_clear(&o->line);
        break;
    case OUT_XLSX: break;
    }
}

/* --- closing ------------------------------------------------------------------------------------ */

static int end_sheet(struct output *o, struct err *e)
{
    if (o->rows >= XLSX_ROWS) {
        err_set(e, ERR_LIMIT, "%lld 行多于一张 XLSX 表能放的 %d 行", (long long)o->rows,
                XLSX_ROWS - 1);
        return err_hint(e, "改用 --format csv，或缩小范围");
    }
    if (o->rows > 0)
        worksheet_autofilter(o->sheet, 0, 0, (lxw_row_t)o->rows, (lxw_col_t)(o->n - 1));
    return 0;
}

int out_sheet(struct output *o, const char *sheet, const struct shown_column *columns, int n,
              struct err *e)
{
    int rc = end_sheet(o, e);

    assert(o->format == OUT_XLSX && n <= MAX_OUTPUT_COLUMNS);
    o->n = n;
    o->rows = 0;
    memcpy(o->columns, columns, sizeof *columns * (size_t)n);
    return rc ? rc : xlsx_sheet(o, sheet, e);
}

static int finish_xlsx(struct output *o, struct err *e)
{
    lxw_error rc;
    int bad = end_sheet(o, e);

    if (bad)
        return bad;
    rc = workbook_close(o->book);
    o->book = NULL;
    if (rc != LXW_NO_ERROR)
        return err_set(e, ERR_IO, "写不了 %s：%s", o->path, lxw_strerror(rc));
    return 0;
}

static int finish_text(struct output *o, struct err *e)
{
    bool bad;

    if (o->format == OUT_TABLE && (o->held_rows || o->rows == 0))
        table_flush(o);
    bad = o->failed || o->held.failed || fflush(o->file) != 0;
    if (o->own_file) {
        bad = fclose(o->file) != 0 || bad;
        o->own_file = false;
    }
    return bad ? err_errno(e, "写不了 %s", o->path ? o->path : "标准输出") : 0;
}

int out_close(struct output *o, struct err *e)
{
    int rc = o->format == OUT_XLSX ? finish_xlsx(o, e) : finish_text(o, e);

    if (!rc && o->failed)
        rc = err_set(e, ERR_IO, "写不了 %s", o->path ? o->path : "标准输出");
    if (!rc && o->temp && rename(o->temp, o->path) != 0)
        rc = err_errno(e, "写不了 %s", o->path);
    if (!rc && o->temp)
        o->temp[0] = 0;
    out_abandon(o);
    return rc;
}

void out_abandon(struct output *o)
{
    if (!o)
        return;
    if (o->book)
        workbook_close(o->book);
    if (o->own_file)
        fclose(o->file);
    if (o->temp && o->temp[0])
        unlink(o->temp);
    free(o->path);
    mem_free(o->temp);
    buf_release(&o->line);
    buf_release(&o->held);
    mem_free(o);
}
