/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/access.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/day.h"
#include "casework/param.h"
#include "casework/sm.h"

static int wrong(struct err *e, const char *field, const char *what)
{
    err_set(e, ERR_INPUT, "%s", what);
    return err_where(e, "%s", field);
}

void access_digest(const char *key, char out[65])
{
    sm3_hex(span_of(key), out);
}

/* `certificate_until`: the certificate's last day; NULL: by key. */
static int check_terms(const struct access *a, const char *certificate_until, struct err *e)
{
    day_t day;

    if (!a->addresses || strlen(a->addresses) > 500 || !ip_list_valid(a->addresses))
        return wrong(e, "addresses",
                     "来源地址应是地址或网段，空格分隔，如 10.1.0.0/16 192.168.1.7");
    if (!a->test && !span_trim(span_of(a->addresses)).n)
        return wrong(e, "addresses", "正式接入须写明来源地址（医院前置机的地址或网段）");
    if (!a->valid_until || !day_iso(span_of(a->valid_until), &day))
        return wrong(e, "valid_until", "有效期应是日期，如 2027-12-31");
    if (day < clock_day())
        return wrong(e, "valid_until", "有效期已经过去");
    if (day > clock_day() + ACCESS_MOST_DAYS)
        return wrong(e, "valid_until", "有效期最长三年");
    if (!certificate_until)
        return 0;
    if (!span_trim(span_of(a->addresses)).n)
        return wrong(e, "addresses", "用证书接入须写明来源地址：本系统只向这些地址要证书");
    if (strcmp(a->valid_until, certificate_until) > 0) {
        err_set(e, ERR_INPUT, "有效期不能晚于证书的有效期（到 %s）", certificate_until);
        return err_where(e, "valid_until");
    }
    return 0;
}

static void terms_json(struct buf *b, const struct access *a)
{
    buf_str(b, "{\"addresses\":");
    buf_json(b, span_of(a->addresses));
    buf_str(b, ",\"valid_until\":");
    buf_json(b, span_of(a->valid_until));
    if (a->certificate)
        buf_fmt(b, ",\"certificate\":\"%s\"", a->certificate->hash);
    buf_fmt(b, ",\"test\":%s}", a->test ? "true" : "false");
}

/* --- issuing -------------------------------------------------------------------------------------- */

/* Inside the transaction. One certificate is one access's of an institution; several institutions may share a machine that has it. */
static int certificate_free(struct cw *db, const struct access *a, struct err *e)
{
    char today[CW_TIME];
    int64_t n = 0;
    int rc;

    if (!a->certificate)
        return 0;
    cw_day(0, today);
    rc = cw_get_int(db, 0, &n, e,
                    "select count(*) from fsi_access where certificate = $1 and fixmedins_code = $2"
                    " and revoked_at is null and valid_until >= $3",
                    CW_ARGS(cw_t(a->certificate->hash), cw_t(a->fixmedins_code), cw_t(today)));
    if (!rc && n)
        rc = wrong(e, "certificate", "这张证书已用于这家机构的另一个接入，先撤销那一个");
    return rc;
}

/* What tells the access in lists: the last digits of its key or certificate. */
static const char *tail_of(const struct access *a, const char *key)
{
    const char *s = a->certificate ? a->certificate->hash : key;

    return s + strlen(s) - 4;
}

int access_issue(struct cw *db, const struct actor *who, const struct scope *scope,
                 const struct access *a, int64_t *id, char key[ACCESS_KEY], struct err *e)
{
    char digest[65], now[CW_TIME], hex[37], object[48];
    struct buf after = BUF_INIT;
    const struct certificate *c = a->certificate;
    int rc = check_terms(a, c ? c->until : NULL, e);

    if (!rc && (!a->fixmedins_code || !*a->fixmedins_code || strpbrk(a->fixmedins_code, ",*\"\n")))
        rc = wrong(e, "fixmedins_code", "要选机构");
    if (!rc && !scope_allows(scope, span_of(a->admdvs), span_of(a->fixmedins_code), span_of("")))
        rc = wrong(e, "fixmedins_code", "不在您的管辖范围内");
    if (!rc)
        rc = random_hex(18, hex, e);
    if (!rc)
        rc = cw_begin(db, e);
    if (rc)
        return rc;
    snprintf(key, ACCESS_KEY, "hj_%s", hex);
    access_digest(key, digest);
    cw_now(now);
    rc = certificate_free(db, a, e);
    if (!rc)
        rc = cw_get_int(
            db, 0, id, e,
            "insert into fsi_access(fixmedins_code, fixmedins_name, admdvs, digest, tail, test, addresses,"
            " valid_until, note, actor, at, certificate, certificate_subject, certificate_until)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) returning id",
            CW_ARGS(cw_t(a->fixmedins_code), cw_t(a->fixmedins_name), cw_t(a->admdvs), cw_t(digest),
                    cw_t(tail_of(a, key)), cw_i(a->test), cw_t(a->addresses), cw_t(a->valid_until),
                    cw_t(a->note ? a->note : ""), cw_t(who->login), cw_t(now),
                    cw_t(c ? c->hash : NULL), cw_t(c ? c->subject : NULL),
                    cw_t(c ? c->until : NULL)));
    if (c) /* its key stays unknown to everybody */
        key[0] = 0;
    snprintf(object, sizeof object, "access:%.40s", a->fixmedins_code);
    terms_json(&after, a);
    if (!rc)
        rc = audit_append(db, who,
                          &(struct act){.act = "access.issue",
                                        .object = object,
                                        .reason = a->note,
                                        .after = buf_cstr(&after),
                                        .detail = buf_cstr(&after)},
                          e);
    buf_release(&after);
    return cw_end(db, rc, e);
}

