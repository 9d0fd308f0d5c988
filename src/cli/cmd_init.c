/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/store.h"
#include "cli/commands.h"
#include "cli/common.h"

static int run(const struct args *a, struct err *e)
{
    int rc = store_init(a->operands[0], e);

    if (!rc)
        note("建好了数据目录 %s。下一步：huji import --data %s 表所在的文件夹", a->operands[0],
             a->operands[0]);
    return rc;
}

static const struct option options[] = {OPT_END};
static const struct example examples[] = {
    {"init 我的县", "新建数据目录“我的县”"},
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
