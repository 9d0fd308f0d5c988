/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/mem.h"
#include "claims/place.h"
#include "cli/bar.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/library.h"
#include "cli/output.h"
#include "cli/store.h"
#include "run/remit.h"
#include "run/screen.h"
#include "screen/claimed.h"
#include "screen/findings.h"

struct job {
    const struct args *args;
    struct store *store;
    struct rule_names rules;
    bool *wanted;                         /* NULL = all rules */
    const struct screen_options *options; /* which days and area */
    struct screen_report report;
};

/* What was asked, of the table of all findings. */
static void asked_sql(struct buf *b, const struct job *j)
{
    const struct screen_options *o = j->options;
    const struct huji_library *lib = j->rules.library;

    if (j->wanted) {
        buf_str(b, " and rule_id in (''");
        for (int i = 0; i < lib->n_rules; i++)
            if (j->wanted[i]) {
                buf_str(b, ", ");
                buf_sql(b, lib->rules[i]->id);
            }
        buf_char(b, ')');
    }
    remit_within_sql(b, o->from, o->to, o->area);
}

/* --- the findings themselves --------------------------------------------------------------------- */

static const struct shown_column columns[] = {
    {"finding_id", "疑点编号", AS_TEXT, 10},
    {"rule_id", "规则", AS_TEXT, 0},
    {"rule_version", "规则版本", AS_INT, 0},
    {"owner_type", "对象", AS_TEXT, 20},
    {"owner_id", "对象编号", AS_TEXT, 24},
    {"anchor", "锚点", AS_TEXT, 24},
    {"psn_no", "参保人", AS_TEXT, 0},
    {"mdtrt_id", "就诊", AS_TEXT, 0},
    {"fixmedins_code", "机构", AS_TEXT, 0},
    {"event_date", "日期", AS_DAY, 0},
    {"value", "测得", AS_DEC, 0},
    {"threshold", "阈值", AS_DEC, 0},
    {"amount_yuan", "涉及金额", AS_FEN, 0},
    {"fund_yuan", "涉及基金", AS_FEN, 0},
    {"class", "等级", AS_TEXT, 0},
    {"phase", "环节", AS_TEXT, 0},
    {"hit", "命中", AS_TEXT, 0},
    {"marked", "存疑数据", AS_TEXT, 0},
    {"message", "说明", AS_TEXT, 40},
    {"evidence", "证据", AS_JSON, 40},
};
#define COLUMNS (int)(sizeof columns / sizeof *columns)

static const char select_findings[] =
    "select finding_id, rule_id, rule_version, owner_type, owner_id, anchor, psn_no, mdtrt_id, fixmedins_code,"
    " datediff('day', date '1970-01-01', event_date), cast(value * 1000000 as bigint),"
    " cast(threshold * 1000000 as bigint), amount_fen, fund_fen, class, phase, hit::varchar, marked::varchar, message,"
    " evidence from finding";

static void put(struct output *o, const struct db_rows *rows, idx_t k)
{
    if (db_null(rows, k)) {
        out_none(o);
        return;
    }
    switch (columns[k].as) {
    case AS_TEXT: out_text(o, db_text(rows, k)); break;
    case AS_INT: out_int(o, db_i64(rows, k)); break;
    case AS_FEN: out_fen(o, db_i64(rows, k)); break;
    case AS_DEC: out_dec(o, db_i64(rows, k), VALUE_SCALE); break;
    case AS_DAY: out_day(o, (day_t)db_i64(rows, k)); break;
    case AS_JSON: out_json(o, db_text(rows, k)); break;
    }
}

