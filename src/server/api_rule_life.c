/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A rule's versions and history, its parameters by region, and a text tried on the spot. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "engine/example.h"
#include "life/change.h"
#include "life/history.h"
#include "life/lint.h"
#include "run/screen.h"
#include "server/ask.h"
#include "server/routes.h"
#include "server/rowjson.h"
#include "server/rulebook.h"
#include "server/server.h"

/* --- versions and history ---------------------------------------------------------------------------- */

static int text_json(struct request *r, const char *path, json_t **out, struct err *e)
{
    struct span text;
    int rc = access(path, R_OK) == 0 ? file_read(&r->arena, path, MAX_YAML_BYTES, &text, e) : 1;

    *out = rc == 0 ? json_span(text) : json_null();
    return rc < 0 ? rc : 0;
}

/* versions/ID.vN.yaml, the newest first. */
static int versions_json(struct request *r, const char *id, json_t **out, struct err *e)
{
    char *dir = arena_fmt(&r->arena, "%s/rules/versions", r->server->options->dir);
    DIR *d = opendir(dir);
    struct dirent *x;
    size_t n = strlen(id);
    int rc = 0;

    *out = json_array();
    while (!rc && d && (x = readdir(d))) {
        int number = 0, end = 0;
        json_t *text;
        size_t at = 0;

        if (strncmp(x->d_name, id, n) != 0 ||
            sscanf(x->d_name + n, ".v%d.yaml%n", &number, &end) != 1 || !end || x->d_name[n + end])
            continue;
        rc = text_json(r, arena_fmt(&r->arena, "%s/%s", dir, x->d_name), &text, e);
        while (at < json_array_size(*out) &&
               json_integer_value(json_object_get(json_array_get(*out, at), "version")) > number)
            at++;
        json_array_insert_new(*out, at, json_pack("{s:i,s:o}", "version", number, "text", text));
    }
    if (d)
        closedir(d);
    return rc;
}

static int history_json(const struct server *s, const char *id, json_t **out, struct err *e)
{
    struct buf own = BUF_INIT;
    json_t *all = NULL, *x;
    size_t i;
    int broken, rc;

    buf_fmt(&own, "%s/rules", s->options->dir);
    rc = history_read(buf_cstr(&own), &all, &broken, e);
    *out = json_array();
    json_array_foreach(all, i, x)
    {
        struct buf title = BUF_INIT;

        if (id && !history_names(x, id))
            continue;
        change_title(json_object_get(x, "what"), &title);
        json_object_set_new(x, "title", json_string(buf_cstr(&title)));
        json_object_set_new(x, "sound", json_boolean(!broken || (int)i + 1 < broken));
        json_array_insert(*out, 0, x);
        buf_release(&title);
    }
    json_decref(all);
    buf_release(&own);
    return rc;
}

static int life_of(struct request *r, const struct huji_library *lib, struct err *e)
{
    const struct rule *rule = place_rule(lib, request_param(r, "id"));
    json_t *versions = NULL, *history = NULL, *draft = NULL;
    struct buf source = BUF_INIT;
    char *id;
    int rc = rule && rule_is_shown(r, rule)
                 ? rulebook_is_open(r, e)
                 : err_set(e, ERR_USAGE, "没有规则 %s", request_param(r, "id"));

    if (rc)
        return rc;
    id = arena_dup(&r->arena, rule->base_id);
    rc = id ? place_source(rule, &source, e) : err_nomem(e);
    if (!rc)
        rc = versions_json(r, id, &versions, e);
    if (!rc)
        rc = history_json(r->server, id, &history, e);
    if (!rc)
        rc = text_json(r,
                       arena_fmt(&r->arena, "%s/rules/drafts/%s.yaml", r->server->options->dir, id),
                       &draft, e);
    if (!rc)
        rc = reply_json(r, 200,
                        json_pack("{s:s,s:i,s:s,s:b,s:b,s:s,s:O,s:O,s:O}", "base_id", id, "version",
                                  rule->version, "state", rule_state_name[rule->state], "decided",
                                  rule->decided, "own", place_is_own(lib, rule), "source",
                                  buf_cstr(&source), "versions", versions, "history", history,
                                  "draft", draft),
                        e);
    json_decref(versions);
    json_decref(history);
    json_decref(draft);
    buf_release(&source);
    return rc;
}

static int life(struct request *r, struct err *e)
{
    int rc = life_of(r, server_library(r->server), e);

    server_library_done(r->server);
    return rc;
}

static int history(struct request *r, struct err *e)
{
    json_t *all = NULL;
    int rc = rulebook_is_open(r, e);

    if (!rc)
        rc = history_json(r->server, NULL, &all, e);
    if (rc) {
        json_decref(all);
        return rc;
    }
    return ask_reply(r, all, e);
}

