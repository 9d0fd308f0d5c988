/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/day.h"
#include "casework/clue.h"

/* --- what all acts share ------------------------------------------------------------------------- */

int clue_next_change(struct cw *db, int64_t *out, struct err *e)
{
    return cw_get_int(db, 0, out, e, "update counter set n = n + 1 where name = 'clue' returning n",
                      CW_NONE);
}

int clue_history(struct cw *db, int64_t clue, const struct actor *who, const char *kind,
                 const char *note, const char *detail, struct err *e)
{
    char now[CW_TIME];

    cw_now(now);
    return cw_exec(db, e,
                   "insert into clue_event(clue, at, actor, actor_name, kind, note, detail)"
                   " values ($1, $2, $3, $4, $5, $6, $7)",
                   CW_ARGS(cw_i(clue), cw_t(now), cw_t(who->login), cw_t(who->name), cw_t(kind),
                           cw_t(note ? note : ""), cw_t(detail ? detail : "")));
}

int notice_add(struct cw *db, int64_t account, const char *kind, int64_t clue, const char *note,
               struct err *e)
{
    char now[CW_TIME];

    cw_now(now);
    return cw_exec(
        db, e, "insert into notice(account, at, kind, clue, note) values ($1, $2, $3, $4, $5)",
        CW_ARGS(cw_i(account), cw_t(now), cw_t(kind), clue ? cw_i(clue) : cw_null(), cw_t(note)));
}

static int not_there(const struct clue_hand *h, struct err *e)
{
    return err_set(e, ERR_USAGE, "没有编号为 %lld 的线索", (long long)h->clue);
}

int clue_lock(struct clue_hand *h, enum clue_state *state, struct buf *before, struct err *e)
{
    struct cw_rows rows;
    int rc = cw_query(
        h->db, &rows, e,
        "select state, version, admdvs, coalesce(fixmedins_code, ''), coalesce(assignee, ''),"
        " coalesce(verdict, ''), coalesce(verdict_reason, ''), coalesce(due, '') from clue where id = $1",
        CW_ARGS(cw_i(h->clue)));

    if (rc)
        return rc;
    rc = cw_next(&rows, e);
    if (rc == 0 || (rc > 0 && !scope_allows(h->scope, cw_text(&rows, 2), cw_text(&rows, 3),
                                            cw_text(&rows, 4)))) {
        rc = not_there(h, e);
    } else if (rc > 0 && h->version && h->version != cw_int(&rows, 1)) {
        h->conflict = true;
        rc = err_set(e, ERR_STATE, "这条线索刚被别人改过，请看过最新内容再改");
    } else if (rc > 0) {
        int at = clue_state_find(cw_text(&rows, 0));

        *state = at < 0 ? CLUE_NEW : (enum clue_state)at;
        buf_str(before, "{\"state\":");
        buf_json(before, cw_text(&rows, 0));
        buf_fmt(before, ",\"version\":%lld,\"assignee\":", (long long)cw_int(&rows, 1));
        buf_json(before, cw_text(&rows, 4));
        buf_str(before, ",\"verdict\":");
        buf_json(before, cw_text(&rows, 5));
        buf_str(before, ",\"reason\":");
        buf_json(before, cw_text(&rows, 6));
        buf_str(before, ",\"due\":");
        buf_json(before, cw_text(&rows, 7));
        buf_char(before, '}');
        rc = before->failed ? err_nomem(e) : 0;
    }
    cw_done(&rows);
    return rc;
}

/* One act being done: lock, then set columns, then history and audit. */
struct doing {
    struct clue_hand *h;
    const char *act, *kind, *note, *reason;
    enum clue_state state;
    struct buf before;
    char detail[256];
};

static int begin(struct doing *d, struct err *e)
{
    int rc = d->h->inside ? 0 : cw_begin(d->h->db, e);

    return rc ? rc : clue_lock(d->h, &d->state, &d->before, e);
}

/* `set` names its own parameters from $5 on. */
static int set(struct doing *d, const char *sql, const struct cw_val *more, size_t n, struct err *e)
{
    struct cw_val v[12] = {{0}};
    char now[CW_TIME];
    int64_t change = 0;
    int rc = clue_next_change(d->h->db, &change, e);

    if (rc)
        return rc;
    cw_now(now);
    v[0] = cw_i(d->h->clue);
    v[1] = cw_t(now);
    v[2] = cw_i(change);
    v[3] = cw_t(d->h->who->login);
    for (size_t i = 0; i < n; i++)
        v[4 + i] = more[i];
    return cw_exec(d->h->db, e, sql, v, 4 + n);
}

