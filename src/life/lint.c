/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "life/lint.h"

#include <stdio.h>

#include "screen/law.h"

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

/* Does some example find something by this variant? */
static bool has_hit(const struct ynode *list, struct span variant)
{
    for (const struct ynode *x = list ? list->child : NULL; x; x = x->next) {
        const struct ynode *finds = ynode_get(x, "finds");

        for (const struct ynode *f = finds ? finds->child : NULL; f; f = f->next)
            if (span_eq(ynode_text(f, "variant"), variant))
                return true;
    }
    return false;
}

static int lint_examples(const struct teller *t, const struct rule *r)
{
    static const char *const kinds[] = {"hit", "near", "boundary", "missing"};
    const struct ynode *list = ynode_get(r->node, "examples");
    int faults = 0;

    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        bool there = false;

        for (const struct ynode *x = list ? list->child : NULL; x && !there; x = x->next)
            there = span_is(ynode_text(x, "kind"), kinds[k]);
        if (!there) {
            char text[160];

            snprintf(text, sizeof text, "缺少 kind: %s 的例子", kinds[k]);
            faults += fault(t, r, list ? list->line : r->node->line, text);
        }
    }
    struct span variant = r->id;
    span_cut(&variant, '.');
    if (variant.n && !has_hit(list, variant)) {
        char text[160];

        snprintf(text, sizeof text, "形式 %.*s 没有命中的例子", (int)variant.n, variant.p);
        faults += fault(t, r, list ? list->line : r->node->line, text);
    }
    return faults;
}

int lint_rule(const struct rule *r, lint_fn *tell, void *ctx)
{
    const struct teller one = {tell, ctx}, *t = &one;
    static const char *const wanted[] = {"name",   "says",   "clears",    "false_positives",
                                         "judged", "phases", "effective", "serves"};
    int faults = lint_law(t, r) + lint_examples(t, r);
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
