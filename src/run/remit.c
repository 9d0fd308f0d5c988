/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "run/remit.h"

#include <stdio.h>

#include "base/mem.h"
#include "claims/place.h"

bool remit_is_part(const struct remit *m)
{
    return m->some_rules || m->from != DAY_NONE || m->to != DAY_NONE || (m->area && m->area[0]);
}

int remit_institutions(struct store *s, const char *area, uint8_t **in, uint32_t *n, struct err *e)
{
    struct buf sql = BUF_INIT;
    struct db_rows rows;
    int64_t most = -1;
    uint8_t *bits;
    int rc = db_int(s->con, e, -1, &most, "SELECT max(id)::BIGINT FROM d_inst");

    if (rc < 0)
        return rc;
    bits = mem_calloc((size_t)(most + 2), 1);
    if (!bits)
        return err_nomem(e);
    buf_str(&sql, "SELECT x.id FROM d_inst x WHERE true");
    place_inst_sql(&sql, "x.code", area);
    rc = sql.failed ? err_nomem(e) : db_open(s->con, buf_cstr(&sql), &rows, e);
    buf_release(&sql);
    if (rc < 0) {
        mem_free(bits);
        return rc;
    }
    while (db_next(&rows))
        bits[db_i64(&rows, 0)] = 1;
    db_close(&rows);
    *in = bits;
    *n = (uint32_t)(most + 1);
    return 0;
}

/* "'B02', 'B07'": the rules that ran. */
static void rule_list(struct buf *b, const struct huji_run *run)
{
    const char *sep = "";

    for (int i = 0; i < run->lib->n_rules; i++)
        if (run->active[i] && run->shown[i] && !run->lib->rules[i]->hidden) {
            buf_str(b, sep);
            buf_sql(b, run->lib->rules[i]->id);
            sep = ", ";
        }
    if (!*sep)
        buf_str(b, "''");
}

void remit_within_sql(struct buf *b, day_t from, day_t to, const char *area)
{
    if (from != DAY_NONE)
        buf_fmt(b, " AND event_date >= DATE '1970-01-01' + %d", from);
    if (to != DAY_NONE)
        buf_fmt(b, " AND event_date <= DATE '1970-01-01' + %d", to);
    if (area && *area)
        place_inst_sql(b, "fixmedins_code", area);
}

/* Is a row of `finding` within what was asked? */
static void within_sql(struct buf *b, const struct remit *m)
{
    buf_str(b, "rule_id IN (");
    rule_list(b, m->run);
    buf_char(b, ')');
    remit_within_sql(b, m->from, m->to, m->area);
}

/* The order of a whole run's table: rule, owner, anchor by bytes. */
int remit_merge(struct store *s, const struct remit *m, const char *fresh, struct err *e)
{
    struct buf sql = BUF_INIT;
    int rc;

    buf_str(&sql, "CREATE OR REPLACE TEMP TABLE finding_merged AS SELECT * FROM (");
    if (store_has(s, "finding")) {
        buf_str(&sql, "SELECT * FROM finding WHERE NOT coalesce(");
        within_sql(&sql, m);
        buf_str(&sql, ", false) UNION ALL BY NAME ");
    }
    buf_fmt(&sql, "SELECT * FROM %s) ORDER BY rule_id, owner_id, anchor, finding_id", fresh);
    rc = sql.failed ? err_nomem(e) : db_run(s->con, buf_cstr(&sql), e);
    buf_release(&sql);
    if (rc < 0)
        return rc;
    return db_exec(s->con, e,
                   "CREATE OR REPLACE TABLE finding AS SELECT * FROM finding_merged; "
                   "DROP TABLE temp.finding_merged; DROP TABLE temp.%s",
                   fresh);
}

/* Was there a run of everything, that this one's part only brought up to date? Older tables `run` may not say. */
static int was_whole(struct store *s, bool *whole, struct err *e)
{
    int64_t n = 0;
    int rc = 0;

    *whole = false;
    if (!store_has(s, "run"))
        return 0;
    rc = db_int(
        s->con, e, 0, &n,
        "SELECT count(*) FROM duckdb_columns() WHERE table_name = 'run' AND column_name = 'part'");
    if (rc == 0 && n)
        rc = db_int(s->con, e, 0, &n, "SELECT count(*) FROM run WHERE NOT part");
    *whole = rc == 0 && n > 0;
    return rc;
}

static void day_or_null(struct buf *b, day_t d)
{
    if (d == DAY_NONE)
        buf_str(b, "NULL::DATE");
    else
        buf_fmt(b, "DATE '1970-01-01' + %d", d);
}

