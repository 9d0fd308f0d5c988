/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "run/verdicts.h"

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"

const char *const verdict_name[VERDICT_COUNT] = {"", "查实", "误报", "存疑"};

bool verdict_parse(struct span s, enum verdict *out)
{
    static const char *const english[VERDICT_COUNT] = {"", "confirmed", "rejected", "doubtful"};

    for (int v = VERDICT_CONFIRMED; v < VERDICT_COUNT; v++)
        if (span_is(s, verdict_name[v]) || span_is(s, english[v])) {
            *out = (enum verdict)v;
            return true;
        }
    return false;
}

/* --- the findings that verdicts speak of --------------------------------------------------------- */

struct known {
    struct names ids, texts;
    struct {
        uint32_t rule, inst; /* in `texts` */
    } * at;
    size_t cap;
};

static int known_load(struct known *k, struct store *s, struct err *e)
{
    struct db_rows rows;
    int rc;

    if (!store_has(s, "finding"))
        return 0;
    rc = db_open(s->con,
                 "select finding_id, rule_id, coalesce(fixmedins_code, '') from finding where hit",
                 &rows, e);
    if (rc)
        return rc;
    while (!rc && db_next(&rows)) {
        uint32_t id = names_put(&k->ids, db_text(&rows, 0));

        if (id == NAME_NONE || mem_grow(&k->at, &k->cap, k->ids.n, sizeof *k->at)) {
            rc = err_nomem(e);
            break;
        }
        k->at[id].rule = names_put(&k->texts, db_text(&rows, 1));
        k->at[id].inst = names_put(&k->texts, db_text(&rows, 2));
        if (k->at[id].rule == NAME_NONE || k->at[id].inst == NAME_NONE)
            rc = err_nomem(e);
    }
    db_close(&rows);
    return rc;
}

static void known_release(struct known *k)
{
    names_release(&k->ids);
    names_release(&k->texts);
    mem_free(k->at);
}

/* *n = how many findings begin so. */
static uint32_t known_find(const struct known *k, struct span id, size_t *n)
{
    uint32_t found = names_get(&k->ids, id);

    *n = found != NAME_NONE;
    if (*n || id.n < 8)
        return found;
    for (uint32_t i = 0; i < k->ids.n; i++)
        if (k->ids.at[i].n > id.n && memcmp(k->ids.at[i].p, id.p, id.n) == 0) {
            found = i;
            ++*n;
        }
    return found;
}

/* --- the table ----------------------------------------------------------------------------------- */

static const char make_sql[] =
    "create table if not exists verdict(no bigint, finding_id varchar, rule_id varchar, fixmedins_code varchar,"
    " verdict varchar, fund_fen bigint, checked_on date, checked_by varchar, reason varchar, source varchar,"
    " added_at timestamp);"
    "create or replace view verdict_now as select * from verdict qualify row_number() over (partition by finding_id"
    " order by checked_on desc, no desc) = 1";

bool verdicts_any(struct store *s)
{
    return store_has(s, "verdict");
}

static int fault(const struct verdict_row *r, struct err *e)
{
    if (r->file)
        return err_where(e, "%s 第 %llu 行", r->file, (unsigned long long)r->row);
    return e ? e->code : ERR_INPUT;
}

/* Takes rule and institution from the last run's finding, the whole id too. */
static int complete(const struct known *k, struct verdict_row *r, bool *unknown, struct err *e)
{
    size_t n;
    uint32_t id = known_find(k, r->finding, &n);

    if (n > 1) {
        err_set(e, ERR_INPUT, "疑点编号 %.*s 不止一条疑点", (int)r->finding.n, r->finding.p);
        err_hint(e, "写全 32 位");
        return fault(r, e);
    }
    *unknown = n == 0;
    if (n == 1) {
        r->finding = k->ids.at[id];
        r->rule = k->texts.at[k->at[id].rule];
        r->inst = k->texts.at[k->at[id].inst];
        return 0;
    }
    if (r->finding.n != 32) {
        err_set(e, ERR_INPUT, "没有疑点编号 %.*s", (int)r->finding.n, r->finding.p);
        err_hint(e, "疑点编号见 huji rank、huji screen 的 finding_id，至少前 8 位");
        return fault(r, e);
    }
    if (!r->rule.n) {
        err_set(e, ERR_INPUT, "最近一次筛查没有疑点 %.*s", (int)r->finding.n, r->finding.p);
        err_hint(e, "以前筛查的疑点，请加一列“规则编号”（rule_id）写明是哪条规则");
        return fault(r, e);
    }
    return 0;
}

