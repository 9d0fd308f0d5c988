/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The money of a clue, its disposal, closing it; clues made by hand. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "casework/money.h"
#include "screen/rule_names.h"
#include "server/clue_nature.h"
#include "server/clue_query.h"
#include "server/live_query.h"
#include "server/routes.h"
#include "server/rulebook.h"
#include "server/rowjson.h"
#include "server/server.h"

#define MAX_FEN INT64_C(1000000000000)
#define MAX_TEXT 2000

static const struct json_column line_columns[] = {
    {"event", JSON_AS_TEXT},   {"role", JSON_AS_INT},          {"amount_fen", JSON_AS_INT},
    {"fund_fen", JSON_AS_INT}, {"gone", JSON_AS_BOOL},         {"found_fen", JSON_AS_INT},
    {"reason", JSON_AS_TEXT},  {"note", JSON_AS_TEXT},         {"actor", JSON_AS_TEXT},
    {"at", JSON_AS_TEXT},      {"elsewhere_fen", JSON_AS_INT}, {0},
};
static const struct json_column disposal_columns[] = {
    {"ordered_fen", JSON_AS_INT}, {"fine_fen", JSON_AS_INT},    {"penalty_fen", JSON_AS_INT},
    {"doc_no", JSON_AS_TEXT},     {"decided_on", JSON_AS_TEXT}, {"transferred_to", JSON_AS_TEXT},
    {"note", JSON_AS_TEXT},       {"actor", JSON_AS_TEXT},      {"at", JSON_AS_TEXT},
    {"closed_at", JSON_AS_TEXT},  {"closed_by", JSON_AS_TEXT},  {0},
};
static const struct json_column refund_columns[] = {
    {"id", JSON_AS_INT},       {"amount_fen", JSON_AS_INT},
    {"voucher", JSON_AS_TEXT}, {"paid_on", JSON_AS_TEXT},
    {"note", JSON_AS_TEXT},    {"actor", JSON_AS_TEXT},
    {"at", JSON_AS_TEXT},      {0},
};
static const struct json_column measure_columns[] = {
    {"code", JSON_AS_TEXT}, {"at", JSON_AS_TEXT}, {0}};
static const struct json_column sum_columns[] = {{"found_fen", JSON_AS_INT},
                                                 {"refunded_fen", JSON_AS_INT},
                                                 {"lines", JSON_AS_INT},
                                                 {"open_lines", JSON_AS_INT},
                                                 {0}};
static const struct json_column basis_columns[] = {
    {"basis", JSON_AS_TEXT}, {"received_on", JSON_AS_TEXT}, {"actor", JSON_AS_TEXT}, {0}};

static int put(json_t *o, const char *name, json_t *v)
{
    return json_object_set_new(o, name, v ? v : json_null());
}

/* Everything about the money of one clue, on `clue`. */
static int money_of(struct request *r, int64_t id, json_t *clue, struct err *e)
{
    json_t *lines = NULL, *disposal = NULL, *refunds = NULL, *measures = NULL, *sum = NULL,
           *basis = NULL;
    int rc = cw_rows_json(
        r->db, &lines, line_columns, e,
        "select l.event, l.role, l.amount_fen, l.fund_fen, l.gone, m.found_fen, m.reason, m.note, m.actor, m.at,"
        " (select coalesce(sum(o.found_fen), 0) from line_money o where o.event = l.event and o.clue <> l.clue)"
        " from clue_line l left join line_money m on m.clue = l.clue and m.event = l.event where l.clue = $1"
        " order by l.role, l.event limit 5000",
        CW_ARGS(cw_i(id)));

    if (!rc)
        rc = cw_one_json(
            r->db, &disposal, disposal_columns, e,
            "select ordered_fen, fine_fen, penalty_fen, doc_no, decided_on, transferred_to, note,"
            " actor, at, closed_at, closed_by from disposal where clue = $1",
            CW_ARGS(cw_i(id)));
    if (!rc)
        rc = cw_rows_json(r->db, &measures, measure_columns, e,
                          "select code, at from measure where clue = $1 order by code",
                          CW_ARGS(cw_i(id)));
    if (!rc)
        rc = cw_rows_json(
            r->db, &refunds, refund_columns, e,
            "select id, amount_fen, voucher, paid_on, note, actor, at from refund where clue = $1"
            " order by id",
            CW_ARGS(cw_i(id)));
    if (!rc)
        rc = cw_one_json(
            r->db, &sum, sum_columns, e,
            "select (select coalesce(sum(found_fen), 0) from line_money where clue = $1),"
            " (select coalesce(sum(amount_fen), 0) from refund where clue = $1),"
            " (select count(*) from clue_line where clue = $1 and role = 1 and gone = 0),"
            " (select count(*) from clue_line l where l.clue = $1 and l.role = 1 and l.gone = 0 and not exists"
            " (select 1 from line_money m where m.clue = l.clue and m.event = l.event))",
            CW_ARGS(cw_i(id)));
    if (!rc)
        rc = cw_one_json(r->db, &basis, basis_columns, e,
                         "select basis, received_on, actor from clue_basis where clue = $1",
                         CW_ARGS(cw_i(id)));
    put(clue, "money", lines);
    put(clue, "disposal", disposal);
    put(clue, "measures", measures);
    put(clue, "refunds", refunds);
    put(clue, "sums", sum);
    put(clue, "basis", basis);
    return rc;
}

