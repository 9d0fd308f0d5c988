/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "casework/clue.h"
#include "claims/intake.h"
#include "claims/schema.h"
#include "claims/undo.h"
#include "cli/bar.h"
#include "cli/casework.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/output.h"
#include "cli/store.h"
#include "server/demo.h"
#include "server/server.h"

struct job {
    const struct args *args;
    struct store *store;
    struct mapping *mapping;
    struct bar bar;
};

static void tell(void *ctx, const char *path, const char *text)
{
    struct job *j = ctx;

    bar_hide(&j->bar);
    fprintf(stderr, "%s：\n%s", path, text);
}

/* --- what came of it ----------------------------------------------------------------------------- */

static const struct shown_column columns[] = {
    {"file", "文件", AS_TEXT, 40},        {"table", "表", AS_TEXT, 0},
    {"title", "表名", AS_TEXT, 0},        {"rows_read", "读入", AS_INT, 0},
    {"rows_kept", "保留", AS_INT, 0},     {"rows_rejected", "拒收", AS_INT, 0},
    {"rows_repeated", "重复", AS_INT, 0}, {"yuan_read", "读入金额", AS_FEN, 0},
    {"yuan_kept", "保留金额", AS_FEN, 0}, {"note", "说明", AS_TEXT, 0},
};

/* Most tables hold no amounts. */
static void put_money(struct output *o, const struct import_row *row, int64_t fen)
{
    if (row->fen_read)
        out_fen(o, fen);
    else
        out_none(o);
}

static int print(const struct job *j, const struct import_report *r, struct err *e)
{
    struct output *o;
    int rc = out_open(&o, j->args, columns, (int)(sizeof columns / sizeof *columns), e);

    if (rc)
        return rc;
    for (size_t i = 0; i < r->n; i++) {
        const struct import_row *row = &r->row[i];
        struct span path = span_of(row->path), base = path;

        while (path.p)
            base = span_cut(&path, '/');
        out_text(o, base);
        out_cstr(o, row->table >= 0 ? huji_tables[row->table]->name : NULL);
        out_cstr(o, row->table >= 0 ? huji_tables[row->table]->title : NULL);
        out_int(o, row->rows_read);
        out_int(o, row->rows_kept);
        out_int(o, row->rows_rejected);
        out_int(o, row->rows_repeated);
        put_money(o, row, row->fen_read);
        put_money(o, row, row->fen_kept);
        out_cstr(o, row->note ? row->note : "");
        out_row(o);
    }
    return out_close(o, e);
}

static void sum_up(const struct job *j, const struct import_report *r)
{
    struct buf b = BUF_INIT;
    int64_t read = 0, kept = 0, rejected = 0, repeated = 0;

    for (size_t i = 0; i < r->n; i++) {
        read += r->row[i].rows_read;
        kept += r->row[i].rows_kept;
        rejected += r->row[i].rows_rejected;
        repeated += r->row[i].rows_repeated;
    }
    buf_str(&b, "读入 ");
    buf_thousands(&b, read);
    buf_str(&b, " 行 = 保留 ");
    buf_thousands(&b, kept);
    buf_str(&b, " + 拒收 ");
    buf_thousands(&b, rejected);
    if (repeated) {
        buf_str(&b, " + 重复 ");
        buf_thousands(&b, repeated);
    }
    buf_fmt(&b, "，用了 %.1f 秒。", r->seconds);
    if (rejected)
        buf_fmt(&b, "拒收的见 huji quality --data %s", j->store->dir);
    else
        buf_fmt(&b, "下一步：huji screen --data %s", j->store->dir);
    note("%s", buf_cstr(&b));
    buf_release(&b);
}

/* --- mappings ------------------------------------------------------------------------------------ */

static int load_mapping(struct job *j, const char *data, struct err *e)
{
    const char *given = args_text(j->args, "mapping");
    char kept[4096];
    int rc = 0;

    j->mapping = mapping_new();
    if (!j->mapping)
        return err_nomem(e);
    if (data) {
        snprintf(kept, sizeof kept, "%s/mappings", data);
        rc = mapping_load_dir(j->mapping, kept, e);
    }
    if (!rc && given)
        rc = mapping_load(j->mapping, given, e);
    if (!rc && given && data)
        rc = mapping_keep(j->mapping, kept, e);
    return rc;
}

static int propose(struct job *j, struct err *e)
{
    const char *path = args_text(j->args, "out");
    struct buf csv = BUF_INIT;
    FILE *f = stdout;
    int rc = 0;

    for (int i = 0; i < j->args->n_operands && !rc; i++)
        rc = mapping_propose(j->args->operands[i], j->mapping, &csv, e);
    if (!rc && csv.failed)
        rc = err_nomem(e);
    if (!rc && path && !(f = fopen(path, "wb")))
        rc = err_errno(e, "写不了 %s", path);
    if (!rc && fwrite(csv.p ? csv.p : "", 1, csv.n, f) != csv.n)
        rc = err_errno(e, "写不了 %s", path ? path : "标准输出");
    if (f && f != stdout && fclose(f) != 0 && !rc)
        rc = err_errno(e, "写不了 %s", path);
    if (!rc && path)
        note("改好 %s 的“表”和“字段”两列，再运行 huji import --mapping %s ...", path, path);
    buf_release(&csv);
    return rc;
}

/* --- taking the last one back -------------------------------------------------------------------- */