static int end(struct doing *d, int rc, struct err *e)
{
    char object[48];
    enum clue_state state;
    struct buf after = BUF_INIT;
    int64_t version = d->h->version;

    snprintf(object, sizeof object, "clue:%lld", (long long)d->h->clue);
    if (!rc)
        rc = clue_history(d->h->db, d->h->clue, d->h->who, d->kind, d->note, d->detail, e);
    d->h->version = 0;
    if (!rc) {
        /* Read again for the hash of what is there now; scope was checked before. */
        struct scope all = {0};
        const struct scope *mine = d->h->scope;

        d->h->scope = &all;
        rc = clue_lock(d->h, &state, &after, e);
        d->h->scope = mine;
    }
    d->h->version = version;
    if (!rc)
        rc = audit_append(d->h->db, d->h->who,
                          &(struct act){.act = d->act,
                                        .object = object,
                                        .reason = d->reason,
                                        .before = buf_cstr(&d->before),
                                        .after = buf_cstr(&after),
                                        .detail = d->detail},
                          e);
    if (!d->h->inside)
        rc = cw_end(d->h->db, rc, e);
    buf_release(&d->before);
    buf_release(&after);
    return rc;
}

#define TOUCH "updated_at = $2, change = $3, version = version + 1"
/* $4 is used by none of the sets but those that say who: SQLite does not mind, PostgreSQL wants each parameter typed. */
#define BY " and cast($4 as text) is not null"

static int need_open(const struct doing *d, struct err *e)
{
    if (clue_states[d->state].open)
        return 0;
    err_set(e, ERR_STATE, "线索%s，不能再改", clue_states[d->state].title);
    err_hint(e, "要改请先重新打开");
    return ERR_STATE;
}

/* Money that was found or ordered stands in reports, and keeps other clues from the same lines: a clue that has some does not just go. */
static int need_no_money(const struct doing *d, struct err *e)
{
    int64_t fen = 0;
    int rc = cw_get_int(
        d->h->db, 0, &fen, e,
        "select (select coalesce(sum(found_fen), 0) from line_money where clue = $1)"
        " + (select coalesce(sum(ordered_fen + fine_fen + penalty_fen), 0) from disposal where clue = $1)"
        " + (select coalesce(sum(amount_fen), 0) from refund where clue = $1)",
        CW_ARGS(cw_i(d->h->clue)));

    if (rc || !fen)
        return rc;
    err_set(e, ERR_STATE, "线索已有认定、处理或退回的金额，不能就这样去掉");
    err_hint(e, "先冲销退回，把责令退回等和认定金额改为 0");
    return ERR_STATE;
}

static int need_reason(const char *reason, struct err *e)
{
    if (reason && span_trim(span_of(reason)).n >= 2)
        return 0;
    err_set(e, ERR_INPUT, "要写理由");
    return err_where(e, "reason");
}

/* --- acts ---------------------------------------------------------------------------------------- */

int clue_judge(struct clue_hand *h, enum verdict v, const char *reason, struct err *e)
{
    struct doing d = {
        .h = h, .act = "clue.verdict", .kind = "verdict", .note = reason, .reason = reason};
    int rc = need_reason(reason, e);

    if (rc)
        return rc;
    snprintf(d.detail, sizeof d.detail, "{\"verdict\":\"%s\"%s}", verdict_code[v],
             h->bulk ? ",\"bulk\":true" : "");
    rc = begin(&d, e);
    if (!rc)
        rc = need_open(&d, e);
    if (!rc && v == VERDICT_REJECTED)
        rc = need_no_money(&d, e);
    /* 存疑 goes on being looked into; the two others wait for what is to be done about it. */
    if (!rc)
        rc = set(
            &d,
            "update clue set verdict = $5, verdict_reason = $6, verdict_by = $4, verdict_at = $2,"
            " state = $7, content_changed = 0, nature = case when $5 = 'confirmed' then nature else '' end,"
            " intent = case when $5 = 'confirmed' then intent else 0 end, " TOUCH " where id = $1",
            CW_ARGS(cw_t(verdict_code[v]), cw_t(reason),
                    cw_t(clue_states[v == VERDICT_DOUBTFUL ? CLUE_WORKING : CLUE_JUDGED].code)),
            e);
    return end(&d, rc, e);
}

