/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "life/change_make.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "engine/example.h"
#include "life/edit.h"
#include "life/edit_table.h"
#include "life/history.h"
#include "life/lint.h"
#include "life/pack.h"

/* --- which rule ------------------------------------------------------------------------------------------- */

static bool id_ok(struct span s)
{
    if (!s.n || s.n > 32)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (!(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') && !(i && c >= '0' && c <= '9') &&
            !(i && (c == '_' || c == '-')))
            return false;
    }
    return true;
}

/* The one rule that a text holds. */
static int id_of_text(struct change *c, const char *text, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct ynode *root;
    struct span id = {"", 0};
    int rc = yaml_parse(&a, span_of(text), "text", &root, e);

    if (!rc && (root->kind != Y_MAP || !root->child || root->child->next)) {
        rc = err_set(e, ERR_INPUT, "文本里应恰有一条规则：「编号: {...}」");
        err_where(e, "text");
    }
    if (!rc)
        id = root->child->key;
    if (!rc && !id_ok(id)) {
        err_set(e, ERR_INPUT, "规则编号“%.*s”不行", (int)(id.n > 60 ? 60 : id.n), id.p);
        rc = err_hint(e, "以字母开头，字母、数字、_、-，最多 32 个，如 X01");
    }
    if (!rc)
        snprintf(c->rule, sizeof c->rule, "%.*s", (int)id.n, id.p);
    arena_release(&a);
    return rc;
}

int change_names(struct change *c, struct err *e)
{
    const char *text;
    int rc;

    switch (c->kind) {
    case CHANGE_DRAFT:
    case CHANGE_VERSION:
        if (c->kind == CHANGE_DRAFT ? json_is_true(json_object_get(c->what, "remove"))
                                    : !*change_text(c, "text"))
            break;
        rc = change_need(c, "text", &text, e);
        return rc ? rc : id_of_text(c, text, e);
    case CHANGE_EXCEPTION:
    case CHANGE_EXCEPTION_END:
    case CHANGE_PACK:
    case CHANGE_KNOWLEDGE: return 0;
    default: break;
    }
    rc = change_need(c, "rule", &text, e);
    if (!rc && strlen(text) >= sizeof c->rule)
        rc = err_set(e, ERR_USAGE, "没有规则 %.80s", text);
    if (!rc)
        snprintf(c->rule, sizeof c->rule, "%.*s", (int)strcspn(text, "."), text); /* A02.county */
    return rc;
}

/* --- state ------------------------------------------------------------------------------------------------- */

static int no_rule(const char *id, struct err *e)
{
    err_set(e, ERR_USAGE, "没有规则 %s", id);
    return err_hint(e, "huji rules list 列出全部规则");
}

static int own_name(const struct change *c, const struct rule *r, char *out, size_t cap,
                    struct err *e)
{
    const char *base = strrchr(r->file, '/');

    snprintf(out, cap, "library/%s.yaml", c->rule);
    if (strcmp(base ? base + 1 : r->file, out + 8) == 0)
        return 0;
    err_set(e, ERR_STATE, "规则 %s 和别的规则写在一个文件里（%s）", c->rule, r->file);
    return err_hint(e, "先把它单独存成 rules/%s", out);
}

/* What is approved is kept word for word; a version's number is used once. */
static int keep_version(struct change *c, const struct rule *r, struct err *e)
{
    struct arena a = ARENA_INIT;
    struct buf b = BUF_INIT;
    struct span was;
    char name[120];
    char *path;
    int rc = place_source(r, &b, e);

    snprintf(name, sizeof name, "versions/%s.v%d.yaml", c->rule, r->version);
    path = arena_fmt(&a, "%s/%s", c->stage.dir, name);
    if (!rc && !path)
        rc = err_nomem(e);
    if (!rc && access(path, F_OK) == 0) {
        rc = file_read(&a, path, MAX_YAML_BYTES, &was, e);
        if (!rc && !span_eq(was, (struct span){buf_cstr(&b), b.n})) {
            err_set(e, ERR_STATE, "规则 %s 第 %d 版批准过，那时的内容与现在不同", c->rule,
                    r->version);
            rc = err_hint(e, "批准过的版本不能改；把 version 改为 %d", r->version + 1);
        }
    } else if (!rc) {
        rc = stage_write(&c->stage, name, (struct span){buf_cstr(&b), b.n}, e);
    }
    buf_release(&b);
    arena_release(&a);
    return rc;
}

static int set_active(struct change *c, const struct huji_library *lib, const struct rule *r,
                      struct err *e)
{
    char digest[17];
    bool own = place_is_own(lib, r);
    int rc = own ? keep_version(c, r, e) : 0;

