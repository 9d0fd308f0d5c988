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
    char failed[400], tuned_bad[400];
    char dearest[DEAREST][64];
    double dearest_seconds[DEAREST];
    int tuned; /* statements of bench/sql that gave the same rows */
};

struct side {
    const struct bench *b;
    struct store *s;
    struct huji_library *lib;
    duckdb_connection con;
    bool *wanted, *some;
    double *rule_seconds;
    struct buf sum;
    double cpu, tuned_cpu, pass_cpu; /* of the last statement; of the last tuned; of a pass */
    struct result *r;
};

extern const char *const kind_name[N_KINDS];
int kind_of(const struct rule *r);
int side_screen(struct side *x, const bool *wanted, bool bare, struct screen_report *r,
                struct err *e);
/* The rules as SQL, in turn with the engine. */
int sql_pairs(struct side *x, struct err *e);

#endif
