/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "cli/library.h"

#include <stdlib.h>

#include "base/mem.h"
#include "claims/config.h"
#include "cli/common.h"
#include "engine/rule.h"

int library_for(const struct args *a, struct huji_library **out, struct err *e)
{
    return library_for_with(a, (struct library_wish){0}, out, e);
}

int library_for_with(const struct args *a, struct library_wish w, struct huji_library **out,
                     struct err *e)
{
    const char *data = args_text(a, "data");
    struct buf dir = BUF_INIT, own = BUF_INIT, profile = BUF_INIT, states = BUF_INIT;
    struct library_source from = {.file = w.file, .region = w.region};
    char region[32];
    int rc;

    if (!data)
        data = getenv("HUJI_DATA");
    rc = rules_dir(a, data, &dir, e);
    if (!rc) {
        from.dir = buf_cstr(&dir);
        if (own_rules_dir(a, data, &own)) {
            from.local = buf_cstr(&own);
            buf_fmt(&states, "%s/states.yaml", buf_cstr(&own));
            from.states = buf_cstr(&states);
        }
    }
    if (!rc && !w.as_written && own_profile(a, data, &profile)) {
        from.profile = buf_cstr(&profile);
        if (!from.region) {
            rc = config_get(data, "region", region, sizeof region, e);
            from.region = *region ? region : NULL;
        }
    }
    if (!rc)
        rc = library_open(&from, out, e);
    buf_release(&states);
    buf_release(&profile);
    buf_release(&own);
    buf_release(&dir);
    return rc;
}

struct wish {
    const struct huji_library *lib;
    bool *wanted;
};

static int want_rule(void *ctx, struct span value, struct err *e)
{
    struct wish *w = ctx;
    bool found = false;

    for (int i = 0; i < w->lib->n_rules; i++) {
        const struct rule *r = w->lib->rules[i];

        if (!r->hidden && (span_eq(value, r->id) || span_eq(value, r->base_id)))
            found = w->wanted[i] = true;
    }
    if (found)
        return 0;
    err_set(e, ERR_USAGE, "没有规则 %.*s", (int)value.n, value.p);
    err_hint(e, "huji rules list 列出全部规则");
    return ERR_USAGE;
}

static void hint_words(struct err *e)
{
    struct buf b = BUF_INIT;

    for (int g = 0; g < TAG_GROUPS; g++)
        for (int i = 0; i < TAG_WORDS && tag_words[g][i]; i++)
            buf_fmt(&b, " %s", tag_words[g][i]);
    err_hint(e, "可用的标签：%s", buf_cstr(&b) + 1);
    buf_release(&b);
}

static int want_tag(void *ctx, struct span value, struct err *e)
{
    struct wish *w = ctx;
    bool found = false;

    for (int i = 0; i < w->lib->n_rules; i++)
        if (!w->lib->rules[i]->hidden && tags_has(&w->lib->rules[i]->tags, value))
            found = w->wanted[i] = true;
    if (found)
        return 0;
    err_set(e, ERR_USAGE, tag_known(value) ? "没有带标签 %.*s 的规则" : "没有标签 %.*s",
            (int)value.n, value.p);
    hint_words(e);
    return ERR_USAGE;
}

int library_select(const struct huji_library *lib, const struct args *a, bool **wanted,
                   struct err *e)
{
    bool *by_rule = mem_calloc((size_t)lib->n_rules, 1),
         *by_tag = mem_calloc((size_t)lib->n_rules, 1);
    struct wish rule = {lib, by_rule}, tag = {lib, by_tag};
    int rc = by_rule && by_tag ? 0 : err_nomem(e);

    if (!rc)
        rc = args_each(a, "rule", want_rule, &rule, e);
    if (!rc)
        rc = args_each(a, "tag", want_tag, &tag, e);
    for (int i = 0; i < lib->n_rules && !rc; i++) /* given both: a rule must be in both */
        by_rule[i] = !lib->rules[i]->hidden && (by_rule[i] || !args_has(a, "rule")) &&
                     (by_tag[i] || !args_has(a, "tag"));
    mem_free(by_tag);
    if (rc)
        mem_free(by_rule);
    else
        *wanted = by_rule;
    return rc;
}

/* A library that can't be found only costs the names; one that is there and wrong is an error. */
int rule_names_load(struct rule_names *n, const struct args *a, struct err *e)
{
    struct err why = {0};
    int rc = library_for(a, &n->library, &why);

    if (rc == ERR_USAGE && !args_text(a, "rules")) {
        n->library = NULL;
        return 0;
    }
    if (rc && e)
        *e = why;
    return rc;
}
