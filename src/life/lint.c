/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "life/lint.h"

#include <stdio.h>

#include "screen/law.h"
#include "screen/nature.h"

struct teller {
    lint_fn *tell;
    void *ctx;
};

static int fault(const struct teller *t, const struct rule *r, int line, const char *what)
{
    if (t->tell)
        t->tell(t->ctx, r, line, what);
    return 1;
}

static int lint_law(const struct teller *t, const struct rule *r)
{
    const struct ynode *list = ynode_get(r->node, "law");
    int faults = 0;

    if (!list || !ynode_count(list))
        return fault(t, r, r->node->line, "没有写法律依据（law）");
    for (const struct ynode *c = list->child; c; c = c->next)
        if (!law_find(c->text)) {
            char text[160];

            snprintf(text, sizeof text, "不认识的法条“%.*s”", (int)c->text.n, c->text.p);
            faults += fault(t, r, c->line, text);
        }
    return faults;
}

static struct span variant_of(const struct rule *r)
{
    return r->variant.n ? r->variant : SPAN("base");
}

/* The statements of the rule that this one is a form of; NULL: it has one form only. */
static const struct ynode *forms_of(const struct rule *r)
{
    const struct ynode *v = ynode_get(r->base, "variants");

    return v && v->child && v->child->next ? v : NULL;
}

/* Does the example find something by this statement? */
static bool finds_by(const struct rule *r, const struct ynode *x)
{
    const struct ynode *finds = ynode_get(x, "finds");

    for (const struct ynode *f = finds ? finds->child : NULL; f; f = f->next) {
        struct span named = ynode_text(f, "variant");

        if (!forms_of(r) || span_eq(named.n ? named : SPAN("base"), variant_of(r)))
            return true;
    }
    return false;
}

/* Does it speak of it: finds something by it, or names it (of: [county])? */
static bool speaks_of(const struct rule *r, const struct ynode *x)
{
    const struct ynode *of = ynode_get(x, "of");

    for (const struct ynode *c = of ? of->child : NULL; c; c = c->next)
        if (span_eq(c->text, variant_of(r)))
            return true;
    return !forms_of(r) || finds_by(r, x);
}

enum example_kind { EX_HIT, EX_NEAR, EX_BOUNDARY, EX_MISSING, N_EX };

static const char *const example_kinds[N_EX] = {"hit", "near", "boundary", "missing"};

/* A hit is what finds something, whatever it is called; a near miss finds nothing by this statement. */
static bool is_example(const struct rule *r, const struct ynode *x, enum example_kind k)
{
    if (k == EX_HIT)
        return finds_by(r, x);
    if (!span_is(ynode_text(x, "kind"), example_kinds[k]) || !speaks_of(r, x))
        return false;
    return k != EX_NEAR || !finds_by(r, x);
}

static int fault_of(const struct teller *t, const struct rule *r, const struct ynode *at,
                    const char *before, struct span name, const char *after)
{
    char text[240];

    snprintf(text, sizeof text, "%s%.*s%s", before, (int)name.n, name.p, after);
    return fault(t, r, at ? at->line : r->node->line, text);
}

static bool has_form(const struct ynode *forms, struct span name)
{
    for (const struct ynode *v = forms ? forms->child : NULL; v; v = v->next)
        if (span_eq(v->key, name))
            return true;
    return false;
}

/* `of` must name forms of this rule, and a near miss can't find what it says it misses. */
static int lint_of(const struct teller *t, const struct rule *r, const struct ynode *x)
{
    const struct ynode *of = ynode_get(x, "of"), *forms = ynode_get(r->base, "variants");
    const struct ynode *first = forms ? forms->child : NULL;
    int faults = 0;

    for (const struct ynode *c = of ? of->child : NULL; c; c = c->next) {
        bool mine = span_eq(c->text, variant_of(r));
        bool reports = first ? span_eq(first->key, variant_of(r)) : true;

        if (reports && !has_form(forms, c->text))
            faults += fault_of(t, r, c, "例子的 of 写了没有的形式“", c->text, "”");
        else if (mine && span_is(ynode_text(x, "kind"), "near") && finds_by(r, x))
            faults += fault_of(t, r, c, "kind: near 的例子不该有形式 ", c->text, " 的命中");
    }
    return faults;
}

