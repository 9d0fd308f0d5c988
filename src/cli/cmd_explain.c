/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/library.h"
#include "cli/store.h"
#include "screen/story.h"

static int run(const struct args *a, struct err *e)
{
    struct rule_names names = {0};
    struct store *s = NULL;
    struct story y = {0};
    struct buf out = BUF_INIT;
    int flags = (args_has(a, "unmask") ? STORY_UNMASK : 0) | (args_has(a, "sql") ? STORY_SQL : 0);
    int rc = store_for(a, STORE_READ, &s, e);

    if (!rc)
        rc = rule_names_load(&names, a, e);
    if (!rc)
        rc = story_load(&y, s, &names, span_of(a->operands[0]), flags, e);
    if (!rc) {
        if (strcmp(args_text(a, "format"), "json") == 0)
            explain_json(&out, &y.x);
        else
            explain_text(&out, &y.x);
        if (out.failed)
            rc = err_nomem(e);
        else
            fwrite(out.p, 1, out.n, stdout);
    }
    buf_release(&out);
    story_release(&y);
    rule_names_release(&names);
    store_close(s);
    return rc;
}

static const struct option options[] = {
    OPT_DATA,
    {"format", 'f', ARG_CHOICE, "text|json", "text", false, "给人看的文字，或一个 JSON 对象"},
    {"unmask", 0, ARG_FLAG, NULL, NULL, false, "不遮盖姓名和证件号"},
    {"sql", 0, ARG_FLAG, NULL, NULL, false, "加上规则的 SQL：huji verify 拿来与引擎核对的那一句"},
    OPT_RULES,
    OPT_END,
};
static const struct example examples[] = {
    {"explain --data 我的县 3f9a2c1b", "编号写前 8 位就行"},
    EXAMPLE_END,
};
const struct command cmd_explain = {
    .name = "explain",
    .title = "一条疑点的来龙去脉：数字、证据、法条、分量、SQL",
    .operands = "FINDING",
    .options = options,
    .examples = examples,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