    if (!rc && own)
        rc = rule_digest(r, digest, e);
    return rc ? rc : edit_state(&c->stage, c->rule, ST_ACTIVE, r->version, own ? digest : NULL, e);
}

static bool allowed(enum rule_state from, enum rule_state to)
{
    static const bool may[4][4] = {
        [ST_DRAFT] = {[ST_TRIAL] = true, [ST_ACTIVE] = true},
        [ST_TRIAL] = {[ST_DRAFT] = true, [ST_ACTIVE] = true, [ST_RETIRED] = true},
        [ST_ACTIVE] = {[ST_TRIAL] = true, [ST_RETIRED] = true},
        [ST_RETIRED] = {[ST_TRIAL] = true, [ST_ACTIVE] = true},
    };
    return may[from][to];
}

static int make_state(struct change *c, struct err *e)
{
    const struct rule *r = place_rule(c->lib[0], c->rule);
    const char *word;
    int to = 0, rc = change_need(c, "to", &word, e);

    if (!rc && !r)
        rc = no_rule(c->rule, e);
    while (!rc && rule_state_name[to] && strcmp(rule_state_name[to], word) != 0)
        to++;
    if (!rc && !rule_state_name[to]) {
        err_set(e, ERR_INPUT, "没有状态 %.30s", word);
        rc = err_where(e, "to");
    }
    if (!rc && r->state == (enum rule_state)to)
        rc = err_set(e, ERR_STATE, "规则 %s 已经是“%s”", c->rule, rule_state_title[to]);
    if (!rc && !allowed(r->state, (enum rule_state)to))
        rc = err_set(e, ERR_STATE, "规则 %s 现在是“%s”，不能直接改为“%s”", c->rule,
                     rule_state_title[r->state], rule_state_title[to]);
    if (rc)
        return rc;
    if (to == ST_ACTIVE)
        return set_active(c, c->lib[0], r, e);
    return edit_state(&c->stage, c->rule, (enum rule_state)to, r->version, NULL, e);
}

/* --- texts --------------------------------------------------------------------------------------------------- */

static int remove_draft(struct change *c, struct err *e)
{
    const struct rule *r = place_rule(c->lib[0], c->rule);
    char name[80], path[1300];
    int rc;

    snprintf(name, sizeof name, "drafts/%s.yaml", c->rule);
    snprintf(path, sizeof path, "%s/%s", c->stage.dir, name);
    if (access(path, F_OK) == 0)
        return stage_remove(&c->stage, name, e);
    if (!r)
        return no_rule(c->rule, e);
    if (!place_is_own(c->lib[0], r) || r->state != ST_DRAFT)
        return err_set(e, ERR_STATE, "规则 %s 不是草稿，不能删；可以停用", c->rule);
    rc = own_name(c, r, name, sizeof name, e);
    return rc ? rc : stage_remove(&c->stage, name, e);
}

/* A text that is to take the place of `r` one day: read with everything else, but not in force. */
static int check_next(struct change *c, const struct rule *r, const char *name, struct err *e)
{
    struct huji_library *lib = NULL;
    char path[1300];
    const struct rule *next;
    int rc;

    snprintf(path, sizeof path, "%s/%s", c->stage.dir, name);
    rc = place_library(c->place, c->stage.dir, path, false, &lib, e);
    if (rc)
        return rc;
    next = place_rule(lib, c->rule);
    if (next->version <= r->version) {
        err_set(e, ERR_STATE, "规则 %s 现在是第 %d 版，新文本写的是第 %d 版", c->rule, r->version,
                next->version);
        rc = err_hint(e, "把 version 改为 %d", r->version + 1);
    }
    library_free(lib);
    return rc;
}

static int make_draft(struct change *c, struct err *e)
{
    const struct rule *r = place_rule(c->lib[0], c->rule);
    bool open = !r || (place_is_own(c->lib[0], r) && r->decided && r->state != ST_ACTIVE &&
                       r->state != ST_RETIRED);
    struct span text = span_of(change_text(c, "text"));
    char name[80];
    int rc;

    if (json_is_true(json_object_get(c->what, "remove")))
        return remove_draft(c, e);
    if (!open) {
        snprintf(name, sizeof name, "drafts/%s.yaml", c->rule);
        rc = stage_write(&c->stage, name, text, e);
        return rc ? rc : check_next(c, r, name, e);
    }
    snprintf(name, sizeof name, "library/%s.yaml", c->rule);
    rc = r ? own_name(c, r, name, sizeof name, e) : 0;
    if (!rc)
        rc = stage_write(&c->stage, name, text, e);
    if (!rc && !r)
        rc = edit_state(&c->stage, c->rule, ST_DRAFT, 1, NULL, e);
    return rc;
}

