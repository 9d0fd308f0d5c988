/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Separated text. Four shapes: a,"b"  a|b  a@|b@|  and @|a@||@|b@| (fields enclosed in @| and separated by |). */
#include <stdio.h>

#include "base/limits.h"
#include "base/mem.h"
#include "claims/readers/encoding.h"

enum shape { SHAPE_CHAR, SHAPE_AT, SHAPE_AT_ENCLOSED };

struct text_source {
    struct row_source base;
    struct bytes utf8;
    size_t at;
    uint64_t line; /* of `at` */
    enum shape shape;
    char sep;
    bool started;
    struct rowbuf row;
    struct buf field;
};

static void end_of_line(struct text_source *t)
{
    struct span s = t->utf8.s;
    if (t->at < s.n && s.p[t->at] == '\r')
        t->at++;
    if (t->at < s.n && s.p[t->at] == '\n')
        t->at++;
    t->line++;
}

static bool at_end(const struct text_source *t)
{
    return t->at >= t->utf8.s.n || t->utf8.s.p[t->at] == '\n' || t->utf8.s.p[t->at] == '\r';
}

static bool at_sep(const struct text_source *t)
{
    struct span s = t->utf8.s;
    if (t->shape != SHAPE_AT)
        return t->at < s.n && s.p[t->at] == t->sep;
    return t->at + 1 < s.n && s.p[t->at] == '@' && s.p[t->at + 1] == '|';
}

static int too_long(uint64_t line, struct err *e)
{
    err_set(e, ERR_LIMIT, "第 %llu 行的一个字段超过 %u 字节", (unsigned long long)line,
            MAX_FIELD_BYTES);
    return err_hint(e, "多半是引号没有闭合；请检查这一行的引号");
}

/* "..." with doubled quotes; what follows the closing quote up to the separator is kept as it is. */
static int quoted(struct text_source *t, struct err *e)
{
    struct span s = t->utf8.s;
    uint64_t begun = t->line;
    for (t->at++; t->at < s.n; t->at++) {
        char c = s.p[t->at];
        if (c == '"' && t->at + 1 < s.n && s.p[t->at + 1] == '"') {
            t->at++;
        } else if (c == '"') {
            t->at++;
            return 0;
        }
        t->line += c == '\n';
        if (c != '\r')
            buf_char(&t->field, c);
        if (t->field.n > MAX_FIELD_BYTES)
            return too_long(begun, e);
    }
    err_set(e, ERR_INPUT, "第 %llu 行开始的引号到文件末尾没有闭合", (unsigned long long)begun);
    return err_hint(e, "文件可能被截断，或该字段里的引号没有写成两个");
}

static int enclosed(struct text_source *t, struct err *e)
{
    struct span s = t->utf8.s;
    uint64_t begun = t->line;
    size_t from = t->at + 2;
    const char *q = from <= s.n ? memmem(s.p + from, s.n - from, "@|", 2) : NULL;
    if (!q) {
        err_set(e, ERR_INPUT, "第 %llu 行的 @| 到文件末尾没有闭合", (unsigned long long)begun);
        return err_hint(e, "文件可能被截断");
    }
    struct span f = {s.p + from, (size_t)(q - s.p) - from};
    if (f.n > MAX_FIELD_BYTES)
        return too_long(begun, e);
    for (size_t i = 0; i < f.n; i++)
        t->line += f.p[i] == '\n';
    buf_span(&t->field, f);
    t->at = from + f.n + 2;
    return 0;
}

/* Does a quotation end at `at` (behind its closing quote)? Otherwise the quote is part of the text: 3"针头. */
static bool opens_quotation(const struct text_source *t)
{
    return t->shape == SHAPE_CHAR && t->at < t->utf8.s.n && t->utf8.s.p[t->at] == '"';
}

static int one_field(struct text_source *t, struct err *e)
{
    struct span s = t->utf8.s;
    buf_clear(&t->field);
    int rc = 0;
    if (opens_quotation(t))
        rc = quoted(t, e);
    else if (t->shape == SHAPE_AT_ENCLOSED && t->at + 1 < s.n && !memcmp(s.p + t->at, "@|", 2))
        rc = enclosed(t, e);
    if (rc)
        return rc;
    size_t from = t->at;
    while (!at_end(t) && !at_sep(t))
        t->at++;
    if (t->at - from > MAX_FIELD_BYTES)
        return too_long(t->line, e);
    buf_add(&t->field, s.p + from, t->at - from);
    return t->field.failed ? err_nomem(e) : 0;
}

