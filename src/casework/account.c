/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/account.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "casework/param.h"
#include "casework/password.h"

#define ROOT_ORG "root"

static int check_login(const char *login, struct err *e)
{
    size_t n = strlen(login);
    bool good = n >= 2 && n <= MAX_LOGIN && isalpha((unsigned char)login[0]);

    for (size_t i = 0; i < n; i++)
        good &= isalnum((unsigned char)login[i]) || strchr("._-", login[i]);
    if (good)
        return 0;
    err_set(e, ERR_INPUT, "登录名“%.40s”不行", login);
    err_hint(e, "2 至 %d 个字符：字母开头，字母、数字、点、横线、下划线", MAX_LOGIN);
    return ERR_INPUT;
}

int account_check_names(const char *login, const char *name, struct err *e)
{
    size_t bad;
    int rc = check_login(login, e);

    if (rc)
        return rc;
    if (!*name || strlen(name) > 100 || !utf8_valid(span_of(name), &bad))
        return err_set(e, ERR_INPUT, "姓名要写，最多 100 字节");
    return 0;
}

static int check_new(const struct new_account *a, struct err *e)
{
    const char *clash = role_set_clash(a->roles);
    int rc = account_check_names(a->login, a->name, e);

    if (rc)
        return rc;
    if (!a->roles)
        return err_set(e, ERR_INPUT, "至少要有一个角色");
    if (clash)
        return err_set(e, ERR_INPUT, "%s", clash);
    for (size_t i = 0; i < n_roles; i++)
        if ((a->roles >> i & 1) && role_ends(i) && !(a->valid_until && *a->valid_until))
            return err_set(e, ERR_INPUT, "%s要有有效期", roles[i].title);
    return password_check(a->password, a->login, e);
}

/* The first account brings the root of the tree; its name and division are filled in later. */
static int root_org(struct cw *db, struct err *e)
{
    return cw_exec(
        db, e,
        "insert into org(code, parent, kind, name, admdvs) values ($1, null, 'bureau', '本局', '')"
        " on conflict (code) do nothing",
        CW_ARGS(cw_t(ROOT_ORG)));
}

static int insert(struct cw *db, const struct new_account *a, const char *hash, int64_t *id,
                  struct err *e)
{
    char now[CW_TIME];
    int rc;

    cw_now(now);
    rc = cw_get_int(
        db, 0, id, e,
        "insert into account(login, name, org, password, password_at, must_change, created_at, valid_until,"
        " contract) values ($1, $2, $3, $4, $5, $6, $5, $7, $8) returning id",
        CW_ARGS(cw_t(a->login), cw_t(a->name), cw_t(a->org && *a->org ? a->org : ROOT_ORG),
                cw_t(hash), cw_t(now), cw_i(a->must_change), cw_t(a->valid_until),
                cw_t(a->contract)));
    for (size_t i = 0; i < n_roles && !rc; i++)
        if (a->roles >> i & 1)
            rc = cw_exec(db, e, "insert into account_role(account, role) values ($1, $2)",
                         CW_ARGS(cw_i(*id), cw_t(roles[i].code)));
    return rc;
}

int account_add(struct cw *db, const struct actor *who, const struct new_account *a, int64_t *id,
                struct err *e)
{
    char hash[PASSWORD_HASH], object[64];
    int64_t got = 0, taken = 0;
    int rc = check_new(a, e);

    if (!rc)
        rc = password_hash(a->password, hash, e);
    if (!rc)
        rc = cw_begin(db, e);
    if (rc)
        return rc;
    rc = cw_get_int(db, 0, &taken, e, "select count(*) from account where login = $1",
                    CW_ARGS(cw_t(a->login)));
    if (!rc && taken)
        rc = err_set(e, ERR_STATE, "登录名 %s 已有人用", a->login);
    if (!rc)
        rc = root_org(db, e);
    if (!rc)
        rc = insert(db, a, hash, &got, e);
    snprintf(object, sizeof object, "account:%s", a->login);
    if (!rc)
        rc = audit_append(db, who, &(struct act){.act = "account.add", .object = object}, e);
    rc = cw_end(db, rc, e);
    if (!rc && id)
        *id = got;
    return rc;
}