static int version_text(struct change *c, struct arena *a, struct span *out, struct err *e)
{
    char *path = arena_fmt(a, "%s/drafts/%s.yaml", c->stage.dir, c->rule);

    *out = span_of(change_text(c, "text"));
    if (out->n)
        return 0;
    if (!path)
        return err_nomem(e);
    if (access(path, F_OK) != 0)
        return err_set(e, ERR_STATE, "规则 %s 没有等着换上的新版草稿", c->rule);
    return file_read(a, path, MAX_YAML_BYTES, out, e);
}

static int make_version(struct change *c, struct err *e)
{
    const struct rule *r = place_rule(c->lib[0], c->rule);
    struct huji_library *lib = NULL;
    struct arena a = ARENA_INIT;
    struct span text;
    char draft[80], name[80];
    int rc = r ? version_text(c, &a, &text, e) : no_rule(c->rule, e);

    snprintf(draft, sizeof draft, "drafts/%s.yaml", c->rule);
    snprintf(name, sizeof name, "library/%s.yaml", c->rule);
    if (!rc)
        rc = stage_write(&c->stage, draft, text, e);
    if (!rc)
        rc = check_next(c, r, draft, e);
    if (!rc && place_is_own(c->lib[0], r))
        rc = own_name(c, r, name, sizeof name, e);
    if (!rc)
        rc = stage_write(&c->stage, name, text, e);
    if (!rc)
        rc = stage_remove(&c->stage, draft, e);
    /* Not yet the approved text of the state that stands. */
    if (!rc)
        rc = edit_state(&c->stage, c->rule, ST_DRAFT, r->version, NULL, e);
    if (!rc)
        rc = place_library(c->place, c->stage.dir, NULL, false, &lib, e);
    if (!rc)
        rc = set_active(c, lib, place_rule(lib, c->rule), e);
    library_free(lib);
    arena_release(&a);
    return rc;
}

/* --- parameter, exceptions -------------------------------------------------------------------------------------- */

static int make_param(struct change *c, struct err *e)
{
    const char *region, *param, *rule = change_text(c, "rule");
    const char *value = json_string_value(json_object_get(c->what, "value"));
    int rc = change_need(c, "region", &region, e);

    if (!rc)
        rc = change_need(c, "param", &param, e);
    if (!rc && !place_rule(c->lib[0], rule))
        rc = no_rule(rule, e);
    if (!rc && !region_ok(span_of(region))) {
        err_set(e, ERR_INPUT, "区划“%.20s”应为 2、4 或 6 位数字", region);
        rc = err_where(e, "region");
    }
    if (!rc && !c->place->region) {
        err_set(e, ERR_STATE, "数据目录没有设定区划，不知道哪个地区的参数管用");
        rc = err_hint(e, "huji config region 420500 --data %s", c->place->data);
    }
    return rc ? rc : edit_param(&c->stage, region, rule, param, value, e);
}

static void put_field(struct buf *b, const char *key, const char *value)
{
    if (!value || !*value)
        return;
    buf_fmt(b, "%s%s: ", b->n ? ", " : "", key);
    buf_json(b, span_of(value)); /* a JSON string is a YAML one */
}

static void put_who(struct buf *b, const struct change *c)
{
    char at[20];

    clock_now_text(at);
    put_field(b, "because", c->who.because && *c->who.because ? c->who.because : "（未写）");
    put_field(b, "approver", c->who.approver && *c->who.approver ? c->who.approver : "（待批准）");
    put_field(b, "at", at);
}

static int make_exception(struct change *c, struct err *e)
{
    const json_t *rules = json_object_get(c->what, "rules");
    struct buf b = BUF_INIT;
    int64_t no = 0;
    size_t i;
    json_t *x;
    int rc = json_array_size(rules) ? edit_next_exception(&c->stage, &no, e)
                                    : err_set(e, ERR_INPUT, "没有写明是哪些规则");

    buf_fmt(&b, "no: %lld, rule: [", (long long)no);
    json_array_foreach(rules, i, x)
    {
        buf_str(&b, i ? ", " : "");
        buf_json(&b, span_of(json_string_value(x)));
    }
    buf_char(&b, ']');
    for (int k = 0; k < EXC_SUBJECTS; k++)
        put_field(&b, exception_key[k], change_text(c, exception_key[k]));
    put_field(&b, "from", change_text(c, "from"));
    put_field(&b, "to", change_text(c, "to"));
    put_who(&b, c);
    if (!rc)
        rc = b.failed ? err_nomem(e) : edit_exception(&c->stage, buf_cstr(&b), e);
    buf_release(&b);
    return rc;
}

