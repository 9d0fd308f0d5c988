/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "cli/rules_sql.h"

#include <stdio.h>

#include "base/file.h"
#include "base/mem.h"
#include "engine/sql/sql.h"

static const char licence[] = "-- SPDX-License-Identifier: MulanPSL-2.0\n";

static bool next_form(const struct huji_library *lib, int first, int i)
{
    const struct rule *r = lib->rules[i];
    return i > first && !r->hidden && r->variant.n &&
           span_eq(r->base_id, lib->rules[first]->base_id);
}

static void name_form(const struct rule *r, struct buf *out)
{
    buf_fmt(out, "-- %.*s %.*s\n", (int)r->id.n, r->id.p, (int)r->name.n, r->name.p);
}

static int question(const struct huji_library *lib, const struct rule *r, struct buf *out,
                    struct err *e)
{
    int rc = rule_sql_brief_before(lib, r, out, e);
    if (rc == 0)
        rc = rule_sql_brief(lib, r, out, e);
    buf_str(out, ";\n");
    return rc;
}

int sql_form(const struct huji_library *lib, const struct rule *r, struct buf *out, struct err *e)
{
    name_form(r, out);
    return question(lib, r, out, e);
}

/* ---- the lines that differ ---- */

struct lines {
    struct span *at;
    int n;
};

static int split(struct span text, struct lines *l, struct err *e)
{
    l->at = mem_alloc((text.n + 1) * sizeof *l->at);
    if (!l->at)
        return err_nomem(e);
    l->n = 0;
    while (text.n)
        l->at[l->n++] = span_cut(&text, '\n');
    return 0;
}

/* longest[i * (b->n + 1) + j]: how many lines a from i and b from j have in common, in order. */
static int *common_lines(const struct lines *a, const struct lines *b)
{
    int wide = b->n + 1, *longest = mem_calloc((size_t)(a->n + 1) * (size_t)wide, sizeof *longest);
    for (int i = a->n - 1; longest && i >= 0; i--)
        for (int j = b->n - 1; j >= 0; j--) {
            int down = longest[(i + 1) * wide + j], right = longest[i * wide + j + 1];
            longest[i * wide + j] = span_eq(a->at[i], b->at[j])
                                        ? longest[(i + 1) * wide + j + 1] + 1
                                    : down > right ? down
                                                   : right;
        }
    return longest;
}

/* "@ 12" names the line of `a` where a piece begins, "-" what goes there, "+" what comes. */
static void pieces(const struct lines *a, const struct lines *b, const int *longest,
                   struct buf *out)
{
    int wide = b->n + 1, i = 0, j = 0;
    bool within = false;
    while (i < a->n || j < b->n) {
        if (i < a->n && j < b->n && span_eq(a->at[i], b->at[j])) {
            within = false;
            i++, j++;
            continue;
        }
        if (!within)
            buf_fmt(out, "-- @ 第 %d 行\n", i + 1);
        within = true;
        bool goes = i < a->n &&
                    (j == b->n || longest[(i + 1) * wide + j] >= longest[i * wide + j + 1]);
        struct span s = goes ? a->at[i++] : b->at[j++];
        buf_fmt(out, "-- %c %.*s\n", goes ? '-' : '+', (int)s.n, s.p);
    }
}

enum { MOST_PERCENT = 45 }; /* of the lines; beyond it the statement is shown whole */

/* The form b as what it changes in a; nothing where that would be too much. */
static int difference(struct span a_text, struct span b_text, struct buf *out, struct err *e)
{
    struct lines a = {0}, b = {0};
    int *longest = NULL, rc = split(a_text, &a, e);
    if (rc == 0)
        rc = split(b_text, &b, e);
    if (rc == 0 && !(longest = common_lines(&a, &b)))
        rc = err_nomem(e);
    if (rc == 0 && (a.n + b.n - 2 * longest[0]) * 100 <= MOST_PERCENT * (a.n + b.n))
        pieces(&a, &b, longest, out);
    mem_free(longest);
    mem_free(a.at);
    mem_free(b.at);
    return rc;
}

static int further(const struct huji_library *lib, const struct rule *r, struct span first,
                   struct span first_text, struct buf *out, struct err *e)
{
    struct buf text = BUF_INIT, less = BUF_INIT;
    int rc = question(lib, r, &text, e);
    if (rc == 0)
        rc = difference(first_text, (struct span){buf_cstr(&text), text.n}, &less, e);
    if (rc == 0) {
        buf_char(out, '\n');
        name_form(r, out);
        if (less.n)
            buf_fmt(out,
                    "-- 与 %.*s 只有下面几处不同（- 换成 +，行号从 %.*s 的第一行数起）。\n"
                    "-- 整句：huji rules doc --sql --rule %.*s\n",
                    (int)first.n, first.p, (int)first.n, first.p, (int)r->id.n, r->id.p);
        buf_span(out, less.n ? (struct span){buf_cstr(&less), less.n}
                             : (struct span){buf_cstr(&text), text.n});
    }
    buf_release(&text);
    buf_release(&less);
    return rc;
}

int sql_rule(const struct huji_library *lib, int first, struct buf *out, struct err *e)
{
    const struct rule *r = lib->rules[first];
    struct buf text = BUF_INIT;
    int rc = question(lib, r, &text, e);
    if (rc == 0) {
        name_form(r, out);
        buf_span(out, (struct span){buf_cstr(&text), text.n});
    }
    for (int i = first + 1; i < lib->n_rules && rc == 0; i++)
        if (next_form(lib, first, i))
            rc = further(lib, lib->rules[i], r->id, (struct span){buf_cstr(&text), text.n}, out, e);
    buf_release(&text);
    return rc;
}

