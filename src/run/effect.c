/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "run/effect.h"

#include "base/mem.h"
#include "run/screen.h"
#include "run/write.h"

static const char *const table_of[2] = {"effect_before", "effect_after"};

int effect_months(struct store *s, day_t *from, day_t *to, struct err *e)
{
    int64_t last;
    int y, m;
    /* A month with a handful of lines is a wrong date, not the end of the data. */
    int rc = db_int(s->con, e, 0, &last,
                    "SELECT max(month)::BIGINT FROM segment WHERE rows * 100 >= (SELECT max(rows)"
                    " FROM segment)");

    if (rc)
        return rc;
    *from = *to = DAY_NONE;
    if (!last)
        return 0;
    y = (int)(last / 100);
    m = (int)(last % 100);
    *to = (m == 12 ? day_from_ymd(y + 1, 1, 1) : day_from_ymd(y, m + 1, 1)) - 1;
    *from = m == 12 ? day_from_ymd(y, 1, 1) : day_from_ymd(y - 1, m + 1, 1);
    return 0;
}

/* --- the two tables ----------------------------------------------------------------------------------- */

static int fill_side(struct store *s, const struct effect_side *side, const char *into,
                     const struct effect *x, int threads, const struct progress *p, struct err *e)
{
    struct screen_report report = {0};
    struct screen_options o = {.wanted = side->wanted,
                               .from = x->from,
                               .to = x->to,
                               .threads = threads,
                               .lean = true,
                               .into = into,
                               .except = side->except};
    bool any = false;
    int rc;

    for (int i = 0; i < side->lib->n_rules; i++)
        any |= side->wanted[i];
    if (!any)
        return findings_none(s, into, e);
    rc = screen_run(s, side->lib, &o, p, &report, e);
    screen_report_release(&report);
    return rc;
}

/* --- what came of them ---------------------------------------------------------------------------------- */

#define JOINED                                                                                                       \
    "with j as (select coalesce(b.rule_id, a.rule_id) as \"rule\","                                                  \
    " coalesce(b.fixmedins_code, a.fixmedins_code, '') inst, coalesce(b.event_date, a.event_date) as \"day\","       \
    " coalesce(b.message, a.message) message, a.finding_id is null fresh, b.finding_id is null lost,"                \
    " a.finding_id is not null and b.finding_id is not null and (a.class <> b.class or a.amount_fen <> b.amount_fen" \
    " or a.fund_fen <> b.fund_fen) changed, coalesce(a.fund_fen, 0) was, coalesce(b.fund_fen, 0) now"                \
    " from (select * from effect_before where hit) a full join (select * from effect_after where hit) b"             \
    " on a.finding_id = b.finding_id)"
#define SUMS                                                                                    \
    "count(*) filter (fresh), count(*) filter (lost), count(*) filter (changed),"               \
    " count(*) filter (not fresh and not lost and not changed), coalesce(sum(was), 0)::bigint," \
    " coalesce(sum(now), 0)::bigint"

static struct span keep(struct effect *x, struct span s, bool *failed)
{
    struct span t = s.n ? arena_span(&x->text, s) : (struct span){"", 0};

    *failed |= !t.p;
    return t;
}

/* Columns: key, name, four counts, two sums, others. */
static int read_sums(struct store *s, const char *sql, struct effect *x, struct effect_sum **at,
                     size_t *n, size_t *cap, struct err *e)
{
    struct db_rows rows;
    bool failed = false;
    int rc = db_open(s->con, sql, &rows, e);

    if (rc)
        return rc;
    while (!rc && db_next(&rows)) {
        struct effect_sum r = {
            .key = keep(x, db_text(&rows, 0), &failed),
            .name = keep(x, db_null(&rows, 1) ? SPAN("") : db_text(&rows, 1), &failed),
            .others = db_i64(&rows, 8)};

        for (idx_t k = 0; k < DIFF_COUNT; k++)
            r.n[k] = db_i64(&rows, 2 + k);
        r.fund[0] = db_i64(&rows, 6);
        r.fund[1] = db_i64(&rows, 7);
        if (failed || mem_grow(at, cap, *n + 1, sizeof **at))
            rc = err_nomem(e);
        else
            (*at)[(*n)++] = r;
    }
    db_close(&rows);
    return rc;
}

static void rule_names(struct buf *b, const struct effect_side side[2])
{
    buf_str(b, "(''");
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < side[k].lib->n_rules; i++)
            if (side[k].wanted[i]) {
                buf_str(b, ", ");
                buf_sql(b, side[k].lib->rules[i]->id);
            }
    buf_char(b, ')');
}

