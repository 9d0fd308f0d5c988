/* SPDX-License-Identifier: MulanPSL-2.0 */
/* docs/rules.md and docs/rules.zh-CN.md: the library as a book, made from the rules themselves. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "base/mem.h"
#include "cli/library.h"
#include "cli/rules_sql.h"
#include "engine/rule.h"
#include "engine/sql/sql.h"
#include "screen/law.h"
#include "screen/nature.h"
#include "screen/plain.h"

struct words {
    const char *title, *intro, *law, *official, *serves, *false_positives, *clears, *example,
        *finds, *nothing, *variants, *sep, *nature, *sql, *shared;
};

static const struct words zh = {
    "规则说明",
    "本文由 `huji rules doc` 从规则库生成，不要手改。每条规则：问什么、依据、例子、误报、什么能说明无误、等价的 SQL。",
    "依据",
    "国家规则编码",
    "对应要求",
    "常见误报",
    "什么能说明无误",
    "例子",
    "查出",
    "不报",
    "变体",
    "、",
    "定性",
    "等价的 SQL",
    "## 等价的 SQL：各规则共用的部分\n\n"
    "每条规则下面链着一个文件：这条规则看哪些记录（`events`）、怎样算查出（`found`）、免责与定级（最后的 `SELECT`），"
    "一行一条疑点：对象、记录、日期、值、阈值、等级。变体只写与第一种不同的几行。各规则都一样的不再重复：\n\n"
    "- [sql/common.sql](sql/common.sql)：各句站着的表和函数、退费怎样冲抵、基金怎样分到每一行、"
    "查出的怎样成为疑点（金额、证据、定级）\n"
    "- [sql/measures.sql](sql/measures.sql)：指标（`m_` 开头的表），与同类或与自己过去比的规则读它们\n\n"
    "`huji verify --brief` 把这些查询在数据上跑一遍，与筛查的疑点逐条比对；`--keep 核对.duckdb` 把它们站着的表另存成一个库，"
    "用任何 DuckDB 打开，原样贴上就能跑、能改。`huji rules doc --proof` 是连金额、证据一起算的整句，`huji verify` 跑的是它。\n",
};
static const struct words en = {
    "Rules",
    "Made from the rule library by `huji rules doc --lang en`; not to be edited. For each rule: what it asks, its law, examples, "
    "false positives, what clears it, its SQL. The field's words stay in Chinese.",
    "Law",
    "Official code",
    "Serves",
    "False positives",
    "Cleared by",
    "Example",
    "finds",
    "stays silent",
    "Variants",
    ", ",
    "Nature of the act",
    "The same as SQL",
    "## The same as SQL: what all rules share\n\n"
    "Under each rule stands the link to a file: which records it looks at (`events`), what is found (`found`), acquittals and class "
    "(the last `SELECT`); a row a finding: owner, record, date, value, threshold, class. Of variants only the lines that differ from the "
    "first. What is the same for all is said once:\n\n"
    "- [sql/common.sql](sql/common.sql): tables and functions they stand on, how refunds are netted and the fund shared out, how what is "
    "found becomes a finding (money, evidence, class)\n"
    "- [sql/measures.sql](sql/measures.sql): measures (tables `m_`), read by rules that compare with peers or the past\n\n"
    "`huji verify --brief` runs them over the store and holds their rows against the findings; `--keep FILE.duckdb` keeps the tables "
    "they stand on, to run and change them in any DuckDB. `huji rules doc --proof` is the whole with money and evidence that `huji verify` runs.\n",
};

struct doc {
    const struct huji_library *lib;
    const struct words *w;
    struct buf *out;
    bool english;
};

static void list(struct doc *d, const struct rule *r, const char *field, const char *title)
{
    const struct ynode *y = ynode_get(r->node, field);
    bool first = true;

    for (const struct ynode *c = y ? y->child : NULL; c; c = c->next) {
        if (c->kind != Y_SCALAR)
            continue;
        if (first)
            buf_fmt(d->out, "- **%s**: ", title);
        else
            buf_str(d->out, d->w->sep);
        buf_span(d->out, c->text);
        first = false;
    }
    if (!first)
        buf_char(d->out, '\n');
}

static void law(struct doc *d, const struct rule *r)
{
    const struct ynode *y = ynode_get(r->node, "law");

    for (const struct ynode *c = y ? y->child : NULL; c; c = c->next) {
        const struct law *l = law_find(c->text);

        buf_fmt(d->out, "- **%s**: %.*s", d->w->law, (int)c->text.n, c->text.p);
        if (l)
            buf_fmt(d->out, "　%s。%s。", l->gist, l->leads_to);
        buf_char(d->out, '\n');
    }
}

/* What its findings are in the regulation's words, until an officer says otherwise. */
static void nature(struct doc *d, const struct rule *r)
{
    const struct ynode *named = ynode_get(r->node, "nature"), *laws = ynode_get(r->node, "law");
    struct span cited[16];
    size_t n = 0;

    for (const struct ynode *c = laws ? laws->child : NULL; c && n < 16; c = c->next)
        cited[n++] = c->text;
    const struct nature *of = nature_of_rule(named ? named->text : (struct span){0}, cited, n);

    if (of)
        buf_fmt(d->out, "- **%s**: %s（%s）\n", d->w->nature, of->title, of->article);
}

