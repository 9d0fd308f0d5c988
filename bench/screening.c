/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The library over the store: against the same rules as SQL, against the bare loop, and that against DuckDB's sums. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "engine/run.h"
#include "run/world.h"
#include "side.h"

const char *const kind_name[N_KINDS] = {"forbid", "pair", "quota", "gap", "level", "outlier"};

int kind_of(const struct rule *r)
{
    for (int k = 0; k < N_KINDS; k++)
        if (strcmp(r->kind->name, kind_name[k]) == 0)
            return k;
    return -1; /* a combine: what rules of any kind found */
}

/* Which rules run here, and the sums of the line columns that they read. */
static int look(struct side *x, struct err *e)
{
    struct world w;
    struct huji_run *run = NULL;
    struct run_needs needs;
    int rc = run_needs(x->lib, NULL, &needs, e);
    if (rc == 0)
        rc = world_load(x->s, &needs, x->b->threads, NULL, &w, e);
    if (rc < 0)
        return rc;
    rc = run_open(x->lib, &w.frame, NULL, &run, e);
    for (int i = 0; rc == 0 && i < x->lib->n_rules; i++) {
        const struct rule *r = x->lib->rules[i];
        x->wanted[i] = run->active[i] && !r->is_measure && !r->hidden &&
                       (!x->b->only || bench_named(x->b->only, r->id));
        x->r->rules += x->wanted[i];
        if (kind_of(r) >= 0)
            x->r->rules_kind[kind_of(r)] += x->wanted[i];
    }
    buf_str(&x->sum, "SELECT count(psn_no)");
    for (size_t f = 0; rc == 0 && f < huji_sources[S_LINE].n_fields; f++)
        if (run->line_fields >> f & 1)
            buf_fmt(&x->sum, ", sum(%s)", huji_sources[S_LINE].fields[f].name);
    buf_str(&x->sum, " FROM s_line");
    run_free(run);
    world_release(&w);
    return rc;
}

static int open_side(struct side *x, struct err *e)
{
    char dir[4200];
    struct store_options o = {.threads = x->b->threads, .memory_mb = 8192, .command = "huji-bench"};
    snprintf(dir, sizeof dir, "%s/store", x->b->work);
    int rc = store_open(dir, STORE_WRITE, &o, &x->s, e);
    if (rc == 0)
        rc = library_load(x->b->rules, &x->lib, e);
    if (rc < 0)
        return rc;
    size_t n = (size_t)x->lib->n_rules + 1;
    x->wanted = mem_calloc(n, sizeof *x->wanted);
    x->some = mem_calloc(n, sizeof *x->some);
    x->sql = mem_calloc(n, sizeof *x->sql);
    if (!x->wanted || !x->some || !x->sql)
        return err_nomem(e);
    rc = look(x, e);
    return rc == 0 ? store_connect(x->s, &x->con, e) : rc;
}

int side_screen(struct side *x, const bool *wanted, bool bare, struct screen_report *r,
                struct err *e)
{
    struct screen_options o = {
        .wanted = wanted, .from = DAY_NONE, .to = DAY_NONE, .threads = x->b->threads, .bare = bare};
    return bench_screen(x->s, x->lib, &o, r, e);
}

static int sums(struct side *x, double *seconds, struct err *e)
{
    double t = bench_now();
    int rc = db_run(x->con, buf_cstr(&x->sum), e);
    *seconds = bench_now() - t;
    return rc;
}

static int engine_pairs(struct side *x, struct err *e)
{
    struct result *r = x->r;
    struct screen_report full = {0}, bare = {0};
    double sum = 0;
    int rc = 0;
    for (int i = 0; i <= x->b->pairs && rc == 0; i++) {
        double c0 = bench_cpu();
        rc = side_screen(x, x->wanted, false, &full, e);
        double c1 = bench_cpu();
        if (rc == 0)
            rc = side_screen(x, x->wanted, true, &bare, e);
        double c2 = bench_cpu();
        if (rc == 0)
            rc = sums(x, &sum, e);
        if (i == 0) /* warm now */
            continue;
        pairs_add(&r->bare, full.seconds, bare.seconds);
        pairs_add(&r->bare_cpu, c1 - c0, c2 - c1);
        pairs_add(&r->bare_loop, full.walk_seconds, bare.walk_seconds);
        pairs_add(&r->sum, bare.walk_seconds, sum);
    }
    r->lines = full.lines;
    r->findings = full.findings;
    r->hits = full.hits;
    r->load = full.load_seconds;
    r->walk = full.walk_seconds;
    r->judge = full.judge_seconds;
    r->write = full.write_seconds;
    int64_t n = 0;
    if (rc == 0)
        rc = db_int(
            x->con, e, 0, &n,
            "SELECT count(DISTINCT l) FROM (SELECT unnest(regexp_extract_all(evidence, '\"line:[^\"]*\"')) AS l "
            "FROM finding WHERE hit)");
    r->lines_hit = (uint64_t)n;
    return rc;
}

static int kinds(struct side *x, struct err *e)
{
    int rc = 0;
    for (int k = 0; k < N_KINDS && rc == 0; k++) {
        double t[MAX_PAIRS];
        int n = x->b->pairs < 3 ? x->b->pairs : 3;
        struct screen_report r;
        for (int i = 0; i < x->lib->n_rules; i++)
            x->some[i] = x->wanted[i] && kind_of(x->lib->rules[i]) == k;
        for (int i = 0; i < n && rc == 0 && x->r->rules_kind[k]; i++) {
            rc = side_screen(x, x->some, false, &r, e);
            t[i] = r.seconds;
        }
        x->r->engine_kind[k] = x->r->rules_kind[k] ? median(t, n) : 0;
    }
    return rc;
}

