/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Inside of the index: columns, not rows, so that a question reads only what it asks and a loop is over plain arrays.
 * A million clues are 63 MB. Rows are taken in blocks of CLUE_BLOCK: which of a block answer (clue_select.c), then what
 * is summed and ordered of them (clue_index.c).
 */
#ifndef HUJI_CASEWORK_CLUE_INDEX_PRIV_H
#define HUJI_CASEWORK_CLUE_INDEX_PRIV_H

#include <pthread.h>

#include "base/map.h"
#include "casework/clue_index.h"

#define CLUE_BLOCK 4096

/* State, verdict, class, source and whether the last run still finds it, in one number: conditions on any of them become one
 * table, and their counts one histogram. */
#define CLUE_KINDS 4096
static inline uint16_t kind_of(uint32_t state, uint32_t verdict, uint32_t cls, uint32_t source,
                               bool found)
{
    return (uint16_t)(state | verdict << 3 | cls << 5 | (source & 15) << 7 | (uint32_t)found << 11);
}
static inline uint32_t kind_state(uint32_t k)
{
    return k & 7;
}
static inline uint32_t kind_verdict(uint32_t k)
{
    return k >> 3 & 3;
}
static inline uint32_t kind_class(uint32_t k)
{
    return k >> 5 & 3;
}
static inline uint32_t kind_source(uint32_t k)
{
    return k >> 7 & 15;
}
static inline bool kind_found(uint32_t k)
{
    return k >> 11 & 1;
}

struct clue_index {
    pthread_rwlock_t lock;
    size_t n, cap;
    int64_t *id, *fund, *amount, *expected;
    int32_t *day, *due; /* due: INT32_MAX = none, so that it is never over and sorts last */
    uint32_t *rule, *inst, *division, *assignee;
    uint16_t *kind;
    uint8_t *nature;  /* place in natures[] from 1; 0 = none yet */
    struct map place; /* id -> row */
    struct names rules, insts, divisions, assignees;
    struct span *inst_names; /* by id of insts, in `text` */
    size_t cap_inst_names;
    struct arena text;
    int64_t change;
};

extern const char *const clue_class_name[3]; /* by kind_class */

/* A question, made ready. */
struct question {
    const struct clue_filter *f;
    uint8_t *rule, *inst, *division, *assignee; /* allowed, by id; NULL = all */
    uint8_t *shown;           /* rules that an institution's people see; NULL = all */
    uint8_t kind[CLUE_KINDS]; /* allowed */
    uint8_t open[CLUE_KINDS]; /* can be overdue */
    bool has_only;
    int64_t *only_ids;
    uint32_t *only; /* rows, ascending */
    size_t n_only, cap_only, n_rows;
    int32_t from, to, today;
};
/* Call with the index locked. Errors: ERR_DB, out of memory. */
int question_make(struct question *q, const struct clue_index *x, struct cw *db,
                  const struct clue_filter *f, struct err *e);
void question_release(struct question *q);
/* Those of block `b` that answer, ascending; how many. */
size_t question_block(const struct question *q, const struct clue_index *x, size_t b,
                      uint32_t sel[CLUE_BLOCK]);
static inline size_t clue_blocks(const struct clue_index *x)
{
    return (x->n + CLUE_BLOCK - 1) / CLUE_BLOCK;
}

#endif
