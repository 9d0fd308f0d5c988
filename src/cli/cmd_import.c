/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "claims/import.h"
#include "claims/readers/normalise.h"
#include "claims/readers/table.h"
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
    struct mapping *mapping;
    struct arena text;
    struct import_file *files;
    size_t n_files, cap_files;
    char tmp[4096]; /* for normalised files; empty until needed */
    size_t n_made;  /* files that readers/ made into tables */
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

static void move_to_front(struct job *j)
{
    struct import_file last = j->files[j->n_files - 1];

    memmove(j->files + 1, j->files, (j->n_files - 1) * sizeof *j->files);
    j->files[0] = last;
}

static int make_tmp(struct job *j, char *dir, size_t cap, struct err *e)
{
    int rc = 0;

    if (!j->tmp[0]) {
        rc = store_tmp(j->store, "tables", j->tmp, sizeof j->tmp, e);
        if (!rc && mkdir(j->tmp, 0700) != 0)
            rc = err_errno(e, "建不了 %s", j->tmp);
    }
    if (rc)
        return rc;
    snprintf(dir, cap, "%s/%zu", j->tmp, j->n_made++);
    return mkdir(dir, 0700) != 0 ? err_errno(e, "建不了 %s", dir) : 0;
}

/* What was out of the ordinary; all of it with --verbose. */
static void tell(struct job *j, const char *path, const struct normalise_report *r)
{
    struct buf say = BUF_INIT;

    if (args_has(j->args, "verbose")) {
        normalise_report_print(r, &say);
    } else {
        for (size_t i = 0; i < r->n_notes; i++)
            if (!strstr(r->notes[i], "：相符"))
                buf_fmt(&say, "  %s\n", r->notes[i]);
        if (r->rows_rejected)
            buf_fmt(&say, "  拒收 %llu 行，见 huji quality\n",
                    (unsigned long long)r->rows_rejected);
    }
    if (say.n) {
        bar_hide(&j->bar);
        fprintf(stderr, "%s：\n%s", path, buf_cstr(&say));
    }
    buf_release(&say);
}

static int normalise(struct job *j, const char *path, struct err *e)
{
    struct normalise_report r = {0};
    char dir[4200], rejects[4300];
    const char *said = NULL;
    int rc = make_tmp(j, dir, sizeof dir, e);

    if (rc)
        return rc;
    rc = readers_normalise(path, dir, j->mapping, &j->bar.progress, &r, e);
    snprintf(rejects, sizeof rejects, "%s/_rejects.csv", dir);
    if (!rc && r.rows_rejected && !(said = arena_dup(&j->text, span_of(rejects))))
        rc = err_nomem(e);
    for (size_t i = 0; i < r.n_outputs && !rc; i++) {
        rc = add_file(j, r.outputs[i].path, r.outputs[i].table, path, e);
        if (!rc)
            j->files[j->n_files - 1].rejects = said;
        if (!rc &&
            r.outputs[i]
                .made) /* whatever else tells of these persons knows more: let it come later */
            move_to_front(j);
    }
    if (!rc)
        tell(j, path, &r);
    normalise_report_release(&r);
    return rc;
}

static int take_file(struct job *j, const char *path, bool named, struct err *e)
{
    struct err why = {0};
    int rc = readers_wanted(path, &why);

    if (rc == 0 &&
        (schema_of_file(span_of(path)) >= 0 || table_sniff_file(path, &why) == TABLE_PARQUET))
        return add_file(j, path, -1, NULL, e);
    if (rc >= 0)
        rc = normalise(j, path, &why);
    if (!rc)
        return 0;
    if (rc == ERR_INPUT && !named) {
        bar_hide(&j->bar);
        note("跳过 %s：%s", path, why.message);
        return 0;
    }
    if (e)
        *e = why;
    return rc;
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

/* ------------------------------------------------------------------------------------------------- */

static int unlink_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

static int import(struct job *j, struct import_report *report, struct err *e)
{
    int rc = 0;

    for (int i = 0; i < j->args->n_operands && !rc; i++)
        rc = take(j, j->args->operands[i], 0, e);
    if (!rc && j->n_files == 0) {
        err_set(e, ERR_INPUT, "没有找到可以导入的表");
        err_hint(
            e,
            "文件名以表名开头（fee_list_d.csv、费用明细.xlsx ...）；看不懂表头时用 --propose-mapping");
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
    const char *data = NULL;
    bool only_propose = args_has(a, "propose-mapping");
    int rc = data_dir(a, &data, only_propose ? NULL : e);

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
    if (j.tmp[0])
        nftw(j.tmp, unlink_one, 16, FTW_DEPTH | FTW_PHYS);
    store_close(j.store);
    mapping_free(j.mapping);
    arena_release(&j.text);
    mem_free(j.files);
    return rc;
}

static const struct option options[] = {
    OPT_DATA,
    {"propose-mapping", 0, ARG_FLAG, NULL, NULL, false,
     "不导入，只写出程序对表头的理解（CSV，可改）"},
    {"mapping", 'm', ARG_FILE, "FILE", NULL, false,
     "用改好的对照表，并记住它，以后同样表头的文件都照办"},
    {"verbose", 'v', ARG_FLAG, NULL, NULL, false, "把每个 Excel、文本文件怎么读的都说出来"},
    OPT_THREADS,
    OPT_FORMAT,
    OPT_OUT,
    OPT_END,
};
static const struct example examples[] = {
    {"import --data 我的县 导出的表/", "整个文件夹：CSV、XLSX、XLS、ZIP、Parquet"},
    {"import --data 我的县 2023-13月.zip", "再来一个月：重复的行不会算两次"},
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
    .min_operands = 1,
    .max_operands = -1,
    .operand_kind = ARG_FILE,
    .run = run,
};
