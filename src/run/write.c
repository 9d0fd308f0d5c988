/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "run/write.h"

#include "run/exceptions.h"
#include "run/remit.h"
#include "run/rows.h"

int findings_lines(struct walk *const *walks, size_t n, struct line_ids *ids, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        size_t k;
        const struct huji_finding *f = walk_findings(walks[i], &k);
        for (size_t j = 0; j < k; j++)
            for (uint32_t v = 0; v <= f[j].n_evidence; v++) {
                const struct huji_ref *r = v < f[j].n_evidence ? &f[j].evidence[v] : &f[j].anchor;
                if (source_is_line((enum source_id)r->source) && r->id != HUJI_NONE64 &&
                    line_ids_want(ids, &r->id, 1) < 0)
                    return err_nomem(e);
            }
    }
    return 0;
}

static int finish_all(struct store *s, const struct huji_run *run, struct walk *const *walks,
                      size_t n, struct line_ids *ids, struct rows *rows, struct err *e)
{
    int rc = findings_lines(walks, n, ids, e);
    if (rc == 0)
        rc = line_ids_read(s, ids, e);
    return rc == 0 ? rows_finish(run, walks, n, ids, rows, e) : rc;
}

static const char columns_sql[] =
    "(finding_id VARCHAR, rule_id VARCHAR, rule_version INTEGER, owner_type VARCHAR, "
    "owner_id VARCHAR, anchor VARCHAR, psn_no VARCHAR, mdtrt_id VARCHAR, fixmedins_code VARCHAR, event_date DATE, "
    "value DECIMAL(18,6), threshold DECIMAL(18,6), amount_fen BIGINT, fund_fen BIGINT, class VARCHAR, phase VARCHAR, "
    "hit BOOLEAN, marked BOOLEAN, message VARCHAR, evidence VARCHAR, content_hash VARCHAR, exception INTEGER, trial BOOLEAN)";

static void put_text(duckdb_appender app, struct span s)
{
    if (s.n)
        duckdb_append_varchar_length(app, s.p, s.n);
    else
        duckdb_append_null(app);
}

static void put_micro(duckdb_appender app, int64_t v)
{
    if (v == HUJI_NONE64) {
        duckdb_append_null(app);
        return;
    }
    duckdb_decimal d = {
        .width = 18, .scale = 6, .value = {.lower = (uint64_t)v, .upper = v < 0 ? -1 : 0}};
    duckdb_value x = duckdb_create_decimal(d);
    duckdb_append_value(app, x);
    duckdb_destroy_value(&x);
}

/* 事前 事中 事后, as the rule says, joined by a space. */
static void put_phase(duckdb_appender app, const struct rule *r)
{
    const struct ynode *list = ynode_get(r->node, "phases");
    struct buf b = BUF_INIT;
    for (const struct ynode *c = list ? list->child : NULL; c; c = c->next)
        buf_fmt(&b, "%s%.*s", c == list->child ? "" : " ", (int)c->text.n, c->text.p);
    put_text(app, (struct span){buf_cstr(&b), b.n});
    buf_release(&b);
}

/* Only an active rule's hits are clues; of one on trial (or tried by name) they are kept apart, so that whoever counts `hit`
 * counts none of them. */
static bool is_clue(const struct row *r)
{
    return r->h->hit && r->f.rule->state == ST_ACTIVE;
}

static int append(duckdb_appender app, const struct row *r, struct err *e)
{
    const struct huji_finding *h = r->h;
    duckdb_append_varchar(app, r->f.finding_id);
    put_text(app, r->f.rule_id);
    duckdb_append_int32(app, r->f.rule->version);
    put_text(app, r->f.owner_type);
    put_text(app, r->f.owner_id);
    put_text(app, r->f.anchor);
    put_text(app, r->f.psn_no);
    put_text(app, r->f.mdtrt_id);
    put_text(app, r->f.fixmedins_code);
    duckdb_append_date(app, (duckdb_date){h->day});
    put_micro(app, h->value);
    put_micro(app, h->threshold);
    duckdb_append_int64(app, h->amount);
    duckdb_append_int64(app, h->fund);
    duckdb_append_varchar(app, class_name(h->cls));
    put_phase(app, r->f.rule);
    duckdb_append_bool(app, is_clue(r));
    duckdb_append_bool(app, h->marked);
    put_text(app, r->f.message);
    put_text(app, r->f.evidence);
    duckdb_append_varchar(app, r->f.content_hash);
    duckdb_append_null(app); /* exception */
    duckdb_append_bool(app, h->hit && !is_clue(r));
    return duckdb_appender_end_row(app) == DuckDBSuccess ? 0 : db_append_error(app, e);
}

/* What the run before found, summed up, so that two runs can be compared. */
static int keep_before(struct store *s, struct err *e)
{
    if (!store_has(s, "finding"))
        return 0;
    return db_run(
        s->con,
        "CREATE OR REPLACE TABLE finding_before AS SELECT rule_id, fixmedins_code, count(*)::BIGINT AS hits, "
        "sum(fund_fen)::BIGINT AS fund_fen FROM finding WHERE hit GROUP BY ALL",
        e);
}

