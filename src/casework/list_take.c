/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Files that came back: kept with their comparison; taken in, or dropped, by a person. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "casework/list.h"
#include "casework/work.h"

int list_keep(struct cw *db, const struct actor *who, int64_t list, const struct list_file *f,
              const json_t *report, int64_t *id, struct err *e)
{
    char now[CW_TIME], object[48], detail[160];
    char *text = json_dumps(report, JSON_COMPACT);
    int rc = text ? cw_begin(db, e) : err_nomem(e);

    cw_now(now);
    if (!rc)
        rc = cw_get_int(
            db, 0, id, e,
            "insert into list_in(list, filename, digest, bytes, report, actor, actor_name, at)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
            CW_ARGS(cw_i(list), cw_t(f->filename), cw_t(f->digest), cw_i(f->bytes), cw_t(text),
                    cw_t(who->login), cw_t(who->name), cw_t(now)));
    free(text);
    snprintf(object, sizeof object, "list:%lld", (long long)list);
    snprintf(detail, sizeof detail, "{\"file\":%lld,\"sm3\":\"%.64s\"}", (long long)*id, f->digest);
    if (!rc)
        rc = audit_append(
            db, who, &(struct act){.act = "list.return", .object = object, .detail = detail}, e);
    return cw_end(db, rc, e);
}

static bool picked(const json_t *pick, json_int_t row)
{
    size_t i;
    json_t *one;

    json_array_foreach(pick, i, one) if (json_integer_value(one) == row) return true;
    return false;
}

static bool wanted(const struct list_take *t, const json_t *row)
{
    const char *status = json_string_value(json_object_get(row, "status"));

    if (strcmp(status, "ok") == 0)
        return true;
    if (strcmp(status, "changed") == 0)
        return t->changed;
    if (strcmp(status, "answered") == 0)
        return t->replace;
    return strcmp(status, "double") == 0 &&
           picked(t->pick, json_integer_value(json_object_get(row, "row")));
}

/* What the institution said, into the clue's history; its officer's bell rings. */
static int tell_clue(struct cw *db, const struct actor *who, int64_t clue, const json_t *answer,
                     struct err *e)
{
    struct scope all = {0};
    struct clue_hand h = {.db = db, .who = who, .scope = &all, .clue = clue};
    struct work w = {.h = &h, .act = "clue.answer", .kind = "answer"};
    struct buf note = BUF_INIT;
    int64_t account = 0;
    int rc;

    for (size_t i = 0; i < json_array_size(answer); i++) {
        static const char *const before[] = {"机构答复：", "；理由：", "；拟退（元）：", "；凭证：",
                                             "；退款："};
        const char *s = json_string_value(json_array_get(answer, i));

        if (s && *s && i < sizeof before / sizeof *before)
            buf_fmt(&note, "%s%s", before[i], s);
    }
    w.note = buf_cstr(&note);
    rc = work_begin(&w, true, e);
    rc = work_end(&w, true, NULL, rc, e);
    if (!rc)
        rc = cw_get_int(
            db, 0, &account, e,
            "select a.id from clue c join account a on a.login = c.assignee where c.id = $1",
            CW_ARGS(cw_i(clue)));
    if (!rc && account && account != who->account)
        rc = notice_add(db, account, "returned", clue, w.note, e);
    buf_release(&note);
    return rc;
}

/* A row that had no answer when the file was compared must have none still: another file may have been taken in since. */
static int take_row(struct cw *db, const struct actor *who, const struct list_take *t,
                    const json_t *row, const char *now, struct err *e)
{
    const json_t *answer = json_object_get(row, "answer");
    const char *status = json_string_value(json_object_get(row, "status"));
    bool had_none = strcmp(status, "ok") == 0 || strcmp(status, "changed") == 0;
    int64_t clue = json_integer_value(json_object_get(row, "clue")),
            no = json_integer_value(json_object_get(row, "no"));
    char *text = json_dumps(answer, JSON_COMPACT);
    int rc = text ? 0 : err_nomem(e);

    if (!rc)
        rc = cw_exec(
            db, e,
            "update list_row set answer = $3, file = $4, answered_at = $5, adopted_at = null"
            " where list = $1 and no = $2 and (answer is null or cast($6 as integer) = 0)",
            CW_ARGS(cw_i(t->list), cw_i(no), cw_t(text), cw_i(t->file), cw_t(now), cw_i(had_none)));
    free(text);
    if (!rc && !cw_changes(db)) {
        rc = err_set(e, ERR_STATE, "第 %lld 行在比对之后已收进了别的文件的答复", (long long)no);
        err_hint(e, "请放弃这个文件，重新上传、比对");
    }
    return rc || !clue ? rc : tell_clue(db, who, clue, answer, e);
}

