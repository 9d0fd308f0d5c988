/* SPDX-License-Identifier: MulanPSL-2.0 */
/* 接入管理: a hospital's keys, and how far each institution has come with each rule (记录, 提醒, 拦截). */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "casework/access.h"
#include "check/modes.h"
#include "engine/rule.h"
#include "server/ask.h"
#include "server/gate.h"
#include "server/live.h"
#include "server/live_query.h"
#include "server/routes.h"
#include "server/rowjson.h"
#include "server/server.h"

/* --- accesses --------------------------------------------------------------------------------------- */

#define ACCESSES                                                                                          \
    "select id, fixmedins_code, fixmedins_name, tail, test, addresses, valid_until, note, actor, at,"     \
    " revoked_at, revoked_by, revoke_reason, version, certificate, certificate_subject,"                  \
    " case when revoked_at is not null then 'revoked' when valid_until < $1 then 'expired' else 'on' end" \
    " from fsi_access where substr(admdvs, 1, $3) = $2 and ($4 = '' or fixmedins_code = $4)"
static const struct json_column access_columns[] = {
    {"id", JSON_AS_INT},
    {"fixmedins_code", JSON_AS_TEXT},
    {"fixmedins_name", JSON_AS_TEXT},
    {"tail", JSON_AS_TEXT},
    {"test", JSON_AS_BOOL},
    {"addresses", JSON_AS_TEXT},
    {"valid_until", JSON_AS_TEXT},
    {"note", JSON_AS_TEXT},
    {"actor", JSON_AS_TEXT},
    {"at", JSON_AS_TEXT},
    {"revoked_at", JSON_AS_TEXT},
    {"revoked_by", JSON_AS_TEXT},
    {"revoke_reason", JSON_AS_TEXT},
    {"version", JSON_AS_INT},
    {"certificate", JSON_AS_TEXT},
    {"certificate_subject", JSON_AS_TEXT},
    {"state", JSON_AS_TEXT},
    {0},
};

static int list(struct request *r, struct err *e)
{
    struct scope s = scope_of(&r->session);
    char now[CW_TIME];
    json_t *rows = NULL;
    int rc;

    cw_day(0, now);
    rc = cw_rows_json(r->db, &rows, access_columns, e,
                      ACCESSES " order by revoked_at is not null, fixmedins_code, id desc",
                      CW_ARGS(cw_t(now), cw_t(s.prefix), cw_i((int64_t)strlen(s.prefix)),
                              cw_t(s.fixmedins_code)));
    return rc ? rc : ask_reply(r, rows, e);
}

static int terms(struct request *r, struct access *a, struct err *e)
{
    int rc = request_text(r, "addresses", false, 500, &a->addresses, e);

    if (!rc)
        rc = request_text(r, "valid_until", true, 10, &a->valid_until, e);
    if (!rc)
        rc = request_text(r, "note", false, 500, &a->note, e);
    if (!a->addresses)
        a->addresses = "";
    return rc;
}

static int may_show_certificate(struct request *r, struct err *e)
{
    if (r->server->tls)
        return 0;
    err_set(e, ERR_INPUT, "本系统现在没有开 TLS，收不到客户端证书，请发口令");
    err_hint(e, "启动时加 --tls-cert、--tls-key；TLS 由反向代理终止的，只能用口令");
    return err_where(e, "certificate");
}

static int issue(struct request *r, struct err *e)
{
    struct access a = {0};
    struct scope scope = scope_of(&r->session);
    struct inst_words words = {0};
    struct certificate certificate;
    const char *named, *pem;
    char key[ACCESS_KEY];
    int64_t id = 0;
    int rc = request_text(r, "fixmedins_code", true, 30, &a.fixmedins_code, e);

    if (!rc)
        rc = request_text(r, "fixmedins_name", false, 200, &named, e);
    if (!rc)
        rc = terms(r, &a, e);
    if (!rc)
        rc = request_text(r, "certificate", false, 20000, &pem, e);
    if (!rc && pem && *pem) {
        rc = may_show_certificate(r, e);
        if (!rc)
            rc = certificate_read(pem, &certificate, e);
        a.certificate = &certificate;
    }
    if (!rc)
        rc = inst_words(r, a.fixmedins_code, &words, e);
    if (rc)
        return rc;
    a.fixmedins_name = words.known || !named ? words.name : named;
    a.admdvs = words.admdvs;
    a.test = json_is_true(json_object_get(r->json, "test"));
    rc = access_issue(r->db, &r->actor, &scope, &a, &id, key, e);
    if (rc)
        return rc;
    gate_changed(r->server->gate);
    return reply_json(r, 201, json_pack("{s:I,s:s}", "id", (json_int_t)id, "key", key), e);
}

