/* SPDX-License-Identifier: MulanPSL-2.0 */
/* huji rules activate | trial | retire | set */
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/limits.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/life.h"
#include "engine/yaml.h"

static json_t *to_state(const struct args *a, const char *state)
{
    return json_pack("{s:s,s:s,s:s}", "kind", "state", "rule", a->operands[0], "to", state);
}

/* --- activate ---------------------------------------------------------------------------------------------- */

static int activate(const struct args *a, struct err *e)
{
    const char *file = args_text(a, "file");
    struct arena text = ARENA_INIT;
    struct span s;
    json_t *what;
    int rc = 0;

    if (!file)
        return life_run(a, to_state(a, "active"), e);
    rc = file_read(&text, file, MAX_YAML_BYTES, &s, e);
    what = rc ? NULL
              : json_pack("{s:s,s:s,s:s%}", "kind", "version", "rule", a->operands[0], "text", s.p,
                          s.n);
    if (!rc && !what)
        rc = err_set(e, ERR_INPUT, "%s 不是 UTF-8 文本", file);
    if (!rc)
        rc = life_run(a, what, e);
    arena_release(&text);
    return rc;
}

static int trial(const struct args *a, struct err *e)
{
    return life_run(a, to_state(a, "trial"), e);
}

static int retire(const struct args *a, struct err *e)
{
    return life_run(a, to_state(a, "retired"), e);
}

/* "B02:max=12 d"; nothing behind = takes the region's value away. */
static int set(const struct args *a, struct err *e)
{
    struct span value = span_of(a->operands[0]), rule = span_cut(&value, ':'),
                param = span_cut(&value, '=');
    const char *region = args_text(a, "region");
    json_t *what;

    if (!param.n || !value.p) {
        err_set(e, ERR_USAGE, "“%s”应写作 规则:参数=值", a->operands[0]);
        return err_hint(e, "如 \"B02:max=12 d\"；等号后空着是取消本地值");
    }
    if (!region) {
        err_set(e, ERR_USAGE, "缺少 --region：哪个区划的值");
        return err_hint(e, "如 --region 420502");
    }
    what = json_pack("{s:s,s:s,s:s%,s:s%}", "kind", "param", "region", region, "rule", rule.p,
                     rule.n, "param", param.p, param.n);
    value = span_trim(value);
    if (what && value.n)
        json_object_set_new(what, "value", json_stringn(value.p, value.n));
    return life_run(a, what, e);
}

static const char how[] =
    "先不写 --approver 运行一次：印出对近十二个月疑点的影响（按机构）和影响的编号，什么也不改。\n"
    "批准人看过后，加 --by --approver --because --seen 再运行：影响没变才生效，连同影响记入数据目录的\n"
    "rules/changes.jsonl，只增不改。提出人和批准人不能是同一人。";

static const struct option activate_options[] = {
    OPT_DATA,
    {"file", 0, ARG_FILE, "F", NULL, false, "规则的新版（version 比现在的大），换上并启用"},
    OPT_BY,
    OPT_APPROVER,
    OPT_BECAUSE,
    OPT_SEEN,
    OPT_THREADS,
    OPT_FORMAT,
    OPT_OUT,
    OPT_END,
};
static const struct example activate_examples[] = {
    {"rules activate X01", "启用草稿 X01 会多出哪些疑点，各机构多少"},
    {"rules activate X01 --by 张三 --approver 李四 --because 专项整治 --seen 3fa9c1d2",
     "李四看过，批准"},
    EXAMPLE_END,
};
const struct command cmd_rules_activate = {
    .name = "rules activate",
    .title = "启用一条规则，或换上它的新版",
    .operands = "ID",
    .text = how,
    .options = activate_options,
    .examples = activate_examples,
    .min_operands = 1,
    .max_operands = 1,
    .run = activate,
};

static const struct option life_options[] = {
    OPT_DATA,    OPT_BY,     OPT_APPROVER, OPT_BECAUSE, OPT_SEEN,
    OPT_THREADS, OPT_FORMAT, OPT_OUT,      OPT_END,
};
static const struct example trial_examples[] = {
    {"rules trial X01 --by 张三 --because 先看一个月", "X01 试运行：筛查时也问，但不算疑点"},
    EXAMPLE_END,
};
const struct command cmd_rules_trial = {
    .name = "rules trial",
    .title = "试运行一条规则",
    .operands = "ID",
    .text = "草稿和停用的规则试运行不用批准：它找到的不产生线索，不进台账、排名、底稿和评估。\n"
            "正在启用的规则改为试运行，它的疑点会消失，和停用一样要另一人看过影响后批准。",
    .options = life_options,
    .examples = trial_examples,
    .min_operands = 1,
    .max_operands = 1,
    .run = trial,
};
static const struct example retire_examples[] = {
    {"rules retire B02", "停用 B02 会少掉哪些疑点，哪些机构从此没有疑点"},
    EXAMPLE_END,
};
const struct command cmd_rules_retire = {
    .name = "rules retire",
    .title = "停用一条规则",
    .operands = "ID",
    .text = how,
    .options = life_options,
    .examples = retire_examples,
    .min_operands = 1,
    .max_operands = 1,
    .run = retire,
};

static const struct option set_options[] = {
    OPT_DATA,    {"region", 0, ARG_TEXT, "CODE", NULL, false, "哪个区划的值：2、4 或 6 位数字"},
    OPT_BY,      OPT_APPROVER,
    OPT_BECAUSE, OPT_SEEN,
    OPT_THREADS, OPT_FORMAT,
    OPT_OUT,     OPT_END,
};
static const struct example set_examples[] = {
    {"rules set \"B02:max=12 d\" --region 420502", "本县再入院间隔改为 12 天会怎样"},
    {"rules set B02:max= --region 420502", "取消本县自己的值"},
    EXAMPLE_END,
};
const struct command cmd_rules_set = {
    .name = "rules set",
    .title = "改一个地区的参数",
    .operands = "RULE:PARAM=VALUE",
    .text = how,
    .options = set_options,
    .examples = set_examples,
    .min_operands = 1,
    .max_operands = 1,
    .run = set,
};
