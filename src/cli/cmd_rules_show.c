/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/library.h"
#include "engine/rule.h"
#include "screen/law.h"

/* The rule as it is written, remarks and all: from its line to the next line that begins in the first column. */
static int print_source(const struct rule *r, struct err *e)
{
    FILE *f = fopen(r->file, "r");
    char *line = NULL;
    size_t cap = 0;
    int no = 0, first = r->node->line;
    ssize_t n;

    if (!f)
        return err_errno(e, "打不开 %s", r->file);
    while ((n = getline(&line, &cap, f)) > 0) {
        no++;
        if (no > first && line[0] != ' ' && line[0] != '\n' && line[0] != '\r')
            break;
        if (no >= first)
            fwrite(line, 1, (size_t)n, stdout);
    }
    free(line);
    fclose(f);
    return 0;
}

static void print_law(const struct rule *r)
{
    const struct ynode *list = ynode_get(r->node, "law");

    for (const struct ynode *c = list ? list->child : NULL; c; c = c->next) {
        const struct law *l = law_find(c->text);

        if (l)
            printf("# %.*s：%s。%s。\n", (int)c->text.n, c->text.p, l->gist, l->leads_to);
    }
}

static void print_tags(const struct rule *r)
{
    static const char *const titles[] = {"三假", "领域", "对象"};
    const char *sep = "# 标签：";

    for (int g = TAG_FAKE; g <= TAG_WHO; g++) {
        if (!r->tags.bits[g])
            continue;
        printf("%s%s", sep, titles[g]);
        for (int i = 0; i < TAG_WORDS && tag_words[g][i]; i++)
            if (r->tags.bits[g] >> i & 1)
                printf(" %s", tag_words[g][i]);
        sep = "；";
    }
    printf("%s%s\n", sep,
           tags_internal(&r->tags) ? "internal（未放行前机构看不到）" : "public（机构可见）");
}

/* The rule, or the first of its variants: their text is one. */
static const struct rule *find(const struct huji_library *lib, struct span id)
{
    for (int i = 0; i < lib->n_rules; i++)
        if (!lib->rules[i]->is_measure &&
            (span_eq(lib->rules[i]->id, id) || span_eq(lib->rules[i]->base_id, id)))
            return lib->rules[i];
    return NULL;
}

static int show(const struct huji_library *lib, const char *id, struct err *e)
{
    const struct rule *r = find(lib, span_of(id));
    int variants = 0, rc;

    if (!r) {
        err_set(e, ERR_USAGE, "没有规则 %s", id);
        err_hint(e, "huji rules list 列出全部规则");
        return ERR_USAGE;
    }
    printf("# %s:%d\n", r->file, r->node->line);
    rc = print_source(r, e);
    if (rc)
        return rc;
    for (int i = 0; i < lib->n_rules; i++)
        if (lib->rules[i]->variant.n && span_eq(lib->rules[i]->base_id, r->base_id))
            printf(variants++ ? "、%.*s" : "# 变体：%.*s", (int)lib->rules[i]->id.n,
                   lib->rules[i]->id.p);
    if (variants)
        putchar('\n');
    print_tags(r);
    print_law(r);
    return 0;
}

static int run(const struct args *a, struct err *e)
{
    struct huji_library *lib = NULL;
    int rc = library_for(a, &lib, e);

    for (int i = 0; i < a->n_operands && !rc; i++)
        rc = show(lib, a->operands[i], e);
    if (lib)
        library_free(lib);
    return rc;
}

static const struct option options[] = {OPT_DATA, OPT_RULES, OPT_END};
static const struct example examples[] = {
    {"rules show B02", "分解住院：全文、例子、法条要旨"},
    EXAMPLE_END,
};
const struct command cmd_rules_show = {
    .name = "rules show",
    .title = "一条规则的全文、例子和法条",
    .operands = "ID ...",
    .options = options,
    .examples = examples,
    .min_operands = 1,
    .max_operands = -1,
    .run = run,
};