/* The report of a file that nobody has decided on yet. Owns: json_decref. */
static int load_report(struct cw *db, int64_t list, int64_t file, json_t **report, struct err *e)
{
    struct cw_rows rows;
    int rc = cw_query(db, &rows, e, "select state, report from list_in where id = $1 and list = $2",
                      CW_ARGS(cw_i(file), cw_i(list)));

    if (rc)
        return rc;
    rc = cw_next(&rows, e);
    if (rc == 0)
        rc = err_set(e, ERR_USAGE, "没有这个收回的文件");
    else if (rc > 0 && !span_is(cw_text(&rows, 0), "shown"))
        rc = err_set(e, ERR_STATE, "这个文件已经处理过了");
    else if (rc > 0) {
        struct span s = cw_text(&rows, 1);

        *report = json_loadb(s.p, s.n, 0, NULL);
        rc = *report ? 0 : err_set(e, ERR_DB, "比对结果读不出来");
    }
    cw_done(&rows);
    return rc;
}

static int settle(struct cw *db, const struct actor *who, int64_t list, int64_t file,
                  const char *state, int64_t taken, struct err *e)
{
    char now[CW_TIME], object[48], detail[80], act[24];
    int rc;

    cw_now(now);
    rc = cw_exec(
        db, e,
        "update list_in set state = $2, taken = $3, taken_by = $4, taken_at = $5 where id = $1",
        CW_ARGS(cw_i(file), cw_t(state), cw_i(taken), cw_t(who->login), cw_t(now)));
    if (!rc)
        rc = cw_exec(
            db, e,
            "update list_out set version = version + 1, state = case"
            " when (select count(*) from list_row where list = $1 and answer is null) = 0 then 'in'"
            " when (select count(*) from list_row where list = $1 and answer is not null) > 0 then 'part'"
            " else 'out' end where id = $1",
            CW_ARGS(cw_i(list)));
    snprintf(object, sizeof object, "list:%lld", (long long)list);
    snprintf(detail, sizeof detail, "{\"file\":%lld,\"rows\":%lld}", (long long)file,
             (long long)taken);
    snprintf(act, sizeof act, "list.%s", state);
    return rc ? rc
              : audit_append(db, who, &(struct act){.act = act, .object = object, .detail = detail},
                             e);
}

int list_take(struct cw *db, const struct actor *who, const struct list_take *t, int64_t *taken,
              struct err *e)
{
    char now[CW_TIME];
    json_t *report = NULL, *row;
    size_t i;
    int rc = cw_begin(db, e);

    cw_now(now);
    *taken = 0;
    if (!rc)
        rc = load_report(db, t->list, t->file, &report, e);
    json_array_foreach(report, i, row)
    {
        if (rc || !wanted(t, row))
            continue;
        rc = take_row(db, who, t, row, now, e);
        ++*taken;
    }
    json_decref(report);
    if (!rc && !*taken)
        rc = err_set(e, ERR_STATE, "没有可收进的行");
    if (!rc)
        rc = settle(db, who, t->list, t->file, "taken", *taken, e);
    if (!rc)
        rc = cw_exec(
            db, e,
            "update list_in set checks_due = 1 where id = $1 and exists"
            " (select 1 from list_out l where l.id = list_in.list and l.kind = 'presence')",
            CW_ARGS(cw_i(t->file)));
    return cw_end(db, rc, e);
}

int list_drop(struct cw *db, const struct actor *who, int64_t list, int64_t file, struct err *e)
{
    json_t *report = NULL;
    int rc = cw_begin(db, e);

    if (!rc)
        rc = load_report(db, list, file, &report, e);
    json_decref(report);
    if (!rc)
        rc = settle(db, who, list, file, "dropped", 0, e);
    return cw_end(db, rc, e);
}
