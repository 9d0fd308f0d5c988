/* SPDX-License-Identifier: MulanPSL-2.0 */
/* 接口运行: what each institution's system asks, how fast it is answered, what doctors do with reminders, what was confirmed later. */
#include <stdio.h>
#include <string.h>

#include "casework/scope.h"
#include "server/ask.h"
#include "server/live_query.h"
#include "server/routes.h"
#include "server/rowjson.h"
#include "server/server.h"

/* $1: from which day; $2, $3: beginning of the division that may be seen and its length; $4: the institution or "". The division of
 * one that has no access any more is in its code (H510523...). */
#define SEEN(t)                                    \
    " and (" t ".fixmedins_code = '' or substr(" t \
    ".fixmedins_code, 2, $3) = $2) and ($4 = '' or " t ".fixmedins_code = $4)"

#define CONFIRMED(verdict)                                                   \
    "sum(case when exists (select 1 from clue c where c.verdict = '" verdict \
    "' and (c.finding_id = f.finding_id"                                     \
    " or (f.mdtrt_id <> '' and c.mdtrt_id = f.mdtrt_id and c.rule_id = f.rule_id))) then 1 else 0 end)"

struct since {
    char from[CW_TIME];
    struct scope scope;
    struct cw_val v[4];
};

static int since_read(struct request *r, struct since *s, struct err *e)
{
    int64_t days;
    int rc = request_query_int(r, "days", 30, 1, 366, &days, e);

    if (rc)
        return rc;
    cw_day(-(days - 1) * 86400, s->from);
    s->scope = scope_of(&r->session);
    s->v[0] = cw_t(s->from);
    s->v[1] = cw_t(s->scope.prefix);
    s->v[2] = cw_i((int64_t)strlen(s->scope.prefix));
    s->v[3] = cw_t(s->scope.fixmedins_code);
    return traffic_now(r, e);
}

/* --- all institutions ------------------------------------------------------------------------------- */

static json_t *row_of(json_t *by_inst, const char *code)
{
    json_t *row = json_object_get(by_inst, code);

    if (row)
        return row;
    row = json_pack("{s:s,s:s,s:s,s:n,s:n,s:i,s:i,s:i,s:i,s:s,s:i,s:i,s:i,s:i,s:i,s:i,s:n}",
                    "fixmedins_code", code, "fixmedins_name", code, "access", "none", "last_at",
                    "last_sign_at", "calls", 0, "refused", 0, "orders", 0, "reminded", 0, "hist",
                    "", "flagged", 0, "shown", 0, "overrides", 0, "turned_back", 0, "confirmed", 0,
                    "rejected", 0, "last_refusal");
    json_object_set_new(by_inst, code, row);
    return row;
}

static void add_up(json_t *row, const char *name, int64_t n)
{
    json_object_set_new(row, name,
                        json_integer(json_integer_value(json_object_get(row, name)) + n));
}

static void latest(json_t *row, const char *name, struct span at)
{
    const char *had = json_string_value(json_object_get(row, name));

    if (at.n && (!had || span_cmp(at, span_of(had)) > 0))
        json_object_set_new(row, name, json_span(at));
}

/* Hist texts are joined here and added up at the end. */
static void more_hist(json_t *row, struct span text)
{
    struct buf b = BUF_INIT;

    buf_str(&b, json_string_value(json_object_get(row, "hist")));
    buf_char(&b, ' ');
    buf_span(&b, text);
    json_object_set_new(row, "hist", json_string(buf_cstr(&b)));
    buf_release(&b);
}

static int add_accesses(struct request *r, struct since *s, json_t *by_inst, struct err *e)
{
    static const char *const order[] = {"none", "revoked", "expired", "test", "on"};
    char now[CW_TIME];
    struct cw_rows rows;
    int rc;

    cw_day(0, now);
    rc = cw_query(
        r->db, &rows, e,
        "select fixmedins_code, fixmedins_name, case when revoked_at is not null then 1"
        " when valid_until < $1 then 2 when test = 1 then 3 else 4 end from fsi_access t where substr(t.admdvs,"
        " 1, $3) = $2 and ($4 = '' or fixmedins_code = $4) order by 3",
        CW_ARGS(cw_t(now), s->v[1], s->v[2], s->v[3]));
    if (rc)
        return rc;
    while ((rc = cw_next(&rows, e)) > 0) {
        char code[64];
        json_t *row;

        snprintf(code, sizeof code, "%.*s", (int)cw_text(&rows, 0).n, cw_text(&rows, 0).p);
        row = row_of(by_inst, code);
        json_object_set_new(row, "fixmedins_name", json_span(cw_text(&rows, 1)));
        json_object_set_new(row, "access", json_string(order[cw_int(&rows, 2)]));
    }
    cw_done(&rows);
    return rc;
}

