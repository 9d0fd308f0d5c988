/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What `make bench` measures. Every part runs in child processes of its own, so that the memory of each is known and
 * none warms another's; pairs are interleaved (A B A B ...) and told as medians and the median of the pairs' ratios.
 */
#ifndef HUJI_BENCH_H
#define HUJI_BENCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "claims/store.h"
#include "run/screen.h"

enum { MAX_PAIRS = 32, N_KINDS = 6 };

struct bench {
    const char *tables; /* the county's folder of CSV */
    const char *more;   /* the same of 13 months, NULL = that part is left out */
    const char *rules, *work;
    const char *tuned; /* folder of statements tuned by hand, NULL = none */
    const char *dump;  /* not NULL: folder to write the statements to */
    const char *only;  /* not NULL: of the rules only these, "B02,E01" */
    int pairs, sql_pairs, threads;
    double
        sql_budget; /* seconds for all passes of the SQL: no pair begins that would not end within them */
};

/* Two things measured n times in turn. */
struct pairs {
    double a[MAX_PAIRS], b[MAX_PAIRS];
    int n;
};
void pairs_add(struct pairs *p, double a, double b);
double median(const double *x, int n);
double pairs_ratio(const struct pairs *p); /* median of a / b */
/* One line of the table: "| what | a | b | ratio | must | pairs |". */
void pairs_row(const struct pairs *p, const char *what, const char *must);

/* Is `name` one of "screen,items"? */
bool bench_named(const char *list, struct span name);

double bench_now(void);
double bench_cpu(
    void); /* processor time of this process, all threads: what a loaded machine leaves alone */
/* Runs f in a child; `out` (size bytes, may be NULL) is what it filled in there. Peak memory in MiB. Not 0: failed. */
typedef int bench_fn(const struct bench *b, void *out, struct err *e);
int bench_child(const struct bench *b, bench_fn *f, void *out, size_t size, double *peak_mb);
int bench_shell(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Init if it is not there, then one import. */
int bench_import(const char *dir, const char *path, int threads, long long memory_mb,
                 double *seconds, struct err *e);
/* The county's store under work/store: imported if it is not there. */
int bench_store(const struct bench *b);
int bench_screen(struct store *s, const struct huji_library *lib, const struct screen_options *o,
                 struct screen_report *out, struct err *e);

int bench_screening(const struct bench *b); /* (2) (3) (7) */
int bench_sql(const struct bench *b);       /* (1) */
int bench_importing(const struct bench *b); /* (4) (7) */
int bench_month(const struct bench *b);     /* (5) */
int bench_items(const struct bench *b);     /* (6) */
int bench_knowledge(const struct bench *b); /* (8) */

#endif
