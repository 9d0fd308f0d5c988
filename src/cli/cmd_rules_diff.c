/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "cli/bar.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/library.h"
#include "cli/output.h"
#include "cli/store.h"
#include "engine/rule.h"
#include "run/diff.h"

/* One of the two: a folder, a rule file, or a parameter of the library in use. */
struct side {
    struct huji_library *lib;
    struct arena text;
    struct span *ids; /* base ids that it speaks of; none = the whole library */
    size_t n_ids, cap_ids;
    int trial; /* library index of the rule with another parameter; -1 = none */
    bool *wanted;
};

struct job {
    const struct args *args;
    struct store *store;
    struct side side[2];
    struct diff diff;
};

/* --- the two sides ------------------------------------------------------------------------------- */

static int speak_of(struct side *s, struct span id, struct err *e)
{
    if (mem_grow(&s->ids, &s->cap_ids, s->n_ids + 1, sizeof *s->ids))
        return err_nomem(e);
    s->ids[s->n_ids] = arena_span(&s->text, id);
    return s->ids[s->n_ids++].p ? 0 : err_nomem(e);
}

/* "B02:max=20" */
static int open_parameter(struct side *s, const struct args *a, struct span what, struct err *e)
{
    struct span value = what, rule = span_cut(&value, ':'), param = span_cut(&value, '=');
    const struct rule *r;
    struct buf text = BUF_INIT;
    int rc = library_for(a, &s->lib, e);

    if (rc)
        return rc;
    r = library_rule(s->lib, rule);
    if (!r)
        return err_set(e, ERR_USAGE, "没有规则 %.*s", (int)rule.n, rule.p);
    buf_span(&text, span_trim(value));
    if (value.n && strspn(buf_cstr(&text), "+-.0123456789") == text.n) { /* in the rule's unit */
        struct span own = rule_param(r, param);

        while (own.n && strchr("+-.0123456789", own.p[0]))
            own = (struct span){own.p + 1, own.n - 1};
        buf_char(&text, ' ');
        buf_span(&text, own);
    }
    value = span_trim((struct span){buf_cstr(&text), text.n});
    rc = library_try(s->lib, r, param, &value, 1, &s->trial, e);
    buf_release(&text);
    return rc ? rc : speak_of(s, r->id, e);
}

static int open_file(struct side *s, const struct args *a, const char *path, struct err *e)
{
    int rc = library_for_with(a, (struct library_wish){.file = path}, &s->lib, e);

    for (const struct ynode *n = rc ? NULL : s->lib->instead->child; n && !rc; n = n->next)
        rc = speak_of(s, n->key, e);
    return rc;
}

static int open_side(struct side *s, const struct args *a, const char *what, struct err *e)
{
    struct stat st;

    s->trial = -1;
    if (strcmp(what, "now") == 0)
        return library_for(a, &s->lib, e);
    if (stat(what, &st) == 0)
        return S_ISDIR(st.st_mode) ? library_load(what, &s->lib, e) : open_file(s, a, what, e);
    if (strchr(what, ':') && strchr(what, '='))
        return open_parameter(s, a, span_of(what), e);
    err_set(e, ERR_USAGE, "%s 不是规则库目录、规则文件，也不是参数", what);
    err_hint(e, "参数写作 规则:参数=值，如 B02:max=20；now 是现用的规则库");
    return ERR_USAGE;
}

static bool speaks(const struct side *s, const struct rule *r)
{
    for (size_t i = 0; i < s->n_ids; i++)
        if (span_eq(s->ids[i], r->id) || span_eq(s->ids[i], r->base_id))
            return true;
    return false;
}

