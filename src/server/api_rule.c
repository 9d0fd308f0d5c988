/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The rule library to look at: list, one rule in words, its examples run by the very engine. */
#include <string.h>

#include "base/mem.h"
#include "engine/example.h"
#include "engine/sql/sql.h"
#include "run/verdicts.h"
#include "screen/confidence.h"
#include "screen/family.h"
#include "screen/law.h"
#include "screen/plain.h"
#include "server/ask.h"
#include "server/routes.h"
#include "server/rulebook.h"
#include "server/server.h"

static const char *const moments[] = {"当时", "当日结束", "就诊结束", "批量"};

/* --- what the last run and reviews say of each rule ------------------------------------------------ */

static const char hits_sql[] =
    "select rule_id, count(*) filter (hit)::bigint hits, count(*) filter (not hit)::bigint acquitted,"
    " count(distinct fixmedins_code) filter (hit)::bigint institutions,"
    " coalesce(sum(fund_fen) filter (hit), 0)::bigint fund_fen from finding group by 1";
/* A table of an older run has none. */
static const char trial_sql[] =
    "select rule_id, count(*)::bigint trial_hits, coalesce(sum(fund_fen), 0)::bigint trial_fund_fen,"
    " count(distinct fixmedins_code)::bigint trial_institutions from finding where trial group by 1";
static const char verdicts_sql[] =
    "select rule_id, count(*) filter (verdict = '查实')::bigint confirmed,"
    " count(*) filter (verdict = '误报')::bigint rejected,"
    " count(*) filter (verdict = '存疑')::bigint doubtful from verdict_now group by 1";

/* Rows of `sql` by rule_id, merged into *by. */
static int merge(struct ask *a, const char *sql, json_t *by, struct err *e)
{
    struct buf b = BUF_INIT;
    json_t *rows = NULL, *row;
    size_t i;
    int rc;

    buf_str(&b, sql);
    rc = ask_rows(a, &b, &rows, e);
    buf_release(&b);
    json_array_foreach(rows, i, row)
    {
        const char *id = json_string_value(json_object_get(row, "rule_id"));
        json_t *known = json_object_get(by, id);

        if (known)
            json_object_update(known, row);
        else
            json_object_set(by, id, row);
    }
    json_decref(rows);
    return rc;
}

static int counts(struct request *r, json_t **out, struct err *e)
{
    struct ask *a = NULL;
    int rc = ask_open(r, &a, e);

    if (rc)
        return rc;
    *out = json_object();
    if (ask_has(a, "finding"))
        rc = merge(a, hits_sql, *out, e);
    if (!rc && ask_has_column(a, "finding", "trial"))
        rc = merge(a, trial_sql, *out, e);
    if (!rc && ask_has(a, "verdict_now"))
        rc = merge(a, verdicts_sql, *out, e);
    ask_close(a);
    return rc;
}

/* --- a rule as JSON ----------------------------------------------------------------------------------- */

static json_t *texts(const struct ynode *y)
{
    json_t *all = json_array();

    if (y && y->kind == Y_SCALAR && y->text.n)
        json_array_append_new(all, json_span(y->text));
    for (const struct ynode *c = y ? y->child : NULL; c; c = c->next)
        if (c->kind == Y_SCALAR && c->text.n)
            json_array_append_new(all, json_span(c->text));
    return all;
}

static json_t *classes(const struct rule *r)
{
    json_t *all = json_array();

    for (int i = 0; i < r->n_cls; i++)
        json_array_append_new(all, json_string(class_name(r->cls[i].cls)));
    return all;
}

static json_t *tag_list(const struct rule *r)
{
    json_t *all = json_array();

    for (int g = 0; g < TAG_GROUPS; g++)
        for (int i = 0; i < TAG_WORDS && tag_words[g][i]; i++)
            if (r->tags.bits[g] >> i & 1)
                json_array_append_new(all, json_string(tag_words[g][i]));
    return all;
}

