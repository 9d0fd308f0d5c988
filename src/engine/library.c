/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The library: folders, files, variants, and everything that must hold across rules. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/sha.h"
#include "engine/load.h"

struct file_list {
    char **name;
    size_t n, cap;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* *.suffix of dir/sub, sorted; a missing folder is an empty list. */
static int list_files(struct arena *a, const char *dir, const char *sub, const char *suffix,
                      struct file_list *out, struct err *e)
{
    *out = (struct file_list){0};
    DIR *d = opendir(arena_fmt(a, "%s/%s", dir, sub));
    if (!d)
        return 0;
    struct dirent *de;
    size_t ns = strlen(suffix);
    int rc = 0;
    while (rc == 0 && (de = readdir(d))) {
        size_t n = strlen(de->d_name);
        if (n <= ns || strcmp(de->d_name + n - ns, suffix) != 0 || de->d_name[0] == '.')
            continue;
        if (mem_grow(&out->name, &out->cap, out->n + 1, sizeof *out->name) < 0 ||
            !(out->name[out->n++] = arena_fmt(a, "%s/%s/%s", dir, sub, de->d_name)))
            rc = err_nomem(e);
    }
    closedir(d);
    if (out->n)
        qsort(out->name, out->n, sizeof *out->name, by_name);
    return rc;
}

/* The version grows from text to text, in the order they are read: path within the library, then what it says. */
static int note_text(struct huji_library *lib, const char *path, struct span text, struct err *e)
{
    char one[65], all[17];
    sha256_hex(text, 32, one);
    const char *rel = path + strlen(lib->dir);
    const char *sum = arena_fmt(&lib->a, "%.*s\x1f%s\x1f%s", (int)lib->version.n,
                                lib->version.n ? lib->version.p : "", rel, one);
    if (!sum)
        return err_nomem(e);
    sha256_hex(span_of(sum), 8, all);
    lib->version = arena_span(&lib->a, span_of(all));
    return lib->version.p ? 0 : err_nomem(e);
}

static int load_yaml(struct huji_library *lib, const char *path, struct ynode **root, struct err *e)
{
    struct span text;
    int rc = file_read(&lib->a, path, MAX_YAML_BYTES, &text, e);
    if (rc == 0)
        rc = note_text(lib, path, text, e);
    return rc < 0 ? rc : yaml_parse(&lib->a, text, path, root, e);
}

static struct span base_name(struct arena *a, const char *path)
{
    const char *s = strrchr(path, '/');
    s = s ? s + 1 : path;
    const char *dot = strrchr(s, '.');
    return arena_span(a, (struct span){s, dot ? (size_t)(dot - s) : strlen(s)});
}

static int load_own_rows(struct huji_library *lib, struct knowledge *k, struct err *e)
{
    struct span text;
    const char *csv = arena_fmt(&lib->a, "%s/knowledge/%.*s.csv", lib->local, (int)k->name.n,
                                k->name.p);
    if (!csv)
        return err_nomem(e);
    if (access(csv, F_OK) != 0)
        return 0;
    int rc = file_read(&lib->a, csv, (size_t)256 << 20, &text, e);
    return rc < 0 ? rc : knowledge_local(&lib->a, k, text, csv, e);
}

static int load_knowledge(struct huji_library *lib, struct err *e)
{
    const char *path = arena_fmt(&lib->a, "%s/knowledge/tables.yaml", lib->dir);
    FILE *f = fopen(path, "rb");
    if (!f)
        return 0;
    fclose(f);
    struct ynode *root;
    int rc = load_yaml(lib, path, &root, e);
    if (rc < 0)
        return rc;
    lib->kn = arena_calloc(&lib->a, (ynode_count(root) + 1) * sizeof *lib->kn);
    if (!lib->kn)
        return err_nomem(e);
    for (struct ynode *n = root->child; n && rc == 0; n = n->next) {
        struct knowledge *k = &lib->kn[lib->n_kn];
        rc = knowledge_declare(&lib->a, n, k, e);
        if (rc < 0)
            return rc;
        k->index = lib->n_kn++;
        struct span text;
        const char *csv = arena_fmt(&lib->a, "%s/knowledge/%.*s.csv", lib->dir, (int)k->name.n,
                                    k->name.p);
        rc = file_read(&lib->a, csv, (size_t)256 << 20, &text, e);
        if (rc == 0)
            rc = note_text(lib, csv, text, e);
        if (rc == 0)
            rc = knowledge_read(&lib->a, k, text, csv, e);
        if (rc == 0 && lib->local)
            rc = load_own_rows(lib, k, e);
    }
    return rc;
}

static int load_sets(struct huji_library *lib, const char *path, struct err *e)
{
    struct ynode *root;
    int rc = load_yaml(lib, path, &root, e);
    if (rc < 0)
        return rc;
    lib->sets = arena_calloc(&lib->a, (ynode_count(root) + 1) * sizeof *lib->sets);
    if (!lib->sets)
        return err_nomem(e);
    for (struct ynode *n = root->child; n; n = n->next) {
        struct named_set *s = &lib->sets[lib->n_sets++];
        s->name = n->key;
        s->title = ynode_text(n, "title");
        s->text = n->kind == Y_MAP ? ynode_text(n, "expr") : n->text;
        s->line = n->line;
        s->file = n->file;
        if (!s->text.n)
            return ynode_bad(n, e, "缺少 expr");
        if ((rc = expr_parse(&lib->a, s->text, &s->raw, e)) < 0)
            return e ? err_where(e, "%s:%d", n->file, n->line) : rc;
    }
    return 0;
}

static struct rule *new_rule(struct huji_library *lib, struct span id, struct err *e)
{
    struct rule *r = arena_calloc(&lib->a, sizeof *r);
    size_t cap = (size_t)lib->cap_rules;
    if (!r || lib->n_rules >= MAX_RULES ||
        mem_grow(&lib->rules, &cap, (size_t)lib->n_rules + 1, sizeof *lib->rules) < 0) {
        err_nomem(e);
        return NULL;
    }
    lib->cap_rules = (int)cap;
    r->id = r->base_id = id;
    r->index = lib->n_rules;
    lib->rules[lib->n_rules++] = r;
    return r;
}

static int load_measures(struct huji_library *lib, const char *path, struct err *e)
{
    struct ynode *root;
    int rc = load_yaml(lib, path, &root, e);
    for (struct ynode *n = rc == 0 ? root->child : NULL; n && rc == 0; n = n->next) {
        struct measure *m = arena_calloc(&lib->a, sizeof *m);
        struct rule *r = new_rule(lib, n->key, e);
        size_t cap = (size_t)lib->n_measures;
        if (!m || !r || mem_grow(&lib->measures, &cap, cap + 1, sizeof *lib->measures) < 0)
            return err_nomem(e);
        m->name = n->key;
        m->index = lib->n_measures;
        m->rule = r->index;
        struct loader ld = {
            .lib = lib, .a = &lib->a, .rule = r, .lets = ynode_get(n, "let"), .e = e};
        rc = measure_parse(&ld, n, m);
        r->measure = m;
        lib->measures[lib->n_measures++] = m;
    }
    return rc;
}

/* The map of `base` with the keys of `over` in place of its own. */
static struct ynode *overlay(struct arena *a, const struct ynode *base, const struct ynode *over)
{
    struct ynode *m = arena_alloc(a, sizeof *m);
    if (!m)
        return NULL;
    *m = *base;
    m->child = NULL;
    struct ynode **tail = &m->child;
    for (int pass = 0; pass < 2; pass++)
        for (const struct ynode *c = pass ? over->child : base->child; c; c = c->next) {
            char key[64];
            snprintf(key, sizeof key, "%.*s", (int)c->key.n, c->key.p);
            if (span_is(c->key, "variants") || (!pass && ynode_get(over, key)))
                continue;
            struct ynode *copy = arena_alloc(a, sizeof *copy);
            if (!copy)
                return NULL;
            *copy = *c;
            copy->next = NULL;
            *tail = copy;
            tail = &copy->next;
        }
    return m;
}

static int load_rule(struct huji_library *lib, const struct ynode *n, struct err *e)
{
    const struct ynode *variants = ynode_get(n, "variants");
    const struct ynode *v = variants ? variants->child : NULL;
    const struct rule *twice = library_rule(lib, n->key);
    if (twice && lib->local && span_starts(span_of(twice->file), lib->local) &&
        !span_starts(span_of(n->file), lib->local))
        return 0; /* the bureau's own stands in its place */
    if (twice)
        return ynode_bad(n, e, "规则编号重复");
    do {
        const struct ynode *node = v ? overlay(&lib->a, n, v) : n;
        struct rule *r = node ? new_rule(lib, n->key, e) : NULL;
        if (!r)
            return err_nomem(e);
        if (v && !span_is(v->key, "base")) {
            r->variant = v->key;
            r->id = span_of(
                arena_fmt(&lib->a, "%.*s.%.*s", (int)n->key.n, n->key.p, (int)v->key.n, v->key.p));
        }
        r->base = n;
        struct loader ld = {.lib = lib, .a = &lib->a, .rule = r, .e = e};
        ld.params = v ? ynode_get(v, "param") : NULL;
        ld.lets = v ? ynode_get(v, "let") : NULL;
        ld.base_params = ynode_get(n, "param");
        ld.base_lets = ynode_get(n, "let");
        int rc = rule_parse(&ld, node);
        if (rc < 0) {
            if (e && !e->where[0])
                err_where(e, "%s:%d（规则 %.*s）", n->file, n->line, (int)r->id.n, r->id.p);
            return rc;
        }
        v = v ? v->next : NULL;
    } while (v);
    return 0;
}

static bool replaced(const struct huji_library *lib, struct span id)
{
    for (const struct ynode *n = lib->instead ? lib->instead->child : NULL; n; n = n->next)
        if (span_eq(n->key, id))
            return true;
    return false;
}

static int load_rules(struct huji_library *lib, const char *dir, struct err *e)
{
    struct file_list files;
    int rc = list_files(&lib->a, dir, "library", ".yaml", &files, e);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < files.n && rc == 0; i++) {
        struct ynode *root;
        if (span_is(base_name(&lib->a, files.name[i]), "sets"))
            continue;
        rc = load_yaml(lib, files.name[i], &root, e);
        if (rc == 0 && root->kind != Y_MAP)
            rc = ynode_bad(root, e, "规则文件应为「编号: {...}」");
        for (struct ynode *n = rc == 0 ? root->child : NULL; n && rc == 0; n = n->next)
            if (!replaced(lib, n->key))
                rc = load_rule(lib, n, e);
    }
    mem_free(files.name);
    return rc;
}