static int print_findings(const struct job *j, struct err *e)
{
    struct buf sql = BUF_INIT;
    struct output *o = NULL;
    struct db_rows rows;
    int rc;

    buf_str(&sql, select_findings);
    buf_str(&sql, args_has(j->args, "all") ? " where true" : " where hit");
    asked_sql(&sql, j);
    buf_str(&sql, " order by rule_id, owner_id, anchor");
    rc = sql.failed ? err_nomem(e) : db_open(j->store->con, buf_cstr(&sql), &rows, e);
    buf_release(&sql);
    if (rc)
        return rc;
    rc = out_open(&o, j->args, columns, COLUMNS, e);
    while (!rc && db_next(&rows)) {
        for (int k = 0; k < COLUMNS; k++)
            put(o, &rows, (idx_t)k);
        out_row(o);
    }
    db_close(&rows);
    return rc ? rc : out_close(o, e);
}

/* --- or what each rule found --------------------------------------------------------------------- */

static const struct shown_column summary_columns[] = {
    {"rule_id", "规则", AS_TEXT, 0},
    {"rule_name", "名称", AS_TEXT, 0},
    {"findings", "疑点", AS_INT, 0},
    {"sure", "明确", AS_INT, 0},
    {"high", "高疑", AS_INT, 0},
    {"maybe", "可疑", AS_INT, 0},
    {"institutions", "机构", AS_INT, 0},
    {"persons", "人数", AS_INT, 0},
    {"amount_yuan", "涉及金额", AS_FEN, 0},
    {"fund_yuan", "涉及基金", AS_FEN, 0},
};

static const char select_summary[] =
    "select rule_id, count(*), count(*) filter (class = '明确'), count(*) filter (class = '高疑'),"
    " count(*) filter (class = '可疑'), count(distinct fixmedins_code), count(distinct psn_no),"
    " sum(amount_fen)::bigint, sum(fund_fen)::bigint from finding where hit";

static int print_summary(const struct job *j, struct err *e)
{
    struct buf sql = BUF_INIT;
    struct output *o = NULL;
    struct db_rows rows;
    int rc;

    buf_str(&sql, select_summary);
    asked_sql(&sql, j);
    buf_str(&sql, " group by rule_id order by rule_id");
    rc = sql.failed ? err_nomem(e) : db_open(j->store->con, buf_cstr(&sql), &rows, e);
    buf_release(&sql);
    if (rc)
        return rc;
    rc = out_open(&o, j->args, summary_columns,
                  (int)(sizeof summary_columns / sizeof *summary_columns), e);
    while (!rc && db_next(&rows)) {
        out_text(o, db_text(&rows, 0));
        out_text(o, rule_name(&j->rules, db_text(&rows, 0)));
        for (idx_t k = 1; k <= 6; k++)
            out_int(o, db_i64(&rows, k));
        out_fen(o, db_i64(&rows, 7));
        out_fen(o, db_i64(&rows, 8));
        out_row(o);
    }
    db_close(&rows);
    return rc ? rc : out_close(o, e);
}

static void sum_up(const struct job *j)
{
    const struct screen_report *r = &j->report;
    struct buf b = BUF_INIT;

    buf_fmt(&b, "%d 条规则筛了 ", r->rules_run);
    buf_thousands(&b, (int64_t)r->lines);
    buf_str(&b, " 行费用，疑点 ");
    buf_thousands(&b, (int64_t)r->hits);
    buf_fmt(&b, " 条，用了 %.1f 秒。", r->seconds);
    if (r->excepted) {
        buf_str(&b, "例外不计的另有 ");
        buf_thousands(&b, (int64_t)r->excepted);
        buf_str(&b, " 条，涉及基金 ");
        buf_yuan(&b, r->excepted_fund);
        buf_str(&b, "（huji exceptions list）。");
    }
    if (r->trial) {
        buf_str(&b, "试运行的规则另找到 ");
        buf_thousands(&b, (int64_t)r->trial);
        buf_str(&b, " 条，不算疑点。");
    }
    if (r->rules_run < r->n_rules && !args_has(j->args, "rule") && !args_has(j->args, "tag"))
        buf_str(&b, "没能问的规则缺什么，见 huji ready。");
    buf_fmt(&b, "\n下一步：huji rank --data %s", j->store->dir);
    note("%s", buf_cstr(&b));
    buf_release(&b);
}

