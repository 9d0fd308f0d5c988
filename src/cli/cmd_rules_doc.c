/* SPDX-License-Identifier: MulanPSL-2.0 */
/* docs/rules.md and docs/rules.zh-CN.md: the library as a book, made from the rules themselves. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/library.h"
#include "engine/rule.h"
#include "screen/law.h"
#include "screen/plain.h"
#include "screen/rule_names.h"

struct words {
    const char *title, *intro, *law, *official, *serves, *false_positives, *clears, *example,
        *finds, *nothing, *variants, *sep;
};

static const struct words zh = {
    "规则说明",
    "本文由 `huji rules doc` 从规则库生成，不要手改。每条规则：问什么、依据、例子、误报、什么能说明无误；等价的 SQL：`huji rules doc --sql`。",
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
};
static const struct words en = {
    "Rules",
    "Made from the rule library by `huji rules doc --lang en`; not to be edited. For each rule: what it asks, its law, examples, "
    "false positives, what clears it; `huji rules doc --sql` says the same in SQL. The field's words stay in Chinese.",
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
    list(d, r, "official", d->w->official);
    list(d, r, "serves", d->w->serves);
    examples(d, r);
    list(d, r, "false_positives", d->w->false_positives);
    list(d, r, "clears", d->w->clears);
    return rc;
}

/* One statement per rule and variant, as DuckDB runs it over the store (docs/engineer/verify.md). */
static void statements(struct doc *d)
{
    struct rule_names names = {(struct huji_library *)(uintptr_t)d->lib};

    buf_str(d->out, "-- SPDX-License-Identifier: MulanPSL-2.0\n"
                    "-- huji rules doc --sql: 每条规则的含义，写成 DuckDB 的 SQL。不要手改。\n");
    for (int i = 0; i < d->lib->n_rules; i++) {
        const struct rule *r = d->lib->rules[i];

        if (r->hidden)
            continue;
        buf_fmt(d->out, "\n-- %.*s %.*s\n", (int)r->id.n, r->id.p, (int)r->name.n, r->name.p);
        rule_statement(&names, r->id, d->out);
        buf_str(d->out, ";\n");
    }
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

static int run(const struct args *a, struct err *e)
{
    struct huji_library *lib = NULL;
    struct buf out = BUF_INIT;
    const char *lang = args_text(a, "lang");
    bool english = lang && !strcmp(lang, "en");
    int rc = library_for(a, &lib, e);
    struct doc d = {lib, english ? &en : &zh, &out, english};

    bool sql = args_has(a, "sql");

    if (!rc && sql)
        statements(&d);
    else if (!rc)
        buf_fmt(&out, "# %s\n\n%s\n", d.w->title, d.w->intro);
    for (int i = 0; !rc && !sql && i < lib->n_rules; i++) {
        const struct rule *r = lib->rules[i];
        bool again = i > 0 && r->variant.n && span_eq(lib->rules[i - 1]->base_id, r->base_id);

        if (!r->hidden && !again && one(&d, i))
            rc = err_nomem(e);
    }
    if (!rc)
        rc = out.failed ? err_nomem(e) : write_doc(args_text(a, "out"), &out, e);
    buf_release(&out);
    if (lib)
        library_free(lib);
    return rc;
}

static const struct option options[] = {
    {"lang", 0, ARG_CHOICE, "zh|en", "zh", false, "标题的语言（规则里的词总是中文）"},
    {"sql", 0, ARG_FLAG, NULL, NULL, false, "只写每条规则等价的 SQL"},
    OPT_DATA,
    OPT_RULES,
    OPT_OUT,
    OPT_END,
};
static const struct example examples_of[] = {
    {"rules doc --out 规则说明.md", "整个规则库写成一份说明"},
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
