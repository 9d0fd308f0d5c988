/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/ready.h"

#include <string.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/grids.h"
#include "cli/library.h"
#include "screen/needs.h"
#include "cli/store.h"

static bool knowledge_there(void *ctx, const char *name)
{
    const struct knowledge *k = library_knowledge(ctx, span_of(name));

    return k && k->n > 0;
}

static int print(const struct args *a, const struct ready *r, struct err *e)
{
    const char *wanted = args_text(a, "show"), *format = args_text(a, "format");
    int rc = 0;

    if (!wanted && (args_text(a, "out") || (format && strcmp(format, "table") != 0)))
        wanted = "rules"; /* a file holds one table */
    if (!wanted || strcmp(wanted, "missing") == 0)
        rc = grid_print(a, &r->missing, "什么都不缺", e);
    if (!rc && wanted && strcmp(wanted, "rules") == 0)
        rc = grid_print(a, &r->rules, "没有规则", e);
    if (!rc && wanted && strcmp(wanted, "data") == 0)
        rc = grid_print(a, &r->data, "没有规则", e);
    if (!rc)
        note(
            "%zu 条规则能问，%zu 条还不能问。没有问的不等于没有问题。%s", r->n_can, r->n_cannot,
            wanted
                ? ""
                : "\n逐条看 --show rules，逐项数据看 --show data；要请别人填的表用 huji template 写出");
    return rc;
}

static int run(const struct args *a, struct err *e)
{
    struct store *s = NULL;
    struct huji_library *lib = NULL;
    struct arena text = ARENA_INIT;
    struct rule_need *needs = NULL;
    struct ready r = {0};
    size_t n = 0;
    int rc = store_for(a, STORE_READ, &s, e);

    if (!rc)
        rc = library_for(a, &lib, e);
    if (!rc)
        rc = library_needs(lib, &text, &needs, &n, e);
    if (!rc)
        rc = ready_check(s, needs, n, knowledge_there, lib, NULL, &r, e);
    if (!rc) {
        rc = print(a, &r, e);
        ready_release(&r);
    }
    if (lib)
        library_free(lib);
    arena_release(&text);
    store_close(s);
    return rc;
}

static const struct option options[] = {
    OPT_DATA,
    {"show", 's', ARG_CHOICE, "missing|rules|data", NULL, false,
     "缺什么（默认）、每条规则、每项数据"},
    OPT_RULES,
    OPT_FORMAT,
    OPT_OUT,
    OPT_END,
};
static const struct example examples[] = {
    {"ready --data 我的县", "还缺哪些表，补上哪张最有用"},
    {"ready --data 我的县 --show rules", "每条规则能不能问，等什么"},
    EXAMPLE_END,
};
const struct command cmd_ready = {
    .name = "ready",
    .title = "手头的数据能问哪些规则，还缺什么",
    .operands = "",
    .options = options,
    .examples = examples,
    .run = run,
};
