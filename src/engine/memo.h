/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What a hundred rules ask of one row is asked once. Parts of expressions that say the same of an event's own row get one number
 * when the library is loaded (memo_plan); a walk keeps the answer of each number with its source, and forgets it only when a
 * column that it hangs on has another value in the next row (struct memo): the lines of a visit mostly share day, doctor and
 * institution.
 */
#ifndef HUJI_ENGINE_MEMO_H
#define HUJI_ENGINE_MEMO_H

#include "engine/run.h"

/* Bit of the day of a source's time: most hang on that alone. */
enum { MEMO_DAY = 63 };

/* Numbers the parts of all rules and measures, and makes lib->memo. Once, when all are bound. -1: no memory. */
int memo_number(struct huji_library *lib);

/* Does x hang on columns of the event's own row alone that mostly stay from row to row? Which: *fields, and MEMO_DAY. */
bool memo_steady(struct expr *x, enum source_id src, uint64_t *fields);

/* How the cells of a resident table's column are packed: in so many bytes behind a base, or some other way. Those of lines are
 * not: CELLS_4 or, of 8 bytes, CELLS_OTHER. */
enum { CELLS_OTHER, CELLS_1, CELLS_2, CELLS_3, CELLS_4, CELLS_WAYS };

struct memo_column {
    const char *col;
    int64_t base;
    int field;
};

/* The answers of a source in one walk. */
struct memo {
    const struct memo_plan *plan;
    int64_t *val;
    uint64_t *known;  /* bit per number: val is the answer */
    uint64_t pending; /* lines: columns that have changed since the row that the answers were for */
    bool resident;
    uint64_t
        known_fields; /* that a walk asks of every row (run->known), besides those that rules read */
    struct memo_column column[MEMO_DAY]; /* those that are there and asked for, way by way */
    int until[CELLS_WAYS + 1];           /* columns of way k are [until[k], until[k + 1]) */
    int time;                            /* field; -1 = none */
    int64_t cell[MEMO_DAY + 1];          /* the row, unpacked; of lines without the day */
    const void
        *seen[HUJI_MAX_FIELDS]; /* walk_memo.c: the table's columns, as memo_columns met them */
};

/* -1: no memory. */
int memo_open(struct memo *m, const struct huji_library *lib, enum source_id src);
void memo_release(struct memo *m);
/* Which columns of the frame's table are there; may have changed with the frame. */
void memo_columns(struct memo *m, const struct huji_table *t, enum source_id src);
/* Nothing is known any more: another person. */
void memo_forget(struct memo *m);
/* The row that will be asked: unpacks it, and forgets what hangs on a column that has changed. */
void memo_row(struct memo *m, const struct huji_table *t, enum source_id src, size_t row);
/* Which columns of the batch are there, by field. */
void memo_lines(struct memo *m, void *const *line);
/* A line, unpacked. Before anything is evaluated of it, it is settled: what hangs on what has changed is forgotten, of which
 * `pending` tells. */
void memo_line(struct memo *m, size_t row);
void memo_settle(struct memo *m);

/* A cell of a column of lines. */
static inline int64_t line_cell(const void *col, bool wide, size_t row)
{
    if (wide)
        return ((const int64_t *)col)[row];
    int32_t v = ((const int32_t *)col)[row];
    return v == HUJI_NONE32 ? HUJI_NONE64 : v;
}

#endif
