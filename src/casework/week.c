/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "casework/week.h"

#include <stdio.h>
#include <string.h>

#include "base/day.h"

static bool is_money(const struct week_kind *k)
{
    return strcmp(k->unit, "万元") == 0;
}

/* Of the objects, so many in a hundred: amount 1 counts, 0 does not. */
static bool is_share(const struct week_kind *k)
{
    return strcmp(k->unit, "%") == 0;
}

int week_span_of(struct week_span *s, const char *since, const char *from, const char *to,
                 const char *prefix, struct err *e)
{
    static const char *const names[] = {"since_day", "from_day", "to_day"};
    const char *texts[] = {since, from, to};
    day_t day[3];

    for (int i = 0; i < 3; i++) {
        struct span t = span_of(texts[i]);

        if (day_iso(t, &day[i]))
            continue;
        err_set(e, ERR_INPUT, "应是日期，如 2026-12-01");
        return err_where(e, "%s", names[i]);
    }
    if (day[0] > day[1] || day[1] > day[2]) {
        err_set(e, ERR_INPUT, "累计起日、本周起日、截止日要依次不早于前一个");
        return err_where(e, "from_day");
    }
    snprintf(s->since, CW_TIME, "%s 00:00:00", since);
    snprintf(s->from, CW_TIME, "%s 00:00:00", from);
    snprintf(s->to, CW_TIME, "%s 23:59:59", to);
    s->prefix = prefix;
    return 0;
}

/* An object that was there before this week counts in 累计 only. Money is a sum, all else a number of objects. */
void week_rows_sql(struct buf *out, const struct week_kind *k)
{
    if (is_money(k))
        buf_str(out, "select q.object, sum(q.amount) as amount, max(q.at) as at,"
                     " case when max(q.at) >= $5 then 1 else 0 end as in_week from (");
    else
        buf_str(out, "select q.object, max(q.amount) as amount, min(q.at) as at,"
                     " case when min(q.at) >= $5 then 1 else 0 end as in_week from (");
    buf_str(out, k->sql);
    buf_str(out, ") q group by q.object");
}

void week_high(const struct week_span *s, char out[16])
{
    snprintf(out, 16, "%.8s~", s->prefix);
}

int week_count(struct cw *db, const struct week_kind *k, const struct week_span *s,
               struct week_count *out, struct err *e)
{
    struct buf sql = BUF_INIT;
    struct cw_rows rows;
    char high[16];
    int rc;

    *out = (struct week_count){0};
    if (!k->sql)
        return 0;
    week_high(s, high);
    buf_str(&sql, is_money(k) || is_share(k)
                      ? "select coalesce(sum(z.amount), 0), coalesce(sum(case when z.in_week = 1"
                        " then z.amount else 0 end), 0), count(*) from ("
                      : "select count(*), coalesce(sum(z.in_week), 0), count(*) from (");
    week_rows_sql(&sql, k);
    buf_str(&sql, ") z");
    rc = sql.failed ? err_nomem(e)
                    : cw_query(db, &rows, e, buf_cstr(&sql),
                               CW_ARGS(cw_t(s->since), cw_t(s->to), cw_t(s->prefix), cw_t(high),
                                       cw_t(s->from)));
    buf_release(&sql);
    if (rc)
        return rc;
    rc = cw_next(&rows, e);
    if (rc > 0) {
        int64_t all = cw_int(&rows, 2);

        out->total = cw_int(&rows, 0);
        out->week = cw_int(&rows, 1);
        if (is_share(k)) { /* hundredths of a percent, rounded half up */
            out->total = all ? (out->total * 20000 + all) / (2 * all) : 0;
            out->week = all ? (out->week * 20000 + all) / (2 * all) : 0;
        }
    }
    cw_done(&rows);
    return rc < 0 ? rc : 0;
}

/* --- writing ----------------------------------------------------------------------------------------- */

static int told(struct cw *db, const struct actor *who, int64_t id, const char *act,
                const char *detail, const char *after_json, struct err *e)
{
    char object[48];

    snprintf(object, sizeof object, "week:%lld", (long long)id);
    return audit_append(
        db, who, &(struct act){.act = act, .object = object, .detail = detail, .after = after_json},
        e);
}

