/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/config.h"
#include "claims/store.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "engine/rule.h"

static int run(const struct args *a, struct err *e)
{
    const char *region = args_text(a, "region");
    int rc = 0;

    if (region && !region_ok(span_of(region))) {
        err_set(e, ERR_USAGE, "--region %s：区划应为 2、4 或 6 位数字", region);
        return err_hint(e, "如 --region 420500");
    }
    rc = store_init(a->operands[0], e);
    if (!rc && region)
        rc = config_set(a->operands[0], "region", region, e);
    if (!rc)
        note("建好了数据目录 %s。下一步：huji import --data %s 表所在的文件夹", a->operands[0],
             a->operands[0]);
    return rc;
}

static const struct option options[] = {
    {"region", 0, ARG_TEXT, "CODE", NULL, false,
     "医保区划，决定采用哪一套地区参数（记在 huji.yaml）"},
    OPT_END,
};
static const struct example examples[] = {
    {"init 我的县", "新建数据目录“我的县”"},
    {"init 我的县 --region 420502", "同时设定区划"},
    EXAMPLE_END,
};
const struct command cmd_init = {
    .name = "init",
    .title = "新建数据目录",
    .operands = "DIR",
    .text = "一个数据目录装下全部：claims.duckdb、自己的规则和参数。拷走它就是备份。",
    .options = options,
    .examples = examples,
    .min_operands = 1,
    .max_operands = 1,
    .operand_kind = ARG_DIR,
    .run = run,
};
