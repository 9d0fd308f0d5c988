/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/readers/xlsx_book.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "claims/readers/xlsx_xml.h"

/* --- workbook.xml and its relations ----------------------------------------------------------- */

static void book_start(void *p, const char *name, const char **attrs)
{
    struct xlsx_book *b = XML_GetUserData(p);
    const char *local = xml_local(name);
    if (strcmp(local, "workbookPr") == 0) {
        const char *v = xml_attr(attrs, "date1904");
        b->date1904 = v && (v[0] == '1' || v[0] == 't');
    } else if (strcmp(local, "sheet") == 0 && !b->failed) {
        struct span title = span_of(xml_attr(attrs, "name"));
        const char *id = NULL;
        for (const char **a = attrs; *a; a += 2)
            if (strchr(a[0], ':') && strcmp(xml_local(a[0]), "id") == 0)
                id = a[1];
        if (mem_grow(&b->sheets, &b->sheets_cap, b->n_sheets + 1, sizeof *b->sheets)) {
            b->failed = true;
            return;
        }
        struct xlsx_sheet s = {arena_span(&b->text, title), arena_span(&b->text, span_of(id)), -1};
        b->failed = !s.name.p || !s.rel.p;
        b->sheets[b->n_sheets++] = s;
    }
}

/* "worksheets/sheet1.xml" or "/xl/worksheets/sheet1.xml" -> index in the archive. */
static int64_t find_target(const struct xlsx_book *b, const char *target)
{
    char path[512];
    if (target[0] == '/')
        snprintf(path, sizeof path, "%s", target + 1);
    else
        snprintf(path, sizeof path, "xl/%s", target);
    return zipio_find(&b->zip, path);
}

static void rels_start(void *p, const char *name, const char **attrs)
{
    struct xlsx_book *b = XML_GetUserData(p);
    if (strcmp(xml_local(name), "Relationship") != 0)
        return;
    struct span id = span_of(xml_attr(attrs, "Id"));
    const char *target = xml_attr(attrs, "Target");
    const char *type = xml_attr(attrs, "Type");
    if (!target || !type || !strstr(type, "/worksheet"))
        return; /* chart sheets hold no table */
    for (size_t i = 0; i < b->n_sheets; i++)
        if (id.n && span_eq(b->sheets[i].rel, id))
            b->sheets[i].entry = find_target(b, target);
}

static int read_part(struct xlsx_book *b, int64_t entry, const char *part,
                     XML_StartElementHandler start, struct err *e)
{
    XML_Parser p = xlsx_parser(b, start, NULL, NULL);
    if (!p)
        return err_nomem(e);
    int rc = xlsx_parse(p, &b->zip, entry, part, e);
    return rc == 0 && b->failed ? err_nomem(e) : rc;
}

static int read_workbook(struct xlsx_book *b, struct err *e)
{
    int64_t at = zipio_find(&b->zip, "xl/workbook.xml");
    if (at < 0 && zipio_find(&b->zip, "xl/workbook.bin") >= 0) {
        err_set(e, ERR_INPUT, "是 XLSB（二进制工作簿）");
        return err_hint(e, "请用 Excel 或 WPS 另存为 XLSX");
    }
    if (at < 0) {
        err_set(e, ERR_INPUT, "不是 XLSX：里面没有 xl/workbook.xml");
        return err_hint(e, "可能是 Word 或其他文件；请导出为 XLSX 或 CSV");
    }
    int rc = read_part(b, at, "xl/workbook.xml", book_start, e);
    int64_t rels = zipio_find(&b->zip, "xl/_rels/workbook.xml.rels");
    if (rc == 0 && rels >= 0)
        rc = read_part(b, rels, "workbook.xml.rels", rels_start, e);
    return rc;
}

/* --- styles ---------------------------------------------------------------------------------- */

struct style_part {
    struct xlsx_book *book;
    bool inside; /* <cellXfs> */
    struct {
        unsigned id;
        struct span code;
    } * codes;
    size_t n, cap;
};

static void style_format(struct style_part *s, const char **attrs)
{
    const char *id = xml_attr(attrs, "numFmtId"), *code = xml_attr(attrs, "formatCode");
    if (!id || !code)
        return;
    struct span kept = arena_span(&s->book->text, span_of(code));
    if (!kept.p || mem_grow(&s->codes, &s->cap, s->n + 1, sizeof *s->codes)) {
        s->book->failed = true;
        return;
    }
    s->codes[s->n].id = (unsigned)strtoul(id, NULL, 10);
    s->codes[s->n++].code = kept;
}

static void style_xf(struct style_part *s, const char **attrs)
{
    struct xlsx_book *b = s->book;
    const char *id = xml_attr(attrs, "numFmtId");
    unsigned n = id ? (unsigned)strtoul(id, NULL, 10) : 0;
    struct span code = format_builtin(n);
    for (size_t i = 0; i < s->n; i++)
        if (s->codes[i].id == n)
            code = s->codes[i].code;
    if (mem_grow(&b->formats, &b->formats_cap, b->n_formats + 1, sizeof *b->formats))
        b->failed = true;
    else
        b->formats[b->n_formats++] = code;
}