/* Only rules of which either side speaks; the trial in place of its original. */
static int choose(struct side *s, const struct side *other, struct err *e)
{
    if (s->n_ids + other->n_ids == 0)
        return 0;
    s->wanted = mem_calloc((size_t)s->lib->n_rules + 1, sizeof *s->wanted);
    if (!s->wanted)
        return err_nomem(e);
    for (int i = 0; i < s->lib->n_rules; i++) {
        const struct rule *r = s->lib->rules[i];

        if (r->hidden || !(speaks(s, r) || speaks(other, r)))
            continue;
        s->wanted[i] = s->trial < 0 || i == s->trial ||
                       !span_eq(r->id, s->lib->rules[s->trial]->id);
    }
    return 0;
}

/* --- what came of it ----------------------------------------------------------------------------- */

static const struct shown_column sum_columns[] = {
    {"key", "规则", AS_TEXT, 0},
    {"new", "新增", AS_INT, 0},
    {"lost", "消失", AS_INT, 0},
    {"changed", "变化", AS_INT, 0},
    {"same", "不变", AS_INT, 0},
    {"fund_before", "原涉及基金", AS_FEN, 0},
    {"fund_after", "现涉及基金", AS_FEN, 0},
    {"fund_difference", "相差", AS_FEN, 0},
};
static const struct shown_column row_columns[] = {
    {"kind", "", AS_TEXT, 0},
    {"finding_id", "疑点编号", AS_TEXT, 10},
    {"rule_id", "规则", AS_TEXT, 0},
    {"fixmedins_code", "机构编号", AS_TEXT, 0},
    {"psn_no", "参保人", AS_TEXT, 0},
    {"mdtrt_id", "就诊", AS_TEXT, 0},
    {"event_date", "日期", AS_DAY, 0},
    {"class_before", "原等级", AS_TEXT, 0},
    {"class_after", "现等级", AS_TEXT, 0},
    {"fund_before", "原涉及基金", AS_FEN, 0},
    {"fund_after", "现涉及基金", AS_FEN, 0},
    {"message", "说明", AS_TEXT, 40},
};
#define N(a) (int)(sizeof(a) / sizeof *(a))

static void put_sum(struct output *o, const struct diff_sum *s)
{
    out_text(o, s->key);
    for (int k = 0; k < DIFF_COUNT; k++)
        out_int(o, s->n[k]);
    out_fen(o, s->fund[0]);
    out_fen(o, s->fund[1]);
    out_fen(o, s->fund[1] - s->fund[0]);
    out_row(o);
}

static int print_sums(struct job *j, bool by_inst, struct err *e)
{
    struct shown_column columns[N(sum_columns)];
    struct diff_sum *sums = NULL, all = {.key = SPAN("总计")};
    struct output *o;
    size_t n;
    int rc = diff_sums(&j->diff, by_inst, &sums, &n, e);

    if (rc)
        return rc;
    memcpy(columns, sum_columns, sizeof columns);
    if (by_inst)
        columns[0].title = "机构编号";
    rc = out_open(&o, j->args, columns, N(columns), e);
    for (size_t i = 0; i < n && !rc; i++) {
        put_sum(o, &sums[i]);
        for (int k = 0; k < DIFF_COUNT; k++)
            all.n[k] += sums[i].n[k];
        all.fund[0] += sums[i].fund[0];
        all.fund[1] += sums[i].fund[1];
    }
    if (!rc)
        put_sum(o, &all);
    mem_free(sums);
    return rc ? rc : out_close(o, e);
}

