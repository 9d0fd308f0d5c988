/* SPDX-License-Identifier: MulanPSL-2.0 */
/* huji-bench: what bench/run calls; prints the rows of the table in bench/README.md. */
#include "bench.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "claims/import.h"

double bench_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double bench_cpu(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double median(const double *x, int n)
{
    double y[MAX_PAIRS];
    if (n < 1)
        return 0;
    memcpy(y, x, (size_t)n * sizeof *y);
    qsort(y, (size_t)n, sizeof *y, ascending);
    return n % 2 ? y[n / 2] : (y[n / 2 - 1] + y[n / 2]) / 2;
}

void pairs_add(struct pairs *p, double a, double b)
{
    if (p->n == MAX_PAIRS)
        return;
    p->a[p->n] = a;
    p->b[p->n++] = b;
}

double pairs_ratio(const struct pairs *p)
{
    double r[MAX_PAIRS];
    for (int i = 0; i < p->n; i++)
        r[i] = p->b[i] > 0 ? p->a[i] / p->b[i] : 0;
    return median(r, p->n);
}

void pairs_row(const struct pairs *p, const char *what, const char *must)
{
    printf("| %s | %.2f s | %.2f s | **%.2f** | %s | %d |\n", what, median(p->a, p->n),
           median(p->b, p->n), pairs_ratio(p), must, p->n);
    fflush(stdout);
}

static void say(const struct err *e)
{
    fprintf(stderr, "huji-bench: %s%s%s%s%s\n", e->message, e->where[0] ? " @ " : "", e->where,
            e->hint[0] ? " — " : "", e->hint);
}

int bench_child(const struct bench *b, bench_fn *f, void *out, size_t size, double *peak_mb)
{
    void *shared = mmap(NULL, size + 1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return -1;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct err e = {0};
        int rc = f(b, shared, &e);
        if (rc < 0)
            say(&e);
        fflush(stdout);
        _exit(rc < 0);
    }
    int status = 1;
    struct rusage u = {0};
    if (child > 0)
        wait4(child, &status, 0, &u);
    if (out)
        memcpy(out, shared, size);
    munmap(shared, size + 1);
    if (peak_mb)
        *peak_mb = (double)u.ru_maxrss / 1024;
    return status == 0 ? 0 : -1;
}

int bench_shell(const char *fmt, ...)
{
    char s[8192];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(s, sizeof s, fmt, ap);
    va_end(ap);
    return system(s) == 0 ? 0 : -1;
}

int bench_import(const char *dir, const char *path, int threads, long long memory_mb,
                 double *seconds, struct err *e)
{
    char there[4200];
    struct store *s;
    struct import_report r;
    struct store_options o = {.threads = threads, .memory_mb = memory_mb, .command = "huji-bench"};
    snprintf(there, sizeof there, "%s/claims.duckdb", dir);
    int rc = access(there, F_OK) == 0 ? 0 : store_init(dir, e);
    double t = bench_now();
    if (rc == 0)
        rc = store_open(dir, STORE_WRITE, &o, &s, e);
    if (rc < 0)
        return rc;
    rc = store_import(s, &path, 1, NULL, NULL, &r, e);
    import_report_release(&r);
    store_close(s);
    *seconds = bench_now() - t;
    return rc;
}

int bench_screen(struct store *s, const struct huji_library *lib, const struct screen_options *o,
                 struct screen_report *out, struct err *e)
{
    int rc = screen_run(s, lib, o, NULL, out, e);
    screen_report_release(&(struct screen_report){.per_rule = out->per_rule});
    out->per_rule = NULL;
    return rc;
}

bool bench_named(const char *list, struct span name)
{
    struct span rest = span_of(list);
    while (rest.n)
        if (span_eq(span_cut(&rest, ','), name))
            return true;
    return false;
}

static int usage(void)
{
    fprintf(
        stderr,
        "usage: huji-bench --tables DIR [--more DIR] --rules DIR --work DIR [--part screen,items,knowledge,sql,import,month]\n"
        "                  [--rule ID,ID] [--tuned DIR] [--dump DIR] [--pairs N] [--sql-pairs N] [--sql-budget SECONDS] [--threads N]\n");
    return 2;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"tables", 1, NULL, 't'},    {"more", 1, NULL, 'm'},       {"rules", 1, NULL, 'r'},
        {"work", 1, NULL, 'w'},      {"part", 1, NULL, 'p'},       {"pairs", 1, NULL, 'n'},
        {"sql-pairs", 1, NULL, 's'}, {"sql-budget", 1, NULL, 'b'}, {"threads", 1, NULL, 'j'},
        {"tuned", 1, NULL, 'u'},     {"dump", 1, NULL, 'd'},       {"rule", 1, NULL, 'i'},
        {NULL, 0, NULL, 0}};
    struct bench b = {.pairs = 5, .sql_pairs = 5, .sql_budget = 2400, .threads = 2};
    const char *part = "";
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;)
        switch (c) {
        case 't': b.tables = optarg; break;
        case 'm': b.more = optarg; break;
        case 'r': b.rules = optarg; break;
        case 'w': b.work = optarg; break;
        case 'p': part = optarg; break;
        case 'u': b.tuned = optarg; break;
        case 'd': b.dump = optarg; break;
        case 'i': b.only = optarg; break;
        case 'n': b.pairs = atoi(optarg); break;
        case 's': b.sql_pairs = atoi(optarg); break;
        case 'b': b.sql_budget = atof(optarg); break;
        case 'j': b.threads = atoi(optarg); break;
        default: return usage();
        }
    if (!b.tables || !b.rules || !b.work || b.pairs < 1 || b.pairs > MAX_PAIRS || b.sql_pairs < 0 ||
        b.sql_pairs > MAX_PAIRS || b.threads < 1)
        return usage();
    static const struct {
        const char *name;
        int (*run)(const struct bench *);
    } parts[] = {{"screen", bench_screening},    {"items", bench_items},
                 {"knowledge", bench_knowledge}, {"sql", bench_sql},
                 {"import", bench_importing},    {"month", bench_month}};
    int failed = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!part[0] || bench_named(part, span_of(parts[i].name))) {
            printf("\n| measure | A | B | A / B | must | pairs |\n"
                   "| --- | --- | --- | --- | --- | --- |\n");
            failed |= parts[i].run(&b) != 0;
        }
    return failed;
}