static int64_t id_of(struct request *r)
{
    return strtoll(request_param(r, "id"), NULL, 10);
}

static int change(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    struct access a = {0};
    int64_t version = 0;
    int rc = request_int(r, "version", true, 1, INT64_MAX, &version, e);

    if (!rc)
        rc = terms(r, &a, e);
    if (!rc)
        rc = access_change(r->db, &r->actor, &scope, id_of(r), version, &a, e);
    if (rc)
        return rc;
    gate_changed(r->server->gate);
    return list(r, e);
}

static int revoke(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    const char *reason;
    int rc = request_text(r, "reason", true, 500, &reason, e);

    if (!rc)
        rc = access_revoke(r->db, &r->actor, &scope, id_of(r), reason, e);
    if (rc)
        return rc;
    gate_changed(r->server->gate);
    return list(r, e);
}

/* --- modes ------------------------------------------------------------------------------------------- */

static pthread_mutex_t modes_lock = PTHREAD_MUTEX_INITIALIZER;

static bool has_phase(const struct rule *rule, const char *phase)
{
    const struct ynode *list = ynode_get(rule->node, "phases");

    for (const struct ynode *c = list ? list->child : NULL; c; c = c->next)
        if (span_is(c->text, phase))
            return true;
    return false;
}

static bool is_live(const struct rule *rule)
{
    return !rule->is_measure && (rule->state == ST_ACTIVE || rule->state == ST_TRIAL) &&
           (has_phase(rule, "事前") || has_phase(rule, "事中"));
}

/* Who said so: "own" this institution and rule, "inst" the institution's *, "rule" everybody's, "all", "" nobody. */
static const char *said_by(const struct check_modes *m, struct span inst, struct span rule)
{
    static const char *const words[] = {"all", "rule", "inst", "own"};
    int best = -1;

    for (size_t i = 0; i < m->n; i++) {
        bool any_inst = span_is(m->row[i].inst, "*"), any_rule = span_is(m->row[i].rule, "*");

        if ((any_inst || span_eq(m->row[i].inst, inst)) &&
            (any_rule || span_eq(m->row[i].rule, rule))) {
            int weight = (any_inst ? 0 : 2) + (any_rule ? 0 : 1);

            best = weight > best ? weight : best;
        }
    }
    return best < 0 ? "" : words[best];
}

static const struct json_column counted_columns[] = {
    {"rule_id", JSON_AS_TEXT}, {"flagged", JSON_AS_INT}, {"overrides", JSON_AS_INT}, {0}};

/* What the last 30 days' decisions say of each rule there, so that one knows before one raises it. */
static int counted(struct request *r, const char *inst, json_t **out, struct err *e)
{
    char from[CW_TIME];
    json_t *rows = NULL, *row;
    size_t i;
    int rc = traffic_now(r, e);

    cw_day(-30 * 86400, from);
    if (!rc)
        rc = cw_rows_json(
            r->db, &rows, counted_columns, e,
            "select rule_id, count(*), sum(case when way = '1' then 1 else 0 end) from fsi_flag"
            " where day >= $1 and ($2 = '*' or fixmedins_code = $2) group by 1",
            CW_ARGS(cw_t(from), cw_t(inst)));
    *out = json_object();
    json_array_foreach(rows, i, row)
        json_object_set(*out, json_string_value(json_object_get(row, "rule_id")), row);
    json_decref(rows);
    return rc;
}

static int64_t sum_of(json_t *by_rule, const struct rule *rule, const char *field)
{
    const char *key;
    json_t *row;
    int64_t n = 0;

    /* A variant's findings are its rule's. */
    json_object_foreach(by_rule, key,
                        row) if (strncmp(key, rule->base_id.p, rule->base_id.n) == 0 &&
                                 (!key[rule->base_id.n] || key[rule->base_id.n] == '.'))
        n += json_integer_value(json_object_get(row, field));
    return n;
}

/* A mode is of a rule with all its variants. */
static bool came_before(const struct huji_library *lib, int rule)
{
    for (int i = 0; i < rule; i++)
        if (is_live(lib->rules[i]) && span_eq(lib->rules[i]->base_id, lib->rules[rule]->base_id))
            return true;
    return false;
}

