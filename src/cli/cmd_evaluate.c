/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <string.h>

#include "screen/clues.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/evaluate_lists.h"
#include "cli/library.h"
#include "cli/output.h"
#include "cli/store.h"
#include "run/verdicts.h"
#include "screen/evaluate.h"

static const struct shown_column columns[] = {
    {"rule_id", "规则", AS_TEXT, 0},
    {"rule_name", "名称", AS_TEXT, 24},
    {"class", "等级", AS_TEXT, 0},
    {"planted", "埋下", AS_INT, 0},
    {"found", "找到", AS_INT, 0},
    {"recall", "找到率 %", AS_DEC, 0},
    {"twins", "对照", AS_INT, 0},
    {"fired", "误中对照", AS_INT, 0},
    {"findings", "疑点", AS_INT, 0},
    {"beside", "其中计划外", AS_INT, 0},
    {"precision", "准确率 %", AS_DEC, 0},
    {"precision_low", "95% 下限", AS_DEC, 0},
    {"precision_high", "95% 上限", AS_DEC, 0},
};
static const struct shown_column detail_columns[] = {
    {"plant_id", "编号", AS_TEXT, 0},       {"rule_id", "规则", AS_TEXT, 0},
    {"kind", "类别", AS_TEXT, 0},           {"class", "等级", AS_TEXT, 0},
    {"owner", "对象", AS_TEXT, 0},          {"psn_no", "参保人", AS_TEXT, 0},
    {"fixmedins_code", "机构", AS_TEXT, 0}, {"finding_id", "疑点", AS_TEXT, 0},
    {"note", "说明", AS_TEXT, 0},
};

