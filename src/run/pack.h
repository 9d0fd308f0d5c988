/* SPDX-License-Identifier: MulanPSL-2.0 */
/*
 * Tables of integers as few bytes that are quick to read back: a column is constant, or offsets from a base in as few bits as
 * they take, or steps, or numbers of a small list, or told by another column's list. Columns that nobody asks for are
 * stepped over. Missing is HUJI_NONE64 here, whatever the width outside.
 */
#ifndef HUJI_RUN_PACK_H
#define HUJI_RUN_PACK_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

enum { PACK_COLUMNS = 48, PACK_SLACK = 8 }; /* bytes that must be readable behind what was packed */

/* Unsigned numbers, seven bits a byte. */
void put_number(struct buf *b, uint64_t v);

/* Scratch of a packer, kept between tables. Owns: packer_release. */
struct packer {
    uint32_t *index[PACK_COLUMNS]; /* of columns kept as lists: per row */
    uint32_t distinct[PACK_COLUMNS];
    size_t cap[PACK_COLUMNS];
    int64_t *list, *steps, *by;
    size_t cap_list, cap_steps, cap_by;
    uint8_t *seen;
    size_t cap_seen;
    uint32_t *slot;
    size_t n_slot;
};
/* n > 0 rows. `lists`: columns (a bit each) that others follow: kept as a list where that costs little more. 0, or -1: no
 * memory. */
int pack_table(struct packer *p, struct buf *b, int64_t *const *col, size_t n_cols, size_t n,
               uint64_t lists);
void packer_release(struct packer *p);

struct unpacker {
    const uint8_t *p, *end;
    int64_t *list; /* scratch */
    size_t cap_list;
};
/* Once a number was read beyond the end, *bad is set and 0 given. */
uint64_t get_long_number(struct unpacker *u, int *bad);
static inline uint64_t get_number(struct unpacker *u, int *bad)
{
    return u->p < u->end && *u->p < 0x80 ? *u->p++ : get_long_number(u, bad);
}
/* Columns of `want` into out[c], whose values are width[c] (4 or 8) bytes. 0; -1 what is packed is damaged; -2 no memory. */
int unpack_table(struct unpacker *u, size_t n_cols, size_t n, uint64_t want, void *const *out,
                 const uint8_t *width);
void unpacker_release(struct unpacker *u);

#endif
