/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The reveal of a person: name, certificate, phone, address whole; an audited act with a reason. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "server/clue_query.h"
#include "server/routes.h"
#include "server/rulebook.h"
#include "server/rowjson.h"
#include "server/server.h"

/* `text` with the quoted `value` for ??. */
static int rows_of(struct request *r, const char *text, const char *value, json_t **out,
                   struct err *e)
{
    struct buf sql = BUF_INIT;
    struct store *s;
    int rc = request_store(r, &s, e);

    for (const char *c = text; *c; c++)
        if (c[0] == '?' && c[1] == '?') {
            buf_sql(&sql, span_of(value));
            c++;
        } else {
            buf_char(&sql, *c);
        }
    if (!rc)
        rc = sql.failed ? err_nomem(e) : store_rows_json(s, out, e, buf_cstr(&sql));
    buf_release(&sql);
    return rc;
}

static const char person_sql[] =
    "select psn_no, psn_name, gend, left(brdy, 10) as brdy, certno, tel, live_addr from t_psn_info_b where psn_no = ?? limit 1";
/* Is there a clue of this very person that the asker sees? */
static int has_clue(struct request *r, const char *psn_no, bool *has, struct err *e)
{
    struct clue_filter f = CLUE_FILTER_ALL;
    int64_t *ids = NULL, *seen = NULL;
    size_t n = 0, n_seen = 0, cap = 0;
    struct cw_rows rows;
    int rc = rulebook_scope(r, &f, e), more;

    if (!rc)
        rc = cw_query(r->db, &rows, e, "select id from clue where psn_no = $1",
                      CW_ARGS(cw_t(psn_no)));
    if (rc)
        return rc;
    while (!rc && (more = cw_next(&rows, e)) != 0) {
        if (more < 0)
            rc = more;
        else if (mem_grow(&ids, &cap, n + 1, sizeof *ids))
            rc = err_nomem(e);
        else
            ids[n++] = cw_int(&rows, 0);
    }
    cw_done(&rows);
    f.ids = ids;
    f.n_ids = n;
    f.gone = true;
    if (!rc && n)
        rc = clue_index_ids(r->server->clues, r->db, &f, &seen, &n_seen, e);
    *has = n_seen > 0;
    mem_free(ids);
    mem_free(seen);
    return rc;
}

/* A person is seen by who has a clue of him, or the whole house in scope. */
static int person_row(struct request *r, json_t **out, struct err *e)
{
    const char *psn_no = request_param(r, "psn_no");
    struct scope scope = scope_of(&r->session);
    json_t *rows = NULL;
    bool has = false;
    int rc = has_clue(r, psn_no, &has, e);

    if (!rc && !has && (scope.prefix[0] || scope.fixmedins_code[0] || scope.assignee[0]))
        return err_set(e, ERR_USAGE, "没有参保人 %.40s", psn_no);
    if (!rc)
        rc = rows_of(r, person_sql, psn_no, &rows, e);
    if (!rc && !json_array_size(rows))
        rc = err_set(e, ERR_USAGE, "没有参保人 %.40s", psn_no);
    if (!rc)
        *out = json_incref(json_array_get(rows, 0));
    json_decref(rows);
    return rc;
}

static int reveal(struct request *r, struct err *e)
{
    const char *reason;
    json_t *row = NULL;
    char object[96];
    int rc = request_text(r, "reason", true, 500, &reason, e);

    if (!rc && span_trim(span_of(reason)).n < 4) {
        err_set(e, ERR_INPUT, "要写明查看的理由");
        rc = err_where(e, "reason");
    }
    if (!rc)
        rc = person_row(r, &row, e);
    if (!rc)
        rc = cw_begin(r->db, e);
    if (rc) {
        json_decref(row);
        return rc;
    }
    snprintf(object, sizeof object, "person:%.60s", request_param(r, "psn_no"));
    rc = audit_append(r->db, &r->actor,
                      &(struct act){.act = "person.reveal", .object = object, .reason = reason}, e);
    rc = cw_end(r->db, rc, e);
    if (rc) {
        json_decref(row);
        return rc;
    }
    return reply_json(r, 200, row, e);
}

static const struct route_field reveal_body[] = {{"reason", FIELD_TEXT, true, "理由（留痕）"}, {0}};

const struct route routes_reveal[] = {
    {"POST", "/api/persons/{psn_no}/reveal", "person.reveal", 0, reveal,
     "查看完整姓名、证件号、电话、地址（留痕）", NULL, reveal_body},
    {0},
};
