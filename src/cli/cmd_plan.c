/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/library.h"
#include "cli/output.h"
#include "cli/store.h"
#include "run/verdicts.h"
#include "screen/clues.h"
#include "screen/plan.h"

/* An institution with its open clues, and what was checked there lately. */
struct place {
    uint32_t *rows; /* of the ranking, best first */
    fen_t *expected;
    size_t n, cap, cap_expected;
    int64_t checked, confirmed;
    fen_t fund;
    day_t last;
};

struct job {
    const struct args *args;
    struct store *store;
    struct rule_names rules;
    struct clues clues;
    struct ranking ranking;
    struct names insts;
    struct place *places; /* by id of insts */
    struct plan_inst *plan;
    size_t cap, *order; /* of the plan's institutions, first to visit first */
    size_t n_order;
    struct plan total;
    int64_t random; /* stays to draw */
    day_t today;
};

static const struct shown_column inst_columns[] = {
    {"order", "顺序", AS_INT, 0},
    {"fixmedins_code", "机构编号", AS_TEXT, 0},
    {"fixmedins_name", "机构", AS_TEXT, 24},
    {"inst_kind", "类别", AS_TEXT, 20},
    {"days", "人日", AS_DEC, 0},
    {"clues", "查几条", AS_INT, 0},
    {"open_clues", "未查线索", AS_INT, 0},
    {"expected_yuan", "预计可追回", AS_FEN, 0},
    {"expected_per_day", "每人日", AS_FEN, 0},
    {"ratio", "与同类比 O/e", AS_DEC, 0},
    {"q", "q", AS_DEC, 0},
    {"checked", "近12个月核查", AS_INT, 0},
    {"confirmed", "其中查实", AS_INT, 0},
    {"confirmed_yuan", "查实基金", AS_FEN, 0},
    {"last_checked", "最近核查", AS_DAY, 0},
};
static const struct shown_column clue_columns[] = {
    {"order", "机构顺序", AS_INT, 0},         {"fixmedins_code", "机构编号", AS_TEXT, 0},
    {"fixmedins_name", "机构", AS_TEXT, 24},  {"mdtrt_id", "就诊", AS_TEXT, 0},
    {"psn_no", "参保人", AS_TEXT, 0},         {"event_date", "发生日期", AS_DAY, 0},
    {"rule_id", "规则编号", AS_TEXT, 0},      {"rule_name", "规则名称", AS_TEXT, 18},
    {"message", "疑点说明", AS_TEXT, 40},     {"expected_yuan", "预计可追回", AS_FEN, 0},
    {"exposure_yuan", "涉及基金", AS_FEN, 0}, {"finding_id", "疑点编号", AS_TEXT, 10},
    {"verdict", "结论", AS_TEXT, 0},          {"fund_yuan", "查实基金", AS_TEXT, 0},
    {"checked_by", "核查人", AS_TEXT, 0},     {"checked_on", "核查日期", AS_TEXT, 0},
    {"reason", "理由", AS_TEXT, 24},
};
/* As huji sample writes them: what comes back can be extrapolated. */
static const struct shown_column random_columns[] = {
    {"no", "序号", AS_INT, 0},
    {"stratum", "层", AS_TEXT, 0},
    {"population", "层总数", AS_INT, 0},
    {"fixmedins_code", "机构编号", AS_TEXT, 0},
    {"fixmedins_name", "机构", AS_TEXT, 24},
    {"mdtrt_id", "就诊", AS_TEXT, 0},
    {"psn_no", "参保人", AS_TEXT, 0},
    {"begndate", "入院日期", AS_DAY, 0},
    {"paid_yuan", "基金支付", AS_FEN, 0},
    {"verdict", "结论", AS_TEXT, 0},
    {"fund_yuan", "查实基金", AS_TEXT, 0},
    {"reason", "理由", AS_TEXT, 24},
};
#define N(a) (int)(sizeof(a) / sizeof *(a))

/* --- what there is ------------------------------------------------------------------------------- */

static int place_of(struct job *j, struct span inst, struct place **out, struct err *e)
{
    uint32_t before = j->insts.n, id = names_put(&j->insts, inst);

    if (id == NAME_NONE || mem_grow(&j->places, &j->cap, j->insts.n, sizeof *j->places))
        return err_nomem(e);
    if (j->insts.n > before)
        j->places[id] = (struct place){.last = DAY_NONE};
    *out = &j->places[id];
    return 0;
}

