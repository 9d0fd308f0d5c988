/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The store's resident tables as a frame for the engine: dictionaries, events by person, diagnoses, lookups. */
#ifndef HUJI_RUN_WORLD_H
#define HUJI_RUN_WORLD_H

#include "base/progress.h"
#include "claims/frame.h"
#include "engine/lookup.h"
#include "huji.h"

struct world {
    struct huji_frame frame;
    struct dict dict[DOMAIN_COUNT];
    struct column_set table[SOURCE_COUNT];
    struct column_set lookup[LOOKUP_COUNT];
    struct column_set diag;
    uint32_t *diag_at;
};

/* What is read. Persons, institutions, doctors, visits, settlements and diagnoses always are. */
struct world_needs {
    unsigned sources; /* bit per source */
    bool texts;       /* false: the codes of persons, visits and settlements stay empty */
};
/* Of the wanted rules and all measures; `wanted` NULL: everything. */
struct huji_library;
void world_needs_of(const struct huji_library *lib, const bool *wanted, struct world_needs *out);

/* `needs` NULL: everything. Owns: world_release. */
int world_load(struct store *s, const struct world_needs *needs, const struct progress *p,
               struct world *out, struct err *e);
void world_release(struct world *w);

#endif