/* What lists show; `by`: counts. */
static json_t *rule_row(const struct huji_library *lib, const struct rule *r, const json_t *by)
{
    static const char *const fields[] = {
        "hits",     "acquitted", "institutions", "fund_fen",       "confirmed",
        "rejected", "doubtful",  "trial_hits",   "trial_fund_fen", "trial_institutions"};
    char *id = NULL;
    json_t *row = json_object(), *known, *name = json_span(r->id);
    int64_t yes, no, lo, hi;

    id = name ? (char *)(uintptr_t)json_string_value(name) : NULL;
    known = id ? json_object_get(by, id) : NULL;
    json_object_set_new(row, "rule_id", name);
    json_object_set_new(row, "base_id", json_span(r->base_id));
    json_object_set_new(row, "variant", json_span(r->variant));
    json_object_set_new(row, "name", json_span(r->name));
    json_object_set_new(row, "version", json_integer(r->version));
    json_object_set_new(row, "state", json_string(rule_state_name[r->state]));
    json_object_set_new(row, "state_title", json_string(rule_state_title[r->state]));
    json_object_set_new(row, "decided", json_boolean(r->decided));
    json_object_set_new(row, "own", json_boolean(place_is_own(lib, r)));
    json_object_set_new(row, "internal", json_boolean(tags_internal(&r->tags)));
    json_object_set_new(row, "kind", json_string(r->kind->name));
    json_object_set_new(row, "kind_title", json_string(r->kind->title));
    json_object_set_new(row, "of", json_span(r->owner_type));
    json_object_set_new(row, "family", json_string(family_name[family_of(r->id)]));
    json_object_set_new(row, "classes", classes(r));
    json_object_set_new(row, "judged", json_string(moments[r->judged]));
    json_object_set_new(row, "phases", texts(ynode_get(r->node, "phases")));
    json_object_set_new(row, "law", texts(ynode_get(r->node, "law")));
    json_object_set_new(row, "official", texts(ynode_get(r->node, "official")));
    json_object_set_new(row, "tags", tag_list(r));
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        json_t *v = known ? json_object_get(known, fields[i]) : NULL;

        json_object_set_new(row, fields[i], json_integer(json_integer_value(v)));
    }
    yes = json_integer_value(json_object_get(row, "confirmed"));
    no = json_integer_value(json_object_get(row, "rejected"));
    wilson(yes, yes + no, &lo, &hi);
    json_object_set_new(row, "precision",
                        yes + no ? json_real((double)yes / (double)(yes + no)) : json_null());
    json_object_set_new(row, "precision_low", yes + no ? json_real((double)lo / 1e6) : json_null());
    json_object_set_new(row, "precision_high",
                        yes + no ? json_real((double)hi / 1e6) : json_null());
    return row;
}

static int list_of(struct request *r, const struct huji_library *lib, struct err *e)
{
    json_t *by = NULL, *rows;
    int rc = counts(r, &by, e);

    if (rc)
        return rc;
    rows = json_array();
    for (int i = 0; i < lib->n_rules; i++)
        if (!lib->rules[i]->hidden && rule_is_shown(r, lib->rules[i]))
            json_array_append_new(rows, rule_row(lib, lib->rules[i], by));
    json_decref(by);
    return ask_reply(r, rows, e);
}

static int list(struct request *r, struct err *e)
{
    int rc = list_of(r, server_library(r->server), e);

    server_library_done(r->server);
    return rc;
}

/* --- one rule --------------------------------------------------------------------------------------- */

static int add_plain(void *ctx, const char *label, struct span plain, struct span text)
{
    json_t *all = ctx;

    return json_array_append_new(all, json_pack("{s:s,s:o,s:o}", "label", label, "plain",
                                                json_span(plain), "text", json_span(text)));
}

static json_t *laws(const struct rule *r)
{
    const struct ynode *y = ynode_get(r->node, "law");
    json_t *all = json_array();

    for (const struct ynode *c = y ? y->child : NULL; c; c = c->next) {
        const struct law *l = law_find(c->text);

        json_array_append_new(all,
                              json_pack("{s:o,s:s?,s:s?}", "ref", json_span(c->text), "gist",
                                        l ? l->gist : NULL, "leads_to", l ? l->leads_to : NULL));
    }
    return all;
}

static json_t *params(const struct huji_library *lib, const struct rule *r)
{
    const struct ynode *y = ynode_get(r->node, "param");
    json_t *all = json_array();

    for (const struct ynode *c = y ? y->child : NULL; c; c = c->next) {
        struct buf b = BUF_INIT;

        if (c->kind == Y_SCALAR)
            plain_expression(&b, lib, NULL, c->text);
        else
            plain_yaml(&b, c);
        json_array_append_new(all, json_pack("{s:o,s:o,s:o}", "name", json_span(c->key), "value",
                                             json_span(c->text), "plain",
                                             json_span((struct span){buf_cstr(&b), b.n})));
        buf_release(&b);
    }
    return all;
}

static json_t *examples(const struct rule *r)
{
    const struct ynode *y = ynode_get(r->node, "examples");
    json_t *all = json_array();

    for (const struct ynode *c = y ? y->child : NULL; c; c = c->next) {
        struct buf b = BUF_INIT;

        for (const struct ynode *k = c->child; k; k = k->next) {
            if (span_is(k->key, "name") || span_is(k->key, "kind"))
                continue;
            buf_span(&b, k->key);
            buf_str(&b, ": ");
            plain_yaml(&b, k);
            buf_char(&b, '\n');
        }
        json_array_append_new(all,
                              json_pack("{s:o,s:o,s:o}", "name", json_span(ynode_text(c, "name")),
                                        "kind", json_span(ynode_text(c, "kind")), "text",
                                        json_span((struct span){buf_cstr(&b), b.n})));
        buf_release(&b);
    }
    return all;
}

