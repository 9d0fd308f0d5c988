/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "life/edit_table.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/day.h"
#include "base/mem.h"
#include "claims/readers/mapping.h"

#define MAX_CELL 300

const struct knowledge *table_columns(const struct huji_library *lib, const char *name,
                                      struct knowledge *copy)
{
    const struct knowledge *k = library_knowledge(lib, span_of(name));

    if (!k)
        return NULL;
    *copy = *k;
    return knowledge_add_days(copy, NULL) < 0 ? NULL : copy;
}

/* --- may a row be so? -------------------------------------------------------------------------------- */

static const char *code_fault(const struct knowledge *k, int c, struct span v)
{
    const struct kn_column *col = &k->column[c];
    const char *star = memchr(v.p, '*', v.n);

    if (col->domain == D_ITEM || col->domain == D_DX || col->domain == D_OPRN)
        for (size_t i = 0; i < v.n; i++)
            if ((unsigned char)v.p[i] <= ' ' || (unsigned char)v.p[i] > 126)
                return "应为编码（字母和数字），不是名称";
    if (c == k->key && star && (star == v.p || star != v.p + v.n - 1))
        return "* 只能写在最后，前面至少一位，如 XC08*";
    return NULL;
}

static const char *cell_fault(const struct knowledge *k, int c, struct span v)
{
    const char *why = NULL;

    if (c == k->key && !v.n)
        return "不能空：这是主键";
    if (v.n > MAX_CELL)
        return "太长";
    for (size_t i = 0; i < v.n; i++)
        if ((unsigned char)v.p[i] < ' ')
            return "不能有换行或控制字符";
    if (c == 0 && v.n && v.p[0] == '#')
        return "不能以 # 开头";
    if (!knowledge_cell_ok(&k->column[c], v, &why))
        return why;
    return v.n && k->column[c].type == V_CODE ? code_fault(k, c, v) : NULL;
}

int table_check(const struct knowledge *k, const struct span *cells, table_fault *tell, void *ctx)
{
    day_t from = DAY_NONE, to = DAY_NONE;
    int n = 0;

    for (int c = 0; c < k->n_columns; c++) {
        const char *what = cell_fault(k, c, cells[c]);

        if (what) {
            tell(ctx, c, what);
            n++;
        }
    }
    if (!n && k->valid_from >= 0 && cells[k->valid_from].n && cells[k->valid_to].n &&
        day_parse(cells[k->valid_from], &from) && day_parse(cells[k->valid_to], &to) && to < from) {
        tell(ctx, k->valid_to, "终止日期早于起始日期");
        n++;
    }
    return n;
}

int table_texts(struct arena *a, const struct knowledge *columns, const struct knowledge *k,
                size_t row, struct span *out, struct err *e)
{
    for (int c = 0; c < columns->n_columns; c++) {
        struct buf b = BUF_INIT;

        if (c < k->n_columns)
            knowledge_cell(&b, k, c, row);
        out[c] = arena_span(a, (struct span){buf_cstr(&b), b.n});
        buf_release(&b);
        if (!out[c].p)
            return err_nomem(e);
    }
    return 0;
}

int table_as_written(struct arena *a, const struct knowledge *columns, struct span *cells,
                     struct err *e)
{
    struct knowledge one = *columns;
    struct buf b = BUF_INIT;
    int rc;

    for (int c = 0; c < one.n_columns; c++)
        buf_fmt(&b, "%s%.*s", c ? "," : "", (int)one.column[c].name.n, one.column[c].name.p);
    buf_char(&b, '\n');
    for (int c = 0; c < one.n_columns; c++)
        csv_field(&b, knowledge_code(&one.column[c], cells[c]), c == 0);
    buf_char(&b, '\n');
    rc = b.failed ? err_nomem(e)
                  : knowledge_read(a, &one, (struct span){buf_cstr(&b), b.n}, "rows", e);
    if (!rc)
        rc = table_texts(a, columns, &one, 0, cells, e);
    buf_release(&b);
    return rc;
}

/* --- the bureau's own rows as texts ------------------------------------------------------------------- */

struct own {
    struct arena a;
    const struct knowledge *all; /* as in force: shipped rows, then own */
    struct knowledge columns;    /* of `all`, with the days */
    struct buf remarks;
    struct span (*row)[KN_COLUMNS];
    size_t n, cap;
};

static int push(struct own *o, const struct span *cells, struct err *e)
{
    if (mem_grow(&o->row, &o->cap, o->n + 1, sizeof *o->row) < 0)
        return err_nomem(e);
    memcpy(o->row[o->n++], cells, sizeof *o->row);
    return 0;
}

static void keep_remarks(struct own *o, struct span text)
{
    while (text.n) {
        struct span line = span_cut(&text, '\n');

        if (line.n && line.p[0] == '#') {
            buf_span(&o->remarks, line);
            buf_char(&o->remarks, '\n');
        }
    }
}

