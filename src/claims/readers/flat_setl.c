/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/readers/flat_setl.h"

#include "base/fen.h"
#include "base/mem.h"

static int close_lines(struct flat_setls *t, struct err *e)
{
    bool bad = t->lines && (fflush(t->lines) != 0 || ferror(t->lines));
    if (t->lines)
        bad |= fclose(t->lines) != 0;
    t->lines = NULL;
    return bad ? err_errno(e, "写不了明细的临时文件") : 0;
}

static int write_text(struct flat_setls *t, struct err *e)
{
    buf_char(&t->text, '\n');
    if (t->text.failed)
        return err_nomem(e);
    return fwrite(t->text.p, 1, t->text.n, t->lines) == t->text.n
               ? 0
               : err_errno(e, "写不了明细的临时文件");
}

/* Beside the output; an output that was left and is taken up again goes on. */
static int open_lines(struct flat_setls *t, struct run *r, struct err *e)
{
    struct normalised *o = &r->report->outputs[t->out->report];
    bool fresh = !o->lines;
    if (fresh && !(o->lines = arena_fmt(&r->report->mem, "%s.lines", o->path)))
        return err_nomem(e);
    t->lines = fopen(o->lines, "ae");
    if (!t->lines)
        return err_errno(e, "写不了 %s", o->lines);
    buf_clear(&t->text);
    buf_str(&t->text, "setl_id,line");
    for (size_t i = 0; i < t->out->n; i++)
        if (t->money[i])
            csv_field(&t->text, span_of(t->out->columns[i]->name), false);
    return fresh ? write_text(t, e) : 0;
}

void flat_setls_forget(struct flat_setls *t)
{
    close_lines(t, NULL);
    names_release(&t->ids);
    arena_reset(&t->mem);
    t->ids = (struct names)NAMES_INIT;
    t->out = NULL;
    t->n_columns = 0;
}

/* Columns of a sheet of lines are the table's own, and stand for ever. */
static bool goes_on(const struct flat_setls *t, const struct output *out, bool per_line)
{
    return t->n_columns == out->n && t->per_line && per_line &&
           memcmp(t->column, out->columns, out->n * sizeof *t->column) == 0;
}

static void look_at_columns(struct flat_setls *t)
{
    int fee = TABLE_NAMED("fee_list_d");
    t->total = -1;
    for (size_t i = 0; i < t->out->n; i++) {
        const struct table_column *c = t->out->columns[i];
        t->money[i] = c->kind == COL_FEN;
        t->differs[i] = false;
        t->added[i] = t->money[i] && fee >= 0 &&
                      schema_column(huji_tables[fee], span_of(c->name)) >= 0;
        if (strcmp(c->name, "medfee_sumamt") == 0)
            t->total = (int)i;
    }
}

int flat_setls_begin(struct flat_setls *t, struct sheet_run *s, struct output *out, struct err *e)
{
    if (!out)
        return 0;
    bool per_line = s->layout->flat & FLAT_LINE;
    if (t->out && (t->out != out || t->per_line != per_line)) {
        int rc = flat_setls_end(t, s->run, e);
        if (rc)
            return rc;
    }
    if (t->out != out && goes_on(t, out, per_line)) {
        t->out = out;
    } else if (t->out != out) {
        flat_setls_forget(t);
        t->out = out;
        t->per_line = per_line;
        look_at_columns(t);
        if (per_line) {
            t->n_columns = out->n;
            memcpy(t->column, out->columns, out->n * sizeof *t->column);
        }
    }
    if (per_line && !t->lines) {
        int rc = open_lines(t, s->run, e);
        if (rc)
            return rc;
    }
    t->sheet = arena_dup(&t->mem, span_of(s->name));
    t->line_amount = layout_column(s->layout, "det_item_fee_sumamt");
    t->total_made = t->per_line && layout_column(s->layout, "medfee_sumamt") < 0;
    return t->sheet ? 0 : err_nomem(e);
}

static int64_t fen_of(struct span s)
{
    int64_t v;
    return dec_parse(s, 2, true, &v) ? v : 0;
}

static int begin_setl(struct flat_setls *t, struct sheet_run *s, uint32_t id,
                      const struct span *fields, struct err *e)
{
    if (mem_grow(&t->v, &t->cap, id + 1u, sizeof *t->v))
        return err_nomem(e);
    struct flat_setl *g = &t->v[id];
    g->file = t->file;
    g->row = s->row_no;
    g->sheet = t->sheet;
    g->fields = arena_alloc(&t->mem, t->out->n * sizeof *g->fields);
    g->sums = arena_calloc(&t->mem, t->out->n * sizeof *g->sums);
    if (!g->fields || !g->sums)
        return err_nomem(e);
    for (size_t i = 0; i < t->out->n; i++) {
        g->fields[i] = arena_span(&t->mem, fields[i]);
        if (!g->fields[i].p)
            return err_nomem(e);
    }
    return 1;
}

