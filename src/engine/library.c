/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The library: folders, files, variants, and everything that must hold across rules. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/sha.h"
#include "engine/memo.h"
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
int library_note(struct huji_library *lib, const char *path, struct span text, struct err *e)
{
    char one[65], all[17];
    sha256_hex(text, 32, one);
    const char *rel = path;
    if (span_starts(span_of(path), lib->dir))
        rel += strlen(lib->dir);
    else if (lib->local && span_starts(span_of(path), lib->local))
        rel += strlen(lib->local);
    const char *sum = arena_fmt(&lib->a, "%.*s\x1f%s\x1f%s", (int)lib->version.n,
                                lib->version.n ? lib->version.p : "", rel, one);
    if (!sum)
        return err_nomem(e);
    sha256_hex(span_of(sum), 8, all);
    lib->version = arena_span(&lib->a, span_of(all));
    return lib->version.p ? 0 : err_nomem(e);
}

int library_yaml(struct huji_library *lib, const char *path, struct ynode **root, struct err *e)
{
    struct span text;
    int rc = file_read(&lib->a, path, MAX_YAML_BYTES, &text, e);
    if (rc == 0)
        rc = library_note(lib, path, text, e);
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
    if (rc == 0)
        rc = library_note(lib, csv, text, e);
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
    int rc = library_yaml(lib, path, &root, e);
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
            rc = library_note(lib, csv, text, e);
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
    int rc = library_yaml(lib, path, &root, e);
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

struct rule *library_new_rule(struct huji_library *lib, struct span id, struct err *e)
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
    int rc = library_yaml(lib, path, &root, e);
    for (struct ynode *n = rc == 0 ? root->child : NULL; n && rc == 0; n = n->next) {
        struct measure *m = arena_calloc(&lib->a, sizeof *m);
        struct rule *r = library_new_rule(lib, n->key, e);
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

static int read_rule(struct huji_library *lib, const struct later *it, struct err *e)
{
    const struct ynode *n = it->base, *v = it->variant;
    struct loader ld = {.lib = lib, .a = &lib->a, .rule = it->rule, .e = e};
    ld.params = v ? ynode_get(v, "param") : NULL;
    ld.lets = v ? ynode_get(v, "let") : NULL;
    ld.base_params = ynode_get(n, "param");
    ld.base_lets = ynode_get(n, "let");
    int rc = rule_parse(&ld, it->node);
    if (rc < 0 && e && !e->where[0])
        err_where(e, "%s:%d（规则 %.*s）", n->file, n->line, (int)it->rule->id.n, it->rule->id.p);
    return rc;
}

static int put_off(struct huji_library *lib, const struct later *it, struct err *e)
{
    size_t n = (size_t)lib->n_later;
    if (mem_grow(&lib->later, &lib->cap_later, n + 1, sizeof *lib->later) < 0)
        return err_nomem(e);
    lib->later[lib->n_later++] = *it;
    return 0;
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
    int rc = 0;
    do {
        const struct ynode *node = v ? ynode_overlay(&lib->a, n, v) : n;
        struct rule *r = node ? library_new_rule(lib, n->key, e) : NULL;
        if (!r)
            return err_nomem(e);
        if (v && !span_is(v->key, "base")) {
            r->variant = v->key;
            r->id = span_of(
                arena_fmt(&lib->a, "%.*s.%.*s", (int)n->key.n, n->key.p, (int)v->key.n, v->key.p));
        }
        r->base = n;
        const struct later it = {r, node, v, n};
        rc = ynode_get(ynode_get(node, "ask"), "combine") ? put_off(lib, &it, e)
                                                          : read_rule(lib, &it, e);
        if (rc < 0)
            return rc;
        v = v ? v->next : NULL;
    } while (v);
    return rule_params_used(n, e);
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
        rc = library_yaml(lib, files.name[i], &root, e);
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
    for (int i = 0; i < lib->n_later && rc == 0; i++)
        rc = read_rule(lib, &lib->later[i], e);
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

int library_open(const struct library_source *from, struct huji_library **out, struct err *e)
{
    struct huji_library *lib = mem_calloc(1, sizeof *lib);
    if (!lib)
        return err_nomem(e);
    lib->dir = arena_dup(&lib->a, span_of(from->dir));
    lib->local = from->local ? arena_dup(&lib->a, span_of(from->local)) : NULL;
    int rc = lib->dir && (!from->local || lib->local) ? 0 : err_nomem(e);
    if (rc == 0 && from->file)
        rc = load_instead(lib, from->file, e);
    if (rc == 0)
        rc = load_all(lib, e);
    if (rc == 0 && from->profile)
        rc = profile_apply(lib, from->profile, from->region, e);
    if (rc == 0 && from->states)
        rc = states_apply(lib, from->states, e);
    if (rc == 0 && memo_number(lib) < 0)
        rc = err_nomem(e);
    if (rc < 0) {
        library_free(lib);
        return rc;
    }
    *out = lib;
    return 0;
}

int library_load_local(const char *dir, const char *local, struct huji_library **out, struct err *e)
{
    return library_open(&(struct library_source){.dir = dir, .local = local}, out, e);
}

int library_load(const char *dir, struct huji_library **out, struct err *e)
{
    return library_load_local(dir, NULL, out, e);
}

void library_free(struct huji_library *lib)
{
    if (!lib)
        return;
    mem_free(lib->rules);
    mem_free(lib->measures);
    mem_free(lib->later);
    arena_release(&lib->a);
    mem_free(lib);
}

const struct rule *library_rule(const struct huji_library *lib, struct span id)
{
    for (int i = 0; i < lib->n_rules; i++)
        if (!lib->rules[i]->hidden &&
            (span_eq(lib->rules[i]->id, id) || span_eq(lib->rules[i]->base_id, id)))
            return lib->rules[i];
    return NULL;
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
