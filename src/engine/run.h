/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * A library linked to a frame: codes as numbers, sets as bitmaps, tables indexed. Read-only once open, shared by the
 * workers. Ids beyond a dictionary's own are given here to codes that only rules and knowledge know.
 */
#ifndef HUJI_ENGINE_RUN_H
#define HUJI_ENGINE_RUN_H

#include "base/map.h"
#include "engine/rule.h"

/* rows[at[k]] .. rows[at[k + 1] - 1] belong to key k */
struct index {
    uint32_t n;
    uint32_t *at;
    int32_t *rows;
};

struct link {       /* per bound expression that needs it: link[expr->id] */
    int32_t id;     /* X_CODE */
    uint64_t *bits; /* sets: bit per id */
    uint32_t n_bits;
    int32_t *map; /* left(), cat3(): id -> id */
    uint32_t n_map;
    struct index *index; /* tables: by first key */
};

/* A conjunct of a clause's condition. */
struct conjunct {
    struct expr *x;
    bool except;   /* passes unless x is true */
    int line_code; /* x is `column in set` of the line itself: that column, asked without eval; -1 */
};

struct clause_plan {
    int rule, clause;
    struct conjunct *person, *visit, *event; /* by what they depend on; ended by x = NULL */
    uint64_t *items;                         /* NULL = any item */
    struct index *kn;                        /* joined rows by item id */
};

/* Columns asked for at every turn, by field number; -1 = the source has none. */
struct known_fields {
    int id, t, rank, psn, visit, inst, item, amount, fund, marks, kind, voided;
};

struct huji_run {
    const struct huji_library *lib;
    const struct huji_frame *frame;
    struct arena a;
    struct known_fields known[SOURCE_COUNT];
    struct names names[HUJI_DOMAINS]; /* filled when first needed */
    bool has_names[HUJI_DOMAINS];
    struct link *link;
    int32_t **kn_ids; /* [table * KN_COLUMNS + column] -> ids per row */
    int32_t
        *row_of[HUJI_DOMAINS]; /* id -> row of s_visit, s_settlement, s_person, s_inst, s_doctor */
    uint32_t *first
        [HUJI_SOURCES]; /* person id -> first row; n_person + 2 entries; last range = no person */
    int32_t *dx_cat, *dx_group, *dx_chapter; /* by dx id; -1 unknown */
    uint32_t n_dx;
    bool *active;             /* per rule: runs in this run */
    struct clause_plan *plan; /* clauses of active rules */
    int n_plan;
    int *by_source[HUJI_SOURCES];  /* plan numbers, ended by -1 */
    int *always;                   /* line plans without an item filter, ended by -1 */
    struct index item_plans;       /* item id -> line plans */
    struct measure_table *measure; /* per measure */
    day_t from, to;                /* only findings of these days; DAY_NONE = all */
    bool needs_lines; /* some active rule reads fee lines: without, the walk may leave them out */
    uint64_t line_fields; /* bit per field of line that the plans read */
};

/* Which rules run: `wanted[i]` per library index, NULL = all active ones. A rule whose needed tables are absent is left
 * out; run_missing says which. */
int run_open(const struct huji_library *lib, const struct huji_frame *frame, const bool *wanted,
             struct huji_run **out, struct err *e);
void run_free(struct huji_run *run);

/* The id of a code in a domain; given anew when unknown. HUJI_NONE32 when out of memory. */
int32_t run_id(struct huji_run *run, enum domain d, struct span code);
/* The text of an id, {NULL,0} when out of range. */
struct span run_code(const struct huji_run *run, enum domain d, int64_t id);

#endif