/* Clues in the order of E, each to the institution of its foremost finding. */
static int take_clues(struct job *j, struct err *e)
{
    int rc = 0;

    for (size_t i = 0; i < j->ranking.n && !rc; i++) {
        const struct ranked *g = &j->ranking.at[i];
        struct span inst = j->clues.findings.at[g->best].inst;
        struct place *p = NULL;

        if (!inst.n)
            continue;
        rc = place_of(j, inst, &p, e);
        if (rc)
            break;
        if (mem_grow(&p->rows, &p->cap, p->n + 1, sizeof *p->rows) ||
            mem_grow(&p->expected, &p->cap_expected, p->n + 1, sizeof *p->expected))
            return err_nomem(e);
        p->rows[p->n] = (uint32_t)i;
        p->expected[p->n++] = g->expected;
    }
    return rc;
}

static int take_checked(struct job *j, struct err *e)
{
    struct buf sql = BUF_INIT;
    struct db_rows rows;
    int rc;

    if (!verdicts_any(j->store))
        return 0;
    buf_fmt(
        &sql,
        "select fixmedins_code, count(*), count(*) filter (verdict = '查实'),"
        " coalesce(sum(fund_fen) filter (verdict = '查实'), 0)::bigint,"
        " max(datediff('day', date '1970-01-01', checked_on)) from verdict_now"
        " where fixmedins_code is not null and datediff('day', date '1970-01-01', checked_on) between %d and %d"
        " group by 1",
        j->today - 365, j->today);
    rc = sql.failed ? err_nomem(e) : db_open(j->store->con, buf_cstr(&sql), &rows, e);
    buf_release(&sql);
    if (rc)
        return rc;
    while (!rc && db_next(&rows)) {
        struct place *p = NULL;

        rc = place_of(j, db_text(&rows, 0), &p, e);
        if (rc)
            break;
        p->checked = db_i64(&rows, 1);
        p->confirmed = db_i64(&rows, 2);
        p->fund = db_i64(&rows, 3);
        p->last = (day_t)db_i64(&rows, 4);
    }
    db_close(&rows);
    return rc;
}

static int load(struct job *j, struct err *e)
{
    struct clues *c = &j->clues;
    int rc = clues_load(c, j->store, NULL, e);

    if (!rc)
        rc = clues_claim(c, NULL, e);
    if (!rc)
        rc = clues_funnel(c, j->store, e);
    if (!rc)
        rc = ranking_build(&j->ranking, &c->findings, &c->ledger, c->strengths, RANK_CLUE, false,
                           e);
    if (rc)
        return rc;
    ranking_keep_open(&j->ranking, c->findings.n);
    rc = take_clues(j, e);
    return rc ? rc : take_checked(j, e);
}

/* --- the plan ------------------------------------------------------------------------------------ */

static int by_order(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;

    return x < y ? -1 : x > y;
}

static int solve(struct job *j, struct err *e)
{
    int64_t inspectors = args_count(j->args, "inspectors", 2),
            days = args_count(j->args, "days", 4), share = args_count(j->args, "random", 8),
            all = inspectors * days * PLAN_DAY;

    j->total.per_day = args_count(j->args, "per-day", 12);
    if (inspectors < 1 || days < 1 || j->total.per_day < 1 || inspectors > 10000 || days > 1000 ||
        j->total.per_day > 1000)
        return err_set(e, ERR_USAGE, "--inspectors、--days、--per-day 要大于 0");
    if (share > 100)
        return err_set(e, ERR_USAGE, "--random 是百分数，一般 5 到 10");
    j->total.capacity = all - all * share / 100;
    j->random = (all * share / 100 * j->total.per_day + PLAN_DAY - 1) / PLAN_DAY;
    j->plan = mem_calloc(j->insts.n + 1, sizeof *j->plan);
    j->order = mem_alloc((j->insts.n + 1) * sizeof *j->order);
    if (!j->plan || !j->order)
        return err_nomem(e);
    for (uint32_t i = 0; i < j->insts.n; i++)
        j->plan[i] = (struct plan_inst){
            .code = j->insts.at[i], .clues = j->places[i].expected, .n = j->places[i].n};
    plan_solve(&j->total, j->plan, j->insts.n);
    for (size_t i = 0; i < j->insts.n; i++)
        if (j->plan[i].take)
            j->order[j->n_order++] = j->plan[i].order << 32 | i;
    if (j->n_order)
        qsort(j->order, j->n_order, sizeof *j->order, by_order);
    for (size_t i = 0; i < j->n_order; i++)
        j->order[i] &= UINT32_MAX;
    return 0;
}

/* --- as tables ----------------------------------------------------------------------------------- */

static void put_name(struct job *j, struct output *o, struct span inst)
{
    struct buf name = BUF_INIT;

    clue_name(j->store, "inst", inst, &name, NULL);
    out_text(o, (struct span){buf_cstr(&name), name.n});
    buf_release(&name);
}

