/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A file that came back, held against what went out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/day.h"
#include "base/fen.h"
#include "base/map.h"
#include "base/mem.h"
#include "casework/list.h"
#include "claims/readers/table.h"

#define MAX_COLUMNS 24
#define NOT_THERE (-1)

struct went {
    int64_t no, clue;
    json_t *cells, *answer; /* answer NULL = none yet */
    size_t at;              /* 1 + place in the report; 0 = not seen in this file */
};

struct compare {
    const struct list_kind *kind;
    int64_t list;
    struct names keys;
    struct went *went;
    size_t cap, n;
    json_t *report;
    const char *name;
    int column[MAX_COLUMNS], key; /* places in the sheet */
};

static int load(struct compare *c, struct cw *db, struct err *e)
{
    struct cw_rows rows;
    int rc = cw_query(
        db, &rows, e,
        "select no, row_key, coalesce(clue, 0), cells, coalesce(answer, '') from list_row where list = $1 order by no",
        CW_ARGS(cw_i(c->list)));

    if (rc)
        return rc;
    while ((rc = cw_next(&rows, e)) > 0) {
        uint32_t at = names_put(&c->keys, cw_text(&rows, 1));
        struct span cells = cw_text(&rows, 3), answer = cw_text(&rows, 4);

        if (at == NAME_NONE || mem_grow(&c->went, &c->cap, at + 1, sizeof *c->went)) {
            rc = err_nomem(e);
            break;
        }
        c->n = at + 1;
        c->went[at] = (struct went){.no = cw_int(&rows, 0), .clue = cw_int(&rows, 2)};
        c->went[at].cells = json_loadb(cells.p, cells.n, 0, NULL);
        c->went[at].answer = answer.n ? json_loadb(answer.p, answer.n, 0, NULL) : NULL;
    }
    cw_done(&rows);
    return rc;
}

/* --- one sheet's heading ------------------------------------------------------------------------- */

static struct span cell_at(const struct row *row, int col)
{
    return col >= 0 && (size_t)col < row->n ? span_trim(row->cells[col].text)
                                            : (struct span){"", 0};
}

/* The row that has the key's title; then where each column stands. Columns may have been moved, not renamed. */
static bool heading(struct compare *c, const struct row *row)
{
    c->key = NOT_THERE;
    for (size_t i = 0; i < row->n; i++)
        if (span_is(cell_at(row, (int)i), LIST_KEY_TITLE))
            c->key = (int)i;
    if (c->key == NOT_THERE)
        return false;
    for (size_t k = 0; k < c->kind->n_columns; k++) {
        c->column[k] = NOT_THERE;
        for (size_t i = 0; i < row->n; i++)
            if (span_is(cell_at(row, (int)i), c->kind->columns[k].title))
                c->column[k] = (int)i;
    }
    return true;
}

static int columns_there(struct compare *c, const struct row_pos *pos, struct err *e)
{
    for (size_t k = 0; k < c->kind->n_columns; k++)
        if (c->kind->columns[k].fill && c->column[k] == NOT_THERE) {
            err_set(e, ERR_INPUT, "%s 的表“%s”第 %llu 行是标题行，缺“%s”列", c->name, pos->sheet,
                    (unsigned long long)pos->row, c->kind->columns[k].title);
            return err_hint(e, "请在原清单上填写，不要删列或改列名"), ERR_INPUT;
        }
    return 0;
}

/* --- one row ------------------------------------------------------------------------------------- */

static bool same_value(const struct list_column *col, struct span a, struct span b)
{
    int64_t x, y;
    day_t p, q;

    if (span_eq(a, b))
        return true;
    if (col->numeric)
        return dec_parse(a, 2, true, &x) && dec_parse(b, 2, true, &y) && x == y;
    return day_parse(a, &p) && day_parse(b, &q) && p == q;
}

/* Which locked cells are not as they went out. */
static void changed_cells(const struct compare *c, const struct went *w, const struct row *row,
                          struct buf *out)
{
    /* A list that went out before its kind got one more column has fewer cells. */
    for (size_t k = 0; k < c->kind->n_columns - c->kind->n_fill && k < json_array_size(w->cells);
         k++) {
        struct span was = span_of(json_string_value(json_array_get(w->cells, k)));
        struct span now = cell_at(row, c->column[k]);

        if (c->column[k] != NOT_THERE && same_value(&c->kind->columns[k], span_trim(was), now))
            continue;
        buf_fmt(out, "%s%s原为“", out->n ? "；" : "", c->kind->columns[k].title);
        buf_span(out, was);
        buf_str(out, "”，现为“");
        buf_span(out, now);
        buf_str(out, "”");
    }
}

static bool in_list(const char *list, struct span s)
{
    struct span rest = span_of(list);

    while (rest.n)
        if (span_eq(span_cut(&rest, ','), s))
            return true;
    return false;
}

