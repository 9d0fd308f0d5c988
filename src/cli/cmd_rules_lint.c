/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/library.h"
#include "engine/rule.h"
#include "life/lint.h"

static void tell(void *ctx, const struct rule *r, int line, const char *what)
{
    (void)ctx;
    printf("%s:%d: %.*s: %s\n", r->file, line, (int)r->base_id.n, r->base_id.p, what);
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
        faults += lint_rule(r, tell, NULL);
        n++;
    }
    faults += lint_names(lib, tell, NULL);
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
        "先整个读入（字段、名字、参数、知识表有错就说出文件、行、字段），再看每条规则的法条、四种例子、解除材料，有没有两条同名。",
    .options = options,
    .examples = examples,
    .run = run,
};
