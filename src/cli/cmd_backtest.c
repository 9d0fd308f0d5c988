/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdio.h>
#include <string.h>

#include "cli/bar.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/library.h"
#include "cli/output.h"
#include "cli/store.h"
#include "engine/rule.h"
#include "run/backtest.h"

#define BAR_CELLS 24
#define POINTS 30 /* about so many, when no step is given */

static const struct shown_column columns[] = {
    {"value", "参数取值", AS_DEC, 0},        {"own", "现行", AS_TEXT, 0},
    {"findings", "疑点", AS_INT, 0},         {"fund_yuan", "涉及基金", AS_FEN, 0},
    {"amount_yuan", "涉及金额", AS_FEN, 0},  {"institutions", "机构", AS_INT, 0},
    {"persons", "人数", AS_INT, 0},          {"confirmed", "其中已查实", AS_INT, 0},
    {"rejected", "其中已知误报", AS_INT, 0}, {"bar", "", AS_TEXT, 0}, /* on a table alone */
};
#define COLUMNS (int)(sizeof columns / sizeof *columns)

static void put_bar(struct output *o, int64_t n, int64_t most)
{
    struct buf b = BUF_INIT;
    int64_t full = most ? (n * BAR_CELLS + most / 2) / most : 0;

    for (int64_t i = 0; i < full; i++)
        buf_char(&b, '#');
    out_text(o, (struct span){buf_cstr(&b), b.n});
    buf_release(&b);
}

static int print(const struct args *a, const struct backtest *b, struct err *e)
{
    struct output *o = NULL;
    bool plain = !args_text(a, "out") &&
                 (!args_text(a, "format") || strcmp(args_text(a, "format"), "table") == 0);
    int64_t most = 0;
    int rc = out_open(&o, a, columns, plain ? COLUMNS : COLUMNS - 1, e);

    if (rc)
        return rc;
    for (size_t i = 0; i < b->n; i++)
        most = b->at[i].hits > most ? b->at[i].hits : most;
    for (size_t i = 0; i < b->n; i++) {
        const struct backtest_point *p = &b->at[i];

        out_dec(o, p->at, 6);
        out_cstr(o, p->own ? "现行" : NULL);
        out_int(o, p->hits);
        out_fen(o, p->fund);
        out_fen(o, p->amount);
        out_int(o, p->institutions);
        out_int(o, p->persons);
        out_int(o, p->confirmed);
        out_int(o, p->rejected);
        if (plain)
            put_bar(o, p->hits, most);
        out_row(o);
    }
    return out_close(o, e);
}

/* "max=5..31"; the name may be left out: "5..31" is of the slider. */
static int read_set(const struct args *a, struct backtest_options *o, struct err *e)
{
    struct span text = span_of(args_text(a, "set")), from = text, to;
    const char *dots;

    if (memchr(text.p, '=', text.n))
        o->param = span_trim(span_cut(&from, '='));
    dots = strstr(from.p ? from.p : "", "..");
    if (dots) {
        to = span_trim(span_of(dots + 2));
        from = span_trim((struct span){from.p, (size_t)(dots - from.p)});
    } else {
        to = from = span_trim(from);
    }
    if (!dec_parse(from, 6, false, &o->from) || !dec_parse(to, 6, false, &o->to) ||
        o->from > o->to) {
        err_set(e, ERR_USAGE, "--set %s 看不懂", args_text(a, "set"));
        err_hint(e, "如 --set max=5..30：参数名=最小..最大，单位同规则里写的");
        return ERR_USAGE;
    }
    return 0;
}

/* Whole numbers go by whole steps. */
static int read_step(const struct args *a, struct backtest_options *o, struct err *e)
{
    const char *text = args_text(a, "step");
    const int64_t one = 1000000;

    if (text)
        return dec_parse(span_of(text), 6, false, &o->step) && o->step > 0
                   ? 0
                   : err_set(e, ERR_USAGE, "--step 要是大于 0 的数");
    o->step = (o->to - o->from + POINTS - 1) / POINTS;
    if (o->from % one == 0 && o->to % one == 0 && o->to - o->from >= one * 3)
        o->step = (o->step + one - 1) / one * one;
    if (o->step == 0)
        o->step = one;
    return 0;
}

static void sum_up(const struct backtest *b)
{
    struct buf own = BUF_INIT;

    dec_print(&own, b->own, 6);
    note("参数 %s，单位 %s，现行 %s。%s，用了 %.2f 秒。%s", b->param,
         b->unit[0] ? b->unit : "（无）", buf_cstr(&own),
         b->stored ? "从最近一次筛查存下的数值读出" : "按每个取值重新问过", b->seconds,
         b->loose_money ? "金额按放宽后的界限计超出部分，取值更严时偏高。" : "");
    buf_release(&own);
}

static int run(const struct args *a, struct err *e)
{
    struct backtest_options o = {.threads = (int)args_count(a, "threads", 0),
                                 .refold = args_has(a, "refold")};
    struct rule_names rules = {0};
    struct store *s = NULL;
    struct backtest b = {0};
    struct bar bar;
    int rc = 0;

    if (!args_text(a, "rule") || !args_text(a, "set")) {
        err_set(e, ERR_USAGE, "缺少 --rule 或 --set");
        err_hint(e, "如 huji backtest --rule B02 --set max=5..30");
        return ERR_USAGE;
    }
    rc = read_set(a, &o, e);
    if (!rc)
        rc = read_step(a, &o, e);
    if (!rc)
        rc = store_for(a, STORE_READ, &s, e);
    if (!rc)
        rc = library_for(a, &rules.library, e);
    if (!rc) {
        bar_begin(&bar);
        rc = backtest_run(s, rules.library, span_of(args_text(a, "rule")), &o, &bar.progress, &b,
                          e);
        bar_end(&bar);
    }
    if (!rc)
        rc = print(a, &b, e);
    if (!rc)
        sum_up(&b);
    backtest_release(&b);
    rule_names_release(&rules);
    store_close(s);
    return rc;
}

static const struct option options[] = {
    OPT_DATA,
    {"rule", 'r', ARG_TEXT, "ID", NULL, false, "哪条规则"},
    {"set", 's', ARG_TEXT, "NAME=A..B", NULL, false,
     "参数从 A 试到 B，单位同规则里写的；不写参数名就是它可滑动的那个（keep_from），没有就是问法里的界限"},
    {"step", 0, ARG_TEXT, "X", NULL, false, "步长（默认约 30 个值）"},
    {"refold", 0, ARG_FLAG, NULL, NULL, false, "不用存下的数值，每个取值都重新问"},
    OPT_RULES,
    OPT_THREADS,
    OPT_FORMAT,
    OPT_OUT,
    OPT_END,
};
static const struct example examples[] = {
    {"backtest --data 我的县 --rule B02 --set max=5..30", "再入院间隔放宽收紧，疑点和钱怎么变"},
    {"backtest --data 我的县 --rule B04 --set at_least=3..10 --out 曲线.csv", "一年几次住院算多"},
    EXAMPLE_END,
};
const struct command cmd_backtest = {
    .name = "backtest",
    .title = "换个阈值会怎样：疑点、钱、机构、已知误报随参数的曲线",
    .operands = "",
    .text =
        "取值在规则写明可放宽的范围内（keep_from）时，直接从最近一次筛查存下的数值读出；否则按每个取值在一趟里重新问。",
    .options = options,
    .examples = examples,
    .run = run,
};