/* One value as it should be kept, or what is wrong with it. */
static void check_value(const struct list_column *col, struct span s, struct buf *out,
                        struct buf *wrong)
{
    int64_t v;
    day_t day;
    sec_t at;

    if (!s.n)
        return;
    if (col->check == LIST_CHOICE && !in_list(col->choices, s))
        buf_fmt(wrong, "%s“%.*s”不是可选的一项（%s）；", col->title, (int)s.n, s.p, col->choices);
    else if (col->check == LIST_FEN && (!fen_parse(s, &v) || v < 0))
        buf_fmt(wrong, "%s“%.*s”不是金额；", col->title, (int)s.n, s.p);
    else if (col->check == LIST_DAY && !day_parse(s, &day))
        buf_fmt(wrong, "%s“%.*s”不是日期；", col->title, (int)s.n, s.p);
    else if (col->check == LIST_MOMENT && !sec_parse(s, &at))
        buf_fmt(wrong, "%s“%.*s”不是时间；", col->title, (int)s.n, s.p);
    else if (col->check == LIST_FEN)
        fen_print(out, v);
    else if (col->check == LIST_DAY)
        day_print(out, day);
    else if (col->check == LIST_MOMENT)
        sec_print(out, at);
    else
        buf_span(out, s);
}

static struct span said(const json_t *answer, int i)
{
    return span_of(json_string_value(json_array_get(answer, (size_t)i)));
}

/* What must stand together. */
static void check_row(const struct compare *c, const struct went *w, const json_t *answer,
                      struct buf *wrong)
{
    struct span verdict = said(answer, 0);
    fen_t fen, fund;

    if (!verdict.n) {
        buf_fmt(wrong, "没有选%s；", c->kind->columns[c->kind->n_columns - c->kind->n_fill].title);
        return;
    }
    if (strcmp(c->kind->code, "presence") == 0) {
        if (!said(answer, CHECK_TIME).n)
            buf_str(wrong, "没有填核查时间；");
        if (!said(answer, CHECK_BY).n)
            buf_str(wrong, "没有填核查人；");
        if ((span_is(verdict, "无法核验") || span_is(verdict, "拒绝")) &&
            !said(answer, CHECK_MEMO).n)
            buf_str(wrong, "要在备注写明原因；");
        return;
    }
    if (!span_is(verdict, "认可") && !said(answer, ANSWER_REASON).n)
        buf_str(wrong, "要写理由；");
    if (!span_is(verdict, "不认可") && !said(answer, ANSWER_FEN).n)
        buf_str(wrong, "要填拟退金额；");
    if (span_is(verdict, "不认可") && fen_parse(said(answer, ANSWER_FEN), &fen) && fen > 0)
        buf_str(wrong, "不认可却填了拟退金额；");
    if (fen_parse(said(answer, ANSWER_FEN), &fen) &&
        fen_parse(span_of(json_string_value(json_array_get(w->cells, 7))), &fund) && fen > fund)
        buf_str(wrong, "拟退金额超过涉及基金；");
    if (said(answer, ANSWER_VOUCHER).n && !said(answer, ANSWER_PAID).n)
        buf_str(wrong, "有凭证号而没有退款日期；");
}

static json_t *read_answer(const struct compare *c, const struct row *row, struct buf *wrong,
                           bool *blank)
{
    json_t *answer = json_array();

    *blank = true;
    for (size_t k = c->kind->n_columns - c->kind->n_fill; k < c->kind->n_columns; k++) {
        struct span s = cell_at(row, c->column[k]);
        struct buf b = BUF_INIT;

        *blank &= !s.n;
        check_value(&c->kind->columns[k], s, &b, wrong);
        json_array_append_new(answer, json_stringn(buf_cstr(&b), b.n));
        buf_release(&b);
    }
    return answer;
}

static int say(struct compare *c, const struct row_pos *pos, uint64_t row, struct span key,
               const struct went *w, const char *status, const char *message, json_t *answer,
               struct err *e)
{
    json_t *one = json_pack(
        "{s:I,s:s,s:o,s:s,s:s}", "row", (json_int_t)row, "sheet", pos ? pos->sheet : "", "key",
        key.n ? json_stringn(key.p, key.n) : json_null(), "status", status, "message", message);

    if (one && w) {
        json_object_set_new(one, "no", json_integer(w->no));
        json_object_set_new(one, "clue", w->clue ? json_integer(w->clue) : json_null());
        json_object_set(one, "cells", w->cells);
    }
    if (one && answer)
        json_object_set(one, "answer", answer);
    return json_array_append_new(c->report, one) ? err_nomem(e) : 0;
}

/* The row was in this file before. Equal words are one answer; others are for a person to choose between. */
static const char *twice(struct compare *c, struct went *w, const json_t *answer)
{
    json_t *first = json_array_get(c->report, w->at - 1);

    if (json_equal(json_object_get(first, "answer"), answer))
        return "same";
    json_object_set_new(first, "status", json_string("double"));
    json_object_set_new(first, "message", json_string("本文件里这一行答了两次，内容不同"));
    return "double";
}