static void examples(struct doc *d, const struct rule *r)
{
    const struct ynode *y = ynode_get(r->node, "examples");

    for (const struct ynode *c = y ? y->child : NULL; c; c = c->next) {
        struct span name = ynode_text(c, "name");
        const struct ynode *finds = ynode_get(c, "finds");

        buf_fmt(d->out, "- **%s**: %.*s — %s\n", d->w->example, (int)name.n, name.p,
                finds && ynode_count(finds) ? d->w->finds : d->w->nothing);
    }
}

static const char *in_english(const char *label)
{
    static const char *const words[][2] = {{"问谁", "Of"},          {"看什么", "From"},
                                           {"不问", "Except"},      {"问什么", "Ask"},
                                           {"免责", "Unless"},      {"算哪些钱", "At issue"},
                                           {"怎么定级", "Classes"}, {"参数", "Parameters"}};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcmp(label, words[i][0]))
            return words[i][1];
    return label;
}

static int tell(void *ctx, const char *label, struct span plain, struct span text)
{
    struct doc *d = ctx;

    if (d->english) {
        if (text.n)
            buf_fmt(d->out, "- **%s**: `%.*s`\n", in_english(label), (int)text.n, text.p);
    } else {
        buf_fmt(d->out, "- **%s**: %.*s\n", label, (int)plain.n, plain.p);
    }
    return 0;
}

static void variants(struct doc *d, int first)
{
    const struct rule *r = d->lib->rules[first];
    int n = 0;

    for (int i = first; i < d->lib->n_rules; i++) {
        const struct rule *v = d->lib->rules[i];

        if (!v->variant.n || !span_eq(v->base_id, r->base_id))
            continue;
        if (n++)
            buf_str(d->out, d->w->sep);
        else
            buf_fmt(d->out, "- **%s**: ", d->w->variants);
        buf_fmt(d->out, "%.*s %.*s", (int)v->id.n, v->id.p, (int)v->name.n, v->name.p);
    }
    if (n)
        buf_char(d->out, '\n');
}

static int one(struct doc *d, int i)
{
    const struct rule *r = d->lib->rules[i];
    int rc;

    buf_fmt(d->out, "\n## %.*s %.*s\n\n", (int)r->base_id.n, r->base_id.p, (int)r->common_name.n,
            r->common_name.p);
    rc = rule_plain(d->lib, r, tell, d);
    variants(d, i);
    law(d, r);
    nature(d, r);
    list(d, r, "official", d->w->official);
    list(d, r, "serves", d->w->serves);
    examples(d, r);
    list(d, r, "false_positives", d->w->false_positives);
    list(d, r, "clears", d->w->clears);
    buf_fmt(d->out, "- **%s**: [sql/%.*s.sql](sql/%.*s.sql)\n", d->w->sql, (int)r->base_id.n,
            r->base_id.p, (int)r->base_id.n, r->base_id.p);
    return rc;
}

