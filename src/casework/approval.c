/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/approval.h"

#include <stdio.h>
#include <string.h>

#include "base/day.h"
#include "casework/clue.h"
#include "casework/param.h"
#include "casework/scope.h"
#include "casework/sm.h"

const struct approval_kind approval_kinds[] = {
    {"rule.activate", "规则生效", "rule.approve", false},
    {"rule.param", "改规则参数", "rule.approve", false},
    {"rule.exception", "规则例外", "rule.approve", false},
    {"rule.knowledge", "改知识表", "rule.approve", false},
    {"clue.dismiss", "批量排除线索", "approval.decide", false},
    {"personal.export", "导出个人信息", "approval.decide", false},
    {"data.purge", "清除到期数据", "approval.decide", false},
    {"reporter.reveal", "查看举报人身份", "approval.decide", true},
    {0},
};

const struct approval_kind *approval_kind_find(const char *code)
{
    for (const struct approval_kind *k = approval_kinds; k->code; k++)
        if (strcmp(k->code, code) == 0)
            return k;
    return NULL;
}

static int field(struct err *e, const char *name, const char *text)
{
    err_set(e, ERR_INPUT, "%s", text);
    return err_where(e, "%s", name);
}

static bool covers(const struct session *s, struct span admdvs)
{
    struct scope scope = scope_of(s);

    /* An institution's own people decide nothing of the bureau's. */
    return !scope.fixmedins_code[0] && scope_allows(&scope, admdvs, SPAN(""), span_of(s->login));
}

static void digest_of(const struct approval_want *w, char out[SM3_HEX])
{
    struct buf b = BUF_INIT;

    buf_fmt(&b, "%zu:%s%zu:%s%s", strlen(w->kind), w->kind, strlen(w->subject), w->subject,
            w->args);
    sm3_hex((struct span){buf_cstr(&b), b.n}, out);
    buf_release(&b);
}

static int audit(struct cw *db, const struct session *s, const char *act, int64_t id,
                 const char *reason, const char *detail, struct err *e)
{
    struct actor who = session_actor(s);
    char object[48];

    snprintf(object, sizeof object, "approval:%lld", (long long)id);
    return audit_append(
        db, &who,
        &(struct act){
            .act = act, .object = object, .reason = reason, .after = detail, .detail = detail},
        e);
}

/* --- who may be the second ------------------------------------------------------------------------ */

int approval_waived(struct cw *db, const char *kind, const struct session *s, int64_t *waiver,
                    struct err *e)
{
    const struct approval_kind *k = approval_kind_find(kind);
    char today[CW_TIME];
    struct cw_rows rows;
    int rc;

    *waiver = 0;
    if (!k || k->law)
        return 0;
    cw_day(0, today);
    rc = cw_query(
        db, &rows, e,
        "select id, admdvs from waiver where kind = $1 and until_day >= $2 and ended_at is null",
        CW_ARGS(cw_t(kind), cw_t(today)));
    if (rc)
        return rc;
    while ((rc = cw_next(&rows, e)) > 0) {
        struct session head = {0};

        snprintf(head.admdvs, sizeof head.admdvs, "%.*s", (int)cw_text(&rows, 1).n,
                 cw_text(&rows, 1).p);
        if (covers(&head, span_of(s->admdvs)))
            *waiver = cw_int(&rows, 0);
    }
    cw_done(&rows);
    return rc;
}

int approval_second(struct cw *db, const char *kind, const struct session *s, int64_t proposer,
                    int64_t *waiver, struct err *e)
{
    const struct approval_kind *k = approval_kind_find(kind);
    struct buf admdvs = BUF_INIT;
    bool mine;
    int rc;

    *waiver = 0;
    if (!k)
        return err_set(e, ERR_USAGE, "没有这一类复核：%.40s", kind);
    if (proposer == s->account) {
        rc = approval_waived(db, kind, s, waiver, e);
        if (!rc && !*waiver) {
            rc = err_set(e, ERR_STATE, "%s须由另一人同意，不能自己批自己的", k->title);
            err_hint(e, k->law ? "这是法规的要求，不能免"
                               : "本单位人少的，可由上级的人复核，或由局领导写明理由和期限免除");
        }
        return rc;
    }
    if (!role_set_may(s->roles, k->permission))
        return err_set(e, ERR_STATE, "您的角色不能复核：%s", k->title);
    rc = cw_get_text(db, &admdvs, e,
                     "select o.admdvs from account a join org o on o.code = a.org where a.id = $1",
                     CW_ARGS(cw_i(proposer)));
    mine = !rc && covers(s, (struct span){buf_cstr(&admdvs), admdvs.n});
    buf_release(&admdvs);
    if (rc < 0)
        return rc;
    return mine ? 0 : err_set(e, ERR_STATE, "提出的人不在您的管辖范围内");
}

