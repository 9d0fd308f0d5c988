/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <string.h>

#include "cli/bar.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "synth/synth.h"

static void say(const char *out, const struct synth_counts *n)
{
    struct buf b = BUF_INIT;
    const struct {
        const char *unit;
        uint64_t n;
    } parts[] = {{"人", n->persons},
                 {"家机构", n->institutions},
                 {"次就诊", n->visits},
                 {"次结算", n->settlements},
                 {"行费用", n->lines}};

    buf_fmt(&b, "%s：", out);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (i)
            buf_str(&b, "，");
        buf_thousands(&b, (int64_t)parts[i].n);
        buf_fmt(&b, " %s", parts[i].unit);
    }
    buf_str(&b, "；埋下违规 ");
    buf_thousands(&b, (int64_t)n->plants);
    buf_str(&b, " 处，相似而合规的对照 ");
    buf_thousands(&b, (int64_t)n->twins);
    buf_str(&b, " 处（答案在 truth.csv）。");
    note("%s", buf_cstr(&b));
    buf_release(&b);
}

static int run(const struct args *a, struct err *e)
{
    struct synth_options o = {.out = args_text(a, "out")};
    struct synth_counts n = {0};
    const char *as = args_text(a, "as");
    int64_t persons = args_count(a, "persons", 1000);
    struct bar bar;
    int rc;

    if (!o.out)
        return err_set(e, ERR_USAGE, "缺少 --out 文件夹");
    if (persons < SYNTH_MIN_PERSONS || persons > SYNTH_MAX_PERSONS)
        return err_set(e, ERR_USAGE, "--persons 在 %d 和 %d 之间", SYNTH_MIN_PERSONS,
                       SYNTH_MAX_PERSONS);
    if (args_count(a, "months", 12) < 1 || args_count(a, "months", 12) > 120)
        return err_set(e, ERR_USAGE, "--months 在 1 和 120 之间");
    if (args_count(a, "year", 2023) < SYNTH_MIN_YEAR ||
        args_count(a, "year", 2023) > SYNTH_MAX_YEAR)
        return err_set(e, ERR_USAGE, "--year 在 %d 和 %d 之间", SYNTH_MIN_YEAR, SYNTH_MAX_YEAR);
    if (args_count(a, "plants", 0) < 0 || args_count(a, "plants", 0) > SYNTH_MAX_PLANTS)
        return err_set(e, ERR_USAGE, "--plants 在 1 和 %d 之间", SYNTH_MAX_PLANTS);
    o.plants = (uint32_t)args_count(a, "plants", 0);
    o.persons = (uint32_t)persons;
    o.seed = (uint64_t)args_count(a, "seed", 1);
    o.year = (int)args_count(a, "year", 2023);
    o.months = (int)args_count(a, "months", 12);
    o.as = strcmp(as, "excel") == 0 ? SYNTH_EXCEL : strcmp(as, "gbk") == 0 ? SYNTH_GBK : SYNTH_CSV;
    o.no_truth = args_has(a, "no-truth");
    o.no_plants = args_has(a, "no-plants");
    bar_begin(&bar);
    rc = synth_write(&o, &n, &bar.progress, e);
    bar_end(&bar);
    if (!rc)
        say(o.out, &n);
    return rc;
}

static const struct option options[] = {
    {"out", 'o', ARG_DIR, "DIR", NULL, false, "写到这个文件夹（没有就新建）"},
    {"persons", 'n', ARG_COUNT, "N", "1000", false, "参保人数，1000 到 5000000"},
    {"seed", 's', ARG_COUNT, "S", "1", false, "种子：同样的种子，每次字节相同"},
    {"year", 0, ARG_COUNT, "Y", "2023", false, "从哪一年的 1 月起，2022 到 2033"},
    {"months", 0, ARG_COUNT, "M", "12", false, "从那年 1 月起多少个月"},
    {"as", 0, ARG_CHOICE, "csv|gbk|excel", "csv", false,
     "形式：国家平台的 CSV、同样的 GBK、平台查询页导出的 Excel"},
    {"plants", 0, ARG_COUNT, "N", NULL, false,
     "每条规则埋多少处违规和对照，1 到 300；不写则按人数定"},
    {"no-plants", 0, ARG_FLAG, NULL, NULL, false, "不埋违规，也没有对照"},
    {"no-truth", 0, ARG_FLAG, NULL, NULL, false, "不写答案 truth.csv"},
    OPT_END,
};
static const struct example examples[] = {
    {"synth --out 样例 --persons 1000", "千人小县，几秒钟"},
    {"synth --out 样例 --persons 100000 --seed 7 --as excel", "十万人的县，写成 Excel 的样子"},
    EXAMPLE_END,
};
const struct command cmd_synth = {
    .name = "synth",
    .title = "造一个县的结算数据，藏有违规和相似而合规的对照",
    .operands = "",
    .options = options,
    .examples = examples,
    .run = run,
};
