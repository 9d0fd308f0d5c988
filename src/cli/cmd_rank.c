/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/cards.h"
#include "screen/clues.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/library.h"
#include "cli/output.h"
#include "cli/store.h"
#include "screen/explain.h"
#include "engine/rule.h"

#define MAX_CARDS 500 /* nobody reads more, and each asks the store for its evidence */

struct view {
    const struct args *args;
    struct store *store; /* NULL with --findings */
    struct rule_names rules;
    struct clues clues;
    struct ranking ranking;
    struct names insts; /* turnover[id]: what the fund paid to insts.at[id] */
    int64_t *turnover;
};

static void put_name(struct view *v, struct output *o, const char *domain, struct span code)
{
    struct buf name = BUF_INIT;

    if (v->store && code.n)
        clue_name(v->store, domain, code, &name, NULL);
    out_text(o, (struct span){buf_cstr(&name), name.n});
    buf_release(&name);
}

static void put_code(struct output *o, struct span s)
{
    if (s.n)
        out_text(o, s);
    else
        out_none(o);
}

/* --- clues --------------------------------------------------------------------------------------- */

static const struct shown_column clue_columns[] = {
    {"rank", "名次", AS_INT, 0},
    {"finding_id", "疑点编号", AS_TEXT, 10},
    {"rule_id", "规则", AS_TEXT, 0},
    {"rule_name", "名称", AS_TEXT, 18},
    {"class", "等级", AS_TEXT, 0},
    {"fixmedins_code", "机构编号", AS_TEXT, 0},
    {"fixmedins_name", "机构", AS_TEXT, 20},
    {"psn_no", "参保人", AS_TEXT, 0},
    {"mdtrt_id", "就诊", AS_TEXT, 12},
    {"event_date", "日期", AS_DAY, 0},
    {"expected_yuan", "预计可追回", AS_FEN, 0},
    {"fund_yuan", "涉及基金", AS_FEN, 0},
    {"score", "可信度", AS_DEC, 0},
    {"rules", "规则数", AS_INT, 0},
    {"verdict", "结论", AS_TEXT, 0},
    {"message", "说明", AS_TEXT, 0},
};

static void clue_row(struct view *v, struct output *o, const struct ranked *g)
{
    const struct finding *f = &v->clues.findings.at[g->best];

    out_text(o, f->id);
    out_text(o, f->rule);
    out_text(o, rule_name(&v->rules, f->rule));
    out_cstr(o, finding_class_name[f->cls]);
    put_code(o, f->inst);
    put_name(v, o, "inst", f->inst);
    put_code(o, f->person);
    put_code(o, f->visit);
    out_day(o, f->day);
    out_fen(o, g->expected);
    out_fen(o, g->fund);
    out_dec(o, prorate(g->score, 1, 100), 4);
    out_int(o, g->n_rules);
    out_cstr(o, f->verdict == VERDICT_NONE ? NULL : verdict_name[f->verdict]);
    out_text(o, f->message);
}

/* --- institutions, persons, doctors, rules ------------------------------------------------------- */

#define SUMS                                                                                    \
    {"expected_yuan", "预计可追回", AS_FEN, 0}, {"fund_yuan", "涉及基金", AS_FEN, 0},           \
        {"amount_yuan", "涉及金额", AS_FEN, 0}, {"findings", "疑点", AS_INT, 0},                \
        {"sure", "明确", AS_INT, 0}, {"high", "高疑", AS_INT, 0}, {"maybe", "可疑", AS_INT, 0}, \
        {"rules", "规则数", AS_INT, 0}, {"persons", "人数", AS_INT, 0},                         \
        {"score", "可信度", AS_DEC, 0}, {"best_rule", "分量最重的规则", AS_TEXT, 24},           \
    {                                                                                           \
        "best_finding", "其中一条疑点", AS_TEXT, 10                                             \
    }

static const struct shown_column inst_columns[] = {{"rank", "名次", AS_INT, 0},
                                                   {"fixmedins_code", "机构编号", AS_TEXT, 0},
                                                   {"fixmedins_name", "机构", AS_TEXT, 24},
                                                   {"turnover_yuan", "期内基金支出", AS_FEN, 0},
                                                   {"permille", "疑点占其 ‰", AS_DEC, 0},
                                                   {"inst_kind", "类别", AS_TEXT, 0},
                                                   {"observed", "涉疑就诊 O", AS_INT, 0},
                                                   {"expected_visits", "同类应有 e", AS_DEC, 0},
                                                   {"ratio", "O/e", AS_DEC, 0},
                                                   {"ratio_low", "95% 下限", AS_DEC, 0},
                                                   {"ratio_high", "95% 上限", AS_DEC, 0},
                                                   {"p", "p", AS_DEC, 0},
                                                   {"q", "q", AS_DEC, 0},
                                                   SUMS};
