/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "engine/knowledge.h"

#include <stdlib.h>

#include "base/day.h"
#include "base/fen.h"
#include "base/mem.h"

int knowledge_column(const struct knowledge *k, struct span name)
{
    for (int i = 0; i < k->n_columns; i++)
        if (span_eq(k->column[i].name, name))
            return i;
    return -1;
}

/* int qty fen price pct day text code:<domain> */
static int column_type(struct kn_column *c, const struct ynode *n, struct err *e)
{
    static const struct {
        const char *name;
        int scale;
        enum vfmt fmt;
    } nums[] = {
        {"int", 0, VF_NUM}, {"qty", 4, VF_NUM}, {"fen", 2, VF_NUM}, {"price", 6, VF_NUM},
        {"pct", 4, VF_NUM}, {"num", 6, VF_NUM}, {"day", 0, VF_DAY},
    };
    struct span t = n->kind == Y_MAP ? ynode_text(n, "type") : n->text;
    c->domain = D_NONE;
    for (size_t i = 0; i < sizeof nums / sizeof *nums; i++)
        if (span_is(t, nums[i].name)) {
            c->type = V_NUM;
            c->scale = nums[i].scale;
            c->fmt = nums[i].fmt;
            return 0;
        }
    c->type = V_CODE;
    if (span_is(t, "text")) {
        c->domain = D_CODE;
        return 0;
    }
    if (span_starts(t, "code:")) {
        int d = domain_find((struct span){t.p + 5, t.n - 5});
        if (d >= 0) {
            c->domain = (enum domain)d;
            return 0;
        }
    }
    ynode_bad(n, e, "列类型「%.*s」不认识", (int)t.n, t.p);
    err_hint(e, "可用：int qty fen price pct num day text code:item code:dx code:code ...");
    return ERR_INPUT;
}

static enum domain key_domain(struct span kind)
{
    if (span_is(kind, "item") || !kind.n)
        return D_ITEM;
    int d = domain_find(kind);
    return d < 0 ? D_CODE : (enum domain)d;
}

static int name_columns(struct knowledge *k, const struct ynode *titles, struct err *e)
{
    for (const struct ynode *y = titles ? titles->child : NULL; y; y = y->next) {
        int c = knowledge_column(k, y->key);

        if (c < 0)
            return ynode_bad(y, e, "titles 里的列 %.*s 不在 columns 里", (int)y->key.n, y->key.p);
        k->column[c].title = y->text;
    }
    return 0;
}

/* words: {unit: {d: 天}}; hidden: class */
static int tell_columns(struct knowledge *k, const struct ynode *n, struct err *e)
{
    const struct ynode *words = ynode_get(n, "words");
    struct span hidden = ynode_text(n, "hidden");
    int c;

    for (const struct ynode *y = words ? words->child : NULL; y; y = y->next) {
        c = knowledge_column(k, y->key);
        if (c < 0 || k->column[c].type != V_CODE || y->kind != Y_MAP)
            return ynode_bad(y, e, "words 应写 文字列: {代码: 中文}");
        k->column[c].words = y;
    }
    c = hidden.n ? knowledge_column(k, hidden) : -1;
    if (hidden.n && (c < 0 || c == k->key))
        return ynode_bad(ynode_get(n, "hidden"), e, "hidden 应为主键以外的一列");
    if (c >= 0)
        k->column[c].hidden = true;
    return 0;
}

struct span knowledge_word(const struct kn_column *c, struct span code)
{
    for (const struct ynode *y = c->words ? c->words->child : NULL; y; y = y->next)
        if (span_eq(y->key, code))
            return y->text;
    return code;
}

struct span knowledge_code(const struct kn_column *c, struct span word)
{
    for (const struct ynode *y = c->words ? c->words->child : NULL; y; y = y->next)
        if (span_eq(y->text, word))
            return y->key;
    return word;
}

