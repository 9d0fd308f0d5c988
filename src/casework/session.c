/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "casework/account.h"
#include "casework/param.h"
#include "casework/password.h"
#include "casework/sm.h"

#define TOUCH_SECONDS 30

static void copy(char *out, size_t cap, struct span s)
{
    size_t n = s.n < cap - 1 ? s.n : cap - 1;

    memcpy(out, s.p, n);
    out[n] = 0;
}

struct actor session_actor(const struct session *s)
{
    return (struct actor){s->account, s->login, s->name, s->org, s->source};
}

/* Columns from `at`: account, login, name, org, org name, admdvs, fixmedins_code, must_change, certificate. */
#define WHO                                                                                          \
    "a.id, a.login, a.name, a.org, o.name, o.admdvs, coalesce(o.fixmedins_code, ''), a.must_change," \
    " coalesce(a.certificate, '')"
static void fill(struct session *s, const struct cw_rows *rows)
{
    s->account = cw_int(rows, 0);
    copy(s->login, sizeof s->login, cw_text(rows, 1));
    copy(s->name, sizeof s->name, cw_text(rows, 2));
    copy(s->org, sizeof s->org, cw_text(rows, 3));
    copy(s->org_name, sizeof s->org_name, cw_text(rows, 4));
    copy(s->admdvs, sizeof s->admdvs, cw_text(rows, 5));
    copy(s->fixmedins_code, sizeof s->fixmedins_code, cw_text(rows, 6));
    s->must_change = cw_int(rows, 7) != 0;
    copy(s->certificate, sizeof s->certificate, cw_text(rows, 8));
}

/* --- signing in ---------------------------------------------------------------------------------- */

struct candidate {
    struct session s;
    char password[PASSWORD_HASH], locked_until[CW_TIME], password_at[CW_TIME], seen[CW_TIME];
    char valid_until[CW_TIME], totp[400];
    int64_t totp_step;
    bool active;
};

static int load(struct cw *db, const char *login, struct candidate *c, struct err *e)
{
    struct cw_rows rows;
    int rc = cw_query(
        db, &rows, e,
        "select " WHO ", a.password, coalesce(a.locked_until, ''), a.state,"
        " a.password_at, coalesce(a.last_seen, a.created_at), coalesce(a.valid_until, ''),"
        " coalesce(a.totp, ''), a.totp_step"
        " from account a join org o on o.code = a.org where a.login = $1",
        CW_ARGS(cw_t(login)));

    if (rc)
        return rc;
    rc = cw_next(&rows, e);
    if (rc > 0) {
        fill(&c->s, &rows);
        copy(c->password, sizeof c->password, cw_text(&rows, 9));
        copy(c->locked_until, sizeof c->locked_until, cw_text(&rows, 10));
        c->active = span_is(cw_text(&rows, 11), "active");
        copy(c->password_at, sizeof c->password_at, cw_text(&rows, 12));
        copy(c->seen, sizeof c->seen, cw_text(&rows, 13));
        copy(c->valid_until, sizeof c->valid_until, cw_text(&rows, 14));
        copy(c->totp, sizeof c->totp, cw_text(&rows, 15));
        c->totp_step = cw_int(&rows, 16);
    }
    cw_done(&rows);
    return rc < 0 ? rc : !rc;
}

int account_failure(struct cw *db, int64_t account, int64_t *locked, struct err *e)
{
    char until[CW_TIME];
    int64_t most = 0, minutes = 0, failures = 0;
    int rc = param_int(db, "lock_failures", &most, e);

    *locked = 0;
    if (!rc)
        rc = param_int(db, "lock_minutes", &minutes, e);
    if (!rc)
        rc = cw_get_int(
            db, 0, &failures, e,
            "update account set failures = failures + 1 where id = $1 returning failures",
            CW_ARGS(cw_i(account)));
    if (rc || failures < most)
        return rc;
    cw_later(minutes * 60, until);
    rc = cw_exec(db, e, "update account set failures = 0, locked_until = $1 where id = $2",
                 CW_ARGS(cw_t(until), cw_i(account)));
    *locked = minutes;
    return rc;
}