static int load_all(struct huji_library *lib, struct err *e)
{
    struct file_list files;
    int rc = load_knowledge(lib, e);
    const char *sets = arena_fmt(&lib->a, "%s/library/sets.yaml", lib->dir);
    FILE *f = rc == 0 && sets ? fopen(sets, "rb") : NULL;
    if (f) {
        fclose(f);
        rc = load_sets(lib, sets, e);
    }
    if (rc == 0 && (rc = list_files(&lib->a, lib->dir, "measures", ".yaml", &files, e)) == 0) {
        for (size_t i = 0; i < files.n && rc == 0; i++)
            rc = load_measures(lib, files.name[i], e);
        mem_free(files.name);
    }
    if (rc < 0)
        return rc;
    int before = lib->n_rules;
    if (lib->local)
        rc = load_rules(lib, lib->local, e);
    if (rc == 0)
        rc = load_rules(lib, lib->dir, e);
    for (const struct ynode *n = lib->instead ? lib->instead->child : NULL; n && rc == 0;
         n = n->next)
        rc = load_rule(lib, n, e);
    if (rc == 0 && lib->n_rules == before) {
        rc = err_set(e, ERR_STATE, "%s/library 里没有规则", lib->dir);
        err_hint(e, "用 --rules 指向规则库目录（含 library 与 knowledge）");
    }
    return rc;
}

