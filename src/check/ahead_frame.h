/* SPDX-License-Identifier: MulanPSL-2.0 */
/* One addition in the file ahead (check/ahead.h): begins a block, its bytes behind it. */
#ifndef HUJI_CHECK_AHEAD_FRAME_H
#define HUJI_CHECK_AHEAD_FRAME_H

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

enum { AHEAD_BLOCK = 4096 };
#define AHEAD_MAGIC "HUJIAHD1"

struct ahead_frame {
    char magic[8];
    uint64_t seq;    /* 1, 2, 3 ... */
    int64_t at;      /* where its bytes stand in the file */
    uint64_t n;      /* 0: says only what is settled */
    int64_t settled; /* the file is durable up to here */
    uint64_t check;  /* of all of it */
};

uint64_t ahead_check(const struct ahead_frame *f, const char *bytes);
/* `ahead` of `size` bytes as a crash left it; what `file` (its path `path`) lacks of it is put in and synced. *seq: of the last
 * frame; *sure as ahead_open says; both stay as they are when there is none. Errors: as ahead_open. */
int ahead_put_back(int ahead, off_t size, int file, const char *path, uint64_t *seq, off_t *sure,
                   struct err *e);

#endif
