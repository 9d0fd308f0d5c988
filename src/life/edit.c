/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "life/edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "engine/yaml.h"
#include "run/exceptions.h"

/* A file of the stage as a tree; an absent one is an empty map. */
static int read_map(struct stage *s, struct arena *a, const char *name, const struct ynode **out,
                    struct err *e)
{
    static const struct ynode none = {.kind = Y_MAP};
    char *path = arena_fmt(a, "%s/%s", s->dir, name);
    struct ynode *root;
    int rc = path ? 0 : err_nomem(e);

    *out = &none;
    if (rc || access(path, F_OK) != 0)
        return rc;
    rc = yaml_load(a, path, &root, e);
    if (!rc && root->kind == Y_MAP)
        *out = root;
    return rc;
}

static int save(struct stage *s, const char *name, const struct buf *b, struct err *e)
{
    return b->failed ? err_nomem(e) : stage_write(s, name, (struct span){buf_cstr(b), b->n}, e);
}

/* --- states.yaml ---------------------------------------------------------------------------------------- */

static void put_state(struct buf *b, struct span rule, struct span state, struct span version,
                      struct span digest)
{
    buf_json(b, rule);
    buf_fmt(b, ": {state: %.*s", (int)state.n, state.p);
    if (version.n)
        buf_fmt(b, ", version: %.*s", (int)version.n, version.p);
    if (digest.n)
        buf_fmt(b, ", digest: \"%.*s\"", (int)digest.n, digest.p);
    buf_str(b, "}\n");
}

int edit_state(struct stage *s, const char *rule, enum rule_state state, int version,
               const char *digest, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct buf b = BUF_INIT;
    const struct ynode *root;
    char number[16];
    bool done = false;
    int rc = read_map(s, &a, "states.yaml", &root, e);

    snprintf(number, sizeof number, "%d", version);
    buf_str(&b,
            "# 各规则的状态，由批准的变更写入（changes.jsonl 记着谁、何时、为什么）；不要手改。\n");
    for (const struct ynode *n = rc ? NULL : root->child; n; n = n->next) {
        bool this = span_is(n->key, rule);

        if (this)
            put_state(&b, n->key, span_of(rule_state_name[state]), span_of(number),
                      span_of(digest));
        else
            put_state(&b, n->key, ynode_text(n, "state"), ynode_text(n, "version"),
                      ynode_text(n, "digest"));
        done |= this;
    }
    if (!done)
        put_state(&b, span_of(rule), span_of(rule_state_name[state]), span_of(number),
                  span_of(digest));
    if (!rc)
        rc = save(s, "states.yaml", &b, e);
    buf_release(&b);
    arena_release(&a);
    return rc;
}

/* --- profile.yaml --------------------------------------------------------------------------------------- */

struct value {
    struct span region, rule, param, text;
};

static int by_place(const void *pa, const void *pb)
{
    const struct value *a = pa, *b = pb;
    int d = span_cmp(a->region, b->region);

    d = d ? d : span_cmp(a->rule, b->rule);
    return d ? d : span_cmp(a->param, b->param);
}

static int list_values(const struct ynode *root, const struct value *fresh, struct value **out,
                       size_t *n, struct err *e)
{
    size_t cap = 0;

    *out = NULL;
    *n = 0;
    for (const struct ynode *g = root->child; g; g = g->next)
        for (const struct ynode *r = g->child; r; r = r->next)
            for (const struct ynode *v = r->child; v; v = v->next) {
                struct value one = {g->key, r->key, v->key, v->text};

                if (by_place(&one, fresh) == 0)
                    continue;
                if (mem_grow(out, &cap, *n + 2, sizeof **out))
                    return err_nomem(e);
                (*out)[(*n)++] = one;
            }
    if (fresh->text.n) {
        if (mem_grow(out, &cap, *n + 1, sizeof **out))
            return err_nomem(e);
        (*out)[(*n)++] = *fresh;
    }
    if (*n)
        qsort(*out, *n, sizeof **out, by_place);
    return 0;
}

static void put_values(struct buf *b, const struct value *v, size_t n)
{
    buf_str(b, "# 地区参数，由批准的变更写入（changes.jsonl 记着谁、何时、为什么）。\n");
    for (size_t i = 0; i < n; i++) {
        bool region = i == 0 || !span_eq(v[i].region, v[i - 1].region);
        bool rule = region || !span_eq(v[i].rule, v[i - 1].rule);

        if (region) {
            buf_json(b, v[i].region);
            buf_str(b, ":\n");
        }
        if (rule) {
            buf_str(b, "  ");
            buf_json(b, v[i].rule);
            buf_str(b, ":\n");
        }
        buf_str(b, "    ");
        buf_json(b, v[i].param);
        buf_str(b, ": ");
        buf_json(b, v[i].text);
        buf_char(b, '\n');
    }
}

int edit_param(struct stage *s, const char *region, const char *rule, const char *param,
               const char *value, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct buf b = BUF_INIT;
    const struct ynode *root;
    struct value fresh = {span_of(region), span_of(rule), span_of(param), span_of(value)};
    struct value *all = NULL;
    size_t n = 0;
    int rc = read_map(s, &a, "profile.yaml", &root, e);

    if (!rc)
        rc = list_values(root, &fresh, &all, &n, e);
    if (!rc)
        put_values(&b, all, n);
    if (!rc)
        rc = n ? save(s, "profile.yaml", &b, e) : stage_remove(s, "profile.yaml", e);
    mem_free(all);
    buf_release(&b);
    arena_release(&a);
    return rc;
}

/* --- exceptions.yaml ------------------------------------------------------------------------------------- */

int edit_next_exception(const struct stage *s, int64_t *no, struct err *e)
{
    struct exceptions x = {0};
    int rc = exceptions_load_from(s->dir, NULL, &x, e);

    *no = 1;
    for (size_t i = 0; i < x.n; i++)
        *no = x.at[i].no >= *no ? x.at[i].no + 1 : *no;
    exceptions_release(&x);
    return rc;
}

int edit_exception(struct stage *s, const char *item, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct buf b = BUF_INIT;
    struct span text = {"", 0};
    char *path = arena_fmt(&a, "%s/exceptions.yaml", s->dir);
    int rc = path ? 0 : err_nomem(e);

    if (!rc && access(path, F_OK) == 0)
        rc = file_read(&a, path, MAX_YAML_BYTES, &text, e);
    if (!rc) {
        buf_str(&b, text.n ? "" : "# 规则的例外：只增不改，由 huji exceptions add 与 end 写入。\n");
        buf_span(&b, text);
        if (text.n && text.p[text.n - 1] != '\n')
            buf_char(&b, '\n');
        buf_fmt(&b, "- {%s}\n", item);
        rc = save(s, "exceptions.yaml", &b, e);
    }
    buf_release(&b);
    arena_release(&a);
    return rc;
}