/* ---- what they share ---- */

static const char tables[] =
    "-- 各规则共用的部分\n"
    "--\n"
    "-- 一、各句站着的表。查询只读数据目录里的表（s_ 开头：s_visit 就诊、s_settlement 结算、s_person 参保人 …），\n"
    "--     和下面几种由它们做出来的表。代码在表里是整数编号，字典把编号换回代码。金额以分计，数量以万分之一计，\n"
    "--     值与阈值以百万分之一计（hj_value 换回来），日期是 1970-01-01 起的天数，时间是秒。\n"
    "--   x_<域>(id, code)            字典：x_item 目录项目，x_dx 诊断，x_inst 机构，x_person 人 …\n"
    "--   x_dx_info(id, cat, grp, chapter)  诊断的类目、组、章\n"
    "--   net_line, raw_line, rest_line     冲抵后的费用行，原样的费用行，找不到原单的退费；fund 是这一行的基金份额\n"
    "--   k_<表>(row, …)              知识表的行；代码列 NAME 是编号，NAME_t 是原文（0011* 表示以 0011 开头的）\n"
    "--   kx_<表>_<列>_<域>(id, row)  知识表一行的写法指哪些代码\n"
    "--   lk_<名单>(…, b, e)          名单，b、e 是起止日\n"
    "--   m_<指标>(k0 …, value, n, …) 指标：measures.sql\n"
    "--   finding                     上次筛查的疑点；只有由几条规则合起来的规则（E08、H09 …）读它\n"
    "-- 核对：huji screen 以后 huji verify --brief，每一句在数据上跑一遍，与疑点逐条比对\n"
    "--     （对象、记录、日期、值、阈值、等级）。自己跑：huji verify --brief --keep 核对.duckdb\n"
    "--     把这些表和函数另存成一个库，用任何 DuckDB 打开就能跑。\n";
static const char functions[] = "\n-- 二、函数\n";
static const char netting[] =
    "\n-- 三、冲抵（退费抵掉原来的行）和基金份额（最大余数法分到每一行）\n";
static const char money[] =
    "\n-- 四、查出的怎样成为疑点：金额、证据、定级。每条规则都一样，只是来源的表和定级的条件不同；\n"
    "--     这里以 %.*s 为例，是 huji verify 所跑的整句。fo 是查出的，mem 是每一条涉及的记录\n"
    "--     （role 1 是问题所在，2 是对照），a 去掉免责的并定级，m 是每笔记录的金额和基金，s 合计，\n"
    "--     z 是共同的人、就诊、机构，j 是证据。\n";

static int lay_all(const char *const *list, struct buf *out, struct err *e)
{
    int rc = 0;
    for (; *list && rc == 0; list++) {
        rc = sql_lay(span_of(*list), out, e);
        buf_str(out, ";\n");
    }
    return rc;
}

int sql_common(const struct huji_library *lib, struct buf *out, struct err *e)
{
    const struct rule *r = NULL;
    struct buf whole = BUF_INIT;
    for (int i = 0; i < lib->n_rules && !r; i++)
        r = lib->rules[i]->hidden ? NULL : lib->rules[i];
    buf_str(out, tables);
    buf_str(out, functions);
    int rc = lay_all(sql_macros, out, e);
    buf_str(out, netting);
    if (rc == 0)
        rc = lay_all(sql_netting, out, e);
    if (rc == 0 && r) {
        buf_fmt(out, money, (int)r->id.n, r->id.p);
        rc = rule_sql(lib, r, &whole, e);
        if (rc == 0)
            rc = sql_lay((struct span){buf_cstr(&whole), whole.n}, out, e);
        buf_str(out, ";\n");
    }
    buf_release(&whole);
    return rc;
}

int sql_measures(const struct huji_library *lib, struct buf *out, struct err *e)
{
    int rc = 0;
    buf_str(
        out,
        "-- 指标：规则拿来比的数。k0 … 是对象和期，value 以百万分之一计，n 是笔数，p0 … 是同类按什么分\n");
    for (int i = 0; i < lib->n_measures && rc == 0; i++) {
        const struct measure *m = lib->measures[i];
        buf_fmt(out, "\n-- %.*s\n", (int)m->name.n, m->name.p);
        rc = measure_sql_brief(lib, m, out, e);
        buf_str(out, ";\n");
    }
    return rc;
}

static int put(const char *dir, struct span name, struct buf *b, struct err *e)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%.*s.sql", dir, (int)name.n, name.p);
    int rc = b->failed ? err_nomem(e) : file_write_whole(path, (struct span){buf_cstr(b), b->n}, e);
    buf_clear(b);
    return rc;
}

int sql_files(const struct huji_library *lib, const char *dir, struct err *e)
{
    struct buf b = BUF_INIT;
    buf_str(&b, licence);
    int rc = sql_common(lib, &b, e);
    if (rc == 0)
        rc = put(dir, SPAN("common"), &b, e);
    buf_str(&b, licence);
    if (rc == 0)
        rc = sql_measures(lib, &b, e);
    if (rc == 0)
        rc = put(dir, SPAN("measures"), &b, e);
    for (int i = 0; i < lib->n_rules && rc == 0; i++) {
        const struct rule *r = lib->rules[i];
        if (r->hidden || (i > 0 && r->variant.n && span_eq(lib->rules[i - 1]->base_id, r->base_id)))
            continue;
        buf_fmt(&b,
                "%s-- huji rules doc --sql-dir 从规则库生成，不要手改。共用的部分：common.sql\n\n",
                licence);
        rc = sql_rule(lib, i, &b, e);
        if (rc == 0)
            rc = put(dir, r->base_id, &b, e);
    }
    buf_release(&b);
    return rc;
}