/* What the file says, rows that ended for good included. */
static int read_own(struct own *o, const char *path, struct err *e)
{
    struct knowledge file = o->columns;
    struct span text;
    int rc = file_read(&o->a, path, (size_t)256 << 20, &text, e);

    if (!rc) {
        keep_remarks(o, text);
        rc = knowledge_read(&o->a, &file, text, path, e);
    }
    for (size_t r = 0; !rc && r < file.n; r++) {
        struct span cells[KN_COLUMNS] = {{0}};

        rc = table_texts(&o->a, &o->columns, &file, r, cells, e);
        if (!rc)
            rc = push(o, cells, e);
    }
    return rc;
}

static bool same(const struct own *o, const struct span *a, const struct span *b)
{
    for (int c = 0; c < o->columns.n_columns; c++)
        if (!span_eq(a[c], b[c]))
            return false;
    return true;
}

static bool same_thing(const struct own *o, const struct span *a, const struct span *b)
{
    for (int c = 0; c < o->columns.n_columns; c++)
        if (o->columns.column[c].type == V_CODE && !span_eq(a[c], b[c]))
            return false;
    return true;
}

static struct span *find(struct own *o, const struct span *cells)
{
    for (size_t i = 0; i < o->n; i++)
        if (same(o, o->row[i], cells))
            return o->row[i];
    return NULL;
}

/* Shipped rows that an own row `cells` would stand in place of become own ones first: nothing is lost by it. */
static int carry_over(struct own *o, const struct span *cells, struct err *e)
{
    size_t shipped = o->all->n - o->all->n_local;
    int rc = 0;

    for (size_t i = 0; i < o->n; i++)
        if (same_thing(o, o->row[i], cells))
            return 0; /* they are own already */
    for (size_t r = 0; r < shipped && !rc; r++) {
        struct span one[KN_COLUMNS] = {{0}};
        const struct kn_column *key = &o->all->column[o->all->key];

        if (!span_eq(key->text[r], cells[o->all->key]))
            continue;
        rc = table_texts(&o->a, &o->columns, o->all, r, one, e);
        if (!rc && same_thing(o, one, cells))
            rc = push(o, one, e);
    }
    return rc;
}

/* --- one change ------------------------------------------------------------------------------------------ */

struct told {
    const struct knowledge *k;
    struct err *e;
    size_t row;
    bool said;
};

static void tell(void *ctx, int c, const char *what)
{
    struct told *t = ctx;
    const struct kn_column *col = &t->k->column[c < 0 ? t->k->key : c];
    struct span title = col->title.n ? col->title : col->name;

    if (t->said)
        return;
    t->said = true;
    err_set(t->e, ERR_INPUT, "第 %zu 处改动的“%.*s”：%s", t->row + 1, (int)title.n, title.p, what);
    err_where(t->e, "rows[%zu].%.*s", t->row, (int)col->name.n, col->name.p);
}

static int bad(size_t row, const char *what, int code, struct err *e)
{
    err_set(e, code, "第 %zu 处改动：%s", row + 1, what);
    err_where(e, "rows[%zu]", row);
    return code;
}

static int cells_of(struct own *o, const json_t *x, const char *name, size_t row, struct span *out,
                    struct err *e)
{
    const json_t *list = json_object_get(x, name);

    if (json_array_size(list) != (size_t)o->columns.n_columns)
        return bad(row, "格数与表的列数不同", ERR_INPUT, e);
    for (int c = 0; c < o->columns.n_columns; c++) {
        const char *s = json_string_value(json_array_get(list, (size_t)c));

        if (!s)
            return bad(row, "每格应是文字", ERR_INPUT, e);
        out[c] = span_trim(span_of(s));
    }
    return 0;
}

static int checked(struct own *o, const json_t *x, size_t row, struct span *out, struct err *e)
{
    struct told t = {&o->columns, e, row, false};
    int rc = cells_of(o, x, "cells", row, out, e);

    if (!rc && table_check(&o->columns, out, tell, &t))
        rc = ERR_INPUT;
    return rc;
}

static int day_of(struct own *o, const json_t *x, const char *name, size_t row, bool before,
                  struct span *out, struct err *e)
{
    const char *s = json_string_value(json_object_get(x, name));
    struct buf b = BUF_INIT;
    day_t d;

    if (!s || !day_parse(span_of(s), &d))
        return bad(row, strcmp(name, "to") == 0 ? "没有写明到哪一天" : "没有写明自哪一天起",
                   ERR_INPUT, e);
    day_print(&b, before ? d - 1 : d);
    *out = arena_span(&o->a, (struct span){buf_cstr(&b), b.n});
    buf_release(&b);
    return out->p ? 0 : err_nomem(e);
}

