/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * bkkp_sn of lines by their `no`: for the order of lines of different persons, and for what findings name. The texts of
 * all lines must be gone through to find some of them, so whoever knows which will be asked says so first.
 */
#ifndef HUJI_RUN_LINE_IDS_H
#define HUJI_RUN_LINE_IDS_H

#include "base/arena.h"
#include "base/idset.h"
#include "claims/store.h"

struct line_ids {
    struct id_set asked, read; /* by `no`; read: counted */
    struct span *text;         /* by place in `read` */
    struct arena a;
};

/* These will be asked for; `no` may repeat. -1: no memory. Owns: line_ids_release, whatever came after. */
int line_ids_want(struct line_ids *ids, const int64_t *no, size_t n);
/* Reads what is wanted and not there yet; nothing to read costs nothing. Errors: ERR_STATE when a line has no text. */
int line_ids_read(struct store *s, struct line_ids *ids, struct err *e);
struct span line_ids_get(void *ids, int64_t no); /* a line_id_fn of engine/finish.h */
/* rank[i]: the place of no[i] among these by the bytes of their texts, which have been read. */
int line_ids_rank(const struct line_ids *ids, const int64_t *no, size_t n, uint32_t *rank,
                  struct err *e);
void line_ids_release(struct line_ids *ids);

#endif
