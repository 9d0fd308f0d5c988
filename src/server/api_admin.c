/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What the three administrators do: organisations, accounts, roles, parameters. */
#include <stdio.h>
#include <string.h>

#include "casework/backup.h"
#include "casework/certificate.h"
#include "casework/org.h"
#include "casework/param.h"
#include "server/routes.h"
#include "server/rowjson.h"
#include "server/server.h"

/* --- organisations --------------------------------------------------------------------------------- */

#define ORGS "select code, parent, kind, name, admdvs, fixmedins_code, version from org"
static const struct json_column org_columns[] = {
    {"code", JSON_AS_TEXT},   {"parent", JSON_AS_TEXT},
    {"kind", JSON_AS_TEXT},   {"name", JSON_AS_TEXT},
    {"admdvs", JSON_AS_TEXT}, {"fixmedins_code", JSON_AS_TEXT},
    {"version", JSON_AS_INT}, {0},
};

static int orgs(struct request *r, struct err *e)
{
    json_t *rows = NULL, *kinds = json_array();
    int rc = cw_rows_json(r->db, &rows, org_columns, e, ORGS " order by admdvs, code", CW_NONE);

    for (int i = 0; org_kinds[i][0]; i++)
        json_array_append_new(
            kinds, json_pack("{s:s,s:s}", "code", org_kinds[i][0], "title", org_kinds[i][1]));
    if (rc) {
        json_decref(kinds);
        return rc;
    }
    return reply_json(r, 200, json_pack("{s:o,s:o}", "rows", rows, "kinds", kinds), e);
}

static int org_save(struct request *r, const char *code, bool change, struct err *e)
{
    struct org o = {.code = code};
    json_t *row = NULL;
    int rc = 0;

    if (!change)
        rc = request_text(r, "code", true, 31, &o.code, e);
    if (!rc)
        rc = request_text(r, "parent", false, 31, &o.parent, e);
    if (!rc)
        rc = request_text(r, "kind", true, 20, &o.kind, e);
    if (!rc)
        rc = request_text(r, "name", true, 180, &o.name, e);
    if (!rc)
        rc = request_text(r, "admdvs", false, 6, &o.admdvs, e);
    if (!rc)
        rc = request_text(r, "fixmedins_code", false, 31, &o.fixmedins_code, e);
    if (!rc && change)
        rc = request_int(r, "version", true, 1, INT64_MAX, &o.version, e);
    if (!o.admdvs)
        o.admdvs = "";
    if (o.parent && !*o.parent)
        o.parent = NULL;
    if (!rc)
        rc = org_put(r->db, &r->actor, &o, e);
    if (!rc)
        rc = cw_one_json(r->db, &row, org_columns, e, ORGS " where code = $1",
                         CW_ARGS(cw_t(o.code)));
    return rc ? rc : reply_json(r, change ? 200 : 201, row, e);
}

static int org_add(struct request *r, struct err *e)
{
    return org_save(r, NULL, false, e);
}

static int org_change(struct request *r, struct err *e)
{
    return org_save(r, request_param(r, "code"), true, e);
}

/* --- accounts ---------------------------------------------------------------------------------------- */

#define ACCOUNTS                                                                                                                                          \
    "select a.id, a.login, a.name, a.org, o.name, a.state, a.must_change, a.locked_until, a.last_seen, a.created_at,"                                     \
    " a.valid_until, a.contract, case when a.totp is null then 0 else 1 end, case when a.certificate is null then 0 else 1 end, a.version from account a" \
    " join org o on o.code = a.org"
static const struct json_column account_columns[] = {
    {"id", JSON_AS_INT},           {"login", JSON_AS_TEXT},
    {"name", JSON_AS_TEXT},        {"org", JSON_AS_TEXT},
    {"org_name", JSON_AS_TEXT},    {"state", JSON_AS_TEXT},
    {"must_change", JSON_AS_BOOL}, {"locked_until", JSON_AS_TEXT},
    {"last_seen", JSON_AS_TEXT},   {"created_at", JSON_AS_TEXT},
    {"valid_until", JSON_AS_TEXT}, {"contract", JSON_AS_TEXT},
    {"totp", JSON_AS_BOOL},        {"certificate", JSON_AS_BOOL},
    {"version", JSON_AS_INT},      {0},
};

