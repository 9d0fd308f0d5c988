/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/money.h"

#include <stdio.h>
#include <string.h>

#include "base/day.h"
#include "base/fen.h"
#include "base/mem.h"
#include "casework/work.h"

const struct code_name less_reasons[] = {
    {"partial", "部分单据能说明"},      {"limit", "合规部分应予支付"},
    {"returned", "筛查前已退费或冲销"}, {"counted", "已在别的线索中认定"},
    {"agreed", "按机构认可金额"},       {"evidence", "证据不足"},
    {"other", "其他（写明）"},          {0},
};
const struct code_name measure_codes[] = {
    {"refund", "责令退回"},
    {"talk", "约谈"},
    {"correct", "责令整改"},
    {"fine", "行政罚款"},
    {"penalty", "违约金"},
    {"suspend_pay", "暂停结算"},
    {"suspend", "暂停协议"},
    {"end", "解除协议"},
    {"doctor", "暂停医保医师"},
    {"police", "移送公安司法"},
    {"discipline", "移送纪检监察"},
    {"health", "移交卫健等部门"},
    {"expose", "公开曝光"},
    {"none", "不予处理"},
    {0},
};

const char *code_title(const struct code_name *list, struct span code)
{
    for (; list->code; list++)
        if (span_is(code, list->code))
            return list->title;
    return NULL;
}

static int bad(struct err *e, const char *field)
{
    return err_where(e, "%s", field);
}

static int need_open(const struct work *w, struct err *e)
{
    if (clue_states[w->state].open)
        return 0;
    err_set(e, ERR_STATE, "线索%s，不能再改", clue_states[w->state].title);
    err_hint(e, "要改请先重新打开");
    return ERR_STATE;
}

/* --- 认定金额 ---------------------------------------------------------------------------------------- */

static int put_found(struct work *w, const struct found *f, struct err *e)
{
    int64_t amount = 0, fund = 0, elsewhere = 0, other = 0;
    struct cw_rows rows;
    char now[CW_TIME];
    struct buf a = BUF_INIT;
    int rc = cw_query(w->h->db, &rows, e,
                      "select amount_fen, fund_fen from clue_line where clue = $1 and event = $2",
                      CW_ARGS(cw_i(w->h->clue), cw_s(f->event)));

    if (rc)
        return rc;
    rc = cw_next(&rows, e);
    if (rc > 0) {
        amount = cw_int(&rows, 0);
        fund = cw_int(&rows, 1);
    }
    cw_done(&rows);
    if (rc < 0)
        return rc;
    if (!rc) {
        err_set(e, ERR_INPUT, "这条线索没有明细 %.*s", (int)f->event.n, f->event.p);
        return bad(e, "event");
    }
    amount = amount > fund ? amount : fund;
    fen_print(&a, amount);
    rc = 0;
    if (f->found_fen < 0 || f->found_fen > amount) {
        err_set(e, ERR_INPUT, "明细 %.*s 的认定金额应在 0 与 %s 元之间", (int)f->event.n,
                f->event.p, buf_cstr(&a));
        rc = bad(e, "found_fen");
    } else if (f->found_fen < fund && !code_title(less_reasons, f->reason)) {
        err_set(e, ERR_INPUT, "明细 %.*s 的认定金额少于疑点金额，要选原因", (int)f->event.n,
                f->event.p);
        rc = bad(e, "reason");
    } else if (span_is(f->reason, "other") && span_trim(f->note).n < 2) {
        err_set(e, ERR_INPUT, "原因选“其他”时要写明");
        rc = bad(e, "note");
    }
    buf_release(&a);
    if (rc || !f->found_fen || span_starts(f->event, "hand:"))
        goto write;
    rc = cw_get_int(w->h->db, 0, &elsewhere, e,
                    "select sum(found_fen) from line_money where event = $1 and clue <> $2",
                    CW_ARGS(cw_s(f->event), cw_i(w->h->clue)));
    if (!rc && elsewhere && elsewhere + f->found_fen > amount) {
        rc = cw_get_int(
            w->h->db, 0, &other, e,
            "select min(clue) from line_money where event = $1 and clue <> $2 and found_fen > 0",
            CW_ARGS(cw_s(f->event), cw_i(w->h->clue)));
        if (!rc) {
            err_set(e, ERR_INPUT, "明细 %.*s 已在线索 %lld 认定，不能重复追回", (int)f->event.n,
                    f->event.p, (long long)other);
            err_hint(e, "这里填剩下的金额，原因选“已在别的线索中认定”");
            rc = bad(e, "found_fen");
        }
    }
write:
    cw_now(now);
    return rc ? rc
              : cw_exec(
                    w->h->db, e,
                    "insert into line_money(clue, event, found_fen, reason, note, actor, at)"
                    " values ($1, $2, $3, $4, $5, $6, $7) on conflict (clue, event) do update set"
                    " found_fen = excluded.found_fen, reason = excluded.reason, note = excluded.note,"
                    " actor = excluded.actor, at = excluded.at",
                    CW_ARGS(cw_i(w->h->clue), cw_s(f->event), cw_i(f->found_fen),
                            cw_s(f->found_fen < fund ? f->reason : (struct span){"", 0}),
                            f->note.p ? cw_s(f->note) : cw_t(""), cw_t(w->h->who->login),
                            cw_t(now)));
}