static int check_days(const struct screen_options *o, struct err *e)
{
    if (o->from != DAY_NONE && o->to != DAY_NONE && o->from > o->to)
        return err_set(e, ERR_USAGE, "--from 晚于 --to");
    return 0;
}

static int choose_area(const struct args *a, char prefix[PLACE_PREFIX], struct screen_options *o,
                       struct err *e)
{
    const char *area = args_text(a, "area");

    if (!area)
        return 0;
    if (!place_is_code(span_of(area)))
        return err_set(e, ERR_USAGE, "--area 应是 2、4 或 6 位区划代码，如 420606，不是“%.40s”",
                       area);
    place_prefix(span_of(area), prefix);
    o->area = prefix;
    return 0;
}

static int run(const struct args *a, struct err *e)
{
    struct screen_options o = {.from = args_day(a, "from"), .to = args_day(a, "to")};
    struct job j = {.args = a, .options = &o};
    char prefix[PLACE_PREFIX];
    struct bar bar;
    int rc = check_days(&o, e);

    if (!rc)
        rc = choose_area(a, prefix, &o, e);
    if (!rc)
        rc = store_for(a, STORE_WRITE, &j.store, e);
    if (!rc)
        rc = library_for(a, &j.rules.library, e);
    if (!rc && (args_has(a, "rule") || args_has(a, "tag")))
        rc = library_select(j.rules.library, a, &j.wanted, e);
    if (!rc) {
        o.wanted = j.wanted;
        o.threads = (int)args_count(a, "threads", 0);
        bar_begin(&bar);
        rc = screen_run(j.store, j.rules.library, &o, &bar.progress, &j.report, e);
        bar_end(&bar);
        if (!rc)
            rc = claimed_make(j.store, e);
    }
    if (!rc)
        rc = args_text(a, "format") || args_text(a, "out") ? print_findings(&j, e)
                                                           : print_summary(&j, e);
    if (!rc)
        sum_up(&j);
    screen_report_release(&j.report);
    mem_free(j.wanted);
    rule_names_release(&j.rules);
    store_close(j.store);
    return rc;
}

static const struct option options[] = {
    OPT_DATA,
    {"from", 0, ARG_DAY, "DATE", NULL, false, "只要这天起的疑点（时间线仍从头看）"},
    {"to", 0, ARG_DAY, "DATE", NULL, false, "只要到这天为止的疑点"},
    {"area", 0, ARG_TEXT, "CODE", NULL, false, "只要这个区划（省、市、县的代码）的机构的疑点"},
    OPT_RULE,
    OPT_TAG,
    OPT_THREADS,
    OPT_RULES,
    {"all", 0, ARG_FLAG, NULL, NULL, false, "连同没到阈值、只为滑块留着的也写出来"},
    {"format", 'f', ARG_CHOICE, "table|csv|jsonl|xlsx", NULL, false,
     "写出每条疑点（默认只列每条规则的合计）"},
    OPT_OUT,
    OPT_END,
};
static const struct example examples[] = {
    {"screen --data 我的县", "全部规则"},
    {"screen --data 我的县 --from 2023-01-01 --to 2023-12-31 --out 疑点.csv", "一年的疑点写成文件"},
    {"screen --data 我的县 --rule B02,B07 --format csv", "只问两条规则"},
    {"screen --data 我的县 --area 420606", "只筛一个区的机构"},
    EXAMPLE_END,
};
const struct command cmd_screen = {
    .name = "screen",
    .title = "用规则库筛查全部数据",
    .operands = "",
    .text =
        "结果写进数据目录的 finding 表；之后用 rank、explain、sheet 看。全部筛查替换上一次的结果；\n"
        "只筛部分规则、日子或区划时，只替换、也只列出所筛范围内的疑点，其余照旧。\n"
        "同样的数据和规则，结果逐字节相同，与线程数无关。",
    .options = options,
    .examples = examples,
    .run = run,
};
