/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "run/verify.h"

#include "base/mem.h"
#include "cli/bar.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/library.h"
#include "cli/output.h"
#include "cli/store.h"

static const struct shown_column columns[] = {
    {"rule_id", "规则", AS_TEXT, 0},      {"rule_name", "名称", AS_TEXT, 24},
    {"result", "结果", AS_TEXT, 0},       {"sql", "SQL 行", AS_INT, 0},
    {"engine", "引擎行", AS_INT, 0},      {"equal", "相同", AS_INT, 0},
    {"only_sql", "只有 SQL", AS_INT, 0},  {"only_engine", "只有引擎", AS_INT, 0},
    {"differing", "内容不同", AS_INT, 0}, {"seconds", "秒", AS_DEC, 0},
    {"note", "说明", AS_TEXT, 0},
};

static void put_note(struct output *o, const struct verify_row *r)
{
    struct buf b = BUF_INIT;

    if (r->err.code) {
        buf_str(&b, r->err.message);
    } else if (!verify_agrees(r)) {
        buf_str(&b, r->columns);
        buf_fmt(&b, "%s%s", r->columns[0] ? "；" : "", r->example);
    }
    out_text(o, (struct span){buf_cstr(&b), b.n});
    buf_release(&b);
}

static int print(const struct args *a, const struct verify_report *v, int *unequal, struct err *e)
{
    struct output *o;
    int rc = out_open(&o, a, columns, (int)(sizeof columns / sizeof *columns), e);

    if (rc)
        return rc;
    for (size_t i = 0; i < v->n; i++) {
        const struct verify_row *r = &v->at[i];
        bool agrees = verify_agrees(r);

        *unequal += !agrees;
        out_text(o, r->rule->id);
        out_text(o, r->rule->name);
        out_cstr(o, agrees ? "一致" : r->err.code ? "没跑成" : "不一致");
        out_int(o, r->sql_rows);
        out_int(o, r->engine_rows);
        out_int(o, r->equal);
        out_int(o, r->only_sql);
        out_int(o, r->only_engine);
        out_int(o, r->differing);
        out_dec(o, (int64_t)(r->seconds * 1000 + 0.5), 3);
        put_note(o, r);
        out_row(o);
    }
    return out_close(o, e);
}

static int run(const struct args *a, struct err *e)
{
    struct store *s = NULL;
    struct huji_library *lib = NULL;
    struct verify_report v = {0};
    bool *wanted = NULL;
    struct bar bar;
    int unequal = 0, rc = store_for(a, STORE_WRITE, &s, e);

    if (!rc)
        rc = store_use_machine(s, e);
    if (!rc)
        rc = library_for(a, &lib, e);
    if (!rc && (args_has(a, "rule") || args_has(a, "tag")))
        rc = library_select(lib, a, &wanted, e);
    if (!rc && !store_has(s, "finding")) {
        rc = err_set(e, ERR_STATE, "还没有筛查过");
        err_hint(e, "先运行 huji screen --data %s", s->dir);
    }
    if (!rc) {
        bar_begin(&bar);
        rc = verify_run(s, lib, wanted, args_day(a, "from"), args_day(a, "to"),
                        args_has(a, "brief"), &bar.progress, &v, e);
        bar_end(&bar);
    }
    if (!rc && args_has(a, "keep")) {
        bar_begin(&bar);
        rc = verify_keep(s, lib, args_text(a, "keep"), &bar.progress, e);
        bar_end(&bar);
    }
    if (!rc)
        rc = print(a, &v, &unequal, e);
    if (!rc)
        note("%zu 条规则，%zu 条引擎与 SQL 一致，%d 条不一致或没跑成，用了 %.1f 秒", v.n,
             v.n - (size_t)unequal, unequal, v.prepare_seconds + v.seconds);
    verify_release(&v);
    mem_free(wanted);
    if (lib)
        library_free(lib);
    store_close(s);
    return rc ? rc : unequal ? 1 : 0;
}

static const struct option options[] = {
    OPT_DATA,
    OPT_RULE,
    OPT_TAG,
    {"from", 0, ARG_DAY, "DATE", NULL, false, "与筛查时相同的起始日"},
    {"to", 0, ARG_DAY, "DATE", NULL, false, "与筛查时相同的截止日"},
    {"brief", 0, ARG_FLAG, NULL, NULL, false,
     "用给人读的 SQL 核对（huji rules doc --sql）：对象、记录、日期、值、阈值、等级"},
    {"keep", 0, ARG_TEXT, "FILE", NULL, false,
     "把各句站着的表、函数和疑点另存成一个 DuckDB 文件，自己打开来跑、来改"},
    OPT_THREADS,
    OPT_RULES,
    OPT_FORMAT,
    OPT_OUT,
    OPT_END,
};
static const struct example examples[] = {
    {"verify --data 我的县", "每条规则用 SQL 再说一遍，与上次筛查的结果逐行核对"},
    {"verify --data 我的县 --rule B02", "只核对一条"},
    {"verify --data 我的县 --brief --keep 核对.duckdb",
     "给人读的 SQL 逐条核对，并存下它们站着的表"},
    EXAMPLE_END,
};
const struct command cmd_verify = {
    .name = "verify",
    .title = "引擎与 SQL 逐行核对",
    .operands = "",
    .text = "不一致时退出状态是 1，并列出一条两边不同的疑点。先筛查，再用同样的日期范围核对。",
    .options = options,
    .examples = examples,
    .run = run,
};