static void style_start(void *p, const char *name, const char **attrs)
{
    struct style_part *s = XML_GetUserData(p);
    const char *local = xml_local(name);
    if (strcmp(local, "numFmt") == 0)
        style_format(s, attrs);
    else if (strcmp(local, "cellXfs") == 0)
        s->inside = true;
    else if (s->inside && strcmp(local, "xf") == 0)
        style_xf(s, attrs);
}

static void style_end(void *p, const char *name)
{
    struct style_part *s = XML_GetUserData(p);
    if (strcmp(xml_local(name), "cellXfs") == 0)
        s->inside = false;
}

static int read_styles(struct xlsx_book *b, struct err *e)
{
    int64_t at = zipio_find(&b->zip, "xl/styles.xml");
    if (at < 0)
        return 0;
    struct style_part s = {.book = b};
    XML_Parser p = xlsx_parser(&s, style_start, style_end, NULL);
    int rc = p ? xlsx_parse(p, &b->zip, at, "xl/styles.xml", e) : err_nomem(e);
    mem_free(s.codes);
    return rc == 0 && b->failed ? err_nomem(e) : rc;
}

/* --- shared strings -------------------------------------------------------------------------- */

struct strings_part {
    struct xlsx_book *book;
    struct spill spill;
    struct buf raw, clean; /* of one <si> */
    uint64_t at;
    bool in_text;
    int phonetic;
    int rc;
    struct err *e;
};

static void strings_start(void *p, const char *name, const char **attrs)
{
    struct strings_part *s = XML_GetUserData(p);
    const char *local = xml_local(name);
    (void)attrs;
    if (strcmp(local, "rPh") == 0)
        s->phonetic++;
    else if (strcmp(local, "si") == 0)
        buf_clear(&s->raw);
    else if (strcmp(local, "t") == 0)
        s->in_text = s->phonetic == 0;
}

static void strings_text(void *p, const char *text, int n)
{
    struct strings_part *s = XML_GetUserData(p);
    if (s->in_text)
        buf_add(&s->raw, text, (size_t)n);
}

static int keep_string(struct strings_part *s)
{
    struct xlsx_book *b = s->book;
    buf_clear(&s->clean);
    xlsx_unescape(&s->clean, (struct span){s->raw.p, s->raw.n});
    if (s->raw.failed || s->clean.failed ||
        mem_grow(&b->string_at, &b->string_cap, b->n_strings + 2, sizeof *b->string_at))
        return err_nomem(s->e);
    b->string_at[b->n_strings++] = s->at;
    s->at += s->clean.n;
    b->string_at[b->n_strings] = s->at;
    return spill_add(&s->spill, s->clean.p, s->clean.n, s->e);
}

static void strings_end(void *p, const char *name)
{
    struct strings_part *s = XML_GetUserData(p);
    const char *local = xml_local(name);
    if (strcmp(local, "rPh") == 0)
        s->phonetic--;
    else if (strcmp(local, "t") == 0)
        s->in_text = false;
    else if (strcmp(local, "si") == 0 && (s->rc = keep_string(s)))
        XML_StopParser(p, XML_FALSE);
}

static int read_strings(struct xlsx_book *b, struct err *e)
{
    int64_t at = zipio_find(&b->zip, "xl/sharedStrings.xml");
    if (at < 0)
        return 0;
    struct strings_part s = {.book = b, .spill = SPILL_INIT, .e = e};
    XML_Parser p = xlsx_parser(&s, strings_start, strings_end, strings_text);
    int rc = p ? xlsx_parse(p, &b->zip, at, "xl/sharedStrings.xml", e) : err_nomem(e);
    if (s.rc)
        rc = s.rc;
    if (rc == 0)
        rc = spill_finish(&s.spill, &b->strings, e);
    spill_release(&s.spill);
    buf_release(&s.raw);
    buf_release(&s.clean);
    return rc;
}

bool xlsx_string(const struct xlsx_book *b, uint64_t index, struct span *out)
{
    if (index >= b->n_strings)
        return false;
    uint64_t from = b->string_at[index];
    *out = (struct span){b->strings.s.p + from, (size_t)(b->string_at[index + 1] - from)};
    return true;
}

int xlsx_book_open(struct xlsx_book *b, struct span bytes, struct err *e)
{
    *b = (struct xlsx_book){0};
    int rc = zipio_open(&b->zip, bytes, e);
    if (rc == 0)
        rc = read_workbook(b, e);
    if (rc == 0)
        rc = read_styles(b, e);
    if (rc == 0)
        rc = read_strings(b, e);
    if (rc)
        xlsx_book_release(b);
    return rc;
}

void xlsx_book_release(struct xlsx_book *b)
{
    zipio_close(&b->zip);
    arena_release(&b->text);
    mem_free(b->sheets);
    mem_free(b->formats);
    mem_free(b->string_at);
    bytes_release(&b->strings);
    *b = (struct xlsx_book){0};
}