static void put_micro(struct output *o, int64_t v)
{
    if (v == FUNNEL_NONE)
        out_none(o);
    else
        out_dec(o, prorate(v, 1, 10000), 2);
}

static void put_insts(struct job *j, struct output *o)
{
    for (size_t k = 0; k < j->n_order; k++) {
        const struct plan_inst *x = &j->plan[j->order[k]];
        const struct place *p = &j->places[j->order[k]];
        const struct funnel_row *f = funnel_find(&j->clues.funnel, x->code);

        out_int(o, (int64_t)k + 1);
        out_text(o, x->code);
        put_name(j, o, x->code);
        out_text(o, f ? f->kind : SPAN(""));
        out_dec(o, x->days, 3);
        out_int(o, (int64_t)x->take);
        out_int(o, (int64_t)x->n);
        out_fen(o, x->expected);
        out_fen(o, prorate(x->expected, PLAN_DAY, x->days));
        put_micro(o, f ? f->ratio : FUNNEL_NONE);
        put_micro(o, f ? f->q : FUNNEL_NONE);
        out_int(o, p->checked);
        out_int(o, p->confirmed);
        out_fen(o, p->fund);
        out_day(o, p->last);
        out_row(o);
    }
}

static void put_clue(struct job *j, struct output *o, size_t place, uint32_t row)
{
    const struct ranked *g = &j->ranking.at[row];
    const struct finding *f = &j->clues.findings.at[g->best];

    out_int(o, (int64_t)place + 1);
    out_text(o, f->inst);
    put_name(j, o, f->inst);
    out_text(o, f->visit);
    out_text(o, f->person);
    out_day(o, f->day);
    out_text(o, f->rule);
    out_text(o, rule_name(&j->rules, f->rule));
    out_text(o, f->message);
    out_fen(o, g->expected);
    out_fen(o, g->fund);
    out_text(o, f->id);
    for (int i = 0; i < 5; i++)
        out_none(o);
    out_row(o);
}

static void put_clues(struct job *j, struct output *o)
{
    for (size_t k = 0; k < j->n_order; k++)
        for (size_t i = 0; i < j->plan[j->order[k]].take; i++)
            put_clue(j, o, k, j->places[j->order[k]].rows[i]);
}

/* Stays of all institutions alike: by SHA-256 of seed and id, as huji sample draws. */
static int put_random(struct job *j, struct output *o, struct err *e)
{
    struct buf sql = BUF_INIT;
    struct db_rows rows;
    int64_t no = 0;
    int rc;

    buf_fmt(&sql,
            "select di.code, di.name, dv.code, p.code, v.begndate::bigint, v.fund_pay_sumamt,"
            " (select count(*)::bigint from s_visit where kind = 1) from s_visit v"
            " join d_visit dv on dv.id = v.mdtrt_id left join d_inst di on di.id = v.fixmedins_code"
            " left join d_person p on p.id = v.psn_no where v.kind = 1"
            " order by sha256('%lld|' || dv.code), dv.code limit %lld",
            (long long)args_count(j->args, "seed", 1), (long long)j->random);
    rc = sql.failed ? err_nomem(e) : db_open(j->store->con, buf_cstr(&sql), &rows, e);
    buf_release(&sql);
    if (rc)
        return rc;
    while (db_next(&rows)) {
        out_int(o, ++no);
        out_cstr(o, "全部住院");
        out_int(o, db_i64(&rows, 6));
        for (idx_t k = 0; k < 4; k++)
            out_text(o, db_null(&rows, k) ? SPAN("") : db_text(&rows, k));
        out_day(o, db_null(&rows, 4) ? DAY_NONE : (day_t)db_i64(&rows, 4));
        out_fen(o, db_null(&rows, 5) ? 0 : db_i64(&rows, 5));
        for (int k = 0; k < 3; k++)
            out_none(o);
        out_row(o);
    }
    db_close(&rows);
    return 0;
}

static int print_one(struct job *j, const char *show, struct err *e)
{
    bool clues = strcmp(show, "clues") == 0, drawn = strcmp(show, "random") == 0;
    struct output *o;
    int rc = out_open(&o, j->args,
                      clues   ? clue_columns
                      : drawn ? random_columns
                              : inst_columns,
                      clues   ? N(clue_columns)
                      : drawn ? N(random_columns)
                              : N(inst_columns),
                      e);

    if (rc)
        return rc;
    if (clues)
        put_clues(j, o);
    else if (drawn)
        rc = put_random(j, o, e);
    else
        put_insts(j, o);
    if (rc) {
        out_abandon(o);
        return rc;
    }
    return out_close(o, e);
}

