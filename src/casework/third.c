/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/third.h"

#include <stdio.h>
#include <string.h>

#include "base/day.h"
#include "base/mem.h"

static int field(struct err *e, const char *name, const char *text)
{
    err_set(e, ERR_INPUT, "%s", text);
    return err_where(e, "%s", name);
}

/* --- batches --------------------------------------------------------------------------------------- */

/* The contract of a reviewer who may work until `until`. */
static int reviewer(struct cw *db, const char *login, const char *until, struct buf *contract,
                    struct err *e)
{
    struct cw_rows rows;
    int rc = cw_query(
        db, &rows, e,
        "select coalesce(a.contract, ''), coalesce(a.valid_until, '') from account a"
        " join account_role r on r.account = a.id where a.login = $1 and r.role = 'reviewer'"
        " and a.state = 'active'",
        CW_ARGS(cw_t(login)));

    if (rc)
        return rc;
    rc = cw_next(&rows, e);
    if (rc == 0)
        rc = field(e, "login", "不是启用的第三方审核人员");
    else if (rc > 0 && !cw_text(&rows, 0).n)
        rc = field(e, "login", "他的账号没有写合同号");
    else if (rc > 0 && span_cmp(cw_text(&rows, 1), span_of(until)) < 0)
        rc = field(e, "until", "超过了他的合同期");
    else if (rc > 0)
        buf_span(contract, cw_text(&rows, 0));
    cw_done(&rows);
    return rc < 0 ? rc : 0;
}

static int give_one(struct cw *db, const struct actor *who, const struct scope *scope,
                    const char *login, const char *until, int64_t batch, int64_t clue,
                    struct err *e)
{
    struct clue_hand h = {.db = db, .who = who, .scope = scope, .clue = clue};
    struct buf before = BUF_INIT;
    enum clue_state state;
    char now[CW_TIME];
    int64_t change = 0;
    int rc = clue_lock(&h, &state, &before, e);

    buf_release(&before);
    if (!rc && !clue_states[state].open)
        rc = err_set(e, ERR_STATE, "线索 %lld %s，不能再分派", (long long)clue,
                     clue_states[state].title);
    if (!rc)
        rc = clue_next_change(db, &change, e);
    cw_now(now);
    if (!rc)
        rc = cw_exec(
            db, e,
            "update clue set assignee = $2, due = $3, assigned_at = $4, state = case when state = 'new' then 'assigned'"
            " else state end, updated_at = $4, change = $5, version = version + 1 where id = $1",
            CW_ARGS(cw_i(clue), cw_t(login), cw_t(until), cw_t(now), cw_i(change)));
    if (!rc)
        rc = cw_exec(db, e, "insert into review_item(batch, clue) values ($1, $2)",
                     CW_ARGS(cw_i(batch), cw_i(clue)));
    if (!rc)
        rc = clue_history(db, clue, who, "assign", login, "{\"batch\":true}", e);
    return rc;
}

static int note(struct cw *db, const struct actor *who, const char *act, int64_t id,
                const char *detail, struct err *e)
{
    char object[48];

    snprintf(object, sizeof object, "batch:%lld", (long long)id);
    return audit_append(db, who, &(struct act){.act = act, .object = object, .detail = detail}, e);
}

int batch_give(struct cw *db, const struct actor *who, const struct scope *scope, const char *login,
               const char *title, const char *until, const int64_t *clues, size_t n, int64_t *id,
               struct err *e)
{
    struct buf contract = BUF_INIT;
    char now[CW_TIME], detail[120];
    day_t day;
    int rc;

    cw_now(now);
    if (!day_iso(span_of(until), &day) || strncmp(until, now, 10) < 0)
        return field(e, "until", "到期日应是今天或以后的日期，如 2026-12-31");
    if (!n)
        return field(e, "clues", "没有选线索");
    rc = cw_begin(db, e);
    if (!rc)
        rc = reviewer(db, login, until, &contract, e);
    if (!rc)
        rc = cw_get_int(
            db, 0, id, e,
            "insert into review_batch(login, title, contract, until_day, clues, actor, actor_name, at)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
            CW_ARGS(cw_t(login), cw_t(title), cw_s((struct span){buf_cstr(&contract), contract.n}),
                    cw_t(until), cw_i((int64_t)n), cw_t(who->login), cw_t(who->name), cw_t(now)));
    for (size_t i = 0; i < n && !rc; i++)
        rc = give_one(db, who, scope, login, until, *id, clues[i], e);
    snprintf(detail, sizeof detail, "{\"login\":\"%.32s\",\"clues\":%zu,\"until\":\"%.10s\"}",
             login, n, until);
    if (!rc)
        rc = note(db, who, "batch.give", *id, detail, e);
    buf_release(&contract);
    return cw_end(db, rc, e);
}

