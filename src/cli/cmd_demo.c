/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdio.h>
#include <unistd.h>

#include "cli/bar.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "server/demo.h"
#include "synth/synth.h"

static int run(const struct args *a, struct err *e)
{
    const char *dir = a->operands[0];
    struct store_options o = {.command = "huji demo"};
    struct import_report r = {0};
    struct store *s = NULL;
    struct bar bar;
    char there[4200];
    int64_t persons = args_count(a, "persons", DEMO_PERSONS), rows = 0;
    int rc = 0;

    if (persons < SYNTH_MIN_PERSONS || persons > SYNTH_MAX_PERSONS)
        return err_set(e, ERR_USAGE, "--persons 在 %d 和 %d 之间", SYNTH_MIN_PERSONS,
                       SYNTH_MAX_PERSONS);
    snprintf(there, sizeof there, "%s/claims.duckdb", dir);
    if (access(there, F_OK) != 0)
        rc = store_init(dir, e);
    if (!rc)
        rc = store_open(dir, STORE_WRITE, &o, &s, e);
    if (!rc) {
        bar_begin(&bar);
        rc = demo_fill(s, (uint32_t)persons, (uint64_t)args_count(a, "seed", 1), &bar.progress, &r,
                       e);
        bar_end(&bar);
    }
    for (size_t i = 0; i < r.n; i++)
        rows += r.row[i].rows_kept;
    if (!rc) {
        struct buf b = BUF_INIT;

        buf_fmt(&b, "%s 里是一个编造的县：", dir);
        buf_thousands(&b, rows);
        buf_fmt(&b, " 行。它会一直标着“演示数据”，也不收真实的表。下一步：huji screen --data %s",
                dir);
        note("%s", buf_cstr(&b));
        buf_release(&b);
    }
    import_report_release(&r);
    store_close(s);
    return rc;
}

static const struct option options[] = {
    {"persons", 'n', ARG_COUNT, "N", "2000", false, "参保人数，1000 到 5000000"},
    {"seed", 's', ARG_COUNT, "S", "1", false, "种子：同样的种子，造出同样的县"},
    OPT_END,
};
static const struct example examples[] = {
    {"demo 练习县", "编造一个两千人的县，导入，供练习"},
    EXAMPLE_END,
};
const struct command cmd_demo = {
    .name = "demo",
    .title = "造一个练习用的县：编造的数据，不会被当真",
    .operands = "DIR",
    .text =
        "没有这个数据目录就新建；已有真实数据的目录不收。此后每一页、每一份导出都标明“演示数据”，\n"
        "真实的表也导不进来：练习完了另建目录。",
    .options = options,
    .examples = examples,
    .min_operands = 1,
    .max_operands = 1,
    .operand_kind = ARG_DIR,
    .run = run,
};