static int add_calls(struct request *r, struct since *s, json_t *by_inst, struct err *e)
{
    struct cw_rows rows;
    int rc = cw_query(
        r->db, &rows, e,
        "select fixmedins_code, infno, calls, refused, orders, reminded, hist, last_at, last_refusal from"
        " fsi_day d where day >= $1 and test = 0" SEEN("d") " order by day",
        s->v, 4);

    if (rc)
        return rc;
    while ((rc = cw_next(&rows, e)) > 0) {
        char code[64];
        json_t *row;

        snprintf(code, sizeof code, "%.*s", (int)cw_text(&rows, 0).n, cw_text(&rows, 0).p);
        row = row_of(by_inst, code);
        latest(row, span_starts(cw_text(&rows, 1), "9001") ? "last_sign_at" : "last_at",
               cw_text(&rows, 7));
        if (cw_text(&rows, 8).n)
            json_object_set_new(row, "last_refusal", json_span(cw_text(&rows, 8)));
        add_up(row, "calls", cw_int(&rows, 2));
        add_up(row, "refused", cw_int(&rows, 3));
        add_up(row, "orders", cw_int(&rows, 4));
        add_up(row, "reminded", cw_int(&rows, 5));
        if (span_starts(cw_text(&rows, 1), "310"))
            more_hist(row, cw_text(&rows, 6));
    }
    cw_done(&rows);
    return rc;
}

static int add_flags(struct request *r, struct since *s, json_t *by_inst, struct err *e)
{
    static const char *const names[] = {"flagged",     "shown",     "overrides",
                                        "turned_back", "confirmed", "rejected"};
    struct cw_rows rows;
    int rc = cw_query(
        r->db, &rows, e,
        "select f.fixmedins_code, count(*), sum(case when f.dspo > 0 then 1 else 0 end),"
        " sum(case when f.way = '1' then 1 else 0 end), sum(case when f.way = '2' then 1 else 0 end), " CONFIRMED(
            "confirmed") ", " CONFIRMED("rejected") " from fsi_flag f where f.day >= $1" SEEN("f") " group by 1",
        s->v, 4);

    if (rc)
        return rc;
    while ((rc = cw_next(&rows, e)) > 0) {
        char code[64];

        snprintf(code, sizeof code, "%.*s", (int)cw_text(&rows, 0).n, cw_text(&rows, 0).p);
        for (int i = 0; i < 6; i++)
            json_object_set_new(row_of(by_inst, code), names[i],
                                json_integer(cw_int(&rows, i + 1)));
    }
    cw_done(&rows);
    return rc;
}

static void put_p99(json_t *row)
{
    uint64_t hist[HIST] = {0};
    int64_t p;

    hist_read(span_of(json_string_value(json_object_get(row, "hist"))), hist);
    json_object_del(row, "hist");
    p = hist_quantile(hist, 990);
    json_object_set_new(row, "p99_us", p < 0 ? json_null() : json_integer(p));
    p = hist_quantile(hist, 500);
    json_object_set_new(row, "p50_us", p < 0 ? json_null() : json_integer(p));
}

static int overview(struct request *r, struct err *e)
{
    struct since s;
    json_t *by_inst = json_object(), *rows = json_array(), *row, *strangers;
    const char *code;
    int rc = since_read(r, &s, e);

    if (!rc)
        rc = add_accesses(r, &s, by_inst, e);
    if (!rc)
        rc = add_calls(r, &s, by_inst, e);
    if (!rc)
        rc = add_flags(r, &s, by_inst, e);
    /* Calls of nobody who was let in: wrong keys, broken messages. */
    strangers = json_incref(json_object_get(by_inst, ""));
    json_object_del(by_inst, "");
    json_object_foreach(by_inst, code, row)
    {
        put_p99(row);
        json_array_append(rows, row);
    }
    json_decref(by_inst);
    if (rc) {
        json_decref(rows);
        json_decref(strangers);
        return rc;
    }
    if (strangers)
        put_p99(strangers);
    return reply_json(r, 200,
                      json_pack("{s:o,s:n,s:I,s:s,s:o}", "rows", rows, "next", "total",
                                (json_int_t)json_array_size(rows), "from", s.from, "strangers",
                                strangers ? strangers : json_null()),
                      e);
}

/* --- one institution -------------------------------------------------------------------------------- */

