/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "knowledge/kp.h"

#include "base/mem.h"
#include "claims/readers/table.h"
#include "engine/rule.h"
#include "knowledge/kp_words.h"

enum column { C_GZ, C_CLASS, C_ITEM, C_TEXT, C_LOGIC, C_CODES, C_COUNT };

static const char *const names[C_COUNT][5] = {
    {"gz_code", "规则编码", "规则代码", NULL},
    {"rule_class", "规则名称", "规则分类", "规则", NULL},
    {"item_name", "知识点名称", "项目名称", "药品名称", NULL},
    {"constraint_text", "限定内容", "限定支付范围", "知识点内容", NULL},
    {"detect_logic", "违规逻辑", "检出逻辑", "逻辑", NULL},
    {"codes", "医保编码", "编码", "代码", NULL},
};

struct heading {
    int at[C_COUNT]; /* column of the file; -1 = not there */
};

static bool heading_of(const struct row *r, struct heading *h)
{
    int found = 0;

    for (int c = 0; c < C_COUNT; c++) {
        h->at[c] = -1;
        for (size_t i = 0; i < r->n && h->at[c] < 0; i++)
            for (int w = 0; names[c][w] && h->at[c] < 0; w++)
                if (span_is(span_trim(r->cells[i].text), names[c][w]))
                    h->at[c] = (int)i;
        found += h->at[c] >= 0;
    }
    return h->at[C_CLASS] >= 0 && h->at[C_CODES] >= 0 && found >= 4;
}

static struct span cell(struct arena *a, const struct row *r, int at)
{
    return at >= 0 && (size_t)at < r->n ? arena_span(a, span_trim(r->cells[at].text))
                                        : (struct span){"", 0};
}

static struct kp_table *table_for(struct kp_import *k, const struct kp_class *c)
{
    for (int i = 0; i < k->n_tables; i++)
        if (!strcmp(k->table[i].name, c->table))
            return &k->table[i];
    if (k->n_tables == KP_TABLES)
        return NULL;
    k->table[k->n_tables] = (struct kp_table){.name = c->table, .head = c->head};
    return &k->table[k->n_tables++];
}

static struct kp_count *count_for(struct kp_import *k, struct span rule_class,
                                  const struct kp_class *c)
{
    for (int i = 0; i < k->n_counts; i++)
        if (span_eq(k->count[i].rule_class, rule_class))
            return &k->count[i];
    if (k->n_counts == KP_CLASSES) /* more kinds of points than rules exist: the rest is one heap */
        return &k->count[KP_CLASSES - 1];
    k->count[k->n_counts] = (struct kp_count){.rule_class = rule_class,
                                              .table = c ? c->table : NULL};
    return &k->count[k->n_counts++];
}

static int leave(struct kp_import *k, const struct kp *kp, const char *why, struct err *e)
{
    if (mem_grow(&k->left, &k->cap_left, k->n_left + 1, sizeof *k->left) < 0)
        return err_nomem(e);
    k->left[k->n_left++] = (struct kp_left){*kp, why};
    return 0;
}

/* A national code: letters, digits, dots; nothing that would need quotes in CSV. */
static bool code_ok(struct span s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!(s.p[i] >= '0' && s.p[i] <= '9') && !(s.p[i] >= 'A' && s.p[i] <= 'Z') &&
            !(s.p[i] >= 'a' && s.p[i] <= 'z') && s.p[i] != '.' && s.p[i] != '-')
            return false;
    return s.n >= 4 && s.n <= 32;
}

static int add_line(struct kp_import *k, struct kp_table *t, struct span code, struct span second,
                    struct span cells, struct err *e)
{
    char *line = second.n
                     ? arena_fmt(&k->a, "%.*s,%.*s,%.*s", (int)code.n, code.p, (int)second.n,
                                 second.p, (int)cells.n, cells.p)
                     : arena_fmt(&k->a, "%.*s,%.*s", (int)code.n, code.p, (int)cells.n, cells.p);

    if (!line || mem_grow(&t->line, &t->cap, t->n + 1, sizeof *t->line) < 0)
        return err_nomem(e);
    t->line[t->n++] = span_of(line);
    return 0;
}

