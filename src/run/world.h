/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The store's resident tables as a frame for the engine: dictionaries, events by person, diagnoses, lookups. */
#ifndef HUJI_RUN_WORLD_H
#define HUJI_RUN_WORLD_H

#include "base/progress.h"
#include "claims/frame.h"
#include "engine/lookup.h"
#include "engine/walk.h"
#include "huji.h"

struct world {
    struct huji_frame frame;
    struct dict dict[DOMAIN_COUNT];
    struct dict name[DOMAIN_COUNT]; /* what codes of sentences are called */
    struct column_set table[SOURCE_COUNT];
    struct column_set lookup[LOOKUP_COUNT];
    struct column_set diag;
    uint32_t *diag_at;
};

/* What `needs` says and no more, by as many as `threads`. Owns: world_release. */
int world_load(struct store *s, const struct run_needs *needs, int threads,
               const struct progress *p, struct world *out, struct err *e);
/* Reads the codes that the walks' findings name, of dictionaries that were only counted. */
int world_texts(struct store *s, const struct huji_run *run, struct walk *const *walks, size_t n,
                struct world *w, struct err *e);
void world_release(struct world *w);

#endif
