/* SPDX-License-Identifier: MulanPSL-2.0 */
/* huji exceptions list | add | end */
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/life.h"
#include "cli/output.h"
#include "cli/store.h"
#include "run/exceptions.h"

/* --- list ---------------------------------------------------------------------------------------- */

static const struct shown_column columns[] = {
    {"no", "编号", AS_INT, 0},
    {"rule", "规则", AS_TEXT, 0},
    {"fixmedins_code", "机构", AS_TEXT, 0},
    {"hilist_code", "项目", AS_TEXT, 0},
    {"dept_code", "科室", AS_TEXT, 0},
    {"psn_no", "参保人", AS_TEXT, 0},
    {"from", "自", AS_DAY, 0},
    {"to", "至", AS_DAY, 0},
    {"findings", "不计的疑点", AS_INT, 0},
    {"fund_yuan", "涉及基金", AS_FEN, 0},
    {"because", "理由", AS_TEXT, 30},
    {"approver", "批准人", AS_TEXT, 0},
    {"at", "登记时间", AS_TEXT, 0},
    {"ended", "终止", AS_TEXT, 40},
};

/* Of the last run. A table that no run since has written says nothing of exceptions: missing, not nought. */
static int put_suppressed(struct output *o, struct store *s, int64_t no, bool known, struct err *e)
{
    int64_t n = 0, fund = 0;
    int rc = 0;

    if (!known) {
        out_none(o);
        out_none(o);
        return 0;
    }
    rc = db_int(s->con, e, 0, &n, "select count(*) from finding where exception = %lld",
                (long long)no);
    if (!rc)
        rc = db_int(s->con, e, 0, &fund,
                    "select coalesce(sum(fund_fen), 0)::bigint from finding where exception = %lld",
                    (long long)no);
    out_int(o, n);
    out_fen(o, fund);
    return rc;
}

static int put(struct output *o, struct store *s, const struct exception *x, bool known,
               struct err *e)
{
    struct buf rules = BUF_INIT, ended = BUF_INIT;
    const struct ynode *r = x->rules->kind == Y_SEQ ? x->rules->child : x->rules;
    int rc;

    for (; r; r = x->rules->kind == Y_SEQ ? r->next : NULL)
        buf_fmt(&rules, "%s%.*s", rules.n ? " " : "", (int)r->text.n, r->text.p);
    if (x->ended)
        buf_fmt(&ended, "%.*s %.*s：%.*s", (int)x->end_at.n, x->end_at.p, (int)x->end_approver.n,
                x->end_approver.p, (int)x->end_because.n, x->end_because.p);
    out_int(o, x->no);
    out_cstr(o, buf_cstr(&rules));
    for (int k = 0; k < EXC_SUBJECTS; k++)
        out_text(o, x->subject[k].n ? x->subject[k] : SPAN(""));
    out_day(o, x->from);
    out_day(o, x->to);
    rc = put_suppressed(o, s, x->no, known, e);
    out_text(o, x->because);
    out_text(o, x->approver);
    out_text(o, x->at);
    out_cstr(o, x->ended ? buf_cstr(&ended) : NULL);
    out_row(o);
    buf_release(&rules);
    buf_release(&ended);
    return rc;
}

static int list(const struct args *a, struct err *e)
{
    struct exceptions x = {0};
    struct store *s = NULL;
    struct output *o = NULL;
    const char *dir;
    int64_t known = 0;
    int rc = data_dir(a, &dir, e);

    if (!rc)
        rc = store_for(a, STORE_READ, &s, e);
    if (!rc)
        rc = exceptions_load(dir, NULL, &x, e);
    if (!rc)
        rc = db_int(s->con, e, 0, &known,
                    "select count(*) from duckdb_columns() where table_name = 'finding' and"
                    " column_name = 'exception'");
    if (!rc)
        rc = out_open(&o, a, columns, (int)(sizeof columns / sizeof *columns), e);
    for (size_t i = 0; i < x.n && !rc; i++)
        rc = put(o, s, &x.at[i], known, e);
    if (rc)
        out_abandon(o);
    else
        rc = out_close(o, e);
    if (!rc)
        note("%zu 个例外；“不计的疑点”是上一次 huji screen 时的数", x.n);
    exceptions_release(&x);
    store_close(s);
    return rc;
}

/* --- add, end ------------------------------------------------------------------------------------- */

/* A code that the data does not have would suppress nothing, ever: more likely it is misspelt. */
static int check_code(struct store *s, const char *dict, const char *what, const char *code,
                      struct err *e)
{
    struct buf quoted = BUF_INIT;
    int64_t n = 0;
    int rc = 0;

    if (!code)
        return 0;
    buf_sql(&quoted, span_of(code));
    rc = db_int(s->con, e, 0, &n, "select count(*) from %s where code = %s", dict,
                buf_cstr(&quoted));
    buf_release(&quoted);
    return rc ? rc : n ? 0 : err_set(e, ERR_USAGE, "数据里没有%s %s", what, code);
}

static int check_codes(const struct args *a, struct err *e)
{
    struct store *s = NULL;
    int rc = store_for(a, STORE_READ, &s, e);

    if (!rc)
        rc = check_code(s, "d_inst", "机构", args_text(a, "institution"), e);
    if (!rc)
        rc = check_code(s, "d_item", "项目", args_text(a, "item"), e);
    if (!rc)
        rc = check_code(s, "d_dept", "科室", args_text(a, "dept"), e);
    if (!rc)
        rc = check_code(s, "d_person", "参保人", args_text(a, "person"), e);
    store_close(s);
    return rc;
}

static int put_rule(void *ctx, struct span value, struct err *e)
{
    return json_array_append_new(ctx, json_stringn(value.p, value.n)) == 0 ? 0 : err_nomem(e);
}

