/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Third parties: batches given to a reviewer, his proposed verdicts, an officer's adoption (casework/third.h). */
#include <stdlib.h>

#include "base/mem.h"
#include "casework/third.h"
#include "server/clue_query.h"
#include "server/routes.h"
#include "server/rowjson.h"

#define MAX_BATCH 2000

static const struct json_column batch_columns[] = {
    {"id", JSON_AS_INT},
    {"login", JSON_AS_TEXT},
    {"name", JSON_AS_TEXT},
    {"title", JSON_AS_TEXT},
    {"contract", JSON_AS_TEXT},
    {"until", JSON_AS_TEXT},
    {"clues", JSON_AS_INT},
    {"proposed", JSON_AS_INT},
    {"adopted", JSON_AS_INT},
    {"actor_name", JSON_AS_TEXT},
    {"at", JSON_AS_TEXT},
    {"ended_at", JSON_AS_TEXT},
    {0},
};

static int batches(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    json_t *rows = NULL;
    int rc = cw_rows_json(
        r->db, &rows, batch_columns, e,
        "select b.id, b.login, a.name, b.title, b.contract, b.until_day, b.clues,"
        " (select count(distinct p.clue) from proposal p join review_item i on i.clue = p.clue where i.batch = b.id and p.login = b.login),"
        " (select count(distinct p.clue) from proposal p join review_item i on i.clue = p.clue where i.batch = b.id and p.login = b.login"
        " and p.state = 'adopted'), b.actor_name, b.at, b.ended_at from review_batch b join account a on a.login = b.login"
        " join org o on o.code = a.org where (substr(o.admdvs, 1, length(cast($1 as text))) = $1 and $3 = 0) or b.actor = $2 order by b.id desc limit 500",
        CW_ARGS(cw_t(scope.prefix), cw_t(r->session.login), cw_i(scope.fixmedins_code[0] != 0)));

    return rc ? rc : reply_json(r, 200, json_pack("{s:o}", "rows", rows), e);
}

static int give(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    json_t *list = json_object_get(r->json, "clues");
    const char *login, *title, *until;
    size_t n = json_array_size(list);
    int64_t *ids = NULL, id = 0;
    int rc = request_text(r, "login", true, MAX_LOGIN, &login, e);

    if (!rc)
        rc = request_text(r, "title", true, 100, &title, e);
    if (!rc)
        rc = request_text(r, "until", true, 10, &until, e);
    if (!rc && n > MAX_BATCH) {
        err_set(e, ERR_INPUT, "一批最多 %d 条", MAX_BATCH);
        rc = err_where(e, "clues");
    }
    ids = rc ? NULL : mem_calloc(n + 1, sizeof *ids);
    if (!rc && !ids)
        rc = err_nomem(e);
    for (size_t i = 0; i < n && !rc; i++)
        ids[i] = json_integer_value(json_array_get(list, i));
    if (!rc)
        rc = batch_give(r->db, &r->actor, &scope, login, title, until, ids, n, &id, e);
    mem_free(ids);
    return rc ? rc : reply_json(r, 201, json_pack("{s:I}", "id", (json_int_t)id), e);
}

static int64_t id_of(const struct request *r)
{
    return strtoll(request_param(r, "id"), NULL, 10);
}

/* The clues of a batch and what its reviewer said last of each. */
static const struct json_column item_columns[] = {
    {"clue", JSON_AS_INT},
    {"title", JSON_AS_TEXT},
    {"fixmedins_name", JSON_AS_TEXT},
    {"fund_fen", JSON_AS_INT},
    {"state", JSON_AS_TEXT},
    {"clue_verdict", JSON_AS_TEXT},
    {"verdict", JSON_AS_TEXT},
    {"reason", JSON_AS_TEXT},
    {"said_at", JSON_AS_TEXT},
    {"proposal_state", JSON_AS_TEXT},
    {"decided_name", JSON_AS_TEXT},
    {0},
};