static int sums(struct clue_hand *h, int64_t *found, int64_t *ordered, int64_t *refunded,
                struct err *e)
{
    int rc = cw_get_int(h->db, 0, found, e, "select sum(found_fen) from line_money where clue = $1",
                        CW_ARGS(cw_i(h->clue)));

    if (!rc)
        rc = cw_get_int(h->db, 0, ordered, e, "select ordered_fen from disposal where clue = $1",
                        CW_ARGS(cw_i(h->clue)));
    if (!rc)
        rc = cw_get_int(h->db, 0, refunded, e, "select sum(amount_fen) from refund where clue = $1",
                        CW_ARGS(cw_i(h->clue)));
    return rc;
}

static int found_done(struct work *w, struct err *e)
{
    int64_t found, ordered, refunded;
    int rc = sums(w->h, &found, &ordered, &refunded, e);

    if (!rc && ordered > found)
        rc = err_set(e, ERR_STATE, "认定金额不能少于已责令退回的金额");
    snprintf(w->detail, sizeof w->detail, "{\"found_fen\":%lld}", (long long)found);
    return rc;
}

int clue_money(struct clue_hand *h, const struct found *f, size_t n, struct err *e)
{
    struct work w = {.h = h, .act = "clue.money", .kind = "money"};
    int rc = work_begin(&w, false, e);

    if (!rc)
        rc = need_open(&w, e);
    for (size_t i = 0; i < n && !rc; i++)
        rc = put_found(&w, &f[i], e);
    if (!rc)
        rc = found_done(&w, e);
    return work_end(&w, false, NULL, rc, e);
}

struct share {
    char event[200];
    int64_t fund, left;
};

/* What each violating line still has to give: its fund less what other clues found on it. */
static int shares(struct clue_hand *h, struct share **out, size_t *n, int64_t *left, struct err *e)
{
    struct cw_rows rows;
    size_t cap = 0;
    int rc = cw_query(
        h->db, &rows, e,
        "select l.event, l.fund_fen, (select coalesce(sum(m.found_fen), 0) from line_money m"
        " where m.event = l.event and m.clue <> l.clue) from clue_line l where l.clue = $1"
        " and l.role = 1 and l.gone = 0 order by l.event",
        CW_ARGS(cw_i(h->clue)));

    if (rc)
        return rc;
    while ((rc = cw_next(&rows, e)) > 0) {
        struct share *s;

        if (mem_grow(out, &cap, *n + 1, sizeof **out)) {
            rc = err_nomem(e);
            break;
        }
        s = &(*out)[(*n)++];
        snprintf(s->event, sizeof s->event, "%.*s", (int)cw_text(&rows, 0).n, cw_text(&rows, 0).p);
        s->fund = cw_int(&rows, 1);
        s->left = s->fund - cw_int(&rows, 2);
        if (s->left < 0)
            s->left = 0;
        *left += s->left;
    }
    cw_done(&rows);
    return rc;
}

