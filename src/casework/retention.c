/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/retention.h"

#include <stdio.h>

#include "casework/param.h"

/* As many as password_history may ask for: what a new password is compared with is not over its time. */
#define PASSWORDS_KEPT "24"

const struct retention retentions[] = {
    {"notice", "提醒（铃铛）", "keep_notice_days", "at < $1", "notice"},
    {"job", "任务的记录和日志", "keep_job_days",
     "created_at < $1 and state not in ('queued', 'running')", "job"},
    {"password", "旧密码的散列（超出“不得重复”的）", "keep_notice_days",
     "at < $1 and (select count(*) from password_history h where h.account = password_history.account"
     " and h.at > password_history.at) >= " PASSWORDS_KEPT,
     "password_history"},
    {"fsi_flag", "事前事中提醒的逐条记录", "keep_fsi_days", "day < substr(cast($1 as text), 1, 10)",
     "fsi_flag"},
    {"fsi_day", "接口调用的每日统计", "keep_fsi_days", "day < substr(cast($1 as text), 1, 10)",
     "fsi_day"},
    {"list_in", "收回的往返表文件", "keep_list_days",
     "at < $1 and state <> 'shown' and checks_due = 0", "list_in"},
    {"reporter", "已办结线索的举报人身份", "keep_reporter_days",
     "clue in (select id from clue where state in ('closed', 'dismissed', 'merged') and updated_at < $1)",
     "reporter"},
    {0},
};

static int first_kept(struct cw *db, const struct retention *t, char out[CW_TIME], struct err *e)
{
    int64_t days = 0;
    int rc = param_int(db, t->param, &days, e);

    cw_later(-days * 86400, out);
    return rc;
}

int retention_due(struct cw *db, const struct retention *t, int64_t *n, struct err *e)
{
    struct buf sql = BUF_INIT;
    char from[CW_TIME];
    int rc = first_kept(db, t, from, e);

    buf_fmt(&sql, "select count(*) from %s where %s", t->table, t->condition);
    if (!rc)
        rc = sql.failed ? err_nomem(e)
                        : cw_get_int(db, 0, n, e, buf_cstr(&sql), CW_ARGS(cw_t(from)));
    buf_release(&sql);
    return rc;
}

static int purge_one(struct cw *db, const struct retention *t, struct buf *said, struct err *e)
{
    struct buf sql = BUF_INIT;
    char from[CW_TIME];
    int rc = first_kept(db, t, from, e);

    buf_fmt(&sql, "delete from %s where %s", t->table, t->condition);
    if (!rc)
        rc = sql.failed ? err_nomem(e) : cw_exec(db, e, buf_cstr(&sql), CW_ARGS(cw_t(from)));
    if (!rc)
        buf_fmt(said, "%s%s %lld", said->n ? "，" : "", t->title, (long long)cw_changes(db));
    buf_release(&sql);
    return rc;
}

int retention_purge(struct cw *db, const struct session *s, int64_t approval,
                    const struct approval_want *w, struct buf *said, struct err *e)
{
    struct actor who = session_actor(s);
    int rc = cw_begin(db, e);

    if (rc)
        return rc;
    rc = approval_use(db, s, approval, w, true, e);
    for (const struct retention *t = retentions; t->code && !rc; t++)
        rc = purge_one(db, t, said, e);
    if (!rc)
        rc = audit_append(
            db, &who,
            &(struct act){.act = "data.purge", .object = "retention", .detail = buf_cstr(said)}, e);
    if (!rc)
        rc = cw_exec(db, e, "update approval set result = $2 where id = $1",
                     CW_ARGS(cw_i(approval), cw_t(buf_cstr(said))));
    return cw_end(db, rc, e);
}
