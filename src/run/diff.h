/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Two libraries over the same store: which findings are new, lost, changed (another amount, fund share or class) or the
 * same, by finding_id. Nothing is written: a trial needs no approval.
 */
#ifndef HUJI_RUN_DIFF_H
#define HUJI_RUN_DIFF_H

#include "base/fen.h"
#include "base/progress.h"
#include "claims/store.h"
#include "engine/rule.h"

enum diff_kind { DIFF_NEW, DIFF_LOST, DIFF_CHANGED, DIFF_SAME, DIFF_COUNT };
extern const char *const diff_kind_name[DIFF_COUNT]; /* 新增 消失 变化 不变 */

struct diff_row {
    enum diff_kind kind;
    char id[33];
    struct span rule, inst, person, visit,
        message; /* of the second library where it has the finding */
    day_t day;
    int cls[2];               /* before, after; -1 = not found */
    fen_t amount[2], fund[2]; /* before, after; 0 = not found */
};

struct diff {
    struct arena text;
    struct diff_row *at; /* by rule, institution, finding id */
    size_t n, cap;
};

struct diff_side {
    const struct huji_library *lib;
    const bool *wanted; /* per library rule; NULL = all active and trial ones */
};

/* Owns: diff_release. */
int diff_run(struct store *s, const struct diff_side side[2], day_t from, day_t to, int threads,
             const struct progress *p, struct diff *out, struct err *e);
void diff_release(struct diff *d);

/* Sums over the rows of one rule or one institution. */
struct diff_sum {
    struct span key;
    int64_t n[DIFF_COUNT];
    fen_t fund[2]; /* before, after */
};
/* In the order of the keys; `by_inst`: per institution, else per rule. Owns: mem_free(*out). */
int diff_sums(const struct diff *d, bool by_inst, struct diff_sum **out, size_t *n, struct err *e);

#endif