int knowledge_declare(struct arena *a, const struct ynode *n, struct knowledge *out, struct err *e)
{
    static const char *const known[] = {"title",    "key",     "columns", "law",    "source",
                                        "key_kind", "note",    "serves",  "titles", "words",
                                        "hidden",   "undated", NULL};
    int rc = n->kind == Y_MAP ? ynode_only(n, known, e) : ynode_bad(n, e, "应为映射");
    if (rc < 0)
        return rc;
    *out = (struct knowledge){.name = n->key,
                              .title = ynode_text(n, "title"),
                              .law = ynode_text(n, "law"),
                              .note = ynode_text(n, "note"),
                              .valid_from = -1,
                              .valid_to = -1};
    struct span key = ynode_text(n, "key");
    if (!key.n)
        return ynode_bad(n, e, "缺少 key（主键列名）");
    const struct ynode *cols = ynode_get(n, "columns");
    struct kn_column *c = &out->column[out->n_columns++];
    c->name = key;
    c->type = V_CODE;
    c->domain = key_domain(ynode_text(n, "key_kind"));
    for (const struct ynode *y = cols ? cols->child : NULL; y; y = y->next) {
        if (out->n_columns == KN_COLUMNS)
            return ynode_bad(y, e, "列太多（最多 %d）", KN_COLUMNS);
        if (span_eq(y->key, key)) {
            rc = column_type(&out->column[0], y, e);
        } else {
            c = &out->column[out->n_columns++];
            c->name = y->key;
            rc = column_type(c, y, e);
        }
        if (rc < 0)
            return rc;
    }
    out->valid_from = knowledge_column(out, SPAN("valid_from"));
    out->valid_to = knowledge_column(out, SPAN("valid_to"));
    out->undated = span_is(ynode_text(n, "undated"), "true");
    (void)a;
    rc = name_columns(out, ynode_get(n, "titles"), e);
    return rc < 0 ? rc : tell_columns(out, n, e);
}

int knowledge_add_days(struct knowledge *k, struct err *e)
{
    static const struct {
        const char *name, *title;
    } days[] = {{"valid_from", "起始日期"}, {"valid_to", "终止日期"}};

    for (int i = 0; i < 2; i++) {
        if (knowledge_column(k, span_of(days[i].name)) >= 0)
            continue;
        if (k->n_columns == KN_COLUMNS)
            return err_set(e, ERR_INPUT, "知识表 %.*s 的列太多", (int)k->name.n, k->name.p);
        k->column[k->n_columns++] = (struct kn_column){.name = span_of(days[i].name),
                                                       .title = span_of(days[i].title),
                                                       .type = V_NUM,
                                                       .fmt = VF_DAY,
                                                       .domain = D_NONE};
    }
    k->valid_from = knowledge_column(k, SPAN("valid_from"));
    k->valid_to = knowledge_column(k, SPAN("valid_to"));
    return 0;
}

static int cell_bad(const struct knowledge *k, int line, const struct kn_column *c, struct span v,
                    struct err *e)
{
    err_set(e, ERR_INPUT, "知识表 %.*s 的列 %.*s 值「%.*s」不对", (int)k->name.n, k->name.p,
            (int)c->name.n, c->name.p, (int)v.n, v.p);
    err_hint(e, "%s", c->fmt == VF_DAY ? "应为日期，如 2023-01-01" : "应为数字");
    return err_where(e, "%s:%d", k->file, line);
}

/* A number or a day; HUJI_NONE64 where the cell is empty. */
static bool cell_number(const struct kn_column *c, struct span v, int64_t *out)
{
    day_t d;
    *out = HUJI_NONE64;
    if (!v.n)
        return true;
    if (c->fmt == VF_DAY) {
        if (!day_parse(v, &d))
            return false;
        *out = d;
        return true;
    }
    bool pct = v.p[v.n - 1] == '%';
    if (pct)
        v.n--;
    return dec_parse(v, c->scale - (pct ? 2 : 0), false, out);
}

bool knowledge_cell_ok(const struct kn_column *c, struct span v, const char **why)
{
    int64_t n;
    *why = c->fmt == VF_DAY ? "应为日期，如 2023-01-01" : "应为数字";
    return c->type == V_CODE || cell_number(c, span_trim(v), &n);
}

void knowledge_cell(struct buf *b, const struct knowledge *k, int column, size_t row)
{
    const struct kn_column *c = &k->column[column];
    if (c->type == V_CODE) {
        buf_span(b, c->text[row]);
        return;
    }
    int64_t n = c->num ? c->num[row] : HUJI_NONE64;
    if (n == HUJI_NONE64)
        return;
    if (c->fmt == VF_DAY)
        day_print(b, (day_t)n);
    else
        dec_print(b, n, c->scale);
}

