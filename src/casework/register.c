/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/register.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static int bad(struct err *e, const char *field, const char *what)
{
    err_set(e, ERR_INPUT, "%s", what);
    return err_where(e, "%s", field);
}

static bool all(const char *s, int (*is)(int))
{
    for (; *s; s++)
        if (!is((unsigned char)*s))
            return false;
    return true;
}

static int told(struct cw *db, const struct actor *who, const char *act, const char *code,
                const char *why, struct err *e)
{
    char object[64];

    snprintf(object, sizeof object, "institution:%.40s", code);
    return audit_append(db, who, &(struct act){.act = act, .object = object, .reason = why}, e);
}

int register_add(struct cw *db, const struct actor *who, const struct scope *scope,
                 const struct register_new *n, struct err *e)
{
    char now[CW_TIME];
    int64_t there = 0;
    int rc;

    if (strlen(n->code) < 6 || strlen(n->code) > 30 || !all(n->code, isalnum))
        return bad(e, "fixmedins_code", "机构编号是 6 至 30 位的字母和数字，如 H42980100099");
    if (strlen(n->admdvs) != 6 || !all(n->admdvs, isdigit))
        return bad(e, "admdvs", "医保区划是六位数字，如 429801");
    if (!scope_allows(scope, span_of(n->admdvs), span_of(n->code), span_of("")))
        return bad(e, "admdvs", "这个区划不在您的管辖范围内");
    cw_now(now);
    rc = cw_begin(db, e);
    if (rc)
        return rc;
    rc = cw_get_int(db, 0, &there, e, "select count(*) from inst_known where code = $1",
                    CW_ARGS(cw_t(n->code)));
    if (!rc && there)
        rc = err_set(e, ERR_STATE, "名册里已有编号为 %s 的机构", n->code);
    if (!rc)
        rc = cw_exec(
            db, e,
            "insert into inst_known(code, name, admdvs, at, by_hand) values ($1, $2, $3, $4, 1)",
            CW_ARGS(cw_t(n->code), cw_t(n->name), cw_t(n->admdvs), cw_t(now)));
    if (!rc)
        rc = told(db, who, "register.add", n->code, NULL, e);
    return cw_end(db, rc, e);
}

int register_off(struct cw *db, const struct actor *who, const struct scope *scope,
                 const char *code, const char *why, struct err *e)
{
    struct buf division = BUF_INIT;
    char now[CW_TIME];
    int64_t off = 0;
    int rc = cw_begin(db, e);

    if (rc)
        return rc;
    rc = cw_get_text(db, &division, e, "select admdvs from inst_known where code = $1",
                     CW_ARGS(cw_t(code)));
    if (rc > 0 || (!rc && !scope_allows(scope, (struct span){buf_cstr(&division), division.n},
                                        span_of(code), span_of(""))))
        rc = err_set(e, ERR_USAGE, "名册里没有编号为 %s 的机构", code);
    buf_release(&division);
    if (!rc)
        rc = cw_get_int(db, 0, &off, e,
                        "select count(*) from inst_known where code = $1 and off_at is not null",
                        CW_ARGS(cw_t(code)));
    if (!rc && (off != 0) == (why != NULL))
        rc = err_set(e, ERR_STATE, why ? "这家机构已不在应检查之列" : "这家机构本来就应检查");
    cw_now(now);
    if (!rc)
        rc = cw_exec(db, e,
                     "update inst_known set off_at = $2, off_why = $3, off_by = $4 where code = $1",
                     CW_ARGS(cw_t(code), why ? cw_t(now) : cw_null(), cw_t(why ? why : ""),
                             cw_t(why ? who->login : "")));
    if (!rc)
        rc = told(db, who, why ? "register.off" : "register.back", code, why, e);
    return cw_end(db, rc, e);
}
