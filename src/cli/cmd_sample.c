/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Who is drawn is decided by SHA-256 of seed and id: anyone can draw the same again, nobody can choose. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/output.h"
#include "cli/store.h"
#include "run/verdicts.h"
#include "screen/sample.h"

static const struct shown_column columns[] = {
    {"no", "序号", AS_INT, 0},
    {"stratum", "层", AS_TEXT, 20},
    {"population", "层总数", AS_INT, 0},
    {"finding_id", "疑点编号", AS_TEXT, 10},
    {"rule_id", "规则编号", AS_TEXT, 0},
    {"class", "等级", AS_TEXT, 0},
    {"fixmedins_code", "机构编号", AS_TEXT, 0},
    {"psn_no", "参保人", AS_TEXT, 0},
    {"mdtrt_id", "就诊", AS_TEXT, 0},
    {"event_date", "发生日期", AS_DAY, 0},
    {"exposure_yuan", "涉及基金", AS_FEN, 0},
    {"message", "疑点说明", AS_TEXT, 40},
    {"verdict", "结论", AS_TEXT, 0}, /* for the reviewer, as `huji verdict import` reads them */
    {"fund_yuan", "查实基金", AS_TEXT, 0},
    {"checked_by", "核查人", AS_TEXT, 0},
    {"checked_on", "核查日期", AS_TEXT, 0},
    {"reason", "理由", AS_TEXT, 24},
};
#define COLUMNS (int)(sizeof columns / sizeof *columns)
#define FILLED 5 /* by the reviewer */

struct job {
    const struct args *args;
    struct store *store;
    struct stratum *strata;
    size_t n, cap;
    struct arena text;
    int64_t population;
};

static const char findings_sql[] =
    "select %s stratum, f.finding_id id, f.finding_id, f.rule_id, f.class cls, f.fixmedins_code inst, f.psn_no psn,"
    " f.mdtrt_id visit, datediff('day', date '1970-01-01', f.event_date) on_day, f.fund_fen fund, f.message"
    " from finding f left join d_inst di on di.code = f.fixmedins_code"
    " left join s_inst i on i.fixmedins_code = di.id where f.hit";
static const char stays_sql[] =
    "select %s stratum, dv.code id, null finding_id, null rule_id, null cls, di.code inst, p.code psn,"
    " dv.code visit, v.begndate::bigint on_day, v.fund_pay_sumamt fund, null message"
    " from s_visit v join d_visit dv on dv.id = v.mdtrt_id left join d_inst di on di.id = v.fixmedins_code"
    " left join s_inst i on i.fixmedins_code = v.fixmedins_code left join d_person p on p.id = v.psn_no"
    " where v.kind = 1";

/* What is drawn from, and by what it is cut. */
static int population_sql(const struct job *j, struct buf *b, struct err *e)
{
    const char *by = args_text(j->args, "by");
    bool stays = strcmp(args_text(j->args, "of"), "stays") == 0;

    if (!by)
        by = stays ? "kind" : "class";
    if (stays && (strcmp(by, "class") == 0 || strcmp(by, "rule") == 0))
        return err_set(e, ERR_USAGE, "住院不能按等级或规则分层，用 --by kind 或 institution");
    if (stays)
        buf_fmt(b, stays_sql,
                strcmp(by, "kind") == 0 ? INST_KIND_SQL("i") : "coalesce(di.code, '未知')");
    else
        buf_fmt(b, findings_sql,
                strcmp(by, "class") == 0  ? "f.class"
                : strcmp(by, "rule") == 0 ? "f.rule_id"
                : strcmp(by, "kind") == 0 ? INST_KIND_SQL("i")
                                          : "coalesce(f.fixmedins_code, '跨机构')");
    return b->failed ? err_nomem(e) : 0;
}

