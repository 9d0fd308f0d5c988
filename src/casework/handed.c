/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/handed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "casework/list.h"
#include "casework/money.h"
#include "casework/sm.h"

static int note_act(struct cw *db, const struct actor *who, int64_t list, const char *act,
                    const char *detail, struct err *e)
{
    char object[48];

    snprintf(object, sizeof object, "list:%lld", (long long)list);
    return audit_append(db, who, &(struct act){.act = act, .object = object, .detail = detail}, e);
}

int handed_make(struct cw *db, const struct actor *who, const struct handed_new *n, int64_t *id,
                struct err *e)
{
    char now[CW_TIME], detail[120];
    int64_t before = 0;
    int rc = cw_begin(db, e);

    cw_now(now);
    if (!rc)
        rc = cw_get_int(db, 0, &before, e,
                        "select h.list from handed h join list_out l on l.id = h.list"
                        " where h.digest = $1 and l.state <> 'void' and l.admdvs = $2",
                        CW_ARGS(cw_t(n->digest), cw_t(n->admdvs)));
    if (!rc && before) {
        err_set(e, ERR_STATE, "这个文件已经收过：清单 %lld", (long long)before);
        err_hint(e, "在往返表里打开那一份；内容改过的文件会当作新的一份");
        rc = ERR_STATE;
    }
    if (!rc)
        rc = cw_get_int(
            db, 0, id, e,
            "insert into list_out(kind, title, fixmedins_code, fixmedins_name, admdvs, note, state, actor, actor_name,"
            " at) values ('handed', $1, '', '', $2, '', 'map', $3, $4, $5) returning id",
            CW_ARGS(cw_t(n->title), cw_t(n->admdvs), cw_t(who->login), cw_t(who->name), cw_t(now)));
    if (!rc)
        rc = cw_exec(db, e,
                     "insert into handed(list, filename, digest, bytes) values ($1, $2, $3, $4)",
                     CW_ARGS(cw_i(*id), cw_t(n->filename), cw_t(n->digest), cw_i(n->bytes)));
    snprintf(detail, sizeof detail, "{\"sm3\":\"%.64s\"}", n->digest);
    if (!rc)
        rc = note_act(db, who, *id, "list.handed", detail, e);
    return cw_end(db, rc, e);
}

/* --- taking in ----------------------------------------------------------------------------------- */

static const char *text(const json_t *o, const char *name)
{
    return json_string_value(json_object_get(o, name));
}

static int row_wrong(struct err *e, const json_t *row, int rc)
{
    char why[512];

    if (!e || rc != ERR_INPUT)
        return rc;
    snprintf(why, sizeof why, "第 %lld 行：%.400s",
             (long long)json_integer_value(json_object_get(row, "row")), e->message);
    err_set(e, ERR_INPUT, "%s", why);
    return err_where(e, "rows");
}

static int make_clue(struct cw *db, const struct actor *who, const struct scope *scope,
                     const struct handed_take *t, const json_t *new, int64_t *clue, struct err *e)
{
    struct hand_clue c = {
        .source = "superior",
        .title = text(new, "title"),
        .basis = text(new, "basis"),
        .received_on = t->received_on,
        .admdvs = text(new, "admdvs"),
        .fixmedins_code = text(new, "fixmedins_code"),
        .fixmedins_name = text(new, "fixmedins_name"),
        .psn_no = text(new, "psn_no"),
        .mdtrt_id = text(new, "mdtrt_id"),
        .event_date = text(new, "event_date"),
        .amount_fen = json_integer_value(json_object_get(new, "amount_fen")),
        .fund_fen = json_integer_value(json_object_get(new, "fund_fen")),
    };

    return clue_make_inside(db, who, scope, &c, clue, e);
}

static int check_clue(struct cw *db, const struct actor *who, const struct scope *scope,
                      int64_t clue, struct err *e)
{
    struct clue_hand h = {.db = db, .who = who, .scope = scope, .clue = clue};
    struct buf before = BUF_INIT;
    enum clue_state state;
    int rc = clue_lock(&h, &state, &before, e);

    buf_release(&before);
    return rc;
}

struct taking {
    struct cw *db;
    const struct actor *who;
    const struct scope *scope;
    const struct handed_take *t;
    int64_t *clues; /* of the rows so far */
    int64_t *made;
    char salt[33];
};

static int take_row(struct taking *k, const json_t *row, int64_t no, struct err *e)
{
    struct cw *db = k->db;
    const struct actor *who = k->who;
    const struct handed_take *t = k->t;
    const json_t *as = json_object_get(row, "as"), *new = json_object_get(row, "new"),
                 *given = json_object_get(row, "clue"), *fen = json_object_get(row, "fen");
    char key[48], name[96], hash[SM3_HEX];
    char *cells = json_dumps(json_object_get(row, "cells"), JSON_COMPACT);
    int64_t clue = json_integer_value(given);
    int rc = cells ? 0 : err_nomem(e);

    if (json_is_integer(as) && json_integer_value(as) < no - 1)
        clue = k->clues[json_integer_value(as)];

    if (!rc && json_is_object(new)) {
        rc = row_wrong(e, row, make_clue(db, who, k->scope, t, new, &clue, e));
        *k->made += !rc;
    } else if (!rc && clue)
        rc = row_wrong(e, row, check_clue(db, who, k->scope, clue, e));
    snprintf(name, sizeof name, "%lld/%lld/%s", (long long)t->list, (long long)no, k->salt);
    sm3_hex(span_of(name), hash);
    snprintf(key, sizeof key, "%lld-%lld-%.6s", (long long)t->list, (long long)no, hash);
    if (!rc)
        rc = cw_exec(db, e,
                     "insert into list_row(list, no, row_key, clue, cells, place, same, fen)"
                     " values ($1, $2, $3, $4, $5, $6, $7, $8)",
                     CW_ARGS(cw_i(t->list), cw_i(no), cw_t(key), clue ? cw_i(clue) : cw_null(),
                             cw_t(cells), cw_i(json_integer_value(json_object_get(row, "row"))),
                             cw_t(text(row, "same") ? text(row, "same") : ""),
                             json_is_integer(fen) ? cw_i(json_integer_value(fen)) : cw_null()));
    free(cells);
    k->clues[no - 1] = clue;
    if (!rc && clue)
        rc = clue_history(db, clue, who, "list_out", t->title, "", e);
    return rc;
}

