/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Regional parameters: {region: {rule: {param: value}}}. A region is the first 2, 4 or 6 digits of the administrative
 * division; the longest that begins the library's own holds. B02 speaks of the rule and of those of its variants that
 * do not say the parameter themselves; B02.x of that variant alone. Values of other regions are checked all the same.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/load.h"

bool region_ok(struct span r)
{
    if (r.n != 2 && r.n != 4 && r.n != 6)
        return false;
    for (size_t i = 0; i < r.n; i++)
        if (r.p[i] < '0' || r.p[i] > '9')
            return false;
    return r.p[0] != '0';
}

static const struct ynode *child(const struct ynode *map, struct span key)
{
    for (const struct ynode *c = map && map->kind == Y_MAP ? map->child : NULL; c; c = c->next)
        if (span_eq(c->key, key))
            return c;
    return NULL;
}

/* Does the entry `id` of a region speak of this parameter of this rule? */
static bool speaks(struct span id, const struct rule *r, struct span param)
{
    bool asked;
    if (!rule_param_node(r, param, &asked))
        return false;
    if (span_eq(id, r->id))
        return true;
    return span_eq(id, r->base_id) && (asked || !child(child(r->node, SPAN("param")), param));
}

static bool begins(struct span region, struct span all)
{
    return region.n <= all.n && memcmp(region.p, all.p, region.n) == 0;
}

struct span profile_region(const struct huji_library *lib, const struct rule *r, struct span param,
                           const struct ynode **at)
{
    const struct rule *own = r->shipped ? r->shipped : r;
    struct span best = {NULL, 0};
    for (const struct ynode *g = lib->profile ? lib->profile->child : NULL; g; g = g->next) {
        if (g->key.n <= best.n || !begins(g->key, lib->region))
            continue;
        const struct ynode *v = child(child(g, own->id), param);
        if (!v && speaks(own->base_id, own, param))
            v = child(child(g, own->base_id), param);
        if (!v)
            continue;
        best = g->key;
        *at = v;
    }
    return best;
}

/* ---- check ---- */

static int no_such(const struct ynode *at, const struct ynode *rule, const struct rule *r,
                   struct err *e)
{
    struct span own = r->id;
    bool asked;
    if (rule_param_node(r, at->key, &asked)) {
        ynode_bad(at, e, "规则 %.*s 的各变体自有参数 %.*s，应写明是哪一个变体", (int)rule->key.n,
                  rule->key.p, (int)at->key.n, at->key.p);
        return err_hint(e, "如 %.*s", (int)own.n, own.p);
    }
    ynode_bad(at, e, "规则 %.*s 没有参数 %.*s", (int)rule->key.n, rule->key.p, (int)at->key.n,
              at->key.p);
    return rule_params_hint(r, e);
}

static bool is_digit(char c)
{
    return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+';
}

/* "15 d" -> "d" */
static struct span unit_of(struct span v)
{
    v = span_trim(v);
    while (v.n && is_digit(v.p[0]))
        v = (struct span){v.p + 1, v.n - 1};
    return span_trim(v);
}

/* A day is a day and an hour so many seconds: the parser reads numbers, what they count is the rule's affair. So a value
 * is of the same family as the rule's own. 0 = a bare number; unknown units are the parser's to refuse. */
static int family_of(struct span unit)
{
    static const char *const words[][4] = {
        {"d", "天"}, {"h", "min", "s"}, {"元", "万元"}, {"%"}, {"次"}};
    if (!unit.n)
        return 0;
    for (int f = 0; f < (int)(sizeof words / sizeof *words); f++)
        for (int w = 0; w < 4 && words[f][w]; w++)
            if (span_is(unit, words[f][w]))
                return f + 1;
    return -1;
}

static int bad_value(const struct ynode *at, struct span own, const struct err *why, struct err *e)
{
    char reason[300];
    snprintf(reason, sizeof reason, "%.250s", why->message);
    ynode_bad(at, e, "参数 %.*s 的值“%.*s”不对：%s", (int)at->key.n, at->key.p, (int)at->text.n,
              at->text.p, reason);
    return err_hint(e, "写法同规则里的值，如 %.*s", (int)own.n, own.p);
}

static int check_value(struct huji_library *lib, const struct ynode *at, const struct rule *r,
                       struct err *e)
{
    struct span own = rule_param(r, at->key);
    int before = lib->n_rules, nodes = lib->n_nodes, rc = 0;
    struct err why = {0};
    struct rule *t;
    if (!own.n)
        return ynode_bad(at, e, "参数 %.*s 不是一个值，不能按地区改", (int)at->key.n, at->key.p);
    if (at->kind != Y_SCALAR || !at->text.n)
        return ynode_bad(at, e, "参数 %.*s 应为一个值，如 %.*s", (int)at->key.n, at->key.p,
                         (int)own.n, own.p);
    if (is_digit(own.p[0])) {
        struct span unit = unit_of(at->text);
        if (!is_digit(at->text.p[0]))
            rc = err_set(&why, ERR_INPUT, "应为数值");
        else if (family_of(unit) != family_of(unit_of(own)))
            rc = err_set(&why, ERR_INPUT, unit.n ? "单位不对" : "缺少单位");
    }
    if (rc == 0)
        rc = rule_changed(lib, r, at, false, &t, &why);
    lib->n_rules = before;
    lib->n_nodes = nodes;
    return rc == 0 ? 0 : rc == ERR_NOMEM ? err_nomem(e) : bad_value(at, own, &why, e);
}

