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
    int64_t *hash;       /* digest(): id -> 60 bits of its text's SHA-256 */
    uint32_t n_hash;
};

/* A conjunct of a clause's condition. Most ask something simple of one column of the event itself: without eval. */
enum ask { ASK_EVAL, ASK_ROW, ASK_SET, ASK_NUMBER, ASK_KNOWN, ASK_ARITH };
struct arith;

struct conjunct {
    struct expr *x;
    bool except; /* passes unless x is true */
    bool
        steady; /* of a line: the answer is the same until a column of dispatch's `reopen` changes */
    enum ask ask;
    int field; /* the column; wide: of 8 bytes */
    bool wide;
    uint64_t *bits; /* ASK_SET: which codes */
    uint32_t n_bits;
    enum xop op; /* ASK_NUMBER: column op num */
    int64_t num;
    const struct arith *arith; /* ASK_ARITH */
    const int32_t *
        ids; /* ASK_ROW: codes of a column of the joined table, one of which is to be what `x->arg[1]` says */
};

/* Sees what a bound and linked conjunct over events of `src` asks; ASK_EVAL when it is nothing simple. -1: no memory. */
int conjunct_simplify(struct huji_run *run, enum source_id src, struct conjunct *c);

struct clause_plan {
    int rule, clause;
    struct conjunct *person, *visit, *event; /* by what they depend on; ended by x = NULL */
    uint64_t *items;                         /* NULL = any item */
    struct index *kn;                        /* joined rows by item id */
    /* `pric > price_cap.cap`: what the column must pass for the easiest of an item's rows. NULL: no condition is like that */
    int64_t *bound;
    const struct expr *bound_by;
};

/* Does x hang on the joined row alone (`included_pair.scope = 'day'`)? */
bool asks_row(const struct expr *x);
/* Makes p->bound if c is a column of the event that must be more, or less, than what the joined row says: most events fall short
 * of every row of their item, and need not meet one. -1: no memory. */
int plan_bound(struct huji_run *run, struct clause_plan *p, const struct conjunct *c);

/* Columns asked for at every turn, by field number; -1 = the source has none. */
struct known_fields {
    int id, t, rank, psn, visit, inst, item, amount, fund, marks, kind, voided;
};

/* Rows by person where few have any: a bit per person, how many come before each 64, and the first row of each of them. */
struct few_rows {
    uint64_t *some;
    uint32_t *before, *at;
};

struct huji_run {
    const struct huji_library *lib;
    const struct huji_frame *frame;
    struct arena a;
    struct known_fields known[SOURCE_COUNT];
    struct names names[HUJI_DOMAINS]; /* filled when first needed */
    bool has_names[HUJI_DOMAINS];
    struct link *link;
    int32_t **kn_ids;        /* [table * KN_COLUMNS + column] -> ids per row */
    struct index **kn_index; /* the same: rows by the ids of the column's domain, where asked for */
    int32_t
        *row_of[HUJI_DOMAINS]; /* id -> row of s_visit, s_settlement, s_person, s_inst, s_doctor */
    uint32_t *first
        [HUJI_SOURCES]; /* person id -> first row; n_person + 2 entries; last range = no person */
    struct few_rows few[HUJI_SOURCES];        /* where `first` is NULL; see run_rows */
    struct index *lookup_index[LOOKUP_COUNT]; /* by first key, of lookups that are asked */
    int32_t *dx_cat, *dx_group, *dx_chapter;  /* by dx id; -1 unknown */
    uint32_t n_dx;
    bool *active; /* per rule: runs in this run */
    bool *shown;  /* per rule: its findings are wanted, not only for what combines them */
    struct clause_plan *plan; /* clauses of active rules */
    int n_plan;
    int *by_source[HUJI_SOURCES];  /* plan numbers, ended by -1 */
    int *always;                   /* line plans without an item filter, ended by -1 */
    struct index item_plans;       /* item id -> line plans */
    struct dispatch *dispatch;     /* per source: which of its plans can take a row (dispatch.h) */
    struct measure_table *measure; /* per measure */
    uint8_t *judged;               /* per measure: how outlier rules look at it */
    bool failed;                   /* while opening: some code or index found no room */
    day_t from, to;                /* only findings of these days; DAY_NONE = all */
    const uint8_t
        *inst_in; /* a byte per institution id: only findings of these; NULL = all. The caller's */
    uint32_t n_inst_in;
    bool needs_lines; /* some active rule reads fee lines: without, the walk may leave them out */
    uint64_t line_fields; /* bit per field of line that the plans read */
};

/* What a run reads of a frame. Computed without one, so that a caller loads no more than that. */
struct run_needs {
    uint64_t fields
        [SOURCE_COUNT]; /* bit per field; 0: the table is not read at all. Visits are under S_STAY */
    bool texts[DOMAIN_COUNT]; /* codes are compared or matched; else only findings name them */
    bool lookup[LOOKUP_COUNT];
    bool diag;
};
/* active[i]: rule i runs, or is a measure that a rule which runs asks for. */
/* Is the rule itself asked for? `wanted` NULL: all that are in force. */
bool rule_wanted(const struct rule *r, const bool *wanted);
/* Does the rule, one of its parts or a measure that it asks for look into the table? */
bool rule_uses(const struct huji_library *lib, const struct rule *r, const struct knowledge *k);
/* Is any row of what the rule asks of a whole frame within the days on which the rule is in force? Else it finds nothing. */
bool rule_in_time(const struct huji_frame *f, const struct rule *r);
void rules_active(const struct huji_library *lib, const bool *wanted, bool *active);
int run_needs(const struct huji_library *lib, const bool *wanted, struct run_needs *out,
              struct err *e);