static int add_roles(struct request *r, json_t *row, struct err *e)
{
    json_t *list = json_array();
    struct cw_rows rows;
    int rc = cw_query(r->db, &rows, e,
                      "select role from account_role where account = $1 order by role",
                      CW_ARGS(cw_i(json_integer_value(json_object_get(row, "id")))));

    if (rc) {
        json_decref(list);
        return rc;
    }
    while ((rc = cw_next(&rows, e)) > 0)
        json_array_append_new(list, json_span(cw_text(&rows, 0)));
    cw_done(&rows);
    json_object_set_new(row, "roles", list);
    return rc;
}

static int accounts(struct request *r, struct err *e)
{
    json_t *rows = NULL, *row;
    size_t i;
    int rc = cw_rows_json(r->db, &rows, account_columns, e, ACCOUNTS " order by a.login", CW_NONE);

    json_array_foreach(rows, i, row) if (!rc) rc = add_roles(r, row, e);
    if (rc) {
        json_decref(rows);
        return rc;
    }
    return reply_json(r, 200, json_pack("{s:o}", "rows", rows), e);
}

static int account_answer(struct request *r, int status, const char *login, struct err *e)
{
    json_t *row = NULL;
    int rc = cw_one_json(r->db, &row, account_columns, e, ACCOUNTS " where a.login = $1",
                         CW_ARGS(cw_t(login)));

    if (!rc && row)
        rc = add_roles(r, row, e);
    if (rc) {
        json_decref(row);
        return rc;
    }
    return reply_json(r, status, row ? row : json_null(), e);
}

static int account_new(struct request *r, struct err *e)
{
    const char *login, *name, *org, *until, *contract;
    day_t day;
    int rc = request_text(r, "login", true, MAX_LOGIN, &login, e);

    if (!rc)
        rc = request_text(r, "name", true, 100, &name, e);
    if (!rc)
        rc = request_text(r, "org", true, 31, &org, e);
    if (!rc)
        rc = request_text(r, "valid_until", false, 10, &until, e);
    if (!rc)
        rc = request_text(r, "contract", false, 200, &contract, e);
    if (!rc && until && !day_iso(span_of(until), &day)) {
        err_set(e, ERR_INPUT, "有效期应是日期，如 2026-12-31");
        rc = err_where(e, "valid_until");
    }
    if (!rc)
        rc = account_create(r->db, &r->actor, login, name, org, until, contract, e);
    return rc ? rc : account_answer(r, 201, login, e);
}

static int grant(struct request *r, struct err *e)
{
    const char *login = request_param(r, "login");
    json_t *list = json_object_get(r->json, "roles"), *one;
    role_set set = 0;
    size_t i;
    int rc = 0;

    if (!json_is_array(list)) {
        err_set(e, ERR_INPUT, "roles 应是角色代码的列表");
        return err_where(e, "roles");
    }
    json_array_foreach(list, i, one)
    {
        int at = role_find(span_of(json_string_value(one)));

        if (at < 0) {
            err_set(e, ERR_INPUT, "没有这个角色");
            return err_where(e, "roles");
        }
        set |= (role_set)1 << at;
    }
    rc = account_grant(r->db, &r->actor, login, set, e);
    return rc ? rc : account_answer(r, 200, login, e);
}

static int state(struct request *r, struct err *e)
{
    const char *text;
    int rc = request_text(r, "state", true, 20, &text, e);

    if (!rc)
        rc = account_set_state(r->db, &r->actor, request_param(r, "login"), text, e);
    return rc ? rc : account_answer(r, 200, request_param(r, "login"), e);
}

/* One's own password and second factor are changed in one's profile, with the old password. */
static int not_own(const struct request *r, struct err *e)
{
    return strcmp(request_param(r, "login"), r->session.login) == 0
               ? err_set(e, ERR_STATE, "自己的请在“个人设置”里改，要输入原密码")
               : 0;
}

