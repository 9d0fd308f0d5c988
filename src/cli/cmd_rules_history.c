/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/common.h"
#include "cli/output.h"
#include "life/change.h"
#include "life/history.h"

static const struct shown_column columns[] = {
    {"no", "序号", AS_INT, 0},
    {"at", "时间", AS_TEXT, 0},
    {"change", "变更", AS_TEXT, 40},
    {"by", "提出", AS_TEXT, 0},
    {"approver", "批准", AS_TEXT, 0},
    {"new", "新增疑点", AS_INT, 0},
    {"lost", "消失疑点", AS_INT, 0},
    {"fund_before", "原涉及基金", AS_FEN, 0},
    {"fund_after", "现涉及基金", AS_FEN, 0},
    {"before", "变更前", AS_TEXT, 0},
    {"after", "变更后", AS_TEXT, 0},
    {"because", "理由", AS_TEXT, 40},
};

static const char *word(const json_t *x, const char *name)
{
    return json_string_value(json_object_get(x, name));
}

static void put(struct output *o, const json_t *x)
{
    static const char *const counts[] = {"new", "lost"};
    static const char *const sums[] = {"fund_before_fen", "fund_after_fen"};
    const json_t *effect = json_object_get(x, "effect");
    struct buf title = BUF_INIT;

    change_title(json_object_get(x, "what"), &title);
    out_int(o, json_integer_value(json_object_get(x, "no")));
    out_cstr(o, word(x, "at"));
    out_cstr(o, buf_cstr(&title));
    out_cstr(o, word(x, "by"));
    out_cstr(o, word(x, "approver"));
    for (int k = 0; k < 2; k++)
        json_is_object(effect) ? out_int(o, json_integer_value(json_object_get(effect, counts[k])))
                               : out_none(o);
    for (int k = 0; k < 2; k++)
        json_is_object(effect) ? out_fen(o, json_integer_value(json_object_get(effect, sums[k])))
                               : out_none(o);
    out_cstr(o, word(x, "before"));
    out_cstr(o, word(x, "after"));
    out_cstr(o, word(x, "because"));
    out_row(o);
    buf_release(&title);
}

static int run(const struct args *a, struct err *e)
{
    const char *dir, *rule = a->n_operands ? a->operands[0] : NULL;
    struct buf own = BUF_INIT;
    struct output *o = NULL;
    json_t *all = NULL, *x;
    int broken = 0, rc = data_dir(a, &dir, e);
    size_t i;

    if (!rc) {
        buf_fmt(&own, "%s/rules", dir);
        rc = history_read(buf_cstr(&own), &all, &broken, e);
    }
    if (!rc)
        rc = out_open(&o, a, columns, (int)(sizeof columns / sizeof *columns), e);
    if (!rc) {
        json_array_foreach(all, i, x) if (!rule || history_names(x, rule)) put(o, x);
        rc = out_close(o, e);
    }
    if (!rc && broken) {
        rc = err_set(e, ERR_INPUT, "第 %d 行之前的记录被改过或少了", broken);
        err_where(e, "%s/changes.jsonl:%d", buf_cstr(&own), broken);
        err_hint(e, "从备份里找出原来的 changes.jsonl");
    }
    json_decref(all);
    buf_release(&own);
    return rc;
}

static const struct option options[] = {OPT_DATA, OPT_FORMAT, OPT_OUT, OPT_END};
static const struct example examples[] = {
    {"rules history", "规则、参数、例外的全部变更：谁、何时、为什么、疑点多了少了多少"},
    {"rules history B02", "只看 B02 的"},
    EXAMPLE_END,
};
const struct command cmd_rules_history = {
    .name = "rules history",
    .title = "规则、参数、例外的变更历史",
    .operands = "[ID]",
    .text =
        "来自数据目录的 rules/changes.jsonl：只增不改，每行含前一行的摘要，改过或少了会报出来。",
    .options = options,
    .examples = examples,
    .min_operands = 0,
    .max_operands = 1,
    .run = run,
};