/* Whom a clue may be given to: active, may judge or comment, and would see it. */
static int find_assignee(struct clue_hand *h, const char *login, int64_t *account, struct err *e)
{
    struct session s = {0};
    struct cw_rows rows;
    struct scope scope;
    int rc = cw_query(h->db, &rows, e,
                      "select a.id, o.admdvs, coalesce(o.fixmedins_code, ''), r.role from account a"
                      " join org o on o.code = a.org join account_role r on r.account = a.id"
                      " where a.login = $1 and a.state = 'active'",
                      CW_ARGS(cw_t(login)));

    if (rc)
        return rc;
    while ((rc = cw_next(&rows, e)) > 0) {
        int role = role_find(cw_text(&rows, 3));

        s.account = cw_int(&rows, 0);
        snprintf(s.admdvs, sizeof s.admdvs, "%.*s", (int)cw_text(&rows, 1).n, cw_text(&rows, 1).p);
        snprintf(s.fixmedins_code, sizeof s.fixmedins_code, "%.*s", (int)cw_text(&rows, 2).n,
                 cw_text(&rows, 2).p);
        if (role >= 0)
            s.roles |= (role_set)1 << role;
    }
    cw_done(&rows);
    if (rc)
        return rc;
    if (!s.account || !role_set_may(s.roles, "clue.comment")) {
        err_set(e, ERR_INPUT, "%s 不是可以核查线索的用户", login);
        return err_where(e, "login");
    }
    /* A third party's comes in a batch, with its contract and last day: third.h. */
    if (role_set_may(s.roles, "clue.propose") && !role_set_may(s.roles, "clue.verdict")) {
        err_set(e, ERR_INPUT, "%s 是第三方审核人员，请按批次交给", login);
        return err_where(e, "login");
    }
    snprintf(s.login, sizeof s.login, "%s", login);
    scope = scope_of(&s);
    rc = cw_query(h->db, &rows, e,
                  "select admdvs, coalesce(fixmedins_code, '') from clue where id = $1",
                  CW_ARGS(cw_i(h->clue)));
    if (rc)
        return rc;
    rc = cw_next(&rows, e);
    if (rc > 0 && !scope_allows(&scope, cw_text(&rows, 0), cw_text(&rows, 1), span_of(login))) {
        err_set(e, ERR_INPUT, "%s 的管辖范围不含这条线索", login);
        rc = err_where(e, "login");
    }
    cw_done(&rows);
    *account = s.account;
    return rc < 0 ? rc : 0;
}

int clue_assign(struct clue_hand *h, const char *login, const char *due, struct err *e)
{
    struct doing d = {.h = h, .act = "clue.assign", .kind = login ? "assign" : "unassign"};
    char text[160];
    int64_t account = 0;
    day_t day;
    int rc;

    if (due && !day_iso(span_of(due), &day)) {
        err_set(e, ERR_INPUT, "期限应是日期，如 2026-12-01");
        return err_where(e, "due");
    }
    snprintf(d.detail, sizeof d.detail, "{\"login\":\"%.32s\",\"due\":\"%.10s\"}",
             login ? login : "", due ? due : "");
    snprintf(text, sizeof text, "%.32s%s%.10s", login ? login : "", due ? "，期限 " : "",
             due ? due : "");
    d.note = text;
    rc = begin(&d, e);
    if (!rc)
        rc = need_open(&d, e);
    if (!rc && login)
        rc = find_assignee(h, login, &account, e);
    if (!rc)
        rc = set(&d,
                 "update clue set assignee = $5, due = $6, assigned_at = $2, state = $7, " TOUCH
                 " where id = $1" BY,
                 CW_ARGS(cw_t(login), cw_t(due),
                         cw_t(clue_states[d.state == CLUE_NEW && login         ? CLUE_ASSIGNED
                                          : d.state == CLUE_ASSIGNED && !login ? CLUE_NEW
                                                                               : d.state]
                                  .code)),
                 e);
    if (!rc && account && account != h->who->account)
        rc = notice_add(h->db, account, "assigned", h->clue, text, e);
    return end(&d, rc, e);
}

int clue_start(struct clue_hand *h, struct err *e)
{
    struct doing d = {.h = h, .act = "clue.start", .kind = "start"};
    int rc = begin(&d, e);

    if (!rc)
        rc = need_open(&d, e);
    if (!rc)
        rc = set(&d,
                 "update clue set state = 'working', assignee = coalesce(assignee, $4), " TOUCH
                 " where id = $1",
                 NULL, 0, e);
    return end(&d, rc, e);
}