static const struct shown_column person_columns[] = {
    {"rank", "名次", AS_INT, 0},
    {"psn_no", "人员编号", AS_TEXT, 0},
    {"fixmedins_code", "疑点最重的机构", AS_TEXT, 0},
    SUMS};
static const struct shown_column doctor_columns[] = {{"rank", "名次", AS_INT, 0},
                                                     {"dr_code", "医师代码", AS_TEXT, 0},
                                                     {"dr_name", "医师", AS_TEXT, 0},
                                                     SUMS};
static const struct shown_column gang_columns[] = {{"rank", "名次", AS_INT, 0},
                                                   {"gang", "团伙", AS_TEXT, 0},
                                                   {"members", "成员", AS_INT, 0},
                                                   SUMS};
static const struct shown_column rule_columns[] = {{"rank", "名次", AS_INT, 0},
                                                   {"rule_id", "规则", AS_TEXT, 0},
                                                   {"rule_name", "名称", AS_TEXT, 24},
                                                   SUMS};

#define N(a) (int)(sizeof(a) / sizeof *(a))

static const struct {
    const struct shown_column *columns;
    int n;
} shapes[RANK_BY_COUNT] = {
    [RANK_CLUE] = {clue_columns, N(clue_columns)},
    [RANK_INSTITUTION] = {inst_columns, N(inst_columns)},
    [RANK_PERSON] = {person_columns, N(person_columns)},
    [RANK_DOCTOR] = {doctor_columns, N(doctor_columns)},
    [RANK_GANG] = {gang_columns, N(gang_columns)},
    [RANK_RULE] = {rule_columns, N(rule_columns)},
};

/* The fund paid so much to it; so many thousandths of that are in question. */
static void put_turnover(struct view *v, struct output *o, const struct ranked *g)
{
    uint32_t id = names_get(&v->insts, g->key);

    if (id == NAME_NONE || v->turnover[id] <= 0) {
        out_none(o);
        out_none(o);
        return;
    }
    out_fen(o, v->turnover[id]);
    out_dec(o, prorate(10000, g->fund, v->turnover[id]), 1);
}

/* 1e-6 with four digits; the funnel has none for what is too small. */
static void put_micro(struct output *o, int64_t v)
{
    if (v == FUNNEL_NONE)
        out_none(o);
    else
        out_dec(o, prorate(v, 1, 100), 4);
}

static void put_funnel(struct view *v, struct output *o, struct span inst)
{
    const struct funnel_row *r = funnel_find(&v->clues.funnel, inst);

    if (!r) {
        for (int i = 0; i < 8; i++)
            out_none(o);
        return;
    }
    out_text(o, r->kind);
    out_int(o, r->observed);
    put_micro(o, r->expected);
    put_micro(o, r->ratio);
    put_micro(o, r->low);
    put_micro(o, r->high);
    put_micro(o, r->p);
    put_micro(o, r->q);
}

static void group_row(struct view *v, struct output *o, const struct ranked *g)
{
    const struct finding *f = &v->clues.findings.at[g->best];
    struct buf best = BUF_INIT;
    struct span name = rule_name(&v->rules, f->rule);

    out_text(o, g->key);
    switch (v->ranking.by) {
    case RANK_INSTITUTION:
        put_name(v, o, "inst", g->key);
        put_turnover(v, o, g);
        put_funnel(v, o, g->key);
        break;
    case RANK_GANG: out_int(o, gang_size(&v->clues.gangs, g->key)); break;
    case RANK_DOCTOR: put_name(v, o, "doctor", g->key); break;
    case RANK_RULE: out_text(o, name); break;
    case RANK_PERSON:
    case RANK_CLUE:
    case RANK_BY_COUNT: put_code(o, f->inst); break;
    }
    out_fen(o, g->expected);
    out_fen(o, g->fund);
    out_fen(o, g->amount);
    out_int(o, g->n_findings);
    for (int c = 0; c < CLASS_COUNT; c++)
        out_int(o, g->n_class[c]);
    out_int(o, g->n_rules);
    out_int(o, g->n_persons);
    out_dec(o, prorate(g->score, 1, 100), 4);
    buf_span(&best, f->rule);
    buf_char(&best, ' ');
    buf_span(&best, name);
    out_text(o, span_trim((struct span){buf_cstr(&best), best.n}));
    out_text(o, f->id);
    buf_release(&best);
}

