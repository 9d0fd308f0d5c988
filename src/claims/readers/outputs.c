/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdarg.h>
#include <stdlib.h>

#include "base/mem.h"
#include "claims/readers/sheet_run.h"

int run_note(struct run *r, struct err *e, const char *fmt, ...)
{
    char text[1200];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    struct normalise_report *rep = r->report;
    char *kept = arena_dup(&rep->mem, span_of(text));
    if (!kept || mem_grow(&rep->notes, &rep->notes_cap, rep->n_notes + 1, sizeof *rep->notes))
        return err_nomem(e);
    rep->notes[rep->n_notes++] = kept;
    return 0;
}

static int write_line(struct run *r, FILE *f, struct err *e)
{
    buf_char(&r->line, '\n');
    if (r->line.failed)
        return err_nomem(e);
    if (fwrite(r->line.p, 1, r->line.n, f) != r->line.n) {
        err_errno(e, "写不了 %s 里的文件", r->out_dir);
        return err_hint(e, "磁盘空间可能已满");
    }
    return 0;
}

static FILE *open_file(const char *path, struct err *e)
{
    FILE *f = fopen(path, "we");
    if (!f)
        err_errno(e, "写不了 %s", path);
    return f;
}

static int start_output(struct run *r, struct output *o, struct err *e)
{
    struct normalise_report *rep = r->report;
    const char *name = huji_tables[o->table]->name;
    int nth = 1;
    for (size_t i = 0; i < r->n_outputs; i++)
        nth += r->outputs[i]->table == o->table;
    const char *path = nth == 1 ? arena_fmt(&rep->mem, "%s/%s.csv", r->out_dir, name)
                                : arena_fmt(&rep->mem, "%s/%s.%d.csv", r->out_dir, name, nth);
    if (!path ||
        mem_grow(&rep->outputs, &rep->outputs_cap, rep->n_outputs + 1, sizeof *rep->outputs))
        return err_nomem(e);
    o->file = open_file(path, e);
    if (!o->file)
        return ERR_IO;
    o->report = rep->n_outputs;
    rep->outputs[rep->n_outputs++] = (struct normalised){.table = o->table, .path = path};
    buf_clear(&r->line);
    for (size_t i = 0; i < o->n; i++)
        csv_field(&r->line, span_of(o->columns[i]->name), i == 0);
    buf_str(&r->line, ",_src_row,_src_sheet");
    return write_line(r, o->file, e);
}