int clue_money_whole(struct clue_hand *h, int64_t total, bool inside, struct err *e)
{
    struct work w = {.h = h, .act = "clue.money", .kind = "money"};
    struct share *s = NULL;
    size_t n = 0;
    int64_t left = 0, want, given = 0, seen = 0;
    int rc = work_begin(&w, inside, e);

    if (!rc)
        rc = need_open(&w, e);
    if (!rc)
        rc = shares(h, &s, &n, &left, e);
    if (!rc && total > left) {
        struct buf b = BUF_INIT;

        fen_print(&b, left);
        err_set(e, ERR_INPUT, "金额超过这条线索还可认定的 %s 元", buf_cstr(&b));
        rc = bad(e, "total_fen");
        buf_release(&b);
    }
    want = total < 0 ? left : total;
    /* Shared out in proportion, each cent once: the running sum is rounded, not the parts. */
    for (size_t i = 0; i < n && !rc; i++) {
        struct found f = {.event = span_of(s[i].event)};

        seen += s[i].left;
        f.found_fen = (left ? prorate(want, seen, left) : 0) - given;
        if (f.found_fen > s[i].left)
            f.found_fen = s[i].left;
        given += f.found_fen;
        f.reason = span_of(f.found_fen < s[i].left ? "agreed" : "counted");
        rc = put_found(&w, &f, e);
    }
    mem_free(s);
    if (!rc)
        rc = found_done(&w, e);
    return work_end(&w, inside, NULL, rc, e);
}

/* --- 定性 ------------------------------------------------------------------------------------------- */

static int put_nature(struct work *w, const char *code, bool intent, struct err *e)
{
    int at = nature_find(span_of(code));
    int64_t confirmed = 0;
    char now[CW_TIME];
    int rc = 0;

    if (at < 0) {
        err_set(e, ERR_INPUT, "没有 %.40s 这种定性", code);
        rc = bad(e, "nature");
    } else if (intent && !nature_takes_intent(&natures[at])) {
        err_set(e, ERR_INPUT, "“%s”不分是否以骗取为目的", natures[at].title);
        rc = bad(e, "intent");
    }
    if (!rc)
        rc = cw_get_int(w->h->db, 0, &confirmed, e,
                        "select count(*) from clue where id = $1 and verdict = 'confirmed'",
                        CW_ARGS(cw_i(w->h->clue)));
    if (!rc && !confirmed)
        rc = err_set(e, ERR_STATE, "判了查实再定性");
    cw_now(now);
    return rc ? rc
              : cw_exec(w->h->db, e,
                        "update clue set nature_by = $4, nature_at = $5, nature = $2, intent = $3"
                        " where id = $1 and (nature <> $2 or intent <> $3)",
                        CW_ARGS(cw_i(w->h->clue), cw_t(code), cw_i(intent), cw_t(w->h->who->login),
                                cw_t(now)));
}

int clue_qualify(struct clue_hand *h, const char *nature, bool intent, struct err *e)
{
    struct work w = {.h = h, .act = "clue.nature", .kind = "nature"};
    int at = nature_find(span_of(nature)), rc = work_begin(&w, false, e);

    snprintf(w.detail, sizeof w.detail, "{\"nature\":\"%s\",\"intent\":%s}",
             at < 0 ? "" : natures[at].code, intent ? "true" : "false");
    w.note = at < 0 ? NULL : natures[at].title;
    if (!rc)
        rc = need_open(&w, e);
    if (!rc)
        rc = put_nature(&w, nature, intent, e);
    return work_end(&w, false, NULL, rc, e);
}

/* --- 处理 ------------------------------------------------------------------------------------------- */

static bool has_word(const char *list, const char *word)
{
    struct span rest = span_of(list);

    while (rest.n)
        if (span_is(span_trim(span_cut(&rest, ',')), word))
            return true;
    return false;
}