static int put_cell(struct arena *a, struct knowledge *k, int col, size_t row, int line,
                    struct span v, struct err *e)
{
    struct kn_column *c = &k->column[col];
    v = span_trim(v);
    if (c->type == V_CODE) {
        c->text[row] = v.n ? arena_span(a, v) : (struct span){"", 0};
        return c->text[row].p ? 0 : err_nomem(e);
    }
    if (!cell_number(c, v, &c->num[row]))
        return cell_bad(k, line, c, v, e);
    if (c->num[row] != HUJI_NONE64 && (col == k->valid_from || col == k->valid_to))
        k->dated = true;
    return 0;
}

static int alloc_rows(struct arena *a, struct knowledge *k, size_t n, struct err *e)
{
    k->n = n;
    k->line = arena_calloc(a, (n + 1) * sizeof *k->line);
    bool ok = k->line != NULL;
    for (int i = 0; i < k->n_columns; i++) {
        struct kn_column *c = &k->column[i];
        c->num = NULL;
        c->text = NULL;
        if (c->type == V_CODE) {
            c->text = arena_calloc(a, (n + 1) * sizeof *c->text);
            ok = ok && c->text;
        } else {
            c->num = arena_alloc(a, (n + 1) * sizeof *c->num);
            ok = ok && c->num;
            for (size_t r = 0; c->num && r < n; r++)
                c->num[r] = HUJI_NONE64;
        }
    }
    return ok ? 0 : err_nomem(e);
}

/* One CSV record from *s: cells into at[]; false at the end. Quoted cells are unescaped into the arena. */
static bool next_record(struct arena *a, struct span *s, struct span *at, int max, int *n,
                        int *lines)
{
    *n = 0;
    *lines = 0;
    if (!s->n)
        return false;
    for (;;) {
        struct span cell = {s->p, 0};
        if (s->n && s->p[0] == '"') {
            struct buf b = BUF_INIT;
            size_t i = 1;
            for (; i < s->n; i++) {
                if (s->p[i] == '"' && i + 1 < s->n && s->p[i + 1] == '"')
                    i++;
                else if (s->p[i] == '"')
                    break;
                *lines += s->p[i] == '\n';
                buf_char(&b, s->p[i]);
            }
            cell = arena_span(a, (struct span){buf_cstr(&b), b.n});
            buf_release(&b);
            i = i < s->n ? i + 1 : i;
            s->p += i;
            s->n -= i;
        }
        size_t i = 0;
        while (i < s->n && s->p[i] != ',' && s->p[i] != '\n')
            i++;
        if (cell.p == s->p)
            cell.n = i;
        if (cell.n && cell.p[cell.n - 1] == '\r')
            cell.n--;
        if (*n < max)
            at[(*n)++] = cell;
        bool end = i >= s->n || s->p[i] == '\n';
        if (i < s->n)
            i++;
        s->p += i;
        s->n -= i;
        if (end)
            break;
    }
    (*lines)++;
    return true;
}

static bool is_comment(const struct span *at, int n)
{
    return (n >= 1 && at[0].n && at[0].p[0] == '#') || (n == 1 && !span_trim(at[0]).n);
}

int knowledge_read(struct arena *a, struct knowledge *k, struct span csv, const char *file,
                   struct err *e)
{
    struct span at[64], head[64];
    int n_head = 0, n, lines, line = 1, map[64];
    k->file = file;
    if (span_starts(csv, "\xef\xbb\xbf"))
        csv = (struct span){csv.p + 3, csv.n - 3};
    while (!n_head && next_record(a, &csv, at, 64, &n, &lines)) {
        if (!is_comment(at, n)) {
            n_head = n;
            memcpy(head, at, sizeof head);
        }
        line += lines;
    }
    bool have[KN_COLUMNS] = {false};
    for (int i = 0; i < n_head; i++)
        if (span_is(span_trim(head[i]), "valid_from") || span_is(span_trim(head[i]), "valid_to")) {
            int rc = knowledge_add_days(k, e);
            if (rc < 0)
                return err_where(e, "%s", file);
        }
    for (int i = 0; i < n_head; i++) {
        map[i] = knowledge_column(k, span_trim(head[i]));
        if (map[i] >= 0)
            have[map[i]] = true;
    }
    if (!have[k->key]) {
        err_set(e, ERR_INPUT, "知识表 %.*s 缺少主键列 %.*s", (int)k->name.n, k->name.p,
                (int)k->column[k->key].name.n, k->column[k->key].name.p);
        return err_where(e, "%s:1", file);
    }
    size_t rows = 0;
    struct span count = csv;
    while (next_record(a, &count, at, 64, &n, &lines))
        rows += !is_comment(at, n);
    int rc = alloc_rows(a, k, rows, e);
    for (size_t r = 0; rc == 0 && next_record(a, &csv, at, 64, &n, &lines); line += lines) {
        if (is_comment(at, n))
            continue;
        k->line[r] = line;
        for (int i = 0; i < n && i < n_head && rc == 0; i++)
            if (map[i] >= 0)
                rc = put_cell(a, k, map[i], r, line, at[i], e);
        if (rc == 0 && k->column[k->key].type == V_CODE && !k->column[k->key].text[r].n) {
            err_set(e, ERR_INPUT, "知识表 %.*s 有一行主键为空", (int)k->name.n, k->name.p);
            rc = err_where(e, "%s:%d", file, line);
        }
        r++;
    }
    return rc;
}

