/* SPDX-License-Identifier: MulanPSL-2.0 */
/* One row of a sheet: blank, title, total, remark, or data; data cell by cell. */
#include <stdio.h>

#include "base/fen.h"
#include "claims/readers/sheet_run.h"

/* --- one row --------------------------------------------------------------------------------- */

static void remember(const struct sheet_run *s, struct damage *d, const struct cell *c)
{
    if (!d->n++) {
        d->row = s->row_no;
        size_t n = c->text.n < sizeof d->example - 1 ? c->text.n : sizeof d->example - 1;
        memcpy(d->example, c->text.p, n);
        d->example[n] = 0;
        utf8_mend(d->example);
    }
}

static void remember_damage(struct sheet_run *s, size_t col, const struct cell *c, bool error)
{
    if (error)
        s->damage[col].errors++;
    else
        remember(s, &s->damage[col], c);
}

/* What stands under no heading is left out; a mapping left it out on purpose. */
static void remember_headless(struct sheet_run *s, const struct cell *cells, size_t n)
{
    for (size_t i = 0; i < n && !s->layout->mapped; i++) {
        if (cells[i].kind == CELL_EMPTY || cells[i].fill ||
            (i < s->layout->n && s->layout->picks[i].heading.n))
            continue;
        if (!s->headless.n)
            s->headless_at = i;
        remember(s, &s->headless, &cells[i]);
    }
}

/* A merged cell repeats what it says for each of its rows; but money would be counted again. */
static bool shown(const struct sheet_run *s, const struct cell *c, const struct table_column *col)
{
    if (c->fill == FILL_RIGHT)
        return false;
    return c->fill == FILL_NONE || s->layout->flat || col->kind != COL_FEN;
}

static int take_values(struct sheet_run *s, const struct cell *cells, size_t n, struct err *e)
{
    struct values *v = &s->values;
    int rc = 0;
    buf_clear(&v->text);
    v->lost = -1;
    for (size_t i = 0; i < s->layout->n; i++) {
        const struct table_column *col = s->layout->picks[i].column;
        v->at[i] = v->text.n;
        if (!col || i >= n || !shown(s, &cells[i], col))
            continue;
        enum value_state st = value_write(col, &cells[i], s->looks[i], s->pos->date1904, &v->text);
        if (st == VALUE_OK)
            continue;
        remember_damage(s, i, &cells[i], st == VALUE_ERROR);
        if (st == VALUE_DESTROYED && value_is_key(col) && v->lost < 0)
            v->lost = (int)i;
    }
    v->at[s->layout->n] = v->text.n;
    if (v->text.failed)
        rc = err_nomem(e);
    return rc;
}

static void add_sums(struct sheet_run *s)
{
    for (size_t i = 0; i < s->layout->n; i++) {
        fen_t v;
        const struct table_column *c = s->layout->picks[i].column;
        if (c && c->kind == COL_FEN && dec_parse(value_at(&s->values, (int)i), 2, true, &v))
            fen_add(&s->sums[i], v);
    }
}

/* Cells emptied in a row that is kept. */
static int note_cells(struct sheet_run *s, const struct cell *cells, size_t n, struct err *e)
{
    int rc = 0;
    for (size_t i = 0; i < s->layout->n && i < n && rc == 0; i++) {
        const struct table_column *c = s->layout->picks[i].column;
        if (!c || !cells[i].text.n || cells[i].fill || s->values.at[i] != s->values.at[i + 1] ||
            !(cells[i].kind == CELL_ERROR || s->damage[i].n))
            continue;
        if (cells[i].kind == CELL_ERROR || !span_is(cells[i].text, "-")) {
            s->run->report->cells_emptied++;
            rc = run_reject(s, &s->run->cells, (int)i, cells[i].text, "Excel 已丢失原值，置空", e);
        }
    }
    return rc;
}

/* Is the row lost with this key? The import rejects what lacks a key, date or amount: the row goes there with the cell
 * empty, so that its sums agree. */
