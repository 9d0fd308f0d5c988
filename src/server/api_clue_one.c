/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/clues/{id}: one clue opened: explanation, time line, lines with file and row, comments, history. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screen/mask.h"
#include "screen/story.h"
#include "server/clue_query.h"
#include "server/mates.h"
#include "server/routes.h"
#include "server/rowjson.h"
#include "server/server.h"
#include "server/timeline.h"

static const char *text_of(const json_t *row, const char *name)
{
    return json_string_value(json_object_get(row, name));
}

/* The clue of {id} within scope. */
static int clue_of(struct request *r, json_t **row, struct err *e)
{
    const char *id = request_param(r, "id");
    int rc = clue_one_json(r, strtoll(id, NULL, 10), row, e);

    return rc || *row ? rc : err_set(e, ERR_USAGE, "没有编号为 %.20s 的线索", id);
}

/* --- the clue, explained --------------------------------------------------------------------------- */

/* What the last run says of it; null for a clue made by hand, or one that the last run no longer finds. */
static int story_json(struct request *r, const char *finding, json_t **out, struct err *e)
{
    struct rule_names names = {0};
    const struct huji_library *lib = server_library(r->server);
    struct store *s = NULL;
    struct story y = {0};
    struct buf b = BUF_INIT;
    struct err why = {0};
    int rc = request_store(r, &s, e);

    memcpy(&names.library, &lib, sizeof lib);
    *out = json_null();
    if (!rc) {
        rc = story_load(&y, s, &names, span_of(finding), STORY_SQL, &why);
        if (!rc)
            explain_json(&b, &y.x);
        if (!rc && !b.failed) {
            json_t *j = json_loadb(b.p, b.n, 0, NULL);

            if (j)
                *out = j;
        }
        story_release(&y);
        if (rc == ERR_USAGE || rc == ERR_STATE)
            rc = 0;
        else if (rc)
            *e = why;
    }
    buf_release(&b);
    server_library_done(r->server);
    return rc;
}

static int show(struct request *r, struct err *e)
{
    json_t *row = NULL, *story = NULL;
    int rc = clue_of(r, &row, e);

    if (!rc && text_of(row, "finding_id"))
        rc = story_json(r, text_of(row, "finding_id"), &story, e);
    if (rc) {
        json_decref(row);
        return rc;
    }
    json_object_set_new(row, "explain", story ? story : json_null());
    return reply_json(r, 200, row, e);
}

/* --- lines: the evidence, and the whole bill around it --------------------------------------------- */

static const struct json_column evidence_columns[] = {
    {"event", JSON_AS_TEXT},   {"role", JSON_AS_INT},  {"amount_fen", JSON_AS_INT},
    {"fund_fen", JSON_AS_INT}, {"gone", JSON_AS_BOOL}, {0},
};

/* The lines of a visit: by its person's place in the segments first, then their texts. */
#define LINES_OF_VISIT                                                                                                    \
    "with v as (select x.mdtrt_id, x.psn_no from s_visit x join d_visit d on d.id = x.mdtrt_id where d.code = %s),"       \
    " n as (select l.no from s_line l, v where l.psn_no = v.psn_no and l.mdtrt_id = v.mdtrt_id order by l.no limit 5000)" \
    " select concat('line:', t.bkkp_sn) as event, t.setl_id, left(t.fee_ocur_time, 16) as fee_ocur_time,"                 \
    " t.hilist_code, coalesce(t.hilist_name, i.name, t.medins_list_name) as hilist_name, t.cnt, t.pric,"                  \
    " l.det_item_fee_sumamt as det_item_fee_sumamt_fen, l.inscp_amt as inscp_amt_fen, t.bilg_dept_name,"                  \
    " t.bilg_dr_name, parse_filename(f.path) as file, t.row_no as row, l.void"                                            \
    " from n join s_line l on l.no = n.no join line_text t on t.no = n.no"                                                \
    " left join d_item i on i.code = t.hilist_code left join file f on f.id = t.file_id"                                  \
    " order by t.fee_ocur_time, t.bkkp_sn"

static int lines(struct request *r, struct err *e)
{
    json_t *row = NULL, *evidence = NULL, *bill = NULL;
    struct buf sql = BUF_INIT, id = BUF_INIT;
    struct store *s;
    int rc = clue_of(r, &row, e);

    if (!rc)
        rc = cw_rows_json(
            r->db, &evidence, evidence_columns, e,
            "select event, role, amount_fen, fund_fen, gone from clue_line where clue = $1"
            " order by role, event",
            CW_ARGS(cw_i(json_integer_value(json_object_get(row, "id")))));
    if (!rc)
        rc = request_store(r, &s, e);
    if (!rc && text_of(row, "mdtrt_id")) {
        buf_sql(&id, span_of(text_of(row, "mdtrt_id")));
        buf_fmt(&sql, LINES_OF_VISIT, buf_cstr(&id));
        rc = sql.failed ? err_nomem(e) : store_rows_json(s, &bill, e, buf_cstr(&sql));
    }
    buf_release(&sql);
    buf_release(&id);
    json_decref(row);
    if (rc) {
        json_decref(evidence);
        return rc;
    }
    return reply_json(
        r, 200, json_pack("{s:o,s:o}", "evidence", evidence, "lines", bill ? bill : json_array()),
        e);
}

