/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/mem.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/library.h"
#include "cli/output.h"
#include "engine/rule.h"

static const struct shown_column columns[] = {
    {"rule_id", "规则", AS_TEXT, 0},
    {"name", "名称", AS_TEXT, 0},
    {"version", "版", AS_INT, 0},
    {"state", "状态", AS_TEXT, 0},
    {"kind", "问法", AS_TEXT, 0},
    {"of", "对象", AS_TEXT, 32},
    {"class", "等级", AS_TEXT, 0},
    {"judged", "判定时机", AS_TEXT, 0},
    {"phases", "环节", AS_TEXT, 0},
    {"law", "依据", AS_TEXT, 0},
    {"official", "国家规则编码", AS_TEXT, 20},
    {"serves", "对应要求", AS_TEXT, 20},
    {"tags", "标签", AS_TEXT, 0},
};

static const char *const states[] = {"草稿", "试运行", "启用", "停用"};
static const char *const moments[] = {"当时", "当日结束", "就诊结束", "批量"};

static void joined(struct buf *b, const struct ynode *y)
{
    if (!y)
        return;
    if (y->kind == Y_SCALAR) {
        if (b->n)
            buf_char(b, ' ');
        buf_span(b, y->text);
        return;
    }
    for (const struct ynode *c = y->child; c; c = c->next)
        joined(b, c);
}

static void put_list(struct output *o, const struct rule *r, const char *field)
{
    struct buf b = BUF_INIT;

    joined(&b, ynode_get(r->node, field));
    out_text(o, (struct span){buf_cstr(&b), b.n});
    buf_release(&b);
}

static void put_classes(struct output *o, const struct rule *r)
{
    struct buf b = BUF_INIT;

    for (int i = 0; i < r->n_cls; i++) {
        if (i)
            buf_char(&b, '/');
        buf_str(&b, class_name(r->cls[i].cls));
    }
    out_text(o, (struct span){buf_cstr(&b), b.n});
    buf_release(&b);
}

static void put_rule(struct output *o, const struct rule *r)
{
    out_text(o, r->id);
    out_text(o, r->name);
    out_int(o, r->version);
    out_cstr(o, states[r->state]);
    out_cstr(o, r->kind->name);
    out_text(o, r->owner_type);
    put_classes(o, r);
    out_cstr(o, moments[r->judged]);
    put_list(o, r, "phases");
    put_list(o, r, "law");
    put_list(o, r, "official");
    put_list(o, r, "serves");
    put_list(o, r, "tags");
    out_row(o);
}

static int run(const struct args *a, struct err *e)
{
    struct huji_library *lib = NULL;
    struct output *o = NULL;
    bool *wanted = NULL;
    int rc = library_for(a, &lib, e), n = 0;

    if (!rc)
        rc = library_select(lib, a, &wanted, e);
    if (!rc)
        rc = out_open(&o, a, columns, (int)(sizeof columns / sizeof *columns), e);
    for (int i = 0; !rc && i < lib->n_rules; i++)
        if (wanted[i]) {
            put_rule(o, lib->rules[i]);
            n++;
        }
    if (!rc)
        rc = out_close(o, e);
    if (!rc)
        note("%d 条规则（%s，版本 %.*s）", n, lib->dir, (int)lib->version.n, lib->version.p);
    mem_free(wanted);
    if (lib)
        library_free(lib);
    return rc;
}

static const struct option options[] = {OPT_RULE,   OPT_TAG, OPT_DATA, OPT_RULES,
                                        OPT_FORMAT, OPT_OUT, OPT_END};
static const struct example examples[] = {
    {"rules list", "全部规则"},
    {"rules list --tag 假病人 --format xlsx --out 规则.xlsx", "一类规则，给表格软件"},
    EXAMPLE_END,
};
const struct command cmd_rules_list = {
    .name = "rules list",
    .title = "列出规则：问什么、问谁、依据",
    .operands = "",
    .options = options,
    .examples = examples,
    .run = run,
};