static int print(struct view *v, size_t top, struct err *e)
{
    enum rank_by by = v->ranking.by;
    struct output *o;
    size_t n = v->ranking.n < top || top == 0 ? v->ranking.n : top;
    const char *format = args_text(v->args, "format");
    int rc;

    if (format && strcmp(format, "cards") == 0)
        return cards_print(&v->ranking, &v->clues, &v->rules, v->store,
                           n < MAX_CARDS ? n : MAX_CARDS, e);
    rc = out_open(&o, v->args, shapes[by].columns, shapes[by].n, e);

    if (rc)
        return rc;
    for (size_t i = 0; i < n; i++) {
        out_int(o, (int64_t)i + 1);
        if (by == RANK_CLUE)
            clue_row(v, o, &v->ranking.at[i]);
        else
            group_row(v, o, &v->ranking.at[i]);
        out_row(o);
    }
    return out_close(o, e);
}

static void sum_up(const struct view *v, size_t shown)
{
    struct buf b = BUF_INIT;
    fen_t expected = 0, fund = 0;

    for (size_t i = 0; i < v->ranking.n; i++) {
        expected += v->ranking.at[i].expected;
        fund += v->ranking.at[i].fund;
    }
    buf_str(&b, "共 ");
    buf_thousands(&b, (int64_t)v->ranking.n);
    buf_fmt(&b, " %s，列出 ", v->ranking.by == RANK_CLUE ? "条线索" : "行");
    buf_thousands(&b, (int64_t)shown);
    buf_str(&b, "；涉及基金合计 ");
    buf_yuan(&b, fund);
    buf_str(&b, "，预计可追回 ");
    buf_yuan(&b, expected);
    buf_str(&b, "。每行费用只计一次。");
    note("%s", buf_cstr(&b));
    buf_release(&b);
}

/* --rule, --tag: what other rules found is left out, and claims no money. */
static int keep_wanted(struct view *v, struct err *e)
{
    struct finding_set *fs = &v->clues.findings;
    const struct huji_library *lib = v->rules.library;
    bool *wanted;
    size_t n = 0;
    int rc;

    if (!args_has(v->args, "rule") && !args_has(v->args, "tag"))
        return 0;
    if (!lib)
        return err_set(e, ERR_USAGE, "--rule 和 --tag 要有规则库");
    rc = library_select(lib, v->args, &wanted, e);
    if (rc)
        return rc;
    for (size_t i = 0; i < fs->n; i++) {
        const struct rule *r = library_rule(lib, fs->at[i].rule);

        if (r && wanted[r->index])
            fs->at[n++] = fs->at[i];
    }
    fs->n = n;
    mem_free(wanted);
    return 0;
}

static int load(struct view *v, struct err *e)
{
    const char *csv = args_text(v->args, "findings");
    int rc;

    if (csv) {
        rc = clues_read_csv(&v->clues, csv, e);
    } else {
        rc = store_for(v->args, STORE_READ, &v->store, e);
        if (!rc)
            rc = clues_load(&v->clues, v->store, NULL, e);
    }
    if (!rc && v->store)
        rc = turnover_load(v->store, &v->insts, &v->turnover, e);
    if (!rc)
        rc = rule_names_load(&v->rules, v->args, e);
    if (!rc)
        rc = keep_wanted(v, e);
    if (!rc)
        rc = clues_claim(&v->clues, args_text(v->args, "verdicts"), e);
    return rc;
}

/* Institutions that have more in question than their peers explain come first, both parts by E. */
static int flagged_first(struct view *v, struct err *e)
{
    bool *first = mem_calloc(v->ranking.n + 1, sizeof *first);
    int rc;

    if (!first)
        return err_nomem(e);
    for (size_t i = 0; i < v->ranking.n; i++)
        first[i] = funnel_flags(funnel_find(&v->clues.funnel, v->ranking.at[i].key));
    rc = ranking_first(&v->ranking, v->clues.findings.n, first, e);
    mem_free(first);
    return rc;
}

