/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "claims/import.h"
#include "claims/schema.h"
#include "cli/bar.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/output.h"
#include "cli/store.h"

#define MAX_FOLDER_DEPTH 16

struct job {
    const struct args *args;
    struct store *store;
    struct arena text;
    struct import_file *files;
    size_t n_files, cap_files;
    struct bar bar;
};

/* --- which files --------------------------------------------------------------------------------- */

static int add_file(struct job *j, const char *path, int table, const char *shown, struct err *e)
{
    struct import_file f = {.path = arena_dup(&j->text, span_of(path)), .table = table};

    f.shown = shown ? arena_dup(&j->text, span_of(shown)) : NULL;
    if (!f.path || (shown && !f.shown) ||
        mem_grow(&j->files, &j->cap_files, j->n_files + 1, sizeof *j->files))
        return err_nomem(e);
    j->files[j->n_files++] = f;
    return 0;
}

static int take_file(struct job *j, const char *path, bool named, struct err *e)
{
    if (schema_of_file(span_of(path)) >= 0)
        return add_file(j, path, -1, NULL, e);
    if (!named) {
        note("跳过 %s：文件名里认不出是哪张表", path);
        return 0;
    }
    err_set(e, ERR_INPUT, "%s：文件名里认不出是哪张表", path);
    err_hint(e, "文件名以表名开头，例如 fee_list_d.csv、mdtrt_d_202301.csv");
    return ERR_INPUT;
}

static int visible(const struct dirent *d)
{
    return d->d_name[0] != '.' && strcmp(d->d_name, "truth.csv") != 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int take(struct job *j, const char *path, int depth, struct err *e);

static int take_folder(struct job *j, const char *path, int depth, struct err *e)
{
    struct dirent **names;
    int n = scandir(path, &names, visible, by_name), rc = 0;

    if (n < 0)
        return err_errno(e, "打不开 %s", path);
    if (depth >= MAX_FOLDER_DEPTH)
        rc = err_set(e, ERR_LIMIT, "%s：文件夹套得太深", path);
    for (int i = 0; i < n; i++) {
        char child[4096];
        size_t len = strlen(path);

        if (!rc &&
            snprintf(child, sizeof child, "%s%s%s", path, len && path[len - 1] == '/' ? "" : "/",
                     names[i]->d_name) < (int)sizeof child)
            rc = take(j, child, depth + 1, e);
        free(names[i]);
    }
    free(names);
    return rc;
}

static int take(struct job *j, const char *path, int depth, struct err *e)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return err_errno(e, "打不开 %s", path);
    if (S_ISDIR(st.st_mode))
        return take_folder(j, path, depth, e);
    if (!S_ISREG(st.st_mode))
        return 0;
    return take_file(j, path, depth == 0, e);
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
        output_fen(o, fen);
    else
        output_none(o);
}

static int print(const struct job *j, const struct import_report *r, struct err *e)
{
    struct output *o;
    int rc = output_open(&o, j->args, columns, (int)(sizeof columns / sizeof *columns), e);

    if (rc)
        return rc;
    for (size_t i = 0; i < r->n; i++) {
        const struct import_row *row = &r->row[i];
        struct span path = span_of(row->path), base = path;

        while (path.p)
            base = span_cut(&path, '/');
        output_text(o, base);
        output_cstr(o, row->table >= 0 ? huji_tables[row->table]->name : NULL);
        output_cstr(o, row->table >= 0 ? huji_tables[row->table]->title : NULL);
        output_int(o, row->rows_read);
        output_int(o, row->rows_kept);
        output_int(o, row->rows_rejected);
        output_int(o, row->rows_repeated);
        put_money(o, row, row->fen_read);
        put_money(o, row, row->fen_kept);
        output_cstr(o, row->note ? row->note : "");
        output_row(o);
    }
    return output_close(o, e);
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

static int import(struct job *j, struct import_report *report, struct err *e)
{
    int rc = 0;

    for (int i = 0; i < j->args->n_operands && !rc; i++)
        rc = take(j, j->args->operands[i], 0, e);
    if (!rc && j->n_files == 0) {
        err_set(e, ERR_INPUT, "没有找到可以导入的表");
        err_hint(e, "文件名以表名开头（fee_list_d.csv、费用明细.csv ...）");
        rc = ERR_INPUT;
    }
    if (!rc)
        rc = store_import_files(j->store, j->files, j->n_files, NULL, &j->bar.progress, report, e);
    return rc;
}

static int run(const struct args *a, struct err *e)
{
    struct job j = {.args = a};
    struct import_report report = {0};
    int rc = store_for(a, STORE_WRITE, &j.store, e);

    if (!rc) {
        bar_begin(&j.bar);
        rc = import(&j, &report, e);
        bar_end(&j.bar);
    }
    if (!rc)
        rc = print(&j, &report, e);
    if (!rc)
        sum_up(&j, &report);
    import_report_release(&report);
    store_close(j.store);
    arena_release(&j.text);
    mem_free(j.files);
    return rc;
}

static const struct option options[] = {
    OPT_DATA, OPT_THREADS, OPT_FORMAT, OPT_OUT, OPT_END,
};
static const struct example examples[] = {
    {"import --data 我的县 导出的表/", "整个文件夹"},
    {"import --data 我的县 202312/", "再来一个月：重复的行不会算两次"},
    EXAMPLE_END,
};
const struct command cmd_import = {
    .name = "import",
    .title = "导入结算、费用等表",
    .operands = "FILE|FOLDER ...",
    .text =
        "一次导入是一个整体：要么全部进来，要么什么都没变。读不出或缺关键项的行拒收并留底，其余都保留。\n"
        "编码（UTF-8、GBK、GB18030）自动认。",
    .options = options,
    .examples = examples,
    .min_operands = 1,
    .max_operands = -1,
    .operand_kind = ARG_FILE,
    .run = run,
};
