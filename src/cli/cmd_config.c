/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "claims/config.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/output.h"

static const struct shown_column columns[] = {
    {"key", "设置项", AS_TEXT, 0},
    {"value", "现值", AS_TEXT, 0},
    {"title", "是什么", AS_TEXT, 0},
    {"like", "写法", AS_TEXT, 0},
};

static int show(const struct args *a, const char *dir, const char *only, struct err *e)
{
    char value[256];
    struct output *o;
    /* Asked for one that is not there: say so before anything is printed. */
    int rc = only ? config_get(dir, only, value, sizeof value, e) : 0;

    if (!rc)
        rc = out_open(&o, a, columns, (int)(sizeof columns / sizeof *columns), e);
    if (rc)
        return rc;
    for (const struct config_key *k = config_keys; k->name && !rc; k++) {
        if (only && span_of(only).n && !span_is(span_of(only), k->name))
            continue;
        rc = config_get(dir, k->name, value, sizeof value, e);
        if (rc)
            break;
        out_cstr(o, k->name);
        out_cstr(o, *value ? value : NULL);
        out_cstr(o, k->title);
        out_cstr(o, k->like);
        out_row(o);
    }
    if (rc)
        out_abandon(o);
    return rc ? rc : out_close(o, e);
}

static int run(const struct args *a, struct err *e)
{
    const char *dir;
    int rc = data_dir(a, &dir, e);

    if (rc)
        return rc;
    if (a->n_operands < 2)
        return show(a, dir, a->n_operands ? a->operands[0] : NULL, e);
    rc = config_set(dir, a->operands[0], a->operands[1], e);
    if (!rc)
        note("%s/huji.yaml：%s = %s", dir, a->operands[0], a->operands[1]);
    return rc;
}

static const struct option options[] = {OPT_DATA, OPT_FORMAT, OPT_OUT, OPT_END};
static const struct example examples[] = {
    {"config", "列出设置项"},
    {"config region 420500", "设定区划：采用 rules/profile.yaml 里这个区划的参数"},
    EXAMPLE_END,
};
const struct command cmd_config = {
    .name = "config",
    .title = "查看或修改数据目录的设置（huji.yaml）",
    .operands = "[KEY [VALUE]]",
    .options = options,
    .examples = examples,
    .max_operands = 2,
    .run = run,
};