/* --- parameters by region ------------------------------------------------------------------------------ */

/* What each region says of it. */
static json_t *regions(const struct huji_library *lib, const struct rule *r, struct span param)
{
    json_t *all = json_array();

    for (const struct ynode *g = lib->profile ? lib->profile->child : NULL; g; g = g->next)
        for (const struct ynode *n = g->child; n; n = n->next)
            for (const struct ynode *v = n->child; v; v = v->next)
                if (span_eq(v->key, param) &&
                    (span_eq(n->key, r->id) || span_eq(n->key, r->base_id)))
                    json_array_append_new(
                        all, json_pack("{s:o,s:o,s:o}", "region", json_span(g->key), "rule",
                                       json_span(n->key), "value", json_span(v->text)));
    return all;
}

static void put_param(json_t *rows, const struct huji_library *lib, const struct rule *r,
                      struct span param)
{
    const struct rule *own = r->shipped ? r->shipped : r;
    const struct ynode *at = NULL;
    struct span region = profile_region(lib, r, param, &at);

    json_array_append_new(
        rows, json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:s}", "rule_id", json_span(r->id), "name",
                        json_span(r->name), "param", json_span(param), "value",
                        json_span(rule_param(r, param)), "shipped",
                        json_span(rule_param(own, param)), "from", json_span(region), "values",
                        regions(lib, own, param), "state", rule_state_name[r->state]));
}

static void put_rule(json_t *rows, const struct huji_library *lib, const struct rule *r)
{
    struct span names[32];
    size_t n = rule_param_names(r, names, 32);

    for (size_t i = 0; i < n; i++)
        put_param(rows, lib, r, names[i]);
}

static int params(struct request *r, struct err *e)
{
    const char *rule = request_query(r, "rule");
    const struct huji_library *lib;
    json_t *rows;
    int rc = rulebook_is_open(r, e);

    if (rc)
        return rc;
    rows = json_array();
    lib = server_library(r->server);
    for (int i = 0; i < lib->n_rules; i++) {
        const struct rule *one = lib->rules[i];

        if (!one->hidden &&
            (!rule || !*rule || span_is(one->id, rule) || span_is(one->base_id, rule)))
            put_rule(rows, lib, one);
    }
    server_library_done(r->server);
    return reply_json(
        r, 200, json_pack("{s:o,s:s?}", "rows", rows, "region", r->server->options->region), e);
}

/* --- a text, tried -------------------------------------------------------------------------------------- */

struct trying {
    struct huji_library *lib, *written;
    const struct rule *rule;
    json_t *faults, *examples;
};

static void told(void *ctx, const struct rule *r, int line, const char *what)
{
    (void)r;
    json_array_append_new(ctx, json_pack("{s:s,s:i}", "what", what, "line", line));
}

static void ran(void *ctx, const struct example_result *x)
{
    json_array_append_new(
        ctx, json_pack("{s:o,s:b,s:s}", "name", json_span(x->name), "ok", x->ok, "why", x->why));
}

static const char tried_sql[] =
    "select count(*) filter (hit or trial)::bigint hits, count(distinct fixmedins_code) filter (hit or trial)::bigint institutions,"
    " count(distinct psn_no) filter (hit or trial)::bigint persons, coalesce(sum(amount_fen) filter (hit or trial), 0)::bigint amount_fen,"
    " coalesce(sum(fund_fen) filter (hit or trial), 0)::bigint fund_fen from try_finding";
static const char tried_inst_sql[] =
    "select t.fixmedins_code, coalesce(any_value(d.name), '') as \"name\", count(*)::bigint hits,"
    " coalesce(sum(t.fund_fen), 0)::bigint fund_fen from try_finding t left join d_inst d on d.code = t.fixmedins_code"
    " where t.hit or t.trial group by 1 order by 4 desc, 3 desc, 1 limit 12";
static const char tried_rows_sql[] =
    "select fixmedins_code, strftime(event_date, '%Y-%m-%d') as \"day\", message, fund_fen::bigint fund_fen"
    " from try_finding where hit or trial order by fund_fen desc, message limit 5";