static int load_strata(struct job *j, const struct buf *from, struct err *e)
{
    struct buf sql = BUF_INIT;
    struct db_rows rows;
    int rc;

    buf_fmt(&sql, "select stratum, count(*) from (%s) group by 1 order by 1", buf_cstr(from));
    rc = sql.failed ? err_nomem(e) : db_open(j->store->con, buf_cstr(&sql), &rows, e);
    buf_release(&sql);
    if (rc)
        return rc;
    while (!rc && db_next(&rows)) {
        struct stratum s = {.name = arena_span(&j->text, db_text(&rows, 0)),
                            .population = db_i64(&rows, 1)};

        if (!s.name.p || mem_grow(&j->strata, &j->cap, j->n + 1, sizeof *j->strata))
            rc = err_nomem(e);
        else
            j->strata[j->n++] = s;
        j->population += s.population;
    }
    db_close(&rows);
    return rc;
}

static int open_draw(struct job *j, const struct buf *from, struct db_rows *rows, struct err *e)
{
    struct buf sql = BUF_INIT;
    int rc;

    buf_fmt(
        &sql,
        "select x.stratum, q.population, x.finding_id, x.rule_id, x.cls, x.inst, x.psn, x.visit, x.on_day, x.fund,"
        " x.message from (%s) x join (values ",
        buf_cstr(from));
    for (size_t i = 0; i < j->n; i++) {
        buf_str(&sql, i ? ",(" : "(");
        buf_sql(&sql, j->strata[i].name);
        buf_fmt(&sql, ",%lld,%lld)", (long long)j->strata[i].population,
                (long long)j->strata[i].drawn);
    }
    buf_fmt(
        &sql,
        ") q(stratum, population, drawn) on q.stratum = x.stratum"
        " qualify row_number() over (partition by x.stratum order by sha256('%lld|' || x.id), x.id) <= q.drawn"
        " order by x.stratum, sha256('%lld|' || x.id), x.id",
        (long long)args_count(j->args, "seed", 1), (long long)args_count(j->args, "seed", 1));
    rc = sql.failed ? err_nomem(e) : db_open(j->store->con, buf_cstr(&sql), rows, e);
    buf_release(&sql);
    return rc;
}

static void put_row(struct output *o, const struct db_rows *rows, int64_t no)
{
    out_int(o, no);
    for (idx_t k = 0; k < (idx_t)(COLUMNS - 1 - FILLED); k++) {
        const struct shown_column *c = &columns[k + 1];

        if (db_null(rows, k))
            out_none(o);
        else if (c->as == AS_INT)
            out_int(o, db_i64(rows, k));
        else if (c->as == AS_FEN)
            out_fen(o, db_i64(rows, k));
        else if (c->as == AS_DAY)
            out_day(o, (day_t)db_i64(rows, k));
        else
            out_text(o, db_text(rows, k));
    }
    for (int k = 0; k < FILLED; k++)
        out_none(o);
    out_row(o);
}

static int draw(struct job *j, struct err *e)
{
    int64_t n = args_count(j->args, "size", 0);
    struct buf from = BUF_INIT;
    struct output *o = NULL;
    struct db_rows rows;
    int64_t no = 0;
    int rc = population_sql(j, &from, e);

    if (!rc)
        rc = load_strata(j, &from, e);
    if (!n)
        n = sample_size(j->population, args_count(j->args, "expect", 50) * 10000,
                        args_count(j->args, "precision", 5) * 10000);
    n = n < j->population ? n : j->population;
    if (!rc && !j->n)
        rc = err_set(e, ERR_STATE, "没有可抽的");
    if (!rc && sample_allocate(j->strata, j->n, n))
        rc = err_nomem(e);
    if (!rc)
        rc = open_draw(j, &from, &rows, e);
    buf_release(&from);
    if (rc)
        return rc;
    rc = out_open(&o, j->args, columns, COLUMNS, e);
    while (!rc && db_next(&rows))
        put_row(o, &rows, ++no);
    db_close(&rows);
    if (!rc)
        rc = out_close(o, e);
    if (!rc)
        note("%lld 中抽 %lld，分 %zu 层，种子 %lld。填好结论后：huji sample --estimate 文件",
             (long long)j->population, (long long)no, j->n,
             (long long)args_count(j->args, "seed", 1));
    return rc;
}

/* --- back from review ---------------------------------------------------------------------------- */