/* Up to `most` of each rule and kind; all rows of one kind stand together by rule already. */
static int print_rows(struct job *j, int64_t most, struct err *e)
{
    struct output *o;
    int64_t n[DIFF_COUNT] = {0};
    struct span rule = SPAN("");
    int rc = out_open(&o, j->args, row_columns, N(row_columns), e);

    for (size_t i = 0; i < j->diff.n && !rc; i++) {
        const struct diff_row *r = &j->diff.at[i];

        if (!span_eq(r->rule, rule))
            memset(n, 0, sizeof n);
        rule = r->rule;
        if (r->kind == DIFF_SAME || (most && n[r->kind]++ >= most))
            continue;
        out_cstr(o, diff_kind_name[r->kind]);
        out_cstr(o, r->id);
        out_text(o, r->rule);
        out_text(o, r->inst);
        out_text(o, r->person);
        out_text(o, r->visit);
        out_day(o, r->day);
        for (int k = 0; k < 2; k++)
            out_cstr(o, r->cls[k] < 0 ? NULL : class_name(r->cls[k]));
        for (int k = 0; k < 2; k++) {
            if (r->cls[k] < 0)
                out_none(o);
            else
                out_fen(o, r->fund[k]);
        }
        out_text(o, r->message);
        out_row(o);
    }
    return rc ? rc : out_close(o, e);
}

static int run(const struct args *a, struct err *e)
{
    struct job j = {.args = a};
    const char *show = args_text(a, "show");
    struct bar bar;
    int rc = store_for(a, STORE_READ, &j.store, e);

    for (int i = 0; i < 2 && !rc; i++)
        rc = open_side(&j.side[i], a, a->operands[i], e);
    for (int i = 0; i < 2 && !rc; i++)
        rc = choose(&j.side[i], &j.side[1 - i], e);
    if (!rc) {
        const struct diff_side sides[2] = {{j.side[0].lib, j.side[0].wanted},
                                           {j.side[1].lib, j.side[1].wanted}};

        bar_begin(&bar);
        rc = diff_run(j.store, sides, args_day(a, "from"), args_day(a, "to"),
                      (int)args_count(a, "threads", 0), &bar.progress, &j.diff, e);
        bar_end(&bar);
    }
    if (!rc)
        rc = strcmp(show, "findings") == 0 ? print_rows(&j, args_count(a, "top", 0), e)
                                           : print_sums(&j, strcmp(show, "institutions") == 0, e);
    diff_release(&j.diff);
    for (int i = 0; i < 2; i++) {
        library_free(j.side[i].lib);
        mem_free(j.side[i].ids);
        mem_free(j.side[i].wanted);
        arena_release(&j.side[i].text);
    }
    store_close(j.store);
    return rc;
}

static const struct option options[] = {
    OPT_DATA,
    {"show", 0, ARG_CHOICE, "rules|institutions|findings", "rules", false,
     "按规则合计、按机构合计，或逐条列出新增、消失、变化的疑点"},
    {"top", 'n', ARG_COUNT, "N", "20", false, "逐条列出时每条规则每类最多 N 条，0 为全部"},
    {"from", 0, ARG_DAY, "DATE", NULL, false, "只比这天起的疑点"},
    {"to", 0, ARG_DAY, "DATE", NULL, false, "只比到这天为止的疑点"},
    OPT_RULES,
    OPT_THREADS,
    OPT_FORMAT,
    OPT_OUT,
    OPT_END,
};
static const struct example examples[] = {
    {"rules diff --data 我的县 now B02:max=20", "再入院间隔改成 20 天，疑点多了哪些"},
    {"rules diff --data 我的县 now 新规则.yaml --show institutions",
     "换上改过的规则，各机构的变化"},
    {"rules diff --data 我的县 规则库1.0 规则库1.1 --show findings --out 变化.xlsx",
     "两个版本的规则库，逐条"},
    EXAMPLE_END,
};
const struct command cmd_rules_diff = {
    .name = "rules diff",
    .title = "两个版本的规则在同样的数据上差在哪里：新增、消失、变化的疑点",
    .operands = "V1 V2",
    .text =
        "每一方可以是规则库目录、一个规则文件（其中的规则顶替现用的同号规则）、一个参数（规则:参数=值），或 now（现用的\n"
        "规则库）。两方都只提到几条规则时只问这几条。什么也不写进数据目录。",
    .options = options,
    .examples = examples,
    .min_operands = 2,
    .max_operands = 2,
    .operand_kind = ARG_FILE,
    .run = run,
};
