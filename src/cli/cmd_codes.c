/* SPDX-License-Identifier: MulanPSL-2.0 */
/* huji codes import | list | unmapped | map: the national code tables, and local codes that stand for them. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "claims/code_map.h"
#include "cli/bar.h"
#include "cli/casework.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/grids.h"
#include "cli/output.h"
#include "cli/store.h"

/* --- import ------------------------------------------------------------------------------------------ */

static const struct shown_column columns[] = {
    {"file", "文件", AS_TEXT, 40},        {"kind", "代号", AS_TEXT, 0},
    {"title", "编码表", AS_TEXT, 0},      {"rows", "条数", AS_INT, 0},
    {"unfit", "不合编码规则", AS_INT, 0}, {"example", "例如", AS_TEXT, 0},
    {"version", "版本", AS_TEXT, 0},
};

struct importing {
    const struct args *a;
    struct store *s;
    struct output *o;
    int kind;
    int64_t files, skipped;
};

static int import_one(struct importing *g, const char *path, bool named, struct err *e)
{
    struct catalogue_report r;
    struct err why = {0};
    const char *base = strrchr(path, '/');
    int rc = catalogue_import(g->s, path, g->kind, args_text(g->a, "ver"), &r, &why);

    base = base ? base + 1 : path;
    if (rc == ERR_INPUT && !named) {
        note("跳过 %s：%s", base, why.message);
        g->skipped++;
        return 0;
    }
    if (rc) {
        *e = why;
        return rc;
    }
    g->files++;
    out_cstr(g->o, base);
    out_cstr(g->o, r.kind);
    out_cstr(g->o, r.title);
    out_int(g->o, r.rows);
    out_int(g->o, r.unfit);
    out_cstr(g->o, r.example);
    out_cstr(g->o, r.version);
    out_row(g->o);
    return 0;
}

static int plain(const struct dirent *d)
{
    return d->d_name[0] != '.' && !strstr(d->d_name, ".source.txt");
}

static int import_path(struct importing *g, const char *path, struct err *e)
{
    struct dirent **names;
    struct stat st;
    int n, rc = 0;

    if (stat(path, &st) != 0)
        return err_errno(e, "打不开 %s", path);
    if (!S_ISDIR(st.st_mode))
        return import_one(g, path, true, e);
    n = scandir(path, &names, plain, alphasort);
    if (n < 0)
        return err_errno(e, "打不开 %s", path);
    for (int i = 0; i < n; i++) {
        char child[4096];

        snprintf(child, sizeof child, "%s/%s", path, names[i]->d_name);
        if (!rc && stat(child, &st) == 0 && S_ISREG(st.st_mode))
            rc = import_one(g, child, false, e);
        free(names[i]);
    }
    free(names);
    return rc;
}

static int run_import(const struct args *a, struct err *e)
{
    const char *kind = args_text(a, "kind");
    struct importing g = {.a = a, .kind = -1};
    int rc = 0;

    if (kind && (g.kind = code_kind_find(span_of(kind))) < 0) {
        err_set(e, ERR_USAGE, "没有“%s”这张编码表", kind);
        return err_hint(e, "huji codes list 列出全部代号");
    }
    rc = store_for(a, STORE_WRITE, &g.s, e);
    if (!rc)
        rc = out_open(&g.o, a, columns, (int)(sizeof columns / sizeof *columns), e);
    for (int i = 0; i < a->n_operands && !rc; i++)
        rc = import_path(&g, a->operands[i], e);
    if (g.o) {
        struct err close = {0};
        int bad = out_close(g.o, rc ? &close : e);

        rc = rc ? rc : bad;
    }
    if (!rc)
        note("收进 %lld 张编码表%s。下一步：huji codes unmapped --data %s", (long long)g.files,
             g.skipped ? "，其余见上" : "", g.s->dir);
    store_close(g.s);
    return rc;
}

/* --- what is there ----------------------------------------------------------------------------------- */

static int show(const struct args *a, enum store_mode mode,
                int (*ask)(struct store *s, const struct args *a, struct grid *g, struct err *e),
                const char *nothing, struct err *e)
{
    struct store *s = NULL;
    struct grid g = {0};
    int rc = store_for(a, mode, &s, e);

    if (!rc)
        rc = ask(s, a, &g, e);
    if (!rc)
        rc = grid_print(a, &g, nothing, e);
    grid_release(&g);
    store_close(s);
    return rc;
}

static int ask_list(struct store *s, const struct args *a, struct grid *g, struct err *e)
{
    (void)a;
    return catalogue_list(s, g, e);
}
static int ask_unmapped(struct store *s, const struct args *a, struct grid *g, struct err *e)
{
    return code_unmapped(s, (size_t)args_count(a, "top", args_text(a, "out") ? 0 : 50), g, e);
}
static int run_list(const struct args *a, struct err *e)
{
    return show(a, STORE_READ, ask_list, "没有", e);
}
static int run_unmapped(const struct args *a, struct err *e)
{
    return show(a, STORE_READ, ask_unmapped, "每个项目都对上了国家编码", e);
}

/* --- map --------------------------------------------------------------------------------------------- */

