/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * The library against the same rules as SQL: the text that `huji verify` runs, or the one tuned by hand in bench/sql. What a
 * combine puts together are rows of other rules: they are kept when these are asked, and read from there, as whoever writes
 * SQL would do; the text that holds the statements of all its parts would ask each of them twice.
 */
#include <stdio.h>
#include <string.h>

#include "engine/sql/sql.h"
#include "run/prepare.h"
#include "side.h"

#define PARTS "bench_part_" /* and the rule's index */

/* Writes a statement to DIR/<rule>.sql: to tune it. */
static void bench_text(const char *dir, struct span id, const char *text)
{
    char name[4400];
    snprintf(name, sizeof name, "%s/%.*s.sql", dir, (int)id.n, id.p);
    FILE *f = fopen(name, "w");
    if (f) {
        fprintf(f, "%s\n", text);
        fclose(f);
    }
}

static void note(char *list, size_t size, const struct rule *r, const char *what)
{
    size_t n = strlen(list);
    snprintf(list + n, size - n, " %.*s%s", (int)r->id.n, r->id.p, what);
}

static bool read_tuned(const struct side *x, const struct rule *r, struct buf *b)
{
    char name[4400], some[4096];
    size_t n;
    snprintf(name, sizeof name, "%s/%.*s.sql", x->b->tuned, (int)r->id.n, r->id.p);
    FILE *f = x->b->tuned ? fopen(name, "r") : NULL;
    while (f && (n = fread(some, 1, sizeof some, f)) > 0)
        buf_span(b, (struct span){some, n});
    if (f)
        fclose(f);
    return f != NULL && !b->failed;
}

/* One statement, its result written to the table: seconds and processor time. */
static int timed(struct side *x, const char *table, const char *select, double *t, double *cpu,
                 struct err *why)
{
    struct buf b = BUF_INIT;
    buf_fmt(&b, "CREATE OR REPLACE TEMP TABLE %s AS %s", table, select);
    *t = bench_now();
    *cpu = bench_cpu();
    int rc = b.failed ? err_nomem(why) : db_run(x->con, buf_cstr(&b), why);
    *t = bench_now() - *t;
    *cpu = bench_cpu() - *cpu;
    buf_release(&b);
    return rc;
}

/* Of a combine which parts are asked, and how much of them. */
static void mark_parts(struct side *x)
{
    for (int i = 0; i < x->lib->n_rules; i++) {
        const struct combine *c = x->wanted[i] ? x->lib->rules[i]->combine : NULL;
        for (int p = 0; c && p < c->n_parts; p++)
            for (int j = 0; j < c->part[p].n_rules; j++) {
                x->sql[c->part[p].rule[j]].part = true;
                x->sql[c->part[p].rule[j]].whole |= !c->to;
            }
    }
}

static void table_of(const struct side *x, int i, char name[32])
{
    snprintf(name, 32, x->sql[i].part ? PARTS "%d" : "bench_sql", i);
}

static int text_of(struct side *x, int i, struct buf *b, struct err *why)
{
    const struct rule *r = x->lib->rules[i];
    if (x->sql[i].tuned)
        return read_tuned(x, r, b) ? 0 : err_set(why, ERR_INPUT, "no text");
    return x->sql[i].whole ? rule_sql_part(x->lib, r, b, why)
                           : rule_sql_over(x->lib, r, PARTS, b, why);
}

static int ask(struct side *x, int i, struct err *why)
{
    struct buf b = BUF_INIT;
    char table[32];
    struct sql_rule *s = &x->sql[i];
    table_of(x, i, table);
    int rc = text_of(x, i, &b, why);
    if (rc == 0 && x->b->dump && !s->tuned)
        bench_text(x->b->dump, x->lib->rules[i]->id, buf_cstr(&b));
    if (rc == 0)
        rc = timed(x, table, buf_cstr(&b), &s->seconds, &s->cpu, why);
    buf_release(&b);
    return rc;
}

