/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/readers/normalise.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/fen.h"
#include "base/mem.h"
#include "claims/readers/reader.h"
#include "claims/readers/sheet_run.h"

#define EXPORT_AS_TEXT                                                                                                                                     \
    "数字的后几位已经丢失，无法恢复。请重新导出：在查询页面选“导出为文本 / CSV”，不要用 Excel 打开后再存；" \
    "或在 Excel 中用“数据 - 自文本”打开，把该列设为“文本”，再存为 XLSX"

/* --- one sheet ------------------------------------------------------------------------------- */

static int damage_notes(struct sheet_run *s, struct err *e)
{
    int rc = 0;
    char at[8];
    if (s->headless.n)
        rc = run_note(s->run, e,
                      "%s %s 列等没有列名的单元格 %llu 个，未导入（如第 %llu 行 %s）：请补上列名",
                      s->title, col_letters(s->headless_at, at), (unsigned long long)s->headless.n,
                      (unsigned long long)s->headless.row, s->headless.example);
    if (rc == 0 && s->remarks > SHOWN_REMARKS)
        rc = run_note(s->run, e, "%s 另有 %llu 行只有一两格文字，当作说明，未导入", s->title,
                      (unsigned long long)s->remarks - SHOWN_REMARKS);
    for (size_t i = 0; i < s->layout->n && rc == 0; i++) {
        const struct pick *p = &s->layout->picks[i];
        const struct damage *d = &s->damage[i];
        char letters[8];
        if (d->n)
            rc = run_note(
                s->run, e,
                "%s %s 列“%.*s”：%llu 个值被 Excel 毁坏（如第 %llu 行 %s）。" EXPORT_AS_TEXT,
                s->title, col_letters(i, letters), (int)p->heading.n, p->heading.p,
                (unsigned long long)d->n, (unsigned long long)d->row, d->example);
        if (rc == 0 && d->errors)
            rc = run_note(s->run, e, "%s %s 列“%.*s”：%llu 个单元格是公式错误（#N/A 等），按空处理",
                          s->title, col_letters(i, letters), (int)p->heading.n, p->heading.p,
                          (unsigned long long)d->errors);
        if (rc == 0 && s->looks[i].zeros_lost)
            rc = run_note(
                s->run, e,
                "%s %s 列“%.*s”是数字且长短不一：编码若有前导 0，已被 Excel 去掉。请把该列设为“文本”后重新导出",
                s->title, col_letters(i, letters), (int)p->heading.n, p->heading.p);
    }
    return rc;
}