/* stay and visit, lines of all kinds have one table */
static inline enum source_id source_table(enum source_id s)
{
    return s == S_VISIT ? S_STAY : source_is_line(s) ? S_LINE : s;
}

/* A cell of a resident table; HUJI_NONE64 = missing. */
static inline int64_t table_cell(const struct huji_table *t, enum ftype type, int field, size_t row)
{
    const void *col = t->col[field];
    if (!col)
        return HUJI_NONE64;
    if (t->there[field]) {
        uint64_t w = t->there[field][row >> 6];
        if (!(w >> (row & 63) & 1))
            return t->lack[field];
        w &= (UINT64_C(1) << (row & 63)) - 1;
        row = t->before[field][row >> 6] + (size_t)__builtin_popcountll(w);
    }
    switch (t->width[field]) {
    case 1: {
        uint8_t v = ((const uint8_t *)col)[row];
        return v == UINT8_MAX ? HUJI_NONE64 : t->base[field] + v;
    }
    case 2: {
        uint16_t v = ((const uint16_t *)col)[row];
        return v == UINT16_MAX ? HUJI_NONE64 : t->base[field] + v;
    }
    case 3: { /* a byte more is there behind the last */
        uint32_t v;
        memcpy(&v, (const char *)col + row * 3, sizeof v);
        v &= 0xffffff;
        return v == 0xffffff ? HUJI_NONE64 : t->base[field] + v;
    }
    case 4: {
        uint32_t v = ((const uint32_t *)col)[row];
        return v == UINT32_MAX ? HUJI_NONE64 : t->base[field] + v;
    }
    default: break;
    }
    if (ftype_width(type) == 8)
        return ((const int64_t *)col)[row];
    int32_t v = ((const int32_t *)col)[row];
    return v == HUJI_NONE32 ? HUJI_NONE64 : v;
}

/* Fetches what table_cell will read: rows that are known some steps ahead need not be waited for. */
static inline void table_prefetch(const struct huji_table *t, enum ftype type, int field,
                                  size_t row)
{
    const char *col = t->col[field];
    if (!col)
        return;
    if (t->there[field]) {
        __builtin_prefetch(&t->there[field][row >> 6]);
        __builtin_prefetch(&t->before[field][row >> 6]);
        return;
    }
    __builtin_prefetch(
        col + row * (t->width[field] ? (size_t)t->width[field] : (size_t)ftype_width(type)));
}

/* Which rules run: `wanted[i]` per library index, NULL = all active ones. A rule whose needed tables are absent is left
 * out; run_missing says which. */
int run_open(const struct huji_library *lib, const struct huji_frame *frame, const bool *wanted,
             struct huji_run **out, struct err *e);
void run_free(struct huji_run *run);
/* run_rows.c, for run_open: row_of, first, few. */
int run_link_rows(struct huji_run *run, struct err *e);

/* run_index.c, for run_open. Rows 0 .. rows by key[row], of which ids below n count. -1: no memory. */
int index_make(struct huji_run *run, struct index *ix, uint32_t n, const int32_t *key, size_t rows);
/* Rows of a knowledge table by the ids of a domain, in order; a cell `0011*` holds for all codes that begin so. Made once, shared
 * by all who ask. NULL: no memory. */
struct index *run_index(struct huji_run *run, const struct knowledge *k, int col, enum domain d);
int index_copy(struct huji_run *run, const struct index *from, struct index *to);

/* A person's rows of a table, [lo, hi); the person behind the last: rows of nobody. */
static inline void run_rows(const struct huji_run *run, enum source_id s, uint32_t psn,
                            uint32_t *lo, uint32_t *hi)
{
    const uint32_t *first = run->first[s];
    const struct few_rows *few = &run->few[s];
    *lo = first ? first[psn] : 0;
    *hi = first ? first[psn + 1] : 0;
    if (first || !few->some || !(few->some[psn >> 6] >> (psn & 63) & 1))
        return;
    uint64_t lower = few->some[psn >> 6] & ((UINT64_C(1) << (psn & 63)) - 1);
    const uint32_t *at = few->at + few->before[psn >> 6] + __builtin_popcountll(lower);
    *lo = at[0];
    *hi = at[1];
}

/* The id of a code in a domain; given anew when unknown. HUJI_NONE32 when out of memory. */
int32_t run_id(struct huji_run *run, enum domain d, struct span code);
/* Number of ids known in a domain so far. */
uint32_t run_id_count(const struct huji_run *run, enum domain d);
/* The text of an id, {NULL,0} when out of range or not there yet. */
/* What a code is called; the code where no table says. */
struct span run_name(const struct huji_run *run, enum domain d, int64_t id);
struct span run_code(const struct huji_run *run, enum domain d, int64_t id);
/* Two ids by the bytes of their codes, also where only a rank is there. */
int run_code_cmp(const struct huji_run *run, enum domain d, int64_t a, int64_t b);
/* Calls fn for every expression of a rule, until it returns other than 0. */
typedef int expr_fn(void *ctx, struct expr *x);
int rule_each_expr(const struct rule *r, expr_fn *fn, void *ctx);

#endif