static int load_instead(struct huji_library *lib, const char *file, struct err *e)
{
    struct ynode *root;
    int rc = yaml_load(&lib->a, file, &root, e);
    if (rc == 0 && root->kind != Y_MAP)
        rc = ynode_bad(root, e, "规则文件应为「编号: {...}」");
    if (rc == 0)
        lib->instead = root;
    return rc;
}

int library_load_with(const char *dir, const char *local, const char *file,
                      struct huji_library **out, struct err *e)
{
    struct huji_library *lib = mem_calloc(1, sizeof *lib);
    if (!lib)
        return err_nomem(e);
    lib->dir = arena_dup(&lib->a, span_of(dir));
    lib->local = local ? arena_dup(&lib->a, span_of(local)) : NULL;
    int rc = lib->dir && (!local || lib->local) ? 0 : err_nomem(e);
    if (rc == 0 && file)
        rc = load_instead(lib, file, e);
    if (rc == 0)
        rc = load_all(lib, e);
    if (rc < 0) {
        library_free(lib);
        return rc;
    }
    *out = lib;
    return 0;
}

int library_load_local(const char *dir, const char *local, struct huji_library **out, struct err *e)
{
    return library_load_with(dir, local, NULL, out, e);
}

int library_load(const char *dir, struct huji_library **out, struct err *e)
{
    return library_load_with(dir, NULL, NULL, out, e);
}

