/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <string.h>

#include "claims/readers/template.h"
#include "claims/schema.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/output.h"

static const struct shown_column columns[] = {{"table", "表", AS_TEXT, 0},
                                              {"title", "名称", AS_TEXT, 0},
                                              {"own", "来源", AS_TEXT, 0},
                                              {"columns", "列数", AS_INT, 0}};

static int list(const struct args *a, struct err *e)
{
    struct output *o;
    int rc = out_open(&o, a, columns, 4, e);

    if (rc)
        return rc;
    for (int i = 0; i < TABLE_COUNT; i++) {
        out_cstr(o, huji_tables[i]->name);
        out_cstr(o, huji_tables[i]->title);
        out_cstr(o, huji_tables[i]->own ? "本局自备" : "国家平台");
        out_int(o, (int64_t)huji_tables[i]->n_columns);
        out_row(o);
    }
    return out_close(o, e);
}

static int run(const struct args *a, struct err *e)
{
    struct buf path = BUF_INIT;
    int rc;

    if (a->n_operands == 0)
        return list(a, e);
    if (args_text(a, "out"))
        buf_str(&path, args_text(a, "out"));
    else
        buf_fmt(&path, "%s.xlsx", a->operands[0]);
    rc = path.failed ? err_nomem(e) : template_write(a->operands[0], buf_cstr(&path), e);
    if (!rc)
        note("写好了 %s，填好后直接 huji import", buf_cstr(&path));
    buf_release(&path);
    return rc;
}

static const struct option options[] = {OPT_OUT, OPT_FORMAT, OPT_END};
static const struct example examples[] = {
    {"template", "有哪些表"},
    {"template death", "死亡人员名单的空表 death.xlsx，拿去请民政、殡葬填"},
    {"template 核定床位 --out 床位.xlsx", "用中文名也行"},
    EXAMPLE_END,
};
const struct command cmd_template = {
    .name = "template",
    .title = "要请别的单位填的空表",
    .operands = "[TABLE]",
    .text = "中文表头、填写说明、样例一行；填好的表直接导入。不写表名时列出全部表。",
    .options = options,
    .examples = examples,
    .max_operands = 1,
    .run = run,
};