/* Clues that rest on what is gone are told, where there is a casework. */
static int tell_clues(const struct args *a, struct store *s, int64_t import, int64_t *clues,
                      struct err *e)
{
    const char *url = casework_url(a);
    char where[1200];
    struct actor who = console_actor();
    struct cw *db = NULL;
    int rc = casework_place(s->dir, url, where, sizeof where, e);

    if (!rc && !url && access(where, F_OK) != 0)
        return 0;
    if (!rc)
        rc = casework_for(a, &db, e);
    if (!rc)
        rc = clues_withdraw(db, s, &who, import, clues, e);
    cw_close(db);
    return rc;
}

static int undo(const struct args *a, struct err *e)
{
    struct store *s = NULL;
    struct undo_report r = {0};
    struct import_state st = {0};
    struct buf b = BUF_INIT;
    struct bar bar;
    int64_t clues = 0;
    int rc = store_for(a, STORE_WRITE, &s, e);

    if (!rc) {
        bar_begin(&bar);
        rc = store_undo(s, 0, &bar.progress, &r, e);
        bar_end(&bar);
    }
    if (!rc)
        rc = tell_clues(a, s, r.import, &clues, e);
    if (!rc)
        rc = import_state(s, &st, e);
    if (!rc) {
        buf_fmt(&b, "已撤回 %s 的第 %lld 次导入：%lld 个文件，", r.at, (long long)r.import,
                (long long)r.files);
        buf_thousands(&b, r.rows);
        buf_str(&b, " 行；取回被它替换的旧行 ");
        buf_thousands(&b, r.restored);
        buf_str(&b, " 行。");
        if (clues)
            buf_fmt(&b, "%lld 条线索所据的记录已不在，已注明。", (long long)clues);
        if (st.stale)
            buf_fmt(&b, "上次筛查用过这批数据，请重新运行 huji screen --data %s", s->dir);
        note("%s", buf_cstr(&b));
    }
    buf_release(&b);
    store_close(s);
    return rc;
}

/* ------------------------------------------------------------------------------------------------- */

static int run(const struct args *a, struct err *e)
{
    struct job j = {.args = a};
    struct import_report report = {0};
    const char *data = NULL;
    bool only_propose = args_has(a, "propose-mapping");
    int rc;

    if (args_has(a, "undo"))
        return a->n_operands ? err_set(e, ERR_USAGE, "--undo 撤回最近一次导入，不带文件")
                             : undo(a, e);
    if (!a->n_operands)
        return err_set(e, ERR_USAGE, "缺少 %s", a->cmd->operands);
    rc = data_dir(a, &data, only_propose ? NULL : e);

    if (rc && !only_propose)
        return rc;
    rc = load_mapping(&j, data, e);
    if (!rc && only_propose) {
        rc = propose(&j, e);
        mapping_free(j.mapping);
        return rc;
    }
    if (!rc)
        rc = store_for(a, STORE_WRITE, &j.store, e);
    if (!rc)
        rc = demo_refuse(j.store, e);
    if (!rc) {
        struct intake in = {.store = j.store,
                            .mapping = j.mapping,
                            .progress = &j.bar.progress,
                            .verbose = args_has(a, "verbose"),
                            .tell = tell,
                            .ctx = &j};

        bar_begin(&j.bar);
        rc = intake_run(&in, a->operands, (size_t)a->n_operands, &report, e);
        bar_end(&j.bar);
    }
    if (!rc)
        rc = print(&j, &report, e);
    if (!rc)
        sum_up(&j, &report);
    import_report_release(&report);
    store_close(j.store);
    mapping_free(j.mapping);
    return rc;
}

static const struct option options[] = {
    OPT_DATA,
    {"propose-mapping", 0, ARG_FLAG, NULL, NULL, false,
     "不导入，只写出程序对表头的理解（CSV，可改）"},
    {"mapping", 'm', ARG_FILE, "FILE", NULL, false,
     "用改好的对照表，并记住它，以后同样表头的文件都照办"},
    {"verbose", 'v', ARG_FLAG, NULL, NULL, false, "把每个 Excel、文本文件怎么读的都说出来"},
    {"undo", 0, ARG_FLAG, NULL, NULL, false,
     "撤回最近一次导入：数据回到导入之前，所据记录不在了的线索会注明"},
    OPT_CASEWORK,
    OPT_THREADS,
    OPT_FORMAT,
    OPT_OUT,
    OPT_END,
};
static const struct example examples[] = {
    {"import --data 我的县 导出的表/", "整个文件夹：CSV、XLSX、XLS、ZIP、Parquet"},
    {"import --data 我的县 2023-13月.zip", "再来一个月：重复的行不会算两次"},
    {"import --data 我的县 --undo", "刚才导错了：撤回，数据和导入之前一样"},
    {"import --propose-mapping 查询结果.xls --out 对照.csv", "表头不认识时，先看程序怎么理解"},
    EXAMPLE_END,
};
const struct command cmd_import = {
    .name = "import",
    .title = "导入结算、费用等表",
    .operands = "FILE|FOLDER ...",
    .text =
        "一次导入是一个整体：要么全部进来，要么什么都没变。读不出或缺关键项的行拒收并留底，其余都保留。\n"
        "编码（UTF-8、GBK、GB18030）、表头、合计行、一表拆多表，都自动认。",
    .options = options,
    .examples = examples,
    .max_operands = -1,
    .operand_kind = ARG_FILE,
    .run = run,
};
