/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/org.h"

#include <stdio.h>
#include <string.h>

const char *const org_kinds[][2] = {
    {"bureau", "医疗保障行政部门"}, {"centre", "医保经办机构"}, {"institution", "定点医药机构"},
    {"health", "卫生健康部门"},     {"police", "公安机关"},     {"discipline", "纪检监察机关"},
    {"market", "市场监管部门"},     {"finance", "财政部门"},    {"audit", "审计机关"},
    {"contractor", "第三方机构"},   {"other", "其他"},          {NULL, NULL},
};

static int field(struct err *e, const char *name, const char *text)
{
    err_set(e, ERR_INPUT, "%s", text);
    return err_where(e, "%s", name);
}

static int check_org(const struct org *o, struct err *e)
{
    bool known = false;
    size_t n = strlen(o->admdvs);

    for (int i = 0; org_kinds[i][0]; i++)
        known |= strcmp(org_kinds[i][0], o->kind) == 0;
    if (!*o->code || strlen(o->code) > 31 || strpbrk(o->code, " /?&#"))
        return field(e, "code", "机构代码要写，最多 31 个字符，不含空格和斜线");
    if (!*o->name || strlen(o->name) > 180)
        return field(e, "name", "名称要写，最多 60 个汉字");
    if (!known)
        return field(e, "kind", "没有这一类机构");
    if ((n && n != 6) || strspn(o->admdvs, "0123456789") != n)
        return field(e, "admdvs", "医保区划应是 6 位数字，或空着（不限）");
    if (o->fixmedins_code && strlen(o->fixmedins_code) > 30)
        return field(e, "fixmedins_code", "机构编号最多 30 个字符");
    if (strcmp(o->kind, "institution") == 0 && (!o->fixmedins_code || !*o->fixmedins_code))
        return field(e, "fixmedins_code", "定点医药机构要写机构编号");
    return 0;
}

/* A parent may not stand below its child. */
static int check_parent(struct cw *db, const struct org *o, struct err *e)
{
    int64_t n = 0;
    int rc;

    if (!o->parent)
        return 0;
    rc = cw_get_int(
        db, 0, &n, e,
        "with recursive up(code, parent) as (select code, parent from org where code = $1"
        " union all select o.code, o.parent from org o join up on o.code = up.parent)"
        " select count(*) from up where code = $2",
        CW_ARGS(cw_t(o->parent), cw_t(o->code)));
    if (!rc && n)
        rc = field(e, "parent", "上级不能是自己或自己的下级");
    if (!rc)
        rc = cw_get_int(db, 0, &n, e, "select count(*) from org where code = $1",
                        CW_ARGS(cw_t(o->parent)));
    return rc ? rc : n ? 0 : field(e, "parent", "没有这个上级机构");
}

/* As it stands, for the audit: a division is what row scope goes by. "" when there is none. */
static int org_text(struct cw *db, const char *code, struct buf *out, struct err *e)
{
    static const char *const names[] = {"parent", "kind", "name", "admdvs", "fixmedins_code"};
    struct cw_rows rows;
    int rc = cw_query(
        db, &rows, e,
        "select coalesce(parent, ''), kind, name, admdvs, coalesce(fixmedins_code, '')"
        " from org where code = $1",
        CW_ARGS(cw_t(code)));

    if (rc)
        return rc;
    rc = cw_next(&rows, e);
    for (int i = 0; rc > 0 && i < 5; i++) {
        buf_fmt(out, "%s\"%s\":", i ? "," : "{", names[i]);
        buf_json(out, cw_text(&rows, i));
    }
    if (rc > 0)
        buf_char(out, '}');
    cw_done(&rows);
    return rc < 0 ? rc : out->failed ? err_nomem(e) : 0;
}

