/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A small random world: a few persons, places and items, many ties and holes. As arrays for the engine and as tables in DuckDB. */
#ifndef TESTS_ORACLE_COUNTY_H
#define TESTS_ORACLE_COUNTY_H

#include <duckdb.h>

#include "base/arena.h"
#include "engine/lookup.h"
#include "engine/source.h"
#include "huji.h"

enum { MAX_ROWS = 600, MAX_CODES = 400, MAX_LOOKUP = 40 };

struct county {
    struct arena a;
    uint64_t rng;
    size_t n[SOURCE_COUNT];
    int64_t cell[SOURCE_COUNT][HUJI_MAX_FIELDS][MAX_ROWS]; /* by field; S_VISIT empty */
    struct huji_text code[DOMAIN_COUNT][MAX_CODES];
    uint32_t n_code[DOMAIN_COUNT];
    char *bkkp[MAX_ROWS]; /* by `no` */
    int64_t diag[MAX_ROWS][2];
    size_t n_diag;
    int64_t look[LOOKUP_COUNT][7][MAX_LOOKUP]; /* keys 0-2, b, e, values */
    size_t n_look[LOOKUP_COUNT];
    /* what the engine gets */
    struct huji_frame frame;
    void *line[HUJI_MAX_FIELDS];
};

/* The same `seed` is the same world; another `shuffle` numbers its codes and rows otherwise. `until`: only what happened
 * until then, refunds left out (INT64_MAX: all). */
struct county *county_make(uint64_t seed, uint64_t shuffle, int64_t until);
void county_free(struct county *c);
/* Fills the store's tables (dropping what they held). 0 or -1, said on stderr. */
int county_tables(const struct county *c, duckdb_connection con);
/* A copy of the line columns of rows [lo, hi): netting writes into them. */
void *const *county_lines(const struct county *c, size_t lo, size_t hi, struct arena *a);
struct span county_line_id(void *c, int64_t no);

#endif