static int make_end(struct change *c, struct err *e)
{
    struct buf b = BUF_INIT;
    const char *to;
    int rc = change_need(c, "to", &to, e);

    buf_fmt(&b, "end: %lld", (long long)json_integer_value(json_object_get(c->what, "no")));
    put_field(&b, "to", change_text(c, "to"));
    put_who(&b, c);
    if (!rc)
        rc = b.failed ? err_nomem(e) : edit_exception(&c->stage, buf_cstr(&b), e);
    buf_release(&b);
    return rc;
}

/* Who and why stand in the file too: whoever opens it without Huji sees it. */
static int make_table(struct change *c, struct err *e)
{
    struct buf who = BUF_INIT;
    char at[20];
    int rc;

    snprintf(c->table, sizeof c->table, "%s", change_text(c, "table"));
    clock_now_text(at);
    buf_fmt(&who, "%.16s %s 提出，%s 批准：", at, c->who.by,
            c->who.approver && *c->who.approver ? c->who.approver : "（待批准）");
    for (const char *s = c->who.because ? c->who.because : ""; *s; s++)
        buf_char(&who, (unsigned char)*s < ' ' ? ' ' : *s); /* one line of the file */
    rc = who.failed ? err_nomem(e) : edit_table(&c->stage, c->lib[0], c->what, buf_cstr(&who), e);
    buf_release(&who);
    return rc;
}

int change_make(struct change *c, struct err *e)
{
    switch (c->kind) {
    case CHANGE_STATE: return make_state(c, e);
    case CHANGE_DRAFT: return make_draft(c, e);
    case CHANGE_VERSION: return make_version(c, e);
    case CHANGE_PARAM: return make_param(c, e);
    case CHANGE_EXCEPTION: return make_exception(c, e);
    case CHANGE_EXCEPTION_END: return make_end(c, e);
    case CHANGE_PACK: return pack_lay(c, e);
    case CHANGE_KNOWLEDGE: return make_table(c, e);
    case CHANGE_KINDS: break;
    }
    return err_set(e, ERR_INPUT, "没有这种变更");
}

/* --- may it be so? ------------------------------------------------------------------------------------------------ */

struct faults {
    struct buf text;
    int n, examples;
};

static void told(void *ctx, const struct rule *r, int line, const char *what)
{
    struct faults *f = ctx;

    (void)r;
    (void)line;
    if (f->n++ < 4)
        buf_fmt(&f->text, "%s%s", f->text.n ? "；" : "", what);
}

static void ran(void *ctx, const struct example_result *r)
{
    struct faults *f = ctx;

    f->examples++;
    if (!r->ok && f->n++ < 4)
        buf_fmt(&f->text, "%s例子“%.*s”不通过", f->text.n ? "；" : "", (int)r->name.n, r->name.p);
}

/* Of a pack: every own rule that would run. */
static int check_pack(struct change *c, struct err *e)
{
    struct faults f = {0};
    struct huji_library *lib = NULL;
    int rc = place_library(c->place, c->stage.dir, NULL, true, &lib, e);

    for (int i = 0; !rc && i < lib->n_rules; i++) {
        const struct rule *r = lib->rules[i];
        char id[64];

        if (r->hidden || r->state != ST_ACTIVE || !place_is_own(lib, r) ||
            (i && span_eq(lib->rules[i - 1]->base_id, r->base_id)))
            continue;
        snprintf(id, sizeof id, "%.*s", (int)r->base_id.n, r->base_id.p);
        rc = examples_run(lib, id, ran, &f, e);
    }
    if (!rc && f.n)
        rc = err_set(e, ERR_STATE, "规则包里有 %d 个例子不通过：%.300s", f.n, buf_cstr(&f.text));
    library_free(lib);
    buf_release(&f.text);
    return rc;
}

int change_check(struct change *c, struct err *e)
{
    struct faults f = {0};
    struct huji_library *lib = NULL; /* examples put their own tables into it */
    int rc;

    if (c->kind == CHANGE_PACK)
        return check_pack(c, e);
    if (c->kind != CHANGE_VERSION && !(c->kind == CHANGE_STATE && c->state[1] == ST_ACTIVE))
        return 0;
    rc = place_library(c->place, c->stage.dir, NULL, true, &lib, e);
    if (!rc)
        lint_rule(place_rule(lib, c->rule), told, &f);
    if (!rc)
        rc = examples_run(lib, c->rule, ran, &f, e);
    if (!rc && f.n) {
        err_set(e, ERR_STATE, "规则 %s 还不能启用，有 %d 处不合规：%.300s", c->rule, f.n,
                buf_cstr(&f.text));
        rc = err_hint(e, "huji rules lint、huji rules test %s 说出每一处", c->rule);
    }
    library_free(lib);
    buf_release(&f.text);
    return rc;
}
