/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/output.h"
#include "cli/store.h"
#include "run/verdicts.h"

static const struct shown_column columns[] = {
    {"finding_id", "疑点编号", AS_TEXT, 10},
    {"rule_id", "规则", AS_TEXT, 0},
    {"fixmedins_code", "机构编号", AS_TEXT, 0},
    {"verdict", "结论", AS_TEXT, 0},
    {"fund_yuan", "查实基金", AS_FEN, 0},
    {"checked_on", "核查日期", AS_DAY, 0},
    {"checked_by", "核查人", AS_TEXT, 0},
    {"reason", "理由", AS_TEXT, 40},
    {"source", "来源", AS_TEXT, 30},
};
#define COLUMNS (int)(sizeof columns / sizeof *columns)

static const char select_sql[] =
    "select finding_id, rule_id, fixmedins_code, verdict, fund_fen, datediff('day', date '1970-01-01', checked_on),"
    " checked_by, reason, source from %s order by checked_on desc, no desc";

static void put(struct output *o, const struct db_rows *rows, idx_t k)
{
    if (db_null(rows, k))
        out_none(o);
    else if (columns[k].as == AS_FEN)
        out_fen(o, db_i64(rows, k));
    else if (columns[k].as == AS_DAY)
        out_day(o, (day_t)db_i64(rows, k));
    else
        out_text(o, db_text(rows, k));
}

static int print(const struct args *a, struct store *s, struct err *e)
{
    struct buf sql = BUF_INIT;
    struct output *o = NULL;
    struct db_rows rows;
    int rc;

    buf_fmt(&sql, select_sql, args_has(a, "history") ? "verdict" : "verdict_now");
    rc = sql.failed ? err_nomem(e) : db_open(s->con, buf_cstr(&sql), &rows, e);
    buf_release(&sql);
    if (rc)
        return rc;
    rc = out_open(&o, a, columns, COLUMNS, e);
    while (!rc && db_next(&rows)) {
        for (int k = 0; k < COLUMNS; k++)
            put(o, &rows, (idx_t)k);
        out_row(o);
    }
    db_close(&rows);
    return rc ? rc : out_close(o, e);
}

static int run(const struct args *a, struct err *e)
{
    struct store *s = NULL;
    int rc = store_for(a, STORE_READ, &s, e);

    if (!rc && !verdicts_any(s))
        note("还没有核查结论。用 huji verdict import 记下");
    else if (!rc)
        rc = print(a, s, e);
    store_close(s);
    return rc;
}

static const struct option options[] = {
    OPT_DATA,
    {"history", 0, ARG_FLAG, NULL, NULL, false, "同一疑点先后的结论都列出（默认只列现行的）"},
    OPT_FORMAT,
    OPT_OUT,
    OPT_END,
};
static const struct example examples[] = {
    {"verdict list --data 我的县", "现行的核查结论"},
    {"verdict list --data 我的县 --history --out 结论.xlsx", "连同先前的，导出"},
    EXAMPLE_END,
};
const struct command cmd_verdict_list = {
    .name = "verdict list",
    .title = "列出核查结论",
    .operands = "",
    .options = options,
    .examples = examples,
    .run = run,
};