/* What a finding is, but for what the library alone says of it. */
static const char found_columns[] =
    "SELECT finding_id, owner_type, owner_id, anchor, psn_no, mdtrt_id, fixmedins_code, event_date, value, threshold, "
    "amount_fen, fund_fen, class, hit, marked, evidence FROM";

/* The statement tuned by hand: the same rows, or it does not count. Of two texts the faster is asked from now on. */
static void try_tuned(struct side *x, int i)
{
    const struct rule *r = x->lib->rules[i];
    struct sql_rule *s = &x->sql[i];
    struct err why = {0};
    struct buf b = BUF_INIT;
    char table[32];
    int64_t differ = 0;
    double t = 0, cpu = 0;
    table_of(x, i, table);
    if (!read_tuned(x, r, &b)) {
        buf_release(&b);
        return;
    }
    int rc = timed(x, "bench_tuned", buf_cstr(&b), &t, &cpu, &why);
    buf_release(&b);
    if (rc == 0)
        rc = db_int(x->con, &why, 0, &differ,
                    "SELECT count(*) FROM ((%s %s EXCEPT ALL %s bench_tuned) UNION ALL "
                    "(%s bench_tuned EXCEPT ALL %s %s))",
                    found_columns, table, found_columns, found_columns, found_columns, table);
    fprintf(stderr, "huji-bench: %.*s: generated %.2f s, tuned %.2f s, %lld rows differ; %.200s\n",
            (int)r->id.n, r->id.p, s->seconds, t, (long long)differ, why.message);
    if (rc < 0 || differ) {
        note(x->r->tuned_bad, sizeof x->r->tuned_bad, r, "(not)");
        return;
    }
    x->r->tuned++;
    if (t >= s->seconds)
        return;
    x->r->tuned_faster++;
    s->tuned = true;
    s->seconds = t;
    s->cpu = cpu;
}

/* Are the rows that SQL found those that the library wrote? */
static void hold_against(struct side *x, int i)
{
    const struct rule *r = x->lib->rules[i];
    int64_t differ = 0;
    struct err why = {0};
    struct buf id = BUF_INIT;
    char table[32];
    table_of(x, i, table);
    buf_sql(&id, r->id);
    int rc = db_int(
        x->con, &why, 0, &differ,
        "SELECT count(*) FROM ((%s finding WHERE rule_id = %s EXCEPT ALL %s %s) UNION ALL (%s %s EXCEPT ALL %s finding "
        "WHERE rule_id = %s))",
        found_columns, buf_cstr(&id), found_columns, table, found_columns, table, found_columns,
        buf_cstr(&id));
    buf_release(&id);
    if (rc == 0 && differ == 0) {
        x->r->same++;
        return;
    }
    note(x->r->unlike, sizeof x->r->unlike, r, "");
    fprintf(stderr, "huji-bench: %.*s: %lld rows of SQL and library differ; %.200s\n", (int)r->id.n,
            r->id.p, (long long)differ, why.message);
}

static void ask_first(struct side *x, int i)
{
    const struct rule *r = x->lib->rules[i];
    struct err why = {0};
    if (ask(x, i, &why) < 0) {
        x->sql[i].failed = true;
        x->r->sql_failed++;
        note(x->r->failed, sizeof x->r->failed, r, "");
        fprintf(stderr, "huji-bench: SQL of %.*s: %.200s\n", (int)r->id.n, r->id.p, why.message);
        return;
    }
    try_tuned(x, i);
    if (x->wanted[i])
        hold_against(x, i);
}

/* Every statement once, what combines read before them. The first time, all that is checked is checked. */
static void sql_pass(struct side *x, bool first, double *seconds, double *cpu)
{
    *seconds = *cpu = 0;
    x->r->sql_rules = 0;
    memset(x->r->sql_kind, 0, sizeof x->r->sql_kind);
    for (int combines = 0; combines < 2; combines++)
        for (int i = 0; i < x->lib->n_rules; i++) {
            const struct rule *r = x->lib->rules[i];
            struct sql_rule *s = &x->sql[i];
            struct err why = {0};
            if ((!x->wanted[i] && !s->part) || s->failed || !r->combine != !combines)
                continue;
            if (first)
                ask_first(x, i);
            else if (ask(x, i, &why) < 0)
                s->failed = true;
            if (s->failed)
                continue;
            x->r->sql_rules += x->wanted[i];
            if (x->wanted[i] && kind_of(r) >= 0)
                x->r->sql_kind[kind_of(r)] += s->seconds;
            *seconds += s->seconds;
            *cpu += s->cpu;
        }
}