int clue_dismiss(struct clue_hand *h, const char *reason, struct err *e)
{
    struct doing d = {
        .h = h, .act = "clue.dismiss", .kind = "dismiss", .note = reason, .reason = reason};
    int rc = need_reason(reason, e);

    if (rc)
        return rc;
    if (h->bulk)
        snprintf(d.detail, sizeof d.detail, "{\"bulk\":true}");
    rc = begin(&d, e);
    if (!rc)
        rc = need_open(&d, e);
    if (!rc)
        rc = need_no_money(&d, e);
    if (!rc)
        rc = set(&d, "update clue set state = 'dismissed', " TOUCH " where id = $1" BY, NULL, 0, e);
    return end(&d, rc, e);
}

/* The bell of whoever has it, unless they did it themselves. */
static int tell_assignee(struct clue_hand *h, const char *kind, const char *note, struct err *e)
{
    int64_t account = 0;
    int rc = cw_get_int(
        h->db, 0, &account, e,
        "select a.id from clue c join account a on a.login = c.assignee where c.id = $1",
        CW_ARGS(cw_i(h->clue)));

    return rc || !account || account == h->who->account
               ? rc
               : notice_add(h->db, account, kind, h->clue, note, e);
}

int clue_reopen(struct clue_hand *h, const char *reason, struct err *e)
{
    struct doing d = {
        .h = h, .act = "clue.reopen", .kind = "reopen", .note = reason, .reason = reason};
    int rc = need_reason(reason, e);

    if (rc)
        return rc;
    rc = begin(&d, e);
    if (!rc && clue_states[d.state].open)
        rc = err_set(e, ERR_STATE, "线索还没有结束，不用重新打开");
    if (!rc)
        rc = set(&d,
                 "update clue set state = case when assignee is null then 'new' else 'working' end,"
                 " merged_into = null, " TOUCH " where id = $1" BY,
                 NULL, 0, e);
    if (!rc)
        rc = tell_assignee(h, "returned", reason, e);
    return end(&d, rc, e);
}

int clue_merge(struct clue_hand *h, int64_t into, const char *reason, struct err *e)
{
    struct doing d = {
        .h = h, .act = "clue.merge", .kind = "merge", .note = reason, .reason = reason};
    struct clue_hand other = {.db = h->db, .who = h->who, .scope = h->scope, .clue = into};
    struct buf text = BUF_INIT;
    enum clue_state state;
    int rc = need_reason(reason, e);

    if (rc)
        return rc;
    if (into == h->clue) {
        err_set(e, ERR_INPUT, "不能并入自己");
        return err_where(e, "into");
    }
    snprintf(d.detail, sizeof d.detail, "{\"into\":%lld}", (long long)into);
    rc = begin(&d, e);
    if (!rc)
        rc = need_open(&d, e);
    if (!rc)
        rc = need_no_money(&d, e);
    if (!rc)
        rc = clue_lock(&other, &state, &text, e);
    if (!rc && !clue_states[state].open)
        rc = err_set(e, ERR_STATE, "线索 %lld %s，不能并入", (long long)into,
                     clue_states[state].title);
    if (!rc)
        rc = set(&d,
                 "update clue set state = 'merged', merged_into = $5, " TOUCH " where id = $1" BY,
                 CW_ARGS(cw_i(into)), e);
    if (!rc) {
        snprintf(d.detail, sizeof d.detail, "{\"from\":%lld}", (long long)h->clue);
        rc = clue_history(h->db, into, h->who, "merged_in", reason, d.detail, e);
    }
    buf_release(&text);
    return end(&d, rc, e);
}

/* @login, as far as such people are. */
static int ring(struct clue_hand *h, const char *text, struct err *e)
{
    int rc = 0;

    for (const char *c = strchr(text, '@'); c && !rc; c = strchr(c + 1, '@')) {
        size_t n = 0;
        int64_t account = 0;

        while (isalnum((unsigned char)c[1 + n]) || (c[1 + n] && strchr("._-", c[1 + n])))
            n++;
        if (!n || n > MAX_LOGIN)
            continue;
        rc = cw_get_int(h->db, 0, &account, e,
                        "select id from account where login = $1 and state = 'active'",
                        CW_ARGS(cw_s((struct span){c + 1, n})));
        if (!rc && account && account != h->who->account)
            rc = notice_add(h->db, account, "mentioned", h->clue, h->who->name, e);
    }
    return rc;
}

int clue_comment(struct clue_hand *h, const char *text, struct err *e)
{
    struct doing d = {.h = h, .act = "clue.comment", .kind = "comment", .note = text};
    int rc;

    if (!span_trim(span_of(text)).n) {
        err_set(e, ERR_INPUT, "评论是空的");
        return err_where(e, "text");
    }
    rc = begin(&d, e);
    if (!rc)
        rc = ring(h, text, e);
    return end(&d, rc, e);
}