/* What the batch's reviewer still has of it and of no later one. */
#define STILL_HIS                                                                        \
    " id in (select clue from review_item where batch = $1)"                             \
    " and assignee = (select login from review_batch where id = $1)"                     \
    " and not exists (select 1 from review_item i join review_batch b on b.id = i.batch" \
    " where i.clue = clue.id and b.id > $1 and b.ended_at is null and b.login = clue.assignee)"

static int say_taken_back(struct cw *db, const struct actor *who, int64_t id, struct err *e)
{
    struct cw_rows rows;
    int64_t *clue = NULL;
    size_t n = 0, cap = 0;
    int rc = cw_query(db, &rows, e, "select id from clue where" STILL_HIS, CW_ARGS(cw_i(id)));

    if (rc)
        return rc;
    while ((rc = cw_next(&rows, e)) > 0) {
        if (mem_grow(&clue, &cap, n + 1, sizeof *clue)) {
            rc = err_nomem(e);
            break;
        }
        clue[n++] = cw_int(&rows, 0);
    }
    cw_done(&rows);
    for (size_t k = 0; k < n && !rc; k++)
        rc = clue_history(db, clue[k], who, "assign", "第三方批次结束，已收回", "{\"batch\":true}",
                          e);
    mem_free(clue);
    return rc;
}

/* Inside a transaction. */
static int take_back(struct cw *db, const struct actor *who, int64_t id, struct err *e)
{
    char now[CW_TIME];
    int64_t change = 0;
    int rc = say_taken_back(db, who, id, e);

    if (!rc)
        rc = clue_next_change(db, &change, e);
    cw_now(now);
    if (!rc)
        rc = cw_exec(
            db, e,
            "update clue set assignee = null, due = null, state = case when state = 'assigned' then 'new' else state end,"
            " updated_at = $2, change = $3, version = version + 1 where" STILL_HIS,
            CW_ARGS(cw_i(id), cw_t(now), cw_i(change)));
    if (!rc)
        rc = cw_exec(db, e,
                     "update review_batch set ended_at = $2 where id = $1 and ended_at is null",
                     CW_ARGS(cw_i(id), cw_t(now)));
    if (!rc && !cw_changes(db))
        rc = err_set(e, ERR_USAGE, "没有编号为 %lld 的、未结束的批次", (long long)id);
    if (!rc)
        rc = note(db, who, "batch.end", id, NULL, e);
    return rc;
}

/* A batch is of its reviewer's division, and of whom gave it. */
static int in_scope(struct cw *db, const struct actor *who, const struct scope *scope, int64_t id,
                    struct err *e)
{
    struct buf admdvs = BUF_INIT;
    int64_t given = 0;
    int rc = cw_get_text(db, &admdvs, e,
                         "select o.admdvs from review_batch b join account a on a.login = b.login"
                         " join org o on o.code = a.org where b.id = $1",
                         CW_ARGS(cw_i(id)));

    if (!rc)
        rc = cw_get_int(db, 0, &given, e,
                        "select count(*) from review_batch where id = $1 and actor = $2",
                        CW_ARGS(cw_i(id), cw_t(who->login)));
    if (rc == 1 ||
        (!rc && !given &&
         (scope->fixmedins_code[0] ||
          !scope_allows(scope, (struct span){buf_cstr(&admdvs), admdvs.n}, SPAN(""), SPAN("")))))
        rc = err_set(e, ERR_USAGE, "没有编号为 %lld 的、未结束的批次", (long long)id);
    buf_release(&admdvs);
    return rc;
}

int batch_end(struct cw *db, const struct actor *who, const struct scope *scope, int64_t id,
              struct err *e)
{
    int rc = cw_begin(db, e);

    if (!rc)
        rc = in_scope(db, who, scope, id, e);
    return cw_end(db, rc ? rc : take_back(db, who, id, e), e);
}

int batch_expire(struct cw *db, const struct actor *who, int *ended, struct err *e)
{
    const struct scope all = {0};
    char today[CW_TIME];
    int64_t id = 0;
    int rc = 0;

    *ended = 0;
    cw_day(0, today);
    while (!rc) {
        rc = cw_get_int(
            db, 0, &id, e,
            "select id from review_batch where ended_at is null and until_day < $1 order by id limit 1",
            CW_ARGS(cw_t(today)));
        if (rc || !id)
            break;
        rc = batch_end(db, who, &all, id, e);
        *ended += !rc;
    }
    return rc;
}

/* --- proposals --------------------------------------------------------------------------------------- */

static int note_clue(struct clue_hand *h, const char *act, const char *reason, const char *detail,
                     struct err *e)
{
    char object[48];

    snprintf(object, sizeof object, "clue:%lld", (long long)h->clue);
    return audit_append(
        h->db, h->who,
        &(struct act){
            .act = act, .object = object, .reason = reason, .after = detail, .detail = detail},
        e);
}