static void say_range(struct buf *b, const char *what, int64_t v, int64_t lo, int64_t hi, int scale,
                      const char *unit)
{
    const int64_t values[] = {v, lo, hi};

    buf_fmt(b, "%s ", what);
    for (int i = 0; i < 3; i++) {
        buf_str(b, i == 1 ? "（95% 区间 " : i == 2 ? " 至 " : "");
        dec_print(b, values[i], scale);
    }
    buf_fmt(b, "）%s\n", unit);
}

static int estimate(const struct args *a, struct err *e)
{
    struct sample_file f;
    struct extrapolation x;
    struct buf b = BUF_INIT;
    int rc = sample_read(&f, args_text(a, "estimate"), e);

    if (rc)
        return rc;
    sample_extrapolate(f.at, f.n, &x);
    buf_fmt(&b, "总体 %lld，分 %zu 层；有结论 %lld，其中查实 %lld；存疑 %lld（不计）\n",
            (long long)x.population, f.n, (long long)x.reviewed, (long long)x.confirmed,
            (long long)x.doubtful);
    if (x.reviewed) {
        say_range(&b, "违规占", prorate(x.share, 1, 1000), prorate(x.share_low, 1, 1000),
                  prorate(x.share_high, 1, 1000), 1, " %");
        say_range(&b, "推算违规", x.count, x.count_low, x.count_high, 0, "");
        say_range(&b, "推算基金", x.fund, x.fund_low, x.fund_high, 2, " 元");
    } else {
        buf_str(&b, "还没有结论，推算不了\n");
    }
    rc = b.failed ? err_nomem(e) : 0;
    if (!rc)
        fputs(buf_cstr(&b), stdout);
    buf_release(&b);
    sample_file_release(&f);
    return rc;
}

static int run(const struct args *a, struct err *e)
{
    struct job j = {.args = a};
    int rc;

    if (args_text(a, "estimate"))
        return estimate(a, e);
    rc = store_for(a, STORE_READ, &j.store, e);
    if (!rc && strcmp(args_text(a, "of"), "findings") == 0 && !store_has(j.store, "finding"))
        rc = err_set(e, ERR_STATE, "还没有筛查过，先运行 huji screen");
    if (!rc)
        rc = draw(&j, e);
    mem_free(j.strata);
    arena_release(&j.text);
    store_close(j.store);
    return rc;
}

static const struct option options[] = {
    OPT_DATA,
    {"of", 0, ARG_CHOICE, "findings|stays", "findings", false, "抽疑点，还是抽住院"},
    {"by", 'b', ARG_CHOICE, "class|rule|kind|institution", NULL, false,
     "按什么分层：等级、规则、机构类别、机构（默认疑点按等级，住院按机构类别）"},
    {"precision", 0, ARG_COUNT, "PERCENT", "5", false, "要准到正负几个百分点（95% 把握）"},
    {"expect", 0, ARG_COUNT, "PERCENT", "50", false, "估计违规占百分之几；不知道就是 50，抽得最多"},
    {"size", 0, ARG_COUNT, "N", NULL, false, "直接说抽多少"},
    {"seed", 0, ARG_COUNT, "N", "1", false, "种子：同一种子抽出同样的"},
    {"estimate", 0, ARG_FILE, "FILE", NULL, false, "填好结论的样本：推算总体，附 95% 区间"},
    OPT_FORMAT,
    OPT_OUT,
    OPT_END,
};
static const struct example examples[] = {
    {"sample --data 我的县 --precision 8 --out 抽查.xlsx", "抽一批疑点人工复核"},
    {"sample --data 我的县 --of stays --size 100 --out 住院抽查.xlsx", "随机抽 100 次住院"},
    {"sample --estimate 抽查.xlsx", "复核完，推算总体"},
    EXAMPLE_END,
};
const struct command cmd_sample = {
    .name = "sample",
    .title = "分层随机抽样，复核后推算总体",
    .operands = "",
    .text =
        "抽谁由种子和编号的 SHA-256 决定：谁来抽都一样，谁也挑不了。每层至少抽 2 个。填了结论的疑点样本可以再用\n"
        "huji verdict import 记进数据目录。推算只用随机抽到的，存疑和没填结论的不计。",
    .options = options,
    .examples = examples,
    .run = run,
};
