/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * What a change of rules, parameters or exceptions does to the findings of the data's last twelve months: new, lost,
 * changed, money, by institution and by rule. Only what raises clues counts: hits of active rules that no exception
 * suppresses. Nothing that stays is written: two TEMP tables of the store's connection, effect_before and effect_after, which
 * the next effect replaces.
 */
#ifndef HUJI_RUN_EFFECT_H
#define HUJI_RUN_EFFECT_H

#include "base/arena.h"
#include "base/fen.h"
#include "base/progress.h"
#include "claims/store.h"
#include "engine/rule.h"
#include "run/diff.h"
#include "run/exceptions.h"

struct effect_side {
    const struct huji_library *lib;
    const struct exceptions *except;
    const bool *wanted; /* per library rule: those that the change speaks of */
};

struct effect_sum {
    struct span key, name; /* rule, or institution and its name */
    int64_t n[DIFF_COUNT];
    int64_t
        others; /* institutions: clues by rules that the change does not speak of, same months, last run */
    fen_t fund[2]; /* before, after */
};
struct effect_example {
    enum diff_kind kind; /* new or lost */
    struct span rule, inst, message;
    day_t day;
    fen_t fund;
};
struct effect {
    struct arena text;
    day_t from, to; /* the twelve months; DAY_NONE: the data says no months, all of it */
    struct effect_sum all;
    struct effect_sum *inst, *rule; /* by money moved, largest first. Owns: effect_release */
    size_t n_inst, n_rule, cap_inst, cap_rule;
    int64_t insts[2]; /* how many institutions have findings, before and after */
    int64_t vanished; /* institutions that had clues and have none left, of any rule */
    struct effect_example *example;
    size_t n_example, cap_example;
};

/* The last twelve whole months that the fee lines cover; DAY_NONE twice when there are none. */
int effect_months(struct store *s, day_t *from, day_t *to, struct err *e);
/* Owns: effect_release. */
int effect_run(struct store *s, const struct effect_side side[2], int threads,
               const struct progress *p, struct effect *out, struct err *e);
void effect_release(struct effect *x);

#endif
