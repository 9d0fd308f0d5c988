/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "life/change.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/sha.h"
#include "engine/run.h"
#include "life/change_make.h"
#include "life/edit.h"
#include "life/history.h"

const char *const change_kind_name[CHANGE_KINDS] = {
    "state", "draft", "version", "param", "exception", "exception_end", "pack", "knowledge"};
const char *const change_kind_title[CHANGE_KINDS] = {"改状态", "存草稿",   "换新版",   "改参数",
                                                     "加例外", "终止例外", "装规则包", "改知识表"};

/* --- what is asked for ------------------------------------------------------------------------------------ */

const char *change_text(const struct change *c, const char *name)
{
    const char *s = json_string_value(json_object_get(c->what, name));

    return s ? s : "";
}

int change_need(const struct change *c, const char *name, const char **out, struct err *e)
{
    *out = change_text(c, name);
    if (**out)
        return 0;
    err_set(e, ERR_INPUT, "缺少 %s", name);
    return err_where(e, "%s", name);
}

static int read_kind(struct change *c, struct err *e)
{
    const char *kind = change_text(c, "kind");

    for (int k = 0; k < CHANGE_KINDS; k++)
        if (strcmp(kind, change_kind_name[k]) == 0) {
            c->kind = (enum change_kind)k;
            return 0;
        }
    err_set(e, ERR_INPUT, "没有这种变更：%.40s", kind);
    return err_where(e, "kind");
}

/* "知识表 day_limit：新增 1 行、改 2 行" */
static void table_title(const json_t *what, const char *table, struct buf *out)
{
    static const char *const op[][2] = {{"add", "新增"}, {"change", "改"}, {"end", "终止"}};
    const char *mark = "：", *title = json_string_value(json_object_get(what, "title"));
    size_t i;
    json_t *x;

    buf_fmt(out, "知识表 %s", title && *title ? title : table);
    for (int k = 0; k < 3; k++) {
        int n = 0;

        json_array_foreach(json_object_get(what, "rows"), i, x)
        {
            const char *s = json_string_value(json_object_get(x, "op"));

            n += s && strcmp(s, op[k][0]) == 0;
        }
        if (n) {
            buf_fmt(out, "%s%s %d 行", mark, op[k][1], n);
            mark = "、";
        }
    }
}

void change_title(const json_t *what, struct buf *out)
{
    const struct change c = {.what = what};
    const char *kind = change_text(&c, "kind"), *rule = change_text(&c, "rule");
    const char *to = change_text(&c, "to"), *value = change_text(&c, "value");
    const json_t *rules = json_object_get(what, "rules");
    size_t i;
    json_t *x;

    if (strcmp(kind, "state") == 0)
        buf_fmt(out, "%s %s",
                strcmp(to, "active") == 0    ? "启用规则"
                : strcmp(to, "retired") == 0 ? "停用规则"
                : strcmp(to, "trial") == 0   ? "试运行规则"
                                             : "退回草稿",
                rule);
    else if (strcmp(kind, "draft") == 0)
        buf_fmt(out, "存草稿 %s", rule);
    else if (strcmp(kind, "version") == 0)
        buf_fmt(out, "规则 %s 换新版", rule);
    else if (strcmp(kind, "param") == 0)
        buf_fmt(out, "%s 的参数 %s 在 %s %s%s", rule, change_text(&c, "param"),
                change_text(&c, "region"), *value ? "改为 " : "取消本地值", value);
    else if (strcmp(kind, "exception_end") == 0)
        buf_fmt(out, "例外 %lld 提前到 %s 终止",
                (long long)json_integer_value(json_object_get(what, "no")), to);
    else if (strcmp(kind, "pack") == 0)
        buf_fmt(out, "装规则包 %s", change_text(&c, "name"));
    else if (strcmp(kind, "knowledge") == 0)
        table_title(what, change_text(&c, "table"), out);
    else {
        buf_str(out, "规则例外：");
        json_array_foreach(rules, i, x) buf_fmt(out, "%s%s", i ? "、" : "", json_string_value(x));
        for (int k = 0; k < EXC_SUBJECTS; k++)
            if (*change_text(&c, exception_key[k]))
                buf_fmt(out, " %s", change_text(&c, exception_key[k]));
    }
}

/* --- before and after --------------------------------------------------------------------------------------- */