static int by_inst(struct store *s, const struct effect_side side[2], struct effect *x,
                   struct err *e)
{
    struct buf sql = BUF_INIT;
    int rc;

    buf_str(&sql, JOINED ", o as (");
    if (store_has(s, "finding")) {
        buf_str(
            &sql,
            "select fixmedins_code inst, count(*) n from finding where hit and rule_id not in ");
        rule_names(&sql, side);
        if (x->from != DAY_NONE)
            buf_fmt(&sql,
                    " and event_date between date '1970-01-01' + %d and date '1970-01-01' + %d",
                    x->from, x->to);
        buf_str(&sql, " group by 1");
    } else {
        buf_str(&sql, "select null::varchar inst, 0::bigint n where false");
    }
    buf_str(&sql,
            ") select j.inst, any_value(d.name), " SUMS ", coalesce(any_value(o.n), 0)::bigint"
            " from j left join d_inst d on d.code = j.inst left join o on o.inst = j.inst"
            " group by j.inst order by abs(coalesce(sum(now), 0) - coalesce(sum(was), 0)) desc,"
            " count(*) filter (lost or fresh) desc, j.inst");
    rc = sql.failed ? err_nomem(e)
                    : read_sums(s, buf_cstr(&sql), x, &x->inst, &x->n_inst, &x->cap_inst, e);
    buf_release(&sql);
    return rc;
}

static const char by_rule_sql[] = JOINED
    " select \"rule\", '', " SUMS ", 0::bigint from j group by 1"
    " order by abs(coalesce(sum(now), 0) - coalesce(sum(was), 0)) desc, 1";

static const char examples_sql[] = JOINED
    ", r as (select *, row_number() over (partition by fresh order by was + now desc, \"rule\", message) k"
    " from j where fresh or lost) select fresh, \"rule\", inst, message,"
    " datediff('day', date '1970-01-01', \"day\")::bigint, was + now from r where k <= 5"
    " order by fresh desc, k";

static int read_examples(struct store *s, struct effect *x, struct err *e)
{
    struct db_rows rows;
    bool failed = false;
    int rc = db_open(s->con, examples_sql, &rows, e);

    if (rc)
        return rc;
    while (!rc && db_next(&rows)) {
        struct effect_example r = {.kind = db_i64(&rows, 0) ? DIFF_NEW : DIFF_LOST,
                                   .rule = keep(x, db_text(&rows, 1), &failed),
                                   .inst = keep(x, db_text(&rows, 2), &failed),
                                   .message = keep(x, db_text(&rows, 3), &failed),
                                   .day = (day_t)db_i64(&rows, 4),
                                   .fund = db_i64(&rows, 5)};

        if (failed || mem_grow(&x->example, &x->cap_example, x->n_example + 1, sizeof r))
            rc = err_nomem(e);
        else
            x->example[x->n_example++] = r;
    }
    db_close(&rows);
    return rc;
}

static void sum_up(struct effect *x)
{
    for (size_t i = 0; i < x->n_rule; i++) {
        for (int k = 0; k < DIFF_COUNT; k++)
            x->all.n[k] += x->rule[i].n[k];
        x->all.fund[0] += x->rule[i].fund[0];
        x->all.fund[1] += x->rule[i].fund[1];
    }
    for (size_t i = 0; i < x->n_inst; i++) {
        const int64_t *n = x->inst[i].n;
        bool before = n[DIFF_LOST] + n[DIFF_CHANGED] + n[DIFF_SAME] > 0;
        bool after = n[DIFF_NEW] + n[DIFF_CHANGED] + n[DIFF_SAME] > 0;

        if (!x->inst[i].key.n)
            continue;
        x->insts[0] += before;
        x->insts[1] += after;
        x->vanished += before && !after && !x->inst[i].others;
    }
}

int effect_run(struct store *s, const struct effect_side side[2], int threads,
               const struct progress *p, struct effect *out, struct err *e)
{
    struct effect x = {0};
    int rc = effect_months(s, &x.from, &x.to, e);

    for (int k = 0; k < 2 && !rc; k++)
        rc = fill_side(s, &side[k], table_of[k], &x, threads, p, e);
    if (!rc)
        rc = by_inst(s, side, &x, e);
    if (!rc)
        rc = read_sums(s, by_rule_sql, &x, &x.rule, &x.n_rule, &x.cap_rule, e);
    if (!rc)
        rc = read_examples(s, &x, e);
    if (rc) {
        effect_release(&x);
        return rc;
    }
    sum_up(&x);
    *out = x;
    return 0;
}

void effect_release(struct effect *x)
{
    mem_free(x->inst);
    mem_free(x->rule);
    mem_free(x->example);
    arena_release(&x->text);
    *x = (struct effect){0};
}