/* The codes of a point: every code is one row per line of `cells`; a pair is one row. */
static int add_rows(struct kp_import *k, const struct kp *kp, const struct kp_class *c,
                    struct span cells, size_t *rows, const char **why, struct err *e)
{
    struct kp_table *t = table_for(k, c);
    struct span codes = kp->codes;
    struct span first = {NULL, 0};

    if (!t)
        return err_set(e, ERR_LIMIT, "知识表超过 %d 张", KP_TABLES);
    while (codes.n) {
        struct span code = span_trim(span_cut(&codes, ';')), lines = cells;

        if (!code.n)
            continue;
        if (!code_ok(code)) {
            *why = "编码里有不是编码的字符";
            continue;
        }
        if (c->pair && !first.p) {
            first = code;
            continue;
        }
        while (lines.n) {
            struct span line = span_cut(&lines, '\n');
            int rc = c->pair ? add_line(k, t, first, code, line, e)
                             : add_line(k, t, code, (struct span){NULL, 0}, line, e);

            if (rc < 0)
                return rc;
            (*rows)++;
        }
    }
    if (!*rows && !*why)
        *why = c->pair ? "一对项目缺一个编码" : "没有编码";
    return 0;
}

static int take(struct kp_import *k, const struct kp *kp, const struct knowledge *words,
                struct err *e)
{
    const struct kp_class *c = kp_class_find(kp->rule_class);
    struct kp_count *count = count_for(k, kp->rule_class, c);
    const char *why = c ? c->why : "没有读这类知识点的规则表";
    struct buf cells = BUF_INIT;
    size_t rows = 0;
    int rc = 0;

    k->points++;
    count->points++;
    if (c && c->table && !library_knowledge(k->lib, span_of(c->table)))
        why = "规则库里没有读它的知识表";
    else if (c && c->table && c->say(kp, words, &cells, &why))
        rc = add_rows(k, kp, c, (struct span){buf_cstr(&cells), cells.n}, &rows, &why, e);
    if (rc == 0 && cells.failed)
        rc = err_nomem(e);
    buf_release(&cells);
    count->turned += rows > 0;
    count->rows += rows;
    return rc == 0 && (why || !rows) ? leave(k, kp, why ? why : "没有变成任何一行", e) : rc;
}

static int read_sheet(struct row_source *s, struct kp_import *k, const struct knowledge *words,
                      bool *any, struct err *e)
{
    struct heading h;
    struct row r;
    bool headed = false;
    int rc;

    while ((rc = rows_next(s, &r, e)) > 0) {
        if (!headed) {
            headed = heading_of(&r, &h);
            *any = *any || headed;
            continue;
        }
        struct kp kp = {.gz_code = cell(&k->a, &r, h.at[C_GZ]),
                        .rule_class = cell(&k->a, &r, h.at[C_CLASS]),
                        .item_name = cell(&k->a, &r, h.at[C_ITEM]),
                        .text = cell(&k->a, &r, h.at[C_TEXT]),
                        .logic = cell(&k->a, &r, h.at[C_LOGIC]),
                        .codes = cell(&k->a, &r, h.at[C_CODES]),
                        .row = r.no};

        if (!kp.rule_class.p || !kp.codes.p)
            return err_nomem(e);
        if (kp.rule_class.n && (rc = take(k, &kp, words, e)) < 0)
            return rc;
    }
    return rc;
}

int kp_read(const char *path, const struct huji_library *lib, struct kp_import *out, struct err *e)
{
    const struct knowledge *words = library_knowledge(lib, SPAN("indication_word"));
    struct row_source *s = NULL;
    bool any = false;
    int rc;

    *out = (struct kp_import){.lib = lib};
    rc = rows_open(path, &s, e);
    while (rc >= 0 && (rc = rows_next_sheet(s, e)) > 0)
        rc = read_sheet(s, out, words, &any, e);
    rows_close(s);
    if (rc == 0 && !any) {
        rc = err_set(e, ERR_INPUT, "%s 里没有知识点的表头", path);
        err_hint(
            e,
            "应有列：规则名称（rule_class）、项目名称（item_name）、限定内容（constraint_text）、"
            "编码（codes，以分号隔开）");
    }
    if (rc < 0)
        kp_release(out);
    return rc;
}

void kp_release(struct kp_import *k)
{
    for (int i = 0; i < k->n_tables; i++)
        mem_free(k->table[i].line);
    mem_free(k->left);
    arena_release(&k->a);
    *k = (struct kp_import){0};
}