/* --- time line ------------------------------------------------------------------------------------- */

static int events_of(struct request *r, const json_t *row, json_t **events, struct err *e)
{
    return cw_rows_json(
        r->db, events, evidence_columns, e,
        "select event, role, amount_fen, fund_fen, gone from clue_line where clue = $1"
        " order by role, event limit 1000",
        CW_ARGS(cw_i(json_integer_value(json_object_get(row, "id")))));
}

/* The clue, its evidence, and the claims to be asked about both. Owns: all three, also when it fails. */
static int evidence_open(struct request *r, json_t **row, json_t **events, struct ask **a,
                         struct err *e)
{
    int rc = clue_of(r, row, e);

    if (!rc)
        rc = events_of(r, *row, events, e);
    return rc ? rc : ask_open(r, a, e);
}

static int timeline(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    const char *inst = scope.fixmedins_code[0] ? scope.fixmedins_code : NULL, *person = NULL;
    json_t *row = NULL, *events = NULL, *out = NULL;
    struct ask *a = NULL;
    int rc = evidence_open(r, &row, &events, &a, e);

    if (!rc) {
        person = text_of(row, "psn_no");
        rc = timeline_load(a, person, inst, events, &out, e);
    }
    if (!rc && person)
        rc = mates_lanes(a, person, inst, events, out, e);
    ask_close(a);
    json_decref(events);
    json_decref(row);
    if (rc)
        json_decref(out);
    return rc ? rc : reply_json(r, 200, out, e);
}

/* --- members --------------------------------------------------------------------------------------- */

static void hide(json_t *list, const char *field, void (*mask)(struct buf *, struct span))
{
    json_t *one;
    size_t i;

    json_array_foreach(list, i, one)
    {
        const char *s = text_of(one, field);
        struct buf b = BUF_INIT;

        if (!s || !*s)
            continue;
        mask(&b, span_of(s));
        json_object_set_new(one, field, json_stringn(buf_cstr(&b), b.n));
        buf_release(&b);
    }
}

static int members(struct request *r, struct err *e)
{
    struct scope scope = scope_of(&r->session);
    json_t *row = NULL, *events = NULL, *out = NULL;
    struct ask *a = NULL;
    int rc = evidence_open(r, &row, &events, &a, e);

    if (!rc)
        rc = mates_members(a, events, scope.fixmedins_code[0] ? scope.fixmedins_code : NULL, &out,
                           e);
    ask_close(a);
    json_decref(events);
    json_decref(row);
    if (rc)
        return rc;
    hide(json_object_get(out, "members"), "psn_name", mask_name);
    hide(json_object_get(out, "members"), "tel", mask_tel);
    hide(json_object_get(out, "phones"), "name", mask_tel);
    return reply_json(r, 200, out, e);
}

/* --- history ----------------------------------------------------------------------------------------- */

static const struct json_column event_columns[] = {
    {"id", JSON_AS_INT},      {"at", JSON_AS_TEXT},
    {"actor", JSON_AS_TEXT},  {"actor_name", JSON_AS_TEXT},
    {"kind", JSON_AS_TEXT},   {"note", JSON_AS_TEXT},
    {"detail", JSON_AS_JSON}, {0},
};

static int history(struct request *r, struct err *e)
{
    json_t *row = NULL, *rows = NULL;
    bool comments = strstr(r->route->path, "comments") != NULL;
    int rc = clue_of(r, &row, e);

    if (!rc)
        rc = cw_rows_json(
            r->db, &rows, event_columns, e,
            comments
                ? "select id, at, actor, actor_name, kind, note, detail from clue_event where clue = $1"
                  " and kind = 'comment' order by id"
                : "select id, at, actor, actor_name, kind, note, detail from clue_event where clue = $1"
                  " order by id",
            CW_ARGS(cw_i(json_integer_value(json_object_get(row, "id")))));
    json_decref(row);
    return rc ? rc : reply_json(r, 200, json_pack("{s:o}", "rows", rows), e);
}

const struct route routes_clue_one[] = {
    {"GET", "/api/clues/{id}", "clue.read", 0, show, "一条线索：内容、解释、法条、SQL", NULL, NULL},
    {"GET", "/api/clues/{id}/lines", "clue.read", 0, lines, "证据与所在就诊的全部费用，到文件和行",
     NULL, NULL},
    {"GET", "/api/clues/{id}/timeline", "clue.read", 0, timeline, "前后的就诊", NULL, NULL},
    {"GET", "/api/clues/{id}/members", "clue.read", 0, members, "涉及的各人与他们的共同处", NULL,
     NULL},
    {"GET", "/api/clues/{id}/history", "clue.read", 0, history, "谁在何时做了什么", NULL, NULL},
    {"GET", "/api/clues/{id}/comments", "clue.read", 0, history, "评论", NULL, NULL},
    {0},
};