/* Each statement has examples of all four kinds of its own, or says in `without` why it can't have one. */
static int lint_examples(const struct teller *t, const struct rule *r)
{
    const struct ynode *list = ynode_get(r->node, "examples");
    const struct ynode *without = ynode_get(r->node, "without");
    int faults = 0;

    for (const struct ynode *x = list ? list->child : NULL; x; x = x->next)
        faults += lint_of(t, r, x);
    for (int k = 0; k < N_EX; k++) {
        const struct ynode *why = without ? ynode_get(without, example_kinds[k]) : NULL;
        bool there = false;

        for (const struct ynode *x = list ? list->child : NULL; x && !there; x = x->next)
            there = is_example(r, x, (enum example_kind)k);
        if (there == !why && (k != EX_HIT || !why))
            continue;
        char text[240];
        snprintf(text, sizeof text, "%s kind: %s 的例子%s%.*s%s",
                 why && k == EX_HIT ? "without 不能免去"
                 : why              ? "without 说没有，却有"
                                    : "缺少",
                 example_kinds[k], forms_of(r) ? "（形式 " : "",
                 forms_of(r) ? (int)variant_of(r).n : 0, variant_of(r).p, forms_of(r) ? "）" : "");
        faults += fault(t, r, why ? why->line : list ? list->line : r->node->line, text);
    }
    for (const struct ynode *w = without ? without->child : NULL; w; w = w->next) {
        bool known = false;

        for (int k = 0; k < N_EX; k++)
            known = known || span_is(w->key, example_kinds[k]);
        if (!known || !w->text.n)
            faults += fault_of(t, r, w, "without 应写 例子的种类: 理由，不是“", w->key, "”");
    }
    return faults;
}

/* One of the acts that screen/nature.c names, where the rule says more than its law. */
static int lint_nature(const struct teller *t, const struct rule *r)
{
    const struct ynode *named = ynode_get(r->node, "nature");
    struct buf b = BUF_INIT;
    int faults = 0;

    if (!named || (named->kind == Y_SCALAR && nature_find(named->text) >= 0))
        return 0;
    buf_fmt(&b, "nature 没有“%.*s”，应是其中一个：", (int)named->text.n, named->text.p);
    for (const struct nature *n = natures; n->code; n++)
        buf_fmt(&b, "%s%s %s", n == natures ? "" : "、", n->code, n->title);
    faults = fault(t, r, named->line, buf_cstr(&b));
    buf_release(&b);
    return faults;
}

int lint_rule(const struct rule *r, lint_fn *tell, void *ctx)
{
    const struct teller one = {tell, ctx}, *t = &one;
    static const char *const wanted[] = {"name",   "says",   "clears",    "false_positives",
                                         "judged", "phases", "effective", "serves"};
    int faults = lint_law(t, r) + lint_nature(t, r) + lint_examples(t, r);
    const struct ynode *tags = ynode_get(r->node, "tags");

    if (!r->tags.bits[TAG_WHO] || !r->tags.bits[TAG_RELEASE])
        faults += fault(t, r, tags ? tags->line : r->node->line, "tags 没有写 who 或 release");

    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!ynode_get(r->node, wanted[i])) {
            char text[160];

            snprintf(text, sizeof text, "没有写 %s", wanted[i]);
            faults += fault(t, r, r->node->line, text);
        }
    return faults;
}

int lint_names(const struct huji_library *lib, lint_fn *tell, void *ctx)
{
    const struct teller t = {tell, ctx};
    int faults = 0;

    for (int i = 0; i < lib->n_rules; i++)
        for (int k = 0; k < i; k++) {
            const struct rule *r = lib->rules[i], *twin = lib->rules[k];
            char text[240];

            if (r->hidden || twin->hidden || !span_eq(r->name, twin->name))
                continue;
            snprintf(text, sizeof text, "%.*s 与 %.*s 同名“%.*s”，列表里分不清；%s", (int)r->id.n,
                     r->id.p, (int)twin->id.n, twin->id.p, (int)r->name.n, r->name.p,
                     r->variant.n ? "变体要有自己的 name" : "请换一个 name");
            faults += fault(&t, r, r->line, text);
        }
    return faults;
}