static json_t *mode_row(const struct check_modes *m, const struct rule *rule, struct span inst,
                        json_t *by_rule)
{
    return json_pack("{s:o,s:o,s:b,s:b,s:b,s:s,s:s,s:I,s:I}", "rule_id", json_span(rule->base_id),
                     "name", json_span(rule->common_name), "before", has_phase(rule, "事前"),
                     "during", has_phase(rule, "事中"), "trial", rule->state == ST_TRIAL, "mode",
                     mode_name(modes_find(m, inst, rule->base_id)), "said_by",
                     said_by(m, inst, rule->base_id), "flagged",
                     (json_int_t)sum_of(by_rule, rule, "flagged"), "overrides",
                     (json_int_t)sum_of(by_rule, rule, "overrides"));
}

/* "*": only who sees the whole of the house may speak of all institutions. */
static int may_see(struct request *r, const char *inst, struct err *e)
{
    struct scope s = scope_of(&r->session);
    struct inst_words words = {0};
    int rc;

    if (strcmp(inst, "*") == 0)
        return scope_is_house(r, e) ? 0 : err_set(e, ERR_USAGE, "全部机构的方式由本单位统一设");
    rc = inst_words(r, inst, &words, e);
    if (!rc && !scope_allows(&s, span_of(words.admdvs), span_of(inst), span_of("")))
        rc = err_set(e, ERR_USAGE, "没有机构 %.40s，或不在您的管辖范围", inst);
    return rc;
}

static int modes_reply(struct request *r, const char *inst, struct err *e)
{
    struct check_modes m;
    json_t *by_rule = NULL, *rows = json_array();
    const struct huji_library *lib;
    int rc = modes_read(r->server->options->dir, &r->arena, &m, e);

    if (!rc)
        rc = counted(r, inst, &by_rule, e);
    if (!rc) {
        lib = server_library(r->server);
        for (int i = 0; i < lib->n_rules; i++)
            if (is_live(lib->rules[i]) && !came_before(lib, i))
                json_array_append_new(rows, mode_row(&m, lib->rules[i], span_of(inst), by_rule));
        server_library_done(r->server);
    }
    json_decref(by_rule);
    if (rc) {
        json_decref(rows);
        return rc;
    }
    return ask_reply(r, rows, e);
}

static int modes(struct request *r, struct err *e)
{
    const char *inst = request_query(r, "fixmedins_code");
    int rc;

    inst = inst && *inst ? inst : "*";
    rc = may_see(r, inst, e);
    return rc ? rc : modes_reply(r, inst, e);
}

static bool rule_is_live(struct request *r, const char *id)
{
    const struct huji_library *lib = server_library(r->server);
    bool found = false;

    for (int i = 0; i < lib->n_rules; i++)
        found |= is_live(lib->rules[i]) && span_is(lib->rules[i]->base_id, id);
    server_library_done(r->server);
    return found;
}

/* Audited first, then written: an act on paper that failed is better than a change without one. */
static int set_mode(struct request *r, const char *inst, const char *rule, const char *before,
                    enum check_mode *to, const char *reason, struct err *e)
{
    const char *object = arena_fmt(&r->arena, "mode:%s:%s", inst, rule),
               *detail = arena_fmt(&r->arena, "{\"before\":\"%s\",\"after\":\"%s\"}", before,
                                   to ? mode_name(*to) : "随上级");
    int rc = object && detail ? cw_begin(r->db, e) : err_nomem(e);

    if (!rc)
        rc = audit_append(r->db, &r->actor,
                          &(struct act){.act = "live.mode",
                                        .object = object,
                                        .reason = reason,
                                        .before = before,
                                        .after = to ? mode_name(*to) : "",
                                        .detail = detail},
                          e);
    rc = cw_end(r->db, rc, e);
    if (!rc)
        rc = modes_set(r->server->options->dir, span_of(inst), span_of(rule), to, e);
    return rc ? rc : live_modes_changed(r->server->live, e);
}

/* What would hold if nothing were said of these two. */
static enum check_mode without(struct check_modes *m, struct span inst, struct span rule)
{
    for (size_t i = 0; i < m->n; i++)
        if (span_eq(m->row[i].inst, inst) && span_eq(m->row[i].rule, rule))
            m->row[i].inst = (struct span){"", 0};
    return modes_find(m, inst, rule);
}

static int bad_mode(struct err *e, const char *what)
{
    err_set(e, ERR_INPUT, "%s", what);
    return err_where(e, "mode");
}

