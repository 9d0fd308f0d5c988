/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/notices: the bell. */

#include "base/clock.h"
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

#define DUE_SOON 3 /* days before */

/* Clues of the reader's that are due in a few days, or over: each said once per date. Nothing is written when there is none. */
static int ring_due(struct request *r, struct err *e)
{
    static const char which[] =
        " from clue c where c.assignee = $1 and c.due is not null and c.due <= $2"
        " and c.state in ('assigned', 'working', 'judged') and not exists (select 1 from notice n"
        " where n.account = $3 and n.kind = 'due' and n.clue = c.id and n.note = '期限 ' || c.due)";
    char now[CW_TIME];
    struct buf sql = BUF_INIT, day = BUF_INIT;
    int64_t n = 0;
    int rc;

    cw_now(now);
    day_print(&day, clock_day() + DUE_SOON);
    buf_fmt(&sql, "select count(*)%s", which);
    rc = cw_get_int(
        r->db, 0, &n, e, buf_cstr(&sql),
        CW_ARGS(cw_t(r->session.login), cw_t(buf_cstr(&day)), cw_i(r->session.account)));
    if (!rc && n) {
        buf_clear(&sql);
        buf_fmt(&sql,
                "insert into notice(account, at, kind, clue, note)"
                " select $3, cast($4 as text), 'due', c.id, '期限 ' || c.due%s",
                which);
        rc = cw_begin(r->db, e);
        if (!rc)
            rc = cw_exec(r->db, e, buf_cstr(&sql),
                         CW_ARGS(cw_t(r->session.login), cw_t(buf_cstr(&day)),
                                 cw_i(r->session.account), cw_t(now)));
        rc = cw_end(r->db, rc, e);
    }
    buf_release(&sql);
    buf_release(&day);
    return rc;
}

static int list(struct request *r, struct err *e)
{
    json_t *rows = NULL;
    int64_t unseen = 0;
    int rc = ring_due(r, e);

    if (rc)
        return rc;
    rc = cw_rows_json(
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