static void find_dearest(struct side *x)
{
    for (int k = 0; k < DEAREST; k++) {
        int best = -1;
        for (int i = 0; i < x->lib->n_rules; i++)
            if (!x->sql[i].failed && x->sql[i].seconds > 0 &&
                (best < 0 || x->sql[i].seconds > x->sql[best].seconds))
                best = i;
        if (best < 0)
            return;
        const struct rule *r = x->lib->rules[best];
        snprintf(x->r->dearest[k], sizeof x->r->dearest[k], "%.*s%s", (int)r->id.n, r->id.p,
                 x->sql[best].tuned ? " (tuned)" : "");
        x->r->dearest_seconds[k] = x->sql[best].seconds;
        x->sql[best].seconds = 0;
    }
}

/* What SQL reads is made before it is asked, and counted on neither side. It goes with its connection before the library runs
 * again: a run holds DuckDB to a few hundred MB, and would wait for tables of SQL's going to disk. */
static int prepare(struct side *x, struct err *e)
{
    double t = bench_now();
    fprintf(stderr, "huji-bench: preparing SQL\n");
    int rc = prepare_sql(x->con, x->lib, "line_text", e);
    x->r->sql_prepare = bench_now() - t;
    return rc;
}

static int forget(struct side *x, struct err *e)
{
    duckdb_disconnect(&x->con);
    return store_connect(x->s, &x->con, e);
}

/* The library once, and every statement once; the first time to warm both, and to choose and check the texts. */
static int pair(struct side *x, int number, struct pairs *seconds, struct pairs *cpu, struct err *e)
{
    struct screen_report r;
    double sql = 0, sql_cpu = 0, c0 = bench_cpu();
    int rc = side_screen(x, x->wanted, false, &r, e);
    double c1 = bench_cpu();
    if (rc < 0)
        return rc;
    fprintf(
        stderr,
        "huji-bench: %s %d, library %.1f s (load %.1f walk %.1f judge %.1f write %.1f), SQL ...\n",
        number ? "pair" : "warm-up", number, r.seconds, r.load_seconds, r.walk_seconds,
        r.judge_seconds, r.write_seconds);
    if ((rc = prepare(x, e)) < 0)
        return rc;
    sql_pass(x, number == 0, &sql, &sql_cpu);
    fprintf(stderr, "huji-bench: %s %d, SQL %.1f s, %.2f times; %.0f s so far\n",
            number ? "pair" : "warm-up", number, sql, sql / r.seconds, bench_now() - x->began);
    pairs_add(seconds, sql, r.seconds);
    pairs_add(cpu, sql_cpu, c1 - c0);
    return forget(x, e);
}

int sql_pairs(struct side *x, struct err *e)
{
    double t, longest = 0;
    struct result *r = x->r;
    int rc = 0;
    mark_parts(x);
    struct pairs warm = {0}, warm_cpu = {0};
    for (int i = 0; i <= x->b->sql_pairs && rc == 0; i++) {
        t = bench_now();
        if (i > 0 && t - x->began + longest > x->b->sql_budget) {
            fprintf(stderr, "huji-bench: %d of %d pairs within %.0f s (--sql-budget)\n", i - 1,
                    x->b->sql_pairs, x->b->sql_budget);
            break;
        }
        rc = i ? pair(x, i, &r->sql, &r->sql_cpu, e) : pair(x, i, &warm, &warm_cpu, e);
        longest = i ? bench_now() - t : warm.a[0] + warm.b[0]; /* without what is checked once */
    }
    if (!r->sql.n) { /* the warm-up is all there is */
        r->sql = warm;
        r->sql_cpu = warm_cpu;
    }
    find_dearest(x);
    return rc;
}
