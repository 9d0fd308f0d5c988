/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A rule's parameters: what they are, and the rule with another value of one. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "engine/load.h"

struct ynode *ynode_overlay(struct arena *a, const struct ynode *base, const struct ynode *over)
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

const struct ynode *rule_param_node(const struct rule *r, struct span param, bool *asked)
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
    const struct ynode *n = rule_param_node(r, param, &asked);
    return n && n->kind == Y_SCALAR ? n->text : (struct span){NULL, 0};
}

size_t rule_param_names(const struct rule *r, struct span *names, size_t cap)
{
    const struct ynode *ask = ynode_get(r->node, "ask");
    const struct ynode *maps[] = {ynode_get(r->node, "param"),
                                  r->base ? ynode_get(r->base, "param") : NULL,
                                  ask ? ask->child : NULL};
    size_t n = 0;
    for (int i = 0; i < 3; i++)
        for (const struct ynode *c = maps[i] && maps[i]->kind == Y_MAP ? maps[i]->child : NULL;
             c && n < cap; c = c->next) {
            bool asked;
            /* of the question: what is written as a number, a digit first */
            bool number = c->kind == Y_SCALAR && c->text.n &&
                          (i < 2 || (c->text.p[0] >= '0' && c->text.p[0] <= '9'));
            for (size_t k = 0; k < n && number; k++)
                number = !span_eq(names[k], c->key); /* a variant may share its base's map */
            if (number && rule_param_node(r, c->key, &asked) == c)
                names[n++] = c->key;
        }
    return n;
}

struct span rule_bound(const struct rule *r)
{
    static const char *const bounds[] = {"at_least", "more_than", "max", "min", "tau", "ratio"};
    struct span names[32];
    size_t n = rule_param_names(r, names, 32);
    if (r->slider.param.n)
        return r->slider.param;
    for (size_t b = 0; b < sizeof bounds / sizeof *bounds; b++)
        for (size_t i = 0; i < n; i++)
            if (span_is(names[i], bounds[b]))
                return names[i];
    return n == 1 ? names[0] : (struct span){NULL, 0};
}

int rule_params_hint(const struct rule *r, struct err *e)
{
    struct span names[32];
    size_t n = rule_param_names(r, names, 32);
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < n; i++) {
        struct span value = rule_param(r, names[i]);
        buf_fmt(&b, "%s%.*s（%.*s）", i ? "、" : "", (int)names[i].n, names[i].p, (int)value.n,
                value.p);
    }
    int rc = n ? err_hint(e, "它的参数：%s", buf_cstr(&b)) : err_hint(e, "它没有可以变的数");
    buf_release(&b);
    return rc;
}

int rule_no_param(const struct rule *r, struct span param, struct err *e)
{
    if (param.n)
        err_set(e, ERR_USAGE, "规则 %.*s 没有参数 %.*s", (int)r->id.n, r->id.p, (int)param.n,
                param.p);
    else
        err_set(e, ERR_USAGE, "没有写明要变规则 %.*s 的哪个参数", (int)r->id.n, r->id.p);
    rule_params_hint(r, e);
    return ERR_USAGE;
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
    struct ynode *kind = ynode_overlay(a, ask->child, &over);
    if (!kind)
        return NULL;
    kind->next = NULL;
    struct ynode question = *ask;
    question.child = kind;
    question.next = NULL;
    over.child = &question;
    return ynode_overlay(a, node, &over);
}

