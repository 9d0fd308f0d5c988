/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdio.h>
#include <string.h>

#include "cli/bar.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/store.h"
#include "run/records.h"

static void show(const struct records *h)
{
    uint64_t rows, texts, rest, n = records_persons(h);
    records_sizes(h, &rows, &texts, &rest);
    double per = n ? 1e6 / (double)n / (1 << 30) : 0;
    printf(
        "%llu 人，%llu 行费用；记录 %.1f MiB，编号文字 %.1f MiB，其余 %.1f MiB；每百万人记录 %.2f GiB、共 %.2f GiB\n",
        (unsigned long long)n, (unsigned long long)records_lines(h), (double)rows / (1 << 20),
        (double)texts / (1 << 20), (double)rest / (1 << 20), (double)rows * per,
        (double)(rows + texts + rest) * per);
}

static int open_shown(const char *dir, struct err *e)
{
    char path[RECORDS_PATH];
    struct records *h;
    records_path(dir, path);
    int rc = records_open(path, &h, e);
    if (rc == 0)
        show(h);
    if (rc == 0)
        records_close(h);
    return rc;
}

static int build(const struct args *a, struct err *e)
{
    struct store *s = NULL;
    struct bar bar;
    int rc = store_for(a, STORE_READ, &s, e);
    if (rc)
        return rc;
    bar_begin(&bar);
    rc = records_build(s, &bar.progress, e);
    bar_end(&bar);
    if (!rc)
        rc = open_shown(s->dir, e);
    store_close(s);
    return rc;
}

static int run_show(const struct args *a, struct err *e)
{
    const char *dir;
    int rc = data_dir(a, &dir, e);
    return rc ? rc : open_shown(dir, e);
}

static const struct option options[] = {OPT_DATA, OPT_END};
static const struct example build_examples[] = {
    {"history build --data 我的县", "重做实时审核用的人员历史"},
    EXAMPLE_END,
};
const struct command cmd_history_build = {
    .name = "history build",
    .title = "做实时审核用的人员历史缓存",
    .operands = "",
    .text =
        "把每个人的就诊、结算、费用等按人压在一个只读文件里（数据目录/check/history.bin），\n"
        "3101、3102 审核只读它。做好后整个换上；正在用旧的请求不受影响。导入之后服务会自己重做，\n"
        "huji check 发现它不合时也会重做，平时不必用这条命令。",
    .options = options,
    .examples = build_examples,
    .run = build,
};

static const struct example show_examples[] = {
    {"history show --data 我的县", "有多少人、多少行，占多大"},
    EXAMPLE_END,
};
const struct command cmd_history_show = {
    .name = "history show",
    .title = "人员历史缓存有多大",
    .operands = "",
    .text = "校验文件头、索引与公共部分；每个人的记录在用到时校验。",
    .options = options,
    .examples = show_examples,
    .run = run_show,
};