/* Complaints name the stage's files; people know those of DATA/rules. */
static int real_names(const struct change *c, int rc, struct err *e)
{
    char *at = rc && e ? strstr(e->where, c->stage.dir) : NULL;
    char rest[384];

    if (!at || !c->stage.dir[0])
        return rc;
    snprintf(rest, sizeof rest, "%s", at + strlen(c->stage.dir));
    *at = 0;
    snprintf(at, sizeof e->where - (size_t)(at - e->where), "%s%s", c->stage.own, rest);
    return rc;
}

/* Rules and exceptions as one number. */
static int digest_of(const struct huji_library *lib, const struct exceptions *x, char out[17],
                     struct err *e)
{
    struct arena a = ARENA_INIT;
    struct span text = {"", 0};
    struct buf b = BUF_INIT;
    int rc = access(x->file, F_OK) == 0 ? file_read(&a, x->file, (size_t)16 << 20, &text, e) : 0;

    if (!rc) {
        buf_span(&b, lib->version);
        buf_char(&b, '\x1f');
        buf_span(&b, text);
        rc = b.failed ? err_nomem(e) : 0;
    }
    if (!rc)
        sha256_hex((struct span){buf_cstr(&b), b.n}, 8, out);
    buf_release(&b);
    arena_release(&a);
    return rc;
}

static int load_side(struct change *c, int k, const char *own, struct err *e)
{
    int rc = place_library(c->place, own, NULL, false, &c->lib[k], e);
    const struct rule *r;

    if (!rc)
        rc = exceptions_load_from(own, c->lib[k], &c->except[k], e);
    if (!rc)
        rc = digest_of(c->lib[k], &c->except[k], c->digest[k], e);
    if (rc)
        return real_names(c, rc, e);
    r = c->rule[0] ? place_rule(c->lib[k], c->rule) : NULL;
    c->state[k] = r ? r->state : ST_DRAFT;
    c->version[k] = r ? r->version : 0;
    return 0;
}

static bool speaks_of(const struct change *c, const struct huji_library *lib, const struct rule *r)
{
    const json_t *rules = json_object_get(c->what, "rules");
    size_t i;
    json_t *x;

    if (r->hidden)
        return false;
    if (c->kind == CHANGE_PACK)
        return true;
    if (c->kind == CHANGE_KNOWLEDGE)
        return rule_uses(lib, r, library_knowledge(lib, span_of(c->table)));
    if (c->kind == CHANGE_EXCEPTION_END) {
        for (size_t k = 0; k < c->except[0].n; k++)
            if (c->except[0].at[k].no == json_integer_value(json_object_get(c->what, "no")))
                return exception_names(&c->except[0].at[k], r);
        return false;
    }
    json_array_foreach(rules, i, x) if (span_is(r->base_id, json_string_value(x)) ||
                                        span_is(r->id, json_string_value(x))) return true;
    return c->rule[0] && span_is(r->base_id, c->rule);
}

static int choose(struct change *c, struct err *e)
{
    for (int k = 0; k < 2; k++) {
        c->wanted[k] = mem_calloc((size_t)c->lib[k]->n_rules + 1, sizeof *c->wanted[k]);
        if (!c->wanted[k])
            return err_nomem(e);
        for (int i = 0; i < c->lib[k]->n_rules; i++)
            c->wanted[k][i] = c->lib[k]->rules[i]->state == ST_ACTIVE &&
                              speaks_of(c, c->lib[k], c->lib[k]->rules[i]);
    }
    return 0;
}

/* What a rule that runs finds is clues; a trial's, a draft's and an ended rule's are none. */
static bool moves_clues(const struct change *c)
{
    switch (c->kind) {
    case CHANGE_DRAFT: return false;
    case CHANGE_STATE: return c->state[0] == ST_ACTIVE || c->state[1] == ST_ACTIVE;
    default: return true;
    }
}

int change_open(const struct life_place *p, const json_t *what, const struct change_who *who,
                bool write, struct change *out, struct err *e)
{
    struct change *c = out;
    int rc;

    *c = (struct change){.place = p, .what = what, .who = *who, .stage = {.lock = -1}};
    rc = read_kind(c, e);
    if (!rc)
        rc = place_check(p, e);
    if (!rc)
        rc = stage_open(p->data, write, &c->stage, e);
    if (!rc)
        rc = change_names(c, e);
    if (!rc)
        rc = load_side(c, 0, c->stage.own, e);
    if (!rc)
        rc = real_names(c, change_make(c, e), e);
    if (!rc)
        rc = load_side(c, 1, c->stage.dir, e);
    if (!rc)
        rc = change_check(c, e);
    if (!rc)
        rc = choose(c, e);
    c->needs_approval = !rc && moves_clues(c);
    if (rc)
        change_close(c);
    return rc;
}