/* --- ringing --------------------------------------------------------------------------------------- */

#define MAX_RUNG 40
/* Account numbers of those who may decide about what `s` asks. */
static int seconds_of(struct cw *db, const struct session *s, const struct approval_kind *k,
                      int64_t who[MAX_RUNG], int *n, struct err *e)
{
    struct session one = {0};
    struct cw_rows rows;
    int rc = cw_query(db, &rows, e,
                      "select a.id, o.admdvs, coalesce(o.fixmedins_code, ''), r.role from account a"
                      " join org o on o.code = a.org join account_role r on r.account = a.id"
                      " where a.state = 'active' and a.id <> $1 order by a.id",
                      CW_ARGS(cw_i(s->account)));

    *n = 0;
    if (rc)
        return rc;
    while ((rc = cw_next(&rows, e)) > 0) {
        int role = role_find(cw_text(&rows, 3));

        if (cw_int(&rows, 0) == one.account || *n == MAX_RUNG)
            continue;
        snprintf(one.admdvs, sizeof one.admdvs, "%.*s", (int)cw_text(&rows, 1).n,
                 cw_text(&rows, 1).p);
        snprintf(one.fixmedins_code, sizeof one.fixmedins_code, "%.*s", (int)cw_text(&rows, 2).n,
                 cw_text(&rows, 2).p);
        one.roles = role < 0 ? 0 : (role_set)1 << role;
        if (!role_set_may(one.roles, k->permission) || !covers(&one, span_of(s->admdvs)))
            continue;
        one.account = who[(*n)++] = cw_int(&rows, 0);
    }
    cw_done(&rows);
    return rc;
}

static int ring(struct cw *db, const struct session *s, const struct approval_kind *k,
                const char *title, struct err *e)
{
    int64_t who[MAX_RUNG];
    char note[400];
    int n = 0, rc = seconds_of(db, s, k, who, &n, e);

    snprintf(note, sizeof note, "%s请您复核：%s", s->name, title);
    for (int i = 0; i < n && !rc; i++)
        rc = notice_add(db, who[i], "approval", 0, note, e);
    return rc;
}

/* --- requests -------------------------------------------------------------------------------------- */

struct approval_row {
    char kind[32], state[16], digest[SM3_HEX], expires[CW_TIME], admdvs[8], title[300];
    int64_t proposer, rows;
    bool over;
};

#define MAX_TITLE 200
static int days_later(struct cw *db, char out[CW_TIME], struct err *e)
{
    int64_t days = 0;
    int rc = param_int(db, "approval_days", &days, e);

    cw_later(days * 86400, out);
    return rc;
}

int approval_open(struct cw *db, const struct session *s, const struct approval_want *w,
                  int64_t *id, struct err *e)
{
    const struct approval_kind *k = approval_kind_find(w->kind);
    char now[CW_TIME], until[CW_TIME], digest[SM3_HEX];
    int rc;

    if (!k)
        return err_set(e, ERR_USAGE, "没有这一类复核：%.40s", w->kind);
    if (!w->reason || span_trim(span_of(w->reason)).n < 4)
        return field(e, "reason", "要写明理由，给复核的人看");
    if (strlen(w->title) > MAX_TITLE)
        return field(e, "title", "标题太长");
    digest_of(w, digest);
    cw_now(now);
    rc = cw_begin(db, e);
    if (!rc)
        rc = days_later(db, until, e);
    if (!rc)
        rc = cw_get_int(
            db, 0, id, e,
            "insert into approval(kind, subject, title, reason, args, digest, proposer, proposer_name, org, admdvs,"
            " at, expires_at, n_rows) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning id",
            CW_ARGS(cw_t(w->kind), cw_t(w->subject), cw_t(w->title), cw_t(w->reason), cw_t(w->args),
                    cw_t(digest), cw_i(s->account), cw_t(s->name), cw_t(s->org), cw_t(s->admdvs),
                    cw_t(now), cw_t(until), cw_i(w->rows)));
    if (!rc)
        rc = ring(db, s, k, w->title, e);
    if (!rc)
        rc = audit(db, s, "approval.ask", *id, w->reason, w->kind, e);
    return cw_end(db, rc, e);
}