static void put(duckdb_appender app, struct span s)
{
    if (s.n)
        duckdb_append_varchar_length(app, s.p, s.n);
    else
        duckdb_append_null(app);
}

static int append(duckdb_appender app, size_t i, const struct verdict_row *r, struct err *e)
{
    duckdb_append_int64(app, (int64_t)i);
    put(app, r->finding);
    put(app, r->rule);
    put(app, r->inst);
    put(app, span_of(verdict_name[r->verdict]));
    if (r->fund == VERDICT_NO_FUND)
        duckdb_append_null(app);
    else
        duckdb_append_int64(app, r->fund);
    duckdb_append_date(app, (duckdb_date){r->day});
    put(app, r->by);
    put(app, r->reason);
    put(app, span_of(r->file));
    return duckdb_appender_end_row(app) == DuckDBSuccess ? 0 : db_append_error(app, e);
}

static int stage(struct store *s, const struct known *k, const struct verdict_row *rows, size_t n,
                 struct verdict_report *out, struct err *e)
{
    duckdb_appender app = NULL;
    int rc = db_run(
        s->con,
        "create or replace temp table verdict_in(i bigint, finding_id varchar, rule_id varchar,"
        " fixmedins_code varchar, verdict varchar, fund_fen bigint, checked_on date, checked_by varchar,"
        " reason varchar, source varchar)",
        e);

    if (!rc &&
        duckdb_appender_create_ext(s->con, "temp", "main", "verdict_in", &app) != DuckDBSuccess)
        rc = db_append_error(app, e);
    for (size_t i = 0; i < n && !rc; i++) {
        struct verdict_row r = rows[i];
        bool unknown = false;

        rc = complete(k, &r, &unknown, e);
        out->unknown += unknown;
        if (!rc)
            rc = append(app, i, &r, e);
    }
    if (!rc && duckdb_appender_flush(app) != DuckDBSuccess)
        rc = db_append_error(app, e);
    duckdb_appender_destroy(&app);
    return rc;
}

static const char insert_sql[] =
    "insert into verdict select (select coalesce(max(no), 0) from verdict) + row_number() over (order by i), finding_id,"
    " rule_id, fixmedins_code, verdict, fund_fen, checked_on, checked_by, reason, source, timestamp '%s'"
    " from (select * from verdict_in qualify row_number() over (partition by finding_id, verdict, fund_fen, checked_on,"
    " checked_by, reason order by i) = 1) x where not exists (from verdict v where v.finding_id = x.finding_id"
    " and v.verdict = x.verdict and v.checked_on = x.checked_on and v.fund_fen is not distinct from x.fund_fen"
    " and v.checked_by is not distinct from x.checked_by and v.reason is not distinct from x.reason)";

static int count(struct store *s, size_t n, int64_t before, struct verdict_report *out,
                 struct err *e)
{
    int rc = 0;

    for (int v = VERDICT_CONFIRMED; v < VERDICT_COUNT && !rc; v++) {
        rc = db_int(s->con, e, 0, &out->by[v],
                    "select count(*) from verdict where no > %lld and verdict = '%s'",
                    (long long)before, verdict_name[v]);
        out->added += out->by[v];
    }
    out->repeated = (int64_t)n - out->added;
    return rc;
}

int verdicts_add(struct store *s, const struct verdict_row *rows, size_t n,
                 struct verdict_report *out, struct err *e)
{
    struct verdict_report report = {0};
    struct known k = {0};
    int64_t before = 0;
    char now[CLOCK_TEXT];
    int rc = known_load(&k, s, e);

    if (!rc)
        rc = stage(s, &k, rows, n, &report, e);
    known_release(&k);
    if (!rc)
        rc = db_run(s->con, "begin", e);
    if (rc)
        return rc;
    clock_now_text(now);
    rc = db_run(s->con, make_sql, e);
    if (!rc)
        rc = db_int(s->con, e, 0, &before, "select max(no) from verdict");
    if (!rc)
        rc = db_exec(s->con, e, insert_sql, now);
    if (!rc)
        rc = count(s, n, before, &report, e);
    if (!rc)
        rc = db_run(s->con, "commit", e);
    if (rc) {
        db_run(s->con, "rollback", NULL);
        return rc;
    }
    *out = report;
    return 0;
}