void change_close(struct change *c)
{
    for (int k = 0; k < 2; k++) {
        library_free(c->lib[k]);
        exceptions_release(&c->except[k]);
        mem_free(c->wanted[k]);
    }
    stage_drop(&c->stage);
    *c = (struct change){.stage = {.lock = -1}};
}

int change_effect(struct change *c, struct store *s, int threads, const struct progress *p,
                  json_t **out, struct err *e)
{
    const struct effect_side side[2] = {{c->lib[0], &c->except[0], c->wanted[0]},
                                        {c->lib[1], &c->except[1], c->wanted[1]}};
    struct effect x;
    int rc = effect_run(s, side, threads, p, &x, e);

    if (rc)
        return rc;
    *out = effect_json(&x, c->digest[0]);
    effect_release(&x);
    return *out ? 0 : err_nomem(e);
}

/* --- keeping it ----------------------------------------------------------------------------------------------- */

static int check_who(const struct change *c, const json_t *effect, struct err *e)
{
    const char *seen = json_string_value(json_object_get(effect, "digest"));

    if (!c->who.by || !*c->who.by)
        return err_set(e, ERR_INPUT, "没有写明是谁提出的");
    if (!c->who.because || !*c->who.because)
        return err_set(e, ERR_INPUT, "没有写明理由");
    if (!c->needs_approval)
        return 0;
    if (!c->who.approver || !*c->who.approver)
        return err_set(e, ERR_STATE, "这项变更要另一人批准");
    if (strcmp(c->who.approver, c->who.by) == 0 && !c->who.waiver) {
        err_set(e, ERR_STATE, "提出人和批准人不能是同一人（%.60s）", c->who.by);
        return err_hint(e, "请另一人看过影响后批准");
    }
    if (!seen)
        return err_set(e, ERR_STATE, "还没有算出这项变更对近十二个月疑点的影响，不能生效");
    if (strcmp(seen, c->digest[0]) == 0)
        return 0;
    err_set(e, ERR_STATE, "算影响之后规则库又变了");
    return err_hint(e, "重新算一次影响，看过再批准");
}

static json_t *entry_of(const struct change *c, const json_t *effect, struct err *e)
{
    const struct rule *r = c->rule[0] ? place_rule(c->lib[1], c->rule) : NULL;
    json_t *x = json_pack("{s:s,s:s,s:s,s:O,s:s,s:s,s:O?,s:s*}", "kind", change_kind_name[c->kind],
                          "by", c->who.by, "because", c->who.because, "what", c->what, "before",
                          c->digest[0], "after", c->digest[1], "effect", effect, "approver",
                          c->needs_approval ? c->who.approver : NULL);
    json_t *rules = json_object_get(c->what, "rules");
    char digest[17];

    if (!x) {
        err_nomem(e);
        return NULL;
    }
    if (c->rule[0])
        json_object_set_new(x, "rule", json_string(c->rule));
    if (c->who.waiver)
        json_object_set_new(x, "waiver", json_integer(c->who.waiver));
    if (rules)
        json_object_set(x, "rules", rules);
    if (r && rule_digest(r, digest, e) == 0) {
        json_object_set_new(x, "digest", json_string(digest));
        json_object_set_new(x, "version", json_pack("[i,i]", c->version[0], c->version[1]));
        json_object_set_new(x, "state",
                            json_pack("[s,s]", c->version[0] ? rule_state_name[c->state[0]] : "",
                                      rule_state_name[c->state[1]]));
    }
    return x;
}

int change_keep(struct change *c, const json_t *effect, struct err *e)
{
    int rc = check_who(c, effect, e);
    json_t *entry;

    if (rc)
        return rc;
    if (c->stage.lock < 0)
        return err_set(e, ERR_STATE, "这项变更只是试看");
    entry = entry_of(c, effect, e);
    if (!entry)
        return ERR_NOMEM;
    rc = history_add(c->stage.dir, entry, e);
    return rc ? rc : stage_commit(&c->stage, e);
}