void library_free(struct huji_library *lib)
{
    if (!lib)
        return;
    mem_free(lib->rules);
    mem_free(lib->measures);
    arena_release(&lib->a);
    mem_free(lib);
}

const struct rule *library_rule(const struct huji_library *lib, struct span id)
{
    for (int i = 0; i < lib->n_rules; i++)
        if (!lib->rules[i]->is_measure &&
            (span_eq(lib->rules[i]->id, id) || span_eq(lib->rules[i]->base_id, id)))
            return lib->rules[i];
    return NULL;
}

/* A variant's own value before the rule's; else a number of the question itself ("at_least"). *asked: it is one. */
static const struct ynode *param_node(const struct rule *r, struct span param, bool *asked)
{
    char key[64];
    const struct ynode *maps[] = {ynode_get(r->node, "param"),
                                  r->base ? ynode_get(r->base, "param") : NULL,
                                  ynode_get(r->node, "ask")};
    snprintf(key, sizeof key, "%.*s", (int)param.n, param.p);
    for (int i = 0; i < 3; i++) {
        *asked = i == 2;
        if (*asked && maps[i])
            maps[i] = maps[i]->child;
        const struct ynode *n = maps[i] ? ynode_get(maps[i], key) : NULL;
        if (n)
            return n;
    }
    return NULL;
}

struct span rule_param(const struct rule *r, struct span param)
{
    bool asked;
    const struct ynode *n = param_node(r, param, &asked);
    return n && n->kind == Y_SCALAR ? n->text : (struct span){NULL, 0};
}

static struct ynode *without(struct arena *a, const struct ynode *map, const char *key)
{
    struct ynode *m = arena_alloc(a, sizeof *m);
    if (!m)
        return NULL;
    *m = *map;
    struct ynode **tail = &m->child;
    for (const struct ynode *c = map->child; c; c = c->next) {
        if (span_is(c->key, key))
            continue;
        struct ynode *copy = arena_alloc(a, sizeof *copy);
        if (!copy)
            return NULL;
        *copy = *c;
        *tail = copy;
        tail = &copy->next;
    }
    *tail = NULL;
    return m;
}