static void put_day(json_t *what, const char *name, day_t d)
{
    struct buf b = BUF_INIT;

    day_print(&b, d);
    json_object_set_new(what, name, json_string(buf_cstr(&b)));
    buf_release(&b);
}

static void put_text(json_t *what, const char *name, const char *value)
{
    if (value)
        json_object_set_new(what, name, json_string(value));
}

static int add(const struct args *a, struct err *e)
{
    json_t *rules = json_array(), *what;
    int rc = 0;

    if (!args_has(a, "rule") || args_day(a, "from") == DAY_NONE || args_day(a, "to") == DAY_NONE)
        rc = err_set(e, ERR_USAGE, "--rule、--from、--to 都要写明：例外必有期限");
    if (!rc)
        rc = check_codes(a, e);
    if (!rc)
        rc = args_each(a, "rule", put_rule, rules, e);
    if (rc) {
        json_decref(rules);
        return rc;
    }
    what = json_pack("{s:s,s:o}", "kind", "exception", "rules", rules);
    if (!what)
        return err_nomem(e);
    put_text(what, "fixmedins_code", args_text(a, "institution"));
    put_text(what, "hilist_code", args_text(a, "item"));
    put_text(what, "dept_code", args_text(a, "dept"));
    put_text(what, "psn_no", args_text(a, "person"));
    put_day(what, "from", args_day(a, "from"));
    put_day(what, "to", args_day(a, "to"));
    return life_run(a, what, e);
}

static int end(const struct args *a, struct err *e)
{
    char *rest;
    long long no = strtoll(a->operands[0], &rest, 10);
    json_t *what;

    if (*rest || no < 1)
        return err_set(e, ERR_USAGE, "“%s”不是例外的编号", a->operands[0]);
    if (args_day(a, "to") == DAY_NONE)
        return err_set(e, ERR_USAGE, "缺少 --to：例外到哪一天为止");
    what = json_pack("{s:s,s:I}", "kind", "exception_end", "no", (json_int_t)no);
    if (!what)
        return err_nomem(e);
    put_day(what, "to", args_day(a, "to"));
    return life_run(a, what, e);
}

static const struct option list_options[] = {OPT_DATA, OPT_FORMAT, OPT_OUT, OPT_END};
static const struct example list_examples[] = {
    {"exceptions list", "全部例外，各不计多少疑点、多少钱"},
    EXAMPLE_END,
};
const struct command cmd_exceptions_list = {
    .name = "exceptions list",
    .title = "规则的例外：对谁、到何时、为什么、不计了多少",
    .operands = "",
    .options = list_options,
    .examples = list_examples,
    .run = list,
};

static const struct option add_options[] = {
    OPT_DATA,
    OPT_RULE,
    {"institution", 0, ARG_TEXT, "CODE", NULL, false, "这家机构（fixmedins_code）"},
    {"item", 0, ARG_TEXT, "CODE", NULL, false, "这个项目（hilist_code）：疑点里有错的各行都是它"},
    {"dept", 0, ARG_TEXT, "CODE", NULL, false,
     "这个科室：有错的各行都由它开单；无明细的看出院科室"},
    {"person", 0, ARG_TEXT, "NO", NULL, false, "这个参保人（psn_no）"},
    {"from", 0, ARG_DAY, "DATE", NULL, false, "疑点日期自这天起"},
    {"to", 0, ARG_DAY, "DATE", NULL, false, "到这天止，必填"},
    OPT_BY,
    OPT_APPROVER,
    OPT_BECAUSE,
    OPT_SEEN,
    OPT_THREADS,
    OPT_FORMAT,
    OPT_OUT,
    OPT_RULES,
    OPT_END,
};
static const struct example add_examples[] = {
    {"exceptions add --rule B02 --institution H42050200001 --from 2023-01-01 --to 2023-12-31",
     "这家机构这一年不问分解住院会少掉哪些疑点"},
    {"exceptions add --rule B02 --institution H42050200001 --from 2023-01-01 --to 2023-12-31 "
     "--because 分期放疗试点 --by 张某 --approver 王某 --seen 3fa9c1d2",
     "王某看过，批准"},
    EXAMPLE_END,
};
const struct command cmd_exceptions_add = {
    .name = "exceptions add",
    .title = "登记一个例外",
    .operands = "",
    .text =
        "先不写 --approver 运行一次，看近十二个月少掉哪些疑点；批准人看过后加 --by --approver --because\n"
        "--seen 再运行，才写进数据目录的 rules/exceptions.yaml（只增不改），连同影响记入 changes.jsonl。\n"
        "写明的条件须同时满足。疑点仍留在 finding 表里，只是不算线索：排名、底稿、合计都不计它。",
    .options = add_options,
    .examples = add_examples,
    .run = add,
};

static const struct option end_options[] = {
    OPT_DATA,    {"to", 0, ARG_DAY, "DATE", NULL, false, "改到这天止，只能提前"},
    OPT_BY,      OPT_APPROVER,
    OPT_BECAUSE, OPT_SEEN,
    OPT_THREADS, OPT_FORMAT,
    OPT_OUT,     OPT_RULES,
    OPT_END,
};
static const struct example end_examples[] = {
    {"exceptions end 1 --to 2023-06-30", "例外 1 提前到六月底终止会多出哪些疑点"},
    EXAMPLE_END,
};
const struct command cmd_exceptions_end = {
    .name = "exceptions end",
    .title = "提前终止一个例外",
    .operands = "NO",
    .options = end_options,
    .examples = end_examples,
    .min_operands = 1,
    .max_operands = 1,
    .run = end,
};
