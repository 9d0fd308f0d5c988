/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/library.h"
#include "engine/rule.h"
#include "screen/law.h"

/* What loading does not ask: law known, examples of all four kinds, something to clear it. */
static int fault(const struct rule *r, int line, const char *what)
{
    printf("%s:%d: %.*s: %s\n", r->file, line, (int)r->base_id.n, r->base_id.p, what);
    return 1;
}

static int lint_law(const struct rule *r)
{
    const struct ynode *list = ynode_get(r->node, "law");
    int faults = 0;

    if (!list || !ynode_count(list))
        return fault(r, r->node->line, "没有写法律依据（law）");
    for (const struct ynode *c = list->child; c; c = c->next)
        if (!law_find(c->text)) {
            char text[160];

            snprintf(text, sizeof text, "不认识的法条“%.*s”", (int)c->text.n, c->text.p);
            faults += fault(r, c->line, text);
        }
    return faults;
}

static int lint_examples(const struct rule *r)
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
            faults += fault(r, list ? list->line : r->node->line, text);
        }
    }
    return faults;
}

static int lint_rule(const struct rule *r)
{
    static const char *const wanted[] = {"name",   "says",   "clears",    "false_positives",
                                         "judged", "phases", "effective", "serves"};
    int faults = lint_law(r) + lint_examples(r);
    const struct ynode *tags = ynode_get(r->node, "tags");

    if (!r->tags.bits[TAG_WHO] || !r->tags.bits[TAG_RELEASE])
        faults += fault(r, tags ? tags->line : r->node->line, "tags 没有写 who 或 release");

    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!ynode_get(r->node, wanted[i])) {
            char text[160];

            snprintf(text, sizeof text, "没有写 %s", wanted[i]);
            faults += fault(r, r->node->line, text);
        }
    return faults;
}

static int run(const struct args *a, struct err *e)
{
    struct huji_library *lib = NULL;
    int rc = library_for(a, &lib, e), faults = 0, n = 0;

    if (rc)
        return rc;
    for (int i = 0; i < lib->n_rules; i++) {
        const struct rule *r = lib->rules[i];
        bool again = i > 0 && r->variant.n && lib->rules[i - 1]->node == r->node;

        if (r->hidden || again)
            continue;
        faults += lint_rule(r);
        n++;
    }
    if (faults)
        note("%d 条规则，%d 处不合规", n, faults);
    else
        note("%d 条规则，全部合规", n);
    library_free(lib);
    return faults ? 1 : 0;
}

static const struct option options[] = {OPT_DATA, OPT_RULES, OPT_END};
static const struct example examples[] = {
    {"rules lint", "检查规则库：编号、字段、名字、法条、例子"},
    EXAMPLE_END,
};
const struct command cmd_rules_lint = {
    .name = "rules lint",
    .title = "检查规则库写得对不对",
    .operands = "",
    .text =
        "先整个读入（字段、名字、参数、知识表有错就说出文件、行、字段），再看每条规则的法条、四种例子、解除材料。",
    .options = options,
    .examples = examples,
    .run = run,
};