static const struct shown_column verdict_columns[] = {
    {"finding_id", "疑点编号", AS_TEXT, 0}, {"rule_id", "规则", AS_TEXT, 0},
    {"class", "等级", AS_TEXT, 0},          {"fund_yuan", "涉及基金", AS_FEN, 0},
    {"verdict", "结论", AS_TEXT, 0},
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
    int64_t lo, hi;

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
    put_share(o, s->right, s->hits);
    wilson(s->right, s->hits, &lo, &hi);
    put_share(o, s->hits ? lo : 0, s->hits ? MICRO : 0);
    put_share(o, s->hits ? hi : 0, s->hits ? MICRO : 0);
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
    sum->right += s->right;
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

static int load(const struct args *a, struct store *s, struct finding_set *fs, struct err *e)
{
    return s ? finding_set_load(fs, s, NULL, e)
             : finding_set_read_csv(fs, args_text(a, "findings"), e);
}

/* What a reviewer who knows the truth would say of each: a file that `verdict import` takes. */
static int print_verdicts(const struct args *a, const struct evaluation *v,
                          const struct finding_set *fs, struct err *e)
{
    struct output *o;
    int rc = out_open(&o, a, verdict_columns,
                      (int)(sizeof verdict_columns / sizeof verdict_columns[0]), e);

    for (size_t i = 0; !rc && i < fs->n; i++) {
        if (!finding_counts(&fs->at[i]))
            continue;
        out_text(o, fs->at[i].id);
        out_text(o, fs->at[i].rule);
        out_cstr(o, finding_class_name[fs->at[i].cls]);
        out_fen(o, fs->at[i].fund);
        out_cstr(o, v->right[i] ? "查实" : "误报");
        out_row(o);
    }
    return rc ? rc : out_close(o, e);
}

static int show_rules(const struct args *a, const struct evaluation *v,
                      const struct finding_set *fs, struct err *e)
{
    struct rule_names names = {0};
    int rc = rule_names_load(&names, a, e);

    if (!rc)
        rc = args_has(a, "details") ? print_details(a, v, fs, e) : print_rules(a, v, &names, e);
    rule_names_release(&names);
    return rc;
}

/* What the verdicts say of the rules is `huji verdict rates`. */
static int check(const struct args *a, struct store *s, bool needs_truth, struct err *e)
{
    if (args_text(a, "truth") || (s && verdicts_any(s) && !needs_truth))
        return 0;
    err_set(e, ERR_USAGE, "缺少 --truth");
    err_hint(
        e,
        s && verdicts_any(s)
            ? "按核查结论看规则用 huji verdict rates；--show clues 和 institutions 可以不给 --truth"
            : "huji synth 把答案写在它造的文件夹的 truth.csv");
    return ERR_USAGE;
}

static int run(const struct args *a, struct err *e)
{
    const char *show = args_text(a, "show"), *truth = args_text(a, "truth");
    struct finding_set fs = FINDING_SET_INIT;
    struct evaluation v = {0};
    struct store *s = NULL;
    int rc = args_text(a, "findings") ? 0 : store_for(a, STORE_READ, &s, e);

    if (!rc)
        rc = check(a, s,
                   strcmp(show, "rules") == 0 || strcmp(show, "verdicts") == 0 ||
                       args_has(a, "learned"),
                   e);
    if (!rc && truth)
        rc = evaluation_read(&v, truth, e);
    if (!rc && truth)
        rc = load(a, s, &fs, e);
    if (!rc && truth)
        rc = evaluation_run(&v, &fs, e);
    if (!rc && strcmp(show, "clues") == 0)
        rc = evaluate_clues(a, s, truth ? &v : NULL, e);
    else if (!rc && strcmp(show, "institutions") == 0)
        rc = evaluate_institutions(a, s, truth ? &v : NULL, e);
    else if (!rc && strcmp(show, "verdicts") == 0)
        rc = print_verdicts(a, &v, &fs, e);
    else if (!rc)
        rc = show_rules(a, &v, &fs, e);
    evaluation_release(&v);
    finding_set_release(&fs);
    store_close(s);
    return rc;
}

static const struct option options[] = {
    OPT_DATA,
    {"truth", 't', ARG_FILE, "FILE", NULL, false, "答案：huji synth 写的 truth.csv"},
    {"findings", 0, ARG_FILE, "FILE", NULL, false, "不读数据目录，读 huji screen --out 写出的 CSV"},
    {"show", 0, ARG_CHOICE, "rules|clues|institutions|verdicts", "rules", false,
     "看规则、线索名单的前 k 条、机构名单（连同规模之内），还是照答案每条疑点该下的结论"},
    {"learned", 0, ARG_FLAG, NULL, NULL, false,
     "线索名单按核查结论校正过的可信度排，核查过的线索不算在内"},
    {"k", 'k', ARG_COUNT, "N", "10", false, "机构名单看前 N 家"},
    {"details", 0, ARG_FLAG, NULL, NULL, false, "逐条列出漏掉的和误中的对照"},
    OPT_RULES,
    OPT_FORMAT,
    OPT_OUT,
    OPT_END,
};
static const struct example examples[] = {
    {"evaluate --data 样例库 --truth 样例/truth.csv", "每条规则找到了几成，误中了几个对照"},
    {"evaluate --data 样例库 --truth 样例/truth.csv --show clues",
     "名单前 k 条对了几成，抓到多少钱"},
    {"evaluate --data 我的县 --show institutions", "用核查结论考机构名单"},
    {"evaluate --data 样例库 --truth 样例/truth.csv --show clues --learned",
     "核查了一批以后，剩下的排得好不好"},
    {"evaluate --data 样例库 --truth 样例/truth.csv --details", "漏掉和误中的逐条列出"},
    EXAMPLE_END,
};
const struct command cmd_evaluate = {
    .name = "evaluate",
    .title = "拿已知答案考规则：埋下的找到多少，相似而合规的误中多少",
    .operands = "",
    .text =
        "线索和机构名单没有 --truth 时拿核查结论当答案，没核查过的不算；排名只按规则等级的先验，不看结论本身。\n"
        "准确率附 Wilson 95% 区间；提升倍数是与随机抽查相比。",
    .options = options,
    .examples = examples,
    .run = run,
};
