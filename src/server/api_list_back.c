/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/lists/{id}/returns: files that come back are compared and shown, then taken in or dropped; what was agreed is adopted. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fen.h"
#include "base/mem.h"
#include "casework/money.h"
#include "casework/sm.h"
#include "server/job.h"
#include "server/list_view.h"
#include "server/routes.h"
#include "server/rowjson.h"
#include "server/server.h"

#define MAX_FILE (20 << 20)

int list_digest(const char *path, char out[SM3_HEX], int64_t *bytes, struct err *e)
{
    struct stat st;
    FILE *f = fopen(path, "rbe");
    char *p;
    int rc = 0;

    if (!f || fstat(fileno(f), &st) < 0) {
        rc = err_errno(e, "读不了上传的文件");
        if (f)
            fclose(f);
        return rc;
    }
    p = st.st_size <= MAX_FILE ? mem_alloc((size_t)st.st_size + 1) : NULL;
    if (st.st_size > MAX_FILE)
        rc = err_set(e, ERR_LIMIT, "收回的文件最大 %d MB", MAX_FILE >> 20);
    else if (!p)
        rc = err_nomem(e);
    else if (fread(p, 1, (size_t)st.st_size, f) != (size_t)st.st_size)
        rc = err_errno(e, "读不了上传的文件");
    else
        sm3_hex((struct span){p, (size_t)st.st_size}, out);
    *bytes = st.st_size;
    mem_free(p);
    fclose(f);
    return rc;
}

static json_t *counts(const json_t *report)
{
    json_t *o = json_object(), *one;
    size_t i;

    json_array_foreach(report, i, one)
    {
        const char *status = json_string_value(json_object_get(one, "status"));

        json_object_set_new(o, status,
                            json_integer(json_integer_value(json_object_get(o, status)) + 1));
    }
    return o;
}

static int give_back(struct request *r, struct err *e)
{
    const struct list_kind *kind;
    const char *name = request_query(r, "name");
    char digest[SM3_HEX], *path;
    json_t *row = NULL, *report = NULL;
    int64_t list, bytes = 0, id = 0;
    int rc;

    if (!name || !*name || strlen(name) > 200) {
        err_set(e, ERR_INPUT, "name 应是文件名");
        return err_where(e, "name");
    }
    rc = list_of(r, &row, &kind, e);
    if (rc)
        return rc;
    list = json_integer_value(json_object_get(row, "id"));
    json_decref(row);
    if (!kind->n_fill)
        return err_set(e, ERR_STATE, "上级下发的表由本局填结果，没有要收回的");
    rc = list_digest(r->upload, digest, &bytes, e);
    if (!rc)
        rc = list_compare(r->db, list, kind, r->upload, name, &report, e);
    if (!rc)
        rc = list_keep(r->db, &r->actor, list,
                       &(struct list_file){.filename = name, .digest = digest, .bytes = bytes},
                       report, &id, e);
    /* The file itself stays beside the list, as it came. */
    if (!rc)
        rc = list_path(r, list, arena_fmt(&r->arena, "back-%lld", (long long)id), &path, e);
    if (!rc)
        rc = request_keep_upload(r, path, e);
    if (rc) {
        json_decref(report);
        return rc;
    }
    return reply_json(r, 201,
                      json_pack("{s:I,s:s,s:s,s:s,s:o,s:o}", "id", (json_int_t)id, "filename", name,
                                "digest", digest, "state", "shown", "counts", counts(report),
                                "report", report),
                      e);
}

/* --- taken in, or not -------------------------------------------------------------------------------- */

static int take(struct request *r, struct err *e)
{
    const struct list_kind *kind;
    struct list_take t = {.pick = json_object_get(r->json, "pick")};
    json_t *row = NULL;
    int64_t taken = 0;
    int rc = list_of(r, &row, &kind, e);

    if (rc)
        return rc;
    t.list = json_integer_value(json_object_get(row, "id"));
    t.file = strtoll(request_param(r, "file"), NULL, 10);
    t.changed = json_is_true(json_object_get(r->json, "changed"));
    t.replace = json_is_true(json_object_get(r->json, "replace"));
    json_decref(row);
    rc = list_take(r->db, &r->actor, &t, &taken, e);
    /* The file is marked as due: should we end here, the next start queues the job. */
    if (!rc && strcmp(kind->code, "presence") == 0)
        return job_submit(
            r, "presence",
            json_pack("{s:I,s:I}", "list", (json_int_t)t.list, "file", (json_int_t)t.file), e);
    return rc ? rc : reply_json(r, 200, json_pack("{s:I}", "taken", (json_int_t)taken), e);
}

static int drop(struct request *r, struct err *e)
{
    const struct list_kind *kind;
    json_t *row = NULL;
    int64_t list;
    int rc = list_of(r, &row, &kind, e);

    if (rc)
        return rc;
    list = json_integer_value(json_object_get(row, "id"));
    json_decref(row);
    rc = list_drop(r->db, &r->actor, list, strtoll(request_param(r, "file"), NULL, 10), e);
    return rc ? rc : reply_nothing(r, 204);
}

/* --- what was agreed becomes verdict, 认定金额 and, when asked for, 责令退回 and 已退回 ------------------------ */

static const char *at(const json_t *list, size_t i)
{
    return json_string_value(json_array_get(list, i));
}

struct adopt {
    bool order;
    const char *doc_no, *decided_on;
};

