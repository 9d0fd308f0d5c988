/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/store.h"
#include "run/verdicts.h"

static void sum_up(const char *path, const struct verdict_report *r)
{
    note("%s：记下 %lld 条结论（查实 %lld，误报 %lld，存疑 %lld），已有 %lld 条。%s", path,
         (long long)r->added, (long long)r->by[VERDICT_CONFIRMED],
         (long long)r->by[VERDICT_REJECTED], (long long)r->by[VERDICT_DOUBTFUL],
         (long long)r->repeated,
         r->unknown ? "其中有的疑点不在最近一次筛查里，照样计入规则的可信度。" : "");
}

static int run(const struct args *a, struct err *e)
{
    struct store *s = NULL;
    int rc = store_for(a, STORE_WRITE, &s, e);

    for (int i = 0; i < a->n_operands && !rc; i++) {
        struct verdict_report r;

        rc = verdicts_import(s, a->operands[i], args_text(a, "by"), &r, e);
        if (!rc)
            sum_up(a->operands[i], &r);
    }
    store_close(s);
    return rc;
}

static const struct option options[] = {
    OPT_DATA,
    {"by", 0, ARG_TEXT, "NAME", NULL, false, "核查人（文件没有“核查人”一列时）"},
    OPT_END,
};
static const struct example examples[] = {
    {"verdict import --data 我的县 核查结果.xlsx", "记下一批核查结论"},
    {"verdict import --data 我的县 --by 张稽核 结论.csv", "文件里没写核查人"},
    EXAMPLE_END,
};
const struct command cmd_verdict_import = {
    .name = "verdict import",
    .title = "记下核查结论（查实、误报、存疑），规则的可信度随之校正",
    .operands = "FILE...",
    .text =
        "CSV 或 XLSX，列：疑点编号（至少前 8 位）、结论、核查人、核查日期、理由；可加 查实基金（元）。疑点不在最近一次\n"
        "筛查里的，还要有 规则编号，最好也有 机构编号。结论空着的行跳过。一个文件要么全记下，要么一条也不记；同一疑点\n"
        "先后有几条结论的，以核查日期最晚的为准，先前的留着。",
    .options = options,
    .examples = examples,
    .min_operands = 1,
    .max_operands = -1,
    .operand_kind = ARG_FILE,
    .run = run,
};
