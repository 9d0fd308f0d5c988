/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The engine against SQL, row for row, on small random worlds, at 1, 2 and 3 walks; the same world under other numbers
 * gives the same findings; a prefix of a world gives no finding of an at_once rule that the whole does not have.
 *
 *   oracle [RULES [FIRST_SEED [N_SEEDS]]]
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "claims/db.h"
#include "county.h"
#include "engine/finish.h"
#include "engine/measure.h"
#include "engine/walk.h"
#include "run/prepare.h"
#include "run/verify.h"

enum { MAX_WALKS = 3 };

struct oracle {
    duckdb_database db;
    duckdb_connection con;
    struct huji_library *lib;
    long rows[MAX_RULES], hits[MAX_RULES], kept[MAX_RULES], bad_worlds[MAX_RULES];
    long shuffled, prefixes, failures;
};

static _Noreturn void die(const char *what, const struct err *e)
{
    fprintf(stderr, "oracle: %s: %s %s\n", what, e->message, e->where);
    exit(2);
}

/* ---- the engine ---- */

static int rank_lines(void *ctx, const int64_t *no, size_t n, uint32_t *rank, struct err *e)
{
    (void)e;
    for (size_t i = 0; i < n; i++) {
        rank[i] = 0;
        for (size_t j = 0; j < n; j++)
            rank[i] += span_cmp(county_line_id(ctx, no[j]), county_line_id(ctx, no[i])) < 0;
    }
    return 0;
}

static void walk_range(const struct county *c, struct walk *w, int32_t lo, int32_t hi,
                       struct arena *a)
{
    struct err e = {0};
    const int64_t *psn = c->cell[S_LINE][source_field(S_LINE, SPAN("psn_no"))];
    size_t from = 0, to;
    while (from < c->n[S_LINE] && psn[from] < lo)
        from++;
    for (to = from; to < c->n[S_LINE] && psn[to] < hi; to++)
        ;
    struct line_batch b = {.n = to - from};
    memcpy(b.col, county_lines(c, from, to, a), sizeof b.col);
    walk_begin(w, lo, hi);
    if ((b.n && walk_lines(w, &b, &e) < 0) || walk_end(w, &e) < 0)
        die("walk", &e);
}

static void put_text(struct buf *b, struct span s)
{
    s.n ? buf_sql(b, s) : buf_str(b, "NULL");
}

static void put_micro(struct buf *b, int64_t v)
{
    if (v == HUJI_NONE64)
        buf_str(b, "NULL");
    else
        buf_fmt(b, "(%lld::BIGINT::DECIMAL(19, 0) * 0.000001)::DECIMAL(18, 6)", (long long)v);
}

static void put_finding(struct buf *b, const struct finished *f, const struct huji_finding *h)
{
    const struct span texts[] = {f->rule_id, f->owner_type, f->owner_id,      f->anchor,
                                 f->psn_no,  f->mdtrt_id,   f->fixmedins_code};
    buf_fmt(b, "%s('%s'", b->n ? ", " : "", f->finding_id);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        buf_str(b, ", ");
        put_text(b, texts[i]);
    }
    buf_fmt(b, ", DATE '1970-01-01' + %d, ", h->day);
    put_micro(b, h->value);
    buf_str(b, ", ");
    put_micro(b, h->threshold);
    buf_fmt(b, ", %lld, %lld, '%s', %s, %s, ", (long long)h->amount, (long long)h->fund,
            class_name(h->cls), h->hit ? "true" : "false", h->marked ? "true" : "false");
    put_text(b, f->evidence);
    buf_char(b, ')');
}

static void write_findings(struct oracle *o, struct county *c, const struct huji_run *run,
                           struct walk *const *w, size_t n, const char *table)
{
    struct buf b = BUF_INIT;
    struct arena a = ARENA_INIT;
    struct err e = {0};
    for (size_t i = 0; i < n; i++) {
        size_t k;
        const struct huji_finding *h = walk_findings(w[i], &k);
        for (size_t j = 0; j < k; j++) {
            struct finished f;
            o->hits[h[j].rule] += h[j].hit;
            o->kept[h[j].rule] += !h[j].hit;
            if (finding_finish(run, &h[j], county_line_id, c, &a, &f, &e) < 0)
                die("finish", &e);
            put_finding(&b, &f, &h[j]);
        }
    }
    if (db_exec(
            o->con, &e,
            "CREATE OR REPLACE TABLE %s(finding_id VARCHAR, rule_id VARCHAR, owner_type VARCHAR, owner_id VARCHAR, anchor VARCHAR, "
            "psn_no VARCHAR, mdtrt_id VARCHAR, fixmedins_code VARCHAR, event_date DATE, value DECIMAL(18,6), threshold DECIMAL(18,6), "
            "amount_fen BIGINT, fund_fen BIGINT, class VARCHAR, hit BOOLEAN, marked BOOLEAN, evidence VARCHAR)",
            table) < 0 ||
        (b.n && db_exec(o->con, &e, "INSERT INTO %s VALUES %s", table, buf_cstr(&b)) < 0))
        die("findings", &e);
    buf_release(&b);
    arena_release(&a);
}

