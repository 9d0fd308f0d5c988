/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/readers/mapping.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "claims/readers/guess.h"

enum {
    M_PRINT,
    M_FILE,
    M_SHEET,
    M_TABLE,
    M_ROW,
    M_COL,
    M_HEADING,
    M_FIELD,
    M_TITLE,
    M_SURE,
    M_SAMPLE,
    M_WIDTH = 13
};

#define MAPPING_HEAD \
    "\xef\xbb\xbf指纹,文件,工作表,表,标题行,列,标题,字段,字段名称,把握,样例1,样例2,样例3\n"

struct mapped_column {
    struct span heading;
    const struct table_column *column;
    struct span cells[M_WIDTH]; /* as read, to be written again */
};

struct mapped_sheet {
    struct span print;
    int table;
    bool flat, skip;
    struct mapped_column *columns;
    size_t n, cap;
};

struct mapping {
    struct arena mem;
    struct words_index words;
    struct mapped_sheet *sheets;
    size_t n, cap;
};

struct mapping *mapping_new(void)
{
    struct mapping *m = mem_calloc(1, sizeof *m);
    if (m && words_index_build(&m->words)) {
        mem_free(m);
        return NULL;
    }
    return m;
}

void mapping_free(struct mapping *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->n; i++)
        mem_free(m->sheets[i].columns);
    mem_free(m->sheets);
    words_index_release(&m->words);
    arena_release(&m->mem);
    mem_free(m);
}

size_t mapping_count(const struct mapping *m)
{
    return m->n;
}

static struct mapped_sheet *find_sheet(const struct mapping *m, struct span print)
{
    for (size_t i = 0; i < m->n; i++)
        if (span_eq(m->sheets[i].print, print))
            return &m->sheets[i];
    return NULL;
}

/* --- reading --------------------------------------------------------------------------------- */

static int table_by_any_name(struct span s)
{
    int t = schema_table(s);
    for (int i = 0; t < 0 && i < TABLE_COUNT; i++)
        if (span_is(s, huji_tables[i]->title))
            t = i;
    return t;
}

static const struct table_column *find_field(const struct words_index *w,
                                             const struct mapped_sheet *s, struct span field)
{
    int rank, t = s->table;
    if (t >= 0)
        return guess_heading(w, t, field, &rank);
    for (size_t k = 0; k < 4; k++) {
        t = TABLE_NAMED(guess_flat_tables[k]);
        int c = t < 0 ? -1 : schema_column(huji_tables[t], field);
        if (c >= 0)
            return &huji_tables[t]->columns[c];
    }
    for (size_t k = 0; k < 4; k++) {
        t = TABLE_NAMED(guess_flat_tables[k]);
        const struct table_column *c = t < 0 ? NULL : guess_heading(w, t, field, &rank);
        if (c)
            return c;
    }
    return NULL;
}

static int set_table(struct mapped_sheet *s, struct span name, struct err *e)
{
    s->table = -1;
    s->skip = !name.n || span_is(name, "跳过") || span_is(name, "skip");
    s->flat = span_is(name, "拆分") || span_is(name, "flat");
    if (s->skip || s->flat)
        return 0;
    s->table = table_by_any_name(name);
    if (s->table >= 0)
        return 0;
    err_set(e, ERR_INPUT, "没有“%.*s”这张表", (int)name.n, name.p);
    return err_hint(e, "写表名（如 setl_d、结算信息）、“拆分”或“跳过”");
}

static int add_line(struct mapping *m, const struct row *r, struct err *e)
{
    struct span cell[M_WIDTH];
    for (size_t i = 0; i < M_WIDTH; i++) {
        cell[i] = i < r->n ? arena_span(&m->mem, r->cells[i].text) : (struct span){"", 0};
        if (!cell[i].p)
            return err_nomem(e);
    }
    struct mapped_sheet *s = find_sheet(m, cell[M_PRINT]);
    if (!s) {
        if (mem_grow(&m->sheets, &m->cap, m->n + 1, sizeof *m->sheets))
            return err_nomem(e);
        s = &m->sheets[m->n];
        *s = (struct mapped_sheet){.print = cell[M_PRINT]};
        m->n++;
        int rc = set_table(s, cell[M_TABLE], e);
        if (rc)
            return rc;
    }
    const struct table_column *c = NULL;
    if (cell[M_FIELD].n && !s->skip && !(c = find_field(&m->words, s, cell[M_FIELD]))) {
        err_set(e, ERR_INPUT, "没有“%.*s”这个字段", (int)cell[M_FIELD].n, cell[M_FIELD].p);
        return err_hint(e, "字段写列名（如 setl_time）或中文名（如 结算时间）；不要的列留空");
    }
    if (mem_grow(&s->columns, &s->cap, s->n + 1, sizeof *s->columns))
        return err_nomem(e);
    struct mapped_column *to = &s->columns[s->n++];
    *to = (struct mapped_column){cell[M_HEADING], c, {{NULL, 0}}};
    memcpy(to->cells, cell, sizeof cell);
    return 0;
}