int org_put(struct cw *db, const struct actor *who, const struct org *o, struct err *e)
{
    struct buf before = BUF_INIT, after = BUF_INIT;
    char object[64];
    int rc = check_org(o, e);

    if (!rc)
        rc = cw_begin(db, e);
    if (rc)
        return rc;
    rc = check_parent(db, o, e);
    if (!rc)
        rc = org_text(db, o->code, &before, e);
    if (!rc && !o->version && before.n)
        rc = err_set(e, ERR_STATE, "机构代码 %.31s 已有", o->code);
    if (!rc && !o->version)
        rc = cw_exec(
            db, e,
            "insert into org(code, parent, kind, name, admdvs, fixmedins_code) values ($1, $2, $3, $4, $5, $6)",
            CW_ARGS(cw_t(o->code), cw_t(o->parent), cw_t(o->kind), cw_t(o->name), cw_t(o->admdvs),
                    cw_t(o->fixmedins_code)));
    if (!rc && o->version) {
        rc = cw_exec(
            db, e,
            "update org set parent = $2, kind = $3, name = $4, admdvs = $5, fixmedins_code = $6,"
            " version = version + 1 where code = $1 and version = $7",
            CW_ARGS(cw_t(o->code), cw_t(o->parent), cw_t(o->kind), cw_t(o->name), cw_t(o->admdvs),
                    cw_t(o->fixmedins_code), cw_i(o->version)));
        if (!rc && !cw_changes(db))
            rc = err_set(e, ERR_STATE, "没有这个机构，或刚被别人改过");
    }
    if (!rc)
        rc = org_text(db, o->code, &after, e);
    snprintf(object, sizeof object, "org:%.40s", o->code);
    if (!rc)
        rc = audit_append(db, who,
                          &(struct act){.act = o->version ? "org.change" : "org.add",
                                        .object = object,
                                        .before = before.n ? buf_cstr(&before) : NULL,
                                        .after = buf_cstr(&after),
                                        .detail = buf_cstr(&after)},
                          e);
    buf_release(&before);
    buf_release(&after);
    return cw_end(db, rc, e);
}

/* --- accounts ------------------------------------------------------------------------------------ */

int account_create(struct cw *db, const struct actor *who, const char *login, const char *name,
                   const char *org, const char *valid_until, const char *contract, struct err *e)
{
    char now[CW_TIME], object[64];
    int64_t taken = 0, known = 0;
    int rc = account_check_names(login, name, e);

    if (!rc)
        rc = cw_begin(db, e);
    if (rc)
        return rc;
    rc = cw_get_int(db, 0, &taken, e, "select count(*) from account where login = $1",
                    CW_ARGS(cw_t(login)));
    if (!rc && taken)
        rc = err_set(e, ERR_STATE, "登录名 %s 已有人用", login);
    if (!rc)
        rc = cw_get_int(db, 0, &known, e, "select count(*) from org where code = $1",
                        CW_ARGS(cw_t(org)));
    if (!rc && !known)
        rc = field(e, "org", "没有这个机构");
    cw_now(now);
    /* "!" is no Argon2 hash: nothing matches it. */
    if (!rc)
        rc = cw_exec(
            db, e,
            "insert into account(login, name, org, state, password, password_at, must_change, created_at, valid_until,"
            " contract) values ($1, $2, $3, 'disabled', '!', $4, 1, $4, $5, $6)",
            CW_ARGS(cw_t(login), cw_t(name), cw_t(org), cw_t(now), cw_t(valid_until),
                    cw_t(contract)));
    snprintf(object, sizeof object, "account:%.40s", login);
    if (!rc)
        rc = audit_append(db, who, &(struct act){.act = "account.create", .object = object}, e);
    return cw_end(db, rc, e);
}

static int account_id(struct cw *db, const char *login, int64_t *id, struct err *e)
{
    int rc = cw_get_int(db, 0, id, e, "select id from account where login = $1",
                        CW_ARGS(cw_t(login)));

    return rc || *id ? rc : err_set(e, ERR_USAGE, "没有登录名为 %.40s 的用户", login);
}

/* After a change: each kind of administrator must still have somebody. */
static int still_administered(struct cw *db, struct err *e)
{
    struct buf missing = BUF_INIT;
    int rc = account_missing_admins(db, &missing, e);

    if (!rc && missing.n)
        rc = err_set(e, ERR_STATE, "这样就没有%s了", buf_cstr(&missing));
    buf_release(&missing);
    return rc;
}

static int ended(struct cw *db, const struct actor *who, const char *login, const char *act,
                 const char *after, int64_t id, int rc, struct err *e)
{
    char object[64];

    snprintf(object, sizeof object, "account:%.40s", login);
    if (!rc)
        rc = cw_exec(db, e, "update account set version = version + 1 where id = $1",
                     CW_ARGS(cw_i(id)));
    if (!rc)
        rc = cw_exec(db, e, "delete from session where account = $1", CW_ARGS(cw_i(id)));
    if (!rc)
        rc = audit_append(
            db, who, &(struct act){.act = act, .object = object, .after = after, .detail = after},
            e);
    return cw_end(db, rc, e);
}