static int load(struct cw *db, int64_t id, struct approval_row *out, struct err *e)
{
    struct cw_rows rows;
    char now[CW_TIME];
    int rc = cw_query(
        db, &rows, e,
        "select kind, state, digest, expires_at, admdvs, proposer, title, n_rows from approval where id = $1",
        CW_ARGS(cw_i(id)));

    if (rc)
        return rc;
    cw_now(now);
    rc = cw_next(&rows, e);
    if (rc > 0) {
        struct {
            char *to;
            size_t cap;
        } const into[] = {{out->kind, sizeof out->kind},
                          {out->state, sizeof out->state},
                          {out->digest, sizeof out->digest},
                          {out->expires, sizeof out->expires},
                          {out->admdvs, sizeof out->admdvs}};

        for (int i = 0; i < 5; i++)
            snprintf(into[i].to, into[i].cap, "%.*s", (int)cw_text(&rows, i).n,
                     cw_text(&rows, i).p);
        out->proposer = cw_int(&rows, 5);
        snprintf(out->title, sizeof out->title, "%.*s", (int)cw_text(&rows, 6).n,
                 cw_text(&rows, 6).p);
        out->rows = cw_int(&rows, 7);
        out->over = strcmp(out->expires, now) < 0;
    }
    cw_done(&rows);
    return rc < 0 ? rc : rc ? 0 : err_set(e, ERR_USAGE, "没有编号为 %lld 的复核", (long long)id);
}

static int tell_proposer(struct cw *db, const struct approval_row *a, bool yes, struct err *e)
{
    char note[400];

    snprintf(note, sizeof note, "%s：%s", yes ? "已同意，可以执行" : "未同意", a->title);
    return notice_add(db, a->proposer, "approval", 0, note, e);
}

int approval_decide(struct cw *db, const struct session *s, int64_t id, bool yes, const char *note,
                    struct err *e)
{
    struct approval_row a = {0};
    char now[CW_TIME], until[CW_TIME];
    int64_t waiver = 0;
    int rc;

    if (!yes && (!note || span_trim(span_of(note)).n < 2))
        return field(e, "note", "不同意要写明原因");
    rc = cw_begin(db, e);
    if (!rc)
        rc = load(db, id, &a, e);
    if (!rc && !covers(s, span_of(a.admdvs)))
        rc = err_set(e, ERR_USAGE, "没有编号为 %lld 的复核", (long long)id);
    if (!rc)
        rc = approval_second(db, a.kind, s, a.proposer, &waiver, e);
    if (!rc && (strcmp(a.state, "open") != 0 || a.over))
        rc = err_set(e, ERR_STATE, a.over ? "已过期，请提出的人重新提出" : "这一件已经有结果了");
    cw_now(now);
    if (!rc)
        rc = days_later(db, until, e);
    if (!rc)
        rc = cw_exec(
            db, e,
            "update approval set state = $2, decided_by = $3, decided_name = $4, decided_org = $5, decided_at = $6,"
            " note = $7, expires_at = $8 where id = $1 and state = 'open'",
            CW_ARGS(cw_i(id), cw_t(yes ? "approved" : "refused"), cw_i(s->account), cw_t(s->name),
                    cw_t(s->org), cw_t(now), cw_t(note ? note : ""), cw_t(until)));
    if (!rc)
        rc = tell_proposer(db, &a, yes, e);
    if (!rc)
        rc = audit(db, s, yes ? "approval.approve" : "approval.refuse", id, note, a.kind, e);
    /* His own, by a waiver: that counts as a use of it. */
    if (!rc && waiver && yes)
        rc = approval_note_waived(
            db, s, &(struct approval_want){.kind = a.kind, .title = a.title, .args = ""}, waiver,
            e);
    return cw_end(db, rc, e);
}

int approval_withdraw(struct cw *db, const struct session *s, int64_t id, struct err *e)
{
    struct approval_row a = {0};
    int rc = cw_begin(db, e);

    if (!rc)
        rc = load(db, id, &a, e);
    if (!rc && a.proposer != s->account)
        rc = err_set(e, ERR_USAGE, "没有您提出的编号为 %lld 的复核", (long long)id);
    if (!rc)
        rc = cw_exec(
            db, e,
            "update approval set state = 'withdrawn' where id = $1 and state in ('open', 'approved')",
            CW_ARGS(cw_i(id)));
    if (!rc && !cw_changes(db))
        rc = err_set(e, ERR_STATE, "这一件已经有结果了");
    if (!rc)
        rc = audit(db, s, "approval.withdraw", id, NULL, a.kind, e);
    return cw_end(db, rc, e);
}

