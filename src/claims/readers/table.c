/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/readers/table.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#include "base/mem.h"
#include "claims/readers/reader.h"
#include "claims/readers/zipio.h"

static bool has_tag(struct span s, const char *tag)
{
    size_t n = strlen(tag);
    for (size_t i = 0; i + n <= s.n; i++)
        if (s.p[i] == '<' && strncasecmp(s.p + i, tag, n) == 0)
            return true;
    return false;
}

/* HTML and XML Spreadsheet begin with a tag and hold a table; both may be UTF-16. */
static bool looks_html(struct span s)
{
    char head[4096];
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < sizeof head; i++)
        if (s.p[i])
            head[n++] = s.p[i];
    struct span h = span_trim((struct span){head, n});
    while (h.n && (unsigned char)h.p[0] >= 0xfe)
        h = span_trim((struct span){h.p + 1, h.n - 1});
    if (!h.n || h.p[0] != '<')
        return false;
    return has_tag(h, "<html") || has_tag(h, "<table") || has_tag(h, "<workbook") ||
           has_tag(h, "<ss:workbook") || has_tag(h, "<!doctype html") || has_tag(h, "<meta") ||
           has_tag(h, "<head") || has_tag(h, "<body") || has_tag(h, "<style");
}

enum table_kind table_sniff(struct span b)
{
    static const struct {
        const char *magic;
        size_t n;
        enum table_kind kind;
    } magics[] = {
        {"PK\x03\x04", 4, TABLE_ZIP},
        {"PK\x05\x06", 4, TABLE_ZIP},
        {"\xd0\xcf\x11\xe0", 4, TABLE_XLS},
        {"\x09\x08\x10\x00\x00\x06", 6, TABLE_XLS},
        {"PAR1", 4, TABLE_PARQUET},
        {"%PDF", 4, TABLE_UNKNOWN},
        {"Rar!", 4, TABLE_UNKNOWN},
        {"7z\xbc\xaf", 4, TABLE_UNKNOWN},
        {"\x1f\x8b", 2, TABLE_UNKNOWN},
        {"\x89PNG", 4, TABLE_UNKNOWN},
        {"\xff\xd8\xff", 3, TABLE_UNKNOWN},
        {"MIME-Version:", 13, TABLE_UNKNOWN},
        {"\x28\xb5\x2f\xfd", 4, TABLE_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++)
        if (b.n >= magics[i].n && memcmp(b.p, magics[i].magic, magics[i].n) == 0)
            return magics[i].kind == TABLE_ZIP && zipio_is_xlsx(b) ? TABLE_XLSX : magics[i].kind;
    return looks_html(b) ? TABLE_HTML : TABLE_TEXT;
}

enum table_kind table_sniff_file(const char *path, struct err *e)
{
    struct bytes b = BYTES_INIT;
    if (bytes_open(&b, path, e))
        return TABLE_UNKNOWN;
    enum table_kind k = table_sniff(b.s);
    bytes_release(&b);
    if (k == TABLE_UNKNOWN)
        err_set(e, ERR_INPUT, "%s 不是表格文件", path);
    return k;
}

static int not_a_table(struct span b, const char *name, struct err *e)
{
    const char *what = "不是能读的表格文件", *hint = "请导出为 XLSX、XLS 或 CSV";
    if (span_starts(b, "%PDF"))
        what = "是 PDF，不是表格";
    else if (span_starts(b, "Rar!") || span_starts(b, "7z\xbc\xaf") || span_starts(b, "\x1f\x8b"))
        what = "是压缩包，只认 ZIP", hint = "请先解压，再导入里面的文件";
    else if (span_starts(b, "MIME-Version:"))
        what = "是网页存档（MHT）", hint = "请用 Excel 打开后另存为 XLSX";
    else if (span_starts(b, "PAR1"))
        what = "是 Parquet，由导入直接读取", hint = "请直接用 huji import";
    err_set(e, ERR_INPUT, "%s", what);
    err_where(e, "%.380s", name);
    return err_hint(e, "%s", hint);
}

int table_open_span(struct span b, const char *name, int depth, struct row_source **out,
                    struct err *e)
{
    switch (table_sniff(b)) {
    case TABLE_TEXT: return text_open(b, name, out, e);
    case TABLE_HTML: return html_open(b, name, out, e);
    case TABLE_XLSX: return xlsx_open(b, name, out, e);
    case TABLE_XLS: return xls_open(b, name, out, e);
    case TABLE_ZIP: return zip_open_tables(b, name, depth, out, e);
    default: return not_a_table(b, name, e);
    }
}

int rows_open_mem(struct span bytes, const char *name, struct row_source **out, struct err *e)
{
    return table_open_span(bytes, name, 0, out, e);
}

int rows_open(const char *path, struct row_source **out, struct err *e)
{
    struct bytes b = BYTES_INIT;
    int rc = bytes_open(&b, path, e);
    if (rc)
        return rc;
    rc = table_open_span(b.s, path, 0, out, e);
    if (rc)
        bytes_release(&b);
    else
        (*out)->file = b;
    return rc;
}

int rows_next_sheet(struct row_source *s, struct err *e)
{
    s->pos.row = 0;
    int rc = s->next_sheet(s, e);
    return rc < 0 ? source_where(s, e) : rc;
}

int rows_next(struct row_source *s, struct row *out, struct err *e)
{
    out->fields = 0;
    int rc = s->next_row(s, out, e);
    return rc < 0 ? source_where(s, e) : rc;
}

const struct row_pos *rows_pos(const struct row_source *s)
{
    return s->where ? s->where(s) : &s->pos;
}

void rows_close(struct row_source *s)
{
    if (!s)
        return;
    if (s->close)
        s->close(s);
    bytes_release(&s->file);
    mem_free(s->name);
    mem_free(s);
}

void *source_new(size_t size, const char *name)
{
    struct row_source *s = mem_calloc(1, size);
    size_t n = strlen(name) + 1;
    char *copy = s ? mem_alloc(n) : NULL;
    if (!copy) {
        mem_free(s);
        return NULL;
    }
    memcpy(copy, name, n);
    s->name = copy;
    s->pos.file = copy;
    s->pos.sheet = "";
    return s;
}

int source_where(const struct row_source *s, struct err *e)
{
    const struct row_pos *p = rows_pos(s);
    if (!e)
        return ERR_INPUT;
    if (e->where[0])
        return e->code;
    if (p->sheet[0] && p->row)
        return err_where(e, "%.200s 工作表“%.60s” 第 %llu 行", p->file, p->sheet,
                         (unsigned long long)p->row);
    if (p->sheet[0])
        return err_where(e, "%.200s 工作表“%.60s”", p->file, p->sheet);
    if (p->row)
        return err_where(e, "%.300s 第 %llu 行", p->file, (unsigned long long)p->row);
    return err_where(e, "%.300s", p->file);
}

const char *col_letters(size_t col, char out[8])
{
    char t[8];
    size_t n = 0;
    for (col++; col && n < 6; col = (col - 1) / 26)
        t[n++] = (char)('A' + (col - 1) % 26);
    for (size_t i = 0; i < n; i++)
        out[i] = t[n - 1 - i];
    out[n] = 0;
    return out;
}