static int mode_put(struct request *r, struct err *e)
{
    const char *inst, *rule, *text, *from, *reason;
    enum check_mode to = MODE_RECORD, now;
    struct check_modes m;
    int rc = request_text(r, "fixmedins_code", true, 30, &inst, e);

    if (!rc)
        rc = request_text(r, "rule_id", true, 40, &rule, e);
    if (!rc)
        rc = request_text(r, "mode", false, 10, &text, e);
    if (!rc)
        rc = request_text(r, "from", true, 10, &from, e);
    if (!rc)
        rc = request_text(r, "reason", true, 500, &reason, e);
    if (!rc && text && *text && !mode_parse(span_of(text), &to))
        rc = bad_mode(e, "方式应是记录、提醒或拦截");
    if (!rc)
        rc = may_see(r, inst, e);
    if (!rc && strcmp(rule, "*") != 0 && !rule_is_live(r, rule)) {
        err_set(e, ERR_INPUT, "规则 %.40s 不在事前、事中审核的规则里", rule);
        rc = err_where(e, "rule_id");
    }
    if (rc)
        return rc;
    pthread_mutex_lock(&modes_lock);
    rc = modes_read(r->server->options->dir, &r->arena, &m, e);
    now = rc ? MODE_RECORD : modes_find(&m, span_of(inst), span_of(rule));
    if (!rc && strcmp(mode_name(now), from) != 0)
        rc = err_set(e, ERR_STATE, "别人刚把它改成了%s，请看过再改", mode_name(now));
    if (!rc && (!text || !*text))
        to = without(&m, span_of(inst), span_of(rule));
    if (!rc && now == MODE_RECORD && to == MODE_STOP)
        rc = bad_mode(e, "要先提醒一段时间，才能拦截");
    if (!rc)
        rc = set_mode(r, inst, rule, mode_name(now), text && *text ? &to : NULL, reason, e);
    pthread_mutex_unlock(&modes_lock);
    return rc ? rc : modes_reply(r, inst, e);
}

static const struct route_field issue_body[] = {
    {"fixmedins_code", FIELD_TEXT, true, "机构编号"},
    {"fixmedins_name", FIELD_TEXT, false, "名称，本系统没有这家机构时用"},
    {"test", FIELD_BOOL, false, "测试口令：只按报文判断，不留记录"},
    {"addresses", FIELD_TEXT, false, "来源地址或网段，空格分隔；正式接入必填"},
    {"valid_until", FIELD_DAY, true, "有效到这一天，最长三年；用证书的不晚于证书"},
    {"note", FIELD_TEXT, false, "备注：联系人、函号"},
    {"certificate", FIELD_TEXT, false, "客户端证书（PEM）：用它代替口令；须写来源地址"},
    {0},
};
static const struct route_field change_body[] = {
    {"version", FIELD_INT, true, "看到的版本"},
    {"addresses", FIELD_TEXT, false, "来源地址或网段，空格分隔"},
    {"valid_until", FIELD_DAY, true, "有效到这一天"},
    {"note", FIELD_TEXT, false, "备注"},
    {0},
};
static const struct route_field revoke_body[] = {{"reason", FIELD_TEXT, true, "为什么撤销"}, {0}};
static const struct route_field modes_query[] = {
    {"fixmedins_code", FIELD_TEXT, false, "机构编号；不填：全部机构"}, {0}};
static const struct route_field mode_body[] = {
    {"fixmedins_code", FIELD_TEXT, true, "机构编号，* 表示全部机构"},
    {"rule_id", FIELD_TEXT, true, "规则编号，* 表示全部规则"},
    {"mode", FIELD_TEXT, false, "记录、提醒、拦截；空：随上级"},
    {"from", FIELD_TEXT, true, "看到的方式"},
    {"reason", FIELD_TEXT, true, "为什么改（留痕）"},
    {0},
};

const struct route routes_access[] = {
    {"GET", "/api/live/access", "live.read", 0, list, "机构的接入", NULL, NULL},
    {"POST", "/api/live/access", "live.access", 0, issue,
     "发放接入：口令（只显示这一次），或登记一张客户端证书", NULL, issue_body},
    {"PUT", "/api/live/access/{id}", "live.access", 0, change, "改接入的地址、有效期", NULL,
     change_body},
    {"POST", "/api/live/access/{id}/revoke", "live.access", 0, revoke, "撤销接入", NULL,
     revoke_body},
    {"GET", "/api/live/modes", "live.read", 0, modes, "各规则的方式：记录、提醒、拦截", modes_query,
     NULL},
    {"PUT", "/api/live/modes", "live.mode", 0, mode_put, "改一条规则的方式", NULL, mode_body},
    {0},
};