/* The rule's text with another number in its question. */
static struct ynode *asked_with(struct arena *a, const struct ynode *node, struct ynode *number)
{
    const struct ynode *ask = ynode_get(node, "ask");
    struct ynode over = {.kind = Y_MAP, .child = number};
    struct ynode *kind = overlay(a, ask->child, &over);
    if (!kind)
        return NULL;
    kind->next = NULL;
    struct ynode question = *ask;
    question.child = kind;
    question.next = NULL;
    over.child = &question;
    return overlay(a, node, &over);
}

static int try_one(struct huji_library *lib, const struct rule *r, const struct ynode *param,
                   bool asked, struct span value, struct err *e)
{
    static const struct ynode nothing = {.kind = Y_MAP};
    const struct ynode *own = ynode_get(r->node, "param");
    struct ynode one = *param, over = {.kind = Y_MAP, .child = &one};
    one.text = arena_span(&lib->a, value);
    one.next = NULL;
    struct ynode *node = without(&lib->a, r->node, "keep_from");
    if (node && asked)
        node = asked_with(&lib->a, node, &one);
    struct rule *t = node && one.text.p ? new_rule(lib, r->id, e) : NULL;
    if (!t)
        return err_nomem(e);
    t->base_id = r->base_id;
    t->variant = r->variant;
    t->base = r->base;
    struct loader ld = {.lib = lib, .a = &lib->a, .rule = t, .e = e};
    ld.params = asked ? own : overlay(&lib->a, own ? own : &nothing, &over);
    ld.lets = ynode_get(r->node, "let");
    ld.base_params = ynode_get(r->base, "param");
    ld.base_lets = ynode_get(r->base, "let");
    return ld.params || asked ? rule_parse(&ld, node) : err_nomem(e);
}

int library_try(struct huji_library *lib, const struct rule *r, struct span param,
                const struct span *values, size_t n, int *first, struct err *e)
{
    bool asked;
    const struct ynode *p = param_node(r, param, &asked);
    int before = lib->n_rules, rc = 0;
    if (!p || p->kind != Y_SCALAR) {
        err_set(e, ERR_USAGE, "规则 %.*s 没有参数 %.*s", (int)r->id.n, r->id.p, (int)param.n,
                param.p);
        err_hint(e, "huji rules show %.*s 列出它的参数（param）", (int)r->id.n, r->id.p);
        return ERR_USAGE;
    }
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = try_one(lib, r, p, asked, values[i], e);
    if (rc < 0) {
        lib->n_rules = before;
        return rc;
    }
    *first = before;
    return 0;
}

static unsigned expr_sources(const struct expr *x)
{
    unsigned s = 0;
    if (!x)
        return 0;
    if (x->op == X_AGG || x->op == X_FIELD)
        s |= 1u << x->from;
    for (int i = 0; i < X_ARGS; i++)
        s |= expr_sources(x->arg[i]);
    return s;
}

unsigned rule_sources(const struct rule *r)
{
    unsigned s = r->needs_sources;
    for (int i = 0; i < r->n_clauses; i++) {
        s |= 1u << r->clause[i].src | expr_sources(r->clause[i].where);
        for (int k = 0; k < r->n_keys; k++)
            s |= expr_sources(r->key[i][k]);
        for (int k = 0; k < SL_COUNT; k++)
            s |= expr_sources(r->slot[i][k]) | expr_sources(r->loose[i][k]);
        for (int k = 0; k < r->n_except; k++)
            s |= expr_sources(r->except[i][k]);
        for (int k = 0; k < r->n_unless; k++)
            s |= expr_sources(r->unless[i][k]);
        for (int k = 0; k < r->n_cls; k++)
            s |= expr_sources(r->cls[k].when[i]);
        s |= expr_sources(r->at_expr[i]) | expr_sources(r->at_where[i]);
        for (const struct says_part *p = r->says_parts; p; p = p->next)
            s |= expr_sources(p->expr[i]);
    }
    return s;
}

const struct knowledge *library_knowledge(const struct huji_library *lib, struct span name)
{
    for (int i = 0; i < lib->n_kn; i++)
        if (span_eq(lib->kn[i].name, name))
            return &lib->kn[i];
    return NULL;
}