static void propose(struct request *r, json_t *clue)
{
    const struct nature *n = clue_nature_proposed(
        r, span_of(json_string_value(json_object_get(clue, "rule_id"))),
        span_of(json_string_value(json_object_get(clue, "title"))));

    put(clue, "proposed_nature", n ? json_string(n->code) : json_null());
}

static int answer(struct request *r, int status, int64_t id, struct err *e)
{
    json_t *row = NULL;
    int rc = clue_one_json(r, id, &row, e);

    if (!rc && !row)
        rc = err_set(e, ERR_USAGE, "没有编号为 %lld 的线索", (long long)id);
    if (!rc)
        rc = money_of(r, id, row, e);
    if (!rc)
        propose(r, row);
    if (rc) {
        json_decref(row);
        return rc;
    }
    return reply_json(r, status, row, e);
}

static int64_t id_of(struct request *r)
{
    return strtoll(request_param(r, "id"), NULL, 10);
}

static int show(struct request *r, struct err *e)
{
    return answer(r, 200, id_of(r), e);
}

struct hand {
    struct clue_hand h;
    struct scope scope;
};

static int hand_of(struct request *r, struct hand *h, struct err *e)
{
    bool shown;
    int rc;

    *h = (struct hand){.h = {.db = r->db, .who = &r->actor}};
    h->scope = scope_of(&r->session);
    h->h.scope = &h->scope;
    h->h.clue = id_of(r);
    if ((rc = rulebook_shows(r, h->h.clue, &shown, e)) || !shown)
        return rc ? rc : err_set(e, ERR_USAGE, "没有线索 %s", request_param(r, "id"));
    return request_int(r, "version", true, 1, INT64_MAX, &h->h.version, e);
}

static int done(struct request *r, struct hand *h, int rc, struct err *e)
{
    json_t *now = NULL;

    if (rc && h->h.conflict) {
        struct err why = *e;

        rc = clue_one_json(r, h->h.clue, &now, e);
        if (rc)
            return rc;
        rc = reply_json(r, 409,
                        json_pack("{s:s,s:s,s:s,s:i,s:s,s:o}", "type", "about:blank", "title",
                                  "已被别人改过", "detail", why.message, "status", 409,
                                  "request_id", r->id, "current", now ? now : json_null()),
                        e);
        r->reply.type = "application/problem+json; charset=utf-8";
        return rc;
    }
    return rc ? rc : answer(r, 200, h->h.clue, e);
}

/* {"lines": [{event, found_fen, reason, note}]} or {"total_fen": n} (shared out) or {"whole": true}. */
static int money(struct request *r, struct err *e)
{
    json_t *lines = json_object_get(r->json, "lines"), *one;
    size_t n = json_array_size(lines), i;
    int64_t total = -1;
    struct found *f;
    struct hand h;
    int rc = hand_of(r, &h, e);

    if (!rc)
        rc = request_int(r, "total_fen", false, 0, MAX_FEN, &total, e);
    if (rc)
        return rc;
    if (!n) {
        if (total < 0 && !json_is_true(json_object_get(r->json, "whole"))) {
            err_set(e, ERR_INPUT, "lines 是空的");
            return err_where(e, "lines");
        }
        return done(r, &h, clue_money_whole(&h.h, total, false, e), e);
    }
    f = mem_calloc(n, sizeof *f);
    if (!f)
        return err_nomem(e);
    json_array_foreach(lines, i, one)
    {
        const char *note = json_string_value(json_object_get(one, "note"));

        f[i] = (struct found){
            .event = span_of(json_string_value(json_object_get(one, "event"))),
            .found_fen = json_is_integer(json_object_get(one, "found_fen"))
                             ? json_integer_value(json_object_get(one, "found_fen"))
                             : -1,
            .reason = span_of(json_string_value(json_object_get(one, "reason"))),
            .note = span_of(note ? note : ""),
        };
    }
    rc = clue_money(&h.h, f, n, e);
    mem_free(f);
    return done(r, &h, rc, e);
}