/* Verdict, money and the mark on the row: all of it or nothing. */
static int adopt_one(struct request *r, const struct scope *scope, const struct adopt *a,
                     int64_t list, const json_t *row, struct err *e)
{
    const json_t *answer = json_object_get(row, "answer");
    struct clue_hand h = {.db = r->db,
                          .who = &r->actor,
                          .scope = scope,
                          .clue = json_integer_value(json_object_get(row, "clue"))};
    const char *voucher = at(answer, ANSWER_VOUCHER), *why = at(answer, ANSWER_REASON);
    char *reason = arena_fmt(&r->arena, "机构%s%s%s", at(answer, ANSWER_VERDICT),
                             why && *why ? "：" : "", why ? why : "");
    struct disposal d = {.measures = "refund",
                         .doc_no = a->doc_no,
                         .decided_on = a->decided_on,
                         .note = "按疑点清单答复"};
    char now[CW_TIME];
    int64_t fen = 0;
    int rc = reason ? cw_begin(r->db, e) : err_nomem(e);

    cw_now(now);
    h.inside = true;
    if (!rc && !fen_parse(span_of(at(answer, ANSWER_FEN)), &fen))
        rc = err_set(e, ERR_INPUT, "没有拟退金额");
    if (!rc)
        rc = clue_judge(&h, VERDICT_CONFIRMED, reason, e);
    if (!rc)
        rc = clue_money_whole(&h, fen, false, e);
    d.ordered_fen = fen;
    if (!rc && a->order && fen)
        rc = clue_dispose(&h, &d, e);
    if (!rc && a->order && fen && voucher && *voucher)
        rc = clue_refund(&h, fen, voucher, at(answer, ANSWER_PAID), "疑点清单随答复退回", e);
    if (!rc)
        rc = cw_exec(
            r->db, e, "update list_row set adopted_at = $3 where list = $1 and no = $2",
            CW_ARGS(cw_i(list), cw_i(json_integer_value(json_object_get(row, "no"))), cw_t(now)));
    return cw_end(r->db, rc, e);
}

static int adopt(struct request *r, struct err *e)
{
    static const struct json_column cols[] = {
        {"no", JSON_AS_INT}, {"clue", JSON_AS_INT}, {"answer", JSON_AS_JSON}, {0}};
    struct scope scope = scope_of(&r->session);
    struct adopt a = {.order = json_is_true(json_object_get(r->json, "order"))};
    const struct list_kind *kind;
    json_t *row = NULL, *rows = NULL, *one, *failed;
    int64_t list, done = 0;
    size_t i;
    int rc = list_of(r, &row, &kind, e);

    if (rc)
        return rc;
    list = json_integer_value(json_object_get(row, "id"));
    json_decref(row);
    if (strcmp(kind->code, "clue") != 0)
        return err_set(e, ERR_STATE, "只有疑点清单可以采纳");
    failed = json_array();
    rc = request_text(r, "doc_no", false, 100, &a.doc_no, e);
    if (!rc)
        rc = request_text(r, "decided_on", false, 10, &a.decided_on, e);
    if (!rc)
        rc = cw_rows_json(
            r->db, &rows, cols, e,
            "select no, clue, answer from list_row where list = $1 and answer is not null"
            " and adopted_at is null and clue is not null order by no",
            CW_ARGS(cw_i(list)));
    json_array_foreach(rows, i, one)
    {
        const char *verdict = at(json_object_get(one, "answer"), ANSWER_VERDICT);
        struct err why = {0};
        int bad;

        if (rc || !verdict || strcmp(verdict, "不认可") == 0)
            continue;
        bad = adopt_one(r, &scope, &a, list, one, &why);
        if (bad) {
            json_array_append_new(
                failed, json_pack("{s:O,s:O,s:s}", "no", json_object_get(one, "no"), "clue",
                                  json_object_get(one, "clue"), "detail", why.message));
            continue;
        }
        done++;
    }
    json_decref(rows);
    if (rc) {
        json_decref(failed);
        return rc;
    }
    return reply_json(r, 200, json_pack("{s:I,s:o}", "done", (json_int_t)done, "failed", failed),
                      e);
}

static const struct route_field back_query[] = {{"name", FIELD_TEXT, true, "文件名"}, {0}};
static const struct route_field take_body[] = {
    {"changed", FIELD_BOOL, false, "锁定列被改动的行也收（锁定列以发出的为准）"},
    {"replace", FIELD_BOOL, false, "以前答过的行按新的答复"},
    {"pick", FIELD_LIST, false, "答了两次的行取文件的哪几行"},
    {0}};
static const struct route_field adopt_body[] = {
    {"order", FIELD_BOOL, false, "同时责令退回；有凭证号的登记已退回"},
    {"doc_no", FIELD_TEXT, false, "文号"},
    {"decided_on", FIELD_DAY, false, "处理日期"},
    {0}};

const struct route routes_list_back[] = {
    {"POST", "/api/lists/{id}/returns", "list.write", ROUTE_UPLOAD, give_back,
     "收回一个文件：比对，不收进", back_query, NULL},
    {"POST", "/api/lists/{id}/returns/{file}/take", "list.write", 0, take, "收进", NULL, take_body},
    {"POST", "/api/lists/{id}/returns/{file}/drop", "list.write", 0, drop, "不收这个文件", NULL,
     NULL},
    {"POST", "/api/lists/{id}/adopt", "clue.verdict", 0, adopt, "按机构认可的金额认定", NULL,
     adopt_body},
    {0},
};