static const struct json_column rule_columns[] = {
    {"rule_id", JSON_AS_TEXT},  {"flagged", JSON_AS_INT},     {"shown", JSON_AS_INT},
    {"overrides", JSON_AS_INT}, {"turned_back", JSON_AS_INT}, {"confirmed", JSON_AS_INT},
    {"rejected", JSON_AS_INT},  {"amount_fen", JSON_AS_INT},  {0},
};
static const struct json_column reason_columns[] = {
    {"day", JSON_AS_TEXT},     {"rule_id", JSON_AS_TEXT},
    {"sev_deg", JSON_AS_INT},  {"reason", JSON_AS_TEXT},
    {"message", JSON_AS_TEXT}, {"mdtrt_id", JSON_AS_TEXT},
    {"verdict", JSON_AS_TEXT}, {0},
};
static const struct json_column day_columns[] = {
    {"day", JSON_AS_TEXT},
    {"infno", JSON_AS_TEXT},
    {"test", JSON_AS_BOOL},
    {"calls", JSON_AS_INT},
    {"refused", JSON_AS_INT},
    {"orders", JSON_AS_INT},
    {"reminded", JSON_AS_INT},
    {"hist", JSON_AS_TEXT},
    {"last_at", JSON_AS_TEXT},
    {"last_refusal", JSON_AS_TEXT},
    {0},
};

/* What patients' findings say is for those who may see clues. */
static void hide_messages(struct request *r, json_t *rows)
{
    json_t *row;
    size_t i;

    if (request_may(r, "clue.read"))
        return;
    json_array_foreach(rows, i, row)
    {
        json_object_set_new(row, "message", json_null());
        json_object_set_new(row, "mdtrt_id", json_null());
    }
}

static int one(struct request *r, struct err *e)
{
    const char *code = request_param(r, "code");
    struct inst_words words = {0};
    struct since s;
    json_t *rules = NULL, *reasons = NULL, *days = NULL, *row;
    size_t i;
    int rc = since_read(r, &s, e);

    if (!rc)
        rc = inst_words(r, code, &words, e);
    if (!rc && !scope_allows(&s.scope, span_of(words.admdvs), span_of(code), span_of("")))
        rc = err_set(e, ERR_USAGE, "没有机构 %.40s，或不在您的管辖范围", code);
    if (!rc)
        rc = cw_rows_json(
            r->db, &rules, rule_columns, e,
            "select f.rule_id, count(*), sum(case when f.dspo > 0 then 1 else 0 end),"
            " sum(case when f.way = '1' then 1 else 0 end), sum(case when f.way = '2' then 1 else 0 end)," CONFIRMED(
                "confirmed") ", " CONFIRMED("rejected") ", sum(f.amount_fen) from fsi_flag f"
                                                        " where f.day >= $1 and f.fixmedins_code = $2 group by 1 order by 2 desc, 1",
            CW_ARGS(cw_t(s.from), cw_t(code)));
    if (!rc)
        rc = cw_rows_json(
            r->db, &reasons, reason_columns, e,
            "select f.way_day, f.rule_id, f.sev, f.reason, f.message, f.mdtrt_id, (select max(c.verdict) from clue c where"
            " c.finding_id = f.finding_id or (f.mdtrt_id <> '' and c.mdtrt_id = f.mdtrt_id and c.rule_id = f.rule_id))"
            " from fsi_flag f where f.day >= $1 and f.fixmedins_code = $2 and f.way = '1'"
            " order by f.way_day desc, f.jr_id limit 200",
            CW_ARGS(cw_t(s.from), cw_t(code)));
    if (!rc)
        rc = cw_rows_json(
            r->db, &days, day_columns, e,
            "select day, infno, test, calls, refused, orders, reminded, hist, last_at, last_refusal"
            " from fsi_day where day >= $1 and fixmedins_code = $2 order by day, infno",
            CW_ARGS(cw_t(s.from), cw_t(code)));
    if (rc) {
        json_decref(rules);
        json_decref(reasons);
        return rc;
    }
    hide_messages(r, reasons);
    json_array_foreach(days, i, row) put_p99(row);
    return reply_json(r, 200,
                      json_pack("{s:s,s:s,s:s,s:o,s:o,s:o}", "fixmedins_code", code,
                                "fixmedins_name", words.name, "from", s.from, "rules", rules,
                                "overrides", reasons, "days", days),
                      e);
}

static const struct route_field since_query[] = {{"days", FIELD_INT, false, "最近几天，默认 30"},
                                                 {0}};

const struct route routes_live[] = {
    {"GET", "/api/live/institutions", "live.read", 0, overview, "各机构的接口运行", since_query,
     NULL},
    {"GET", "/api/live/institutions/{code}", "live.read", 0, one,
     "一家机构的接口运行：规则、继续执行的理由、逐日", since_query, NULL},
    {0},
};