static int check_disposal(struct clue_hand *h, const struct disposal *d, struct err *e)
{
    struct span rest = span_of(d->measures);
    int64_t found, ordered, refunded, judged = 0;
    day_t day;
    int n = 0, rc;

    while (rest.n) {
        struct span word = span_trim(span_cut(&rest, ','));

        if (!word.n)
            continue;
        n++;
        if (!code_title(measure_codes, word)) {
            err_set(e, ERR_INPUT, "没有 %.*s 这种处理方式", (int)word.n, word.p);
            return bad(e, "measures");
        }
    }
    if (!n) {
        err_set(e, ERR_INPUT, "至少选一种处理方式");
        return bad(e, "measures");
    }
    if (n > 1 && has_word(d->measures, "none")) {
        err_set(e, ERR_INPUT, "“不予处理”不能与别的处理方式同选");
        return bad(e, "measures");
    }
    if (d->decided_on && *d->decided_on && !day_iso(span_of(d->decided_on), &day)) {
        err_set(e, ERR_INPUT, "处理日期应是日期，如 2026-12-01");
        return bad(e, "decided_on");
    }
    if ((has_word(d->measures, "police") || has_word(d->measures, "discipline") ||
         has_word(d->measures, "health")) &&
        span_trim(span_of(d->transferred_to)).n < 2) {
        err_set(e, ERR_INPUT, "移送的要写移送去向");
        return bad(e, "transferred_to");
    }
    if (has_word(d->measures, "refund") != (d->ordered_fen > 0)) {
        err_set(e, ERR_INPUT, "“责令退回”要填金额，没选就不填");
        return bad(e, "ordered_fen");
    }
    if (has_word(d->measures, "fine") != (d->fine_fen > 0)) {
        err_set(e, ERR_INPUT, "“行政罚款”要填金额，没选就不填");
        return bad(e, "fine_fen");
    }
    if (has_word(d->measures, "penalty") != (d->penalty_fen > 0)) {
        err_set(e, ERR_INPUT, "“违约金”要填金额，没选就不填");
        return bad(e, "penalty_fen");
    }
    rc = cw_get_int(h->db, 0, &judged, e,
                    "select case verdict when 'confirmed' then 1 when 'rejected' then 2 else 0 end"
                    " from clue where id = $1",
                    CW_ARGS(cw_i(h->clue)));
    if (!rc && !judged)
        rc = err_set(e, ERR_STATE, "先判查实或误报，再填处理");
    if (!rc)
        rc = sums(h, &found, &ordered, &refunded, e);
    if (!rc && (d->ordered_fen > found || d->ordered_fen < refunded)) {
        struct buf lo = BUF_INIT, hi = BUF_INIT;

        fen_print(&lo, refunded);
        fen_print(&hi, found);
        err_set(e, ERR_INPUT, "责令退回应在已退回 %s 元与认定 %s 元之间", buf_cstr(&lo),
                buf_cstr(&hi));
        rc = bad(e, "ordered_fen");
        buf_release(&lo);
        buf_release(&hi);
    }
    return rc;
}

static struct cw_val text_of(const char *s)
{
    return cw_t(s ? s : "");
}

int clue_dispose(struct clue_hand *h, const struct disposal *d, struct err *e)
{
    struct work w = {.h = h, .act = "clue.disposal", .kind = "disposal", .note = d->note};
    struct span rest = span_of(d->measures);
    char now[CW_TIME];
    int rc = work_begin(&w, false, e);

    cw_now(now);
    snprintf(w.detail, sizeof w.detail, "{\"measures\":\"%.100s\",\"ordered_fen\":%lld}",
             d->measures ? d->measures : "", (long long)d->ordered_fen);
    if (!rc)
        rc = need_open(&w, e);
    if (!rc)
        rc = check_disposal(h, d, e);
    if (!rc && d->nature)
        rc = put_nature(&w, d->nature, d->intent, e);
    if (!rc)
        rc = cw_exec(
            h->db, e,
            "insert into disposal(clue, ordered_fen, fine_fen, penalty_fen, doc_no, decided_on,"
            " transferred_to, note, actor, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
            " on conflict (clue) do update set ordered_fen = excluded.ordered_fen, fine_fen = excluded.fine_fen,"
            " penalty_fen = excluded.penalty_fen, doc_no = excluded.doc_no, decided_on = excluded.decided_on,"
            " transferred_to = excluded.transferred_to, note = excluded.note, actor = excluded.actor, at = excluded.at",
            CW_ARGS(cw_i(h->clue), cw_i(d->ordered_fen), cw_i(d->fine_fen), cw_i(d->penalty_fen),
                    text_of(d->doc_no),
                    d->decided_on && *d->decided_on ? cw_t(d->decided_on) : cw_null(),
                    text_of(d->transferred_to), text_of(d->note), cw_t(h->who->login), cw_t(now)));
    /* One that stays keeps its day: reports count it in the week in which it was taken. */
    while (!rc && rest.n) {
        struct span word = span_trim(span_cut(&rest, ','));

        if (word.n)
            rc = cw_exec(h->db, e,
                         "insert into measure(clue, code, at) values ($1, $2, $3)"
                         " on conflict (clue, code) do nothing",
                         CW_ARGS(cw_i(h->clue), cw_s(word), cw_t(now)));
    }
    for (const struct code_name *c = measure_codes; c->code && !rc; c++)
        if (!has_word(d->measures, c->code))
            rc = cw_exec(h->db, e, "delete from measure where clue = $1 and code = $2",
                         CW_ARGS(cw_i(h->clue), cw_t(c->code)));
    return work_end(&w, false, NULL, rc, e);
}

