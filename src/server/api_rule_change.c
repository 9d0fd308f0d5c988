/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * /api/rule-changes: what is proposed about rules, parameters and exceptions; its effect, computed as a job; yes or no by
 * a second person (casework/approval.h says who may be that). What moves no clue (a draft, a trial) is kept at once.
 */
#include <stdlib.h>
#include <string.h>

#include "casework/approval.h"
#include "life/change.h"
#include "server/job.h"
#include "server/routes.h"
#include "server/rowjson.h"
#include "server/rulebook.h"
#include "server/server.h"

#define COLUMNS                                                                                            \
    "select id, kind, rule, title, what, because, state, effect, error, cast(job as text), proposer_name," \
    " org, at, decided_name, decided_at, note, version, case when proposer = $1 then 1 else 0 end"         \
    " from rule_change"
static const struct json_column columns[] = {
    {"id", JSON_AS_INT},
    {"kind", JSON_AS_TEXT},
    {"rule", JSON_AS_TEXT},
    {"title", JSON_AS_TEXT},
    {"what", JSON_AS_JSON},
    {"because", JSON_AS_TEXT},
    {"state", JSON_AS_TEXT},
    {"effect", JSON_AS_JSON},
    {"error", JSON_AS_TEXT},
    {"job", JSON_AS_TEXT},
    {"proposer_name", JSON_AS_TEXT},
    {"org", JSON_AS_TEXT},
    {"at", JSON_AS_TEXT},
    {"decided_name", JSON_AS_TEXT},
    {"decided_at", JSON_AS_TEXT},
    {"note", JSON_AS_TEXT},
    {"version", JSON_AS_INT},
    {"mine", JSON_AS_BOOL},
    {0},
};

static const char *text_of(const json_t *row, const char *name)
{
    const char *s = json_string_value(json_object_get(row, name));

    return s ? s : "";
}

/* A text's fault names file and line; a form's field is not named so. */
static int plain_fault(int rc, struct err *e)
{
    char where[384];

    if (rc != ERR_INPUT || !e || !strchr(e->where, '/'))
        return rc;
    snprintf(where, sizeof where, "%s", strrchr(e->where, '/') + 1);
    e->where[0] = 0;
    snprintf(e->message + strlen(e->message), sizeof e->message - strlen(e->message), "（%.200s）",
             where);
    return rc;
}

/* --- list, one --------------------------------------------------------------------------------------- */

static void dress(struct request *r, json_t *row)
{
    bool open = strcmp(text_of(row, "state"), "open") == 0;
    bool mine = json_is_true(json_object_get(row, "mine"));

    json_object_set_new(row, "may_decide",
                        json_boolean(open && !mine && request_may(r, "rule.approve")));
    json_object_set_new(
        row, "may_withdraw",
        json_boolean(mine && (open || strcmp(text_of(row, "state"), "failed") == 0 ||
                              strcmp(text_of(row, "state"), "computing") == 0)));
}

static int list(struct request *r, struct err *e)
{
    const char *state = request_query(r, "state"), *rule = request_query(r, "rule");
    const char *kind = request_query(r, "kind");
    json_t *rows = NULL, *row;
    size_t i;
    int rc = rulebook_is_open(r, e);

    if (!rc)
        rc = cw_rows_json(
            r->db, &rows, columns, e,
            COLUMNS " where (cast($2 as text) is null or state = $2)"
                    " and (cast($3 as text) is null or rule = $3)"
                    " and (cast($4 as text) is null or kind = $4) order by id desc limit 500",
            CW_ARGS(cw_i(r->session.account), cw_t(state && *state ? state : NULL),
                    cw_t(rule && *rule ? rule : NULL), cw_t(kind && *kind ? kind : NULL)));
    json_array_foreach(rows, i, row) dress(r, row);
    return rc ? rc
              : reply_json(r, 200,
                           json_pack("{s:o,s:n,s:i}", "rows", rows, "next", "total",
                                     (int)json_array_size(rows)),
                           e);
}

static int one(struct request *r, json_t **row, struct err *e)
{
    int64_t id = strtoll(request_param(r, "id"), NULL, 10);
    int rc = rulebook_is_open(r, e);

    if (!rc)
        rc = cw_one_json(r->db, row, columns, e, COLUMNS " where id = $2",
                         CW_ARGS(cw_i(r->session.account), cw_i(id)));
    if (!rc && !*row)
        rc = err_set(e, ERR_USAGE, "没有变更 %s", request_param(r, "id"));
    return rc;
}

static int show(struct request *r, struct err *e)
{
    json_t *row = NULL;
    int rc = one(r, &row, e);

    if (rc)
        return rc;
    dress(r, row);
    return reply_json(r, 200, row, e);
}

