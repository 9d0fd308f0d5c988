/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What the library answers of what is asked for: the official rules (79 of 2023, 88 of 2025), the detection rows of the
 * ministry's notices, the published typical problems. rules/coverage.csv lists what is asked; official rules and notices
 * are answered by the rules' own `official` and `serves`, typical problems by the column `rules`. The column `needs` says in words of its
 * own what a row waits for, so that a store can be asked whether it is there:
 *   inv_3501 l_capacity column setl_d.invono   as claims/ready.h says, `column` written `setl_d.invono`
 *   own:price_cap      the bureau's own rows of a knowledge table
 *   rows:age_limit/C   rows, shipped or own, of codes that begin with C
 */
#ifndef HUJI_SCREEN_COVERAGE_H
#define HUJI_SCREEN_COVERAGE_H

#include "base/arena.h"
#include "base/err.h"

struct huji_library;
struct rule;
struct store;

enum coverage_list { COV_V79, COV_V88, COV_NOTICE, COV_PROBLEM, COV_LISTS };
enum coverage_state {
    COV_RUNS,    /* some active rule answers it with what a settlement export holds */
    COV_WAITS,   /* a rule is there; it waits for data or local knowledge */
    COV_NEVER,   /* no claims data can answer it: why_not says why */
    COV_MISSING, /* no rule */
    COV_STATES
};

#define COV_RULES 24

struct coverage_row {
    enum coverage_list list;
    enum coverage_state state;
    struct span no, code, name, waits, why_not, needs;
    struct span lost; /* named in coverage.csv, but no active rule of the library */
    const struct rule *rule[COV_RULES]; /* one per base id, in the library's order */
    int n_rules;
};

struct coverage {
    struct coverage_row *row;
    size_t n;
    size_t count[COV_LISTS][COV_STATES];
};

extern const char *const coverage_list_name[COV_LISTS];   /* v79 ... */
extern const char *const coverage_list_title[COV_LISTS];  /* Chinese */
extern const char *const coverage_state_name[COV_STATES]; /* Chinese */

/* Rows live in `a` and point into `lib`. Errors: ERR_IO (no coverage.csv), ERR_INPUT: file:line, an unknown list. */
int coverage_load(const struct huji_library *lib, struct arena *a, struct coverage *out,
                  struct err *e);
/* Rows that wait for what `s` and the library hold become COV_RUNS and wait for nothing. What has no `needs` stays as it is. */
int coverage_here(struct coverage *c, const struct huji_library *lib, struct store *s,
                  struct arena *a, struct err *e);

#endif