static bool same_columns(const struct output *o, const struct table_column *const *columns,
                         size_t n)
{
    if (o->n != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (strcmp(o->columns[i]->name, columns[i]->name) != 0)
            return false;
    return true;
}

struct output *run_output(struct run *r, int table, const struct table_column *const *columns,
                          size_t n, struct err *e)
{
    for (size_t i = 0; i < r->n_outputs; i++) {
        struct output *o = r->outputs[i];
        if (o->table == table && same_columns(o, columns, n))
            return o;
    }
    struct output *o = mem_calloc(1, sizeof *o);
    if (!o || mem_grow(&r->outputs, &r->outputs_cap, r->n_outputs + 1, sizeof *r->outputs)) {
        mem_free(o);
        err_nomem(e);
        return NULL;
    }
    o->table = table;
    o->n = n;
    memcpy(o->columns, columns, n * sizeof *columns);
    if (start_output(r, o, e)) {
        if (o->file)
            fclose(o->file);
        mem_free(o);
        return NULL;
    }
    r->outputs[r->n_outputs++] = o;
    return o;
}

int run_write_row(struct run *r, struct output *o, const struct span *fields, uint64_t row_no,
                  const char *sheet, struct err *e)
{
    buf_clear(&r->line);
    for (size_t i = 0; i < o->n; i++)
        csv_field(&r->line, fields[i], i == 0);
    buf_fmt(&r->line, ",%llu", (unsigned long long)row_no);
    csv_field(&r->line, span_of(sheet), false);
    r->report->outputs[o->report].rows++;
    return write_line(r, o->file, e);
}

static struct span amount_of(const struct sheet_run *s)
{
    static const char *const names[] = {"det_item_fee_sumamt", "medfee_sumamt", NULL};
    for (size_t i = 0; names[i]; i++) {
        int at = layout_column(s->layout, names[i]);
        if (at >= 0)
            return value_at(&s->values, at);
    }
    return (struct span){"", 0};
}

static void raw_row(const struct sheet_run *s, struct buf *b)
{
    for (size_t i = 0; i < s->layout->n; i++) {
        if (i)
            buf_char(b, '|');
        buf_span(b, value_at(&s->values, (int)i));
        if (b->n > 2000)
            return;
    }
}

int run_reject(struct sheet_run *s, FILE **f, int col, struct span value, const char *reason,
               struct err *e)
{
    struct run *r = s->run;
    struct buf *b = &r->line;
    buf_clear(b);
    if (!*f) {
        struct buf path = BUF_INIT;
        buf_fmt(&path, "%s/%s.csv", r->out_dir, f == &r->rejects ? "_rejects" : "_cells");
        *f = path.failed ? NULL : open_file(buf_cstr(&path), e);
        buf_release(&path);
        if (!*f)
            return ERR_IO;
        buf_str(b, "file,sheet,row_no,table_name,column_name,value,reason,amount,raw\n");
    }
    const struct table_column *c = col >= 0 ? s->layout->picks[col].column : NULL;
    char no[24];
    snprintf(no, sizeof no, "%llu", (unsigned long long)s->row_no);
    int t = s->layout->table;
    csv_field(b, span_of(s->pos->file), true);
    csv_field(b, span_of(s->name), false);
    csv_field(b, span_of(no), false);
    csv_field(b,
              span_of(t >= 0                        ? huji_tables[t]->name
                      : s->layout->flat & FLAT_LINE ? "fee_list_d"
                      : s->layout->flat & FLAT_SETL ? "setl_d"
                                                    : "mdtrt_d"),
              false);
    csv_field(b, span_of(c ? c->name : ""), false);
    csv_field(b, value, false);
    csv_field(b, span_of(reason), false);
    csv_field(b, amount_of(s), false);
    struct buf raw = BUF_INIT;
    raw_row(s, &raw);
    csv_field(b, (struct span){buf_cstr(&raw), raw.n}, false);
    buf_release(&raw);
    return write_line(r, *f, e);
}

static int close_file(struct run *r, FILE **f, int rc, struct err *e)
{
    if (!*f)
        return rc;
    bool bad = fflush(*f) != 0 || ferror(*f);
    bad |= fclose(*f) != 0;
    *f = NULL;
    return bad && rc == 0 ? err_errno(e, "写不了 %s 里的文件", r->out_dir) : rc;
}

int run_close(struct run *r, struct err *e)
{
    int rc = close_file(r, &r->rejects, 0, e);
    rc = close_file(r, &r->cells, rc, e);
    for (size_t i = 0; i < r->n_outputs; i++) {
        rc = close_file(r, &r->outputs[i]->file, rc, e);
        mem_free(r->outputs[i]);
    }
    mem_free(r->outputs);
    buf_release(&r->line);
    r->outputs = NULL;
    r->n_outputs = 0;
    return rc;
}

void normalise_report_release(struct normalise_report *r)
{
    arena_release(&r->mem);
    mem_free(r->outputs);
    mem_free(r->notes);
    *r = (struct normalise_report){0};
}

void normalise_report_print(const struct normalise_report *r, struct buf *b)
{
    buf_fmt(
        b,
        "读取 %llu 个工作表，%llu 行数据：保留 %llu 行，拒收 %llu 行；另有标题、合计、说明、空行 %llu 行\n",
        (unsigned long long)r->sheets, (unsigned long long)r->rows,
        (unsigned long long)r->rows_kept, (unsigned long long)r->rows_rejected,
        (unsigned long long)r->rows_skipped);
    if (r->sheets_unknown)
        buf_fmt(b, "%llu 个工作表没有认出是什么表，共 %llu 行没有导入\n",
                (unsigned long long)r->sheets_unknown, (unsigned long long)r->rows_unknown);
    for (size_t i = 0; i < r->n_outputs; i++)
        buf_fmt(b, "  %s（%s） %llu 行\n", huji_tables[r->outputs[i].table]->title,
                huji_tables[r->outputs[i].table]->name, (unsigned long long)r->outputs[i].rows);
    if (r->made_persons + r->made_visits + r->made_settlements + r->made_lines)
        buf_fmt(
            b,
            "缺少的编号按内容补造（同样的数据总得到同样的编号）：人员 %llu、就诊 %llu、结算 %llu、明细 %llu\n",
            (unsigned long long)r->made_persons, (unsigned long long)r->made_visits,
            (unsigned long long)r->made_settlements, (unsigned long long)r->made_lines);
    for (size_t i = 0; i < r->n_notes; i++)
        buf_fmt(b, "  %s\n", r->notes[i]);
}