static bool counts_rows(struct span heading)
{
    static const char *const names[] = {"序号", "行号", "序", "No", "No.", "NO", "NO.", "#"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (span_is(heading, names[i]))
            return true;
    return false;
}

/* Headings that no table knows are kept under their own name. */
static int keep_extras(struct sheet_run *s, struct layout *l, struct err *e)
{
    struct buf b = BUF_INIT;
    int rc = 0;
    for (size_t i = 0; i < l->n && rc == 0; i++) {
        struct pick *p = &l->picks[i];
        struct span name = span_trim(p->heading);
        if (p->column || !name.n || l->mapped)
            continue;
        struct table_column *c = arena_calloc(&s->run->report->mem, sizeof *c);
        char *text = c ? arena_dup(&s->run->report->mem, name) : NULL;
        if (!text)
            rc = err_nomem(e);
        else
            *c = (struct table_column){
                .name = text, .title = text, .kind = COL_TEXT, .domain = D_NONE};
        p->column = text ? c : NULL;
        p->extra = true;
        p->counts = counts_rows(name);
        buf_str(&b, b.n ? "、" : "");
        buf_span(&b, name);
    }
    if (rc == 0 && b.failed)
        rc = err_nomem(e);
    if (rc == 0 && b.n)
        rc = run_note(s->run, e, "%s 没有认出的列，原样保留：%.600s", s->title, buf_cstr(&b));
    buf_release(&b);
    return rc;
}

static int begin_sheet(struct sheet_run *s, const struct sheet_head *h, struct err *e)
{
    const struct layout *l = s->layout;
    const struct table_column *columns[MAX_COLUMNS];
    size_t n = 0;
    for (size_t i = 0; i < l->n; i++) {
        s->looks[i] = value_look(h, l, i);
        if (l->picks[i].column)
            columns[n++] = l->picks[i].column;
    }
    if (l->flat)
        return flat_begin(s, e);
    s->out = run_output(s->run, l->table, columns, n, e);
    return s->out ? 0 : (e && e->code ? e->code : ERR_IO);
}

static int body(struct sheet_run *s, const struct sheet_head *h, struct row_source *src,
                const struct progress *p, struct err *e)
{
    struct row r;
    int rc = 0;
    for (size_t i = (size_t)(s->layout->heading_at + s->layout->heading_rows); i < h->n && rc == 0;
         i++)
        rc = sheet_row(s, h->rows[i].cells, h->rows[i].n, h->rows[i].no, e);
    uint64_t done = h->n;
    while (rc == 0 && !h->all && (rc = rows_next(src, &r, e)) > 0) {
        rc = sheet_row(s, r.cells, r.n, r.no, e);
        if (++done % 10000 == 0) {
            progress_step(p, "读取表格", done, 0);
            if (rc == 0 && progress_cancelled(p))
                rc = err_set(e, ERR_STATE, "已中断");
        }
    }
    return rc;
}

static void sheet_name(struct sheet_run *s)
{
    const char *entry = strchr(s->pos->file, '!');
    if (entry)
        snprintf(s->name, sizeof s->name, "%.200s%s%.80s", entry + 1, s->pos->sheet[0] ? "!" : "",
                 s->pos->sheet);
    else
        snprintf(s->name, sizeof s->name, "%.250s", s->pos->sheet);
    const char *slash = strrchr(s->pos->file, '/');
    const char *base = slash ? slash + 1 : s->pos->file;
    snprintf(s->title, sizeof s->title, "%.250s", s->name[0] ? s->name : base);
}

/* Sheets of our own templates that hold no data. */
static bool of_template(const char *sheet)
{
    return strcmp(sheet, "填写说明") == 0 || strcmp(sheet, "选项") == 0;
}

static int unknown_sheet(struct run *run, const struct sheet_run *s, const struct sheet_head *h,
                         struct row_source *src, struct err *e)
{
    struct row r;
    uint64_t n = h->n;
    int rc = 0;
    if (of_template(s->pos->sheet))
        return 0;
    while (!h->all && (rc = rows_next(src, &r, e)) > 0)
        n += r.n > 0;
    if (rc < 0)
        return rc;
    if (!h->n)
        return 0; /* an empty sheet is none */
    run->report->sheets_unknown++;
    run->report->rows_unknown += n;
    return run_note(run, e, "%s 没有导入（%llu 行）：%s。可用 huji import --propose-mapping 指定列",
                    s->title, (unsigned long long)n,
                    s->layout->why ? s->layout->why : "按对照表跳过");
}

static int known_sheet(struct sheet_run *s, struct layout *l, const struct sheet_head *h,
                       struct row_source *src, const struct progress *p, struct err *e)
{
    int rc = keep_extras(s, l, e);
    if (rc == 0)
        rc = begin_sheet(s, h, e);
    s->run->report->rows_skipped += (uint64_t)(l->heading_at + l->heading_rows);
    if (rc == 0)
        rc = body(s, h, src, p, e);
    return rc ? rc : damage_notes(s, e);
}

static int one_sheet(struct run *run, struct row_source *src, const struct progress *p,
                     struct err *e)
{
    struct sheet_head h;
    struct sheet_run *s = mem_calloc(1, sizeof *s);
    struct layout *l = mem_calloc(1, sizeof *l);
    bool skip = false;
    int rc = s && l ? sheet_head_read(&h, src, e) : err_nomem(e);
    if (rc) {
        mem_free(s);
        mem_free(l);
        return rc;
    }
    s->run = run;
    s->layout = l;
    s->pos = rows_pos(src);
    sheet_name(s);
    rc = layout_find(&run->words, &h, s->pos->file, s->pos->sheet, l, e);
    if (rc == 0 && of_template(s->pos->sheet))
        l->heading_at = -1;
    if (rc == 0 && l->heading_at >= 0)
        mapping_apply(run->map, l, &skip);
    run->report->sheets += h.n > 0;
    if (rc == 0)
        rc = l->heading_at < 0 || skip || (l->table < 0 && !l->flat)
                 ? unknown_sheet(run, s, &h, src, e)
                 : known_sheet(s, l, &h, src, p, e);
    buf_release(&s->values.text);
    sheet_head_release(&h);
    mem_free(s);
    mem_free(l);
    return rc;
}

int readers_normalise(const char *path, const char *out_dir, const struct mapping *map,
                      struct flat *flat, const struct progress *p, struct normalise_report *report,
                      struct err *e)
{
    struct row_source *src = NULL;
    struct run run = {.out_dir = out_dir, .report = report, .map = map};
    struct err close_err = {0};
    *report = (struct normalise_report){0};
    int rc = rows_open(path, &src, e);
    if (rc)
        return rc;
    bool built = words_index_build(&run.words) == 0;
    run.flat = flat ? flat : flat_new();
    rc = run.flat && built ? 0 : err_nomem(e);
    while (rc == 0 && (rc = rows_next_sheet(src, e)) > 0)
        rc = one_sheet(&run, src, p, e);
    rows_close(src);
    if (run.flat)
        rc = flat_end(&run, rc, e);
    if (!flat)
        flat_free(run.flat);
    if (built)
        words_index_release(&run.words);
    int closed = run_close(&run, &close_err);
    if (rc == 0 && closed) {
        if (e)
            *e = close_err;
        rc = closed;
    }
    if (rc == 0 && report->sheets == 0)
        return err_set(e, ERR_INPUT, "%s 是空文件，连表头也没有", path);
    if (rc == 0 && report->n_outputs == 0) {
        rc = err_set(e, ERR_INPUT, "%s 里没有认出任何表", path);
        if (report->n_notes)
            err_where(e, "%.380s", report->notes[0]);
        err_hint(
            e,
            "用 huji import --propose-mapping 看各列的猜测并改正；列名可用国家平台的中文名或英文名");
    }
    return rc;
}