static int dispose(struct request *r, struct err *e)
{
    struct disposal d = {0};
    struct buf b = BUF_INIT;
    json_t *list = json_object_get(r->json, "measures"), *one;
    struct hand h;
    size_t i;
    int rc = hand_of(r, &h, e);

    json_array_foreach(list, i, one)
    {
        buf_str(&b, i ? "," : "");
        buf_str(&b, json_is_string(one) ? json_string_value(one) : "?");
    }
    d.measures = buf_cstr(&b);
    if (!rc)
        rc = request_int(r, "ordered_fen", false, 0, MAX_FEN, &d.ordered_fen, e);
    if (!rc)
        rc = request_int(r, "fine_fen", false, 0, MAX_FEN, &d.fine_fen, e);
    if (!rc)
        rc = request_int(r, "penalty_fen", false, 0, MAX_FEN, &d.penalty_fen, e);
    if (!rc)
        rc = request_text(r, "doc_no", false, 100, &d.doc_no, e);
    if (!rc)
        rc = request_text(r, "decided_on", false, 10, &d.decided_on, e);
    if (!rc)
        rc = request_text(r, "transferred_to", false, 200, &d.transferred_to, e);
    if (!rc)
        rc = request_text(r, "note", false, MAX_TEXT, &d.note, e);
    if (!rc)
        rc = request_text(r, "nature", false, 40, &d.nature, e);
    if (d.nature && !*d.nature)
        d.nature = NULL;
    d.intent = json_is_true(json_object_get(r->json, "intent"));
    if (!rc)
        rc = done(r, &h, clue_dispose(&h.h, &d, e), e);
    buf_release(&b);
    return rc;
}

static int qualify(struct request *r, struct err *e)
{
    const char *nature;
    struct hand h;
    int rc = hand_of(r, &h, e);

    if (!rc)
        rc = request_text(r, "nature", true, 40, &nature, e);
    return rc ? rc
              : done(
                    r, &h,
                    clue_qualify(&h.h, nature, json_is_true(json_object_get(r->json, "intent")), e),
                    e);
}

static int refund(struct request *r, struct err *e)
{
    const char *voucher, *paid_on, *note;
    int64_t amount = 0;
    struct hand h;
    int rc = hand_of(r, &h, e);

    if (!rc)
        rc = request_int(r, "amount_fen", true, -MAX_FEN, MAX_FEN, &amount, e);
    if (!rc)
        rc = request_text(r, "voucher", true, 100, &voucher, e);
    if (!rc)
        rc = request_text(r, "paid_on", true, 10, &paid_on, e);
    if (!rc)
        rc = request_text(r, "note", false, MAX_TEXT, &note, e);
    return rc ? rc : done(r, &h, clue_refund(&h.h, amount, voucher, paid_on, note, e), e);
}

static int close_it(struct request *r, struct err *e)
{
    const char *note;
    struct hand h;
    int rc = hand_of(r, &h, e);

    if (!rc)
        rc = request_text(r, "note", false, MAX_TEXT, &note, e);
    return rc ? rc : done(r, &h, clue_close(&h.h, note, e), e);
}

/* Its own organisation's division when no institution says another. */
static int make(struct request *r, struct err *e)
{
    struct hand_clue c = {0};
    struct scope scope = scope_of(&r->session);
    const struct {
        const char *name;
        const char **at;
        bool needed;
        size_t most;
    } texts[] = {
        {"source", &c.source, true, 20},
        {"title", &c.title, true, 300},
        {"basis", &c.basis, true, MAX_TEXT},
        {"received_on", &c.received_on, true, 10},
        {"fixmedins_code", &c.fixmedins_code, false, 30},
        {"fixmedins_name", &c.fixmedins_name, false, 200},
        {"psn_no", &c.psn_no, false, 40},
        {"mdtrt_id", &c.mdtrt_id, false, 40},
        {"event_date", &c.event_date, false, 10},
    };
    struct inst_words inst = {0};
    int64_t id = 0;
    int rc = 0;

    for (size_t i = 0; i < sizeof texts / sizeof *texts && !rc; i++)
        rc = request_text(r, texts[i].name, texts[i].needed, texts[i].most, texts[i].at, e);
    if (!rc)
        rc = request_int(r, "amount_fen", true, 1, MAX_FEN, &c.amount_fen, e);
    c.fund_fen = c.amount_fen;
    if (!rc)
        rc = request_int(r, "fund_fen", false, 0, MAX_FEN, &c.fund_fen, e);
    if (!rc && c.fixmedins_code && *c.fixmedins_code)
        rc = inst_words(r, c.fixmedins_code, &inst, e);
    c.admdvs = inst.known ? inst.admdvs : r->session.admdvs;
    if (!rc)
        rc = clue_make(r->db, &r->actor, &scope, &c, &id, e);
    return rc ? rc : answer(r, 201, id, e);
}

