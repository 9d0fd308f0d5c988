/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Findings as they come out of a fold: class, money, evidence, sentence. */
#ifndef HUJI_ENGINE_EMIT_H
#define HUJI_ENGINE_EMIT_H

#include "engine/measure.h"

struct findings {
    struct huji_finding *f;
    size_t n, cap;
    struct arena a;
    bool failed;
};

void findings_release(struct findings *out);

#endif