int mapping_load(struct mapping *m, const char *path, struct err *e)
{
    struct row_source *s;
    struct row r;
    int rc = rows_open(path, &s, e);
    if (rc)
        return rc;
    while (rc == 0 && (rc = rows_next_sheet(s, e)) > 0) {
        while ((rc = rows_next(s, &r, e)) > 0) {
            if (!r.n || span_is(r.cells[0].text, "指纹"))
                continue;
            rc = add_line(m, &r, e);
            if (rc) {
                err_where(e, "%.300s 第 %llu 行", path, (unsigned long long)r.no);
                break;
            }
        }
    }
    rows_close(s);
    return rc;
}

int mapping_load_dir(struct mapping *m, const char *dir, struct err *e)
{
    struct dirent **list;
    int n = scandir(dir, &list, NULL, alphasort), rc = 0;
    if (n < 0)
        return errno == ENOENT ? 0 : err_errno(e, "读不了 %s", dir);
    for (int i = 0; i < n; i++) {
        const char *name = list[i]->d_name;
        size_t len = strlen(name);
        struct buf path = BUF_INIT;
        if (rc == 0 && len > 4 && strcmp(name + len - 4, ".csv") == 0) {
            buf_fmt(&path, "%s/%s", dir, name);
            rc = path.failed ? err_nomem(e) : mapping_load(m, buf_cstr(&path), e);
        }
        buf_release(&path);
        free(list[i]);
    }
    free(list);
    return rc;
}

/* --- writing --------------------------------------------------------------------------------- */

void csv_field(struct buf *b, struct span s, bool first)
{
    if (!first)
        buf_char(b, ',');
    bool quote = false;
    for (size_t i = 0; i < s.n && !quote; i++)
        quote = s.p[i] == ',' || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r';
    if (!quote) {
        buf_span(b, s);
        return;
    }
    buf_char(b, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"')
            buf_char(b, '"');
        buf_char(b, s.p[i]);
    }
    buf_char(b, '"');
}

static int keep_sheet(const struct mapped_sheet *s, const char *dir, struct err *e)
{
    struct buf path = BUF_INIT, text = BUF_INIT;
    int rc = 0;
    buf_fmt(&path, "%s/%.*s.csv", dir, (int)s->print.n, s->print.p);
    buf_str(&text, MAPPING_HEAD);
    for (size_t i = 0; i < s->n; i++) {
        for (size_t k = 0; k < M_WIDTH; k++)
            csv_field(&text, s->columns[i].cells[k], k == 0);
        buf_char(&text, '\n');
    }
    FILE *f = path.failed || text.failed ? NULL : fopen(buf_cstr(&path), "we");
    if (!f)
        rc = path.failed || text.failed ? err_nomem(e) : err_errno(e, "写不了 %s", buf_cstr(&path));
    else if (fwrite(text.p, 1, text.n, f) != text.n)
        rc = err_errno(e, "写不了 %s", buf_cstr(&path));
    if (f && fclose(f) != 0 && rc == 0)
        rc = err_errno(e, "写不了 %s", buf_cstr(&path));
    buf_release(&path);
    buf_release(&text);
    return rc;
}

/* The fingerprint becomes a file's name: hexadecimal digits only. */
static bool good_print(struct span s)
{
    return s.n > 0 && s.n < FINGERPRINT && strspn(s.p, "0123456789abcdef") >= s.n;
}

int mapping_keep(const struct mapping *m, const char *dir, struct err *e)
{
    if (mkdir(dir, 0777) != 0 && errno != EEXIST)
        return err_errno(e, "建不了文件夹 %s", dir);
    for (size_t i = 0; i < m->n; i++) {
        if (!good_print(m->sheets[i].print))
            continue;
        int rc = keep_sheet(&m->sheets[i], dir, e);
        if (rc)
            return rc;
    }
    return 0;
}