static bool needed(const struct sheet_run *s, const struct table_column *c)
{
    int t = s->layout->table;
    if (s->layout->flat) /* psn_no or certno */
        return strcmp(c->name, "psn_no") == 0 || strcmp(c->name, "certno") == 0
                   ? !flat_has_person(s)
                   : false;
    for (size_t i = 0; i < huji_tables[t]->n_columns; i++) {
        const struct table_column *other = &huji_tables[t]->columns[i];
        int at = layout_column(s->layout, other->name);
        if (other->need == c->need && strcmp(other->name, c->name) != 0 && at >= 0 &&
            value_at(&s->values, at).n)
            return false; /* another of its class is there */
    }
    return c->need != NEED_NO;
}

static int table_row(struct sheet_run *s, struct err *e)
{
    struct span fields[MAX_COLUMNS];
    size_t k = 0;
    for (size_t i = 0; i < s->layout->n; i++)
        if (s->layout->picks[i].column)
            fields[k++] = value_at(&s->values, (int)i);
    return run_write_row(s->run, s->out, fields, s->row_no, s->name, e);
}

/* The example that a template came with, left in. */
static bool is_example(const struct sheet_run *s, const struct cell *cells, size_t n)
{
    size_t same = 0;
    for (size_t i = 0; i < s->layout->n && i < n; i++) {
        const struct table_column *c = s->layout->picks[i].column;
        if (!c || cells[i].kind == CELL_EMPTY)
            continue;
        if (!c->example || !span_is(cells[i].text, c->example))
            return false;
        same++;
    }
    return same >= 3;
}

/* A row of text that has more fields than the heading: a separator stood in a value, and nobody can tell in which. It
 * goes to the import without any value, which rejects it. */
static int row_too_long(struct sheet_run *s, const struct cell *cells, size_t n, struct err *e)
{
    struct buf said = BUF_INIT;
    char why[120];
    snprintf(why, sizeof why, "应有 %zu 列，这一行有 %zu 列", s->layout->fields, n);
    for (size_t i = 0; i < n; i++) {
        buf_str(&said, i ? "|" : "");
        buf_span(&said, cells[i].text);
    }
    int rc = take_values(s, cells, 0, e);
    s->run->report->rows++;
    s->run->report->rows_rejected++;
    if (rc == 0 && said.failed)
        rc = err_nomem(e);
    if (rc == 0)
        rc = run_reject(s, &s->run->rejects, -1, utf8_cut((struct span){said.p, said.n}, 1900), why,
                        e);
    buf_release(&said);
    return rc ? rc : s->layout->flat ? flat_row(s, e) : table_row(s, e);
}

static int data_row(struct sheet_run *s, const struct cell *cells, size_t n, struct err *e)
{
    struct normalise_report *rep = s->run->report;
    if (s->layout->fields && n > s->layout->fields)
        return row_too_long(s, cells, n, e);
    int rc = take_values(s, cells, n, e);
    if (rc)
        return rc;
    rep->rows++;
    add_sums(s);
    remember_headless(s, cells, n);
    int lost = s->values.lost;
    bool keep = lost < 0 || !needed(s, s->layout->picks[lost].column);
    if (!keep)
        rc = run_reject(s, &s->run->rejects, lost, cells[lost].text,
                        "编码或证件号已被 Excel 毁坏，位数丢失", e);
    else if (s->layout->flat && !flat_has_person(s)) {
        keep = false;
        rc = run_reject(s, &s->run->rejects, -1, (struct span){"", 0}, "缺人员编号和证件号码", e);
    }
    if (rc == 0)
        rc = s->layout->flat ? flat_row(s, e) : table_row(s, e);
    if (rc == 0 && keep)
        rc = note_cells(s, cells, n, e);
    *(keep ? &rep->rows_kept : &rep->rows_rejected) += 1;
    return rc;
}