int clue_refund(struct clue_hand *h, int64_t amount, const char *voucher, const char *paid_on,
                const char *note, struct err *e)
{
    struct work w = {.h = h, .act = "clue.refund", .kind = "refund", .note = note};
    int64_t found, ordered, refunded;
    char now[CW_TIME];
    day_t day;
    int rc;

    if (span_trim(span_of(voucher)).n < 2) {
        err_set(e, ERR_INPUT, "要填凭证号");
        return bad(e, "voucher");
    }
    if (!day_iso(span_of(paid_on), &day)) {
        err_set(e, ERR_INPUT, "到账日期应是日期，如 2026-12-01");
        return bad(e, "paid_on");
    }
    rc = work_begin(&w, false, e);
    if (!rc)
        rc = sums(h, &found, &ordered, &refunded, e);
    if (!rc && (!amount || refunded + amount > ordered || refunded + amount < 0)) {
        struct buf b = BUF_INIT;

        fen_print(&b, ordered - refunded);
        err_set(e, ERR_INPUT, "退回金额不能超过责令退回而未退的 %s 元", buf_cstr(&b));
        rc = bad(e, "amount_fen");
        buf_release(&b);
    }
    cw_now(now);
    snprintf(w.detail, sizeof w.detail, "{\"amount_fen\":%lld,\"paid_on\":\"%.10s\"}",
             (long long)amount, paid_on);
    if (!rc)
        rc = cw_exec(h->db, e,
                     "insert into refund(clue, amount_fen, voucher, paid_on, note, actor, at)"
                     " values ($1, $2, $3, $4, $5, $6, $7)",
                     CW_ARGS(cw_i(h->clue), cw_i(amount), cw_t(voucher), cw_t(paid_on),
                             text_of(note), cw_t(h->who->login), cw_t(now)));
    return work_end(&w, false, NULL, rc, e);
}

int clue_close(struct clue_hand *h, const char *note, struct err *e)
{
    struct work w = {.h = h, .act = "clue.close", .kind = "close", .note = note};
    int64_t measures = 0, missing = 0, confirmed = 0, vague = 0;
    char now[CW_TIME];
    int rc = work_begin(&w, false, e);

    if (!rc && w.state != CLUE_JUDGED)
        rc = err_set(e, ERR_STATE, "判过查实或误报的线索才能办结");
    if (!rc)
        rc = cw_get_int(h->db, 0, &measures, e, "select count(*) from measure where clue = $1",
                        CW_ARGS(cw_i(h->clue)));
    if (!rc && !measures)
        rc = err_set(e, ERR_STATE, "还没有填处理方式，不能办结");
    if (!rc)
        rc = cw_get_int(
            h->db, 0, &confirmed, e,
            "select case when verdict = 'confirmed' then 1 else 0 end from clue where id = $1",
            CW_ARGS(cw_i(h->clue)));
    if (!rc && confirmed)
        rc = cw_get_int(
            h->db, 0, &missing, e,
            "select count(*) from clue_line l where l.clue = $1 and l.role = 1 and l.gone = 0"
            " and not exists (select 1 from line_money m where m.clue = l.clue and m.event = l.event)",
            CW_ARGS(cw_i(h->clue)));
    if (!rc && missing)
        rc = err_set(e, ERR_STATE, "还有 %lld 条明细没有认定金额，不能办结", (long long)missing);
    if (!rc && confirmed)
        rc = cw_get_int(h->db, 0, &vague, e,
                        "select count(*) from clue where id = $1 and nature = ''",
                        CW_ARGS(cw_i(h->clue)));
    if (!rc && vague)
        rc = err_set(e, ERR_STATE, "查实的线索要先定性，再办结");
    cw_now(now);
    if (!rc)
        rc = cw_exec(h->db, e, "update disposal set closed_at = $2, closed_by = $3 where clue = $1",
                     CW_ARGS(cw_i(h->clue), cw_t(now), cw_t(h->who->login)));
    return work_end(&w, false, "closed", rc, e);
}