int mapping_apply(const struct mapping *m, struct layout *l, bool *skip)
{
    const struct mapped_sheet *s = m && l->fingerprint[0] ? find_sheet(m, span_of(l->fingerprint))
                                                          : NULL;
    *skip = false;
    if (!s)
        return 0;
    *skip = s->skip;
    l->mapped = true;
    l->table = s->table;
    l->flat = 0;
    size_t from = 0; /* headings may repeat: the nth line is for the nth column */
    for (size_t i = 0; i < l->n; i++) {
        l->picks[i].column = NULL;
        for (size_t k = from; k < s->n; k++)
            if (span_eq(span_trim(s->columns[k].heading), span_trim(l->picks[i].heading))) {
                l->picks[i].column = s->columns[k].column;
                l->picks[i].rank = 4;
                from = k + 1;
                break;
            }
    }
    if (s->flat)
        layout_decide(l, NULL, NULL);
    return 1;
}

/* --- proposing ------------------------------------------------------------------------------- */

static const char *sure(const struct pick *p)
{
    static const char *const word[] = {"按数值推断", "同义词", "中文名一致", "列名一致", "已确认"};
    return p->column ? word[p->rank] : "未识别";
}

static void samples(const struct sheet_head *h, const struct layout *l, size_t col, struct buf *b)
{
    int n = 0;
    for (size_t i = (size_t)(l->heading_at + l->heading_rows); i < h->n && n < 3; i++) {
        if (col >= h->rows[i].n || h->rows[i].cells[col].kind == CELL_EMPTY)
            continue;
        struct span s = h->rows[i].cells[col].text;
        csv_field(b, s, false);
        n++;
    }
    for (; n < 3; n++)
        buf_char(b, ',');
}

static void propose_sheet(const struct sheet_head *h, const struct layout *l,
                          const struct row_pos *pos, bool skip, struct buf *b)
{
    for (size_t i = 0; i < l->n; i++) {
        const struct pick *p = &l->picks[i];
        char at[24], letters[8];
        snprintf(at, sizeof at, "%llu", (unsigned long long)h->rows[l->heading_at].no);
        const char *table = skip            ? "跳过"
                            : l->flat       ? "拆分"
                            : l->table >= 0 ? huji_tables[l->table]->name
                                            : "";
        csv_field(b, span_of(l->fingerprint), true);
        csv_field(b, span_of(pos->file), false);
        csv_field(b, span_of(pos->sheet), false);
        csv_field(b, span_of(table), false);
        csv_field(b, span_of(at), false);
        csv_field(b, span_of(col_letters(i, letters)), false);
        csv_field(b, p->heading, false);
        csv_field(b, span_of(p->column ? p->column->name : ""), false);
        csv_field(b, span_of(p->column ? p->column->title : ""), false);
        csv_field(b, span_of(sure(p)), false);
        samples(h, l, i, b);
        buf_char(b, '\n');
    }
}

int mapping_propose(const char *path, const struct mapping *m, struct buf *csv, struct err *e)
{
    struct row_source *s;
    struct words_index words;
    int rc = rows_open(path, &s, e);
    if (rc)
        return rc;
    if (!csv->n)
        buf_str(csv, MAPPING_HEAD);
    struct layout *l = mem_alloc(sizeof *l);
    bool built = words_index_build(&words) == 0;
    if (!l || !built)
        rc = err_nomem(e);
    while (rc == 0 && (rc = rows_next_sheet(s, e)) > 0) {
        struct sheet_head h;
        bool skip = false;
        const struct row_pos *pos = rows_pos(s);
        rc = sheet_head_read(&h, s, e);
        if (rc)
            break;
        rc = layout_find(&words, &h, pos->file, pos->sheet, l, e);
        if (rc == 0 && l->heading_at >= 0) {
            mapping_apply(m, l, &skip);
            propose_sheet(&h, l, pos, skip, csv);
        }
        sheet_head_release(&h);
    }
    mem_free(l);
    if (built)
        words_index_release(&words);
    rows_close(s);
    return rc < 0 ? rc : csv->failed ? err_nomem(e) : 0;
}
