/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/readers/flat_setl.h"

#include "base/fen.h"
#include "base/mem.h"

void flat_setls_forget(struct flat_setls *t)
{
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

int flat_setls_add(struct flat_setls *t, struct sheet_run *s, struct span id,
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
        struct span v = (int)i == t->total && t->total_made ? value_at(&s->values, t->line_amount)
                                                            : fields[i];
        fen_add(&g->sums[i], fen_of(v));
        if (rc == 0 && !span_eq(g->fields[i], fields[i]))
            t->differs[i] = true;
    }
    return rc;
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
            bool made = (int)i == t->total && t->total_made;
            if (t->money[i] && (t->added[i] || t->differs[i] || made)) {
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
    if (!t->per_line)
        flat_setls_forget(t);
    t->out = NULL;
    return rc;
}

void flat_setls_release(struct flat_setls *t)
{
    names_release(&t->ids);
    arena_release(&t->mem);
    mem_free(t->v);
    *t = (struct flat_setls){0};
}