/* A password for once: he must change it when he comes in. */
static int password(struct request *r, struct err *e)
{
    const char *text;
    int rc = not_own(r, e);

    if (!rc)
        rc = request_text(r, "password", true, MAX_PASSWORD, &text, e);
    if (!rc)
        rc = account_set_password(r->db, &r->actor, request_param(r, "login"), text, true, e);
    return rc ? rc : account_answer(r, 200, request_param(r, "login"), e);
}

static int totp_off(struct request *r, struct err *e)
{
    int rc = not_own(r, e);

    if (!rc)
        rc = account_set_totp(r->db, &r->actor, request_param(r, "login"), NULL, e);

    return rc ? rc : account_answer(r, 200, request_param(r, "login"), e);
}

static int term(struct request *r, struct err *e)
{
    const char *until, *contract, *login = request_param(r, "login");
    day_t day;
    int rc = request_text(r, "valid_until", false, 10, &until, e);

    if (!rc)
        rc = request_text(r, "contract", false, 200, &contract, e);
    if (!rc && until && !day_iso(span_of(until), &day)) {
        err_set(e, ERR_INPUT, "有效期应是日期，如 2026-12-31");
        rc = err_where(e, "valid_until");
    }
    if (!rc)
        rc = account_set_term(r->db, &r->actor, login, until, contract, e);
    return rc ? rc : account_answer(r, 200, login, e);
}

/* The one that he brings; null takes it off. */
static int certificate(struct request *r, struct err *e)
{
    const char *text, *login = request_param(r, "login");
    char hash[65];
    int rc = request_text(r, "certificate", false, 20000, &text, e);

    if (!rc && text)
        rc = certificate_hash(text, hash, e);
    if (!rc)
        rc = account_set_certificate(r->db, &r->actor, login, text ? hash : NULL, e);
    return rc ? rc : account_answer(r, 200, login, e);
}

/* --- roles, parameters --------------------------------------------------------------------------------- */

static int role_list(struct request *r, struct err *e)
{
    json_t *rows = json_array(), *all = json_array();

    for (size_t i = 0; i < n_roles; i++) {
        json_t *may = json_array();

        for (size_t k = 0; k < n_permissions; k++)
            if (role_set_may((role_set)1 << i, permissions[k].code))
                json_array_append_new(may, json_string(permissions[k].code));
        json_array_append_new(rows, json_pack("{s:s,s:s,s:b,s:b,s:o}", "code", roles[i].code,
                                              "title", roles[i].title, "admin", roles[i].admin,
                                              "unmasked", roles[i].unmasked, "permissions", may));
    }
    for (size_t k = 0; k < n_permissions; k++)
        json_array_append_new(all, json_pack("{s:s,s:s}", "code", permissions[k].code, "title",
                                             permissions[k].title));
    return reply_json(r, 200, json_pack("{s:o,s:o}", "rows", rows, "permissions", all), e);
}

static int param_list(struct request *r, struct err *e)
{
    json_t *rows = json_array();
    int rc = 0;

    for (size_t i = 0; i < n_params && !rc; i++) {
        struct buf b = BUF_INIT;

        rc = param_text(r->db, params[i].key, &b, e);
        if (!rc && !b.n && params[i].number)
            buf_i64(&b, params[i].preset);
        json_array_append_new(
            rows, json_pack("{s:s,s:s,s:o,s:b,s:b,s:I,s:I}", "key", params[i].key, "title",
                            params[i].title, "value", json_span((struct span){buf_cstr(&b), b.n}),
                            "number", params[i].number, "security", params[i].security, "least",
                            (json_int_t)params[i].least, "most", (json_int_t)params[i].most));
        buf_release(&b);
    }
    if (rc) {
        json_decref(rows);
        return rc;
    }
    return reply_json(r, 200, json_pack("{s:o}", "rows", rows), e);
}

