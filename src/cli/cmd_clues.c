/* SPDX-License-Identifier: MulanPSL-2.0 */
/* huji clues raise: the findings of the last run into the casework, from the shell. */
#include "casework/clue.h"
#include "cli/bar.h"
#include "cli/casework.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/library.h"
#include "cli/store.h"
#include "engine/rule.h"

static bool on_trial(void *ctx, struct span rule)
{
    const struct huji_library *lib = ctx;

    for (int i = 0; i < lib->n_rules; i++)
        if (span_eq(lib->rules[i]->id, rule))
            return lib->rules[i]->state == ST_TRIAL;
    return false;
}

static int run(const struct args *a, struct err *e)
{
    struct actor who = console_actor();
    struct huji_library *lib = NULL;
    struct raise_report r = {0};
    struct store *s = NULL;
    struct cw *db = NULL;
    struct bar bar;
    int rc = store_for(a, STORE_WRITE, &s, e);

    if (!rc)
        rc = casework_for(a, &db, e);
    if (!rc)
        rc = library_for(a, &lib, e);
    if (!rc)
        rc = clues_teach(db, s, e);
    if (!rc) {
        bar_begin(&bar);
        rc = clues_raise(db, s, &who, on_trial, lib, &bar.progress, &r, e);
        bar_end(&bar);
    }
    if (!rc)
        note("疑点 %lld 条：新登记 %lld，内容有变 %lld，照旧 %lld；不再命中的线索 %lld 条，留着",
             (long long)r.findings, (long long)r.added, (long long)r.changed, (long long)r.same,
             (long long)r.gone);
    library_free(lib);
    cw_close(db);
    store_close(s);
    return rc;
}

static const struct option options[] = {OPT_DATA, OPT_CASEWORK, OPT_RULES, OPT_END};
static const struct example examples[] = {
    {"clues raise --data 我的县", "最近一次筛查的疑点登记为线索"},
    EXAMPLE_END,
};
const struct command cmd_clues_raise = {
    .name = "clues raise",
    .title = "把最近一次筛查的疑点登记为线索",
    .operands = "",
    .text =
        "可以反复运行：同一疑点只有一条线索，人写上去的（结论、分派、评论）都留着，只更新机器说的。\n"
        "试运行的规则不登记。服务在运行时请在网页上做。",
    .options = options,
    .examples = examples,
    .run = run,
};
