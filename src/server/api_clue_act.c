/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What people do to clues: verdict, assign, start, dismiss, reopen, merge, comment; one by one with a version, or in bulk. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "server/bulk.h"
#include "server/clue_query.h"
#include "server/routes.h"
#include "server/rulebook.h"
#include "server/server.h"

#define MAX_TEXT 4000
#define MAX_BULK_MERGE 50
#define MAX_BULK 10000

struct wish {
    struct clue_hand hand;
    struct scope scope;
    const char *reason, *login, *due, *text;
    enum verdict verdict;
    int64_t into;
};

typedef int act_fn(struct wish *w, struct err *e);

static int judge(struct wish *w, struct err *e)
{
    return clue_judge(&w->hand, w->verdict, w->reason, e);
}
static int assign(struct wish *w, struct err *e)
{
    return clue_assign(&w->hand, w->login, w->due, e);
}
static int start(struct wish *w, struct err *e)
{
    return clue_start(&w->hand, e);
}
static int dismiss(struct wish *w, struct err *e)
{
    return clue_dismiss(&w->hand, w->reason, e);
}
static int reopen(struct wish *w, struct err *e)
{
    return clue_reopen(&w->hand, w->reason, e);
}
static int merge(struct wish *w, struct err *e)
{
    return clue_merge(&w->hand, w->into, w->reason, e);
}
static int comment(struct wish *w, struct err *e)
{
    return clue_comment(&w->hand, w->text, e);
}

/* --- reading what is wanted ------------------------------------------------------------------------ */

static int read_verdict(struct request *r, struct wish *w, struct err *e)
{
    const char *text;
    int rc = request_text(r, "verdict", true, 20, &text, e);

    if (rc)
        return rc;
    if (!verdict_parse(span_of(text), &w->verdict) || w->verdict == VERDICT_NONE) {
        err_set(e, ERR_INPUT, "结论应是 confirmed（查实）、rejected（误报）、doubtful（存疑）");
        return err_where(e, "verdict");
    }
    return 0;
}

/* What an institution's people do not see does not exist for them. */
static int must_see(struct request *r, int64_t clue, struct err *e)
{
    bool shown;
    int rc = rulebook_shows(r, clue, &shown, e);

    return rc || shown ? rc : err_set(e, ERR_USAGE, "没有线索 %lld", (long long)clue);
}

static int wish_read(struct request *r, act_fn *act, struct wish *w, struct err *e)
{
    int rc = 0;

    *w = (struct wish){.hand = {.db = r->db, .who = &r->actor}};
    w->scope = scope_of(&r->session);
    w->hand.scope = &w->scope;
    if (act == judge)
        rc = read_verdict(r, w, e);
    if (!rc && act == comment)
        rc = request_text(r, "text", true, MAX_TEXT, &w->text, e);
    if (!rc && act == assign)
        rc = request_text(r, "login", false, MAX_LOGIN, &w->login, e);
    if (!rc && act == assign)
        rc = request_text(r, "due", false, 10, &w->due, e);
    if (!rc && act == merge)
        rc = request_int(r, "into", true, 1, INT64_MAX, &w->into, e);
    if (!rc && act != comment && act != start && act != assign)
        rc = request_text(r, "reason", true, MAX_TEXT, &w->reason, e);
    if (w->login && !*w->login)
        w->login = NULL;
    if (w->due && !*w->due)
        w->due = NULL;
    return rc;
}

/* --- one --------------------------------------------------------------------------------------------- */

static int conflict(struct request *r, int64_t id, const struct err *why, struct err *e)
{
    json_t *now = NULL;
    int rc = clue_one_json(r, id, &now, e);

    if (rc)
        return rc;
    rc = reply_json(r, 409,
                    json_pack("{s:s,s:s,s:s,s:i,s:s,s:o}", "type", "about:blank", "title",
                              "已被别人改过", "detail", why->message, "status", 409, "request_id",
                              r->id, "current", now ? now : json_null()),
                    e);
    r->reply.type = "application/problem+json; charset=utf-8";
    return rc;
}

static int one(struct request *r, act_fn *act, struct err *e)
{
    struct wish w;
    json_t *row = NULL;
    int64_t id = strtoll(request_param(r, "id"), NULL, 10);
    bool versioned = act != comment, go_on = true;
    int rc = must_see(r, id, e);

    if (!rc)
        rc = wish_read(r, act, &w, e);
    w.hand.clue = id;
    if (!rc && versioned)
        rc = request_int(r, "version", true, 1, INT64_MAX, &w.hand.version, e);
    if (!rc && (act == dismiss || (act == judge && w.verdict == VERDICT_REJECTED)))
        rc = single_gate(r, act == dismiss ? NULL : verdict_code[w.verdict], w.reason, id,
                         w.hand.version, &go_on, e);
    if (!go_on)
        return rc;
    if (!rc)
        rc = act(&w, e);
    if (rc && w.hand.conflict)
        return conflict(r, id, e, e);
    if (!rc)
        rc = clue_one_json(r, id, &row, e);
    return rc ? rc : reply_json(r, 200, row, e);
}