static int measure(const struct bench *b, void *out, struct err *e)
{
    struct side x = {.b = b, .r = out};
    int rc = open_side(&x, e);
    if (rc == 0)
        rc = engine_pairs(&x, e);
    return rc;
}

/* The library against the same rules as SQL. */
static int against_sql(const struct bench *b, void *out, struct err *e)
{
    struct side x = {.b = b, .r = out, .began = bench_now()};
    int rc = open_side(&x, e);
    if (rc == 0)
        rc = sql_pairs(&x, e);
    if (rc == 0)
        rc = kinds(&x, e);
    return rc;
}

/* With the limits that a user has: for the memory. */
static int once(const struct bench *b, void *out, struct err *e)
{
    struct side x = {.b = b, .r = out};
    struct screen_report r;
    char dir[4200];
    struct store_options o = {.threads = b->threads, .command = "huji-bench"};
    snprintf(dir, sizeof dir, "%s/store", b->work);
    int rc = store_open(dir, STORE_WRITE, &o, &x.s, e);
    if (rc == 0)
        rc = library_load(b->rules, &x.lib, e);
    if (rc == 0)
        rc = side_screen(&x, NULL, false, &r, e);
    store_close(x.s);
    return rc;
}

static int import_all(const struct bench *b, void *out, struct err *e)
{
    char dir[4200];
    snprintf(dir, sizeof dir, "%s/store", b->work);
    return bench_import(dir, b->tables, b->threads, 0, out, e);
}

static void print_sql(const struct result *r)
{
    double log_sum = 0;
    int n = 0;
    pairs_row(&r->sql, "1. rules as SQL / whole library, findings written", ">= 8");
    pairs_row(&r->sql_cpu, "1. the same, processor time", "");
    for (int k = 0; k < N_KINDS; k++)
        if (r->engine_kind[k] > 0 && r->sql_kind[k] > 0) {
            printf("| 1. %s: %d rules, as SQL / alone | %.2f s | %.2f s | %.2f | | |\n",
                   kind_name[k], r->rules_kind[k], r->sql_kind[k], r->engine_kind[k],
                   r->sql_kind[k] / r->engine_kind[k]);
            log_sum += log(r->sql_kind[k] / r->engine_kind[k]);
            n++;
        }
    printf("| 1. geometric mean over kinds | | | **%.2f** | | |\n", n ? exp(log_sum / n) : 0);
    printf(
        "\n%d rules ran, %d of them as SQL (failed: %d%s); the library's very rows: %d (others:%s); tuned by hand and the "
        "same rows: %d%s, of these the faster: %d; SQL prepared in %.1f s; dearest SQL:",
        r->rules, r->sql_rules, r->sql_failed, r->failed, r->same,
        r->unlike[0] ? r->unlike : " none", r->tuned, r->tuned_bad, r->tuned_faster,
        r->sql_prepare);
    for (int k = 0; k < DEAREST && r->dearest[k][0]; k++)
        printf(" %s %.1f s", r->dearest[k], r->dearest_seconds[k]);
    printf("\n\n");
}

static void print(const struct result *r)
{
    pairs_row(&r->bare, "2. whole library / bare loop, all in", "<= 6");
    pairs_row(&r->bare_cpu, "2. the same, processor time", "");
    pairs_row(&r->bare_loop, "2. the walk alone / the walk bare", "");
    pairs_row(&r->sum, "3. bare walk / DuckDB sum of the same columns", "<= 6");
    printf("\n%llu lines; %d rules ran; findings %llu, hits %llu, on %.3f %% of lines; "
           "a run = load %.2f + walk %.2f + judge %.2f + write %.2f s\n\n",
           (unsigned long long)r->lines, r->rules, (unsigned long long)r->findings,
           (unsigned long long)r->hits,
           r->lines ? 100.0 * (double)r->lines_hit / (double)r->lines : 0, r->load, r->walk,
           r->judge, r->write);
}

int bench_store(const struct bench *b)
{
    char there[4200];
    double peak = 0, seconds = 0;
    snprintf(there, sizeof there, "%s/store/claims.duckdb", b->work);
    if (access(there, F_OK) == 0)
        return 0;
    if (bench_child(b, import_all, &seconds, sizeof seconds, &peak) != 0)
        return -1;
    printf(
        "| 7. import of the county: seconds, peak MiB | %.1f s | %.0f MiB | | <= 4096 MiB | 1 |\n",
        seconds, peak);
    return 0;
}

int bench_screening(const struct bench *b)
{
    struct result r = {0};
    double peak = 0;
    if (bench_store(b) != 0 || bench_child(b, once, NULL, 0, &peak) != 0)
        return -1;
    printf("| 7. screening: peak MiB | | %.0f MiB | | <= 2048 MiB | 1 |\n", peak);
    fflush(stdout);
    if (bench_child(b, measure, &r, sizeof r, NULL) != 0)
        return -1;
    print(&r);
    return 0;
}

int bench_sql(const struct bench *b)
{
    struct result r = {0};
    if (bench_store(b) != 0 || bench_child(b, against_sql, &r, sizeof r, NULL) != 0)
        return -1;
    print_sql(&r);
    return 0;
}