int approval_use(struct cw *db, const struct session *s, int64_t id, const struct approval_want *w,
                 bool once, struct err *e)
{
    struct approval_row a = {0};
    char digest[SM3_HEX], now[CW_TIME];
    int rc = load(db, id, &a, e);

    if (rc)
        return rc;
    digest_of(w, digest);
    if (a.proposer != s->account || strcmp(a.kind, w->kind) != 0 || strcmp(a.digest, digest) != 0)
        rc = err_set(e, ERR_STATE, "同意的不是这一件，请重新申请");
    else if (strcmp(a.state, "approved") != 0)
        rc = err_set(e, ERR_STATE,
                     strcmp(a.state, "open") == 0 ? "还没有人同意" : "这个同意已经用过或已撤回");
    else if (a.over)
        rc = err_set(e, ERR_STATE, "同意已过期，请重新申请");
    else if (w->rows > a.rows + a.rows / 10)
        rc = err_set(e, ERR_STATE, "现在有 %lld 行，同意时是 %lld 行，请重新申请",
                     (long long)w->rows, (long long)a.rows);
    cw_now(now);
    if (!rc)
        rc = cw_exec(
            db, e, "update approval set used_at = coalesce(used_at, $2), state = $3 where id = $1",
            CW_ARGS(cw_i(id), cw_t(now), cw_t(once ? "used" : "approved")));
    if (!rc)
        rc = audit(db, s, "approval.use", id, NULL, w->kind, e);
    return rc;
}

int approval_note_waived(struct cw *db, const struct session *s, const struct approval_want *w,
                         int64_t waiver, struct err *e)
{
    struct actor who = session_actor(s);
    char object[48];

    snprintf(object, sizeof object, "waiver:%lld", (long long)waiver);
    return audit_append(db, &who,
                        &(struct act){.act = "approval.waived",
                                      .object = object,
                                      .reason = w->title,
                                      .after = w->args,
                                      .detail = w->kind},
                        e);
}

/* --- waivers --------------------------------------------------------------------------------------- */

static int check_waiver(const struct session *s, const char *kind, const char *reason,
                        const char *until, struct err *e)
{
    const struct approval_kind *k = approval_kind_find(kind);
    char today[CW_TIME], last[CW_TIME];
    day_t day;

    if (!k)
        return field(e, "kind", "没有这一类复核");
    if (k->law)
        return field(e, "kind", "这是法规要求的两人，不能免");
    if (!role_set_may(s->roles, "waiver.write"))
        return err_set(e, ERR_STATE, "只有局领导能免除");
    if (span_trim(span_of(reason)).n < 10)
        return field(e, "reason", "要写清楚为什么免除（会一直显示在监督视图）");
    if (!day_iso(span_of(until), &day))
        return field(e, "until", "到哪一天为止应是日期，如 2026-12-31");
    cw_day(0, today);
    cw_day((int64_t)WAIVER_DAYS * 86400, last);
    if (strcmp(until, today) < 0 || strcmp(until, last) > 0)
        return field(e, "until", "到期日应在今天与一年之间");
    return 0;
}

int waiver_add(struct cw *db, const struct session *s, const char *kind, const char *reason,
               const char *until, int64_t *id, struct err *e)
{
    struct actor who = session_actor(s);
    char now[CW_TIME], object[48];
    int rc = check_waiver(s, kind, reason, until, e);

    if (!rc)
        rc = cw_begin(db, e);
    if (rc)
        return rc;
    cw_now(now);
    rc = cw_get_int(db, 0, id, e,
                    "insert into waiver(kind, admdvs, org, reason, until_day, account, name, at)"
                    " values ($1, $2, $3, $4, $5, $6, $7, $8) returning id",
                    CW_ARGS(cw_t(kind), cw_t(s->admdvs), cw_t(s->org), cw_t(reason), cw_t(until),
                            cw_i(s->account), cw_t(s->name), cw_t(now)));
    snprintf(object, sizeof object, "waiver:%lld", (long long)*id);
    if (!rc)
        rc = audit_append(db, &who,
                          &(struct act){.act = "waiver.add",
                                        .object = object,
                                        .reason = reason,
                                        .after = until,
                                        .detail = kind},
                          e);
    return cw_end(db, rc, e);
}

int waiver_end(struct cw *db, const struct session *s, int64_t id, struct err *e)
{
    struct actor who = session_actor(s);
    char now[CW_TIME], object[48];
    struct buf admdvs = BUF_INIT;
    int rc = cw_begin(db, e);

    if (rc)
        return rc;
    cw_now(now);
    rc = cw_get_text(db, &admdvs, e, "select admdvs from waiver where id = $1 and ended_at is null",
                     CW_ARGS(cw_i(id)));
    if (rc == 1 || (!rc && !covers(s, (struct span){buf_cstr(&admdvs), admdvs.n})))
        rc = err_set(e, ERR_USAGE, "没有编号为 %lld 的、还在生效的免除", (long long)id);
    buf_release(&admdvs);
    if (!rc)
        rc = cw_exec(db, e, "update waiver set ended_at = $2, ended_name = $3 where id = $1",
                     CW_ARGS(cw_i(id), cw_t(now), cw_t(s->name)));
    snprintf(object, sizeof object, "waiver:%lld", (long long)id);
    if (!rc)
        rc = audit_append(db, &who, &(struct act){.act = "waiver.end", .object = object}, e);
    return cw_end(db, rc, e);
}