/* What a line says of its settlement's column i. */
static struct span said(const struct flat_setls *t, const struct sheet_run *s,
                        const struct span *fields, size_t i)
{
    return (int)i == t->total && t->total_made ? value_at(&s->values, t->line_amount) : fields[i];
}

static int write_line(struct flat_setls *t, const struct sheet_run *s, struct span id,
                      struct span line, const struct span *fields, struct err *e)
{
    buf_clear(&t->text);
    csv_field(&t->text, id, true);
    csv_field(&t->text, line, false);
    for (size_t i = 0; i < t->out->n; i++)
        if (t->money[i])
            csv_field(&t->text, said(t, s, fields, i), false);
    return write_text(t, e);
}

int flat_setls_add(struct flat_setls *t, struct sheet_run *s, struct span id, struct span line,
                   const struct span *fields, bool again, struct err *e)
{
    if (!t->per_line) {
        uint32_t n = t->ids.n;
        if (names_put(&t->ids, id) == NAME_NONE)
            return err_nomem(e);
        int rc = run_write_row(s->run, t->out, fields, s->row_no, s->name, e);
        return rc ? rc : t->ids.n > n;
    }
    uint32_t before = t->ids.n, at = names_put(&t->ids, id);
    if (at == NAME_NONE)
        return err_nomem(e);
    int rc = 0;
    if (t->ids.n > before && (rc = begin_setl(t, s, at, fields, e)) < 0)
        return rc;
    struct flat_setl *g = &t->v[at];
    if (g->file != t->file) {
        g->file = t->file;
        g->row = s->row_no;
        g->sheet = t->sheet;
    }
    for (size_t i = 0; i < t->out->n; i++) {
        if (!t->money[i] || again)
            continue;
        fen_add(&g->sums[i], fen_of(said(t, s, fields, i)));
        if (rc == 0 && !span_eq(g->fields[i], fields[i]))
            t->differs[i] = true;
    }
    int wrote = again ? 0 : write_line(t, s, id, line, fields, e);
    return wrote < 0 ? wrote : rc;
}

/* Whether column i of a settlement is the sum of what its lines say. */
static bool summed(const struct flat_setls *t, size_t i)
{
    return t->money[i] && (t->added[i] || t->differs[i] || ((int)i == t->total && t->total_made));
}

static int end_lines(struct flat_setls *t, struct err *e)
{
    buf_clear(&t->text);
    buf_str(&t->text, ",");
    for (size_t i = 0; i < t->out->n; i++)
        if (t->money[i])
            csv_field(&t->text, span_of(summed(t, i) ? "1" : ""), false);
    int rc = write_text(t, e), closed = close_lines(t, rc ? NULL : e);
    return rc ? rc : closed;
}

static int end_notes(const struct flat_setls *t, struct run *r, struct err *e)
{
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < t->out->n; i++)
        if (t->money[i] && (t->added[i] || t->differs[i])) {
            buf_str(&b, b.n ? "、" : "");
            buf_str(&b, t->out->columns[i]->title);
        }
    int rc = b.failed ? err_nomem(e) : 0;
    if (rc == 0 && b.n)
        rc = run_note(r, e, "这些金额是每条明细的，结算里取各行之和：%.500s", buf_cstr(&b));
    if (rc == 0 && t->total_made)
        rc = run_note(r, e, "没有费用总额列，结算的医疗费总额取明细之和");
    buf_release(&b);
    return rc;
}

int flat_setls_end(struct flat_setls *t, struct run *r, struct err *e)
{
    struct span fields[MAX_COLUMNS];
    int rc = 0;
    for (uint32_t k = 0; t->out && t->per_line && k < t->ids.n && rc == 0; k++) {
        struct buf text[MAX_COLUMNS];
        const struct flat_setl *g = &t->v[k];
        if (g->file != t->file)
            continue;
        for (size_t i = 0; i < t->out->n; i++) {
            text[i] = (struct buf)BUF_INIT;
            fields[i] = g->fields[i];
            if (summed(t, i)) {
                fen_print(&text[i], g->sums[i]);
                fields[i] = (struct span){buf_cstr(&text[i]), text[i].n};
            }
        }
        rc = run_write_row(r, t->out, fields, g->row, g->sheet, e);
        for (size_t i = 0; i < t->out->n; i++)
            buf_release(&text[i]);
    }
    if (rc == 0 && t->out && t->per_line)
        rc = end_notes(t, r, e);
    if (rc == 0 && t->lines)
        rc = end_lines(t, e);
    if (!t->per_line)
        flat_setls_forget(t);
    t->out = NULL;
    return rc;
}

void flat_setls_release(struct flat_setls *t)
{
    close_lines(t, NULL);
    buf_release(&t->text);
    names_release(&t->ids);
    arena_release(&t->mem);
    mem_free(t->v);
    *t = (struct flat_setls){0};
}