static int take_row(struct compare *c, const struct row_pos *pos, const struct row *row,
                    struct err *e)
{
    struct span key = cell_at(row, c->key);
    uint32_t at = key.n ? names_get(&c->keys, key) : NAME_NONE;
    struct buf changed = BUF_INIT, wrong = BUF_INIT;
    const char *status = "ok";
    json_t *answer = NULL;
    struct went *w;
    bool blank;
    int rc;

    if (at == NAME_NONE) {
        bool any = false;

        for (size_t i = 0; i < row->n; i++)
            any |= row->cells[i].fill == FILL_NONE && span_trim(row->cells[i].text).n > 0;
        return any ? say(c, pos, row->no, key, NULL, "unknown",
                         key.n ? "行标识不属于这份清单" : "没有行标识，是另加的行", NULL, e)
                   : 0;
    }
    w = &c->went[at];
    answer = read_answer(c, row, &wrong, &blank);
    if (!blank && !wrong.n)
        check_row(c, w, answer, &wrong);
    changed_cells(c, w, row, &changed);
    if (blank)
        status = "blank";
    else if (wrong.n)
        status = "invalid";
    else if (w->at)
        status = twice(c, w, answer);
    else if (w->answer && json_equal(w->answer, answer))
        status = "same";
    else if (w->answer)
        status = "answered";
    else if (changed.n)
        status = "changed";
    rc = say(c, pos, row->no, key, w, status,
             strcmp(status, "invalid") == 0    ? buf_cstr(&wrong)
             : changed.n                       ? buf_cstr(&changed)
             : strcmp(status, "double") == 0   ? "本文件里这一行答了两次，内容不同"
             : strcmp(status, "same") == 0     ? "与已有的答复相同"
             : strcmp(status, "answered") == 0 ? "以前已答过，内容不同"
                                               : "",
             answer, e);
    if (!blank && !wrong.n && !w->at)
        w->at = json_array_size(c->report);
    json_decref(answer);
    buf_release(&changed);
    buf_release(&wrong);
    return rc;
}

static int read_file(struct compare *c, const char *path, struct err *e)
{
    struct row_source *src = NULL;
    struct row row;
    bool found = false, headed;
    int rc = rows_open(path, &src, e);

    if (rc) {
        /* The uploaded file has a name of the server's: say the one that the user gave. */
        err_set(e, ERR_INPUT, "%s 不是能读的表格（XLSX、XLS、CSV）", c->name);
        return ERR_INPUT;
    }
    while (!rc && (rc = rows_next_sheet(src, e)) > 0) {
        rc = 0;
        headed = false;
        while (!rc && (rc = rows_next(src, &row, e)) > 0) {
            rc = 0;
            if (headed)
                rc = take_row(c, rows_pos(src), &row, e);
            else if (heading(c, &row)) {
                headed = found = true;
                rc = columns_there(c, rows_pos(src), e);
            }
            if (!rc && json_array_size(c->report) > 4 * LIST_MAX_ROWS)
                rc = err_set(e, ERR_LIMIT, "%s 的行太多", c->name);
        }
    }
    rows_close(src);
    if (!rc && !found) {
        err_set(e, ERR_INPUT, "%s 里没有“%s”这一列，不是发出的清单", c->name, LIST_KEY_TITLE);
        return err_where(e, "file");
    }
    return rc;
}

/* Rows of the list that this file does not have. */
static int missing(struct compare *c, struct err *e)
{
    bool *seen = mem_calloc(c->n + 1, 1);
    size_t i;
    json_t *one;
    int rc = seen ? 0 : err_nomem(e);

    if (!rc)
        json_array_foreach(c->report, i, one)
        {
            const char *key = json_string_value(json_object_get(one, "key"));
            uint32_t at = key ? names_get(&c->keys, span_of(key)) : NAME_NONE;

            if (at != NAME_NONE)
                seen[at] = true;
        }
    for (size_t k = 0; k < c->n && !rc; k++)
        if (!seen[k])
            rc = say(c, NULL, 0, (struct span){"", 0}, &c->went[k], "missing",
                     "这个文件里没有这一行", NULL, e);
    mem_free(seen);
    return rc;
}

int list_compare(struct cw *db, int64_t list, const struct list_kind *kind, const char *path,
                 const char *name, json_t **report, struct err *e)
{
    struct compare c = {.kind = kind, .list = list, .name = name, .report = json_array()};
    int rc = c.report ? load(&c, db, e) : err_nomem(e);

    if (!rc)
        rc = read_file(&c, path, e);
    if (!rc)
        rc = missing(&c, e);
    for (size_t i = 0; i < c.n; i++) {
        json_decref(c.went[i].cells);
        json_decref(c.went[i].answer);
    }
    mem_free(c.went);
    names_release(&c.keys);
    if (rc)
        json_decref(c.report);
    else
        *report = c.report;
    return rc;
}