static void engine(struct oracle *o, struct county *c, size_t n, const char *table)
{
    struct err e = {0};
    struct arena a = ARENA_INIT;
    struct huji_run *run;
    struct walk *w[MAX_WALKS];
    int32_t persons = (int32_t)c->n_code[D_PERSON];
    if (run_open(o->lib, &c->frame, NULL, &run, &e) < 0)
        die("run", &e);
    for (size_t i = 0; i < n; i++)
        if (walk_new(run, &w[i], &e) < 0)
            die("walk", &e);
    for (size_t i = 0; i < n; i++)
        walk_range(c, w[i], (int32_t)((size_t)persons * i / n),
                   (int32_t)((size_t)persons * (i + 1) / n), &a);
    if (walk_orphans(w[0], &e) < 0 || walk_merge(run, w, n, rank_lines, c, &e) < 0)
        die("merge", &e);
    for (size_t i = 0; i < n; i++)
        if (walk_late(w[i], &e) < 0)
            die("late", &e);
    for (int r = 0; r < o->lib->n_rules; r++)
        if (walk_is_kept(run, r) && walk_judge(run, w[0], w[(size_t)r % n], r, &e) < 0)
            die("judge", &e);
    if (walk_combine(run, w, n, &e) < 0)
        die("combine", &e);
    write_findings(o, c, run, w, n, table);
    for (size_t i = 0; i < n; i++)
        walk_free(w[i]);
    for (int i = 0; run->measure && i < o->lib->n_measures; i++)
        measure_release(&run->measure[i]);
    run_free(run);
    arena_release(&a);
}

/* ---- what is asked ---- */

/* `read`: the SQL that people read (docs/sql), not the proof's. */
static void against_sql(struct oracle *o, uint64_t seed, size_t walks, bool read)
{
    struct verify_report rep;
    struct err e = {0};
    if (verify_rules(o->con, o->lib, NULL, DAY_NONE, DAY_NONE, "finding", read, NULL, &rep, &e) < 0)
        die("verify", &e);
    for (size_t i = 0; i < rep.n; i++) {
        const struct verify_row *r = &rep.at[i];
        o->rows[r->rule->index] += read ? 0 : r->engine_rows;
        if (verify_agrees(r))
            continue;
        o->failures++;
        if (o->bad_worlds[r->rule->index]++ < 2)
            printf(
                "# %.*s%s seed %llu walks %zu: sql %lld engine %lld only_sql %lld only_engine %lld differ %lld %s\n#   %s%s\n",
                (int)r->rule->id.n, r->rule->id.p, read ? " to be read" : "",
                (unsigned long long)seed, walks, (long long)r->sql_rows, (long long)r->engine_rows,
                (long long)r->only_sql, (long long)r->only_engine, (long long)r->differing,
                r->columns, r->err.message, r->example);
    }
    verify_release(&rep);
}

static int64_t ask(struct oracle *o, const char *sql)
{
    struct err e = {0};
    int64_t n = -1;
    if (db_int(o->con, &e, -1, &n, "%s", sql) < 0)
        die("ask", &e);
    return n;
}

static void same_findings(struct oracle *o, uint64_t seed, const char *table, const char *what)
{
    char sql[512];
    snprintf(
        sql, sizeof sql,
        "SELECT count(*) FROM ((SELECT * FROM finding EXCEPT ALL SELECT * FROM %s) UNION ALL (SELECT * FROM %s EXCEPT ALL "
        "SELECT * FROM finding))",
        table, table);
    int64_t n = ask(o, sql);
    if (n) {
        o->failures++;
        printf("# seed %llu %s: %lld findings differ\n", (unsigned long long)seed, what,
               (long long)n);
        struct err e = {0};
        struct db_rows rows;
        snprintf(
            sql, sizeof sql,
            "SELECT string_agg(DISTINCT rule_id, ' ') FROM ((SELECT * FROM finding EXCEPT ALL SELECT * FROM %s) UNION ALL "
            "(SELECT * FROM %s EXCEPT ALL SELECT * FROM finding))",
            table, table);
        if (db_open(o->con, sql, &rows, &e) == 0) {
            if (db_next(&rows))
                printf("#   %.*s\n", (int)db_text(&rows, 0).n, db_text(&rows, 0).p);
            db_close(&rows);
        }
    }
}