static int count_hits(struct request *r, const struct trying *t, json_t *answer, struct err *e)
{
    struct store *s = NULL;
    struct screen_report report = {0};
    struct exceptions none = {0};
    struct screen_options o = {.threads = 1, .lean = true, .into = "try_finding", .except = &none};
    bool *wanted = mem_calloc((size_t)t->lib->n_rules + 1, sizeof *wanted);
    json_t *sums = NULL, *insts = NULL, *rows = NULL;
    int rc = wanted ? request_store(r, &s, e) : err_nomem(e);

    for (int i = 0; !rc && i < t->lib->n_rules; i++)
        wanted[i] = !t->lib->rules[i]->hidden &&
                    span_eq(t->lib->rules[i]->base_id, t->rule->base_id);
    o.wanted = wanted;
    if (!rc)
        rc = effect_months(s, &o.from, &o.to, e);
    if (!rc)
        rc = screen_run(s, t->lib, &o, NULL, &report, e);
    if (!rc)
        rc = store_rows_json(s, &sums, e, tried_sql);
    if (!rc)
        rc = store_rows_json(s, &insts, e, tried_inst_sql);
    if (!rc)
        rc = store_rows_json(s, &rows, e, tried_rows_sql);
    if (!rc) {
        json_object_set(answer, "found", json_array_get(sums, 0));
        json_object_set(answer, "institutions", insts);
        json_object_set(answer, "rows", rows);
        json_object_set_new(answer, "asked", json_boolean(report.rules_run > 0));
    }
    json_decref(sums);
    json_decref(insts);
    json_decref(rows);
    screen_report_release(&report);
    mem_free(wanted);
    return rc;
}

static int one_rule(struct request *r, struct trying *t, struct err *e)
{
    const struct ynode *n = t->lib->instead ? t->lib->instead->child : NULL;
    char *id = n ? arena_dup(&r->arena, n->key) : NULL;

    if (!n || n->next)
        return err_set(e, ERR_INPUT, "文本里应恰有一条规则：「编号: {...}」");
    t->rule = id ? place_rule(t->lib, id) : NULL;
    return t->rule ? 0 : err_nomem(e);
}

static int load_tried(struct request *r, const char *path, struct trying *t, struct err *e)
{
    struct life_place place = rulebook_place(r->server);
    char *own = arena_fmt(&r->arena, "%s/rules", place.data);
    int rc = own ? place_library(&place, own, path, false, &t->lib, e) : err_nomem(e);

    if (!rc)
        rc = one_rule(r, t, e);
    if (!rc)
        rc = place_library(&place, own, path, true, &t->written, e);
    /* The text's file has no name that people know. */
    if (rc == ERR_INPUT && e && strchr(e->where, ':')) {
        char line[64];

        snprintf(line, sizeof line, "%.50s", strrchr(e->where, ':') + 1);
        snprintf(e->where, sizeof e->where, "text");
        snprintf(e->hint + strlen(e->hint), sizeof e->hint - strlen(e->hint), "%s第 %.50s 行",
                 e->hint[0] ? "；" : "", line);
    }
    return rc;
}

static int try_text(struct request *r, struct err *e)
{
    const char *text;
    char *path = arena_fmt(&r->arena, "%s/tmp/try-%s.yaml", r->server->options->dir, r->id);
    struct trying t = {0};
    json_t *answer = json_object();
    int rc = path && answer ? rulebook_is_open(r, e) : err_nomem(e);

    if (!rc)
        rc = request_text(r, "text", true, 200000, &text, e);
    if (!rc)
        rc = file_write_whole(path, span_of(text), e);
    if (!rc)
        rc = load_tried(r, path, &t, e);
    if (path)
        unlink(path);
    if (!rc) {
        t.faults = json_array();
        t.examples = json_array();
        lint_rule(t.rule, told, t.faults);
        json_object_set_new(answer, "rule", json_span(t.rule->base_id));
        json_object_set_new(answer, "faults", t.faults);
        json_object_set_new(answer, "examples", t.examples);
        rc = examples_run(t.written, arena_dup(&r->arena, t.rule->base_id), ran, t.examples, e);
    }
    if (!rc)
        rc = count_hits(r, &t, answer, e);
    library_free(t.lib);
    library_free(t.written);
    if (!rc)
        return reply_json(r, 200, answer, e);
    json_decref(answer);
    return rc;
}

static const struct route_field params_query[] = {
    {"rule", FIELD_TEXT, false, "规则编号；空 = 全部"},
    {0},
};
static const struct route_field try_body[] = {
    {"text", FIELD_TEXT, true, "规则全文（YAML）"},
    {0},
};

const struct route routes_rule_life[] = {
    {"GET", "/api/rules/{id}/life", "rule.read", 0, life, "规则的版本、历史、原文和等着换上的新版",
     NULL, NULL},
    {"GET", "/api/rule-history", "rule.read", 0, history, "规则、参数、例外的全部变更", NULL, NULL},
    {"GET", "/api/rule-params", "rule.read", 0, params, "各规则的参数：原值、各地区的值、现值",
     params_query, NULL},
    {"POST", "/api/rule-trials", "rule.write", 0, try_text,
     "试一条规则的文本：哪里不合规、例子过不过、近十二个月命中多少；什么也不保存", NULL, try_body},
    {0},
};