/* The clue's version goes up: whoever looked before this opinion came does not adopt it unseen. */
static int touch(struct clue_hand *h, const char *now, struct err *e)
{
    int64_t change = 0;
    int rc = clue_next_change(h->db, &change, e);

    return rc ? rc
              : cw_exec(
                    h->db, e,
                    "update clue set updated_at = $2, change = $3, version = version + 1 where id = $1",
                    CW_ARGS(cw_i(h->clue), cw_t(now), cw_i(change)));
}

int proposal_make(struct clue_hand *h, enum verdict v, const char *reason, struct err *e)
{
    struct buf before = BUF_INIT;
    enum clue_state state;
    char now[CW_TIME], detail[64];
    int rc;

    if (span_trim(span_of(reason)).n < 2)
        return field(e, "reason", "要写理由");
    rc = cw_begin(h->db, e);
    if (!rc)
        rc = clue_lock(h, &state, &before, e);
    buf_release(&before);
    if (!rc && !clue_states[state].open)
        rc = err_set(e, ERR_STATE, "线索%s，不能再提意见", clue_states[state].title);
    cw_now(now);
    snprintf(detail, sizeof detail, "{\"proposed\":\"%s\"}", verdict_code[v]);
    /* The newer opinion takes the place of the older. */
    if (!rc)
        rc = cw_exec(
            h->db, e,
            "update proposal set state = 'refused' where clue = $1 and state = 'open' and login = $2",
            CW_ARGS(cw_i(h->clue), cw_t(h->who->login)));
    if (!rc)
        rc = cw_exec(
            h->db, e,
            "insert into proposal(clue, login, name, verdict, reason, at) values ($1, $2, $3, $4, $5, $6)",
            CW_ARGS(cw_i(h->clue), cw_t(h->who->login), cw_t(h->who->name), cw_t(verdict_code[v]),
                    cw_t(reason), cw_t(now)));
    if (!rc)
        rc = touch(h, now, e);
    if (!rc)
        rc = clue_history(h->db, h->clue, h->who, "proposal", reason, detail, e);
    if (!rc)
        rc = note_clue(h, "clue.propose", reason, detail, e);
    return cw_end(h->db, rc, e);
}

struct opinion {
    int64_t id;
    enum verdict verdict;
    struct buf reason;
};

static int newest(struct clue_hand *h, struct opinion *o, struct err *e)
{
    struct cw_rows rows;
    int rc = cw_query(
        h->db, &rows, e,
        "select id, verdict, name, reason from proposal where clue = $1 and state = 'open'"
        " order by id desc limit 1",
        CW_ARGS(cw_i(h->clue)));

    if (rc)
        return rc;
    rc = cw_next(&rows, e);
    if (rc > 0) {
        o->id = cw_int(&rows, 0);
        verdict_parse(cw_text(&rows, 1), &o->verdict);
        buf_str(&o->reason, "采纳第三方意见（");
        buf_span(&o->reason, cw_text(&rows, 2));
        buf_str(&o->reason, "）：");
        buf_span(&o->reason, cw_text(&rows, 3));
    }
    cw_done(&rows);
    return rc < 0 ? rc : rc ? 0 : err_set(e, ERR_STATE, "没有等着采纳的意见");
}

static int settle(struct clue_hand *h, int64_t id, const char *state, struct err *e)
{
    char now[CW_TIME];

    cw_now(now);
    return cw_exec(
        h->db, e,
        "update proposal set state = $2, decided_name = $3, decided_at = $4 where id = $1",
        CW_ARGS(cw_i(id), cw_t(state), cw_t(h->who->name), cw_t(now)));
}

int proposal_adopt(struct clue_hand *h, struct err *e)
{
    struct opinion o = {.reason = BUF_INIT};
    int rc = cw_begin(h->db, e);

    if (!rc)
        rc = newest(h, &o, e);
    /* The verdict is the officer's, in his name; it has its own history and audit row. */
    h->inside = true;
    if (!rc)
        rc = clue_judge(h, o.verdict, buf_cstr(&o.reason), e);
    if (!rc)
        rc = settle(h, o.id, "adopted", e);
    if (!rc)
        rc = note_clue(h, "proposal.adopt", NULL, NULL, e);
    h->inside = false;
    buf_release(&o.reason);
    return cw_end(h->db, rc, e);
}

int proposal_refuse(struct clue_hand *h, const char *reason, struct err *e)
{
    struct opinion o = {.reason = BUF_INIT};
    struct buf before = BUF_INIT;
    enum clue_state state;
    int rc = cw_begin(h->db, e);

    if (!rc)
        rc = clue_lock(h, &state, &before, e);
    if (!rc)
        rc = newest(h, &o, e);
    if (!rc)
        rc = settle(h, o.id, "refused", e);
    if (!rc)
        rc = clue_history(h->db, h->clue, h->who, "refused", reason, NULL, e);
    if (!rc)
        rc = note_clue(h, "proposal.refuse", reason, NULL, e);
    buf_release(&before);
    buf_release(&o.reason);
    return cw_end(h->db, rc, e);
}