static void prefix(struct oracle *o, uint64_t seed)
{
    struct county *whole = county_make(seed, 0, INT64_MAX - 1),
                  *part = county_make(seed, 0, (19358 + 16) * INT64_C(86400));
    char list[4096] = "''";
    engine(o, whole, 1, "whole");
    engine(o, part, 1, "part");
    for (int i = 0; i < o->lib->n_rules; i++) {
        const struct rule *r = o->lib->rules[i];
        size_t n = strlen(list);
        if (!r->hidden && r->judged == J_AT_ONCE)
            snprintf(list + n, sizeof list - n, ", '%.*s'", (int)r->id.n, r->id.p);
    }
    struct buf b = BUF_INIT;
    buf_fmt(
        &b,
        "SELECT count(*) FROM part WHERE rule_id IN (%s) AND finding_id NOT IN (SELECT finding_id FROM whole)",
        list);
    int64_t n = ask(o, buf_cstr(&b));
    buf_release(&b);
    o->prefixes++;
    if (n) {
        o->failures++;
        printf("# seed %llu prefix: %lld findings of at_once rules are not of the whole\n",
               (unsigned long long)seed, (long long)n);
    }
    county_free(whole);
    county_free(part);
}

static void world(struct oracle *o, uint64_t seed)
{
    struct err e = {0};
    struct county *c = county_make(seed, 0, INT64_MAX);
    size_t walks = 1 + seed % MAX_WALKS;
    if (county_tables(c, o->con) < 0 || prepare_sql(o->con, o->lib, "line_text", &e) < 0)
        die("prepare", &e);
    engine(o, c, walks, "finding");
    against_sql(o, seed, walks, false);
    if (seed % 2)
        against_sql(o, seed, walks, true);
    engine(o, c, 1 + walks % MAX_WALKS, "other");
    same_findings(o, seed, "other", "at another number of walks");
    struct county *s = county_make(seed, seed * 77 + 1, INT64_MAX);
    engine(o, s, walks, "other");
    same_findings(o, seed, "other", "shuffled");
    o->shuffled++;
    county_free(s);
    county_free(c);
    prefix(o, seed);
}

/* `whole`: the oracle's own rules over its own seeds, where each slider is to be seen on both sides. */
static void report(struct oracle *o, uint64_t first, uint64_t n, bool whole)
{
    static const struct rule_kind *const kinds[] = {&kind_forbid, &kind_pair,  &kind_quota,
                                                    &kind_gap,    &kind_level, &kind_outlier,
                                                    &kind_combine};
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        long rules = 0, rows = 0, bad = 0, silent = 0;
        for (int i = 0; i < o->lib->n_rules; i++) {
            const struct rule *r = o->lib->rules[i];
            if (r->hidden || r->kind != kinds[k])
                continue;
            rules++;
            rows += o->rows[i];
            bad += o->bad_worlds[i] > 0;
            silent += o->rows[i] == 0;
            if (!o->rows[i])
                printf("# %.*s found nothing in any world\n", (int)r->id.n, r->id.p);
            if (r->slider.param.n &&
                (!o->hits[i] || !o->kept[i])) { /* else keep_from is not tried */
                printf("# %.*s: %ld hits, %ld kept: one of them is missing\n", (int)r->id.n,
                       r->id.p, o->hits[i], o->kept[i]);
                bad += whole;
            }
        }
        o->failures += bad;
        printf("%s oracle %s seed %llu..%llu: %ld rules, %ld rows, %ld rules differ, %ld silent\n",
               bad ? "not ok" : "ok", kinds[k]->name, (unsigned long long)first,
               (unsigned long long)(first + n - 1), rules, rows, bad, silent);
    }
    printf("%s oracle shuffled and split: %ld worlds; prefix: %ld worlds\n",
           o->failures ? "not ok" : "ok", o->shuffled, o->prefixes);
}

int main(int argc, char **argv)
{
    static struct oracle o;
    struct err e = {0};
    setvbuf(stdout, NULL, _IOLBF, 0);
    const char *root = getenv("HUJI_ROOT");
    char dir[512];
    snprintf(dir, sizeof dir, "%s/tests/oracle/rules", root ? root : ".");
    uint64_t first = argc > 2 ? strtoull(argv[2], NULL, 10) : 1,
             n = argc > 3 ? strtoull(argv[3], NULL, 10) : 4;
    if (library_load(argc > 1 ? argv[1] : dir, &o.lib, &e) < 0)
        die("library", &e);
    if (duckdb_open(NULL, &o.db) != DuckDBSuccess || duckdb_connect(o.db, &o.con) != DuckDBSuccess)
        return 2;
    db_run(o.con, "SET threads = 2", NULL);
    for (uint64_t seed = first; seed < first + n; seed++)
        world(&o, seed);
    report(&o, first, n, argc < 2);
    duckdb_disconnect(&o.con);
    duckdb_close(&o.db);
    library_free(o.lib);
    return o.failures ? 1 : 0;
}