static int check_rule(struct huji_library *lib, const struct ynode *n, int n_rules, struct err *e)
{
    const struct rule *first = NULL;
    for (int i = 0; i < n_rules && !first; i++)
        if (!lib->rules[i]->hidden &&
            (span_eq(lib->rules[i]->id, n->key) || span_eq(lib->rules[i]->base_id, n->key)))
            first = lib->rules[i];
    if (!first) {
        ynode_bad(n, e, "没有规则 %.*s", (int)n->key.n, n->key.p);
        return err_hint(e, "huji rules list 列出全部规则");
    }
    if (n->kind != Y_MAP)
        return ynode_bad(n, e, "规则 %.*s 之下应为 {参数: 值}", (int)n->key.n, n->key.p);
    for (const struct ynode *v = n->child; v; v = v->next) {
        int spoken = 0, rc = 0;
        for (int i = 0; i < n_rules && rc == 0; i++) {
            const struct rule *r = lib->rules[i];
            if (r->hidden || !speaks(n->key, r, v->key))
                continue;
            spoken++;
            rc = check_value(lib, v, r, e);
        }
        if (rc == 0 && !spoken)
            rc = no_such(v, n, first, e);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int check(struct huji_library *lib, const struct ynode *root, struct err *e)
{
    int n_rules = lib->n_rules;
    if (root->kind != Y_MAP)
        return ynode_bad(root->line || !root->child ? root : root->child, e,
                         "地区参数应为「区划: {规则: {参数: 值}}」");
    for (const struct ynode *g = root->child; g; g = g->next) {
        if (!region_ok(g->key)) {
            ynode_bad(g, e, "区划“%.*s”应为 2、4 或 6 位数字", (int)g->key.n, g->key.p);
            return err_hint(e, "如 \"42\"（省）、\"4205\"（市）、\"420502\"（县）");
        }
        if (g->kind != Y_MAP)
            return ynode_bad(g, e, "区划之下应为 {规则: {参数: 值}}");
        for (const struct ynode *n = g->child; n; n = n->next) {
            int rc = check_rule(lib, n, n_rules, e);
            if (rc < 0)
                return rc;
        }
    }
    return 0;
}

/* ---- apply ---- */

/* With keep_from where the new value still agrees with it; without where it lies beyond. */
static int change(struct huji_library *lib, const struct rule *r, const struct ynode *to,
                  struct rule **out, struct err *e)
{
    int before = lib->n_rules, rc = rule_changed(lib, r, to, true, out, NULL);
    if (rc < 0) {
        lib->n_rules = before;
        rc = rule_changed(lib, r, to, false, out, e);
    }
    lib->n_rules = before;
    return rc;
}

static int apply_to(struct huji_library *lib, int index, struct err *e)
{
    const struct rule *own = lib->rules[index];
    struct rule *now = NULL;
    for (const struct ynode *g = lib->profile->child; g; g = g->next)
        for (const struct ynode *n = g->child; n; n = n->next)
            for (const struct ynode *v = n->child; v; v = v->next) {
                const struct ynode *at = NULL;
                if (!speaks(n->key, own, v->key) || !profile_region(lib, own, v->key, &at).n ||
                    at != v)
                    continue;
                int rc = change(lib, now ? now : own, v, &now, e);
                if (rc < 0)
                    return rc;
            }
    if (now) {
        now->index = index;
        lib->rules[index] = now;
    }
    return 0;
}

int profile_apply(struct huji_library *lib, const char *path, const char *region, struct err *e)
{
    struct ynode *root;
    if (access(path, F_OK) != 0)
        return 0;
    path = arena_dup(&lib->a, span_of(path));
    int rc = path ? library_yaml(lib, path, &root, e) : err_nomem(e);
    if (rc == 0)
        rc = check(lib, root, e);
    if (rc < 0)
        return rc;
    if (!region) {
        err_set(e, ERR_STATE, "有地区参数 %s，但数据目录没有设定区划", path);
        return err_hint(e, "huji config region 420500 --data 数据目录");
    }
    if (!region_ok(span_of(region))) {
        err_set(e, ERR_USAGE, "区划“%s”应为 2、4 或 6 位数字", region);
        return err_hint(e, "如 420500");
    }
    lib->region = arena_span(&lib->a, span_of(region));
    rc = lib->region.p ? library_note(lib, "region", lib->region, e) : err_nomem(e);
    lib->profile = root;
    for (int i = 0, n = lib->n_rules; i < n && rc == 0; i++)
        if (!lib->rules[i]->hidden)
            rc = apply_to(lib, i, e);
    return rc;
}
