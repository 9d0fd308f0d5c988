/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A clue made by hand: phone, letter, inspection, media ... */
#include <stdio.h>

#include "base/day.h"
#include "casework/money.h"

static int wrong(struct err *e, const char *field, const char *what)
{
    err_set(e, ERR_INPUT, "%s", what);
    return err_where(e, "%s", field);
}

static struct cw_val maybe(const char *s)
{
    return s && *s ? cw_t(s) : cw_null();
}

static int check(const struct hand_clue *c, const struct scope *scope, struct err *e)
{
    day_t day;

    if (clue_source_find(span_of(c->source)) <= 0)
        return wrong(e, "source", "要选线索来源");
    if (span_trim(span_of(c->title)).n < 6)
        return wrong(e, "title", "要写清楚是什么问题");
    if (span_trim(span_of(c->basis)).n < 6)
        return wrong(e, "basis", "要写依据：谁、何时、凭什么反映");
    if (c->amount_fen <= 0)
        return wrong(e, "amount_fen", "要填涉及金额；不确定时填估计数");
    if (c->fund_fen < 0 || c->fund_fen > c->amount_fen)
        return wrong(e, "fund_fen", "涉及基金应在 0 与涉及金额之间");
    if (!day_iso(span_of(c->received_on), &day))
        return wrong(e, "received_on", "收到日期应是日期，如 2026-12-01");
    if (c->event_date && *c->event_date && !day_iso(span_of(c->event_date), &day))
        return wrong(e, "event_date", "发生日期应是日期，如 2026-12-01");
    if (!scope_allows(scope, span_of(c->admdvs), span_of(c->fixmedins_code), span_of("")))
        return wrong(e, "fixmedins_code", "不在您的管辖范围内");
    return 0;
}

static int write(struct cw *db, const struct actor *who, const struct hand_clue *c, int64_t *id,
                 struct err *e)
{
    char now[CW_TIME];
    int64_t change = 0;
    int rc = clue_next_change(db, &change, e);

    cw_now(now);
    if (!rc)
        rc = cw_get_int(
            db, 0, id, e,
            "insert into clue(source, title, rule_id, rule_version, owner_type, owner_id, anchor, psn_no, mdtrt_id,"
            " fixmedins_code, fixmedins_name, admdvs, event_date, amount_fen, fund_fen, expected_fen, strength, class,"
            " message, content_hash, created_at, updated_at, change) values ($1, $2, '', 0, $3, $4, '', $5, $6, $7, $8,"
            " $9, $10, $11, $12, $12, 0, '可疑', $2, '', $13, $13, $14) returning id",
            CW_ARGS(cw_t(c->source), cw_t(c->title),
                    cw_t(c->mdtrt_id && *c->mdtrt_id ? "visit"
                         : c->psn_no && *c->psn_no   ? "person"
                                                     : "institution"),
                    cw_t(c->mdtrt_id && *c->mdtrt_id               ? c->mdtrt_id
                         : c->psn_no && *c->psn_no                 ? c->psn_no
                         : c->fixmedins_code && *c->fixmedins_code ? c->fixmedins_code
                                                                   : ""),
                    maybe(c->psn_no), maybe(c->mdtrt_id), maybe(c->fixmedins_code),
                    cw_t(c->fixmedins_name ? c->fixmedins_name : ""),
                    cw_t(c->admdvs ? c->admdvs : ""), maybe(c->event_date), cw_i(c->amount_fen),
                    cw_i(c->fund_fen), cw_t(now), cw_i(change)));
    /* One line stands for the whole, so that 认定金额 is found like that of any other clue. */
    if (!rc)
        rc = cw_exec(db, e,
                     "insert into clue_line(clue, event, role, amount_fen, fund_fen)"
                     " values ($1, 'hand:1', 1, $2, $3)",
                     CW_ARGS(cw_i(*id), cw_i(c->amount_fen), cw_i(c->fund_fen)));
    if (!rc)
        rc = cw_exec(
            db, e,
            "insert into clue_basis(clue, basis, received_on, actor) values ($1, $2, $3, $4)",
            CW_ARGS(cw_i(*id), cw_t(c->basis), cw_t(c->received_on), cw_t(who->login)));
    if (!rc)
        rc = clue_history(db, *id, who, "made", c->basis, "", e);
    return rc;
}

int clue_make_inside(struct cw *db, const struct actor *who, const struct scope *scope,
                     const struct hand_clue *c, int64_t *id, struct err *e)
{
    char object[48], detail[160];
    int rc = check(c, scope, e);

    if (!rc)
        rc = write(db, who, c, id, e);
    snprintf(object, sizeof object, "clue:%lld", (long long)*id);
    snprintf(detail, sizeof detail, "{\"source\":\"%.20s\",\"amount_fen\":%lld}", c->source,
             (long long)c->amount_fen);
    return rc ? rc
              : audit_append(
                    db, who,
                    &(struct act){
                        .act = "clue.make", .object = object, .reason = c->basis, .detail = detail},
                    e);
}

int clue_make(struct cw *db, const struct actor *who, const struct scope *scope,
              const struct hand_clue *c, int64_t *id, struct err *e)
{
    int rc = check(c, scope, e);

    if (rc)
        return rc;
    rc = cw_begin(db, e);
    if (!rc)
        rc = clue_make_inside(db, who, scope, c, id, e);
    return cw_end(db, rc, e);
}

int clue_make_all(struct cw *db, const struct actor *who, const struct scope *scope,
                  const struct hand_clue *list, size_t n, int64_t *ids, struct err *e)
{
    int rc = cw_begin(db, e);

    for (size_t i = 0; i < n && !rc; i++) {
        rc = clue_make_inside(db, who, scope, &list[i], &ids[i], e);
        if (rc == ERR_INPUT)
            err_where(e, "rows[%zu]", i);
    }
    return cw_end(db, rc, e);
}