/* All three as sheets of one book. */
static int print_book(struct job *j, const char *path, struct err *e)
{
    struct output *o;
    int rc = out_to(&o, OUT_XLSX, path, false, "机构安排", inst_columns, N(inst_columns), e);

    if (rc)
        return rc;
    put_insts(j, o);
    rc = out_sheet(o, "核查清单", clue_columns, N(clue_columns), e);
    if (!rc) {
        put_clues(j, o);
        rc = out_sheet(o, "随机抽查", random_columns, N(random_columns), e);
    }
    if (!rc)
        rc = put_random(j, o, e);
    if (rc) {
        out_abandon(o);
        return rc;
    }
    return out_close(o, e);
}

static int print(struct job *j, struct err *e)
{
    const char *path = args_text(j->args, "out");
    size_t n = path ? strlen(path) : 0;

    if (n > 5 && strcmp(path + n - 5, ".xlsx") == 0 && !args_has(j->args, "show"))
        return print_book(j, path, e);
    return print_one(j, args_text(j->args, "show"), e);
}

static void sum_up(const struct job *j)
{
    struct buf b = BUF_INIT;
    fen_t expected = 0;
    size_t clues = 0;

    for (size_t k = 0; k < j->n_order; k++) {
        expected += j->plan[j->order[k]].expected;
        clues += j->plan[j->order[k]].take;
    }
    buf_fmt(&b, "安排 %zu 家机构、%zu 条线索，用 ", j->n_order, clues);
    dec_print(&b, j->total.used, 3);
    buf_str(&b, " 人日（可用 ");
    dec_print(&b, j->total.capacity, 3);
    buf_fmt(&b, "，另留随机抽查 %lld 份病历）；预计可追回 ", (long long)j->random);
    buf_yuan(&b, expected);
    buf_str(&b, "。");
    note("%s", buf_cstr(&b));
    buf_release(&b);
}

static int run(const struct args *a, struct err *e)
{
    struct job j = {.args = a, .today = args_day(a, "on")};
    int rc = store_for(a, STORE_READ, &j.store, e);

    if (j.today == DAY_NONE)
        j.today = clock_day();
    if (!rc)
        rc = rule_names_load(&j.rules, a, e);
    if (!rc)
        rc = load(&j, e);
    if (!rc)
        rc = solve(&j, e);
    if (!rc)
        rc = print(&j, e);
    if (!rc)
        sum_up(&j);
    for (uint32_t i = 0; i < j.insts.n; i++) {
        mem_free(j.places[i].rows);
        mem_free(j.places[i].expected);
    }
    mem_free(j.places);
    mem_free(j.plan);
    mem_free(j.order);
    names_release(&j.insts);
    ranking_release(&j.ranking);
    clues_release(&j.clues);
    rule_names_release(&j.rules);
    store_close(j.store);
    return rc;
}

static const struct option options[] = {
    OPT_DATA,
    {"inspectors", 0, ARG_COUNT, "N", "2", false, "几名检查人员"},
    {"days", 0, ARG_COUNT, "N", "4", false, "几个工作日"},
    {"per-day", 0, ARG_COUNT, "N", "12", false, "一人一日查几条线索"},
    {"random", 0, ARG_COUNT, "PERCENT", "8", false, "留多少工时随机抽查（一般 5 到 10）"},
    {"seed", 0, ARG_COUNT, "N", "1", false, "随机抽查的种子"},
    {"on", 0, ARG_DAY, "DATE", NULL, false, "从哪天起，往前数 12 个月看查过没有（默认今天）"},
    {"show", 0, ARG_CHOICE, "institutions|clues|random", "institutions", false,
     "机构安排、核查清单，或随机抽查的病历"},
    OPT_RULES,
    OPT_FORMAT,
    OPT_OUT,
    OPT_END,
};
static const struct example examples[] = {
    {"plan --data 我的县 --inspectors 2 --days 4", "两个人四天，去哪几家"},
    {"plan --data 我的县 --inspectors 2 --days 4 --out 检查计划.xlsx",
     "机构安排、核查清单、随机抽查，三张表"},
    EXAMPLE_END,
};
const struct command cmd_plan = {
    .name = "plan",
    .title = "排检查计划：去哪几家机构，每家看哪些，随机抽哪些",
    .operands = "",
    .text =
        "去一家机构先花半个人日，每条线索再花一人日的 1/per-day。按每人日预计可追回，一家一家排进可用的工时；排完还有\n"
        "余，补上已排机构的下一条线索。已有结论的不再排。随机抽查是从全部住院里抽病历调阅，不看疑点，只有它能推算\n"
        "总体（填好结论用 huji sample --estimate）。核查清单填好结论，用 huji verdict import 记回来。",
    .options = options,
    .examples = examples,
    .run = run,
};