static int refused(struct cw *db, struct candidate *c, const struct actor *who, struct err *e)
{
    char object[64];
    int64_t locked = 0;
    int rc = cw_begin(db, e);

    snprintf(object, sizeof object, "account:%.40s", who->login);
    if (!rc && c->s.account)
        rc = account_failure(db, c->s.account, &locked, e);
    if (!rc)
        rc = audit_append(
            db, who, &(struct act){.act = "session.begin", .object = object, .result = "refused"},
            e);
    rc = cw_end(db, rc, e);
    if (rc)
        return rc;
    if (locked)
        return err_set(e, ERR_STATE, "连续几次不对，账号已锁定 %lld 分钟", (long long)locked);
    return err_set(e, ERR_USAGE, "登录名或密码不对");
}

/* 1: not any more. Somebody else's guesses locked it meanwhile, or the same code came in twice at one moment. */
static int take_account(struct cw *db, struct candidate *c, const char *now, struct err *e)
{
    int rc = cw_exec(
        db, e,
        "update account set failures = 0, locked_until = null, last_seen = $1, totp_step = $3,"
        " must_change = $4 where id = $2 and state = 'active' and (locked_until is null or locked_until <= $1)"
        " and (totp is null or totp_step < $3)",
        CW_ARGS(cw_t(now), cw_i(c->s.account), cw_i(c->totp_step), cw_i(c->s.must_change)));

    return rc ? rc : cw_changes(db) == 0;
}

static int accepted(struct cw *db, struct candidate *c, const char *token, struct err *e)
{
    struct actor who = session_actor(&c->s);
    char now[CW_TIME], key[SM3_HEX], object[64];
    int rc = cw_begin(db, e);

    cw_now(now);
    sm3_hex(span_of(token), key);
    snprintf(object, sizeof object, "account:%s", c->s.login);
    if (!rc)
        rc = take_account(db, c, now, e);
    /* One session: the newer sign-in ends the older. */
    if (!rc)
        rc = cw_exec(db, e, "delete from session where account = $1", CW_ARGS(cw_i(c->s.account)));
    if (!rc)
        rc = cw_exec(
            db, e,
            "insert into session(token, account, csrf, source, created_at, seen_at)"
            " values ($1, $2, $3, $4, $5, $5)",
            CW_ARGS(cw_t(key), cw_i(c->s.account), cw_t(c->s.csrf), cw_t(c->s.source), cw_t(now)));
    if (!rc)
        rc = audit_append(db, &who, &(struct act){.act = "session.begin", .object = object}, e);
    return cw_end(db, rc, e);
}

/* The second factors that the account has. 0, 1 = wrong, ERR_LIMIT = not given. A code works once. */
static int second_factor(struct candidate *c, const struct seal_key *key, const char *code,
                         const char *certificate, struct err *e)
{
    struct buf secret = BUF_INIT;
    int64_t step;
    int rc;

    if (c->s.certificate[0] && strcmp(c->s.certificate, certificate) != 0)
        return *certificate
                   ? 1
                   : err_set(e, ERR_LIMIT, "这个账号须用登记的证书登录：请插入证书后重新打开本页");
    if (!c->totp[0])
        return 0;
    if (!code || !*code)
        return err_set(e, ERR_LIMIT, "请输入动态口令");
    rc = unseal(key, span_of(c->totp), &secret, e);
    if (rc)
        return rc;
    step = totp_step((struct span){secret.p, secret.n}, code, (int64_t)time(NULL));
    buf_release(&secret);
    if (step <= c->totp_step)
        return 1;
    c->totp_step = step;
    return 0;
}

static bool is_admin(role_set set)
{
    for (size_t i = 0; i < n_roles; i++)
        if ((set >> i & 1) && roles[i].admin)
            return true;
    return false;
}

/* Where from, since when, how old the password: 0, 1 = not let in. */
static int other_conditions(struct cw *db, struct candidate *c, const char *source, struct err *e)
{
    struct buf list = BUF_INIT;
    int64_t days = 0, unused = 0;
    char oldest[CW_TIME], now[CW_TIME];
    bool fits;
    int rc = param_text(db, is_admin(c->s.roles) ? "admin_ip_allow" : "ip_allow", &list, e);

    fits = ip_in_list(buf_cstr(&list), source);
    buf_release(&list);
    if (!rc)
        rc = param_int(db, "password_days", &days, e);
    if (!rc)
        rc = param_int(db, "unused_days", &unused, e);
    if (rc)
        return rc;
    cw_later(-days * 86400, oldest);
    if (strcmp(c->password_at, oldest) < 0)
        c->s.must_change = true;
    cw_later(-unused * 86400, oldest);
    cw_now(now);
    return !fits || strcmp(c->seen, oldest) < 0 ||
           (c->valid_until[0] && strncmp(c->valid_until, now, 10) < 0);
}