/* What only people know goes on from the report before: its 累计 and its words; nothing of this week yet. */
static int carry_entries(struct cw *db, int64_t from, int64_t to, struct err *e)
{
    int rc = 0;

    for (const struct week_kind *k = week_kinds; k->key && !rc; k++)
        if (!k->sql)
            rc = cw_exec(
                db, e,
                "insert into week_figure(report, key, hand_week, hand_total, hand_note, hand_by)"
                " select cast($2 as bigint), key, null, coalesce(hand_total, hand_week), hand_note, hand_by"
                " from week_figure where report = $1 and key = $3"
                " and (hand_total is not null or hand_week is not null)",
                CW_ARGS(cw_i(from), cw_i(to), cw_t(k->key)));
    return rc;
}

int week_make(struct cw *db, const struct actor *who, const struct week_span *s, const char *since,
              const char *from, const char *to, int64_t *id, struct err *e)
{
    struct buf texts = BUF_INIT;
    char now[CW_TIME];
    int64_t before = 0;
    int rc = cw_begin(db, e);

    cw_now(now);
    if (!rc)
        rc = cw_get_int(
            db, 0, &before, e,
            "select id from week_report where admdvs = $1 order by to_day desc, id desc limit 1",
            CW_ARGS(cw_t(s->prefix)));
    if (!rc)
        rc = cw_get_text(
            db, &texts, e,
            "select texts from week_report where admdvs = $1 order by to_day desc, id desc limit 1",
            CW_ARGS(cw_t(s->prefix)));
    if (rc > 0) {
        buf_str(&texts, "{}");
        rc = 0;
    }
    if (!rc)
        rc = cw_get_int(
            db, 0, id, e,
            "insert into week_report(admdvs, from_day, to_day, since_day, texts, actor, at)"
            " values ($1, $2, $3, $4, $5, $6, $7) returning id",
            CW_ARGS(cw_t(s->prefix), cw_t(from), cw_t(to), cw_t(since), cw_t(buf_cstr(&texts)),
                    cw_t(who->login), cw_t(now)));
    if (!rc && before)
        rc = carry_entries(db, before, *id, e);
    if (!rc)
        rc = told(db, who, *id, "week.make", NULL, buf_cstr(&texts), e);
    buf_release(&texts);
    return cw_end(db, rc, e);
}

/* Raises the version of a draft, or says why not. */
static int touch(struct cw *db, int64_t id, int64_t version, struct err *e)
{
    int rc = cw_exec(
        db, e,
        "update week_report set version = version + 1 where id = $1 and version = $2 and state = 'draft'",
        CW_ARGS(cw_i(id), cw_i(version)));

    if (!rc && cw_changes(db) == 0)
        rc = err_set(e, ERR_STATE, "这份周报已冻结，或刚被别人改过，请看过最新内容再改");
    return rc;
}

int week_texts(struct cw *db, const struct actor *who, int64_t id, int64_t version,
               const char *json, struct err *e)
{
    int rc = cw_begin(db, e);

    if (!rc)
        rc = touch(db, id, version, e);
    if (!rc)
        rc = cw_exec(db, e, "update week_report set texts = $2 where id = $1",
                     CW_ARGS(cw_i(id), cw_t(json)));
    if (!rc)
        rc = told(db, who, id, "week.texts", NULL, json, e);
    return cw_end(db, rc, e);
}