static int items(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    json_t *rows = NULL;
    int64_t there = 0;
    int rc = cw_get_int(
        r->db, 0, &there, e,
        "select count(*) from review_batch b join account a on a.login = b.login join org o on o.code = a.org"
        " where b.id = $4 and ((substr(o.admdvs, 1, length(cast($1 as text))) = $1 and $3 = 0) or b.actor = $2)",
        CW_ARGS(cw_t(scope.prefix), cw_t(r->session.login), cw_i(scope.fixmedins_code[0] != 0),
                cw_i(id_of(r))));

    if (!rc && !there)
        rc = err_set(e, ERR_USAGE, "没有这一批");
    if (!rc)
        rc = cw_rows_json(
            r->db, &rows, item_columns, e,
            "select c.id, c.title, c.fixmedins_name, c.fund_fen, c.state, c.verdict, p.verdict, p.reason, p.at, p.state,"
            " p.decided_name from review_item i join review_batch b on b.id = i.batch join clue c on c.id = i.clue"
            " left join proposal p on p.id = (select max(q.id) from proposal q where q.clue = i.clue and q.login = b.login)"
            " where i.batch = $1 order by c.id",
            CW_ARGS(cw_i(id_of(r))));
    return rc ? rc : reply_json(r, 200, json_pack("{s:o}", "rows", rows), e);
}

/* Whom a batch can be given to. */
static const struct json_column reviewer_columns[] = {
    {"login", JSON_AS_TEXT},
    {"name", JSON_AS_TEXT},
    {"contract", JSON_AS_TEXT},
    {"until", JSON_AS_TEXT},
    {0},
};

static int reviewers(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    char now[CW_TIME];
    json_t *rows = NULL;
    int rc;

    cw_day(0, now);
    rc = cw_rows_json(
        r->db, &rows, reviewer_columns, e,
        "select a.login, a.name, coalesce(a.contract, ''), coalesce(a.valid_until, '') from account a"
        " join account_role t on t.account = a.id join org o on o.code = a.org"
        " where t.role = 'reviewer' and a.state = 'active' and coalesce(a.valid_until, '') >= $2"
        " and substr(o.admdvs, 1, length(cast($1 as text))) = $1 order by a.login",
        CW_ARGS(cw_t(scope.prefix), cw_t(now)));
    return rc ? rc : reply_json(r, 200, json_pack("{s:o}", "rows", rows), e);
}

static int end(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    int rc = batch_end(r->db, &r->actor, &scope, id_of(r), e);

    return rc ? rc : reply_nothing(r, 204);
}

/* --- proposals ---------------------------------------------------------------------------------------- */

static const struct json_column proposal_columns[] = {
    {"id", JSON_AS_INT},
    {"name", JSON_AS_TEXT},
    {"verdict", JSON_AS_TEXT},
    {"reason", JSON_AS_TEXT},
    {"at", JSON_AS_TEXT},
    {"state", JSON_AS_TEXT},
    {"decided_name", JSON_AS_TEXT},
    {"decided_at", JSON_AS_TEXT},
    {0},
};

static int proposals(struct request *r, struct err *e)
{
    json_t *clue = NULL, *rows = NULL;
    int rc = clue_one_json(r, id_of(r), &clue, e);

    if (!rc && !clue)
        rc = err_set(e, ERR_USAGE, "没有编号为 %lld 的线索", (long long)id_of(r));
    json_decref(clue);
    if (!rc)
        rc = cw_rows_json(
            r->db, &rows, proposal_columns, e,
            "select id, name, verdict, reason, at, state, decided_name, decided_at from proposal"
            " where clue = $1 order by id desc limit 100",
            CW_ARGS(cw_i(id_of(r))));
    return rc ? rc : reply_json(r, 200, json_pack("{s:o}", "rows", rows), e);
}