static int text_row(struct row_source *base, struct row *out, struct err *e)
{
    struct text_source *t = (struct text_source *)base;
    if (t->at >= t->utf8.s.n)
        return 0;
    rowbuf_clear(&t->row);
    out->no = base->pos.row = t->line;
    for (size_t col = 0;; col++) {
        int rc = one_field(t, e);
        if (rc)
            return rc;
        rowbuf_text(&t->row, col, CELL_TEXT, span_trim((struct span){t->field.p, t->field.n}));
        out->fields = col + 1;
        if (!at_sep(t))
            break;
        t->at += t->shape == SHAPE_AT ? 2 : 1;
    }
    end_of_line(t);
    int rc = rowbuf_finish(&t->row, out, e);
    return rc ? rc : 1;
}

static int text_sheet(struct row_source *base, struct err *e)
{
    struct text_source *t = (struct text_source *)base;
    (void)e;
    bool first = !t->started;
    t->started = true;
    return first && t->utf8.s.n ? 1 : 0;
}

static void text_close(struct row_source *base)
{
    struct text_source *t = (struct text_source *)base;
    bytes_release(&t->utf8);
    rowbuf_release(&t->row);
    buf_release(&t->field);
}

/* --- which separator ------------------------------------------------------------------------- */

#define SAMPLE_LINES 40

/* Separators outside quotes on the line at `s` (cut off it). */
static size_t count_on_line(struct span *s, char sep)
{
    size_t n = 0, i = 0;
    bool in_quotes = false;
    for (; i < s->n && (in_quotes || s->p[i] != '\n'); i++) {
        if (s->p[i] == '"')
            in_quotes = !in_quotes;
        else if (!in_quotes && s->p[i] == sep)
            n++;
        if (i > MAX_FIELD_BYTES)
            break;
    }
    i += i < s->n;
    *s = (struct span){s->p + i, s->n - i};
    return n;
}

/* A separator is good when it cuts many lines into the same number of fields. */
static size_t merit(struct span s, char sep)
{
    size_t count[SAMPLE_LINES], n = 0, best = 0;
    while (n < SAMPLE_LINES && s.n) {
        count[n] = count_on_line(&s, sep);
        n++;
    }
    for (size_t i = 0; i < n; i++) {
        size_t same = 0;
        for (size_t k = 0; k < n; k++)
            same += count[k] == count[i];
        if (count[i] && same * same * count[i] > best)
            best = same * same * count[i];
    }
    return best;
}

static void choose_shape(struct text_source *t)
{
    static const char candidates[] = {',', '\t', '|', ';', '^'};
    struct span s = t->utf8.s, head = {s.p, s.n < 65536 ? s.n : 65536};
    t->sep = ',';
    if (!head.p)
        return;
    if (memmem(head.p, head.n, "@|", 2)) {
        bool encl = span_starts(head, "@|") || memmem(head.p, head.n, "@||@|", 5);
        t->shape = encl ? SHAPE_AT_ENCLOSED : SHAPE_AT;
        t->sep = '|';
        return;
    }
    size_t best = 0;
    for (size_t i = 0; i < sizeof candidates; i++) {
        size_t m = merit(head, candidates[i]);
        if (m > best) {
            best = m;
            t->sep = candidates[i];
        }
    }
}

int text_open(struct span b, const char *name, struct row_source **out, struct err *e)
{
    struct text_source *t = source_new(sizeof *t, name);
    if (!t)
        return err_nomem(e);
    enum encoding enc;
    t->base.next_sheet = text_sheet;
    t->base.next_row = text_row;
    t->base.close = text_close;
    t->line = 1;
    int rc = encoding_to_utf8(b, &t->utf8, &enc, e);
    if (rc) {
        source_where(&t->base, e);
        rows_close(&t->base);
        return rc;
    }
    choose_shape(t);
    *out = &t->base;
    return 0;
}