int remit_note(struct store *s, const struct remit *m, struct err *e)
{
    struct buf sql = BUF_INIT;
    char now[CLOCK_TEXT];
    bool part = m && remit_is_part(m), whole = true;
    int rc = part ? was_whole(s, &whole, e) : 0;

    clock_now_text(now);
    /* only a run of everything has looked at all that came in since */
    if (rc == 0 && !part)
        rc = db_run(s->con, "DELETE FROM meta WHERE key = 'unscreened'", e);
    buf_fmt(
        &sql,
        "CREATE OR REPLACE TABLE run AS SELECT TIMESTAMP '%s' AS at, (SELECT count(*) FROM finding)::BIGINT AS findings,"
        " %s AS part, %s AS only_part, ",
        now, whole ? "false" : "true", part ? "true" : "false");
    day_or_null(&sql, m ? m->from : DAY_NONE);
    buf_str(&sql, " AS from_day, ");
    day_or_null(&sql, m ? m->to : DAY_NONE);
    buf_str(&sql, " AS to_day, ");
    if (m && m->area && m->area[0])
        buf_sql(&sql, span_of(m->area));
    else
        buf_str(&sql, "NULL::VARCHAR");
    buf_str(&sql, " AS area, ");
    if (m && m->some_rules) {
        buf_char(&sql, '[');
        rule_list(&sql, m->run);
        buf_char(&sql, ']');
    } else {
        buf_str(&sql, "NULL::VARCHAR[]");
    }
    buf_str(&sql, " AS rules");
    if (rc == 0)
        rc = sql.failed ? err_nomem(e) : db_run(s->con, buf_cstr(&sql), e);
    buf_release(&sql);
    return rc;
}

/* --- reading it back ------------------------------------------------------------------------------- */

static void copy(const struct db_rows *rows, idx_t col, char *out, size_t n)
{
    struct span t = db_null(rows, col) ? (struct span){"", 0} : db_text(rows, col);

    snprintf(out, n, "%.*s", (int)t.n, t.p);
}

static day_t day_of(const struct db_rows *rows, idx_t col)
{
    return db_null(rows, col) ? DAY_NONE : (day_t)db_i64(rows, col);
}

static int read_rules(struct store *s, struct names *out, struct err *e)
{
    struct db_rows rows;
    int rc = db_open(s->con, "SELECT unnest(rules) FROM run", &rows, e);

    if (rc < 0)
        return rc;
    while (rc == 0 && db_next(&rows))
        if (names_put(out, db_text(&rows, 0)) == NAME_NONE)
            rc = err_nomem(e);
    db_close(&rows);
    return rc;
}

int remit_last_read(struct store *s, struct remit_last *out, struct err *e)
{
    struct remit_last l = {.from = DAY_NONE, .to = DAY_NONE};
    struct db_rows rows;
    int64_t columns = 0;
    int rc;

    *out = l;
    if (!store_has(s, "run"))
        return 0;
    rc = db_int(s->con, e, 0, &columns,
                "SELECT count(*) FROM duckdb_columns() WHERE table_name = 'run'"
                " AND column_name IN ('part', 'only_part')");
    if (rc == 0)
        rc = db_open(
            s->con,
            columns == 2 ? "SELECT strftime(\"at\", '%Y-%m-%d %H:%M:%S'), part, only_part,"
                           " datediff('day', DATE '1970-01-01', from_day),"
                           " datediff('day', DATE '1970-01-01', to_day), area FROM run LIMIT 1"
            : columns    ? "SELECT strftime(\"at\", '%Y-%m-%d %H:%M:%S'), part FROM run LIMIT 1"
                         : "SELECT strftime(\"at\", '%Y-%m-%d %H:%M:%S'), false FROM run LIMIT 1",
            &rows, e);
    if (rc < 0)
        return rc;
    if (db_next(&rows)) {
        copy(&rows, 0, l.at, sizeof l.at);
        l.part = db_i64(&rows, 1) != 0;
        l.known = columns == 2;
        if (l.known) {
            l.only_part = db_i64(&rows, 2) != 0;
            l.from = day_of(&rows, 3);
            l.to = day_of(&rows, 4);
            copy(&rows, 5, l.area, sizeof l.area);
        }
    }
    db_close(&rows);
    if (l.known)
        rc = read_rules(s, &l.rules, e);
    if (rc == 0)
        *out = l;
    else
        names_release(&l.rules);
    return rc;
}

void remit_last_release(struct remit_last *l)
{
    names_release(&l->rules);
}

bool remit_last_asked(const struct remit_last *l, struct span rule, day_t day, struct span admdvs)
{
    if (!l->known)
        return !l->part;
    if ((l->from != DAY_NONE && (day == DAY_NONE || day < l->from)) ||
        (l->to != DAY_NONE && (day == DAY_NONE || day > l->to)))
        return false;
    if (!span_starts(admdvs, l->area))
        return false;
    return !l->rules.n || names_get(&l->rules, rule) != NAME_NONE;
}