static int api_judge(struct request *r, struct err *e)
{
    return one(r, judge, e);
}
static int api_assign(struct request *r, struct err *e)
{
    return one(r, assign, e);
}
static int api_start(struct request *r, struct err *e)
{
    return one(r, start, e);
}
static int api_dismiss(struct request *r, struct err *e)
{
    return one(r, dismiss, e);
}
static int api_reopen(struct request *r, struct err *e)
{
    return one(r, reopen, e);
}
static int api_merge(struct request *r, struct err *e)
{
    return one(r, merge, e);
}
static int api_comment(struct request *r, struct err *e)
{
    return one(r, comment, e);
}

/* --- many ---------------------------------------------------------------------------------------------- */

static const struct bulk {
    const char *name, *permission;
    act_fn *act;
} bulks[] = {
    {"assign", "clue.assign", assign},    {"start", "clue.verdict", start},
    {"dismiss", "clue.dismiss", dismiss}, {"verdict", "clue.verdict", judge},
    {"merge", "clue.dismiss", merge},
};

/* "ids": [..], or "all": true with the list's own filter in the query string. Owns: mem_free(*ids). */
static int bulk_ids(struct request *r, int64_t **ids, size_t *n, struct err *e)
{
    json_t *list = json_object_get(r->json, "ids");
    struct clue_filter f;
    int rc;

    if (json_is_true(json_object_get(r->json, "all"))) {
        rc = clue_filter_read(r, &f, e);
        if (!rc)
            rc = clue_index_ids(r->server->clues, r->db, &f, ids, n, e);
    } else {
        *n = json_array_size(list);
        *ids = mem_calloc(*n + 1, sizeof **ids);
        rc = *ids ? 0 : err_nomem(e);
        for (size_t i = 0; i < *n && !rc; i++)
            (*ids)[i] = json_integer_value(json_array_get(list, i));
    }
    if (!rc && (!*n || *n > MAX_BULK)) {
        err_set(e, ERR_INPUT, "一次 1 至 %d 条，现在是 %zu 条", MAX_BULK, *n);
        rc = err_where(e, "ids");
    }
    return rc;
}

static const struct bulk *bulk_find(const char *name)
{
    for (size_t i = 0; i < sizeof bulks / sizeof *bulks; i++)
        if (strcmp(bulks[i].name, name) == 0)
            return &bulks[i];
    return NULL;
}

/* Each is a transaction of its own: what could not be done is said, the others stand. `versions` NULL: whatever they are. */
static json_t *do_all(struct wish *w, act_fn *act, const int64_t *ids, const int64_t *versions,
                      size_t n)
{
    json_t *failed = json_array();
    int64_t done = 0;

    w->hand.bulk = true;
    for (size_t i = 0; i < n; i++) {
        struct err why = {0};

        w->hand.clue = ids[i];
        w->hand.version = versions ? versions[i] : 0;
        if (act(w, &why) == 0)
            done++;
        else
            json_array_append_new(
                failed, json_pack("{s:I,s:s}", "id", (json_int_t)ids[i], "detail", why.message));
    }
    return json_pack("{s:I,s:o}", "done", (json_int_t)done, "failed", failed);
}

static int bulk(struct request *r, struct err *e)
{
    const struct bulk *b;
    const char *name;
    struct wish w;
    int64_t *ids = NULL;
    size_t n = 0;
    bool go_on = true;
    int rc = request_text(r, "act", true, 20, &name, e);

    if (rc)
        return rc;
    b = bulk_find(name);
    if (!b) {
        err_set(e, ERR_INPUT, "act 应是 assign、start、dismiss、verdict、merge 之一");
        return err_where(e, "act");
    }
    if (!request_may(r, b->permission))
        return reply_problem(r, 403, "没有权限", "您的角色不能批量做这件事", NULL);
    rc = wish_read(r, b->act, &w, e);
    if (!rc)
        rc = bulk_ids(r, &ids, &n, e);
    for (size_t i = 0; !rc && i < n && r->session.fixmedins_code[0]; i++)
        rc = must_see(r, ids[i], e);
    /* What is merged away is off the lists: a hand's count of it, not a way to clear the desk. */
    if (!rc && b->act == merge && n > MAX_BULK_MERGE) {
        err_set(e, ERR_INPUT, "一次最多合并 %d 条，现在是 %zu 条", MAX_BULK_MERGE, n);
        rc = err_where(e, "ids");
    }
    if (!rc && (b->act == dismiss || (b->act == judge && w.verdict == VERDICT_REJECTED)))
        rc = bulk_gate(r, b->act == dismiss ? NULL : verdict_code[w.verdict], w.reason, ids, n,
                       &go_on, e);
    if (!rc && go_on)
        rc = reply_json(r, 200, do_all(&w, b->act, ids, NULL, n), e);
    mem_free(ids);
    return rc;
}