/* An added row that is there already would be found twice. */
static int add(struct own *o, struct span *cells, size_t row, struct err *e)
{
    int rc = table_as_written(&o->a, &o->columns, cells, e);

    if (!rc)
        rc = carry_over(o, cells, e);
    if (!rc && find(o, cells))
        rc = bad(row, "表里已经有这样一行", ERR_STATE, e);
    return rc ? rc : push(o, cells, e);
}

static int end_row(struct own *o, const json_t *x, size_t row, struct span to, struct err *e)
{
    struct span was[KN_COLUMNS] = {{0}}, *at;
    int rc = cells_of(o, x, "was", row, was, e);

    if (!rc)
        rc = carry_over(o, was, e);
    at = rc ? NULL : find(o, was);
    if (!rc && !at)
        rc = bad(row, "这一行已经不在表里或刚被改过，请刷新再改", ERR_STATE, e);
    if (!rc)
        at[o->columns.valid_to] = to;
    return rc;
}

static int one_change(struct own *o, const json_t *x, size_t row, struct err *e)
{
    const char *op = json_string_value(json_object_get(x, "op"));
    struct span cells[KN_COLUMNS] = {{0}}, day = {"", 0}, from = {"", 0};
    int rc;

    if (op && strcmp(op, "end") == 0) {
        rc = day_of(o, x, "to", row, false, &day, e);
        return rc ? rc : end_row(o, x, row, day, e);
    }
    if (!op || (strcmp(op, "add") != 0 && strcmp(op, "change") != 0))
        return bad(row, "op 应为 add、change 或 end", ERR_INPUT, e);
    rc = checked(o, x, row, cells, e);
    if (!rc && strcmp(op, "change") == 0) {
        rc = day_of(o, x, "from", row, true, &day, e);
        if (!rc)
            rc = day_of(o, x, "from", row, false, &from, e);
        if (!rc)
            rc = end_row(o, x, row, day, e);
        if (!rc)
            cells[o->columns.valid_from] = o->columns.undated ? (struct span){"", 0} : from;
    }
    return rc ? rc : add(o, cells, row, e);
}

/* --- the file ---------------------------------------------------------------------------------------------- */

static int save(struct own *o, struct stage *s, const char *name, const char *who, struct err *e)
{
    const struct knowledge *k = &o->columns;
    struct buf b = BUF_INIT;
    int rc;

    buf_span(&b, (struct span){buf_cstr(&o->remarks), o->remarks.n});
    buf_fmt(&b, "# %s\n", who);
    for (int c = 0; c < k->n_columns; c++)
        buf_fmt(&b, "%s%.*s", c ? "," : "", (int)k->column[c].name.n, k->column[c].name.p);
    buf_char(&b, '\n');
    for (size_t r = 0; r < o->n; r++) {
        for (int c = 0; c < k->n_columns; c++)
            csv_field(&b, o->row[r][c], c == 0);
        buf_char(&b, '\n');
    }
    rc = b.failed ? err_nomem(e) : stage_write(s, name, (struct span){buf_cstr(&b), b.n}, e);
    buf_release(&b);
    return rc;
}

static int change_rows(struct own *o, struct stage *s, const json_t *rows, const char *name,
                       const char *who, struct err *e)
{
    char file[120], path[1300];
    size_t i;
    json_t *x;
    int rc = 0;

    snprintf(file, sizeof file, "knowledge/%.80s.csv", name);
    snprintf(path, sizeof path, "%s/%s", s->dir, file);
    if (access(path, F_OK) == 0)
        rc = read_own(o, path, e);
    json_array_foreach(rows, i, x) if (!rc) rc = one_change(o, x, i, e);
    return rc ? rc : save(o, s, file, who, e);
}

int edit_table(struct stage *s, const struct huji_library *lib, const json_t *what, const char *who,
               struct err *e)
{
    const char *name = json_string_value(json_object_get(what, "table"));
    const json_t *rows = json_object_get(what, "rows");
    struct own o = {.a = ARENA_INIT};
    int rc;

    o.all = name ? library_knowledge(lib, span_of(name)) : NULL;
    if (!o.all || !table_columns(lib, name, &o.columns)) {
        err_set(e, ERR_USAGE, "没有知识表“%.40s”", name ? name : "");
        return ERR_USAGE;
    }
    if (!json_array_size(rows) || json_array_size(rows) > TABLE_CHANGE_ROWS) {
        err_set(e, ERR_INPUT, "一次改 1 到 %d 行", TABLE_CHANGE_ROWS);
        return err_where(e, "rows");
    }
    rc = change_rows(&o, s, rows, name, who, e);
    mem_free(o.row);
    buf_release(&o.remarks);
    arena_release(&o.a);
    return rc;
}