/* What the exceptions took is no hit. */
static int count_excepted(struct store *s, const struct huji_library *lib, const char *table,
                          struct screen_report *r, struct err *e)
{
    struct buf sql = BUF_INIT;
    struct db_rows rows;
    int rc;

    buf_fmt(&sql,
            "SELECT rule_id, count(*), coalesce(sum(fund_fen), 0)::BIGINT FROM %s"
            " WHERE exception IS NOT NULL GROUP BY 1",
            table);
    rc = sql.failed ? err_nomem(e) : db_open(s->con, buf_cstr(&sql), &rows, e);
    buf_release(&sql);
    if (rc < 0)
        return rc;
    while (db_next(&rows)) {
        uint64_t n = (uint64_t)db_i64(&rows, 1);
        r->excepted += n;
        r->hits -= n;
        r->excepted_fund += db_i64(&rows, 2);
        for (int i = 0; i < lib->n_rules; i++)
            if (!lib->rules[i]->hidden && span_eq(lib->rules[i]->id, db_text(&rows, 0)))
                r->per_rule[i] -= n;
    }
    db_close(&rows);
    return 0;
}

int findings_none(struct store *s, const char *into, struct err *e)
{
    return db_exec(s->con, e, "CREATE OR REPLACE TEMP TABLE %s%s", into, columns_sql);
}

static int fill(struct store *s, const struct rows *rows, const char *table, struct err *e)
{
    duckdb_appender app = NULL;
    int rc = duckdb_appender_create(s->con, NULL, table, &app) == DuckDBSuccess
                 ? 0
                 : db_append_error(app, e);

    for (size_t i = 0; i < rows->n && rc == 0; i++)
        rc = append(app, rows_get(rows, i), e);
    if (rc == 0 && duckdb_appender_flush(app) != DuckDBSuccess)
        rc = db_append_error(app, e);
    duckdb_appender_destroy(&app);
    return rc;
}

static int write_table(struct store *s, const struct rows *rows, const struct write_wish *w,
                       const struct huji_library *lib, struct screen_report *r, struct err *e)
{
    bool part = !w->into && remit_is_part(w->remit);
    const char *table = w->into ? w->into : part ? "finding_fresh" : "finding";
    int rc = db_run(s->con, "BEGIN", e);
    if (rc < 0)
        return rc;
    if (!w->into)
        rc = keep_before(s, e);
    if (rc == 0)
        rc = db_exec(s->con, e, "CREATE OR REPLACE %s TABLE %s%s", w->into || part ? "TEMP" : "",
                     table, columns_sql);
    if (rc == 0)
        rc = fill(s, rows, table, e);
    if (rc == 0 && w->except->n)
        rc = exceptions_apply(s, w->except, lib, table, e);
    if (rc == 0 && w->except->n)
        rc = count_excepted(s, lib, table, r, e);
    if (rc == 0 && part)
        rc = remit_merge(s, w->remit, table, e);
    if (rc == 0 && !w->into)
        rc = remit_note(s, w->remit, e);
    if (rc == 0)
        return db_run(s->con, "COMMIT", e);
    db_run(s->con, "ROLLBACK", NULL);
    return rc;
}

int findings_write(struct store *s, const struct huji_run *run, struct walk *const *walks, size_t n,
                   struct line_ids *ids, const struct write_wish *w, struct screen_report *r,
                   struct err *e)
{
    struct rows rows = {0};
    int rc = finish_all(s, run, walks, n, ids, &rows, e);
    for (size_t i = 0; i < rows.n && rc == 0; i++) {
        bool clue = is_clue(&rows.at[i]);
        r->findings++;
        r->hits += clue;
        r->trial += rows.at[i].h->hit && !clue;
        if (rows.at[i].h->hit)
            r->per_rule[rows.at[i].h->rule]++;
    }
    if (rc == 0 && w)
        rc = write_table(s, &rows, w, run->lib, r, e);
    rows_release(&rows);
    return rc;
}

static int each_bare(struct walk *const *walks, size_t n, const struct screen_options *o,
                     struct err *e)
{
    int rc = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k;
        const struct huji_finding *f = walk_findings(walks[i], &k);
        for (size_t j = 0; j < k && rc == 0; j++)
            rc = o->found(o->ctx, NULL, &f[j], e);
    }
    return rc;
}

int findings_each(struct store *s, const struct huji_run *run, struct walk *const *walks, size_t n,
                  struct line_ids *ids, const struct screen_options *o, struct err *e)
{
    struct rows rows = {0};
    if (o->no_texts)
        return each_bare(walks, n, o, e);
    int rc = finish_all(s, run, walks, n, ids, &rows, e);
    for (size_t i = 0; i < rows.n && rc == 0; i++)
        rc = o->found(o->ctx, &rows_get(&rows, i)->f, rows_get(&rows, i)->h, e);
    rows_release(&rows);
    return rc;
}
