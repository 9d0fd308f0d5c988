/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Findings as they come out of a fold: class, money, evidence, sentence. */
#ifndef HUJI_ENGINE_EMIT_H
#define HUJI_ENGINE_EMIT_H

#include "engine/measure.h"

enum { LATE_KEYS = 8 };

/* Within a sentence or anchor: TEXT_LATER domain ':' id TEXT_LATER stands for a code whose text comes later; with '!' before
 * the last, for what the code is called. */
#define TEXT_LATER '\x1a'

/* An acquittal that must wait for a measure: what it will ask is known when the finding is made, the answer is not. */
struct late {
    size_t finding;
    const struct expr *unless;
    int64_t key[LATE_KEYS];
    int n;
    int64_t value, threshold;
};

struct findings {
    struct huji_finding *f;
    size_t n, cap;
    struct late *late;
    size_t n_late, cap_late;
    struct arena a;
    bool failed;
};

/* Once the measures are there: drops what is acquitted after all. */
void findings_late(struct findings *out, struct env *v);
void findings_release(struct findings *out);

#endif