/* --- proposing --------------------------------------------------------------------------------------- */

/* What the table is called, for whoever reads the change later. */
static void name_table(struct request *r, json_t *what)
{
    const struct huji_library *lib = server_library(r->server);
    const struct knowledge *k = library_knowledge(lib, span_of(text_of(what, "table")));

    if (k)
        json_object_set_new(what, "title", json_span(k->title));
    server_library_done(r->server);
}

/* The fields of a change that may come from outside; a pack's file does not. */
static json_t *asked_for(struct request *r)
{
    static const char *const fields[] = {
        "kind",   "rule",  "to",    "text",           "remove",      "region",
        "param",  "value", "rules", "fixmedins_code", "hilist_code", "dept_code",
        "psn_no", "from",  "no",    "table",          "rows"};
    json_t *what = json_object();

    for (size_t i = 0; what && i < sizeof fields / sizeof *fields; i++) {
        json_t *v = json_object_get(r->json, fields[i]);

        if (v && !json_is_null(v))
            json_object_set(what, fields[i], v);
    }
    if (strcmp(text_of(what, "kind"), "knowledge") == 0)
        name_table(r, what);
    return what;
}

static int audit_change(struct request *r, const char *act, int64_t id, const struct change *c,
                        const char *reason, struct err *e)
{
    struct buf title = BUF_INIT;
    char object[96];
    json_t *detail;
    char *text;
    int rc;

    change_title(c->what, &title);
    snprintf(object, sizeof object, "rule-change:%lld", (long long)id);
    detail = json_pack("{s:s,s:s}", "title", buf_cstr(&title), "kind", change_kind_name[c->kind]);
    text = detail ? json_dumps(detail, JSON_COMPACT) : NULL;
    rc = text ? audit_append(r->db, &r->actor,
                             &(struct act){.act = act,
                                           .object = object,
                                           .reason = reason,
                                           .before = c->digest[0],
                                           .after = c->digest[1],
                                           .detail = text},
                             e)
              : err_nomem(e);
    free(text);
    json_decref(detail);
    buf_release(&title);
    return rc;
}

static int keep_now(struct request *r, struct change *c, struct err *e)
{
    struct buf title = BUF_INIT;
    json_t *answer;
    int rc = cw_begin(r->db, e);

    if (!rc) {
        rc = audit_change(r, "rule.keep", 0, c, c->who.because, e);
        if (!rc)
            rc = change_keep(c, NULL, e);
        rc = cw_end(r->db, rc, e);
    }
    if (!rc)
        rc = server_library_reload(r->server, e);
    if (rc)
        return rc;
    change_title(c->what, &title);
    answer = json_pack("{s:b,s:s,s:s}", "kept", 1, "rule", c->rule, "title", buf_cstr(&title));
    buf_release(&title);
    return reply_json(r, 200, answer, e);
}

static int insert(struct request *r, const struct change *c, int64_t *id, struct err *e)
{
    struct buf title = BUF_INIT;
    char *what = json_dumps(c->what, JSON_COMPACT);
    char now[CW_TIME];
    int rc = what ? cw_begin(r->db, e) : err_nomem(e);

    cw_now(now);
    change_title(c->what, &title);
    if (!rc) {
        rc = cw_get_int(r->db, 0, id, e,
                        "insert into rule_change(kind, rule, title, what, because, proposer,"
                        " proposer_name, org, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
                        " returning id",
                        CW_ARGS(cw_t(change_kind_name[c->kind]), cw_t(c->rule),
                                cw_t(buf_cstr(&title)), cw_t(what), cw_t(c->who.because),
                                cw_i(r->session.account), cw_t(r->session.name),
                                cw_t(r->session.org), cw_t(now)));
        if (!rc)
            rc = audit_change(r, "rule.propose", *id, c, c->who.because, e);
        rc = cw_end(r->db, rc, e);
    }
    free(what);
    buf_release(&title);
    return rc;
}

static int compute(struct request *r, int64_t id, struct err *e)
{
    int64_t job;
    int rc = job_queue(r->db, &r->actor, "rule_effect",
                       json_pack("{s:I}", "change", (json_int_t)id), &job, e);

    jobs_wake(r->server->jobs);
    if (!rc)
        rc = cw_exec(r->db, e, "update rule_change set job = $1 where id = $2",
                     CW_ARGS(cw_i(job), cw_i(id)));
    return rc ? rc
              : reply_json(r, 202,
                           json_pack("{s:b,s:I,s:o}", "kept", 0, "id", (json_int_t)id, "job",
                                     json_sprintf("%lld", (long long)job)),
                           e);
}

