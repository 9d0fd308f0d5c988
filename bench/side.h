/* SPDX-License-Identifier: MulanPSL-2.0 */
/* One store, opened for the bench, and what was measured of it. */
#ifndef HUJI_BENCH_SIDE_H
#define HUJI_BENCH_SIDE_H

#include "bench.h"

enum { DEAREST = 10 };

struct result {
    struct pairs sql, bare, bare_loop,
        sum; /* sql / engine; engine / bare; walk / bare walk; bare walk / sums */
    struct pairs sql_cpu, bare_cpu; /* the same in processor time */
    double engine_kind[N_KINDS], sql_kind[N_KINDS];
    int rules_kind[N_KINDS], rules, sql_rules, sql_failed;
    uint64_t lines, findings, hits, lines_hit;
    double load, walk, judge, write, sql_prepare;
    char failed[400], tuned_bad[400], unlike[400]; /* unlike: SQL and library find other rows */
    char dearest[DEAREST][64];
    double dearest_seconds[DEAREST];
    int tuned,
        tuned_faster; /* statements of bench/sql that gave the same rows; that were the faster */
    int same;         /* rules whose rows are the library's, column by column */
};

/* What is known of a rule's statement. */
struct sql_rule {
    bool failed, tuned;  /* it does not run; the text tuned by hand is the faster */
    bool part, whole;    /* a combine that is asked reads its rows; with all their evidence */
    double seconds, cpu; /* of the last pass */
};

struct side {
    const struct bench *b;
    struct store *s;
    struct huji_library *lib;
    duckdb_connection con;
    bool *wanted, *some;
    struct sql_rule *sql; /* by library index */
    struct buf sum;
    double began; /* when its part began: for the budget */
    struct result *r;
};

extern const char *const kind_name[N_KINDS];
int kind_of(const struct rule *r);
int side_screen(struct side *x, const bool *wanted, bool bare, struct screen_report *r,
                struct err *e);
/* The rules as SQL, in turn with the engine. */
int sql_pairs(struct side *x, struct err *e);

#endif
