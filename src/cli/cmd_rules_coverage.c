/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <string.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/library.h"
#include "cli/output.h"
#include "cli/store.h"
#include "engine/rule.h"
#include "screen/coverage.h"

static const struct shown_column columns[] = {
    {"list", "清单", AS_TEXT, 0},       {"no", "序号", AS_TEXT, 0},
    {"code", "编码", AS_TEXT, 0},       {"name", "名称", AS_TEXT, 36},
    {"state", "状态", AS_TEXT, 0},      {"rules", "由哪些规则回答", AS_TEXT, 32},
    {"waits", "还等什么", AS_TEXT, 36}, {"why_not", "为什么答不了", AS_TEXT, 40},
};

static const struct shown_column sums[] = {
    {"list", "清单", AS_TEXT, 0},       {"total", "共", AS_INT, 0},
    {"runs", "可执行", AS_INT, 0},      {"waits", "待数据", AS_INT, 0},
    {"never", "数据答不了", AS_INT, 0}, {"missing", "未覆盖", AS_INT, 0},
};

static int print_sums(const struct args *a, const struct coverage *c, struct err *e)
{
    struct output *o;
    int rc = out_open(&o, a, sums, (int)(sizeof sums / sizeof *sums), e);

    if (rc)
        return rc;
    for (int l = 0; l < COV_LISTS; l++) {
        size_t total = 0;

        for (int s = 0; s < COV_STATES; s++)
            total += c->count[l][s];
        out_cstr(o, coverage_list_title[l]);
        out_int(o, (int64_t)total);
        for (int s = 0; s < COV_STATES; s++)
            out_int(o, (int64_t)c->count[l][s]);
        out_row(o);
    }
    return out_close(o, e);
}

static void put_row(struct output *o, const struct coverage_row *r)
{
    struct buf ids = BUF_INIT;

    for (int i = 0; i < r->n_rules; i++) {
        if (i)
            buf_char(&ids, ' ');
        buf_span(&ids, r->rule[i]->base_id);
    }
    out_cstr(o, coverage_list_name[r->list]);
    out_text(o, r->no);
    out_text(o, r->code);
    out_text(o, r->name);
    out_cstr(o, coverage_state_name[r->state]);
    out_text(o, (struct span){buf_cstr(&ids), ids.n});
    out_text(o, r->waits);
    out_text(o, r->why_not);
    out_row(o);
    buf_release(&ids);
}

static int print_rows(const struct args *a, const struct coverage *c, struct err *e)
{
    const char *list = args_text(a, "list");
    bool all = !list || !strcmp(list, "all"), open = args_has(a, "open");
    struct output *o;
    int rc = out_open(&o, a, columns, (int)(sizeof columns / sizeof *columns), e);

    if (rc)
        return rc;
    for (size_t i = 0; i < c->n; i++) {
        const struct coverage_row *r = &c->row[i];

        if ((all || !strcmp(list, coverage_list_name[r->list])) && (!open || r->state != COV_RUNS))
            put_row(o, r);
    }
    return out_close(o, e);
}

/* Of a data directory: what is there is waited for no longer. */
static int look_here(const struct args *a, const struct huji_library *lib, struct arena *arena,
                     struct coverage *c, struct err *e)
{
    struct store *s = NULL;
    int rc = store_for(a, STORE_READ, &s, e);

    if (!rc)
        rc = coverage_here(c, lib, s, arena, e);
    store_close(s);
    return rc;
}

static int run(const struct args *a, struct err *e)
{
    struct huji_library *lib = NULL;
    struct arena arena = ARENA_INIT;
    struct coverage c;
    int rc = library_for(a, &lib, e);

    if (!rc)
        rc = coverage_load(lib, &arena, &c, e);
    if (!rc && args_has(a, "data"))
        rc = look_here(a, lib, &arena, &c, e);
    if (!rc)
        rc = args_has(a, "list") || args_has(a, "open") ? print_rows(a, &c, e)
                                                        : print_sums(a, &c, e);
    if (!rc && !args_has(a, "list") && !args_has(a, "open"))
        note("逐条看：huji rules coverage --list v88；只看没有完全覆盖的：--open");
    arena_release(&arena);
    if (lib)
        library_free(lib);
    return rc;
}

static const struct option options[] = {
    {"list", 0, ARG_CHOICE, "all|v79|v88|notice|problem", NULL, false, "逐条列出这份清单"},
    {"open", 0, ARG_FLAG, NULL, NULL, false, "只列还没有完全覆盖的"},
    OPT_DATA,
    OPT_RULES,
    OPT_FORMAT,
    OPT_OUT,
    OPT_END,
};
static const struct example examples[] = {
    {"rules coverage", "四份清单各覆盖多少"},
    {"rules coverage --list v88 --out 覆盖表.xlsx", "2025 年版 88 条由哪些规则回答"},
    {"rules coverage --open", "还缺什么，等什么数据"},
    {"rules coverage --data 我的县 --open", "在本库的数据上还缺什么"},
    EXAMPLE_END,
};
const struct command cmd_rules_coverage = {
    .name = "rules coverage",
    .title = "官方规则、通知要求、典型问题各由哪些规则回答",
    .operands = "",
    .text =
        "可执行：现有规则用结算数据就能回答。待数据：规则已有，还等“还等什么”一栏的数据或地方知识。\n"
        "给了 --data 时，已经装入本库的表和本地知识不再算作等待。\n"
        "数据答不了：要看结算数据以外的材料，原因写在最后一栏。未覆盖：还没有规则。",
    .options = options,
    .examples = examples,
    .run = run,
};
