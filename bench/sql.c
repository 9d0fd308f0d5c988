/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The library against the same rules as SQL: the text that `huji verify` runs, or the one tuned by hand in bench/sql. */
#include <stdio.h>
#include <string.h>

#include "engine/sql/sql.h"
#include "run/prepare.h"
#include "side.h"

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

static void note_failed(struct side *x, const struct rule *r, const struct err *why)
{
    size_t n = strlen(x->r->failed);
    snprintf(x->r->failed + n, sizeof x->r->failed - n, " %.*s", (int)r->id.n, r->id.p);
    x->r->sql_failed++;
    fprintf(stderr, "huji-bench: SQL of %.*s: %.200s\n", (int)r->id.n, r->id.p, why->message);
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

/* Seconds of one statement, its result written to the table; -1 failed. */
static double timed(struct side *x, const char *table, const char *select, struct err *why)
{
    struct buf b = BUF_INIT;
    buf_fmt(&b, "CREATE OR REPLACE TEMP TABLE %s AS %s", table, select);
    double t = bench_now(), cpu = bench_cpu();
    int rc = b.failed ? err_nomem(why) : db_run(x->con, buf_cstr(&b), why);
    t = bench_now() - t;
    x->cpu = bench_cpu() - cpu;
    buf_release(&b);
    return rc < 0 ? -1 : t;
}

/* The statement tuned by hand: the same rows, or it does not count. -1: there is none. */
static double timed_tuned(struct side *x, const struct rule *r)
{
    struct err why = {0};
    struct buf b = BUF_INIT;
    int64_t differ = 0;
    double t = read_tuned(x, r, &b) ? timed(x, "bench_tuned", buf_cstr(&b), &why) : -1;
    double cpu = x->cpu;
    int rc =
        t < 0
            ? 0
            : db_int(x->con, &why, 0, &differ,
                     "SELECT count(*) FROM ((FROM bench_sql EXCEPT ALL FROM bench_tuned) UNION ALL "
                     "(FROM bench_tuned EXCEPT ALL FROM bench_sql))");
    bool there = b.n > 0;
    buf_release(&b);
    if (t >= 0 && rc == 0 && differ == 0) {
        x->r->tuned++;
        x->tuned_cpu = cpu;
        return t;
    }
    if (there) {
        size_t n = strlen(x->r->tuned_bad);
        snprintf(x->r->tuned_bad + n, sizeof x->r->tuned_bad - n, " (%.*s not)", (int)r->id.n,
                 r->id.p);
        fprintf(stderr, "huji-bench: bench/sql/%.*s.sql: %lld rows differ; %.200s\n", (int)r->id.n,
                r->id.p, (long long)differ, why.message);
    }
    return -1;
}

/* One statement per rule id, its result written to a table; of two texts the faster counts. */
static double sql_pass(struct side *x, bool first)
{
    double all = 0;
    x->pass_cpu = 0;
    x->r->sql_rules = x->r->tuned = 0;
    x->r->tuned_bad[0] = 0;
    memset(x->r->sql_kind, 0, sizeof x->r->sql_kind);
    for (int i = 0; i < x->lib->n_rules; i++) {
        const struct rule *r = x->lib->rules[i];
        if (!x->wanted[i] || x->rule_seconds[i] < 0)
            continue;
        struct err why = {0};
        struct buf b = BUF_INIT;
        double t = rule_sql(x->lib, r, &b, &why) == 0 ? timed(x, "bench_sql", buf_cstr(&b), &why)
                                                      : -1;
        if (x->b->dump)
            bench_text(x->b->dump, r->id, buf_cstr(&b));
        buf_release(&b);
        double cpu = x->cpu, tuned = t < 0 ? -1 : timed_tuned(x, r);
        if (first)
            fprintf(stderr, "%.*s\t%.3f\t%.3f\n", (int)r->id.n, r->id.p, t, tuned);
        if (t < 0) {
            x->rule_seconds[i] = -1;
            if (first)
                note_failed(x, r, &why);
            continue;
        }
        if (tuned >= 0 && tuned < t) {
            t = tuned;
            cpu = x->tuned_cpu;
        }
        x->pass_cpu += cpu;
        x->rule_seconds[i] = t;
        x->r->sql_rules++;
        x->r->sql_kind[kind_of(r)] += t;
        all += t;
    }
    return all;
}

static void find_dearest(struct side *x)
{
    for (int k = 0; k < DEAREST; k++) {
        int best = -1;
        for (int i = 0; i < x->lib->n_rules; i++)
            if (x->wanted[i] && x->rule_seconds[i] > 0 &&
                (best < 0 || x->rule_seconds[i] > x->rule_seconds[best]))
                best = i;
        if (best < 0)
            return;
        const struct rule *r = x->lib->rules[best];
        snprintf(x->r->dearest[k], sizeof x->r->dearest[k], "%.*s", (int)r->id.n, r->id.p);
        x->r->dearest_seconds[k] = x->rule_seconds[best];
        x->rule_seconds[best] = 0;
    }
}

int sql_pairs(struct side *x, struct err *e)
{
    struct screen_report r;
    double t = bench_now();
    int rc = prepare_sql(x->con, x->lib, "line_text", e);
    x->r->sql_prepare = bench_now() - t;
    if (rc < 0)
        return rc;
    double warm = 0;
    for (int i = 0; i <= x->b->sql_pairs && rc == 0; i++) {
        double c0 = bench_cpu();
        rc = side_screen(x, x->wanted, false, &r, e);
        double c1 = bench_cpu(), all = rc ? 0 : sql_pass(x, i == 0);
        if (i == 0)
            warm = all;
        bool alone = warm * x->b->sql_pairs > x->b->sql_budget; /* the warm-up is all there is */
        if (rc == 0 && (i > 0 || alone)) {
            pairs_add(&x->r->sql, all, r.seconds);
            pairs_add(&x->r->sql_cpu, x->pass_cpu, c1 - c0);
        }
        if (alone)
            break;
    }
    find_dearest(x);
    return rc;
}