static int build(struct view *v, enum rank_by by, bool fraud, struct err *e)
{
    struct clues *c = &v->clues;
    int rc = 0;

    if (by == RANK_GANG && v->store)
        rc = clues_gangs(c, v->store, e);
    if (!rc && by == RANK_INSTITUTION && v->store)
        rc = clues_funnel(c, v->store, e);
    if (!rc)
        rc = ranking_build(&v->ranking, &c->findings, &c->ledger, c->strengths, by, fraud, e);
    if (!rc && by == RANK_INSTITUTION && !fraud)
        rc = flagged_first(v, e);
    return rc;
}

/* --- why it stands there ------------------------------------------------------------------------- */

static const struct shown_column why_columns[] = {
    {"rule_id", "规则", AS_TEXT, 0},
    {"rule_name", "名称", AS_TEXT, 24},
    {"family", "类", AS_TEXT, 0},
    {"findings", "疑点", AS_INT, 0},
    {"strength", "可信度", AS_DEC, 0},
    {"score", "合起来的可信度", AS_DEC, 0},
    {"score_without", "若无此规则", AS_DEC, 0},
    {"expected_yuan", "预计可追回", AS_FEN, 0},
    {"expected_yuan_without", "若无此规则", AS_FEN, 0},
};

/* A row by its key (an institution, a person ...), its visit, or a finding in it. NAME_NONE: none. */
static uint32_t row_of(const struct view *v, struct span id)
{
    const struct ranking *r = &v->ranking;
    const struct finding *f;
    bool several;

    for (size_t i = 0; i < r->n; i++) {
        struct span rest = r->at[i].key, kind = span_cut(&rest, ':');

        if (span_eq(r->at[i].key, id) || (span_is(kind, "mdtrt") && span_eq(rest, id)))
            return (uint32_t)i;
    }
    f = finding_set_get(&v->clues.findings, id, &several);
    return f ? r->group_of[f - v->clues.findings.at] : NAME_NONE;
}

static int why_rows(struct view *v, const struct weighing *w, struct err *e)
{
    struct output *o;
    int rc = out_open(&o, v->args, why_columns, N(why_columns), e);

    for (size_t i = 0; i < w->n && !rc; i++) {
        const struct weight *x = &w->at[i];

        out_text(o, x->rule);
        out_text(o, x->name);
        out_cstr(o, family_name[x->family]);
        out_int(o, x->n);
        put_micro(o, x->strength);
        put_micro(o, w->score);
        put_micro(o, x->score_without);
        out_fen(o, w->expected);
        out_fen(o, x->expected_without);
        out_row(o);
    }
    return rc ? rc : out_close(o, e);
}

static int why(struct view *v, struct span id, struct err *e)
{
    uint32_t row = row_of(v, id);
    struct weighing w = {0};
    struct buf b = BUF_INIT;
    int rc;

    if (row == NAME_NONE) {
        err_set(e, ERR_USAGE, "名单里没有 %.*s", (int)id.n, id.p);
        err_hint(e,
                 "写疑点编号（至少前 8 位）、就诊编号，或配合 --by 写机构编号、人员编号、医师代码");
        return ERR_USAGE;
    }
    rc = weighing_build(&w, &v->clues.findings, v->ranking.group_of, row, &v->clues.ledger,
                        &v->clues.confidence, e);
    for (size_t i = 0; i < w.n; i++)
        w.at[i].name = rule_name(&v->rules, w.at[i].rule);
    if (!rc && (args_text(v->args, "out") || args_text(v->args, "format"))) {
        rc = why_rows(v, &w, e);
    } else if (!rc) {
        buf_fmt(&b, "第 %u 名  %.*s\n", row + 1, (int)v->ranking.at[row].key.n,
                v->ranking.at[row].key.p);
        weighing_text(&b, &w);
        rc = b.failed ? err_nomem(e) : 0;
        fputs(buf_cstr(&b), stdout);
    }
    buf_release(&b);
    weighing_release(&w);
    return rc;
}

static enum rank_by by_of(const char *name)
{
    for (int i = 0; i < RANK_BY_COUNT; i++)
        if (strcmp(name, rank_by_name[i]) == 0)
            return (enum rank_by)i;
    return RANK_CLUE;
}

