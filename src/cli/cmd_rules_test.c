/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/library.h"
#include "engine/example.h"

struct tally {
    int passed, failed;
    bool only_failed;
};

static void tell(void *ctx, const struct example_result *r)
{
    struct tally *t = ctx;

    t->passed += r->ok;
    t->failed += !r->ok;
    if (r->ok && t->only_failed)
        return;
    printf("%s %.*s %.*s\n", r->ok ? "ok" : "not ok", (int)r->rule.n, r->rule.p, (int)r->name.n,
           r->name.p);
    if (!r->ok)
        printf("# %s\n", r->why);
}

static int run(const struct args *a, struct err *e)
{
    struct huji_library *lib = NULL;
    struct tally t = {.only_failed = args_has(a, "failed")};
    int rc = library_for_with(a, (struct library_wish){.as_written = true}, &lib, e);

    if (rc)
        return rc;
    if (a->n_operands == 0)
        rc = examples_run(lib, NULL, tell, &t, e);
    for (int i = 0; i < a->n_operands && !rc; i++) {
        int before = t.passed + t.failed;

        rc = examples_run(lib, a->operands[i], tell, &t, e);
        if (!rc && t.passed + t.failed == before) {
            rc = err_set(e, ERR_USAGE, "规则 %s 没有例子，或没有这条规则", a->operands[i]);
            err_hint(e, "huji rules list 列出全部规则");
        }
    }
    library_free(lib);
    if (rc)
        return rc;
    note("%d 个例子通过，%d 个不通过", t.passed, t.failed);
    return t.failed ? 1 : 0;
}

static const struct option options[] = {
    {"failed", 0, ARG_FLAG, NULL, NULL, false, "只列不通过的"}, OPT_DATA, OPT_RULES, OPT_END};
static const struct example examples[] = {
    {"rules test", "全部规则的例子"},
    {"rules test B02 B07", "两条规则的例子"},
    EXAMPLE_END,
};
const struct command cmd_rules_test = {
    .name = "rules test",
    .title = "跑一遍写在规则里的例子",
    .operands = "[ID ...]",
    .options = options,
    .examples = examples,
    .max_operands = -1,
    .run = run,
};
