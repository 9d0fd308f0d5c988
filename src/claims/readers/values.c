/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/readers/values.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/day.h"
#include "base/fen.h"
#include "claims/readers/reader.h"

static bool ends(const char *s, const char *tail)
{
    size_t n = strlen(s), k = strlen(tail);
    return n > k && strcmp(s + n - k, tail) == 0;
}

bool value_is_code(const struct table_column *c)
{
    if (c->kind == COL_CODE || c->domain != D_NONE)
        return true;
    return c->kind == COL_TEXT &&
           (ends(c->name, "_codg") || ends(c->name, "_code") || ends(c->name, "_no") ||
            ends(c->name, "no") || ends(c->name, "_sn") || ends(c->name, "_id"));
}

bool value_is_key(const struct table_column *c)
{
    if (c->need == NEED_KEY || c->need == NEED_PERSON || c->need == NEED_CODE)
        return true;
    switch (c->domain) {
    case D_PERSON:
    case D_VISIT:
    case D_SETL:
    case D_INST: return true;
    default: return strcmp(c->name, "certno") == 0;
    }
}

/* --- what Excel destroys --------------------------------------------------------------------- */

static bool all_digits(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!isdigit((unsigned char)s.p[i]))
            return false;
    return s.n > 0;
}

/* "4.2E+17", "4E+17", "4.20101199E17": one digit before the point; 429801E000005 is a code. */
static bool scientific(struct span s)
{
    size_t i = 1;
    if (s.n < 4 || !isdigit((unsigned char)s.p[0]))
        return false;
    bool point = s.p[i] == '.';
    for (i += point; point && i < s.n && isdigit((unsigned char)s.p[i]); i++)
        ;
    if (i + 1 >= s.n || (s.p[i] != 'E' && s.p[i] != 'e'))
        return false;
    bool plus = s.p[i + 1] == '+';
    i += 1 + plus;
    return (plus || point) && s.n - i >= 1 && s.n - i <= 3 &&
           all_digits((struct span){s.p + i, s.n - i});
}

static bool zeros_from_16th(struct span s)
{
    for (size_t i = 15; i < s.n; i++)
        if (s.p[i] != '0')
            return false;
    return s.n > 15 && all_digits(s);
}

