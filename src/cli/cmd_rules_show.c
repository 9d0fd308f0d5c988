/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/library.h"
#include "cli/output.h"
#include "engine/rule.h"
#include "life/change.h"
#include "life/history.h"
#include "screen/law.h"

static int print_source(const struct rule *r, struct err *e)
{
    struct buf b = BUF_INIT;
    int rc = place_source(r, &b, e);

    if (!rc)
        fwrite(buf_cstr(&b), 1, b.n, stdout);
    buf_release(&b);
    return rc;
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

/* --- parameters in force ------------------------------------------------------------------------- */

static const struct shown_column param_columns[] = {
    {"rule_id", "规则", AS_TEXT, 0}, {"param", "参数", AS_TEXT, 0},
    {"value", "现值", AS_TEXT, 0},   {"from", "出自", AS_TEXT, 0},
    {"at", "位置", AS_TEXT, 0},      {"shipped", "规则原值", AS_TEXT, 0},
};

static void put_param(struct output *o, const struct huji_library *lib, const struct rule *r,
                      struct span param)
{
    const struct rule *own = r->shipped ? r->shipped : r;
    const struct ynode *at = NULL;
    struct span region = profile_region(lib, r, param, &at);
    struct buf place = BUF_INIT;
    bool asked;

    if (!region.n)
        at = rule_param_node(own, param, &asked);
    buf_fmt(&place, "%s:%d", at->file, at->line);
    out_text(o, r->id);
    out_text(o, param);
    out_text(o, rule_param(r, param));
    out_text(o, region.n ? region : SPAN("规则"));
    out_cstr(o, buf_cstr(&place));
    out_text(o, rule_param(own, param));
    out_row(o);
    buf_release(&place);
}

static int show_params(const struct args *a, const struct huji_library *lib, struct err *e)
{
    struct output *o;
    int rc = 0;

    for (int i = 0; i < a->n_operands && !rc; i++)
        if (!library_rule(lib, span_of(a->operands[i]))) {
            rc = err_set(e, ERR_USAGE, "没有规则 %s", a->operands[i]);
            err_hint(e, "huji rules list 列出全部规则");
        }
    if (!rc)
        rc = out_open(&o, a, param_columns, (int)(sizeof param_columns / sizeof *param_columns), e);
    if (rc)
        return rc;
    for (int i = 0; i < a->n_operands; i++)
        for (int k = 0; k < lib->n_rules; k++) {
            const struct rule *r = lib->rules[k];
            struct span id = span_of(a->operands[i]);

            if (r->hidden || !(span_eq(r->id, id) || span_eq(r->base_id, id)))
                continue;
            struct span names[32];
            size_t n = rule_param_names(r, names, 32);

            for (size_t p = 0; p < n; p++)
                put_param(o, lib, r, names[p]);
        }
    return out_close(o, e);
}

/* The rule, or the first of its variants: their text is one. */
static const struct rule *find(const struct huji_library *lib, struct span id)
{
    for (int i = 0; i < lib->n_rules; i++)
        if (!lib->rules[i]->hidden &&
            (span_eq(lib->rules[i]->id, id) || span_eq(lib->rules[i]->base_id, id)))
            return lib->rules[i];
    return NULL;
}

static void print_regional(const struct huji_library *lib, const struct rule *r)
{
    for (int i = 0; i < lib->n_rules; i++) {
        const struct rule *one = lib->rules[i];
        const struct ynode *at = NULL;

        if (one->hidden || !one->shipped || !span_eq(one->base_id, r->base_id))
            continue;
        for (const struct ynode *g = lib->profile->child; g; g = g->next)
            for (const struct ynode *n = g->child; n; n = n->next)
                for (const struct ynode *v = n->child; v; v = v->next)
                    if (profile_region(lib, one, v->key, &at).n && at == v)
                        printf("# 地区参数：%.*s 的 %.*s 现为 %.*s（%.*s，%s:%d）\n",
                               (int)one->id.n, one->id.p, (int)v->key.n, v->key.p, (int)v->text.n,
                               v->text.p, (int)g->key.n, g->key.p, v->file, v->line);
    }
}

/* "# 第 2 版，启用；..." and a line per change that was kept. */
static int print_life(const struct huji_library *lib, const struct rule *r, struct err *e)
{
    json_t *all = NULL, *x;
    char id[64];
    size_t i;
    int rc = lib->local ? history_read(lib->local, &all, NULL, e) : 0;

    snprintf(id, sizeof id, "%.*s", (int)r->base_id.n, r->base_id.p);
    printf("# 第 %d 版，%s%s\n", r->version, rule_state_title[r->state],
           r->decided ? "" : "（规则原文所写）");
    json_array_foreach(all, i, x)
    {
        struct buf b = BUF_INIT;

        if (!history_names(x, id))
            continue;
        change_title(json_object_get(x, "what"), &b);
        printf("# 历史：%s %s（%s 提出", json_string_value(json_object_get(x, "at")), buf_cstr(&b),
               json_string_value(json_object_get(x, "by")));
        if (json_is_string(json_object_get(x, "approver")))
            printf("，%s 批准", json_string_value(json_object_get(x, "approver")));
        printf("）：%s\n", json_string_value(json_object_get(x, "because")));
        buf_release(&b);
    }
    json_decref(all);
    return rc;
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
            printf("%s%.*s %.*s", variants++ ? "、" : "# 变体：", (int)lib->rules[i]->id.n,
                   lib->rules[i]->id.p, (int)lib->rules[i]->name.n, lib->rules[i]->name.p);
    if (variants)
        putchar('\n');
    print_tags(r);
    print_law(r);
    print_regional(lib, r);
    return print_life(lib, r, e);
}

static int run(const struct args *a, struct err *e)
{
    struct huji_library *lib = NULL;
    const char *region = args_text(a, "for");
    int rc = 0;

    if (region && !region_ok(span_of(region))) {
        err_set(e, ERR_USAGE, "--for %s：区划应为 2、4 或 6 位数字", region);
        return err_hint(e, "如 --for 420500");
    }
    rc = library_for_with(a, (struct library_wish){.region = region}, &lib, e);
    if (!rc && region)
        rc = show_params(a, lib, e);
    for (int i = 0; i < a->n_operands && !rc && !region; i++)
        rc = show(lib, a->operands[i], e);
    if (lib)
        library_free(lib);
    return rc;
}

static const struct option options[] = {
    OPT_DATA,  {"for", 0, ARG_TEXT, "CODE", NULL, false, "只列参数：在这个区划各是多少，出自哪里"},
    OPT_RULES, OPT_FORMAT,
    OPT_OUT,   OPT_END,
};
static const struct example examples[] = {
    {"rules show B02", "分解住院：全文、例子、法条要旨"},
    {"rules show B02 --for 420500", "B02 的参数在宜昌各是多少，为什么"},
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
