/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/reporter.h"

#include <stdio.h>
#include <string.h>

static int field(struct err *e, const char *name, const char *text)
{
    err_set(e, ERR_INPUT, "%s", text);
    return err_where(e, "%s", name);
}

static int made_by_hand(struct clue_hand *h, struct err *e)
{
    struct buf before = BUF_INIT;
    enum clue_state state;
    int64_t n = 0;
    int rc = clue_lock(h, &state, &before, e);

    buf_release(&before);
    if (!rc)
        rc = cw_get_int(h->db, 0, &n, e,
                        "select count(*) from clue where id = $1 and source <> 'screen'",
                        CW_ARGS(cw_i(h->clue)));
    return rc || n ? rc : err_set(e, ERR_STATE, "筛查出来的线索没有举报人");
}

static void pair(struct buf *b, const char *name, const char *value)
{
    buf_fmt(b, "%s\"%s\":", b->n > 1 ? "," : "", name);
    buf_json(b, span_of(value ? value : ""));
}

static int audit(struct clue_hand *h, const char *act, const char *reason, struct err *e)
{
    char object[48];

    snprintf(object, sizeof object, "clue:%lld", (long long)h->clue);
    return audit_append(h->db, h->who,
                        &(struct act){.act = act, .object = object, .reason = reason}, e);
}

int reporter_put(struct clue_hand *h, const struct seal_key *key, const struct reporter *x,
                 struct err *e)
{
    struct buf text = BUF_INIT, sealed = BUF_INIT;
    char now[CW_TIME];
    int rc;

    if (!x->name && !x->phone && !x->address)
        return field(e, "name", "姓名、电话、地址至少写一样");
    buf_char(&text, '{');
    pair(&text, "name", x->name);
    pair(&text, "phone", x->phone);
    pair(&text, "address", x->address);
    buf_char(&text, '}');
    rc = text.failed ? err_nomem(e) : seal(key, (struct span){text.p, text.n}, &sealed, e);
    if (!rc)
        rc = cw_begin(h->db, e);
    if (!rc) {
        rc = made_by_hand(h, e);
        cw_now(now);
        if (!rc)
            rc = cw_exec(
                h->db, e,
                "insert into reporter(clue, sealed, actor_name, at) values ($1, $2, $3, $4) on conflict (clue)"
                " do update set sealed = excluded.sealed, actor_name = excluded.actor_name, at = excluded.at",
                CW_ARGS(cw_i(h->clue), cw_s((struct span){sealed.p, sealed.n}), cw_t(h->who->name),
                        cw_t(now)));
        if (!rc)
            rc = audit(h, "reporter.put", NULL, e);
        rc = cw_end(h->db, rc, e);
    }
    buf_release(&text);
    buf_release(&sealed);
    return rc;
}

/* The newest of one's own requests about this clue that can still lead anywhere: its number, or 0. */
static int pending(struct clue_hand *h, const struct session *s, const char *subject, int64_t *id,
                   bool *agreed, struct err *e)
{
    struct buf state = BUF_INIT;
    char now[CW_TIME];
    int rc;

    cw_now(now);
    rc = cw_get_int(
        h->db, 0, id, e,
        "select id from approval where kind = 'reporter.reveal' and subject = $1 and proposer = $2"
        " and state in ('open', 'approved') and expires_at >= $3 order by id desc limit 1",
        CW_ARGS(cw_t(subject), cw_i(s->account), cw_t(now)));
    if (!rc && *id)
        rc = cw_get_text(h->db, &state, e, "select state from approval where id = $1",
                         CW_ARGS(cw_i(*id)));
    *agreed = strcmp(buf_cstr(&state), "approved") == 0;
    buf_release(&state);
    return rc < 0 ? rc : 0;
}

static int open_it(struct clue_hand *h, const struct session *s, const struct approval_want *w,
                   const struct seal_key *key, struct buf *out, int64_t approval, struct err *e)
{
    struct buf sealed = BUF_INIT;
    int rc = cw_begin(h->db, e);

    if (!rc) {
        rc = approval_use(h->db, s, approval, w, true, e);
        if (!rc)
            rc = audit(h, "reporter.reveal", w->reason, e);
        rc = cw_end(h->db, rc, e);
    }
    if (!rc)
        rc = cw_get_text(h->db, &sealed, e, "select sealed from reporter where clue = $1",
                         CW_ARGS(cw_i(h->clue)));
    if (!rc)
        rc = unseal(key, (struct span){sealed.p, sealed.n}, out, e);
    buf_release(&sealed);
    return rc;
}

int reporter_reveal(struct clue_hand *h, const struct session *s, const struct seal_key *key,
                    const char *reason, struct buf *out, int64_t *approval, struct err *e)
{
    char subject[48], title[80];
    struct approval_want w = {"reporter.reveal", subject, title, reason, "{}", 0};
    int64_t kept = 0;
    bool agreed = false;
    int rc = cw_begin(h->db, e);

    snprintf(subject, sizeof subject, "clue:%lld", (long long)h->clue);
    snprintf(title, sizeof title, "查看线索 %lld 的举报人", (long long)h->clue);
    if (!rc)
        rc = cw_end(h->db, made_by_hand(h, e), e); /* scope */
    if (!rc)
        rc = cw_get_int(h->db, 0, &kept, e, "select count(*) from reporter where clue = $1",
                        CW_ARGS(cw_i(h->clue)));
    if (!rc && !kept)
        rc = err_set(e, ERR_USAGE, "这条线索没有登记举报人");
    if (!rc)
        rc = pending(h, s, subject, approval, &agreed, e);
    if (rc)
        return rc;
    if (agreed)
        return open_it(h, s, &w, key, out, *approval, e);
    if (!*approval)
        rc = approval_open(h->db, s, &w, approval, e);
    return rc ? rc : 1;
}