/* --- what is no data ------------------------------------------------------------------------- */

static bool begins_any(struct span s, const char *const *words)
{
    char t[64];
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < sizeof t - 1; i++) {
        if (i + 3 <= s.n && !memcmp(s.p + i, "　", 3))
            i += 2;
        else if (s.p[i] != ' ')
            t[n++] = s.p[i];
    }
    for (; *words; words++)
        if (span_starts((struct span){t, n}, *words))
            return true;
    return false;
}

/* within: a cell merged downwards reaches into the row, which is one of a group then. */
static const struct cell *first_cell(const struct cell *cells, size_t n, size_t *others,
                                     bool *within)
{
    const struct cell *first = NULL;
    *others = 0;
    *within = false;
    for (size_t i = 0; i < n; i++) {
        *within |= cells[i].kind != CELL_EMPTY && cells[i].fill == FILL_DOWN;
        if (cells[i].kind == CELL_EMPTY || cells[i].fill)
            continue;
        if (!first)
            first = &cells[i];
        else
            ++*others;
    }
    return first;
}

/* The bureau's own sum against ours. */
static int check_total(struct sheet_run *s, const struct cell *cells, size_t n, struct err *e)
{
    for (size_t i = 0; i < s->layout->n && i < n; i++) {
        const struct table_column *c = s->layout->picks[i].column;
        fen_t said;
        if (!c || c->kind != COL_FEN || cells[i].fill || !dec_parse(cells[i].text, 2, true, &said))
            continue;
        struct buf a = BUF_INIT, b = BUF_INIT;
        fen_print(&a, said);
        fen_print(&b, s->sums[i]);
        const char *verdict = said == s->sums[i] ? "相符" : "不符，请核对是否缺行";
        int rc = run_note(s->run, e, "%s 第 %llu 行合计“%.*s” %s 元，各行之和 %s 元：%s", s->title,
                          (unsigned long long)s->row_no, (int)s->layout->picks[i].heading.n,
                          s->layout->picks[i].heading.p, buf_cstr(&a), buf_cstr(&b), verdict);
        buf_release(&a);
        buf_release(&b);
        if (rc)
            return rc;
    }
    return 0;
}

static int skip_row(struct sheet_run *s)
{
    s->skipped++;
    s->run->report->rows_skipped++;
    return 0;
}

int sheet_row(struct sheet_run *s, const struct cell *cells, size_t n, uint64_t no, struct err *e)
{
    static const char *const totals[] = {"合计", "总计", "共计", "总合计", "全部合计", NULL};
    static const char *const parts[] = {"小计", "本页", "累计", "分页", NULL};
    static const char *const remarks[] = {
        "注",     "备注",  "说明",     "制表", "填表", "审核人", "打印", "导出",
        "单位：", "单位:", "数据来源", "第",   "经办", "负责人", NULL};
    size_t others;
    bool within;
    const struct cell *first = first_cell(cells, n, &others, &within);
    s->row_no = no;
    if (!first || layout_repeats(s->layout, cells, n) || is_example(s, cells, n))
        return skip_row(s);
    if (first->kind == CELL_TEXT && begins_any(first->text, totals)) {
        int rc = check_total(s, cells, n, e);
        return rc ? rc : skip_row(s);
    }
    if (first->kind == CELL_TEXT && begins_any(first->text, parts))
        return skip_row(s);
    if (first->kind == CELL_TEXT && others <= 1 && !within && s->layout->n >= 4 &&
        (others == 0 || begins_any(first->text, remarks))) {
        int rc = 0;
        if (s->remarks++ < SHOWN_REMARKS)
            rc = run_note(s->run, e, "%s 第 %llu 行是说明，未导入：%.*s", s->title,
                          (unsigned long long)no, (int)(first->text.n < 200 ? first->text.n : 200),
                          first->text.p);
        return rc ? rc : skip_row(s);
    }
    return data_row(s, cells, n, e);
}