static int propose(struct request *r, struct err *e)
{
    const char *because;
    struct life_place place = rulebook_place(r->server);
    struct change c = {.stage = {.lock = -1}};
    struct change_who who = {.by = r->session.name};
    json_t *what = asked_for(r);
    int64_t id = 0;
    int rc = rulebook_is_open(r, e);

    if (!rc)
        rc = request_text(r, "because", true, 1000, &because, e);
    if (!rc && strcmp(text_of(what, "kind"), "pack") == 0)
        rc = err_set(e, ERR_INPUT, "规则包用 huji rules unpack 装");
    if (!rc) {
        who.because = because;
        rc = plain_fault(change_open(&place, what, &who, true, &c, e), e);
    }
    if (!rc && !c.needs_approval)
        rc = keep_now(r, &c, e);
    else if (!rc && !(rc = insert(r, &c, &id, e))) {
        change_close(&c); /* the job opens its own */
        rc = compute(r, id, e);
    }
    change_close(&c);
    json_decref(what);
    return rc;
}

static int recompute(struct request *r, struct err *e)
{
    int64_t id = strtoll(request_param(r, "id"), NULL, 10);
    json_t *row = NULL;
    int rc = one(r, &row, e);

    json_decref(row);
    if (!rc)
        rc = cw_exec(r->db, e,
                     "update rule_change set state = 'computing', error = '', version = version + 1"
                     " where id = $1 and state in ('open', 'failed', 'computing')",
                     CW_ARGS(cw_i(id)));
    if (!rc && cw_changes(r->db) == 0)
        rc = err_set(e, ERR_STATE, "这项变更已经有了结果");
    return rc ? rc : compute(r, id, e);
}

/* --- deciding ---------------------------------------------------------------------------------------- */

static const char *approval_kind_of(const char *kind)
{
    if (strcmp(kind, "param") == 0)
        return "rule.param";
    if (strcmp(kind, "knowledge") == 0)
        return "rule.knowledge";
    return strncmp(kind, "exception", 9) == 0 ? "rule.exception" : "rule.activate";
}

static int take(struct request *r, int64_t id, int64_t version, const char *state, const char *note,
                struct err *e)
{
    char now[CW_TIME];
    int rc;

    cw_now(now);
    rc = cw_exec(r->db, e,
                 "update rule_change set state = $1, note = $2, decided_by = $3, decided_name = $4,"
                 " decided_at = $5, version = version + 1 where id = $6 and version = $7"
                 " and state in ('open', 'failed', 'computing')",
                 CW_ARGS(cw_t(state), cw_t(note ? note : ""), cw_i(r->session.account),
                         cw_t(r->session.name), cw_t(now), cw_i(id), cw_i(version)));
    return rc || cw_changes(r->db) ? rc : err_set(e, ERR_STATE, "这项变更刚才有了别的结果");
}

static int64_t proposer_of(struct request *r, int64_t id)
{
    int64_t who = 0;

    cw_get_int(r->db, 0, &who, NULL, "select proposer from rule_change where id = $1",
               CW_ARGS(cw_i(id)));
    return who;
}

/* The library is read anew by all who ask it from now on. */
static int approve_open(struct request *r, const json_t *row, const char *note, int64_t waiver,
                        struct err *e)
{
    struct life_place place = rulebook_place(r->server);
    struct change c;
    int64_t id = json_integer_value(json_object_get(row, "id"));
    struct change_who who = {.by = text_of(row, "proposer_name"),
                             .approver = r->session.name,
                             .because = text_of(row, "because"),
                             .waiver = waiver};
    int rc = plain_fault(change_open(&place, json_object_get(row, "what"), &who, true, &c, e), e);

    if (rc)
        return rc;
    /* Two of one name are two persons: accounts were compared already. */
    if (!waiver && strcmp(who.by, who.approver) == 0)
        c.who.approver = r->session.login;
    rc = cw_begin(r->db, e);
    if (!rc) {
        rc = take(r, id, json_integer_value(json_object_get(row, "version")), "approved", note, e);
        if (!rc)
            rc = audit_change(r, "rule.approve", id, &c, note, e);
        if (!rc && waiver) {
            struct approval_want w = {.kind = approval_kind_of(text_of(row, "kind")),
                                      .title = text_of(row, "title"),
                                      .args = ""};

            rc = approval_note_waived(r->db, &r->session, &w, waiver, e);
        }
        if (!rc)
            rc = change_keep(&c, json_object_get(row, "effect"), e);
        rc = cw_end(r->db, rc, e);
    }
    change_close(&c);
    return rc ? rc : server_library_reload(r->server, e);
}

