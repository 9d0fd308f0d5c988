/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/clues/{id}/reporter: who reported it; sealed, seen by two persons only (casework/reporter.h). */
#include <stdlib.h>

#include "casework/reporter.h"
#include "server/clue_query.h"
#include "server/routes.h"
#include "server/rowjson.h"
#include "server/server.h"

static const struct json_column columns[] = {
    {"actor_name", JSON_AS_TEXT}, {"at", JSON_AS_TEXT}, {0}};

static int64_t id_of(const struct request *r)
{
    return strtoll(request_param(r, "id"), NULL, 10);
}

/* Whether there is one; never who. */
static int kept(struct request *r, struct err *e)
{
    json_t *clue = NULL, *row = NULL;
    int rc = clue_one_json(r, id_of(r), &clue, e);

    if (!rc && !clue)
        rc = err_set(e, ERR_USAGE, "没有编号为 %lld 的线索", (long long)id_of(r));
    json_decref(clue);
    if (!rc)
        rc = cw_one_json(r->db, &row, columns, e,
                         "select actor_name, at from reporter where clue = $1",
                         CW_ARGS(cw_i(id_of(r))));
    return rc ? rc
              : reply_json(
                    r, 200,
                    json_pack("{s:b,s:o}", "kept", row != NULL, "row", row ? row : json_null()), e);
}

static int put(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    struct clue_hand h = {.db = r->db, .who = &r->actor, .scope = &scope, .clue = id_of(r)};
    struct reporter x = {0};
    int rc = request_text(r, "name", false, 100, &x.name, e);

    if (!rc)
        rc = request_text(r, "phone", false, 60, &x.phone, e);
    if (!rc)
        rc = request_text(r, "address", false, 300, &x.address, e);
    if (!rc)
        rc = reporter_put(&h, &r->server->seal, &x, e);
    return rc ? rc : kept(r, e);
}

static int reveal(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    struct clue_hand h = {.db = r->db, .who = &r->actor, .scope = &scope, .clue = id_of(r)};
    struct buf out = BUF_INIT;
    const char *reason;
    int64_t approval = 0;
    int rc = request_text(r, "reason", true, 500, &reason, e);

    if (!rc)
        rc = reporter_reveal(&h, &r->session, &r->server->seal, reason, &out, &approval, e);
    if (rc == 1)
        rc = reply_json(r, 202,
                        json_pack("{s:I,s:s}", "approval", (json_int_t)approval, "detail",
                                  "须第二人同意：已提交复核，同意后再点一次查看"),
                        e);
    else if (!rc)
        rc = reply_json(r, 200, json_loadb(buf_cstr(&out), out.n, 0, NULL), e);
    buf_release(&out);
    return rc;
}

static const struct route_field put_body[] = {{"name", FIELD_TEXT, false, "姓名"},
                                              {"phone", FIELD_TEXT, false, "电话"},
                                              {"address", FIELD_TEXT, false, "地址"},
                                              {0}};
static const struct route_field reveal_body[] = {
    {"reason", FIELD_TEXT, true, "理由（留痕，给第二人看）"}, {0}};

const struct route routes_reporter[] = {
    {"GET", "/api/clues/{id}/reporter", "clue.read", 0, kept, "有没有登记举报人（不显示是谁）",
     NULL, NULL},
    {"PUT", "/api/clues/{id}/reporter", "clue.write", 0, put, "登记举报人（加密保存）", NULL,
     put_body},
    {"POST", "/api/clues/{id}/reporter/reveal", "reporter.read", 0, reveal,
     "查看举报人（须第二人同意，留痕）", NULL, reveal_body},
    {0},
};