int week_type_over(struct cw *db, const struct actor *who, int64_t id, int64_t version,
                   const struct week_hand *h, struct err *e)
{
    const struct week_kind *k = week_kinds;
    char detail[160];
    int rc;

    while (k->key && strcmp(k->key, h->key) != 0)
        k++;
    if (!k->key) {
        err_set(e, ERR_INPUT, "没有这个数");
        return err_where(e, "key");
    }
    if (k->sql && (h->has_week || h->has_total) && span_trim(span_of(h->note)).n < 2) {
        err_set(e, ERR_INPUT, "手工改数要写原因");
        return err_where(e, "note");
    }
    snprintf(detail, sizeof detail, "{\"key\":\"%.30s\",\"week\":%lld,\"total\":%lld}", h->key,
             h->has_week ? (long long)h->week : -1LL, h->has_total ? (long long)h->total : -1LL);
    rc = cw_begin(db, e);
    if (!rc)
        rc = touch(db, id, version, e);
    if (!rc)
        rc = cw_exec(
            db, e,
            "insert into week_figure(report, key, hand_week, hand_total, hand_note, hand_by)"
            " values ($1, $2, $3, $4, $5, $6) on conflict (report, key) do update set hand_week ="
            " excluded.hand_week, hand_total = excluded.hand_total, hand_note = excluded.hand_note,"
            " hand_by = excluded.hand_by",
            CW_ARGS(cw_i(id), cw_t(h->key), h->has_week ? cw_i(h->week) : cw_null(),
                    h->has_total ? cw_i(h->total) : cw_null(), cw_t(h->note ? h->note : ""),
                    cw_t(who->login)));
    if (!rc)
        rc = told(db, who, id, "week.hand", detail, detail, e);
    return cw_end(db, rc, e);
}

static int keep_figure(struct cw *db, int64_t id, const struct week_kind *k,
                       const struct week_span *s, struct err *e)
{
    struct week_count n = {0};
    struct buf sql = BUF_INIT;
    char high[16];
    int rc;

    if (!k->sql)
        return 0;
    rc = week_count(db, k, s, &n, e);
    week_high(s, high);
    buf_str(
        &sql,
        "insert into week_row(report, key, object, amount, at, in_week)"
        " select cast($6 as bigint), cast($7 as text), z.object, z.amount, z.at, z.in_week from (");
    week_rows_sql(&sql, k);
    buf_str(&sql, ") z");
    if (!rc)
        rc = sql.failed ? err_nomem(e)
                        : cw_exec(db, e, buf_cstr(&sql),
                                  CW_ARGS(cw_t(s->since), cw_t(s->to), cw_t(s->prefix), cw_t(high),
                                          cw_t(s->from), cw_i(id), cw_t(k->key)));
    buf_release(&sql);
    if (!rc)
        rc = cw_exec(
            db, e,
            "insert into week_figure(report, key, week, total) values ($1, $2, $3, $4)"
            " on conflict (report, key) do update set week = excluded.week, total = excluded.total",
            CW_ARGS(cw_i(id), cw_t(k->key), cw_i(n.week), cw_i(n.total)));
    return rc;
}

int week_freeze(struct cw *db, const struct actor *who, int64_t id, int64_t version,
                const struct week_span *s, struct err *e)
{
    char now[CW_TIME];
    int rc = cw_begin(db, e);

    cw_now(now);
    if (!rc)
        rc = touch(db, id, version, e);
    for (const struct week_kind *k = week_kinds; k->key && !rc; k++)
        rc = keep_figure(db, id, k, s, e);
    if (!rc)
        rc = told(db, who, id, "week.freeze", NULL, NULL, e);
    /* The row just written ends the chain: its hash holds all that was done before. */
    if (!rc)
        rc = cw_exec(
            db, e,
            "update week_report set state = 'frozen', frozen_at = $2, frozen_by = $3, code ="
            " (select substr(hash, 1, 12) from audit order by seq desc limit 1) where id = $1",
            CW_ARGS(cw_i(id), cw_t(now), cw_t(who->login)));
    return cw_end(db, rc, e);
}

/* The version stays: what was frozen does not change. */
int week_sign(struct cw *db, const struct actor *who, int64_t id, int64_t version, struct err *e)
{
    char now[CW_TIME];
    int rc = cw_begin(db, e);

    cw_now(now);
    if (!rc)
        rc = cw_exec(
            db, e,
            "update week_report set signed_at = $3, signed_by = $4 where id = $1 and version = $2"
            " and state = 'frozen' and signed_at is null",
            CW_ARGS(cw_i(id), cw_i(version), cw_t(now), cw_t(who->login)));
    if (!rc && cw_changes(db) == 0)
        rc = err_set(e, ERR_STATE, "周报要先冻结才能签发，签发过的不再签");
    if (!rc)
        rc = told(db, who, id, "week.sign", NULL, NULL, e);
    return cw_end(db, rc, e);
}