static int not_self(const struct actor *who, const char *login, struct err *e)
{
    return strcmp(who->login, login) == 0 ? err_set(e, ERR_STATE, "不能对自己做") : 0;
}

/* People from outside come with a last day, a third party's with a contract, too. */
static int check_end(struct cw *db, int64_t id, role_set set, struct err *e)
{
    int reviewer = role_find(SPAN("reviewer"));
    int rc = 0;

    for (size_t i = 0; i < n_roles && !rc; i++) {
        int64_t good = 0;

        if (!(set >> i & 1) || !role_ends(i))
            continue;
        rc = cw_get_int(db, 0, &good, e,
                        "select count(*) from account where id = $1 and valid_until is not null"
                        " and (cast($2 as integer) = 0 or contract is not null)",
                        CW_ARGS(cw_i(id), cw_i((int)i == reviewer)));
        if (!rc && !good)
            rc = field(e, "roles",
                       (int)i == reviewer ? "第三方审核人员要有有效期和合同号：请系统管理员先填"
                                          : "这个角色要有有效期：请系统管理员先填");
    }
    return rc;
}

int account_set_term(struct cw *db, const struct actor *who, const char *login,
                     const char *valid_until, const char *contract, struct err *e)
{
    role_set set = 0;
    int64_t id = 0;
    int rc = cw_begin(db, e);

    if (rc)
        return rc;
    rc = account_id(db, login, &id, e);
    if (!rc)
        rc = cw_exec(db, e, "update account set valid_until = $2, contract = $3 where id = $1",
                     CW_ARGS(cw_i(id), cw_t(valid_until), cw_t(contract)));
    if (!rc)
        rc = account_roles(db, id, &set, e);
    if (!rc)
        rc = check_end(db, id, set, e);
    return ended(db, who, login, "account.term", valid_until ? valid_until : "-", id, rc, e);
}

int account_grant(struct cw *db, const struct actor *who, const char *login, role_set set,
                  struct err *e)
{
    const char *clash = role_set_clash(set);
    struct buf words = BUF_INIT;
    int64_t id = 0;
    int rc = not_self(who, login, e);

    if (!rc && clash)
        rc = field(e, "roles", clash);
    if (!rc)
        rc = cw_begin(db, e);
    if (rc)
        return rc;
    rc = account_id(db, login, &id, e);
    if (!rc)
        rc = cw_exec(db, e, "delete from account_role where account = $1", CW_ARGS(cw_i(id)));
    if (!rc)
        rc = check_end(db, id, set, e);
    for (size_t i = 0; i < n_roles && !rc; i++)
        if (set >> i & 1) {
            buf_fmt(&words, "%s%s", words.n ? " " : "", roles[i].code);
            rc = cw_exec(db, e, "insert into account_role(account, role) values ($1, $2)",
                         CW_ARGS(cw_i(id), cw_t(roles[i].code)));
        }
    if (!rc)
        rc = still_administered(db, e);
    rc = ended(db, who, login, "account.grant", buf_cstr(&words), id, rc, e);
    buf_release(&words);
    return rc;
}

int account_set_state(struct cw *db, const struct actor *who, const char *login, const char *state,
                      struct err *e)
{
    int64_t id = 0;
    int rc = not_self(who, login, e);

    if (!rc && strcmp(state, "active") != 0 && strcmp(state, "disabled") != 0)
        rc = field(e, "state", "状态应是 active（启用）或 disabled（停用）");
    if (!rc)
        rc = cw_begin(db, e);
    if (rc)
        return rc;
    rc = account_id(db, login, &id, e);
    if (!rc)
        rc = cw_exec(
            db, e, "update account set state = $2, failures = 0, locked_until = null where id = $1",
            CW_ARGS(cw_i(id), cw_t(state)));
    if (!rc)
        rc = still_administered(db, e);
    return ended(db, who, login, "account.state", state, id, rc, e);
}

int account_set_totp(struct cw *db, const struct actor *who, const char *login, const char *sealed,
                     struct err *e)
{
    int64_t id = 0;
    int rc = cw_begin(db, e);

    if (rc)
        return rc;
    rc = account_id(db, login, &id, e);
    if (!rc)
        rc = cw_exec(db, e, "update account set totp = $2, totp_step = 0 where id = $1",
                     CW_ARGS(cw_i(id), cw_t(sealed)));
    return ended(db, who, login, "account.totp", sealed ? "on" : "off", id, rc, e);
}