int rule_changed(struct huji_library *lib, const struct rule *r, const struct ynode *to,
                 bool slides, struct rule **out, struct err *e)
{
    bool asked;
    const struct ynode *was = rule_param_node(r, to->key, &asked),
                       *own = ynode_get(r->node, "param");
    struct ynode one = *to, all = {.kind = Y_MAP}, over = {.kind = Y_MAP};
    struct ynode *node = slides ? ynode_overlay(&lib->a, r->node, &over)
                                : without(&lib->a, r->node, "keep_from");
    one.key = was->key;
    one.next = NULL;
    over.child = &one;
    if (node && asked) {
        node = asked_with(&lib->a, node, &one);
    } else if (node) {
        struct ynode *param = ynode_overlay(&lib->a, own ? own : &all, &over);
        if (!param)
            return err_nomem(e);
        param->key = SPAN("param");
        param->next = NULL;
        over.child = param;
        node = ynode_overlay(&lib->a, node, &over);
    }
    struct rule *t = node ? library_new_rule(lib, r->id, e) : NULL;
    if (!t)
        return err_nomem(e);
    t->base_id = r->base_id;
    t->variant = r->variant;
    t->base = r->base;
    t->shipped = r->shipped ? r->shipped : r;
    t->hidden = r->hidden;
    t->feeds = r->feeds;
    struct loader ld = {.lib = lib, .a = &lib->a, .rule = t, .e = e};
    ld.params = ynode_get(node, "param");
    ld.lets = ynode_get(r->node, "let");
    ld.base_params = ynode_get(r->base, "param");
    ld.base_lets = ynode_get(r->base, "let");
    *out = t;
    return rule_parse(&ld, node);
}

int library_try(struct huji_library *lib, const struct rule *r, struct span param,
                const struct span *values, size_t n, int *first, struct err *e)
{
    bool asked;
    const struct ynode *p = rule_param_node(r, param, &asked);
    int before = lib->n_rules, rc = 0;
    if (!p || p->kind != Y_SCALAR)
        return rule_no_param(r, param, e);
    for (size_t i = 0; i < n && rc == 0; i++) {
        struct ynode to = *p;
        struct rule *t;
        to.text = arena_span(&lib->a, values[i]);
        rc = to.text.p ? rule_changed(lib, r, &to, false, &t, e) : err_nomem(e);
    }
    if (rc < 0) {
        lib->n_rules = before;
        return rc;
    }
    *first = before;
    return 0;
}

/* ---- names that nothing asks for ---- */

static bool mentions(struct span text, struct span name)
{
    for (size_t i = 0; i + name.n < text.n; i++) {
        if (text.p[i] != '$' || memcmp(text.p + i + 1, name.p, name.n) != 0)
            continue;
        char after = i + 1 + name.n < text.n ? text.p[i + 1 + name.n] : 0;
        if (!isalnum((unsigned char)after) && after != '_')
            return true;
    }
    return false;
}

static bool asked_anywhere(const struct ynode *n, struct span name)
{
    if (n->kind == Y_SCALAR)
        return mentions(n->text, name);
    for (const struct ynode *c = n->child; c; c = c->next)
        if (asked_anywhere(c, name))
            return true;
    return false;
}

/* The names after $ in n, each once, into b. */
static void names_asked(const struct ynode *n, struct buf *b)
{
    for (size_t i = 0; n->kind == Y_SCALAR && i + 1 < n->text.n; i++) {
        size_t k = i + 1;
        if (n->text.p[i] != '$')
            continue;
        while (k < n->text.n && (isalnum((unsigned char)n->text.p[k]) || n->text.p[k] == '_'))
            k++;
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)(k - i - 1), n->text.p + i + 1);
        if (name[0] && !strstr(buf_cstr(b), name))
            buf_fmt(b, "%s%s", b->n ? " " : "", name);
    }
    for (const struct ynode *c = n->child; c; c = c->next)
        names_asked(c, b);
}

static int each_used(const struct ynode *rule, const struct ynode *params, struct err *e)
{
    for (const struct ynode *p = params ? params->child : NULL; p; p = p->next) {
        if (asked_anywhere(rule, p->key))
            continue;
        struct buf b = BUF_INIT;
        names_asked(rule, &b);
        ynode_bad(p, e, "规则 %.*s 里没有用到参数 %.*s（没有 $%.*s）", (int)rule->key.n,
                  rule->key.p, (int)p->key.n, p->key.p, (int)p->key.n, p->key.p);
        if (b.n)
            err_hint(e, "规则里用到的参数：%s", buf_cstr(&b));
        buf_release(&b);
        return ERR_INPUT;
    }
    return 0;
}

int rule_params_used(const struct ynode *rule, struct err *e)
{
    const struct ynode *v = ynode_get(rule, "variants");
    int rc = each_used(rule, ynode_get(rule, "param"), e);
    for (v = v ? v->child : NULL; v && rc == 0; v = v->next)
        rc = each_used(rule, ynode_get(v, "param"), e);
    return rc;
}