static int param_put(struct request *r, struct err *e)
{
    const char *key = request_param(r, "key"), *value;
    int i = param_find(key), rc = request_text(r, "value", false, 1000, &value, e);

    if (rc)
        return rc;
    if (i >= 0 && !request_may(r, params[i].security ? "security.write" : "param.write"))
        return reply_problem(r, 403, "没有权限",
                             params[i].security ? "这一项由安全管理员设" : "这一项由系统管理员设",
                             NULL);
    if (value && *value && strcmp(key, "backup_dir") == 0 &&
        backup_place(r->server->options->dir, value, e))
        return err_where(e, "backup_dir");
    rc = param_set(r->db, &r->actor, key, value ? value : "", e);
    return rc ? rc : param_list(r, e);
}

static const struct route_field org_body[] = {
    {"code", FIELD_TEXT, true, "机构代码"},
    {"parent", FIELD_TEXT, false, "上级"},
    {"kind", FIELD_TEXT, true, "类别"},
    {"name", FIELD_TEXT, true, "名称"},
    {"admdvs", FIELD_TEXT, false, "医保区划"},
    {"fixmedins_code", FIELD_TEXT, false, "定点机构编号"},
    {"version", FIELD_INT, false, "修改时的版本"},
    {0},
};
static const struct route_field account_body[] = {
    {"login", FIELD_TEXT, true, "登录名"},
    {"name", FIELD_TEXT, true, "姓名"},
    {"org", FIELD_TEXT, true, "机构代码"},
    {"valid_until", FIELD_DAY, false, "有效期（第三方必填）"},
    {"contract", FIELD_TEXT, false, "合同号"},
    {0},
};
static const struct route_field roles_body[] = {{"roles", FIELD_LIST, true, "角色代码"}, {0}};
static const struct route_field state_body[] = {{"state", FIELD_TEXT, true, "active 或 disabled"},
                                                {0}};
static const struct route_field password_body[] = {{"password", FIELD_TEXT, true, "一次性密码"},
                                                   {0}};
static const struct route_field term_body[] = {
    {"valid_until", FIELD_DAY, false, "有效到这一天；空 = 不限"},
    {"contract", FIELD_TEXT, false, "合同号"},
    {0}};
static const struct route_field certificate_body[] = {
    {"certificate", FIELD_TEXT, false, "证书 PEM，或它的 SHA-256"}, {0}};
static const struct route_field value_body[] = {{"value", FIELD_TEXT, false, "值"}, {0}};

const struct route routes_admin[] = {
    {"GET", "/api/orgs", "org.read", 0, orgs, "机构树", NULL, NULL},
    {"POST", "/api/orgs", "org.write", 0, org_add, "新建机构", NULL, org_body},
    {"PUT", "/api/orgs/{code}", "org.write", 0, org_change, "修改机构", NULL, org_body},
    {"GET", "/api/users", "account.read", 0, accounts, "用户列表", NULL, NULL},
    {"POST", "/api/users", "account.write", 0, account_new, "新建用户（停用、无角色）", NULL,
     account_body},
    {"PUT", "/api/users/{login}/roles", "account.grant", 0, grant, "授角色", NULL, roles_body},
    {"PUT", "/api/users/{login}/state", "account.grant", 0, state, "启用、停用，解除锁定", NULL,
     state_body},
    {"PUT", "/api/users/{login}/password", "account.grant", 0, password, "重设密码", NULL,
     password_body},
    {"DELETE", "/api/users/{login}/totp", "account.grant", 0, totp_off, "取消动态口令（丢失时）",
     NULL, NULL},
    {"PUT", "/api/users/{login}/term", "account.write", 0, term, "有效期、合同号（外来人员）", NULL,
     term_body},
    {"PUT", "/api/users/{login}/certificate", "account.grant", 0, certificate,
     "登记客户端证书（第二个凭证）；空 = 取消", NULL, certificate_body},
    {"GET", "/api/roles", "org.read", 0, role_list, "角色与权限", NULL, NULL},
    {"GET", "/api/params", "param.read", 0, param_list, "参数", NULL, NULL},
    {"PUT", "/api/params/{key}", "param.read", 0, param_put, "设一项参数", NULL, value_body},
    {0},
};
