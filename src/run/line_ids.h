/* SPDX-License-Identifier: MulanPSL-2.0 */
/* bkkp_sn of lines by their `no`: asked in bulk, for the lines that findings name. */
#ifndef HUJI_RUN_LINE_IDS_H
#define HUJI_RUN_LINE_IDS_H

#include "base/map.h"
#include "claims/store.h"

struct line_ids {
    struct map at; /* no -> index */
    struct span *text;
    size_t n, cap;
    struct arena a;
};

/* `no` may repeat. Errors: ERR_STATE when a line has no text. Owns: line_ids_release, also after an error. */
int line_ids_load(struct store *s, const int64_t *no, size_t n, struct line_ids *out,
                  struct err *e);
struct span line_ids_get(void *ids, int64_t no); /* a line_id_fn of engine/finish.h */
void line_ids_release(struct line_ids *ids);
/* A rank_fn of engine/walk.h; ctx is the store. */
int line_ranks(void *store, const int64_t *no, size_t n, uint32_t *rank, struct err *e);

#endif
