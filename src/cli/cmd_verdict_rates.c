/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What verdicts taught of each rule: confirmed of reviewed with Wilson's interval, and whether it should be demoted. */
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/library.h"
#include "cli/output.h"
#include "cli/store.h"
#include "run/verdicts.h"
#include "screen/confidence.h"

static const struct shown_column columns[] = {
    {"rule_id", "规则", AS_TEXT, 0},       {"rule_name", "名称", AS_TEXT, 24},
    {"inst_kind", "机构类别", AS_TEXT, 0}, {"confirmed", "查实", AS_INT, 0},
    {"rejected", "误报", AS_INT, 0},       {"doubtful", "存疑", AS_INT, 0},
    {"rate", "查实率 %", AS_DEC, 0},       {"rate_low", "95% 下限", AS_DEC, 0},
    {"rate_high", "95% 上限", AS_DEC, 0},  {"fund_yuan", "查实基金", AS_FEN, 0},
    {"advice", "提示", AS_TEXT, 0},
};

static const char select_sql[] =
    "select w.rule_id, coalesce(case when i.fixmedins_code is not null then " INST_KIND_SQL(
        "i") " end, '未知') kind, grouping(kind),"
             " count(*) filter (w.verdict = '查实'), count(*) filter (w.verdict = '误报'),"
             " count(*) filter (w.verdict = '存疑'), coalesce(sum(w.fund_fen), 0)::bigint"
             " from verdict_now w left join d_inst d on d.code = w.fixmedins_code"
             " left join s_inst i on i.fixmedins_code = d.id"
             " group by grouping sets ((w.rule_id), (w.rule_id, kind))"
             " having grouping(kind) = 1 or count(*) filter (w.verdict in ('查实', '误报')) >= %d"
             " order by 1, 3 desc, 2";

/* More than 30 % false over 50 reviews: retire or demote (rules.md 5.3). */
static const char *advice(int64_t yes, int64_t no)
{
    if (yes + no >= KIND_VERDICTS && no * 10 > (yes + no) * 3)
        return "误报超过三成，宜降级或停用";
    return NULL;
}

static void put_row(struct output *o, const struct rule_names *names, const struct db_rows *rows)
{
    int64_t yes = db_i64(rows, 3), no = db_i64(rows, 4), lo, hi;

    wilson(yes, yes + no, &lo, &hi);
    out_text(o, db_text(rows, 0));
    out_text(o, rule_name(names, db_text(rows, 0)));
    if (db_i64(rows, 2))
        out_cstr(o, "全部");
    else
        out_text(o, db_text(rows, 1));
    out_int(o, yes);
    out_int(o, no);
    out_int(o, db_i64(rows, 5));
    if (yes + no)
        out_dec(o, prorate(1000, yes, yes + no), 1);
    else
        out_none(o);
    out_dec(o, prorate(lo, 1, 1000), 1);
    out_dec(o, prorate(hi, 1, 1000), 1);
    out_fen(o, db_i64(rows, 6));
    out_cstr(o, advice(yes, no));
    out_row(o);
}

static int print(const struct args *a, struct store *s, const struct rule_names *names,
                 struct err *e)
{
    struct buf sql = BUF_INIT;
    struct output *o = NULL;
    struct db_rows rows;
    int rc;

    buf_fmt(&sql, select_sql, KIND_VERDICTS);
    rc = sql.failed ? err_nomem(e) : db_open(s->con, buf_cstr(&sql), &rows, e);
    buf_release(&sql);
    if (rc)
        return rc;
    rc = out_open(&o, a, columns, (int)(sizeof columns / sizeof *columns), e);
    while (!rc && db_next(&rows))
        put_row(o, names, &rows);
    db_close(&rows);
    return rc ? rc : out_close(o, e);
}

static int run(const struct args *a, struct err *e)
{
    struct rule_names names = {0};
    struct store *s = NULL;
    int rc = store_for(a, STORE_READ, &s, e);

    if (!rc)
        rc = rule_names_load(&names, a, e);
    if (!rc && !verdicts_any(s))
        note("还没有核查结论。用 huji verdict import 记下");
    else if (!rc)
        rc = print(a, s, &names, e);
    rule_names_release(&names);
    store_close(s);
    return rc;
}

static const struct option options[] = {OPT_DATA, OPT_RULES, OPT_FORMAT, OPT_OUT, OPT_END};
static const struct example examples[] = {
    {"verdict rates --data 我的县", "各规则查实率和 95% 区间"},
    EXAMPLE_END,
};
const struct command cmd_verdict_rates = {
    .name = "verdict rates",
    .title = "各规则的查实率：核查了多少，查实几成，哪条该降级",
    .operands = "",
    .text =
        "某类机构的结论满 50 条的，另列一行：这条规则在这类机构的可信度从此只按这一类算。存疑不计入查实率。",
    .options = options,
    .examples = examples,
    .run = run,
};