static int run(const struct args *a, struct err *e)
{
    struct view v = {.args = a};
    enum rank_by by = by_of(args_text(a, "by"));
    bool fraud = strcmp(args_text(a, "list"), "fraud") == 0;
    size_t top = (size_t)args_count(a, "top", 20);
    int rc = load(&v, e);

    if (!rc)
        rc = build(&v, by, fraud, e);
    if (!rc && args_has(a, "unchecked"))
        ranking_keep_open(&v.ranking, v.clues.findings.n);
    if (!rc && by == RANK_CLUE && top && !args_has(a, "no-cap"))
        rc = ranking_cap(&v.ranking, &v.clues.findings, top,
                         (size_t)args_count(a, "per-institution", 0), e);
    if (!rc)
        rc = args_text(a, "why") ? why(&v, span_of(args_text(a, "why")), e) : print(&v, top, e);
    if (!rc && !args_text(a, "why"))
        sum_up(&v, v.ranking.n < top || top == 0 ? v.ranking.n : top);
    ranking_release(&v.ranking);
    clues_release(&v.clues);
    names_release(&v.insts);
    mem_free(v.turnover);
    rule_names_release(&v.rules);
    store_close(v.store);
    return rc;
}

static const struct option options[] = {
    OPT_DATA,
    {"by", 'b', ARG_CHOICE, "clue|institution|person|doctor|gang|rule", "clue", false, "按什么排"},
    {"top", 'n', ARG_COUNT, "N", "20", false, "列出前 N 名，0 为全部"},
    {"list", 0, ARG_CHOICE, "money|fraud", "money", false,
     "money 按预计可追回的钱；fraud 按骗保可信度（在院、聚集、货源、票据）"},
    {"per-institution", 0, ARG_COUNT, "X", NULL, false,
     "线索前 N 名里同一机构最多 X 条（默认 N 的十分之一，进位）"},
    {"no-cap", 0, ARG_FLAG, NULL, NULL, false, "不限同一机构的条数"},
    {"why", 0, ARG_TEXT, "ID", NULL, false,
     "这一条为什么排在这里：各类的分量，去掉每条规则之后可信度和钱各是多少"},
    {"unchecked", 0, ARG_FLAG, NULL, NULL, false, "只列还没有结论（或存疑）的"},
    {"verdicts", 0, ARG_FILE, "FILE", NULL, false,
     "再加上这份结论统计 CSV（rule_id,confirmed,rejected）；数据目录里记下的结论总是算的"},
    {"findings", 0, ARG_FILE, "FILE", NULL, false, "不读数据目录，读 huji screen --out 写出的 CSV"},
    OPT_RULE,
    OPT_TAG,
    OPT_RULES,
    {"format", 'f', ARG_CHOICE, "table|cards|csv|jsonl|xlsx", NULL, false,
     "输出格式（默认 table；cards 一条几行，带法条和证据；给了 --out 则按扩展名）"},
    OPT_OUT,
    OPT_END,
};
static const struct example examples[] = {
    {"rank --data 我的县", "最值得先查的 20 条线索"},
    {"rank --data 我的县 --by institution --top 10", "机构排名"},
    {"rank --data 我的县 --by institution --why H51052300001", "这家机构凭什么排在这里"},
    {"rank --data 我的县 --list fraud --format xlsx --out 名单.xlsx", "给稽核人员的名单"},
    EXAMPLE_END,
};
const struct command cmd_rank = {
    .name = "rank",
    .title = "把疑点排出先后：先查哪条、哪家、谁",
    .operands = "",
    .text =
        "预计可追回 = 各费用行的基金金额 × 该行最有力的一条疑点会被查实的机会（等级的先验，随核查结论校正），相加。\n"
        "可信度还看超出阈值多少。一行费用只计一次：明确先于高疑、\n"
        "高疑先于可疑，再看金额，所以十条规则落在同一次住院上也不会超过这次住院。\n"
        "\n"
        "机构与同类（同级别、或同为药店）比：涉疑就诊 O 人次，同类按就诊量应有 e 人次，O/e 附 95% 区间；q 是多重检验\n"
        "校正（Benjamini-Hochberg）后的显著性，q 不超过 0.05 的排在前面，其余在后，各按预计可追回。就诊不足 30 人次的\n"
        "不检验。团伙是结伴就医（B17）连起来的人，钱是全体成员涉疑费用的并集。",
    .options = options,
    .examples = examples,
    .run = run,
};
