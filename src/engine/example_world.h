/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The small world of an example: its rows (example_world.c), and the arrays that the engine takes (example_frame.c). */
#ifndef HUJI_ENGINE_EXAMPLE_WORLD_H
#define HUJI_ENGINE_EXAMPLE_WORLD_H

#include "base/map.h"
#include "engine/walk.h"

/* One table per source, dictionaries by name. */
struct example_world {
    struct arena a;
    struct huji_library *lib;
    struct names dict[DOMAIN_COUNT];
    struct names line_id; /* no -> short id */
    int64_t *cell[SOURCE_COUNT][HUJI_MAX_FIELDS];
    size_t n[SOURCE_COUNT], cap[SOURCE_COUNT];
    struct huji_frame frame;
    struct map visits, settled; /* visit id -> row; visits that have a settlement of their own */
    bool failed;                /* a text found no room */
    struct err *e;
};

struct example_order { /* of a row: by person, time, id */
    int64_t psn, t;
    struct span id;
    size_t row;
};
int example_by_id(const void *a, const void *b);

/* The rows of the example `ex`, with what is left unsaid. */
int example_rows(struct example_world *w, const struct ynode *ex);
/* Frame and lines of them; both live in the world. */
int example_frame(struct example_world *w, const struct ynode *ex, struct line_batch *lines);
void example_release(struct example_world *w);

/* Within: stays and visits share a table; the id of a code, given anew; a cell, NULL when the source has no such field. */
enum source_id example_table(enum source_id s);
int64_t example_code(struct example_world *w, enum domain d, struct span s);
int64_t *example_cell(struct example_world *w, enum source_id s, const char *name, size_t row);
int example_event(struct example_world *w, enum source_id s, const struct ynode *n);
bool example_parse(struct example_world *w, const struct field *f, struct span s, int64_t *out);

#endif