/* Every form as SQL: to be read, or the statement that huji verify runs. */
static int statements(struct doc *d, const bool *wanted, bool proof, struct err *e)
{
    int rc = 0;

    buf_str(d->out, "-- SPDX-License-Identifier: MulanPSL-2.0\n"
                    "-- huji rules doc --sql：每条规则的含义，写成 DuckDB 的 SQL。\n");
    if (!proof && !wanted) {
        rc = sql_common(d->lib, d->out, e);
        buf_char(d->out, '\n');
        if (!rc)
            rc = sql_measures(d->lib, d->out, e);
    }
    for (int i = 0; i < d->lib->n_rules && !rc; i++) {
        const struct rule *r = d->lib->rules[i];

        if (r->hidden || (wanted && !wanted[i]))
            continue;
        buf_char(d->out, '\n');
        if (proof) {
            buf_fmt(d->out, "-- %.*s %.*s\n", (int)r->id.n, r->id.p, (int)r->name.n, r->name.p);
            rc = rule_sql(d->lib, r, d->out, e);
            buf_str(d->out, ";\n");
        } else {
            rc = sql_form(d->lib, r, d->out, e);
        }
    }
    return rc;
}

static int write_doc(const char *path, const struct buf *b, struct err *e)
{
    FILE *f = path ? fopen(path, "wb") : stdout;

    if (!f)
        return err_errno(e, "写不了 %s", path);
    bool ok = fwrite(b->p, 1, b->n, f) == b->n && fflush(f) == 0;

    if (path)
        ok = fclose(f) == 0 && ok;
    return ok ? 0 : err_errno(e, "写不了 %s", path ? path : "标准输出");
}

static int book(struct doc *d, const bool *wanted, struct err *e)
{
    const struct huji_library *lib = d->lib;
    bool said = false; /* of this rule already: forms stand side by side */

    buf_fmt(d->out, "# %s\n\n%s\n\n%s", d->w->title, d->w->intro, d->w->shared);
    for (int i = 0; i < lib->n_rules; i++) {
        const struct rule *r = lib->rules[i];

        said = said && i > 0 && r->variant.n && span_eq(lib->rules[i - 1]->base_id, r->base_id);
        if (r->hidden || said || (wanted && !wanted[i]))
            continue;
        if (one(d, i))
            return err_nomem(e);
        said = true;
    }
    return 0;
}

static int run(const struct args *a, struct err *e)
{
    struct huji_library *lib = NULL;
    bool *wanted = NULL;
    struct buf out = BUF_INIT;
    const char *lang = args_text(a, "lang");
    bool english = lang && !strcmp(lang, "en");
    int rc = library_for(a, &lib, e);
    struct doc d = {lib, english ? &en : &zh, &out, english};

    bool sql = args_has(a, "sql") || args_has(a, "proof");
    const char *dir = args_text(a, "sql-dir");

    if (!rc && args_has(a, "rule"))
        rc = library_select(lib, a, &wanted, e);
    if (!rc && dir)
        rc = sql_files(lib, dir, e);
    else if (!rc && sql)
        rc = statements(&d, wanted, args_has(a, "proof"), e);
    else if (!rc)
        rc = book(&d, wanted, e);
    if (!rc && !dir)
        rc = out.failed ? err_nomem(e) : write_doc(args_text(a, "out"), &out, e);
    mem_free(wanted);
    buf_release(&out);
    if (lib)
        library_free(lib);
    return rc;
}

static const struct option options[] = {
    {"lang", 0, ARG_CHOICE, "zh|en", "zh", false, "标题的语言（规则里的词总是中文）"},
    {"sql", 0, ARG_FLAG, NULL, NULL, false,
     "只写每条规则等价的 SQL：看哪些记录、怎样算查出，给人读"},
    {"proof", 0, ARG_FLAG, NULL, NULL, false, "同上，连金额和证据：huji verify 所跑的整句"},
    {"sql-dir", 0, ARG_TEXT, "DIR", NULL, false, "SQL 写到这个文件夹，一条规则一个文件"},
    OPT_RULE,
    OPT_DATA,
    OPT_RULES,
    OPT_OUT,
    OPT_END,
};
static const struct example examples_of[] = {
    {"rules doc --out 规则说明.md", "整个规则库写成一份说明"},
    {"rules doc --sql --rule B02", "一条规则（和它的各个变体）等价的 SQL"},
    EXAMPLE_END,
};
const struct command cmd_rules_doc = {
    .name = "rules doc",
    .title = "把规则库写成说明文档（Markdown）",
    .operands = "",
    .options = options,
    .examples = examples_of,
    .run = run,
};