int bulk_approved(struct request *r, const char *verdict, const char *reason, const int64_t *ids,
                  const int64_t *versions, size_t n, json_t **out, struct err *e)
{
    struct wish w = {.hand = {.db = r->db, .who = &r->actor}, .reason = reason};

    if (!request_may(r, verdict ? "clue.verdict" : "clue.dismiss"))
        return err_set(e, ERR_STATE, "您的角色已不能做这件事");
    w.scope = scope_of(&r->session);
    w.hand.scope = &w.scope;
    if (verdict && !verdict_parse(span_of(verdict), &w.verdict))
        return err_set(e, ERR_INPUT, "结论 %.20s 不对", verdict);
    *out = do_all(&w, verdict ? judge : dismiss, ids, versions, n);
    return *out ? 0 : err_nomem(e);
}

#define VERSION_FIELD                                    \
    {                                                    \
        "version", FIELD_INT, true, "看到的版本号" \
    }
#define REASON_FIELD                         \
    {                                        \
        "reason", FIELD_TEXT, true, "理由" \
    }
static const struct route_field judge_body[] = {
    {"verdict", FIELD_TEXT, true, "confirmed 查实、rejected 误报、doubtful 存疑"},
    REASON_FIELD,
    VERSION_FIELD,
    {0}};
static const struct route_field assign_body[] = {{"login", FIELD_TEXT, false, "承办人；空 = 收回"},
                                                 {"due", FIELD_DAY, false, "期限"},
                                                 VERSION_FIELD,
                                                 {0}};
static const struct route_field reason_body[] = {REASON_FIELD, VERSION_FIELD, {0}};
static const struct route_field version_body[] = {VERSION_FIELD, {0}};
static const struct route_field merge_body[] = {
    {"into", FIELD_INT, true, "并入哪条线索"}, REASON_FIELD, VERSION_FIELD, {0}};
static const struct route_field comment_body[] = {
    {"text", FIELD_TEXT, true, "评论，@登录名 提醒某人"}, {0}};
static const struct route_field bulk_body[] = {
    {"act", FIELD_TEXT, true, "assign、start、dismiss、verdict、merge"},
    {"into", FIELD_INT, false, "并入哪条（merge，最多 50 条）"},
    {"ids", FIELD_LIST, false, "线索编号，最多 10000"},
    {"all", FIELD_BOOL, false, "对查询条件里的全部"},
    {"reason", FIELD_TEXT, false, "理由"},
    {"login", FIELD_TEXT, false, "承办人"},
    {"due", FIELD_DAY, false, "期限"},
    {"verdict", FIELD_TEXT, false, "结论"},
    {0},
};

const struct route routes_clue_act[] = {
    {"POST", "/api/clues/{id}/verdict", "clue.verdict", 0, api_judge, "判查实、误报、存疑", NULL,
     judge_body},
    {"POST", "/api/clues/{id}/assign", "clue.assign", 0, api_assign, "分派或收回", NULL,
     assign_body},
    {"POST", "/api/clues/{id}/start", "clue.verdict", 0, api_start, "开始核查", NULL, version_body},
    {"POST", "/api/clues/{id}/dismiss", "clue.dismiss", 0, api_dismiss, "排除", NULL, reason_body},
    {"POST", "/api/clues/{id}/reopen", "clue.dismiss", 0, api_reopen, "重新打开", NULL,
     reason_body},
    {"POST", "/api/clues/{id}/merge", "clue.dismiss", 0, api_merge, "并入另一条", NULL, merge_body},
    {"POST", "/api/clues/{id}/comments", "clue.comment", 0, api_comment, "评论", NULL,
     comment_body},
    {"POST", "/api/clues/bulk", "clue.read", 0, bulk, "批量分派、开始、排除、判定、合并",
     clue_filter_fields, bulk_body},
    {0},
};
