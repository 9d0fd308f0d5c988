/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "cli/life.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/sha.h"
#include "claims/config.h"
#include "cli/bar.h"
#include "cli/common.h"
#include "cli/output.h"
#include "cli/store.h"
#include "life/change.h"

/* --- the effect, said ------------------------------------------------------------------------------------ */

static const struct shown_column columns[] = {
    {"fixmedins_code", "机构编号", AS_TEXT, 0},
    {"fixmedins_name", "机构名称", AS_TEXT, 30},
    {"new", "新增", AS_INT, 0},
    {"lost", "消失", AS_INT, 0},
    {"changed", "变化", AS_INT, 0},
    {"same", "不变", AS_INT, 0},
    {"others", "其他规则疑点", AS_INT, 0},
    {"fund_before", "原涉及基金", AS_FEN, 0},
    {"fund_after", "现涉及基金", AS_FEN, 0},
};

static int64_t number(const json_t *x, const char *name)
{
    return json_integer_value(json_object_get(x, name));
}

static const char *word(const json_t *x, const char *name)
{
    const char *s = json_string_value(json_object_get(x, name));

    return s ? s : "";
}

static int print_table(const struct args *a, const json_t *effect, struct err *e)
{
    static const char *const counts[] = {"new", "lost", "changed", "same", "others"};
    const json_t *rows = json_object_get(effect, "institutions");
    struct output *o;
    size_t i;
    json_t *x;
    int rc = out_open(&o, a, columns, (int)(sizeof columns / sizeof *columns), e);

    if (rc)
        return rc;
    json_array_foreach(rows, i, x)
    {
        out_cstr(o, word(x, "key"));
        out_cstr(o, word(x, "name"));
        for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
            out_int(o, number(x, counts[k]));
        out_fen(o, number(x, "fund_before_fen"));
        out_fen(o, number(x, "fund_after_fen"));
        out_row(o);
    }
    return out_close(o, e);
}

static void sum_up(const json_t *effect)
{
    struct buf b = BUF_INIT;

    if (*word(effect, "from"))
        buf_fmt(&b, "%s 至 %s 的疑点：", word(effect, "from"), word(effect, "to"));
    else
        buf_str(&b, "全部疑点：");
    buf_fmt(&b, "新增 %lld 条，消失 %lld 条，变化 %lld 条，不变 %lld 条；涉及基金由 ",
            (long long)number(effect, "new"), (long long)number(effect, "lost"),
            (long long)number(effect, "changed"), (long long)number(effect, "same"));
    buf_yuan(&b, number(effect, "fund_before_fen"));
    buf_str(&b, " 变为 ");
    buf_yuan(&b, number(effect, "fund_after_fen"));
    buf_fmt(&b, "；涉及机构由 %lld 家变为 %lld 家。",
            (long long)number(effect, "institutions_before"),
            (long long)number(effect, "institutions_after"));
    if (number(effect, "vanished"))
        buf_fmt(&b, "其中 %lld 家从此一条疑点也没有。", (long long)number(effect, "vanished"));
    note("%s", buf_cstr(&b));
    buf_release(&b);
}

/* Eight digits that stand for what the approver saw. */
static int code_of(const json_t *what, const json_t *effect, char out[9], struct err *e)
{
    json_t *both = json_pack("[O,O]", what, effect);
    char *text = both ? json_dumps(both, JSON_COMPACT | JSON_SORT_KEYS) : NULL;

    json_decref(both);
    if (!text)
        return err_nomem(e);
    sha256_hex(span_of(text), 4, out);
    free(text);
    return 0;
}

/* --- a change ----------------------------------------------------------------------------------------------- */

static int look(const struct args *a, struct change *c, struct store *s, json_t **effect,
                struct err *e)
{
    struct bar bar;
    int rc;

    bar_begin(&bar);
    rc = change_effect(c, s, (int)args_count(a, "threads", 0), &bar.progress, effect, e);
    bar_end(&bar);
    return rc;
}

static int decide(const struct args *a, struct change *c, const json_t *effect, struct err *e)
{
    const char *seen = args_text(a, "seen");
    struct buf title = BUF_INIT;
    char code[9];
    int rc = code_of(c->what, effect, code, e);

    change_title(c->what, &title);
    if (!rc && (!c->who.approver || (seen && strcmp(seen, code) != 0))) {
        rc = print_table(a, effect, e);
        if (!rc)
            sum_up(effect);
        if (!rc && seen && c->who.approver)
            rc = err_set(e, ERR_STATE, "看过的影响（%s）不是现在的（%s）：数据或规则变过了", seen,
                         code);
        else if (!rc)
            note("%s：还没有生效。另一人看过后批准：加上 --by 提出人 --approver 批准人 --because "
                 "理由 --seen %s",
                 buf_cstr(&title), code);
    } else if (!rc && !seen) {
        rc = err_set(e, ERR_USAGE, "缺少 --seen：批准人看过的影响的编号");
        err_hint(e, "先不写 --approver 运行一次，看影响");
    } else if (!rc) {
        rc = change_keep(c, effect, e);
        if (!rc)
            sum_up(effect);
        if (!rc)
            note("%s：已生效，记入 changes.jsonl。下一次 huji screen 起按此筛查。",
                 buf_cstr(&title));
    }
    buf_release(&title);
    return rc;
}

/* What moves no clue needs nobody else. */
static int keep_alone(struct change *c, struct err *e)
{
    struct buf title = BUF_INIT;
    int rc = change_keep(c, NULL, e);

    change_title(c->what, &title);
    if (!rc)
        note("%s：已生效，记入 changes.jsonl。", buf_cstr(&title));
    buf_release(&title);
    return rc;
}

int life_run(const struct args *a, json_t *what, struct err *e)
{
    struct life_place place = {0};
    struct change_who who = {.by = args_text(a, "by"),
                             .approver = args_text(a, "approver"),
                             .because = args_text(a, "because")};
    struct change c = {.stage = {.lock = -1}};
    struct buf rules = BUF_INIT;
    struct store *s = NULL;
    json_t *effect = NULL;
    char region[32] = "";
    int rc = what ? data_dir(a, &place.data, e) : err_nomem(e);

    if (!rc)
        rc = rules_dir(a, place.data, &rules, e);
    if (!rc)
        rc = config_get(place.data, "region", region, sizeof region, e);
    place.rules = buf_cstr(&rules);
    place.region = *region ? region : NULL;
    /* Whoever has the store open has its rules in memory. To write: DuckDB appends to no TEMP table of a reader. */
    if (!rc)
        rc = store_for(a, STORE_WRITE, &s, e);
    if (!rc)
        rc = change_open(&place, what, &who, true, &c, e);
    if (!rc && c.needs_approval)
        rc = look(a, &c, s, &effect, e);
    if (!rc)
        rc = c.needs_approval ? decide(a, &c, effect, e) : keep_alone(&c, e);
    change_close(&c);
    json_decref(effect);
    json_decref(what);
    store_close(s);
    buf_release(&rules);
    return rc;
}