int session_begin(struct cw *db, const char *login, const char *password, const char *code,
                  const char *certificate, const char *source, const struct seal_key *key,
                  char token[SESSION_TOKEN], struct session *out, struct err *e)
{
    struct candidate c = {0};
    char now[CW_TIME], secret[SESSION_TOKEN];
    struct actor who = {.login = login, .name = "", .org = "", .source = source};
    int rc = load(db, login, &c, e);

    if (rc < 0)
        return rc;
    cw_now(now);
    if (c.locked_until[0] && strcmp(now, c.locked_until) < 0)
        return err_set(e, ERR_STATE, "账号已锁定，%s 后再试", c.locked_until);
    if (rc == 1)
        password_waste(password);
    if (rc == 1 || !c.active || !password_matches(c.password, password))
        return refused(db, &c, &who, e);
    rc = account_roles(db, c.s.account, &c.s.roles, e);
    if (!rc)
        rc = other_conditions(db, &c, source, e);
    if (!rc)
        rc = second_factor(&c, key, code, certificate, e);
    if (rc == 1)
        return refused(db, &c, &who, e);
    if (rc)
        return rc;
    snprintf(c.s.source, sizeof c.s.source, "%s", source);
    rc = random_hex(32, secret, e);
    if (!rc)
        rc = random_hex(32, c.s.csrf, e);
    if (!rc)
        rc = accepted(db, &c, secret, e);
    if (rc == 1)
        return refused(db, &c, &who, e);
    if (rc)
        return rc;
    memcpy(token, secret, SESSION_TOKEN);
    *out = c.s;
    return 0;
}

/* --- and then ------------------------------------------------------------------------------------ */

int session_find(struct cw *db, const char *token, const char *source, struct session *out,
                 struct err *e)
{
    char key[SM3_HEX], oldest[CW_TIME], touched[CW_TIME], now[CW_TIME];
    struct session s = {0};
    struct cw_rows rows;
    bool touch = false;
    int64_t idle = 0;
    int rc = param_int(db, "idle_minutes", &idle, e);

    if (rc)
        return rc;
    sm3_hex(span_of(token), key);
    cw_later(-idle * 60, oldest);
    cw_later(-TOUCH_SECONDS, touched);
    cw_now(now);
    rc = cw_query(
        db, &rows, e,
        "select " WHO ", s.csrf, s.seen_at from session s join account a on a.id = s.account"
        " join org o on o.code = a.org where s.token = $1 and s.source = $2 and s.seen_at >= $3"
        " and a.state = 'active' and (a.valid_until is null or substr(a.valid_until, 1, 10) >= substr(cast($4 as text), 1, 10))",
        CW_ARGS(cw_t(key), cw_t(source), cw_t(oldest), cw_t(now)));
    if (rc)
        return rc;
    rc = cw_next(&rows, e);
    if (rc > 0) {
        fill(&s, &rows);
        copy(s.csrf, sizeof s.csrf, cw_text(&rows, 9));
        touch = span_cmp(cw_text(&rows, 10), span_of(touched)) < 0;
    }
    cw_done(&rows);
    if (rc <= 0)
        return rc < 0 ? rc : 1;
    snprintf(s.source, sizeof s.source, "%s", source);
    cw_now(now);
    rc = account_roles(db, s.account, &s.roles, e);
    if (!rc && touch)
        rc = cw_exec(db, e, "update session set seen_at = $1 where token = $2",
                     CW_ARGS(cw_t(now), cw_t(key)));
    if (rc)
        return rc;
    *out = s;
    return 0;
}

int session_end(struct cw *db, const char *token, const struct actor *who, struct err *e)
{
    char key[SM3_HEX], object[64];
    int rc = cw_begin(db, e);

    if (rc)
        return rc;
    sm3_hex(span_of(token), key);
    snprintf(object, sizeof object, "account:%.40s", who->login);
    rc = cw_exec(db, e, "delete from session where token = $1", CW_ARGS(cw_t(key)));
    if (!rc)
        rc = audit_append(db, who, &(struct act){.act = "session.end", .object = object}, e);
    return cw_end(db, rc, e);
}
