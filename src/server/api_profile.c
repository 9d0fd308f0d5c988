/* SPDX-License-Identifier: MulanPSL-2.0 */
/* /api/profile: one's own password and second factor. */
#include <string.h>
#include <time.h>

#include "casework/org.h"
#include "casework/password.h"
#include "casework/sm.h"
#include "server/routes.h"
#include "server/server.h"

/* A wrong one counts as at the door: who found the page open may not try one after the other. */
static int wrong_password(struct request *r, struct err *e)
{
    int64_t locked = 0;
    char object[64];
    int rc = cw_begin(r->db, e);

    snprintf(object, sizeof object, "account:%s", r->session.login);
    if (!rc)
        rc = account_failure(r->db, r->session.account, &locked, e);
    if (!rc && locked)
        rc = cw_exec(r->db, e, "delete from session where account = $1",
                     CW_ARGS(cw_i(r->session.account)));
    if (!rc)
        rc = audit_append(
            r->db, &r->actor,
            &(struct act){.act = "account.password", .object = object, .result = "refused"}, e);
    rc = cw_end(r->db, rc, e);
    if (rc)
        return rc;
    if (locked)
        return err_set(e, ERR_STATE, "连续几次不对，账号已锁定 %lld 分钟", (long long)locked);
    err_set(e, ERR_INPUT, "原密码不对");
    return err_where(e, "old");
}

static int own_password(struct request *r, const char *password, struct err *e)
{
    struct buf hash = BUF_INIT;
    int rc = cw_get_text(r->db, &hash, e, "select password from account where id = $1",
                         CW_ARGS(cw_i(r->session.account)));

    if (!rc && !password_matches(buf_cstr(&hash), password))
        rc = wrong_password(r, e);
    buf_release(&hash);
    return rc;
}

static int change_password(struct request *r, struct err *e)
{
    const char *old, *fresh;
    int rc = request_text(r, "old", true, MAX_PASSWORD, &old, e);

    if (!rc)
        rc = request_text(r, "password", true, MAX_PASSWORD, &fresh, e);
    if (!rc)
        rc = own_password(r, old, e);
    if (!rc)
        rc = account_set_password(r->db, &r->actor, r->session.login, fresh, false, e);
    /* All sessions are over, this one too: he comes in with the new one. */
    return rc ? rc : reply_nothing(r, 204);
}

/* A secret to be put into an authenticator; it counts once a code proves that it is there. */
static int totp_new(struct request *r, struct err *e)
{
    unsigned char secret[20];
    struct buf text = BUF_INIT, sealed = BUF_INIT;
    int rc = random_bytes(secret, sizeof secret, e);

    if (!rc)
        rc = seal(&r->server->seal, (struct span){(const char *)secret, sizeof secret}, &sealed, e);
    base32(&text, (struct span){(const char *)secret, sizeof secret});
    if (!rc)
        rc = reply_json(r, 200,
                        json_pack("{s:s,s:s,s:o}", "secret", buf_cstr(&text), "sealed",
                                  buf_cstr(&sealed), "uri",
                                  json_sprintf("otpauth://totp/huji:%s?secret=%s&issuer=huji",
                                               r->session.login, buf_cstr(&text))),
                        e);
    buf_release(&text);
    buf_release(&sealed);
    return rc;
}

static int totp_on(struct request *r, struct err *e)
{
    const char *sealed, *code, *old;
    struct buf secret = BUF_INIT;
    int rc = request_text(r, "sealed", true, 390, &sealed, e);

    if (!rc)
        rc = request_text(r, "code", true, 6, &code, e);
    if (!rc)
        rc = request_text(r, "old", true, MAX_PASSWORD, &old, e);
    if (!rc)
        rc = own_password(r, old, e);
    if (!rc)
        rc = unseal(&r->server->seal, span_of(sealed), &secret, e);
    if (!rc && totp_step((struct span){secret.p, secret.n}, code, (int64_t)time(NULL)) < 0) {
        err_set(e, ERR_INPUT, "动态口令不对，请核对手机时间");
        rc = err_where(e, "code");
    }
    buf_release(&secret);
    if (!rc)
        rc = account_set_totp(r->db, &r->actor, r->session.login, sealed, e);
    return rc ? rc : reply_nothing(r, 204);
}

static const struct route_field password_body[] = {
    {"old", FIELD_TEXT, true, "原密码"}, {"password", FIELD_TEXT, true, "新密码"}, {0}};
static const struct route_field totp_body[] = {{"sealed", FIELD_TEXT, true, "上一步给的 sealed"},
                                               {"code", FIELD_TEXT, true, "动态口令"},
                                               {"old", FIELD_TEXT, true, "密码"},
                                               {0}};

const struct route routes_profile[] = {
    {"PUT", "/api/profile/password", NULL, ROUTE_PENDING, change_password, "改自己的密码", NULL,
     password_body},
    {"POST", "/api/profile/totp", NULL, ROUTE_PENDING, totp_new, "新的动态口令密钥（未生效）", NULL,
     NULL},
    {"PUT", "/api/profile/totp", NULL, ROUTE_PENDING, totp_on, "启用动态口令", NULL, totp_body},
    {0},
};