static int answer(struct request *r, int rc, const struct clue_hand *h, struct err *e)
{
    json_t *row = NULL;

    if (rc && h->conflict)
        return reply_problem(r, 409, "已被别人改过", e->message, NULL);
    if (!rc)
        rc = clue_one_json(r, h->clue, &row, e);
    return rc ? rc : reply_json(r, 200, row ? row : json_null(), e);
}

static int propose(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    struct clue_hand h = {.db = r->db, .who = &r->actor, .scope = &scope, .clue = id_of(r)};
    const char *text, *reason;
    enum verdict v = VERDICT_NONE;
    int rc = request_text(r, "verdict", true, 20, &text, e);

    if (!rc)
        rc = request_text(r, "reason", true, 2000, &reason, e);
    if (!rc && (!verdict_parse(span_of(text), &v) || v == VERDICT_NONE)) {
        err_set(e, ERR_INPUT, "结论应是 confirmed（查实）、rejected（误报）、doubtful（存疑）");
        rc = err_where(e, "verdict");
    }
    if (!rc)
        rc = proposal_make(&h, v, reason, e);
    return answer(r, rc, &h, e);
}

static int adopt(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    struct clue_hand h = {.db = r->db, .who = &r->actor, .scope = &scope, .clue = id_of(r)};
    int rc = request_int(r, "version", true, 1, INT64_MAX, &h.version, e);

    if (!rc)
        rc = proposal_adopt(&h, e);
    return answer(r, rc, &h, e);
}

static int refuse(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    struct clue_hand h = {.db = r->db, .who = &r->actor, .scope = &scope, .clue = id_of(r)};
    const char *reason;
    int rc = request_text(r, "reason", true, 2000, &reason, e);

    if (!rc)
        rc = proposal_refuse(&h, reason, e);
    return answer(r, rc, &h, e);
}

static const struct route_field give_body[] = {{"login", FIELD_TEXT, true, "第三方审核人员"},
                                               {"title", FIELD_TEXT, true, "批次名称"},
                                               {"until", FIELD_DAY, true, "到哪一天"},
                                               {"clues", FIELD_LIST, true, "线索编号，最多 2000"},
                                               {0}};
static const struct route_field propose_body[] = {
    {"verdict", FIELD_TEXT, true, "confirmed 查实、rejected 误报、doubtful 存疑"},
    {"reason", FIELD_TEXT, true, "理由"},
    {0}};
static const struct route_field version_body[] = {{"version", FIELD_INT, true, "看到的版本号"},
                                                  {0}};
static const struct route_field reason_body[] = {{"reason", FIELD_TEXT, true, "理由"}, {0}};

const struct route routes_third[] = {
    {"GET", "/api/batches", "clue.assign", 0, batches, "交给第三方的批次", NULL, NULL},
    {"POST", "/api/batches", "clue.assign", 0, give, "把线索分批交给第三方审核人员", NULL,
     give_body},
    {"GET", "/api/batches/reviewers", "clue.assign", 0, reviewers, "能接批次的第三方审核人员", NULL,
     NULL},
    {"GET", "/api/batches/{id}", "clue.assign", 0, items, "一批里的线索和审核人员的意见", NULL,
     NULL},
    {"DELETE", "/api/batches/{id}", "clue.assign", 0, end, "收回一批", NULL, NULL},
    {"GET", "/api/clues/{id}/proposals", "clue.read", 0, proposals, "第三方的意见", NULL, NULL},
    {"POST", "/api/clues/{id}/proposals", "clue.propose", 0, propose,
     "提出意见（第三方；采纳才算数）", NULL, propose_body},
    {"POST", "/api/clues/{id}/proposals/adopt", "clue.verdict", 0, adopt, "采纳第三方的意见", NULL,
     version_body},
    {"POST", "/api/clues/{id}/proposals/refuse", "clue.verdict", 0, refuse, "不采纳第三方的意见",
     NULL, reason_body},
    {0},
};