static int words(struct request *r, struct err *e)
{
    return reply_json(r, 200,
                      json_pack("{s:o,s:o}", "measures", codes_json(measure_codes), "less_reasons",
                                codes_json(less_reasons)),
                      e);
}

#define VERSION_FIELD                                    \
    {                                                    \
        "version", FIELD_INT, true, "看到的版本号" \
    }
static const struct route_field money_body[] = {
    {"lines", FIELD_LIST, false, "[{event, found_fen, reason, note}]"},
    {"whole", FIELD_BOOL, false, "违规明细全额认定"},
    {"total_fen", FIELD_INT, false, "按此总额分摊到违规明细"},
    VERSION_FIELD,
    {0}};
static const struct route_field disposal_body[] = {
    {"measures", FIELD_LIST, true, "处理方式代码"},
    {"ordered_fen", FIELD_INT, false, "责令退回（分）"},
    {"fine_fen", FIELD_INT, false, "行政罚款（分）"},
    {"penalty_fen", FIELD_INT, false, "违约金（分）"},
    {"doc_no", FIELD_TEXT, false, "文号"},
    {"decided_on", FIELD_DAY, false, "处理日期"},
    {"transferred_to", FIELD_TEXT, false, "移送去向"},
    {"note", FIELD_TEXT, false, "备注"},
    {"nature", FIELD_TEXT, false, "定性代码；不给 = 不变"},
    {"intent", FIELD_BOOL, false, "以骗取基金为目的"},
    VERSION_FIELD,
    {0}};
static const struct route_field nature_body[] = {{"nature", FIELD_TEXT, true, "定性代码"},
                                                 {"intent", FIELD_BOOL, false, "以骗取基金为目的"},
                                                 VERSION_FIELD,
                                                 {0}};
static const struct route_field refund_body[] = {
    {"amount_fen", FIELD_INT, true, "退回金额（分）；负数冲销记错的"},
    {"voucher", FIELD_TEXT, true, "凭证号"},
    {"paid_on", FIELD_DAY, true, "到账日期"},
    {"note", FIELD_TEXT, false, "备注"},
    VERSION_FIELD,
    {0}};
static const struct route_field close_body[] = {
    {"note", FIELD_TEXT, false, "备注"}, VERSION_FIELD, {0}};
static const struct route_field make_body[] = {{"source", FIELD_TEXT, true, "来源代码"},
                                               {"title", FIELD_TEXT, true, "问题"},
                                               {"basis", FIELD_TEXT, true, "依据"},
                                               {"received_on", FIELD_DAY, true, "收到日期"},
                                               {"amount_fen", FIELD_INT, true, "涉及金额（分）"},
                                               {"fund_fen", FIELD_INT, false, "涉及基金（分）"},
                                               {"fixmedins_code", FIELD_TEXT, false, "机构编号"},
                                               {"fixmedins_name", FIELD_TEXT, false, "机构名称"},
                                               {"psn_no", FIELD_TEXT, false, "人员编号"},
                                               {"mdtrt_id", FIELD_TEXT, false, "就诊ID"},
                                               {"event_date", FIELD_DAY, false, "发生日期"},
                                               {0}};

const struct route routes_money[] = {
    {"GET", "/api/disposal-words", "clue.read", 0, words, "处理方式、少认定原因的代码", NULL, NULL},
    {"POST", "/api/clues", "clue.write", 0, make, "手工登记线索", NULL, make_body},
    {"GET", "/api/clues/{id}/money", "clue.read", 0, show, "认定金额、处理、退回", NULL, NULL},
    {"POST", "/api/clues/{id}/money", "clue.write", 0, money, "填认定金额", NULL, money_body},
    {"POST", "/api/clues/{id}/disposal", "clue.write", 0, dispose, "填处理", NULL, disposal_body},
    {"POST", "/api/clues/{id}/nature", "clue.write", 0, qualify, "定性", NULL, nature_body},
    {"POST", "/api/clues/{id}/refunds", "clue.write", 0, refund, "登记退回", NULL, refund_body},
    {"POST", "/api/clues/{id}/close", "clue.verdict", 0, close_it, "办结", NULL, close_body},
    {0},
};
