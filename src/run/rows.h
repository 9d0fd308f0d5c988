/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The findings of all walks as people see them, in the order in which they are written: finished by several threads. */
#ifndef HUJI_RUN_ROWS_H
#define HUJI_RUN_ROWS_H

#include "engine/finish.h"
#include "engine/walk.h"
#include "run/line_ids.h"

struct row {
    struct finished f;
    const struct huji_finding *h;
};

struct rows {
    struct row *at;
    uint32_t *order; /* at[order[i]] is the i-th row: by rule, owner and anchor (finished_cmp) */
    size_t n;
    struct arena *arena; /* the texts: one of each thread */
    size_t n_arenas;
};

/* By as many threads as there are walks, whose findings must outlive the rows. Owns: rows_release, also after an error. */
int rows_finish(const struct huji_run *run, struct walk *const *walks, size_t n,
                struct line_ids *ids, struct rows *out, struct err *e);
static inline const struct row *rows_get(const struct rows *r, size_t i)
{
    return &r->at[r->order[i]];
}
void rows_release(struct rows *r);

#endif