/* --- changing and revoking ------------------------------------------------------------------------ */

struct row {
    char code[64], admdvs[16];
    char certificate_until[11]; /* "": by key */
    bool revoked, test;
    int64_t version;
    struct buf before;
};

static void keep(char *out, size_t cap, struct span s)
{
    snprintf(out, cap, "%.*s", (int)s.n, s.p);
}

/* Inside a transaction. */
static int find(struct cw *db, const struct scope *scope, int64_t id, struct row *out,
                struct err *e)
{
    struct cw_rows rows;
    int rc = cw_query(
        db, &rows, e,
        "select fixmedins_code, admdvs, revoked_at, version, addresses, valid_until, test,"
        " coalesce(certificate_until, '') from fsi_access where id = $1",
        CW_ARGS(cw_i(id)));

    if (rc)
        return rc;
    rc = cw_next(&rows, e);
    if (rc > 0) {
        char addresses[512], until[16];

        keep(out->code, sizeof out->code, cw_text(&rows, 0));
        keep(out->admdvs, sizeof out->admdvs, cw_text(&rows, 1));
        out->revoked = !cw_is_null(&rows, 2);
        out->version = cw_int(&rows, 3);
        keep(addresses, sizeof addresses, cw_text(&rows, 4));
        keep(until, sizeof until, cw_text(&rows, 5));
        out->test = cw_int(&rows, 6);
        keep(out->certificate_until, sizeof out->certificate_until, cw_text(&rows, 7));
        terms_json(
            &out->before,
            &(struct access){.addresses = addresses, .valid_until = until, .test = out->test});
    }
    cw_done(&rows);
    if (rc < 0)
        return rc;
    if (!rc || !scope_allows(scope, span_of(out->admdvs), span_of(out->code), span_of("")))
        return err_set(e, ERR_USAGE, "没有编号为 %lld 的接入", (long long)id);
    return out->revoked ? err_set(e, ERR_STATE, "这个接入已经撤销") : 0;
}

int access_change(struct cw *db, const struct actor *who, const struct scope *scope, int64_t id,
                  int64_t version, const struct access *a, struct err *e)
{
    struct row row = {.before = BUF_INIT};
    struct buf after = BUF_INIT;
    char object[80];
    int rc = cw_begin(db, e);

    if (rc)
        return rc;
    rc = find(db, scope, id, &row, e);
    if (!rc && row.version != version)
        rc = err_set(e, ERR_STATE, "别人刚改过这个接入，请刷新后再改");
    if (!rc) {
        struct access same = *a;

        same.test = row.test;
        rc = check_terms(&same, row.certificate_until[0] ? row.certificate_until : NULL, e);
        if (!rc)
            terms_json(&after, &same);
    }
    if (!rc)
        rc = cw_exec(
            db, e,
            "update fsi_access set addresses = $1, valid_until = $2, note = $3, version = version + 1 where id = $4",
            CW_ARGS(cw_t(a->addresses), cw_t(a->valid_until), cw_t(a->note ? a->note : ""),
                    cw_i(id)));
    snprintf(object, sizeof object, "access:%s", row.code);
    if (!rc)
        rc = audit_append(db, who,
                          &(struct act){.act = "access.change",
                                        .object = object,
                                        .before = buf_cstr(&row.before),
                                        .after = buf_cstr(&after),
                                        .detail = buf_cstr(&after)},
                          e);
    buf_release(&row.before);
    buf_release(&after);
    return cw_end(db, rc, e);
}

int access_revoke(struct cw *db, const struct actor *who, const struct scope *scope, int64_t id,
                  const char *reason, struct err *e)
{
    struct row row = {.before = BUF_INIT};
    char now[CW_TIME], object[80];
    int rc = span_trim(span_of(reason)).n >= 6 ? cw_begin(db, e)
                                               : wrong(e, "reason", "要写为什么撤销");

    if (rc)
        return rc;
    cw_now(now);
    rc = find(db, scope, id, &row, e);
    if (!rc)
        rc = cw_exec(
            db, e,
            "update fsi_access set revoked_at = $1, revoked_by = $2, revoke_reason = $3, version = version + 1"
            " where id = $4",
            CW_ARGS(cw_t(now), cw_t(who->login), cw_t(reason), cw_i(id)));
    snprintf(object, sizeof object, "access:%s", row.code);
    if (!rc)
        rc = audit_append(db, who,
                          &(struct act){.act = "access.revoke",
                                        .object = object,
                                        .reason = reason,
                                        .before = buf_cstr(&row.before)},
                          e);
    buf_release(&row.before);
    return cw_end(db, rc, e);
}