static json_t *variants(const struct huji_library *lib, const struct rule *r)
{
    json_t *all = json_array();

    for (int i = 0; i < lib->n_rules; i++)
        if (!lib->rules[i]->hidden && span_eq(lib->rules[i]->base_id, r->base_id))
            json_array_append_new(all,
                                  json_pack("{s:o,s:o}", "rule_id", json_span(lib->rules[i]->id),
                                            "name", json_span(lib->rules[i]->name)));
    return all;
}

static json_t *statement(const struct huji_library *lib, const struct rule *r)
{
    struct buf b = BUF_INIT;
    struct err why = {0};
    json_t *text;

    if (rule_sql_brief_before(lib, r, &b, &why) || rule_sql_brief(lib, r, &b, &why)) {
        buf_clear(&b);
        buf_fmt(&b, "-- %s", why.message);
    }
    text = json_span((struct span){buf_cstr(&b), b.n});
    buf_release(&b);
    return text;
}

static int find_rule(struct request *r, const struct huji_library *lib, const struct rule **rule,
                     struct err *e)
{
    const char *id = request_param(r, "id");

    *rule = place_rule(lib, id);
    return *rule && rule_is_shown(r, *rule) ? 0 : err_set(e, ERR_USAGE, "没有规则 %s", id);
}

static int show_of(struct request *r, const struct huji_library *lib, struct err *e)
{
    const struct rule *rule;
    json_t *by = NULL, *row, *plain;
    const char *file;
    int rc = find_rule(r, lib, &rule, e);

    if (!rc)
        rc = counts(r, &by, e);
    if (rc)
        return rc;
    row = rule_row(lib, rule, by);
    json_decref(by);
    plain = json_array();
    if (rule_plain(lib, rule, add_plain, plain)) {
        json_decref(plain);
        json_decref(row);
        return err_nomem(e);
    }
    file = rule->file ? strrchr(rule->file, '/') : NULL;
    json_object_set_new(row, "plain", plain);
    json_object_set_new(row, "says", json_span(rule->says));
    json_object_set_new(row, "laws", laws(rule));
    json_object_set_new(row, "params", params(lib, rule));
    json_object_set_new(row, "clears", texts(ynode_get(rule->node, "clears")));
    json_object_set_new(row, "false_positives", texts(ynode_get(rule->node, "false_positives")));
    json_object_set_new(row, "serves", texts(ynode_get(rule->node, "serves")));
    json_object_set_new(row, "examples", examples(rule));
    json_object_set_new(row, "variants", variants(lib, rule));
    json_object_set_new(row, "sql", statement(lib, rule));
    json_object_set_new(row, "file", json_string(file ? file + 1 : ""));
    json_object_set_new(row, "line", json_integer(rule->line));
    json_object_set_new(row, "library_version", json_span(lib->version));
    return reply_json(r, 200, row, e);
}

static int show(struct request *r, struct err *e)
{
    int rc = show_of(r, server_library(r->server), e);

    server_library_done(r->server);
    return rc;
}

/* --- examples, run ------------------------------------------------------------------------------------- */

static void tell(void *ctx, const struct example_result *x)
{
    json_t *all = ctx;

    json_array_append_new(all, json_pack("{s:o,s:o,s:b,s:s}", "rule_id", json_span(x->rule), "name",
                                         json_span(x->name), "ok", x->ok, "why", x->why));
}

static int run_examples(struct request *r, struct err *e)
{
    const struct rule *rule;
    struct huji_library *own = NULL;
    char *base = NULL;
    json_t *all;
    /* Examples put their own knowledge tables in: never into the library that others read. */
    int rc = server_library_read(r->server, true, &own, e);

    if (!rc)
        rc = find_rule(r, own, &rule, e);
    if (rc) {
        library_free(own);
        return rc;
    }
    base = arena_dup(&r->arena, rule->base_id);
    all = json_array();
    rc = base ? examples_run(own, base, tell, all, e) : err_nomem(e);
    library_free(own);
    if (rc) {
        json_decref(all);
        return rc;
    }
    return ask_reply(r, all, e);
}

const struct route routes_rule[] = {
    {"GET", "/api/rules", "rule.read", 0, list, "规则库", NULL, NULL},
    {"GET", "/api/rules/{id}", "rule.read", 0, show, "一条规则", NULL, NULL},
    {"POST", "/api/rules/{id}/examples", "rule.read", 0, run_examples, "现场运行规则里的例子", NULL,
     NULL},
    {0},
};