/* Rows by what they speak of: the key and every other text. */
struct named_row {
    const struct knowledge *k;
    size_t row;
};

static int row_cmp(const struct named_row *a, const struct named_row *b)
{
    for (int i = 0; i < a->k->n_columns; i++) {
        if (a->k->column[i].type != V_CODE)
            continue;
        int d = span_cmp(a->k->column[i].text[a->row], b->k->column[i].text[b->row]);
        if (d)
            return d;
    }
    return 0;
}

bool knowledge_same_thing(const struct knowledge *k, size_t a, size_t b)
{
    struct named_row x = {k, a}, y = {k, b};
    return row_cmp(&x, &y) == 0;
}

static int row_order(const void *a, const void *b)
{
    return row_cmp(a, b);
}

static void copy_row(struct knowledge *to, size_t at, const struct knowledge *from, size_t row)
{
    for (int i = 0; i < to->n_columns; i++) {
        if (to->column[i].type == V_CODE)
            to->column[i].text[at] = from->column[i].text[row];
        else if (i < from->n_columns)
            to->column[i].num[at] = from->column[i].num[row];
    }
    to->line[at] = from->line[row];
}

int knowledge_local(struct arena *a, struct knowledge *k, struct span csv, const char *file,
                    struct err *e)
{
    struct knowledge shipped = *k, own = *k;
    int rc = knowledge_read(a, &own, csv, file, e);
    if (rc < 0 || !own.n)
        return rc;
    struct named_row *by = arena_alloc(a, own.n * sizeof *by);
    if (!by)
        return err_nomem(e);
    for (size_t r = 0; r < own.n; r++)
        by[r] = (struct named_row){&own, r};
    qsort(by, own.n, sizeof *by, row_order);
    if (own.n_columns > k->n_columns && (rc = knowledge_add_days(k, e)) < 0)
        return rc;
    k->dated = shipped.dated || own.dated;
    rc = alloc_rows(a, k, shipped.n + own.n, e);
    if (rc < 0)
        return rc;
    size_t n = 0;
    for (size_t r = 0; r < shipped.n; r++) {
        struct named_row row = {&shipped, r};
        if (!bsearch(&row, by, own.n, sizeof *by, row_order))
            copy_row(k, n++, &shipped, r);
    }
    size_t n_shipped = n;
    for (size_t r = 0; r < own.n; r++)
        if (!k->undated || k->valid_to < 0 || own.column[k->valid_to].num[r] == HUJI_NONE64)
            copy_row(k, n++, &own, r);
    k->n = n;
    k->n_local = n - n_shipped;
    k->local_file = file;
    k->file = shipped.file;
    return 0;
}

int knowledge_from_yaml(struct arena *a, struct knowledge *k, const struct ynode *rows,
                        struct err *e)
{
    int rc = alloc_rows(a, k, ynode_count(rows), e);
    size_t r = 0;
    k->file = rows->file;
    for (const struct ynode *row = rows->child; row && rc == 0; row = row->next, r++) {
        k->line[r] = row->line;
        for (const struct ynode *c = row->child; c && rc == 0; c = c->next) {
            int col = knowledge_column(k, c->key);
            rc = col < 0 ? ynode_bad(c, e, "知识表 %.*s 没有这一列", (int)k->name.n, k->name.p)
                         : put_cell(a, k, col, r, c->line, c->text, e);
        }
    }
    return rc;
}