static int state_is(struct cw *db, int64_t list, const char *want, struct err *e)
{
    struct buf state = BUF_INIT;
    int rc = cw_get_text(db, &state, e,
                         "select state from list_out where id = $1 and kind = 'handed'",
                         CW_ARGS(cw_i(list)));

    if (rc >= 0)
        rc = strcmp(buf_cstr(&state), want) == 0
                 ? 0
                 : err_set(e, ERR_STATE,
                           strcmp(want, "map") == 0 ? "这份清单已经收进或作废"
                                                    : "这份清单还没有收进");
    buf_release(&state);
    return rc;
}

int handed_take(struct cw *db, const struct actor *who, const struct scope *scope,
                const struct handed_take *t, int64_t *made, struct err *e)
{
    char *mapping = json_dumps(t->mapping, JSON_COMPACT),
         *headings = json_dumps(t->headings, JSON_COMPACT);
    struct taking k = {.db = db, .who = who, .scope = scope, .t = t, .made = made};
    char detail[120];
    size_t i;
    json_t *row;
    int rc = mapping && headings ? random_hex(16, k.salt, e) : err_nomem(e);

    *made = 0;
    if (!rc && !json_array_size(t->rows))
        rc = err_set(e, ERR_INPUT, "标题行下面没有数据行");
    if (!rc && json_array_size(t->rows) > LIST_MAX_ROWS)
        rc = err_set(e, ERR_LIMIT, "一份清单最多 %d 行", LIST_MAX_ROWS);
    if (!rc && !(k.clues = mem_calloc(json_array_size(t->rows), sizeof *k.clues)))
        rc = err_nomem(e);
    if (!rc)
        rc = cw_begin(db, e);
    if (rc) {
        mem_free(k.clues);
        free(mapping);
        free(headings);
        return rc;
    }
    rc = state_is(db, t->list, "map", e);
    json_array_foreach(t->rows, i, row) if (!rc) rc = take_row(&k, row, (int64_t)i + 1, e);
    if (!rc)
        rc = cw_exec(
            db, e,
            "update handed set sheet = $2, heading_row = $3, headings = $4, mapping = $5 where list = $1",
            CW_ARGS(cw_i(t->list), cw_t(t->sheet), cw_i(t->heading_row), cw_t(headings),
                    cw_t(mapping)));
    if (!rc)
        rc = cw_exec(
            db, e,
            "update list_out set state = 'out', title = $2, due = $3, version = version + 1"
            " where id = $1",
            CW_ARGS(cw_i(t->list), cw_t(t->title), t->due && *t->due ? cw_t(t->due) : cw_null()));
    snprintf(detail, sizeof detail, "{\"rows\":%zu,\"made\":%lld}", json_array_size(t->rows),
             (long long)*made);
    if (!rc)
        rc = note_act(db, who, t->list, "list.taken", detail, e);
    mem_free(k.clues);
    free(mapping);
    free(headings);
    return cw_end(db, rc, e);
}

int handed_drop(struct cw *db, const struct actor *who, int64_t list, struct err *e)
{
    int rc = cw_begin(db, e);

    if (!rc)
        rc = state_is(db, list, "map", e);
    if (!rc)
        rc = cw_exec(db, e,
                     "update list_out set state = 'void', version = version + 1 where id = $1",
                     CW_ARGS(cw_i(list)));
    if (!rc)
        rc = note_act(db, who, list, "list.dropped", NULL, e);
    return cw_end(db, rc, e);
}

int handed_link(struct cw *db, const struct actor *who, const struct scope *scope, int64_t list,
                int64_t no, int64_t clue, struct err *e)
{
    char detail[80];
    int64_t there = 0;
    int rc = cw_begin(db, e);

    if (!rc)
        rc = state_is(db, list, "out", e);
    if (!rc)
        rc = cw_get_int(db, 0, &there, e, "select no from list_row where list = $1 and no = $2",
                        CW_ARGS(cw_i(list), cw_i(no)));
    if (!rc && !there)
        rc = err_set(e, ERR_USAGE, "这份清单没有第 %lld 行", (long long)no);
    if (!rc && clue)
        rc = check_clue(db, who, scope, clue, e);
    if (!rc)
        rc = cw_exec(db, e, "update list_row set clue = $3 where list = $1 and no = $2",
                     CW_ARGS(cw_i(list), cw_i(no), clue ? cw_i(clue) : cw_null()));
    snprintf(detail, sizeof detail, "{\"no\":%lld,\"clue\":%lld}", (long long)no, (long long)clue);
    if (!rc)
        rc = note_act(db, who, list, "list.link", detail, e);
    return cw_end(db, rc, e);
}