int account_roles(struct cw *db, int64_t account, role_set *out, struct err *e)
{
    struct cw_rows rows;
    int rc = cw_query(db, &rows, e, "select role from account_role where account = $1",
                      CW_ARGS(cw_i(account)));

    if (rc)
        return rc;
    *out = 0;
    while ((rc = cw_next(&rows, e)) > 0) {
        int i = role_find(cw_text(&rows, 0));

        *out |= i < 0 ? 0 : (role_set)1 << i;
    }
    cw_done(&rows);
    return rc;
}

/* Not one of the last few; then the old one is kept among them. */
static int check_history(struct cw *db, int64_t account, const char *password, struct err *e)
{
    int64_t keep = 0;
    struct cw_rows rows;
    bool used = false;
    int rc = param_int(db, "password_history", &keep, e);

    if (!rc)
        rc = cw_query(
            db, &rows, e,
            "select password from (select password, at from password_history where account = $1"
            " union all select password, '9999' from account where id = $1) h order by at desc limit $2",
            CW_ARGS(cw_i(account), cw_i(keep)));
    if (rc)
        return rc;
    while (!used && (rc = cw_next(&rows, e)) > 0) {
        char hash[PASSWORD_HASH];

        snprintf(hash, sizeof hash, "%.*s", (int)cw_text(&rows, 0).n, cw_text(&rows, 0).p);
        used = password_matches(hash, password);
    }
    cw_done(&rows);
    if (rc < 0)
        return rc;
    if (used) {
        err_set(e, ERR_INPUT, "不得与最近 %lld 次的密码相同", (long long)keep);
        return err_where(e, "password");
    }
    return cw_exec(
        db, e,
        "insert into password_history(account, at, password) select id, password_at, password from account where id = $1",
        CW_ARGS(cw_i(account)));
}

int account_set_password(struct cw *db, const struct actor *who, const char *login,
                         const char *password, bool must_change, struct err *e)
{
    char hash[PASSWORD_HASH], object[64], now[CW_TIME];
    int64_t id = 0;
    int rc = password_check(password, login, e);

    if (!rc)
        rc = password_hash(password, hash, e);
    if (!rc)
        rc = cw_begin(db, e);
    if (rc)
        return rc;
    cw_now(now);
    rc = cw_get_int(db, 0, &id, e, "select id from account where login = $1", CW_ARGS(cw_t(login)));
    if (!rc && id)
        rc = check_history(db, id, password, e);
    if (!rc)
        rc = cw_get_int(
            db, 0, &id, e,
            "update account set password = $1, password_at = $2, must_change = $3, failures = 0,"
            " locked_until = null, version = version + 1 where login = $4 returning id",
            CW_ARGS(cw_t(hash), cw_t(now), cw_i(must_change), cw_t(login)));
    if (!rc && !id)
        rc = err_set(e, ERR_USAGE, "没有登录名为 %s 的用户", login);
    if (!rc)
        rc = cw_exec(db, e, "delete from session where account = $1", CW_ARGS(cw_i(id)));
    snprintf(object, sizeof object, "account:%.40s", login);
    if (!rc)
        rc = audit_append(db, who, &(struct act){.act = "account.password", .object = object}, e);
    return cw_end(db, rc, e);
}

int account_missing_admins(struct cw *db, struct buf *out, struct err *e)
{
    int rc = 0;

    for (size_t i = 0; i < n_roles && !rc; i++) {
        int64_t n = 0;

        if (!roles[i].admin)
            continue;
        rc = cw_get_int(db, 0, &n, e,
                        "select count(*) from account_role r join account a on a.id = r.account"
                        " where r.role = $1 and a.state = 'active'",
                        CW_ARGS(cw_t(roles[i].code)));
        if (!rc && !n)
            buf_fmt(out, "%s%s（%s）", out->n ? "、" : "", roles[i].title, roles[i].code);
    }
    return rc ? rc : out->failed ? err_nomem(e) : 0;
}
