/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/notices: the bell. */
#include "server/routes.h"
#include "server/rowjson.h"

static const struct json_column columns[] = {
    {"id", JSON_AS_INT},
    {"at", JSON_AS_TEXT},
    {"kind", JSON_AS_TEXT},
    {"clue", JSON_AS_INT},
    {"note", JSON_AS_TEXT},
    {"seen", JSON_AS_BOOL},
    {0},
};

static int list(struct request *r, struct err *e)
{
    json_t *rows = NULL;
    int64_t unseen = 0;
    int rc = cw_rows_json(
        r->db, &rows, columns, e,
        "select id, at, kind, clue, note, seen from notice where account = $1 order by id desc limit 100",
        CW_ARGS(cw_i(r->session.account)));

    if (!rc)
        rc = cw_get_int(r->db, 0, &unseen, e,
                        "select count(*) from notice where account = $1 and seen = 0",
                        CW_ARGS(cw_i(r->session.account)));
    if (rc) {
        json_decref(rows);
        return rc;
    }
    return reply_json(r, 200, json_pack("{s:o,s:I}", "rows", rows, "unseen", (json_int_t)unseen),
                      e);
}

/* Own notices only; no audit row: nothing but the reader's own mark changes. */
static int seen(struct request *r, struct err *e)
{
    int64_t upto = INT64_MAX;
    int rc = request_int(r, "upto", false, 0, INT64_MAX, &upto, e);

    if (!rc)
        rc = cw_begin(r->db, e);
    if (rc)
        return rc;
    rc = cw_exec(r->db, e,
                 "update notice set seen = 1 where account = $1 and seen = 0 and id <= $2",
                 CW_ARGS(cw_i(r->session.account), cw_i(upto)));
    rc = cw_end(r->db, rc, e);
    return rc ? rc : list(r, e);
}

static const struct route_field seen_body[] = {{"upto", FIELD_INT, false, "到哪一条为止"}, {0}};

const struct route routes_notice[] = {
    {"GET", "/api/notices", NULL, ROUTE_ANYONE, list, "提醒", NULL, NULL},
    {"POST", "/api/notices/seen", NULL, ROUTE_ANYONE, seen, "标为已看", NULL, seen_body},
    {0},
};