static int approve(struct request *r, struct err *e)
{
    const char *note = NULL;
    json_t *row = NULL;
    int64_t waiver = 0;
    int rc = one(r, &row, e);

    if (!rc)
        rc = request_text(r, "note", false, 1000, &note, e);
    if (!rc && strcmp(text_of(row, "state"), "open") != 0)
        rc = err_set(e, ERR_STATE,
                     strcmp(text_of(row, "state"), "computing") == 0 ? "影响还没有算完"
                                                                     : "这项变更不在等批准");
    if (!rc)
        rc = approval_second(r->db, approval_kind_of(text_of(row, "kind")), &r->session,
                             proposer_of(r, json_integer_value(json_object_get(row, "id"))),
                             &waiver, e);
    if (!rc)
        rc = approve_open(r, row, note, waiver, e);
    json_decref(row);
    return rc ? rc : show(r, e);
}

static int end_as(struct request *r, const json_t *row, const char *state, const char *act,
                  const char *note, struct err *e)
{
    int64_t id = json_integer_value(json_object_get(row, "id"));
    char object[64];
    int rc = cw_begin(r->db, e);

    snprintf(object, sizeof object, "rule-change:%lld", (long long)id);
    if (rc)
        return rc;
    rc = take(r, id, json_integer_value(json_object_get(row, "version")), state, note, e);
    if (!rc)
        rc = audit_append(r->db, &r->actor,
                          &(struct act){.act = act, .object = object, .reason = note}, e);
    return cw_end(r->db, rc, e);
}

static int refuse(struct request *r, struct err *e)
{
    const char *note;
    json_t *row = NULL;
    int rc = one(r, &row, e);

    if (!rc)
        rc = request_text(r, "note", true, 1000, &note, e);
    if (!rc)
        rc = end_as(r, row, "refused", "rule.refuse", note, e);
    json_decref(row);
    return rc ? rc : show(r, e);
}

static int withdraw(struct request *r, struct err *e)
{
    json_t *row = NULL;
    int rc = one(r, &row, e);

    if (!rc && !json_is_true(json_object_get(row, "mine")))
        rc = err_set(e, ERR_STATE, "只有提出的人能撤回");
    if (!rc)
        rc = end_as(r, row, "withdrawn", "rule.withdraw", NULL, e);
    json_decref(row);
    return rc ? rc : show(r, e);
}

static const struct route_field list_query[] = {
    {"state", FIELD_TEXT, false, "computing open failed approved refused withdrawn"},
    {"rule", FIELD_TEXT, false, "规则编号"},
    {"kind", FIELD_TEXT, false, "state version param exception exception_end knowledge"},
    {0},
};
static const struct route_field propose_body[] = {
    {"kind", FIELD_TEXT, true, "state draft version param exception exception_end knowledge"},
    {"rule", FIELD_TEXT, false, "规则编号"},
    {"to", FIELD_TEXT, false, "state：draft trial active retired；例外：到哪一天"},
    {"text", FIELD_TEXT, false, "draft、version：规则全文（YAML）"},
    {"region", FIELD_TEXT, false, "param：区划"},
    {"param", FIELD_TEXT, false, "param：参数名"},
    {"value", FIELD_TEXT, false, "param：值；不给 = 取消本地值"},
    {"table", FIELD_TEXT, false, "knowledge：哪张知识表"},
    {"rows", FIELD_LIST, false,
     "knowledge：[{op: add | change | end, was, cells, from, to}]，格按表的列的顺序"},
    {"because", FIELD_TEXT, true, "理由"},
    {0},
};
static const struct route_field note_body[] = {
    {"note", FIELD_TEXT, false, "意见"},
    {0},
};

const struct route routes_rule_change[] = {
    {"GET", "/api/rule-changes", "rule.read", 0, list,
     "规则、参数、例外的变更：等批准的和已有结果的", list_query, NULL},
    {"POST", "/api/rule-changes", "rule.write", 0, propose,
     "提出变更：先算对近十二个月疑点的影响；草稿和试运行当即生效", NULL, propose_body},
    {"GET", "/api/rule-changes/{id}", "rule.read", 0, show, "一项变更和它的影响", NULL, NULL},
    {"POST", "/api/rule-changes/{id}/effect", "rule.write", 0, recompute, "重新算影响", NULL, NULL},
    {"POST", "/api/rule-changes/{id}/approve", "rule.approve", 0, approve, "批准，当即生效", NULL,
     note_body},
    {"POST", "/api/rule-changes/{id}/refuse", "rule.approve", 0, refuse, "不批准", NULL, note_body},
    {"POST", "/api/rule-changes/{id}/withdraw", "rule.write", 0, withdraw, "撤回自己提的变更", NULL,
     NULL},
    {0},
};