static int propose(const struct args *a, struct err *e)
{
    struct store *s = NULL;
    struct grid g = {0};
    int rc = store_for(a, STORE_READ, &s, e);

    if (!rc)
        rc = code_propose(s, 0, (int)args_count(a, "least", 60), NULL, &g, e);
    if (!rc)
        rc = grid_print(a, &g, "每个项目都对上了国家编码", e);
    if (!rc && args_text(a, "out"))
        note("改好 %s 的“国家编码”一列（不对的清空），再运行 huji codes map --data %s %s",
             args_text(a, "out"), s->dir, args_text(a, "out"));
    grid_release(&g);
    store_close(s);
    return rc;
}

static int take(const struct args *a, struct err *e)
{
    struct code_pairs p;
    struct code_map_report r = {0};
    struct store *s = NULL;
    struct actor who = console_actor();
    int rc = code_map_read(a->operands[0], &p, e);

    if (rc)
        return rc;
    rc = store_for(a, STORE_WRITE, &s, e);
    if (!rc)
        rc = code_map_take(s, &p, who.login, a->operands[0], &r, e);
    if (!rc) {
        struct buf b = BUF_INIT;

        buf_fmt(&b, "%lld 个本地编码对上了国家编码，", (long long)r.mapped);
        buf_thousands(&b, r.lines);
        buf_str(&b, " 行费用改按国家编码审核，金额 ");
        buf_thousands(&b, r.fen / 100);
        buf_fmt(&b, " 元；以后导入的照此办。下一步：huji screen --data %s", s->dir);
        note("%s", buf_cstr(&b));
        buf_release(&b);
    }
    code_pairs_release(&p);
    store_close(s);
    return rc;
}

static int run_map(const struct args *a, struct err *e)
{
    return a->n_operands ? take(a, e) : propose(a, e);
}

static const struct option import_options[] = {
    OPT_DATA,
    {"kind", 'k', ARG_TEXT, "KIND", NULL, false, "是哪张编码表（默认看文件名和编码的样子）"},
    {"ver", 0, ARG_TEXT, "TEXT", NULL, false, "版本（默认取文件里的版本号，再默认文件名）"},
    OPT_FORMAT,
    OPT_OUT,
    OPT_END,
};
static const struct option list_options[] = {OPT_DATA, OPT_FORMAT, OPT_OUT, OPT_END};
static const struct option unmapped_options[] = {
    OPT_DATA,
    {"top", 0, ARG_COUNT, "N", NULL, false, "只看金额最大的 N 个（默认 50；写文件时全部）"},
    OPT_FORMAT,
    OPT_OUT,
    OPT_END,
};
static const struct option map_options[] = {
    OPT_DATA,
    {"least", 0, ARG_COUNT, "PERCENT", "60", false, "名称相似度低于这个百分数的不提建议"},
    OPT_FORMAT,
    OPT_OUT,
    OPT_END,
};
static const struct example import_examples[] = {
    {"codes import --data 我的县 编码表/", "整个文件夹：每个文件是哪张表，看名字和编码的样子"},
    {"codes import --data 我的县 --kind drug --ver 2026-06 药品目录.xlsx", "一张表，指明版本"},
    EXAMPLE_END,
};
static const struct example list_examples[] = {
    {"codes list --data 我的县", "十五项编码标准：有哪些，什么版本，多少条"}, EXAMPLE_END};
static const struct example unmapped_examples[] = {
    {"codes unmapped --data 我的县", "没有对上国家编码的项目，按金额"}, EXAMPLE_END};
static const struct example map_examples[] = {
    {"codes map --data 我的县 --out 对照.xlsx", "按名称相似提出建议，写成表"},
    {"codes map --data 我的县 对照.xlsx", "收回改好的表，规则从此看国家编码"},
    EXAMPLE_END,
};

const struct command cmd_codes_import = {
    .name = "codes import",
    .title = "收进国家编码表（药品、服务项目、耗材、诊断 ...）",
    .operands = "FILE|FOLDER ...",
    .text =
        "首行写“编码”“名称”的 CSV、XLSX，或平台下载的 TXT（1301 ... 1315）。新版整张替换旧版，历次的版本都有记录。\n"
        "不合编码规则的只提示，不拒收。",
    .options = import_options,
    .examples = import_examples,
    .min_operands = 1,
    .max_operands = -1,
    .operand_kind = ARG_FILE,
    .run = run_import,
};
const struct command cmd_codes_list = {
    .name = "codes list",
    .title = "国家编码表：版本、日期、条数",
    .operands = "",
    .options = list_options,
    .examples = list_examples,
    .run = run_list,
};
const struct command cmd_codes_unmapped = {
    .name = "codes unmapped",
    .title = "没有对上国家编码的项目，按金额",
    .operands = "",
    .options = unmapped_options,
    .examples = unmapped_examples,
    .run = run_unmapped,
};
const struct command cmd_codes_map = {
    .name = "codes map",
    .title = "本地编码对照国家编码：提建议，收回改好的",
    .operands = "[FILE]",
    .text =
        "不带文件：按名称相似提出建议。带文件：收回改好的表，留底，并让已有的费用按国家编码审核；明细原文不动。\n"
        "“起始日期”一列可写从哪天起；国家编码写成本地编码本身，就是取消对照。",
    .options = map_options,
    .examples = map_examples,
    .max_operands = 1,
    .operand_kind = ARG_FILE,
    .run = run_map,
};