/* GB 11643: does the last digit fit? */
static bool certno_holds(struct span s)
{
    static const int weight[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    if (s.n != 18)
        return false;
    for (int i = 0; i < 17; i++) {
        if (!isdigit((unsigned char)s.p[i]))
            return false;
        sum += (s.p[i] - '0') * weight[i];
    }
    return toupper((unsigned char)s.p[17]) == "10X98765432"[sum % 11];
}

struct column_look value_look(const struct sheet_head *h, const struct layout *l, size_t col)
{
    const struct table_column *c = l->picks[col].column;
    struct column_look look = {.code = c && value_is_code(c)};
    size_t numbers = 0, longs = 0, zeros = 0, shortest = SIZE_MAX, longest = 0;
    for (size_t i = (size_t)(l->heading_at + l->heading_rows); look.code && i < h->n; i++) {
        if (col >= h->rows[i].n)
            continue;
        const struct cell *x = &h->rows[i].cells[col];
        if (x->kind == CELL_NUMBER && all_digits(x->text)) {
            numbers++;
            shortest = x->text.n < shortest ? x->text.n : shortest;
            longest = x->text.n > longest ? x->text.n : longest;
        }
        if (x->kind == CELL_TEXT && x->text.n > 15 && all_digits(x->text)) {
            longs++;
            zeros += zeros_from_16th(x->text);
        }
    }
    look.zeros_lost = numbers >= 2 && longest > shortest && longest >= 4 && longest <= 15;
    look.cut = longs >= 3 && zeros == longs;
    return look;
}

static bool destroyed(const struct table_column *col, const struct cell *c, struct column_look look)
{
    if (!look.code)
        return false;
    if (c->kind == CELL_NUMBER)
        return c->lossy;
    if (c->kind != CELL_TEXT)
        return false;
    if (scientific(c->text))
        return true;
    if (!zeros_from_16th(c->text))
        return false;
    if (strcmp(col->name, "certno") == 0 && c->text.n == 18)
        return !certno_holds(c->text);
    return look.cut;
}

/* --- dates and numbers ----------------------------------------------------------------------- */

/* A column of days gets no time, a column of times one if there is one. */
static void write_date(const struct cell *c, bool times, bool date1904, struct buf *out)
{
    day_t day;
    sec_t sec;
    if (c->kind == CELL_NUMBER && c->number >= 10000 && c->number < 100000 &&
        serial_text(out, times ? c->number : floor(c->number), date1904, false))
        return;
    double serial = 0; /* 45000 as text: from CSV saved by Excel */
    char t[24];
    if (c->kind == CELL_TEXT && c->text.n >= 5 && c->text.n < sizeof t && c->text.p[0] >= '1') {
        char *end;
        memcpy(t, c->text.p, c->text.n);
        t[c->text.n] = 0;
        serial = strtod(t, &end);
        bool plain = !*end && (c->text.n == 5 || c->text.p[5] == '.');
        if (plain && serial >= 10000 && serial < 80000 &&
            serial_text(out, times ? serial : floor(serial), date1904, false))
            return;
    }
    if (!day_parse(c->text, &day)) {
        buf_span(out, c->text); /* the import rejects it by name */
        return;
    }
    if (times && sec_parse(c->text, &sec) && sec % DAY_SECS != 0)
        sec_print(out, sec);
    else
        day_print(out, day);
}

/* "￥1，234.50元", "(12.00)", "1.2E+03" -> plain decimals; anything else stays. */
static void write_number(struct span s, struct buf *out)
{
    static const char *const noise[] = {"￥", "¥", "元", " "}, comma[] = "，";
    char t[80];
    size_t n = 0;
    int64_t v;
    if (!s.n || s.n >= sizeof t)
        goto as_is;
    for (struct span rest = s; rest.n;) {
        size_t k = 0, used = 1;
        while (k < sizeof noise / sizeof *noise && !span_starts(rest, noise[k]))
            k++;
        if (k < sizeof noise / sizeof *noise) {
            used = strlen(noise[k]);
        } else if (span_starts(rest, comma)) {
            used = strlen(comma);
            t[n++] = ',';
        } else {
            t[n++] = *rest.p;
        }
        rest = (struct span){rest.p + used, rest.n - used};
    }
    struct span plain = {t, n};
    bool negative = n > 2 && t[0] == '(' && t[n - 1] == ')';
    if (negative)
        plain = (struct span){t + 1, n - 2};
    char *end;
    t[n] = 0;
    if (scientific(plain) || (n && strchr(t, 'E') && !strpbrk(t, "xX"))) {
        double d = strtod(t, &end);
        if (end != t && !*end && fabs(d) < 1e15) {
            number_text(out, d);
            return;
        }
    }
    if (dec_parse(plain, 6, true, &v)) { /* commas in their places: 1,23 or 1.234,50 stay */
        if (negative)
            buf_char(out, '-');
        for (size_t i = 0; i < plain.n; i++)
            if (plain.p[i] != ',')
                buf_char(out, plain.p[i]);
        return;
    }
as_is:
    buf_span(out, s);
}

/* Codes of two digits come as one when Excel took them for numbers: 1 -> 01. The list of the column says which. */
static bool pad_code(const char *column, struct span s, struct buf *out)
{
    struct span name, code;
    if (s.n != 1 || !isdigit((unsigned char)s.p[0]) || !value_choice(column, 0, &name, &code) ||
        code.n != 2 || code.p[0] != '0')
        return false;
    buf_char(out, '0');
    buf_span(out, s);
    return true;
}

enum value_state value_write(const struct table_column *col, const struct cell *c,
                             struct column_look look, bool date1904, struct buf *out)
{
    struct span code;
    if (c->kind == CELL_ERROR)
        return VALUE_ERROR;
    if (c->kind == CELL_EMPTY)
        return VALUE_OK;
    if (destroyed(col, c, look))
        return VALUE_DESTROYED;
    switch (col->kind) {
    case COL_DAY: write_date(c, false, date1904, out); break;
    case COL_TIME: write_date(c, true, date1904, out); break;
    case COL_FEN:
    case COL_QTY:
    case COL_PRICE:
    case COL_INT: write_number(c->text, out); break;
    default:
        if (value_code(col->name, c->text, &code))
            buf_span(out, code);
        else if (!pad_code(col->name, c->text, out))
            buf_span(out, span_is(c->text, "-") || span_is(c->text, "--") || span_is(c->text, "/")
                              ? SPAN("")
                              : c->text);
    }
    return VALUE_OK;
}
