/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/library.h"
#include "cli/output.h"
#include "engine/rule.h"
#include "knowledge/kp.h"
#include "knowledge/own_read.h"
#include "knowledge/own_table.h"

static const struct shown_column columns[] = {
    {"rule_class", "规则", AS_TEXT, 0}, {"table", "知识表", AS_TEXT, 0},
    {"points", "知识点", AS_INT, 0},    {"turned", "变成规则", AS_INT, 0},
    {"left", "没变成", AS_INT, 0},      {"rows", "行", AS_INT, 0},
};

static const struct shown_column left_columns[] = {
    {"row", "行号", AS_INT, 0},          {"rule_class", "规则", AS_TEXT, 0},
    {"item_name", "项目", AS_TEXT, 30},  {"constraint_text", "限定内容", AS_TEXT, 60},
    {"why", "为什么没变成", AS_TEXT, 0},
};

static const char *base_of(const char *path)
{
    const char *s = strrchr(path, '/');

    return s ? s + 1 : path;
}

static int print_counts(const struct args *a, const struct kp_import *k, struct err *e)
{
    struct output *o;
    int rc = out_open(&o, a, columns, (int)(sizeof columns / sizeof *columns), e);

    if (rc)
        return rc;
    for (int i = 0; i < k->n_counts; i++) {
        const struct kp_count *c = &k->count[i];

        out_text(o, c->rule_class);
        out_cstr(o, c->table);
        out_int(o, (int64_t)c->points);
        out_int(o, (int64_t)c->turned);
        out_int(o, (int64_t)(c->points - c->turned));
        out_int(o, (int64_t)c->rows);
        out_row(o);
    }
    return out_close(o, e);
}

static int write_left(const struct args *a, const struct kp_import *k, struct err *e)
{
    const char *path = args_text(a, "left");
    size_t n = path ? strlen(path) : 0;
    bool xlsx = n > 5 && !strcmp(path + n - 5, ".xlsx");
    struct output *o;
    int rc;

    if (!path)
        return 0;
    rc = out_to(&o, xlsx ? OUT_XLSX : OUT_CSV, path, true, "没有变成规则的知识点", left_columns,
                (int)(sizeof left_columns / sizeof *left_columns), e);
    if (rc)
        return rc;
    for (size_t i = 0; i < k->n_left; i++) {
        out_int(o, (int64_t)k->left[i].kp.row);
        out_text(o, k->left[i].kp.rule_class);
        out_text(o, k->left[i].kp.item_name);
        out_text(o, k->left[i].kp.text);
        out_cstr(o, k->left[i].why);
        out_row(o);
    }
    return out_close(o, e);
}

static const char *source_line(struct arena *a, const char *path, size_t rows)
{
    char now[CLOCK_TEXT];

    clock_now_text(now);
    return arena_fmt(a, "huji knowledge import：%s，%zu 行，%.10s", base_of(path), rows, now);
}

static int import_points(const struct args *a, const struct huji_library *lib, const char *own,
                         struct err *e)
{
    struct kp_import k;
    int rc = kp_read(a->operands[0], lib, &k, e);
    size_t rows = 0, added = 0;

    if (rc < 0)
        return rc;
    for (int i = 0; i < k.n_tables && rc == 0 && !args_has(a, "dry-run"); i++) {
        const struct kp_table *t = &k.table[i];
        const char *source = source_line(&k.a, a->operands[0], t->n);

        rc = source ? own_table_add(lib, own, t->name, t->head, t->line, t->n, source, &added, e)
                    : err_nomem(e);
        rows += added;
    }
    if (rc == 0)
        rc = write_left(a, &k, e);
    if (rc == 0)
        rc = print_counts(a, &k, e);
    if (rc == 0) {
        note("%zu 个知识点：%zu 个变成规则的依据，%zu 个没有变成（原因：--left 文件）", k.points,
             k.points - k.n_left, k.n_left);
        if (args_has(a, "dry-run"))
            note("只看不写（--dry-run）");
        else
            note("新增 %zu 行，写在 %s/knowledge/", rows, own);
    }
    kp_release(&k);
    return rc;
}

static int import_table(const struct args *a, const struct huji_library *lib, const char *own,
                        struct err *e)
{
    const char *name = args_text(a, "table");
    const struct knowledge *k = library_knowledge(lib, span_of(name));
    struct own_rows r;
    size_t added = 0;
    int rc;

    if (!k) {
        err_set(e, ERR_USAGE, "没有知识表「%s」", name);
        err_hint(e, "huji knowledge list 列出全部知识表");
        return ERR_USAGE;
    }
    rc = own_rows_read(a->operands[0], k, &r, e);
    if (rc < 0)
        return rc;
    if (!args_has(a, "dry-run"))
        rc = own_table_add(lib, own, name, r.head, r.line, r.n,
                           source_line(&r.a, a->operands[0], r.n), &added, e);
    if (rc == 0 && r.unknown.n)
        note("没有用到的列：%s", buf_cstr(&r.unknown));
    if (rc == 0)
        note("%zu 行，新增 %zu 行，写在 %s/knowledge/%s.csv", r.n, added, own, name);
    own_rows_release(&r);
    return rc;
}

static int run(const struct args *a, struct err *e)
{
    struct huji_library *lib = NULL;
    struct buf own = BUF_INIT;
    const char *data;
    int rc = data_dir(a, &data, e);

    if (rc == 0)
        rc = library_for(a, &lib, e);
    buf_fmt(&own, "%s/rules", rc == 0 ? data : "");
    if (rc == 0 && own.failed)
        rc = err_nomem(e);
    if (rc == 0)
        rc = args_text(a, "table") ? import_table(a, lib, buf_cstr(&own), e)
                                   : import_points(a, lib, buf_cstr(&own), e);
    buf_release(&own);
    if (lib)
        library_free(lib);
    return rc;
}

static const struct option options[] = {
    OPT_DATA,
    {"table", 't', ARG_TEXT, "NAME", NULL, false, "文件是这张知识表的行（不是国家知识点）"},
    {"left", 0, ARG_FILE, "FILE", NULL, false, "没有变成规则的知识点写到这里（.csv 或 .xlsx）"},
    {"dry-run", 'n', ARG_FLAG, NULL, NULL, false, "只看结果，不写"},
    OPT_FORMAT,
    OPT_OUT,
    OPT_END,
};
static const struct example examples[] = {
    {"knowledge import --data 我的县 知识点.xlsx --left 没变成的.xlsx", "装入公布的知识点"},
    {"knowledge import --data 我的县 --table price_cap 本市价格.xlsx", "装入本地价格表"},
    EXAMPLE_END,
};
const struct command cmd_knowledge_import = {
    .name = "knowledge import",
    .title = "装入两库知识点，或本局自己的知识表",
    .operands = "FILE",
    .text =
        "知识点文件每行一个：规则名称、项目名称、限定内容、编码（分号隔开）。读得懂的变成知识表的行，\n"
        "读不懂的逐条列出原因，一条不丢。行写在数据目录的 rules/knowledge/，重复装入不会加倍。",
    .options = options,
    .examples = examples,
    .min_operands = 1,
    .max_operands = 1,
    .operand_kind = ARG_FILE,
    .run = run,
};
