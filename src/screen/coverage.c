/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/coverage.h"

#include <string.h>

#include "base/limits.h"
#include "claims/ready.h"
#include "engine/rule.h"

const char *const coverage_list_name[COV_LISTS] = {"v79", "v88", "notice", "problem"};
const char *const coverage_list_title[COV_LISTS] = {
    "规则库 1.0（79 条）", "规则库 2025 年版（88 条）", "五份通知的检测要求（72 项）",
    "公布的典型问题（236 条）"};
const char *const coverage_state_name[COV_STATES] = {"可执行", "待数据", "数据答不了", "未覆盖"};

enum { COL_LIST, COL_NO, COL_CODE, COL_NAME, COL_RULES, COL_WAITS, COL_WHY_NOT, COL_NEEDS };
static const char shape[] = "{coverage: {key: list, key_kind: code, columns: {no: text, code: text,"
                            " name: text, rules: text, waits: text, why_not: text, needs: text}}}";

static int bad(const struct knowledge *k, size_t r, struct err *e, const char *what, struct span v)
{
    err_set(e, ERR_INPUT, "%s「%.*s」", what, (int)v.n, v.p);
    return err_where(e, "%s:%d", k->file, k->line[r]);
}

static void add_rule(struct coverage_row *row, const struct rule *r)
{
    for (int i = 0; i < row->n_rules; i++)
        if (span_eq(row->rule[i]->base_id, r->base_id))
            return;
    if (row->n_rules < COV_RULES)
        row->rule[row->n_rules++] = r;
}

static bool counts(const struct rule *r)
{
    return !r->hidden && r->state == ST_ACTIVE;
}

static bool lists(const struct rule *r, const char *field, struct span code)
{
    const struct ynode *list = ynode_get(r->node, field);

    for (const struct ynode *c = list ? list->child : NULL; c; c = c->next)
        if (span_eq(c->text, code))
            return true;
    return false;
}

static void by_metadata(const struct huji_library *lib, const char *field, struct coverage_row *row)
{
    for (int i = 0; i < lib->n_rules; i++)
        if (counts(lib->rules[i]) && lists(lib->rules[i], field, row->code))
            add_rule(row, lib->rules[i]);
}

static void by_name(const struct huji_library *lib, struct span ids, struct coverage_row *row)
{
    while (ids.n) {
        struct span id = span_trim(span_cut(&ids, ' '));
        bool found = false;

        for (int i = 0; id.n && i < lib->n_rules; i++)
            if (counts(lib->rules[i]) && span_eq(lib->rules[i]->base_id, id)) {
                add_rule(row, lib->rules[i]);
                found = true;
            }
        if (id.n && !found && !row->lost.n)
            row->lost = id;
    }
}

static int fill(const struct huji_library *lib, const struct knowledge *k, size_t r,
                struct coverage_row *row, struct err *e)
{
    struct span list = k->column[COL_LIST].text[r];
    int l = 0;

    while (l < COV_LISTS && !span_is(list, coverage_list_name[l]))
        l++;
    if (l == COV_LISTS)
        return bad(k, r, e, "不认识的清单", list);
    row->list = (enum coverage_list)l;
    row->no = k->column[COL_NO].text[r];
    row->code = k->column[COL_CODE].text[r];
    row->name = k->column[COL_NAME].text[r];
    row->waits = k->column[COL_WAITS].text[r];
    row->why_not = k->column[COL_WHY_NOT].text[r];
    row->needs = k->column[COL_NEEDS].text[r];
    if (l == COV_V79 || l == COV_V88)
        by_metadata(lib, "official", row);
    else if (l == COV_NOTICE)
        by_metadata(lib, "serves", row);
    by_name(lib, k->column[COL_RULES].text[r], row);
    row->state = row->n_rules ? (row->waits.n ? COV_WAITS : COV_RUNS)
                              : (row->why_not.n ? COV_NEVER : COV_MISSING);
    return 0;
}

int coverage_load(const struct huji_library *lib, struct arena *a, struct coverage *out,
                  struct err *e)
{
    struct knowledge k;
    struct ynode *root;
    struct span text;
    const char *path = arena_fmt(a, "%s/coverage.csv", lib->dir);
    int rc = path ? file_read(a, path, (size_t)16 << 20, &text, e) : err_nomem(e);

    *out = (struct coverage){0};
    if (!rc)
        rc = yaml_parse(a, SPAN(shape), "coverage", &root, e);
    if (!rc)
        rc = knowledge_declare(a, root->child, &k, e);
    if (!rc)
        rc = knowledge_read(a, &k, text, path, e);
    if (rc)
        return rc;
    out->row = arena_calloc(a, (k.n + 1) * sizeof *out->row);
    if (!out->row)
        return err_nomem(e);
    for (; !rc && out->n < k.n; out->n++) {
        struct coverage_row *row = &out->row[out->n];

        rc = fill(lib, &k, out->n, row, e);
        out->count[row->list][row->state]++;
    }
    return rc;
}

/* `own:NAME` and `rows:NAME/HEAD`, as ready_check asks for knowledge. */
static bool rows_there(void *ctx, const char *what)
{
    struct span name = span_of(what), kind = span_cut(&name, ':'), head = name;
    const struct knowledge *k;

    name = span_cut(&head, '/');
    k = library_knowledge(ctx, name);
    if (!k || span_is(kind, "own"))
        return k && k->n_local > 0;
    for (size_t r = 0; r < k->n; r++) {
        struct span key = k->column[k->key].text[r];

        if (key.n >= head.n && memcmp(key.p, head.p, head.n) == 0)
            return true;
    }
    return false;
}

/* The words of one row, as ready_check takes them. */
static int words(const struct coverage_row *row, struct arena *a, struct rule_need *out)
{
    struct span rest = row->needs;
    const char **at = arena_calloc(a, (row->needs.n / 2 + 1) * sizeof *at);

    if (!at)
        return -1;
    while (rest.n) {
        struct span w = span_trim(span_cut(&rest, ' '));
        bool kn = span_starts(w, "own:") || span_starts(w, "rows:");
        bool column = memchr(w.p, '.', w.n) != NULL;

        if (!w.n)
            continue;
        at[out->n] = arena_fmt(a, "%s%.*s",
                               kn       ? "knowledge "
                               : column ? "column "
                                        : "",
                               (int)w.n, w.p);
        if (!at[out->n++])
            return -1;
    }
    out->need = at;
    out->rule_id = out->rule_name = "";
    return 0;
}

int coverage_here(struct coverage *c, const struct huji_library *lib, struct store *s,
                  struct arena *a, struct err *e)
{
    struct rule_need *need = arena_calloc(a, (c->n + 1) * sizeof *need);
    struct coverage_row **row = arena_calloc(a, (c->n + 1) * sizeof *row);
    struct ready r = {0};
    size_t n = 0;

    if (!need || !row)
        return err_nomem(e);
    for (size_t i = 0; i < c->n; i++) {
        if (c->row[i].state != COV_WAITS || !c->row[i].needs.n)
            continue;
        if (words(&c->row[i], a, &need[n]))
            return err_nomem(e);
        row[n++] = &c->row[i];
    }
    int rc = ready_check(s, need, n, rows_there, (void *)(uintptr_t)lib, NULL, &r, e);

    for (size_t i = 0; !rc && i < n; i++)
        if (r.can[i]) {
            row[i]->state = COV_RUNS;
            row[i]->waits = (struct span){"", 0};
            c->count[row[i]->list][COV_WAITS]--;
            c->count[row[i]->list][COV_RUNS]++;
        }
    ready_release(&r);
    return rc;
}
