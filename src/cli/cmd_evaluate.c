/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "screen/clues.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/library.h"
#include "cli/output.h"
#include "cli/store.h"
#include "screen/evaluate.h"

static const struct shown_column columns[] = {
    {"rule_id", "规则", AS_TEXT, 0}, {"rule_name", "名称", AS_TEXT, 24},
    {"class", "等级", AS_TEXT, 0},   {"planted", "埋下", AS_INT, 0},
    {"found", "找到", AS_INT, 0},    {"recall", "找到率 %", AS_DEC, 0},
    {"twins", "对照", AS_INT, 0},    {"fired", "误中对照", AS_INT, 0},
    {"findings", "疑点", AS_INT, 0}, {"beside", "其中计划外", AS_INT, 0},
};
static const struct shown_column detail_columns[] = {
    {"plant_id", "编号", AS_TEXT, 0},       {"rule_id", "规则", AS_TEXT, 0},
    {"kind", "类别", AS_TEXT, 0},           {"class", "等级", AS_TEXT, 0},
    {"owner", "对象", AS_TEXT, 0},          {"psn_no", "参保人", AS_TEXT, 0},
    {"fixmedins_code", "机构", AS_TEXT, 0}, {"finding_id", "疑点", AS_TEXT, 0},
    {"note", "说明", AS_TEXT, 0},
};

/* Tenths of a percent. */
static void put_share(struct output *o, int64_t part, int64_t whole)
{
    if (whole)
        out_dec(o, prorate(1000, part, whole), 1);
    else
        out_none(o);
}

static void put_score(struct output *o, const char *name, struct span title,
                      const struct rule_score *s, bool class)
{
    if (name)
        out_cstr(o, name);
    else
        out_text(o, s->rule);
    out_text(o, title);
    out_cstr(o, class ? finding_class_name[s->cls] : NULL);
    out_int(o, s->planted);
    out_int(o, s->found);
    put_share(o, s->found, s->planted);
    out_int(o, s->twins);
    out_int(o, s->fired);
    out_int(o, s->hits);
    out_int(o, s->beside);
    out_row(o);
}

static void add(struct rule_score *sum, const struct rule_score *s)
{
    sum->planted += s->planted;
    sum->found += s->found;
    sum->twins += s->twins;
    sum->fired += s->fired;
    sum->hits += s->hits;
    sum->beside += s->beside;
}

static int print_rules(const struct args *a, const struct evaluation *v,
                       const struct rule_names *names, struct err *e)
{
    struct rule_score by_class[CLASS_COUNT] = {{.cls = CLASS_SURE},
                                               {.cls = CLASS_HIGH},
                                               {.cls = CLASS_MAYBE}},
                      all = {0};
    struct output *o;
    int rc = out_open(&o, a, columns, (int)(sizeof columns / sizeof *columns), e);

    if (rc)
        return rc;
    for (size_t i = 0; i < v->n_rules; i++) {
        put_score(o, NULL, rule_name(names, v->rules[i].rule), &v->rules[i], true);
        add(&by_class[v->rules[i].cls], &v->rules[i]);
        add(&all, &v->rules[i]);
    }
    for (int c = 0; c < CLASS_COUNT; c++)
        put_score(o, "合计", span_of(finding_class_name[c]), &by_class[c], true);
    put_score(o, "总计", SPAN(""), &all, false);
    return out_close(o, e);
}

/* What needs a look: plants missed and twins hit. */
static int print_details(const struct args *a, const struct evaluation *v,
                         const struct finding_set *fs, struct err *e)
{
    struct output *o;
    int rc = out_open(&o, a, detail_columns, (int)(sizeof detail_columns / sizeof *detail_columns),
                      e);

    if (rc)
        return rc;
    for (size_t i = 0; i < v->n_plants; i++) {
        const struct plant *p = &v->plants[i];
        bool hit = p->hit != UINT32_MAX;

        if (hit == p->violation)
            continue;
        out_text(o, p->id);
        out_text(o, p->rule);
        out_cstr(o, p->violation ? "漏掉" : "误中对照");
        out_cstr(o, finding_class_name[p->cls]);
        out_text(o, p->owner);
        out_text(o, p->person);
        out_text(o, p->inst);
        if (hit)
            out_text(o, fs->at[p->hit].id);
        else
            out_none(o);
        out_text(o, p->note);
        out_row(o);
    }
    return out_close(o, e);
}

static int load(const struct args *a, struct finding_set *fs, struct err *e)
{
    struct store *s = NULL;
    int rc;

    if (args_text(a, "findings"))
        return finding_set_read_csv(fs, args_text(a, "findings"), e);
    rc = store_for(a, STORE_READ, &s, e);
    if (!rc)
        rc = finding_set_load(fs, s, NULL, e);
    store_close(s);
    return rc;
}

static int run(const struct args *a, struct err *e)
{
    struct finding_set fs = FINDING_SET_INIT;
    struct evaluation v = {0};
    struct rule_names names = {0};
    int rc;

    if (!args_text(a, "truth")) {
        err_set(e, ERR_USAGE, "缺少 --truth");
        err_hint(e, "huji synth 把答案写在它造的文件夹的 truth.csv");
        return ERR_USAGE;
    }
    rc = evaluation_read(&v, args_text(a, "truth"), e);
    if (!rc)
        rc = load(a, &fs, e);
    if (!rc)
        rc = rule_names_load(&names, a, e);
    if (!rc)
        rc = evaluation_run(&v, &fs, e);
    if (!rc)
        rc = args_has(a, "details") ? print_details(a, &v, &fs, e) : print_rules(a, &v, &names, e);
    rule_names_release(&names);
    evaluation_release(&v);
    finding_set_release(&fs);
    return rc;
}

static const struct option options[] = {
    OPT_DATA,
    {"truth", 't', ARG_FILE, "FILE", NULL, false, "答案：huji synth 写的 truth.csv"},
    {"findings", 0, ARG_FILE, "FILE", NULL, false, "不读数据目录，读 huji screen --out 写出的 CSV"},
    {"details", 0, ARG_FLAG, NULL, NULL, false, "逐条列出漏掉的和误中的对照"},
    OPT_RULES,
    OPT_FORMAT,
    OPT_OUT,
    OPT_END,
};
static const struct example examples[] = {
    {"evaluate --data 样例库 --truth 样例/truth.csv", "每条规则找到了几成，误中了几个对照"},
    {"evaluate --data 样例库 --truth 样例/truth.csv --details", "漏掉和误中的逐条列出"},
    EXAMPLE_END,
};
const struct command cmd_evaluate = {
    .name = "evaluate",
    .title = "拿已知答案考规则：埋下的找到多少，相似而合规的误中多少",
    .operands = "",
    .options = options,
    .examples = examples,
    .run = run,
};
